//! The pack's index and its cases, and what a broken definition is told.

use crate::{Indicators, fingerprint, rehearse};
use kernel::calendar::Calendar;
use pack::{Case, Pack, Report};
use std::path::PathBuf;
use std::sync::LazyLock;
use time::macros::date;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../packs/vn")
}

/// The pack is read once: a property looks at it hundreds of times.
pub(crate) fn vietnam() -> &'static (Pack, Indicators, Calendar) {
    static VIETNAM: LazyLock<(Pack, Indicators, Calendar)> = LazyLock::new(|| {
        let mut report = Report::new();
        let pack = Pack::open_with(&folder(), &mut report).unwrap();
        let calendar = pack::calendar::read(&pack, &mut report);
        let indicators = Indicators::read(&pack, &mut report);
        assert!(report.is_clean(), "{report}");
        (pack, indicators, calendar)
    });
    &VIETNAM
}

#[test]
fn every_case_of_the_pack_comes_out() {
    let (pack, indicators, calendar) = vietnam();
    let mut report = Report::new();
    let cases = Case::read(pack, "indicators", &mut report);
    assert!(report.is_clean(), "{report}");
    assert!(cases.len() >= 45, "{}", cases.len());
    let mut faults = Vec::new();
    for case in cases {
        let definition = indicators.on(case.subject.as_deref().unwrap(), case.on.unwrap()).unwrap();
        match rehearse(&definition.item, calendar, &case.input) {
            Err(message) => faults.push(format!("{}: {message}", case.name)),
            Ok(outcome) => {
                for (name, expected) in case.expect.as_object().unwrap() {
                    let came = outcome.get(name).unwrap_or(&serde_json::Value::Null);
                    if came != expected {
                        faults.push(format!("{}: `{name}` expected {expected}, came out {came}", case.name));
                    }
                }
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

/// A component without a case that gives part of its points, one that gives all and one with nothing to count could be counted
/// wrongly and nobody would notice.
#[test]
fn every_component_has_cases_with_nothing_with_part_and_with_all() {
    let (pack, indicators, _) = vietnam();
    let mut report = Report::new();
    let cases = Case::read(pack, "indicators", &mut report);
    let definition = &indicators.on("766", date!(2026 - 03 - 31)).unwrap().item;
    let hundredths = |text: &str| text.replace('.', "").parse::<i64>().unwrap();
    let mut lacking = Vec::new();
    for (_, component) in definition.components() {
        let of = |what: &str| {
            let name = format!("{what} {}", component.id);
            cases.iter().filter_map(move |case| case.expect.get(&name)?.as_str().map(str::to_owned)).collect::<Vec<_>>()
        };
        if component.points == 0 {
            if of("rate").is_empty() {
                lacking.push(format!("{}: no rate", component.id));
            }
            continue;
        }
        let (points, all) = (of("points"), component.points * 100);
        let some = |wanted: &dyn Fn(i64) -> bool| points.iter().any(|text| wanted(hundredths(text)));
        if !some(&|points| points > 0 && points < all) {
            lacking.push(format!("{}: no part of its points", component.id));
        }
        if !some(&|points| points == all) {
            lacking.push(format!("{}: not all of its points", component.id));
        }
        // The case in which nothing happened gives what the rule for a zero denominator says.
        let none = cases.iter().find(|case| case.input.get("counts").is_none() && case.input.get("dossiers").is_none());
        let given = none.and_then(|case| case.expect.get(format!("points {}", component.id))?.as_str().map(hundredths));
        if given != Some(component.when_none * 100) {
            lacking.push(format!("{}: nothing to count", component.id));
        }
    }
    assert!(lacking.is_empty(), "{}", lacking.join("\n"));
}

#[test]
fn the_index_is_in_force_from_its_decision() {
    let (_, indicators, _) = vietnam();
    assert!(indicators.on("766", date!(2022 - 06 - 22)).is_none());
    let version = indicators.on("766", date!(2026 - 03 - 31)).unwrap();
    assert_eq!((version.item.points, version.item.components().count()), (100, 24));
    // The fingerprint is of the whole definition: any change of a formula changes it.
    let before = fingerprint(version);
    let mut other = version.clone();
    other.item.groups[0].components[0].full_at = 99;
    assert!(before.len() == 64 && before != fingerprint(&other) && before == fingerprint(&version.clone()));
}

#[test]
fn what_is_wrong_with_an_index_is_said_with_its_line() {
    let source = std::fs::read_to_string(folder().join("indicators/766.yaml")).unwrap();
    for (from, to, code, line_of) in [
        ("            numerator: on_time\n", "            numerator: on_tme\n", "IND0022", "on_tme"),
        ("            formula: linear\n", "            formula: linaer\n", "IND0024", "linaer"),
        ("            times: '1.4'\n", "            times: '9.9'\n", "IND0024", "'9.9'"),
        (
            "      - id: '2'\n        legal: II\n        points: 20\n",
            "      - id: '2'\n        legal: II\n        points: 21\n",
            "IND0021",
            "        points: 21",
        ),
        ("          - id: '2.2'\n", "          - id: '2.1'\n", "IND0020", ""),
        ("      threshold: '[points * n * 100, d * full_at]'", "      threshold: '[points / 0, d]'", "IND0026", ""),
        ("            full_at: 50\n", "            full_at: 0\n", "IND0025", "full_at: 0\n"),
        ("      synced: {from: dossiers", "      synked: {from: dossiers", "IND0023", "synked"),
        ("      synced: {from: dossiers", "      synced: {from: given", "IND0023", "synced: {from: given"),
        ("behind: {of: fee_due", "behind: {of: procedures", "IND0024", "behind: {of: procedures"),
        ("            points: 20\n", "            pionts: 20\n", "PAC0004", "pionts"),
        ("sums: rounded", "sums: floats", "PAC0004", "sums: floats"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("indicators")).unwrap();
        assert!(source.contains(from), "{from}");
        let changed = source.replacen(from, to, 1);
        std::fs::write(folder.path().join("indicators/766.yaml"), &changed).unwrap();
        let mut report = Report::new();
        let pack = Pack::open_with(folder.path(), &mut report).unwrap();
        let _ = Indicators::read(&pack, &mut report);
        let problems = report.problems();
        let line = changed[..changed.find(line_of).unwrap_or(0)].lines().count();
        // What is found stands in the named line, or in the line it begins (`find` may point behind a line break).
        let hit =
            problems.iter().any(|p| p.code == code && (line_of.is_empty() || (p.line >= line && p.line <= line + 1)));
        assert!(hit, "{to}: line {line}\n{report}");
    }
}
