//! What may be used once and is not worth a row: `jti` of proofs and assertions, remembered in this process until they
//! would be too old anyway.
//!
//! A process that starts has forgotten; so what was made before it started is not taken. Several processes do not share
//! this: there the nonce of [`super::Settings::dpop_nonce`] is to be demanded.

use super::OAuthError;
use axum::http::StatusCode;
use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};

/// Parts with a lock each.
const SHARDS: usize = 16;
/// Most entries in a part: two million in all, some 60 MB.
const SHARD_MAX: usize = 125_000;
/// A part is swept at most this often, in seconds.
const SWEEP_S: i64 = 10;

#[derive(Default)]
struct Shard {
    seen: HashMap<[u8; 16], i64>,
    swept_at: i64,
}

/// What was seen.
#[derive(Default)]
pub(crate) struct Replay {
    shards: [Mutex<Shard>; SHARDS],
    started: OnceLock<i64>,
}

impl Replay {
    /// Notes when the process began to listen. What is older is not taken.
    pub(crate) fn begin(&self, now: i64) {
        let _ = self.started.set(now);
    }

    /// Whether something that was made then is too old to know whether it came before.
    pub(crate) fn is_forgotten(&self, made_at: i64) -> bool {
        self.started.get().is_some_and(|started| made_at < *started)
    }

    /// Remembers the name of something until it expires. Says whether it is new.
    pub(crate) fn first(&self, kind: &str, owner: &str, jti: &str, now: i64, until: i64) -> Result<bool, OAuthError> {
        let digest = jose::sha256([kind, "\0", owner, "\0", jti].concat());
        let mut key = [0; 16];
        key.copy_from_slice(&digest[..16]);
        let shard = usize::from(digest[16]) % SHARDS;
        let Some(shard) = self.shards.get(shard) else { return Err(OAuthError::fault("no such part")) };
        let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
        if now - shard.swept_at >= SWEEP_S {
            shard.seen.retain(|_, until| *until >= now);
            shard.swept_at = now;
        }
        if shard.seen.len() >= SHARD_MAX && !shard.seen.contains_key(&key) {
            // Forgetting one would let it be used twice.
            let busy = "too many proofs at once";
            return Err(OAuthError::new(StatusCode::SERVICE_UNAVAILABLE, "temporarily_unavailable", "IDN0125", busy));
        }
        Ok(match shard.seen.insert(key, until) {
            None => true,
            Some(before) => before < now,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_new_once_for_each_owner_and_kind_until_it_expires() {
        let replay = Replay::default();
        assert!(replay.first("dpop", "key", "a", 100, 160).unwrap());
        assert!(!replay.first("dpop", "key", "a", 101, 160).unwrap());
        assert!(replay.first("dpop", "other", "a", 101, 160).unwrap());
        assert!(replay.first("assertion", "key", "a", 101, 160).unwrap());
        assert!(!replay.first("dpop", "key", "a", 160, 220).unwrap(), "still within its time");
        assert!(replay.first("dpop", "key", "a", 300, 360).unwrap());
    }

    #[test]
    fn what_was_made_before_the_process_began_is_not_taken() {
        let replay = Replay::default();
        assert!(!replay.is_forgotten(1));
        replay.begin(100);
        assert!(replay.is_forgotten(99) && !replay.is_forgotten(100));
    }
}
