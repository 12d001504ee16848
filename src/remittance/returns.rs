//! What takes money back: returns of the bank, and corrections that people ask for.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::Sorted;
use crate::model::{
    Account, BankLine, Cause, Direction, Finding, History, InvoiceId, Money, NonRemittance, NonRemittanceKind, Origin, Reason,
    Resolution, Settled, TakenBack,
};

/// Finds the credit that each return takes back: of the night, of what waits, or of what an earlier
/// night lettered.
///
/// The end-to-end id or the bank reference says which; where the bank gives neither, payer, words and
/// amount do when only one credit has them. What is only like it may be another payment of the same
/// payer: it stays, but is not lettered without a person, and nothing that was lettered is taken back.
///
/// A return without its payment is kept: the statement with the payment may come later. It is told again each night, until
/// its payment is known, or somebody sets it aside.
pub(super) fn pair(sorted: &mut Sorted, history: &History) {
    let is_return = |o: &NonRemittance| o.kind == NonRemittanceKind::Reversal && o.line.direction == Direction::Debit;
    let of_tonight: Vec<usize> = (0..sorted.others.len()).filter(|i| is_return(&sorted.others[*i])).collect();
    let is_set_aside = |line: &&BankLine| {
        history.decisions.iter().any(|decision| decision.remittance == line.id && decision.resolution == Resolution::SetAside)
    };
    let returns = history.returns.iter().filter(|line| !is_set_aside(line)).map(|line| (line.clone(), None));
    let returns: Vec<(BankLine, Option<usize>)> =
        returns.chain(of_tonight.into_iter().map(|i| (sorted.others[i].line.clone(), Some(i)))).collect();
    // The credits that they can be about and that none has taken back yet, in their order.
    let mut left: HashMap<(Account, Money), Vec<Credit>> = HashMap::new();
    left.extend(returns.iter().map(|(returned, _)| (key(returned), Vec::new())));
    let on_the_desk = sorted.remittances.iter().enumerate().map(|(i, r)| (Credit::OnTheDesk(i), &r.line));
    let lettered = history.settled.iter().enumerate().map(|(i, s)| (Credit::Lettered(i), &s.remittance.line));
    let is_set_aside = |(_, other): &(usize, &NonRemittance)| other.reason == "set_aside";
    let set_aside = sorted.others.iter().enumerate().filter(is_set_aside).map(|(i, other)| (Credit::SetAside(i), &other.line));
    for (credit, line) in on_the_desk.chain(lettered).chain(set_aside) {
        if let Some(alike) = left.get_mut(&key(line)) {
            alike.push(credit);
        }
    }
    let mut gone: BTreeSet<usize> = BTreeSet::new();
    for (returned, tonight) in returns {
        let alike = left.entry(key(&returned)).or_default();
        let line = |credit: &Credit| match *credit {
            Credit::OnTheDesk(i) => &sorted.remittances[i].line,
            Credit::Lettered(i) => &history.settled[i].remittance.line,
            Credit::SetAside(i) => &sorted.others[i].line,
        };
        let credits: Vec<(Credit, &BankLine)> = alike.iter().map(|credit| (*credit, line(credit))).collect();
        match taken_back(&returned, &credits) {
            (found, true) if found.len() == 1 => {
                alike.retain(|credit| *credit != found[0]);
                match found[0] {
                    Credit::OnTheDesk(only) => {
                        gone.insert(only);
                        sorted.others.push(NonRemittance {
                            line: sorted.remittances[only].line.clone(),
                            kind: NonRemittanceKind::Reversal,
                            reason: "returned_same_night",
                            booked: true,
                        });
                    }
                    Credit::SetAside(_) => {}
                    Credit::Lettered(only) => {
                        if let Some(index) = tonight {
                            sorted.others[index].reason = "lettrage_taken_back";
                        }
                        let cause = Cause::Returned(Box::new(returned));
                        sorted.taken_back.push(TakenBack { settled: history.settled[only].clone(), cause });
                    }
                }
            }
            // A person knows what the bank does not say: of those that it can be about, one was set aside.
            (found, _) if found.iter().any(|credit| matches!(credit, Credit::SetAside(_))) => {
                let first = found.iter().find(|credit| matches!(credit, Credit::SetAside(_))).copied();
                alike.retain(|credit| Some(*credit) != first);
            }
            (found, _) => {
                let name =
                    |line: &BankLine| Arc::clone(if line.bank_reference.is_empty() { &line.id.0 } else { &line.bank_reference });
                let like: Vec<Arc<str>> = found.iter().map(|credit| name(line(credit))).collect();
                for credit in &found {
                    if let Credit::OnTheDesk(candidate) = credit {
                        sorted.remittances[*candidate].doubt.get_or_insert(Reason::ReturnSuspected);
                    }
                }
                sorted.findings.push(unclear(&returned, &like));
                sorted.returns.push(returned);
            }
        }
    }
    let mut number = 0..;
    sorted.remittances.retain(|_| number.next().is_none_or(|number| !gone.contains(&number)));
}

/// What a return has in common with its payment, whatever the bank says of either.
fn key(line: &BankLine) -> (Account, Money) {
    (line.account.clone(), line.amount)
}

/// Takes back what people asked to undo: the lettrage is reversed, and the remittance waits for them.
pub(super) fn undo(sorted: &mut Sorted, history: &History) {
    for decision in history.decisions.iter().filter(|d| d.resolution.takes_back()) {
        let is_meant = |s: &&Settled| s.remittance.line.id == decision.remittance;
        let by_return = sorted.taken_back.iter().any(|t| t.settled.remittance.line.id == decision.remittance);
        let Some(earlier) = history.settled.iter().find(is_meant).filter(|_| !by_return) else { continue };
        let mut remittance = earlier.remittance.clone();
        remittance.doubt = Some(Reason::Undone);
        if decision.resolution == Resolution::Undo {
            let mut items: Vec<InvoiceId> = earlier.lines.iter().filter_map(|line| line.invoice.clone()).collect();
            items.sort();
            items.dedup();
            remittance.rejected.push(items);
        }
        sorted.remittances.push(remittance);
        let by_factor = decision.resolution == Resolution::Refused;
        let cause = Cause::Undone { by: decision.by.as_str().into(), by_factor };
        sorted.taken_back.push(TakenBack { settled: earlier.clone(), cause });
    }
}

/// A credit that a return can be about, by its index.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Credit {
    OnTheDesk(usize),
    Lettered(usize),
    SetAside(usize),
}

/// Credits of the amount of a return that names none of them, up to which each may be meant.
const FEW_MAX: usize = 3;

/// A kind of likeness, and whether it tells one credit from another.
type Kind<'a> = (&'a dyn Fn(&BankLine) -> bool, bool);

/// Of credits with its account and amount, those that a return can be about: the best kind of likeness
/// that any has, and whether that kind tells one from another.
fn taken_back(returned: &BankLine, credits: &[(Credit, &BankLine)]) -> (Vec<Credit>, bool) {
    let possible: Vec<&(Credit, &BankLine)> =
        credits.iter().filter(|(_, line)| line.booking_date <= returned.booking_date).collect();
    let by_reference = |line: &BankLine| {
        (!returned.end_to_end_id.is_empty() && line.end_to_end_id == returned.end_to_end_id)
            || (!returned.bank_reference.is_empty() && line.bank_reference == returned.bank_reference)
    };
    let has_payer = returned.payer_account.is_some() || !returned.payer_name.is_empty();
    let by_payer = |line: &BankLine| match (&returned.payer_account, &line.payer_account) {
        (Some(theirs), Some(ours)) => theirs == ours,
        _ => line.payer_name == returned.payer_name,
    };
    let by_words = |line: &BankLine| !returned.text.is_empty() && line.text == returned.text;
    let same_day = |line: &BankLine| line.booking_date == returned.booking_date;
    let says_words = |line: &BankLine| is_telling(&line.text) && returned.text.contains(&*line.text);
    let named = |line: &BankLine, telling: bool| {
        let of = |reference: &str| {
            let is_meant = !reference.is_empty() && (!telling || is_telling(reference));
            is_meant && returned.text.split(|c: char| !c.is_alphanumeric()).any(|w| w == reference)
        };
        of(&line.bank_reference) || of(&line.end_to_end_id)
    };
    let kinds: [Kind<'_>; 8] = [
        (&by_reference, true),
        (&|line| has_payer && by_payer(line) && by_words(line) && same_day(line), true),
        (&|line| has_payer && by_payer(line) && by_words(line), true),
        (&|line| named(line, true), true),
        (&|line| has_payer && by_payer(line) && says_words(line), true),
        (&|line| named(line, false), false),
        (&|line| has_payer && by_payer(line), false),
        // A return that names nobody: any credit of that amount.
        (&|line| !has_payer && (returned.text.is_empty() || by_words(line)), false),
    ];
    kinds
        .iter()
        .map(|(fits, is_sure)| {
            let found: Vec<Credit> = possible.iter().filter(|(_, line)| fits(line)).map(|(credit, _)| *credit).collect();
            (found, *is_sure)
        })
        .find(|(found, _)| !found.is_empty())
        // The party of a return may be a bank: then any credit of that amount, where there are few.
        .unwrap_or_else(|| {
            let few = possible.iter().map(|(credit, _)| *credit).take(FEW_MAX + 1).collect::<Vec<_>>();
            (if few.len() > FEW_MAX { Vec::new() } else { few }, false)
        })
}

/// Characters of a text or of a reference that stand for themselves.
const TELLING_MIN: usize = 6;

/// Whether a text is long enough, and has a digit: another payment hardly has it too.
fn is_telling(text: &str) -> bool {
    text.len() >= TELLING_MIN && text.bytes().any(|byte| byte.is_ascii_digit())
}

/// A return of which nobody knows the payment, with the references of what it is like: what was lettered with it stands,
/// and should not.
fn unclear(line: &BankLine, like: &[Arc<str>]) -> Finding {
    let among = match like {
        [] => "none of that amount that it can be about".to_owned(),
        [only] => format!("one that is only like it: {only}"),
        many => {
            let named = many.iter().take(FEW_MAX).map(|reference| &**reference).collect::<Vec<_>>().join(", ");
            let more = if many.len() > FEW_MAX { ", …" } else { "" };
            format!("{} that it can be about: {named}{more}", many.len())
        }
    };
    let what = format!(
        "expected the payment that the bank took back with {} {} on {} ({}), but found {among}",
        line.amount,
        line.amount.currency(),
        line.booking_date,
        line.bank_reference
    );
    let effect = if like.is_empty() {
        "No lettrage is taken back"
    } else {
        "No earlier lettrage is taken back, and no payment like it is lettered tonight without a person"
    };
    let undo = like.first().map_or("<its reference>", |reference| reference);
    let own = if line.bank_reference.is_empty() { &line.id.0 } else { &line.bank_reference };
    Finding::warning(Origin::file(&line.statement_id), "return-unclear", what).effect(effect).remedy(format!(
        "Ask the bank which payment it was. If it is lettered already: `lettrage undo {undo}`, and after the next night `lettrage set-aside {undo}`. If there is nothing to take back: `lettrage set-aside {own}`"
    ))
}
