//! A dossier under its row lock: what changes about it, what follows from that, and how it is written.

use crate::definition::Group;
use crate::file::send;
use crate::graph::{Ending, StepKey, ending, moves, variables};
use crate::jobs;
use crate::rows::{DOSSIER, DossierRow, NewEvent, STEPS, StepRow, standing, write_events, write_steps};
use crate::{Error, Setting, Status, StepState, events};
use kernel::{BodyId, Ctx, DossierId, Problem};
use sqlx::PgConnection;
use time::OffsetDateTime;

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

impl Open<'_> {
    /// The step of this key.
    pub(crate) fn step(&mut self, key: &StepKey) -> Result<&mut StepRow, Error> {
        if !self.changed.contains(key) {
            self.changed.push(key.clone());
        }
        self.steps.iter_mut().find(|step| step.is(key)).ok_or(Error::UnknownTask)
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
