//! Waiting for what cannot be waited for: a file or a process that is not our child gives no event.

use std::time::Duration;

/// How often such things are looked at.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// Waits until `done` says so, at most `limit`. Returns whether it did.
pub(crate) fn until(limit: Duration, mut done: impl FnMut() -> bool) -> bool {
    let mut waited = Duration::ZERO;
    loop {
        if done() {
            return true;
        }
        if waited >= limit {
            return false;
        }
        #[expect(clippy::disallowed_methods, reason = "readiness is told in a file, and orphans are not our children")]
        std::thread::sleep(LOOK_EVERY);
        waited += LOOK_EVERY;
    }
}
