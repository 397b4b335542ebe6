//! JSON Schema 2020-12 of records, forms and definitions.
//!
//! Beside the standard keywords a schema may carry, next to what it constrains, `x-legal-basis` (the article that
//! asks for it) and `x-code` (a code of the context's own instead of ours). Formats of ours: `partial-date`,
//! `personal-number`, `full-name`.

use crate::date;
use jsonschema::error::ValidationErrorKind as Cause;
use jsonschema::{ValidationError, Validator};
use kernel::{FieldProblem, Name, PartialDate, PersonalNumber};
use serde_json::Value;
use std::fmt;
use std::sync::Arc;

/// The longest list of options that a message spells out.
const OPTIONS_SHOWN_MAX: usize = 12;

/// Why a schema is not usable.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{0}")]
pub struct SchemaError(String);

/// A compiled schema. Cheap to clone.
#[derive(Clone)]
pub struct Schema(Arc<Inner>);

struct Inner {
    validator: Validator,
    source: Value,
}

/// One breach, in words for the author of a pack.
pub(crate) struct Breach {
    pub(crate) pointer: String,
    pub(crate) message: String,
}

impl Schema {
    /// Compiles a schema. References (`$ref`) stay inside it: nothing is fetched.
    ///
    /// # Errors
    /// When it is no valid JSON Schema.
    pub fn compile(schema: &Value) -> Result<Self, SchemaError> {
        let validator = jsonschema::draft202012::options()
            .should_validate_formats(true)
            .with_format("date", |text: &str| date::parse(text).is_ok())
            .with_format("partial-date", |text: &str| text.parse::<PartialDate>().is_ok())
            .with_format("personal-number", |text: &str| text.parse::<PersonalNumber>().is_ok())
            .with_format("full-name", |text: &str| text.parse::<Name>().is_ok())
            .build(schema)
            .map_err(|error| SchemaError(format!("{error} (at {})", error.instance_path())))?;
        Ok(Self(Arc::new(Inner { validator, source: schema.clone() })))
    }

    /// The schema as it was written.
    #[must_use]
    pub fn source(&self) -> &Value {
        &self.0.source
    }

    /// What is wrong with a value, field by field, in the order of the schema. Arguments never hold the value.
    #[must_use]
    pub fn check(&self, value: &Value) -> Vec<FieldProblem> {
        let mut problems = Vec::new();
        for error in self.0.validator.iter_errors(value) {
            self.problems_of(&error, &mut problems);
        }
        problems
    }

    /// The same in words, with what was written: definitions hold nothing personal.
    pub(crate) fn breaches(&self, value: &Value) -> Vec<Breach> {
        let mut breaches = Vec::new();
        for error in self.0.validator.iter_errors(value) {
            let pointer = error.instance_path().to_string();
            match error.kind() {
                Cause::AdditionalProperties { unexpected } | Cause::UnevaluatedProperties { unexpected } => {
                    breaches.extend(unexpected.iter().map(|key| Breach {
                        pointer: format!("{pointer}/{}", crate::yaml::escape(key)),
                        message: format!("the key `{key}` is unknown here"),
                    }));
                }
                Cause::Type { .. } if error.instance().is_number() && expects_text(error.kind()) => {
                    let message = format!("{0} must be a text: write it in quotes, '{0}'", error.instance());
                    breaches.push(Breach { pointer, message });
                }
                _ => breaches.push(Breach { pointer, message: error.to_string() }),
            }
        }
        breaches
    }

    fn problems_of(&self, error: &ValidationError<'_>, problems: &mut Vec<FieldProblem>) {
        let pointer = error.instance_path().to_string();
        let keyword = error.schema_path().to_string();
        let owner = keyword.rsplit_once('/').map_or("", |(owner, _)| owner).to_owned();
        let mut push = |pointer: String, owner: &str, problem: FieldProblem| {
            let note =
                |name: &str| -> Option<String> { self.0.source.pointer(owner)?.get(name)?.as_str().map(str::to_owned) };
            let code = note("x-code").map_or(problem.code, Into::into);
            problems.push(FieldProblem { pointer, code, args: problem.args, legal_basis: note("x-legal-basis") });
        };
        let new = |code: &'static str| FieldProblem::new("", code);
        match error.kind() {
            Cause::Required { property } => {
                let name = property.as_str().unwrap_or_default();
                let token = crate::yaml::escape(name);
                push(format!("{pointer}/{token}"), &format!("{owner}/properties/{token}"), new("PAC0101"));
            }
            Cause::AdditionalProperties { unexpected } | Cause::UnevaluatedProperties { unexpected } => {
                for key in unexpected {
                    push(format!("{pointer}/{}", crate::yaml::escape(key)), "", new("PAC0110"));
                }
            }
            Cause::FalseSchema => push(pointer, &owner, new("PAC0110")),
            Cause::Type { .. } => push(pointer, &owner, new("PAC0102")),
            Cause::Enum { options } => push(pointer, &owner, new("PAC0103").with("options", listed(options))),
            Cause::Constant { expected_value } => {
                push(pointer, &owner, new("PAC0103").with("options", plain(expected_value)));
            }
            Cause::Pattern { .. } => push(pointer, &owner, new("PAC0104")),
            Cause::Format { format } => push(pointer, &owner, new(format_code(format)).with("format", format)),
            Cause::MaxLength { limit } => push(pointer, &owner, new("PAC0106").with("limit", limit)),
            // One character missing means that nothing was entered.
            Cause::MinLength { limit: 1 } => push(pointer, &owner, new("PAC0101")),
            Cause::MinLength { limit } => push(pointer, &owner, new("PAC0107").with("limit", limit)),
            Cause::Maximum { limit } | Cause::ExclusiveMaximum { limit } => {
                push(pointer, &owner, new("PAC0108").with("limit", limit));
            }
            Cause::Minimum { limit } | Cause::ExclusiveMinimum { limit } => {
                push(pointer, &owner, new("PAC0109").with("limit", limit));
            }
            Cause::MaxItems { limit } => push(pointer, &owner, new("PAC0111").with("limit", limit)),
            Cause::MinItems { limit } => push(pointer, &owner, new("PAC0112").with("limit", limit)),
            Cause::UniqueItems => push(pointer, &owner, new("PAC0113")),
            _ => push(pointer, &owner, new("PAC0114")),
        }
    }
}

fn format_code(format: &str) -> &'static str {
    match format {
        "date" => "PAC0115",
        "partial-date" => "PAC0118",
        "personal-number" => "PAC0116",
        "full-name" => "PAC0117",
        _ => "PAC0105",
    }
}

fn listed(options: &Value) -> String {
    let items = options.as_array().map(Vec::as_slice).unwrap_or_default();
    let mut shown: Vec<_> = items.iter().take(OPTIONS_SHOWN_MAX).map(plain).collect();
    if items.len() > OPTIONS_SHOWN_MAX {
        shown.push("…".to_owned());
    }
    shown.join(", ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn expects_text(cause: &Cause) -> bool {
    let Cause::Type { kind } = cause else { return false };
    format!("{kind:?}").to_lowercase().contains("string")
}

impl fmt::Debug for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Schema").field(&self.0.source).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Schema;
    use crate::{Document, Report};
    use serde_json::{Value, json};

    fn person() -> Value {
        json!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "type": "object",
            "additionalProperties": false,
            "required": ["name", "birth_date"],
            "properties": {
                "name": {"type": "string", "minLength": 1, "maxLength": 5, "x-legal-basis": "Điều 9"},
                "birth_date": {"type": "string", "format": "partial-date", "x-legal-basis": "Điều 16"},
                "code": {"type": "string", "pattern": "^[0-9]{5}$"},
                "sex": {"enum": ["male", "female"]},
                "weight": {"type": "integer", "minimum": 300, "maximum": 9000, "x-code": "REG0042"},
                "tags": {"type": "array", "uniqueItems": true, "maxItems": 2, "items": {"type": "string"}},
                "on": {"$ref": "#/$defs/day"},
            },
            "$defs": {"day": {"type": "string", "format": "date"}},
        })
    }

    #[test]
    fn breaches_become_field_problems() {
        let schema = Schema::compile(&person()).unwrap();
        for (value, expected) in [
            (json!({"name": "An", "birth_date": "2024-05"}), vec![]),
            (json!({"birth_date": "2024"}), vec![("/name", "PAC0101", Some("Điều 9"))]),
            (json!({"name": "", "birth_date": "2024"}), vec![("/name", "PAC0101", Some("Điều 9"))]),
            (
                json!({"name": "Quá dài", "birth_date": "2024-02-30"}),
                vec![("/birth_date", "PAC0118", Some("Điều 16")), ("/name", "PAC0106", Some("Điều 9"))],
            ),
            (json!({"name": "An", "birth_date": "2024", "code": 4}), vec![("/code", "PAC0102", None)]),
            (json!({"name": "An", "birth_date": "2024", "code": "4"}), vec![("/code", "PAC0104", None)]),
            (json!({"name": "An", "birth_date": "2024", "sex": "x"}), vec![("/sex", "PAC0103", None)]),
            (json!({"name": "An", "birth_date": "2024", "weight": 9}), vec![("/weight", "REG0042", None)]),
            (
                json!({"name": "An", "birth_date": "2024", "tags": ["a", "a", "b"]}),
                vec![("/tags", "PAC0111", None), ("/tags", "PAC0113", None)],
            ),
            (json!({"name": "An", "birth_date": "2024", "on": "hôm qua"}), vec![("/on", "PAC0115", None)]),
            (json!({"name": "An", "birth_date": "2024", "a/b": 1}), vec![("/a~1b", "PAC0110", None)]),
        ] {
            let mut found: Vec<_> = schema.check(&value);
            found.sort_by(|a, b| (&a.pointer, &a.code).cmp(&(&b.pointer, &b.code)));
            let found: Vec<_> =
                found.iter().map(|p| (p.pointer.as_str(), p.code.as_ref(), p.legal_basis.as_deref())).collect();
            assert_eq!(found, expected, "{value}");
        }
    }

    #[test]
    fn arguments_never_hold_the_value() {
        let schema = Schema::compile(&person()).unwrap();
        let problems = schema.check(&json!({"name": "Nguyễn Kín", "birth_date": "Kín", "sex": "Kín", "code": "Kín"}));
        assert_eq!(problems.len(), 4);
        assert!(!serde_json::to_string(&problems).unwrap().contains("Kín"));
    }

    #[test]
    fn definitions_are_checked_with_their_lines() {
        let mut report = Report::new();
        let text = "name: An\nbirth_date: 2024-05-01\ncode: 10004\nsexx: male\nweight: 5\n";
        let doc = Document::read_text("p.yaml", text, &mut report).remove(0);
        assert!(doc.parse::<Value>(Some(&person()), &mut report).is_none());
        let found: Vec<_> = report.problems().iter().map(|f| (f.line, f.code)).collect();
        assert_eq!(found, [(3, "PAC0004"), (4, "PAC0004"), (5, "PAC0004")], "{report}");
        assert!(report.to_string().contains("write it in quotes, '10004'"), "{report}");
    }

    #[test]
    fn a_schema_that_is_none_is_refused() {
        assert!(Schema::compile(&json!({"type": "strnig"})).is_err());
        assert!(Schema::compile(&json!({"$ref": "https://example.org/elsewhere.json"})).is_err());
    }
}
