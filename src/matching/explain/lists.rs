//! Lists of numbers that say less than is paid, or more: "10334 et suivantes", and a list of which some are not paid.

use super::super::probability::{choose_cb, log2_cb};
use super::super::references::NUMBER_WORDS;
use super::super::weights;
use super::debts::Owing;
use super::draft::{Draft, NAMED_CB, Place};
use super::sets::{exact, selection, to_the_cent};
use super::{Case, Evidence, Owed, subsets};

/// Numbers of a list of which some may be left out, at most.
const LISTED_MAX: usize = 20;
/// Ways to leave some out that are kept.
const WAYS_MAX: usize = 8;
/// Tokens between a number and the word that says that more follow: "et les 3 autres".
const BETWEEN_MAX: usize = 3;
/// Items of a debtor up to which all of them are walked.
const WALKED_MAX: usize = 6_000;

/// What the text names but for one item or more that add up to what is missing: these are paid in another way, or in dispute.
pub(super) fn but_some(case: &Case<'_>, drafts: &mut Vec<Draft>) {
    let strong = case.reading.places.iter().filter(|place| place.is_strong() && !case.is_set_aside(place));
    let named = strong.filter_map(|place| place.citations.first()).map(|best| (best.item, case.open[best.item as usize]));
    let mut named: Vec<Owed> = named.filter(|(_, open)| *open > 0).collect();
    named.sort_unstable();
    named.dedup();
    let over = named.iter().map(|(_, open)| open).sum::<i64>() - case.facts.amount;
    if over <= 0 || !(2..=LISTED_MAX).contains(&named.len()) {
        return;
    }
    let all: Vec<u32> = named.iter().map(|(item, _)| *item).collect();
    let owing = Owing::new(named);
    let single = owing.of_amount(over).map(|item| vec![item]);
    for out in single.chain(subsets::adding_up(&owing, over)).take(WAYS_MAX) {
        let rest: Vec<u32> = all.iter().copied().filter(|item| !out.contains(item)).collect();
        if rest.is_empty() {
            continue;
        }
        let cost = case.book.weights.left_out * i64::try_from(out.len()).unwrap_or(1) - choose_cb(all.len(), out.len());
        let note = || "what the text names, but for some".to_owned();
        drafts.push(exact(case, &rest, to_the_cent(selection(case, &rest).with(None, cost, note))));
    }
}

/// An item that the text names, and those that follow it by number, or by due date, where it says that more follow.
pub(super) fn following(case: &Case<'_>, drafts: &mut Vec<Draft>) {
    for place in &case.reading.places {
        let Some(first) = place.citations.first().filter(|best| best.weight >= NAMED_CB) else { continue };
        let Some(more) = says_more(case, place) else { continue };
        let number = case.book.references.number(first.item);
        let debtor = case.book.debtor(first.item);
        let own = || case.book.of(debtor).take(WALKED_MAX).filter(|item| case.open[*item as usize] > 0);
        let is_behind = |item: &u32| {
            let other = case.book.references.number(*item);
            other.prefix() == number.prefix() && other.digits().len() == number.digits().len() && other.digits() > number.digits()
        };
        let mut by_number: Vec<u32> = own().filter(is_behind).collect();
        by_number.sort_by_key(|item| case.book.references.number(*item).digits());
        // Items of a debtor are numbered by due date.
        let by_due: Vec<u32> = own().filter(|item| *item > first.item).collect();
        for order in [by_number, by_due] {
            drafts.extend(behind(case, first.item, &order, more));
        }
    }
}

/// That a text pays more items than it names, and how many, where it says so.
#[derive(Clone, Copy)]
struct More(Option<usize>);

/// Whether a text says that it pays more items behind a number.
fn says_more(case: &Case<'_>, place: &Place) -> Option<More> {
    let field = case.tokens[place.from].field_index;
    let behind = case.tokens.get(place.to..)?.iter().take_while(|token| token.field_index == field);
    let mut behind = behind.filter(|token| !NUMBER_WORDS.contains(&token.text)).take(BETWEEN_MAX + 1).peekable();
    let mut more = More(None);
    while let Some(token) =
        behind.next_if(|token| matches!(token.text, "ET" | "LES" | "PLUS") || token.text.len() <= 2 && token.has_digit())
    {
        more = More(token.text.parse().ok().or(more.0));
    }
    behind.next().filter(|token| weights::GOES_ON_WORDS.contains(&token.text)).map(|_| more)
}

/// The first item, and as many of those behind it as the amount pays.
fn behind(case: &Case<'_>, first: u32, order: &[u32], More(more): More) -> Option<Draft> {
    let mut sum = case.open[first as usize];
    let is_last = |(taken, item): &(usize, &u32)| {
        sum += case.open[**item as usize];
        sum == case.facts.amount && more.is_none_or(|more| more == taken + 1)
    };
    let (last, _) = order.iter().enumerate().find(is_last)?;
    let mut set: Vec<u32> = order[..=last].iter().copied().chain([first]).collect();
    set.sort_unstable();
    let cost = case.book.weights.range - if more.is_some() { 0 } else { log2_cb(order.len() as u64) };
    let lines = case.lines().with(Some(Evidence::RefRange), cost, || "a number, and those that follow it".to_owned());
    let draft = exact(case, &set, to_the_cent(lines));
    Some(Draft { weakest_citation: NAMED_CB, is_range: true, ..draft })
}
