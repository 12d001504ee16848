//! `balance-<contract>.csv` and `balance-items-<contract>.csv`: a contract that assigns the whole ledger
//! (cession de balance) shows the factor the movement between two balances, and what remains.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::model::{
    Assignment, Balances, Contract, DebtorId, History, InvoiceId, Ledger, LettrageLine, LineKind, Money, OnAccount,
};
use crate::text::{Csv, single_line};

const COLUMNS: [&str; 14] = [
    "contract_id",
    "debtor_id",
    "debtor_name",
    "previous_balance",
    "new_items",
    "opening_balance",
    "payments",
    "credit_notes_used",
    "adjustments",
    "closing_balance",
    "overdue",
    "open_items",
    "on_account",
    "currency",
];

const ITEM_COLUMNS: [&str; 8] =
    ["contract_id", "debtor_id", "invoice_id", "issue_date", "due_date", "amount", "open_amount", "currency"];

/// What the night leaves.
pub struct After<'a> {
    /// Open of each item of the ledger, in minor units.
    pub open: &'a [i64],
    /// The lettrage.
    pub lines: &'a [LettrageLine],
    /// What is kept on account.
    pub on_account: &'a [OnAccount],
}

/// Movement of one debtor, in minor units.
#[derive(Clone, Copy, Default)]
struct Movement {
    opening: i64,
    payments: i64,
    credit_notes: i64,
    adjustments: i64,
    closing: i64,
    overdue: i64,
    items: usize,
    on_account: i64,
}

/// The files of all balance contracts by name, and the closing balances for the next night.
///
/// `previous_balance + new_items = opening_balance`; new items are what the ledger says since the night
/// before. `opening_balance − payments − credit_notes_used − adjustments = closing_balance`: payments are
/// the money of the lettrage, adjustments what closes items without money (discount, charges, rounding),
/// and reversals count with the opposite sign. `on_account` is kept for the debtor beside the balance.
#[must_use]
pub fn balances(
    contracts: &[Contract],
    ledger: &Ledger,
    after: &After<'_>,
    history: &History,
    as_of: NaiveDate,
) -> (BTreeMap<String, Vec<u8>>, Balances) {
    let (mut files, mut closing) = (BTreeMap::new(), Balances::new());
    for contract in contracts.iter().filter(|c| c.assignment == Assignment::Balance) {
        let movements = movements(contract, ledger, after, as_of);
        let mut csv = Csv::new(&COLUMNS);
        let of_contract = history.balances.iter().filter(|((id, _), _)| *id == contract.id);
        let previous: BTreeMap<&DebtorId, i64> = of_contract.map(|((_, debtor), balance)| (debtor, *balance)).collect();
        let debtors: BTreeSet<&DebtorId> = movements.keys().copied().chain(previous.keys().copied()).collect();
        for debtor in debtors {
            let m = movements.get(debtor).copied().unwrap_or_default();
            let before = previous.get(debtor).copied().unwrap_or(0);
            let money = |minor: i64| Money::from_minor(minor, contract.currency).to_string();
            csv.row([
                contract.id.to_string(),
                debtor.to_string(),
                ledger.debtor(debtor).map_or_else(String::new, |d| single_line(&d.name)),
                money(before),
                money(m.opening - before),
                money(m.opening),
                money(m.payments),
                money(m.credit_notes),
                money(m.adjustments),
                money(m.closing),
                money(m.overdue),
                m.items.to_string(),
                money(m.on_account),
                contract.currency.to_string(),
            ]);
            closing.insert((contract.id.clone(), debtor.clone()), m.closing);
        }
        files.insert(format!("balance-{}.csv", contract.id), csv.into_bytes());
        files.insert(format!("balance-items-{}.csv", contract.id), items(contract, ledger, after.open));
    }
    closing.retain(|_, balance| *balance != 0);
    (files, closing)
}

fn movements<'a>(
    contract: &Contract,
    ledger: &'a Ledger,
    after: &After<'a>,
    as_of: NaiveDate,
) -> BTreeMap<&'a DebtorId, Movement> {
    let mut movements: BTreeMap<&DebtorId, Movement> = BTreeMap::new();
    for (invoice, open) in ledger.invoices.iter().zip(after.open).filter(|(i, _)| i.contract == contract.id) {
        let m = movements.entry(&invoice.debtor).or_default();
        m.closing += open;
        m.items += usize::from(*open != 0);
        if *open > 0 && invoice.due_date < as_of {
            m.overdue += open;
        }
    }
    for m in movements.values_mut() {
        m.opening = m.closing;
    }
    let listed: BTreeSet<&InvoiceId> = ledger.invoices.iter().filter(|i| i.contract == contract.id).map(|i| &i.id).collect();
    for line in after.lines.iter().filter(|l| l.remittance.contract == contract.id && l.invoice.is_some()) {
        // What the ledger does not list any more is in no balance; that it is open again is told.
        if line.invoice.as_ref().is_some_and(|invoice| !listed.contains(invoice)) {
            continue;
        }
        let m = movements.entry(&line.debtor).or_default();
        let applied = line.applied.minor();
        // What a line takes off the balance: the items, not the money. A discount of −2 on an item of 100
        // is paid by 98: the item is gone, 98 came, 2 is an adjustment.
        let moved = line.open_before.zip(line.open_after).map_or(0, |(before, after)| before.minor() - after.minor());
        m.opening += moved;
        match line.kind {
            LineKind::CreditNote => m.credit_notes += moved,
            // A credit note that is open again: the only line that a reversal turns to plus with its item.
            LineKind::Reversal if applied > 0 && moved == applied => m.credit_notes += moved,
            _ => {
                m.payments += applied;
                m.adjustments += moved - applied;
            }
        }
    }
    for kept in after.on_account.iter().filter(|kept| kept.contract == contract.id) {
        movements.entry(&kept.debtor).or_default().on_account += kept.amount;
    }
    movements
}

fn items(contract: &Contract, ledger: &Ledger, open_after: &[i64]) -> Vec<u8> {
    let mut csv = Csv::new(&ITEM_COLUMNS);
    let open = ledger.invoices.iter().zip(open_after).filter(|(i, after)| i.contract == contract.id && **after != 0);
    let mut rows: Vec<_> = open.collect();
    rows.sort_by(|(a, _), (b, _)| (&a.debtor, a.due_date, &a.id).cmp(&(&b.debtor, b.due_date, &b.id)));
    for (invoice, after) in rows {
        csv.row([
            contract.id.to_string(),
            invoice.debtor.to_string(),
            invoice.id.to_string(),
            invoice.issue_date.to_string(),
            invoice.due_date.to_string(),
            invoice.amount.to_string(),
            Money::from_minor(*after, contract.currency).to_string(),
            contract.currency.to_string(),
        ]);
    }
    csv.into_bytes()
}
