//! What the extractors and layers of this crate need to know.

use crate::{Attempts, Language, Templates, Texts};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Actor, Clock, Ctx, Problem, Random};
use std::{ops::Deref, sync::Arc};

/// Shared by all requests. Cheap to clone; a router's state gives it by `FromRef`.
#[derive(Clone, Debug)]
pub struct Web(Arc<Settings>);

/// What a [`Web`] is made of.
#[derive(Debug)]
pub struct Settings {
    /// Where sessions are kept; signed in to PostgreSQL as the application.
    pub pool: sqlx::PgPool,
    /// Sentences.
    pub texts: Arc<Texts>,
    /// Pages.
    pub templates: Templates,
    /// What time it is.
    pub clock: Clock,
    /// Where tokens come from.
    pub random: Random,
    /// Whether browsers reach us over https, so that cookies may say so.
    pub secure: bool,
    /// How often somebody may try to sign in.
    pub attempts: Attempts,
}

impl Web {
    /// Shares the settings.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(settings))
    }

    /// A context for this actor in a fresh request.
    #[must_use]
    pub fn ctx(&self, actor: Actor) -> Ctx {
        Ctx::new(actor, self.clock.clone(), self.random.clone())
    }

    /// A page.
    ///
    /// # Errors
    /// `WEB0000` when the template fails; the reason goes to the process log.
    pub fn page(&self, name: &str, language: Language, context: &serde_json::Value) -> Result<Response, Problem> {
        self.page_with(StatusCode::OK, name, language, context)
    }

    /// A page with another status.
    ///
    /// # Errors
    /// `WEB0000` when the template fails; the reason goes to the process log.
    pub fn page_with(
        &self,
        status: StatusCode,
        name: &str,
        language: Language,
        context: &serde_json::Value,
    ) -> Result<Response, Problem> {
        let html = self.templates.render(name, language, context).map_err(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            tracing::error!(%error, cause, "page not rendered");
            Problem::from(error)
        })?;
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        // Pages are one person's: no cache on the way may keep them.
        let cache = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        Ok((status, [kind, cache], html).into_response())
    }
}

impl Deref for Web {
    type Target = Settings;
    fn deref(&self) -> &Settings {
        &self.0
    }
}
