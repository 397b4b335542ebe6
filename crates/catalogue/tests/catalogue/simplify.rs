//! Counting simplification.

use crate::rules;
use catalogue::{Code, Entry, Snapshot, Target, Version, Who, simplify};
use time::Date;
use time::macros::date;

const BEFORE: Date = date!(2022 - 01 - 01);
const AFTER: Date = date!(2025 - 12 - 01);

fn entry(code: &str, papers: Option<u32>, days: Option<u32>) -> Entry {
    let text = serde_json::json!({"code": code, "name": "x", "subjects": ["Công dân Việt Nam"],
        "burden": {"papers": papers, "days": days}});
    serde_json::from_value(text).unwrap()
}

fn put(snapshot: &mut Snapshot, as_of: Date, ended: bool, entry: Entry) {
    snapshot.add(entry.code.clone(), Version { as_of, ended, entry });
}

fn import(snapshot: &mut Snapshot, as_of: Date) {
    snapshot.imports.push(catalogue::Import {
        id: Default::default(),
        file: "x".to_owned(),
        sha256: [0; 32],
        as_of,
        complete: true,
        entries: 0,
        at: as_of.midnight().assume_utc(),
    });
}

#[test]
fn each_procedure_is_counted_once_and_for_what_is_known() {
    let mut snapshot = Snapshot::default();
    import(&mut snapshot, BEFORE);
    import(&mut snapshot, AFTER);
    // Cut; replaced by the pack's succession; simplified; heavier in one thing; the same; unknown; new.
    for code in ["1.000001", "2.002621", "1.000003", "1.000004", "1.000005", "1.000006"] {
        let known = code != "1.000006";
        put(&mut snapshot, BEFORE, false, entry(code, known.then_some(3), known.then_some(10)));
    }
    put(&mut snapshot, AFTER, true, entry("1.000001", Some(3), Some(10)));
    put(&mut snapshot, AFTER, false, entry("1.000003", Some(2), Some(10)));
    put(&mut snapshot, AFTER, false, entry("1.000004", Some(2), Some(12)));
    put(&mut snapshot, AFTER, false, entry("1.000006", Some(1), None));
    put(&mut snapshot, AFTER, false, entry("1.000007", None, None));
    // Not for citizens.
    let business = serde_json::json!({"code": "1.000008", "name": "x", "subjects": ["Doanh nghiệp"]});
    put(&mut snapshot, BEFORE, false, serde_json::from_value(business).unwrap());

    let rules = rules();
    let target = Target { percent: 50, who: Some(Who::Citizen), ..rules.targets[0].clone() };
    let count = simplify::count(&snapshot, &rules, &target, date!(2026 - 11 - 23));
    let codes = |list: &[Code]| list.iter().map(|code| code.as_str().to_owned()).collect::<Vec<_>>().join(" ");
    assert_eq!(count.baseline.as_deref(), Some("2022-01-01"));
    assert_eq!(count.there.len(), 6);
    assert_eq!(codes(&count.cut), "1.000001");
    assert_eq!(codes(&count.replaced), "2.002621");
    assert_eq!(codes(&count.simplified), "1.000003");
    assert_eq!(codes(&count.unknown), "1.000006");
    assert_eq!(codes(&count.new), "1.000007");
    assert_eq!((count.percent(), count.reaches(&target)), (Some(33), Some(false)));
}

#[test]
fn without_a_baseline_nothing_is_said() {
    let mut snapshot = Snapshot::default();
    import(&mut snapshot, AFTER);
    put(&mut snapshot, AFTER, false, entry("1.000001", Some(3), None));
    let rules = rules();
    let count = simplify::count(&snapshot, &rules, &rules.targets[0], date!(2026 - 11 - 23));
    assert_eq!((count.baseline.as_deref(), count.percent(), count.reaches(&rules.targets[0])), (None, None, None));
}
