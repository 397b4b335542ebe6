//! The word that writes: a record from the input, with facts, formulas, new numbers and rules.

use super::{
    Work, format, malformed,
    operation::{PutWord, SubjectOf},
    reply_of, subject,
};
use crate::{
    Error, NewRecord, Register, find, put as verb, read, rule,
    write::{self, Claim},
};
use kernel::{FieldProblem, RecordId, SubjectId};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::collections::BTreeMap;
use time::Date;

/// How often a number with random digits is drawn again when it was taken.
const DRAWS_MAX: u32 = 20;

/// What registers about people call their subjects: only people are admitted by a pass.
const PERSON: &str = "person";

/// Input → the record, with `subject` and `record`.
pub(crate) async fn put(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &PutWord,
    payload: Value,
) -> Result<Value, Error> {
    let register = work.registers.required(&word.register)?.as_ref();
    let missing = |pointer: &&String| payload.pointer(pointer).is_none_or(Value::is_null);
    let missing: Vec<_> =
        word.needs.iter().filter(missing).map(|at| FieldProblem::new(at.clone(), "REG0022")).collect();
    if !missing.is_empty() {
        return Err(Error::Invalid(missing));
    }
    let subject = subject_of(work, conn, word, &payload).await?;
    work.pass.admit(subject, None)?;
    let facts = facts(work, conn, word, &payload).await?;
    let mut record = copied(word, register, &payload);
    for derive in &word.derive {
        if record.get(&derive.field).is_none() {
            let variables = variables(work, &payload, &record, &facts);
            let value = derive
                .value
                .eval(&variables)
                .map_err(|error| Error::Definition(format!("{}, field {}: {error}", register.name, derive.field)))?;
            if !value.is_null() {
                record[&derive.field] = value;
            }
        }
    }
    let valid_from = valid_from(work, word, &variables(work, &payload, &record, &facts))?;
    let mut found = Vec::new();
    work.registers.check_units(register, &record, valid_from, &mut found);
    rule::check(&word.rules, valid_from, &variables(work, &payload, &record, &facts), &mut found)?;
    if !found.is_empty() {
        return Err(Error::Invalid(found));
    }
    if let Some(same) = borne_by_the_same(conn, word, register, &record).await? {
        return Ok(work.pass.project(Value::Object(reply_of(subject, same))));
    }
    let id = if register.single { register.single_record(subject) } else { RecordId(work.ctx.uuid()) };
    generate(work, conn, word, register, (subject, id), &mut record).await?;
    let new = NewRecord { subject, record: Some(id), valid_from, valid_until: None, body: record };
    if word.replaces {
        end_current(work, conn, register, subject, valid_from).await?;
    }
    let written = verb::put_admitted(conn, work.ctx, work.pass, work.registers, register, new).await?;
    Ok(work.pass.project(Value::Object(reply_of(subject, written.body))))
}

async fn subject_of(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &PutWord,
    payload: &Value,
) -> Result<SubjectId, Error> {
    let Some(SubjectOf { register, key, value }) = &word.subject_of else {
        return subject(payload, &word.subject);
    };
    let register = work.registers.required(register)?;
    let key = find::required(register, key)?;
    let given = super::text(payload, value)?;
    let found = find::unadmitted(conn, register, key, given, work.ctx.today()).await?;
    found
        .map(|version| version.subject)
        .ok_or_else(|| Error::Invalid(vec![FieldProblem::new(value.clone(), "REG0024")]))
}

/// The facts by name; null where there is no such record or the input names nobody.
async fn facts(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &PutWord,
    payload: &Value,
) -> Result<Map<String, Value>, Error> {
    let mut facts = Map::new();
    for (name, fact) in &word.facts {
        let mut body = Value::Null;
        if payload.pointer(&fact.subject).is_some_and(|value| !value.is_null()) {
            let about = subject(payload, &fact.subject)?;
            if work.registers.required(&fact.register)?.subject == PERSON {
                work.pass.admit(about, None)?;
            }
            let states = read::states(conn, &[&fact.register], &[about.0], work.ctx.today()).await?;
            let newest = states.into_iter().max_by_key(|version| (version.valid_from, version.recorded_at));
            body = newest.map_or(Value::Null, |version| version.body);
        }
        facts.insert(name.clone(), body);
    }
    Ok(facts)
}

/// The fields of the record that the input has, by the same name or from where the operation says.
fn copied(word: &PutWord, register: &Register, payload: &Value) -> Value {
    let mut record = Map::new();
    for field in register.fields() {
        let value = match word.take.get(field) {
            Some(pointer) => payload.pointer(pointer),
            None => payload.get(field),
        };
        // An object without fields says as little as null does: nobody is named as father.
        if let Some(value) = value.filter(|value| !value.is_null() && value.as_object().is_none_or(|it| !it.is_empty()))
        {
            record.insert(field.to_owned(), value.clone());
        }
    }
    // What a number is generated for is never the caller's to say.
    for generate in &word.generate {
        record.remove(&generate.field);
    }
    Value::Object(record)
}

fn variables(work: &Work<'_>, payload: &Value, record: &Value, facts: &Map<String, Value>) -> Value {
    let mut variables = facts.clone();
    variables.insert("input".to_owned(), payload.clone());
    variables.insert("record".to_owned(), record.clone());
    variables.insert("today".to_owned(), json!(work.ctx.today().to_string()));
    let consumer = work.pass.consumer();
    variables.insert("consumer".to_owned(), json!({ "body": consumer.as_str(), "unit": consumer.unit() }));
    Value::Object(variables)
}

fn valid_from(work: &Work<'_>, word: &PutWord, variables: &Value) -> Result<Date, Error> {
    let Some(formula) = &word.valid_from else { return Ok(work.ctx.today()) };
    let value = formula.eval(variables).map_err(|error| Error::Definition(format!("valid_from: {error}")))?;
    let date = value.as_str().and_then(|text| text.parse::<kernel::PartialDate>().ok());
    date.map(|date| date.earliest()).ok_or_else(|| malformed("/valid_from"))
}

/// The record that bears one of the keys already and agrees in the fields that make it the same: the same request
/// under another idempotency key has the same answer.
async fn borne_by_the_same(
    conn: &mut PgConnection,
    word: &PutWord,
    register: &Register,
    record: &Value,
) -> Result<Option<Value>, Error> {
    if word.same.is_empty() {
        return Ok(None);
    }
    for key in &register.keys {
        let Some(value) = key.value(record) else { continue };
        let Some((subject, id)) = read::bearer(conn, &key.full_name(register), &value).await? else { continue };
        let versions = read::versions_of(conn, register, subject, id).await?;
        let Some(bearer) = versions.last() else { continue };
        if word.same.iter().all(|field| bearer.body.get(field) == record.get(field)) {
            return Ok(Some(bearer.body.clone()));
        }
    }
    Ok(None)
}

/// Fills the fields with new numbers. One with random digits that is unique is drawn until it is free.
async fn generate(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &PutWord,
    register: &Register,
    (subject, id): (SubjectId, RecordId),
    record: &mut Value,
) -> Result<(), Error> {
    let mut counted = BTreeMap::new();
    for generate in &word.generate {
        let pointer = format!("/{}", generate.field);
        let key = register.keys.iter().find(|key| key.pointer == pointer);
        let mut free = None;
        for _ in 0..DRAWS_MAX {
            let value = format::number(work, generate, record, &mut counted).await?;
            let is_free = match key {
                Some(key) => {
                    let claim = Claim { register, key, value: value.clone(), subject, record: id };
                    write::try_take(conn, work.ctx, &[claim], &[1]).await? == [true]
                }
                None => true,
            };
            if is_free {
                free = Some(value);
                break;
            }
        }
        record[&generate.field] = Value::String(free.ok_or(Error::NoFreeNumber)?);
    }
    Ok(())
}

/// Ends the subject's records in a register as a new one begins.
async fn end_current(
    work: &Work<'_>,
    conn: &mut PgConnection,
    register: &Register,
    subject: SubjectId,
    from: Date,
) -> Result<(), Error> {
    for current in read::states(conn, &[&register.name], &[subject.0], from).await? {
        let versions = read::versions_of(conn, register, subject, current.record).await?;
        let annulment = crate::Annulment {
            subject,
            record: current.record,
            expected_version: versions.last().map_or(current.version, |version| version.version),
            from: Some(from),
            until: None,
        };
        crate::annul(conn, work.ctx, work.pass, register, annulment).await?;
    }
    Ok(())
}
