//! Public keys as JSON (RFC 7517, RFC 7518 section 6, RFC 8037) and their thumbprints (RFC 7638).

use crate::{Alg, Error, decode, encode, sha256};
use jsonwebtoken::DecodingKey;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};

/// Most keys in one set.
pub const KEYS_MAX: usize = 20;
/// Sizes of RSA keys in bytes: 2,048 to 4,096 bits.
const RSA_BYTES: std::ops::RangeInclusive<usize> = 256..=512;
const TEXT_MAX: usize = 255;
/// Members that make a key private (RFC 7518, sections 6.2.2, 6.3.2, 6.4.1).
const PRIVATE: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

/// What verifies.
#[derive(Clone, PartialEq, Eq, Debug)]
enum Public {
    P256 { x: [u8; 32], y: [u8; 32] },
    Ed25519 { x: [u8; 32] },
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

/// A public key for signatures. Reading one refuses private keys, keys for encryption, and weak ones.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Jwk {
    /// Its name in a set.
    pub kid: Option<String>,
    /// The one algorithm that it is for, where it says so.
    pub alg: Option<Alg>,
    public: Public,
}

impl Jwk {
    /// The key of a JSON object.
    ///
    /// # Errors
    /// `Key` when it is not a public key for signatures that we know.
    pub fn read(value: &Value) -> Result<Self, Error> {
        let object = value.as_object().ok_or(Error::Key)?;
        if PRIVATE.iter().any(|name| object.contains_key(*name)) {
            return Err(Error::Key);
        }
        let text = |name: &str| match object.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.len() <= TEXT_MAX => Ok(Some(text.as_str())),
            Some(_) => Err(Error::Key),
        };
        if text("use")?.is_some_and(|purpose| purpose != "sig") || !may_verify(object.get("key_ops"))? {
            return Err(Error::Key);
        }
        let public = match text("kty")? {
            Some("EC") if text("crv")? == Some("P-256") => {
                Public::P256 { x: bytes(object, "x")?, y: bytes(object, "y")? }
            }
            Some("OKP") if text("crv")? == Some("Ed25519") => Public::Ed25519 { x: bytes(object, "x")? },
            Some("RSA") => rsa(object)?,
            _ => return Err(Error::Key),
        };
        let alg = text("alg")?.map(|name| Alg::of(name).ok_or(Error::Key)).transpose()?;
        let key = Self { kid: text("kid")?.map(str::to_owned), alg, public };
        if key.alg.is_some_and(|alg| !key.fits(alg)) {
            return Err(Error::Key);
        }
        Ok(key)
    }

    pub(crate) fn p256(point: &[u8]) -> Result<Self, Error> {
        // The uncompressed form: 4, x, y.
        let (x, y) = point.strip_prefix(&[4]).and_then(|rest| rest.split_at_checked(32)).ok_or(Error::OurKey)?;
        let [x, y] = [x, y].map(|half| half.try_into().map_err(|_| Error::OurKey));
        Ok(Self { kid: None, alg: Some(Alg::Es256), public: Public::P256 { x: x?, y: y? } })
    }

    pub(crate) fn ed25519(point: &[u8]) -> Result<Self, Error> {
        let x = point.try_into().map_err(|_| Error::OurKey)?;
        Ok(Self { kid: None, alg: Some(Alg::EdDsa), public: Public::Ed25519 { x } })
    }

    /// Whether the key can be used with an algorithm: the sort of key decides, and the key's own word.
    #[must_use]
    pub fn fits(&self, alg: Alg) -> bool {
        let sort = match self.public {
            Public::P256 { .. } => alg == Alg::Es256,
            Public::Ed25519 { .. } => alg == Alg::EdDsa,
            Public::Rsa { .. } => matches!(alg, Alg::Ps256 | Alg::Rs256),
        };
        sort && self.alg.is_none_or(|own| own == alg)
    }

    /// SHA-256 thumbprint, base64url (RFC 7638): the required members in order of their names.
    #[must_use]
    pub fn thumbprint(&self) -> String {
        let text = match &self.public {
            Public::P256 { x, y } => {
                format!(r#"{{"crv":"P-256","kty":"EC","x":"{}","y":"{}"}}"#, encode(x), encode(y))
            }
            Public::Ed25519 { x } => format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, encode(x)),
            Public::Rsa { n, e } => format!(r#"{{"e":"{}","kty":"RSA","n":"{}"}}"#, encode(e), encode(n)),
        };
        encode(sha256(text))
    }

    /// The key as DER of a SubjectPublicKeyInfo would be compared with: whether a certificate holds this very key.
    #[must_use]
    pub fn is_in_der(&self, der: &[u8]) -> bool {
        let holds = |wanted: &[u8]| der.windows(wanted.len()).any(|part| part == wanted);
        match &self.public {
            Public::P256 { x, y } => holds(&[&[4], &x[..], &y[..]].concat()),
            Public::Ed25519 { x } => holds(x),
            Public::Rsa { n, .. } => holds(n),
        }
    }

    /// Whether the signature (base64url) is by this key over the message.
    ///
    /// # Errors
    /// `Key` when the algorithm is not this key's, `Signature`.
    pub fn verify(&self, alg: Alg, message: &[u8], signature: &str) -> Result<(), Error> {
        if !self.fits(alg) {
            return Err(Error::Key);
        }
        crate::token::install();
        let key = match &self.public {
            Public::P256 { x, y } => DecodingKey::from_ec_der(&[&[4], &x[..], &y[..]].concat()),
            Public::Ed25519 { x } => DecodingKey::from_ed_der(x),
            Public::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
        };
        // One spelling for each signature.
        decode(signature)?;
        match jsonwebtoken::crypto::verify(signature, message, &key, alg.library()) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(Error::Signature),
        }
    }

    /// The key as a JSON object.
    #[must_use]
    pub fn to_value(&self) -> Value {
        let mut object = Map::new();
        let mut put = |name: &str, text: String| drop(object.insert(name.to_owned(), Value::String(text)));
        match &self.public {
            Public::P256 { x, y } => {
                put("kty", "EC".to_owned());
                put("crv", "P-256".to_owned());
                put("x", encode(x));
                put("y", encode(y));
            }
            Public::Ed25519 { x } => {
                put("kty", "OKP".to_owned());
                put("crv", "Ed25519".to_owned());
                put("x", encode(x));
            }
            Public::Rsa { n, e } => {
                put("kty", "RSA".to_owned());
                put("n", encode(n));
                put("e", encode(e));
            }
        }
        put("use", "sig".to_owned());
        if let Some(alg) = self.alg {
            put("alg", alg.name().to_owned());
        }
        if let Some(kid) = &self.kid {
            put("kid", kid.clone());
        }
        Value::Object(object)
    }
}

fn may_verify(operations: Option<&Value>) -> Result<bool, Error> {
    match operations {
        None => Ok(true),
        Some(Value::Array(named)) => Ok(named.iter().any(|name| name == "verify")),
        Some(_) => Err(Error::Key),
    }
}

fn bytes(object: &Map<String, Value>, name: &str) -> Result<[u8; 32], Error> {
    let text = object.get(name).and_then(Value::as_str).ok_or(Error::Key)?;
    decode(text).map_err(|_| Error::Key)?.try_into().map_err(|_| Error::Key)
}

fn rsa(object: &Map<String, Value>) -> Result<Public, Error> {
    let part = |name: &str| {
        let text = object.get(name).and_then(Value::as_str).ok_or(Error::Key)?;
        decode(text).map_err(|_| Error::Key)
    };
    let (n, e) = (part("n")?, part("e")?);
    // No leading zeros (RFC 7518, section 2), an odd exponent above 1 of at most 33 bits: what the library takes.
    let number = e.iter().try_fold(0_u64, |sum, byte| sum.checked_mul(256).map(|sum| sum + u64::from(*byte)));
    let exponent = number.filter(|e| *e >= 3 && e % 2 == 1 && *e < 1 << 33);
    if exponent.is_none() || !RSA_BYTES.contains(&n.len()) || n.first() == Some(&0) || e.first() == Some(&0) {
        return Err(Error::Key);
    }
    if crate::weak::is_roca(&n) {
        return Err(Error::Key);
    }
    Ok(Public::Rsa { n, e })
}

impl Serialize for Jwk {
    fn serialize<S: Serializer>(&self, writer: S) -> Result<S::Ok, S::Error> {
        self.to_value().serialize(writer)
    }
}

impl<'de> Deserialize<'de> for Jwk {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(reader)?;
        Self::read(&value).map_err(serde::de::Error::custom)
    }
}

/// A set of public keys. Keys in it that are for encryption or of a sort we do not know are left out (RFC 7517, section 5);
/// a private or a secret key spoils the set.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize)]
pub struct Jwks {
    /// The keys.
    pub keys: Vec<Jwk>,
}

impl<'de> Deserialize<'de> for Jwks {
    fn deserialize<D: Deserializer<'de>>(reader: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        struct Raw {
            keys: Vec<Value>,
        }
        let raw = Raw::deserialize(reader)?;
        let private = |key: &Value| PRIVATE.iter().any(|name| key.get(name).is_some());
        if raw.keys.len() > KEYS_MAX || raw.keys.iter().any(private) {
            return Err(serde::de::Error::custom(Error::Key));
        }
        Ok(Self { keys: raw.keys.iter().filter_map(|key| Jwk::read(key).ok()).collect() })
    }
}
