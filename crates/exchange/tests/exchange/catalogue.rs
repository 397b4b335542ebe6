//! Reading a pack: what it means, and that every fault is found at once with its line.

use crate::country::{AGREEMENTS, BODIES, SERVICES, read, vietnam};
use exchange::Purpose;
use time::macros::date;

const BAD_BODIES: &str = "
body_kinds:
  - {id: desk, name: {vi: Quầy, en: Desk}, legal_basis: [Act]}
  - {id: desk, name: {vi: Quầy, en: Desk}, legal_basis: [Act]}
  - {id: club, name: {vi: Hội, en: Club}, legal_basis: []}
  - {id: ward, name: {vi: Phường, en: Ward}, one_per: commune, legal_basis: [Act]}
  - {id: past, name: {vi: Cũ, en: Past}, from: 2026-01-01, until: 2025-01-01, legal_basis: [Act]}
bodies:
  - {id: pub/one, name: {vi: Quán, en: Pub}}
  - {id: ward/x, name: {vi: P, en: W}}
purposes:
  - {id: dossier, name: {vi: Hồ sơ, en: Dossier}}
colours: []
";
const BAD_SERVICES: &str = "
name: a.get
provider_kinds: [desk, pub]
summary: {vi: A, en: A}
fields: [name]
---
name: a.get
provider_kinds: []
summary: {vi: A, en: A}
---
name: b.get
provider_kinds: [desk]
summary: {vi: B, en: B}
feilds: [x]
";
const BAD_AGREEMENTS: &str = "
id: one
consumer: pub
service: a.get
purposes: [dossier, gossip]
roles: [king]
fields: [name, age]
legal_basis: [Act]
from: 2026-02-30
---
id: two
consumer: pub
service: c.get
purposes: [gossip]
roles: [king]
fields: []
legal_basis: ['']
from: 2026-02-01
until: 2026-01-31
---
id: two
consumer: club
service: a.get
purposes: [dossier]
roles: [citizen]
legal_basis: [Act]
from: 2026-01-01
needs_case: true
bulk: true
---
id: three
consumer: club
service: a.get
purposes: []
roles: []
fields: [name, age]
legal_basis: [Act]
from: 2026-01-01
";

#[test]
fn who_holds_which_role_and_who_is_above_whom() {
    let bodies = "
body_kinds:
  - {id: state, name: {vi: Nước, en: State}, legal_basis: [Act]}
  - {id: province, name: {vi: 'Tỉnh {unit}', en: 'Province {unit}'}, one_per: province, legal_basis: [Act]}
  - {id: ward, name: {vi: 'Phường {unit}', en: 'Ward {unit}'}, one_per: commune, under: province, legal_basis: [Act]}
  - {id: clinic, name: {vi: Trạm, en: Clinic}, under: state, legal_basis: [Act]}
  - {id: club, name: {vi: Hội, en: Club}, under: pub, legal_basis: [Act]}
bodies:
  - {id: clinic/one, name: {vi: Trạm Một, en: Clinic One}, unit: '01'}
roles:
  - {id: clerk, name: {vi: Thư ký, en: Clerk}, held_in: [ward, pub]}
  - {id: leader, name: {vi: Lãnh đạo, en: Leader}}
  - {id: citizen, name: {vi: Công dân, en: Citizen}}
purposes:
  - {id: dossier, name: {vi: Hồ sơ, en: Dossier}}
";
    let services = "{name: a.get, provider_kinds: [state], summary: {vi: A, en: A}, fields: [name]}";
    let agreement = "
id: one
consumer: clinic
service: a.get
purposes: [dossier]
roles: [leader, clerk]
fields: [name]
legal_basis: [Act]
from: 2026-01-01
";
    let (catalogue, report) = read(bodies, services, agreement);
    let found: Vec<_> = report.problems().iter().map(|finding| format!("{} {}", finding.line, finding.code)).collect();
    assert_eq!(found, ["6 EXC0102", "7 PAC0030", "11 PAC0030"], "{report:?}");
    let held = |body: &str| catalogue.roles_in(&body.into()).map(|role| role.to_string()).collect::<Vec<_>>();
    assert_eq!(held("ward/00004"), ["clerk", "leader"]);
    assert_eq!(held("clinic/one"), ["leader"]);

    let (catalogue, _) = vietnam();
    let day = date!(2026 - 11 - 23);
    for (body, above) in [
        ("commune-committee/00004", Some("province-committee/01")),
        ("commune-police/00004", Some("province-police/01")),
        ("province-police/01", Some("ministry-public-security")),
        ("social-insurance/01", Some("social-insurance-agency")),
        ("hospital/01D01", Some("ministry-health")),
        ("province-committee/01", None),
        ("commune-committee/99999", None),
    ] {
        let found = catalogue.above(&body.into(), day).map(|above| above.to_string());
        assert_eq!(found.as_deref(), above, "{body}");
    }
    assert!(catalogue.has_below(&"province-committee/01".into()));
    assert!(!catalogue.has_below(&"commune-committee/00004".into()));
    let all: Vec<String> = catalogue.bodies(day).map(|body| body.id.to_string()).collect();
    for body in ["ministry-justice", "province-committee/01", "commune-police/00004", "hospital/01D01"] {
        assert_eq!(all.iter().filter(|id| *id == body).count(), 1, "{body}");
    }
}

#[test]
fn every_fault_is_reported_with_file_and_line() {
    let (_, report) = read(BAD_BODIES, BAD_SERVICES, BAD_AGREEMENTS);
    let found: Vec<_> =
        report.problems().iter().map(|finding| format!("{}:{} {}", finding.file, finding.line, finding.code)).collect();
    let expected = [
        "agreements/agreements.yaml:9 PAC0004",
        "agreements/agreements.yaml:12 PAC0030",
        "agreements/agreements.yaml:13 PAC0030",
        "agreements/agreements.yaml:14 PAC0030",
        "agreements/agreements.yaml:15 PAC0030",
        "agreements/agreements.yaml:17 EXC0101",
        "agreements/agreements.yaml:19 PAC0010",
        "agreements/agreements.yaml:21 EXC0103",
        "agreements/agreements.yaml:21 PAC0031",
        "agreements/agreements.yaml:29 EXC0102",
        "agreements/agreements.yaml:34 EXC0103",
        "agreements/agreements.yaml:35 EXC0103",
        "agreements/agreements.yaml:36 PAC0033",
        "bodies/bodies.yaml:4 PAC0031",
        "bodies/bodies.yaml:5 EXC0101",
        "bodies/bodies.yaml:6 EXC0102",
        "bodies/bodies.yaml:7 PAC0010",
        "bodies/bodies.yaml:9 PAC0030",
        "bodies/bodies.yaml:10 EXC0102",
        "bodies/bodies.yaml:13 PAC0030",
        "services/services.yaml:3 PAC0030",
        "services/services.yaml:7 PAC0031",
        "services/services.yaml:8 EXC0103",
        "services/services.yaml:14 PAC0004",
    ];
    assert_eq!(found, expected, "{report}");
}

#[test]
fn an_agreement_is_found_by_body_or_kind_on_its_days() {
    let (catalogue, report) = read(BODIES, SERVICES, AGREEMENTS);
    assert!(report.is_clean(), "{report}");
    let find = |consumer: &str, service: &str, day| {
        let found = catalogue.agreement_for(&consumer.into(), &service.into(), &Purpose::dossier(), day);
        found.map(|agreement| agreement.id.clone())
    };
    let day = date!(2026 - 11 - 22);
    assert_eq!(find("school/north", "reader.get", day).as_deref(), Some("school/reader.get"));
    assert_eq!(find("desk", "reader.get", day), None);
    assert_eq!(find("school/north", "reader.old", day), None);
    assert_eq!(find("school/north", "reader.old", date!(2026 - 11 - 21)).as_deref(), Some("school/reader.old"));
}

#[test]
fn vietnams_pack_is_clean_and_its_bodies_follow_the_merger() {
    let (catalogue, report) = vietnam();
    let ours: Vec<_> = report
        .problems()
        .into_iter()
        .filter(|f| ["bodies/", "services/", "agreements/"].iter().any(|folder| f.file.starts_with(folder)))
        .collect();
    assert!(ours.is_empty(), "{ours:#?}");

    let (before, after) = (date!(2025 - 06 - 30), date!(2026 - 11 - 22));
    let committee = catalogue.body(&"commune-committee/00004".into(), after).unwrap();
    assert_eq!(committee.name.vi, "Ủy ban nhân dân phường Ba Đình");
    assert_eq!(committee.name.en, "People's Committee of Ba Đình Ward");
    let insurance = catalogue.body(&"social-insurance/01".into(), after).unwrap();
    assert_eq!(insurance.name.vi, "Bảo hiểm xã hội thành phố Hà Nội");
    // Phường Phúc Xá (00001) ended with the merger.
    assert!(catalogue.body(&"commune-committee/00001".into(), before).is_some());
    assert!(catalogue.body(&"commune-committee/00001".into(), after).is_none());
    assert!(catalogue.body(&"commune-committee/99999".into(), after).is_none());
    assert!(catalogue.body(&"commune-committee".into(), after).is_none());
    assert_eq!(catalogue.body(&"ministry-justice".into(), after).unwrap().org_code.unwrap().as_str(), "G15");
    assert!(catalogue.bodies_of_kind("hospital", after).len() >= 3);
}

#[test]
fn vietnams_identity_card_joins_the_group_with_decree_301() {
    let (catalogue, _) = vietnam();
    let find = |day| {
        let police = "commune-police/00004".into();
        catalogue.agreement_for(&police, &"identity-card.issue".into(), &Purpose::dossier(), day).is_some()
    };
    assert!(!find(date!(2026 - 08 - 31)));
    assert!(find(date!(2026 - 09 - 01)));
}

/// Who may do what, as text that somebody reads when it changes: this test writes it anew.
#[test]
fn the_matrix_of_roles_and_services_is_committed() {
    use std::fmt::Write;
    let (catalogue, _) = vietnam();
    let mut lines: Vec<String> = Vec::new();
    for agreement in catalogue.agreements() {
        let roles: Vec<_> = agreement.roles.iter().map(kernel::Role::as_str).collect();
        let purposes: Vec<_> = agreement.purposes.iter().map(Purpose::as_str).collect();
        let conditions = [
            (agreement.needs_case, "open case"),
            (agreement.needs_consent, "consent"),
            (agreement.own_body, "own body"),
            (agreement.search_limit.is_some(), "search"),
            (agreement.bulk, "bulk"),
            (agreement.daily_quota.is_some(), "quota"),
        ];
        let conditions: Vec<_> = conditions.iter().filter(|(holds, _)| *holds).map(|(_, name)| *name).collect();
        let mut line = format!(
            "{} | {} | {} | {} | {}",
            agreement.consumer,
            agreement.service,
            purposes.join(", "),
            roles.join(", "),
            if conditions.is_empty() { "-".to_owned() } else { conditions.join(", ") },
        );
        write!(line, " | {}..{}", agreement.from, agreement.until.map_or(String::new(), |day| day.to_string()))
            .unwrap();
        lines.push(line);
    }
    lines.sort();
    let head = "# consumer | service | purposes | roles | conditions | days (packs/vn; written by a test)";
    let matrix = format!("{head}\n{}\n", lines.join("\n"));
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/matrix.txt");
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    if committed != matrix {
        std::fs::write(&path, &matrix).unwrap();
        panic!("the matrix changed; it is written anew, read its diff and commit it");
    }
}
