//! The engine's jobs: what must follow a change, enqueued in the change's own transaction.

use crate::graph::StepKey;
use crate::rows::{DossierRow, TaskRow};
use crate::{Error, Procedures, Status};
use async_trait::async_trait;
use kernel::{Ctx, DossierId, Problem, SubjectId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::Arc;
use store::jobs::{Handler, NewJob, enqueue};
use time::{Duration, OffsetDateTime};

/// Sends a step to its body.
pub const ADVANCE: &str = "procedure.advance";
/// Carries out an approved task.
pub const PERFORM: &str = "procedure.perform";
/// Tells the origin what became of a task.
pub const REPORT: &str = "procedure.report";
/// Takes a step back after a withdrawal.
pub const CANCEL: &str = "procedure.cancel";
/// Looks for tasks that are about to be late.
pub const WATCH: &str = "procedure.watch";
/// The feed on which changes of dossiers are published.
pub const FEED: &str = "procedure.dossier";
/// KenhThucHien: every dossier comes in through the pages or the API.
const ONLINE: u8 = 2;
/// How often the watch looks.
const WATCH_EVERY: Duration = Duration::minutes(10);

/// Which step a job is about.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct StepJob {
    pub(crate) dossier: DossierId,
    pub(crate) member: String,
    pub(crate) child: i16,
    pub(crate) round: i16,
}

impl StepJob {
    pub(crate) fn of_task(task: &TaskRow) -> Self {
        Self { dossier: DossierId(task.dossier_id), member: task.member.clone(), child: task.child, round: task.round }
    }

    /// The idempotency key of one call for this step.
    pub(crate) fn key(&self, what: &str) -> String {
        format!("{}/{}/{}/{}/{what}", self.dossier, self.member, self.child, self.round)
    }
}

pub(crate) async fn enqueue_advance(
    conn: &mut PgConnection,
    ctx: &Ctx,
    dossier: DossierId,
    key: &StepKey,
    round: i16,
) -> Result<(), Error> {
    let step = StepJob { dossier, member: key.member.clone(), child: key.child, round };
    put(conn, ctx, ADVANCE, json!(step), ctx.now()).await
}

pub(crate) async fn enqueue_perform(conn: &mut PgConnection, ctx: &Ctx, task: &TaskRow) -> Result<(), Error> {
    put(conn, ctx, PERFORM, json!(StepJob::of_task(task)), ctx.now()).await
}

pub(crate) async fn enqueue_cancel(
    conn: &mut PgConnection,
    ctx: &Ctx,
    dossier: DossierId,
    key: &StepKey,
    round: i16,
) -> Result<(), Error> {
    let step = StepJob { dossier, member: key.member.clone(), child: key.child, round };
    put(conn, ctx, CANCEL, json!(step), ctx.now()).await
}

/// What a task has to say to the origin.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ReportJob {
    pub(crate) step: StepJob,
    pub(crate) outcome: crate::report_step::Outcome,
}

pub(crate) async fn enqueue_report(conn: &mut PgConnection, ctx: &Ctx, report: &ReportJob) -> Result<(), Error> {
    put(conn, ctx, REPORT, json!(report), ctx.now()).await
}

async fn put(
    conn: &mut PgConnection,
    ctx: &Ctx,
    kind: &str,
    payload: Value,
    run_at: OffsetDateTime,
) -> Result<(), Error> {
    enqueue(conn, ctx, NewJob { kind, key: None, payload, run_at }).await?;
    Ok(())
}

/// Publishes a change of a dossier's status, without anything personal.
pub(crate) async fn publish(
    conn: &mut PgConnection,
    ctx: &Ctx,
    dossier: &DossierRow,
    status: Status,
) -> Result<(), Error> {
    // Who answers for the dossier as a whole: the body of its first step.
    let body: Option<String> =
        sqlx::query_scalar("SELECT body FROM procedure.step WHERE dossier_id = $1 ORDER BY position, child LIMIT 1")
            .bind(dossier.dossier_id)
            .fetch_optional(&mut *conn)
            .await?;
    let payload = json!({
        "dossier": dossier.dossier_id, "code": dossier.code, "procedure": dossier.definition,
        "origin": dossier.origin, "body": body, "channel": ONLINE, "status": status,
        "due_at": crate::rows::instant(dossier.due_at),
    });
    store::feed::append(conn, ctx, FEED, SubjectId(dossier.applicant), "status", &payload).await?;
    Ok(())
}

impl Procedures {
    /// The handlers of this context's jobs, by kind.
    #[must_use]
    pub fn jobs(&self) -> Vec<(String, Arc<dyn Handler>)> {
        let of = |kind: &str, job: Job| -> (String, Arc<dyn Handler>) {
            (kind.to_owned(), Arc::new(Run { engine: self.clone(), job }))
        };
        vec![
            of(ADVANCE, Job::Advance),
            of(PERFORM, Job::Perform),
            of(REPORT, Job::Report),
            of(CANCEL, Job::Cancel),
            of(WATCH, Job::Watch),
        ]
    }

    /// Makes sure that the watch over deadlines runs. Called when a node starts; calling it again changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn start(&self, ctx: &Ctx) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await?;
        self.next_watch(&mut tx, ctx, ctx.now()).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }

    async fn next_watch(&self, conn: &mut PgConnection, ctx: &Ctx, run_at: OffsetDateTime) -> Result<(), Error> {
        // One watch for each stretch of time: whoever enqueues it second finds it there.
        let stretch = run_at.unix_timestamp() / WATCH_EVERY.whole_seconds();
        let key = format!("watch-{stretch}");
        enqueue(conn, ctx, NewJob { kind: WATCH, key: Some(&key), payload: json!({}), run_at }).await?;
        Ok(())
    }
}

#[derive(Clone, Copy)]
enum Job {
    Advance,
    Perform,
    Report,
    Cancel,
    Watch,
}

struct Run {
    engine: Procedures,
    job: Job,
}

#[async_trait]
impl Handler for Run {
    async fn run(&self, ctx: &Ctx, payload: &Value) -> Result<(), Problem> {
        let unreadable = |_| Problem::from(Error::Definition("payload of a job".to_owned()));
        let step = || StepJob::deserialize(payload).map_err(unreadable);
        match self.job {
            Job::Advance => self.engine.advance(ctx, &step()?).await,
            Job::Perform => self.engine.perform(ctx, &step()?).await,
            Job::Cancel => self.engine.cancel(ctx, &step()?).await,
            Job::Report => self.engine.report(ctx, &ReportJob::deserialize(payload).map_err(unreadable)?).await,
            Job::Watch => {
                self.engine.watch(ctx).await?;
                let mut tx = self.engine.0.db.begin().await?;
                self.engine.next_watch(&mut tx, ctx, ctx.now() + WATCH_EVERY).await?;
                tx.commit().await.map_err(Error::from)?;
                Ok(())
            }
        }
    }
}
