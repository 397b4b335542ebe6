//! The index of the quality of service: `/chi-so` for everybody, `/dieu-hanh/chi-so` for leaders, who go on from a
//! figure to the dossiers behind it, and assign. Figures are about bodies; what is shown of a dossier is when it was
//! received, asked about and ended, never whose it is.

mod assign;
mod board;
mod dossiers;
mod files;
mod look;

use crate::State;
use axum::Router;
use axum::routing::{get, post};

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/chi-so", get(board::public))
        .route("/chi-so/bang.csv", get(files::table))
        .route("/chi-so/bang.xlsx", get(files::sheet))
        .route("/dieu-hanh/chi-so", get(board::leaders))
        .route("/dieu-hanh/chi-so/ho-so", get(dossiers::list))
        .route("/dieu-hanh/chi-so/ho-so/{id}", get(dossiers::one))
        .route("/dieu-hanh/chi-so/giao", post(assign::send))
        .route("/dieu-hanh/chi-so/minh-chung", get(files::evidence))
        .route("/dieu-hanh/viec-giao", get(assign::list))
        .route("/dieu-hanh/viec-giao/{id}", post(assign::answer))
}
