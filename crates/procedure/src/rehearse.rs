//! What a group would do with values, without doing it: for the pack's own cases.

use crate::definition::Group;
use crate::graph::{Standing, StepKey, moves, plan, term, variables};
use crate::setting::provinces;
use crate::{Error, StepState};
use kernel::calendar::{Calendar, vietnam};
use pack::units::Units;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Plays a filing through, as if every body answered at once: `{steps: [{member, child, body}], waves: [[{member,
/// child, due}]], due}`. A wave is what is sent side by side; `refused` names members that are refused in the play.
///
/// # Errors
/// When a formula of the group does not work out for these values.
pub fn rehearse(
    group: &Group,
    input: &Value,
    received: OffsetDateTime,
    (units, calendar): (&Units, &Calendar),
) -> Result<Value, Error> {
    let values = &input["values"];
    let day = vietnam(received).date();
    let head = json!({
        "today": kernel::iso_date::text(day), "facts": input["facts"], "provinces": provinces(units, values, day),
        "applicant": {}, "dossier": {},
    });
    let planned = plan(group, values, &head)?;
    let steps: Vec<Value> = planned
        .iter()
        .map(|step| json!({"member": step.key.member, "child": step.key.child, "body": step.body.as_str()}))
        .collect();
    let mut standing: Vec<Standing> = planned
        .into_iter()
        .map(|step| Standing { key: step.key, state: StepState::Waiting, facts: json!({}) })
        .collect();
    let refused = |key: &StepKey| input["refused"].as_array().is_some_and(|all| all.contains(&json!(key.member)));
    let mut waves = Vec::new();
    loop {
        let next = moves(group, &standing);
        for step in &mut standing {
            if next.drop.contains(&step.key) {
                step.state = StepState::Dropped;
            } else if next.send.contains(&step.key) {
                step.state = if refused(&step.key) { StepState::Refused } else { StepState::Done };
            }
        }
        if next.send.is_empty() {
            break;
        }
        let mut wave = Vec::new();
        for key in &next.send {
            let vars = variables(group, values, key.child, &standing, &head);
            let member = group.member(&key.member).ok_or_else(|| Error::Definition("a member is gone".to_owned()))?;
            let due = calendar.due(received, term(&member.term, &vars)?);
            wave.push(json!({"member": key.member, "child": key.child, "due": text(due)}));
        }
        waves.push(wave);
    }
    let whole = variables(group, values, 0, &[], &head);
    Ok(json!({"steps": steps, "waves": waves, "due": text(calendar.due(received, term(&group.term, &whole)?))}))
}

fn text(at: OffsetDateTime) -> String {
    vietnam(at).format(&Rfc3339).unwrap_or_default()
}
