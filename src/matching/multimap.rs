//! Keys with several values, built once and then only read.

use rayon::prelude::*;

use super::short;

/// Bits of the filter for each entry: one in sixteen keys that are not there passes it.
const FILTER_BITS: usize = 16;

/// Sorted entries behind a directory of their leading bits, and a filter before both: most keys that
/// are asked for are not there, and the filter is small enough to stay near the processor. A lookup
/// touches three places of memory at most, however many keys there are.
pub(super) struct Multimap<T> {
    /// Of each leading part, finer than those of the directory, whether any key begins so.
    filter: Vec<u64>,
    filter_shift: u32,
    shift: u32,
    /// Where the entries of each leading part begin; one more than there are parts.
    starts: Vec<u32>,
    entries: Vec<(u64, T)>,
}

/// Spreads keys over all bits; no two keys come together.
fn spread(key: u64) -> u64 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Where the filter keeps a leading part: word, and bit in it.
fn place(part: u64) -> (usize, u64) {
    (usize::try_from(part / 64).unwrap_or(usize::MAX), 1 << (part % 64))
}

impl<T: Copy + Ord + Send> Multimap<T> {
    pub(super) fn new(mut entries: Vec<(u64, T)>) -> Self {
        entries.par_iter_mut().for_each(|(key, _)| *key = spread(*key));
        entries.par_sort_unstable();
        let bits = entries.len().max(2).ilog2();
        let shift = u64::BITS - bits;
        let filter_bits = (entries.len().max(64) * FILTER_BITS).ilog2();
        let filter_shift = u64::BITS - filter_bits;
        let mut filter = vec![0_u64; 1 << (filter_bits - 6)];
        for (key, _) in &entries {
            let (word, bit) = place(key >> filter_shift);
            filter[word] |= bit;
        }
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for (at, (key, _)) in entries.iter().enumerate() {
            let part = usize::try_from(key >> shift).unwrap_or(usize::MAX);
            while starts.len() <= part {
                starts.push(short(at));
            }
        }
        starts.resize((1 << bits) + 1, short(entries.len()));
        Self { filter, filter_shift, shift, starts, entries }
    }

    /// The values of a key, in their order.
    pub(super) fn get(&self, key: u64) -> impl Iterator<Item = T> + '_ {
        let key = spread(key);
        let (word, bit) = place(key >> self.filter_shift);
        let own = if self.filter[word] & bit == 0 { &[] } else { self.near(key) };
        let from = own.partition_point(|(k, _)| *k < key);
        own[from..].iter().take_while(move |(k, _)| *k == key).map(|(_, value)| *value)
    }

    /// The entries whose keys begin like that one.
    fn near(&self, key: u64) -> &[(u64, T)] {
        let part = usize::try_from(key >> self.shift).unwrap_or(usize::MAX);
        &self.entries[self.starts[part] as usize..self.starts[part + 1] as usize]
    }
}

impl<T: Copy + Ord + Send> Default for Multimap<T> {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_finds_what_a_plain_map_finds(entries in prop::collection::vec((0_u64..40, 0_u32..9), 0..80)) {
            let mut plain: BTreeMap<u64, Vec<u32>> = BTreeMap::new();
            for (key, value) in &entries {
                plain.entry(*key).or_default().push(*value);
            }
            let map = Multimap::new(entries);
            for key in 0..50 {
                let mut expected = plain.remove(&key).unwrap_or_default();
                expected.sort_unstable();
                prop_assert_eq!(map.get(key).collect::<Vec<u32>>(), expected);
            }
        }
    }
}
