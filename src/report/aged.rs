//! The aged balance (balance âgée): open amounts by age, per contract and debtor.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use polars::prelude::{Column, DataFrame, NamedFrom, PolarsResult, Series, SortMultipleOptions};

use crate::model::{Contract, ContractId, Currency, DebtorId, Ledger, Money, OnAccount};
use crate::text::{Csv, single_line};

/// Names of the amount columns, in their order: five ages, cash kept on account, disputed items.
const AMOUNTS: [&str; 7] = ["not_due", "days_1_30", "days_31_60", "days_61_90", "over_90", "unapplied_cash", "disputed"];

/// One row: a debtor of a contract. Amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgedBalance {
    /// The contract.
    pub contract: ContractId,
    /// The debtor.
    pub debtor: DebtorId,
    /// Its name.
    pub name: String,
    /// Currency of the contract.
    pub currency: Currency,
    /// Open, by days overdue: not due, 1–30, 31–60, 61–90, over 90. Credit notes lower them.
    pub ages: [i64; 5],
    /// Cash of the debtor that settles nothing yet, negative.
    pub unapplied: i64,
    /// Of the open amounts, those in dispute.
    pub disputed: i64,
}

impl AgedBalance {
    /// What the debtor owes: all ages, less the cash that settles nothing yet.
    #[must_use]
    pub fn total(&self) -> i64 {
        self.ages.iter().sum::<i64>() + self.unapplied
    }
}

/// Open amounts after the night by age, per contract and debtor; debtors with nothing are left out.
///
/// # Errors
///
/// What polars refuses; nothing is known to.
pub fn aged_balance(
    contracts: &[Contract],
    ledger: &Ledger,
    open_after: &[i64],
    on_account: &[OnAccount],
    as_of: NaiveDate,
) -> PolarsResult<Vec<AgedBalance>> {
    let contract_numbers: BTreeMap<&ContractId, u32> = (0..).zip(contracts).map(|(n, c)| (&c.id, n)).collect();
    let debtor_numbers = ledger.debtor_index();
    let number = |debtor: &DebtorId| debtor_numbers.get(debtor).and_then(|n| u32::try_from(*n).ok());
    let mut rows: Vec<(u32, u32, usize, i64)> = Vec::new();
    for (invoice, open) in ledger.invoices.iter().zip(open_after).filter(|(_, open)| **open != 0) {
        let (Some(contract), Some(debtor)) = (contract_numbers.get(&invoice.contract), number(&invoice.debtor)) else { continue };
        let age = match (as_of - invoice.due_date).num_days() {
            ..=0 => 0,
            1..=30 => 1,
            31..=60 => 2,
            61..=90 => 3,
            _ => 4,
        };
        rows.push((*contract, debtor, age, *open));
        if invoice.dispute.is_some() {
            rows.push((*contract, debtor, 6, *open));
        }
    }
    for kept in on_account {
        let (Some(contract), Some(debtor)) = (contract_numbers.get(&kept.contract), number(&kept.debtor)) else { continue };
        rows.push((*contract, debtor, 5, -kept.amount));
    }
    let frame = grouped(&rows)?;
    let key = |name: &str| -> PolarsResult<Vec<usize>> {
        Ok(frame.column(name)?.u32()?.iter().map(|v| v.map_or(0, |v| v as usize)).collect())
    };
    let (of_contract, of_debtor) = (key("contract")?, key("debtor")?);
    let mut amounts: Vec<Vec<i64>> = Vec::new();
    for name in AMOUNTS {
        amounts.push(frame.column(&format!("{name}_sum"))?.i64()?.iter().map(Option::unwrap_or_default).collect());
    }
    Ok((0..frame.height())
        .map(|row| {
            let (contract, debtor) = (&contracts[of_contract[row]], &ledger.debtors[of_debtor[row]]);
            AgedBalance {
                contract: contract.id.clone(),
                debtor: debtor.id.clone(),
                name: debtor.name.clone(),
                currency: contract.currency,
                ages: std::array::from_fn(|age| amounts[age][row]),
                unapplied: amounts[5][row],
                disputed: amounts[6][row],
            }
        })
        .collect())
}

/// Sums of each amount column by contract and debtor, in their order. Minor units as 64-bit
/// integers: one debtor's open amounts are far below their range.
fn grouped(rows: &[(u32, u32, usize, i64)]) -> PolarsResult<DataFrame> {
    let mut columns: Vec<Column> = vec![
        Series::new("contract".into(), rows.iter().map(|r| r.0).collect::<Vec<_>>()).into(),
        Series::new("debtor".into(), rows.iter().map(|r| r.1).collect::<Vec<_>>()).into(),
    ];
    for (index, name) in AMOUNTS.iter().enumerate() {
        let amounts: Vec<i64> = rows.iter().map(|r| if r.2 == index { r.3 } else { 0 }).collect();
        columns.push(Series::new((*name).into(), amounts).into());
    }
    let frame = DataFrame::new(rows.len(), columns)?;
    #[expect(deprecated, reason = "the eager group-by is what the slim feature set has")]
    let sums = frame.group_by(["contract", "debtor"])?.select(AMOUNTS).sum()?;
    sums.sort(["contract", "debtor"], SortMultipleOptions::default())
}

/// `aged-balance.csv`.
#[must_use]
pub fn aged_balance_csv(rows: &[AgedBalance]) -> Vec<u8> {
    let mut csv = Csv::new(["contract_id", "debtor_id", "debtor_name", "currency"].iter().chain(&AMOUNTS).chain(&["total"]));
    for row in rows {
        let amounts = row.ages.iter().copied().chain([row.unapplied, row.disputed, row.total()]);
        let head = [row.contract.to_string(), row.debtor.to_string(), single_line(&row.name), row.currency.to_string()];
        csv.row(head.into_iter().chain(amounts.map(|minor| Money::from_minor(minor, row.currency).to_string())));
    }
    csv.into_bytes()
}
