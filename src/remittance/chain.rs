//! Statements as a chain: each opens with what the one before closed with, over all nights.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use crate::model::{Account, AdmittedStatement, Contract, Currency, Finding, History, Money, Origin};

/// A statement in the chain of its account.
struct Link<'a> {
    day: NaiveDate,
    sequence: Option<u64>,
    number: &'a str,
    opening: i64,
    closing: i64,
    /// Its place among the statements of the night; `None`: an earlier night took it.
    tonight: Option<usize>,
}

/// Where a statement does not go on from the one before.
pub(super) struct Gap {
    /// The statement behind the gap, when it is of the night.
    pub(super) behind: Option<usize>,
    /// The account.
    pub(super) account: Account,
    pub(super) finding: Finding,
}

/// The number that a bank counts its statements with.
pub(super) fn sequence(statement: &crate::model::Statement) -> Option<u64> {
    statement.electronic_sequence.as_deref().or(statement.legal_sequence.as_deref()).and_then(|s| s.parse().ok())
}

/// All gaps that touch a statement of the night, account by account, in the order of the days.
pub(super) fn gaps(contracts: &[Contract], statements: &[AdmittedStatement], history: &History) -> Vec<Gap> {
    let accounts: BTreeSet<&Account> = statements.iter().map(|admitted| &admitted.account).collect();
    let mut gaps = Vec::new();
    for account in accounts {
        let chain = chain(account, statements, history);
        for (before, after) in breaks_of(&chain) {
            let Some(index) = after.tonight.or(before.tonight) else { continue };
            let finding = told(contracts, &statements[index], before, after);
            gaps.push(Gap { behind: after.tonight, account: account.clone(), finding });
        }
    }
    gaps
}

/// Days for which a gap in the statements of an account keeps its debtors from being chased.
const GAP_DAYS: i64 = 14;

/// Whether a statement of an account is missing before one of the last days, of the night or of an earlier one.
pub(super) fn misses_one(account: &Account, statements: &[AdmittedStatement], history: &History, as_of: NaiveDate) -> bool {
    let is_late = |after: &Link<'_>| (as_of - after.day).num_days() <= GAP_DAYS;
    breaks_of(&chain(account, statements, history)).any(|(_, after)| is_late(after))
}

/// Whether the balances show that all bookings of a statement of the night are behind those of the statements before it: it is
/// the latest, it opens with what the last of them closed with, and with what none of them opened with. An extract that tells
/// bookings again opens where a statement before it does.
pub(super) fn goes_on_behind_all(statements: &[AdmittedStatement], at: usize, history: &History) -> bool {
    let own = &statements[at];
    let before = chain(&own.account, &statements[..at], history);
    let opening = own.opening.minor();
    let last = before.last().map(|last| last.day).filter(|last| *last < own.date);
    last.is_some_and(|last| before.iter().any(|link| link.day == last && link.closing == opening))
        && before.iter().all(|link| link.opening != opening)
}

/// The gaps among the statements that earlier nights took of an account, in words.
pub(super) fn breaks(history: &History, account: &Account, currency: Currency) -> Vec<String> {
    let chain = chain(account, &[], history);
    let told = |(before, after): (&Link<'_>, &Link<'_>)| {
        let money = |minor| Money::from_minor(minor, currency);
        format!(
            "{} of {} closed with {} {currency}, {} of {} opens with {}{}",
            before.number,
            before.day,
            money(before.closing),
            after.number,
            after.day,
            money(after.opening),
            missing(before.sequence, after.sequence)
        )
    };
    breaks_of(&chain).map(told).collect()
}

/// The statements of an account that earlier nights took, and those of the night, in the order of their days.
fn chain<'a>(account: &Account, statements: &'a [AdmittedStatement], history: &'a History) -> Vec<Link<'a>> {
    let own = statements.iter().enumerate().filter(|(_, admitted)| admitted.account == *account);
    let tonight = own.map(|(index, admitted)| Link {
        day: admitted.date,
        sequence: sequence(&admitted.statement),
        number: &admitted.statement.id,
        opening: admitted.opening.minor(),
        closing: admitted.closing.minor(),
        tonight: Some(index),
    });
    let key = account.to_string();
    let of_account = history.statements.range((key.clone(), String::new())..).take_while(|((a, _), _)| *a == key);
    let earlier = of_account.filter_map(|((_, number), known)| {
        let link = known.link.as_ref()?;
        let (opening, closing) = (link.opening, link.closing);
        Some(Link { day: link.day, sequence: link.sequence, number, opening, closing, tonight: None })
    });
    let mut chain: Vec<Link<'_>> = earlier.chain(tonight).collect();
    let place = |l: &Link<'_>| (l.day, l.sequence, l.number.to_owned());
    chain.sort_by_key(|l| (l.tonight.is_some(), place(l)));
    // Another extract of the same day is no link of its own.
    let mut spans = BTreeSet::new();
    chain.retain(|l| spans.insert((l.day, l.opening, l.closing)));
    chain.sort_by_key(place);
    chain
}

/// Where a chain breaks: a statement that goes on from none of its day and of the last day before, nor begins where another
/// of its day does, as one does that the bank sends again with more bookings.
fn breaks_of<'c, 'a>(chain: &'c [Link<'a>]) -> impl Iterator<Item = (&'c Link<'a>, &'c Link<'a>)> {
    let goes_on = |at: usize| {
        let after = &chain[at];
        let own = |link: &&Link<'_>| link.day == after.day;
        let before = chain[..at].iter().rev().find(|link| link.day < after.day).map(|link| link.day);
        let behind = chain[at + 1..].iter().take_while(own);
        let ahead = || chain[..at].iter().rev().take_while(|link| Some(link.day) >= before);
        ahead().chain(behind).any(|link| link.closing == after.opening)
            || ahead().filter(own).any(|link| link.opening == after.opening)
    };
    (1..chain.len()).filter(move |at| !goes_on(*at)).map(|at| (&chain[at - 1], &chain[at]))
}

/// The numbers between two statements.
fn missing(before: Option<u64>, after: Option<u64>) -> String {
    match (before, after) {
        (Some(first), Some(last)) if last == first + 2 => format!(": number {} is missing", first + 1),
        (Some(first), Some(last)) if last > first + 2 => format!(": numbers {} to {} are missing", first + 1, last - 1),
        _ => String::new(),
    }
}

fn told(contracts: &[Contract], at: &AdmittedStatement, before: &Link<'_>, after: &Link<'_>) -> Finding {
    let contract = &contracts[at.contract];
    let money = |minor| Money::from_minor(minor, contract.currency);
    let missing = missing(before.sequence, after.sequence);
    let what = format!(
        "expected statement {} of contract {} to open with {} {}, the closing balance of {}, but found {}{missing}",
        after.number,
        contract.id,
        money(before.closing),
        contract.currency,
        before.number,
        money(after.opening),
    );
    Finding::warning(Origin::line(&at.statement.file, at.statement.line_number), "statement-gap", what)
}
