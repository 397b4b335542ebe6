//! The pack's own cases of groups come out as the pack says.

use crate::world::{SETTING, pack_folder};
use pack::{Case, Pack, Report};
use time::format_description::well_known::Rfc3339;
use time::{Duration, OffsetDateTime};

#[test]
fn groups_do_what_their_cases_expect() {
    let pack = Pack::open(&pack_folder()).unwrap();
    let mut report = Report::new();
    let cases = Case::read(&pack, "groups", &mut report);
    assert!(report.is_clean() && cases.len() >= 9, "{} {report}", cases.len());
    for case in cases {
        let day = case.on.unwrap();
        let group = SETTING.catalogue.group(case.subject.as_deref().unwrap(), day).expect(&case.name);
        let received = case.input["received"].as_str().map(|text| OffsetDateTime::parse(text, &Rfc3339).unwrap());
        let received =
            received.unwrap_or_else(|| day.midnight().assume_offset(time::macros::offset!(+7)) + Duration::hours(9));
        let setting = (&*SETTING.units, &SETTING.calendar);
        let outcome = procedure::rehearse(&group.item, &case.input, received, setting).expect(&case.name);
        for (name, expected) in case.expect.as_object().unwrap() {
            assert_eq!(&outcome[name], expected, "{}: {name}", case.name);
        }
    }
}
