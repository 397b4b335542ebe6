//! Pages for those who answer for public services.

mod coverage;
mod funding;
mod index;
mod legal;
mod programme;
mod task_force;

pub use programme::MEASURES_INDEX;

use crate::State;
use ::programme::desk::{About, Side, Which};
use ::programme::follow::Line;
use axum::Router;
use kernel::{Ctx, Problem};
use serde_json::{Value, json};
use std::ops::{Div, Mul};

pub(crate) fn router() -> Router<State> {
    Router::new()
        .merge(index::router())
        .merge(programme::router())
        .merge(coverage::router())
        .merge(funding::router())
        .merge(legal::router())
        .merge(task_force::router())
}

/// Most characters of a task's content in a list to choose from.
const CONTENT_CHARS: usize = 90;

/// The tasks that the acting body owes, to choose one of.
async fn owed(state: &State, ctx: &Ctx) -> Result<Vec<Value>, Problem> {
    let lines = state.programme.lines(ctx, Side::Owed, Which::All, &About::default()).await?;
    let option = |line: &Line| {
        let mut content: String = line.content.chars().take(CONTENT_CHARS).collect();
        if content.len() < line.content.len() {
            content.push('…');
        }
        let label = format!("{} {}.{}: {content}", line.directive, line.section, line.number);
        json!({"value": line.task, "label": label})
    };
    Ok(lines.iter().map(option).collect())
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
