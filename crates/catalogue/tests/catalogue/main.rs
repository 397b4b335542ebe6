//! Tests of the catalogue: reading, searching, keeping.
#![expect(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests fail the test; a skip is told")]

mod import;
mod pack;
mod reading;
mod relevance;
mod shelf;
mod simplify;

use catalogue::read::{self, Reading};
use catalogue::search::Index;
use catalogue::{Entry, Rules};
use std::path::{Path, PathBuf};
use time::macros::date;

/// The day on which tests ask: after the succession of September 2026.
pub(crate) const TODAY: time::Date = date!(2026 - 11 - 23);

/// What the pack of Vietnam says.
pub(crate) fn rules() -> Rules {
    let mut report = ::pack::Report::new();
    let pack = ::pack::Pack::embedded("vn").unwrap();
    let rules = Rules::read(&pack, &mut report);
    assert!(report.is_clean(), "{report}");
    rules
}

pub(crate) fn read_file(path: &Path, rules: &Rules) -> Reading {
    read::read(&std::fs::read(path).unwrap(), &rules.vocabulary).unwrap()
}

/// The small catalogue that is committed: names of the law, everything else made up.
pub(crate) fn small() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/small.csv")
}

/// The national database's export, beside the project's folder where it is there.
pub(crate) fn export() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/domain/03_tthc_catalogue_2026-07.csv");
    let named = std::env::var_os("SEN_CATALOGUE").map(PathBuf::from);
    let found = named.into_iter().chain([beside]).find(|path| path.exists());
    if found.is_none() {
        eprintln!("skipped: no export of the national database (../shared/domain, or SEN_CATALOGUE)");
    }
    found
}

pub(crate) fn index(entries: &[Entry], rules: &Rules) -> Index {
    Index::new(rules.docs(entries.iter(), TODAY), &rules.everyday)
}
