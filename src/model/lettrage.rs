//! Lettrage: which remittance settles which item.

use std::fmt;
use std::sync::Arc;

use super::remittance::{BankLine, RemittanceId};
use super::{Confidence, DebtorId, InvoiceId, Money};

/// What a line of a lettrage says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LineKind {
    /// An invoice is settled, wholly or partly (+).
    Invoice,
    /// A credit note is consumed (−).
    CreditNote,
    /// An early-payment discount closes an item without money (−).
    Discount,
    /// Bank charges taken on the way close an item without money (−).
    Charges,
    /// A rounding difference: − makes up a shortfall, + absorbs an excess.
    Rounding,
    /// Excess kept for the debtor (+).
    OnAccount,
    /// Takes an earlier line back (opposite sign).
    Reversal,
}

impl LineKind {
    /// All kinds.
    pub const ALL: [Self; 7] =
        [Self::Invoice, Self::CreditNote, Self::Discount, Self::Charges, Self::Rounding, Self::OnAccount, Self::Reversal];

    /// The word for it in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Invoice => "invoice",
            Self::CreditNote => "credit_note",
            Self::Discount => "discount",
            Self::Charges => "charges",
            Self::Rounding => "rounding",
            Self::OnAccount => "on_account",
            Self::Reversal => "reversal",
        }
    }
}

/// Whose the money is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Destination {
    /// The item is assigned: funds to release to the factor.
    Factor,
    /// The item is not assigned: money to hand back to the client.
    Client,
    /// Kept on account until it is known.
    Hold,
}

impl Destination {
    /// All destinations.
    pub const ALL: [Self; 3] = [Self::Factor, Self::Client, Self::Hold];

    /// The word for it in files.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Factor => "factor",
            Self::Client => "client",
            Self::Hold => "hold",
        }
    }
}

/// A lettrage code: `AAA`, `AAB`… when the group balances, `aaa` while an item stays partly open.
///
/// Unique for a debtor of a contract, never reused.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LettrageCode(pub String);

impl LettrageCode {
    /// The code with that ordinal, from 0: three letters up to 17 575 (`ZZZ`), four after it.
    #[must_use]
    pub fn nth(ordinal: u64, closed: bool) -> Self {
        let mut rest = ordinal;
        let mut width = 3;
        let mut block = 26_u64.pow(3);
        while rest >= block {
            rest -= block;
            width += 1;
            block = block.saturating_mul(26);
        }
        let first = if closed { b'A' } else { b'a' };
        let mut letters = vec![first; width];
        for letter in letters.iter_mut().rev() {
            *letter = first + u8::try_from(rest % 26).unwrap_or(0);
            rest /= 26;
        }
        Self(letters.into_iter().map(char::from).collect())
    }
}

impl LettrageCode {
    /// The ordinal of a code, in capitals or not; `None` when it is none.
    #[must_use]
    pub fn ordinal(&self) -> Option<u64> {
        let width = u32::try_from(self.0.len()).ok().filter(|w| (3..=12).contains(w))?;
        let before: u64 = (3..width).map(|w| 26_u64.pow(w)).sum();
        let within = self.0.bytes().try_fold(0_u64, |n, letter| {
            letter.is_ascii_alphabetic().then(|| n * 26 + u64::from(letter.to_ascii_uppercase() - b'A'))
        })?;
        Some(before + within)
    }
}

impl fmt::Display for LettrageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One application of a remittance to an item. The lines of one remittance always add up to it.
#[derive(Clone, Debug)]
pub struct LettrageLine {
    /// Group code; `None` for a suggestion, which has none yet.
    pub code: Option<LettrageCode>,
    /// The remittance.
    pub remittance: BankLine,
    /// Who owes the item, or for whom an excess is kept.
    pub debtor: DebtorId,
    /// What the line says.
    pub kind: LineKind,
    /// The item; `None` for an excess kept on account.
    pub invoice: Option<InvoiceId>,
    /// Signed as [`LineKind`] says.
    pub applied: Money,
    /// What was open of the item before this line.
    pub open_before: Option<Money>,
    /// What is open of the item after this line.
    pub open_after: Option<Money>,
    /// Whose the money is.
    pub destination: Destination,
    /// Probability of the explanation.
    pub confidence: Confidence,
    /// Evidence codes joined by `+`.
    pub evidence: Arc<str>,
    /// 1 for a lettrage; 1 to 3 for a suggestion.
    pub rank: u32,
    /// The remittance whose earlier line a reversal takes back.
    pub reverses: Option<RemittanceId>,
}

#[cfg(test)]
mod tests {
    use super::LettrageCode;

    #[test]
    fn codes_run_from_aaa_and_grow_after_zzz() {
        let code = |n| LettrageCode::nth(n, true).0;
        assert_eq!(code(0), "AAA");
        assert_eq!(code(1), "AAB");
        assert_eq!(code(26), "ABA");
        assert_eq!(code(17_575), "ZZZ");
        assert_eq!(code(17_576), "AAAA");
        assert_eq!(LettrageCode::nth(27, false).0, "abb");
        for n in [0, 25, 26, 17_575, 17_576, 500_000] {
            assert_eq!(LettrageCode::nth(n, n % 2 == 0).ordinal(), Some(n));
        }
        assert_eq!(LettrageCode(String::new()).ordinal(), None);
    }
}
