//! One dossier as its citizen sees it.

use crate::page::{self, Answer};
use crate::{State, citizen, show};
use axum::{
    extract::{self, Path},
    http::Uri,
};
use kernel::DossierId;
use procedure::DossierView;
use serde_json::{Value, json};
use web::CitizenSession;

pub(crate) async fn dossier(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(id): Path<DossierId>,
    uri: Uri,
) -> Answer {
    let dossier = state.procedures.dossier(&me.visit.ctx, id).await?;
    let asked = page::query(&uri, "xong");
    if asked.as_deref() == Some("nop") {
        return Ok(page::own(&state, &me.visit, "form/filed.html", json!({ "d": dossier }))?);
    }
    let notice = asked.and_then(|word| match word.as_str() {
        "bo-sung" => Some("notice-answered"),
        "rut" => Some("notice-withdrawn"),
        "danh-gia" => Some("notice-rated"),
        _ => None,
    });
    let language = me.visit.language;
    let dossier = hidden(dossier);
    let content = json!({
        "line_steps": citizen::line_steps(&state, language, &dossier),
        "filed": filed(&state, &me, &dossier)?,
        "several_children": dossier.steps.iter().any(|step| step.child > 1),
        "notice": notice,
        "can_rate": state.index.rating(id).await? == indicator::stored::Rating::Open,
        "d": dossier,
    });
    Ok(page::own(&state, &me.visit, "citizen/dossier.html", content)?)
}

/// What was filed, by the form of the dossier's own version.
fn filed(state: &State, me: &CitizenSession, dossier: &DossierView) -> Result<Vec<Value>, kernel::Problem> {
    let Some(form) = state.setting().catalogue.form(&dossier.form, dossier.version) else { return Ok(Vec::new()) };
    show::sections(state, &me.visit.ctx, me.visit.language, &form.item, &dossier.values, &[])
}

/// A personal number stands on the document itself, which is opened on purpose, and not on the page that lists it: the
/// number of an identity card is its holder's.
fn hidden(mut dossier: DossierView) -> DossierView {
    for result in &mut dossier.results {
        result.number = result.number.take().filter(|number| number.parse::<kernel::PersonalNumber>().is_err());
    }
    dossier
}
