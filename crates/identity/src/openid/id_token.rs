//! ID tokens (OpenID Connect Core, section 2).

use super::access_token::Actor;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::Serialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256, Sha512};
use time::Duration;

/// Media type in the header.
pub(crate) const TYP: &str = "JWT";
/// How long an ID token is good: the relying party looks at it once.
pub(crate) const GOOD_FOR: Duration = Duration::minutes(10);

/// What an ID token says.
#[derive(Debug, Serialize)]
pub(crate) struct IdToken<'a> {
    pub(crate) iss: &'a str,
    pub(crate) sub: &'a str,
    pub(crate) aud: &'a str,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    pub(crate) auth_time: i64,
    pub(crate) acr: &'a str,
    pub(crate) amr: Vec<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) sid: Option<String>,
    pub(crate) at_hash: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) act: Option<Actor<'a>>,
    /// Claims about the person that were asked for in the ID token. None of them has a name of those above.
    #[serde(flatten)]
    pub(crate) claims: Map<String, Value>,
}

/// Left half of the access token's hash (Core 3.1.3.6): by the hash of the ID token's algorithm, which for Ed25519 is
/// SHA-512.
pub(crate) fn at_hash(access_token: &str, ed25519: bool) -> String {
    if ed25519 {
        URL_SAFE_NO_PAD.encode(&Sha512::digest(access_token.as_bytes())[..32])
    } else {
        URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token.as_bytes())[..16])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// OpenID Connect Core 1.0, appendix A.3: the access token and its hash.
    #[test]
    fn the_hash_of_the_standard() {
        let access_token = "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y";
        assert_eq!(at_hash(access_token, false), "77QmUPtjPfzWtF2AnpK9RQ");
        assert_eq!(at_hash(access_token, true).len(), 43);
    }
}
