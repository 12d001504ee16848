//! `pipeline.toml` → [`Settings`].
//!
//! Every key has a default, but the ledger and the contracts. An unknown key is refused: a misspelt
//! threshold that silently keeps its default moves money. All problems are told at once, each with
//! line and column.

mod banks;
mod company;
mod contracts;
mod dunning;
mod language;
mod late_payment;
mod layout;
mod reader;
mod weights;
mod wording;

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use crate::fec::Documents;
use crate::model::{Bank, Confidence, Contract, Currency, Finding};

pub use company::CompanySettings;
pub use dunning::{DunningSettings, Level};
pub use language::{Language, Numbers, date, grouped, money, percent};
pub use late_payment::{HalfYear, LatePaymentSettings, Rate, half_year};
pub use layout::{
    Encoding, Field, Fold, Format, Justify, LAYOUTS, LINE_SOURCES, Layout, Record, Shorten, When, built_in_layout,
    is_layout_path, layout_text, read_layout,
};
use reader::{Document, Section};
pub use weights::Weights;
pub use wording::{LevelWording, Wording, read_wording};

/// What a gap in the chain of statements does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnGap {
    /// It is told, and all statements are used.
    Warn,
    /// What lies behind it waits in the inbox.
    Hold,
}

/// Who decides a tie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ties {
    /// A person.
    Person,
    /// The law: due before not due, then the oldest (code civil, art. 1342-10).
    Oldest,
}

/// What happens to an inbox file that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AfterRead {
    /// It moves to the archive.
    Move,
    /// It stays; the state remembers its bookings.
    Keep,
}

/// `[inbox]`.
#[derive(Clone, Debug)]
pub struct InboxSettings {
    /// Folder of dropped files.
    pub path: String,
    /// Seconds for which size and time of a file must stand still.
    pub settle_seconds: u64,
    /// What happens to a file that was read.
    pub after: AfterRead,
}

/// `[outbox]`.
#[derive(Clone, Debug)]
pub struct OutboxSettings {
    /// Folder of run folders.
    pub path: String,
    /// Folder of files that were read.
    pub archive: String,
    /// Folder of files that were refused.
    pub quarantine: String,
    /// Whether `lettrage.xlsx` is written too.
    pub workbook: bool,
    /// Folder of files that an earlier night read already.
    pub duplicates: String,
}

/// `[ledger]`: the files, and how to read them. One part for the stage `ledger`.
#[derive(Clone, Debug)]
pub struct LedgerSettings {
    /// Path of the open items.
    pub invoices: String,
    /// Path of the debtors.
    pub debtors: String,
    /// Path of what came of earlier actions, where it is kept.
    pub contacts: Option<String>,
    /// `utf-8` or `windows-1252`.
    pub encoding: String,
    /// strftime pattern of dates.
    pub date_format: String,
    /// Decimal separator of amounts.
    pub decimal: char,
    /// The file's name of a column → ours.
    pub columns: Vec<(String, String)>,
    /// The longest terms that the trade's own cap allows (code de commerce, art. L441-11).
    pub longest_terms: Option<String>,
    /// What a FEC does not say.
    pub fec: FecSettings,
}

/// `[ledger.fec]`: how a FEC (fichier des écritures comptables) is read as the ledger.
#[derive(Clone, Debug)]
pub struct FecSettings {
    /// How customers' accounts begin.
    pub account: String,
    /// How accounts of banks and tills begin: a writing that moves one is a payment.
    pub bank_accounts: Vec<String>,
    /// Codes of the journals that carry the year before over (à-nouveaux).
    pub opening_journals: Vec<String>,
    /// Terms that give the due dates.
    pub payment_terms: String,
    /// All items are assigned from their date on.
    pub assigned: bool,
    /// Where the number of a document stands.
    pub documents: Documents,
}

impl Default for FecSettings {
    fn default() -> Self {
        let list = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let (bank_accounts, opening_journals) = (list(&["51", "53"]), list(&["AN", "ANO", "RAN", "OUV"]));
        Self {
            account: "411".to_owned(),
            bank_accounts,
            opening_journals,
            payment_terms: "30 jours".to_owned(),
            assigned: false,
            documents: Documents::Piece,
        }
    }
}

/// `[matching]`: thresholds and tolerances. One part for the stage `matching`.
#[derive(Clone, Copy, Debug)]
pub struct MatchingSettings {
    /// Probability from which a remittance is lettered without a person.
    pub auto: Confidence,
    /// Probability below which nothing is suggested.
    pub suggest: Confidence,
    /// Accepted difference on a referenced payment, in units of the contract's currency.
    pub rounding_tolerance: Decimal,
    /// Bank charges accepted on a cross-border payment with a reference, in the same units.
    pub charges_tolerance: Decimal,
    /// Who decides which of several equal items a debtor pays that named none.
    pub ties: Ties,
    /// What each kind of evidence weighs.
    pub weights: Weights,
}

/// All of `pipeline.toml`, checked.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Language of what people read.
    pub language: Language,
    /// `[inbox]`.
    pub inbox: InboxSettings,
    /// `[outbox]`.
    pub outbox: OutboxSettings,
    /// `[statements] gap`.
    pub gap: OnGap,
    /// `[state] path`.
    pub state_path: String,
    /// `[ledger]`.
    pub ledger: LedgerSettings,
    /// `[matching]`.
    pub matching: MatchingSettings,
    /// `[company]`.
    pub company: CompanySettings,
    /// `[dunning]`.
    pub dunning: DunningSettings,
    /// What letters say, by language: those that come with the program, and those of `[dunning] wordings`.
    pub wordings: Vec<Wording>,
    /// `[late_payment]`.
    pub late_payment: LatePaymentSettings,
    /// Layouts that contracts name, by that name.
    pub layouts: BTreeMap<String, Layout>,
    /// `[[contracts]]`, in the order of the file.
    pub contracts: Vec<Contract>,
    /// `[[banks]]`, in the order of the file: the first that fits a statement counts.
    pub banks: Vec<Bank>,
}

/// Reads and checks a `pipeline.toml`.
///
/// # Errors
///
/// All problems of the file: bad TOML, unknown keys with the nearest known name, values of the
/// wrong type or out of range, contracts that contradict one another.
pub fn read(file: &Arc<str>, text: &str) -> Result<Settings, Vec<Finding>> {
    let document = Document::parse(file, text)?;
    let mut root = document.root();
    let mut settings = Settings {
        language: language(&mut root),
        inbox: inbox(&mut root),
        outbox: outbox(&mut root),
        gap: gap(&mut root),
        state_path: state_path(&mut root),
        ledger: ledger(&mut root),
        matching: matching(&mut root),
        company: company::read(&mut root),
        dunning: dunning::read(&mut root),
        wordings: wording::built_in(),
        late_payment: late_payment::read(&mut root),
        layouts: BTreeMap::new(),
        contracts: contracts::read(&mut root),
        banks: banks::read(&mut root),
    };
    let named = settings.contracts.iter().flat_map(|c| &c.outputs);
    settings.layouts = named.filter_map(|name| Some((name.clone(), built_in_layout(name)?))).collect();
    folders_apart(&root, &settings);
    root.finish();
    let problems = document.problems();
    if problems.is_empty() { Ok(settings) } else { Err(problems) }
}

/// What a run writes must not lie where it reads, or the next run reads its own files.
fn folders_apart(root: &Section<'_>, settings: &Settings) {
    let inbox = std::path::Path::new(&settings.inbox.path);
    let outbox = &settings.outbox;
    for (key, path) in [
        ("outbox.path", &outbox.path),
        ("outbox.archive", &outbox.archive),
        ("outbox.quarantine", &outbox.quarantine),
        ("outbox.duplicates", &outbox.duplicates),
    ] {
        let other = std::path::Path::new(path);
        if other.starts_with(inbox) || inbox.starts_with(other) {
            let what = format!("expected {key} apart from the inbox {:?}, but found {path:?}", settings.inbox.path);
            root.problem("outbox", "config-folders", what);
        }
    }
}

fn language(root: &mut Section<'_>) -> Language {
    root.choice("language", &[("fr", Language::French), ("en", Language::English)], Language::French)
}

fn inbox(root: &mut Section<'_>) -> InboxSettings {
    let mut section = root.section("inbox");
    let settings = InboxSettings {
        path: section.text("path", "inbox"),
        settle_seconds: section.seconds("settle", 5),
        after: section.choice("after", &[("move", AfterRead::Move), ("keep", AfterRead::Keep)], AfterRead::Move),
    };
    section.finish();
    settings
}

fn outbox(root: &mut Section<'_>) -> OutboxSettings {
    let mut section = root.section("outbox");
    let settings = OutboxSettings {
        path: section.text("path", "outbox"),
        archive: section.text("archive", "archive"),
        quarantine: section.text("quarantine", "quarantine"),
        duplicates: section.text("duplicates", "duplicates"),
        workbook: section.optional_boolean("workbook").unwrap_or(false),
    };
    section.finish();
    settings
}

fn gap(root: &mut Section<'_>) -> OnGap {
    let mut section = root.section("statements");
    let gap = section.choice("gap", &[("warn", OnGap::Warn), ("hold", OnGap::Hold)], OnGap::Warn);
    section.finish();
    gap
}

fn state_path(root: &mut Section<'_>) -> String {
    let mut section = root.section("state");
    let path = section.text("path", "state/lettrage.sqlite");
    section.finish();
    path
}

fn ledger(root: &mut Section<'_>) -> LedgerSettings {
    let mut section = root.required_section("ledger", "the files of the open items and of the debtors");
    let settings = LedgerSettings {
        invoices: section.required_text("invoices"),
        debtors: section.required_text("debtors"),
        contacts: section.optional_text("contacts"),
        encoding: section.choice("encoding", &[("utf-8", "utf-8"), ("windows-1252", "windows-1252")], "utf-8").to_owned(),
        date_format: section.text("date_format", "%Y-%m-%d"),
        decimal: section.choice("decimal", &[(".", '.'), (",", ',')], '.'),
        columns: section.pairs("columns"),
        longest_terms: section.optional_text("longest_terms"),
        fec: fec(section.section("fec")),
    };
    let day = NaiveDate::default() + Days::new(11);
    let written = |pattern: &str| {
        let mut text = String::new();
        write!(text, "{}", day.format(pattern)).ok().map(|()| text)
    };
    let is_date = |pattern: &str| written(pattern).is_some_and(|text| NaiveDate::parse_from_str(&text, pattern) == Ok(day));
    if !is_date(&settings.date_format) {
        section.problem(
            "date_format",
            "config-date-format",
            format!("expected a pattern such as \"%d/%m/%Y\", but found {:?}", settings.date_format),
        );
    }
    section.finish();
    settings
}

fn fec(mut section: Section<'_>) -> FecSettings {
    let usual = FecSettings::default();
    let settings = FecSettings {
        account: section.text("account", &usual.account),
        bank_accounts: section.texts("bank_accounts").unwrap_or(usual.bank_accounts),
        opening_journals: section.texts("opening_journals").unwrap_or(usual.opening_journals),
        payment_terms: section.text("payment_terms", &usual.payment_terms),
        assigned: section.optional_boolean("assigned").unwrap_or(usual.assigned),
        documents: section.choice(
            "document",
            &[("PieceRef", Documents::Piece), ("EcritureNum", Documents::Writing)],
            usual.documents,
        ),
    };
    section.finish();
    settings
}

fn matching(root: &mut Section<'_>) -> MatchingSettings {
    let mut section = root.section("matching");
    let settings = MatchingSettings {
        auto: section.probability("auto", 995_000),
        suggest: section.probability("suggest", 300_000),
        rounding_tolerance: section.amount("rounding_tolerance", "0.05"),
        charges_tolerance: section.amount("charges_tolerance", "15.00"),
        ties: section.choice("ties", &[("person", Ties::Person), ("oldest", Ties::Oldest)], Ties::Person),
        weights: weights::weights(&mut section),
    };
    if settings.auto.0 <= 500_000 {
        section.problem(
            "auto",
            "config-range",
            format!("expected a probability above 0.5, at which two explanations cannot both pass, but found {}", settings.auto),
        );
    }
    if settings.suggest > settings.auto {
        let what = format!("expected no more than auto ({}), but found {}", settings.auto, settings.suggest);
        section.problem("suggest", "config-range", what);
    }
    section.finish();
    settings
}

/// The tolerance in minor units of a currency; what is finer than the minor unit is dropped.
#[must_use]
pub fn minor_units(amount: Decimal, currency: Currency) -> i64 {
    let scaled = amount * Decimal::from(10_i64.pow(currency.decimals()));
    i64::try_from(scaled.trunc().mantissa()).unwrap_or(i64::MAX)
}

/// Whether a pattern writes dates: one that does not would stop the night where it is used.
pub(crate) fn is_date_pattern(pattern: &str) -> bool {
    let mut items = chrono::format::StrftimeItems::new(pattern).peekable();
    items.peek().is_some() && items.all(|item| item != chrono::format::Item::Error)
}

/// A number of days as chrono wants it.
#[must_use]
pub fn days(count: u32) -> Days {
    Days::new(u64::from(count))
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "
[ledger]
invoices = \"i.csv\"
debtors = \"d.csv\"
[[contracts]]
id = \"CT01\"
factor = \"Factor SA\"
kind = \"confidential\"
account = \"FR7630006000011234567890189\"
currency = \"EUR\"
";

    fn problems(text: &str) -> String {
        match read(&"pipeline.toml".into(), text) {
            Ok(_) => "none".to_owned(),
            Err(found) => {
                found.iter().map(|f| format!("{} {}: {} {}", f.origin, f.rule, f.what, f.remedy)).collect::<Vec<_>>().join("\n")
            }
        }
    }

    #[test]
    fn only_ledger_and_contract_are_required() {
        let settings = read(&"pipeline.toml".into(), GOOD).unwrap();
        assert_eq!(settings.matching.auto, Confidence(995_000));
        assert_eq!(settings.contracts[0].defunding_days, 60);
        assert!(!settings.contracts[0].notified);
    }

    #[test]
    fn a_misspelt_key_is_refused_with_the_nearest_name() {
        insta::assert_snapshot!(problems(&format!("{GOOD}curency = \"EUR\"\n[matching]\nautto = 0.99\n")), @r#"
pipeline.toml:11:1 config-unknown-key: expected a known key, but found contracts.curency Did you mean "currency"?
pipeline.toml:13:1 config-unknown-key: expected a known key, but found matching.autto Did you mean "auto"?
"#);
    }

    #[test]
    fn all_problems_are_told_at_once() {
        insta::assert_snapshot!(problems("
[matching]
auto = 2
rounding_tolerance = 0.05
[ledger]
invoices = 3
[[contracts]]
id = \"A\"
factor = \"F\"
kind = \"confidental\"
account = \"FR7630006000011234567890188\"
[[contracts]]
id = \"A\"
factor = \"F\"
kind = \"full\"
"), @r#"
pipeline.toml:3:8 config-type: expected matching.auto to be a probability such as 0.995, between 0 and 1, but found 2 
pipeline.toml:4:22 config-type: expected matching.rounding_tolerance to be an amount in quotes, zero or more, such as "15.00" (a bare number would be a binary fraction), but found 0.05 
pipeline.toml:5:1 config-missing: expected the key ledger.debtors, but found none 
pipeline.toml:6:12 config-type: expected ledger.invoices to be a text in quotes, but found 3 
pipeline.toml:10:8 config-choice: expected contracts.kind to be one of full, mandate, non_managed, confidential, balance, but found "confidental" Did you mean "confidential"?
pipeline.toml:11:1 config-iban: expected an IBAN with a right check number, but found "FR7630006000011234567890188" 
pipeline.toml:12:1 config-missing: expected the dedicated account (account or accounts), but found none 
pipeline.toml:13:1 config-duplicate: expected each contract once, but found A twice (capitals do not count: files are named after it)
"#);
    }

    #[test]
    fn bad_toml_is_told_with_line_and_column() {
        insta::assert_snapshot!(problems("[ledger\ninvoices = 3"), @"pipeline.toml:1:8 config-syntax: expected TOML, but found: unclosed table, expected `]`");
    }
}
