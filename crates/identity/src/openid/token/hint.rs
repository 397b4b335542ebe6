//! Hints at a person: an ID token of ours that a relying party still has, or a token that it signed itself.

use crate::openid::{Client, OAuthError, Provider};
use jose::{Alg, Rules, Typ};
use kernel::Ctx;
use serde::Deserialize;
use serde_json::Value;

/// What an ID token of ours says of whom it was for.
#[derive(Deserialize)]
pub(crate) struct IdTokenHint {
    #[serde(rename = "aud")]
    pub(crate) client_id: String,
    pub(crate) sub: String,
    #[serde(default)]
    pub(crate) sid: Option<String>,
}

/// How long a token that a client signs itself may live.
const LIFE_S_MAX: i64 = 600;
const LEEWAY_S: i64 = 30;

fn unknown() -> OAuthError {
    OAuthError::bad("invalid_request", "IDN0174", "the hint is no token of ours")
}

/// An ID token that we issued. That it has expired does not matter: it says whom the client means, and proves nothing.
pub(crate) async fn id_token(provider: &Provider, ctx: &Ctx, text: &str) -> Result<IdTokenHint, OAuthError> {
    let token = provider.verify_own(ctx, text, crate::openid::id_token::TYP, true).await?.ok_or_else(unknown)?;
    serde_json::from_value(Value::Object(token.claims)).map_err(|_| unknown())
}

/// `sub` of a `login_hint_token`: signed by the client itself, for us, naming somebody as the client knows them.
pub(crate) fn signed_by_client(
    provider: &Provider,
    ctx: &Ctx,
    client: &Client,
    text: &str,
) -> Result<String, OAuthError> {
    let expired = || OAuthError::bad("expired_login_hint_token", "IDN0174", "the hint has expired");
    let keys = client.metadata.jwks.as_ref().map(|set| set.keys.as_slice()).unwrap_or_default();
    let audience = [provider.issuer()];
    let rules = Rules {
        algs: Alg::FAPI,
        issuer: Some(client.id.as_str()),
        audience: Some(&audience),
        leeway: LEEWAY_S,
        max_life: Some(LIFE_S_MAX),
        required: &["iss", "aud", "exp", "sub"],
        ..Rules::new(ctx.now(), Typ::AnyOf(&["login-hint+jwt"]))
    };
    match jose::verify(text, keys, &rules) {
        Ok(token) => token.text("sub").map(str::to_owned).ok_or_else(unknown),
        Err(jose::Error::Expired) => Err(expired()),
        Err(_) => Err(unknown()),
    }
}
