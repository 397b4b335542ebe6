//! `/quan-tri/ben-thu-ba`: relying parties that wait for approval, those that may ask, those that were stopped; and the
//! keys that tokens are signed with. Who may do what is the provider's to say.

use crate::State;
use crate::account::client as shown;
use crate::page::{self, Answer, go, query};
use axum::{extract, http::Uri};
use identity::openid::{Client, ClientMetadata, ClientShown, ClientState, Profile};
use kernel::{Kind, Problem};
use serde_json::{Value, json};
use web::{Form, OfficerSession, SignedIn};

/// The rules that a party may be held to, mildest first.
const PROFILES: [Profile; 3] = [Profile::Openid, Profile::Fapi2, Profile::Fapi2MessageSigning];
/// What the page confirms.
const DONE: [&str; 3] = ["approved", "suspended", "rotated"];

fn line(state: &State, me: &OfficerSession, client: &Client) -> Value {
    let mut line = shown(state, &me.visit.ctx, &ClientShown::of(client));
    line["redirect_uris"] = json!(client.metadata.redirect_uris);
    line["auth"] = json!(client.metadata.token_endpoint_auth_method);
    line["scope"] = json!(client.metadata.scope);
    line["profile"] = json!(client.profile);
    line["state"] = json!(client.state);
    line
}

pub(crate) async fn show(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let clients = state.provider.clients(&me.visit.ctx).await?;
    let clients: Vec<Value> = clients.iter().map(|client| line(&state, &me, client)).collect();
    let done = query(&uri, "xong").filter(|word| DONE.contains(&word.as_str()));
    Ok(page::own(&state, &me.visit, "admin/clients.html", json!({"clients": clients, "done": done, "errors": []}))?)
}

pub(crate) async fn decide(extract::State(state): extract::State<State>, me: OfficerSession, form: Form) -> Answer {
    let approve = form.get("_lam") == Some("duyet");
    state.provider.decide_client(&me.visit.ctx, form.get("client").unwrap_or_default(), approve).await?;
    Ok(go(if approve { "/quan-tri/ben-thu-ba?xong=approved" } else { "/quan-tri/ben-thu-ba?xong=suspended" }))
}

/// The form's token is checked by taking the form.
pub(crate) async fn rotate(extract::State(state): extract::State<State>, me: OfficerSession, _form: Form) -> Answer {
    state.provider.rotate_keys(&me.visit.ctx).await?;
    Ok(go("/quan-tri/ben-thu-ba?xong=rotated"))
}

fn form(metadata: &str, profile: &str, made: Value, errors: Vec<Value>) -> Value {
    let profiles: Vec<Value> = PROFILES
        .iter()
        .map(|profile| json!({"value": profile, "label": {"vi": profile.as_str(), "en": profile.as_str()}}))
        .collect();
    json!({"metadata": metadata, "profile": profile, "profiles": profiles, "made": made, "errors": errors})
}

fn refused(state: &State, visit: &SignedIn, (metadata, profile): (&str, &str), problem: &Problem) -> Answer {
    let message = state.web.sentence(visit.language, &problem.code, &problem.args);
    let content = form(metadata, profile, Value::Null, vec![json!({"href": "#metadata", "message": message})]);
    Ok(page::own_refused(state, visit, "admin/client-new.html", content)?)
}

pub(crate) async fn new(extract::State(state): extract::State<State>, me: OfficerSession) -> Answer {
    // Who may not see the list may not see this either.
    state.provider.clients(&me.visit.ctx).await?;
    let content = form("", Profile::Openid.as_str(), Value::Null, Vec::new());
    Ok(page::own(&state, &me.visit, "admin/client-new.html", content)?)
}

pub(crate) async fn register(extract::State(state): extract::State<State>, me: OfficerSession, sent: Form) -> Answer {
    let (text, profile) = (sent.get("metadata").unwrap_or_default(), sent.get("profile").unwrap_or_default());
    let metadata: ClientMetadata = match serde_json::from_str(text) {
        Ok(metadata) => metadata,
        Err(error) => {
            // Where it is wrong, without repeating what was pasted.
            let place = format!("{}:{}", error.line(), error.column());
            let problem = Problem::new(Kind::Invalid, "POR0063").with("detail", place);
            return refused(&state, &me.visit, (text, profile), &problem);
        }
    };
    let rules = Profile::of(profile).unwrap_or_default();
    match state.provider.register(&me.visit.ctx, metadata, rules, ClientState::Approved, None).await {
        Ok(made) => {
            let made = json!({"id": made.id.as_str(), "secret": made.secret});
            Ok(page::own(&state, &me.visit, "admin/client-new.html", form("", "", made, Vec::new()))?)
        }
        Err(error) => {
            let problem = Problem::from(error);
            if problem.kind != Kind::Invalid {
                return Err(problem.into());
            }
            refused(&state, &me.visit, (text, profile), &problem)
        }
    }
}
