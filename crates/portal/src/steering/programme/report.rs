//! A body reports, with files, figures or pages that show it; and the files come back to those who may see them.

use super::task::refused;
use crate::State;
use crate::page::{Answer, download, go, query};
use axum::extract::{self, Path};
use axum::http::Uri;
use kernel::BodyId;
use programme::Error;
use programme::follow::{Evidence, NewFile, NewReport};
use uuid::Uuid;
use web::{Form, OfficerSession, Upload};

/// `POST …/bao-cao`: fields `progress`, `done`, `note`, `figure_name`, `figure`, `unit`, `link_name`, `link`; files `file`.
pub(super) async fn send(
    extract::State(state): extract::State<State>,
    me: OfficerSession,
    Path(task): Path<Uuid>,
    upload: Upload,
) -> Answer {
    let Upload { form, files } = upload;
    let report = match read(&form) {
        Ok(report) => report,
        Err(error) => return refused(&state, &me, task, (error.into(), &form), "progress").await,
    };
    let files = files.into_iter().filter(|file| file.field == "file");
    let files: Vec<NewFile> = files.map(|file| NewFile { name: file.name, bytes: file.bytes }).collect();
    match state.programme.report(&me.visit.ctx, task, report, &files).await {
        Ok(_) => Ok(go(&format!("/dieu-hanh/nhiem-vu/{task}?xong=bao-cao"))),
        Err(error) => {
            let at = if matches!(error, Error::NoEvidence | Error::TooLarge(_)) { "file" } else { "progress" };
            refused(&state, &me, task, (error.into(), &form), at).await
        }
    }
}

fn read(form: &Form) -> Result<NewReport, Error> {
    let says_done = form.get("finished").is_some();
    let progress = match form.get("progress") {
        None if says_done => 100,
        given => {
            given.and_then(|text| text.trim_end_matches('%').trim().parse().ok()).ok_or(Error::Malformed("progress"))?
        }
    };
    let mut evidence = Vec::new();
    if let Some(figure) = form.get("figure") {
        let figure = figure_of(figure).ok_or(Error::Malformed("figure"))?;
        let name = form.get("figure_name").ok_or(Error::Malformed("figure_name"))?.to_owned();
        evidence.push(Evidence::Figure { name, figure, unit: form.get("unit").map(str::to_owned), as_of: None });
    }
    if let Some(link) = form.get("link") {
        if !link.starts_with("https://") && !link.starts_with('/') {
            return Err(Error::Malformed("link"));
        }
        let name = form.get("link_name").unwrap_or(link).to_owned();
        evidence.push(Evidence::Link { name, link: link.to_owned() });
    }
    Ok(NewReport { progress, says_done, note: form.get("note").unwrap_or_default().to_owned(), evidence })
}

/// A figure as Vietnamese writes it (1.234,5), or with a point for the fraction (1234.5).
fn figure_of(text: &str) -> Option<f64> {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let grouped = |text: &str| {
        let mut parts = text.split('.');
        parts.next().is_some_and(|first| (1..=3).contains(&first.len())) && parts.all(|part| part.len() == 3)
    };
    let plain = match text.split_once(',') {
        Some((whole, fraction)) if grouped(whole) || !whole.contains('.') => {
            format!("{}.{fraction}", whole.replace('.', ""))
        }
        Some(_) => return None,
        None if text.contains('.') && grouped(&text) => text.replace('.', ""),
        None => text,
    };
    plain.parse().ok().filter(|figure: &f64| figure.is_finite())
}

/// `GET /dieu-hanh/minh-chung?don-vi=…&bao-cao=…&so=…`: as a file, never shown in the browser.
pub(super) async fn file(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let (Some(body), Some(report), Some(position)) = (
        query(&uri, "don-vi").map(BodyId::new),
        query(&uri, "bao-cao").and_then(|id| id.parse().ok()),
        query(&uri, "so").and_then(|place| place.parse().ok()),
    ) else {
        return Err(kernel::Problem::from(Error::NotFound).into());
    };
    let (name, bytes) = state.programme.file(&me.visit.ctx, &body, report, position).await?;
    Ok(download(&name, "application/octet-stream", bytes))
}

#[cfg(test)]
mod tests {
    use super::figure_of;

    #[test]
    fn figures_are_read_as_either_language_writes_them() {
        for (text, figure) in
            [("1.234,5", 1234.5), ("1234.5", 1234.5), ("12,5", 12.5), ("1 234", 1234.0), ("1.234.567", 1_234_567.0)]
        {
            assert_eq!(figure_of(text), Some(figure), "{text}");
        }
        for text in ["", "mười", "1,2,3", "12.34,5", "NaN", "inf"] {
            assert_eq!(figure_of(text), None, "{text}");
        }
    }
}
