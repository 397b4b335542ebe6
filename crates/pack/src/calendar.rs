//! The days and hours of the administration: `calendar/holidays.csv` and `calendar/hours.yaml`.

use crate::{Pack, Placed, Report, date};
use kernel::calendar::{Calendar, SpecialDay, SpecialKind, WorkingHours};
use serde::Deserialize;
use std::collections::HashMap;
use time::{Date, Time};

#[derive(Deserialize)]
struct Day {
    #[serde(with = "date")]
    date: Date,
    kind: SpecialKind,
    name: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Hours {
    periods: Vec<(String, String)>,
    #[serde(default, rename = "legal_basis")]
    _legal_basis: String,
    #[serde(default, rename = "confidence")]
    _confidence: String,
}

/// The calendar of the pack. Without `hours.yaml` the usual hours hold.
#[must_use]
pub fn read(pack: &Pack, report: &mut Report) -> Calendar {
    let table = pack.table("calendar/holidays.csv", report);
    let mut days = Vec::new();
    let mut lines = HashMap::new();
    if table.columns.is_empty() || table.expect_columns(&["date", "kind", "name", "confidence"], report) {
        for Placed { line, item: day } in table.parse::<Day>(report) {
            let day: Day = day;
            if let Some(first) = lines.insert(day.date, line) {
                table.add(line, "PAC0210", format!("this day stands already in line {first}"), report);
            }
            days.push(SpecialDay { date: day.date, kind: day.kind, name: day.name });
        }
    }
    Calendar::new(days, hours(pack, report))
}

fn hours(pack: &Pack, report: &mut Report) -> WorkingHours {
    let Some(doc) = pack.file("calendar/hours.yaml").first() else { return WorkingHours::default() };
    let Some(written) = doc.parse::<Hours>(None, report) else { return WorkingHours::default() };
    let mut periods = Vec::new();
    for (i, (from, until)) in written.periods.iter().enumerate() {
        match (time_of(from), time_of(until)) {
            (Some(from), Some(until)) => periods.push((from, until)),
            _ => report.add(doc, &format!("/periods/{i}"), "PAC0211", "write hours like ['07:00', '11:30']"),
        }
    }
    WorkingHours::new(periods).unwrap_or_else(|_| {
        report.add(doc, "/periods", "PAC0211", "the periods must be in order, none empty, and at least one");
        WorkingHours::default()
    })
}

fn time_of(text: &str) -> Option<Time> {
    let (hour, minute) = text.split_once(':').filter(|_| text.len() == 5)?;
    Time::from_hms(hour.parse().ok()?, minute.parse().ok()?, 0).ok()
}
