//! The pack's folder, and faults in it.

use crate::rules;
use catalogue::{Rules, Who};
use pack::{Pack, Report};

#[test]
fn the_pack_has_the_twenty_five() {
    let rules = rules();
    let list = &rules.essential[0];
    assert_eq!((list.count, list.services.len()), (25, 25));
    let numbers: Vec<u8> = list.services.iter().map(|service| service.no).collect();
    assert_eq!(numbers, (1..=25).collect::<Vec<u8>>());
    let without: Vec<u8> = list.services.iter().filter(|s| s.codes.is_empty()).map(|s| s.no).collect();
    // Services of which no source named a code.
    assert_eq!(without, [8, 14, 21, 24, 25]);
    let birth = list.services.iter().find(|service| service.no == 15).unwrap();
    assert_eq!(birth.codes.iter().map(catalogue::Code::as_str).collect::<Vec<_>>(), ["2.002621", "3.000722"]);
}

#[test]
fn a_list_is_divided_but_not_inside_a_name() {
    let vocabulary = rules().vocabulary;
    for (text, divided) in [
        ("Công dân Việt Nam, Cán bộ, công chức, viên chức", vec!["Công dân Việt Nam", "Cán bộ, công chức, viên chức"]),
        (
            "Tổ chức (không bao gồm doanh nghiệp, HTX), Doanh nghiệp",
            vec!["Tổ chức (không bao gồm doanh nghiệp, HTX)", "Doanh nghiệp"],
        ),
        (
            "Doanh nghiệp có vốn đầu tư nước ngoài; Hợp tác xã",
            vec!["Doanh nghiệp có vốn đầu tư nước ngoài", "Hợp tác xã"],
        ),
        ("Người ngoài hành tinh, Doanh nghiệp", vec!["Người ngoài hành tinh", "Doanh nghiệp"]),
        (" , ,", vec![]),
    ] {
        assert_eq!(vocabulary.split_subjects(text), divided);
    }
    assert_eq!(vocabulary.who("Cán bộ, công chức, viên chức"), Some(Who::Official));
}

#[test]
fn faults_of_the_folder_are_named() {
    for (file, text, code) in [
        (
            "essential.yaml",
            "id: x\ntitle: {vi: a, en: b}\nfrom: 2022-01-06\nlegal_basis: x\ncount: 1\nservices:\n  - {no: 1, name: {vi: a, en: b}, lead: {vi: a, en: b}}\n  - {no: 1, name: {vi: a, en: b}, lead: {vi: a, en: b}}\n",
            "CAT0021",
        ),
        ("everyday.yaml", "phrases:\n  - {say: [a], law: [b]}\n  - {say: [A], law: [c]}\n", "CAT0022"),
        ("everyday.yaml", "phrases:\n  - {say: [], law: [b]}\n", "CAT0022"),
        (
            "successions.yaml",
            "old: \"1.000001\"\nnew: [\"1.000002\"]\n---\nold: \"1.000002\"\nnew: [\"1.000001\"]\n",
            "CAT0023",
        ),
        ("successions.yaml", "old: \"1.0001\"\n", "PAC0004"),
        ("unknown.yaml", "a: b\n", "CAT0020"),
    ] {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("catalogue")).unwrap();
        std::fs::write(dir.path().join("catalogue").join(file), text).unwrap();
        let mut report = Report::new();
        let pack = Pack::open(dir.path()).unwrap();
        let _ = Rules::read(&pack, &mut report);
        assert!(report.problems().iter().any(|found| found.code == code), "{file} {text}: {report}");
    }
}
