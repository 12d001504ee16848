//! Statements as a chain: each opens with what the one before closed with, over all nights.

use std::collections::{BTreeMap, BTreeSet};

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
    let mut chains: BTreeMap<&Account, Vec<Link<'_>>> = BTreeMap::new();
    for (index, admitted) in statements.iter().enumerate() {
        chains.entry(&admitted.account).or_default().push(Link {
            day: admitted.date,
            sequence: sequence(&admitted.statement),
            number: &admitted.statement.id,
            opening: admitted.opening.minor(),
            closing: admitted.closing.minor(),
            tonight: Some(index),
        });
    }
    let mut gaps = Vec::new();
    for (account, mut chain) in chains {
        let key = account.to_string();
        let of_account = history.statements.range((key.clone(), String::new())..).take_while(|((a, _), _)| *a == key);
        chain.extend(of_account.filter_map(|((_, number), known)| {
            let link = known.link.as_ref()?;
            let (opening, closing) = (link.opening, link.closing);
            Some(Link { day: link.day, sequence: link.sequence, number, opening, closing, tonight: None })
        }));
        let place = |l: &Link<'_>| (l.day, l.sequence, l.number.to_owned());
        chain.sort_by_key(|l| (l.tonight.is_some(), place(l)));
        // Another extract of the same day is no link of its own.
        let mut spans = BTreeSet::new();
        chain.retain(|l| spans.insert((l.day, l.opening, l.closing)));
        chain.sort_by_key(place);
        for pair in chain.windows(2) {
            let [before, after] = pair else { continue };
            if before.closing == after.opening {
                continue;
            }
            let Some(index) = after.tonight.or(before.tonight) else { continue };
            let finding = told(contracts, &statements[index], before, after);
            gaps.push(Gap { behind: after.tonight, account: statements[index].account.clone(), finding });
        }
    }
    gaps
}

/// The gaps among the statements that earlier nights took of an account, in words.
pub(super) fn breaks(history: &History, account: &Account, currency: Currency) -> Vec<String> {
    let key = account.to_string();
    let known = history.statements.iter().filter(|((a, _), _)| *a == key);
    let mut links: Vec<_> = known.filter_map(|((_, number), known)| Some((known.link.as_ref()?, number))).collect();
    links.sort_by_key(|(link, number)| (link.day, link.sequence, *number));
    let mut spans = BTreeSet::new();
    links.retain(|(link, _)| spans.insert((link.day, link.opening, link.closing)));
    let broken = links.windows(2).filter(|pair| pair[0].0.closing != pair[1].0.opening);
    broken
        .map(|pair| {
            let ((before, first), (after, last)) = (pair[0], pair[1]);
            let money = |minor| Money::from_minor(minor, currency);
            format!(
                "{first} of {} closed with {} {currency}, {last} of {} opens with {}{}",
                before.day,
                money(before.closing),
                after.day,
                money(after.opening),
                missing(before.sequence, after.sequence)
            )
        })
        .collect()
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
