//! The funds on their way to the factor.

use std::fmt::Write;

use super::Page;
use crate::text::html;

impl Page<'_> {
    /// What is lettered and not swept yet, and what was swept ahead of its lettrage.
    pub(super) fn funds(&self, out: &mut String) {
        let words = self.words;
        let rows: Vec<_> = self.outcome.followed.iter().filter(|f| f.to_sweep != 0 || f.ahead != 0).collect();
        if rows.is_empty() {
            return;
        }
        let _ = writeln!(
            out,
            "<h2>{}</h2>",
            words.say("Fonds lettrés, en route vers le factor", "Lettered funds, on their way to the factor")
        );
        let columns = [
            words.say("Contrat", "Contract"),
            words.say("Lettré le", "Lettered on"),
            words.say("État", "State"),
            words.say("Jours ouvrés", "Business days"),
            words.say("Lettré", "Lettered"),
            words.say("Reste à remonter", "Still to sweep"),
        ];
        Self::table_head(out, &columns, 3);
        for row in rows {
            let state = if row.ahead > 0 {
                let text = words.say(
                    "{} remontés sans lettrage : demander au factor à quoi ils répondent",
                    "{} swept without lettrage: ask the factor what for",
                );
                text.replace("{}", &self.money(row.ahead, row.currency))
            } else {
                words.funds(row.status).to_owned()
            };
            let _ = writeln!(
                out,
                "<tr><td>{}</td><td class=\"d\">{}</td><td class=\"text\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td><td class=\"n\">{}</td></tr>",
                html(&row.contract.0),
                self.date(row.sent.day),
                html(&state),
                row.business_days,
                self.money(row.sent.amount, row.currency),
                self.money(row.to_sweep, row.currency),
            );
        }
        out.push_str("</tbody></table></div>\n");
    }
}
