//! Two or three items of a debtor whose open amounts are a sum.

use std::cmp::Ordering;

use super::Owed;
use super::debts::Owing;

/// Open items of a debtor up to which pairs are tried; triples up to [`TRIPLE_ITEMS_MAX`].
pub(in super::super) const PAIR_ITEMS_MAX: usize = 64;
pub(in super::super) const TRIPLE_ITEMS_MAX: usize = 24;

/// All pairs and triples of these items that are the sum, in the order of the items. What is open of
/// them and the sum are in minor units of one currency.
pub(super) fn adding_up(owing: &Owing, sum: i64) -> Vec<Vec<u32>> {
    let (items, mut found) = (&owing.items, Vec::new());
    if items.len() > PAIR_ITEMS_MAX || !holds_sum(owing.by_amount(), sum) {
        return found;
    }
    let triples = items.len() <= TRIPLE_ITEMS_MAX;
    for (a, (first, of_first)) in items.iter().enumerate() {
        for (b, (second, of_second)) in items.iter().enumerate().skip(a + 1) {
            let pair = of_first + of_second;
            if pair == sum {
                found.push(vec![*first, *second]);
            }
            if triples {
                let thirds = items[b + 1..].iter().filter(|(_, of_third)| pair + of_third == sum);
                found.extend(thirds.map(|(third, _)| vec![*first, *second, *third]));
            }
        }
    }
    found
}

/// Whether any two, or three, are the sum. Mostly none are, and the amounts in their order tell that at
/// once.
fn holds_sum(by_amount: &[Owed], sum: i64) -> bool {
    // What is more than the sum less the two least that others may add is in none.
    let least = by_amount.first().map_or(0, |(_, least)| *least).min(0);
    let amounts = &by_amount[..by_amount.partition_point(|(_, open)| open + 2 * least <= sum)];
    // Each is held against those that are not less than it.
    let in_triple = |(at, (_, first)): (usize, &Owed)| is_pair_sum(&amounts[at + 1..], sum - first);
    let firsts = || amounts.iter().enumerate().take_while(|(_, (_, first))| 3 * first <= sum);
    is_pair_sum(amounts, sum) || by_amount.len() <= TRIPLE_ITEMS_MAX && firsts().any(in_triple)
}

/// Whether two of these amounts, in ascending order, are a sum: from both ends towards the middle.
fn is_pair_sum(ascending: &[Owed], sum: i64) -> bool {
    let mut rest = ascending;
    while let [(_, low), .., (_, high)] = rest {
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
            let owing = Owing::new((0..).zip(amounts.iter().copied()).collect());
            prop_assert_eq!(adding_up(&owing, sum), plainly(&amounts, sum));
        }
    }
}
