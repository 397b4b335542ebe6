//! Chance, from a seed: the same seed gives the same people on every machine.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded source of chance.
#[derive(Clone, Debug)]
pub(super) struct Dice(ChaCha8Rng);

impl Dice {
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// A number below `bound`; zero for zero. (The bias of a 32-bit draw does not matter for made-up people.)
    pub(super) fn below(&mut self, bound: u32) -> u32 {
        ((u64::from(self.0.next_u32()) * u64::from(bound)) >> 32) as u32
    }

    /// An index below `bound`.
    pub(super) fn index(&mut self, bound: usize) -> usize {
        self.below(u32::try_from(bound).unwrap_or(u32::MAX)) as usize
    }

    /// Happens so many times in a thousand.
    pub(super) fn chance(&mut self, per_mille: u32) -> bool {
        self.below(1_000) < per_mille
    }

    pub(super) fn bytes(&mut self) -> [u8; 10] {
        let mut bytes = [0; 10];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// From `low` to `high`, the middle likelier (the sum of three dice).
    pub(super) fn around(&mut self, low: i64, high: i64) -> i64 {
        let width = u32::try_from(high - low).unwrap_or(0);
        let sum = self.below(width + 1) + self.below(width + 1) + self.below(width + 1);
        low + i64::from(sum / 3)
    }
}

/// Items, each with how often it is drawn.
#[derive(Clone, Debug)]
pub(super) struct Weighted<T> {
    items: Vec<T>,
    /// Running sums of the weights.
    sums: Vec<u32>,
}

impl<T> Weighted<T> {
    /// Leaves out what is never drawn. `None` when nothing is left.
    pub(super) fn new(items: impl IntoIterator<Item = (T, u32)>) -> Option<Self> {
        let mut weighted = Self { items: Vec::new(), sums: Vec::new() };
        let mut sum = 0_u32;
        for (item, weight) in items.into_iter().filter(|(_, weight)| *weight > 0) {
            sum = sum.saturating_add(weight);
            weighted.items.push(item);
            weighted.sums.push(sum);
        }
        (sum > 0).then_some(weighted)
    }

    pub(super) fn draw(&self, dice: &mut Dice) -> &T {
        let drawn = dice.below(self.sums.last().copied().unwrap_or(0));
        &self.items[self.sums.partition_point(|sum| *sum <= drawn)]
    }
}
