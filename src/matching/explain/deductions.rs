//! What a payer keeps back of an item, and says so.

use super::super::weights;
use super::super::words::Token;
use super::draft::{Draft, Fit};
use super::lines::Lines;
use super::sets::{to_the_cent, whole};
use super::{Case, Evidence, said};

/// Tokens with digits of a text that names an item and states an amount, at least: "F123 45,00".
const NUMBER_AND_AMOUNT_TOKENS: usize = 3;
/// Percent that a payer may keep as a guarantee.
const RETENTION_PERCENT_MAX: i64 = 5;

/// The items less an amount that the text states, which is kept of the only one of them, or of the one that it names
/// twice: "A B déduction 45,00 sur B".
pub(super) fn deducted(case: &Case<'_>, set: &[u32], less: i64, chosen: &Lines) -> Option<Draft> {
    // A number and an amount with its cents: most texts are shorter, and their lines need not be read again.
    let of_currency = |token: &Token<'_>| said::CURRENCY_WORDS.contains(&token.text);
    let digits = case.tokens.iter().filter(|token| token.has_digit()).count();
    let tells = || case.tokens.iter().any(of_currency) || case.keeps_a_guarantee();
    if digits < NUMBER_AND_AMOUNT_TOKENS && !tells() {
        return None;
    }
    let strong = || case.reading.places.iter().filter(|place| place.is_strong());
    let times = |item: u32| strong().filter(|place| place.citations.iter().any(|c| c.item == item)).count();
    let mut twice = set.iter().copied().filter(|item| times(*item) > 1);
    let of = if let [only] = set { *only } else { twice.next().filter(|_| twice.next().is_none())? };
    let open = case.open[of as usize];
    // "Moins avoir 45,00": a credit note of just that is open, and explains it.
    let is_note = |item: u32| case.open[item as usize] == -less;
    if case.reading.says(&weights::CREDIT_NOTE_WORDS) && case.book.of(case.book.debtor(of)).any(is_note) {
        return None;
    }
    let is_told = || said::amounts(case.facts.remittance).contains(&less) || is_retention(case, of, less);
    if open <= less || case.facts.currency.decimals() != 2 || !is_told() {
        return None;
    }
    let mut uses = whole(case, set);
    uses.iter_mut().filter(|used| used.item == of).for_each(|used| used.applied = open - less);
    let note = || "less an amount that the text states".to_owned();
    let lines = chosen.clone().with(Some(Evidence::Partial), case.book.weights.partial, note);
    Some(case.draft(uses, 0, Fit::Exact, to_the_cent(lines)))
}

/// Whether that is what the text says that the payer keeps of an item as a guarantee: so many percent of it, five where it
/// does not say how many (loi n° 71-584).
fn is_retention(case: &Case<'_>, item: u32, less: i64) -> bool {
    let is_word = |word: &str| word == weights::GUARANTEE_SIGN || weights::GUARANTEE_WORDS.contains(&word);
    let mut behind = case.tokens.windows(2).filter(|pair| is_word(pair[0].text)).map(|pair| pair[1].text);
    let behind = behind.find_map(|next| next.parse::<i64>().ok());
    let percent = behind.filter(|percent| (1..=RETENTION_PERCENT_MAX).contains(percent)).unwrap_or(RETENTION_PERCENT_MAX);
    let total = case.book.invoice(item).amount.minor();
    let is_share = |of: i64| (less * 100 - of * percent).abs() <= 100;
    case.keeps_a_guarantee() && (is_share(total) || is_share(case.open[item as usize]))
}
