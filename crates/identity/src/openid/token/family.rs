//! Families: all tokens that go back to one sign-in with one relying party. What a family was begun with is kept with it;
//! when a code or a refresh token is used a second time, or a consent is withdrawn, the whole family ends.

use super::refresh::Fresh;
use crate::openid::ClaimsRequest;
use crate::openid::OAuthError;
use crate::openid::grants;
use crate::openid::logout;
use crate::openid::subject::Principal;
use crate::{Authentication, Error};
use kernel::{AccountId, Ctx, SubjectId};
use ledger::Entry;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// What a family was begun with. Kept in `token_family.detail`.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Begun {
    /// The account that signed in.
    pub(crate) account: AccountId,
    /// Its person.
    pub(crate) subject: Option<SubjectId>,
    /// Level of the account then.
    pub(crate) level: Option<u8>,
    /// Whom the tokens speak of: the person, or whom they act for.
    pub(crate) principal: Principal,
    /// The authority by which they act for somebody else.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delegation: Option<Uuid>,
    /// What was asked for and consented to.
    pub(crate) scope: Vec<String>,
    /// The `claims` of the request.
    pub(crate) claims: ClaimsRequest,
    /// Audiences beside ourselves.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) resource: Vec<String>,
    /// How the person signed in.
    pub(crate) authentication: Authentication,
    /// What the first tokens were bound to (RFC 7800 `cnf`): later ones are not bound to less.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) cnf: Option<Value>,
}

// Who signed in where is personal.
impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Begun").field("scope", &self.scope).finish_non_exhaustive()
    }
}

impl Begun {
    /// Who acts, where it is not whom the tokens speak of.
    pub(crate) fn agent(&self) -> Option<Principal> {
        self.delegation.map(|_| Principal::of(self.account, self.subject))
    }
}

/// A family as it is now.
#[derive(Debug)]
pub(crate) struct Family {
    pub(crate) id: Uuid,
    pub(crate) session: Option<Uuid>,
    pub(crate) offline: bool,
    pub(crate) begun: Begun,
    /// The claims that the consent names now.
    pub(crate) consented: BTreeSet<&'static str>,
    /// Whether nothing has ended it: not revoked, consent in force, account open, authority in force.
    pub(crate) alive: bool,
}

/// A family to begin.
pub(crate) struct New<'a> {
    pub(crate) id: Uuid,
    pub(crate) grant: Uuid,
    pub(crate) client_id: &'a str,
    pub(crate) session: Option<Uuid>,
    pub(crate) offline: bool,
    pub(crate) begun: &'a Begun,
    /// `sub` at this relying party.
    pub(crate) sub: &'a str,
    /// By which grant type, for the ledger.
    pub(crate) by: &'static str,
}

/// Begins a family: its row, what the session and the consent remember of it, its first refresh token where it has one,
/// all in one statement, and the line of the ledger. Gives the claims that the consent names.
pub(crate) async fn begin(
    conn: &mut PgConnection,
    ctx: &Ctx,
    new: &New<'_>,
    refresh: Option<&Fresh>,
) -> Result<BTreeSet<&'static str>, Error> {
    let detail = serde_json::to_value(new.begun).map_err(|_| Error::Fault("a family's detail"))?;
    let claims: Option<Value> = sqlx::query_scalar(
        "with family as (
             insert into identity.token_family
                 (family_id, grant_id, client_id, session_id, offline, started_at, detail)
             values ($1, $2, $3, $4, $5, $6, $7)
         ), known as (
             insert into identity.client_session (session_id, client_id, sub, family_id)
             select $4::uuid, $3::text, $8::text, $1::uuid where $4 is not null
             on conflict (session_id, client_id) do update set sub = excluded.sub, family_id = excluded.family_id
         ), token as (
             insert into identity.refresh_token (token_hash, family_id, client_id, detail, issued_at, expires_at)
             select $9::bytea, $1::uuid, $3::text, $10::jsonb, $6::timestamptz, $11::timestamptz where $9 is not null
         )
         update identity.oauth_grant set used_at = $6, sub = $8 where grant_id = $2 returning claims",
    )
    .bind(new.id)
    .bind(new.grant)
    .bind(new.client_id)
    .bind(new.session)
    .bind(new.offline)
    .bind(ctx.now())
    .bind(detail)
    .bind(new.sub)
    .bind(refresh.map(|token| token.hash.as_slice()))
    .bind(refresh.map(|token| &token.detail))
    .bind(refresh.map(|token| token.expires_at))
    .fetch_optional(&mut *conn)
    .await?;
    note(conn, ctx, new.begun, "token-issued", new.client_id, new.id, Some(new.by)).await?;
    Ok(claims.as_ref().map(grants::consented).unwrap_or_default())
}

/// The family of this id. For an access token of it, by the hash of its `jti`, also whether that was given back alone.
pub(crate) async fn find(
    conn: &mut PgConnection,
    ctx: &Ctx,
    id: Uuid,
    jti_hash: Option<&[u8]>,
) -> Result<Option<Family>, Error> {
    #[derive(sqlx::FromRow)]
    struct Row {
        session_id: Option<Uuid>,
        offline: bool,
        detail: Value,
        claims: Option<Value>,
        alive: bool,
    }
    let row: Option<Row> = sqlx::query_as(
        "select family.session_id, family.offline, family.detail, consent.claims,
                not exists (select from identity.revoked_token where jti_hash = $3)
                and family.revoked_at is null and consent.withdrawn_at is null and consent.grant_id is not null
                and account.disabled_at is null and account.account_id is not null
                and (family.detail ->> 'delegation' is null or exists (
                    select from identity.delegation
                    where delegation.delegation_id = (family.detail ->> 'delegation')::uuid
                      and delegation.ended_at is null
                      and (delegation.until_day is null or delegation.until_day >= $2))) as alive
         from identity.token_family as family
         left join identity.oauth_grant as consent on consent.grant_id = family.grant_id
         left join identity.account as account on account.account_id = consent.account_id
         where family.family_id = $1",
    )
    .bind(id)
    .bind(ctx.today())
    .bind(jti_hash)
    .fetch_optional(conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let begun = serde_json::from_value(row.detail).map_err(|_| Error::Fault("a family's detail"))?;
    Ok(Some(Family {
        id,
        session: row.session_id,
        offline: row.offline,
        begun,
        consented: row.claims.as_ref().map(grants::consented).unwrap_or_default(),
        alive: row.alive,
    }))
}

/// Ends a family because of `why`. Nothing happens to one that has ended.
pub(crate) async fn revoke(conn: &mut PgConnection, ctx: &Ctx, id: Uuid, why: &'static str) -> Result<(), Error> {
    let ended: Option<(String, Value)> = sqlx::query_as(
        "update identity.token_family set revoked_at = $2 where family_id = $1 and revoked_at is null
         returning client_id, detail",
    )
    .bind(id)
    .bind(ctx.now())
    .fetch_optional(&mut *conn)
    .await?;
    let Some((client, detail)) = ended else { return Ok(()) };
    logout::tell_of_families(conn, ctx, &[id]).await?;
    let begun: Begun = serde_json::from_value(detail).map_err(|_| Error::Fault("a family's detail"))?;
    note(conn, ctx, &begun, "tokens-revoked", &client, id, Some(why)).await
}

/// A line of the ledger for whom the tokens speak of, and for who acts, where that is somebody else.
pub(crate) async fn note(
    conn: &mut PgConnection,
    ctx: &Ctx,
    begun: &Begun,
    event: &'static str,
    client: &str,
    family: Uuid,
    by: Option<&'static str>,
) -> Result<(), Error> {
    let body = json!({
        "event": event, "client": client, "family": family, "by": by, "scope": begun.scope,
        "account": begun.account, "delegation": begun.delegation,
    });
    let mut about = vec![begun.subject];
    if begun.delegation.is_some() {
        about.push(begun.principal.person());
    }
    let entries = about.into_iter().map(|subject| Entry { subject, kind: "system", body: body.clone() }).collect();
    ledger::append_all(conn, ctx, entries).await?;
    Ok(())
}

/// A family that must still be alive.
pub(crate) fn living(family: Option<Family>) -> Result<Family, OAuthError> {
    family
        .filter(|family| family.alive)
        .ok_or_else(|| OAuthError::bad("invalid_grant", "IDN0160", "the grant has ended"))
}
