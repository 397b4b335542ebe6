//! A relying party: who it is, where it may be answered, and how strictly it is dealt with.

use crate::Error;
use jose::Jwks;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;

/// Names a client.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ClientId(pub String);

impl ClientId {
    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for ClientId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<&str> for ClientId {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

/// Which set of rules holds for a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Profile {
    /// OpenID Connect with PKCE.
    #[default]
    Openid,
    /// FAPI 2.0 Security Profile.
    #[serde(rename = "fapi-2")]
    Fapi2,
    /// FAPI 2.0 Security Profile and Message Signing: signed requests and signed answers too.
    #[serde(rename = "fapi-2-message-signing")]
    Fapi2MessageSigning,
}

impl Profile {
    /// As the table keeps it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Openid => "openid",
            Self::Fapi2 => "fapi-2",
            Self::Fapi2MessageSigning => "fapi-2-message-signing",
        }
    }

    /// What the table keeps; nothing for an unknown word.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        [Self::Openid, Self::Fapi2, Self::Fapi2MessageSigning].into_iter().find(|profile| profile.as_str() == text)
    }

    /// Whether the strict set of FAPI 2.0 holds.
    #[must_use]
    pub const fn is_fapi(self) -> bool {
        matches!(self, Self::Fapi2 | Self::Fapi2MessageSigning)
    }

    /// Whether requests and answers must be signed too.
    #[must_use]
    pub const fn signs_messages(self) -> bool {
        matches!(self, Self::Fapi2MessageSigning)
    }
}

/// Whether a client may ask.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClientState {
    /// Registered, and nobody has decided yet.
    Pending,
    /// May ask.
    Approved,
    /// May not ask any more.
    Suspended,
}

impl ClientState {
    /// As the table keeps it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Approved => "approved",
            Self::Suspended => "suspended",
        }
    }

    fn of(text: &str) -> Option<Self> {
        [Self::Pending, Self::Approved, Self::Suspended].into_iter().find(|state| state.as_str() == text)
    }
}

/// How a client proves who it is (`token_endpoint_auth_method`).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// It cannot keep a secret: PKCE only.
    None,
    /// Its secret in the `Authorization` header.
    #[default]
    ClientSecretBasic,
    /// Its secret in the form.
    ClientSecretPost,
    /// A signed assertion (RFC 7523).
    PrivateKeyJwt,
    /// A certificate of an authority, by its subject (RFC 8705, section 2.1).
    TlsClientAuth,
    /// A certificate of its own, by its key (RFC 8705, section 2.2).
    SelfSignedTlsClientAuth,
}

impl AuthMethod {
    /// All, as discovery names them.
    pub const ALL: [&'static str; 6] = [
        "none",
        "client_secret_basic",
        "client_secret_post",
        "private_key_jwt",
        "tls_client_auth",
        "self_signed_tls_client_auth",
    ];

    /// Whether it is by a shared secret.
    #[must_use]
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost)
    }

    /// Whether it is by a TLS certificate.
    #[must_use]
    pub const fn is_tls(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }
}

/// Whether two clients may learn that they speak of the same person (OpenID Connect Core, section 8).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SubjectType {
    /// Each sector has its own name for a person.
    #[default]
    Pairwise,
    /// The same for all that are registered so.
    Public,
}

/// What a client registered (RFC 7591, OpenID Connect Registration), with their names. Unknown members are kept, so that
/// a client reads back what it sent only where we understood it: they are left out.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ClientMetadata {
    /// Name shown to people.
    pub client_name: String,
    /// Name shown to people who read Vietnamese.
    #[serde(rename = "client_name#vi", skip_serializing_if = "Option::is_none")]
    pub client_name_vi: Option<String>,
    /// Name shown to people who read English.
    #[serde(rename = "client_name#en", skip_serializing_if = "Option::is_none")]
    pub client_name_en: Option<String>,
    /// Home page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uri: Option<String>,
    /// `web` or `native`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub application_type: Option<String>,
    /// Where answers go.
    pub redirect_uris: Vec<String>,
    /// Where people go after logging out.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where it is told that a session ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_uri: Option<String>,
    /// Whether that message names the session; always does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_logout_session_required: Option<bool>,
    /// What it may use. None: the code flow.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grant_types: Vec<String>,
    /// `code` only.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub response_types: Vec<String>,
    /// Scopes that it may ask, with spaces between.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
    /// Whom to write to.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub contacts: Vec<String>,
    /// How it proves who it is.
    pub token_endpoint_auth_method: AuthMethod,
    /// With what its assertions are signed; any of ours where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_endpoint_auth_signing_alg: Option<String>,
    /// Its public keys. Never fetched: given with the registration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub jwks: Option<Jwks>,
    /// Pairwise or public subjects.
    pub subject_type: SubjectType,
    /// Names the sector of several redirect hosts. Only its host counts; it is not fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sector_identifier_uri: Option<String>,
    /// `ES256` or `EdDSA`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_signed_response_alg: Option<String>,
    /// Signs userinfo answers, where there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub userinfo_signed_response_alg: Option<String>,
    /// Signs introspection answers, where there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub introspection_signed_response_alg: Option<String>,
    /// Signs authorization answers (JARM), where there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authorization_signed_response_alg: Option<String>,
    /// With what its request objects are signed; any of ours where absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_object_signing_alg: Option<String>,
    /// Tokens are bound to the key of DPoP proofs (RFC 9449, section 5.2).
    #[serde(skip_serializing_if = "is_false")]
    pub dpop_bound_access_tokens: bool,
    /// Tokens are bound to the TLS certificate (RFC 8705, section 3.4).
    #[serde(skip_serializing_if = "is_false")]
    pub tls_client_certificate_bound_access_tokens: bool,
    /// Subject of its certificate, for `tls_client_auth`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls_client_auth_subject_dn: Option<String>,
    /// Requests must be pushed (RFC 9126, section 6).
    #[serde(skip_serializing_if = "is_false")]
    pub require_pushed_authorization_requests: bool,
    /// Requests must be signed (RFC 9101, section 10.5).
    #[serde(skip_serializing_if = "is_false")]
    pub require_signed_request_object: bool,
    /// Levels of assurance asked where a request asks for none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub default_acr_values: Vec<String>,
    /// Age of a sign-in that is too old, where a request says nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_max_age: Option<u64>,
    /// Whether `auth_time` must be in ID tokens; always is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub require_auth_time: Option<bool>,
    /// `poll`, for CIBA.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backchannel_token_delivery_mode: Option<String>,
    /// Our own: the body of the pack that it acts for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Our own: values of `resource` that it may ask (RFC 8707).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource_indicators: Vec<String>,
    /// Our own: whether it is a resource server that may introspect tokens whose audience is one of its indicators.
    #[serde(skip_serializing_if = "is_false")]
    pub resource_server: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !*value
}

impl ClientMetadata {
    /// Whether the client may use a grant. Without a list it is the code flow's (RFC 7591, section 2).
    #[must_use]
    pub fn grants(&self, grant_type: &str) -> bool {
        match self.grant_types.as_slice() {
            [] => grant_type == "authorization_code",
            listed => listed.iter().any(|listed| listed == grant_type),
        }
    }

    /// Scopes that it may ask. Without a list: `openid` only.
    pub fn scopes(&self) -> impl Iterator<Item = &str> {
        self.scope.as_deref().unwrap_or("openid").split(' ').filter(|scope| !scope.is_empty())
    }

    /// What ID tokens for it are signed with.
    #[must_use]
    pub fn id_token_alg(&self) -> jose::Alg {
        self.id_token_signed_response_alg.as_deref().and_then(jose::Alg::of).unwrap_or(jose::Alg::Es256)
    }
}

/// A registered client.
#[derive(Clone, Debug)]
pub struct Client {
    /// Its id.
    pub id: ClientId,
    /// What it registered.
    pub metadata: ClientMetadata,
    /// The rules for it.
    pub profile: Profile,
    /// Whether it may ask.
    pub state: ClientState,
    /// SHA-256 of its secret.
    pub(crate) secret_hash: Option<[u8; 32]>,
    /// When it registered.
    pub created_at: OffsetDateTime,
}

/// A row of the table.
#[derive(sqlx::FromRow)]
pub(crate) struct ClientRow {
    client_id: String,
    metadata: Value,
    secret_hash: Option<Vec<u8>>,
    state: String,
    profile: String,
    created_at: OffsetDateTime,
}

/// The columns of [`ClientRow`].
pub(crate) const COLUMNS: &str = "client_id, metadata, secret_hash, state, profile, created_at";

impl TryFrom<ClientRow> for Client {
    type Error = Error;

    fn try_from(row: ClientRow) -> Result<Self, Error> {
        let broken = || Error::Fault("a client does not read");
        Ok(Self {
            id: ClientId(row.client_id),
            metadata: serde_json::from_value(row.metadata).map_err(|_| broken())?,
            profile: Profile::of(&row.profile).ok_or_else(broken)?,
            state: ClientState::of(&row.state).ok_or_else(broken)?,
            secret_hash: row.secret_hash.map(|hash| hash.try_into().map_err(|_| broken())).transpose()?,
            created_at: row.created_at,
        })
    }
}

impl Client {
    /// Whether its tokens must be bound to a key.
    #[must_use]
    pub fn must_bind(&self) -> bool {
        self.profile.is_fapi() || self.metadata.dpop_bound_access_tokens
    }

    /// The sector of its pairwise subjects: the host of `sector_identifier_uri`, or of the redirect URIs (OpenID Connect
    /// Core, section 8.1); its own id where there is none that is nobody else's.
    #[must_use]
    pub fn sector(&self) -> String {
        let own = self.metadata.redirect_uris.iter().find_map(|uri| own_host(uri));
        let named = self.metadata.sector_identifier_uri.as_ref().and_then(|uri| host_of(uri));
        named.or(own).unwrap_or_else(|| self.id.0.clone())
    }

    /// The host that people know it by.
    #[must_use]
    pub fn host(&self) -> String {
        let first = self.metadata.redirect_uris.first();
        self.metadata.client_uri.as_ref().or(first).and_then(|uri| host_of(uri)).unwrap_or_default()
    }

    /// The metadata as an object, with the id: what a registration answers.
    pub(crate) fn shown(&self) -> Result<Map<String, Value>, Error> {
        let value = serde_json::to_value(&self.metadata).map_err(|_| Error::Fault("a client does not write"))?;
        let mut object = match value {
            Value::Object(object) => object,
            _ => Map::new(),
        };
        object.insert("client_id".to_owned(), Value::String(self.id.0.clone()));
        Ok(object)
    }
}

/// The host of an address, lower case, without its port.
/// The host of an address on the web. An app's own scheme has none, and loopback is everybody's: two apps that come back there
/// are not one sector.
pub(crate) fn own_host(uri: &str) -> Option<String> {
    host_of(uri).filter(|_| uri.starts_with("https://"))
}

pub(crate) fn host_of(uri: &str) -> Option<String> {
    let (_, rest) = uri.split_once("://")?;
    let authority = rest.split(['/', '?', '#']).next()?;
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let host = if authority.starts_with('[') {
        authority.split_inclusive(']').next()?
    } else {
        authority.split(':').next()?
    };
    (!host.is_empty()).then(|| host.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sector(id: &str, redirect_uris: &[&str]) -> String {
        let redirect_uris = redirect_uris.iter().map(|uri| (*uri).to_owned()).collect();
        let metadata = ClientMetadata { redirect_uris, ..ClientMetadata::default() };
        let (profile, state) = (Profile::Openid, ClientState::Approved);
        Client {
            id: ClientId(id.to_owned()),
            metadata,
            profile,
            state,
            secret_hash: None,
            created_at: OffsetDateTime::UNIX_EPOCH,
        }
        .sector()
    }

    #[test]
    fn a_host_is_a_sector_and_an_app_is_its_own() {
        assert_eq!(sector("a", &["https://Bank.test/cb"]), "bank.test");
        assert_eq!(sector("a", &["vn.bank:/cb", "http://127.0.0.1/cb", "https://bank.test/cb"]), "bank.test");
        for (id, uri) in [("a", "http://127.0.0.1:9/cb"), ("b", "http://127.0.0.1:9/cb"), ("c", "vn.bank:/cb")] {
            assert_eq!(sector(id, &[uri]), id);
        }
        assert_eq!(sector("machine", &[]), "machine");
    }
}
