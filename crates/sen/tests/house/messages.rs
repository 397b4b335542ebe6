//! Every code is a sentence in both languages and a row of `docs/errors.md`.

use crate::root;
use crate::source::{crate_names, files, literals_of_crate};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// The beginnings of codes, and the crate whose they are.
const PREFIXES: &[(&str, &str)] = &[
    ("KER", "kernel"),
    ("STO", "store"),
    ("PAC", "pack"),
    ("LED", "ledger"),
    ("MAT", "matching"),
    ("WEB", "web"),
    ("EXC", "exchange"),
    ("REG", "register"),
    ("IDN", "identity"),
    ("CAT", "catalogue"),
    ("PRO", "procedure"),
    ("IND", "indicator"),
    ("PRG", "programme"),
    ("POR", "portal"),
];

/// Message → its variables, of a Fluent file.
fn messages(text: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut messages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        let id: String = line.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
        if line.starts_with('#') {
            continue;
        }
        if !id.is_empty() && line[id.len()..].trim_start().starts_with('=') {
            current.clone_from(&id);
            assert!(messages.insert(id, BTreeSet::new()).is_none(), "{current} stands twice");
        }
        let mut rest = line;
        while let Some(at) = rest.find('$') {
            rest = &rest[at + 1..];
            let name: String =
                rest.chars().take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')).collect();
            messages.entry(current.clone()).or_default().insert(name);
        }
    }
    messages
}

/// The messages of a crate: of `vi.ftl` and of every `….vi.ftl` beside it.
fn of_crate(name: &str, language: &str) -> Option<BTreeMap<String, BTreeSet<String>>> {
    let folder = root().join("crates").join(name).join("messages");
    let ending = format!("{language}.ftl");
    let mut texts = Vec::new();
    for path in files(&folder, "ftl") {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        if file == ending || file.ends_with(&format!(".{ending}")) {
            texts.push(fs::read_to_string(path).unwrap());
        }
    }
    (!texts.is_empty()).then(|| messages(&texts.join("\n")))
}

/// Whether the text is a code such as `REG0012`, and whose.
fn owner(code: &str) -> Option<&'static str> {
    let digits = code.get(3..).filter(|digits| digits.len() == 4 && digits.bytes().all(|b| b.is_ascii_digit()));
    digits.and(PREFIXES.iter().find(|(prefix, _)| code.starts_with(prefix))).map(|(_, name)| *name)
}

/// Every code that stands in a string of the source, with a place.
fn used() -> BTreeMap<String, String> {
    let mut used = BTreeMap::new();
    for name in crate_names() {
        for literal in literals_of_crate(&name) {
            // A code may stand alone or begin the sentence of an error.
            let word = literal.text.split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or("");
            if owner(word).is_some() {
                used.insert(word.to_owned(), format!("{}:{}", literal.file.display(), literal.line));
            }
        }
    }
    used
}

/// Code → cells, of the tables of docs/errors.md.
fn explained() -> BTreeMap<String, Vec<String>> {
    let text = fs::read_to_string(root().join("docs/errors.md")).unwrap_or_default();
    let mut rows = BTreeMap::new();
    for row in text.lines().filter_map(|line| line.strip_prefix("| ")) {
        let cells: Vec<_> = row.trim_end().trim_end_matches('|').split(" | ").map(|c| c.trim().to_owned()).collect();
        if owner(&cells[0]).is_some() {
            assert!(rows.insert(cells[0].clone(), cells[1..].to_vec()).is_none(), "{} is explained twice", cells[0]);
        }
    }
    rows
}

#[test]
fn both_languages_say_the_same() {
    let mut faults = Vec::new();
    for name in crate_names() {
        match (of_crate(&name, "vi"), of_crate(&name, "en")) {
            (Some(vi), Some(en)) => {
                let ids: BTreeSet<_> = vi.keys().chain(en.keys()).collect();
                for id in ids {
                    match (vi.get(id), en.get(id)) {
                        (Some(a), Some(b)) if a != b => {
                            faults.push(format!("{name}: `{id}` has variables {a:?} in vi and {b:?} in en"));
                        }
                        (Some(_), Some(_)) => {}
                        (None, _) => faults.push(format!("{name}: `{id}` is missing in vi.ftl")),
                        (_, None) => faults.push(format!("{name}: `{id}` is missing in en.ftl")),
                    }
                }
            }
            (None, None) => {}
            _ => faults.push(format!("{name} has messages in one language only")),
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_code_has_its_sentence_in_its_crate() {
    let mut faults = Vec::new();
    for (code, place) in used() {
        let name = owner(&code).unwrap_or_default();
        let known = of_crate(name, "vi").is_some_and(|messages| messages.contains_key(&code.to_lowercase()));
        if !known {
            faults.push(format!("{place}: {code} is no message of {name}"));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_code_is_explained() {
    let explained = explained();
    let mut codes: BTreeSet<String> = used().into_keys().collect();
    for (_, name) in PREFIXES {
        let ids = of_crate(name, "vi").unwrap_or_default().into_keys().map(|id| id.to_uppercase());
        codes.extend(ids.filter(|id| owner(id).is_some()));
    }
    let mut faults = Vec::new();
    for code in &codes {
        match explained.get(code).map(Vec::as_slice) {
            Some([cause, next]) if cause.len() > 5 && next.len() > 5 => {}
            Some(_) => faults.push(format!("docs/errors.md: the row of {code} needs a cause and a next step")),
            None => faults.push(format!("docs/errors.md does not explain {code}")),
        }
    }
    let unknown = explained.keys().filter(|code| !codes.contains(*code));
    faults.extend(unknown.map(|code| format!("docs/errors.md explains {code}, which does not exist")));
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn messages_are_read_rightly() {
    let read = messages("# a = b\none = x { $a } y\n    { $b ->\n        [one] {$c}\n    }\ntwo-x=z\n");
    assert_eq!(read.keys().collect::<Vec<_>>(), ["one", "two-x"]);
    assert_eq!(read["one"].iter().collect::<Vec<_>>(), ["a", "b", "c"]);
    assert_eq!((owner("REG0012"), owner("REG012"), owner("ABC0001")), (Some("register"), None, None));
}

/// The program puts all sentences together and does not start when two crates say the same id.
#[test]
fn no_sentence_has_two_owners() {
    for language in ["vi", "en"] {
        let mut owners: BTreeMap<String, String> = BTreeMap::new();
        for name in crate_names() {
            let Ok(folder) = fs::read_dir(root().join("crates").join(&name).join("messages")) else { continue };
            let files = folder.map(|file| file.unwrap().path());
            for file in files.filter(|file| file.to_str().unwrap().ends_with(&format!("{language}.ftl"))) {
                for id in messages(&fs::read_to_string(&file).unwrap()).into_keys() {
                    let first = owners.insert(id.clone(), name.clone());
                    assert!(first.is_none(), "{id} ({language}) stands in {} and {name}", first.unwrap_or_default());
                }
            }
        }
    }
}
