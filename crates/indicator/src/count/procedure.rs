//! What procedures count as: each once in a scope, however many of its bodies have it.

use crate::definition::AnnouncingTerms;
use crate::facts::{Announcement, Announcer, OnlineLevel, ProcedureFacts, ServiceState};
use crate::marks::{Marks, dossier as mark};
use crate::period::Period;
use kernel::calendar::Calendar;
use std::collections::BTreeMap;
use time::Date;

/// What a procedure is, in a scope: the properties it has at any of its bodies.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Standing(u16);

const AUTHORITY: u16 = 1;
const PARTIAL: u16 = 1 << 1;
const FULL: u16 = 1 << 2;
const OFFERED: u16 = 1 << 3;
const COUNTED: u16 = 1 << 4;
const FEE: u16 = 1 << 5;
const PAYABLE: u16 = 1 << 6;
const PEOPLE: u16 = 1 << 7;
const PUBLIC: u16 = 1 << 8;
const INCOMPLETE: u16 = 1 << 9;

impl Standing {
    /// How many properties there are.
    pub(crate) const FLAGS: usize = 10;

    /// Whether it has the property of this number.
    pub(crate) const fn flag(self, number: usize) -> bool {
        self.0 >> number & 1 != 0
    }

    /// With these properties.
    pub(crate) fn of(flags: [bool; Self::FLAGS]) -> Self {
        Self(flags.iter().enumerate().map(|(number, flag)| u16::from(*flag) << number).sum())
    }

    const fn has(self, flag: u16) -> bool {
        self.0 & flag != 0
    }

    /// As a number, for the snapshot.
    pub(crate) const fn bits(self) -> u16 {
        self.0
    }

    /// From such a number.
    pub(crate) const fn from_bits(bits: u16) -> Self {
        Self(bits)
    }

    /// The properties of both.
    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// The properties of a procedure at a body.
pub(crate) fn standing(facts: &ProcedureFacts) -> Standing {
    let offered = matches!(facts.service, Some(ServiceState::Public | ServiceState::AwaitingRemoval));
    let counted = offered || facts.service == Some(ServiceState::Testing);
    let flag = |condition: bool, flag: u16| if condition { flag } else { 0 };
    Standing(
        AUTHORITY
            | flag(facts.online == Some(OnlineLevel::Partial), PARTIAL)
            | flag(facts.online == Some(OnlineLevel::Full), FULL)
            | flag(facts.online.is_some() && offered, OFFERED)
            | flag(facts.online.is_some() && counted, COUNTED)
            | flag(facts.fee_bearing, FEE)
            | flag(facts.fee_bearing && facts.payable_online, PAYABLE)
            | flag(facts.for_people, PEOPLE)
            | flag(facts.public, PUBLIC)
            | flag(facts.public && !facts.complete, INCOMPLETE),
    )
}

/// What a decision says about its procedure in a period: Some(in time) where it counts.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) struct Announced {
    announced: Option<bool>,
    public: Option<bool>,
}

/// Looks at a decision from the end of the period, or from today where that comes first.
pub(crate) fn announced(
    decision: &Announcement,
    terms: AnnouncingTerms,
    calendar: &Calendar,
    period: Period,
    today: Date,
) -> Announced {
    let (before, public) = match decision.by {
        Announcer::Ministry => (terms.ministry_before, terms.ministry_public),
        Announcer::Province => (terms.province_before, terms.province_public),
    };
    let first = period.first().first_day();
    let last = period.last_day().min(today);
    let within = |day: Date| first <= day && day <= last;
    let ahead = calendar.working_days_between(decision.dated, decision.basis_from);
    let passed = |until: Date| calendar.working_days_between(decision.dated, until) <= i64::from(public);
    Announced {
        announced: within(decision.dated).then_some(ahead >= i64::from(before)),
        public: match decision.public_on {
            Some(on) if within(on) => Some(passed(on)),
            Some(on) if on <= last => None,
            // Still due at the end.
            _ => (decision.dated <= last).then(|| passed(last)),
        },
    }
}

/// The names of the counters of procedures, in the order of [`figures`].
pub(crate) const COUNTERS: [&str; 17] = [
    "procedures",
    "services_partial",
    "services_full",
    "services_offered",
    "services",
    "services_used",
    "procedures_fee",
    "procedures_payable",
    "procedures_paid",
    "procedures_for_people",
    "procedures_citizen_data",
    "procedures_public",
    "procedures_complete",
    "procedures_announced",
    "procedures_announced_on_time",
    "procedures_due_public",
    "procedures_made_public_on_time",
];

/// The counts over the procedures of a scope. `seen` gives the marks that at least one dossier of the procedure has in
/// the scope and period; `decisions` has an entry for each decision and procedure.
pub(crate) fn figures<P: Ord + Copy>(
    standings: impl IntoIterator<Item = (P, Standing)>,
    seen: impl Fn(P) -> Marks,
    decisions: impl IntoIterator<Item = (P, Announced)>,
) -> [i64; COUNTERS.len()] {
    let mut counts = [0_i64; COUNTERS.len()];
    for (procedure, is) in standings {
        let seen = seen(procedure);
        let is_counted = is.has(COUNTED);
        let flags = [
            is.has(AUTHORITY),
            // With both levels it counts at the higher one.
            is.has(PARTIAL) && !is.has(FULL),
            is.has(FULL),
            is.has(OFFERED),
            is_counted,
            is_counted && seen.has(mark::ONLINE),
            is.has(FEE),
            is.has(PAYABLE),
            is.has(FEE) && seen.has(mark::PAID_ONLINE),
            is.has(PEOPLE),
            is.has(PEOPLE) && seen.has(mark::CITIZEN_DATA),
            is.has(PUBLIC),
            is.has(PUBLIC) && !is.has(INCOMPLETE),
        ];
        for (count, flag) in counts.iter_mut().zip(flags) {
            *count += i64::from(flag);
        }
    }
    // A procedure of several decisions counts once; late in one is late.
    let (mut announced, mut public) = (BTreeMap::new(), BTreeMap::new());
    for (procedure, decision) in decisions {
        if let Some(in_time) = decision.announced {
            *announced.entry(procedure).or_insert(true) &= in_time;
        }
        if let Some(in_time) = decision.public {
            *public.entry(procedure).or_insert(true) &= in_time;
        }
    }
    let size = |map: &BTreeMap<P, bool>| i64::try_from(map.len()).unwrap_or(i64::MAX);
    let kept = |map: &BTreeMap<P, bool>| i64::try_from(map.values().filter(|in_time| **in_time).count()).unwrap_or(0);
    counts[13] = size(&announced);
    counts[14] = kept(&announced);
    counts[15] = size(&public);
    counts[16] = kept(&public);
    counts
}
