//! The machine end-points.

use super::{Provider, token};
use axum::Router;
use axum::extract::FromRef;
use web::Web;

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
    let endpoints = Endpoints { provider, web };
    token::routes().with_state(endpoints)
}
