//! Runs the pack's own cases: `cases/<kind>/*.yaml`.
//!
//! | kind | input | expect |
//! |---|---|---|
//! | `units` | `{commune}` or `{province}` | `{name}`, `{ended, successors}`, `{begins}` or `{unknown: true}` |
//! | `prefixes` | `{province}` | `{prefix}` |
//! | `calendar` | `{day}` or `{received, term}` | `{working}` or `{due}` |
//! | `agreements` | `{consumer, service, purpose}` | `{agreement}` (null: none), and if wanted `{fields}` |
//! | `records` | a record; `subject` names the register | `{problems: [{at, code}]}` |
//! | `forms` | the values; `subject` names the form | `{problems: [{at, code}]}`, as far as no register needs to be asked |
//! | `indicators` | facts or counts of a period (`indicator::rehearse`); `subject` names the index, the period its version | `{counter: n, "points 2.1": …, "group 2": …, total}` |
//! | `groups` | `{values, facts, received, refused}`; `subject` names the group | `{steps: [{member, child, body}], waves: [[{member, child, due}]], due}` |

use super::Whole;
use kernel::BodyId;
use kernel::calendar::Term;
use pack::units::{UnitError, Units};
use pack::{Case, Report, date};
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;
use time::{Date, OffsetDateTime};

/// Runs every case. One that comes out otherwise is reported with what came out.
pub(super) fn run(whole: &Whole, report: &mut Report) {
    let kinds: [(&str, Run); 8] = [
        ("units", unit),
        ("prefixes", prefix),
        ("calendar", calendar),
        ("agreements", agreement),
        ("records", record),
        ("forms", form),
        ("groups", group),
        ("indicators", indicator),
    ];
    for doc in whole.pack.documents("cases") {
        let folder = doc.path.split('/').nth(1).unwrap_or_default();
        if !kinds.iter().any(|(kind, _)| *kind == folder) {
            let known: Vec<_> = kinds.iter().map(|(kind, _)| *kind).collect();
            let message = format!("cases are of the kinds {}, not `{folder}`", known.join(", "));
            report.add_line(&doc.path, 1, "PAC0036", message);
        }
    }
    for (kind, run) in kinds {
        for case in Case::read(&whole.pack, kind, report) {
            match run(whole, &case) {
                Ok(outcome) => {
                    if let Some(message) = differs(&case.expect, &outcome) {
                        case.fail(message, report);
                    }
                }
                Err(message) => case.fail(message, report),
            }
        }
    }
}

type Run = fn(&Whole, &Case) -> Result<Value, String>;

/// How the outcome differs in what the case expects; members that the case does not name are not compared.
fn differs(expected: &Value, outcome: &Value) -> Option<String> {
    let Some(members) = expected.as_object() else {
        return (expected != outcome).then(|| format!("expected {expected}, came out {outcome}"));
    };
    members.iter().find_map(|(name, value)| {
        let came = outcome.get(name).unwrap_or(&Value::Null);
        (came != value).then(|| format!("`{name}`: expected {value}, came out {came}"))
    })
}

fn text<'c>(case: &'c Case, name: &str) -> Result<&'c str, String> {
    case.input.get(name).and_then(Value::as_str).ok_or_else(|| format!("the input needs a text `{name}`"))
}

fn on(case: &Case) -> Result<Date, String> {
    case.on.ok_or_else(|| "the case needs a day `on`".to_owned())
}

fn subject(case: &Case) -> Result<&str, String> {
    case.subject.as_deref().ok_or_else(|| "the case needs a `subject`".to_owned())
}

fn unit(whole: &Whole, case: &Case) -> Result<Value, String> {
    let day = on(case)?;
    let found = match text(case, "commune") {
        Ok(code) => whole.units.check_commune(code, day),
        Err(_) => whole.units.check_province(text(case, "province")?, day),
    };
    Ok(match found {
        Ok(unit) => json!({"name": unit.full_name()}),
        Err(UnitError::Unknown { .. }) => json!({"unknown": true}),
        Err(UnitError::NotYet { begins, .. }) => json!({"begins": date::print(begins)}),
        Err(UnitError::Ended { ended, successors, .. }) => {
            let codes: Vec<_> = successors.iter().map(|(code, _)| code.as_str().to_owned()).collect();
            json!({"ended": date::print(ended), "successors": codes})
        }
    })
}

fn prefix(whole: &Whole, case: &Case) -> Result<Value, String> {
    let units: &Units = &whole.units;
    let found = units.number_prefix(text(case, "province")?, on(case)?);
    Ok(json!({"prefix": found.map(|prefix| prefix.prefix.as_str())}))
}

fn calendar(whole: &Whole, case: &Case) -> Result<Value, String> {
    if let Ok(day) = text(case, "day") {
        return Ok(json!({"working": whole.calendar.is_working_day(date::parse(day)?)}));
    }
    let received = OffsetDateTime::parse(text(case, "received")?, &Rfc3339).map_err(|error| error.to_string())?;
    let term: Term = text(case, "term")?.parse().map_err(|error: kernel::Error| error.to_string())?;
    let due = whole.calendar.due(received, &term).format(&Rfc3339).map_err(|error| error.to_string())?;
    Ok(json!({"due": due}))
}

fn agreement(whole: &Whole, case: &Case) -> Result<Value, String> {
    let consumer = BodyId::new(text(case, "consumer")?);
    let purpose = exchange::Purpose::new(text(case, "purpose")?);
    let found = whole.bodies.agreement_for(&consumer, &text(case, "service")?.into(), &purpose, on(case)?);
    Ok(json!({
        "agreement": found.as_ref().map(|agreement| agreement.id.as_str()),
        "fields": found.as_ref().map(|agreement| agreement.fields.clone()),
        "needs_case": found.as_ref().map(|agreement| agreement.needs_case),
        "needs_consent": found.as_ref().map(|agreement| agreement.needs_consent),
    }))
}

fn record(whole: &Whole, case: &Case) -> Result<Value, String> {
    let name = subject(case)?;
    let register = whole.registers.register(name).ok_or_else(|| format!("there is no register `{name}`"))?;
    let day = on(case)?;
    let mut problems: Vec<_> =
        register.schema.check(&case.input).into_iter().map(|p| (p.pointer, p.code.into_owned())).collect();
    if problems.is_empty() {
        let vars = json!({"record": case.input, "today": date::print(day)});
        for rule in register.rules.iter().filter(|rule| rule.covers(day)) {
            let holds = rule.item.test.test(&vars).map_err(|error| format!("rule {}: {error}", rule.item.code))?;
            if !holds {
                problems.push((rule.item.at.clone(), rule.item.code.clone()));
            }
        }
    }
    Ok(listed(problems))
}

fn listed(mut problems: Vec<(String, String)>) -> Value {
    problems.sort();
    let listed: Vec<_> = problems.iter().map(|(at, code)| json!({"at": at, "code": code})).collect();
    json!({"problems": listed})
}

fn form(whole: &Whole, case: &Case) -> Result<Value, String> {
    let id = subject(case)?;
    let day = on(case)?;
    let form = whole.procedures.form(id, day).ok_or_else(|| format!("no form `{id}` is in force"))?;
    let problems = procedure::declared(&form.item, &case.input, &whole.units, day).map_err(|e| e.to_string())?;
    Ok(listed(problems.into_iter().map(|p| (p.pointer, p.code.into_owned())).collect()))
}

fn group(whole: &Whole, case: &Case) -> Result<Value, String> {
    let code = subject(case)?;
    let day = on(case)?;
    let group = whole.procedures.group(code, day).ok_or_else(|| format!("no group `{code}` is in force"))?;
    let received = match case.input.get("received").and_then(Value::as_str) {
        Some(text) => OffsetDateTime::parse(text, &Rfc3339).map_err(|error| error.to_string())?,
        None => day.midnight().assume_offset(time::macros::offset!(+7)) + time::Duration::hours(9),
    };
    procedure::rehearse(&group.item, &case.input, received, (&whole.units, &whole.calendar))
        .map_err(|error| error.to_string())
}

fn indicator(whole: &Whole, case: &Case) -> Result<Value, String> {
    let id = subject(case)?;
    let day = on(case)?;
    let index = whole.indicators.on(id, day).ok_or_else(|| format!("no index `{id}` is in force"))?;
    indicator::rehearse(&index.item, &whole.calendar, &case.input)
}
