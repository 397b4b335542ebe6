//! Which names a template or formula can read, by where it stands: what the engine of procedures hands it.

use super::template::{Reads, chains, reads};
use pack::Document;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What stands under a name.
#[derive(Clone)]
pub(super) enum Shape {
    /// Anything, or something whose inside is not known here.
    Any,
    /// These fields; dots lead inside.
    Fields(BTreeSet<String>),
    /// These names, each with its own shape.
    Named(BTreeMap<String, Shape>),
}

/// The names that can be read somewhere.
#[derive(Clone)]
pub(super) struct Scope(BTreeMap<String, Shape>);

impl Scope {
    /// These names.
    pub(super) fn of<const N: usize>(names: [(&str, Shape); N]) -> Self {
        Self(names.into_iter().map(|(name, shape)| (name.to_owned(), shape)).collect())
    }

    /// The same with one more name.
    pub(super) fn with(&self, name: &str, shape: Shape) -> Self {
        let mut names = self.0.clone();
        names.insert(name.to_owned(), shape);
        Self(names)
    }

    /// Why a chain of names reads nothing.
    pub(super) fn fault(&self, chain: &[String]) -> Option<String> {
        let (first, rest) = chain.split_first()?;
        let Some(shape) = self.0.get(first) else {
            let known: Vec<_> = self.0.keys().map(String::as_str).collect();
            return Some(format!("`{first}` cannot be read here; {} can", known.join(", ")));
        };
        (!shape.has(rest)).then(|| format!("there is no `{}`", chain.join(".")))
    }

    /// Everything in a template that reads nothing: pointer and reason.
    pub(super) fn faults_of_template(&self, template: &Value, pointer: &str) -> Vec<(String, String)> {
        let mut faults = Vec::new();
        for (place, read) in reads(template, pointer) {
            match read {
                Reads::Path(path) => faults.extend(self.fault(&path).map(|fault| (place, fault))),
                Reads::Formula(formula) => {
                    faults.extend(chains(&formula).iter().filter_map(|c| self.fault(c)).map(|f| (place.clone(), f)));
                }
            }
        }
        faults
    }

    /// Everything in a formula that reads nothing.
    pub(super) fn faults_of_formula(&self, formula: &Value, pointer: &str) -> Vec<(String, String)> {
        let read = formula.as_str().map(chains).unwrap_or_default();
        read.iter().filter_map(|chain| self.fault(chain)).map(|fault| (pointer.to_owned(), fault)).collect()
    }
}

impl Shape {
    /// These names, each with anything in it.
    pub(super) fn ids<'a>(ids: impl Iterator<Item = &'a str>) -> Self {
        Self::Named(ids.map(|id| (id.to_owned(), Self::Any)).collect())
    }

    /// These fields; where none are named, anything.
    pub(super) fn fields<'a>(fields: impl Iterator<Item = &'a str>) -> Self {
        let fields: BTreeSet<_> = fields.map(str::to_owned).collect();
        if fields.is_empty() { Self::Any } else { Self::Fields(fields) }
    }

    /// What a template makes.
    pub(super) fn of_template(template: &Value) -> Self {
        match template {
            Value::Object(members) => {
                Self::Named(members.iter().map(|(name, inner)| (name.clone(), Self::of_template(inner))).collect())
            }
            _ => Self::Any,
        }
    }

    /// What the values of a form can hold. `each` names a repeated list: then what one of its entries can hold.
    pub(super) fn of_form(form: &Document, each: Option<&str>) -> Self {
        let mut fields = BTreeSet::new();
        for section in items(&form.value, "pages").iter().flat_map(|page| items(page, "sections")) {
            let list = section.get("each").and_then(Value::as_str);
            let names = items(section, "fields").iter().filter_map(|field| field.get("name")?.as_str());
            match (list, each) {
                (Some(list), Some(each)) if list == each => fields.extend(names.map(str::to_owned)),
                (Some(list), None) => _ = fields.insert(list.to_owned()),
                (None, None) => fields.extend(names.map(str::to_owned)),
                _ => {}
            }
        }
        Self::Fields(fields)
    }

    fn has(&self, rest: &[String]) -> bool {
        match (self, rest.split_first()) {
            (Self::Any, _) | (_, None) => true,
            (Self::Named(names), Some((first, inner))) => names.get(first).is_some_and(|shape| shape.has(inner)),
            (Self::Fields(fields), Some(_)) => {
                let path = rest.join(".");
                fields.iter().any(|field| {
                    *field == path || field.starts_with(&format!("{path}.")) || path.starts_with(&format!("{field}."))
                })
            }
        }
    }
}

/// The items of a list; none where there is no such list.
pub(super) fn items<'v>(value: &'v Value, list: &str) -> &'v [Value] {
    value.get(list).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

#[cfg(test)]
mod tests {
    use super::{Scope, Shape};
    use serde_json::json;

    #[test]
    fn a_chain_must_lead_somewhere() {
        let data = json!({"child": {"name": "$.child.full_name"}, "mother": "$.values.mother"});
        let scope = Scope::of([
            ("today", Shape::Any),
            ("values", Shape::fields(["mother.full_name", "commune"].into_iter())),
            ("effects", Shape::ids(["register"].into_iter())),
            ("data", Shape::of_template(&data)),
        ]);
        for (path, right) in [
            ("today", true),
            ("values.mother", true),
            ("values.mother.full_name", true),
            ("values.mother.fullname", false),
            ("values.communes", false),
            ("effects.register.number", true),
            ("effects.enrol.number", false),
            ("data.child.name", true),
            ("data.child.nam", false),
            ("data.mother.full_name", true),
            ("date", false),
        ] {
            let chain: Vec<_> = path.split('.').map(str::to_owned).collect();
            assert_eq!(scope.fault(&chain).is_none(), right, "{path}");
        }
    }
}
