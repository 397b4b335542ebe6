//! The data of `packs/vn` that this crate reads itself: units, calendar, code sets.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on may stop")]

use pack::units::{Succession, UnitError, Units};
use pack::{Pack, Report, calendar, codes::CodeSets};
use time::Date;
use time::macros::date;

const BEFORE: Date = date!(2025 - 06 - 30);
const AFTER: Date = date!(2025 - 07 - 01);

fn vn() -> Pack {
    Pack::embedded("vn").unwrap()
}

fn units() -> Units {
    let mut report = Report::new();
    let units = Units::read(&vn(), &mut report);
    assert!(report.is_clean(), "{report}");
    units
}

#[test]
fn the_counts_are_those_of_the_law() {
    let units = units();
    let count = |day| {
        let communes = units.all_on(day).filter(|u| u.province.is_some()).count();
        (units.provinces(day).len(), communes)
    };
    assert_eq!(count(BEFORE), (63, 10_035));
    assert_eq!(count(AFTER), (34, 3_321));
    assert_eq!(count(date!(2026 - 11 - 22)), (34, 3_321));
    let kinds =
        |kind| units.all_on(date!(2026 - 11 - 22)).filter(|u| u.kind == kind && u.code.as_str().len() == 5).count();
    assert_eq!((kinds("phường"), kinds("xã"), kinds("đặc khu")), (697, 2_611, 13));
    let by_province: usize = units.provinces(AFTER).iter().map(|p| units.communes(p.code.as_str(), AFTER).len()).sum();
    assert_eq!(by_province, 3_321);
}

#[test]
fn a_code_means_another_ward_after_the_merger() {
    let units = units();
    assert_eq!(units.commune("00004", BEFORE).unwrap().full_name(), "Phường Trúc Bạch");
    assert_eq!(units.commune("00004", AFTER).unwrap().full_name(), "Phường Ba Đình");
    assert!(units.commune("4", AFTER).is_none());
    assert!(units.commune("01", AFTER).is_none());
    assert_eq!(units.province("75", date!(2026 - 04 - 29)).unwrap().full_name(), "Tỉnh Đồng Nai");
    assert_eq!(units.province("75", date!(2026 - 04 - 30)).unwrap().full_name(), "Thành phố Đồng Nai");
}

#[test]
fn a_commune_that_ended_names_its_successors() {
    let units = units();
    let today = date!(2026 - 11 - 22);
    let Err(UnitError::Ended { name, ended, successors, .. }) = units.check_commune("00001", today) else {
        panic!("00001 has ended")
    };
    assert_eq!((name.as_str(), ended), ("Phường Phúc Xá", BEFORE));
    assert_eq!(
        successors.iter().map(|(c, n)| (c.as_str(), n.as_str())).collect::<Vec<_>>(),
        [("00097", "Phường Hồng Hà")]
    );
    let problem = kernel::Problem::from(units.check_commune("00001", today).unwrap_err());
    assert_eq!(problem.code, "PAC0202");
    assert_eq!(problem.args["successors"], "Phường Hồng Hà (00097)");
    assert_eq!(problem.args["ended"], "30/06/2025");
    // Through two steps.
    let Err(UnitError::Ended { successors, .. }) = units.check_commune("06973", today) else { panic!("ended") };
    assert_eq!(successors[0].0.as_str(), "06978");
    assert!(matches!(units.check_commune("00097", BEFORE), Err(UnitError::NotYet { .. }) | Ok(_)));
    assert!(matches!(units.check_commune("99999", today), Err(UnitError::Unknown { .. })));
    assert!(matches!(units.check_commune("<script>", today), Err(UnitError::Unknown { .. })));
    assert!(matches!(units.check_province("02", today), Err(UnitError::Ended { .. })));
}

#[test]
fn a_split_commune_has_several_successors() {
    let units = units();
    let successors = units.successors("00007", BEFORE);
    assert!(successors.len() > 1);
    assert!(successors.iter().all(|(_, kind)| *kind == Succession::Split));
    assert_eq!(successors[0].0.full_name(), "Phường Ngọc Hà");
    // Nobody is lost on the way: what ended has a successor that stands.
    for unit in units.all().iter().filter(|u| u.until.is_some()) {
        let code = unit.code.as_str();
        assert!(!units.successors(code, unit.from).is_empty(), "{code} {}", unit.full_name());
    }
}

#[test]
fn number_prefixes_follow_the_province() {
    let units = units();
    assert_eq!(units.number_prefix("02", date!(2020 - 01 - 01)).unwrap().prefix, "002");
    assert_eq!(units.number_prefix("01", date!(1990 - 01 - 01)).unwrap().prefix, "001");
    let after = units.number_prefix("08", AFTER).unwrap();
    assert_eq!((after.prefix.as_str(), after.confidence.as_deref()), ("008", Some("unverified")));
    assert!(units.number_prefix("02", AFTER).is_none());
    for province in units.provinces(AFTER) {
        assert!(units.number_prefix(province.code.as_str(), AFTER).is_some());
    }
}

#[test]
fn working_days_of_each_year() {
    let mut report = Report::new();
    let calendar = calendar::read(&vn(), &mut report);
    assert!(report.is_clean(), "{report}");
    for (year, days) in [(2024, 251), (2025, 250), (2026, 249), (2027, 249)] {
        let last = Date::from_calendar_date(year - 1, time::Month::December, 31).unwrap();
        let end = Date::from_calendar_date(year, time::Month::December, 31).unwrap();
        assert_eq!(calendar.working_days_between(last, end), days, "{year}");
    }
    assert!(calendar.is_working_day(date!(2026 - 08 - 22)));
    assert!(!calendar.is_working_day(date!(2026 - 11 - 24)));
}

#[test]
fn code_sets_read_well() {
    let mut report = Report::new();
    let codes = CodeSets::read(&vn(), &mut report);
    assert!(report.is_clean(), "{report}");
    assert_eq!(codes.code("ethnic-groups", "01").unwrap().name.vi, "Kinh");
    assert_eq!(codes.set("ethnic-groups").unwrap().len(), 55);
    for id in ["sexes", "relations", "marital-statuses", "document-kinds", "nationalities"] {
        assert!(codes.set(id).is_some_and(|set| !set.is_empty()), "{id}");
    }
    let old = codes.code("document-kinds", "identity-book-9").unwrap();
    assert!(old.covers(date!(2024 - 12 - 31)) && !old.covers(date!(2025 - 01 - 01)));
}
