//! Who is behind, now: cheap counts of many bodies, without their scores.

use super::Live;
use crate::definition::Level;
use crate::marks::dossier;
use crate::period::Period;

/// Open work of a body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Lagging {
    /// Its number.
    pub body: u16,
    /// Open dossiers past their day.
    pub overdue: u64,
    /// Open dossiers.
    pub open: u64,
    /// Dossiers received.
    pub received: u64,
}

impl Live {
    /// Open and late dossiers of a scope, of those received in the period.
    #[must_use]
    pub fn work(&self, scope: u16, period: Period) -> Lagging {
        let (counts, _) = self.dossiers.blocks.sums(scope, period, None);
        let of = |name: &str| {
            let counter = dossier::COUNTERS.iter().find(|counter| counter.name == name);
            let bit = counter.map(|counter| counter.mark(period.kind()).0.trailing_zeros() as usize);
            bit.and_then(|bit| counts.get(bit)).copied().unwrap_or(0)
        };
        Lagging { body: scope, overdue: of("overdue"), open: of("open"), received: of("received") }
    }

    /// The bodies of a level below a scope that have late dossiers: most first, equal ones by their number.
    #[must_use]
    pub fn lagging(&self, scope: u16, period: Period, level: Level, limit: usize) -> Vec<Lagging> {
        let within = self.bodies.within(scope);
        let below = self.bodies.all().iter().zip(&within).enumerate();
        let below = below.filter(|(_, (body, within))| **within && body.level == level);
        let mut late: Vec<Lagging> = below
            .filter_map(|(number, _)| u16::try_from(number).ok())
            .map(|number| self.work(number, period))
            .filter(|work| work.overdue > 0)
            .collect();
        late.sort_by_key(|work| (std::cmp::Reverse(work.overdue), work.body));
        late.truncate(limit);
        late
    }
}
