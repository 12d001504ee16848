//! Pages of a statement → the statement, once all of them are there.
//!
//! A bank may cut a long statement into several messages: `StmtPgntn`, or `GrpHdr/MsgPgntn` where the message has
//! no pagination of its statements. The first page has the opening balance, the last one the closing balance.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::identity::statement_digest;
use crate::model::{Finding, Statement, StatementKind};

/// A statement with the faults found inside it.
type Read = (Statement, Vec<Finding>);

/// What the pages of one statement have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Common {
    account: String,
    id: Option<String>,
    sequences: [Option<String>; 2],
    day: Option<String>,
}

/// Whether it is a page of which others are needed.
///
/// The last page of a message may hold whole statements: what opens, closes and adds up needs no other page.
pub(super) fn is_part(statement: &Statement) -> bool {
    let is_last = statement.last_page != Some(false);
    let is_whole = || statement.message_pages && is_last && statement.balanced() == Some(true);
    is_page(statement) && !is_whole()
}

/// Puts the pages of each statement together of which all are there; others stay as they are.
///
/// A page with faults is none: the others of its statement wait for it. The bookings keep the order of the pages,
/// and the joined statement the file and line of its first page.
pub(super) fn join(read: Vec<Read>) -> Vec<Read> {
    let is_candidate = |(statement, faults): &Read| faults.is_empty() && is_page(statement);
    let (mut pages, mut whole): (Vec<Read>, Vec<Read>) = read.into_iter().partition(is_candidate);
    // Banks that number all pages of a statement alike come first, then those that number each page.
    for (with_id, with_day) in [(true, false), (true, true), (false, true)] {
        let mut groups: BTreeMap<Common, Vec<Read>> = BTreeMap::new();
        for page in std::mem::take(&mut pages) {
            groups.entry(common(&page.0, with_id, with_day)).or_default().push(page);
        }
        for (common, group) in groups {
            let is_numbered = common.id.is_some() || common.sequences != [None, None];
            match if is_numbered { joined(group) } else { Err(group) } {
                Ok(statement) => whole.push((statement, Vec::new())),
                Err(group) => pages.extend(group),
            }
        }
    }
    whole.extend(pages);
    whole
}

fn is_page(statement: &Statement) -> bool {
    statement.kind == StatementKind::Statement && (number(statement) != Some(1) || statement.last_page == Some(false))
}

/// The number of the page; without one, and for banks that count from 0, the first.
fn number(statement: &Statement) -> Option<u32> {
    statement.page.as_deref().map_or(Some(1), |page| page.trim().parse().ok().map(|page: u32| page.max(1)))
}

fn common(statement: &Statement, with_id: bool, with_day: bool) -> Common {
    Common {
        account: statement.account.as_ref().map(ToString::to_string).unwrap_or_default(),
        id: with_id.then(|| statement.id.clone()),
        sequences: [statement.electronic_sequence.clone(), statement.legal_sequence.clone()],
        day: statement.created.as_deref().filter(|_| with_day).and_then(|created| created.get(..10)).map(str::to_owned),
    }
}

/// One statement of its pages; these again when one is missing, or given twice with another content.
fn joined(mut pages: Vec<Read>) -> Result<Statement, Vec<Read>> {
    pages.sort_by_key(|(page, _)| number(page));
    let is_copy = |a: &Statement, b: &Statement| number(a) == number(b) && statement_digest(a) == statement_digest(b);
    let distinct: Vec<&Statement> =
        pages.chunk_by(|(a, _), (b, _)| is_copy(a, b)).filter_map(|copies| copies.first().map(|(page, _)| page)).collect();
    let in_turn = (1..).zip(&distinct).all(|(wanted, page)| number(page) == Some(wanted));
    let ends = distinct.iter().rev().map(|page| page.last_page == Some(true));
    if !in_turn || distinct.len() < 2 || !ends.enumerate().all(|(behind, is_last)| is_last == (behind == 0)) {
        return Err(pages);
    }
    let mut pages = pages.into_iter().map(|(page, _)| page);
    let Some(mut whole) = pages.next() else { return Err(Vec::new()) };
    let is_opening = |code: &str| matches!(code, "OPBD" | "PRCD" | "OPAV");
    let is_interim = |code: &str| matches!(code, "ITBD" | "ITAV");
    let mut at = number(&whole);
    let mut closings = Vec::new();
    for page in pages {
        whole.other_files.push(Arc::clone(&page.file));
        if number(&page) == at {
            continue;
        }
        at = number(&page);
        whole.entries.extend(page.entries);
        whole.currency = whole.currency.or(page.currency);
        closings = page.balances;
    }
    whole.balances.retain(|balance| is_opening(&balance.code));
    whole.balances.extend(closings.into_iter().filter(|b| !is_opening(&b.code) && !is_interim(&b.code)));
    (whole.page, whole.last_page) = (None, None);
    Ok(whole)
}
