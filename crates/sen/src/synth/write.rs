//! Made-up people into a file: CSV or Parquet, one row each.

use super::model::{Household, Kin, Person};
use super::notice::BirthNotice;
use anyhow::Context;
use arrow::array::{ArrayRef, RecordBatch, StringBuilder};
use arrow::datatypes::{DataType, Field, Schema};
use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

/// The columns, in order. Absent values are empty (CSV) or null (Parquet).
pub(super) const COLUMNS: [&str; 18] = [
    "personal_number",
    "full_name",
    "birth_date",
    "sex",
    "old_id",
    "commune_code",
    "province_code",
    "father_name",
    "mother_name",
    "household",
    "relation",
    "father_number",
    "mother_number",
    "spouse_number",
    "marital_status",
    "ethnicity",
    "birth_commune",
    "address",
];

/// Rows that are written at once.
const BATCH_ROWS: usize = 8_192;

/// How a file is written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, clap::ValueEnum)]
pub enum Format {
    /// Comma-separated text with a line of column names.
    Csv,
    /// Apache Parquet, compressed with Snappy.
    Parquet,
}

/// Where rows go.
pub(crate) enum Sink<W: Write + Send> {
    Csv(Box<csv::Writer<BufWriter<W>>>),
    Parquet(Box<Columns<W>>),
}

/// Rows on their way into Parquet.
pub(crate) struct Columns<W: Write + Send> {
    writer: ArrowWriter<BufWriter<W>>,
    builders: Vec<StringBuilder>,
    rows: usize,
}

impl Format {
    /// By the ending of a file; CSV where it says nothing.
    pub(super) fn of(path: &Path) -> Self {
        if path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("parquet")) {
            Self::Parquet
        } else {
            Self::Csv
        }
    }
}

impl Sink<File> {
    /// Begins a file of this name.
    pub(crate) fn create(path: &Path, format: Format) -> anyhow::Result<Self> {
        Self::open(File::create(path).with_context(|| format!("create {}", path.display()))?, format)
    }
}

impl<W: Write + Send> Sink<W> {
    /// Begins a file.
    pub(super) fn open(to: W, format: Format) -> anyhow::Result<Self> {
        let to = BufWriter::with_capacity(1 << 20, to);
        match format {
            Format::Csv => {
                let mut writer = csv::Writer::from_writer(to);
                writer.write_record(COLUMNS)?;
                Ok(Self::Csv(Box::new(writer)))
            }
            Format::Parquet => {
                let options = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
                let writer = ArrowWriter::try_new(to, schema(), Some(options)).context("begin Parquet")?;
                let builders = COLUMNS.iter().map(|_| StringBuilder::new()).collect();
                Ok(Self::Parquet(Box::new(Columns { writer, builders, rows: 0 })))
            }
        }
    }

    /// Writes the members of a household.
    pub(crate) fn write(&mut self, household: &Household) -> anyhow::Result<()> {
        for person in &household.members {
            with_row(household, person, |row| match self {
                Self::Csv(writer) => Ok(writer.write_record(row.map(Option::unwrap_or_default))?),
                Self::Parquet(columns) => columns.push(row),
            })?;
        }
        Ok(())
    }

    /// Ends the file.
    pub(crate) fn close(self) -> anyhow::Result<()> {
        match self {
            Self::Csv(mut writer) => writer.flush().context("write the end of the file"),
            Self::Parquet(mut columns) => {
                columns.flush()?;
                columns.writer.close().context("write the end of the file")?;
                Ok(())
            }
        }
    }
}

impl<W: Write + Send> Columns<W> {
    fn push(&mut self, row: [Option<&str>; COLUMNS.len()]) -> anyhow::Result<()> {
        for (builder, value) in self.builders.iter_mut().zip(row) {
            builder.append_option(value);
        }
        self.rows += 1;
        if self.rows == BATCH_ROWS { self.flush() } else { Ok(()) }
    }

    fn flush(&mut self) -> anyhow::Result<()> {
        let arrays = self.builders.iter_mut().map(|builder| Arc::new(builder.finish()) as ArrayRef).collect();
        self.rows = 0;
        self.writer.write(&RecordBatch::try_new(schema(), arrays)?).context("write a batch of rows")
    }
}

/// Writes birth notices as CSV, with the columns of the register `birth-notice`.
pub(super) fn write_notices(path: &Path, notices: &[BirthNotice]) -> anyhow::Result<()> {
    let mut writer = csv::Writer::from_path(path).with_context(|| format!("create {}", path.display()))?;
    for (at, notice) in notices.iter().enumerate() {
        let body = notice.body();
        let Some(fields) = body.as_object() else { continue };
        if at == 0 {
            writer.write_record(fields.keys())?;
        }
        let text = |value: &serde_json::Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        writer.write_record(fields.values().map(text))?;
    }
    writer.flush().with_context(|| format!("write {}", path.display()))
}

fn schema() -> Arc<Schema> {
    Arc::new(Schema::new(COLUMNS.map(|name| Field::new(name, DataType::Utf8, true)).to_vec()))
}

fn with_row<T>(household: &Household, person: &Person, write: impl FnOnce([Option<&str>; COLUMNS.len()]) -> T) -> T {
    fn name(kin: Option<&Kin>) -> Option<&str> {
        kin.map(|kin| kin.name.as_str())
    }
    fn number(kin: Option<&Kin>) -> Option<&str> {
        kin.and_then(|kin| kin.number.as_ref()).map(kernel::PersonalNumber::as_str)
    }
    let birth = person.birth.text();
    write([
        Some(person.personal_number.as_str()),
        Some(person.full_name.as_str()),
        Some(&birth),
        Some(person.sex.as_str()),
        person.old_id.as_deref(),
        Some(&household.commune_code),
        Some(&household.province_code),
        name(person.father.as_ref()),
        name(person.mother.as_ref()),
        Some(&household.number),
        Some(person.relation.as_str()),
        number(person.father.as_ref()),
        number(person.mother.as_ref()),
        number(person.spouse.as_ref()),
        Some(person.marital.as_str()),
        Some(&person.ethnicity),
        Some(&person.birth_commune),
        Some(&household.address),
    ])
}
