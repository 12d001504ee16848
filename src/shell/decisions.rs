//! Decisions of people: recorded with who and when, applied by the next night.

use serde::{Deserialize, Serialize};

use super::{Project, RunError, State, files, io, lock};
use crate::model::{DecidedItem, Decision, Finding, History, InvoiceId, Money, Origin, Resolution, Waiting};
use crate::pipeline::{self, NightInput};

/// What a person asks for.
#[derive(Clone, Debug)]
pub enum Asked {
    /// The suggestion of that rank, from the newest run.
    Rank(u32),
    /// These items: number, and an amount or everything that is open.
    Items(Vec<(String, Option<String>)>),
    /// Out of the tables, with a reason.
    SetAside {
        /// Why.
        reason: String,
    },
}

/// A resolution as the state keeps it. The names are kept for years.
#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Row {
    Confirm { items: Vec<ItemRow> },
    SetAside,
}

#[derive(Serialize, Deserialize)]
struct ItemRow {
    invoice: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    applied: Option<i64>,
    #[serde(default)]
    discount: i64,
    #[serde(default)]
    charges: i64,
    #[serde(default)]
    rounding: i64,
}

pub(super) fn to_json(resolution: &Resolution) -> serde_json::Result<String> {
    let row = match resolution {
        Resolution::SetAside => Row::SetAside,
        Resolution::Confirm(items) => Row::Confirm {
            items: items
                .iter()
                .map(|i| ItemRow {
                    invoice: i.invoice.to_string(),
                    applied: i.applied,
                    discount: i.discount,
                    charges: i.charges,
                    rounding: i.rounding,
                })
                .collect(),
        },
    };
    serde_json::to_string(&row)
}

pub(super) fn from_json(text: &str) -> Option<Resolution> {
    Some(match serde_json::from_str(text).ok()? {
        Row::SetAside => Resolution::SetAside,
        Row::Confirm { items } => Resolution::Confirm(
            items
                .into_iter()
                .map(|i| DecidedItem {
                    invoice: InvoiceId(i.invoice.into()),
                    applied: i.applied,
                    discount: i.discount,
                    charges: i.charges,
                    rounding: i.rounding,
                })
                .collect(),
        ),
    })
}

/// Records a decision about the waiting remittance with that bank reference or identity; says what was
/// recorded, or what is wrong with the request.
///
/// # Errors
///
/// [`RunError`]: another run is at work, or the state cannot be read or written.
pub fn decide(project: &Project, reference: &str, asked: &Asked) -> Result<Result<String, Finding>, RunError> {
    let path = project.path(&project.settings.state_path);
    let _lock = lock::acquire(&path)?;
    let refused = |rule, what: String, remedy: &str| {
        Ok(Err(Finding::error(Origin::file(&reference.into()), rule, what).effect("Nothing was recorded").remedy(remedy)))
    };
    let history = State::open_existing(&path)?.map_or_else(|| Ok(History::default()), |state| state.history(None))?;
    let waiting = history.waiting.clone();
    let is_meant = |w: &&Waiting| &*w.remittance.line.id.0 == reference || &*w.remittance.line.bank_reference == reference;
    let meant: Vec<&Waiting> = waiting.iter().filter(is_meant).collect();
    let only = match meant[..] {
        [only] => only,
        [] => {
            let what = "expected a remittance that waits for a person, but found none with that reference".to_owned();
            return refused("decision-unknown", what, "Look it up in the column bank_reference of the newest exceptions.csv");
        }
        _ => {
            let ids: Vec<&str> = meant.iter().map(|w| &*w.remittance.line.id.0).collect();
            let what = format!("expected one remittance, but found {} with that bank reference: {}", ids.len(), ids.join(", "));
            return refused("decision-ambiguous", what, "Give the remittance id instead");
        }
    };
    let line = &only.remittance.line;
    let resolution = match asked {
        Asked::SetAside { .. } => Resolution::SetAside,
        Asked::Rank(rank) => {
            let newest = State::open_existing(&path)?.map_or(Ok(None), |state| state.last_run())?;
            let Some(items) = of_rank(project, newest.as_deref(), &line.id.0, *rank)? else {
                let what = format!("expected a suggestion of rank {rank} in the newest run, but found none");
                return refused("decision-rank", what, "Name the items: --invoice NUMBER=AMOUNT");
            };
            Resolution::Confirm(items)
        }
        Asked::Items(items) => {
            let mut decided = Vec::new();
            for (number, amount) in items {
                let applied = match amount {
                    None => None,
                    Some(text) => match Money::parse(text, line.amount.currency()) {
                        Ok(money) => Some(money.minor()),
                        Err(fault) => {
                            let what = format!("expected an amount such as 1234.50 for {number}, but found {text:?}: {fault}");
                            return refused(
                                "decision-amount",
                                what,
                                "Give it with a point, or leave =AMOUNT out for all that is open",
                            );
                        }
                    },
                };
                let invoice = InvoiceId(number.as_str().into());
                decided.push(DecidedItem { invoice, applied, discount: 0, charges: 0, rounding: 0 });
            }
            Resolution::Confirm(decided)
        }
    };
    // What can be told at once must not wait for the night.
    let (invoices, debtors) = project.ledger_files()?;
    let input = NightInput {
        as_of: line.booking_date,
        settings: &project.settings,
        statements: Vec::new(),
        findings: Vec::new(),
        invoices,
        debtors,
        history,
    };
    let decision = Decision { number: 0, remittance: line.id.clone(), resolution: resolution.clone(), by: String::new() };
    if let Some(unfit) = pipeline::unfit(&input, &only.remittance, decision)? {
        return Ok(Err(unfit.effect("Nothing was recorded").remedy("Look at the open items, and decide again")));
    }
    let reason = if let Asked::SetAside { reason } = asked { reason.as_str() } else { "" };
    let told = format!(
        "{}: {} {} of {}, {}",
        line.bank_reference,
        line.amount,
        line.amount.currency(),
        line.booking_date,
        said(&resolution)
    );
    let mut state = State::open(&path)?;
    state.record_decision(&line.id, &resolution, reason, &files::user(), &files::now())?;
    Ok(Ok(told))
}

/// A resolution in words.
fn said(resolution: &Resolution) -> String {
    match resolution {
        Resolution::SetAside => "set aside".to_owned(),
        Resolution::Confirm(items) => {
            let numbers: Vec<&str> = items.iter().map(|i| &*i.invoice.0).collect();
            format!("confirmed as a payment of {}", numbers.join(", "))
        }
    }
}

/// The items of a suggestion for this remittance in the last run.
fn of_rank(project: &Project, run: Option<&str>, remittance: &str, rank: u32) -> Result<Option<Vec<DecidedItem>>, RunError> {
    let Some(run) = run else { return Ok(None) };
    let path = project.path(&project.settings.outbox.path).join(run).join("suggestions.csv");
    let bytes = files::read_bytes(&path).map_err(|error| io("cannot read", &path, &error))?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    let mut items: Vec<DecidedItem> = Vec::new();
    for row in reader.deserialize::<std::collections::BTreeMap<String, String>>().flatten() {
        let field = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        if field("remittance_id") != remittance || field("rank") != rank.to_string() {
            continue;
        }
        let currency = crate::model::Currency::parse(field("currency")).unwrap_or(crate::model::Currency::EUR);
        let text = field("applied_amount");
        let minor = Money::parse(text.trim_start_matches('-'), currency).map_or(0, Money::minor);
        let minor = if text.starts_with('-') { -minor } else { minor };
        let kind = field("line_kind");
        if kind == "on_account" {
            continue;
        }
        let invoice = InvoiceId(field("invoice_id").into());
        if items.last().is_none_or(|last| last.invoice != invoice) {
            items.push(DecidedItem { invoice, applied: Some(0), discount: 0, charges: 0, rounding: 0 });
        }
        let Some(item) = items.last_mut() else { continue };
        match kind {
            "discount" => item.discount += minor,
            "charges" => item.charges += minor,
            "rounding" => item.rounding += minor,
            _ => item.applied = Some(item.applied.unwrap_or(0) + minor),
        }
    }
    Ok((!items.is_empty()).then_some(items))
}
