//! The pack of Vietnam: its registers and services, from a birth notice to the child's cards.

use crate::country::{Country, read_folder};
use exchange::{CaseGrant, Purpose, Request, Scope, SubjectRef};
use kernel::{Actor, BodyId, CaseId, Ctx, Kind, PersonalNumber, Problem, Sex, SubjectId};
use pack::{Report, units::Units};
use register::{
    AsOf,
    load::{LoadPerson, LoadRecord, Loader},
    population::{Cancellation, cancel_number, record_death},
};
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use time::{Date, macros::date};

const WARD: &str = "00004";
const NOTICE: &str = "00001.GCS.01D01.26";

pub(crate) struct Vietnam {
    pub(crate) country: Country,
    pub(crate) case: CaseId,
    pub(crate) mother: SubjectId,
    pub(crate) father: SubjectId,
    household: SubjectId,
}

struct Someone {
    name: &'static str,
    sex: Sex,
    born: Date,
    died: Option<Date>,
}

fn number(sex: Sex, year: i32, random: u32) -> PersonalNumber {
    PersonalNumber::new("001", sex, year, random).unwrap()
}

impl Vietnam {
    pub(crate) async fn found() -> Self {
        let mother = Someone { name: "Nguyễn Thị Hoà", sex: Sex::Female, born: date!(1996 - 03 - 05), died: None };
        let father = Someone { name: "Trần Văn Đức", sex: Sex::Male, born: date!(1994 - 08 - 01), died: None };
        Self::with(mother, father).await
    }

    async fn with(mother: Someone, father: Someone) -> Self {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/vn");
        let mut report = Report::new();
        let (pack, catalogue, registers, found) = read_folder(&folder, &mut |pack| Units::read(pack, &mut report));
        assert!(report.is_clean(), "{report}");
        assert!(found.problems().iter().all(|finding| !finding.code.starts_with("REG")), "{found}");
        let mut report = Report::new();
        let country = Country::over(pack, catalogue, registers, &mut report).await;
        assert!(report.is_clean(), "{report}");
        let (mother_id, father_id, household) = (country.subject(), country.subject(), country.subject());
        let case = CaseId(country.base.uuid());
        let vietnam = Self { country, case, mother: mother_id, father: father_id, household };
        vietnam.load(&mother, &father).await;
        vietnam.grant("commune-committee", &[mother_id, father_id]).await;
        vietnam
    }

    async fn load(&self, mother: &Someone, father: &Someone) {
        let owner = self.country.db.owner.clone();
        let loader = Loader::new(owner, Arc::clone(&self.country.registers), "ministry-public-security", "Test");
        let person = |subject, other: SubjectId, someone: &Someone, random, relation: &str| {
            let mut body = json!({
                "personal_number": number(someone.sex, someone.born.year(), random), "full_name": someone.name,
                "birth_date": someone.born.to_string(), "sex": someone.sex, "nationality": "VNM", "ethnicity": "01",
            });
            if let Some(day) = someone.died {
                body["death_date"] = json!(day.to_string());
            }
            let residence = json!({
                "kind": "permanent", "commune_code": WARD, "address": "Số 1 phố Thử", "household": self.household,
                "relation": relation, "residence_file_number": "0001",
            });
            LoadPerson {
                subject,
                born: someone.born,
                body,
                relatives: vec![json!({"relation": "spouse", "subject": other})],
                residence: Some((date!(2025 - 07 - 01), residence)),
                marital_status: Some((date!(2020 - 01 - 01), json!({"status": "married", "spouse": other}))),
            }
        };
        let people = vec![
            person(self.mother, self.father, mother, 1, "spouse"),
            person(self.father, self.mother, father, 2, "head"),
        ];
        loader.people(&self.country.base, people).await.unwrap();
        let record = |register: &str, subject, valid_from, body| LoadRecord {
            register: register.to_owned(),
            subject,
            valid_from,
            body,
        };
        let household = json!({"head": self.father, "commune_code": WARD, "address": "Số 1 phố Thử"});
        let notice = json!({
            "notice_number": NOTICE, "mother": self.mother, "mother_name": mother.name, "child_sex": "female",
            "birth_date": "2026-11-20", "birth_time": "08:15", "facility": "hospital/01D01", "weight": 3100,
            "issued_on": "2026-11-21", "plurality": 1,
        });
        let records = vec![
            record("household", self.household, date!(2025 - 07 - 01), household),
            record("birth-notice", self.mother, date!(2026 - 11 - 20), notice),
        ];
        loader.records(&self.country.base, records).await.unwrap();
    }

    /// How many lines the ledger has about somebody.
    pub(crate) async fn lines(&self, subject: SubjectId) -> usize {
        let mut conn = self.country.db.db.pool().acquire().await.unwrap();
        ledger::openings(&mut conn, subject, None, 500).await.unwrap().len()
    }

    async fn grant(&self, kind: &str, subjects: &[SubjectId]) {
        let unit = if kind == "social-insurance" { "01" } else { WARD };
        let grant = CaseGrant {
            case: self.case,
            body: BodyId::in_unit(kind, unit),
            officers: vec![],
            subjects: subjects.iter().map(|subject| SubjectRef::Id(*subject)).collect(),
            purposes: vec![Purpose::dossier()],
            until: self.country.base.now() + time::Duration::days(30),
        };
        let mut conn = self.country.db.db.pool().acquire().await.unwrap();
        exchange::grant(&mut conn, &self.country.base, grant).await.unwrap();
    }

    /// An officer's call, on the case.
    async fn call(
        &self,
        (kind, role): (&str, &str),
        (provider, service): (&str, &str),
        about: &[SubjectId],
        payload: Value,
    ) -> Result<Value, Problem> {
        let unit = if kind == "social-insurance" { "01" } else { WARD };
        let body = BodyId::in_unit(kind, unit);
        let officer = self.country.officer(body.as_str(), role);
        let subjects = about.iter().map(|subject| SubjectRef::Id(*subject)).collect();
        let request = Request::new(body.as_str(), provider, service, Purpose::DOSSIER)
            .about(Scope::Subjects(subjects))
            .on(self.case);
        self.country.exchange.call(&officer, request, payload).await
    }

    pub(crate) async fn committee(
        &self,
        provider: &str,
        service: &str,
        about: &[SubjectId],
        payload: Value,
    ) -> Result<Value, Problem> {
        self.call(("commune-committee", "civil-status-officer"), (provider, service), about, payload).await
    }

    pub(crate) async fn newborn(&self, child: Value) -> Result<Value, Problem> {
        self.newborn_with(child, json!({})).await
    }

    /// A newborn of these parents, and more in the input.
    pub(crate) async fn newborn_with(&self, child: Value, more: Value) -> Result<Value, Problem> {
        let mut payload = json!({
            "child": child, "mother": {"subject": self.mother}, "father": {"subject": self.father},
            "registration_province": "01", "birth_registration": "Phường Ba Đình, Hà Nội",
        });
        for (field, value) in more.as_object().unwrap() {
            payload[field] = value.clone();
        }
        let parents = [self.mother, self.father];
        self.committee("ministry-public-security", "population.register-newborn", &parents, payload).await
    }

    /// The mother, signed in, asks a register.
    async fn own(&self, provider: &str, service: &str, payload: Value) -> Result<Value, Problem> {
        let actor =
            Actor::Citizen { account: kernel::AccountId(self.country.base.uuid()), subject: self.mother, level: 2 };
        let ctx: Ctx = self.country.base.act_as(actor);
        let request = Request::new("national-portal", provider, service, Purpose::SELF_SERVICE)
            .about(Scope::Subjects(vec![self.mother.into()]));
        self.country.exchange.call(&ctx, request, payload).await
    }

    pub(crate) async fn count(&self, table: &str) -> i64 {
        let statement = format!("SELECT count(*) FROM register.{table}");
        sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(&self.country.db.owner).await.unwrap()
    }
}

pub(crate) fn child() -> Value {
    json!({"full_name": "Trần Thị An", "sex": "female", "birth_date": "2026-11-20", "birth_place": "Hà Nội",
           "ethnicity": "01", "nationality": "VNM", "hometown": "Hà Nội"})
}

pub(crate) fn subject_in(reply: &Value) -> SubjectId {
    reply["subject"].as_str().unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_birth_reaches_every_register() {
    let vietnam = Vietnam::found().await;
    let own_notice =
        vietnam.own("ministry-health", "birth-notice.get", json!({"subject": vietnam.mother})).await.unwrap();
    assert_eq!(own_notice["notice_number"], NOTICE);
    assert_eq!(own_notice["children"].as_array().unwrap().len(), 1);
    let mothers = [vietnam.mother];
    let claim = json!({"notice_number": NOTICE, "dossier": "D1"});
    let claimed = vietnam.committee("ministry-health", "birth-notice.claim", &mothers, claim.clone()).await.unwrap();
    assert_eq!(claimed["ok"], true);
    assert_eq!(vietnam.committee("ministry-health", "birth-notice.claim", &mothers, claim).await.unwrap(), claimed);
    let other = json!({"notice_number": NOTICE, "dossier": "D2"});
    let taken = vietnam.committee("ministry-health", "birth-notice.claim", &mothers, other).await.unwrap_err();
    assert_eq!((taken.code.as_ref(), taken.kind), ("REG1004", Kind::Conflict));
    assert_eq!(taken.fields[0].pointer, "/notice_number");

    let used = vietnam.own("ministry-health", "birth-notice.get", json!({"subject": vietnam.mother})).await;
    assert_eq!(used.unwrap_err().code, "REG0001", "a used notice fills no form");
    let known = vietnam.own("ministry-health", "birth-notice.get", json!({"notice_number": NOTICE})).await.unwrap();
    assert_eq!(known["used_by"], "D1");

    let born = vietnam.newborn(child()).await.unwrap();
    let child_id = subject_in(&born);
    let number: PersonalNumber = born["personal_number"].as_str().unwrap().parse().unwrap();
    assert_eq!((number.prefix(), number.sex(), number.birth_year()), ("001", Sex::Female, 2026));
    vietnam.grant("commune-committee", &[child_id]).await;

    let mut full = child();
    full["subject"] = json!(child_id);
    full["personal_number"] = json!(number);
    full["notice_number"] = json!(NOTICE);
    full["mother"] = json!({"subject": vietnam.mother, "birth_date": "1996-03-05"});
    full["commune_code"] = json!(WARD);
    full["dossier"] = json!("D1");
    let entered =
        vietnam.committee("ministry-justice", "civil-status.register-birth", &[child_id], full).await.unwrap();
    assert_eq!(entered["registration_number"], "1/2026");
    assert_eq!((entered["page"].as_str(), entered["registered_on"].as_str()), (Some("1"), Some("2026-11-22")));

    let everyone = [child_id, vietnam.mother, vietnam.father];
    vietnam.grant("commune-police", &everyone).await;
    vietnam.grant("social-insurance", &everyone).await;
    let residence =
        json!({"subject": child_id, "household": vietnam.household, "commune_code": WARD, "relation": "child"});
    let police = ("commune-police", "residence-officer");
    let registered =
        vietnam.call(police, ("ministry-public-security", "residence.register"), &[child_id], residence).await.unwrap();
    assert_eq!(registered["residence_file_number"], "00004.26.000001");
    let insured = json!({"subject": child_id, "birth_date": "2026-11-20", "full_name": "Trần Thị An"});
    let insurance = ("social-insurance", "insurance-officer");
    let insured = vietnam
        .call(insurance, ("social-insurance-agency", "insurance.issue-card"), &[child_id], insured)
        .await
        .unwrap();
    assert!(insured["card_number"].as_str().unwrap().starts_with("TE101"));
    assert_eq!((&insured["valid_from"], &insured["valid_until"]), (&json!("2026-11-20"), &json!("2032-11-20")));
    let card = ("commune-police", "identity-card-officer");
    let issued = vietnam
        .call(card, ("ministry-public-security", "identity-card.issue"), &[child_id], json!({"subject": child_id}))
        .await
        .unwrap();
    assert_eq!(issued["card_number"], json!(number));
    assert_eq!(issued["expires_on"], "2040-11-20");

    // The mother sees her child among her kin, and may read the child. The child's log has a line for it.
    let before = vietnam.lines(child_id).await;
    let mother =
        vietnam.own("ministry-public-security", "population.get", json!({"subject": vietnam.mother})).await.unwrap();
    let kin = mother["kin"].as_array().unwrap();
    let entry = kin.iter().find(|relative| relative["relation"] == "child").unwrap();
    assert_eq!((&entry["full_name"], &entry["personal_number"]), (&json!("Trần Thị An"), &json!(number)));
    assert_eq!(mother["status"], "living");
    assert_eq!(vietnam.lines(child_id).await, before + 1);
    let read = vietnam.own("ministry-public-security", "population.get", json!({"subject": child_id})).await.unwrap();
    assert_eq!(read["identity_card"]["card_number"], json!(number));
    let home = vietnam.own("ministry-public-security", "residence.get", json!({"subject": child_id})).await.unwrap();
    assert_eq!((&home["head"]["full_name"], &home["relation"]), (&json!("Trần Văn Đức"), &json!("child")));
    assert_eq!(home["members"].as_array().unwrap().len(), 3);
    let stranger =
        vietnam.own("ministry-public-security", "population.get", json!({"subject": vietnam.country.subject()}));
    assert_eq!(stranger.await.unwrap_err().code, "EXC0008");
    let status =
        vietnam.own("ministry-justice", "civil-status.marital-status", json!({"subject": vietnam.mother})).await;
    assert_eq!(status.unwrap()["status"], "married");
}

#[tokio::test]
async fn a_child_found_abandoned_has_no_kin() {
    let vietnam = Vietnam::found().await;
    let payload = json!({"child": child(), "mother": {}, "father": {}, "registration_province": WARD});
    let before = vietnam.count("record").await;
    let provider = "ministry-public-security";
    let born = vietnam.committee(provider, "population.register-newborn", &[vietnam.mother], payload).await.unwrap();
    assert!(born["personal_number"].as_str().unwrap().starts_with("001"), "the ward's province");
    assert_eq!(vietnam.count("record").await, before + 1);
}

/// The code and pointer at fault.
fn fault(outcome: Result<Value, Problem>) -> (String, String, bool) {
    let problem = outcome.unwrap_err();
    let field = problem.fields.first().unwrap_or_else(|| panic!("no field in {problem}"));
    (field.code.to_string(), field.pointer.clone(), field.legal_basis.is_some())
}

#[tokio::test]
async fn what_cannot_be_is_refused_with_field_rule_and_law() {
    let vietnam = Vietnam::found().await;
    let before = vietnam.count("record").await;
    for (change, code, pointer) in [
        (json!({"birth_date": "2026-11-23"}), "REG1001", "/child/birth_date"),
        (json!({"birth_date": "2005-01-01"}), "REG1002", "/mother"),
        (json!({"birth_date": "2005-01-01"}), "REG1002", "/mother"),
        (json!({"full_name": "<script>"}), "PAC0117", "/child/full_name"),
        (json!({"sex": "other"}), "REG0022", "/child/sex"),
    ] {
        let mut child = child();
        for (field, value) in change.as_object().unwrap() {
            child[field] = value.clone();
        }
        let (found, at, _) = fault(vietnam.newborn(child).await);
        assert_eq!((found.as_str(), at.as_str()), (code, pointer), "{change}");
    }
    let kept = [vietnam.count("record").await, vietnam.count("unique_value").await];
    assert_eq!(kept, [before, 3], "nothing is stored: two numbers and a notice stand as before");
}

#[tokio::test]
async fn a_mother_of_nine_and_a_father_long_dead_are_refused() {
    let girl = Someone { name: "Lê Thị Bé", sex: Sex::Female, born: date!(2017 - 02 - 01), died: None };
    let dead = Someone {
        name: "Trần Văn Đức",
        sex: Sex::Male,
        born: date!(1994 - 08 - 01),
        died: Some(date!(2025 - 12 - 01)),
    };
    let vietnam = Vietnam::with(girl, dead).await;
    let problem = vietnam.newborn(child()).await.unwrap_err();
    let found: Vec<_> = problem.fields.iter().map(|field| (field.code.as_ref(), field.pointer.as_str())).collect();
    assert_eq!(found, [("REG1002", "/mother"), ("REG1003", "/father")]);
    assert!(problem.fields.iter().all(|field| field.legal_basis.is_some()));
    // 280 days before the birth is not long dead.
    let recently = Someone {
        name: "Trần Văn Đức",
        sex: Sex::Male,
        born: date!(1994 - 08 - 01),
        died: Some(date!(2026 - 02 - 13)),
    };
    let mother = Someone { name: "Nguyễn Thị Hoà", sex: Sex::Female, born: date!(1996 - 03 - 05), died: None };
    Vietnam::with(mother, recently).await.newborn(child()).await.unwrap();
}

#[tokio::test]
async fn a_commune_that_ended_names_its_successors() {
    let vietnam = Vietnam::found().await;
    vietnam.grant("commune-police", &[vietnam.mother]).await;
    let payload = json!({"subject": vietnam.mother, "commune_code": "00001", "relation": "head"});
    let police = ("commune-police", "residence-officer");
    let outcome = vietnam
        .call(police, ("ministry-public-security", "residence.register"), &[vietnam.mother], payload)
        .await
        .unwrap_err();
    let [field] = outcome.fields.as_slice() else { panic!("{outcome}") };
    assert_eq!((field.code.as_ref(), field.pointer.as_str()), ("PAC0202", "/commune_code"));
    assert_eq!(field.args["ended"], "30/06/2025");
    assert!(field.args["successors"].contains("Hồng Hà") || field.args["successors"].contains('('), "{:?}", field.args);
    assert!(field.legal_basis.is_some());
}

#[tokio::test]
async fn a_number_that_does_not_fit_the_person_is_refused() {
    let vietnam = Vietnam::found().await;
    vietnam.grant("commune-committee", &[vietnam.mother]).await;
    let entry = |number: PersonalNumber| {
        json!({"subject": vietnam.mother, "personal_number": number, "full_name": "Nguyễn Thị Hoà", "sex": "female",
               "birth_date": "1996-03-05", "commune_code": WARD})
    };
    for wrong in [number(Sex::Male, 1996, 1), number(Sex::Female, 1997, 1)] {
        let about = [vietnam.mother];
        let outcome = vietnam.committee("ministry-justice", "civil-status.register-birth", &about, entry(wrong)).await;
        let (code, pointer, _) = fault(outcome);
        assert!(code.starts_with("KER"), "{code}");
        assert_eq!(pointer, "/personal_number");
    }
}

#[tokio::test]
async fn a_new_number_keeps_the_person_and_a_death_is_recorded_once() {
    let vietnam = Vietnam::found().await;
    let (mother, population) = (vietnam.mother, vietnam.country.register("population"));
    let (ctx, registers) = (vietnam.country.base.clone(), Arc::clone(&vietnam.country.registers));
    // A door of the tests' own: the pack gives nobody a service for these yet.
    let officer = vietnam.country.officer("commune-committee/00004", "civil-status-officer");
    let request = |fields: &[&str]| {
        Request::new("commune-committee/00004", "ministry-public-security", "population.get", Purpose::DOSSIER)
            .about(Scope::Subjects(vec![mother.into()]))
            .on(vietnam.case)
            .only(fields.iter().copied())
    };
    let old = number(Sex::Female, 1996, 1);
    let cancellation = Cancellation {
        subject: mother,
        reason: "birth year corrected".to_owned(),
        sex: None,
        birth_date: Some("1997-03-05".parse().unwrap()),
    };
    let new = vietnam
        .country
        .exchange
        .open(&officer, request(&["personal_number"]), {
            let (ctx, registers, population) = (ctx.clone(), Arc::clone(&registers), Arc::clone(&population));
            move |conn, pass| {
                Box::pin(async move { cancel_number(conn, &ctx, pass, &registers, &population, cancellation).await })
            }
        })
        .await
        .unwrap();
    assert_eq!((new.birth_year(), new.prefix()), (1997, old.prefix()));
    let found = vietnam
        .country
        .exchange
        .open(&officer, request(&["personal_number"]), {
            let (ctx, population) = (ctx.clone(), Arc::clone(&population));
            move |conn, pass| {
                Box::pin(async move {
                    let today = ctx.today();
                    let by_old =
                        register::find(conn, &ctx, pass, &population, "personal-number", old.as_str(), today).await?;
                    let yesterday = AsOf::valid_on(date!(2026 - 11 - 21));
                    let before = register::get(conn, &ctx, pass, &population, mother, yesterday).await?;
                    Ok::<_, register::Error>((by_old.unwrap(), before.unwrap()))
                })
            }
        })
        .await
        .unwrap();
    assert_eq!(found.0.subject, mother, "the old number still finds the person");
    assert_eq!(found.0.body, json!({"personal_number": new}));
    assert_eq!(found.1.body, json!({"personal_number": number(Sex::Female, 1996, 1)}), "as it was valid yesterday");

    let die = async |on: Date| {
        let (ctx, registers, population) = (ctx.clone(), Arc::clone(&registers), Arc::clone(&population));
        vietnam
            .country
            .exchange
            .open(&officer, request(&["death_date"]), move |conn, pass| {
                Box::pin(async move { record_death(conn, &ctx, pass, &registers, &population, mother, on).await })
            })
            .await
    };
    assert_eq!(die(date!(2026 - 11 - 23)).await.unwrap_err().fields[0].code, "REG0023");
    assert_eq!(die(date!(2026 - 11 - 22)).await.unwrap().body, json!({"death_date": "2026-11-22"}));
    assert_eq!(die(date!(2026 - 11 - 22)).await.unwrap_err().code, "REG0007");
}

#[test]
fn every_code_of_the_pack_has_its_sentence_in_both_languages() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../packs/vn");
    let (pack, _, registers, mut report) = read_folder(&folder, &mut |_| Units::default());
    let operations = register::definitions(&pack, &registers, &mut report);
    let (vi, en) = registers.messages(&operations);
    for code in ["reg1001", "reg1002", "reg1003", "reg1004", "reg1101"] {
        assert!(vi.contains(&format!("{code} = ")) && en.contains(&format!("{code} = ")), "{code}");
    }
    assert_eq!(registers.items("population").len(), 26);
}
