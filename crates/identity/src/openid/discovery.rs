//! What we are and can do, for programs: OpenID Connect Discovery 1.0, RFC 8414, and the key set. Nothing is named that is not
//! served.

use super::keys::JWKS_AGE_S;
use super::router::Endpoints;
use super::{AuthMethod, OAuthError, Provider, ResponseMode, claims, metadata};
use crate::Assurance;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use jose::Alg;
use kernel::Actor;
use serde_json::{Map, Value, json};

/// How long others may keep the documents, in seconds.
const AGE: &str = "public, max-age=600";
/// Scopes about people.
pub(crate) const SCOPES: [&str; 6] = ["openid", "profile", "email", "phone", "address", "offline_access"];
/// Signature algorithms of what clients send, `Ed25519` being the full name of `EdDSA` (RFC 9864).
const TAKEN: [&str; 4] = ["ES256", "EdDSA", "Ed25519", "PS256"];

/// The metadata document: the same for both well-known addresses.
pub(crate) fn document(provider: &Provider) -> Value {
    let issuer = provider.issuer();
    let at = |path: &str| format!("{issuer}/openid/{path}");
    let with_old: Vec<&str> = TAKEN.into_iter().chain([Alg::Rs256.name()]).collect();
    let tls = provider.settings().certificate_header.is_some();
    let methods: Vec<&str> = AuthMethod::ALL.into_iter().filter(|name| tls || !name.contains("tls")).collect();
    let own = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "sid", "at_hash"];
    let named: Vec<&str> = own.into_iter().chain(claims::CLAIMS.iter().map(|claim| claim.name)).collect();
    let verified: Vec<&str> =
        claims::CLAIMS.iter().filter(|claim| claim.source != claims::Source::Account).map(|claim| claim.name).collect();
    let addresses = json!({
        "issuer": issuer,
        "authorization_endpoint": at("authorize"),
        "token_endpoint": at("token"),
        "userinfo_endpoint": at("userinfo"),
        "jwks_uri": at("jwks"),
        "introspection_endpoint": at("introspect"),
        "revocation_endpoint": at("revoke"),
        "pushed_authorization_request_endpoint": at("par"),
        "device_authorization_endpoint": at("device"),
        "backchannel_authentication_endpoint": at("ciba"),
        "end_session_endpoint": at("end-session"),
    });
    let reached = |level: &Assurance| provider.settings().faces || *level <= Assurance::Two;
    let levels: Vec<&str> = Assurance::ALL.into_iter().filter(reached).map(Assurance::acr).collect();
    let asking = json!({
        "scopes_supported": SCOPES,
        "response_types_supported": ["code"],
        "response_modes_supported": ResponseMode::ALL,
        "grant_types_supported": metadata::GRANTS,
        "acr_values_supported": levels,
        "subject_types_supported": ["pairwise", "public"],
    });
    let signatures = json!({
        "id_token_signing_alg_values_supported": metadata::SIGNED_WITH,
        "userinfo_signing_alg_values_supported": metadata::SIGNED_WITH,
        "introspection_signing_alg_values_supported": metadata::SIGNED_WITH,
        "authorization_signing_alg_values_supported": metadata::SIGNED_WITH,
        "request_object_signing_alg_values_supported": with_old,
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": with_old,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": with_old,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": with_old,
        "dpop_signing_alg_values_supported": TAKEN,
    });
    let rest = json!({
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": true,
        "require_pushed_authorization_requests": false,
        "request_parameter_supported": true,
        "request_uri_parameter_supported": false,
        "require_signed_request_object": false,
        "tls_client_certificate_bound_access_tokens": tls,
        "claim_types_supported": ["normal"],
        "claims_supported": named,
        "claims_parameter_supported": true,
        "verified_claims_supported": true,
        "trust_frameworks_supported": [claims::TRUST_FRAMEWORK],
        "evidence_supported": ["electronic_record"],
        "electronic_records_supported": ["population_register"],
        "claims_in_verified_claims_supported": verified,
        "prompt_values_supported": ["none", "login", "consent", "select_account"],
        "ui_locales_supported": ["vi", "en"],
        "backchannel_logout_supported": true,
        "backchannel_logout_session_supported": true,
        "backchannel_token_delivery_modes_supported": ["poll"],
        "backchannel_user_code_parameter_supported": false,
        "display_values_supported": ["page"],
    });
    let parts = [addresses, asking, signatures, rest];
    let mut document: Map<String, Value> = parts.into_iter().filter_map(members).flatten().collect();
    if provider.settings().registration {
        document.insert("registration_endpoint".to_owned(), json!(at("register")));
    }
    Value::Object(document)
}

fn members(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members),
        _ => None,
    }
}

/// `GET /.well-known/openid-configuration` and `GET /.well-known/oauth-authorization-server`.
pub(crate) async fn well_known(State(provider): State<Provider>) -> Response {
    for_anybody(AGE, Json(document(&provider)))
}

/// `GET /openid/jwks`.
pub(crate) async fn jwks(State(endpoints): State<Endpoints>) -> Result<Response, OAuthError> {
    let ctx = endpoints.web.ctx(Actor::Anonymous);
    let keys = endpoints.provider.public_keys(&ctx).await?;
    Ok(for_anybody(&format!("public, max-age={JWKS_AGE_S}"), Json(json!({ "keys": keys }))))
}

/// Public documents, which pages of any website may read.
fn for_anybody(age: &str, body: Json<Value>) -> Response {
    let age = HeaderValue::from_str(age).unwrap_or(HeaderValue::from_static("no-store"));
    let anybody = (header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    ([(header::CACHE_CONTROL, age), anybody], body).into_response()
}
