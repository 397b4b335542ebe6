//! What pages ask: one code, filters, suggestions, mistakes.

use crate::{TODAY, index, read_file, rules, small};
use catalogue::search::{Doc, Filter};
use catalogue::{Level, Online, Shelf, Snapshot, Version, Who};
use std::sync::Arc;
use time::macros::date;

fn shelf(on: time::Date) -> Shelf {
    let rules = rules();
    let mut snapshot = Snapshot::default();
    for entry in read_file(&small(), &rules).entries {
        snapshot.add(entry.code.clone(), Version { as_of: date!(2026 - 07 - 31), ended: false, entry });
    }
    let group = Doc {
        code: "3.000722".to_owned(),
        name: "Liên thông điện tử đăng ký khai sinh, đăng ký thường trú, cấp thẻ bảo hiểm y tế".to_owned(),
        titles: vec!["Sinh con".to_owned()],
        keywords: vec!["sinh con".to_owned(), "khai sinh".to_owned()],
        online: Some(Online::Full),
        filed_by: Some("3.000722".to_owned()),
        group: true,
        ..Doc::default()
    };
    let packed = if on >= date!(2026 - 09 - 01) { vec![group] } else { Vec::new() };
    Shelf::new(snapshot, Arc::new(rules), packed, on)
}

#[test]
fn a_code_that_ended_points_to_what_took_its_place() {
    let shelf = shelf(TODAY);
    for old in ["2.002621", "2.000986"] {
        let known = shelf.known(old).unwrap();
        assert!(known.ended && known.doc.is_none());
        assert_eq!(known.replaced_by.iter().map(catalogue::Code::as_str).collect::<Vec<_>>(), ["3.000722"]);
        assert_eq!(known.replaced_on, Some(date!(2026 - 09 - 01)));
        assert!(shelf.index.search(old, &Filter::default(), 3).found.is_empty());
    }
    let new = shelf.known("3.000722").unwrap();
    assert!(!new.ended && new.replaces.iter().any(|code| code.as_str() == "2.002621"));
    assert_eq!(new.essential.map(|(_, service)| service.no), Some(15));
    assert!(new.events.iter().any(|event| event.id == "birth"));
    assert!(shelf.known("1.999999").is_none() && shelf.known("khai sinh").is_none());
    // The day before, the old one was still in force.
    assert!(!self::shelf(date!(2026 - 08 - 31)).known("2.000986").unwrap().ended);
}

#[test]
fn what_can_be_filed_here_comes_first_where_it_fits_as_well() {
    let shelf = shelf(TODAY);
    let answer = shelf.index.search("sinh con", &Filter::default(), 3);
    assert_eq!(answer.found[0].doc.code, "3.000722");
    assert_eq!(answer.events.iter().map(|event| event.id.as_str()).collect::<Vec<_>>(), ["birth"]);
    let here = Filter { here: true, ..Filter::default() };
    assert_eq!(shelf.index.all(&here).len(), 1);
}

#[test]
fn one_can_ask_as_somebody_and_at_a_level() {
    let rules = rules();
    let index = index(&read_file(&small(), &rules).entries, &rules);
    let codes = |filter: &Filter| {
        let answer = index.search("đổi giấy phép", filter, 50);
        answer.found.iter().map(|found| found.doc.code.clone()).collect::<Vec<_>>()
    };
    let all = codes(&Filter::default());
    assert!(all.contains(&"3.000347".to_owned()) && all.contains(&"9.000101".to_owned()), "{all:?}");
    assert!(!codes(&Filter { who: Some(Who::Citizen), ..Filter::default() }).contains(&"9.000101".to_owned()));
    assert!(!codes(&Filter { who: Some(Who::Business), ..Filter::default() }).contains(&"3.000347".to_owned()));
    assert!(!codes(&Filter { level: Some(Level::Commune), ..Filter::default() }).contains(&"3.000347".to_owned()));
    assert_eq!(codes(&Filter { online: Some(Online::Full), ..Filter::default() }), Vec::<String>::new());
}

#[test]
fn suggestions_follow_the_typing() {
    let rules = rules();
    let index = index(&read_file(&small(), &rules).entries, &rules);
    let codes =
        |typed: &str| index.suggest(typed, &Filter::default(), 5).into_iter().map(|one| one.code).collect::<Vec<_>>();
    for (typed, code) in [
        ("khai s", "1.001193"),
        ("đăng ký kh", "1.001193"),
        ("dang ky ket h", "1.000894"),
        ("tạm tr", "1.004194"),
        ("nhập hộ kh", "1.004222"),
        ("1.0042", "1.004222"),
        ("hộ chi", "1.001456"),
    ] {
        assert!(codes(typed).iter().any(|found| found == code), "{typed}: {:?}", codes(typed));
    }
    assert!(codes("k").is_empty() && codes("").is_empty() && codes("   ").is_empty());
}

#[test]
fn odd_questions_do_no_harm() {
    let rules = rules();
    let index = index(&read_file(&small(), &rules).entries, &rules);
    for question in [
        "",
        " ",
        "…",
        "làm gì ở đâu",
        "xyzzy",
        "1.",
        ".",
        "%_'\";--",
        &"khai sinh ".repeat(500),
        "\u{301}\u{302}",
        "🙂",
        "đ",
        "0.000000",
    ] {
        let _ = index.search(question, &Filter::default(), 10);
        let _ = index.suggest(question, &Filter::default(), 10);
    }
    assert!(index.search("", &Filter::default(), 10).found.is_empty());
    assert!(index.search("xyzzy", &Filter::default(), 10).found.is_empty());
    let repaired = index.search("khai sing", &Filter::default(), 3).repaired;
    assert_eq!(repaired, [("sing".to_owned(), "sinh".to_owned())]);
}

#[test]
fn the_same_question_gives_the_same_answer() {
    let rules = rules();
    let entries = read_file(&small(), &rules).entries;
    let answer = || {
        let index = index(&entries, &rules);
        let answer = index.search("mất thẻ bảo hiểm", &Filter::default(), 20);
        answer.found.iter().map(|found| (found.doc.code.clone(), found.score.to_bits())).collect::<Vec<_>>()
    };
    assert_eq!(answer(), answer());
}
