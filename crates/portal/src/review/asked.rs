//! The rows that an address asks for: filter and order live in the query string, so that each tab has its own.

use axum::extract::Query;
use axum::http::Uri;
use matching::review::{Filter, Order, Shown};

/// Filter, order, page of the list.
pub(super) struct Asked {
    pub(super) filter: Filter,
    /// Counted from 1.
    pub(super) page: usize,
    /// The candidate that is shown, counted from 1.
    pub(super) candidate: usize,
}

impl Asked {
    /// What the address says; what it says wrongly is left out.
    pub(super) fn of(uri: &Uri) -> Self {
        let pairs = Query::<Vec<(String, String)>>::try_from_uri(uri).map(|query| query.0).unwrap_or_default();
        let get = |name: &str| {
            let found = pairs.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
            found.filter(|value| !value.is_empty())
        };
        let split = |text: String| text.split_once(':').map(|(field, level)| (field.to_owned(), level.to_owned()));
        let number = |name: &str| get(name).and_then(|text| text.parse().ok()).unwrap_or(1).max(1);
        let filter = Filter {
            shown: get("xem").and_then(|id| Shown::from_id(&id)).unwrap_or_default(),
            reason: get("ly-do"),
            level: get("muc").and_then(split),
            commune: get("xa"),
            order: get("thu-tu").and_then(|id| Order::from_id(&id)).unwrap_or_default(),
        };
        Self { filter, page: number("trang"), candidate: number("nguoi") }
    }

    /// The filter as a query string, without the question mark; empty for the usual one.
    pub(super) fn query(&self) -> String {
        let filter = &self.filter;
        let level = filter.level.as_ref().map(|(field, level)| format!("{field}:{level}"));
        let pairs = [
            ("xem", (filter.shown != Shown::default()).then(|| filter.shown.id().to_owned())),
            ("ly-do", filter.reason.clone()),
            ("muc", level),
            ("xa", filter.commune.clone()),
            ("thu-tu", (filter.order != Order::default()).then(|| filter.order.id().to_owned())),
        ];
        let pairs = pairs.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", web::encoded(&value?))));
        pairs.collect::<Vec<_>>().join("&")
    }

    /// The address of a row within this filter.
    pub(super) fn pair(&self, row: u64) -> String {
        with_query(&format!("/cap/{row}"), &self.query())
    }

    /// The address of the list within this filter.
    pub(super) fn list(&self) -> String {
        with_query("/", &self.query())
    }

    /// Where a decision is taken back, to come back to its row within this filter.
    pub(super) fn take_back(&self) -> String {
        with_query("/hoan-tac", &self.query())
    }

    /// Whether anything but the usual is asked for.
    pub(super) fn chosen(&self) -> bool {
        self.filter != Filter::default()
    }
}

fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use matching::review::Verdict;

    #[test]
    fn an_address_says_again_what_it_asked_for() {
        let uri: Uri =
            "/?xem=unsure&muc=full_name%3Aunmarked&xa=X%C3%A3%20A%20%26%20B&thu-tu=row&trang=3".parse().unwrap();
        let asked = Asked::of(&uri);
        assert_eq!(asked.filter.shown, Shown::Said(Verdict::Unsure));
        assert_eq!(asked.filter.commune.as_deref(), Some("Xã A & B"));
        assert_eq!((asked.page, asked.candidate, asked.chosen()), (3, 1, true));
        let again = Asked::of(&asked.list().parse().unwrap());
        assert_eq!(again.filter, asked.filter);
        assert_eq!(asked.pair(7), format!("/cap/7?{}", asked.query()));
    }

    #[test]
    fn nonsense_is_the_usual() {
        let asked = Asked::of(&"/?xem=x&muc=nothing&trang=-1&thu-tu=".parse().unwrap());
        assert!(!asked.chosen() && asked.page == 1 && asked.list() == "/");
    }
}
