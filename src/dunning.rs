//! What stays open, as of a date → what to do about it.

use std::collections::{BTreeSet, HashMap};

use chrono::NaiveDate;

use crate::config::{DunningSettings, days};
use crate::model::{Contract, ContractId, Debtor, DebtorId, DunningAction, HeldReason, Invoice, Ledger, ManagedBy, Money, Stage};
use crate::text::{Csv, single_line};

/// Every open invoice that calls for an action, or is held back from one.
///
/// `open_after` is what is open of each item of the ledger after the night's lettrage, in minor
/// units; `waiting` are debtors with a remittance still on the desk. An item that is settled has no
/// row, and neither has a credit note.
#[must_use]
pub fn actions(
    settings: &DunningSettings,
    contracts: &[Contract],
    ledger: &Ledger,
    open_after: &[i64],
    waiting: &BTreeSet<(ContractId, DebtorId)>,
    as_of: NaiveDate,
) -> Vec<DunningAction> {
    let contracts: HashMap<&ContractId, &Contract> = contracts.iter().map(|c| (&c.id, c)).collect();
    let mut actions: Vec<DunningAction> = ledger
        .invoices
        .iter()
        .zip(open_after)
        .filter(|(invoice, open)| **open > 0 && !invoice.is_credit_note())
        .filter_map(|(invoice, open)| {
            let contract = contracts.get(&invoice.contract)?;
            let debtor = ledger.debtor(&invoice.debtor)?;
            let open = Money::from_minor(*open, invoice.open.currency());
            action(settings, contract, debtor, invoice, open, waiting, as_of)
        })
        .collect();
    actions
        .sort_by(|a, b| (&a.contract, &a.debtor, a.due_date, &a.invoice).cmp(&(&b.contract, &b.debtor, b.due_date, &b.invoice)));
    actions
}

fn action(
    settings: &DunningSettings,
    contract: &Contract,
    debtor: &Debtor,
    invoice: &Invoice,
    open: Money,
    waiting: &BTreeSet<(ContractId, DebtorId)>,
    as_of: NaiveDate,
) -> Option<DunningAction> {
    let days_overdue = (as_of - invoice.due_date).num_days();
    let stage = stage(settings, days_overdue)?;
    let held = held(invoice, waiting, as_of);
    let assigned = contract.is_assigned(invoice.assigned_on, as_of);
    let defunding_date = invoice.due_date.checked_add_days(days(contract.defunding_days)).filter(|_| assigned);
    let (action, channel) = match held {
        // Only the client can settle a dispute with its customer, whoever manages the contract.
        Some(HeldReason::Dispute) => ("settle_dispute", channel(stage, debtor)),
        _ => (action_of(stage), channel(stage, debtor)),
    };
    Some(DunningAction {
        contract: contract.id.clone(),
        debtor: debtor.id.clone(),
        debtor_name: debtor.name.clone(),
        invoice: invoice.id.clone(),
        due_date: invoice.due_date,
        days_overdue,
        open,
        stage,
        action,
        channel,
        owner: if held == Some(HeldReason::Dispute) { ManagedBy::Client } else { contract.managed_by },
        held,
        defunding_date,
        days_to_defunding: defunding_date.map(|date| (date - as_of).num_days()),
        financed: invoice.financed.filter(|_| assigned),
    })
}

/// The stage that an item has reached; none long before its due date.
fn stage(settings: &DunningSettings, days_overdue: i64) -> Option<Stage> {
    if days_overdue >= settings.contentious_days.max(1) {
        Some(Stage::Contentious)
    } else if days_overdue >= settings.formal_notice_days.max(1) {
        Some(Stage::FormalNotice)
    } else if days_overdue >= settings.overdue_days.max(1) {
        Some(Stage::Overdue)
    } else if days_overdue >= -settings.before_due_days && days_overdue <= 0 {
        Some(Stage::BeforeDue)
    } else {
        None
    }
}

/// Why nothing is done now, the most telling reason first.
fn held(invoice: &Invoice, waiting: &BTreeSet<(ContractId, DebtorId)>, as_of: NaiveDate) -> Option<HeldReason> {
    if invoice.dispute.is_some() {
        return Some(HeldReason::Dispute);
    }
    if invoice.promise_date.is_some_and(|date| date >= as_of) {
        return Some(HeldReason::Promise);
    }
    waiting.contains(&(invoice.contract.clone(), invoice.debtor.clone())).then_some(HeldReason::RemittanceOpen)
}

fn action_of(stage: Stage) -> &'static str {
    match stage {
        Stage::BeforeDue => "check_approval",
        Stage::Overdue => "reminder",
        Stage::FormalNotice => "formal_notice",
        Stage::Contentious => "hand_over",
    }
}

/// How to reach the debtor: by what the stage asks for, else by what is known of it.
fn channel(stage: Stage, debtor: &Debtor) -> &'static str {
    match stage {
        Stage::FormalNotice | Stage::Contentious => "registered_letter",
        Stage::BeforeDue if debtor.phone.is_some() => "phone",
        _ if debtor.email.is_some() => "email",
        _ => "letter",
    }
}

const COLUMNS: [&str; 19] = [
    "contract_id",
    "debtor_id",
    "debtor_name",
    "invoice_id",
    "due_date",
    "days_overdue",
    "open_amount",
    "currency",
    "stage",
    "action",
    "channel",
    "owner",
    "held_reason",
    "penalty_interest",
    "fixed_indemnity",
    "defunding_date",
    "days_to_defunding",
    "financed_amount",
    "last_contact",
];

/// `dunning.csv`. Interest, indemnity and last contact are empty: this version does not compute them.
#[must_use]
pub fn dunning_csv(actions: &[DunningAction]) -> Vec<u8> {
    let mut csv = Csv::new(&COLUMNS);
    for a in actions {
        let optional = |text: Option<String>| text.unwrap_or_default();
        csv.row([
            a.contract.to_string(),
            a.debtor.to_string(),
            single_line(&a.debtor_name),
            a.invoice.to_string(),
            a.due_date.to_string(),
            a.days_overdue.to_string(),
            a.open.to_string(),
            a.open.currency().to_string(),
            a.stage.as_str().to_owned(),
            a.action.to_owned(),
            a.channel.to_owned(),
            a.owner.as_str().to_owned(),
            a.held.map_or("", HeldReason::code).to_owned(),
            String::new(),
            String::new(),
            optional(a.defunding_date.map(|d| d.to_string())),
            optional(a.days_to_defunding.map(|d| d.to_string())),
            optional(a.financed.map(|m| m.to_string())),
            String::new(),
        ]);
    }
    csv.into_bytes()
}
