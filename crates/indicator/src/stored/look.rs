//! What stands behind a figure, one by one.

use crate::Error;
use crate::facts::DossierFacts;
use sqlx::PgConnection;
use sqlx::types::Json;
use uuid::Uuid;

/// What is known of these dossiers, in this order. One that nothing is known of is left out.
///
/// # Errors
/// When the database fails.
pub async fn dossiers(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<DossierFacts>, Error> {
    let rows: Vec<Json<DossierFacts>> = sqlx::query_scalar(
        "select facts from unnest($1::uuid[]) with ordinality as wanted (id, place)
         join indicator.dossier on dossier_id = id
         where facts is not null order by place",
    )
    .bind(ids)
    .fetch_all(conn)
    .await?;
    Ok(rows.into_iter().map(|row| row.0).collect())
}

/// Whether a dossier's result was rated: nothing where it was not or cannot be yet.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rating {
    /// It has not ended.
    NotYet,
    /// It may be rated.
    Open,
    /// It was.
    Given,
}

/// Where the rating of a dossier stands. The caller has made sure that it is the citizen's own.
///
/// # Errors
/// When the database fails.
pub async fn rating(conn: &mut PgConnection, dossier: kernel::DossierId) -> Result<Rating, Error> {
    let given: bool = sqlx::query_scalar("select exists (select from indicator.rating where dossier_id = $1)")
        .bind(dossier.0)
        .fetch_one(&mut *conn)
        .await?;
    if given {
        return Ok(Rating::Given);
    }
    let facts = dossiers(conn, &[dossier.0]).await?;
    Ok(if facts.iter().any(super::rate::has_ended) { Rating::Open } else { Rating::NotYet })
}
