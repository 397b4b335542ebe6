//! `decide`: an officer's decision on a task. It stands on the version that the officer saw, or not at all.

use crate::accept_step::warn_at;
use crate::jobs::{ReportJob, StepJob, enqueue_perform, enqueue_report};
use crate::procedures::{WORK, in_role, officer};
use crate::report_step::Outcome;
use crate::rows::{TASK, TaskRow, write_task_event};
use crate::setting::{ids, people};
use crate::{Decision, Error, Procedures, TaskState};
use exchange::{Purpose, Request, Scope, SubjectRef};
use kernel::{AccountId, BodyId, Ctx, DossierId, Problem, Role};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

/// What a decision answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// The task's version from now on.
    pub version: i32,
    /// Where it stands from now on.
    pub state: TaskState,
}

/// Longest text of an officer.
const NOTE_CHARS_MAX: usize = 4_000;
/// Most things that one request may ask.
const ITEMS_MAX: usize = 50;
/// An appointment further away is a slip of the pen (or a way to be never late); no term of the packs is as long.
const APPOINTMENT_MAX: time::Duration = time::Duration::days(366);

/// What a decision changes.
struct Change {
    state: TaskState,
    kind: &'static str,
    note: Option<String>,
    outcome: Option<Outcome>,
    asked: Option<serde_json::Value>,
    due_at: Option<OffsetDateTime>,
    assignee: Option<Uuid>,
    counts_as_supplement: bool,
}

impl Procedures {
    /// Decides on a task of the officer's own body.
    ///
    /// # Errors
    /// `PRO0003` no such task here, `PRO0004` somebody decided since, `PRO0005` its state does not allow it, `PRO0010` the
    /// role is missing, `PRO0008` asked before, `PRO0009` re-appointed before, `PRO0017` nothing asked, `PRO0018` no reason.
    pub async fn decide(
        &self,
        ctx: &Ctx,
        task: Uuid,
        expected_version: i32,
        decision: Decision,
    ) -> Result<Decided, Problem> {
        let (account, body, _) = officer(ctx)?;
        let head = self.head_of(body, task).await?;
        let role = self.role_for(ctx, &head)?;
        let ctx = &in_role(ctx, &role);
        let request = work_request(body, &head);
        let (engine, by) = (self.clone(), ctx.clone());
        let decided = self
            .0
            .exchange
            .open(ctx, request, move |tx, pass| {
                Box::pin(async move {
                    for subject in ids(&people([head.people.clone()])).into_iter().take(1) {
                        pass.admit(subject, None).map_err(Problem::from)?;
                    }
                    engine.write_decision(&by, tx, task, expected_version, decision, (account, role)).await
                })
            })
            .await;
        match decided {
            // Another decision may have ended the case, and with it the right to open it: that is what is told.
            Err(refused) if refused.kind == kernel::Kind::Forbidden => {
                let found = self.head_of(body, task).await?.version;
                if found == expected_version {
                    Err(refused)
                } else {
                    Err(Error::Overtaken { expected: expected_version, found }.into())
                }
            }
            decided => decided,
        }
    }

    async fn write_decision(
        &self,
        ctx: &Ctx,
        tx: &mut PgConnection,
        id: Uuid,
        expected: i32,
        decision: Decision,
        (account, role): (AccountId, Role),
    ) -> Result<Decided, Error> {
        let task: TaskRow = sqlx::query_as(sqlx::AssertSqlSafe(format!("{TASK} WHERE task_id = $1 FOR UPDATE")))
            .bind(id)
            .fetch_one(&mut *tx)
            .await?;
        if task.version != expected {
            return Err(Error::Overtaken { expected, found: task.version });
        }
        let change = change(ctx, &task, decision)?;
        let ended = change.state == TaskState::Refused;
        let version: i32 = sqlx::query_scalar(
            "UPDATE procedure.task SET state = $2, version = version + 1, asked = coalesce($3, asked), \
             due_at = coalesce($4, due_at), warn_at = coalesce($5, warn_at), \
             warned = CASE WHEN $4 IS NULL THEN warned ELSE 0 END, reappointed = reappointed OR $4 IS NOT NULL, \
             supplements = supplements + $6, assignee = coalesce($7, assignee), decided_by = $8, decided_role = $9, \
             decided_at = $10, fault = NULL, ended_at = CASE WHEN $11 THEN $10 END, approval = $12 \
             WHERE task_id = $1 RETURNING version",
        )
        .bind(id)
        .bind(change.state.as_str())
        .bind(&change.asked)
        .bind(change.due_at)
        .bind(change.due_at.map(|due| warn_at(&self.0.setting.calendar, due)))
        .bind(i16::from(change.counts_as_supplement))
        .bind(change.assignee)
        .bind(account.0)
        .bind(role.as_str())
        .bind(ctx.now())
        .bind(ended)
        .bind(approval(&task, &change))
        .fetch_one(&mut *tx)
        .await?;
        write_task_event(tx, ctx, &task, change.kind, Some((account.0, role.as_str())), change.note.as_deref()).await?;
        if change.state == TaskState::Performing {
            enqueue_perform(tx, ctx, &task).await?;
        }
        if let Some(outcome) = change.outcome {
            enqueue_report(tx, ctx, &ReportJob { step: StepJob::of_task(&task), outcome }).await?;
        }
        Ok(Decided { version, state: change.state })
    }

    /// The role in which this officer may work on the task.
    pub(crate) fn role_for(&self, ctx: &Ctx, task: &TaskRow) -> Result<Role, Error> {
        let (_, _, roles) = officer(ctx)?;
        let group = self.0.setting.kept(&task.definition, task.version_from)?;
        let member = group.item.member(&task.member).ok_or(Error::UnknownTask)?;
        roles
            .iter()
            .find(|role| role.as_str() == member.role)
            .cloned()
            .ok_or_else(|| Error::Role { role: member.role.clone() })
    }
}

/// The passage of an officer's work on a task: the body's own data, on account of the dossier, about its people.
pub(crate) fn work_request(body: &BodyId, task: &TaskRow) -> Request {
    let applicant: Vec<SubjectRef> =
        ids(&people([task.people.clone()])).into_iter().take(1).map(SubjectRef::Id).collect();
    Request::new(body.clone(), body.clone(), WORK, Purpose::DOSSIER)
        .about(Scope::Subjects(applicant))
        .on(DossierId(task.dossier_id))
}

fn change(ctx: &Ctx, task: &TaskRow, decision: Decision) -> Result<Change, Error> {
    let state = task.state()?;
    if !state.is_open() {
        return Err(Error::State { state: state.as_str() });
    }
    let plain = |state: TaskState, kind: &'static str| Change {
        state,
        kind,
        note: None,
        outcome: None,
        asked: None,
        due_at: None,
        assignee: None,
        counts_as_supplement: false,
    };
    Ok(match decision {
        Decision::Accept if state != TaskState::New => return Err(Error::State { state: state.as_str() }),
        Decision::Accept => Change { outcome: Some(Outcome::Accepted), ..plain(TaskState::Accepted, "accepted") },
        Decision::AskSupplement { items, note, again_because } => {
            let items: Vec<_> = items.into_iter().filter(|item| !item.what.trim().is_empty()).take(ITEMS_MAX).collect();
            if items.is_empty() {
                return Err(Error::AsksNothing);
            }
            let again = again_because.filter(|reason| !reason.trim().is_empty());
            if task.supplements > 0 && again.is_none() {
                return Err(Error::AskedBefore);
            }
            let (note, again) = (cut(&note), again.map(|reason| cut(&reason)));
            Change {
                note: again.or_else(|| Some(note.clone()).filter(|note| !note.is_empty())),
                asked: Some(json!(items)),
                outcome: Some(Outcome::Question { items, note }),
                counts_as_supplement: true,
                ..plain(TaskState::Question, "question")
            }
        }
        Decision::Refuse { reason } => {
            let reason = need(&reason)?;
            Change {
                note: Some(reason.clone()),
                outcome: Some(Outcome::Refused { reason }),
                ..plain(TaskState::Refused, "refused")
            }
        }
        Decision::Approve { note } => {
            Change { note: note.map(|note| cut(&note)), ..plain(TaskState::Performing, "approved") }
        }
        Decision::HandOver { to } => Change { assignee: Some(to.0), ..plain(state, "handed-over") },
        Decision::Apologise { reason, new_due } => {
            let reason = need(&reason)?;
            if task.reappointed {
                return Err(Error::ReappointedBefore);
            }
            if new_due <= task.due_at || new_due <= ctx.now() || new_due > ctx.now() + APPOINTMENT_MAX {
                return Err(Error::NewDate);
            }
            Change {
                note: Some(reason.clone()),
                due_at: Some(new_due),
                outcome: Some(Outcome::Delayed { reason, due_at: crate::rows::instant(new_due) }),
                ..plain(state, "apologised")
            }
        }
    })
}

/// What the registers are told when an officer approves again what a register has refused: its code, and what the
/// officer says to it.
fn approval(task: &TaskRow, change: &Change) -> Option<Value> {
    let note = change.note.as_deref().map(str::trim).filter(|note| !note.is_empty())?;
    let fault = task.fault.as_deref().filter(|_| change.state == TaskState::Performing)?;
    Some(json!({ "fault": fault, "note": note }))
}

fn need(reason: &str) -> Result<String, Error> {
    let reason = cut(reason.trim());
    if reason.is_empty() { Err(Error::NoReason) } else { Ok(reason) }
}

fn cut(text: &str) -> String {
    text.chars().take(NOTE_CHARS_MAX).collect()
}
