//! Grant `authorization_code` (RFC 6749, section 4.1.3) with PKCE (RFC 7636), always S256.
//!
//! The code is spent, its family begun and the refresh token written in one transaction. A second use ends the family.
//! Whoever has the code and not the verifier, or is not the client it was given to, cannot spend it.

use super::family::{self, Begun, New};
use super::issue::{self, Issue};
use super::{Asked, TokenResponse, proven, refresh, scope};
use crate::openid::Provider;
use crate::openid::codes::{self, CodeRow, Redeemed};
use crate::openid::subject::Principal;
use crate::openid::{OAuthError, authority, grants};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::Ctx;
use sha2::{Digest, Sha256};
use sqlx::PgConnection;
use subtle::ConstantTimeEq;

pub(super) async fn grant(provider: &Provider, ctx: &Ctx, asked: &Asked) -> Result<TokenResponse, OAuthError> {
    let client = &asked.by.client;
    let code = asked.required("code")?;
    let mut tx = provider.db().begin().await?;
    let row = match codes::redeem(&mut tx, ctx, code).await? {
        Redeemed::Fresh(row) => row,
        Redeemed::Reused(family) => {
            family::revoke(&mut tx, ctx, family, "code-reused").await?;
            tx.commit().await?;
            return Err(OAuthError::bad(
                "invalid_grant",
                "IDN0162",
                "the code was used before; its tokens are revoked",
            ));
        }
        Redeemed::Unknown => {
            return Err(OAuthError::bad("invalid_grant", "IDN0163", "no such code, or it has expired"));
        }
    };
    // Up to here the code is spent only in this transaction, which every refusal below rolls back.
    check(asked, &row)?;
    let begun = begun(&mut tx, ctx, asked, &row).await?;
    let resource = scope::resources(asked, &row.request.resource)?;
    let sub = provider.sub(client, &begun.principal);
    let new = New {
        id: row.family,
        grant: row.grant,
        client_id: &row.client_id,
        session: Some(row.session_id),
        offline: row.request.offline,
        begun: &begun,
        sub: &sub,
        by: "authorization_code",
    };
    let refresh = refresh::first(ctx, client, new.offline, &asked.binding)?;
    let consented = family::begin(&mut tx, ctx, &new, refresh.as_ref()).await?;
    tx.commit().await?;
    let issue = Issue {
        client,
        family: row.family,
        begun: &begun,
        scope: &begun.scope,
        resource: &resource,
        binding: &asked.binding,
        nonce: row.request.nonce.as_deref(),
        session: Some(row.session_id),
        consented: &consented,
    };
    let mut response = issue::person(provider, ctx, &issue).await?;
    response.refresh_token = refresh.map(|refresh| refresh.token);
    Ok(response)
}

/// Whether who redeems the code is whom it was given to.
fn check(asked: &Asked, row: &CodeRow) -> Result<(), OAuthError> {
    let refused = |why: &'static str, code| Err(OAuthError::bad("invalid_grant", code, why));
    if row.client_id != asked.by.client.id.as_str() {
        return refused("the code was given to another client", "IDN0164");
    }
    // RFC 6749, section 4.1.3: it must be repeated where it was sent; and nothing else may come in its place.
    let repeated = asked.form.get("redirect_uri");
    if repeated.map_or(row.request.redirect_uri_sent, |uri| uri != row.request.redirect_uri) {
        return refused("redirect_uri is not the one of the authorization request", "IDN0165");
    }
    let verifier = asked.required("code_verifier")?;
    let length = (43..=128).contains(&verifier.len());
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()));
    let right: bool = challenge.as_bytes().ct_eq(row.request.code_challenge.as_bytes()).into();
    if !length || !verifier.bytes().all(known) || !right {
        return refused("code_verifier does not match", "IDN0111");
    }
    if let Some(jkt) = &row.request.dpop_jkt
        && proven(&asked.binding) != Some(jkt.as_str())
    {
        return refused("the code is bound to another DPoP key", "IDN0167");
    }
    Ok(())
}

async fn begun(conn: &mut PgConnection, ctx: &Ctx, asked: &Asked, row: &CodeRow) -> Result<Begun, OAuthError> {
    let holder = grants::holder(conn, row.account).await?;
    let holder = holder.ok_or_else(|| OAuthError::bad("invalid_grant", "IDN0160", "the account has been closed"))?;
    let principal = match row.request.acting_for {
        None => Principal::of(row.account, row.subject),
        Some(id) => {
            let known = authority::one_in_force(conn, ctx, row.account, id).await?;
            let principal = known.and_then(|known| known.principal());
            principal.ok_or_else(|| {
                OAuthError::bad("invalid_grant", "IDN0160", "the authority to act for another has ended")
            })?
        }
    };
    Ok(Begun {
        account: row.account,
        subject: row.subject,
        level: holder.level,
        principal,
        delegation: row.request.acting_for,
        scope: row.request.scope.clone(),
        claims: row.request.claims.clone(),
        resource: row.request.resource.clone(),
        authentication: row.authentication.clone(),
        cnf: asked.binding.cnf(),
    })
}
