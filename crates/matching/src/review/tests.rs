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
