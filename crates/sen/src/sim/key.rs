//! The key by which a client of the demonstration proves who it is (RFC 7523, ES256).

use anyhow::{Context, Result, anyhow};
use aws_lc_rs::encoding::{AsBigEndian, EcPrivateKeyBin};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;
use serde_json::{Value, json};

/// Octets of a coordinate on P-256.
const COORDINATE: usize = 32;

/// A P-256 key pair.
#[derive(Clone)]
pub struct ClientKey {
    pkcs8: Vec<u8>,
    public: Value,
    secret: String,
}

impl std::fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ClientKey(…)")
    }
}

impl ClientKey {
    /// A new key, named `kid`.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn generate(kid: &str) -> Result<Self> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(|_| anyhow!("no key was made"))?;
        Self::of(kid, &pair)
    }

    /// The key whose private JWK this is.
    ///
    /// # Errors
    /// When it is no private key on P-256.
    pub fn from_jwk(jwk: &Value) -> Result<Self> {
        let part = |name: &str| -> Result<Vec<u8>> {
            let text = jwk[name].as_str().with_context(|| format!("a client's key without {name}"))?;
            URL_SAFE_NO_PAD.decode(text).with_context(|| format!("a client's key: {name}"))
        };
        let mut point = vec![4];
        point.extend(part("x")?);
        point.extend(part("y")?);
        let pair = EcdsaKeyPair::from_private_key_and_public_key(&ECDSA_P256_SHA256_FIXED_SIGNING, &part("d")?, &point)
            .map_err(|_| anyhow!("a client's key does not fit itself"))?;
        Self::of(jwk["kid"].as_str().unwrap_or_default(), &pair)
    }

    fn of(kid: &str, pair: &EcdsaKeyPair) -> Result<Self> {
        let point = pair.public_key().as_ref();
        let (x, y) = point
            .strip_prefix(&[4])
            .and_then(|xy| xy.split_at_checked(COORDINATE))
            .context("a point of P-256 in another form")?;
        let secret: EcPrivateKeyBin<'_> =
            pair.private_key().as_be_bytes().map_err(|_| anyhow!("the private key is not given out"))?;
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        let public = json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid, "x": encode(x), "y": encode(y)});
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| anyhow!("the private key is not given out"))?;
        Ok(Self { pkcs8: pkcs8.as_ref().to_vec(), public, secret: encode(secret.as_ref()) })
    }

    /// For the client's registration.
    #[must_use]
    pub const fn public_jwk(&self) -> &Value {
        &self.public
    }

    /// The whole key: only ever of a client that is made up.
    #[must_use]
    pub fn private_jwk(&self) -> Value {
        let mut jwk = self.public.clone();
        jwk["d"] = json!(self.secret);
        jwk
    }

    /// Signs claims.
    ///
    /// # Errors
    /// When they do not serialize.
    pub fn sign<T: Serialize>(&self, claims: &T) -> Result<String> {
        let mut header = Header::new(Algorithm::ES256);
        header.kid = self.public["kid"].as_str().map(ToOwned::to_owned);
        jsonwebtoken::encode(&header, claims, &EncodingKey::from_ec_der(&self.pkcs8)).context("sign as a client")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jsonwebtoken::{DecodingKey, Validation};

    #[test]
    fn a_key_comes_back_from_its_jwk_and_signs_what_the_public_half_verifies() {
        let made = ClientKey::generate("k1").unwrap();
        let back = ClientKey::from_jwk(&made.private_jwk()).unwrap();
        assert_eq!(back.public_jwk(), made.public_jwk());
        assert!(made.public_jwk().get("d").is_none());
        let token = back.sign(&json!({"sub": "a"})).unwrap();
        let x = made.public_jwk()["x"].as_str().unwrap();
        let y = made.public_jwk()["y"].as_str().unwrap();
        let mut rules = Validation::new(Algorithm::ES256);
        rules.required_spec_claims.clear();
        rules.validate_exp = false;
        let key = DecodingKey::from_ec_components(x, y).unwrap();
        let read = jsonwebtoken::decode::<Value>(&token, &key, &rules).unwrap();
        assert_eq!(read.claims["sub"], "a");
        assert!(jsonwebtoken::decode::<Value>(format!("{token}x"), &key, &rules).is_err());
    }
}
