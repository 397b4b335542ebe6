//! Registration of clients (RFC 7591): whoever asks lands as pending, and an administrator decides.

use super::client::{COLUMNS, ClientRow};
use super::keys::may_decide;
use super::router::Endpoints;
use super::{Client, ClientId, ClientMetadata, ClientState, OAuthError, Profile, Provider, metadata};
use crate::Error;
use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use kernel::{Actor, Ctx};
use ledger::Entry;
use serde_json::{Value, json};
use sqlx::AssertSqlSafe;

/// Longest registration.
const BYTES_MAX: usize = 60 * 1024;

/// A client that was registered. The secret is told here and never again.
#[derive(Clone)]
pub struct Registered {
    /// Its id.
    pub id: ClientId,
    /// Its secret, where it authenticates by one.
    pub secret: Option<String>,
}

impl std::fmt::Debug for Registered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Registered").field("id", &self.id).finish_non_exhaustive()
    }
}

impl Provider {
    /// Registers a client, or replaces what the client of the wanted id registered. The program itself and administrators
    /// may; the open end-point registers pending ones.
    ///
    /// # Errors
    /// `NotAllowed`, `Metadata` when a rule is broken.
    pub async fn register(
        &self,
        ctx: &Ctx,
        metadata: ClientMetadata,
        profile: Profile,
        state: ClientState,
        wanted: Option<&str>,
    ) -> Result<Registered, Error> {
        self.register_with_secret(ctx, metadata, profile, state, wanted, None).await
    }

    /// The same with a given secret: for clients that are set up from a file.
    ///
    /// # Errors
    /// As [`Self::register`].
    pub async fn register_with_secret(
        &self,
        ctx: &Ctx,
        mut metadata: ClientMetadata,
        profile: Profile,
        state: ClientState,
        wanted: Option<&str>,
        secret: Option<&str>,
    ) -> Result<Registered, Error> {
        may_decide(ctx)?;
        metadata::complete(&mut metadata, profile);
        metadata::check(&metadata, profile)?;
        let id = match wanted {
            Some(id) if is_id(id) => id.to_owned(),
            Some(_) => {
                return Err(Error::Metadata("client_id has 1 to 100 letters, digits, hyphens, dots, underscores"));
            }
            None => jose::encode(ctx.random.bytes::<16>()),
        };
        let needs = metadata.token_endpoint_auth_method.has_secret();
        let secret = needs.then(|| secret.map_or_else(|| jose::encode(ctx.random.bytes::<32>()), str::to_owned));
        if secret.as_ref().is_some_and(|secret| !(16..=255).contains(&secret.len())) {
            return Err(Error::Metadata("client_secret has 16 to 255 characters"));
        }
        let value = serde_json::to_value(&metadata).map_err(|_| Error::Fault("metadata do not write"))?;
        let mut tx = self.db().begin().await?;
        sqlx::query(
            "insert into identity.client (client_id, metadata, secret_hash, state, profile, created_at)
             values ($1, $2, $3, $4, $5, $6)
             on conflict (client_id) do update set metadata = $2, secret_hash = $3, state = $4, profile = $5",
        )
        .bind(&id)
        .bind(value)
        .bind(secret.as_ref().map(|secret| jose::sha256(secret).to_vec()))
        .bind(state.as_str())
        .bind(profile.as_str())
        .bind(ctx.now())
        .execute(&mut *tx)
        .await?;
        let body = json!({
            "event": "client-registered", "client": id, "profile": profile, "state": state, "by": ctx.actor,
        });
        ledger::append(&mut tx, ctx, Entry { subject: None, kind: "change", body }).await?;
        tx.commit().await?;
        self.forget_client(&id);
        Ok(Registered { id: ClientId(id), secret })
    }

    /// All clients, those that wait first. Administrators may.
    ///
    /// # Errors
    /// `NotAllowed`.
    pub async fn clients(&self, ctx: &Ctx) -> Result<Vec<Client>, Error> {
        may_decide(ctx)?;
        let query = format!(
            "select {COLUMNS} from identity.client order by state <> 'pending', created_at desc, client_id limit 1000"
        );
        let rows: Vec<ClientRow> = sqlx::query_as(AssertSqlSafe(query)).fetch_all(self.db().pool()).await?;
        rows.into_iter().map(Client::try_from).collect()
    }

    /// Approves a client or suspends it. Suspended, it is out of this process at once and of others within five seconds.
    /// Administrators may.
    ///
    /// # Errors
    /// `NotAllowed`, `NoSuchClient`.
    pub async fn decide_client(&self, ctx: &Ctx, id: &str, approve: bool) -> Result<(), Error> {
        may_decide(ctx)?;
        let state = if approve { ClientState::Approved } else { ClientState::Suspended };
        let by = match &ctx.actor {
            Actor::Officer { account, .. } => Some(account.0),
            _ => None,
        };
        let mut tx = self.db().begin().await?;
        let done =
            sqlx::query("update identity.client set state = $2, decided_at = $3, decided_by = $4 where client_id = $1")
                .bind(id)
                .bind(state.as_str())
                .bind(ctx.now())
                .bind(by)
                .execute(&mut *tx)
                .await?;
        if done.rows_affected() == 0 {
            return Err(Error::NoSuchClient);
        }
        let body = json!({"event": "client-decided", "client": id, "state": state, "by": ctx.actor});
        ledger::append(&mut tx, ctx, Entry { subject: None, kind: "change", body }).await?;
        tx.commit().await?;
        self.forget_client(id);
        Ok(())
    }
}

fn is_id(id: &str) -> bool {
    (1..=100).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._~".contains(&b))
}

/// `POST /openid/register`. Our own member `sen_profile` asks for a profile.
pub(crate) async fn register(State(endpoints): State<Endpoints>, body: Bytes) -> Result<Response, OAuthError> {
    let provider = &endpoints.provider;
    let ctx = endpoints.web.ctx(Actor::System { body: "identity".into(), on_decision_of: None });
    let refused = |description: &'static str| OAuthError::bad("invalid_client_metadata", "IDN0122", description);
    if !provider.settings().registration {
        return Err(OAuthError::new(StatusCode::FORBIDDEN, "access_denied", "IDN0108", "registration is closed"));
    }
    if provider.failures().attempt("\0registration").is_err() {
        let error = OAuthError::new(
            StatusCode::TOO_MANY_REQUESTS,
            "temporarily_unavailable",
            "IDN0125",
            "too many registrations",
        );
        return Err(error.with(header::RETRY_AFTER, HeaderValue::from_static("60")));
    }
    if body.len() > BYTES_MAX {
        return Err(refused("the metadata are too long"));
    }
    let value = jose::json(&body).map_err(|_| refused("the metadata are no JSON object"))?;
    let profile = match value.get("sen_profile") {
        None => Profile::default(),
        Some(named) => named.as_str().and_then(Profile::of).ok_or_else(|| refused("no such profile"))?,
    };
    // Nothing is fetched: what a client only points at it would believe that we had read.
    if value.get("jwks_uri").is_some() {
        return Err(refused("jwks_uri is not fetched: send the keys as jwks"));
    }
    if value.get("software_statement").is_some() {
        let words = "software statements are not taken";
        return Err(OAuthError::bad("unapproved_software_statement", "IDN0122", words));
    }
    let metadata: ClientMetadata =
        serde_json::from_value(value).map_err(|_| refused("a member has a wrong type or an unknown value"))?;
    let registered =
        provider.register(&ctx, metadata, profile, ClientState::Pending, None).await.map_err(|error| match error {
            Error::Metadata(words) => refused(words),
            Error::RedirectUri => {
                let words = "a redirect URI is not https (nor loopback), or has a fragment, wildcard or credentials";
                OAuthError::bad("invalid_redirect_uri", "IDN0123", words)
            }
            other => other.into(),
        })?;
    let client = provider.client(&ctx, registered.id.as_str()).await?;
    let client = client.ok_or_else(|| OAuthError::fault("a client was registered and is not there"))?;
    let mut answer = client.shown()?;
    answer.insert("client_id_issued_at".to_owned(), json!(client.created_at.unix_timestamp()));
    answer.insert("sen_state".to_owned(), json!(client.state));
    if let Some(secret) = registered.secret {
        answer.insert("client_secret".to_owned(), json!(secret));
        answer.insert("client_secret_expires_at".to_owned(), json!(0));
    }
    let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok((StatusCode::CREATED, [no_store], Json(Value::Object(answer))).into_response())
}
