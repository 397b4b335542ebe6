//! Reading values with serde so that an error names the place, also through types that read themselves in two steps.

use crate::yaml::escape;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;
use std::fmt::Write;

/// Stands around the pointer inside an error message of serde, which has no other place for it.
const MARK: char = '\u{1}';

/// What did not fit, and where.
#[derive(Debug)]
pub(crate) struct Nested {
    /// JSON Pointer inside the value that was read.
    pub(crate) pointer: String,
    pub(crate) message: String,
}

impl Nested {
    /// The error for an outer reader, which finds the pointer again.
    pub(crate) fn into_serde<E: serde::de::Error>(self) -> E {
        E::custom(format!("{MARK}{}{MARK}{}", self.pointer, self.message))
    }

    /// The same with the pointer put behind `parent`.
    pub(crate) fn below(self, parent: &str) -> Self {
        Self { pointer: format!("{parent}{}", self.pointer), message: self.message }
    }
}

/// `value` as a `T`.
pub(crate) fn from_value<T: DeserializeOwned>(value: Value) -> Result<T, Nested> {
    // The keys are needed once more for the line of an unknown one.
    let original = value.clone();
    serde_path_to_error::deserialize(value).map_err(|error| {
        let mut pointer = String::new();
        for segment in error.path() {
            match segment {
                Segment::Seq { index } => _ = write!(pointer, "/{index}"),
                Segment::Map { key } => _ = write!(pointer, "/{}", escape(key)),
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        let mut message = error.inner().to_string();
        let split = message.strip_prefix(MARK).and_then(|rest| rest.split_once(MARK));
        if let Some((inner, text)) = split.map(|(inner, text)| (inner.to_owned(), text.to_owned())) {
            pointer.push_str(&inner);
            message = text;
        }
        if let Some(key) = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next()) {
            let inner = format!("{pointer}/{}", escape(key));
            if original.pointer(&inner).is_some() {
                pointer = inner;
            }
        }
        Nested { pointer, message }
    })
}
