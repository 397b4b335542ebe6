//! Facts that come whole: petitions, procedures, reported figures. The later one takes the place of the earlier.

use super::record::tell;
use crate::Error;
use crate::facts::{Given, PetitionFacts, ProcedureFacts};
use kernel::Ctx;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

/// Keeps what is known of a petition.
///
/// # Errors
/// When the database fails.
pub async fn keep_petition(conn: &mut PgConnection, ctx: &Ctx, facts: &PetitionFacts) -> Result<(), Error> {
    sqlx::query(
        "insert into indicator.petition (petition_id, body, received_at, facts) values ($1, $2, $3, $4)
         on conflict (petition_id) do update
         set body = excluded.body, received_at = excluded.received_at, facts = excluded.facts",
    )
    .bind(facts.petition)
    .bind(facts.body.as_str())
    .bind(facts.received_at)
    .bind(json!(facts))
    .execute(&mut *conn)
    .await?;
    tell(conn, ctx, "petition", std::iter::once((facts.petition, json!({"petition": facts.petition})))).await
}

/// Keeps what is known of a procedure at a body.
///
/// # Errors
/// When the database fails.
pub async fn keep_procedure(conn: &mut PgConnection, ctx: &Ctx, facts: &ProcedureFacts) -> Result<(), Error> {
    sqlx::query(
        "insert into indicator.procedure_at (body, procedure, facts) values ($1, $2, $3)
         on conflict (body, procedure) do update set facts = excluded.facts",
    )
    .bind(facts.body.as_str())
    .bind(&facts.procedure)
    .bind(json!(facts))
    .execute(&mut *conn)
    .await?;
    let payload = json!({"body": facts.body, "procedure": facts.procedure});
    tell(conn, ctx, "procedure", std::iter::once((Uuid::nil(), payload))).await
}

/// Keeps a figure that a body reports.
///
/// # Errors
/// When the database fails.
pub async fn keep_given(conn: &mut PgConnection, ctx: &Ctx, given: &Given) -> Result<(), Error> {
    sqlx::query(
        "insert into indicator.given (body, month, counter, value) values ($1, $2, $3, $4)
         on conflict (body, month, counter) do update set value = excluded.value",
    )
    .bind(given.body.as_str())
    .bind(String::from(given.month))
    .bind(&given.counter)
    .bind(given.value)
    .execute(&mut *conn)
    .await?;
    let payload = json!({"body": given.body, "month": given.month, "counter": given.counter});
    tell(conn, ctx, "given", std::iter::once((Uuid::nil(), payload))).await
}
