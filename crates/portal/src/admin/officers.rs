//! `/quan-tri/can-bo`: the accounts of a body's officers. Who administers them issues accounts, gives and ends roles, locks, renews,
//! records courses; the body above and the operator appoint who does that. Who may do what is identity's to say
//! ([`identity::enrolment`]).

use crate::account::{enrolment, history_words, message_to_officer, reason, word_page};
use crate::page::{self, Answer, day_in, go, query};
use crate::{State, again, bodies};
use axum::extract::{self, Path};
use axum::http::Uri;
use identity::enrolment::{AccountState, Handed, NewOfficer, OfficerShown};
use identity::{ACCOUNT_ADMINISTRATOR, ADMINISTRATOR, HeldRole};
use kernel::text::fold;
use kernel::{AccountId, Actor, BodyId, Ctx, Kind, Problem, Role};
use pack::Text;
use serde_json::{Value, json};
use time::{Date, Duration};
use uuid::Uuid;
use web::{Form, OfficerSession};

const HERE: &str = "/quan-tri/can-bo";
/// Officers that one page shows.
const SHOWN_MAX: usize = 50;
/// What pages confirm.
const DONE: [&str; 6] = ["role", "ended", "locked", "unlocked", "closed", "trained"];
/// The fields of the form that issues an account.
const NEW_FIELDS: [&str; 6] = ["label", "login", "phone", "until.d", "until.m", "until.y"];
/// The fields of the forms about one account.
const FIELDS: [&str; 10] =
    ["role", "until.d", "until.m", "until.y", "phone", "reason", "course", "day.d", "day.m", "day.y"];

fn role_name(state: &State, role: &Role) -> Text {
    let name = state.exchange.catalogue().role_name(role).cloned();
    name.unwrap_or_else(|| Text { vi: role.to_string(), en: role.to_string() })
}

/// A state as pages name it: an officer who never came is told from one who does.
fn state_of(officer: &OfficerShown) -> &'static str {
    if officer.waiting && officer.state == AccountState::Active { "waiting" } else { officer.state.as_str() }
}

fn line(state: &State, officer: &OfficerShown, today: Date) -> Value {
    let roles = officer.roles.iter().filter(|held| !held.role.is_over(today));
    json!({
        "id": officer.account.0, "name": officer.label, "login": officer.login, "state": state_of(officer),
        "signed_in_at": officer.signed_in_at.map(page::instant),
        "roles": roles.map(|held| role_name(state, &held.role.role)).collect::<Vec<_>>(),
    })
}

/// The body that the address names; else one's own, where one issues accounts there.
fn body_of(state: &State, me: &OfficerSession, uri: &Uri) -> Result<Option<BodyId>, Problem> {
    let ctx = &me.visit.ctx;
    let Some(named) = query(uri, "co-quan") else {
        let own = me.body.clone();
        return Ok(enrolment(state)?.grantable(ctx, &own).is_ok().then_some(own));
    };
    let body = BodyId::new(named);
    if state.exchange.catalogue().body(&body, ctx.today()).is_none() {
        return Err(Problem::new(Kind::NotFound, web::codes::NOT_FOUND));
    }
    Ok(Some(body))
}

/// Whether the officer appoints administrators of other bodies.
fn appoints(state: &State, ctx: &Ctx) -> bool {
    let Actor::Officer { body, roles, .. } = &ctx.actor else { return false };
    let is = |wanted: &str| roles.iter().any(|role| role.as_str() == wanted);
    is(ADMINISTRATOR) || (is(ACCOUNT_ADMINISTRATOR) && state.exchange.catalogue().has_below(body))
}

/// `GET /quan-tri/can-bo?co-quan=…&tim=…&trang=…`, or `?tim-co-quan=…` for a body.
pub(crate) async fn list(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let (ctx, today) = (&me.visit.ctx, me.visit.ctx.today());
    let enrolment = enrolment(&state)?;
    let (body, appoints) = (body_of(&state, &me, &uri)?, appoints(&state, ctx));
    if body.is_none() && !appoints {
        return Err(Problem::from(identity::Error::NotAllowed).into());
    }
    let words = query(&uri, "tim").unwrap_or_default();
    let mut officers = match &body {
        Some(body) => enrolment.officers(ctx, body).await?,
        None => Vec::new(),
    };
    // Else only who administers accounts there is seen, and appointed.
    let issues = body.as_ref().is_some_and(|body| {
        enrolment
            .grantable(ctx, body)
            .is_ok_and(|roles| roles.iter().any(|role| role.as_str() != ACCOUNT_ADMINISTRATOR))
    });
    let folded = fold(&words);
    let wanted: Vec<&str> = folded.split_whitespace().collect();
    officers.retain(|officer| bodies::has_words(&[&officer.label, &officer.login], &wanted));
    let page = query(&uri, "trang").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1).max(1);
    let first = (page - 1).saturating_mul(SHOWN_MAX);
    let more = officers.len() > first.saturating_add(SHOWN_MAX);
    let shown = officers.iter().skip(first).take(SHOWN_MAX);
    let below = query(&uri, "tim-co-quan").unwrap_or_default();
    let found = if appoints && !below.is_empty() { found(&state, ctx, &below)? } else { Vec::new() };
    let content = json!({
        "body": body.as_ref().map(|body| bodies::shown(&state, ctx, body)),
        "is_own": body.as_ref() == Some(&me.body),
        "officers": shown.map(|officer| line(&state, officer, today)).collect::<Vec<_>>(),
        "count": officers.len(), "words": words,
        "paging": {"previous": (page > 1).then(|| page - 1), "next": more.then_some(page + 1)},
        "appoints": appoints, "below": below, "found": found, "issues": issues,
    });
    Ok(page::own(&state, &me.visit, "admin/officers.html", content)?)
}

/// Bodies of these words whose administrators of accounts the officer appoints.
fn found(state: &State, ctx: &Ctx, words: &str) -> Result<Vec<Value>, Problem> {
    let enrolment = enrolment(state)?;
    let administrator = Role::new(ACCOUNT_ADMINISTRATOR);
    let theirs = |body: &BodyId| enrolment.grantable(ctx, body).is_ok_and(|roles| roles.contains(&administrator));
    let all = state.exchange.catalogue().bodies(ctx.today()).map(|body| body.id).filter(theirs);
    Ok(bodies::search(state, ctx, words, all).iter().map(|body| bodies::shown(state, ctx, body)).collect())
}

/// Roles to choose from, by name.
fn options(state: &State, roles: &[Role]) -> Vec<Value> {
    let mut options: Vec<(Text, &Role)> = roles.iter().map(|role| (role_name(state, role), role)).collect();
    options.sort_by(|(one, _), (other, _)| one.vi.cmp(&other.vi));
    options.into_iter().map(|(label, role)| json!({"value": role, "label": label})).collect()
}

fn new_page(state: &State, me: &OfficerSession, body: &BodyId, form: Option<&Form>) -> Result<Value, Problem> {
    let ctx = &me.visit.ctx;
    let roles = enrolment(state)?.grantable(ctx, body)?;
    let options = options(state, &roles);
    let chosen: Vec<&str> = match form {
        Some(form) => form.all("roles").collect(),
        // Where there is only one, it is chosen.
        None if roles.len() == 1 => roles.iter().map(Role::as_str).collect(),
        None => Vec::new(),
    };
    let mut content = json!({
        "body": bodies::shown(state, ctx, body), "is_own": *body == me.body, "options": options, "chosen": chosen,
        "sends": state.identity.sends_messages(),
    });
    again::fields(&mut content, &NEW_FIELDS, form);
    content["error"]["roles"] = Value::Null;
    content["error"]["until"] = Value::Null;
    Ok(content)
}

/// The body of the form's page: the one that is named, or one's own.
fn named(state: &State, me: &OfficerSession, uri: &Uri) -> Result<BodyId, Problem> {
    Ok(body_of(state, me, uri)?.unwrap_or_else(|| me.body.clone()))
}

pub(crate) async fn new(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let body = named(&state, &me, &uri)?;
    Ok(page::own(&state, &me.visit, "admin/officer-new.html", new_page(&state, &me, &body, None)?)?)
}

pub(crate) async fn issue(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    uri: Uri,
    form: Form,
) -> Answer {
    let body = named(&state, &me, &uri)?;
    match issued(&state, &me.visit.ctx, &body, &form).await {
        Ok((account, handed)) => word_page(&state, &me, &format!("{HERE}/{}", account.0), "officers", "new", &handed),
        Err(problem) if again::mendable(&problem) => {
            let mut content = new_page(&state, &me, &body, Some(&form))?;
            let field = match &*problem.code {
                "IDN0095" => "roles",
                "IDN0015" => "label",
                "IDN0089" => "phone",
                _ => "login",
            };
            again::say(&state, me.visit.language, &mut content, &problem, field);
            Ok(page::own_refused(&state, &me.visit, "admin/officer-new.html", content)?)
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn issued(state: &State, ctx: &Ctx, body: &BodyId, form: &Form) -> Result<(AccountId, Handed), Problem> {
    let text = |name: &str| form.get(name).unwrap_or_default();
    let roles: Vec<Role> = form.all("roles").map(Role::new).collect();
    let until = last_day(ctx, form)?;
    let new = NewOfficer { body, login: text("login"), label: text("label"), roles: &roles, until };
    Ok(enrolment(state)?.issue(ctx, &new, text("phone"), message_to_officer(state)).await?)
}

/// The last day of a role, which has not passed.
fn last_day(ctx: &Ctx, form: &Form) -> Result<Option<Date>, Problem> {
    let until = day_in(form, "until")?;
    if until.is_some_and(|until| until < ctx.today()) {
        return Err(Problem::new(Kind::Invalid, "POR0068").with("field", "until"));
    }
    Ok(until)
}

async fn officer_page(state: &State, me: &OfficerSession, id: Uuid, form: Option<&Form>) -> Result<Value, Problem> {
    let (ctx, today) = (&me.visit.ctx, me.visit.ctx.today());
    let enrolment = enrolment(state)?;
    let account = AccountId(id);
    let officer = enrolment.officer(ctx, account).await?;
    let (may_change, own) = (enrolment.may_change(ctx, &officer), me.visit.session.account == account);
    let grantable = if own { Vec::new() } else { enrolment.grantable(ctx, &officer.body)? };
    let held = |one: &&HeldRole| !one.role.is_over(today);
    let free = |role: &&Role| !officer.roles.iter().filter(held).any(|held| held.role.role == **role);
    let open: Vec<Role> = grantable.iter().filter(free).cloned().collect();
    let role = |held: &HeldRole| {
        json!({
            "id": held.id, "name": role_name(state, &held.role.role), "from": pack::date::print(held.role.from),
            // One that ended on its first day has no day.
            "until": held.role.until.filter(|until| *until >= held.role.from).map(pack::date::print), "over": held.role.is_over(today),
            "may_end": !held.role.is_over(today) && held.role.body == officer.body && grantable.contains(&held.role.role),
        })
    };
    let taken = enrolment.trainings_of(ctx, account).await?;
    let courses = state.identity.trainings().courses();
    let course = |(id, day): &(String, Date)| {
        let known = courses.iter().find(|course| course.id == *id);
        let until = known.and_then(|known| day.checked_add(Duration::days(i64::from(known.days) - 1)));
        json!({
            "name": known.map_or_else(|| Text { vi: id.clone(), en: id.clone() }, |known| known.name.clone()),
            "day": pack::date::print(*day), "until": until.map(pack::date::print), "over": until.is_some_and(|until| until < today),
        })
    };
    let events = enrolment.history_of_officer(ctx, account).await?;
    let mut content = json!({
        "o": line(state, &officer, today), "why": officer.why.as_deref().map(|why| reason(state, me.visit.language, why)), "body": bodies::shown(state, ctx, &officer.body),
        "roles": officer.roles.iter().map(role).collect::<Vec<_>>(), "options": options(state, &open),
        "may_change": may_change, "is_own": own, "courses": taken.iter().map(course).collect::<Vec<_>>(),
        "course_options": courses.iter().map(|course| json!({"value": course.id, "label": course.name})).collect::<Vec<_>>(),
        "events": history_words(state, me.visit.language, &events), "sends": state.identity.sends_messages(), "done": null,
    });
    again::fields(&mut content, &FIELDS, form);
    content["error"]["until"] = Value::Null;
    content["error"]["day"] = Value::Null;
    Ok(content)
}

pub(crate) async fn show(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Answer {
    let mut content = officer_page(&state, &me, id, None).await?;
    content["done"] = json!(query(&uri, "xong").filter(|word| DONE.contains(&word.as_str())));
    Ok(page::own(&state, &me.visit, "admin/officer.html", content)?)
}

/// What became of a change: a word for the page, or the officer's word to hand over.
enum Changed {
    Done(&'static str),
    Renewed(Handed),
}

/// `_lam`: `vai-tro`, `thoi`, `cap-lai`, `khoa`, `mo`, `dong`, `tap-huan`.
pub(crate) async fn change(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    form: Form,
) -> Answer {
    match changed(&state, &me.visit.ctx, AccountId(id), &form).await {
        Ok(Changed::Done(word)) => Ok(go(&format!("{HERE}/{id}?xong={word}"))),
        Ok(Changed::Renewed(handed)) => {
            word_page(&state, &me, &format!("{HERE}/{id}"), "officers", "recovered", &handed)
        }
        Err(problem) if again::mendable(&problem) => {
            let mut content = officer_page(&state, &me, id, Some(&form)).await?;
            let field = match &*problem.code {
                "IDN0089" => "phone",
                "IDN0090" => "course",
                "IDN0095" | "IDN0096" => "role",
                _ => "reason",
            };
            again::say(&state, me.visit.language, &mut content, &problem, field);
            Ok(page::own_refused(&state, &me.visit, "admin/officer.html", content)?)
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn changed(state: &State, ctx: &Ctx, account: AccountId, form: &Form) -> Result<Changed, Problem> {
    let (enrolment, text) = (enrolment(state)?, |name: &str| form.get(name).unwrap_or_default());
    let set = async |to: AccountState| enrolment.set_officer(ctx, account, to, text("reason")).await;
    let done = match text("_lam") {
        "vai-tro" => {
            let role = form.get("role").map(Role::new).ok_or(identity::Error::RoleMissing)?;
            enrolment.give_role(ctx, account, &role, last_day(ctx, form)?).await?;
            "role"
        }
        "thoi" => {
            let id = text("id").parse().map_err(|_| identity::Error::RoleMissing)?;
            enrolment.end_role(ctx, account, id).await?;
            "ended"
        }
        "cap-lai" => {
            let handed = enrolment.renew(ctx, account, text("phone"), message_to_officer(state)).await?;
            return Ok(Changed::Renewed(handed));
        }
        "khoa" => {
            set(AccountState::Locked).await?;
            "locked"
        }
        "mo" => {
            set(AccountState::Active).await?;
            "unlocked"
        }
        "dong" => {
            set(AccountState::Closed).await?;
            "closed"
        }
        "tap-huan" => {
            let day =
                day_in(form, "day")?.ok_or_else(|| Problem::new(Kind::Invalid, "KER0022").with("field", "day"))?;
            let known = state.identity.trainings().courses().iter().any(|course| course.id == text("course"));
            if !known {
                return Err(identity::Error::TrainingMalformed.into());
            }
            enrolment.record_training(ctx, account, text("course"), day).await?;
            "trained"
        }
        _ => return Err(Problem::new(Kind::Invalid, web::codes::NOT_FOUND)),
    };
    Ok(Changed::Done(done))
}
