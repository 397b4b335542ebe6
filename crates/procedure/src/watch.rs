//! Job `procedure.watch`: flags tasks a working day before they are due, and again when they are late; ends what the
//! citizen did not answer in time (`lapse`).

use crate::{Error, Procedures};
use kernel::{Ctx, Problem};
use uuid::Uuid;

/// Tasks flagged in one transaction.
const BATCH: i64 = 500;

impl Procedures {
    /// Flags what is about to be late, and what is; ends what was not answered. Answers how many tasks it flagged.
    pub(crate) async fn watch(&self, ctx: &Ctx) -> Result<u64, Problem> {
        self.lapse(ctx).await?;
        let mut flagged = 0;
        loop {
            let found = self.flag(ctx).await?;
            flagged += found;
            if i64::try_from(found).unwrap_or(0) < BATCH {
                return Ok(flagged);
            }
        }
    }

    async fn flag(&self, ctx: &Ctx) -> Result<u64, Error> {
        let mut tx = self.0.db.begin().await?;
        // 0 → 1 a working day before, → 2 once late; the next time to look moves to the due date.
        let rows: Vec<(Uuid, Uuid, i16)> = sqlx::query_as(
            "UPDATE procedure.task SET warned = CASE WHEN due_at <= $1 THEN 2 ELSE 1 END, warn_at = due_at \
             WHERE (dossier_id, member, child) IN (SELECT dossier_id, member, child FROM procedure.task \
             WHERE warn_at <= $1 AND warned < 2 AND ended_at IS NULL AND state IN ('new', 'accepted') \
             ORDER BY warn_at LIMIT $2 FOR UPDATE SKIP LOCKED) RETURNING dossier_id, task_id, warned",
        )
        .bind(ctx.now())
        .bind(BATCH)
        .fetch_all(&mut *tx)
        .await?;
        let ids: Vec<Uuid> = rows.iter().map(|_| ctx.uuid()).collect();
        sqlx::query(
            "INSERT INTO procedure.task_event (dossier_id, event_id, task_id, at, kind) \
             SELECT e.dossier, e.id, e.task, $5, e.kind \
             FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS e(dossier, id, task, kind)",
        )
        .bind(rows.iter().map(|row| row.0).collect::<Vec<_>>())
        .bind(&ids)
        .bind(rows.iter().map(|row| row.1).collect::<Vec<_>>())
        .bind(rows.iter().map(|row| if row.2 == 2 { "late" } else { "soon-late" }).collect::<Vec<_>>())
        .bind(ctx.now())
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(rows.len() as u64)
    }
}
