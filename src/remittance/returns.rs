//! Credits that the bank took back the same night: no money to letter.

use super::Sorted;
use crate::model::{Direction, NonRemittance, NonRemittanceKind, Reason, Remittance};

/// Sets aside the credit that each return takes back.
///
/// The end-to-end id or the bank reference says which; where the bank gives neither, payer, amount,
/// words and day together do. What is only like it may be another payment of the same payer, and the
/// return one of an earlier night: it stays, but is not lettered without a person.
pub(super) fn pair(sorted: &mut Sorted) {
    for index in 0..sorted.others.len() {
        let other = &sorted.others[index];
        if other.kind != NonRemittanceKind::Reversal || other.line.direction == Direction::Credit {
            continue;
        }
        let (found, is_sure) = taken_back(other, &sorted.remittances);
        if let ([only], true) = (&found[..], is_sure) {
            let only = *only;
            let remittance = sorted.remittances.remove(only);
            sorted.others.push(NonRemittance {
                line: remittance.line,
                kind: NonRemittanceKind::Reversal,
                reason: "returned_same_night",
                booked: true,
            });
        } else {
            for candidate in found {
                sorted.remittances[candidate].doubt.get_or_insert(Reason::ReturnSuspected);
            }
        }
    }
}

/// A kind of likeness, and whether it tells one credit from another.
type Kind<'a> = (&'a dyn Fn(&usize) -> bool, bool);

/// The credits that a return can be about: the best kind of likeness that any has, and whether that
/// kind tells one from another.
fn taken_back(return_: &NonRemittance, remittances: &[Remittance]) -> (Vec<usize>, bool) {
    let returned = &return_.line;
    let possible: Vec<usize> = (0..remittances.len())
        .filter(|i| {
            let line = &remittances[*i].line;
            line.account == returned.account && line.amount == returned.amount && line.booking_date <= returned.booking_date
        })
        .collect();
    let line = |i: &usize| &remittances[*i].line;
    let by_reference = |i: &usize| {
        (!returned.end_to_end_id.is_empty() && line(i).end_to_end_id == returned.end_to_end_id)
            || (!returned.bank_reference.is_empty() && line(i).bank_reference == returned.bank_reference)
    };
    let has_payer = returned.payer_account.is_some() || !returned.payer_name.is_empty();
    let by_payer = |i: &usize| match (&returned.payer_account, &line(i).payer_account) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => line(i).payer_name == returned.payer_name,
    };
    let by_words = |i: &usize| !returned.text.is_empty() && line(i).text == returned.text;
    let same_day = |i: &usize| line(i).booking_date == returned.booking_date;
    let kinds: [Kind<'_>; 4] = [
        (&by_reference, true),
        (&|i| has_payer && by_payer(i) && by_words(i) && same_day(i), true),
        (&|i| has_payer && by_payer(i), false),
        // A return that names nobody: any credit of that amount.
        (&|i| !has_payer && (returned.text.is_empty() || by_words(i)), false),
    ];
    kinds
        .iter()
        .map(|(fits, is_sure)| (possible.iter().filter(|i| fits(i)).copied().collect::<Vec<usize>>(), *is_sure))
        .find(|(found, _)| !found.is_empty())
        .unwrap_or_default()
}
