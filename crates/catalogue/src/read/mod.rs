//! Reads a file of the catalogue: CSV in the shape of the national database's export, or JSON with the same keys.
//!
//! A row that cannot be read is told with its line and kept out; the others are read. What is odd but readable
//! (a level or subject that nobody knows) is kept as it is written and told as a doubt.

mod csv_file;
mod json_file;
mod row;

use crate::{Entry, Error, Vocabulary};
use serde::Serialize;
use std::collections::BTreeMap;

/// Larger files are not read: the whole national catalogue is about 1 MB.
pub const FILE_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// Everything that was read.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The procedures, in the order of the file.
    pub entries: Vec<Entry>,
    /// Rows that could not be read.
    pub refused: Vec<Remark>,
    /// What was read, and is odd.
    pub doubts: Vec<Remark>,
}

/// Something about a row.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Remark {
    /// Line of a CSV file, or place in a JSON list, from 1.
    pub line: u64,
    /// The code of the procedure, as far as it can be read.
    pub code: String,
    /// Stable code of what is odd, such as `CAT0003`.
    pub what: &'static str,
    /// The value.
    pub value: String,
}

/// Reads a file.
///
/// # Errors
/// `Unreadable`, `NoColumn`, `TooLarge`.
pub fn read(bytes: &[u8], vocabulary: &Vocabulary) -> Result<Reading, Error> {
    if bytes.len() as u64 > FILE_BYTES_MAX {
        return Err(Error::TooLarge(FILE_BYTES_MAX));
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes)
        .map_err(|error| Error::Unreadable(format!("not UTF-8 after byte {}", error.valid_up_to())))?;
    let rows = match text.trim_start().bytes().next() {
        Some(b'[' | b'{') => json_file::rows(text)?,
        Some(_) => csv_file::rows(text)?,
        None => return Err(Error::Unreadable("the file is empty".to_owned())),
    };
    let mut reading = Reading::default();
    let mut lines: BTreeMap<String, u64> = BTreeMap::new();
    for (line, cells) in rows {
        let Some(entry) = row::read(line, &cells, vocabulary, &mut reading) else { continue };
        if let Some(first) = lines.get(entry.code.as_str()) {
            let same = reading.entries.contains(&entry);
            let remark = Remark { line, code: entry.code.to_string(), what: "CAT0005", value: first.to_string() };
            // The same row twice loses nothing; two that differ cannot both be right, and the first is kept.
            if same {
                reading.doubts.push(remark)
            } else {
                reading.refused.push(remark)
            }
            continue;
        }
        lines.insert(entry.code.to_string(), line);
        reading.entries.push(entry);
    }
    Ok(reading)
}

/// The cells of a row by the name of their column; lists are already divided where the file does it.
pub(crate) type Cells = BTreeMap<String, Cell>;

/// A cell.
#[derive(Clone, PartialEq, Debug)]
pub(crate) enum Cell {
    /// One text, in which a list may be written with commas or semicolons.
    Text(String),
    /// A list.
    List(Vec<String>),
}
