//! A task: the dossier beside what the registers say, and the decision.

use crate::page::{self, Answer};
use crate::{State, show};
use axum::extract::{self, Path};
use kernel::{AccountId, Problem};
use procedure::{TaskView, Verdict};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, OfficerSession};

pub(crate) async fn task(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
) -> Answer {
    let task = state.procedures.task(&me.visit.ctx, id).await?;
    let colleagues = colleagues(&state, &me).await?;
    let content = content(&state, &me, &task, &colleagues, None, &Form::default());
    Ok(page::own(&state, &me.visit, "officer/task.html", content)?)
}

/// The officers of the body: to whom a task may be handed over, and who has which.
pub(crate) async fn colleagues(state: &State, me: &OfficerSession) -> Result<Vec<(AccountId, String)>, Problem> {
    let mut conn = state.db.pool().acquire().await.map_err(web::Error::from)?;
    Ok(identity::officers_of(&mut conn, &me.visit.ctx, &me.body).await?)
}

/// What the page shows; `refused` is why the last decision was not taken, `form` what it said.
pub(crate) fn content(
    state: &State,
    me: &OfficerSession,
    task: &TaskView,
    colleagues: &[(AccountId, String)],
    refused: Option<&Problem>,
    form: &Form,
) -> Value {
    let language = me.visit.language;
    let different = task.compared.iter().filter(|compared| compared.verdict == Verdict::Different).count();
    let mut view = json!(task);
    for (row, compared) in view["compared"].as_array_mut().into_iter().flatten().zip(&task.compared) {
        row["filed_text"] = json!(show::compared(state, &me.visit.ctx, language, &compared.filed));
        row["register_text"] = json!(show::compared(state, &me.visit.ctx, language, &compared.register));
    }
    let fault = task.fault.as_deref().map(|code| state.web.sentence(language, code, &Default::default()));
    view["fault_text"] = json!(fault);
    let faces = show::faces(state, &me.visit.ctx, language, &task.data);
    let data_rows: Vec<Value> =
        faces.into_iter().map(|(label, shown)| json!({"label": label, "shown": shown})).collect();
    let errors: Vec<Value> = refused
        .map(|problem| {
            let message = state.web.sentence(language, &problem.code, &problem.args);
            vec![json!({"href": "#decide", "message": message})]
        })
        .unwrap_or_default();
    json!({
        "errors": errors,
        "notice": null,
        "task": view,
        "different": different,
        "data_rows": data_rows,
        "checklist": checklist(state, me, task, form),
        "asked_other": form.get("other").unwrap_or_default(),
        "open": form.get("decision").unwrap_or_default(),
        "colleagues": colleagues.iter().filter(|(account, _)| *account != me.account)
            .map(|(account, name)| json!({"account": account, "name": name})).collect::<Vec<_>>(),
    })
}

/// What a supplement request may name: every compared field, those that differ ticked. The value is the field's place
/// and the sentence that the citizen reads, in the citizen's first language.
fn checklist(state: &State, me: &OfficerSession, task: &TaskView, form: &Form) -> Vec<Value> {
    let chosen: Vec<&str> = form.all("item").collect();
    let fresh = form.0.is_empty();
    task.compared
        .iter()
        .filter_map(|compared| {
            let pointer = compared.pointer.as_deref()?;
            let say = |language: web::Language| {
                let tag = language.tag();
                let field = ("field".to_owned(), compared.label.in_language(tag).to_owned());
                if compared.verdict == Verdict::Different {
                    let source = ("source".to_owned(), compared.source.in_language(tag).to_owned());
                    state.web.texts.say(language, "decide-ask-item", &[field, source])
                } else {
                    state.web.texts.say(language, "decide-ask-field", &[field])
                }
            };
            let value = format!("{pointer}|{}", say(web::Language::Vi));
            let ticked = if fresh { compared.verdict == Verdict::Different } else { chosen.contains(&value.as_str()) };
            Some(json!({"text": say(me.visit.language), "value": value, "checked": ticked}))
        })
        .collect()
}
