//! An app's codes, set up by their owner: the secret is shown, and kept only once a code of it was typed.

use crate::{Error, Identity, TotpSecret, account, totp};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::{AccountId, Ctx};
use serde_json::json;

impl Identity {
    /// A new secret for the account, and the same sealed, to come back with [`Self::keep_totp`].
    ///
    /// # Errors
    /// When it cannot be sealed.
    pub fn draw_totp(&self, ctx: &Ctx, account: AccountId) -> Result<(TotpSecret, String), Error> {
        let secret = TotpSecret::draw(&ctx.random);
        let sealed = self.keys.seal(&ctx.random, account, secret.as_bytes())?;
        Ok((secret, URL_SAFE_NO_PAD.encode(sealed)))
    }

    /// Opens a sealed secret again, to show it once more.
    ///
    /// # Errors
    /// `Sealed` when it is not one of this account.
    pub fn drawn_totp(&self, account: AccountId, sealed: &str) -> Result<TotpSecret, Error> {
        let sealed = URL_SAFE_NO_PAD.decode(sealed).map_err(|_| Error::Sealed)?;
        totp::reopened(&self.keys.open(account, &sealed)?)
    }

    /// Keeps the secret when the code is one of it: from now on the account's app is this one. Says whether it is.
    ///
    /// # Errors
    /// `Sealed`, `NoSuchAccount`.
    pub async fn keep_totp(&self, ctx: &Ctx, account: AccountId, sealed: &str, code: &str) -> Result<bool, Error> {
        let secret = self.drawn_totp(account, sealed)?;
        let Some(step) = totp::step_of(&secret, code, ctx.now()) else { return Ok(false) };
        let mut tx = self.db.begin().await?;
        let subject = account::must_exist(&mut tx, account).await?;
        self.seal_totp(&mut tx, ctx, account, &secret).await?;
        // The code that was typed here does not sign in as well.
        sqlx::query("update identity.totp set last_step = $2 where account_id = $1")
            .bind(account.0)
            .bind(step)
            .execute(&mut *tx)
            .await?;
        account::log(&mut tx, ctx, subject, json!({"event": "second-factor-replaced", "account": account})).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// Whether the account has an app.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn has_totp(&self, account: AccountId) -> Result<bool, Error> {
        let has = sqlx::query_scalar("select exists (select from identity.totp where account_id = $1)");
        Ok(has.bind(account.0).fetch_one(self.db.pool()).await?)
    }
}
