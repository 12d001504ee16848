//! What a night leaves to the next ones.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use chrono::NaiveDate;

use crate::lettrage::Lettrage;
use crate::matching;
use crate::model::{
    AdmittedStatement, Balances, BankLine, Candidate, Closed, ContractId, DebtorId, Decision, DunningAction, DunningStep,
    Exception, FundsMove, Invoice, InvoiceId, Ledger, Lesson, LetteredItem, LettrageLine, LineKind, ManagedBy, Memory, Money,
    OnAccount, Remittance, RemittanceId, Settled, SettledLine, Verdict, Waiting,
};
use crate::remittance::{self, Sorted};

/// What was decided, as far as it is remembered.
pub(super) struct Decided<'a> {
    pub ledger: &'a Ledger,
    pub statements: &'a [AdmittedStatement],
    pub sorted: &'a Sorted,
    pub due: &'a [Decision],
    pub confirmed: &'a BTreeMap<usize, Candidate>,
    pub verdicts: &'a [Verdict],
    pub exceptions: &'a [Exception],
    pub actions: &'a [DunningAction],
    pub as_of: NaiveDate,
    pub sequences: BTreeMap<(ContractId, String), u64>,
    /// Items that are gone from the export while something of them is open.
    pub vanished: BTreeSet<(ContractId, InvoiceId)>,
    pub funds: Vec<(ContractId, FundsMove)>,
    pub balances: Balances,
    /// What the night put on account.
    pub on_account: Vec<OnAccount>,
}

/// The items of the night by contract and number, for what people decided about them; empty when they
/// decided nothing.
type Items<'a> = HashMap<(&'a ContractId, &'a InvoiceId), &'a Invoice>;

/// Every booking seen, what was lettered of items and of remittances, the codes given, what waits,
/// and what people's decisions teach.
pub(super) fn remember(decided: &Decided<'_>, lettrage: Lettrage) -> Memory {
    let of_booking = |line: &BankLine| {
        let day = line.booking_date;
        [Some(line.id.clone()), line.booking.clone()].into_iter().flatten().map(move |id| (id, day))
    };
    let mut seen: Vec<_> = lettrage.lines.iter().flat_map(|l| of_booking(&l.remittance)).collect();
    seen.extend(decided.exceptions.iter().filter(|e| e.booked).flat_map(|e| of_booking(&e.line)));
    seen.sort_unstable();
    seen.dedup();
    let lettered = lettrage.lines.iter().filter_map(|line| {
        let item = LetteredItem {
            open_before: line.open_before?.minor(),
            open_after: line.open_after?.minor(),
            day: Some(line.remittance.booking_date),
            reference: Some(line.remittance.bank_reference.clone()),
        };
        (item.open_before != item.open_after)
            .then(|| (line.remittance.contract.clone(), line.invoice.clone().unwrap_or(InvoiceId("".into())), item))
    });
    let known = |s: &AdmittedStatement| (s.account.to_string(), s.statement.id.clone(), remittance::known(s));
    let items = match (decided.due, &decided.sorted.taken_back[..]) {
        ([], []) => Items::new(),
        _ => decided.ledger.invoices.iter().map(|i| ((&i.contract, &i.id), i)).collect(),
    };
    let vanished = vanished(decided, &lettrage, &items);
    Memory {
        lettered: lettered.collect(),
        settled: settled(decided, &lettrage),
        seen,
        statements: decided.statements.iter().map(known).collect(),
        taken_back: decided.sorted.taken_back.iter().map(|t| t.settled.remittance.line.id.clone()).collect(),
        returns: decided.sorted.returns.clone(),
        waiting: still_waiting(decided.sorted, decided.verdicts),
        decided: decided.due.iter().map(|d| d.number).collect(),
        lessons: lessons(decided, &items),
        dunning: given_out(decided),
        sequences: decided.sequences.clone(),
        vanished,
        funds: decided.funds.clone(),
        balances: decided.balances.clone(),
        on_account: decided.on_account.clone(),
        closed: closed(decided, &lettrage),
        reopened: reopened(&lettrage),
        codes: lettrage.codes,
    }
}

/// Invoices of which nothing is open any more.
fn closed(decided: &Decided<'_>, lettrage: &Lettrage) -> Vec<Closed> {
    let is_closed = |l: &&LettrageLine| l.kind == LineKind::Invoice && l.open_after.is_some_and(Money::is_zero);
    let closing: HashMap<(&ContractId, &InvoiceId), NaiveDate> = lettrage
        .lines
        .iter()
        .filter(is_closed)
        .filter_map(|l| Some(((&l.remittance.contract, l.invoice.as_ref()?), l.remittance.booking_date)))
        .collect();
    let of = |invoice: &Invoice| {
        let day = *closing.get(&(&invoice.contract, &invoice.id))?;
        Some(Closed {
            contract: invoice.contract.clone(),
            debtor: invoice.debtor.clone(),
            invoice: invoice.id.clone(),
            issued: invoice.issue_date,
            late_days: (day - invoice.due_date).num_days(),
            day,
            amount: invoice.amount.minor(),
        })
    };
    decided.ledger.invoices.iter().filter_map(of).collect()
}

/// Items that earlier lettrage had closed, perhaps, and that are open again.
fn reopened(lettrage: &Lettrage) -> Vec<(ContractId, InvoiceId)> {
    let back = lettrage.lines.iter().filter(|l| l.kind == LineKind::Reversal && l.open_after.is_some());
    back.filter_map(|l| Some((l.remittance.contract.clone(), l.invoice.clone()?))).collect()
}

/// What is gone from the export, with what is opened again of items that are.
fn vanished(decided: &Decided<'_>, lettrage: &Lettrage, items: &Items<'_>) -> BTreeSet<(ContractId, InvoiceId)> {
    let mut gone = decided.vanished.clone();
    let reopened = lettrage.lines.iter().filter(|l| l.kind == LineKind::Reversal);
    for line in reopened {
        let Some(invoice) = &line.invoice else { continue };
        let contract = &line.remittance.contract;
        if !items.contains_key(&(contract, invoice)) {
            gone.insert((contract.clone(), invoice.clone()));
        }
    }
    gone
}

/// Each remittance that was lettered, with its lines.
fn settled(decided: &Decided<'_>, lettrage: &Lettrage) -> Vec<Settled> {
    let mut lines: HashMap<&RemittanceId, Vec<SettledLine>> = HashMap::new();
    for line in lettrage.lines.iter().filter(|l| l.kind != LineKind::Reversal) {
        lines.entry(&line.remittance.id).or_default().push(line.into());
    }
    let matched = decided.verdicts.iter().filter(|v| matches!(v, Verdict::Match(_)));
    matched
        .map(|verdict| {
            let remittance = &decided.sorted.remittances[verdict.remittance()];
            Settled { remittance: remittance.clone(), lines: lines.remove(&remittance.line.id).unwrap_or_default() }
        })
        .collect()
}

/// What a person still has to settle: of tonight, of earlier nights, and of contracts that are away.
fn still_waiting(sorted: &Sorted, verdicts: &[Verdict]) -> Vec<Waiting> {
    let left = verdicts.iter().filter_map(|verdict| match verdict {
        Verdict::Unmatched(left) => {
            Some(Waiting { remittance: sorted.remittances[left.remittance].clone(), suggested: left.suggested, set_aside: false })
        }
        Verdict::Match(_) => None,
    });
    left.chain(sorted.parked.iter().filter(|waiting| !waiting.set_aside).cloned()).collect()
}

/// The actions of the client that are to be done: each is given out once.
fn given_out(decided: &Decided<'_>) -> Vec<(ContractId, InvoiceId, DebtorId, DunningStep)> {
    let to_do = decided.actions.iter().filter(|a| a.held.is_none() && a.owner == ManagedBy::Client);
    let step = |a: &DunningAction| DunningStep { level: a.level.clone(), day: decided.as_of };
    to_do.map(|a| (a.contract.clone(), a.invoice.clone(), a.debtor.clone(), step(a))).collect()
}

/// What the decisions of people say of who pays for whom.
///
/// Only what is about one debtor teaches anything: a payment centre pays for many. That a suggestion was refused, or a lettrage
/// undone, may be about the item: it speaks against its debtor once another one is confirmed.
fn lessons(decided: &Decided<'_>, items: &Items<'_>) -> Vec<Lesson> {
    let mut lessons = Vec::new();
    let mut learn = |remittance: &Remittance, named: &mut dyn Iterator<Item = &InvoiceId>, confirmed: bool| {
        let contract = &remittance.line.contract;
        let debtor_of = |id: &InvoiceId| items.get(&(contract, id)).map(|invoice| invoice.debtor.clone());
        let mut debtors: Vec<_> = named.filter_map(debtor_of).collect();
        debtors.sort();
        debtors.dedup();
        if let [debtor] = &debtors[..] {
            lessons.extend(matching::payer_keys(remittance).into_iter().map(|key| Lesson {
                contract: contract.clone(),
                key,
                debtor: debtor.clone(),
                confirmed,
            }));
        }
    };
    for (index, candidate) in decided.confirmed {
        let remittance = &decided.sorted.remittances[*index];
        let mut named = candidate.applications.iter().map(|a| &decided.ledger.invoices[a.invoice].id);
        learn(remittance, &mut named, true);
        // Who refused another debtor's items, and not other items of this one, says who did not pay.
        let debtor_of = |id: &InvoiceId| items.get(&(&remittance.line.contract, id)).map(|invoice| &invoice.debtor);
        let own = &decided.ledger.debtors[candidate.debtor].id;
        for set in &remittance.rejected {
            if set.iter().all(|id| debtor_of(id).is_some_and(|debtor| debtor != own)) {
                learn(remittance, &mut set.iter(), false);
            }
        }
    }
    lessons.sort();
    lessons.dedup();
    lessons
}
