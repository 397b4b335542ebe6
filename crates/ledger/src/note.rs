//! Signed notes (C2SP `signed-note`): a text, an em dash, a name and an Ed25519 signature with a short key id.

use crate::hash::Hash;
use base64::{Engine, prelude::BASE64_STANDARD};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::{fmt, str::FromStr};

/// Longest note that is read, in bytes. A checkpoint with a few witnesses has some hundred.
pub const NOTE_BYTES_MAX: usize = 64 * 1024;
/// Most signature lines that are looked at.
pub const SIGNATURES_MAX: usize = 100;

/// Signature type of plain Ed25519 (C2SP `signed-note`, "Signature types").
const ALGORITHM_ED25519: u8 = 0x01;
const SIGNATURE_PREFIX: &str = "\u{2014} ";
const SIGNER_PREFIX: &str = "PRIVATE+KEY+";

/// A note or key that cannot be read, or whose signature does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoteError {
    /// Not of the form of a signed note.
    #[error("not a signed note")]
    Malformed,
    /// A key name is empty or holds a space or a plus sign.
    #[error("not a name for a key")]
    Name,
    /// Not of the form `name+keyid+key`, or its id is not that of its key.
    #[error("not a verifier key")]
    Key,
    /// No line is signed with this key.
    #[error("not signed with this key")]
    Unsigned,
    /// A line claims to be signed with this key, and its signature does not hold.
    #[error("the signature does not hold")]
    Signature,
}

/// The name of a key: what the log calls itself, such as `sen.example/log`.
#[derive(Clone, PartialEq, Eq, Debug)]
struct Name(String);

impl FromStr for Name {
    type Err = NoteError;
    fn from_str(text: &str) -> Result<Self, NoteError> {
        if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control() || c == '+') {
            return Err(NoteError::Name);
        }
        Ok(Self(text.to_owned()))
    }
}

/// First four bytes of `SHA-256(name ‖ 0x0A ‖ type ‖ public key)`.
fn key_id(name: &Name, public: &[u8; 32]) -> u32 {
    let [a, b, c, d, ..] = Hash::of(&[name.0.as_bytes(), b"\n", &[ALGORITHM_ED25519], public]).0;
    u32::from_be_bytes([a, b, c, d])
}

/// Who may have signed a note: `name+keyid+base64(0x01 ‖ public key)`.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct VerifierKey {
    name: Name,
    id: u32,
    key: VerifyingKey,
}

impl VerifierKey {
    fn new(name: Name, key: VerifyingKey) -> Self {
        let id = key_id(&name, key.as_bytes());
        Self { name, id, key }
    }

    /// What the log calls itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name.0
    }

    /// Checks the line that this key signed and gives the note's text back. Lines of other keys are passed over.
    ///
    /// # Errors
    /// What is wrong with the note or the signature.
    pub fn open<'a>(&self, note: &'a str) -> Result<&'a str, NoteError> {
        let (text, lines) = split(note)?;
        let mut found = false;
        for line in lines.lines().take(SIGNATURES_MAX) {
            let (name, signature) = line
                .strip_prefix(SIGNATURE_PREFIX)
                .and_then(|rest| rest.split_once(' '))
                .ok_or(NoteError::Malformed)?;
            name.parse::<Name>().map_err(|_| NoteError::Malformed)?;
            let bytes = BASE64_STANDARD.decode(signature).map_err(|_| NoteError::Malformed)?;
            let (id, signature) = bytes.split_first_chunk().ok_or(NoteError::Malformed)?;
            if name != self.name.0 || u32::from_be_bytes(*id) != self.id {
                continue;
            }
            let signature = Signature::from_slice(signature).map_err(|_| NoteError::Signature)?;
            self.key.verify_strict(text.as_bytes(), &signature).map_err(|_| NoteError::Signature)?;
            found = true;
        }
        if found { Ok(text) } else { Err(NoteError::Unsigned) }
    }
}

/// The text with its last newline, and the signature lines.
fn split(note: &str) -> Result<(&str, &str), NoteError> {
    let forbidden = |c: char| c.is_ascii_control() && c != '\n';
    if note.len() > NOTE_BYTES_MAX || note.chars().any(forbidden) || !note.ends_with('\n') {
        return Err(NoteError::Malformed);
    }
    let at = note.rfind("\n\n").ok_or(NoteError::Malformed)?;
    let (text, rest) = note.split_at(at + 1);
    let lines = rest.strip_prefix('\n').filter(|lines| !lines.is_empty()).ok_or(NoteError::Malformed)?;
    Ok((text, lines))
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ALGORITHM_ED25519][..], self.key.as_bytes()].concat();
        write!(f, "{}+{:08x}+{}", self.name.0, self.id, BASE64_STANDARD.encode(key))
    }
}

impl FromStr for VerifierKey {
    type Err = NoteError;
    fn from_str(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let bytes = typed_key(key)?;
        let key = VerifyingKey::from_bytes(&bytes).map_err(|_| NoteError::Key)?;
        let made = Self::new(name.parse()?, key);
        if id == format!("{:08x}", made.id) { Ok(made) } else { Err(NoteError::Key) }
    }
}

/// 32 bytes behind the type byte.
fn typed_key(text: &str) -> Result<[u8; 32], NoteError> {
    match BASE64_STANDARD.decode(text).map_err(|_| NoteError::Key)?.split_first() {
        Some((&ALGORITHM_ED25519, key)) => key.try_into().map_err(|_| NoteError::Key),
        _ => Err(NoteError::Key),
    }
}

impl Serialize for VerifierKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for VerifierKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// The log's private key. Written as Go's `note` package writes one: `PRIVATE+KEY+name+keyid+base64(0x01 ‖ seed)`.
#[derive(Clone)]
pub struct Signer {
    name: Name,
    key: SigningKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("name", &self.name.0).finish_non_exhaustive()
    }
}

impl Signer {
    /// The key that grows from this seed (RFC 8032).
    ///
    /// # Errors
    /// [`NoteError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, NoteError> {
        Ok(Self { name: name.parse()?, key: SigningKey::from_bytes(seed) })
    }

    /// What the log calls itself.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name.0
    }

    /// The public half.
    #[must_use]
    pub fn verifier_key(&self) -> VerifierKey {
        VerifierKey::new(self.name.clone(), self.key.verifying_key())
    }

    /// Signs a text, which must end in a newline.
    ///
    /// # Errors
    /// [`NoteError::Malformed`] when it does not, or holds other control characters.
    pub fn sign(&self, text: &str) -> Result<String, NoteError> {
        let signature = self.key.sign(text.as_bytes());
        let id = self.verifier_key().id.to_be_bytes();
        let line = BASE64_STANDARD.encode([&id[..], &signature.to_bytes()].concat());
        let note = format!("{text}\n{SIGNATURE_PREFIX}{} {line}\n", self.name.0);
        let (read, _) = split(&note)?;
        if read == text { Ok(note) } else { Err(NoteError::Malformed) }
    }

    /// The private key as text.
    pub(crate) fn to_secret_text(&self) -> String {
        let seed = [&[ALGORITHM_ED25519][..], self.key.as_bytes()].concat();
        format!("{SIGNER_PREFIX}{}+{:08x}+{}", self.name.0, self.verifier_key().id, BASE64_STANDARD.encode(seed))
    }

    /// Reads what [`Self::to_secret_text`] wrote.
    pub(crate) fn from_secret_text(text: &str) -> Result<Self, NoteError> {
        let mut parts = text.strip_prefix(SIGNER_PREFIX).ok_or(NoteError::Key)?.splitn(3, '+');
        let (Some(name), Some(id), Some(seed)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NoteError::Key);
        };
        let signer = Self::from_seed(name, &typed_key(seed)?)?;
        if id == format!("{:08x}", signer.verifier_key().id) { Ok(signer) } else { Err(NoteError::Key) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use signed_note::{Note, StandardVerifier, VerifierList};

    fn signer() -> Signer {
        Signer::from_seed("sen.example/log", &[7; 32]).unwrap()
    }

    /// The independent reader of `signed_note` takes our key and our signature.
    #[test]
    fn another_reader_accepts_our_notes() {
        let note = signer().sign("hoa sen\nline\n\nafter an empty line\n").unwrap();
        let verifier = StandardVerifier::new(&signer().verifier_key().to_string()).unwrap();
        let read = Note::from_bytes(note.as_bytes()).unwrap();
        let (good, other) = read.verify(&VerifierList::new(vec![Box::new(verifier)])).unwrap();
        assert_eq!((good.len(), other.len()), (1, 0));
        assert_eq!(signer().verifier_key().open(&note), Ok("hoa sen\nline\n\nafter an empty line\n"));
    }

    /// The example key and note of the C2SP page and of Go's `note` package.
    #[test]
    fn we_accept_a_note_of_another_writer() {
        let key: VerifierKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
        let text = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n";
        let note = format!(
            "{text}\n\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
        );
        assert_eq!(key.open(&note), Ok(text));
        assert_eq!(key.open(&note.replace("answer", "Answer")), Err(NoteError::Signature));
        assert_eq!(signer().verifier_key().open(&note), Err(NoteError::Unsigned));
    }

    #[test]
    fn keys_and_names_are_checked() {
        let text = signer().verifier_key().to_string();
        assert_eq!(text.parse(), Ok(signer().verifier_key()));
        assert_eq!(text.replace("sen.", "zen.").parse::<VerifierKey>(), Err(NoteError::Key));
        assert_eq!("a+b".parse::<VerifierKey>(), Err(NoteError::Key));
        for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb"] {
            assert!(matches!(Signer::from_seed(name, &[1; 32]), Err(NoteError::Name)), "{name:?}");
        }
        let secret = signer().to_secret_text();
        assert_eq!(Signer::from_secret_text(&secret).unwrap().verifier_key(), signer().verifier_key());
        assert!(!format!("{:?}", signer()).contains(&secret[secret.len() - 20..]));
    }

    #[test]
    fn texts_that_no_note_may_hold() {
        for text in ["no newline", "", "a\tb\n", "a\n\nb"] {
            assert_eq!(signer().sign(text), Err(NoteError::Malformed), "{text:?}");
        }
        for note in [
            "",
            "\n",
            "text\n",
            "text\n\n",
            "text\n\nline\n",
            "text\n\n\u{2014} name !\n",
            "text\n\n\u{2014} name AAA=\n",
        ] {
            assert_eq!(signer().verifier_key().open(note), Err(NoteError::Malformed), "{note:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_signed_opens_and_nothing_else(text in "([a-zđ ]{0,20}\n){1,4}", at in any::<usize>()) {
            let note = signer().sign(&text).unwrap();
            prop_assert_eq!(signer().verifier_key().open(&note), Ok(&text[..]));
            let mut bytes = note.into_bytes();
            let at = at % bytes.len();
            bytes[at] ^= 1;
            if let Ok(changed) = String::from_utf8(bytes) {
                prop_assert!(signer().verifier_key().open(&changed).is_err());
            }
        }

        #[test]
        fn any_text_is_refused_without_panic(text in "\\PC{0,200}") {
            prop_assert!(signer().verifier_key().open(&text).is_err());
            prop_assert!(text.parse::<VerifierKey>().is_err());
        }
    }
}
