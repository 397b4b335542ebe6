//! Signed authorization requests (RFC 9101).

use crate::rules::{Rules, Typ};
use crate::{Alg, Error, Jwk, rules, token};
use serde_json::{Map, Value};
use time::OffsetDateTime;

/// Longest life and age of a request object under FAPI 2.0 Message Signing (section 5.3.1): an hour.
const STRICT_S: i64 = 3600;

/// What a request object must be.
#[derive(Clone, Copy, Debug)]
pub struct RequestRules<'a> {
    /// Algorithms taken.
    pub algs: &'a [Alg],
    /// The client: its issuer.
    pub client_id: &'a str,
    /// Our name, which must be among its `aud`.
    pub audience: &'a str,
    /// What time it is.
    pub now: OffsetDateTime,
    /// Seconds that clocks may differ.
    pub leeway: i64,
    /// Whether `iss`, `aud`, `nbf` and `exp` must be there and lie within an hour (FAPI 2.0 Message Signing).
    pub strict: bool,
}

/// The parameters of a request object, without the claims of the token itself.
///
/// # Errors
/// What is wrong with it.
pub fn request_object(text: &str, keys: &[Jwk], wanted: &RequestRules<'_>) -> Result<Map<String, Value>, Error> {
    let audience = [wanted.audience];
    let base = Rules {
        algs: wanted.algs,
        leeway: wanted.leeway,
        ..Rules::new(wanted.now, Typ::AnyOf(&["oauth-authz-req+jwt", "jwt"]))
    };
    let strict = Rules {
        issuer: Some(wanted.client_id),
        audience: Some(&audience),
        max_life: Some(STRICT_S),
        required: &["iss", "aud", "nbf", "exp"],
        ..base
    };
    let mut claims = token::verify(text, keys, if wanted.strict { &strict } else { &base })?.claims;
    if !wanted.strict {
        // OpenID Connect Core, section 6.1: what is there must be right.
        let there = Rules {
            issuer: claims.contains_key("iss").then_some(wanted.client_id),
            audience: claims.contains_key("aud").then_some(&audience),
            ..base
        };
        there.check(&claims)?;
    } else if let (Some(nbf), Some(exp)) = (rules::seconds(&claims, "nbf")?, rules::seconds(&claims, "exp")?)
        && (nbf + STRICT_S + wanted.leeway < wanted.now.unix_timestamp() || exp - nbf > STRICT_S)
    {
        return Err(Error::TooOld);
    }
    // A request object must not be usable as the client's assertion, nor hold another request (sections 4 and 10.8).
    if claims.get("sub").and_then(Value::as_str) == Some(wanted.client_id) {
        return Err(Error::Claim("sub"));
    }
    for nested in ["request", "request_uri"] {
        if claims.contains_key(nested) {
            return Err(Error::Claim(nested));
        }
    }
    if claims.get("client_id").is_some_and(|client| client.as_str() != Some(wanted.client_id)) {
        return Err(Error::Issuer);
    }
    for own in ["iss", "aud", "exp", "nbf", "iat", "jti"] {
        claims.shift_remove(own);
    }
    Ok(claims)
}
