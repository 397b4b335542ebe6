//! What is known of procedures at bodies: what the pack says of each, and in its place what was kept of it.

use crate::Error;
use crate::facts::ProcedureFacts;
use sqlx::PgConnection;
use sqlx::types::Json;
use std::collections::BTreeMap;

/// All; or those of these bodies, by body and code.
pub(super) async fn at_bodies(
    conn: &mut PgConnection,
    packed: &[ProcedureFacts],
    bodies: Option<&[&str]>,
) -> Result<Vec<ProcedureFacts>, Error> {
    let kept: Vec<Json<ProcedureFacts>> =
        sqlx::query_scalar("select facts from indicator.procedure_at where $1::text[] is null or body = any($1)")
            .bind(bodies)
            .fetch_all(conn)
            .await?;
    // In most places nothing is kept.
    if kept.is_empty() && bodies.is_none() {
        return Ok(packed.to_vec());
    }
    let wanted = |facts: &&ProcedureFacts| bodies.is_none_or(|bodies| bodies.contains(&facts.body.as_str()));
    let packed = packed.iter().filter(wanted).cloned();
    let all = packed.chain(kept.into_iter().map(|facts| facts.0));
    let by_place: BTreeMap<_, _> =
        all.map(|facts| ((facts.body.as_str().to_owned(), facts.procedure.clone()), facts)).collect();
    Ok(by_place.into_values().collect())
}
