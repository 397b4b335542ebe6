//! CIBA (OpenID Connect Client-Initiated Backchannel Authentication, Core 1.0), poll mode: a counter or a call centre asks,
//! the person answers on their own phone. The end-point that begins it, and the grant that the client polls with.
//!
//! Whether there is an account behind a hint is not told: to a well-formed hint of nobody the answer is the same, and it
//! stays unanswered until it expires. A counter must not become a way to find out who has an account.

use super::poll::{self, Kind};
use super::{Asked, TokenResponse};
use crate::login;
use crate::openid::asking::{self, NewAsking};
use crate::openid::{OAuthError, Provider};
use kernel::{AccountId, Ctx};
use serde_json::{Value, json};
use time::Duration;
use uuid::Uuid;

/// How long the person has, unless the client asks for less or more within limits.
const GOOD_FOR_S: i64 = 300;
const GOOD_FOR_S_MAX: i64 = 900;
const INTERVAL_S: i32 = 5;
/// A binding message fits a phone and both people can read it out (section 7.1).
const MESSAGE_CHARS_MAX: usize = 100;
pub(crate) const GRANT: &str = "urn:openid:params:grant-type:ciba";

/// The backchannel authentication end-point (section 7).
pub(super) async fn authorize(provider: &Provider, ctx: &Ctx, asked: &Asked) -> Result<Value, OAuthError> {
    let mut request = asking::requested(provider, asked, GRANT)?;
    if !request.scope.iter().any(|scope| scope == "openid") {
        return Err(OAuthError::bad("invalid_scope", "IDN0109", "openid must be among the scopes"));
    }
    let message = asked.form.get("binding_message").map(message).transpose()?;
    let good_for = good_for(asked.form.get("requested_expiry"))?;
    let account = hinted(provider, ctx, asked).await?;
    request.login_hint = None;
    let new = NewAsking {
        kind: Kind::Ciba,
        user_code: None,
        account: Some(account.unwrap_or(AccountId(Uuid::nil()))),
        message,
        good_for: Duration::seconds(good_for),
        interval_s: INTERVAL_S,
        request: &request,
    };
    let auth_req_id = asking::write(provider, ctx, &new).await?;
    Ok(json!({"auth_req_id": auth_req_id, "expires_in": good_for, "interval": INTERVAL_S}))
}

/// Grant `urn:openid:params:grant-type:ciba` (section 10.1).
pub(super) async fn grant(provider: &Provider, ctx: &Ctx, asked: &Asked) -> Result<TokenResponse, OAuthError> {
    poll::grant(provider, ctx, asked, Kind::Ciba, asked.required("auth_req_id")?).await
}

fn message(text: &str) -> Result<&str, OAuthError> {
    let length = text.chars().count();
    if length == 0 || length > MESSAGE_CHARS_MAX || text.chars().any(char::is_control) {
        return Err(OAuthError::bad("invalid_binding_message", "IDN0173", "1 to 100 characters on one line"));
    }
    Ok(text)
}

fn good_for(asked: Option<&str>) -> Result<i64, OAuthError> {
    let Some(text) = asked else { return Ok(GOOD_FOR_S) };
    let seconds: i64 = text.parse().map_err(|_| OAuthError::request("requested_expiry is a number of seconds"))?;
    if seconds <= 0 {
        return Err(OAuthError::request("requested_expiry is a positive number of seconds"));
    }
    Ok(seconds.min(GOOD_FOR_S_MAX))
}

/// Whose phone to ask: exactly one hint (section 7.1).
async fn hinted(provider: &Provider, ctx: &Ctx, asked: &Asked) -> Result<Option<AccountId>, OAuthError> {
    let hints = ["login_hint", "login_hint_token", "id_token_hint"].map(|name| asked.form.get(name));
    let unknown = || OAuthError::bad("unknown_user_id", "IDN0174", "the hint names nobody in a form that is known");
    match hints {
        [Some(login), None, None] => {
            // A name that nobody could have is told, since that says nothing about anybody.
            let login = login::of_person(login).or_else(|_| login::of_officer(&login::normal(login)));
            by_login(provider, &login.map_err(|_| unknown())?).await
        }
        [None, Some(token), None] => {
            let sub = super::hint::signed_by_client(provider, ctx, &asked.by.client, token)?;
            by_sub(provider, &asked.by.client, &sub).await
        }
        [None, None, Some(token)] => {
            let hint = super::hint::id_token(provider, ctx, token).await?;
            if hint.client_id != asked.by.client.id.as_str() {
                return Err(unknown());
            }
            by_sub(provider, &asked.by.client, &hint.sub).await
        }
        _ => Err(OAuthError::request("exactly one of login_hint, login_hint_token and id_token_hint")),
    }
}

async fn by_login(provider: &Provider, login: &str) -> Result<Option<AccountId>, OAuthError> {
    let found: Option<Uuid> = sqlx::query_scalar(
        "select account.account_id from identity.login join identity.account on account.account_id = login.account_id
         where login.login = $1 and account.disabled_at is null",
    )
    .bind(login)
    .fetch_optional(provider.db().pool())
    .await?;
    Ok(found.map(AccountId))
}

/// Who consented before is known by the name that the relying party has for them.
async fn by_sub(
    provider: &Provider,
    client: &crate::openid::Client,
    sub: &str,
) -> Result<Option<AccountId>, OAuthError> {
    let found: Option<Uuid> = sqlx::query_scalar(
        "select account_id from identity.oauth_grant where client_id = $1 and sub = $2 and withdrawn_at is null limit 1",
    )
    .bind(client.id.as_str())
    .bind(sub)
    .fetch_optional(provider.db().pool())
    .await?;
    Ok(found.map(AccountId))
}
