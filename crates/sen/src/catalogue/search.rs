//! `sen catalogue search`.

use super::where_from::{as_snapshot, ctx, failure, file, packs};
use crate::database::connect;
use anyhow::{Result, bail};
use catalogue::search::{Filter, Found};
use catalogue::{Level, Shelf, Who, db};
use serde_json::{Value, json};
use sqlx::Connection;
use std::path::PathBuf;
use std::process::ExitCode;

/// What is searched for.
#[derive(Clone, Debug, clap::Args)]
pub struct SearchArgs {
    /// What people say: `làm giấy khai sinh cho con`; marks need not be typed
    #[arg(required = true)]
    pub words: Vec<String>,
    /// Search this file instead of what was imported
    #[arg(long)]
    pub file: Option<PathBuf>,
    /// Only what these may ask for: citizen, business, foreigner, organisation, official
    #[arg(long)]
    pub who: Option<String>,
    /// Only what is done at this level: ministry, province, commune, other
    #[arg(long)]
    pub level: Option<String>,
    /// How many are shown
    #[arg(long, default_value_t = 10)]
    pub limit: usize,
    /// The data folder of the program
    #[arg(long)]
    pub data: Option<PathBuf>,
    /// A pack's folder instead of the built-in pack of Vietnam
    #[arg(long)]
    pub pack: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub json: bool,
}

/// The command. Fails when nothing was found.
///
/// # Errors
/// When the file or the database cannot be used.
#[expect(clippy::print_stdout, reason = "what was found is what the command tells")]
pub async fn run(args: &SearchArgs) -> Result<ExitCode> {
    let filter = filter(args)?;
    let shelf = shelf(args).await?;
    let answer = shelf.index.search(&args.words.join(" "), &filter, args.limit.clamp(1, 1000));
    if args.json {
        let found: Vec<Value> = answer.found.iter().map(line).collect();
        let events: Vec<&str> = answer.events.iter().map(|event| event.id.as_str()).collect();
        let all = json!({"count": answer.count, "found": found, "events": events, "repaired": answer.repaired});
        println!("{}", serde_json::to_string_pretty(&all)?);
    } else {
        for (typed, taken) in &answer.repaired {
            println!("({typed} → {taken})");
        }
        for Found { doc, score } in &answer.found {
            let here = if doc.filed_by.is_some() { "  [online]" } else { "" };
            println!("{:<10} {score:>7.2}  {}{here}", doc.code, doc.name);
        }
        println!("{} of {} procedures", answer.count, shelf.index.len());
    }
    Ok(if answer.found.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn filter(args: &SearchArgs) -> Result<Filter> {
    let mut filter = Filter::default();
    if let Some(name) = &args.who {
        filter.who = Who::named(name);
        if filter.who.is_none() {
            bail!("--who: citizen, business, foreigner, organisation or official");
        }
    }
    if let Some(name) = &args.level {
        filter.level = Level::named(name);
        if filter.level.is_none() {
            bail!("--level: ministry, province, commune or other");
        }
    }
    Ok(filter)
}

async fn shelf(args: &SearchArgs) -> Result<Shelf> {
    let packs = packs(args.pack.as_deref())?;
    let today = ctx().today();
    if let Some(path) = &args.file {
        let (_, reading) = file(path, &packs.rules)?;
        return Ok(packs.shelf(as_snapshot(reading.entries, today), today));
    }
    let folder = args.data.clone().unwrap_or_else(store::default_data_dir);
    if !crate::database::has_cluster(&folder) && std::env::var_os("DATABASE_URL").is_none() {
        bail!(
            "nothing was imported into {} yet: `sen catalogue import FILE`, or name a file with --file",
            folder.display()
        );
    }
    let (mut conn, ours) = connect(&folder).await?;
    let snapshot = db::load(&mut conn).await;
    conn.close().await?;
    if let Some(database) = ours {
        database.close().await?;
    }
    Ok(packs.shelf(snapshot.map_err(failure)?, today))
}

fn line(found: &Found<'_>) -> Value {
    let doc = found.doc;
    json!({"code": doc.code, "name": doc.name, "score": found.score, "field": doc.field, "who": doc.who,
        "levels": doc.levels, "online": doc.online, "filed_by": doc.filed_by, "essential": doc.essential})
}
