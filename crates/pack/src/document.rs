//! One YAML document of a pack.

use crate::nested::{self, Nested};
use crate::report::At;
use crate::{Report, Schema};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::HashMap;

/// A document: its value, and the line of everything in it. A file may hold several, divided by `---`.
#[derive(Clone, Debug)]
pub struct Document {
    /// File, relative to the pack's folder, such as `services/population.yaml`.
    pub path: String,
    /// The value.
    pub value: Value,
    lines: HashMap<String, usize>,
}

impl Document {
    pub(crate) fn new(path: &str, value: Value, lines: HashMap<String, usize>) -> Self {
        Self { path: path.to_owned(), value, lines }
    }

    /// Every document of a text, as if it were the file `path`. Faults of the text go to the report.
    #[must_use]
    pub fn read_text(path: &str, text: &str, report: &mut Report) -> Vec<Self> {
        let (parsed, faults) = crate::yaml::parse(text);
        for fault in faults {
            report.add_line(path, fault.line, fault.code, fault.message);
        }
        parsed.into_iter().map(|p| Self::new(path, p.value, p.lines)).collect()
    }

    /// The line (from 1) of what `pointer` (JSON Pointer) names, or of its nearest ancestor that exists. A member of
    /// a mapping has the line of its key.
    #[must_use]
    pub fn line(&self, pointer: &str) -> usize {
        let mut rest = pointer;
        loop {
            if let Some(line) = self.lines.get(rest) {
                return *line;
            }
            match rest.rfind('/') {
                Some(cut) => rest = &rest[..cut],
                None => return 1,
            }
        }
    }

    /// File and line of what `pointer` names.
    #[must_use]
    pub fn at(&self, pointer: &str) -> At {
        At { file: self.path.clone(), line: self.line(pointer) }
    }

    /// The definition as a `T`. With a schema (JSON Schema 2020-12) every breach of it is reported at its line; then
    /// the first thing that `T` itself does not take. None where anything was reported.
    pub fn parse<T: DeserializeOwned>(&self, schema: Option<&Value>, report: &mut Report) -> Option<T> {
        if let Some(schema) = schema
            && !self.check_schema(schema, report)
        {
            return None;
        }
        self.parse_at("", report)
    }

    /// The part that `pointer` names as a `T`; what does not fit is reported at its line.
    pub fn parse_at<T: DeserializeOwned>(&self, pointer: &str, report: &mut Report) -> Option<T> {
        let value = self.value.pointer(pointer).cloned().unwrap_or(Value::Null);
        match nested::from_value(value) {
            Ok(parsed) => Some(parsed),
            Err(Nested { pointer: inner, message }) => {
                report.add(self, &format!("{pointer}{inner}"), "PAC0004", message);
                None
            }
        }
    }

    /// Whether the value keeps to `schema`; every breach is reported at its line.
    pub fn check_schema(&self, schema: &Value, report: &mut Report) -> bool {
        let schema = match Schema::compile(schema) {
            Ok(schema) => schema,
            Err(error) => {
                report.add(self, "", "PAC0006", format!("its schema is not usable: {error}"));
                return false;
            }
        };
        let breaches = schema.breaches(&self.value);
        for breach in &breaches {
            report.add(self, &breach.pointer, "PAC0004", breach.message.clone());
        }
        breaches.is_empty()
    }
}
