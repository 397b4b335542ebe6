//! What the end-points share.

use super::client::{COLUMNS, ClientRow};
use super::interaction::ClientShown;
use super::keys::SharedRing;
use super::replay::Replay;
use super::{Client, ClientState};
use crate::{Error, Keys};
use exchange::Exchange;
use kernel::Ctx;
use sqlx::AssertSqlSafe;
use std::collections::HashMap;
use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError, RwLock};
use store::Db;
use time::{Duration, OffsetDateTime};
use web::Attempts;

/// A client is read again after so long: how long a suspended one may still be served by another process.
pub(crate) const CLIENT_AGE: Duration = Duration::seconds(5);
/// Most clients in memory.
const CLIENTS_MAX: usize = 10_000;
/// Failures to authenticate that one client may have a minute.
const FAILURES_A_MINUTE: NonZeroU32 = NonZeroU32::new(120).unwrap();

/// How the provider is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer: the public origin without a path or trailing slash, such as `https://danhtinh.example`.
    pub issuer: String,
    /// Whether DPoP proofs must carry a nonce of ours: for several processes, which do not share what they remember.
    pub dpop_nonce: bool,
    /// The header in which a trusted proxy that ends TLS gives the client's certificate: PEM or base64 of DER, URL-encoded
    /// or not. The proxy must remove what clients send under this name. None: there is no such proxy, and nobody can
    /// authenticate by certificate.
    pub certificate_header: Option<String>,
    /// The header in which that proxy says `SUCCESS` when it verified the certificate against its authorities. Needed for
    /// `tls_client_auth`; `self_signed_tls_client_auth` goes by the key.
    pub certificate_verified_header: Option<String>,
    /// Whether anybody may register a client, which then waits for an administrator.
    pub registration: bool,
    /// Whether a face proves who signs in here: without it nobody reaches more than two factors.
    pub faces: bool,
}

impl Settings {
    /// The settings of an issuer, with registration open and everything else off.
    #[must_use]
    pub fn new(issuer: &str) -> Self {
        Self {
            issuer: issuer.trim_end_matches('/').to_owned(),
            dpop_nonce: false,
            certificate_header: None,
            certificate_verified_header: None,
            registration: true,
            faces: false,
        }
    }
}

/// The OpenID provider. Cheap to clone.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

type Clients = RwLock<HashMap<String, (OffsetDateTime, Arc<Client>)>>;

struct Inner {
    db: Db,
    keys: Arc<Keys>,
    exchange: Exchange,
    settings: Settings,
    clients: Clients,
    ring: SharedRing,
    replay: Replay,
    nonce_key: [u8; 32],
    failures: Attempts,
}

impl std::fmt::Debug for Provider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Provider").field("issuer", &self.0.settings.issuer).finish_non_exhaustive()
    }
}

impl Provider {
    /// A provider over these tables, keys and registers.
    ///
    /// # Errors
    /// When the issuer is no origin.
    pub fn new(db: Db, keys: Arc<Keys>, exchange: Exchange, settings: Settings) -> Result<Self, Error> {
        let origin = settings.issuer.split_once("://").is_some_and(|(scheme, host)| {
            matches!(scheme, "https" | "http") && !host.is_empty() && !host.contains(['/', '?', '#', '@'])
        });
        if !origin {
            return Err(Error::Fault("the issuer is no origin"));
        }
        let nonce_key = keys.derived("openid-dpop-nonce");
        let inner = Inner {
            db,
            keys,
            exchange,
            settings,
            clients: RwLock::default(),
            ring: SharedRing::default(),
            replay: Replay::default(),
            nonce_key,
            failures: Attempts::per_minute(FAILURES_A_MINUTE),
        };
        Ok(Self(Arc::new(inner)))
    }

    /// The database.
    pub(crate) fn db(&self) -> &Db {
        &self.0.db
    }

    /// The key that others are sealed with or derived from.
    pub(crate) fn keys(&self) -> &Keys {
        &self.0.keys
    }

    /// The way to the registers.
    pub(crate) fn exchange(&self) -> &Exchange {
        &self.0.exchange
    }

    /// The settings.
    pub(crate) fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// The signing keys in memory.
    pub(crate) fn shared_ring(&self) -> &SharedRing {
        &self.0.ring
    }

    /// What was used.
    pub(crate) fn replay(&self) -> &Replay {
        &self.0.replay
    }

    /// The key of our nonces.
    pub(crate) fn nonce_key(&self) -> &[u8; 32] {
        &self.0.nonce_key
    }

    /// Failures to authenticate, by client.
    pub(crate) fn failures(&self) -> &Attempts {
        &self.0.failures
    }

    /// Our name in tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.settings.issuer
    }

    /// A client of any state, from memory or at most five seconds later from the table.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn client(&self, ctx: &Ctx, id: &str) -> Result<Option<Arc<Client>>, Error> {
        if id.is_empty() || id.len() > 100 {
            return Ok(None);
        }
        let now = ctx.now();
        let known = self.0.clients.read().unwrap_or_else(PoisonError::into_inner).get(id).cloned();
        if let Some((read_at, client)) = known
            && read_at <= now
            && now - read_at < CLIENT_AGE
        {
            return Ok(Some(client));
        }
        let query = format!("select {COLUMNS} from identity.client where client_id = $1");
        let row: Option<ClientRow> =
            sqlx::query_as(AssertSqlSafe(query)).bind(id).fetch_optional(self.0.db.pool()).await?;
        let Some(row) = row else { return Ok(None) };
        let client = Arc::new(Client::try_from(row)?);
        let mut clients = self.0.clients.write().unwrap_or_else(PoisonError::into_inner);
        if clients.len() >= CLIENTS_MAX {
            clients.clear();
        }
        clients.insert(id.to_owned(), (now, client.clone()));
        Ok(Some(client))
    }

    /// A client that may ask; nothing for one that is pending, suspended or unknown.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn approved(&self, ctx: &Ctx, id: &str) -> Result<Option<Arc<Client>>, Error> {
        Ok(self.client(ctx, id).await?.filter(|client| client.state == ClientState::Approved))
    }

    /// How people are shown a client.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn shown(&self, ctx: &Ctx, id: &str) -> Result<Option<ClientShown>, Error> {
        Ok(self.client(ctx, id).await?.map(|client| ClientShown::of(&client)))
    }

    /// Reads this client anew the next time.
    pub(crate) fn forget_client(&self, id: &str) {
        self.0.clients.write().unwrap_or_else(PoisonError::into_inner).remove(id);
    }
}
