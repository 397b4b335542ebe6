//! The bodies that one may write to: those that the index scores.

use crate::{State, bodies};
use kernel::{BodyId, Ctx};

/// Whether there is such a body.
pub(super) fn is_known(state: &State, body: &BodyId) -> bool {
    let bodies = &state.index.settings().bodies;
    bodies.number(body).is_ok_and(|number| number != 0)
}

/// Those whose names have all these words.
pub(super) fn search(state: &State, ctx: &Ctx, words: &str) -> Vec<BodyId> {
    let all = state.index.settings().bodies.all().iter().skip(1);
    bodies::search(state, ctx, words, all.map(|body| body.id.clone()))
}
