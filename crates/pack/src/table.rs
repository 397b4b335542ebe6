//! CSV tables of a pack. The first line that is no comment (`#`) names the columns.

use crate::Report;
use crate::report::At;
use serde::de::DeserializeOwned;
use std::collections::HashMap;
use std::ops::Deref;
use std::sync::Arc;

/// A table with the line of each row.
#[derive(Clone, Debug)]
pub struct Table {
    /// File, relative to the pack's folder.
    pub path: String,
    /// The names of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One row.
#[derive(Clone, Debug)]
pub struct Row {
    /// Line in the file, from 1.
    pub line: usize,
    columns: Arc<HashMap<String, usize>>,
    cells: csv::StringRecord,
}

impl Row {
    /// The text in a column; empty where there is no such column.
    #[must_use]
    pub fn get(&self, column: &str) -> &str {
        self.columns.get(column).and_then(|i| self.cells.get(*i)).unwrap_or("")
    }
}

/// Something read from a row, with the place it came from.
#[derive(Clone, Debug)]
pub struct Placed<T> {
    /// Line in the file, from 1.
    pub line: usize,
    /// What was read.
    pub item: T,
}

impl<T> Deref for Placed<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.item
    }
}

impl Table {
    pub(crate) fn read(path: &str, text: &str, report: &mut Report) -> Self {
        let mut reader =
            csv::ReaderBuilder::new().comment(Some(b'#')).trim(csv::Trim::All).from_reader(text.as_bytes());
        let mut table = Self { path: path.to_owned(), columns: Vec::new(), rows: Vec::new() };
        match reader.headers() {
            Ok(names) => table.columns = names.iter().map(str::to_owned).collect(),
            Err(error) => table.fault(&error, text, report),
        }
        let columns: HashMap<_, _> = table.columns.iter().cloned().zip(0..).collect();
        if columns.len() < table.columns.len() {
            report.add_line(path, 1, "PAC0021", "two columns have the same name");
        }
        let columns = Arc::new(columns);
        for record in reader.records() {
            match record {
                Ok(cells) => {
                    let line = cells.position().map_or(1, |position| line_of(text, position));
                    table.rows.push(Row { line, columns: Arc::clone(&columns), cells });
                }
                Err(error) => table.fault(&error, text, report),
            }
        }
        table
    }

    fn fault(&self, error: &csv::Error, text: &str, report: &mut Report) {
        let line = error.position().map_or(1, |position| line_of(text, position));
        let message = match error.kind() {
            csv::ErrorKind::UnequalLengths { expected_len, len, .. } => {
                format!("{len} columns where the table has {expected_len}")
            }
            _ => error.to_string(),
        };
        report.add_line(&self.path, line, "PAC0021", message);
    }

    /// The place of a line.
    #[must_use]
    pub fn at(&self, line: usize) -> At {
        At { file: self.path.clone(), line }
    }

    /// Something is wrong in a line.
    pub fn add(&self, line: usize, code: &'static str, message: impl Into<String>, report: &mut Report) {
        report.add_line(&self.path, line, code, message);
    }

    /// Whether the table has exactly these columns, in any order; what is missing or unknown is reported.
    pub fn expect_columns(&self, expected: &[&str], report: &mut Report) -> bool {
        let missing = expected.iter().filter(|name| !self.columns.iter().any(|c| c == *name));
        let unknown = self.columns.iter().filter(|name| !expected.contains(&name.as_str()));
        let mut faults: Vec<_> = missing.map(|name| format!("the column `{name}` is missing")).collect();
        faults.extend(unknown.map(|name| format!("the column `{name}` is unknown")));
        let line = self.rows.first().map_or(1, |row| row.line.saturating_sub(1).max(1));
        for fault in &faults {
            report.add_line(&self.path, line, "PAC0021", fault.as_str());
        }
        faults.is_empty()
    }

    /// Every row as a `T`; a row that does not fit is reported and left out.
    pub fn parse<T: DeserializeOwned>(&self, report: &mut Report) -> Vec<Placed<T>> {
        let names = csv::StringRecord::from(self.columns.clone());
        let mut items = Vec::with_capacity(self.rows.len());
        for row in &self.rows {
            match row.cells.deserialize(Some(&names)) {
                Ok(item) => items.push(Placed { line: row.line, item }),
                Err(error) => {
                    let message = match error.kind() {
                        csv::ErrorKind::Deserialize { err, .. } => match err.field() {
                            Some(i) if (i as usize) < self.columns.len() => {
                                format!("column `{}`: {}", self.columns[i as usize], err.kind())
                            }
                            _ => err.kind().to_string(),
                        },
                        _ => error.to_string(),
                    };
                    report.add_line(&self.path, row.line, "PAC0022", message);
                }
            }
        }
        items
    }
}

/// The line where the row at `position` really begins: the reader counts from before the comments and empty lines.
fn line_of(text: &str, position: &csv::Position) -> usize {
    let line = usize::try_from(position.line()).unwrap_or(1);
    let rest = usize::try_from(position.byte()).ok().and_then(|start| text.get(start..)).unwrap_or("");
    line + rest.lines().take_while(|line| line.is_empty() || line.starts_with('#')).count()
}

#[cfg(test)]
mod tests {
    use super::Table;
    use crate::Report;
    use serde::Deserialize;

    #[derive(Deserialize, Debug)]
    struct Unit {
        code: String,
        people: u32,
        #[serde(default, with = "crate::date::option")]
        from: Option<time::Date>,
    }

    #[test]
    fn rows_keep_their_lines_and_zeros() {
        let mut report = Report::new();
        let text = "# source: made up\ncode,people,from\n00004,5,2025-07-01\n\n# between\n\"00008\",6,\n00025,x,\n1,2\n3,4,2025-13-01\n";
        let table = Table::read("u.csv", text, &mut report);
        assert!(table.expect_columns(&["code", "people", "from"], &mut report));
        let units = table.parse::<Unit>(&mut report);
        let read: Vec<_> = units.iter().map(|u| (u.line, u.code.as_str(), u.people, u.from.is_some())).collect();
        assert_eq!(read, [(3, "00004", 5, true), (6, "00008", 6, false)]);
        let found: Vec<_> = report.problems().iter().map(|f| (f.line, f.code)).collect();
        assert_eq!(found, [(7, "PAC0022"), (8, "PAC0021"), (9, "PAC0022")], "{report}");
        assert_eq!(table.rows[0].get("code"), "00004");
        assert!(!table.expect_columns(&["code", "people", "until"], &mut report));
    }
}
