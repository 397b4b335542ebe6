//! Register and messy files: made once, read into batches.

use super::CleanBenchArgs;
use crate::synth::corrupt::{Corruption, Corruptor, Layout, Level, truth_path};
use crate::synth::{self, AS_OF, Population};
use anyhow::{Context, Result, bail};
use matching::value::place::Places;
use matching::{Batch, Schema};
use pack::units::Units;
use pack::{Pack, Report};
use std::fs::{self, File};
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

/// Calls `take` with the register, some thousand people at a time.
pub(super) fn read_register(path: &Path, mut take: impl FnMut(&Batch)) -> Result<()> {
    let schema = Schema::people();
    let file = File::open(path).with_context(|| format!("open {}", path.display()))?;
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file)?.build()?;
    let mut batch = Batch::new(schema.fields.len());
    let mut row = 0;
    for part in reader {
        let part = part?;
        let mut columns = Vec::new();
        for field in &schema.fields {
            let column = part.column_by_name(&field.name).with_context(|| format!("no column {}", field.name))?;
            let column = column.as_any().downcast_ref::<arrow::array::StringArray>().context("a column of text")?;
            columns.push(column);
        }
        batch.clear();
        for at in 0..part.num_rows() {
            row += 1;
            // What is null has no bytes either.
            let cells = columns.iter().map(|column| column.value(at));
            batch.push(row, cells);
        }
        take(&batch);
    }
    Ok(())
}

/// A messy file: its rows in the order of the register's columns.
pub(super) fn read_file(path: &Path) -> Result<Vec<Batch>> {
    /// Where each field of the register stands in [`Layout::Fields`].
    const COLUMNS: [usize; 9] = [4, 1, 2, 3, 5, 6, 7, 8, 9];
    let mut reader = csv::Reader::from_path(path).with_context(|| format!("open {}", path.display()))?;
    let mut batches = Vec::new();
    let mut batch = Batch::new(COLUMNS.len());
    for (row, record) in (1..).zip(reader.records()) {
        let record = record?;
        batch.push(row, COLUMNS.map(|column| record.get(column).unwrap_or_default()));
        if batch.len() == BATCH_ROWS {
            batches.push(std::mem::replace(&mut batch, Batch::new(COLUMNS.len())));
        }
    }
    batches.push(batch);
    Ok(batches)
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
