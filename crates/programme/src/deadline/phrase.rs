//! The places in a text that say a time.

use super::{Kind, Stage};
use time::{Date, Duration, Month};

/// A time that a text says.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Phrase {
    /// What it means.
    pub(super) stage: Stage,
    /// Where it begins in the folded text.
    pub(super) at: usize,
    /// It is in no calendar, or two forms are mixed (`tháng 30/11/2024`); read as what was likely meant.
    pub(super) impossible: bool,
}

/// What the words before a time make of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bound {
    In,
    Before,
    Until,
    From,
}

#[derive(Clone, Copy)]
struct Token<'t> {
    text: &'t str,
    at: usize,
}

/// Words, numbers and the signs between them.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let class = |c: char| match c {
        c if c.is_ascii_digit() => 1,
        c if c.is_alphanumeric() => 2,
        _ => 0,
    };
    let mut start = 0;
    let mut last = 0;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        let now = class(c);
        if now == 0 || now != last {
            if last != 0 {
                found.push(Token { text: &text[start..at], at: start });
            }
            start = at;
        }
        if now == 0 && !c.is_whitespace() {
            found.push(Token { text: &text[at..at + c.len_utf8()], at });
        }
        last = now;
    }
    found
}

/// Endings of document numbers: a date behind one is that of the document (`175/NQ-CP ngày 30/10/2023`).
const ISSUERS: [&str; 14] =
    ["cp", "ttg", "vpcp", "bca", "btttt", "btp", "btc", "ubnd", "hdnd", "qh", "tw", "nq", "qd", "ct"];

/// Every time in a folded text, in order.
pub(super) fn phrases(folded: &str) -> Vec<Phrase> {
    let tokens = tokens(folded);
    let mut found: Vec<Phrase> = Vec::new();
    let mut i = 0;
    while i < tokens.len() {
        let Some((length, read)) = time_at(&tokens[i..]) else {
            i += 1;
            continue;
        };
        let of_document = i > 0 && ISSUERS.contains(&tokens[i - 1].text);
        let first_at = tokens[i].at;
        let bound = bound_before(&tokens[..i]);
        i += length;
        if of_document {
            continue;
        }
        // `trong 2024, 2025`: years that follow each other are one span.
        if let (Read::Years(first, last), Some(before)) = (&read, found.last_mut())
            && matches!(before.stage.kind, Kind::Year | Kind::Years)
            && bound == Bound::In
            && before.stage.until.is_some_and(|until| until.year() + 1 == *first)
        {
            before.stage.kind = Kind::Years;
            before.stage.until = end_of(*last, 12);
            continue;
        }
        found.push(phrase(read, bound, first_at));
    }
    found
}

/// A time before its bound is known.
enum Read {
    Day(Date),
    /// Impossible, with what was likely meant.
    Odd(Option<Date>),
    Months(Kind, i32, u8, u8),
    Years(i32, i32),
    SchoolYear(i32, i32),
}

fn phrase(read: Read, bound: Bound, at: usize) -> Phrase {
    let impossible = matches!(read, Read::Odd(_));
    let (kind, from, until) = match read {
        Read::Day(day) => (Kind::Day, Some(day), Some(day)),
        Read::Odd(day) => (Kind::Day, day, day),
        Read::Months(kind, year, first, last) => (kind, start_of(year, first), end_of(year, last)),
        Read::Years(first, last) => {
            (if first == last { Kind::Year } else { Kind::Years }, start_of(first, 1), end_of(last, 12))
        }
        // A school year begins in September and ends by 31 May (Bộ Giáo dục và Đào tạo, khung kế hoạch năm học).
        Read::SchoolYear(first, last) => (Kind::SchoolYear, start_of(first, 9), end_of(last, 5)),
    };
    let stage = match bound {
        Bound::Before => Stage { kind: Kind::Before, from: None, until: from.and_then(Date::previous_day) },
        Bound::Until => Stage { kind, from: None, until },
        Bound::From => Stage { kind, from, until: None },
        Bound::In if kind == Kind::Day => Stage { kind, from: None, until },
        Bound::In => Stage { kind, from, until },
    };
    Phrase { stage, at, impossible }
}

/// The last words before a time that bound it.
fn bound_before(before: &[Token<'_>]) -> Bound {
    for token in before.iter().rev().take(3) {
        match token.text {
            "truoc" => return Bound::Before,
            "den" | "het" | "cham" | "nhat" | "cuoi" => return Bound::Until,
            "tu" => return Bound::From,
            "ngay" | "thang" | "nam" | "quy" => {}
            _ => return Bound::In,
        }
    }
    Bound::In
}

/// The time that begins here, and how many tokens it takes.
fn time_at(tokens: &[Token<'_>]) -> Option<(usize, Read)> {
    let text = |i: usize| tokens.get(i).map_or("", |token| token.text);
    let number = |i: usize| text(i).parse::<i32>().ok().filter(|_| text(i).len() <= 4);
    let year = |i: usize| number(i).filter(|year| (1990..2100).contains(year));
    let slash = |i: usize| matches!(text(i), "/" | "-" | ".");
    // D/M/Y from token `i`: day and tokens taken.
    let numeric = |i: usize| -> Option<(Read, usize)> {
        let (d, m, y) = (number(i)?, number(i + 2)?, year(i + 4)?);
        (slash(i + 1) && slash(i + 3)).then(|| (day(y, m, d), 5))
    };
    match text(0) {
        "ngay" => {
            if let Some((read, taken)) = numeric(1) {
                return Some((taken + 1, read));
            }
            let (d, m) = (number(1)?, number(3)?);
            let y = if text(4) == "nam" || slash(4) { year(5)? } else { return None };
            (text(2) == "thang").then(|| (6, day(y, m, d)))
        }
        // `6 tháng đầu năm 2024`
        "6" if text(1) == "thang" && text(3) == "nam" => {
            let y = year(4)?;
            let (first, last) = match text(2) {
                "dau" => (1, 6),
                "cuoi" => (7, 12),
                _ => return None,
            };
            Some((5, Read::Months(Kind::HalfYear, y, first, last)))
        }
        "thang" => {
            // `tháng 30/11/2024`: a day where a month should be.
            if let Some((read, taken)) = numeric(1) {
                let odd = match read {
                    Read::Day(day) => Read::Odd(Some(day)),
                    other => other,
                };
                return Some((taken + 1, odd));
            }
            let m = number(1)?;
            let y = if slash(2) || text(2) == "nam" { year(3)? } else { return None };
            let read = match u8::try_from(m) {
                Ok(m @ 1..=12) => Read::Months(Kind::Month, y, m, m),
                _ => Read::Odd(None),
            };
            Some((4, read))
        }
        "quy" => {
            let quarter: u8 = match text(1) {
                "i" | "1" | "l" => 1,
                "ii" | "2" => 2,
                "iii" | "3" => 3,
                "iv" | "4" => 4,
                _ => return None,
            };
            let y = if slash(2) || text(2) == "nam" { year(3)? } else { return None };
            Some((4, Read::Months(Kind::Quarter, y, quarter * 3 - 2, quarter * 3)))
        }
        "nam" if text(1) == "hoc" => {
            let (first, last) = (year(2)?, year(4)?);
            ((slash(3) || text(3) == "–") && last == first + 1).then_some((5, Read::SchoolYear(first, last)))
        }
        "nam" => {
            let (taken, read) = years(&tokens[1..])?;
            Some((taken + 1, read))
        }
        _ => match numeric(0) {
            Some((read, taken)) => Some((taken, read)),
            None => years(tokens),
        },
    }
}

/// `2024`, `2024-2025`, `2024 – 2025`.
fn years(tokens: &[Token<'_>]) -> Option<(usize, Read)> {
    let text = |i: usize| tokens.get(i).map_or("", |token| token.text);
    let year = |i: usize| text(i).parse::<i32>().ok().filter(|year| (1990..2100).contains(year));
    let first = year(0)?;
    let dash = matches!(text(1), "-" | "–" | "—" | "/");
    // The year of a document number: `01/2023/TT-VPCP`.
    if text(1) == "/" && year(2).is_none() {
        return None;
    }
    match year(2).filter(|last| dash && *last >= first) {
        Some(last) => Some((3, Read::Years(first, last))),
        None => Some((1, Read::Years(first, first))),
    }
}

/// The day, or what was likely meant by one that no calendar has: the last of its month.
fn day(year: i32, month: i32, day: i32) -> Read {
    let month = u8::try_from(month).ok().and_then(|month| Month::try_from(month).ok());
    let day = u8::try_from(day).ok().filter(|day| (1..=31).contains(day));
    match (month, day) {
        (Some(month), Some(day)) => match Date::from_calendar_date(year, month, day) {
            Ok(date) => Read::Day(date),
            Err(_) => Read::Odd(end_of(year, u8::from(month))),
        },
        (Some(month), None) => Read::Odd(end_of(year, u8::from(month))),
        (None, _) => Read::Odd(None),
    }
}

fn start_of(year: i32, month: u8) -> Option<Date> {
    Date::from_calendar_date(year, Month::try_from(month).ok()?, 1).ok()
}

fn end_of(year: i32, month: u8) -> Option<Date> {
    let month = Month::try_from(month).ok()?;
    let length = month.length(year);
    start_of(year, u8::from(month)).map(|first| first + Duration::days(i64::from(length) - 1))
}
