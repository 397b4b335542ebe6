//! Rows of a table, whatever it came in, put together as tasks.

use super::align::{Aligned, align};
use super::{Column, Draft, Drafts, Left, Section};
use crate::bodies::Bodies;
use crate::doubt::{At, BROKEN_ROW, COLUMN_DOUBLED, COLUMN_MISSING, Doubt, MISREAD, TABLE_COLUMN_MISSING};
use crate::words::latin;
use kernel::text::fold;

/// A row.
#[derive(Clone, Debug)]
pub(super) struct Row {
    /// Line of the file, from 1.
    pub(super) line: usize,
    pub(super) cells: Vec<String>,
}

/// Words of headings, in folded text, the more telling first.
const HEADINGS: [(Column, &[&str]); 7] = [
    (Column::Lead, &["chu tri", "don vi thuc hien", "co quan thuc hien", "lead"]),
    (Column::Support, &["phoi hop", "support"]),
    (Column::Deadline, &["thoi gian", "thoi han", "han hoan thanh", "tien do", "deadline"]),
    (Column::Product, &["san pham", "ket qua", "dau ra", "product"]),
    (Column::Content, &["noi dung", "nhiem vu", "cong viec", "content", "task"]),
    (Column::Section, &["muc", "phan", "nhom", "section"]),
    (Column::Number, &["stt", "so tt", "tt", "so thu tu", "number", "no."]),
];

/// The columns that the tasks of a list need.
const NEEDED: [Column; 3] = [Column::Lead, Column::Deadline, Column::Number];

/// The columns a heading row names; None where it is none.
fn heading(cells: &[String]) -> Option<Vec<Option<Column>>> {
    let mut found: Vec<Option<Column>> = Vec::new();
    for cell in cells {
        let folded = fold(cell);
        let column = HEADINGS.iter().find(|(column, words)| {
            let short = folded.chars().count() <= 40;
            short
                && !found.contains(&Some(*column))
                && words.iter().any(|word| folded == *word || word.len() > 4 && folded.contains(word))
        });
        found.push(column.map(|(column, _)| *column));
    }
    let named = found.iter().flatten().count();
    (named >= 2 && found.contains(&Some(Column::Content))).then_some(found)
}

/// Whether a cell is the number of a task.
pub(super) fn is_number(cell: &str) -> bool {
    let cell = cell.trim_end_matches(['.', ')']);
    let digit = |part: &str| !part.is_empty() && part.len() <= 4 && part.bytes().all(|byte| byte.is_ascii_digit());
    cell.split('.').all(digit)
}

/// The mark of a section, and whether it had to be read as Latin letters: `A`, `В` (Cyrillic), `IV`.
pub(super) fn mark(cell: &str) -> Option<(String, bool)> {
    let cell = cell.trim_end_matches(['.', ')', ':']);
    let read = latin(cell);
    let text = read.as_deref().unwrap_or(cell);
    let letter = text.len() == 1 && text.bytes().all(|byte| byte.is_ascii_uppercase());
    let roman = (2..=6).contains(&text.len()) && text.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X'));
    (letter || roman).then(|| (text.to_owned(), read.is_some()))
}

/// Puts rows together. Rows before the heading are passed over; without any heading nothing is found.
pub(super) fn read(rows: &[Row], bodies: &Bodies) -> Drafts {
    let mut drafts = Drafts::default();
    let mut columns: Option<Vec<Option<Column>>> = None;
    let mut section = String::new();
    let mut section_misread = None;
    for row in rows {
        if let Some(found) = heading(&row.cells) {
            if columns.is_none() {
                for column in NEEDED.iter().filter(|column| !found.contains(&Some(**column))) {
                    let doubt = Doubt::new(TABLE_COLUMN_MISSING, At::File).with("column", at(*column).word());
                    drafts.doubts.push(doubt);
                }
            }
            columns = Some(found);
            continue;
        }
        let Some(columns) = &columns else { continue };
        if !row.cells.iter().any(|cell| cell.chars().any(char::is_alphanumeric)) {
            continue;
        }
        let aligned = align(columns, &row.cells, bodies);
        let has_number = columns.contains(&Some(Column::Number));
        let get = |column| aligned.cells.iter().find(|(c, _)| *c == column).map_or("", |(_, cell)| cell.as_str());
        let number = get(Column::Number);
        let said = |cell: &str| cell.chars().any(char::is_alphanumeric);
        let beside =
            |(column, cell): &(Column, String)| !matches!(column, Column::Number | Column::Content) && said(cell);
        let bare = aligned.extra.is_empty() && !aligned.cells.iter().any(beside);
        if let (Some((found, misread)), true) = (mark(number), bare) {
            section_misread = misread.then(|| number.to_owned());
            section.clone_from(&found);
            drafts.sections.push(Section { mark: found, title: get(Column::Content).to_owned() });
            continue;
        }
        if has_number && number.is_empty() {
            match drafts.tasks.last_mut() {
                Some(task) => continue_task(task, aligned, row.line),
                None => drafts.left.push(Left { line: row.line, text: row.cells.join(" ").trim().to_owned() }),
            }
            continue;
        }
        let mut task = Draft { section: section.clone(), line: row.line, ..Draft::default() };
        // Said once, at the first task of the section.
        if let Some(written) = section_misread.take() {
            task.doubts.push(Doubt::new(MISREAD, At::Section).with("text", written).with("read", &section));
        }
        fill(&mut task, aligned);
        drafts.tasks.push(task);
    }
    drafts
}

fn fill(task: &mut Draft, aligned: Aligned) {
    note(task, &aligned);
    for (column, cell) in aligned.cells {
        if column != Column::Section || !cell.is_empty() {
            *task.cell(column) = cell;
        }
    }
    for cell in aligned.extra {
        append(&mut task.product, &cell);
    }
}

/// A row that goes on with the task before it, on the next page.
fn continue_task(task: &mut Draft, aligned: Aligned, line: usize) {
    note(task, &aligned);
    for (column, cell) in aligned.cells {
        if cell.chars().any(char::is_alphanumeric) {
            append(task.cell(column), &cell);
            task.doubts.push(Doubt::new(BROKEN_ROW, at(column)).with("line", line));
        }
    }
    for cell in aligned.extra {
        append(&mut task.product, &cell);
    }
}

fn note(task: &mut Draft, aligned: &Aligned) {
    for column in &aligned.missing {
        task.doubts.push(Doubt::new(COLUMN_MISSING, At::Row).with("column", at(*column).word()));
    }
    if aligned.doubled > 0 {
        task.doubts.push(Doubt::new(COLUMN_DOUBLED, At::Row).with("cells", aligned.doubled));
    }
}

fn append(text: &mut String, more: &str) {
    if !text.is_empty() && !more.is_empty() {
        text.push(' ');
    }
    text.push_str(more);
}

const fn at(column: Column) -> At {
    match column {
        Column::Number => At::Number,
        Column::Section => At::Section,
        Column::Content => At::Content,
        Column::Lead => At::Lead,
        Column::Support => At::Support,
        Column::Deadline => At::Deadline,
        Column::Product => At::Product,
    }
}
