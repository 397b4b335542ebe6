//! What a running program does with the same: dossiers move in the main job's feed, go through PostgreSQL into the facts of
//! the index and from there into the live store. And how long one change takes until a score shows it.

use crate::bench::measure::Spread;
use crate::country::Country;
use crate::database::Database;
use anyhow::{Context, Result, ensure};
use indicator::Period;
use indicator::live::COUNTRY;
use indicator::stored::{Desk, SOURCE};
use kernel::{BodyId, Ctx, SubjectId};
use serde::Serialize;
use serde_json::json;
use std::path::Path;
use std::time::{Duration, Instant};
use store::feed::{self, NewItem, Sequencer};
use tokio::sync::watch;
use uuid::Uuid;

/// Statuses of a dossier, one after the other: filed, received, in process, ended, handed over.
const COURSE: [u8; 5] = [1, RECEIVED, 4, 9, 10];
const RECEIVED: u8 = 2;
/// Items that one transaction publishes.
const CHUNK: usize = 1000;
/// Changes whose way is timed one by one.
const SINGLES: usize = 200;
/// Pause between two looks at whether it is there.
const POLL: Duration = Duration::from_millis(2);
/// How long one change may take before the benchmark gives up.
const GIVE_UP: Duration = Duration::from_mins(1);

/// What it took.
#[derive(Clone, Copy, PartialEq, Debug, Serialize)]
pub struct Through {
    /// Changes of dossiers.
    pub events: usize,
    /// From the first in the feed to the last in the scores, a second. Publishing them is not counted.
    pub events_per_s: f64,
    /// One change of a dossier, from its commit until the score of its body shows it, ms (aim: 1,000).
    pub one: Spread,
    /// Making the store again from all facts, dossiers a second.
    pub opened_per_s: f64,
}

/// Measures on a PostgreSQL of its own below `data`, which is made anew.
pub(super) async fn run(data: &Path, country: &Country, events: u64) -> Result<Through> {
    let folder = data.join("through");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).with_context(|| format!("remove {}", folder.display()))?;
    }
    let database = Database::open(&folder, None).await?;
    let measured = measure(&database, country, events as usize / COURSE.len()).await;
    database.close().await?;
    measured
}

async fn measure(database: &Database, country: &Country, dossiers: usize) -> Result<Through> {
    let ctx = Ctx::system(BodyId::from(procedure::PORTAL));
    let year: Period = ctx.today().year().to_string().parse().map_err(anyhow::Error::msg)?;
    let desk = crate::indicator::desk(country, &database.app, ctx.today(), None)?;
    let bodies: Vec<BodyId> = desk.settings().bodies.all().iter().map(|body| body.id.clone()).collect();
    let bodies: Vec<BodyId> = bodies.into_iter().filter(|body| body.kind() == "commune-committee").collect();
    ensure!(!bodies.is_empty(), "the pack has no communes");

    let (stop, stopped) = watch::channel(false);
    let sequencer = Sequencer::new(database.app.clone(), ctx.clone());
    let positions = tokio::spawn({
        let stopped = stopped.clone();
        async move { sequencer.run(stopped).await }
    });
    desk.look(&ctx, true).await?;
    let ids: Vec<Uuid> = (0..dossiers).map(|_| ctx.uuid()).collect();
    let items = COURSE.iter().flat_map(|status| ids.iter().enumerate().map(move |(n, id)| (n, *id, *status)));
    let mut items: Vec<NewItem> = items.map(|(n, id, status)| item(&bodies[n % bodies.len()], id, n, status)).collect();
    // Facts are read as they are when they are read, and most dossiers are seen whole at their first item. This one comes last of all.
    items.push(item(&bodies[0], ctx.uuid(), dossiers, RECEIVED));
    let dossiers = dossiers + 1;
    for chunk in items.chunks(CHUNK) {
        publish(database, &ctx, chunk).await?;
    }
    positioned(database, items.len()).await?;

    let began = Instant::now();
    let follows = tokio::spawn({
        let (desk, ctx, stopped) = (desk.clone(), ctx.clone(), stopped.clone());
        async move { desk.run(&ctx, true, stopped).await }
    });
    let all = BodyId::from(COUNTRY);
    until(&desk, &all, year, "received", dossiers as i64, Duration::from_mins(30)).await?;
    let events_per_s = items.len() as f64 / began.elapsed().as_secs_f64();

    let mut times = Vec::with_capacity(SINGLES);
    for n in 0..SINGLES {
        let body = &bodies[n * 7 % bodies.len()];
        let before = counted(&desk, body, year, "received")?;
        publish(database, &ctx, &[item(body, ctx.uuid(), dossiers + n, RECEIVED)]).await?;
        let committed = Instant::now();
        until(&desk, body, year, "received", before + 1, GIVE_UP).await?;
        times.push(committed.elapsed());
    }
    stop.send(true)?;
    positions.await?;
    follows.await?;

    let began = Instant::now();
    let again = crate::indicator::desk(country, &database.app, ctx.today(), None)?;
    again.look(&ctx, true).await?;
    let opened_per_s = (dossiers + SINGLES) as f64 / began.elapsed().as_secs_f64();
    let scores = (again.figured()?.read().score(0, year)?, desk.figured()?.read().score(0, year)?);
    ensure!(scores.0 == scores.1, "counted anew, the country has another score");
    Ok(Through { events: items.len(), events_per_s, one: Spread::of(times.into_iter()), opened_per_s })
}

/// A change of a dossier as the main job publishes it.
fn item(body: &BodyId, dossier: Uuid, n: usize, status: u8) -> NewItem {
    NewItem {
        feed: SOURCE.to_owned(),
        subject: SubjectId(dossier),
        kind: "status".to_owned(),
        payload: json!({"dossier": dossier, "code": format!("H{n:09}"), "procedure": "1.001193", "origin": body, "body": body,
                        "channel": 2, "status": status}),
    }
}

async fn publish(database: &Database, ctx: &Ctx, items: &[NewItem]) -> Result<()> {
    let mut tx = database.app.begin().await?;
    feed::append_all(&mut tx, ctx, items).await?;
    tx.commit().await?;
    Ok(())
}

/// Waits until so many items have their positions.
async fn positioned(database: &Database, items: usize) -> Result<()> {
    let mut conn = database.app.pool().acquire().await?;
    let mut looks = tokio::time::interval(POLL);
    while (feed::mark(&mut conn, SOURCE).await? as usize) < items {
        looks.tick().await;
    }
    Ok(())
}

fn counted(desk: &Desk, body: &BodyId, year: Period, counter: &str) -> Result<i64> {
    let live = desk.figured()?.read();
    let figures = live.figures(live.bodies().number(body)?, year, None)?;
    Ok(figures.get(counter))
}

async fn until(desk: &Desk, body: &BodyId, year: Period, counter: &str, count: i64, patience: Duration) -> Result<()> {
    let (began, mut looks) = (Instant::now(), tokio::time::interval(POLL));
    while counted(desk, body, year, counter)? < count {
        ensure!(began.elapsed() < patience, "{counter} of {} does not come to {count}", body.as_str());
        looks.tick().await;
    }
    Ok(())
}
