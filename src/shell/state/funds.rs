//! The funds on their way to the factor, its answers, and the balances of balance contracts.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Run, State, rows};
use crate::model::{
    Balances, ContractId, DebtorId, Destination, FundsMove, History, Memory, OnAccount, RemittanceId, Resolution, Sent,
};
use crate::shell::RunError;

/// What the factor says of the lettrage of a remittance.
pub(in crate::shell) struct Answer<'a> {
    pub accepted: bool,
    pub reason: &'a str,
    pub who: &'a str,
    pub made: &'a str,
}

/// A remittance whose lettrage holds.
pub(in crate::shell) struct LetteredNow {
    pub id: RemittanceId,
    contract: ContractId,
    /// The run that lettered it.
    since: i64,
    /// Of it, for the factor.
    amount: i64,
}

impl State {
    /// The run that took the lettrage of a remittance back, where none has lettered it again.
    pub(in crate::shell) fn taken_back_by(&self, id: &RemittanceId) -> Result<Option<String>, RunError> {
        let query = "SELECT r.name FROM settled s LEFT JOIN runs r ON r.id = s.until WHERE s.id = ?1
                     ORDER BY s.until IS NULL DESC, s.until DESC LIMIT 1";
        let name = self.connection.query_row(query, [&*id.0], |row| row.get::<_, Option<String>>(0)).optional();
        Ok(name.map_err(|error| self.fail(&error))?.flatten())
    }

    /// What is lettered now with that bank reference or identity.
    pub(in crate::shell) fn lettered_with(&self, reference: &str) -> Result<Vec<LetteredNow>, RunError> {
        let query = "SELECT id, since, remittance, lines FROM settled WHERE until IS NULL AND (id = ?1 OR bank_reference = ?1)";
        let mut found = Vec::new();
        self.each(query, &[&reference], |row| {
            let settled = rows::settled(&row.get::<_, String>(2)?, &row.get::<_, String>(3)?);
            let Some(settled) = settled else { return Ok(()) };
            let for_factor = settled.lines.iter().filter(|l| l.destination == Destination::Factor);
            found.push(LetteredNow {
                id: settled.remittance.line.id.clone(),
                contract: settled.remittance.line.contract.clone(),
                since: row.get(1)?,
                amount: for_factor.map(|l| l.applied).sum(),
            });
            Ok(())
        })
        .map_err(|error| self.fail(&error))?;
        Ok(found)
    }

    /// Records an answer, which counts from the next run on instead of an earlier one about the same lettrage. A
    /// rejection that no night has applied yet is withdrawn.
    pub(in crate::shell) fn record_answer(&mut self, of: &LetteredNow, answer: &Answer<'_>) -> Result<(), RunError> {
        let query = "INSERT OR REPLACE INTO answers (remittance, sent, contract, amount, accepted, reason, who, made, after)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, (SELECT COALESCE(MAX(id), 0) FROM runs))";
        let Answer { accepted, reason, who, made } = answer;
        let fields = params![&*of.id.0, of.since, &*of.contract.0, of.amount, accepted, reason, who, made];
        let refused = rows::resolution_text(&Resolution::Refused).map_err(|error| RunError::Io(error.to_string()))?;
        let withdraw = "DELETE FROM decisions WHERE remittance = ?1 AND run IS NULL AND resolution = ?2";
        let done = self.connection.execute(query, fields);
        let done = done.and_then(|_| self.connection.execute(withdraw, params![&*of.id.0, refused]));
        done.map(|_| ()).map_err(|error| self.fail(&error))
    }

    pub(super) fn funds(&self, limit: i64, history: &mut History) -> rusqlite::Result<()> {
        let sent = "SELECT f.contract, f.day, f.amount,
            (SELECT COALESCE(SUM(a.amount), 0) FROM answers a WHERE a.sent = f.run AND a.contract = f.contract AND a.accepted = 1
             AND a.after = (SELECT MAX(b.after) FROM answers b WHERE b.sent = a.sent AND b.remittance = a.remittance AND b.after < ?1)),
            (SELECT COALESCE(SUM(a.amount), 0) FROM answers a WHERE a.sent = f.run AND a.contract = f.contract AND a.accepted = 0
             AND a.after = (SELECT MAX(b.after) FROM answers b WHERE b.sent = a.sent AND b.remittance = a.remittance AND b.after < ?1))
            FROM funds f WHERE f.kind = 'sent' AND f.run < ?1 ORDER BY f.id";
        self.each(sent, &[&limit], |row| {
            let day: String = row.get(1)?;
            let day = day.parse().map_err(|_| super::history::unreadable("day of funds", &day))?;
            let funds = history.funds.entry(ContractId(row.get::<_, String>(0)?.into())).or_default();
            funds.sent.push(Sent { day, amount: row.get(2)?, confirmed: row.get(3)?, rejected: row.get(4)? });
            Ok(())
        })?;
        let swept = "SELECT contract, SUM(amount) FROM funds WHERE kind = 'swept' AND run < ?1 GROUP BY contract";
        self.each(swept, &[&limit], |row| {
            history.funds.entry(ContractId(row.get::<_, String>(0)?.into())).or_default().swept = row.get(1)?;
            Ok(())
        })?;
        let kept = "SELECT remittance, contract, debtor, reference, day, amount FROM on_account
            WHERE since < ?1 AND (until IS NULL OR until >= ?1) ORDER BY day, remittance, debtor";
        self.each(kept, &[&limit], |row| {
            let day: String = row.get(4)?;
            history.on_account.push(OnAccount {
                remittance: RemittanceId(row.get::<_, String>(0)?.into()),
                contract: ContractId(row.get::<_, String>(1)?.into()),
                debtor: DebtorId(row.get::<_, String>(2)?.into()),
                reference: row.get(3)?,
                day: day.parse().map_err(|_| super::history::unreadable("day of money on account", &day))?,
                amount: row.get(5)?,
            });
            Ok(())
        })?;
        let balances = "SELECT contract, debtor, amount FROM balances WHERE since < ?1 AND (until IS NULL OR until >= ?1)";
        self.each(balances, &[&limit], |row| {
            let key = (ContractId(row.get::<_, String>(0)?.into()), DebtorId(row.get::<_, String>(1)?.into()));
            history.balances.insert(key, row.get(2)?);
            Ok(())
        })
    }
}

pub(super) fn record(transaction: &Transaction<'_>, id: i64, run: &Run<'_>, memory: &Memory) -> rusqlite::Result<()> {
    let mut moved =
        transaction.prepare("INSERT INTO funds (contract, kind, day, amount, reference, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for (contract, funds) in &memory.funds {
        let (kind, day, amount, reference) = match funds {
            FundsMove::Sent(amount) => ("sent", run.as_of, amount, ""),
            FundsMove::Swept { day, amount, reference } => ("swept", *day, amount, reference.as_str()),
        };
        moved.execute(params![&*contract.0, kind, day.to_string(), amount, reference, id])?;
    }
    drop(moved);
    let mut end = transaction.prepare("UPDATE on_account SET until = ?2 WHERE remittance = ?1 AND until IS NULL")?;
    for remittance in &memory.taken_back {
        end.execute(params![&*remittance.0, id])?;
    }
    let mut begin = transaction.prepare(
        "INSERT OR REPLACE INTO on_account (remittance, contract, debtor, reference, day, amount, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
    )?;
    for kept in &memory.on_account {
        let OnAccount { remittance, contract, debtor, reference, day, amount } = kept;
        begin.execute(params![&*remittance.0, &*contract.0, &*debtor.0, reference, day.to_string(), amount, id])?;
    }
    record_balances(transaction, id, &memory.balances)
}

/// Only the changes are written.
fn record_balances(transaction: &Transaction<'_>, run: i64, now: &Balances) -> rusqlite::Result<()> {
    let mut before: BTreeMap<(String, String), i64> = BTreeMap::new();
    {
        let mut query = transaction.prepare("SELECT contract, debtor, amount FROM balances WHERE until IS NULL")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            before.insert((row.get(0)?, row.get(1)?), row.get(2)?);
        }
    }
    let mut end = transaction.prepare("UPDATE balances SET until = ?3 WHERE contract = ?1 AND debtor = ?2 AND until IS NULL")?;
    let mut begin = transaction.prepare("INSERT INTO balances (contract, debtor, amount, since) VALUES (?1, ?2, ?3, ?4)")?;
    for ((contract, debtor), amount) in now {
        match before.remove(&(contract.to_string(), debtor.to_string())) {
            Some(as_before) if as_before == *amount => continue,
            Some(_) => {
                end.execute(params![&*contract.0, &*debtor.0, run])?;
            }
            None => {}
        }
        begin.execute(params![&*contract.0, &*debtor.0, amount, run])?;
    }
    for (contract, debtor) in before.keys() {
        end.execute(params![contract, debtor, run])?;
    }
    Ok(())
}
