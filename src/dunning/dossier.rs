//! The dossier of a claim that is ready for the courts, an insurer or an agency: one for each debtor with
//! something contentious, as a page to print and as a table.
//!
//! It gathers what the ledger, the lettrage and the history say; nothing in it is legal advice.

use std::collections::BTreeMap;

use rustc_hash::{FxHashMap, FxHashSet};

use super::{Contacts, Desk, Situation};
use crate::config::Language;
use crate::document::{Block, Document, Table, to_html, to_pdf};
use crate::model::{Contact, ContractId, Currency, DebtorId, DunningAction, Invoice, ManagedBy, Money, Outcome, Stage};
use crate::text::{Csv, single_line};

const COLUMNS: [&str; 8] = ["section", "invoice_id", "from", "to", "amount", "currency", "rate", "note"];

/// What a court asks to see of each claim, by the words that the ledger may use for it.
const DOCUMENTS: [(&str, &str, &str, &[&str]); 4] = [
    ("order", "commande ou contrat", "order or contract", &["order", "commande", "contract", "contrat"]),
    ("delivery", "bon de livraison signé", "signed delivery note", &["delivery", "livraison", "bl"]),
    ("invoice", "facture", "invoice", &["invoice", "facture"]),
    ("notice", "mise en demeure et son avis de réception", "formal notice and its receipt", &["notice", "mise en demeure", "ar"]),
];

/// The files of all dossiers by their names: for every debtor that the client may hand over tonight.
///
/// Without the name of the company none is written.
#[must_use]
pub fn dossiers(situation: &Situation<'_>, desk: &Desk<'_>, actions: &[DunningAction]) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    if desk.company.name.is_none() {
        return files;
    }
    let ready = |a: &DunningAction| a.stage == Stage::Contentious && a.held.is_none() && a.owner == ManagedBy::Client;
    let contacts = Contacts::new(situation.contacts, situation.as_of);
    let claimed: FxHashSet<(&ContractId, &DebtorId)> =
        actions.iter().filter(|a| ready(a)).map(|a| (&a.contract, &a.debtor)).collect();
    let mut open: FxHashMap<(&ContractId, &DebtorId), Vec<(&Invoice, i64)>> = FxHashMap::default();
    for (invoice, after) in situation.ledger.invoices.iter().zip(situation.open_after).filter(|(_, after)| **after != 0) {
        let key = (&invoice.contract, &invoice.debtor);
        if claimed.contains(&key) {
            open.entry(key).or_default().push((invoice, *after));
        }
    }
    for of_debtor in actions.chunk_by(|a, b| a.contract == b.contract && a.debtor == b.debtor) {
        let claims: Vec<&DunningAction> = of_debtor.iter().filter(|a| ready(a)).collect();
        let Some(first) = claims.first() else { continue };
        let safe = |text: &str| -> String {
            text.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect()
        };
        let stem = format!("dossier-{}-{}", first.contract, safe(&first.debtor.0));
        let open = open.get(&(&first.contract, &first.debtor)).map_or(&[][..], Vec::as_slice);
        let dossier = Dossier { situation, desk, claims, contacts: &contacts, open };
        let page = dossier.page();
        files.insert(format!("{stem}.html"), to_html(&page).into_bytes());
        files.insert(format!("{stem}.pdf"), to_pdf(&page));
        files.insert(format!("{stem}.csv"), dossier.table());
    }
    files
}

/// What the ledger says of a document.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Proof {
    AtHand,
    Missing,
    /// There is proof, but the ledger does not say which.
    Unnamed,
}

struct Dossier<'a> {
    situation: &'a Situation<'a>,
    desk: &'a Desk<'a>,
    claims: Vec<&'a DunningAction>,
    contacts: &'a Contacts<'a>,
    /// All that is open of the debtor, in minor units.
    open: &'a [(&'a Invoice, i64)],
}

impl Dossier<'_> {
    fn say<'t>(&self, french: &'t str, english: &'t str) -> &'t str {
        if self.desk.language == Language::French { french } else { english }
    }

    fn money(&self, minor: i64) -> String {
        crate::config::money(minor, self.claims[0].open.currency(), self.desk.language)
    }

    fn date(&self, day: chrono::NaiveDate) -> String {
        crate::config::date(day, self.desk.language)
    }

    fn invoice(&self, claim: &DunningAction) -> Option<&Invoice> {
        self.open.iter().map(|(invoice, _)| *invoice).find(|invoice| invoice.id == claim.invoice)
    }

    /// What is at hand and what is missing of a claim, by the name of the document. A ledger that only says
    /// that there is proof leaves all of them to be looked for.
    fn documents(&self, claim: &DunningAction) -> Vec<(&'static str, &'static str, Proof)> {
        let proof = self.invoice(claim).map_or(&[][..], |i| i.proof.as_slice());
        let is_here = |words: &[&str]| proof.iter().any(|p| words.contains(&p.as_str()));
        let names_none = !proof.is_empty() && !DOCUMENTS.iter().any(|(.., words)| is_here(words));
        let state = |words: &[&str]| match is_here(words) {
            true => Proof::AtHand,
            false if names_none => Proof::Unnamed,
            false => Proof::Missing,
        };
        DOCUMENTS.iter().map(|(code, fr, en, words)| (*code, self.say(fr, en), state(words))).collect()
    }

    /// What was done about a claim, in order: levels given out, and what came of them.
    fn history(&self, claim: &DunningAction) -> Vec<(chrono::NaiveDate, String)> {
        let key = (claim.contract.clone(), claim.invoice.clone());
        let steps = self.situation.history.dunning.get(&key).into_iter().flatten();
        let steps = steps.map(|step| (step.day, self.level_in_words(&step.level)));
        let said = |contact: &Contact| {
            let word = self.outcome_in_words(contact.outcome).to_owned();
            contact.level.as_ref().map_or_else(|| word.clone(), |level| format!("{} – {word}", self.level_in_words(level)))
        };
        let invoice = self.invoice(claim);
        let contacts = invoice.map(|invoice| self.contacts.about(invoice)).unwrap_or_default();
        let mut all: Vec<(chrono::NaiveDate, String)> =
            steps.chain(contacts.into_iter().map(|contact| (contact.day, said(contact)))).collect();
        all.sort();
        all
    }

    /// Open credit notes of the debtor: the claim is what is owed less these.
    fn credits(&self) -> i64 {
        self.open.iter().map(|(_, open)| *open).filter(|open| *open < 0).sum()
    }

    /// The usual levels in words; one's own by its name.
    fn level_in_words(&self, level: &str) -> String {
        let words = match level {
            "approval" => self.say("demande de bon à payer", "asked for approval"),
            "reminder_1" => self.say("première relance", "first reminder"),
            "reminder_2" => self.say("deuxième relance", "second reminder"),
            "reminder_3" => self.say("dernière relance", "last reminder"),
            "formal_notice" => self.say("mise en demeure", "formal notice"),
            "hand_over" => self.say("remise au contentieux", "handed over"),
            other => other,
        };
        words.to_owned()
    }

    fn outcome_in_words(&self, outcome: Outcome) -> &str {
        match outcome {
            Outcome::NoAnswer => self.say("sans réponse", "no answer"),
            Outcome::Approved => self.say("bon à payer donné", "approved"),
            Outcome::Disputed => self.say("contestée", "disputed"),
            Outcome::Settled => self.say("litige réglé", "dispute settled"),
            Outcome::Promised => self.say("promesse de règlement", "promised"),
            Outcome::NotReceived => self.say("facture non reçue", "invoice not received"),
            Outcome::Paid => self.say("dit avoir payé", "says it has paid"),
        }
    }

    fn sums(&self) -> [i64; 3] {
        let principal = self.claims.iter().map(|a| a.open.minor()).sum();
        let interest = self.claims.iter().filter_map(|a| Some(a.interest.as_ref()?.amount.minor())).sum();
        [principal, interest, self.claims.iter().filter_map(|a| Some(a.indemnity?.minor())).sum()]
    }

    fn page(&self) -> Document {
        let first = self.claims[0];
        let company = self.desk.company;
        let name = company.name.clone().unwrap_or_default();
        let debtor = self.situation.ledger.debtor(&first.debtor);
        let found: Vec<Proof> = self.claims.iter().flat_map(|c| self.documents(c)).map(|(.., state)| state).collect();
        let state = if found.contains(&Proof::Missing) {
            self.say("incomplet", "incomplete")
        } else if found.contains(&Proof::Unnamed) {
            self.say("pièces à retrouver", "documents to be looked for")
        } else {
            self.say("complet", "complete")
        };
        let title = format!("{} {} – {} ({state})", self.say("Dossier", "File"), first.debtor, first.debtor_name);
        let mut of_debtor = vec![first.debtor_name.clone()];
        of_debtor.extend(debtor.into_iter().flat_map(|d| d.address.iter().cloned()));
        of_debtor.extend(debtor.and_then(|d| d.siren.as_ref()).map(|siren| format!("SIREN {siren}")));
        let vat = self.say("TVA intracommunautaire", "VAT number");
        of_debtor.extend(debtor.and_then(|d| d.vat_number.as_ref()).map(|number| format!("{vat} {number}")));
        let [principal, interest, indemnity] = self.sums();
        let credits = self.credits();
        let less = match credits {
            0 => String::new(),
            _ => format!(" · {} {}", self.say("à déduire, avoirs ouverts :", "less open credit notes:"), self.money(credits)),
        };
        let currency = first.open.currency();
        let in_euros = crate::config::money(indemnity, Currency::EUR, self.desk.language);
        let total = match currency {
            Currency::EUR => self.money(principal + credits + interest + indemnity),
            _ => format!("{} + {in_euros}", self.money(principal + credits + interest)),
        };
        let claimed = format!(
            "{} {}{less} · {} {} · {} {} · {} {}",
            self.say("Principal :", "Principal:"),
            self.money(principal),
            self.say("pénalités de retard à ce jour :", "late-payment interest to date:"),
            self.money(interest),
            self.say("indemnités forfaitaires :", "flat indemnities:"),
            in_euros,
            self.say("total :", "total:"),
            total
        );
        let blocks = vec![
            Block::Sender(std::iter::once(name.clone()).chain(company.address.iter().cloned()).collect()),
            Block::Recipient(of_debtor),
            Block::Date(self.date(self.situation.as_of)),
            Block::Heading(title.clone()),
            Block::bold(claimed),
            Block::Heading(self.say("Relevé de compte", "Statement of account").to_owned()),
            Block::Table(self.account()),
            Block::Heading(self.say("Décompte des pénalités", "Computation of interest").to_owned()),
            Block::Table(self.interest()),
            Block::Heading(self.say("Pièces", "Documents").to_owned()),
            Block::Table(self.pieces()),
            Block::Heading(self.say("Historique des relances", "History of contacts").to_owned()),
            Block::Table(self.contacts_table()),
            Block::Notice(self.ways()),
        ];
        Document { language: self.say("fr", "en").to_owned(), title, author: name, blocks }
    }

    /// All that is open of the debtor, credit notes too: what a judge asks first is what is owed in all.
    fn account(&self) -> Table {
        let columns = [
            (self.say("Pièce", "Document"), false),
            (self.say("Date", "Date"), false),
            (self.say("Échéance", "Due"), false),
            (self.say("Montant", "Amount"), true),
            (self.say("Réglé", "Paid"), true),
            (self.say("Reste dû", "Open"), true),
            (self.say("Dans ce dossier", "In this file"), false),
        ];
        let mut sum = 0;
        let mut rows = Vec::new();
        for (invoice, open) in self.open {
            sum += open;
            let claimed = self.claims.iter().any(|c| c.invoice == invoice.id);
            rows.push(vec![
                invoice.id.to_string(),
                self.date(invoice.issue_date),
                self.date(invoice.due_date),
                self.money(invoice.amount.minor()),
                self.money(invoice.amount.minor() - open),
                self.money(*open),
                if claimed { self.say("oui", "yes") } else { self.say("non", "no") }.to_owned(),
            ]);
        }
        let total = [self.say("Total", "Total"), "", "", "", ""].map(str::to_owned).into_iter();
        let sum = total.chain([self.money(sum), String::new()]).collect();
        Table { columns: columns.map(|(title, right)| (title.to_owned(), right)).to_vec(), rows, sum }
    }

    /// Day by day: what was open, at which rate.
    fn interest(&self) -> Table {
        let columns = [
            (self.say("Facture", "Invoice"), false),
            (self.say("Du", "From"), false),
            (self.say("Au", "To"), false),
            (self.say("Jours", "Days"), true),
            (self.say("Reste dû", "Open"), true),
            (self.say("Taux annuel", "Rate a year"), true),
        ];
        let mut rows = Vec::new();
        for claim in &self.claims {
            for segment in claim.interest.iter().flat_map(|interest| &interest.segments) {
                rows.push(vec![
                    claim.invoice.to_string(),
                    self.date(segment.from),
                    self.date(segment.to),
                    ((segment.to - segment.from).num_days() + 1).to_string(),
                    self.money(segment.open),
                    format!("{} %", segment.rate.to_string().replace('.', self.say(",", "."))),
                ]);
            }
        }
        let total = [self.say("Total, arrondi par facture", "Total, rounded for each invoice"), "", "", "", ""]
            .map(str::to_owned)
            .into_iter();
        let sum = total.chain([self.money(self.sums()[1])]).collect();
        Table { columns: columns.map(|(title, right)| (title.to_owned(), right)).to_vec(), rows, sum }
    }

    fn pieces(&self) -> Table {
        let columns = [self.say("Facture", "Invoice"), self.say("Pièce", "Document"), self.say("État", "State")];
        let state = |state| match state {
            Proof::AtHand => self.say("au dossier", "at hand"),
            Proof::Missing => self.say("MANQUE", "MISSING"),
            Proof::Unnamed => self.say("à retrouver : preuve signalée, non nommée", "to be looked for: proof noted, not named"),
        };
        let of_claim = |claim: &&DunningAction| -> Vec<Vec<String>> {
            let documents = self.documents(claim).into_iter();
            documents.map(|(_, name, found)| vec![claim.invoice.to_string(), name.to_owned(), state(found).to_owned()]).collect()
        };
        let rows = self.claims.iter().flat_map(of_claim).collect();
        Table { columns: columns.map(|title| (title.to_owned(), false)).to_vec(), rows, sum: Vec::new() }
    }

    fn contacts_table(&self) -> Table {
        let columns =
            [self.say("Facture", "Invoice"), self.say("Date", "Date"), self.say("Action ou réponse", "Action or answer")];
        let of_claim = |claim: &&DunningAction| -> Vec<Vec<String>> {
            self.history(claim).into_iter().map(|(day, what)| vec![claim.invoice.to_string(), self.date(day), what]).collect()
        };
        let rows = self.claims.iter().flat_map(of_claim).collect();
        Table { columns: columns.map(|title| (title.to_owned(), false)).to_vec(), rows, sum: Vec::new() }
    }

    /// The ways that are open, by what is known; whoever decides takes advice first.
    fn ways(&self) -> String {
        let debtor = self.situation.ledger.debtor(&self.claims[0].debtor);
        let abroad = debtor.and_then(|d| d.country.as_deref()).is_some_and(|country| country != "FR");
        let insured = debtor.is_some_and(|d| d.insured_limit.is_some());
        let first = match (abroad, insured) {
            (_, true) => self.say("déclaration à l'assureur-crédit", "declaration to the credit insurer"),
            (true, false) => self.say("cabinet ou agence dans le pays du débiteur", "a lawyer or agency in the debtor's country"),
            (false, false) => self.say("injonction de payer (CPC, art. 1405 s.)", "order to pay (injonction de payer)"),
        };
        let text = self.say(
            "Voie à examiner d'abord : {}. Autres voies : référé-provision si rien n'est sérieusement contestable, assignation au fond, agence de recouvrement. À décider avec votre conseil ; inscrivez ensuite handed_over_on et route dans le grand livre : les relances s'arrêtent, et tout règlement reçu reste lettré et signalé.",
            "To look at first: {}. Other ways: a fast hearing (référé-provision) where nothing is seriously disputable, a full trial, a collection agency. Decide with your counsel; then write handed_over_on and route into the ledger: reminders stop, and whatever is paid is still lettered and told.",
        );
        text.replace("{}", first)
    }

    fn table(&self) -> Vec<u8> {
        let mut csv = Csv::new(&COLUMNS);
        let of_claims = self.claims[0].open.currency();
        let mut row = |section: &str, claim: &DunningAction, amount: Option<Money>, [from, to, rate, note]: [String; 4]| {
            csv.row([
                section.to_owned(),
                claim.invoice.to_string(),
                from,
                to,
                amount.map_or_else(String::new, |money| money.to_string()),
                amount.map_or(of_claims, Money::currency).to_string(),
                rate,
                single_line(&note),
            ]);
        };
        let none = String::new;
        for claim in &self.claims {
            let issued = self.invoice(claim).map_or_else(String::new, |i| i.issue_date.to_string());
            row("item", claim, Some(claim.open), [issued, claim.due_date.to_string(), none(), none()]);
            for segment in claim.interest.iter().flat_map(|interest| &interest.segments) {
                let open = Money::from_minor(segment.open, of_claims);
                let (from, to) = (segment.from.to_string(), segment.to.to_string());
                row("interest_days", claim, Some(open), [from, to, segment.rate.to_string(), "open on these days".to_owned()]);
            }
            row("interest", claim, claim.interest.as_ref().map(|i| i.amount), [none(), none(), none(), none()]);
            row("indemnity", claim, claim.indemnity, [none(), none(), none(), none()]);
            for (code, _, state) in self.documents(claim) {
                let state = match state {
                    Proof::AtHand => "at hand",
                    Proof::Missing => "missing",
                    Proof::Unnamed => "not named",
                };
                let note = format!("{code} {state}");
                row("document", claim, None, [none(), none(), none(), note]);
            }
            for (day, what) in self.history(claim) {
                row("contact", claim, None, [day.to_string(), none(), none(), what]);
            }
        }
        csv.into_bytes()
    }
}
