//! What the script of passkeys asks: the only end-points here that need JavaScript, since browsers offer WebAuthn to
//! scripts alone.

use super::step_up;
use crate::State;
use crate::page::{self, Answer, with_cookie};
use crate::public::{device, session_for};
use axum::{extract, http::HeaderMap, response::IntoResponse};
use identity::Ceremony;
use kernel::{Kind, Problem};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Json, SignedIn, Visitor};

/// What begins a ceremony says nothing that matters.
#[derive(Deserialize)]
pub(crate) struct Begin {}

/// What ends it.
#[derive(Deserialize)]
pub(crate) struct Finish {
    state: Uuid,
    credential: Value,
    #[serde(default)]
    name: String,
    #[serde(default)]
    next: String,
}

fn begun(ceremony: Ceremony) -> Answer {
    Ok(axum::Json(json!({"state": ceremony.state, "options": ceremony.options})).into_response())
}

fn next(path: &str) -> axum::response::Response {
    axum::Json(json!({ "next": path })).into_response()
}

/// Somebody who only found a browser open does not add a passkey of their own.
fn fresh(visit: &SignedIn) -> Result<(), Problem> {
    match step_up::first(visit, "") {
        None => Ok(()),
        Some(_) => Err(Problem::new(Kind::Forbidden, "POR0066")),
    }
}

pub(crate) async fn register_begin(
    extract::State(state): extract::State<State>,
    visit: SignedIn,
    Json(Begin {}): Json<Begin>,
) -> Answer {
    fresh(&visit)?;
    begun(state.identity.passkey_register_begin(&visit.ctx, &state.passkeys, visit.session.account).await?)
}

pub(crate) async fn register_finish(
    extract::State(state): extract::State<State>,
    visit: SignedIn,
    Json(given): Json<Finish>,
) -> Answer {
    fresh(&visit)?;
    let (account, name) = (visit.session.account, given.name.trim());
    let name = if name.is_empty() {
        state.web.texts.say(visit.language, "passkey-default-name", &[])
    } else {
        name.to_owned()
    };
    let credential = given.credential;
    state
        .identity
        .passkey_register_finish(&visit.ctx, &state.passkeys, account, given.state, &name, credential)
        .await?;
    Ok(next("/tai-khoan/bao-mat?xong=passkey-added"))
}

pub(crate) async fn sign_in_begin(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    Json(Begin {}): Json<Begin>,
) -> Answer {
    begun(state.identity.passkey_sign_in_begin(&visitor.ctx, &state.passkeys).await?)
}

pub(crate) async fn sign_in_finish(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    headers: HeaderMap,
    Json(given): Json<Finish>,
) -> Answer {
    let known =
        state.identity.passkey_sign_in_finish(&visitor.ctx, &state.passkeys, given.state, given.credential).await?;
    let entered = session_for(&state, &visitor.ctx, known, &device(&headers)).await?;
    page::end_own_session(&state, &visitor, &headers).await?;
    let wanted = page::local(&given.next);
    let to = if wanted.is_empty() { page::home_of(&entered.actor).to_owned() } else { wanted };
    with_cookie(next(&to), &state.web.session_cookie(&entered.opened.token))
}

pub(crate) async fn confirm_begin(
    extract::State(state): extract::State<State>,
    visit: SignedIn,
    Json(Begin {}): Json<Begin>,
) -> Answer {
    begun(state.identity.passkey_confirm_begin(&visit.ctx, &state.passkeys, visit.session.account).await?)
}

pub(crate) async fn confirm_finish(
    extract::State(state): extract::State<State>,
    visit: SignedIn,
    Json(given): Json<Finish>,
) -> Answer {
    let (ctx, session) = (&visit.ctx, &visit.session);
    let proved =
        state.identity.passkey_confirm_finish(ctx, &state.passkeys, session, given.state, given.credential).await?;
    let wanted = page::local(&given.next);
    step_up::strengthen(&state, &visit, &proved, next(step_up::to(&wanted))).await
}
