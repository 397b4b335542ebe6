//! Extracts of a register.

use crate::vietnam::{Vietnam, child, subject_in};
use exchange::{Request, Scope};
use kernel::{Actor, BodyId, Ctx, Problem, SubjectId};
use matching::Schema;
use register::Extract;
use std::sync::Arc;

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
