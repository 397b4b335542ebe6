//! Files of lines: CSV with named columns, whose faults are told with line and column.

use crate::Error;
use csv::StringRecord;
use serde::Serialize;

/// Most faults that are told; of more only the count.
pub const FAULTS_MAX: usize = 200;
/// Most characters of a cell that are repeated.
const TEXT_MAX: usize = 200;

/// Why a line was not taken.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Fault {
    /// Line of the file, from 1.
    pub line: u64,
    /// The column.
    pub column: &'static str,
    /// What stands there.
    pub text: String,
    /// `unreadable`, `unknown`, `repeated` (said otherwise by an earlier line), `foreign` (not the sender's to say),
    /// `over` (the sum would not hold).
    pub why: &'static str,
}

/// What is wrong with a line: the column and why.
pub(crate) type Wrong = (&'static str, &'static str);

/// A file that is read line by line.
pub(crate) struct File<'f> {
    reader: csv::Reader<&'f [u8]>,
    heads: StringRecord,
}

/// One line.
pub(crate) struct Line<'l> {
    heads: &'l StringRecord,
    record: StringRecord,
    pub(crate) number: u64,
}

impl<'f> File<'f> {
    /// # Errors
    /// [`Error::Unreadable`] when it is no CSV or a needed column is missing.
    pub(crate) fn open(csv: &'f [u8], needed: &[&str]) -> Result<Self, Error> {
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_reader(csv);
        let heads = reader.headers().map_err(unreadable)?.clone();
        let file = Self { reader, heads };
        match needed.iter().find(|name| place(&file.heads, name).is_none()) {
            Some(missing) => Err(Error::Unreadable(format!("the column `{missing}` is missing"))),
            None => Ok(file),
        }
    }

    /// The next line; None at the end.
    ///
    /// # Errors
    /// [`Error::Unreadable`]
    pub(crate) fn next(&mut self) -> Result<Option<Line<'_>>, Error> {
        let mut record = StringRecord::new();
        if !self.reader.read_record(&mut record).map_err(unreadable)? {
            return Ok(None);
        }
        let number = record.position().map_or(0, csv::Position::line);
        Ok(Some(Line { heads: &self.heads, record, number }))
    }
}

impl Line<'_> {
    /// The cell of a column; empty where the line ends before it.
    pub(crate) fn cell(&self, name: &str) -> &str {
        place(self.heads, name).and_then(|i| self.record.get(i)).unwrap_or("")
    }

    pub(crate) fn fault(&self, (column, why): Wrong) -> Fault {
        Fault { line: self.number, column, text: self.cell(column).chars().take(TEXT_MAX).collect(), why }
    }
}

// The reader's own words quote nothing of the file but its shape.
fn unreadable(error: csv::Error) -> Error {
    Error::Unreadable(error.to_string())
}

fn place(heads: &StringRecord, name: &str) -> Option<usize> {
    heads.iter().position(|head| head.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(name))
}
