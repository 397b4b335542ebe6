//! `/dang-nhap/qr`: signing in on this computer by a phone that is signed in. Without JavaScript the page loads itself
//! again until the phone has answered.

use crate::State;
use crate::page::{self, Answer, go, with_cookie};
use crate::public::{device, session_for};
use axum::{
    extract::{self, Path},
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use identity::QrAnswer;
use kernel::{Kind, Problem};
use serde_json::json;
use web::{Form, SignedIn, Visitor};

/// Binds the picture to the browser that shows it.
fn cookie_name(state: &State) -> &'static str {
    if state.web.secure { "__Host-sen-qr" } else { "sen-qr" }
}

fn cookie(state: &State, value: &str, age_s: u32) -> String {
    let secure = if state.web.secure { "; Secure" } else { "" };
    format!("{}={value}; Path=/; Max-Age={age_s}; HttpOnly; SameSite=Lax{secure}", cookie_name(state))
}

fn wanted(uri: &Uri) -> String {
    page::query(uri, "tiep").map(|path| page::local(&path)).unwrap_or_default()
}

/// A new picture.
pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let browser = URL_SAFE_NO_PAD.encode(visitor.ctx.random.bytes::<32>());
    let begun = state.identity.qr_begin(&visitor.ctx, &browser, &device(&headers)).await?;
    let next = wanted(&uri);
    let value = format!("{browser}.{}.{}", begun.token, begun.number);
    let response = picture(&state, &visitor, &begun.token, begun.number, &next)?;
    with_cookie(response, &cookie(&state, &value, 600))
}

fn picture(state: &State, visitor: &Visitor, token: &str, number: i16, next: &str) -> Result<Response, Problem> {
    let link = format!("{}/dang-nhap/qr/{token}", state.origin);
    let content = json!({
        "over": null, "qr": page::qr(&link), "number": number, "link": link, "next_path": next,
        "poll": format!("/dang-nhap/qr/cho?tiep={}", page::encoded(next)),
    });
    page::open(state, visitor, "account/qr.html", content)
}

/// How it went: a page for people, JSON for the script.
pub(crate) async fn poll(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    headers: HeaderMap,
    uri: Uri,
) -> Answer {
    let next = wanted(&uri);
    let kept = page::cookie(&headers, cookie_name(&state)).unwrap_or_default();
    let mut parts = kept.splitn(3, '.');
    let (browser, token) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let number = parts.next().and_then(|text| text.parse().ok()).unwrap_or_default();
    let script = headers.get(header::ACCEPT).is_some_and(|accept| accept.as_bytes() == b"application/json");
    if script {
        // The script only looks; the page that it then loads takes the answer.
        let waiting = state.identity.qr_waits(&visitor.ctx, browser).await?;
        return Ok(axum::Json(json!({ "waiting": waiting })).into_response());
    }
    match state.identity.qr_poll(&visitor.ctx, browser).await? {
        QrAnswer::Waiting => Ok(picture(&state, &visitor, token, number, &next)?),
        QrAnswer::SignedIn(known) => {
            let entered = session_for(&state, &visitor.ctx, *known, &device(&headers)).await?;
            page::end_own_session(&state, &visitor, &headers).await?;
            let to = if next.is_empty() { page::home_of(&entered.actor).to_owned() } else { next };
            let response = with_cookie(go(&to), &state.web.session_cookie(&entered.opened.token))?;
            with_cookie(response, &cookie(&state, "", 0))
        }
        over @ (QrAnswer::Refused | QrAnswer::Over) => {
            let over = if matches!(over, QrAnswer::Refused) { "refused" } else { "expired" };
            let content = json!({"over": over, "qr": null, "number": null, "poll": "", "link": "", "next_path": next});
            Ok(page::open(&state, &visitor, "account/qr.html", content)?)
        }
    }
}

/// The phone: which number does the computer show?
pub(crate) async fn seen(
    extract::State(state): extract::State<State>,
    visit: SignedIn,
    Path(token): Path<String>,
) -> Answer {
    let seen = state.identity.qr_seen(&visit.ctx, &token).await?;
    let seen = seen.ok_or_else(|| Problem::new(Kind::NotFound, "POR0061"))?;
    let content = json!({"numbers": seen.numbers, "device": seen.device, "done": null, "errors": []});
    Ok(page::own(&state, &visit, "account/qr-phone.html", content)?)
}

pub(crate) async fn choose(
    extract::State(state): extract::State<State>,
    visit: SignedIn,
    Path(token): Path<String>,
    form: Form,
) -> Answer {
    let chosen = form.get("so").and_then(|text| text.parse().ok());
    let right = state.identity.qr_choose(&visit.ctx, &visit.session, &token, chosen).await?;
    let content = json!({"numbers": [], "device": null, "done": if right { "ok" } else { "no" }, "errors": []});
    Ok(page::own(&state, &visit, "account/qr-phone.html", content)?)
}
