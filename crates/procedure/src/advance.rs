//! Job `procedure.advance`: hands a step to its body. The call is idempotent, so a job that runs twice sends once.

use crate::graph::{StepKey, variables};
use crate::jobs::StepJob;
use crate::own_files::dossier_and_steps;
use crate::rows::{instant, standing};
use crate::setting::{people, people_json};
use crate::{Error, Procedures, StepState, accept_step, cancel_step};
use exchange::{Purpose, Request, Scope};
use kernel::{Actor, BodyId, Ctx, Problem};
use serde_json::{Value, json};

impl Procedures {
    pub(crate) async fn advance(&self, ctx: &Ctx, job: &StepJob) -> Result<(), Problem> {
        let Some((dossier, steps)) = dossier_and_steps(self.0.db.pool(), job.dossier).await? else {
            return Err(Error::UnknownDossier.into());
        };
        let key = StepKey { member: job.member.clone(), child: job.child };
        let Some(step) = steps.iter().find(|step| step.is(&key)) else { return Err(Error::UnknownTask.into()) };
        if step.state()? != StepState::Sent || step.round != job.round || dossier.closed_at.is_some() {
            return Ok(()); // Overtaken: withdrawn, or answered and sent anew.
        }
        let group = self.0.setting.kept(&dossier.definition, dossier.version_from)?;
        let member = group.item.member(&job.member).ok_or_else(|| Error::Definition("a member is gone".to_owned()))?;
        let vars = variables(
            &group.item,
            &dossier.form_values,
            job.child,
            &standing(&steps)?,
            &dossier.head(ctx, &self.0.setting),
        );
        let mut references = Vec::new();
        for person in &member.people {
            references.push(person.fill(&vars).map_err(Problem::from)?);
        }
        let mut about = people([json!({ "id": dossier.applicant })]);
        for person in people(references) {
            if !about.contains(&person) {
                about.push(person);
            }
        }
        let payload = json!(accept_step::Handed {
            dossier: job.dossier,
            code: dossier.code.clone(),
            definition: dossier.definition.clone(),
            version_from: dossier.version_from,
            member: job.member.clone(),
            child: job.child,
            round: job.round,
            due_at: step.due_at.map(instant),
            data: with_answers(member.data.fill(&vars).map_err(Problem::from)?, &dossier.form_values, &key),
            people: people_json(&about),
        });
        let origin = BodyId::new(&dossier.origin);
        let ctx = ctx.act_as(Actor::System { body: origin.clone(), on_decision_of: None });
        let request = Request::new(origin, BodyId::new(&step.body), accept_step::NAME, Purpose::DOSSIER)
            .about(Scope::Subjects(about))
            .on(job.dossier)
            .once(job.key("accept"));
        self.0.exchange.call(&ctx, request, payload).await?;
        Ok(())
    }

    /// Job `procedure.cancel`: takes a step back from its body, after a withdrawal or an answer that never came.
    pub(crate) async fn cancel(&self, ctx: &Ctx, job: &StepJob) -> Result<(), Problem> {
        let Some((dossier, steps)) = dossier_and_steps(self.0.db.pool(), job.dossier).await? else {
            return Err(Error::UnknownDossier.into());
        };
        let key = StepKey { member: job.member.clone(), child: job.child };
        let Some(step) = steps.iter().find(|step| step.is(&key)) else { return Err(Error::UnknownTask.into()) };
        let origin = BodyId::new(&dossier.origin);
        let ctx = ctx.act_as(Actor::System { body: origin.clone(), on_decision_of: None });
        let about = people([json!({ "id": dossier.applicant })]);
        let request = Request::new(origin, BodyId::new(&step.body), cancel_step::NAME, Purpose::DOSSIER)
            .about(Scope::Subjects(about))
            .on(job.dossier)
            .once(job.key("cancel"));
        let payload = json!({
            "dossier": job.dossier, "member": job.member, "child": job.child, "code": dossier.code,
            "definition": dossier.definition, "version_from": kernel::iso_date::text(dossier.version_from),
            "people": [{ "id": dossier.applicant }], "reason": dossier.reason,
            "lapsed": step.state()? == StepState::Lapsed,
        });
        self.0.exchange.call(&ctx, request, payload).await?;
        Ok(())
    }
}

/// Adds what the citizen answered to this step's questions that name no field: `answers` of the form's values, by member
/// and child (`residence.1`). No other body is handed them.
fn with_answers(mut data: Value, values: &Value, key: &StepKey) -> Value {
    let own = format!("{}.{}", key.member, key.child);
    let answers = values.get("answers").and_then(|answers| answers.get(&own));
    if let (Some(data), Some(answers)) = (data.as_object_mut(), answers) {
        data.insert("answers".to_owned(), answers.clone());
    }
    data
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_is_handed_the_answers_to_its_own_questions_and_no_others() {
        let values = json!({"answers": {"residence.1": {"Giấy?": "Có"}, "insurance.1": {"Nơi khám?": "Trạm"}}});
        let key = |member: &str, child| StepKey { member: member.to_owned(), child };
        let check = |key: StepKey, expected: Value| assert_eq!(with_answers(json!({"a": 1}), &values, &key), expected);
        check(key("residence", 1), json!({"a": 1, "answers": {"Giấy?": "Có"}}));
        check(key("residence", 2), json!({"a": 1}));
    }
}
