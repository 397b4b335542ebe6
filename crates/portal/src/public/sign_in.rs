//! Signing in with name, password and one-time code; signing out.

use crate::page::{self, Answer, go, local, with_cookie};
use crate::{DemoAccount, State};
use axum::{
    extract,
    http::{HeaderMap, StatusCode, Uri, header},
    response::Response,
};
use identity::{Origin, TotpSecret};
use kernel::{AccountId, Actor, Ctx, Kind, Problem};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use web::{Failure, Form, NewSession, Opened, Visitor};

/// A session that has begun.
pub(crate) struct Entered {
    pub(crate) opened: Opened,
    pub(crate) account: AccountId,
    pub(crate) actor: Actor,
}

/// The relying party that waits at the page that is wanted; nothing where none does.
async fn asking(state: &State, visitor: &Visitor, headers: &HeaderMap, wanted: &str) -> Value {
    let Some(id) = wanted.strip_prefix("/cho-phep/").and_then(|id| id.parse().ok()) else { return Value::Null };
    let browser = page::cookie(headers, identity::openid::browser_cookie(state.web.secure)).unwrap_or_default();
    let asked = state.provider.interaction(&visitor.ctx, id, browser, None).await;
    asked.map_or(Value::Null, |asked| crate::account::client(state, &visitor.ctx, &asked.client))
}

pub(crate) async fn form(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let wanted = page::query(&uri, "tiep").map(|path| local(&path)).unwrap_or_default();
    // A relying party may ask that somebody signs in again (`lai`), or as somebody else.
    if let Some(session) = visitor.session.as_ref().filter(|_| page::query(&uri, "lai").is_none()) {
        return Ok(go(if wanted.is_empty() { page::home_of(&session.actor) } else { &wanted }));
    }
    let picked = page::query(&uri, "vai").and_then(|login| demo_account(&state, &login));
    let hint = page::query(&uri, "ten").unwrap_or_default();
    let mut typed = Typed::of(&visitor.ctx, picked);
    if picked.is_none() {
        typed.login = &hint;
    }
    typed.activated = page::query(&uri, "xong").is_some();
    typed.client = asking(&state, &visitor, &headers, &wanted).await;
    shown(&state, &visitor, &wanted, typed, Vec::new(), StatusCode::OK)
}

pub(crate) async fn sign_in(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let wanted = form.get("tiep").map(local).unwrap_or_default();
    let login = form.get("login").unwrap_or_default();
    let password = form.get("password").unwrap_or_default();
    match enter(&state, &visitor.ctx, login, password, form.get("code"), &headers).await {
        Ok(entered) => {
            page::end_own_session(&state, &visitor, &headers).await?;
            let to = if wanted.is_empty() { page::home_of(&entered.actor).to_owned() } else { wanted };
            let response = with_cookie(go(&to), &state.web.session_cookie(&entered.opened.token))?;
            let kept = state.web.device_kept(&headers);
            let kept = state.identity.remember_device(&visitor.ctx, entered.account, kept).await?;
            with_cookie(response, &state.web.device_cookie(&kept))
        }
        Err(problem)
            if matches!(problem.kind, Kind::Unauthenticated | Kind::Forbidden | Kind::Invalid | Kind::TooMany) =>
        {
            let message = state.web.sentence(visitor.language, &problem.code, &problem.args);
            let errors = vec![json!({"href": "#login", "message": message})];
            let status = StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::UNAUTHORIZED);
            shown(&state, &visitor, &wanted, Typed { login, ..Typed::default() }, errors, status)
        }
        Err(problem) => Err(problem.into()),
    }
}

/// Sends a code to the phone of the account of this name. What the page says is the same for every name.
pub(crate) async fn send_code(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    headers: HeaderMap,
    form: Form,
) -> Answer {
    let wanted = form.get("tiep").map(local).unwrap_or_default();
    let login = form.get("login").unwrap_or_default();
    let typed = Typed { login, ..Typed::default() };
    if login.trim().is_empty() {
        let message = state.web.sentence(visitor.language, "POR0067", &BTreeMap::default());
        let errors = vec![json!({"href": "#login", "message": message})];
        return shown(&state, &visitor, &wanted, typed, errors, StatusCode::UNPROCESSABLE_ENTITY);
    }
    let (texts, language) = (state.web.texts.clone(), visitor.language);
    let sentence = move |code: &str| texts.say(language, "message-code", &[("code".to_owned(), code.to_owned())]);
    let origin = Origin { address: web::address_of(&headers), device: state.web.device_kept(&headers) };
    match state.identity.send_code(&visitor.ctx, login, sentence, &origin).await {
        Ok(()) => shown(&state, &visitor, &wanted, Typed { sent: true, ..typed }, Vec::new(), StatusCode::OK),
        Err(error) => {
            let problem = Problem::from(error);
            if problem.kind != Kind::TooMany {
                return Err(problem.into());
            }
            let message = state.web.sentence(visitor.language, &problem.code, &problem.args);
            let errors = vec![json!({"href": "#login", "message": message})];
            shown(&state, &visitor, &wanted, typed, errors, StatusCode::TOO_MANY_REQUESTS)
        }
    }
}

/// Checks who it is and begins a session. A session that the browser had is not used on: the token is always new.
pub(crate) async fn enter(
    state: &State,
    ctx: &Ctx,
    login: &str,
    password: &str,
    code: Option<&str>,
    headers: &HeaderMap,
) -> Result<Entered, Problem> {
    let origin = Origin { address: web::address_of(headers), device: state.web.device_kept(headers) };
    // Strangers who try a name over and over do not keep its owner out of a browser used before.
    if !state.identity.knows_device(ctx, login, origin.device) {
        state.web.attempts.attempt(login)?;
    }
    let known = state.identity.sign_in_from(ctx, login, password, code, &origin).await?;
    session_for(state, ctx, known, &device(headers)).await
}

/// Begins a session for somebody who has proved who they are.
pub(crate) async fn session_for(
    state: &State,
    ctx: &Ctx,
    known: identity::SignedIn,
    device: &str,
) -> Result<Entered, Problem> {
    let actor = first_choice(&known.choices).ok_or_else(|| Problem::new(Kind::Forbidden, "POR0009"))?;
    let body = match &actor {
        Actor::Officer { body, .. } => Some(state.body_name(ctx, body)),
        _ => None,
    };
    let facts = json!({"name": known.label, "body": body});
    let mut tx = state.db.begin().await?;
    let new = NewSession {
        account: known.account,
        actor: actor.clone(),
        facts,
        authentication: serde_json::to_value(&known.authentication).map_err(web::Error::from)?,
        device: device.to_owned(),
    };
    let opened = web::open(&mut tx, ctx, &new).await?;
    tx.commit().await.map_err(web::Error::from)?;
    Ok(Entered { opened, account: known.account, actor })
}

/// What the person calls the device.
pub(crate) fn device(headers: &HeaderMap) -> String {
    let agent = headers.get(header::USER_AGENT).and_then(|value| value.to_str().ok()).unwrap_or_default();
    web::device_name(agent)
}

/// As whom a session begins: an officer of the first body, else the citizen.
fn first_choice(choices: &[Actor]) -> Option<Actor> {
    let officer = choices.iter().find(|actor| matches!(actor, Actor::Officer { .. }));
    officer.or_else(|| choices.first()).cloned()
}

pub(crate) async fn sign_out(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    headers: HeaderMap,
    _: Form,
) -> Result<Response, Failure> {
    page::end_token(&state, &visitor.ctx, &headers).await?;
    with_cookie(go("/"), &state.web.session_cookie_gone())
}

/// What the form holds when it is shown: a password and a code only of an account of the demonstration.
#[derive(Default)]
struct Typed<'a> {
    login: &'a str,
    password: &'a str,
    code: String,
    /// The relying party that the sign-in is for.
    client: Value,
    /// Whether an account was activated just now.
    activated: bool,
    /// Whether a code was asked for just now.
    sent: bool,
}

impl<'a> Typed<'a> {
    fn of(ctx: &Ctx, account: Option<&'a DemoAccount>) -> Self {
        account.map_or_else(Self::default, |account| Self {
            login: &account.login,
            password: &account.password,
            code: code_now(ctx, account),
            ..Self::default()
        })
    }
}

fn demo_account<'a>(state: &'a State, login: &str) -> Option<&'a DemoAccount> {
    state.demo.as_ref()?.accounts.iter().find(|account| account.login == login)
}

fn shown(
    state: &State,
    visitor: &Visitor,
    wanted: &str,
    typed: Typed<'_>,
    errors: Vec<Value>,
    status: StatusCode,
) -> Answer {
    let accounts: Vec<Value> =
        state.demo.iter().flat_map(|demo| &demo.accounts).map(|a| account(&visitor.ctx, a)).collect();
    let csrf = visitor.session.as_ref().map_or("", |session| session.csrf.as_str());
    let content = json!({
        "errors": errors, "wanted": !wanted.is_empty(), "next_path": wanted, "login": typed.login,
        "password": typed.password, "code": typed.code, "csrf": csrf,
        "accounts": accounts, "client": typed.client, "activated": typed.activated,
        "sends": state.identity.sends_messages(), "sent": typed.sent,
    });
    let mut response = page::open(state, visitor, "public/sign-in.html", content)?;
    *response.status_mut() = status;
    Ok(response)
}

fn account(ctx: &Ctx, account: &DemoAccount) -> Value {
    json!({
        "label": account.label, "login": account.login, "password": account.password, "code": code_now(ctx, account),
    })
}

fn code_now(ctx: &Ctx, account: &DemoAccount) -> String {
    let secret = TotpSecret::from_bytes(&account.totp_secret);
    secret.map_or_else(String::new, |secret| identity::totp_now(&secret, ctx.now()))
}
