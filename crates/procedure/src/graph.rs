//! The group's graph: which member is carried out for which child, whose turn it is, and when all has ended.
//! Pure: the same definition, values and states always give the same moves.

use crate::definition::{Group, Member, Per, TermWhen};
use crate::{Error, StepState};
use kernel::BodyId;
use kernel::calendar::Term;
use serde_json::{Value, json};

/// How many children one filing may be for.
pub const CHILDREN_MAX: usize = 9;

/// A member for a child. Child 0 where the member is carried out once for the dossier; children count from 1.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct StepKey {
    /// The member's id.
    pub member: String,
    /// Which child.
    pub child: i16,
}

/// A step as planned at filing.
#[derive(Clone, PartialEq, Debug)]
pub struct Planned {
    /// Which.
    pub key: StepKey,
    /// Who acts.
    pub body: BodyId,
}

/// A step as it stands.
#[derive(Clone, PartialEq, Debug)]
pub struct Standing {
    /// Which.
    pub key: StepKey,
    /// Where it stands.
    pub state: StepState,
    /// What the other members learn from it.
    pub facts: Value,
}

/// What the graph asks for now.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Moves {
    /// Steps whose turn it is.
    pub send: Vec<StepKey>,
    /// Steps that end because one that they need was refused.
    pub drop: Vec<StepKey>,
}

/// How a dossier ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Ending {
    /// Something was done.
    Done,
    /// Nothing was done, or the decisive member was refused.
    Refused,
}

/// What formulas see: the day, the form's values, the child of the step and what earlier members brought.
#[must_use]
pub fn variables(group: &Group, values: &Value, child: i16, standing: &[Standing], head: &Value) -> Value {
    let own = usize::try_from(child).ok().and_then(|n| n.checked_sub(1)).and_then(|n| group.children(values).get(n));
    let mut steps = serde_json::Map::new();
    for step in standing.iter().filter(|step| step.key.child == child || step.key.child == 0) {
        if step.state == StepState::Done {
            steps.insert(step.key.member.clone(), step.facts.clone());
        }
    }
    let mut vars = head.clone();
    if let Some(vars) = vars.as_object_mut() {
        vars.insert("values".into(), values.clone());
        vars.insert("child".into(), own.cloned().unwrap_or_else(|| json!({})));
        vars.insert("child_index".into(), json!((child - 1).max(0)));
        vars.insert("steps".into(), Value::Object(steps));
    }
    vars
}

/// The steps of a filing: members that are wanted, child by child, each with its body.
pub fn plan(group: &Group, values: &Value, head: &Value) -> Result<Vec<Planned>, Error> {
    let children = group.children(values).len().min(CHILDREN_MAX);
    let mut planned = Vec::new();
    for member in &group.members {
        let numbers: Vec<i16> = match member.per {
            Per::Dossier => vec![0],
            Per::Child => (1..=children).filter_map(|n| i16::try_from(n).ok()).collect(),
        };
        for child in numbers {
            let vars = variables(group, values, child, &[], head);
            if !holds(member.when.as_ref(), &vars)? {
                continue;
            }
            let body = member.body.fill(&vars)?;
            let body = body.as_str().ok_or_else(|| Error::Definition(format!("{}: body is no text", member.id)))?;
            planned.push(Planned { key: StepKey { member: member.id.clone(), child }, body: BodyId::new(body) });
        }
    }
    Ok(planned)
}

/// Whether a condition holds; an absent one does.
pub fn holds(when: Option<&pack::Expr>, vars: &Value) -> Result<bool, Error> {
    when.map_or(Ok(true), |expr| expr.test(vars).map_err(|error| Error::Definition(error.to_string())))
}

/// The first term whose condition holds.
pub fn term<'a>(terms: &'a [TermWhen], vars: &Value) -> Result<&'a Term, Error> {
    for term in terms {
        if holds(term.when.as_ref(), vars)? {
            return Ok(&term.term);
        }
    }
    Err(Error::Definition("no term holds".into()))
}

/// Steps whose turn it is, and steps that fall away, until nothing more follows from itself.
#[must_use]
pub fn moves(group: &Group, standing: &[Standing]) -> Moves {
    let mut standing = standing.to_vec();
    let mut moves = Moves::default();
    loop {
        let turn = standing.iter().filter(|step| step.state == StepState::Waiting).find_map(|step| {
            let member = group.member(&step.key.member)?;
            let fails = any(&standing, step, &member.needs, |state| state.has_ended() && state != StepState::Done);
            if fails {
                return Some((step.key.clone(), StepState::Dropped));
            }
            let open = any(&standing, step, &member.needs, |state| state != StepState::Done)
                || any(&standing, step, &member.after, |state| !state.has_ended());
            (!open).then(|| (step.key.clone(), StepState::Sent))
        });
        let Some((key, state)) = turn else { return moves };
        if let Some(step) = standing.iter_mut().find(|step| step.key == key) {
            step.state = state;
        }
        match state {
            StepState::Dropped => moves.drop.push(key),
            _ => moves.send.push(key),
        }
    }
}

/// Whether a step of one of `members`, for the same child (or for all), is in such a state.
fn any(standing: &[Standing], of: &Standing, members: &[String], is: impl Fn(StepState) -> bool) -> bool {
    standing.iter().any(|other| {
        members.contains(&other.key.member)
            && (other.key.child == of.key.child || other.key.child == 0 || of.key.child == 0)
            && is(other.state)
    })
}

/// How the dossier ended, once every step has.
#[must_use]
pub fn ending(group: &Group, standing: &[Standing]) -> Option<Ending> {
    if standing.iter().any(|step| !step.state.has_ended()) {
        return None;
    }
    let decisive: Vec<&str> = group.members.iter().filter(|m| m.decisive).map(|m| m.id.as_str()).collect();
    let counts = |step: &&Standing| decisive.is_empty() || decisive.contains(&step.key.member.as_str());
    let done = standing.iter().filter(counts).any(|step| step.state == StepState::Done);
    Some(if done { Ending::Done } else { Ending::Refused })
}

/// What is wrong with a group's graph: unknown members, circles. (Member's index, field, message.)
#[must_use]
pub fn faults(members: &[Member]) -> Vec<(usize, &'static str, String)> {
    let mut faults = Vec::new();
    for (index, member) in members.iter().enumerate() {
        for (field, list) in [("after", &member.after), ("needs", &member.needs)] {
            for other in list {
                if !members.iter().any(|m| m.id == *other) {
                    faults.push((index, field, format!("no member `{other}`")));
                }
            }
        }
        if members[..index].iter().any(|m| m.id == member.id) {
            faults.push((index, "id", format!("member `{}` twice", member.id)));
        }
        if reaches(members, &member.id, &member.id, members.len()) {
            faults.push((index, "after", format!("`{}` waits for itself", member.id)));
        }
    }
    faults
}

fn reaches(members: &[Member], from: &str, goal: &str, depth: usize) -> bool {
    let Some(member) = members.iter().find(|member| member.id == from) else { return false };
    depth > 0
        && member.after.iter().chain(&member.needs).any(|next| next == goal || reaches(members, next, goal, depth - 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn group() -> Group {
        let member = |id: &str, after: &[&str], needs: &[&str], decisive: bool| {
            json!({"id": id, "name": {"vi": id, "en": id}, "per": "child", "body": format!("office/{id}"),
                "role": "clerk", "after": after, "needs": needs, "decisive": decisive,
                "when": format!("'{id}' in values.members"), "term": [{"term": "2 working days"}], "data": {}})
        };
        serde_json::from_value(json!({
            "code": "9.000001", "name": {"vi": "Nhóm", "en": "Group"}, "origin": "desk", "form": "card",
            "numbering": {"prefix": "X01", "format": "{prefix}-{yymmdd}-{seq:7}"}, "children": "children",
            "term": [{"term": "3 working days"}], "supplement_term": "7 working days", "messages": {},
            "members": [
                member("birth", &[], &[], true),
                member("home", &[], &["birth"], false),
                member("card", &[], &["birth"], false),
                member("identity", &["home", "card"], &["birth"], false),
            ],
        }))
        .unwrap()
    }

    fn standing(states: &[(&str, i16, StepState)]) -> Vec<Standing> {
        let one = |(member, child, state): &(&str, i16, StepState)| Standing {
            key: StepKey { member: (*member).into(), child: *child },
            state: *state,
            facts: json!({}),
        };
        states.iter().map(one).collect()
    }

    fn names(keys: &[StepKey]) -> Vec<String> {
        keys.iter().map(|key| format!("{}/{}", key.member, key.child)).collect()
    }

    #[test]
    fn twins_make_two_of_everything_wanted() {
        let values = json!({"children": [{}, {}], "members": ["birth", "card"]});
        let planned = plan(&group(), &values, &json!({})).unwrap();
        let keys: Vec<StepKey> = planned.iter().map(|step| step.key.clone()).collect();
        assert_eq!(names(&keys), ["birth/1", "birth/2", "card/1", "card/2"]);
        assert_eq!(planned[2].body.as_str(), "office/card");
    }

    #[test]
    fn turns() {
        use StepState::{Done, Refused, Sent, Waiting};
        let check = |states: &[(&str, i16, StepState)], send: &[&str], drop: &[&str]| {
            let moves = moves(&group(), &standing(states));
            assert_eq!(
                (names(&moves.send), names(&moves.drop)),
                (send.iter().map(ToString::to_string).collect(), drop.iter().map(ToString::to_string).collect())
            );
        };
        let all = |birth, home, card, identity| {
            vec![("birth", 1, birth), ("home", 1, home), ("card", 1, card), ("identity", 1, identity)]
        };
        check(&all(Waiting, Waiting, Waiting, Waiting), &["birth/1"], &[]);
        check(&all(Sent, Waiting, Waiting, Waiting), &[], &[]);
        check(&all(Done, Waiting, Waiting, Waiting), &["home/1", "card/1"], &[]);
        check(&all(Done, Sent, Done, Waiting), &[], &[]);
        check(&all(Done, Done, Done, Waiting), &["identity/1"], &[]);
        // A refused member ends; what only comes after it goes on.
        check(&all(Done, Refused, Done, Waiting), &["identity/1"], &[]);
        // What needs the refused one ends too.
        check(&all(Refused, Waiting, Waiting, Waiting), &[], &["home/1", "card/1", "identity/1"]);
        // One twin's refusal is not the other's.
        let twins = [("birth", 1, Refused), ("birth", 2, Done), ("home", 1, Waiting), ("home", 2, Waiting)];
        check(&twins, &["home/2"], &["home/1"]);
    }

    #[test]
    fn endings() {
        use StepState::{Done, Dropped, Refused, Sent};
        let check = |states: &[(&str, i16, StepState)], expected: Option<Ending>| {
            assert_eq!(ending(&group(), &standing(states)), expected);
        };
        check(&[("birth", 1, Done), ("home", 1, Sent)], None);
        check(&[("birth", 1, Done), ("home", 1, Refused)], Some(Ending::Done));
        check(&[("birth", 1, Refused), ("home", 1, Dropped)], Some(Ending::Refused));
        check(&[("birth", 1, Refused), ("birth", 2, Done)], Some(Ending::Done));
    }

    #[test]
    fn circles_and_strangers_are_found() {
        let mut group = group();
        assert!(faults(&group.members).is_empty());
        group.members[0].after.push("identity".into());
        group.members[1].needs.push("nobody".into());
        let faults = faults(&group.members);
        assert!(faults.iter().any(|(index, field, _)| (*index, *field) == (1, "needs")), "{faults:?}");
        assert!(faults.iter().any(|(index, field, _)| (*index, *field) == (0, "after")), "{faults:?}");
    }
}
