//! What every page shows around its content: who is signed in, where one is, the other language.

use crate::State;
use axum::{http::StatusCode, response::Response};
use kernel::{Actor, Problem, Role};
use serde_json::{Map, Value, json};
use web::{Failure, Language, SignedIn, Visitor};

/// What a handler answers.
pub(crate) type Answer = Result<Response, Failure>;

/// Role that sees the leaders' pages.
const LEADER: &str = "leader";

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

fn as_visitor(visit: &SignedIn) -> Visitor {
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

/// Whether one of the roles is there to decide on tasks. Leaders and administrators as such only look.
fn works_on_tasks(roles: &[Role]) -> bool {
    roles.is_empty() || roles.iter().any(|role| ![LEADER, identity::ADMINISTRATOR].contains(&role.as_str()))
}

/// Where somebody begins who has signed in.
pub(crate) fn home_of(actor: &Actor) -> &'static str {
    match actor {
        Actor::Officer { roles, .. } if works_on_tasks(roles) => "/can-bo",
        Actor::Officer { roles, .. } if roles.iter().any(|role| role.as_str() == LEADER) => "/lanh-dao",
        Actor::Officer { .. } => "/quan-tri",
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
            ],
            "/toi",
        ),
        Actor::Officer { roles, .. } => {
            let mut items = Vec::new();
            if works_on_tasks(roles) {
                items.extend([("/can-bo", "nav-inbox"), ("/can-bo/da-xong", "nav-done")]);
            }
            if roles.iter().any(|role| role.as_str() == LEADER) {
                items.push(("/lanh-dao", "nav-leader"));
            }
            if roles.iter().any(|role| role.as_str() == identity::ADMINISTRATOR) {
                items.push(("/quan-tri", "nav-admin"));
            }
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
    use axum::http::{HeaderValue, StatusCode, header};
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_language_switch_keeps_the_rest_of_the_address() {
        assert_eq!(other_language("/tim-kiem?q=a&lang=en", Language::En), "/tim-kiem?q=a&lang=vi");
        assert_eq!(other_language("/", Language::Vi), "/?lang=en");
    }

    #[test]
    fn a_page_below_another_counts_as_there() {
        assert!(below("/toi/ho-so/1", "/toi/ho-so") && below("/toi", "/toi"));
        assert!(!below("/toi/ho-so-khac", "/toi/ho-so"));
    }
}
