//! What a dossier or a petition counts as: one bit for each counter, so that a change moves whole sets at once.

use crate::period::PeriodKind;
use serde::{Deserialize, Serialize};

/// A set of marks.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Marks(pub u32);

/// So many different marks there may be.
pub const MARKS_MAX: usize = 32;

impl Marks {
    /// None.
    pub const NONE: Self = Self(0);

    /// The set of one.
    #[must_use]
    pub const fn one(bit: u8) -> Self {
        Self(1 << bit)
    }

    /// Whether all of `other` are in it.
    #[must_use]
    pub const fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    /// With those of `other`.
    #[must_use]
    pub const fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Without those of `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// With those of `other` where the condition holds.
    #[must_use]
    pub const fn with_if(self, condition: bool, other: Self) -> Self {
        if condition { self.with(other) } else { self }
    }

    /// The positions of those in it.
    pub fn bits(self) -> impl Iterator<Item = usize> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let bit = rest.trailing_zeros() as usize;
            (rest != 0).then(|| {
                rest &= rest - 1;
                bit
            })
        })
    }
}

/// A counter: its name in formulas, and its marks for a month, a quarter and a year (mostly the same one).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Counter {
    /// Its name.
    pub name: &'static str,
    bits: [u8; 3],
}

impl Counter {
    const fn same(name: &'static str, bit: u8) -> Self {
        Self { name, bits: [bit; 3] }
    }

    const fn by_period(name: &'static str, first: u8) -> Self {
        Self { name, bits: [first, first + 1, first + 2] }
    }

    /// Its bit in periods of this kind.
    #[must_use]
    pub const fn bit(&self, kind: PeriodKind) -> u8 {
        match kind {
            PeriodKind::Month => self.bits[0],
            PeriodKind::Quarter => self.bits[1],
            PeriodKind::Year => self.bits[2],
        }
    }

    /// Its mark in periods of this kind.
    #[must_use]
    pub const fn mark(&self, kind: PeriodKind) -> Marks {
        Marks::one(self.bit(kind))
    }
}

/// Counters of dossiers. A dossier counts in the month of its receipt.
pub mod dossier {
    use super::{Counter, Marks};

    /// Received.
    pub const RECEIVED: Marks = Marks::one(0);
    /// Known to the national portal.
    pub const SYNCED: Marks = Marks::one(1);
    /// Its processing has ended.
    pub const FINISHED: Marks = Marks::one(2);
    /// In time in its month; the next two in its quarter and year. An open dossier is judged at the end of the period.
    pub const ON_TIME: u8 = 3;
    /// Filed online.
    pub const ONLINE: Marks = Marks::one(6);
    /// Filed online, and where the procedure gives a paper, with its electronic form.
    pub const ONLINE_WITH_RESULT: Marks = Marks::one(7);
    /// Something is to be paid for it.
    pub const FEE_DUE: Marks = Marks::one(8);
    /// And was paid online.
    pub const PAID_ONLINE: Marks = Marks::one(9);
    /// Its procedure gives a paper.
    pub const PAPER_RESULT: Marks = Marks::one(10);
    /// And there is an electronic one.
    pub const E_RESULT: Marks = Marks::one(11);
    /// Papers and result are there as files.
    pub const DIGITISED: Marks = Marks::one(12);
    /// A paper was digitised or reused.
    pub const REUSED: Marks = Marks::one(13);
    /// A paper came from the person's store, or the result is in it.
    pub const SHARED: Marks = Marks::one(14);
    /// Population data were used.
    pub const CITIZEN_DATA: Marks = Marks::one(15);
    /// In time, without dislike or complaint, in its month; the next two in its quarter and year.
    pub const SATISFIED: u8 = 16;
    /// Rated by the citizen.
    pub const RATED: Marks = Marks::one(19);
    /// Disliked.
    pub const DISLIKED: Marks = Marks::one(20);
    /// Complained about.
    pub const COMPLAINED: Marks = Marks::one(21);
    /// Not ended.
    pub const OPEN: Marks = Marks::one(22);
    /// Open, and its day has passed.
    pub const OVERDUE: Marks = Marks::one(23);
    /// The citizen was asked for papers more often than allowed.
    pub const ASKED_TOO_OFTEN: Marks = Marks::one(24);
    /// Filed by post.
    pub const POSTAL: Marks = Marks::one(25);

    /// All of them, by name.
    pub const COUNTERS: [Counter; 22] = [
        Counter::same("received", 0),
        Counter::same("synced", 1),
        Counter::same("finished", 2),
        Counter::by_period("on_time", ON_TIME),
        Counter::same("online", 6),
        Counter::same("online_with_result", 7),
        Counter::same("fee_due", 8),
        Counter::same("paid_online", 9),
        Counter::same("paper_result", 10),
        Counter::same("e_result", 11),
        Counter::same("digitised", 12),
        Counter::same("reused", 13),
        Counter::same("shared", 14),
        Counter::same("citizen_data", 15),
        Counter::by_period("satisfied", SATISFIED),
        Counter::same("rated", 19),
        Counter::same("disliked", 20),
        Counter::same("complained", 21),
        Counter::same("open", 22),
        Counter::same("overdue", 23),
        Counter::same("asked_too_often", 24),
        Counter::same("postal", 25),
    ];
    /// Beside the marks: working minutes of what is finished.
    pub const MINUTES: &str = "processing_minutes";
}

/// Counters of petitions (phản ánh, kiến nghị). A petition counts in the month of its receipt.
pub mod petition {
    use super::{Counter, Marks};

    /// Received.
    pub const RECEIVED: Marks = Marks::one(0);
    /// About a rule or a procedure.
    pub const REGULATION: Marks = Marks::one(1);
    /// About somebody's conduct.
    pub const CONDUCT: Marks = Marks::one(2);
    /// In time in its month; the next two in its quarter and year.
    pub const ON_TIME: u8 = 3;
    /// In time, not more disliked than liked, not repeated, in its month; the next two in its quarter and year.
    pub const SATISFIED: u8 = 6;
    /// Not ended.
    pub const OPEN: Marks = Marks::one(9);
    /// Open, and a day has passed.
    pub const OVERDUE: Marks = Marks::one(10);

    /// All of them, by name.
    pub const COUNTERS: [Counter; 7] = [
        Counter::same("petitions", 0),
        Counter::same("petitions_regulation", 1),
        Counter::same("petitions_conduct", 2),
        Counter::by_period("petitions_on_time", ON_TIME),
        Counter::by_period("petitions_satisfied", SATISFIED),
        Counter::same("petitions_open", 9),
        Counter::same("petitions_overdue", 10),
    ];
}

/// The marks of the periods of three kinds that begin at this bit, for the kinds that `keep` names.
pub(crate) fn by_kind(first: u8, keep: [bool; 3]) -> Marks {
    let one = |i: u8| Marks::one(first + i);
    Marks::NONE.with_if(keep[0], one(0)).with_if(keep[1], one(1)).with_if(keep[2], one(2))
}

/// Dossiers or petitions: which of their marks time takes away, and which it gives.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Family {
    on_time: u8,
    satisfied: u8,
    overdue: Marks,
}

impl Family {
    /// Dossiers.
    pub const DOSSIERS: Self =
        Self { on_time: dossier::ON_TIME, satisfied: dossier::SATISFIED, overdue: dossier::OVERDUE };
    /// Petitions.
    pub const PETITIONS: Self =
        Self { on_time: petition::ON_TIME, satisfied: petition::SATISFIED, overdue: petition::OVERDUE };

    /// The marks once its day has passed, where that makes it late in those kinds of period.
    #[must_use]
    pub fn late(self, marks: Marks, late: [bool; 3]) -> Marks {
        let gone = by_kind(self.on_time, late).with(by_kind(self.satisfied, late));
        marks.without(gone).with(self.overdue)
    }
}

#[cfg(test)]
mod tests {
    use super::{Counter, Marks, dossier, petition};
    use crate::period::PeriodKind;

    #[test]
    fn no_two_counters_share_a_bit() {
        for counters in [&dossier::COUNTERS[..], &petition::COUNTERS[..]] {
            let mut seen = Marks::NONE;
            for Counter { name, bits } in counters {
                let mut own: Vec<_> = bits.to_vec();
                own.dedup();
                for bit in own {
                    assert!(!seen.has(Marks::one(bit)), "{name}");
                    seen = seen.with(Marks::one(bit));
                }
            }
        }
        let on_time = dossier::COUNTERS[3];
        assert_eq!(on_time.bit(PeriodKind::Quarter), dossier::ON_TIME + 1);
        assert_eq!(dossier::RECEIVED.with(dossier::OPEN).bits().collect::<Vec<_>>(), [0, 22]);
    }
}
