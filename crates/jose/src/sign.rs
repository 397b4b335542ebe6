//! Our own keys, and what they sign.

use crate::{Alg, Error, Jwk, encode};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde::Serialize;
use serde_json::{Map, Value};

enum Pair {
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A private key. Its `kid` is its thumbprint. Its `Debug` shows nothing else.
pub struct SigningKey {
    pair: Pair,
    pkcs8: Vec<u8>,
    public: Jwk,
    kid: String,
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SigningKey").field("kid", &self.kid).finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A fresh key from the system's generator, which the cryptographic library asks itself.
    ///
    /// # Errors
    /// `OurKey`; `Algorithm` for RSA, which we only verify.
    pub fn generate(alg: Alg) -> Result<Self, Error> {
        let random = SystemRandom::new();
        let document = match alg {
            Alg::Es256 => EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random),
            Alg::EdDsa => Ed25519KeyPair::generate_pkcs8(&random),
            Alg::Ps256 | Alg::Rs256 => return Err(Error::Algorithm),
        };
        Self::from_pkcs8(alg, document.map_err(|_| Error::OurKey)?.as_ref())
    }

    /// The key of a PKCS #8 document.
    ///
    /// # Errors
    /// `OurKey` when it is not one of this algorithm; `Algorithm` for RSA.
    pub fn from_pkcs8(alg: Alg, pkcs8: &[u8]) -> Result<Self, Error> {
        let (pair, mut public) = match alg {
            Alg::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8);
                let pair = pair.map_err(|_| Error::OurKey)?;
                let public = Jwk::p256(pair.public_key().as_ref())?;
                (Pair::P256(pair), public)
            }
            Alg::EdDsa => {
                let pair = Ed25519KeyPair::from_pkcs8(pkcs8).map_err(|_| Error::OurKey)?;
                let public = Jwk::ed25519(pair.public_key().as_ref())?;
                (Pair::Ed25519(pair), public)
            }
            Alg::Ps256 | Alg::Rs256 => return Err(Error::Algorithm),
        };
        let kid = public.thumbprint();
        public.kid = Some(kid.clone());
        Ok(Self { pair, pkcs8: pkcs8.to_vec(), public, kid })
    }

    /// The PKCS #8 document: a secret.
    #[must_use]
    pub fn pkcs8(&self) -> &[u8] {
        &self.pkcs8
    }

    /// Its algorithm.
    #[must_use]
    pub const fn alg(&self) -> Alg {
        match self.pair {
            Pair::P256(_) => Alg::Es256,
            Pair::Ed25519(_) => Alg::EdDsa,
        }
    }

    /// Its name.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &Jwk {
        &self.public
    }

    /// A compact token: header `alg`, `kid`, `typ`, and these claims.
    ///
    /// # Errors
    /// `Json` when the claims do not write, `OurKey`.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, Error> {
        let header = format!(
            r#"{{"alg":"{}","kid":"{}","typ":{}}}"#,
            self.alg().name(),
            self.kid,
            serde_json::to_string(typ).map_err(|_| Error::Json)?
        );
        self.sign_bytes(header.as_bytes(), &serde_json::to_vec(claims).map_err(|_| Error::Json)?)
    }

    /// A compact token with these members in the header beside `alg`: for proofs, whose header holds the key.
    ///
    /// # Errors
    /// `Json`, `OurKey`.
    pub fn sign_with(&self, header: &Map<String, Value>, claims: &impl Serialize) -> Result<String, Error> {
        let mut whole = Map::new();
        whole.insert("alg".to_owned(), Value::String(self.alg().name().to_owned()));
        whole.extend(header.clone());
        let header = serde_json::to_vec(&whole).map_err(|_| Error::Json)?;
        self.sign_bytes(&header, &serde_json::to_vec(claims).map_err(|_| Error::Json)?)
    }

    /// Signs header and payload as they are.
    ///
    /// # Errors
    /// `OurKey`.
    pub fn sign_bytes(&self, header: &[u8], payload: &[u8]) -> Result<String, Error> {
        let mut token = encode(header);
        token.push('.');
        token.push_str(&encode(payload));
        let signature = match &self.pair {
            Pair::P256(pair) => {
                let signature = pair.sign(&SystemRandom::new(), token.as_bytes()).map_err(|_| Error::OurKey)?;
                encode(signature.as_ref())
            }
            Pair::Ed25519(pair) => encode(pair.sign(token.as_bytes()).as_ref()),
        };
        token.push('.');
        token.push_str(&signature);
        Ok(token)
    }
}
