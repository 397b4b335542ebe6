//! Grant `client_credentials` (RFC 6749, section 4.4): a program in its own name. Nothing is read or written in the
//! database: the client is cached for some seconds, its proofs are remembered in memory, the token is a signature.

use super::{Asked, TokenResponse, scope};
use crate::openid::OAuthError;
use crate::openid::Provider;
use crate::openid::access_token::{self, AccessToken, Audience, Confirmation};
use kernel::Ctx;
use std::borrow::Cow;

/// Scopes that speak of a person: a program in its own name gets none of them.
const OF_PEOPLE: [&str; 6] = ["openid", "profile", "email", "phone", "address", "offline_access"];

pub(super) async fn grant(provider: &Provider, ctx: &Ctx, asked: &Asked) -> Result<TokenResponse, OAuthError> {
    let client = &asked.by.client;
    let granted = match asked.form.get("scope") {
        Some(wanted) => {
            let allowed = |wanted: &str| client.metadata.scopes().any(|scope| scope == wanted);
            let fits = |wanted: &str| allowed(wanted) && !OF_PEOPLE.contains(&wanted);
            if !wanted.split_ascii_whitespace().all(fits) {
                return Err(OAuthError::bad("invalid_scope", "IDN0109", "the client may not ask for this scope"));
            }
            Cow::Borrowed(wanted)
        }
        None => Cow::Owned(
            client.metadata.scopes().filter(|scope| !OF_PEOPLE.contains(scope)).collect::<Vec<_>>().join(" "),
        ),
    };
    let resources = scope::of_client(asked, provider.issuer())?;
    let audience = match resources.as_slice() {
        [] => Audience::One(Cow::Borrowed(provider.issuer())),
        [one] => Audience::One(Cow::Borrowed(one)),
        several => Audience::Several(several.iter().map(|&one| one.to_owned()).collect()),
    };
    let now = ctx.now().unix_timestamp();
    let token = AccessToken {
        iss: Cow::Borrowed(provider.issuer()),
        sub: Cow::Borrowed(client.id.as_str()),
        aud: audience,
        exp: now + access_token::PROGRAM.whole_seconds(),
        iat: now,
        jti: Cow::Owned(access_token::jti(ctx)),
        client_id: Cow::Borrowed(client.id.as_str()),
        scope: Cow::Borrowed(&granted),
        cnf: Confirmation::of(&asked.binding),
        fid: None,
        auth_time: None,
        acr: None,
        act: None,
    };
    Ok(TokenResponse {
        access_token: access_token::sign(provider, ctx, &token).await?,
        token_type: asked.binding.token_type(),
        expires_in: access_token::PROGRAM.whole_seconds(),
        scope: granted.into_owned(),
        ..TokenResponse::default()
    })
}
