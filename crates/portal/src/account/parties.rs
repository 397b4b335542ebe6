//! `/tai-khoan/ben-thu-ba`: whom the person allowed to sign in and to know what; taking it back.

use super::consent;
use crate::State;
use crate::page::{self, Answer, go};
use axum::{extract, http::Uri};
use serde_json::{Value, json};
use web::{Form, SignedIn};

pub(crate) async fn show(extract::State(state): extract::State<State>, visit: SignedIn, uri: Uri) -> Answer {
    let grants = state.provider.grants_of(&visit.ctx, visit.session.account).await?;
    let grants: Vec<Value> = grants
        .iter()
        .map(|grant| {
            let claims = grant.claims.iter().map(|name| consent::claim_label(&state, visit.language, name));
            json!({
                "id": grant.id, "client": consent::client(&state, &visit.ctx, &grant.client), "claims": claims.collect::<Vec<_>>(),
                "given_at": page::instant(grant.given_at), "used_at": grant.used_at.map(page::instant),
            })
        })
        .collect();
    let content = json!({"grants": grants, "done": page::query(&uri, "xong").is_some()});
    Ok(page::own(&state, &visit, "account/parties.html", content)?)
}

pub(crate) async fn withdraw(extract::State(state): extract::State<State>, visit: SignedIn, form: Form) -> Answer {
    state.provider.withdraw(&visit.ctx, visit.session.account, page::id_in(&form, "dong-y")?).await?;
    Ok(go("/tai-khoan/ben-thu-ba?xong=1"))
}
