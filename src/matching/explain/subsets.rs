//! Two or three items of a debtor whose open amounts are a sum.

use std::cmp::Ordering;

/// Open items of a debtor up to which pairs are tried; triples up to [`TRIPLE_ITEMS_MAX`].
pub(in super::super) const PAIR_ITEMS_MAX: usize = 64;
pub(in super::super) const TRIPLE_ITEMS_MAX: usize = 24;

/// All pairs and triples of these items that are the sum, in the order of the items. What is open of
/// an item and the sum are in minor units of one currency.
pub(super) fn adding_up(items: &[u32], open: impl Fn(u32) -> i64, sum: i64) -> Vec<Vec<u32>> {
    let mut found: Vec<Vec<u32>> = Vec::new();
    if items.len() > PAIR_ITEMS_MAX {
        return found;
    }
    // Mostly none do, and the amounts in their order tell that at once.
    let mut room = [0; PAIR_ITEMS_MAX];
    let amounts = &mut room[..items.len()];
    amounts.iter_mut().zip(items).for_each(|(amount, item)| *amount = open(*item));
    amounts.sort_unstable();
    let triples = items.len() <= TRIPLE_ITEMS_MAX;
    let in_triple = |(at, first): (usize, &i64)| is_pair_sum(&amounts[at + 1..], sum - first);
    if !(is_pair_sum(amounts, sum) || triples && amounts.iter().enumerate().any(in_triple)) {
        return found;
    }
    for (a, first) in items.iter().enumerate() {
        for (b, second) in items.iter().enumerate().skip(a + 1) {
            let pair = open(*first) + open(*second);
            if pair == sum {
                found.push(vec![*first, *second]);
            }
            if triples {
                let thirds = items[b + 1..].iter().filter(|third| pair + open(**third) == sum);
                found.extend(thirds.map(|third| vec![*first, *second, *third]));
            }
        }
    }
    found
}

/// Whether two of these amounts, in ascending order, are a sum: from both ends towards the middle.
fn is_pair_sum(ascending: &[i64], sum: i64) -> bool {
    let mut rest = ascending;
    while let [low, .., high] = rest {
        match (low + high).cmp(&sum) {
            Ordering::Less => rest = &rest[1..],
            Ordering::Equal => return true,
            Ordering::Greater => rest = &rest[..rest.len() - 1],
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Every set of two or three places, the smaller ones tried whatever the amounts.
    fn plainly(amounts: &[i64], sum: i64) -> Vec<Vec<u32>> {
        let places = 0..u32::try_from(amounts.len()).unwrap();
        let of = |place: u32| amounts[place as usize];
        let mut found = Vec::new();
        for a in places.clone() {
            for b in a + 1..places.end {
                found.extend((of(a) + of(b) == sum).then(|| vec![a, b]));
                let thirds = (b + 1..places.end).filter(|c| amounts.len() <= TRIPLE_ITEMS_MAX && of(a) + of(b) + of(*c) == sum);
                found.extend(thirds.map(|c| vec![a, b, c]));
            }
        }
        found
    }

    proptest! {
        #[test]
        fn none_that_adds_up_is_missed(amounts in prop::collection::vec(-40_i64..200, 0..30), sum in -60_i64..400) {
            let items: Vec<u32> = (0..u32::try_from(amounts.len()).unwrap()).collect();
            prop_assert_eq!(adding_up(&items, |item| amounts[item as usize], sum), plainly(&amounts, sum));
        }
    }
}
