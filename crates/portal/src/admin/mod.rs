//! `/quan-tri`: what the administrator of the system sees, and may do. About requests, jobs and the ledger; never about a
//! person. It goes through the door like everything else (service `system.operate`), so that who looked and who
//! retried what is in the ledger too. And `/quan-tri/can-bo`, of who administers the accounts of a body.

mod clients;
mod officers;

use crate::State;
use crate::page::{self, Answer, go, query};
use axum::{
    Router,
    extract::{self, Path},
    http::Uri,
    routing::{get, post},
};
use exchange::{Catalogue, Exchange, Purpose, RefusalCount, Request};
use kernel::{Actor, BodyId, Ctx, Kind, Problem, ServiceName};
use pack::Text;
use serde::Serialize;
use serde_json::{Value, json};
use store::jobs;
use time::{Date, Duration, OffsetDateTime};
use uuid::Uuid;
use web::{Form, OfficerSession};

/// The service behind these pages.
const OPERATE: &str = "system.operate";
/// How many dead letters one page shows.
const LETTERS_MAX: i64 = 50;
/// Refusals of how many days are counted.
const REFUSAL_DAYS: i64 = 7;

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/quan-tri", get(show_overview))
        .route("/quan-tri/viec/{job}/chay-lai", post(send_retry))
        .route("/quan-tri/thoa-thuan", get(show_agreements))
        .route("/quan-tri/ben-thu-ba", get(clients::show).post(clients::decide))
        .route("/quan-tri/ben-thu-ba/moi", get(clients::new).post(clients::register))
        .route("/quan-tri/khoa-ky", post(clients::rotate))
        .route("/quan-tri/can-bo", get(officers::list))
        .route("/quan-tri/can-bo/moi", get(officers::new).post(officers::issue))
        .route("/quan-tri/can-bo/{account}", get(officers::show).post(officers::change))
}

async fn show_overview(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let before = query(&uri, "truoc").and_then(|seq| seq.parse().ok());
    let mut content = overview(&state.exchange, &me.visit.ctx, before).await?;
    content["done"] = json!(query(&uri, "xong").is_some());
    Ok(page::own(&state, &me.visit, "admin/overview.html", content)?)
}

/// The form's token is checked by taking the form.
async fn send_retry(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(job): Path<Uuid>,
    _form: Form,
) -> Answer {
    retry(&state.exchange, &me.visit.ctx, job).await?;
    Ok(go("/quan-tri?xong=chay-lai"))
}

async fn show_agreements(extract::State(state): extract::State<State>, me: OfficerSession) -> Answer {
    let content = agreements(&state.exchange, &me.visit.ctx).await?;
    Ok(page::own(&state, &me.visit, "admin/agreements.html", content)?)
}

/// Refusals of one kind, with names that people know.
#[derive(Debug, Serialize)]
struct RefusalLine {
    code: String,
    consumer: Text,
    service: Text,
    count: i64,
    #[serde(with = "time::serde::rfc3339")]
    last_at: OffsetDateTime,
}

/// What `admin/overview.html` shows: the queue, dead letters (those before `before`), refusals, the ledger's head.
///
/// # Errors
/// As the door: `EXC0007` for anybody but an administrator of the body that runs the system.
async fn overview(exchange: &Exchange, ctx: &Ctx, before: Option<i64>) -> Result<Value, Problem> {
    let by = ctx.clone();
    let since = ctx.now() - Duration::days(REFUSAL_DAYS);
    let found = exchange.open(ctx, request(ctx)?, move |conn, _| {
        Box::pin(async move {
            let counts = jobs::counts(conn, &by).await?;
            let letters = jobs::dead_letters(conn, before, LETTERS_MAX + 1).await?;
            let refusals = exchange::refusals(conn, since).await?;
            let ledger = ledger::published(conn).await?;
            Ok::<_, Problem>((counts, letters, refusals, ledger))
        })
    });
    let (counts, mut letters, refusals, ledger) = found.await?;
    let most = usize::try_from(LETTERS_MAX).unwrap_or(usize::MAX);
    let older = (letters.len() > most).then(|| letters.get(most - 1).map(|letter| letter.seq)).flatten();
    letters.truncate(most);
    let day = ctx.today();
    let refusals: Vec<_> = refusals.into_iter().map(|count| refusal_line(exchange.catalogue(), count, day)).collect();
    Ok(json!({
        "jobs": counts,
        "letters": letters,
        "older": older,
        "refusals": refusals,
        "refusal_days": REFUSAL_DAYS,
        "ledger": ledger.map(|head| json!({"size": head.size, "root": head.root.to_string(), "note": head.note})),
        "agreements": exchange.catalogue().agreements().iter().filter(|agreement| agreement.in_force(day)).count(),
    }))
}

/// Puts a dead letter back into the queue.
///
/// # Errors
/// As [`overview`]; not found when there is no such dead letter (any more).
async fn retry(exchange: &Exchange, ctx: &Ctx, job: Uuid) -> Result<(), Problem> {
    let by = ctx.clone();
    let retried =
        exchange.open(ctx, request(ctx)?, move |conn, _| Box::pin(async move { jobs::retry(conn, &by, job).await }));
    retried.await
}

/// What `admin/agreements.html` shows: every agreement, those in force first.
///
/// # Errors
/// As [`overview`].
async fn agreements(exchange: &Exchange, ctx: &Ctx) -> Result<Value, Problem> {
    exchange.open(ctx, request(ctx)?, |_, _| Box::pin(async { Ok::<_, Problem>(()) })).await?;
    let (catalogue, day) = (exchange.catalogue(), ctx.today());
    let mut lines: Vec<Value> = Vec::new();
    for agreement in catalogue.agreements() {
        lines.push(json!({
            "id": agreement.id,
            "consumer": party(catalogue, &agreement.consumer, day),
            "service": service(catalogue, &agreement.service),
            "service_name": agreement.service,
            "purposes": agreement.purposes.iter().map(|purpose| catalogue.purpose_name(purpose)).collect::<Vec<_>>(),
            "roles": agreement.roles.iter().map(|role| catalogue.role_name(role)).collect::<Vec<_>>(),
            "fields": agreement.fields,
            "legal_basis": agreement.legal_basis,
            "confidence": agreement.confidence,
            "from": pack::date::print(agreement.from),
            "until": agreement.until.map(pack::date::print),
            "in_force": agreement.in_force(day),
            "daily_quota": agreement.daily_quota,
            "needs_case": agreement.needs_case,
            "needs_consent": agreement.needs_consent,
            "search_limit": agreement.search_limit,
        }));
    }
    lines.sort_by_key(|line| line["in_force"] != json!(true));
    Ok(json!({ "agreements": lines }))
}

/// The officer's own body, looking after the system.
fn request(ctx: &Ctx) -> Result<Request, Problem> {
    match &ctx.actor {
        Actor::Officer { body, .. } => Ok(Request::new(body.clone(), body.clone(), OPERATE, Purpose::OPERATION)),
        _ => Err(Problem::new(Kind::Forbidden, web::codes::NOT_FOR_YOU)),
    }
}

fn refusal_line(catalogue: &Catalogue, count: RefusalCount, day: Date) -> RefusalLine {
    RefusalLine {
        consumer: party(catalogue, &count.consumer, day),
        service: service(catalogue, &ServiceName::new(count.service)),
        code: count.code,
        count: count.count,
        last_at: count.last_at,
    }
}

/// What a body or a kind of body is called; its id where the pack does not know it.
fn party(catalogue: &Catalogue, id: &str, day: Date) -> Text {
    let body = catalogue.body(&BodyId::new(id), day).map(|body| body.name);
    let kind = || {
        let kind = catalogue.kind(id)?;
        let every = |pattern: &str| pattern.replace("{unit}", "…");
        Some(Text::new(every(&kind.name.vi), every(&kind.name.en)))
    };
    body.or_else(kind).unwrap_or_else(|| Text::new(id, id))
}

fn service(catalogue: &Catalogue, name: &ServiceName) -> Text {
    catalogue.service(name).map_or_else(|| Text::new(name.as_str(), name.as_str()), |service| service.summary.clone())
}
