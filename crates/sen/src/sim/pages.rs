//! The operator's pages: numbers of the person, choosing another, signing in by the provider and out again.

use super::book::{Refused, Subscriber};
use super::session::{OnTheWay, Person};
use super::{Site, client};
use anyhow::{Context, Result};
use axum::{
    Form, Router,
    extract::{Query, Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, Uri, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use kernel::Messages;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;
use std::sync::Arc;
use subtle::ConstantTimeEq;
use web::{Language, Templates, Texts};

/// Holds the session at the operator.
const SESSION: &str = "song-xanh";
/// Binds a sign-in that is under way to the browser that began it.
const WAY: &str = "song-xanh-way";
/// Free numbers that are offered at once.
const OFFERED: usize = 4;
/// Numbers of the operator begin so; no operator has this range.
const PREFIX: &str = "0200";

const MESSAGES: Messages =
    Messages { vi: include_str!("../../messages/sim.vi.ftl"), en: include_str!("../../messages/sim.en.ftl") };
const STYLE: &str = include_str!("../../templates/sim/sim.css");

/// The site's templates with its sentences.
pub(super) struct Words(Templates);

impl Words {
    pub(super) fn new() -> Result<Self> {
        let texts = Arc::new(Texts::new(&[MESSAGES])?);
        let build = if cfg!(test) { Templates::strict } else { Templates::new };
        Ok(Self(build(source, &texts, portal::assets().root())))
    }
}

fn source(name: &str) -> Option<String> {
    let text = match name {
        "layout.html" => include_str!("../../templates/sim/layout.html"),
        "home.html" => include_str!("../../templates/sim/home.html"),
        "refused.html" => include_str!("../../templates/sim/refused.html"),
        _ => return None,
    };
    Some(text.to_owned())
}

/// The site.
pub fn router(site: Site) -> Router {
    Router::new()
        .route("/", get(home))
        .route("/dang-nhap", get(sign_in))
        .route("/nhan", get(come_back))
        .route("/dang-ky", post(register))
        .route("/dang-xuat", post(sign_out))
        .route("/dang-xuat-tu-xa", post(sign_out_from_afar))
        .route("/sim.css", get(|| async { ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE) }))
        .layer(middleware::from_fn_with_state(site.clone(), guard))
        .with_state(site)
        .merge(portal::assets().router())
}

/// Nobody frames the site, nothing inline runs, and forms lead to itself and the provider only.
async fn guard(State(site): State<Site>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let policy = format!(
        "default-src 'self'; form-action 'self' {}; base-uri 'none'; object-src 'none'; frame-ancestors 'none'",
        site.0.client.issuer()
    );
    let headers = response.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert("content-security-policy", policy);
    }
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    headers.insert("referrer-policy", HeaderValue::from_static("same-origin"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

fn with_cookie(mut response: Response, name: &str, value: &str, age_s: u32) -> Response {
    let text = format!("{name}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax");
    if let Ok(value) = HeaderValue::from_str(&text) {
        response.headers_mut().append(header::SET_COOKIE, value);
    }
    response
}

fn go(to: &str) -> Response {
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

impl Site {
    fn page(&self, status: StatusCode, name: &str, language: Language, mut content: Value) -> Response {
        content["other"] = json!(if language == Language::Vi { "en" } else { "vi" });
        match self.0.words.0.render(name, language, &content) {
            Ok(html) => {
                let kind = [(header::CONTENT_TYPE, "text/html; charset=utf-8")];
                let page = (status, kind, html).into_response();
                // The language stays chosen while one goes on.
                with_cookie(page, "song-xanh-lang", language.tag(), 31_536_000)
            }
            Err(error) => {
                tracing::error!(%error, "a page of the operator was not rendered");
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }
        }
    }

    fn person(&self, headers: &HeaderMap) -> Option<Person> {
        self.0.sessions.find(cookie(headers, SESSION)?, self.0.ctx.now())
    }

    fn token(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.ctx.random.bytes::<32>())
    }

    /// The provider did not do as asked: said once in the log, without anything personal, and told to the person.
    fn refused(&self, language: Language, error: &anyhow::Error) -> Response {
        tracing::warn!(%error, "a sign-in at the operator did not succeed");
        let why = if error.to_string() == client::NOT_LEVEL_2 { "level" } else { "provider" };
        self.page(StatusCode::BAD_GATEWAY, "refused.html", language, json!({ "why": why }))
    }
}

fn language(uri: &Uri, headers: &HeaderMap) -> Language {
    let asked = uri.query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("lang=")));
    let kept = cookie(headers, "song-xanh-lang").and_then(Language::from_tag);
    kept.filter(|_| !asked).unwrap_or_else(|| Language::of(uri, headers))
}

async fn home(State(site): State<Site>, headers: HeaderMap, uri: Uri) -> Response {
    let language = language(&uri, &headers);
    let person = site.person(&headers);
    let (numbers, offered) = match &person {
        Some(person) => {
            let book = site.0.book.lock().await;
            let numbers: Vec<Value> = book
                .of(&person.sub)
                .map(|line| json!({"number": line.number, "at": line.at.unix_timestamp(), "day": day(line)}))
                .collect();
            (numbers, offer(&book, &person.sub))
        }
        None => (Vec::new(), Vec::new()),
    };
    let rule = &site.0.rule;
    let word = uri.query().and_then(|query| query.split('&').find_map(|pair| pair.strip_prefix("xong=")));
    let done = word.filter(|word| ["ok", "het", "co-chu"].contains(word));
    let content = json!({
        "person": person.as_ref().map(|person| json!({"name": person.name, "form_token": person.form_token})),
        "numbers": numbers, "offered": offered, "max": rule.simple_numbers_max, "law": rule.legal_basis,
        "from_memory": rule.confidence.as_deref() != Some("V"),
        "full": numbers.len() >= rule.simple_numbers_max, "done": done,
    });
    site.page(StatusCode::OK, "home.html", language, content)
}

fn day(line: &Subscriber) -> String {
    let day = line.at.date();
    format!("{:02}/{:02}/{}", day.day(), u8::from(day.month()), day.year())
}

/// Free numbers for this person: the same until one is taken, so that the form's choice is still there.
fn offer(book: &super::book::Book, sub: &str) -> Vec<String> {
    let seed = Sha256::digest(sub.as_bytes());
    let start = u64::from_be_bytes(std::array::from_fn(|i| seed[i])) % 1_000_000;
    let numbers = (0..1_000_000).map(|step| format!("{PREFIX}{:06}", (start + step * 7919) % 1_000_000));
    numbers.filter(|number| !book.has(number)).take(OFFERED).collect()
}

async fn sign_in(State(site): State<Site>, headers: HeaderMap, uri: Uri) -> Response {
    let language = language(&uri, &headers);
    let (state, browser) = (site.token(), site.token());
    let way = OnTheWay { browser: browser.clone(), nonce: site.token(), verifier: site.token() };
    match site.0.client.set_out(&site.0.ctx, language, &state, &way).await {
        Ok(to) => {
            site.0.sessions.set_out(&state, way, site.0.ctx.now());
            with_cookie(go(&to), WAY, &browser, 600)
        }
        Err(error) => site.refused(language, &error),
    }
}

async fn come_back(
    State(site): State<Site>,
    headers: HeaderMap,
    uri: Uri,
    Query(answer): Query<HashMap<String, String>>,
) -> Response {
    let language = language(&uri, &headers);
    let now = site.0.ctx.now();
    let way = answer.get("state").and_then(|state| site.0.sessions.come_back(state, now));
    // Only the browser that set out may come back: else somebody could sign another in as himself.
    let same = |way: &OnTheWay| {
        cookie(&headers, WAY).is_some_and(|given| bool::from(given.as_bytes().ct_eq(way.browser.as_bytes())))
    };
    let Some(way) = way.filter(same) else {
        return site.page(StatusCode::BAD_REQUEST, "refused.html", language, json!({"why": "lost"}));
    };
    if let Some(error) = answer.get("error") {
        let why = if error == "access_denied" { "denied" } else { "provider" };
        return site.page(StatusCode::OK, "refused.html", language, json!({ "why": why }));
    }
    match redeem(&site, &answer, &way).await {
        Ok(person) => {
            let token = site.token();
            site.0.sessions.begin(&token, person, now);
            with_cookie(with_cookie(go("/"), SESSION, &token, 1800), WAY, "", 0)
        }
        Err(error) => site.refused(language, &error),
    }
}

async fn redeem(site: &Site, answer: &HashMap<String, String>, way: &OnTheWay) -> Result<Person> {
    let code = answer.get("code").context("no code")?;
    site.0.client.come_back(&site.0.ctx, code, answer.get("iss").map(String::as_str), way).await
}

type Fields = Form<HashMap<String, String>>;

/// The person of a form that one of our pages sent.
fn of_form(site: &Site, headers: &HeaderMap, fields: &HashMap<String, String>) -> Option<Person> {
    let given = fields.get("form_token").map(String::as_str).unwrap_or_default();
    site.person(headers).filter(|person| bool::from(given.as_bytes().ct_eq(person.form_token.as_bytes())))
}

async fn register(State(site): State<Site>, headers: HeaderMap, Form(fields): Fields) -> Response {
    let Some(person) = of_form(&site, &headers, &fields) else { return go("/") };
    let mut book = site.0.book.lock().await;
    // Only a number that was offered: nobody picks another person's or one of another operator.
    let Some(number) = fields.get("number").filter(|number| offer(&book, &person.sub).contains(number)) else {
        return go("/?xong=co-chu");
    };
    let new = Subscriber {
        number: number.clone(),
        sub: person.sub,
        name: person.name,
        personal_number: person.personal_number,
        at: site.0.ctx.now(),
    };
    match book.register(new, site.0.rule.simple_numbers_max) {
        Ok(Ok(())) => go("/?xong=ok"),
        Ok(Err(Refused::TooMany)) => go("/?xong=het"),
        Ok(Err(Refused::Taken)) => go("/?xong=co-chu"),
        Err(error) => {
            tracing::error!(%error, "a subscriber was not written");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

async fn sign_out(State(site): State<Site>, headers: HeaderMap, Form(fields): Fields) -> Response {
    let Some(person) = of_form(&site, &headers, &fields) else { return go("/") };
    if let Some(token) = cookie(&headers, SESSION) {
        site.0.sessions.end(token);
    }
    // Signed out here in any case; at the provider too where it answers.
    let to = site.0.client.sign_out(&person).await.unwrap_or_else(|_| "/".to_owned());
    with_cookie(go(&to), SESSION, "", 0)
}

async fn sign_out_from_afar(State(site): State<Site>, Form(fields): Fields) -> StatusCode {
    let Some(token) = fields.get("logout_token") else { return StatusCode::BAD_REQUEST };
    match site.0.client.logout_token(&site.0.ctx, token).await {
        Ok((sid, sub)) => {
            site.0.sessions.end_from_afar(sid.as_deref(), sub.as_deref());
            StatusCode::OK
        }
        Err(error) => {
            tracing::warn!(%error, "a logout token was not taken");
            StatusCode::BAD_REQUEST
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_are_rendered_in_both_languages() {
        let words = Words::new().unwrap();
        let person = json!({"name": "Nguyễn Thị Lan", "form_token": "t"});
        let full = json!({"person": person, "numbers": [{"number": "0200000001", "day": "22/11/2026"}], "offered": ["0200000002"],
            "max": 3, "law": "NĐ", "from_memory": true, "full": false, "done": "ok", "other": "en"});
        let mut none = full.clone();
        none["person"] = Value::Null;
        for language in Language::ALL {
            for done in ["ok", "het", "co-chu"] {
                let mut page = full.clone();
                page["done"] = json!(done);
                page["full"] = json!(done == "het");
                assert!(words.0.render("home.html", language, &page).unwrap().contains("0200000001"));
            }
            assert!(words.0.render("home.html", language, &none).unwrap().contains("/dang-nhap"));
            for why in ["level", "provider", "lost", "denied"] {
                let page = words.0.render("refused.html", language, &json!({"why": why, "other": "en"})).unwrap();
                assert!(page.contains("<h1"), "{why}");
            }
        }
    }
}
