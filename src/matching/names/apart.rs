//! What tells one name from another that is like it.

use super::Name;

/// As alike as names can be that tell two apart: "COPROPRIETE 12 RUE PASTEUR" is not 14, nor "WEBER SUD" Weber.
pub(super) const OTHER_BP: u16 = 8_400;
/// A payer that has one of these in its name, and the debtor has not, is rather another company.
const OTHER_COMPANY_WORDS: [&str; 11] =
    ["NORD", "SUD", "EST", "OUEST", "HOLDING", "GROUPE", "FILS", "FRERES", "INVEST", "INVESTISSEMENT", "PARTICIPATIONS"];
/// Letters behind a debtor's word that make another one of it: MARTIN, MARTINET.
const OTHER_ENDING_LETTERS_MIN: usize = 2;
/// Letters of a debtor's name, from which on its last word may have been cut off in the ledger.
const CUT_NAME_LETTERS_MIN: usize = 20;
/// Digits of a number in a name, at most: more are a postal code.
const NUMERAL_DIGITS_MAX: usize = 4;

/// The numbers among the words of a name.
pub(super) fn numerals(words: &[String]) -> String {
    let is_numeral = |word: &&String| word.len() <= NUMERAL_DIGITS_MAX && word.bytes().all(|byte| byte.is_ascii_digit());
    words.iter().filter(is_numeral).map(String::as_str).collect::<Vec<_>>().join(" ")
}

/// Whether something in two names that are alike tells one from the other: a number, a word of the payer's that makes another
/// company of it, or a longer ending of one of its words.
pub(super) fn is_another(payer: &Name, debtor: &Name) -> bool {
    let is_missing = |word: &str| OTHER_COMPANY_WORDS.contains(&word) && debtor.words().all(|own| own != word);
    let ends_otherwise = |(own, theirs): (&str, &str)| {
        theirs.len() >= 4 && own.len() >= theirs.len() + OTHER_ENDING_LETTERS_MIN && own.starts_with(theirs)
    };
    let is_whole = debtor.joined.len() < CUT_NAME_LETTERS_MIN && debtor.words.iter().all(|word| !word.is_short);
    payer.numerals != debtor.numerals
        || payer.words().any(is_missing)
        || is_whole && payer.words.len() == debtor.words.len() && payer.words().zip(debtor.words()).any(ends_otherwise)
}

#[cfg(test)]
mod tests {
    use super::super::similarity_bp;
    use super::*;

    fn alike(payer: &str, debtor: &str) -> u16 {
        similarity_bp(&Name::new(payer), &Name::new(debtor))
    }

    #[test]
    fn another_number_is_another_name() {
        assert!(alike("SYNDICAT COPRO 14 RUE PASTEUR", "Syndicat Copro 12 rue Pasteur") <= OTHER_BP);
        assert!(alike("RESTAURANT NICOLAS 7", "Restaurant Nicolas") <= OTHER_BP);
        assert!(alike("TRANSPORTS WEBER SUD", "Transports Weber SASU") <= OTHER_BP);
        assert!(alike("COUVERTURE LEGRANDET", "Couverture Legrand") <= OTHER_BP);
        assert!(alike("COUVERTURE LEGRANDE", "Couverture Legrand") >= 9_000, "a slip");
        assert!(alike("MENUISERIE BERTRAND & FILS", "MENUIS. BERTRAND & FILS") >= 9_000);
        assert_eq!(alike("COPRO12 RUE PASTEUR", "Copro 12 rue Pasteur"), 10_000);
        assert!(alike("GARAGE DU CENTR 2000", "Garage du Centre 2000") >= 9_500);
    }
}
