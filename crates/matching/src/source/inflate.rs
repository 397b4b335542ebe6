//! Deflated bytes, inflated (RFC 1951).
//!
//! Only to look into archives before a library is trusted with them ([`super::unpack`]): memory is the window of 32 KiB
//! and what the caller asks for.

use super::unpack::damaged;
use std::io::{BufRead, Read, Result};

const WINDOW: usize = 1 << 15;
/// Longest code.
const BITS_MAX: usize = 15;

/// A reader of what a deflated stream says.
pub(super) struct Inflater<R> {
    input: R,
    bits: u32,
    count: u32,
    window: Vec<u8>,
    at: usize,
    /// Bytes of a match that are still to be copied, and how far back they stand.
    copy: (usize, usize),
    block: Block,
    last: bool,
}

enum Block {
    /// The header comes next.
    Header,
    /// So many bytes as they are.
    Stored(usize),
    /// Codes of literals and lengths, and of distances.
    Codes(Box<(Codes, Codes)>),
    End,
}

/// A canonical Huffman code: how many symbols there are of each length, and the symbols in order.
struct Codes {
    counts: [u16; BITS_MAX + 1],
    symbols: Vec<u16>,
}

impl Codes {
    fn new(lengths: &[u8]) -> Result<Self> {
        let mut counts = [0_u16; BITS_MAX + 1];
        for &length in lengths {
            counts[usize::from(length)] += 1;
        }
        counts[0] = 0;
        let mut left = 1_i32;
        let mut offsets = [0_u16; BITS_MAX + 2];
        for length in 1..=BITS_MAX {
            left = left * 2 - i32::from(counts[length]);
            if left < 0 {
                return Err(damaged());
            }
            offsets[length + 1] = offsets[length] + counts[length];
        }
        let mut symbols = vec![0; lengths.len()];
        for (symbol, &length) in lengths.iter().enumerate().filter(|(_, length)| **length > 0) {
            let offset = &mut offsets[usize::from(length)];
            symbols[usize::from(*offset)] = symbol as u16;
            *offset += 1;
        }
        Ok(Self { counts, symbols })
    }
}

impl<R: BufRead> Inflater<R> {
    pub(super) fn new(input: R) -> Self {
        Self {
            input,
            bits: 0,
            count: 0,
            window: vec![0; WINDOW],
            at: 0,
            copy: (0, 0),
            block: Block::Header,
            last: false,
        }
    }

    fn byte(&mut self) -> Result<u8> {
        let byte = *self.input.fill_buf()?.first().ok_or_else(damaged)?;
        self.input.consume(1);
        Ok(byte)
    }

    fn take_bits(&mut self, count: u32) -> Result<usize> {
        while self.count < count {
            self.bits |= u32::from(self.byte()?) << self.count;
            self.count += 8;
        }
        let value = self.bits & ((1 << count) - 1);
        self.bits >>= count;
        self.count -= count;
        Ok(value as usize)
    }

    fn header(&mut self) -> Result<Block> {
        if self.last {
            return Ok(Block::End);
        }
        self.last = self.take_bits(1)? == 1;
        match self.take_bits(2)? {
            0 => {
                (self.bits, self.count) = (0, 0);
                let length = self.take_bits(16)?;
                let inverse = self.take_bits(16)?;
                if length == !inverse & 0xFFFF { Ok(Block::Stored(length)) } else { Err(damaged()) }
            }
            1 => {
                let mut lengths = [8_u8; 288];
                lengths[144..256].fill(9);
                lengths[256..280].fill(7);
                Ok(Block::Codes(Box::new((Codes::new(&lengths)?, Codes::new(&[5; 30])?))))
            }
            2 => self.dynamic(),
            _ => Err(damaged()),
        }
    }

    fn dynamic(&mut self) -> Result<Block> {
        const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
        let (literals, distances, codes) = (self.take_bits(5)? + 257, self.take_bits(5)? + 1, self.take_bits(4)? + 4);
        let mut lengths = [0_u8; 19];
        for place in &ORDER[..codes] {
            lengths[*place] = self.take_bits(3)? as u8;
        }
        let code = Codes::new(&lengths)?;
        let mut lengths = Vec::with_capacity(literals + distances);
        while lengths.len() < literals + distances {
            let symbol = symbol(self, &code)?;
            let (value, times) = match symbol {
                0..=15 => (symbol as u8, 1),
                16 => (*lengths.last().ok_or_else(damaged)?, 3 + self.take_bits(2)?),
                17 => (0, 3 + self.take_bits(3)?),
                _ => (0, 11 + self.take_bits(7)?),
            };
            lengths.extend(std::iter::repeat_n(value, times));
        }
        if lengths.len() > literals + distances {
            return Err(damaged());
        }
        let (literals, distances) = lengths.split_at(literals);
        Ok(Block::Codes(Box::new((Codes::new(literals)?, Codes::new(distances)?))))
    }

    /// How far a match reaches, and how far back it stands, of a length symbol.
    fn matched(&mut self, length: usize, distances: &Codes) -> Result<(usize, usize)> {
        const LENGTHS: [u16; 29] = [
            3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
            227, 258,
        ];
        const LENGTH_BITS: [u8; 29] =
            [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
        let (Some(base), Some(bits)) = (LENGTHS.get(length), LENGTH_BITS.get(length)) else { return Err(damaged()) };
        let count = usize::from(*base) + self.take_bits(u32::from(*bits))?;
        let distance = symbol(self, distances)?;
        let back = match distance {
            0..=3 => distance + 1,
            4..=29 => {
                let bits = (distance as u32 - 2) / 2;
                1 + ((2 + (distance & 1)) << bits) + self.take_bits(bits)?
            }
            _ => return Err(damaged()),
        };
        Ok((count, back))
    }

    fn put(&mut self, byte: u8) -> u8 {
        self.window[self.at % WINDOW] = byte;
        self.at += 1;
        byte
    }
}

fn symbol<R: BufRead>(from: &mut Inflater<R>, codes: &Codes) -> Result<usize> {
    let (mut code, mut first, mut index) = (0_usize, 0_usize, 0_usize);
    for length in 1..=BITS_MAX {
        code |= from.take_bits(1)?;
        let count = usize::from(codes.counts[length]);
        if code < first + count {
            return codes.symbols.get(index + code - first).map(|symbol| usize::from(*symbol)).ok_or_else(damaged);
        }
        index += count;
        first = (first + count) << 1;
        code <<= 1;
    }
    Err(damaged())
}

impl<R: BufRead> Read for Inflater<R> {
    fn read(&mut self, into: &mut [u8]) -> Result<usize> {
        let mut written = 0;
        while written < into.len() {
            if self.copy.0 > 0 {
                self.copy.0 -= 1;
                let byte = self.window[(self.at - self.copy.1) % WINDOW];
                into[written] = self.put(byte);
                written += 1;
                continue;
            }
            let block = std::mem::replace(&mut self.block, Block::End);
            self.block = match block {
                Block::End => break,
                Block::Header | Block::Stored(0) => self.header()?,
                Block::Stored(left) => {
                    let byte = self.byte()?;
                    into[written] = self.put(byte);
                    written += 1;
                    Block::Stored(left - 1)
                }
                Block::Codes(codes) => match symbol(self, &codes.0)? {
                    literal @ 0..=255 => {
                        into[written] = self.put(literal as u8);
                        written += 1;
                        Block::Codes(codes)
                    }
                    256 => Block::Header,
                    length => {
                        self.copy = self.matched(length - 257, &codes.1)?;
                        if self.copy.1 > self.at.min(WINDOW) {
                            return Err(damaged());
                        }
                        Block::Codes(codes)
                    }
                },
            };
        }
        Ok(written)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn inflated(bytes: &[u8]) -> Result<Vec<u8>> {
        let mut all = Vec::new();
        Inflater::new(bytes).take(1 << 20).read_to_end(&mut all)?;
        Ok(all)
    }

    #[test]
    fn streams_of_each_kind_of_block() {
        // Made with zlib: stored, fixed codes, dynamic codes, a match that overlaps itself.
        for (packed, text) in [
            ("010500faff68656c6c6f", b"hello".to_vec()),
            ("cb48cdc9c90700", b"hello".to_vec()),
            ("4b4ca43d0000", vec![b'a'; 100]),
            ("0300", Vec::new()),
            (DYNAMIC, dynamic_text()),
        ] {
            let packed: String = packed.split_whitespace().collect();
            let packed: Vec<u8> =
                (0..packed.len() / 2).map(|at| u8::from_str_radix(&packed[at * 2..at * 2 + 2], 16).unwrap()).collect();
            assert_eq!(inflated(&packed).unwrap(), text, "{packed:?}");
            for cut in 0..packed.len() - 1 {
                assert!(inflated(&packed[..cut]).is_err(), "cut at {cut}");
            }
        }
    }

    fn dynamic_text() -> Vec<u8> {
        (0..300_u32).flat_map(|n| format!("{},", n * n % 977).into_bytes()).collect()
    }

    const DYNAMIC: &str = "1593d911c43008431be2235c06fa6f2c4f33bbe324609084f8ccadeccc9f455b3eabb357b66efe7de6c15945948c23859c68ce3dcb28f2b94d5e15e796759cf53c7be43dcee17df8bec48fbc53fe987b98cf59d45a3aa52eacde58d3ea45da7cc5b5b19db06b4a80e2059d41d8eaa654ba700eefcbf7237e65f191e26b95694de8017c8ec69e466f5f351c2aac351c07dadb69defca07547081a47a828cc09ac88b0046ee7da2365e945eda050eea30f30921ef476fe01e17a0840930547a545423004817eee60e01344385f224f223a720cc051763eb850dc299ca8d88714019905612332ea40993a810ab50806c27bf441ef1ac2cced068890a9934a304040f8348f2bbe5f529ca2f43e27f553297837243f4b26f668741fb818517f8b90b880ab45fa7ce8c2e45215d20e69027c3d4045e4e06a537951d58fef94d862eacca2a1b6000f0cd1dc5df10a7290fa68131078e4df7bd4070d922067a1c08c54010dcf0bef1809c84cd1f2033b371dcf34263e2a269c475c91be5df304b1cb5fa01242c914228b64f2e5a0ee8212d570f08a94dc7c382409c9224480df789f22935c22fa6806eb26744fee63a618264bee5311706875d0fc21aea3c4e319624d25394ea8d01f1731d992a1a951003830566846cc87368732958ac319175e69e44c4046616fb8d6380ea1fab4c0e85728c0368db4a5dd085968362075ad0dd4848c1fce73641f4d5da3d48eb3f7a78d434447e4c7b5d072f09c94bd96e0dca3f368fdf8be8029ed3fdd195730bed5e2c21d299e9c0a881db9b3ec07";

    proptest! {
        #[test]
        fn any_bytes_end(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = inflated(&bytes);
        }
    }
}
