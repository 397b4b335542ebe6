//! A folder of made-up rows, reviewed.

use super::*;
use std::path::Path;
use time::macros::datetime;
use time::{Duration, OffsetDateTime};

const NOW: OffsetDateTime = datetime!(2026-11-22 08:00 UTC);

fn folder(lines: &[(u64, f64, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let text: String = lines
        .iter()
        .map(|(row, probability, commune)| {
            let level = if *probability > 0.5 { "unmarked" } else { "same" };
            format!(
                "{}\n",
                serde_json::json!({
                    "row": row, "reasons": ["ambiguous"],
                    "file": {"full_name": "Tran Thi Sen", "commune_code": commune},
                    "candidates": [{"personal_number": format!("00119000000{row}"), "person": row, "values": {"full_name": "Trần Thị Sen"},
                        "levels": {"full_name": level, "birth_date": "missing"}, "probability": probability, "weight": 3.5}],
                })
            )
        })
        .collect();
    std::fs::write(folder.path().join(CASES_FILE), text).unwrap();
    folder
}

fn desk(folder: &Path) -> Desk {
    Desk::open(folder, "Sen", NOW).unwrap()
}

fn four() -> tempfile::TempDir {
    folder(&[(1, 0.9, "Xã A"), (2, 0.45, "Xã A"), (3, 0.6, "Xã B"), (4, 0.2, "")])
}

#[test]
fn the_most_uncertain_comes_first_and_filters_choose() {
    let folder = four();
    let mut desk = desk(folder.path());
    let rows = |desk: &Desk, filter: &Filter| desk.rows(filter);
    let all = Filter::default();
    assert_eq!(rows(&desk, &all), [2, 3, 4, 1]);
    assert_eq!(rows(&desk, &Filter { order: Order::Likely, ..all.clone() }), [1, 3, 2, 4]);
    assert_eq!(rows(&desk, &Filter { order: Order::Row, commune: Some("Xã A".into()), ..all.clone() }), [1, 2]);
    assert_eq!(rows(&desk, &Filter { level: Some(("full_name".into(), "unmarked".into())), ..all.clone() }), [3, 1]);
    assert_eq!(rows(&desk, &Filter { reason: Some("ambiguous".into()), ..all.clone() }).len(), 4);
    assert!(rows(&desk, &Filter { commune: Some("Xã C".into()), ..all.clone() }).is_empty());
    // What is the same or missing is nothing to choose by.
    assert_eq!(desk.cases().facets().len(), 4);

    desk.decide(3, &Said::Not, 0, NOW).unwrap();
    assert_eq!(rows(&desk, &all), [2, 4, 1]);
    assert_eq!((desk.next(2, &all), desk.next(1, &all)), (Some(4), Some(2)));
    // Going back shows what was decided; on the first row there is nothing before.
    assert_eq!((desk.previous(4, &all), desk.previous(2, &all)), (Some(3), None));
    assert_eq!(rows(&desk, &Filter { shown: Shown::Said(Verdict::Not), ..all }), [3]);
}

#[test]
fn decisions_outlive_the_process_and_can_be_taken_back_in_any_order() {
    let folder = four();
    let mut first = desk(folder.path());
    assert!(matches!(Desk::open(folder.path(), "Sen", NOW), Err(Error::Busy { .. })), "one process at a time");
    let one = first.decide(1, &Said::Match("001190000001"), 0, NOW).unwrap();
    let two = first.decide(2, &Said::Unsure, 0, NOW).unwrap();
    let again = first.decide(1, &Said::Not, one.seq, NOW).unwrap();
    drop(first);

    let mut desk = desk(folder.path());
    let counts = |desk: &Desk| {
        let p = desk.progress();
        (p.left(), p.matched, p.not, p.unsure)
    };
    assert_eq!(counts(&desk), (2, 0, 1, 1));
    assert_eq!(desk.last().map(|entry| entry.seq), Some(again.seq));
    let undo = desk.take_back(again.seq, NOW).unwrap();
    assert_eq!((undo.deed, undo.takes_back, undo.row), (Deed::Undo, Some(3), 1));
    assert_eq!(counts(&desk), (2, 1, 0, 1), "what held before holds again");
    assert_eq!(desk.standing(1).map(|entry| entry.seq), Some(one.seq));
    desk.take_back(one.seq, NOW).unwrap();
    assert_eq!(counts(&desk), (3, 0, 0, 1));
    for gone in [again.seq, one.seq, undo.seq, 0, 99] {
        assert!(matches!(desk.take_back(gone, NOW), Err(Error::NothingToTakeBack)), "{gone}");
    }
    desk.take_back(two.seq, NOW).unwrap();
    assert_eq!((counts(&desk), desk.last()), ((4, 0, 0, 0), None));
}

#[test]
fn who_decides_on_what_is_no_longer_so_is_told() {
    let folder = four();
    let mut desk = desk(folder.path());
    desk.decide(1, &Said::Not, 0, NOW).unwrap();
    assert!(matches!(desk.decide(1, &Said::Unsure, 0, NOW), Err(Error::Elsewhere)));
    assert!(matches!(desk.decide(9, &Said::Unsure, 0, NOW), Err(Error::NoRow { row: 9 })));
    assert!(matches!(desk.decide(2, &Said::Match("001190000001"), 0, NOW), Err(Error::NoCandidate)));
    assert_eq!((desk.entries().len(), desk.pace().decisions()), (1, 1));
}

#[test]
fn a_folder_or_line_that_is_none_is_named() {
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(Desk::open(empty.path(), "Sen", NOW), Err(Error::NoCases { .. })));
    let twice = folder(&[(1, 0.5, ""), (1, 0.4, "")]);
    assert!(matches!(Desk::open(twice.path(), "Sen", NOW), Err(Error::Case { line: 2 })));
    let torn = folder(&[(1, 0.5, "")]);
    std::fs::write(torn.path().join(CASES_FILE), "{\"row\":1,").unwrap();
    assert!(matches!(Desk::open(torn.path(), "Sen", NOW), Err(Error::Case { line: 1 })));
    std::fs::write(torn.path().join(CASES_FILE), "").unwrap();
    assert_eq!(desk(torn.path()).progress(), Progress::default());
}

#[test]
fn decisions_about_rows_of_an_earlier_cleaning_are_counted_and_do_not_hold() {
    let folder = four();
    let mut before = desk(folder.path());
    before.decide(1, &Said::Not, 0, NOW).unwrap();
    before.decide(2, &Said::Not, 0, NOW).unwrap();
    drop(before);
    let text = std::fs::read_to_string(folder.path().join(CASES_FILE)).unwrap();
    std::fs::write(folder.path().join(CASES_FILE), text.lines().skip(1).map(|l| format!("{l}\n")).collect::<String>())
        .unwrap();
    let desk = desk(folder.path());
    assert_eq!((desk.strays(), desk.progress().not, desk.progress().total), (1, 1, 3));
}

#[test]
fn the_table_holds_what_stands_and_no_formula() {
    let folder = four();
    let mut desk = Desk::open(folder.path(), "=cmd()", NOW).unwrap();
    desk.decide(2, &Said::Not, 0, NOW).unwrap();
    desk.decide(1, &Said::Match("001190000001"), 0, NOW + Duration::SECOND).unwrap();
    let three = desk.decide(3, &Said::Unsure, 0, NOW).unwrap();
    desk.take_back(three.seq, NOW).unwrap();
    let mut out = Vec::new();
    write_csv(&desk, &mut out).unwrap();
    assert_eq!(
        String::from_utf8(out).unwrap(),
        "\u{feff}row,decision,personal_number,clerk,at,seq\n\
         1,match,001190000001,'=cmd(),2026-11-22T08:00:01Z,2\n\
         2,not,,'=cmd(),2026-11-22T08:00:00Z,1\n"
    );
}

/// A result of the rows 1 to 5 as a cleaning writes it; 1 to 4 are to be reviewed, and 2 may be two people.
fn cleaned() -> tempfile::TempDir {
    use crate::report::{Language, Results, Words, write_csv, write_parquet};
    use crate::{Decision, Flags, NOBODY, Rival, Schema, Status, Weights};
    let schema = Schema::people();
    let folder = tempfile::tempdir().unwrap();
    let mut text = String::new();
    let mut decisions = Vec::new();
    for row in 1..=5 {
        let mut levels = [Decision::MISSING; crate::FIELDS_MAX];
        (levels[1], levels[2]) = (2, 0);
        let status = if row == 5 { Status::Match } else { Status::Review };
        let flags = if row == 2 { Flags::AMBIGUOUS } else { Flags::default() };
        let rival = Rival { person: NOBODY, probability: 0.0 };
        let probability = if row == 5 { 1.0 } else { 0.5 };
        decisions.push(Decision {
            row,
            duplicate_of: 0,
            person: row as u32,
            probability,
            weight: 3.25,
            rival,
            levels,
            status,
            flags,
        });
        let candidate = |number: String, level: &str, probability: f64| {
            serde_json::json!({"personal_number": number, "person": row, "values": {"full_name": "Trần Thị Sen"},
                "levels": {"full_name": level, "birth_date": "same"}, "probability": probability, "weight": 3.25})
        };
        let mut candidates = vec![candidate(format!("00119000000{row}"), "unmarked", 0.5)];
        if row == 2 {
            candidates.push(candidate("001190000099".to_owned(), "slip", 0.25));
        }
        if row < 5 {
            text += &format!(
                "{}\n",
                serde_json::json!({"row": row, "file": {"full_name": "Tran Thi Sen"}, "candidates": candidates})
            );
        }
    }
    std::fs::write(folder.path().join(CASES_FILE), text).unwrap();
    let weights = serde_json::to_string(&Weights::usual(&schema)).unwrap();
    std::fs::write(folder.path().join(WEIGHTS_FILE), weights).unwrap();
    let words = Words::new(&schema, Language::Vi, false);
    let number_of = |person: u32| Some(format!("00119000000{person}"));
    let results = Results { decisions: &decisions, schema: &schema, words: &words, number_of: &number_of };
    write_csv(&folder.path().join("result.csv"), &results, &|_| {}).unwrap();
    write_parquet(&folder.path().join("result.parquet"), &results, &|_| {}).unwrap();
    folder
}

fn read(folder: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(folder.join("result.csv")).unwrap();
    let mut reader = csv::Reader::from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    reader.records().map(|record| record.unwrap().iter().map(str::to_owned).collect()).collect()
}

/// The same from the Parquet file; numbers are left out.
fn read_parquet(folder: &Path) -> Vec<Vec<String>> {
    use arrow::util::display::array_value_to_string;
    let file = std::fs::File::open(folder.join("result.parquet")).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(file).unwrap().build().unwrap();
    let mut rows = Vec::new();
    for batch in reader.map(Result::unwrap) {
        for row in 0..batch.num_rows() {
            rows.push(batch.columns().iter().map(|column| array_value_to_string(column, row).unwrap()).collect());
        }
    }
    rows
}

#[test]
fn decisions_go_into_the_result_and_come_out_again_without_a_trace() {
    let folder = cleaned();
    let bytes = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    let before = (bytes("result.csv"), read_parquet(folder.path()));
    let mut desk = desk(folder.path());
    assert_eq!(apply(&desk).unwrap(), Applied { matched: 0, not: 0, open: 4 });
    assert_eq!((bytes("result.csv"), read_parquet(folder.path())), before, "without decisions nothing changes");

    desk.decide(1, &Said::Match("001190000001"), 0, NOW).unwrap();
    desk.decide(2, &Said::Match("001190000099"), 0, NOW).unwrap();
    desk.decide(3, &Said::Not, 0, NOW).unwrap();
    desk.decide(4, &Said::Unsure, 0, NOW).unwrap();
    assert_eq!(apply(&desk).unwrap(), Applied { matched: 2, not: 1, open: 1 });
    let rows = read(folder.path());
    let cells = |row: usize, columns: [usize; 6]| columns.map(|column| rows[row][column].as_str());
    let columns = [1, 2, 3, 6, 15, 16];
    assert_eq!(cells(0, columns), ["match", "001190000001", "0.500000", "similar", "unmarked", "same"]);
    assert_eq!(cells(1, columns), ["match", "001190000099", "0.250000", "similar", "slip", "same"]);
    assert_eq!(cells(2, columns), ["none", "", "0.500000", "similar", "unmarked", "same"]);
    assert_eq!(cells(3, columns), ["review", "", "0.500000", "similar", "unmarked", "same"]);
    assert_eq!(cells(4, columns), ["match", "001190000005", "1.000000", "similar", "unmarked", "same"]);
    assert!(
        rows[0][23].starts_with("Người rà soát quyết định: khớp. Trước khi rà soát: Có thể là người này"),
        "{}",
        rows[0][23]
    );
    assert!(
        rows[1][23].contains("sai một chữ cái") && rows[1][23].contains("viết không dấu"),
        "both comparisons: {}",
        rows[1][23]
    );
    for (text, typed) in rows.iter().zip(read_parquet(folder.path())) {
        let words = |row: &[String]| {
            row.iter()
                .enumerate()
                .filter(|(at, _)| ![3, 4].contains(at))
                .map(|(_, cell)| cell.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(words(text), words(&typed));
    }
    let once = bytes("result.csv");
    apply(&desk).unwrap();
    assert_eq!(bytes("result.csv"), once, "twice is once");

    for seq in 1..=4 {
        desk.take_back(seq, NOW).unwrap();
    }
    apply(&desk).unwrap();
    assert_eq!((bytes("result.csv"), read_parquet(folder.path())), before, "taken back, all is as it was");
}

#[test]
fn a_result_that_is_none_is_left_alone() {
    let folder = cleaned();
    std::fs::write(folder.path().join("result.csv"), "a,b\n1,2\n").unwrap();
    let desk = desk(folder.path());
    assert!(matches!(apply(&desk), Err(Error::Result { name: "result.csv" })));
    assert_eq!(std::fs::read_to_string(folder.path().join("result.csv")).unwrap(), "a,b\n1,2\n");
    std::fs::remove_file(folder.path().join("result.csv")).unwrap();
    assert!(apply(&desk).is_ok(), "one of the two is enough");
    std::fs::remove_file(folder.path().join("result.parquet")).unwrap();
    assert!(matches!(apply(&desk), Err(Error::NoResult { .. })));
}

#[test]
fn decisions_say_what_the_weights_are() {
    let folder = cleaned();
    let mut desk = desk(folder.path());
    desk.decide(2, &Said::Match("001190000099"), 0, NOW).unwrap();
    desk.decide(3, &Said::Not, 0, NOW).unwrap();
    desk.decide(4, &Said::Unsure, 0, NOW).unwrap();
    let (weights, pairs) = reestimated(&desk).unwrap();
    assert_eq!(pairs, 3, "both candidates of row 2 and the one of row 3");
    let before = read_weights(folder.path()).unwrap().unwrap();
    let slip = |weights: &crate::Weights| weights.fields[1].levels[4].m;
    assert!(slip(&weights) > slip(&before));
    let candidate = &desk.case(2).unwrap().candidates[1];
    let name = &before.fields[1].levels[4];
    assert!((bits(&before, candidate)["full_name"] - (name.m / name.u).log2()).abs() < 1e-9);
    assert_eq!(bits(&before, candidate).len(), 2);
}

#[test]
fn looking_leaves_nothing_behind_and_a_folder_that_was_replaced_takes_no_decision() {
    let folder = four();
    let mut open = desk(folder.path());
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
    let aside = tempfile::tempdir().unwrap();
    std::fs::rename(folder.path(), aside.path().join("old")).unwrap();
    std::fs::create_dir(folder.path()).unwrap();
    assert!(matches!(open.decide(1, &Said::Not, 0, NOW), Err(Error::Replaced { .. })));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}
