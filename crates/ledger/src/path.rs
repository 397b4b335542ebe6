//! Inclusion and consistency proofs: which nodes they consist of, and how they are checked.
//!
//! Generation follows RFC 6962, sections 2.1.1 and 2.1.2, over stored hashes: the functions name the ranges of
//! leaves whose roots make up the proof, and the caller looks their nodes up. Checking follows RFC 9162,
//! sections 2.1.3.2 and 2.1.4.2.

use crate::{
    hash::{Hash, node},
    tree::fold_right,
};
use std::ops::Range;

/// Longest proof: one hash for each level of the largest tree.
pub const PATH_LENGTH_MAX: usize = 64;

/// A perfect subtree: over the leaves `index << level .. (index + 1) << level`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Debug)]
pub struct Node {
    /// Height above the leaves.
    pub level: u32,
    /// Position among the perfect subtrees of this height.
    pub index: u64,
}

/// A proof that does not hold.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum PathError {
    /// The leaf lies outside the tree, or the older tree is larger than the newer.
    #[error("the sizes do not fit each other")]
    Sizes,
    /// The number of hashes is not that of a proof for these sizes.
    #[error("the proof has the wrong length")]
    Length,
    /// The hashes lead to another root.
    #[error("the proof leads to another root")]
    Root,
}

/// The ranges of leaves whose roots prove that leaf `index` is in the tree of `size`, nearest first.
///
/// # Errors
/// [`PathError::Sizes`] when the leaf lies outside.
pub fn inclusion(index: u64, size: u64) -> Result<Vec<Range<u64>>, PathError> {
    if index >= size {
        return Err(PathError::Sizes);
    }
    let (mut begin, mut end) = (0, size);
    let mut ranges = Vec::new();
    while end - begin > 1 {
        let middle = begin + split(end - begin);
        if index < middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(begin..middle);
            begin = middle;
        }
    }
    ranges.reverse();
    Ok(ranges)
}

/// The ranges of leaves whose roots prove that the tree of `new` begins with the tree of `old`.
/// Empty when the sizes are equal or the old tree is empty.
///
/// # Errors
/// [`PathError::Sizes`] when the old tree is the larger.
pub fn consistency(old: u64, new: u64) -> Result<Vec<Range<u64>>, PathError> {
    if old > new {
        return Err(PathError::Sizes);
    }
    if old == 0 || old == new {
        return Ok(Vec::new());
    }
    let (mut begin, mut end) = (0, new);
    let mut ranges = Vec::new();
    while end != old {
        let middle = begin + split(end - begin);
        if old <= middle {
            ranges.push(middle..end);
            end = middle;
        } else {
            ranges.push(begin..middle);
            begin = middle;
        }
    }
    // The last range is the old tree itself, which the checker knows, unless something lies left of it.
    if begin > 0 {
        ranges.push(begin..end);
    }
    ranges.reverse();
    Ok(ranges)
}

/// The perfect subtrees that make up a range which [`inclusion`] or [`consistency`] named, left to right.
#[must_use]
pub fn nodes(range: &Range<u64>) -> Vec<Node> {
    let mut position = range.start;
    let mut nodes = Vec::new();
    while position < range.end {
        let level = (range.end - position).ilog2();
        nodes.push(Node { level, index: position >> level });
        position += 1 << level;
    }
    nodes
}

/// The root over a range from its subtrees in the order of [`nodes`]. `None` when there are none.
#[must_use]
pub fn range_root(subtrees: &[Hash]) -> Option<Hash> {
    fold_right(subtrees)
}

/// Checks that `leaf` is at `index` in the tree of `size` with `root` (RFC 9162, section 2.1.3.2).
///
/// # Errors
/// What does not fit.
pub fn check_inclusion(index: u64, size: u64, leaf: Hash, proof: &[Hash], root: &Hash) -> Result<(), PathError> {
    if index >= size {
        return Err(PathError::Sizes);
    }
    let (mut position, mut last, mut hash) = (index, size - 1, leaf);
    for step in proof {
        if last == 0 {
            return Err(PathError::Length);
        }
        if position & 1 == 1 || position == last {
            hash = node(step, &hash);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            hash = node(&hash, step);
        }
        position >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(PathError::Length);
    }
    if hash == *root { Ok(()) } else { Err(PathError::Root) }
}

/// Checks that the tree of size `new` with `new_root` begins with the tree of size `old` with `old_root`
/// (RFC 9162, section 2.1.4.2). The empty tree is the beginning of every tree.
///
/// # Errors
/// What does not fit.
pub fn check_consistency(
    old: u64,
    new: u64,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), PathError> {
    if old > new {
        return Err(PathError::Sizes);
    }
    if old == 0 || old == new {
        let same = old == 0 && *old_root == crate::hash::empty_root() || old == new && old_root == new_root;
        return match (proof.is_empty(), same) {
            (false, _) => Err(PathError::Length),
            (true, false) => Err(PathError::Root),
            (true, true) => Ok(()),
        };
    }
    // A perfect old tree is its own first node and is left out of the proof.
    let (first, rest) =
        if old.is_power_of_two() { (old_root, proof) } else { proof.split_first().ok_or(PathError::Length)? };
    let (mut position, mut last) = (old - 1, new - 1);
    while position & 1 == 1 {
        position >>= 1;
        last >>= 1;
    }
    let (mut old_hash, mut new_hash) = (*first, *first);
    for step in rest {
        if last == 0 {
            return Err(PathError::Length);
        }
        if position & 1 == 1 || position == last {
            old_hash = node(step, &old_hash);
            new_hash = node(step, &new_hash);
            while position & 1 == 0 && position != 0 {
                position >>= 1;
                last >>= 1;
            }
        } else {
            new_hash = node(&new_hash, step);
        }
        position >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(PathError::Length);
    }
    if old_hash == *old_root && new_hash == *new_root { Ok(()) } else { Err(PathError::Root) }
}

/// The largest power of two smaller than `count` (RFC 6962's `k`). `count` is at least 2.
const fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::tests::{leaves, root_by_definition};
    use proptest::prelude::*;
    use std::collections::HashMap;

    /// Every pair up to here is tried.
    const SIZE_MAX: u32 = 300;

    /// The hashes of every perfect subtree over these leaves.
    fn subtrees(leaves: &[Hash]) -> HashMap<Node, Hash> {
        let mut all = HashMap::new();
        let mut row = leaves.to_vec();
        for level in 0.. {
            if row.is_empty() {
                break;
            }
            all.extend(row.iter().zip(0..).map(|(hash, index)| (Node { level, index }, *hash)));
            row = row.as_chunks::<2>().0.iter().map(|[left, right]| node(left, right)).collect();
        }
        all
    }

    fn hashes(subtrees: &HashMap<Node, Hash>, ranges: &[Range<u64>]) -> Vec<Hash> {
        let root = |range| range_root(&nodes(range).iter().map(|node| subtrees[node]).collect::<Vec<_>>()).unwrap();
        ranges.iter().map(root).collect()
    }

    fn flipped(hash: Hash, bit: usize) -> Hash {
        let mut other = hash;
        other.0[bit / 8 % 32] ^= 1 << (bit % 8);
        other
    }

    #[test]
    fn every_inclusion_proof_holds_and_no_changed_one() {
        let all = leaves(SIZE_MAX);
        let subtrees = subtrees(&all);
        for size in 1..=all.len() {
            let root = root_by_definition(&all[..size]);
            for (index, leaf) in all[..size].iter().enumerate() {
                let (at, of) = (index as u64, size as u64);
                let proof = hashes(&subtrees, &inclusion(at, of).unwrap());
                assert_eq!(check_inclusion(at, of, *leaf, &proof, &root), Ok(()), "{index} of {size}");
                // A bit, moving with the indices, of every hash of the proof, the leaf and the root.
                let bit = index * 7 + size * 13;
                for step in 0..proof.len() {
                    let mut other = proof.clone();
                    other[step] = flipped(other[step], bit);
                    assert_eq!(check_inclusion(at, of, *leaf, &other, &root), Err(PathError::Root));
                }
                assert_eq!(check_inclusion(at, of, flipped(*leaf, bit), &proof, &root), Err(PathError::Root));
                assert_eq!(check_inclusion(at, of, *leaf, &proof, &flipped(root, bit)), Err(PathError::Root));
                let other = (index + 1) % size;
                if other != index {
                    assert!(check_inclusion(other as u64, of, *leaf, &proof, &root).is_err());
                }
                let longer = [&proof[..], &[root]].concat();
                assert_eq!(check_inclusion(at, of, *leaf, &longer, &root), Err(PathError::Length));
                if let Some((_, shorter)) = proof.split_last() {
                    assert_eq!(check_inclusion(at, of, *leaf, shorter, &root), Err(PathError::Length));
                }
            }
            assert_eq!(inclusion(size as u64, size as u64), Err(PathError::Sizes));
        }
    }

    #[test]
    fn every_consistency_proof_holds_and_no_changed_one() {
        let all = leaves(SIZE_MAX);
        let subtrees = subtrees(&all);
        let roots: Vec<_> = (0..=all.len()).map(|size| root_by_definition(&all[..size])).collect();
        for new in 0..=all.len() {
            for old in 0..=new {
                let (first, second) = (old as u64, new as u64);
                let proof = hashes(&subtrees, &consistency(first, second).unwrap());
                assert_eq!(check_consistency(first, second, &proof, &roots[old], &roots[new]), Ok(()), "{old} {new}");
                let bit = old * 7 + new * 13;
                for step in 0..proof.len() {
                    let mut other = proof.clone();
                    other[step] = flipped(other[step], bit);
                    assert_eq!(
                        check_consistency(first, second, &other, &roots[old], &roots[new]),
                        Err(PathError::Root)
                    );
                }
                for (old_root, new_root) in
                    [(flipped(roots[old], bit), roots[new]), (roots[old], flipped(roots[new], bit))]
                {
                    // Nothing binds the new root to the empty tree: every tree begins with it.
                    if old > 0 || old_root != roots[old] {
                        assert!(check_consistency(first, second, &proof, &old_root, &new_root).is_err());
                    }
                }
                let longer = [&proof[..], &[roots[new]]].concat();
                assert_eq!(check_consistency(first, second, &longer, &roots[old], &roots[new]), Err(PathError::Length));
                if let Some((_, shorter)) = proof.split_last() {
                    assert!(check_consistency(first, second, shorter, &roots[old], &roots[new]).is_err());
                }
            }
        }
        assert_eq!(consistency(2, 1), Err(PathError::Sizes));
    }

    proptest! {
        /// Sizes far beyond what a test can build: the ranges are disjoint, cover the tree without the leaf, and
        /// no proof is longer than the tree is high.
        #[test]
        fn ranges_of_large_trees(size in 1u64..(1 << 62), at in any::<u64>()) {
            let index = at % size;
            let mut ranges = inclusion(index, size).unwrap();
            prop_assert!(ranges.len() <= PATH_LENGTH_MAX);
            ranges.push(index..index + 1);
            ranges.sort_by_key(|range| range.start);
            let mut position = 0;
            for range in &ranges {
                prop_assert_eq!(range.start, position);
                let inside: u64 = nodes(range).iter().map(|node| 1u64 << node.level).sum();
                prop_assert_eq!(inside, range.end - range.start);
                for node in nodes(range) {
                    prop_assert_eq!(node.index << node.level >> node.level, node.index);
                }
                position = range.end;
            }
            prop_assert_eq!(position, size);
        }
    }
}
