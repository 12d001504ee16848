//! Numbers in a text that are not the creditor's documents: dates, and what a word calls something else.

use std::ops::RangeInclusive;

use super::references::NUMBER_WORDS;
use super::weights;
use super::words::{Gap, Token};

/// Numbers behind these words are somebody's, but no document's: a customer's, a mandate's, a telephone's.
const OTHER_NUMBERS: [&str; 10] = ["CLIENT", "CLI", "BORD", "BORDEREAU", "TEL", "SIRET", "SIREN", "TVA", "MANDAT", "RUM"];
/// Behind these stand mostly dates.
const TIMES: [&str; 6] = ["DU", "AU", "LE", "ECH", "ECHEANCE", "DATE"];

/// Numbers behind these words are seldom a document's: an order's, a delivery's, a contract's, a site's, an amount.
const SELDOM_DOCUMENTS: [&str; 24] = [
    "RCS",
    "CDE",
    "CMD",
    "COMMANDE",
    "BC",
    "BL",
    "DEVIS",
    "OFFRE",
    "QUOTE",
    "PROFORMA",
    "LIVRAISON",
    "CONTRAT",
    "DOSSIER",
    "CHANTIER",
    "AFFAIRE",
    "SITE",
    "LOT",
    "MARCHE",
    "SINISTRE",
    "AGENCE",
    "COMPTE",
    "FOURNISSEUR",
    "CODE",
    "MONTANT",
];

/// Words for a document.
pub(super) const DOCUMENT_WORDS: [&str; 7] = ["FACTURE", "FACTURES", "FACT", "FAC", "FCT", "FA", "INVOICE"];
/// Words for a payment, behind which the number of a document may stand.
const PAYMENT_WORDS: [&str; 6] = ["SOLDE", "REGLEMENT", "REGLT", "RGLT", "PAIEMENT", "ECHEANCE"];

/// Whether the number from there to there is all that its text says, or stands behind a word for documents, for a payment
/// or a part of one, or behind "1/3".
pub(super) fn is_called_document(tokens: &[Token<'_>], (from, to): (usize, usize)) -> bool {
    // A word may be read as a part of the number.
    let at = (from..to).find(|at| tokens[*at].has_digit()).unwrap_or(from);
    let field = tokens[at].field_index;
    let own = tokens[..at].iter().rev().take_while(|token| token.field_index == field);
    let mut before = own.skip_while(|token| NUMBER_WORDS.contains(&token.text) || token.text == "SUR");
    let Some(last) = before.next() else { return tokens.get(to).is_none_or(|next| next.field_index != field) };
    let is_digit = |token: &Token<'_>| token.text.len() == 1 && token.has_digit();
    let first = before.next().filter(|first| is_digit(first) && first.text <= last.text);
    let is_share = is_digit(last) && last.gap == Gap::Narrow && first.is_some();
    DOCUMENT_WORDS.contains(&last.text)
        || PAYMENT_WORDS.contains(&last.text)
        || weights::PARTIAL_WORDS.contains(&last.text)
        || is_share
}

/// Whether the tokens from there to there, which are the number of a document, may be something else all the same: a
/// date, a telephone's pairs of digits, or what a word before them, and before "n°", calls otherwise.
pub(super) fn is_lookalike(tokens: &[Token<'_>], (from, to): (usize, usize)) -> bool {
    // A word may be read as a part of the number.
    let at = (from..to).find(|at| tokens[*at].has_digit()).unwrap_or(from);
    let begins = |at: usize| (0..at).rev().find(|at| !NUMBER_WORDS.contains(&tokens[*at].text)).map_or(at, |word| word + 1);
    let is_pair = |at: usize| tokens[at].text.len() == 2 && tokens[at].text.bytes().all(|byte| byte.is_ascii_digit());
    [at, from]
        .into_iter()
        .map(begins)
        .any(|begins| is_foreign(tokens, (begins, "")) || is_behind(&SELDOM_DOCUMENTS, tokens, (begins, "")))
        || is_in_date(tokens, at)
        || to - at > 1 && (at..to).all(is_pair)
}

/// Whether the number that begins at a token, where this `word` is glued to it, is not one of the creditor's
/// documents. A document that has just that number has it all the same; it is what else the number might
/// mean, such as the end of another number, that does not count.
pub(super) fn is_foreign(tokens: &[Token<'_>], (at, word): (usize, &str)) -> bool {
    is_of_another(tokens, (at, word)) || is_behind(&TIMES, tokens, (at, word))
}

/// The same where no word alone says that a date follows.
pub(super) fn is_of_another(tokens: &[Token<'_>], (at, word): (usize, &str)) -> bool {
    is_behind(&OTHER_NUMBERS, tokens, (at, word)) || is_in_date(tokens, at)
}

fn is_behind(words: &[&str], tokens: &[Token<'_>], (at, word): (usize, &str)) -> bool {
    words.contains(&word) || at > 0 && words.contains(&tokens[at - 1].text)
}

/// Whether a token is part of a date: `12/04/2026`, `12 04 2026`, or `DU 12.04.26`, `AU 2026-04-12`. Without
/// such a word before it, a year in front or a short one may be that of a number, as in `2026-04/05` or `26-04-12`.
pub(super) fn is_in_date(tokens: &[Token<'_>], at: usize) -> bool {
    (at.saturating_sub(2)..=at).any(|from| {
        let Some([first, second, third]) = tokens.get(from..from + 3) else { return false };
        let is_within = |token: &Token<'_>, lengths: RangeInclusive<usize>, values: RangeInclusive<u16>| {
            lengths.contains(&token.text.len()) && token.text.parse().is_ok_and(|value| values.contains(&value))
        };
        let is_day = |token| is_within(token, 1..=2, 1..=31);
        let is_year = |token| is_within(token, 4..=4, 1990..=2099);
        let is_short_year = |token| is_within(token, 2..=2, 0..=99);
        let is_behind_time = || is_behind(&TIMES, tokens, (from, ""));
        let ends_in_year = || is_day(first) && (is_year(third) || is_short_year(third) && is_behind_time());
        let begins_in_year = || is_year(first) && is_day(third) && is_behind_time();
        let is_joined = second.gap.joins() && third.gap.joins();
        is_joined && is_within(second, 1..=2, 1..=12) && (ends_in_year() || begins_in_year())
    })
}

/// Whether digits are a year, and rather that than the end of a number.
pub(super) fn is_year(digits: &str) -> bool {
    digits.len() == 4 && digits.parse().is_ok_and(|year: u16| (2_000..=2_049).contains(&year))
}

/// Whether two tokens are a month and its year: `04-26`.
pub(super) fn is_month(tokens: &[Token<'_>]) -> bool {
    let [month, year] = tokens else { return false };
    let within = |token: &Token<'_>, values: RangeInclusive<u16>| {
        token.text.len() == 2 && token.text.parse().is_ok_and(|value| values.contains(&value))
    };
    year.gap == Gap::Narrow && within(month, 1..=12) && within(year, 20..=39)
}

#[cfg(test)]
mod tests {
    use super::super::words::Words;
    use super::*;

    /// The tokens of a text that have digits and begin no number of the creditor.
    fn foreign(text: &str) -> Vec<String> {
        let words = Words::of_text(text);
        let tokens = words.tokens();
        let is = |at: &usize| {
            tokens[*at].has_digit() && is_foreign(&tokens, (*at, tokens[*at].text.trim_end_matches(char::is_numeric)))
        };
        (0..tokens.len()).filter(is).map(|at| tokens[at].text.to_owned()).collect()
    }

    #[test]
    fn dates_are_told_whatever_stands_between_their_parts() {
        assert_eq!(foreign("FACTURE 48213 DU 12/04/2026"), ["12", "04", "2026"]);
        assert_eq!(foreign("48213 12 04 2026"), ["12", "04", "2026"]);
        assert_eq!(foreign("48213 DU 12.4.26"), ["12", "4", "26"]);
        assert_eq!(foreign("48213 AU 2026-04-12"), ["2026", "04", "12"]);
    }

    #[test]
    fn what_a_word_calls_something_else_is_no_document() {
        assert_eq!(foreign("90335106 CLIENT 48213 BORD311 TEL 0145678901"), ["48213", "BORD311", "0145678901"]);
        assert_eq!(foreign("SIRET 73282932000074 MANDAT RUM48213"), ["73282932000074", "RUM48213"]);
    }

    #[test]
    fn a_document_s_number_may_be_something_else_all_the_same() {
        let is = |text: &str, from: usize, to: usize| {
            let words = Words::of_text(text);
            is_lookalike(&words.tokens(), (from, to))
        };
        assert!(is("VIREMENT DU 01.08.26", 2, 5) && is("01.08.2026", 0, 2), "dates");
        assert!(
            is("COMMANDE 48213", 1, 2) && is("BL48213 BL 48213", 1, 3) && is("CLIENT N° 48213", 2, 3),
            "what words call otherwise"
        );
        assert!(is("TEL 02 96 47 90 13", 3, 6), "pairs of digits");
        assert!(!is("ACOMPTE FACTURE 48213", 2, 3) && !is("FACTURE N° 48213", 2, 3) && !is("48213", 0, 1));
    }

    #[test]
    fn numbers_written_in_groups_are_no_dates() {
        assert!(foreign("FACTURE 2026 0412 17").is_empty(), "a month has two digits");
        assert!(foreign("FACTURE 45.13.2026").is_empty(), "there is no month 13");
        assert!(foreign("FACTURES 26-04-12 ET 2026-04/05").is_empty(), "numbers may begin with their year");
        assert!(foreign("FA2026-0412").is_empty());
    }
}
