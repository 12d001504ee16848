//! Which sets of items a remittance may pay, and how its amount fits each.

use std::borrow::Cow;

use super::super::probability::{choose_cb, log2_cb};
use super::super::references::NUMBER_WORDS;
use super::super::weights;
use super::super::words::Gap;
use super::debts::Owing;
use super::deductions;
use super::draft::{Draft, Fit, Place, Use};
use super::dues;
use super::lines::Lines;
use super::lists;
use super::subsets::{self, PAIR_ITEMS_MAX};
use super::{Case, Evidence};
use crate::model::Account;

/// Combinations of readings tried for one text. Ten ambiguous numbers of two readings are 1 024.
const COMBINATIONS_MAX: usize = 1_024;
/// Readings of one place that are tried.
const READINGS_MAX: usize = 4;
/// How much weaker than the best reading of a place another may be.
const READING_WORSE_MAX: i64 = 700;
/// Open items of a debtor up to which all of them are walked for one remittance.
const WALKED_ITEMS_MAX: usize = 6_000;
/// Words between the ends of a range.
const RANGE_WORDS: [&str; 6] = ["A", "AU", "TO", "BIS", "JUSQU", "THRU"];
/// Words that may stand with these: "de la … à la …".
const RANGE_ARTICLES: [&str; 3] = ["LA", "LE", "FACTURE"];
/// Tokens between the ends of a range, at most: "jusqu'à la n°".
const BETWEEN_ENDS_MAX: usize = 4;
/// Minor units that a payer may be off for each item on which it takes the discount: it may have rounded
/// each, or the sum.
const DISCOUNT_OFF_MAX: i64 = 1;
/// Percentages that payers take off by themselves.
const PERCENT_MAX: i64 = 5;
/// Banks charge multiples of this.
const ROUND_CHARGES: i64 = 50;
/// Sets without a name that are kept of one debtor.
const UNNAMED_SETS_MAX: usize = 16;

/// The text says "from … to …": what it names are the ends of a range.
pub(super) fn says_range(case: &Case<'_>) -> bool {
    !range_ends(case, false).is_empty()
}

/// Explanations made of the items that the text names.
pub(super) fn cited(case: &Case<'_>, incomplete: &mut bool) -> Vec<Draft> {
    let mut drafts = Vec::new();
    structured_amounts(case, &mut drafts);
    for set in combinations(case, incomplete) {
        fits_of_named(case, &set, &mut drafts);
        // Numbers of other debtors beside those of the payer: a client number, an order.
        if let Some(debtor) = best_debtor(case, &set) {
            let own: Vec<u32> = set.iter().copied().filter(|i| case.book.debtor(*i) == debtor).collect();
            if own.len() < set.len() && !own.is_empty() {
                fits_of_named(case, &own, &mut drafts);
            }
        }
    }
    ranges(case, &mut drafts);
    lists::but_some(case, &mut drafts);
    lists::following(case, &mut drafts);
    drafts
}

/// The best identified of the debtors of these items.
fn best_debtor(case: &Case<'_>, set: &[u32]) -> Option<usize> {
    let debtors = set.iter().map(|i| case.book.debtor(*i));
    case.identities.best_of(case.book, debtors).filter(|known| known.weight > 0).map(|known| known.debtor)
}

/// Every choice of one reading for each place; a weak place may also name nothing.
fn combinations(case: &Case<'_>, incomplete: &mut bool) -> Vec<Vec<u32>> {
    let mut sets: Vec<Vec<u32>> = vec![Vec::new()];
    let mut is_bounded = false;
    for place in &case.reading.places {
        let best = place.citations.first().map_or(0, |c| c.weight);
        let telling = place.citations.iter().filter(|c| c.weight > 0 && c.weight + READING_WORSE_MAX >= best);
        let mut readings: Vec<Option<u32>> = telling.take(READINGS_MAX).map(|c| Some(c.item)).collect();
        if readings.is_empty() {
            continue;
        }
        if !place.is_strong() || case.is_set_aside(place) {
            readings.push(None);
        }
        if sets.len() * readings.len() > COMBINATIONS_MAX {
            is_bounded = true;
            readings.truncate(1);
        }
        if let [Some(only)] = readings[..] {
            for set in &mut sets {
                set.push(only);
            }
            continue;
        }
        let mut next = Vec::with_capacity(sets.len() * readings.len());
        for set in &sets {
            for reading in &readings {
                let mut longer = set.clone();
                longer.extend(*reading);
                next.push(longer);
            }
        }
        sets = next;
    }
    for set in &mut sets {
        set.sort_unstable();
        set.dedup();
    }
    sets.retain(|s| !s.is_empty());
    sets.sort();
    sets.dedup();
    *incomplete |= is_bounded && !is_plain_sum(case);
    sets
}

/// Whether the numbers of a long list, each in its best reading, are the amount: then no other readings are needed.
fn is_plain_sum(case: &Case<'_>) -> bool {
    let best = case.reading.places.iter().filter_map(|place| place.citations.first()).filter(|best| best.weight > 0);
    let mut items: Vec<u32> = best.map(|best| best.item).collect();
    items.sort_unstable();
    items.dedup();
    items.iter().map(|item| case.open[*item as usize]).sum::<i64>() == case.facts.amount
}

/// All ways in which the amount fits items that the text names.
fn fits_of_named(case: &Case<'_>, set: &[u32], drafts: &mut Vec<Draft>) {
    let chosen = selection(case, set);
    let sum: i64 = set.iter().map(|i| case.open[*i as usize]).sum();
    let difference = case.facts.amount - sum;
    if difference == 0 {
        let lines = chosen.with(None, case.book.weights.exact, || "pays what it names".to_owned());
        drafts.push(exact(case, set, to_the_cent(lines)));
        return;
    }
    discounted(case, set, &chosen, drafts);
    if difference.abs() <= case.book.rounding {
        drafts.push(rounded(case, set, difference, &chosen));
    }
    if -difference > case.book.rounding
        && -difference <= case.book.charges
        && is_cross_border(case, set)
        && !keeps_back(case, set, sum, -difference)
    {
        drafts.push(charged(case, set, -difference, &chosen));
    }
    if difference < 0 {
        with_credit_notes(case, set, difference, &chosen, drafts);
    } else {
        completed(case, set, difference, &chosen, drafts);
    }
    if difference < 0 {
        drafts.extend(deductions::deducted(case, set, -difference, &chosen));
    }
    let invoices = set.iter().all(|i| case.open[*i as usize] > 0);
    if let ([only], true) = (set, difference < 0) {
        if invoices {
            drafts.push(partial(case, *only, &chosen));
        }
    } else if difference > 0 && sum > 0 && !case.says_range {
        drafts.push(excess(case, set, difference, &chosen));
    }
}

/// The bank says so, or the debtor is abroad.
fn is_cross_border(case: &Case<'_>, set: &[u32]) -> bool {
    let own = match &case.facts.remittance.line.account {
        Account::Iban(iban) => Some(iban.country()),
        Account::Other(_) => None,
    };
    let debtors = set.iter().map(|i| &case.book.ledger.debtors[case.book.debtor(*i)]);
    let abroad = own.is_some_and(|own| debtors.filter_map(|d| d.country.as_deref()).any(|country| country != own));
    case.facts.remittance.cross_border || abroad
}

/// The payer says that it keeps a part back, or tells the amounts; or what is missing is a whole percentage, or the discount
/// of the terms: no bank took that.
fn keeps_back(case: &Case<'_>, set: &[u32], sum: i64, missing: i64) -> bool {
    let discount: i64 = set.iter().map(|item| case.book.discounts[*item as usize]).sum();
    if (discount - missing).abs() <= DISCOUNT_OFF_MAX
        || case.facts.remittance.documents.iter().any(|(_, amount)| amount.is_some())
    {
        return true;
    }
    let is_percentage = (1..=PERCENT_MAX).any(|percent| (missing * 100 - sum * percent).abs() <= 50);
    case.keeps_a_part() || case.reading.says(&weights::DISCOUNT_WORDS) || missing % ROUND_CHARGES != 0 && is_percentage
}

/// What it costs to single out these items, in their order, among their debtors'.
pub(super) fn selection(case: &Case<'_>, set: &[u32]) -> Lines {
    // Items are numbered by debtor.
    let ways = |own: &[u32]| choose_cb(case.book.of(case.book.debtor(own[0])).len(), own.len());
    let cost: i64 = set.chunk_by(|a, b| case.book.debtor(*a) == case.book.debtor(*b)).map(ways).sum();
    case.lines().with(None, -cost, || format!("{} of the debtor's open items", set.len()))
}

pub(super) fn to_the_cent(lines: Lines) -> Lines {
    lines.with(Some(Evidence::AmountExact), 0, || "the amount is that of the items, to the cent".to_owned())
}

pub(super) fn whole(case: &Case<'_>, set: &[u32]) -> Vec<Use> {
    set.iter().map(|i| Use::whole(*i, case.open[*i as usize])).collect()
}

pub(super) fn exact(case: &Case<'_>, set: &[u32], mut lines: Lines) -> Draft {
    if set.iter().any(|i| case.open[*i as usize] < 0) {
        lines.add(Some(Evidence::CreditNote), 0, || "less a credit note".to_owned());
    }
    case.draft(whole(case, set), 0, Fit::Exact, lines)
}

/// The discount of the terms on all items that allow one, or on one of them.
fn discounted(case: &Case<'_>, set: &[u32], chosen: &Lines, drafts: &mut Vec<Draft>) {
    let sum: i64 = set.iter().map(|i| case.open[*i as usize]).sum();
    let shortfall = sum - case.facts.amount;
    if shortfall <= 0 || set.iter().all(|i| case.book.discounts[*i as usize] == 0) {
        return;
    }
    let paid_on = case.facts.remittance.line.value_date.min(case.facts.remittance.line.booking_date);
    let discounts: Vec<i64> = set
        .iter()
        .map(|i| {
            let invoice = case.book.invoice(*i);
            if case.open[*i as usize] == invoice.amount.minor() { invoice.discount_minor(paid_on) } else { 0 }
        })
        .collect();
    let all: Vec<usize> = (0..set.len()).filter(|i| discounts[*i] > 0).collect();
    let mut tries: Vec<Vec<usize>> = all.iter().map(|i| vec![*i]).collect();
    if all.len() > 1 {
        tries.insert(0, all);
    }
    for takers in tries {
        let granted: i64 = takers.iter().map(|i| discounts[*i]).sum();
        let off = DISCOUNT_OFF_MAX * i64::try_from(takers.len()).unwrap_or(1);
        if (granted - shortfall).abs() > off {
            continue;
        }
        let mut uses = whole(case, set);
        let mut rest = shortfall;
        for (n, index) in takers.iter().enumerate() {
            let part = if n + 1 == takers.len() { rest } else { discounts[*index].min(rest) };
            uses[*index].discount = -part;
            rest -= part;
        }
        let mut lines = chosen
            .clone()
            .with(Some(Evidence::Discount), case.book.weights.discount, || "short by the discount of its terms".to_owned());
        case.wording(&weights::DISCOUNT_WORDS, case.book.weights.discount_wording, &mut lines);
        drafts.push(case.draft(uses, 0, Fit::Discount, lines));
        break;
    }
}

fn largest(case: &Case<'_>, set: &[u32]) -> usize {
    (0..set.len()).max_by_key(|n| (case.open[set[*n] as usize], std::cmp::Reverse(*n))).unwrap_or(0)
}

fn rounded(case: &Case<'_>, set: &[u32], difference: i64, chosen: &Lines) -> Draft {
    let mut uses = whole(case, set);
    uses[largest(case, set)].rounding = difference;
    let cost = case.book.weights.rounding - log2_cb(2 * case.book.rounding.unsigned_abs() + 1);
    let lines = chosen.clone().with(Some(Evidence::Rounding), cost, || "within the rounding tolerance".to_owned());
    case.draft(uses, 0, Fit::Rounding, lines)
}

fn charged(case: &Case<'_>, set: &[u32], charges: i64, chosen: &Lines) -> Draft {
    let mut uses = whole(case, set);
    uses[largest(case, set)].charges = -charges;
    // Banks charge round sums: fifty cents and up.
    let step = if charges % ROUND_CHARGES == 0 { ROUND_CHARGES.unsigned_abs() } else { 1 };
    let cost = case.book.weights.charges - log2_cb(case.book.charges.unsigned_abs() / step + 1);
    let lines = chosen.clone().with(Some(Evidence::Charges), cost, || "short by charges of a cross-border payment".to_owned());
    case.draft(uses, 0, Fit::Charges, lines)
}

/// A part of one item.
fn partial(case: &Case<'_>, item: u32, chosen: &Lines) -> Draft {
    let open = case.open[item as usize];
    let fit = part_weight(case, item);
    let mut lines =
        chosen.clone().with(Some(Evidence::Partial), case.book.weights.partial + fit, || "a part of the item".to_owned());
    case.wording(&weights::PARTIAL_WORDS, case.book.weights.wording, &mut lines);
    let part = Use { applied: case.facts.amount, ..Use::whole(item, open) };
    case.draft(vec![part], 0, Fit::Partial, lines)
}

/// How probable a part is among all parts of an item: simple fractions of what is open or of the
/// whole, round sums, any.
fn part_weight(case: &Case<'_>, item: u32) -> i64 {
    let open = case.open[item as usize];
    let total = case.book.invoice(item).amount.minor();
    let part = case.facts.amount;
    let is_fraction = |whole: i64| (2..=4).any(|n| (part * n - whole).abs() <= n);
    let is_tenths = |whole: i64| (1..10).any(|tenth| (part * 10 - whole * tenth).abs() <= 10);
    let nearly_whole = if (open - part) * 10 < open { case.book.weights.nearly_whole } else { 0 };
    if is_fraction(open) || is_fraction(total) {
        case.book.weights.fraction
    } else if is_tenths(open) || is_tenths(total) {
        case.book.weights.tenths + nearly_whole
    } else if part % 1_000 == 0 {
        case.book.weights.round_part + nearly_whole
    } else {
        -log2_cb(open.unsigned_abs()) + nearly_whole
    }
}

/// More than the items: the rest stays on account.
fn excess(case: &Case<'_>, set: &[u32], more: i64, chosen: &Lines) -> Draft {
    let fit = if more % 500 == 0 { case.book.weights.round_part } else { -log2_cb(case.facts.amount.unsigned_abs()) };
    let lines = chosen.clone().with(Some(Evidence::Excess), case.book.weights.excess + fit, || "more than the items".to_owned());
    case.draft(whole(case, set), more, Fit::Excess, lines)
}

/// One or two credit notes of the debtor that the text does not name make up the difference.
fn with_credit_notes(case: &Case<'_>, set: &[u32], difference: i64, chosen: &Lines, drafts: &mut Vec<Draft>) {
    let Some(debtor) = best_debtor(case, set).or_else(|| set.first().map(|i| case.book.debtor(*i))) else {
        return;
    };
    let notes: Vec<u32> =
        case.book.of(debtor).filter(|i| case.open[*i as usize] < 0 && !set.contains(i)).take(PAIR_ITEMS_MAX).collect();
    let mut found: Vec<Vec<u32>> = notes.iter().filter(|i| case.open[**i as usize] == difference).map(|i| vec![*i]).collect();
    for (n, first) in notes.iter().enumerate() {
        let second = notes[n + 1..].iter().filter(|i| case.open[**i as usize] + case.open[*first as usize] == difference);
        found.extend(second.map(|i| vec![*first, *i]));
    }
    for extra in found.into_iter().take(UNNAMED_SETS_MAX) {
        let count = i64::try_from(extra.len()).unwrap_or(1);
        let cost = case.book.weights.credit_note * count - choose_cb(notes.len(), extra.len());
        let mut lines = to_the_cent(chosen.clone().with(None, cost, || "a credit note that it does not name".to_owned()));
        case.wording(&weights::CREDIT_NOTE_WORDS, case.book.weights.wording, &mut lines);
        let all: Vec<u32> = set.iter().copied().chain(extra).collect();
        drafts.push(exact_of_named(case, set, &all, lines));
    }
}

/// One more item of the debtor completes the sum: the text was cut.
fn completed(case: &Case<'_>, set: &[u32], difference: i64, chosen: &Lines, drafts: &mut Vec<Draft>) {
    let Some(debtor) = best_debtor(case, set).or_else(|| set.first().map(|i| case.book.debtor(*i))) else {
        return;
    };
    let own = case.book.of(debtor);
    let count = own.len();
    let more: Vec<u32> = own
        .take(WALKED_ITEMS_MAX)
        .filter(|i| case.open[*i as usize] == difference && !set.contains(i))
        .take(UNNAMED_SETS_MAX)
        .collect();
    for extra in more {
        let cost = case.book.weights.completion - log2_cb(count as u64);
        let lines = to_the_cent(chosen.clone().with(None, cost, || "one more item completes the sum".to_owned()));
        let all: Vec<u32> = set.iter().copied().chain([extra]).collect();
        drafts.push(exact_of_named(case, set, &all, lines));
    }
}

/// An exact explanation of which only `named` can be named by the text: what was added to complete
/// the sum does not make the others less named.
fn exact_of_named(case: &Case<'_>, named: &[u32], all: &[u32], lines: Lines) -> Draft {
    let mut draft = exact(case, all, lines);
    let weakest = named
        .iter()
        .map(|item| {
            case.reading.places.iter().flat_map(|p| &p.citations).filter(|c| c.item == *item).map(|c| c.weight).max().unwrap_or(0)
        })
        .min();
    // Less than fully named: it has something in it that nobody named.
    draft.weakest_citation = weakest.unwrap_or(0).min(1_499);
    draft
}

/// The amounts that the payer gave for each document add up to the remittance.
fn structured_amounts(case: &Case<'_>, drafts: &mut Vec<Draft>) {
    if !case.facts.has_documents {
        return;
    }
    let documents = &case.facts.remittance.documents;
    if documents.iter().any(|(_, amount)| amount.is_none()) {
        return;
    }
    let mut uses: Vec<Use> = Vec::new();
    for (index, (_, amount)) in documents.iter().enumerate() {
        let place = case.reading.places.iter().find(|p| case.tokens[p.from].field_index == index && p.is_strong());
        let Some([citation]) = place.map(|p| p.citations.as_slice()) else { return };
        let open = case.open[citation.item as usize];
        let amount = amount.unwrap_or(0) * open.signum();
        if amount.abs() > open.abs() || amount == 0 || uses.iter().any(|u| u.item == citation.item) {
            return;
        }
        uses.push(Use { applied: amount, ..Use::whole(citation.item, open) });
    }
    let whole = uses.iter().all(|u| u.applied == case.open[u.item as usize]);
    if whole || uses.iter().map(|u| u.applied).sum::<i64>() != case.facts.amount {
        return;
    }
    let mut set: Vec<u32> = uses.iter().map(|u| u.item).collect();
    set.sort_unstable();
    let lines = selection(case, &set);
    let lines = lines
        .with(Some(Evidence::Partial), case.book.weights.partial, || "the amounts that it gives for each document".to_owned());
    drafts.push(case.draft(uses, 0, Fit::Exact, to_the_cent(lines)));
}

/// All open invoices of a debtor from one named number to another.
fn ranges(case: &Case<'_>, drafts: &mut Vec<Draft>) {
    for (first, last, joint) in range_ends(case, true) {
        for from in first.citations.iter().filter(|c| c.weight > 0).take(READINGS_MAX) {
            for to in last.citations.iter().filter(|c| c.weight > 0).take(READINGS_MAX) {
                range(case, (from.item, to.item), joint == Joint::Range, drafts);
            }
        }
    }
}

/// Pairs of numbers that may be the ends of a range; without `signs`, only where the text says so.
fn range_ends<'c>(case: &'c Case<'_>, signs: bool) -> Vec<(&'c Place, &'c Place, Joint)> {
    let places = &case.reading.places;
    let mut pairs = Vec::new();
    for (index, first) in places.iter().enumerate() {
        for last in places[index + 1..].iter().take_while(|last| last.from <= first.to + BETWEEN_ENDS_MAX) {
            match joined_by(case, first, last) {
                Some(Joint::Sign) if !signs => {}
                joint => pairs.extend(joint.map(|joint| (first, last, joint))),
            }
        }
    }
    pairs
}

/// What stands between two numbers.
#[derive(PartialEq, Eq)]
enum Joint {
    /// "from … to …".
    Range,
    /// A sign that may be a list or a range.
    Sign,
}

fn joined_by(case: &Case<'_>, first: &Place, last: &Place) -> Option<Joint> {
    let between = case.tokens.get(first.to..last.from)?;
    let gap = case.tokens[last.from].gap;
    if between.is_empty() {
        return match gap {
            Gap::Range => Some(Joint::Range),
            Gap::Wide | Gap::Narrow | Gap::Blank => Some(Joint::Sign),
            _ => None,
        };
    }
    // "du n° … au n° …", "de la … à la …": what stands before each number says nothing. A line may end inside a word.
    let is_telling = |word: &str| !NUMBER_WORDS.contains(&word) && !RANGE_ARTICLES.contains(&word);
    let mut said: Vec<Cow<'_, str>> = Vec::new();
    for token in between {
        match said.last_mut() {
            Some(cut) if token.gap == Gap::Cut => cut.to_mut().push_str(token.text),
            _ => said.push(Cow::Borrowed(token.text)),
        }
    }
    said.retain(|word| is_telling(word));
    let said: Vec<&str> = said.iter().map(|word| &**word).collect();
    let begins = || case.tokens[..first.from].iter().rev().map(|token| token.text).find(|word| is_telling(word));
    match said[..] {
        [only] if RANGE_WORDS.contains(&only) && between[0].gap == Gap::Blank => Some(Joint::Range),
        ["JUSQU", "A" | "AU"] => Some(Joint::Range),
        ["ET"] if begins() == Some("ENTRE") => Some(Joint::Range),
        _ => None,
    }
}

fn range(case: &Case<'_>, (from, to): (u32, u32), is_said: bool, drafts: &mut Vec<Draft>) {
    let number = |item: u32| case.book.references.number(item);
    let (first, last) = (number(from), number(to));
    let debtor = case.book.debtor(from);
    let alike = debtor == case.book.debtor(to) && first.prefix() == last.prefix() && first.digits().len() == last.digits().len();
    if !alike || first.digits() >= last.digits() {
        return;
    }
    let inside = |i: &u32| {
        let own = number(*i);
        case.open[*i as usize] > 0
            && own.prefix() == first.prefix()
            && own.digits().len() == first.digits().len()
            && (first.digits()..=last.digits()).contains(&own.digits())
    };
    let own = case.book.of(debtor);
    let count = own.len();
    let all: Vec<u32> = own.take(WALKED_ITEMS_MAX).filter(inside).collect();
    // Payers often leave out what they paid a part of.
    let unpaid: Vec<u32> = all.iter().copied().filter(|i| dues::counts(case.book, *i, case.open[*i as usize])[0]).collect();
    let cost = case.book.weights.range - 2 * log2_cb(count as u64);
    let mut push = |set: &[u32], out: &[u32], cost: i64| {
        let note = || "all open invoices from one number to the other".to_owned();
        let mut lines = case.lines().with(Some(Evidence::RefRange), cost, note);
        if !out.is_empty() {
            let cost = case.book.weights.left_out * i64::try_from(out.len()).unwrap_or(1) - choose_cb(set.len(), out.len());
            let ids = || out.iter().map(|item| &*case.book.invoice(*item).id.0).collect::<Vec<&str>>().join(", ");
            lines.add(None, cost, || format!("but {}, as if paid in another way or in dispute", ids()));
        }
        let rest: Vec<u32> = set.iter().copied().filter(|i| !out.contains(i)).collect();
        let mut draft = exact(case, &rest, to_the_cent(lines));
        draft.weakest_citation = super::draft::NAMED_CB;
        draft.is_range = true;
        draft.leaves_out = !out.is_empty();
        drafts.push(draft);
    };
    for set in [&all, &unpaid].into_iter().take(if unpaid.len() < all.len() { 2 } else { 1 }) {
        let over = set.iter().map(|i| case.open[*i as usize]).sum::<i64>() - case.facts.amount;
        if set.len() >= if is_said { 2 } else { 3 } && over == 0 {
            push(set, &[], cost);
        }
        let between = set.iter().filter(|i| **i != from && **i != to).map(|i| (*i, case.open[*i as usize]));
        let between = Owing::new(between.collect());
        let single = between.of_amount(over).take(UNNAMED_SETS_MAX).map(|item| vec![item]);
        let several = subsets::adding_up(&between, over).into_iter().take(UNNAMED_SETS_MAX);
        for out in single.chain(several) {
            push(set, &out, cost);
        }
    }
}

/// Explanations made of the items of an identified debtor that the text does not name.
///
/// When the text already names items that fit to the cent, only single items are tried: sets without
/// a name cannot rival it.
pub(super) fn of_debtor(case: &Case<'_>, owing: &Owing, decided: bool, drafts: &mut Vec<Draft>, incomplete: &mut bool) {
    if owing.items.len() > WALKED_ITEMS_MAX {
        *incomplete = true;
        return;
    }
    let amount = case.facts.amount;
    let is_unnamed = |item: &u32| !case.reading.names(*item);
    drafts.extend(owing.of_amount(amount).filter(is_unnamed).take(UNNAMED_SETS_MAX).map(|item| silent(case, item)));
    if decided {
        return;
    }
    for item in owing.of_amount_with_discount(case.book, amount, DISCOUNT_OFF_MAX).filter(is_unnamed) {
        let chosen = selection(case, &[item]).with(None, case.book.weights.silent, || "names nothing".to_owned());
        discounted(case, &[item], &chosen, drafts);
    }
    dues::due_up_to(case, owing.dues(case.book), drafts);
    dues::of_period(case, &owing.items, drafts);
    unnamed_subsets(case, owing, drafts);
}

/// Whether other items of these debtors may have a say in the explanations than those of which the
/// explanations and the text speak: sets that were too many to keep, or all numbers of a range.
pub(super) fn is_bounded(case: &Case<'_>, drafts: &[Draft], debtors: &[u32]) -> bool {
    drafts.len() >= UNNAMED_SETS_MAX
        || debtors.iter().any(|d| case.book.of(*d as usize).len() > PAIR_ITEMS_MAX)
        || !range_ends(case, true).is_empty()
}

/// Who gives the whole number of an item mostly gives those of the others too.
pub(super) fn names_only_some(case: &Case<'_>, set: &[u32], lines: &mut Lines) {
    let named = set.iter().filter(|item| case.reading.names_whole(**item)).count();
    if (1..set.len()).contains(&named) {
        lines.add(None, case.book.weights.completion, || "the text names some of them, and not the others".to_owned());
    }
}

/// Pairs and triples that add up: weak by themselves, they are mostly rivals.
fn unnamed_subsets(case: &Case<'_>, owing: &Owing, drafts: &mut Vec<Draft>) {
    for set in subsets::adding_up(owing, case.facts.amount).into_iter().take(UNNAMED_SETS_MAX) {
        let mut lines =
            selection(case, &set).with(Some(Evidence::Subset), case.book.weights.subset, || "items that add up".to_owned());
        names_only_some(case, &set, &mut lines);
        drafts.push(exact(case, &set, to_the_cent(lines)));
    }
}

/// One item of that very amount, which the text does not name.
fn silent(case: &Case<'_>, item: u32) -> Draft {
    let lines = selection(case, &[item]).with(None, case.book.weights.silent, || "names nothing".to_owned());
    exact(case, &[item], to_the_cent(lines))
}

/// Nobody is known and nothing is named: items of that very amount, for a person.
pub(super) fn by_amount_alone(case: &Case<'_>, drafts: &mut Vec<Draft>) {
    for item in case.book.of_amount(case.facts.amount).take(UNNAMED_SETS_MAX) {
        if case.open[item as usize] == case.facts.amount {
            drafts.push(silent(case, item));
        }
    }
}
