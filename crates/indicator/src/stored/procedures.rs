//! What is known of procedures at bodies: what the pack says of each, and in its place what was kept of it.

use crate::Error;
use crate::facts::ProcedureFacts;
use sqlx::PgConnection;
use sqlx::types::Json;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// All, or those of these bodies; by body and code.
pub(super) async fn at_bodies<'a>(
    conn: &mut PgConnection,
    packed: &'a [ProcedureFacts],
    bodies: Option<&[&str]>,
) -> Result<Vec<Cow<'a, ProcedureFacts>>, Error> {
    let kept: Vec<Json<ProcedureFacts>> =
        sqlx::query_scalar("select facts from indicator.procedure_at where $1::text[] is null or body = any($1)")
            .bind(bodies)
            .fetch_all(conn)
            .await?;
    let wanted: Option<BTreeSet<&str>> = bodies.map(|bodies| bodies.iter().copied().collect());
    let is_wanted = |facts: &&ProcedureFacts| wanted.as_ref().is_none_or(|all| all.contains(facts.body.as_str()));
    let packed = packed.iter().filter(is_wanted).map(Cow::Borrowed);
    let mut all: Vec<Cow<'a, ProcedureFacts>> =
        packed.chain(kept.into_iter().map(|facts| Cow::Owned(facts.0))).collect();
    let order =
        |a: &ProcedureFacts, b: &ProcedureFacts| (a.body.as_str(), &a.procedure).cmp(&(b.body.as_str(), &b.procedure));
    // Of two for one place the kept one comes later, and stays.
    all.sort_by(|a, b| order(a, b));
    all.dedup_by(|later, earlier| {
        let is_same = order(later, earlier).is_eq();
        if is_same {
            std::mem::swap(later, earlier);
        }
        is_same
    });
    Ok(all)
}
