//! Relying parties from a file, approved as it stands: for tests with other people's clients, and for trying one's own.

use anyhow::{Context, Result};
use identity::openid::{ClientMetadata, ClientState, Profile, Provider};
use kernel::Ctx;
use serde::Deserialize;
use std::path::Path;

/// One client of the file.
#[derive(Deserialize)]
struct Wanted {
    /// Its id.
    client_id: String,
    /// Its secret, where it authenticates by one; made up where it is missing, and then nobody knows it.
    client_secret: Option<String>,
    /// Which rules hold for it.
    #[serde(default)]
    profile: Profile,
    /// Names of RFC 7591 and OpenID Connect Registration.
    metadata: ClientMetadata,
}

/// Registers every client of a file, a JSON array of `{client_id, client_secret?, profile?, metadata}`. What a client of
/// that id had registered before is replaced, so the same file may be read at each start.
///
/// # Errors
/// When the file does not read or a client breaks a rule.
pub async fn register(provider: &Provider, ctx: &Ctx, file: &Path) -> Result<()> {
    let text = std::fs::read_to_string(file).with_context(|| format!("the clients {}", file.display()))?;
    let wanted: Vec<Wanted> = serde_json::from_str(&text).with_context(|| format!("the clients {}", file.display()))?;
    for Wanted { client_id, client_secret, profile, metadata } in wanted {
        let state = ClientState::Approved;
        let (id, secret) = (Some(client_id.as_str()), client_secret.as_deref());
        let registered = provider.register_with_secret(ctx, metadata, profile, state, id, secret).await;
        registered.with_context(|| format!("the client {client_id}"))?;
    }
    Ok(())
}
