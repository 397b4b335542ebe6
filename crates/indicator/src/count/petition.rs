//! What a petition counts as: each of its steps has its own term in working days.

use super::{Change, Counted};
use crate::definition::{Counting, PetitionTerms};
use crate::facts::{About, PetitionFacts};
use crate::marks::{by_kind, petition as mark};
use crate::period::Month;
use kernel::calendar::Calendar;
use time::OffsetDateTime;

/// What it counts as.
#[must_use]
pub(crate) fn petition(facts: &PetitionFacts, rules: &Counting, calendar: &Calendar) -> Counted {
    let month = Month::of(facts.received_at);
    let terms = rules.petition;
    let kept = |done: Option<OffsetDateTime>, by: OffsetDateTime| done.is_none_or(|at| at <= by);
    let (answer_by, publish_by) = answer_and_publish(facts, terms, calendar);
    let (refuse_by, ask_by) = refuse_and_ask(facts, terms, calendar);
    let in_time = kept(facts.refused_at, refuse_by)
        && kept(facts.asked_at, ask_by)
        && kept(facts.answered_at, answer_by)
        && publish_by.is_none_or(|by| kept(facts.published_at, by));

    let next = due(facts, terms, calendar);
    let pleased = facts.dislikes <= facts.likes && !facts.repeated;
    let marks = mark::RECEIVED
        .with_if(facts.about == Some(About::Regulation), mark::REGULATION)
        .with_if(facts.about == Some(About::Conduct), mark::CONDUCT)
        .with_if(!has_ended(facts), mark::OPEN)
        .with(by_kind(mark::ON_TIME, [in_time; 3]))
        .with(by_kind(mark::SATISFIED, [in_time && pleased; 3]));
    let change = next.map(|last| Change::at(last, month));
    Counted { month, marks, minutes: 0, change }
}

fn has_ended(facts: &PetitionFacts) -> bool {
    facts.refused_at.is_some() || facts.published_at.is_some()
}

/// By when it may be refused, and more be asked for, in time.
pub(crate) fn refuse_and_ask(
    facts: &PetitionFacts,
    terms: PetitionTerms,
    calendar: &Calendar,
) -> (OffsetDateTime, OffsetDateTime) {
    let by = |days| calendar.add_working_days(facts.received_at, days);
    (by(terms.refuse), by(terms.ask))
}

/// By when it has to be answered, and the answer made public.
fn answer_and_publish(
    facts: &PetitionFacts,
    terms: PetitionTerms,
    calendar: &Calendar,
) -> (OffsetDateTime, Option<OffsetDateTime>) {
    // Where more was asked for, the term of the answer begins when it came.
    let begins = facts.supplied_at.unwrap_or(facts.received_at);
    let publish_by = facts.answered_at.map(|at| calendar.add_working_days(at, terms.publish));
    (calendar.add_working_days(begins, terms.answer), publish_by)
}

/// By when the body has to answer, or after that to make the answer public; nothing where it waits for the citizen, or has
/// ended.
pub(crate) fn due(facts: &PetitionFacts, terms: PetitionTerms, calendar: &Calendar) -> Option<OffsetDateTime> {
    let waits_for_citizen = facts.asked_at.is_some() && facts.supplied_at.is_none() && facts.answered_at.is_none();
    let (answer_by, publish_by) = answer_and_publish(facts, terms, calendar);
    (!has_ended(facts) && !waits_for_citizen).then(|| publish_by.unwrap_or(answer_by))
}
