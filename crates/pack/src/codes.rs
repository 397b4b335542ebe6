//! Code sets of the pack: `codes/<id>.csv` with the columns code, from, until, vi, en, confidence.

use crate::{Pack, Placed, Report, Text, date};
use serde::Deserialize;
use std::collections::BTreeMap;
use time::Date;

/// One entry of a code set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Code {
    /// The code, such as `01`.
    pub code: String,
    /// Its first day.
    pub from: Option<Date>,
    /// Its last day, itself included.
    pub until: Option<Date>,
    /// What it means.
    pub name: Text,
}

#[derive(Deserialize)]
struct Written {
    code: String,
    #[serde(with = "date::option")]
    from: Option<Date>,
    #[serde(with = "date::option")]
    until: Option<Date>,
    vi: String,
    en: String,
}

/// Every code set of the pack.
#[derive(Clone, Debug, Default)]
pub struct CodeSets(BTreeMap<String, Vec<Code>>);

impl Code {
    /// Whether the code may be used on that day.
    #[must_use]
    pub fn covers(&self, on: Date) -> bool {
        self.from.is_none_or(|from| from <= on) && self.until.is_none_or(|until| on <= until)
    }
}

impl CodeSets {
    /// Reads every table below `codes/`.
    #[must_use]
    pub fn read(pack: &Pack, report: &mut Report) -> Self {
        let mut sets = BTreeMap::new();
        for path in pack.tables() {
            let Some(id) = path.strip_prefix("codes/").and_then(|name| name.strip_suffix(".csv")) else { continue };
            let table = pack.table(path, report);
            if !table.expect_columns(&["code", "from", "until", "vi", "en", "confidence"], report) {
                continue;
            }
            let mut codes: Vec<Code> = Vec::new();
            for Placed { line, item } in table.parse::<Written>(report) {
                let Written { code, from, until, vi, en } = item;
                if code.is_empty() || vi.is_empty() || en.is_empty() {
                    table.add(line, "PAC0212", "code and both names are needed", report);
                }
                if codes.iter().any(|other| other.code == code) {
                    table.add(line, "PAC0212", format!("the code `{code}` stands twice"), report);
                }
                codes.push(Code { code, from, until, name: Text::new(vi, en) });
            }
            sets.insert(id.to_owned(), codes);
        }
        Self(sets)
    }

    /// The codes of a set, in the order of the table.
    #[must_use]
    pub fn set(&self, id: &str) -> Option<&[Code]> {
        self.0.get(id).map(Vec::as_slice)
    }

    /// One code of a set.
    #[must_use]
    pub fn code(&self, id: &str, code: &str) -> Option<&Code> {
        self.set(id)?.iter().find(|entry| entry.code == code)
    }

    /// The names of the sets.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }
}
