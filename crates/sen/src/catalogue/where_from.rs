//! Where a command has its pack and its database from.

use crate::country::Country;
use anyhow::{Context, Result, anyhow};
use catalogue::{Entry, Rules, Shelf, Snapshot, Version, read};
use kernel::{BodyId, Ctx, Problem};
use std::path::Path;
use std::sync::Arc;
use time::Date;
use web::{Language, Texts};

/// A pack with what it says of the catalogue.
pub(super) struct Packs {
    pub(super) country: Country,
    pub(super) rules: Arc<Rules>,
}

pub(super) fn packs(folder: Option<&Path>) -> Result<Packs> {
    let country = Country::open(folder)?;
    let rules = Arc::clone(&country.rules);
    Ok(Packs { country, rules })
}

impl Packs {
    /// The catalogue on a day, of what was imported.
    pub(super) fn shelf(&self, snapshot: Snapshot, on: Date) -> Shelf {
        let packed = super::packed(&self.country.setting.catalogue, on);
        Shelf::new(snapshot, Arc::clone(&self.rules), packed, on)
    }
}

pub(super) fn ctx() -> Ctx {
    Ctx::system(BodyId::from(procedure::PORTAL))
}

/// A file's bytes, and what was read of them.
pub(super) fn file(path: &Path, rules: &Rules) -> Result<(Vec<u8>, read::Reading)> {
    let named = || path.display().to_string();
    let length = std::fs::metadata(path).with_context(named)?.len();
    if length > read::FILE_BYTES_MAX {
        return Err(failure(catalogue::Error::TooLarge(read::FILE_BYTES_MAX))).with_context(named);
    }
    let bytes = std::fs::read(path).with_context(named)?;
    let reading = read::read(&bytes, &rules.vocabulary).map_err(failure).with_context(named)?;
    Ok((bytes, reading))
}

/// Entries of a file that is not imported.
pub(super) fn as_snapshot(entries: Vec<Entry>, on: Date) -> Snapshot {
    let mut snapshot = Snapshot::default();
    for entry in entries {
        snapshot.add(entry.code.clone(), Version { as_of: on, ended: false, entry });
    }
    snapshot
}

/// The failure in the operator's language, with its code and cause.
pub(super) fn failure(error: catalogue::Error) -> anyhow::Error {
    let cause = error.to_string();
    let problem = Problem::from(error);
    let Ok(texts) = Texts::new(&[kernel::MESSAGES, store::MESSAGES, catalogue::MESSAGES]) else {
        return anyhow!(cause);
    };
    let args: Vec<_> = problem.args.into_iter().collect();
    anyhow!("{} ({cause})", texts.say(Language::Vi, &problem.code.to_lowercase(), &args))
}
