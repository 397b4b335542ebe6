//! Reading a compact token: three parts, an unambiguous header, a signature by a key that we chose.

use crate::rules::{self, Rules};
use crate::{Alg, Error, Jwk, decode, strict};
use serde_json::{Map, Value};
use std::sync::Once;

/// Longest token that is read.
pub const TOKEN_BYTES_MAX: usize = 16 * 1024;
/// Most keys that are tried for a token that names none.
const TRIED_MAX: usize = 10;

/// A token whose signature and claims were checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Token {
    /// How it was signed.
    pub alg: Alg,
    /// The header.
    pub header: Map<String, Value>,
    /// What it says.
    pub claims: Map<String, Value>,
    /// The key that signed, by its thumbprint.
    pub thumbprint: String,
}

impl Token {
    /// A claim that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.claims.get(name).and_then(Value::as_str)
    }

    /// A claim that is an instant, in seconds.
    #[must_use]
    pub fn seconds(&self, name: &'static str) -> Option<i64> {
        rules::seconds(&self.claims, name).ok().flatten()
    }
}

/// The two halves of a token that were signed, and the signature. Nothing is verified yet.
pub(crate) struct Unverified<'a> {
    pub(crate) header: Map<String, Value>,
    pub(crate) alg: Alg,
    message: &'a str,
    payload: &'a str,
    signature: &'a str,
}

impl<'a> Unverified<'a> {
    pub(crate) fn read(token: &'a str, algs: &[Alg]) -> Result<Self, Error> {
        if token.len() > TOKEN_BYTES_MAX {
            return Err(Error::TooLong);
        }
        let (message, signature) = token.rsplit_once('.').ok_or(Error::Shape)?;
        let (head, payload) = message.split_once('.').ok_or(Error::Shape)?;
        if payload.contains('.') {
            return Err(Error::Shape);
        }
        let header = strict::object(&decode(head)?)?;
        if header.contains_key("crit") || header.contains_key("b64") {
            return Err(Error::Critical);
        }
        let alg = header.get("alg").and_then(Value::as_str).and_then(Alg::of).ok_or(Error::Algorithm)?;
        if !algs.contains(&alg) {
            return Err(Error::Algorithm);
        }
        Ok(Self { header, alg, message, payload, signature })
    }

    pub(crate) fn verified(&self, key: &Jwk) -> Result<(), Error> {
        key.verify(self.alg, self.message.as_bytes(), self.signature)
    }

    pub(crate) fn claims(&self) -> Result<Map<String, Value>, Error> {
        strict::object(&decode(self.payload)?)
    }

    /// The key of the set that signed. A token that names a key is by that one, or by one without a name.
    fn signed_by<'k>(&self, keys: &'k [Jwk]) -> Result<&'k Jwk, Error> {
        let kid = match self.header.get("kid") {
            None => None,
            Some(Value::String(kid)) => Some(kid.as_str()),
            Some(_) => return Err(Error::UnknownKey),
        };
        let named = |key: &&Jwk| kid.is_none() || key.kid.is_none() || key.kid.as_deref() == kid;
        let mut last = Error::UnknownKey;
        for key in keys.iter().filter(named).filter(|key| key.fits(self.alg)).take(TRIED_MAX) {
            match self.verified(key) {
                Ok(()) => return Ok(key),
                Err(error) => last = error,
            }
        }
        Err(last)
    }
}

/// Reads a token, verifies it with one of the keys and holds its claims to the rules.
///
/// # Errors
/// What is wrong, first of all whether it can be read, then the signature, then the claims.
pub fn verify(token: &str, keys: &[Jwk], rules: &Rules<'_>) -> Result<Token, Error> {
    let unverified = Unverified::read(token, rules.algs)?;
    rules.typ.check(&unverified.header)?;
    let key = unverified.signed_by(keys)?;
    let claims = unverified.claims()?;
    rules.check(&claims)?;
    let thumbprint = key.thumbprint();
    Ok(Token { alg: unverified.alg, header: unverified.header, claims, thumbprint })
}

/// A claim of a token that nobody has verified: to find out whose keys to verify it with, and for nothing else.
#[must_use]
pub fn peek_claim(token: &str, name: &str) -> Option<String> {
    if token.len() > TOKEN_BYTES_MAX {
        return None;
    }
    let mut parts = token.split('.');
    let payload = parts.nth(1)?;
    let claims = strict::object(&decode(payload).ok()?).ok()?;
    claims.get(name).and_then(Value::as_str).map(str::to_owned)
}

/// Names the cryptographic library, once for the process.
pub(crate) fn install() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Somebody else may have named one: theirs stays.
        let _ = jsonwebtoken::crypto::aws_lc::DEFAULT_PROVIDER.install_default();
    });
}
