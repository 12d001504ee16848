//! Letters and e-mails to debtors, as drafts: nothing is ever sent.
//!
//! One for each debtor and night, at the highest level of what is due for it; what is not due yet has one of its own,
//! and so have the items that are not the factor's, beside others that are. A letter of a contract
//! that debtors do not know of is held against a list of words as it is written, bytes and name; one
//! of a contract that they do know of must name the assignment and the dedicated account.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::NaiveDate;
use encoding_rs::WINDOWS_1252;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use crate::config::{CompanySettings, Language, LatePaymentSettings, LevelWording, Rate, Wording, grouped};
use crate::document::{Block, Document, Run, Table, to_html, to_pdf};
use crate::model::{
    Channel, Contract, ContractId, Currency, Debtor, DunningAction, Finding, HeldReason, Invoice, InvoiceId, Ledger, ManagedBy,
    Origin, Stage,
};
use crate::text::single_line;

/// What the letters of a night are written with.
pub struct Desk<'a> {
    /// Who writes.
    pub company: &'a CompanySettings,
    /// Language of debtors that have none.
    pub language: Language,
    /// What letters say, by language.
    pub wordings: &'a [Wording],
    /// The rate that formal notices name.
    pub late_payment: &'a LatePaymentSettings,
    /// The contracts.
    pub contracts: &'a [Contract],
    /// Items and debtors.
    pub ledger: &'a Ledger,
    /// Business date.
    pub as_of: NaiveDate,
}

/// Words that no debtor of a confidential contract may read, folded.
const FORBIDDEN: [&str; 11] = [
    "affactur",
    "subrog",
    " cession",
    " cede a ",
    " cedee",
    "dailly",
    "assignee",
    "assignment",
    "receivables finance",
    "nivellement",
    "rachat de creance",
];

/// A file by its name.
type Draft = (String, Vec<u8>);

/// The drafts of a night by their names, and those that were stopped.
///
/// Without the name of the company none is written.
#[must_use]
pub fn drafts(desk: &Desk<'_>, actions: &mut [DunningAction]) -> (BTreeMap<String, Vec<u8>>, Vec<Finding>) {
    let (mut files, mut findings) = (BTreeMap::new(), Vec::new());
    let Some(company) = desk.company.name.as_deref() else { return (files, findings) };
    let items: FxHashMap<_, _> = desk.ledger.invoices.iter().map(|i| ((&i.contract, &i.id), i)).collect();
    let is_written = |a: &DunningAction| {
        a.held.is_none() && a.owner == ManagedBy::Client && a.channel != Channel::Phone && a.stage != Stage::Contentious
    };
    let kind = |a: &DunningAction| {
        let contract = desk.contracts.iter().find(|c| c.id == a.contract);
        let invoice = items.get(&(&a.contract, &a.invoice));
        let is_factors = contract.zip(invoice).is_some_and(|(c, i)| c.is_factors(i, desk.as_of, desk.as_of));
        Kind { before_due: a.stage == Stage::BeforeDue, is_factors }
    };
    let of_debtors: Vec<&mut [DunningAction]> =
        actions.chunk_by_mut(|a, b| a.contract == b.contract && a.debtor == b.debtor).collect();
    // Each letter by itself; names are given in the order of the debtors.
    let written: Vec<(Vec<Draft>, Vec<Finding>)> = of_debtors
        .into_par_iter()
        .flat_map_iter(|of_debtor| {
            let letter = |wanted: Kind| {
                let is_meant = |a: &DunningAction| is_written(a) && kind(a) == wanted;
                let (drafts, stopped) =
                    written(desk, company, &items, &of_debtor.iter().filter(|a| is_meant(a)).collect::<Vec<_>>())?;
                if stopped.is_empty() {
                    return Some((drafts, stopped));
                }
                // What is not written is not done: it comes again.
                of_debtor.iter_mut().filter(|a| is_meant(a)).for_each(|a| a.held = Some(HeldReason::LetterStopped));
                Some((Vec::new(), stopped))
            };
            Kind::ALL.into_iter().filter_map(letter).collect::<Vec<_>>()
        })
        .collect();
    for (drafts, stopped) in written {
        for (name, bytes) in drafts {
            files.insert(free_name(&files, &name), bytes);
        }
        findings.extend(stopped);
    }
    (files, findings)
}

/// What one letter can say of all its items.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Kind {
    /// They are not due yet.
    before_due: bool,
    /// Their money is the factor's.
    is_factors: bool,
}

impl Kind {
    /// In the order in which the letters are written.
    const ALL: [Self; 4] = [
        Self { before_due: false, is_factors: true },
        Self { before_due: false, is_factors: false },
        Self { before_due: true, is_factors: true },
        Self { before_due: true, is_factors: false },
    ];
}

/// The items by contract and number.
type Items<'a> = FxHashMap<(&'a ContractId, &'a InvoiceId), &'a Invoice>;

/// The letter about some items of a debtor, all of one kind, and why it may not leave.
fn written(desk: &Desk<'_>, company: &str, items: &Items<'_>, due: &[&DunningAction]) -> Option<(Vec<Draft>, Vec<Finding>)> {
    let first = due.first()?;
    let contract = desk.contracts.iter().find(|c| c.id == first.contract)?;
    let debtor = desk.ledger.debtor(&first.debtor)?;
    let highest = due.iter().max_by_key(|a| (a.stage, a.days_overdue)).unwrap_or(first);
    let words = desk.wording(debtor)?;
    let level = words.level(highest.stage, &highest.level)?;
    let letter = Letter { desk, company, contract, debtor, actions: due, highest, items, words, level };
    let document = letter.document();
    let drafts = letter.files(&document);
    let stopped = letter.faults(&document, &drafts);
    Some((drafts, stopped))
}

/// `letter-D1-reminder_1.html`; a second one of that name gets a number.
fn free_name(files: &BTreeMap<String, Vec<u8>>, name: &str) -> String {
    let (stem, ending) = name.rsplit_once('.').unwrap_or((name, ""));
    let mut names = std::iter::once(name.to_owned()).chain((2..).map(|n| format!("{stem}-{n}.{ending}")));
    names.find(|n| !files.contains_key(n)).unwrap_or_default()
}

struct Letter<'a> {
    desk: &'a Desk<'a>,
    company: &'a str,
    contract: &'a Contract,
    debtor: &'a Debtor,
    actions: &'a [&'a DunningAction],
    /// The action that gives the letter its tone.
    highest: &'a DunningAction,
    items: &'a Items<'a>,
    words: &'a Wording,
    level: &'a LevelWording,
}

impl<'a> Desk<'a> {
    /// In the debtor's language where there is a wording of it, else in English; without a language of
    /// its own, in the company's.
    fn wording(&self, debtor: &Debtor) -> Option<&'a Wording> {
        let in_language = |code: &str| self.wordings.iter().find(|w| w.language == code);
        let own = debtor.language.as_deref().map(|code| code.trim().to_ascii_lowercase());
        match own.as_deref() {
            Some(code) if !code.is_empty() => in_language(code.get(..2).unwrap_or(code)).or_else(|| in_language("en")),
            _ => in_language(if self.language == Language::French { "fr" } else { "en" }),
        }
    }
}

impl Letter<'_> {
    /// The letter as a page; for the post as PDF too, and for an e-mail as its draft.
    fn files(&self, document: &Document) -> Vec<Draft> {
        let safe: String =
            self.debtor.id.0.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect();
        let stem = format!("letter-{safe}-{}", self.highest.level);
        let page = to_html(document);
        let other = match (self.highest.channel, &self.debtor.email) {
            (Channel::Email, Some(to)) => Some((format!("{stem}.eml"), self.mail(to, &page).into_bytes())),
            (Channel::Letter | Channel::RegisteredLetter, _) => Some((format!("{stem}.pdf"), to_pdf(document))),
            _ => None,
        };
        let mut drafts: Vec<Draft> = [Some((format!("{stem}.html"), page.into_bytes())), other].into_iter().flatten().collect();
        // A night keeps all of them until they are written.
        for (_, bytes) in &mut drafts {
            bytes.shrink_to_fit();
        }
        drafts
    }

    /// A draft that mail programs open for editing; the page travels in clear, so that what is checked
    /// is what is sent.
    fn mail(&self, to: &str, page: &str) -> String {
        // Without an address, the mail program puts in that of who opens the draft.
        let sender = |from: &str| format!("From: {} <{}>\r\n", encoded_word(&single_line(self.company)), address(from));
        let from = self.desk.company.email.as_deref().map_or_else(String::new, sender);
        let subject = encoded_word(&single_line(&format!("{} – {}", self.level.subject, self.company)));
        format!(
            "{from}To: <{}>\r\nSubject: {subject}\r\nX-Unsent: 1\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
            address(to),
            page.replace('\n', "\r\n")
        )
    }

    fn document(&self) -> Document {
        let (words, level, company) = (self.words, self.level, self.desk.company);
        let sender = std::iter::once(self.company.to_owned()).chain(company.address.iter().cloned()).collect();
        let named = [Some(&self.debtor.name), self.debtor.contact.as_ref()].into_iter().flatten();
        let recipient = named.chain(&self.debtor.address).cloned().collect();
        let mut blocks =
            vec![Block::Sender(sender), Block::Recipient(recipient), Block::Date(words.numbers.date(self.desk.as_of))];
        if self.highest.channel == Channel::RegisteredLetter {
            blocks.push(Block::bold(&words.registered));
        }
        blocks.extend([
            Block::Heading(level.subject.clone()),
            Block::text(&words.greeting),
            Block::text(&level.opening),
            Block::Table(self.items()),
        ]);
        let is_notice = self.highest.stage == Stage::FormalNotice;
        blocks.extend(is_notice.then(|| Block::text(self.claims())));
        blocks.push(Block::text(&level.request));
        // What the courts may be asked is said only where the claim would stand before them.
        let would_stand = self.actions.iter().all(|a| self.invoice(a).is_some_and(Invoice::is_proven));
        blocks.extend((is_notice && would_stand).then(|| Block::text(&words.court)));
        blocks.push(self.account());
        if self.names_factor() {
            blocks.push(Block::Notice(words.notice.replace("{factor}", &self.contract.factor)));
        }
        let reach: Vec<&str> = [&company.phone, &company.email].into_iter().flatten().map(String::as_str).collect();
        if !reach.is_empty() {
            blocks.push(Block::text(format!("{} {}", words.questions, reach.join(" · "))));
        }
        blocks.push(Block::text(&words.closing));
        blocks.push(Block::Signature(vec![company.signature.clone().unwrap_or_else(|| self.company.to_owned())]));
        blocks.extend(company.mentions.clone().map(Block::Footer));
        Document { language: words.language.clone(), title: level.subject.clone(), author: self.company.to_owned(), blocks }
    }

    /// Number, date, due date, amount, paid, open and days late of each item.
    fn items(&self) -> Table {
        let words = self.words;
        let columns = words.columns.iter().cloned().enumerate().map(|(index, title)| (title, index >= 3)).collect();
        let mut rows = Vec::new();
        let mut sum = 0;
        for action in self.actions {
            let Some(invoice) = self.invoice(action) else { continue };
            let paid = invoice.amount.minor() - action.open.minor();
            sum += action.open.minor();
            rows.push(vec![
                action.invoice.to_string(),
                words.numbers.date(invoice.issue_date),
                words.numbers.date(invoice.due_date),
                self.money(invoice.amount.minor()),
                self.money(paid),
                self.money(action.open.minor()),
                action.days_overdue.max(0).to_string(),
            ]);
        }
        let mut total = vec![String::new(); words.columns.len()];
        total[0].clone_from(&words.total);
        total[5] = self.money(sum);
        Table { columns, rows, sum: total }
    }

    /// Interest and indemnity, with the clause that they follow.
    fn claims(&self) -> String {
        let interest: i64 = self.actions.iter().filter_map(|a| Some(a.interest.as_ref()?.amount.minor())).sum();
        let indemnity: i64 = self.actions.iter().filter_map(|a| Some(a.indemnity?.minor())).sum();
        let indemnity = self.words.numbers.money(indemnity, Currency::EUR);
        let rate = match self.desk.late_payment.rate {
            Rate::ReferencePlusTen => self.words.reference_rate.clone(),
            Rate::Contractual(percent) => format!("{percent} %"),
        };
        let claims = self.words.claims.replace("{interest}", &self.money(interest)).replace("{rate}", &rate);
        claims.replace("{indemnity}", &indemnity)
    }

    /// Where to pay: the dedicated account, held by the supplier.
    fn account(&self) -> Block {
        let sentence = self.words.account.replace("{company}", self.company);
        let (before, after) = sentence.split_once("{account}").unwrap_or((&sentence, ""));
        let run = |text: &str, bold| Run { text: text.to_owned(), bold };
        Block::Paragraph(vec![run(before, false), run(&self.account_number(), true), run(after, false)])
    }

    fn invoice(&self, action: &DunningAction) -> Option<&Invoice> {
        self.items.get(&(&action.contract, &action.invoice)).copied()
    }

    /// The debtor knows of the assignment, and the money of these items is the factor's.
    fn names_factor(&self) -> bool {
        let day = self.desk.as_of;
        let are_factors = || self.actions.iter().all(|a| self.invoice(a).is_some_and(|i| self.contract.is_factors(i, day, day)));
        self.contract.notified(day) && are_factors()
    }

    fn money(&self, minor: i64) -> String {
        self.words.numbers.money(minor, self.highest.open.currency())
    }

    /// The dedicated account.
    fn account_number(&self) -> String {
        grouped(&self.contract.accounts.first().map(ToString::to_string).unwrap_or_default())
    }

    /// Why a draft may not leave: what a debtor must not read, or must.
    fn faults(&self, document: &Document, drafts: &[Draft]) -> Vec<Finding> {
        let stopped = |name: &str, rule, what: String, remedy: &str| {
            Finding::error(Origin::file(&name.into()), rule, what)
                .effect("The letter is not written, and the action is held back")
                .remedy(remedy)
        };
        let first = drafts.first().map_or("", |(name, _)| name.as_str());
        if !self.contract.notified(self.desk.as_of) {
            // What is said, and each byte of how it is written.
            let said = document.texts().collect::<Vec<_>>().join(" ");
            let written = drafts.iter().map(|(name, bytes)| {
                let text = if bytes.starts_with(b"%PDF-") {
                    WINDOWS_1252.decode_without_bom_handling(bytes).0
                } else {
                    String::from_utf8_lossy(bytes)
                };
                (name.as_str(), text)
            });
            let all = std::iter::once((first, said.into())).chain(written);
            let found = all.filter_map(|(name, text)| {
                let word = forbidden(&format!("{name} {text}"), &self.contract.factor)?;
                let what =
                    format!("expected nothing that tells a debtor of a confidential contract of the factor, but found {word:?}");
                let remedy = "Take the word out of the wording, the company's data or the debtor's";
                Some(stopped(name, "letter-confidential", what, remedy))
            });
            return found.collect();
        }
        if !self.names_factor() {
            return Vec::new();
        }
        let (account, factor) = (self.account_number(), &self.contract.factor);
        let notified = document.blocks.iter().any(|block| matches!(block, Block::Notice(text) if text.contains(factor)));
        if account.is_empty() || factor.is_empty() || !notified || !document.texts().any(|text| text.contains(&account)) {
            let what = format!(
                "expected the notice of assignment and the dedicated account in a letter of contract {}, but found them missing",
                self.contract.id
            );
            return vec![stopped(first, "letter-notice", what, "Put them back into the wording")];
        }
        Vec::new()
    }
}

/// The first forbidden word of a text: of the list, or of the factor's name, however it is written.
fn forbidden(text: &str, factor: &str) -> Option<String> {
    let mut folded = any_ascii::any_ascii(text);
    folded.make_ascii_lowercase();
    if let Some(word) = FORBIDDEN.iter().find(|word| folded.contains(**word)) {
        return Some((*word).to_owned());
    }
    let words = || folded.split(|c: char| !c.is_ascii_alphanumeric());
    // Factories may be written of.
    let speaks_of_it = |w: &&str| w.starts_with("factor") && !w.starts_with("factory") && !w.starts_with("factories");
    if folded.contains("factor")
        && let Some(word) = words().find(speaks_of_it)
    {
        return Some(word.to_owned());
    }
    let of_name = any_ascii::any_ascii(factor).to_lowercase();
    let name: Vec<u8> = of_name.bytes().filter(u8::is_ascii_alphanumeric).collect();
    if name.len() >= 4 && spells(folded.as_bytes(), &name) {
        return Some(factor.to_owned());
    }
    // Each telling word of the name on its own.
    let mut telling = of_name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() >= 4 && !COMMON.contains(w));
    telling.find(|word| folded.contains(*word) && words().any(|w| w == *word)).map(str::to_owned)
}

/// Whether the letters and digits of a name follow one another in a text, whatever stands between them.
fn spells(text: &[u8], name: &[u8]) -> bool {
    let begins = text.iter().enumerate().filter(|(_, byte)| Some(*byte) == name.first());
    begins.map(|(at, _)| text[at..].iter().filter(|b| b.is_ascii_alphanumeric())).any(|rest| rest.take(name.len()).eq(name))
}

/// Words of factors' names that any letter may hold.
const COMMON: [&str; 14] = [
    "bank",
    "banque",
    "france",
    "finance",
    "credit",
    "societe",
    "group",
    "groupe",
    "company",
    "international",
    "europe",
    "services",
    "credits",
    "entreprise",
];

/// A header value; what is not ASCII as RFC 2047 asks.
fn encoded_word(text: &str) -> String {
    if text.is_ascii() {
        return text.to_owned();
    }
    let quoted = text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b' ' => out.push('_'),
            b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => out.push(char::from(byte)),
            other => {
                let _ = write!(out, "={other:02X}");
            }
        }
        out
    });
    format!("=?utf-8?Q?{quoted}?=")
}

/// An address that cannot begin another header.
fn address(text: &str) -> String {
    single_line(text).chars().filter(|c| !c.is_whitespace() && !matches!(c, '<' | '>' | ',' | ';')).collect()
}

#[cfg(test)]
mod tests {
    use super::forbidden;

    #[test]
    fn the_factor_is_found_however_it_is_written() {
        let factor = "Crédit Lumière Factoring SA";
        for text in [
            "notre FACTOR",
            "affacturage",
            "CREDIT-LUMIERE factoring sa",
            "Lumière",
            "cr\u{e9}dit lumi\u{e8}re",
            "subrogé",
            "Loi Dailly",
            "C.r.é.d.i.t L u m i è r e - Factoring S.A.",
            "CréCrédit LumièreFactoringSA",
        ] {
            assert!(forbidden(text, factor).is_some(), "{text}");
        }
        for text in [
            "Old Factory Ltd",
            "Concession Renault",
            "Facture n° 12 à régler",
            "Banque de France",
            "crédit accordé",
            "our invoice",
        ] {
            assert!(forbidden(text, factor).is_none(), "{text}");
        }
        // A name whose letters stand apart, though none of its words does.
        assert!(forbidden("payez B.N.X.", "BNX SA").is_none(), "three letters are no name");
        assert!(forbidden("payez à B.N.X.F.", "BNXF").is_some());
        assert!(forbidden("payez à B.N.X.", "BNXF").is_none(), "the name ends before it is whole");
    }
}
