//! Extracts of a register.

use crate::vietnam::{Vietnam, child, subject_in};
use exchange::{Request, Scope};
use kernel::{Actor, BodyId, Ctx, PersonalNumber, Problem, Sex, SubjectId};
use matching::Schema;
use register::{
    Extract,
    load::{LoadPerson, Loader},
};
use serde_json::json;
use std::sync::Arc;
use time::macros::date;

const POLICE: &str = "ministry-public-security";

pub(crate) fn keeper(vietnam: &Vietnam) -> Ctx {
    vietnam.country.base.act_as(Actor::System { body: BodyId::new(POLICE), on_decision_of: None })
}

fn request() -> Request {
    Request::new(POLICE, POLICE, "population.extract", "data-cleaning").about(Scope::Bulk).decided_in("06/QĐ-TTg")
}

/// Everybody of an extract, each as `field=value` of what is not empty.
async fn taken(vietnam: &Vietnam, ctx: &Ctx, request: Request) -> Result<Vec<(SubjectId, Vec<String>)>, Problem> {
    let (registers, today) = (Arc::clone(&vietnam.country.registers), ctx.today());
    let work = vietnam.country.exchange.open(ctx, request, move |conn, pass| {
        Box::pin(async move {
            let population = registers.required("population")?;
            let mut extract = Extract::begin(&registers, population, pass, today)?;
            let mut all = Vec::new();
            let fields = Schema::people().fields;
            while let Some(people) = extract.next(conn, pass).await? {
                for (at, subject) in people.subjects.iter().enumerate() {
                    let cells = fields.iter().zip(people.cells.cells(at)).filter(|(_, cell)| !cell.is_empty());
                    all.push((*subject, cells.map(|(field, cell)| format!("{}={cell}", field.name)).collect()));
                }
            }
            assert_eq!(extract.taken(), all.len() as u64);
            Ok::<_, register::Error>(all)
        })
    });
    work.await
}

#[tokio::test]
async fn an_extract_gathers_nine_fields_from_four_registers() {
    let vietnam = Vietnam::found().await;
    let born = subject_in(&vietnam.newborn(child()).await.unwrap());
    let before = (vietnam.lines(vietnam.mother).await, vietnam.lines(born).await);
    let all = taken(&vietnam, &keeper(&vietnam), request()).await.unwrap();
    assert_eq!(all.len(), 3, "a household is no person");
    let of = |subject| all.iter().find(|(other, _)| *other == subject).unwrap().1.join(" ");
    assert_eq!(
        of(vietnam.mother),
        "personal_number=001196000001 full_name=Nguyễn Thị Hoà birth_date=1996-03-05 sex=female commune_code=00004 \
         province_code=01"
    );
    let child = of(born);
    assert!(child.ends_with("father_name=Trần Văn Đức mother_name=Nguyễn Thị Hoà"), "{child}");
    // One line, of nobody in particular, and none for each.
    assert_eq!((vietnam.lines(vietnam.mother).await, vietnam.lines(born).await), before);
    let contents: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT content FROM ledger.opening").fetch_all(&vietnam.country.db.owner).await.unwrap();
    let mut lines = contents.iter().map(|content| serde_json::from_slice::<serde_json::Value>(content).unwrap());
    let line = lines.find(|line| line["body"]["service"] == "population.extract").unwrap();
    let body = &line["body"];
    assert_eq!((&body["people"], &body["decision"]), (&3.into(), &"06/QĐ-TTg".into()));
    assert_eq!(
        (&body["agreement"], body["fields"].as_array().unwrap().len()),
        (&"police/population.extract".into(), 9)
    );
    assert!(line["subject"].is_null());
}

#[tokio::test]
async fn only_the_fields_that_the_pass_names_leave() {
    let vietnam = Vietnam::found().await;
    vietnam.newborn(child()).await.unwrap();
    let all = taken(&vietnam, &keeper(&vietnam), request().only(["full_name", "sex"])).await.unwrap();
    for (_, cells) in &all {
        assert_eq!(cells.len(), 2, "{cells:?}");
    }
    let problem = taken(&vietnam, &keeper(&vietnam), request().only(["religion"])).await.unwrap_err();
    assert_eq!(problem.code, "EXC0005");
}

#[tokio::test]
async fn nothing_leaves_without_an_agreement_for_extracts() {
    let vietnam = Vietnam::found().await;
    let insurance = vietnam
        .country
        .base
        .act_as(Actor::System { body: BodyId::new("social-insurance-agency"), on_decision_of: None });
    let mut others = request();
    others.consumer = BodyId::new("social-insurance-agency");
    assert_eq!(taken(&vietnam, &insurance, others).await.unwrap_err().code, "EXC0001");
    let narrow = request().about(Scope::None);
    assert_eq!(taken(&vietnam, &keeper(&vietnam), narrow).await.unwrap_err().code, "EXC0008");
    let officer = vietnam.country.officer(POLICE, "identity-card-officer");
    assert_eq!(taken(&vietnam, &officer, request()).await.unwrap_err().code, "EXC0007");
}

#[tokio::test]
async fn pages_follow_each_other_and_of_a_record_the_newest_version_counts() {
    let vietnam = Vietnam::found().await;
    let owner = vietnam.country.db.owner.clone();
    let loader = Loader::new(owner, Arc::clone(&vietnam.country.registers), POLICE, "Test");
    // More versions than a page has, in two registers, so that some subject lies across a page's end.
    let people = (0..6_000).map(|n| LoadPerson {
        subject: vietnam.country.subject(),
        born: date!(1990 - 01 - 02),
        body: json!({
            "personal_number": PersonalNumber::new("001", Sex::Male, 1990, 1_000 + n).unwrap(),
            "full_name": "Lê Văn Bình", "birth_date": "1990-01-02", "sex": "male",
        }),
        relatives: vec![json!({"relation": "mother", "full_name": "Phạm Thị Chi"})],
        residence: None,
        marital_status: None,
    });
    loader.people(&vietnam.country.base, people.collect()).await.unwrap();
    let amended = vietnam.mother;
    let versions: Vec<(i32, &str)> = vec![(2, "Nguyễn Thị Hoa"), (3, "Nguyễn Thị Huệ")];
    for (version, name) in versions {
        sqlx::query(
            "INSERT INTO register.record SELECT subject_id, record_id, $2, register, 'amend', valid_from, valid_until,
                 jsonb_set(body, '{full_name}', to_jsonb($3::text)), recorded_at, change_id, written_for, case_id, basis
             FROM register.record WHERE subject_id = $1 AND register = 'population' AND version = 1",
        )
        .bind(amended.0)
        .bind(version)
        .bind(name)
        .execute(&vietnam.country.db.owner)
        .await
        .unwrap();
    }
    let all = taken(&vietnam, &keeper(&vietnam), request().only(["full_name", "mother_name"])).await.unwrap();
    assert_eq!(all.len(), 6_002);
    let different: std::collections::BTreeSet<_> = all.iter().map(|(subject, _)| *subject).collect();
    assert_eq!(different.len(), 6_002, "nobody twice");
    assert!(all.iter().filter(|(_, cells)| cells.len() == 2).count() == 6_000, "every mother's name is there");
    let of = &all.iter().find(|(subject, _)| *subject == amended).unwrap().1;
    assert_eq!(of[0], "full_name=Nguyễn Thị Huệ");
}
