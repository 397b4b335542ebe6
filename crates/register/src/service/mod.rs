//! The services that registers offer, made from the `operation` blocks of the pack's services.

mod bulk;
mod format;
mod include;
mod lookup;
mod operation;
mod person;
mod put;

pub use operation::{BULK_ROWS_MAX, Operation};

use crate::{Error, LookAlikes, Registers, series::Series};
use async_trait::async_trait;
use exchange::{Pass, Service};
use kernel::{Ctx, FieldProblem, Problem, ServiceName, SubjectId};
use pack::{Pack, Report};
use serde::Deserialize;
use serde_json::{Map, Value};
use sqlx::PgConnection;
use std::{str::FromStr, sync::Arc};
use store::Db;

/// The services of the pack that registers carry out: those whose `operation` has a word of ours. Faults of their
/// definitions go to the report, with file and line. `indexes` are the look-alikes of the registers that have them;
/// whoever runs the program keeps them fresh.
#[must_use]
pub fn services(
    db: &Db,
    pack: &Pack,
    registers: &Arc<Registers>,
    indexes: &[LookAlikes],
    report: &mut Report,
) -> Vec<(ServiceName, Arc<dyn Service>)> {
    let series = Arc::new(Series::new(db));
    definitions(pack, registers, report)
        .into_iter()
        .map(|(name, operation)| {
            let (registers, series) = (Arc::clone(registers), Arc::clone(&series));
            let service = Served { registers, series, indexes: indexes.to_vec(), operation };
            (name, Arc::new(service) as Arc<dyn Service>)
        })
        .collect()
}

/// The part of a service's definition that matters here; the exchange reads the whole.
#[derive(Deserialize)]
struct Defined {
    name: ServiceName,
    #[serde(default)]
    provider_kinds: Vec<String>,
    #[serde(default)]
    operation: Value,
}

/// Reads and checks the operations without serving them (`sen pack check`).
#[must_use]
pub fn definitions(pack: &Pack, registers: &Registers, report: &mut Report) -> Vec<(ServiceName, Operation)> {
    let mut found = Vec::new();
    for document in pack.documents("services") {
        // What is wrong with the rest of the definition is the exchange's to report.
        for (place, defined) in defined(&document.value) {
            if defined.operation.get("word").is_none() {
                continue;
            }
            let operation = match operation::parse(&defined.operation) {
                Ok(operation) => operation,
                Err(error) => {
                    report.add(document, &format!("{place}/operation"), "REG0109", error_text(&error));
                    continue;
                }
            };
            let faults = operation.faults(registers, &defined.provider_kinds);
            for (pointer, code, message) in &faults {
                report.add(document, &format!("{place}/operation{pointer}"), code, message.clone());
            }
            if faults.is_empty() {
                found.push((defined.name, operation));
            }
        }
    }
    found
}

/// The services of a document with their place: one service, or a list of them under `services`.
fn defined(value: &Value) -> Vec<(String, Defined)> {
    let parse = |value: &Value| Defined::deserialize(value).ok();
    match value.get("services").and_then(Value::as_array) {
        Some(list) => {
            let placed = list.iter().enumerate().map(|(at, item)| (format!("/services/{at}"), parse(item)));
            placed.filter_map(|(place, item)| Some((place, item?))).collect()
        }
        None => parse(value).map(|one| (String::new(), one)).into_iter().collect(),
    }
}

fn error_text(error: &Error) -> String {
    match error {
        Error::Definition(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One service over the registers.
struct Served {
    registers: Arc<Registers>,
    series: Arc<Series>,
    indexes: Vec<LookAlikes>,
    operation: Operation,
}

/// What every word works with.
pub(crate) struct Work<'a> {
    pub(crate) ctx: &'a Ctx,
    pub(crate) pass: &'a Pass,
    pub(crate) registers: &'a Registers,
    pub(crate) series: &'a Series,
    indexes: &'a [LookAlikes],
}

impl Work<'_> {
    /// The look-alikes of a register, where this program has them.
    pub(crate) fn index(&self, register: &str) -> Option<&LookAlikes> {
        self.indexes.iter().find(|index| index.register_name() == register)
    }
}

#[async_trait]
impl Service for Served {
    async fn handle(&self, ctx: &Ctx, tx: &mut PgConnection, pass: &Pass, payload: Value) -> Result<Value, Problem> {
        let work = Work { ctx, pass, registers: &self.registers, series: &self.series, indexes: &self.indexes };
        let reply = match &self.operation {
            Operation::Get(word) => lookup::get(&work, tx, word, &payload).await,
            Operation::Find(word) => lookup::find(&work, tx, word, &payload).await,
            Operation::Verify(word) => lookup::verify(&work, tx, word, &payload).await,
            Operation::Search(word) => lookup::search(&work, tx, word, &payload).await,
            Operation::VerifyBulk(word) => bulk::verify(&work, tx, word, &payload).await,
            Operation::Put(word) => put::put(&work, tx, word, payload).await,
            Operation::RegisterNewborn(word) => person::register_newborn(&work, tx, word, payload).await,
            Operation::CancelNumber(word) => person::cancel_number(&work, tx, word, &payload).await,
            Operation::RecordDeath(word) => person::record_death(&work, tx, word, &payload).await,
        };
        Ok(reply?)
    }
}

/// A text of the input.
pub(crate) fn text<'a>(payload: &'a Value, pointer: &str) -> Result<&'a str, Error> {
    payload.pointer(pointer).and_then(Value::as_str).ok_or_else(|| malformed(pointer))
}

/// A subject's id in the input.
pub(crate) fn subject(payload: &Value, pointer: &str) -> Result<SubjectId, Error> {
    SubjectId::from_str(text(payload, pointer)?).map_err(|_| malformed(pointer))
}

/// The field is missing or cannot be read.
pub(crate) fn malformed(pointer: &str) -> Error {
    Error::Invalid(vec![FieldProblem::new(pointer, "REG0022")])
}

/// A body as a reply: its fields and whose they are.
pub(crate) fn reply_of(subject: SubjectId, body: Value) -> Map<String, Value> {
    let mut reply = match body {
        Value::Object(fields) => fields,
        _ => Map::new(),
    };
    reply.insert("subject".to_owned(), Value::String(subject.to_string()));
    reply
}
