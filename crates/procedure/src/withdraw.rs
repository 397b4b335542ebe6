//! `withdraw`: the citizen takes the filing back. Open steps are taken back from their bodies; what is done stays done.

use crate::events;
use crate::jobs::enqueue_cancel;
use crate::open::lock;
use crate::rows::{NewEvent, standing};
use crate::{Error, Procedures, Status, StepState};
use kernel::{Ctx, DossierId, Problem};

/// Longest reason.
const REASON_CHARS_MAX: usize = 1_000;

impl Procedures {
    /// Withdraws a dossier. The reason may be empty: nobody must explain themself.
    ///
    /// # Errors
    /// `PRO0002` no such dossier of theirs, `PRO0005` it has ended.
    pub async fn withdraw(&self, ctx: &Ctx, id: DossierId, reason: &str) -> Result<(), Problem> {
        let reason: String = reason.trim().chars().take(REASON_CHARS_MAX).collect();
        let (engine, by) = (self.clone(), ctx.clone());
        self.own(ctx, move |tx, subject| {
            Box::pin(async move {
                let mut open = lock(&engine.0.setting, tx, id).await?;
                if open.row.applicant != subject.0 {
                    return Err(Error::UnknownDossier);
                }
                if !open.row.status()?.may_become(Status::Withdrawn) {
                    return Err(Error::State { state: "ended" });
                }
                let now = by.now();
                for step in standing(&open.steps)? {
                    if step.state.has_ended() {
                        continue;
                    }
                    let row = open.step(&step.key)?;
                    row.state = StepState::Cancelled.as_str().to_owned();
                    row.ended_at = Some(now);
                    if step.state != StepState::Waiting {
                        let round = row.round;
                        enqueue_cancel(tx, &by, id, &step.key, round).await?;
                    }
                }
                open.become_status(Status::Withdrawn, now)?;
                open.row.reason = Some(reason.clone()).filter(|reason| !reason.is_empty());
                let (body, note) = (Some(open.row.origin.clone()), open.row.reason.clone());
                let status = Status::Withdrawn;
                open.events.push(NewEvent { kind: events::WITHDRAWN, key: None, body, status, note });
                open.write(&by, tx).await
            })
        })
        .await
    }
}
