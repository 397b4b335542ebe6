//! The real directives, where they lie beside the repository.

use crate::{bodies, facts, options, seed};
use programme::read::{Layout, read};

/// Compares with a committed file of facts; `SEN_REWRITE=1` writes it.
fn compare(name: &str, facts: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/expected").join(name);
    if std::env::var_os("SEN_REWRITE").is_some() {
        std::fs::write(&path, facts).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    for (line, (found, expected)) in facts.lines().zip(expected.lines()).enumerate() {
        assert_eq!(found, expected, "line {} of {name}", line + 1);
    }
    assert_eq!(facts.lines().count(), expected.lines().count(), "{name}");
}

#[test]
fn the_appendix_of_directive_04() {
    let Some((name, bytes)) = seed("001_") else {
        return println!("left out: ../shared/seeds/001_* is not there");
    };
    let reading = read(&name, &bytes, &bodies(), &options()).unwrap();
    let of = |section: &str| reading.tasks.iter().filter(|task| task.section == section).count();
    assert_eq!(reading.layout, Layout::Markdown);
    assert_eq!((reading.tasks.len(), of("A"), of("B"), of("C")), (101, 20, 69, 12));
    assert_eq!((reading.number.as_deref(), reading.day), (Some("04/CT-TTg"), time::macros::date!(2024 - 02 - 11)));
    compare("04.csv", &facts(&reading));
}

#[test]
fn a_directive_in_prose() {
    let Some((name, bytes)) = seed("002_") else {
        return println!("left out: ../shared/seeds/002_* is not there");
    };
    let reading = read(&name, &bytes, &bodies(), &options()).unwrap();
    assert_eq!(reading.layout, Layout::Prose);
    compare("prose.csv", &facts(&reading));
}
