//! `answer_supplement`: the citizen answers everything that was asked, once; the clock runs again and each body that
//! asked gets the answer as another round of its task.

use crate::events;
use crate::file_check::{About, Checked};
use crate::form::{Form, put};
use crate::graph::{StepKey, term, variables};
use crate::open::lock;
use crate::procedures::citizen;
use crate::rows::{NewEvent, standing};
use crate::{DossierView, Error, NextAction, Procedures, Question, Status, StepState};
use kernel::{Ctx, DossierId, Problem};
use serde_json::{Map, Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Where answers to questions about no field stand in the values: by step (`birth.1`), by what was asked.
const ANSWERS: &str = "answers";
/// Longest such answer.
const ANSWER_CHARS_MAX: usize = 5_000;

impl Procedures {
    /// Answers all open questions of a dossier. `values` holds what changes, in the form's shape; a list replaces entry
    /// by entry. Only what was asked changes: the fields that the questions name, and, while no body has finished its
    /// step, every field when somebody asks in words. Everything else stays as it was filed, because bodies
    /// have acted on it. What results must pass the form's check.
    ///
    /// # Errors
    /// `PRO0002` no such dossier of theirs, `PRO0005` nothing is asked, `PRO0006` what is wrong at which field.
    pub async fn answer_supplement(&self, ctx: &Ctx, id: DossierId, values: Value) -> Result<(), Problem> {
        let asked = self.dossier(ctx, id).await?;
        let group = self.0.setting.kept(&asked.head.procedure, asked.version)?;
        let form = &self.form_of(&asked.form, asked.version)?.item;
        let merged = answered(form, &asked, &values, &kernel::iso_date::text(ctx.today()))?;
        let about = About { origin: &group.item.origin, subject: citizen(ctx)?.1, dossier: &asked.head.code };
        let facts = match self.check_form(ctx, about, form, &merged).await? {
            Checked::Fits(facts) => facts,
            Checked::Breaks(problems) => return Err(Error::Filing(problems).into()),
        };
        let (engine, by) = (self.clone(), ctx.clone());
        self.own(ctx, move |tx, subject| {
            Box::pin(async move {
                let mut open = lock(&engine.0.setting, tx, id).await?;
                if open.row.applicant != subject.0 {
                    return Err(Error::UnknownDossier);
                }
                if open.row.status()? != Status::Supplement {
                    return Err(Error::State { state: "not-asked" });
                }
                let (now, asked_at) = (by.now(), open.row.paused_at.unwrap_or(by.now()));
                let calendar = &engine.0.setting.calendar;
                open.row.form_values = merged;
                open.row.facts = facts;
                let head = open.row.head(&by, &engine.0.setting);
                let whole = variables(open.group, &open.row.form_values, 0, &[], &head);
                let whole_term = *term(&open.group.term, &whole)?;
                open.row.due_at = calendar.after_pause(&whole_term, open.row.due_at, asked_at, now);
                let keys: Vec<StepKey> = standing(&open.steps)?
                    .into_iter()
                    .filter(|step| step.state == StepState::Question)
                    .map(|step| step.key)
                    .collect();
                for key in keys {
                    let vars = variables(open.group, &open.row.form_values, key.child, &standing(&open.steps)?, &head);
                    let member = open.group.member(&key.member).ok_or(Error::UnknownTask)?;
                    let own_term = *term(&member.term, &vars)?;
                    let step = open.step(&key)?;
                    step.state = StepState::Sent.as_str().to_owned();
                    step.round += 1;
                    // Each step stood still from its own question on, the dossier from the first.
                    let asked_at = step.question.take().and_then(|question| asked_at_of(&question)).unwrap_or(asked_at);
                    step.due_at = step.due_at.map(|due| calendar.after_pause(&own_term, due, asked_at, now));
                    open.advance.push(key);
                }
                open.become_status(Status::Processing, now)?;
                let (body, status) = (Some(open.row.origin.clone()), Status::Processing);
                open.events.push(NewEvent { kind: events::ANSWERED, key: None, body, status, note: None });
                open.write(&by, tx).await
            })
        })
        .await
    }
}

/// When a step's question was asked.
fn asked_at_of(question: &Value) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(question["at"].as_str()?, &Rfc3339).ok()
}

/// The values as filed, with what was asked replaced by what is given.
fn answered(form: &Form, dossier: &DossierView, given: &Value, today: &str) -> Result<Value, Error> {
    let questions: &[Question] = match &dossier.head.next_action {
        NextAction::Supplement { questions, .. } => questions,
        _ => &[],
    };
    let items = || questions.iter().flat_map(|question| &question.items);
    let begun = dossier.steps.iter().any(|step| step.state.has_ended());
    let in_words = !begun && items().any(|item| item.pointer.is_none());
    let mut whole = dossier.values.clone();
    merge(&mut whole, given.clone());
    let misshapen = crate::check::misshapen(form, &whole);
    if !misshapen.is_empty() {
        return Err(Error::Filing(misshapen));
    }
    let mut values = dossier.values.clone();
    for field in form.fields(&whole, today)? {
        let pointer = field.pointer.as_str();
        let entry_is_there = field.index.is_none_or(|index| index < entries(&values, field.section.each.as_deref()));
        let asked = in_words || items().any(|item| item.pointer.as_deref() == Some(pointer));
        if let Some(value) = given.pointer(pointer).filter(|_| asked && entry_is_there) {
            put(&mut values, pointer, value.clone());
        }
    }
    let before = values.as_object_mut().and_then(|map| map.remove(ANSWERS));
    values = form.asked_for(&values, today)?;
    if let (Some(before), Some(map)) = (before, values.as_object_mut()) {
        map.insert(ANSWERS.to_owned(), before);
    }
    for question in questions {
        let step = format!("{}.{}", question.member, question.child);
        for item in question.items.iter().filter(|item| item.pointer.is_none()) {
            let answer = given[ANSWERS].get(&step).and_then(|answers| answers.get(&item.what)).and_then(Value::as_str);
            if let (Some(answer), Some(map)) = (answer, values.as_object_mut()) {
                let answer: String = answer.chars().filter(|c| *c != '\0').take(ANSWER_CHARS_MAX).collect();
                map.entry(ANSWERS).or_insert(json!({}))[&step][&item.what] = json!(answer);
            }
        }
    }
    Ok(values)
}

fn entries(values: &Value, list: Option<&str>) -> usize {
    list.and_then(|list| values.get(list)).and_then(Value::as_array).map_or(0, Vec::len)
}

/// Puts what is given over what is there: objects field by field, lists entry by entry.
fn merge(into: &mut Value, from: Value) {
    match (into, from) {
        (Value::Object(into), Value::Object(from)) => {
            for (key, value) in from {
                merge(into.entry(key).or_insert(Value::Object(Map::new())), value);
            }
        }
        (Value::Array(into), Value::Array(from)) if from.len() <= into.len() && from.iter().all(Value::is_object) => {
            for (into, from) in into.iter_mut().zip(from) {
                merge(into, from);
            }
        }
        (into, from) => *into = from,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn merges() {
        let check = |mut into: Value, from: Value, expected: Value| {
            merge(&mut into, from);
            assert_eq!(into, expected);
        };
        check(json!({"a": 1, "b": {"c": 2}}), json!({"b": {"d": 3}}), json!({"a": 1, "b": {"c": 2, "d": 3}}));
        check(json!({"l": [{"a": 1}, {"a": 2}]}), json!({"l": [{"a": 9}]}), json!({"l": [{"a": 9}, {"a": 2}]}));
        check(json!({"l": ["x"]}), json!({"l": ["y", "z"]}), json!({"l": ["y", "z"]}));
        check(json!({"a": {"b": 1}}), json!({"a": null}), json!({"a": null}));
    }
}
