//! How fast the log takes and seals entries, beside plain inserts on the same PostgreSQL:
//! `cargo run --release -p ledger --example rate [entries]`. A benchmark, not a test. It uses the tests' own cluster,
//! which does not wait for the disk (no fsync): what is compared is the work, not the disk.

#![expect(clippy::print_stdout, reason = "its result")]

use kernel::{Actor, Clock, Ctx, Random, SubjectId};
use ledger::{Entry, Sequencer, Signer};
use serde_json::json;
use sqlx::Connection;
use std::time::Instant;
use store::testing::database;

type Failure = Box<dyn std::error::Error>;

/// Connections that write at the same time.
const WRITERS: usize = 4;
/// Entries of one access: an act touches a few people.
const TOGETHER: usize = 3;

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let entries: usize = std::env::args().nth(1).map_or(Ok(60_000), |text| text.parse())?;
    let test = database("ledger", &[&ledger::MIGRATOR]).await;
    let ctx = Ctx::new(Actor::Anonymous, Clock::System, Random::System);
    let each = entries / WRITERS / TOGETHER;
    let told = |what: &str, began: Instant| {
        println!("{what:<44} {:>9.0} entries/s", entries as f64 / began.elapsed().as_secs_f64());
    };

    sqlx::raw_sql(
        "create table public.plain (id bigint generated always as identity primary key, data bytea not null);
         grant insert on public.plain to sen_app",
    )
    .execute(&test.owner)
    .await?;
    let began = Instant::now();
    futures_of(WRITERS, || async {
        let mut conn = sqlx::PgConnection::connect_with(&test.options).await?;
        for _ in 0..each {
            let mut tx = conn.begin().await?;
            let rows: Vec<&[u8]> = vec![&[7; 400]; TOGETHER];
            sqlx::query("insert into public.plain (data) select unnest($1::bytea[])")
                .bind(rows)
                .execute(&mut *tx)
                .await?;
            tx.commit().await?;
        }
        Ok(())
    })
    .await?;
    told("plain inserts, 3 rows a transaction", began);

    let began = Instant::now();
    futures_of(WRITERS, || async {
        let mut conn = sqlx::PgConnection::connect_with(&test.options).await?;
        for _ in 0..each {
            let mut tx = conn.begin().await?;
            let entry = |_| Entry {
                subject: Some(SubjectId(ctx.uuid())),
                kind: "access",
                body: json!({ "body": "commune-committee/00004", "service": "population.get", "purpose": "dossier",
                    "fields": ["full_name", "birth_date", "sex"], "role": "civil-status-officer", "outcome": "ok" }),
            };
            ledger::append_all(&mut tx, &ctx, (0..TOGETHER).map(entry).collect()).await?;
            tx.commit().await?;
        }
        Ok(())
    })
    .await?;
    told("the log's append, 3 entries a transaction", began);

    let sequencer = Sequencer::new(test.db.clone(), ctx.clone(), Signer::from_seed("sen.example/log", &[1; 32])?);
    let began = Instant::now();
    while sequencer.run_once().await? > 0 {}
    told("sealing what was pending", began);

    let mut conn = sqlx::PgConnection::connect_with(&test.options).await?;
    let key = ledger::verifier_key(&mut conn).await?.ok_or("no key")?;
    let began = Instant::now();
    let verdict = ledger::verify(&mut conn, &key, |_, _| ()).await?;
    told("recomputing everything", began);
    println!("{} entries, root {}", verdict.size, verdict.root);
    Ok(())
}

/// Runs `count` of these at the same time.
async fn futures_of<F>(count: usize, one: impl Fn() -> F) -> Result<(), Failure>
where
    F: Future<Output = Result<(), Failure>>,
{
    futures::future::try_join_all((0..count).map(|_| one())).await?;
    Ok(())
}
