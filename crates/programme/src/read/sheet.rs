//! Rows of spreadsheets and of separated values.

use super::rows::Row;
use crate::Error;
use crate::words::tidy;
use calamine::{Data, Reader, open_workbook_auto_from_rs};
use std::io::Cursor;

/// Most rows that are read.
const ROWS_MAX: usize = 50_000;
/// Most columns of a row.
const COLUMNS_MAX: usize = 64;
/// How many rows are searched for the directive's number and day.
const PREAMBLE_ROWS: usize = 20;

/// Whether the bytes begin like a spreadsheet (a ZIP, or an OLE file of the old Excel).
pub(super) fn is_spreadsheet(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0])
}

/// The rows of the sheet that has the most.
pub(super) fn rows_of_spreadsheet(bytes: &[u8]) -> Result<Vec<Row>, Error> {
    let unreadable = |error: calamine::Error| Error::Unreadable(error.to_string());
    let mut book = open_workbook_auto_from_rs(Cursor::new(bytes)).map_err(unreadable)?;
    let mut best: Vec<Row> = Vec::new();
    for name in book.sheet_names() {
        let range = book.worksheet_range(&name).map_err(unreadable)?;
        let first = range.start().map_or(0, |(row, _)| row as usize);
        let rows: Vec<Row> = range
            .rows()
            .take(ROWS_MAX)
            .enumerate()
            .map(|(i, cells)| Row { line: first + i + 1, cells: cells.iter().take(COLUMNS_MAX).map(cell).collect() })
            .filter(|row| row.cells.iter().any(|cell| !cell.is_empty()))
            .collect();
        if rows.len() > best.len() {
            best = rows;
        }
    }
    Ok(best)
}

fn cell(data: &Data) -> String {
    match data {
        Data::Empty | Data::Error(_) => String::new(),
        // A day typed into a spreadsheet: written as a directive writes one.
        Data::DateTime(day) => {
            let (year, month, day, ..) = day.to_ymd_hms_milli();
            format!("{day:02}/{month:02}/{year}")
        }
        other => tidy(&other.to_string()),
    }
}

/// The rows of separated values; the separator is the one the first lines have most of.
pub(super) fn rows_of_csv(text: &str) -> Result<Vec<Row>, Error> {
    let head: String = text.lines().take(10).collect::<Vec<_>>().join("\n");
    let count = |separator: char| head.matches(separator).count();
    let separator = [';', '\t', ','].into_iter().max_by_key(|separator| count(*separator)).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(u8::try_from(separator).unwrap_or(b','))
        .from_reader(text.as_bytes());
    let mut rows = Vec::new();
    for record in reader.records().take(ROWS_MAX) {
        let record = record.map_err(|error| Error::Unreadable(error.to_string()))?;
        let line = record.position().map_or(0, |position| usize::try_from(position.line()).unwrap_or(0));
        rows.push(Row { line, cells: record.iter().take(COLUMNS_MAX).map(tidy).collect() });
    }
    Ok(rows)
}

/// The first rows as text, for the head of the directive.
pub(super) fn preamble(rows: &[Row]) -> String {
    rows.iter().take(PREAMBLE_ROWS).map(|row| row.cells.join(" ")).collect::<Vec<_>>().join("\n")
}
