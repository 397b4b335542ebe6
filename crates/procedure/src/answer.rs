//! `answer_supplement`: the citizen answers everything that was asked, once; the clock runs again and each body that
//! asked gets the answer as another round of its task.

use crate::events;
use crate::file_check::{About, Checked};
use crate::graph::{StepKey, term, variables};
use crate::procedures::citizen;
use crate::report_step::lock;
use crate::rows::{NewEvent, standing};
use crate::{Error, Procedures, Status, StepState};
use kernel::{Ctx, DossierId, Problem};
use serde_json::{Map, Value};

impl Procedures {
    /// Answers all open questions of a dossier. `values` holds what changes, in the form's shape; a list replaces entry
    /// by entry. What results must pass the form's check.
    ///
    /// # Errors
    /// `PRO0002` no such dossier of theirs, `PRO0005` nothing is asked, `PRO0006` what is wrong at which field.
    pub async fn answer_supplement(&self, ctx: &Ctx, id: DossierId, values: Value) -> Result<(), Problem> {
        let asked = self.dossier(ctx, id).await?;
        let mut merged = asked.values;
        merge(&mut merged, values);
        let group = self.0.setting.kept(&asked.head.procedure, asked.version)?;
        let form = &self.form_of(&asked.form, asked.version)?.item;
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
                    step.question = None;
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
