//! UTF-16 read as UTF-8, so that rows can be split byte by byte.

use super::Encoding;
use std::io::Read;

/// Bytes that are read at once.
const READ_BYTES: usize = 1 << 16;

/// A reader that gives UTF-8, whatever the input is in. Only UTF-16 is changed: the encodings with one byte a letter
/// are split as they are, and decoded cell by cell.
pub(crate) struct Utf8Of<R> {
    input: R,
    decoder: Option<encoding_rs::Decoder>,
    raw: Vec<u8>,
    ready: Vec<u8>,
    taken: usize,
    eof: bool,
    /// Bytes taken from the input.
    read: u64,
}

impl<R: Read> Utf8Of<R> {
    pub(crate) fn new(input: R, encoding: Encoding) -> Self {
        let decoder = match encoding {
            Encoding::Utf16Le => Some(encoding_rs::UTF_16LE.new_decoder_without_bom_handling()),
            Encoding::Utf16Be => Some(encoding_rs::UTF_16BE.new_decoder_without_bom_handling()),
            _ => None,
        };
        Self { input, decoder, raw: Vec::new(), ready: Vec::new(), taken: 0, eof: false, read: 0 }
    }

    /// How many bytes of the input were taken.
    pub(crate) fn read_bytes(&self) -> u64 {
        self.read
    }
}

impl<R: Read> Read for Utf8Of<R> {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let Some(decoder) = &mut self.decoder else {
            let count = self.input.read(into)?;
            self.read += count as u64;
            return Ok(count);
        };
        while self.taken == self.ready.len() {
            if self.eof {
                return Ok(0);
            }
            self.raw.resize(READ_BYTES, 0);
            let count = self.input.read(&mut self.raw)?;
            self.read += count as u64;
            self.eof = count == 0;
            // Three bytes of UTF-8 for two of UTF-16 at most, and what was left over of a pair.
            self.ready.resize(count * 3 + 16, 0);
            let (_, _, written, _) = decoder.decode_to_utf8(&self.raw[..count], &mut self.ready, self.eof);
            self.ready.truncate(written);
            self.taken = 0;
        }
        let count = (self.ready.len() - self.taken).min(into.len());
        into[..count].copy_from_slice(&self.ready[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn text_in_utf_16_comes_out_whole(text: String, big in any::<bool>(), odd in any::<bool>()) {
            let encoding = if big { Encoding::Utf16Be } else { Encoding::Utf16Le };
            let mut bytes: Vec<u8> = text
                .encode_utf16()
                .flat_map(|unit| if big { unit.to_be_bytes() } else { unit.to_le_bytes() })
                .collect();
            if odd {
                bytes.push(b'x');
            }
            let mut read = String::new();
            let mut reader = Utf8Of::new(bytes.as_slice(), encoding);
            reader.read_to_string(&mut read).unwrap();
            prop_assert_eq!(reader.read_bytes(), bytes.len() as u64);
            if odd {
                prop_assert_eq!(read, text + "\u{fffd}");
            } else {
                prop_assert_eq!(read, text);
            }
        }

        #[test]
        fn any_bytes_come_out_as_utf_8(bytes in proptest::collection::vec(any::<u8>(), 0..200), big in any::<bool>()) {
            let encoding = if big { Encoding::Utf16Be } else { Encoding::Utf16Le };
            let mut read = Vec::new();
            Utf8Of::new(bytes.as_slice(), encoding).read_to_end(&mut read).unwrap();
            prop_assert!(std::str::from_utf8(&read).is_ok());
        }
    }
}
