//! Reads Rust files just far enough to tell strings from everything else.

use crate::root;
use std::fs;
use std::path::{Path, PathBuf};

/// A string literal and where it begins.
pub(crate) struct Literal {
    pub(crate) file: PathBuf,
    pub(crate) line: usize,
    pub(crate) text: String,
}

/// Every file with one of the endings below a folder of the workspace; none where the folder is missing.
pub(crate) fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_path_buf()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The names of the crates.
pub(crate) fn crate_names() -> Vec<String> {
    let mut names: Vec<_> = fs::read_dir(root().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

/// The string literals in `src/` of a crate, but for its tests.
pub(crate) fn literals_of_crate(name: &str) -> Vec<Literal> {
    let folder = root().join("crates").join(name).join("src");
    let of_file = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let end = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        literals(path, &text[..end])
    };
    let is_test = |path: &&PathBuf| path.file_stem().is_some_and(|stem| stem == "tests");
    files(&folder, "rs").iter().filter(|path| !is_test(path)).flat_map(of_file).collect()
}

fn literals(file: &Path, text: &str) -> Vec<Literal> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut line = 1;
    let mut i = 0;
    let rest = |i: usize| &text[i..];
    while i < bytes.len() {
        let start = i;
        let begun = line;
        let inner = match bytes[i] {
            b'/' if rest(i).starts_with("//") => {
                i += rest(i).find('\n').unwrap_or(rest(i).len());
                None
            }
            b'/' if rest(i).starts_with("/*") => {
                i += rest(i).find("*/").map_or(rest(i).len(), |n| n + 2);
                None
            }
            b'\'' => {
                i += quote_length(rest(i));
                None
            }
            b'r' if raw_hashes(rest(i)).is_some() && !follows_a_word(bytes, i) => {
                let hashes = raw_hashes(rest(i)).unwrap();
                let open = i + hashes + 2;
                let close = format!("\"{}", "#".repeat(hashes));
                let length = rest(open).find(&close).unwrap_or(rest(open).len());
                i = (open + length + close.len()).min(bytes.len());
                Some(text[open..open + length].to_owned())
            }
            b'"' => {
                let mut end = i + 1;
                while end < bytes.len() && bytes[end] != b'"' {
                    end += if bytes[end] == b'\\' { 2 } else { 1 };
                }
                let inner = text.get(i + 1..end).unwrap_or_default().to_owned();
                i = (end + 1).min(bytes.len());
                Some(inner)
            }
            _ => {
                i += 1;
                None
            }
        };
        line += bytes[start..i].iter().filter(|b| **b == b'\n').count();
        if let Some(text) = inner {
            found.push(Literal { file: file.to_path_buf(), line: begun, text });
        }
    }
    found
}

/// How far a quote reaches: a character literal, or the tick of a lifetime.
fn quote_length(text: &str) -> usize {
    let mut chars = text.char_indices().skip(1);
    match (chars.next(), chars.next()) {
        (Some((_, '\\')), Some((after, _))) => text[after..].find('\'').map_or(text.len(), |n| after + n + 1).max(3),
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

fn raw_hashes(text: &str) -> Option<usize> {
    let hashes = text[1..].bytes().take_while(|b| *b == b'#').count();
    text[1 + hashes..].starts_with('"').then_some(hashes)
}

fn follows_a_word(bytes: &[u8], i: usize) -> bool {
    i > 0 && (bytes[i - 1].is_ascii_alphanumeric() && bytes[i - 1] != b'b' || bytes[i - 1] == b'_')
}

#[test]
fn strings_are_told_from_the_rest() {
    let text = r###"
        // "not this" nor 'this'
        let a: &'static str = "one \" two"; /* "nor this" */
        let b = ('"', '\'', '\\', b'"', "three");
        let c = r#"four "quoted" "# ; let r = br"five";
        let d = "six
            lines"; let e = "seven";
    "###;
    let found = literals(Path::new("x.rs"), text);
    let texts: Vec<_> = found.iter().map(|l| (l.line, l.text.as_str())).collect();
    assert_eq!(
        texts,
        [
            (3, "one \\\" two"),
            (4, "three"),
            (5, "four \"quoted\" "),
            (5, "five"),
            (6, "six\n            lines"),
            (7, "seven"),
        ]
    );
}
