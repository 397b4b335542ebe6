//! A body takes its evidence home.

use super::Figured;
use super::procedures::at_bodies;
use crate::evidence::{Head, Writer};
use crate::facts::{DossierFacts, Given, PetitionFacts};
use crate::period::{Month, Period};
use crate::score::score;
use crate::tally::Tally;
use crate::{Error, evidence};
use kernel::calendar::Calendar;
use kernel::{BodyId, Ctx};
use sqlx::types::Json;
use std::io::Write;
use uuid::Uuid;

/// Dossiers that are read at once.
const PAGE: i64 = 5_000;

impl Figured {
    /// Writes the evidence of a body's score in a period, from one look at the facts, as of now.
    ///
    /// # Errors
    /// `UnknownBody`; `Formula`; when the database or the file fails.
    pub async fn export<W: Write>(
        &self,
        ctx: &Ctx,
        (indicator, calendar): (&str, &Calendar),
        body: &BodyId,
        period: Period,
        out: W,
    ) -> Result<W, Error> {
        let (head, definition) = {
            let live = self.read();
            let scope = live.bodies().number(body)?;
            let within = live.bodies().within(scope);
            let all = live.bodies().all().iter().zip(within);
            let head = Head {
                evidence: evidence::FORM,
                indicator: indicator.to_owned(),
                version_from: live.definition().from,
                fingerprint: live.fingerprint(),
                body: body.clone(),
                level: live.bodies().get(scope).ok_or(Error::UnknownBody)?.level,
                bodies: all.filter(|(_, within)| *within).map(|(body, _)| body.id.clone()).collect(),
                period,
                now: ctx.now(),
            };
            (head, live.definition().clone())
        };
        let bodies: Vec<&str> = head.bodies.iter().map(BodyId::as_str).collect();
        let mut tally = Tally::new(&definition.item, calendar, period, head.now);
        let mut writer = Writer::begin(out, &head)?;
        // One look: what changes meanwhile is not half in it.
        let mut tx = self.db().begin().await?;
        sqlx::query("set transaction isolation level repeatable read, read only").execute(&mut *tx).await?;
        let mut after: Option<Uuid> = None;
        loop {
            let rows: Vec<(Uuid, Json<DossierFacts>)> = sqlx::query_as(
                "select dossier_id, facts from indicator.dossier
                 where body = any($1) and received_at >= $2 and received_at < $3
                   and ($4::uuid is null or dossier_id > $4)
                 order by dossier_id limit $5",
            )
            .bind(&bodies)
            .bind(period.begins())
            .bind(period.ends())
            .bind(after)
            .bind(PAGE)
            .fetch_all(&mut *tx)
            .await?;
            let Some((last, _)) = rows.last() else { break };
            after = Some(*last);
            for (_, facts) in &rows {
                tally.dossier(facts);
                writer.dossier(facts)?;
            }
        }
        let petitions: Vec<Json<PetitionFacts>> = sqlx::query_scalar(
            "select facts from indicator.petition
             where body = any($1) and received_at >= $2 and received_at < $3 order by petition_id",
        )
        .bind(&bodies)
        .bind(period.begins())
        .bind(period.ends())
        .fetch_all(&mut *tx)
        .await?;
        for facts in &petitions {
            tally.petition(facts);
            writer.petition(facts)?;
        }
        for facts in &at_bodies(&mut tx, self.packed(), Some(&bodies)).await? {
            tally.procedure(facts);
            writer.procedure(facts)?;
        }
        let given: Vec<(String, String, String, i64)> = sqlx::query_as(
            "select body, month, counter, value from indicator.given
             where body = any($1) and month = any($2) order by body, month, counter",
        )
        .bind(&bodies)
        .bind(period.months().map(String::from).collect::<Vec<_>>())
        .fetch_all(&mut *tx)
        .await?;
        for (body, month, counter, value) in given {
            let Ok(month) = Month::try_from(month) else { continue };
            let given = Given { body: BodyId::new(body), month, counter, value };
            tally.given(&given);
            writer.given(&given)?;
        }
        let figures = tally.figures();
        let points = score(&definition.item, &figures, head.level, period)?;
        writer.end(&figures, &points)
    }
}
