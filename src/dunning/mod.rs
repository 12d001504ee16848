//! What stays open, as of a date → what to do about it.
//!
//! The policy is a list of levels with the days from which each is called for. An item takes the first
//! level behind the last one that a night gave out for it, as soon as its days are reached: a night
//! that is missed loses none, and a night that is run again repeats none.

mod cover;
mod defunding;
mod dossier;
mod files;
mod held;
mod interest;
mod letters;
mod order;
mod quality;

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::config::{DunningSettings, LatePaymentSettings, Level};
use crate::model::{
    Channel, Contact, Contract, ContractId, Currency, Debtor, DebtorId, DunningAction, Finding, HeldReason, History, Invoice,
    InvoiceId, Ledger, LettrageLine, ManagedBy, Money, Origin, Stage,
};

pub use cover::cover_csv;
pub use defunding::defunding;
pub use dossier::dossiers;
pub use files::{calls_csv, defunding_csv, defunding_weeks_csv, dunning_csv, follow_up_csv};
pub use interest::{NoInterest, interest};
pub use letters::{Desk, drafts};
pub use quality::quality_csv;

/// Items that one thread decides on at a time.
const ITEMS_AT_A_TIME: usize = 4096;

/// What the dunning of a night is decided on.
pub struct Situation<'a> {
    /// The policy.
    pub settings: &'a DunningSettings,
    /// Interest and indemnity.
    pub late_payment: &'a LatePaymentSettings,
    /// The contracts.
    pub contracts: &'a [Contract],
    /// Items and debtors.
    pub ledger: &'a Ledger,
    /// What is open of each item after the night's lettrage, in minor units.
    pub open_after: &'a [i64],
    /// The night's lettrage.
    pub lines: &'a [LettrageLine],
    /// Debtors with a remittance on the desk.
    pub waiting: &'a BTreeSet<(ContractId, DebtorId)>,
    /// Day of the last statement of each contract.
    pub statements: &'a BTreeMap<ContractId, NaiveDate>,
    /// What came of earlier actions.
    pub contacts: &'a [Contact],
    /// What earlier nights gave out and lettered.
    pub history: &'a History,
    /// Business date.
    pub as_of: NaiveDate,
}

/// Every open invoice that calls for an action, or is held back from one, and what is wrong with the
/// rates.
///
/// An item that is settled has no row, and neither has a credit note, nor an item whose next level is
/// not called for yet.
#[must_use]
pub fn actions(situation: &Situation<'_>) -> (Vec<DunningAction>, Vec<Finding>) {
    let Situation { ledger, open_after, as_of, history, .. } = situation;
    let night = Night {
        contracts: situation.contracts.iter().map(|c| (&c.id, c)).collect(),
        holds: held::Holds::new(situation.settings, ledger, open_after, situation.waiting, situation.statements, *as_of),
        contacts: Contacts::new(situation.contacts, *as_of),
        paid: paid(history, situation.lines),
        situation,
    };
    // By contract, debtor, due date and number, before anything is made of them.
    let mut order: Vec<(usize, usize, NaiveDate, usize)> = order::open_invoices(ledger, open_after)
        .into_par_iter()
        .map(|place| (place.contract, place.debtor, ledger.invoices[place.invoice].due_date, place.invoice))
        .collect();
    order.par_sort_unstable();
    let of_items = order.par_chunks(ITEMS_AT_A_TIME).map(|places| {
        let mut missing = BTreeSet::new();
        let action = |(_, debtor, _, at): &(usize, usize, NaiveDate, usize)| {
            let (debtor, invoice) = (ledger.debtors.get(*debtor)?, &ledger.invoices[*at]);
            night.action(debtor, invoice, Money::from_minor(open_after[*at], invoice.open.currency()), &mut missing)
        };
        let actions: Vec<DunningAction> = places.iter().filter_map(action).collect();
        (actions, missing)
    });
    let parts: Vec<(Vec<DunningAction>, BTreeSet<String>)> = of_items.collect();
    let mut actions = Vec::with_capacity(parts.iter().map(|(actions, _)| actions.len()).sum());
    let mut missing = BTreeSet::new();
    for (more, more_missing) in parts {
        actions.extend(more);
        missing.extend(more_missing);
    }
    night.space(&mut actions);
    let findings = missing.into_iter().map(|what| {
        Finding::error(Origin::file(&"[late_payment]".into()), "interest-rate", what)
            .effect("No interest is told for the items concerned; everything else is")
            .remedy("Add the half-year to [[late_payment.rates]] with its source, or correct the rate")
    });
    let mut findings: Vec<Finding> = findings.collect();
    findings.extend(paid_elsewhere(situation));
    (actions, findings)
}

/// What was paid of items that somebody outside recovers: whoever does must hear of it.
fn paid_elsewhere(situation: &Situation<'_>) -> Vec<Finding> {
    let handed_over: FxHashMap<(&ContractId, &InvoiceId), &Invoice> = situation
        .ledger
        .invoices
        .iter()
        .filter(|invoice| invoice.handed_over_on.is_some_and(|day| day <= situation.as_of))
        .map(|invoice| ((&invoice.contract, &invoice.id), invoice))
        .collect();
    let told = |line: &LettrageLine| {
        let invoice = *handed_over.get(&(&line.remittance.contract, line.invoice.as_ref()?))?;
        let route = invoice.route.map_or("somebody outside", crate::model::Route::as_str);
        let what = format!(
            "expected {} to be recovered by {route}, but found {} {} paid of it ({})",
            invoice.id,
            line.applied,
            line.applied.currency(),
            line.remittance.bank_reference
        );
        Some(
            Finding::warning(Origin::file(&"dunning.csv".into()), "handed-over-paid", what)
                .effect("It is lettered as any other")
                .remedy("Tell whoever recovers it, before fees are charged on it"),
        )
    };
    situation.lines.iter().filter(|line| line.applied.minor() > 0).filter_map(told).collect()
}

struct Night<'a> {
    situation: &'a Situation<'a>,
    contracts: FxHashMap<&'a ContractId, &'a Contract>,
    holds: held::Holds<'a>,
    contacts: Contacts<'a>,
    /// What was paid of each item, with the day.
    paid: FxHashMap<(&'a ContractId, &'a InvoiceId), Vec<(NaiveDate, i64)>>,
}

impl Night<'_> {
    fn action(&self, debtor: &Debtor, invoice: &Invoice, open: Money, missing: &mut BTreeSet<String>) -> Option<DunningAction> {
        let Situation { settings, as_of, .. } = *self.situation;
        let contract = *self.contracts.get(&invoice.contract)?;
        let days_overdue = (as_of - invoice.due_date).num_days();
        let contacts: Vec<&Contact> = self.contacts.about(invoice);
        let contact = contacts.last().copied();
        let steps = self.situation.history.dunning.get(&(invoice.contract.clone(), invoice.id.clone()));
        let by_factor = |stage: Stage| contract.owner(stage, as_of) == ManagedBy::Factor;
        let reached = settings.levels.iter().rev().find(|level| level.days <= days_overdue)?;
        let level = if by_factor(reached.stage) {
            // The factor keeps its own history: the list says how late the item is.
            reached
        } else {
            let done = steps.into_iter().flatten().map(|s| s.level.as_str());
            let done = done.chain(contacts.iter().filter_map(|c| c.level.as_deref()));
            next_level(&settings.levels, done, days_overdue)?
        };
        let approved = contact.is_some_and(|c| c.outcome == crate::model::Outcome::Approved);
        if level.stage == Stage::BeforeDue && approved {
            return None;
        }
        let held = self.holds.of(contract, debtor, invoice, open.minor(), level.stage, contact);
        let owner = contract.owner(level.stage, as_of);
        let (action, owner) = match held {
            // Only the client can settle a dispute with its customer, or send an invoice again, whoever
            // manages the contract.
            Some(HeldReason::Dispute) => ("settle_dispute", ManagedBy::Client),
            Some(HeldReason::NotReceived) => ("send_again", ManagedBy::Client),
            _ => (action_of(level.stage), owner),
        };
        let defunding_date = contract.defunding_date(invoice, as_of);
        let assigned = defunding_date.is_some();
        let claimable = days_overdue > 0 && !debtor.consumer && held != Some(HeldReason::Insolvency);
        let interest = if claimable { self.interest(invoice, open, missing) } else { None };
        let last_step = steps.and_then(|s| s.last()).map(|s| s.day);
        Some(DunningAction {
            contract: contract.id.clone(),
            debtor: debtor.id.clone(),
            debtor_name: debtor.name.clone(),
            invoice: invoice.id.clone(),
            due_date: invoice.due_date,
            days_overdue,
            open,
            stage: level.stage,
            level: level.name.clone(),
            action,
            channel: channel(level, debtor),
            owner,
            held,
            interest,
            // In euros, whatever the contract is in (code de commerce, art. D441-5).
            indemnity: claimable.then(|| {
                let minor = crate::config::minor_units(self.situation.late_payment.indemnity, Currency::EUR);
                Money::from_minor(minor, Currency::EUR)
            }),
            defunding_date,
            days_to_defunding: defunding_date.map(|date| (date - as_of).num_days()),
            financed: invoice.financed.filter(|_| assigned),
            last_contact: last_step.max(contact.map(|c| c.day)),
        })
    }

    fn interest(&self, invoice: &Invoice, open: Money, missing: &mut BTreeSet<String>) -> Option<crate::model::Interest> {
        let none = Vec::new();
        let paid = self.paid.get(&(&invoice.contract, &invoice.id)).unwrap_or(&none);
        match interest(self.situation.late_payment, invoice.due_date, self.situation.as_of, open, paid) {
            Ok(interest) => Some(interest),
            Err(NoInterest::RateMissing(from)) => {
                missing.insert(format!("expected the rates of the half-year from {from}, but found none"));
                None
            }
            Err(NoInterest::BelowFloor(from, rate, floor)) => {
                missing.insert(format!(
                    "expected a contractual rate of at least {floor} % from {from} on, three times the legal rate (art. L441-10 II), but found {rate} %"
                ));
                None
            }
        }
    }

    /// Leaves the days between two contacts with a debtor that the policy asks for. What is due the
    /// same night goes in one contact.
    fn space(&self, actions: &mut [DunningAction]) {
        let Situation { settings, as_of, history, .. } = self.situation;
        for action in actions.iter_mut().filter(|a| a.held.is_none() && a.owner == ManagedBy::Client) {
            let last = history.contacted.get(&(action.contract.clone(), action.debtor.clone())).copied();
            let last = last.max(action.last_contact);
            if last.is_some_and(|day| (*as_of - day).num_days() < settings.spacing_days) {
                action.held = Some(HeldReason::Spacing);
            }
        }
    }
}

/// The contacts about each item up to a day, in the order of their days.
struct Contacts<'a>(FxHashMap<&'a InvoiceId, Vec<&'a Contact>>);

impl<'a> Contacts<'a> {
    fn new(contacts: &'a [Contact], as_of: NaiveDate) -> Self {
        let mut found: FxHashMap<&InvoiceId, Vec<&Contact>> = FxHashMap::default();
        for contact in contacts.iter().filter(|c| c.day <= as_of) {
            found.entry(&contact.invoice).or_default().push(contact);
        }
        for of_item in found.values_mut() {
            of_item.sort_by_key(|c| c.day);
        }
        Self(found)
    }

    /// Those about an item of a contract.
    fn about(&self, invoice: &Invoice) -> Vec<&'a Contact> {
        let about = self.0.get(&invoice.id).into_iter().flatten();
        about.copied().filter(|c| c.contract.as_ref().is_none_or(|id| *id == invoice.contract)).collect()
    }
}

/// What was paid of each item and when, as far as lettrage tells; a reversal is a negative payment.
fn paid<'a>(
    history: &'a History,
    lines: &'a [LettrageLine],
) -> FxHashMap<(&'a ContractId, &'a InvoiceId), Vec<(NaiveDate, i64)>> {
    let mut paid: FxHashMap<(&ContractId, &InvoiceId), Vec<(NaiveDate, i64)>> = FxHashMap::default();
    for ((contract, invoice), steps) in &history.lettered {
        let dated = steps.iter().filter_map(|s| Some((s.day?, s.open_before - s.open_after)));
        paid.entry((contract, invoice)).or_default().extend(dated);
    }
    for line in lines {
        if let (Some(invoice), Some(before), Some(after)) = (&line.invoice, line.open_before, line.open_after)
            && before != after
        {
            let moved = (line.remittance.booking_date, before.minor() - after.minor());
            paid.entry((&line.remittance.contract, invoice)).or_default().push(moved);
        }
    }
    paid
}

/// The first level behind the last one done, when its days are reached. A level before the due date is
/// moot once it has passed.
fn next_level<'a, 'b>(levels: &'a [Level], done: impl Iterator<Item = &'b str>, days_overdue: i64) -> Option<&'a Level> {
    let last = done.filter_map(|name| levels.iter().position(|l| l.name == name)).max();
    let behind = levels.iter().skip(last.map_or(0, |n| n + 1));
    let mut open = behind.filter(|l| l.stage != Stage::BeforeDue || days_overdue <= 0);
    open.next().filter(|l| l.days <= days_overdue)
}

fn action_of(stage: Stage) -> &'static str {
    match stage {
        Stage::BeforeDue => "check_approval",
        Stage::Overdue => "reminder",
        Stage::FormalNotice => "formal_notice",
        Stage::Contentious => "hand_over",
    }
}

/// The first channel of the level by which the debtor can be reached.
fn channel(level: &Level, debtor: &Debtor) -> Channel {
    let reaches = |channel: &&Channel| match channel {
        Channel::Phone => debtor.phone.is_some(),
        Channel::Email => debtor.email.is_some(),
        Channel::Letter | Channel::RegisteredLetter => true,
    };
    level.channels.iter().find(reaches).or(level.channels.last()).copied().unwrap_or(Channel::Letter)
}
