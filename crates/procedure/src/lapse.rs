//! Part of the watch: what the citizen did not answer in time ends, where the group says so. The members that asked end
//! as `lapsed` (national status 8); what does not need them goes on, and the citizen is told.

use crate::definition::Lapse;
use crate::graph::{StepKey, term, variables};
use crate::jobs::enqueue_cancel;
use crate::open::lock;
use crate::rows::{NewEvent, standing};
use crate::{Error, Procedures, Status, StepState, events};
use kernel::{Ctx, DossierId};
use time::OffsetDateTime;
use uuid::Uuid;

/// Dossiers looked up at once.
const BATCH: i64 = 200;

impl Procedures {
    /// Ends what was not answered in time. Answers how many dossiers it changed.
    pub(crate) async fn lapse(&self, ctx: &Ctx) -> Result<u64, Error> {
        let mut changed = 0;
        let mut after: Option<(OffsetDateTime, Uuid)> = None;
        loop {
            let owing: Vec<(OffsetDateTime, Uuid)> = sqlx::query_as(
                "SELECT answer_until, dossier_id FROM procedure.dossier WHERE answer_until <= $1 \
                 AND ($2::timestamptz IS NULL OR (answer_until, dossier_id) > ($2, $3)) \
                 ORDER BY answer_until, dossier_id LIMIT $4",
            )
            .bind(ctx.now())
            .bind(after.map(|after| after.0))
            .bind(after.map(|after| after.1))
            .bind(BATCH)
            .fetch_all(self.0.db.pool())
            .await?;
            for (_, dossier) in &owing {
                changed += u64::from(self.lapse_one(ctx, DossierId(*dossier)).await?);
            }
            after = owing.last().copied();
            if after.is_none() {
                return Ok(changed);
            }
        }
    }

    /// One dossier, in one transaction; under its lock it is looked at again, since the answer may have come.
    async fn lapse_one(&self, ctx: &Ctx, id: DossierId) -> Result<bool, Error> {
        let setting = &self.0.setting;
        let mut tx = self.0.db.begin().await?;
        let mut open = lock(setting, &mut tx, id).await?;
        let (now, status) = (ctx.now(), open.row.status()?);
        let owes = status == Status::Supplement && open.row.answer_until.is_some_and(|until| until <= now);
        if !owes || open.group.supplement_lapse == Lapse::Keep {
            return Ok(false);
        }
        let asked_at = open.row.paused_at.unwrap_or(now);
        let asked = standing(&open.steps)?.into_iter().filter(|step| step.state == StepState::Question);
        for key in asked.map(|step| step.key).collect::<Vec<StepKey>>() {
            let step = open.step(&key)?;
            step.state = StepState::Lapsed.as_str().to_owned();
            step.ended_at = Some(now);
            let (body, round) = (Some(step.body.clone()), step.round);
            enqueue_cancel(&mut tx, ctx, id, &key, round).await?;
            open.events.push(NewEvent { kind: events::LAPSED, key: Some(key), body, status, note: None });
        }
        open.go_on(ctx)?;
        if open.row.closed_at.is_none() {
            // The clock stood while the citizen owed the answer.
            let head = open.row.head(ctx, setting);
            let vars = variables(open.group, &open.row.form_values, 0, &[], &head);
            let whole = term(&open.group.term, &vars)?;
            open.row.due_at = setting.calendar.after_pause(whole, open.row.due_at, asked_at, now);
        }
        open.write(ctx, &mut tx).await?;
        tx.commit().await?;
        Ok(true)
    }
}
