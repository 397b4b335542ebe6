//! `/tai-khoan/bao-mat`: by what the account proves itself.

use super::step_up;
use crate::State;
use crate::page::{self, Answer, go, with_cookie};
use axum::{extract, http::Uri, response::Response};
use kernel::{Kind, Problem};
use serde_json::{Value, json};
use web::{Form, SignedIn};

const HERE: &str = "/tai-khoan/bao-mat";
/// What a page confirms that was done.
const DONE: [&str; 3] = ["passkey-added", "passkey-removed", "totp"];

async fn content(state: &State, visit: &SignedIn, done: Option<String>, errors: Vec<Value>) -> Result<Value, Problem> {
    let account = visit.session.account;
    let passkeys = state.identity.passkeys(account).await?;
    let passkeys: Vec<Value> = passkeys
        .into_iter()
        .map(|key| {
            json!({
                "id": key.id, "name": key.name, "added_at": page::instant(key.added_at),
                "used_at": key.used_at.map(page::instant),
            })
        })
        .collect();
    Ok(json!({
        "errors": errors,
        "done": done.filter(|word| DONE.contains(&word.as_str())),
        "login": null,
        "totp": state.identity.has_totp(account).await?,
        "recovery_left": state.identity.recovery_codes_left(account).await?,
        "passkeys": passkeys,
    }))
}

pub(crate) async fn show(extract::State(state): extract::State<State>, visit: SignedIn, uri: Uri) -> Answer {
    let content = content(&state, &visit, page::query(&uri, "xong"), Vec::new()).await?;
    Ok(page::own(&state, &visit, "account/security.html", content)?)
}

/// Changes the password; every session ends, this one too.
pub(crate) async fn password(extract::State(state): extract::State<State>, visit: SignedIn, form: Form) -> Answer {
    let (present, new) = (form.get("present").unwrap_or_default(), form.get("new").unwrap_or_default());
    match state.identity.change_password(&visit.ctx, visit.session.account, present, new).await {
        Ok(()) => with_cookie(go("/dang-nhap"), &state.web.session_cookie_gone()),
        Err(error) => {
            let problem = Problem::from(error);
            if !matches!(problem.kind, Kind::Unauthenticated | Kind::Invalid | Kind::TooMany) {
                return Err(problem.into());
            }
            let message = state.web.sentence(visit.language, &problem.code, &problem.args);
            let at = if problem.kind == Kind::Invalid { "#new" } else { "#present" };
            let errors = vec![json!({"href": at, "message": message})];
            let content = content(&state, &visit, None, errors).await?;
            Ok(page::own_refused(&state, &visit, "account/security.html", content)?)
        }
    }
}

/// A new set of recovery codes, shown now and never again.
pub(crate) async fn recovery(extract::State(state): extract::State<State>, visit: SignedIn, _form: Form) -> Answer {
    if let Some(first) = step_up::first(&visit, HERE) {
        return Ok(first);
    }
    let codes = state.identity.make_recovery_codes(&visit.ctx, visit.session.account).await?;
    Ok(page::own(&state, &visit, "account/recovery.html", json!({ "codes": codes }))?)
}

pub(crate) async fn totp(extract::State(state): extract::State<State>, visit: SignedIn) -> Answer {
    if let Some(first) = step_up::first(&visit, "/tai-khoan/bao-mat/ma-mot-lan") {
        return Ok(first);
    }
    let (_, sealed) = state.identity.draw_totp(&visit.ctx, visit.session.account)?;
    totp_page(&state, &visit, &sealed, Vec::new())
}

fn totp_page(state: &State, visit: &SignedIn, sealed: &str, errors: Vec<Value>) -> Answer {
    let secret = state.identity.drawn_totp(visit.session.account, sealed)?;
    let name = visit.session.facts.0["name"].as_str().unwrap_or("Sen").replace(':', " ");
    let content = json!({
        "qr": page::qr(&secret.uri("Sen", &name)), "secret": secret.to_base32(), "sealed": sealed, "errors": errors,
    });
    Ok(page::own(state, visit, "account/totp.html", content)?)
}

pub(crate) async fn keep_totp(extract::State(state): extract::State<State>, visit: SignedIn, form: Form) -> Answer {
    if let Some(first) = step_up::first(&visit, "/tai-khoan/bao-mat/ma-mot-lan") {
        return Ok(first);
    }
    let (sealed, code) = (form.get("secret").unwrap_or_default(), form.get("code").unwrap_or_default());
    state.web.attempts.attempt(&format!("totp {}", visit.session.account.0))?;
    if state.identity.keep_totp(&visit.ctx, visit.session.account, sealed, code).await? {
        return Ok(go("/tai-khoan/bao-mat?xong=totp"));
    }
    let message = state.web.sentence(visit.language, "POR0064", &Default::default());
    totp_page(&state, &visit, sealed, vec![json!({"href": "#code", "message": message})])
}

pub(crate) async fn remove_passkey(
    extract::State(state): extract::State<State>,
    visit: SignedIn,
    form: Form,
) -> Result<Response, web::Failure> {
    let id = form.get("khoa").unwrap_or_default();
    state.identity.remove_passkey(&visit.ctx, visit.session.account, id).await?;
    Ok(go("/tai-khoan/bao-mat?xong=passkey-removed"))
}
