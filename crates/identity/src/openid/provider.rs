//! What the end-points share.

use super::{Client, ClientId};
use crate::{Error, Keys};
use exchange::Exchange;
use kernel::Ctx;
use std::sync::Arc;
use store::Db;

/// How the provider is set up.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The issuer: the public origin without a path or trailing slash, such as `https://danhtinh.example`.
    pub issuer: String,
    /// Whether DPoP proofs must carry a nonce of ours: for several processes, which do not share what they remember.
    pub dpop_nonce: bool,
    /// The header in which a trusted proxy that ends TLS gives the client's certificate (PEM or base64 of DER, URL-encoded or
    /// not). None: there is no such proxy, and nobody can authenticate by certificate.
    pub certificate_header: Option<String>,
    /// Whether anybody may register a client, which then waits for an administrator.
    pub registration: bool,
}

impl Settings {
    /// The settings of an issuer, with everything else off.
    #[must_use]
    pub fn new(issuer: &str) -> Self {
        let issuer = issuer.trim_end_matches('/').to_owned();
        Self { issuer, dpop_nonce: false, certificate_header: None, registration: true }
    }
}

/// The OpenID provider. Cheap to clone.
#[derive(Clone)]
pub struct Provider(Arc<Inner>);

struct Inner {
    db: Db,
    keys: Arc<Keys>,
    exchange: Exchange,
    settings: Settings,
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
        Ok(Self(Arc::new(Inner { db, keys, exchange, settings })))
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

    /// Our name in tokens.
    #[must_use]
    pub fn issuer(&self) -> &str {
        &self.0.settings.issuer
    }
}
