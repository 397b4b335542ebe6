//! Foreign bytes of every kind: no reader panics, and what is read and refused adds up (`super::read` asserts it).

use super::*;
use crate::source::encoding::tests::{LETTERS, encode};
use crate::{Field, Kind};
use proptest::prelude::*;

/// Reads bytes if they can be read at all; with columns recognised too.
fn survive(bytes: &[u8], options: &Options) -> Option<Read> {
    let (_folder, path) = file("file", bytes);
    let table = match open(&path, options) {
        Ok(table) => table,
        Err(error) => {
            // A fault quotes no cell.
            let problem = kernel::Problem::from(error);
            assert!(problem.code.starts_with("MAT0"), "{problem:?}");
            return None;
        }
    };
    for row in table.sample() {
        assert_eq!(row.len(), table.headers().len());
    }
    let recognised = recognise(table.headers(), table.sample(), &Schema::people());
    if !recognised.mapping.columns.is_empty() {
        tolerant(&table, &recognised.mapping, &Schema::people());
    }
    let (mapping, schema) = all_columns(&table);
    tolerant(&table, &mapping, &schema)
}

/// As [`super::read`], where a file may turn out to be damaged half way.
fn tolerant(table: &Table, mapping: &Mapping, schema: &Schema) -> Option<Read> {
    let mut rows = table.rows(mapping, schema).ok()?;
    let mut batch = Batch::default();
    while rows.next(&mut batch, 100).ok()? {
        assert!(batch.text_bytes() <= BATCH_BYTES_MAX + 2 * ROW_BYTES_MAX * crate::FIELDS_MAX);
    }
    Some(read(table, mapping, schema))
}

/// Changes to a valid file: bytes written over, put in, cut out, and an end that is missing.
#[derive(Clone, Debug)]
struct Damage {
    spots: Vec<(prop::sample::Index, u8, u8)>,
    keep: Option<prop::sample::Index>,
}

fn damage() -> impl Strategy<Value = Damage> {
    let spots = prop::collection::vec((any::<prop::sample::Index>(), 0..3_u8, any::<u8>()), 0..6);
    (spots, prop::option::weighted(0.2, any::<prop::sample::Index>())).prop_map(|(spots, keep)| Damage { spots, keep })
}

impl Damage {
    fn done(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        for (at, what, byte) in &self.spots {
            let at = at.index(bytes.len().max(1));
            match what {
                _ if bytes.is_empty() => {}
                0 => bytes[at] = *byte,
                1 => bytes.insert(at, *byte),
                _ => {
                    bytes.remove(at);
                }
            }
        }
        if let Some(keep) = self.keep {
            bytes.truncate(keep.index(bytes.len().max(1)));
        }
        bytes
    }
}

fn letters() -> impl Strategy<Value = String> {
    let letters: Vec<char> = LETTERS.chars().chain("abcdefghiklmnopqrstuvxy    0123456789".chars()).collect();
    prop::collection::vec(prop::sample::select(letters), 0..14).prop_map(|letters| letters.into_iter().collect())
}

fn people() -> impl Strategy<Value = Vec<Vec<String>>> {
    prop::collection::vec(prop::collection::vec(letters(), 3), 1..12)
}

fn encodings() -> impl Strategy<Value = Encoding> {
    prop::sample::select(Encoding::ALL.to_vec())
}

/// A Parquet file of three columns.
fn parquet_bytes(rows: &[Vec<String>]) -> Vec<u8> {
    let column = |at: usize| -> ArrayRef { Arc::new(StringArray::from_iter_values(rows.iter().map(|row| &row[at]))) };
    let columns = [("full_name", column(0)), ("sex", column(1)), ("birth_date", column(2))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut bytes = Vec::new();
    let mut writer = ::parquet::arrow::ArrowWriter::try_new(&mut bytes, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    bytes
}

proptest! {
    #[test]
    fn any_bytes_are_a_fault_or_a_table(
        magic in prop::sample::select(vec![
            &b""[..], b"PAR1", b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"\xFF\xFE", b"\xFE\xFF", b"\xEF\xBB\xBF", b"a,b\n",
        ]),
        bytes in prop::collection::vec(prop_oneof![
            3 => any::<u8>(), 2 => b' '..=b'~', 1 => prop::sample::select(b",;\t|\"\n\r".to_vec()),
        ], 0..400),
        encoding in prop::option::of(encodings()),
        header in prop_oneof![Just(Header::Detected), Just(Header::Absent), (0..4_u32).prop_map(Header::Row)],
    ) {
        let options = Options { encoding, header, ..Options::default() };
        survive(&[magic, &bytes].concat(), &options);
    }

    #[test]
    fn a_damaged_text_file_is_still_read(rows in people(), encoding in encodings(), damage in damage()) {
        let mut text = "họ và tên;ngày sinh;địa chỉ\n".to_owned();
        for row in &rows {
            text += &format!("{};\"{}\";{}\r\n", row[0], row[1], row[2]);
        }
        survive(&damage.done(encode(encoding, &text).unwrap()), &Options::default());
    }

    #[test]
    fn a_damaged_workbook_is_a_fault_or_a_table(damage in damage()) {
        survive(&damage.done(workbook(&[("a", ROWS)], SHARED)), &Options::default());
    }

    #[test]
    fn a_damaged_parquet_file_is_a_fault_or_a_table(rows in people(), damage in damage()) {
        survive(&damage.done(parquet_bytes(&rows)), &Options::default());
    }

    #[test]
    fn rows_go_in_and_come_out_whatever_they_hold(
        rows in prop::collection::vec(prop::collection::vec("\\PC{0,8}|[,;\"\n\r ]{0,5}", 3), 1..20),
        delimiter in prop::sample::select(b",;\t|".to_vec()),
    ) {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::new());
        writer.write_record(["full_name", "birth_date", "sex"]).unwrap();
        for row in &rows {
            writer.write_record(row).unwrap();
        }
        let bytes = writer.into_inner().unwrap();
        let blank = |row: &&Vec<String>| {
            row.iter().any(|cell| !cell.chars().all(|c| matches!(c, ' ' | '\t' | '\n' | '\r' | '"')))
        };
        let expected: Vec<&Vec<String>> = rows.iter().filter(blank).collect();
        let options = Options {
            delimiter: Some(delimiter),
            encoding: Some(Encoding::Utf8),
            header: Header::Row(1),
            ..Options::default()
        };
        let read = match read_bytes(&bytes, &options) {
            Ok((_, read)) => read,
            Err(error) => {
                prop_assert!(expected.is_empty(), "{error}");
                return Ok(());
            }
        };
        prop_assert_eq!(read.1.len(), 0);
        prop_assert_eq!(read.0.len(), expected.len());
        for ((_, cells), row) in read.0.iter().zip(expected) {
            for (cell, value) in cells.iter().zip(row) {
                let value: String = unicode_normalization::UnicodeNormalization::nfc(value.as_str()).collect();
                let cell: String = unicode_normalization::UnicodeNormalization::nfc(cell.as_str()).collect();
                prop_assert_eq!(cell.as_str(), crate::source::assemble::clean(&value));
            }
        }
    }

    #[test]
    fn parquet_and_text_of_the_same_rows_say_the_same(rows in people()) {
        let mut text = "full_name,sex,birth_date\n".to_owned();
        for row in &rows {
            text += &format!("{}\n", row.join(","));
        }
        let filled = |row: &&Vec<String>| row.iter().any(|cell| !cell.trim().is_empty());
        prop_assume!(rows.iter().all(|row| filled(&row)));
        let options = Options { encoding: Some(Encoding::Utf8), ..Options::default() };
        let from_text = survive(text.as_bytes(), &options);
        let from_parquet = survive(&parquet_bytes(&rows), &options);
        prop_assert_eq!(from_text.map(|read| read.0), from_parquet.map(|read| read.0));
    }

    #[test]
    fn any_mapping_is_a_fault_or_fits(headers in prop::collection::vec("\\PC{0,8}", 0..5), fields in prop::collection::vec("[a-c]", 0..4)) {
        let mut mapping = Mapping::default();
        mapping.fields.extend(fields.into_iter().map(|name| Field { name, kind: Kind::Text }));
        let _ = mapping.resolve(&headers, &mapping.schema());
        let _ = recognise(&headers, std::slice::from_ref(&headers), &Schema::people());
    }
}
