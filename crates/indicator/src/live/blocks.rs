//! Counts by scope and month, and below by procedure, moved with every change.

use crate::marks::{MARKS_MAX, Marks, dossier as mark};
use crate::period::{Month, Period};
use foldhash::HashMap;

/// Counters that a procedure's counts have room for: those of dossiers.
const OF_PROCEDURE: usize = 26;

/// What one row adds.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Share {
    pub(super) marks: Marks,
    pub(super) minutes: u32,
}

/// Counts of a scope in a month.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Block {
    pub(super) counts: [u64; MARKS_MAX],
    pub(super) minutes: u64,
    /// Its procedures, in order.
    procedures: Vec<u16>,
    /// Beside them, their counts.
    cells: Vec<Cell>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Cell {
    counts: [u32; OF_PROCEDURE],
    minutes: u64,
}

impl Block {
    fn new() -> Self {
        Self { counts: [0; MARKS_MAX], minutes: 0, procedures: Vec::new(), cells: Vec::new() }
    }

    /// Takes out what a row added and adds what it does now.
    fn replace(&mut self, procedure: Option<u16>, old: Share, new: Share) {
        let gone = old.marks.without(new.marks);
        let come = new.marks.without(old.marks);
        gone.bits().for_each(|bit| self.counts[bit] -= 1);
        come.bits().for_each(|bit| self.counts[bit] += 1);
        self.minutes = self.minutes + u64::from(new.minutes) - u64::from(old.minutes);
        let Some(procedure) = procedure else { return };
        let at = self.procedures.binary_search(&procedure).unwrap_or_else(|at| {
            self.procedures.insert(at, procedure);
            self.cells.insert(at, Cell { counts: [0; OF_PROCEDURE], minutes: 0 });
            at
        });
        let cell = &mut self.cells[at];
        gone.bits().for_each(|bit| cell.counts[bit] -= 1);
        come.bits().for_each(|bit| cell.counts[bit] += 1);
        cell.minutes = cell.minutes + u64::from(new.minutes) - u64::from(old.minutes);
    }
}

/// The counts of all scopes.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(super) struct Blocks(HashMap<u32, Block>);

impl Blocks {
    pub(super) fn replace(&mut self, scope: u16, month: Month, procedure: Option<u16>, old: Share, new: Share) {
        let key = u32::from(scope) << 16 | u32::from(month.number());
        self.0.entry(key).or_insert_with(Block::new).replace(procedure, old, new);
    }

    /// Sums of a scope over a period: counts and minutes, of one procedure where one is named.
    pub(super) fn sums(&self, scope: u16, period: Period, procedure: Option<u16>) -> ([u64; MARKS_MAX], u64) {
        let mut counts = [0; MARKS_MAX];
        let mut minutes = 0;
        for block in self.of(scope, period) {
            match procedure {
                None => {
                    counts.iter_mut().zip(&block.counts).for_each(|(sum, count)| *sum += count);
                    minutes += block.minutes;
                }
                Some(procedure) => {
                    let Ok(at) = block.procedures.binary_search(&procedure) else { continue };
                    let cell = &block.cells[at];
                    counts.iter_mut().zip(&cell.counts).for_each(|(sum, count)| *sum += u64::from(*count));
                    minutes += cell.minutes;
                }
            }
        }
        (counts, minutes)
    }

    /// Procedure → those marks that matter to counts of procedures and that some dossier has, for `procedures` of them.
    pub(super) fn seen(&self, scope: u16, period: Period, procedures: usize) -> Vec<Marks> {
        let mut seen = vec![Marks::NONE; procedures];
        for block in self.of(scope, period) {
            for (procedure, cell) in block.procedures.iter().zip(&block.cells) {
                let Some(seen) = seen.get_mut(usize::from(*procedure)) else { continue };
                for wanted in [mark::RECEIVED, mark::ONLINE, mark::PAID_ONLINE, mark::CITIZEN_DATA] {
                    let bit = wanted.0.trailing_zeros() as usize;
                    *seen = seen.with_if(cell.counts[bit] > 0, wanted);
                }
            }
        }
        seen
    }

    fn of(&self, scope: u16, period: Period) -> impl Iterator<Item = &Block> {
        let key = move |month: Month| u32::from(scope) << 16 | u32::from(month.number());
        period.months().filter_map(move |month| self.0.get(&key(month)))
    }

    pub(super) fn bytes(&self) -> usize {
        let of = |block: &Block| block.cells.capacity() * size_of::<Cell>() + block.procedures.capacity() * 2;
        self.0.capacity() * size_of::<(u32, Block)>() + self.0.values().map(of).sum::<usize>()
    }

    /// How many blocks, and how many cells in them.
    pub(super) fn sizes(&self) -> (usize, usize) {
        (self.0.len(), self.0.values().map(|block| block.cells.len()).sum())
    }

    /// Every block, so that a snapshot can keep it: scope and month, counts, and the procedures with theirs.
    pub(super) fn written(&self) -> Vec<u8> {
        let mut keys: Vec<_> = self.0.keys().copied().collect();
        keys.sort_unstable();
        let mut out = Vec::new();
        for key in keys {
            let Some(block) = self.0.get(&key) else { continue };
            out.extend(key.to_le_bytes());
            out.extend((block.procedures.len() as u32).to_le_bytes());
            out.extend(block.minutes.to_le_bytes());
            block.counts.iter().for_each(|count| out.extend(count.to_le_bytes()));
            for (procedure, cell) in block.procedures.iter().zip(&block.cells) {
                out.extend(procedure.to_le_bytes());
                out.extend(cell.minutes.to_le_bytes());
                cell.counts.iter().for_each(|count| out.extend(count.to_le_bytes()));
            }
        }
        out
    }

    /// What [`Blocks::written`] wrote. None where it is cut.
    pub(super) fn read(mut bytes: &[u8]) -> Option<Self> {
        let mut blocks = HashMap::default();
        while !bytes.is_empty() {
            let key = u32::from_le_bytes(take(&mut bytes)?);
            let cells = u32::from_le_bytes(take(&mut bytes)?) as usize;
            let mut block = Block::new();
            block.minutes = u64::from_le_bytes(take(&mut bytes)?);
            for count in &mut block.counts {
                *count = u64::from_le_bytes(take(&mut bytes)?);
            }
            for _ in 0..cells {
                block.procedures.push(u16::from_le_bytes(take(&mut bytes)?));
                let mut cell = Cell { counts: [0; OF_PROCEDURE], minutes: u64::from_le_bytes(take(&mut bytes)?) };
                for count in &mut cell.counts {
                    *count = u32::from_le_bytes(take(&mut bytes)?);
                }
                block.cells.push(cell);
            }
            blocks.insert(key, block);
        }
        Some(Self(blocks))
    }
}

fn take<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
    let (first, rest) = bytes.split_at_checked(N)?;
    *bytes = rest;
    first.try_into().ok()
}
