//! Who owns which table: `tests/tables.txt`, equal to the migrations, and no crate's SQL names another's.

use crate::root;
use crate::source::{crate_names, files, literals_of_crate};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;

/// Table → crate, as the migrations make them.
fn owned() -> BTreeMap<String, String> {
    let mut owned = BTreeMap::new();
    for name in crate_names() {
        for path in files(&root().join("crates").join(&name).join("migrations"), "sql") {
            for table in created(&fs::read_to_string(&path).unwrap()) {
                owned.insert(table, name.clone());
            }
        }
    }
    owned
}

/// The tables that a migration creates, partitions left out.
fn created(sql: &str) -> Vec<String> {
    let code: String = sql.lines().map(|line| line.split("--").next().unwrap_or("")).collect::<Vec<_>>().join(" ");
    let words: Vec<_> = code.split_whitespace().collect();
    let mut tables = Vec::new();
    for (i, pair) in words.windows(2).enumerate() {
        if !(pair[0].eq_ignore_ascii_case("create") && pair[1].eq_ignore_ascii_case("table")) {
            continue;
        }
        let mut rest =
            words[i + 2..].iter().skip_while(|w| ["if", "not", "exists"].contains(&w.to_lowercase().as_str()));
        let name = rest.next().map(|w| w.split('(').next().unwrap_or("").to_lowercase());
        let is_partition = rest.next().is_some_and(|w| w.eq_ignore_ascii_case("partition"));
        tables.extend(name.filter(|_| !is_partition));
    }
    tables
}

/// The names of tables (`schema.table`) that stand in a text.
fn named<'t>(text: &str, tables: &'t BTreeMap<String, String>) -> BTreeSet<&'t str> {
    let part = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '.';
    let lower = text.to_lowercase();
    lower
        .split(|c| !part(c))
        .filter_map(|word| tables.get_key_value(word.trim_end_matches('.')))
        .map(|(k, _)| k.as_str())
        .collect()
}

/// Who names whose table: one line for each.
fn trespasses() -> Vec<String> {
    let owned = owned();
    let mut found = Vec::new();
    for name in crate_names() {
        let mut check = |place: String, text: &str| {
            for table in named(text, &owned) {
                if owned[table] != name {
                    found.push(format!("{place}: {name} names {table}, a table of {}", owned[table]));
                }
            }
        };
        for literal in literals_of_crate(&name) {
            // Only what is SQL: `register.record` may also be the name of a message or a metric.
            if is_sql(&literal.text) {
                check(format!("{}:{}", literal.file.display(), literal.line), &literal.text);
            }
        }
        for path in files(&root().join("crates").join(&name), "sql") {
            check(path.display().to_string(), &fs::read_to_string(&path).unwrap());
        }
    }
    found
}

fn is_sql(text: &str) -> bool {
    let lower = text.to_lowercase();
    let words: BTreeSet<_> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    ["select", "insert", "update", "delete", "from", "join", "copy", "truncate", "table", "into", "lock"]
        .iter()
        .any(|word| words.contains(word))
}

#[test]
fn the_list_of_tables_is_that_of_the_migrations() {
    let path = root().join("crates/sen/tests/tables.txt");
    let mut by_crate: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (table, owner) in owned() {
        by_crate.entry(owner).or_default().push(table);
    }
    let mut text =
        String::from("# Which crate owns which table. No other crate's SQL names it. Rewrite with SEN_REWRITE=1.\n");
    for (owner, tables) in by_crate {
        for table in tables {
            writeln!(text, "{owner}: {table}").unwrap();
        }
    }
    if std::env::var_os("SEN_REWRITE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let written = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(written, text, "tests/tables.txt (left) and the migrations (right); SEN_REWRITE=1 rewrites it");
}

#[test]
fn each_crate_has_its_own_schema() {
    for (table, owner) in owned() {
        let schema = table.split_once('.').map(|(schema, _)| schema);
        assert_eq!(schema, Some(owner.as_str()), "{table} of {owner}");
    }
}

#[test]
fn no_sql_names_a_table_of_another_crate() {
    let found = trespasses();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_trespass_would_be_seen() {
    let tables = BTreeMap::from([("register.record".to_owned(), "register".to_owned())]);
    for (sql, seen) in [
        ("SELECT * FROM register.record r", true),
        ("insert into REGISTER.RECORD(subject_id) values ($1)", true),
        ("select register.record.body from x", false),
        ("select from register.records", false),
        ("select 1 from register_record", false),
    ] {
        assert_eq!(!named(sql, &tables).is_empty() && is_sql(sql), seen, "{sql}");
    }
    assert_eq!(
        created(
            "CREATE TABLE IF NOT EXISTS a.b (x int); create table a.c(\n y int); -- create table a.d (\nCREATE TABLE a.e PARTITION OF a.b"
        ),
        ["a.b", "a.c"]
    );
}
