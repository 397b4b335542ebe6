//! What a piece of work took of this machine.

use anyhow::{Context, Result};
use nix::sys::resource::{UsageWho, getrusage};
use nix::sys::time::TimeValLike;
use serde::Serialize;
use std::time::Instant;

/// Time and memory.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize)]
pub struct Effort {
    /// By the clock.
    pub seconds: f64,
    /// Of all processors, user and system.
    pub cpu_seconds: f64,
    /// The most memory of this process meanwhile, MB; 0 where the system does not say.
    pub peak_mb: u64,
}

impl Effort {
    /// Both, one after the other.
    pub(super) fn then(self, other: Self) -> Self {
        Self {
            seconds: self.seconds + other.seconds,
            cpu_seconds: self.cpu_seconds + other.cpu_seconds,
            peak_mb: self.peak_mb.max(other.peak_mb),
        }
    }
}

/// Does the work and says what it took.
pub(super) fn of<T>(work: impl FnOnce() -> Result<T>) -> Result<(T, Effort)> {
    // The kernel forgets the peak so far (proc(5), clear_refs); where it does not, the peak is that of the process.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
    let cpu = cpu_seconds()?;
    let started = Instant::now();
    let made = work()?;
    let seconds = started.elapsed().as_secs_f64();
    let (_, peak_mb) = super::super::measure::memory_mb();
    Ok((made, Effort { seconds, cpu_seconds: cpu_seconds()? - cpu, peak_mb }))
}

fn cpu_seconds() -> Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).context("ask for the time used")?;
    Ok((usage.user_time() + usage.system_time()).num_microseconds() as f64 / 1e6)
}
