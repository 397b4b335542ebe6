//! Rules with their dates of force. The law of this field changes every few months, so a rule is always chosen by
//! the date of the event it judges, never by today's.

use crate::nested;
use crate::report::At;
use crate::{Document, Report, date};
use serde::de::{DeserializeOwned, Error as _};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use time::Date;

/// Something that is in force from a day until a day, on some legal basis.
#[derive(Clone, PartialEq, Debug, Serialize)]
pub struct Dated<T> {
    /// The first day in force.
    #[serde(with = "date")]
    pub from: Date,
    /// The last day in force, itself included. None: no end is known.
    #[serde(with = "date::option", skip_serializing_if = "Option::is_none")]
    pub until: Option<Date>,
    /// The articles it rests on. In the pack one text or a list of texts.
    pub legal_basis: Vec<String>,
    /// How sure the author is, where not from a source (`memory`, `unverified`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub confidence: Option<String>,
    /// What is in force.
    #[serde(flatten)]
    pub item: T,
}

impl<T> Dated<T> {
    /// Whether it is in force on that day.
    #[must_use]
    pub fn covers(&self, on: Date) -> bool {
        self.from <= on && self.until.is_none_or(|until| on <= until)
    }
}

// By hand, because serde's `flatten` neither refuses unknown keys nor knows the path of an error.
impl<'de, T: DeserializeOwned> Deserialize<'de> for Dated<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut members = Map::deserialize(deserializer)?;
        let from = day(&mut members, "from")?.ok_or_else(|| D::Error::custom("missing field `from`"))?;
        let until = day(&mut members, "until")?;
        let legal_basis = match members.remove("legal_basis") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::String(one)) => vec![one],
            Some(list) => nested::from_value(list).map_err(|e| e.below("/legal_basis").into_serde::<D::Error>())?,
        };
        let confidence = match members.remove("confidence") {
            None => None,
            Some(value) => nested::from_value(value).map_err(|e| e.below("/confidence").into_serde::<D::Error>())?,
        };
        let item = nested::from_value(Value::Object(members)).map_err(nested::Nested::into_serde::<D::Error>)?;
        Ok(Self { from, until, legal_basis, confidence, item })
    }
}

fn day<E: serde::de::Error>(members: &mut Map<String, Value>, key: &str) -> Result<Option<Date>, E> {
    let fault = |message: String| nested::Nested { pointer: format!("/{key}"), message }.into_serde::<E>();
    match members.remove(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => date::parse(&text).map(Some).map_err(fault),
        Some(other) => Err(fault(format!("`{other}` is no date: write it like 2025-07-01"))),
    }
}

/// The versions of one rule, oldest first, never two on one day.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(transparent)]
pub struct Versions<T>(Vec<Dated<T>>);

impl<T> Versions<T> {
    /// Puts versions in order. A day with two versions, a version that ends before it begins, and days between two
    /// versions without any are reported.
    #[must_use]
    pub fn new(items: Vec<(At, Dated<T>)>, report: &mut Report) -> Self {
        Self::ordered(items, true, report)
    }

    /// The same where days without any version are right (a rule that was repealed and came back).
    #[must_use]
    pub fn sparse(items: Vec<(At, Dated<T>)>, report: &mut Report) -> Self {
        Self::ordered(items, false, report)
    }

    /// The versions in the list at `pointer` of a document.
    #[must_use]
    pub fn of(doc: &Document, pointer: &str, items: Vec<Dated<T>>, report: &mut Report) -> Self {
        let placed = items.into_iter().enumerate().map(|(i, item)| (doc.at(&format!("{pointer}/{i}")), item)).collect();
        Self::new(placed, report)
    }

    fn ordered(mut items: Vec<(At, Dated<T>)>, gaps: bool, report: &mut Report) -> Self {
        items.sort_by_key(|(_, item)| item.from);
        for (at, item) in &items {
            if item.until.is_some_and(|until| until < item.from) {
                report.add_at(at, "PAC0010", format!("ends before it begins on {}", date::print(item.from)));
            }
        }
        for pair in items.windows(2) {
            let [(first_at, first), (at, second)] = pair else { continue };
            let place = format!("{}:{}", first_at.file, first_at.line);
            match first.until {
                None => report.add_at(at, "PAC0011", format!("in force beside {place}, which has no `until`")),
                Some(until) if until >= second.from => {
                    report.add_at(at, "PAC0011", format!("in force beside {place} until {}", date::print(until)));
                }
                Some(until) if gaps && until.next_day() != Some(second.from) => {
                    let (until, from) = (date::print(until), date::print(second.from));
                    report.add_at(at, "PAC0012", format!("nothing is in force after {until} ({place}) before {from}"));
                }
                Some(_) => {}
            }
        }
        Self(items.into_iter().map(|(_, item)| item).collect())
    }

    /// What is in force on that day.
    #[must_use]
    pub fn on(&self, date: Date) -> Option<&Dated<T>> {
        self.0.iter().rev().find(|item| item.covers(date))
    }

    /// All, oldest first.
    pub fn iter(&self) -> std::slice::Iter<'_, Dated<T>> {
        self.0.iter()
    }

    /// The newest.
    #[must_use]
    pub fn last(&self) -> Option<&Dated<T>> {
        self.0.last()
    }
}

impl<'a, T> IntoIterator for &'a Versions<T> {
    type Item = &'a Dated<T>;
    type IntoIter = std::slice::Iter<'a, Dated<T>>;
    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::{Dated, Versions};
    use crate::{Document, Report};
    use serde::Deserialize;
    use time::macros::date;

    #[derive(Deserialize, Debug, PartialEq)]
    #[serde(deny_unknown_fields)]
    struct Fee {
        amount: i64,
    }

    fn read(text: &str) -> (Option<Vec<Dated<Fee>>>, Vec<String>, Document) {
        let mut report = Report::new();
        let doc = Document::read_text("fees.yaml", text, &mut report).remove(0);
        let fees = doc.parse_at("/fees", &mut report);
        (fees, report.problems().iter().map(ToString::to_string).collect(), doc)
    }

    #[test]
    fn the_version_of_the_day_is_chosen() {
        let text = "fees:\n- {from: 2024-01-01, until: 2025-06-30, legal_basis: A, amount: 1}\n- {from: 2025-07-01, legal_basis: [B, C], confidence: memory, amount: 2}\n";
        let (fees, problems, doc) = read(text);
        assert!(problems.is_empty(), "{problems:?}");
        let mut report = Report::new();
        let fees = Versions::of(&doc, "/fees", fees.unwrap(), &mut report);
        assert!(report.is_clean(), "{report}");
        assert_eq!(fees.on(date!(2023 - 12 - 31)), None);
        assert_eq!(fees.on(date!(2025 - 06 - 30)).unwrap().item.amount, 1);
        let new = fees.on(date!(2025 - 07 - 01)).unwrap();
        assert_eq!((new.item.amount, new.legal_basis.len(), new.confidence.as_deref()), (2, 2, Some("memory")));
    }

    #[test]
    fn faults_inside_a_version_keep_their_line() {
        for (text, expected) in [
            ("fees:\n- from: 2024-01-01\n  amount: 1\n  amuont: 2\n", "fees.yaml:4: PAC0004 unknown field `amuont`"),
            ("fees:\n- from: 2024-01-01\n  amount: many\n", "fees.yaml:3: PAC0004 invalid type: string"),
            ("fees:\n- amount: 1\n  from: 2024-02-30\n", "fees.yaml:3: PAC0004 `2024-02-30` is no date"),
            ("fees:\n- amount: 1\n", "fees.yaml:2: PAC0004 missing field `from`"),
            (
                "fees:\n- from: 2024-01-01\n  legal_basis:\n  - A\n  - 5\n  amount: 1\n",
                "fees.yaml:5: PAC0004 invalid type",
            ),
        ] {
            let (_, problems, _) = read(text);
            assert!(problems.len() == 1 && problems[0].starts_with(expected), "{expected}: {problems:?}");
        }
    }

    #[test]
    fn overlaps_gaps_and_backward_dates_are_reported() {
        for (text, expected) in [
            ("fees:\n- {from: 2024-01-01, amount: 1}\n- {from: 2025-01-01, amount: 2}\n", Some("fees.yaml:3: PAC0011")),
            (
                "fees:\n- {from: 2024-01-01, until: 2025-01-01, amount: 1}\n- {from: 2025-01-01, amount: 2}\n",
                Some("fees.yaml:3: PAC0011"),
            ),
            (
                "fees:\n- {from: 2025-02-01, amount: 2}\n- {from: 2024-01-01, until: 2024-12-31, amount: 1}\n",
                Some("fees.yaml:2: PAC0012"),
            ),
            ("fees:\n- {from: 2024-01-01, until: 2023-01-01, amount: 1}\n", Some("fees.yaml:2: PAC0010")),
            ("fees:\n- {from: 2024-01-01, until: 2024-12-31, amount: 1}\n- {from: 2025-01-01, amount: 2}\n", None),
        ] {
            let (fees, _, doc) = read(text);
            let mut report = Report::new();
            let _ = Versions::of(&doc, "/fees", fees.unwrap(), &mut report);
            let problems = report.problems();
            assert_eq!(problems.len(), usize::from(expected.is_some()), "{text} {report}");
            if let Some(expected) = expected {
                assert!(problems[0].to_string().starts_with(expected), "{text} {report}");
            }
        }
    }
}
