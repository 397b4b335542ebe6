//! Bulk verification, and the index behind it.

use crate::vietnam::{Vietnam, child, subject_in};
use exchange::{Request, Scope};
use kernel::{Actor, Kind, PersonalNumber, Problem, Sex, SubjectId};
use register::{
    AsOf, BULK_ROWS_MAX, LookAlikes,
    load::{LoadPerson, Loader},
    population::{Cancellation, cancel_number},
};
use serde_json::{Value, json};
use std::sync::Arc;
use time::macros::date;

const AGENCY: &str = "social-insurance-agency";
const POLICE: &str = "ministry-public-security";

fn index(vietnam: &Vietnam) -> &LookAlikes {
    vietnam.country.indexes.iter().find(|index| index.register_name() == "population").unwrap()
}

async fn refresh(vietnam: &Vietnam) {
    for register in ["population", "kinship", "residence"] {
        vietnam.country.sequence(register).await;
    }
    index(vietnam).refresh(&vietnam.country.exchange, &vietnam.country.base).await.unwrap();
}

fn request(body: &str) -> Request {
    Request::new(body, POLICE, "population.verify-bulk", "data-cleaning").about(Scope::Bulk).decided_in("1/KH-BHXH")
}

async fn verify(vietnam: &Vietnam, body: &str, rows: Value) -> Result<Value, Problem> {
    let officer = vietnam.country.officer(body, "insurance-officer");
    vietnam.country.exchange.call(&officer, request(body), json!({ "rows": rows })).await
}

fn mother() -> Value {
    json!({"full_name": "NGUYEN THI HOA", "birth_date": "05/03/1996", "sex": "Nữ", "personal_number": "001196000001"})
}

/// Some hundred strangers, so that a name says something.
async fn strangers(vietnam: &Vietnam) -> Vec<SubjectId> {
    let owner = vietnam.country.db.owner.clone();
    let loader = Loader::new(owner, Arc::clone(&vietnam.country.registers), POLICE, "Test");
    let (surnames, given) =
        (["Lê", "Phạm", "Hoàng", "Đỗ", "Vũ"], ["Bình", "Chi", "Dũng", "Giang", "Hải", "Lan", "Minh"]);
    let mut all = Vec::new();
    for n in 0..300_u32 {
        let (subject, year) = (vietnam.country.subject(), 1950 + i32::try_from(n % 60).unwrap());
        let name = format!("{} Văn {}", surnames[n as usize % 5], given[n as usize % 7]);
        let born = time::Date::from_ordinal_date(year, 1 + u16::try_from(n % 365).unwrap()).unwrap();
        all.push(LoadPerson {
            subject,
            born,
            body: json!({
                "personal_number": PersonalNumber::new("001", Sex::Male, year, 1_000 + n).unwrap(), "full_name": name,
                "birth_date": born.to_string(), "sex": "male",
            }),
            relatives: vec![],
            residence: None,
            marital_status: None,
        });
    }
    let subjects = all.iter().map(|person| person.subject).collect();
    loader.people(&vietnam.country.base, all).await.unwrap();
    subjects
}

#[tokio::test]
async fn rows_are_told_what_they_are_and_everybody_found_has_a_line() {
    let vietnam = Vietnam::found().await;
    let strangers = strangers(&vietnam).await;
    refresh(&vietnam).await;
    assert_eq!(index(&vietnam).people(), Some(302));
    let before = (vietnam.lines(vietnam.mother).await, vietnam.lines(strangers[0]).await);
    let nobody = json!({"full_name": "Trịnh Quốc Khánh", "birth_date": "02/09/1945", "sex": "nam"});
    let rows = json!([mother(), nobody, mother()]);
    let reply = verify(&vietnam, AGENCY, rows).await.unwrap();
    let rows = reply["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 3);
    assert_eq!((&rows[0]["row"], &rows[0]["status"]), (&json!(1), &json!("match")), "{reply}");
    assert_eq!(rows[0]["found_number"], "001196000001");
    assert!(rows[0]["probability"].as_f64().unwrap() > 0.99);
    let agreement = &rows[0]["agreement"];
    assert_eq!((&agreement["full_name"], &agreement["birth_date"]), (&json!("similar"), &json!("same")));
    assert_eq!((&agreement["personal_number"], &agreement["mother_name"]), (&json!("same"), &json!("missing")));
    assert_eq!(rows[1], json!({"row": 2, "status": "none"}), "of nobody nothing is told");
    assert_eq!((&rows[2]["status"], &rows[2]["duplicate_of"]), (&json!("duplicate"), &json!(1)));
    // One line about the call, and one for whoever was found; nobody else was touched.
    assert_eq!(vietnam.lines(vietnam.mother).await, before.0 + 1);
    assert_eq!(vietnam.lines(strangers[0]).await, before.1);
    let contents: Vec<Vec<u8>> =
        sqlx::query_scalar("SELECT content FROM ledger.opening").fetch_all(&vietnam.country.db.owner).await.unwrap();
    let lines: Vec<Value> = contents.iter().map(|content| serde_json::from_slice(content).unwrap()).collect();
    let calls = lines.iter().filter(|line| line["body"]["service"] == "population.verify-bulk");
    let [of_call] = calls.filter(|line| line["subject"].is_null()).collect::<Vec<_>>()[..] else { panic!("one line") };
    assert_eq!(of_call["body"]["people"], 1);
    assert_eq!(of_call["body"]["notes"], json!({"rows": 3, "match": 1, "review": 0}));
    assert_eq!(of_call["body"]["decision"], "1/KH-BHXH");
}

#[tokio::test]
async fn what_the_agreement_does_not_name_is_neither_compared_nor_told() {
    let vietnam = Vietnam::found().await;
    strangers(&vietnam).await;
    refresh(&vietnam).await;
    let mut wrong_number = mother();
    wrong_number["personal_number"] = json!("001196999999");
    wrong_number["mother_name"] = json!("Ai Đó");
    let reply = verify(&vietnam, "social-insurance/01", json!([mother(), wrong_number])).await.unwrap();
    assert_eq!(reply["compared"], json!(["full_name", "birth_date", "sex"]));
    let rows = reply["rows"].as_array().unwrap();
    for row in rows {
        assert!(row.get("found_number").is_none(), "{row}");
    }
    let agreement = rows[0]["agreement"].as_object().unwrap();
    assert_eq!(agreement.keys().collect::<Vec<_>>(), ["full_name", "birth_date", "sex"]);
    // The two rows differ in what is not compared only: they are one person.
    assert_eq!(rows[1]["status"], "duplicate");
}

#[tokio::test]
async fn nobody_verifies_in_bulk_without_an_agreement_for_it() {
    let vietnam = Vietnam::found().await;
    refresh(&vietnam).await;
    let committee = "commune-committee/00004";
    let officer = vietnam.country.officer(committee, "civil-status-officer");
    let call = vietnam.country.exchange.call(&officer, request(committee), json!({"rows": []})).await;
    assert_eq!(call.unwrap_err().code, "EXC0001");
    let officer = vietnam.country.officer(AGENCY, "insurance-officer");
    let about_one = request(AGENCY).about(Scope::of(vietnam.mother));
    let call = vietnam.country.exchange.call(&officer, about_one, json!({"rows": [mother()]})).await;
    assert_eq!(call.unwrap_err().code, "EXC0008", "an answer about somebody whom the request does not name");
    let mut other = request(AGENCY);
    other.purpose = "operation".into();
    let call = vietnam.country.exchange.call(&officer, other, json!({"rows": []})).await;
    assert_eq!(call.unwrap_err().code, "EXC0006");
    let citizen = Actor::Citizen { account: kernel::AccountId(vietnam.mother.0), subject: vietnam.mother, level: 2 };
    let call = vietnam.country.exchange.call(&vietnam.country.base.act_as(citizen), request(AGENCY), json!({})).await;
    assert_eq!(call.unwrap_err().code, "EXC0007");
}

#[tokio::test]
async fn bad_input_is_refused_with_its_place() {
    let vietnam = Vietnam::found().await;
    refresh(&vietnam).await;
    for (rows, pointer) in [
        (json!("x"), "/rows"),
        (json!([mother(), 7]), "/rows/1"),
        (json!([{"shoe_size": "41"}]), "/rows/0/shoe_size"),
        (json!([{"full_name": 7}]), "/rows/0/full_name"),
        (json!([{"full_name": "a".repeat(301)}]), "/rows/0/full_name"),
    ] {
        let problem = verify(&vietnam, AGENCY, rows).await.unwrap_err();
        assert_eq!((problem.fields[0].code.as_ref(), problem.fields[0].pointer.as_str()), ("REG0022", pointer));
    }
    let problem = verify(&vietnam, AGENCY, json!(vec![json!({}); BULK_ROWS_MAX + 1])).await.unwrap_err();
    assert_eq!(problem.code, "REG0014");
    let empty = verify(&vietnam, AGENCY, json!(vec![json!({}); BULK_ROWS_MAX])).await.unwrap();
    assert!(empty["rows"].as_array().unwrap().iter().all(|row| row["status"] == "none"));
}

#[tokio::test]
async fn without_an_index_nothing_is_guessed() {
    let vietnam = Vietnam::found().await;
    let problem = verify(&vietnam, AGENCY, json!([mother()])).await.unwrap_err();
    assert_eq!((problem.code.as_ref(), problem.kind), ("REG0013", Kind::Unavailable));
    // Whoever keeps the index is told that it is wanted.
    index(&vietnam).wanted().await;
    refresh(&vietnam).await;
    verify(&vietnam, AGENCY, json!([mother()])).await.unwrap();
}

#[tokio::test]
async fn the_index_follows_what_changes() {
    let vietnam = Vietnam::found().await;
    strangers(&vietnam).await;
    refresh(&vietnam).await;
    let status = async |row: Value| {
        let reply = verify(&vietnam, AGENCY, json!([row])).await.unwrap();
        (reply["rows"][0]["status"].as_str().unwrap().to_owned(), reply["rows"][0]["found_number"].clone())
    };
    let newborn = json!({"full_name": "Tran Thi An", "birth_date": "20/11/2026", "mother_name": "Nguyễn Thị Hoà",
        "father_name": "Trần Văn Đức"});
    assert_eq!(status(newborn.clone()).await.0, "none");
    let born = vietnam.newborn(child()).await.unwrap();
    vietnam.country.sequence("population").await;
    assert_eq!(status(newborn.clone()).await, ("match".to_owned(), born["personal_number"].clone()));
    assert_eq!(index(&vietnam).people(), Some(303), "the same index, one person more");

    // A number that ends gives way to the new one.
    let (ctx, registers) = (vietnam.country.base.clone(), Arc::clone(&vietnam.country.registers));
    let (population, about) = (vietnam.country.register("population"), vietnam.mother);
    let officer = vietnam.country.officer("commune-committee/00004", "civil-status-officer");
    let request = Request::new("commune-committee/00004", POLICE, "population.get", "dossier")
        .about(Scope::of(about))
        .on(vietnam.case);
    let cancelled = vietnam.country.exchange.open(&officer, request, move |conn, pass| {
        Box::pin(async move {
            let cancellation = Cancellation { subject: about, reason: "wrong".to_owned(), sex: None, birth_date: None };
            let number = cancel_number(conn, &ctx, pass, &registers, &population, cancellation).await?;
            let state =
                register::get(conn, &ctx, pass, &population, about, AsOf::valid_on(date!(2026 - 11 - 22))).await?;
            assert_eq!(state.unwrap().body["personal_number"], json!(number));
            Ok::<_, register::Error>(number)
        })
    });
    let number = cancelled.await.unwrap();
    // Even before the feed has told of it: what leaves is read from the register.
    let named =
        json!({"full_name": "Nguyễn Thị Hoà", "birth_date": "1996-03-05", "sex": "female", "commune_code": "00004"});
    assert_eq!(status(named.clone()).await, ("match".to_owned(), json!(number)));
    vietnam.country.sequence("population").await;
    assert_eq!(status(named).await, ("match".to_owned(), json!(number)));
}

#[tokio::test]
async fn a_load_is_read_as_a_whole() {
    let vietnam = Vietnam::found().await;
    refresh(&vietnam).await;
    strangers(&vietnam).await;
    vietnam.country.sequence("population").await;
    let problem = verify(&vietnam, AGENCY, json!([mother()])).await.unwrap_err();
    assert_eq!(problem.code, "REG0013");
    refresh(&vietnam).await;
    assert_eq!(index(&vietnam).people(), Some(302));
    verify(&vietnam, AGENCY, json!([mother()])).await.unwrap();
}

#[tokio::test]
async fn the_index_knows_look_alikes_that_no_record_of_kin_leads_to() {
    let vietnam = Vietnam::found().await;
    strangers(&vietnam).await;
    // Entered long ago, with the parents' names and no links.
    let owner = vietnam.country.db.owner.clone();
    let loader = Loader::new(owner, Arc::clone(&vietnam.country.registers), POLICE, "Test");
    let known = vietnam.country.subject();
    let person = LoadPerson {
        subject: known,
        born: date!(2026 - 11 - 20),
        body: json!({
            "personal_number": PersonalNumber::new("001", Sex::Female, 2026, 77).unwrap(), "full_name": "Trần An Thị",
            "birth_date": "2026-11-20", "sex": "female",
        }),
        relatives: vec![
            json!({"relation": "mother", "full_name": "Nguyễn Thị Hoà"}),
            json!({"relation": "father", "full_name": "Trần Văn Đức"}),
        ],
        residence: None,
        marital_status: None,
    };
    loader.people(&vietnam.country.base, vec![person]).await.unwrap();
    refresh(&vietnam).await;
    let before = vietnam.lines(known).await;
    let problem = vietnam.newborn(child()).await.unwrap_err();
    assert_eq!(problem.code, "REG0012");
    assert_eq!(vietnam.lines(known).await, before + 1);
    // A twin, with another name, is another person to the index too.
    let mut twin = child();
    twin["full_name"] = json!("Trần Thị Bình");
    let twin = subject_in(&vietnam.newborn(twin).await.unwrap());
    refresh(&vietnam).await;
    let mut third = child();
    third["full_name"] = json!("Trần Thị Binh Minh");
    assert_ne!(subject_in(&vietnam.newborn(third).await.unwrap()), twin);
}
