//! Rows as text.

/// Rows as text, a cell for each field of the schema; what is absent is empty. Personal: no `Debug`.
#[derive(Clone, Default)]
pub struct Batch {
    width: usize,
    /// The number of each row in its file, the first row after the header being 1.
    rows: Vec<u64>,
    text: String,
    /// Where each cell ends in `text`.
    ends: Vec<u32>,
}

impl Batch {
    /// No rows, of so many cells each.
    #[must_use]
    pub fn new(width: usize) -> Self {
        Self { width, ..Self::default() }
    }

    /// Takes the rows out and keeps the room.
    pub fn clear(&mut self) {
        self.rows.clear();
        self.text.clear();
        self.ends.clear();
    }

    /// Adds a row: its number and exactly [`Self::width`] cells. A batch holds less than 4 GiB of text: what would not
    /// fit is left empty.
    pub fn push<'a>(&mut self, row: u64, cells: impl IntoIterator<Item = &'a str>) {
        self.rows.push(row);
        let before = self.ends.len();
        for cell in cells.into_iter().take(self.width) {
            if self.text.len() + cell.len() <= u32::MAX as usize {
                self.text.push_str(cell);
            }
            self.ends.push(self.text.len() as u32);
        }
        self.ends.resize(before + self.width, self.text.len() as u32);
    }

    /// How many cells a row has.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// How many bytes of text.
    #[must_use]
    pub fn text_bytes(&self) -> usize {
        self.text.len()
    }

    /// The number of a row in its file.
    #[must_use]
    pub fn row(&self, at: usize) -> u64 {
        self.rows[at]
    }

    /// A cell, empty where the value is absent.
    #[must_use]
    pub fn cell(&self, at: usize, field: usize) -> &str {
        let end = at * self.width + field;
        let start = if end == 0 { 0 } else { self.ends[end - 1] as usize };
        &self.text[start..self.ends[end] as usize]
    }

    /// The cells of a row.
    pub fn cells(&self, at: usize) -> impl Iterator<Item = &str> {
        (0..self.width).map(move |field| self.cell(at, field))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_comes_back_as_it_went_in_and_short_rows_are_filled() {
        let mut batch = Batch::new(3);
        batch.push(1, ["a", "", "ccc"]);
        batch.push(7, ["đ"]);
        assert_eq!(batch.cells(0).collect::<Vec<_>>(), ["a", "", "ccc"]);
        assert_eq!(batch.cells(1).collect::<Vec<_>>(), ["đ", "", ""]);
        assert_eq!((batch.len(), batch.row(1)), (2, 7));
    }
}
