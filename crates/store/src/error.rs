//! What can fail here, and what is said about it: never a value of a row.

use kernel::{Kind, Problem};
use std::fmt;

/// A failure of the store.
#[derive(thiserror::Error)]
pub enum Error {
    /// PostgreSQL refused or failed.
    #[error("STO0001 the database failed: {}", describe(.0))]
    Database(#[source] sqlx::Error),
    /// PostgreSQL is not there, or gave up on this transaction; the whole of it may be tried again.
    #[error("STO0002 the database is not available: {}", describe(.0))]
    Unavailable(#[source] sqlx::Error),
    /// No PostgreSQL server is installed.
    #[error("STO0003 no PostgreSQL server found: {0}")]
    NoServer(String),
    /// Another process has the cluster in this folder.
    #[error("STO0004 another process runs the database in {0}; stop it first or choose another folder")]
    InUse(String),
    /// The private cluster could not be made or started.
    #[error("STO0005 the private PostgreSQL cluster did not start: {0}")]
    Cluster(String),
    /// A migration could not be applied.
    #[error("STO0006 migration failed: {0}")]
    Migration(String),
    /// The connection is one the application must not have.
    #[error("STO0007 the application must not connect like this: {0}")]
    Connection(&'static str),
    /// No such job among the dead letters.
    #[error("STO0008 no such dead letter")]
    NoSuchJob,
    /// Input over a limit of the queue or the feed.
    #[error("STO0009 too large: {0}")]
    TooLarge(&'static str),
}

// `Debug` of a database error would print the detail, which quotes rows.
impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        if is_retryable(&error) { Self::Unavailable(error) } else { Self::Database(error) }
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::Database(_) => Self::new(Kind::Internal, "STO0001"),
            Error::Unavailable(_) => Self::new(Kind::Unavailable, "STO0002"),
            Error::NoServer(_) => Self::new(Kind::Unavailable, "STO0003"),
            Error::InUse(_) => Self::new(Kind::Conflict, "STO0004"),
            Error::Cluster(_) => Self::new(Kind::Unavailable, "STO0005"),
            Error::Migration(_) => Self::new(Kind::Internal, "STO0006"),
            Error::Connection(_) => Self::new(Kind::Internal, "STO0007"),
            Error::NoSuchJob => Self::new(Kind::NotFound, "STO0008"),
            Error::TooLarge(_) => Self::new(Kind::TooLarge, "STO0009"),
        }
    }
}

/// SQLSTATEs after which the whole transaction may be tried again on a fresh connection: a standby answered
/// (25006), the server is going down or coming up (57P01–57P03), two transactions collided (40001, 40P01), too
/// many connections (53300), a lock was not got in time (55P03).
const RETRYABLE: [&str; 8] = ["25006", "57P01", "57P02", "57P03", "40001", "40P01", "53300", "55P03"];

/// Whether the whole transaction may succeed when tried again.
#[must_use]
pub fn is_retryable(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Protocol(_)
        | sqlx::Error::Tls(_) => true,
        sqlx::Error::Database(database) => {
            database.code().is_some_and(|code| RETRYABLE.contains(&code.as_ref()) || code.starts_with("08"))
        }
        _ => false,
    }
}

/// The constraint that was violated, by the name its migration gave it.
#[must_use]
pub fn constraint(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error().and_then(|database| database.constraint())
}

/// What a log may say about a database error: its class, SQLSTATE, table and constraint, and no value of any row.
#[must_use]
pub fn describe(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(database) => {
            let mut text = format!("SQLSTATE {}", database.code().unwrap_or_default());
            if let Some(table) = database.table() {
                text.push_str(" table ");
                text.push_str(table);
            }
            if let Some(constraint) = database.constraint() {
                text.push_str(" constraint ");
                text.push_str(constraint);
            }
            // These classes are about statements, roles and objects; their message quotes identifiers only.
            if database.code().is_some_and(|code| code.starts_with("42") || code.starts_with("57")) {
                text.push_str(": ");
                text.push_str(database.message());
            }
            text
        }
        sqlx::Error::Io(io) => format!("I/O: {}", io.kind()),
        sqlx::Error::PoolTimedOut => "no free connection in time".to_owned(),
        sqlx::Error::PoolClosed => "the pool is closed".to_owned(),
        sqlx::Error::RowNotFound => "no row".to_owned(),
        sqlx::Error::ColumnNotFound(column) => format!("no column {column}"),
        sqlx::Error::ColumnDecode { index, .. } => format!("column {index} does not decode"),
        sqlx::Error::Protocol(_) => "protocol".to_owned(),
        sqlx::Error::WorkerCrashed => "worker crashed".to_owned(),
        _ => "other failure".to_owned(),
    }
}
