//! Fills the registers of a benchmark and remembers who gives birth.

use super::BenchArgs;
use crate::country::Country;
use crate::database::Database;
use crate::synth::{Household, Notices, Person, Population, into_registers, notices_into_registers, world};
use anyhow::{Context, Result, bail};
use kernel::{AccountId, BodyId, Ctx, Sex, SubjectId};
use register::load::Loader;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use time::Duration;

/// How many births earlier runs have completed.
const DONE: &str = "bench-done";

/// Who gives birth, and what identifies the filing. Personal: no `Debug`.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Birth {
    /// The mother.
    pub(super) mother: SubjectId,
    /// Her account. Nobody signs in with it: the benchmark acts behind the sign-in.
    pub(super) account: AccountId,
    /// The key of her filing: the same in every run.
    pub(super) key: String,
}

/// What the data folder of a benchmark remembers.
#[derive(Serialize, Deserialize)]
struct Prepared {
    people: u64,
    seed: u64,
    births: Vec<Birth>,
}

/// The births that this run is about: the first of the data folder that no run has completed.
pub(super) fn next(args: &BenchArgs, births: &[Birth]) -> Result<Vec<Birth>> {
    let done = done(&args.data)?;
    births.get(done..done + args.groups).map(<[Birth]>::to_vec).with_context(|| {
        let left = births.len().saturating_sub(done);
        format!("{} has {left} births left: choose another folder or fewer groups", args.data.display())
    })
}

/// Notes that a run completed its births.
pub(super) fn completed(args: &BenchArgs) -> Result<()> {
    let done = done(&args.data)? + args.groups;
    std::fs::write(args.data.join(DONE), done.to_string()).context(DONE)
}

fn done(data: &Path) -> Result<usize> {
    match std::fs::read_to_string(data.join(DONE)) {
        Ok(text) => text.trim().parse().context(DONE),
        Err(_) => Ok(0),
    }
}

/// The births of this data folder; the registers are filled the first time.
pub(super) async fn births(args: &BenchArgs, country: &Country, database: &Database) -> Result<Vec<Birth>> {
    let file = args.data.join("bench.json");
    if let Ok(text) = std::fs::read_to_string(&file) {
        let prepared: Prepared = serde_json::from_str(&text).with_context(|| file.display().to_string())?;
        if (prepared.people, prepared.seed) != (args.people, args.seed) || prepared.births.len() < args.groups {
            bail!("{} was made with other people or for fewer groups: choose another folder", args.data.display());
        }
        return Ok(prepared.births);
    }
    let ctx = Ctx::system(BodyId::from("ministry-public-security"));
    // Births of the last thirty days, none in the future.
    let on = ctx.today() - Duration::days(1);
    let world = world(None, on)?;
    let mut notices = Notices::new(&world, args.seed, args.groups)?;
    let registers = Arc::clone(&country.registers);
    let loader = Loader::new(database.owner.clone(), registers, "ministry-public-security", "made up for a benchmark");
    let people = Population::new(&world, args.seed, args.people)
        .inspect(|household| notices.look_at(&possible_mothers(household)));
    into_registers(&loader, &ctx, &world, people, |_| ()).await?;
    let notices = notices.finish();
    if notices.len() < args.groups {
        bail!("{} people have {} women who could be mothers: ask for more people", args.people, notices.len());
    }
    notices_into_registers(&loader, &ctx, &notices).await?;
    // The planner has never seen these tables.
    database.look_over().await?;
    let births = notices.iter().enumerate().map(|(at, notice)| Birth {
        mother: notice.mother,
        account: AccountId(ctx.uuid()),
        key: format!("bench-{at}"),
    });
    let prepared = Prepared { people: args.people, seed: args.seed, births: births.collect() };
    write(&file, &prepared)?;
    Ok(prepared.births)
}

/// The household without women whose husband the registers know by name only: such a mother has to type his number, and
/// nobody here knows it.
fn possible_mothers(household: &Household) -> Household {
    let prefilled = |person: &&Person| {
        person.sex == Sex::Male || person.spouse.as_ref().is_none_or(|husband| husband.subject.is_some())
    };
    Household { members: household.members.iter().filter(prefilled).cloned().collect(), ..household.clone() }
}

/// Whole or not at all: a run that is killed while it fills the registers leaves no file, and the next one says so by
/// failing on people that are there twice.
fn write(file: &Path, prepared: &Prepared) -> Result<()> {
    let draft = file.with_extension("draft");
    let mut out = std::fs::File::create(&draft)?;
    out.write_all(&serde_json::to_vec(prepared)?)?;
    out.sync_all()?;
    std::fs::rename(&draft, file)?;
    Ok(())
}
