//! Assertions by which clients authenticate (RFC 7523, section 3).

use crate::rules::{Rules, Typ};
use crate::{Alg, Error, Jwk, rules, token};
use serde_json::Value;
use time::OffsetDateTime;

const JTI_CHARS_MAX: usize = 255;

/// What an assertion must be.
#[derive(Clone, Copy, Debug)]
pub struct AssertionRules<'a> {
    /// Algorithms taken.
    pub algs: &'a [Alg],
    /// The client: issuer and subject.
    pub client_id: &'a str,
    /// Our names.
    pub audience: &'a [&'a str],
    /// Whether `aud` must be one text.
    pub single_audience: bool,
    /// What time it is.
    pub now: OffsetDateTime,
    /// Seconds that clocks may differ.
    pub leeway: i64,
    /// Longest time to live.
    pub max_life: i64,
}

/// An assertion that fits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Assertion {
    /// Names it: to be taken once.
    pub jti: String,
    /// Until when.
    pub exp: i64,
    /// When it was made, where it says so.
    pub iat: Option<i64>,
}

/// Reads an assertion and holds it to the rules. Whether its `jti` came before is the caller's to see.
///
/// # Errors
/// What is wrong with it.
pub fn client_assertion(text: &str, keys: &[Jwk], wanted: &AssertionRules<'_>) -> Result<Assertion, Error> {
    let checked = Rules {
        algs: wanted.algs,
        issuer: Some(wanted.client_id),
        audience: Some(wanted.audience),
        single_audience: wanted.single_audience,
        leeway: wanted.leeway,
        max_life: Some(wanted.max_life),
        required: &["iss", "sub", "aud", "exp", "jti"],
        // Neither a proof nor a request object can pass for one.
        ..Rules::new(wanted.now, Typ::AnyOf(&["jwt", "client-authentication+jwt"]))
    };
    let token = token::verify(text, keys, &checked)?;
    if token.text("sub") != Some(wanted.client_id) {
        return Err(Error::Issuer);
    }
    let jti = match token.claims.get("jti") {
        Some(Value::String(jti)) if !jti.is_empty() && jti.len() <= JTI_CHARS_MAX => jti.clone(),
        _ => return Err(Error::Claim("jti")),
    };
    let exp = rules::seconds(&token.claims, "exp")?.ok_or(Error::Claim("exp"))?;
    Ok(Assertion { jti, exp, iat: token.seconds("iat") })
}
