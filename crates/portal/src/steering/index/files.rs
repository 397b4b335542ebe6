//! Figures and evidence as files.

use super::look::{Look, name, opened};
use crate::State;
use crate::page::Answer;
use axum::{
    extract,
    http::{HeaderValue, Uri, header},
    response::{IntoResponse, Response},
};
use kernel::{BodyId, Problem};
use web::{Language, OfficerSession, Visitor};

/// A byte-order mark: without it spreadsheets read the marks of Vietnamese wrongly.
const MARK: &str = "\u{feff}";

/// `GET /chi-so/bang.csv?don-vi=…&ky=…`: the body itself and everybody right below it, every component a column.
pub(super) async fn table(extract::State(state): extract::State<State>, visitor: Visitor, uri: Uri) -> Answer {
    let look = Look::read(&state, &visitor.ctx, &uri)?;
    let text = csv(&state, &visitor, &look)?;
    Ok(file(format!("chi-so-{}.csv", look.period), "text/csv; charset=utf-8", text.into_bytes()))
}

fn csv(state: &State, visitor: &Visitor, look: &Look) -> Result<String, Problem> {
    let live = state.index.figured()?.read();
    let definition = &live.definition().item;
    let own = live.score(look.scope, look.period)?;
    let mut lines = vec![(look.scope, own)];
    lines.extend(live.ranking(look.scope, look.period)?);
    let said = |text: pack::Text| if visitor.language == Language::Vi { text.vi } else { text.en };
    let mut out = String::from(MARK);
    let mut head = vec![
        "body".to_owned(),
        "name".to_owned(),
        "period".to_owned(),
        "received".to_owned(),
        "late".to_owned(),
        "total".to_owned(),
    ];
    head.extend(definition.groups.iter().map(|group| format!("group {}", group.id)));
    head.extend(definition.components().map(|(_, component)| component.id.clone()));
    row(&mut out, &head);
    for (number, score) in lines {
        let Some(body) = live.bodies().get(number) else { continue };
        let work = live.work(number, look.period);
        let mut cells = vec![
            body.id.as_str().to_owned(),
            said(name(state, &visitor.ctx, &body.id)),
            look.period.to_string(),
            work.received.to_string(),
            work.overdue.to_string(),
            score.total.clone(),
        ];
        cells.extend(score.groups.iter().map(|group| group.points.clone()));
        cells.extend(definition.components().map(|(_, component)| {
            score.component(&component.id).and_then(|scored| scored.points.clone()).unwrap_or_default()
        }));
        row(&mut out, &cells);
    }
    Ok(out)
}

/// One line (RFC 4180).
fn row(out: &mut String, cells: &[String]) {
    for (i, cell) in cells.iter().enumerate() {
        if i > 0 {
            out.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
}

/// `GET /dieu-hanh/chi-so/minh-chung?don-vi=…&ky=…`: what `sen indicator recompute` computes the score from again.
pub(super) async fn evidence(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let look = Look::read(&state, &me.visit.ctx, &uri)?;
    opened(&state.index.figured()?.read(), &me, &look.body)?;
    let bytes = state.index.evidence(&me.visit.ctx, &look.body, look.period).await?;
    Ok(file(format!("minh-chung-{}-{}.jsonl", plain(&look.body), look.period), "application/x-ndjson", bytes))
}

fn plain(body: &BodyId) -> String {
    body.as_str().replace('/', "-")
}

fn file(name: String, kind: &'static str, bytes: Vec<u8>) -> Response {
    let mut response = ([(header::CONTENT_TYPE, HeaderValue::from_static(kind))], bytes).into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        response.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    response
}
