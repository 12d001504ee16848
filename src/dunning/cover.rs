//! `credit-cover.csv`: what the factor's approval or a credit insurer covers of each debtor's outstanding.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use rust_decimal::Decimal;

use super::Situation;
use crate::config::minor_units;
use crate::model::{Contract, ContractId, Debtor, DebtorId, Insurer, Limit, Money};
use crate::text::{Csv, single_line};

const COLUMNS: [&str; 13] = [
    "contract_id",
    "debtor_id",
    "debtor_name",
    "outstanding",
    "limit",
    "limit_of",
    "limit_until",
    "covered",
    "above_limit",
    "currency",
    "oldest_due_date",
    "declare_by",
    "days_to_declare",
];

/// A row a debtor of a contract that has a limit, or whose oldest unpaid item the policy asks to be
/// declared, in their order.
///
/// Outstanding is all that is open, less open credit notes. Of two limits the lower one counts, and one
/// that is over covers nothing. The days to a declaration (déclaration de menace de sinistre) run from the
/// due date of the oldest open invoice.
#[must_use]
pub fn cover_csv(situation: &Situation<'_>) -> Vec<u8> {
    let mut debtors: BTreeMap<(&ContractId, &DebtorId), (i64, Option<NaiveDate>)> = BTreeMap::new();
    for (invoice, open) in situation.ledger.invoices.iter().zip(situation.open_after).filter(|(_, open)| **open != 0) {
        let (outstanding, oldest) = debtors.entry((&invoice.contract, &invoice.debtor)).or_default();
        *outstanding += open;
        if *open > 0 {
            *oldest = Some(oldest.map_or(invoice.due_date, |day| day.min(invoice.due_date)));
        }
    }
    let mut csv = Csv::new(&COLUMNS);
    for ((contract, id), (outstanding, oldest)) in debtors {
        let Some(contract) = situation.contracts.iter().find(|c| c.id == *contract) else { continue };
        let Some(debtor) = situation.ledger.debtor(id) else { continue };
        let limit = limit(contract, debtor, situation.as_of);
        let overdue = oldest.filter(|due| *due < situation.as_of);
        let declare_by = overdue.zip(contract.insurance.declare_days);
        let declare_by = declare_by.and_then(|(due, days)| due.checked_add_days(Days::new(u64::from(days))));
        if limit.is_none() && declare_by.is_none() {
            continue;
        }
        let money = |minor: i64| Money::from_minor(minor, contract.currency).to_string();
        let shown = |value: Option<String>| value.unwrap_or_default();
        let outstanding = outstanding.max(0);
        let covers = limit.map(|(_, _, amount)| minor_units(amount, contract.currency));
        csv.row([
            contract.id.to_string(),
            id.to_string(),
            single_line(&debtor.name),
            money(outstanding),
            shown(covers.map(money)),
            limit.map_or("", |(of, ..)| of).to_owned(),
            shown(limit.and_then(|(_, limit, _)| limit.until).map(|day| day.to_string())),
            shown(covers.map(|covers| money(outstanding.min(covers)))),
            shown(covers.map(|covers| money((outstanding - covers).max(0)))),
            contract.currency.to_string(),
            shown(oldest.map(|day| day.to_string())),
            shown(declare_by.map(|day| day.to_string())),
            shown(declare_by.map(|day| (day - situation.as_of).num_days().to_string())),
        ]);
    }
    csv.into_bytes()
}

/// The limit that counts: whose it is, and what it covers on a day.
fn limit<'a>(contract: &Contract, debtor: &'a Debtor, day: NaiveDate) -> Option<(&'static str, &'a Limit, Decimal)> {
    let own = debtor.insured_limit.as_ref().filter(|_| contract.insurance.insurer == Insurer::Own);
    let given = [("factor", debtor.credit_limit.as_ref()), ("insurer", own)];
    let given = given.into_iter().filter_map(|(of, limit)| limit.map(|limit| (of, limit, limit.on(day))));
    given.filter(|_| contract.insurance.insurer != Insurer::None).min_by_key(|(_, _, amount)| *amount)
}
