//! The authorize end-point: a browser brings a client's request. It is read and verified; then the person is asked, or
//! answered for at once where they have agreed before.

use super::form::Fields;
use super::interaction::{LIFE, Needs, browser_cookie};
use super::response::{Away, Back};
use super::router::Endpoints;
use super::{AuthorizationRequest, Client, OAuthError, consent, pushed, read};
use axum::body::Bytes;
use axum::extract::{RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Ctx, Kind, Problem};
use web::{Failure, Session, Visitor};

/// Longest request.
const BYTES_MAX: usize = 32 * 1024;
/// How the cookie's value looks: 32 bytes, base64url.
const BROWSER_CHARS: usize = 43;

/// `GET /openid/authorize`.
pub(crate) async fn by_get(
    State(endpoints): State<Endpoints>,
    visitor: Visitor,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = query.unwrap_or_default();
    let fields =
        if query.len() > BYTES_MAX { Err(OAuthError::request("too long")) } else { Fields::of(query.as_bytes()) };
    authorize(&endpoints, &visitor, &headers, &fields.map_err(shown)?).await
}

/// `POST /openid/authorize` (OpenID Connect Core, section 3.1.2.1).
pub(crate) async fn by_post(
    State(endpoints): State<Endpoints>,
    visitor: Visitor,
    headers: HeaderMap,
    body: Bytes,
) -> Result<Response, Failure> {
    let fields = Fields::of_post(&headers, &body).map_err(shown)?;
    authorize(&endpoints, &visitor, &headers, &fields).await
}

/// A failure that nobody may be redirected with: a page of ours says it.
fn shown(error: OAuthError) -> Failure {
    let kind = match error.status {
        StatusCode::SERVICE_UNAVAILABLE => Kind::Unavailable,
        status if status.is_server_error() => Kind::Internal,
        _ => Kind::Invalid,
    };
    Failure(Problem::new(kind, error.code))
}

async fn authorize(
    endpoints: &Endpoints,
    visitor: &Visitor,
    headers: &HeaderMap,
    fields: &Fields,
) -> Result<Response, Failure> {
    let provider = &endpoints.provider;
    let ctx = &visitor.ctx;
    let unknown = || Failure(Problem::new(Kind::Invalid, "IDN0101"));
    let id = fields.get("client_id").ok_or_else(unknown)?;
    let client = provider.approved(ctx, id).await?.ok_or_else(unknown)?;
    let request = match fields.get("request_uri") {
        Some(uri) => pushed::take(provider, ctx, &client, uri).await.map_err(read::Rejected::from),
        None => unpushed(endpoints, ctx, &client, fields).await,
    };
    let request = match request {
        Ok(request) => request,
        Err(read::Rejected { error, back: None }) => return Err(shown(error)),
        Err(read::Rejected { error, back: Some((redirect_uri, mode, state)) }) => {
            let back = Back { client: &client, redirect_uri: &redirect_uri, mode, state: state.as_deref() };
            return Ok(back.error(provider, ctx, &error).await?.into_response());
        }
    };
    // A session that came as a bearer token is a program's, which cannot stand for a person at a browser.
    let session = visitor.session.as_ref().filter(|session| !session.by_bearer);
    match decided(endpoints, ctx, &client, &request, session).await? {
        Some(away) => Ok(away.into_response()),
        None => Ok(asked(endpoints, ctx, &request, headers).await?),
    }
}

async fn unpushed(
    endpoints: &Endpoints,
    ctx: &Ctx,
    client: &Client,
    fields: &Fields,
) -> Result<AuthorizationRequest, read::Rejected> {
    let read = read::read(&endpoints.provider, ctx, client, fields, None).await;
    if !client.metadata.require_pushed_authorization_requests {
        return read;
    }
    // It is read all the same, to know whether there is an address of the client's to tell it to.
    let error = OAuthError::bad("invalid_request", "IDN0114", "requests of this client are pushed");
    Err(match read {
        Ok(request) => {
            let AuthorizationRequest { redirect_uri, response_mode, state, .. } = request;
            read::Rejected { error, back: Some((redirect_uri, response_mode, state)) }
        }
        Err(rejected) => read::Rejected { error, ..rejected },
    })
}

/// The answer that needs nobody: a code where the person has agreed before, an error where nobody may be asked.
async fn decided(
    endpoints: &Endpoints,
    ctx: &Ctx,
    client: &Client,
    request: &AuthorizationRequest,
    session: Option<&Session>,
) -> Result<Option<Away>, Failure> {
    let provider = &endpoints.provider;
    let mut tx = provider.db().begin().await?;
    let needs = provider.needs(&mut tx, ctx, client, request, ctx.now(), session).await?;
    let back = Back::of(client, request);
    if let (Needs::Nothing, Some(session)) = (&needs, session)
        && let Some(grant) = consent::again(&mut tx, ctx, session.account, client.id.as_str()).await?
    {
        let code = provider.code(&mut tx, ctx, client, request, session, grant).await?;
        tx.commit().await.map_err(store::Error::from)?;
        return Ok(Some(back.code(provider, ctx, &code).await?));
    }
    if !request.prompts("none") {
        return Ok(None);
    }
    // OpenID Connect Core, section 3.1.2.6; Unmet Authentication Requirements 1.0.
    let error = match needs {
        Needs::SignIn { .. } => OAuthError::bad("login_required", "IDN0116", "nobody fitting is signed in"),
        Needs::StepUp { .. } if request.acr_essential => {
            let words = "the level of assurance is not reached";
            OAuthError::bad("unmet_authentication_requirements", "IDN0126", words)
        }
        Needs::StepUp { .. } => OAuthError::bad("login_required", "IDN0126", "the level of assurance is not reached"),
        Needs::Consent { .. } | Needs::Nothing => {
            OAuthError::bad("consent_required", "IDN0117", "the person has not agreed to all of it")
        }
    };
    Ok(Some(back.error(provider, ctx, &error).await?))
}

/// Keeps the request for the person to look at, and sends the browser to the page.
async fn asked(
    endpoints: &Endpoints,
    ctx: &Ctx,
    request: &AuthorizationRequest,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    let provider = &endpoints.provider;
    let secure = endpoints.web.secure;
    // One value for all tabs of a browser: each of them can be answered.
    let known = cookie(headers, browser_cookie(secure)).map(str::to_owned);
    let browser = known.unwrap_or_else(|| jose::encode(ctx.random.bytes::<32>()));
    let id = ctx.uuid();
    let value = serde_json::to_value(request).map_err(|_| Problem::new(Kind::Internal, "IDN0124"))?;
    sqlx::query(
        "insert into identity.interaction (interaction_id, browser_hash, client_id, request, created_at, expires_at)
         values ($1, $2, $3, $4, $5, $6)",
    )
    .bind(id)
    .bind(&jose::sha256(&browser)[..])
    .bind(&request.client_id)
    .bind(value)
    .bind(ctx.now())
    .bind(ctx.now() + LIFE)
    .execute(provider.db().pool())
    .await
    .map_err(store::Error::from)?;
    let mark = if secure { "; Secure" } else { "" };
    let age = LIFE.whole_seconds() * 2;
    let cookie = format!("{}={browser}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{mark}", browser_cookie(secure));
    let broken = || Problem::new(Kind::Internal, "IDN0124");
    let cookie = HeaderValue::from_str(&cookie).map_err(|_| broken())?;
    let there = HeaderValue::from_str(&format!("/cho-phep/{id}")).map_err(|_| broken())?;
    let headers = [
        (header::LOCATION, there),
        (header::SET_COOKIE, cookie),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((StatusCode::SEE_OTHER, headers).into_response())
}

/// The value of our cookie, where it looks like one.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut named = pairs
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('=').filter(|(key, _)| *key == name).map(|(_, value)| value));
    named.find(|value| value.len() == BROWSER_CHARS && jose::decode(value).is_ok())
}
