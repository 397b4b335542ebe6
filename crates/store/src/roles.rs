//! The roles of the database, and who may do what before any migration has run.

use crate::Error;
use sqlx::{AssertSqlSafe, Connection, PgConnection};

/// Owns the schemas and runs migrations.
pub const ROLE_OWNER: &str = "sen_owner";
/// What the program connects as.
pub const ROLE_APP: &str = "sen_app";
/// The legal erasure of openings, and nothing else.
pub const ROLE_ERASER: &str = "sen_eraser";
/// The superuser of the private cluster: set-up only.
pub const ROLE_SUPER: &str = "sen_super";

/// Limits of the application's sessions: one statement, the wait for one lock, an open transaction that does
/// nothing. Owner and eraser have none.
const LIMITS: [(&str, &str); 3] =
    [("statement_timeout", "30s"), ("lock_timeout", "10s"), ("idle_in_transaction_session_timeout", "60s")];

/// "Already there", when two processes set up at once.
const ALREADY: [&str; 3] = ["42710", "42P04", "23505"];

/// Makes the three roles and the database where they are missing, and sets what each may do to it. `conn` is a
/// superuser's connection to any database of the cluster. Safe to repeat.
///
/// # Errors
/// When PostgreSQL refuses, for instance because the role of `conn` is no superuser.
pub async fn prepare_roles(conn: &mut PgConnection, database: &str) -> Result<(), Error> {
    for role in [ROLE_OWNER, ROLE_APP, ROLE_ERASER] {
        let exists = sqlx::query_scalar("select exists (select from pg_roles where rolname = $1)").bind(role);
        if !exists.fetch_one(&mut *conn).await? {
            tolerate(conn, format!("create role {role} login")).await?;
        }
    }
    for (name, value) in LIMITS {
        let set = format!("alter role {ROLE_APP} set {name} = '{value}'");
        sqlx::query(AssertSqlSafe(set)).execute(&mut *conn).await?;
    }
    let exists = sqlx::query_scalar("select exists (select from pg_database where datname = $1)").bind(database);
    let database = quote(database);
    if !exists.fetch_one(&mut *conn).await? {
        tolerate(conn, format!("create database {database} owner {ROLE_OWNER}")).await?;
    }
    let mut tx = conn.begin().await?;
    for statement in [
        format!("revoke all on database {database} from public"),
        format!("grant connect on database {database} to {ROLE_APP}, {ROLE_ERASER}"),
    ] {
        sqlx::query(AssertSqlSafe(statement)).execute(&mut *tx).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Runs a statement that another process may have run a moment ago.
async fn tolerate(conn: &mut PgConnection, statement: String) -> Result<(), Error> {
    match sqlx::query(AssertSqlSafe(statement)).execute(conn).await {
        Err(sqlx::Error::Database(error)) if error.code().is_some_and(|code| ALREADY.contains(&code.as_ref())) => {
            Ok(())
        }
        other => Ok(other.map(|_| ())?),
    }
}

/// An identifier in SQL.
pub(crate) fn quote(identifier: &str) -> String {
    format!("\"{}\"", identifier.replace('"', "\"\""))
}
