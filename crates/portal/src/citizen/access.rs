//! "Who saw my data": the ledger's lines about the citizen, and the proof of each.

use crate::page::{self, Answer};
use crate::{State, show};
use axum::{
    extract::{self, Path},
    http::{HeaderValue, Uri, header},
    response::IntoResponse,
};
use exchange::access_log::{self, Line, Whose};
use exchange::{Purpose, Request, Scope};
use kernel::{Ctx, EntryId, Kind, Problem, SubjectId};
use ledger::Proof;
use serde_json::{Value, json};
use web::{CitizenSession, Language, codes};

/// The service of the door behind these pages.
const SERVICE: &str = "access-log.own";
/// Lines on a page.
const LINES: u32 = 100;

pub(crate) async fn list(extract::State(state): extract::State<State>, me: CitizenSession, uri: Uri) -> Answer {
    let after = page::query(&uri, "sau").and_then(|entry| entry.parse().ok());
    let all = page::query(&uri, "tat-ca").is_some();
    let whose = if all { Whose::Everybody } else { Whose::Others };
    let lines =
        access_lines(&state, &me.visit.ctx, me.subject, access_log::Page { after, limit: LINES, whose }).await?;
    let more = (lines.len() == LINES as usize).then(|| lines.last().map(|line| line.entry)).flatten();
    let codes = dossier_codes(&state, &me.visit.ctx, &lines).await?;
    let shown: Vec<Value> =
        lines.iter().map(|line| view(&state, &me.visit.ctx, me.visit.language, line, &codes)).collect();
    let content = json!({"groups": groups(shown), "all": all, "first": after.is_none(), "more": more});
    Ok(page::own(&state, &me.visit, "citizen/access.html", content)?)
}

/// What one body did for one reason on one day, together: the lines of a dossier are many and nearly alike. Each line
/// stays in its group with its own proof; a group stands where its newest line stood.
fn groups(lines: Vec<Value>) -> Vec<Value> {
    const SAME: [&str; 5] = ["who", "why", "dossier", "refused", "day"];
    let mut groups: Vec<Value> = Vec::new();
    for line in lines {
        let at = groups.iter().position(|group| SAME.iter().all(|key| group[key] == line[key]));
        let at = at.unwrap_or_else(|| {
            let mut group = json!({"at": line["at"], "dossier_code": line["dossier_code"], "roles": [], "whats": []});
            SAME.iter().for_each(|key| group[*key] = line[*key].clone());
            group["lines"] = json!([]);
            groups.push(group);
            groups.len() - 1
        });
        for (list, word) in [("roles", &line["role_text"]), ("whats", &line["what"])] {
            match groups[at][list].as_array_mut() {
                Some(words) if !word.is_null() && !words.contains(word) => words.push(word.clone()),
                _ => {}
            }
        }
        if let Some(lines) = groups[at]["lines"].as_array_mut() {
            lines.push(line);
        }
    }
    groups
}

pub(crate) async fn proof(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(entry): Path<EntryId>,
) -> Answer {
    let (found, line) = own_entry(&state, &me.visit.ctx, me.subject, entry).await?;
    let holds = found.as_ref().is_some_and(|proof| proof.verify().is_ok());
    let codes = dossier_codes(&state, &me.visit.ctx, line.as_slice()).await?;
    let content = json!({
        "entry": entry,
        "holds": holds,
        "proof": found,
        "line": line.map(|line| view(&state, &me.visit.ctx, me.visit.language, &line, &codes)),
    });
    Ok(page::own(&state, &me.visit, "citizen/proof.html", content)?)
}

/// The proof as a file: it can be checked without us.
pub(crate) async fn download(
    extract::State(state): extract::State<State>,
    me: CitizenSession,
    Path(entry): Path<EntryId>,
) -> Answer {
    let proof = proof_of(&state, &me.visit.ctx, me.subject, entry).await?;
    let text = serde_json::to_string_pretty(&proof).map_err(web::Error::from)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (header::CONTENT_DISPOSITION, HeaderValue::from_static("attachment; filename=\"chung-cu-sen.json\"")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, text).into_response())
}

/// The lines about a citizen, for the citizen.
pub(crate) async fn access_lines(
    state: &State,
    ctx: &Ctx,
    subject: SubjectId,
    page: access_log::Page,
) -> Result<Vec<Line>, Problem> {
    let request = own_request(subject);
    state
        .exchange
        .open(ctx, request, move |tx, pass| {
            Box::pin(async move { access_log::of_subject(tx, pass, subject, page).await })
        })
        .await
}

/// The proof of a line about the citizen.
///
/// # Errors
/// `WEB0001` when the entry is not about this citizen, `POR0008` while it is being sealed.
pub(crate) async fn proof_of(state: &State, ctx: &Ctx, subject: SubjectId, entry: EntryId) -> Result<Proof, Problem> {
    let (proof, _) = own_entry(state, ctx, subject, entry).await?;
    proof.ok_or_else(|| Problem::new(Kind::Unavailable, "POR0008"))
}

/// An entry about the citizen: its proof once it is sealed, and its line when it is one of the door's.
async fn own_entry(
    state: &State,
    ctx: &Ctx,
    subject: SubjectId,
    entry: EntryId,
) -> Result<(Option<Proof>, Option<Line>), Problem> {
    let request = own_request(subject);
    let found = state
        .exchange
        .open(ctx, request, move |tx, pass| {
            Box::pin(async move {
                pass.admit(subject, None)?;
                // Whose entry it is, is asked first: of somebody else's not even the existence is told.
                let (_, about) = ledger::opening(tx, entry).await?;
                let own = about == Some(subject)
                    || (about.is_none() && access_log::was_among(tx, pass, subject, entry).await?);
                if !own {
                    return Ok(None);
                }
                let proof = match ledger::proof(tx, entry).await {
                    Ok(proof) => Some(proof),
                    Err(ledger::Error::NotSealed) => None,
                    Err(error) => return Err(Problem::from(error)),
                };
                let newest_first = access_log::Page { after: Some(next(entry)), limit: 1, whose: Whose::Everybody };
                let line = access_log::of_subject(tx, pass, subject, newest_first).await?;
                Ok(Some((proof, line.into_iter().find(|line| line.entry == entry))))
            })
        })
        .await;
    match found {
        Ok(Some(found)) => Ok(found),
        Err(problem) if problem.kind != Kind::NotFound => Err(problem),
        _ => Err(Problem::new(Kind::NotFound, codes::NOT_FOUND)),
    }
}

/// The cursor just above an entry: a page behind it begins with the entry itself.
fn next(entry: EntryId) -> EntryId {
    EntryId(uuid::Uuid::from_u128(entry.0.as_u128().saturating_add(1)))
}

/// Roles that the pack does not name: a relative who came as a citizen, the program itself.
fn other_role(state: &State, language: Language, role: &kernel::Role) -> String {
    match role.as_str() {
        "citizen" | "citizen-level-2" => state.web.texts.say(language, "saw-citizen", &[]),
        other => other.to_owned(),
    }
}

fn own_request(subject: SubjectId) -> Request {
    Request::new(procedure::PORTAL, procedure::PORTAL, SERVICE, Purpose::SELF_SERVICE).about(Scope::of(subject))
}

/// Codes of the citizen's own dossiers that lines speak of.
async fn dossier_codes(state: &State, ctx: &Ctx, lines: &[Line]) -> Result<Vec<(uuid::Uuid, String)>, Problem> {
    if lines.iter().all(|line| line.case.is_none()) {
        return Ok(Vec::new());
    }
    let dossiers = state.procedures.my_dossiers(ctx).await?;
    Ok(dossiers.into_iter().map(|dossier| (dossier.id.0, dossier.code)).collect())
}

fn view(state: &State, ctx: &Ctx, language: Language, line: &Line, codes: &[(uuid::Uuid, String)]) -> Value {
    let setting = state.setting();
    let who = if line.own {
        json!(state.web.texts.say(language, "saw-you", &[]))
    } else {
        json!(state.body_name(ctx, &line.body))
    };
    let role = line.role.as_ref().filter(|_| !line.own);
    let role = role.map(|role| {
        setting
            .bodies
            .role_name(role)
            .map_or_else(|| other_role(state, language, role), |text| text.in_language(language.tag()).to_owned())
    });
    let what =
        setting.bodies.service(&line.service).map_or_else(|| json!(line.service), |service| json!(service.summary));
    let why = setting.bodies.purpose_name(&line.purpose);
    let why = why.map_or_else(|| line.purpose.as_str().to_owned(), |text| text.in_language(language.tag()).to_owned());
    let fields: Vec<String> = line
        .fields
        .iter()
        .filter(|field| *field != "subject")
        .map(|field| show::label(state, language, field).to_lowercase())
        .collect();
    let vietnam = time::UtcOffset::from_hms(7, 0, 0).unwrap_or(time::UtcOffset::UTC);
    let own_code = line.case.and_then(|case| codes.iter().find(|(id, _)| *id == case.0));
    json!({
        "entry": line.entry,
        "day": kernel::iso_date::text(line.at.to_offset(vietnam).date()),
        "at": line.at.format(&time::format_description::well_known::Rfc3339).unwrap_or_default(),
        "who": who,
        "role_text": role,
        "what": what,
        "fields": fields.join(", "),
        "refused": !line.is_ok(),
        "why": why,
        "legal_basis": line.legal_basis,
        // Among so many: an extract of a whole register names nobody one by one.
        "people": line.people.filter(|people| *people > 1),
        "decision": line.decision,
        "dossier": own_code.map(|(id, _)| id),
        "dossier_code": own_code.map(|(_, code)| code),
        "sealed": line.index.is_some(),
    })
}
