//! Account numbers.

use std::fmt;

/// An IBAN (ISO 13616) without blanks, in capitals, whose check number is right.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Iban(Box<str>);

impl Iban {
    /// Reads an IBAN; blanks between groups and small letters are tolerated.
    ///
    /// `None` when the shape or the check number (mod 97, ISO 7064) is wrong.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let compact: String = text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect();
        let bytes = compact.as_bytes();
        let shape = (15..=34).contains(&bytes.len())
            && bytes[..2].iter().all(u8::is_ascii_uppercase)
            && bytes[2..4].iter().all(u8::is_ascii_digit)
            && bytes.iter().all(u8::is_ascii_alphanumeric);
        (shape && remainder_97(bytes) == 1).then(|| Self(compact.into()))
    }

    /// The number, as printed electronically.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The ISO 3166 country of the account.
    #[must_use]
    pub fn country(&self) -> &str {
        &self.0[..2]
    }
}

/// The number with its first four characters moved to the end, letters as 10 to 35, modulo 97.
fn remainder_97(bytes: &[u8]) -> u32 {
    bytes[4..].iter().chain(&bytes[..4]).fold(0, |rest, byte| match byte {
        b'0'..=b'9' => (rest * 10 + u32::from(byte - b'0')) % 97,
        _ => (rest * 100 + u32::from(byte - b'A') + 10) % 97,
    })
}

impl fmt::Display for Iban {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// An account as a bank names it: an IBAN, or a number of the bank's own.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Account {
    /// `Id/IBAN` with a right check number.
    Iban(Iban),
    /// `Id/Othr/Id`, or an `Id/IBAN` that is none (the text is kept as found).
    Other(Box<str>),
}

impl Account {
    /// Reads an account number of any kind. Blanks around and inside an IBAN are dropped.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match Iban::parse(text) {
            Some(iban) => Self::Iban(iban),
            None => Self::Other(text.trim().into()),
        }
    }

    /// The number.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Iban(iban) => iban.as_str(),
            Self::Other(text) => text,
        }
    }
}

impl fmt::Display for Account {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_check_number_is_no_iban() {
        assert!(Iban::parse("FR76 3000 6000 0112 3456 7890 189").is_some());
        assert!(Iban::parse("FR7630006000011234567890188").is_none());
        assert!(Iban::parse("FR7630006000О11234567890189").is_none(), "a Cyrillic O");
        assert!(Iban::parse("").is_none());
    }
}
