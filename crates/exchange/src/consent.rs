//! Consents: a person lets a body use a service about them, for one purpose, until they withdraw it.

use crate::{Error, Pass, Purpose, Request};
use kernel::{BodyId, Ctx, ServiceName, SubjectId};
use sqlx::{PgConnection, types::Uuid};
use std::collections::BTreeSet;
use time::OffsetDateTime;

/// What a person consents to.
#[derive(Clone, Debug)]
pub struct Consent {
    /// The body that may ask.
    pub consumer: BodyId,
    /// The service it may ask for.
    pub service: ServiceName,
    /// For what.
    pub purpose: Purpose,
    /// Until when at most.
    pub until: Option<OffsetDateTime>,
}

/// The person whom the pass covers consents. The consent's id, for withdrawing it.
///
/// # Errors
/// When the pass does not cover the person, or the database fails.
pub async fn give(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    subject: SubjectId,
    consent: &Consent,
) -> Result<Uuid, Error> {
    pass.admit(subject, None)?;
    let id = ctx.uuid();
    sqlx::query(
        "INSERT INTO exchange.consent (subject_id, consent_id, consumer, service, purpose, given_at, until) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(subject.0)
    .bind(id)
    .bind(consent.consumer.as_str())
    .bind(consent.service.as_str())
    .bind(consent.purpose.as_str())
    .bind(ctx.now())
    .bind(consent.until)
    .execute(conn)
    .await?;
    Ok(id)
}

/// The person withdraws a consent; it holds for nothing from this instant. Whether there was one to withdraw.
///
/// # Errors
/// When the pass does not cover the person, or the database fails.
pub async fn withdraw(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    subject: SubjectId,
    consent: Uuid,
) -> Result<bool, Error> {
    pass.admit(subject, None)?;
    let done = sqlx::query(
        "UPDATE exchange.consent SET withdrawn_at = $3 \
         WHERE subject_id = $1 AND consent_id = $2 AND withdrawn_at IS NULL",
    )
    .bind(subject.0)
    .bind(consent)
    .bind(ctx.now())
    .execute(conn)
    .await?;
    Ok(done.rows_affected() == 1)
}

/// Who of these people consents, now, to this request.
pub(crate) async fn given(
    conn: &mut PgConnection,
    ctx: &Ctx,
    request: &Request,
    subjects: &[SubjectId],
) -> Result<BTreeSet<SubjectId>, Error> {
    let ids: Vec<Uuid> = subjects.iter().map(|subject| subject.0).collect();
    let given: Vec<Uuid> = sqlx::query_scalar(
        "SELECT subject_id FROM exchange.consent WHERE subject_id = ANY($1) AND consumer = $2 AND service = $3 \
         AND purpose = $4 AND withdrawn_at IS NULL AND given_at <= $5 AND (until IS NULL OR $5 < until)",
    )
    .bind(ids)
    .bind(request.consumer.as_str())
    .bind(request.service.as_str())
    .bind(request.purpose.as_str())
    .bind(ctx.now())
    .fetch_all(conn)
    .await?;
    Ok(given.into_iter().map(SubjectId).collect())
}
