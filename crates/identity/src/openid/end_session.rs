//! `/openid/end-session` (OpenID Connect RP-Initiated Logout 1.0): a relying party sends a person to log out, here and
//! everywhere they signed in from here.
//!
//! With an ID token of the session that the browser has, it is done at once. Otherwise the person is asked first, or any
//! page could log people out. Where to go afterwards must be registered, letter for letter.

use super::form::Fields;
use super::router::Endpoints;
use super::token::hint;
use super::{Client, Provider};
use crate::Error;
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Ctx, Kind, Problem};
use std::sync::Arc;
use subtle::ConstantTimeEq;
use web::{Failure, Session, Visitor, Web};

/// The portal's page that asks.
const ASK: &str = "/dang-xuat/hoi";
/// Where a person is left whom nobody wants back.
const HOME: &str = "/";

pub(crate) async fn by_get(
    State(endpoints): State<Endpoints>,
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let fields = Fields::of(query.unwrap_or_default().as_bytes()).map_err(|_| malformed())?;
    end(&endpoints, &visitor, &headers, &fields).await
}

pub(crate) async fn by_post(
    State(endpoints): State<Endpoints>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of_post(&headers, &body).map_err(|_| malformed())?;
    end(&endpoints, &visitor, &headers, &fields).await
}

fn malformed() -> Problem {
    Problem::new(Kind::Invalid, "IDN0186")
}

async fn end(
    endpoints: &Endpoints,
    visitor: &Visitor,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<Response, Failure> {
    let provider = &endpoints.provider;
    let hint = match fields.get("id_token_hint") {
        Some(token) => Some(hint::id_token(provider, &visitor.ctx, token).await.map_err(|_| malformed())?),
        None => None,
    };
    let named = fields.get("client_id").map(str::to_owned);
    let of_hint = hint.as_ref().map(|hint| hint.client_id.clone());
    if named.is_some() && of_hint.is_some() && named != of_hint {
        return Err(malformed().into());
    }
    let client = match of_hint.or(named) {
        Some(id) => provider.client(&visitor.ctx, &id).await.map_err(Failure::from)?,
        None => None,
    };
    let back = back(client.as_ref(), fields)?;
    let Some(session) = &visitor.session else { return Ok(go(&back.unwrap_or_else(|| HOME.to_owned()))) };
    let by_hint = hint.as_ref().is_some_and(|hint| {
        let sid = provider.sid(&hint.client_id, session.id);
        hint.sid.as_deref() == Some(sid.as_str())
    });
    let by_hand = fields.get("_csrf").is_some_and(|given| given.as_bytes().ct_eq(session.csrf.as_bytes()).into());
    if by_hand && fields.get("_lam") == Some("o-lai") {
        return Ok(go(HOME));
    }
    if !by_hint && !by_hand {
        return Ok(go(&format!("{ASK}{}", asking(fields))));
    }
    log_out(provider, &visitor.ctx, &endpoints.web, headers, session).await?;
    let mut response = go(&back.unwrap_or_else(|| HOME.to_owned()));
    if let Ok(gone) = HeaderValue::from_str(&endpoints.web.session_cookie_gone()) {
        response.headers_mut().append(header::SET_COOKIE, gone);
    }
    Ok(response)
}

async fn log_out(
    provider: &Provider,
    ctx: &Ctx,
    web: &Web,
    headers: &HeaderMap,
    session: &Session,
) -> Result<(), Problem> {
    let mut tx = provider.db().begin().await.map_err(Error::from)?;
    if let Some(token) = web.token_of(headers) {
        web::end(&mut tx, token).await.map_err(Error::from)?;
    }
    provider.session_ended(&mut tx, ctx, session.id).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(())
}

/// Where to go afterwards: only where the relying party registered, and with its own `state`.
fn back(client: Option<&Arc<Client>>, fields: &Fields) -> Result<Option<String>, Problem> {
    let Some(uri) = fields.get("post_logout_redirect_uri") else { return Ok(None) };
    let registered =
        client.is_some_and(|client| client.metadata.post_logout_redirect_uris.iter().any(|own| own == uri));
    if !registered {
        return Err(Problem::new(Kind::Invalid, "IDN0187"));
    }
    let Some(state) = fields.get("state") else { return Ok(Some(uri.to_owned())) };
    let joint = if uri.contains('?') { '&' } else { '?' };
    Ok(Some(format!("{uri}{joint}state={}", web::encoded(state))))
}

/// What the page that asks needs to send back here.
fn asking(fields: &Fields) -> String {
    let kept = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];
    let pairs =
        kept.into_iter().filter_map(|name| fields.get(name).map(|value| format!("{name}={}", web::encoded(value))));
    let query = pairs.collect::<Vec<_>>().join("&");
    if query.is_empty() { query } else { format!("?{query}") }
}

fn go(to: &str) -> Response {
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static(HOME));
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location), no_store]).into_response()
}
