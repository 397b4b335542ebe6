//! Who asks: extractors for handlers.

use crate::{Error, Failure, Language, Session, Web, codes, language, session};
use axum::{
    extract::{FromRef, FromRequestParts},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use kernel::{AccountId, Actor, BodyId, Ctx, Kind, Problem, RequestId, Role, SubjectId};

/// Anybody: a context, the language, and the session of those who signed in.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Who acts, when, in which request.
    pub ctx: Ctx,
    /// The reader's language.
    pub language: Language,
    /// Who signed in.
    pub session: Option<Session>,
    /// Path and query of the request, for the language switch.
    pub here: String,
}

/// Somebody who signed in.
#[derive(Clone, Debug)]
pub struct SignedIn {
    /// Who acts, when, in which request.
    pub ctx: Ctx,
    /// The reader's language.
    pub language: Language,
    /// The session.
    pub session: Session,
    /// Path and query of the request.
    pub here: String,
}

/// A citizen who signed in.
#[derive(Clone, Debug)]
pub struct CitizenSession {
    /// The request and its session.
    pub visit: SignedIn,
    /// The account.
    pub account: AccountId,
    /// The person.
    pub subject: SubjectId,
    /// Level of the account.
    pub level: u8,
}

/// An officer who signed in.
#[derive(Clone, Debug)]
pub struct OfficerSession {
    /// The request and its session.
    pub visit: SignedIn,
    /// The account.
    pub account: AccountId,
    /// The body acted for.
    pub body: BodyId,
    /// Roles in that body.
    pub roles: Vec<Role>,
}

/// Name of the cookie that holds the token.
pub(crate) const fn cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-sen" } else { "sen" }
}

/// So long a browser is known again.
const DEVICE_DAYS: i64 = 180;

const fn device_cookie_name(secure: bool) -> &'static str {
    if secure { "__Host-sen-device" } else { "sen-device" }
}

/// The token of a request: `Authorization: Bearer`, else the cookie. Says whether it was a bearer.
pub(crate) fn token(headers: &HeaderMap, secure: bool) -> Option<(&str, bool)> {
    let bearer =
        headers.get(header::AUTHORIZATION).and_then(|v| v.to_str().ok()).and_then(|v| v.strip_prefix("Bearer "));
    match bearer {
        Some(token) => Some((token.trim(), true)),
        None => language::cookie(headers, cookie_name(secure)).map(|token| (token, false)),
    }
}

impl<S> FromRequestParts<S> for Visitor
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        if let Some(known) = parts.extensions.get::<Self>() {
            return Ok(known.clone());
        }
        let web = Web::from_ref(state);
        let language = parts.extensions.get().copied().unwrap_or_else(|| Language::of(&parts.uri, &parts.headers));
        let mut ctx = web.ctx(Actor::Anonymous);
        if let Some(request) = parts.extensions.get::<RequestId>() {
            ctx.request = *request;
        }
        let session = match token(&parts.headers, web.secure) {
            Some((token, by_bearer)) => {
                let mut conn = web.pool.acquire().await.map_err(Error::from)?;
                session::find(&mut conn, &ctx, token, by_bearer).await?
            }
            None => None,
        };
        if let Some(session) = &session {
            ctx.actor = session.actor.clone();
        }
        let here = parts.uri.path_and_query().map_or("/", |p| p.as_str()).to_owned();
        let visitor = Self { ctx, language, session, here };
        parts.extensions.insert(visitor.clone());
        Ok(visitor)
    }
}

impl<S> FromRequestParts<S> for SignedIn
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Visitor { ctx, language, session, here } = Visitor::from_request_parts(parts, state).await?;
        let session = session.ok_or_else(|| Problem::new(Kind::Unauthenticated, codes::SIGN_IN))?;
        Ok(Self { ctx, language, session, here })
    }
}

impl<S> FromRequestParts<S> for CitizenSession
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let visit = SignedIn::from_request_parts(parts, state).await?;
        match visit.session.actor {
            Actor::Citizen { account, subject, level } => Ok(Self { visit, account, subject, level }),
            _ => Err(Failure(Problem::new(Kind::Forbidden, codes::NOT_FOR_YOU))),
        }
    }
}

impl<S> FromRequestParts<S> for OfficerSession
where
    S: Send + Sync,
    Web: FromRef<S>,
{
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let visit = SignedIn::from_request_parts(parts, state).await?;
        match visit.session.actor.clone() {
            Actor::Officer { account, body, roles } => Ok(Self { visit, account, body, roles }),
            _ => Err(Failure(Problem::new(Kind::Forbidden, codes::NOT_FOR_YOU))),
        }
    }
}

/// Sends a reader to the sign-in page, and remembers where they wanted to go.
pub(crate) fn to_sign_in(back: &str) -> Response {
    let mut target = String::from("/dang-nhap?tiep=");
    for byte in back.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_./~".contains(&byte) {
            target.push(char::from(byte));
        } else {
            target.push_str(&format!("%{byte:02X}"));
        }
    }
    let location = HeaderValue::from_str(&target).unwrap_or(HeaderValue::from_static("/dang-nhap"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

impl Web {
    /// The header that gives the browser its token.
    #[must_use]
    pub fn session_cookie(&self, token: &str) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = session::ABSOLUTE_HOURS * 3600;
        format!("{}={token}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", cookie_name(self.secure))
    }

    /// The header that takes it away again.
    #[must_use]
    pub fn session_cookie_gone(&self) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax{secure}", cookie_name(self.secure))
    }

    /// The header that lets the browser keep by what its owner's sign-ins here are known again; opens nothing.
    #[must_use]
    pub fn device_cookie(&self, kept: &str) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        let age = DEVICE_DAYS * 24 * 3600;
        format!("{}={kept}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}", device_cookie_name(self.secure))
    }

    /// What the browser keeps by [`Self::device_cookie`].
    #[must_use]
    pub fn device_kept<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        language::cookie(headers, device_cookie_name(self.secure))
    }

    /// The token of a request, for signing out.
    #[must_use]
    pub fn token_of<'a>(&self, headers: &'a HeaderMap) -> Option<&'a str> {
        token(headers, self.secure).map(|(token, _)| token)
    }
}
