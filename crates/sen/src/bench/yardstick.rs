//! The yardstick: how many times a second this PostgreSQL can insert one row and commit, on one connection and on
//! several. Nothing that commits can be faster.

use crate::database::Database;
use anyhow::Result;
use serde::Serialize;
use sqlx::PgPool;
use sqlx::postgres::PgPoolOptions;
use std::time::{Duration, Instant};

/// How long each is measured.
const MEASURED_FOR: Duration = Duration::from_secs(3);

/// Plain commits in a second.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Commits {
    /// On one connection.
    pub one: f64,
    /// On several.
    pub many: f64,
    /// How many that were.
    pub connections: u32,
}

/// Measures on a table of its own, which is gone afterwards.
pub(super) async fn commits(database: &Database, connections: usize) -> Result<Commits> {
    let connections = u32::try_from(connections).unwrap_or(u32::MAX).min(64);
    let options = database.owner.connect_options();
    let pool = PgPoolOptions::new().max_connections(connections).connect_with((*options).clone()).await?;
    sqlx::raw_sql(
        "create schema if not exists bench; drop table if exists bench.row;
         create table bench.row (id bigint generated always as identity primary key, filler text not null)",
    )
    .execute(&pool)
    .await?;
    let one = rate(&pool, 1).await?;
    let many = rate(&pool, connections).await?;
    sqlx::raw_sql("drop schema bench cascade").execute(&pool).await?;
    pool.close().await;
    Ok(Commits { one, many, connections })
}

async fn rate(pool: &PgPool, connections: u32) -> Result<f64> {
    let began = Instant::now();
    let one = || async {
        let mut conn = pool.acquire().await?;
        let mut count = 0u64;
        while began.elapsed() < MEASURED_FOR {
            // A statement of its own is a transaction of its own.
            let insert = "insert into bench.row (filler) values (repeat('x', 100))";
            sqlx::query(insert).execute(&mut *conn).await?;
            count += 1;
        }
        Ok::<_, sqlx::Error>(count)
    };
    let counts = futures::future::try_join_all((0..connections).map(|_| one())).await?;
    Ok(counts.iter().sum::<u64>() as f64 / began.elapsed().as_secs_f64())
}
