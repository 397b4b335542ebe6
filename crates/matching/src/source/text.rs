//! Text with a separator.

use super::assemble::{Assembler, clean};
use super::encoding::{Ranking, Utf8Of, best_for_row, detect, is_vietnamese_utf8, looks_binary};
use super::head::{self, HEADER_ROWS_MAX};
use super::split::{COLUMNS_MAX, Splitter, Step, is_blank, unquote};
use super::{
    About, BATCH_BYTES_MAX, Encoding, Fault, Format, Options, Progress, SAMPLE_ROWS_MAX, Table, Tally, file_error,
    not_a_table, open_file, shown,
};
use crate::mapping::Part;
use crate::{Batch, Error};
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;
use std::path::Path;
use unicode_normalization::UnicodeNormalization;

/// Bytes of the beginning that are looked at.
const HEAD_BYTES: u64 = 1 << 18;
/// Bytes of each of the pieces further on that are looked at.
const PIECE_BYTES: u64 = 1 << 16;
/// How many such pieces.
const PIECES: u64 = 4;

/// How a file is read.
#[derive(Clone)]
pub(super) struct Plan {
    encoding: Encoding,
    ranking: Ranking,
    /// Length of the byte order mark.
    mark: usize,
    delimiter: u8,
    width: usize,
    /// The line after which the data begin.
    after_line: u64,
}

/// Looks at a file that is taken for text.
pub(super) fn open(path: &Path, options: &Options) -> Result<Table, Error> {
    let pieces = pieces(path)?;
    let head = pieces.first().map_or(&[][..], Vec::as_slice);
    let mut detected = detect(&pieces);
    if let Some(encoding) = options.encoding {
        detected.mark = if encoding == detected.encoding { detected.mark } else { 0 };
        detected.encoding = encoding;
    }
    let wide = matches!(detected.encoding, Encoding::Utf16Le | Encoding::Utf16Be);
    if !wide && looks_binary(head) {
        return Err(not_a_table(path, "binary"));
    }
    if let Some(what) = markup(head) {
        return Err(not_a_table(path, what));
    }
    let mut plan = Plan {
        encoding: detected.encoding,
        ranking: detected.ranking,
        mark: detected.mark,
        delimiter: b',',
        width: COLUMNS_MAX,
        after_line: 0,
    };
    plan.delimiter = match options.delimiter {
        Some(delimiter) => delimiter,
        None => delimiter(&plan, path)?,
    };
    let (lines, rows) = plan.first_rows(path, HEADER_ROWS_MAX + SAMPLE_ROWS_MAX)?;
    if rows.is_empty() {
        return Err(Fault::Empty { path: shown(path) }.into());
    }
    let Some(found) = head::find(&rows, options.header) else {
        let row = if let head::Header::Row(row) = options.header { row } else { 1 };
        return Err(Fault::NoHeader { path: shown(path), row }.into());
    };
    if found.names.len() > COLUMNS_MAX {
        return Err(Fault::TooManyColumns { path: shown(path), max: COLUMNS_MAX }.into());
    }
    plan.width = found.names.len();
    plan.after_line = found.data.checked_sub(1).map_or(0, |last| lines[last]);
    let mut sample = rows;
    sample.drain(..found.data);
    sample.truncate(SAMPLE_ROWS_MAX);
    for row in &mut sample {
        row.resize(plan.width, String::new());
        for cell in row {
            *cell = clean(cell).to_owned();
        }
    }
    if sample.is_empty() && plan.is_exhausted(path)? {
        return Err(Fault::HeaderOnly { path: shown(path) }.into());
    }
    let about = About {
        format: Format::Text,
        encoding: Some(plan.encoding),
        delimiter: Some(char::from(plan.delimiter)),
        sheet: None,
        other_sheets: Vec::new(),
        header_line: found.header.map(|at| lines[at]),
        rows: None,
    };
    Ok(Table { path: path.to_owned(), about, headers: found.names, sample, plan: super::Plan::Text(plan) })
}

/// Pages and documents that programs save with the ending of a spreadsheet.
fn markup(head: &[u8]) -> Option<&'static str> {
    let text = String::from_utf8_lossy(&head[..head.len().min(512)]).to_ascii_lowercase();
    let text = text.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    if ["<html", "<!doctype html", "<table", "<head", "<meta"].iter().any(|tag| text.starts_with(tag)) {
        return Some("HTML");
    }
    if text.starts_with("<?xml") {
        return Some("XML");
    }
    if text.starts_with("{\\rtf") { Some("RTF") } else { None }
}

/// The beginning of a file, and pieces further on.
fn pieces(path: &Path) -> Result<Vec<Vec<u8>>, Error> {
    let mut file = open_file(path)?;
    let mut read = |from: u64, count: u64| -> std::io::Result<Vec<u8>> {
        let mut piece = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        (&mut file).take(count).read_to_end(&mut piece)?;
        Ok(piece)
    };
    let failed = |source| file_error(path, source);
    let mut pieces = vec![read(0, HEAD_BYTES).map_err(failed)?];
    let length = std::fs::metadata(path).map_err(failed)?.len();
    if length > HEAD_BYTES + PIECES * PIECE_BYTES {
        for piece in 1..=PIECES {
            // Even, for UTF-16.
            let from = (HEAD_BYTES + (length - HEAD_BYTES - PIECE_BYTES) / PIECES * piece) & !1;
            pieces.push(read(from, PIECE_BYTES).map_err(failed)?);
        }
    }
    Ok(pieces)
}

/// The separator that divides the first rows into the same number of cells most often; of two the one that makes more.
fn delimiter(plan: &Plan, path: &Path) -> Result<u8, Error> {
    let mut best = (0.0, b',');
    for delimiter in *b",;\t|" {
        let (_, rows) = Plan { delimiter, ..plan.clone() }.first_rows(path, 100)?;
        let mut widths: Vec<usize> = rows.iter().map(Vec::len).collect();
        widths.sort_unstable();
        for run in widths.chunk_by(|a, b| a == b).filter(|run| run[0] > 1) {
            let share = run.len() as f64 / widths.len() as f64;
            let score = share * share * (run[0].min(30) as f64).sqrt();
            if score > best.0 {
                best = (score, delimiter);
            }
        }
    }
    Ok(best.1)
}

impl Plan {
    fn splitter(&self, path: &Path, width: Option<usize>) -> Result<Splitter<Utf8Of<File>>, Error> {
        let mut file = open_file(path)?;
        file.seek(SeekFrom::Start(self.mark as u64)).map_err(|source| file_error(path, source))?;
        Ok(Splitter::new(Utf8Of::new(file, self.encoding), self.delimiter, width))
    }

    /// The first rows, at most so many, and the lines where they begin.
    fn first_rows(&self, path: &Path, max: usize) -> Result<(Vec<u64>, Vec<Vec<String>>), Error> {
        let mut splitter = self.splitter(path, None)?;
        let (mut lines, mut rows) = (Vec::new(), Vec::new());
        let mut bytes = 0;
        let mut words = Words::default();
        // A file of nothing but long rows must not be read to its end here.
        while rows.len() < max && bytes < HEAD_BYTES as usize * 8 && splitter.position() < HEAD_BYTES * 64 {
            match splitter.next().map_err(|source| file_error(path, source))? {
                Step::End => break,
                Step::Refused { .. } => {}
                Step::Row { line } => {
                    let columns: Vec<usize> = (0..splitter.spans().len()).collect();
                    words.read(&splitter, &columns, self.encoding, &self.ranking);
                    lines.push(line);
                    let cells: Vec<String> = columns.iter().map(|&at| words.cell(at).to_owned()).collect();
                    bytes += cells.iter().map(|cell| cell.len() + 24).sum::<usize>();
                    rows.push(cells);
                }
            }
        }
        Ok((lines, rows))
    }

    /// Whether no row follows the header, not even one to refuse.
    fn is_exhausted(&self, path: &Path) -> Result<bool, Error> {
        let mut splitter = self.splitter(path, Some(self.width))?;
        loop {
            match splitter.next().map_err(|source| file_error(path, source))? {
                Step::End => return Ok(true),
                Step::Row { line } | Step::Refused { line, .. } if line > self.after_line => return Ok(false),
                _ => {}
            }
        }
    }

    /// The rows from the first.
    pub(super) fn rows(&self, path: &Path, parts: Vec<Part>) -> Result<TextRows, Error> {
        let total = std::fs::metadata(path).map_err(|source| file_error(path, source))?.len();
        let assembler = Assembler::new(parts);
        Ok(TextRows {
            splitter: self.splitter(path, Some(self.width))?,
            columns: assembler.columns(),
            assembler,
            plan: self.clone(),
            words: Words::default(),
            total,
        })
    }
}

/// The rows of a text file.
pub(super) struct TextRows {
    splitter: Splitter<Utf8Of<File>>,
    assembler: Assembler,
    columns: Vec<usize>,
    plan: Plan,
    words: Words,
    total: u64,
}

impl TextRows {
    pub(super) fn next(&mut self, batch: &mut Batch, max_rows: usize, tally: &mut Tally) -> std::io::Result<()> {
        while batch.len() < max_rows && batch.text_bytes() < BATCH_BYTES_MAX {
            match self.splitter.next()? {
                Step::End => break,
                Step::Row { line } | Step::Refused { line, .. } if line <= self.plan.after_line => {}
                Step::Refused { line, reason } => tally.refuse(line, reason),
                Step::Row { line } => self.row(line, batch, tally),
            }
        }
        Ok(())
    }

    fn row(&mut self, line: u64, batch: &mut Batch, tally: &mut Tally) {
        let (splitter, width) = (&self.splitter, self.plan.width);
        let spans = splitter.spans();
        if let Some(extra) = spans.get(width..)
            && extra.iter().any(|span| !is_blank(&splitter.bytes()[span.start..span.end]))
        {
            return tally.refuse(line, "MAT0114");
        }
        let bytes = &splitter.bytes()[splitter.row()];
        let text = std::str::from_utf8(bytes);
        if let Err(error) = text
            && error.error_len().is_none()
            && splitter.is_unfinished()
            && !Encoding::LEGACY.contains(&self.plan.encoding)
        {
            return tally.refuse(line, "MAT0113");
        }
        tally.notes.short += u64::from(spans.len() < width);
        let row = tally.read();
        let start = splitter.row().start;
        match text {
            // The usual case, without a copy.
            Ok(text) if self.plan.is_plain(bytes, splitter.quotes()) => {
                self.assembler.push(batch, row, |column| {
                    spans.get(column).and_then(|span| text.get(span.start - start..span.end - start)).unwrap_or("")
                });
            }
            _ => {
                let found = self.words.read(splitter, &self.columns, self.plan.encoding, &self.plan.ranking);
                tally.notes.with_nul += u64::from(bytes.contains(&0));
                tally.notes.broken += u64::from(found.broken);
                if let Some(other) = found.other {
                    *tally.notes.other_encoding.entry(other.name()).or_default() += 1;
                }
                let words = &self.words;
                self.assembler.push(batch, row, |column| words.cell(column));
            }
        }
    }

    pub(super) fn progress(&self) -> Progress {
        let read = self.splitter.input().read_bytes() + self.plan.mark as u64;
        Progress { bytes_read: read.min(self.total), bytes_total: self.total }
    }
}

impl Plan {
    /// Whether the bytes of a row, which are UTF-8, are its letters as they stand: no quotes to take out, no NUL, no
    /// marks apart from their letters, and the encoding is the one that it seems.
    fn is_plain(&self, row: &[u8], quotes: bool) -> bool {
        if quotes || row.contains(&0) {
            return false;
        }
        match self.encoding {
            Encoding::Utf8 | Encoding::Utf16Le | Encoding::Utf16Be => !row.contains(&0xCC) && !row.contains(&0xCD),
            Encoding::Viscii | Encoding::Vps => row.iter().all(|byte| matches!(byte, b'\t' | 32..=127)),
            Encoding::Tcvn3 | Encoding::Vni | Encoding::Cp1258 => row.is_ascii(),
        }
    }
}

/// The cells of one row, decoded.
#[derive(Default)]
struct Words {
    text: String,
    /// Where the cell of a column stands in `text`.
    cells: Vec<Range<usize>>,
    room: Vec<u8>,
}

/// What a row turned out to be.
struct Found {
    /// Not in the encoding of the file, but in this one.
    other: Option<Encoding>,
    /// Letters were lost.
    broken: bool,
}

impl Words {
    fn cell(&self, column: usize) -> &str {
        self.cells.get(column).map_or("", |range| &self.text[range.clone()])
    }

    /// Decodes the given columns of the row that the splitter holds.
    fn read<R: Read>(
        &mut self,
        splitter: &Splitter<R>,
        columns: &[usize],
        encoding: Encoding,
        ranking: &Ranking,
    ) -> Found {
        self.text.clear();
        self.cells.clear();
        let row = &splitter.bytes()[splitter.row()];
        let raw = |column: usize| splitter.spans().get(column).map(|span| &splitter.bytes()[span.start..span.end]);
        // What the splitter sees of UTF-16 is UTF-8 already.
        let unicode = !Encoding::LEGACY.contains(&encoding);
        let valid = std::str::from_utf8(row).is_ok();
        let (of_row, other) = if unicode && !valid {
            let strange: Vec<&[u8]> = (0..splitter.spans().len())
                .filter_map(raw)
                .filter(|cell| std::str::from_utf8(cell).is_err() && !holds_vietnamese(cell))
                .collect();
            if strange.is_empty() {
                (Encoding::Utf8, None)
            } else {
                let best = best_for_row(&strange, ranking);
                (best, Some(best))
            }
        } else if !unicode && valid && is_vietnamese_utf8(row) {
            (Encoding::Utf8, Some(Encoding::Utf8))
        } else {
            (if unicode { Encoding::Utf8 } else { encoding }, None)
        };
        for &column in columns {
            self.cells.resize(column, 0..0);
            let start = self.text.len();
            if let (Some(cell), Some(span)) = (raw(column), splitter.spans().get(column)) {
                let cell = unquote(cell, span.quotes, &mut self.room);
                match std::str::from_utf8(cell) {
                    Ok(text) if unicode || is_vietnamese_utf8(cell) => push_composed(text, &mut self.text),
                    Err(_) if unicode && holds_vietnamese(cell) => Encoding::Utf8.decode(cell, &mut self.text),
                    _ => of_row.decode(cell, &mut self.text),
                }
            }
            self.cells.push(start..self.text.len());
        }
        Found { other, broken: self.text.contains(char::REPLACEMENT_CHARACTER) }
    }
}

/// Appends text in NFC and without NUL.
fn push_composed(text: &str, into: &mut String) {
    if text.contains(['\0', '\u{feff}']) || text.bytes().any(|byte| matches!(byte, 0xCC | 0xCD)) {
        into.extend(text.chars().filter(|c| !matches!(c, '\0' | '\u{feff}')).nfc());
    } else {
        into.push_str(text);
    }
}

/// Whether bytes that are not UTF-8 as a whole hold Vietnamese letters in UTF-8: then a letter was cut, and the rest
/// is not to be guessed at.
fn holds_vietnamese(bytes: &[u8]) -> bool {
    let mut letters = 0;
    let mut strange = 0;
    for chunk in bytes.utf8_chunks() {
        letters += chunk.valid().chars().filter(|c| !c.is_ascii()).count();
        letters = if is_vietnamese_utf8(chunk.valid().as_bytes()) || chunk.valid().is_ascii() { letters } else { 0 };
        strange += usize::from(!chunk.invalid().is_empty());
    }
    letters > 0 && letters >= strange
}
