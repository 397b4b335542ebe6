//! A later document changes a task; a body's part is tied to what the platform measures.

use super::task::answered;
use crate::State;
use crate::page::Answer;
use axum::extract::{self, Path};
use kernel::{BodyId, Ctx};
use programme::Error;
use programme::follow::Amendment;
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, OfficerSession};

/// Measures of the index of the quality of service: `index/6.5` is the rate of its component 6.5, in percent.
pub const MEASURES_INDEX: &str = "index/";

/// `POST …/sua-doi`: fields `basis`, and of `amend_content`, `amend_lead`, `amend_support`, `amend_deadline`,
/// `amend_product` those that change; what is left empty stays.
pub(super) async fn amend(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(task): Path<Uuid>,
    form: Form,
) -> Answer {
    let text = |name: &str| form.get(name).map(str::to_owned);
    let amendment = Amendment {
        basis: text("basis").unwrap_or_default(),
        content: text("amend_content"),
        lead: text("amend_lead"),
        support: text("amend_support"),
        deadline: text("amend_deadline"),
        product: text("amend_product"),
    };
    let outcome = state.programme.amend(&me.visit.ctx, task, &amendment).await.map(|_| ());
    answered(&state, &me, task, &form, outcome, ("sua-doi", "basis")).await
}

/// `POST …/do-luong`: fields `measured_body`, `measure`, `target`.
pub(super) async fn measure(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(task): Path<Uuid>,
    form: Form,
) -> Answer {
    let body = BodyId::new(form.get("measured_body").unwrap_or_default());
    let measure = form.get("measure").unwrap_or_default();
    let target = form.get("target").and_then(|text| text.replace(',', ".").parse().ok());
    let known = measures(&state).iter().any(|known| known["value"] == measure);
    let set = match target {
        _ if !known => Err(Error::Malformed("measure")),
        None => Err(Error::Malformed("target")),
        Some(target) => state.programme.set_measure(&me.visit.ctx, task, &body, measure, target).await,
    };
    answered(&state, &me, task, &form, set, ("do-luong", "measure")).await
}

/// What can be measured: the components of the index that have a rate; nothing while the index is counted.
pub(super) fn measures(state: &State) -> Vec<Value> {
    let Ok(figured) = state.index.figured() else { return Vec::new() };
    let live = figured.read();
    let components = live.definition().item.components();
    components
        .map(|(_, component)| {
            let name = |text: &str| format!("{} {text}", component.id);
            json!({"value": format!("{MEASURES_INDEX}{}", component.id),
                   "label": {"vi": name(&component.name.vi), "en": name(&component.name.en)}})
        })
        .collect()
}

/// What a measure is called: the component's name, or the measure's own where the index does not know it.
pub(super) fn called(state: &State, measure: &str) -> Value {
    let known = measures(state).into_iter().find(|known| known["value"] == measure);
    known.map_or_else(|| json!({"vi": measure, "en": measure}), |known| known["label"].clone())
}

/// The leads that an officer's body gave and that have not ended: whose figures can be tied.
pub(super) fn measurable(
    state: &State,
    ctx: &Ctx,
    me: &OfficerSession,
    view: &programme::desk::TaskView,
) -> Vec<Value> {
    let ours = view
        .parts
        .iter()
        .filter(|part| part.given_by == me.body && part.part == programme::follow::Part::Lead && !part.has_ended());
    ours.map(|part| json!({"value": part.body, "label": state.body_name(ctx, &part.body)})).collect()
}
