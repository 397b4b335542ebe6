//! A service: what it gives, how long it takes, what it costs, on what law.

use crate::State;
use crate::page::{self, Answer};
use axum::extract::{self, Path};
use kernel::calendar::Term;
use kernel::{Ctx, Kind, Problem};
use pack::Dated;
use procedure::definition::{ChannelKind, Group, Procedure};
use serde_json::{Value, json};
use web::{Language, Visitor, codes};

pub(crate) async fn service(
    extract::State(state): extract::State<State>,
    visitor: Visitor,
    Path(code): Path<String>,
) -> Answer {
    let shelf = super::search::shelf(&state, &visitor.ctx).await?;
    let known = shelf.known(&code);
    match service_view(&state, &visitor.ctx, visitor.language, &code) {
        Ok(view) => {
            let facts = known.map(|known| super::procedure::facts(&shelf, &known));
            Ok(page::open(&state, &visitor, "public/service.html", json!({"service": view, "facts": facts}))?)
        }
        // The pack does not have it, but the national catalogue may.
        Err(problem) => match known {
            Some(known) => super::procedure::open(&state, &visitor, &shelf, &known),
            None => Err(problem.into()),
        },
    }
}

/// What the page shows of a procedure or a group.
pub(crate) fn service_view(state: &State, ctx: &Ctx, language: Language, code: &str) -> Result<Value, Problem> {
    let catalogue = &state.setting().catalogue;
    let today = ctx.today();
    if let Some(group) = catalogue.group(code, today) {
        return Ok(of_group(state, ctx, language, group));
    }
    let procedure = catalogue.procedure(code, today).ok_or_else(|| Problem::new(Kind::NotFound, codes::NOT_FOUND))?;
    Ok(of_procedure(state, language, procedure))
}

fn of_group(state: &State, ctx: &Ctx, language: Language, group: &Dated<Group>) -> Value {
    let catalogue = &state.setting().catalogue;
    let inner = |code: &Option<String>| code.as_deref().and_then(|code| catalogue.procedure(code, ctx.today()));
    let members: Vec<Value> = group
        .item
        .members
        .iter()
        .map(|member| {
            let authority = inner(&member.procedure).map(|p| json!(p.item.authority));
            let term = member.term.last().map(|term| &term.term);
            json!({
                "name": member.name,
                "authority": authority.unwrap_or_else(|| role_name(state, &member.role)),
                "term": term_text(state, language, term),
            })
        })
        .collect();
    let procedures: Vec<_> = group.item.members.iter().filter_map(|m| inner(&m.procedure)).collect();
    let fees: Vec<_> = procedures.iter().map(|p| online_fee(&p.item)).collect();
    let fee = match fees.as_slice() {
        [] => None,
        some if some.iter().all(|fee| *fee == Some(0)) => Some(0),
        some => some.iter().try_fold(0, |sum, fee| fee.map(|fee| sum + fee)),
    };
    let mut laws: Vec<String> = group.legal_basis.clone();
    laws.extend(group.item.members.iter().flat_map(|member| member.legal_basis.clone()));
    laws.dedup();
    json!({
        "code": group.item.code,
        "title": group.item.title(),
        "name": group.item.title.is_some().then_some(&group.item.name),
        "summary": group.item.summary,
        "start": format!("/khai/{}", group.item.code),
        "members": members,
        "applicants": procedures.first().and_then(|p| p.item.applicants.clone()),
        "term": term_text(state, language, group.item.term.last().map(|term| &term.term)),
        "fee": fee_text(state, language, fee),
        "authority": null,
        "cases": procedures.first().map(|p| cases(&p.item)).unwrap_or_default(),
        "results": group.item.members.iter().flat_map(|m| m.results.iter().map(|r| json!({"name": r.name}))).collect::<Vec<_>>(),
        "legal_basis": laws,
    })
}

fn of_procedure(state: &State, language: Language, found: &Dated<Procedure>) -> Value {
    let procedure = &found.item;
    let channel = procedure.channels.iter().find(|c| c.kind == ChannelKind::Online).or(procedure.channels.first());
    json!({
        "code": procedure.code,
        "title": procedure.name,
        "name": null,
        "summary": procedure.summary,
        "start": procedure.through.as_ref().map(|group| format!("/khai/{group}")),
        "members": [],
        "applicants": procedure.applicants,
        "term": term_text(state, language, channel.and_then(|c| c.term.as_ref())),
        "fee": fee_text(state, language, channel.and_then(|c| c.fee)),
        "authority": procedure.authority,
        "cases": cases(procedure),
        "results": procedure.results.iter().filter(|r| !r.on_refusal).map(|r| json!({"name": r.name})).collect::<Vec<_>>(),
        "legal_basis": found.legal_basis,
    })
}

fn role_name(state: &State, role: &str) -> Value {
    let role = kernel::Role::new(role);
    state.setting().bodies.role_name(&role).map_or_else(|| json!(role), |name| json!(name))
}

fn online_fee(procedure: &Procedure) -> Option<i64> {
    procedure.channels.iter().find(|c| c.kind == ChannelKind::Online).or(procedure.channels.first())?.fee
}

fn cases(procedure: &Procedure) -> Vec<Value> {
    let components = |case: &procedure::definition::Case| {
        case.components.iter().map(|c| json!({"name": c.name, "replaced_by": c.replaced_by})).collect::<Vec<_>>()
    };
    procedure.cases.iter().map(|case| json!({"name": case.name, "components": components(case)})).collect()
}

fn fee_text(state: &State, language: Language, fee: Option<i64>) -> String {
    match fee {
        Some(0) => state.web.texts.say(language, "fee-free", &[]),
        Some(fee) => web::money_text(language, fee),
        None => state.web.texts.say(language, "fee-by-province", &[]),
    }
}

/// A term in words.
pub(crate) fn term_text(state: &State, language: Language, term: Option<&Term>) -> String {
    let say = |id: &str, name: &str, n: String| state.web.texts.say(language, id, &[(name.to_owned(), n)]);
    match term {
        None => state.web.texts.say(language, "term-unknown", &[]),
        Some(Term::SameDay { cutoff_hour }) => say("term-same-day", "hour", cutoff_hour.to_string()),
        Some(Term::WorkingDays(n)) => say("term-working-days", "n", n.to_string()),
        Some(Term::CalendarDays(n)) => say("term-days", "n", n.to_string()),
        Some(Term::WorkingHours(n)) => say("term-working-hours", "n", n.to_string()),
    }
}
