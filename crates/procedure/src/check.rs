//! Whether the values of a form may be filed. The rules of fields and of the form; facts from registers are handed in.

use crate::Error;
use crate::form::{FieldKind, FieldState, Form, Needed, Rule, set};
use crate::graph::{CHILDREN_MAX, holds};
use kernel::{FieldProblem, Name, PartialDate, PersonalNumber, text::fold};
use pack::units::Units;
use serde_json::{Value, json};
use time::Date;

/// Longest text of a field that does not say otherwise.
const TEXT_CHARS_MAX: usize = 500;
/// Earliest date that a form takes.
const YEAR_MIN: i32 = 1880;
/// A list has too many entries.
const TOO_MANY: &str = "PRO0115";

/// What is wrong with the values of a form as far as no register needs to be asked: its fields, and its rules about
/// what is declared.
///
/// # Errors
/// When a rule or condition of the form cannot be evaluated.
pub fn declared(form: &Form, values: &Value, units: &Units, today: Date) -> Result<Vec<FieldProblem>, Error> {
    let mut problems = fields(form, values, units, today)?;
    let mut vars = crate::form::vars(values, &kernel::iso_date::text(today));
    set(&mut vars, "applicant", json!({}));
    set(&mut vars, "dossier", json!(""));
    problems.extend(rules(form, &vars, &problems, Facts::NotYet)?);
    Ok(problems)
}

/// What is wrong with the fields themselves: missing, malformed, not offered, a unit that has ended.
pub(crate) fn fields(form: &Form, values: &Value, units: &Units, today: Date) -> Result<Vec<FieldProblem>, Error> {
    let day = kernel::iso_date::text(today);
    if !values.is_object() {
        return Ok(vec![FieldProblem::new("", "PRO0102")]);
    }
    let mut problems = misshapen(form, values);
    if !problems.is_empty() {
        return Ok(problems);
    }
    for state in form.fields(values, &day)? {
        if let Some(problem) = field(&state, units, today) {
            let basis = state.field.legal_basis.clone();
            problems.push(match (&problem.legal_basis, basis) {
                (None, Some(basis)) => problem.by(basis),
                _ => problem,
            });
        }
    }
    for list in repeated(form) {
        let at = format!("/{list}");
        match values.get(list) {
            Some(Value::Array(entries)) if entries.is_empty() => problems.push(FieldProblem::new(at, "PRO0101")),
            Some(Value::Array(entries)) if entries.len() > CHILDREN_MAX => {
                problems.push(FieldProblem::new(at, TOO_MANY).with("limit", CHILDREN_MAX));
            }
            Some(Value::Array(entries)) => {
                for (index, _) in entries.iter().enumerate().filter(|(_, entry)| !entry.is_object()) {
                    problems.push(FieldProblem::new(format!("{at}/{index}"), "PRO0102"));
                }
            }
            Some(_) => problems.push(FieldProblem::new(at, "PRO0102")),
            None => problems.push(FieldProblem::new(at, "PRO0101")),
        }
    }
    if let Some(schema) = &form.schema {
        let schema = pack::Schema::compile(schema).map_err(|error| Error::Definition(error.to_string()))?;
        for problem in schema.check(values) {
            if !problems.iter().any(|known| known.pointer == problem.pointer) {
                problems.push(problem);
            }
        }
    }
    Ok(problems)
}

/// Fields whose value is of another sort than the field: conditions of the pack cannot be asked about those.
pub(crate) fn misshapen(form: &Form, values: &Value) -> Vec<FieldProblem> {
    let mut problems = Vec::new();
    for section in form.pages.iter().flat_map(|page| &page.sections) {
        let bases: Vec<String> = match &section.each {
            None => vec![String::new()],
            Some(list) => {
                let entries = values.get(list).and_then(Value::as_array).map_or(0, Vec::len).min(CHILDREN_MAX);
                (0..entries).map(|index| format!("/{list}/{index}")).collect()
            }
        };
        for (base, field) in bases.iter().flat_map(|base| section.fields.iter().map(move |field| (base, field))) {
            let pointer = format!("{base}/{}", field.name.replace('.', "/"));
            let fits = match (values.pointer(&pointer), field.kind) {
                (None | Some(Value::Null), _) => true,
                (Some(value), FieldKind::Yes) => value.is_boolean(),
                // What was typed is kept as it is, to be named by the field's own check.
                (Some(value), FieldKind::Number) => value.is_number() || value.is_string(),
                (Some(Value::Array(chosen)), FieldKind::Choices) => chosen.iter().all(Value::is_string),
                (Some(_), FieldKind::Choices) => false,
                (Some(value), _) => value.is_string(),
            };
            if !fits {
                problems.push(FieldProblem::new(pointer, "PRO0102"));
            }
        }
    }
    problems
}

fn repeated(form: &Form) -> Vec<&str> {
    let mut lists: Vec<&str> =
        form.pages.iter().flat_map(|page| &page.sections).filter_map(|section| section.each.as_deref()).collect();
    lists.sort_unstable();
    lists.dedup();
    lists
}

fn field(state: &FieldState<'_>, units: &Units, today: Date) -> Option<FieldProblem> {
    let at = |code: &'static str| Some(FieldProblem::new(state.pointer.clone(), code));
    let empty = match &state.value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    };
    if empty {
        return if state.required { at("PRO0101") } else { None };
    }
    match (state.field.kind, &state.value) {
        (FieldKind::Yes, Value::Bool(yes)) => {
            let must = state.required && matches!(state.field.required, Needed::Fixed(true));
            if must && !yes { at("PRO0101") } else { None }
        }
        (FieldKind::Number, Value::Number(number)) => match number.as_i64() {
            Some(0..=1_000_000_000) => None,
            _ => at("PRO0114"),
        },
        (FieldKind::Choices, Value::Array(chosen)) => {
            let offered = |one: &Value| state.options.iter().any(|option| one.as_str() == Some(&option.value));
            if chosen.len() <= state.options.len() && chosen.iter().all(offered) { None } else { at("PRO0107") }
        }
        (FieldKind::Yes | FieldKind::Number | FieldKind::Choices, _) => at("PRO0102"),
        (_, Value::String(text)) => self::text(state, text, units, today),
        _ => at("PRO0102"),
    }
}

fn text(state: &FieldState<'_>, text: &str, units: &Units, today: Date) -> Option<FieldProblem> {
    let problem = |code: &'static str| FieldProblem::new(state.pointer.clone(), code);
    let by_kernel = |error: kernel::Error| {
        let problem = FieldProblem::new(state.pointer.clone(), error.code());
        error.legal_basis().map_or_else(|| problem.clone(), |basis| problem.clone().by(basis))
    };
    let limit = state.field.max.unwrap_or(TEXT_CHARS_MAX);
    if text.chars().count() > limit {
        return Some(problem("PRO0108").with("limit", limit));
    }
    if text.chars().any(|c| c.is_control() && c != '\n' && c != '\r') {
        return Some(problem("PRO0105"));
    }
    if let Some(pattern) = &state.field.pattern
        && !pattern.fits(text)
    {
        return Some(problem("PRO0113").with("pattern", &pattern.0));
    }
    match state.field.kind {
        FieldKind::Name => text.parse::<Name>().err().map(by_kernel),
        FieldKind::PersonalNumber => text.parse::<PersonalNumber>().err().map(by_kernel),
        FieldKind::Date => match text.parse::<PartialDate>() {
            Err(error) => Some(by_kernel(error)),
            Ok(date) if date.year() < YEAR_MIN => Some(problem("PRO0103")),
            Ok(date) if state.field.past && date.earliest() > today => Some(problem("PRO0104")),
            Ok(_) => None,
        },
        FieldKind::Phone => {
            let digits = text.chars().filter(char::is_ascii_digit).count();
            let fits = (9..=15).contains(&digits) && text.chars().all(|c| c.is_ascii_digit() || " +.-()".contains(c));
            (!fits).then(|| problem("PRO0111"))
        }
        FieldKind::Email => {
            let fits = text.split_once('@').is_some_and(|(user, host)| {
                !user.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.')
            }) && !text.contains(char::is_whitespace)
                && !text.contains(['<', '>', '"']);
            (!fits).then(|| problem("PRO0112"))
        }
        FieldKind::Choice => {
            let offered = state.options.iter().any(|option| option.value == text);
            (!offered).then(|| problem("PRO0107"))
        }
        FieldKind::Commune | FieldKind::Province => unit(state, text, units, today),
        FieldKind::Text | FieldKind::LongText | FieldKind::Hidden => {
            text.contains(['<', '>']).then(|| problem("PRO0105"))
        }
        FieldKind::Yes | FieldKind::Number | FieldKind::Choices => None,
    }
}

/// A unit that is in force today; one that has ended is refused with what came in its place.
fn unit(state: &FieldState<'_>, text: &str, units: &Units, today: Date) -> Option<FieldProblem> {
    let found = match state.field.kind {
        FieldKind::Province => units.check_province(text, today),
        _ => units.check_commune(text, today),
    };
    found.err().map(|error| error.at(&state.pointer))
}

/// Whether the registers have been asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Facts {
    /// Rules that need them are left for later.
    NotYet,
    /// They stand among the variables as `facts`: an object for each question, a list of objects for what was asked for
    /// each entry (a rule over the entries sees its own as `fact`).
    Asked,
}

/// What is wrong by the form's own rules.
pub(crate) fn rules(
    form: &Form,
    vars: &Value,
    known: &[FieldProblem],
    facts: Facts,
) -> Result<Vec<FieldProblem>, Error> {
    let mut problems: Vec<FieldProblem> = Vec::new();
    // A list far too long would be gone through by every rule, entry by entry: it has been named, and that is enough.
    if known.iter().any(|problem| problem.code == TOO_MANY) {
        return Ok(problems);
    }
    for rule in form.rules.iter().filter(|rule| needs_facts(rule) == (facts == Facts::Asked)) {
        let entries = match &rule.each {
            None => vec![None],
            Some(list) => {
                (0..vars["values"].get(list).and_then(Value::as_array).map_or(0, Vec::len)).map(Some).collect()
            }
        };
        for index in entries {
            let mut vars = vars.clone();
            let mut pointer = format!("/{}", rule.field.replace('.', "/"));
            if let (Some(list), Some(index)) = (&rule.each, index) {
                pointer = format!("/{list}/{index}{pointer}");
                let entry = vars["values"][list][index].clone();
                let fact = vars.get("facts").map_or_else(|| json!({}), |facts| own_facts(facts, index));
                set(&mut vars, "entry", entry);
                set(&mut vars, "index", json!(index));
                set(&mut vars, "fact", fact);
            }
            if known.iter().chain(&problems).any(|problem| problem.pointer == pointer) {
                continue;
            }
            let broken =
                holds(rule.when.as_ref(), &vars).and_then(|applies| Ok(applies && !holds(Some(&rule.test), &vars)?));
            match broken {
                Ok(false) => {}
                Ok(true) => problems.push(of_rule(rule, pointer)),
                // A rule over malformed values has no result; the malformed value itself has been named.
                Err(_) if !known.is_empty() => {}
                Err(Error::Definition(what)) => return Err(Error::Definition(format!("{}: {what}", rule.code))),
                Err(error) => return Err(error),
            }
        }
    }
    Ok(problems)
}

fn needs_facts(rule: &Rule) -> bool {
    let uses = |expr: &pack::Expr| expr.variables().iter().any(|name| name == "fact" || name == "facts");
    uses(&rule.test) || rule.when.as_ref().is_some_and(uses)
}

fn own_facts(facts: &Value, index: usize) -> Value {
    let own = facts
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(name, answer)| Some((name.clone(), answer.as_array()?.get(index)?.clone())));
    Value::Object(own.collect())
}

/// The sentences of a rule are the pack's; they travel with the problem, so that a page need not know the pack.
fn of_rule(rule: &Rule, pointer: String) -> FieldProblem {
    FieldProblem::new(pointer, rule.code.clone())
        .with("vi", &rule.message.vi)
        .with("en", &rule.message.en)
        .by(rule.legal_basis.clone())
}

/// Whether two names are the same to an officer's eye.
pub(crate) fn same_name(a: &str, b: &str) -> bool {
    match (a.parse::<Name>(), b.parse::<Name>()) {
        (Ok(a), Ok(b)) => a.compare_key() == b.compare_key(),
        _ => fold(a) == fold(b),
    }
}
