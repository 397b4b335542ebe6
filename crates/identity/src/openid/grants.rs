//! What a person has consented to, seen from the person: the list, and taking it back.

use super::Provider;
use super::interaction::ClientShown;
use super::logout;
use crate::{Error, account as accounts};
use kernel::{AccountId, Ctx, SubjectId};
use ledger::Entry;
use serde_json::json;
use sqlx::PgConnection;
use std::collections::BTreeSet;
use time::OffsetDateTime;
use uuid::Uuid;

/// A consent in force.
#[derive(Clone, Debug)]
pub struct GrantShown {
    /// Names it.
    pub id: Uuid,
    /// To whom.
    pub client: ClientShown,
    /// Scopes.
    pub scopes: Vec<String>,
    /// Names of the claims that may be told.
    pub claims: Vec<String>,
    /// When it was given.
    pub given_at: OffsetDateTime,
    /// When it was last used.
    pub used_at: Option<OffsetDateTime>,
}

#[derive(sqlx::FromRow)]
struct Row {
    grant_id: Uuid,
    client_id: String,
    scopes: Vec<String>,
    claims: serde_json::Value,
    given_at: OffsetDateTime,
    used_at: Option<OffsetDateTime>,
}

impl Provider {
    /// The consents of an account that are in force, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn grants_of(&self, ctx: &Ctx, account: AccountId) -> Result<Vec<GrantShown>, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "select grant_id, client_id, scopes, claims, given_at, used_at from identity.oauth_grant
             where account_id = $1 and withdrawn_at is null order by given_at desc, grant_id",
        )
        .bind(account.0)
        .fetch_all(self.db().pool())
        .await?;
        let mut shown = Vec::with_capacity(rows.len());
        for row in rows {
            let Some(client) = self.shown(ctx, &row.client_id).await? else { continue };
            let claims = consented(&row.claims).into_iter().map(str::to_owned).collect();
            let Row { grant_id: id, scopes, given_at, used_at, .. } = row;
            shown.push(GrantShown { id, client, scopes, claims, given_at, used_at });
        }
        Ok(shown)
    }

    /// Takes a consent back: every token of it ends at once, and the relying party is told that the person has logged out.
    ///
    /// # Errors
    /// `NoSuchGrant` when the account has no such consent in force.
    pub async fn withdraw(&self, ctx: &Ctx, account: AccountId, grant: Uuid) -> Result<(), Error> {
        let mut tx = self.db().begin().await?;
        let client: Option<String> = sqlx::query_scalar(
            "update identity.oauth_grant set withdrawn_at = $3
             where grant_id = $1 and account_id = $2 and withdrawn_at is null returning client_id",
        )
        .bind(grant)
        .bind(account.0)
        .bind(ctx.now())
        .fetch_optional(&mut *tx)
        .await?;
        let client = client.ok_or(Error::NoSuchGrant)?;
        let families: Vec<Uuid> = sqlx::query_scalar(
            "update identity.token_family set revoked_at = $2 where grant_id = $1 and revoked_at is null
             returning family_id",
        )
        .bind(grant)
        .bind(ctx.now())
        .fetch_all(&mut *tx)
        .await?;
        logout::tell_of_families(&mut tx, ctx, &families).await?;
        let subject = accounts::must_exist(&mut tx, account).await?;
        let body = json!({
            "event": "consent-withdrawn", "client": client, "grant": grant, "families": families.len(), "by": ctx.actor,
        });
        ledger::append(&mut tx, ctx, Entry { subject, kind: "change", body }).await?;
        tx.commit().await?;
        Ok(())
    }
}

/// The claims that the column names.
pub(crate) fn consented(column: &serde_json::Value) -> BTreeSet<&'static str> {
    let names = column.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(serde_json::Value::as_str);
    names.filter_map(super::claims::find).map(|claim| claim.name).collect()
}

/// Who holds an open account.
pub(crate) struct Holder {
    pub(crate) subject: Option<SubjectId>,
    pub(crate) level: Option<u8>,
}

/// The holder of an account that is open.
pub(crate) async fn holder(conn: &mut PgConnection, account: AccountId) -> Result<Option<Holder>, Error> {
    let found: Option<(Option<Uuid>, Option<i16>)> =
        sqlx::query_as("select subject_id, level from identity.account where account_id = $1 and disabled_at is null")
            .bind(account.0)
            .fetch_optional(conn)
            .await?;
    Ok(found.map(|(subject, level)| Holder {
        subject: subject.map(SubjectId),
        level: level.and_then(|level| u8::try_from(level).ok()),
    }))
}
