//! The layers around every router, outermost first: problems get words, headers, panics, time, size.

use crate::{BODY_BYTES_MAX, Web, headers, limit, problem};
use axum::{Router, extract::DefaultBodyLimit, http::StatusCode, middleware};
use std::time::Duration;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, timeout::TimeoutLayer};

/// A request that takes longer is stopped.
const REQUEST_S_MAX: u64 = 30;

/// Puts the usual layers around a router whose state has been given.
pub fn layers(router: Router, web: &Web) -> Router {
    router
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .layer(middleware::from_fn(limit::refuse_large))
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_secs(REQUEST_S_MAX)))
        .layer(CatchPanicLayer::new())
        .layer(middleware::from_fn_with_state(web.clone(), problem::dress))
        .layer(middleware::from_fn_with_state(web.clone(), headers::secure))
        .layer(CompressionLayer::new())
}
