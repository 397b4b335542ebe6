//! Algorithms of signatures (RFC 7518, RFC 8037, RFC 9864).

use serde::{Deserialize, Serialize};

/// An algorithm that we know.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Alg {
    /// ECDSA on P-256 with SHA-256.
    #[serde(rename = "ES256")]
    Es256,
    /// Ed25519.
    #[serde(rename = "EdDSA", alias = "Ed25519")]
    EdDsa,
    /// RSA-PSS with SHA-256: verified only.
    #[serde(rename = "PS256")]
    Ps256,
    /// RSA PKCS #1 with SHA-256: verified only, and not under FAPI 2.0.
    #[serde(rename = "RS256")]
    Rs256,
}

impl Alg {
    /// What FAPI 2.0 takes (Security Profile, section 5.4.1).
    pub const FAPI: &'static [Self] = &[Self::Ps256, Self::Es256, Self::EdDsa];
    /// Everything that we verify.
    pub const ALL: &'static [Self] = &[Self::Es256, Self::EdDsa, Self::Ps256, Self::Rs256];

    /// Its registered name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
            Self::Ps256 => "PS256",
            Self::Rs256 => "RS256",
        }
    }

    /// The algorithm of this name; `Ed25519` is the full name of what is `EdDSA` here.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        match name {
            "Ed25519" => Some(Self::EdDsa),
            _ => Self::ALL.iter().copied().find(|alg| alg.name() == name),
        }
    }

    pub(crate) const fn library(self) -> jsonwebtoken::Algorithm {
        match self {
            Self::Es256 => jsonwebtoken::Algorithm::ES256,
            Self::EdDsa => jsonwebtoken::Algorithm::EdDSA,
            Self::Ps256 => jsonwebtoken::Algorithm::PS256,
            Self::Rs256 => jsonwebtoken::Algorithm::RS256,
        }
    }
}
