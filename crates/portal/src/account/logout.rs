//! `/dang-xuat/hoi`: a relying party sent somebody to sign out, and the provider wants to hear it from them (OpenID Connect
//! RP-Initiated Logout 1.0, section 2).

use super::consent;
use crate::State;
use crate::page::{self, Answer};
use axum::{extract, http::Uri};
use serde_json::{Value, json};
use web::{FormAction, Visitor};

/// Where the answer goes: the provider's own end-point.
const ACTION: &str = "/openid/end-session";
/// What it was asked with, and is told again.
const FIELDS: [&str; 4] = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"];

pub(crate) async fn ask(extract::State(state): extract::State<State>, visitor: Visitor, uri: Uri) -> Answer {
    if visitor.session.is_none() {
        let content = json!({"client": null, "done": true, "action": "", "fields": []});
        return Ok(page::open(&state, &visitor, "account/logout.html", content)?);
    }
    let given = |name: &&str| page::query(&uri, name).map(|value| json!({"name": name, "value": value}));
    let fields: Vec<Value> = FIELDS.iter().filter_map(given).collect();
    let client = match page::query(&uri, "client_id") {
        Some(id) => state.provider.shown(&visitor.ctx, &id).await?,
        None => None,
    };
    let client = client.map(|client| consent::client(&state, &visitor.ctx, &client));
    let content = json!({"client": client, "done": false, "action": ACTION, "fields": fields});
    let mut response = page::open(&state, &visitor, "account/logout.html", content)?;
    // The end-point sends on only to what was registered, and only then does the policy matter.
    if let Some(action) = page::query(&uri, "post_logout_redirect_uri").as_deref().and_then(FormAction::of) {
        response.extensions_mut().insert(action);
    }
    Ok(response)
}
