//! A filing under way: what the pages keep in a draft.

use crate::State;
use kernel::{Ctx, Kind, Problem};
use pack::Text;
use procedure::form::Form;
use procedure::{FieldSource, Prefilled};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// What a draft holds: the values, and which register filled what, so that every page can say it without asking the
/// registers again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Filing {
    /// In the form's shape.
    pub(crate) values: Value,
    /// Which register filled which field.
    #[serde(default)]
    pub(crate) sources: Vec<FieldSource>,
    /// Registers that did not answer.
    #[serde(default)]
    pub(crate) silent: Vec<Text>,
}

impl From<Prefilled> for Filing {
    fn from(filled: Prefilled) -> Self {
        Self { values: filled.values, sources: filled.sources, silent: filled.silent }
    }
}

/// The draft of this id, which must be one of this procedure.
///
/// # Errors
/// `POR0002` when there is none.
pub(crate) async fn load(state: &State, ctx: &Ctx, code: &str, id: Option<Uuid>) -> Result<(Uuid, Filing), Problem> {
    let gone = || Problem::new(Kind::NotFound, "POR0002");
    let id = id.ok_or_else(gone)?;
    let draft = state.procedures.draft(ctx, id).await.map_err(|problem| match problem.kind {
        Kind::NotFound => gone(),
        _ => problem,
    })?;
    if draft.code != code {
        return Err(gone());
    }
    let filing = serde_json::from_value(draft.values).map_err(|_| gone())?;
    Ok((id, filing))
}

/// Saves it.
///
/// # Errors
/// As [`procedure::Procedures::save_draft`].
pub(crate) async fn save(
    state: &State,
    ctx: &Ctx,
    code: &str,
    id: Option<Uuid>,
    filing: &Filing,
) -> Result<Uuid, Problem> {
    let values = serde_json::to_value(filing).map_err(web::Error::from)?;
    state.procedures.save_draft(ctx, id, code, values).await
}

/// The form of a procedure today.
///
/// # Errors
/// `WEB0001` when the procedure cannot be filed here.
pub(crate) fn definition<'a>(state: &'a State, ctx: &Ctx, code: &str) -> Result<&'a Form, Problem> {
    let catalogue = &state.setting().catalogue;
    let group = catalogue.group(code, ctx.today());
    let form = group.and_then(|group| catalogue.form(&group.item.form, ctx.today()));
    form.map(|form| &form.item).ok_or_else(|| Problem::new(Kind::NotFound, web::codes::NOT_FOUND))
}

/// Address of a page of this filing.
pub(crate) fn address(code: &str, page: &str, draft: Uuid) -> String {
    format!("/khai/{code}/{page}?ban={draft}")
}
