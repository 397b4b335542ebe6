//! From facts to counts.

mod dossier;
mod instants;
mod petition;
mod procedure;

pub(crate) use dossier::dossier;
pub(crate) use petition::petition;
pub(crate) use procedure::{Announced, Standing, announced, figures as procedure_figures, standing};

use crate::marks::Marks;
use crate::period::Month;
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

/// The marks that change when an instant has passed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Change {
    /// Seconds since 2000; the change is there after them.
    pub after: u32,
    /// Marks that go.
    pub clears: Marks,
    /// Marks that come.
    pub sets: Marks,
}

impl Change {
    /// The marks after the change.
    #[must_use]
    pub const fn applied(&self, marks: Marks) -> Marks {
        marks.without(self.clears).with(self.sets)
    }
}

impl Counted {
    /// Its marks at an instant.
    #[must_use]
    pub fn marks_at(&self, now: OffsetDateTime) -> Marks {
        match self.change {
            Some(change) if instants::seconds(now) > change.after => change.applied(self.marks),
            _ => self.marks,
        }
    }
}

/// The names of the counters of procedures.
pub(crate) const fn procedure_counters() -> &'static [&'static str] {
    &procedure::COUNTERS
}
