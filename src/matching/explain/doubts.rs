//! What a text says against an explanation, however probable it is: then a person looks at it.

use super::super::foreign;
use super::super::names::ALIKE_BP;
use super::super::references::Citation;
use super::super::weights;
use super::super::words;
use super::debts::Owing;
use super::draft::{Draft, Fit, NAMED_CB, Place, STRONG_CB};
use super::{Case, Evidence, Owed};

/// Identification from which a payer is clearly one of the debtors.
const IS_DEBTOR_CB: i64 = 1_000;
/// Of what several items take, from which part on, one in so many, too much may be for another item.
const EXCESS_OF_LISTS: i64 = 4;
/// Open items of a debtor of which two are tried, at most.
const PAIRED_MAX: usize = 30;

/// What in the text does not let an explanation be lettered, from token to token; the same twice where it is nothing
/// in particular. `all` are the numbers that it may name, open or not, `in_text` the debtors whose names stand in it, and
/// `likely` those that may have paid, with what they owe.
pub(super) fn against<'c>(
    case: &Case<'_>,
    best: &Draft,
    all: impl Iterator<Item = &'c Citation> + Clone,
    in_text: &[u32],
    likely: &[(usize, &Owing)],
) -> Option<(usize, usize)> {
    let used = |item: u32| best.uses.iter().any(|own| own.item == item);
    let find =
        |is: &dyn Fn(&Place) -> bool| case.reading.places.iter().find(|place| is(place)).map(|place| (place.from, place.to));
    let is_of = |place: &Place| place.citations.iter().any(|c| used(c.item));
    let says = |words: &[&str]| case.tokens.iter().position(|token| words.contains(&token.text)).map(|at| (at, at + 1));
    let is = |doubtful: bool| doubtful.then_some((0, 0));
    // What it says that money is for, and that something is not paid.
    let purpose =
        || says(&weights::NO_PAYMENT_WORDS).or_else(|| says(&weights::OTHER_PURPOSE_WORDS).filter(|_| best.is_unnamed()));
    let set_aside = || find(&|place| is_of(place) && case.is_set_aside(place));
    // A part, or more than the items, while another open item that it names is left out.
    let leaves_out = |place: &Place| place.best() >= NAMED_CB && !is_of(place) && !case.is_set_aside(place);
    // A short number without letters, which might stand there by chance.
    let is_bare = |place: &Place| {
        let own = place.citations.iter().find(|c| used(c.item) && c.kind == Evidence::RefExact);
        !place.is_strong() && own.is_some_and(|c| case.book.references.number(c.item).prefix().is_empty())
    };
    let is_lookalike = |place: &Place| {
        let at = (place.from, place.to);
        foreign::is_lookalike(&case.tokens, at) || is_bare(place) && !foreign::is_called_document(&case.tokens, at)
    };
    let besides = || find(&|place| leaves_out(place) || is_of(place) && is_lookalike(place));
    let is_part = matches!(best.fit, Fit::Partial | Fit::Excess);
    let doubt = purpose().or_else(set_aside).or_else(|| if is_part { besides() } else { None });
    if doubt.is_some() {
        return doubt;
    }
    if pays_another_whole(case, best, likely) || may_go_on(case, best, likely) {
        return is(true);
    }
    // What the terms allow to take off, and the text gives another reason for.
    if best.fit == Fit::Discount && case.keeps_a_part() && !case.reading.says(&weights::DISCOUNT_WORDS) {
        return is(true);
    }
    if let Some(place) = named_and_left_out(case, best) {
        return Some((place.from, place.to));
    }
    let pays_besides = best.has_unnamed || best.fit == Fit::Excess;
    if best.fit == Fit::Excess && (words::ends_early(case.facts.remittance) || best.uses.iter().any(|used| used.applied < 0))
        || pays_besides && case.book.references.has_unread(&case.tokens, all, used)
    {
        return is(true);
    }
    if !best.has_unnamed {
        return None;
    }
    let is_named = |item: u32| case.reading.names(item);
    let takes_note = || best.uses.iter().any(|used| used.applied < 0 && !is_named(used.item));
    let awaited = says(&weights::AWAITED_WORDS).filter(|_| takes_note());
    let is_early =
        || best.uses.iter().any(|used| !is_named(used.item) && case.book.issued[used.item as usize] > case.facts.booked);
    let of_another_time = || case.times().speak_against(case.book, &best.uses.iter().map(|used| used.item));
    let names_another = || !in_text.is_empty() && !in_text.contains(&best.debtor) || pays_for_another(case, best);
    awaited.or_else(|| is(is_early() || names_another() || of_another_time()))
}

/// A place that names another open item of the debtor, though the explanation takes items that nothing names, or one of the
/// same amount as that item.
fn named_and_left_out<'c>(case: &'c Case<'_>, best: &Draft) -> Option<&'c Place> {
    let is_used = |item: u32| best.uses.iter().any(|own| own.item == item);
    let is_alike = |item: u32| best.uses.iter().any(|own| case.open[own.item as usize] == case.open[item as usize]);
    let is_named = |place: &Place, c: &Citation| {
        c.weight >= STRONG_CB || c.kind == Evidence::RefExact && foreign::is_called_document(&case.tokens, (place.from, place.to))
    };
    let is_left = |place: &Place, c: &Citation| {
        case.book.debtor(c.item) == best.debtor as usize && (best.has_unnamed || is_alike(c.item)) && is_named(place, c)
    };
    case.reading.places.iter().find(|place| {
        place.citations.iter().all(|c| !is_used(c.item))
            && !case.is_set_aside(place)
            && !case.is_own_reference(place.from)
            && place.citations.iter().any(|c| is_left(place, c))
    })
}

/// Whether the amount is, to the cent, that of another item: of the debtor whose item it would pay a part of, or more than,
/// or less charges; or of the payer, who would pay another debtor's, or one of another debtor's in a list.
fn pays_another_whole(case: &Case<'_>, best: &Draft, likely: &[(usize, &Owing)]) -> bool {
    let owes = |debtor: usize, amount: i64| {
        let owing = likely.iter().find(|(likely, _)| *likely == debtor).map(|(_, owing)| owing);
        owing.is_some_and(|owing| owing.of_amount(amount).any(|item| best.uses.iter().all(|used| used.item != item)))
    };
    let says_part = || case.tokens.iter().any(|token| weights::PARTIAL_WORDS.contains(&token.text));
    let is_part = best.fit == Fit::Partial && !says_part() || matches!(best.fit, Fit::Excess | Fit::Charges);
    let payer = case.identities.best().filter(|payer| payer.weight >= IS_DEBTOR_CB).map(|payer| payer.debtor);
    let pays_for_another = |payer: usize| {
        let others = best.uses.iter().filter(|used| case.book.debtor(used.item) != payer);
        let mut amounts =
            others.map(|used| case.open[used.item as usize]).chain((payer != best.debtor as usize).then_some(case.facts.amount));
        amounts.any(|amount| owes(payer, amount))
    };
    is_part && owes(best.debtor as usize, case.facts.amount) || payer.is_some_and(pays_for_another)
}

/// Whether what is too much for the items may be for others, which a list does not name any more: its words say so, it is
/// much, or one or two other open items of the debtor are just that.
fn may_go_on(case: &Case<'_>, best: &Draft, likely: &[(usize, &Owing)]) -> bool {
    if best.fit != Fit::Excess {
        return false;
    }
    let paid: i64 = best.uses.iter().map(|used| used.applied).sum();
    let is_much = best.uses.len() > 1 && best.on_account * EXCESS_OF_LISTS > paid;
    let owing = likely.iter().find(|(debtor, _)| *debtor == best.debtor as usize).map(|(_, owing)| owing);
    let is_other = |item: &u32| best.uses.iter().all(|used| used.item != *item);
    let is_sum = |owing: &&Owing| {
        let is_one = owing.of_amount(best.on_account).any(|item| is_other(&item));
        let others = owing.items.iter().filter(|(item, open)| (1..best.on_account).contains(open) && is_other(item));
        let others: Vec<Owed> = others.take(PAIRED_MAX + 1).copied().collect();
        let is_pair = |(item, open): &Owed| {
            let mut others = owing.of_amount(best.on_account - open);
            others.any(|other| other != *item && is_other(&other))
        };
        // Of many, some two add up to anything.
        is_one || others.len() <= PAIRED_MAX && others.iter().any(is_pair)
    };
    let says_more = || case.tokens.iter().any(|token| weights::GOES_ON_WORDS.contains(&token.text));
    is_much || says_more() || owing.is_some_and(is_sum)
}

/// Whether the party behind the payer is clearly another debtor.
fn pays_for_another(case: &Case<'_>, best: &Draft) -> bool {
    let behind = case.book.debtors.paid_for(case.facts.payer);
    behind.first().is_some_and(|(_, similarity, _)| *similarity >= ALIKE_BP)
        && behind.iter().all(|(debtor, ..)| *debtor != best.debtor as usize)
}

impl Draft {
    /// Nothing in the text names any of its items.
    fn is_unnamed(&self) -> bool {
        let kinds = [
            Evidence::RefExact,
            Evidence::RefStructured,
            Evidence::RefDigits,
            Evidence::RefSuffix,
            Evidence::RefTypo,
            Evidence::RefCut,
            Evidence::RefRange,
            Evidence::CreditorRef,
            Evidence::OrderRef,
        ];
        kinds.into_iter().all(|kind| !self.lines.evidence.contains(kind))
    }
}
