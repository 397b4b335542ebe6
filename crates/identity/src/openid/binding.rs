//! What a token is bound to.

use serde_json::{Value, json};

/// The key that whoever uses a token must hold.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Binding {
    /// None: whoever has the token may use it.
    Bearer,
    /// The key of DPoP proofs, by its thumbprint (RFC 9449, section 6.1).
    Dpop(String),
    /// The certificate of the TLS connection, by its SHA-256 (RFC 8705, section 3.1).
    Mtls(String),
}

impl Binding {
    /// The `cnf` claim of a token; nothing for a bearer.
    pub(crate) fn cnf(&self) -> Option<Value> {
        match self {
            Self::Bearer => None,
            Self::Dpop(jkt) => Some(json!({ "jkt": jkt })),
            Self::Mtls(x5t) => Some(json!({ "x5t#S256": x5t })),
        }
    }

    /// `token_type` of a token answer.
    pub(crate) const fn token_type(&self) -> &'static str {
        match self {
            Self::Dpop(_) => "DPoP",
            Self::Bearer | Self::Mtls(_) => "Bearer",
        }
    }
}
