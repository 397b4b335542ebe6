//! Requests that came another way than through this browser: the code that a device shows (RFC 8628), and what a counter
//! or call centre asked for (CIBA).

use super::consent;
use crate::State;
use crate::page::{self, Answer, go};
use axum::{
    extract::{self, Path},
    http::Uri,
};
use identity::openid::Asking;
use kernel::{Kind, Problem};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, SignedIn};

/// No such code, or too late.
const NO_SUCH: &str = "POR0061";
/// The provider's word for a sign-in that is too weak.
const STRONGER: &str = "IDN0153";

fn shown(state: &State, visit: &SignedIn, asking: &Asking) -> Value {
    json!({
        "id": asking.id, "client": consent::client(state, &visit.ctx, &asking.client), "kind": asking.kind, "message": asking.message,
        "expires_at": page::instant(asking.expires_at), "claims": consent::claims(state, visit.language, &asking.claims),
    })
}

pub(crate) async fn code(extract::State(state): extract::State<State>, visit: SignedIn, uri: Uri) -> Answer {
    let user_code = page::query(&uri, "user_code").unwrap_or_default();
    Ok(page::own(&state, &visit, "account/device-code.html", json!({"user_code": user_code, "errors": []}))?)
}

pub(crate) async fn enter(extract::State(state): extract::State<State>, visit: SignedIn, form: Form) -> Answer {
    let user_code = form.get("user_code").unwrap_or_default();
    // A code is short: trying codes is held back like trying passwords.
    state.web.attempts.attempt(&format!("user-code {}", visit.session.account.0))?;
    match state.provider.device_ask(&visit.ctx, user_code).await? {
        Some(asking) => {
            let content = json!({"asking": shown(&state, &visit, &asking), "errors": []});
            Ok(page::own(&state, &visit, "account/asking.html", content)?)
        }
        None => {
            let message = state.web.sentence(visit.language, NO_SUCH, &Default::default());
            let errors = json!([{"href": "#user_code", "message": message}]);
            let content = json!({"user_code": user_code, "errors": errors});
            Ok(page::own_refused(&state, &visit, "account/device-code.html", content)?)
        }
    }
}

pub(crate) async fn list(extract::State(state): extract::State<State>, visit: SignedIn, uri: Uri) -> Answer {
    let askings = state.provider.asked_of(&visit.ctx, visit.session.account).await?;
    let done = page::query(&uri, "xong").filter(|word| ["allowed", "refused"].contains(&word.as_str()));
    let askings: Vec<Value> = askings.iter().map(|asking| shown(&state, &visit, asking)).collect();
    Ok(page::own(&state, &visit, "account/waiting.html", json!({"askings": askings, "done": done}))?)
}

pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    visit: SignedIn,
    Path(id): Path<String>,
) -> Answer {
    let askings = state.provider.asked_of(&visit.ctx, visit.session.account).await?;
    let found = askings.iter().find(|asking| asking.id.to_string() == id);
    let asking = found.ok_or_else(|| Problem::new(Kind::NotFound, NO_SUCH))?;
    let content = json!({"asking": shown(&state, &visit, asking), "errors": []});
    Ok(page::own(&state, &visit, "account/asking.html", content)?)
}

pub(crate) async fn answer(extract::State(state): extract::State<State>, visit: SignedIn, form: Form) -> Answer {
    let id: Uuid = page::id_in(&form, "asking")?;
    let allow = form.get("_lam") == Some("cho-phep");
    if let Err(error) = state.provider.answer_asking(&visit.ctx, &visit.session, id, allow).await {
        let problem = Problem::from(error);
        // What asked wants a stronger sign-in: that first, then the same question again.
        if problem.code == STRONGER {
            let back = page::encoded(&format!("/tai-khoan/yeu-cau/{id}"));
            return Ok(go(&format!("/dang-nhap/them?muc=2&tiep={back}")));
        }
        return Err(problem.into());
    }
    Ok(go(if allow { "/tai-khoan/yeu-cau?xong=allowed" } else { "/tai-khoan/yeu-cau?xong=refused" }))
}
