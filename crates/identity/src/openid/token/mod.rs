//! The token end-point and what uses tokens.

use super::router::Endpoints;
use axum::Router;

/// The routes of tokens: `/openid/token`, `/openid/userinfo`, `/openid/introspect`, `/openid/revoke`, `/openid/device`,
/// `/openid/ciba`, `/openid/end-session`.
pub(crate) fn routes() -> Router<Endpoints> {
    Router::new()
}
