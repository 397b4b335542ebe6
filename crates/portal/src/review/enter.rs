//! The link that the terminal printed: its token becomes a cookie.

use super::room::{Answer, Room, Visit};
use crate::page::query;
use axum::extract::State;
use axum::http::{Uri, header};
use kernel::{Kind, Problem};
use serde_json::json;

/// A page that goes on by itself: after a redirect from another site the browser would keep a strict cookie back.
pub(super) async fn enter(State(room): State<Room>, visit: Visit, uri: Uri) -> Answer {
    let token = query(&uri, "ma").unwrap_or_default();
    let cookie = match room.gate.open(&token) {
        Some(cookie) => Some(cookie),
        // The browser that came with this link before may come again.
        None if visit.inside.is_some() => None,
        None => return Err(Problem::new(Kind::Forbidden, "POR0013").into()),
    };
    let mut response = room.page(&visit, "review/enter.html", json!({}))?;
    if let Some(cookie) = cookie {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    Ok(response)
}
