//! Files as they should not be: each ends in a clear fault or a right result.

use super::*;
use crate::source::encoding::tests::encode;

fn text(text: &str) -> (Table, Read) {
    read_bytes(text.as_bytes(), &Options::default()).unwrap()
}

#[test]
fn every_encoding_is_read_with_and_without_its_mark() {
    let text = "họ và tên;ngày sinh;địa chỉ\r\nnguyễn thị bích ngọc;1/2/1990;xã tân lập, huyện vũ thư\r\n\
                trần đức hạnh;3/4/1985;\"phường trúc bạch;\r\nquận ba đình\"\r\n";
    for encoding in Encoding::ALL {
        let bytes = encode(encoding, text).unwrap();
        let mark: &[u8] = match encoding {
            Encoding::Utf8 => &[0xEF, 0xBB, 0xBF],
            Encoding::Utf16Le => &[0xFF, 0xFE],
            Encoding::Utf16Be => &[0xFE, 0xFF],
            _ => &[],
        };
        let named = Options { encoding: Some(encoding), ..Options::default() };
        for (bytes, options) in [
            (bytes.clone(), &Options::default()),
            ([mark, &bytes].concat(), &Options::default()),
            (bytes.clone(), &named),
            ([mark, &bytes].concat(), &named),
        ] {
            let (table, read) = read_bytes(&bytes, options).unwrap();
            assert_eq!(table.encoding(), Some(encoding));
            assert_eq!(table.headers(), ["họ và tên", "ngày sinh", "địa chỉ"], "{encoding:?}");
            let expected = [
                ["nguyễn thị bích ngọc", "1/2/1990", "xã tân lập, huyện vũ thư"],
                ["trần đức hạnh", "3/4/1985", "phường trúc bạch;\r\nquận ba đình"],
            ];
            assert_eq!(cells(&read), expected, "{encoding:?}");
            assert_eq!(read.2, Notes { read: 2, ..Notes::default() });
        }
    }
}

#[test]
fn a_wrong_encoding_by_order_is_followed() {
    let options = Options { encoding: Some(Encoding::Vni), ..Options::default() };
    let bytes = encode(Encoding::Tcvn3, "họ,tên\ntrần,hạnh\n").unwrap();
    let (table, read) = read_bytes(&bytes, &options).unwrap();
    assert_eq!(table.encoding(), Some(Encoding::Vni));
    assert_ne!(cells(&read), [["trần", "hạnh"]]);
}

#[test]
fn rows_in_another_encoding_are_read_and_counted() {
    let utf8 = "Họ và tên,Địa chỉ\nNguyễn Văn Hùng,Hà Nội\nLê Thị Bưởi,Huế\nVũ Đức,Huế\n".as_bytes().to_vec();
    for other in Encoding::LEGACY {
        let row = encode(other, "trần thị bích ngọc,phường trúc bạch\n").unwrap();
        let (table, read) = read_bytes(&[utf8.clone(), row].concat(), &Options::default()).unwrap();
        assert_eq!(table.encoding(), Some(Encoding::Utf8));
        assert_eq!(cells(&read)[3], ["trần thị bích ngọc", "phường trúc bạch"], "{other:?}");
        assert_eq!(read.2.other_encoding, BTreeMap::from([(other.name(), 1)]));
    }
    // The other way round: Unicode among TCVN3 is never guessed at.
    let rows = "họ và tên,địa chỉ\nnguyễn văn hùng,hà nội\nphạm thùy dương,huế\nđỗ mỹ hạnh,huế\n";
    let bytes = [encode(Encoding::Tcvn3, rows).unwrap(), "Lê Thị Bưởi,Huế\n".into()].concat();
    let (table, read) = read_bytes(&bytes, &Options::default()).unwrap();
    assert_eq!(table.encoding(), Some(Encoding::Tcvn3));
    assert_eq!(cells(&read)[3], ["Lê Thị Bưởi", "Huế"]);
    assert_eq!(read.2.other_encoding, BTreeMap::from([("utf-8", 1)]));
    // A letter cut in two by a program is a broken letter, not another encoding.
    let bytes = [utf8, b"\xC4\x90\xE1\xBB\x97 Th\xE1\xBB,Hu\xE1\xBA\xBF\n".to_vec()].concat();
    let (_, read) = read_bytes(&bytes, &Options::default()).unwrap();
    assert_eq!(cells(&read)[3], ["Đỗ Th\u{fffd}", "Huế"]);
    assert_eq!((read.2.broken, read.2.other_encoding.len()), (1, 0));
}

#[test]
fn a_file_cut_within_a_letter_says_so() {
    let whole = "tên,nơi\nHùng,Huế\nĐỗ,Huế".as_bytes();
    let (_, read) = read_bytes(&whole[..whole.len() - 1], &Options::default()).unwrap();
    assert_eq!(cells(&read), [["Hùng", "Huế"]]);
    assert_eq!(read.1, [(2, 3, "MAT0113")]);
    let (_, read) = text("tên,nơi\nHùng,Huế\nĐỗ,\"Hu");
    assert_eq!((read.0.len(), read.1), (1, vec![(2, 3, "MAT0113")]));
}

#[test]
fn nul_bytes_are_left_out_and_counted() {
    let (_, read) = text("họ và tên,nơi thường trú\nNguyễn Hù\0ng,Thừa Thiên Huế\n\0\0,\0\nMai,Huế\n");
    assert_eq!(cells(&read), [["Nguyễn Hùng", "Thừa Thiên Huế"], ["Mai", "Huế"]]);
    assert_eq!(read.2.with_nul, 1);
}

#[test]
fn long_rows_are_refused_and_short_ones_are_filled() {
    let (_, read) = text("a,b,c\n1,2,3\n1,2\n1,2,3,\n1,2,3,4\n5\n");
    assert_eq!(cells(&read), [vec!["1", "2", "3"], vec!["1", "2", ""], vec!["1", "2", "3"], vec!["5", "", ""]]);
    assert_eq!((read.1, read.2.short), (vec![(4, 5, "MAT0114")], 2));
}

#[test]
fn a_row_that_is_too_long_is_listed_with_its_line() {
    let long = "x".repeat(ROW_BYTES_MAX + 1);
    let (_, read) = text(&format!("a,b\n1,2\n{long},3\n4,\"{long}\"\n5,6\n"));
    assert_eq!(cells(&read), [["1", "2"], ["5", "6"]]);
    assert_eq!(read.1, [(2, 3, "MAT0111"), (3, 4, "MAT0111")]);
}

#[test]
fn two_hundred_columns_duplicate_names_and_none() {
    let header: Vec<String> = (0..200).map(|at| format!("Cột {}", at % 100)).collect();
    let row: Vec<String> = (0..200).map(|at| at.to_string()).collect();
    let (_folder, path) = file("wide.tsv", format!("{}\n{}\n", header.join("\t"), row.join("\t")).as_bytes());
    let table = open(&path, &Options::default()).unwrap();
    assert_eq!((table.headers().len(), table.headers()[100].as_str()), (200, "Cột 0 (2)"));
    let mapping = Mapping::parse("m", "columns: {full_name: 'Cột 0 (2)', sex: 'Cột 99 (2)'}").unwrap();
    let read = super::read(&table, &mapping, &Schema::people());
    assert_eq!(cells(&read)[0][1..4], ["100", "", "199"]);
}

#[test]
fn a_file_without_a_header_says_so() {
    let (table, read) = text("001090000001|Nguyễn Văn An|1990\n001085000002|Trần Thị Bình|1985\n");
    assert_eq!((table.about().header_line, table.about().delimiter), (None, Some('|')));
    assert_eq!(table.headers(), ["#1", "#2", "#3"]);
    assert_eq!(read.0.len(), 2);
    let options = Options { header: Header::Absent, ..Options::default() };
    assert_eq!(read_bytes(b"a,b\nc,d\n", &options).unwrap().1.0.len(), 2);
    let options = Options { header: Header::Row(2), ..Options::default() };
    assert_eq!(read_bytes(b"a,b\nc,d\ne,f\n", &options).unwrap().0.headers(), ["c", "d"]);
    let options = Options { header: Header::Row(9), ..Options::default() };
    assert_eq!(code(read_bytes(b"a,b\nc,d\ne,f\n", &options)), "MAT0116");
}

#[test]
fn one_column_and_any_end_of_line_will_do() {
    for end in ["\n", "\r\n", "\r"] {
        let (table, read) = text(&["Số CCCD", "001090000001", "", "001085000002"].join(end));
        assert_eq!(table.headers(), ["Số CCCD"]);
        assert_eq!(cells(&read), [["001090000001"], ["001085000002"]], "{end:?}");
    }
}

#[test]
fn more_columns_than_a_table_may_have_are_a_fault() {
    let header = vec!["x"; COLUMNS_MAX + 1].join(",");
    assert_eq!(code(read_bytes(format!("{header}\n{header}\n").as_bytes(), &Options::default())), "MAT0108");
}

#[test]
fn a_file_of_nothing_but_refused_rows_adds_up() {
    let (table, read) = text("a,b\n\"1\n\"2\n\"3\n");
    assert_eq!((table.headers().len(), read.0.len(), read.1.len()), (2, 0, 3));
}
