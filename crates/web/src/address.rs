//! Where a request comes from.

use axum::http::HeaderMap;
use std::net::IpAddr;

const FORWARDED: &str = "x-forwarded-for";

/// The address of the browser, as the proxy in front of this program saw it: the last one in `X-Forwarded-For`. The program
/// listens on its own machine only, so nobody but the proxy adds the last; what comes before it, anybody may have written.
/// None without a proxy.
#[must_use]
pub fn address_of(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(FORWARDED).iter().next_back()?.to_str().ok()?;
    let text = last.rsplit(',').next()?.trim();
    let address: IpAddr = text.trim_start_matches('[').trim_end_matches(']').parse().ok()?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::{HeaderName, HeaderValue};

    #[test]
    fn only_what_the_proxy_added_counts() {
        let check = |lines: &[&'static str], expected: Option<&str>| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(HeaderName::from_static(FORWARDED), HeaderValue::from_static(line));
            }
            assert_eq!(address_of(&headers), expected.map(|text| text.parse().unwrap()), "{lines:?}");
        };
        check(&[], None);
        check(&["203.0.113.7"], Some("203.0.113.7"));
        check(&["198.51.100.1, 203.0.113.7"], Some("203.0.113.7"));
        check(&["198.51.100.1", "203.0.113.7"], Some("203.0.113.7"));
        check(&["[2001:db8::1]"], Some("2001:db8::1"));
        check(&["::ffff:203.0.113.7"], Some("203.0.113.7"));
        check(&["203.0.113.7, unknown"], None);
        check(&["203.0.113.7, "], None);
    }
}
