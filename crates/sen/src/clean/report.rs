//! `report.json`: the numbers of a run. Nothing personal is in it.

use super::progress::Step;
use matching::report::Summary;
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::{Serialize, Serializer};

/// The numbers of a run.
#[derive(Serialize)]
pub(super) struct Report<'a> {
    /// Version of the program.
    pub(super) version: &'static str,
    /// When it was made (RFC 3339).
    pub(super) made: String,
    /// The file.
    pub(super) file: FileInfo,
    /// The register; absent where the file was compared with itself.
    pub(super) register: Option<RegisterInfo>,
    /// Field and the columns it was read from.
    #[serde(serialize_with = "as_object")]
    pub(super) columns: Vec<(String, Vec<String>)>,
    /// What was asked for.
    pub(super) options: Options,
    /// What became of the rows.
    #[serde(flatten)]
    pub(super) summary: &'a Summary,
    /// The weights used.
    pub(super) weights: serde_json::Value,
    /// How long it took.
    pub(super) timings: Timings,
}

fn as_object<S: Serializer>(columns: &[(String, Vec<String>)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(columns.iter().map(|(field, headers)| (field, headers)))
}

/// The file that was cleaned.
#[derive(Clone, Serialize)]
pub(super) struct FileInfo {
    /// Its name without folders.
    pub(super) name: String,
    /// What it is, in words.
    pub(super) format: String,
    /// All its rows, also unreadable ones.
    pub(super) rows: u64,
}

/// The register.
#[derive(Clone, Serialize)]
pub(super) struct RegisterInfo {
    /// As given on the command line, without folders.
    pub(super) name: String,
    /// How many people.
    pub(super) people: u64,
}

/// What was asked for.
#[derive(Clone, Copy, Serialize)]
pub(super) struct Options {
    /// From which probability a row is matched.
    pub(super) threshold: f64,
    /// From which probability a clerk looks at it.
    pub(super) review: f64,
    /// How many threads.
    pub(super) threads: usize,
}

/// How long it took.
#[derive(Clone, Default, Serialize)]
pub(super) struct Timings {
    /// Stage by stage, by the clock.
    pub(super) steps: Vec<Step>,
    /// All of it.
    pub(super) seconds: f64,
    /// Inside the readers, summed over both passes.
    pub(super) reading_seconds: f64,
    /// Finding and comparing candidates, by the clock, of all threads together.
    pub(super) comparing_seconds: f64,
    /// Processor time of it, with what the reader took meanwhile.
    pub(super) comparing_cpu_seconds: f64,
    /// Processor time of the whole program.
    pub(super) cpu_seconds: f64,
    /// The most memory it had.
    pub(super) peak_memory_bytes: u64,
    /// Pairs compared while deciding.
    pub(super) pairs: u64,
    /// Of them, per second that a core compared.
    pub(super) pairs_per_second_per_core: f64,
    /// Where the time of comparing went while learning and deciding, in seconds of all threads.
    pub(super) spent: Spent,
}

/// [`matching::Spent`] in seconds.
#[derive(Clone, Default, Serialize)]
pub(super) struct Spent {
    values: f64,
    blocking: f64,
    fetching: f64,
    scoring: f64,
}

impl From<matching::Spent> for Spent {
    fn from(spent: matching::Spent) -> Self {
        Self {
            values: spent.values.as_secs_f64(),
            blocking: spent.blocking.as_secs_f64(),
            fetching: spent.fetching.as_secs_f64(),
            scoring: spent.scoring.as_secs_f64(),
        }
    }
}

impl Timings {
    /// What the system says of this process.
    pub(super) fn of_process() -> Self {
        let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return Self::default() };
        Self {
            cpu_seconds: cpu_seconds(),
            // Linux counts it in KiB.
            peak_memory_bytes: usage.max_rss().unsigned_abs() * 1024,
            ..Self::default()
        }
    }
}

/// Processor time of this process so far.
pub(super) fn cpu_seconds() -> f64 {
    getrusage(UsageWho::RUSAGE_SELF).map_or(0.0, |usage| {
        (usage.user_time().num_microseconds() + usage.system_time().num_microseconds()) as f64 / 1e6
    })
}
