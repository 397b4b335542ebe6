//! What a person has to agree to, and the record of having agreed.

use super::claims;
use super::{AuthorizationRequest, ClaimsRequest, Client};
use crate::Error;
use kernel::{AccountId, Ctx, SubjectId};
use ledger::Entry;
use serde_json::{Map, Value, json};
use sqlx::{FromRow, PgConnection};
use std::collections::BTreeSet;
use uuid::Uuid;

/// What stands before the name of a claim that the person would not give: kept so that they are not asked again and again.
const DECLINED: char = '-';

/// One claim on the page where a person decides.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ClaimShown {
    /// Its name.
    pub name: String,
    /// What the client wants it for.
    pub purpose: Option<String>,
    /// Whether the client cannot do without: one agrees to it, or refuses the whole.
    pub essential: bool,
    /// Whether the person gave it to this client before.
    pub known_before: bool,
}

/// A consent in force.
#[derive(FromRow)]
pub(crate) struct Open {
    scopes: Vec<String>,
    claims: Value,
}

impl Open {
    fn names(&self) -> impl Iterator<Item = &str> {
        self.claims.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(Value::as_str)
    }

    fn gave(&self, claim: &str) -> bool {
        self.names().any(|name| name == claim)
    }

    fn declined(&self, claim: &str) -> bool {
        self.names().any(|name| name.strip_prefix(DECLINED) == Some(claim))
    }
}

/// The consent of an account to a client that is in force.
pub(crate) async fn open(conn: &mut PgConnection, account: AccountId, client: &str) -> Result<Option<Open>, Error> {
    let found = sqlx::query_as(
        "select scopes, claims from identity.oauth_grant
         where account_id = $1 and client_id = $2 and withdrawn_at is null",
    )
    .bind(account.0)
    .bind(client)
    .fetch_optional(conn)
    .await?;
    Ok(found)
}

/// The claims that a request asks for: those of its scopes, which come with the scope, and those by name.
pub(crate) fn asked(request: &AuthorizationRequest, before: Option<&Open>) -> Vec<ClaimShown> {
    let of_scopes = claims::of_scopes(request.scope.iter().map(String::as_str));
    let ClaimsRequest { userinfo, id_token } = &request.claims;
    let named: BTreeSet<&'static str> = claims::named(userinfo).union(&claims::named(id_token)).copied().collect();
    claims::CLAIMS
        .iter()
        .map(|claim| claim.name)
        .filter(|name| of_scopes.contains(name) || named.contains(name))
        .map(|name| {
            let wishes = || wishes(userinfo, name).chain(wishes(id_token, name));
            let essential = |wish: &Value| wish.get("essential").and_then(Value::as_bool).unwrap_or(false);
            let purpose = wishes().find_map(|wish| wish.get("purpose").and_then(Value::as_str));
            ClaimShown {
                name: name.to_owned(),
                purpose: purpose.map(str::to_owned),
                essential: of_scopes.contains(name) || wishes().any(essential),
                known_before: before.is_some_and(|open| open.gave(name)),
            }
        })
        .collect()
}

/// Everything that is wished of a claim, within `verified_claims` too.
fn wishes<'a>(half: &'a Map<String, Value>, name: &'a str) -> impl Iterator<Item = &'a Value> {
    let elements = match half.get("verified_claims") {
        Some(Value::Array(several)) => several.as_slice(),
        Some(one) => std::slice::from_ref(one),
        None => &[],
    };
    half.get(name).into_iter().chain(elements.iter().filter_map(move |element| element.get("claims")?.get(name)))
}

/// Whether the person must be asked: something is asked for that they neither gave nor declined before.
pub(crate) fn must_ask(request: &AuthorizationRequest, before: Option<&Open>) -> bool {
    let Some(open) = before else { return true };
    let scopes = request.scope.iter().all(|scope| open.scopes.contains(scope));
    let known = |claim: &ClaimShown| claim.known_before || (!claim.essential && open.declined(&claim.name));
    !scopes || !asked(request, before).iter().all(known)
}

/// Who agrees.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Holder {
    pub(crate) account: AccountId,
    pub(crate) subject: Option<SubjectId>,
}

/// Records what a person gives to a client, on top of what they gave before. Gives the consent's id.
pub(crate) async fn give(
    conn: &mut PgConnection,
    ctx: &Ctx,
    client: &Client,
    holder: Holder,
    request: &AuthorizationRequest,
    chosen: &[String],
) -> Result<Uuid, Error> {
    let before = open(conn, holder.account, client.id.as_str()).await?;
    let mut names: BTreeSet<String> = before.iter().flat_map(Open::names).map(str::to_owned).collect();
    for claim in asked(request, before.as_ref()) {
        let given = claim.essential || chosen.contains(&claim.name);
        let declined = format!("{DECLINED}{}", claim.name);
        if given {
            names.remove(&declined);
            names.insert(claim.name);
        } else if !names.contains(&claim.name) {
            names.insert(declined);
        }
    }
    let mut scopes = before.map(|open| open.scopes).unwrap_or_default();
    scopes.extend(request.scope.iter().filter(|scope| !scopes.contains(scope)).cloned().collect::<Vec<_>>());
    let given: Vec<&String> = names.iter().filter(|name| !name.starts_with(DECLINED)).collect();
    let body = json!({
        "event": "consent-given", "client": client.id, "scopes": scopes, "claims": given, "by": ctx.actor,
    });
    let entry = Entry { subject: holder.subject, kind: "change", body };
    let grant: Uuid = sqlx::query_scalar(
        "insert into identity.oauth_grant (grant_id, account_id, client_id, scopes, claims, given_at, used_at)
         values ($1, $2, $3, $4, $5, $6, $6)
         on conflict (account_id, client_id) where withdrawn_at is null
         do update set scopes = $4, claims = $5, used_at = $6
         returning grant_id",
    )
    .bind(ctx.uuid())
    .bind(holder.account.0)
    .bind(client.id.as_str())
    .bind(&scopes)
    .bind(json!(names))
    .bind(ctx.now())
    .fetch_one(&mut *conn)
    .await?;
    ledger::append(conn, ctx, entry).await?;
    Ok(grant)
}

/// Notes that a consent in force is used again. Gives its id; nothing when it was withdrawn meanwhile.
pub(crate) async fn again(
    conn: &mut PgConnection,
    ctx: &Ctx,
    account: AccountId,
    client: &str,
) -> Result<Option<Uuid>, Error> {
    let grant = sqlx::query_scalar(
        "update identity.oauth_grant set used_at = $3
         where account_id = $1 and client_id = $2 and withdrawn_at is null returning grant_id",
    )
    .bind(account.0)
    .bind(client)
    .bind(ctx.now())
    .fetch_optional(conn)
    .await?;
    Ok(grant)
}
