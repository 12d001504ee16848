//! Which statements a night may be decided on.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use chrono::NaiveDate;

use super::identity::statement_digest;
use super::{chain, notifications, pages};
use crate::config::{OnGap, Settings};
use crate::model::{
    Account, AdmittedStatement, Bank, Contract, ContractId, Direction, Disposition, Entry, Field, Finding, History, Money,
    Origin, Statement, StatementKind,
};

/// The statements of a night, sorted into used and set aside.
#[derive(Debug, Default)]
pub struct Admission {
    /// In a fixed order: contract, account, day, sequence, number.
    pub statements: Vec<AdmittedStatement>,
    /// Why others are not used, and where the chain of statements has holes.
    pub findings: Vec<Finding>,
    /// What becomes of each file.
    pub files: BTreeMap<Arc<str>, Disposition>,
    /// Accounts of which a statement was set aside, waits for its other pages, or is missing between two: payments up
    /// to the night may not be known.
    pub incomplete: BTreeSet<Account>,
}

/// What to do about a statement that cannot be right.
const AGAIN: &str = "Ask the bank to send it again, then run the same date again";

/// Statements that the night took, by account and number: digest and day.
type Taken = HashMap<(String, String), (String, NaiveDate)>;

/// A statement of a day after the business date: nothing of the night is missing for it.
const FUTURE: &str = "statement-future";

/// Why one statement is not used.
enum Refusal {
    /// Set aside: somebody must act.
    Aside(Finding),
    /// Waits for a later night.
    Hold(Finding),
    /// Already known.
    Known(Finding),
}

/// Decides which of the statements are used.
///
/// `read` are the statements of all files with the faults found inside each.
#[must_use]
pub fn admit(settings: &Settings, read: Vec<(Statement, Vec<Finding>)>, history: &History, as_of: NaiveDate) -> Admission {
    let contracts = settings.contracts.as_slice();
    let mut admission = Admission::default();
    let mut read = read;
    // The name of a file decides nothing, but which of two copies is called the copy.
    read.sort_by(|(a, _), (b, _)| (&a.id, &a.file, a.line_number).cmp(&(&b.id, &b.file, b.line_number)));
    let read = pages::join(read);
    let mut taken: Taken = HashMap::new();
    let mut dispositions: BTreeMap<Arc<str>, Vec<Disposition>> = BTreeMap::new();
    let mut notifications = Vec::new();
    for (mut statement, faults) in read {
        if statement.kind == StatementKind::Notification && faults.is_empty() {
            notifications.push(statement);
            continue;
        }
        let files: Vec<Arc<str>> = statement.files().cloned().collect();
        let bank = settings.banks.iter().find(|bank| bank.is_of(&statement)).cloned().unwrap_or_default();
        if bank.reversal_flips_sign {
            flip_reversals(&mut statement);
        }
        let account = statement.account.clone().filter(|_| statement.kind == StatementKind::Statement);
        let (id, origin) = (statement.id.clone(), Origin::line(&statement.file, statement.line_number));
        let verdict = if faults.is_empty() {
            check(contracts, bank, statement, history, &taken, as_of)
        } else {
            admission.findings.extend(faults);
            admission.incomplete.extend(account);
            for file in files {
                dispositions.entry(file).or_default().push(Disposition::Refused);
            }
            continue;
        };
        let disposition = match verdict {
            Ok(admitted) => {
                let key = (admitted.account.to_string(), admitted.statement.id.clone());
                if admitted.statement.id != id {
                    let what = format!("expected a number of its own for each statement, but found {id} again, of another day");
                    admission.findings.push(
                        Finding::info(origin, "statement-number-again", what)
                            .effect(format!("It is called {:?}", admitted.statement.id)),
                    );
                }
                admission.findings.extend(doubtful(&admitted, &contracts[admitted.contract]));
                taken.insert(key, (admitted.digest.clone(), admitted.date));
                admission.statements.push(*admitted);
                Disposition::Taken
            }
            Err(Refusal::Known(finding)) => {
                admission.findings.push(finding);
                Disposition::Known
            }
            Err(Refusal::Hold(finding)) => {
                admission.incomplete.extend(account.filter(|_| finding.rule != FUTURE));
                admission.findings.push(finding);
                Disposition::Held
            }
            Err(Refusal::Aside(finding)) => {
                admission.incomplete.extend(account);
                admission.findings.push(finding);
                Disposition::Refused
            }
        };
        for file in files {
            dispositions.entry(file).or_default().push(disposition);
        }
    }
    admission.findings.extend(contracts.iter().filter_map(|contract| renamed(contract, settings, history)));
    admission.statements.sort_by_key(order);
    hold_behind_gaps(settings, history, &mut admission, &mut dispositions);
    let accounts = contracts.iter().flat_map(|contract| &contract.accounts);
    let missing = accounts.filter(|account| chain::misses_one(account, &admission.statements, history, as_of));
    admission.incomplete.extend(missing.cloned());
    let supplied = notifications::supply(&mut admission.statements, &notifications);
    admission.findings.extend(supplied.findings);
    for (notification, known) in notifications.iter().zip(supplied.known) {
        let disposition = if known { Disposition::Taken } else { Disposition::Refused };
        dispositions.entry(Arc::clone(&notification.file)).or_default().push(disposition);
        admission.findings.extend((!known).then(|| alone(notification, history)));
    }
    admission.files = dispositions.into_iter().map(|(file, all)| (file, of_file(&all))).collect();
    admission
}

/// Whether a page is one of a statement that an earlier night used whole: it goes no further than that, and opens with the same,
/// where it tells its opening balance.
fn is_page_of_known(account: &Account, page: &Statement, history: &History) -> bool {
    let known = history.statements.get(&(account.to_string(), page.id.clone())).and_then(|known| known.link.as_ref());
    known.is_some_and(|link| {
        let opening = page.opening().and_then(|balance| balance.amount);
        !page.entries.is_empty()
            && page.entries.iter().all(|entry| entry.booking_date.is_some_and(|day| day <= link.day))
            && opening.is_none_or(|opening| opening.minor() == link.opening)
    })
}

/// What a statement that is used says and cannot mean, or should not: an account without money, and bookings behind its day.
fn doubtful(admitted: &AdmittedStatement, contract: &Contract) -> Vec<Finding> {
    let AdmittedStatement { statement, date, closing, .. } = admitted;
    let origin = || Origin::line(&statement.file, statement.line_number);
    let mut findings = Vec::new();
    if closing.minor() < 0 {
        let what = format!(
            "expected money on the dedicated account of contract {}, but found a debit balance: statement {} closes with {closing} {}",
            contract.id, statement.id, contract.currency
        );
        let finding = Finding::warning(origin(), "account-overdrawn", what).effect("The statement is used as it is");
        findings.push(
            finding.remedy("Ask the bank at once: a dedicated account has no overdraft, and what was taken is the factor's"),
        );
    }
    let behind = |entry: &&Entry| entry.is_booked() && entry.booking_date.is_some_and(|day| day > *date);
    if let Some(day) = statement.entries.iter().find(behind).and_then(|entry| entry.booking_date) {
        let what = format!("expected bookings up to {date}, the day of statement {}, but found one of {day}", statement.id);
        let finding = Finding::warning(origin(), "booking-date", what).effect("What is booked behind that day is for a person");
        findings.push(finding.remedy("Ask the bank for the day: whose the money is may hang on it"));
    }
    findings
}

/// Tells the gaps in the chain of statements; with `gap = "hold"`, what lies behind one waits.
fn hold_behind_gaps(
    settings: &Settings,
    history: &History,
    admission: &mut Admission,
    dispositions: &mut BTreeMap<Arc<str>, Vec<Disposition>>,
) {
    let holds = settings.gap == OnGap::Hold;
    let mut held = vec![false; admission.statements.len()];
    for gap in chain::gaps(&settings.contracts, &admission.statements, history) {
        let (effect, remedy) = match gap.behind {
            Some(behind) if holds => {
                let account = &admission.statements[behind].account;
                for (index, other) in admission.statements.iter().enumerate().skip(behind) {
                    held[index] |= other.account == *account;
                }
                ("It and those behind it stay in the inbox", "Drop the statement that is missing between them, then run again")
            }
            _ => ("Both statements are used", "Look for a statement that is missing between them"),
        };
        admission.incomplete.insert(gap.account);
        admission.findings.push(gap.finding.effect(effect).remedy(remedy));
    }
    let mut index = 0;
    admission.statements.retain(|admitted| {
        let keep = !held[index];
        index += 1;
        for file in admitted.statement.files().filter(|_| !keep) {
            let of_file = dispositions.get_mut(file).into_iter().flatten();
            if let Some(taken) = of_file.into_iter().find(|d| **d == Disposition::Taken) {
                *taken = Disposition::Held;
            }
        }
        keep
    });
}

/// A file with a statement that waits stays in the inbox: what was used of it is known again. It is
/// refused only when nothing of it can be used.
fn of_file(statements: &[Disposition]) -> Disposition {
    let any = |wanted: Disposition| statements.contains(&wanted);
    if statements.iter().all(|d| *d == Disposition::Known) {
        return Disposition::Known;
    }
    let used = any(Disposition::Taken) || any(Disposition::Known);
    match (used, any(Disposition::Held), any(Disposition::Refused)) {
        (true, false, false) => Disposition::Taken,
        (_, true, false) => Disposition::Held,
        (false, _, _) => Disposition::Refused,
        (true, _, _) => Disposition::Partly,
    }
}

fn order(admitted: &AdmittedStatement) -> impl Ord + use<> {
    let sequence = chain::sequence(&admitted.statement);
    (admitted.contract, admitted.account.clone(), admitted.date, sequence, admitted.statement.id.clone())
}

fn check(
    contracts: &[Contract],
    bank: Bank,
    mut statement: Statement,
    history: &History,
    taken: &Taken,
    as_of: NaiveDate,
) -> Result<Box<AdmittedStatement>, Refusal> {
    let origin = Origin::line(&statement.file, statement.line_number);
    let aside = |rule, what: String, remedy: &str| {
        Refusal::Aside(
            Finding::error(origin.clone(), rule, what)
                .effect("The statement is set aside: none of its entries is used tonight")
                .remedy(remedy),
        )
    };
    let hold = |rule, what: String, remedy: &str| {
        Refusal::Hold(Finding::warning(origin.clone(), rule, what).effect("The file stays in the inbox").remedy(remedy))
    };
    let id = &statement.id;
    match statement.kind {
        StatementKind::Statement => {}
        // Those without faults are kept apart before; one with faults has been refused.
        StatementKind::Notification => return Err(Refusal::Aside(alone(&statement, history))),
        StatementKind::Report => {
            let what = format!(
                "expected an end-of-day statement (camt.053), but found the intraday report {id} ({})",
                statement.message
            );
            return Err(aside(
                "statement-intraday",
                what,
                "Drop the statement of the day instead: what a report says is not final",
            ));
        }
    }
    let Some(account) = statement.account.clone() else {
        return Err(aside("account-missing", format!("expected an account in statement {id}, but found none"), AGAIN));
    };
    let Some(contract) = contracts.iter().position(|c| c.accounts.contains(&account)) else {
        let known: Vec<&str> = contracts.iter().flat_map(|c| &c.accounts).map(Account::as_str).collect();
        let what = format!(
            "expected a dedicated account of pipeline.toml ({}), but found {account} in statement {id}",
            known.join(", ")
        );
        return Err(aside("account-foreign", what, "If it is a dedicated account, add it to its contract in pipeline.toml"));
    };
    let currency = contracts[contract].currency;
    let strangers = statement.balances.iter().filter_map(|b| b.amount).chain(statement.entries.iter().filter_map(|e| e.amount));
    if let Some(stranger) = strangers.map(Money::currency).chain(statement.currency).find(|c| *c != currency) {
        let what = format!(
            "expected {currency}, the currency of contract {}, but found {stranger} in statement {id}",
            contracts[contract].id
        );
        return Err(aside("statement-currency", what, "Give the account in that currency a contract of its own"));
    }
    if pages::is_part(&statement) {
        if is_page_of_known(&account, &statement, history) {
            let what = format!("expected each statement once, but found a page of {id} again, which was used whole");
            return Err(Refusal::Known(Finding::info(origin, "statement-again", what).effect("It is taken once")));
        }
        let page = statement.page.as_deref().unwrap_or("?");
        let last = if statement.last_page == Some(true) { "the last" } else { "not the last" };
        let what = format!("expected all pages of statement {id}, but found page {page}, {last}, without the others");
        return Err(hold("statement-page", what, "Drop its other pages: they are put together once all are there"));
    }
    let (opening, closing) = match (statement.opening(), statement.closing()) {
        (Some(opening), Some(closing)) => (opening.clone(), closing.clone()),
        (opening, closing) => {
            let names: Vec<&str> = [
                opening.is_none().then_some("an opening balance (OPBD or PRCD)"),
                closing.is_none().then_some("a closing balance (CLBD)"),
            ]
            .into_iter()
            .flatten()
            .collect();
            return Err(aside(
                "statement-balance-missing",
                format!("expected {} in statement {id}, but found none", names.join(" and ")),
                AGAIN,
            ));
        }
    };
    let (Some(opened), Some(closed)) = (opening.amount, closing.amount) else {
        return Err(aside(
            "statement-balance-missing",
            format!("expected readable balances in statement {id}, but found none"),
            AGAIN,
        ));
    };
    let computed = i128::from(opened.minor()) + statement.movements_minor();
    if computed != i128::from(closed.minor()) {
        let expected =
            i64::try_from(computed).map_or_else(|_| computed.to_string(), |m| Money::from_minor(m, currency).to_string());
        let difference = i64::try_from(i128::from(closed.minor()) - computed)
            .map_or_else(|_| "too large to print".to_owned(), |m| Money::from_minor(m, currency).to_string());
        let what = format!(
            "expected a closing balance (CLBD) of {expected} {currency}, but found {closed} {currency} in statement {id}: a difference of {difference}"
        );
        return Err(aside("statement-unbalanced", what, AGAIN));
    }
    let date = closing
        .date
        .or_else(|| statement.entries.iter().filter_map(|e| e.booking_date).max())
        .or(opening.date)
        .or_else(|| statement.created.as_deref().and_then(|c| NaiveDate::parse_from_str(c.get(..10)?, "%Y-%m-%d").ok()));
    let Some(date) = date else {
        return Err(aside(
            "statement-date",
            format!("expected a day for statement {id}, but found none on its balances and entries"),
            AGAIN,
        ));
    };
    if date > as_of {
        let what = format!("expected a statement up to {as_of}, the business date, but found {date} in statement {id}");
        return Err(hold(FUTURE, what, "It is read by the first run with that business date"));
    }
    if let Some((entry, sum)) = statement.entries.iter().find_map(|e| details_disagree(e).map(|sum| (e, sum))) {
        let reference = entry.text(Field::BankReference).or(entry.text(Field::EntryReference)).unwrap_or("without reference");
        let amount = entry.amount.map_or_else(String::new, |a| a.to_string());
        let what = format!("expected the details of entry {reference} to add up to {amount} {currency}, but found {sum}");
        return Err(aside("entry-details-sum", what, AGAIN));
    }
    let digest = statement_digest(&statement);
    let named = |id: &str| {
        let key = (account.to_string(), id.to_owned());
        let of_night = taken.get(&key).map(|(digest, day)| (digest, Some(*day)));
        of_night.or_else(|| history.statements.get(&key).map(|known| (&known.digest, known.link.as_ref().map(|link| link.day))))
    };
    // A bank that begins to count again each year, or gives all of them one number, means other statements by it.
    let own = format!("{id} ({date})");
    let of_another_day = named(id).is_some_and(|(known, day)| *known != digest && day.is_some_and(|day| day != date));
    let id = if of_another_day { &own } else { id };
    if let Some((earlier, _)) = named(id) {
        if *earlier == digest {
            return Err(Refusal::Known(
                Finding::info(
                    origin,
                    "statement-again",
                    format!("expected each statement once, but found {id} again, with the same content"),
                )
                .effect("It is taken once"),
            ));
        }
        let what = format!("expected each statement once, but found {id} again, with another content");
        let remedy = "Ask the bank which of the two holds. If it is this one, have it sent under a number of its own: its bookings that were taken already are not taken twice";
        return Err(aside("statement-conflict", what, remedy));
    }
    if of_another_day {
        statement.id = own;
    }
    Ok(Box::new(AdmittedStatement { contract, account, opening: opened, closing: closed, digest, date, bank, statement }))
}

/// What a bank with this habit means: the reversal of a credit is a debit.
fn flip_reversals(statement: &mut Statement) {
    for entry in statement.entries.iter_mut().filter(|e| e.reversal) {
        entry.direction = entry.direction.map(Direction::opposite);
        for transaction in &mut entry.transactions {
            transaction.direction = transaction.direction.map(Direction::opposite);
        }
    }
}

/// A contract whose account earlier nights know by another name: what they lettered, promised and sent is not its own.
fn renamed(contract: &Contract, settings: &Settings, history: &History) -> Option<Finding> {
    let is_configured = |id: &ContractId| settings.contracts.iter().any(|other| other.id == *id);
    let others: BTreeSet<&ContractId> = history.codes.keys().map(|(id, _)| id).filter(|id| !is_configured(id)).collect();
    // One that lettered nothing yet may have something that waits.
    let is_new = history.codes.keys().all(|(id, _)| *id != contract.id)
        && history.waiting.iter().all(|waiting| waiting.remittance.line.contract != contract.id);
    let is_known =
        || history.statements.keys().any(|(account, _)| contract.accounts.iter().any(|own| own.to_string() == *account));
    let other = others.first().filter(|_| is_new && is_known())?;
    let what = format!(
        "expected contract {} to be that of its earlier nights, but found none of it, and some of contract {other}, which is not in pipeline.toml",
        contract.id
    );
    let finding = Finding::warning(Origin::file(&"pipeline.toml".into()), "contract-renamed", what)
        .effect("Codes, closed items, reminders and what is on account begin anew");
    Some(finding.remedy("If it is the same contract, give it its earlier id again before the next night"))
}

/// A notification of which no booking is in a statement of the night.
fn alone(notification: &Statement, history: &History) -> Finding {
    let what = format!(
        "expected a statement (camt.053) with the bookings of notification {} ({}), but found none of them tonight",
        notification.id, notification.message
    );
    Finding::error(Origin::line(&notification.file, notification.line_number), "statement-notification", what)
        .effect("The notification is set aside: it has no balances, and only adds details to a statement")
        .remedy(if was_taken_before(notification, history) {
            "The statement of its day was used on an earlier night, without these details: settle its booking with lettrage confirm"
        } else {
            "Drop it again together with the statement of its day"
        })
}

/// Whether an earlier night took a statement of its account of the last day that a notification tells of, or later.
fn was_taken_before(notification: &Statement, history: &History) -> bool {
    let day = notification.entries.iter().filter_map(|entry| entry.booking_date.or(entry.value_date)).max();
    let account = notification.account.as_ref().map(ToString::to_string);
    let of_account = history.statements.iter().filter(|((of, _), _)| Some(of) == account.as_ref());
    let days = of_account.filter_map(|(_, known)| known.link.as_ref().map(|link| link.day));
    day.zip(days.max()).is_some_and(|(day, last)| last >= day)
}

/// The sum of an entry's transactions when it is neither the entry's amount nor that before charges.
///
/// Only transactions in the entry's currency are comparable, and only when each has an amount.
fn details_disagree(entry: &Entry) -> Option<Money> {
    let amount = entry.amount?;
    let direction = entry.direction?;
    if entry.transactions.is_empty() {
        return None;
    }
    let (mut sum, mut charges) = (0_i128, 0_i128);
    for transaction in &entry.transactions {
        let part = transaction.amount.filter(|a| a.currency() == amount.currency())?;
        let opposite = transaction.direction.is_some_and(|d| d != direction);
        sum += i128::from(part.minor()) * if opposite { -1 } else { 1 };
        charges += transaction.charges.filter(|c| c.currency() == amount.currency()).map_or(0, |c| i128::from(c.minor()));
    }
    let of_entry = entry.charges.filter(|c| c.currency() == amount.currency()).map_or(0, |c| i128::from(c.minor()));
    // Charges lower a credit and raise a debit.
    let sense = if direction == Direction::Credit { -1 } else { 1 };
    let wanted = i128::from(amount.minor());
    let explained =
        [0, charges, of_entry, charges + of_entry].iter().any(|c| sum + sense * c == wanted || sum - sense * c == wanted);
    (!explained).then(|| Money::from_minor(i64::try_from(sum).unwrap_or(i64::MAX), amount.currency()))
}
