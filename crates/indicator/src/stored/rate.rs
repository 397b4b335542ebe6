//! The citizen rates the result.

use super::record::record;
use crate::Error;
use crate::events::{Event, What};
use crate::facts::DossierFacts;
use kernel::{Ctx, DossierId};
use sqlx::PgConnection;

/// The longest comment, in characters.
pub(super) const COMMENT_MAX: usize = 2000;
/// Statuses after which there is something to rate: done, handed over, stopped, refused.
const RATEABLE: [u8; 4] = [9, 10, 8, 3];

/// Rates a dossier once, after its end. The caller has made sure that it is the citizen's own. The comment is for the
/// body; only the verdict becomes a figure.
///
/// # Errors
/// `NotRateable` before the end and the second time; `TextLength`; when the database fails.
pub async fn rate(
    conn: &mut PgConnection,
    ctx: &Ctx,
    dossier: DossierId,
    liked: bool,
    comment: Option<&str>,
) -> Result<(), Error> {
    let comment = comment.map(str::trim).filter(|comment| !comment.is_empty());
    if comment.is_some_and(|comment| comment.chars().count() > COMMENT_MAX) {
        return Err(Error::TextLength(COMMENT_MAX));
    }
    let facts: Option<Option<sqlx::types::Json<DossierFacts>>> =
        sqlx::query_scalar("select facts from indicator.dossier where dossier_id = $1 for update")
            .bind(dossier.0)
            .fetch_optional(&mut *conn)
            .await?;
    let facts = facts.flatten().ok_or(Error::NotRateable)?;
    if !has_ended(&facts) {
        return Err(Error::NotRateable);
    }
    let inserted = sqlx::query(
        "insert into indicator.rating (dossier_id, liked, comment, rated_at) values ($1, $2, $3, $4)
         on conflict (dossier_id) do nothing",
    )
    .bind(dossier.0)
    .bind(liked)
    .bind(comment)
    .bind(ctx.now())
    .execute(&mut *conn)
    .await?;
    if inserted.rows_affected() == 0 {
        return Err(Error::NotRateable);
    }
    record(conn, ctx, &[Event { dossier: dossier.0, at: ctx.now(), what: What::Rated { liked } }]).await?;
    Ok(())
}

/// Whether there is something to rate.
pub(super) fn has_ended(facts: &DossierFacts) -> bool {
    facts.statuses.iter().any(|reached| RATEABLE.contains(&reached.status))
}
