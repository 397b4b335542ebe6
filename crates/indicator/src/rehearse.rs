//! The pack's cases of an index: facts or counts in, counts and points out.

use crate::definition::{Definition, Level};
use crate::facts::{DossierFacts, Given, PetitionFacts, ProcedureFacts};
use crate::figures::Figures;
use crate::period::Period;
use crate::score::score;
use crate::tally::Tally;
use kernel::calendar::Calendar;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::OffsetDateTime;

/// What goes into a case.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    /// What kind of body is scored; a province where nothing is said.
    #[serde(default = "province")]
    level: Level,
    period: Period,
    /// As of when; the end of the period where nothing is said.
    #[serde(default, with = "time::serde::rfc3339::option")]
    now: Option<OffsetDateTime>,
    #[serde(default)]
    dossiers: Vec<Value>,
    #[serde(default)]
    petitions: Vec<Value>,
    #[serde(default)]
    procedures: Vec<Value>,
    #[serde(default)]
    given: Vec<Given>,
    /// Counts as they are, added to those of the facts.
    #[serde(default)]
    counts: Figures,
}

const fn province() -> Level {
    Level::Province
}

/// Works a case out: every count by its name, points of components as `points 2.1`, of groups as `group 2` and
/// `legal II`, and `total`.
///
/// In facts of cases `dossier`, `petition` and `body` may be left out.
///
/// # Errors
/// What is wrong with the input, or with a formula.
pub fn rehearse(definition: &Definition, calendar: &Calendar, input: &Value) -> Result<Value, String> {
    let input = Input::deserialize(input).map_err(|error| error.to_string())?;
    let now = input.now.unwrap_or_else(|| input.period.ends());
    let mut tally = Tally::new(definition, calendar, input.period, now);
    for (i, value) in input.dossiers.iter().enumerate() {
        tally.dossier(&filled::<DossierFacts>(value, "dossier", i)?);
    }
    for (i, value) in input.petitions.iter().enumerate() {
        tally.petition(&filled::<PetitionFacts>(value, "petition", i)?);
    }
    for (i, value) in input.procedures.iter().enumerate() {
        tally.procedure(&filled::<ProcedureFacts>(value, "", i)?);
    }
    input.given.iter().for_each(|given| tally.given(given));
    let mut figures = tally.figures();
    for (name, count) in input.counts.iter() {
        figures.add(name, count);
    }
    let score = score(definition, &figures, input.level, input.period).map_err(|error| error.to_string())?;
    let mut out = Map::new();
    for (name, count) in figures.iter() {
        out.insert(name.to_owned(), count.into());
    }
    for component in score.components {
        out.insert(format!("points {}", component.id), json!(component.points));
        out.insert(format!("rate {}", component.id), json!(component.rate));
    }
    for (kind, groups) in [("group", score.groups), ("legal", score.legal_groups)] {
        for group in groups {
            out.insert(format!("{kind} {}", group.id), json!(group.points));
        }
    }
    out.insert("total".to_owned(), json!(score.total));
    out.insert("of".to_owned(), json!(score.of));
    Ok(Value::Object(out))
}

/// Facts with what a case need not say.
fn filled<T: serde::de::DeserializeOwned>(value: &Value, id: &str, i: usize) -> Result<T, String> {
    let mut members = value.as_object().cloned().ok_or_else(|| "facts are a mapping".to_owned())?;
    if !id.is_empty() {
        members.entry(id.to_owned()).or_insert_with(|| json!(uuid::Uuid::from_u128(i as u128 + 1)));
    }
    members.entry("body".to_owned()).or_insert_with(|| json!("province/01"));
    members.entry("procedure".to_owned()).and_modify(|_| {}).or_insert_with(|| json!("1.000000"));
    if id == "petition" {
        members.shift_remove("procedure");
    }
    serde_json::from_value(Value::Object(members)).map_err(|error| error.to_string())
}
