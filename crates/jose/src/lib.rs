//! Signed JSON: keys, signatures and tokens of RFC 7515 to 7519, thumbprints (RFC 7638), proofs of possession (RFC 9449),
//! assertions of clients (RFC 7523), request objects (RFC 9101).
//!
//! Always true here:
//! - An algorithm belongs to a sort of key: a token never chooses how a key is used. There is no `none` and no HMAC.
//! - What is not one unambiguous JSON object is refused: a member that stands twice, bytes after the end, padding.
//! - Errors hold nothing of the token.
//!
//! Deliberately absent: encryption (JWE), fetching of keys, anything that reads or writes outside of memory.

mod alg;
mod assertion;
mod dpop;
mod encoding;
mod error;
mod jwk;
mod request_object;
mod rules;
mod sign;
mod strict;
mod token;
mod weak;

pub use alg::Alg;
pub use assertion::{Assertion, AssertionRules, client_assertion};
pub use dpop::{PROOF_TYP, Proof, ProofRules, access_token_hash, normal_uri, proof};
pub use encoding::{decode, encode, sha256};
pub use error::Error;
pub use jwk::{Jwk, Jwks, KEYS_MAX};
pub use request_object::{RequestRules, request_object};
pub use rules::{Rules, Typ};
pub use sign::SigningKey;
pub use strict::json;
pub use token::{TOKEN_BYTES_MAX, Token, peek_claim, verify};
