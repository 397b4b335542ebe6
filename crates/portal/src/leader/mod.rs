//! `/lanh-dao`: five minutes before a meeting. What is late, what will be, and behind every number its files: from a red
//! figure to the file in two clicks. Counts and lines are about work, not people; the file itself is opened through the
//! door, for supervision, and the applicant sees that in their log.

use crate::State;
use crate::page::{self, Answer, query};
use axum::{
    Router,
    extract::{self, Path},
    http::Uri,
    routing::get,
};
use kernel::{Kind, Problem, Role};
use procedure::{InboxFilter, TaskLine, TaskState, Urgency};
use serde_json::{Value, json};
use uuid::Uuid;
use web::OfficerSession;

/// Who comes in here.
const LEADER: &str = "leader";
/// Late tasks that the first page names.
const NAMED_MAX: usize = 10;
/// The body whose leaders see the whole country.
const CENTRE: &str = procedure::PORTAL;

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/lanh-dao", get(overview))
        .route("/lanh-dao/viec", get(list))
        .route("/lanh-dao/viec/{task}", get(file))
}

/// Which tasks a list holds: the word in the address, and what belongs to it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Late,
    Soon,
    Open,
    Question,
    Performing,
}

impl Which {
    fn read(word: Option<&str>) -> Self {
        match word {
            Some("qua-han") => Self::Late,
            Some("sap-han") => Self::Soon,
            Some("cho-dan") => Self::Question,
            Some("dang-ghi") => Self::Performing,
            _ => Self::Open,
        }
    }

    const fn word(self) -> &'static str {
        match self {
            Self::Late => "qua-han",
            Self::Soon => "sap-han",
            Self::Open => "dang-mo",
            Self::Question => "cho-dan",
            Self::Performing => "dang-ghi",
        }
    }

    fn states(self) -> Vec<TaskState> {
        match self {
            Self::Question => vec![TaskState::Question],
            Self::Performing => vec![TaskState::Performing],
            Self::Late | Self::Soon | Self::Open => vec![TaskState::New, TaskState::Accepted],
        }
    }

    fn has(self, line: &TaskLine) -> bool {
        match self {
            Self::Late => line.urgency == Urgency::Late,
            Self::Soon => line.urgency == Urgency::Soon,
            Self::Open | Self::Question | Self::Performing => true,
        }
    }
}

fn leader(me: &OfficerSession) -> Result<(), Problem> {
    let is_leader = me.roles.iter().map(Role::as_str).any(|role| role == LEADER);
    if is_leader { Ok(()) } else { Err(Problem::new(Kind::Forbidden, web::codes::NOT_FOR_YOU)) }
}

async fn overview(extract::State(state): extract::State<State>, me: OfficerSession) -> Answer {
    leader(&me)?;
    let ctx = &me.visit.ctx;
    let whole = me.body.as_str() == CENTRE;
    let figures = state.procedures.figures(ctx, (!whole).then_some(&me.body)).await?;
    let bodies: Vec<Value> = figures
        .bodies
        .iter()
        .map(|body| {
            let mut line = json!(body);
            line["name"] = json!(state.body_name(ctx, &body.body.as_str().into()));
            line
        })
        .collect();
    let late = if whole { Vec::new() } else { lines(&state, &me, Which::Late).await? };
    let content = json!({
        "body": state.body_name(ctx, &me.body),
        "whole": whole,
        "own": if whole { None } else { bodies.first() },
        "bodies": bodies,
        "dossiers": figures.dossiers.iter().map(|(status, count)| json!({"status": status, "count": count})).collect::<Vec<_>>(),
        "dossiers_late": figures.dossiers_late,
        "late_count": late.len(),
        "late": late.into_iter().take(NAMED_MAX).collect::<Vec<_>>(),
    });
    Ok(page::own(&state, &me.visit, "leader/overview.html", content)?)
}

async fn list(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    leader(&me)?;
    let which = Which::read(query(&uri, "loai").as_deref());
    let content = json!({
        "body": state.body_name(&me.visit.ctx, &me.body),
        "which": which.word(),
        "tasks": lines(&state, &me, which).await?,
    });
    Ok(page::own(&state, &me.visit, "leader/list.html", content)?)
}

async fn file(extract::State(state): extract::State<State>, me: OfficerSession, Path(task): Path<Uuid>) -> Answer {
    leader(&me)?;
    let task = state.procedures.supervise(&me.visit.ctx, task).await?;
    Ok(page::own(&state, &me.visit, "leader/file.html", json!({ "task": task }))?)
}

async fn lines(state: &State, me: &OfficerSession, which: Which) -> Result<Vec<TaskLine>, Problem> {
    let filter = InboxFilter { states: which.states(), ..InboxFilter::default() };
    let lines = state.procedures.inbox(&me.visit.ctx, &filter).await?;
    Ok(lines.into_iter().filter(|line| which.has(line)).collect())
}
