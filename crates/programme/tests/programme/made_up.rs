//! Made-up directives with the faults of real ones: they always run.

use crate::{bodies, facts, options};
use programme::doubt;
use programme::read::{Layout, Reading, read};
use programme::{Bodies, Error};
use std::path::Path;

fn try_read(name: &str, bodies: &Bodies) -> Result<Reading, Error> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/files").join(name);
    read(name, &std::fs::read(path).unwrap(), bodies, &options())
}

#[track_caller]
fn check(name: &str, layout: Layout, expected: &str) -> Reading {
    let reading = try_read(name, &bodies()).unwrap();
    assert_eq!(reading.layout, layout);
    let found = facts(&reading);
    let (found, expected): (Vec<_>, Vec<_>) =
        (found.lines().skip(1).collect(), expected.trim().lines().map(str::trim).collect());
    assert_eq!(found, expected, "{name}");
    reading
}

#[test]
fn every_fault_of_a_table_is_kept_and_flagged() {
    let reading = check(
        "appendix.md",
        Layout::Markdown,
        "A,1,group:ministries-and-provinces,month,2024-02-01,2024-02-29,PRG0038:deadline
        A,2,ministry-finance ministry-health ministry-culture province-committee/10,quarter,2024-04-01,2024-06-30,PRG0020:content PRG0020:lead PRG0023:lead
        A,3,ministry-finance ministry-health,ongoing,2024-01-01,2025-12-31,PRG0027:lead PRG0034:support
        A,4,group:ministries-and-provinces,roadmap,,2025-12-31,PRG0021:row
        A,5,ministry-home-affairs,roadmap,,,PRG0021:row
        A,6,ministry-justice ministry-finance group:bodies-concerned,year,2024-01-01,2024-12-31,PRG0027:lead PRG0036:lead
        B,1,ministry-transport,day,,2024-12-31,PRG0023:section PRG0022:row
        B,2,?,unclear,,,PRG0022:row PRG0026:lead PRG0029:deadline
        B,4,group:provinces,before,,2024-06-30,PRG0022:row PRG0028:number
        B,4,group:provinces,before,,2024-10-30,PRG0022:row PRG0037:number PRG0025:lead PRG0024:deadline
        C,1,province-committee/89 province-committee/46 province-committee/54,several,2024-10-01,2024-12-31,PRG0025:lead PRG0033:deadline
        C,2,ministry-agriculture-environment,none,,,PRG0032:content PRG0035:lead PRG0030:deadline",
    );
    assert_eq!(
        (reading.number.as_deref(), reading.date),
        (Some("07/CT-TTg"), Some(time::macros::date!(2024 - 03 - 05)))
    );
    let titles: Vec<_> = reading.sections.iter().map(|s| (s.mark.as_str(), s.title.as_str())).collect();
    assert_eq!(titles, [("A", "Việc chung"), ("B", "Việc riêng"), ("C", "Việc địa phương")]);
    assert_eq!(reading.left.iter().map(|left| left.text.as_str()).collect::<Vec<_>>(), ["Ghi chú cuối trang."]);
    let task = &reading.tasks[1];
    assert_eq!((task.content.as_str(), task.support[0].text.as_str()), ("Mua giá sách mới", "Bộ Công an"));
    // Words that nobody knows stay as they are.
    assert_eq!(reading.tasks[7].lead[0].text, "Nhà in Hoa Sen");
    // Since the merger another ministry answers for it.
    let successors: Vec<_> = reading.tasks[6].lead[0].successors.iter().map(kernel::BodyId::as_str).collect();
    assert_eq!(successors, ["ministry-construction", "ministry-public-security"]);
}

#[test]
fn separated_values_with_a_column_of_sections() {
    let reading = check(
        "tasks.csv",
        Layout::Csv,
        "I,1,ministry-home-affairs ministry-agriculture-environment,day,,2025-09-30,
        I,2,group:provinces,month,2025-12-01,2025-12-31,
        II,1,,month,2025-08-01,2025-08-31,PRG0031:lead",
    );
    assert_eq!(reading.number.as_deref(), Some("12/KH-UBND"));
    // 34 since July 2025.
    assert_eq!(reading.tasks[1].lead[0].members, Some(34));
}

#[test]
fn a_spreadsheet_with_a_typed_day() {
    let reading = check(
        "tasks.xlsx",
        Layout::Spreadsheet,
        "A,1,ministry-home-affairs,quarter,2025-07-01,2025-09-30,
        A,2,ministry-planning,day,,2025-09-30,",
    );
    assert_eq!(reading.tasks[1].lead[0].successors, [kernel::BodyId::from("ministry-finance")]);
}

#[test]
fn a_missing_column_is_told_and_nothing_lost() {
    let reading = check(
        "no-deadline.csv",
        Layout::Csv,
        ",1,ministry-home-affairs,none,,,PRG0030:deadline
        ,2,ministry-health,none,,,PRG0030:deadline",
    );
    let codes: Vec<_> = reading.doubts.iter().map(|doubt| doubt.code.as_ref()).collect();
    assert_eq!(codes, [doubt::TABLE_COLUMN_MISSING, doubt::HEAD_MISSING]);
}

#[test]
fn prose_with_roles() {
    let reading = check(
        "prose.txt",
        Layout::Prose,
        "VIỆC TRƯỚC MẮT,1,ministry-health,month,2024-08-01,2024-08-31,
        VIỆC TRƯỚC MẮT,2.1,group:ministries-and-provinces,ongoing,,,
        VIỆC TRƯỚC MẮT,2.2.1,ministry-finance,month,2024-09-01,2024-09-30,
        VIỆC TRƯỚC MẮT,2.2.2,ministry-justice,month,2024-10-01,2024-10-31,
        VIỆC TRƯỚC MẮT,3,ministry-justice,month,2024-11-01,2024-11-30,PRG0028:number PRG0032:content",
    );
    assert_eq!(reading.tasks[0].support[0].id(), "ministry-home-affairs");
    assert_eq!(reading.tasks[1].support[0].id(), "government-office");
    assert_eq!(reading.tasks[2].content, "Dán nhãn (in nhãn)");
    assert_eq!(reading.left.len(), 2);
}

#[test]
fn what_is_no_list_of_tasks_is_refused() {
    let bodies = bodies();
    let refused = |name: &str, bytes: &[u8]| read(name, bytes, &bodies, &options()).unwrap_err().to_string();
    assert_eq!(refused("a.md", b"| a | b |\n|---|---|\n| 1 | 2 |\n"), "PRG0003 no task found");
    assert_eq!(refused("a.txt", "Chỉ là lời kể.".as_bytes()), "PRG0003 no task found");
    assert!(refused("a.bin", &[0xff, 0x00, 0x80]).starts_with("PRG0001"));
    assert!(refused("a.xlsx", b"PK\x03\x04 not a zip").starts_with("PRG0001"));
}

#[test]
fn who_answers_after_a_merger_depends_on_the_day() {
    use time::macros::date;
    let bodies = bodies();
    let told = date!(2024 - 02 - 11);
    let answering = |body: &str, on| -> Vec<String> {
        bodies.answering(&body.into(), told, on).iter().map(ToString::to_string).collect()
    };
    assert_eq!(answering("ministry-environment", date!(2025 - 02 - 28)), ["ministry-environment"]);
    assert_eq!(answering("ministry-environment", date!(2025 - 03 - 01)), ["ministry-agriculture-environment"]);
    assert_eq!(answering("social-insurance-agency", date!(2026 - 01 - 01)), ["ministry-finance"]);
    // Kiên Giang (91) went into An Giang, which took its code.
    assert_eq!(answering("province-committee/89", date!(2025 - 07 - 01)), ["province-committee/91"]);
    assert_eq!(answering("province-committee/01", date!(2025 - 07 - 01)), ["province-committee/01"]);
    // Thừa Thiên Huế became Huế in January, under its code; Đồng Nai merged, and changed its kind later.
    assert_eq!(answering("province-committee/46", date!(2025 - 07 - 01)), ["province-committee/46"]);
    assert_eq!(answering("province-committee/70", date!(2026 - 11 - 01)), ["province-committee/75"]);
}

mod properties {
    use crate::{bodies, options};
    use programme::Bodies;
    use programme::read::read;
    use proptest::prelude::*;
    use std::sync::LazyLock;

    static BODIES: LazyLock<Bodies> = LazyLock::new(bodies);

    /// Pieces of real tables, and anything else.
    const PIECE: &str = "(\\||\\n|---|STT|Nội dung|Đơn vị chủ trì|Thời gian|Đơn vị thực hiện: |Thời gian hoàn thành: \
        |Bộ Y tế|Các Bộ: |UBND 63 địa phương|09 địa phương: |An Giang|tháng 3/2024|[0-9]{1,3}|[ABВ]|, |; |- |\\PC)";

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]

        #[test]
        fn any_text_is_read_or_refused(pieces in prop::collection::vec(PIECE, 0..80)) {
            let text = pieces.concat();
            for name in ["a.md", "a.csv", "a.txt"] {
                let _ = read(name, text.as_bytes(), &BODIES, &options());
            }
        }

        /// Every letter and digit of every row below the heading is in some task, section, or what is left over.
        #[test]
        fn nothing_of_a_table_is_lost(rows in prop::collection::vec(prop::collection::vec("[a-z0-9 ]{0,8}", 1..9), 1..12)) {
            let mut text = "| STT | Nội dung | Đơn vị chủ trì | Đơn vị phối hợp | Thời gian | Sản phẩm |\n|--|--|--|--|--|--|\n".to_owned();
            for row in &rows {
                text.push_str(&format!("| {} |\n", row.join(" | ")));
            }
            let Ok(reading) = read("a.md", text.as_bytes(), &BODIES, &options()) else { return Ok(()) };
            let mut kept = String::new();
            for section in &reading.sections {
                kept.push_str(&format!("{} {} ", section.mark, section.title));
            }
            for left in &reading.left {
                kept.push_str(&left.text);
                kept.push(' ');
            }
            for task in &reading.tasks {
                let parties: Vec<_> = task.lead.iter().chain(&task.support).map(|party| party.text.as_str()).collect();
                let said = [&task.number, &task.content, &task.deadline.text, &task.product].map(String::as_str);
                kept.push_str(&format!("{} {} ", said.join(" "), parties.join(" ")));
            }
            let kept: Vec<&str> = kept.split_whitespace().collect();
            for word in rows.iter().flatten().flat_map(|cell| cell.split_whitespace()) {
                // Words that only join names are no names.
                let joins = programme::bodies::joins(word);
                prop_assert!(joins || kept.iter().any(|k| k.contains(word)), "{word:?} is lost:\n{text}\n{kept:?}");
            }
        }
    }
}
