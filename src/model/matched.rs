//! What the matching says of a remittance.

use std::fmt;

/// A probability in millionths: 995 000 is 0.995.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Confidence(pub u32);

impl Confidence {
    /// Certainty.
    pub const ONE: Self = Self(1_000_000);
}

impl fmt::Display for Confidence {
    /// Six decimals, with a point: `0.995000`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:06}", self.0 / 1_000_000, self.0 % 1_000_000)
    }
}

/// One kind of evidence. The names are stable: they stand in files and in the manual.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Evidence {
    /// The text names the item's number, to the letter or but for punctuation and case.
    RefExact,
    /// The number stands in a structured field.
    RefStructured,
    /// The digits of the number, without its prefix or its leading zeros.
    RefDigits,
    /// Only the end of the number.
    RefSuffix,
    /// The number with a misread or missing character.
    RefTypo,
    /// The number cut off at the end of the text.
    RefCut,
    /// The number lies in a range that the text gives.
    RefRange,
    /// The creditor reference (ISO 11649).
    CreditorRef,
    /// The customer's order number.
    OrderRef,
    /// The payer's account is known for the debtor.
    Iban,
    /// The payer's name is the debtor's.
    Name,
    /// The payer's name is like the debtor's.
    NameFuzzy,
    /// The text names the debtor.
    NameInText,
    /// People said before that the payer pays for the debtor.
    Memory,
    /// The payer belongs to the debtor's group.
    Group,
    /// The amount is that of the items, to the cent.
    AmountExact,
    /// The amount is short by a discount within its terms.
    Discount,
    /// The amount is short by bank charges on a cross-border payment.
    Charges,
    /// The amount differs within the rounding tolerance.
    Rounding,
    /// Credit notes of the debtor make up the difference.
    CreditNote,
    /// A part of the item.
    Partial,
    /// More than the items: the excess is kept on account.
    Excess,
    /// The items are the debtor's whole balance.
    Balance,
    /// The items are all those due up to a date.
    DueUpTo,
    /// The items are a set of the debtor's that adds up.
    Subset,
    /// The text says how it was meant (acompte, escompte, solde…).
    Wording,
    /// The debtor named none of several items that fit: due before not due, then the oldest (code
    /// civil, art. 1342-10). Only with `ties = "oldest"`.
    OldestDebt,
    /// A person said so.
    Confirmed,
}

impl Evidence {
    /// All of them, in their fixed order.
    const ALL: [Self; 28] = [
        Self::RefExact,
        Self::RefStructured,
        Self::RefDigits,
        Self::RefSuffix,
        Self::RefTypo,
        Self::RefCut,
        Self::RefRange,
        Self::CreditorRef,
        Self::OrderRef,
        Self::Iban,
        Self::Name,
        Self::NameFuzzy,
        Self::NameInText,
        Self::Memory,
        Self::Group,
        Self::AmountExact,
        Self::Discount,
        Self::Charges,
        Self::Rounding,
        Self::CreditNote,
        Self::Partial,
        Self::Excess,
        Self::Balance,
        Self::DueUpTo,
        Self::Subset,
        Self::Wording,
        Self::OldestDebt,
        Self::Confirmed,
    ];

    /// The code in the `evidence` column.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::RefExact => "ref_exact",
            Self::RefStructured => "ref_structured",
            Self::RefDigits => "ref_digits",
            Self::RefSuffix => "ref_suffix",
            Self::RefTypo => "ref_typo",
            Self::RefCut => "ref_cut",
            Self::RefRange => "ref_range",
            Self::CreditorRef => "creditor_ref",
            Self::OrderRef => "order_ref",
            Self::Iban => "iban",
            Self::Name => "name",
            Self::NameFuzzy => "name_fuzzy",
            Self::NameInText => "name_in_text",
            Self::Memory => "memory",
            Self::Group => "group",
            Self::AmountExact => "amount_exact",
            Self::Discount => "discount",
            Self::Charges => "charges",
            Self::Rounding => "rounding",
            Self::CreditNote => "credit_note",
            Self::Partial => "partial",
            Self::Excess => "excess",
            Self::Balance => "balance",
            Self::DueUpTo => "due_up_to",
            Self::Subset => "subset",
            Self::Wording => "wording",
            Self::OldestDebt => "oldest_debt",
            Self::Confirmed => "confirmed",
        }
    }
}

/// Kinds of evidence, each once.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub struct EvidenceSet(u32);

impl EvidenceSet {
    /// Adds one.
    pub fn insert(&mut self, evidence: Evidence) {
        self.0 |= 1 << evidence as u32;
    }

    /// Whether it is among them.
    #[must_use]
    pub fn contains(self, evidence: Evidence) -> bool {
        self.0 & (1 << evidence as u32) != 0
    }

    /// Those of both.
    #[must_use]
    pub fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The codes, joined by `+`, in their fixed order.
    #[must_use]
    pub fn codes(self) -> String {
        let held = Evidence::ALL.iter().filter(|e| self.contains(**e));
        held.map(|e| e.code()).collect::<Vec<_>>().join("+")
    }
}

impl From<Evidence> for EvidenceSet {
    fn from(evidence: Evidence) -> Self {
        let mut set = Self::default();
        set.insert(evidence);
        set
    }
}

impl std::fmt::Debug for EvidenceSet {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.codes())
    }
}

/// One line of an explanation: a kind of evidence, what it is about, and its weight.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighed {
    /// What kind. `None` for what speaks against, which the note names.
    pub evidence: Option<Evidence>,
    /// Hundredths of a bit: +100 makes the explanation twice as likely.
    pub weight_cb: i64,
    /// What was compared, for people.
    pub note: String,
}

/// How a remittance is applied to one item, in minor units of the contract's currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// Index of the item in the ledger.
    pub invoice: usize,
    /// What is settled of the item: positive for an invoice, negative for a credit note.
    pub applied: i64,
    /// Of which not paid in money but granted as early-payment discount, negative.
    pub discount: i64,
    /// Of which bank charges taken on the way, negative.
    pub charges: i64,
    /// Rounding difference: negative when it makes up a shortfall, positive for an excess.
    pub rounding: i64,
}

impl Application {
    /// The money it takes from the remittance.
    #[must_use]
    pub fn money(&self) -> i64 {
        self.applied + self.discount + self.charges + self.rounding
    }
}

/// One way to explain a remittance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// The items with what is applied to each, in the order they are listed.
    pub applications: Vec<Application>,
    /// Excess kept for the debtor, in minor units, never negative.
    pub on_account: i64,
    /// Index of the debtor who is credited with an excess.
    pub debtor: usize,
    /// Probability among all explanations of this remittance, "none of them" included.
    pub confidence: Confidence,
    /// What speaks for it.
    pub evidence: EvidenceSet,
    /// Sum of what speaks for and against it, in hundredths of a bit.
    pub score_cb: i64,
    /// The same line by line, where a person asked for it.
    pub weights: Vec<Weighed>,
}

/// Why a remittance was not lettered, as a stable code that the manual explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// Nothing in the ledger fits.
    NoCandidate,
    /// The best explanation is not probable enough.
    BelowThreshold,
    /// Two explanations fit equally well.
    Ambiguous,
    /// Only one family of evidence: the amount alone, or a name alone.
    OneFamily,
    /// It names an item that this night's ledger does not have open.
    NotOpen,
    /// The item it names was settled by an earlier remittance of the night.
    AlreadySettled,
    /// Another entry has the same bank reference and amount.
    TwinSuspected,
    /// The bank took a payment of this amount back, and it is not sure that it was another one.
    ReturnSuspected,
    /// A person said that what was suggested is wrong.
    Rejected,
    /// A person took the lettrage of an earlier night back.
    Undone,
    /// Another remittance claims the same items, and which of them is right is not clear.
    Contested,
    /// The search for explanations was cut short by its bound.
    SearchIncomplete,
    /// A batch booking without its details.
    BatchWithoutDetails,
    /// The items it fits are in dispute about the amount, or belong to another contract.
    Unsure,
}

impl Reason {
    /// The code in the `reason` column.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NoCandidate => "no_candidate",
            Self::BelowThreshold => "below_threshold",
            Self::Ambiguous => "ambiguous",
            Self::OneFamily => "one_family",
            Self::NotOpen => "not_open",
            Self::AlreadySettled => "already_settled",
            Self::TwinSuspected => "twin_suspected",
            Self::ReturnSuspected => "return_suspected",
            Self::Rejected => "rejected",
            Self::Undone => "undone",
            Self::Contested => "contested",
            Self::SearchIncomplete => "search_incomplete",
            Self::BatchWithoutDetails => "batch_without_details",
            Self::Unsure => "unsure",
        }
    }
}

/// A remittance that is lettered without a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Match {
    /// Index of the remittance.
    pub remittance: usize,
    /// The explanation that was chosen.
    pub chosen: Candidate,
    /// The explanations that lost, best first.
    pub rivals: Vec<Candidate>,
}

/// A remittance that a person must look at.
#[derive(Clone, Debug)]
pub struct Suggestion {
    /// Index of the remittance.
    pub remittance: usize,
    /// At most three, best first. Empty: nothing fits.
    pub candidates: Vec<Candidate>,
    /// Why it is not lettered.
    pub reason: Reason,
    /// The best explanation reaches the `suggest` threshold.
    pub suggested: bool,
    /// Index of the debtor who probably paid.
    pub payer: Option<usize>,
    /// More words for the reason: the number it names, the earlier remittance…
    pub note: String,
}

/// What was decided about one remittance.
#[derive(Clone, Debug)]
pub enum Verdict {
    /// Lettered.
    Match(Match),
    /// Left for a person.
    Unmatched(Suggestion),
}

impl Verdict {
    /// Index of the remittance.
    #[must_use]
    pub fn remittance(&self) -> usize {
        match self {
            Self::Match(m) => m.remittance,
            Self::Unmatched(s) => s.remittance,
        }
    }
}
