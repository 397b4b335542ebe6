//! Finds in a cell whom it names: the longest known name at each place, lists with and without their heads, counts.

use super::dictionary::{Name, Short, Target, committee};
use super::{Bodies, Party};
use crate::doubt::{At, BODY_NOT_THEN, BODY_UNKNOWN, COUNT_WRONG, Doubt, GROUP_OPEN, LIST_LOOSE, MISREAD, NAME_CUT};
use crate::words::{Word, words};
use time::Date;

/// Words that stand between and behind names and name nobody.
const CONNECTIVES: [&str; 47] = [
    "va", "voi", "cac", "cung", "gom", "phoi", "hop", "don", "doc", "kiem", "tra", "dinh", "ky", "chu", "tri", "theo",
    "tham", "quyen", "huong", "dan", "giam", "sat", "thuc", "hien", "chiu", "trach", "nhiem", "lien", "quan", "co",
    "nhu", "chuc", "nang", "vu", "duoc", "giao", "dau", "moi", "tong", "cho", "la", "o", "tai", "cua", "bo", "nganh",
    "khac",
];
/// Whether a word only joins names: alone in a cell it names nobody.
#[must_use]
pub fn joins(word: &str) -> bool {
    CONNECTIVES.contains(&kernel::text::fold(word).as_str())
}

/// Fewest words of a name that breaks off.
const CUT_WORDS_MIN: usize = 4;
/// The group that `63 địa phương` means.
const PROVINCES: &str = "provinces";

/// A list that says how many it names.
struct Counted {
    said: usize,
    before: usize,
}

struct Scan<'s> {
    bodies: &'s Bodies,
    text: &'s str,
    words: Vec<Word>,
    on: Date,
    at: At,
    /// What short names may stand for here.
    context: Option<Short>,
    /// The head of a list (`UBND`) that belongs to the next name.
    head: Option<usize>,
    /// Where words begin that no name was found for.
    run: Option<usize>,
    /// Where the last name ended.
    ended: Option<usize>,
    counted: Option<Counted>,
    parties: Vec<Party>,
    doubts: Vec<Doubt>,
}

impl Bodies {
    /// Whom a cell names, on the day of the directive, and what is doubtful about it. Every word that might name
    /// somebody is in some party.
    #[must_use]
    pub fn find(&self, text: &str, on: Date, at: At) -> (Vec<Party>, Vec<Doubt>) {
        let scan = Scan {
            bodies: self,
            text,
            words: words(text),
            on,
            at,
            context: None,
            head: None,
            run: None,
            ended: None,
            counted: None,
            parties: Vec::new(),
            doubts: Vec::new(),
        };
        scan.run()
    }
}

impl Scan<'_> {
    fn run(mut self) -> (Vec<Party>, Vec<Doubt>) {
        let mut i = 0;
        while i < self.words.len() {
            if self.run.is_some() && matches!(self.words[i].after, Some(',' | ';' | ':')) {
                self.flush(i);
            }
            i = if let Some(next) = self.counted_at(i) {
                next
            } else if self.is(i, &["cac", "bo"]) && self.words.get(i + 2).is_some_and(|word| word.after == Some(':')) {
                self.open(i, Short::OfMinistries);
                i + 2
            } else if let Some((name, loose)) = self.name_at(i) {
                self.take(i, &name, loose)
            } else if self.is(i, &["ubnd"]) {
                self.open(i, Short::OfProvinces);
                i + 1
            } else if self.is(i, &["uy", "ban", "nhan", "dan"]) {
                self.open(i, Short::OfProvinces);
                i + 4
            } else {
                let head = self.head.take();
                self.run.get_or_insert(head.unwrap_or(i));
                i + 1
            };
        }
        self.flush(self.words.len());
        if let Some(Counted { said, before }) = self.counted.take() {
            let named = self.parties.len() - before;
            if named != said {
                self.doubt(COUNT_WRONG, |doubt| doubt.with("said", said).with("named", named));
            }
        }
        (self.parties, self.doubts)
    }

    fn is(&self, at: usize, fold: &[&str]) -> bool {
        fold.iter().enumerate().all(|(i, word)| self.words.get(at + i).is_some_and(|found| found.fold == *word))
    }

    fn doubt(&mut self, code: &'static str, fill: impl FnOnce(Doubt) -> Doubt) {
        self.doubts.push(fill(Doubt::new(code, self.at)));
    }

    /// The head of a list begins here.
    fn open(&mut self, at: usize, context: Short) {
        self.flush(at);
        self.context = Some(context);
        self.head.get_or_insert(at);
    }

    /// `63 địa phương`, `09 địa phương: …`, `14 Bộ, cơ quan: …`.
    fn counted_at(&mut self, i: usize) -> Option<usize> {
        let said: usize = self.words[i].fold.parse().ok()?;
        let (context, mut next) = if self.is(i + 1, &["dia", "phuong"]) {
            (Short::OfProvinces, i + 3)
        } else if self.is(i + 1, &["tinh", "thanh", "pho"]) {
            (Short::OfProvinces, i + 4)
        } else if self.is(i + 1, &["bo", "co", "quan"]) || self.is(i + 1, &["bo", "nganh"]) {
            (Short::OfMinistries, if self.is(i + 2, &["nganh"]) { i + 3 } else { i + 4 })
        } else {
            return None;
        };
        if self.is(next, &["gom"]) {
            next += 1;
        }
        let start = self.head.unwrap_or(i);
        self.open(i, context);
        let listed = self.words.get(next).is_some_and(|word| word.after == Some(':')) || self.name_at(next).is_some();
        if listed {
            self.counted = Some(Counted { said, before: self.parties.len() });
            return Some(next);
        }
        self.head = None;
        let text = self.slice(start, next);
        if context == Short::OfProvinces {
            self.take_group(PROVINCES, text, Some(said));
        } else {
            self.doubt(BODY_UNKNOWN, |doubt| doubt.with("text", &text));
            self.parties.push(Party::unknown(&text));
        }
        self.ended = Some(next);
        Some(next)
    }

    /// The name that begins here, and whether it is a short one out of its list.
    fn name_at(&self, i: usize) -> Option<(Name, bool)> {
        let words = self.words.get(i..)?;
        let mut best: Option<(&Name, bool)> = None;
        for name in self.bodies.dictionary().at(words) {
            if best.is_some_and(|(best, _)| best.fold.len() > name.fold.len()) {
                break;
            }
            let loose = match name.short {
                None => false,
                Some(short) if self.context == Some(short) => false,
                // The head of the list is missing: only where it stands alone between separators at the beginning.
                Some(_)
                    if self.parties.is_empty() && self.context.is_none() && self.stands_alone(i, name.fold.len()) =>
                {
                    true
                }
                Some(_) => continue,
            };
            if best.is_none() || self.stands(&name.target) {
                best = Some((name, loose));
                if self.stands(&name.target) {
                    break;
                }
            }
        }
        best.map(|(name, loose)| (name.clone(), loose))
    }

    fn stands_alone(&self, i: usize, length: usize) -> bool {
        let next = self.words.get(i + length);
        i == 0 && next.is_none_or(|word| word.after.is_some() || word.fold == "va")
    }

    fn stands(&self, target: &Target) -> bool {
        match target {
            Target::Body(body) => self.bodies.stands(body, self.on),
            Target::Province(code, name) => {
                self.bodies.units().province(code.as_str(), self.on).is_some_and(|unit| unit.name == *name)
            }
            Target::Group(_) => true,
        }
    }

    fn slice(&self, from: usize, to: usize) -> String {
        let start = self.words.get(from).map_or(self.text.len(), |word| word.start);
        let end = to.checked_sub(1).and_then(|last| self.words.get(last)).map_or(start, |word| word.end);
        self.text.get(start..end).unwrap_or_default().to_owned()
    }

    /// Takes the name at `i`; gives where it ends.
    fn take(&mut self, i: usize, name: &Name, loose: bool) -> usize {
        let end = i + name.fold.len();
        self.flush(i);
        // `Bộ Tài chính Ủy ban Chứng khoán…`: nothing divides the two.
        if loose || self.ended == Some(i) && self.words[i].after.is_none() && self.head.is_none() {
            let text = self.slice(i, end);
            self.doubt(LIST_LOOSE, |doubt| doubt.with("text", text));
        }
        if loose {
            self.context = name.short;
        }
        let misread = name.plain.iter().zip(&self.words[i..end]).any(|(right, word)| *right != word.plain);
        let start = self.head.take().unwrap_or(i);
        let text = self.slice(start, end);
        if misread {
            self.doubt(MISREAD, |doubt| doubt.with("text", &text).with("read", name.plain.join(" ")));
        }
        self.add(&name.target, text);
        self.ended = Some(end);
        end
    }

    fn add(&mut self, target: &Target, text: String) {
        let body = match target {
            Target::Group(id) => return self.take_group(id, text, None),
            Target::Body(body) => body.clone(),
            Target::Province(code, _) => committee(code),
        };
        if !self.stands(target) {
            self.doubt(BODY_NOT_THEN, |doubt| doubt.with("text", &text));
        }
        self.parties.push(Party { body: Some(body), ..Party::unknown(&text) });
    }

    fn take_group(&mut self, id: &str, text: String, said: Option<usize>) {
        let group = self.bodies.group(id).cloned();
        let members = group.filter(|group| !group.tiers.is_empty()).map(|g| self.bodies.members(&g, self.on).len());
        if members.is_none() && self.at == At::Lead {
            self.doubt(GROUP_OPEN, |doubt| doubt.with("text", &text));
        }
        if let (Some(said), Some(members)) = (said, members)
            && said != members
        {
            self.doubt(COUNT_WRONG, |doubt| doubt.with("said", said).with("named", members));
        }
        self.parties.push(Party { group: Some(id.to_owned()), members, ..Party::unknown(&text) });
    }

    /// Words up to `end` that no name was found for: dropped where they only join, else kept as they are.
    fn flush(&mut self, end: usize) {
        let Some(start) = self.run.take() else { return };
        let joins = |word: &Word| CONNECTIVES.contains(&word.fold.as_str());
        let Some(first) = (start..end).find(|i| !joins(&self.words[*i])) else { return };
        let last = (start..end).rev().find(|i| !joins(&self.words[*i])).unwrap_or(first);
        let text = self.slice(first, last + 1);
        // A name that breaks off may end in what otherwise joins.
        let words = &self.words[first..end];
        let whole =
            (words.len() >= CUT_WORDS_MIN).then(|| self.bodies.dictionary().broken_off(words)).flatten().cloned();
        match whole {
            Some(name) => {
                let text = self.slice(first, end);
                self.doubt(NAME_CUT, |doubt| doubt.with("text", &text).with("read", name.plain.join(" ")));
                self.add(&name.target, text);
            }
            None => {
                self.doubt(BODY_UNKNOWN, |doubt| doubt.with("text", &text));
                self.parties.push(Party::unknown(&text));
            }
        }
        self.ended = Some(end);
    }
}
