//! The seam for biometrics: whether a picture taken at the counter, or at a sign-in, shows the person whom the register means.

use crate::{Error, Identity};
use async_trait::async_trait;
use kernel::SubjectId;
use std::path::PathBuf;
use subtle::ConstantTimeEq;

/// Largest picture that is compared.
const IMAGE_BYTES_MAX: u64 = 8 << 20;

/// What a matcher found.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Likeness {
    /// The same person.
    Same,
    /// Somebody else.
    Different,
    /// Nothing to compare with, or a picture that cannot be used.
    Unknown,
}

/// Compares a face or a finger with what is on record.
#[async_trait]
pub trait BiometricMatcher: Send + Sync {
    /// Whether `image` shows this person.
    ///
    /// # Errors
    /// When the matcher does not answer.
    async fn matches(&self, subject: SubjectId, image: &[u8]) -> Result<Likeness, Error>;

    /// Whether it tells a living face from a picture of one (presentation attack detection, ISO/IEC 30107-3). Only then may a face
    /// prove who signs in, where nobody watches; at a counter the officer does.
    fn tells_life(&self) -> bool {
        false
    }
}

impl Identity {
    /// Whether a face proves who signs in.
    #[must_use]
    pub fn knows_faces(&self) -> bool {
        self.matcher.as_ref().is_some_and(|matcher| matcher.tells_life())
    }

    /// What the matcher says of a picture; nothing to compare with where there is no matcher.
    pub(crate) async fn likeness(&self, subject: SubjectId, image: &[u8]) -> Result<Likeness, Error> {
        match &self.matcher {
            Some(matcher) => matcher.matches(subject, image).await,
            None => Ok(Likeness::Unknown),
        }
    }
}

/// A folder of portraits, one for each person, named by the person's surrogate. It knows only the very same picture again: it
/// stands where a real matcher is plugged in, and recognises nobody.
#[derive(Clone, Debug)]
pub struct FileMatcher {
    folder: PathBuf,
    tells_life: bool,
}

impl FileMatcher {
    /// Portraits in this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), tells_life: false }
    }

    /// The same, for made-up people only: a picture signs in, as if it had been seen to live.
    #[must_use]
    pub fn for_made_up_people(self) -> Self {
        Self { tells_life: true, ..self }
    }
}

#[async_trait]
impl BiometricMatcher for FileMatcher {
    async fn matches(&self, subject: SubjectId, image: &[u8]) -> Result<Likeness, Error> {
        let path = self.folder.join(subject.0.to_string());
        let Ok(meta) = tokio::fs::metadata(&path).await else { return Ok(Likeness::Unknown) };
        if image.is_empty() || meta.len() > IMAGE_BYTES_MAX {
            return Ok(Likeness::Unknown);
        }
        let known = tokio::fs::read(&path).await.map_err(|_| Error::Fault("a portrait is not readable"))?;
        Ok(if bool::from(known.as_slice().ct_eq(image)) { Likeness::Same } else { Likeness::Different })
    }

    fn tells_life(&self) -> bool {
        self.tells_life
    }
}
