//! What a dossier counts as. The rules are those of the formula document of QĐ 766/QĐ-TTg; their parameters are the
//! pack's ([`Counting`]).

use super::{Change, Counted, instants};
use crate::definition::Counting;
use crate::facts::DossierFacts;
use crate::marks::{Marks, by_kind, dossier as mark};
use crate::period::Month;
use kernel::calendar::Calendar;
use time::{Duration, OffsetDateTime};

/// Filed online.
const ONLINE: u8 = 2;
/// Filed by post.
const POSTAL: u8 = 3;

/// How the processing of a dossier stands.
enum End {
    /// Ended then.
    At(OffsetDateTime),
    /// Waits for the citizen since then.
    Waits(OffsetDateTime),
    /// Neither.
    Open,
}

/// What it counts as. None: it was never received.
#[must_use]
pub fn dossier(facts: &DossierFacts, rules: &Counting, calendar: &Calendar) -> Option<Counted> {
    let received = facts.received_at?;
    let month = Month::of(received);
    let end = end(facts, rules);
    let asked_too_often = facts.supplements.len() > usize::from(rules.supplements_max);
    let last_moment = last_moment(facts, received, calendar);
    let in_time = |at: OffsetDateTime| last_moment.is_none_or(|last| instants::seconds(at) <= instants::seconds(last));

    let mut marks = standing(facts).with_if(asked_too_often, mark::ASKED_TOO_OFTEN);
    let mut minutes = 0;
    let mut change = None;
    let mut on_time = [!asked_too_often; 3];
    match end {
        End::At(at) => {
            marks = marks.with(mark::FINISHED);
            minutes = processing_minutes(facts, received, at, calendar);
            on_time = on_time.map(|yes| yes && in_time(at));
        }
        End::Waits(since) => {
            marks = marks.with(mark::OPEN);
            on_time = on_time.map(|yes| yes && in_time(since));
        }
        End::Open => {
            marks = marks.with(mark::OPEN);
            if let Some(last) = last_moment {
                change = Some(Change::at(last, month));
            }
        }
    }
    let pleased = facts.liked != Some(false) && !facts.complained;
    marks = marks.with(by_kind(mark::ON_TIME, on_time));
    marks = marks.with(by_kind(mark::SATISFIED, on_time.map(|yes| yes && pleased)));
    Some(Counted { month, marks, minutes, change })
}

/// When the processing ended: the first of the pack's list of statuses that was reached.
fn end(facts: &DossierFacts, rules: &Counting) -> End {
    let reached = |status: u8| facts.statuses.iter().filter(|r| r.status == status).map(|r| r.at).max();
    let received = facts.received_at;
    let counts = |status: &&u8| !rules.ends_received.contains(status) || received.is_some();
    let ended = rules.ends_with.iter().filter(counts).find_map(|status| Some((*status, reached(*status)?)));
    // Asked once and not back: the processing ended with the question, and a stop for that reason changes nothing.
    let waiting = match facts.supplements.as_slice() {
        [only] if only.answered_at.is_none() => Some(only.asked_at),
        _ => None,
    };
    match (ended, waiting) {
        (Some((status, _)), Some(asked)) if rules.unanswered_ends.contains(&status) => End::At(asked),
        (Some((_, at)), _) => End::At(at),
        (None, Some(asked)) => End::Waits(asked),
        (None, None) => End::Open,
    }
}

/// The last instant at which it still is in time. None: no day was named, and there is no limit.
fn last_moment(facts: &DossierFacts, received: OffsetDateTime, calendar: &Calendar) -> Option<OffsetDateTime> {
    let renamed = facts.supplements.iter().filter_map(|s| s.due_at).max();
    if let Some(due) = renamed.or(facts.due_at) {
        // The citizen's time is taken off the processing, which is the same as put on the day. A new day has it in it.
        let waited = facts.supplements.iter().filter(|s| s.due_at.is_none());
        let waited: Duration =
            waited.filter_map(|s| s.answered_at.map(|back| (back - s.asked_at).max(Duration::ZERO))).sum();
        return Some(due.saturating_add(waited));
    }
    let limit = Duration::hours(i64::from(facts.limit_hours?)) + waited_working(facts, calendar);
    Some(instants::last_within(calendar, received, limit))
}

fn waited_working(facts: &DossierFacts, calendar: &Calendar) -> Duration {
    let waits = facts.supplements.iter().filter_map(|s| Some((s.asked_at, s.answered_at?)));
    waits.map(|(asked, back)| calendar.working_time_between(asked, back)).sum()
}

/// Working minutes from receipt to end, less the citizen's time.
fn processing_minutes(facts: &DossierFacts, received: OffsetDateTime, end: OffsetDateTime, calendar: &Calendar) -> u32 {
    let worked = calendar.working_time_between(received, end) - waited_working(facts, calendar);
    u32::try_from(worked.whole_minutes().max(0)).unwrap_or(u32::MAX)
}

/// What does not depend on time.
fn standing(facts: &DossierFacts) -> Marks {
    let online = facts.channel == Some(ONLINE);
    let e_result = facts.paper_result && facts.result_file;
    // A dossier whose every fee is zero owes nothing.
    let fee_due = facts.fee_bearing && (facts.fees == 0 || facts.fees_above_zero > 0);
    mark::RECEIVED
        .with_if(facts.synced, mark::SYNCED)
        .with_if(online, mark::ONLINE)
        .with_if(online && (!facts.paper_result || (e_result && facts.result_code)), mark::ONLINE_WITH_RESULT)
        .with_if(facts.channel == Some(POSTAL), mark::POSTAL)
        .with_if(fee_due, mark::FEE_DUE)
        .with_if(fee_due && matches!(facts.paid_online, Some(1 | 2)), mark::PAID_ONLINE)
        .with_if(facts.paper_result, mark::PAPER_RESULT)
        .with_if(e_result, mark::E_RESULT)
        .with_if(facts.files > 0 && facts.result_file, mark::DIGITISED)
        .with_if(facts.digitised > 0 || facts.reused > 0, mark::REUSED)
        .with_if(facts.from_store > 0 || facts.result_stored, mark::SHARED)
        .with_if(facts.citizen_data, mark::CITIZEN_DATA)
        .with_if(facts.liked.is_some(), mark::RATED)
        .with_if(facts.liked == Some(false), mark::DISLIKED)
        .with_if(facts.complained, mark::COMPLAINED)
}
