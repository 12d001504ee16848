//! One remittance → all the ways to explain it, each with its weight.

pub(super) mod debts;
mod debtor;
mod deductions;
mod doubts;
mod draft;
mod dues;
mod lines;
mod lists;
mod said;
pub(super) mod sets;
pub(super) mod subsets;

pub(super) use draft::{Draft, Fit, STRONG_CB, Use};

use std::cell::OnceCell;
use std::cmp::Ordering;

use super::book::Book;
use super::probability::{log2_cb, softmax};
use super::readings::{Facts, Reading};
use super::references::Citation;
use super::short;
use super::words::{self, Token};
use crate::model::{Confidence, Evidence};
use debtor::Identities;
use debts::{Debts, Owing};
use draft::TextReading;
use lines::Lines;
use said::Times;

/// Debtors whose items are tried for one remittance, best identified first.
const DEBTORS_MAX: usize = 8;
/// Identification from which a debtor's items are tried although the text names none of them.
const IDENTIFIED_CB: i64 = 250;
/// Explanations kept of one remittance.
const DRAFTS_MAX: usize = 24;
/// Items of a debtor that get a second look for weakly written numbers.
const SECOND_LOOK_ITEMS_MAX: usize = 6_000;

/// All explanations of one remittance.
#[derive(Default, PartialEq)]
pub(super) struct Explained {
    /// Best first; no two settle the same.
    pub drafts: Vec<Draft>,
    /// The explanations in which nothing that is open is paid.
    pub unpaid: Unpaid,
    /// A bound was reached: there may be explanations that were not seen.
    pub incomplete: bool,
    /// Numbers in the text that look like ours, but are not open: their tokens from, to.
    pub strangers: Box<[(usize, usize)]>,
    /// Items the text names that were settled earlier in the night.
    pub settled: Vec<u32>,
    /// The text gives the ends of a range of numbers.
    pub says_range: bool,
    /// What in the text does not let the best explanation be lettered: its tokens from, to.
    pub doubt: Option<(usize, usize)>,
    /// Debtors whose items it was held against: when their items change, it may be explained otherwise.
    pub debtors: Box<[u32]>,
    /// Items that the text may name or that explanations take, the improbable ones included.
    pub watched: Box<[u32]>,
    /// What else of its debtors' items counts.
    pub sensitivity: Sensitivity,
    /// The debtor it most probably comes from, with the weight of that.
    pub payer: Option<(usize, i64)>,
}

/// That a remittance pays nothing that is open.
#[derive(Clone, Copy, Default, PartialEq)]
pub(super) struct Unpaid {
    /// Weight of the best explanation that says so.
    pub weight: i64,
    /// Probability of all of them.
    pub confidence: Confidence,
    /// Probability that it comes from the debtor of the best draft all the same.
    pub silent: Confidence,
}

/// What can change the explanations of a remittance, besides the items that they hold against it, when
/// other items of its debtors are closed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Sensitivity {
    /// Nothing: what the text names pays it to the cent.
    Named,
    /// The sums of what is due.
    Dues,
    /// Anything: a bound was reached, or all numbers of a range count.
    #[default]
    Everything,
}

/// An item with what is open of it now, in minor units.
type Owed = (u32, i64);

/// What all explanations of one remittance share.
struct Case<'a> {
    book: &'a Book<'a>,
    facts: &'a Facts<'a>,
    /// Open amount of each item now, in minor units.
    open: &'a [i64],
    tokens: Vec<Token<'a>>,
    reading: TextReading<'a>,
    identities: Identities<'a>,
    /// The text gives the ends of a range of numbers.
    says_range: bool,
    /// Days and months that the text names, read where nothing else names an item.
    times: OnceCell<Times>,
    /// Notes for people are written only when somebody will read them.
    notes: bool,
}

/// Explains a remittance with the items that are open now. With `named_only`, one that names nothing
/// by its whole number is put off: `None`.
pub(super) fn explain(debts: &mut Debts<'_>, reading: &Reading<'_>, notes: bool, named_only: bool) -> Option<Explained> {
    let (all, facts) = (reading.citations, reading.facts);
    let (book, open) = (debts.book, debts.open);
    if named_only && all.iter().all(|c| c.weight < draft::STRONG_CB || open[c.item as usize] == 0) {
        return None;
    }
    let tokens = reading.tokens();
    let in_text = reading.debtors;
    let mut identities = Identities::new(book, facts, in_text, words::is_on_behalf(&tokens));
    let mut citations = open_readings(all, open, |item| identities.point_to(book, book.debtor(item)));
    identities.rank(book, &citations);
    let settled: Vec<u32> = settled_items(all, open).into_iter().filter(|i| identities.is_likely(book.debtor(*i))).collect();
    let likely: Vec<usize> = identities.likely(IDENTIFIED_CB, DEBTORS_MAX);
    let owings: Vec<(usize, &Owing)> = debts.of(&likely);
    let looked_at = owings.iter().filter(|(debtor, _)| book.of(*debtor).len() <= SECOND_LOOK_ITEMS_MAX);
    let looked_at = looked_at.flat_map(|(_, owing)| owing.items.iter().map(|(item, _)| *item));
    let closed = book.references.closed_places(&tokens, all);
    let looked_up = book.references.second_look(&tokens, (all, &closed), &looked_at);
    citations.extend_from_slice(&looked_up);
    // A number of another debtor, settled tonight or not, is that debtor's, and no sign of a closed item
    // of this payer's.
    let others = all.iter().filter(|c| !identities.is_likely(book.debtor(c.item)));
    let strangers = book.references.plausible_strangers(&tokens, &closed, citations.iter().chain(others));
    let mut watched: Vec<u32> = citations.iter().map(|c| c.item).collect();
    let reading = TextReading::new(citations, strangers.len(), !all.is_empty(), &tokens);
    let mut case = Case { book, facts, open, tokens, reading, identities, says_range: false, times: OnceCell::new(), notes };
    case.says_range = sets::says_range(&case);
    let mut incomplete = false;
    let mut drafts = sets::cited(&case, &mut incomplete);
    let decided = drafts.iter().any(|d| d.is_fully_named() && d.fit.is_exact());
    for (_, owing) in &owings {
        sets::of_debtor(&case, owing, decided, &mut drafts, &mut incomplete);
    }
    if likely.is_empty() && drafts.is_empty() {
        sets::by_amount_alone(&case, &mut drafts);
    }
    if case.says_range {
        for draft in drafts.iter_mut().filter(|d| !d.is_range) {
            draft.lines.add(None, book.weights.range_ignored, || "the text gives a range, and this is not it".to_owned());
        }
    }
    let cited = all.iter().map(|c| book.debtor(c.item));
    let used = drafts.iter().flat_map(|d| &d.uses).map(|u| book.debtor(u.item));
    let debtors: Vec<u32> = likely.iter().copied().chain(cited).chain(used).map(short).collect();
    watched.extend(drafts.iter().flat_map(|d| &d.uses).map(|u| u.item));
    let debtors = distinct(debtors);
    let mut sensitivity = if incomplete || sets::is_bounded(&case, &drafts, &debtors) || !decided && case.names_periods() {
        Sensitivity::Everything
    } else if decided {
        Sensitivity::Named
    } else {
        Sensitivity::Dues
    };
    let mut drafts = best_of(drafts);
    let unpaid = weigh(&mut drafts, &case.nulls(&owings));
    let doubt = drafts.first().and_then(|best| doubts::against(&case, best, all.iter().chain(&looked_up), in_text, &owings));
    let payer = case.identities.best().map(|payer| (payer.debtor, payer.weight));
    // What else is open speaks against a part, against too much, and against what is paid for another debtor.
    let is_of_another =
        |best: &Draft| payer.is_some_and(|(payer, _)| best.uses.iter().any(|used| book.debtor(used.item) != payer));
    if drafts.first().is_some_and(|best| matches!(best.fit, Fit::Partial | Fit::Excess | Fit::Charges) || is_of_another(best)) {
        sensitivity = Sensitivity::Everything;
    }
    Some(Explained {
        drafts,
        unpaid,
        debtors,
        watched: distinct(watched),
        sensitivity,
        says_range: case.says_range,
        doubt,
        payer,
        incomplete,
        strangers: strangers.into(),
        settled,
    })
}

fn distinct(mut all: Vec<u32>) -> Box<[u32]> {
    all.sort_unstable();
    all.dedup();
    all.into()
}

/// The readings of a text that name something open. Where the end of a number is that of an item of a debtor
/// that may have paid, open or settled tonight, the items of others that end alike are no readings of it: in a
/// large ledger, a dozen of them do.
fn open_readings(all: &[Citation], open: &[i64], may_have_paid: impl Fn(u32) -> bool) -> Vec<Citation> {
    let mut kept = Vec::with_capacity(all.len());
    for place in all.chunk_by(|a, b| (a.from, a.to) == (b.from, b.to)) {
        let known = place.len() > 1 && place.iter().any(|c| may_have_paid(c.item));
        let own = place.iter().filter(|c| open[c.item as usize] != 0);
        kept.extend(own.filter(|c| !known || c.weight >= draft::STRONG_CB || may_have_paid(c.item)).cloned());
    }
    kept
}

/// Items that the text names strongly and that nothing is open of any more.
fn settled_items(citations: &[Citation], open: &[i64]) -> Vec<u32> {
    let mut settled: Vec<u32> =
        citations.iter().filter(|c| c.weight >= 1_000 && open[c.item as usize] == 0).map(|c| c.item).collect();
    settled.sort_unstable();
    settled.dedup();
    settled
}

/// The best explanations, each settlement once, in a fixed order.
fn best_of(mut drafts: Vec<Draft>) -> Vec<Draft> {
    for draft in &mut drafts {
        draft.uses.sort_by_key(|u| u.item);
    }
    drafts.sort_by(|a, b| {
        b.lines.score.cmp(&a.lines.score).then_with(|| oldest_paid_first(a, b)).then(a.on_account.cmp(&b.on_account))
    });
    let mut kept: Vec<Draft> = Vec::new();
    for draft in drafts {
        if kept.len() >= DRAFTS_MAX {
            break;
        }
        if kept.iter().all(|k| k.uses != draft.uses || k.on_account != draft.on_account) {
            kept.push(draft);
        }
    }
    kept
}

/// In which order explanations of one weight are listed: who pays without a word pays the oldest debt first
/// (code civil, art. 1342-10). So the oldest items come first, but of those that leave something out the one
/// that leaves out the oldest: that is already paid. Items of a debtor are numbered by due date.
fn oldest_paid_first(a: &Draft, b: &Draft) -> Ordering {
    let by_items = || a.uses.cmp(&b.uses);
    a.leaves_out.cmp(&b.leaves_out).then_with(|| if a.leaves_out { by_items().reverse() } else { by_items() })
}

/// Gives each draft its probability among all explanations, those included in which nothing that is open is
/// paid: their weights, with who pays.
fn weigh(drafts: &mut [Draft], nulls: &[(Option<usize>, i64)]) -> Unpaid {
    let weights: Vec<i64> = drafts.iter().map(|d| d.lines.score).chain(nulls.iter().map(|(_, weight)| *weight)).collect();
    let confidences = softmax(&weights);
    let (of_drafts, of_nulls) = confidences.split_at(drafts.len());
    drafts.iter_mut().zip(of_drafts).for_each(|(draft, confidence)| draft.confidence = *confidence);
    let best = drafts.first().map(|draft| draft.debtor as usize);
    let silent = nulls.iter().zip(of_nulls).find(|((debtor, _), _)| debtor.is_some() && *debtor == best);
    Unpaid {
        weight: nulls.iter().map(|(_, weight)| *weight).max().unwrap_or(0),
        confidence: Confidence(of_nulls.iter().map(|confidence| confidence.0).sum()),
        silent: silent.map(|(_, confidence)| *confidence).unwrap_or_default(),
    }
}

impl Case<'_> {
    /// The weights of the explanations in which nothing that is open is paid, with who pays: money of a
    /// stranger (`None`), or of a debtor who pays something closed, not yet in the ledger, or not ours.
    fn nulls(&self, likely: &[(usize, &Owing)]) -> Vec<(Option<usize>, i64)> {
        let by_chance = self.book.coincidence_cb(self.facts.amount);
        let unused = self.reading.strong_places() * self.book.weights.number_unexplained;
        let strangers = self.reading.strangers();
        let stranger = self.book.weights.null_stranger - by_chance + unused + strangers * self.book.weights.number_of_closed;
        let mut nulls = vec![(None, stranger)];
        for (debtor, owing) in likely {
            let own = self.book.of(*debtor).len() + self.book.closed_of(*debtor).len();
            let same = owing.count_before(self.book, *debtor, self.facts.amount);
            // A debtor with recurring amounts has closed items of that amount too.
            let recurring = if same >= 2 { by_chance.min(log2_cb(own as u64) - log2_cb(same as u64) + 100) } else { by_chance };
            let kind = if strangers > 0 {
                self.book.weights.null_closed + strangers * self.book.weights.number_of_closed
            } else {
                self.book.weights.null_silent
            };
            let weight = kind - self.book.debtors_cb + self.identities.of(self.book, *debtor).weight - recurring + unused;
            nulls.push((Some(*debtor), weight));
        }
        nulls
    }

    /// What stands in the text from one token to another, for people.
    fn quoted(&self, from: usize, to: usize) -> String {
        words::quoted(self.facts.remittance, &[(from, to)]).concat()
    }

    /// What speaks for and against an explanation: nothing yet.
    fn lines(&self) -> Lines {
        Lines::new(self.notes)
    }
}
