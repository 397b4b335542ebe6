//! `/openid/userinfo` (OpenID Connect Core, section 5.3): what a person has consented to tell, and nothing else. JSON, or
//! signed for clients that registered so.

use super::access_token::Actor;
use super::bearer::{self, Brought};
use super::form::Fields;
use super::router::Endpoints;
use super::subject::Principal;
use super::token::family::Family;
use super::{OAuthError, Provider, claims, person};
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::response::{IntoResponse, Response};
use kernel::{Actor as Who, Ctx};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// The media type in the header of a signed answer (Core 5.3.2 asks for none).
const TYP: &str = "JWT";
pub(crate) const PATH: &str = "/openid/userinfo";

pub(crate) async fn userinfo(
    State(endpoints): State<Endpoints>,
    method: Method,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, OAuthError> {
    let ctx = endpoints.web.ctx(Who::Anonymous);
    let form = if method == Method::POST { Fields::of_post(&headers, &body)? } else { Fields::default() };
    let brought = bearer::brought(&endpoints, &ctx, &headers, form.get("access_token"), &method, PATH).await?;
    let claims = told(&endpoints.provider, &ctx, &brought).await?;
    answer(&endpoints.provider, &ctx, &brought, claims).await
}

async fn told(provider: &Provider, ctx: &Ctx, brought: &Brought) -> Result<Map<String, Value>, OAuthError> {
    let Some(family) = &brought.family else {
        return Err(bearer::insufficient("IDN0183", "the token speaks of no person"));
    };
    if !brought.token.aud.has(provider.issuer()) {
        return Err(bearer::invalid(false, "IDN0131", "the token is for another audience"));
    }
    let scopes: BTreeSet<&str> = brought.token.scope.split(' ').collect();
    if !scopes.contains("openid") {
        return Err(bearer::insufficient("IDN0183", "the token has no scope openid"));
    }
    let asked = asked(family, &scopes);
    let mut names = claims::named(&asked);
    names.retain(|name| family.consented.contains(name));
    let (known, standing) = person::read(provider, ctx, &brought.client, &family.begun, &names).await?;
    let mut told = claims::answered(&asked, &family.consented, &known, standing);
    told.insert("sub".to_owned(), json!(brought.token.sub));
    if let Principal::Organisation(code) = &family.begun.principal {
        told.insert("organisation".to_owned(), json!({"code": code}));
    }
    if let Some(Actor { sub }) = &brought.token.act {
        told.insert("act".to_owned(), json!({"sub": sub}));
    }
    Ok(told)
}

/// What the token's scopes ask for, and what the request asked for by name.
fn asked(family: &Family, scopes: &BTreeSet<&str>) -> Map<String, Value> {
    let mut asked = family.begun.claims.userinfo.clone();
    for name in claims::of_scopes(scopes.iter().copied()) {
        asked.entry(name).or_insert(Value::Null);
    }
    asked
}

async fn answer(
    provider: &Provider,
    ctx: &Ctx,
    brought: &Brought,
    mut claims: Map<String, Value>,
) -> Result<Response, OAuthError> {
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    let Some(alg) = &brought.client.metadata.userinfo_signed_response_alg else {
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        return Ok(([kind, no_store], Value::Object(claims).to_string()).into_response());
    };
    claims.insert("iss".to_owned(), json!(provider.issuer()));
    claims.insert("aud".to_owned(), json!(brought.client.id));
    let token = provider.sign(ctx, jose::Alg::of(alg).unwrap_or(jose::Alg::Es256), TYP, &claims).await?;
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/jwt"));
    Ok(([kind, no_store], token).into_response())
}
