//! A column: what a snapshot held, mapped and changed in private, and behind it what came since.

use crate::Error;
use bytemuck::Pod;
use memmap2::{MmapMut, MmapOptions};
use std::fs::File;

/// Values of one kind, by row.
#[derive(Debug)]
pub(super) struct Column<T> {
    mapped: Option<MmapMut>,
    tail: Vec<T>,
}

impl<T: Pod> Column<T> {
    pub(super) const fn new() -> Self {
        Self { mapped: None, tail: Vec::new() }
    }

    /// So many values of this kind.
    pub(super) fn filled(value: T, len: usize) -> Self {
        Self { mapped: None, tail: vec![value; len] }
    }

    /// The `len` values that begin at `offset` of a file. A page is read when it is needed, and copied when it changes.
    pub(super) fn mapped(file: &File, offset: u64, len: usize) -> Result<Self, Error> {
        if len == 0 {
            return Ok(Self::new());
        }
        let bytes = len.checked_mul(size_of::<T>()).ok_or_else(|| Error::Snapshot("too long".to_owned()))?;
        let mut options = MmapOptions::new();
        options.offset(offset).len(bytes);
        #[expect(unsafe_code, reason = "a snapshot is mapped: nobody may cut it short while it is used")]
        // SAFETY: the map is private, so what is written stays in this process. Shortening the file would end the process
        // (SIGBUS), as with any mapped file; a snapshot is written under a new name and moved into its place.
        let map = unsafe { options.map_copy(file) }?;
        if bytemuck::try_cast_slice::<u8, T>(&map).is_err() {
            return Err(Error::Snapshot("a column is not aligned".to_owned()));
        }
        Ok(Self { mapped: Some(map), tail: Vec::new() })
    }

    /// What was mapped, and what came since.
    pub(super) fn parts(&self) -> [&[T]; 2] {
        let mapped = self.mapped.as_ref().map_or(&[][..], |map| bytemuck::cast_slice(map));
        [mapped, &self.tail]
    }

    pub(super) fn len(&self) -> usize {
        let [mapped, tail] = self.parts();
        mapped.len() + tail.len()
    }

    pub(super) fn get(&self, at: usize) -> T {
        let [mapped, tail] = self.parts();
        if at < mapped.len() { mapped[at] } else { tail[at - mapped.len()] }
    }

    pub(super) fn set(&mut self, at: usize, value: T) {
        let mapped = self.mapped.as_mut().map_or(&mut [][..], |map| bytemuck::cast_slice_mut(map));
        let len = mapped.len();
        if at < len { mapped[at] = value } else { self.tail[at - len] = value }
    }

    pub(super) fn push(&mut self, value: T) {
        self.tail.push(value);
    }

    /// Bytes it takes in memory at most: mapped pages are the system's to drop.
    pub(super) fn bytes(&self) -> usize {
        size_of_val(self.parts()[0]) + self.tail.capacity() * size_of::<T>()
    }

    /// Its values as bytes, in order.
    pub(super) fn raw(&self) -> [&[u8]; 2] {
        self.parts().map(bytemuck::cast_slice)
    }
}
