//! `/tai-khoan/kich-hoat`: the word from a message or from the counter sets a password and an app.

use super::apply::enrolment;
use crate::State;
use crate::page::{self, Answer, go};
use axum::{
    extract,
    http::{StatusCode, Uri},
};
use identity::TotpSecret;
use kernel::{Kind, Problem};
use serde_json::{Value, json};
use web::{Form, Visitor};

/// The page, with an app to set up: a level-1 account may leave it empty.
fn shown(state: &State, visitor: &Visitor, word: &str, secret: &TotpSecret, errors: Vec<Value>) -> Answer {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let content = json!({
        "token": word, "qr": page::qr(&secret.uri("Sen", "Sen")), "secret": secret.to_base32(), "errors": errors,
    });
    let mut response = page::open(state, visitor, "account/activate.html", content)?;
    *response.status_mut() = status;
    Ok(response)
}

pub(crate) async fn form(extract::State(state): extract::State<State>, visitor: Visitor, uri: Uri) -> Answer {
    let word = page::query(&uri, "ma").unwrap_or_default();
    shown(&state, &visitor, &word, &TotpSecret::draw(&visitor.ctx.random), Vec::new())
}

pub(crate) async fn activate(extract::State(state): extract::State<State>, visitor: Visitor, form: Form) -> Answer {
    let word = form.get("token").unwrap_or_default();
    let secret = form.get("secret").and_then(TotpSecret::from_base32);
    let secret = secret.unwrap_or_else(|| TotpSecret::draw(&visitor.ctx.random));
    state.web.attempts.attempt(&format!("activation {word}"))?;
    let second = form.get("code").map(|code| (&secret, code));
    let password = form.get("new").unwrap_or_default();
    match enrolment(&state)?.activate(&visitor.ctx, word, password, second).await {
        Ok(_) => Ok(go("/dang-nhap?xong=kich-hoat")),
        Err(error) => {
            let problem = Problem::from(error);
            if matches!(problem.kind, Kind::Internal | Kind::Unavailable) {
                return Err(problem.into());
            }
            let at = match &*problem.code {
                "IDN0004" => "#new",
                "IDN0001" | "IDN0005" => "#code",
                _ => "#token",
            };
            let code = if problem.code == "IDN0001" { "POR0064" } else { &problem.code };
            let message = state.web.sentence(visitor.language, code, &problem.args);
            shown(&state, &visitor, word, &secret, vec![json!({"href": at, "message": message})])
        }
    }
}
