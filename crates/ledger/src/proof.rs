//! A proof that one entry is in the log: everything that is needed to check it, without us and without a network.

use crate::{
    checkpoint::Checkpoint,
    entry::{Content, Salt, commitment},
    hash::{Hash, leaf},
    note::{NoteError, VerifierKey},
    path::{PathError, check_inclusion},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// What [`Proof::format`] says.
pub const PROOF_FORMAT: &str = "sen/proof/v1";

/// A self-contained proof. Hashes, salt and keys are in standard base64. How another's program checks it is in
/// `docs/design/ledger.md`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proof {
    /// `sen/proof/v1`.
    pub format: String,
    /// Position of the entry, from 0.
    pub index: u64,
    /// Number of entries in the tree that the checkpoint signs.
    pub tree_size: u64,
    /// `SHA-256("sen/entry/v1\0" ‖ salt ‖ opening)`: the data of the leaf.
    pub commitment: Hash,
    /// 32 random bytes of this entry.
    pub salt: Salt,
    /// The opening, byte for byte: RFC 8785 JSON.
    pub opening: String,
    /// Inclusion proof of RFC 6962, section 2.1.1, nearest hash first.
    pub inclusion: Vec<Hash>,
    /// The signed checkpoint (C2SP `tlog-checkpoint`).
    pub checkpoint: String,
    /// Whose signature the checkpoint carries (C2SP `signed-note` verifier key). A checker compares it with the
    /// key that the log has published elsewhere.
    pub verifier_key: VerifierKey,
}

impl fmt::Debug for Proof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Proof")
            .field("index", &self.index)
            .field("tree_size", &self.tree_size)
            .field("commitment", &self.commitment)
            .finish_non_exhaustive()
    }
}

/// Why a proof does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ProofError {
    /// Of another format than [`PROOF_FORMAT`].
    #[error("another format of proof")]
    Format,
    /// The opening is not JSON of an entry.
    #[error("the opening says nothing that an entry says")]
    Opening,
    /// Salt and opening give another commitment.
    #[error("the opening does not fit its commitment")]
    Commitment,
    /// The checkpoint is for another size than the proof.
    #[error("the checkpoint is of another size")]
    Size,
    /// The key is not the one that the checker trusts.
    #[error("signed with another key than the log's")]
    Key,
    /// The checkpoint cannot be read or its signature does not hold.
    #[error(transparent)]
    Checkpoint(#[from] NoteError),
    /// The inclusion proof does not hold.
    #[error(transparent)]
    Inclusion(#[from] PathError),
}

impl Proof {
    /// Checks everything against the key that the proof itself names, and gives back what the entry says.
    /// Whoever does not have the proof from the log itself uses [`Self::verify_with`].
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn verify(&self) -> Result<Content, ProofError> {
        if self.format != PROOF_FORMAT {
            return Err(ProofError::Format);
        }
        if commitment(&self.salt, self.opening.as_bytes()) != self.commitment {
            return Err(ProofError::Commitment);
        }
        let checkpoint = Checkpoint::open(&self.checkpoint, &self.verifier_key)?;
        if checkpoint.size != self.tree_size {
            return Err(ProofError::Size);
        }
        let leaf = leaf(&self.commitment.0);
        check_inclusion(self.index, self.tree_size, leaf, &self.inclusion, &checkpoint.root)?;
        serde_json::from_str(&self.opening).map_err(|_| ProofError::Opening)
    }

    /// The same, and that the signature is of this key.
    ///
    /// # Errors
    /// The first thing that does not fit.
    pub fn verify_with(&self, key: &VerifierKey) -> Result<Content, ProofError> {
        if self.verifier_key == *key { self.verify() } else { Err(ProofError::Key) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        entry::{Entry, prepare},
        note::Signer,
        path::{inclusion, nodes, range_root},
        tree::Tree,
    };
    use kernel::{Actor, Clock, Ctx, Random};
    use serde_json::json;
    use time::macros::datetime;

    fn signer() -> Signer {
        Signer::from_seed("sen.example/log", &[5; 32]).unwrap()
    }

    fn proof() -> Proof {
        let ctx = Ctx::new(Actor::Anonymous, Clock::fixed(datetime!(2026-07-01 8:00 UTC)), Random::seeded(1));
        let made: Vec<_> = (0..5)
            .map(|n| prepare(&ctx, Entry { subject: None, kind: "system", body: json!({"n": n}) }).unwrap())
            .collect();
        let leaves: Vec<_> = made.iter().map(|entry| leaf(&entry.commitment.0)).collect();
        let mut tree = Tree::new();
        leaves.iter().for_each(|leaf| tree.push(*leaf, &mut Vec::new()));
        let root = |node: crate::path::Node| {
            let begin = usize::try_from(node.index << node.level).unwrap();
            crate::hash::perfect_root(&leaves[begin..begin + (1 << node.level)]).unwrap()
        };
        let range =
            |range: &std::ops::Range<u64>| range_root(&nodes(range).into_iter().map(root).collect::<Vec<_>>()).unwrap();
        Proof {
            format: PROOF_FORMAT.to_owned(),
            index: 2,
            tree_size: 5,
            commitment: made[2].commitment,
            salt: made[2].salt,
            opening: String::from_utf8(made[2].opening.clone()).unwrap(),
            inclusion: inclusion(2, 5).unwrap().iter().map(range).collect(),
            checkpoint: Checkpoint { size: 5, root: tree.root() }.sign(&signer()).unwrap(),
            verifier_key: signer().verifier_key(),
        }
    }

    #[test]
    fn holds_and_says_what_the_entry_says() {
        let proof = proof();
        assert_eq!(proof.verify().unwrap().body, json!({"n": 2}));
        assert_eq!(proof.verify_with(&signer().verifier_key()).unwrap().kind, "system");
        let text = serde_json::to_string(&proof).unwrap();
        assert_eq!(serde_json::from_str::<Proof>(&text).unwrap(), proof);
        assert!(!format!("{proof:?}").contains("system"));
    }

    #[test]
    fn whatever_is_changed_is_found() {
        let other = Signer::from_seed("sen.example/log", &[6; 32]).unwrap();
        let check = |change: fn(&mut Proof, &Signer), expected| {
            let mut changed = proof();
            change(&mut changed, &other);
            assert_eq!(changed.verify_with(&signer().verifier_key()), Err(expected));
        };
        check(|proof, _| proof.format = "sen/proof/v2".to_owned(), ProofError::Format);
        check(|proof, _| proof.opening = proof.opening.replace("\"n\":2", "\"n\":3"), ProofError::Commitment);
        check(|proof, _| proof.salt.0.0[31] ^= 1, ProofError::Commitment);
        check(|proof, _| proof.commitment.0[0] ^= 1, ProofError::Commitment);
        check(|proof, _| proof.index = 3, PathError::Root.into());
        check(|proof, _| proof.index = 5, PathError::Sizes.into());
        check(|proof, _| proof.tree_size = 4, ProofError::Size);
        check(|proof, _| proof.inclusion[1].0[9] ^= 4, PathError::Root.into());
        check(|proof, _| proof.inclusion.truncate(1), PathError::Length.into());
        check(|proof, _| proof.checkpoint = proof.checkpoint.replacen('5', "6", 1), NoteError::Signature.into());
        check(|proof, other| proof.verifier_key = other.verifier_key(), ProofError::Key);
        let mut other_key = proof();
        other_key.verifier_key = other.verifier_key();
        assert_eq!(other_key.verify(), Err(NoteError::Unsigned.into()));
    }
}
