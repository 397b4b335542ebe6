//! A task is told anew: another deadline, other leads, other words.

use super::import::raise;
use super::record::{Happened, record};
use super::version::{self, Said, versions};
use super::{COORDINATOR, acting, assign};
use crate::Error;
use crate::bodies::Bodies;
use crate::deadline;
use crate::doubt::At;
use kernel::{BodyId, Ctx};
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

/// Most characters of a text.
const TEXT_MAX: usize = 20_000;

/// What a later document says of a task; what it leaves out stays.
#[derive(Clone, Debug, Default)]
pub struct Amendment {
    /// The document, such as `12/QĐ-TTg`.
    pub basis: String,
    /// What is to be done.
    pub content: Option<String>,
    /// Who leads, as a directive would write it.
    pub lead: Option<String>,
    /// Who supports.
    pub support: Option<String>,
    /// Until when.
    pub deadline: Option<String>,
    /// What comes of it.
    pub product: Option<String>,
}

/// Keeps a new version of a task and gives it to those whom it names now. Gives its number.
///
/// # Errors
/// [`Error::NotAllowed`] unless a coordinator of the steering body acts; [`Error::NotFound`]; [`Error::Malformed`] for
/// a missing basis or a text that is too long; [`Error::State`] when it says nothing new.
pub async fn amend(
    conn: &mut PgConnection,
    ctx: &Ctx,
    bodies: &Bodies,
    task: Uuid,
    amendment: &Amendment,
) -> Result<i32, Error> {
    let by = acting(ctx, COORDINATOR)?;
    let find =
        "select d.steering_body from programme.task t join programme.directive d on d.directive_id = t.directive_id
        where t.task_id = $1 for update of t";
    let steering: String =
        sqlx::query_scalar(find).bind(task).fetch_optional(&mut *conn).await?.ok_or(Error::NotFound)?;
    if by.0.as_str() != steering {
        return Err(Error::NotAllowed);
    }
    if amendment.basis.trim().is_empty() || amendment.basis.chars().count() > TEXT_MAX {
        return Err(Error::Malformed("basis"));
    }
    let texts = [&amendment.content, &amendment.lead, &amendment.support, &amendment.deadline, &amendment.product];
    if texts.into_iter().flatten().any(|text| text.chars().count() > TEXT_MAX) {
        return Err(Error::TooLarge(TEXT_MAX));
    }
    let last = versions(conn, task).await?.pop().ok_or(Error::NotFound)?;
    let today = ctx.today();
    let said = said(&last.said, amendment, bodies, today);
    if said.hash() == last.said.hash() {
        return Err(Error::State("same"));
    }
    let version = last.version + 1;
    raise(conn, task, version).await?;
    version::keep(conn, ctx, (task, version), &said, &amendment.basis).await?;
    let steering = BodyId::new(steering);
    let given = assign::as_said(conn, ctx, bodies, &steering, task, &said, today).await?;
    let said = kernel::text::hex(&said.hash());
    let detail = json!({"version": version, "basis": amendment.basis, "said": said, "given": given});
    record(conn, ctx, (&by.0, by.1), &[Happened { task, body: None, kind: "amended", detail }]).await?;
    Ok(version)
}

/// The new words in place of the old; what is doubtful about the new ones in place of what was about the old.
fn said(last: &Said, amendment: &Amendment, bodies: &Bodies, on: time::Date) -> Said {
    let mut said = last.clone();
    if let Some(content) = &amendment.content {
        said.content.clone_from(content);
        said.doubts.retain(|doubt| doubt.at != At::Content);
    }
    if let Some(product) = &amendment.product {
        said.product.clone_from(product);
        said.doubts.retain(|doubt| doubt.at != At::Product);
    }
    if let Some(text) = &amendment.deadline {
        said.doubts.retain(|doubt| doubt.at != At::Deadline);
        let (deadline, doubts) = deadline::read(text);
        said.deadline = deadline;
        said.doubts.extend(doubts);
    }
    for (text, at) in [(&amendment.lead, At::Lead), (&amendment.support, At::Support)] {
        let Some(text) = text else { continue };
        said.doubts.retain(|doubt| doubt.at != at);
        let (parties, doubts) = bodies.find(text, on, at);
        said.doubts.extend(doubts);
        if at == At::Lead { said.lead = parties } else { said.support = parties }
    }
    said
}
