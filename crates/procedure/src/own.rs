//! What a citizen sees of their own dossiers: the list, one dossier, messages, results.

use crate::procedures::{OWN, citizen, own_request};
use crate::rows::{DOSSIER, DossierRow, STEPS, StepRow, text};
use crate::{
    DossierLine, DossierView, Error, EventView, NextAction, Notification, Procedures, Question, ResultView, Setting,
    Status, StepState, StepView,
};
use kernel::{BodyId, Ctx, DossierId, Problem, SubjectId};
use pack::Text;
use serde_json::Value;
use sqlx::PgConnection;
use std::collections::HashMap;
use time::{Date, OffsetDateTime};
use uuid::Uuid;

/// Lines in one list.
const LINES_MAX: i64 = 100;

impl Procedures {
    /// The dossiers of the citizen who acts, newest first.
    ///
    /// # Errors
    /// `PRO0011` no citizen.
    pub async fn my_dossiers(&self, ctx: &Ctx) -> Result<Vec<DossierLine>, Problem> {
        let (engine, by) = (self.clone(), ctx.clone());
        self.own(ctx, move |tx, subject| {
            Box::pin(async move {
                let rows: Vec<DossierRow> = sqlx::query_as(sqlx::AssertSqlSafe(format!(
                    "{DOSSIER} WHERE dossier_id = ANY (SELECT dossier_id FROM procedure.own_dossier \
                     WHERE subject_id = $1 ORDER BY filed_at DESC LIMIT $2) ORDER BY filed_at DESC, dossier_id DESC"
                )))
                .bind(subject.0)
                .bind(LINES_MAX)
                .fetch_all(&mut *tx)
                .await?;
                let mut lines = Vec::with_capacity(rows.len());
                for row in &rows {
                    let steps: Vec<StepRow> = sqlx::query_as(STEPS).bind(row.dossier_id).fetch_all(&mut *tx).await?;
                    lines.push(line(&engine.0.setting, &by, row, &steps)?);
                }
                Ok(lines)
            })
        })
        .await
    }

    /// One dossier of the citizen who acts.
    ///
    /// # Errors
    /// `PRO0002` no such dossier of theirs.
    pub async fn dossier(&self, ctx: &Ctx, id: DossierId) -> Result<DossierView, Problem> {
        let (engine, by) = (self.clone(), ctx.clone());
        self.own(ctx, move |tx, subject| {
            Box::pin(async move {
                let row = own_row(tx, subject, id).await?;
                let steps: Vec<StepRow> = sqlx::query_as(STEPS).bind(id.0).fetch_all(&mut *tx).await?;
                let setting = &engine.0.setting;
                let group = setting.kept(&row.definition, row.version_from)?;
                let results = results(setting, tx, &row, None).await?;
                let timeline = timeline(setting, tx, &row).await?;
                Ok(DossierView {
                    head: line(setting, &by, &row, &steps)?,
                    steps: steps.iter().map(|step| step_view(setting, &row, step)).collect::<Result<_, _>>()?,
                    results,
                    timeline,
                    form: group.item.form.clone(),
                    version: row.version_from,
                    can_withdraw: row.status()?.may_become(Status::Withdrawn),
                    values: row.form_values,
                })
            })
        })
        .await
    }

    /// One result of a dossier of the citizen who acts.
    ///
    /// # Errors
    /// `PRO0002` no such dossier of theirs, `PRO0019` no such result.
    pub async fn result(&self, ctx: &Ctx, dossier: DossierId, result: Uuid) -> Result<ResultView, Problem> {
        let engine = self.clone();
        self.own(ctx, move |tx, subject| {
            Box::pin(async move {
                let row = own_row(tx, subject, dossier).await?;
                results(&engine.0.setting, tx, &row, Some(result)).await?.pop().ok_or(Error::UnknownResult)
            })
        })
        .await
    }

    /// The messages to the citizen who acts, newest first.
    ///
    /// # Errors
    /// `PRO0011` no citizen.
    pub async fn notifications(&self, ctx: &Ctx) -> Result<Vec<Notification>, Problem> {
        self.own(ctx, move |tx, subject| {
            Box::pin(async move {
                type Row = (Uuid, Uuid, String, OffsetDateTime, String, Value);
                let rows: Vec<Row> = sqlx::query_as(
                    "SELECT notification_id, dossier_id, code, at, kind, text FROM procedure.notification \
                     WHERE subject_id = $1 ORDER BY at DESC, notification_id DESC LIMIT $2",
                )
                .bind(subject.0)
                .bind(LINES_MAX)
                .fetch_all(tx)
                .await?;
                Ok(rows
                    .into_iter()
                    .map(|(id, dossier, code, at, kind, text)| Notification {
                        id,
                        dossier: DossierId(dossier),
                        code,
                        at,
                        kind,
                        text: bilingual(&text),
                    })
                    .collect())
            })
        })
        .await
    }

    /// Opens the door to the citizen's own matters.
    pub(crate) async fn own<T, F>(&self, ctx: &Ctx, work: F) -> Result<T, Problem>
    where
        T: Send + 'static,
        F: for<'a> FnOnce(
                &'a mut PgConnection,
                SubjectId,
            ) -> std::pin::Pin<Box<dyn Future<Output = Result<T, Error>> + Send + 'a>>
            + Send
            + 'static,
    {
        let (_, subject) = citizen(ctx)?;
        self.0
            .exchange
            .open(ctx, own_request(OWN, subject), move |tx, pass| {
                Box::pin(async move {
                    pass.admit(subject, None).map_err(Problem::from)?;
                    work(tx, subject).await
                })
            })
            .await
    }
}

/// A dossier of this person; somebody else's is not there.
pub(crate) async fn own_row(tx: &mut PgConnection, subject: SubjectId, id: DossierId) -> Result<DossierRow, Error> {
    sqlx::query_as(sqlx::AssertSqlSafe(format!("{DOSSIER} WHERE dossier_id = $1 AND applicant = $2")))
        .bind(id.0)
        .bind(subject.0)
        .fetch_optional(tx)
        .await?
        .ok_or(Error::UnknownDossier)
}

fn line(setting: &Setting, ctx: &Ctx, row: &DossierRow, steps: &[StepRow]) -> Result<DossierLine, Error> {
    let group = setting.kept(&row.definition, row.version_from)?;
    let status = row.status()?;
    Ok(DossierLine {
        id: DossierId(row.dossier_id),
        code: row.code.clone(),
        procedure: row.definition.clone(),
        title: group.item.title().clone(),
        name: group.item.name.clone(),
        status,
        filed_at: row.filed_at,
        due_at: row.due_at,
        late: status.clock_runs() && ctx.now() > row.due_at,
        next_action: next_action(setting, row, steps, status)?,
    })
}

fn next_action(setting: &Setting, row: &DossierRow, steps: &[StepRow], status: Status) -> Result<NextAction, Error> {
    let day = kernel::calendar::vietnam(row.filed_at).date();
    if matches!(status, Status::Finished | Status::Returned) {
        return Ok(NextAction::SeeResults);
    }
    if status.is_terminal() {
        return Ok(NextAction::SeeReason { reason: row.reason.clone() });
    }
    if status == Status::Supplement {
        let asked = steps.iter().filter(|step| step.state == StepState::Question.as_str());
        let questions = asked.map(|step| question(setting, step, day)).collect();
        return Ok(NextAction::Supplement { questions, until: row.answer_until });
    }
    let mut who = Vec::new();
    let mut until: Option<OffsetDateTime> = None;
    for step in steps {
        if matches!(step.state()?, StepState::Sent | StepState::Accepted) {
            let name = setting.body_name(&BodyId::new(&step.body), day);
            if !who.contains(&name) {
                who.push(name);
            }
            until = match (until, step.due_at) {
                (Some(a), Some(b)) => Some(a.min(b)),
                (a, b) => a.or(b),
            };
        }
    }
    Ok(NextAction::Wait { who, until: until.unwrap_or(row.due_at) })
}

fn question(setting: &Setting, step: &StepRow, day: Date) -> Question {
    let asked = step.question.clone().unwrap_or_default();
    Question {
        member: step.member.clone(),
        child: step.child,
        body_name: setting.body_name(&BodyId::new(&step.body), day),
        items: serde_json::from_value(asked["items"].clone()).unwrap_or_default(),
        note: asked["note"].as_str().unwrap_or_default().to_owned(),
    }
}

fn step_view(setting: &Setting, row: &DossierRow, step: &StepRow) -> Result<StepView, Error> {
    let group = setting.kept(&row.definition, row.version_from)?;
    let body = BodyId::new(&step.body);
    let state = step.state()?;
    let unknown = || Text { vi: step.member.clone(), en: step.member.clone() };
    Ok(StepView {
        member: step.member.clone(),
        child: step.child,
        name: group.item.member(&step.member).map_or_else(unknown, |member| member.name.clone()),
        body_name: setting.body_name(&body, kernel::calendar::vietnam(row.filed_at).date()),
        body,
        state,
        status: state.status(),
        due_at: step.due_at,
        ended_at: step.ended_at,
        reason: step.reason.clone(),
    })
}

#[derive(sqlx::FromRow)]
struct ResultRow {
    result_id: Uuid,
    member: String,
    child: i16,
    code: Option<String>,
    name: Value,
    number: Option<String>,
    issued_on: Date,
    issued_by: String,
    data: Value,
}

async fn results(
    setting: &Setting,
    tx: &mut PgConnection,
    dossier: &DossierRow,
    one: Option<Uuid>,
) -> Result<Vec<ResultView>, Error> {
    let rows: Vec<ResultRow> = sqlx::query_as(
        "SELECT result_id, member, child, code, name, number, issued_on, issued_by, data FROM procedure.result \
         WHERE dossier_id = $1 AND ($2::uuid IS NULL OR result_id = $2) ORDER BY child, result_id",
    )
    .bind(dossier.dossier_id)
    .bind(one)
    .fetch_all(tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let body = BodyId::new(row.issued_by);
            ResultView {
                id: row.result_id,
                dossier: DossierId(dossier.dossier_id),
                member: row.member,
                child: row.child,
                code: row.code,
                name: bilingual(&row.name),
                number: row.number,
                issued_on: row.issued_on,
                issued_by_name: setting.body_name(&body, row.issued_on),
                issued_by: body,
                data: row.data,
            }
        })
        .collect())
}

#[derive(sqlx::FromRow)]
struct EventRow {
    at: OffsetDateTime,
    kind: String,
    member: Option<String>,
    child: Option<i16>,
    body: Option<String>,
    note: Option<String>,
}

async fn timeline(setting: &Setting, tx: &mut PgConnection, dossier: &DossierRow) -> Result<Vec<EventView>, Error> {
    let rows: Vec<EventRow> = sqlx::query_as(
        "SELECT at, kind, member, child, body, note FROM procedure.event WHERE dossier_id = $1 \
         ORDER BY seq LIMIT 500",
    )
    .bind(dossier.dossier_id)
    .fetch_all(tx)
    .await?;
    let group = &setting.kept(&dossier.definition, dossier.version_from)?.item;
    let mut names: HashMap<String, Text> = HashMap::new();
    let mut views = Vec::with_capacity(rows.len());
    for row in rows {
        let key = row.member.map(|member| crate::graph::StepKey { member, child: row.child.unwrap_or(0) });
        let day = kernel::calendar::vietnam(row.at).date();
        let body_name = row.body.map(|body| {
            names.entry(body.clone()).or_insert_with(|| setting.body_name(&BodyId::new(body), day)).clone()
        });
        views.push(EventView {
            at: row.at,
            text: bilingual(&text(group, &row.kind, key.as_ref())),
            kind: row.kind,
            body_name,
            note: row.note,
        });
    }
    Ok(views)
}

fn bilingual(value: &Value) -> Text {
    let of = |language: &str| value[language].as_str().unwrap_or_default().to_owned();
    Text { vi: of("vi"), en: of("en") }
}
