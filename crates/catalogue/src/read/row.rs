//! One row.

use super::{Cell, Cells, Reading, Remark};
use crate::{Burden, Code, Entry, Online, Vocabulary};
use time::Date;

/// A longer name is no name.
const NAME_CHARS_MAX: usize = 4000;

/// Reads a row; what is wrong with it goes to the reading.
pub(crate) fn read(line: u64, cells: &Cells, vocabulary: &Vocabulary, reading: &mut Reading) -> Option<Entry> {
    let written = text(cells, "code");
    let remark = |what, value: &str| Remark { line, code: written.clone(), what, value: value.to_owned() };
    if let Some(columns) = cells.get("#columns") {
        let Cell::Text(columns) = columns else { return None };
        reading.refused.push(remark("CAT0007", columns));
        return None;
    }
    let Some(code) = Code::read(&written) else {
        reading.refused.push(remark("CAT0003", &written));
        return None;
    };
    let name = text(cells, "name");
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        reading.refused.push(remark("CAT0004", ""));
        return None;
    }
    let levels = list(cells, "level", |text| split(text, &[',', ';']));
    let subjects = list(cells, "subjects", |text| vocabulary.split_subjects(text));
    for level in levels.iter().filter(|level| vocabulary.level(level).is_none()) {
        reading.doubts.push(remark("CAT0006", level));
    }
    for subject in subjects.iter().filter(|subject| vocabulary.who(subject).is_none()) {
        reading.doubts.push(remark("CAT0006", subject));
    }
    let mut doubt = |what, value: &str| reading.doubts.push(remark(what, value));
    let online = optional(cells, "online", Online::read, &mut doubt);
    let from = optional(cells, "from", day, &mut doubt);
    let until = optional(cells, "until", day, &mut doubt);
    let burden = Burden {
        papers: optional(cells, "papers", |text| text.parse().ok(), &mut doubt),
        days: optional(cells, "days", |text| text.parse().ok(), &mut doubt),
        fee: optional(cells, "fee", |text| text.parse().ok().filter(|fee| *fee >= 0), &mut doubt),
    };
    let mut replaced_by = Vec::new();
    for written in list(cells, "replaced_by", |text| split(text, &[',', ';'])) {
        match Code::read(&written) {
            Some(code) => replaced_by.push(code),
            None => doubt("CAT0008", &written),
        }
    }
    Some(Entry {
        code,
        name,
        ministry: text(cells, "ministry"),
        field: text(cells, "field"),
        levels,
        kind: some(text(cells, "type")),
        decision: some(text(cells, "decision")),
        subjects,
        results: list(cells, "result_codes", |text| split(text, &[',', ';'])),
        bodies: list(cells, "bodies", |text| split(text, &[';'])),
        keywords: list(cells, "keywords", |text| split(text, &[',', ';'])),
        online,
        from,
        until,
        replaced_by,
        burden,
    })
}

/// A date as files write it: `2026-09-01` or `01/09/2026`.
fn day(text: &str) -> Option<Date> {
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        [d, m, y] => pack::date::parse(&format!("{y}-{m:0>2}-{d:0>2}")).ok(),
        _ => pack::date::parse(text).ok(),
    }
}

fn optional<T>(
    cells: &Cells,
    column: &str,
    read: impl Fn(&str) -> Option<T>,
    doubt: &mut impl FnMut(&'static str, &str),
) -> Option<T> {
    let text = some(text(cells, column))?;
    let value = read(&text);
    if value.is_none() {
        doubt("CAT0008", &text);
    }
    value
}

fn some(text: String) -> Option<String> {
    (!text.is_empty()).then_some(text)
}

/// The text of a column in one line, spaces collapsed.
fn text(cells: &Cells, column: &str) -> String {
    let joined = match cells.get(column) {
        None => return String::new(),
        Some(Cell::Text(text)) => text.clone(),
        Some(Cell::List(list)) => list.join(", "),
    };
    joined.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The list of a column, sorted, each once: the order in which an export writes it changes from day to day and says
/// nothing.
fn list(cells: &Cells, column: &str, divide: impl Fn(&str) -> Vec<String>) -> Vec<String> {
    let mut list = match cells.get(column) {
        None => Vec::new(),
        Some(Cell::Text(text)) => divide(text),
        Some(Cell::List(list)) => list.iter().map(|one| one.trim().to_owned()).filter(|one| !one.is_empty()).collect(),
    };
    list.sort();
    list.dedup();
    list
}

fn split(text: &str, at: &[char]) -> Vec<String> {
    text.split(at).map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}
