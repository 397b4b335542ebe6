//! Tiles (C2SP `tlog-tiles`): the tree cut into pieces of 256 hashes, and the entries into bundles of 256.

use crate::{
    checkpoint::parse_decimal,
    hash::{Hash, perfect_root},
    path::Node,
};
use std::{fmt, str::FromStr};

/// Levels of the tree that one tile spans.
pub const TILE_HEIGHT: u32 = 8;
/// Hashes of a full tile, and entries of a full bundle.
pub const TILE_WIDTH: u64 = 1 << TILE_HEIGHT;
/// Highest tile level of a tree with 2^63 leaves.
const LEVEL_MAX: u8 = 7;
/// Largest tile position that is looked up: PostgreSQL's `bigint` counts the entries.
const POSITION_MAX: u64 = (i64::MAX as u64) >> TILE_HEIGHT;
const DIGITS_PER_GROUP: u64 = 1000;

/// What a path names.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub enum Kind {
    /// Hashes: the subtree roots at height `8 * level`.
    Hashes {
        /// Level of the tile: 0 holds the leaves.
        level: u8,
    },
    /// The data of entries.
    Entries,
}

/// One tile or bundle: `tile/<L>/<N>[.p/<W>]`, `tile/entries/<N>[.p/<W>]`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct TilePath {
    /// What it holds.
    pub kind: Kind,
    /// Its position among those of its kind.
    pub n: u64,
    /// How many hashes or entries it holds, 1 to 256. A full one is written without its width.
    pub width: u64,
}

impl TilePath {
    /// Whether nothing can be added to it.
    #[must_use]
    pub const fn is_full(&self) -> bool {
        self.width == TILE_WIDTH
    }
}

/// How many hashes tile `n` of `level` has in a tree of `size`. Entry bundles are as wide as level 0.
#[must_use]
pub const fn width_at(size: u64, level: u8, n: u64) -> u64 {
    let shift = TILE_HEIGHT * level as u32;
    let hashes = if shift < u64::BITS { size >> shift } else { 0 };
    let before = n.saturating_mul(TILE_WIDTH);
    let left = hashes.saturating_sub(before);
    if left < TILE_WIDTH { left } else { TILE_WIDTH }
}

/// Where a node of the tree is kept: the tile's level and position, and the hashes in it that it spans.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Place {
    /// Level of the tile.
    pub level: u8,
    /// Position of the tile.
    pub n: u64,
    /// First hash below the node.
    pub first: usize,
    /// How many: a power of two.
    pub count: usize,
}

/// Where to find this node.
#[must_use]
pub const fn place(node: Node) -> Place {
    let level = node.level / TILE_HEIGHT;
    let height = node.level % TILE_HEIGHT;
    let first = node.index << height;
    #[expect(clippy::cast_possible_truncation, reason = "a level is below 8, a position in a tile below 256")]
    Place { level: level as u8, n: first >> TILE_HEIGHT, first: (first % TILE_WIDTH) as usize, count: 1 << height }
}

impl Place {
    /// The node's hash, out of the hashes of its tile. `None` when the tile is too narrow.
    #[must_use]
    pub fn hash(&self, tile: &[Hash]) -> Option<Hash> {
        perfect_root(tile.get(self.first..self.first + self.count)?)
    }
}

/// The bytes of an entry bundle: each entry behind its length in two bytes, most significant first.
/// `None` when an entry is longer than such a length can say.
#[must_use]
pub fn bundle(entries: &[&[u8]]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(entries.iter().map(|entry| entry.len() + 2).sum());
    for entry in entries {
        bytes.extend(u16::try_from(entry.len()).ok()?.to_be_bytes());
        bytes.extend(*entry);
    }
    Some(bytes)
}

/// The entries in the bytes of a bundle. `None` when they are cut short or more than 256.
#[must_use]
pub fn unbundle(mut bytes: &[u8]) -> Option<Vec<&[u8]>> {
    let mut entries = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk() {
        let (entry, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        entries.push(entry);
        bytes = rest;
    }
    (bytes.is_empty() && entries.len() as u64 <= TILE_WIDTH).then_some(entries)
}

impl fmt::Display for TilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Hashes { level } => write!(f, "tile/{level}/")?,
            Kind::Entries => f.write_str("tile/entries/")?,
        }
        let mut groups = vec![self.n % DIGITS_PER_GROUP];
        let mut rest = self.n / DIGITS_PER_GROUP;
        while rest > 0 {
            groups.push(rest % DIGITS_PER_GROUP);
            rest /= DIGITS_PER_GROUP;
        }
        for (left, group) in groups.iter().enumerate().rev() {
            write!(f, "{}{group:03}{}", if left > 0 { "x" } else { "" }, if left > 0 { "/" } else { "" })?;
        }
        if self.is_full() { Ok(()) } else { write!(f, ".p/{}", self.width) }
    }
}

/// The text is not the path of a tile.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("not the path of a tile")]
pub struct TilePathError;

impl FromStr for TilePath {
    type Err = TilePathError;
    fn from_str(text: &str) -> Result<Self, TilePathError> {
        parse(text).filter(|path| path.to_string() == text).ok_or(TilePathError)
    }
}

/// Reads generously; that only the one right spelling is accepted is seen to by printing it again.
fn parse(text: &str) -> Option<TilePath> {
    let (kind, rest) = text.strip_prefix("tile/")?.split_once('/')?;
    let kind = match kind {
        "entries" => Kind::Entries,
        level => Kind::Hashes { level: level.parse().ok().filter(|level| *level <= LEVEL_MAX)? },
    };
    let (groups, width) = match rest.split_once(".p/") {
        Some((groups, width)) => (groups, parse_decimal(width).filter(|width| (1..TILE_WIDTH).contains(width))?),
        None => (rest, TILE_WIDTH),
    };
    let mut n: u64 = 0;
    for group in groups.split('/') {
        let digits = group.strip_prefix('x').unwrap_or(group);
        if digits.len() != 3 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        n = n.checked_mul(DIGITS_PER_GROUP)?.checked_add(digits.parse().ok()?)?;
    }
    (n <= POSITION_MAX).then_some(TilePath { kind, n, width })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        hash::leaf,
        tree::tests::{leaves, root_by_definition},
    };
    use proptest::prelude::*;

    #[test]
    fn paths_as_the_specification_writes_them() {
        let check = |text: &str, kind, n, width| {
            let path = TilePath { kind, n, width };
            assert_eq!(path.to_string(), text);
            assert_eq!(text.parse(), Ok(path));
        };
        check("tile/0/000", Kind::Hashes { level: 0 }, 0, 256);
        check("tile/0/x001/x234/067", Kind::Hashes { level: 0 }, 1_234_067, 256);
        check("tile/3/x001/000.p/112", Kind::Hashes { level: 3 }, 1000, 112);
        check("tile/entries/x273/273.p/1", Kind::Entries, 273_273, 1);
    }

    #[test]
    fn texts_that_are_no_path() {
        for text in [
            "",
            "tile",
            "tile/0",
            "tile/0/",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000/001",
            "tile/00/000",
            "tile/8/000",
            "tile/-1/000",
            "tile/+1/000",
            "tile/0/000.p/0",
            "tile/0/000.p/256",
            "tile/0/000.p/01",
            "tile/0/000.p/",
            "tile/0/000/001",
            "tile/0/x001",
            "tile/data/000",
            "tile/0/000.p/1/2",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
        ] {
            assert_eq!(text.parse::<TilePath>(), Err(TilePathError), "{text:?}");
        }
    }

    #[test]
    fn widths() {
        assert_eq!(
            [width_at(0, 0, 0), width_at(255, 0, 0), width_at(256, 0, 0), width_at(257, 0, 0)],
            [0, 255, 256, 256]
        );
        assert_eq!(
            [width_at(257, 0, 1), width_at(257, 1, 0), width_at(70_000, 1, 0), width_at(70_000, 1, 1)],
            [1, 1, 256, 17]
        );
        assert_eq!([width_at(70_000, 2, 0), width_at(70_000, 3, 0), width_at(u64::MAX, 9, 0)], [1, 0, 0]);
    }

    #[test]
    fn nodes_are_found_in_their_tiles() {
        let all = leaves(600);
        for level in 0..8u32 {
            for index in 0..(600u64 >> level) {
                let place = place(Node { level, index });
                let begin = usize::try_from(place.n * TILE_WIDTH).unwrap();
                let tile = &all[begin..all.len().min(begin + 256)];
                let from = usize::try_from(index << level).unwrap();
                assert_eq!(place.hash(tile), Some(root_by_definition(&all[from..from + (1 << level)])));
                assert_eq!(place.level, 0);
            }
        }
        assert_eq!(place(Node { level: 8, index: 5 }), Place { level: 1, n: 0, first: 5, count: 1 });
        assert_eq!(place(Node { level: 17, index: 300 }), Place { level: 2, n: 2, first: 88, count: 2 });
        assert_eq!(place(Node { level: 1, index: 0 }).hash(&[leaf(b"")]), None);
    }

    proptest! {
        #[test]
        fn paths_print_and_parse(level in 0u8..=7, entries in any::<bool>(), n in 0..=POSITION_MAX, width in 1u64..=256) {
            let path = TilePath { kind: if entries { Kind::Entries } else { Kind::Hashes { level } }, n, width };
            prop_assert_eq!(path.to_string().parse(), Ok(path));
        }

        #[test]
        fn bundles_pack_and_unpack(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..50), 0..256)) {
            let parts: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
            let bytes = bundle(&parts).unwrap();
            prop_assert_eq!(unbundle(&bytes), Some(parts));
        }

        #[test]
        fn foreign_bytes_do_no_harm(bytes in prop::collection::vec(any::<u8>(), 0..600), text in "\\PC{0,40}") {
            let _ = unbundle(&bytes);
            let _ = text.parse::<TilePath>();
            let _ = format!("tile/{text}").parse::<TilePath>();
        }
    }

    #[test]
    fn bundles_that_do_not_fit() {
        assert_eq!(bundle(&[&[0; 70_000]]), None);
        assert_eq!(unbundle(&[0, 2, 1]), None);
        assert_eq!(unbundle(&[0]), None);
        assert_eq!(unbundle(&[0; 2 * 257]), None);
    }
}
