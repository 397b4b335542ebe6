//! A client of the JSON API, as a program of another body would have one: for the story and the crash test.

use crate::accounts::DemoAccount;
use anyhow::{Context, Result, bail};
use kernel::{Clock, Problem};
use reqwest::{Method, StatusCode};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::time::Duration;
use totp_rs::{Builder, Secret};

/// How long one answer may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// A one-time code serves once and lives so long (RFC 6238).
const CODE_STEP: Duration = Duration::from_secs(30);
/// Largest answer that is quoted in an error.
const QUOTED_CHARS_MAX: usize = 300;

/// Somebody at the API: signed in or not.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Client").field("base", &self.base).field("signed_in", &self.token.is_some()).finish()
    }
}

/// An answer that is not the wished one.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// A problem document with its code.
    #[error("{status}: {problem}")]
    Problem {
        /// Of the answer.
        status: u16,
        /// Code and fields.
        problem: Problem,
    },
    /// Something else.
    #[error("{status}: {text}")]
    Other {
        /// Of the answer.
        status: u16,
        /// How it begins.
        text: String,
    },
}

impl Client {
    /// Nobody yet, at this address, such as `http://127.0.0.1:8080`.
    ///
    /// # Errors
    /// When the client cannot be made.
    pub fn new(base: &str) -> Result<Self> {
        let http = reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build()?;
        Ok(Self { http, base: base.trim_end_matches('/').to_owned(), token: None })
    }

    /// Signs in with password and one-time code. A code that was used a moment ago is waited out once.
    ///
    /// # Errors
    /// When it is refused.
    pub async fn sign_in(&self, account: &DemoAccount) -> Result<Self> {
        #[derive(Deserialize)]
        struct SignedIn {
            token: String,
        }
        let enter = async || {
            let body = json!({ "login": account.login, "password": account.password, "code": code(account)? });
            self.post::<SignedIn>("/api/v1/session", &body).await
        };
        let signed_in = match enter().await {
            Err(error) if refused(&error).is_some_and(|status| matches!(status, 401 | 409 | 422)) => {
                let mut next = tokio::time::interval(CODE_STEP);
                next.tick().await;
                next.tick().await;
                enter().await
            }
            other => other,
        };
        let signed_in = signed_in.with_context(|| format!("{} cannot sign in", account.en))?;
        Ok(Self { token: Some(signed_in.token), ..self.clone() })
    }

    /// Reads.
    ///
    /// # Errors
    /// [`Refused`] within, or what the connection said.
    pub async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T> {
        self.send(Method::GET, path, None::<&Value>, None).await
    }

    /// Sends.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T> {
        self.send(Method::POST, path, Some(body), None).await
    }

    /// Sends what must happen once, however often it is sent.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn post_once<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize, key: &str) -> Result<T> {
        self.send(Method::POST, path, Some(body), Some(key)).await
    }

    /// A text, such as the log's checkpoint or a page.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub async fn text(&self, path: &str) -> Result<String> {
        let mut request = self.http.get(format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if status.is_success() { Ok(text) } else { Err(unwished(status, &text).into()) }
    }

    async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<&impl Serialize>,
        key: Option<&str>,
    ) -> Result<T> {
        let mut request = self.http.request(method, format!("{}{path}", self.base));
        request = request.header("accept", "application/json");
        if let Some(token) = &self.token {
            request = request.bearer_auth(token);
        }
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let answer = request.send().await.with_context(|| format!("no answer from {}", self.base))?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            return Err(anyhow::Error::from(unwished(status, &text)).context(path.to_owned()));
        }
        match serde_json::from_str(&text) {
            Ok(value) => Ok(value),
            // What it says instead may be personal: only where it went wrong is told.
            Err(error) => bail!("{path}: another shape than expected, line {} column {}", error.line(), error.column()),
        }
    }
}

/// The HTTP status of a refusal.
#[must_use]
pub fn refused(error: &anyhow::Error) -> Option<u16> {
    match error.downcast_ref::<Refused>()? {
        Refused::Problem { status, .. } | Refused::Other { status, .. } => Some(*status),
    }
}

fn unwished(status: StatusCode, text: &str) -> Refused {
    let status = status.as_u16();
    let code = serde_json::from_str::<Value>(text).ok();
    match code.as_ref().and_then(|it| it.get("code")).and_then(Value::as_str) {
        Some(code) => {
            let mut problem = Problem::new(kernel::Kind::Internal, "");
            problem.code = code.to_owned().into();
            Refused::Problem { status, problem }
        }
        None => Refused::Other { status, text: text.chars().take(QUOTED_CHARS_MAX).collect() },
    }
}

/// What the person's phone shows now.
fn code(account: &DemoAccount) -> Result<String> {
    let secret = Secret::try_from_base32(&account.totp_secret).context("the account's one-time secret")?;
    let totp = Builder::new().with_secret(secret).build_noncompliant();
    let now = u64::try_from(Clock::System.now().unix_timestamp()).unwrap_or(0);
    Ok(totp.generate(now).to_string())
}
