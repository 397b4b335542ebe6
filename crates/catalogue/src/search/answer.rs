//! The answer to a question.

use super::Doc;
use super::index::Index;
use super::words::plain;
use crate::{Code, Level, LifeEvent, Online, Who};

/// Which procedures are looked at.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Filter {
    /// Only what these may ask for. A procedure that does not say who is kept.
    pub who: Option<Who>,
    /// Only what is done at this level. A procedure that does not say where is kept.
    pub level: Option<Level>,
    /// Only what can be done online so far.
    pub online: Option<Online>,
    /// Only what can be filed here.
    pub here: bool,
}

impl Filter {
    /// Whether the procedure passes.
    #[must_use]
    pub fn passes(&self, doc: &Doc) -> bool {
        self.who.is_none_or(|who| doc.who.is_empty() || doc.who.contains(&who))
            && self.level.is_none_or(|level| doc.levels.is_empty() || doc.levels.contains(&level))
            && self.online.is_none_or(|online| doc.online == Some(online))
            && (!self.here || doc.filed_by.is_some())
    }
}

/// A procedure that was found.
#[derive(Clone, Copy, Debug)]
pub struct Found<'i> {
    /// Which.
    pub doc: &'i Doc,
    /// How well it fits; more is better, and only the order means something.
    pub score: f32,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Answer<'i> {
    /// The best, best first.
    pub found: Vec<Found<'i>>,
    /// How many fit at all.
    pub count: usize,
    /// Events of a life that the question names.
    pub events: Vec<&'i LifeEvent>,
    /// Words that were taken for others: what was typed, what was looked for.
    pub repaired: Vec<(String, String)>,
}

/// Below this share of the best score a procedure has hardly to do with the question.
const SHARE_MIN: f32 = 0.18;

impl Index {
    /// The procedures that fit a question, at most `limit`, best first. A code, or its beginning, finds that procedure.
    #[must_use]
    pub fn search(&self, question: &str, filter: &Filter, limit: usize) -> Answer<'_> {
        if let Some(found) = self.by_code(question, filter, limit) {
            return Answer { count: found.len(), found, events: Vec::new(), repaired: Vec::new() };
        }
        let query = self.understand(question, false);
        let scores = self.score(&query);
        let (found, count) = self.best(&scores, filter, limit, &query.plain);
        Answer { found, count, events: self.events_named(&query.plain), repaired: query.repaired }
    }

    /// Everything that passes, essential services and what can be filed here first, then by name.
    #[must_use]
    pub fn all(&self, filter: &Filter) -> Vec<&Doc> {
        let mut all: Vec<&Doc> = self.docs.iter().filter(|doc| filter.passes(doc)).collect();
        all.sort_by_key(|doc| (doc.filed_by.is_none(), !doc.essential, kernel::text::fold(&doc.name), &doc.code));
        all
    }

    pub(super) fn by_code(&self, question: &str, filter: &Filter, limit: usize) -> Option<Vec<Found<'_>>> {
        let typed = question.trim();
        let mut parts = typed.split('.');
        let head = parts.next().is_some_and(|part| part.len() == 1 && part.bytes().all(|b| b.is_ascii_digit()));
        let rest = parts.next().is_some_and(|part| part.bytes().all(|b| b.is_ascii_digit()));
        if !head || !rest {
            return None;
        }
        if Code::read(typed).is_some() {
            // The whole code: whoever types it wants this one, whatever else was chosen.
            let doc = self.codes.get(typed).and_then(|i| self.docs.get(*i as usize));
            return Some(doc.map(|doc| Found { doc, score: 1.0 }).into_iter().collect());
        }
        let from = self.codes.range(typed.to_owned()..).take_while(|(code, _)| code.starts_with(typed));
        let docs = from.filter_map(|(_, i)| self.docs.get(*i as usize)).filter(|doc| filter.passes(doc));
        Some(docs.take(limit).map(|doc| Found { doc, score: 1.0 }).collect())
    }

    /// The best of the scores, and how many count.
    pub(super) fn best(
        &self,
        scores: &[f32],
        filter: &Filter,
        limit: usize,
        asked: &[String],
    ) -> (Vec<Found<'_>>, usize) {
        let mut order: Vec<(usize, f32)> = scores
            .iter()
            .copied()
            .enumerate()
            .filter(|(i, score)| *score > 0.0 && self.docs.get(*i).is_some_and(|doc| filter.passes(doc)))
            .collect();
        let best = order.iter().map(|(_, score)| *score).fold(0.0, f32::max);
        order.retain(|(_, score)| *score >= best * SHARE_MIN);
        let count = order.len();
        let by_score = |a: &(usize, f32), b: &(usize, f32)| b.1.total_cmp(&a.1).then_with(|| a.0.cmp(&b.0));
        let take = limit.saturating_mul(2).max(8);
        if order.len() > take {
            order.select_nth_unstable_by(take, by_score);
            order.truncate(take);
        }
        for (i, score) in &mut order {
            *score *= self.whole_name(*i, asked);
        }
        order.sort_by(by_score);
        order.truncate(limit);
        (order.into_iter().filter_map(|(i, score)| Some(Found { doc: self.docs.get(i)?, score })).collect(), count)
    }

    /// Who types the very name wants this one, not another that has the name in it.
    fn whole_name(&self, i: usize, asked: &[String]) -> f32 {
        let Some(doc) = self.docs.get(i) else { return 1.0 };
        let names = std::iter::once(&doc.name).chain(&doc.titles).chain(&doc.keywords);
        let same = names.map(|name| plain(name)).any(|name| {
            let name = name.strip_prefix(["thu".to_owned(), "tuc".to_owned()].as_slice()).unwrap_or(&name);
            !name.is_empty() && name == asked
        });
        if same { 1.5 } else { 1.0 }
    }

    fn events_named(&self, asked: &[String]) -> Vec<&LifeEvent> {
        let said_in = |say: &str| {
            let say = plain(say);
            !say.is_empty() && asked.windows(say.len()).any(|part| part == say)
        };
        let events = self.events.iter().map(|(event, _)| event);
        events.filter(|event| event.say.iter().any(|say| said_in(say)) || said_in(&event.name.vi)).collect()
    }
}
