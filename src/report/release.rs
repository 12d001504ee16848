//! `release-<contract>.html` and `.pdf`: the statement of a night's funds, for a treasurer to sign and send
//! to the factor with the lettrage.

use std::collections::BTreeMap;

use super::Outcome;
use crate::config::{Language, date, grouped, money};
use crate::document::{Block, Document, Table, to_html, to_pdf};
use crate::model::{Contract, Destination, Exception, ExceptionStatus, LettrageLine, LineKind, OnAccount, Release};

/// One page for each contract with money or lettrage in the night, by name.
#[must_use]
pub fn release_pages(outcome: &Outcome<'_>) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for contract in outcome.contracts {
        let page = Page {
            outcome,
            contract,
            rows: outcome.releases.iter().filter(|r| r.contract == contract.id).collect(),
            lines: outcome.lines.iter().filter(|l| l.remittance.contract == contract.id).collect(),
        };
        if page.rows.is_empty() && page.lines.is_empty() {
            continue;
        }
        let document = page.document();
        files.insert(format!("release-{}.html", contract.id), to_html(&document).into_bytes());
        files.insert(format!("release-{}.pdf", contract.id), to_pdf(&document));
    }
    files
}

struct Page<'a> {
    outcome: &'a Outcome<'a>,
    contract: &'a Contract,
    rows: Vec<&'a Release>,
    lines: Vec<&'a LettrageLine>,
}

impl Page<'_> {
    fn say<'t>(&self, french: &'t str, english: &'t str) -> &'t str {
        if self.outcome.language == Language::French { french } else { english }
    }

    fn money(&self, minor: i64) -> String {
        money(minor, self.contract.currency, self.outcome.language)
    }

    fn sum(&self, of: impl Fn(&Release) -> i64) -> i64 {
        self.rows.iter().map(|row| of(row)).sum()
    }

    fn document(&self) -> Document {
        let company = self.outcome.company.unwrap_or(&self.contract.id.0).to_owned();
        let day = date(self.outcome.as_of, self.outcome.language);
        let title =
            format!("{} {} – {day}", self.say("Relevé de reversement, contrat", "Release statement, contract"), self.contract.id);
        let accounts: Vec<String> = self.contract.accounts.iter().map(|a| grouped(&a.to_string())).collect();
        let mut blocks = vec![
            Block::Sender(vec![
                company.clone(),
                format!("{} {}", self.say("Compte dédié :", "Dedicated account:"), accounts.join(", ")),
            ]),
            Block::Recipient(vec![self.contract.factor.clone()]),
            Block::Date(day),
            Block::Heading(title.clone()),
            Block::Table(self.funds()),
            Block::Heading(self.say("Par relevé", "By statement").to_owned()),
            Block::Table(self.statements()),
            Block::Heading(self.say("Totaux de contrôle du lettrage", "Control totals of the lettrage").to_owned()),
            Block::Table(self.controls()),
        ];
        let waiting = self.waiting();
        if !waiting.rows.is_empty() {
            blocks.push(Block::Heading(
                self.say("Fonds en attente, les plus anciens d'abord", "Funds that wait, the oldest first").to_owned(),
            ));
            blocks.push(Block::Table(waiting));
        }
        let kept = self.kept();
        if !kept.rows.is_empty() {
            let title = self.say("Gardé sur compte d'attente des débiteurs", "Kept on account of debtors");
            blocks.push(Block::Heading(title.to_owned()));
            blocks.push(Block::Table(kept));
        }
        blocks.push(Block::Signature(vec![
            self.say("Bon pour accord, date et signature :", "Approved, date and signature:").to_owned(),
            String::new(),
            company.clone(),
        ]));
        Document { language: self.say("fr", "en").to_owned(), title, author: company, blocks }
    }

    /// What is to be done with the money of the night.
    fn funds(&self) -> Table {
        let rows = [
            (
                self.say("À reverser au factor (lettré, facture cédée)", "To release to the factor (lettered, item assigned)"),
                self.sum(|r| r.to_factor),
            ),
            (
                self.say(
                    "À restituer au client (facture non cédée ou définancée)",
                    "To hand back to the client (item not assigned, or its advance taken back)",
                ),
                self.sum(|r| r.to_client),
            ),
            (self.say("Gardé sur compte d'attente du débiteur", "Kept on account of the debtor"), self.sum(|r| r.on_hold)),
            (self.say("En attente d'une personne", "Waiting for a person"), self.sum(|r| r.suggested + r.unmatched)),
            (self.say("Repris par la banque", "Taken back by the bank"), self.sum(|r| r.reversed)),
            (self.say("Hors règlements", "No remittances"), self.sum(|r| r.excluded)),
        ];
        let columns = [(self.say("Fonds", "Funds"), false), (self.say("Montant", "Amount"), true)];
        let total = vec![
            self.say("Crédits et mouvements de la nuit", "Credits and moves of the night").to_owned(),
            self.money(self.sum(|r| r.credits)),
        ];
        let rows = rows.into_iter().map(|(what, minor)| vec![what.to_owned(), self.money(minor)]).collect();
        Table { columns: titles(&columns), rows, sum: total }
    }

    /// `release.csv`, for people.
    fn statements(&self) -> Table {
        let columns = [
            (self.say("Relevé", "Statement"), false),
            (self.say("Crédits", "Credits"), true),
            (self.say("Débits", "Debits"), true),
            (self.say("Factor", "Factor"), true),
            (self.say("Client", "Client"), true),
            (self.say("En compte", "On account"), true),
            (self.say("En attente", "Waiting"), true),
            (self.say("Repris", "Reversed"), true),
            (self.say("Hors", "Other"), true),
        ];
        let amounts = |rows: &[&Release]| -> Vec<String> {
            let fields: [fn(&Release) -> i64; 8] = [
                |r| r.credits,
                |r| r.debits,
                |r| r.to_factor,
                |r| r.to_client,
                |r| r.on_hold,
                |r| r.suggested + r.unmatched,
                |r| r.reversed,
                |r| r.excluded,
            ];
            fields.iter().map(|field| self.money(rows.iter().map(|row| field(row)).sum())).collect()
        };
        let row = |release: &&Release| -> Vec<String> {
            let earlier = if release.carried { self.say(" (antérieur)", " (earlier)") } else { "" };
            [vec![format!("{}{earlier}", release.statement_id)], amounts(&[*release])].concat()
        };
        let sum = [vec![self.say("Total", "Total").to_owned()], amounts(&self.rows)].concat();
        Table { columns: titles(&columns), rows: self.rows.iter().map(row).collect(), sum }
    }

    fn kind(&self, kind: LineKind) -> &str {
        match kind {
            LineKind::Invoice => self.say("factures", "invoices"),
            LineKind::CreditNote => self.say("avoirs imputés", "credit notes used"),
            LineKind::Discount => self.say("escomptes", "discounts"),
            LineKind::Charges => self.say("frais bancaires", "bank charges"),
            LineKind::Rounding => self.say("arrondis", "rounding"),
            LineKind::OnAccount => self.say("en compte", "on account"),
            LineKind::Reversal => self.say("contre-passations", "reversals"),
        }
    }

    /// What the files of the night must add up to.
    fn controls(&self) -> Table {
        let columns = [
            (self.say("Lignes", "Lines"), false),
            (self.say("Nombre", "Number"), true),
            (self.say("Montant", "Amount"), true),
            (self.say("dont factor", "of it factor"), true),
        ];
        let total = |lines: &[&&LettrageLine]| -> Vec<String> {
            let sum = |of: &dyn Fn(&LettrageLine) -> bool| lines.iter().filter(|l| of(l)).map(|l| l.applied.minor()).sum();
            vec![lines.len().to_string(), self.money(sum(&|_| true)), self.money(sum(&|l| l.destination == Destination::Factor))]
        };
        let mut rows = Vec::new();
        for kind in LineKind::ALL {
            let of_kind: Vec<&&LettrageLine> = self.lines.iter().filter(|l| l.kind == kind).collect();
            if !of_kind.is_empty() {
                rows.push([vec![self.kind(kind).to_owned()], total(&of_kind)].concat());
            }
        }
        let all: Vec<&&LettrageLine> = self.lines.iter().collect();
        let sum = [vec![format!("lettrage-{}.csv", self.contract.id)], total(&all)].concat();
        Table { columns: titles(&columns), rows, sum }
    }

    /// What waits for a person, with its age.
    fn waiting(&self) -> Table {
        let columns = [
            (self.say("Reçu le", "Received"), false),
            (self.say("Jours", "Days"), true),
            (self.say("Référence", "Reference"), false),
            (self.say("Payeur", "Payer"), false),
            (self.say("Motif", "Reason"), false),
            (self.say("Montant", "Amount"), true),
        ];
        let is_waiting = |e: &&Exception| {
            let waits = matches!(e.status, ExceptionStatus::Suggested | ExceptionStatus::Unmatched);
            e.line.contract == self.contract.id && e.booked && waits
        };
        let mut waiting: Vec<&Exception> = self.outcome.exceptions.iter().filter(is_waiting).collect();
        waiting.sort_by(|a, b| (a.line.booking_date, &a.line.id).cmp(&(b.line.booking_date, &b.line.id)));
        let row = |e: &&Exception| {
            vec![
                date(e.line.booking_date, self.outcome.language),
                (self.outcome.as_of - e.line.booking_date).num_days().to_string(),
                e.line.bank_reference.to_string(),
                e.line.payer_name.to_string(),
                super::reason_in_words(self.outcome.language, e.reason).to_owned(),
                self.money(e.line.amount.minor()),
            ]
        };
        let sum: i64 = waiting.iter().map(|e| e.line.amount.minor()).sum();
        Table { columns: titles(&columns), rows: waiting.iter().map(row).collect(), sum: self.total(columns.len(), sum) }
    }

    /// Money on account, of all nights, with its age.
    fn kept(&self) -> Table {
        let columns = [
            (self.say("Reçu le", "Received"), false),
            (self.say("Jours", "Days"), true),
            (self.say("Référence", "Reference"), false),
            (self.say("Débiteur", "Debtor"), false),
            (self.say("Montant", "Amount"), true),
        ];
        let own: Vec<&OnAccount> = self.outcome.on_account.iter().filter(|kept| kept.contract == self.contract.id).collect();
        let row = |kept: &&OnAccount| {
            let name = self.outcome.ledger.debtor(&kept.debtor).map_or_else(|| kept.debtor.to_string(), |d| d.name.clone());
            let days = (self.outcome.as_of - kept.day).num_days().to_string();
            vec![date(kept.day, self.outcome.language), days, kept.reference.clone(), name, self.money(kept.amount)]
        };
        let sum = own.iter().map(|kept| kept.amount).sum();
        Table { columns: titles(&columns), rows: own.iter().map(row).collect(), sum: self.total(columns.len(), sum) }
    }

    /// The last row of a table of as many columns: only the amount at its end is added up.
    fn total(&self, columns: usize, minor: i64) -> Vec<String> {
        let mut cells = vec![String::new(); columns];
        self.say("Total", "Total").clone_into(&mut cells[0]);
        cells[columns - 1] = self.money(minor);
        cells
    }
}

fn titles(columns: &[(&str, bool)]) -> Vec<(String, bool)> {
    columns.iter().map(|(title, right)| ((*title).to_owned(), *right)).collect()
}
