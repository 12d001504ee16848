//! The open items of one contract, with what is needed to find them fast.

use std::ops::Range;
use std::sync::atomic::AtomicU32;
use std::sync::atomic::Ordering::Relaxed;

use chrono::{Datelike, NaiveDate};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::multimap::Multimap;
use super::name_index::{Likeness, NameIndex};
use super::names::{ALIKE_BP, Name};
use super::numbers::Number;
use super::payers::Payers;
use super::probability::log2_cb;
use super::references::{ReferenceIndex, hash};
use super::words::Token;
use super::{FETCHED, fetch, short};
use crate::config::{MatchingSettings, Weights, minor_units};
use crate::model::{Account, Closing, Contract, Currency, Iban, Invoice, InvoiceId, Ledger, Remittance};

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

/// An open item as it is read from the ledger: the place of its debtor by name, due date and place in the
/// ledger order all of them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    by_name: u32,
    debtor: u32,
    /// Nothing of it is open: it stands behind what is.
    is_closed: bool,
    due: NaiveDate,
    invoice: u32,
    issued: NaiveDate,
    currency: Currency,
    disagrees: bool,
    open: i64,
    discount: i64,
}

/// What is known of all debtors, whatever the contract.
pub(super) struct DebtorBook {
    pub names: NameIndex,
    pub names_of: Vec<Vec<u32>>,
    /// Every name that the night's remittances bear.
    payers: Vec<Name>,
    /// Of each of these, the debtors it may be, best first.
    found: Vec<Vec<Likeness>>,
    /// Of each debtor, its place where all stand by name.
    alphabetical: Vec<u32>,
    /// Of each remittance, its payer and ultimate debtor among these.
    borne: Borne,
    /// The debtors of each account that the ledger knows.
    owners: Vec<Vec<usize>>,
    /// Of each remittance, where the account that it comes from stands among these.
    accounts: Vec<Option<u32>>,
}

/// What the bank tells of who paid: names and account, by their places in the book.
#[derive(Clone, Copy)]
pub(super) struct Payer {
    names: [u32; 2],
    account: Option<u32>,
}

/// Of each remittance, its payer and ultimate debtor among all names, or [`UNNAMED`].
type Borne = Vec<[AtomicU32; 2]>;

/// The bank gives no name.
const UNNAMED: u32 = u32::MAX;

/// Names whose likenesses are looked for by one thread at a time.
const NAMES_TOGETHER: usize = 64;

impl DebtorBook {
    /// Looks up each payer name once, in parallel, however many remittances bear it.
    pub(super) fn new(ledger: &Ledger, remittances: &[(usize, &Remittance)]) -> Self {
        let ((names, (owners, accounts)), (distinct, borne)) =
            rayon::join(|| (NameIndex::new(&ledger.debtors), accounts(ledger, remittances)), || borne(remittances));
        let look_up = || {
            let alike: Vec<&[Name]> = distinct.chunk_by(Name::has_same_words_as).collect();
            let looked_up = alike.par_iter().with_max_len(NAMES_TOGETHER).flat_map_iter(|alike| names.find_each(alike));
            looked_up.collect::<Vec<Vec<Likeness>>>()
        };
        let (found, (names_of, alphabetical)) = rayon::join(look_up, || (names.names_by_debtor(), names.alphabetical()));
        Self { names, names_of, payers: distinct, found, alphabetical, borne, owners, accounts }
    }

    /// Who paid a remittance, by its number.
    pub(super) fn payer(&self, number: usize) -> Payer {
        let names = &self.borne[number];
        Payer { names: [names[0].load(Relaxed), names[1].load(Relaxed)], account: self.accounts[number] }
    }

    /// The debtors whose account it is; none when it is not known.
    pub(super) fn owners(&self, payer: Payer) -> Option<&[usize]> {
        Some(&self.owners[payer.account? as usize])
    }

    /// The names of a payer, each with the debtors it may be, best first; not that of an office that pays for public bodies.
    pub(super) fn names_of_payer(&self, payer: Payer) -> impl Iterator<Item = (&Name, &Vec<Likeness>)> {
        self.all_names(payer).filter(|(name, found)| !is_office(name, found))
    }

    /// Whether such an office pays: its name says nothing of who owes.
    pub(super) fn is_office(&self, payer: Payer) -> bool {
        self.all_names(payer).any(|(name, found)| is_office(name, found))
    }

    fn all_names(&self, payer: Payer) -> impl Iterator<Item = (&Name, &Vec<Likeness>)> {
        let borne = payer.names.into_iter().filter(|at| *at != UNNAMED).map(|at| at as usize);
        borne.map(|at| (&self.payers[at], &self.found[at])).filter(|(name, _)| !name.is_empty())
    }

    /// The debtors that bear the name of the party behind a payer, where the bank or the payer gives it; best first.
    pub(super) fn paid_for(&self, payer: Payer) -> &[Likeness] {
        let [_, ultimate] = payer.names;
        self.found.get(ultimate as usize).map_or(&[], |found| &found[..])
    }

    /// Where the debtor that a remittance most probably comes from, by its payer's names alone, stands
    /// where all stand by name.
    pub(super) fn first_guess(&self, number: usize) -> u32 {
        let mut names = self.names_of_payer(self.payer(number));
        names.find_map(|(_, found)| found.first()).map_or(u32::MAX, |(debtor, ..)| self.alphabetical[*debtor])
    }
}

/// Whether a name is that of an office that pays for public bodies, and of no debtor.
fn is_office(name: &Name, found: &[Likeness]) -> bool {
    name.is_office && found.first().is_none_or(|(_, similarity, _)| *similarity < ALIKE_BP)
}

/// The names that remittances bear, those that differ in something that counts once each, in their order,
/// and which of them each remittance bears. Like names follow one another: they are held against the
/// same debtors.
fn borne(remittances: &[(usize, &Remittance)]) -> (Vec<Name>, Borne) {
    let given = |number: usize, slot: usize| {
        let remittance = remittances[number].1;
        if slot == 0 { Some(&*remittance.line.payer_name) } else { remittance.ultimate_name.as_deref() }
    };
    // Where each name stands: remittance and slot, by what the names hash to.
    let places = (0..remittances.len()).into_par_iter().step_by(FETCHED).flat_map_iter(|from| {
        let some = from..remittances.len().min(from + FETCHED);
        fetch(some.clone().filter_map(|number| given(number, 0)));
        let of = move |number| (0..2).filter_map(move |slot| Some((hash(given(number, slot)?), number, slot)));
        some.flat_map(of)
    });
    let mut places: Vec<(u64, usize, usize)> = places.collect();
    places.par_sort_unstable();
    let name_of = |(_, number, slot): &(u64, usize, usize)| given(*number, *slot).unwrap_or_default();
    let alike = places.par_chunk_by(|a, b| a.0 == b.0 && name_of(a) == name_of(b));
    let as_written: Vec<&[(u64, usize, usize)]> = alike.collect();
    let mut in_order: Vec<(Name, usize)> =
        as_written.par_iter().enumerate().map(|(at, alike)| (Name::new(name_of(&alike[0])), at)).collect();
    in_order.par_sort_unstable_by(|(a, _), (b, _)| a.by_words(b));
    let is_as_before = in_order.par_windows(2).map(|names| names[0].0 == names[1].0).collect::<Vec<bool>>();
    let is_as_before = || std::iter::once(false).chain(is_as_before.iter().copied());
    let mut places_before = 0;
    let numbered = in_order.iter().zip(is_as_before()).map(|((_, at), is_as_before)| {
        places_before += u32::from(!is_as_before);
        (*at, places_before - 1)
    });
    let numbered: Vec<(usize, u32)> = numbered.collect();
    let borne: Borne = remittances.par_iter().map(|_| [const { AtomicU32::new(UNNAMED) }; 2]).collect();
    numbered.par_iter().for_each(|(at, place)| {
        as_written[*at].iter().for_each(|(_, number, slot)| borne[*number][*slot].store(*place, Relaxed));
    });
    let distinct = in_order.into_iter().zip(is_as_before()).filter(|(_, is_as_before)| !is_as_before);
    (distinct.map(|((name, _), _)| name).collect(), borne)
}

/// Characters from which a number that is not in the ledger is known by itself.
const REFERENCE_BYTES_MIN: usize = 4;

/// The debtors of each account that the ledger knows, and of each remittance where the account that it
/// comes from stands among these.
fn accounts(ledger: &Ledger, remittances: &[(usize, &Remittance)]) -> (Vec<Vec<usize>>, Vec<Option<u32>>) {
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
    (owners, accounts)
}

/// The items of a contract, those of which nothing is open among them: who names one is known to.
///
/// Items are numbered by debtor, the open ones first, due date and place in the ledger: those of a debtor follow one
/// another, so that walking them walks along memory. Debtors stand by name, as the remittances do that are
/// explained one after another: those of homonyms lie side by side.
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
    /// When the document of each item was issued.
    pub issued: Vec<NaiveDate>,
    /// The month in which each item is due, as a number that grows by one from month to month: asked for as often
    /// as what is open, and dear to work out.
    months: Vec<u32>,
    /// The discount that the terms of each item allow who pays in time, in minor units.
    pub discounts: Vec<i64>,
    /// The items of each debtor of the ledger: from, to of the open ones, to of the others behind them.
    owned: Vec<(u32, u32, u32)>,
    pub references: ReferenceIndex<'a>,
    /// The documents that the ledger does not have and that are known all the same.
    gone: Vec<&'a InvoiceId>,
    /// What closed items in earlier nights.
    closings: FxHashMap<&'a InvoiceId, &'a Closing>,
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
        // All of an item that counts is read at once; what is kept lies in memory in the order in which it
        // is walked.
        let place = |(number, invoice): (usize, &Invoice)| {
            if invoice.contract != contract.id {
                return None;
            }
            let debtor = *index.get(&invoice.debtor)?;
            Some(Place {
                by_name: debtors.alphabetical[debtor],
                debtor: short(debtor),
                is_closed: invoice.open.is_zero(),
                due: invoice.due_date,
                invoice: short(number),
                issued: invoice.issue_date,
                currency: invoice.open.currency(),
                disagrees: invoice.disagrees,
                open: invoice.open.minor(),
                discount: invoice.discount_minor(NaiveDate::MIN),
            })
        };
        // As long as the ledger at first, and then shortened where it lies.
        let places: Vec<Option<Place>> = ledger.invoices.par_iter().enumerate().map(place).collect();
        let mut places: Vec<Place> = places.into_iter().flatten().collect();
        let gone = ledger.gone.par_iter().filter(|(of, _)| *of == contract.id).map(|(_, id)| (id, Number::of_document(&id.0)));
        let gone = gone.filter(|(_, number)| number.alnum.len() >= REFERENCE_BYTES_MIN);
        let (gone, numbers_gone): (Vec<&InvoiceId>, Vec<Number>) = gone.unzip();
        // Of what was closed twice, the latest stands first.
        let closed = ledger.closed.iter().rev().filter(|(of, ..)| *of == contract.id);
        let closings = closed.map(|(_, id, closing)| (id, closing)).collect();
        places.par_sort_unstable();
        let due: Vec<NaiveDate> = places.par_iter().map(|place| place.due).collect();
        let months = due.par_iter().map(|due| u32::try_from(due.year()).unwrap_or(0) * 12 + due.month0()).collect();
        let issued = places.par_iter().map(|place| place.issued).collect();
        let opening: Vec<i64> = places.par_iter().map(|place| place.open).collect();
        let discounts: Vec<i64> = places.par_iter().map(|place| place.discount).collect();
        let invoice_of = |at: usize| &ledger.invoices[places[at].invoice as usize];
        let numbers = (0..places.len()).into_par_iter().map(|at| Number::of_document(&invoice_of(at).id.0)).collect();
        let mut owned = vec![(0, 0, 0); ledger.debtors.len()];
        let mut from = 0;
        for own in places.chunk_by(|a, b| a.debtor == b.debtor) {
            let open = short(own.iter().take_while(|place| !place.is_closed).count());
            let to = from + short(own.len());
            owned[own[0].debtor as usize] = (from, from + open, to);
            from = to;
        }
        let still_open = || (0..).zip(opening.iter().copied()).filter(|(_, open)| *open != 0);
        let (amounts, references) = rayon::join(
            || Multimap::new(still_open().map(|(id, open)| (open.cast_unsigned(), id)).collect()),
            || ReferenceIndex::new(&settings.weights, numbers, invoice_of, &numbers_gone),
        );
        let item = |place: &Place| {
            let Place { invoice, debtor, currency, disagrees, .. } = *place;
            Item { invoice, debtor, currency, disagrees }
        };
        let items = places.par_iter().map(item).collect();
        let with_items = owned.iter().filter(|(from, to, _)| from < to).count();
        let all = still_open().count() as u64;
        let grid_shares_cb = GRIDS.map(|grid| {
            let on_grid = still_open().filter(|(_, open)| open.unsigned_abs() % grid == 0).count();
            log2_cb(all + 2) - log2_cb(on_grid as u64 + 1)
        });
        Self {
            ledger,
            debtors,
            payers,
            opening,
            due,
            issued,
            months,
            discounts,
            owned,
            references,
            gone,
            closings,
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

    /// The document that the ledger does not have, and that stands from one token to another.
    pub(super) fn gone_between(&self, tokens: &[Token<'_>], place: (usize, usize)) -> Option<&'a InvoiceId> {
        self.references.closed_between(tokens, place).map(|at| self.gone[at])
    }

    /// What closed an item in an earlier night, where that is known.
    pub(super) fn closing(&self, invoice: &InvoiceId) -> Option<&'a Closing> {
        self.closings.get(invoice).copied()
    }

    /// The debtor of an item, by its index in the ledger.
    pub(super) fn debtor(&self, item: u32) -> usize {
        self.items[item as usize].debtor()
    }

    /// The items of a debtor that are open before the night, by due date.
    pub(super) fn of(&self, debtor: usize) -> Range<u32> {
        let (from, to, _) = self.owned[debtor];
        from..to
    }

    /// The items of a debtor of which nothing is open any more before the night, by due date.
    pub(super) fn closed_of(&self, debtor: usize) -> Range<u32> {
        let (_, from, to) = self.owned[debtor];
        from..to
    }

    /// The month in which an item is due, as a number of its own for each.
    pub(super) fn month(&self, item: u32) -> u32 {
        self.months[item as usize]
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
