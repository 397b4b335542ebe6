//! From facts to counts.

mod dossier;
mod instants;
mod petition;
mod procedure;

pub use dossier::dossier;
pub(crate) use instants::seconds;
pub(crate) use petition::{due as petition_due, petition, refuse_and_ask};
pub(crate) use procedure::{Announced, Standing, announced, figures as procedure_figures, standing};

use crate::marks::{Family, Marks};
use crate::period::{Month, PeriodKind};
use time::OffsetDateTime;

/// What a dossier or petition counts as, in which month, and what time alone will change.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counted {
    /// The month it counts in.
    pub month: Month,
    /// Its marks before `change`.
    pub marks: Marks,
    /// Working minutes, once finished.
    pub minutes: u32,
    /// What happens to the marks when nobody does anything.
    pub change: Option<Change>,
}

/// The marks that change when an instant has passed: the day of an open dossier or petition.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Seconds since 2000; the change is there after them.
    pub after: u32,
    /// Whether it is late then in its month, quarter and year: in periods that end after that instant.
    pub late: [bool; 3],
}

impl Change {
    /// The change at the end of a term, for what counts in `month`.
    fn at(last: OffsetDateTime, month: Month) -> Self {
        Self { after: instants::seconds(last), late: PeriodKind::ALL.map(|kind| last < month.within(kind).ends()) }
    }
}

impl Counted {
    /// Its marks at an instant.
    #[must_use]
    pub fn marks_at(&self, now: OffsetDateTime, family: Family) -> Marks {
        match self.change {
            Some(change) if seconds(now) > change.after => family.late(self.marks, change.late),
            _ => self.marks,
        }
    }
}

/// The names of the counters of procedures.
pub(crate) const fn procedure_counters() -> &'static [&'static str] {
    &procedure::COUNTERS
}
