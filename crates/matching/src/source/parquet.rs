//! Parquet: every plain column as text.

use super::assemble::{Assembler, clean};
use super::head::HEADER_ROWS_MAX;
use super::{
    About, BATCH_BYTES_MAX, COLUMNS_MAX, Fault, Format, Progress, SAMPLE_ROWS_MAX, Table, Tally, open_file, shown,
};
use crate::mapping::Part;
use crate::{Batch, Error};
use arrow::array::{Array, ArrayRef, AsArray, RecordBatch, StringArray, StringBuilder};
use arrow::compute::{CastOptions, cast_with_options};
use arrow::datatypes::{DataType, Float16Type, Float32Type, Float64Type};
use arrow::util::display::FormatOptions;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

/// Rows that are read at once.
const READ_ROWS: usize = 8_192;
/// How dates and times are written.
const DAY: &str = "%Y-%m-%d";
const INSTANT: &str = "%Y-%m-%dT%H:%M:%S";

/// How a file is read.
pub(super) struct Plan {
    /// Which root column of the file each column of the table is.
    roots: Vec<usize>,
    rows: u64,
}

pub(super) fn open(path: &Path) -> Result<Table, Error> {
    let builder = builder(path)?;
    let schema = builder.schema().clone();
    let kept: Vec<usize> = (0..schema.fields().len()).filter(|&at| !schema.field(at).data_type().is_nested()).collect();
    if kept.len() > COLUMNS_MAX {
        return Err(Fault::TooManyColumns { path: shown(path), max: COLUMNS_MAX }.into());
    }
    let names: Vec<String> = kept.iter().map(|&at| schema.field(at).name().clone()).collect();
    let headers = super::head::unique(&names, names.len());
    let rows = u64::try_from(builder.metadata().file_metadata().num_rows()).unwrap_or(0);
    if rows == 0 || headers.is_empty() {
        return Err(Fault::HeaderOnly { path: shown(path) }.into());
    }
    let plan = Plan { roots: kept, rows };
    let parts = (0..headers.len()).map(|at| Part { columns: vec![at], joint: " " }).collect();
    let mut batch = Batch::new(headers.len());
    let failed = |why| Error::from(Fault::Parquet { path: shown(path), why });
    plan.rows(path, parts)?
        .next(&mut batch, SAMPLE_ROWS_MAX + HEADER_ROWS_MAX, &mut Tally::default())
        .map_err(failed)?;
    let sample = (0..batch.len().min(SAMPLE_ROWS_MAX))
        .map(|row| batch.cells(row).map(|cell| clean(cell).to_owned()).collect())
        .collect();
    let about = About {
        format: Format::Parquet,
        encoding: None,
        delimiter: None,
        sheet: None,
        other_sheets: Vec::new(),
        header_line: None,
        rows: Some(rows),
    };
    Ok(Table { path: path.to_owned(), about, headers, sample, plan: super::Plan::Parquet(plan) })
}

fn builder(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<std::fs::File>, Error> {
    let file = open_file(path)?;
    let failed = |why| Error::from(Fault::Parquet { path: shown(path), why });
    guarded(|| {
        let metadata = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new()).map_err(told)?;
        Ok(ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata))
    })
    .map_err(failed)
}

/// Foreign bytes must not end the program, whatever the reader of the format makes of them.
fn guarded<T>(read: impl FnOnce() -> Result<T, String>) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| Err("damaged".to_owned()))
}

/// What the reader says, without anything that may come from the rows.
fn told(error: parquet::errors::ParquetError) -> String {
    use parquet::errors::ParquetError;
    match error {
        ParquetError::EOF(_) => "it ends too early".to_owned(),
        ParquetError::NYI(what) => format!("not supported: {what}"),
        ParquetError::General(what) if what.starts_with("Disabled feature") => format!("not supported: {what}"),
        _ => "damaged".to_owned(),
    }
}

impl Plan {
    pub(super) fn rows(&self, path: &Path, parts: Vec<Part>) -> Result<ParquetRows, Error> {
        let builder = builder(path)?;
        let assembler = Assembler::new(parts);
        let mut place = vec![None; self.roots.len()];
        let mut roots = Vec::new();
        for (read, column) in assembler.columns().into_iter().enumerate() {
            place[column] = Some(read);
            roots.push(self.roots[column]);
        }
        let mask = ProjectionMask::roots(builder.parquet_schema(), roots);
        let failed = |why| Error::from(Fault::Parquet { path: shown(path), why });
        let reader = guarded(|| builder.with_projection(mask).with_batch_size(READ_ROWS).build().map_err(told))
            .map_err(failed)?;
        let bytes = std::fs::metadata(path).map_err(|source| super::file_error(path, source))?.len();
        Ok(ParquetRows { reader, assembler, place, held: None, rows: self.rows, done: 0, bytes })
    }
}

/// The rows of a Parquet file.
pub(super) struct ParquetRows {
    reader: ParquetRecordBatchReader,
    assembler: Assembler,
    /// Where a column of the table stands among those that are read.
    place: Vec<Option<usize>>,
    /// Columns as text, and the next row in them.
    held: Option<(Vec<StringArray>, usize)>,
    rows: u64,
    done: u64,
    bytes: u64,
}

impl ParquetRows {
    pub(super) fn next(&mut self, batch: &mut Batch, max_rows: usize, tally: &mut Tally) -> Result<(), String> {
        while batch.len() < max_rows && batch.text_bytes() < BATCH_BYTES_MAX {
            let Some((columns, next)) = &mut self.held else {
                let reader = &mut self.reader;
                let read = guarded(|| {
                    reader.next().transpose().map_err(|error| {
                        // The reader wraps what it says once more; what failed is all that is told.
                        if error.to_string().contains("Disabled feature") {
                            "not supported: its compression"
                        } else {
                            "damaged"
                        }
                        .to_owned()
                    })
                })?;
                let Some(read) = read else { break };
                self.held = Some((guarded(|| texts(&read))?, 0));
                continue;
            };
            let count = columns.first().map_or(0, Array::len);
            let until = count.min(*next + (max_rows - batch.len()));
            while *next < until && batch.text_bytes() < BATCH_BYTES_MAX {
                let at = *next;
                let place = &self.place;
                self.assembler.push(batch, tally.read(), |column| {
                    let read = place.get(column).copied().flatten().and_then(|read| columns.get(read));
                    read.map_or("", |texts| if texts.is_null(at) { "" } else { texts.value(at) })
                });
                *next += 1;
                self.done += 1;
            }
            if *next == count {
                self.held = None;
            }
        }
        Ok(())
    }

    pub(super) fn progress(&self) -> Progress {
        let share = self.done as f64 / self.rows.max(1) as f64;
        Progress { bytes_read: (self.bytes as f64 * share) as u64, bytes_total: self.bytes }
    }
}

/// The columns as text.
fn texts(read: &RecordBatch) -> Result<Vec<StringArray>, String> {
    read.columns().iter().map(text).collect()
}

fn text(column: &ArrayRef) -> Result<StringArray, String> {
    match column.data_type() {
        DataType::Utf8 => Ok(column.as_string::<i32>().clone()),
        // Numbers that a spreadsheet or pandas made of identity papers: whole ones without a point.
        DataType::Float64 => Ok(numbers(column.as_primitive::<Float64Type>().iter())),
        DataType::Float32 => Ok(numbers(column.as_primitive::<Float32Type>().iter().map(|n| n.map(f64::from)))),
        DataType::Float16 => Ok(numbers(column.as_primitive::<Float16Type>().iter().map(|n| n.map(f64::from)))),
        DataType::Timestamp(_, Some(_)) => {
            // The wall clock of the zone is what was written; a zone by name is not known here.
            let plain = DataType::Timestamp(arrow::datatypes::TimeUnit::Second, None);
            let plain = cast(column, &plain)?;
            text(&plain)
        }
        _ => Ok(cast(column, &DataType::Utf8)?.as_string::<i32>().clone()),
    }
}

fn cast(column: &ArrayRef, to: &DataType) -> Result<ArrayRef, String> {
    let format = FormatOptions::new().with_date_format(Some(DAY)).with_timestamp_format(Some(INSTANT));
    let options = CastOptions { safe: true, format_options: format };
    cast_with_options(column, to, &options).map_err(|_| format!("a column of the type {}", column.data_type()))
}

fn numbers(values: impl Iterator<Item = Option<f64>>) -> StringArray {
    let mut texts = StringBuilder::new();
    for value in values {
        texts.append_option(value.filter(|number| number.is_finite()).map(number_text));
    }
    texts.finish()
}

/// A number as a person would write it: `123456789012`, `12.5`.
pub(super) fn number_text(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < 1e18 { format!("{number:.0}") } else { format!("{number}") }
}
