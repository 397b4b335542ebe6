//! `result.csv` (for spreadsheets) and `pairs.csv`.

use super::error::writing;
use super::folder::create_private;
use super::{Error, Results, agreement_id, number_for, status_id};
use crate::Decision;
use std::borrow::Cow;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// Excel takes a file for UTF-8 only when it begins so.
const BOM: &[u8] = "\u{feff}".as_bytes();
/// A cell that begins with one of these is a formula to a spreadsheet (OWASP, CSV injection).
const FORMULA: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// `done` is called after so many rows.
pub(super) const STEP: usize = 8_192;

/// Writes `result.csv`: UTF-8 with byte-order mark, commas, one line a row. `done` is told how many more rows are
/// written.
///
/// # Errors
/// When the file cannot be written.
pub fn write_csv(path: &Path, results: &Results<'_>, done: &dyn Fn(usize)) -> Result<(), Error> {
    let mut writer = open(path)?;
    write(&mut writer, results, done).map_err(writing(path))?;
    writer.flush().map_err(writing(path))
}

fn write(writer: &mut csv::Writer<BufWriter<File>>, results: &Results<'_>, done: &dyn Fn(usize)) -> csv::Result<()> {
    writer.write_record(header(results.schema))?;
    let mut reason = String::new();
    for chunk in results.decisions.chunks(STEP) {
        for decision in chunk {
            reason.clear();
            results.words.reason(decision, &mut reason);
            write_row(writer, results, decision, &reason)?;
        }
        done(chunk.len());
    }
    Ok(())
}

fn write_row(
    writer: &mut csv::Writer<BufWriter<File>>,
    results: &Results<'_>,
    decision: &Decision,
    reason: &str,
) -> csv::Result<()> {
    let number = number_for(decision, results.number_of).unwrap_or_default();
    writer.write_field(decision.row.to_string())?;
    writer.write_field(status_id(decision.status))?;
    writer.write_field(guarded(&number).as_bytes())?;
    writer.write_field(probability_text(decision.probability))?;
    writer.write_field(format!("{:.2}", decision.weight))?;
    let fields = &results.schema.fields;
    for (at, _) in fields.iter().enumerate() {
        writer.write_field(agreement_id(results.words.agrees(at, decision.levels[at])))?;
    }
    for (field, level) in fields.iter().zip(decision.levels) {
        let level = field.kind.levels().get(usize::from(level));
        writer.write_field(level.map_or("missing", |level| level.id))?;
    }
    writer.write_field(guarded(reason).as_bytes())?;
    writer.write_field(if decision.duplicate_of == 0 { String::new() } else { decision.duplicate_of.to_string() })?;
    writer.write_record(None::<&[u8]>)
}

/// The columns of the result, in order.
pub(super) fn header(schema: &crate::Schema) -> Vec<String> {
    let names = |ending: &'static str| schema.fields.iter().map(move |field| format!("{}_{ending}", field.name));
    let plain = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let mut columns = plain(&["row", "status", "personal_number", "probability", "weight"]);
    columns.extend(names("agreement"));
    columns.extend(names("level"));
    columns.extend(plain(&["reason", "duplicate_of"]));
    columns
}

/// A probability as people read it, never rounded up to certainty.
pub(crate) fn probability_text(probability: f32) -> String {
    let text = format!("{probability:.6}");
    if text == "1.000000" && probability < 1.0 { "0.999999".to_owned() } else { text }
}

/// Text that no spreadsheet takes for a formula.
#[must_use]
pub fn guarded(text: &str) -> Cow<'_, str> {
    if text.starts_with(FORMULA) { Cow::Owned(format!("'{text}")) } else { Cow::Borrowed(text) }
}

/// Begins a CSV file that Excel opens and only its owner can read.
pub(super) fn open(path: &Path) -> Result<csv::Writer<BufWriter<File>>, Error> {
    let mut file = BufWriter::with_capacity(1 << 18, create_private(path).map_err(writing(path))?);
    file.write_all(BOM).map_err(writing(path))?;
    Ok(csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(file))
}

/// Writes `pairs.csv`: rows of the file that may be the same person, and how probably.
///
/// # Errors
/// When the file cannot be written.
pub fn write_pairs(path: &Path, pairs: &[(u64, u64, f32)]) -> Result<(), Error> {
    let mut writer = open(path)?;
    let write = |writer: &mut csv::Writer<BufWriter<File>>| -> csv::Result<()> {
        writer.write_record(["row", "other", "probability"])?;
        for (row, other, probability) in pairs {
            writer.write_record([row.to_string(), other.to_string(), probability_text(*probability)])?;
        }
        Ok(())
    };
    write(&mut writer).map_err(writing(path))?;
    writer.flush().map_err(writing(path))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::tests::{fixture, results};

    #[test]
    fn a_row_a_line_with_the_reason_and_a_number_only_where_it_is_certain() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("result.csv");
        let fixture = fixture();
        results(&fixture, |results| write_csv(&path, results, &|_| {}).unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.starts_with("\u{feff}row,status,personal_number,probability,weight,personal_number_agreement,"));
        let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        let rows: Vec<_> = reader.records().map(Result::unwrap).collect();
        let cells =
            |row: usize, columns: &[usize]| columns.iter().map(|c| rows[row][*c].to_owned()).collect::<Vec<_>>();
        assert_eq!(cells(0, &[0, 1, 2, 3, 24]), ["1", "match", "001090000001", "0.999999", ""]);
        assert_eq!(cells(1, &[0, 1, 2, 3, 24]), ["2", "review", "", "0.500000", ""]);
        assert_eq!(cells(2, &[0, 1, 2, 3, 24]), ["3", "none", "", "0.000100", ""]);
        assert_eq!(cells(3, &[0, 1, 2, 3, 24]), ["4", "duplicate", "001090000001", "0.999999", "1"]);
        assert_eq!(cells(0, &[5, 6, 7, 9]), ["same", "similar", "differs", "missing"]);
        assert_eq!(cells(0, &[14, 15, 16, 18]), ["same", "unmarked", "differs", "missing"]);
        assert!(rows[3][23].starts_with("Trùng với dòng 1. "));
    }

    #[test]
    fn no_cell_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1"] {
            assert_eq!(guarded(text), format!("'{text}"));
        }
        assert_eq!(guarded("001 = 1"), "001 = 1");
    }
}
