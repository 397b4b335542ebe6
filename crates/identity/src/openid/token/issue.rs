//! Makes the tokens of a person: access token, and ID token where `openid` was asked for. Nothing here is written; the
//! database is not held while the registers are asked.

use super::family::Begun;
use super::{Binding, TokenResponse};
use crate::openid::Client;
use crate::openid::OAuthError;
use crate::openid::Provider;
use crate::openid::access_token::{self, AccessToken, Actor, Audience, Confirmation};
use crate::openid::id_token::{self, IdToken};
use crate::openid::{claims, person};
use kernel::Ctx;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What tokens are made of.
pub(crate) struct Issue<'a> {
    pub(crate) client: &'a Client,
    pub(crate) family: Uuid,
    pub(crate) begun: &'a Begun,
    pub(crate) scope: &'a [String],
    pub(crate) resource: &'a [String],
    pub(crate) binding: &'a Binding,
    pub(crate) nonce: Option<&'a str>,
    pub(crate) session: Option<Uuid>,
    pub(crate) consented: &'a BTreeSet<&'static str>,
}

/// Access token and ID token.
pub(crate) async fn person(provider: &Provider, ctx: &Ctx, issue: &Issue<'_>) -> Result<TokenResponse, OAuthError> {
    let begun = issue.begun;
    let sub = provider.sub(issue.client, &begun.principal);
    let agent = begun.agent().map(|agent| provider.sub(issue.client, &agent));
    let act = || agent.as_deref().map(|sub| Actor { sub: Cow::Borrowed(sub) });
    let scope = issue.scope.join(" ");
    let now = ctx.now().unix_timestamp();
    let auth_time = begun.authentication.at.unix_timestamp();
    let acr = begun.authentication.assurance.acr();
    let audience = match issue.resource {
        [] => Audience::One(Cow::Borrowed(provider.issuer())),
        [one] => Audience::One(Cow::Borrowed(one)),
        several => Audience::Several(several.to_vec()),
    };
    let token = AccessToken {
        iss: Cow::Borrowed(provider.issuer()),
        sub: Cow::Borrowed(&sub),
        aud: audience,
        exp: now + access_token::PERSON.whole_seconds(),
        iat: now,
        jti: Cow::Owned(access_token::jti(ctx)),
        client_id: Cow::Borrowed(issue.client.id.as_str()),
        scope: Cow::Borrowed(&scope),
        cnf: Confirmation::of(issue.binding),
        fid: Some(issue.family),
        auth_time: Some(auth_time),
        acr: Some(Cow::Borrowed(acr)),
        act: act(),
    };
    let access_token = access_token::sign(provider, ctx, &token).await?;
    let mut response = TokenResponse {
        token_type: issue.binding.token_type(),
        expires_in: access_token::PERSON.whole_seconds(),
        ..TokenResponse::default()
    };
    if issue.scope.iter().any(|scope| scope == "openid") {
        let alg = issue.client.metadata.id_token_alg();
        let id_token = IdToken {
            iss: provider.issuer(),
            sub: &sub,
            aud: issue.client.id.as_str(),
            exp: now + id_token::GOOD_FOR.whole_seconds(),
            iat: now,
            auth_time,
            acr,
            amr: begun.authentication.amr(),
            nonce: issue.nonce,
            sid: issue.session.map(|session| provider.sid(issue.client.id.as_str(), session)),
            at_hash: id_token::at_hash(&access_token, alg == jose::Alg::EdDsa),
            act: act(),
            claims: claims_in_id_token(provider, ctx, issue).await?,
        };
        response.id_token = Some(provider.sign(ctx, alg, id_token::TYP, &id_token).await?);
    }
    response.access_token = access_token;
    response.scope = scope;
    Ok(response)
}

/// What the request asked for in the ID token. Most ask for nothing, and then nobody's data are read.
async fn claims_in_id_token(
    provider: &Provider,
    ctx: &Ctx,
    issue: &Issue<'_>,
) -> Result<Map<String, Value>, OAuthError> {
    let asked = &issue.begun.claims.id_token;
    let names: BTreeSet<&'static str> = claims::named(asked).intersection(issue.consented).copied().collect();
    if names.is_empty() {
        return Ok(Map::new());
    }
    let (known, standing) = person::read(provider, ctx, issue.client, issue.begun, &names).await?;
    Ok(claims::answered(asked, issue.consented, &known, standing))
}
