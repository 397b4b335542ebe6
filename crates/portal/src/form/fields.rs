//! Fields: what the page shows of one, and what was posted for it.

use crate::{State, show};
use procedure::FieldSource;
use procedure::form::{FieldKind, FieldState};
use serde_json::{Value, json};
use web::{Form, SignedIn};

/// Longest text that is taken from a field; the form's own limits are checked later.
const TEXT_CHARS_MAX: usize = 5_000;

/// What a field's macro shows. `form` holds what was typed, so that a malformed date comes back as it was written.
pub(crate) fn view(
    state: &State,
    visit: &SignedIn,
    field: &FieldState<'_>,
    form: &Form,
    source: Option<&FieldSource>,
    error: Option<&Value>,
) -> Value {
    let pointer = &field.pointer;
    let mut view = json!({
        "id": show::field_id(pointer),
        "name": pointer,
        "kind": field.field.kind,
        "label": field.field.label,
        "hint": field.field.hint,
        "required": field.required,
        "value": field.value,
        "options": field.options.iter().map(|o| json!({"value": o.value, "label": o.label})).collect::<Vec<_>>(),
        "source": source.map(|source| &source.source),
        "error": error,
        "provinces": [],
        "province": null,
    });
    let text = field.value.as_str().unwrap_or_default();
    match field.field.kind {
        FieldKind::Date => view["value"] = date_parts(pointer, text, form),
        FieldKind::Yes => {
            let say = |id: &str| state.web.texts.say(visit.language, id, &[]);
            view["options"] = json!([{"value": "true", "label": say("yes")}, {"value": "false", "label": say("no")}]);
            view["value"] = field.value.as_bool().map_or(Value::Null, |yes| json!(yes.to_string()));
        }
        FieldKind::Province => view["options"] = provinces(state, visit),
        FieldKind::Commune => {
            let units = &state.setting().units;
            let today = visit.ctx.today();
            let of_value = units.commune(text, today).and_then(|unit| unit.province.as_ref()).map(|code| code.as_str());
            let province = form.get(&format!("_tinh.{pointer}")).or(of_value).unwrap_or_default();
            let communes = units.communes(province, today);
            let mut options: Vec<(String, String)> =
                communes.iter().map(|unit| (unit.code.as_str().to_owned(), unit.full_name())).collect();
            options.sort_by_key(|(_, name)| kernel::text::fold(name));
            view["options"] = options.iter().map(|(code, name)| json!({"value": code, "label": name})).collect();
            view["provinces"] = provinces(state, visit);
            view["province"] = json!(province);
        }
        _ => {}
    }
    view
}

fn provinces(state: &State, visit: &SignedIn) -> Value {
    let mut provinces = state.setting().units.provinces(visit.ctx.today());
    provinces.sort_by_key(|unit| kernel::text::fold(&unit.name));
    provinces.iter().map(|unit| json!({"value": unit.code.as_str(), "label": unit.full_name()})).collect()
}

/// `2026-11-20` in parts; what was typed where it is no date.
fn date_parts(pointer: &str, text: &str, form: &Form) -> Value {
    let typed = |part: &str| form.get(&format!("{pointer}.{part}")).map(str::to_owned);
    let (d, m, y) = (typed("d"), typed("m"), typed("y"));
    if d.is_some() || m.is_some() || y.is_some() {
        return json!({"d": d, "m": m, "y": y});
    }
    let mut parts = text.split('-');
    let (y, m, d) = (parts.next(), parts.next(), parts.next());
    json!({"d": d, "m": m, "y": y.filter(|year| !year.is_empty())})
}

/// What was posted for a field: nothing when the form did not carry it, null when it was left empty.
pub(crate) fn posted(form: &Form, field: &FieldState<'_>) -> Option<Value> {
    let pointer = &field.pointer;
    let sent = |name: &str| form.0.iter().any(|(key, _)| key == name);
    if field.field.kind == FieldKind::Date {
        let part = |part: &str| form.get(&format!("{pointer}.{part}"));
        return sent(&format!("{pointer}.y")).then(|| posted_date(part("d"), part("m"), part("y")));
    }
    if field.field.kind == FieldKind::Choices {
        let chosen: Vec<&str> = form.all(pointer).filter(|value| !value.is_empty()).collect();
        return Some(json!(chosen));
    }
    if !sent(pointer) {
        // Radio buttons that nobody touched are not sent at all.
        return matches!(field.field.kind, FieldKind::Choice | FieldKind::Yes).then(|| field.value.clone());
    }
    let text: String = form.get(pointer).unwrap_or_default().chars().take(TEXT_CHARS_MAX).collect();
    Some(match field.field.kind {
        _ if text.is_empty() => Value::Null,
        FieldKind::Number => text.parse::<i64>().map_or_else(|_| json!(text), |number| json!(number)),
        FieldKind::Yes => json!(text == "true"),
        FieldKind::PersonalNumber => json!(text.chars().filter(|c| !c.is_whitespace()).collect::<String>()),
        _ => json!(text),
    })
}

/// Day, month and year as typed; `2026-11-20` where all are numbers, and what stands there, to be refused by the check,
/// where they are not.
fn posted_date(d: Option<&str>, m: Option<&str>, y: Option<&str>) -> Value {
    let number = |text: &str| text.parse::<u16>().ok();
    match (d, m, y) {
        (None, None, None) => Value::Null,
        (Some(d), Some(m), Some(y)) => match (number(d), number(m), number(y)) {
            (Some(d), Some(m), Some(y)) => json!(format!("{y:04}-{m:02}-{d:02}")),
            _ => json!(format!("{y}-{m}-{d}")),
        },
        (None, Some(m), Some(y)) => json!(format!("{y}-{m:0>2}")),
        (None, None, Some(y)) => json!(y),
        (d, m, y) => json!(format!("{}-{}-{}", y.unwrap_or("?"), m.unwrap_or("?"), d.unwrap_or("?"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_date_is_put_together_or_left_to_be_refused() {
        assert_eq!(posted_date(Some("5"), Some("3"), Some("2026")), json!("2026-03-05"));
        assert_eq!(posted_date(None, Some("3"), Some("1950")), json!("1950-03"));
        assert_eq!(posted_date(None, None, Some("1950")), json!("1950"));
        assert_eq!(posted_date(Some("31"), Some("x"), Some("2026")), json!("2026-x-31"));
        assert_eq!(posted_date(Some("31"), None, Some("2026")), json!("2026-?-31"));
        assert_eq!(posted_date(None, None, None), Value::Null);
    }

    #[test]
    fn what_was_typed_comes_back_as_it_was() {
        let form =
            Form(vec![("/b.d".into(), "x".into()), ("/b.m".into(), String::new()), ("/b.y".into(), "2026".into())]);
        assert_eq!(date_parts("/b", "2026-11-20", &form), json!({"d": "x", "m": null, "y": "2026"}));
        assert_eq!(date_parts("/b", "2026-11-20", &Form::default()), json!({"d": "20", "m": "11", "y": "2026"}));
        assert_eq!(date_parts("/b", "", &Form::default()), json!({"d": null, "m": null, "y": null}));
    }
}
