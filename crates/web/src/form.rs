//! Bodies of requests: forms of our pages, JSON of programs. Both are refused when forged, too large or misshapen.

use crate::{Failure, Visitor, Web, codes, csrf};
use axum::{
    body::Bytes,
    extract::{FromRef, FromRequest, FromRequestParts, Request},
    http::header,
};
use kernel::{Kind, Problem};
use serde::de::DeserializeOwned;

/// Fields of a form, in order; a name may repeat. Checked against the session's token.
#[derive(Clone, Default)]
pub struct Form(pub Vec<(String, String)>);

impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // What people write into forms is theirs: only the names are shown.
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Form {
    /// The last value of this name, without the spaces around it; nothing when it is empty.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }

    /// Every value of this name.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim())
    }

    /// Refuses U+0000, which no text has and PostgreSQL does not take, and what does not carry the session's token.
    pub(crate) fn check(&self, visitor: &Visitor) -> Result<(), Failure> {
        if self.0.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
            return Err(no_text());
        }
        if let Some(session) = &visitor.session {
            csrf::token(session, self.get("_csrf"))?;
        }
        Ok(())
    }
}

/// Who sends a form from a page of ours; what another site sends is refused before its body is read.
pub(crate) async fn ours<S>(request: Request, state: &S) -> Result<(Visitor, Request), Failure>
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    let (mut parts, body) = request.into_parts();
    csrf::same_site(&parts.headers)?;
    let visitor = Visitor::from_request_parts(&mut parts, state).await?;
    Ok((visitor, Request::from_parts(parts, body)))
}

impl<S> FromRequest<S> for Form
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let (visitor, request) = ours(request, state).await?;
        let axum::Form(fields) = axum::Form::<Vec<(String, String)>>::from_request(request, state)
            .await
            .map_err(|rejection| refused(rejection.into_status(), "application/x-www-form-urlencoded"))?;
        let form = Self(fields);
        form.check(&visitor)?;
        Ok(form)
    }
}

/// A JSON body. From a cookie session it needs the header `x-csrf-token`.
#[derive(Clone, Copy, Debug)]
pub struct Json<T>(pub T);

impl<S, T> FromRequest<S> for Json<T>
where
    S: Send + Sync,
    T: DeserializeOwned,
    Web: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let (visitor, request) = ours(request, state).await?;
        let headers = request.headers();
        if let Some(session) = &visitor.session {
            csrf::token(session, headers.get("x-csrf-token").and_then(|value| value.to_str().ok()))?;
        }
        let kind = headers.get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("");
        if !kind.starts_with("application/json") {
            return Err(Failure(Problem::new(Kind::Invalid, codes::MEDIA_TYPE).with("expected", "application/json")));
        }
        let bytes = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| refused(rejection.into_status(), "application/json"))?;
        if bytes.windows(NUL.len()).any(|part| part == NUL) {
            return Err(no_text());
        }
        serde_json::from_slice(&bytes).map(Self).map_err(|error| Failure(misread(&error)))
    }
}

/// The character that no text has and that PostgreSQL does not take, as JSON writes it.
const NUL: &[u8] = b"\\u0000";

fn no_text() -> Failure {
    Failure(Problem::new(Kind::Invalid, codes::SHAPE).with("detail", "U+0000"))
}

/// What `serde_json` could not read, without quoting what was sent.
fn misread(error: &serde_json::Error) -> Problem {
    if error.is_data() {
        // The message may quote values; the place does not.
        let place = format!("{}:{}", error.line(), error.column());
        return Problem::new(Kind::Invalid, codes::SHAPE).with("detail", place);
    }
    Problem::new(Kind::Invalid, codes::JSON).with("line", error.line()).with("column", error.column())
}

pub(crate) fn refused(status: axum::http::StatusCode, expected: &str) -> Failure {
    let limit = crate::BODY_BYTES_MAX / (1024 * 1024);
    Failure(match status.as_u16() {
        413 => Problem::new(Kind::TooLarge, codes::TOO_LARGE).with("limit", limit),
        415 => Problem::new(Kind::Invalid, codes::MEDIA_TYPE).with("expected", expected),
        _ => Problem::new(Kind::Invalid, codes::SHAPE).with("detail", status.as_u16()),
    })
}

/// The status that axum would have answered with.
trait IntoStatus {
    fn into_status(self) -> axum::http::StatusCode;
}

impl<R: axum::response::IntoResponse> IntoStatus for R {
    fn into_status(self) -> axum::http::StatusCode {
        self.into_response().status()
    }
}
