//! What the pages share, and what each request brings.

use super::Gate;
use super::gate::Inside;
use crate::page::other_language;
use axum::extract::{FromRef, FromRequest, FromRequestParts, Request};
use axum::http::{StatusCode, request::Parts};
use axum::response::Response;
use kernel::{Kind, Problem};
use matching::Weights;
use matching::review::Desk;
use serde_json::{Map, Value, json};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
use web::{Failure, Language, Web, codes};

/// The name of a unit whose code or name stands in a file: commune, province. Nothing where it is unknown.
pub type Names = Arc<dyn Fn(&str, &str) -> Option<String> + Send + Sync>;

/// What a handler answers.
pub(super) type Answer = Result<Response, Failure>;

/// Shared by all pages of one folder. Cheap to clone.
#[derive(Clone)]
pub struct Room {
    /// Languages and templates. Its database is never asked.
    pub web: Web,
    /// Who gets in.
    pub gate: Arc<Gate>,
    /// The rows and the decisions.
    pub desk: Arc<Mutex<Desk>>,
    /// Names of communes and provinces.
    pub names: Option<Names>,
    /// The weights that the cleaning used.
    pub weights: Option<Arc<Weights>>,
}

impl std::fmt::Debug for Room {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Room")
    }
}

impl FromRef<Room> for Web {
    fn from_ref(room: &Room) -> Self {
        room.web.clone()
    }
}

impl Room {
    /// Works at the desk, away from the threads that answer: reading and writing wait for the disk.
    pub(super) async fn at_desk<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Desk) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let desk = Arc::clone(&self.desk);
        let done = tokio::task::spawn_blocking(move || work(&mut desk.lock().unwrap_or_else(PoisonError::into_inner)));
        done.await.map_err(|_| Problem::new(Kind::Internal, codes::INTERNAL))
    }

    /// A page in its frame.
    pub(super) fn page(&self, visit: &Visit, template: &str, content: Value) -> Result<Response, Problem> {
        self.page_with(StatusCode::OK, visit, template, content)
    }

    /// The same with another status.
    pub(super) fn page_with(
        &self,
        status: StatusCode,
        visit: &Visit,
        template: &str,
        content: Value,
    ) -> Result<Response, Problem> {
        let mut all = match content {
            Value::Object(map) => map,
            _ => Map::new(),
        };
        let path = visit.here.split('?').next().unwrap_or("/");
        all.insert(
            "page".to_owned(),
            json!({
                "csrf": visit.inside.as_ref().map_or("", |inside| inside.csrf.as_str()),
                "inside": visit.inside.is_some(),
                "path": path,
                "other_language": if path == "/vao" { String::new() } else { other_language(&visit.here, visit.language) },
            }),
        );
        self.web.page_with(status, template, visit.language, &Value::Object(all))
    }

    /// A sentence.
    pub(super) fn say(&self, language: Language, id: &str, args: &[(&str, String)]) -> String {
        let args: Vec<_> = args.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        self.web.texts.say(language, id, &args)
    }
}

/// Any other address.
pub(super) async fn nowhere() -> Failure {
    Failure(Problem::new(Kind::NotFound, codes::NOT_FOUND))
}

/// A request of a browser.
pub(super) struct Visit {
    pub(super) language: Language,
    pub(super) inside: Option<Inside>,
    /// Path and query.
    pub(super) here: String,
}

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self {
            language: parts.extensions.get().copied().unwrap_or_else(|| Language::of(&parts.uri, &parts.headers)),
            inside: parts.extensions.get().cloned(),
            here: parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned(),
        })
    }
}

/// A form of ours: it carries the session's token.
pub(super) struct Sent(Vec<(String, String)>);

impl Sent {
    /// The last value of this name; nothing when it is empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    }

    /// The same as a number.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        self.get(name)?.parse().ok()
    }
}

impl<S: Send + Sync> FromRequest<S> for Sent {
    type Rejection = Failure;

    async fn from_request(request: Request, state: &S) -> Result<Self, Failure> {
        let csrf = request.extensions().get::<Inside>().map(|inside| inside.csrf.clone());
        let shape = || Problem::new(Kind::Invalid, codes::SHAPE).with("detail", "form");
        let form = axum::Form::<Vec<(String, String)>>::from_request(request, state).await.map_err(|_| shape())?;
        let sent = Self(form.0);
        // Both are hashes in hexadecimal: comparing them tells nothing of the session.
        if csrf.is_none() || sent.get("_csrf") != csrf.as_deref() {
            return Err(Problem::new(Kind::Forbidden, codes::CSRF).into());
        }
        Ok(sent)
    }
}
