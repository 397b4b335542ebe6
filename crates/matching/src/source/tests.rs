use super::*;
use crate::columns::recognise;
use arrow::array::{ArrayRef, Date32Array, Float64Array, Int64Array, RecordBatch, StringArray};
use std::sync::Arc;

/// A file that vanishes with the folder.
pub(super) fn file(name: &str, bytes: &[u8]) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, bytes).unwrap();
    (folder, path)
}

/// What was read: the cells of each row (number first), the refusals, the notes.
pub(super) type Read = (Vec<(u64, Vec<String>)>, Vec<(u64, u64, &'static str)>, Notes);

/// Reads the file with the columns that are recognised, or with each column a field of its own.
pub(super) fn read(table: &Table, mapping: &Mapping, schema: &Schema) -> Read {
    let mut rows = table.rows(mapping, schema).unwrap();
    let mut batch = Batch::default();
    let mut read = Vec::new();
    while rows.next(&mut batch, 3).unwrap() {
        for at in 0..batch.len() {
            read.push((batch.row(at), batch.cells(at).map(str::to_owned).collect()));
        }
    }
    assert!(!rows.next(&mut batch, 3).unwrap(), "the end stays the end");
    let refused: Vec<_> =
        rows.refused().into_iter().map(|refused| (refused.row, refused.line, refused.reason)).collect();
    let notes = rows.notes().clone();
    assert_eq!((notes.read, notes.refused), (read.len() as u64, refused.len() as u64));
    let mut numbers: Vec<u64> =
        read.iter().map(|(row, _)| *row).chain(refused.iter().map(|refused| refused.0)).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(1..=notes.read + notes.refused), "each row has its number");
    assert_eq!(rows.progress().bytes_read, rows.progress().bytes_total);
    (read, refused, notes)
}

/// Every column a field.
pub(super) fn all_columns(table: &Table) -> (Mapping, Schema) {
    let mut mapping = Mapping::default();
    for header in table.headers().iter().take(crate::FIELDS_MAX) {
        mapping.fields.push(crate::Field { name: header.clone(), kind: crate::Kind::Text });
    }
    let schema = mapping.schema();
    (mapping, schema)
}

/// Opens and reads bytes as a file, every column a field.
pub(super) fn read_bytes(bytes: &[u8], options: &Options) -> Result<(Table, Read), Error> {
    let (_folder, path) = file("file", bytes);
    let table = open(&path, options)?;
    let (mapping, schema) = all_columns(&table);
    let read = read(&table, &mapping, &schema);
    Ok((table, read))
}

fn cells(read: &Read) -> Vec<Vec<&str>> {
    read.0.iter().map(|(_, cells)| cells.iter().map(String::as_str).collect()).collect()
}

#[test]
fn a_csv_file_is_opened_recognised_and_read_twice() {
    let text = "STT;Họ và tên;Ngày;Tháng;Năm;Số CMND/CCCD\r\n1; Nguyễn Văn An ;1;2;1990;001090000001\r\n2;\"Trần; Bình\";;;1985;012345678\r\n";
    let (_folder, path) = file("a.csv", text.as_bytes());
    let table = open(&path, &Options::default()).unwrap();
    assert_eq!(table.headers()[1], "Họ và tên");
    assert_eq!(table.sample()[1][1], "Trần; Bình");
    assert_eq!(
        (table.encoding(), table.about().delimiter, table.about().header_line),
        (Some(Encoding::Utf8), Some(';'), Some(1))
    );
    let schema = Schema::people();
    let mapping = recognise(table.headers(), table.sample(), &schema).mapping;
    for _ in 0..2 {
        let read = read(&table, &mapping, &schema);
        assert_eq!(
            cells(&read),
            [
                ["001090000001", "Nguyễn Văn An", "1/2/1990", "", "", "", "", "", ""],
                ["012345678", "Trần; Bình", "1985", "", "", "", "", "", ""]
            ]
        );
    }
}

#[test]
fn a_parquet_file_of_any_plain_types_is_text() {
    let (_folder, path) = file("a.parquet", b"");
    let columns: Vec<(&str, ArrayRef)> = vec![
        ("full_name", Arc::new(StringArray::from(vec![Some("An"), None]))),
        ("id", Arc::new(Int64Array::from(vec![1_090_000_001, 7]))),
        ("float", Arc::new(Float64Array::from(vec![Some(123_456_789_012.0), Some(1.5)]))),
        ("birth", Arc::new(Date32Array::from(vec![Some(7_630), None]))),
        ("full_name2", Arc::new(StringArray::from(vec!["x", " y "]))),
    ];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let mut writer =
        ::parquet::arrow::ArrowWriter::try_new(File::create(&path).unwrap(), batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
    let table = open(&path, &Options::default()).unwrap();
    assert_eq!((table.format(), table.about().rows, table.sample().len()), (Format::Parquet, Some(2), 2));
    let (mapping, schema) = all_columns(&table);
    let read = read(&table, &mapping, &schema);
    assert_eq!(cells(&read), [["An", "1090000001", "123456789012", "1990-11-22", "x"], ["", "7", "1.5", "", "y"]]);
    // Only some columns, in another order, joined.
    let mapping = Mapping::parse("m", "columns: {full_name: [full_name2, full_name], birth_date: birth}").unwrap();
    let rows = super::tests::read(&table, &mapping, &Schema::people());
    assert_eq!(cells(&rows)[0][1..3], ["x An", "1990-11-22"]);
}
