//! Counts the cents again, by another road, before anything is published.
//!
//! It shares no code with the stages: it reads what they took in (statements, open items) and what
//! they put out (lines, exceptions, releases, actions), and adds up anew. A difference publishes
//! nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt;

use crate::model::{
    AdmittedStatement, Cause, DunningAction, Exception, Invoice, LettrageLine, LineKind, Release, TakenBack, Waiting,
};

/// What the audit compares.
pub struct Night<'a> {
    /// Statements that were used.
    pub statements: &'a [AdmittedStatement],
    /// Remittances that earlier nights left for a person.
    pub carried: &'a [Waiting],
    /// Lettrage of earlier nights that this one takes back.
    pub taken_back: &'a [TakenBack],
    /// Open items as the night matched them.
    pub invoices: &'a [Invoice],
    /// The lettrage.
    pub lines: &'a [LettrageLine],
    /// What is not lettered.
    pub exceptions: &'a [Exception],
    /// Where the credits went.
    pub releases: &'a [Release],
    /// What is to be chased.
    pub actions: &'a [DunningAction],
}

/// Two figures that should be one, in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was counted.
    pub check: &'static str,
    /// Of which statement, remittance or item.
    pub of: String,
    /// What it should be.
    pub expected: i128,
    /// What it is.
    pub found: i128,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} of {}: expected {}, but found {} (minor units)", self.check, self.of, self.expected, self.found)
    }
}

/// Counts everything.
///
/// # Errors
///
/// Every pair of figures that should be equal and is not.
pub fn check(night: &Night<'_>) -> Result<(), Vec<Difference>> {
    let mut differences = Differences(Vec::new());
    statements_close(night, &mut differences);
    remittances_add_up(night, &mut differences);
    reversals_add_up(night, &mut differences);
    items_are_settled_once(night, &mut differences);
    credits_go_somewhere(night, &mut differences);
    settled_is_not_dunned(night, &mut differences);
    if differences.0.is_empty() { Ok(()) } else { Err(differences.0) }
}

struct Differences(Vec<Difference>);

impl Differences {
    fn equal(&mut self, check: &'static str, of: impl fmt::Display, expected: i128, found: i128) {
        if expected != found {
            self.0.push(Difference { check, of: of.to_string(), expected, found });
        }
    }
}

/// Opening balance and booked entries give the closing balance, on the statement and on its release.
fn statements_close(night: &Night<'_>, differences: &mut Differences) {
    let own = night.releases.iter().filter(|r| !r.carried).count();
    differences.equal("number of releases", "the night", night.statements.len() as i128, own as i128);
    for release in night.releases.iter().filter(|r| r.carried) {
        let of = &release.statement_id;
        let parts = [release.to_factor, release.to_client, release.on_hold, release.suggested, release.unmatched];
        let moved = parts.iter().map(|p| i128::from(*p)).sum::<i128>() + i128::from(release.excluded + release.reversed);
        differences.equal("moves of what waited", of, 0, moved);
        for balance in [release.opening, release.credits, release.debits, release.closing] {
            differences.equal("balances of what waited", of, 0, balance.into());
        }
    }
    for (admitted, release) in night.statements.iter().zip(night.releases) {
        let (mut credits, mut debits) = (0_i128, 0_i128);
        for entry in &admitted.statement.entries {
            let (Some(amount), Some(direction)) = (entry.amount, entry.direction) else {
                differences.equal("readable entries", &admitted.statement.id, 1, 0);
                continue;
            };
            let booked = matches!(entry.text(crate::model::Field::Status), None | Some("BOOK"));
            let minor = if booked { amount.amount().mantissa() } else { 0 };
            match direction {
                crate::model::Direction::Credit => credits += minor,
                crate::model::Direction::Debit => debits += minor,
            }
        }
        let (opening, closing) = (admitted.opening.amount().mantissa(), admitted.closing.amount().mantissa());
        let id = &admitted.statement.id;
        differences.equal("closing balance", id, closing, opening + credits - debits);
        differences.equal("opening balance on the release", id, opening, release.opening.into());
        differences.equal("closing balance on the release", id, closing, release.closing.into());
        differences.equal("credits on the release", id, credits, release.credits.into());
        differences.equal("debits on the release", id, debits, release.debits.into());
        let parts = [
            release.to_factor,
            release.to_client,
            release.on_hold,
            release.suggested,
            release.unmatched,
            release.excluded,
            release.reversed,
        ];
        differences.equal("destinations of the credits", id, credits, parts.iter().map(|p| i128::from(*p)).sum());
    }
}

/// The lines of each remittance add up to it, and no remittance is both lettered and an exception.
fn remittances_add_up(night: &Night<'_>, differences: &mut Differences) {
    let mut sums: BTreeMap<&str, (i128, i128)> = BTreeMap::new();
    for line in night.lines.iter().filter(|l| l.kind != LineKind::Reversal) {
        let sum = sums.entry(&line.remittance.id.0).or_insert((line.remittance.amount.amount().mantissa(), 0));
        sum.1 += line.applied.amount().mantissa();
    }
    for (id, (amount, applied)) in &sums {
        differences.equal("lines of remittance", id, *amount, *applied);
    }
    let known_already = |e: &&Exception| e.reason != "already_booked";
    for exception in night.exceptions.iter().filter(known_already) {
        let both = i128::from(sums.contains_key(&*exception.line.id.0));
        differences.equal("exceptions among lettered remittances", &exception.line.id, 0, both);
    }
}

/// What is taken back of a remittance is all that was lettered of it, and all of what it was.
fn reversals_add_up(night: &Night<'_>, differences: &mut Differences) {
    let mut sums: BTreeMap<&str, i128> = BTreeMap::new();
    for line in night.lines.iter().filter(|l| l.kind == LineKind::Reversal) {
        let of = line.reverses.as_ref().map_or("", |id| &*id.0);
        *sums.entry(of).or_default() += line.applied.amount().mantissa();
    }
    for taken in night.taken_back {
        let remittance = &taken.settled.remittance.line;
        let back = sums.remove(&*remittance.id.0).unwrap_or(0);
        differences.equal("lettrage taken back", &remittance.id, -remittance.amount.amount().mantissa(), back);
        if let Cause::Returned(debit) = &taken.cause {
            let (debit, credit) = (debit.amount.amount().mantissa(), remittance.amount.amount().mantissa());
            differences.equal("money returned", &remittance.id, credit, debit);
        }
    }
    for (id, sum) in sums {
        differences.equal("lettrage taken back that is known", id, 0, sum);
    }
}

/// Of each item, by contract and number, what is open of it, and the sign of what was.
type OpenItems<'a> = HashMap<(&'a str, &'a str), (i128, i128)>;

/// The items as they were matched.
fn open_items<'a>(night: &'a Night<'_>) -> OpenItems<'a> {
    let of = |minor: i128| (minor, minor.signum());
    night.invoices.iter().map(|i| ((&*i.contract.0, &*i.id.0), of(i.open.amount().mantissa()))).collect()
}

/// By how much a reversal opens its item again.
fn moved(line: &LettrageLine) -> i128 {
    let minor = |m: Option<crate::model::Money>| m.map_or(0, |m| m.amount().mantissa());
    minor(line.open_after) - minor(line.open_before)
}

/// No item is settled beyond what was open, and its open amounts follow one another.
fn items_are_settled_once(night: &Night<'_>, differences: &mut Differences) {
    let mut open = open_items(night);
    // Before the night: less what reversals opened again.
    for line in night.lines.iter().filter(|l| l.kind == LineKind::Reversal) {
        let Some(invoice) = &line.invoice else { continue };
        if let Some((left, _)) = open.get_mut(&(&*line.remittance.contract.0, &*invoice.0)) {
            *left -= moved(line);
        }
    }
    for line in night.lines {
        let Some(invoice) = &line.invoice else { continue };
        let key = (&*line.remittance.contract.0, &*invoice.0);
        let reversal = line.kind == LineKind::Reversal;
        if reversal {
            let whole = moved(line) == 0 || moved(line) == -line.applied.amount().mantissa();
            differences.equal("reopened in whole", invoice, 1, i128::from(whole));
            if line.open_before.is_none() {
                // A later document bears the number of what it was.
                continue;
            }
        }
        let Some((left, sign)) = open.get_mut(&key) else {
            // The item of a lettrage that is taken back may have left the export.
            differences.equal("known items", invoice, 1, i128::from(reversal));
            continue;
        };
        let before = line.open_before.map_or(0, |m| m.amount().mantissa());
        let after = line.open_after.map_or(0, |m| m.amount().mantissa());
        differences.equal("open amount before a line", invoice, *left, before);
        match line.kind {
            LineKind::Invoice | LineKind::CreditNote => *left -= line.applied.amount().mantissa(),
            LineKind::Reversal => *left += moved(line),
            _ => {}
        }
        differences.equal("open amount after a line", invoice, *left, after);
        let beyond = i128::from(*left != 0 && left.signum() != *sign);
        differences.equal("items settled beyond what was open", invoice, 0, beyond);
    }
}

/// Every booked credit is on exactly one line set or one exception.
fn credits_go_somewhere(night: &Night<'_>, differences: &mut Differences) {
    let undone = night.taken_back.iter().filter(|t| matches!(t.cause, Cause::Undone { .. })).map(|t| &t.settled.remittance);
    let on_the_desk = night.carried.iter().map(|w| &w.remittance).chain(undone);
    let waited: i128 = on_the_desk.map(|r| r.line.amount.amount().mantissa()).sum();
    let statements: i128 = night.releases.iter().map(|r| i128::from(r.credits)).sum();
    let new_lines = night.lines.iter().filter(|l| l.kind != LineKind::Reversal);
    let lettered: i128 = new_lines.map(|l| l.applied.amount().mantissa()).sum();
    let excepted: i128 = night
        .exceptions
        .iter()
        .filter(|e| e.booked && e.line.direction == crate::model::Direction::Credit)
        .map(|e| e.line.amount.amount().mantissa())
        .sum();
    differences.equal("credits", "all statements and what waited", statements + waited, lettered + excepted);
}

/// Nothing that is settled is chased, and nothing is chased for more than is open.
fn settled_is_not_dunned(night: &Night<'_>, differences: &mut Differences) {
    let mut open = open_items(night);
    for line in night.lines.iter().filter(|l| matches!(l.kind, LineKind::Invoice | LineKind::CreditNote)) {
        if let Some(invoice) = &line.invoice
            && let Some((left, _)) = open.get_mut(&(&*line.remittance.contract.0, &*invoice.0))
        {
            *left -= line.applied.amount().mantissa();
        }
    }
    let mut seen = BTreeSet::new();
    for action in night.actions {
        let key = (&*action.contract.0, &*action.invoice.0);
        let left = open.get(&key).map_or(0, |(left, _)| *left);
        differences.equal("open amount chased", &action.invoice, left, action.open.amount().mantissa());
        differences.equal("chased although settled", &action.invoice, 0, i128::from(left <= 0));
        differences.equal("times on the list", &action.invoice, 1, if seen.insert(key) { 1 } else { 2 });
    }
}
