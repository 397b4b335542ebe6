//! Legal documents that stand in the way: who has to change them, drafts, opinions, where each stands. For officers in a
//! role of the programme; [`programme::legal_review`] checks beside each read and write which documents are theirs.

use crate::page::{self, Answer, download, go, instant, query};
use crate::{State, again};
use axum::Router;
use axum::extract::{self, Path};
use axum::http::Uri;
use axum::routing::get;
use kernel::{BodyId, Ctx, Problem};
use programme::follow::NewFile;
use programme::legal_review::{self, Addition, LegalDocument, Stage, Step, Which};
use programme::{Error, sight};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, OfficerSession, Paging, Upload};

pub(crate) fn router() -> Router<State> {
    Router::new()
        .route("/dieu-hanh/ra-soat", get(all).post(list))
        .route("/dieu-hanh/ra-soat/{id}", get(one).post(add))
        .route("/dieu-hanh/ra-soat/{id}/du-thao", get(draft))
}

/// `GET /dieu-hanh/ra-soat?giai-doan=…&trang=…`
async fn all(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri, paging: Paging) -> Answer {
    let content = of_all(&state, &me, &uri, paging, None).await?;
    Ok(page::own(&state, &me.visit, "steering/legal-documents.html", content)?)
}

const NEW: [&str; 4] = ["number", "title", "lead", "finding"];

async fn of_all(
    state: &State,
    me: &OfficerSession,
    uri: &Uri,
    paging: Paging,
    refused: Option<(&Form, Problem)>,
) -> Result<Value, Problem> {
    let ctx = &me.visit.ctx;
    let mut conn = state.db.pool().acquire().await.map_err(Error::from)?;
    let looks = sight(&mut conn, ctx).await?;
    let stage = query(uri, "giai-doan").and_then(|word| Stage::of(&word));
    let which = Which { lead: None, stage, skip: paging.offset(), take: paging.limit() };
    let mut documents = legal_review::documents(&mut conn, ctx, &which).await?;
    let pager = paging.cut(&mut documents);
    let counts = legal_review::counts(&mut conn, ctx).await?;
    let stages = Stage::ALL.map(|(_, word)| json!({"word": word, "count": counts.get(word).copied().unwrap_or(0)}));
    let bodies = if looks.all { state.programme.bodies().below(&me.body, ctx.today()) } else { Vec::new() };
    let lead = |body: &BodyId| json!({"value": body, "label": state.body_name(ctx, body)});
    let mut content = json!({
        "documents": documents.iter().map(|document| shown(state, ctx, document)).collect::<Vec<_>>(),
        "paging": pager, "stages": stages, "stage": stage.map(Stage::word),
        "may_list": looks.all && looks.coordinates,
        "leads": bodies.iter().map(lead).collect::<Vec<_>>(),
    });
    again::fields(&mut content, &NEW, refused.as_ref().map(|(form, _)| *form));
    if let Some((_, problem)) = refused {
        again::say(state, me.visit.language, &mut content, &problem, "number");
    }
    Ok(content)
}

fn shown(state: &State, ctx: &Ctx, document: &LegalDocument) -> Value {
    json!({"id": document.id, "number": document.number, "title": document.title, "finding": document.finding,
           "lead": state.body_name(ctx, &document.lead), "stage": document.stage.word()})
}

/// `POST /dieu-hanh/ra-soat`: fields `number`, `title`, `lead`, `finding`.
async fn list(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri, form: Form) -> Answer {
    let [number, title, lead, finding] = NEW.map(|name| form.get(name).unwrap_or_default());
    let lead = BodyId::new(lead);
    let mut tx = state.db.begin().await?;
    let known = state.programme.bodies().stands(&lead, me.visit.ctx.today());
    let listed = if known {
        legal_review::list(&mut tx, &me.visit.ctx, number, title, &lead, finding).await
    } else {
        Err(Error::Malformed("lead"))
    };
    match listed {
        Ok(id) => {
            tx.commit().await.map_err(Error::from)?;
            Ok(go(&format!("/dieu-hanh/ra-soat/{id}?xong=1")))
        }
        Err(error) => {
            drop(tx);
            let problem = Problem::from(error);
            if !again::mendable(&problem) {
                return Err(problem.into());
            }
            let content = of_all(&state, &me, &uri, Paging::default(), Some((&form, problem))).await?;
            Ok(page::own_refused(&state, &me.visit, "steering/legal-documents.html", content)?)
        }
    }
}

const STEP: [&str; 4] = ["stage", "note", "file", "task"];

/// `GET /dieu-hanh/ra-soat/{id}`
async fn one(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Answer {
    let mut content = of_one(&state, &me, id, None).await?;
    content["done"] = json!(query(&uri, "xong").is_some());
    Ok(page::own(&state, &me.visit, "steering/legal-document.html", content)?)
}

async fn of_one(
    state: &State,
    me: &OfficerSession,
    id: Uuid,
    refused: Option<(&Form, Problem)>,
) -> Result<Value, Problem> {
    let ctx = &me.visit.ctx;
    let mut conn = state.db.pool().acquire().await.map_err(Error::from)?;
    let looks = sight(&mut conn, ctx).await?;
    let (document, steps) = legal_review::document(&mut conn, ctx, id).await?;
    let leads = looks.reports && document.lead == me.body;
    let next = Stage::ALL.iter().filter(|(stage, _)| document.stage.leads_to(*stage)).map(|(_, word)| *word);
    let mut content = json!({
        "document": shown(state, ctx, &document),
        "steps": steps.iter().rev().map(|step| of_step(state, ctx, id, step)).collect::<Vec<_>>(),
        "next": if leads { next.collect() } else { Vec::new() },
        "options": if leads { super::owed(state, ctx).await? } else { Vec::new() },
        "may_draft": leads && matches!(document.stage, Stage::Drafting | Stage::Consulting),
        "may_say": looks.reports && !leads && document.stage == Stage::Consulting,
        "done": false,
    });
    again::fields(&mut content, &STEP, refused.as_ref().map(|(form, _)| *form));
    if let Some((_, problem)) = refused {
        again::say(state, me.visit.language, &mut content, &problem, "note");
    }
    Ok(content)
}

fn of_step(state: &State, ctx: &Ctx, id: Uuid, step: &Step) -> Value {
    let hash = step.file_hash.as_deref().map(kernel::text::hex);
    json!({
        "kind": step.kind, "stage": step.state, "body": state.body_name(ctx, &BodyId::new(&step.body)), "note": step.note,
        "at": instant(step.at), "task": step.task_id,
        "file": hash.map(|hash| json!({"name": step.file_name, "hash": hash, "href": format!("/dieu-hanh/ra-soat/{id}/du-thao?bam={hash}")})),
    })
}

/// `POST /dieu-hanh/ra-soat/{id}`: field `deed` (`move` with `stage`, `draft` with a file, `task` with one, `opinion`), `note`.
async fn add(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    upload: Upload,
) -> Answer {
    let Upload { form, files } = upload;
    let note = form.get("note").unwrap_or_default();
    let file = files.into_iter().find(|file| file.field == "file");
    let file = file.map(|file| NewFile { name: file.name, bytes: file.bytes });
    let addition = match (form.get("deed"), &file, form.get("stage").and_then(Stage::of)) {
        (Some("move"), _, Some(stage)) => Ok(Addition::Move(stage, note)),
        (Some("move"), _, None) => Err(Error::Malformed("stage")),
        (Some("task"), ..) => {
            let task = form.get("task").and_then(|text| text.parse().ok());
            task.map(Addition::Task).ok_or(Error::Malformed("task"))
        }
        (Some("draft"), Some(file), _) => Ok(Addition::Draft(file, note)),
        (Some("draft"), None, _) => Err(Error::Malformed("file")),
        _ => Ok(Addition::Opinion(note)),
    };
    let mut tx = state.db.begin().await?;
    let added = match addition {
        Ok(addition) => legal_review::add(&mut tx, &me.visit.ctx, id, &addition).await,
        Err(error) => Err(error),
    };
    match added {
        Ok(()) => {
            tx.commit().await.map_err(Error::from)?;
            Ok(go(&format!("/dieu-hanh/ra-soat/{id}?xong=1")))
        }
        Err(error) => {
            drop(tx);
            let problem = Problem::from(error);
            if !again::mendable(&problem) {
                return Err(problem.into());
            }
            let content = of_one(&state, &me, id, Some((&form, problem))).await?;
            Ok(page::own_refused(&state, &me.visit, "steering/legal-document.html", content)?)
        }
    }
}

/// `GET /dieu-hanh/ra-soat/{id}/du-thao?bam=…`: a draft, as a file.
async fn draft(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Answer {
    let hash = query(&uri, "bam").and_then(|text| kernel::text::unhex::<32>(&text)).ok_or(Error::NotFound)?;
    let mut conn = state.db.pool().acquire().await.map_err(Error::from)?;
    let (name, bytes) = legal_review::draft(&mut conn, &me.visit.ctx, id, &hash).await?;
    Ok(download(&name, "application/octet-stream", bytes))
}
