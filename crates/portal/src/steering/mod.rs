//! Pages for those who answer for public services.

mod coverage;
mod funding;
mod index;
mod legal;
mod programme;

pub use programme::MEASURES_INDEX;

use crate::State;
use axum::Router;
use serde_json::{Value, json};
use std::ops::{Div, Mul};

pub(crate) fn router() -> Router<State> {
    Router::new()
        .merge(index::router())
        .merge(programme::router())
        .merge(coverage::router())
        .merge(funding::router())
        .merge(legal::router())
}

/// Whole percent, rounded down: 100 is said of what is whole only.
fn percent<N: Copy + From<u8> + PartialEq + Mul<Output = N> + Div<Output = N>>(part: N, of: N) -> N {
    if of == 0.into() { of } else { part * 100.into() / of }
}

/// What is shown of provinces, by their codes, each on its tile of the map; nothing where the pack has no map.
fn on_tiles<'a>(state: &State, provinces: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    let map = &state.index.settings().tiles;
    let (columns, rows) = map.size();
    if rows == 0 {
        return Value::Null;
    }
    let placed = |(code, mut shown): (&str, Value)| {
        let (column, row) = map.of(code)?;
        (shown["column"], shown["row"]) = (json!(column), json!(row));
        Some(shown)
    };
    let tiles: Vec<Value> = provinces.into_iter().filter_map(placed).collect();
    json!({"columns": columns, "rows": rows, "tiles": tiles})
}
