//! What a citizen does.

use super::{Reply, reply};
use crate::{State, citizen, page, show};
use axum::{
    extract::{self, Path},
    http::{HeaderMap, Uri},
};
use exchange::access_log::{Page, Whose};
use kernel::{DossierId, EntryId, Kind, Problem};
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;
use web::{CitizenSession, Json};

/// Lines of the access log that one answer holds.
const LINES: u32 = 50;

/// Values of a form.
#[derive(Deserialize)]
pub(crate) struct Values {
    values: Value,
    #[serde(default)]
    idempotency_key: Option<String>,
}

/// Why a dossier is withdrawn.
#[derive(Deserialize)]
pub(crate) struct Why {
    #[serde(default)]
    reason: String,
}

/// `GET /filings/{code}/prefill` → the form's values and where each comes from.
pub(crate) async fn prefill(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(code): Path<String>,
) -> Reply {
    reply(&state.procedures.prefill(&me.visit.ctx, &code).await?)
}

/// `POST /filings/{code}/check {values}` → `{problems: […]}`.
pub(crate) async fn check(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(code): Path<String>,
    Json(sent): Json<Values>,
) -> Reply {
    let problems = state.procedures.check(&me.visit.ctx, &code, &sent.values).await?;
    citizen::wrong_again(&state, &me, &problems)?;
    reply(&json!({"problems": show::errors(&state, me.visit.language, &problems)}))
}

/// `POST /filings/{code} {values, idempotency_key}` (or the header `Idempotency-Key`) → `{dossier, code, due_at}`.
pub(crate) async fn file(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(code): Path<String>,
    headers: HeaderMap,
    Json(sent): Json<Values>,
) -> Reply {
    let header = headers.get("idempotency-key").and_then(|value| value.to_str().ok()).map(str::to_owned);
    let key = sent.idempotency_key.or(header);
    let key = key.ok_or_else(|| Problem::new(Kind::Invalid, web::codes::SHAPE).with("detail", "idempotency_key"))?;
    let filed = state.procedures.file(&me.visit.ctx, &code, sent.values, &key).await;
    if let Err(problem) = &filed {
        citizen::wrong_again(&state, &me, &problem.fields)?;
    }
    reply(&filed?)
}

/// `GET /dossiers` → `{dossiers: […]}`.
pub(crate) async fn dossiers(extract::State(state): extract::State<State>, me: CitizenSession) -> Reply {
    reply(&json!({"dossiers": state.procedures.my_dossiers(&me.visit.ctx).await?}))
}

/// `GET /dossiers/{id}`.
pub(crate) async fn dossier(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<DossierId>,
) -> Reply {
    reply(&state.procedures.dossier(&me.visit.ctx, id).await?)
}

/// `POST /dossiers/{id}/answer {values}`.
pub(crate) async fn answer(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<DossierId>,
    Json(sent): Json<Values>,
) -> Reply {
    let answered = state.procedures.answer_supplement(&me.visit.ctx, id, sent.values).await;
    if let Err(problem) = &answered {
        citizen::wrong_again(&state, &me, &problem.fields)?;
    }
    answered?;
    reply(&json!({}))
}

/// `POST /dossiers/{id}/withdraw {reason}`.
pub(crate) async fn withdraw(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<DossierId>,
    Json(why): Json<Why>,
) -> Reply {
    state.procedures.withdraw(&me.visit.ctx, id, &why.reason).await?;
    reply(&json!({}))
}

/// `GET /dossiers/{id}/results/{result}`.
pub(crate) async fn result(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path((dossier, result)): Path<(DossierId, Uuid)>,
) -> Reply {
    reply(&state.procedures.result(&me.visit.ctx, dossier, result).await?)
}

/// `GET /notifications` → `{notifications: […]}`.
pub(crate) async fn notifications(extract::State(state): extract::State<State>, me: CitizenSession) -> Reply {
    reply(&json!({"notifications": state.procedures.notifications(&me.visit.ctx).await?}))
}

/// `GET /access-log?after=<entry>&whose=others` → `{lines: […]}`, newest first.
pub(crate) async fn access_log(extract::State(state): extract::State<State>, me: CitizenSession, uri: Uri) -> Reply {
    let after = page::query(&uri, "after").and_then(|entry| entry.parse().ok());
    let others = page::query(&uri, "whose").as_deref() == Some("others");
    let whose = if others { Whose::Others } else { Whose::Everybody };
    let lines = citizen::access_lines(&state, &me.visit.ctx, me.subject, Page { after, limit: LINES, whose }).await?;
    reply(&json!({ "lines": lines }))
}

/// `GET /access-log/{entry}/proof` → the proof, which can be checked without us. 503 with `POR0008` while it is being sealed.
pub(crate) async fn proof(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(entry): Path<EntryId>,
) -> Reply {
    reply(&citizen::proof_of(&state, &me.visit.ctx, me.subject, entry).await?)
}
