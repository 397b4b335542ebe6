//! The result, as data and as a page of Markdown.

use super::effort::Effort;
use super::judge::{Duplicates, Outcomes, Score, Verdict};
use crate::synth::corrupt::Level;
use serde::Serialize;
use std::fmt::Write;

/// What was measured.
#[derive(Clone, Debug, Serialize)]
pub struct Clean {
    /// People in the register.
    pub people: u64,
    /// Rows of each file.
    pub rows: usize,
    /// Of people and rows.
    pub seed: u64,
    /// From this probability on a row is a match.
    pub threshold: f64,
    /// Building the index from the Parquet extract.
    pub index: Effort,
    /// One for each level.
    pub levels: Vec<LevelResult>,
}

/// What came out at one level.
#[derive(Clone, Debug, Serialize)]
pub struct LevelResult {
    /// How messy.
    pub level: Level,
    /// How right.
    pub verdict: Verdict,
    /// Second rows of a person.
    pub duplicates: Duplicates,
    /// Sampling and estimating weights.
    pub learning: Effort,
    /// Deciding every row.
    pub deciding: Effort,
    /// Finding duplicates.
    pub finishing: Effort,
    /// Learning, deciding and finishing together.
    pub rows_per_second: f64,
    /// Pairs compared, those of the estimation included.
    pub pairs: u64,
}

impl Clean {
    /// As a page of Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = format!(
            "# Accuracy of the data cleaning\n\n{} people, {} rows a file, seed {}, threshold {}. Index built in {:.1} s \
             ({:.1} CPU s, peak {} MB).\n\n",
            self.people,
            self.rows,
            self.seed,
            self.threshold,
            self.index.seconds,
            self.index.cpu_seconds,
            self.index.peak_mb
        );
        text += "| file | precision | recall | F1 | best F1 (at) | blocking recall | duplicates: precision, recall | CPU s | rows/s | peak MB |\n";
        text += "|---|---|---|---|---|---|---|---|---|---|\n";
        for it in &self.levels {
            let (verdict, all) = (&it.verdict, it.learning.then(it.deciding).then(it.finishing));
            let _ = writeln!(
                text,
                "| {} | {:.4} | {:.4} | {:.4} | {:.4} ({}) | {:.4} | {:.3}, {:.3} | {:.1} | {:.0} | {} |",
                it.level.as_str(),
                verdict.overall.precision,
                verdict.overall.recall,
                verdict.overall.f1,
                verdict.best_f1.0,
                verdict.best_f1.1,
                verdict.blocking_recall,
                it.duplicates.precision,
                it.duplicates.recall,
                all.cpu_seconds,
                it.rows_per_second,
                all.peak_mb
            );
        }
        self.confusion(&mut text);
        self.curve(&mut text);
        self.kinds(&mut text);
        text
    }

    fn confusion(&self, text: &mut String) {
        *text += "\n## What became of the rows\n\n| file | the person is | right | wrong | to a clerk, right first | to a clerk, wrong first | none |\n|---|---|---|---|---|---|---|\n";
        for it in &self.levels {
            for (who, of) in [("in the register", it.verdict.registered), ("not in it", it.verdict.absent)] {
                let Outcomes { right, wrong, review_right, review_wrong, none } = of;
                let level = it.level.as_str();
                let _ = writeln!(
                    text,
                    "| {level} | {who} | {right} | {wrong} | {review_right} | {review_wrong} | {none} |"
                );
            }
        }
    }

    fn curve(&self, text: &mut String) {
        *text += "\n## Over the threshold: precision / recall / F1\n\n| threshold |";
        self.header(text);
        let Some(first) = self.levels.first() else { return };
        for (place, (threshold, _)) in first.verdict.curve.iter().enumerate() {
            let _ = write!(text, "| {threshold} |");
            for it in &self.levels {
                let (_, score) = it.verdict.curve[place];
                let _ = write!(text, " {:.4} / {:.4} / {:.4} |", score.precision, score.recall, score.f1);
            }
            text.push('\n');
        }
    }

    fn kinds(&self, text: &mut String) {
        *text += "\n## By kind of error: rows, precision / recall / F1\n\n| kind |";
        self.header(text);
        let cell = |score: Option<&Score>| match score {
            Some(it) => format!(" {}: {:.3} / {:.3} / {:.3} |", it.people, it.precision, it.recall, it.f1),
            None => " |".to_owned(),
        };
        *text += "| none |";
        for it in &self.levels {
            *text += &cell(Some(&it.verdict.untouched));
        }
        text.push('\n');
        for kind in crate::synth::corrupt::ErrorKind::ALL {
            let _ = write!(text, "| {} |", kind.as_str());
            for it in &self.levels {
                *text += &cell(it.verdict.kinds.get(kind.as_str()));
            }
            text.push('\n');
        }
    }

    fn header(&self, text: &mut String) {
        for it in &self.levels {
            let _ = write!(text, " {} |", it.level.as_str());
        }
        *text += "\n|---|";
        *text += &"---|".repeat(self.levels.len());
        text.push('\n');
    }
}
