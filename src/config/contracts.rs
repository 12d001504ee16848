//! `[[contracts]]`: presets by kind, each key of which can be set on its own.

use rust_decimal::Decimal;

use super::reader::Section;
use crate::model::{
    Account, Assignment, Contract, ContractChange, ContractId, ContractKind, Currency, Insurance, Insurer, ManagedBy, Mandate,
    Stage,
};

/// What a kind of contract stands for: who manages, whether debtors are told, how it is assigned.
fn preset(kind: ContractKind) -> (ManagedBy, bool, Assignment) {
    match kind {
        ContractKind::Full => (ManagedBy::Factor, true, Assignment::Line),
        ContractKind::Mandate | ContractKind::NonManaged => (ManagedBy::Client, true, Assignment::Line),
        ContractKind::Confidential => (ManagedBy::Client, false, Assignment::Line),
        ContractKind::Balance => (ManagedBy::Client, false, Assignment::Balance),
    }
}

/// Renderings of the lettrage that this version writes.
const OUTPUTS: [&str; 3] = ["csv", "jsonl", "remt.001"];

pub(super) fn read(root: &mut Section<'_>) -> Vec<Contract> {
    let mut contracts: Vec<Contract> = Vec::new();
    let sections = root.sections("contracts");
    if sections.is_empty() {
        root.problem("contracts", "config-missing", "expected at least one [[contracts]], but found none".to_owned());
    }
    for mut section in sections {
        let contract = contract(&mut section);
        if contracts.iter().any(|c| c.id.0.eq_ignore_ascii_case(&contract.id.0)) {
            section.problem(
                "id",
                "config-duplicate",
                format!(
                    "expected each contract once, but found {} twice (capitals do not count: files are named after it)",
                    contract.id
                ),
            );
        }
        for account in &contract.accounts {
            if let Some(other) = contracts.iter().find(|c| c.accounts.contains(account)) {
                section.problem(
                    "account",
                    "config-duplicate",
                    format!(
                        "expected a dedicated account in one contract only, but found {account} in {} and {}",
                        other.id, contract.id
                    ),
                );
            }
        }
        section.finish();
        contracts.push(contract);
    }
    contracts
}

fn contract(section: &mut Section<'_>) -> Contract {
    let id = ContractId(section.required_text("id").into());
    if id.0.is_empty()
        || !id.0.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        || id.0.starts_with('.')
    {
        section.problem(
            "id",
            "config-id",
            format!("expected letters, digits, - and _ only, because files are named after it, but found {:?}", id.0),
        );
    }
    let factor = section.required_text("factor");
    let kind = section.optional_choice("kind", &ContractKind::ALL).unwrap_or(ContractKind::Mandate);
    let (managed_by, notified, assignment) = preset(kind);
    let mut numbers = section.texts("accounts").unwrap_or_default();
    numbers.extend(section.optional_text("account"));
    if numbers.is_empty() {
        section.problem(
            "account",
            "config-missing",
            "expected the dedicated account (account or accounts), but found none".to_owned(),
        );
    }
    let accounts = numbers.iter().map(|number| account(section, "account", number)).collect();
    let currency = section.text("currency", "EUR");
    let currency = Currency::parse(&currency).unwrap_or_else(|| {
        section.problem("currency", "config-currency", format!("expected a currency such as \"EUR\", but found {currency:?}"));
        Currency::EUR
    });
    let factor_account = section.optional_text("factor_account").map(|number| account(section, "factor_account", &number));
    let managers = [("client", ManagedBy::Client), ("factor", ManagedBy::Factor)];
    let assignments = [("line", Assignment::Line), ("balance", Assignment::Balance)];
    let contract = Contract {
        id,
        factor,
        kind,
        accounts,
        currency,
        managed_by: section.choice("managed_by", &managers, managed_by),
        notified: section.optional_boolean("notified").unwrap_or(notified),
        assignment: section.choice("assignment", &assignments, assignment),
        factor_account,
        sweep_days: section.days("sweep_days", 3),
        defunding_days: u32::try_from(section.days("defunding_days", 60)).unwrap_or(60),
        advance_rate: section.amount("advance_rate", "0.90"),
        recourse: section.optional_boolean("recourse").unwrap_or(true),
        insurance: insurance(section),
        owners: owners(section),
        mandate: mandate(section),
        changes: changes(section),
        params: section.pairs("params"),
        outputs: section.texts("outputs").unwrap_or_else(|| vec!["csv".to_owned()]),
    };
    if contract.advance_rate > Decimal::ONE {
        section.problem(
            "advance_rate",
            "config-range",
            format!("expected a share from \"0\" to \"1\", but found {}", contract.advance_rate),
        );
    }
    if contract.factor_account.as_ref().is_some_and(|account| contract.accounts.contains(account)) {
        let what = "expected the factor's account, where the funds go, but found the dedicated account itself";
        section.problem("factor_account", "config-account", what.to_owned());
    }
    let known: Vec<&str> = OUTPUTS.iter().chain(&super::LAYOUTS).copied().collect();
    if let Some(unknown) = contract.outputs.iter().find(|o| !known.contains(&o.as_str()) && !super::is_layout_path(o)) {
        section.problem(
            "outputs",
            "config-choice",
            format!("expected outputs among {}, or the path of a layout (.toml), but found {unknown:?}", known.join(", ")),
        );
    }
    contract
}

/// Whose limits count, and until when the policy wants to hear of an unpaid item.
fn insurance(section: &mut Section<'_>) -> Insurance {
    let mut own = section.section("insurance");
    let insurers = [("factor", Insurer::Factor), ("own", Insurer::Own), ("none", Insurer::None)];
    let insurer = own.choice("insurer", &insurers, Insurer::Factor);
    let given = own.has("declare_days");
    let days = Some(own.days("declare_days", 0)).filter(|_| given);
    own.finish();
    Insurance { insurer, declare_days: days.and_then(|days| u32::try_from(days).ok()) }
}

/// Who owns the stages that are not the manager's.
fn owners(section: &mut Section<'_>) -> Vec<(Stage, ManagedBy)> {
    let mut own = section.section("owners");
    let managers = [("client", ManagedBy::Client), ("factor", ManagedBy::Factor)];
    let stages = [Stage::BeforeDue, Stage::Overdue, Stage::FormalNotice, Stage::Contentious];
    let found = stages.into_iter().filter_map(|stage| Some((stage, own.optional_choice(stage.as_str(), &managers)?))).collect();
    own.finish();
    found
}

/// What the mandate allows, and when; `None` where nothing is said of it.
fn mandate(section: &mut Section<'_>) -> Option<Mandate> {
    let mut own = section.section("mandate");
    let mandate = Mandate {
        checked_on: own.optional_date("checked_on"),
        granted_on: own.optional_date("granted_on"),
        ends_on: own.optional_date("ends_on"),
        reminders: own.optional_boolean("reminders").unwrap_or(true),
        recovery: own.optional_boolean("recovery").unwrap_or(true),
    };
    let given = own.is_given();
    own.finish();
    given.then_some(mandate)
}

/// What changes from a day on.
fn changes(section: &mut Section<'_>) -> Vec<ContractChange> {
    let managers = [("client", ManagedBy::Client), ("factor", ManagedBy::Factor)];
    let mut changes = Vec::new();
    for mut own in section.sections("changes") {
        let from = own.optional_date("from");
        if from.is_none() {
            own.problem(
                "from",
                "config-missing",
                "expected the day from which it holds, such as from = \"2027-01-01\"".to_owned(),
            );
        }
        let (managed_by, notified) = (own.optional_choice("managed_by", &managers), own.optional_boolean("notified"));
        own.finish();
        changes.extend(from.map(|from| ContractChange { from, managed_by, notified }));
    }
    changes.sort_by_key(|c| c.from);
    changes
}

/// An account number. What starts like an IBAN must be one.
fn account(section: &Section<'_>, key: &str, number: &str) -> Account {
    let account = Account::parse(number);
    let bytes = account.as_str().as_bytes();
    let like_iban =
        bytes.len() >= 4 && bytes[..2].iter().all(u8::is_ascii_alphabetic) && bytes[2..4].iter().all(u8::is_ascii_digit);
    if bytes.is_empty() || (like_iban && matches!(account, Account::Other(_))) {
        section.problem(key, "config-iban", format!("expected an IBAN with a right check number, but found {number:?}"));
    }
    account
}
