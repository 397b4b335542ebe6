//! Pages of a list.

use axum::{extract::FromRequestParts, http::request::Parts};
use serde_json::{Value, json};
use std::convert::Infallible;

/// Rows on a page.
const SIZE: u32 = 25;
/// Nobody leafs further.
const PAGE_MAX: u32 = 1_000;

/// Which page of a list: `?trang=2`. The first is 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Paging {
    /// The page, from 1.
    pub page: u32,
    /// Rows on it.
    pub size: u32,
}

impl Default for Paging {
    fn default() -> Self {
        Self { page: 1, size: SIZE }
    }
}

impl Paging {
    /// Rows before this page.
    #[must_use]
    pub const fn offset(self) -> u32 {
        (self.page - 1) * self.size
    }

    /// How many rows to ask for: one more than shown, to learn whether there is a next page.
    #[must_use]
    pub const fn limit(self) -> u32 {
        self.size + 1
    }

    /// Cuts the extra row off and says what the pager shows: `{page, previous, next}`.
    pub fn cut<T>(self, rows: &mut Vec<T>) -> Value {
        let more = rows.len() > self.size as usize;
        rows.truncate(self.size as usize);
        json!({
            "page": self.page,
            "previous": (self.page > 1).then(|| self.page - 1),
            "next": more.then(|| self.page + 1),
        })
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Paging {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let asked = parts.uri.query().into_iter().flat_map(|query| query.split('&'));
        let page = asked.filter_map(|pair| pair.strip_prefix("trang=")?.parse().ok()).next().unwrap_or(1);
        Ok(Self { page: page.clamp(1, PAGE_MAX), size: SIZE })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_whether_there_is_a_next_page() {
        let paging = Paging { page: 2, size: 3 };
        let mut rows = vec![1, 2, 3, 4];
        assert_eq!(paging.cut(&mut rows), json!({"page": 2, "previous": 1, "next": 3}));
        assert_eq!(rows.len(), 3);
        assert_eq!(paging.offset(), 3);
        assert_eq!(Paging::default().cut(&mut vec![1]), json!({"page": 1, "previous": null, "next": null}));
    }
}
