//! `follow.csv`: what was lettered for the factor, and whether it has swept and confirmed it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::{
    Contract, ContractId, Destination, Exception, ExceptionStatus, Finding, Followed, FundsMove, History, LettrageLine, Money,
    NonRemittanceKind, Origin, Sent, business_days_between,
};
use crate::text::{Csv, single_line};

/// What a night adds, and what it says of the nights before.
#[derive(Debug, Default)]
pub struct Follow {
    /// Nights whose funds are on their way, or have arrived tonight.
    pub rows: Vec<Followed>,
    /// To remember.
    pub moves: Vec<(ContractId, FundsMove)>,
    /// Funds that the factor should have swept.
    pub findings: Vec<Finding>,
}

const COLUMNS: [&str; 11] = [
    "contract_id",
    "sent_on",
    "sent",
    "swept",
    "to_sweep",
    "confirmed",
    "rejected",
    "currency",
    "business_days",
    "status",
    "ahead",
];

/// Follows the funds: lettered → swept → confirmed.
///
/// Sweeps name no lettrage: they are taken to be of the oldest funds first. A night has a row until all
/// of it is swept, and on the night when it is. `ahead`, in the row of the business date, is what was swept
/// without having been lettered.
#[must_use]
pub fn follow(
    contracts: &[Contract],
    lines: &[LettrageLine],
    exceptions: &[Exception],
    history: &History,
    as_of: NaiveDate,
) -> Follow {
    let mut follow = Follow::default();
    for contract in contracts {
        let for_factor = lines.iter().filter(|l| l.remittance.contract == contract.id && l.destination == Destination::Factor);
        let sent: i64 = for_factor.map(|l| l.applied.minor()).sum();
        let sweeps: Vec<&Exception> = exceptions.iter().filter(|e| is_sweep(e) && e.line.contract == contract.id).collect();
        let swept: i64 = sweeps.iter().map(|e| e.line.amount.minor()).sum();
        follow.moves.extend((sent != 0).then(|| (contract.id.clone(), FundsMove::Sent(sent))));
        follow.moves.extend(sweeps.iter().map(|sweep| {
            let (day, amount) = (sweep.line.booking_date, sweep.line.amount.minor());
            (contract.id.clone(), FundsMove::Swept { day, amount, reference: single_line(&sweep.line.bank_reference) })
        }));
        let before = history.funds.get(&contract.id).cloned().unwrap_or_default();
        let mut nights = before.sent;
        nights.push(Sent { day: as_of, amount: sent, confirmed: 0, rejected: 0 });
        let (was, is) = (before.swept, before.swept + swept);
        let ahead = (is - nights.iter().map(|n| n.amount).sum::<i64>()).max(0);
        let mut late: BTreeMap<NaiveDate, i64> = BTreeMap::new();
        let mut sum = 0;
        for (index, night) in nights.iter().enumerate() {
            sum += night.amount;
            let open = |swept: i64| (sum - swept).clamp(0, night.amount.max(0));
            let is_tonight = index + 1 == nights.len();
            let to_sweep = open(is);
            if open(was) == 0 && to_sweep == 0 && !(is_tonight && (night.amount != 0 || ahead != 0)) {
                continue;
            }
            let days = business_days_between(night.day, as_of, "FR");
            let is_late = to_sweep > 0 && contract.sweep_days > 0 && days > contract.sweep_days;
            if is_late {
                late.insert(night.day, to_sweep);
            }
            let status = match (to_sweep, night.amount) {
                (0, sent) if night.confirmed >= sent && sent > 0 => "confirmed",
                (0, _) => "swept",
                _ if is_late => "late",
                (open, sent) if open < sent => "partly_swept",
                _ => "sent",
            };
            follow.rows.push(Followed {
                contract: contract.id.clone(),
                currency: contract.currency,
                sent: night.clone(),
                to_sweep,
                business_days: days,
                status,
                ahead: if is_tonight { ahead } else { 0 },
            });
        }
        // Without the factor's account, and before its first sweep, nobody can tell one.
        if contract.factor_account.is_some() || is > 0 {
            follow.findings.extend(told(contract, &late));
        }
    }
    follow
}

/// `follow.csv`.
#[must_use]
pub fn follow_csv(rows: &[Followed]) -> Vec<u8> {
    let mut csv = Csv::new(&COLUMNS);
    for row in rows {
        let money = |minor: i64| Money::from_minor(minor, row.currency).to_string();
        csv.row([
            row.contract.to_string(),
            row.sent.day.to_string(),
            money(row.sent.amount),
            money(row.sent.amount.max(0) - row.to_sweep),
            money(row.to_sweep),
            money(row.sent.confirmed),
            money(row.sent.rejected),
            row.currency.to_string(),
            row.business_days.to_string(),
            row.status.to_owned(),
            money(row.ahead),
        ]);
    }
    csv.into_bytes()
}

fn is_sweep(exception: &Exception) -> bool {
    exception.booked && exception.status == ExceptionStatus::Other(NonRemittanceKind::Internal) && exception.reason == "sweep"
}

fn told(contract: &Contract, late: &BTreeMap<NaiveDate, i64>) -> Option<Finding> {
    let (first, sum) = (late.keys().next()?, late.values().sum::<i64>());
    let what = format!(
        "expected {} to sweep what is lettered within {} business days, but found {} {} of contract {} still on the account, the oldest lettered on {first}",
        contract.factor,
        contract.sweep_days,
        Money::from_minor(sum, contract.currency),
        contract.currency,
        contract.id
    );
    Some(
        Finding::warning(Origin::file(&"follow.csv".into()), "sweep-late", what)
            .effect("It is listed in follow.csv as late")
            .remedy("Ask the factor whether it has the lettrage; give its answers to `lettrage answers`"),
    )
}
