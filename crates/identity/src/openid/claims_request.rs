//! The `claims` parameter (OpenID Connect Core, section 5.5): what exactly a client asks, and what for.

use super::OAuthError;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Longest `claims` parameter, in bytes.
const BYTES_MAX: usize = 16 * 1024;
/// Most claims that one request names.
const CLAIMS_MAX: usize = 50;
/// A purpose says something, and fits a consent page (OpenID Connect for Identity Assurance, section 8).
const PURPOSE_CHARS: std::ops::RangeInclusive<usize> = 3..=300;
/// Claims that nobody gets without saying what for.
pub(crate) const NEED_PURPOSE: [&str; 1] = ["personal_number"];

/// What is asked for the userinfo answer and for the ID token. Each claim is `null` or an object with `essential`,
/// `value`, `values`, `purpose`.
#[derive(Clone, Default, PartialEq, Debug, Serialize, Deserialize)]
#[serde(default)]
pub struct ClaimsRequest {
    /// Asked of the userinfo end-point.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub userinfo: Map<String, Value>,
    /// Asked of the ID token.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub id_token: Map<String, Value>,
}

impl ClaimsRequest {
    /// The parameter as it came. Unknown members beside `userinfo` and `id_token` are left out, as the standard demands.
    pub(crate) fn read(text: &str) -> Result<Self, OAuthError> {
        if text.len() > BYTES_MAX {
            return Err(OAuthError::request("claims is too long"));
        }
        let value = jose::json(text.as_bytes()).map_err(|_| OAuthError::request("claims is no JSON object"))?;
        Self::of(&value)
    }

    /// The same, from a value that was parsed already (a member of a request object).
    pub(crate) fn of(value: &Value) -> Result<Self, OAuthError> {
        let object = value.as_object().ok_or_else(|| OAuthError::request("claims is no JSON object"))?;
        let half = |name: &str| match object.get(name) {
            None | Some(Value::Null) => Ok(Map::new()),
            Some(Value::Object(claims)) => {
                check(claims)?;
                Ok(claims.clone())
            }
            Some(_) => Err(OAuthError::request("userinfo and id_token of claims are objects")),
        };
        let read = Self { userinfo: half("userinfo")?, id_token: half("id_token")? };
        if read.userinfo.len() + read.id_token.len() > CLAIMS_MAX {
            return Err(OAuthError::request("claims names too many claims"));
        }
        Ok(read)
    }

    /// The `acr` wish of the ID token: the values allowed and whether one of them is essential.
    pub(crate) fn acr(&self) -> Option<(Vec<String>, bool)> {
        let wish = self.id_token.get("acr")?.as_object()?;
        let one = wish.get("value").and_then(Value::as_str).map(str::to_owned);
        let several = wish.get("values").and_then(Value::as_array).into_iter().flatten();
        let values = one.into_iter().chain(several.filter_map(Value::as_str).map(str::to_owned)).collect();
        Some((values, wish.get("essential").and_then(Value::as_bool).unwrap_or(false)))
    }
}

fn check(claims: &Map<String, Value>) -> Result<(), OAuthError> {
    for (name, wish) in claims {
        if name == "verified_claims" {
            check_verified(wish)?;
        } else {
            check_wish(name, wish)?;
        }
    }
    Ok(())
}

fn check_wish(name: &str, wish: &Value) -> Result<(), OAuthError> {
    let purpose = match wish {
        Value::Null => None,
        Value::Object(wish) => {
            if wish.get("essential").is_some_and(|essential| !essential.is_boolean())
                || wish.get("values").is_some_and(|values| !values.is_array())
            {
                return Err(OAuthError::request("essential is a boolean and values is a list"));
            }
            wish.get("purpose")
        }
        _ => return Err(OAuthError::request("a claim asked for is null or an object")),
    };
    match purpose {
        None if NEED_PURPOSE.contains(&name) => {
            Err(OAuthError::bad("invalid_request", "IDN0128", format!("{name} needs a purpose")))
        }
        None => Ok(()),
        Some(Value::String(text))
            if PURPOSE_CHARS.contains(&text.chars().count()) && !text.chars().any(char::is_control) =>
        {
            Ok(())
        }
        Some(_) => Err(OAuthError::bad("invalid_request", "IDN0128", "purpose has 3 to 300 characters")),
    }
}

fn check_verified(wish: &Value) -> Result<(), OAuthError> {
    let elements = match wish {
        Value::Array(several) => several.as_slice(),
        one => std::slice::from_ref(one),
    };
    for element in elements {
        let verification = element.get("verification").and_then(Value::as_object);
        let claims = element.get("claims").and_then(Value::as_object);
        let (Some(verification), Some(claims)) = (verification, claims) else {
            return Err(OAuthError::request("verified_claims has verification and claims"));
        };
        if !verification.contains_key("trust_framework") || claims.is_empty() {
            return Err(OAuthError::request("verified_claims names a trust_framework and at least one claim"));
        }
        for (name, wish) in claims {
            check_wish(name, wish)?;
        }
    }
    Ok(())
}
