//! What happens to accounts without anybody asking: the register hears of a death, an officer has not come for weeks.

use super::{Enrolment, People, system};
use crate::Error;
use async_trait::async_trait;
use kernel::{AccountId, Ctx, Problem};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::Arc;
use store::feed;
use store::jobs::{Handler, NewJob, enqueue};
use time::{Duration, OffsetDateTime, Time, UtcOffset};
use uuid::Uuid;

/// The job that closes the accounts of the dead.
pub const DEATHS: &str = "identity.deaths";
/// The job that closes the accounts of foreigners who reside here no more.
pub const RESIDENCES: &str = "identity.residences";
/// The job that ends authorities over organisations that were dissolved, or are represented by somebody else.
pub const ORGANISATIONS: &str = "identity.organisations";
/// The job that locks the accounts of officers who do not come.
pub const IDLE_OFFICERS: &str = "identity.idle-officers";

/// A register whose changes may end accounts.
#[derive(Clone, Copy)]
struct Watched {
    people: People,
    /// The feed that tells of changes of people's records.
    feed: &'static str,
    /// The job; by the same name this context is known as a reader of the feed.
    job: &'static str,
    /// What the history says.
    reason: &'static str,
}

const POPULATION: Watched =
    Watched { people: People::Population, feed: "register.population", job: DEATHS, reason: "death" };
const FOREIGN_RESIDENTS: Watched = Watched {
    people: People::ForeignResidents,
    feed: "register.foreign-residents",
    job: RESIDENCES,
    reason: "residence ended",
};
const ORGANISATION_FEED: &str = "register.organisations";
/// How long a change waits until it is looked at.
const EVERY: Duration = Duration::seconds(30);
/// Changes looked at in one go; more are waiting when it was that many.
const BATCH: i64 = 500;
/// When idle accounts are looked for: two in the morning in Vietnam.
const NIGHT_UTC: u8 = 19;

impl Enrolment {
    /// The handlers of this context's jobs, by kind.
    #[must_use]
    pub fn jobs(&self) -> Vec<(String, Arc<dyn Handler>)> {
        vec![
            (DEATHS.to_owned(), Arc::new(Ended(self.clone(), POPULATION)) as Arc<dyn Handler>),
            (RESIDENCES.to_owned(), Arc::new(Ended(self.clone(), FOREIGN_RESIDENTS))),
            (ORGANISATIONS.to_owned(), Arc::new(Organisations(self.clone()))),
            (IDLE_OFFICERS.to_owned(), Arc::new(IdleOfficers(self.clone()))),
        ]
    }

    /// Makes sure that the jobs run. Calling it again changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn start(&self, ctx: &Ctx) -> Result<(), Error> {
        let mut tx = self.identity.db.begin().await?;
        order(&mut tx, ctx, DEATHS, ctx.now()).await?;
        order(&mut tx, ctx, RESIDENCES, ctx.now()).await?;
        order(&mut tx, ctx, ORGANISATIONS, ctx.now()).await?;
        order(&mut tx, ctx, IDLE_OFFICERS, next_night(ctx.now())).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Closes the accounts of people of whose death the register has heard since the last time. Says how many changes it
    /// looked at. A program killed in between looks at them again, and a closed account stays closed.
    ///
    /// # Errors
    /// When the register or the database does not answer.
    pub async fn close_the_dead(&self, ctx: &Ctx) -> Result<usize, Error> {
        self.close_ended(ctx, POPULATION).await
    }

    /// Closes the accounts of foreigners who have died or whose residence has ended, as [`Self::close_the_dead`].
    ///
    /// # Errors
    /// When the register or the database does not answer.
    pub async fn close_the_departed(&self, ctx: &Ctx) -> Result<usize, Error> {
        self.close_ended(ctx, FOREIGN_RESIDENTS).await
    }

    async fn close_ended(&self, ctx: &Ctx, watched: Watched) -> Result<usize, Error> {
        let ctx = &system(ctx);
        let mut conn = self.identity.db.pool().acquire().await?;
        let after = feed::cursor(&mut conn, watched.job, watched.feed).await?;
        let items = feed::read(&mut conn, watched.feed, after, BATCH).await?;
        let Some(last) = items.last().map(|item| item.pos) else { return Ok(0) };
        let mut subjects: Vec<Uuid> = items.iter().map(|item| item.subject.0).collect();
        subjects.sort_unstable();
        subjects.dedup();
        let open: Vec<(Uuid, Uuid)> = sqlx::query_as(
            "select account_id, subject_id from identity.account
             where subject_id = any($1) and (disabled_at is null or locked_at is not null)",
        )
        .bind(&subjects)
        .fetch_all(&mut *conn)
        .await?;
        for (account, subject) in open {
            if self.has_ended(ctx, watched.people, kernel::SubjectId(subject)).await? {
                self.close(ctx, AccountId(account), watched.reason).await?;
            }
        }
        feed::advance(&mut conn, watched.job, watched.feed, last).await?;
        Ok(items.len())
    }

    /// Ends the authorities over organisations of whose dissolution, or of whose other representative, the register has heard
    /// since the last time. Says how many changes it looked at; looking again changes nothing.
    ///
    /// # Errors
    /// When the register or the database does not answer.
    pub async fn look_at_organisations(&self, ctx: &Ctx) -> Result<usize, Error> {
        let ctx = &system(ctx);
        let mut conn = self.identity.db.pool().acquire().await?;
        let after = feed::cursor(&mut conn, ORGANISATIONS, ORGANISATION_FEED).await?;
        let items = feed::read(&mut conn, ORGANISATION_FEED, after, BATCH).await?;
        let Some(last) = items.last().map(|item| item.pos) else { return Ok(0) };
        let mut subjects: Vec<Uuid> = items.iter().map(|item| item.subject.0).collect();
        subjects.sort_unstable();
        subjects.dedup();
        for subject in subjects {
            self.look_at_organisation(ctx, kernel::SubjectId(subject)).await?;
        }
        feed::advance(&mut conn, ORGANISATIONS, ORGANISATION_FEED, last).await?;
        Ok(items.len())
    }

    /// Locks the accounts of officers with a role in force who have not signed in for as many days as the pack says. Says
    /// how many.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock_idle_officers(&self, ctx: &Ctx) -> Result<usize, Error> {
        let ctx = &system(ctx);
        let since = ctx.now() - Duration::days(self.levels.idle_days());
        let idle: Vec<Uuid> = sqlx::query_scalar(
            "select account.account_id from identity.account
             where account.disabled_at is null and account.created_at < $1
               and exists (select from identity.officer_role as held where held.account_id = account.account_id
                           and held.from_day <= $2 and (held.until_day is null or held.until_day >= $2))
               and not exists (select from identity.account_event as event where event.account_id = account.account_id
                               and event.what in ('signed-in', 'account-unlocked') and event.at >= $1)",
        )
        .bind(since)
        .bind(ctx.today())
        .fetch_all(self.identity.db.pool())
        .await?;
        for account in &idle {
            let mut tx = self.identity.db.begin().await?;
            match super::state::lock(&mut tx, ctx, AccountId(*account), "idle").await {
                // Somebody locked or closed it in between.
                Ok(()) | Err(Error::WrongState) => tx.commit().await?,
                Err(error) => return Err(error),
            }
        }
        Ok(idle.len())
    }
}

struct Ended(Enrolment, Watched);

#[async_trait]
impl Handler for Ended {
    async fn run(&self, ctx: &Ctx, _payload: &Value) -> Result<(), Problem> {
        let seen = self.0.close_ended(ctx, self.1).await?;
        let again = if seen as i64 >= BATCH { ctx.now() } else { ctx.now() + EVERY };
        let mut tx = self.0.identity.db.begin().await.map_err(Error::from)?;
        order(&mut tx, ctx, self.1.job, again).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }
}

struct Organisations(Enrolment);

#[async_trait]
impl Handler for Organisations {
    async fn run(&self, ctx: &Ctx, _payload: &Value) -> Result<(), Problem> {
        let seen = self.0.look_at_organisations(ctx).await?;
        let again = if seen as i64 >= BATCH { ctx.now() } else { ctx.now() + EVERY };
        let mut tx = self.0.identity.db.begin().await.map_err(Error::from)?;
        order(&mut tx, ctx, ORGANISATIONS, again).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }
}

struct IdleOfficers(Enrolment);

#[async_trait]
impl Handler for IdleOfficers {
    async fn run(&self, ctx: &Ctx, _payload: &Value) -> Result<(), Problem> {
        self.0.lock_idle_officers(ctx).await?;
        let mut tx = self.0.identity.db.begin().await.map_err(Error::from)?;
        order(&mut tx, ctx, IDLE_OFFICERS, next_night(ctx.now())).await?;
        tx.commit().await.map_err(Error::from)?;
        Ok(())
    }
}

/// One job for each time: whoever orders it second finds it there.
async fn order(conn: &mut PgConnection, ctx: &Ctx, kind: &str, run_at: OffsetDateTime) -> Result<(), Error> {
    let key = format!("{kind}-{}", run_at.unix_timestamp() / EVERY.whole_seconds());
    enqueue(conn, ctx, NewJob { kind, key: Some(&key), payload: json!({}), run_at }).await?;
    Ok(())
}

fn next_night(now: OffsetDateTime) -> OffsetDateTime {
    let today = now.to_offset(UtcOffset::UTC).date();
    let night = |day: time::Date| day.with_time(Time::from_hms(NIGHT_UTC, 0, 0).unwrap_or(Time::MIDNIGHT)).assume_utc();
    if night(today) > now { night(today) } else { night(today.saturating_add(Duration::DAY)) }
}
