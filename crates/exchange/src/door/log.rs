//! The lines that a passage leaves in the ledger. Their form is read back by [`crate::access_log`].

use crate::{Error, Pass, Refusal, Request, Scope, SubjectRef, decide::Standing, extract};
use kernel::{Actor, BodyId, Ctx, EntryId, Problem, SubjectId};
use ledger::Entry;
use serde_json::{Value, json};
use sqlx::PgConnection;
use time::format_description::well_known::Rfc3339;

/// Version of the line's form.
const FORM: u8 = 1;
/// The outcome of a passage that was completed.
pub(crate) const OK: &str = "ok";

/// A passage completed: one line for everybody admitted, or one about nobody. Of a bulk passage there is always one
/// about nobody, which says how many people it was about; when they were not named one by one, their logs are led to it.
pub(super) async fn passed(conn: &mut PgConnection, ctx: &Ctx, pass: &Pass) -> Result<(), Error> {
    let call = access(conn, ctx, pass, pass.everyone(), OK).await?;
    match call {
        Some(call) if pass.extracted() > 0 => extract::remember(conn, ctx, pass, call).await,
        _ => Ok(()),
    }
}

/// A passage came to nothing: the provider may have looked, and nothing left.
pub(super) async fn failed(conn: &mut PgConnection, ctx: &Ctx, pass: &Pass, problem: &Problem) -> Result<(), Error> {
    access(conn, ctx, pass, pass.everyone_but_new(), &problem.code).await?;
    Ok(())
}

/// A request was refused. The person asked about sees it too, where it was one person and the surrogate was known.
pub(super) async fn refused(
    conn: &mut PgConnection,
    ctx: &Ctx,
    request: &Request,
    standing: Option<&Standing>,
    refusal: Refusal,
) -> Result<(), Error> {
    sqlx::query(
        "INSERT INTO exchange.refusal (refusal_id, refused_at, code, consumer, provider, service, purpose) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(ctx.uuid())
    .bind(ctx.now())
    .bind(refusal.code())
    .bind(request.consumer.as_str())
    .bind(request.provider.as_str())
    .bind(request.service.as_str())
    .bind(request.purpose.as_str())
    .execute(&mut *conn)
    .await?;
    let subject = match &request.scope {
        Scope::Subjects(subjects) => match subjects.as_slice() {
            [SubjectRef::Id(id)] => Some(*id),
            _ => None,
        },
        Scope::Search { .. } | Scope::Bulk | Scope::None => None,
    };
    let role = standing.map(|standing| standing.role.as_str());
    let mut body = line(ctx, "refusal", request, role, refusal.code())?;
    body["fields"] = json!(request.fields);
    if let Some(standing) = standing {
        body["agreement"] = json!(standing.agreement.id);
        body["legal_basis"] = json!(standing.agreement.legal_basis.join("; "));
    }
    ledger::append(conn, ctx, entry(ctx, "refusal", subject, body)).await?;
    Ok(())
}

/// Writes the lines; says which one is about the call as a whole, where there is such a line.
async fn access(
    conn: &mut PgConnection,
    ctx: &Ctx,
    pass: &Pass,
    touched: Vec<SubjectId>,
    outcome: &str,
) -> Result<Option<EntryId>, Error> {
    let mut body = line(ctx, "access", pass.request(), Some(pass.role().as_str()), outcome)?;
    body["fields"] = json!(pass.fields());
    body["agreement"] = json!(pass.agreement());
    body["legal_basis"] = json!(pass.legal_basis());
    body["pass"] = json!(pass.id());
    let notes = pass.notes();
    if !notes.is_empty() {
        body["notes"] = json!(notes);
    }
    let bulk = *pass.scope() == Scope::Bulk;
    if bulk {
        body["people"] = json!(pass.extracted() + touched.len() as u64);
    }
    let mut call = None;
    if bulk || touched.is_empty() {
        call = Some(ledger::append(conn, ctx, entry(ctx, "access", None, body.clone())).await?);
    }
    let entries = touched.into_iter().map(|subject| entry(ctx, "access", Some(subject), body.clone())).collect();
    ledger::append_all(conn, ctx, entries).await?;
    Ok(call)
}

fn line(ctx: &Ctx, kind: &str, request: &Request, role: Option<&str>, outcome: &str) -> Result<Value, Error> {
    let at = ctx.now().format(&Rfc3339).map_err(|_| serde::ser::Error::custom("no time")).map_err(Error::Shape)?;
    let mut line = json!({
        "v": FORM,
        "kind": kind,
        "at": at,
        "consumer": request.consumer,
        "provider": request.provider,
        "service": request.service,
        "purpose": request.purpose,
        "case": request.case,
        "actor": actor(&ctx.actor, role),
        "outcome": outcome,
        "request": ctx.request,
    });
    if let Some(decision) = &request.decision {
        line["decision"] = json!(decision);
    }
    Ok(line)
}

/// Who acted. Pages show the body and the role; the account is for whoever supervises the body.
fn actor(actor: &Actor, role: Option<&str>) -> Value {
    let (kind, account, body): (_, _, Option<&BodyId>) = match actor {
        Actor::Anonymous => ("anonymous", None, None),
        Actor::Citizen { account, .. } => ("citizen", Some(*account), None),
        Actor::Officer { account, body, .. } => ("officer", Some(*account), Some(body)),
        Actor::System { body, on_decision_of } => {
            ("system", on_decision_of.as_ref().map(|(account, _)| *account), Some(body))
        }
    };
    json!({ "kind": kind, "role": role, "account": account, "body": body })
}

fn entry(ctx: &Ctx, kind: &'static str, subject: Option<SubjectId>, mut body: Value) -> Entry {
    body["subject"] = json!(subject);
    // A citizen also sees relatives: to those it was somebody else who looked.
    if let Actor::Citizen { subject: own, .. } = ctx.actor {
        body["actor"]["own"] = json!(subject == Some(own));
    }
    Entry { subject, kind, body }
}
