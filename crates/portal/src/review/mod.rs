//! The pages of `sen review`: a clerk decides on the uncertain rows of a cleaning, by keyboard.
//!
//! A tool of one machine over a folder of files, apart from the portal: no database, no accounts, no passes (files that
//! an operator handles offline are the stated exception). What always holds: only who opened the link that the terminal
//! printed gets an answer ([`Gate`]); a page shows nothing that is kept by a cache; a decision is on disk before the
//! answer leaves; every page works without JavaScript.

mod asked;
mod decide;
mod decisions;
mod enter;
mod export;
mod gate;
mod list;
mod pair;
mod room;
mod words;

pub use gate::Gate;
pub use room::{Names, Room};

use axum::Router;
use axum::routing::{get, post};

/// The pages, with the layers around them.
pub fn router(room: Room) -> Router {
    let web = room.web.clone();
    let guard = axum::middleware::from_fn_with_state(room.clone(), gate::guard);
    let pages = Router::new()
        .route("/", get(list::list))
        .route("/vao", get(enter::enter))
        .route("/cap/{row}", get(pair::pair).post(decide::decide))
        .route("/quyet-dinh", get(decisions::decisions))
        .route("/hoan-tac", post(decide::take_back))
        .route("/export.csv", get(export::export))
        .merge(crate::assets().router())
        .fallback(room::nowhere)
        .with_state(room)
        .layer(guard);
    web::layers(pages, &web)
}

/// The templates of these pages; their frame is another than the portal's, the page of a problem too.
#[must_use]
pub fn template_source(name: &str) -> Option<String> {
    crate::template_source(if name == "problem.html" { "review/problem.html" } else { name })
}
