//! Parameters of a request (`application/x-www-form-urlencoded`), read strictly: one that stands twice is refused
//! (RFC 6749, section 3.1), except `resource` and `audience`, which may be several (RFC 8707).

use super::OAuthError;
use axum::http::{HeaderMap, header};

/// Most parameters of one request.
const FIELDS_MAX: usize = 50;
const SEVERAL: [&str; 2] = ["resource", "audience"];

/// The parameters in their order. Values are others' secrets: only the names are in its `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Fields(Vec<(String, String)>);

impl std::fmt::Debug for Fields {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl Fields {
    /// The parameters of a posted body. An empty one has none, whatever its type.
    pub(crate) fn of_post(headers: &HeaderMap, body: &[u8]) -> Result<Self, OAuthError> {
        let kind = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = kind.split(';').next().unwrap_or_default().trim();
        if body.is_empty() {
            return Ok(Self::default());
        }
        if !kind.eq_ignore_ascii_case("application/x-www-form-urlencoded") {
            return Err(OAuthError::request("the body is no form"));
        }
        Self::of(body)
    }

    /// The parameters of these bytes: a body, or a query.
    pub(crate) fn of(bytes: &[u8]) -> Result<Self, OAuthError> {
        let mut fields: Vec<(String, String)> = Vec::with_capacity(8);
        for pair in bytes.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let name = decoded(&pair[..at])?;
            let value = decoded(pair.get(at + 1..).unwrap_or_default())?;
            if fields.len() >= FIELDS_MAX {
                return Err(OAuthError::request("too many parameters"));
            }
            if !SEVERAL.contains(&name.as_str()) && fields.iter().any(|(known, _)| *known == name) {
                return Err(OAuthError::request("a parameter stands twice"));
            }
            fields.push((name, value));
        }
        Ok(Self(fields))
    }

    /// The value of a parameter; an empty one counts as left out (RFC 6749, section 3.1).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_str())
    }

    /// All values of a parameter.
    pub(crate) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self.0.iter().filter(move |(known, value)| known == name && !value.is_empty());
        named.map(|(_, value)| value.as_str())
    }
}

/// Text without percent signs and pluses. No NUL: PostgreSQL takes none, and no text has one.
fn decoded(bytes: &[u8]) -> Result<String, OAuthError> {
    let malformed = || OAuthError::request("a parameter is malformed");
    let mut text = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'+' => text.push(b' '),
            b'%' => {
                let digit = |at: usize| bytes.get(at).and_then(|digit| char::from(*digit).to_digit(16));
                let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else { return Err(malformed()) };
                text.push(u8::try_from(high * 16 + low).map_err(|_| malformed())?);
                at += 2;
            }
            0 => return Err(malformed()),
            other => text.push(*other),
        }
        at += 1;
    }
    if text.contains(&0) {
        return Err(malformed());
    }
    String::from_utf8(text).map_err(|_| malformed())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_as_browsers_write_them() {
        let fields = Fields::of("a=1+2&b=%C3%A1%26&resource=x&resource=y&empty=&bare".as_bytes()).unwrap();
        assert_eq!(fields.get("a"), Some("1 2"));
        assert_eq!(fields.get("b"), Some("á&"));
        assert_eq!(fields.get("empty"), None);
        assert_eq!(fields.get("bare"), None);
        assert_eq!(fields.all("resource").collect::<Vec<_>>(), ["x", "y"]);
        assert!(!format!("{fields:?}").contains('á'));
    }

    #[test]
    fn what_could_be_read_in_two_ways_is_refused() {
        for text in ["a=1&a=2", "a=%", "a=%1", "a=%zz", "a=%00", "a=%ff", "%61=1&a=2"] {
            assert!(Fields::of(text.as_bytes()).is_err(), "{text}");
        }
        assert!(Fields::of(&b"a=1&".repeat(51)).is_err());
        let many: Vec<String> = (0..51).map(|n| format!("a{n}=1")).collect();
        assert!(Fields::of(many.join("&").as_bytes()).is_err());
    }
}
