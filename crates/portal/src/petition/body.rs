//! The bodies that one may write to: those that the index scores. Found by words of their names.

use crate::State;
use kernel::text::fold;
use kernel::{BodyId, Ctx};
use serde_json::{Value, json};

/// Bodies that a search shows.
const FOUND_MAX: usize = 20;

/// Whether there is such a body.
pub(super) fn is_known(state: &State, body: &BodyId) -> bool {
    let bodies = &state.index.settings().bodies;
    bodies.number(body).is_ok_and(|number| number != 0)
}

/// The bodies whose names have all these words, with or without marks; nothing for no words. At most so many as a page shows.
pub(super) fn search(state: &State, ctx: &Ctx, words: &str) -> Vec<BodyId> {
    let words = fold(words);
    let words: Vec<&str> = words.split_whitespace().collect();
    if words.is_empty() {
        return Vec::new();
    }
    let all = state.index.settings().bodies.all().iter().skip(1).map(|body| &body.id);
    let fits = |body: &&BodyId| {
        let name = format!(" {} {} ", fold(&state.body_name(ctx, body).vi), fold(&province(state, ctx, body)));
        words.iter().all(|word| name.contains(&format!(" {word}")))
    };
    all.filter(fits).take(FOUND_MAX).cloned().collect()
}

/// The province of a commune's body, which tells it from others of the same name; else nothing.
fn province(state: &State, ctx: &Ctx, body: &BodyId) -> String {
    let (units, today) = (&state.setting().units, ctx.today());
    let commune = body.unit().and_then(|code| units.commune(code, today));
    let province = commune.and_then(|unit| unit.province.as_ref());
    province.and_then(|code| units.province(code.as_str(), today)).map_or_else(String::new, |unit| unit.full_name())
}

/// A body as templates take it.
pub(super) fn shown(state: &State, ctx: &Ctx, body: &BodyId) -> Value {
    json!({"id": body, "name": state.body_name(ctx, body), "province": province(state, ctx, body)})
}
