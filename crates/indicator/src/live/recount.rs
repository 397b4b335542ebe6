//! Counting all rows again: a plain pass over the columns, to audit the counts that were kept, and to measure against.

use super::Live;
use crate::marks::{MARKS_MAX, Marks};
use crate::period::{Month, Period, PeriodKind};

/// Counts by body and month, from the rows alone.
#[derive(Clone, Debug)]
pub struct Recount {
    first: u16,
    months: usize,
    counts: Vec<[u64; MARKS_MAX]>,
}

impl Recount {
    /// The counts of a body's own dossiers in a month.
    #[must_use]
    pub fn of(&self, body: u16, month: Month) -> [u64; MARKS_MAX] {
        let month = usize::from(month.number().wrapping_sub(self.first));
        let at = if month < self.months { self.counts.get(usize::from(body) * self.months + month) } else { None };
        at.copied().unwrap_or([0; MARKS_MAX])
    }
}

impl Live {
    /// Counts every dossier again, by its body and month.
    #[must_use]
    pub fn recount(&self) -> Recount {
        let rows = &self.dossiers.rows;
        let all = || rows.months.parts().into_iter().flatten();
        let first = all().min().copied().unwrap_or(0);
        let months = usize::from(all().max().copied().unwrap_or(0).saturating_sub(first)) + 1;
        let mut counts = vec![[0; MARKS_MAX]; months * self.bodies.all().len()];
        let parts = rows.marks.parts().into_iter().zip(rows.months.parts()).zip(rows.bodies.parts());
        for ((marks, part_months), bodies) in parts {
            for ((marks, month), body) in marks.iter().zip(part_months).zip(bodies) {
                let cell = &mut counts[usize::from(*body) * months + usize::from(*month - first)];
                Marks(*marks).bits().for_each(|bit| cell[bit] += 1);
            }
        }
        Recount { first, months, counts }
    }

    /// The bodies and months whose kept counts are not those of their rows: none, or the store is at fault.
    #[must_use]
    pub fn audit(&self) -> Vec<(u16, Month)> {
        let recount = self.recount();
        let mut faults = Vec::new();
        for scope in 0..self.bodies.all().len() {
            let Ok(scope) = u16::try_from(scope) else { continue };
            let within = self.bodies.within(scope);
            for month in (0..recount.months).filter_map(|m| u16::try_from(m).ok()) {
                let month = Month::of_number(recount.first + month);
                let mut expected = [0; MARKS_MAX];
                for (body, _) in within.iter().enumerate().filter(|(_, within)| **within) {
                    let own = recount.of(u16::try_from(body).unwrap_or(u16::MAX), month);
                    expected.iter_mut().zip(own).for_each(|(sum, count)| *sum += count);
                }
                let period: Period = month.within(PeriodKind::Month);
                if self.dossiers.blocks.sums(scope, period, None).0 != expected {
                    faults.push((scope, month));
                }
            }
        }
        faults
    }
}
