//! Closed invoices → how each debtor pays.

use chrono::{Days, NaiveDate};
use rusqlite::{Transaction, params};

use super::State;
use crate::model::{ContractId, DebtorId, HABIT_DAYS, Habits, History, Memory};

impl State {
    /// What each debtor paid up to a business date, in two periods.
    pub(super) fn habits(&self, limit: i64, as_of: NaiveDate, history: &mut History) -> rusqlite::Result<()> {
        let before = |periods: u64| as_of.checked_sub_days(Days::new(periods * HABIT_DAYS)).unwrap_or(as_of).to_string();
        let query = "SELECT contract, debtor,
            COALESCE(SUM(day > ?2), 0), COALESCE(SUM(amount * (day > ?2)), 0), COALESCE(SUM(amount * late * (day > ?2)), 0),
            COALESCE(SUM(amount * (day <= ?2)), 0), COALESCE(SUM(amount * late * (day <= ?2)), 0),
            COALESCE(SUM(amount * (issued > ?2)), 0)
            FROM closed WHERE day > ?3 AND day <= ?4 AND since < ?1 AND (until IS NULL OR until >= ?1) GROUP BY contract, debtor";
        self.each(query, &[&limit, &before(1), &before(2), &as_of.to_string()], |row| {
            let key = (ContractId(row.get::<_, String>(0)?.into()), DebtorId(row.get::<_, String>(1)?.into()));
            let habits = Habits {
                items: row.get(2)?,
                amount: row.get(3)?,
                late: row.get(4)?,
                amount_before: row.get(5)?,
                late_before: row.get(6)?,
                sold: row.get(7)?,
            };
            history.habits.insert(key, habits);
            Ok(())
        })
    }
}

/// What the night closed, and what it opened again.
pub(super) fn record(transaction: &Transaction<'_>, run: i64, memory: &Memory) -> rusqlite::Result<()> {
    let mut end = transaction.prepare("UPDATE closed SET until = ?3 WHERE contract = ?1 AND invoice = ?2 AND until IS NULL")?;
    for (contract, invoice) in &memory.reopened {
        end.execute(params![&*contract.0, &*invoice.0, run])?;
    }
    let mut begin = transaction.prepare(
        "INSERT OR REPLACE INTO closed (contract, invoice, debtor, issued, late, day, amount, since) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for of in &memory.closed {
        let (issued, day) = (of.issued.to_string(), of.day.to_string());
        begin.execute(params![&*of.contract.0, &*of.invoice.0, &*of.debtor.0, issued, of.late_days, day, of.amount, run])?;
    }
    Ok(())
}
