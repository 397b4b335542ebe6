//! Tasks as templates take them.

use crate::State;
use kernel::{BodyId, Ctx, Role};
use programme::doubt::Doubt;
use programme::follow::{self, Line, Part};
use serde_json::{Value, json};
use time::Date;
use web::{Language, OfficerSession};

/// Whether an officer gives tasks, and whether one reports on them.
pub(super) fn sides(me: &OfficerSession) -> (bool, bool) {
    let has = |wanted: &str| me.roles.iter().map(Role::as_str).any(|role| role == wanted || role == "leader");
    (has(follow::COORDINATOR), has(follow::REPORTER))
}

/// A day as templates take it.
pub(super) fn day(day: Option<Date>) -> Option<String> {
    day.map(kernel::iso_date::text)
}

/// A task of a body.
pub(super) fn line(state: &State, ctx: &Ctx, line: &Line) -> Value {
    json!({
        "task": line.task, "place": place(&line.section, &line.number), "directive": line.directive, "content": line.content,
        "body": line.body, "body_name": state.body_name(ctx, &line.body),
        "giver": state.body_name(ctx, &line.given_by),
        "from": line.from_body.as_ref().map(|body| state.body_name(ctx, body)),
        "leads": line.part == Part::Lead, "state": line.state, "progress": line.progress, "ended": line.has_ended(),
        "deadline": line.deadline_text, "due": day(line.due_until), "days_late": line.days_late,
        "left": line.due_until.filter(|_| !line.has_ended()).map(|due| (due - ctx.today()).whole_days()),
    })
}

/// `A.3`; the number alone where the list has no sections.
pub(super) fn place(section: &str, number: &str) -> String {
    if section.is_empty() { number.to_owned() } else { format!("{section}.{number}") }
}

/// What the reader of the directive was unsure of, in sentences.
pub(super) fn doubts(state: &State, language: Language, doubts: &[Doubt]) -> Vec<String> {
    let sentence = |doubt: &Doubt| {
        let mut args = doubt.args.clone();
        // The name of a column in the reader's language; everything else is the directive's.
        if let Some(column) = args.get_mut("column") {
            *column = state.web.sentence(language, &format!("programme-column-{column}"), &Default::default());
        }
        state.web.sentence(language, &doubt.code, &args)
    };
    doubts.iter().map(sentence).collect()
}

/// The name of a body that may have ended since.
pub(super) fn name(state: &State, ctx: &Ctx, body: &str) -> pack::Text {
    state.body_name(ctx, &BodyId::new(body))
}
