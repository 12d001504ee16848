//! What a debtor owes up to some day: all of it, or all but one item; and what falls due in one month.

use super::super::book::Book;
use super::super::probability::log2_cb;
use super::super::weights;
use super::draft::Draft;
use super::lines::Lines;
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
    /// All but one, perhaps: they are more than the amount by no more than the largest item. So many there may be
    /// at most, those of other ways among them.
    but_one: usize,
    /// Those due in one month.
    month: bool,
}

/// Of the ways to count, those in which some first items, or those of a month, may be the amount together. A
/// way that counts no more than the one before it says nothing new. Mostly none holds it, which is told without
/// the dates.
fn holding(book: &Book<'_>, own: impl Iterator<Item = Owed>, amount: i64) -> [Holds; 3] {
    let (mut sums, mut counted, mut most, mut holds) = ([0; 3], [0; 3], 0, [Holds::default(); 3]);
    let (mut month, mut before) = (0, [0; 3]);
    let end = |sums: &[i64; 3], before: &mut [i64; 3], holds: &mut [Holds; 3]| {
        holds.iter_mut().zip(sums.iter().zip(*before)).for_each(|(holds, (sum, before))| holds.month |= sum - before == amount);
        *before = *sums;
    };
    for (at, (item, open)) in own.enumerate() {
        if book.month(item) != month {
            end(&sums, &mut before, &mut holds);
            month = book.month(item);
        }
        most = open.max(most);
        for (way, counts) in counts(book, item, open).into_iter().enumerate() {
            sums[way] += open * i64::from(counts);
            counted[way] += i64::from(counts);
            let over = sums[way] - amount;
            holds[way].all |= counted[way] > 1 && over == 0;
            if 0 < over && over <= most {
                holds[way].but_one = at + 1;
            }
        }
    }
    end(&sums, &mut before, &mut holds);
    [1, 2].into_iter().filter(|way| counted[*way] == counted[way - 1]).for_each(|way| holds[way] = Holds::default());
    holds
}

/// Those of some items, in their order by due date, that are due up to a day.
#[derive(Clone, Copy)]
struct DueUpTo {
    /// How many they are.
    taken: usize,
    /// What is open of them together.
    sum: i64,
    /// What is open of the largest.
    most: i64,
}

/// The items that are due up to each day.
fn by_day<'c>(book: &'c Book<'_>, open: &'c [i64], items: &'c [u32]) -> impl Iterator<Item = DueUpTo> + 'c {
    let due = |at: usize| book.due[items[at] as usize];
    let (mut sum, mut most) = (0, 0);
    (0..items.len()).filter_map(move |at| {
        let own = open[items[at] as usize];
        (sum, most) = (sum + own, own.max(most));
        (at + 1 == items.len() || due(at + 1) != due(at)).then_some(DueUpTo { taken: at + 1, sum, most })
    })
}

/// How many of these items are due up to each day on which those are the amount together, two at least.
fn sums<'c>(book: &'c Book<'_>, open: &'c [i64], items: &'c [u32], amount: i64) -> impl Iterator<Item = usize> + 'c {
    by_day(book, open, items).filter(move |due| due.taken > 1 && due.sum == amount).map(|due| due.taken)
}

/// How many of these items are due up to each day on which those but one are the amount together, with the
/// one.
fn sums_but_one<'c>(
    book: &'c Book<'_>,
    open: &'c [i64],
    items: &'c [u32],
    amount: i64,
) -> impl Iterator<Item = (usize, u32)> + 'c {
    let over = move |due: &DueUpTo| due.taken >= BUT_ONE_ITEMS_MIN && (1..=due.most).contains(&(due.sum - amount));
    by_day(book, open, items).filter(over).flat_map(move |due| {
        let out = items[..due.taken].iter().copied().filter(move |item| open[*item as usize] == due.sum - amount);
        out.map(move |item| (due.taken, item))
    })
}

/// From where to where the items of each month stand that are the amount together, two at least, in a month
/// with others before it.
fn month_sums<'c>(
    book: &'c Book<'_>,
    open: &'c [i64],
    items: &'c [u32],
    amount: i64,
) -> impl Iterator<Item = (usize, usize)> + 'c {
    let mut from = 0;
    let months = items.chunk_by(|a, b| book.month(*a) == book.month(*b)).map(move |month| {
        let own = (from, from + month.len());
        from = own.1;
        own
    });
    months.filter(move |(from, to)| {
        *from > 0 && to - from > 1 && items[*from..*to].iter().map(|item| open[*item as usize]).sum::<i64>() == amount
    })
}

/// The items that count one way.
fn counted(book: &Book<'_>, own: impl Iterator<Item = Owed>, way: usize) -> Vec<u32> {
    own.filter(|(item, open)| counts(book, *item, *open)[way]).map(|(item, _)| item).collect()
}

/// Of a debtor's items, the first that can be the amount but for one, up to the end of a day.
fn first_days<'c>(
    book: &'c Book<'_>,
    own: impl Iterator<Item = Owed> + Clone + 'c,
    holds: Holds,
) -> impl Iterator<Item = Owed> + 'c {
    let last = own.clone().take(holds.but_one).last().map(|(item, _)| book.due[item as usize]);
    own.enumerate()
        .take_while(move |(at, (item, _))| *at < holds.but_one || Some(book.due[*item as usize]) == last)
        .map(|(_, own)| own)
}

/// All that is due up to a day; where that is never the amount, what falls due in one month, and all due up
/// to a day but one item: that was paid in another way, or is in dispute. `own` are all items of the debtor
/// that are open, by due date.
pub(super) fn due_up_to(case: &Case<'_>, own: &[Owed], drafts: &mut Vec<Draft>) {
    let (book, open, amount) = (case.book, case.open, case.facts.amount);
    let all = || own.iter().copied();
    let holds = holding(book, all(), amount);
    let before = drafts.len();
    for way in (0..holds.len()).filter(|way| holds[*way].all) {
        let items = counted(book, all(), way);
        drafts.extend(sums(book, open, &items, amount).map(|taken| due(case, &items, taken, None)));
    }
    // Of a debtor who owes the same amount often, all that is due but one item is the amount whenever all that
    // is due is.
    if drafts.len() > before {
        return;
    }
    for way in (0..holds.len()).filter(|way| holds[*way].month) {
        let items = counted(book, all(), way);
        drafts.extend(month_sums(book, open, &items, amount).map(|(from, to)| due_in_month(case, &items, from, to)));
    }
    for way in (0..holds.len()).filter(|way| holds[*way].but_one >= BUT_ONE_ITEMS_MIN) {
        let first = counted(book, first_days(book, all(), holds[way]), way);
        let but_one: Vec<(usize, u32)> = sums_but_one(book, open, &first, amount).take(BUT_ONE_WAYS_MAX + 1).collect();
        if (1..=BUT_ONE_WAYS_MAX).contains(&but_one.len()) {
            let items = counted(book, all(), way);
            drafts.extend(but_one.into_iter().map(|(taken, out)| due(case, &items, taken, Some(out))));
        }
    }
}

/// Those of the items, from there to there, that are due in one month; the older ones were left out.
fn due_in_month(case: &Case<'_>, items: &[u32], from: usize, to: usize) -> Draft {
    let set = &items[from..to];
    let months = items.chunk_by(|a, b| case.book.month(*a) == case.book.month(*b)).count();
    let cost = case.book.weights.due_in_month - log2_cb(months as u64);
    let note = || format!("all due in {}", case.book.due[set[0] as usize].format("%Y-%m"));
    let draft = statement(case, set, case.lines().with(Some(Evidence::DueUpTo), cost, note));
    Draft { has_twin: has_twin(case, items, set), ..draft }
}

/// Whether any of these items that is not in the set has the amount of one that is; both are in order.
fn has_twin(case: &Case<'_>, items: &[u32], set: &[u32]) -> bool {
    let open = |item: &u32| case.open[*item as usize];
    let mut amounts: Vec<i64> = set.iter().map(open).collect();
    amounts.sort_unstable();
    items.iter().any(|item| amounts.binary_search(&open(item)).is_ok() && set.binary_search(item).is_err())
}

/// What a statement of account says, whatever the text says of it.
fn statement(case: &Case<'_>, set: &[u32], lines: Lines) -> Draft {
    let mut lines = to_the_cent(lines);
    case.wording(&weights::BALANCE_WORDS, case.book.weights.wording, &mut lines);
    names_only_some(case, set, &mut lines);
    exact(case, set, lines)
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
    let set: Vec<u32> = items[..taken].iter().copied().filter(|item| Some(*item) != out).collect();
    let has_twin = out.is_some() && has_twin(case, items, &set);
    Draft { leaves_out: out.is_some(), has_twin, ..statement(case, &set, lines) }
}

/// Whether all that a debtor owes up to some day, or in some month, or all but one item, is the amount.
pub(in super::super) fn is_due_sum(book: &Book<'_>, open: &[i64], debtor: usize, amount: i64) -> bool {
    let own = book.of(debtor).map(|item| (item, open[item as usize])).filter(|(_, open)| *open != 0);
    let is_due = |(way, holds): (usize, &Holds)| {
        if holds.all || holds.month {
            let items = counted(book, own.clone(), way);
            if sums(book, open, &items, amount).next().is_some() || month_sums(book, open, &items, amount).next().is_some() {
                return true;
            }
        }
        holds.but_one >= BUT_ONE_ITEMS_MIN && {
            let first = counted(book, first_days(book, own.clone(), *holds), way);
            sums_but_one(book, open, &first, amount).next().is_some()
        }
    };
    holding(book, own.clone(), amount).iter().enumerate().any(is_due)
}
