//! As tokens, codes and names of sign-in are kept: only their hash.

use sha2::{Digest, Sha256};

/// SHA-256. Enough for what is long and random; passwords and short codes are kept otherwise.
pub(crate) fn hash(text: &str) -> Vec<u8> {
    Sha256::digest(text.as_bytes()).to_vec()
}
