//! Taking a file of villages.

use super::file::{Read, Row, read};
use crate::follow::{COORDINATOR, acting};
use crate::lines::Fault;
use crate::{Error, sight};
use kernel::Ctx;
use ledger::Entry;
use pack::units::Units;
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;

/// Villages that go into the database with one statement.
const BATCH: usize = 5_000;
/// The committees that may say how the villages of their own province stand.
const PROVINCE: &str = "province-committee";

/// What became of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Taken {
    /// Lines that say something new.
    pub new: usize,
    /// Lines that say what is known.
    pub unchanged: usize,
    /// Lines that were not taken.
    pub refused: usize,
    /// The first of them.
    pub faults: Vec<Fault>,
}

/// Takes a file. Lines with a fault are named and left out; a village about which the same was said for the same day is
/// left alone.
///
/// # Errors
/// [`Error::NotAllowed`] unless a coordinator of a body that follows the programme or of a province's committee acts,
/// [`Error::Unreadable`] when it is no CSV with these columns, [`Error::TooLarge`].
pub async fn take(conn: &mut PgConnection, ctx: &Ctx, units: &Units, csv: &[u8]) -> Result<Taken, Error> {
    let by = acting(ctx, COORDINATOR)?;
    let province = match sight(conn, ctx).await?.all {
        true => None,
        false => Some(by.0.unit().filter(|_| by.0.kind() == PROVINCE).ok_or(Error::NotAllowed)?),
    };
    let Read { rows, again, refused, faults } = read(csv, units, province)?;
    let mut new = 0;
    for batch in rows.chunks(BATCH) {
        new += keep(conn, ctx, batch).await?;
    }
    let taken = Taken { new, unchanged: rows.len() - new + again, refused, faults };
    if taken.new > 0 {
        let said = json!({"programme": "coverage", "new": taken.new, "unchanged": taken.unchanged,
            "faults": taken.refused, "for": by.0, "officer": by.1});
        ledger::append(conn, ctx, Entry { subject: None, kind: "change", body: said }).await?;
    }
    Ok(taken)
}

/// Keeps what is new of a batch, in which no village is twice with one day. Gives how many that are.
async fn keep(conn: &mut PgConnection, ctx: &Ctx, rows: &[Row]) -> Result<usize, Error> {
    let column = |of: fn(&Row) -> Option<bool>| rows.iter().map(of).collect::<Vec<_>>();
    let degrees = |of: fn((f64, f64)) -> f64| rows.iter().map(|row| row.place.map(of)).collect::<Vec<_>>();
    // Against the newest row of that day: a correction of a correction counts too.
    let made = sqlx::query(
        "insert into programme.coverage (commune, village, as_of, row_id, fibre, signal, power, latitude, longitude, source,
             imported_at)
         select s.*, $11
         from unnest($1::text[], $2::text[], $3::date[], $4::uuid[], $5::boolean[], $6::boolean[], $7::boolean[],
                 $8::double precision[], $9::double precision[], $10::text[])
             as s (commune, village, as_of, row_id, fibre, signal, power, latitude, longitude, source)
         left join lateral (
             select c.row_id, c.fibre, c.signal, c.power, c.latitude, c.longitude from programme.coverage c
             where c.commune = s.commune and c.village = s.village and c.as_of = s.as_of
             order by c.imported_at desc, c.row_id desc limit 1) as last on true
         where last.row_id is null or (last.fibre, last.signal, last.power, last.latitude, last.longitude)
             is distinct from (s.fibre, s.signal, s.power, s.latitude, s.longitude)",
    )
    .bind(rows.iter().map(|row| row.commune.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.village.as_str()).collect::<Vec<_>>())
    .bind(rows.iter().map(|row| row.as_of).collect::<Vec<_>>())
    .bind(rows.iter().map(|_| ctx.uuid()).collect::<Vec<_>>())
    .bind(column(|row| row.fibre))
    .bind(column(|row| row.signal))
    .bind(column(|row| row.power))
    .bind(degrees(|place| place.0))
    .bind(degrees(|place| place.1))
    .bind(rows.iter().map(|row| row.source.as_str()).collect::<Vec<_>>())
    .bind(ctx.now())
    .execute(conn)
    .await?;
    usize::try_from(made.rows_affected()).map_err(|_| Error::Fault("a count of rows"))
}
