//! Relying parties of the demonstration. Their private keys are printed by `sen demo --json`, so that tests and anybody
//! who tries the program can act as them: they are made up like the people.

use crate::sim::{self, ClientKey};
use anyhow::{Context, Result};
use identity::openid::{ClientMetadata, ClientState, Profile, Provider};
use kernel::Ctx;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

/// A client of the demonstration.
#[derive(Clone, Serialize, Deserialize)]
pub struct DemoClient {
    /// Its id at the provider.
    pub client_id: String,
    /// Names of RFC 7591 and OpenID Connect registration.
    pub metadata: Value,
    /// The key it proves itself with.
    pub private_jwk: Value,
}

/// The clients by name.
pub type DemoClients = BTreeMap<String, DemoClient>;

/// Keys of the clients, and where the operator's site listens: what stays from one start to the next.
#[derive(Default, Serialize, Deserialize)]
pub struct Kept {
    /// Private keys by client.
    keys: BTreeMap<String, Value>,
    /// The port of the operator's site, once it has one.
    pub sim_port: Option<u16>,
}

/// A device without a keyboard: signs people in by a code (RFC 8628).
const KIOSK: &str = "ki-ot";
/// A call centre: asks a person's own phone (CIBA, poll).
const CALL_CENTRE: &str = "tong-dai";

impl Kept {
    /// Reads the file; nothing when it is not there.
    ///
    /// # Errors
    /// When it is not ours.
    pub fn read(file: &Path) -> Result<Self> {
        match std::fs::read_to_string(file) {
            Ok(text) => serde_json::from_str(&text).with_context(|| format!("the demo's clients {}", file.display())),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Self::default()),
            Err(error) => Err(error).with_context(|| format!("the demo's clients {}", file.display())),
        }
    }

    /// Writes the file.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, file: &Path) -> Result<()> {
        let mut out = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file)?;
        out.write_all(serde_json::to_string_pretty(self)?.as_bytes())?;
        out.sync_all()?;
        Ok(())
    }

    /// The key of a client; made the first time.
    ///
    /// # Errors
    /// When the kept one is no key.
    pub fn key(&mut self, client: &str) -> Result<ClientKey> {
        if let Some(jwk) = self.keys.get(client) {
            return ClientKey::from_jwk(jwk);
        }
        let key = ClientKey::generate(&format!("{client}-1"))?;
        self.keys.insert(client.to_owned(), key.private_jwk());
        Ok(key)
    }

    /// Every client, with the operator's site at `sim_origin`.
    ///
    /// # Errors
    /// When a kept key is no key.
    pub fn clients(&mut self, sim_origin: &str) -> Result<DemoClients> {
        let mut clients = DemoClients::new();
        let sim = self.key(sim::CLIENT_ID)?;
        clients.insert("sim".to_owned(), client(sim::CLIENT_ID, sim::metadata(sim_origin, &sim), &sim));
        for (name, id, vi, en, grant) in [
            (
                "kiosk",
                KIOSK,
                "Ki-ốt dịch vụ công",
                "Public-service kiosk",
                "urn:ietf:params:oauth:grant-type:device_code",
            ),
            (
                "call-centre",
                CALL_CENTRE,
                "Tổng đài 1022 mẫu",
                "Sample call centre",
                "urn:openid:params:grant-type:ciba",
            ),
        ] {
            let key = self.key(id)?;
            clients.insert(name.to_owned(), client(id, without_browser(vi, en, grant, &key), &key));
        }
        Ok(clients)
    }
}

/// Registers a client as approved, or what it is today where it was registered before.
///
/// # Errors
/// When a rule of the provider is broken.
pub async fn register(provider: &Provider, ctx: &Ctx, client: &DemoClient) -> Result<()> {
    let metadata: ClientMetadata = serde_json::from_value(client.metadata.clone())?;
    let (profile, state) = (Profile::Openid, ClientState::Approved);
    let registered = provider.register(ctx, metadata, profile, state, Some(&client.client_id)).await;
    registered.with_context(|| format!("register the client {}", client.client_id))?;
    Ok(())
}

fn client(id: &str, metadata: Value, key: &ClientKey) -> DemoClient {
    DemoClient { client_id: id.to_owned(), metadata, private_jwk: key.private_jwk() }
}

/// What a party registers that no browser comes back to.
fn without_browser(vi: &str, en: &str, grant: &str, key: &ClientKey) -> Value {
    json!({
        "client_name": en,
        "client_name#vi": vi,
        "redirect_uris": [],
        "grant_types": [grant],
        "response_types": [],
        "scope": "openid profile",
        "token_endpoint_auth_method": "private_key_jwt",
        "token_endpoint_auth_signing_alg": "ES256",
        "jwks": {"keys": [key.public_jwk()]},
        "backchannel_token_delivery_mode": "poll",
        "subject_type": "pairwise",
        "id_token_signed_response_alg": "ES256",
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clients_keep_their_keys_and_register_only_public_ones() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("clients.json");
        let mut kept = Kept::read(&file).unwrap();
        let made = kept.clients("http://127.0.0.1:1").unwrap();
        kept.write(&file).unwrap();
        let again = Kept::read(&file).unwrap().clients("http://127.0.0.1:1").unwrap();
        assert_eq!(made.len(), 3);
        for (name, client) in &made {
            assert_eq!(client.private_jwk, again[name].private_jwk, "{name}");
            assert!(client.metadata["jwks"]["keys"][0].get("d").is_none(), "{name}");
            assert!(!client.metadata.to_string().contains("\"d\""), "{name}");
        }
    }
}
