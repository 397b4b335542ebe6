//! `figures`: counts for leaders and administrators. Nothing personal.

use crate::{BodyFigures, Error, Figures, Procedures};
use kernel::{Actor, BodyId, Ctx, Problem};
use std::collections::BTreeMap;

/// Bodies in one answer.
const BODIES_MAX: i64 = 200;

impl Procedures {
    /// Counts by status and body; for one body, or for all.
    ///
    /// # Errors
    /// `PRO0010` neither officer nor system.
    pub async fn figures(&self, ctx: &Ctx, body: Option<&BodyId>) -> Result<Figures, Problem> {
        if !matches!(ctx.actor, Actor::Officer { .. } | Actor::System { .. }) {
            return Err(Error::Role { role: "officer".to_owned() }.into());
        }
        Ok(self.count(ctx, body).await?)
    }

    async fn count(&self, ctx: &Ctx, body: Option<&BodyId>) -> Result<Figures, Error> {
        let pool = self.0.db.pool();
        let now = ctx.now();
        let mut dossiers = BTreeMap::new();
        let mut dossiers_late = 0;
        if body.is_none() {
            let rows: Vec<(i16, i64, i64)> = sqlx::query_as(
                "SELECT status, count(*), count(*) FILTER (WHERE closed_at IS NULL AND due_at < $1 \
                 AND status IN (1, 2, 4)) FROM procedure.dossier GROUP BY status",
            )
            .bind(now)
            .fetch_all(pool)
            .await?;
            for (status, count, late) in rows {
                dossiers.insert(u8::try_from(status).unwrap_or(0), count);
                dossiers_late += late;
            }
        }
        let rows: Vec<(String, Vec<i64>)> = sqlx::query_as(
            "SELECT body, ARRAY[count(*) FILTER (WHERE state = 'new'), count(*) FILTER (WHERE state = 'accepted'), \
             count(*) FILTER (WHERE state = 'question'), count(*) FILTER (WHERE state = 'performing'), \
             count(*) FILTER (WHERE state = 'done'), count(*) FILTER (WHERE state = 'refused'), \
             count(*) FILTER (WHERE state = 'cancelled'), \
             count(*) FILTER (WHERE state IN ('new', 'accepted') AND due_at < $1), \
             count(*) FILTER (WHERE state IN ('new', 'accepted') AND due_at >= $1 AND (warned > 0 OR warn_at <= $1)), \
             count(*) FILTER (WHERE state IN ('done', 'refused') AND decided_at > due_at), \
             count(*) FILTER (WHERE supplements > 1), count(*) FILTER (WHERE fault IS NOT NULL)] \
             FROM procedure.task WHERE $2::text IS NULL OR body = $2 GROUP BY body \
             ORDER BY count(*) FILTER (WHERE state IN ('new', 'accepted') AND due_at < $1) DESC, body LIMIT $3",
        )
        .bind(now)
        .bind(body.map(BodyId::as_str))
        .bind(BODIES_MAX)
        .fetch_all(pool)
        .await?;
        Ok(Figures { dossiers, dossiers_late, bodies: rows.into_iter().filter_map(of_body).collect() })
    }
}

fn of_body((body, counts): (String, Vec<i64>)) -> Option<BodyFigures> {
    let [
        new,
        accepted,
        question,
        performing,
        done,
        refused,
        cancelled,
        late,
        soon_late,
        ended_late,
        asked_twice,
        faulty,
    ] = <[i64; 12]>::try_from(counts).ok()?;
    Some(BodyFigures {
        body,
        new,
        accepted,
        question,
        performing,
        done,
        refused,
        cancelled,
        late,
        soon_late,
        ended_late,
        asked_twice,
        faulty,
    })
}
