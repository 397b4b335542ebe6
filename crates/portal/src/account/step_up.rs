//! `/dang-nhap/them`: proving more in a session that has begun.

use crate::State;
use crate::page::{self, Answer, go, with_cookie};
use axum::{
    extract,
    http::{StatusCode, Uri},
    response::Response,
};
use identity::{Authentication, Method, Proof};
use kernel::{Kind, Problem};
use serde_json::{Value, json};
use time::Duration;
use web::{Form, SignedIn, Upload};

/// What changes an account is done only by somebody who proved themselves so lately.
const FRESH: Duration = Duration::minutes(15);

/// Where to go first, if the session's owner has not proved who they are lately.
pub(crate) fn first(visit: &SignedIn, back: &str) -> Option<Response> {
    let known: Option<Authentication> = serde_json::from_value(visit.session.authentication.clone()).ok();
    let fresh = known.is_some_and(|known| visit.ctx.now() - known.at < FRESH);
    (!fresh).then(|| go(&format!("/dang-nhap/them?tiep={}", page::encoded(back))))
}

async fn shown(
    state: &State,
    visit: &SignedIn,
    (wanted, next): (u64, &str),
    errors: Vec<Value>,
    status: StatusCode,
) -> Answer {
    let account = visit.session.account;
    let has_passkey = !state.identity.passkeys(account).await?.is_empty();
    let known: Option<Authentication> = serde_json::from_value(visit.session.authentication.clone()).ok();
    let seen = known.is_some_and(|known| known.methods.contains(&Method::Face));
    // A passkey and codes reach two factors. Beyond, the face comes first; what is still missing then, after it.
    let face = wanted > 2 && !seen && state.identity.knows_faces();
    let reachable = wanted <= 2 || seen;
    let portrait = match (&state.demo, &state.enrolment) {
        (Some(demo), Some(enrolment)) if face => {
            Some((demo.portrait)(&enrolment.account(&visit.ctx, account).await?.login))
        }
        _ => None,
    };
    let has_code = state.identity.has_totp(account).await? || state.identity.recovery_codes_left(account).await? > 0;
    let content = json!({
        "client": null, "wanted": wanted, "next_path": next, "errors": errors, "cancel": "/tai-khoan",
        "passkey": has_passkey && reachable, "code": has_code && reachable, "face": face, "portrait": portrait,
    });
    Ok(page::own_with_status(state, visit, status, "account/step-up.html", content)?)
}

fn asked(level: Option<&str>) -> u64 {
    level.and_then(|text| text.parse().ok()).filter(|level| (1..=4).contains(level)).unwrap_or(2)
}

pub(crate) async fn show(extract::State(state): extract::State<State>, visit: SignedIn, uri: Uri) -> Answer {
    let next = page::query(&uri, "tiep").map(|path| page::local(&path)).unwrap_or_default();
    let wanted = asked(page::query(&uri, "muc").as_deref());
    shown(&state, &visit, (wanted, &next), Vec::new(), StatusCode::OK).await
}

/// `POST /dang-nhap/them`: fields `password`, `code`.
pub(crate) async fn confirm(extract::State(state): extract::State<State>, visit: SignedIn, form: Form) -> Answer {
    let proof = Proof { password: form.get("password"), code: form.get("code"), face: None };
    prove(&state, &visit, &form, proof, "#code").await
}

/// `POST /dang-nhap/them/khuon-mat`: a picture, file `face`.
pub(crate) async fn face(extract::State(state): extract::State<State>, visit: SignedIn, upload: Upload) -> Answer {
    let image = upload.file("face").map_or(&[][..], |file| &file.bytes);
    let proof = Proof { face: Some(image), ..Proof::default() };
    prove(&state, &visit, &upload.form, proof, "#face").await
}

async fn prove(state: &State, visit: &SignedIn, form: &Form, proof: Proof<'_>, at: &str) -> Answer {
    let next = form.get("tiep").map(page::local).unwrap_or_default();
    state.web.attempts.attempt(&format!("confirm {}", visit.session.account.0))?;
    match state.identity.confirm(&visit.ctx, &visit.session, proof).await {
        Ok(authentication) => strengthen(state, visit, &authentication, go(to(&next))).await,
        Err(error) => {
            let problem = Problem::from(error);
            if !matches!(problem.kind, Kind::Unauthenticated | Kind::TooMany | Kind::Invalid) {
                return Err(problem.into());
            }
            let message = state.web.sentence(visit.language, &problem.code, &problem.args);
            let errors = vec![json!({"href": at, "message": message})];
            let status = StatusCode::from_u16(problem.kind.status()).unwrap_or(StatusCode::UNAUTHORIZED);
            shown(state, visit, (asked(form.get("muc")), &next), errors, status).await
        }
    }
}

pub(crate) fn to(next: &str) -> &str {
    if next.is_empty() { "/tai-khoan" } else { next }
}

/// Gives the session what was proved, and the browser its new token.
pub(crate) async fn strengthen(
    state: &State,
    visit: &SignedIn,
    authentication: &Authentication,
    response: Response,
) -> Answer {
    let written = serde_json::to_value(authentication).map_err(web::Error::from)?;
    let mut tx = state.db.begin().await?;
    let token = web::strengthen(&mut tx, &visit.ctx, visit.session.id, &written).await?;
    tx.commit().await.map_err(web::Error::from)?;
    let token = token.ok_or_else(|| Problem::new(Kind::Unauthenticated, web::codes::SIGN_IN))?;
    with_cookie(response, &state.web.session_cookie(&token))
}
