//! Codes sent to a phone, for accounts without an app. A message can be read by others than its owner (NIST SP 800-63B-4,
//! 3.1.3.3), so an account that has an app does not take them instead of it.

use crate::limits::Origin;
use crate::{Error, Identity, Keys, account, login};
use async_trait::async_trait;
use hmac::{Hmac, KeyInit, Mac};
use kernel::{AccountId, Ctx};
use serde_json::json;
use sha2::Sha256;
use sqlx::PgConnection;
use std::collections::VecDeque;
use std::sync::{Mutex, PoisonError};
use subtle::ConstantTimeEq;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

/// A code is good for so long.
const GOOD: Duration = Duration::minutes(5);
/// So many codes for an account…
const CODES_MAX: i64 = 3;
/// …within so long.
const CODES_WITHIN: Duration = Duration::minutes(15);
/// Wrong guesses at one code.
const TRIES_MAX: i16 = 5;
const KEPT: Duration = Duration::days(1);
const DIGITS: usize = 6;
const CODES: u64 = 1_000_000;
const KEPT_MESSAGES: usize = 100;
const ENDING_DIGITS: usize = 3;
const PHONE_DIGITS: std::ops::RangeInclusive<usize> = 8..=15;

/// A phone's number in international form (E.164). Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Phone(String);

impl std::fmt::Debug for Phone {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Phone(…)")
    }
}

impl Phone {
    /// A number as people write it; without a country's it is Vietnam's.
    ///
    /// # Errors
    /// `PhoneMalformed`.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let plain: String = text.chars().filter(|letter| !" .-()".contains(*letter)).collect();
        let digits = match (plain.strip_prefix('+'), plain.strip_prefix('0')) {
            (Some(rest), _) => rest.to_owned(),
            (None, Some(rest)) => format!("84{rest}"),
            (None, None) => return Err(Error::PhoneMalformed),
        };
        let right = PHONE_DIGITS.contains(&digits.len())
            && digits.bytes().all(|byte| byte.is_ascii_digit())
            && !digits.starts_with('0')
            // A mobile number of Vietnam has nine digits after the country's.
            && digits.strip_prefix("84").is_none_or(|rest| rest.len() == 9 && rest.starts_with(['3', '5', '7', '8', '9']));
        if right { Ok(Self(format!("+{digits}"))) } else { Err(Error::PhoneMalformed) }
    }

    /// The number, for the gateway.
    #[must_use]
    pub fn number(&self) -> &str {
        &self.0
    }
}

/// Sends messages to phones.
#[async_trait]
pub trait MessageGateway: Send + Sync {
    /// Takes a message to be sent. The text holds a code and must not be logged.
    ///
    /// # Errors
    /// A word that says why not, without number or text.
    async fn send(&self, to: &Phone, text: &str) -> Result<(), &'static str>;
}

/// The gateway of the demonstration and of tests: keeps the last messages in memory, for a page that shows them.
#[derive(Default)]
pub struct KeptMessages(Mutex<VecDeque<(String, String)>>);

impl std::fmt::Debug for KeptMessages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("KeptMessages(…)")
    }
}

impl KeptMessages {
    /// Number and text of the last messages, newest first.
    #[must_use]
    pub fn shown(&self) -> Vec<(String, String)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }
}

#[async_trait]
impl MessageGateway for KeptMessages {
    async fn send(&self, to: &Phone, text: &str) -> Result<(), &'static str> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.push_front((to.0.clone(), text.to_owned()));
        kept.truncate(KEPT_MESSAGES);
        Ok(())
    }
}

impl Phone {
    /// The last digits, by which its owner knows it again and a stranger does not.
    #[must_use]
    pub fn ending(&self) -> &str {
        self.0.get(self.0.len().saturating_sub(ENDING_DIGITS)..).unwrap_or_default()
    }
}

#[derive(sqlx::FromRow)]
struct Reached {
    account_id: Uuid,
    sealed: Vec<u8>,
    recent: i64,
}

impl Identity {
    /// Keeps the phone of an account: codes are sent there from now on.
    ///
    /// # Errors
    /// `NoSuchAccount`.
    pub async fn keep_phone(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        account: AccountId,
        phone: &Phone,
    ) -> Result<(), Error> {
        let subject = account::must_exist(conn, account).await?;
        let sealed = self.keys.seal_bound(&ctx.random, &bound(account), phone.0.as_bytes())?;
        sqlx::query(
            "insert into identity.phone (account_id, sealed, kept_at) values ($1, $2, $3)
             on conflict (account_id) do update set sealed = excluded.sealed, kept_at = excluded.kept_at",
        )
        .bind(account.0)
        .bind(sealed)
        .bind(ctx.now())
        .execute(&mut *conn)
        .await?;
        account::log(conn, ctx, subject, json!({"event": "phone-kept", "account": account})).await
    }

    /// Whether messages are sent at all.
    #[must_use]
    pub fn sends_messages(&self) -> bool {
        self.gateway.is_some()
    }

    /// Sends a message, not waited for: the time it takes tells nothing, and a gateway that is slow holds nobody up.
    pub(crate) fn send_message(&self, phone: Phone, text: String) {
        let Some(gateway) = self.gateway.clone() else { return };
        tokio::spawn(async move {
            if let Err(why) = gateway.send(&phone, &text).await {
                tracing::warn!(why, "a message was not sent");
            }
        });
    }

    /// Sends a code to the phone of the account of this name, if there is one that has no app; at most three in a quarter of
    /// an hour. `sentence` says it in the reader's language. The answer is the same when there is none. The message leaves after the answer, so that the time it
    /// takes tells nothing.
    ///
    /// # Errors
    /// `Slowed` when the address has asked or failed too often.
    pub async fn send_code(
        &self,
        ctx: &Ctx,
        login: &str,
        sentence: impl FnOnce(&str) -> String + Send,
        origin: &Origin<'_>,
    ) -> Result<(), Error> {
        // Messages cost: each is charged to the address like a failure, also while the alarm is on.
        self.limits.charge(ctx, origin.address)?;
        let mut tx = self.db.begin().await?;
        let found: Option<Reached> = sqlx::query_as(
            "select account.account_id, phone.sealed,
                    (select count(*) from identity.message_code
                     where message_code.account_id = account.account_id and sent_at > $2) as recent
             from identity.login
             join identity.account on account.account_id = login.account_id and account.disabled_at is null
             join identity.phone on phone.account_id = account.account_id
             where login.login = $1 and not exists (select from identity.totp where totp.account_id = account.account_id)
             for update of account",
        )
        .bind(login::normal(login))
        .bind(ctx.now() - CODES_WITHIN)
        .fetch_optional(&mut *tx)
        .await?;
        let reached = found.filter(|found| found.recent < CODES_MAX);
        let account = reached.as_ref().map_or_else(|| AccountId(ctx.uuid()), |reached| AccountId(reached.account_id));
        let code = draw(ctx);
        let id = ctx.uuid();
        sqlx::query(
            "insert into identity.message_code (account_id, code_id, code_mac, tries, sent_at, expires_at)
             values ($1, $2, $3, 0, $4, $5)",
        )
        .bind(account.0)
        .bind(id)
        .bind(mac(&self.keys, account, id, &code))
        .bind(ctx.now())
        .bind(ctx.now() + GOOD)
        .execute(&mut *tx)
        .await?;
        let Some(reached) = reached.filter(|_| self.sends_messages()) else {
            tx.rollback().await?;
            return Ok(());
        };
        tx.commit().await?;
        let number = self.keys.open_bound(&bound(account), &reached.sealed)?;
        let phone = Phone(String::from_utf8(number).map_err(|_| Error::Sealed)?);
        self.send_message(phone, sentence(&code));
        Ok(())
    }
}

/// A code as it is kept.
#[derive(sqlx::FromRow)]
struct Sent {
    code_id: Uuid,
    code_mac: Vec<u8>,
    tries: i16,
    expires_at: OffsetDateTime,
    used_at: Option<OffsetDateTime>,
}

/// Spends the last code that was sent, if this is it. Each wrong guess counts, and a few end it.
pub(crate) async fn spend(
    conn: &mut PgConnection,
    ctx: &Ctx,
    keys: &Keys,
    account: AccountId,
    code: &str,
) -> Result<bool, Error> {
    let last: Option<Sent> = sqlx::query_as(
        "select code_id, code_mac, tries, expires_at, used_at from identity.message_code
         where account_id = $1 order by sent_at desc, code_id desc limit 1 for update",
    )
    .bind(account.0)
    .fetch_optional(&mut *conn)
    .await?;
    let Some(sent) = last else { return Ok(false) };
    if sent.used_at.is_some() || sent.tries >= TRIES_MAX || sent.expires_at <= ctx.now() {
        return Ok(false);
    }
    let same = bool::from(mac(keys, account, sent.code_id, code).as_slice().ct_eq(&sent.code_mac));
    sqlx::query(
        "update identity.message_code set tries = tries + 1, used_at = $3 where account_id = $1 and code_id = $2",
    )
    .bind(account.0)
    .bind(sent.code_id)
    .bind(same.then(|| ctx.now()))
    .execute(conn)
    .await?;
    Ok(same)
}

/// Forgets codes of yesterday.
pub(crate) async fn sweep(conn: &mut PgConnection, ctx: &Ctx) -> Result<u64, Error> {
    let old = sqlx::query("delete from identity.message_code where sent_at < $1").bind(ctx.now() - KEPT);
    Ok(old.execute(conn).await?.rows_affected())
}

fn draw(ctx: &Ctx) -> String {
    // Of 64 bits, so that no code is likelier than another by more than one in ten million million.
    format!("{:0DIGITS$}", u64::from_le_bytes(ctx.random.bytes()) % CODES)
}

fn bound(account: AccountId) -> Vec<u8> {
    [b"sen/identity/phone/v1\0", &account.0.as_bytes()[..]].concat()
}

fn mac(keys: &Keys, account: AccountId, id: Uuid, code: &str) -> Vec<u8> {
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(&keys.derived("message-code")) else { return Vec::new() };
    mac.update(account.0.as_bytes());
    mac.update(id.as_bytes());
    mac.update(code.as_bytes());
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, number) in
            [("0912 345 678", "+84912345678"), ("(+84) 912.345.678", "+84912345678"), ("+65 8123 4567", "+6581234567")]
        {
            assert_eq!(Phone::parse(text).unwrap().number(), number);
        }
        for bad in [
            "",
            "912345678",
            "0912",
            "0212345678",
            "+84012345678",
            "+0123456789",
            "09123456789",
            "0912345x78",
            "+1234567890123456",
        ] {
            assert!(Phone::parse(bad).is_err(), "{bad}");
        }
    }
}
