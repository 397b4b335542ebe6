//! The line of at most six steps: where a dossier stands, at a glance.

use crate::State;
use procedure::{DossierView, NextAction, StepState, StepView};
use serde_json::{Value, json};
use web::Language;

/// Filed, each member of the group (its children together), results: never more than six.
pub(crate) fn steps(state: &State, language: Language, dossier: &DossierView) -> Vec<Value> {
    let texts = &state.web.texts;
    let say = |id: &str| texts.say(language, id, &[]);
    let filed = dossier.head.filed_at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default();
    let mut line = vec![json!({"name": say("line-filed"), "what": web::date_text(&filed), "state": "done"})];
    for member in members(&dossier.steps) {
        let state = standing(&member);
        let done = member.iter().filter(|step| step.state == StepState::Done).count();
        let what = if member.len() > 1 && state != "later" {
            let args = [("done".to_owned(), done.to_string()), ("of".to_owned(), member.len().to_string())];
            texts.say(language, "line-several", &args)
        } else {
            String::new()
        };
        if let Some(first) = member.first() {
            line.push(json!({"name": first.name, "what": what, "state": state}));
        }
    }
    let last = match dossier.head.next_action {
        NextAction::SeeResults => "done",
        NextAction::SeeReason { .. } => "stopped",
        _ => "later",
    };
    line.push(json!({"name": say("line-finished"), "what": "", "state": last}));
    line
}

/// The steps of each member, in the order of the group.
fn members(steps: &[StepView]) -> Vec<Vec<&StepView>> {
    let mut members: Vec<Vec<&StepView>> = Vec::new();
    for step in steps {
        match members.iter_mut().find(|member| member.first().is_some_and(|first| first.member == step.member)) {
            Some(member) => member.push(step),
            None => members.push(vec![step]),
        }
    }
    members
}

fn standing(member: &[&StepView]) -> &'static str {
    let any = |wanted: &[StepState]| member.iter().any(|step| wanted.contains(&step.state));
    let all = |wanted: &[StepState]| member.iter().all(|step| wanted.contains(&step.state));
    if any(&[StepState::Question]) {
        "owed"
    } else if all(&[StepState::Refused, StepState::Dropped, StepState::Lapsed, StepState::Cancelled]) {
        "stopped"
    } else if member.iter().all(|step| step.state.has_ended()) {
        "done"
    } else if all(&[StepState::Waiting]) {
        "later"
    } else {
        "now"
    }
}
