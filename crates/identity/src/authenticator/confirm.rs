//! Proving more in a session that has begun, because a relying party asks for it or because something weighs much.

use super::{looks_like_recovery, spend_recovery};
use crate::password::PasswordHash;
use crate::{Assurance, Authentication, Error, Identity, Likeness, Method, lockout, totp};
use kernel::{AccountId, Ctx};
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;
use web::Session;

/// What is typed to prove more. Never shown.
#[derive(Clone, Copy, Default)]
pub struct Proof<'a> {
    /// The password.
    pub password: Option<&'a str>,
    /// A code of the app, or a recovery code.
    pub code: Option<&'a str>,
    /// A picture of the face, taken now.
    pub face: Option<&'a [u8]>,
}

impl std::fmt::Debug for Proof<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Proof(…)")
    }
}

#[derive(sqlx::FromRow)]
struct Known {
    login: String,
    subject_id: Option<Uuid>,
    password_hash: String,
    sealed: Option<Vec<u8>>,
}

/// How the owner of a session was authenticated; as one who proved nothing where it does not say.
pub(crate) fn so_far(session: &Session) -> Vec<Method> {
    serde_json::from_value::<Authentication>(session.authentication.clone())
        .map(|known| known.methods)
        .unwrap_or_default()
}

impl Identity {
    /// Adds what is proved now to a session. The portal then gives the session a new token ([`web::strengthen`]). A wrong
    /// proof counts like a failed sign-in.
    ///
    /// # Errors
    /// `Refused`, `Locked`, `Busy`; `FaceNotSeen` when the picture is not the person's, or faces prove nothing here.
    pub async fn confirm(&self, ctx: &Ctx, session: &Session, proof: Proof<'_>) -> Result<Authentication, Error> {
        let known: Option<Known> = sqlx::query_as(
            "select login.login, account.subject_id, account.password_hash, totp.sealed
             from identity.account
             join identity.login on login.account_id = account.account_id
             left join identity.totp on totp.account_id = account.account_id
             where account.account_id = $1 and account.disabled_at is null",
        )
        .bind(session.account.0)
        .fetch_optional(self.db.pool())
        .await?;
        let known = known.ok_or(Error::NoSuchAccount)?;
        let attempt = lockout::begin(&self.db, ctx, &known.login).await?;
        let mut proved = Vec::new();
        if let Some(password) = proof.password {
            let hash = PasswordHash(known.password_hash.as_str().into());
            if !self.hasher.verify(password, Some(hash)).await? {
                return Err(Error::Refused);
            }
            proved.push(Method::Password);
        }
        if let Some(image) = proof.face {
            let person = known.subject_id.filter(|_| self.knows_faces()).map(kernel::SubjectId);
            let likeness = self.likeness(person.ok_or(Error::FaceNotSeen)?, image).await?;
            if likeness != Likeness::Same {
                return Err(Error::FaceNotSeen);
            }
            proved.push(Method::Face);
        }
        let mut tx = self.db.begin().await?;
        if let Some(code) = proof.code {
            proved.push(self.spend_code(&mut tx, ctx, session.account, known.sealed.as_deref(), code).await?);
        }
        if proved.is_empty() {
            return Err(Error::Refused);
        }
        lockout::succeeded(&mut tx, &attempt).await?;
        let authentication = self.proved(&mut tx, ctx, session, known.subject_id, &proved).await?;
        tx.commit().await?;
        Ok(authentication)
    }

    /// What a session is worth with what was proved now; written into history and ledger.
    pub(crate) async fn proved(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        session: &Session,
        subject: Option<Uuid>,
        proved: &[Method],
    ) -> Result<Authentication, Error> {
        let mut methods = so_far(session);
        methods.extend(proved.iter().filter(|method| !methods.contains(method)).copied().collect::<Vec<_>>());
        let body = json!({"event": "confirmed", "account": session.account, "methods": proved});
        crate::account::log(conn, ctx, subject.map(kernel::SubjectId), body).await?;
        Ok(Authentication { assurance: Assurance::of(&methods), methods, at: ctx.now() })
    }

    /// Spends a code of the app, or a recovery code.
    pub(crate) async fn spend_code(
        &self,
        conn: &mut PgConnection,
        ctx: &Ctx,
        account: AccountId,
        sealed: Option<&[u8]>,
        code: &str,
    ) -> Result<Method, Error> {
        if looks_like_recovery(code) {
            return if spend_recovery(conn, ctx, account, code).await? {
                Ok(Method::RecoveryCode)
            } else {
                Err(Error::Refused)
            };
        }
        let secret = totp::reopened(&self.keys.open(account, sealed.ok_or(Error::Refused)?)?)?;
        let step = totp::step_of(&secret, code, ctx.now()).ok_or(Error::Refused)?;
        // A code that was accepted before, or an older one, is refused: also when two come at once.
        let fresh = sqlx::query("update identity.totp set last_step = $2 where account_id = $1 and last_step < $2")
            .bind(account.0)
            .bind(step)
            .execute(conn)
            .await?;
        if fresh.rows_affected() == 0 { Err(Error::Refused) } else { Ok(Method::Totp) }
    }

    /// The session's authentication, as the session table keeps it.
    #[must_use]
    pub fn written(authentication: &Authentication) -> Value {
        serde_json::to_value(authentication).unwrap_or_default()
    }
}
