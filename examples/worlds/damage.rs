//! Numbers as payers damage them, and the words that they write around them.

use super::random::Random;

fn digits_of(number: &str) -> String {
    number.chars().filter(char::is_ascii_digit).collect()
}

/// A number as payers mostly damage it.
pub(super) fn damaged(number: &str, random: &mut Random) -> String {
    let digits = digits_of(number);
    let alnum: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
    match random.below(9) {
        0 => digits,
        1 => alnum.to_lowercase(),
        2 => digits[digits.len().saturating_sub(6)..].to_owned(),
        3 => format!("{} {}", &digits[..digits.len() - 3], &digits[digits.len() - 3..]),
        4 => {
            let at = alnum.char_indices().skip(3).find(|(_, c)| *c == '0').map_or(0, |(at, _)| at);
            if at == 0 { alnum } else { format!("{}O{}", &alnum[..at], &alnum[at + 1..]) }
        }
        5 => format!("FACT{digits}"),
        6 => number.replace('-', " "),
        7 => digits[digits.len().saturating_sub(5)..].to_owned(),
        _ => format!("{alnum}."),
    }
}

/// A number among the words that payers mostly write around it.
pub(super) fn around(number: &str, random: &mut Random) -> String {
    let before = ["FACT ", "FACTURE ", "REGLT FACT ", "V/FACT ", "REF ", "", "INV ", "VOTRE FACTURE "][random.index(8)];
    let after = ["", "", " MERCI", " SEPA", " CLIENT 48213", " BORD 311", " DU 12/04/2026", " NANTES"][random.index(8)];
    format!("{before}{number}{after}")
}

/// A number as payers seldom damage it.
pub(super) fn rarely_damaged(number: &str, random: &mut Random) -> String {
    let digits = digits_of(number);
    let letters: String = number.chars().take_while(char::is_ascii_alphabetic).collect();
    let alnum: String = number.chars().filter(char::is_ascii_alphanumeric).collect();
    let (front, last) = digits.split_at(digits.len() - 4);
    let at = random.index(4);
    let other = |from: usize, to: usize| format!("{letters}{front}{}{}", &last[..from], &last[to..]);
    match random.below(12) {
        // A digit is missing, doubled, another one, or changed places with its neighbour.
        0 => other(at, at + 1),
        1 => other(at + 1, at),
        2 => format!("{letters}{front}{}{}{}", &last[..at], (random.below(9) + 1), &last[at + 1..]),
        3 => {
            let at = at.min(2);
            format!("{letters}{front}{}{}{}{}", &last[..at], &last[at + 1..at + 2], &last[at..=at], &last[at + 2..])
        }
        4 => alnum.replacen('1', "I", 1),
        5 => format!("{letters}{}", digits.replacen('5', "S", 1)),
        6 => format!("{letters}{}", digits.replacen('8', "B", 1)),
        7 => {
            let sign = [".", "-", " ", "_"][random.index(4)];
            format!("{}{sign}{}{sign}{}", &digits[..2], &digits[2..5], &digits[5..])
        }
        8 => format!("{letters}{}", digits.trim_start_matches("2026").trim_start_matches('0')),
        9 => format!("N°{digits}"),
        10 => format!("{}/{}", letters, &digits[digits.len() - 5..]),
        _ => digits.chars().collect::<Vec<char>>().chunks(2).map(String::from_iter).collect::<Vec<String>>().join(" "),
    }
}

/// Numbers in one text as payers seldom list them: what they have in common stands once, or nothing parts them.
pub(super) fn rarely_listed(numbers: &[&str], random: &mut Random) -> String {
    let first = numbers.first().copied().unwrap_or_default();
    let same_length = numbers.iter().all(|number| number.len() == first.len());
    if !same_length || random.percent(25) {
        return numbers.concat();
    }
    let common = (0..first.len()).take_while(|at| numbers.iter().all(|n| n[..=*at] == first[..=*at])).count();
    let from = common.min(first.len() - 3);
    let sign = ["/", "-", ",", " / ", "+", " ET ", " "][random.index(7)];
    numbers.iter().enumerate().map(|(at, n)| if at == 0 { *n } else { &n[from..] }).collect::<Vec<&str>>().join(sign)
}

/// A number among words and other numbers that payers seldom write around it; the last digits may be cut off.
pub(super) fn rarely_around(number: &str, random: &mut Random) -> String {
    let before = [
        "FACTURES N° ",
        "PAIEMENT DE VOTRE FACTURE DU 12.04.26 N ",
        "VIR/",
        "SIRET 81234567800012 FACT ",
        "TEL 0140506070 FA ",
        "/INV/",
        "NOTRE REF 0045871 VOTRE REF ",
        "REGLEMENT MARCHE 2026-118 FACT. ",
    ][random.index(8)];
    let after = [
        "",
        " ECH 30/06/26",
        " PERIODE 05/2026",
        " COMMANDE 4500012345",
        " RUM00098-118",
        " MONTANT TTC",
        " /BNF/COMPTABILITE",
        " FR7612345678901234567890123",
    ][random.index(8)];
    let text = format!("{before}{number}{after}");
    if after.is_empty() && random.percent(30) { text[..text.len() - 1].to_owned() } else { text }
}
