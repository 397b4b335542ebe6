//! Addresses that clients register, and whether the one of a request is among them.

use super::ClientMetadata;

/// Longest address.
const CHARS_MAX: usize = 2000;

/// Whether an address may be registered for answers: https with a host; or http on this machine, for programs and trials
/// (RFC 8252, section 7.3); or, for programs, a scheme of their own with a dot in it (section 7.1). No fragment (RFC 6749,
/// section 3.1.2), no wildcard, no credentials.
pub(crate) fn may_register(uri: &str, native: bool) -> bool {
    let plain = uri.len() <= CHARS_MAX && uri.bytes().all(|byte| byte.is_ascii_graphic());
    if !plain || uri.contains(['#', '*', '\\', '"', '<', '>', '`', '{', '}']) {
        return false;
    }
    let Some((scheme, rest)) = uri.split_once(':') else { return false };
    match scheme {
        "https" | "http" => {
            let Some(rest) = rest.strip_prefix("//") else { return false };
            let host = rest.split(['/', '?']).next().unwrap_or_default();
            let usable =
                !host.is_empty() && !host.contains('@') && !host.starts_with([':', '.', '-']) && port_is_right(host);
            usable && (scheme == "https" || is_this_machine(host))
        }
        own => {
            let named =
                own.contains('.') && own.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'.');
            native && named && rest.starts_with('/')
        }
    }
}

fn port_is_right(host: &str) -> bool {
    let port = match host.rsplit_once(']') {
        Some((_, port)) => port.strip_prefix(':'),
        None => host.split_once(':').map(|(_, port)| port),
    };
    port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0))
}

/// Host names that cannot leave the machine.
fn is_this_machine(host: &str) -> bool {
    let name = match host.strip_prefix('[') {
        Some(rest) => rest.split(']').next().unwrap_or_default(),
        None => host.split(':').next().unwrap_or_default(),
    };
    matches!(name, "127.0.0.1" | "::1" | "localhost")
}

/// Whether a request may be answered there: letter for letter as registered (RFC 9700, section 4.1.3). Only a program on
/// the reader's own machine may bring another port than it registered (RFC 8252, section 7.3).
pub(crate) fn is_registered(metadata: &ClientMetadata, uri: &str) -> bool {
    let native = metadata.application_type.as_deref() == Some("native");
    metadata.redirect_uris.iter().any(|registered| {
        registered == uri
            || (native
                && may_register(uri, true)
                && matches!((without_port(registered), without_port(uri)), (Some(one), Some(other)) if one == other))
    })
}

/// A loopback address by number, without its port; nothing for any other address.
fn without_port(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let (host, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let name = match host.strip_prefix("[::1]") {
        Some(port) if port.is_empty() || port.starts_with(':') => "[::1]",
        Some(_) => return None,
        None => host.split(':').next().filter(|name| *name == "127.0.0.1")?,
    };
    Some((name, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_that_cannot_mean_another_may_be_registered() {
        for uri in
            ["https://bank.example/cb", "https://bank.example:8443/cb?a=1", "http://127.0.0.1:81/cb", "http://[::1]/cb"]
        {
            assert!(may_register(uri, false), "{uri}");
        }
        let wrong = [
            "http://bank.example/cb",
            "https://bank.example/cb#x",
            "https://*.bank.example/cb",
            "https://user@bank.example/cb",
            "https:///cb",
            "https:bank.example",
            "https://bank.example:99999/cb",
            "https://bank.example/ cb",
            "http://127.0.0.1.evil.example/cb",
            "http://127.0.0.1@evil.example/cb",
            "javascript:alert(1)",
            "data:text/html,x",
            "//bank.example/cb",
            "vn.example.app:/cb",
            "https://bank.example/é",
            "https://bank.example\\@evil.example",
        ];
        for uri in wrong {
            assert!(!may_register(uri, false), "{uri}");
        }
        assert!(may_register("vn.example.app:/cb", true));
        assert!(!may_register("app:/cb", true) && !may_register("javascript.x:alert(1)", true));
    }

    #[test]
    fn an_address_is_compared_letter_for_letter_but_for_the_port_of_a_program() {
        let mut metadata = ClientMetadata {
            redirect_uris: vec!["https://bank.example/cb".to_owned(), "http://127.0.0.1/cb".to_owned()],
            ..ClientMetadata::default()
        };
        assert!(is_registered(&metadata, "https://bank.example/cb"));
        for uri in [
            "https://bank.example/cb/",
            "https://bank.example/cb?x",
            "https://BANK.example/cb",
            "https://bank.example/%63b",
            "https://bank.example:443/cb",
            "https://bank.example/cb/../cb",
            "http://127.0.0.1:5000/cb",
        ] {
            assert!(!is_registered(&metadata, uri), "{uri}");
        }
        metadata.application_type = Some("native".to_owned());
        assert!(is_registered(&metadata, "http://127.0.0.1:5000/cb"));
        for uri in [
            "http://127.0.0.1:5000/other",
            "http://127.0.0.1:0/cb",
            "http://[::1]:5000/cb",
            "http://127.0.0.1:5000/cb#x",
        ] {
            assert!(!is_registered(&metadata, uri), "{uri}");
        }
    }
}
