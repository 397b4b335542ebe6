//! The code map of ARCHITECTURE.md is the workspace, and every edge between crates keeps to its lines.

use crate::root;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;

/// Crate → line, from the table "| line | crate | …" of ARCHITECTURE.md.
fn map() -> BTreeMap<String, u8> {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rows = text.lines().filter_map(|row| {
        let mut cells = row.strip_prefix('|')?.split('|').map(str::trim);
        let line = cells.next()?.parse().ok()?;
        let name = cells.next()?.strip_prefix('`')?.strip_suffix('`')?;
        Some((name.to_owned(), line))
    });
    rows.collect()
}

/// Crate → the crates of the workspace it uses, tests included.
fn edges() -> BTreeMap<String, Vec<String>> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let output = Command::new(cargo)
        .args(["metadata", "--no-deps", "--offline", "--format-version", "1"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| {
            let uses = package["dependencies"].as_array().unwrap().iter();
            // A path without a registry is a crate of ours.
            let uses = uses.filter(|d| d["source"].is_null()).map(|d| d["name"].as_str().unwrap().to_owned());
            (package["name"].as_str().unwrap().to_owned(), uses.collect())
        })
        .collect()
}

/// What is wrong with one edge.
fn fault(map: &BTreeMap<String, u8>, from: &str, to: &str) -> Option<String> {
    let (high, low) = (*map.get(from)?, *map.get(to)?);
    let reason = if low >= high {
        "is not of a smaller line"
    } else if (high == 5 || high == 6) && low > 4 {
        "is a sibling context: call a service, or publish an event"
    } else if from == "portal" && to == "register" {
        "is not the portal's to read"
    } else {
        return None;
    };
    Some(format!("{from} (line {high}) uses {to} (line {low}), which {reason}"))
}

#[test]
fn the_code_map_is_the_workspace() {
    let mapped: Vec<_> = map().into_keys().collect();
    let real: Vec<_> = edges().into_keys().collect();
    assert_eq!(mapped, real, "ARCHITECTURE.md's code map (left) and the workspace (right)");
}

#[test]
fn every_edge_keeps_to_the_lines() {
    let map = map();
    let faults: Vec<_> = edges()
        .iter()
        .flat_map(|(from, uses)| uses.iter().map(move |to| (from.clone(), to.clone())))
        .filter_map(|(from, to)| fault(&map, &from, &to))
        .collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn edges_that_must_not_be_are_seen() {
    let map = map();
    for (from, to, wrong) in [
        ("kernel", "store", true),
        ("store", "pack", true),
        ("register", "identity", true),
        ("procedure", "register", true),
        ("portal", "register", true),
        ("exchange", "web", false),
        ("procedure", "exchange", false),
        ("portal", "procedure", false),
        ("sen", "register", false),
    ] {
        assert_eq!(fault(&map, from, to).is_some(), wrong, "{from} → {to}");
    }
}
