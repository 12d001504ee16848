//! Exact amounts of money.

use std::fmt;

use rust_decimal::Decimal;

/// An ISO 4217 alphabetic currency code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Currency([u8; 3]);

impl Currency {
    /// The euro.
    pub const EUR: Self = Self(*b"EUR");

    /// Reads three capital letters; anything else is `None`.
    ///
    /// The letters are not held against the ISO list: a bank may use a code newer than this
    /// program. Codes that are not known are given two decimals.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let bytes: [u8; 3] = text.as_bytes().try_into().ok()?;
        bytes.iter().all(u8::is_ascii_uppercase).then_some(Self(bytes))
    }

    /// Number of decimals of the minor unit (ISO 4217 table A.1): EUR 2, JPY 0, TND 3.
    #[must_use]
    pub fn decimals(self) -> u32 {
        match &self.0 {
            b"BIF" | b"CLP" | b"DJF" | b"GNF" | b"ISK" | b"JPY" | b"KMF" | b"KRW" | b"PYG" | b"RWF" | b"UGX" | b"UYI"
            | b"VND" | b"VUV" | b"XAF" | b"XOF" | b"XPF" => 0,
            b"BHD" | b"IQD" | b"JOD" | b"KWD" | b"LYD" | b"OMR" | b"TND" => 3,
            b"CLF" | b"UYW" => 4,
            _ => 2,
        }
    }

    /// The three letters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("???")
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is not an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyFault {
    /// Not digits with at most one decimal point: `1,234.56`, `NaN`, `+1`, an empty text.
    #[error("not a plain decimal number")]
    NotANumber,
    /// A digit other than zero beyond the decimals of the currency: `18.155` EUR.
    #[error("more decimals than the currency has")]
    TooManyDecimals,
    /// More than the 18 digits that ISO 20022 allows for an amount.
    #[error("more than 18 digits")]
    TooLarge,
}

/// An exact amount in one currency, always with exactly the decimals of that currency.
///
/// It can be negative; what a sign means is said by the field that holds the amount. It is checked
/// once, when it is read: what cannot be represented exactly is refused and never rounded.
///
/// # Example
///
/// ```
/// use lettrage::model::{Currency, Money, MoneyFault};
///
/// let eur = Currency::EUR;
/// assert_eq!(Money::parse("18.15000", eur).unwrap().to_string(), "18.15");
/// assert_eq!(Money::parse("18.155", eur), Err(MoneyFault::TooManyDecimals));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    amount: Decimal,
    currency: Currency,
}

/// Largest number of minor units an amount may have: 18 digits, `totalDigits` of
/// `ActiveOrHistoricCurrencyAndAmount` in ISO 20022.
const MINOR_MAX: i64 = 999_999_999_999_999_999;

impl Money {
    /// Nothing, in that currency.
    #[must_use]
    pub fn zero(currency: Currency) -> Self {
        Self::from_minor(0, currency)
    }

    /// From minor units (cents of EUR, units of JPY, thousandths of TND).
    #[must_use]
    pub fn from_minor(minor: i64, currency: Currency) -> Self {
        Self { amount: Decimal::new(minor, currency.decimals()), currency }
    }

    /// Reads a plain decimal number: an optional `-`, ASCII digits, an optional point.
    ///
    /// # Errors
    ///
    /// [`MoneyFault`], because an amount that is not understood to the last digit must not be used.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyFault> {
        let (negative, digits) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        if whole.is_empty() && fraction.is_empty() {
            return Err(MoneyFault::NotANumber);
        }
        let decimals = currency.decimals() as usize;
        let mut minor: i64 = 0;
        let kept = whole.bytes().chain(fraction.bytes().chain(std::iter::repeat(b'0')).take(decimals));
        for byte in kept {
            if !byte.is_ascii_digit() {
                return Err(MoneyFault::NotANumber);
            }
            minor = minor
                .checked_mul(10)
                .and_then(|m| m.checked_add(i64::from(byte - b'0')))
                .filter(|m| *m <= MINOR_MAX)
                .ok_or_else(|| too_large_or_unreadable(digits))?;
        }
        for byte in fraction.bytes().skip(decimals) {
            match byte {
                b'0' => {}
                b'1'..=b'9' => return Err(MoneyFault::TooManyDecimals),
                _ => return Err(MoneyFault::NotANumber),
            }
        }
        Ok(Self::from_minor(if negative { -minor } else { minor }, currency))
    }

    /// The amount in minor units, for searches and sums.
    #[must_use]
    pub fn minor(self) -> i64 {
        i64::try_from(self.amount.mantissa()).unwrap_or(i64::MAX)
    }

    /// The currency.
    #[must_use]
    pub fn currency(self) -> Currency {
        self.currency
    }

    /// The exact decimal value.
    #[must_use]
    pub fn amount(self) -> Decimal {
        self.amount
    }

    /// Whether it is zero.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.amount.is_zero()
    }

    /// The same amount with the other sign.
    #[must_use]
    pub fn negated(self) -> Self {
        Self::from_minor(-self.minor(), self.currency)
    }
}

/// A number with a letter in its nineteenth place is unreadable before it is too large.
fn too_large_or_unreadable(digits: &str) -> MoneyFault {
    if digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') { MoneyFault::TooLarge } else { MoneyFault::NotANumber }
}

impl fmt::Display for Money {
    /// The amount alone, with a point and the decimals of the currency: `-12.00`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = self.currency.decimals() as usize;
        let minor = self.minor();
        // At most 19 digits and a point: the night writes some ten million amounts.
        let mut text = [b'0'; 24];
        let (mut at, mut left, mut written) = (text.len(), minor.unsigned_abs(), 0);
        while left > 0 || written <= decimals {
            if decimals > 0 && written == decimals {
                at -= 1;
                text[at] = b'.';
            }
            at -= 1;
            text[at] = b'0' + u8::try_from(left % 10).unwrap_or_default();
            left /= 10;
            written += 1;
        }
        f.pad_integral(minor >= 0, "", std::str::from_utf8(&text[at..]).unwrap_or_default())
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, currency: &str) -> Result<String, MoneyFault> {
        Money::parse(text, Currency::parse(currency).unwrap()).map(|m| m.to_string())
    }

    #[test]
    fn an_amount_is_written_as_the_decimal_it_is() {
        for code in ["EUR", "JPY", "TND"] {
            let currency = Currency::parse(code).unwrap();
            for minor in [0, 1, -1, 9, 10, 99, -100, 999, 1_000, 123_456, -1_234_567, MINOR_MAX, -MINOR_MAX] {
                let money = Money::from_minor(minor, currency);
                assert_eq!(money.to_string(), money.amount().to_string());
                assert_eq!(format!("{money:>9}|{money:<9}|{money:+}"), format!("{0:>9}|{0:<9}|{0:+}", money.amount()));
            }
        }
    }

    #[test]
    fn an_amount_has_the_decimals_of_its_currency() {
        assert_eq!(read("100", "EUR").unwrap(), "100.00");
        assert_eq!(read("00000100.5", "EUR").unwrap(), "100.50");
        assert_eq!(read("100.00", "JPY").unwrap(), "100");
        assert_eq!(read("1.5", "TND").unwrap(), "1.500");
        assert_eq!(read("-0.05", "EUR").unwrap(), "-0.05");
        assert_eq!(read(".5", "EUR").unwrap(), "0.50");
    }

    #[test]
    fn what_is_not_exact_is_refused() {
        for text in ["", "-", ".", "NaN", "1e3", "+1", "1,5", "1 000", " 1", "１００", "1.2.3", "0x10"] {
            assert_eq!(read(text, "EUR"), Err(MoneyFault::NotANumber), "{text:?}");
        }
        assert_eq!(read("100.001", "EUR"), Err(MoneyFault::TooManyDecimals));
        assert_eq!(read("1.5", "JPY"), Err(MoneyFault::TooManyDecimals));
        assert_eq!(read("99999999999999999999.99", "EUR"), Err(MoneyFault::TooLarge));
        assert_eq!(read("92233720368547758.08", "EUR"), Err(MoneyFault::TooLarge));
        assert_eq!(read("9999999999999999.99", "EUR").unwrap(), "9999999999999999.99");
    }
}
