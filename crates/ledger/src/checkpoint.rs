//! Checkpoints (C2SP `tlog-checkpoint`): how large the log is and what its root is, signed as a note.

use crate::{
    hash::Hash,
    note::{NoteError, Signer, VerifierKey},
};

/// The state of a log at one size.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Checkpoint {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

impl Checkpoint {
    /// The note of this checkpoint: origin, size, root, signature. The origin is the key's name.
    ///
    /// # Errors
    /// None that a checked key name leaves possible.
    pub fn sign(&self, signer: &Signer) -> Result<String, NoteError> {
        signer.sign(&format!("{}\n{}\n{}\n", signer.name(), self.size, self.root))
    }

    /// Checks the note's signature and origin and reads it. Extension lines are allowed and passed over.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn open(note: &str, key: &VerifierKey) -> Result<Self, NoteError> {
        let text = key.open(note)?;
        let mut lines = text.lines();
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(NoteError::Malformed);
        };
        if origin != key.name() || lines.any(str::is_empty) {
            return Err(NoteError::Malformed);
        }
        let size = parse_decimal(size).ok_or(NoteError::Malformed)?;
        let root = root.parse().map_err(|_| NoteError::Malformed)?;
        Ok(Self { size, root })
    }
}

/// Digits only, without leading zeros.
pub(crate) fn parse_decimal(text: &str) -> Option<u64> {
    let plain = text == "0" || !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf;

    fn signer() -> Signer {
        Signer::from_seed("sen.example/log", &[3; 32]).unwrap()
    }

    #[test]
    fn signed_and_read() {
        let checkpoint = Checkpoint { size: 20_852_163, root: leaf(b"x") };
        let note = checkpoint.sign(&signer()).unwrap();
        assert!(note.starts_with("sen.example/log\n20852163\n"));
        assert_eq!(Checkpoint::open(&note, &signer().verifier_key()), Ok(checkpoint));
    }

    #[test]
    fn texts_that_are_no_checkpoint() {
        let root = leaf(b"x");
        for text in [
            "sen.example/log\n1\n".to_owned(),
            format!("other\n1\n{root}\n"),
            format!("sen.example/log\n01\n{root}\n"),
            format!("sen.example/log\n+1\n{root}\n"),
            format!("sen.example/log\n\n{root}\n"),
            format!("sen.example/log\n99999999999999999999\n{root}\n"),
            "sen.example/log\n1\nAAAA\n".to_owned(),
            format!("sen.example/log\n1\n{root}\n\nx\n"),
        ] {
            let note = signer().sign(&text).unwrap();
            assert_eq!(Checkpoint::open(&note, &signer().verifier_key()), Err(NoteError::Malformed), "{text:?}");
        }
        let extended = signer().sign(&format!("sen.example/log\n1\n{root}\nextension\n")).unwrap();
        assert_eq!(Checkpoint::open(&extended, &signer().verifier_key()), Ok(Checkpoint { size: 1, root }));
    }
}
