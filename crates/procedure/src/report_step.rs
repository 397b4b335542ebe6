//! Service `procedure.report-step`: a body says what became of its step, and the origin goes on.

use crate::graph::StepKey;
use crate::jobs::StepJob;
use crate::open::{Open, lock};
use crate::rows::NewEvent;
use crate::setting::{ids, people, people_json};
use crate::{Error, Setting, StepState, SupplementItem, events};
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
}
