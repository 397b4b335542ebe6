//! Numbers that lie in memory or in a mapped file.

use crate::Error;
use memmap2::Mmap;
use std::sync::Arc;

/// An array of 32-bit numbers.
#[derive(Clone)]
pub(crate) enum Words {
    /// In memory.
    Owned(Vec<u32>),
    /// In a mapped file.
    Mapped {
        /// The file.
        map: Arc<Mmap>,
        /// The first byte, a multiple of four.
        start: usize,
        /// How many numbers.
        len: usize,
    },
}

impl Words {
    /// The numbers.
    pub(crate) fn get(&self) -> &[u32] {
        match self {
            Self::Owned(words) => words,
            // Checked once when the file was opened (`mapped`), so that it cannot fail here.
            Self::Mapped { map, start, len } => {
                map.get(*start..start + len * 4).and_then(|bytes| bytemuck::try_cast_slice(bytes).ok()).unwrap_or(&[])
            }
        }
    }

    /// A part of a mapped file.
    pub(crate) fn mapped(map: &Arc<Mmap>, start: usize, len: usize) -> Result<Self, Error> {
        let end = len.checked_mul(4).and_then(|bytes| bytes.checked_add(start));
        let bytes = end.and_then(|end| map.get(start..end)).ok_or(Error::IndexDamaged)?;
        bytemuck::try_cast_slice::<u8, u32>(bytes).map_err(|_| Error::IndexDamaged)?;
        Ok(Self::Mapped { map: Arc::clone(map), start, len })
    }

    /// The numbers as they lie in a file.
    pub(crate) fn bytes(&self) -> &[u8] {
        bytemuck::cast_slice(self.get())
    }

    /// How many bytes it takes.
    pub(crate) fn size(&self) -> usize {
        self.get().len() * 4
    }
}
