//! A citizen files a petition.

use super::{log, written};
use crate::Error;
use crate::events::{Event, What};
use crate::facts::PetitionFacts;
use crate::stored::{keep_petition, record};
use kernel::{Actor, BodyId, Ctx};
use sqlx::PgConnection;
use time::Duration;
use uuid::Uuid;

/// Codes are `PA` and twelve digits: for people to name a petition by. Nothing is found by them.
const CODES: u64 = 1_000_000_000_000;
/// Petitions that one citizen may file within a day.
const DAILY_MAX: i64 = 10;

/// What a citizen writes.
#[derive(Clone, Copy)]
pub struct NewPetition<'a> {
    /// To which body. The caller knows that it stands.
    pub body: &'a BodyId,
    /// What it says, 1 to 4,000 characters.
    pub text: &'a str,
    /// The dossier that it is about, with its code. The caller has made sure that it is the citizen's own.
    pub dossier: Option<(Uuid, &'a str)>,
    /// An earlier petition of the citizen about the same, whose answer did not help.
    pub repeats: Option<Uuid>,
}

// What people write is theirs.
impl std::fmt::Debug for NewPetition<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewPetition").field("body", &self.body).finish_non_exhaustive()
    }
}

/// Files it; gives its id. A petition about a dossier is a complaint about it, and an earlier one that is repeated was not
/// handled to satisfaction.
///
/// # Errors
/// `UnknownPetition` unless a citizen acts, and where the earlier petition is not the citizen's; `TextLength`;
/// `TooManyPetitions`; when the database fails.
pub async fn file(conn: &mut PgConnection, ctx: &Ctx, new: &NewPetition<'_>) -> Result<Uuid, Error> {
    let Actor::Citizen { subject, .. } = &ctx.actor else { return Err(Error::UnknownPetition) };
    let text = written(new.text)?;
    // Two that are sent at the same moment are counted one after the other.
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1::text, 7203))")
        .bind(subject.0)
        .execute(&mut *conn)
        .await?;
    let today: i64 =
        sqlx::query_scalar("select count(*) from indicator.petition_text where subject_id = $1 and received_at > $2")
            .bind(subject.0)
            .bind(ctx.now() - Duration::DAY)
            .fetch_one(&mut *conn)
            .await?;
    if today >= DAILY_MAX {
        return Err(Error::TooManyPetitions);
    }
    if let Some(earlier) = new.repeats {
        repeat(conn, ctx, subject.0, earlier).await?;
    }
    let (id, code) = (ctx.uuid(), format!("PA{:012}", ctx.random.below(CODES)));
    sqlx::query(
        "insert into indicator.petition_text
             (petition_id, code, subject_id, body, text, dossier_id, dossier_code, repeats, state, received_at)
         values ($1, $2, $3, $4, $5, $6, $7, $8, 'received', $9)",
    )
    .bind(id)
    .bind(code)
    .bind(subject.0)
    .bind(new.body.as_str())
    .bind(text)
    .bind(new.dossier.map(|(dossier, _)| dossier))
    .bind(new.dossier.map(|(_, code)| code))
    .bind(new.repeats)
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    log(conn, ctx, (id, subject.0), "filed", None).await?;
    if let Some((dossier, _)) = new.dossier {
        record(conn, ctx, &[Event { dossier, at: ctx.now(), what: What::Complained }]).await?;
    }
    keep_petition(conn, ctx, &PetitionFacts::new(id, new.body, ctx.now())).await?;
    Ok(id)
}

/// Marks the earlier petition.
async fn repeat(conn: &mut PgConnection, ctx: &Ctx, subject: Uuid, earlier: Uuid) -> Result<(), Error> {
    let row = super::read::locked(conn, earlier).await?.filter(|row| row.subject_id == subject);
    let mut row = row.ok_or(Error::UnknownPetition)?;
    if row.answered_at.is_none() {
        return Err(Error::PetitionState);
    }
    if !row.repeated {
        row.repeated = true;
        sqlx::query("update indicator.petition_text set repeated = true where petition_id = $1")
            .bind(earlier)
            .execute(&mut *conn)
            .await?;
        keep_petition(conn, ctx, &row.facts()).await?;
    }
    Ok(())
}
