//! Reading a file in batches, ahead of whoever uses them.

use super::progress::Stage;
use anyhow::Result;
use matching::source::{Notes, Refused, Table};
use matching::{Batch, Mapping, Schema};
use std::sync::mpsc::{channel, sync_channel};
use std::thread;
use std::time::Instant;

/// Rows of a batch: enough to keep threads busy, few enough to stay small.
const BATCH_ROWS: usize = 16_384;
/// Batches that are read before they are used.
const AHEAD: usize = 2;

/// A file and how its columns are taken.
pub(super) struct Input {
    pub(super) table: Table,
    pub(super) mapping: Mapping,
    pub(super) schema: Schema,
}

/// What was read.
pub(super) struct Read {
    /// Rows that could not be read, as many as are listed.
    pub(super) refused: Vec<Refused>,
    /// What stood out.
    pub(super) notes: Notes,
    /// Time inside the reader.
    pub(super) seconds: f64,
}

impl Read {
    /// All rows of the file, also those that could not be read.
    pub(super) fn rows(&self) -> u64 {
        self.notes.read + self.notes.refused
    }
}

impl Input {
    /// How long the file is, for progress.
    pub(super) fn bytes(&self) -> u64 {
        std::fs::metadata(self.table.path()).map_or(0, |metadata| metadata.len())
    }

    /// Gives every batch of the file to `use_it`, in order, while the next ones are read.
    pub(super) fn each_batch(&self, stage: &Stage<'_>, mut use_it: impl FnMut(&Batch) -> Result<()>) -> Result<Read> {
        let mut rows = self.table.rows(&self.mapping, &self.schema)?;
        let (full, batches) = sync_channel(AHEAD);
        let (used, empty) = channel();
        thread::scope(|scope| {
            let reader = scope.spawn(move || -> Result<Read> {
                let (mut refused, mut seconds) = (Vec::new(), 0.0);
                loop {
                    let mut batch: Batch = empty.try_recv().unwrap_or_default();
                    let started = Instant::now();
                    let more = rows.next(&mut batch, BATCH_ROWS)?;
                    seconds += started.elapsed().as_secs_f64();
                    refused.extend(rows.refused());
                    // Whoever uses the batches may have failed.
                    if !more || full.send((batch, rows.progress())).is_err() {
                        return Ok(Read { refused, notes: rows.notes().clone(), seconds });
                    }
                }
            });
            let mut count = 0;
            let mut outcome = Ok(());
            for (batch, progress) in batches {
                count += batch.len() as u64;
                outcome = use_it(&batch);
                if outcome.is_err() {
                    break;
                }
                stage.at(progress.bytes_read, count);
                let _ = used.send(batch);
            }
            let read = reader.join().unwrap_or_else(|fault| std::panic::resume_unwind(fault));
            outcome.and(read)
        })
    }
}
