//! Rows, their counts, and what time will change: one board for dossiers, one for petitions.

use super::blocks::{Blocks, Share};
use super::bodies::Bodies;
use super::rows::{NEVER, Row, Rows};
use crate::Error;
use crate::count::Counted;
use crate::marks::Family;
use std::cmp::Reverse;
use std::collections::BinaryHeap;
use uuid::Uuid;

/// Rows with their counts.
#[derive(Debug)]
pub(super) struct Board {
    family: Family,
    pub(super) rows: Rows,
    pub(super) blocks: Blocks,
    /// When a row changes by itself, and which. One that changed since is recognised by its row.
    clock: BinaryHeap<Reverse<(u32, u32)>>,
}

impl Board {
    pub(super) fn new(family: Family) -> Self {
        Self { family, rows: Rows::new(), blocks: Blocks::default(), clock: BinaryHeap::new() }
    }

    /// A board of rows and counts from a snapshot.
    pub(super) fn restored(family: Family, rows: Rows, blocks: Blocks) -> Self {
        let mut clock = BinaryHeap::new();
        let mut at = 0_u32;
        for part in rows.change_after.parts() {
            for after in part {
                if *after != NEVER {
                    clock.push(Reverse((*after, at)));
                }
                at += 1;
            }
        }
        Self { family, rows, blocks, clock }
    }

    /// Puts what is known of `id` in the place of what was known. None: it does not count any more.
    pub(super) fn put(
        &mut self,
        bodies: &Bodies,
        id: Uuid,
        place: (u16, u16),
        counted: Option<&Counted>,
        now: u32,
    ) -> Result<(), Error> {
        let at = self.rows.find(id);
        let Some(counted) = counted else {
            if let Some(at) = at {
                let old = self.rows.get(at);
                let none = Row { marks: crate::marks::Marks::NONE, minutes: 0, change_after: NEVER, ..old };
                self.recount(bodies, Some(&old), &none);
                self.rows.set(at, none);
            }
            return Ok(());
        };
        let (body, procedure) = place;
        let mut row = Row {
            body,
            procedure,
            month: counted.month,
            marks: counted.marks,
            minutes: counted.minutes,
            change_after: counted.change.map_or(NEVER, |change| change.after),
            late: counted.change.map_or([false; 3], |change| change.late),
        };
        if now > row.change_after {
            row.marks = self.family.late(row.marks, row.late);
            row.change_after = NEVER;
        }
        let old = at.map(|at| self.rows.get(at));
        self.recount(bodies, old.as_ref(), &row);
        let at = match at {
            Some(at) => {
                self.rows.set(at, row);
                at
            }
            None => self.rows.push(id, row)?,
        };
        if row.change_after != NEVER && old.is_none_or(|old| old.change_after != row.change_after) {
            self.clock.push(Reverse((row.change_after, at as u32)));
        }
        Ok(())
    }

    /// Time has come to `now`.
    pub(super) fn advance(&mut self, bodies: &Bodies, now: u32) {
        while let Some(Reverse((after, at))) = self.clock.peek().copied().filter(|Reverse((after, _))| *after < now) {
            self.clock.pop();
            let old = self.rows.get(at as usize);
            if old.change_after != after {
                continue;
            }
            let row = Row { marks: self.family.late(old.marks, old.late), change_after: NEVER, ..old };
            self.recount(bodies, Some(&old), &row);
            self.rows.set(at as usize, row);
        }
    }

    fn recount(&mut self, bodies: &Bodies, old: Option<&Row>, new: &Row) {
        let by_procedure = self.family == Family::DOSSIERS;
        let share = |row: &Row| Share { marks: row.marks, minutes: row.minutes };
        let mut replace = |row: &Row, from: Share, to: Share| {
            for scope in bodies.above(row.body) {
                self.blocks.replace(scope, row.month, by_procedure.then_some(row.procedure), from, to);
            }
        };
        match old {
            Some(old) if (old.body, old.procedure, old.month) == (new.body, new.procedure, new.month) => {
                if share(old) != share(new) {
                    replace(new, share(old), share(new));
                }
            }
            _ => {
                if let Some(old) = old {
                    replace(old, share(old), Share::default());
                }
                replace(new, Share::default(), share(new));
            }
        }
    }
}
