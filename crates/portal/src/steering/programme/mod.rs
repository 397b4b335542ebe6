//! The programme of tasks: who owes what, what is late, what is reported and decided, and what the directives say. For
//! officers in a role of the programme; [`programme::Desk`] checks beside every read and write which tasks are theirs.
//! `/ket-qua` is for everybody.

mod change;
mod directives;
mod list;
mod period;
mod read_in;
mod report;
mod results;
mod task;
mod words;

pub use change::MEASURES_INDEX;

use crate::State;
use axum::Router;
use axum::routing::{get, post};

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/dieu-hanh/nhiem-vu", get(list::list))
        .route("/dieu-hanh/nhiem-vu/{task}", get(task::show))
        .route("/dieu-hanh/nhiem-vu/{task}/bao-cao", post(report::send))
        .route("/dieu-hanh/nhiem-vu/{task}/quyet-dinh", post(task::decide))
        .route("/dieu-hanh/nhiem-vu/{task}/giao", post(task::assign))
        .route("/dieu-hanh/nhiem-vu/{task}/thu-hoi", post(task::release))
        .route("/dieu-hanh/nhiem-vu/{task}/nhac", post(task::remind))
        .route("/dieu-hanh/nhiem-vu/{task}/sua-doi", post(change::amend))
        .route("/dieu-hanh/nhiem-vu/{task}/do-luong", post(change::measure))
        .route("/dieu-hanh/minh-chung", get(report::file))
        .route("/dieu-hanh/van-ban", get(directives::list).post(read_in::send))
        .route("/dieu-hanh/van-ban/{id}", get(directives::one))
        .route("/ket-qua", get(results::list))
        .route("/ket-qua/{id}", get(results::one))
        .route("/dieu-hanh/bao-cao-nhiem-vu", get(period::show))
        .route("/dieu-hanh/bao-cao-nhiem-vu.doc", get(period::document))
}
