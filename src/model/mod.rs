//! The nouns of the trade, shared by all stages.
//!
//! Nothing here reads or writes a file format: those have row types of their own where they are
//! read or written. Nothing here decides anything either, beyond what a noun must guarantee about
//! itself (a `Money` is exact, an `Iban` has a valid check number).

pub mod admitted;
pub mod bank;
pub mod bank_file;
pub mod calendar;
pub mod contract;
pub mod debtor;
pub mod decision;
pub mod dunning;
pub mod finding;
pub mod funds;
pub mod habits;
pub mod history;
pub mod iban;
pub mod invoice;
pub mod ledger;
pub mod lettrage;
pub mod matched;
pub mod money;
pub mod outcome;
pub mod payer;
pub mod remittance;
pub mod settled;
pub mod statement;
pub mod texts;

pub use admitted::{AdmittedStatement, Disposition};
pub use bank::Bank;
pub use bank_file::{BankFile, Content, Stream};
pub use calendar::{business_day_from, business_days_between, is_business_day};
pub use contract::{Assignment, Contract, ContractChange, ContractId, ContractKind, Insurance, Insurer, ManagedBy, Mandate};
pub use debtor::{Debtor, DebtorId, Limit};
pub use decision::{DecidedItem, Decision, Resolution};
pub use dunning::{Channel, Contact, Defunding, DunningAction, DunningStep, HeldReason, Interest, Outcome, Segment, Stage};
pub use finding::{Finding, Origin, Rule, Severity};
pub use funds::{Balances, Followed, Funds, FundsMove, OnAccount, Sent};
pub use habits::{Closed, HABIT_DAYS, Habits};
pub use history::{CodeCounter, History, KnownStatement, LetteredItem, Memory, StatementLink, Waiting, Wanted};
pub use iban::{Account, Iban};
pub use invoice::{Invoice, InvoiceId, Route};
pub use ledger::{Closing, Ledger};
pub use lettrage::{Destination, LettrageCode, LettrageLine, LineKind};
pub use matched::{Application, Candidate, Confidence, Evidence, EvidenceSet, Match, Reason, Suggestion, Verdict, Weighed};
pub use money::{Currency, Money, MoneyFault};
pub use outcome::{Exception, ExceptionStatus, Release};
pub use payer::{Lesson, PayerMemory};
pub use remittance::{BankLine, NonRemittance, NonRemittanceKind, Remittance, RemittanceId};
pub use settled::{Cause, Settled, SettledLine, TakenBack};
pub use statement::{Balance, Direction, Document, Entry, Party, Statement, StatementKind, Transaction};
pub use texts::{Field, Texts, TextsBuilder};
