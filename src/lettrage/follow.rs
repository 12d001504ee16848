//! `follow.csv`: what was lettered for the factor, and whether it has swept and confirmed it.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use crate::model::{
    Contract, ContractId, Destination, Exception, ExceptionStatus, Finding, Followed, FundsMove, History, LettrageLine, LineKind,
    Money, NonRemittanceKind, Origin, Sent, business_days_between,
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

const COLUMNS: [&str; 12] = [
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
    "taken_back",
];

/// Follows the funds: lettered → swept → confirmed.
///
/// Neither sweeps nor reversals name the night whose funds they take: both are taken to be of the oldest funds
/// first. A night has a row until all of it is swept or taken back, and on the night when it is. `ahead`, in
/// the row of the business date, is what was swept without having been lettered. A sweep that the bank takes
/// back is none.
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
        // What is taken back is of the oldest funds, and not of those that the night sends.
        let (reversals, new): (Vec<&LettrageLine>, Vec<&LettrageLine>) = for_factor.partition(|l| l.kind == LineKind::Reversal);
        let sum = |lines: Vec<&LettrageLine>| lines.iter().map(|l| l.applied.minor()).sum::<i64>();
        let moved: Vec<i64> = [sum(reversals), sum(new)].into_iter().filter(|amount| *amount != 0).collect();
        let of_contract = exceptions.iter().filter(|e| e.booked && e.line.contract == contract.id);
        let sweeps: Vec<(&Exception, i64)> = of_contract.filter_map(|e| Some((e, swept(contract, e)?))).collect();
        let swept: i64 = sweeps.iter().map(|(_, amount)| amount).sum();
        follow.moves.extend(moved.iter().map(|amount| (contract.id.clone(), FundsMove::Sent(*amount))));
        follow.moves.extend(sweeps.iter().map(|(sweep, amount)| {
            let reference = single_line(&sweep.line.bank_reference);
            (contract.id.clone(), FundsMove::Swept { day: sweep.line.booking_date, amount: *amount, reference })
        }));
        let before = history.funds.get(&contract.id).cloned().unwrap_or_default();
        let mut nights = before.sent;
        let earlier: Vec<i64> = nights.iter().map(|night| night.amount).collect();
        let sent = |amount: &i64| Sent { day: as_of, amount: *amount, confirmed: 0, rejected: 0 };
        nights.extend(if moved.is_empty() { &[0] } else { &moved[..] }.iter().map(sent));
        let total = before.swept + swept;
        let was = left(&earlier, before.swept);
        let is = left(&nights.iter().map(|n| n.amount).collect::<Vec<_>>(), total);
        let ahead = (total - nights.iter().map(|n| n.amount).sum::<i64>()).max(0);
        let mut late: BTreeMap<NaiveDate, i64> = BTreeMap::new();
        for (index, night) in nights.iter().enumerate() {
            let is_tonight = index + 1 == nights.len();
            let Left { to_sweep, taken_back } = is[index];
            let was_open = was.get(index).is_some_and(|left| left.to_sweep != 0);
            if !was_open && to_sweep == 0 && !(is_tonight && (night.amount != 0 || ahead != 0)) {
                continue;
            }
            let days = business_days_between(night.day, as_of, "FR");
            let is_late = to_sweep > 0 && contract.sweep_days > 0 && days > contract.sweep_days;
            if is_late {
                late.insert(night.day, to_sweep);
            }
            let status = match (to_sweep, night.amount - taken_back) {
                (0, 0) if night.amount == 0 => "ahead",
                (0, sent) if sent <= 0 => "taken_back",
                (0, sent) if night.confirmed >= sent => "confirmed",
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
                taken_back,
                business_days: days,
                status,
                ahead: if is_tonight { ahead } else { 0 },
            });
        }
        // Without the factor's account, and before its first sweep, nobody can tell one.
        if contract.factor_account.is_some() || total > 0 {
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
            money(row.sent.amount.max(0) - row.taken_back - row.to_sweep),
            money(row.to_sweep),
            money(row.sent.confirmed),
            money(row.sent.rejected),
            row.currency.to_string(),
            row.business_days.to_string(),
            row.status.to_owned(),
            money(row.ahead),
            money(row.taken_back),
        ]);
    }
    csv.into_bytes()
}

/// What a booking says that the factor swept, in minor units; negative when the bank takes a sweep back.
fn swept(contract: &Contract, exception: &Exception) -> Option<i64> {
    let amount = exception.line.amount.minor();
    let from_factor = contract.factor_account.is_some() && exception.line.payer_account == contract.factor_account;
    match (exception.status, exception.reason) {
        (ExceptionStatus::Other(NonRemittanceKind::Internal), "sweep") => Some(amount),
        (_, "debit_taken_back") if from_factor => Some(-amount),
        _ => None,
    }
}

/// What is left of the funds of a night.
#[derive(Clone, Copy)]
struct Left {
    to_sweep: i64,
    taken_back: i64,
}

/// Takes reversals, then sweeps, off the oldest funds first.
fn left(nights: &[i64], swept: i64) -> Vec<Left> {
    let mut reversed: i64 = -nights.iter().filter(|amount| **amount < 0).sum::<i64>();
    let mut swept = swept.max(0);
    let one = |amount: &i64| {
        let taken_back = reversed.min(*amount).max(0);
        reversed -= taken_back;
        let gone = swept.min(amount - taken_back).max(0);
        swept -= gone;
        Left { to_sweep: (amount - taken_back - gone).max(0), taken_back }
    };
    nights.iter().map(one).collect()
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
