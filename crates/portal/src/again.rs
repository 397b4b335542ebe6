//! A page with forms, and the same page again with what was typed and what is wrong at which field.

use crate::State;
use kernel::{Kind, Problem};
use serde_json::{Map, Value, json};
use web::{Form, Language};

/// Gives a page the fields of its forms: `typed` (empty where nothing was sent), `error` at each field and `errors` (nothing yet).
pub(crate) fn fields(content: &mut Value, names: &[&str], form: Option<&Form>) {
    let typed = |name: &&str| ((*name).to_owned(), json!(form.and_then(|form| form.get(name)).unwrap_or_default()));
    content["typed"] = names.iter().map(typed).collect::<Map<_, _>>().into();
    content["error"] = names.iter().map(|name| ((*name).to_owned(), Value::Null)).collect::<Map<_, _>>().into();
    content["errors"] = json!([]);
}

/// Whether the form can be mended: everything else is a page of its own.
pub(crate) const fn mendable(problem: &Problem) -> bool {
    matches!(problem.kind, Kind::Invalid | Kind::Conflict | Kind::TooLarge)
}

/// Says what is wrong, in the summary and at the field that the problem names, or `at` where it names none.
pub(crate) fn say(state: &State, language: Language, content: &mut Value, problem: &Problem, at: &str) {
    let message = state.web.sentence(language, &problem.code, &problem.args);
    say_so(content, problem.args.get("field").map_or(at, String::as_str), &message);
}

/// The same in words that are already there.
pub(crate) fn say_so(content: &mut Value, field: &str, message: &str) {
    let error = json!({"href": format!("#{field}"), "message": message});
    content["error"][field] = error.clone();
    content["errors"] = json!([error]);
}
