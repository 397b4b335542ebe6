//! Cells of a file into the cells of a batch.

use crate::Batch;
use crate::mapping::Part;
use std::ops::Range;

/// Puts the columns of a row where the fields want them.
pub(crate) struct Assembler {
    parts: Vec<Part>,
    room: String,
    joined: Vec<Range<usize>>,
}

impl Assembler {
    pub(crate) fn new(parts: Vec<Part>) -> Self {
        Self { parts, room: String::new(), joined: Vec::new() }
    }

    /// The columns that any field needs, each once, in order.
    pub(crate) fn columns(&self) -> Vec<usize> {
        let mut columns: Vec<usize> = self.parts.iter().flat_map(|part| part.columns.iter().copied()).collect();
        columns.sort_unstable();
        columns.dedup();
        columns
    }

    /// Adds a row; `cell` gives the text of a column.
    pub(crate) fn push<'a>(&mut self, batch: &mut Batch, row: u64, cell: impl Fn(usize) -> &'a str) {
        self.room.clear();
        self.joined.clear();
        for part in self.parts.iter().filter(|part| part.columns.len() > 1) {
            let start = self.room.len();
            for column in &part.columns {
                let text = clean(cell(*column));
                if !text.is_empty() && self.room.len() > start {
                    self.room.push_str(part.joint);
                }
                self.room.push_str(text);
            }
            self.joined.push(start..self.room.len());
        }
        let mut joined = self.joined.iter();
        let cells = self.parts.iter().map(|part| match part.columns.as_slice() {
            [] => "",
            [column] => clean(cell(*column)),
            _ => joined.next().map_or("", |range| &self.room[range.clone()]),
        });
        batch.push(row, cells);
    }
}

/// A cell without the space around it, and without what programs write where there is nothing.
pub(crate) fn clean(cell: &str) -> &str {
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || matches!(c, '\u{feff}' | '\u{200b}'));
    match cell.as_bytes() {
        // Excel writes ="0123" where leading zeros are to stay.
        [b'=', b'"', .., b'"'] if cell.len() > 3 => &cell[2..cell.len() - 1],
        [b'N' | b'n' | b'(' | b'\\' | b'#' | b'<', ..] if cell.len() <= 7 => match cell {
            "NULL" | "null" | "Null" | "(null)" | "(NULL)" | "\\N" | "NaN" | "nan" | "<NA>" | "None" | "#N/A"
            | "#REF!" | "#VALUE!" | "#NAME?" | "#DIV/0!" | "#NUM!" | "#NULL!" => "",
            _ => cell,
        },
        _ => cell,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_programs_write_for_nothing_is_nothing() {
        for (cell, value) in [
            (" Lan ", "Lan"),
            ("\u{a0}Lan\u{feff}", "Lan"),
            ("=\"0123\"", "0123"),
            ("=\"\"", "=\"\""),
            ("NULL", ""),
            ("#N/A", ""),
            ("Nam", "Nam"),
            ("Null Văn An", "Null Văn An"),
            ("", ""),
        ] {
            assert_eq!(clean(cell), value, "{cell:?}");
        }
    }

    #[test]
    fn several_columns_are_joined_without_gaps() {
        let part = |columns: &[usize], joint| Part { columns: columns.to_vec(), joint };
        let mut assembler =
            Assembler::new(vec![part(&[0, 1, 2], " "), part(&[], " "), part(&[2], " "), part(&[3, 4], "/")]);
        assert_eq!(assembler.columns(), [0, 1, 2, 3, 4]);
        let mut batch = Batch::new(4);
        assembler.push(&mut batch, 1, |column| ["Đỗ", " ", "Lan", "5", "1990"][column]);
        assembler.push(&mut batch, 2, |column| ["", "", "", "", "1990"][column]);
        assert_eq!(batch.cells(0).collect::<Vec<_>>(), ["Đỗ Lan", "", "Lan", "5/1990"]);
        assert_eq!(batch.cells(1).collect::<Vec<_>>(), ["", "", "", "1990"]);
    }
}
