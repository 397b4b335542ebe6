//! What the programme costs: plan, allotment and spending by body, task and year; lines are entered one by one or from a
//! file. For officers in a role of the programme; [`programme::money`] checks beside each read and write whose money it is.

use crate::State;
use crate::page::{self, Answer, go, query};
use axum::routing::{get, post};
use axum::{Router, extract, http::Uri};
use kernel::{BodyId, Problem};
use programme::money::{self, About, By, Kind, NewLine, Total};
use programme::{Error, sight};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, OfficerSession, Upload};

/// Lines of one page.
const LINES: u32 = 50;

pub(crate) fn router() -> Router<State> {
    Router::new().route("/dieu-hanh/kinh-phi", get(show).post(enter)).route("/dieu-hanh/kinh-phi/tep", post(file))
}

/// `GET /dieu-hanh/kinh-phi?nam=…&don-vi=…`
async fn show(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let about = About {
        body: query(&uri, "don-vi").map(BodyId::new),
        year: query(&uri, "nam").and_then(|text| text.parse().ok()),
        skip: 0,
        take: LINES,
    };
    let mut content = content(&state, &me, &about).await?;
    content["done"] = json!(query(&uri, "xong"));
    Ok(page::own(&state, &me.visit, "steering/funding.html", content)?)
}

async fn content(state: &State, me: &OfficerSession, about: &About) -> Result<Value, Problem> {
    let ctx = &me.visit.ctx;
    let mut conn = state.db.pool().acquire().await.map_err(Error::from)?;
    let looks = sight(&mut conn, ctx).await?;
    let bodies = money::totals(&mut conn, ctx, By::Body, about).await?;
    let tasks = money::totals(&mut conn, ctx, By::Task, about).await?;
    let years = money::totals(&mut conn, ctx, By::Year, about).await?;
    let all = money::totals(&mut conn, ctx, By::All, about).await?;
    let lines = money::lines(&mut conn, ctx, about).await?;
    let ids: Vec<Uuid> = tasks.iter().filter_map(|total| total.key.parse().ok()).collect();
    let names = money::task_names(&mut conn, ctx, &ids).await?;
    let task = |id: Uuid| names.iter().find(|name| name.task_id == id).map(|name| json!(name));
    let body = |id: &str| state.body_name(ctx, &BodyId::new(id));
    let figures = |total: &Total| json!({"key": total.key, "planned": total.planned, "allotted": total.allotted, "spent": total.spent});
    Ok(json!({
        "all": looks.all, "reports": looks.reports, "line": ctx.uuid(), "year": about.year,
        "body": body(about.body.as_ref().unwrap_or(&me.body).as_str()), "one_body": about.body.is_some() || !looks.all,
        "bodies": bodies.iter().map(|total| with(figures(total), "name", json!(body(&total.key)))).collect::<Vec<_>>(),
        "tasks": tasks.iter().map(|total| with(figures(total), "task", json!(total.key.parse().ok().and_then(task)))).collect::<Vec<_>>(),
        "years": years.iter().map(figures).collect::<Vec<_>>(),
        "total": all.first().map(figures),
        "lines": lines.iter().map(|line| json!({
            "name": body(&line.body), "task": task(line.task_id), "year": line.year, "kind": line.kind,
            "amount": line.amount, "basis": line.basis, "at": page::instant(line.entered_at),
        })).collect::<Vec<_>>(),
        "done": Value::Null, "errors": [], "faults": [], "form": {},
    }))
}

fn with(mut value: Value, name: &str, more: Value) -> Value {
    value[name] = more;
    value
}

/// `POST /dieu-hanh/kinh-phi`: fields `line` (the form's own id: sent twice, it is entered once), `year`, `kind`, `amount`,
/// `basis`. Money for one task comes with a file.
async fn enter(extract::State(state): extract::State<State>, me: OfficerSession, form: Form) -> Answer {
    let year = form.get("year").and_then(|text| text.parse().ok()).ok_or(Error::Malformed("year"));
    let kind = form.get("kind").and_then(Kind::of).ok_or(Error::Malformed("kind"));
    let amount = form.get("amount").and_then(money::amount).ok_or(Error::Malformed("amount"));
    let basis = form.get("basis").ok_or(Error::Malformed("basis"));
    let entered = match (year, kind, amount, basis) {
        (Ok(year), Ok(kind), Ok(amount), Ok(basis)) => {
            let id = form.get("line").and_then(|text| text.parse().ok());
            let mut tx = state.db.begin().await?;
            let entered =
                money::enter(&mut tx, &me.visit.ctx, &NewLine { id, task: None, year, kind, amount, basis }).await;
            if entered.is_ok() {
                tx.commit().await.map_err(Error::from)?;
            }
            entered.map(|_| ())
        }
        (Err(error), ..) | (_, Err(error), ..) | (_, _, Err(error), _) | (.., Err(error)) => Err(error),
    };
    match entered {
        Ok(()) | Err(Error::State("entered")) => Ok(go("/dieu-hanh/kinh-phi?xong=dong")),
        Err(error @ (Error::Malformed(_) | Error::Over(_))) => {
            let field = if let Error::Malformed(field) = error { field } else { "amount" };
            let mut content = content(&state, &me, &About { take: LINES, ..About::default() }).await?;
            let (problem, language) = (Problem::from(error), me.visit.language);
            let wrong = state.web.sentence(language, &format!("funding-wrong-{field}"), &Default::default());
            let message = if problem.code == "PRG0012" {
                state.web.sentence(language, "funding-over", &Default::default())
            } else {
                wrong
            };
            content["errors"] = json!([{"href": format!("#{field}"), "message": message}]);
            content["form"] = json!({"year": form.get("year"), "kind": form.get("kind"), "amount": form.get("amount"), "basis": form.get("basis")});
            Ok(page::own_refused(&state, &me.visit, "steering/funding.html", content)?)
        }
        Err(error) => Err(Problem::from(error).into()),
    }
}

/// `POST /dieu-hanh/kinh-phi/tep`: file `file`; every line of it, or none.
async fn file(extract::State(state): extract::State<State>, me: OfficerSession, upload: Upload) -> Answer {
    let bytes = upload.file("file").map_or(&[][..], |file| &file.bytes);
    let mut tx = state.db.begin().await?;
    let taken = match money::take(&mut tx, &me.visit.ctx, bytes).await {
        Ok(taken) if taken.faults.is_empty() => {
            tx.commit().await.map_err(Error::from)?;
            return Ok(go(if taken.again { "/dieu-hanh/kinh-phi?xong=lai" } else { "/dieu-hanh/kinh-phi?xong=tep" }));
        }
        Ok(taken) => taken,
        Err(error) => return Err(Problem::from(error).into()),
    };
    drop(tx);
    let mut content = content(&state, &me, &About { take: LINES, ..About::default() }).await?;
    content["errors"] = json!([{"href": "#file", "message": state.web.sentence(me.visit.language, "funding-file-refused", &Default::default())}]);
    content["faults"] = json!(taken.faults);
    Ok(page::own_refused(&state, &me.visit, "steering/funding.html", content)?)
}
