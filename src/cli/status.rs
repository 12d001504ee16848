//! `lettrage status`: where each contract stands.

use std::io::Write;
use std::path::Path;
use std::process::ExitCode;

use serde::Serialize;

use crate::shell::{self, ContractStatus, Project, RunError};
use crate::text::visible;

#[derive(Serialize)]
struct Row {
    contract_id: String,
    factor: String,
    accounts: Vec<AccountRow>,
    suggested: Waiting,
    unmatched: Waiting,
    returns: Waiting,
    #[serde(skip_serializing_if = "Option::is_none")]
    oldest_waiting: Option<String>,
    decided: usize,
    on_account: String,
    to_sweep: String,
}

#[derive(Serialize)]
struct AccountRow {
    account: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_statement: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_day: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    closing: Option<String>,
    gaps: Vec<String>,
}

#[derive(Serialize)]
struct Waiting {
    remittances: usize,
    amount: String,
    currency: String,
}

pub(super) fn run(config: &Path, json: bool) -> Result<ExitCode, RunError> {
    let project = Project::open(config)?;
    let mut out = std::io::stdout().lock();
    for status in shell::status(&project)? {
        let row = row(&status);
        let written = if json {
            serde_json::to_string(&row).map_err(std::io::Error::other).and_then(|line| writeln!(out, "{line}"))
        } else {
            tell(&mut out, &row)
        };
        // A closed pipe is no fault of the state.
        if !super::is_out(written) {
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn row(status: &ContractStatus) -> Row {
    let waiting = |(remittances, amount): (usize, crate::model::Money)| Waiting {
        remittances,
        amount: amount.to_string(),
        currency: amount.currency().to_string(),
    };
    Row {
        contract_id: status.contract.to_string(),
        factor: status.factor.clone(),
        accounts: status
            .accounts
            .iter()
            .map(|account| {
                let last = account.last.as_ref();
                AccountRow {
                    account: account.account.to_string(),
                    last_statement: last.map(|(number, ..)| number.clone()),
                    last_day: last.map(|(_, day, _)| day.to_string()),
                    closing: last.map(|(_, _, closing)| closing.to_string()),
                    gaps: account.gaps.clone(),
                }
            })
            .collect(),
        suggested: waiting(status.suggested),
        unmatched: waiting(status.unmatched),
        returns: waiting(status.returns),
        oldest_waiting: status.oldest.map(|d| d.to_string()),
        decided: status.decided,
        on_account: status.on_account.to_string(),
        to_sweep: status.to_sweep.to_string(),
    }
}

fn tell(out: &mut dyn Write, row: &Row) -> std::io::Result<()> {
    writeln!(out, "{}  {}", row.contract_id, visible(&row.factor))?;
    for account in &row.accounts {
        match (&account.last_statement, &account.last_day, &account.closing) {
            (Some(number), Some(day), Some(closing)) => writeln!(
                out,
                "  {}  last statement {} of {day}, closing {closing} {}",
                visible(&account.account),
                visible(number),
                row.suggested.currency
            )?,
            _ => writeln!(out, "  {}  no statement yet", visible(&account.account))?,
        }
        for gap in &account.gaps {
            writeln!(out, "    gap: {}", visible(gap))?;
        }
    }
    let total = row.suggested.remittances + row.unmatched.remittances;
    match &row.oldest_waiting {
        None => writeln!(out, "  nothing waits for a person")?,
        Some(oldest) => {
            writeln!(out, "  {total} wait for a person, the oldest since {oldest}:")?;
            for (name, waiting) in [("suggested", &row.suggested), ("unmatched", &row.unmatched)] {
                writeln!(out, "    {name:9} {:>5}  {:>16} {}", waiting.remittances, waiting.amount, waiting.currency)?;
            }
        }
    }
    if row.returns.remittances > 0 {
        let Waiting { remittances, amount, currency } = &row.returns;
        writeln!(out, "  {remittances} returned by the bank, of payments that it does not name: {amount} {currency}")?;
    }
    if row.decided > 0 {
        writeln!(out, "    decided   {:>5}  for the next night to apply", row.decided)?;
    }
    let currency = &row.suggested.currency;
    writeln!(out, "  lettered for the factor and not swept yet: {} {currency}", row.to_sweep)?;
    writeln!(out, "  kept on account of debtors: {} {currency}", row.on_account)?;
    writeln!(out)
}
