//! Filing: forms of the pack in pages, prefilled, saved and taken up again, reviewed, filed once.

mod draft;
mod fields;
mod file;
mod page;
mod review;
mod start;

use crate::State;
use axum::{Router, routing::get, routing::post};

pub(crate) use fields::{posted, view};

/// The page that shows everything before filing.
const REVIEW: &str = "xem-lai";

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/khai/{code}", get(start::start))
        .route("/khai/{code}/nop", post(file::file))
        .route("/khai/{code}/xem-lai", get(review::review))
        .route("/khai/{code}/{page}", get(page::show).post(page::save))
}
