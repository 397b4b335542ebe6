//! The CSV shape.

use super::{Cell, Cells};
use crate::Error;

/// Rows with their line.
pub(crate) fn rows(text: &str) -> Result<Vec<(u64, Cells)>, Error> {
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let names: Vec<String> = match reader.headers() {
        Ok(names) => names.iter().map(|name| name.to_lowercase()).collect(),
        Err(error) => return Err(Error::Unreadable(error.to_string())),
    };
    for column in ["code", "name"] {
        if !names.iter().any(|name| name == column) {
            return Err(Error::NoColumn(column));
        }
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| Error::Unreadable(error.to_string()))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let mut cells: Cells =
            names.iter().cloned().zip(record.iter().map(|cell| Cell::Text(cell.to_owned()))).collect();
        if record.len() != names.len() {
            // A shifted row: no cell can be trusted.
            cells = Cells::from([("code".to_owned(), Cell::Text(record.get(0).unwrap_or("").to_owned()))]);
            cells.insert("#columns".to_owned(), Cell::Text(format!("{}/{}", record.len(), names.len())));
        }
        rows.push((line, cells));
    }
    Ok(rows)
}
