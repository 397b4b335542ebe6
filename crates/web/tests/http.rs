//! The layers seen from outside: what a client gets when something is wrong.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may fail loudly")]

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, Response, StatusCode, header},
    routing::{get, post},
};
use kernel::{Clock, Kind, Messages, Problem, Random};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::{num::NonZeroU32, sync::Arc};
use tower::ServiceExt;
use web::{Attempts, Failure, Form, Json, Language, Settings, Templates, Texts, Visitor, Web};

const SENTENCES: Messages = Messages {
    vi: "abc0001 = Số định danh không đúng { $rule }.",
    en: "abc0001 = The personal number is wrong { $rule }.",
};

fn source(name: &str) -> Option<String> {
    (name == "problem.html").then(|| "<h1>{{ problem.title }}</h1><p>{{ problem.code }}</p>".to_owned())
}

/// No database behind it: a request without a token never reaches for one.
fn web() -> Web {
    let texts = Arc::new(Texts::new(&[web::MESSAGES, SENTENCES]).unwrap());
    Web::new(Settings {
        pool: sqlx::PgPool::connect_lazy("postgres://127.0.0.1:1/none").unwrap(),
        templates: Templates::strict(source, &texts, "/assets/0"),
        texts,
        clock: Clock::System,
        random: Random::seeded(1),
        secure: false,
        attempts: Attempts::per_minute(NonZeroU32::new(5).unwrap()),
    })
}

fn router() -> Router {
    let web = web();
    let routes = Router::new()
        .route("/api/v1/echo", post(|Json(body): Json<Value>| async move { axum::Json(body) }))
        .route("/form", post(|form: Form| async move { form.get("name").unwrap_or("").to_owned() }))
        .route("/who", get(|visitor: Visitor| async move { visitor.language.tag() }))
        .route("/me", get(|_: web::SignedIn| async {}))
        .route("/slip", get(|| async { panic!("on purpose") as () }))
        .route("/wrong", get(wrong));
    web::layers(routes.with_state(web.clone()), &web)
}

async fn wrong() -> Result<(), Failure> {
    let field = kernel::FieldProblem::new("/mother/number", "ABC0001").with("rule", "12").by("Luật Căn cước, Điều 12");
    Err(Failure(Problem::new(Kind::Invalid, "ABC0001").with("rule", 12).at(field)))
}

async fn send(request: Request<Body>) -> (Response<()>, String) {
    let (parts, body) = router().oneshot(request).await.unwrap().into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    (Response::from_parts(parts, ()), String::from_utf8(bytes.to_vec()).unwrap())
}

fn json_post(body: impl Into<Body>) -> Request<Body> {
    Request::post("/api/v1/echo").header("content-type", "application/json").body(body.into()).unwrap()
}

#[tokio::test]
async fn a_problem_is_a_document_for_programs_and_a_page_for_people() {
    let request = Request::get("/wrong").header("accept", "application/json").header("accept-language", "en");
    let (response, body) = send(request.body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/problem+json");
    let mut document: Value = serde_json::from_str(&body).unwrap();
    document.as_object_mut().unwrap().remove("instance");
    assert_eq!(
        document,
        json!({
            "type": "/loi/abc0001", "title": "The personal number is wrong 12.", "status": 422, "code": "ABC0001",
            "fields": [{
                "pointer": "/mother/number", "code": "ABC0001", "message": "The personal number is wrong 12.",
                "legal_basis": "Luật Căn cước, Điều 12",
            }],
        })
    );
    let (response, body) =
        send(Request::get("/wrong").header("accept", "text/html").body(Body::empty()).unwrap()).await;
    assert_eq!(response.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8");
    assert_eq!(body, "<h1>Số định danh không đúng 12.</h1><p>ABC0001</p>");
    assert!(response.headers()["content-security-policy"].to_str().unwrap().contains("frame-ancestors 'none'"));
    assert!(response.headers().contains_key("x-request-id"));
}

#[tokio::test]
async fn bad_bodies_are_refused_with_a_code() {
    let code = |body: &str| serde_json::from_str::<Value>(body).unwrap()["code"].as_str().unwrap().to_owned();
    let (response, body) = send(json_post("{\"a\": ")).await;
    assert_eq!((response.status(), code(&body)), (StatusCode::BAD_REQUEST, "WEB0004".to_owned()));
    let thirty = vec![b' '; 30_000_000];
    let length = thirty.len().to_string();
    let mut large = json_post(thirty);
    large.headers_mut().insert(header::CONTENT_LENGTH, length.parse().unwrap());
    let (response, body) = send(large).await;
    assert_eq!((response.status(), code(&body)), (StatusCode::PAYLOAD_TOO_LARGE, "WEB0003".to_owned()));
    // Without an announced length the reader stops at the limit.
    let (response, body) = send(json_post(vec![b' '; 3_000_000])).await;
    assert_eq!((response.status(), code(&body)), (StatusCode::PAYLOAD_TOO_LARGE, "WEB0003".to_owned()));
    let (response, body) = send(Request::post("/api/v1/echo").body(Body::from("x=1")).unwrap()).await;
    assert_eq!((response.status(), code(&body)), (StatusCode::UNSUPPORTED_MEDIA_TYPE, "WEB0013".to_owned()));
    let (response, body) = send(Request::get("/api/v1/nothing").body(Body::empty()).unwrap()).await;
    assert_eq!((response.status(), code(&body)), (StatusCode::NOT_FOUND, "WEB0001".to_owned()));
    let (response, body) = send(Request::get("/api/v1/echo").body(Body::empty()).unwrap()).await;
    assert_eq!((response.status(), code(&body)), (StatusCode::METHOD_NOT_ALLOWED, "WEB0002".to_owned()));
}

#[tokio::test]
async fn a_sender_in_pieces_gets_the_answer_because_all_of_it_is_read() {
    let read = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&read);
    let pieces = (0..30).map(move |_| {
        counted.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::io::Error>(vec![b' '; 1_000_000])
    });
    let body = Body::from_stream(futures::stream::iter(pieces));
    let request = Request::post("/api/v1/echo").header("content-type", "application/json").body(body).unwrap();
    let (response, _) = send(request).await;
    assert_eq!((response.status(), read.load(Ordering::Relaxed)), (StatusCode::PAYLOAD_TOO_LARGE, 30));
}

#[tokio::test]
async fn a_panic_is_our_fault_and_says_nothing_more() {
    let request = Request::get("/slip").header("accept", "application/json").body(Body::empty()).unwrap();
    let (response, body) = send(request).await;
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(body.contains("WEB0000") && !body.contains("on purpose"), "{body}");
}

#[tokio::test]
async fn another_website_cannot_send_our_forms() {
    let form = |site: &str| {
        Request::post("/form")
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json")
            .header("sec-fetch-site", site)
            .body(Body::from("name=%20Lan%20"))
            .unwrap()
    };
    let (response, body) = send(form("same-origin")).await;
    assert_eq!((response.status(), body.as_str()), (StatusCode::OK, "Lan"));
    let (response, body) = send(form("cross-site")).await;
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
    assert!(body.contains("WEB0007"));
}

#[tokio::test]
async fn the_language_asked_for_is_remembered() {
    let (response, body) = send(Request::get("/who?lang=en").body(Body::empty()).unwrap()).await;
    assert_eq!(body, Language::En.tag());
    assert_eq!(response.headers()[header::SET_COOKIE], "lang=en; Path=/; Max-Age=31536000; SameSite=Lax");
}

#[tokio::test]
async fn who_is_not_signed_in_is_sent_to_sign_in_and_back() {
    let (response, _) = send(Request::get("/me?a=1").header("accept", "text/html").body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert_eq!(response.headers()[header::LOCATION], "/dang-nhap?tiep=/me%3Fa%3D1");
    let (response, _) =
        send(Request::get("/me").header("accept", "application/json").body(Body::empty()).unwrap()).await;
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn answers_are_not_kept_and_text_has_no_nul() {
    let (parts, _) = send(Request::get("/who").body(Body::empty()).unwrap()).await;
    assert_eq!(parts.headers()["cache-control"], "no-store");
    assert!(parts.headers().get("strict-transport-security").is_none(), "not over http");
    let (parts, body) = send(json_post(r#"{"name": "a\u0000b"}"#)).await;
    assert_eq!((parts.status().as_u16(), body.contains("WEB0005")), (400, true), "{body}");
}
