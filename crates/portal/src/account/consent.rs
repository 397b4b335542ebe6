//! `/cho-phep/{interaction}`: a relying party asks, the person allows or refuses. Sign-in and stronger confirmation come
//! first where they are needed; then away to the party.

use crate::State;
use crate::page::{self, Answer, go};
use axum::{
    extract::{self, Path},
    http::HeaderMap,
};
use identity::openid::{Away, ClaimShown, ClientShown, Interaction, Needs};
use kernel::{Ctx, Kind, Problem};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, FormAction, Language, SignedIn, Visitor};

/// A party as people know it.
pub(crate) fn client(state: &State, ctx: &Ctx, client: &ClientShown) -> Value {
    json!({
        "id": client.id.as_str(), "name": {"vi": client.name_vi, "en": client.name_en}, "host": client.host,
        "body": client.body.as_ref().map(|body| state.body_name(ctx, body)),
    })
}

/// A claim by its name in the reader's language.
pub(crate) fn claim_label(state: &State, language: Language, name: &str) -> String {
    state.web.texts.find(language, &format!("claim-{name}"), &[]).unwrap_or_else(|| name.replace('_', " "))
}

pub(crate) fn claims(state: &State, language: Language, claims: &[ClaimShown]) -> Vec<Value> {
    let one = |claim: &ClaimShown| {
        json!({
            "name": claim.name, "label": claim_label(state, language, &claim.name), "purpose": claim.purpose,
            "essential": claim.essential, "known_before": claim.known_before,
        })
    };
    claims.iter().map(one).collect()
}

/// What the cookie binds to the browser; empty where there is none, which fits no interaction.
fn browser(state: &State, headers: &HeaderMap) -> String {
    page::cookie(headers, identity::openid::browser_cookie(state.web.secure)).unwrap_or_default().to_owned()
}

async fn interaction(state: &State, visitor: &Visitor, headers: &HeaderMap, id: Uuid) -> Result<Interaction, Problem> {
    let browser = browser(state, headers);
    Ok(state.provider.interaction(&visitor.ctx, id, &browser, visitor.session.as_ref()).await?)
}

pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
) -> Answer {
    let here = format!("/cho-phep/{id}");
    let found = interaction(&state, &visitor, &headers, id).await?;
    match found.needs {
        Needs::SignIn { login_hint } => {
            let hint = login_hint.as_deref().map(page::encoded).map(|hint| format!("&ten={hint}"));
            Ok(go(&format!("/dang-nhap?lai=1&tiep={}{}", page::encoded(&here), hint.unwrap_or_default())))
        }
        Needs::StepUp { wanted } => {
            Ok(go(&format!("/dang-nhap/them?muc={}&tiep={}", wanted.number(), page::encoded(&here))))
        }
        Needs::Consent { claims: asked, scopes, .. } => {
            let held = state.provider.delegations_of(&visitor.ctx, signed_in(&visitor)?.account).await?;
            let delegations: Vec<Value> =
                held.iter().map(|one| json!({"id": one.id, "kind": one.kind, "name": one.name})).collect();
            let content = json!({
                "client": client(&state, &visitor.ctx, &found.client),
                "claims": claims(&state, visitor.language, &asked),
                "offline": scopes.iter().any(|scope| scope == "offline_access"),
                "delegations": delegations,
                "acting_for": null,
                "errors": [],
            });
            let mut response = page::open(&state, &visitor, "account/consent.html", content)?;
            // For browsers that do not say what they fetch for, and so are redirected.
            if let Some(action) = FormAction::of(&found.origin) {
                response.extensions_mut().insert(action);
            }
            Ok(response)
        }
        Needs::Nothing => {
            let session = signed_in(&visitor)?;
            let away = state.provider.allow(&visitor.ctx, id, &browser(&state, &headers), session, &[], None).await?;
            // In a browser a page, not a redirect: this may follow the form of the sign-in page, and Chromium would stop it.
            leave(&state, &visitor, &headers, away)
        }
    }
}

fn signed_in(visitor: &Visitor) -> Result<&web::Session, Problem> {
    visitor.session.as_ref().ok_or_else(|| Problem::new(Kind::Unauthenticated, web::codes::SIGN_IN))
}

pub(crate) async fn answer(
    extract::State(state): extract::State<State>,
    visit: SignedIn,
    headers: HeaderMap,
    Path(id): Path<Uuid>,
    form: Form,
) -> Answer {
    let browser = browser(&state, &headers);
    let away = if form.get("_lam") == Some("cho-phep") {
        let claims: Vec<String> = form.all("muc").map(ToOwned::to_owned).collect();
        let acting_for = form.get("thay").map(str::parse::<Uuid>).transpose();
        let acting_for = acting_for.map_err(|_| Problem::new(Kind::Invalid, web::codes::SHAPE))?;
        state.provider.allow(&visit.ctx, id, &browser, &visit.session, &claims, acting_for).await?
    } else {
        state.provider.refuse(&visit.ctx, id, &browser).await?
    };
    leave(&state, &page::as_visitor(&visit), &headers, away)
}

/// Away to the party. A browser gets a page that leads on, because Chromium holds redirects after a form against
/// `form-action`, through every hop; a program gets the redirect.
pub(crate) fn leave(state: &State, visitor: &Visitor, headers: &HeaderMap, away: Away) -> Answer {
    let origin = away.origin();
    let action = FormAction::of(&origin);
    let host = origin.split_once("://").map_or(origin.as_str(), |(_, host)| host).to_owned();
    let (to, fields) = match away {
        Away::To(url) if !headers.contains_key("sec-fetch-mode") => return Ok(go(&url)),
        Away::To(url) => (url, Value::Null),
        Away::Post { url, fields } => {
            let fields = fields.into_iter().map(|(name, value)| json!({"name": name, "value": value})).collect();
            (url, Value::Array(fields))
        }
    };
    let content = json!({"to": to, "host": host, "fields": fields});
    let mut response = page::open(state, visitor, "account/away.html", content)?;
    if let Some(action) = action {
        response.extensions_mut().insert(action);
    }
    Ok(response)
}
