//! Signing in and out.

use super::{Reply, reply};
use crate::State;
use crate::public::enter;
use axum::{extract, http::HeaderMap};
use serde::Deserialize;
use serde_json::json;
use web::{Json, SignedIn, Visitor};

/// What signing in takes.
#[derive(Deserialize)]
pub(crate) struct Credentials {
    login: String,
    password: String,
    #[serde(default)]
    code: Option<String>,
}

/// `POST /session {login, password, code}` → `{token, actor, ends_at}`.
pub(crate) async fn sign_in(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    headers: HeaderMap,
    Json(given): Json<Credentials>,
) -> Reply {
    let code = given.code.as_deref();
    let entered = enter(&state, &visitor.ctx, &given.login, &given.password, code, &headers).await?;
    let ends_at = entered.opened.ends_at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
    reply(&json!({"token": entered.opened.token, "actor": entered.actor, "ends_at": ends_at}))
}

/// `GET /session` → `{actor, csrf}`; the token of forms for a cookie session.
pub(crate) async fn who(me: SignedIn) -> Reply {
    reply(&json!({"actor": me.session.actor, "csrf": me.session.csrf}))
}

/// `DELETE /session` ends it.
pub(crate) async fn sign_out(extract::State(state): extract::State<State>, me: SignedIn, headers: HeaderMap) -> Reply {
    crate::page::end_token(&state, &me.ctx, &headers).await?;
    reply(&json!({}))
}
