//! Values as people read them: dates, units, options, yes and no.

use crate::State;
use kernel::{Ctx, FieldProblem, Problem};
use procedure::FieldSource;
use procedure::form::{FieldKind, FieldState, Form};
use serde_json::{Value, json};
use time::Date;
use web::Language;

/// Id of a field on the page: `/children/0/full_name` → `f-children-0-full_name`.
pub(crate) fn field_id(pointer: &str) -> String {
    format!("f{}", pointer.replace('/', "-"))
}

/// A JSON value as text, without knowing what it means.
pub(crate) fn plain(state: &State, language: Language, value: &Value) -> String {
    match value {
        Value::Null => "—".to_owned(),
        Value::Bool(yes) => state.web.texts.say(language, if *yes { "yes" } else { "no" }, &[]),
        Value::Number(number) => number.to_string(),
        Value::String(text) if text.is_empty() => "—".to_owned(),
        Value::String(text) => match text.as_str() {
            "male" | "female" => state.web.texts.say(language, &format!("sex-{text}"), &[]),
            _ => web::date_text(text),
        },
        Value::Array(items) => items.iter().map(|item| plain(state, language, item)).collect::<Vec<_>>().join(", "),
        Value::Object(map) => map.values().map(|item| plain(state, language, item)).collect::<Vec<_>>().join(", "),
    }
}

/// A compared value: units by name, identifiers of ours by their last digits.
pub(crate) fn compared(state: &State, ctx: &Ctx, language: Language, value: &Value) -> String {
    match value.as_str() {
        Some(code) if state.setting().units.commune(code, ctx.today()).is_some() => commune(state, code, ctx.today()),
        Some(text) if text.parse::<uuid::Uuid>().is_ok() => format!("…{}", &text[text.len() - 6..]),
        _ => plain(state, language, value),
    }
}

/// A unit's name with its province: `phường Hoàn Kiếm, thành phố Hà Nội`.
pub(crate) fn commune(state: &State, code: &str, on: Date) -> String {
    let units = &state.setting().units;
    units.commune(code, on).map_or_else(
        || code.to_owned(),
        |unit| {
            let above = unit.province.as_ref().and_then(|province| units.province(province.as_str(), on));
            above.map_or_else(|| unit.full_name(), |province| format!("{}, {}", unit.full_name(), province.full_name()))
        },
    )
}

/// The value of a field of a form, in words: text, or `{vi, en}` of a chosen option.
pub(crate) fn field(state: &State, language: Language, on: Date, field: &FieldState<'_>) -> Value {
    let value = &field.value;
    let text = value.as_str().unwrap_or_default();
    if value.is_null() || (value.is_string() && text.is_empty()) {
        return Value::Null;
    }
    match field.field.kind {
        FieldKind::Commune => json!(commune(state, text, on)),
        FieldKind::Province => {
            json!(
                state.setting().units.province(text, on).map_or_else(|| text.to_owned(), pack::units::Unit::full_name)
            )
        }
        FieldKind::Choice | FieldKind::Choices => {
            let label = |value: &str| {
                field.field.options.iter().find(|o| o.value == value).map_or_else(|| json!(value), |o| json!(o.label))
            };
            match value {
                Value::Array(items) => {
                    let labels = items.iter().filter_map(Value::as_str).map(label);
                    let says = labels.map(|l| l[language.tag()].as_str().unwrap_or_default().to_owned());
                    json!(says.collect::<Vec<_>>().join(", "))
                }
                _ => label(text),
            }
        }
        _ => json!(plain(state, language, value)),
    }
}

/// The sections of a form with what was filled in: for review and for the dossier's page.
pub(crate) fn sections(
    state: &State,
    ctx: &Ctx,
    language: Language,
    form: &Form,
    values: &Value,
    sources: &[FieldSource],
) -> Result<Vec<Value>, Problem> {
    let today = kernel::iso_date::text(ctx.today());
    let mut shown = Vec::new();
    for page in form.pages_for(values, &today)? {
        let fields = page.fields(values, &today)?;
        let mut at = 0;
        while at < fields.len() {
            let (section, index) = (fields[at].section, fields[at].index);
            let same = |f: &&FieldState<'_>| std::ptr::eq(f.section, section) && f.index == index;
            let group: Vec<_> = fields[at..].iter().take_while(same).collect();
            at += group.len().max(1);
            let rows: Vec<Value> = group
                .iter()
                .filter(|f| f.field.kind != FieldKind::Hidden)
                .map(|f| {
                    json!({
                        "label": f.field.label,
                        "shown": field(state, language, ctx.today(), f),
                        "source": source_of(sources, &f.pointer).map(|s| &s.source),
                        "pointer": f.pointer,
                        "id": field_id(&f.pointer),
                        "error": null,
                    })
                })
                .collect();
            if rows.is_empty() {
                continue;
            }
            shown.push(json!({
                "title": section.title.as_ref().unwrap_or(&page.title),
                "page": page.id,
                "rows": rows,
                "entry": index.map(|i| i + 1),
                "entries": section.each.as_ref().and_then(|list| values.get(list)).and_then(Value::as_array).map_or(1, Vec::len),
            }));
        }
    }
    Ok(shown)
}

/// Which register filled the field.
pub(crate) fn source_of<'a>(sources: &'a [FieldSource], pointer: &str) -> Option<&'a FieldSource> {
    sources.iter().find(|source| source.pointer == pointer)
}

/// What is wrong at fields, for the summary of errors and the fields themselves. A rule of the form says its own
/// sentence; other codes are looked up.
pub(crate) fn errors(state: &State, language: Language, problems: &[FieldProblem]) -> Vec<Value> {
    problems
        .iter()
        .map(|problem| {
            let rule = state.setting().catalogue.rule(&problem.code);
            let message = rule.map_or_else(
                || state.web.sentence(language, &problem.code, &problem.args),
                |(text, _)| text.in_language(language.tag()).to_owned(),
            );
            let basis = problem.legal_basis.as_deref().or(rule.map(|(_, basis)| basis));
            json!({
                "pointer": problem.pointer,
                "code": problem.code,
                "href": format!("#{}", field_id(&problem.pointer)),
                "message": message,
                "legal_basis": basis,
            })
        })
        .collect()
}

/// Names the field in front of each message, for the summary of errors, where one message looks like another.
pub(crate) fn name_fields(language: Language, errors: &mut [Value], fields: &[FieldState<'_>]) {
    for error in errors {
        let Some(field) = fields.iter().find(|field| error["pointer"] == field.pointer) else { continue };
        error["field"] = json!(field.field.label.in_language(language.tag()));
        error["entry"] = json!(field.index.map(|index| index + 1));
    }
}

/// Labels of data that follow no form: a result's face, a body's part of a dossier. Nested objects become
/// `Mẹ · Họ tên`; identifiers of ours and empty values are left out.
pub(crate) fn faces(state: &State, ctx: &Ctx, language: Language, data: &Value) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    flatten(state, ctx, language, ("", ""), data, &mut rows);
    rows
}

fn flatten(
    state: &State,
    ctx: &Ctx,
    language: Language,
    (parent, above): (&str, &str),
    data: &Value,
    rows: &mut Vec<(String, String)>,
) {
    let Value::Object(map) = data else { return };
    // The database keeps no order of keys; people expect the name first.
    let mut entries: Vec<_> = map.iter().collect();
    entries.sort_by_key(|(key, _)| ORDER.iter().position(|known| known == key).unwrap_or(ORDER.len()));
    for (key, value) in entries {
        let is_ours = value.as_str().is_some_and(|text| text.parse::<uuid::Uuid>().is_ok());
        if value.is_null() || is_ours || value.as_str() == Some("") || key == "subject" {
            continue;
        }
        let own = label_below(state, language, parent, key);
        let name = if above.is_empty() { own } else { format!("{above} · {}", lower_first(&own)) };
        match value {
            Value::Object(_) => flatten(state, ctx, language, (key, &name), value, rows),
            Value::Array(items) if items.iter().any(Value::is_object) => {
                for (n, item) in items.iter().enumerate() {
                    flatten(state, ctx, language, (key, &format!("{name} {}", n + 1)), item, rows);
                }
            }
            Value::String(code) if key.ends_with("commune_code") || key.ends_with("commune") => {
                rows.push((name, commune(state, code, ctx.today())));
            }
            Value::String(code) => {
                let shown = option(state, ctx, language, key, code);
                rows.push((name, shown.unwrap_or_else(|| plain(state, language, value))));
            }
            _ => rows.push((name, plain(state, language, value))),
        }
    }
}

/// What a form's option of this value is called, where a field of this name offers one: `ethnicity` `01` → `Kinh`.
fn option(state: &State, ctx: &Ctx, language: Language, key: &str, value: &str) -> Option<String> {
    let catalogue = &state.setting().catalogue;
    let today = ctx.today();
    let forms = catalogue.groups_on(today).filter_map(|group| catalogue.form(&group.item.form, today));
    let fields = forms.flat_map(|form| &form.item.pages).flat_map(|page| &page.sections).flat_map(|s| &s.fields);
    let mut named = fields.filter(|field| field.name.rsplit('.').next() == Some(key));
    let found = named.find_map(|field| field.options.iter().find(|option| option.value == value));
    found.map(|option| option.label.in_language(language.tag()).to_owned())
}

/// The usual order of what is said of somebody.
const ORDER: [&str; 22] = [
    "child",
    "full_name",
    "personal_number",
    "sex",
    "birth_date",
    "birth_time",
    "birth_place",
    "ethnicity",
    "nationality",
    "hometown",
    "mother",
    "father",
    "requester",
    "commune_code",
    "address",
    "head",
    "relation",
    "registration_number",
    "book_number",
    "page",
    "registered_on",
    "card_number",
];

fn label_below(state: &State, language: Language, parent: &str, key: &str) -> String {
    let closer = state.web.texts.find(language, &format!("paper-{parent}-{key}"), &[]);
    closer.unwrap_or_else(|| label(state, language, key))
}

pub(crate) fn label(state: &State, language: Language, key: &str) -> String {
    state.web.texts.find(language, &format!("paper-{key}"), &[]).unwrap_or_else(|| key.replace('_', " "))
}

fn lower_first(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_lowercase().chain(chars).collect())
}
