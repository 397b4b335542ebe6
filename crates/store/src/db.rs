//! The pool of the application.

use crate::Error;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::{Connection, PgConnection, PgPool, Postgres};
use std::time::Duration;

/// How long a request waits for a connection before it is told to come back later.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(10);
/// A connection that answered within this time is used without asking first whether it still answers.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// A pool of connections as `sen_app`. Cloning is cheap.
#[derive(Clone, Debug)]
pub struct Db {
    pool: PgPool,
}

impl Db {
    /// Connects with at most `max` connections.
    ///
    /// # Errors
    /// When the server cannot be reached, is a standby, or the role is a superuser.
    pub async fn connect(options: PgConnectOptions, max: u32) -> Result<Self, Error> {
        // The pool would try an unfit connection again and again until its time is up; here the reason is told at once.
        let mut first = PgConnection::connect_with(&options).await?;
        refuse_unfit(&mut first).await.map_err(|error| match error {
            sqlx::Error::Configuration(_) => Error::Connection("it is a superuser, or the server a standby"),
            other => other.into(),
        })?;
        first.close().await?;
        let pool = PgPoolOptions::new()
            .max_connections(max)
            .acquire_timeout(ACQUIRE_TIMEOUT)
            // By itself the pool asks before every use: a round trip before each statement of a busy server.
            .test_before_acquire(false)
            .before_acquire(|conn, about| {
                Box::pin(async move {
                    if about.idle_for > TRUSTED_FOR {
                        conn.ping().await?;
                    }
                    Ok(true)
                })
            })
            .after_connect(|conn, _| Box::pin(async move { refuse_unfit(conn).await }))
            .connect_with(options)
            .await?;
        Ok(Self { pool })
    }

    /// The pool, for single statements.
    #[must_use]
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// Begins a transaction. Dropping it rolls back.
    ///
    /// # Errors
    /// When no connection is to be had.
    pub async fn begin(&self) -> Result<sqlx::Transaction<'static, Postgres>, Error> {
        Ok(self.pool.begin().await?)
    }
}

/// After a failover a pool may reach the old primary, now a standby; and no mistake in a configuration may give the
/// application a superuser's rights.
async fn refuse_unfit(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    let (standby, superuser): (bool, bool) =
        sqlx::query_as("select pg_is_in_recovery(), rolsuper from pg_roles where rolname = current_user")
            .fetch_one(conn)
            .await?;
    if standby || superuser {
        return Err(sqlx::Error::Configuration("superuser or standby".into()));
    }
    Ok(())
}
