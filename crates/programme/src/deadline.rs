//! Until when: every form in which directives say it, as a typed value. The words of the directive are always kept.

mod phrase;

use crate::doubt::{At, DATE_IMPOSSIBLE, DEADLINE_NONE, DEADLINE_SEVERAL, DEADLINE_UNCLEAR, Doubt};
use kernel::text::fold;
use phrase::{Phrase, phrases};
use serde::{Deserialize, Serialize};
use time::Date;

/// In which form a deadline is said.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// On or by a day: `31/12/2022`.
    Day,
    /// Before a day, month or year: `Hoàn thành trước ngày 01/7/2024`. `until` is the day before.
    Before,
    /// In a month: `Tháng 9/2024`.
    Month,
    /// In a quarter: `Quý I/2024`.
    Quarter,
    /// In half a year: `6 tháng đầu năm 2024`.
    HalfYear,
    /// In a year: `Năm 2024`.
    Year,
    /// In several years: `2024-2025`.
    Years,
    /// In a school year: `năm học 2024 - 2025`.
    SchoolYear,
    /// All the time: `Thường xuyên`. Nothing is ever late.
    Ongoing,
    /// As a plan says that somebody has to make: `Theo lộ trình…`. Late only where an end is said too.
    Roadmap,
    /// More than one of these; see `stages`.
    Several,
    /// Nothing is said.
    None,
    /// Something is said that nobody can hold to a date.
    Unclear,
}

impl Kind {
    /// The word in data, such as `half-year`.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Before => "before",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::HalfYear => "half-year",
            Self::Year => "year",
            Self::Years => "years",
            Self::SchoolYear => "school-year",
            Self::Ongoing => "ongoing",
            Self::Roadmap => "roadmap",
            Self::Several => "several",
            Self::None => "none",
            Self::Unclear => "unclear",
        }
    }
}

/// One of several dates of a deadline.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Stage {
    /// Its form.
    pub kind: Kind,
    /// First day, where one is meant.
    #[serde(default, with = "kernel::iso_date::option")]
    pub from: Option<Date>,
    /// Last day, itself included.
    #[serde(default, with = "kernel::iso_date::option")]
    pub until: Option<Date>,
}

/// A deadline.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Deadline {
    /// Its form.
    pub kind: Kind,
    /// First day, where one is meant.
    #[serde(with = "kernel::iso_date::option")]
    pub from: Option<Date>,
    /// Last day on time, itself included. None: there is no day from which it is late.
    #[serde(with = "kernel::iso_date::option")]
    pub until: Option<Date>,
    /// What the directive says.
    pub text: String,
    /// Each of several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stages: Vec<Stage>,
}

impl Deadline {
    /// Whether the text is one: for telling which cell of a row is which.
    #[must_use]
    pub fn is_one(text: &str) -> bool {
        !matches!(read(text).0.kind, Kind::None | Kind::Unclear)
    }
}

/// Reads a deadline, and says what is doubtful about it. Any text is taken.
///
/// ```
/// let (deadline, doubts) = programme::deadline::read("Quý I/2024");
/// assert_eq!(deadline.kind, programme::deadline::Kind::Quarter);
/// assert_eq!(deadline.until, Some(time::macros::date!(2024 - 03 - 31)));
/// assert!(doubts.is_empty());
/// ```
#[must_use]
pub fn read(text: &str) -> (Deadline, Vec<Doubt>) {
    let mut doubts = Vec::new();
    let folded = fold(text);
    let made = |kind, from, until| Deadline { kind, from, until, text: text.to_owned(), stages: Vec::new() };
    let found = phrases(&folded);
    for phrase in found.iter().filter(|phrase| phrase.impossible) {
        let read = phrase.stage.until.map_or_else(|| "?".to_owned(), kernel::iso_date::text);
        doubts.push(Doubt::new(DATE_IMPOSSIBLE, At::Deadline).with("text", text).with("read", read));
    }
    let dated: Vec<&Phrase> = found.iter().filter(|p| p.stage.from.is_some() || p.stage.until.is_some()).collect();
    let roadmap =
        folded.find("lo trinh").or_else(|| folded.find("theo ke hoach")).or_else(|| folded.find("theo tien do"));
    let ongoing =
        ["thuong xuyen", "hang nam", "hang quy", "hang thang", "hang tuan", "dinh ky", "trong qua trinh", "lien tuc"]
            .iter()
            .any(|word| folded.contains(word));
    let mut stages: Vec<Stage> = dated.iter().map(|phrase| phrase.stage.clone()).collect();
    // `Hoàn thành trong Quý IV năm 2024 và theo lộ trình…` has both; `Theo lộ trình… trước năm 2025` is a plan with an end.
    if let (Some(road), Some(first)) = (roadmap, dated.first())
        && road > first.at
    {
        stages.push(Stage { kind: Kind::Roadmap, from: None, until: None });
    } else if roadmap.is_some() {
        let until = stages.iter().filter_map(|stage| stage.until).max();
        return (made(Kind::Roadmap, None, until), doubts);
    }
    if ongoing {
        let from = stages.iter().filter_map(|stage| stage.from).min();
        let until = stages.iter().filter_map(|stage| stage.until).max();
        return (made(Kind::Ongoing, from, until), doubts);
    }
    match stages.as_slice() {
        [] => {
            let empty = !folded.chars().any(char::is_alphanumeric);
            let (kind, code) = if empty { (Kind::None, DEADLINE_NONE) } else { (Kind::Unclear, DEADLINE_UNCLEAR) };
            if doubts.is_empty() {
                doubts.push(Doubt::new(code, At::Deadline).with("text", text));
            }
            (made(kind, None, None), doubts)
        }
        [one] => (made(one.kind, one.from, one.until), doubts),
        several => {
            doubts.push(Doubt::new(DEADLINE_SEVERAL, At::Deadline).with("text", text));
            let from = several.iter().filter_map(|stage| stage.from).min();
            let until = several.iter().filter_map(|stage| stage.until.or(stage.from)).max();
            (Deadline { stages: stages.clone(), ..made(Kind::Several, from, until) }, doubts)
        }
    }
}

#[cfg(test)]
mod tests;
