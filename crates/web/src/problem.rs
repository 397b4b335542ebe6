//! Failures as the client can read them: `application/problem+json` (RFC 9457) for programs, a page for people.

use crate::{Language, Web, extract};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::{Kind, Problem, RequestId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Codes of this crate.
pub mod codes {
    /// Something broke that should not have.
    pub const INTERNAL: &str = "WEB0000";
    /// No such page, or not for this reader.
    pub const NOT_FOUND: &str = "WEB0001";
    /// The address does not take this method.
    pub const METHOD: &str = "WEB0002";
    /// The body is too large.
    pub const TOO_LARGE: &str = "WEB0003";
    /// The body is no JSON.
    pub const JSON: &str = "WEB0004";
    /// The body lacks something, or has it in the wrong type.
    pub const SHAPE: &str = "WEB0005";
    /// The form does not carry this session's token.
    pub const CSRF: &str = "WEB0006";
    /// The request comes from another website.
    pub const CROSS_SITE: &str = "WEB0007";
    /// Not signed in.
    pub const SIGN_IN: &str = "WEB0008";
    /// Signed in as somebody whom this part is not for.
    pub const NOT_FOR_YOU: &str = "WEB0009";
    /// Too many attempts.
    pub const TOO_MANY: &str = "WEB0010";
    /// Overloaded.
    pub const OVERLOADED: &str = "WEB0011";
    /// The request took too long.
    pub const TIMEOUT: &str = "WEB0012";
    /// The body is of another type than the address takes.
    pub const MEDIA_TYPE: &str = "WEB0013";
    /// The database is not ready.
    pub const DATABASE: &str = "WEB0014";
    /// All of them.
    pub const ALL: [&str; 15] = [
        INTERNAL,
        NOT_FOUND,
        METHOD,
        TOO_LARGE,
        JSON,
        SHAPE,
        CSRF,
        CROSS_SITE,
        SIGN_IN,
        NOT_FOR_YOU,
        TOO_MANY,
        OVERLOADED,
        TIMEOUT,
        MEDIA_TYPE,
        DATABASE,
    ];
}

/// A problem on its way to the client. Handlers return it; [`dress`] gives it words and a form.
#[derive(Clone, Debug)]
pub struct Failure(pub Problem);

impl<E: Into<Problem>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status = status_of(&self.0);
        let mut response = status.into_response();
        response.extensions_mut().insert(self);
        response
    }
}

fn status_of(problem: &Problem) -> StatusCode {
    match &*problem.code {
        codes::JSON | codes::SHAPE => StatusCode::BAD_REQUEST,
        codes::METHOD => StatusCode::METHOD_NOT_ALLOWED,
        codes::MEDIA_TYPE => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        codes::TIMEOUT => StatusCode::GATEWAY_TIMEOUT,
        _ => StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR),
    }
}

/// Whether the client is a program: it asks for JSON, or speaks to the API.
fn wants_json(path: &str, headers: &HeaderMap) -> bool {
    if path.starts_with("/api/") {
        return true;
    }
    let accept = headers.get(header::ACCEPT).and_then(|value| value.to_str().ok()).unwrap_or("");
    accept.contains("json") && !accept.contains("text/html")
}

/// The outermost layer: gives failures their words, remembers the language asked for, and logs each failure once.
pub(crate) async fn dress(State(web): State<Web>, mut request: Request, next: Next) -> Response {
    let language = Language::of(request.uri(), request.headers());
    let asked = Language::asked(request.uri());
    let id = RequestId(web.ctx(kernel::Actor::Anonymous).request.0);
    request.extensions_mut().insert(language);
    request.extensions_mut().insert(id);
    let path = request.uri().path().to_owned();
    let json = wants_json(&path, request.headers());
    let back = return_path(request.method(), request.uri());
    let enhanced = request.headers().contains_key("hx-request");
    let mut response = next.run(request).await;

    if let Some(problem) = problem_of(&response) {
        if problem.kind == Kind::Internal {
            tracing::error!(code = %problem.code, request = %id, "request failed");
        } else {
            tracing::info!(code = %problem.code, request = %id, "request refused");
        }
        response = if problem.code == codes::SIGN_IN && !json && !enhanced {
            extract::to_sign_in(&back)
        } else {
            written(&web, &problem, language, json, id, response.headers())
        };
    }
    if let Ok(value) = HeaderValue::from_str(&id.to_string()) {
        response.headers_mut().insert("x-request-id", value);
    }
    if let Some(language) = asked {
        let secure = if web.secure { "; Secure" } else { "" };
        let text =
            format!("{}={}; Path=/; Max-Age=31536000; SameSite=Lax{secure}", crate::language::COOKIE, language.tag());
        if let Ok(value) = HeaderValue::from_str(&text) {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

/// Where to come back to after signing in: the page itself for a read, home for anything else.
fn return_path(method: &Method, uri: &axum::http::Uri) -> String {
    if method == Method::GET { uri.path_and_query().map_or("/", |p| p.as_str()).to_owned() } else { "/".to_owned() }
}

/// The problem that a response carries, or the one that its bare status stands for.
fn problem_of(response: &Response) -> Option<Problem> {
    if let Some(Failure(problem)) = response.extensions().get() {
        return Some(problem.clone());
    }
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return None;
    }
    // Pages and protocol answers bring their own body; the framework's refusals are plain text or empty.
    let kind = response.headers().get(header::CONTENT_TYPE).and_then(|v| v.to_str().ok()).unwrap_or("text/plain");
    if !kind.starts_with("text/plain") {
        return None;
    }
    let limit = crate::BODY_BYTES_MAX / (1024 * 1024);
    Some(match status {
        StatusCode::NOT_FOUND => Problem::new(Kind::NotFound, codes::NOT_FOUND),
        StatusCode::METHOD_NOT_ALLOWED => Problem::new(Kind::Invalid, codes::METHOD),
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(Kind::TooLarge, codes::TOO_LARGE).with("limit", limit),
        StatusCode::UNSUPPORTED_MEDIA_TYPE => {
            Problem::new(Kind::Invalid, codes::MEDIA_TYPE).with("expected", "application/json")
        }
        StatusCode::REQUEST_TIMEOUT | StatusCode::GATEWAY_TIMEOUT => Problem::new(Kind::Unavailable, codes::TIMEOUT),
        StatusCode::SERVICE_UNAVAILABLE => Problem::new(Kind::Unavailable, codes::OVERLOADED),
        StatusCode::TOO_MANY_REQUESTS => Problem::new(Kind::TooMany, codes::TOO_MANY).with("seconds", 60),
        status if status.is_client_error() => Problem::new(Kind::Invalid, codes::SHAPE).with("detail", status.as_u16()),
        _ => Problem::new(Kind::Internal, codes::INTERNAL),
    })
}

fn written(
    web: &Web,
    problem: &Problem,
    language: Language,
    json: bool,
    id: RequestId,
    headers: &HeaderMap,
) -> Response {
    let status = status_of(problem);
    let document = document(web, problem, language, status, id);
    let mut response = if json {
        let kind = (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        (status, [kind], document.to_string()).into_response()
    } else {
        match web.page_with(
            status,
            "problem.html",
            language,
            &json!({ "problem": document, "status": status.as_u16() }),
        ) {
            Ok(page) => page,
            // Even the error page failed: say it plainly.
            Err(_) => (status, web.texts.say(language, "web0000", &[])).into_response(),
        }
    };
    for name in [header::RETRY_AFTER, header::ALLOW] {
        if let Some(value) = headers.get(&name) {
            response.headers_mut().insert(name, value.clone());
        }
    }
    if let (Kind::TooMany, Some(seconds)) = (problem.kind, problem.args.get("seconds"))
        && let Ok(value) = HeaderValue::from_str(seconds)
    {
        response.headers_mut().insert(header::RETRY_AFTER, value);
    }
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

/// The RFC 9457 document: code, sentence, fields. Nothing personal is in a problem, so nothing personal is here.
fn document(web: &Web, problem: &Problem, language: Language, status: StatusCode, id: RequestId) -> Value {
    let sentence = web.sentence(language, &problem.code, &problem.args);
    let fields: Vec<Value> = problem.fields.iter().map(|field| web.field_problem(language, field)).collect();
    json!({
        "type": format!("/loi/{}", problem.code.to_lowercase()),
        "title": sentence,
        "status": status.as_u16(),
        "code": problem.code,
        "fields": fields,
        "instance": format!("urn:uuid:{id}"),
    })
}

impl Web {
    /// The sentence of a code; the general one where the code has none.
    #[must_use]
    pub fn sentence(&self, language: Language, code: &str, args: &BTreeMap<String, String>) -> String {
        let args: Vec<_> = args.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        self.texts
            .find(language, &code.to_lowercase(), &args)
            // A rule of the pack brings its own sentence, in each language.
            .or_else(|| args.iter().find(|(name, _)| name == language.tag()).map(|(_, sentence)| sentence.clone()))
            .unwrap_or_else(|| self.texts.say(language, "web0000", &[]))
    }

    /// What is wrong at a field, with its sentence.
    #[must_use]
    pub fn field_problem(&self, language: Language, field: &kernel::FieldProblem) -> Value {
        json!({
            "pointer": field.pointer,
            "code": field.code,
            "message": self.sentence(language, &field.code, &field.args),
            "legal_basis": field.legal_basis,
        })
    }
}
