//! What is done without anybody asking: bodies are reminded, what merged bodies owe goes to their successors, and tasks
//! that are tied to a figure are reported on with that figure.

use crate::Error;
use crate::desk::Desk;
use crate::follow;
use async_trait::async_trait;
use kernel::{BodyId, Ctx, Problem};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::Arc;
use store::jobs::{Handler, NewJob, enqueue};
use time::{Duration, OffsetDateTime, Time, UtcOffset};

/// The job that reminds bodies.
pub const REMIND: &str = "programme.remind";
/// The job that moves what merged bodies owe.
pub const MOVE_MERGED: &str = "programme.move-merged";
/// The job that reports what the platform measures.
pub const MEASURE: &str = "programme.measure";

/// Bodies are reminded so many days before a last day.
const REMIND_DAYS: u16 = 7;
/// When mergers are looked at and bodies are reminded: at seven in the morning in Vietnam.
const MORNING_UTC: u8 = 0;
/// How often figures are asked for. The same figure again makes no report.
const MEASURE_EVERY: Duration = Duration::minutes(15);
/// The figures are counted anew at every start of the program, which takes a while.
const MEASURE_AFTER_START: Duration = Duration::minutes(1);

/// What the platform measures of a body, by the name of the measure; None: nothing, or not yet.
pub type Figures = Arc<dyn Fn(&BodyId, &str) -> Option<f64> + Send + Sync>;

impl Desk {
    /// The handlers of this context's jobs, by kind.
    #[must_use]
    pub fn jobs(&self, figures: Figures) -> Vec<(String, Arc<dyn Handler>)> {
        vec![
            (REMIND.to_owned(), Arc::new(Remind(self.clone())) as Arc<dyn Handler>),
            (MOVE_MERGED.to_owned(), Arc::new(MoveMerged(self.clone()))),
            (MEASURE.to_owned(), Arc::new(Measure(self.clone(), figures))),
        ]
    }

    /// Makes sure that the jobs run. Calling it again changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn start(&self, ctx: &Ctx) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        order(&mut tx, ctx, MOVE_MERGED, ctx.now()).await?;
        order(&mut tx, ctx, REMIND, ctx.now()).await?;
        order(&mut tx, ctx, MEASURE, ctx.now() + MEASURE_AFTER_START).await?;
        Ok(tx.commit().await?)
    }
}

struct Remind(Desk);

#[async_trait]
impl Handler for Remind {
    async fn run(&self, ctx: &Ctx, _payload: &Value) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await.map_err(Error::from)?;
        follow::remind(&mut tx, ctx, REMIND_DAYS).await?;
        order(&mut tx, ctx, REMIND, next_morning(ctx.now())).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }
}

struct MoveMerged(Desk);

#[async_trait]
impl Handler for MoveMerged {
    async fn run(&self, ctx: &Ctx, _payload: &Value) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await.map_err(Error::from)?;
        follow::move_merged(&mut tx, ctx, &self.0.bodies).await?;
        order(&mut tx, ctx, MOVE_MERGED, next_morning(ctx.now())).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }
}

struct Measure(Desk, Figures);

#[async_trait]
impl Handler for Measure {
    async fn run(&self, ctx: &Ctx, _payload: &Value) -> Result<(), Problem> {
        let mut tx = self.0.db.begin().await.map_err(Error::from)?;
        for (body, measure) in follow::to_measure(&mut tx).await? {
            // What cannot be measured now is asked for again the next time.
            if let Some(figure) = (self.1)(&body, &measure) {
                follow::measured(&mut tx, ctx, &body, &measure, figure, ctx.today()).await?;
            }
        }
        order(&mut tx, ctx, MEASURE, ctx.now() + MEASURE_EVERY).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }
}

/// Orders a job for a time; two that ask for the same quarter of an hour get one.
async fn order(conn: &mut PgConnection, ctx: &Ctx, kind: &str, run_at: OffsetDateTime) -> Result<(), Error> {
    let key = format!("{kind}-{}", run_at.unix_timestamp() / MEASURE_EVERY.whole_seconds());
    enqueue(conn, ctx, NewJob { kind, key: Some(&key), payload: json!({}), run_at }).await?;
    Ok(())
}

fn next_morning(now: OffsetDateTime) -> OffsetDateTime {
    let today = now.to_offset(UtcOffset::UTC).date();
    let hour = Time::from_hms(MORNING_UTC, 0, 0).unwrap_or(Time::MIDNIGHT);
    today.saturating_add(Duration::DAY).with_time(hour).assume_utc()
}
