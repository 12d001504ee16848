//! Decisions of people: recorded with who and when, applied by the next night.

use std::collections::BTreeMap;

use super::{Project, RunError, State, files, io, lock};
use crate::model::{
    BankLine, DecidedItem, Decision, Finding, History, InvoiceId, Money, Origin, Remittance, Resolution, Waiting,
};
use crate::pipeline;

/// What a person asks for.
#[derive(Clone, Debug)]
pub enum Asked {
    /// The suggestion of that rank, from the newest run.
    Rank(u32),
    /// These items: number, and an amount or everything that is open.
    Items(Vec<(String, Option<String>)>),
    /// The suggestion of that rank is wrong; without a rank all of them are.
    Reject {
        /// From 1.
        rank: Option<u32>,
    },
    /// Out of the tables, with a reason.
    SetAside {
        /// Why.
        reason: String,
    },
    /// What an earlier night lettered of it is wrong, or that it set it aside.
    Undo {
        /// Why.
        reason: String,
    },
}

/// Records a decision about the remittance with that bank reference or identity, which waits, or is
/// lettered or set aside when that is to be undone; says what was recorded, or what is wrong with the request.
///
/// # Errors
///
/// [`RunError`]: another run is at work, or the state cannot be read or written.
pub fn decide(project: &Project, reference: &str, asked: &Asked) -> Result<Result<String, Finding>, RunError> {
    let path = project.path(&project.settings.state_path);
    let _lock = lock::acquire(&path)?;
    let state = State::open_existing(&path)?;
    let refused = |rule, what: String, remedy: &str| {
        Ok(Err(Finding::error(Origin::file(&reference.into()), rule, what).effect("Nothing was recorded").remedy(remedy)))
    };
    // What can be told at once must not wait for the night.
    let reading = pipeline::read(&project.settings, &[], &project.ledger_files()?)?;
    let history = state.as_ref().map_or_else(|| Ok(History::default()), |s| s.history(None, &reading.wanted(files::today())))?;
    let undo = matches!(asked, Asked::Undo { .. });
    let (lettered, set_aside): (Vec<Remittance>, Vec<Remittance>) = match &state {
        Some(state) if undo => {
            (state.settled_now(reference)?.into_iter().map(|s| s.remittance).collect(), state.set_aside_now(reference)?)
        }
        _ => (Vec::new(), Vec::new()),
    };
    let is_meant = |line: &BankLine| &*line.id.0 == reference || &*line.bank_reference == reference;
    let waits = |waiting: &&Waiting| !undo && !waiting.set_aside && is_meant(&waiting.remittance.line);
    let waiting = history.waiting.iter().filter(waits).map(|waiting| &waiting.remittance);
    let remittances: Vec<&Remittance> = lettered.iter().chain(&set_aside).chain(waiting).collect();
    let mut meant: Vec<&BankLine> = remittances.iter().map(|remittance| &remittance.line).collect();
    if meant.is_empty() && matches!(asked, Asked::SetAside { .. }) {
        // A return of which nobody knows the payment.
        meant.extend(history.returns.iter().filter(|line| is_meant(line)));
    }
    let line = match meant[..] {
        [only] => only,
        [] => {
            let (kind, file) = if undo {
                ("that is lettered or set aside", "the lettrage file that has it, or the exceptions.csv")
            } else {
                ("that waits for a person", "the newest exceptions.csv")
            };
            let what = format!("expected a remittance {kind}, but found none with that reference");
            return refused("decision-unknown", what, &format!("Look it up in the column bank_reference of {file}"));
        }
        _ => {
            let ids: Vec<&str> = meant.iter().map(|line| &*line.id.0).collect();
            let what = format!("expected one remittance, but found {} with that bank reference: {}", ids.len(), ids.join(", "));
            return refused("decision-ambiguous", what, "Give the remittance id instead");
        }
    };
    let suggested = || -> Result<BTreeMap<u32, Vec<DecidedItem>>, RunError> {
        let newest = state.as_ref().map_or(Ok(None), State::last_run)?;
        suggestions(project, newest.as_deref(), line)
    };
    let no_suggestion = |rank: u32| {
        let what = format!("expected a suggestion of rank {rank} in the newest run, but found none");
        refused("decision-rank", what, "Look the remittance up in the newest suggestions.csv, or name the items with --invoice")
    };
    if let Asked::SetAside { reason } | Asked::Undo { reason } = asked
        && reason.trim().is_empty()
    {
        return refused("decision-reason", "expected a reason, but found none".to_owned(), "Say why with --reason: it is kept");
    }
    let resolution = match asked {
        Asked::SetAside { .. } => Resolution::SetAside,
        Asked::Undo { .. } => Resolution::Undo,
        Asked::Rank(rank) => match suggested()?.remove(rank) {
            Some(items) => Resolution::Confirm(items),
            None => return no_suggestion(*rank),
        },
        Asked::Reject { rank } => {
            let found = suggested()?;
            let meant = found.into_iter().filter(|(r, _)| rank.is_none_or(|wanted| wanted == *r));
            let mut sets: Vec<Vec<InvoiceId>> = meant.map(|(_, items)| in_order(items)).collect();
            if sets.is_empty() {
                return no_suggestion(rank.unwrap_or(1));
            }
            // What was rejected of it since the last night stays rejected.
            for earlier in history.decisions.iter().filter(|d| d.remittance == line.id) {
                if let Resolution::Reject(before) = &earlier.resolution {
                    sets.extend(before.iter().cloned());
                }
            }
            Resolution::Reject(sets)
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
                if applied == Some(0) {
                    let what = format!("expected an amount other than zero for {number}, but found 0");
                    return refused("decision-amount", what, "Leave the item out, or =AMOUNT for all that is open of it");
                }
                let invoice = InvoiceId(number.as_str().into());
                if decided.iter().any(|item: &DecidedItem| item.invoice == invoice) {
                    let what = format!("expected each item once, but found {number} twice");
                    return refused("decision-item", what, "Name it once, with the whole amount");
                }
                decided.push(DecidedItem { invoice, applied, discount: 0, charges: 0, rounding: 0 });
            }
            Resolution::Confirm(decided)
        }
    };
    let decision = Decision { number: 0, remittance: line.id.clone(), resolution: resolution.clone(), by: String::new() };
    let unfit = remittances.first().and_then(|only| pipeline::unfit(reading, history.clone(), only, decision));
    if let Some(unfit) = unfit {
        return Ok(Err(unfit.effect("Nothing was recorded").remedy("Look at the open items, and decide again")));
    }
    let reason = if let Asked::SetAside { reason } | Asked::Undo { reason } = asked { reason.as_str() } else { "" };
    let said = if set_aside.is_empty() { said(&resolution) } else { "it waits for a person again".to_owned() };
    let (amount, currency) = (line.amount, line.amount.currency());
    let told = format!("{}: {amount} {currency} of {}, {said}", line.bank_reference, line.booking_date);
    let mut state = State::open(&path)?;
    state.unseal()?;
    state.record_decision(&line.id, &resolution, reason, &files::user(), &files::now())?;
    state.seal()?;
    Ok(Ok(told))
}

/// The numbers of the items, as a set of them is kept.
fn in_order(items: Vec<DecidedItem>) -> Vec<InvoiceId> {
    let mut numbers: Vec<InvoiceId> = items.into_iter().map(|i| i.invoice).collect();
    numbers.sort();
    numbers
}

/// A resolution in words.
fn said(resolution: &Resolution) -> String {
    match resolution {
        Resolution::SetAside => {
            "set aside by the next night; until then another decision replaces this one, and after it undo takes it back"
                .to_owned()
        }
        Resolution::Undo | Resolution::Refused => "its lettrage is taken back, and it waits for a person again".to_owned(),
        Resolution::Reject(sets) => {
            let numbers: Vec<String> = sets.iter().map(|set| set.iter().map(|i| &*i.0).collect::<Vec<_>>().join(" + ")).collect();
            format!("no payment of {}", numbers.join("; nor of "))
        }
        Resolution::Confirm(items) => {
            let numbers: Vec<&str> = items.iter().map(|i| &*i.invoice.0).collect();
            format!("confirmed as a payment of {}", numbers.join(", "))
        }
    }
}

/// The items of each suggestion for this remittance in the last run, by rank.
fn suggestions(project: &Project, run: Option<&str>, line: &BankLine) -> Result<BTreeMap<u32, Vec<DecidedItem>>, RunError> {
    let mut found: BTreeMap<u32, Vec<DecidedItem>> = BTreeMap::new();
    let Some(run) = run else { return Ok(found) };
    let path = project.path(&project.settings.outbox.path).join(run).join("suggestions.csv");
    let bytes = files::read_bytes(&path).map_err(|error| io("cannot read", &path, &error))?;
    let mut reader = csv::Reader::from_reader(bytes.as_slice());
    for row in reader.deserialize::<BTreeMap<String, String>>().flatten() {
        let field = |name: &str| row.get(name).map(String::as_str).unwrap_or_default();
        let kind = field("line_kind");
        let Ok(rank) = field("rank").parse::<u32>() else { continue };
        if field("remittance_id") != &*line.id.0 || kind == "on_account" {
            continue;
        }
        let text = field("applied_amount");
        let minor = Money::parse(text.trim_start_matches('-'), line.amount.currency()).map_or(0, Money::minor);
        let minor = if text.starts_with('-') { -minor } else { minor };
        let invoice = InvoiceId(field("invoice_id").into());
        let items = found.entry(rank).or_default();
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
    Ok(found)
}
