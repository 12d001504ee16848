//! What a debtor owes up to some day: all of it, or all but one item; and what falls due in one month.

use chrono::NaiveDate;

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

/// Those of some items that are due in one month: from, to, and what is open of them together.
#[derive(Clone, Copy)]
struct DueInMonth {
    from: usize,
    to: usize,
    sum: i64,
}

/// What a debtor owes, counted in one way.
pub(super) struct Counted {
    /// The items that count, by due date.
    items: Vec<u32>,
    days: Vec<DueUpTo>,
    months: Vec<DueInMonth>,
}

/// What a debtor owes, in each way to count it that says something new. `own` are all items of the debtor that
/// are open, by due date.
pub(super) fn counted(book: &Book<'_>, own: &[Owed]) -> Vec<Counted> {
    let mut all: Vec<Counted> = Vec::new();
    for way in 0..3 {
        let counted = own.iter().copied().filter(|(item, open)| counts(book, *item, *open)[way]);
        // Each way counts what the one before it does.
        let before = all.last().map_or(0, |before| before.items.len());
        if counted.clone().count() > before {
            all.push(Counted::new(counted.map(|owed| (owed, book.due[owed.0 as usize], book.month(owed.0)))));
        }
    }
    all
}

impl Counted {
    /// Of items by due date, with the day and the month in which each is due.
    fn new(own: impl Iterator<Item = (Owed, NaiveDate, u32)>) -> Self {
        let mut counted = Self { items: Vec::new(), days: Vec::new(), months: Vec::new() };
        let (mut sum, mut most) = (0, 0);
        let mut before = None;
        for ((item, open), day, month) in own {
            (sum, most) = (sum + open, open.max(most));
            counted.items.push(item);
            let taken = counted.items.len();
            let due = DueUpTo { taken, sum, most };
            match counted.days.last_mut() {
                Some(last) if before.is_some_and(|(before, _)| before == day) => *last = due,
                _ => counted.days.push(due),
            }
            match counted.months.last_mut() {
                Some(last) if before.is_some_and(|(_, before)| before == month) => (last.to, last.sum) = (taken, last.sum + open),
                _ => counted.months.push(DueInMonth { from: taken - 1, to: taken, sum: open }),
            }
            before = Some((day, month));
        }
        counted
    }

    /// How many items are due up to each day on which those are the amount together, two at least.
    fn sums(&self, amount: i64) -> impl Iterator<Item = usize> {
        self.days.iter().filter(move |due| due.taken > 1 && due.sum == amount).map(|due| due.taken)
    }

    /// How many items are due up to each day on which those but one are the amount together, with the one.
    fn sums_but_one(&self, open: &[i64], amount: i64) -> impl Iterator<Item = (usize, u32)> {
        let over = move |due: &&DueUpTo| due.taken >= BUT_ONE_ITEMS_MIN && (1..=due.most).contains(&(due.sum - amount));
        self.days.iter().filter(over).flat_map(move |due| {
            let out = self.items[..due.taken].iter().copied().filter(move |item| open[*item as usize] == due.sum - amount);
            out.map(move |item| (due.taken, item))
        })
    }

    /// From where to where the items of each month stand that are the amount together, two at least, in a month
    /// with others before it.
    fn month_sums(&self, amount: i64) -> impl Iterator<Item = (usize, usize)> {
        let months = self.months.iter().filter(move |month| month.sum == amount && month.from > 0 && month.to - month.from > 1);
        months.map(|month| (month.from, month.to))
    }

    /// Whether any of these is the amount.
    pub(super) fn holds(&self, open: &[i64], amount: i64) -> bool {
        self.sums(amount).next().is_some()
            || self.month_sums(amount).next().is_some()
            || self.sums_but_one(open, amount).next().is_some()
    }
}

/// All that is due up to a day; where that is never the amount, what falls due in one month, and all due up
/// to a day but one item: that was paid in another way, or is in dispute.
pub(super) fn due_up_to(case: &Case<'_>, counted: &[Counted], drafts: &mut Vec<Draft>) {
    let (open, amount) = (case.open, case.facts.amount);
    let before = drafts.len();
    for way in counted {
        drafts.extend(way.sums(amount).map(|taken| due(case, &way.items, taken, None)));
    }
    // Of a debtor who owes the same amount often, all that is due but one item is the amount whenever all that
    // is due is.
    if drafts.len() > before {
        return;
    }
    for way in counted {
        drafts.extend(way.month_sums(amount).map(|(from, to)| due_in_month(case, &way.items, from, to)));
    }
    for way in counted {
        let but_one: Vec<(usize, u32)> = way.sums_but_one(open, amount).take(BUT_ONE_WAYS_MAX + 1).collect();
        if (1..=BUT_ONE_WAYS_MAX).contains(&but_one.len()) {
            drafts.extend(but_one.into_iter().map(|(taken, out)| due(case, &way.items, taken, Some(out))));
        }
    }
}

/// All that was issued, or falls due, in a month that the text names, or from one day to another.
pub(super) fn of_period(case: &Case<'_>, own: &[Owed], drafts: &mut Vec<Draft>) {
    if !case.names_periods() {
        return;
    }
    for of_period in case.times().sets(case.book, own) {
        for way in 0..3 {
            let counted = of_period.iter().filter(|(item, open)| counts(case.book, *item, *open)[way]);
            let (set, open): (Vec<u32>, Vec<i64>) = counted.copied().unzip();
            let is_known = |draft: &Draft| draft.uses.iter().map(|used| used.item).eq(set.iter().copied());
            if set.len() < 2 || open.iter().sum::<i64>() != case.facts.amount {
                continue;
            }
            if let Some(known) = drafts.iter_mut().find(|draft| is_known(draft)) {
                // The text tells these from others of the same amounts.
                known.has_twin = false;
                continue;
            }
            let note = || "all of the time that the text names".to_owned();
            let lines = case.lines().with(Some(Evidence::DueUpTo), case.book.weights.due_in_month, note);
            drafts.push(statement(case, &set, lines));
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
    Draft { has_twin: has_twin(case, items, set, set), ..draft }
}

/// Whether any of these items that is not in the set has the amount of one of those; the set is in order.
fn has_twin(case: &Case<'_>, items: &[u32], set: &[u32], of: &[u32]) -> bool {
    let open = |item: &u32| case.open[*item as usize];
    let mut amounts: Vec<i64> = of.iter().map(open).collect();
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
    // Who names some of them, and not the others, may mean others of their amounts.
    let unnamed: Vec<u32> = set.iter().copied().filter(|item| !case.reading.names(*item)).collect();
    let has_twin = if out.is_some() {
        has_twin(case, items, &set, &set)
    } else {
        (1..set.len()).contains(&unnamed.len()) && has_twin(case, items, &set, &unnamed)
    };
    Draft { leaves_out: out.is_some(), has_twin, ..statement(case, &set, lines) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Days of three a month, so that months have few days and some of them are the same.
    const DAYS_OF_MONTH: u32 = 3;

    proptest! {
        /// Each sum is taken again item by item, with no sums kept.
        #[test]
        fn sums_are_those_of_plain_addition(
            mut owed in prop::collection::vec((0_u32..9, -4_i64..12), 0..12),
            amount in -4_i64..40,
        ) {
            owed.sort_by_key(|(day, _)| *day);
            let (day, open): (Vec<u32>, Vec<i64>) = owed.into_iter().unzip();
            let date = |at: usize| NaiveDate::default() + chrono::Days::new(u64::from(day[at]));
            let item = |at: usize| u32::try_from(at).unwrap();
            let counted = Counted::new((0..open.len()).map(|at| ((item(at), open[at]), date(at), day[at] / DAYS_OF_MONTH)));
            let ends: Vec<usize> = (1..=open.len()).filter(|to| *to == open.len() || day[*to] != day[to - 1]).collect();
            let sum = |from: usize, to: usize| open[from..to].iter().sum::<i64>();

            let plain: Vec<usize> = ends.iter().copied().filter(|to| *to >= 2 && sum(0, *to) == amount).collect();
            prop_assert_eq!(counted.sums(amount).collect::<Vec<_>>(), plain);

            let but_one = |to: usize| (0..to).map(move |out| (to, out)).filter(|(_, out)| open[*out] > 0);
            let is_sum = |(to, out): &(usize, usize)| sum(0, *to) - open[*out] == amount;
            let long = ends.iter().copied().filter(|to| *to >= BUT_ONE_ITEMS_MIN);
            let plain: Vec<(usize, u32)> = long.flat_map(but_one).filter(is_sum).map(|(to, out)| (to, item(out))).collect();
            prop_assert_eq!(counted.sums_but_one(&open, amount).collect::<Vec<_>>(), plain);

            let month = |at: usize| day[at] / DAYS_OF_MONTH;
            let begins = (1..open.len()).filter(|from| month(*from) != month(from - 1));
            let whole = begins.map(|from| (from, (from..open.len()).find(|to| month(*to) != month(from)).unwrap_or(open.len())));
            let plain: Vec<(usize, usize)> = whole.filter(|(from, to)| to - from >= 2 && sum(*from, *to) == amount).collect();
            prop_assert_eq!(counted.month_sums(amount).collect::<Vec<_>>(), plain);
        }
    }
}
