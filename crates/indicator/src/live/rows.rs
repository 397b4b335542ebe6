//! Dossiers (or petitions) as columns, found by their ids.

use super::column::Column;
use crate::Error;
use crate::marks::Marks;
use crate::period::Month;
use uuid::Uuid;

/// No row.
const NONE: u32 = u32::MAX;
/// More rows than this are not numbered.
pub(super) const ROWS_MAX: usize = (u32::MAX - 1) as usize;
/// The smallest table of ids, in slots.
const SLOTS_MIN: usize = 1024;
/// Nothing will change by itself.
pub(super) const NEVER: u32 = u32::MAX;

/// One row.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Row {
    pub(super) body: u16,
    pub(super) procedure: u16,
    pub(super) month: Month,
    /// As of now.
    pub(super) marks: Marks,
    pub(super) minutes: u32,
    /// The second after which time changes the marks; [`NEVER`] where it does not, or did.
    pub(super) change_after: u32,
    /// In which kinds of period it is late then.
    pub(super) late: [bool; 3],
}

/// All rows.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) ids: Column<[u8; 16]>,
    pub(super) bodies: Column<u16>,
    pub(super) procedures: Column<u16>,
    pub(super) months: Column<u16>,
    pub(super) marks: Column<u32>,
    pub(super) minutes: Column<u32>,
    pub(super) change_after: Column<u32>,
    pub(super) late: Column<u8>,
    /// Row numbers by hash of the id, open addressing; a power of two slots, at most three quarters full.
    pub(super) slots: Column<u32>,
}

impl Rows {
    pub(super) fn new() -> Self {
        Self {
            ids: Column::new(),
            bodies: Column::new(),
            procedures: Column::new(),
            months: Column::new(),
            marks: Column::new(),
            minutes: Column::new(),
            change_after: Column::new(),
            late: Column::new(),
            slots: Column::filled(NONE, SLOTS_MIN),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.ids.len()
    }

    /// The row of this id.
    pub(super) fn find(&self, id: Uuid) -> Option<usize> {
        let mask = self.slots.len() - 1;
        let mut slot = hash(id.as_bytes()) & mask;
        loop {
            match self.slots.get(slot) {
                NONE => return None,
                row if self.ids.get(row as usize) == *id.as_bytes() => return Some(row as usize),
                _ => slot = (slot + 1) & mask,
            }
        }
    }

    /// Appends a row whose id is not there yet.
    pub(super) fn push(&mut self, id: Uuid, row: Row) -> Result<usize, Error> {
        let at = self.len();
        if at >= ROWS_MAX {
            return Err(Error::TooMany(ROWS_MAX));
        }
        if (at + 1) * 4 > self.slots.len() * 3 {
            self.grow();
        }
        self.ids.push(*id.as_bytes());
        self.bodies.push(row.body);
        self.procedures.push(row.procedure);
        self.months.push(row.month.number());
        self.marks.push(row.marks.0);
        self.minutes.push(row.minutes);
        self.change_after.push(row.change_after);
        self.late.push(packed(row.late));
        self.place(id.as_bytes(), at as u32);
        Ok(at)
    }

    pub(super) fn get(&self, at: usize) -> Row {
        Row {
            body: self.bodies.get(at),
            procedure: self.procedures.get(at),
            month: Month::of_number(self.months.get(at)),
            marks: Marks(self.marks.get(at)),
            minutes: self.minutes.get(at),
            change_after: self.change_after.get(at),
            late: unpacked(self.late.get(at)),
        }
    }

    pub(super) fn set(&mut self, at: usize, row: Row) {
        self.bodies.set(at, row.body);
        self.procedures.set(at, row.procedure);
        self.months.set(at, row.month.number());
        self.marks.set(at, row.marks.0);
        self.minutes.set(at, row.minutes);
        self.change_after.set(at, row.change_after);
        self.late.set(at, packed(row.late));
    }

    pub(super) fn bytes(&self) -> usize {
        self.ids.bytes()
            + self.bodies.bytes()
            + self.procedures.bytes()
            + self.months.bytes()
            + self.marks.bytes()
            + self.minutes.bytes()
            + self.change_after.bytes()
            + self.late.bytes()
            + self.slots.bytes()
    }

    fn place(&mut self, id: &[u8; 16], row: u32) {
        let mask = self.slots.len() - 1;
        let mut slot = hash(id) & mask;
        while self.slots.get(slot) != NONE {
            slot = (slot + 1) & mask;
        }
        self.slots.set(slot, row);
    }

    fn grow(&mut self) {
        self.slots = Column::filled(NONE, self.slots.len() * 2);
        for row in 0..self.len() {
            let id = self.ids.get(row);
            self.place(&id, row as u32);
        }
    }
}

fn packed(late: [bool; 3]) -> u8 {
    u8::from(late[0]) | u8::from(late[1]) << 1 | u8::from(late[2]) << 2
}

fn unpacked(late: u8) -> [bool; 3] {
    [late & 1 != 0, late & 2 != 0, late & 4 != 0]
}

/// The same in every version, because a snapshot holds what it placed: both halves multiplied and folded.
fn hash(id: &[u8; 16]) -> usize {
    let half = |from: usize| u64::from_le_bytes(std::array::from_fn(|i| id[from + i]));
    let product = u128::from(half(0) ^ 0x9e37_79b9_7f4a_7c15) * u128::from(half(8) ^ 0xbf58_476d_1ce4_e5b9);
    ((product >> 64) as u64 ^ product as u64) as usize
}
