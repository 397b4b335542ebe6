//! The machine end-points.

use super::{Provider, authorize, discovery, pushed, registration, response, token};
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef};
use axum::routing::{get, post};
use kernel::Actor;
use web::Web;

/// Largest body of a machine end-point.
const BODY_BYTES_MAX: usize = 64 * 1024;

/// What the end-points know.
#[derive(Clone, Debug)]
pub(crate) struct Endpoints {
    /// The provider.
    pub(crate) provider: Provider,
    /// Time, randomness, pages.
    pub(crate) web: Web,
}

impl FromRef<Endpoints> for Web {
    fn from_ref(endpoints: &Endpoints) -> Self {
        endpoints.web.clone()
    }
}

impl FromRef<Endpoints> for Provider {
    fn from_ref(endpoints: &Endpoints) -> Self {
        endpoints.provider.clone()
    }
}

/// `/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server` and everything under `/openid/`. Bring
/// the layers of `web` around it.
pub fn router(provider: Provider, web: Web) -> Router {
    // What was used before this moment is not known: proofs that are older are not taken.
    provider.replay().begin(web.ctx(Actor::Anonymous).now().unix_timestamp());
    let endpoints = Endpoints { provider, web };
    Router::new()
        .route("/.well-known/openid-configuration", get(discovery::well_known))
        .route("/.well-known/oauth-authorization-server", get(discovery::well_known))
        .route("/openid/jwks", get(discovery::jwks))
        .route("/openid/register", post(registration::register))
        .route(pushed::PATH, post(pushed::push))
        .route("/openid/authorize", get(authorize::by_get).post(authorize::by_post))
        .route("/openid/post.js", get(response::post_script))
        .merge(token::routes())
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX))
        .with_state(endpoints)
}
