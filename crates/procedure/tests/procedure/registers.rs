//! Registers made up for the tests: they know a few people, keep to the door's rules and count what is done to them.

use async_trait::async_trait;
use exchange::{Pass, Relation, Service};
use kernel::{Ctx, Kind, PersonalNumber, Problem, ServiceName, SubjectId};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

/// What the registers hold, and what was done.
#[derive(Default)]
pub(crate) struct Known {
    pub(crate) people: HashMap<SubjectId, Value>,
    pub(crate) homes: HashMap<SubjectId, Value>,
    pub(crate) notices: BTreeMap<String, Value>,
    /// Notice → dossier.
    pub(crate) claims: BTreeMap<String, String>,
    /// How often each effect ran.
    pub(crate) done: BTreeMap<&'static str, usize>,
    /// Problems that the next calls of a service meet.
    pub(crate) trouble: HashMap<&'static str, Vec<Problem>>,
    /// What was said about a look-alike of the last newborn.
    pub(crate) another_person: Option<Value>,
    born: usize,
}

pub(crate) type Shared = Arc<Mutex<Known>>;

struct Fake {
    name: &'static str,
    known: Shared,
}

const SERVICES: [&str; 10] = [
    "population.get",
    "population.lookup",
    "population.register-newborn",
    "birth-notice.get",
    "birth-notice.claim",
    "civil-status.register-birth",
    "civil-status.marital-status",
    "residence.get",
    "residence.register",
    "insurance.issue-card",
];

pub(crate) fn services(known: &Shared) -> Vec<(ServiceName, Arc<dyn Service>)> {
    SERVICES
        .into_iter()
        .chain(["identity-card.issue"])
        .map(|name| {
            let service: Arc<dyn Service> = Arc::new(Fake { name, known: Arc::clone(known) });
            (ServiceName::from(name), service)
        })
        .collect()
}

fn missing() -> Problem {
    Problem::new(Kind::NotFound, "REG0001")
}

fn subject(payload: &Value) -> Result<SubjectId, Problem> {
    payload["subject"].as_str().and_then(|id| id.parse().ok()).ok_or_else(|| Problem::new(Kind::Invalid, "REG0002"))
}

#[async_trait]
impl Service for Fake {
    async fn handle(&self, ctx: &Ctx, _: &mut PgConnection, pass: &Pass, payload: Value) -> Result<Value, Problem> {
        let mut known = self.known.lock().unwrap();
        if let Some(problem) = known.trouble.get_mut(self.name).and_then(Vec::pop) {
            return Err(problem);
        }
        match self.name {
            "population.get" => {
                let id = subject(&payload)?;
                pass.admit(id, None)?;
                known.people.get(&id).cloned().ok_or_else(missing)
            }
            "population.lookup" => {
                let number = &payload["personal_number"];
                let found = known.people.iter().find(|(_, person)| person["personal_number"] == *number);
                let (id, person) = found.ok_or_else(missing)?;
                let number: PersonalNumber = number.as_str().unwrap().parse().unwrap();
                pass.admit(*id, Some(&number))?;
                let agrees = ["full_name", "birth_date"].iter().all(|field| person[field] == payload[field]);
                if agrees { Ok(person.clone()) } else { Err(missing()) }
            }
            "residence.get" => {
                let id = subject(&payload)?;
                pass.admit(id, None)?;
                known.homes.get(&id).cloned().ok_or_else(missing)
            }
            "civil-status.marital-status" => {
                let id = subject(&payload)?;
                pass.admit(id, None)?;
                Ok(json!({"subject": id, "status": "married"}))
            }
            "birth-notice.get" => notice(&known, pass, &payload),
            _ => effect(self.name, &mut known, ctx, pass, &payload),
        }
    }
}

fn notice(known: &Known, pass: &Pass, payload: &Value) -> Result<Value, Problem> {
    let by_number = payload["notice_number"].as_str();
    let found = known.notices.values().rev().find(|notice| match by_number {
        Some(number) => notice["notice_number"] == number,
        None => notice["subject"] == payload["subject"],
    });
    let mut found = found.cloned().ok_or_else(missing)?;
    pass.admit(subject(&found)?, None)?;
    if let Some(used) = known.claims.get(found["notice_number"].as_str().unwrap()) {
        found["used_by"] = json!(used);
    }
    let mother = found["subject"].clone();
    found["children"] = known.notices.values().filter(|notice| notice["subject"] == mother).cloned().collect();
    Ok(found)
}

fn effect(name: &'static str, known: &mut Known, ctx: &Ctx, pass: &Pass, payload: &Value) -> Result<Value, Problem> {
    let reply = match name {
        "birth-notice.claim" => {
            let number = payload["notice_number"].as_str().unwrap().to_owned();
            let dossier = payload["dossier"].as_str().unwrap().to_owned();
            let mother = subject(known.notices.get(&number).ok_or_else(missing)?)?;
            pass.admit(mother, None)?;
            if known.claims.entry(number).or_insert_with(|| dossier.clone()) != &dossier {
                return Err(Problem::new(Kind::Invalid, "REG1004"));
            }
            json!({"ok": true})
        }
        "population.register-newborn" => {
            for parent in ["mother", "father"] {
                if payload.get(parent).is_some() {
                    pass.admit(subject(&payload[parent])?, None)?;
                }
            }
            let id = SubjectId(ctx.uuid());
            pass.admit_related(id, Relation::New)?;
            known.born += 1;
            known.another_person = payload.get("another_person").cloned();
            let number = format!("001226{:06}", known.born);
            let mut person = payload["child"].clone();
            person["personal_number"] = json!(number);
            person["subject"] = json!(id);
            known.people.insert(id, person);
            json!({"subject": id, "personal_number": number})
        }
        _ => {
            let id = subject(payload)?;
            pass.admit(id, None)?;
            match name {
                "civil-status.register-birth" => json!({
                    "subject": id, "registration_number": format!("{}/2026", known.born), "book_number": "01/2026",
                    "page": "7", "registered_on": kernel::iso_date::text(ctx.today()),
                }),
                "residence.register" => {
                    assert!(payload["household"].is_string(), "the household comes from the register");
                    json!({"subject": id, "residence_file_number": "00004.26.000001"})
                }
                "insurance.issue-card" => json!({
                    "subject": id, "card_number": "TE1010000000001", "valid_from": payload["birth_date"],
                    "valid_until": "2032-11-20",
                }),
                "identity-card.issue" => json!({
                    "subject": id, "card_number": payload["personal_number"], "issued_on": "2026-11-25",
                    "expires_on": "2040-11-20",
                }),
                other => panic!("no service {other}"),
            }
        }
    };
    *known.done.entry(name).or_default() += 1;
    Ok(reply)
}
