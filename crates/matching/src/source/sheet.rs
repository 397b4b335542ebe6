//! Spreadsheets: XLSX, XLSB, XLS, ODS.
//!
//! Cells are read as people see them: a formula by its last value, a date as a date, a whole number without a point.
//! The value of merged cells belongs to the first of them. A sheet is held as text, once, however often it is read.

use super::assemble::{Assembler, clean};
use super::head::{self, HEADER_ROWS_MAX};
use super::parquet::number_text;
use super::unpack;
use super::{
    About, BATCH_BYTES_MAX, COLUMNS_MAX, Fault, Format, Options, Progress, SAMPLE_ROWS_MAX, Table, Tally, file_error,
    not_a_table, open_file, shown,
};
use crate::mapping::Part;
use crate::{Batch, Error};
use calamine::{Data, DataRef, ExcelDateTime, Ods, OdsError, Reader, Xls, XlsError, Xlsb, XlsbError, Xlsx, XlsxError};
use std::fs::File;
use std::io::BufReader;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;

/// Most text of a sheet.
const TEXT_BYTES_MAX: usize = 1 << 30;
/// Most filled cells of a sheet.
const CELLS_MAX: usize = 50_000_000;
/// Most unpacked bytes of a workbook, as its archive declares them.
const UNPACKED_BYTES_MAX: u64 = 8 << 30;
/// Most unpacked bytes of a part that is held whole.
const HELD_BYTES_MAX: u64 = 256 << 20;
/// Largest workbook of a kind that is read whole (XLS, ODS, XLSB).
const WHOLE_BYTES_MAX: u64 = 256 << 20;
/// Most sheets that are looked at.
const SHEETS_MAX: usize = 64;
const MIB: u64 = 1 << 20;

/// The filled cells of a sheet.
#[derive(Default)]
struct Grid {
    text: String,
    /// Column, and where the cell ends in `text`.
    cells: Vec<(u32, u32)>,
    /// Row of the sheet (from 0), and where its cells end in `cells`.
    rows: Vec<(u32, usize)>,
}

impl Grid {
    /// Adds a cell behind the others. False where the sheet is too large to be held.
    fn push(&mut self, row: u32, column: u32, cell: &str) -> bool {
        let cell = clean(cell);
        if cell.is_empty() {
            return true;
        }
        if self.text.len() + cell.len() > TEXT_BYTES_MAX || self.cells.len() >= CELLS_MAX {
            return false;
        }
        self.text.push_str(cell);
        self.cells.push((column, self.text.len() as u32));
        match self.rows.last_mut() {
            Some((last, end)) if *last == row => *end = self.cells.len(),
            _ => self.rows.push((row, self.cells.len())),
        }
        true
    }

    /// The cell of a row, by its place among the rows.
    fn cell(&self, at: usize, column: u32) -> &str {
        let cells = self.row_cells(at);
        let Some(found) = cells.clone().find(|&cell| self.cells[cell].0 == column) else { return "" };
        let start = found.checked_sub(1).map_or(0, |before| self.cells[before].1);
        &self.text[start as usize..self.cells[found].1 as usize]
    }

    fn row_cells(&self, at: usize) -> std::ops::Range<usize> {
        let start = at.checked_sub(1).map_or(0, |before| self.rows[before].1);
        start..self.rows[at].1
    }

    /// The first rows, wide enough for every cell of them.
    fn first_rows(&self, max: usize) -> Vec<Vec<String>> {
        (0..self.rows.len().min(max))
            .map(|at| {
                let width = self.row_cells(at).map(|cell| self.cells[cell].0 + 1).max().unwrap_or(0);
                let width = (width as usize).min(COLUMNS_MAX) as u32;
                (0..width).map(|column| self.cell(at, column).to_owned()).collect()
            })
            .collect()
    }
}

/// How a sheet is read.
#[derive(Clone)]
pub(super) struct Plan {
    grid: Arc<Grid>,
    /// The place of the first row of data among the rows.
    first: usize,
    width: usize,
    bytes: u64,
}

/// Looks at a workbook: the sheet that was asked for, or the fullest.
pub(super) fn open(path: &Path, options: &Options) -> Result<Table, Error> {
    let bytes = std::fs::metadata(path).map_err(|source| file_error(path, source))?.len();
    let kind = kind(path, bytes)?;
    let book = catch_unwind(AssertUnwindSafe(|| read(path, kind, options.sheet.as_deref())))
        .unwrap_or(Err(Wrong::Damaged("damaged")))
        .map_err(|wrong| wrong.fault(path))?;
    let grid = book.grid;
    let rows = grid.first_rows(HEADER_ROWS_MAX + SAMPLE_ROWS_MAX);
    if rows.is_empty() {
        return Err(Fault::Empty { path: shown(path) }.into());
    }
    let Some(found) = head::find(&rows, options.header) else {
        let row = if let head::Header::Row(row) = options.header { row } else { 1 };
        return Err(Fault::NoHeader { path: shown(path), row }.into());
    };
    if grid.rows.len() <= found.data {
        return Err(Fault::HeaderOnly { path: shown(path) }.into());
    }
    let plan = Plan { first: found.data, width: found.names.len(), bytes, grid: Arc::new(grid) };
    let mut sample = rows;
    sample.drain(..found.data);
    sample.truncate(SAMPLE_ROWS_MAX);
    for row in &mut sample {
        row.resize(plan.width, String::new());
    }
    let about = About {
        format: Format::Spreadsheet,
        encoding: None,
        delimiter: None,
        sheet: Some(book.sheet),
        other_sheets: book.others,
        header_line: found.header.map(|at| u64::from(plan.grid.rows[at].0) + 1),
        rows: Some((plan.grid.rows.len() - plan.first) as u64),
    };
    Ok(Table { path: path.to_owned(), about, headers: found.names, sample, plan: super::Plan::Sheet(plan) })
}

impl Plan {
    pub(super) fn rows(&self, parts: Vec<Part>) -> SheetRows {
        SheetRows { plan: self.clone(), assembler: Assembler::new(parts), at: self.first }
    }
}

/// The rows of a sheet.
pub(super) struct SheetRows {
    plan: Plan,
    assembler: Assembler,
    at: usize,
}

impl SheetRows {
    pub(super) fn next(&mut self, batch: &mut Batch, max_rows: usize, tally: &mut Tally) {
        let grid = &self.plan.grid;
        while batch.len() < max_rows && batch.text_bytes() < BATCH_BYTES_MAX && self.at < grid.rows.len() {
            let at = self.at;
            self.at += 1;
            let last = grid.row_cells(at).map(|cell| grid.cells[cell].0).max().unwrap_or(0);
            if last as usize >= self.plan.width {
                tally.refuse(u64::from(grid.rows[at].0) + 1, "MAT0114");
                continue;
            }
            self.assembler.push(batch, tally.read(), |column| grid.cell(at, column as u32));
        }
    }

    pub(super) fn progress(&self) -> Progress {
        let share = self.at as f64 / self.plan.grid.rows.len().max(1) as f64;
        Progress { bytes_read: (self.plan.bytes as f64 * share) as u64, bytes_total: self.plan.bytes }
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Xlsx,
    Xlsb,
    Ods,
    Xls,
}

/// Which kind of workbook a file is, and whether it is safe to unpack.
fn kind(path: &Path, bytes: u64) -> Result<Kind, Error> {
    let mut file = open_file(path)?;
    let damaged = |_| Error::from(Wrong::Damaged("its archive is damaged").fault(path));
    let too_large = |max: u64| Error::from(Fault::TooLarge { path: shown(path), max_mib: max / MIB });
    let mut magic = [0; 2];
    std::io::Read::read_exact(&mut file, &mut magic).map_err(damaged)?;
    if &magic != b"PK" {
        return if bytes > WHOLE_BYTES_MAX { Err(too_large(WHOLE_BYTES_MAX)) } else { Ok(Kind::Xls) };
    }
    let entries = unpack::entries(&mut file).map_err(damaged)?;
    let has = |name: &str| entries.iter().any(|entry| entry.name.eq_ignore_ascii_case(name));
    let kind = match () {
        () if has("xl/workbook.bin") => Kind::Xlsb,
        () if has("content.xml") && has("mimetype") => Kind::Ods,
        () if has("[Content_Types].xml") && !has("word/document.xml") && !has("ppt/presentation.xml") => Kind::Xlsx,
        () if has("word/document.xml") => return Err(not_a_table(path, "Word")),
        () => return Err(not_a_table(path, "ZIP")),
    };
    let declared = entries.iter().fold(0_u64, |sum, entry| sum.saturating_add(entry.declared));
    if declared > UNPACKED_BYTES_MAX {
        return Err(too_large(UNPACKED_BYTES_MAX));
    }
    // Sheets of XLSX are read as a stream; everything else is held whole, and what an archive declares may be a lie.
    let streamed = |name: &str| kind == Kind::Xlsx && name.to_ascii_lowercase().contains("worksheets/");
    let idle = |name: &str| {
        let name = name.to_ascii_lowercase();
        ["/media/", "pictures/", "/embeddings/", "thumbnails/", "calcchain.xml"]
            .iter()
            .any(|folder| name.contains(folder))
    };
    let mut held = 0;
    for entry in entries.iter().filter(|entry| !streamed(&entry.name) && !idle(&entry.name)) {
        let (size, head) = unpack::measure(&mut file, entry, HELD_BYTES_MAX - held).map_err(damaged)?;
        held += size;
        if held > HELD_BYTES_MAX {
            return Err(too_large(HELD_BYTES_MAX));
        }
        // The reader makes room for as many texts as the table of texts says that it has.
        if promised(&head).is_some_and(|count| count > size) {
            return Err(Wrong::Damaged("its table of texts says a wrong length").fault(path).into());
        }
    }
    Ok(kind)
}

/// The `uniqueCount` of a table of shared texts.
fn promised(head: &[u8]) -> Option<u64> {
    let text = String::from_utf8_lossy(head);
    let from = text.find("uniqueCount")?;
    let digits: String =
        text[from..].chars().skip_while(|c| !c.is_ascii_digit()).take_while(char::is_ascii_digit).collect();
    Some(digits.parse().unwrap_or(u64::MAX))
}

/// A sheet, and the names of the others that hold anything.
struct Book {
    grid: Grid,
    sheet: String,
    others: Vec<String>,
}

/// Why a workbook cannot be read.
enum Wrong {
    Damaged(&'static str),
    Password,
    TooLarge,
    NoSheet(String, Vec<String>),
}

impl Wrong {
    fn fault(self, path: &Path) -> Fault {
        let path = shown(path);
        match self {
            Self::Damaged(why) => Fault::Spreadsheet { path, why: why.to_owned() },
            Self::Password => Fault::Password { path },
            Self::TooLarge => Fault::TooLarge { path, max_mib: TEXT_BYTES_MAX as u64 / MIB },
            Self::NoSheet(sheet, sheets) => Fault::NoSheet { path, sheet, sheets: sheets.join(", ") },
        }
    }
}

impl From<XlsxError> for Wrong {
    fn from(error: XlsxError) -> Self {
        match error {
            XlsxError::Password => Self::Password,
            XlsxError::Zip(_) | XlsxError::Io(_) => Self::Damaged("its archive is damaged"),
            XlsxError::Xml(_) | XlsxError::XmlEof(_) | XlsxError::XmlAttr(_) => Self::Damaged("its XML is damaged"),
            XlsxError::FileNotFound(_) | XlsxError::RelationshipNotFound => Self::Damaged("a part is missing"),
            _ => Self::Damaged("damaged"),
        }
    }
}

impl From<XlsbError> for Wrong {
    fn from(error: XlsbError) -> Self {
        if matches!(error, XlsbError::Password) { Self::Password } else { Self::Damaged("damaged") }
    }
}

impl From<OdsError> for Wrong {
    fn from(error: OdsError) -> Self {
        match error {
            OdsError::Password => Self::Password,
            OdsError::CellLimitExceeded { .. } => Self::TooLarge,
            _ => Self::Damaged("damaged"),
        }
    }
}

impl From<XlsError> for Wrong {
    fn from(error: XlsError) -> Self {
        if matches!(error, XlsError::Password) { Self::Password } else { Self::Damaged("damaged") }
    }
}

type Source = BufReader<File>;

fn read(path: &Path, kind: Kind, wish: Option<&str>) -> Result<Book, Wrong> {
    let file = || File::open(path).map(BufReader::new).map_err(|_| Wrong::Damaged("it cannot be opened"));
    match kind {
        Kind::Xlsx => {
            let mut book = Xlsx::new(file()?)?;
            let names = book.sheet_names();
            fullest(names, wish, |name| streamed(&mut book, name))
        }
        Kind::Xlsb => {
            let mut book = Xlsb::new(file()?)?;
            let names = book.sheet_names();
            fullest(names, wish, |name| whole::<_, Xlsb<Source>>(&mut book, name))
        }
        Kind::Ods => {
            let mut book = Ods::new(file()?)?;
            let names = book.sheet_names();
            fullest(names, wish, |name| whole::<_, Ods<Source>>(&mut book, name))
        }
        Kind::Xls => {
            let mut book = match Xls::new(file()?) {
                Ok(book) => book,
                // An XLSX with a password is packed like an XLS.
                Err(error) => match Xlsx::new(file()?) {
                    Err(XlsxError::Password) => return Err(Wrong::Password),
                    _ => return Err(error.into()),
                },
            };
            let names = book.sheet_names();
            fullest(names, wish, |name| whole::<_, Xls<Source>>(&mut book, name))
        }
    }
}

/// Reads the sheet that was asked for, or every one to keep the fullest.
fn fullest(
    names: Vec<String>,
    wish: Option<&str>,
    mut grid: impl FnMut(&str) -> Result<Grid, Wrong>,
) -> Result<Book, Wrong> {
    if let Some(wish) = wish {
        let same = |name: &&String| name.trim().to_lowercase() == wish.trim().to_lowercase();
        let Some(sheet) = names.iter().find(|name| *name == wish).or_else(|| names.iter().find(same)) else {
            return Err(Wrong::NoSheet(wish.to_owned(), names));
        };
        return Ok(Book { grid: grid(sheet)?, sheet: sheet.clone(), others: Vec::new() });
    }
    let mut best = Book { grid: Grid::default(), sheet: String::new(), others: Vec::new() };
    let mut first_wrong = None;
    for name in names.into_iter().take(SHEETS_MAX) {
        let read = match grid(&name) {
            Ok(read) => read,
            Err(wrong @ (Wrong::TooLarge | Wrong::Password)) => return Err(wrong),
            // A chart, or one sheet that is damaged: the others may be whole.
            Err(wrong) => {
                first_wrong.get_or_insert(wrong);
                continue;
            }
        };
        if read.cells.len() > best.grid.cells.len() {
            if !best.grid.cells.is_empty() {
                best.others.push(std::mem::take(&mut best.sheet));
            }
            (best.grid, best.sheet) = (read, name);
        } else if !read.cells.is_empty() {
            best.others.push(name);
        }
    }
    match first_wrong {
        Some(wrong) if best.grid.cells.is_empty() => Err(wrong),
        _ => Ok(best),
    }
}

/// A sheet of XLSX, cell by cell.
fn streamed(book: &mut Xlsx<Source>, name: &str) -> Result<Grid, Wrong> {
    let mut cells = book.worksheet_cells_reader(name)?;
    let mut grid = Grid::default();
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        if !with_text(cell.get_value(), |text| grid.push(row, column, text)) {
            return Err(Wrong::TooLarge);
        }
    }
    Ok(grid)
}

/// A sheet that the reader gives whole.
fn whole<RS, B: Reader<RS>>(book: &mut B, name: &str) -> Result<Grid, Wrong>
where
    RS: std::io::Read + std::io::Seek,
    Wrong: From<B::Error>,
{
    let range = book.worksheet_range(name)?;
    let (first_row, first_column) = range.start().unwrap_or((0, 0));
    let mut grid = Grid::default();
    for (row, column, value) in range.used_cells() {
        let value = match value {
            Data::String(text) => DataRef::SharedString(text),
            Data::DateTimeIso(text) | Data::DurationIso(text) => DataRef::SharedString(text),
            Data::Int(number) => DataRef::Int(*number),
            Data::Float(number) => DataRef::Float(*number),
            Data::Bool(yes) => DataRef::Bool(*yes),
            Data::DateTime(instant) => DataRef::DateTime(*instant),
            Data::Error(_) | Data::Empty => DataRef::Empty,
        };
        let (row, column) = (row as u32 + first_row, column as u32 + first_column);
        if !with_text(&value, |text| grid.push(row, column, text)) {
            return Err(Wrong::TooLarge);
        }
    }
    Ok(grid)
}

/// What a cell says.
fn with_text<T>(value: &DataRef<'_>, take: impl FnOnce(&str) -> T) -> T {
    match value {
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => take(text),
        DataRef::SharedString(text) => take(text),
        DataRef::Int(number) => take(&number.to_string()),
        DataRef::Float(number) => take(&number_text(*number)),
        DataRef::Bool(yes) => take(if *yes { "TRUE" } else { "FALSE" }),
        DataRef::DateTime(instant) => take(&date_text(instant)),
        DataRef::Error(_) | DataRef::Empty => take(""),
    }
}

/// A date as `1990-11-22`, with the time where there is one; a length of time as its number.
fn date_text(instant: &ExcelDateTime) -> String {
    if !instant.is_datetime() {
        return number_text(instant.as_f64());
    }
    let (year, month, day, hour, minute, second, _) = instant.to_ymd_hms_milli();
    if (hour, minute, second) == (0, 0, 0) {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
    }
}
