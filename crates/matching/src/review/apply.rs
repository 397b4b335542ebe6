//! The decisions, written into the result of the cleaning.
//!
//! A row that was decided gets its status, number, comparison and reason from the clerk; a row without a decision, or
//! whose decision was taken back, gets again what the cleaning found. So this may be done as often as one likes, and the
//! second time changes nothing. What the cleaning said stays in the reason behind a mark of its own.

use super::weigh::{level_of, read_weights, schema_of};
use super::{Candidate, Deed, Desk, Error};
use crate::report::{Language, Words, agreement_id, guarded, probability_text};
use crate::{Agreement, Schema};
use arrow::array::{Array, ArrayRef, Float32Array, RecordBatch, StringArray, UInt64Array};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::collections::HashMap;
use std::fs::{File, OpenOptions};
use std::io::{BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

const MARK_OF_UTF8: &[u8] = "\u{feff}".as_bytes();

/// What stands in the result now.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug, serde::Serialize)]
pub struct Applied {
    /// Rows that a clerk found to be a person.
    pub matched: u64,
    /// Rows that a clerk found to be none of the candidates.
    pub not: u64,
    /// Rows that are still to be decided, the unsure ones among them.
    pub open: u64,
}

/// What becomes of a row.
struct Change {
    status: &'static str,
    personal_number: String,
    probability: f32,
    weight: f32,
    /// Field → id of the level, for fields that both have.
    levels: HashMap<String, String>,
    /// The clerk's decision, and whether it names another person than the likeliest.
    decided: Option<(Deed, bool)>,
}

impl Change {
    fn of(candidate: Option<&Candidate>, decided: Option<(Deed, bool)>) -> Self {
        let status = match decided {
            Some((Deed::Match, _)) => "match",
            Some((Deed::Not, _)) => "none",
            _ => "review",
        };
        let number = candidate.filter(|_| status == "match").map(|candidate| candidate.personal_number.clone());
        Self {
            status,
            personal_number: number.unwrap_or_default(),
            probability: candidate.map_or(0.0, |candidate| candidate.probability as f32),
            weight: candidate.map_or(0.0, |candidate| candidate.weight as f32),
            levels: candidate.map(|c| c.levels.clone().into_iter().collect()).unwrap_or_default(),
            decided,
        }
    }

    fn level(&self, field: &str) -> &str {
        self.levels.get(field).map_or("missing", String::as_str)
    }
}

/// Writes the decisions of a desk into `result.csv` and `result.parquet` of its folder, whichever are there.
///
/// # Errors
/// `MAT0510` where there is no result, `MAT0511` where one is not as the cleaning wrote it; `MAT0001` and `MAT0502` where
/// a file cannot be read or written. Then nothing is replaced.
pub fn apply(desk: &Desk) -> Result<Applied, Error> {
    let changes = changes(desk)?;
    let schema = schema(desk.folder())?;
    let reasons = Reasons::new(&schema);
    let mut made = Vec::new();
    for (name, write) in [("result.csv", rewrite_csv as Rewrite), ("result.parquet", rewrite_parquet as Rewrite)] {
        let path = desk.folder().join(name);
        if path.exists() {
            let part = desk.folder().join(format!("{name}.part"));
            write(&path, &part, &changes, &schema, &reasons)?;
            made.push((part, path));
        }
    }
    if made.is_empty() {
        return Err(Error::NoResult { path: desk.folder().display().to_string() });
    }
    for (part, path) in &made {
        std::fs::rename(part, path).map_err(failed(path))?;
    }
    File::open(desk.folder()).and_then(|folder| folder.sync_all()).map_err(failed(desk.folder()))?;
    let count = |status: &str| changes.values().filter(|change| change.status == status).count() as u64;
    Ok(Applied { matched: count("match"), not: count("none"), open: count("review") })
}

type Rewrite = fn(&Path, &Path, &HashMap<u64, Change>, &Schema, &Reasons) -> Result<(), Error>;

fn failed(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.display().to_string();
    move |source| Error::File { path, source }
}

fn changes(desk: &Desk) -> Result<HashMap<u64, Change>, Error> {
    let mut changes = HashMap::with_capacity(desk.cases().len());
    for place in 0..desk.cases().len() as u32 {
        let case = desk.cases().read(place)?;
        let standing = desk.standing(case.row);
        let chosen = standing.and_then(|entry| case.candidate(entry.personal_number.as_deref()?));
        let first = case.candidates.first();
        let change = match (standing.map(|entry| entry.deed), chosen) {
            (Some(Deed::Match), Some(person)) => {
                Change::of(Some(person), Some((Deed::Match, first.is_some_and(|first| !std::ptr::eq(first, person)))))
            }
            (Some(Deed::Not), _) => Change::of(first, Some((Deed::Not, false))),
            _ => Change::of(first, None),
        };
        changes.insert(case.row, change);
    }
    Ok(changes)
}

/// The fields of the result: those of the weights that it was made with.
fn schema(folder: &Path) -> Result<Schema, Error> {
    Ok(read_weights(folder)?.map_or_else(Schema::people, |weights| schema_of(&weights)))
}

/// The words of both languages: a result knows its own by how its reasons begin.
struct Reasons {
    vi: Words,
    en: Words,
    schema: Schema,
}

impl Reasons {
    fn new(schema: &Schema) -> Self {
        let of = |language| Words::new(schema, language, false);
        Self { vi: of(Language::Vi), en: of(Language::En), schema: schema.clone() }
    }

    /// What the cleaning said, from a reason that may have a clerk's before it.
    fn original<'a>(&self, reason: &'a str) -> &'a str {
        let of = |words: &Words| {
            let begins = ["match", "not"]
                .iter()
                .any(|deed| reason.starts_with(words.say(&format!("clean-reason-decided-{deed}"))));
            let mark = words.say("clean-reason-before-review");
            begins.then(|| reason.split_once(mark)).flatten().map(|(_, after)| after.trim_start())
        };
        of(&self.vi).or_else(|| of(&self.en)).unwrap_or(reason)
    }

    fn reason(&self, change: &Change, now: &str) -> String {
        let original = self.original(now);
        let Some((deed, another)) = change.decided else { return original.to_owned() };
        let english = original.starts_with(self.en.say("clean-reason-review"));
        let words = if english { &self.en } else { &self.vi };
        let mut reason = words.say(&format!("clean-reason-decided-{}", deed.id())).to_owned();
        if another {
            words.comparison(&self.levels(change), &mut reason);
        }
        format!("{reason} {} {original}", words.say("clean-reason-before-review"))
    }

    fn levels(&self, change: &Change) -> Vec<u8> {
        let fields = self.schema.fields.iter();
        fields.map(|field| level_of(field, change.level(&field.name))).collect()
    }
}

/// The cell of a column for a row that changes; nothing for a column that does not. `now` is what stands there.
fn cell(column: &str, change: &Change, schema: &Schema, reasons: &Reasons, now: &str) -> Option<String> {
    let field = |ending: &str| {
        let name = column.strip_suffix(ending)?;
        schema.fields.iter().find(|field| field.name == name)
    };
    Some(match column {
        "status" => change.status.to_owned(),
        "personal_number" => change.personal_number.clone(),
        "reason" => reasons.reason(change, now),
        _ => {
            if let Some(field) = field("_level") {
                change.level(&field.name).to_owned()
            } else {
                let field = field("_agreement")?;
                let level = usize::from(level_of(field, change.level(&field.name)));
                let agreement = field.kind.levels().get(level).map_or(Agreement::Missing, |level| level.agreement);
                agreement_id(agreement).to_owned()
            }
        }
    })
}

/// A file that only its owner can read.
fn create(path: &Path) -> Result<File, Error> {
    OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path).map_err(failed(path))
}

fn rewrite_csv(
    from: &Path,
    to: &Path,
    changes: &HashMap<u64, Change>,
    schema: &Schema,
    reasons: &Reasons,
) -> Result<(), Error> {
    let misread = |_: csv::Error| Error::Result { name: "result.csv" };
    let mut source = BufReader::new(File::open(from).map_err(failed(from))?);
    let mut mark = [0; 3];
    source.read_exact(&mut mark).map_err(failed(from))?;
    if mark != *MARK_OF_UTF8 {
        return Err(Error::Result { name: "result.csv" });
    }
    let mut out = BufWriter::new(create(to)?);
    out.write_all(MARK_OF_UTF8).map_err(failed(to))?;
    let mut reader = csv::Reader::from_reader(source);
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(out);
    let header = reader.headers().map_err(misread)?.clone();
    if header.get(0) != Some("row") || header.get(1) != Some("status") {
        return Err(Error::Result { name: "result.csv" });
    }
    writer.write_record(&header).map_err(misread)?;
    let mut record = csv::StringRecord::new();
    while reader.read_record(&mut record).map_err(misread)? {
        let change = record.get(0).and_then(|row| row.parse().ok()).and_then(|row| changes.get(&row));
        let Some(change) = change else {
            writer.write_record(&record).map_err(misread)?;
            continue;
        };
        for (column, now) in header.iter().zip(&record) {
            let cell = match column {
                "probability" => Some(probability_text(change.probability)),
                "weight" => Some(format!("{:.2}", change.weight)),
                _ => cell(column, change, schema, reasons, now).map(|text| guarded(&text).into_owned()),
            };
            writer.write_field(cell.as_deref().unwrap_or(now)).map_err(misread)?;
        }
        writer.write_record(None::<&[u8]>).map_err(misread)?;
    }
    let out = writer.into_inner().map_err(|error| failed(to)(error.into_error()))?;
    let file = out.into_inner().map_err(|error| failed(to)(error.into_error()))?;
    file.sync_all().map_err(failed(to))
}

fn rewrite_parquet(
    from: &Path,
    to: &Path,
    changes: &HashMap<u64, Change>,
    schema: &Schema,
    reasons: &Reasons,
) -> Result<(), Error> {
    let misread = || Error::Result { name: "result.parquet" };
    let file = File::open(from).map_err(failed(from))?;
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|_| misread())?;
    let columns = builder.schema().clone();
    let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    let options = ArrowWriterOptions::new().with_properties(properties).with_skip_arrow_metadata(true);
    let out = create(to)?;
    let kept = out.try_clone().map_err(failed(to))?;
    let mut writer = ArrowWriter::try_new_with_options(out, columns.clone(), options).map_err(|_| misread())?;
    for batch in builder.build().map_err(|_| misread())? {
        let batch = batch.map_err(|_| misread())?;
        let batch = changed(&batch, changes, schema, reasons).ok_or_else(misread)?;
        writer.write(&batch).map_err(|error| failed(to)(std::io::Error::other(error)))?;
    }
    writer.close().map_err(|error| failed(to)(std::io::Error::other(error)))?;
    kept.sync_all().map_err(failed(to))
}

/// Nothing when a column is not of its type.
fn changed(
    batch: &RecordBatch,
    changes: &HashMap<u64, Change>,
    schema: &Schema,
    reasons: &Reasons,
) -> Option<RecordBatch> {
    let rows = batch.column_by_name("row")?.as_any().downcast_ref::<UInt64Array>()?;
    let of_row: Vec<Option<&Change>> = rows.values().iter().map(|row| changes.get(row)).collect();
    if of_row.iter().all(Option::is_none) {
        return Some(batch.clone());
    }
    let types = batch.schema();
    let columns = types.fields().iter().zip(batch.columns()).map(|(field, column)| -> Option<ArrayRef> {
        if let Some(numbers) = column.as_any().downcast_ref::<Float32Array>() {
            let value =
                |change: &Change| if field.name() == "probability" { change.probability } else { change.weight };
            let cells =
                numbers.iter().zip(&of_row).map(|(now, change)| change.map_or(now, |change| Some(value(change))));
            return Some(Arc::new(cells.collect::<Float32Array>()));
        }
        let Some(texts) = column.as_any().downcast_ref::<StringArray>() else { return Some(Arc::clone(column)) };
        let cells = texts.iter().zip(&of_row).map(|(now, change)| -> Option<String> {
            let was = || now.map(str::to_owned);
            let Some(change) = change else { return was() };
            let cell = cell(field.name(), change, schema, reasons, now.unwrap_or_default()).or_else(was);
            // Where there is no number, the column has none, not an empty one.
            cell.filter(|text| !(field.is_nullable() && text.is_empty()))
        });
        Some(Arc::new(cells.collect::<StringArray>()))
    });
    RecordBatch::try_new(batch.schema(), columns.collect::<Option<Vec<_>>>()?).ok()
}
