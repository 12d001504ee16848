//! `dunning.csv` and the lists made of it.

use std::collections::BTreeMap;

use chrono::{Datelike, Days, NaiveDate};
use rayon::prelude::*;

use crate::model::{
    Channel, ContractId, Currency, Debtor, Defunding, DunningAction, HeldReason, Ledger, ManagedBy, Money, business_day_from,
};
use crate::text::{Csv, single_line};

const COLUMNS: [&str; 20] = [
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
    "level",
];

/// `dunning.csv`. Interest runs up to the business date, and is empty where none is owed or known.
#[must_use]
pub fn dunning_csv(actions: &[DunningAction]) -> Vec<u8> {
    rows(actions, |_| true)
}

/// `factor-follow-up.csv`: the items that the factor chases, in the columns of `dunning.csv`.
#[must_use]
pub fn follow_up_csv(actions: &[DunningAction]) -> Vec<u8> {
    rows(actions, |a| a.owner == ManagedBy::Factor)
}

fn rows(actions: &[DunningAction], listed: impl Fn(&DunningAction) -> bool + Sync) -> Vec<u8> {
    written(&COLUMNS, actions, |a| {
        listed(a).then(|| {
            [
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
                a.channel.as_str().to_owned(),
                a.owner.as_str().to_owned(),
                a.held.map_or("", HeldReason::code).to_owned(),
                shown(a.interest.as_ref().map(|i| i.amount)),
                // The column is in the currency of its row.
                shown(a.indemnity.filter(|indemnity| indemnity.currency() == a.open.currency())),
                shown(a.defunding_date),
                shown(a.days_to_defunding),
                shown(a.financed),
                shown(a.last_contact),
                a.level.clone(),
            ]
        })
    })
}

/// Rows that one thread writes at a time.
const ROWS_AT_A_TIME: usize = 4096;

/// A file of a row, or none, for each item: written on all cores, in the order of the items.
fn written<T: Sync, const N: usize>(header: &[&str; N], items: &[T], row: impl Fn(&T) -> Option<[String; N]> + Sync) -> Vec<u8> {
    let part = |items: &[T]| {
        let mut csv = Csv::without_header();
        items.iter().filter_map(&row).for_each(|fields| csv.row(fields));
        csv.into_bytes()
    };
    let mut parts = vec![Csv::new(header).into_bytes()];
    parts.par_extend(items.par_chunks(ROWS_AT_A_TIME).map(part));
    parts.concat()
}

fn shown(value: Option<impl ToString>) -> String {
    value.map_or_else(String::new, |v| v.to_string())
}

const CALL_COLUMNS: [&str; 13] = [
    "contract_id",
    "debtor_id",
    "debtor_name",
    "contact",
    "phone",
    "language",
    "script",
    "items",
    "invoice_ids",
    "open_amount",
    "currency",
    "days_overdue_most",
    "call_on",
];

/// `calls.csv`: one row a debtor to call, with what to speak about, on the first day from the business date on
/// when people work in the debtor's country.
#[must_use]
pub fn calls_csv(ledger: &Ledger, actions: &[DunningAction], as_of: NaiveDate) -> Vec<u8> {
    let is_call = |a: &&DunningAction| a.channel == Channel::Phone && a.held.is_none() && a.owner == ManagedBy::Client;
    let calls: Vec<&DunningAction> = actions.iter().filter(is_call).collect();
    let mut csv = Csv::new(&CALL_COLUMNS);
    for of_debtor in calls.chunk_by(|a, b| a.contract == b.contract && a.debtor == b.debtor) {
        let first = of_debtor[0];
        let debtor: Option<&Debtor> = ledger.debtor(&first.debtor);
        let field = |of: fn(&Debtor) -> Option<&String>| debtor.and_then(of).map_or_else(String::new, |t| single_line(t));
        let numbers: Vec<String> = of_debtor.iter().map(|a| a.invoice.to_string()).collect();
        let sum = of_debtor.iter().map(|a| a.open.minor()).sum();
        let worst = of_debtor.iter().max_by_key(|a| a.days_overdue).unwrap_or(&first);
        csv.row([
            first.contract.to_string(),
            first.debtor.to_string(),
            single_line(&first.debtor_name),
            field(|d| d.contact.as_ref()),
            field(|d| d.phone.as_ref()),
            field(|d| d.language.as_ref()),
            worst.level.clone(),
            of_debtor.len().to_string(),
            numbers.join("|"),
            Money::from_minor(sum, first.open.currency()).to_string(),
            first.open.currency().to_string(),
            worst.days_overdue.to_string(),
            business_day_from(as_of, debtor.and_then(|d| d.country.as_deref()).unwrap_or("FR")).to_string(),
        ]);
    }
    csv.into_bytes()
}

/// Days before it from which an item is on the list.
const LISTED_DAYS: i64 = 30;

const DEFUNDING_COLUMNS: [&str; 12] = [
    "contract_id",
    "debtor_id",
    "debtor_name",
    "invoice_id",
    "due_date",
    "defunding_date",
    "days_to_defunding",
    "bucket",
    "open_amount",
    "financed_amount",
    "currency",
    "to_give_back",
];

/// `defunding.csv`: the items whose advance the factor takes back within thirty days, or has taken
/// back, the next first. A dispute does not stop the clock.
#[must_use]
pub fn defunding_csv(items: &[Defunding]) -> Vec<u8> {
    written(&DEFUNDING_COLUMNS, items, |item| {
        (item.days <= LISTED_DAYS).then(|| {
            [
                item.contract.to_string(),
                item.debtor.to_string(),
                single_line(&item.debtor_name),
                item.invoice.to_string(),
                item.due_date.to_string(),
                item.date.to_string(),
                item.days.to_string(),
                item.bucket().to_owned(),
                item.open.to_string(),
                shown(item.financed),
                item.open.currency().to_string(),
                Money::from_minor(item.at_risk(), item.open.currency()).to_string(),
            ]
        })
    })
}

const WEEK_COLUMNS: [&str; 6] = ["contract_id", "week", "items", "open_amount", "financed_amount", "currency"];

/// `defunding-weeks.csv`: the advances that the factor takes back week by week, for the plan of the
/// treasury; a week is named by its Monday (ISO 8601). What is past is in it too. `financed_amount` is what has to be
/// given back: the advance, as far as it is not paid; where the export gives none, the contract's rate of the amount.
#[must_use]
pub fn defunding_weeks_csv(items: &[Defunding]) -> Vec<u8> {
    let mut weeks: BTreeMap<(&ContractId, NaiveDate), (usize, i64, i64, Currency)> = BTreeMap::new();
    for item in items {
        let monday = item.date - Days::new(u64::from(item.date.weekday().num_days_from_monday()));
        let week = weeks.entry((&item.contract, monday)).or_insert((0, 0, 0, item.open.currency()));
        week.0 += 1;
        week.1 += item.open.minor();
        week.2 += item.at_risk();
    }
    let mut csv = Csv::new(&WEEK_COLUMNS);
    for ((contract, monday), (count, open, financed, currency)) in weeks {
        let money = |minor: i64| Money::from_minor(minor, currency).to_string();
        csv.row([
            contract.to_string(),
            monday.to_string(),
            count.to_string(),
            money(open),
            money(financed),
            currency.to_string(),
        ]);
    }
    csv.into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_written_on_all_cores_stand_in_the_order_of_the_items() {
        let items: Vec<usize> = (0..3 * ROWS_AT_A_TIME + 5).collect();
        let odd = |n: &usize| (n % 2 == 1).then(|| [n.to_string(), "a, b".to_owned()]);
        let mut wanted = Csv::new(&["number", "text"]);
        items.iter().filter_map(odd).for_each(|row| wanted.row(row));
        assert!(written(&["number", "text"], &items, odd) == wanted.into_bytes());
        assert_eq!(written(&["number", "text"], &[], odd), b"number,text\n");
    }
}
