//! A row of the file beside the people it may mean.

use super::asked::Asked;
use super::room::{Answer, Room, Visit};
use super::{list, words};
use axum::extract::{Path, State};
use axum::http::{StatusCode, Uri};
use kernel::Problem;
use matching::review::{Case, Desk, Entry, Error, Progress};
use serde_json::{Value, json};
use web::Language;

/// What stands on the page of a row.
pub(super) struct Seen {
    case: Case,
    standing: Option<Entry>,
    last: Option<Entry>,
    previous: Option<u64>,
    next: Option<u64>,
    progress: Progress,
    per_hour: Option<u32>,
}

pub(super) fn look(desk: &Desk, row: u64, asked: &Asked) -> Result<Seen, Error> {
    Ok(Seen {
        case: desk.case(row)?,
        standing: desk.standing(row).cloned(),
        last: desk.last().cloned(),
        previous: desk.previous(row, &asked.filter),
        next: desk.next(row, &asked.filter),
        progress: desk.progress(),
        per_hour: desk.pace().per_hour(),
    })
}

pub(super) fn content(room: &Room, language: Language, asked: &Asked, seen: &Seen, problem: Option<&Problem>) -> Value {
    let case = &seen.case;
    json!({
        "row": case.row,
        "title": words::title(&case.file),
        "reasons": case.reasons.iter().map(|id| words::reason(room, language, id)).collect::<Vec<_>>(),
        "candidates": words::candidates(room, language, case),
        "chosen": asked.candidate.min(case.candidates.len()).max(1),
        "standing": seen.standing.as_ref().map(words::decision),
        "seen": seen.standing.as_ref().map_or(0, |entry| entry.seq),
        "last": seen.last.as_ref().map(words::decision),
        "here": asked.pair(case.row),
        "and": if asked.query().is_empty() { "?" } else { "&" },
        "list": asked.list(),
        "take_back": asked.take_back(),
        "previous": seen.previous.map(|row| asked.pair(row)),
        "next": seen.next.map(|row| asked.pair(row)),
        "progress": list::progress(seen.progress, seen.per_hour),
        "problem": problem.map(|problem| room.web.sentence(language, &problem.code, &problem.args)),
        "conflict": problem.is_some_and(|problem| problem.code == "MAT0507"),
    })
}

pub(super) async fn pair(State(room): State<Room>, visit: Visit, Path(row): Path<u64>, uri: Uri) -> Answer {
    let asked = Asked::of(&uri);
    let (seen, asked) = room.at_desk(move |desk| (look(desk, row, &asked), asked)).await?;
    let seen = seen.map_err(Problem::from)?;
    let content = content(&room, visit.language, &asked, &seen, None);
    Ok(room.page_with(StatusCode::OK, &visit, "review/pair.html", content)?)
}
