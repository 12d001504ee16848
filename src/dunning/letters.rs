//! Letters and e-mails to debtors, as drafts: nothing is ever sent.
//!
//! One for each debtor and night, at the highest level of what is due for it. A letter of a contract
//! that debtors do not know of is held against a list of words as it is written, bytes and name; one
//! of a contract that they do know of must name the assignment and the dedicated account.

use std::collections::BTreeMap;
use std::fmt::Write;

use chrono::NaiveDate;
use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::wording::{Wording, wording};
use crate::config::{CompanySettings, Language, LatePaymentSettings, Rate, date, grouped, money};
use crate::model::{
    Channel, Contract, ContractId, Debtor, DunningAction, Finding, HeldReason, Invoice, InvoiceId, Ledger, ManagedBy, Money,
    Origin, Stage,
};
use crate::text::{html, single_line};

/// What the letters of a night are written with.
pub struct Desk<'a> {
    /// Who writes.
    pub company: &'a CompanySettings,
    /// Language of debtors that have none.
    pub language: Language,
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
    let of_debtors: Vec<&mut [DunningAction]> =
        actions.chunk_by_mut(|a, b| a.contract == b.contract && a.debtor == b.debtor).collect();
    // Each letter by itself; names are given in the order of the debtors.
    let written: Vec<(Vec<Draft>, Vec<Finding>)> = of_debtors
        .into_par_iter()
        .filter_map(|of_debtor| {
            let due: Vec<&DunningAction> = of_debtor.iter().filter(|a| is_written(a)).collect();
            let first = due.first()?;
            let contract = desk.contracts.iter().find(|c| c.id == first.contract)?;
            let debtor = desk.ledger.debtor(&first.debtor)?;
            let highest = due.iter().max_by_key(|a| (a.stage, a.days_overdue)).unwrap_or(first);
            let letter = Letter { desk, company, contract, debtor, actions: &due, highest, items: &items };
            let drafts = letter.files();
            let stopped: Vec<Finding> = drafts.iter().filter_map(|(name, bytes)| letter.fault(name, bytes)).collect();
            if stopped.is_empty() {
                return Some((drafts, stopped));
            }
            // What is not written is not done: it comes again.
            of_debtor.iter_mut().filter(|a| is_written(a)).for_each(|a| a.held = Some(HeldReason::LetterStopped));
            Some((Vec::new(), stopped))
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
    items: &'a FxHashMap<(&'a ContractId, &'a InvoiceId), &'a Invoice>,
}

impl Letter<'_> {
    fn language(&self) -> Language {
        match self.debtor.language.as_deref().map(str::to_ascii_lowercase).as_deref() {
            Some(code) if code.starts_with("fr") => Language::French,
            Some(_) => Language::English,
            None => self.desk.language,
        }
    }

    fn wording(&self) -> Wording {
        wording(self.language(), self.highest.stage, &self.highest.level)
    }

    /// The letter, and for an e-mail its draft.
    fn files(&self) -> Vec<(String, Vec<u8>)> {
        let safe: String =
            self.debtor.id.0.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect();
        let stem = format!("letter-{safe}-{}", self.highest.level);
        let page = self.page();
        let mut files = vec![(format!("{stem}.html"), page.clone().into_bytes())];
        if let (Channel::Email, Some(to)) = (self.highest.channel, &self.debtor.email) {
            files.push((format!("{stem}.eml"), self.mail(to, &page).into_bytes()));
        }
        files
    }

    /// A draft that mail programs open for editing; the page travels in clear, so that what is checked
    /// is what is sent.
    fn mail(&self, to: &str, page: &str) -> String {
        let from = self.desk.company.email.as_deref().unwrap_or_default();
        let subject = encoded_word(&single_line(&format!("{} – {}", self.wording().subject, self.company)));
        format!(
            "From: {} <{}>\r\nTo: <{}>\r\nSubject: {subject}\r\nX-Unsent: 1\r\nMIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n{}",
            encoded_word(&single_line(self.company)),
            address(from),
            address(to),
            page.replace('\n', "\r\n")
        )
    }

    fn page(&self) -> String {
        let (words, language) = (self.wording(), self.language());
        let say = |fr: &'static str, en: &'static str| if language == Language::French { fr } else { en };
        let code = say("fr", "en");
        let mut out = format!(
            "<!doctype html>\n<html lang=\"{code}\"><head><meta charset=\"utf-8\"><title>{}</title><style>{STYLE}</style></head>\n<body>\n",
            html(words.subject)
        );
        let _ = write!(out, "<header><p class=\"from\"><strong>{}</strong>", html(self.company));
        for line in &self.desk.company.address {
            let _ = write!(out, "<br>{}", html(line));
        }
        let _ = write!(out, "</p><p class=\"to\">{}", html(&self.debtor.name));
        if let Some(contact) = &self.debtor.contact {
            let _ = write!(out, "<br>{}", html(contact));
        }
        let _ = writeln!(out, "</p></header>\n<p class=\"date\">{}</p>", self.date(self.desk.as_of));
        if self.highest.channel == Channel::RegisteredLetter {
            let _ = writeln!(
                out,
                "<p><strong>{}</strong></p>",
                say("Lettre recommandée avec avis de réception", "Registered letter")
            );
        }
        let _ = writeln!(out, "<h1>{}</h1>\n<p>{}</p>\n<p>{}</p>", html(words.subject), words.greeting, words.opening);
        self.items(&mut out, say);
        if self.highest.stage == Stage::FormalNotice {
            self.claims(&mut out, say);
        }
        let _ = writeln!(out, "<p>{}</p>", words.request);
        if self.highest.stage == Stage::FormalNotice {
            self.threat(&mut out, say);
        }
        self.account(&mut out, say);
        let company = self.desk.company;
        let reach: Vec<&str> = [&company.phone, &company.email].into_iter().flatten().map(String::as_str).collect();
        if !reach.is_empty() {
            let _ = writeln!(
                out,
                "<p>{} {}</p>",
                say("Une question, une contestation ? Nous sommes joignables :", "A question, or a reason not to pay? Reach us:"),
                html(&reach.join(" · "))
            );
        }
        let signature = company.signature.as_deref().unwrap_or(self.company);
        let _ = writeln!(out, "<p>{}</p>\n<p class=\"signature\">{}</p>", words.closing, html(signature));
        if let Some(mentions) = &company.mentions {
            let _ = writeln!(out, "<footer>{}</footer>", html(mentions));
        }
        out.push_str("</body></html>\n");
        if language == Language::French {
            // No line begins with a mark that French sets apart.
            for mark in [" :", " ;", " ?", " !"] {
                out = out.replace(mark, &mark.replace(' ', "\u{A0}"));
            }
        }
        out
    }

    /// Number, date, due date, amount, paid, open and days late of each item.
    fn items(&self, out: &mut String, say: impl Fn(&'static str, &'static str) -> &'static str) {
        let columns = [
            say("Facture", "Invoice"),
            say("Date", "Date"),
            say("Échéance", "Due"),
            say("Montant", "Amount"),
            say("Réglé", "Paid"),
            say("Reste dû", "Open"),
            say("Retard (jours)", "Days late"),
        ];
        out.push_str("<table><thead><tr>");
        for (index, column) in columns.iter().enumerate() {
            let _ = write!(out, "<th{}>{column}</th>", if index < 3 { "" } else { " class=\"n\"" });
        }
        out.push_str("</tr></thead><tbody>\n");
        let mut sum = 0;
        for action in self.actions {
            let Some(invoice) = self.invoice(action) else { continue };
            let paid = Money::from_minor(invoice.amount.minor() - action.open.minor(), action.open.currency());
            sum += action.open.minor();
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                html(&action.invoice.0),
                self.date(invoice.issue_date),
                self.date(invoice.due_date),
                self.money(invoice.amount),
                self.money(paid),
                self.money(action.open),
                action.days_overdue.max(0)
            );
        }
        let total = self.money(Money::from_minor(sum, self.highest.open.currency()));
        let _ = writeln!(
            out,
            "<tr class=\"sum\"><td colspan=\"5\">{}</td><td class=\"n\">{total}</td><td></td></tr>\n</tbody></table>",
            say("Total", "Total")
        );
    }

    /// Interest and indemnity, with the clause that they follow.
    fn claims(&self, out: &mut String, say: impl Fn(&'static str, &'static str) -> &'static str) {
        let currency = self.highest.open.currency();
        let interest: i64 = self.actions.iter().filter_map(|a| Some(a.interest.as_ref()?.amount.minor())).sum();
        let indemnity: i64 = self.actions.iter().filter_map(|a| Some(a.indemnity?.minor())).sum();
        let rate = match self.desk.late_payment.rate {
            Rate::ReferencePlusTen => {
                say("taux de refinancement de la BCE majoré de 10 points", "the ECB's main refinancing rate plus 10 points")
                    .to_owned()
            }
            Rate::Contractual(percent) => format!("{percent} %"),
        };
        let _ = writeln!(
            out,
            "<p>{} {} ({rate}, {}), {} {}.</p>",
            say("S'y ajoutent, à ce jour, des pénalités de retard de", "To date, late-payment interest adds"),
            self.money(Money::from_minor(interest, currency)),
            say("art. L441-10 II du code de commerce", "art. L441-10 II of the French commercial code"),
            say(
                "et l'indemnité forfaitaire pour frais de recouvrement (art. D441-5) de",
                "and the flat indemnity for recovery costs (art. D441-5),"
            ),
            self.money(Money::from_minor(indemnity, currency)),
        );
    }

    /// What the courts may be asked is said only where the claim would stand before them.
    fn threat(&self, out: &mut String, say: impl Fn(&'static str, &'static str) -> &'static str) {
        if self.actions.iter().all(|a| self.invoice(a).is_some_and(|i| i.proven)) {
            let _ = writeln!(
                out,
                "<p>{}</p>",
                say(
                    "À défaut de règlement dans ce délai, nous nous réservons de saisir la juridiction compétente.",
                    "Failing payment within that time, we reserve the right to take the matter to court."
                )
            );
        }
    }

    /// Where to pay: the dedicated account, held by the supplier; and what the debtor must know of it.
    fn account(&self, out: &mut String, say: impl Fn(&'static str, &'static str) -> &'static str) {
        let _ = writeln!(
            out,
            "<p>{} <strong>{}</strong> ({} {}).</p>",
            say("Règlement par virement sur le compte", "Payment by transfer to the account"),
            self.account_number(),
            say("titulaire :", "holder:"),
            html(self.company)
        );
        if self.contract.notified(self.desk.as_of) {
            let text = say(
                "Ces factures ont été cédées à {} : seul un règlement sur ce compte vous libère de votre dette.",
                "These invoices have been assigned to {}: only a payment to this account discharges you.",
            );
            let _ = writeln!(out, "<p class=\"notice\">{}</p>", text.replace("{}", &html(&self.contract.factor)));
        }
    }

    fn invoice(&self, action: &DunningAction) -> Option<&Invoice> {
        self.items.get(&(&action.contract, &action.invoice)).copied()
    }

    fn date(&self, day: NaiveDate) -> String {
        date(day, self.language())
    }

    fn money(&self, amount: Money) -> String {
        money(amount.minor(), amount.currency(), self.language())
    }

    /// The dedicated account.
    fn account_number(&self) -> String {
        html(&grouped(&self.contract.accounts.first().map(ToString::to_string).unwrap_or_default()))
    }

    /// Why a draft may not leave: what a debtor must not read, or must.
    fn fault(&self, name: &str, bytes: &[u8]) -> Option<Finding> {
        let text = String::from_utf8_lossy(bytes);
        let stopped = |rule, what: String, remedy: &str| {
            Some(
                Finding::error(Origin::file(&name.into()), rule, what)
                    .effect("The letter is not written, and the action is held back")
                    .remedy(remedy),
            )
        };
        if !self.contract.notified(self.desk.as_of) {
            let subject = format!("{name} {} {text}", self.wording().subject);
            return forbidden(&subject, &self.contract.factor).and_then(|word| {
                let what =
                    format!("expected nothing that tells a debtor of a confidential contract of the factor, but found {word:?}");
                stopped("letter-confidential", what, "Take the word out of the wording, the company's data or the debtor's")
            });
        }
        let account = self.account_number();
        let has = |part: &str| !part.is_empty() && text.contains(part);
        if !has(&account) || !has(&html(&self.contract.factor)) || !has("class=\"notice\"") {
            let what = format!(
                "expected the notice of assignment and the dedicated account in a letter of contract {}, but found them missing",
                self.contract.id
            );
            return stopped("letter-notice", what, "Put them back into the wording");
        }
        None
    }
}

/// The first forbidden word of a text: of the list, or of the factor's name, however it is written.
fn forbidden(text: &str, factor: &str) -> Option<String> {
    let folded = any_ascii::any_ascii(text).to_lowercase();
    if let Some(word) = FORBIDDEN.iter().find(|word| folded.contains(**word)) {
        return Some((*word).to_owned());
    }
    let words = || folded.split(|c: char| !c.is_ascii_alphanumeric());
    // Factories may be written of.
    let speaks_of_it = |w: &&str| w.starts_with("factor") && !w.starts_with("factory") && !w.starts_with("factories");
    if let Some(word) = words().find(speaks_of_it) {
        return Some(word.to_owned());
    }
    let compact = |folded: &str| -> String { folded.chars().filter(char::is_ascii_alphanumeric).collect() };
    let of_name = any_ascii::any_ascii(factor).to_lowercase();
    let (whole, name) = (compact(&folded), compact(&of_name));
    if name.len() >= 4 && whole.contains(&name) {
        return Some(factor.to_owned());
    }
    // Each telling word of the name on its own.
    let mut telling = of_name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|w| w.len() >= 4 && !COMMON.contains(w));
    telling.find(|word| words().any(|w| w == *word)).map(str::to_owned)
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

const STYLE: &str = "body{font:15px/1.5 Georgia,serif;max-width:46em;margin:3em auto;padding:0 2em;color:#1a1a1a}header{display:flex;justify-content:space-between}.to{margin-top:5em}.date{text-align:right}h1{font-size:1.2em}table{border-collapse:collapse;width:100%;font-size:.9em}th,td{text-align:left;padding:.35em .5em;border-bottom:1px solid #ccc}.n{text-align:right;white-space:nowrap}.sum td{font-weight:bold}.notice{border:1px solid #444;padding:.6em}footer{margin-top:3em;font-size:.75em;color:#555}";

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
    }
}
