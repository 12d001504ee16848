//! What the night takes back of earlier lettrage.

use std::fmt::Write;

use super::{Page, ROWS_MAX};
use crate::model::{LettrageLine, LineKind};
use crate::text::html;

impl Page<'_> {
    /// One row a line of a reversal: it is in the factor's file with the opposite sign.
    pub(super) fn taken_back(&self, out: &mut String) {
        let words = self.words;
        let rows: Vec<&LettrageLine> = self.outcome.lines.iter().filter(|l| l.kind == LineKind::Reversal).collect();
        if rows.is_empty() {
            return;
        }
        let _ =
            writeln!(out, "<h2>{} <small>{}</small></h2>", words.say("Lettrage contre-passé", "Lettrage taken back"), rows.len());
        let columns = [
            words.say("Date", "Date"),
            words.say("Débiteur", "Debtor"),
            words.say("Pièce", "Item"),
            words.say("Pourquoi", "Why"),
            words.say("Rouvert", "Open again"),
            words.say("Repris", "Taken back"),
        ];
        Self::table_head(out, &columns, 4);
        for line in rows.iter().take(ROWS_MAX) {
            let why = if &*line.evidence == "returned" {
                words.say("repris par la banque", "taken back by the bank")
            } else {
                words.say("à la demande d'une personne ou du factor", "as a person or the factor asked")
            };
            let name = self.outcome.ledger.debtor(&line.debtor).map_or("", |d| d.name.as_str());
            let currency = line.applied.currency();
            let _ = writeln!(
                out,
                "<tr><td class=\"d\">{}<br><small>{}</small></td><td>{}</td><td>{}</td><td class=\"text\">{why}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                self.date(line.remittance.booking_date),
                html(&line.remittance.bank_reference),
                html(name),
                line.invoice.as_ref().map_or_else(|| words.say("en compte", "on account").to_owned(), |i| html(&i.0)),
                line.open_after.map_or_else(String::new, |m| self.money(m.minor(), currency)),
                self.money(line.applied.minor(), currency),
            );
        }
        out.push_str("</tbody></table></div>\n");
        self.more(out, rows.len(), "lettrage-*.csv");
    }
}
