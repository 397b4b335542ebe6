//! `unreadable.csv`: rows that could not be read.

use super::Error;
use super::csv_file::{guarded, open};
use super::error::writing;
use std::path::Path;

/// A row that could not be read: its number, its line in the file (0 where files of its kind have none), the code of
/// the reason and the reason in words.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UnreadableRow {
    /// Its number in the file.
    pub row: u64,
    /// Its line.
    pub line: u64,
    /// Such as `MAT0110`.
    pub code: String,
    /// In the reader's language.
    pub reason: String,
}

/// Writes `unreadable.csv`, with its header even where every row was read.
///
/// # Errors
/// When the file cannot be written.
pub fn write_unreadable(path: &Path, rows: &[UnreadableRow]) -> Result<(), Error> {
    let mut writer = open(path)?;
    writer.write_record(["row", "line", "code", "reason"]).map_err(writing(path))?;
    for row in rows {
        let line = if row.line == 0 { String::new() } else { row.line.to_string() };
        let cells = [&row.row.to_string(), &line, &row.code, guarded(&row.reason).as_ref()].map(str::to_owned);
        writer.write_record(cells).map_err(writing(path))?;
    }
    writer.flush().map_err(writing(path))
}
