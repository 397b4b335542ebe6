//! Signing in on a computer by a phone that is signed in: the computer shows a picture and a number, the phone's owner
//! chooses that number among three. Whoever was sent a picture from afar does not see the number, and one wrong choice
//! ends it.

use super::confirm;
use crate::kept::hash;
use crate::{Assurance, Authentication, Error, Identity, Method, SignedIn};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{AccountId, Ctx};
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use web::Session;

/// The picture is good for so long.
const GOOD: Duration = Duration::minutes(2);
/// Numbers have two digits.
const NUMBER_MIN: i16 = 10;
const NUMBERS: u64 = 90;
const CHOICES: usize = 3;
const DEVICE_CHARS_MAX: usize = 80;

/// What the computer shows.
#[derive(Clone)]
pub struct QrBegun {
    /// In the picture.
    pub token: String,
    /// Beside the picture.
    pub number: i16,
}

impl std::fmt::Debug for QrBegun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("QrBegun(…)")
    }
}

/// What the phone shows.
#[derive(Clone, Debug)]
pub struct QrSeen {
    /// The three numbers.
    pub numbers: Vec<i16>,
    /// What the computer calls itself; may be empty.
    pub device: String,
}

/// What the computer learns when it asks.
#[derive(Debug)]
pub enum QrAnswer {
    /// The phone has not answered.
    Waiting,
    /// The phone refused, or chose wrongly.
    Refused,
    /// Too late, or never begun in this browser.
    Over,
    /// Signed in; told once.
    SignedIn(Box<SignedIn>),
}

#[derive(sqlx::FromRow)]
struct Row {
    number: i16,
    numbers: Vec<i16>,
    device: String,
}

impl Identity {
    /// Begins; `browser` is a secret of the computer's browser, which alone may ask how it went.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn qr_begin(&self, ctx: &Ctx, browser: &str, device: &str) -> Result<QrBegun, Error> {
        let token = URL_SAFE_NO_PAD.encode(ctx.random.bytes::<24>());
        let mut numbers: Vec<i16> = Vec::new();
        while numbers.len() < CHOICES {
            let drawn = NUMBER_MIN + i16::try_from(ctx.random.below(NUMBERS)).unwrap_or(0);
            if !numbers.contains(&drawn) {
                numbers.push(drawn);
            }
        }
        let at = usize::try_from(ctx.random.below(CHOICES as u64)).unwrap_or(0);
        let number = numbers[at];
        let mut tx = self.db.begin().await?;
        sqlx::query("delete from identity.qr_sign_in where browser_hash = $1 or expires_at < $2")
            .bind(hash(browser))
            .bind(ctx.now())
            .execute(&mut *tx)
            .await?;
        sqlx::query(
            "insert into identity.qr_sign_in (browser_hash, token_hash, number, numbers, device, state, expires_at)
             values ($1, $2, $3, $4, $5, 'waiting', $6)",
        )
        .bind(hash(browser))
        .bind(hash(&token))
        .bind(number)
        .bind(&numbers)
        .bind(device.chars().take(DEVICE_CHARS_MAX).collect::<String>())
        .bind(ctx.now() + GOOD)
        .execute(&mut *tx)
        .await?;
        tx.commit().await?;
        Ok(QrBegun { token, number })
    }

    /// What the phone that scanned the picture shows; nothing when it is too late.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn qr_seen(&self, ctx: &Ctx, token: &str) -> Result<Option<QrSeen>, Error> {
        let row: Option<Row> = sqlx::query_as(
            "select number, numbers, device from identity.qr_sign_in
             where token_hash = $1 and state = 'waiting' and expires_at > $2",
        )
        .bind(hash(token))
        .bind(ctx.now())
        .fetch_optional(self.db.pool())
        .await?;
        Ok(row.map(|row| QrSeen { numbers: row.numbers, device: row.device }))
    }

    /// The phone's owner chooses a number, or none of them. Says whether the computer signs in now.
    ///
    /// # Errors
    /// `Refused` when it is too late.
    pub async fn qr_choose(
        &self,
        ctx: &Ctx,
        session: &Session,
        token: &str,
        chosen: Option<i16>,
    ) -> Result<bool, Error> {
        let mut tx = self.db.begin().await?;
        let row: Option<Row> = sqlx::query_as(
            "select number, numbers, device from identity.qr_sign_in
             where token_hash = $1 and state = 'waiting' and expires_at > $2 for update",
        )
        .bind(hash(token))
        .bind(ctx.now())
        .fetch_optional(&mut *tx)
        .await?;
        let row = row.ok_or(Error::Refused)?;
        let right = chosen == Some(row.number);
        // The computer is known no better than the phone, and never better than two factors.
        let methods = confirm::so_far(session);
        let assurance = Assurance::of(&methods).min(Assurance::Two);
        let methods: Vec<Method> = std::iter::once(Method::Qr).chain(methods).collect();
        let authentication = Authentication { assurance, methods, at: ctx.now() };
        sqlx::query(
            "update identity.qr_sign_in set state = $2, account_id = $3, authentication = $4 where token_hash = $1",
        )
        .bind(hash(token))
        .bind(if right { "approved" } else { "refused" })
        .bind(session.account.0)
        .bind(Self::written(&authentication))
        .execute(&mut *tx)
        .await?;
        if !right {
            let subject = crate::account::must_exist(&mut tx, session.account).await?;
            let body = json!({"event": "qr-refused", "account": session.account, "device": row.device});
            crate::account::log(&mut tx, ctx, subject, body).await?;
        }
        tx.commit().await?;
        Ok(right)
    }

    /// Whether the phone has not answered yet.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn qr_waits(&self, ctx: &Ctx, browser: &str) -> Result<bool, Error> {
        let waits = sqlx::query_scalar(
            "select exists (select from identity.qr_sign_in where browser_hash = $1 and state = 'waiting' and expires_at > $2)",
        );
        Ok(waits.bind(hash(browser)).bind(ctx.now()).fetch_one(self.db.pool()).await?)
    }

    /// How it went, for the computer.
    ///
    /// # Errors
    /// `NothingToActAs`, or when the table cannot be read.
    pub async fn qr_poll(&self, ctx: &Ctx, browser: &str) -> Result<QrAnswer, Error> {
        type Known = (String, Option<Uuid>, Option<serde_json::Value>, OffsetDateTime);
        let mut tx = self.db.begin().await?;
        let known: Option<Known> = sqlx::query_as(
            "select state, account_id, authentication, expires_at from identity.qr_sign_in
             where browser_hash = $1 for update",
        )
        .bind(hash(browser))
        .fetch_optional(&mut *tx)
        .await?;
        let Some((state, account, authentication, until)) = known.filter(|known| known.3 > ctx.now()) else {
            return Ok(QrAnswer::Over);
        };
        let (account, authentication) = match (&*state, account, authentication) {
            ("approved", Some(account), Some(authentication)) => (AccountId(account), authentication),
            ("waiting", ..) => return Ok(QrAnswer::Waiting),
            _ => return Ok(QrAnswer::Refused),
        };
        tracing::debug!(%until, "a computer signs in by a phone");
        sqlx::query("delete from identity.qr_sign_in where browser_hash = $1")
            .bind(hash(browser))
            .execute(&mut *tx)
            .await?;
        let authentication: Authentication =
            serde_json::from_value(authentication).map_err(|_| Error::Fault("a kept authentication is none"))?;
        let mut signed_in = self.known(&mut tx, ctx, account, authentication.methods.clone()).await?;
        signed_in.authentication = authentication;
        tx.commit().await?;
        Ok(QrAnswer::SignedIn(Box::new(signed_in)))
    }

    /// Forgets challenges and pictures that nobody answered in time. For the daily housekeeping.
    ///
    /// # Errors
    /// When a table cannot be written.
    pub async fn sweep_challenges(&self, ctx: &Ctx) -> Result<u64, Error> {
        let mut swept = 0;
        for table in [
            "delete from identity.ceremony where expires_at < $1",
            "delete from identity.qr_sign_in where expires_at < $1",
        ] {
            swept += sqlx::query(table).bind(ctx.now()).execute(self.db.pool()).await?.rows_affected();
        }
        Ok(swept)
    }
}
