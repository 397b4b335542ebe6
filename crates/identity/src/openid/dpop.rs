//! Proofs of possession at our end-points (RFC 9449).

use super::{OAuthError, Provider};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use jose::{Alg, ProofRules};
use kernel::Ctx;
use sha2::Sha256;
use subtle::ConstantTimeEq;

/// The header of a proof.
const HEADER: HeaderName = HeaderName::from_static("dpop");
/// The header of our nonce.
const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");
/// How old a proof may be, in seconds.
const MAX_AGE_S: i64 = 60;
/// How far in the future, in seconds: clocks differ (FAPI 2.0 Security Profile, section 5.3.2.1, item 13: at least 10).
const LEEWAY_S: i64 = 10;
/// A nonce is good in the period it was made in and in the next one, in seconds.
const NONCE_S: i64 = 120;
/// Longest proof.
const BYTES_MAX: usize = 8 * 1024;

/// The thumbprint of the key whose proof came with a request; nothing where none came. With an access token, the proof
/// must be for this token and failures are a resource's (401), else an authorization server's (400).
pub(crate) fn proof(
    provider: &Provider,
    ctx: &Ctx,
    headers: &HeaderMap,
    method: &Method,
    path: &str,
    access_token: Option<&str>,
) -> Result<Option<String>, OAuthError> {
    let mut sent = headers.get_all(HEADER).iter();
    let Some(first) = sent.next() else { return Ok(None) };
    let at_resource = access_token.is_some();
    let bad = |description: &'static str| refused(at_resource, "invalid_dpop_proof", "IDN0120", description);
    let text = first.to_str().map_err(|_| bad("the proof is malformed"))?;
    if sent.next().is_some() || text.len() > BYTES_MAX {
        return Err(bad("one proof of at most 8 KB is taken"));
    }
    let now = ctx.now();
    let uri = format!("{}{path}", provider.issuer());
    let rules = ProofRules {
        algs: Alg::FAPI,
        method: method.as_str(),
        uri: &uri,
        now,
        max_age: MAX_AGE_S,
        leeway: LEEWAY_S,
        access_token,
    };
    let proof = jose::proof(text, &rules).map_err(|error| bad(said(error)))?;
    let seconds = now.unix_timestamp();
    if provider.settings().dpop_nonce {
        let ours = proof.nonce.as_deref().is_some_and(|nonce| is_ours(provider, seconds, nonce));
        if !ours {
            let error = refused(at_resource, "use_dpop_nonce", "IDN0121", "the proof needs our nonce");
            return Err(error.with(NONCE, header_of(&nonce(provider, seconds / NONCE_S))));
        }
    } else if provider.replay().is_forgotten(proof.iat) {
        return Err(bad("the proof is too old"));
    }
    let until = proof.iat + MAX_AGE_S + LEEWAY_S;
    if !provider.replay().first("dpop", &proof.jkt, &proof.jti, seconds, until)? {
        return Err(refused(at_resource, "invalid_dpop_proof", "IDN0106", "the proof was used before"));
    }
    Ok(Some(proof.jkt))
}

fn refused(at_resource: bool, error: &'static str, code: &'static str, description: &'static str) -> OAuthError {
    if !at_resource {
        return OAuthError::bad(error, code, description);
    }
    let challenge = format!(r#"DPoP error="{error}", error_description="{description}", algs="ES256 EdDSA PS256""#);
    OAuthError::new(StatusCode::UNAUTHORIZED, error, code, description)
        .with(header::WWW_AUTHENTICATE, header_of(&challenge))
}

fn header_of(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static("DPoP"))
}

const fn said(error: jose::Error) -> &'static str {
    match error {
        jose::Error::Typ => "typ is not dpop+jwt",
        jose::Error::Algorithm => "the algorithm is not taken",
        jose::Error::Key => "jwk is no public key that is taken",
        jose::Error::Signature => "the signature does not verify",
        jose::Error::Request => "htm or htu is another request's",
        jose::Error::Binding => "ath is another token's",
        jose::Error::TooOld | jose::Error::Expired => "the proof is too old",
        jose::Error::NotYet => "iat is in the future",
        jose::Error::Claim(_) => "a claim of the proof is missing or malformed",
        _ => "the proof is malformed",
    }
}

/// A nonce of a period: nothing is stored, and every process with the same key file knows it.
fn nonce(provider: &Provider, period: i64) -> String {
    let mut bytes = period.to_be_bytes().to_vec();
    if let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(provider.nonce_key()) {
        mac.update(&bytes);
        bytes.extend_from_slice(&mac.finalize().into_bytes()[..16]);
    }
    URL_SAFE_NO_PAD.encode(bytes)
}

fn is_ours(provider: &Provider, now: i64, given: &str) -> bool {
    let period = now / NONCE_S;
    let same = |period: i64| given.as_bytes().ct_eq(nonce(provider, period).as_bytes());
    bool::from(same(period) | same(period - 1))
}
