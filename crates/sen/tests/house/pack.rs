//! `sen pack check`: the packs of the repository are clean, and planted faults are named with file and line.

use crate::root;
use crate::source::files;
use pack::Finding;
use sen::pack_check;
use std::fs;
use std::path::Path;

fn findings(dir: &Path) -> Vec<Finding> {
    pack_check::check(dir).unwrap().1.problems()
}

fn lines(findings: &[Finding]) -> String {
    findings.iter().map(|finding| format!("{finding}\n")).collect()
}

#[test]
fn the_demo_pack_is_clean() {
    let found = findings(&root().join("packs/demo"));
    assert!(found.is_empty(), "{}", lines(&found));
}

#[test]
fn the_pack_of_vietnam_is_clean() {
    let found = findings(&root().join("packs/vn"));
    assert!(found.is_empty(), "{}", lines(&found));
}

/// A fault to plant: in `file` the first `search` becomes `replace`. It must be named as `code` in the line where the
/// replacement begins, or where `at` (a text of `file`) stands.
struct Fault {
    file: &'static str,
    search: &'static str,
    replace: &'static str,
    named: (&'static str, Option<&'static str>),
    code: &'static str,
}

const fn fault(file: &'static str, search: &'static str, replace: &'static str, code: &'static str) -> Fault {
    Fault { file, search, replace, named: (file, None), code }
}

impl Fault {
    /// Named in the line of this text.
    const fn at(self, text: &'static str) -> Self {
        Self { named: (self.file, Some(text)), ..self }
    }

    /// Named in another file, in the line of this text.
    const fn named_in(self, file: &'static str, text: &'static str) -> Self {
        Self { named: (file, Some(text)), ..self }
    }
}

fn copy(from: &Path, to: &Path) {
    for ending in ["yaml", "csv"] {
        for path in files(from, ending) {
            let target = to.join(path.strip_prefix(from).unwrap());
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(path, target).unwrap();
        }
    }
}

/// Plants the fault.
fn plant(dir: &Path, fault: &Fault) {
    let path = dir.join(fault.file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(fault.search), "{} has no `{}`", fault.file, fault.search);
    fs::write(&path, text.replacen(fault.search, fault.replace, 1)).unwrap();
}

/// The place where a planted fault must be named.
fn place(dir: &Path, fault: &Fault) -> (String, usize, &'static str) {
    let (file, needle) = fault.named;
    let text = fs::read_to_string(dir.join(file)).unwrap();
    let needle = needle.unwrap_or(fault.replace);
    let at = text.find(needle).unwrap_or_else(|| panic!("{file} has no `{needle}`"));
    (file.to_owned(), 1 + text[..at].matches('\n').count(), fault.code)
}

/// Whether every fault is named where it must be.
fn assert_named(dir: &Path, faults: &[Fault]) -> usize {
    let found = findings(dir);
    for fault in faults {
        let place = place(dir, fault);
        let named = found.iter().any(|f| (f.file.clone(), f.line, f.code) == place);
        assert!(named, "`{}` must be named at {place:?}\n{}", fault.replace, lines(&found));
    }
    found.len()
}

/// How much may follow from one fault: a kind of body that cannot be read is missed wherever it is named.
const FOLLOWING_MAX: usize = 12;

/// Each fault alone in a copy of the pack is named.
fn each_alone(pack: &str, faults: &[Fault]) {
    for fault in faults {
        let dir = tempfile::tempdir().unwrap();
        copy(&root().join("packs").join(pack), dir.path());
        plant(dir.path(), fault);
        let count = assert_named(dir.path(), std::slice::from_ref(fault));
        assert!(count <= FOLLOWING_MAX, "`{}` says too much:\n{}", fault.replace, lines(&findings(dir.path())));
    }
}

#[test]
fn every_kind_of_fault_is_named_in_its_line() {
    each_alone(
        "demo",
        &[
            fault("bodies/bodies.yaml", "  - id: library", "  - id: library\n    idd: x", "PAC0004").at("idd: x"),
            fault("units/communes.csv", "10002,2020-01-01", "1002,2020-01-01", "PAC0022"),
            fault("units/communes.csv", "phường,Đông Sách,10,", "phường,Đông Sách,30,", "PAC0205"),
            fault("units/successions.csv", "10001,2020-01-01,10002", "10001,2020-01-01,10009", "PAC0206"),
            fault("calendar/holidays.csv", "2030-04-23,holiday", "2030-04-22,holiday", "PAC0210").at("2030-04-22,swap"),
            fault("calendar/hours.yaml", "- ['08:00', '12:00']", "- ['12:00', '08:00']", "PAC0211").at("periods:"),
            fault("codes/card-kinds.csv", "child,,,Trẻ em,Child,", "adult,,,Trẻ em,Child,", "PAC0212"),
            fault("services/reader.yaml", "provider_kinds: [register-office]", "provider_kinds: [registry]", "PAC0030"),
            fault("services/reader.yaml", "{vi: Đọc dữ liệu của một bạn đọc, en: ", "{vi: '', en: ", "PAC0035"),
            fault("agreements/agreements.yaml", "fields: [subject,", "fields: [shoe_size, subject,", "PAC0033"),
            fault("agreements/agreements.yaml", "service: reader.get", "service: reader.got", "PAC0030"),
            fault("registers/reader.yaml", "pointer: /card_number", "pointer: /card_no", "REG0105"),
            fault(
                "registers/reader.yaml",
                "age_on(record.birth_date, today) < 16\"",
                "aged_on(record.birth_date, today)\"",
                "PAC0004",
            ),
            fault("registers/reader.yaml", "until: 2029-12-31", "until: 2029-02-30", "PAC0004"),
            fault("procedures/card.yaml", "code: '9.000001'", "code: 00004", "PAC0003"),
            fault("procedures/card.yaml", "term: 2 working days", "term: 2 workdays", "PAC0004"),
            fault("procedures/card.yaml", "from: 2020-01-01", "from: 2021-01-01", "PAC0032")
                .named_in("groups/card.yaml", "procedure: '9.000001'"),
            fault("forms/card.yaml", "from: 2020-01-01", "from: 2021-01-01", "PAC0032")
                .named_in("groups/card.yaml", "form: card"),
            fault("forms/card.yaml", "name: commune\n", "name: communne\n", "PAC0033")
                .named_in("groups/card.yaml", "body: \"='library/'"),
            fault("groups/card.yaml", "body: \"='library/'", "body: \"='librarry/'", "PAC0030"),
            fault("groups/card.yaml", "role: librarian", "role: bookworm", "PAC0030"),
            fault("groups/card.yaml", "role: librarian", "role: leader", "PAC0038").at("service: reader.enrol"),
            fault("groups/card.yaml", "card_kind: $.values.card_kind", "card_kind: $.values.cardkind", "PAC0033"),
            fault("groups/card.yaml", "number: $.effects.enrol.", "number: $.effects.enroll.", "PAC0033"),
            fault(
                "groups/card.yaml",
                "register: $.sources.reader.full_name",
                "register: $.sources.reader.nickname",
                "PAC0033",
            ),
            fault("groups/card.yaml", "filed: $.data.", "filed: $.values.", "PAC0033"),
            fault("forms/card.yaml", "values.card_kind != 'child'", "values.card_sort != 'child'", "PAC0033")
                .at("test: "),
            fault("forms/card.yaml", "value: $.sources.own.full_name", "value: $.sources.me.full_name", "PAC0033"),
            fault("groups/card.yaml", "fields: [full_name, birth_date]", "fields: [full_name, card_number]", "PAC0033"),
            fault("groups/card.yaml", "  filed: {vi: Hồ sơ đã nộp., en: Your application was sent.}\n", "", "PRO0211")
                .at("messages:"),
            fault("cases/units/merger.yaml", "name: Phường Kệ Sách", "name: Phường Kệ", "PAC0040")
                .at("case: the same code"),
            fault("cases/records/reader.yaml", "problems: []", "problems: [1]", "PAC0040").at("case: a reader"),
            fault("cases/groups/card.yaml", "library/10003", "library/10002", "PAC0040").at("case: the library"),
        ],
    );
}

#[test]
fn ten_faults_planted_in_the_pack_of_vietnam_are_all_named() {
    let faults = [
        fault(
            "units/communes.csv",
            "00004,2025-07-01,,phường,Ba Đình,01,",
            "00004,2025-06-01,,phường,Ba Đình,01,",
            "PAC0204",
        ),
        fault("procedures/residence.yaml", "code: \"1.004222\"", "code: 1.004222", "PAC0004"),
        fault("forms/birth-group.yaml", "test: entry.birth_date <= today", "test: entry.birthdate <= today", "PAC0033"),
        fault(
            "services/birth-notice.yaml",
            "provider_kinds: [ministry-health]",
            "provider_kinds: [ministry-of-health]",
            "PAC0030",
        ),
        fault(
            "agreements/commune-committee.yaml",
            "fields: [subject, personal_number,",
            "fields: [subject, fingerprints,",
            "PAC0033",
        ),
        fault("agreements/social-insurance.yaml", "from: 2024-07-01", "from: 2024-07-01\nuntil: 2024-06-30", "PAC0010")
            .at("until: 2024-06-30"),
        fault(
            "registers/population.yaml",
            "test: \"record.birth_date <= today\"",
            "test: \"record.birth_date <= = today\"",
            "PAC0004",
        ),
        fault("groups/3.000722.yaml", "service: birth-notice.claim", "service: birth-notice.reclaim", "PRO0205"),
        fault(
            "groups/3.000722.yaml",
            "number: $.effects.issue.card_number",
            "number: $.effects.issue.number",
            "PAC0033",
        ),
        fault(
            "cases/units/merger.yaml",
            "expect: {name: Phường Ba Đình}",
            "expect: {name: Phường Trúc Bạch}",
            "PAC0040",
        )
        .at("case: and Ba Đình"),
    ];
    let dir = tempfile::tempdir().unwrap();
    copy(&root().join("packs/vn"), dir.path());
    for fault in &faults {
        plant(dir.path(), fault);
    }
    assert_named(dir.path(), &faults);
}
