//! Whether what people type finds what they need.

use crate::{export, index, read_file, rules, small};
use catalogue::search::{Filter, Index};
use std::path::Path;

/// Among so many the right one must be.
const FIRST: usize = 3;

struct Wish {
    question: String,
    codes: Vec<String>,
    small: bool,
}

fn wishes(file: &str) -> Vec<Wish> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    lines
        .map(|line| {
            let mut cells = line.split('|').map(str::trim);
            Wish {
                question: cells.next().unwrap().to_owned(),
                codes: cells.next().unwrap().split_whitespace().map(str::to_owned).collect(),
                small: cells.next() == Some("S"),
            }
        })
        .collect()
}

/// The questions whose answer is not among the first, with what came instead.
fn missed(index: &Index, wishes: &[Wish]) -> Vec<String> {
    let mut missed = Vec::new();
    for wish in wishes {
        let answer = index.search(&wish.question, &Filter::default(), FIRST);
        let found: Vec<&str> = answer.found.iter().map(|found| found.doc.code.as_str()).collect();
        if !wish.codes.iter().any(|code| found.contains(&code.as_str())) {
            let names: Vec<_> = answer.found.iter().map(|f| format!("{} {}", f.doc.code, f.doc.name)).collect();
            missed.push(format!("{}\n     {}", wish.question, names.join("\n     ")));
        }
    }
    missed
}

#[test]
fn everyday_questions_on_the_small_catalogue() {
    let rules = rules();
    let entries = read_file(&small(), &rules).entries;
    let index = index(&entries, &rules);
    let wishes: Vec<Wish> = wishes("relevance.txt").into_iter().filter(|wish| wish.small).collect();
    assert!(wishes.len() >= 45);
    let missed = missed(&index, &wishes);
    assert!(missed.is_empty(), "{} of {}:\n{}", missed.len(), wishes.len(), missed.join("\n"));
}

#[test]
fn everyday_questions_on_the_export() {
    let Some(path) = export() else { return };
    let rules = rules();
    let entries = read_file(&path, &rules).entries;
    let index = index(&entries, &rules);
    let wishes = wishes("relevance.txt");
    assert!(wishes.len() >= 60);
    let missed = missed(&index, &wishes);
    assert!(missed.is_empty(), "{} of {}:\n{}", missed.len(), wishes.len(), missed.join("\n"));
}

/// At most one in so many may be missed.
fn mostly_found(file: &str, one_in: usize) {
    let rules = rules();
    let path = export();
    let entries = read_file(&path.clone().unwrap_or_else(small), &rules).entries;
    let index = index(&entries, &rules);
    let wishes: Vec<Wish> = wishes(file).into_iter().filter(|wish| wish.small || path.is_some()).collect();
    let missed = missed(&index, &wishes);
    eprintln!("{} of {} found; missed:\n{}", wishes.len() - missed.len(), wishes.len(), missed.join("\n"));
    assert!(missed.len() * one_in <= wishes.len(), "{} of {}:\n{}", missed.len(), wishes.len(), missed.join("\n"));
}

#[test]
fn questions_that_were_seen_once() {
    mostly_found("seen.txt", 3);
}

/// Nobody tuned for these.
#[test]
fn questions_that_were_held_out() {
    mostly_found("held-out.txt", 3);
}
