//! National codes of procedures.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A national code such as `1.001193`. Files of July 2026 also have first digits above 3; codes that a province added
/// to (`2.000744.000.00.00.H58`, before 2021) are read too.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Code(String);

impl Code {
    /// Reads a code; none where it is no code.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut parts = text.split('.');
        let head = parts.next()?;
        let number = parts.next()?;
        let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(head, 1) || head == "0" || !digits(number, 6) {
            return None;
        }
        let rest: Vec<&str> = parts.collect();
        let local = match rest.as_slice() {
            [] => true,
            [a, b, c, body] => {
                digits(a, 3)
                    && digits(b, 2)
                    && digits(c, 2)
                    && body.len() == 3
                    && body.starts_with(['G', 'H'])
                    && digits(&body[1..], 2)
            }
            _ => false,
        };
        local.then(|| Self(text.to_owned()))
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Code {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        Self::read(&text).ok_or_else(|| format!("`{text}` is no code of a procedure"))
    }
}

impl From<Code> for String {
    fn from(code: Code) -> Self {
        code.0
    }
}

#[cfg(test)]
mod tests {
    use super::Code;

    #[test]
    fn codes_are_told_from_other_numbers() {
        for good in ["1.001193", "5.002544", " 3.000722 ", "2.000744.000.00.00.H58"] {
            assert!(Code::read(good).is_some(), "{good}");
        }
        for bad in [
            "",
            "1.00119",
            "1.0011933",
            "0.001193",
            "1,001193",
            "1.00119a",
            "1.001193.000",
            "2.000744.000.00.00.X58",
            "2.000744.000.00.00.é8",
        ] {
            assert!(Code::read(bad).is_none(), "{bad}");
        }
    }
}
