//! Prose in which each task says `Đơn vị thực hiện: … Thời gian hoàn thành: …`.
//!
//! Lines in capitals are sections; `1.` begins a task or a group of tasks; `-` begins a task of the group before it.

use super::{Draft, Drafts, Left, Section};
use crate::doubt::{At, Doubt, NUMBER_ODD};
use crate::words::tidy;
use kernel::text::fold;

/// Begins who does it, in folded text without bold marks. `Đơn vị lập hồ sơ:` and the like count too.
const UNIT: &str = "don vi ";
/// Begins until when.
const TIMES: [&str; 3] = ["thoi gian hoan thanh", "thoi gian thuc hien", "thoi han hoan thanh"];
/// Most letters between `Đơn vị` and its colon.
const LABEL_MAX: usize = 30;

/// One `Đơn vị …: … Thời gian …: …`.
struct Assignment {
    /// What the unit does, such as `lập hồ sơ`; empty for `thực hiện`.
    role: String,
    unit: String,
    time: String,
}

/// The place in the list.
#[derive(Default)]
struct Place {
    section: String,
    /// The last `1.`, `2.`, …
    item: u32,
    /// Whether that item was a group without an assignment of its own.
    group: bool,
    /// The last `-` below it.
    bullet: u32,
}

/// Reads the text. Paragraphs without an assignment that head no group are left over.
pub(super) fn read(text: &str) -> Drafts {
    let mut drafts = Drafts::default();
    let mut place = Place::default();
    for (i, line) in text.lines().enumerate() {
        let paragraph = tidy(&line.replace("**", ""));
        if !paragraph.chars().any(char::is_alphanumeric) {
            continue;
        }
        if is_heading(&paragraph) {
            drafts.sections.push(Section { mark: paragraph.clone(), title: paragraph.clone() });
            place = Place { section: paragraph, ..Place::default() };
            continue;
        }
        let (content, assignments) = split(&paragraph);
        let (number, content) = numbered(&content);
        let bullet = content.starts_with("- ") || content.starts_with('–') || content.starts_with('+');
        let content = content.trim_start_matches(['-', '–', '+', ' ']).to_owned();
        if assignments.is_empty() {
            if let Some(number) = number {
                place = Place { item: number, group: true, bullet: 0, ..place };
            }
            drafts.left.push(Left { line: i + 1, text: paragraph });
            continue;
        }
        let mut doubts = Vec::new();
        let number = if let Some(number) = number {
            place = Place { item: number, group: false, bullet: 0, ..place };
            number.to_string()
        } else if bullet && place.group {
            place.bullet += 1;
            format!("{}.{}", place.item, place.bullet)
        } else {
            place.item += 1;
            if !bullet {
                doubts.push(Doubt::new(NUMBER_ODD, At::Number).with("expected", place.item).with("found", ""));
            }
            place.item.to_string()
        };
        let many = assignments.len() > 1;
        for (k, assignment) in assignments.into_iter().enumerate() {
            let number = if many { format!("{number}.{}", k + 1) } else { number.clone() };
            let content = match (content.is_empty(), assignment.role.is_empty()) {
                (_, true) => content.clone(),
                (true, false) => assignment.role.clone(),
                (false, false) => format!("{content} ({})", assignment.role),
            };
            let (lead, support) = roles(&assignment.unit);
            let section = place.section.clone();
            let deadline = assignment.time;
            let doubts = doubts.clone();
            drafts.tasks.push(Draft {
                section,
                number,
                content,
                lead,
                support,
                deadline,
                doubts,
                line: i + 1,
                ..Draft::default()
            });
        }
    }
    drafts
}

/// A short line in capitals without a full stop.
fn is_heading(paragraph: &str) -> bool {
    let letters = || paragraph.chars().filter(|c| c.is_alphabetic());
    paragraph.chars().count() <= 120 && letters().count() >= 3 && letters().all(|c| !c.is_lowercase())
}

/// `3. Về làm sạch…` → 3 and the rest.
fn numbered(content: &str) -> (Option<u32>, String) {
    let split = content.split_once(['.', ')']).filter(|(number, _)| number.len() <= 3);
    match split.and_then(|(number, rest)| Some((number.trim().parse().ok()?, rest))) {
        Some((number, rest)) => (Some(number), rest.trim().to_owned()),
        None => (None, content.to_owned()),
    }
}

/// Where labels stand in a paragraph: start, end (behind the colon), what the unit does (None: a time).
fn labels(paragraph: &str) -> Vec<(usize, usize, Option<String>)> {
    let mut found = Vec::new();
    for (at, _) in
        paragraph.char_indices().filter(|(at, c)| matches!(c, 'Đ' | 'đ' | 'T' | 't') && starts_word(paragraph, *at))
    {
        let rest = &paragraph[at..];
        let Some(colon) = rest.char_indices().take(LABEL_MAX).find(|(_, c)| *c == ':').map(|(colon, _)| colon) else {
            continue;
        };
        let label = fold(&rest[..colon]);
        if TIMES.contains(&label.as_str()) {
            found.push((at, at + colon + 1, None));
        } else if label.starts_with(UNIT) {
            let words: Vec<_> = rest[..colon].split_whitespace().skip(2).collect();
            let role = words.join(" ");
            let plain = ["thuc hien", "chu tri"].contains(&fold(&role).as_str());
            found.push((at, at + colon + 1, Some(if plain { String::new() } else { role })));
        }
    }
    found
}

fn starts_word(text: &str, at: usize) -> bool {
    text[..at].chars().next_back().is_none_or(|c| !c.is_alphanumeric())
}

/// The content of a paragraph, and who does what of it until when.
fn split(paragraph: &str) -> (String, Vec<Assignment>) {
    let labels = labels(paragraph);
    let end = |i: usize| labels.get(i + 1).map_or(paragraph.len(), |(start, ..)| *start);
    let content = labels.first().map_or(paragraph, |(start, ..)| &paragraph[..*start]);
    let mut assignments: Vec<Assignment> = Vec::new();
    for (i, (_, behind, role)) in labels.iter().enumerate() {
        let value = paragraph[*behind..end(i)].trim().trim_end_matches('.').to_owned();
        match (role, assignments.last_mut()) {
            (Some(role), _) => assignments.push(Assignment { role: role.clone(), unit: value, time: String::new() }),
            (None, Some(last)) if last.time.is_empty() => last.time = value,
            (None, _) => assignments.push(Assignment { role: String::new(), unit: String::new(), time: value }),
        }
    }
    (content.trim().trim_end_matches(':').trim().to_owned(), assignments)
}

/// Who leads and who supports, of `Bộ A chủ trì, phối hợp Bộ B; Bộ C chịu trách nhiệm kiểm tra`.
fn roles(unit: &str) -> (String, String) {
    const HELPS: [&str; 5] = ["phoi hop", "kiem tra", "giam sat", "don doc", "huong dan"];
    let (mut lead, mut support) = (Vec::new(), Vec::new());
    for clause in unit.split(';').map(str::trim).filter(|clause| !clause.is_empty()) {
        if let Some((before, after)) = split_at_word(clause, "chủ trì") {
            lead.push(before.trim_matches([' ', ',']).to_owned());
            support.push(after.trim_matches([' ', ',']).to_owned());
        } else if HELPS.iter().any(|word| fold(clause).contains(word)) {
            support.push(clause.to_owned());
        } else {
            lead.push(clause.to_owned());
        }
    }
    let joined = |parts: Vec<String>| parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("; ");
    (joined(lead), joined(support))
}

/// The text before and after a word, whatever its case.
fn split_at_word<'t>(text: &'t str, word: &str) -> Option<(&'t str, &'t str)> {
    let at = text.char_indices().map(|(at, _)| at).find(|at| {
        let length = text[*at..].chars().take(word.chars().count()).map(char::len_utf8).sum::<usize>();
        text[*at..*at + length].to_lowercase() == word
    })?;
    let length: usize = text[at..].chars().take(word.chars().count()).map(char::len_utf8).sum();
    Some((&text[..at], &text[at + length..]))
}
