//! Every decision, the newest first; each can be taken back.

use super::asked::Asked;
use super::list::PAGE;
use super::room::{Answer, Room, Visit};
use super::words;
use axum::extract::State;
use axum::http::Uri;
use matching::review::Desk;
use serde_json::{Value, json};

fn look(desk: &Desk, page: usize) -> (Vec<Value>, usize, usize) {
    let total = desk.entries().len();
    let page = page.min(total.div_ceil(PAGE)).max(1);
    let here = desk.entries().iter().rev().skip((page - 1) * PAGE).take(PAGE);
    let line = |entry| {
        let mut line = words::decision(entry);
        let title = desk.case(entry.row).ok().map(|case| words::title(&case.file));
        line["title"] = json!(title);
        line["taken_back"] = json!(desk.is_taken_back(entry.seq));
        line["holds"] = json!(desk.standing(entry.row).is_some_and(|own| own.seq == entry.seq));
        line
    };
    (here.map(line).collect(), total, page)
}

pub(super) async fn decisions(State(room): State<Room>, visit: Visit, uri: Uri) -> Answer {
    let asked = Asked::of(&uri);
    let (lines, total, page) = room.at_desk(move |desk| look(desk, asked.page)).await?;
    let content = json!({
        "lines": lines,
        "total": total,
        "paging": {"previous": (page > 1).then(|| page - 1), "next": (page * PAGE < total).then(|| page + 1)},
    });
    Ok(room.page(&visit, "review/decisions.html", content)?)
}
