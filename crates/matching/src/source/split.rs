//! Bytes into rows and cells, for separated text of any ASCII-compatible encoding.
//!
//! As RFC 4180, and forgiving where files of offices are not: rows end with LF, CRLF or CR; a quotation mark in the
//! middle of an unquoted cell is itself; blank lines are no rows. Memory is bounded by [`ROW_BYTES_MAX`], whatever the
//! file holds: a longer row is passed over without being held.
//!
//! A forgotten quotation mark must not swallow the rows below it. So a row over several lines is believed only when
//! its quotes are closed cleanly and it has no more cells than the file has columns; otherwise its first line is
//! refused, and reading goes on with the second.

use std::io::Read;
use std::ops::Range;

/// Longest row.
pub const ROW_BYTES_MAX: usize = 1 << 20;
/// Most columns of a table.
pub const COLUMNS_MAX: usize = 4_096;

/// Bytes that are read at once.
const READ_BYTES: usize = 1 << 18;

/// A cell within [`Splitter::bytes`].
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) quotes: Quotes,
}

/// What is to be done with the quotation marks within a span.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Quotes {
    /// Nothing.
    None,
    /// Two in a row are one.
    Doubled,
    /// The first opens the cell; after the one that closes it more text follows, which is kept.
    Outer,
}

/// What stands next in the file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step {
    /// A row, which begins at a line; its cells are in [`Splitter::spans`].
    Row { line: u64 },
    /// A row that cannot be read.
    Refused { line: u64, reason: &'static str },
    /// The end.
    End,
}

/// A reader of rows.
pub(crate) struct Splitter<R> {
    input: R,
    delimiter: u8,
    /// Cells that a row over several lines may have.
    width: usize,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    eof: bool,
    line: u64,
    /// Bytes before `buffer[0]`.
    passed: u64,
    row: Range<usize>,
    spans: Vec<Span>,
}

/// Where a row ends.
enum Scan {
    /// Here, and the next begins there, so many lines further down.
    Row { end: usize, next: usize, lines: u64 },
    /// Not within what is held.
    More { open: bool },
    /// The quotes are not in order.
    Tangled,
}

impl<R: Read> Splitter<R> {
    pub(crate) fn new(input: R, delimiter: u8, width: Option<usize>) -> Self {
        Self {
            input,
            delimiter,
            width: width.unwrap_or(COLUMNS_MAX),
            buffer: Vec::new(),
            start: 0,
            end: 0,
            eof: false,
            line: 1,
            passed: 0,
            row: 0..0,
            spans: Vec::new(),
        }
    }

    /// How far the reader is, in bytes of its input.
    pub(crate) fn position(&self) -> u64 {
        self.passed + self.start as u64
    }

    /// Where the bytes come from.
    pub(crate) fn input(&self) -> &R {
        &self.input
    }

    /// Whether any cell of the row holds quotation marks to take out.
    pub(crate) fn quotes(&self) -> bool {
        self.spans.iter().any(|span| span.quotes != Quotes::None)
    }

    /// The bytes that the spans speak of.
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.buffer
    }

    /// The row, without its end of line.
    pub(crate) fn row(&self) -> Range<usize> {
        self.row.clone()
    }

    /// The cells of the row.
    pub(crate) fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Whether the row is the last thing in the file and no end of line follows it.
    pub(crate) fn is_unfinished(&self) -> bool {
        self.eof && self.start == self.end && self.row.end == self.end
    }

    /// The next row that is not blank.
    pub(crate) fn next(&mut self) -> std::io::Result<Step> {
        loop {
            if self.start == self.end && !self.fill()? {
                return Ok(Step::End);
            }
            let line = self.line;
            match self.scan() {
                Scan::Row { end, next, lines } => {
                    self.row = self.start..end;
                    self.start = next;
                    self.line += lines;
                    if self.spans.iter().any(|span| !is_blank(&self.buffer[span.start..span.end])) {
                        if end - self.row.start > ROW_BYTES_MAX {
                            return Ok(Step::Refused { line, reason: "MAT0111" });
                        }
                        return Ok(Step::Row { line });
                    }
                }
                Scan::Tangled => {
                    let reason = if self.holds_line() { "MAT0112" } else { "MAT0113" };
                    self.skip_line()?;
                    return Ok(Step::Refused { line, reason });
                }
                Scan::More { open } if self.end - self.start > ROW_BYTES_MAX => {
                    let reason = if open && self.holds_line() { "MAT0112" } else { "MAT0111" };
                    self.skip_line()?;
                    return Ok(Step::Refused { line, reason });
                }
                Scan::More { .. } => {
                    self.fill()?;
                }
            }
        }
    }

    /// Whether an end of line is among what is held.
    fn holds_line(&self) -> bool {
        self.buffer[self.start..self.end].iter().any(|byte| matches!(byte, b'\n' | b'\r'))
    }

    /// Passes over everything up to and with the next end of line, however far that is.
    fn skip_line(&mut self) -> std::io::Result<()> {
        loop {
            let held = &self.buffer[self.start..self.end];
            match held.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
                Some(at) => {
                    let carriage = held[at] == b'\r';
                    self.start += at + 1;
                    self.line += 1;
                    if carriage && (self.start < self.end || self.fill()?) && self.buffer[self.start] == b'\n' {
                        self.start += 1;
                    }
                    return Ok(());
                }
                None => {
                    self.start = self.end;
                    if !self.fill()? {
                        return Ok(());
                    }
                }
            }
        }
    }

    /// Reads more behind what is held. False at the end of the input.
    fn fill(&mut self) -> std::io::Result<bool> {
        if self.eof {
            return Ok(false);
        }
        self.buffer.copy_within(self.start..self.end, 0);
        self.passed += self.start as u64;
        self.end -= self.start;
        self.start = 0;
        if self.buffer.len() < self.end + READ_BYTES {
            self.buffer.resize(self.end + READ_BYTES, 0);
        }
        let before = self.end;
        while self.end < before + READ_BYTES {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.eof = true;
                    break;
                }
                Ok(count) => self.end += count,
                Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.end > before)
    }

    /// Finds the cells of the row that begins at `start`.
    fn scan(&mut self) -> Scan {
        self.spans.clear();
        let bytes = &self.buffer[..self.end];
        let delimiter = self.delimiter;
        let special = |from: usize| {
            let found = bytes[from..].iter().position(|&byte| byte == delimiter || byte == b'\n' || byte == b'\r');
            found.map_or(bytes.len(), |at| from + at)
        };
        let mut at = self.start;
        let mut lines = 0;
        loop {
            let end;
            if bytes.get(at) == Some(&b'"') {
                let close = match closing(bytes, at + 1) {
                    Close::At(close) if close + 1 < bytes.len() || self.eof => close,
                    Close::None if self.eof => return Scan::Tangled,
                    _ => return Scan::More { open: true },
                };
                let within = bytes[at..close].iter().filter(|&&byte| byte == b'\n').count();
                // A file whose lines end with CR only.
                let within =
                    if within > 0 { within } else { bytes[at..close].iter().filter(|&&byte| byte == b'\r').count() };
                lines += within as u64;
                end = special(close + 1);
                let clean = bytes[close + 1..end].iter().all(|byte| matches!(byte, b' ' | b'\t'));
                if lines > 0 && !clean {
                    return Scan::Tangled;
                }
                let span = if clean { at + 1..close } else { at..end };
                let quotes = match clean {
                    false => Quotes::Outer,
                    true if bytes[span.clone()].contains(&b'"') => Quotes::Doubled,
                    true => Quotes::None,
                };
                self.spans.push(Span { start: span.start, end: span.end, quotes });
            } else {
                end = special(at);
                self.spans.push(Span { start: at, end, quotes: Quotes::None });
            }
            if lines > 0 && self.spans.len() > self.width {
                return Scan::Tangled;
            }
            match bytes.get(end) {
                Some(b'\n') => return Scan::Row { end, next: end + 1, lines: lines + 1 },
                Some(b'\r') => match bytes.get(end + 1) {
                    Some(b'\n') => return Scan::Row { end, next: end + 2, lines: lines + 1 },
                    None if !self.eof => return Scan::More { open: false },
                    _ => return Scan::Row { end, next: end + 1, lines: lines + 1 },
                },
                Some(_) => at = end + 1,
                None if self.eof => return Scan::Row { end, next: end, lines },
                None => return Scan::More { open: false },
            }
        }
    }
}

enum Close {
    At(usize),
    None,
}

/// The quotation mark that closes a cell. Two in a row are one that belongs to it.
fn closing(bytes: &[u8], mut from: usize) -> Close {
    while let Some(at) = bytes[from..].iter().position(|&byte| byte == b'"') {
        let at = from + at;
        if bytes.get(at + 1) != Some(&b'"') {
            return Close::At(at);
        }
        from = at + 2;
    }
    Close::None
}

/// Whether a cell holds nothing that anybody could see.
pub(crate) fn is_blank(cell: &[u8]) -> bool {
    cell.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 0 | b'"'))
}

/// The value of a cell, without the quotation marks that are not part of it.
pub(crate) fn unquote<'a>(cell: &'a [u8], quotes: Quotes, room: &'a mut Vec<u8>) -> &'a [u8] {
    if quotes == Quotes::None {
        return cell;
    }
    room.clear();
    let mut rest = cell;
    if quotes == Quotes::Outer {
        rest = rest.get(1..).unwrap_or_default();
    }
    while let Some(at) = rest.iter().position(|&byte| byte == b'"') {
        room.extend_from_slice(&rest[..at]);
        if rest.get(at + 1) == Some(&b'"') {
            room.push(b'"');
            rest = &rest[at + 2..];
        } else {
            rest = &rest[at + 1..];
            break;
        }
    }
    room.extend_from_slice(rest);
    room
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Rows and refusals, with their lines.
    fn split(bytes: &[u8], width: Option<usize>) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        let mut splitter = Splitter::new(bytes, b',', width);
        let mut rows = Vec::new();
        loop {
            match splitter.next().unwrap() {
                Step::End => return rows,
                Step::Refused { line, reason } => rows.push((line, Err(reason))),
                Step::Row { line } => {
                    let mut room = Vec::new();
                    let cells = splitter.spans().iter().map(|span| {
                        let cell = unquote(&splitter.bytes()[span.start..span.end], span.quotes, &mut room);
                        String::from_utf8_lossy(cell).into_owned()
                    });
                    rows.push((line, Ok(cells.collect())));
                }
            }
        }
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Result<Vec<String>, &'static str>) {
        (line, Ok(cells.iter().map(ToString::to_string).collect()))
    }

    #[test]
    fn rows_end_with_any_end_of_line_and_blank_lines_are_none() {
        for end in ["\n", "\r\n", "\r"] {
            let text = ["a,b", "", "c,", " ", "d"].join(end);
            assert_eq!(
                split(text.as_bytes(), None),
                [row(1, &["a", "b"]), row(3, &["c", ""]), row(5, &["d"])],
                "{end:?}"
            );
        }
        assert_eq!(split(b"", None), []);
        assert_eq!(split(b"a,b\n,,,\nc", None), [row(1, &["a", "b"]), row(3, &["c"])]);
    }

    #[test]
    fn quotes_hold_delimiters_lines_and_themselves() {
        assert_eq!(split(b"\"a,b\",\"c\nd\"\ne,f", Some(2)), [row(1, &["a,b", "c\nd"]), row(3, &["e", "f"])]);
        assert_eq!(split(b"\"a\rb\"\rc\r", None), [row(1, &["a\rb"]), row(3, &["c"])]);
        assert_eq!(split(b"\"\"\"a\"\"\",\"\",b\"c", None), [row(1, &["\"a\"", "", "b\"c"])]);
        assert_eq!(split(b"\"ab\"c,\"d\" ,e", None), [row(1, &["abc", "d", "e"])]);
    }

    #[test]
    fn a_forgotten_quote_costs_its_own_line_only() {
        let text = b"1,\"Lan,x\n2,\"Hoa\",y\n3,Mai,z\n";
        assert_eq!(split(text, Some(3)), [(1, Err("MAT0112")), row(2, &["2", "Hoa", "y"]), row(3, &["3", "Mai", "z"])]);
        assert_eq!(split(b"1,\"a\n2,b\n3,c", Some(2)), [(1, Err("MAT0112")), row(2, &["2", "b"]), row(3, &["3", "c"])]);
        assert_eq!(split(b"1,a\n2,\"b", Some(2)), [row(1, &["1", "a"]), (2, Err("MAT0113"))]);
    }

    #[test]
    fn a_row_that_is_too_long_is_passed_over() {
        let long = "x".repeat(ROW_BYTES_MAX + 3 * READ_BYTES);
        for end in ["\n", "\r\n", "\r"] {
            let text = format!("a,b{end}{long}{end}c,d");
            assert_eq!(
                split(text.as_bytes(), None),
                [row(1, &["a", "b"]), (2, Err("MAT0111")), row(3, &["c", "d"])],
                "{end:?}"
            );
        }
        assert_eq!(split(format!("a\n\"{long}").as_bytes(), None), [row(1, &["a"]), (2, Err("MAT0111"))]);
        assert_eq!(split(format!("\"a\n{long}\nb").as_bytes(), None)[0], (1, Err("MAT0112")));
    }

    /// Two gigabytes in one line, from nowhere.
    struct Endless {
        left: u64,
    }

    impl Read for Endless {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.left.min(into.len() as u64) as usize;
            into[..count].fill(b'x');
            self.left -= count as u64;
            Ok(count)
        }
    }

    #[test]
    fn a_line_of_two_gigabytes_is_never_held() {
        let endless = b"a,b\n".chain(Endless { left: 2 << 30 }).chain(&b"\nc,d\n"[..]);
        let mut splitter = Splitter::new(endless, b',', None);
        let mut steps = Vec::new();
        loop {
            let step = splitter.next().unwrap();
            steps.push(step);
            assert!(splitter.buffer.len() <= ROW_BYTES_MAX + 3 * READ_BYTES);
            if step == Step::End {
                break;
            }
        }
        let refused = Step::Refused { line: 2, reason: "MAT0111" };
        assert_eq!(steps, [Step::Row { line: 1 }, refused, Step::Row { line: 3 }, Step::End]);
    }

    /// A reader that gives a few bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
            let count = self.0.len().min(into.len()).min(self.1);
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_split_the_same_however_they_come(
            bytes in proptest::collection::vec(prop_oneof![Just(b','), Just(b'"'), Just(b'\n'), Just(b'\r'), any::<u8>()], 0..300),
            few in 1..7_usize,
            width in 1..6_usize,
        ) {
            let whole = split(&bytes, Some(width));
            let mut splitter = Splitter::new(Slow(&bytes, few), b',', Some(width));
            let mut count = 0;
            loop {
                match splitter.next().unwrap() {
                    Step::End => break,
                    _ => count += 1,
                }
            }
            prop_assert_eq!(count, whole.len());
            prop_assert!(whole.windows(2).all(|pair| pair[0].0 < pair[1].0));
        }

        #[test]
        fn what_the_csv_crate_writes_is_read(
            table in proptest::collection::vec(proptest::collection::vec("[ab,\"\n\r ]{0,6}", 3), 1..8),
        ) {
            let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
            for cells in &table {
                writer.write_record(cells).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let read: Vec<_> = split(&bytes, Some(3)).into_iter().map(|(_, row)| row.unwrap()).collect();
            let expected: Vec<_> = table
                .into_iter()
                .filter(|cells| cells.iter().any(|cell| !is_blank(cell.as_bytes())))
                .collect();
            prop_assert_eq!(read, expected);
        }
    }
}
