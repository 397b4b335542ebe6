//! Adds to a reply what other registers of the same owner say.

use super::{
    Work,
    operation::{Include, Person, Unless},
};
use crate::{Error, Version, read, write};
use exchange::Relation;
use kernel::SubjectId;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use std::{collections::BTreeMap, str::FromStr};
use uuid::Uuid;

/// Adds each include that could put a field into what the pass lets out. Whomever else they speak of (a relative, a
/// member of the household) is admitted as such, so that the ledger has a line for them too.
pub(crate) async fn add(
    work: &Work<'_>,
    conn: &mut PgConnection,
    includes: &[Include],
    subject: SubjectId,
    reply: &mut Map<String, Value>,
) -> Result<(), Error> {
    for include in includes.iter().filter(|include| wanted(work, include)) {
        let about = match &include.via {
            None => Some(subject.0),
            Some(field) => reply.get(field).and_then(Value::as_str).and_then(|text| Uuid::from_str(text).ok()),
        };
        let Some(about) = about else { continue };
        let mut versions = match &include.link {
            None => read::states(conn, &[&include.register], &[about], work.ctx.today()).await?,
            Some(link) => naming(work, conn, &include.register, link, about).await?,
        };
        versions.retain(|version| include.same.iter().all(|field| version.body.get(field) == reply.get(field)));
        if let Some(unless) = &include.unless {
            pass_over(work, conn, unless, &mut versions).await?;
        }
        versions.sort_by_key(|version| (version.valid_from, version.recorded_at, version.record));
        if include.list.is_some() || include.records || include.link.is_some() {
            let all: Vec<_> = versions.iter().collect();
            let mut items = match &include.list {
                Some(list) => read::flattened(&all, list),
                None => all.iter().map(|version| item(version, &include.take)).collect(),
            };
            if let Some(person) = &include.person {
                add_people(work, conn, include, person, &mut items).await?;
            }
            let name = include.as_.as_ref().or(include.list.as_ref()).unwrap_or(&include.register);
            reply.insert(name.clone(), Value::Array(items));
            continue;
        }
        let Some(newest) = versions.pop() else { continue };
        let mut items = [Value::Object(taken(&newest.body, &include.take))];
        if let Some(person) = &include.person {
            add_people(work, conn, include, person, &mut items).await?;
        }
        let [Value::Object(fields)] = items else { continue };
        match &include.as_ {
            Some(name) => {
                reply.insert(name.clone(), Value::Object(fields));
            }
            None => {
                for (name, value) in fields {
                    reply.entry(name).or_insert(value);
                }
            }
        }
    }
    Ok(())
}

/// Leaves out the records that another register speaks of.
pub(crate) async fn pass_over(
    work: &Work<'_>,
    conn: &mut PgConnection,
    unless: &Unless,
    versions: &mut Vec<Version>,
) -> Result<(), Error> {
    let subjects: Vec<_> = versions.iter().map(|version| version.subject.0).collect();
    let others = read::states(conn, &[&unless.register], &subjects, work.ctx.today()).await?;
    versions.retain(|version| {
        !others.iter().any(|other| {
            other.subject == version.subject
                && unless.same.iter().all(|field| other.body.get(field) == version.body.get(field))
        })
    });
    Ok(())
}

/// The current records of a register that name a subject by a link.
async fn naming(
    work: &Work<'_>,
    conn: &mut PgConnection,
    register: &str,
    link: &str,
    target: Uuid,
) -> Result<Vec<Version>, Error> {
    let register = work.registers.required(register)?;
    let full_name = format!("{}/{link}", register.name);
    let subjects = read::linking(conn, &full_name, target).await?;
    let mut versions = read::states(conn, &[&register.name], &subjects, work.ctx.today()).await?;
    // The side table remembers former links too.
    versions.retain(|version| write::links(register, &version.body).contains(&(target, full_name.clone())));
    Ok(versions)
}

/// One record of a list: whose it is, and what is taken of it.
fn item(version: &Version, take: &BTreeMap<String, String>) -> Value {
    let mut fields = taken(&version.body, take);
    fields.insert("subject".to_owned(), Value::String(version.subject.to_string()));
    Value::Object(fields)
}

/// Reading for nobody is not reading at all.
fn wanted(work: &Work<'_>, include: &Include) -> bool {
    let fields = work.pass.fields();
    match (&include.as_, &include.list) {
        (Some(name), _) | (None, Some(name)) => fields.contains(name),
        (None, None) => {
            let person = include.person.iter().flat_map(|person| person.take.keys());
            include.take.is_empty() || include.take.keys().chain(person).any(|name| fields.contains(name))
        }
    }
}

fn taken(body: &Value, take: &BTreeMap<String, String>) -> Map<String, Value> {
    let Some(fields) = body.as_object() else { return Map::new() };
    if take.is_empty() {
        return fields.clone();
    }
    take.iter().filter_map(|(name, field)| Some((name.clone(), fields.get(field)?.clone()))).collect()
}

/// Adds to each item what the register of people says of the person it names: one statement for all.
async fn add_people(
    work: &Work<'_>,
    conn: &mut PgConnection,
    include: &Include,
    person: &Person,
    items: &mut [Value],
) -> Result<(), Error> {
    let named = |item: &Value| item.get(&person.from).and_then(Value::as_str).and_then(|id| Uuid::from_str(id).ok());
    let subjects: Vec<_> = items.iter().filter_map(named).collect();
    let people = read::states(conn, &[&person.register], &subjects, work.ctx.today()).await?;
    let bodies: BTreeMap<_, _> = people.iter().map(|version| (version.subject.0, &version.body)).collect();
    for item in items {
        let Some((id, body)) = named(item).and_then(|id| Some((id, bodies.get(&id)?))) else { continue };
        work.pass.admit_related(SubjectId(id), relation(include, item))?;
        let Some(fields) = item.as_object_mut() else { continue };
        for (name, value) in taken(body, &person.take) {
            fields.entry(name).or_insert(value);
        }
    }
    Ok(())
}

/// What the person of an item is to the person that the pass names: kin by the word of the kinship register, otherwise
/// somebody of the household.
fn relation(include: &Include, item: &Value) -> Relation {
    let word = include.list.as_ref().and_then(|_| item.get("relation")).and_then(Value::as_str);
    match word {
        Some("mother" | "father") => Relation::Parent,
        Some("child") => Relation::Child,
        Some("spouse") => Relation::Spouse,
        Some("guardian") => Relation::Guardian,
        Some("ward") => Relation::Ward,
        _ => Relation::Household,
    }
}
