//! Where each contract stands: statements, gaps, and what waits for a person.

use std::collections::HashSet;

use chrono::NaiveDate;

use super::{Project, RunError, State};
use crate::model::{Account, Contract, ContractId, Currency, History, Money, RemittanceId, Wanted};
use crate::remittance;

/// A contract, as the state knows it.
#[derive(Debug)]
pub struct ContractStatus {
    /// The contract.
    pub contract: ContractId,
    /// Its factor.
    pub factor: String,
    /// Each of its dedicated accounts.
    pub accounts: Vec<AccountStatus>,
    /// What waits with candidates: number and sum.
    pub suggested: (usize, Money),
    /// What waits without: number and sum.
    pub unmatched: (usize, Money),
    /// What the bank took back, and nobody knows of which payment: number and sum.
    pub returns: (usize, Money),
    /// Booking date of the oldest that waits.
    pub oldest: Option<NaiveDate>,
    /// Decisions of people that the next night applies.
    pub decided: usize,
    /// Kept on account of debtors.
    pub on_account: Money,
    /// Lettered for the factor, and not swept yet.
    pub to_sweep: Money,
}

/// A dedicated account.
#[derive(Debug)]
pub struct AccountStatus {
    /// Its number.
    pub account: Account,
    /// Number, day and closing balance of the last statement taken.
    pub last: Option<(String, NaiveDate, Money)>,
    /// Where a statement does not open with what the one before closed with, in words.
    pub gaps: Vec<String>,
}

/// The status of every contract; reads the state only.
///
/// # Errors
///
/// A state that cannot be read.
pub fn status(project: &Project) -> Result<Vec<ContractStatus>, RunError> {
    let history = State::open_existing(&project.path(&project.settings.state_path))?
        .map_or_else(|| Ok(History::default()), |state| state.history(None, &Wanted::default()))?;
    Ok(project.settings.contracts.iter().map(|contract| of_contract(contract, &history)).collect())
}

fn of_contract(contract: &Contract, history: &History) -> ContractStatus {
    let own: Vec<_> = history.waiting.iter().filter(|w| w.remittance.line.contract == contract.id && !w.set_aside).collect();
    let sum = |suggested: bool| {
        let amounts = own.iter().filter(|w| w.suggested == suggested).map(|w| w.remittance.line.amount.minor());
        (amounts.clone().count(), Money::from_minor(amounts.sum(), contract.currency))
    };
    ContractStatus {
        contract: contract.id.clone(),
        factor: contract.factor.clone(),
        accounts: contract.accounts.iter().map(|account| of_account(account, contract.currency, history)).collect(),
        suggested: sum(true),
        unmatched: sum(false),
        returns: {
            let own = history.returns.iter().filter(|line| line.contract == contract.id).map(|line| line.amount.minor());
            (own.clone().count(), Money::from_minor(own.sum(), contract.currency))
        },
        oldest: own.iter().map(|w| w.remittance.line.booking_date).min(),
        on_account: {
            let kept = history.on_account.iter().filter(|kept| kept.contract == contract.id);
            Money::from_minor(kept.map(|kept| kept.amount).sum(), contract.currency)
        },
        to_sweep: {
            let funds = history.funds.get(&contract.id).cloned().unwrap_or_default();
            let sent: i64 = funds.sent.iter().map(|sent| sent.amount).sum();
            Money::from_minor((sent - funds.swept).max(0), contract.currency)
        },
        decided: {
            let lettered = history.settled.iter().map(|s| &s.remittance.line).filter(|line| line.contract == contract.id);
            let waiting = history.waiting.iter().map(|w| &w.remittance.line).filter(|line| line.contract == contract.id);
            let returns = history.returns.iter().filter(|line| line.contract == contract.id);
            let lines = waiting.chain(lettered).chain(returns);
            let decisions = || history.decisions.iter().map(|d| &d.remittance);
            let decided: HashSet<&RemittanceId> = decisions().collect();
            let known: HashSet<&RemittanceId> = lines.map(|line| &line.id).filter(|id| decided.contains(id)).collect();
            decisions().filter(|id| known.contains(id)).count()
        },
    }
}

fn of_account(account: &Account, currency: Currency, history: &History) -> AccountStatus {
    let key = account.to_string();
    let known = history.statements.iter().filter(|((a, _), _)| *a == key);
    let links = known.filter_map(|((_, number), known)| Some((number.clone(), known.link.as_ref()?)));
    let last = links.max_by_key(|(number, link)| (link.day, link.sequence, number.clone()));
    AccountStatus {
        account: account.clone(),
        last: last.map(|(number, link)| (number, link.day, Money::from_minor(link.closing, currency))),
        gaps: remittance::breaks(history, account, currency),
    }
}
