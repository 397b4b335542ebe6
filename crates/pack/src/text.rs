//! Texts in both languages of the country's pages.

use serde::{Deserialize, Serialize};

/// A text in Vietnamese and English: `{vi: Khai sinh, en: Birth registration}`.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Text {
    /// Both languages.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }

    /// The text in a language: `en` gives English, everything else Vietnamese.
    #[must_use]
    pub fn in_language(&self, language: &str) -> &str {
        if language == "en" || language.starts_with("en-") { &self.en } else { &self.vi }
    }
}
