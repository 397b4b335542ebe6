//! Passkeys (WebAuthn level 3). The owner's device is asked to verify its owner every time.

use crate::{Assurance, Authentication, Error, Identity, Method, SignedIn, account};
use kernel::text::hex;
use kernel::{AccountId, Ctx};
use ledger::Entry;
use serde_json::{Value, json};
use sqlx::PgConnection;
use std::sync::Arc;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;
use web::Session;
use webauthn_rs::prelude::{
    DiscoverableAuthentication, DiscoverableKey, Passkey, PasskeyAuthentication, PasskeyRegistration,
    PublicKeyCredential, RegisterPublicKeyCredential, Url, Webauthn, WebauthnBuilder,
};

/// A challenge is answered within so long.
const CHALLENGE: Duration = Duration::minutes(5);
/// Passkeys of one account.
const PASSKEYS_MAX: i64 = 20;
const NAME_CHARS_MAX: usize = 60;
/// What the device shows as the site's name.
const SITE: &str = "Sen";

/// For which site passkeys are. Cheap to clone.
#[derive(Clone)]
pub struct Passkeys(Arc<Webauthn>);

impl std::fmt::Debug for Passkeys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passkeys")
    }
}

impl Passkeys {
    /// Passkeys of the site at this origin. WebAuthn knows no addresses of numbers: for `http://127.0.0.1:8080` they are
    /// those of `http://localhost:8080`.
    ///
    /// # Errors
    /// `Fault` when it is no origin.
    pub fn of(origin: &str) -> Result<Self, Error> {
        let named = origin.replace("//127.0.0.1", "//localhost").replace("//[::1]", "//localhost");
        let fault = |_| Error::Fault("passkeys need an origin with a name");
        let url = Url::parse(&named).map_err(|_| Error::Fault("passkeys need an origin"))?;
        let domain = url.domain().ok_or(Error::Fault("passkeys need an origin with a name"))?;
        let builder = WebauthnBuilder::new(domain, &url).map_err(fault)?;
        Ok(Self(Arc::new(builder.rp_name(SITE).build().map_err(fault)?)))
    }
}

/// What a browser is asked, and what names the question.
#[derive(Clone, Debug)]
pub struct Ceremony {
    /// To come back with the answer.
    pub state: Uuid,
    /// For `navigator.credentials`.
    pub options: Value,
}

/// A passkey, as its owner sees it in a list.
#[derive(Clone, Debug)]
pub struct PasskeyShown {
    /// Names it: its credential's id in hexadecimal.
    pub id: String,
    /// What the owner calls it.
    pub name: String,
    /// When it was added.
    pub added_at: OffsetDateTime,
    /// When it was last used.
    pub used_at: Option<OffsetDateTime>,
}

/// A passkey of the table.
#[derive(sqlx::FromRow)]
struct Row {
    credential_id: Vec<u8>,
    name: String,
    credential: Value,
    added_at: OffsetDateTime,
    used_at: Option<OffsetDateTime>,
}

impl Row {
    fn passkey(&self) -> Result<Passkey, Error> {
        serde_json::from_value(self.credential.clone()).map_err(|_| Error::Fault("a passkey of the table is none"))
    }
}

async fn rows(conn: &mut PgConnection, account: AccountId) -> Result<Vec<Row>, Error> {
    let rows = sqlx::query_as(
        "select credential_id, name, credential, added_at, used_at from identity.passkey
         where account_id = $1 order by added_at, credential_id",
    );
    Ok(rows.bind(account.0).fetch_all(conn).await?)
}

impl Identity {
    /// The passkeys of an account, oldest first.
    ///
    /// # Errors
    /// When the table cannot be read.
    pub async fn passkeys(&self, account: AccountId) -> Result<Vec<PasskeyShown>, Error> {
        let mut conn = self.db.pool().acquire().await?;
        let shown = |row: Row| PasskeyShown {
            id: hex(&row.credential_id),
            name: row.name,
            added_at: row.added_at,
            used_at: row.used_at,
        };
        Ok(rows(&mut conn, account).await?.into_iter().map(shown).collect())
    }

    /// Begins to add a passkey to an account.
    ///
    /// # Errors
    /// `NoSuchAccount`, `Refused` when it has too many.
    pub async fn passkey_register_begin(
        &self,
        ctx: &Ctx,
        site: &Passkeys,
        account: AccountId,
    ) -> Result<Ceremony, Error> {
        let mut conn = self.db.pool().acquire().await?;
        let label: Option<String> =
            sqlx::query_scalar("select label from identity.account where account_id = $1 and disabled_at is null")
                .bind(account.0)
                .fetch_optional(&mut *conn)
                .await?;
        let label = label.ok_or(Error::NoSuchAccount)?;
        let known = rows(&mut conn, account).await?;
        if i64::try_from(known.len()).unwrap_or(i64::MAX) >= PASSKEYS_MAX {
            return Err(Error::Refused);
        }
        let exclude = known.iter().map(|row| row.credential_id.clone()).collect();
        let begun = site.0.start_passkey_registration(account.0, &label, &label, Some(exclude));
        let (options, state) = begun.map_err(|_| Error::Fault("no challenge"))?;
        let mut options = serde_json::to_value(options).map_err(|_| Error::Fault("no challenge"))?;
        // Kept by the device under our name: its owner need not type who they are.
        options["publicKey"]["authenticatorSelection"]["residentKey"] = json!("required");
        options["publicKey"]["authenticatorSelection"]["requireResidentKey"] = json!(true);
        let state = keep(&mut conn, ctx, "register", Some(account), &state).await?;
        Ok(Ceremony { state, options })
    }

    /// Adds the passkey that answers the challenge.
    ///
    /// # Errors
    /// `Refused` when the answer is not right, or too late.
    pub async fn passkey_register_finish(
        &self,
        ctx: &Ctx,
        site: &Passkeys,
        account: AccountId,
        state: Uuid,
        name: &str,
        credential: Value,
    ) -> Result<(), Error> {
        let mut tx = self.db.begin().await?;
        let state: PasskeyRegistration = take(&mut tx, ctx, "register", Some(account), state).await?;
        let answer: RegisterPublicKeyCredential = serde_json::from_value(credential).map_err(|_| Error::Refused)?;
        let passkey = site.0.finish_passkey_registration(&answer, &state).map_err(|_| Error::Refused)?;
        let name: String = name.trim().chars().take(NAME_CHARS_MAX).collect();
        sqlx::query(
            "insert into identity.passkey (account_id, credential_id, name, credential, added_at)
             values ($1, $2, $3, $4, $5) on conflict do nothing",
        )
        .bind(account.0)
        .bind(passkey.cred_id().as_slice())
        .bind(if name.is_empty() { SITE } else { &name })
        .bind(serde_json::to_value(&passkey).map_err(|_| Error::Fault("a passkey does not serialize"))?)
        .bind(ctx.now())
        .execute(&mut *tx)
        .await?;
        let subject = account::must_exist(&mut tx, account).await?;
        account::log(&mut tx, ctx, subject, json!({"event": "passkey-added", "account": account})).await?;
        tx.commit().await?;
        Ok(())
    }

    /// Takes a passkey away. Says whether there was one.
    ///
    /// # Errors
    /// `NoSuchAccount`.
    pub async fn remove_passkey(&self, ctx: &Ctx, account: AccountId, id: &str) -> Result<bool, Error> {
        let mut tx = self.db.begin().await?;
        let subject = account::must_exist(&mut tx, account).await?;
        let removed =
            sqlx::query("delete from identity.passkey where account_id = $1 and encode(credential_id, 'hex') = $2");
        let removed = removed.bind(account.0).bind(id).execute(&mut *tx).await?.rows_affected() > 0;
        if removed {
            account::log(&mut tx, ctx, subject, json!({"event": "passkey-removed", "account": account})).await?;
        }
        tx.commit().await?;
        Ok(removed)
    }

    /// Begins a sign-in by a passkey. The device knows for whom; nobody learns here who has passkeys.
    ///
    /// # Errors
    /// When the table cannot be written.
    pub async fn passkey_sign_in_begin(&self, ctx: &Ctx, site: &Passkeys) -> Result<Ceremony, Error> {
        let (options, state) = site.0.start_discoverable_authentication().map_err(|_| Error::Fault("no challenge"))?;
        let options = serde_json::to_value(options).map_err(|_| Error::Fault("no challenge"))?;
        let mut conn = self.db.pool().acquire().await?;
        let state = keep(&mut conn, ctx, "sign-in", None, &state).await?;
        Ok(Ceremony { state, options })
    }

    /// Signs in by the answer.
    ///
    /// # Errors
    /// `Refused` when it is not right, or too late; `NothingToActAs`.
    pub async fn passkey_sign_in_finish(
        &self,
        ctx: &Ctx,
        site: &Passkeys,
        state: Uuid,
        credential: Value,
    ) -> Result<SignedIn, Error> {
        let mut tx = self.db.begin().await?;
        let state: DiscoverableAuthentication = take(&mut tx, ctx, "sign-in", None, state).await?;
        let answer: PublicKeyCredential = serde_json::from_value(credential).map_err(|_| Error::Refused)?;
        let (account, id) = site.0.identify_discoverable_authentication(&answer).map_err(|_| Error::Refused)?;
        let account = AccountId(account);
        let row =
            rows(&mut tx, account).await?.into_iter().find(|row| row.credential_id == id).ok_or(Error::Refused)?;
        let mut passkey = row.passkey()?;
        let key = DiscoverableKey::from(&passkey);
        let result = site.0.finish_discoverable_authentication_v2(&answer, state, &key).map_err(|_| Error::Refused)?;
        passkey.update_credential(&result);
        used(&mut tx, ctx, account, &row.credential_id, &passkey).await?;
        let signed_in = self.known(&mut tx, ctx, account, vec![Method::Passkey]).await?;
        tx.commit().await?;
        Ok(signed_in)
    }

    /// Begins to prove more in a session by one of the account's passkeys.
    ///
    /// # Errors
    /// `Refused` when it has none.
    pub async fn passkey_confirm_begin(
        &self,
        ctx: &Ctx,
        site: &Passkeys,
        account: AccountId,
    ) -> Result<Ceremony, Error> {
        let mut conn = self.db.pool().acquire().await?;
        let keys = rows(&mut conn, account).await?.iter().map(Row::passkey).collect::<Result<Vec<_>, _>>()?;
        if keys.is_empty() {
            return Err(Error::Refused);
        }
        let (options, state) = site.0.start_passkey_authentication(&keys).map_err(|_| Error::Fault("no challenge"))?;
        let options = serde_json::to_value(options).map_err(|_| Error::Fault("no challenge"))?;
        let state = keep(&mut conn, ctx, "confirm", Some(account), &state).await?;
        Ok(Ceremony { state, options })
    }

    /// Adds the passkey to what the session's owner proved.
    ///
    /// # Errors
    /// `Refused` when the answer is not right, or too late.
    pub async fn passkey_confirm_finish(
        &self,
        ctx: &Ctx,
        site: &Passkeys,
        session: &Session,
        state: Uuid,
        credential: Value,
    ) -> Result<Authentication, Error> {
        let mut tx = self.db.begin().await?;
        let state: PasskeyAuthentication = take(&mut tx, ctx, "confirm", Some(session.account), state).await?;
        let answer: PublicKeyCredential = serde_json::from_value(credential).map_err(|_| Error::Refused)?;
        let result = site.0.finish_passkey_authentication(&answer, &state).map_err(|_| Error::Refused)?;
        let rows = rows(&mut tx, session.account).await?;
        let row = rows.iter().find(|row| row.credential_id == result.cred_id().as_slice()).ok_or(Error::Refused)?;
        let mut passkey = row.passkey()?;
        passkey.update_credential(&result);
        used(&mut tx, ctx, session.account, &row.credential_id, &passkey).await?;
        let subject = account::must_exist(&mut tx, session.account).await?;
        let authentication =
            self.proved(&mut tx, ctx, session, subject.map(|subject| subject.0), &[Method::Passkey]).await?;
        tx.commit().await?;
        Ok(authentication)
    }

    /// Who an account is, once it has proved itself by these methods: as [`Identity::sign_in`], without its password.
    pub(crate) async fn known(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        account: AccountId,
        methods: Vec<Method>,
    ) -> Result<SignedIn, Error> {
        let found: Option<(String, Option<Uuid>)> = sqlx::query_as(
            "select label, subject_id from identity.account where account_id = $1 and disabled_at is null",
        )
        .bind(account.0)
        .fetch_optional(&mut *conn)
        .await?;
        let (label, subject) = found.ok_or(Error::Refused)?;
        let choices = crate::sign_in::choices_of(conn, ctx, account, &self.trainings).await?;
        let body = json!({"event": "signed-in", "account": account, "methods": methods});
        crate::event::note(conn, ctx, &body).await?;
        ledger::append(conn, ctx, Entry { subject: subject.map(kernel::SubjectId), kind: "system", body }).await?;
        let authentication = Authentication { assurance: Assurance::of(&methods), methods, at: ctx.now() };
        Ok(SignedIn { account, choices, label, authentication })
    }
}

async fn used(
    conn: &mut PgConnection,
    ctx: &Ctx,
    account: AccountId,
    id: &[u8],
    passkey: &Passkey,
) -> Result<(), Error> {
    let used = sqlx::query(
        "update identity.passkey set credential = $3, used_at = $4 where account_id = $1 and credential_id = $2",
    );
    let credential = serde_json::to_value(passkey).map_err(|_| Error::Fault("a passkey does not serialize"))?;
    used.bind(account.0).bind(id).bind(credential).bind(ctx.now()).execute(conn).await?;
    Ok(())
}

async fn keep<T: serde::Serialize>(
    conn: &mut PgConnection,
    ctx: &Ctx,
    kind: &str,
    account: Option<AccountId>,
    state: &T,
) -> Result<Uuid, Error> {
    let id = ctx.uuid();
    let state = serde_json::to_value(state).map_err(|_| Error::Fault("a challenge does not serialize"))?;
    sqlx::query(
        "insert into identity.ceremony (ceremony_id, kind, account_id, state, expires_at) values ($1, $2, $3, $4, $5)",
    )
    .bind(id)
    .bind(kind)
    .bind(account.map(|account| account.0))
    .bind(state)
    .bind(ctx.now() + CHALLENGE)
    .execute(conn)
    .await?;
    Ok(id)
}

/// A challenge that was given, once and in time.
async fn take<T: serde::de::DeserializeOwned>(
    conn: &mut PgConnection,
    ctx: &Ctx,
    kind: &str,
    account: Option<AccountId>,
    id: Uuid,
) -> Result<T, Error> {
    let state: Option<Value> = sqlx::query_scalar(
        "delete from identity.ceremony where ceremony_id = $1 and kind = $2 and account_id is not distinct from $3
           and expires_at > $4 returning state",
    )
    .bind(id)
    .bind(kind)
    .bind(account.map(|account| account.0))
    .bind(ctx.now())
    .fetch_optional(conn)
    .await?;
    serde_json::from_value(state.ok_or(Error::Refused)?).map_err(|_| Error::Fault("a kept challenge is none"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_site_has_a_name() {
        for (origin, good) in [
            ("https://dichvucong.example", true),
            ("http://127.0.0.1:8080", true),
            ("http://localhost:8080", true),
            ("https://10.0.0.1", false),
            ("nothing", false),
        ] {
            assert_eq!(Passkeys::of(origin).is_ok(), good, "{origin}");
        }
    }
}
