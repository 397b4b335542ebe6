//! Blocking: only people who share a key with a row are compared with it.
//!
//! A *pass* is a conjunction of parts of fields, such as the words of the name in any order together with the year of
//! birth. A row meets everybody who agrees with it in all parts of at least one pass (Fellegi and Sunter 1969, §3.4;
//! Christen 2012, ch. 4). Passes are tried in tiers: a row that is already certain is spared the broad ones.

use crate::{Error, Kind, Schema};
use serde::{Deserialize, Serialize};

/// What of a field makes a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// The whole value; of names and texts the words in any order, unmarked.
    Whole,
    /// The last six digits of a number.
    Tail,
    /// The year of a date.
    Year,
    /// Month and day of a date.
    MonthDay,
    /// The first word of a name or text.
    First,
    /// The last word of a name or text.
    Last,
}

/// A part of a key.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Part {
    /// Position of the field in the schema.
    pub field: usize,
    /// What of it.
    pub form: Form,
}

/// One way of meeting.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Pass {
    /// All of them must agree.
    pub parts: Vec<Part>,
    /// 0 is tried first; 1 next; 2 for rows that are not certain by then.
    pub tier: u8,
}

/// The passes of an index.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Blocking {
    /// At most 64.
    pub passes: Vec<Pass>,
}

/// The passes for people, by the names of [`Schema::people`]. Chosen so that any single error of the usual kinds, and
/// most pairs of errors, leave one pass that agrees.
const PEOPLE: [(u8, &[&str]); 15] = [
    (0, &["personal_number"]),
    (0, &["old_id"]),
    (1, &["full_name", "birth_date.year"]),
    (1, &["birth_date", "full_name.last"]),
    (1, &["full_name", "birth_date.month-day"]),
    (2, &["birth_date", "full_name.first"]),
    (2, &["full_name", "commune_code"]),
    (2, &["full_name.last", "birth_date.year", "commune_code"]),
    (2, &["father_name", "mother_name"]),
    (2, &["personal_number.tail"]),
    (2, &["mother_name", "full_name.last"]),
    (2, &["father_name", "full_name.last"]),
    (2, &["full_name.first", "birth_date.year", "commune_code"]),
    (2, &["birth_date", "province_code"]),
    (2, &["full_name", "province_code"]),
];

const PASSES_MAX: usize = 64;

impl Blocking {
    /// What serves a schema: the passes for people where it has their fields, otherwise every two fields together.
    #[must_use]
    pub fn usual(schema: &Schema) -> Self {
        let mut passes: Vec<Pass> = PEOPLE
            .iter()
            .filter_map(|(tier, parts)| {
                let parts: Result<Vec<_>, _> = parts.iter().map(|part| Part::parse(part, schema)).collect();
                parts.ok().map(|parts| Pass { parts, tier: *tier })
            })
            .collect();
        if passes.len() < 3 {
            let fields = schema.fields.len();
            let pairs = (0..fields).flat_map(|a| (a + 1..fields).map(move |b| (a, b)));
            passes = pairs
                .map(|(a, b)| Pass { parts: [a, b].map(|field| Part { field, form: Form::Whole }).to_vec(), tier: 0 })
                .take(PASSES_MAX)
                .collect();
        }
        Self { passes }
    }

    /// Passes as they are written in a mapping file: `[["surname", "date_of_birth.year"], …]`.
    ///
    /// # Errors
    /// For a field that the schema does not have or a form that it cannot have, no passes, or more than 64.
    pub fn parse(passes: &[Vec<String>], schema: &Schema) -> Result<Self, Error> {
        if passes.is_empty() || passes.len() > PASSES_MAX {
            return Err(Error::Blocking(format!("{} passes", passes.len())));
        }
        let passes = passes.iter().map(|parts| {
            let parts: Result<Vec<_>, _> = parts.iter().map(|part| Part::parse(part, schema)).collect();
            match parts {
                Ok(parts) if !parts.is_empty() => Ok(Pass { parts, tier: 0 }),
                Ok(_) => Err(Error::Blocking("a pass without parts".to_owned())),
                Err(part) => Err(Error::Blocking(part)),
            }
        });
        Ok(Self { passes: passes.collect::<Result<_, _>>()? })
    }
}

impl Part {
    fn parse(text: &str, schema: &Schema) -> Result<Self, String> {
        let (name, form) = text.split_once('.').unwrap_or((text, "whole"));
        let field = schema.position(name).ok_or_else(|| text.to_owned())?;
        let kind = schema.fields[field].kind;
        let form = match (form, kind) {
            ("whole", _) => Form::Whole,
            ("tail", Kind::PersonalNumber | Kind::OldId | Kind::Number) => Form::Tail,
            ("year", Kind::Date) => Form::Year,
            ("month-day", Kind::Date) => Form::MonthDay,
            ("first", Kind::FullName | Kind::KinName | Kind::Text | Kind::Code) => Form::First,
            ("last", Kind::FullName | Kind::KinName | Kind::Text | Kind::Code) => Form::Last,
            _ => return Err(text.to_owned()),
        };
        Ok(Self { field, form })
    }
}

/// What the words of a name are blocked by.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct NameKeys {
    pub(crate) whole: u64,
    pub(crate) first: u64,
    pub(crate) last: u64,
}

impl NameKeys {
    /// From the hashes of the words. The order of the words does not count for the whole.
    pub(crate) fn of(words: impl IntoIterator<Item = u64>) -> Option<Self> {
        let mut keys = Self::default();
        let mut any = false;
        for word in words {
            if !any {
                keys.first = word;
            }
            any = true;
            keys.last = word;
            keys.whole = keys.whole.wrapping_add(crate::lexicon::mix(word));
        }
        any.then_some(keys)
    }

    /// Those of the same name with the given name first, or back.
    pub(crate) fn turned(self) -> Self {
        Self { first: self.last, last: self.first, ..self }
    }

    /// One of them, never 0.
    pub(crate) fn form(&self, form: Form) -> u32 {
        let key = match form {
            Form::First => self.first,
            Form::Last => self.last,
            _ => self.whole,
        };
        (key >> 32) as u32 | 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_blocked_by_every_pass_and_strangers_by_pairs_of_fields() {
        assert_eq!(Blocking::usual(&Schema::people()).passes.len(), PEOPLE.len());
        let fields = ["a", "b", "c"].map(|name| crate::Field { name: name.to_owned(), kind: Kind::Text }).to_vec();
        assert_eq!(Blocking::usual(&Schema { fields }).passes.len(), 3);
    }

    #[test]
    fn a_pass_of_unknown_parts_is_refused() {
        for part in ["nobody", "full_name.year", "birth_date.first", "full_name.what"] {
            let refused = Blocking::parse(&[vec![part.to_owned()]], &Schema::people());
            assert!(matches!(refused, Err(Error::Blocking(at)) if at == part));
        }
    }
}
