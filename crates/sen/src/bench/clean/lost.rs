//! The rows that were lost or given to somebody else, with everything a person needs to see why.

use super::LOST_LISTED;
use super::files::Truth;
use super::judge::Judgement;
use crate::synth::corrupt::Level;
use anyhow::{Context, Result};
use matching::{Candidate, Decision, Field, Index, NOBODY};
use std::collections::HashMap;
use std::fs::File;
use std::path::Path;

/// `lost-LEVEL.csv`: three lines for each row. Made-up people only.
pub(super) struct Lost {
    to: csv::Writer<File>,
    listed: HashMap<&'static str, usize>,
}

impl Lost {
    pub(super) fn create(folder: &Path, level: Level) -> Result<Self> {
        let path = folder.join(format!("lost-{}.csv", level.as_str()));
        let mut to = csv::WriterBuilder::new()
            .flexible(true)
            .from_path(&path)
            .with_context(|| format!("create {}", path.display()))?;
        to.write_record(["what", "row", "line", "probability", "weight", "kinds or levels", "cells"])?;
        Ok(Self { to, listed: HashMap::new() })
    }

    /// Lists a row that is not right.
    #[expect(clippy::too_many_arguments, reason = "a line of the list shows all of them")]
    pub(super) fn look_at(
        &mut self,
        index: &Index,
        cells: &[&str],
        truth: &Truth,
        decision: &Decision,
        judgement: &Judgement,
        person: Option<u32>,
        candidate: Option<&Candidate>,
        threshold: f64,
    ) -> Result<()> {
        let given = judgement.named && judgement.probability as f32 >= threshold as f32;
        let what = match (given, judgement.registered, judgement.right) {
            (true, _, true) | (false, false, _) => return Ok(()),
            (true, true, false) => "wrong",
            (true, false, _) => "absent-given",
            (false, true, _) if !judgement.compared => "not-blocked",
            (false, true, true) => "weight-low",
            (false, true, false) => "rival",
        };
        let listed = self.listed.entry(what).or_default();
        *listed += 1;
        if *listed > LOST_LISTED {
            return Ok(());
        }
        let row = truth.row.to_string();
        self.line([what, &row, "file", "", "", &truth.kinds], cells.iter().copied())?;
        let levels = |levels: &[u8]| {
            let fields = index.schema().fields.iter().zip(levels);
            let id = |(field, level): (&Field, &u8)| {
                field.kind.levels().get(usize::from(*level)).map_or("-", |level| level.id)
            };
            fields.map(id).collect::<Vec<_>>().join(" ")
        };
        let found = [
            ("truth", person, candidate.map(|it| (it.probability, it.weight, levels(&it.levels)))),
            (
                "best",
                Some(decision.person).filter(|best| *best != NOBODY),
                Some((f64::from(decision.probability), decision.weight, levels(&decision.levels))),
            ),
            (
                "rival",
                Some(decision.rival.person).filter(|rival| *rival != NOBODY),
                Some((f64::from(decision.rival.probability), 0.0, String::new())),
            ),
        ];
        for (line, person, facts) in found {
            let Some(person) = person else { continue };
            let (probability, weight, levels) = facts.map_or_else(Default::default, |(probability, weight, levels)| {
                (format!("{probability:.4}"), format!("{weight:.1}"), levels)
            });
            let values: Vec<String> = (0..cells.len()).map(|field| index.cell(person, field)).collect();
            let head = [what, &row, line, &probability, &weight, &levels];
            self.line(head, values.iter().map(String::as_str))?;
        }
        Ok(())
    }

    fn line<'c>(&mut self, head: [&str; 6], cells: impl Iterator<Item = &'c str>) -> Result<()> {
        for field in head {
            self.to.write_field(field)?;
        }
        for cell in cells {
            self.to.write_field(cell)?;
        }
        Ok(self.to.write_record(None::<&[u8]>)?)
    }

    pub(super) fn close(mut self) -> Result<()> {
        self.to.flush().context("write the end of the list of lost rows")
    }
}
