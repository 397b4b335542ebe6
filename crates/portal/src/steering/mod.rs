//! Pages for those who answer for public services.

mod coverage;
mod funding;
mod index;
mod legal;
mod programme;

pub use programme::MEASURES_INDEX;

use crate::State;
use axum::Router;

pub(crate) fn router() -> Router<State> {
    Router::new()
        .merge(index::router())
        .merge(programme::router())
        .merge(coverage::router())
        .merge(funding::router())
        .merge(legal::router())
}
