//! Reads an authorization request and holds it to every rule: OpenID Connect Core 3.1.2, RFC 6749, RFC 7636, RFC 8707, RFC
//! 9101, RFC 9449, FAPI 2.0.

use super::claims_request::ClaimsRequest;
use super::client_auth::{LEEWAY_S, algs};
use super::form::Fields;
use super::{AuthorizationRequest, Client, OAuthError, Provider, ResponseMode, metadata, redirect};
use crate::Assurance;
use jose::RequestRules;
use kernel::Ctx;
use serde_json::{Map, Value};

/// Parameters that a request may have; others are not looked at (RFC 6749, section 3.1).
const KNOWN: [&str; 18] = [
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "response_mode",
    "nonce",
    "prompt",
    "max_age",
    "ui_locales",
    "id_token_hint",
    "login_hint",
    "acr_values",
    "claims",
    "code_challenge",
    "code_challenge_method",
    "dpop_jkt",
    "registration",
];
/// Longest `state` and `nonce`.
const OPAQUE_MAX: usize = 2048;
const HINT_MAX: usize = 255;
const LIST_MAX: usize = 20;
const PROMPTS: [&str; 4] = ["none", "login", "consent", "select_account"];
/// Media type of our ID tokens.
const ID_TOKEN_TYP: &str = "JWT";

/// Why a request is refused, and where that may be told.
#[derive(Debug)]
pub(crate) struct Rejected {
    pub(crate) error: OAuthError,
    /// The redirect URI, where it is the client's own, with the mode and the state of the request.
    pub(crate) back: Option<(String, ResponseMode, Option<String>)>,
}

impl From<OAuthError> for Rejected {
    fn from(error: OAuthError) -> Self {
        Self { error, back: None }
    }
}

impl From<crate::Error> for Rejected {
    fn from(error: crate::Error) -> Self {
        OAuthError::from(error).into()
    }
}

/// The parameters, from a form or from a request object.
pub(crate) struct Params(Map<String, Value>);

impl Params {
    /// Those of a query or a form.
    pub(crate) fn of_fields(fields: &Fields) -> Self {
        let mut params = Map::new();
        for name in KNOWN {
            if let Some(value) = fields.get(name) {
                params.insert(name.to_owned(), Value::String(value.to_owned()));
            }
        }
        let resource: Vec<Value> = fields.all("resource").map(|uri| Value::String(uri.to_owned())).collect();
        if !resource.is_empty() {
            params.insert("resource".to_owned(), Value::Array(resource));
        }
        Self(params)
    }

    /// Those of a request object of this client: nothing outside of it counts (RFC 9101, section 6.3).
    pub(crate) fn of_object(provider: &Provider, ctx: &Ctx, client: &Client, object: &str) -> Result<Self, OAuthError> {
        let rules = RequestRules {
            algs: &algs(client.profile, client.metadata.request_object_signing_alg.as_deref()),
            client_id: client.id.as_str(),
            audience: provider.issuer(),
            now: ctx.now(),
            leeway: LEEWAY_S,
            strict: client.profile.is_fapi(),
        };
        let keys = client.metadata.jwks.as_ref().map(|jwks| jwks.keys.as_slice()).unwrap_or_default();
        let refused = |_| OAuthError::bad("invalid_request_object", "IDN0112", "the request object is not valid");
        jose::request_object(object, keys, &rules).map(Self).map_err(refused)
    }

    fn text(&self, name: &'static str) -> Result<Option<&str>, OAuthError> {
        match self.0.get(name) {
            None => Ok(None),
            Some(Value::String(text)) if text.contains('\0') => Err(malformed(name)),
            Some(Value::String(text)) => Ok(Some(text.as_str()).filter(|text| !text.is_empty())),
            Some(_) => Err(malformed(name)),
        }
    }

    fn short(&self, name: &'static str, max: usize) -> Result<Option<String>, OAuthError> {
        match self.text(name)? {
            Some(text) if text.len() > max => Err(malformed(name)),
            text => Ok(text.map(str::to_owned)),
        }
    }

    /// Words with spaces between.
    fn words(&self, name: &'static str) -> Result<Vec<String>, OAuthError> {
        let mut words: Vec<String> = Vec::new();
        for word in self.text(name)?.unwrap_or_default().split(' ').filter(|word| !word.is_empty()) {
            if words.len() >= LIST_MAX || word.len() > HINT_MAX {
                return Err(malformed(name));
            }
            if !words.iter().any(|known| known == word) {
                words.push(word.to_owned());
            }
        }
        Ok(words)
    }

    /// The redirect URI and how an answer to it would look, before anything else is read.
    fn back(&self, client: &Client) -> Result<(String, ResponseMode, Option<String>), OAuthError> {
        let missing = || OAuthError::request("redirect_uri is missing");
        let uri = self.text("redirect_uri")?.ok_or_else(missing)?;
        if !redirect::is_registered(&client.metadata, uri) {
            return Err(OAuthError::bad("invalid_request", "IDN0102", "redirect_uri is not registered"));
        }
        let asked = self.0.get("response_mode").and_then(Value::as_str).and_then(ResponseMode::of);
        let mode = asked.unwrap_or_default();
        let mode = if client.profile.signs_messages() { mode.signed() } else { mode };
        let state = self.0.get("state").and_then(Value::as_str).filter(|state| state.len() <= OPAQUE_MAX);
        Ok((uri.to_owned(), mode, state.map(str::to_owned)))
    }
}

fn malformed(name: &'static str) -> OAuthError {
    OAuthError::request(format!("{name} is malformed"))
}

/// Reads a request of this client. `dpop_jkt` is the key whose proof came with a pushed request.
pub(crate) async fn read(
    provider: &Provider,
    ctx: &Ctx,
    client: &Client,
    fields: &Fields,
    dpop_jkt: Option<&str>,
) -> Result<AuthorizationRequest, Rejected> {
    let outer = Params::of_fields(fields);
    let params = match fields.get("request") {
        None if client.metadata.require_signed_request_object => {
            let error = OAuthError::bad("invalid_request", "IDN0112", "the request must be signed");
            return Err(Rejected { error, back: outer.back(client).ok() });
        }
        None => outer,
        Some(object) => match Params::of_object(provider, ctx, client, object) {
            Ok(params) => params,
            Err(error) => return Err(Rejected { error, back: outer.back(client).ok() }),
        },
    };
    // Only what follows may be told to the client by a redirect.
    let back = params.back(client)?;
    match checked(provider, ctx, client, &params, &back, dpop_jkt).await {
        Ok(request) => Ok(request),
        Err(error) => Err(Rejected { error, back: Some(back) }),
    }
}

async fn checked(
    provider: &Provider,
    ctx: &Ctx,
    client: &Client,
    params: &Params,
    back: &(String, ResponseMode, Option<String>),
    proven_jkt: Option<&str>,
) -> Result<AuthorizationRequest, OAuthError> {
    response(client, params)?;
    let mut request = AuthorizationRequest {
        client_id: client.id.0.clone(),
        redirect_uri: back.0.clone(),
        redirect_uri_sent: true,
        response_mode: back.1,
        state: params.short("state", OPAQUE_MAX)?,
        nonce: params.short("nonce", OPAQUE_MAX)?,
        code_challenge: challenge(params)?,
        scope: scope(client, params)?,
        login_hint: params.short("login_hint", HINT_MAX)?,
        ui_locales: params.words("ui_locales")?,
        resource: resource(provider, client, params)?,
        dpop_jkt: jkt(params, proven_jkt)?,
        prompt: prompt(params)?,
        max_age: max_age(params)?.or(client.metadata.default_max_age),
        claims: claims(params)?,
        ..AuthorizationRequest::default()
    };
    let may_refresh = client.metadata.grants("refresh_token");
    request.offline = may_refresh && request.scope.iter().any(|scope| scope == "offline_access");
    assurance(client, params, &mut request)?;
    if let Some(hint) = params.text("id_token_hint")? {
        request.id_token_hint_sub = Some(hinted(provider, ctx, client, hint).await?);
    }
    Ok(request)
}

fn response(client: &Client, params: &Params) -> Result<(), OAuthError> {
    match params.text("response_type")? {
        Some("code") if client.metadata.grants("authorization_code") => {}
        Some("code") => {
            return Err(OAuthError::bad("unauthorized_client", "IDN0108", "the client may not use the code flow"));
        }
        Some(_) => {
            return Err(OAuthError::bad("unsupported_response_type", "IDN0110", "response_type is code"));
        }
        None => return Err(OAuthError::request("response_type is missing")),
    }
    match params.text("response_mode")?.map(|name| (name, ResponseMode::of(name))) {
        Some((_, None)) => Err(OAuthError::bad("invalid_request", "IDN0110", "no such response_mode")),
        Some((_, Some(mode))) if client.profile.signs_messages() && !mode.is_signed() => {
            Err(OAuthError::bad("invalid_request", "IDN0110", "answers to this client are signed: response_mode jwt"))
        }
        _ if params.text("registration")?.is_some() => {
            Err(OAuthError::bad("registration_not_supported", "IDN0100", "registration is not taken here"))
        }
        _ => Ok(()),
    }
}

/// RFC 7636, section 4.3: S256 always, for everybody.
fn challenge(params: &Params) -> Result<String, OAuthError> {
    let refused = |words: &'static str| OAuthError::bad("invalid_request", "IDN0111", words);
    let challenge = params.text("code_challenge")?.ok_or_else(|| refused("code_challenge is missing"))?;
    if params.text("code_challenge_method")? != Some("S256") {
        return Err(refused("code_challenge_method is S256"));
    }
    if challenge.len() != 43 || jose::decode(challenge).is_err() {
        return Err(refused("code_challenge is malformed"));
    }
    Ok(challenge.to_owned())
}

fn scope(client: &Client, params: &Params) -> Result<Vec<String>, OAuthError> {
    let asked = params.words("scope")?;
    let refused = |words: &'static str| OAuthError::invalid_scope(words, "IDN0109");
    if asked.is_empty() {
        return Err(refused("scope is missing"));
    }
    if !asked.iter().all(|scope| client.metadata.scopes().any(|own| own == scope)) {
        return Err(refused("a scope is unknown or not the client's"));
    }
    Ok(asked)
}

fn resource(provider: &Provider, client: &Client, params: &Params) -> Result<Vec<String>, OAuthError> {
    let refused = || OAuthError::bad("invalid_target", "IDN0115", "a resource is malformed or not the client's");
    let asked: Vec<&str> = match params.0.get("resource") {
        None => Vec::new(),
        Some(Value::String(one)) => vec![one.as_str()],
        Some(Value::Array(several)) if several.len() <= LIST_MAX => {
            several.iter().map(|uri| uri.as_str().ok_or_else(refused)).collect::<Result<_, _>>()?
        }
        Some(_) => return Err(refused()),
    };
    let allowed =
        |uri: &str| uri == provider.issuer() || client.metadata.resource_indicators.iter().any(|own| own == uri);
    if !asked.iter().all(|uri| metadata::is_resource(uri) && allowed(uri)) {
        return Err(refused());
    }
    Ok(asked.into_iter().map(str::to_owned).collect())
}

/// The key that the code is bound to (RFC 9449, section 10): named, proven by the push, or both and then the same.
fn jkt(params: &Params, proven: Option<&str>) -> Result<Option<String>, OAuthError> {
    let named = params.text("dpop_jkt")?;
    if named.is_some_and(|jkt| jkt.len() != 43 || jose::decode(jkt).is_err()) {
        return Err(malformed("dpop_jkt"));
    }
    match (named, proven) {
        (Some(named), Some(proven)) if named != proven => {
            Err(OAuthError::bad("invalid_dpop_proof", "IDN0120", "dpop_jkt is not the key of the proof"))
        }
        (named, proven) => Ok(proven.or(named).map(str::to_owned)),
    }
}

fn prompt(params: &Params) -> Result<Vec<String>, OAuthError> {
    let prompt = params.words("prompt")?;
    if !prompt.iter().all(|asked| PROMPTS.contains(&asked.as_str())) {
        return Err(OAuthError::request("no such prompt"));
    }
    if prompt.len() > 1 && prompt.iter().any(|asked| asked == "none") {
        return Err(OAuthError::request("prompt none stands alone"));
    }
    Ok(prompt)
}

fn max_age(params: &Params) -> Result<Option<u64>, OAuthError> {
    match params.0.get("max_age") {
        None => Ok(None),
        Some(Value::Number(number)) => number.as_u64().map(Some).ok_or_else(|| malformed("max_age")),
        Some(Value::String(text)) => text.parse().map(Some).map_err(|_| malformed("max_age")),
        Some(_) => Err(malformed("max_age")),
    }
}

fn claims(params: &Params) -> Result<ClaimsRequest, OAuthError> {
    match params.0.get("claims") {
        None => Ok(ClaimsRequest::default()),
        Some(Value::String(text)) => ClaimsRequest::read(text),
        Some(value) => ClaimsRequest::of(value),
    }
}

/// Which levels are wished for: by `claims` (and then perhaps essential), by `acr_values`, or by registration.
fn assurance(client: &Client, params: &Params, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let named = params.words("acr_values")?;
    let (values, essential) = match request.claims.acr() {
        Some((values, essential)) if !values.is_empty() => (values, essential),
        _ if !named.is_empty() => (named, false),
        _ => (client.metadata.default_acr_values.clone(), false),
    };
    if essential && !values.iter().any(|acr| Assurance::of_acr(acr).is_some()) {
        let words = "no level of assurance that is asked for exists";
        return Err(OAuthError::bad("unmet_authentication_requirements", "IDN0126", words));
    }
    request.acr_values = values;
    request.acr_essential = essential;
    Ok(())
}

/// Whom an ID token of ours names, given to this client.
async fn hinted(provider: &Provider, ctx: &Ctx, client: &Client, hint: &str) -> Result<String, OAuthError> {
    let refused = || OAuthError::request("id_token_hint is no ID token of ours for this client");
    let token = provider.verify_own(ctx, hint, ID_TOKEN_TYP, true).await?.ok_or_else(refused)?;
    if token.text("aud") != Some(client.id.as_str()) {
        return Err(refused());
    }
    token.text("sub").map(str::to_owned).ok_or_else(refused)
}
