//! Files into rows of text: CSV and its kin in every encoding that Vietnamese offices have used, spreadsheets, Parquet.
//!
//! [`open`] looks at a file and says what it is; [`Table::rows`] reads its rows as [`Batch`]es, as often as wished.
//! What always holds: nothing is dropped silently (the rows given out and the rows refused are the rows of the file,
//! numbered from 1, blank lines not counted); memory is bounded whatever the file holds; cells of a fault or a log
//! are never quoted.

mod assemble;
mod encoding;
mod fault;
mod head;
mod inflate;
mod parquet;
mod sheet;
mod split;
mod text;
mod unpack;

pub use encoding::Encoding;
pub use fault::Fault;
pub use head::Header;
pub use split::{COLUMNS_MAX, ROW_BYTES_MAX};

use crate::{Batch, Error, Mapping, Schema};
use serde::Serialize;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Rows of a table that are looked at before it is read.
pub const SAMPLE_ROWS_MAX: usize = 200;
/// Text of one batch at which it counts as full, whatever the number of its rows.
pub(crate) const BATCH_BYTES_MAX: usize = 64 << 20;
/// Rows refused that are held until they are asked for; more are counted only.
pub const REFUSED_LISTED_MAX: usize = 100_000;

/// What is known of a file beforehand. Nothing need be.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Options {
    /// The encoding of a text file; otherwise it is detected.
    pub encoding: Option<Encoding>,
    /// The sheet of a workbook; otherwise the largest.
    pub sheet: Option<String>,
    /// The separator of a text file; otherwise it is detected.
    pub delimiter: Option<u8>,
    /// Where the names of the columns stand.
    pub header: Header,
}

/// What a file is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// Text with a separator.
    Text,
    /// A spreadsheet.
    Spreadsheet,
    /// Apache Parquet.
    Parquet,
}

/// What was found out about a file, for people to read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct About {
    /// What it is.
    pub format: Format,
    /// The encoding of a text file.
    pub encoding: Option<Encoding>,
    /// The separator of a text file.
    pub delimiter: Option<char>,
    /// The sheet of a workbook that is read.
    pub sheet: Option<String>,
    /// The other sheets of the workbook that have rows.
    pub other_sheets: Vec<String>,
    /// The line (of a sheet: the row) that holds the names of the columns; none where the first row is data.
    pub header_line: Option<u64>,
    /// How many rows there are, where the format says so.
    pub rows: Option<u64>,
}

/// A file that can be read.
pub struct Table {
    path: PathBuf,
    about: About,
    headers: Vec<String>,
    sample: Vec<Vec<String>>,
    plan: Plan,
}

enum Plan {
    Text(text::Plan),
    Sheet(sheet::Plan),
    Parquet(parquet::Plan),
}

/// Looks at the beginning of a file: format, encoding, names of the columns, a few rows.
pub fn open(path: &Path, options: &Options) -> Result<Table, Error> {
    let mut magic = Vec::with_capacity(8);
    let file = open_file(path)?;
    file.take(8).read_to_end(&mut magic).map_err(|source| file_error(path, source))?;
    match magic.as_slice() {
        [] => Err(Fault::Empty { path: shown(path) }.into()),
        [b'P', b'A', b'R', b'1', ..] => parquet::open(path),
        [b'P', b'K', 3, 4, ..] | [0xD0, 0xCF, 0x11, 0xE0, ..] => sheet::open(path, options),
        [b'%', b'P', b'D', b'F', ..] => Err(not_a_table(path, "PDF")),
        [0x1F, 0x8B, ..] => Err(not_a_table(path, "gzip")),
        _ => text::open(path, options),
    }
}

impl Table {
    /// The names of the columns, each once: a second `x` is `x (2)`, one without a name is `#5`.
    #[must_use]
    pub fn headers(&self) -> &[String] {
        &self.headers
    }

    /// The first rows, at most [`SAMPLE_ROWS_MAX`], a cell for each header. Personal.
    #[must_use]
    pub fn sample(&self) -> &[Vec<String>] {
        &self.sample
    }

    /// What was found out about the file.
    #[must_use]
    pub fn about(&self) -> &About {
        &self.about
    }

    /// What it is.
    #[must_use]
    pub fn format(&self) -> Format {
        self.about.format
    }

    /// The encoding of a text file.
    #[must_use]
    pub fn encoding(&self) -> Option<Encoding> {
        self.about.encoding
    }

    /// Which file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The rows from the first, a cell for each field of `schema`. Each call reads the file anew.
    pub fn rows(&self, mapping: &Mapping, schema: &Schema) -> Result<Rows, Error> {
        let parts = mapping.resolve(&self.headers, schema)?;
        let tally = Tally { width: schema.fields.len(), ..Tally::default() };
        let reader = match &self.plan {
            Plan::Text(plan) => Reader::Text(Box::new(plan.rows(&self.path, parts)?)),
            Plan::Sheet(plan) => Reader::Sheet(Box::new(plan.rows(parts))),
            Plan::Parquet(plan) => Reader::Parquet(Box::new(plan.rows(&self.path, parts)?)),
        };
        Ok(Rows { path: self.path.clone(), reader, tally })
    }
}

/// Rows of a file, in order.
pub struct Rows {
    path: PathBuf,
    reader: Reader,
    tally: Tally,
}

enum Reader {
    Text(Box<text::TextRows>),
    Sheet(Box<sheet::SheetRows>),
    Parquet(Box<parquet::ParquetRows>),
}

/// How far the reading is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct Progress {
    /// Bytes of the file that are behind.
    pub bytes_read: u64,
    /// Bytes of the file.
    pub bytes_total: u64,
}

/// A row that could not be read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Refused {
    /// Its number: refused rows are counted among the others.
    pub row: u64,
    /// The line of the file (of a sheet: the row) where it begins.
    pub line: u64,
    /// Why, as a code such as `MAT0111`.
    pub reason: &'static str,
}

/// What stood out while reading, for people to know of.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize)]
pub struct Notes {
    /// Rows given out.
    pub read: u64,
    /// Rows refused, listed or not.
    pub refused: u64,
    /// Rows with fewer cells than columns: what is missing is absent.
    pub short: u64,
    /// Rows that were in another encoding than the file, by the encoding that was taken for them.
    pub other_encoding: BTreeMap<&'static str, u64>,
    /// Rows with letters that no encoding explains; each stands as U+FFFD.
    pub broken: u64,
    /// Rows with NUL bytes, which were left out.
    pub with_nul: u64,
}

/// What a reader counts while it reads.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) width: usize,
    pub(crate) row: u64,
    pub(crate) refused: Vec<Refused>,
    pub(crate) notes: Notes,
}

impl Tally {
    /// A row is given out: its number.
    pub(crate) fn read(&mut self) -> u64 {
        self.row += 1;
        self.notes.read += 1;
        self.row
    }

    /// A row is refused.
    pub(crate) fn refuse(&mut self, line: u64, reason: &'static str) {
        self.row += 1;
        self.notes.refused += 1;
        if self.refused.len() < REFUSED_LISTED_MAX {
            self.refused.push(Refused { row: self.row, line, reason });
        }
    }
}

impl Rows {
    /// Fills the batch with the next rows, at most `max_rows` (fewer where their text is long). False, and an empty
    /// batch, at the end.
    pub fn next(&mut self, batch: &mut Batch, max_rows: usize) -> Result<bool, Error> {
        if batch.width() == self.tally.width {
            batch.clear();
        } else {
            *batch = Batch::new(self.tally.width);
        }
        match &mut self.reader {
            Reader::Text(reader) => {
                reader.next(batch, max_rows, &mut self.tally).map_err(|source| file_error(&self.path, source))?;
            }
            Reader::Sheet(reader) => reader.next(batch, max_rows, &mut self.tally),
            Reader::Parquet(reader) => reader
                .next(batch, max_rows, &mut self.tally)
                .map_err(|why| Fault::Parquet { path: shown(&self.path), why })?,
        }
        Ok(!batch.is_empty())
    }

    /// How far the reading is.
    #[must_use]
    pub fn progress(&self) -> Progress {
        match &self.reader {
            Reader::Text(reader) => reader.progress(),
            Reader::Sheet(reader) => reader.progress(),
            Reader::Parquet(reader) => reader.progress(),
        }
    }

    /// The rows that could not be read since the last call, at most [`REFUSED_LISTED_MAX`].
    pub fn refused(&mut self) -> Vec<Refused> {
        std::mem::take(&mut self.tally.refused)
    }

    /// What stood out so far.
    #[must_use]
    pub fn notes(&self) -> &Notes {
        &self.tally.notes
    }
}

pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

pub(crate) fn file_error(path: &Path, source: std::io::Error) -> Error {
    Error::File { path: shown(path), source }
}

pub(crate) fn open_file(path: &Path) -> Result<File, Error> {
    let file = File::open(path).map_err(|source| file_error(path, source))?;
    let metadata = file.metadata().map_err(|source| file_error(path, source))?;
    if metadata.is_dir() {
        return Err(file_error(path, std::io::ErrorKind::IsADirectory.into()));
    }
    Ok(file)
}

fn not_a_table(path: &Path, what: &'static str) -> Error {
    Fault::NotATable { path: shown(path), what }.into()
}

#[cfg(test)]
mod tests;
