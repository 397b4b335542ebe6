//! Access tokens: JSON web tokens of RFC 9068, bound to the key of who may use them (RFC 7800 `cnf`).
//!
//! They are short-lived and are read without the database where that is enough; `fid` names the family whose end also
//! ends them where it is asked (userinfo, introspection).

use super::Provider;
use super::{Binding, OAuthError};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::Ctx;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use time::Duration;
use uuid::Uuid;

/// Media type in the header (RFC 9068, section 2.1).
pub(crate) const TYP: &str = "at+jwt";
/// How long a person's access token is good.
pub(crate) const PERSON: Duration = Duration::minutes(5);
/// How long a program's own access token is good.
pub(crate) const PROGRAM: Duration = Duration::minutes(10);

/// What an access token says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct AccessToken<'a> {
    pub(crate) iss: Cow<'a, str>,
    pub(crate) sub: Cow<'a, str>,
    pub(crate) aud: Audience<'a>,
    pub(crate) exp: i64,
    pub(crate) iat: i64,
    pub(crate) jti: Cow<'a, str>,
    pub(crate) client_id: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "str_is_empty")]
    pub(crate) scope: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cnf: Option<Confirmation<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fid: Option<Uuid>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) auth_time: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) acr: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) act: Option<Actor<'a>>,
}

fn str_is_empty(text: &str) -> bool {
    text.is_empty()
}

/// Whom it is for: one, or several.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(untagged)]
pub(crate) enum Audience<'a> {
    /// One.
    One(Cow<'a, str>),
    /// Several.
    Several(Vec<String>),
}

impl Audience<'_> {
    /// Whether it is for this one.
    pub(crate) fn has(&self, name: &str) -> bool {
        match self {
            Self::One(one) => one == name,
            Self::Several(several) => several.iter().any(|one| one == name),
        }
    }
}

/// Whose key proves possession.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Confirmation<'a> {
    /// Thumbprint of the DPoP key (RFC 9449, section 6.1).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) jkt: Option<Cow<'a, str>>,
    /// Thumbprint of the certificate (RFC 8705, section 3.1).
    #[serde(rename = "x5t#S256", default, skip_serializing_if = "Option::is_none")]
    pub(crate) x5t: Option<Cow<'a, str>>,
}

/// Who acts, where it is not whom the token speaks of (RFC 8693, section 4.1).
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Actor<'a> {
    pub(crate) sub: Cow<'a, str>,
}

/// A fresh name for a token.
pub(crate) fn jti(ctx: &Ctx) -> String {
    URL_SAFE_NO_PAD.encode(ctx.random.bytes::<16>())
}

/// The signed token. ES256, which every resource server verifies.
pub(crate) async fn sign(provider: &Provider, ctx: &Ctx, token: &AccessToken<'_>) -> Result<String, OAuthError> {
    Ok(provider.sign(ctx, jose::Alg::Es256, TYP, token).await?)
}

/// What a token of ours says; nothing for one that is not ours or not good any more by its own word.
pub(crate) async fn read(
    provider: &Provider,
    ctx: &Ctx,
    text: &str,
) -> Result<Option<AccessToken<'static>>, OAuthError> {
    let Some(token) = provider.verify_own(ctx, text, TYP, false).await? else { return Ok(None) };
    // Verified, so it has the shape that we gave it, unless an older version wrote it.
    Ok(serde_json::from_value(serde_json::Value::Object(token.claims)).ok())
}

impl<'a> Confirmation<'a> {
    /// What a token bound like this says.
    pub(crate) fn of(binding: &'a Binding) -> Option<Self> {
        match binding {
            Binding::Bearer => None,
            Binding::Dpop(jkt) => Some(Self { jkt: Some(Cow::Borrowed(jkt)), x5t: None }),
            Binding::Mtls(x5t) => Some(Self { jkt: None, x5t: Some(Cow::Borrowed(x5t)) }),
        }
    }
}

impl AccessToken<'_> {
    /// What the token is bound to; nothing for what we never write.
    pub(crate) fn binding(&self) -> Option<Binding> {
        let Some(cnf) = &self.cnf else { return Some(Binding::Bearer) };
        match (&cnf.jkt, &cnf.x5t) {
            (Some(jkt), None) => Some(Binding::Dpop(jkt.to_string())),
            (None, Some(x5t)) => Some(Binding::Mtls(x5t.to_string())),
            _ => None,
        }
    }
}
