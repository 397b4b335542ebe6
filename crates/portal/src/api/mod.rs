//! The JSON API: thin mirrors of what the pages do, for the story, the benchmark, the tests and other programs.
//! Sign in, then send the token as `Authorization: Bearer …`. Failures are problem documents (RFC 9457).

mod citizen;
mod officer;
mod session;

use crate::State;
use axum::{
    Json, Router, extract,
    http::Uri,
    routing::{get, post},
};
use serde_json::{Value, json};
use web::{Failure, Visitor};

/// What an end-point answers.
type Reply = Result<Json<Value>, Failure>;

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/session", get(session::who).post(session::sign_in).delete(session::sign_out))
        .route("/search", get(search))
        .route("/services/{code}", get(service))
        .route("/filings/{code}/prefill", get(citizen::prefill))
        .route("/filings/{code}/check", post(citizen::check))
        .route("/filings/{code}", post(citizen::file))
        .route("/dossiers", get(citizen::dossiers))
        .route("/dossiers/{id}", get(citizen::dossier))
        .route("/dossiers/{id}/answer", post(citizen::answer))
        .route("/dossiers/{id}/withdraw", post(citizen::withdraw))
        .route("/dossiers/{id}/results/{result}", get(citizen::result))
        .route("/notifications", get(citizen::notifications))
        .route("/access-log", get(citizen::access_log))
        .route("/access-log/{entry}/proof", get(citizen::proof))
        .route("/inbox", get(officer::inbox))
        .route("/tasks/{id}", get(officer::task))
        .route("/tasks/{id}/decision", post(officer::decide))
}

/// A value as JSON.
fn reply(value: &impl serde::Serialize) -> Reply {
    Ok(Json(serde_json::to_value(value).map_err(web::Error::from)?))
}

/// `GET /search?q=` → `{hits: […]}`.
async fn search(extract::State(state): extract::State<State>, visitor: Visitor, uri: Uri) -> Reply {
    let question = crate::page::query(&uri, "q").unwrap_or_default();
    let hits = state.setting().catalogue.search(&question, visitor.ctx.today());
    reply(&json!({ "hits": hits }))
}

/// `GET /services/{code}` → what the service's page shows.
async fn service(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    extract::Path(code): extract::Path<String>,
) -> Reply {
    reply(&crate::public::service_view(&state, &visitor.ctx, visitor.language, &code)?)
}
