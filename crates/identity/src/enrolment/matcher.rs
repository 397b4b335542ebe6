//! The seam for biometrics: whether a picture taken at the counter shows the person whom the register means.

use crate::Error;
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
}

/// A folder of portraits, one for each person, named by the person's surrogate. It knows only the very same picture again: it
/// stands where a real matcher is plugged in, and recognises nobody.
#[derive(Clone, Debug)]
pub struct FileMatcher(PathBuf);

impl FileMatcher {
    /// Portraits in this folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self(folder.into())
    }
}

#[async_trait]
impl BiometricMatcher for FileMatcher {
    async fn matches(&self, subject: SubjectId, image: &[u8]) -> Result<Likeness, Error> {
        let path = self.0.join(subject.0.to_string());
        let Ok(meta) = tokio::fs::metadata(&path).await else { return Ok(Likeness::Unknown) };
        if image.is_empty() || meta.len() > IMAGE_BYTES_MAX {
            return Ok(Likeness::Unknown);
        }
        let known = tokio::fs::read(&path).await.map_err(|_| Error::Fault("a portrait is not readable"))?;
        Ok(if bool::from(known.as_slice().ct_eq(image)) { Likeness::Same } else { Likeness::Different })
    }
}
