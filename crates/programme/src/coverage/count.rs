//! How villages stood on a day, by the units of that day.

use crate::{Error, sight};
use kernel::{Ctx, UnitCode};
use pack::units::{Unit, Units};
use serde::Serialize;
use sqlx::{FromRow, PgConnection};
use std::collections::BTreeMap;
use time::Date;

/// Most villages of one list.
const LIST_MAX: u32 = 200;
/// Most days that are offered to look at.
const DAYS_MAX: i64 = 50;

/// How the villages of a unit stand. Each count is of villages; `villages = with + without + unknown` for each of the three.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize)]
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

impl Covered {
    /// Adds the villages of another unit.
    pub fn add(&mut self, other: &Self) {
        self.villages += other.villages;
        for (sum, more) in
            [(&mut self.fibre, other.fibre), (&mut self.signal, other.signal), (&mut self.power, other.power)]
        {
            *sum = (sum.0 + more.0, sum.1 + more.1);
        }
    }
}

/// What was last said of a village.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, FromRow)]
pub struct Village {
    /// The commune that it was said of.
    pub commune: String,
    /// Its name.
    pub village: String,
    /// On which day.
    #[serde(with = "kernel::iso_date")]
    pub as_of: Date,
    /// Has fibre; None: not known.
    pub fibre: Option<bool>,
    /// Has mobile signal.
    pub signal: Option<bool>,
    /// Has power.
    pub power: Option<bool>,
    /// Who says so.
    pub source: String,
}

/// The villages of which a commune's newest word is of one day: there are few of these, however many villages there are.
#[derive(FromRow)]
struct Group {
    commune: String,
    as_of: Date,
    villages: i64,
    fibre: i64,
    no_fibre: i64,
    signal: i64,
    no_signal: i64,
    power: i64,
    no_power: i64,
}

async fn groups(conn: &mut PgConnection, on: Date) -> Result<Vec<Group>, Error> {
    let groups = sqlx::query_as(
        "select commune, as_of, count(*) as villages, count(*) filter (where fibre) as fibre,
             count(*) filter (where not fibre) as no_fibre, count(*) filter (where signal) as signal,
             count(*) filter (where not signal) as no_signal, count(*) filter (where power) as power,
             count(*) filter (where not power) as no_power
         from (select distinct on (commune, village) commune, as_of, fibre, signal, power from programme.coverage
               where as_of <= $1 order by commune, village, as_of desc, imported_at desc, row_id desc) as last
         group by commune, as_of",
    );
    Ok(groups.bind(on).fetch_all(conn).await?)
}

impl Group {
    fn covered(&self) -> Covered {
        let count = |of: i64| u64::try_from(of).unwrap_or(0);
        let pair = |with, without| (count(with), count(without));
        Covered {
            villages: count(self.villages),
            fibre: pair(self.fibre, self.no_fibre),
            signal: pair(self.signal, self.no_signal),
            power: pair(self.power, self.no_power),
        }
    }
}

/// How villages stood on a day, by province of that day: what was said of a commune counts for the province that it, or
/// what it went into, belongs to then.
///
/// # Errors
/// [`Error::NotAllowed`] for whoever does not work on the programme.
pub async fn by_province(
    conn: &mut PgConnection,
    ctx: &Ctx,
    units: &Units,
    on: Date,
) -> Result<BTreeMap<UnitCode, Covered>, Error> {
    sight(conn, ctx).await?;
    let mut provinces: BTreeMap<UnitCode, Covered> = BTreeMap::new();
    for group in groups(conn, on).await? {
        let of = standing(units, &group.commune, group.as_of, on).and_then(|unit| province(units, unit, on));
        let Some(province) = of else { continue };
        provinces.entry(province.code.clone()).or_default().add(&group.covered());
    }
    Ok(provinces)
}

/// The same by the communes of a province.
///
/// # Errors
/// As [`by_province`].
pub async fn by_commune(
    conn: &mut PgConnection,
    ctx: &Ctx,
    units: &Units,
    of: &str,
    on: Date,
) -> Result<BTreeMap<UnitCode, Covered>, Error> {
    sight(conn, ctx).await?;
    let mut communes: BTreeMap<UnitCode, Covered> = BTreeMap::new();
    for group in groups(conn, on).await? {
        let Some(unit) = standing(units, &group.commune, group.as_of, on) else { continue };
        if province(units, unit, on).is_some_and(|province| province.code.as_str() == of) {
            communes.entry(unit.code.clone()).or_default().add(&group.covered());
        }
    }
    Ok(communes)
}

/// What is known of the villages of a commune of that day, and of those that went into it; the ones that lack something
/// first.
///
/// # Errors
/// As [`by_province`].
pub async fn villages(
    conn: &mut PgConnection,
    ctx: &Ctx,
    units: &Units,
    commune: &str,
    on: Date,
    (skip, take): (u32, u32),
) -> Result<Vec<Village>, Error> {
    sight(conn, ctx).await?;
    let groups = groups(conn, on).await?;
    let here = groups.iter().filter(|group| {
        standing(units, &group.commune, group.as_of, on).is_some_and(|unit| unit.code.as_str() == commune)
    });
    let mut codes: Vec<&str> = here.map(|group| group.commune.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    let villages = sqlx::query_as(
        "select commune, village, as_of, fibre, signal, power, source
         from (select distinct on (commune, village) * from programme.coverage
               where commune = any($1) and as_of <= $2
               order by commune, village, as_of desc, imported_at desc, row_id desc) as last
         order by coalesce(fibre, false) and coalesce(signal, false) and coalesce(power, false), village, commune
         limit $3 offset $4",
    );
    let villages = villages.bind(codes).bind(on).bind(i64::from(take.min(LIST_MAX))).bind(i64::from(skip));
    Ok(villages.fetch_all(conn).await?)
}

/// The days of which anything was said, newest first.
///
/// # Errors
/// As [`by_province`].
pub async fn days(conn: &mut PgConnection, ctx: &Ctx) -> Result<Vec<Date>, Error> {
    sight(conn, ctx).await?;
    let days = "select distinct as_of from programme.coverage order by as_of desc limit $1";
    Ok(sqlx::query_scalar(days).bind(DAYS_MAX).fetch_all(conn).await?)
}

/// What stands on a day of what was a commune on an earlier one: itself, or what it went into.
fn standing<'u>(units: &'u Units, commune: &str, as_of: Date, on: Date) -> Option<&'u Unit> {
    let unit = units.commune(commune, as_of)?;
    if unit.stands_on(on) { Some(unit) } else { Some(units.successors(commune, as_of).first()?.0) }
}

fn province<'u>(units: &'u Units, unit: &Unit, on: Date) -> Option<&'u Unit> {
    units.province(unit.province.as_ref()?.as_str(), on)
}
