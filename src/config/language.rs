//! The language of a company, and how it writes amounts and dates.

use chrono::NaiveDate;

use crate::model::{Currency, Money};

/// The language of reports, reason files and letters without a debtor language.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// French.
    French,
    /// English.
    English,
}

/// How a language writes amounts and dates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbers {
    /// strftime pattern of dates.
    pub date: String,
    /// Before the decimals.
    pub decimal: String,
    /// Between groups of three digits.
    pub group: String,
    /// The euro sign stands before the number, without a blank.
    pub currency_first: bool,
}

impl Language {
    /// How it writes amounts and dates.
    #[must_use]
    pub fn numbers(self) -> Numbers {
        let (date, decimal, group, currency_first) = match self {
            Self::French => ("%d/%m/%Y", ",", "\u{202F}", false),
            Self::English => ("%Y-%m-%d", ".", ",", true),
        };
        Numbers { date: date.to_owned(), decimal: decimal.to_owned(), group: group.to_owned(), currency_first }
    }
}

impl Numbers {
    /// An amount with groups of three digits.
    #[must_use]
    pub fn money(&self, minor: i64, currency: Currency) -> String {
        let plain = Money::from_minor(minor, currency).to_string();
        let (sign, digits) = plain.strip_prefix('-').map_or(("", plain.as_str()), |rest| ("\u{2212}", rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let mut grouped = String::new();
        for (index, digit) in whole.chars().enumerate() {
            if index > 0 && (whole.len() - index).is_multiple_of(3) {
                grouped.push_str(&self.group);
            }
            grouped.push(digit);
        }
        let number = if fraction.is_empty() { grouped } else { format!("{grouped}{}{fraction}", self.decimal) };
        match (currency == Currency::EUR, self.currency_first) {
            (true, true) => format!("{sign}€{number}"),
            (true, false) => format!("{sign}{number}\u{A0}€"),
            (false, _) => format!("{sign}{number}\u{A0}{currency}"),
        }
    }

    /// A date.
    #[must_use]
    pub fn date(&self, date: NaiveDate) -> String {
        date.format(&self.date).to_string()
    }
}

/// An amount: `1 234,50 €` in French, `€1,234.50` in English.
#[must_use]
pub fn money(minor: i64, currency: Currency, language: Language) -> String {
    language.numbers().money(minor, currency)
}

/// A date as `21/11/2026` in French, `2026-11-21` in English.
#[must_use]
pub fn date(date: NaiveDate, language: Language) -> String {
    language.numbers().date(date)
}

/// A share in percent with one decimal, rounded down: 100 % is said only when it is all.
#[must_use]
pub fn percent(part: i64, whole: i64, language: Language) -> String {
    if whole == 0 {
        return "–".to_owned();
    }
    let tenths = i128::from(part) * 1_000 / i128::from(whole);
    // A night that takes more back than it letters has no shares.
    if !(0..=1_000).contains(&tenths) {
        return "–".to_owned();
    }
    match language {
        Language::French => format!("{},{}\u{A0}%", tenths / 10, tenths % 10),
        Language::English => format!("{}.{}%", tenths / 10, tenths % 10),
    }
}

/// An account in groups of four, as it is printed for people to type.
#[must_use]
pub fn grouped(account: &str) -> String {
    let letters: Vec<char> = account.chars().collect();
    letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("\u{A0}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        assert_eq!(money(123_456_789, Currency::EUR, Language::French), "1\u{202F}234\u{202F}567,89\u{A0}€");
        assert_eq!(money(-5, Currency::EUR, Language::English), "\u{2212}€0.05");
        assert_eq!(percent(999, 1_000, Language::English), "99.9%");
        assert_eq!(percent(9_999, 10_000, Language::English), "99.9%", "not all is not 100");
        assert_eq!(grouped("FR7630006000011"), "FR76\u{A0}3000\u{A0}6000\u{A0}011");
    }
}
