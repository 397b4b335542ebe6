//! The inbox by deadline, and the list of what is done.

use crate::State;
use crate::page::{self, Answer};
use axum::{extract, http::Uri};
use kernel::AccountId;
use procedure::{InboxFilter, TaskLine, TaskState};
use serde_json::{Value, json};
use web::OfficerSession;

/// Tasks on a page: those that are due first.
const TASKS_MAX: u32 = 100;
/// What the filter offers.
const STATES: [TaskState; 4] = [TaskState::New, TaskState::Accepted, TaskState::Question, TaskState::Performing];

pub(crate) async fn inbox(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let ctx = &me.visit.ctx;
    let code = page::query(&uri, "ma").map(|code| code.trim().to_owned());
    let wanted = page::query(&uri, "tt").and_then(|word| TaskState::parse(&word)).filter(|s| STATES.contains(s));
    let mine = page::query(&uri, "cua-toi").is_some();
    let filter = InboxFilter {
        states: wanted.into_iter().collect(),
        code: code.clone(),
        mine,
        limit: Some(TASKS_MAX),
        ..InboxFilter::default()
    };
    let tasks = state.procedures.inbox(ctx, &filter).await?;
    let colleagues = super::task::colleagues(&state, &me).await?;
    let figures = state.procedures.figures(ctx, Some(&me.body)).await?;
    let own = figures.bodies.into_iter().find(|figures| figures.body == me.body.as_str()).unwrap_or_default();
    let done = page::query(&uri, "xong").filter(|word| DECIDED.contains(&word.as_str()));
    let content = json!({
        "figures": {"late": own.late, "soon": own.soon_late, "open": own.new + own.accepted, "question": own.question},
        "filter": {
            "code": code, "state": wanted.map_or("", TaskState::as_str), "mine": mine,
            "active": code.is_some() || wanted.is_some() || mine,
        },
        "tasks": tasks.iter().map(|task| line(task, &me, &colleagues)).collect::<Vec<_>>(),
        "notice": done.map(|word| format!("notice-{word}")),
    });
    Ok(page::own(&state, &me.visit, "officer/inbox.html", content)?)
}

/// Decisions that the inbox confirms.
const DECIDED: [&str; 6] = ["accept", "approve", "ask-supplement", "refuse", "hand-over", "apologise"];

pub(crate) async fn done(extract::State(state): extract::State<State>, me: OfficerSession) -> Answer {
    let states = vec![TaskState::Done, TaskState::Refused, TaskState::Cancelled];
    let filter = InboxFilter { states, limit: Some(TASKS_MAX), ..InboxFilter::default() };
    let mut tasks = state.procedures.inbox(&me.visit.ctx, &filter).await?;
    tasks.sort_by_key(|task| std::cmp::Reverse(task.received_at));
    let tasks: Vec<Value> = tasks.iter().map(|task| line(task, &me, &[])).collect();
    Ok(page::own(&state, &me.visit, "officer/done.html", json!({ "tasks": tasks }))?)
}

fn line(task: &TaskLine, me: &OfficerSession, colleagues: &[(AccountId, String)]) -> Value {
    let mut line = json!(task);
    let holder = colleagues.iter().find(|(account, _)| task.assignee == Some(*account));
    line["assignee_name"] = json!(holder.map(|(_, name)| name));
    line["mine"] = json!(task.assignee == Some(me.account));
    line
}
