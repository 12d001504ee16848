//! What a debtor owes up to some day: all of it, or all but one item.

use super::super::book::Book;
use super::super::probability::log2_cb;
use super::super::weights;
use super::draft::Draft;
use super::sets::{exact, names_only_some, to_the_cent};
use super::{Case, Evidence, Owed};

/// Items due up to a day from which one may be left out: of fewer, two are paid or less, which says too little.
const BUT_ONE_ITEMS_MIN: usize = 4;
/// Ways to leave one out that are listed; of more, none says anything.
const BUT_ONE_WAYS_MAX: usize = 5;

/// How a debtor may count what it owes, each way a part of the next: the invoices of which nothing was
/// paid tonight, since payers often leave the others out; all invoices; the credit notes too.
pub(super) fn counts(book: &Book<'_>, item: u32, open: i64) -> [bool; 3] {
    [open > 0 && open == book.opening[item as usize], open > 0, true]
}

/// In one way to count, whether some first items are the amount together.
#[derive(Clone, Copy, Default)]
struct Holds {
    /// All of them.
    all: bool,
    /// All but one, perhaps: they are more than the amount by no more than the largest of them.
    but_one: bool,
}

/// Of the ways to count, those in which some first items are the amount together, two at least. A way that
/// counts no more than the one before it says nothing new. Mostly none holds it, which is told without the
/// dates.
fn holding(book: &Book<'_>, own: impl Iterator<Item = Owed>, amount: i64) -> [Holds; 3] {
    let (mut sums, mut counted, mut most, mut holds) = ([0; 3], [0; 3], [0; 3], [Holds::default(); 3]);
    for (item, open) in own {
        for (way, counts) in counts(book, item, open).into_iter().enumerate() {
            let open = open * i64::from(counts);
            sums[way] += open;
            counted[way] += usize::from(counts);
            most[way] = open.max(most[way]);
            let over = sums[way] - amount;
            holds[way].all |= counted[way] > 1 && over == 0;
            holds[way].but_one |= counted[way] >= BUT_ONE_ITEMS_MIN && 0 < over && over <= most[way];
        }
    }
    [1, 2].into_iter().filter(|way| counted[*way] == counted[way - 1]).for_each(|way| holds[way] = Holds::default());
    holds
}

/// How many of these items, in their order by due date, are due up to each day, and what is open of them
/// together.
fn by_day<'c>(book: &'c Book<'_>, open: &'c [i64], items: &'c [u32]) -> impl Iterator<Item = (usize, i64)> + 'c {
    let due = |at: usize| book.due[items[at] as usize];
    let mut sum = 0;
    (0..items.len()).filter_map(move |at| {
        sum += open[items[at] as usize];
        (at + 1 == items.len() || due(at + 1) != due(at)).then_some((at + 1, sum))
    })
}

/// How many of these items are due up to each day on which those are the amount together, two at least.
fn sums<'c>(book: &'c Book<'_>, open: &'c [i64], items: &'c [u32], amount: i64) -> impl Iterator<Item = usize> + 'c {
    by_day(book, open, items).filter(move |(taken, sum)| *taken > 1 && *sum == amount).map(|(taken, _)| taken)
}

/// How many of these items are due up to each day on which those but one are the amount together, with the
/// one.
fn sums_but_one<'c>(
    book: &'c Book<'_>,
    open: &'c [i64],
    items: &'c [u32],
    amount: i64,
) -> impl Iterator<Item = (usize, u32)> + 'c {
    let over = by_day(book, open, items).filter(move |(taken, sum)| *taken >= BUT_ONE_ITEMS_MIN && *sum > amount);
    over.flat_map(move |(taken, sum)| {
        let out = items[..taken].iter().copied().filter(move |item| open[*item as usize] == sum - amount);
        out.map(move |item| (taken, item))
    })
}

/// All that is due up to a day; where that is never the amount, all but one item of it: that was paid in
/// another way, or is in dispute. `own` are all items of the debtor that are open, by due date.
pub(super) fn due_up_to(case: &Case<'_>, own: &[Owed], drafts: &mut Vec<Draft>) {
    let holds = holding(case.book, own.iter().copied(), case.facts.amount);
    let items = |way: usize| {
        let counted = own.iter().filter(|(item, open)| counts(case.book, *item, *open)[way]);
        counted.map(|(item, _)| *item).collect::<Vec<u32>>()
    };
    let before = drafts.len();
    for items in (0..holds.len()).filter(|way| holds[*way].all).map(items) {
        drafts.extend(sums(case.book, case.open, &items, case.facts.amount).map(|taken| due(case, &items, taken, None)));
    }
    // Of a debtor who owes the same amount often, all that is due but one item is the amount whenever all that
    // is due is.
    if drafts.len() > before {
        return;
    }
    for items in (0..holds.len()).filter(|way| holds[*way].but_one).map(items) {
        let but_one = sums_but_one(case.book, case.open, &items, case.facts.amount).take(BUT_ONE_WAYS_MAX + 1);
        let but_one: Vec<(usize, u32)> = but_one.collect();
        if but_one.len() <= BUT_ONE_WAYS_MAX {
            drafts.extend(but_one.into_iter().map(|(taken, out)| due(case, &items, taken, Some(out))));
        }
    }
}

/// The first of these items by due date, but for one perhaps. All of them are the whole balance.
fn due(case: &Case<'_>, items: &[u32], taken: usize, out: Option<u32>) -> Draft {
    let due = |item: u32| case.book.due[item as usize];
    let whole_balance = taken == items.len();
    let dates = || items.chunk_by(|a, b| due(*a) == due(*b)).count() as u64;
    let (evidence, cost) = match (whole_balance, out) {
        (true, None) => (Evidence::Balance, case.book.weights.balance),
        (true, Some(_)) => (Evidence::DueUpTo, case.book.weights.balance),
        (false, _) => (Evidence::DueUpTo, case.book.weights.due_up_to - log2_cb(dates())),
    };
    let note = || if whole_balance { "the whole balance".to_owned() } else { format!("all due up to {}", due(items[taken - 1])) };
    let mut lines = case.lines().with(Some(evidence), cost, note);
    if let Some(out) = out {
        let cost = case.book.weights.left_out - log2_cb(taken as u64);
        lines.add(None, cost, || format!("but {}, as if paid in another way or in dispute", case.book.invoice(out).id));
    }
    let mut lines = to_the_cent(lines);
    case.wording(&weights::BALANCE_WORDS, case.book.weights.wording, &mut lines);
    let set: Vec<u32> = items[..taken].iter().copied().filter(|item| Some(*item) != out).collect();
    names_only_some(case, &set, &mut lines);
    Draft { leaves_out: out.is_some(), ..exact(case, &set, lines) }
}

/// Whether all that a debtor owes up to some day, or all but one item, is the amount.
pub(in super::super) fn is_due_sum(book: &Book<'_>, open: &[i64], debtor: usize, amount: i64) -> bool {
    let own = book.of(debtor).map(|item| (item, open[item as usize])).filter(|(_, open)| *open != 0);
    let holds = holding(book, own.clone(), amount);
    let is_due = |(way, holds): (usize, &Holds)| {
        let counted = own.clone().filter(|(item, open)| counts(book, *item, *open)[way]);
        let items = || counted.map(|(item, _)| item).collect::<Vec<u32>>();
        let is_sum = |items: &[u32]| {
            sums(book, open, items, amount).next().is_some() || sums_but_one(book, open, items, amount).next().is_some()
        };
        (holds.all || holds.but_one) && is_sum(&items())
    };
    holds.iter().enumerate().any(is_due)
}
