//! A tree that only grows. It keeps, of each tile level, the hashes that do not fill a tile yet; full tiles are
//! handed out and need not be kept. Pure: the sequencer and the verifier both run on it.

use crate::{
    hash::{Hash, empty_root, node, perfect_root},
    tile::{TILE_HEIGHT, TILE_WIDTH, width_at},
};

/// A tile that has all its 256 hashes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FullTile {
    /// Its level: 0 holds the leaves.
    pub level: u8,
    /// Its position in the level.
    pub n: u64,
    /// Its 256 hashes.
    pub hashes: Vec<Hash>,
    /// The root over them: one hash of the level above.
    pub root: Hash,
}

/// The right edge of a tree.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Tree {
    size: u64,
    /// Of each tile level, the hashes behind the last full tile.
    edge: Vec<Vec<Hash>>,
}

impl Tree {
    /// A tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How many hashes the edge of this tree has on each tile level, from the leaves up.
    #[must_use]
    pub fn edge_widths(size: u64) -> Vec<usize> {
        let levels = (0u8..).take_while(|level| size.checked_shr(TILE_HEIGHT * u32::from(*level)).unwrap_or(0) > 0);
        levels.map(|level| ((size >> (TILE_HEIGHT * u32::from(level))) % TILE_WIDTH) as usize).collect()
    }

    /// The tree of this size with this edge. `None` when the edge does not fit the size.
    #[must_use]
    pub fn from_edge(size: u64, edge: Vec<Vec<Hash>>) -> Option<Self> {
        let widths: Vec<_> = edge.iter().map(Vec::len).collect();
        (widths == Self::edge_widths(size)).then_some(Self { size, edge })
    }

    /// Number of leaves.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Adds a leaf on the right, and appends the tiles that became full, lowest first, to `full`.
    pub fn push(&mut self, leaf: Hash, full: &mut Vec<FullTile>) {
        self.size += 1;
        let mut hash = leaf;
        for level in 0u8.. {
            if self.edge.len() <= usize::from(level) {
                self.edge.push(Vec::new());
            }
            let Some(row) = self.edge.get_mut(usize::from(level)) else { return };
            row.push(hash);
            if (row.len() as u64) < TILE_WIDTH {
                return;
            }
            let hashes = std::mem::take(row);
            let Some(root) = perfect_root(&hashes) else { return };
            let n = (self.size >> (TILE_HEIGHT * (u32::from(level) + 1))) - 1;
            full.push(FullTile { level, n, hashes, root });
            hash = root;
        }
    }

    /// The root: `MTH` of RFC 6962, section 2.1.
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = Vec::new();
        for row in self.edge.iter().rev() {
            let mut rest = &row[..];
            while !rest.is_empty() {
                let (left, right) = rest.split_at(1 << rest.len().ilog2());
                peaks.extend(perfect_root(left));
                rest = right;
            }
        }
        fold_right(&peaks).unwrap_or_else(empty_root)
    }

    /// The leaves behind the last full tile.
    #[must_use]
    pub fn last_leaves(&self) -> &[Hash] {
        self.edge.first().map_or(&[], Vec::as_slice)
    }

    /// The hashes of tile `n` of `level` that are still at the edge. Empty when the tile is full or not begun.
    #[must_use]
    pub fn partial(&self, level: u8, n: u64) -> &[Hash] {
        let at_edge = (1..TILE_WIDTH).contains(&width_at(self.size, level, n));
        self.edge.get(usize::from(level)).filter(|_| at_edge).map_or(&[], Vec::as_slice)
    }
}

/// Joins perfect subtrees of falling size into the root over all of them. `None` when there are none.
pub(crate) fn fold_right(peaks: &[Hash]) -> Option<Hash> {
    let (last, rest) = peaks.split_last()?;
    Some(rest.iter().rev().fold(*last, |right, left| node(left, &right)))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::hash::leaf;

    /// `MTH` written as the RFC defines it, without a thought for speed.
    pub(crate) fn root_by_definition(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            many => {
                let split = many.len().next_power_of_two() / 2;
                node(&root_by_definition(&many[..split]), &root_by_definition(&many[split..]))
            }
        }
    }

    pub(crate) fn leaves(count: u32) -> Vec<Hash> {
        (0..count).map(|n| leaf(&n.to_be_bytes())).collect()
    }

    #[test]
    fn root_is_that_of_the_definition_at_every_size() {
        let leaves = leaves(600);
        let mut tree = Tree::new();
        let mut full = Vec::new();
        for (size, leaf) in leaves.iter().enumerate() {
            assert_eq!(tree.root(), root_by_definition(&leaves[..size]), "size {size}");
            let again = Tree::from_edge(tree.size, tree.edge.clone());
            assert_eq!(again.as_ref(), Some(&tree));
            assert_eq!(tree.last_leaves(), &leaves[size / 256 * 256..size]);
            tree.push(*leaf, &mut full);
        }
        let expected = |n: usize| FullTile {
            level: 0,
            n: n as u64,
            hashes: leaves[n * 256..(n + 1) * 256].to_vec(),
            root: root_by_definition(&leaves[n * 256..(n + 1) * 256]),
        };
        assert_eq!(full, [expected(0), expected(1)]);
        assert_eq!(tree.partial(1, 0), [full[0].root, full[1].root]);
        assert_eq!(tree.partial(0, 1), []);
        assert_eq!(Tree::from_edge(3, vec![leaves[..2].to_vec()]), None);
    }

    #[test]
    fn three_levels() {
        let leaves = leaves(256 * 256 + 257);
        let (mut tree, mut full) = (Tree::new(), Vec::new());
        leaves.iter().for_each(|leaf| tree.push(*leaf, &mut full));
        assert_eq!(tree.root(), root_by_definition(&leaves));
        assert_eq!(Tree::edge_widths(tree.size()), [1, 1, 1]);
        assert_eq!(full.iter().filter(|tile| tile.level == 0).count(), 257);
        let upper: Vec<_> = full.iter().filter(|tile| tile.level == 1).collect();
        assert_eq!((upper.len(), upper[0].n), (1, 0));
        assert_eq!(upper[0].root, root_by_definition(&leaves[..65_536]));
    }
}
