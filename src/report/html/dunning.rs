//! What is to be chased tonight, and when the factor takes its advances back.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

use super::{Page, ROWS_MAX, thousands};
use crate::model::{Currency, Defunding, Stage};
use crate::report::plots::{Column, columns};
use crate::text::html;

/// Weeks of définancement that are drawn.
const WEEKS: i64 = 8;

/// Contract, stage, owner and currency of a group of items to chase.
type GroupKey<'a> = (&'a str, Stage, &'a str, Currency);

impl Page<'_> {
    /// What tonight gives out, and holds back.
    pub(super) fn dunning(&self, out: &mut String) {
        let words = self.words;
        if self.outcome.actions.is_empty() {
            return;
        }
        let _ = writeln!(out, "<h2>{} <small>{}</small></h2>", words.say("Relance", "Dunning"), self.outcome.actions.len());
        let columns_ = [
            words.say("Contrat", "Contract"),
            words.say("Étape", "Stage"),
            words.say("Qui relance", "Who chases"),
            words.say("Pièces", "Items"),
            words.say("Suspendues", "Held back"),
            words.say("Montant ouvert", "Open amount"),
        ];
        // Items, of them held back, and what is open, by contract, stage and owner.
        let mut groups: BTreeMap<GroupKey<'_>, (usize, usize, i64)> = BTreeMap::new();
        for action in self.outcome.actions {
            let key = (&*action.contract.0, action.stage, action.owner.as_str(), action.open.currency());
            let group = groups.entry(key).or_default();
            group.0 += 1;
            group.1 += usize::from(action.held.is_some());
            group.2 += action.open.minor();
        }
        Self::table_head(out, &columns_, 3);
        for ((contract, stage, owner, currency), (items, held, open)) in &groups {
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td class=\"n\">{items}</td><td class=\"n\">{held}</td><td class=\"n\">{}</td></tr>",
                html(contract),
                words.stage(stage.as_str()),
                if *owner == "factor" { words.say("le factor", "the factor") } else { words.say("nous", "us") },
                self.money(*open, *currency),
            );
        }
        out.push_str("</tbody></table></div>\n");
    }

    /// Advances that the factor takes back in the coming weeks.
    pub(super) fn defunding(&self, out: &mut String) {
        let words = self.words;
        let near: Vec<&Defunding> = self.outcome.defunding.iter().filter(|item| item.days <= WEEKS * 7).collect();
        if near.is_empty() {
            return;
        }
        let held: BTreeMap<_, _> = self.outcome.actions.iter().map(|a| ((&a.contract, &a.invoice), a.held)).collect();
        let _ = writeln!(
            out,
            "<h2>{}</h2>",
            words.say("Définancement : avances à rendre au factor", "Defunding: advances the factor takes back")
        );
        let currencies: BTreeSet<Currency> = near.iter().map(|item| item.open.currency()).collect();
        for currency in currencies {
            let mut weeks = vec![0_i64; usize::try_from(WEEKS).unwrap_or(0) + 1];
            for item in near.iter().filter(|item| item.open.currency() == currency) {
                let week = if item.days <= 0 { 0 } else { usize::try_from((item.days - 1) / 7 + 1).unwrap_or(0) };
                if let Some(sum) = weeks.get_mut(week) {
                    *sum += item.at_risk();
                }
            }
            let shown: Vec<Column> = weeks
                .iter()
                .enumerate()
                .map(|(week, value)| Column {
                    label: match week {
                        0 => words.say("échu", "passed").to_owned(),
                        n => format!("{} {n}", words.say("sem.", "week")),
                    },
                    shown: thousands(*value, currency, self.outcome.language),
                    value: *value,
                    class: if week == 0 { "alert" } else { "desk" },
                })
                .collect();
            let _ =
                writeln!(out, "{}", columns(&shown, words.say("Avances à rendre par semaine", "Advances to give back by week")));
        }
        let columns_ = [
            words.say("Débiteur", "Debtor"),
            words.say("Facture", "Invoice"),
            words.say("Échéance", "Due"),
            words.say("Définancement", "Defunding"),
            words.say("Suspendu", "Held back"),
            words.say("Jours", "Days"),
            words.say("Ouvert", "Open"),
        ];
        Self::table_head(out, &columns_, 5);
        for item in near.iter().take(ROWS_MAX) {
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td>{}</td><td class=\"n{}\">{}</td><td class=\"n\">{}</td></tr>",
                html(&item.debtor_name),
                html(&item.invoice.0),
                self.date(item.due_date),
                self.date(item.date),
                held.get(&(&item.contract, &item.invoice)).copied().flatten().map_or("", |h| words.held(h.code())),
                if item.days <= 7 { " hot" } else { "" },
                item.days,
                self.money(item.open.minor(), item.open.currency()),
            );
        }
        out.push_str("</tbody></table></div>\n");
        self.more(out, near.len(), "defunding.csv");
    }
}
