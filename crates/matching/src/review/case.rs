//! A row to review and the people it may mean: one line of `review.jsonl`.

use crate::{Agreement, Kind, Schema};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// Field → text, in the order of the schema. Personal: its `Debug` shows only how many there are.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cells(Map<String, Value>);

impl Cells {
    /// The text of a field; empty where it is absent.
    #[must_use]
    pub fn get(&self, field: &str) -> &str {
        self.0.get(field).and_then(Value::as_str).unwrap_or_default()
    }

    /// The fields that are named, in their order.
    pub fn fields(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}

impl FromIterator<(String, String)> for Cells {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(cells: I) -> Self {
        Self(cells.into_iter().map(|(field, text)| (field, Value::String(text))).collect())
    }
}

impl fmt::Debug for Cells {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cells", self.0.len())
    }
}

/// A row of the file that a person must look at.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Case {
    /// Its number in the file.
    pub row: u64,
    /// What the file says.
    pub file: Cells,
    /// Why it is uncertain, as ids of reasons.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Whom it may mean, likeliest first.
    pub candidates: Vec<Candidate>,
}

impl Case {
    /// The candidate with this personal number.
    #[must_use]
    pub fn candidate(&self, personal_number: &str) -> Option<&Candidate> {
        self.candidates.iter().find(|candidate| candidate.personal_number == personal_number)
    }

    /// The fields of the row and of its candidates, in the order of the schema.
    #[must_use]
    pub fn fields(&self) -> Vec<&str> {
        let mut fields: Vec<&str> = Vec::new();
        let all = self.candidates.iter().flat_map(|candidate| candidate.values.fields()).chain(self.file.fields());
        for field in all {
            if !fields.contains(&field) {
                fields.push(field);
            }
        }
        fields
    }
}

/// Somebody of the register whom a row may mean.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The personal number; empty where the register has none for this record.
    pub personal_number: String,
    /// The record of the index.
    #[serde(default)]
    pub person: u32,
    /// What the register says.
    pub values: Cells,
    /// Field → id of the level ([`crate::Kind`]); a field that one of the two lacks is absent or `missing`.
    #[serde(default)]
    pub levels: BTreeMap<String, String>,
    /// Field → what its level weighs, in bits, where the file says so.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub weights: BTreeMap<String, f64>,
    /// How likely it is that this person is meant.
    pub probability: f64,
    /// The sum of the weights, in bits.
    pub weight: f64,
}

impl fmt::Debug for Candidate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Candidate")
            .field("person", &self.person)
            .field("probability", &self.probability)
            .finish_non_exhaustive()
    }
}

/// How a level agrees, by the field it is of; fields that no extract of people has are tried as every kind that other
/// files use. Nothing for `missing` and for what is no level.
#[must_use]
pub fn agreement(field: &str, level: &str) -> Option<Agreement> {
    let people = Schema::people();
    let kind = people.position(field).map(|at| people.fields[at].kind);
    let kinds =
        kind.map_or_else(|| vec![Kind::Text, Kind::Number, Kind::Date, Kind::FullName, Kind::Code], |kind| vec![kind]);
    let mut levels = kinds.into_iter().flat_map(|kind| kind.levels().iter());
    levels.find(|known| known.id == level).map(|known| known.agreement)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_read_as_the_report_writes_it_and_shows_nothing_of_the_person() {
        let line = r#"{"row":12,"file":{"full_name":"Nguyen Van An","sex":null},"candidates":[{"personal_number":"001190000018",
            "person":3,"values":{"personal_number":"001190000018","full_name":"Nguyễn Văn An"},"levels":{"full_name":"unmarked"},
            "probability":0.61,"weight":14.2}]}"#;
        let case: Case = serde_json::from_str(line).unwrap();
        assert_eq!((case.row, case.file.get("full_name"), case.file.get("sex")), (12, "Nguyen Van An", ""));
        assert_eq!(case.fields(), ["personal_number", "full_name", "sex"]);
        assert!(case.candidate("001190000018").is_some() && case.candidate("1").is_none());
        let shown = format!("{case:?}");
        assert!(!shown.contains("An") && !shown.contains("0011"), "{shown}");
    }

    #[test]
    fn a_level_agrees_as_its_kind_says() {
        for (field, level, expected) in [
            ("full_name", "same", Some(Agreement::Same)),
            ("full_name", "unmarked", Some(Agreement::Similar)),
            ("birth_date", "differs", Some(Agreement::Differs)),
            ("street", "near", Some(Agreement::Similar)),
            ("full_name", "missing", None),
        ] {
            assert_eq!(agreement(field, level), expected, "{field} {level}");
        }
    }
}
