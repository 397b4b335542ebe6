//! Headers that every answer carries: nothing inline runs, nobody frames us, no address leaks to other sites.

use crate::Web;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, header},
    middleware::Next,
    response::Response,
};

const POLICY: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'";

/// For a year, a browser that has reached us over https asks for nothing else.
const HTTPS_ONLY: &str = "max-age=31536000; includeSubDomains";

/// Where besides here a form of this page may lead: an origin, such as `https://bank.example`. Put into an answer's
/// extensions. Chromium applies `form-action` to what a form is redirected to as well, so a page that sends people on to
/// a relying party names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormAction(String);

impl FormAction {
    /// The origin of an address; nothing for what has none, or would say more to the policy than an origin.
    #[must_use]
    pub fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let host = rest.split(['/', '?', '#']).next().filter(|host| !host.is_empty())?;
        let plain = |text: &str, also: &[u8]| text.bytes().all(|b| b.is_ascii_alphanumeric() || also.contains(&b));
        (plain(scheme, b"+-.") && plain(host, b".-:[]")).then(|| Self(format!("{scheme}://{host}")))
    }
}

/// The policy of a page whose forms may lead to `also`.
fn policy(also: &FormAction) -> Option<HeaderValue> {
    HeaderValue::from_str(&POLICY.replace("form-action 'self'", &format!("form-action 'self' {}", also.0))).ok()
}

pub(crate) async fn secure(State(web): State<Web>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let also = response.extensions().get::<FormAction>().and_then(policy);
    let headers = response.headers_mut();
    for (name, value) in [
        ("content-security-policy", POLICY),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("x-frame-options", "DENY"),
        ("cross-origin-opener-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=(), payment=()"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if let Some(policy) = also {
        headers.insert("content-security-policy", policy);
    }
    // What says nothing about keeping it may be somebody's data (the API's answers): nobody keeps it.
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if web.secure {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
    }
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_may_lead_to_one_named_origin_and_no_policy_is_smuggled_in() {
        let origin = |url: &str| FormAction::of(url).map(|action| action.0);
        assert_eq!(origin("https://bank.example/cb?a=1"), Some("https://bank.example".to_owned()));
        assert_eq!(origin("http://127.0.0.1:8081/nhan"), Some("http://127.0.0.1:8081".to_owned()));
        for url in ["https://bank.example; script-src *", "https://a b/", "https:///x", "bank.example", "https://*/"] {
            assert_eq!(origin(url), None, "{url}");
        }
        let value = FormAction::of("https://bank.example/cb").as_ref().and_then(policy);
        let text = value.as_ref().and_then(|value| value.to_str().ok()).unwrap_or_default();
        assert!(text.contains("; form-action 'self' https://bank.example; base-uri"), "{text}");
    }
}
