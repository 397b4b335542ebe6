//! Service `procedure.accept-step`: a step arrives in the inbox of the body that acts.

use crate::rows::{TASK, TaskRow, write_task_event};
use crate::setting::{ids, people};
use crate::{Error, Setting, TaskState};
use async_trait::async_trait;
use exchange::{CaseGrant, Pass, Purpose, Service};
use kernel::calendar::{Calendar, vietnam};
use kernel::{Ctx, DossierId, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::Arc;
use time::format_description::well_known::Rfc3339;
use time::{Date, Duration, OffsetDateTime};

/// The service's name.
pub(crate) const NAME: &str = "procedure.accept-step";
/// How long the body's case stays open past the due date, unless it is closed before.
const CASE_MARGIN: Duration = Duration::days(180);

/// A step as it is handed over.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Handed {
    pub(crate) dossier: DossierId,
    pub(crate) code: String,
    pub(crate) definition: String,
    #[serde(with = "kernel::iso_date")]
    pub(crate) version_from: Date,
    pub(crate) member: String,
    pub(crate) child: i16,
    pub(crate) round: i16,
    pub(crate) due_at: Option<String>,
    pub(crate) data: Value,
    pub(crate) people: Value,
}

pub(crate) struct AcceptStep(pub(crate) Arc<Setting>);

#[async_trait]
impl Service for AcceptStep {
    async fn handle(&self, ctx: &Ctx, tx: &mut PgConnection, pass: &Pass, payload: Value) -> Result<Value, Problem> {
        let handed = Handed::deserialize(&payload).map_err(|_| Error::Definition("a handed step".to_owned()))?;
        Ok(self.accept(ctx, tx, pass, handed).await?)
    }
}

impl AcceptStep {
    async fn accept(&self, ctx: &Ctx, tx: &mut PgConnection, pass: &Pass, handed: Handed) -> Result<Value, Error> {
        // A body that keeps another version of the pack must not guess.
        let group = self.0.kept(&handed.definition, handed.version_from)?;
        if group.item.member(&handed.member).is_none() {
            return Err(Error::Definition(format!("no member {}", handed.member)));
        }
        let now = ctx.now();
        let due = handed
            .due_at
            .as_deref()
            .and_then(|due| OffsetDateTime::parse(due, &Rfc3339).ok())
            .ok_or_else(|| Error::Definition("a step without a due date".to_owned()))?;
        let subjects = people([handed.people.clone()]);
        for subject in ids(&subjects) {
            pass.admit(subject, None).map_err(Problem::from)?;
        }
        let case = CaseGrant {
            case: handed.dossier.into(),
            body: pass.provider().clone(),
            officers: Vec::new(),
            subjects,
            purposes: vec![Purpose::dossier()],
            until: due.max(now) + CASE_MARGIN,
        };
        exchange::grant(tx, ctx, case).await.map_err(Problem::from)?;
        self.store(ctx, tx, pass, &handed, due).await?;
        Ok(json!({ "accepted": true }))
    }

    async fn store(
        &self,
        ctx: &Ctx,
        tx: &mut PgConnection,
        pass: &Pass,
        handed: &Handed,
        due: OffsetDateTime,
    ) -> Result<(), Error> {
        let now = ctx.now();
        // A later round opens the task again with the citizen's answer; the same or an earlier one changes nothing.
        let stored: Option<TaskRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
            "INSERT INTO procedure.task AS t (dossier_id, member, child, task_id, body, origin, code, definition, \
             version_from, state, round, version, people, data, received_at, due_at, warn_at, warned, reappointed, \
             supplements, asked, replies) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'new', $10, 1, $11, $12, $13, $14, $15, 0, false, 0, \
             '[]'::jsonb, '{{}}'::jsonb) \
             ON CONFLICT ON CONSTRAINT task_pk DO UPDATE SET state = 'accepted', round = excluded.round, \
             version = t.version + 1, people = excluded.people, data = excluded.data, due_at = excluded.due_at, \
             warn_at = excluded.warn_at, warned = 0, fault = NULL \
             WHERE t.round < excluded.round AND t.state = 'question' AND t.body = excluded.body \
             AND t.origin = excluded.origin RETURNING {COLUMNS}",
            COLUMNS = columns(),
        )))
        .bind(handed.dossier.0)
        .bind(&handed.member)
        .bind(handed.child)
        .bind(ctx.uuid())
        .bind(pass.provider().as_str())
        .bind(pass.consumer().as_str())
        .bind(&handed.code)
        .bind(&handed.definition)
        .bind(handed.version_from)
        .bind(handed.round)
        .bind(&handed.people)
        .bind(&handed.data)
        .bind(now)
        .bind(due)
        .bind(warn_at(&self.0.calendar, due))
        .fetch_optional(&mut *tx)
        .await?;
        if let Some(task) = stored {
            let kind = if task.state()? == TaskState::New { "received" } else { "answered" };
            write_task_event(tx, ctx, &task, kind, None, None).await?;
        }
        Ok(())
    }
}

fn columns() -> &'static str {
    TASK.trim_start_matches("SELECT ").split(" FROM ").next().unwrap_or("*")
}

/// When to flag a task as about to be late: a working day before its due date.
pub(crate) fn warn_at(calendar: &Calendar, due: OffsetDateTime) -> OffsetDateTime {
    let mut day = vietnam(due).date();
    for _ in 0..31 {
        day = day.previous_day().unwrap_or(day);
        if calendar.is_working_day(day) {
            break;
        }
    }
    vietnam(due).replace_date(day)
}
