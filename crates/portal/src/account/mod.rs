//! The account and signing in by it elsewhere: what a relying party asks, devices and sessions, history, consents,
//! passwords and passkeys; asking for an account, and the counter where level 2 is opened.

mod devices;
mod home;

use crate::State;
use axum::{Router, routing::get};

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/tai-khoan", get(home::show))
        .route("/tai-khoan/thiet-bi", get(devices::show).post(devices::end))
}
