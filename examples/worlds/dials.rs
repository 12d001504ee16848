//! What can be turned in an invented trade: its size, and how payers behave.

/// How large a world is and how its payers behave.
#[derive(Clone, Debug)]
pub struct Dials {
    /// Same seed, same world.
    pub seed: u64,
    /// Debtors in the ledger.
    pub debtors: usize,
    /// Open items in the ledger, before credit notes.
    pub items: usize,
    /// Credits on the statements.
    pub remittances: usize,
    /// Days of statements.
    pub days: usize,
    /// Share of debtors with one recurring amount, in percent.
    pub recurring: u64,
    /// Share of remittances that carry the payer's account, in percent.
    pub with_iban: u64,
    /// Share of payer names with a typing error, cut, or in another order, in percent.
    pub name_noise: u64,
    /// Share of payments without a word that go to the oldest of the debtor's equal items, in percent; the
    /// others go to any.
    pub oldest_first: u64,
    /// Share of damages, lists and texts that are of a kind seldom seen, and of noisy names, in percent.
    pub rare_damage: u64,
    /// Weight of each habit among all.
    pub habits: &'static [(Habit, u64)],
}

/// How a remittance pays and what it says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Habit {
    Reference,
    Structured,
    CreditorReference,
    OrderNumber,
    Damaged,
    Several,
    SeveralDamaged,
    Range,
    Partial,
    Instalments,
    Discount,
    Charges,
    CreditNote,
    Rounding,
    Excess,
    Silent,
    StatementOfAccount,
    ForAnother,
    PaymentCentre,
    AlienNumber,
    Closed,
    Stranger,
}

/// The habits of an ordinary company.
pub const MIXED: &[(Habit, u64)] = &[
    (Habit::Reference, 240),
    (Habit::Structured, 120),
    (Habit::CreditorReference, 60),
    (Habit::OrderNumber, 25),
    (Habit::Damaged, 120),
    (Habit::Several, 110),
    (Habit::SeveralDamaged, 60),
    (Habit::Range, 15),
    (Habit::Partial, 30),
    (Habit::Instalments, 25),
    (Habit::Discount, 18),
    (Habit::Charges, 10),
    (Habit::CreditNote, 35),
    (Habit::Rounding, 18),
    (Habit::Excess, 15),
    (Habit::Silent, 75),
    (Habit::StatementOfAccount, 30),
    (Habit::ForAnother, 10),
    (Habit::PaymentCentre, 10),
    (Habit::AlienNumber, 8),
    (Habit::Closed, 25),
    (Habit::Stranger, 25),
];

/// The habits of payers who make it hard.
pub const HARD: &[(Habit, u64)] = &[
    (Habit::Reference, 60),
    (Habit::Structured, 30),
    (Habit::CreditorReference, 20),
    (Habit::OrderNumber, 25),
    (Habit::Damaged, 170),
    (Habit::Several, 50),
    (Habit::SeveralDamaged, 130),
    (Habit::Range, 25),
    (Habit::Partial, 45),
    (Habit::Instalments, 30),
    (Habit::Discount, 25),
    (Habit::Charges, 25),
    (Habit::CreditNote, 55),
    (Habit::Rounding, 20),
    (Habit::Excess, 20),
    (Habit::Silent, 110),
    (Habit::StatementOfAccount, 45),
    (Habit::ForAnother, 25),
    (Habit::PaymentCentre, 20),
    (Habit::AlienNumber, 25),
    (Habit::Closed, 45),
    (Habit::Stranger, 35),
];

impl Dials {
    /// An ordinary company of that size.
    pub fn mixed(seed: u64, remittances: usize, items: usize, debtors: usize) -> Self {
        Self {
            seed,
            debtors,
            items,
            remittances,
            days: 5,
            recurring: 12,
            with_iban: 45,
            name_noise: 12,
            oldest_first: 0,
            rare_damage: 0,
            habits: MIXED,
        }
    }

    /// Payers who make it hard.
    pub fn hard(seed: u64, remittances: usize, items: usize, debtors: usize) -> Self {
        Self { recurring: 25, with_iban: 30, name_noise: 25, habits: HARD, ..Self::mixed(seed, remittances, items, debtors) }
    }

    /// The same, who damage and list numbers in ways that are seldom seen.
    pub fn rare(seed: u64, remittances: usize, items: usize, debtors: usize) -> Self {
        Self { rare_damage: 100, ..Self::hard(seed, remittances, items, debtors) }
    }
}
