//! Tests of the programme: the reader on real and made-up directives.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail the test")]

mod desk;
mod follow;
mod import;
mod jobs;
mod made_up;
mod real;
mod rest;
mod world;

use exchange::Catalogue;
use pack::units::Units;
use pack::{Pack, Report};
use programme::Bodies;
use programme::read::{Options, Reading};
use std::path::PathBuf;
use std::sync::Arc;
use time::macros::date;

/// The units of the pack of Vietnam.
pub(crate) fn units() -> Units {
    let mut report = Report::new();
    let units = Units::read(&Pack::embedded("vn").unwrap(), &mut report);
    assert!(report.is_clean(), "{report}");
    units
}

/// The bodies of the pack of Vietnam.
pub(crate) fn bodies() -> Bodies {
    let pack = Pack::embedded("vn").unwrap();
    let mut report = Report::new();
    let units = Arc::new(Units::read(&pack, &mut report));
    let catalogue = Arc::new(Catalogue::read(&pack, &units, &mut report));
    let bodies = Bodies::read(&pack, &catalogue, &units, &mut report);
    assert!(report.is_clean(), "{report}");
    bodies
}

pub(crate) fn options() -> Options {
    Options { number: None, date: None, today: date!(2026 - 11 - 22) }
}

/// A file of the texts that are not part of the repository; None where they are not there.
pub(crate) fn seed(beginning: &str) -> Option<(String, Vec<u8>)> {
    let folder = std::env::var_os("SEN_SHARED")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared"), PathBuf::from)
        .join("seeds");
    let files = std::fs::read_dir(folder).ok()?;
    let path = files
        .flatten()
        .map(|entry| entry.path())
        .find(|path| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(beginning)))?;
    Some((path.file_name()?.to_string_lossy().into_owned(), std::fs::read(path).ok()?))
}

/// Section, number, leads, kind and days of each task: facts, none of the directive's sentences.
pub(crate) fn facts(reading: &Reading) -> String {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(["section", "number", "lead", "kind", "from", "until", "doubts"]).unwrap();
    let day = |day: Option<time::Date>| day.map(kernel::iso_date::text).unwrap_or_default();
    for task in &reading.tasks {
        let leads: Vec<_> = task.lead.iter().map(programme::Party::id).collect();
        let mut doubts: Vec<_> = task.doubts.iter().map(|d| format!("{}:{}", d.code, d.at.word())).collect();
        doubts.dedup();
        let deadline = &task.deadline;
        csv.write_record([
            &task.section,
            &task.number,
            &leads.join(" "),
            deadline.kind.word(),
            &day(deadline.from),
            &day(deadline.until),
            &doubts.join(" "),
        ])
        .unwrap();
    }
    String::from_utf8(csv.into_inner().unwrap()).unwrap()
}
