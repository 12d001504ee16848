//! Keys with several values, built once and then only read.

use rayon::prelude::*;

/// Sorted entries behind a directory of their leading bits: one lookup touches two places of memory,
/// however many keys there are.
pub(super) struct Multimap<T> {
    shift: u32,
    /// Where the entries of each leading part begin; one more than there are parts.
    starts: Vec<u32>,
    entries: Vec<(u64, T)>,
}

/// Spreads keys over all bits; no two keys come together.
fn spread(key: u64) -> u64 {
    key.wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

impl<T: Copy + Ord + Send> Multimap<T> {
    pub(super) fn new(mut entries: Vec<(u64, T)>) -> Self {
        entries.par_iter_mut().for_each(|(key, _)| *key = spread(*key));
        entries.par_sort_unstable();
        let bits = entries.len().max(2).ilog2();
        let shift = u64::BITS - bits;
        let mut starts = Vec::with_capacity((1 << bits) + 1);
        for (at, (key, _)) in entries.iter().enumerate() {
            let part = usize::try_from(key >> shift).unwrap_or(usize::MAX);
            while starts.len() <= part {
                starts.push(u32::try_from(at).unwrap_or(u32::MAX));
            }
        }
        starts.resize((1 << bits) + 1, u32::try_from(entries.len()).unwrap_or(u32::MAX));
        Self { shift, starts, entries }
    }

    /// The values of a key, in their order.
    pub(super) fn get(&self, key: u64) -> impl Iterator<Item = T> + '_ {
        let key = spread(key);
        let part = usize::try_from(key >> self.shift).unwrap_or(usize::MAX);
        let entries = &self.entries[self.starts[part] as usize..self.starts[part + 1] as usize];
        let from = entries.partition_point(|(k, _)| *k < key);
        entries[from..].iter().take_while(move |(k, _)| *k == key).map(|(_, value)| *value)
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
