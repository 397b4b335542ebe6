//! `/tai-khoan/uy-quyen`: for whom the person acts with recorded authority. A parent records it over a child, takes it back,
//! and sees what has ended; whose child it is the register says.

use super::step_up;
use crate::State;
use crate::page::{self, Answer, go};
use axum::{extract, http::Uri};
use kernel::SubjectId;
use serde_json::{Value, json};
use web::{CitizenSession, Form, SignedIn};

const HERE: &str = "/tai-khoan/uy-quyen";
/// What the page confirms.
const DONE: [&str; 2] = ["given", "withdrawn"];

pub(crate) async fn show(extract::State(state): extract::State<State>, me: CitizenSession, uri: Uri) -> Answer {
    let (ctx, account) = (&me.visit.ctx, me.visit.session.account);
    let wards = state.provider.wards(ctx).await?;
    let held = state.provider.delegations_of(ctx, account).await?;
    let past = state.provider.past_delegations(ctx).await?;
    let day = |day: time::Date| day.to_string();
    let content = json!({
        "done": page::query(&uri, "xong").filter(|word| DONE.contains(&word.as_str())),
        "held": held.iter().map(|one| json!({
            "id": one.id, "kind": one.kind, "name": one.name, "until": one.until.map(day),
        })).collect::<Vec<Value>>(),
        "wards": wards.iter().map(|one| json!({
            "id": one.subject, "kind": one.kind, "name": one.name, "until": one.until.map(day),
        })).collect::<Vec<Value>>(),
        "past": past.iter().map(|one| json!({
            "kind": one.kind, "name": one.name, "from": day(one.from), "until": one.until.map(day),
            "ended_at": one.ended_at.map(page::instant),
        })).collect::<Vec<Value>>(),
    });
    Ok(page::own(&state, &me.visit, "account/authority.html", content)?)
}

/// Gives or withdraws. What lets somebody act for a child is given only by who proved themselves lately; withdrawing it is
/// always possible.
pub(crate) async fn change(extract::State(state): extract::State<State>, visit: SignedIn, form: Form) -> Answer {
    if form.get("_lam") == Some("rut") {
        state.provider.end_delegation(&visit.ctx, page::id_in(&form, "uy-quyen")?).await?;
        return Ok(go(&format!("{HERE}?xong=withdrawn")));
    }
    if let Some(first) = step_up::first(&visit, HERE) {
        return Ok(first);
    }
    state.provider.delegate_kin(&visit.ctx, SubjectId(page::id_in(&form, "nguoi")?)).await?;
    Ok(go(&format!("{HERE}?xong=given")))
}
