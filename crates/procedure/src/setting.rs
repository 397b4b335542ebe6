//! What the engine knows without asking anybody: the pack's procedures, bodies, calendar and units.

use crate::definition::Group;
use crate::{Catalogue, Error};
use exchange::SubjectRef;
use kernel::calendar::Calendar;
use kernel::{BodyId, PersonalNumber, SubjectId};
use pack::units::Units;
use pack::{Dated, Text};
use serde_json::Value;
use std::sync::Arc;
use time::Date;

/// The pack's part of the engine; shared by the citizen's and the officer's functions, services and jobs.
#[derive(Debug)]
pub struct Setting {
    /// Procedures, groups, forms.
    pub catalogue: Catalogue,
    /// Bodies, services, agreements.
    pub bodies: Arc<exchange::Catalogue>,
    /// Working time.
    pub calendar: Calendar,
    /// Communes and provinces.
    pub units: Arc<Units>,
}

impl Setting {
    /// The name of a body on a day; its id where the pack does not know it (any more).
    #[must_use]
    pub fn body_name(&self, body: &BodyId, on: Date) -> Text {
        self.bodies
            .body(body, on)
            .map_or_else(|| Text { vi: body.as_str().to_owned(), en: body.as_str().to_owned() }, |found| found.name)
    }

    /// The version of a group that a dossier keeps.
    pub(crate) fn kept(&self, code: &str, version_from: Date) -> Result<&Dated<Group>, Error> {
        self.catalogue
            .group(code, version_from)
            .filter(|group| group.from == version_from)
            .ok_or_else(|| Error::Definition(format!("{code}: the version of {version_from} is gone")))
    }
}

/// The provinces of the communes that values name (in fields called `commune_code`): commune → province.
pub(crate) fn provinces(units: &Units, values: &Value, on: Date) -> Value {
    let mut found = serde_json::Map::new();
    collect_provinces(units, values, on, &mut found);
    Value::Object(found)
}

fn collect_provinces(units: &Units, values: &Value, on: Date, found: &mut serde_json::Map<String, Value>) {
    for (name, value) in values.as_object().into_iter().flatten() {
        match value {
            Value::String(code) if name == "commune_code" => {
                let province = units.commune(code, on).and_then(|unit| unit.province.as_ref());
                found.extend(province.map(|province| (code.clone(), Value::from(province.as_str()))));
            }
            Value::Object(_) => collect_provinces(units, value, on, found),
            _ => {}
        }
    }
}

/// Reads references to people: `{"id": …}`, `{"number": …}`, or lists of them. What is neither is left out; the same
/// person twice is once.
pub(crate) fn people(values: impl IntoIterator<Item = Value>) -> Vec<SubjectRef> {
    let mut found = Vec::new();
    for value in values {
        collect(&value, &mut found);
    }
    found
}

fn collect(value: &Value, found: &mut Vec<SubjectRef>) {
    if let Value::Array(list) = value {
        for one in list {
            collect(one, found);
        }
        return;
    }
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let by_id = text("id").and_then(|id| id.parse::<SubjectId>().ok()).map(SubjectRef::Id);
    let by_number = text("number").and_then(|number| number.parse::<PersonalNumber>().ok()).map(SubjectRef::Number);
    for reference in by_id.into_iter().chain(by_number) {
        if !found.contains(&reference) {
            found.push(reference);
        }
    }
}

/// The surrogates among references.
pub(crate) fn ids(people: &[SubjectRef]) -> Vec<SubjectId> {
    people
        .iter()
        .filter_map(|person| match person {
            SubjectRef::Id(id) => Some(*id),
            SubjectRef::Number(_) => None,
        })
        .collect()
}

/// References as they are stored and sent.
pub(crate) fn people_json(people: &[SubjectRef]) -> Value {
    people
        .iter()
        .map(|person| match person {
            SubjectRef::Id(id) => serde_json::json!({ "id": id }),
            SubjectRef::Number(number) => serde_json::json!({ "number": number }),
        })
        .collect()
}
