//! How often somebody may try to sign in. Counted in this process: the lock of an account after failures, which
//! holds over all nodes, is identity's.

use crate::codes;
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter, clock::Clock as _};
use kernel::{Kind, Problem};
use sha2::{Digest, Sha256};
use std::{fmt, num::NonZeroU32};

/// Attempts by login. Logins are kept as hashes.
pub struct Attempts(DefaultKeyedRateLimiter<[u8; 32]>);

impl fmt::Debug for Attempts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Attempts")
    }
}

impl Attempts {
    /// So many attempts a minute for each login, all of which may come at once.
    #[must_use]
    pub fn per_minute(attempts: NonZeroU32) -> Self {
        Self(RateLimiter::keyed(Quota::per_minute(attempts)))
    }

    /// Counts an attempt.
    ///
    /// # Errors
    /// `WEB0010` with the seconds to wait.
    pub fn attempt(&self, login: &str) -> Result<(), Problem> {
        let key: [u8; 32] = Sha256::digest(login.trim().to_lowercase().as_bytes()).into();
        self.0.check_key(&key).map(drop).map_err(|until| {
            let wait = until.wait_time_from(self.0.clock().now());
            Problem::new(Kind::TooMany, codes::TOO_MANY).with("seconds", wait.as_secs() + 1)
        })
    }

    /// Forgets logins that nobody tried lately.
    pub fn forget_old(&self) {
        self.0.retain_recent();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_attempt_over_the_limit_is_refused_for_this_login_only() {
        let attempts = Attempts::per_minute(NonZeroU32::new(3).unwrap());
        for _ in 0..3 {
            attempts.attempt("lan").unwrap();
        }
        let refused = attempts.attempt(" LAN").unwrap_err();
        assert_eq!(refused.code, codes::TOO_MANY);
        assert!(refused.args["seconds"].parse::<u64>().unwrap() >= 1);
        attempts.attempt("hoa").unwrap();
    }
}
