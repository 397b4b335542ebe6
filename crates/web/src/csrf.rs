//! Requests that change something must come from our own pages.
//!
//! Two fences. The browser says where a request comes from (`Sec-Fetch-Site`, else `Origin`), which covers sign-in
//! where there is no session yet; and each form of a session carries the session's token. A bearer token is sent by
//! no browser on its own, so it needs neither.

use crate::{Session, codes};
use axum::http::{HeaderMap, header};
use kernel::{Kind, Problem};
use subtle::ConstantTimeEq;

/// Refuses a request that another website made the browser send.
pub(crate) fn same_site(headers: &HeaderMap) -> Result<(), Problem> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let allowed = match (text("sec-fetch-site"), text(header::ORIGIN.as_str())) {
        (Some(site), _) => matches!(site, "same-origin" | "none"),
        (None, Some(origin)) => {
            let host = text(header::HOST.as_str()).unwrap_or("");
            origin.split_once("://").is_some_and(|(_, of)| of == host)
        }
        // No browser of the last ten years leaves out both; a command-line client may.
        (None, None) => true,
    };
    allowed.then_some(()).ok_or_else(|| Problem::new(Kind::Forbidden, codes::CROSS_SITE))
}

/// Refuses a form that does not carry the session's token.
pub(crate) fn token(session: &Session, given: Option<&str>) -> Result<(), Problem> {
    if session.by_bearer {
        return Ok(());
    }
    let same = given.is_some_and(|given| bool::from(given.as_bytes().ct_eq(session.csrf.as_bytes())));
    same.then_some(()).ok_or_else(|| Problem::new(Kind::Forbidden, codes::CSRF))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    fn check(headers: &[(&'static str, &'static str)], expected: bool) {
        let map: HeaderMap = headers
            .iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect();
        assert_eq!(same_site(&map).is_ok(), expected, "{headers:?}");
    }

    #[test]
    fn only_our_own_pages_may_send_forms() {
        check(&[("sec-fetch-site", "same-origin")], true);
        check(&[("sec-fetch-site", "none")], true);
        check(&[("sec-fetch-site", "cross-site")], false);
        check(&[("sec-fetch-site", "same-site")], false);
        check(&[("origin", "http://127.0.0.1:8080"), ("host", "127.0.0.1:8080")], true);
        check(&[("origin", "https://evil.example"), ("host", "127.0.0.1:8080")], false);
        check(&[("origin", "null"), ("host", "127.0.0.1:8080")], false);
        check(&[], true);
    }
}
