//! Pages of officers: what to do, in order of urgency, and the decision from one page.

mod decide;
mod inbox;
mod task;

use crate::State;
use axum::{Router, routing::get};

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/can-bo", get(inbox::inbox))
        .route("/can-bo/da-xong", get(inbox::done))
        .route("/can-bo/viec/{task}", get(task::task).post(decide::decide))
}
