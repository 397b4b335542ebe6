//! One page of a form.

use super::draft::{self, Filing, address};
use super::{REVIEW, fields};
use crate::page::{self, Answer, go};
use crate::{State, show};
use axum::{
    extract::{self, Path},
    http::Uri,
};
use kernel::{FieldProblem, Kind, Problem};
use procedure::form::{FieldKind, FieldState, Form as Definition, Page, Section, put};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{CitizenSession, Form, codes};

/// Where one is in a filing.
struct Place<'a> {
    code: &'a str,
    draft: Uuid,
    filing: Filing,
    form: &'a Definition,
    page: &'a Page,
    /// Came from the review to change one thing.
    changing: bool,
}

pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path((code, id)): Path<(String, String)>,
    uri: Uri,
) -> Answer {
    let place = place(&state, &me, &code, &id, &uri).await?;
    let content = content(&state, &me, &place, &[], &Form::default())?;
    Ok(page::own(&state, &me.visit, "form/page.html", content)?)
}

/// Saves what was typed, whatever it is; goes on only when this page is right.
pub(crate) async fn save(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path((code, id)): Path<(String, String)>,
    uri: Uri,
    form: Form,
) -> Answer {
    let ctx = &me.visit.ctx;
    let mut place = place(&state, &me, &code, &id, &uri).await?;
    let today = kernel::iso_date::text(ctx.today());
    // Twice: an answer may show or hide other fields of the same page.
    for _ in 0..2 {
        let mut values = place.filing.values.clone();
        for field in place.page.fields(&place.filing.values, &today)? {
            if is_fixed(&place.filing, &field) || field.field.kind == FieldKind::Hidden {
                continue;
            }
            if let Some(value) = fields::posted(&form, &field) {
                put(&mut values, &field.pointer, value);
            }
        }
        place.filing.values = values;
    }
    let wish = form.get("_lam").unwrap_or("tiep");
    let repeated = change_list(&mut place, wish);
    draft::save(&state, ctx, &code, Some(place.draft), &place.filing).await?;
    if wish == "luu" {
        return Ok(go("/toi"));
    }
    if repeated || wish == "tinh" {
        let content = content(&state, &me, &place, &[], &form)?;
        return Ok(page::own(&state, &me.visit, "form/page.html", content)?);
    }
    let problems = problems_here(&state, &me, &place, &today)?;
    if !problems.is_empty() {
        let content = content(&state, &me, &place, &problems, &form)?;
        return Ok(page::own_refused(&state, &me.visit, "form/page.html", content)?);
    }
    let pages = place.form.pages_for(&place.filing.values, &today)?;
    let next = pages.iter().skip_while(|page| page.id != place.page.id).nth(1);
    let next = next.filter(|_| !place.changing).map_or(REVIEW, |page| page.id.as_str());
    Ok(go(&address(&code, next, place.draft)))
}

async fn place<'a>(
    state: &'a State,
    me: &CitizenSession,
    code: &'a str,
    page: &str,
    uri: &Uri,
) -> Result<Place<'a>, Problem> {
    let form = draft::definition(state, &me.visit.ctx, code)?;
    let page = form.page(page).ok_or_else(|| Problem::new(Kind::NotFound, codes::NOT_FOUND))?;
    let asked = page::query(uri, "ban").and_then(|id| id.parse().ok());
    let (draft, filing) = draft::load(state, &me.visit.ctx, code, asked).await?;
    Ok(Place { code, draft, filing, form, page, changing: page::query(uri, "sua").is_some() })
}

/// Adds or takes away an entry of a list: `them.children`, `bot.children.1`. Sources keep pointing at their entries.
fn change_list(place: &mut Place<'_>, wish: &str) -> bool {
    let mut words = wish.split('.');
    let (Some(deed), Some(list)) = (words.next(), words.next()) else { return false };
    let known = place.page.sections.iter().any(|section| section.each.as_deref() == Some(list));
    let Some(entries) = place.filing.values.get_mut(list).and_then(Value::as_array_mut).filter(|_| known) else {
        return false;
    };
    match (deed, words.next().and_then(|n| n.parse::<usize>().ok())) {
        ("them", _) if entries.len() < procedure::form::ENTRIES_MAX => entries.push(json!({})),
        ("bot", Some(n)) if n < entries.len() && entries.len() > 1 => {
            entries.remove(n);
            let base = format!("/{list}/");
            place.filing.sources.retain_mut(|source| {
                let Some((at, rest)) = source.pointer.strip_prefix(&base).and_then(|rest| rest.split_once('/')) else {
                    return true;
                };
                match at.parse::<usize>() {
                    Ok(at) if at == n => false,
                    Ok(at) if at > n => {
                        source.pointer = format!("{base}{}/{rest}", at - 1);
                        true
                    }
                    _ => true,
                }
            });
        }
        _ => return false,
    }
    true
}

/// What is wrong at fields of this page.
fn problems_here(
    state: &State,
    me: &CitizenSession,
    place: &Place<'_>,
    today: &str,
) -> Result<Vec<FieldProblem>, Problem> {
    // Registers are asked once, before filing: not for every page.
    let all = state.procedures.check_fields(&me.visit.ctx, place.code, &place.filing.values)?;
    let here: Vec<String> = place.page.fields(&place.filing.values, today)?.into_iter().map(|f| f.pointer).collect();
    Ok(all.into_iter().filter(|problem| here.contains(&problem.pointer)).collect())
}

/// A field that a register filled and that is not typed over.
fn is_fixed(filing: &Filing, field: &FieldState<'_>) -> bool {
    !field.value.is_null() && show::source_of(&filing.sources, &field.pointer).is_some_and(|source| source.fixed)
}

fn content(
    state: &State,
    me: &CitizenSession,
    place: &Place<'_>,
    problems: &[FieldProblem],
    form: &Form,
) -> Result<Value, Problem> {
    let today = kernel::iso_date::text(me.visit.ctx.today());
    let values = &place.filing.values;
    let pages = place.form.pages_for(values, &today)?;
    let number = pages.iter().position(|page| page.id == place.page.id).unwrap_or(0);
    let mut errors = show::errors(state, me.visit.language, problems);
    show::name_fields(me.visit.language, &mut errors, &place.page.fields(values, &today)?);
    let back = match number.checked_sub(1).and_then(|before| pages.get(before)) {
        _ if place.changing => address(place.code, REVIEW, place.draft),
        Some(page) => address(place.code, &page.id, place.draft),
        None => format!("/dich-vu/{}", place.code),
    };
    let mut action = address(place.code, &place.page.id, place.draft);
    if place.changing {
        action.push_str("&sua=1");
    }
    Ok(json!({
        "errors": errors,
        "form": {
            "title": place.form.title,
            "page_title": place.page.title,
            "back": back,
            "number": number + 1,
            "count": pages.len(),
            "silent": if number == 0 { json!(place.filing.silent) } else { json!([]) },
            "action": action,
            "sections": sections(state, me, place, &errors, form)?,
            "changing": place.changing,
        },
    }))
}

/// The sections of the page: what registers know is shown, the rest is asked.
fn sections(
    state: &State,
    me: &CitizenSession,
    place: &Place<'_>,
    errors: &[Value],
    form: &Form,
) -> Result<Vec<Value>, Problem> {
    let today = kernel::iso_date::text(me.visit.ctx.today());
    let values = &place.filing.values;
    let all = place.page.fields(values, &today)?;
    let mut shown: Vec<Value> = Vec::new();
    let mut at = 0;
    while at < all.len() {
        let (section, index) = (all[at].section, all[at].index);
        let same = |f: &&FieldState<'_>| std::ptr::eq(f.section, section) && f.index == index;
        let group: Vec<_> = all[at..].iter().take_while(same).collect();
        at += group.len().max(1);
        let (known, asked): (Vec<&FieldState<'_>>, Vec<_>) =
            group.into_iter().filter(|f| f.field.kind != FieldKind::Hidden).partition(|f| is_fixed(&place.filing, f));
        let source = |f: &FieldState<'_>| show::source_of(&place.filing.sources, &f.pointer);
        let known: Vec<Value> = known
            .iter()
            .map(|f| {
                let words = show::field(state, me.visit.language, me.visit.ctx.today(), f);
                json!({"label": f.field.label, "shown": words, "source": source(f).map(|s| &s.source)})
            })
            .collect();
        let fields: Vec<Value> = asked
            .iter()
            .map(|f| {
                let error = errors.iter().find(|error| error["pointer"] == f.pointer);
                fields::view(state, &me.visit, f, form, source(f), error)
            })
            .collect();
        if known.is_empty() && fields.is_empty() && section.each.is_none() {
            continue;
        }
        shown.push(section_view(section, index, values, known, fields));
    }
    Ok(shown)
}

fn section_view(
    section: &Section,
    index: Option<usize>,
    values: &Value,
    known: Vec<Value>,
    fields: Vec<Value>,
) -> Value {
    let list = section.each.as_deref();
    let entries = list.and_then(|list| values.get(list)).and_then(Value::as_array).map_or(1, Vec::len);
    let is_last = index.is_some_and(|index| index + 1 == entries);
    json!({
        "title": section.title,
        "hint": section.hint,
        "known": known,
        "fields": fields,
        "entry": index.map(|index| index + 1),
        "entries": entries,
        "list": list,
        "can_add": is_last && entries < procedure::form::ENTRIES_MAX,
        "can_remove": index.is_some() && entries > 1,
    })
}
