//! What holds an action back, the most telling reason first.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::config::{DunningSettings, minor_units};
use crate::model::{
    Contact, Contract, ContractId, Debtor, DebtorId, HeldReason, Invoice, Ledger, ManagedBy, Outcome, Stage,
    business_days_between,
};

/// What is known of a night beside the items.
pub(super) struct Holds<'a> {
    pub settings: &'a DunningSettings,
    /// Debtors with a remittance on the desk.
    pub waiting: &'a BTreeSet<(ContractId, DebtorId)>,
    /// Day of the last statement of each contract.
    pub statements: &'a BTreeMap<ContractId, NaiveDate>,
    /// Open credit notes of each debtor, in minor units, positive.
    credits: BTreeMap<(&'a ContractId, &'a DebtorId), i64>,
    /// The ledger tells which debtors know of the assignment.
    tells_notices: bool,
    /// Business date.
    pub as_of: NaiveDate,
}

impl<'a> Holds<'a> {
    pub(super) fn new(
        settings: &'a DunningSettings,
        ledger: &'a Ledger,
        open_after: &[i64],
        waiting: &'a BTreeSet<(ContractId, DebtorId)>,
        statements: &'a BTreeMap<ContractId, NaiveDate>,
        as_of: NaiveDate,
    ) -> Self {
        let mut credits: BTreeMap<(&ContractId, &DebtorId), i64> = BTreeMap::new();
        for (invoice, open) in ledger.invoices.iter().zip(open_after).filter(|(_, open)| **open < 0) {
            *credits.entry((&invoice.contract, &invoice.debtor)).or_default() -= open;
        }
        let tells_notices = ledger.debtors.iter().any(|d| d.notified_on.is_some());
        Self { settings, waiting, statements, credits, tells_notices, as_of }
    }

    /// Why nothing is done now about an item, but for the rhythm.
    pub(super) fn of(
        &self,
        contract: &Contract,
        debtor: &Debtor,
        invoice: &Invoice,
        open: i64,
        stage: Stage,
        contact: Option<&Contact>,
    ) -> Option<HeldReason> {
        let as_of = self.as_of;
        let by_client = contract.owner(stage, as_of) == ManagedBy::Client;
        let key = (invoice.contract.clone(), invoice.debtor.clone());
        let holds = [
            (debtor.excluded, HeldReason::Excluded),
            (debtor.insolvent_since.is_some_and(|day| day <= as_of), HeldReason::Insolvency),
            (self.is_disputed(invoice, contact), HeldReason::Dispute),
            (contact.is_some_and(|c| c.outcome == Outcome::NotReceived), HeldReason::NotReceived),
            (self.is_promised(invoice, contact, open), HeldReason::Promise),
            (self.keeps_plan(invoice, open), HeldReason::Instalments),
            (invoice.handed_over_on.is_some_and(|day| day <= as_of), HeldReason::HandedOver),
            (self.waiting.contains(&key), HeldReason::RemittanceOpen),
            (self.is_stale(contract), HeldReason::StatementsStale),
            (self.credits.get(&(&invoice.contract, &invoice.debtor)).is_some_and(|c| *c >= open), HeldReason::CreditsOpen),
            (open <= minor_units(self.settings.residual, contract.currency), HeldReason::Residual),
            (by_client && !contract.allows(stage, as_of), HeldReason::MandateMissing),
            (self.lacks_notice(contract, debtor), HeldReason::NoticeMissing),
            (stage == Stage::Contentious && !invoice.is_proven(), HeldReason::ProofMissing),
        ];
        holds.into_iter().find(|(holds, _)| *holds).map(|(_, reason)| reason)
    }

    /// A dispute of the ledger or of the last contact, until it expires.
    fn is_disputed(&self, invoice: &Invoice, contact: Option<&Contact>) -> bool {
        let lasts = |since: Option<NaiveDate>| {
            self.settings.dispute_days == 0 || since.is_none_or(|day| (self.as_of - day).num_days() <= self.settings.dispute_days)
        };
        dispute(invoice, contact).is_some_and(|dispute| lasts(dispute.since))
    }

    /// Who promised less than what is open did not promise the rest.
    fn is_promised(&self, invoice: &Invoice, contact: Option<&Contact>, open: i64) -> bool {
        // Who says that it has paid gets the days that a transfer takes.
        let paid = contact.filter(|c| c.outcome == Outcome::Paid).map(|c| c.day);
        let grace = |day: NaiveDate, days: i64| (self.as_of - day).num_days() <= days;
        let by_contact = contact.is_some_and(|c| c.outcome == Outcome::Promised && c.promised_on.is_some());
        let is_whole = by_contact || invoice.promise_amount.is_none_or(|promised| promised.minor() >= open);
        is_whole && promised_on(invoice, contact).is_some_and(|day| grace(day, self.settings.promise_grace_days))
            || paid.is_some_and(|day| grace(day, self.settings.promise_grace_days + 4))
    }

    /// A plan is kept while no more is open than the instalments that are not due yet; the last one ends it.
    fn keeps_plan(&self, invoice: &Invoice, open: i64) -> bool {
        invoice.planned_open(self.as_of, self.settings.promise_grace_days).is_some_and(|allowed| allowed > 0 && open <= allowed)
    }

    /// Payments up to now may not be known: the last statement is too old, or there is none.
    fn is_stale(&self, contract: &Contract) -> bool {
        if self.settings.statement_days == 0 {
            return false;
        }
        let last = self.statements.get(&contract.id);
        last.is_none_or(|day| business_days_between(*day, self.as_of, "FR") > self.settings.statement_days)
    }

    /// Where the ledger tells who was notified, the others must be first.
    fn lacks_notice(&self, contract: &Contract, debtor: &Debtor) -> bool {
        contract.notified(self.as_of) && self.tells_notices && debtor.notified_on.is_none_or(|day| day > self.as_of)
    }
}

/// An item that the debtor contests.
pub(super) struct Dispute {
    /// Where somebody says since when.
    pub since: Option<NaiveDate>,
}

/// The dispute about an item, by the last contact or else the ledger.
pub(super) fn dispute(invoice: &Invoice, contact: Option<&Contact>) -> Option<Dispute> {
    match contact.map(|c| (c.outcome, c.day)) {
        Some((Outcome::Settled, _)) => None,
        Some((Outcome::Disputed, day)) => Some(Dispute { since: Some(day) }),
        _ => invoice.dispute.as_ref().map(|_| Dispute { since: invoice.dispute_since }),
    }
}

/// When an item is promised to be paid, by the last contact or else the ledger.
pub(super) fn promised_on(invoice: &Invoice, contact: Option<&Contact>) -> Option<NaiveDate> {
    contact.filter(|c| c.outcome == Outcome::Promised).and_then(|c| c.promised_on).or(invoice.promise_date)
}
