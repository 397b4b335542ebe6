mod bad_input;
mod fuzz;

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

/// A ZIP archive whose entries are stored, each with the size that it declares.
fn archive(entries: &[(&str, &[u8], Option<u32>)]) -> Vec<u8> {
    let crc = |bytes: &[u8]| {
        !bytes.iter().fold(u32::MAX, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
        })
    };
    let (mut bytes, mut directory) = (Vec::new(), Vec::new());
    for (name, body, declared) in entries {
        let mut common = Vec::new();
        for part in [20_u16, 0, 0, 0, 0] {
            common.extend(part.to_le_bytes());
        }
        let size = body.len() as u32;
        for part in [crc(body), size, declared.unwrap_or(size)] {
            common.extend(part.to_le_bytes());
        }
        common.extend((name.len() as u16).to_le_bytes());
        common.extend([0, 0]);
        directory.extend(b"PK\x01\x02\x14\0");
        directory.extend(&common);
        directory.extend([0; 10]);
        directory.extend((bytes.len() as u32).to_le_bytes());
        directory.extend(name.as_bytes());
        bytes.extend(b"PK\x03\x04");
        bytes.extend(&common);
        bytes.extend(name.as_bytes());
        bytes.extend(*body);
    }
    let start = bytes.len() as u32;
    bytes.extend(&directory);
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    for _ in 0..2 {
        bytes.extend((entries.len() as u16).to_le_bytes());
    }
    bytes.extend((directory.len() as u32).to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

/// A workbook with these sheets (name, XML of its rows) and these shared texts.
pub(super) fn workbook(sheets: &[(&str, &str)], shared: &str) -> Vec<u8> {
    let list: String = (1..=sheets.len())
        .map(|at| format!("<sheet name=\"{}\" sheetId=\"{at}\" r:id=\"rId{at}\"/>", sheets[at - 1].0))
        .collect();
    let relations: String = (1..=sheets.len())
        .map(|at| {
            format!(
                "<Relationship Id=\"rId{at}\" Target=\"worksheets/sheet{at}.xml\" \
                 Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet\"/>"
            )
        })
        .collect();
    let main = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" \
                xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
    let rels = "xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\"";
    let mut parts = vec![
        ("[Content_Types].xml".to_owned(), "<Types/>".to_owned()),
        (
            "_rels/.rels".to_owned(),
            format!(
                "<Relationships {rels}><Relationship Id=\"rId1\" Target=\"xl/workbook.xml\" \
                 Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument\"/></Relationships>"
            ),
        ),
        ("xl/workbook.xml".to_owned(), format!("<workbook {main}><sheets>{list}</sheets></workbook>")),
        ("xl/_rels/workbook.xml.rels".to_owned(), format!("<Relationships {rels}>{relations}</Relationships>")),
        ("xl/sharedStrings.xml".to_owned(), format!("<sst {main} {shared}</sst>")),
        (
            "xl/styles.xml".to_owned(),
            format!("<styleSheet {main}><cellXfs><xf numFmtId=\"0\"/><xf numFmtId=\"14\"/></cellXfs></styleSheet>"),
        ),
    ];
    for (at, (_, rows)) in sheets.iter().enumerate() {
        let sheet = format!("<worksheet {main}><sheetData>{rows}</sheetData></worksheet>");
        parts.push((format!("xl/worksheets/sheet{}.xml", at + 1), sheet));
    }
    archive(&parts.iter().map(|(name, body)| (name.as_str(), body.as_bytes(), None)).collect::<Vec<_>>())
}

pub(super) const SHARED: &str = "count=\"3\" uniqueCount=\"3\"><si><t>Họ và tên</t></si><si><t>Ngày sinh</t></si>\
                                 <si><r><t xml:space=\"preserve\">Nguyễn </t></r><r><t>Văn An</t></r></si>";
pub(super) const ROWS: &str = "\
    <row r=\"1\"><c r=\"A1\" t=\"inlineStr\"><is><t>DANH SÁCH NGƯỜI HƯỞNG</t></is></c><c r=\"B1\"/><c r=\"C1\"/></row>\
    <row r=\"3\"><c r=\"A3\" t=\"s\"><v>0</v></c><c r=\"B3\" t=\"s\"><v>1</v></c><c r=\"C3\" t=\"inlineStr\"><is><t>CCCD</t></is></c></row>\
    <row r=\"4\"><c r=\"A4\" t=\"s\"><v>2</v></c><c r=\"B4\" s=\"1\"><v>33199</v></c><c r=\"C4\"><v>123456789012</v></c></row>\
    <row r=\"5\"><c r=\"A5\" t=\"str\"><f>B1&amp;C1</f><v>Trần Thị Bình</v></c><c r=\"B5\"><v>33199</v></c><c r=\"C5\"><f>1+1</f><v>1.23456789E8</v></c></row>\
    <row r=\"6\"><c r=\"A6\"/><c r=\"B6\"/></row>\
    <row r=\"9\"><c r=\"B9\"><v>1990</v></c><c r=\"C9\" t=\"e\"><v>#N/A</v></c></row>";

#[test]
fn a_workbook_is_read_as_people_see_it() {
    let small = "<row r=\"1\"><c r=\"A1\"><v>5</v></c></row>";
    let bytes = workbook(&[("Bìa", small), ("Dữ liệu", ROWS), ("Trống", "")], SHARED);
    let (table, read) = read_bytes(&bytes, &Options::default()).unwrap();
    assert_eq!(table.headers(), ["Họ và tên", "Ngày sinh", "CCCD"]);
    assert_eq!(
        cells(&read),
        [["Nguyễn Văn An", "1990-11-22", "123456789012"], ["Trần Thị Bình", "33199", "123456789"], ["", "1990", ""]]
    );
    let about = table.about();
    assert_eq!((about.format, about.header_line, about.rows), (Format::Spreadsheet, Some(3), Some(3)));
    assert_eq!((about.sheet.as_deref(), about.other_sheets.as_slice()), (Some("Dữ liệu"), &["Bìa".to_owned()][..]));
    let wish = |sheet: &str| Options { sheet: Some(sheet.into()), ..Options::default() };
    assert_eq!(code(read_bytes(&bytes, &wish("bìa"))), "MAT0102");
    assert_eq!(code(read_bytes(&bytes, &wish("Khác"))), "MAT0105");
}

/// The code of a fault.
fn code<T>(result: Result<T, Error>) -> String {
    kernel::Problem::from(result.err().unwrap()).code.into_owned()
}

#[test]
fn a_workbook_that_would_burst_is_refused_before_it_does() {
    let lies = format!("uniqueCount=\"999999999999\">{}", "<si><t>x</t></si>");
    assert_eq!(code(read_bytes(&workbook(&[("a", ROWS)], &lies), &Options::default())), "MAT0104");
    let bomb = archive(&[
        ("[Content_Types].xml", b"<Types/>", None),
        ("xl/a", b"", Some(u32::MAX - 1)),
        ("xl/b", b"", Some(u32::MAX - 1)),
        ("xl/c", b"", Some(u32::MAX - 1)),
    ]);
    assert_eq!(code(read_bytes(&bomb, &Options::default())), "MAT0106");
}

#[test]
fn what_is_no_table_is_named() {
    let word = archive(&[("[Content_Types].xml", b"<Types/>", None), ("word/document.xml", b"<w/>", None)]);
    for (bytes, expected) in [
        (&b""[..], "MAT0101"),
        (b"\n\n \n", "MAT0101"),
        (b"\xEF\xBB\xBF", "MAT0101"),
        (b"%PDF-1.7 ...", "MAT0103"),
        (b"\x1F\x8B\x08\x00", "MAT0103"),
        (b"\xEF\xBB\xBF\n<HTML><table><tr><td>a</td></tr></table>", "MAT0103"),
        (b"<?xml version=\"1.0\"?><Workbook/>", "MAT0103"),
        (b"{\\rtf1 a}", "MAT0103"),
        (b"\x7FELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00", "MAT0103"),
        (&word, "MAT0103"),
        (b"PK\x03\x04 and nothing more", "MAT0104"),
        (b"\xD0\xCF\x11\xE0 and nothing more", "MAT0104"),
        (b"PAR1 and nothing more", "MAT0107"),
        (b"PAR1....PAR1", "MAT0107"),
        ("Họ và tên,Ngày sinh\n".as_bytes(), "MAT0102"),
    ] {
        assert_eq!(code(read_bytes(bytes, &Options::default())), expected, "{bytes:?}");
    }
    assert_eq!(code(open(Path::new("/nowhere/at/all"), &Options::default())), "MAT0001");
    assert_eq!(code(open(Path::new("/"), &Options::default())), "MAT0001");
}
