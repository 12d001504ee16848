//! Lettrage codes: one a group of remittances and items that settle one another.

use std::collections::{BTreeMap, HashMap};

use crate::groups::Groups;
use crate::model::{CodeCounter, ContractId, DebtorId, History, InvoiceId, LettrageCode, LettrageLine, RemittanceId};

/// Gives every line its code and returns the counters of the debtors touched.
///
/// A group is what is connected by remittances and items within one debtor of a contract. It keeps
/// the code of an earlier night when one of its items was left partly open then. The code is in
/// capitals when no item of the group stays open.
pub(super) fn assign(lines: &mut [LettrageLine], history: &History) -> BTreeMap<(ContractId, DebtorId), CodeCounter> {
    let groups = groups(lines);
    let mut counters: BTreeMap<(ContractId, DebtorId), CodeCounter> = BTreeMap::new();
    for group in groups {
        let first = &lines[group[0]];
        let key = (first.remittance.contract.clone(), first.debtor.clone());
        let counter = counters.entry(key.clone()).or_insert_with(|| history.codes.get(&key).cloned().unwrap_or_default());
        let items: BTreeMap<InvoiceId, i64> =
            group.iter().filter_map(|index| Some((lines[*index].invoice.clone()?, lines[*index].open_after?.minor()))).collect();
        // What is taken back goes on under the code that it had.
        let taken_back = group.iter().find_map(|index| lines[*index].code.as_ref()?.ordinal());
        let carried = taken_back.or_else(|| items.keys().find_map(|item| counter.open.get(item).copied()));
        let ordinal = carried.unwrap_or(counter.next);
        if carried.is_none() {
            counter.next += 1;
        }
        let open: Vec<&InvoiceId> = items.iter().filter(|(_, after)| **after != 0).map(|(item, _)| item).collect();
        let code = LettrageCode::nth(ordinal, open.is_empty());
        for item in items.keys() {
            counter.open.remove(item);
        }
        for item in open {
            counter.open.insert(item.clone(), ordinal);
        }
        for index in group {
            lines[index].code = Some(code.clone());
        }
    }
    counters
}

/// Lines that belong together, groups and lines in the order of the lines.
fn groups(lines: &[LettrageLine]) -> Vec<Vec<usize>> {
    let mut of_remittance: HashMap<(&DebtorId, &RemittanceId), usize> = HashMap::new();
    let mut of_item: HashMap<(&ContractId, &InvoiceId), usize> = HashMap::new();
    let mut groups = Groups::alone(lines.len());
    for (index, line) in lines.iter().enumerate() {
        let same_remittance = *of_remittance.entry((&line.debtor, &line.remittance.id)).or_insert(index);
        groups.join(same_remittance, index);
        if let Some(invoice) = &line.invoice {
            let same_item = *of_item.entry((&line.remittance.contract, invoice)).or_insert(index);
            groups.join(same_item, index);
        }
    }
    groups.into_lists()
}
