//! Names of people, word by word.

use super::edit::one_slip;
use super::{Outcome, levels::name};
use crate::index::{NAME_WORDS_MAX, NamesOf};
use crate::lexicon::{Lexicon, WordId};

/// Ids from here on are words of the row that nobody in the index bears.
pub(crate) const STRANGE: WordId = 1 << 31;

/// A word of a row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct RowWord {
    /// Itself.
    pub(crate) id: WordId,
    /// Its unmarked form.
    pub(crate) fold: WordId,
}

/// A name of a row.
#[derive(Clone, Default)]
pub(crate) struct RowName {
    pub(crate) words: Vec<RowWord>,
    /// Typing left-overs were decoded.
    pub(crate) decoded: bool,
    /// Some letter carries a mark.
    pub(crate) marked: bool,
    /// The unmarked surname of the person whose parent this is: that a parent bears it too says little.
    pub(crate) own_surname: Option<WordId>,
}

/// How two words agree.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Likeness {
    Same,
    /// The same without marks, or i for y.
    Marks,
    Slip,
    Initial,
    Other,
}

impl Likeness {
    const fn agrees(self) -> bool {
        matches!(self, Self::Same | Self::Marks)
    }
}

/// Knows how words are written, and remembers how pairs of them agree.
pub(crate) struct Speller<'a> {
    index: &'a Lexicon,
    memory: SpellerMemory,
}

/// What a [`Speller`] has learned.
pub(crate) struct SpellerMemory {
    /// Words that the index does not hold.
    strange: Lexicon,
    /// A direct-mapped memory of pairs.
    pairs: Vec<(u64, Likeness)>,
}

impl Default for SpellerMemory {
    fn default() -> Self {
        Self { strange: Lexicon::default(), pairs: vec![(u64::MAX, Likeness::Other); MEMORY] }
    }
}

const MEMORY: usize = 1 << 14;

impl<'a> Speller<'a> {
    pub(crate) fn new(index: &'a Lexicon, memory: SpellerMemory) -> Self {
        Self { index, memory }
    }

    pub(crate) fn into_memory(self) -> SpellerMemory {
        self.memory
    }

    /// The word with this text, which is normal.
    pub(crate) fn word(&mut self, text: &str) -> RowWord {
        if let Some(id) = self.index.find(text) {
            return RowWord { id, fold: self.index.fold(id) };
        }
        // The unmarked form may be known where the word is not.
        let folded = kernel::text::fold(text);
        let id = STRANGE | self.memory.strange.intern(text);
        let fold = match self.index.find(&folded) {
            Some(known) => self.index.fold(known),
            None => STRANGE | self.memory.strange.intern(&folded),
        };
        RowWord { id, fold }
    }

    /// Whether the index holds this word.
    pub(crate) fn knows(&self, text: &str) -> bool {
        self.index.find(text).is_some()
    }

    /// What the word is blocked by.
    pub(crate) fn hash(&self, word: WordId) -> u64 {
        if word >= STRANGE { self.memory.strange.hash(word ^ STRANGE) } else { self.index.hash(word) }
    }

    pub(crate) fn text(&self, word: WordId) -> &str {
        if word >= STRANGE { self.memory.strange.word(word ^ STRANGE) } else { self.index.word(word) }
    }

    fn likeness(&mut self, row: RowWord, person: WordId) -> Likeness {
        if row.id == person {
            return Likeness::Same;
        }
        let fold = self.index.fold(person);
        if row.fold == fold {
            return Likeness::Marks;
        }
        let key = u64::from(row.fold) << 32 | u64::from(fold);
        let place = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 50) as usize & (MEMORY - 1);
        if self.memory.pairs[place].0 == key {
            return self.memory.pairs[place].1;
        }
        let likeness = self.spelled(row.fold, fold);
        self.memory.pairs[place] = (key, likeness);
        likeness
    }

    fn spelled(&self, row: WordId, person: WordId) -> Likeness {
        if self.hash(row) == self.hash(person) {
            return Likeness::Marks;
        }
        let (row, person) = (self.text(row), self.text(person));
        let length = row.chars().count().max(person.chars().count());
        if length >= 3 && one_slip(row, person) {
            return Likeness::Slip;
        }
        let (short, long) = if row.len() <= person.len() { (row, person) } else { (person, row) };
        if short.len() <= 2 && long.starts_with(short) {
            return Likeness::Initial;
        }
        Likeness::Other
    }
}

/// What was found for the last names compared with one row's name: candidates often share a name.
#[derive(Default)]
pub(crate) struct NameMemo {
    found: [(u32, Option<Outcome>); 16],
}

impl NameMemo {
    /// A new row: nothing is remembered.
    pub(crate) fn clear(&mut self) {
        self.found = Default::default();
    }
}

/// A row's name and the name in a person's slot (not 0).
pub(crate) fn names(
    row: &RowName,
    slot: u32,
    of: &NamesOf<'_>,
    speller: &mut Speller<'_>,
    memo: &mut NameMemo,
) -> Outcome {
    let place = slot as usize % memo.found.len();
    if let (known, Some(outcome)) = memo.found[place]
        && known == slot
    {
        return outcome;
    }
    let outcome = compare(row, slot, of, speller);
    memo.found[place] = (slot, Some(outcome));
    outcome
}

fn compare(row: &RowName, slot: u32, of: &NamesOf<'_>, speller: &mut Speller<'_>) -> Outcome {
    let person = of.names.name(slot);
    let words = row.words.as_slice();
    let shared_surname =
        row.own_surname.is_some_and(|own| person.first().is_some_and(|first| speller.index.fold(*first) == own));
    let chance = |chance: f64| if shared_surname { (chance / of.first(person[0]).max(1e-9)).min(1.0) } else { chance };
    if words.len() == person.len() {
        if words.iter().zip(person).all(|(word, id)| word.id == *id) {
            let level = if row.decoded { name::TYPED } else { name::SAME };
            return Outcome::with_chance(level, chance(of.share(slot)));
        }
        let mut alike = words.iter().zip(person).map(|(word, id)| speller.index.fold(*id) == word.fold);
        if alike.all(|alike| alike) {
            let level = if row.marked { name::MARKS } else { name::UNMARKED };
            return Outcome::with_chance(level, chance(of.share_alike(slot)));
        }
    }
    let found = align(words, person, speller);
    let agreed = found.agreed(person, of);
    let outcome = match found.level {
        name::MARKS | name::ORDER => Outcome::with_chance(found.level, chance(of.share_alike(slot) * 2.0)),
        name::SLIP => Outcome::with_chance(found.level, chance(of.share_alike(slot).max(agreed * 0.01) * 4.0)),
        name::SLIPS => Outcome::with_chance(found.level, chance(of.share_alike(slot).max(agreed * 0.01) * 20.0)),
        name::INITIALS => Outcome::with_chance(found.level, chance(agreed * 0.1)),
        name::DIFFERS => Outcome::by_level(name::DIFFERS),
        level => Outcome::with_chance(level, chance(agreed)),
    };
    // The shared surname says nothing where it is all that agrees.
    if shared_surname && found.level == name::DIFFERS { Outcome::by_level(name::DIFFERS) } else { outcome }
}

/// How the words of two names lie beside each other.
struct Alignment {
    level: u8,
    /// The words of the person's name that agree.
    agree: u16,
}

impl Alignment {
    /// How likely somebody else bears the agreeing words in their places.
    fn agreed(&self, person: &[WordId], of: &NamesOf<'_>) -> f64 {
        let last = person.len() - 1;
        let mut chance = 1.0;
        for (at, word) in person.iter().enumerate().filter(|(at, _)| self.agree >> at & 1 == 1) {
            chance *= match at {
                0 => of.first(*word),
                at if at == last => of.last(*word),
                _ => of.middle(*word),
            };
        }
        chance
    }
}

fn align(row: &[RowWord], person: &[WordId], speller: &mut Speller<'_>) -> Alignment {
    if row.len() == person.len()
        && let Some(found) = align_equal(row, person, speller)
    {
        return found;
    }
    if let Some(found) = reordered(row, person, speller) {
        return found;
    }
    if let Some(found) = respaced(row, person, speller) {
        return found;
    }
    if let Some(found) = within(row, person, speller) {
        return found;
    }
    if let Some(found) = turned(row, person, speller) {
        return found;
    }
    ends(row, person, speller)
}

/// The given name stands first, or only the surname last, and one more thing is wrong: a word left out, a slip,
/// initials. (Where nothing else is wrong it is [`reordered`].)
fn turned(row: &[RowWord], person: &[WordId], speller: &mut Speller<'_>) -> Option<Alignment> {
    let ([row_first, row_second, ..], [first, .., last]) = (row, person) else { return None };
    let row_last = row.last()?;
    let is = |word: &RowWord, id: &WordId, speller: &Speller<'_>| word.fold == speller.index.fold(*id);
    let given_first = is(row_first, last, speller) || is(row_second, first, speller);
    if !given_first && !is(row_last, first, speller) {
        return None;
    }
    let mut straight = [*row_first; NAME_WORDS_MAX];
    let straight = straight.get_mut(..row.len())?;
    straight.copy_from_slice(row);
    if given_first {
        straight.rotate_left(1);
    } else {
        straight.rotate_right(1);
    }
    let found = if row.len() == person.len() {
        align_equal(straight, person, speller)
    } else {
        within(straight, person, speller)
    };
    found.map(|found| Alignment { level: name::SLIPS, agree: found.agree })
}

/// Word by word, as many here as there. `None` where words differ.
fn align_equal(row: &[RowWord], person: &[WordId], speller: &mut Speller<'_>) -> Option<Alignment> {
    let (mut agree, mut slips, mut initials) = (0, 0, 0);
    for (at, (word, id)) in row.iter().zip(person).enumerate() {
        match speller.likeness(*word, *id) {
            Likeness::Same | Likeness::Marks => agree |= 1 << at,
            Likeness::Slip => slips += 1,
            Likeness::Initial => initials += 1,
            Likeness::Other => return None,
        }
    }
    let level = match (slips, initials) {
        (0, 0) => name::MARKS,
        (1, 0) if agree != 0 || person.len() == 1 => name::SLIP,
        (_, 0) => name::SLIPS,
        _ if agree != 0 && slips == 0 => name::INITIALS,
        _ => return None,
    };
    Some(Alignment { level, agree })
}

/// The same words in another order.
fn reordered(row: &[RowWord], person: &[WordId], speller: &mut Speller<'_>) -> Option<Alignment> {
    if row.len() != person.len() {
        return None;
    }
    let mut left = 0_u16;
    for id in person {
        let at = (0..row.len()).find(|at| left >> at & 1 == 0 && speller.likeness(row[*at], *id).agrees())?;
        left |= 1 << at;
    }
    Some(Alignment { level: name::ORDER, agree: mask(person.len()) })
}

/// The same letters with the spaces elsewhere (`Ngọc Anh`, `Ngocanh`).
fn respaced(row: &[RowWord], person: &[WordId], speller: &Speller<'_>) -> Option<Alignment> {
    if row.len() == person.len() || row.len().abs_diff(person.len()) > 3 {
        return None;
    }
    let letters = |row: &[RowWord]| row.iter().map(|word| speller.text(word.fold).len()).sum::<usize>();
    let person_letters: usize = person.iter().map(|id| speller.text(speller.index.fold(*id)).len()).sum();
    if letters(row) != person_letters {
        return None;
    }
    let mut theirs = person.iter().flat_map(|id| speller.text(speller.index.fold(*id)).bytes());
    row.iter()
        .flat_map(|word| speller.text(word.fold).bytes())
        .all(|byte| theirs.next() == Some(byte))
        .then(|| Alignment { level: name::SLIP, agree: mask(person.len()) })
}

/// One name's words within the other's, in their order: a middle name left out.
fn within(row: &[RowWord], person: &[WordId], speller: &mut Speller<'_>) -> Option<Alignment> {
    let (mut agree, mut slips, mut initials) = (0_u16, 0, 0);
    // Where the last slip is.
    let mut slipped = 0_u16;
    let (mut at, mut there) = (0, 0);
    if row.len() < person.len() {
        while at < row.len() {
            let id = person.get(there)?;
            let found = speller.likeness(row[at], *id);
            let spare = person.len() - there > row.len() - at;
            if !found.agrees()
                && spare
                && person[there + 1..].iter().any(|later| speller.index.fold(*later) == row[at].fold)
            {
                // `Nguyễn An` is of `Nguyễn Văn An`: An is no slip for Văn.
                there += 1;
                continue;
            }
            match found {
                Likeness::Same | Likeness::Marks => agree |= 1 << there,
                Likeness::Slip => {
                    slips += 1;
                    slipped = 1 << there;
                }
                Likeness::Initial => initials += 1,
                Likeness::Other => {
                    there += 1;
                    continue;
                }
            }
            at += 1;
            there += 1;
        }
    } else if row.len() > person.len() {
        while there < person.len() {
            let word = row.get(at)?;
            match speller.likeness(*word, person[there]) {
                Likeness::Same | Likeness::Marks => agree |= 1 << there,
                Likeness::Slip => slips += 1,
                Likeness::Initial => initials += 1,
                Likeness::Other => {
                    at += 1;
                    continue;
                }
            }
            at += 1;
            there += 1;
        }
    } else {
        return None;
    }
    let given = 1 << (person.len() - 1);
    let level = match (agree.count_ones(), slips, initials) {
        (2.., 0, 0) => name::PART,
        (1, 0, 0) if agree & given != 0 => name::GIVEN,
        // Of the middle names one is left out, and another word has a slip.
        (2.., 1, 0) => name::SLIPS,
        (1, 1, 0) if row.len() == 2 && agree == 1 && slipped == given => name::SLIPS,
        (1.., 0, 1..) if row.len() > 1 => name::INITIALS,
        _ => return None,
    };
    Some(Alignment { level, agree })
}

/// First and last word, whatever lies between; or the last words without the surname.
fn ends(row: &[RowWord], person: &[WordId], speller: &mut Speller<'_>) -> Alignment {
    let differs = Alignment { level: name::DIFFERS, agree: 0 };
    let (Some((&row_last, row_rest)), Some((&last, rest))) = (row.split_last(), person.split_last()) else {
        return differs;
    };
    let last_bit = 1 << rest.len();
    let first = match (row_rest.first(), rest.first()) {
        (Some(word), Some(id)) => speller.likeness(*word, *id),
        _ => Likeness::Other,
    };
    let given = speller.likeness(row_last, last);
    if given.agrees() && first.agrees() {
        return Alignment { level: name::MIDDLE, agree: 1 | last_bit };
    }
    if given.agrees() {
        let mut agree = last_bit;
        for (back, (word, id)) in row_rest.iter().rev().zip(rest.iter().rev()).enumerate() {
            if back + 1 < rest.len() && back + 1 < row_rest.len() && speller.likeness(*word, *id).agrees() {
                agree |= 1 << (rest.len() - 1 - back);
            }
        }
        let level = if agree.count_ones() > 1 { name::SURNAME } else { name::GIVEN };
        return Alignment { level, agree };
    }
    if first.agrees() && given == Likeness::Slip && row.len() == person.len() {
        // A slip in the given name, and another middle name.
        return Alignment { level: name::MIDDLE, agree: 1 };
    }
    differs
}

/// So many ones.
const fn mask(words: usize) -> u16 {
    if words >= 16 { u16::MAX } else { (1 << words) - 1 }
}

#[cfg(test)]
mod tests {
    use crate::value::place::Places;
    use crate::{Batch, CleanOptions, Cleaner, IndexBuilder, Kind, Schema};
    use std::sync::Arc;

    /// How a name of a row agrees with the name of a person of the register who has the same number.
    fn level(row: &str, person: &str) -> &'static str {
        let schema = Schema::people();
        let mut batch = Batch::new(schema.fields.len());
        batch.push(1, ["001090000001", person]);
        let mut builder = IndexBuilder::new(schema, None, Arc::new(Places::empty()));
        builder.add(&batch);
        let index = builder.finish().unwrap();
        let found = Cleaner::new(&index, CleanOptions::default()).look_alikes(&["001090000001", row], 1);
        Kind::FullName.levels()[usize::from(found[0].levels[1])].id
    }

    #[test]
    fn names_agree_by_levels() {
        let wrong: Vec<_> = [
            ("NGUYỄN  VĂN AN", "Nguyễn Văn An", "same"),
            ("Trần Thuý Hoà", "Trần Thúy Hòa", "same"),
            ("Nguyen Van An", "Nguyễn Văn An", "unmarked"),
            ("Nguyeenx Vawn An", "Nguyễn Văn An", "typed"),
            ("Nguyễn Văn An (Tèo)", "Nguyễn Văn An", "same"),
            ("Nguyễn Thị Lí", "Nguyễn Thị Lý", "marks"),
            ("Nguyễn Văn Ản", "Nguyễn Văn An", "marks"),
            ("Nguyễn Vân Anhh", "Nguyễn Vân Anh", "slip"),
            ("An Nguyễn Văn", "Nguyễn Văn An", "order"),
            ("Văn An Nguyễn", "Nguyễn Văn An", "order"),
            ("Nguyễn An", "Nguyễn Văn An", "part"),
            ("Maria Nguyễn Thị Lan", "Nguyễn Thị Lan", "part"),
            ("Nguyễn V. Anh", "Nguyễn Văn Anh", "initials"),
            ("Nguyễn Đức Anh", "Nguyễn Văn Anh", "middle"),
            // The given name first, and one thing more.
            ("Anh Nguyễn", "Nguyễn Văn Anh", "slips"),
            ("Phúc Nguyễn Bao", "Nguyễn Bảo Phúc", "order"),
            ("Bảo Pjúc Nguyễn", "Nguyễn Bảo Phúc", "slips"),
            ("Quang Hải T. Trần", "Trần Quang Hải Thanh", "slips"),
            // The middle name left out, and a slip in the given name.
            ("Dương Khanng", "Dương Văn Khang", "slips"),
            ("Phạm Thị Cúc", "Nguyễn Văn An", "differs"),
            ("Nguyễn Văn Bình", "Nguyễn Văn Khang", "differs"),
        ]
        .into_iter()
        .map(|(row, person, expected)| (row, person, expected, level(row, person)))
        .filter(|(.., expected, found)| expected != found)
        .collect();
        assert_eq!(wrong, [], "row, person, expected, found");
    }
}
