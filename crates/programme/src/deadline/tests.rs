use super::{Kind, read};
use crate::doubt;
use proptest::prelude::*;

#[track_caller]
fn check(text: &str, kind: Kind, from: &str, until: &str, doubts: &[&str]) {
    let (deadline, found) = read(text);
    let day = |day: Option<time::Date>| day.map(kernel::iso_date::text).unwrap_or_default();
    let codes: Vec<_> = found.iter().map(|doubt| doubt.code.as_ref()).collect();
    let read = (deadline.kind, day(deadline.from), day(deadline.until), codes);
    assert_eq!(read, (kind, from.to_owned(), until.to_owned(), doubts.to_vec()), "{text}");
    assert_eq!(deadline.text, text);
}

#[test]
fn months_quarters_and_years() {
    check("Quý I/2024", Kind::Quarter, "2024-01-01", "2024-03-31", &[]);
    check("Quý II/2024.", Kind::Quarter, "2024-04-01", "2024-06-30", &[]);
    check("trong Quý IV năm 2024", Kind::Quarter, "2024-10-01", "2024-12-31", &[]);
    check("quý 2 năm 2025", Kind::Quarter, "2025-04-01", "2025-06-30", &[]);
    check("Tháng 9/2024", Kind::Month, "2024-09-01", "2024-09-30", &[]);
    check("Tháng 01/2024", Kind::Month, "2024-01-01", "2024-01-31", &[]);
    check("hoàn thành trong tháng 02 năm 2024", Kind::Month, "2024-02-01", "2024-02-29", &[]);
    check("Năm 2024", Kind::Year, "2024-01-01", "2024-12-31", &[]);
    check("Hoàn thành trong năm 2025", Kind::Year, "2025-01-01", "2025-12-31", &[]);
    check("Đến năm 2025", Kind::Year, "", "2025-12-31", &[]);
    check("2024-2025", Kind::Years, "2024-01-01", "2025-12-31", &[]);
    check("6 tháng cuối năm 2022", Kind::HalfYear, "2022-07-01", "2022-12-31", &[]);
    check("Năm học 2024 - 2025", Kind::SchoolYear, "2024-09-01", "2025-05-31", &[]);
}

#[test]
fn days_and_what_lies_before_them() {
    check("31/12/2022", Kind::Day, "", "2022-12-31", &[]);
    check("Chậm nhất ngày 15 tháng 5 năm 2024", Kind::Day, "", "2024-05-15", &[]);
    check("Hoàn thành trước ngày 01/7/2024", Kind::Before, "", "2024-06-30", &[]);
    check("Hoàn thành trước ngày 01 tháng 7 năm 2024", Kind::Before, "", "2024-06-30", &[]);
    check("Hoàn thành trước tháng 6/2024", Kind::Before, "", "2024-05-31", &[]);
    check("trước năm 2025", Kind::Before, "", "2024-12-31", &[]);
}

#[test]
fn what_has_no_day() {
    check("Thường xuyên", Kind::Ongoing, "", "", &[]);
    check("Thực hiện thường xuyên khi có hồ sơ phát sinh", Kind::Ongoing, "", "", &[]);
    check("Thường xuyên trong 2024, 2025", Kind::Ongoing, "2024-01-01", "2025-12-31", &[]);
    check("Trong quá trình thực hiện Đề án 175", Kind::Ongoing, "", "", &[]);
    check("Theo lộ trình Bộ Công an đề xuất", Kind::Roadmap, "", "", &[]);
    check("Thực hiện theo lộ trình thực hiện Nghị quyết số 175/NQ-CP.", Kind::Roadmap, "", "", &[]);
    check("Đề ra lộ trình hoàn thành đến năm 2025", Kind::Roadmap, "", "2025-12-31", &[]);
    check("Theo lộ trình Đề án, giai đoạn 1 hoàn thành trước năm 2025", Kind::Roadmap, "", "2024-12-31", &[]);
}

#[test]
fn several_dates() {
    let several = [doubt::DEADLINE_SEVERAL];
    check("Quý IV năm 2024 và theo lộ trình triển khai", Kind::Several, "2024-10-01", "2024-12-31", &several);
    check("Nghị định A Tháng 8/2022; Nghị định B 31/12/2022", Kind::Several, "2022-08-01", "2022-12-31", &several);
    let text = "Thí điểm trong tháng 6/2024, toàn quốc từ năm học 2024 - 2025";
    check(text, Kind::Several, "2024-06-01", "2024-09-01", &several);
    assert_eq!(read(text).0.stages.len(), 2);
}

#[test]
fn what_means_nothing_is_kept_and_flagged() {
    check("", Kind::None, "", "", &[doubt::DEADLINE_NONE]);
    check(" - ", Kind::None, "", "", &[doubt::DEADLINE_NONE]);
    check("Sớm nhất có thể", Kind::Unclear, "", "", &[doubt::DEADLINE_UNCLEAR]);
    check("Tháng 13/2024", Kind::Unclear, "", "", &[doubt::DATE_IMPOSSIBLE]);
    check("Hoàn thành trước tháng 30/11/2024", Kind::Before, "", "2024-11-29", &[doubt::DATE_IMPOSSIBLE]);
    check("ngày 31/02/2024", Kind::Day, "", "2024-02-29", &[doubt::DATE_IMPOSSIBLE]);
    // The day of a document is none of the task.
    check("Theo Quyết định số 12/QĐ-TTg ngày 05/01/2023", Kind::Unclear, "", "", &[doubt::DEADLINE_UNCLEAR]);
    check("Theo Thông tư 01/2023/TT-VPCP", Kind::Unclear, "", "", &[doubt::DEADLINE_UNCLEAR]);
}

proptest! {
    #[test]
    fn any_text_is_taken(text in "(tháng|quý|năm|ngày|trước|đến|từ|[0-9]{1,5}|[/,. -]|\\PC){0,20}") {
        let (deadline, _) = read(&text);
        prop_assert_eq!(&deadline.text, &text);
        if let (Some(from), Some(until)) = (deadline.from, deadline.until) {
            prop_assert!(from <= until || deadline.kind == Kind::Several || deadline.kind == Kind::Ongoing, "{:?}", deadline);
        }
    }
}
