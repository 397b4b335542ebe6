//! The same aggregates in plain SQL, over a flat table in a PostgreSQL of its own.

use super::flat::{self, FLAGS};
use super::made::Country;
use crate::database::Database;
use anyhow::{Result, ensure};
use indicator::Counting;
use indicator::live::Recount;
use kernel::calendar::Calendar;
use serde::Serialize;
use sqlx::{AssertSqlSafe, Row};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;

/// Rows that are sent at once.
const CHUNK_ROWS: u64 = 50_000;

/// What plain SQL took.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct PlainSql {
    /// Loading, s.
    pub load_s: f64,
    /// The table, MB.
    pub table_mb: i64,
    /// 15 aggregates for every body and month: the best of three passes, s.
    pub pass_s: f64,
    /// 15 aggregates for one agency's year, by an index: the best of three, ms.
    pub agency_ms: f64,
    /// Rows of the result, all equal to ours.
    pub rows: usize,
}

/// Loads and measures.
pub(super) async fn run(
    data: &Path,
    country: &Country,
    dossiers: u64,
    rules: (&Counting, &Calendar),
    recount: &Recount,
) -> Result<PlainSql> {
    let database = Database::open(data, None).await?;
    let result = measure(&database, country, dossiers, rules, recount).await;
    sqlx::raw_sql("drop schema if exists bench cascade").execute(&database.owner).await?;
    database.close().await?;
    result
}

async fn measure(
    database: &Database,
    country: &Country,
    dossiers: u64,
    rules: (&Counting, &Calendar),
    recount: &Recount,
) -> Result<PlainSql> {
    let began = Instant::now();
    let flags: Vec<_> = FLAGS.iter().map(|flag| format!("{flag} boolean not null")).collect();
    let create = format!(
        "create schema if not exists bench; drop table if exists bench.dossier;
         create unlogged table bench.dossier (dossier bigint not null, body int not null, procedure int not null,
             month int not null, minutes int not null, {})",
        flags.join(", ")
    );
    sqlx::raw_sql(AssertSqlSafe(create)).execute(&database.owner).await?;
    load(database, country, dossiers, rules).await?;
    sqlx::raw_sql("create index dossier_body on bench.dossier (body, month)").execute(&database.owner).await?;
    sqlx::raw_sql("vacuum analyze bench.dossier").execute(&database.owner).await?;
    let load_s = began.elapsed().as_secs_f64();
    let table_mb: i64 =
        sqlx::query_scalar("select pg_table_size('bench.dossier') / 1048576").fetch_one(&database.owner).await?;

    let counts: Vec<_> = FLAGS.iter().map(|flag| format!("count(*) filter (where {flag})")).collect();
    let select = format!("select body, month, count(*), {} from bench.dossier", counts.join(", "));
    let all = format!("{select} group by body, month order by body, month");
    let mut pass_s = f64::MAX;
    let mut rows = Vec::new();
    for _ in 0..3 {
        let began = Instant::now();
        rows = sqlx::query(AssertSqlSafe(all.as_str())).fetch_all(&database.owner).await?;
        pass_s = pass_s.min(began.elapsed().as_secs_f64());
    }
    let ours = flat::rows(recount, country);
    ensure!(rows.len() == ours.len(), "PostgreSQL has {} rows, we {}", rows.len(), ours.len());
    for (row, ours) in rows.iter().zip(&ours) {
        for (i, expected) in ours.iter().enumerate() {
            let found = if i < 2 { i64::from(row.try_get::<i32, _>(i)?) } else { row.try_get::<i64, _>(i)? };
            ensure!(found == *expected, "body {} in {}: column {i} is {found}, ours {expected}", ours[0], ours[1]);
        }
    }
    let one = format!("{select} where body = $1 group by body, month");
    let mut agency_ms = f64::MAX;
    for _ in 0..3 {
        let began = Instant::now();
        let body = ours.first().map_or(0, |row| row[0]) as i32;
        sqlx::query(AssertSqlSafe(one.as_str())).bind(body).fetch_all(&database.owner).await?;
        agency_ms = agency_ms.min(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(PlainSql { load_s, table_mb, pass_s, agency_ms, rows: rows.len() })
}

async fn load(database: &Database, country: &Country, dossiers: u64, rules: (&Counting, &Calendar)) -> Result<()> {
    let mut conn = database.owner.acquire().await?;
    let mut copy = conn.copy_in_raw("copy bench.dossier from stdin").await?;
    let flags = flat::flags();
    let mut from = 0;
    while from < dossiers {
        let until = (from + CHUNK_ROWS).min(dossiers);
        let mut text = String::new();
        let mut n = from;
        flat::each(country, from..until, rules, |row| {
            let month = flat::month(row.month);
            write!(text, "{n}\t{}\t{}\t{month}\t{}", row.body, row.procedure, row.minutes)?;
            flags.iter().for_each(|flag| text.push_str(if row.marks.has(*flag) { "\tt" } else { "\tf" }));
            text.push('\n');
            n += 1;
            Ok(())
        })?;
        copy.send(text.into_bytes()).await?;
        from = until;
    }
    copy.finish().await?;
    Ok(())
}
