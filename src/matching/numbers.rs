//! Numbers of documents, as ledgers print them and as texts write them.

use std::borrow::Cow;

use compact_str::CompactString;

/// The number of a document, as letters and digits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Number {
    /// Capitals and digits.
    pub alnum: CompactString,
    /// Letters before the first digit.
    prefix_len: u32,
    /// All digits from the first one on, where letters stand among them.
    among_letters: Option<CompactString>,
}

impl Number {
    /// Letters stand as printed.
    pub(super) fn of_document(text: &str) -> Self {
        let alnum = super::words::folded(text);
        let prefix_len = alnum.find(|c: char| c.is_ascii_digit()).unwrap_or(alnum.len());
        let rest = &alnum[prefix_len..];
        let has_letters = !rest.bytes().all(|b| b.is_ascii_digit());
        let among_letters = has_letters.then(|| rest.chars().filter(char::is_ascii_digit).collect());
        Self { prefix_len: u32::try_from(prefix_len).unwrap_or(0), among_letters, alnum: alnum.into() }
    }

    /// All digits from the first one on.
    pub(super) fn digits(&self) -> &str {
        self.among_letters.as_deref().unwrap_or(&self.alnum[self.prefix_len as usize..])
    }

    /// Letters stand among its digits, or behind them.
    pub(super) fn has_letters_behind(&self) -> bool {
        self.among_letters.is_some()
    }

    pub(super) fn prefix(&self) -> &str {
        &self.alnum[..self.prefix_len as usize]
    }

    pub(super) fn significant(&self) -> &str {
        self.digits().trim_start_matches('0')
    }
}

/// A number as a text writes it.
pub(super) struct Written<'t> {
    pub alnum: &'t str,
    /// Letters before the first digit.
    pub prefix_len: usize,
    /// What stands from there on; letters that are often misread for digits are taken for them.
    pub digits: Cow<'t, str>,
}

impl<'t> Written<'t> {
    pub(super) fn new(alnum: &'t str, prefix_len: usize) -> Self {
        let rest = &alnum[prefix_len..];
        let digits = if rest.bytes().all(|b| b.is_ascii_digit()) {
            Cow::Borrowed(rest)
        } else {
            Cow::Owned(rest.chars().filter_map(misread).collect())
        };
        Self { alnum, prefix_len, digits }
    }

    pub(super) fn prefix(&self) -> &str {
        &self.alnum[..self.prefix_len]
    }

    pub(super) fn significant(&self) -> &str {
        self.digits.trim_start_matches('0')
    }

    pub(super) fn letters(&self) -> usize {
        self.alnum.len() - self.digits.len()
    }

    /// Behind its letters, it has only digits and what is misread for them.
    pub(super) fn is_numeric(&self) -> bool {
        !self.digits.is_empty() && self.digits.len() == self.alnum.len() - self.prefix_len
    }
}

/// What two numbers that are alike mostly have in common.
pub(super) struct Ends {
    /// All but the last four digits, as a number.
    pub front: u64,
    /// The last three digits, as a number.
    pub last: u16,
    /// How many digits there are.
    pub digits: u16,
}

/// The ends of a number, by its digits.
pub(super) fn ends(digits: &str) -> Ends {
    let last = number(&digits[digits.len().saturating_sub(3)..]);
    let short = |number: u64| u16::try_from(number).unwrap_or(u16::MAX);
    Ends { front: front(digits, digits.len()), last: short(last), digits: short(digits.len() as u64) }
}

/// The value of digits; of more than nineteen, a number that still tells most of them apart.
fn number(digits: &str) -> u64 {
    digits.bytes().fold(0_u64, |n, b| n.wrapping_mul(10).wrapping_add(u64::from(b.wrapping_sub(b'0'))))
}

/// All but the last four digits that a number of that length would have.
fn front(digits: &str, length: usize) -> u64 {
    number(digits.get(..length.saturating_sub(4)).unwrap_or_default())
}

/// The digit that a character stands for, as clerks and scanners misread it.
pub(super) fn misread(c: char) -> Option<char> {
    match c {
        '0'..='9' => Some(c),
        'O' | 'Q' => Some('0'),
        'I' | 'L' => Some('1'),
        'S' => Some('5'),
        'B' => Some('8'),
        _ => None,
    }
}

/// The fronts of a number as written, for the lengths of the numbers it is held against.
pub(super) struct Fronts<'a> {
    digits: &'a str,
    known: (usize, u64),
}

impl<'a> Fronts<'a> {
    pub(super) fn new(number: &'a Written<'_>, front: u64) -> Self {
        Self { digits: &number.digits, known: (number.digits.len(), front) }
    }

    pub(super) fn of(&mut self, length: usize) -> u64 {
        if self.known.0 != length {
            self.known = (length, front(self.digits, length));
        }
        self.known.1
    }
}
