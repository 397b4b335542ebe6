//! Who steers the programme in each body: task forces of the country's bodies, of a province's communes, and how the tasks of
//! each stand. For officers in a role of the programme; [`programme::task_force`] checks who sees and records what.

use crate::page::{self, Answer, day_in, go, query};
use crate::{State, again};
use axum::routing::get;
use axum::{Router, extract, http::Uri};
use kernel::{BodyId, Problem};
use programme::desk::SOON_DAYS;
use programme::task_force::{Led, NewTaskForce, led, record};
use programme::{Error, sight};
use serde_json::{Value, json};
use web::{Form, OfficerSession};

const HERE: &str = "/dieu-hanh/to-cong-tac";
/// The fields of the form.
const FIELDS: [&str; 6] = ["decision", "head", "standing", "founded_on.d", "founded_on.m", "founded_on.y"];

pub(crate) fn router() -> Router<State> {
    Router::new().route(HERE, get(show).post(set_up))
}

/// `GET /dieu-hanh/to-cong-tac?co-quan=…`
async fn show(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let body = query(&uri, "co-quan").map(BodyId::new);
    let mut content = content(&state, &me, body.as_ref(), &Form::default()).await?;
    content["done"] = json!(query(&uri, "xong").is_some());
    Ok(page::own(&state, &me.visit, "steering/task-forces.html", content)?)
}

async fn content(state: &State, me: &OfficerSession, body: Option<&BodyId>, form: &Form) -> Result<Value, Problem> {
    let ctx = &me.visit.ctx;
    let mut conn = state.db.pool().acquire().await.map_err(Error::from)?;
    let looks = sight(&mut conn, ctx).await?;
    let bodies = state.programme.bodies();
    let lines = led(&mut conn, ctx, bodies, body, SOON_DAYS).await?;
    let line = |one: &Led| {
        json!({
            "id": one.body, "name": state.body_name(ctx, &one.body), "force": one.force,
            "opens": looks.all && one.body.kind() == "province-committee",
            "open": one.tasks.open, "late": one.tasks.late, "soon": one.tasks.soon,
        })
    };
    let own = body.is_none_or(|body| *body == me.body);
    let mut content = json!({
        "own": lines.first().map(line), "below": lines.iter().skip(1).map(line).collect::<Vec<_>>(),
        "set_up": lines.iter().skip(1).filter(|one| one.force.is_some()).count(),
        "may_record": own && looks.coordinates, "is_own": own, "done": false,
    });
    again::fields(&mut content, &FIELDS, Some(form));
    content["error"]["founded_on"] = Value::Null;
    Ok(content)
}

/// `POST /dieu-hanh/to-cong-tac`: fields `decision`, `founded_on`, `head`, `standing`; `_lam=giai-the` dissolves.
async fn set_up(extract::State(state): extract::State<State>, me: OfficerSession, form: Form) -> Answer {
    match recorded(&state, &me, &form).await {
        Ok(()) => Ok(go(&format!("{HERE}?xong=1"))),
        Err(problem) if again::mendable(&problem) => {
            let mut content = content(&state, &me, None, &form).await?;
            again::say(&state, me.visit.language, &mut content, &problem, "decision");
            Ok(page::own_refused(&state, &me.visit, "steering/task-forces.html", content)?)
        }
        Err(problem) => Err(problem.into()),
    }
}

async fn recorded(state: &State, me: &OfficerSession, form: &Form) -> Result<(), Problem> {
    let text = |name: &str| form.get(name).unwrap_or_default();
    let founded_on = day_in(form, "founded_on")?.ok_or(Error::Malformed("founded_on"))?;
    let head = (form.get("_lam") != Some("giai-the")).then(|| text("head"));
    let new = NewTaskForce { decision: text("decision"), founded_on, head, standing: text("standing") };
    let mut tx = state.db.begin().await?;
    record(&mut tx, &me.visit.ctx, &new).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(())
}
