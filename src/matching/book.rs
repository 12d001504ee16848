//! The open items of one contract, with what is needed to find them fast.

use std::sync::Arc;

use chrono::NaiveDate;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::names::{Likeness, Name, NameIndex};
use super::payers::Payers;
use super::probability::log2_cb;
use super::references::{Number, ReferenceIndex};
use crate::config::{MatchingSettings, minor_units};
use crate::model::{Contract, Ledger, Remittance};

/// Steps of round amounts, in minor units, the coarsest first.
const GRIDS: [u64; 5] = [10_000, 5_000, 1_000, 500, 100];

/// An open item.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Index in the ledger.
    pub invoice: usize,
    /// Index of the debtor in the ledger.
    pub debtor: usize,
    /// Open before the night, in minor units.
    pub open: i64,
    pub number: Number,
}

/// What is known of all debtors, whatever the contract.
pub(super) struct DebtorBook {
    pub names: NameIndex,
    pub names_of: Vec<Vec<u32>>,
    pub ibans: FxHashMap<String, Vec<usize>>,
    /// Every name that the night's remittances bear, with the debtors it may be.
    payers: FxHashMap<Arc<str>, (Name, Vec<Likeness>)>,
}

impl DebtorBook {
    /// Looks up each payer name once, in parallel, however many remittances bear it.
    pub(super) fn new(ledger: &Ledger, remittances: &[(usize, &Remittance)]) -> Self {
        let names = NameIndex::new(&ledger.debtors);
        let borne = remittances.iter().flat_map(|(_, r)| [Some(&r.line.payer_name), r.ultimate_name.as_ref()]).flatten();
        let mut distinct: Vec<Arc<str>> = borne.cloned().collect();
        distinct.sort_unstable();
        distinct.dedup();
        let payers = distinct
            .into_par_iter()
            .map(|text| {
                let name = Name::new(&text);
                let found = names.find(&name);
                (text, (name, found))
            })
            .collect();
        let names_of = names.names_by_debtor();
        let mut ibans: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (index, debtor) in ledger.debtors.iter().enumerate() {
            for iban in &debtor.ibans {
                ibans.entry(iban.as_str().to_owned()).or_default().push(index);
            }
        }
        Self { names, names_of, ibans, payers }
    }

    /// A payer's name, and the debtors it may be, best first.
    pub(super) fn payer(&self, text: &str) -> Option<&(Name, Vec<Likeness>)> {
        self.payers.get(text).filter(|(name, _)| !name.is_empty())
    }
}

/// The open items of a contract.
pub(super) struct Book<'a> {
    pub ledger: &'a Ledger,
    pub debtors: &'a DebtorBook,
    /// What people decided earlier about payers.
    pub payers: Payers,
    pub items: Vec<Item>,
    /// When each item is due: apart from the items, because large debtors are walked by it.
    pub due: Vec<NaiveDate>,
    /// Whether the terms of each item allow a discount.
    pub discountable: Vec<bool>,
    /// Items of each debtor of the ledger, by due date and number.
    pub by_debtor: Vec<Vec<u32>>,
    pub references: ReferenceIndex,
    /// Items by amount open before the night, those of a debtor together.
    pub amounts: FxHashMap<i64, Vec<u32>>,
    /// Rounding tolerance in minor units.
    pub rounding: i64,
    /// Charges tolerance in minor units.
    pub charges: i64,
    /// Logarithm of the number of debtors with open items.
    pub debtors_cb: i64,
    /// For each grid of round amounts, the logarithm of the share of items on it.
    grid_shares_cb: [i64; GRIDS.len()],
}

impl<'a> Book<'a> {
    pub(super) fn new(
        contract: &Contract,
        settings: &MatchingSettings,
        ledger: &'a Ledger,
        debtors: &'a DebtorBook,
        payers: Payers,
    ) -> Self {
        let index = ledger.debtor_index();
        let mut items = Vec::new();
        let mut closed = Vec::new();
        for (number, invoice) in ledger.invoices.iter().enumerate() {
            let (true, Some(debtor)) = (invoice.contract == contract.id, index.get(&invoice.debtor)) else { continue };
            let form = Number::of_document(&invoice.id.0);
            if invoice.open.is_zero() {
                closed.push(form);
            } else {
                items.push(Item { invoice: number, debtor: *debtor, open: invoice.open.minor(), number: form });
            }
        }
        let due: Vec<NaiveDate> = items.iter().map(|i| ledger.invoices[i.invoice].due_date).collect();
        let discountable = items.iter().map(|i| ledger.invoices[i.invoice].discount_rate.is_some()).collect();
        let mut by_debtor: Vec<Vec<u32>> = vec![Vec::new(); ledger.debtors.len()];
        let mut amounts: FxHashMap<i64, Vec<u32>> = FxHashMap::default();
        for (id, item) in items.iter().enumerate() {
            let id = u32::try_from(id).unwrap_or(u32::MAX);
            by_debtor[item.debtor].push(id);
            amounts.entry(item.open).or_default().push(id);
        }
        for list in amounts.values_mut() {
            list.sort_by_key(|id| (items[*id as usize].debtor, *id));
        }
        for list in &mut by_debtor {
            list.sort_by_key(|id| (due[*id as usize], *id));
        }
        let mut references = ReferenceIndex::new(&items, &ledger.invoices);
        for number in &closed {
            references.add_closed(number);
        }
        let with_items = by_debtor.iter().filter(|list| !list.is_empty()).count();
        let grid_shares_cb = GRIDS.map(|grid| {
            let on_grid = items.iter().filter(|i| i.open.unsigned_abs() % grid == 0).count();
            log2_cb(items.len() as u64 + 2) - log2_cb(on_grid as u64 + 1)
        });
        Self {
            ledger,
            debtors,
            payers,
            due,
            discountable,
            by_debtor,
            references,
            amounts,
            rounding: minor_units(settings.rounding_tolerance, contract.currency),
            charges: minor_units(settings.charges_tolerance, contract.currency),
            debtors_cb: log2_cb(with_items as u64),
            grid_shares_cb,
            items,
        }
    }

    /// How many items of a debtor have that amount open.
    pub(super) fn count_of_amount(&self, debtor: usize, amount: i64) -> usize {
        let Some(items) = self.amounts.get(&amount) else { return 0 };
        let debtor_of = |id: &u32| self.items[*id as usize].debtor;
        let from = items.partition_point(|id| debtor_of(id) < debtor);
        items[from..].partition_point(|id| debtor_of(id) == debtor)
    }

    /// How improbable an amount is by chance, in hundredths of a bit, positive.
    ///
    /// Amounts of a trade spread over a few orders of magnitude: about a third of them lie within a
    /// factor of two of each other, so that one of size `m` has a chance of about 0.3/m for each
    /// minor unit. Round amounts are as much more probable as they are more frequent in the ledger.
    pub(super) fn coincidence_cb(&self, minor: i64) -> i64 {
        let minor = minor.unsigned_abs();
        let spread = log2_cb(minor.max(4)) + 160;
        GRIDS
            .iter()
            .zip(&self.grid_shares_cb)
            .filter(|(grid, _)| minor.is_multiple_of(**grid))
            .map(|(grid, rare)| spread - log2_cb(*grid) + rare)
            .min()
            .unwrap_or(spread)
            .min(spread)
            .max(100)
    }
}
