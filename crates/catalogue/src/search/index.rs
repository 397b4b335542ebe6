//! The index: which words stand in which procedures, and how much each says.

use super::words::{Word, words};
use super::{Doc, query};
use crate::{Everyday, LifeEvent};
use foldhash::{HashMap, HashMapExt};
use std::collections::BTreeMap;

/// BM25's saturation and its normalisation by length. Names of procedures differ much in length without saying more,
/// so length counts less than in prose.
const K1: f32 = 1.2;
const B: f32 = 0.4;

/// How much a word says where it stands.
const NAME: f32 = 3.0;
const TITLE: f32 = 3.0;
const KEYWORD: f32 = 2.6;
const FIELD: f32 = 1.0;
const OWNER: f32 = 0.4;
const MORE: f32 = 0.3;
/// A title or a keyword is as good as a name; but no more than so many of them count.
const KEYWORDS_MAX: usize = 60;

/// A word's number in the index.
pub(super) type TermId = u32;

/// Where a word stands: the procedure, and how much it says there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Posting {
    pub(super) doc: u32,
    pub(super) weight: f32,
}

/// One word of the index.
#[derive(Clone, Debug, Default)]
pub(super) struct Term {
    pub(super) idf: f32,
    pub(super) postings: Vec<Posting>,
}

/// All procedures, ready to be searched. Immutable: what changed makes another.
#[derive(Debug)]
pub struct Index {
    pub(super) docs: Vec<Doc>,
    pub(super) terms: Vec<Term>,
    pub(super) ids: HashMap<String, TermId>,
    /// Plain syllables in order, for beginnings of words.
    pub(super) ordered: Vec<(String, TermId)>,
    pub(super) codes: BTreeMap<String, u32>,
    pub(super) phrases: query::Phrases,
    pub(super) events: Vec<(LifeEvent, Vec<u32>)>,
    /// What is added for what a procedure is, whatever was asked.
    pub(super) priors: Vec<f32>,
}

/// With marks, pairs and plain syllables are terms of their own: the first letter tells them apart.
pub(super) fn marked_key(word: &str) -> String {
    format!("={word}")
}

pub(super) fn pair_key(first: &str, second: &str) -> String {
    format!("{first} {second}")
}

impl Index {
    /// An index of these procedures. Of two with the same code the first is taken.
    #[must_use]
    pub fn new(docs: Vec<Doc>, everyday: &Everyday) -> Self {
        let mut codes = BTreeMap::new();
        let mut kept: Vec<Doc> = Vec::with_capacity(docs.len());
        for doc in docs {
            if !codes.contains_key(&doc.code) {
                codes.insert(doc.code.clone(), u32::try_from(kept.len()).unwrap_or(u32::MAX));
                kept.push(doc);
            }
        }
        let mut building = Building::default();
        for doc in &kept {
            building.add(doc);
        }
        let (terms, ids) = building.finish();
        let mut ordered: Vec<(String, TermId)> = ids
            .iter()
            .filter(|(key, _)| !key.starts_with('=') && !key.contains(' '))
            .map(|(key, id)| (key.clone(), *id))
            .collect();
        ordered.sort_unstable();
        let events = everyday
            .events
            .iter()
            .map(|event| {
                (event.clone(), event.codes.iter().filter_map(|code| codes.get(code.as_str()).copied()).collect())
            })
            .collect();
        let phrases = query::Phrases::new(everyday, &ids);
        let priors = kept.iter().map(super::score::prior).collect();
        Self { docs: kept, terms, ids, ordered, codes, phrases, events, priors }
    }

    /// How many procedures there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.docs.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.docs.is_empty()
    }

    /// All of them, in the order in which they were given.
    #[must_use]
    pub fn docs(&self) -> &[Doc] {
        &self.docs
    }

    /// The procedure with this code.
    #[must_use]
    pub fn doc(&self, code: &str) -> Option<&Doc> {
        self.docs.get(*self.codes.get(code)? as usize)
    }

    /// The events of a life, each with those of its procedures that are here.
    pub fn events(&self) -> impl Iterator<Item = (&LifeEvent, Vec<&Doc>)> {
        self.events
            .iter()
            .map(|(event, docs)| (event, docs.iter().filter_map(|i| self.docs.get(*i as usize)).collect()))
    }

    pub(super) fn term(&self, id: TermId) -> Option<&Term> {
        self.terms.get(id as usize)
    }
}

/// How often each word stands in each procedure, weighted by where.
#[derive(Default)]
struct Building {
    counts: HashMap<String, Vec<Posting>>,
    lengths: Vec<f32>,
}

impl Building {
    fn add(&mut self, doc: &Doc) {
        let number = u32::try_from(self.lengths.len()).unwrap_or(u32::MAX);
        let mut found: HashMap<String, f32> = HashMap::new();
        let mut length = put(&mut found, &doc.name, NAME, true);
        for title in &doc.titles {
            put(&mut found, title, TITLE, true);
        }
        for keyword in doc.keywords.iter().take(KEYWORDS_MAX) {
            put(&mut found, keyword, KEYWORD, true);
        }
        length += put(&mut found, &doc.field, FIELD, true);
        put(&mut found, &doc.owner, OWNER, false);
        for more in &doc.more {
            put(&mut found, more, MORE, false);
        }
        for (key, weight) in found {
            self.counts.entry(key).or_default().push(Posting { doc: number, weight });
        }
        self.lengths.push(length);
    }

    #[expect(clippy::cast_precision_loss, reason = "there are thousands of procedures")]
    fn finish(self) -> (Vec<Term>, HashMap<String, TermId>) {
        let count = self.lengths.len() as f32;
        let average = (self.lengths.iter().sum::<f32>() / count.max(1.0)).max(1.0);
        let mut keys: Vec<(String, Vec<Posting>)> = self.counts.into_iter().collect();
        // So that the same procedures give the same index to the last bit.
        keys.sort_unstable_by(|a, b| a.0.cmp(&b.0));
        let mut terms = Vec::with_capacity(keys.len());
        let mut ids = HashMap::with_capacity(keys.len());
        for (key, mut postings) in keys {
            let having = postings.len() as f32;
            let idf = (1.0 + (count - having + 0.5) / (having + 0.5)).ln();
            for posting in &mut postings {
                let length = self.lengths.get(posting.doc as usize).copied().unwrap_or(average);
                let weight = posting.weight / (1.0 - B + B * length / average);
                posting.weight = idf * weight * (K1 + 1.0) / (weight + K1);
            }
            ids.insert(key, u32::try_from(terms.len()).unwrap_or(u32::MAX));
            terms.push(Term { idf, postings });
        }
        (terms, ids)
    }
}

/// Notes the words of a text; says how many there are.
#[expect(clippy::cast_precision_loss, reason = "a name has tens of words")]
fn put(found: &mut HashMap<String, f32>, text: &str, weight: f32, pairs: bool) -> f32 {
    let words = words(text);
    for Word { plain, marked } in &words {
        // A word that stands twice in a name says little more.
        let there = found.entry(plain.clone()).or_insert(0.0);
        *there = there.max(weight) + if *there > 0.0 { weight * 0.2 } else { 0.0 };
        if let Some(marked) = marked {
            let there = found.entry(marked_key(marked)).or_insert(0.0);
            *there = there.max(weight);
        }
    }
    if pairs {
        for pair in words.windows(2) {
            if let [first, second] = pair {
                let there = found.entry(pair_key(&first.plain, &second.plain)).or_insert(0.0);
                *there = there.max(weight);
            }
        }
    }
    words.len() as f32
}
