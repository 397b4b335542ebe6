//! What the programme costs: plan, allotment and spending by body, task and year; lines are entered one by one or from a
//! file. For officers in a role of the programme; [`programme::money`] checks beside each read and write whose money it is.

use crate::page::{self, Answer, go, query};
use crate::{State, csv_file};
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
    Router::new()
        .route("/dieu-hanh/kinh-phi", get(show).post(enter))
        .route("/dieu-hanh/kinh-phi/bang.csv", get(table))
        .route("/dieu-hanh/kinh-phi/tep", post(file))
}

/// `GET /dieu-hanh/kinh-phi?nam=…&don-vi=…`
async fn show(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let mut content = content(&state, &me, &about(&uri)).await?;
    content["done"] = json!(query(&uri, "xong"));
    content["query"] = json!(uri.query().unwrap_or_default());
    Ok(page::own(&state, &me.visit, "steering/funding.html", content)?)
}

fn about(uri: &Uri) -> About {
    About {
        body: query(uri, "don-vi").map(BodyId::new),
        year: query(uri, "nam").and_then(|text| text.parse().ok()),
        skip: 0,
        take: LINES,
    }
}

/// `GET /dieu-hanh/kinh-phi/bang.csv?nam=…&don-vi=…`: the totals of the page, with whole đồng as numbers.
async fn table(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let (about, ctx) = (about(&uri), &me.visit.ctx);
    let mut conn = state.db.pool().acquire().await.map_err(Error::from)?;
    let mut rows = vec![["by", "key", "name", "plan", "allotment", "spending"].map(str::to_owned).to_vec()];
    for (by, word) in [(By::Year, "year"), (By::Body, "body"), (By::Task, "task"), (By::All, "total")] {
        let totals = money::totals(&mut conn, ctx, by, &about).await?;
        let ids: Vec<Uuid> = totals.iter().filter_map(|total| total.key.parse().ok()).collect();
        let names = money::task_names(&mut conn, ctx, &ids).await?;
        for total in totals {
            let name = match by {
                By::Body => {
                    state.body_name(ctx, &BodyId::new(&total.key)).in_language(me.visit.language.tag()).to_owned()
                }
                By::Task => names
                    .iter()
                    .find(|name| name.task_id.to_string() == total.key)
                    .map(|name| format!("{} {}.{}", name.directive, name.section, name.number))
                    .unwrap_or_default(),
                By::Year | By::All => String::new(),
            };
            let [planned, allotted, spent] = [total.planned, total.allotted, total.spent].map(|sum| sum.to_string());
            rows.push(vec![word.to_owned(), total.key, name, planned, allotted, spent]);
        }
    }
    let bytes = csv_file::written(&rows).ok_or_else(|| Problem::new(kernel::Kind::Internal, web::codes::INTERNAL))?;
    Ok(page::download("kinh-phi.csv", "text/csv; charset=utf-8", bytes))
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
        "options": if looks.reports { super::owed(state, ctx).await? } else { Vec::new() },
        "done": Value::Null, "errors": [], "faults": [], "form": {}, "query": "",
    }))
}

fn with(mut value: Value, name: &str, more: Value) -> Value {
    value[name] = more;
    value
}

/// `POST /dieu-hanh/kinh-phi`: fields `line` (the form's own id: sent twice, it is entered once), `year`, `kind`, `amount`,
/// `basis`, and `task` where the money is for one.
async fn enter(extract::State(state): extract::State<State>, me: OfficerSession, form: Form) -> Answer {
    let year = form.get("year").and_then(|text| text.parse().ok()).ok_or(Error::Malformed("year"));
    let kind = form.get("kind").and_then(Kind::of).ok_or(Error::Malformed("kind"));
    let amount = form.get("amount").and_then(money::amount).ok_or(Error::Malformed("amount"));
    let basis = form.get("basis").ok_or(Error::Malformed("basis"));
    let task = form.get("task").map(str::parse).transpose().map_err(|_| Error::NotFound)?;
    let entered = match (year, kind, amount, basis) {
        (Ok(year), Ok(kind), Ok(amount), Ok(basis)) => {
            let id = form.get("line").and_then(|text| text.parse().ok());
            let mut tx = state.db.begin().await?;
            let entered = money::enter(&mut tx, &me.visit.ctx, &NewLine { id, task, year, kind, amount, basis }).await;
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
            content["form"] = json!({"year": form.get("year"), "kind": form.get("kind"), "amount": form.get("amount"), "basis": form.get("basis"), "task": form.get("task")});
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
