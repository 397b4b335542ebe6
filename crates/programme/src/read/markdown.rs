//! Rows of Markdown tables, in the order of the file. Tables broken over pages come as several: the first row of each
//! stands where Markdown has its header.

use super::Left;
use super::rows::Row;
use crate::words::tidy;

/// The rows, what stands between the tables, and what stands before the first.
pub(super) fn rows(text: &str) -> (Vec<Row>, Vec<Left>, String) {
    let mut rows = Vec::new();
    let mut left = Vec::new();
    let mut preamble = String::new();
    for (i, line) in text.lines().enumerate() {
        let trimmed = line.trim();
        if !trimmed.starts_with('|') {
            if rows.is_empty() {
                preamble.push_str(line);
                preamble.push('\n');
            } else if trimmed.chars().any(char::is_alphanumeric) {
                left.push(Left { line: i + 1, text: tidy(trimmed) });
            }
            continue;
        }
        let cells = cells(trimmed);
        let rule = |cell: &String| !cell.is_empty() && cell.chars().all(|c| matches!(c, '-' | ':' | ' '));
        if !cells.iter().all(rule) {
            rows.push(Row { line: i + 1, cells });
        }
    }
    (rows, left, preamble)
}

/// The cells of one line. `\|` is no border; `<br>` is a space.
fn cells(line: &str) -> Vec<String> {
    let inner = line.strip_prefix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut chars = inner.chars().peekable();
    while let Some(c) = chars.next() {
        match (c, cells.last_mut()) {
            ('\\', Some(cell)) if chars.peek() == Some(&'|') => {
                cell.push('|');
                chars.next();
            }
            ('|', _) => cells.push(String::new()),
            (c, Some(cell)) => cell.push(c),
            (_, None) => {}
        }
    }
    if line.ends_with('|') {
        cells.pop();
    }
    cells.iter().map(|cell| tidy(&cell.replace("<br>", " ").replace("<br/>", " ").replace("<br />", " "))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_cells() {
        assert_eq!(cells("| 1 | a \\| b<br>c |  | |"), ["1", "a | b c", "", ""]);
        let (rows, left, preamble) = rows("Số: 1\n\n| a | b |\n|---|:--|\n| 1 |\n\nnote\n");
        assert_eq!(rows.iter().map(|row| (row.line, row.cells.len())).collect::<Vec<_>>(), [(3, 2), (5, 1)]);
        assert_eq!((left[0].line, left[0].text.as_str(), preamble.as_str()), (7, "note", "Số: 1\n\n"));
    }
}
