//! The outcome of a night → tables and reading for people.

mod aged;
mod findings;
mod html;
mod plots;
mod release;
mod rules;
mod summary;
mod words;
mod workbook;

use chrono::NaiveDate;

use crate::config::Language;
use crate::model::{
    Contract, Defunding, DunningAction, Exception, Finding, Followed, Ledger, LettrageLine, OnAccount, Release, Waiting,
};

pub use aged::{AgedBalance, aged_balance, aged_balance_csv};
pub use findings::findings_csv;
pub use html::report_html;
pub use release::release_pages;
pub use rules::in_french;
pub use summary::summary_json;
pub use words::reason_in_words;
pub use workbook::workbook;

/// What a night decided, to be told.
pub struct Outcome<'a> {
    /// Business date.
    pub as_of: NaiveDate,
    /// Language of what people read.
    pub language: Language,
    /// Name of the client, where the configuration says it.
    pub company: Option<&'a str>,
    /// The contracts.
    pub contracts: &'a [Contract],
    /// The ledger before the night.
    pub ledger: &'a Ledger,
    /// What is open of each item after it, in minor units.
    pub open_after: &'a [i64],
    /// The lettrage.
    pub lines: &'a [LettrageLine],
    /// The suggestions.
    pub suggestions: &'a [LettrageLine],
    /// What is not lettered.
    pub exceptions: &'a [Exception],
    /// Where the credits went.
    pub releases: &'a [Release],
    /// What is kept on account.
    pub on_account: &'a [OnAccount],
    /// The funds on their way to the factor.
    pub followed: &'a [Followed],
    /// What earlier nights left for a person, and was looked at again.
    pub carried: &'a [Waiting],
    /// What is to be chased.
    pub actions: &'a [DunningAction],
    /// Open assigned items, the next définancement first.
    pub defunding: &'a [Defunding],
    /// Open amounts by age.
    pub aged: &'a [AgedBalance],
    /// Problems of the data.
    pub findings: &'a [Finding],
    /// Files read, of them set aside.
    pub files: (usize, usize),
}
