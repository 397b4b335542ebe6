//! Bodies found by words of their names, and as templates take them.

use crate::State;
use kernel::text::fold;
use kernel::{BodyId, Ctx};
use pack::Text;
use serde_json::{Value, json};

/// Bodies that a search shows.
const FOUND_MAX: usize = 20;

/// Those of `all` whose names have all these words, with or without marks; nothing for no words. At most so many as a page shows.
pub(crate) fn search(state: &State, ctx: &Ctx, words: &str, all: impl Iterator<Item = BodyId>) -> Vec<BodyId> {
    let words = fold(words);
    let words: Vec<&str> = words.split_whitespace().collect();
    if words.is_empty() {
        return Vec::new();
    }
    let fits = |body: &BodyId| has_words(&[&state.body_name(ctx, body).vi, &province(state, ctx, body)], &words);
    all.filter(fits).take(FOUND_MAX).collect()
}

/// Whether each of the folded words begins a word of these texts.
pub(crate) fn has_words(texts: &[&str], words: &[&str]) -> bool {
    let text: String = texts.iter().flat_map(|text| [" ".to_owned(), fold(text)]).collect();
    words.iter().all(|word| text.contains(&format!(" {word}")))
}

/// The province of a commune's body, which tells it from others of the same name; else nothing.
fn province(state: &State, ctx: &Ctx, body: &BodyId) -> String {
    let (units, today) = (&state.setting().units, ctx.today());
    let commune = body.unit().and_then(|code| units.commune(code, today));
    let province = commune.and_then(|unit| unit.province.as_ref());
    province.and_then(|code| units.province(code.as_str(), today)).map_or_else(String::new, |unit| unit.full_name())
}

/// The body's name, and its province where the name alone does not tell it from others.
pub(crate) fn full_name(state: &State, ctx: &Ctx, body: &BodyId) -> Text {
    let (name, province) = (state.body_name(ctx, body), province(state, ctx, body));
    if province.is_empty() {
        return name;
    }
    Text { vi: format!("{}, {province}", name.vi), en: format!("{}, {province}", name.en) }
}

/// A body as templates take it.
pub(crate) fn shown(state: &State, ctx: &Ctx, body: &BodyId) -> Value {
    json!({"id": body, "name": state.body_name(ctx, body), "province": province(state, ctx, body)})
}
