//! Service `procedure.report-step`: a body says what became of its step, and the origin goes on.

use crate::definition::Group;
use crate::file::send;
use crate::graph::{Ending, StepKey, ending, moves, variables};
use crate::jobs::{self, StepJob};
use crate::rows::{DOSSIER, DossierRow, NewEvent, STEPS, StepRow, standing, write_events, write_steps};
use crate::setting::{ids, people, people_json};
use crate::{Error, Setting, Status, StepState, SupplementItem, events};
use async_trait::async_trait;
use exchange::{Pass, Service};
use kernel::{BodyId, Ctx, DossierId, Problem};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::Arc;
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

/// The service's name.
pub(crate) const NAME: &str = "procedure.report-step";

/// What became of a step.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub(crate) enum Outcome {
    /// Taken in.
    Accepted,
    /// The citizen is asked.
    Question {
        /// Everything that is asked.
        items: Vec<SupplementItem>,
        /// What the officer adds.
        note: String,
    },
    /// Refused.
    Refused {
        /// The officer's reason.
        reason: String,
    },
    /// Another date.
    Delayed {
        /// The officer's reason.
        reason: String,
        /// The other date.
        due_at: String,
    },
    /// Done.
    Done {
        /// What the other members learn.
        facts: Value,
        /// What was issued.
        results: Vec<Issued>,
        /// People that the dossier is about from now on.
        people: Value,
    },
}

/// A result as the acting body issued it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Issued {
    pub(crate) code: Option<String>,
    pub(crate) name: Value,
    pub(crate) number: Option<String>,
    #[serde(with = "kernel::iso_date")]
    pub(crate) issued_on: Date,
    pub(crate) data: Value,
}

impl Outcome {
    /// Part of the idempotency key.
    pub(crate) fn word(&self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::Question { .. } => "question",
            Self::Refused { .. } => "refused",
            Self::Delayed { .. } => "delayed",
            Self::Done { .. } => "done",
        }
    }
}

/// A report as it is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Reported {
    #[serde(flatten)]
    pub(crate) step: StepJob,
    pub(crate) outcome: Outcome,
}

pub(crate) struct ReportStep(pub(crate) Arc<Setting>);

#[async_trait]
impl Service for ReportStep {
    async fn handle(&self, ctx: &Ctx, tx: &mut PgConnection, pass: &Pass, payload: Value) -> Result<Value, Problem> {
        let report = Reported::deserialize(&payload).map_err(|_| Error::Definition("a report".to_owned()))?;
        Ok(take(&self.0, ctx, tx, pass, report).await?)
    }
}

/// A dossier under its row lock, with what changes about it.
pub(crate) struct Open<'a> {
    pub(crate) setting: &'a Setting,
    pub(crate) group: &'a Group,
    pub(crate) row: DossierRow,
    pub(crate) steps: Vec<StepRow>,
    pub(crate) changed: Vec<StepKey>,
    pub(crate) events: Vec<NewEvent>,
    pub(crate) advance: Vec<StepKey>,
}

/// Reads and locks a dossier. The lock makes changes of one dossier follow each other.
pub(crate) async fn lock<'a>(setting: &'a Setting, tx: &mut PgConnection, id: DossierId) -> Result<Open<'a>, Error> {
    let row: DossierRow = sqlx::query_as(sqlx::AssertSqlSafe(format!("{DOSSIER} WHERE dossier_id = $1 FOR UPDATE")))
        .bind(id.0)
        .fetch_optional(&mut *tx)
        .await?
        .ok_or(Error::UnknownDossier)?;
    let steps: Vec<StepRow> = sqlx::query_as(STEPS).bind(id.0).fetch_all(tx).await?;
    let group = &setting.kept(&row.definition, row.version_from)?.item;
    Ok(Open { setting, group, row, steps, changed: Vec::new(), events: Vec::new(), advance: Vec::new() })
}

async fn take(
    setting: &Setting,
    ctx: &Ctx,
    tx: &mut PgConnection,
    pass: &Pass,
    report: Reported,
) -> Result<Value, Error> {
    let key = StepKey { member: report.step.member.clone(), child: report.step.child };
    let mut open = lock(setting, tx, report.step.dossier).await?;
    pass.admit(open.row.applicant.into(), None).map_err(Problem::from)?;
    let Some(step) = open.steps.iter().find(|step| step.is(&key)) else { return Err(Error::UnknownTask) };
    if step.body != pass.consumer().as_str() {
        return Err(Error::UnknownTask); // Not this body's step: nobody reports for another.
    }
    let closed = open.row.closed_at.is_some();
    let late = step.round != report.step.round || matches!(step.state()?, StepState::Done | StepState::Refused);
    // What was done is done even where the citizen has withdrawn meanwhile: its results stand.
    if late || (closed && !matches!(report.outcome, Outcome::Done { .. })) {
        return Ok(json!({ "closed": closed }));
    }
    open.apply(ctx, tx, &key, report.outcome).await?;
    if !closed {
        open.go_on(ctx)?;
    }
    open.write(ctx, tx).await?;
    Ok(json!({ "closed": open.row.closed_at.is_some() }))
}

impl Open<'_> {
    /// The step of this key.
    pub(crate) fn step(&mut self, key: &StepKey) -> Result<&mut StepRow, Error> {
        if !self.changed.contains(key) {
            self.changed.push(key.clone());
        }
        self.steps.iter_mut().find(|step| step.is(key)).ok_or(Error::UnknownTask)
    }

    async fn apply(&mut self, ctx: &Ctx, tx: &mut PgConnection, key: &StepKey, outcome: Outcome) -> Result<(), Error> {
        let now = ctx.now();
        let step = self.step(key)?;
        let body = step.body.clone();
        let (kind, note) = match outcome {
            Outcome::Accepted => {
                if step.state()? != StepState::Sent {
                    return Ok(());
                }
                step.state = StepState::Accepted.as_str().to_owned();
                (events::ACCEPTED, None)
            }
            Outcome::Question { items, note } => {
                step.state = StepState::Question.as_str().to_owned();
                step.question = Some(json!({ "items": items, "note": note, "at": crate::rows::instant(now) }));
                (events::QUESTION, Some(note).filter(|note| !note.is_empty()))
            }
            Outcome::Refused { reason } => {
                step.state = StepState::Refused.as_str().to_owned();
                step.reason = Some(reason.clone());
                step.ended_at = Some(now);
                (events::REFUSED, Some(reason))
            }
            Outcome::Delayed { reason, due_at } => {
                let due = OffsetDateTime::parse(&due_at, &Rfc3339).map_err(|_| Error::NewDate)?;
                step.due_at = Some(due);
                step.reason = Some(reason.clone());
                self.row.due_at = self.row.due_at.max(due);
                (events::DELAYED, Some(reason))
            }
            Outcome::Done { facts, results, people } => {
                step.state = StepState::Done.as_str().to_owned();
                step.facts = facts;
                step.reason = None;
                step.ended_at = Some(now);
                self.take_results(ctx, tx, key, &body, &results).await?;
                self.take_people(ctx, tx, people).await?;
                (events::DONE, None)
            }
        };
        let status = self.row.status()?;
        self.events.push(NewEvent { kind, key: Some(key.clone()), body: Some(body), status, note });
        Ok(())
    }

    async fn take_results(
        &self,
        ctx: &Ctx,
        tx: &mut PgConnection,
        key: &StepKey,
        body: &str,
        results: &[Issued],
    ) -> Result<(), Error> {
        for result in results {
            sqlx::query(
                "INSERT INTO procedure.result (dossier_id, result_id, member, child, code, name, number, issued_on, \
                 issued_by, data) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
            )
            .bind(self.row.dossier_id)
            .bind(ctx.uuid())
            .bind(&key.member)
            .bind(key.child)
            .bind(&result.code)
            .bind(&result.name)
            .bind(&result.number)
            .bind(result.issued_on)
            .bind(body)
            .bind(&result.data)
            .execute(&mut *tx)
            .await?;
        }
        Ok(())
    }

    /// A newborn begins to be somebody whom the dossier is about.
    async fn take_people(&mut self, ctx: &Ctx, tx: &mut PgConnection, new: Value) -> Result<(), Error> {
        let added = people([new]);
        if ids(&added).is_empty() {
            return Ok(());
        }
        let mut all = people([self.row.people.clone()]);
        all.extend(added.iter().filter(|person| !all.contains(person)).cloned().collect::<Vec<_>>());
        self.row.people = people_json(&all);
        let case = DossierId(self.row.dossier_id).into();
        exchange::extend_grant(tx, ctx, case, &BodyId::new(&self.row.origin), &added).await.map_err(Problem::from)?;
        Ok(())
    }

    /// What follows from the steps as they stand: whose turn it is, what falls away, the status of the whole.
    pub(crate) fn go_on(&mut self, ctx: &Ctx) -> Result<(), Error> {
        let now = ctx.now();
        let next = moves(self.group, &standing(&self.steps)?);
        for key in &next.drop {
            let step = self.step(key)?;
            step.state = StepState::Dropped.as_str().to_owned();
            step.ended_at = Some(now);
            let body = Some(step.body.clone());
            let status = self.row.status()?;
            self.events.push(NewEvent { kind: events::DROPPED, key: Some(key.clone()), body, status, note: None });
        }
        let head = self.row.head(ctx, self.setting);
        for key in next.send {
            let known = standing(&self.steps)?;
            let vars = variables(self.group, &self.row.form_values, key.child, &known, &head);
            send(self.group, &mut self.steps, &key, &vars, now, &self.setting.calendar)?;
            self.changed.push(key.clone());
            self.advance.push(key);
        }
        self.settle_status(now)
    }

    fn settle_status(&mut self, now: OffsetDateTime) -> Result<(), Error> {
        let known = standing(&self.steps)?;
        let status = self.row.status()?;
        let goal = match ending(self.group, &known) {
            Some(Ending::Done) => Status::Returned,
            Some(Ending::Refused) if status == Status::Filed => Status::NotReceived,
            Some(Ending::Refused) => Status::Stopped,
            None if known.iter().any(|step| step.state == StepState::Question) => Status::Supplement,
            None if known.iter().any(|step| step.state.has_ended()) => Status::Processing,
            None if known.iter().any(|step| step.state == StepState::Accepted) => Status::Received,
            None => status,
        };
        self.become_status(goal, now)
    }

    /// Moves the dossier to `goal` along allowed transitions; where none leads there, it stays.
    pub(crate) fn become_status(&mut self, goal: Status, now: OffsetDateTime) -> Result<(), Error> {
        let way = self.row.status()?.way_to(goal);
        let Some(last) = way.last().copied() else { return Ok(()) };
        self.row.status = i16::from(last.number());
        if last == Status::Supplement {
            self.row.paused_at = Some(now);
            self.row.answer_until = Some(self.setting.calendar.due(now, &self.group.supplement_term));
        } else {
            self.row.paused_at = None;
            self.row.answer_until = None;
        }
        if last.is_terminal() {
            self.row.closed_at = Some(now);
            if matches!(last, Status::Stopped | Status::NotReceived) {
                self.row.reason = self.steps.iter().find_map(|step| step.reason.clone());
            }
            let kind = if last == Status::Returned { events::FINISHED } else { events::STOPPED };
            if last != Status::Withdrawn {
                let (body, note) = (Some(self.row.origin.clone()), None);
                self.events.push(NewEvent { kind, key: None, body, status: last, note });
            }
        }
        Ok(())
    }

    /// Writes what changed, with the jobs that must follow.
    pub(crate) async fn write(&mut self, ctx: &Ctx, tx: &mut PgConnection) -> Result<(), Error> {
        self.row.version += 1;
        let row = &self.row;
        let id = DossierId(row.dossier_id);
        let status = row.status()?;
        sqlx::query(
            "UPDATE procedure.dossier SET status = $2, due_at = $3, paused_at = $4, answer_until = $5, reason = $6, \
             closed_at = $7, people = $8, form_values = $9, facts = $10, version = $11 WHERE dossier_id = $1",
        )
        .bind(row.dossier_id)
        .bind(row.status)
        .bind(row.due_at)
        .bind(row.paused_at)
        .bind(row.answer_until)
        .bind(&row.reason)
        .bind(row.closed_at)
        .bind(&row.people)
        .bind(&row.form_values)
        .bind(&row.facts)
        .bind(row.version)
        .execute(&mut *tx)
        .await?;
        let changed: Vec<StepRow> =
            self.steps.iter().filter(|step| self.changed.iter().any(|key| step.is(key))).cloned().collect();
        write_steps(tx, id, &changed).await?;
        if !self.events.is_empty() {
            write_events(tx, ctx, row, self.group, &self.events).await?;
        }
        for key in &self.advance {
            let round = self.steps.iter().find(|step| step.is(key)).map_or(1, |step| step.round);
            jobs::enqueue_advance(tx, ctx, id, key, round).await?;
        }
        if status.is_terminal() {
            exchange::close_grants(tx, ctx, id.into(), Some(&BodyId::new(&row.origin))).await.map_err(Problem::from)?;
        }
        jobs::publish(tx, ctx, row, status).await
    }
}
