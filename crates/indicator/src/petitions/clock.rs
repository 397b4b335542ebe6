//! The clocks of a petition as its officers see them: the same that the index counts with.

use crate::count::{petition_due, refuse_and_ask};
use crate::definition::PetitionTerms;
use crate::facts::PetitionFacts;
use kernel::calendar::Calendar;
use time::OffsetDateTime;

/// Working days before the end of a term from which on it is soon: as many as the shortest term has.
const SOON_DAYS: u32 = 2;

/// How pressing a petition is for the body.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Urgency {
    /// The term has passed.
    Late,
    /// It ends within two working days.
    Soon,
    /// There is time.
    Fine,
    /// The body has nothing to do: it waits for the citizen, or all is done.
    Stopped,
}

impl Urgency {
    /// The word that templates and texts know it by.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Late => "late",
            Self::Soon => "soon",
            Self::Fine => "fine",
            Self::Stopped => "none",
        }
    }
}

/// By when what may be done is in time.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Clocks {
    /// The answer, or after that its publication; nothing where the clock stands.
    pub due: Option<OffsetDateTime>,
    /// A refusal; nothing once refused or answered.
    pub refuse_by: Option<OffsetDateTime>,
    /// A question to the citizen; nothing once asked, refused or answered.
    pub ask_by: Option<OffsetDateTime>,
    /// How pressing `due` is.
    pub urgency: Urgency,
}

/// Reads the clocks at `now`.
pub(super) fn clocks(facts: &PetitionFacts, terms: PetitionTerms, calendar: &Calendar, now: OffsetDateTime) -> Clocks {
    let due = petition_due(facts, terms, calendar);
    let (refuse_by, ask_by) = refuse_and_ask(facts, terms, calendar);
    let untouched = facts.refused_at.is_none() && facts.answered_at.is_none();
    let urgency = match due {
        None => Urgency::Stopped,
        Some(due) if due < now => Urgency::Late,
        Some(due) if due <= calendar.add_working_days(now, SOON_DAYS) => Urgency::Soon,
        Some(_) => Urgency::Fine,
    };
    Clocks {
        due,
        refuse_by: untouched.then_some(refuse_by),
        ask_by: (untouched && facts.asked_at.is_none()).then_some(ask_by),
        urgency,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use kernel::BodyId;
    use kernel::calendar::WorkingHours;
    use time::Duration;
    use time::macros::datetime;
    use uuid::Uuid;

    const TERMS: PetitionTerms = PetitionTerms { refuse: 2, ask: 5, answer: 15, publish: 2 };
    /// A Monday.
    const MORNING: OffsetDateTime = datetime!(2026-03-02 08:00 +7);

    #[test]
    fn a_term_is_fine_then_soon_then_late_and_stands_while_the_citizen_is_asked() {
        let calendar = Calendar::new(Vec::new(), WorkingHours::default());
        let mut facts = PetitionFacts::new(Uuid::from_u128(1), &BodyId::from("x"), MORNING);
        let at = |facts: &PetitionFacts, days: i64| clocks(facts, TERMS, &calendar, MORNING + Duration::days(days));
        let first = at(&facts, 0);
        let dates = [first.refuse_by, first.ask_by, first.due].map(|by| by.map(|by| by.date()));
        let days = [4, 9, 23].map(|day| time::Date::from_calendar_date(2026, time::Month::March, day).ok());
        assert_eq!(dates, days);
        let urgency = [0, 16, 17, 21, 22].map(|days| at(&facts, days).urgency);
        assert_eq!(urgency, [Urgency::Fine, Urgency::Fine, Urgency::Soon, Urgency::Soon, Urgency::Late]);
        facts.asked_at = Some(MORNING);
        let asked = at(&facts, 40);
        assert_eq!((asked.due, asked.ask_by, asked.urgency), (None, None, Urgency::Stopped));
        facts.answered_at = Some(MORNING);
        let answered = at(&facts, 0);
        assert_eq!((answered.due.map(|by| by.date()), answered.refuse_by), (days[0], None));
        assert_eq!(answered.urgency, Urgency::Soon);
        facts.published_at = Some(MORNING);
        assert_eq!(at(&facts, 40).urgency, Urgency::Stopped);
    }
}
