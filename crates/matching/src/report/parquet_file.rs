//! `result.parquet`: the result with typed columns.

use super::csv_file::STEP;
use super::error::writing;
use super::folder::create_private;
use super::{Error, Results, agreement_id, number_for, status_id};
use crate::{Agreement, Status};
use arrow::array::{ArrayRef, DictionaryArray, Float32Builder, Int8Builder, RecordBatch, StringArray, StringBuilder};
use arrow::array::{Int8Array, UInt64Builder};
use arrow::datatypes::{DataType, Field, Int8Type, Schema};
use arrow::error::ArrowError;
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_writer::ArrowWriterOptions;
use parquet::basic::Compression;
use parquet::file::properties::WriterProperties;
use std::path::Path;
use std::sync::Arc;

const STATUSES: [Status; 4] = [Status::Match, Status::Review, Status::None, Status::Duplicate];
const AGREEMENTS: [Agreement; 4] = [Agreement::Same, Agreement::Similar, Agreement::Differs, Agreement::Missing];

/// Writes `result.parquet`: `row` and `duplicate_of` are whole numbers, `probability` and `weight` are decimal, all else
/// is text. `done` is told how many more rows are written.
///
/// # Errors
/// When the file cannot be written.
pub fn write_parquet(path: &Path, results: &Results<'_>, done: &dyn Fn(usize)) -> Result<(), Error> {
    let file = create_private(path).map_err(writing(path))?;
    let options = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
    // Readers see plain text, not the dictionaries that make writing fast.
    let options = ArrowWriterOptions::new().with_properties(options).with_skip_arrow_metadata(true);
    let columns = Columns::new(results);
    let mut writer = ArrowWriter::try_new_with_options(file, columns.schema.clone(), options).map_err(writing(path))?;
    for chunk in results.decisions.chunks(STEP) {
        writer.write(&columns.batch(results, chunk).map_err(writing(path))?).map_err(writing(path))?;
        done(chunk.len());
    }
    writer.close().map_err(writing(path))?;
    Ok(())
}

/// What all batches share.
struct Columns {
    schema: Arc<Schema>,
    statuses: ArrayRef,
    agreements: ArrayRef,
    /// The ids of each field's levels, and at the end `missing`.
    levels: Vec<ArrayRef>,
}

impl Columns {
    fn new(results: &Results<'_>) -> Self {
        let fields = &results.schema.fields;
        let text = || DataType::Dictionary(Box::new(DataType::Int8), Box::new(DataType::Utf8));
        let mut columns = vec![
            Field::new("row", DataType::UInt64, false),
            Field::new("status", text(), false),
            Field::new("personal_number", DataType::Utf8, true),
            Field::new("probability", DataType::Float32, false),
            Field::new("weight", DataType::Float32, false),
        ];
        for ending in ["agreement", "level"] {
            columns.extend(fields.iter().map(|field| Field::new(format!("{}_{ending}", field.name), text(), false)));
        }
        columns.push(Field::new("reason", DataType::Utf8, false));
        columns.push(Field::new("duplicate_of", DataType::UInt64, true));
        let levels = fields.iter().map(|field| {
            let ids = field.kind.levels().iter().map(|level| level.id).chain(["missing"]);
            Arc::new(StringArray::from_iter_values(ids)) as ArrayRef
        });
        Self {
            levels: levels.collect(),
            schema: Arc::new(Schema::new(columns)),
            statuses: Arc::new(StringArray::from_iter_values(STATUSES.map(status_id))),
            agreements: Arc::new(StringArray::from_iter_values(AGREEMENTS.map(agreement_id))),
        }
    }

    fn batch(&self, results: &Results<'_>, chunk: &[crate::Decision]) -> Result<RecordBatch, ArrowError> {
        let mut rows = UInt64Builder::with_capacity(chunk.len());
        let mut numbers = StringBuilder::with_capacity(chunk.len(), chunk.len() * 12);
        let mut probabilities = Float32Builder::with_capacity(chunk.len());
        let mut weights = Float32Builder::with_capacity(chunk.len());
        let mut reasons = StringBuilder::with_capacity(chunk.len(), chunk.len() * 128);
        let mut duplicates = UInt64Builder::with_capacity(chunk.len());
        let mut reason = String::new();
        for decision in chunk {
            rows.append_value(decision.row);
            numbers.append_option(number_for(decision, results.number_of));
            probabilities.append_value(decision.probability);
            weights.append_value(decision.weight);
            reason.clear();
            results.words.reason(decision, &mut reason);
            reasons.append_value(&reason);
            duplicates.append_option((decision.duplicate_of != 0).then_some(decision.duplicate_of));
        }
        let status = chunk.iter().map(|decision| position(&STATUSES, decision.status));
        let mut arrays: Vec<ArrayRef> = vec![
            Arc::new(rows.finish()),
            keyed(status, &self.statuses)?,
            Arc::new(numbers.finish()),
            Arc::new(probabilities.finish()),
            Arc::new(weights.finish()),
        ];
        for at in 0..self.levels.len() {
            let agreements = chunk.iter().map(|d| position(&AGREEMENTS, results.words.agrees(at, d.levels[at])));
            arrays.push(keyed(agreements, &self.agreements)?);
        }
        for (at, ids) in self.levels.iter().enumerate() {
            let missing = ids.len() - 1;
            let keys = chunk.iter().map(|decision| usize::from(decision.levels[at]).min(missing) as i8);
            arrays.push(keyed(keys, ids)?);
        }
        arrays.push(Arc::new(reasons.finish()));
        arrays.push(Arc::new(duplicates.finish()));
        RecordBatch::try_new(self.schema.clone(), arrays)
    }
}

fn position<T: PartialEq>(all: &[T], one: T) -> i8 {
    all.iter().position(|other| *other == one).unwrap_or_default() as i8
}

fn keyed(keys: impl Iterator<Item = i8>, values: &ArrayRef) -> Result<ArrayRef, ArrowError> {
    let mut builder = Int8Builder::new();
    keys.for_each(|key| builder.append_value(key));
    let keys: Int8Array = builder.finish();
    Ok(Arc::new(DictionaryArray::<Int8Type>::try_new(keys, values.clone())?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::csv_file::{header, write_csv};
    use crate::report::tests::{fixture, results};
    use arrow::util::display::array_value_to_string;
    use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

    #[test]
    fn parquet_says_what_csv_says_in_typed_columns() {
        let home = tempfile::tempdir().unwrap();
        let (parquet, text) = (home.path().join("result.parquet"), home.path().join("result.csv"));
        let fixture = fixture();
        results(&fixture, |results| {
            write_parquet(&parquet, results, &|_| {}).unwrap();
            write_csv(&text, results, &|_| {}).unwrap();
        });
        let file = std::fs::File::open(&parquet).unwrap();
        let mut reader = ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
        let batch = reader.next().unwrap().unwrap();
        let names: Vec<_> = batch.schema().fields().iter().map(|field| field.name().clone()).collect();
        assert_eq!(names, header(&fixture.schema));
        assert_eq!(batch.schema().field(0).data_type(), &DataType::UInt64);
        assert_eq!(batch.schema().field(1).data_type(), &DataType::Utf8);
        let text = std::fs::read_to_string(&text).unwrap();
        let mut csv = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
        for (at, record) in csv.records().map(Result::unwrap).enumerate() {
            for (column, cell) in record.iter().enumerate().filter(|(column, _)| ![3, 4].contains(column)) {
                assert_eq!(array_value_to_string(batch.column(column), at).unwrap(), cell, "{}", names[column]);
            }
        }
        assert!(batch.column(24).is_null(0));
        assert!(batch.column(2).is_null(1));
        assert!(reader.next().is_none());
    }

    #[test]
    fn the_same_decisions_give_the_same_bytes() {
        let home = tempfile::tempdir().unwrap();
        let fixture = fixture();
        let bytes = |name: &str| {
            let path = home.path().join(name);
            results(&fixture, |results| write_parquet(&path, results, &|_| {}).unwrap());
            std::fs::read(path).unwrap()
        };
        assert_eq!(bytes("1"), bytes("2"));
    }
}
