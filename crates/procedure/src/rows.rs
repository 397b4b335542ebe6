//! Rows as they are stored, and the statements that several verbs share.

use crate::graph::{Standing, StepKey};
use crate::{Error, Setting, Status, StepState};
use kernel::{Ctx, DossierId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// A dossier at its origin.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct DossierRow {
    pub(crate) dossier_id: Uuid,
    pub(crate) code: String,
    pub(crate) definition: String,
    pub(crate) version_from: Date,
    pub(crate) origin: String,
    pub(crate) applicant: Uuid,
    pub(crate) people: Value,
    pub(crate) form_values: Value,
    pub(crate) facts: Value,
    pub(crate) status: i16,
    pub(crate) filed_at: OffsetDateTime,
    pub(crate) due_at: OffsetDateTime,
    pub(crate) paused_at: Option<OffsetDateTime>,
    pub(crate) answer_until: Option<OffsetDateTime>,
    pub(crate) reason: Option<String>,
    pub(crate) closed_at: Option<OffsetDateTime>,
    pub(crate) version: i32,
}

pub(crate) const DOSSIER: &str = "SELECT dossier_id, code, definition, version_from, origin, applicant, people, \
    form_values, facts, status, filed_at, due_at, paused_at, answer_until, reason, closed_at, version FROM procedure.dossier ";

impl DossierRow {
    pub(crate) fn status(&self) -> Result<Status, Error> {
        u8::try_from(self.status)
            .map_err(|error| error.to_string())
            .and_then(Status::try_from)
            .map_err(Error::Definition)
    }

    /// What formulas see beside the values.
    pub(crate) fn head(&self, ctx: &Ctx, setting: &Setting) -> Value {
        let filed_on = kernel::calendar::vietnam(self.filed_at).date();
        json!({
            "today": kernel::iso_date::text(ctx.today()),
            "applicant": {"subject": self.applicant},
            "dossier": {"id": self.dossier_id, "code": self.code, "filed_on": kernel::iso_date::text(filed_on)},
            "facts": self.facts,
            "provinces": crate::setting::provinces(&setting.units, &self.form_values, filed_on),
        })
    }
}

/// An instant as it is sent: in UTC.
pub(crate) fn instant(at: OffsetDateTime) -> String {
    at.to_offset(time::UtcOffset::UTC).format(&time::format_description::well_known::Rfc3339).unwrap_or_default()
}

/// A step at the origin.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct StepRow {
    pub(crate) member: String,
    pub(crate) child: i16,
    pub(crate) position: i16,
    pub(crate) body: String,
    pub(crate) state: String,
    pub(crate) round: i16,
    pub(crate) due_at: Option<OffsetDateTime>,
    pub(crate) facts: Value,
    pub(crate) question: Option<Value>,
    pub(crate) reason: Option<String>,
    pub(crate) ended_at: Option<OffsetDateTime>,
}

pub(crate) const STEPS: &str = "SELECT member, child, position, body, state, round, due_at, facts, question, reason, \
    ended_at FROM procedure.step WHERE dossier_id = $1 ORDER BY child, position";

impl StepRow {
    pub(crate) fn state(&self) -> Result<StepState, Error> {
        StepState::parse(&self.state).ok_or_else(|| Error::Definition(format!("step state {}", self.state)))
    }

    pub(crate) fn is(&self, key: &StepKey) -> bool {
        self.member == key.member && self.child == key.child
    }
}

/// The steps as the graph sees them.
pub(crate) fn standing(steps: &[StepRow]) -> Result<Vec<Standing>, Error> {
    steps
        .iter()
        .map(|step| {
            Ok(Standing {
                key: StepKey { member: step.member.clone(), child: step.child },
                state: step.state()?,
                facts: step.facts.clone(),
            })
        })
        .collect()
}

/// Writes steps that changed.
pub(crate) async fn write_steps(conn: &mut PgConnection, dossier: DossierId, steps: &[StepRow]) -> Result<(), Error> {
    if steps.is_empty() {
        return Ok(());
    }
    sqlx::query(
        "UPDATE procedure.step s SET state = c.state, round = c.round, due_at = c.due_at, facts = c.facts, \
         question = c.question, reason = c.reason, ended_at = c.ended_at \
         FROM unnest($2::text[], $3::smallint[], $4::text[], $5::smallint[], $6::timestamptz[], $7::jsonb[], \
         $8::jsonb[], $9::text[], $10::timestamptz[]) \
         AS c(member, child, state, round, due_at, facts, question, reason, ended_at) \
         WHERE s.dossier_id = $1 AND s.member = c.member AND s.child = c.child",
    )
    .bind(dossier.0)
    .bind(steps.iter().map(|s| s.member.as_str()).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.child).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.state.as_str()).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.round).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.due_at).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.facts.clone()).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.question.clone()).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.reason.clone()).collect::<Vec<_>>())
    .bind(steps.iter().map(|s| s.ended_at).collect::<Vec<_>>())
    .execute(conn)
    .await?;
    Ok(())
}

/// One thing that happened to a dossier, to be written to its timeline.
pub(crate) struct NewEvent {
    pub(crate) kind: &'static str,
    pub(crate) key: Option<StepKey>,
    pub(crate) body: Option<String>,
    pub(crate) status: Status,
    pub(crate) note: Option<String>,
}

/// Room for events in one change of a dossier: children times members, twice over.
const EVENTS_PER_VERSION: i32 = 1_000;

/// Writes events to the timeline and tells the citizen what the group has words for.
pub(crate) async fn write_events(
    conn: &mut PgConnection,
    ctx: &Ctx,
    dossier: &DossierRow,
    group: &crate::definition::Group,
    events: &[NewEvent],
) -> Result<(), Error> {
    let now = ctx.now();
    let ids: Vec<Uuid> = in_order(ctx, events.len());
    let told: Vec<Value> = events.iter().map(|event| text(group, event.kind, event.key.as_ref())).collect();
    sqlx::query(
        "WITH told AS (INSERT INTO procedure.notification \
           (subject_id, notification_id, dossier_id, code, at, kind, text) \
           SELECT $11, n.id, $1, $12, $2, n.kind, n.text FROM unnest($3::uuid[], $4::text[], $10::jsonb[]) \
           AS n(id, kind, text) WHERE n.text IS NOT NULL AND n.text <> 'null'::jsonb) \
         INSERT INTO procedure.event (dossier_id, event_id, seq, at, kind, member, child, body, status, note) \
         SELECT $1, e.id, $13 + e.n::integer, $2, e.kind, e.member, e.child, e.body, e.status, e.note \
         FROM unnest($3::uuid[], $4::text[], $5::text[], $6::smallint[], $7::text[], $8::smallint[], $9::text[]) \
         WITH ORDINALITY AS e(id, kind, member, child, body, status, note, n)",
    )
    .bind(dossier.dossier_id)
    .bind(now)
    .bind(&ids)
    .bind(events.iter().map(|e| e.kind).collect::<Vec<_>>())
    .bind(events.iter().map(|e| e.key.as_ref().map(|k| k.member.clone())).collect::<Vec<_>>())
    .bind(events.iter().map(|e| e.key.as_ref().map(|k| k.child)).collect::<Vec<_>>())
    .bind(events.iter().map(|e| e.body.clone()).collect::<Vec<_>>())
    .bind(events.iter().map(|e| i16::from(e.status.number())).collect::<Vec<_>>())
    .bind(events.iter().map(|e| e.note.clone()).collect::<Vec<_>>())
    .bind(&told)
    .bind(dossier.applicant)
    .bind(&dossier.code)
    .bind(dossier.version.saturating_mul(EVENTS_PER_VERSION))
    .execute(conn)
    .await?;
    Ok(())
}

/// Ids that sort in the order in which they were drawn, also within one instant of a clock.
fn in_order(ctx: &Ctx, count: usize) -> Vec<Uuid> {
    let mut ids: Vec<Uuid> = (0..count).map(|_| ctx.uuid()).collect();
    ids.sort_unstable();
    ids
}

/// What the citizen is told of an event: the member's own sentence (`done/birth`), or the group's (`done`).
pub(crate) fn text(group: &crate::definition::Group, kind: &str, key: Option<&StepKey>) -> Value {
    let own = key.and_then(|key| group.messages.get(&format!("{kind}/{}", key.member)));
    let Some(text) = own.or_else(|| group.messages.get(kind)) else { return Value::Null };
    let member = key.and_then(|key| group.member(&key.member)).map(|member| &member.name);
    let fill = |text: &str, name: Option<&String>| text.replace("{member}", name.map_or("", |name| name.as_str()));
    json!({
        "vi": fill(&text.vi, member.map(|name| &name.vi)),
        "en": fill(&text.en, member.map(|name| &name.en)),
    })
}

/// A task at the acting body.
#[derive(Clone, sqlx::FromRow)]
pub(crate) struct TaskRow {
    pub(crate) dossier_id: Uuid,
    pub(crate) member: String,
    pub(crate) child: i16,
    pub(crate) task_id: Uuid,
    pub(crate) body: String,
    pub(crate) origin: String,
    pub(crate) code: String,
    pub(crate) definition: String,
    pub(crate) version_from: Date,
    pub(crate) state: String,
    pub(crate) round: i16,
    pub(crate) version: i32,
    pub(crate) people: Value,
    pub(crate) data: Value,
    pub(crate) received_at: OffsetDateTime,
    pub(crate) due_at: OffsetDateTime,
    pub(crate) reappointed: bool,
    pub(crate) supplements: i16,
    pub(crate) asked: Value,
    pub(crate) assignee: Option<Uuid>,
    pub(crate) decided_by: Option<Uuid>,
    pub(crate) decided_role: Option<String>,
    pub(crate) replies: Value,
    pub(crate) fault: Option<String>,
    pub(crate) approval: Option<Value>,
}

pub(crate) const TASK: &str = "SELECT dossier_id, member, child, task_id, body, origin, code, definition, \
    version_from, state, round, version, people, data, received_at, due_at, reappointed, supplements, asked, \
    assignee, decided_by, decided_role, replies, fault, approval FROM procedure.task ";

impl TaskRow {
    pub(crate) fn state(&self) -> Result<crate::TaskState, Error> {
        crate::TaskState::parse(&self.state).ok_or_else(|| Error::Definition(format!("task state {}", self.state)))
    }
}

/// Writes what an officer (or a failure) did with a task.
pub(crate) async fn write_task_event(
    conn: &mut PgConnection,
    ctx: &Ctx,
    task: &TaskRow,
    kind: &str,
    by: Option<(Uuid, &str)>,
    note: Option<&str>,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO procedure.task_event (dossier_id, event_id, task_id, at, kind, officer, role, note) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
    )
    .bind(task.dossier_id)
    .bind(ctx.uuid())
    .bind(task.task_id)
    .bind(ctx.now())
    .bind(kind)
    .bind(by.map(|by| by.0))
    .bind(by.map(|by| by.1))
    .bind(note)
    .execute(conn)
    .await?;
    Ok(())
}
