//! Register and messy files: made once, read into batches.

use super::CleanBenchArgs;
use crate::synth::corrupt::{Corruption, Corruptor, Layout, Level, truth_path};
use crate::synth::{self, AS_OF, Population};
use anyhow::{Context, Result, bail};
use matching::value::place::Places;
use matching::{Batch, Schema, columns, source};
use pack::units::Units;
use pack::{Pack, Report};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Changes when the same seed no longer gives the same files, so that old ones are not taken.
const FILES_VERSION: u32 = 1;
/// Shares of every file.
const ABSENT: f64 = 0.1;
const DUPLICATES: f64 = 0.03;

/// Rows in a batch.
const BATCH_ROWS: usize = 8_192;

/// What there is.
pub(super) struct Made {
    pub(super) register: PathBuf,
    /// In the order of the levels asked for.
    pub(super) files: Vec<PathBuf>,
}

/// Makes what is not there.
pub(super) fn make(args: &CleanBenchArgs, levels: &[Level]) -> Result<Made> {
    let name = format!("v{FILES_VERSION}-{}-{}", args.seed, args.people);
    let register = args.data.join(format!("register-{name}.parquet"));
    let file = |level: &Level| args.data.join(format!("file-{name}-{}-{}.csv", args.rows, level.as_str()));
    let made = Made { files: levels.iter().map(file).collect(), register };
    let wanted: Vec<_> = levels.iter().zip(&made.files).filter(|(_, file)| !file.exists()).collect();
    if made.register.exists() && wanted.is_empty() {
        return Ok(made);
    }
    let world = synth::world(None, AS_OF)?;
    let mut corruptors = Vec::new();
    for (level, file) in wanted {
        let what =
            Corruption { seed: args.seed, rows: args.rows, level: *level, absent: ABSENT, duplicates: DUPLICATES };
        corruptors.push((Corruptor::new(&world, what)?, file));
    }
    // What is half made has another name.
    let unfinished = |path: &Path| path.with_extension("unfinished");
    let mut sink = synth::Sink::create(&unfinished(&made.register), synth::Format::Parquet)?;
    for household in Population::new(&world, args.seed, args.people) {
        sink.write(&household)?;
        for (corruptor, _) in &mut corruptors {
            corruptor.look_at(&household);
        }
    }
    sink.close()?;
    fs::rename(unfinished(&made.register), &made.register).context("keep the register")?;
    for (corruptor, file) in corruptors {
        let path = unfinished(file);
        corruptor.write(&path, Layout::Fields)?;
        fs::rename(truth_path(&path), truth_path(file)).context("keep the truth")?;
        fs::rename(&path, file).context("keep the file")?;
    }
    Ok(made)
}

/// The units of the country.
pub(super) fn places() -> Result<Arc<Places>> {
    let pack = Pack::embedded("vn").context("read the pack of Vietnam")?;
    let mut problems = Report::new();
    let units = Units::read(&pack, &mut problems);
    if !problems.is_clean() {
        bail!("the pack's units cannot be read:\n{problems}");
    }
    Ok(Arc::new(Places::read(&units)))
}

/// Reads a register or a messy file as `sen clean` does, its columns recognised by their headers, and calls `take` with
/// some thousand rows at a time.
pub(super) fn read(path: &Path, mut take: impl FnMut(&Batch)) -> Result<()> {
    let schema = Schema::people();
    let table = source::open(path, &source::Options::default())?;
    let mapping = columns::recognise(table.headers(), table.sample(), &schema).mapping;
    if let Some(field) = schema.fields.iter().find(|field| mapping.columns.iter().all(|(of, _)| *of != field.name)) {
        bail!("{}: no column was recognised as {}", path.display(), field.name);
    }
    let mut rows = table.rows(&mapping, &schema)?;
    let mut batch = Batch::new(schema.fields.len());
    loop {
        batch.clear();
        let more = rows.next(&mut batch, BATCH_ROWS)?;
        take(&batch);
        if !more {
            break;
        }
    }
    match rows.refused().len() {
        0 => Ok(()),
        refused => bail!("{}: {refused} rows could not be read", path.display()),
    }
}

/// The truth about a row.
#[derive(serde::Deserialize)]
pub(super) struct Truth {
    pub(super) row: u64,
    /// Empty: not in the register.
    pub(super) personal_number: String,
    pub(super) duplicate_of: Option<u64>,
    pub(super) kinds: String,
}

/// The truth about every row, in their order.
pub(super) fn read_truth(file: &Path) -> Result<Vec<Truth>> {
    let path = truth_path(file);
    let mut reader = csv::Reader::from_path(&path).with_context(|| format!("open {}", path.display()))?;
    Ok(reader.deserialize().collect::<Result<_, _>>()?)
}
