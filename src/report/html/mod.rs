//! `report.html`: the morning reading. One file, no network, no script.

mod dunning;
mod funds;
mod taken_back;

use std::collections::BTreeMap;
use std::fmt::Write;

use super::Outcome;
use super::plots::{Column, Part, columns, stacked_bar};
use super::words::Words;
use crate::config::{Language, date, money, percent};
use crate::model::{
    BankLine, Contract, Currency, Exception, ExceptionStatus, LettrageLine, Money, NonRemittanceKind, Release, RemittanceId,
    Severity,
};
use crate::text::html;

/// Rows of a list that are shown; the files have all of them.
const ROWS_MAX: usize = 25;

/// The report as one page.
#[must_use]
pub fn report_html(outcome: &Outcome<'_>) -> Vec<u8> {
    let page = Page { outcome, words: Words(outcome.language) };
    let mut body = String::new();
    page.head(&mut body);
    page.money_in(&mut body);
    page.desk(&mut body);
    page.funds(&mut body);
    page.taken_back(&mut body);
    page.alerts(&mut body);
    page.dunning(&mut body);
    page.defunding(&mut body);
    page.ages(&mut body);
    page.findings(&mut body);
    page.document(&body).into_bytes()
}

struct Page<'a> {
    outcome: &'a Outcome<'a>,
    words: Words,
}

impl Page<'_> {
    fn money(&self, minor: i64, currency: Currency) -> String {
        money(minor, currency, self.outcome.language)
    }

    fn date(&self, day: chrono::NaiveDate) -> String {
        date(day, self.outcome.language)
    }

    fn document(&self, body: &str) -> String {
        let language = self.words.say("fr", "en");
        let title = format!("Lettrage {}", self.outcome.as_of);
        format!(
            "<!doctype html>\n<html lang=\"{language}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\"><title>{title}</title><style>{STYLE}</style></head>\n<body><main>\n{body}</main></body></html>\n"
        )
    }

    /// Title and the figures of the night, for each currency.
    fn head(&self, out: &mut String) {
        let words = self.words;
        let statements = self.outcome.releases.iter().filter(|r| !r.carried).count();
        let _ = writeln!(
            out,
            "<header><h1>{} {}</h1><p>{} {} · {} {} · lettrage {}</p></header>",
            words.say("La nuit du", "The night of"),
            self.date(self.outcome.as_of),
            statements,
            if statements > 1 { words.say("relevés", "statements") } else { words.say("relevé", "statement") },
            self.outcome.files.0,
            if self.outcome.files.0 > 1 { words.say("fichiers", "files") } else { words.say("fichier", "file") },
            env!("CARGO_PKG_VERSION")
        );
        if statements == 0 {
            let _ = writeln!(
                out,
                "<p class=\"note\">{}</p>",
                if self.outcome.lines.is_empty() {
                    words.say(
                        "Aucun relevé dans la boîte de dépôt cette nuit : rien n'a été lettré. La relance ci-dessous est celle de la balance.",
                        "No statement in the inbox tonight: nothing was lettered. The dunning below is that of the ledger.",
                    )
                } else {
                    words.say(
                        "Aucun relevé dans la boîte de dépôt cette nuit : seul ce qui attendait a été revu et lettré.",
                        "No statement in the inbox tonight: only what waited was looked at and lettered.",
                    )
                }
            );
        }
        for currency in self.currencies() {
            let own: Vec<&Release> = self.outcome.releases.iter().filter(|r| r.currency == currency).collect();
            let sum = |field: fn(&Release) -> i64| own.iter().map(|r| field(r)).sum::<i64>();
            let (credits, factor, client) = (sum(|r| r.credits), sum(|r| r.to_factor), sum(|r| r.to_client));
            let (suggested, unmatched) = self.left_for_a_person(|line| line.amount.currency() == currency);
            let desk = suggested + unmatched;
            let held = sum(|r| r.on_hold);
            // What was set aside counts where it leaves that.
            let waited = self.outcome.carried.iter().filter(|w| !w.set_aside).map(|w| w.remittance.line.amount);
            let carried: i64 = waited.filter(|a| a.currency() == currency).map(Money::minor).sum();
            let explained = credits + carried - sum(|r| r.excluded) - sum(|r| r.reversed);
            let before = match carried {
                0 => String::new(),
                _ => words.say("et {} qui attendaient", "and {} that waited").replace("{}", &self.money(carried, currency)),
            };
            let cards = [
                (words.say("Reçu", "Received"), self.money(credits, currency), before, ""),
                (
                    words.say("À libérer au factor", "To release to the factor"),
                    self.money(factor, currency),
                    percent(factor, explained, self.outcome.language),
                    "factor",
                ),
                (
                    words.say("À rendre au client", "To hand back to the client"),
                    self.money(client, currency),
                    percent(client, explained, self.outcome.language),
                    "client",
                ),
                (
                    words.say("Conservé en compte", "Kept on account"),
                    self.money(held, currency),
                    percent(held, explained, self.outcome.language),
                    "hold",
                ),
                (
                    words.say("À traiter ce matin", "For a person this morning"),
                    self.money(desk, currency),
                    percent(desk, explained, self.outcome.language),
                    "desk",
                ),
            ];
            out.push_str("<section class=\"cards\">");
            for (label, value, note, class) in cards {
                let _ =
                    write!(out, "<div class=\"card {class}\"><span>{label}</span><strong>{value}</strong><em>{note}</em></div>");
            }
            out.push_str("</section>\n");
        }
    }

    /// What waits for a person after the night, with candidates and without, in minor units.
    fn left_for_a_person(&self, of: impl Fn(&BankLine) -> bool) -> (i64, i64) {
        let sum = |status: ExceptionStatus| {
            let left = self.outcome.exceptions.iter().filter(|e| e.status == status && of(&e.line));
            left.map(|e| e.line.amount.minor()).sum()
        };
        (sum(ExceptionStatus::Suggested), sum(ExceptionStatus::Unmatched))
    }

    fn currencies(&self) -> Vec<Currency> {
        let of_waiting = self.outcome.carried.iter().map(|w| w.remittance.line.amount.currency());
        let mut found: Vec<Currency> = self.outcome.releases.iter().map(|r| r.currency).chain(of_waiting).collect();
        found.sort();
        found.dedup();
        found
    }

    /// Per contract: where the credits went, and each statement.
    fn money_in(&self, out: &mut String) {
        let words = self.words;
        if self.outcome.releases.is_empty() {
            return;
        }
        let _ = writeln!(out, "<h2>{}</h2>", words.say("Où est allé l'argent", "Where the money went"));
        for contract in self.outcome.contracts {
            let own: Vec<&Release> = self.outcome.releases.iter().filter(|r| r.contract == contract.id).collect();
            if own.is_empty() {
                continue;
            }
            let sum = |field: fn(&Release) -> i64| own.iter().map(|r| field(r)).sum::<i64>();
            let (suggested, unmatched) = self.left_for_a_person(|line| line.contract == contract.id);
            let amounts = [
                (words.say("factor", "factor"), sum(|r| r.to_factor), "factor"),
                (words.say("client", "client"), sum(|r| r.to_client), "client"),
                (words.say("en compte", "on account"), sum(|r| r.on_hold), "hold"),
                (words.say("proposé", "suggested"), suggested, "desk"),
                (words.say("non identifié", "unmatched"), unmatched, "unmatched"),
                (words.say("hors lettrage", "not remittances"), sum(|r| r.excluded) + sum(|r| r.reversed), "excluded"),
            ];
            let parts: Vec<Part> = amounts
                .iter()
                .map(|(label, value, class)| Part {
                    label: (*label).to_owned(),
                    shown: self.money(*value, contract.currency),
                    value: *value,
                    class,
                })
                .collect();
            let _ = writeln!(out, "<h3>{} <small>{}</small></h3>", html(&contract.id.0), html(&contract.factor));
            let _ = writeln!(out, "{}", stacked_bar(&parts, words.say("Où est allé l'argent", "Where the money went")));
            out.push_str("<p class=\"legend\">");
            for part in parts.iter().filter(|p| p.value != 0) {
                let _ = write!(out, "<span><i class=\"{}\"></i>{} {}</span>", part.class, html(&part.label), part.shown);
            }
            out.push_str("</p>");
            self.statements(out, contract, &own);
        }
    }

    fn statements(&self, out: &mut String, contract: &Contract, own: &[&Release]) {
        let words = self.words;
        let columns = [
            words.say("Relevé", "Statement"),
            words.say("Ouverture", "Opening"),
            words.say("Crédits", "Credits"),
            words.say("Débits", "Debits"),
            words.say("Clôture", "Closing"),
            words.say("Factor", "Factor"),
            words.say("Client", "Client"),
            words.say("En compte", "On account"),
            words.say("À traiter", "Desk"),
        ];
        Self::table_head(out, &columns, 1);
        for release in own {
            let amounts = [
                release.opening,
                release.credits,
                release.debits,
                release.closing,
                release.to_factor,
                release.to_client,
                release.on_hold,
                release.suggested + release.unmatched,
            ];
            let waited = if release.carried { words.say(" (en attente)", " (waited)") } else { "" };
            let _ = write!(out, "<tr><td>{}{waited}</td>", html(&release.statement_id));
            for amount in amounts {
                let _ = write!(out, "<td class=\"n\">{}</td>", self.money(amount, contract.currency));
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></div>\n");
    }

    /// A table whose first `texts` columns are texts and the others numbers.
    fn table_head(out: &mut String, columns: &[&str], texts: usize) {
        out.push_str("<div class=\"wide\"><table><thead><tr>");
        for (index, column) in columns.iter().enumerate() {
            let class = if index < texts { "" } else { " class=\"n\"" };
            let _ = write!(out, "<th{class}>{column}</th>");
        }
        out.push_str("</tr></thead><tbody>\n");
    }

    /// What waits for a person, the largest first, with the best candidate.
    fn desk(&self, out: &mut String) {
        let words = self.words;
        let mut rows: Vec<&Exception> = self
            .outcome
            .exceptions
            .iter()
            .filter(|e| matches!(e.status, ExceptionStatus::Suggested | ExceptionStatus::Unmatched))
            .collect();
        rows.sort_by(|a, b| b.line.amount.minor().cmp(&a.line.amount.minor()).then_with(|| a.line.id.cmp(&b.line.id)));
        let _ = writeln!(
            out,
            "<h2>{} <small>{}</small></h2>",
            words.say("À traiter ce matin", "For a person this morning"),
            rows.len()
        );
        if rows.is_empty() {
            let _ = writeln!(
                out,
                "<p class=\"note good\">{}</p>",
                words.say("Rien : tout ce qui est arrivé est lettré.", "Nothing: all that came in is lettered.")
            );
            return;
        }
        let mut candidates: BTreeMap<&RemittanceId, Vec<&LettrageLine>> = BTreeMap::new();
        for line in self.outcome.suggestions.iter().filter(|l| l.rank == 1) {
            candidates.entry(&line.remittance.id).or_default().push(line);
        }
        let columns = [
            words.say("Date", "Date"),
            words.say("Payeur", "Payer"),
            words.say("Libellé", "Text"),
            words.say("Proposition", "Suggestion"),
            words.say("Pourquoi", "Why"),
            words.say("Montant", "Amount"),
        ];
        Self::table_head(out, &columns, 5);
        for exception in rows.iter().take(ROWS_MAX) {
            let line = &exception.line;
            let _ = writeln!(
                out,
                "<tr><td class=\"d\">{}<br><small>{}</small></td><td>{}</td><td class=\"text\">{}</td><td>{}</td><td class=\"text\">{}{}</td><td class=\"n\">{}</td></tr>",
                self.date(line.booking_date),
                html(&line.bank_reference),
                html(&line.payer_name),
                html(&line.text),
                self.candidate(candidates.get(&line.id).map_or(&[], Vec::as_slice), exception),
                words.reason(exception.reason),
                if exception.note.is_empty() { String::new() } else { format!("<br><small>{}</small>", html(&exception.note)) },
                self.money(line.amount.minor(), line.amount.currency()),
            );
        }
        out.push_str("</tbody></table></div>\n");
        self.more(out, rows.len(), "exceptions.csv");
        let _ = writeln!(
            out,
            "<p class=\"note\">{} <code>lettrage confirm {}</code>, <code>--rank 2</code>, <code>--invoice …=…</code> · <code>lettrage reject {}</code> · <code>lettrage set-aside {} --reason …</code></p>",
            words.say(
                "Revu chaque nuit jusqu'à ce que vous décidiez ; la nuit suivante applique :",
                "Looked at again every night until you decide; the next night applies:"
            ),
            words.say("RÉFÉRENCE", "REFERENCE"),
            words.say("RÉFÉRENCE", "REFERENCE"),
            words.say("RÉFÉRENCE", "REFERENCE"),
        );
    }

    /// The best suggestion of a remittance: its items, whose they are, how probable.
    fn candidate(&self, lines: &[&LettrageLine], exception: &Exception) -> String {
        let Some(first) = lines.first() else { return "–".to_owned() };
        let mut items: Vec<String> = lines.iter().filter_map(|l| l.invoice.as_ref()).map(|i| html(&i.0)).collect();
        items.dedup();
        let shown = if items.len() > 4 {
            format!("{} … {} ({})", items[0], items[items.len() - 1], items.len())
        } else {
            items.join(", ")
        };
        let name = self.outcome.ledger.debtor(&first.debtor).map_or("", |d| d.name.as_str());
        let confidence = exception.best_confidence.map_or(0, |c| i64::from(c.0));
        format!("{shown}<br><small>{} · {}</small>", html(name), percent(confidence, 1_000_000, self.outcome.language))
    }

    fn more(&self, out: &mut String, rows: usize, file: &str) {
        if rows > ROWS_MAX {
            let _ =
                writeln!(out, "<p class=\"note\">{} {} : {file}</p>", rows - ROWS_MAX, self.words.say("de plus dans", "more in"));
        }
    }

    /// Debits that should not be there, and what the bank took back.
    fn alerts(&self, out: &mut String) {
        let words = self.words;
        let rows: Vec<&Exception> = self
            .outcome
            .exceptions
            .iter()
            .filter(|e| {
                matches!(
                    e.status,
                    ExceptionStatus::Other(NonRemittanceKind::Alert | NonRemittanceKind::Fee | NonRemittanceKind::Reversal)
                )
            })
            .collect();
        if rows.is_empty() {
            return;
        }
        let _ = writeln!(
            out,
            "<h2>{} <small>{}</small></h2>",
            words.say("Alertes sur les comptes dédiés", "Alerts on the dedicated accounts"),
            rows.len()
        );
        let columns = [
            words.say("Date", "Date"),
            words.say("Compte", "Account"),
            words.say("Tiers", "Party"),
            words.say("Quoi", "What"),
            words.say("Montant", "Amount"),
        ];
        Self::table_head(out, &columns, 4);
        for exception in rows.iter().take(ROWS_MAX) {
            let line = &exception.line;
            let sign = if line.direction == crate::model::Direction::Debit { -1 } else { 1 };
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"text\">{}</td><td class=\"n\">{}</td></tr>",
                self.date(line.booking_date),
                html(line.account.as_str()),
                html(&line.payer_name),
                words.reason(exception.reason),
                self.money(sign * line.amount.minor(), line.amount.currency()),
            );
        }
        out.push_str("</tbody></table></div>\n");
        self.more(out, rows.len(), "exceptions.csv");
    }

    /// The aged balance as columns, and the debtors who owe most.
    fn ages(&self, out: &mut String) {
        let words = self.words;
        if self.outcome.aged.is_empty() {
            return;
        }
        let _ = writeln!(out, "<h2>{}</h2>", words.say("Balance âgée", "Aged balance"));
        let mut currencies: Vec<Currency> = self.outcome.aged.iter().map(|a| a.currency).collect();
        currencies.sort();
        currencies.dedup();
        let labels = [words.say("non échu", "not due"), "1–30", "31–60", "61–90", "> 90"];
        for currency in currencies {
            let rows: Vec<_> = self.outcome.aged.iter().filter(|a| a.currency == currency).collect();
            let shown: Vec<Column> = labels
                .iter()
                .enumerate()
                .map(|(age, label)| {
                    let value = rows.iter().map(|r| r.ages[age]).sum();
                    Column {
                        label: (*label).to_owned(),
                        shown: thousands(value, currency, self.outcome.language),
                        value,
                        class: ["factor", "client", "hold", "desk", "alert"][age],
                    }
                })
                .collect();
            let _ = writeln!(
                out,
                "{}",
                columns(&shown, words.say("Montants ouverts par ancienneté, en jours", "Open amounts by age, in days"))
            );
            let mut largest = rows.clone();
            largest.sort_by(|a, b| {
                overdue(b).cmp(&overdue(a)).then_with(|| (&a.contract, &a.debtor).cmp(&(&b.contract, &b.debtor)))
            });
            let head: Vec<&str> = [words.say("Débiteur", "Debtor"), words.say("Contrat", "Contract")]
                .into_iter()
                .chain(labels)
                .chain([words.say("Total", "Total")])
                .collect();
            Self::table_head(out, &head, 2);
            for row in largest.iter().filter(|r| overdue(r) > 0).take(10) {
                let _ = write!(out, "<tr><td>{}</td><td>{}</td>", html(&row.name), html(&row.contract.0));
                for amount in row.ages.iter().copied().chain([row.total()]) {
                    let _ = write!(out, "<td class=\"n\">{}</td>", self.money(amount, currency));
                }
                out.push_str("</tr>");
            }
            out.push_str("</tbody></table></div>\n");
        }
    }

    /// Problems of the data, the gravest first.
    fn findings(&self, out: &mut String) {
        let words = self.words;
        let mut findings: Vec<_> = self.outcome.findings.iter().filter(|f| f.severity != Severity::Info).collect();
        if findings.is_empty() {
            return;
        }
        findings.sort_by_key(|f| f.severity);
        let _ = writeln!(
            out,
            "<h2>{} <small>{}</small></h2>",
            words.say("Constats sur les données", "Findings in the data"),
            findings.len()
        );
        out.push_str("<ul class=\"findings\">");
        for finding in findings.iter().take(ROWS_MAX) {
            let in_french = crate::report::in_french(finding.rule).filter(|_| words.0 == Language::French);
            let said = in_french.map_or_else(String::new, |(what, remedy)| {
                format!("{}<br><b>{}</b> {}<br>", html(what), "À faire :", html(remedy))
            });
            let _ = writeln!(
                out,
                "<li class=\"{}\"><b>{}</b> <code>{}</code><br>{said}<span{}>{}</span></li>",
                finding.severity.as_str(),
                html(&finding.origin.to_string()),
                finding.rule,
                if said.is_empty() { "" } else { " lang=\"en\" class=\"detail\"" },
                html(&finding.message())
            );
        }
        out.push_str("</ul>\n");
        self.more(out, findings.len(), "findings.csv");
    }
}

/// What a debtor owes beyond the due date.
fn overdue(row: &super::AgedBalance) -> i64 {
    row.ages[1..].iter().sum()
}

/// An amount in thousands, for a chart.
fn thousands(minor: i64, currency: Currency, language: crate::config::Language) -> String {
    let unit = 10_i64.pow(currency.decimals());
    let whole = minor / unit;
    if whole.abs() < 10_000 {
        whole.to_string()
    } else {
        format!("{}\u{A0}k{}", whole / 1_000, if currency == Currency::EUR { "€" } else { "" })
    }
    .replace('.', if language == crate::config::Language::French { "," } else { "." })
}

const STYLE: &str = include_str!("style.css");
