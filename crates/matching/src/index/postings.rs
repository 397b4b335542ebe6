//! Who has which blocking key.

use super::layout::{Layout, date_of, is_named};
use super::words::Words;
use crate::Kind;
use crate::blocking::{Form, Part, Pass};
use crate::lexicon::{join, mix};
use crate::value::place::Places;

/// Most keys of one record in one pass: a commune that was split has several.
const KEYS_MAX: usize = 8;
/// Buckets of a part that is sorted at once, as a power of two: their counts fit the first cache.
const PART_BITS: u32 = 12;

/// The people of a pass by key: those of bucket `b` are `people[starts[b]..starts[b + 1]]`, ascending.
pub(crate) struct Postings {
    pub(crate) starts: Words,
    pub(crate) people: Words,
}

/// The keys of a record or of a row in one pass.
#[derive(Clone, Copy, Default)]
pub(crate) struct Keys {
    keys: [u64; KEYS_MAX],
    len: usize,
}

impl Keys {
    pub(crate) fn get(&self) -> &[u64] {
        &self.keys[..self.len]
    }

    fn one(key: u64) -> Self {
        Self { keys: [key; KEYS_MAX], len: 1 }
    }
}

/// The keys of a pass. `names` gives what a part of a name is blocked by, told its place in the pass and what it is.
/// Empty where a part is absent.
pub(crate) fn keys(
    pass: &Pass,
    layout: &Layout,
    slots: &[u32],
    places: &Places,
    names: impl Fn(usize, Part) -> Option<u32>,
) -> Keys {
    let mut keys = Keys::one(pass.parts.len() as u64);
    for (at, part) in pass.parts.iter().enumerate() {
        if layout.fields[part.field].kind == Kind::Commune {
            let today = places.today(slots[layout.fields[part.field].slot]);
            if today.is_empty() || today.len() > KEYS_MAX {
                return Keys::default();
            }
            let before = keys.keys[0];
            for (key, commune) in keys.keys.iter_mut().zip(today) {
                *key = join(before, u64::from(*commune));
            }
            keys.len = today.len();
            continue;
        }
        let Some(value) = value_of(*part, layout, slots, || names(at, *part)) else { return Keys::default() };
        for key in &mut keys.keys[..keys.len] {
            *key = join(*key, value);
        }
    }
    keys
}

fn value_of(part: Part, layout: &Layout, slots: &[u32], name: impl Fn() -> Option<u32>) -> Option<u64> {
    let place = &layout.fields[part.field];
    if is_named(place.kind) {
        return name().map(u64::from);
    }
    let slot = slots[place.slot];
    match place.kind {
        Kind::PersonalNumber | Kind::Number => {
            let number = crate::compare::number_of(slot, slots[place.slot + 1]);
            let value = if part.form == Form::Tail { number % 1_000_000 } else { number };
            (number != 0).then_some(value)
        }
        Kind::Date => {
            let day = date_of(slot);
            let value = match part.form {
                Form::Year => day.year(),
                Form::MonthDay if day.is_full() => day.month() * 32 + day.day(),
                Form::Whole if day.is_full() => slot,
                _ => return None,
            };
            (slot != 0).then_some(u64::from(value))
        }
        Kind::OldId if part.form == Form::Tail => (slot != 0).then(|| u64::from((slot - 1) % 1_000_000)),
        _ => (slot != 0).then_some(u64::from(slot)),
    }
}

/// How many buckets serve so many people: about two people each.
pub(crate) fn bucket_bits(people: usize) -> u32 {
    usize::BITS - (people / 2).leading_zeros()
}

/// The bucket of a key.
pub(crate) fn bucket(key: u64, bits: u32) -> usize {
    (mix(key) >> 32) as usize & ((1 << bits) - 1)
}

impl Postings {
    /// Sorts the people by the bucket of each key: first into parts that fit a processor's cache, then each part by
    /// counting, so that memory is written in runs and not here and there.
    pub(crate) fn build(people: usize, keys_of: impl Fn(usize) -> Keys) -> Self {
        let bits = bucket_bits(people);
        let within = bits.min(PART_BITS);
        let mut parts: Vec<Vec<(u32, u32)>> = vec![Vec::with_capacity(people >> (bits - within)); 1 << (bits - within)];
        for person in 0..people {
            for key in keys_of(person).get() {
                let bucket = bucket(*key, bits);
                parts[bucket >> within].push((bucket as u32 & ((1 << within) - 1), person as u32));
            }
        }
        let entries = parts.iter().map(Vec::len).sum();
        let (mut starts, mut placed) = (Vec::with_capacity((1 << bits) + 1), vec![0; entries]);
        let mut base = 0;
        let mut ends = vec![0_u32; 1 << within];
        for part in parts {
            ends.fill(0);
            part.iter().for_each(|(bucket, _)| ends[*bucket as usize] += 1);
            let mut sum = base;
            for end in &mut ends {
                starts.push(sum);
                sum += std::mem::replace(end, sum);
            }
            for (bucket, person) in part {
                let end = &mut ends[bucket as usize];
                placed[*end as usize] = person;
                *end += 1;
            }
            base = sum;
        }
        starts.push(base);
        Self { starts: Words::Owned(starts), people: Words::Owned(placed) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_is_found_under_each_key() {
        let keys_of = |person: usize| match person % 3 {
            0 => Keys::default(),
            1 => Keys::one(person as u64 / 10),
            _ => Keys { keys: [person as u64 / 10, 7, 0, 0, 0, 0, 0, 0], len: 2 },
        };
        let postings = Postings::build(1_000, keys_of);
        let (starts, people) = (postings.starts.get(), postings.people.get());
        for person in 0..1_000 {
            for key in keys_of(person).get() {
                let bucket = bucket(*key, bucket_bits(1_000));
                let found = &people[starts[bucket] as usize..starts[bucket + 1] as usize];
                assert!(found.contains(&(person as u32)));
                assert!(found.is_sorted());
            }
        }
        assert_eq!(people.len(), 333 + 2 * 333);
    }
}
