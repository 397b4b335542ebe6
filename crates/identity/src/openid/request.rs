//! An authorization request that was read and verified.

use super::claims_request::ClaimsRequest;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// How an answer travels back.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum ResponseMode {
    /// In the query.
    #[default]
    #[serde(rename = "query")]
    Query,
    /// In the fragment.
    #[serde(rename = "fragment")]
    Fragment,
    /// In a form that the browser posts.
    #[serde(rename = "form_post")]
    FormPost,
    /// Signed (JARM), in the query.
    #[serde(rename = "query.jwt")]
    QueryJwt,
    /// Signed, in the fragment.
    #[serde(rename = "fragment.jwt")]
    FragmentJwt,
    /// Signed, in a form.
    #[serde(rename = "form_post.jwt")]
    FormPostJwt,
}

impl ResponseMode {
    /// All, as discovery names them.
    pub const ALL: [&'static str; 7] =
        ["query", "fragment", "form_post", "jwt", "query.jwt", "fragment.jwt", "form_post.jwt"];

    /// The mode of this name. `jwt` is `query.jwt` for the code flow (JARM, section 2.3.4).
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "query" => Self::Query,
            "fragment" => Self::Fragment,
            "form_post" => Self::FormPost,
            "jwt" | "query.jwt" => Self::QueryJwt,
            "fragment.jwt" => Self::FragmentJwt,
            "form_post.jwt" => Self::FormPostJwt,
            _ => return None,
        })
    }

    /// Whether the answer is signed.
    #[must_use]
    pub const fn is_signed(self) -> bool {
        matches!(self, Self::QueryJwt | Self::FragmentJwt | Self::FormPostJwt)
    }

    /// The same way, with a signature.
    #[must_use]
    pub const fn signed(self) -> Self {
        match self {
            Self::Query | Self::QueryJwt => Self::QueryJwt,
            Self::Fragment | Self::FragmentJwt => Self::FragmentJwt,
            Self::FormPost | Self::FormPostJwt => Self::FormPostJwt,
        }
    }
}

/// What a client asks, read and verified: the client is approved, the redirect URI is its own, each scope and resource
/// is one that it may ask. It holds who somebody said they are (`login_hint`): masked in `Debug`.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AuthorizationRequest {
    /// Who asks.
    pub client_id: String,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// Whether the client sent it, so that the token request must repeat it (RFC 6749, section 4.1.3).
    pub redirect_uri_sent: bool,
    /// How the answer travels.
    pub response_mode: ResponseMode,
    /// Scopes.
    pub scope: Vec<String>,
    /// The client's own, given back as it came.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Goes into the ID token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// SHA-256 of the verifier, base64url (RFC 7636, S256).
    pub code_challenge: String,
    /// Claims asked by name.
    pub claims: ClaimsRequest,
    /// Levels of assurance wished for, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub acr_values: Vec<String>,
    /// Whether one of them must be reached.
    pub acr_essential: bool,
    /// A sign-in older than so many seconds is too old.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_age: Option<u64>,
    /// `none`, `login`, `consent`, `select_account`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prompt: Vec<String>,
    /// Who probably signs in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub login_hint: Option<String>,
    /// `sub` of the ID token that the client hints at.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token_hint_sub: Option<String>,
    /// For whom the access token is (RFC 8707).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub resource: Vec<String>,
    /// Thumbprint of the key that the code is bound to (RFC 9449, section 10).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
    /// Languages of the pages, best first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ui_locales: Vec<String>,
    /// Whether tokens outlive the session: `offline_access`.
    pub offline: bool,
    /// The delegation acted under.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acting_for: Option<Uuid>,
}

impl std::fmt::Debug for AuthorizationRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("AuthorizationRequest")
            .field("client_id", &self.client_id)
            .field("scope", &self.scope)
            .finish_non_exhaustive()
    }
}

impl AuthorizationRequest {
    /// Whether a prompt was asked.
    #[must_use]
    pub fn prompts(&self, prompt: &str) -> bool {
        self.prompt.iter().any(|asked| asked == prompt)
    }
}
