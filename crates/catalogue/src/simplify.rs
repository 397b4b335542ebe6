//! Simplification, counted against a baseline: what was cut, what was made lighter.

use crate::{Burden, Code, Entry, Rules, Snapshot, Target, Who};
use serde::Serialize;
use time::Date;

/// What became of the procedures of the baseline.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Simplification {
    /// The day of the file that counts as the baseline: the newest of the target's day or before.
    pub baseline: Option<String>,
    /// Procedures there were.
    pub there: Vec<Code>,
    /// Ended, with nothing in their place.
    pub cut: Vec<Code>,
    /// Ended, with another in their place: neither cut nor simplified by that alone.
    pub replaced: Vec<Code>,
    /// Fewer papers, fewer days or a smaller fee, and nothing of these more.
    pub simplified: Vec<Code>,
    /// In force, and nothing of papers, days or fee is known on both days: it cannot be said.
    pub unknown: Vec<Code>,
    /// Procedures that are new since.
    pub new: Vec<Code>,
}

impl Simplification {
    /// Cut and simplified of a hundred, rounded down; none without a baseline or where it is empty.
    #[must_use]
    pub fn percent(&self) -> Option<usize> {
        let all = self.there.len();
        (self.baseline.is_some() && all > 0).then(|| (self.cut.len() + self.simplified.len()) * 100 / all)
    }

    /// Whether the target is reached; none where it cannot be said.
    #[must_use]
    pub fn reaches(&self, target: &Target) -> Option<bool> {
        self.percent().map(|percent| percent >= usize::from(target.percent))
    }
}

/// Counts for a target, as known on a day.
#[must_use]
pub fn count(snapshot: &Snapshot, rules: &Rules, target: &Target, on: Date) -> Simplification {
    let Some(baseline) = snapshot.import_on(target.baseline) else { return Simplification::default() };
    let meant = |entry: &&Entry| target.who.is_none_or(|who| asks(rules, entry, who));
    let mut count = Simplification { baseline: Some(pack::date::print(baseline.as_of)), ..Simplification::default() };
    for then in snapshot.entries_on(target.baseline).filter(meant) {
        let code = then.code.clone();
        count.there.push(code.clone());
        let successor = rules.successor(&code, on);
        let now = snapshot
            .version_on(&code, on)
            .filter(|version| !version.ended && version.entry.until.is_none_or(|until| on <= until));
        match now {
            _ if successor.is_some_and(|one| !one.new.is_empty()) => count.replaced.push(code),
            Some(now) if successor.is_none() && !now.entry.replaced_by.is_empty() => count.replaced.push(code),
            Some(now) if successor.is_none() => match lighter(then.burden, now.entry.burden) {
                Some(true) => count.simplified.push(code),
                Some(false) => {}
                None => count.unknown.push(code),
            },
            None if snapshot.versions(&code).last().is_some_and(|last| !last.entry.replaced_by.is_empty()) => {
                count.replaced.push(code);
            }
            _ => count.cut.push(code),
        }
    }
    let there: std::collections::BTreeSet<&Code> = count.there.iter().collect();
    count.new = snapshot.entries_on(on).filter(meant).map(|e| e.code.clone()).filter(|c| !there.contains(c)).collect();
    count
}

fn asks(rules: &Rules, entry: &Entry, who: Who) -> bool {
    entry.subjects.iter().any(|subject| rules.vocabulary.who(subject) == Some(who))
}

/// Whether something became less and nothing more; none where nothing is known on both days.
fn lighter(then: Burden, now: Burden) -> Option<bool> {
    let pairs = [
        then.papers.zip(now.papers).map(|(a, b)| b.cmp(&a)),
        then.days.zip(now.days).map(|(a, b)| b.cmp(&a)),
        then.fee.zip(now.fee).map(|(a, b)| b.cmp(&a)),
    ];
    let known: Vec<_> = pairs.into_iter().flatten().collect();
    if known.is_empty() {
        return None;
    }
    Some(known.iter().any(|o| o.is_lt()) && known.iter().all(|o| o.is_le()))
}
