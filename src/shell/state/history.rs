//! State → what a night is decided on.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use rusqlite::{OptionalExtension, ToSql, params};

use super::{State, rows};
use crate::model::{
    Closing, CodeCounter, ContractId, DebtorId, Decision, DunningStep, History, InvoiceId, KnownStatement, LetteredItem,
    PayerMemory, Remittance, RemittanceId, Resolution, Settled, StatementLink, Waiting, Wanted,
};
use crate::shell::RunError;

/// Closed items whose numbers a night remembers.
const CLOSED_MAX: i64 = 100_000;

/// The run behind all others.
const NONE: i64 = i64::MAX;

impl State {
    /// What all runs left behind, or only those before the run of that name: what is still open, and
    /// of the rest what is wanted.
    ///
    /// # Errors
    ///
    /// A state that cannot be read.
    pub fn history(&self, before: Option<&str>, wanted: &Wanted) -> Result<History, RunError> {
        self.load(before, wanted).map_err(|error| self.fail(&error))
    }

    fn load(&self, before: Option<&str>, wanted: &Wanted) -> rusqlite::Result<History> {
        let limit: i64 = match before {
            Some(name) => self
                .connection
                .query_row("SELECT id FROM runs WHERE name = ?1", [name], |row| row.get(0))
                .optional()?
                .unwrap_or(NONE),
            None => NONE,
        };
        let newest: Option<String> =
            self.connection.query_row("SELECT MAX(business_date) FROM runs WHERE id < ?1", [limit], |row| row.get(0))?;
        let mut history = History { newest: newest.and_then(|day| day.parse().ok()), ..History::default() };
        self.bookings(limit, wanted, &mut history)?;
        self.statements(limit, &mut history)?;
        self.codes(limit, &mut history)?;
        self.waiting(limit, &mut history)?;
        self.returns(limit, &mut history)?;
        self.decisions(limit, &mut history)?;
        self.settled(limit, wanted, &mut history)?;
        self.set_aside(limit, &mut history)?;
        self.lettered(limit, wanted, &mut history)?;
        self.closings(limit, wanted, &mut history)?;
        if wanted.as_of.is_some() {
            self.closed(limit, &mut history)?;
        }
        self.dunning(limit, wanted, &mut history)?;
        self.payers(limit, &mut history)?;
        self.funds(limit, &mut history)?;
        if let Some(as_of) = wanted.as_of {
            self.habits(limit, as_of, &mut history)?;
        }
        self.each(
            "SELECT contract, layout, MAX(number) FROM sequences WHERE run < ?1 GROUP BY contract, layout",
            &[&limit],
            |row| {
                let key = (ContractId(row.get::<_, String>(0)?.into()), row.get(1)?);
                history.sequences.insert(key, row.get::<_, i64>(2)?.unsigned_abs());
                Ok(())
            },
        )?;
        self.each(
            "SELECT contract, invoice FROM vanished WHERE since < ?1 AND (until IS NULL OR until >= ?1)",
            &[&limit],
            |row| {
                history.vanished.insert(item(row)?);
                Ok(())
            },
        )?;
        Ok(history)
    }

    /// Bookings of the days that are wanted, and those of which the day was not kept.
    fn bookings(&self, limit: i64, wanted: &Wanted, history: &mut History) -> rusqlite::Result<()> {
        let Some((first, last)) = wanted.days else { return Ok(()) };
        let (first, last) = (first.to_string(), last.to_string());
        for query in [
            "SELECT id FROM bookings WHERE day BETWEEN ?2 AND ?3 AND run < ?1",
            "SELECT id FROM bookings WHERE day IS NULL AND run < ?1 AND ?2 <= ?3",
        ] {
            self.each(query, &[&limit, &first, &last], |row| {
                history.seen.insert(RemittanceId(row.get::<_, String>(0)?.into()));
                Ok(())
            })?;
        }
        Ok(())
    }

    fn statements(&self, limit: i64, history: &mut History) -> rusqlite::Result<()> {
        let query = "SELECT account, number, digest, day, sequence, opening, closing FROM statements WHERE run < ?1";
        self.each(query, &[&limit], |row| {
            let day: Option<String> = row.get(3)?;
            let link = match (day.and_then(|d| d.parse().ok()), row.get(5)?, row.get(6)?) {
                (Some(day), Some(opening), Some(closing)) => {
                    let sequence = row.get::<_, Option<i64>>(4)?.map(i64::unsigned_abs);
                    Some(StatementLink { day, sequence, opening, closing })
                }
                _ => None,
            };
            history.statements.insert((row.get(0)?, row.get(1)?), KnownStatement { digest: row.get(2)?, link });
            Ok(())
        })
    }

    fn codes(&self, limit: i64, history: &mut History) -> rusqlite::Result<()> {
        let scope =
            if limit == NONE { "c.until IS NULL AND c.run < ?1" } else { "c.run < ?1 AND (c.until IS NULL OR c.until >= ?1)" };
        let mut codes: BTreeMap<(ContractId, DebtorId), CodeCounter> = BTreeMap::new();
        let key = |row: &rusqlite::Row<'_>| -> rusqlite::Result<(ContractId, DebtorId)> {
            Ok((ContractId(row.get::<_, String>(0)?.into()), DebtorId(row.get::<_, String>(1)?.into())))
        };
        self.each(&format!("SELECT c.contract, c.debtor, c.next FROM codes c WHERE {scope}"), &[&limit], |row| {
            codes.entry(key(row)?).or_default().next = row.get::<_, i64>(2)?.unsigned_abs();
            Ok(())
        })?;
        let groups = format!(
            "SELECT c.contract, c.debtor, g.invoice, g.ordinal FROM codes c CROSS JOIN open_groups g
             ON g.contract = c.contract AND g.debtor = c.debtor AND g.run = c.run WHERE {scope}"
        );
        self.each(&groups, &[&limit], |row| {
            let invoice = InvoiceId(row.get::<_, String>(2)?.into());
            codes.entry(key(row)?).or_default().open.insert(invoice, row.get::<_, i64>(3)?.unsigned_abs());
            Ok(())
        })?;
        history.codes = codes;
        Ok(())
    }

    fn waiting(&self, limit: i64, history: &mut History) -> rusqlite::Result<()> {
        let query = if limit == NONE {
            "SELECT remittance, suggested, id FROM waiting WHERE until IS NULL AND since < ?1 ORDER BY since, id"
        } else {
            "SELECT remittance, suggested, id FROM waiting WHERE since < ?1 AND (until IS NULL OR until >= ?1) ORDER BY since, id"
        };
        self.each(query, &[&limit], |row| {
            // Money that waits must not be lost in silence.
            let remittance = rows::remittance(&row.get::<_, String>(0)?)
                .ok_or_else(|| unreadable("waiting remittance", &row.get::<_, String>(2).unwrap_or_default()))?;
            history.waiting.push(Waiting { remittance, suggested: row.get(1)?, set_aside: false });
            Ok(())
        })
    }

    /// What earlier nights set aside, and people ask to take back.
    fn set_aside(&self, limit: i64, history: &mut History) -> rusqlite::Result<()> {
        let is_lettered = |id: &RemittanceId| history.settled.iter().any(|settled| settled.remittance.line.id == *id);
        let asked = history.decisions.iter().filter(|d| d.resolution == Resolution::Undo && !is_lettered(&d.remittance));
        let asked: Vec<String> = asked.map(|decision| decision.remittance.to_string()).collect();
        for id in asked {
            let condition = "w.id = ?2 AND w.since < ?1 AND w.until < ?1";
            for remittance in self.were_set_aside(condition, &[&limit, &id])? {
                history.waiting.push(Waiting { remittance, suggested: false, set_aside: true });
            }
        }
        Ok(())
    }

    /// Of the remittances that waited, on that condition, those that a night set aside and that nothing was done with since.
    fn were_set_aside(&self, condition: &str, values: &[&dyn ToSql]) -> rusqlite::Result<Vec<Remittance>> {
        let query = format!(
            "SELECT w.remittance, d.resolution, w.id FROM waiting w JOIN decisions d ON d.remittance = w.id AND d.run = w.until
             WHERE {condition} AND NOT EXISTS (SELECT 1 FROM waiting l WHERE l.id = w.id AND l.since > w.since AND l.since < ?1)
             AND NOT EXISTS (SELECT 1 FROM settled s WHERE s.id = w.id AND s.since > w.since AND s.since < ?1) ORDER BY w.id"
        );
        let mut found = Vec::new();
        self.each(&query, values, |row| {
            let (text, resolution): (String, String) = (row.get(0)?, row.get(1)?);
            if rows::resolution(&resolution) == Some(Resolution::SetAside) {
                let remittance = rows::remittance(&text);
                found.push(remittance.ok_or_else(|| unreadable("remittance", &row.get::<_, String>(2).unwrap_or_default()))?);
            }
            Ok(())
        })?;
        Ok(found)
    }

    /// What is set aside now, with that bank reference or identity.
    pub(in crate::shell) fn set_aside_now(&self, reference: &str) -> Result<Vec<Remittance>, RunError> {
        let mut found = self.were_set_aside("w.until < ?1", &[&NONE]).map_err(|error| self.fail(&error))?;
        found.retain(|remittance| &*remittance.line.id.0 == reference || &*remittance.line.bank_reference == reference);
        Ok(found)
    }

    fn returns(&self, limit: i64, history: &mut History) -> rusqlite::Result<()> {
        let query = "SELECT line, id FROM returns WHERE since < ?1 AND (until IS NULL OR until >= ?1) ORDER BY since, id";
        self.each(query, &[&limit], |row| {
            let line = rows::booking(&row.get::<_, String>(0)?)
                .ok_or_else(|| unreadable("return", &row.get::<_, String>(1).unwrap_or_default()))?;
            history.returns.push(line);
            Ok(())
        })
    }

    /// Decisions that a run has applied belong to that run; the others to the next one.
    fn decisions(&self, limit: i64, history: &mut History) -> rusqlite::Result<()> {
        let scope = if limit == NONE { "run IS NULL AND ?1 > 0" } else { "run = ?1" };
        let query = format!("SELECT id, remittance, resolution, reason, who, made FROM decisions WHERE {scope} ORDER BY id");
        self.each(&query, &[&limit], |row| {
            let (number, remittance): (i64, String) = (row.get(0)?, row.get(1)?);
            let (reason, who, made): (String, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
            let resolution =
                rows::resolution(&row.get::<_, String>(2)?).ok_or_else(|| unreadable("decision about", &remittance))?;
            let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
            let by = format!("decided by {who} on {made}{why}");
            history.decisions.push(Decision { number, remittance: RemittanceId(remittance.into()), resolution, by });
            Ok(())
        })
    }

    /// What a return of the night can be about, by its amount, and what people ask to undo.
    fn settled(&self, limit: i64, wanted: &Wanted, history: &mut History) -> rusqlite::Result<()> {
        let scope = "since < ?1 AND (until IS NULL OR until >= ?1)";
        let mut found: BTreeMap<RemittanceId, Settled> = BTreeMap::new();
        let mut take = |row: &rusqlite::Row<'_>| {
            let id: String = row.get(0)?;
            let settled = rows::settled(&row.get::<_, String>(1)?, &row.get::<_, String>(2)?)
                .ok_or_else(|| unreadable("lettered remittance", &id))?;
            found.insert(RemittanceId(id.into()), settled);
            Ok(())
        };
        let waiting = history.returns.iter().map(|line| line.amount.minor());
        let amounts: BTreeSet<i64> = wanted.debits.iter().copied().chain(waiting).collect();
        for amount in &amounts {
            let query = format!("SELECT id, remittance, lines FROM settled WHERE amount = ?2 AND {scope}");
            self.each(&query, &[&limit, amount], &mut take)?;
        }
        for decision in history.decisions.iter().filter(|d| d.resolution.takes_back()) {
            let query = format!("SELECT id, remittance, lines FROM settled WHERE id = ?2 AND {scope}");
            self.each(&query, &[&limit, &decision.remittance.to_string()], &mut take)?;
        }
        history.settled = found.into_values().collect();
        Ok(())
    }

    /// Every remittance that is lettered as of today.
    pub(in crate::shell) fn all_settled(&self) -> Result<Vec<Settled>, RunError> {
        let mut found = Vec::new();
        let query = "SELECT id, remittance, lines FROM settled WHERE until IS NULL ORDER BY id";
        let read = self.each(query, &[], &mut |row: &rusqlite::Row<'_>| {
            let settled = rows::settled(&row.get::<_, String>(1)?, &row.get::<_, String>(2)?);
            found.push(settled.ok_or_else(|| unreadable("lettered remittance", &row.get::<_, String>(0).unwrap_or_default()))?);
            Ok(())
        });
        read.map_err(|error| self.fail(&error))?;
        Ok(found)
    }

    /// What is lettered now with that bank reference or identity.
    pub(in crate::shell) fn settled_now(&self, reference: &str) -> Result<Vec<Settled>, RunError> {
        let mut found = Vec::new();
        let query =
            "SELECT id, remittance, lines FROM settled WHERE until IS NULL AND (id = ?1 OR bank_reference = ?1) ORDER BY id";
        self.each(query, &[&reference], |row| {
            let settled = rows::settled(&row.get::<_, String>(1)?, &row.get::<_, String>(2)?);
            found.push(settled.ok_or_else(|| unreadable("lettered remittance", &row.get::<_, String>(0).unwrap_or_default()))?);
            Ok(())
        })
        .map_err(|error| self.fail(&error))?;
        Ok(found)
    }

    /// The steps of the items that are wanted, that may be taken back, or that are not closed.
    fn lettered(&self, limit: i64, wanted: &Wanted, history: &mut History) -> rusqlite::Result<()> {
        let mut items: BTreeSet<(ContractId, InvoiceId)> = BTreeSet::new();
        let open = "SELECT contract, invoice FROM open_items WHERE since < ?1 AND (until IS NULL OR until >= ?1)";
        let open_now = "SELECT contract, invoice FROM open_items WHERE until IS NULL AND since < ?1";
        self.each(if limit == NONE { open_now } else { open }, &[&limit], |row| {
            items.insert(item(row)?);
            Ok(())
        })?;
        for settled in &history.settled {
            let contract = &settled.remittance.line.contract;
            items.extend(settled.lines.iter().filter_map(|l| Some((contract.clone(), l.invoice.clone()?))));
        }
        let step = |row: &rusqlite::Row<'_>, at: usize| -> rusqlite::Result<LetteredItem> {
            Ok(LetteredItem {
                open_before: row.get(at)?,
                open_after: row.get(at + 1)?,
                day: date(row, at + 2)?,
                reference: text(row, at + 3)?,
            })
        };
        let rows: i64 = self.connection.query_row("SELECT COALESCE(MAX(id), 0) FROM lettered", [], |row| row.get(0))?;
        if rows < i64::try_from(wanted.items.len()).unwrap_or(i64::MAX) {
            // A short history of a large ledger: reading all of it is faster than asking for each item.
            let query =
                "SELECT contract, invoice, open_before, open_after, day, reference FROM lettered WHERE run < ?1 ORDER BY id";
            return self.each(query, &[&limit], |row| {
                let key = item(row)?;
                if items.contains(&key) || wanted.items.contains(&key) {
                    history.lettered.entry(key).or_default().push(step(row, 2)?);
                }
                Ok(())
            });
        }
        let query = "SELECT open_before, open_after, day, reference FROM lettered
                     WHERE contract = ?2 AND invoice = ?3 AND run < ?1 ORDER BY id";
        let mut statement = self.connection.prepare(query)?;
        for key in items.iter().chain(wanted.items.difference(&items)) {
            let steps = statement.query_map(params![limit, &*key.0.0, &*key.1.0], |row| step(row, 0))?;
            let steps: Vec<LetteredItem> = steps.collect::<rusqlite::Result<_>>()?;
            if !steps.is_empty() {
                history.lettered.insert(key.clone(), steps);
            }
        }
        Ok(())
    }

    /// What is known of the documents that were closed, of the items that are wanted.
    fn closings(&self, limit: i64, wanted: &Wanted, history: &mut History) -> rusqlite::Result<()> {
        let query = "SELECT issued, day FROM closed WHERE contract = ?2 AND invoice = ?3 AND since < ?1
                     AND (until IS NULL OR until >= ?1) ORDER BY since DESC LIMIT 1";
        let was_closed = |steps: &[LetteredItem]| steps.iter().any(|step| step.open_after == 0);
        let items = history.lettered.iter().filter(|(key, steps)| was_closed(steps) && wanted.items.contains(key));
        for (contract, invoice) in items.map(|(key, _)| key) {
            self.each(query, &[&limit, &&*contract.0, &&*invoice.0], |row| {
                if let (Some(issued), Some(day)) = (date(row, 0)?, date(row, 1)?) {
                    history.closings.insert((contract.clone(), invoice.clone()), (issued, day));
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// What was closed last, of as many items as a night has room for.
    fn closed(&self, limit: i64, history: &mut History) -> rusqlite::Result<()> {
        let query = "SELECT contract, invoice, day, reference FROM lettered
                     WHERE run < ?1 AND open_after = 0 ORDER BY id DESC LIMIT ?2";
        self.each(query, &[&limit, &CLOSED_MAX], |row| {
            let contract = row.get_ref(0)?.as_str()?;
            // Most are of the contract of the one before.
            let known = history.closed.last().map(|(known, ..)| known.clone()).filter(|known| &*known.0 == contract);
            let contract = known.unwrap_or_else(|| ContractId(contract.into()));
            let closing = Closing { day: date(row, 2)?, reference: text(row, 3)? };
            history.closed.push((contract, InvoiceId(row.get_ref(1)?.as_str()?.into()), closing));
            Ok(())
        })
    }

    /// The actions given out about the items that are wanted, and the last one for each debtor.
    fn dunning(&self, limit: i64, wanted: &Wanted, history: &mut History) -> rusqlite::Result<()> {
        if wanted.items.is_empty() {
            return Ok(());
        }
        let rows: i64 = self.connection.query_row("SELECT COALESCE(MAX(id), 0) FROM dunning", [], |row| row.get(0))?;
        let step = |row: &rusqlite::Row<'_>, at: usize| -> rusqlite::Result<DunningStep> {
            let day: String = row.get(at + 1)?;
            Ok(DunningStep { level: row.get(at)?, day: day.parse().map_err(|_| unreadable("day of an action", &day))? })
        };
        if rows < i64::try_from(wanted.items.len()).unwrap_or(i64::MAX) {
            let query = "SELECT contract, invoice, level, day FROM dunning WHERE run < ?1 ORDER BY id";
            self.each(query, &[&limit], |row| {
                let key = item(row)?;
                if wanted.items.contains(&key) {
                    history.dunning.entry(key).or_default().push(step(row, 2)?);
                }
                Ok(())
            })?;
        } else {
            let query = "SELECT level, day FROM dunning WHERE contract = ?2 AND invoice = ?3 AND run < ?1 ORDER BY id";
            let mut statement = self.connection.prepare(query)?;
            for key in &wanted.items {
                let steps = statement.query_map(params![limit, &*key.0.0, &*key.1.0], |row| step(row, 0))?;
                let steps: Vec<DunningStep> = steps.collect::<rusqlite::Result<_>>()?;
                if !steps.is_empty() {
                    history.dunning.insert(key.clone(), steps);
                }
            }
        }
        let query = "SELECT contract, debtor, MAX(day) FROM dunning WHERE run < ?1 GROUP BY contract, debtor";
        self.each(query, &[&limit], |row| {
            let key = (ContractId(row.get::<_, String>(0)?.into()), DebtorId(row.get::<_, String>(1)?.into()));
            if let Some(day) = date(row, 2)? {
                history.contacted.insert(key, day);
            }
            Ok(())
        })
    }

    fn payers(&self, limit: i64, history: &mut History) -> rusqlite::Result<()> {
        let query = "SELECT contract, key, debtor, MAX(day), SUM(confirmed), SUM(1 - confirmed) FROM payers
                     WHERE run < ?1 AND (forgotten IS NULL OR forgotten >= ?1) GROUP BY contract, key, debtor ORDER BY 1, 2, 3";
        self.each(query, &[&limit], |row| {
            let day: String = row.get(3)?;
            history.payers.push(PayerMemory {
                contract: ContractId(row.get::<_, String>(0)?.into()),
                key: row.get(1)?,
                debtor: DebtorId(row.get::<_, String>(2)?.into()),
                day: day.parse().map_err(|_| unreadable("day of a payer", &day))?,
                confirmed: row.get(4)?,
                rejected: row.get(5)?,
            });
            Ok(())
        })
    }

    pub(super) fn each(
        &self,
        query: &str,
        parameters: &[&dyn ToSql],
        mut each: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare_cached(query)?;
        let mut rows = statement.query(parameters)?;
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok(())
    }
}

fn item(row: &rusqlite::Row<'_>) -> rusqlite::Result<(ContractId, InvoiceId)> {
    Ok((ContractId(row.get::<_, String>(0)?.into()), InvoiceId(row.get::<_, String>(1)?.into())))
}

fn date(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<NaiveDate>> {
    let text: Option<String> = row.get(column)?;
    Ok(text.and_then(|t| t.parse().ok()))
}

fn text(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<Option<Arc<str>>> {
    Ok(row.get::<_, Option<String>>(column)?.map(Arc::from))
}

pub(super) fn unreadable(what: &str, which: &str) -> rusqlite::Error {
    rusqlite::Error::InvalidColumnName(format!("{what} {which} is unreadable"))
}
