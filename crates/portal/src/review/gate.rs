//! Who gets in: whoever opened a link that the terminal printed, in that browser, and nobody through another website.
//!
//! A page on the web can make a browser send requests to 127.0.0.1, and with a name of its own that resolves there
//! (DNS rebinding) even read the answers. So the host must be ours by name and port, the token of the link works once
//! and becomes a cookie that no script reads and no other site sends, a form carries the session's own token, and the
//! browser's word on where a request comes from (`Sec-Fetch-Site`, `Origin`) must not be another origin. Cookies know
//! no ports: the name of ours has the port in it, and what other programs on this machine serve counts as another
//! origin.

use super::Room;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use kernel::text::hex;
use kernel::{Kind, Problem, Random};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};
use web::Failure;

/// Browsers let in at once; a clerk has one.
const SESSIONS_MAX: usize = 16;
/// Links that wait to be opened.
const LINKS_MAX: usize = 16;

/// The door of the pages.
pub struct Gate {
    port: u16,
    random: Random,
    known: Mutex<Known>,
}

/// Hashes only: what is looked up by hash cannot be guessed byte by byte from the time it takes.
#[derive(Default)]
struct Known {
    links: HashSet<[u8; 32]>,
    sessions: HashSet<[u8; 32]>,
}

impl std::fmt::Debug for Gate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gate").field("port", &self.port).finish_non_exhaustive()
    }
}

/// A browser that was let in.
#[derive(Clone)]
pub(super) struct Inside {
    /// What each form carries.
    pub(super) csrf: String,
}

fn hash(text: &str) -> [u8; 32] {
    Sha256::digest(text.as_bytes()).into()
}

impl Gate {
    /// The door of the pages on this port.
    #[must_use]
    pub fn new(port: u16, random: Random) -> Self {
        Self { port, random, known: Mutex::default() }
    }

    /// A new link; it lets one browser in, once.
    pub fn link(&self) -> String {
        let token = hex(&self.random.bytes::<32>());
        let mut known = self.known();
        if known.links.len() >= LINKS_MAX {
            known.links.clear();
        }
        known.links.insert(hash(&token));
        format!("http://127.0.0.1:{}/vao?ma={token}", self.port)
    }

    /// Takes the token of a link; gives the cookie of a new session.
    pub(super) fn open(&self, token: &str) -> Option<HeaderValue> {
        let session = hex(&self.random.bytes::<32>());
        let mut known = self.known();
        if !known.links.remove(&hash(token)) {
            return None;
        }
        if known.sessions.len() >= SESSIONS_MAX {
            known.sessions.clear();
        }
        known.sessions.insert(hash(&session));
        HeaderValue::from_str(&format!("{}={session}; Path=/; HttpOnly; SameSite=Strict", self.cookie())).ok()
    }

    fn known(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn cookie(&self) -> String {
        format!("sen-review-{}", self.port)
    }

    /// The host must be this machine by a name that nobody else can give.
    fn is_here(&self, headers: &HeaderMap) -> bool {
        let host = text(headers, header::HOST.as_str());
        ["127.0.0.1", "localhost"].iter().any(|name| host == Some(&format!("{name}:{}", self.port)))
    }

    fn inside(&self, headers: &HeaderMap) -> Option<Inside> {
        let name = self.cookie();
        let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
        let mut pairs = cookies.flat_map(|text| text.split(';')).filter_map(|pair| pair.trim().split_once('='));
        let session = pairs.find(|(key, _)| *key == name).map(|(_, value)| value)?;
        let known = self.known().sessions.contains(&hash(session));
        known.then(|| Inside { csrf: hex(&hash(&format!("csrf {session}"))) })
    }
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// Whether the browser says that another origin made it send this.
fn from_elsewhere(method: &Method, headers: &HeaderMap) -> bool {
    let site = text(headers, "sec-fetch-site");
    let own_site = site.is_none_or(|site| matches!(site, "same-origin" | "none"));
    if method.is_safe() {
        // Somebody may follow a link to here; what is loaded into another page is nothing to be followed.
        return !own_site && text(headers, "sec-fetch-mode") != Some("navigate");
    }
    let host = text(headers, header::HOST.as_str()).unwrap_or_default();
    let own_origin =
        text(headers, header::ORIGIN.as_str()).is_none_or(|origin| origin.strip_prefix("http://") == Some(host));
    !own_site || !own_origin
}

/// Around every page.
pub(super) async fn guard(State(room): State<Room>, mut request: Request, next: Next) -> Response {
    let refused = |code| Failure(Problem::new(Kind::Forbidden, code)).into_response();
    if !room.gate.is_here(request.headers()) {
        return refused("POR0011");
    }
    if from_elsewhere(request.method(), request.headers()) {
        return refused("POR0012");
    }
    let path = request.uri().path();
    // Styles and fonts hold nothing of anybody, and the page that sends somebody away needs them.
    let open = path == "/vao" || path.starts_with("/assets/");
    match room.gate.inside(request.headers()) {
        Some(inside) => {
            request.extensions_mut().insert(inside);
        }
        None if open => {}
        None => return refused("POR0013"),
    }
    let mut response = next.run(request).await;
    // Not even as an image or a script of another page on this machine.
    response.headers_mut().insert("cross-origin-resource-policy", HeaderValue::from_static("same-origin"));
    response
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderName;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        let pair = |(name, value): &(&'static str, &str)| {
            (HeaderName::from_static(name), HeaderValue::from_str(value).unwrap())
        };
        pairs.iter().map(pair).collect()
    }

    #[test]
    fn a_link_lets_one_browser_in_and_only_once() {
        let gate = Gate::new(4000, Random::seeded(1));
        let link = gate.link();
        let token = link.strip_prefix("http://127.0.0.1:4000/vao?ma=").unwrap();
        assert!(gate.open("guessed").is_none());
        let cookie = gate.open(token).unwrap().to_str().unwrap().to_owned();
        assert!(gate.open(token).is_none(), "a link works once");
        assert!(cookie.ends_with("; Path=/; HttpOnly; SameSite=Strict"), "{cookie}");
        let pair = cookie.split(';').next().unwrap();
        assert!(gate.inside(&headers(&[("cookie", &format!("lang=vi; {pair}"))])).is_some());
        for other in ["", "sen-review-4000=", "sen-review-4001=abc", "sen-review-4000=abc"] {
            assert!(gate.inside(&headers(&[("cookie", other)])).is_none(), "{other}");
        }
    }

    #[test]
    fn only_this_machine_by_name_and_port() {
        let gate = Gate::new(4000, Random::seeded(1));
        for (host, here) in [
            ("127.0.0.1:4000", true),
            ("localhost:4000", true),
            ("127.0.0.1", false),
            ("127.0.0.1:4001", false),
            ("rebound.example:4000", false),
            ("127.0.0.1.example:4000", false),
        ] {
            assert_eq!(gate.is_here(&headers(&[("host", host)])), here, "{host}");
        }
        assert!(!gate.is_here(&HeaderMap::new()));
    }

    #[test]
    fn what_another_page_sends_or_loads_is_refused() {
        let own = ("host", "127.0.0.1:4000");
        for (method, pairs, elsewhere) in [
            (Method::GET, vec![own, ("sec-fetch-site", "none")], false),
            (Method::GET, vec![own, ("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate")], false),
            (Method::GET, vec![own, ("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors")], true),
            (Method::POST, vec![own, ("sec-fetch-site", "same-origin"), ("origin", "http://127.0.0.1:4000")], false),
            (Method::POST, vec![own, ("sec-fetch-site", "same-site"), ("sec-fetch-mode", "navigate")], true),
            (Method::POST, vec![own, ("origin", "http://127.0.0.1:8080")], true),
            (Method::POST, vec![own, ("origin", "null")], true),
            (Method::POST, vec![own], false),
        ] {
            assert_eq!(from_elsewhere(&method, &headers(&pairs)), elsewhere, "{method} {pairs:?}");
        }
    }
}
