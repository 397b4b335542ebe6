//! The words that read: get, find, verify, search.

use super::{
    Work, include, malformed,
    operation::{Comparison, Derive, FindWord, GetWord, SearchWord},
    reply_of, subject, text,
};
use crate::population::RELATIVES;
use crate::{Criteria, Error, NameAlone, Version, find as by_key, read, search as by_name};
use exchange::Relation;
use kernel::{Actor, Name, PartialDate, SubjectId};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::str::FromStr;

/// `{subject}`, or the value of the word's key → the record's fields.
pub(crate) async fn get(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &GetWord,
    payload: &Value,
) -> Result<Value, Error> {
    let register = work.registers.required(&word.register)?;
    let key = word.key.as_ref().map(|key| by_key::required(register, key)).transpose()?;
    let by_value = key.and_then(|key| Some((key, payload.pointer(&key.pointer)?.as_str()?)));
    let (subject, newest) = match by_value {
        Some((key, value)) => {
            let found = by_key::unadmitted(conn, register, key, value, work.ctx.today()).await?;
            let version = found.ok_or(Error::NotFound)?;
            admit(work, conn, word.kinship.as_deref(), version.subject).await?;
            (version.subject, Some(version))
        }
        None => {
            let subject = subject(payload, "/subject")?;
            admit(work, conn, word.kinship.as_deref(), subject).await?;
            let mut found = read::states(conn, &[&register.name], &[subject.0], work.ctx.today()).await?;
            if let Some(unless) = &word.unless {
                include::pass_over(work, conn, unless, &mut found).await?;
            }
            let newest = |version: &Version| (version.valid_from, version.recorded_at, version.record);
            (subject, found.into_iter().max_by_key(newest))
        }
    };
    let body = match (newest, &word.absent) {
        (Some(version), _) => version.body,
        (None, Some(absent)) => absent.clone(),
        (None, None) => return Err(Error::NotFound),
    };
    let mut reply = reply_of(subject, body);
    derive(work, &word.derive, &mut reply)?;
    include::add(work, conn, &word.include, subject, &mut reply).await?;
    Ok(work.pass.project(Value::Object(reply)))
}

/// Admits the subject, or, where the register of kin says so, as the next of kin of somebody the pass names.
async fn admit(
    work: &Work<'_>,
    conn: &mut PgConnection,
    kinship: Option<&str>,
    subject: SubjectId,
) -> Result<(), Error> {
    if let Some(kinship) = kinship.filter(|_| !work.pass.covers(subject, None)) {
        let records = read::states(conn, &[kinship], &[subject.0], work.ctx.today()).await?;
        let all: Vec<_> = records.iter().collect();
        for relative in read::flattened(&all, RELATIVES) {
            let other = relative.get("subject").and_then(Value::as_str).and_then(|id| SubjectId::from_str(id).ok());
            // The record says what the relative is to the subject; the pass asks what the subject is to the relative.
            let relation = match relative.get("relation").and_then(Value::as_str) {
                Some("mother" | "father") => Relation::Child,
                Some("child") => Relation::Parent,
                Some("spouse") => Relation::Spouse,
                Some("guardian") => Relation::Ward,
                _ => continue,
            };
            if other.is_some_and(|other| work.pass.covers(other, None)) {
                return Ok(work.pass.admit_related(subject, relation)?);
            }
        }
    }
    Ok(work.pass.admit(subject, None)?)
}

/// Works out fields of a reply.
fn derive(work: &Work<'_>, formulas: &[Derive], reply: &mut Map<String, Value>) -> Result<(), Error> {
    for formula in formulas {
        let variables = json!({ "record": reply, "today": work.ctx.today().to_string() });
        let fault = |error| Error::Definition(format!("field {}: {error}", formula.field));
        let value = formula.value.eval(&variables).map_err(fault)?;
        if !value.is_null() {
            reply.insert(formula.field.clone(), value);
        }
    }
    Ok(())
}

/// `{key value, fields that must agree}` → `{subject, fields}`. A value that nobody bears and one whose bearer does not
/// agree in the other fields give the same answer.
pub(crate) async fn find(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &FindWord,
    payload: &Value,
) -> Result<Value, Error> {
    let (version, agrees) = located(work, conn, word, payload).await?.ok_or(Error::NotFound)?;
    if !agrees {
        return Err(Error::NotFound);
    }
    let subject = version.subject;
    let mut reply = reply_of(subject, version.body);
    derive(work, &word.derive, &mut reply)?;
    include::add(work, conn, &word.include, subject, &mut reply).await?;
    Ok(work.pass.project(Value::Object(reply)))
}

/// `{key value, fields to compare}` → `{exists, matches}`.
pub(crate) async fn verify(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &FindWord,
    payload: &Value,
) -> Result<Value, Error> {
    let found = located(work, conn, word, payload).await?;
    let reply = json!({ "exists": found.is_some(), "matches": found.is_some_and(|(_, agrees)| agrees) });
    Ok(work.pass.project(reply))
}

/// The record that bears the value, admitted, and whether the other fields agree.
async fn located(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &FindWord,
    payload: &Value,
) -> Result<Option<(Version, bool)>, Error> {
    let register = work.registers.required(&word.register)?;
    let key = by_key::required(register, &word.key)?;
    let input = word.input.as_ref().map_or_else(|| key.pointer.clone(), |field| format!("/{field}"));
    let value = text(payload, &input)?;
    for agree in &word.agree {
        // What must agree must be given, or a reader could leave out what they do not know.
        text(payload, &format!("/{}", agree.field))?;
    }
    let found = by_key::unadmitted(conn, register, key, value, work.ctx.today()).await?;
    let Some(version) = found else { return Ok(None) };
    by_key::admit(work.pass, version.subject, value)?;
    let agrees = word.agree.iter().all(|agree| {
        let field = |of: &Value| of.get(&agree.field).and_then(Value::as_str).map(str::to_owned);
        match (field(payload), field(&version.body)) {
            (Some(given), Some(recorded)) => same(agree.as_, &given, &recorded),
            _ => false,
        }
    });
    Ok(Some((version, agrees)))
}

fn same(comparison: Comparison, given: &str, recorded: &str) -> bool {
    match comparison {
        Comparison::Exact => given == recorded,
        Comparison::Name => match (given.parse::<Name>(), recorded.parse::<Name>()) {
            (Ok(given), Ok(recorded)) => given.compare_key() == recorded.compare_key(),
            _ => false,
        },
        Comparison::Date => match (given.parse::<PartialDate>(), recorded.parse::<PartialDate>()) {
            // Where only the year is recorded, a full date in that year agrees; a year alone never agrees with a day.
            (Ok(given), Ok(recorded)) => recorded.earliest() <= given.earliest() && given.latest() <= recorded.latest(),
            _ => false,
        },
    }
}

/// `{full_name, birth?, unit?, limit?}` → `{results: [fields]}`; `birth` is a year, month or day.
pub(crate) async fn search(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &SearchWord,
    payload: &Value,
) -> Result<Value, Error> {
    let register = work.registers.required(&word.register)?;
    let optional = |pointer: &str| payload.pointer(pointer).and_then(Value::as_str).filter(|text| !text.is_empty());
    let birth = match optional("/birth").or(optional("/birth_date")).or(optional("/birth_year")) {
        Some(text) => Some(text.parse::<PartialDate>().map_err(|_| malformed("/birth"))?),
        None => None,
    };
    let asked = payload.get("limit").and_then(Value::as_u64).and_then(|limit| usize::try_from(limit).ok());
    let criteria = Criteria {
        name: text(payload, "/full_name")?.to_owned(),
        birth,
        unit: optional("/unit").map(str::to_owned),
        limit: asked.unwrap_or(word.limit).min(word.limit),
    };
    let special = match &work.ctx.actor {
        Actor::Officer { roles, .. } => {
            roles.iter().any(|role| word.name_alone_roles.iter().any(|name| name == role.as_str()))
        }
        _ => false,
    };
    let name_alone = if special { NameAlone::Allowed } else { NameAlone::Refused };
    let found = by_name::unadmitted(conn, register, &criteria, name_alone, work.ctx.today()).await?;
    let mut results = Vec::with_capacity(found.len());
    for version in found {
        // A search brings back at most as many people as the pass allows, and not an error for one more.
        if !work.pass.covers(version.subject, None) {
            break;
        }
        work.pass.admit(version.subject, None)?;
        results.push(work.pass.project(Value::Object(reply_of(version.subject, version.body))));
    }
    let mut reply = Map::new();
    reply.insert("results".to_owned(), Value::Array(results));
    Ok(Value::Object(reply))
}
