//! Which language the reader gets: the address (`?lang=`), else the cookie, else what the browser prefers, else Vietnamese.

use axum::http::{HeaderMap, Uri, header};

/// Name of the cookie that remembers the choice.
pub(crate) const COOKIE: &str = "lang";

/// A language of the pages.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    /// Vietnamese, the first language.
    #[default]
    Vi,
    /// English.
    En,
}

impl Language {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Vi, Self::En];

    /// Tag for `lang` attributes and addresses.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Vi => "vi",
            Self::En => "en",
        }
    }

    /// The language with this tag; regions (`en-GB`) are ignored.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_']).next()?.to_ascii_lowercase().as_str() {
            "vi" => Some(Self::Vi),
            "en" => Some(Self::En),
            _ => None,
        }
    }

    /// What the address asks for with `?lang=`.
    pub(crate) fn asked(uri: &Uri) -> Option<Self> {
        uri.query()?.split('&').find_map(|pair| pair.strip_prefix("lang=")).and_then(Self::from_tag)
    }

    /// The language of a request.
    #[must_use]
    pub fn of(uri: &Uri, headers: &HeaderMap) -> Self {
        Self::asked(uri)
            .or_else(|| cookie(headers, COOKIE).and_then(Self::from_tag))
            .or_else(|| preferred(headers))
            .unwrap_or_default()
    }
}

/// The best of `Accept-Language` that we speak.
fn preferred(headers: &HeaderMap) -> Option<Language> {
    let text = headers.get(header::ACCEPT_LANGUAGE)?.to_str().ok()?;
    let mut best: Option<(Language, f32)> = None;
    for item in text.split(',') {
        let mut parts = item.trim().split(';');
        let Some(language) = parts.next().and_then(|tag| Language::from_tag(tag.trim())) else { continue };
        let quality = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse().ok()).unwrap_or(1.0);
        if quality > 0.0 && best.is_none_or(|(_, q)| quality > q) {
            best = Some((language, quality));
        }
    }
    best.map(|(language, _)| language)
}

/// The value of a cookie.
pub(crate) fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|text| text.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::HeaderValue;

    fn check(uri: &str, cookie: Option<&'static str>, accept: Option<&'static str>, expected: Language) {
        let mut headers = HeaderMap::new();
        if let Some(text) = cookie {
            headers.insert(header::COOKIE, HeaderValue::from_static(text));
        }
        if let Some(text) = accept {
            headers.insert(header::ACCEPT_LANGUAGE, HeaderValue::from_static(text));
        }
        assert_eq!(Language::of(&uri.parse().unwrap(), &headers), expected, "{uri} {cookie:?} {accept:?}");
    }

    #[test]
    fn the_address_wins_over_the_cookie_and_the_cookie_over_the_browser() {
        check("/", None, None, Language::Vi);
        check("/", None, Some("fr-FR, en;q=0.5"), Language::En);
        check("/", None, Some("en;q=0.3, vi-VN;q=0.9"), Language::Vi);
        check("/", None, Some("ja"), Language::Vi);
        check("/", Some("a=b; lang=en"), Some("vi"), Language::En);
        check("/?q=x&lang=vi", Some("lang=en"), Some("en"), Language::Vi);
        check("/?lang=xx", Some("lang=en"), None, Language::En);
    }
}
