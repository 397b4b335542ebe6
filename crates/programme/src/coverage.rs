//! Coverage of villages with fibre, mobile signal and power (directive 04/2024, note 1 and task B57), from CSV.
//!
//! Columns: `commune` (code of five digits), `village`, `as_of` (2024-06-30 or 30/06/2024), `fibre`, `signal`, `power`
//! (`yes`/`no`, `có`/`không`, `1`/`0`; empty: not known), and, where known, `latitude`, `longitude`, `source`.

use crate::Error;
use crate::follow::{COORDINATOR, acting};
use kernel::text::fold;
use kernel::{Ctx, UnitCode};
use ledger::Entry;
use pack::units::Units;
use serde::Serialize;
use serde_json::json;
use sqlx::{FromRow, PgConnection};
use std::collections::BTreeMap;
use time::{Date, Month};

/// Most rows of one file.
pub const ROWS_MAX: usize = 200_000;

/// Why a row was not taken. The others were.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Fault {
    /// Line of the file, from 1.
    pub line: u64,
    /// The column.
    pub column: &'static str,
    /// What stands there.
    pub text: String,
}

/// What became of a file.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Taken {
    /// Rows that say something new.
    pub new: usize,
    /// Rows that say what is known.
    pub unchanged: usize,
    /// Rows that were not taken.
    pub faults: Vec<Fault>,
}

#[derive(Clone, PartialEq, Debug)]
struct Row {
    commune: String,
    village: String,
    as_of: Date,
    fibre: Option<bool>,
    signal: Option<bool>,
    power: Option<bool>,
    place: Option<(f64, f64)>,
    source: String,
}

/// Takes a file. Rows with a fault are named and left out; a village about which the same was said for the same day is left
/// alone.
///
/// # Errors
/// [`Error::NotAllowed`] unless a coordinator acts, [`Error::Unreadable`] when it is no CSV with these columns,
/// [`Error::TooLarge`].
pub async fn take(conn: &mut PgConnection, ctx: &Ctx, units: &Units, csv: &[u8]) -> Result<Taken, Error> {
    let by = acting(ctx, COORDINATOR)?;
    let (rows, faults) = read(csv, units)?;
    let mut taken = Taken { faults, ..Taken::default() };
    for row in &rows {
        // Against the newest row of that day: a correction of a correction counts too.
        let made = sqlx::query(
            "insert into programme.coverage (commune, village, as_of, row_id, fibre, signal, power, latitude, longitude,
                 source, imported_at)
             select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11
             where not exists (
                 select from (select * from programme.coverage where commune = $1 and village = $2 and as_of = $3
                              order by imported_at desc, row_id desc limit 1) as last
                 where (last.fibre, last.signal, last.power, last.latitude, last.longitude)
                     is not distinct from ($5::boolean, $6::boolean, $7::boolean, $8::double precision, $9::double precision))",
        )
        .bind(&row.commune)
        .bind(&row.village)
        .bind(row.as_of)
        .bind(ctx.uuid())
        .bind(row.fibre)
        .bind(row.signal)
        .bind(row.power)
        .bind(row.place.map(|place| place.0))
        .bind(row.place.map(|place| place.1))
        .bind(&row.source)
        .bind(ctx.now())
        .execute(&mut *conn)
        .await?;
        if made.rows_affected() == 1 { taken.new += 1 } else { taken.unchanged += 1 }
    }
    if taken.new > 0 {
        let said = json!({"programme": "coverage", "new": taken.new, "unchanged": taken.unchanged,
            "faults": taken.faults.len(), "for": by.0, "officer": by.1});
        ledger::append(conn, ctx, Entry { subject: None, kind: "change", body: said }).await?;
    }
    Ok(taken)
}

fn read(csv: &[u8], units: &Units) -> Result<(Vec<Row>, Vec<Fault>), Error> {
    let unreadable = |error: csv::Error| Error::Unreadable(error.to_string());
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(csv);
    let heads = reader.headers().map_err(unreadable)?.clone();
    let place =
        |name: &str| heads.iter().position(|head| head.trim_start_matches('\u{feff}').eq_ignore_ascii_case(name));
    for needed in ["commune", "village", "as_of", "fibre", "signal", "power"] {
        if place(needed).is_none() {
            return Err(Error::Unreadable(format!("the column `{needed}` is missing")));
        }
    }
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        if rows.len() >= ROWS_MAX {
            return Err(Error::TooLarge(ROWS_MAX));
        }
        let cell = |name: &str| place(name).and_then(|i| record.get(i)).unwrap_or("");
        match row(&cell, units) {
            Ok(row) => rows.push(row),
            Err(column) => {
                let line = record.position().map_or(0, csv::Position::line);
                faults.push(Fault { line, column, text: cell(column).chars().take(200).collect() });
            }
        }
    }
    Ok((rows, faults))
}

/// A row, or the column that is wrong.
fn row<'r>(cell: &impl Fn(&str) -> &'r str, units: &Units) -> Result<Row, &'static str> {
    let as_of = day(cell("as_of")).ok_or("as_of")?;
    let commune = cell("commune");
    units.commune(commune, as_of).ok_or("commune")?;
    let village = cell("village");
    if village.is_empty() || village.chars().count() > 255 {
        return Err("village");
    }
    let yes = |column: &'static str| match fold(cell(column)).as_str() {
        "" | "?" => Ok(None),
        "yes" | "co" | "1" | "true" | "x" => Ok(Some(true)),
        "no" | "khong" | "0" | "false" => Ok(Some(false)),
        _ => Err(column),
    };
    let degrees = |column: &'static str, max: f64| match cell(column) {
        "" => Ok(None),
        text => text.parse::<f64>().ok().filter(|degrees| degrees.abs() <= max).map(Some).ok_or(column),
    };
    let place = match (degrees("latitude", 90.0)?, degrees("longitude", 180.0)?) {
        (Some(latitude), Some(longitude)) => Some((latitude, longitude)),
        (None, None) => None,
        (None, Some(_)) => return Err("latitude"),
        (Some(_), None) => return Err("longitude"),
    };
    let (fibre, signal, power) = (yes("fibre")?, yes("signal")?, yes("power")?);
    let source = cell("source").to_owned();
    Ok(Row { commune: commune.to_owned(), village: village.to_owned(), as_of, fibre, signal, power, place, source })
}

/// `2024-06-30` or `30/06/2024`.
fn day(text: &str) -> Option<Date> {
    kernel::iso_date::parse(text).ok().or_else(|| {
        let mut parts = text.split('/').map(|part| part.parse::<u16>().ok());
        let (day, month, year) = (parts.next()??, parts.next()??, parts.next()??);
        let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
        Date::from_calendar_date(i32::from(year), month, u8::try_from(day).ok()?)
            .ok()
            .filter(|_| parts.next().is_none())
    })
}

/// How the villages of a unit stand. Each count is of villages; `villages = with + without + unknown` for each of the three.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Covered {
    /// Villages of which anything is known.
    pub villages: u64,
    /// With fibre, and without.
    pub fibre: (u64, u64),
    /// With mobile signal, and without.
    pub signal: (u64, u64),
    /// With power, and without.
    pub power: (u64, u64),
}

#[derive(FromRow)]
struct Latest {
    commune: String,
    as_of: Date,
    fibre: Option<bool>,
    signal: Option<bool>,
    power: Option<bool>,
}

/// How villages stood on a day, by province of that day: what was said of a commune counts for the province that it, or
/// what it went into, belongs to then.
///
/// # Errors
/// When the store fails.
pub async fn by_province(
    conn: &mut PgConnection,
    units: &Units,
    on: Date,
) -> Result<BTreeMap<UnitCode, Covered>, Error> {
    let latest: Vec<Latest> = sqlx::query_as(
        "select distinct on (commune, village) commune, as_of, fibre, signal, power from programme.coverage
         where as_of <= $1 order by commune, village, as_of desc, imported_at desc, row_id desc",
    )
    .bind(on)
    .fetch_all(conn)
    .await?;
    let mut provinces: BTreeMap<UnitCode, Covered> = BTreeMap::new();
    for village in latest {
        let Some(province) = province(units, &village.commune, village.as_of, on) else { continue };
        let covered = provinces.entry(province).or_default();
        covered.villages += 1;
        for (said, count) in [
            (village.fibre, &mut covered.fibre),
            (village.signal, &mut covered.signal),
            (village.power, &mut covered.power),
        ] {
            count.0 += u64::from(said == Some(true));
            count.1 += u64::from(said == Some(false));
        }
    }
    Ok(provinces)
}

/// The province, on a day, of what was a commune on an earlier one.
fn province(units: &Units, commune: &str, as_of: Date, on: Date) -> Option<UnitCode> {
    let unit = units.commune(commune, as_of)?;
    let standing = if unit.stands_on(on) { unit } else { units.successors(commune, as_of).first()?.0 };
    let province = standing.province.clone()?;
    units.province(province.as_str(), on).map(|province| province.code.clone())
}
