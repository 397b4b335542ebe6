//! What every page shows around its content: who is signed in, where one is, the other language.

use crate::State;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::Response,
};
use kernel::{AccountId, Actor, Ctx, Kind, Problem, Role};
use serde_json::{Map, Value, json};
use time::{Date, OffsetDateTime};
use uuid::Uuid;
use web::{Failure, Form, Language, SignedIn, Visitor};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Failure>;

/// Role that sees the leaders' pages.
const LEADER: &str = "leader";
/// Roles that work on the programme of tasks and on nothing else.
const PROGRAMME: [&str; 2] = [programme::follow::COORDINATOR, programme::follow::REPORTER];
/// Role that opens accounts of level 2 at a counter.
const COUNTER: &str = "identity-card-officer";

/// Renders a page for somebody who may have signed in.
pub(crate) fn open(state: &State, visitor: &Visitor, template: &str, content: Value) -> Result<Response, Problem> {
    let frame = frame(state, visitor);
    state.web.page(template, visitor.language, &with_frame(frame, content))
}

/// Renders a page for somebody who signed in.
pub(crate) fn own(state: &State, visit: &SignedIn, template: &str, content: Value) -> Result<Response, Problem> {
    open(state, &as_visitor(visit), template, content)
}

/// The same with the status of a form that was not accepted.
pub(crate) fn own_refused(
    state: &State,
    visit: &SignedIn,
    template: &str,
    content: Value,
) -> Result<Response, Problem> {
    own_with_status(state, visit, StatusCode::UNPROCESSABLE_ENTITY, template, content)
}

/// The same with another status: 409 where somebody else was first.
pub(crate) fn own_with_status(
    state: &State,
    visit: &SignedIn,
    status: StatusCode,
    template: &str,
    content: Value,
) -> Result<Response, Problem> {
    let frame = frame(state, &as_visitor(visit));
    state.web.page_with(status, template, visit.language, &with_frame(frame, content))
}

pub(crate) fn as_visitor(visit: &SignedIn) -> Visitor {
    Visitor {
        ctx: visit.ctx.clone(),
        language: visit.language,
        session: Some(visit.session.clone()),
        here: visit.here.clone(),
    }
}

fn with_frame(frame: Value, content: Value) -> Value {
    let mut all = match content {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    all.insert("page".to_owned(), frame);
    Value::Object(all)
}

/// Whether one of the roles is there to decide on dossiers. Leaders and administrators as such only look.
fn works_on_dossiers(roles: &[Role]) -> bool {
    const LOOKING: [&str; 3] = [LEADER, identity::ADMINISTRATOR, identity::ACCOUNT_ADMINISTRATOR];
    let other = |role: &Role| LOOKING.contains(&role.as_str()) || PROGRAMME.contains(&role.as_str());
    roles.is_empty() || !roles.iter().all(other)
}

/// Whether one of the roles works on the programme of tasks.
fn works_on_programme(roles: &[Role]) -> bool {
    roles.iter().any(|role| role.as_str() == LEADER || PROGRAMME.contains(&role.as_str()))
}

/// Where somebody begins who has signed in.
pub(crate) fn home_of(actor: &Actor) -> &'static str {
    match actor {
        Actor::Officer { roles, .. } if works_on_dossiers(roles) => "/can-bo",
        Actor::Officer { roles, .. } if roles.iter().any(|role| role.as_str() == LEADER) => "/lanh-dao",
        Actor::Officer { roles, .. } if works_on_programme(roles) => "/dieu-hanh/nhiem-vu",
        Actor::Officer { roles, .. } if roles.iter().any(|role| role.as_str() == identity::ADMINISTRATOR) => {
            "/quan-tri"
        }
        Actor::Officer { .. } => "/quan-tri/can-bo",
        Actor::Citizen { .. } | Actor::System { .. } | Actor::Anonymous => "/toi",
    }
}

/// The frame of a page.
pub(crate) fn frame(state: &State, visitor: &Visitor) -> Value {
    let path = visitor.here.split('?').next().unwrap_or("/");
    let (items, home): (Vec<(&str, &str)>, &str) = match &visitor.ctx.actor {
        Actor::Citizen { .. } => (
            vec![
                ("/toi", "nav-home"),
                ("/toi/ho-so", "nav-dossiers"),
                ("/toi/thong-bao", "nav-messages"),
                ("/toi/ai-da-xem", "nav-access"),
                ("/tai-khoan", "nav-account"),
            ],
            "/toi",
        ),
        Actor::Officer { roles, .. } => {
            let mut items = Vec::new();
            if works_on_dossiers(roles) {
                items.extend([
                    ("/can-bo", "nav-inbox"),
                    ("/can-bo/da-xong", "nav-done"),
                    ("/dieu-hanh/viec-giao", "nav-assigned"),
                ]);
            }
            if indicator::petitions::answers(&visitor.ctx) {
                items.push(("/can-bo/phan-anh", "nav-petitions"));
            }
            if roles.iter().any(|role| role.as_str() == LEADER) {
                items.extend([("/lanh-dao", "nav-leader"), ("/dieu-hanh/chi-so", "nav-index")]);
            }
            if works_on_programme(roles) {
                items.extend([
                    ("/dieu-hanh/nhiem-vu", "nav-tasks"),
                    ("/dieu-hanh/van-ban", "nav-directives"),
                    ("/dieu-hanh/kinh-phi", "nav-funding"),
                    ("/dieu-hanh/ra-soat", "nav-legal"),
                    ("/dieu-hanh/phu-song", "nav-coverage"),
                    ("/dieu-hanh/to-cong-tac", "nav-task-forces"),
                ]);
            }
            if roles.iter().any(|role| role.as_str() == COUNTER) {
                items.push(("/can-bo/tai-khoan", "nav-desk"));
            }
            let is = |wanted: &str| roles.iter().any(|role| role.as_str() == wanted);
            if is(identity::ADMINISTRATOR) {
                items.extend([("/quan-tri", "nav-admin"), ("/quan-tri/ben-thu-ba", "nav-clients")]);
            }
            if is(identity::ADMINISTRATOR) || is(identity::ACCOUNT_ADMINISTRATOR) {
                items.push(("/quan-tri/can-bo", "nav-officers"));
            }
            items.push(("/tai-khoan", "nav-account"));
            (items, home_of(&visitor.ctx.actor))
        }
        Actor::System { .. } | Actor::Anonymous => (Vec::new(), "/"),
    };
    let current = items.iter().map(|(href, _)| *href).filter(|href| below(path, href)).max_by_key(|href| href.len());
    let nav: Vec<Value> = items
        .iter()
        .map(|(href, text)| json!({"href": href, "text": text, "current": current == Some(*href)}))
        .collect();
    json!({
        "me": visitor.session.as_ref().map(|session| &session.facts.0),
        "csrf": visitor.session.as_ref().map_or("", |session| session.csrf.as_str()),
        "nav": nav,
        "home": home,
        "here": visitor.here,
        "other_language": other_language(&visitor.here, visitor.language),
        "demo": state.demo.is_some(),
    })
}

fn below(path: &str, href: &str) -> bool {
    // Home is where one is only on the page itself.
    path.strip_prefix(href).is_some_and(|rest| rest.is_empty() || (rest.starts_with('/') && href != "/toi"))
}

/// This page in the other language.
pub(crate) fn other_language(here: &str, language: Language) -> String {
    let other = match language {
        Language::Vi => "en",
        Language::En => "vi",
    };
    let (path, query) = here.split_once('?').unwrap_or((here, ""));
    let mut pairs: Vec<&str> = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("lang=")).collect();
    let asked = format!("lang={other}");
    pairs.push(&asked);
    format!("{path}?{}", pairs.join("&"))
}

/// Goes to another page, so that reloading does not send the form again.
pub(crate) fn go(to: &str) -> Response {
    use axum::response::IntoResponse;
    let location = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, location)]).into_response()
}

/// The values of `name` in a query string, decoded.
pub(crate) fn query(uri: &axum::http::Uri, name: &str) -> Option<String> {
    axum::extract::Query::<Vec<(String, String)>>::try_from_uri(uri)
        .ok()?
        .0
        .into_iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
        // U+0000 is in no text, and PostgreSQL does not take it.
        .filter(|value| !value.is_empty() && !value.contains('\0'))
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

/// Text as a value in a query string. Slashes may stand there, and paths are easier to read with them.
pub(crate) fn encoded(text: &str) -> String {
    web::encoded(text).replace("%2F", "/")
}

/// An instant as templates take it.
pub(crate) fn instant(at: OffsetDateTime) -> Value {
    at.format(&time::format_description::well_known::Rfc3339).map_or(Value::Null, Value::String)
}

/// How strongly somebody signed in, 1 to 4; nothing where the session does not say.
pub(crate) fn assurance(authentication: &Value) -> Option<u8> {
    let known: identity::Authentication = serde_json::from_value(authentication.clone()).ok()?;
    Some(known.assurance.number())
}

/// Whoever sat here before is signed out: their session must not live on unseen.
pub(crate) async fn end_own_session(state: &State, visitor: &Visitor, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(session) = &visitor.session else { return Ok(()) };
    if state.web.token_of(headers).is_some() {
        end_session(state, &visitor.ctx, session.account, session.id).await?;
    }
    Ok(())
}

/// Ends the session of a request; relying parties that were signed in from it are told.
pub(crate) async fn end_token(state: &State, ctx: &Ctx, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(token) = state.web.token_of(headers) else { return Ok(()) };
    let mut tx = state.db.begin().await?;
    if let Some(session) = web::end(&mut tx, token).await? {
        state.provider.session_ended(&mut tx, ctx, session).await?;
    }
    tx.commit().await.map_err(web::Error::from)?;
    Ok(())
}

/// A picture that a phone's camera reads, as SVG.
pub(crate) fn qr(text: &str) -> String {
    use qrcode::{EcLevel, QrCode, render::svg};
    let code = QrCode::with_error_correction_level(text, EcLevel::M);
    // Only a text far longer than any address of ours does not fit.
    code.map_or_else(
        |_| String::new(),
        |code| {
            let picture = code.render::<svg::Color<'_>>().min_dimensions(240, 240).build();
            picture.find("<svg").map_or_else(String::new, |at| picture[at..].to_owned())
        },
    )
}

/// Ends a session of the account from another one.
pub(crate) async fn end_session(state: &State, ctx: &Ctx, account: AccountId, session: Uuid) -> Result<(), Problem> {
    let mut tx = state.db.begin().await?;
    if web::end_session(&mut tx, account, session).await? {
        state.provider.session_ended(&mut tx, ctx, session).await?;
    }
    tx.commit().await.map_err(web::Error::from)?;
    Ok(())
}

/// The id that a form names.
pub(crate) fn id_in(form: &Form, name: &str) -> Result<Uuid, Problem> {
    let id = form.get(name).and_then(|text| text.parse().ok());
    id.ok_or_else(|| Problem::new(Kind::Invalid, web::codes::SHAPE).with("detail", name))
}

/// The day of a form's three fields; nothing where all of them are empty.
///
/// # Errors
/// `KER0022` for what is no day.
pub(crate) fn day_in(form: &Form, name: &str) -> Result<Option<Date>, Problem> {
    let parts = ["d", "m", "y"].map(|part| form.get(&format!("{name}.{part}")));
    if parts.iter().all(Option::is_none) {
        return Ok(None);
    }
    let [day, month, year] = parts.map(|part| part.and_then(|text| text.parse::<u16>().ok()));
    let date = || {
        let month = time::Month::try_from(u8::try_from(month?).ok()?).ok()?;
        Date::from_calendar_date(i32::from(year?), month, u8::try_from(day?).ok()?).ok()
    };
    date().map(Some).ok_or_else(|| Problem::new(Kind::Invalid, "KER0022").with("field", name))
}

/// A file to keep, never shown in the browser. Names are in any script (RFC 6266).
pub(crate) fn download(name: &str, kind: &'static str, bytes: impl Into<Body>) -> Response {
    let mut response = Response::new(bytes.into());
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename*=UTF-8''{}", web::encoded(name))) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    response
}

/// Only paths of ours: a page that sends people elsewhere is a gift to deceivers.
pub(crate) fn local(path: &str) -> String {
    let is_ours = path.starts_with('/') && !path.starts_with("//") && !path.contains(['\\', '\r', '\n']);
    if is_ours { path.to_owned() } else { String::new() }
}

/// An answer with one more cookie.
pub(crate) fn with_cookie(mut response: Response, cookie: &str) -> Answer {
    let value = HeaderValue::from_str(cookie).map_err(|_| Problem::new(Kind::Internal, web::codes::INTERNAL))?;
    response.headers_mut().append(header::SET_COOKIE, value);
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_switch_keeps_the_rest_of_the_address() {
        assert_eq!(other_language("/tim-kiem?q=a&lang=en", Language::En), "/tim-kiem?q=a&lang=vi");
        assert_eq!(other_language("/", Language::Vi), "/?lang=en");
    }

    #[test]
    fn a_day_is_whole_or_absent_or_refused() {
        let form = |d: &str, m: &str, y: &str| {
            let field = |part: &str, text: &str| (format!("on.{part}"), text.to_owned());
            Form(vec![field("d", d), field("m", m), field("y", y)])
        };
        assert_eq!(day_in(&form("", "", ""), "on"), Ok(None));
        assert_eq!(day_in(&form("9", "02", "2026"), "on"), Ok(Some(time::macros::date!(2026 - 02 - 09))));
        for (d, m, y) in [("31", "2", "2026"), ("1", "", "2026"), ("x", "1", "2026"), ("1", "13", "2026")] {
            assert_eq!(day_in(&form(d, m, y), "on").unwrap_err().code, "KER0022");
        }
    }

    #[test]
    fn only_our_own_paths_are_gone_to() {
        assert_eq!(local("/toi?a=1"), "/toi?a=1");
        for path in ["https://evil.example", "//evil.example", "/\\evil.example", "toi", ""] {
            assert_eq!(local(path), "", "{path}");
        }
    }

    #[test]
    fn a_cookie_is_found_by_its_whole_name() {
        let mut headers = HeaderMap::new();
        headers.insert(header::COOKIE, HeaderValue::from_static("a=1; sen-oi=x; sen=y"));
        assert_eq!((cookie(&headers, "sen-oi"), cookie(&headers, "sen")), (Some("x"), Some("y")));
        assert_eq!(cookie(&headers, "se"), None);
    }

    #[test]
    fn a_page_below_another_counts_as_there() {
        assert!(below("/toi/ho-so/1", "/toi/ho-so") && below("/toi", "/toi"));
        assert!(!below("/toi/ho-so-khac", "/toi/ho-so"));
    }
}
