//! The keys that sign tokens: sealed in the table, opened in memory, rotated so that a key is published before it signs and
//! stays published until the last token it signed is dead.

use super::Provider;
use crate::{ADMINISTRATOR, Error};
use jose::{Alg, Jwk, Rules, SigningKey, Token, Typ};
use kernel::{Actor, Ctx};
use ledger::Entry;
use serde::Serialize;
use serde_json::json;
use sqlx::PgConnection;
use std::sync::{Arc, PoisonError, RwLock};
use time::{Duration, OffsetDateTime};

/// Algorithms that we sign with.
pub(crate) const ALGS: [Alg; 2] = [Alg::Es256, Alg::EdDsa];
/// How long a key is published before it signs: longer than anybody may keep the key set ([`JWKS_AGE_S`]).
pub(crate) const AHEAD: Duration = Duration::hours(1);
/// How long others may keep the key set, in seconds.
pub(crate) const JWKS_AGE_S: u32 = 600;
/// How long a key stays published after it signed last: longer than any token lives, and ID tokens come back as hints.
const AFTER: Duration = Duration::hours(24);
/// Age at which the daily job rotates.
const AGE_MAX: Duration = Duration::days(30);
/// The table is read again after so long.
const RELOAD: Duration = Duration::seconds(30);
/// What sealed keys are bound to.
const BOUND: &str = "sen/identity/openid-signing-key/v1\0";
/// Rotations follow each other (an arbitrary number, this crate's own).
const LOCK: i64 = 0x5120_0001;

struct Loaded {
    key: SigningKey,
    signs_from: OffsetDateTime,
    signs_until: Option<OffsetDateTime>,
    published_until: Option<OffsetDateTime>,
}

/// The keys as they were read last.
#[derive(Default)]
pub(crate) struct Ring {
    keys: Vec<Arc<Loaded>>,
    read_at: Option<OffsetDateTime>,
}

/// The ring, shared.
pub(crate) type SharedRing = RwLock<Arc<Ring>>;

impl Ring {
    fn is_fresh(&self, now: OffsetDateTime) -> bool {
        // A clock that was set back makes it stale, too.
        self.read_at.is_some_and(|at| at <= now && now - at < RELOAD)
    }

    fn signer(&self, alg: Alg, now: OffsetDateTime) -> Option<&Arc<Loaded>> {
        let signs = |key: &&Arc<Loaded>| {
            key.key.alg() == alg && key.signs_from <= now && key.signs_until.is_none_or(|until| now < until)
        };
        self.keys.iter().filter(signs).max_by_key(|key| key.signs_from)
    }

    fn published(&self, now: OffsetDateTime) -> Vec<Jwk> {
        let published = |key: &&Arc<Loaded>| key.published_until.is_none_or(|until| now < until);
        self.keys.iter().filter(published).map(|key| key.key.public().clone()).collect()
    }
}

#[derive(sqlx::FromRow)]
struct Row {
    kid: String,
    alg: String,
    sealed: Vec<u8>,
    signs_from: OffsetDateTime,
    signs_until: Option<OffsetDateTime>,
    published_until: Option<OffsetDateTime>,
}

impl Provider {
    /// Signs claims with the key of this algorithm that is in force: header `typ`, our `kid`.
    ///
    /// # Errors
    /// `SigningKeys` when no key opens; when the database does not answer.
    pub(crate) async fn sign(&self, ctx: &Ctx, alg: Alg, typ: &str, claims: &impl Serialize) -> Result<String, Error> {
        let ring = self.ring(ctx).await?;
        let signer = ring.signer(alg, ctx.now()).ok_or(Error::SigningKeys)?;
        signer.key.sign(typ, claims).map_err(|_| Error::SigningKeys)
    }

    /// A token that we signed, of this type and by us as issuer. Nothing for any other, and for an expired one unless that
    /// is allowed (hints).
    ///
    /// # Errors
    /// When the keys cannot be read.
    pub(crate) async fn verify_own(
        &self,
        ctx: &Ctx,
        token: &str,
        typ: &str,
        allow_expired: bool,
    ) -> Result<Option<Token>, Error> {
        let keys = self.public_keys(ctx).await?;
        let rules = Rules { algs: &ALGS, issuer: Some(self.issuer()), ..Rules::new(ctx.now(), Typ::Is(typ)) };
        let rules = if allow_expired { Rules { leeway: AFTER.whole_seconds(), ..rules } } else { rules };
        Ok(jose::verify(token, &keys, &rules).ok())
    }

    /// The keys that others verify our tokens with.
    pub(crate) async fn public_keys(&self, ctx: &Ctx) -> Result<Vec<Jwk>, Error> {
        Ok(self.ring(ctx).await?.published(ctx.now()))
    }

    /// Makes the next keys, which are published now and sign from in an hour; drops those whose last token is dead. Nothing
    /// happens while a next key waits already. The program itself and administrators may.
    ///
    /// # Errors
    /// `NotAllowed`; when a key cannot be made.
    pub async fn rotate_keys(&self, ctx: &Ctx) -> Result<(), Error> {
        self.tend(ctx, Duration::ZERO).await
    }

    /// The daily housekeeping: there is a key of each sort, none signs for longer than a month, dead ones are dropped.
    ///
    /// # Errors
    /// As [`Self::rotate_keys`].
    pub async fn tend_keys(&self, ctx: &Ctx) -> Result<(), Error> {
        self.tend(ctx, AGE_MAX).await
    }

    async fn tend(&self, ctx: &Ctx, age: Duration) -> Result<(), Error> {
        may_decide(ctx)?;
        let mut tx = self.db().begin().await?;
        lock(&mut tx).await?;
        let now = ctx.now();
        sqlx::query("delete from identity.signing_key where published_until <= $1").bind(now).execute(&mut *tx).await?;
        for alg in ALGS {
            let newest: Option<OffsetDateTime> = sqlx::query_scalar(
                "select max(signs_from) from identity.signing_key where alg = $1 and signs_until is null",
            )
            .bind(alg.name())
            .fetch_one(&mut *tx)
            .await?;
            match newest {
                None => self.make(&mut tx, ctx, alg, now).await?,
                Some(from) if from <= now && now - from >= age => self.make(&mut tx, ctx, alg, now + AHEAD).await?,
                Some(_) => {}
            }
        }
        tx.commit().await?;
        self.forget_ring();
        Ok(())
    }

    /// Makes a key that signs from then on, in the place of the present one.
    async fn make(&self, conn: &mut PgConnection, ctx: &Ctx, alg: Alg, from: OffsetDateTime) -> Result<(), Error> {
        let key = SigningKey::generate(alg).map_err(|_| Error::SigningKeys)?;
        let sealed = self.keys().seal_bound(&ctx.random, &bound(key.kid()), key.pkcs8())?;
        sqlx::query(
            "update identity.signing_key set signs_until = $2, published_until = $3
             where alg = $1 and signs_until is null",
        )
        .bind(alg.name())
        .bind(from)
        .bind(from + AFTER)
        .execute(&mut *conn)
        .await?;
        sqlx::query(
            "insert into identity.signing_key (kid, alg, sealed, created_at, signs_from) values ($1, $2, $3, $4, $5)",
        )
        .bind(key.kid())
        .bind(alg.name())
        .bind(sealed)
        .bind(ctx.now())
        .bind(from)
        .execute(&mut *conn)
        .await?;
        let body = json!({"event": "signing-key-made", "kid": key.kid(), "alg": alg.name(), "by": ctx.actor});
        ledger::append(conn, ctx, Entry { subject: None, kind: "change", body }).await?;
        Ok(())
    }

    /// The keys in memory, read again where they are stale, made where there are none yet.
    async fn ring(&self, ctx: &Ctx) -> Result<Arc<Ring>, Error> {
        let now = ctx.now();
        let known = self.shared_ring().read().unwrap_or_else(PoisonError::into_inner).clone();
        if known.is_fresh(now) {
            return Ok(known);
        }
        let mut ring = self.read_ring(now).await?;
        if ALGS.iter().any(|alg| ring.signer(*alg, now).is_none()) {
            let system = Actor::System { body: kernel::BodyId::from("identity"), on_decision_of: None };
            self.tend(&ctx.act_as(system), AGE_MAX).await?;
            ring = self.read_ring(now).await?;
        }
        let ring = Arc::new(ring);
        *self.shared_ring().write().unwrap_or_else(PoisonError::into_inner) = ring.clone();
        Ok(ring)
    }

    async fn read_ring(&self, now: OffsetDateTime) -> Result<Ring, Error> {
        let rows: Vec<Row> = sqlx::query_as(
            "select kid, alg, sealed, signs_from, signs_until, published_until from identity.signing_key
             where published_until is null or published_until > $1 order by signs_from, kid",
        )
        .bind(now)
        .fetch_all(self.db().pool())
        .await?;
        let mut keys = Vec::with_capacity(rows.len());
        for row in rows {
            let opened = self.keys().open_bound(&bound(&row.kid), &row.sealed).map_err(|_| Error::SigningKeys)?;
            let alg = Alg::of(&row.alg).ok_or(Error::SigningKeys)?;
            let key = SigningKey::from_pkcs8(alg, &opened).map_err(|_| Error::SigningKeys)?;
            let Row { signs_from, signs_until, published_until, .. } = row;
            keys.push(Arc::new(Loaded { key, signs_from, signs_until, published_until }));
        }
        Ok(Ring { keys, read_at: Some(now) })
    }

    fn forget_ring(&self) {
        *self.shared_ring().write().unwrap_or_else(PoisonError::into_inner) = Arc::default();
    }
}

fn bound(kid: &str) -> Vec<u8> {
    [BOUND.as_bytes(), kid.as_bytes()].concat()
}

async fn lock(conn: &mut PgConnection) -> Result<(), Error> {
    sqlx::query("select pg_advisory_xact_lock($1)").bind(LOCK).execute(conn).await?;
    Ok(())
}

/// The program itself and administrators decide about keys and clients.
pub(crate) fn may_decide(ctx: &Ctx) -> Result<(), Error> {
    match &ctx.actor {
        Actor::System { .. } => Ok(()),
        Actor::Officer { roles, .. } if roles.iter().any(|role| role.as_str() == ADMINISTRATOR) => Ok(()),
        _ => Err(Error::NotAllowed),
    }
}
