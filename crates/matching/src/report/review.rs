//! `review.jsonl`: the rows that a clerk has to look at, each with the people that it may be. Personal.

use super::error::writing;
use super::folder::create_private;
use super::words::FLAGS;
use super::{Error, agreement_id};
use crate::{Batch, Decision, Flags, Schema};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// People shown beside a row.
pub const CANDIDATES: usize = 3;

/// Somebody that a row may be. Personal: no `Debug`.
#[derive(Clone)]
pub struct Candidate {
    /// Record of the index.
    pub person: u32,
    /// Empty where the register has none.
    pub personal_number: String,
    /// The values of the register, field by field.
    pub values: Vec<String>,
    /// The level of each field.
    pub levels: Vec<u8>,
    /// How probable it is.
    pub probability: f32,
    /// The sum of the fields' weights, in bits.
    pub weight: f32,
}

/// The file under way. Rows are written as they are found; what becomes of them in the end is known later.
pub struct ReviewFile {
    path: PathBuf,
    found: PathBuf,
    writer: BufWriter<File>,
    rows: u64,
}

#[derive(Serialize)]
struct Line<'a> {
    row: u64,
    file: Cells<'a>,
    /// Ids of what is peculiar (`clean-flag-…`).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    reasons: Vec<&'static str>,
    candidates: Vec<CandidateLine<'a>>,
}

#[derive(Serialize)]
struct CandidateLine<'a> {
    personal_number: &'a str,
    person: u32,
    values: Values<'a>,
    levels: Levels<'a>,
    probability: f32,
    weight: f32,
}

/// A row's cells by field; what is absent is left out.
struct Cells<'a>(&'a Schema, &'a Batch, usize);
struct Values<'a>(&'a Schema, &'a [String]);
struct Levels<'a>(&'a Schema, &'a [u8]);

impl Serialize for Cells<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let cells = self.0.fields.iter().zip(self.1.cells(self.2)).filter(|(_, cell)| !cell.is_empty());
        serializer.collect_map(cells.map(|(field, cell)| (&field.name, cell)))
    }
}

impl Serialize for Values<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let values = self.0.fields.iter().zip(self.1).filter(|(_, value)| !value.is_empty());
        serializer.collect_map(values.map(|(field, value)| (&field.name, value)))
    }
}

impl Serialize for Levels<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (field, level) in self.0.fields.iter().zip(self.1) {
            let found = field.kind.levels().get(usize::from(*level));
            let id = found.map_or(agreement_id(crate::Agreement::Missing), |level| level.id);
            map.serialize_entry(&field.name, id)?;
        }
        map.end()
    }
}

impl ReviewFile {
    /// Begins the file.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn create(path: &Path) -> Result<Self, Error> {
        let found = path.with_extension("found");
        let writer = BufWriter::new(create_private(&found).map_err(writing(&found))?);
        Ok(Self { path: path.to_owned(), found, writer, rows: 0 })
    }

    /// Adds a row with the people that it may be, most probable first.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn push(
        &mut self,
        schema: &Schema,
        (batch, at): (&Batch, usize),
        flags: Flags,
        found: &[Candidate],
    ) -> Result<(), Error> {
        let candidates = found.iter().take(CANDIDATES).map(|candidate| CandidateLine {
            personal_number: &candidate.personal_number,
            person: candidate.person,
            values: Values(schema, &candidate.values),
            levels: Levels(schema, &candidate.levels),
            probability: candidate.probability,
            weight: candidate.weight,
        });
        let row = batch.row(at);
        let reasons = FLAGS.iter().filter(|(flag, _)| flags.has(*flag)).map(|(_, id)| *id).collect();
        let line = Line { row, file: Cells(schema, batch, at), reasons, candidates: candidates.collect() };
        self.rows += 1;
        let mut write = || -> std::io::Result<()> {
            write!(self.writer, "{row}\t")?;
            serde_json::to_writer(&mut self.writer, &line)?;
            self.writer.write_all(b"\n")
        };
        write().map_err(writing(&self.found))
    }

    /// Ends the file: keeps the rows that are still to be looked at. Tells how many.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn finish(mut self, keep: impl Fn(u64) -> bool) -> Result<u64, Error> {
        self.writer.flush().map_err(writing(&self.found))?;
        let found = BufReader::new(File::open(&self.found).map_err(writing(&self.found))?);
        let mut writer = BufWriter::new(create_private(&self.path).map_err(writing(&self.path))?);
        let mut kept = 0;
        for line in found.lines() {
            let line = line.map_err(writing(&self.found))?;
            let Some((row, text)) = line.split_once('\t') else { continue };
            if row.parse().is_ok_and(&keep) {
                kept += 1;
                writeln!(writer, "{text}").map_err(writing(&self.path))?;
            }
        }
        writer.flush().map_err(writing(&self.path))?;
        std::fs::remove_file(&self.found).map_err(writing(&self.found))?;
        Ok(kept)
    }
}

impl Candidate {
    /// The person of a decision, with the values of the register.
    #[must_use]
    pub fn of(decision: &Decision, personal_number: String, values: Vec<String>) -> Self {
        Self {
            person: decision.person,
            personal_number,
            levels: decision.levels.iter().take(values.len()).copied().collect(),
            values,
            probability: decision.probability,
            weight: decision.weight,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Status;
    use crate::report::tests::{decision, fixture};
    use serde_json::{Value, json};

    #[test]
    fn a_line_holds_both_records_and_rows_that_turned_out_as_duplicates_are_left_out() {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join("review.jsonl");
        let schema = fixture().schema;
        let mut batch = Batch::new(9);
        let mut file = ReviewFile::create(&path).unwrap();
        for row in 1..=2 {
            batch.push(row, ["", "Tran\tVan \"Tí\"", "1990"]);
            let mut values = vec![String::new(); 9];
            values[1] = "Trần Văn Tí".to_owned();
            let candidate = Candidate::of(&decision(row, Status::Review), "001090000001".to_owned(), values);
            let flags = if row == 2 { Flags::AMBIGUOUS } else { Flags::default() };
            file.push(&schema, (&batch, row as usize - 1), flags, &[candidate]).unwrap();
        }
        assert_eq!(file.finish(|row| row != 1).unwrap(), 1);
        let text = std::fs::read_to_string(&path).unwrap();
        let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0]["row"], 2);
        assert_eq!(lines[0]["file"], json!({ "full_name": "Tran\tVan \"Tí\"", "birth_date": "1990" }));
        assert_eq!(lines[0]["reasons"], json!(["ambiguous"]));
        let candidate = &lines[0]["candidates"][0];
        assert_eq!(candidate["values"], json!({ "full_name": "Trần Văn Tí" }));
        assert_eq!(candidate["levels"]["full_name"], "unmarked");
        assert_eq!(candidate["levels"]["old_id"], "missing");
        assert_eq!((&candidate["personal_number"], &candidate["probability"]), (&json!("001090000001"), &json!(0.5)));
        assert_eq!(std::fs::read_dir(home.path()).unwrap().count(), 1);
    }
}
