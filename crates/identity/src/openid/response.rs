//! Answers of the authorize end-point on their way to the client: in the query, the fragment or a form (OAuth 2.0 Multiple
//! Response Types, Form Post Response Mode), signed or not (JARM), always with `iss` (RFC 9207).

use super::{AuthorizationRequest, Client, OAuthError, Provider, ResponseMode};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jose::Alg;
use kernel::Ctx;
use serde_json::{Map, Value, json};
use web::FormAction;

/// How long a signed answer is good, in seconds (JARM, section 2.1: at most ten minutes).
const GOOD_S: i64 = 600;

/// Where a browser goes with the answer.
#[derive(Clone, PartialEq, Eq)]
pub enum Away {
    /// There, by a redirect (303).
    To(String),
    /// There, by a form that is posted.
    Post {
        /// The address.
        url: String,
        /// Name and value of each field.
        fields: Vec<(String, String)>,
    },
}

// Codes are in there.
impl std::fmt::Debug for Away {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Away").field(&self.origin()).finish()
    }
}

impl Away {
    /// The origin of the address, for `form-action` of a page that leads there.
    #[must_use]
    pub fn origin(&self) -> String {
        let (Self::To(url) | Self::Post { url, .. }) = self;
        match url.split_once("://") {
            Some((scheme, rest)) => {
                format!("{scheme}://{}", rest.split(['/', '?', '#']).next().unwrap_or_default())
            }
            None => url.split_once(':').map_or_else(String::new, |(scheme, _)| format!("{scheme}:")),
        }
    }
}

/// Where an answer goes, verified: the client is known, and the address is its own.
#[derive(Clone, Debug)]
pub(crate) struct Back<'a> {
    pub(crate) client: &'a Client,
    pub(crate) redirect_uri: &'a str,
    pub(crate) mode: ResponseMode,
    pub(crate) state: Option<&'a str>,
}

impl<'a> Back<'a> {
    /// Where the answer to a request goes.
    pub(crate) fn of(client: &'a Client, request: &'a AuthorizationRequest) -> Self {
        let AuthorizationRequest { redirect_uri, response_mode, state, .. } = request;
        Self { client, redirect_uri, mode: *response_mode, state: state.as_deref() }
    }

    /// A code.
    pub(crate) async fn code(&self, provider: &Provider, ctx: &Ctx, code: &str) -> Result<Away, crate::Error> {
        self.answer(provider, ctx, &[("code", code)]).await
    }

    /// An error.
    pub(crate) async fn error(&self, provider: &Provider, ctx: &Ctx, error: &OAuthError) -> Result<Away, crate::Error> {
        tracing::info!(code = error.code, error = error.error, "authorization refused");
        let fields = [("error", error.error), ("error_description", &error.description), ("sen_code", error.code)];
        self.answer(provider, ctx, &fields).await
    }

    async fn answer(&self, provider: &Provider, ctx: &Ctx, own: &[(&str, &str)]) -> Result<Away, crate::Error> {
        let mut fields: Vec<(String, String)> = own.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect();
        if let Some(state) = self.state {
            fields.push(("state".to_owned(), state.to_owned()));
        }
        fields.push(("iss".to_owned(), provider.issuer().to_owned()));
        if self.mode.is_signed() {
            fields = vec![("response".to_owned(), self.signed(provider, ctx, fields).await?)];
        }
        let url = self.redirect_uri;
        Ok(match self.mode {
            ResponseMode::Query | ResponseMode::QueryJwt => {
                let sign = if url.contains('?') { '&' } else { '?' };
                Away::To(format!("{url}{sign}{}", encoded(&fields)))
            }
            ResponseMode::Fragment | ResponseMode::FragmentJwt => Away::To(format!("{url}#{}", encoded(&fields))),
            ResponseMode::FormPost | ResponseMode::FormPostJwt => Away::Post { url: url.to_owned(), fields },
        })
    }

    async fn signed(
        &self,
        provider: &Provider,
        ctx: &Ctx,
        fields: Vec<(String, String)>,
    ) -> Result<String, crate::Error> {
        let mut claims: Map<String, Value> = fields.into_iter().map(|(n, v)| (n, Value::String(v))).collect();
        let now = ctx.now().unix_timestamp();
        claims.insert("aud".to_owned(), json!(self.client.id));
        claims.insert("iat".to_owned(), json!(now));
        claims.insert("exp".to_owned(), json!(now + GOOD_S));
        let registered = self.client.metadata.authorization_signed_response_alg.as_deref();
        let alg = registered.and_then(Alg::of).unwrap_or(Alg::Es256);
        provider.sign(ctx, alg, "JWT", &claims).await
    }
}

/// Fields as a query (application/x-www-form-urlencoded).
pub(crate) fn encoded(fields: &[(String, String)]) -> String {
    let pairs = fields.iter().map(|(name, value)| format!("{}={}", web::encoded(name), web::encoded(value)));
    pairs.collect::<Vec<_>>().join("&")
}

impl IntoResponse for Away {
    fn into_response(self) -> Response {
        let no_store = (header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        // The address holds a code: nobody is told where the reader came from.
        let silent = (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
        match self {
            Self::To(url) => match HeaderValue::from_str(&url) {
                Ok(location) => {
                    (StatusCode::SEE_OTHER, [no_store, silent, (header::LOCATION, location)]).into_response()
                }
                Err(_) => OAuthError::fault("an answer has no address").into_response(),
            },
            Self::Post { url, fields } => {
                let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
                let action = FormAction::of(&url);
                let mut response = (StatusCode::OK, [no_store, silent, kind], page(&url, &fields)).into_response();
                if let Some(action) = action {
                    response.extensions_mut().insert(action);
                }
                response
            }
        }
    }
}

/// A form that posts itself, or is posted by its button where scripts do not run.
fn page(url: &str, fields: &[(String, String)]) -> String {
    let hidden: String = fields
        .iter()
        .map(|(name, value)| format!(r#"<input type="hidden" name="{}" value="{}">"#, escaped(name), escaped(value)))
        .collect();
    format!(
        r#"<!doctype html><html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Đang chuyển tiếp · Continuing</title><script src="/openid/post.js" defer></script></head><body><form method="post" action="{}">{hidden}<button type="submit">Tiếp tục · Continue</button></form></body></html>"#,
        escaped(url)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

/// `GET /openid/post.js`: our policy lets no script stand in a page.
pub(crate) async fn post_script() -> Response {
    let kind = (header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
    let age = (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=86400"));
    ([kind, age], "document.forms[0].submit();\n").into_response()
}
