//! Failures as OAuth clients read them (RFC 6749, section 5.2): `error`, `error_description`, and our stable code.

use axum::Json;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::Problem;
use serde_json::json;
use std::borrow::Cow;

/// A failure on its way to a client. Its description is English ASCII without quotes and holds nothing personal.
#[derive(Clone, Debug)]
pub(crate) struct OAuthError {
    /// The HTTP status.
    pub(crate) status: StatusCode,
    /// The RFCs' word.
    pub(crate) error: &'static str,
    /// What exactly.
    pub(crate) description: Cow<'static, str>,
    /// Our stable code.
    pub(crate) code: &'static str,
    /// Headers that belong to the answer: a challenge, a nonce, a time to wait.
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
}

impl OAuthError {
    /// A failure of this status.
    pub(crate) fn new(
        status: StatusCode,
        error: &'static str,
        code: &'static str,
        description: impl Into<Cow<'static, str>>,
    ) -> Self {
        Self { status, error, description: description.into(), code, headers: Vec::new() }
    }

    /// 400 with this word.
    pub(crate) fn bad(error: &'static str, code: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, error, code, description)
    }

    /// `invalid_request`: a parameter lacks, repeats or is not of its form.
    pub(crate) fn request(description: impl Into<Cow<'static, str>>) -> Self {
        Self::bad("invalid_request", "IDN0100", description)
    }

    /// `invalid_scope`.
    pub(crate) fn invalid_scope(description: impl Into<Cow<'static, str>>, code: &'static str) -> Self {
        Self::bad("invalid_scope", code, description)
    }

    /// `invalid_client`: 401. Which part of the proof is wrong is not said.
    pub(crate) fn client(code: &'static str, description: impl Into<Cow<'static, str>>) -> Self {
        let challenge = HeaderValue::from_static("Basic realm=\"sen\", charset=\"UTF-8\"");
        Self::new(StatusCode::UNAUTHORIZED, "invalid_client", code, description)
            .with(header::WWW_AUTHENTICATE, challenge)
    }

    /// `server_error`: 500. The cause goes to the process log.
    pub(crate) fn fault(what: &'static str) -> Self {
        tracing::error!(code = "IDN0124", what, "the provider failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "IDN0124", "the provider failed")
    }

    /// Adds a header to the answer.
    #[must_use]
    pub(crate) fn with(mut self, name: HeaderName, value: HeaderValue) -> Self {
        self.headers.push((name, value));
        self
    }
}

impl IntoResponse for OAuthError {
    fn into_response(self) -> Response {
        if self.status.is_client_error() {
            tracing::info!(code = self.code, error = self.error, "client refused");
        }
        let body = json!({
            "error": self.error,
            "error_description": self.description,
            "sen_code": self.code,
        });
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(header::PRAGMA, HeaderValue::from_static("no-cache"));
        for (name, value) in self.headers {
            headers.append(name, value);
        }
        response
    }
}

impl From<crate::Error> for OAuthError {
    fn from(error: crate::Error) -> Self {
        let problem = Problem::from(error);
        tracing::error!(code = %problem.code, "the provider failed");
        if problem.kind.retryable() && problem.kind != kernel::Kind::Internal {
            let word = "temporarily_unavailable";
            return Self::new(StatusCode::SERVICE_UNAVAILABLE, word, "IDN0124", "try again in a few seconds");
        }
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "server_error", "IDN0124", "the provider failed")
    }
}

impl From<sqlx::Error> for OAuthError {
    fn from(error: sqlx::Error) -> Self {
        crate::Error::from(error).into()
    }
}

impl From<store::Error> for OAuthError {
    fn from(error: store::Error) -> Self {
        crate::Error::from(error).into()
    }
}
