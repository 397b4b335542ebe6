//! The OpenID provider: relying parties send people here to sign in, and get tokens that say who they are.
//!
//! Built from OAuth 2.0 (RFC 6749) as the FAPI 2.0 Security Profile narrows it: authorization code with PKCE only, exact
//! redirect URIs, pushed and signed requests, tokens bound to keys, pairwise subjects, consent to each claim.
//!
//! Always true here:
//! - Nothing is sent to an address that was not registered, letter for letter.
//! - Codes, request URIs and refresh tokens of others are kept as SHA-256 and each is used at most once.
//! - A suspended client is out within five seconds, in every process.
//! - Nothing personal is in an error, a log line or an address.
//!
//! Deliberately absent: the implicit and hybrid flows, encryption of tokens, fetching anything that a client names.

mod access_token;
mod asking;
mod authority;
mod authorize;
mod backchannel;
mod bearer;
mod binding;
mod certificate;
mod claims;
mod claims_request;
mod client;
mod client_auth;
mod codes;
mod consent;
mod delegation;
mod discovery;
mod dpop;
mod end_session;
mod error;
mod form;
mod grants;
mod id_token;
mod interaction;
mod introspect;
mod keys;
mod logout;
mod metadata;
mod person;
mod provider;
mod pushed;
mod read;
mod redirect;
mod registration;
mod relatives;
mod replay;
mod request;
mod response;
mod revoke;
mod router;
mod subject;
mod sweep;
pub(crate) mod token;
mod userinfo;

pub use asking::Asking;
pub(crate) use authority::{DelegationKind, authority, end as end_delegation};
pub use backchannel::{HttpSender, LOGOUT, LogoutSender};
pub use claims_request::ClaimsRequest;
pub use client::{AuthMethod, Client, ClientId, ClientMetadata, ClientState, Profile, SubjectType};
pub use consent::ClaimShown;
pub use delegation::Delegation;
pub use grants::GrantShown;
pub use interaction::{ClientShown, Interaction, Needs, browser_cookie};
pub use logout::session_ended;
pub use provider::{Provider, Settings};
pub use registration::Registered;
pub use relatives::{PastDelegation, Ward};
pub use request::{AuthorizationRequest, ResponseMode};
pub use response::Away;
pub use router::router;
pub use sweep::SWEEP;

pub(crate) use binding::Binding;
pub(crate) use error::OAuthError;
