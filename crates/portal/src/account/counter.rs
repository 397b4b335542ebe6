//! `/can-bo/tai-khoan`: the counter of the commune's police, where accounts of level 2 are opened, accounts are locked and
//! people who lost their phone get in again. Who may do what is identity's to say.

use super::apply::{enrolment, message};
use super::history;
use crate::State;
use crate::page::{self, Answer, go};
use axum::{
    extract::{self, Path},
    http::{StatusCode, Uri},
};
use identity::enrolment::{Activation, ApplicantKind, ApplicationShown, FaceToFace, Handed, Heard};
use kernel::{AccountId, Kind, Problem};
use serde_json::{Value, json};
use uuid::Uuid;
use web::{Form, Language, OfficerSession, Upload};

const HERE: &str = "/can-bo/tai-khoan";
/// What pages confirm.
const DONE: [&str; 4] = ["refused", "locked", "unlocked", "confirmed"];

fn done(uri: &Uri) -> Option<String> {
    page::query(uri, "xong").filter(|word| DONE.contains(&word.as_str()))
}

fn is_organisation(application: &ApplicationShown) -> bool {
    application.kind == ApplicantKind::Organisation.as_str()
}

fn line(application: &ApplicationShown) -> Value {
    json!({
        "id": application.application_id, "code": application.code, "name": application.full_name,
        "level": application.level.unwrap_or(2), "organisation": is_organisation(application), "made_at": page::instant(application.made_at),
        "state": application.state,
    })
}

pub(crate) async fn list(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let applications = enrolment(&state)?.called_up(&me.visit.ctx).await?;
    let content = json!({
        "applications": applications.iter().map(line).collect::<Vec<_>>(), "number": null, "found": null,
        "done": done(&uri), "errors": [],
    });
    Ok(page::own(&state, &me.visit, "account/desk-list.html", content)?)
}

/// Calls up what waits under a code or number.
pub(crate) async fn call_up(extract::State(state): extract::State<State>, me: OfficerSession, form: Form) -> Answer {
    let word = form.get("so").unwrap_or_default();
    let found = enrolment(&state)?.call_up(&me.visit.ctx, word).await?;
    if let [only] = &found.applications[..] {
        return Ok(go(&format!("{HERE}/{}", only.application_id)));
    }
    if let (true, Some(account)) = (found.applications.is_empty(), found.account) {
        return Ok(go(&format!("{HERE}/nguoi/{}", account.0)));
    }
    let content = json!({
        "applications": found.applications.iter().map(line).collect::<Vec<_>>(), "number": word,
        "found": found.account, "done": null, "errors": [],
    });
    Ok(page::own(&state, &me.visit, "account/desk-list.html", content)?)
}

async fn application_page(state: &State, me: &OfficerSession, id: Uuid, errors: Vec<Value>) -> Answer {
    let found = enrolment(state)?.application(&me.visit.ctx, id).await?;
    let label = |name: &str| state.web.texts.say(me.visit.language, name, &[]);
    let agrees = Some(found.agrees);
    let row = |name: &str, said: &str, same: Option<bool>| json!({"label": label(name), "said": said, "same": same});
    let rows = if let Some(representative) = found.representative_account {
        let who = enrolment(state)?.account(&me.visit.ctx, AccountId(representative)).await?;
        vec![
            row("organisation-code", &found.number, agrees),
            row("organisation-name", &found.full_name, agrees),
            row("organisation-representative", &format!("{} · {}", who.label, who.login), agrees),
        ]
    } else {
        vec![
            row("apply-number", &found.number, agrees),
            row("apply-name", &found.full_name, agrees),
            row("apply-birth", &web::date_text(&found.birth_date), agrees),
            // Not shown whole: the officer asks the person for it.
            row("apply-phone", &format!("…{}", found.phone_ending()), None),
        ]
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let mut a = line(&found);
    a["reason"] = json!(found.reason);
    a["child"] = json!(found.guardian_account.is_some());
    let portrait = state.demo.as_ref().map(|demo| (demo.portrait)(&found.number));
    let content = json!({"a": a, "rows": rows, "errors": errors, "portrait": portrait});
    Ok(page::own_with_status(state, &me.visit, status, "account/desk.html", content)?)
}

pub(crate) async fn application(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
) -> Answer {
    application_page(&state, &me, id, Vec::new()).await
}

/// A failure that the officer can mend on the page; others go on.
fn mendable(state: &State, language: Language, problem: Problem, at: &str) -> Result<Vec<Value>, Problem> {
    if !matches!(problem.kind, Kind::Invalid | Kind::Conflict) {
        return Err(problem);
    }
    let message = state.web.sentence(language, &problem.code, &problem.args);
    Ok(vec![json!({"href": at, "message": message})])
}

/// The word is on the page only where the officer must hand it over.
fn opened(state: &State, me: &OfficerSession, why: &str, handed: &Handed) -> Answer {
    word_page(state, me, HERE, "desk", why, handed)
}

/// The same in the words of another counter (`desk`, `officers`), which one goes back to.
pub(crate) fn word_page(
    state: &State,
    me: &OfficerSession,
    here: &str,
    say: &str,
    why: &str,
    handed: &Handed,
) -> Answer {
    let (token, ending) = match handed {
        Handed::Word(Activation { token, .. }) => (Some(token), None),
        Handed::Sent { ending } => (None, Some(ending)),
    };
    let token = token.map(|token| {
        // In fours, so that it can be read aloud and typed; the page that takes it leaves hyphens out.
        let fours: Vec<&str> = token.as_bytes().chunks(4).filter_map(|four| std::str::from_utf8(four).ok()).collect();
        fours.join("-")
    });
    let link = format!("{}/tai-khoan/kich-hoat", state.origin);
    let content = json!({"token": token, "ending": ending, "why": why, "link": link, "here": here, "say": say});
    Ok(page::own(state, &me.visit, "account/desk-opened.html", content)?)
}

/// The card that was held beside the face; both were seen. With a picture the matcher is asked too.
fn seen(upload: &Upload) -> Result<FaceToFace<'_>, Problem> {
    if upload.form.get("seen").is_none() {
        return Err(Problem::new(Kind::Invalid, "POR0062"));
    }
    let image = upload.file("face").map(|file| file.bytes.as_slice());
    Ok(FaceToFace { document: upload.form.get("document").unwrap_or_default(), image })
}

pub(crate) async fn decide(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    upload: Upload,
) -> Answer {
    let form = &upload.form;
    let ctx = &me.visit.ctx;
    if form.get("_lam") == Some("tu-choi") {
        return match enrolment(&state)?.refuse(ctx, id, form.get("reason").unwrap_or_default()).await {
            Ok(()) => Ok(go("/can-bo/tai-khoan?xong=refused")),
            Err(error) => {
                let errors = mendable(&state, me.visit.language, error.into(), "#reason")?;
                application_page(&state, &me, id, errors).await
            }
        };
    }
    if form.get("_lam") == Some("xac-nhan-to-chuc") {
        let confirmed = match seen(&upload) {
            Ok(face) => enrolment(&state)?.confirm_organisation(ctx, id, face.document).await.map_err(Problem::from),
            Err(problem) => Err(problem),
        };
        return match confirmed {
            Ok(_) => Ok(go(&format!("{HERE}?xong=confirmed"))),
            Err(problem) => {
                let at = if problem.code == "POR0062" { "#seen" } else { "#document" };
                let errors = mendable(&state, me.visit.language, problem, at)?;
                application_page(&state, &me, id, errors).await
            }
        };
    }
    // The message is for the citizen, whose language nobody asked.
    let heard = Heard { phone: form.get("phone").unwrap_or_default(), sentence: message(&state, Language::Vi) };
    let again = form.get("_lam") == Some("gui-lai");
    let confirmed = match seen(&upload) {
        _ if again => enrolment(&state)?.send_again(ctx, id, heard).await.map_err(Problem::from),
        Ok(face) => enrolment(&state)?.confirm(ctx, id, face, heard).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    match confirmed {
        Ok(handed) => opened(&state, &me, if again { "again" } else { "new" }, &handed),
        Err(problem) => {
            let at = match &*problem.code {
                "POR0062" => "#seen",
                "IDN0055" => "#face",
                "IDN0091" => "#phone",
                _ => "#document",
            };
            let errors = mendable(&state, me.visit.language, problem, at)?;
            application_page(&state, &me, id, errors).await
        }
    }
}

async fn account_page(
    state: &State,
    me: &OfficerSession,
    id: Uuid,
    done: Option<String>,
    errors: Vec<Value>,
) -> Answer {
    let account = AccountId(id);
    let found = enrolment(state)?.account(&me.visit.ctx, account).await?;
    let events = enrolment(state)?.history(&me.visit.ctx, account).await?;
    let events = history::words(state, me.visit.language, &events);
    let a = json!({
        "label": found.label, "login": found.login, "level": found.level, "state": found.state.as_str(), "why": found.why.as_deref().map(|why| history::reason(state, me.visit.language, why)),
    });
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let portrait = state.demo.as_ref().map(|demo| (demo.portrait)(&found.login));
    let content = json!({"a": a, "events": events, "done": done, "errors": errors, "portrait": portrait});
    Ok(page::own_with_status(state, &me.visit, status, "account/desk-account.html", content)?)
}

pub(crate) async fn account(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    uri: Uri,
) -> Answer {
    account_page(&state, &me, id, done(&uri), Vec::new()).await
}

pub(crate) async fn change(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(id): Path<Uuid>,
    upload: Upload,
) -> Answer {
    let form = &upload.form;
    let (ctx, account) = (&me.visit.ctx, AccountId(id));
    let (enrolment, reason) = (enrolment(&state)?, form.get("reason").unwrap_or_default());
    let changed = match form.get("_lam") {
        Some("khoa") => enrolment.lock(ctx, account, reason).await.map(|()| "locked").map_err(Problem::from),
        Some("mo") => enrolment.unlock(ctx, account, reason).await.map(|()| "unlocked").map_err(Problem::from),
        _ => match seen(&upload) {
            Ok(face) => match enrolment.recover(ctx, account, face).await {
                Ok(activation) => return opened(&state, &me, "recovered", &Handed::Word(activation)),
                Err(error) => Err(error.into()),
            },
            Err(problem) => Err(problem),
        },
    };
    match changed {
        Ok(word) => Ok(go(&format!("{HERE}/nguoi/{id}?xong={word}"))),
        Err(problem) => {
            let errors = mendable(&state, me.visit.language, problem, "#main-content")?;
            account_page(&state, &me, id, None, errors).await
        }
    }
}
