//! What is not lettered, and where all credits went: `exceptions.csv` and `release.csv`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::model::{
    Account, AdmittedStatement, BankLine, Cause, Contract, ContractId, Destination, Direction, Exception, ExceptionStatus,
    Ledger, LettrageLine, LineKind, Money, NonRemittance, NonRemittanceKind, Release, Remittance, RemittanceId, TakenBack,
    Verdict, Waiting,
};
use crate::text::{Csv, single_line};

/// One exception for every bank transaction that is not lettered, in booking order.
#[must_use]
pub fn exceptions(
    ledger: &Ledger,
    remittances: &[Remittance],
    verdicts: &[Verdict],
    others: &[NonRemittance],
    taken_back: &[TakenBack],
) -> Vec<Exception> {
    // Who asked for it, and why.
    let undone: BTreeMap<&RemittanceId, &Arc<str>> = taken_back
        .iter()
        .filter_map(|taken| match &taken.cause {
            Cause::Undone { by, .. } => Some((&taken.settled.remittance.line.id, by)),
            Cause::Returned(_) => None,
        })
        .collect();
    let mut exceptions: Vec<Exception> = others
        .iter()
        .map(|other| Exception {
            line: other.line.clone(),
            status: ExceptionStatus::Other(other.kind),
            reason: other.reason,
            note: String::new(),
            best_debtor: None,
            best_confidence: None,
            booked: other.booked,
        })
        .collect();
    for verdict in verdicts {
        let Verdict::Unmatched(left) = verdict else { continue };
        let best = left.candidates.first();
        let debtor = best.map(|c| c.debtor).or(left.payer);
        let line = &remittances[left.remittance].line;
        let note = undone.get(&line.id).map_or_else(|| left.note.clone(), ToString::to_string);
        exceptions.push(Exception {
            line: line.clone(),
            status: if left.suggested { ExceptionStatus::Suggested } else { ExceptionStatus::Unmatched },
            reason: left.reason.code(),
            note,
            best_debtor: debtor.map(|d| ledger.debtors[d].id.clone()),
            best_confidence: best.map(|c| c.confidence),
            booked: true,
        });
    }
    exceptions.sort_by_cached_key(|e| {
        let line = &e.line;
        (
            line.contract.clone(),
            line.account.clone(),
            line.booking_date,
            Arc::clone(&line.statement_id),
            line.id.clone(),
            e.reason,
        )
    });
    exceptions
}

/// One row a statement, in the order of the statements; then one for each earlier statement of which
/// a remittance that waited has moved, or of which the lettrage is taken back: it leaves where it was,
/// and goes where it is now.
#[must_use]
pub fn releases(
    contracts: &[Contract],
    statements: &[AdmittedStatement],
    carried: &[Waiting],
    taken_back: &[TakenBack],
    lines: &[LettrageLine],
    exceptions: &[Exception],
) -> Vec<Release> {
    let empty = |contract: &ContractId, account: &Account, statement_id: &str, currency| Release {
        contract: contract.clone(),
        account: account.clone(),
        statement_id: statement_id.into(),
        currency,
        opening: 0,
        credits: 0,
        debits: 0,
        closing: 0,
        to_factor: 0,
        to_client: 0,
        on_hold: 0,
        suggested: 0,
        unmatched: 0,
        excluded: 0,
        reversed: 0,
        carried: false,
    };
    let mut releases: Vec<Release> = statements
        .iter()
        .map(|admitted| {
            let contract = &contracts[admitted.contract];
            Release {
                opening: admitted.opening.minor(),
                closing: admitted.closing.minor(),
                ..empty(&contract.id, &admitted.account, &admitted.statement.id, contract.currency)
            }
        })
        .collect();
    let key = |account: &Account, statement: &Arc<str>, carried: bool| (account.clone(), Arc::clone(statement), carried);
    let mut index: BTreeMap<(Account, Arc<str>, bool), usize> =
        releases.iter().enumerate().map(|(i, r)| (key(&r.account, &r.statement_id, false), i)).collect();
    let undone = taken_back.iter().filter(|t| matches!(t.cause, Cause::Undone { .. })).map(|t| &t.settled.remittance);
    let waited: BTreeSet<&RemittanceId> = carried.iter().map(|w| &w.remittance).chain(undone).map(|r| &r.line.id).collect();
    let mut row_of = |releases: &mut Vec<Release>, line: &BankLine| {
        *index.entry(key(&line.account, &line.statement_id, true)).or_insert_with(|| {
            let row = empty(&line.contract, &line.account, &line.statement_id, line.amount.currency());
            releases.push(Release { carried: true, ..row });
            releases.len() - 1
        })
    };
    for taken in taken_back {
        let row = row_of(&mut releases, &taken.settled.remittance.line);
        let row = &mut releases[row];
        for line in &taken.settled.lines {
            *destination(row, line.destination) -= line.applied;
            row.credits -= line.applied;
        }
        if matches!(taken.cause, Cause::Returned(_)) {
            row.reversed += taken.settled.remittance.line.amount.minor();
            row.credits += taken.settled.remittance.line.amount.minor();
        }
    }
    for waiting in carried {
        let line = &waiting.remittance.line;
        let row = row_of(&mut releases, line);
        let row = &mut releases[row];
        let was = match waiting {
            Waiting { set_aside: true, .. } => &mut row.excluded,
            Waiting { suggested: true, .. } => &mut row.suggested,
            Waiting { .. } => &mut row.unmatched,
        };
        *was -= line.amount.minor();
        row.credits -= line.amount.minor();
    }
    // An extract that brings a waiting booking again has it in a row of its own.
    let find = |line: &BankLine, again: bool| {
        let carried = waited.contains(&line.id) && !again;
        index.get(&key(&line.account, &line.statement_id, carried)).copied()
    };
    for line in lines.iter().filter(|l| l.kind != LineKind::Reversal) {
        let Some(row) = find(&line.remittance, false) else { continue };
        let row = &mut releases[row];
        row.credits += line.applied.minor();
        *destination(row, line.destination) += line.applied.minor();
    }
    for exception in exceptions.iter().filter(|e| e.booked) {
        let Some(row) = find(&exception.line, exception.reason == "already_booked") else { continue };
        let row = &mut releases[row];
        let amount = exception.line.amount.minor();
        if exception.line.direction == Direction::Debit {
            row.debits += amount;
            continue;
        }
        row.credits += amount;
        match exception.status {
            ExceptionStatus::Suggested => row.suggested += amount,
            ExceptionStatus::Unmatched => row.unmatched += amount,
            ExceptionStatus::Other(NonRemittanceKind::Reversal) => row.reversed += amount,
            ExceptionStatus::Other(_) => row.excluded += amount,
        }
    }
    let moved = |r: &Release| [r.to_factor, r.to_client, r.on_hold, r.suggested, r.unmatched, r.reversed].iter().any(|a| *a != 0);
    releases.retain(|r| !r.carried || moved(r));
    releases
}

fn destination(row: &mut Release, destination: Destination) -> &mut i64 {
    match destination {
        Destination::Factor => &mut row.to_factor,
        Destination::Client => &mut row.to_client,
        Destination::Hold => &mut row.on_hold,
    }
}

const EXCEPTION_COLUMNS: [&str; 19] = [
    "contract_id",
    "account",
    "statement_id",
    "entry_reference",
    "remittance_id",
    "bank_reference",
    "end_to_end_id",
    "booking_date",
    "amount",
    "currency",
    "direction",
    "payer_name",
    "payer_iban",
    "remittance_text",
    "status",
    "reason",
    "best_debtor_id",
    "best_confidence",
    "note",
];

/// `exceptions.csv`.
#[must_use]
pub fn exceptions_csv(exceptions: &[Exception]) -> Vec<u8> {
    let mut csv = Csv::new(&EXCEPTION_COLUMNS);
    for e in exceptions {
        let line = &e.line;
        csv.row([
            line.contract.to_string(),
            line.account.to_string(),
            single_line(&line.statement_id),
            single_line(&line.entry_reference),
            line.id.to_string(),
            single_line(&line.bank_reference),
            single_line(&line.end_to_end_id),
            line.booking_date.to_string(),
            line.amount.to_string(),
            line.amount.currency().to_string(),
            line.direction.as_str().to_owned(),
            single_line(&line.payer_name),
            line.payer_account.as_ref().map_or_else(String::new, |a| single_line(a.as_str())),
            single_line(&line.text),
            e.status.as_str().to_owned(),
            e.reason.to_owned(),
            e.best_debtor.as_ref().map_or_else(String::new, ToString::to_string),
            e.best_confidence.map_or_else(String::new, |c| c.to_string()),
            single_line(&e.note),
        ]);
    }
    csv.into_bytes()
}

const RELEASE_COLUMNS: [&str; 15] = [
    "contract_id",
    "account",
    "statement_id",
    "opening",
    "credits",
    "debits",
    "closing",
    "to_factor",
    "to_client",
    "on_hold",
    "suggested",
    "unmatched",
    "excluded",
    "reversed",
    "currency",
];

/// `release.csv`.
#[must_use]
pub fn release_csv(releases: &[Release]) -> Vec<u8> {
    let mut csv = Csv::new(&RELEASE_COLUMNS);
    for r in releases {
        let amounts = [
            r.opening,
            r.credits,
            r.debits,
            r.closing,
            r.to_factor,
            r.to_client,
            r.on_hold,
            r.suggested,
            r.unmatched,
            r.excluded,
            r.reversed,
        ];
        let head = [r.contract.to_string(), r.account.to_string(), single_line(&r.statement_id)];
        let amounts = amounts.map(|minor| Money::from_minor(minor, r.currency).to_string());
        csv.row(head.into_iter().chain(amounts).chain([r.currency.to_string()]));
    }
    csv.into_bytes()
}
