//! A decision, and taking one back.

use super::asked::Asked;
use super::room::{Answer, Room, Sent, Visit};
use super::{list, pair};
use crate::page::go;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use kernel::{Kind, Problem};
use matching::review::{Desk, Entry, Error, Progress, Said, Verdict};
use serde_json::json;
use time::OffsetDateTime;

/// What a decision leads to.
struct Done {
    entry: Entry,
    next: Option<u64>,
    progress: Progress,
    per_hour: Option<u32>,
}

/// A script asks for JSON and shows the next page that it has fetched already.
fn wants_json(headers: &HeaderMap) -> bool {
    headers.get(header::ACCEPT).is_some_and(|value| value.as_bytes() == b"application/json")
}

pub(super) async fn decide(
    State(room): State<Room>,
    visit: Visit,
    Path(row): Path<u64>,
    uri: Uri,
    headers: HeaderMap,
    sent: Sent,
) -> Answer {
    let asked = Asked::of(&uri);
    let now = room.web.clock.now();
    let (done, asked) = room
        .at_desk(move |desk| {
            let done = decide_at(desk, row, &asked, &sent, now)
                .map_err(|problem| (problem, pair::look(desk, row, &asked).ok()));
            (done, asked)
        })
        .await?;
    match done {
        Ok(done) => Ok(after(&asked, &done, wants_json(&headers))),
        // Somebody was first, or the disk is full: the row as it stands now, with what went wrong.
        Err((problem, Some(seen))) if !wants_json(&headers) => {
            let status = StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::CONFLICT);
            let content = pair::content(&room, visit.language, &asked, &seen, Some(&problem));
            Ok(room.page_with(status, &visit, "review/pair.html", content)?)
        }
        Err((problem, _)) => Err(problem.into()),
    }
}

fn decide_at(desk: &mut Desk, row: u64, asked: &Asked, sent: &Sent, now: OffsetDateTime) -> Result<Done, Problem> {
    let verdict =
        sent.get("decision").and_then(Verdict::from_id).ok_or_else(|| Problem::new(Kind::Invalid, "POR0003"))?;
    let case = desk.case(row)?;
    let said = match verdict {
        Verdict::Match => {
            let at = sent
                .number("nguoi")
                .and_then(|number| usize::try_from(number).ok())
                .and_then(|number| number.checked_sub(1));
            let candidate = at.and_then(|at| case.candidates.get(at)).ok_or(Error::NoCandidate)?;
            Said::Match(&candidate.personal_number)
        }
        Verdict::Not => Said::Not,
        Verdict::Unsure => Said::Unsure,
    };
    // What comes next is asked before: the row may leave the filter by what is decided on it.
    let next = desk.next(row, &asked.filter);
    let seen =
        sent.number("seen").ok_or_else(|| Problem::new(Kind::Invalid, web::codes::SHAPE).with("detail", "seen"))?;
    let entry = desk.decide(row, &said, seen, now)?;
    Ok(Done { entry, next, progress: desk.progress(), per_hour: desk.pace().per_hour() })
}

fn after(asked: &Asked, done: &Done, as_json: bool) -> Response {
    let next = done.next.map_or_else(|| asked.list(), |row| asked.pair(row));
    if !as_json {
        return go(&next);
    }
    let answer = json!({
        "seq": done.entry.seq,
        "row": done.entry.row,
        "deed": done.entry.deed.id(),
        "next": next,
        "progress": list::progress(done.progress, done.per_hour),
    });
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (headers, answer.to_string()).into_response()
}

/// Takes a decision back and goes to its row, or stays on the list of decisions.
pub(super) async fn take_back(State(room): State<Room>, uri: Uri, sent: Sent) -> Answer {
    let asked = Asked::of(&uri);
    let now = room.web.clock.now();
    let seq = sent.number("seq").ok_or_else(|| Problem::new(Kind::Invalid, web::codes::SHAPE).with("detail", "seq"))?;
    let entry = room.at_desk(move |desk| desk.take_back(seq, now)).await?.map_err(Problem::from)?;
    Ok(go(&if sent.get("ve") == Some("quyet-dinh") { "/quyet-dinh".to_owned() } else { asked.pair(entry.row) }))
}
