//! Proofs of possession (RFC 9449).

use crate::rules::{Rules, Typ};
use crate::token::Unverified;
use crate::{Alg, Error, Jwk, encode, rules, sha256};
use serde_json::Value;
use subtle::ConstantTimeEq;
use time::OffsetDateTime;

/// `typ` of a proof.
pub const PROOF_TYP: &str = "dpop+jwt";
/// Longest `jti` that is remembered.
const JTI_CHARS_MAX: usize = 255;

/// What a proof must be for.
#[derive(Clone, Copy, Debug)]
pub struct ProofRules<'a> {
    /// Algorithms taken.
    pub algs: &'a [Alg],
    /// Method of the request.
    pub method: &'a str,
    /// Address of the request.
    pub uri: &'a str,
    /// What time it is.
    pub now: OffsetDateTime,
    /// Seconds that a proof may be old.
    pub max_age: i64,
    /// Seconds that a proof may come from the future.
    pub leeway: i64,
    /// The access token that it comes with.
    pub access_token: Option<&'a str>,
}

/// A proof that fits.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Proof {
    /// Thumbprint of the key.
    pub jkt: String,
    /// Names the proof: to be taken once.
    pub jti: String,
    /// When it was made.
    pub iat: i64,
    /// The nonce of ours that it carries.
    pub nonce: Option<String>,
}

/// Reads a proof and holds it to the rules (RFC 9449, section 4.3). Whether its `jti` came before and its nonce is ours is
/// the caller's to see.
///
/// # Errors
/// What is wrong with it.
pub fn proof(token: &str, rules: &ProofRules<'_>) -> Result<Proof, Error> {
    let unverified = Unverified::read(token, rules.algs)?;
    Typ::Is(PROOF_TYP).check(&unverified.header)?;
    // Reading a private key fails, so a proof that gives one away is refused.
    let key = Jwk::read(unverified.header.get("jwk").ok_or(Error::Key)?)?;
    unverified.verified(&key)?;
    let claims = unverified.claims()?;
    let text = |name: &'static str| claims.get(name).and_then(Value::as_str).ok_or(Error::Claim(name));
    let jti = text("jti")?;
    if jti.is_empty() || jti.len() > JTI_CHARS_MAX {
        return Err(Error::Claim("jti"));
    }
    let iat = rules::seconds(&claims, "iat")?.ok_or(Error::Claim("iat"))?;
    if text("htm")? != rules.method || normal_uri(text("htu")?) != normal_uri(rules.uri) {
        return Err(Error::Request);
    }
    let times = Rules { leeway: rules.leeway, ..Rules::new(rules.now, Typ::Is(PROOF_TYP)) };
    times.check(&claims)?;
    if iat < rules.now.unix_timestamp() - rules.max_age {
        return Err(Error::TooOld);
    }
    if let Some(access_token) = rules.access_token {
        let wanted = access_token_hash(access_token);
        if !bool::from(text("ath")?.as_bytes().ct_eq(wanted.as_bytes())) {
            return Err(Error::Binding);
        }
    }
    let nonce = match claims.get("nonce") {
        None => None,
        Some(Value::String(nonce)) => Some(nonce.clone()),
        Some(_) => return Err(Error::Claim("nonce")),
    };
    Ok(Proof { jkt: key.thumbprint(), jti: jti.to_owned(), iat, nonce })
}

/// `ath` of an access token: SHA-256, base64url.
#[must_use]
pub fn access_token_hash(access_token: &str) -> String {
    encode(sha256(access_token))
}

/// An address as `htu` is compared: without query and fragment, scheme and host in lower case, without the port that the
/// scheme has anyway (RFC 3986, sections 6.2.2 and 6.2.3). Nothing when it is no http address.
#[must_use]
pub fn normal_uri(uri: &str) -> Option<String> {
    let uri = uri.split(['?', '#']).next()?;
    let (scheme, rest) = uri.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix(default).unwrap_or(&host);
    if host.is_empty() || host.contains('@') {
        return None;
    }
    let path = if path.is_empty() { "/" } else { path };
    Some(format!("{scheme}://{host}{}", normal_path(path)?))
}

/// Percent-encoded letters that need no encoding are decoded, the others get capital digits.
fn normal_path(path: &str) -> Option<String> {
    let mut normal = String::with_capacity(path.len());
    let mut rest = path;
    while let Some(at) = rest.find('%') {
        normal.push_str(&rest[..at]);
        let digits = rest.get(at + 1..at + 3)?;
        let byte = u8::from_str_radix(digits, 16).ok().filter(|_| digits.bytes().all(|b| b.is_ascii_hexdigit()))?;
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            normal.push(char::from(byte));
        } else {
            normal.push('%');
            normal.push_str(&digits.to_ascii_uppercase());
        }
        rest = &rest[at + 3..];
    }
    normal.push_str(rest);
    Some(normal)
}
