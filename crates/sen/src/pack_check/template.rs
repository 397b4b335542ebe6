//! What the templates of groups and forms read: paths (`$.child.full_name`) and formulas (`=steps.birth.subject`).

use pack::Expr;
use serde_json::Value;

/// A text of a template that reads something.
pub(super) enum Reads {
    /// A path, cut at the dots.
    Path(Vec<String>),
    /// A formula.
    Formula(String),
}

/// Everything that a template reads, each with the pointer of its text below `pointer`.
pub(super) fn reads(template: &Value, pointer: &str) -> Vec<(String, Reads)> {
    match template {
        Value::String(text) => match (text.strip_prefix("$."), text.strip_prefix('=')) {
            (Some(path), _) => vec![(pointer.to_owned(), Reads::Path(path.split('.').map(str::to_owned).collect()))],
            (_, Some(formula)) => vec![(pointer.to_owned(), Reads::Formula(formula.to_owned()))],
            _ => Vec::new(),
        },
        Value::Array(items) => {
            items.iter().enumerate().flat_map(|(i, item)| reads(item, &format!("{pointer}/{i}"))).collect()
        }
        Value::Object(members) => members
            .iter()
            .flat_map(|(key, item)| {
                let token = key.replace('~', "~0").replace('/', "~1");
                reads(item, &format!("{pointer}/{token}"))
            })
            .collect(),
        _ => Vec::new(),
    }
}

/// The chains of names that a formula reads, such as `child.mother.full_name`, each cut at the dots. Names inside
/// texts and names of functions are left out.
pub(super) fn chains(formula: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let Ok(expr) = Expr::parse(formula) else { return found };
    let bound = bound(formula);
    let variables: Vec<_> = expr.variables().iter().filter(|name| !bound.contains(&name.as_str())).collect();
    let bytes = formula.as_bytes();
    let mut i = 0;
    while i < bytes.len() {
        match bytes[i] {
            quote @ (b'\'' | b'"') => {
                i += 1;
                while i < bytes.len() && bytes[i] != quote {
                    i += if bytes[i] == b'\\' { 2 } else { 1 };
                }
                i += 1;
            }
            c if c.is_ascii_alphabetic() || c == b'_' => {
                let start = i;
                while i < bytes.len() && (bytes[i].is_ascii_alphanumeric() || matches!(bytes[i], b'_' | b'.')) {
                    i += 1;
                }
                let mut names: Vec<_> = formula[start..i].split('.').map(str::to_owned).collect();
                // The last name of a call is a function: `tags.exists(…)`.
                if bytes.get(i) == Some(&b'(') {
                    names.pop();
                }
                if names.first().is_some_and(|first| variables.contains(&first)) {
                    found.push(names);
                }
            }
            _ => i += 1,
        }
    }
    found
}

/// The names that a formula binds itself: `n` of `names.map(n, fold(n))`.
fn bound(formula: &str) -> Vec<&str> {
    let mut found = Vec::new();
    for opener in [".all(", ".exists(", ".exists_one(", ".map(", ".filter("] {
        for (at, _) in formula.match_indices(opener) {
            found.extend(formula[at + opener.len()..].split(',').next().map(str::trim));
        }
    }
    found
}

/// The kind of body that a template names: `commune-police` of `='commune-police/' + values.commune`, and of the
/// plain `commune-police/00004`. None where it is read from elsewhere.
pub(super) fn body_kind(template: &Value) -> Option<&str> {
    let text = template.as_str()?;
    let plain = match text.strip_prefix('=') {
        Some(formula) => formula.trim_start().strip_prefix(['\'', '"'])?.split(['\'', '"']).next()?,
        None if text.starts_with('$') => return None,
        None => text,
    };
    plain.split('/').next().filter(|kind| !kind.is_empty())
}

#[cfg(test)]
mod tests {
    use super::{Reads, body_kind, chains, reads};
    use serde_json::json;

    #[test]
    fn what_a_template_reads_is_found() {
        let template =
            json!({"a": "$.child.name", "b": ["plain", "=values.x + 'values.y'"], "c/d": {"e": "$.steps.birth.n"}});
        let found: Vec<_> = reads(&template, "/data")
            .into_iter()
            .map(|(at, read)| match read {
                Reads::Path(path) => format!("{at} {}", path.join(".")),
                Reads::Formula(formula) => format!("{at} ={formula}"),
            })
            .collect();
        assert_eq!(found, ["/data/a child.name", "/data/b/1 =values.x + 'values.y'", "/data/c~1d/e steps.birth.n"]);
    }

    #[test]
    fn what_a_formula_reads_is_found() {
        for (formula, expected) in [
            ("values.x.y == 'child.z' && has(child.a)", vec!["values.x.y", "child.a"]),
            ("fold(child.name) in values.names.map(n, fold(n))", vec!["child.name", "values.names"]),
            ("size(values.children) > 1", vec!["values.children"]),
        ] {
            let found: Vec<_> = chains(formula).iter().map(|names| names.join(".")).collect();
            for chain in expected {
                assert!(found.iter().any(|f| f == chain), "{formula}: {chain} in {found:?}");
            }
            assert!(!found.iter().any(|f| f == "child.z" || f == "n"), "{formula}");
        }
    }

    #[test]
    fn the_kind_of_body_is_read_off() {
        for (template, kind) in [
            (json!("='commune-police/' + values.commune"), Some("commune-police")),
            (json!("ministry-justice"), Some("ministry-justice")),
            (json!("hospital/01D01"), Some("hospital")),
            (json!("$.child.body"), None),
            (json!("=values.body"), None),
        ] {
            assert_eq!(body_kind(&template), kind, "{template}");
        }
    }
}
