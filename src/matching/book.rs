//! The open items of one contract, with what is needed to find them fast.

use std::ops::Range;

use chrono::NaiveDate;
use rayon::iter::Either;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::multimap::Multimap;
use super::name_index::{Likeness, NameIndex};
use super::names::Name;
use super::numbers::Number;
use super::payers::Payers;
use super::probability::log2_cb;
use super::references::{ReferenceIndex, hash};
use super::short;
use crate::config::{MatchingSettings, Weights, minor_units};
use crate::model::{Account, Contract, Currency, Iban, Invoice, Ledger, Remittance};

/// Steps of round amounts, in minor units, the coarsest first.
const GRIDS: [u64; 5] = [10_000, 5_000, 1_000, 500, 100];

/// An open item: what is asked of it again and again, in little room.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item {
    /// Index in the ledger.
    invoice: u32,
    /// Index of the debtor in the ledger.
    debtor: u32,
    pub currency: Currency,
    /// The export and the state of earlier nights do not agree on what is open of it.
    pub disagrees: bool,
}

impl Item {
    /// Index in the ledger.
    pub(super) fn invoice(&self) -> usize {
        self.invoice as usize
    }

    /// Index of the debtor in the ledger.
    pub(super) fn debtor(&self) -> usize {
        self.debtor as usize
    }
}

/// What is known of all debtors, whatever the contract.
pub(super) struct DebtorBook {
    pub names: NameIndex,
    pub names_of: Vec<Vec<u32>>,
    /// Every name that the night's remittances bear, with the debtors it may be, best first.
    payers: Vec<(Name, Vec<Likeness>)>,
    /// Of each debtor, its place where all stand by name.
    alphabetical: Vec<u32>,
    /// Of each remittance, its payer and ultimate debtor among these.
    borne: Vec<[Option<u32>; 2]>,
    /// The debtors of each account that the ledger knows.
    owners: Vec<Vec<usize>>,
    /// Of each remittance, where the account that it comes from stands among these.
    accounts: Vec<Option<u32>>,
}

impl DebtorBook {
    /// Looks up each payer name once, in parallel, however many remittances bear it.
    pub(super) fn new(ledger: &Ledger, remittances: &[(usize, &Remittance)]) -> Self {
        let names = NameIndex::new(&ledger.debtors);
        let given = |number: usize, slot: usize| {
            let remittance = remittances[number].1;
            if slot == 0 { Some(&*remittance.line.payer_name) } else { remittance.ultimate_name.as_deref() }
        };
        // Where each name stands: remittance and slot, by what the names hash to.
        let mut places: Vec<(u64, usize, usize)> = (0..remittances.len())
            .into_par_iter()
            .flat_map_iter(|number| (0..2).filter_map(move |slot| Some((hash(given(number, slot)?), number, slot))))
            .collect();
        places.par_sort_unstable();
        let name_of = |(_, number, slot): &(u64, usize, usize)| given(*number, *slot).unwrap_or_default();
        let alike = places.par_chunk_by(|a, b| a.0 == b.0 && name_of(a) == name_of(b));
        let distinct: Vec<&[(u64, usize, usize)]> = alike.collect();
        // Like names after one another: they are held against the same debtors. Those that differ in
        // nothing that counts are looked up once.
        let mut in_order: Vec<(Name, usize)> =
            distinct.par_iter().enumerate().map(|(at, alike)| (Name::new(name_of(&alike[0])), at)).collect();
        in_order.par_sort_unstable();
        let mut borne = vec![[None; 2]; remittances.len()];
        let mut payer = 0;
        let mut before: Option<&Name> = None;
        for (name, at) in &in_order {
            payer += u32::from(before.is_some_and(|before| before != name));
            distinct[*at].iter().for_each(|(_, number, slot)| borne[*number][*slot] = Some(payer));
            before = Some(name);
        }
        in_order.dedup_by(|a, b| a.0 == b.0);
        let looked_up = in_order.par_chunk_by(|a, b| a.0.has_words_of(&b.0)).flat_map_iter(|alike| {
            let near = if alike[0].0.is_empty() { Vec::new() } else { names.near(&alike[0].0) };
            let names = &names;
            alike.iter().map(move |(name, _)| (name.clone(), names.closely(name, &near)))
        });
        let payers: Vec<(Name, Vec<Likeness>)> = looked_up.collect();
        let (names_of, alphabetical) = (names.names_by_debtor(), names.alphabetical());
        let mut owners: Vec<Vec<usize>> = Vec::new();
        let mut ibans: FxHashMap<&Iban, u32> = FxHashMap::default();
        for (index, debtor) in ledger.debtors.iter().enumerate() {
            for iban in &debtor.ibans {
                let place = *ibans.entry(iban).or_insert_with(|| short(owners.len()));
                if place as usize == owners.len() {
                    owners.push(Vec::new());
                }
                owners[place as usize].push(index);
            }
        }
        let account = |(_, remittance): &(usize, &Remittance)| match &remittance.line.payer_account {
            Some(Account::Iban(iban)) => ibans.get(iban).copied(),
            _ => None,
        };
        let accounts = remittances.par_iter().map(account).collect();
        Self { names, names_of, payers, alphabetical, borne, owners, accounts }
    }

    /// The debtors whose account a remittance comes from, by its number; none when it is not known.
    pub(super) fn owners(&self, number: usize) -> Option<&[usize]> {
        Some(&self.owners[self.accounts[number]? as usize])
    }

    /// The names that a remittance bears, by its number, each with the debtors it may be, best first.
    pub(super) fn payers(&self, number: usize) -> impl Iterator<Item = &(Name, Vec<Likeness>)> {
        self.borne[number].iter().flatten().map(|at| &self.payers[*at as usize]).filter(|(name, _)| !name.is_empty())
    }

    /// Where the debtor that a remittance most probably comes from, by its payer's names alone, stands
    /// where all stand by name.
    pub(super) fn first_guess(&self, number: usize) -> u32 {
        self.payers(number).find_map(|(_, found)| found.first()).map_or(u32::MAX, |(debtor, ..)| self.alphabetical[*debtor])
    }
}

/// The open items of a contract.
///
/// Items are numbered by debtor, due date and place in the ledger: those of a debtor follow one
/// another, so that walking them walks along memory.
pub(super) struct Book<'a> {
    pub ledger: &'a Ledger,
    pub debtors: &'a DebtorBook,
    /// What people decided earlier about payers.
    pub payers: Payers,
    pub items: Vec<Item>,
    /// Open before the night, in minor units, of each item.
    pub opening: Vec<i64>,
    /// When each item is due.
    pub due: Vec<NaiveDate>,
    /// The discount that the terms of each item allow who pays in time, in minor units.
    pub discounts: Vec<i64>,
    /// Of each debtor of the ledger, whether the terms of any item allow a discount.
    grants_discounts: Vec<bool>,
    /// Where the items of each debtor of the ledger begin; one more than there are debtors.
    starts: Vec<u32>,
    pub references: ReferenceIndex<'a>,
    pub weights: &'a Weights,
    /// Items by amount open before the night, those of a debtor together.
    amounts: Multimap<u32>,
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
        settings: &'a MatchingSettings,
        ledger: &'a Ledger,
        debtors: &'a DebtorBook,
        payers: Payers,
    ) -> Self {
        let index = ledger.debtor_index();
        let own = ledger.invoices.par_iter().enumerate().filter(|(_, invoice)| invoice.contract == contract.id);
        // Where each item is due and stands, before anything of it is kept: what is kept lies in memory
        // in the order in which it is walked.
        let (mut places, closed): (Vec<(usize, NaiveDate, usize)>, Vec<Number>) = own
            .filter_map(|(number, invoice)| Some((number, invoice, *index.get(&invoice.debtor)?)))
            .partition_map(|(invoice, found, debtor)| {
                if found.open.is_zero() {
                    Either::Right(Number::of_document(&found.id.0))
                } else {
                    Either::Left((debtor, found.due_date, invoice))
                }
            });
        places.par_sort_unstable();
        let due: Vec<NaiveDate> = places.iter().map(|(_, due, _)| *due).collect();
        let invoice_of = |at: usize| &ledger.invoices[places[at].2];
        let numbers = (0..places.len()).into_par_iter().map(|at| Number::of_document(&invoice_of(at).id.0)).collect();
        let opening: Vec<i64> = (0..places.len()).into_par_iter().map(|at| invoice_of(at).open.minor()).collect();
        let discounts: Vec<i64> =
            (0..places.len()).into_par_iter().map(|at| invoice_of(at).discount_minor(NaiveDate::MIN)).collect();
        let from = |debtor: usize| short(places.partition_point(|(own, ..)| *own < debtor));
        let starts: Vec<u32> = (0..=ledger.debtors.len()).into_par_iter().map(from).collect();
        let grants = |own: &[u32]| discounts[own[0] as usize..own[1] as usize].iter().any(|discount| *discount != 0);
        let grants_discounts = starts.par_windows(2).map(grants).collect();
        let (amounts, references) = rayon::join(
            || Multimap::new((0..).zip(&opening).map(|(id, open)| (open.cast_unsigned(), id)).collect()),
            || ReferenceIndex::new(&settings.weights, numbers, invoice_of, &closed),
        );
        let item = |(debtor, _, invoice): &(usize, NaiveDate, usize)| {
            let found = &ledger.invoices[*invoice];
            let (currency, disagrees) = (found.open.currency(), found.disagrees);
            Item { invoice: short(*invoice), debtor: short(*debtor), currency, disagrees }
        };
        let items = places.par_iter().map(item).collect();
        let with_items = starts.windows(2).filter(|w| w[0] < w[1]).count();
        let grid_shares_cb = GRIDS.map(|grid| {
            let on_grid = opening.iter().filter(|open| open.unsigned_abs() % grid == 0).count();
            log2_cb(opening.len() as u64 + 2) - log2_cb(on_grid as u64 + 1)
        });
        Self {
            ledger,
            debtors,
            payers,
            opening,
            due,
            discounts,
            grants_discounts,
            starts,
            references,
            weights: &settings.weights,
            amounts,
            rounding: minor_units(settings.rounding_tolerance, contract.currency),
            charges: minor_units(settings.charges_tolerance, contract.currency),
            debtors_cb: log2_cb(with_items as u64),
            grid_shares_cb,
            items,
        }
    }

    /// What the ledger has of an item.
    pub(super) fn invoice(&self, item: u32) -> &'a Invoice {
        &self.ledger.invoices[self.items[item as usize].invoice()]
    }

    /// The debtor of an item, by its index in the ledger.
    pub(super) fn debtor(&self, item: u32) -> usize {
        self.items[item as usize].debtor()
    }

    /// The items of a debtor, by due date.
    pub(super) fn of(&self, debtor: usize) -> Range<u32> {
        self.starts[debtor]..self.starts[debtor + 1]
    }

    /// Whether any item of a debtor allows a discount.
    pub(super) fn grants_discounts(&self, debtor: usize) -> bool {
        self.grants_discounts[debtor]
    }

    /// How many items of a debtor have that amount open.
    pub(super) fn count_of_amount(&self, debtor: usize, amount: i64) -> usize {
        let own = self.starts[debtor] as usize..self.starts[debtor + 1] as usize;
        self.opening[own].iter().filter(|open| **open == amount).count()
    }

    /// The items of that amount, those of a debtor together.
    pub(super) fn of_amount(&self, amount: i64) -> impl Iterator<Item = u32> + '_ {
        self.amounts.get(amount.cast_unsigned())
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
