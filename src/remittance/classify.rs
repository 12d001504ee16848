//! Entries of a statement → remittances and what is none.

use std::collections::HashMap;
use std::sync::Arc;

use super::identity::Identities;
use crate::model::{
    Account, AdmittedStatement, BankLine, Contract, Direction, Entry, Field, Iban, Money, NonRemittance, NonRemittanceKind,
    Party, Reason, Remittance, RemittanceId, Transaction,
};

/// A booking, as small as the bank tells it apart.
pub(super) enum Piece {
    Remittance(Box<Remittance>),
    Other(Box<NonRemittance>),
}

impl Piece {
    pub(super) fn line(&self) -> &BankLine {
        match self {
            Self::Remittance(remittance) => &remittance.line,
            Self::Other(other) => &other.line,
        }
    }

    /// The same with an identity of its own: another booking has its content.
    pub(super) fn beside(mut self, id: RemittanceId) -> Self {
        let line = match &mut self {
            Self::Remittance(remittance) => {
                remittance.doubt = Some(Reason::TwinSuspected);
                &mut remittance.line
            }
            Self::Other(other) => &mut other.line,
        };
        (line.id, line.booking) = (id, None);
        self
    }
}

/// All bookings of a statement.
pub(super) fn pieces(contract: &Contract, admitted: &AdmittedStatement) -> Vec<Piece> {
    let statement_id: Arc<str> = admitted.statement.id.as_str().into();
    let (mut identities, mut bookings) = (Identities::default(), Identities::default());
    let mut twins: HashMap<(&str, Option<Money>, Option<Direction>), u32> = HashMap::new();
    for entry in &admitted.statement.entries {
        if let Some(reference) = entry.text(Field::BankReference) {
            *twins.entry((reference, entry.amount, entry.direction)).or_default() += 1;
        }
    }
    let factor = folded(&contract.factor);
    let mut pieces = Vec::with_capacity(admitted.statement.entries.len());
    for (number, entry) in admitted.statement.entries.iter().enumerate() {
        let (Some(amount), Some(direction)) = (entry.amount, entry.direction) else { continue };
        let twin = entry
            .text(Field::BankReference)
            .is_some_and(|r| twins.get(&(r, entry.amount, entry.direction)).is_some_and(|n| *n > 1));
        let booking = given(entry.text(Field::BankReference)).map(|reference| {
            let date = entry.booking_date.or(entry.value_date).unwrap_or(admitted.date);
            bookings.of(&admitted.account, reference, amount, direction, date)
        });
        let codes = Codes::of(entry);
        let context = Context {
            contract,
            factor: &factor,
            admitted,
            entry,
            codes,
            number,
            direction,
            statement_id: &statement_id,
            twin,
            booking,
        };
        for (part, transaction) in split(entry, amount) {
            pieces.push(context.piece(part, transaction, &mut identities));
        }
    }
    pieces
}

/// The amounts an entry stands for: one a transaction where each has an amount and they add up to
/// the entry (charges of each taken off), else the entry as a whole.
fn split(entry: &Entry, amount: Money) -> Vec<(Money, Option<&Transaction>)> {
    if let [only] = entry.transactions.as_slice() {
        return vec![(amount, Some(only))];
    }
    let is_own = |money: &Money| money.currency() == amount.currency();
    let part = |t: &Transaction, less_charges: bool, instructed: bool| {
        let own = if instructed { t.instructed } else { t.amount };
        let own = own.filter(|own| is_own(own) && t.direction.is_none_or(|direction| Some(direction) == entry.direction))?;
        let charges = t.charges.filter(|charges| less_charges && is_own(charges)).map_or(0, Money::minor);
        Some(own.minor() - charges)
    };
    // What was instructed is what came, where the bank gives nothing else and it adds up.
    for (less_charges, instructed) in [(false, false), (true, false), (false, true)] {
        let parts: Option<Vec<i64>> = entry.transactions.iter().map(|t| part(t, less_charges, instructed)).collect();
        if let Some(parts) = parts
            && parts.len() > 1
            && parts.iter().map(|p| i128::from(*p)).sum::<i128>() == i128::from(amount.minor())
        {
            return parts
                .into_iter()
                .zip(&entry.transactions)
                .map(|(minor, t)| (Money::from_minor(minor, amount.currency()), Some(t)))
                .collect();
        }
    }
    vec![(amount, None)]
}

/// Parts of an entry that are told where it cannot be split.
const PARTS_TOLD_MAX: usize = 20;

/// What the bank calls a booking.
#[derive(Clone, Copy)]
struct Codes<'a> {
    /// ISO 20022: domain, family and sub-family.
    bank: Option<&'a str>,
    sub_family: &'a str,
    /// The bank's own, or the interbank one.
    own: Option<&'a str>,
}

impl<'a> Codes<'a> {
    fn of(entry: &'a Entry) -> Self {
        let bank = entry.text(Field::BankCode);
        let sub_family = bank.and_then(|code| code.rsplit('-').next()).unwrap_or_default();
        Self { bank, sub_family, own: entry.text(Field::ProprietaryCode) }
    }
}

struct Context<'a> {
    contract: &'a Contract,
    /// The factor's name, to be compared.
    factor: &'a str,
    admitted: &'a AdmittedStatement,
    entry: &'a Entry,
    codes: Codes<'a>,
    number: usize,
    direction: Direction,
    statement_id: &'a Arc<str>,
    twin: bool,
    booking: Option<RemittanceId>,
}

impl Context<'_> {
    fn piece(&self, amount: Money, transaction: Option<&Transaction>, identities: &mut Identities) -> Piece {
        let line = self.line(amount, transaction, identities);
        if let Some((kind, reason)) = self.not_a_remittance(&line, transaction) {
            return Piece::Other(Box::new(NonRemittance { line, kind, reason, booked: self.entry.is_booked() }));
        }
        let nothing = Transaction::default();
        let details = transaction.unwrap_or(&nothing);
        let texts = |field| details.texts.all(field).map(str::to_owned).collect();
        let other_texts = details
            .texts
            .all(Field::AdditionalRemittance)
            .chain(details.text(Field::AdditionalInfo))
            .chain(self.entry.text(Field::AdditionalInfo))
            .map(str::to_owned)
            .collect();
        let bulk_count = match transaction {
            Some(_) => self.entry.batch_count.filter(|n| *n > 1 && self.entry.transactions.len() == 1),
            None => self
                .entry
                .batch_count
                .filter(|n| *n > 1)
                .or_else(|| (self.entry.transactions.len() > 1).then_some(self.entry.transactions.len() as u64)),
        };
        Piece::Remittance(Box::new(Remittance {
            cross_border: self.is_cross_border(&line, details),
            ultimate_name: self.ultimate_name(details).map(Into::into),
            unstructured: texts(Field::Unstructured),
            creditor_references: texts(Field::CreditorReference),
            documents: details
                .documents
                .iter()
                .filter_map(|d| {
                    let amount = d.amount.filter(|a| a.currency() == line.amount.currency()).map(Money::minor);
                    Some((d.number.clone()?, amount))
                })
                .collect(),
            other_texts,
            bulk_count,
            doubt: self.doubt(),
            rejected: Vec::new(),
            line,
        }))
    }

    /// The party behind the payer: in a field of its own, or within the payer's name.
    fn ultimate_name<'t>(&'t self, details: &'t Transaction) -> Option<&'t str> {
        let party = self.counterparty(details);
        party.ultimate_name.or_else(|| paid_for(party.name?))
    }

    /// Why it is for a person, whatever it matches: it has a twin, or is booked behind the day of its statement.
    fn doubt(&self) -> Option<Reason> {
        let is_behind = self.entry.booking_date.is_some_and(|day| day > self.admitted.date);
        self.twin.then_some(Reason::TwinSuspected).or_else(|| is_behind.then_some(Reason::Unsure))
    }

    fn line(&self, amount: Money, transaction: Option<&Transaction>, identities: &mut Identities) -> BankLine {
        let nothing = Transaction::default();
        let details = transaction.unwrap_or(&nothing);
        let entry = self.entry;
        let reference = given(details.text(Field::BankReference))
            .or_else(|| given(entry.text(Field::BankReference)))
            .or_else(|| given(details.text(Field::TransactionId)))
            .or_else(|| given(entry.text(Field::EntryReference)))
            .unwrap_or_default();
        let booking_date = entry.booking_date.or(entry.value_date).unwrap_or(self.admitted.date);
        let party = self.counterparty(details);
        let mut texts: Vec<&str> = details.texts.all(Field::Unstructured).collect();
        texts.extend(details.texts.all(Field::CreditorReference));
        texts.extend(details.documents.iter().filter_map(|d| d.number.as_deref()));
        texts.extend(details.texts.all(Field::AdditionalRemittance));
        texts.extend(details.text(Field::AdditionalInfo));
        texts.extend(entry.text(Field::AdditionalInfo));
        let untold = if transaction.is_none() { &entry.transactions[..] } else { &[] };
        let of_parts: Vec<String> = untold.iter().take(PARTS_TOLD_MAX).map(|part| self.told(part)).collect();
        texts.extend(of_parts.iter().map(String::as_str).filter(|told| !told.is_empty()));
        BankLine {
            contract: self.contract.id.clone(),
            account: self.admitted.account.clone(),
            statement_id: Arc::clone(self.statement_id),
            entry_reference: entry.text(Field::EntryReference).map_or_else(|| format!("#{}", self.number + 1).into(), Into::into),
            id: identities.of(&self.admitted.account, reference, amount, self.direction, booking_date),
            booking: self.booking.clone(),
            bank_reference: reference.into(),
            end_to_end_id: given(details.text(Field::EndToEndId)).unwrap_or_default().into(),
            booking_date,
            value_date: entry.value_date.unwrap_or(booking_date),
            payer_name: party.name.or(party.ultimate_name).unwrap_or_default().into(),
            payer_account: party.account(),
            amount,
            direction: self.direction,
            text: texts.join(" | ").into(),
        }
    }

    /// What a part of an entry says, of which the amounts do not add up to it: for the person who looks at it.
    fn told(&self, part: &Transaction) -> String {
        let name = self.counterparty(part).name;
        let texts = part.texts.all(Field::Unstructured).chain(part.documents.iter().filter_map(|d| d.number.as_deref()));
        name.into_iter().chain(texts).collect::<Vec<_>>().join(": ")
    }

    fn counterparty<'t>(&self, details: &'t Transaction) -> Party<'t> {
        details.counterparty(
            self.direction,
            self.is_undone(Some(details)),
            Some(&self.admitted.account),
            self.admitted.statement.owner_name.as_deref(),
        )
    }

    /// Why this is no remittance, in order of precedence.
    fn not_a_remittance(&self, line: &BankLine, transaction: Option<&Transaction>) -> Option<(NonRemittanceKind, &'static str)> {
        use NonRemittanceKind::{Alert, Excluded, Fee, Internal, Reversal};
        if !self.entry.is_booked() {
            return Some((Excluded, "not_booked"));
        }
        if line.amount.is_zero() {
            return Some((Excluded, "zero_amount"));
        }
        let undone = self.is_undone(transaction);
        let with_factor = self.is_sweep(line);
        match self.direction {
            Direction::Credit if undone => Some((Excluded, "debit_taken_back")),
            Direction::Credit if with_factor => Some((Internal, "from_factor")),
            Direction::Credit => None,
            Direction::Debit if undone => Some((Reversal, "credit_taken_back")),
            Direction::Debit if with_factor => Some((Internal, "sweep")),
            Direction::Debit if self.code_says(&FEE_CODES, &FEE_CFONB, &self.admitted.bank.fee_codes) => Some((Fee, "bank_fee")),
            Direction::Debit => Some((Alert, "unexpected_debit")),
        }
    }

    /// The bank takes an earlier booking back: by its indicator, its return information, or its code.
    fn is_undone(&self, transaction: Option<&Transaction>) -> bool {
        self.entry.reversal
            || transaction.is_some_and(|t| t.returned)
            || self.code_says(&REVERSAL_CODES, &REVERSAL_CFONB, &self.admitted.bank.reversal_codes)
    }

    /// To or from the factor: its account, its name, or a cash-concentration code.
    fn is_sweep(&self, line: &BankLine) -> bool {
        let by_account = self.contract.factor_account.is_some() && self.contract.factor_account == line.payer_account;
        let by_name = !self.factor.is_empty() && folded(&line.payer_name) == self.factor;
        by_account || by_name || self.code_says(&SWEEP_CODES, &SWEEP_CFONB, &self.admitted.bank.sweep_codes)
    }

    /// Whether the ISO code starts with, or its sub-family is, one of `iso`; or the interbank code
    /// (CFONB, positions 33–34) is one of `cfonb`, or the bank's habits name one of its codes.
    fn code_says(&self, iso: &[&str], cfonb: &[&str], habits: &[String]) -> bool {
        let Codes { bank, sub_family, own } = self.codes;
        if [bank, own].iter().flatten().any(|code| habits.iter().any(|habit| habit == code.trim())) {
            return true;
        }
        match bank {
            Some(bank) => iso.iter().any(|wanted| bank.starts_with(wanted) || sub_family == *wanted),
            None => own.is_some_and(|own| cfonb.contains(&own.trim())),
        }
    }

    fn is_cross_border(&self, line: &BankLine, details: &Transaction) -> bool {
        let country = |account: &Account| match account {
            Account::Iban(iban) => Some(Iban::country(iban).to_owned()),
            Account::Other(_) => None,
        };
        let abroad = match (line.payer_account.as_ref().and_then(country), country(&line.account)) {
            (Some(theirs), Some(ours)) => theirs != ours,
            _ => false,
        };
        let exchanged = details.instructed.is_some_and(|i| i.currency() != line.amount.currency());
        let charged = details.charges.is_some_and(|c| !c.is_zero());
        abroad || exchanged || charged || self.code_says(&["XBCT"], &[], &[])
    }
}

/// Cash concentration (external code set of ISO 20022), and CFONB 92–95: levelling.
const SWEEP_CODES: [&str; 4] = ["CAMT-ACCB", "SWEP", "ZABA", "TOPG"];
const SWEEP_CFONB: [&str; 4] = ["92", "93", "94", "95"];
/// Returned transfers, unpaid cheques and direct debits, reversals; CFONB 03, 10, 12, 27, 33, 34, 99, B3, B4.
const REVERSAL_CODES: [&str; 7] = ["RRTN", "UPCQ", "UPDD", "UPCT", "PRDD", "RCDD", "RPCR"];
const REVERSAL_CFONB: [&str; 9] = ["03", "10", "12", "27", "33", "34", "99", "B3", "B4"];
/// Fees, commissions, interest, taxes; CFONB 61–67.
const FEE_CODES: [&str; 7] = ["ACMT-MDOP", "CHRG", "COMM", "FEES", "INTR", "TAXE", "COME"];
const FEE_CFONB: [&str; 7] = ["61", "62", "63", "64", "65", "66", "67"];

/// An identifier that is one.
fn given(id: Option<&str>) -> Option<&str> {
    id.filter(|i| !is_not_provided(i))
}

/// Between the name of who pays and that of whom it pays for.
const PAID_FOR: [&str; 4] = ["P/C ", "POUR LE COMPTE DE ", "POUR COMPTE DE ", "POUR CPTE "];

/// Whom a payer says that it pays for, behind its own name: "CABINET FIDUCIAIRE P/C DUPONT SARL".
fn paid_for(payer: &str) -> Option<&str> {
    let capitals = payer.to_ascii_uppercase();
    let begins_word = |at: usize| !capitals[..at].ends_with(|c: char| c.is_alphanumeric());
    let behind = |mark: &&str| Some((capitals.find(*mark)?, mark.len()));
    let (at, length) = PAID_FOR.iter().filter_map(behind).find(|(at, _)| begins_word(*at))?;
    Some(payer[at + length..].trim()).filter(|name| !name.is_empty())
}

/// `NOTPROVIDED` and what banks write instead.
fn is_not_provided(id: &str) -> bool {
    let compact = || id.bytes().filter(u8::is_ascii_alphanumeric).map(|b| b.to_ascii_uppercase());
    ["", "NOTPROVIDED", "NONREF", "NOREF"].iter().any(|n| compact().eq(n.bytes()))
}

/// A name without case, accents and punctuation.
fn folded(name: &str) -> String {
    any_ascii::any_ascii(name).chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payer_says_whom_it_pays_for() {
        assert_eq!(paid_for("Cabinet Fiduciaire P/C Dupont Menuiserie"), Some("Dupont Menuiserie"));
        assert_eq!(paid_for("HOLDING \u{c9}TOILE pour le compte de GARAGE DE LA GARE "), Some("GARAGE DE LA GARE"));
        assert_eq!(paid_for("P/C DUPONT"), Some("DUPONT"));
        for none in ["DUPONT MENUISERIE", "SOUP/C DUPONT", "DUPONT P/C ", "DUPONT P/C"] {
            assert_eq!(paid_for(none), None, "{none}");
        }
    }
}
