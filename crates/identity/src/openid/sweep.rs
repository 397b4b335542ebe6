//! Job `openid.sweep`: once a night it throws away what has expired. Consents and authorities stay: they say who could
//! do what then. The signing keys are tended with it.

use super::Provider;
use super::backchannel::{LOGOUT, LogoutSender, Tell};
use crate::Error;
use async_trait::async_trait;
use kernel::{Ctx, Problem};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::Arc;
use store::jobs::{Handler, NewJob, enqueue};
use time::{Date, Duration, OffsetDateTime, Time, UtcOffset};

/// The kind of the job.
pub const SWEEP: &str = "openid.sweep";
/// When it runs: a quarter past three in the morning in Vietnam, behind the exchange's.
const HOUR_UTC: u8 = 20;
const MINUTE_UTC: u8 = 15;
/// What is expired stays so long, so that a second use of it is still told from a guess.
pub(crate) const KEPT: Duration = Duration::days(1);
/// Rows of one statement.
const BATCH: i64 = 10_000;

/// Table, its key, and which rows are over `$1` (an instant).
const EXPIRED: [(&str, &str, &str); 7] = [
    ("pushed_request", "request_hash", "expires_at < $1"),
    ("interaction", "interaction_id", "expires_at < $1"),
    ("authorization_code", "code_hash", "expires_at < $1"),
    ("refresh_token", "token_hash", "expires_at < $1"),
    ("revoked_token", "jti_hash", "expires_at < $1"),
    ("asking", "asking_hash", "expires_at < $1"),
    // A family without a refresh token has no token left that could be used, once its last access token is dead.
    (
        "token_family",
        "family_id",
        "started_at < $1 and not exists (select from identity.refresh_token as token
             where token.family_id = token_family.family_id)
           and not exists (select from identity.client_session as session
             where session.family_id = token_family.family_id)",
    ),
];

pub(crate) struct Sweep(pub(crate) Provider);

#[async_trait]
impl Handler for Sweep {
    async fn run(&self, ctx: &Ctx, _: &Value) -> Result<(), Problem> {
        self.0.sweep(ctx).await?;
        self.0.tend_keys(ctx).await?;
        let mut tx = self.0.db().begin().await.map_err(Error::from)?;
        order(&mut tx, ctx, next_night(ctx.now())).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }
}

impl Provider {
    /// The handlers of the provider's jobs, by kind. Relying parties are told of logouts through `sender`, which is an
    /// [`HttpSender`](super::HttpSender) outside of tests.
    #[must_use]
    pub fn jobs(&self, sender: Arc<dyn LogoutSender>) -> Vec<(String, Arc<dyn Handler>)> {
        vec![
            (SWEEP.to_owned(), Arc::new(Sweep(self.clone()))),
            (LOGOUT.to_owned(), Arc::new(Tell(self.clone(), sender))),
        ]
    }

    /// Makes sure that the sweep runs. Called when a node starts; calling it again changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn start(&self, ctx: &Ctx) -> Result<(), Error> {
        let mut tx = self.db().begin().await?;
        order(&mut tx, ctx, ctx.now()).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Throws away what expired more than a day ago. Says how many rows there were.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn sweep(&self, ctx: &Ctx) -> Result<u64, Error> {
        let horizon = ctx.now() - KEPT;
        let mut gone = 0;
        for (table, key, over) in EXPIRED {
            let delete = format!(
                "delete from identity.{table} where {key} in
                     (select {key} from identity.{table} where {over} limit {BATCH})"
            );
            loop {
                let done =
                    sqlx::query(sqlx::AssertSqlSafe(delete.as_str())).bind(horizon).execute(self.db().pool()).await?;
                gone += done.rows_affected();
                if done.rows_affected() < BATCH.unsigned_abs() {
                    break;
                }
            }
        }
        Ok(gone)
    }
}

/// One sweep for each day: whoever orders it second finds it there.
pub(crate) async fn order(conn: &mut PgConnection, ctx: &Ctx, run_at: OffsetDateTime) -> Result<(), Error> {
    let key = format!("sweep-{}", kernel::iso_date::text(run_at.to_offset(UtcOffset::UTC).date()));
    enqueue(conn, ctx, NewJob { kind: SWEEP, key: Some(&key), payload: json!({}), run_at }).await?;
    Ok(())
}

fn next_night(now: OffsetDateTime) -> OffsetDateTime {
    let tomorrow: Date = now.to_offset(UtcOffset::UTC).date().saturating_add(Duration::DAY);
    tomorrow.with_time(Time::from_hms(HOUR_UTC, MINUTE_UTC, 0).unwrap_or(Time::MIDNIGHT)).assume_utc()
}
