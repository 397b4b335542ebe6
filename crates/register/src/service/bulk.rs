//! The word that tells who many rows of a file are. The safe default of the connection rules is to confirm and not to
//! show: of each row come back how sure it is that somebody is meant and which fields agree; the number of whoever was
//! found only where the agreement names it, and of nobody who is merely likely.

use super::{
    Work, malformed,
    operation::{BULK_ROWS_MAX, BulkWord},
};
use crate::{Error, population::NUMBER_KEY, read};
use kernel::SubjectId;
use matching::{Batch, CleanOptions, Decision, NOBODY, Schema, Status};
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// Longest cell, in characters.
const CELL_CHARS_MAX: usize = 300;
/// From this probability on a clerk should look.
const REVIEW_FROM: f64 = 0.1;
/// Field of the reply with the number of whoever was found.
const FOUND_NUMBER: &str = "found_number";

/// `{rows: [{full_name, birth_date, …}]}` → `{rows: [{row, status, probability, agreement, …}], compared}`. Fields that
/// the agreement does not name are not compared. Everybody a row is, or may be, is admitted.
pub(crate) async fn verify(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &BulkWord,
    payload: &Value,
) -> Result<Value, Error> {
    // Of a pass for named people or a search this would be a way to ask about anybody.
    work.pass.admit_extract(0)?;
    let schema = Schema::people();
    let most = word.rows_max.min(BULK_ROWS_MAX);
    let compared: Vec<bool> = schema.fields.iter().map(|field| work.pass.fields().contains(&field.name)).collect();
    let rows = rows(payload, &schema, &compared, most)?;
    let index = work.index(&word.register).ok_or(Error::NoIndex)?;
    let built = index.fresh(conn, work.ctx.today()).await?;
    let options = CleanOptions { threshold: word.threshold, review: REVIEW_FROM, threads: 1, within: false };
    let deciding = Arc::clone(&built);
    let decided = tokio::task::spawn_blocking(move || deciding.decide(&rows, options)).await;
    let decisions = decided.map_err(|_| Error::NoIndex)??;

    let of_match: HashMap<u64, u32> =
        decisions.iter().filter(|one| one.status == Status::Match).map(|one| (one.row, one.person)).collect();
    let found: Vec<Option<SubjectId>> = decisions
        .iter()
        .map(|one| match one.status {
            Status::Match | Status::Review => Some(one.person),
            // A row like an earlier one is somebody only where that one is.
            Status::Duplicate => of_match.get(&one.duplicate_of).copied().filter(|person| *person == one.person),
            Status::None => None,
        })
        .map(|person| person.filter(|person| *person != NOBODY).and_then(|person| built.subject(person)))
        .collect();
    let mut numbers = BTreeMap::new();
    for subject in found.iter().flatten() {
        work.pass.admit(*subject, None)?;
    }
    if work.pass.fields().contains(FOUND_NUMBER) {
        numbers = numbers_of(work, conn, word, &found).await?;
    }
    let count = |status| decisions.iter().filter(|one| one.status == status).count();
    work.pass.note("rows", decisions.len());
    work.pass.note("match", count(Status::Match));
    work.pass.note("review", count(Status::Review));
    let told = decisions.iter().zip(&found).map(|(decision, subject)| {
        let number = subject.filter(|_| decision.status != Status::Review).and_then(|subject| numbers.get(&subject));
        let row = told(decision, &schema, &compared, subject.is_some(), number);
        work.pass.project(Value::Object(row))
    });
    let told: Vec<Value> = told.collect();
    let compared = schema.fields.iter().zip(&compared).filter(|(_, compared)| **compared).map(|(field, _)| &field.name);
    Ok(work.pass.project(json!({ "rows": told, "compared": compared.collect::<Vec<_>>() })))
}

/// What is told of a row.
fn told(
    decision: &Decision,
    schema: &Schema,
    compared: &[bool],
    is_somebody: bool,
    number: Option<&String>,
) -> Map<String, Value> {
    let mut row = Map::new();
    row.insert("row".to_owned(), json!(decision.row));
    row.insert("status".to_owned(), json!(decision.status));
    if decision.duplicate_of > 0 {
        row.insert("duplicate_of".to_owned(), json!(decision.duplicate_of));
    }
    if let Some(number) = number {
        row.insert(FOUND_NUMBER.to_owned(), json!(number));
    }
    if !is_somebody {
        return row;
    }
    // Four digits: more would only look exact.
    row.insert("probability".to_owned(), json!((f64::from(decision.probability) * 10_000.0).round() / 10_000.0));
    let agreement = schema.fields.iter().enumerate().filter(|(at, _)| compared[*at]).map(|(at, field)| {
        let level = field.kind.levels().get(usize::from(decision.levels[at]));
        (field.name.clone(), level.map_or(json!("missing"), |level| json!(level.agreement)))
    });
    row.insert("agreement".to_owned(), Value::Object(agreement.collect()));
    row
}

/// The rows of the input, numbered from 1, without the fields that are not compared.
fn rows(payload: &Value, schema: &Schema, compared: &[bool], most: usize) -> Result<Batch, Error> {
    let rows = payload.get("rows").and_then(Value::as_array).ok_or_else(|| malformed("/rows"))?;
    if rows.len() > most {
        return Err(Error::TooManyRows(most));
    }
    let mut batch = Batch::new(schema.fields.len());
    for (at, row) in rows.iter().enumerate() {
        let row = row.as_object().ok_or_else(|| malformed(&format!("/rows/{at}")))?;
        let mut cells = vec![""; schema.fields.len()];
        for (name, value) in row {
            let wrong = || malformed(&format!("/rows/{at}/{name}"));
            let field = schema.position(name).ok_or_else(wrong)?;
            let cell = if value.is_null() { "" } else { value.as_str().ok_or_else(wrong)? };
            if cell.chars().count() > CELL_CHARS_MAX {
                return Err(wrong());
            }
            if compared[field] {
                cells[field] = cell;
            }
        }
        batch.push(at as u64 + 1, cells);
    }
    Ok(batch)
}

/// The numbers that these people bear now, from the register itself.
async fn numbers_of(
    work: &Work<'_>,
    conn: &mut PgConnection,
    word: &BulkWord,
    found: &[Option<SubjectId>],
) -> Result<BTreeMap<SubjectId, String>, Error> {
    let register = work.registers.required(&word.register)?;
    let Some(key) = register.key(NUMBER_KEY) else { return Ok(BTreeMap::new()) };
    let ids: Vec<_> = found.iter().flatten().map(|subject| subject.0).collect();
    let states = read::states(conn, &[&register.name], &ids, work.ctx.today()).await?;
    Ok(states.into_iter().filter_map(|version| Some((version.subject, key.value(&version.body)?))).collect())
}
