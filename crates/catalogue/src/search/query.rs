//! What was asked, as the index can answer it.

use super::index::{Index, TermId, marked_key, pair_key};
use super::repair;
use super::words::{Word, plain, words};
use crate::Everyday;
use foldhash::HashMap;

/// Longer questions are cut.
pub(super) const QUESTION_CHARS_MAX: usize = 200;
/// So many words of a question count.
const WORDS_MAX: usize = 24;
/// A syllable that was typed with marks and is found without them.
const WITHOUT_MARKS: f32 = 0.75;
/// What the marks add where they fit too.
const MARKS: f32 = 0.35;
/// What two syllables side by side add.
const PAIR: f32 = 0.6;
/// The typed words, where an everyday phrase says it better.
const SAID: f32 = 0.8;
/// A word that says nothing about what is asked for.
const FILLER: f32 = 0.08;
/// A word that stands beside neither of its neighbours in any name.
const ALONE: f32 = 0.3;
/// So many beginnings of words are looked at for a word that is still being typed.
const BEGINNINGS_MAX: usize = 60;

/// One of these stands for the word.
#[derive(Clone, Debug, Default)]
pub(super) struct Slot {
    /// How much the word matters in the whole.
    pub(super) mass: f32,
    pub(super) options: Vec<(TermId, f32)>,
}

/// One way to say a part of the question.
#[derive(Clone, Debug, Default)]
pub(super) struct Way {
    pub(super) boost: f32,
    pub(super) slots: Vec<Slot>,
    /// What adds to the score and need not be there: pairs, marks.
    pub(super) extras: Vec<(TermId, f32)>,
}

/// A part of the question; the best way of saying it counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) ways: Vec<Way>,
}

/// A whole question.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    pub(super) parts: Vec<Part>,
    /// Pairs across parts.
    pub(super) extras: Vec<(TermId, f32)>,
    /// Words that were taken for others: what was typed, what was looked for.
    pub(super) repaired: Vec<(String, String)>,
    /// Folded text, to know a whole name again.
    pub(super) plain: Vec<String>,
}

/// Everyday phrases by their first syllable.
#[derive(Debug, Default)]
pub(super) struct Phrases {
    by_first: HashMap<String, Vec<Said>>,
    filler: HashMap<String, Vec<Vec<String>>>,
}

#[derive(Debug)]
struct Said {
    plain: Vec<String>,
    /// With marks, where it has any: a text typed with marks must fit them.
    marked: Vec<Option<String>>,
    laws: Vec<Vec<Word>>,
}

impl Phrases {
    pub(super) fn new(everyday: &Everyday, ids: &HashMap<String, TermId>) -> Self {
        let mut phrases = Self::default();
        for phrase in &everyday.phrases {
            // Words that no procedure has cannot be found; a law's phrase without any of its words is no way.
            let laws: Vec<Vec<Word>> = phrase
                .law
                .iter()
                .map(|law| words(law))
                .filter(|law| !law.is_empty() && law.iter().all(|word| ids.contains_key(&word.plain)))
                .collect();
            for say in &phrase.say {
                let said = words(say);
                let Some(first) = said.first() else { continue };
                phrases.by_first.entry(first.plain.clone()).or_default().push(Said {
                    plain: said.iter().map(|word| word.plain.clone()).collect(),
                    marked: said.iter().map(|word| word.marked.clone()).collect(),
                    laws: laws.clone(),
                });
            }
        }
        for list in phrases.by_first.values_mut() {
            list.sort_by_key(|said| std::cmp::Reverse(said.plain.len()));
        }
        for filler in &everyday.filler {
            let said = plain(filler);
            if let Some(first) = said.first() {
                phrases.filler.entry(first.clone()).or_default().push(said);
            }
        }
        for list in phrases.filler.values_mut() {
            list.sort_by_key(|said| std::cmp::Reverse(said.len()));
        }
        phrases
    }

    /// The phrases of a question, none over another: the longest first, of two as long the earlier. Words of filler
    /// may stand inside ("sổ đỏ bị mất"). Each with its first word and the word after its last.
    fn all<'p>(&'p self, words: &[Word], filler: &[bool]) -> Vec<(usize, usize, &'p Said)> {
        let mut found: Vec<(usize, usize, &Said)> = Vec::new();
        for (at, word) in words.iter().enumerate() {
            for said in self.by_first.get(&word.plain).into_iter().flatten() {
                if let Some(end) = said.end(words, at, filler) {
                    found.push((at, end, said));
                }
            }
        }
        found.sort_by_key(|(at, end, said)| (std::cmp::Reverse(said.plain.len()), *at, *end));
        let mut taken = vec![false; words.len()];
        let mut kept: Vec<(usize, usize, &Said)> = Vec::new();
        for (at, end, said) in found {
            let same = kept.iter().any(|(a, e, _)| (*a, *e) == (at, end));
            if same || taken[at..end].iter().all(|taken| !taken) {
                taken[at..end].fill(true);
                kept.push((at, end, said));
            }
        }
        kept.sort_by_key(|(at, _, _)| *at);
        kept
    }

    /// How many words from here on say nothing.
    fn filler_at(&self, words: &[Word]) -> usize {
        let Some(list) = words.first().and_then(|word| self.filler.get(&word.plain)) else { return 0 };
        list.iter().find(|said| starts_with(words, said)).map_or(0, Vec::len)
    }

    /// Whether some phrase has the syllable: it is no typing error then.
    pub(super) fn knows(&self, word: &str) -> bool {
        self.by_first.contains_key(word) || self.filler.contains_key(word)
    }
}

impl Said {
    /// Where the phrase ends that begins at `at`.
    fn end(&self, words: &[Word], at: usize, filler: &[bool]) -> Option<usize> {
        let mut place = at;
        for (i, (said, marked)) in self.plain.iter().zip(&self.marked).enumerate() {
            while i > 0 && words.get(place).is_some_and(|word| word.plain != *said) && filler.get(place) == Some(&true)
            {
                place += 1;
            }
            let word = words.get(place)?;
            let other_marks = matches!((&word.marked, marked), (Some(typed), Some(said)) if typed != said);
            if word.plain != *said || other_marks {
                return None;
            }
            place += 1;
        }
        Some(place)
    }
}

fn starts_with(words: &[Word], said: &[String]) -> bool {
    words.len() >= said.len() && words.iter().zip(said).all(|(word, said)| word.plain == *said)
}

impl Index {
    /// Reads a question. With `typing`, its last word may be only the beginning of one.
    pub(super) fn understand(&self, question: &str, typing: bool) -> Query {
        let cut: String = question.chars().take(QUESTION_CHARS_MAX).collect();
        let mut all = words(&cut);
        all.truncate(WORDS_MAX);
        let ends_inside = typing && cut.chars().last().is_some_and(char::is_alphanumeric);
        let mut query = Query { plain: all.iter().map(|word| word.plain.clone()).collect(), ..Query::default() };
        let all = self.divided(all, &mut query, ends_inside);
        let filler = self.filler(&all);
        // A question of nothing but filler ("làm gì ở đâu") is asked with it.
        let only_filler = filler.iter().all(|is| *is);
        let said = self.phrases.all(&all, &filler);
        let mut at = 0;
        while let Some(word) = all.get(at) {
            let last = ends_inside && at + 1 == all.len();
            let here: Vec<_> = said.iter().filter(|(start, _, _)| *start == at).collect();
            if let Some((_, end, _)) = here.first() {
                let mut part = Part { ways: vec![self.way(&all[at..*end], SAID, last, &mut query)] };
                for law in here.iter().flat_map(|(_, _, said)| &said.laws) {
                    part.ways.push(self.way(law, 1.0, false, &mut query));
                }
                query.parts.push(part);
                at = *end;
                continue;
            }
            let mut way = self.way(std::slice::from_ref(word), 1.0, last, &mut query);
            let weight = match filler.get(at) {
                _ if last => 1.0,
                Some(true) if !only_filler => FILLER,
                _ if all.len() > 2 && self.alone(&all, at) => ALONE,
                _ => 1.0,
            };
            way.boost = weight;
            for slot in &mut way.slots {
                slot.mass *= weight;
            }
            query.parts.push(Part { ways: vec![way] });
            at += 1;
        }
        for pair in all.windows(2) {
            if let [first, second] = pair
                && let Some(id) = self.ids.get(&pair_key(&first.plain, &second.plain))
            {
                query.extras.push((*id, PAIR));
            }
        }
        query
    }

    /// Whether no name has the word beside either of its neighbours: most things are called by two syllables, so it was
    /// hardly the thing that is asked for.
    fn alone(&self, all: &[Word], at: usize) -> bool {
        let pair = |first: usize| match (all.get(first), all.get(first + 1)) {
            (Some(first), Some(second)) => self.ids.contains_key(&pair_key(&first.plain, &second.plain)),
            _ => false,
        };
        !(pair(at) || at > 0 && pair(at - 1))
    }

    fn filler(&self, all: &[Word]) -> Vec<bool> {
        let mut filler = vec![false; all.len()];
        let mut at = 0;
        while at < all.len() {
            let length = self.phrases.filler_at(&all[at..]);
            for is in filler.iter_mut().skip(at).take(length) {
                *is = true;
            }
            at += length.max(1);
        }
        filler
    }

    /// Words that were typed as one are divided, and typing errors with one likely reading are corrected.
    fn divided(&self, all: Vec<Word>, query: &mut Query, typing: bool) -> Vec<Word> {
        let mut read = Vec::with_capacity(all.len());
        let count = all.len();
        for (i, word) in all.into_iter().enumerate() {
            let known = self.ids.contains_key(&word.plain) || self.phrases.knows(&word.plain);
            if known || (typing && i + 1 == count) {
                read.push(word);
                continue;
            }
            match repair::rewritten(&word.plain, |w| self.ids.contains_key(w) || self.phrases.knows(w)) {
                Some(parts) => {
                    query.repaired.push((word.plain, parts.join(" ")));
                    read.extend(parts.into_iter().map(|plain| Word { plain, marked: None }));
                }
                None => read.push(word),
            }
        }
        read
    }

    fn way(&self, words: &[Word], boost: f32, beginning: bool, query: &mut Query) -> Way {
        let mut way = Way { boost, ..Way::default() };
        for word in words {
            way.slots.push(self.slot(word, beginning, query));
            if let Some(id) = word.marked.as_ref().and_then(|marked| self.ids.get(&marked_key(marked))) {
                way.extras.push((*id, MARKS));
            }
        }
        for pair in words.windows(2) {
            if let [first, second] = pair
                && let Some(id) = self.ids.get(&pair_key(&first.plain, &second.plain))
            {
                way.extras.push((*id, PAIR));
            }
        }
        way
    }

    fn slot(&self, word: &Word, beginning: bool, query: &mut Query) -> Slot {
        let whole = if word.marked.is_some() { WITHOUT_MARKS } else { 1.0 };
        let mut slot = Slot::default();
        if let Some(id) = self.ids.get(&word.plain) {
            slot.options.push((*id, whole));
        }
        if beginning {
            let start = self.ordered.partition_point(|(key, _)| *key < word.plain);
            let longer = self.ordered[start..].iter().take_while(|(key, _)| key.starts_with(&word.plain));
            slot.options
                .extend(longer.take(BEGINNINGS_MAX).filter(|(key, _)| *key != word.plain).map(|(_, id)| (*id, 0.85)));
        }
        if slot.options.is_empty() && !self.phrases.knows(&word.plain) {
            for near in repair::near(&word.plain, &self.ordered) {
                if query.repaired.iter().all(|(typed, _)| *typed != word.plain) {
                    query.repaired.push((word.plain.clone(), near.word.clone()));
                }
                slot.options.push((near.id, near.likeness));
            }
        }
        let idf = |id: TermId| self.term(id).map_or(0.0, |term| term.idf);
        // A word that nothing has counts as a rare one: what was asked for is then not all here.
        let rare = 7.0;
        slot.mass = slot.options.iter().map(|(id, _)| idf(*id)).reduce(f32::min).unwrap_or(rare * 0.5);
        slot
    }
}
