//! Reads a directive's list of tasks as it really comes: OCR-ed Markdown tables, prose, CSV, spreadsheets. Pure: no
//! database, no clock.
//!
//! Nothing is thrown away. What cannot be understood stays as text, and a [`Doubt`] says so.

mod align;
mod finish;
mod head;
mod markdown;
mod prose;
mod rows;
mod sheet;

use crate::Error;
use crate::bodies::{Bodies, Party};
use crate::deadline::Deadline;
use crate::doubt::Doubt;
use serde::Serialize;
use time::Date;

/// Largest file that is read.
pub const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most tasks of one directive.
pub const TASKS_MAX: usize = 5_000;

/// What the reader is told beside the file.
#[derive(Clone, Debug)]
pub struct Options {
    /// The directive's number, where the file does not say it.
    pub number: Option<String>,
    /// The directive's day, where the file does not say it.
    pub date: Option<Date>,
    /// Today: for whom merged bodies' tasks fall to, and for a file that says no day at all.
    pub today: Date,
}

/// How the tasks were written down.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layout {
    /// Tables in Markdown, such as OCR gives them.
    Markdown,
    /// Sentences with `Đơn vị thực hiện` and `Thời gian hoàn thành`.
    Prose,
    /// Separated values.
    Csv,
    /// A spreadsheet.
    Spreadsheet,
}

/// A part of the list.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Section {
    /// What tasks carry: `A`, or the heading where it has no mark.
    pub mark: String,
    /// Its heading.
    pub title: String,
}

/// A task as it was read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct ReadTask {
    /// The mark of its section.
    pub section: String,
    /// Its number in the section.
    pub number: String,
    /// What is to be done.
    pub content: String,
    /// Who leads.
    pub lead: Vec<Party>,
    /// Who supports.
    pub support: Vec<Party>,
    /// Until when.
    pub deadline: Deadline,
    /// What comes of it.
    pub product: String,
    /// What is doubtful.
    pub doubts: Vec<Doubt>,
    /// Line of the file, or row of the sheet, from 1.
    pub line: usize,
}

/// Text that is none of the tasks.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, serde::Deserialize)]
pub struct Left {
    /// Line of the file, from 1.
    pub line: usize,
    /// The text.
    pub text: String,
}

/// What was read.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
pub struct Reading {
    /// The directive's number, such as `04/CT-TTg`.
    pub number: Option<String>,
    /// The directive's day.
    #[serde(with = "kernel::iso_date::option")]
    pub date: Option<Date>,
    /// The day on which bodies and groups were taken: that of the directive, or the best guess.
    #[serde(with = "kernel::iso_date")]
    pub day: Date,
    /// How it was written down.
    pub layout: Layout,
    /// Its parts, in order.
    pub sections: Vec<Section>,
    /// Its tasks, in order.
    pub tasks: Vec<ReadTask>,
    /// What is doubtful about the file as a whole.
    pub doubts: Vec<Doubt>,
    /// What stands between the tasks.
    pub left: Vec<Left>,
}

/// Columns of a list of tasks.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Column {
    Number,
    Section,
    Content,
    Lead,
    Support,
    Deadline,
    Product,
}

/// A task before its cells are understood.
#[derive(Clone, Debug, Default)]
pub(crate) struct Draft {
    pub(crate) section: String,
    pub(crate) number: String,
    pub(crate) content: String,
    pub(crate) lead: String,
    pub(crate) support: String,
    pub(crate) deadline: String,
    pub(crate) product: String,
    pub(crate) doubts: Vec<Doubt>,
    pub(crate) line: usize,
}

impl Draft {
    pub(crate) fn cell(&mut self, column: Column) -> &mut String {
        match column {
            Column::Number => &mut self.number,
            Column::Section => &mut self.section,
            Column::Content => &mut self.content,
            Column::Lead => &mut self.lead,
            Column::Support => &mut self.support,
            Column::Deadline => &mut self.deadline,
            Column::Product => &mut self.product,
        }
    }
}

/// What a layout's reader found.
#[derive(Debug, Default)]
pub(crate) struct Drafts {
    pub(crate) sections: Vec<Section>,
    pub(crate) tasks: Vec<Draft>,
    pub(crate) doubts: Vec<Doubt>,
    pub(crate) left: Vec<Left>,
}

/// Reads a file. `name` is only used for its ending.
///
/// # Errors
/// [`Error::TooLarge`], [`Error::Unreadable`] for a file that is neither text nor a spreadsheet, [`Error::NoTasks`].
pub fn read(name: &str, bytes: &[u8], bodies: &Bodies, options: &Options) -> Result<Reading, Error> {
    if bytes.len() > FILE_BYTES_MAX {
        return Err(Error::TooLarge(FILE_BYTES_MAX));
    }
    if sheet::is_spreadsheet(bytes) {
        let rows = sheet::rows_of_spreadsheet(bytes)?;
        let preamble = sheet::preamble(&rows);
        return finish::finish(Layout::Spreadsheet, rows::read(&rows, bodies), &preamble, bodies, options);
    }
    let text = text_of(bytes)?;
    if text.lines().any(|line| line.trim_start().starts_with('|')) {
        let (rows, left, preamble) = markdown::rows(&text);
        let mut drafts = rows::read(&rows, bodies);
        drafts.left.extend(left);
        return finish::finish(Layout::Markdown, drafts, &preamble, bodies, options);
    }
    let lower = name.to_lowercase();
    if lower.ends_with(".csv") || lower.ends_with(".tsv") {
        let rows = sheet::rows_of_csv(&text)?;
        let preamble = sheet::preamble(&rows);
        return finish::finish(Layout::Csv, rows::read(&rows, bodies), &preamble, bodies, options);
    }
    finish::finish(Layout::Prose, prose::read(&text), &text, bodies, options)
}

/// The text of a file: UTF-8, or UTF-16 with its mark.
fn text_of(bytes: &[u8]) -> Result<String, Error> {
    let wide = |big: bool| {
        let units = bytes[2..].chunks_exact(2).map(|pair| match pair {
            [a, b] if big => u16::from_be_bytes([*a, *b]),
            [a, b] => u16::from_le_bytes([*a, *b]),
            _ => 0,
        });
        char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect::<String>()
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => wide(false),
        [0xfe, 0xff, ..] => wide(true),
        _ => {
            let text = std::str::from_utf8(bytes).map_err(|_| Error::Unreadable("not UTF-8".to_owned()))?;
            text.trim_start_matches('\u{feff}').to_owned()
        }
    };
    if text.contains('\0') { Err(Error::Unreadable("not text".to_owned())) } else { Ok(text) }
}
