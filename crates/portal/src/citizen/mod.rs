//! Pages of a citizen: what stands where, and the one thing to do now.

mod access;
mod dossier;
mod home;
mod line;
mod rating;
mod result;
mod supplement;
mod withdraw;

use crate::State;
use axum::{Router, routing::get};
use kernel::{FieldProblem, Problem};
use web::CitizenSession;

pub(crate) use access::{access_lines, proof_of};
pub(crate) use line::steps as line_steps;

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/toi", get(home::home))
        .route("/toi/ho-so", get(home::dossiers))
        .route("/toi/thong-bao", get(home::notifications))
        .route("/toi/ho-so/{id}", get(dossier::dossier))
        .route("/toi/ho-so/{id}/bo-sung", get(supplement::form).post(supplement::send))
        .route("/toi/ho-so/{id}/rut", get(withdraw::form).post(withdraw::send))
        .route("/toi/ho-so/{id}/danh-gia", get(rating::form).post(rating::send))
        .route("/toi/ket-qua/{dossier}/{result}", get(result::result))
        .route("/toi/ai-da-xem", get(access::list))
        .route("/toi/ai-da-xem/{entry}", get(access::proof))
        .route("/toi/ai-da-xem/{entry}/chung-cu.json", get(access::download))
}

/// A check says whether a number, a name and a date belong together: that is right for one's own filing and must not become a
/// way of guessing other people's. After too many wrong filings in a minute nothing is said for a while.
///
/// # Errors
/// `WEB0010` with the seconds to wait.
pub(crate) fn wrong_again(state: &State, me: &CitizenSession, problems: &[FieldProblem]) -> Result<(), Problem> {
    if problems.is_empty() {
        return Ok(());
    }
    state.web.attempts.attempt(&format!("check/{}", me.account))
}
