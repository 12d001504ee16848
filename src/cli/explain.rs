//! `lettrage explain`: why a remittance was matched as it was.

use std::io::Write;
use std::process::ExitCode;

use serde::Serialize;

use super::exit;
use crate::config::Language;
use crate::model::{Candidate, Confidence, Destination, Evidence, Invoice, Money, Verdict};
use crate::pipeline::Explanation;
use crate::report;
use crate::shell::{self, Project, RunError};
use crate::text::visible;

#[derive(Serialize)]
struct Row {
    run: Option<String>,
    remittance_id: String,
    bank_reference: String,
    booking_date: String,
    amount: String,
    currency: String,
    payer_name: String,
    text: String,
    decision: &'static str,
    reason: Option<String>,
    note: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    taken_back_by: Option<String>,
    auto: String,
    suggest: String,
    candidates: Vec<CandidateRow>,
}

#[derive(Serialize)]
struct CandidateRow {
    confidence: String,
    items: Vec<ItemRow>,
    on_account: Option<String>,
    score_bits: String,
    weights: Vec<WeightRow>,
}

#[derive(Serialize)]
struct ItemRow {
    invoice_id: String,
    debtor_id: String,
    debtor_name: String,
    applied: String,
    discount: Option<String>,
    charges: Option<String>,
    rounding: Option<String>,
    /// Whose the money is: `factor` or `client`.
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    destination_note: Option<String>,
}

#[derive(Serialize)]
struct WeightRow {
    evidence: Option<&'static str>,
    bits: String,
    note: String,
}

pub(super) fn run(config: &std::path::Path, reference: &str, json: bool) -> Result<ExitCode, RunError> {
    let project = Project::open(config)?;
    let explained = shell::explain(&project, reference, shell::today())?;
    if explained.found.is_empty() {
        eprintln!("{}: reference-unknown", visible(reference));
        eprintln!(
            "  expected the bank reference or the remittance id of a transaction in the inbox or in a run of the outbox, but found none"
        );
        eprintln!("  Look it up in the column bank_reference of lettrage-*.csv or exceptions.csv.");
        return Ok(ExitCode::from(exit::CONFIG));
    }
    if explained.ledger_changed {
        eprintln!(
            "note: the ledger has changed since that night; this explanation holds the remittance against the ledger of today"
        );
    }
    let settings = &project.settings.matching;
    let mut out = std::io::stdout().lock();
    for (explanation, taken_back) in explained.found.iter().zip(&explained.taken_back) {
        let mut row = row(explanation, explained.run.clone(), settings.auto, settings.suggest);
        row.taken_back_by.clone_from(taken_back);
        let written = if json {
            serde_json::to_string(&row).map_err(std::io::Error::other).and_then(|line| writeln!(out, "{line}"))
        } else {
            tell(&mut out, &row)
        };
        if !super::is_out(written) {
            return Ok(ExitCode::SUCCESS);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(explanation: &Explanation, run: Option<String>, auto: Confidence, suggest: Confidence) -> Row {
    let line = &explanation.line;
    let (decision, reason, note, candidates): (_, _, _, Vec<&Candidate>) = match &explanation.verdict {
        Some(Verdict::Match(found)) => ("lettered", None, None, std::iter::once(&found.chosen).chain(&found.rivals).collect()),
        Some(Verdict::Unmatched(left)) => {
            let decision = if left.suggested { "suggested" } else { "unmatched" };
            let note = Some(left.note.clone()).filter(|n| !n.is_empty());
            (decision, Some(left.reason.code().to_owned()), note, left.candidates.iter().collect())
        }
        None => ("not a remittance", explanation.other.map(|(_, reason)| reason.to_owned()), None, Vec::new()),
    };
    Row {
        run,
        remittance_id: line.id.to_string(),
        bank_reference: line.bank_reference.to_string(),
        booking_date: line.booking_date.to_string(),
        amount: line.amount.to_string(),
        currency: line.amount.currency().to_string(),
        payer_name: line.payer_name.to_string(),
        text: line.text.to_string(),
        decision,
        reason,
        note,
        taken_back_by: None,
        auto: auto.to_string(),
        suggest: suggest.to_string(),
        candidates: candidates.into_iter().map(|c| candidate(c, explanation)).collect(),
    }
}

/// Whose the money of an item is, and why, where it is not the factor's.
fn destination(explanation: &Explanation, invoice: &Invoice) -> Option<(&'static str, Option<String>)> {
    let (contract, as_of, paid_on) = (explanation.contract.as_ref()?, explanation.as_of, explanation.line.booking_date);
    if contract.is_factors(invoice, as_of, paid_on) {
        return Some((Destination::Factor.as_str(), None));
    }
    let why = if contract.is_assigned(invoice.assigned_on, as_of) {
        let day = contract.defunding_date(invoice, as_of)?;
        format!("the factor took its advance back on {day}")
    } else {
        "not assigned".to_owned()
    };
    Some((Destination::Client.as_str(), Some(why)))
}

fn candidate(candidate: &Candidate, explanation: &Explanation) -> CandidateRow {
    let ledger = &explanation.ledger;
    let currency =
        candidate.applications.first().map_or(crate::model::Currency::EUR, |a| ledger.invoices[a.invoice].open.currency());
    let money = |minor: i64| Money::from_minor(minor, currency).to_string();
    let optional = |minor: i64| (minor != 0).then(|| money(minor));
    CandidateRow {
        confidence: candidate.confidence.to_string(),
        items: candidate
            .applications
            .iter()
            .map(|a| {
                let invoice = &ledger.invoices[a.invoice];
                let (destination, destination_note) =
                    destination(explanation, invoice).map_or((None, None), |(whose, why)| (Some(whose), why));
                ItemRow {
                    invoice_id: invoice.id.to_string(),
                    debtor_id: invoice.debtor.to_string(),
                    debtor_name: ledger.debtor(&invoice.debtor).map_or_else(String::new, |d| d.name.clone()),
                    applied: money(a.applied),
                    discount: optional(a.discount),
                    charges: optional(a.charges),
                    rounding: optional(a.rounding),
                    destination,
                    destination_note,
                }
            })
            .collect(),
        on_account: optional(candidate.on_account),
        score_bits: bits(candidate.score_cb),
        weights: candidate
            .weights
            .iter()
            .filter(|w| w.weight_cb != 0 || w.evidence.is_some())
            .map(|w| WeightRow { evidence: w.evidence.map(Evidence::code), bits: bits(w.weight_cb), note: w.note.clone() })
            .collect(),
    }
}

/// Hundredths of a bit as bits, with its sign.
fn bits(cb: i64) -> String {
    let sign = if cb < 0 { '-' } else { '+' };
    format!("{sign}{}.{:02}", cb.unsigned_abs() / 100, cb.unsigned_abs() % 100)
}

fn tell(out: &mut dyn Write, row: &Row) -> std::io::Result<()> {
    writeln!(
        out,
        "{}  {}  {} {}  {}",
        visible(&row.bank_reference),
        row.booking_date,
        row.amount,
        row.currency,
        visible(&row.payer_name)
    )?;
    writeln!(out, "  text   {}", visible(&marked(row)))?;
    writeln!(out, "  id     {}{}", row.remittance_id, row.run.as_ref().map_or_else(String::new, |r| format!("   run {r}")))?;
    writeln!(out)?;
    match (row.decision, &row.reason) {
        ("lettered", _)
            if row.candidates.iter().take(1).flat_map(|c| &c.weights).any(|w| w.evidence == Some(Evidence::Confirmed.code())) =>
        {
            writeln!(out, "Lettered as a person said.")?;
        }
        ("lettered", _) => {
            writeln!(out, "Lettered without a person: its probability reaches {}, all that claims the items counted.", row.auto)?;
        }
        (decision, Some(reason)) => {
            let note = row.note.as_ref().map_or_else(String::new, |n| format!(": {}", visible(n)));
            writeln!(out, "Not lettered: {decision} ({reason}{note}).")?;
            let words = report::reason_in_words(Language::English, reason);
            if !words.is_empty() {
                writeln!(out, "  {words}")?;
            }
            writeln!(out, "  Lettered from a probability of {} on, suggested from {} on.", row.auto, row.suggest)?;
        }
        (decision, None) => writeln!(out, "{decision}")?,
    }
    if let Some(run) = &row.taken_back_by {
        writeln!(out, "Taken back since then, by run {run}.")?;
    }
    for (index, candidate) in row.candidates.iter().enumerate() {
        let title = match (index, row.decision) {
            (0, "lettered") => "Chosen".to_owned(),
            (0, _) => "Best candidate".to_owned(),
            (n, _) => format!("Rival {n}: {} bits behind", behind(&row.candidates[0], candidate)),
        };
        writeln!(out, "\n{title} · probability {}", candidate.confidence)?;
        for item in &candidate.items {
            let mut parts: Vec<String> = [("discount", &item.discount), ("charges", &item.charges), ("rounding", &item.rounding)]
                .iter()
                .filter_map(|(name, amount)| amount.as_ref().map(|a| format!("{name} {a}")))
                .collect();
            let why = item.destination_note.as_ref().map_or_else(String::new, |why| format!(": {why}"));
            parts.extend(item.destination.map(|whose| format!("the {whose}'s{why}")));
            writeln!(
                out,
                "  {:<22} {:>14}  {}  {}",
                item.invoice_id,
                item.applied,
                visible(&item.debtor_name),
                parts.join(", ")
            )?;
        }
        if let Some(amount) = &candidate.on_account {
            writeln!(out, "  {:<22} {amount:>14}", "kept on account")?;
        }
        for weight in &candidate.weights {
            writeln!(out, "    {:>8}  {:<15} {}", weight.bits, weight.evidence.unwrap_or(""), visible(&weight.note))?;
        }
        writeln!(out, "    {:>8}  in all, in bits: +1 is twice as likely", candidate.score_bits)?;
    }
    writeln!(out)
}

fn behind(best: &CandidateRow, other: &CandidateRow) -> String {
    let number = |row: &CandidateRow| row.score_bits.replace(['+', '.'], "").parse::<i64>().unwrap_or(0);
    bits(number(best) - number(other)).trim_start_matches('+').to_owned()
}

/// The text with what the best explanation matched in brackets.
fn marked(row: &Row) -> String {
    let mut text = row.text.clone();
    let notes = row.candidates.first().into_iter().flat_map(|c| &c.weights).filter(|w| w.evidence.is_some());
    for quoted in notes.filter_map(|w| w.note.strip_prefix('"')?.split_once("\" names ").map(|(quoted, _)| quoted)) {
        // A number that a line cut in two stands on both of its sides.
        let cut = || quoted.match_indices(' ').map(|(at, _)| format!("{} | {}", &quoted[..at], &quoted[at + 1..]));
        let written = std::iter::once(quoted.to_owned()).chain(cut()).find(|written| text.contains(written));
        let Some(written) = written.filter(|written| !written.is_empty()) else { continue };
        let open = format!("[{written}]");
        if !text.contains(&open) {
            text = text.replacen(&written, &open, 1);
        }
    }
    text
}
