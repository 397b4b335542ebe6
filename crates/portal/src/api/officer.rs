//! What an officer does.

use super::{Reply, reply};
use crate::{State, page};
use axum::{
    extract::{self, Path},
    http::Uri,
};
use procedure::{Decision, InboxFilter, TaskState};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;
use web::{Json, OfficerSession};

/// A decision on the version that the officer saw.
#[derive(Deserialize)]
pub(crate) struct Decided {
    version: i32,
    decision: Decision,
}

/// `GET /inbox?code=&member=&state=&mine=1&limit=` → `{tasks: […]}`, by due date.
pub(crate) async fn inbox(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Reply {
    let filter = InboxFilter {
        states: page::query(&uri, "state").and_then(|word| TaskState::parse(&word)).into_iter().collect(),
        code: page::query(&uri, "code"),
        member: page::query(&uri, "member"),
        mine: page::query(&uri, "mine").is_some(),
        limit: page::query(&uri, "limit").and_then(|limit| limit.parse().ok()),
    };
    reply(&json!({"tasks": state.procedures.inbox(&me.visit.ctx, &filter).await?}))
}

/// `GET /tasks/{id}`.
pub(crate) async fn task(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
) -> Reply {
    reply(&state.procedures.task(&me.visit.ctx, id).await?)
}

/// `POST /tasks/{id}/decision {version, decision: {kind: "approve", …}}`.
pub(crate) async fn decide(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    Json(sent): Json<Decided>,
) -> Reply {
    reply(&state.procedures.decide(&me.visit.ctx, id, sent.version, sent.decision).await?)
}
