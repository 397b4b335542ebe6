//! Files as they come.

use crate::{export, read_file, rules, small};
use catalogue::{Error, Online, read};
use std::collections::BTreeSet;

fn read(text: &str) -> Result<read::Reading, Error> {
    read::read(text.as_bytes(), &rules().vocabulary)
}

#[test]
fn the_small_catalogue_is_read_whole() {
    let reading = read_file(&small(), &rules());
    assert_eq!((reading.refused.len(), reading.doubts.len()), (0, 0), "{:?} {:?}", reading.refused, reading.doubts);
    assert!(reading.entries.len() >= 60, "{}", reading.entries.len());
    let birth = reading.entries.iter().find(|entry| entry.code.as_str() == "1.001193").unwrap();
    assert_eq!(birth.levels, ["Cấp xã"]);
    // What the file does not say is unknown.
    assert_eq!((birth.online, birth.from, birth.until, birth.burden.is_unknown()), (None, None, None, true));
}

#[test]
fn rows_that_cannot_be_read_are_told_and_the_others_kept() {
    let text = "code,name,level,subjects,online,from,replaced_by\n\
        1.000001,Một,Cấp xã,Công dân Việt Nam,Toàn trình,01/09/2026,\n\
        1.00002,Hai,Cấp xã,,,,\n\
        1.000003,,Cấp xã,,,,\n\
        1.000004,Bốn\n\
        1.000001,Một,Cấp xã,Công dân Việt Nam,Toàn trình,01/09/2026,\n\
        1.000001,Khác,Cấp xã,,,,\n\
        1.000005,Năm,Cấp thôn,Người ngoài hành tinh,có lẽ,31/02/2026,abc\n\
        ,,,,,,\n";
    let reading = read(text).unwrap();
    let codes: Vec<_> = reading.entries.iter().map(|entry| entry.code.as_str()).collect();
    assert_eq!(codes, ["1.000001", "1.000005"]);
    assert_eq!(reading.entries[0].online, Some(Online::Full));
    assert_eq!(reading.entries[0].from.map(|day| day.to_string()).as_deref(), Some("2026-09-01"));
    let refused: Vec<_> = reading.refused.iter().map(|remark| (remark.line, remark.what)).collect();
    assert_eq!(refused, [(3, "CAT0003"), (4, "CAT0004"), (5, "CAT0007"), (7, "CAT0005")]);
    let doubts: Vec<_> =
        reading.doubts.iter().map(|remark| (remark.line, remark.what, remark.value.as_str())).collect();
    assert_eq!(
        doubts,
        [
            (6, "CAT0005", "2"),
            (8, "CAT0006", "Cấp thôn"),
            (8, "CAT0006", "Người ngoài hành tinh"),
            (8, "CAT0008", "có lẽ"),
            (8, "CAT0008", "31/02/2026"),
            (8, "CAT0008", "abc")
        ]
    );
    // Kept as it is written.
    assert_eq!(reading.entries[1].levels, ["Cấp thôn"]);
}

#[test]
fn files_of_another_shape_are_refused() {
    for (text, code) in [
        ("", "CAT0001"),
        ("   \n", "CAT0001"),
        ("ma,ten\n1.000001,Một\n", "CAT0002"),
        ("code,ten\n1.000001,Một\n", "CAT0002"),
        ("{\"a\": 1}", "CAT0001"),
        ("[{\"code\": ", "CAT0001"),
    ] {
        let error = read(text).unwrap_err();
        assert_eq!(kernel::Problem::from(error).code, code, "{text:?}");
    }
    assert!(matches!(read::read(b"code,name\n1.000001,\xff\n", &rules().vocabulary), Err(Error::Unreadable(_))));
}

#[test]
fn json_of_the_same_shape_reads_the_same() {
    let csv = read(
        "\u{feff}code,name,level,subjects,result_codes,papers\n1.000001,\"Một, hai\",\"Cấp tỉnh, Cấp xã\",\"Cán bộ, công chức, viên chức\",KQ.G01.000001;KQ.G01.000002,3\n",
    );
    let json = read(
        r#"{"procedures": [{"code": "1.000001", "name": "Một,  hai", "level": ["Cấp xã", "Cấp tỉnh"], "subjects": "Cán bộ, công chức, viên chức",
            "result_codes": ["KQ.G01.000001", "KQ.G01.000002"], "papers": 3, "decision": null}]}"#,
    );
    assert_eq!(csv.unwrap().entries, json.unwrap().entries);
}

#[test]
fn the_export_is_read_whole() {
    let Some(path) = export() else { return };
    let reading = read_file(&path, &rules());
    assert_eq!((reading.entries.len(), reading.refused.len()), (2642, 0), "{:?}", reading.refused);
    let odd: BTreeSet<_> = reading.doubts.iter().map(|remark| remark.value.as_str()).collect();
    assert!(odd.is_empty(), "{odd:?}");
    let levels = |n: &str| reading.entries.iter().filter(|entry| entry.levels == [n]).count();
    assert_eq!((levels("Cấp bộ"), levels("Cấp tỉnh"), levels("Cấp xã")), (1012, 785, 306));
}
