//! Figures and evidence as files.

use super::look::{Look, name, opened};
use crate::page::{Answer, download};
use crate::{State, csv_file};
use axum::{extract, http::Uri};
use kernel::{BodyId, Kind, Problem};
use rust_xlsxwriter::{Format, Workbook, XlsxError};
use web::{OfficerSession, Visitor};

/// `GET /chi-so/bang.csv?don-vi=…&ky=…`: the body itself and everybody right below it, every component a column.
pub(super) async fn table(extract::State(state): extract::State<State>, visitor: Visitor, uri: Uri) -> Answer {
    let look = Look::read(&state, &visitor.ctx, &uri)?;
    let bytes = csv_file::written(&rows(&state, &visitor, &look)?).ok_or_else(unwritten)?;
    Ok(download(&format!("chi-so-{}.csv", look.period), "text/csv; charset=utf-8", bytes))
}

/// `GET /chi-so/bang.xlsx?don-vi=…&ky=…`: the same as a spreadsheet, points as numbers.
pub(super) async fn sheet(extract::State(state): extract::State<State>, visitor: Visitor, uri: Uri) -> Answer {
    let look = Look::read(&state, &visitor.ctx, &uri)?;
    let rows = rows(&state, &visitor, &look)?;
    let bytes = xlsx(&rows, &look.period.to_string()).map_err(|_| unwritten())?;
    const KIND: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(download(&format!("chi-so-{}.xlsx", look.period), KIND, bytes))
}

fn unwritten() -> Problem {
    Problem::new(Kind::Internal, web::codes::INTERNAL)
}

/// A head, and a row for each body. From the fourth cell on they are numbers as shown, or nothing.
fn rows(state: &State, visitor: &Visitor, look: &Look) -> Result<Vec<Vec<String>>, Problem> {
    let live = state.index.figured()?.read();
    let definition = &live.definition().item;
    let own = live.score(look.scope, look.period)?;
    let mut lines = vec![(look.scope, own)];
    lines.extend(live.ranking(look.scope, look.period)?);
    let mut head: Vec<String> =
        ["body", "name", "period", "received", "late", "total"].into_iter().map(str::to_owned).collect();
    head.extend(definition.groups.iter().map(|group| format!("group {}", group.id)));
    head.extend(definition.components().map(|(_, component)| component.id.clone()));
    let mut rows = vec![head];
    for (number, score) in lines {
        let Some(body) = live.bodies().get(number) else { continue };
        let work = live.work(number, look.period);
        let mut cells = vec![
            body.id.as_str().to_owned(),
            name(state, &visitor.ctx, &body.id).in_language(visitor.language.tag()).to_owned(),
            look.period.to_string(),
            work.received.to_string(),
            work.overdue.to_string(),
            score.total.clone(),
        ];
        cells.extend(score.groups.iter().map(|group| group.points.clone()));
        cells.extend(definition.components().map(|(_, component)| {
            score.component(&component.id).and_then(|scored| scored.points.clone()).unwrap_or_default()
        }));
        rows.push(cells);
    }
    Ok(rows)
}

/// Columns before the numbers.
const WORDS: usize = 3;

fn xlsx(rows: &[Vec<String>], title: &str) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    sheet.set_name(title)?.set_freeze_panes(1, 2)?.set_column_width(1, 48)?;
    let head = Format::new().set_bold();
    for (row, cells) in (0_u32..).zip(rows) {
        for (column, cell) in (0_u16..).zip(cells) {
            let number = cell.parse::<f64>().ok().filter(|_| usize::from(column) >= WORDS);
            match number {
                _ if row == 0 => sheet.write_with_format(row, column, cell.as_str(), &head)?,
                Some(number) => sheet.write_number(row, column, number)?,
                None => sheet.write_string(row, column, cell)?,
            };
        }
    }
    book.save_to_buffer()
}

/// `GET /dieu-hanh/chi-so/minh-chung?don-vi=…&ky=…`: what `sen indicator recompute` computes the score from again.
pub(super) async fn evidence(extract::State(state): extract::State<State>, me: OfficerSession, uri: Uri) -> Answer {
    let look = Look::read(&state, &me.visit.ctx, &uri)?;
    opened(&state.index.figured()?.read(), &me, &look.body)?;
    let bytes = state.index.evidence(&me.visit.ctx, &look.body, look.period).await?;
    Ok(download(&format!("minh-chung-{}-{}.jsonl", plain(&look.body), look.period), "application/x-ndjson", bytes))
}

fn plain(body: &BodyId) -> String {
    body.as_str().replace('/', "-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows() -> Vec<Vec<String>> {
        let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
        vec![row(["body", "name", "period", "total"]), row(["a/1", "Xã \"A\", huyện B", "2026", "87.25"])]
    }

    #[test]
    fn a_csv_says_its_encoding_and_quotes_what_needs_it() {
        let text = String::from_utf8(csv_file::written(&rows()).unwrap()).unwrap();
        assert_eq!(text, "\u{feff}body,name,period,total\r\na/1,\"Xã \"\"A\"\", huyện B\",2026,87.25\r\n");
    }

    #[test]
    fn a_spreadsheet_has_points_as_numbers_and_periods_as_words() {
        use calamine::{Data, Reader};
        let bytes = xlsx(&rows(), "2026").unwrap();
        let mut book: calamine::Xlsx<_> = calamine::open_workbook_from_rs(std::io::Cursor::new(bytes)).unwrap();
        let range = book.worksheet_range("2026").unwrap();
        let cell = |column| range.get_value((1, column)).unwrap().clone();
        assert_eq!(cell(1), Data::String("Xã \"A\", huyện B".to_owned()));
        assert_eq!((cell(2), cell(3)), (Data::String("2026".to_owned()), Data::Float(87.25)));
    }
}
