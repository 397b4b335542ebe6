//! How far the work is: on a terminal a bar that moves, else a line when a stage is done.

use super::say::Say;
use indicatif::{ProgressBar, ProgressStyle};
use std::io::Write;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// How often a bar is drawn at least, so that the clock on it moves.
const TICK: Duration = Duration::from_millis(250);

/// The stages so far, and how long each took.
pub(super) struct Progress<'a> {
    say: &'a Say,
    quiet: bool,
    done: Mutex<Vec<Step>>,
}

/// A stage that is done.
#[derive(Clone, Debug, PartialEq, serde::Serialize)]
pub(super) struct Step {
    /// Its id.
    pub(super) stage: &'static str,
    /// How long it took.
    pub(super) seconds: f64,
    /// How many rows went through it, where it has rows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rows: Option<u64>,
}

/// A stage under way.
pub(super) struct Stage<'a> {
    progress: &'a Progress<'a>,
    id: &'static str,
    bar: ProgressBar,
    started: Instant,
}

impl<'a> Progress<'a> {
    /// `quiet`: nothing is shown (tests).
    pub(super) fn new(say: &'a Say, quiet: bool) -> Self {
        Self { say, quiet, done: Mutex::default() }
    }

    /// Begins a stage of so many units (bytes or rows); 0 where nobody knows.
    pub(super) fn stage(&'a self, id: &'static str, units: u64) -> Stage<'a> {
        let bar = if self.quiet { ProgressBar::hidden() } else { ProgressBar::new(units) };
        let template = if units == 0 {
            "{prefix}  {spinner} {msg}  {elapsed}"
        } else {
            "{prefix}  {bar:24} {percent:>3} %  {msg}  ⏱ {eta}"
        };
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(self.name(id));
        bar.enable_steady_tick(TICK);
        Stage { progress: self, id, bar, started: Instant::now() }
    }

    /// What a stage is called.
    pub(super) fn name(&self, id: &str) -> String {
        self.say.say(&format!("clean-stage-{id}"), &[])
    }

    /// The stages that are done.
    pub(super) fn steps(&self) -> Vec<Step> {
        self.done.lock().map(|steps| steps.clone()).unwrap_or_default()
    }
}

impl Stage<'_> {
    /// So many units are done, and so many rows.
    pub(super) fn at(&self, units: u64, rows: u64) {
        self.bar.set_position(units);
        let rate = rows as f64 / self.started.elapsed().as_secs_f64().max(0.001);
        let say = self.progress.say;
        self.bar.set_message(format!("{} · {}/s", say.number(rows), say.number(rate as u64)));
    }

    /// So many more rows are done, which are the units.
    pub(super) fn more(&self, rows: usize) {
        self.bar.inc(rows as u64);
        self.at(self.bar.position(), self.bar.position());
    }

    /// The stage is over.
    pub(super) fn finish(self, rows: Option<u64>) {
        self.bar.finish_and_clear();
        let (say, seconds) = (self.progress.say, self.started.elapsed().as_secs_f64());
        if let Ok(mut done) = self.progress.done.lock() {
            done.push(Step { stage: self.id, seconds, rows });
        }
        if self.progress.quiet {
            return;
        }
        let mut args = vec![("stage", self.progress.name(self.id)), ("seconds", say.decimal(seconds, 2))];
        let line = match rows {
            Some(rows) => {
                args.push(("rows", say.number(rows)));
                args.push(("rate", say.number((rows as f64 / seconds.max(0.001)) as u64)));
                say.say("clean-stage-done", &args)
            }
            None => say.say("clean-stage-over", &args),
        };
        // Who closed standard error does not want to hear it.
        let _ = writeln!(std::io::stderr(), "{line}");
    }
}
