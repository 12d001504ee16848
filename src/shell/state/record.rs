//! What a night leaves behind → state, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Transaction, params};

use super::{Move, Run, State, funds, habits, rows};
use crate::model::{Memory, Remittance, Waiting};

impl State {
    /// All of it, or nothing.
    pub(super) fn record(&mut self, run: &Run<'_>, memory: &Memory, moves: &[Move]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "INSERT INTO runs (name, business_date, manifest, published) VALUES (?1, ?2, ?3, 0)",
            params![run.name, run.as_of.to_string(), run.manifest],
        )?;
        let id = transaction.last_insert_rowid();
        record_statements(&transaction, id, memory)?;
        record_codes(&transaction, id, memory)?;
        record_lettrage(&transaction, id, memory)?;
        record_waiting(&transaction, id, &memory.waiting)?;
        record_returns(&transaction, id, memory)?;
        record_vanished(&transaction, id, memory)?;
        funds::record(&transaction, id, run, memory)?;
        habits::record(&transaction, id, memory)?;
        let mut applied = transaction.prepare("UPDATE decisions SET run = ?1 WHERE id = ?2 AND run IS NULL")?;
        for number in &memory.decided {
            applied.execute(params![id, number])?;
        }
        drop(applied);
        let mut lesson = transaction
            .prepare("INSERT INTO payers (contract, key, debtor, confirmed, day, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for l in &memory.lessons {
            lesson.execute(params![&*l.contract.0, l.key, &*l.debtor.0, l.confirmed, run.as_of.to_string(), id])?;
        }
        drop(lesson);
        let mut given = transaction
            .prepare("INSERT INTO dunning (contract, invoice, debtor, level, day, run) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
        for (contract, invoice, debtor, step) in &memory.dunning {
            given.execute(params![&*contract.0, &*invoice.0, &*debtor.0, step.level, step.day.to_string(), id])?;
        }
        drop(given);
        let mut sequence =
            transaction.prepare("INSERT INTO sequences (contract, layout, number, run) VALUES (?1, ?2, ?3, ?4)")?;
        for ((contract, layout), number) in &memory.sequences {
            sequence.execute(params![&*contract.0, layout, i64::try_from(*number).unwrap_or(i64::MAX), id])?;
        }
        drop(sequence);
        let mut planned = transaction
            .prepare("INSERT INTO moves (file, folder, copy, reason_text, reason_json) VALUES (?1, ?2, ?3, ?4, ?5)")?;
        for m in moves {
            planned.execute(params![m.file, m.target, m.copy, m.reason_text, m.reason_json])?;
        }
        drop(planned);
        transaction.commit()
    }
}

fn record_statements(transaction: &Transaction<'_>, run: i64, memory: &Memory) -> rusqlite::Result<()> {
    let mut booking = transaction.prepare("INSERT OR IGNORE INTO bookings (id, run, day) VALUES (?1, ?2, ?3)")?;
    for (seen, day) in &memory.seen {
        booking.execute(params![&*seen.0, run, day.to_string()])?;
    }
    let mut statement = transaction.prepare(
        "INSERT OR IGNORE INTO statements (account, number, digest, run, day, sequence, opening, closing) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (account, number, known) in &memory.statements {
        let link = known.link.as_ref();
        let sequence = link.and_then(|l| l.sequence).and_then(|s| i64::try_from(s).ok());
        let (opening, closing) = (link.map(|l| l.opening), link.map(|l| l.closing));
        let day = link.map(|l| l.day.to_string());
        statement.execute(params![account, number, known.digest, run, day, sequence, opening, closing])?;
    }
    Ok(())
}

fn record_codes(transaction: &Transaction<'_>, run: i64, memory: &Memory) -> rusqlite::Result<()> {
    let mut end = transaction.prepare("UPDATE codes SET until = ?3 WHERE contract = ?1 AND debtor = ?2 AND until IS NULL")?;
    let mut code = transaction.prepare("INSERT INTO codes (contract, debtor, run, next) VALUES (?1, ?2, ?3, ?4)")?;
    let mut group =
        transaction.prepare("INSERT INTO open_groups (contract, debtor, run, invoice, ordinal) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    for ((contract, debtor), counter) in &memory.codes {
        end.execute(params![&*contract.0, &*debtor.0, run])?;
        code.execute(params![&*contract.0, &*debtor.0, run, number(counter.next)])?;
        for (invoice, ordinal) in &counter.open {
            group.execute(params![&*contract.0, &*debtor.0, run, &*invoice.0, number(*ordinal)])?;
        }
    }
    Ok(())
}

/// The steps of the items, the lines of the remittances, and which of them do not hold any more.
fn record_lettrage(transaction: &Transaction<'_>, run: i64, memory: &Memory) -> rusqlite::Result<()> {
    let mut step = transaction
        .prepare("INSERT INTO lettered (contract, invoice, run, open_before, open_after, day, reference) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)")?;
    let mut end =
        transaction.prepare("UPDATE open_items SET until = ?3 WHERE contract = ?1 AND invoice = ?2 AND until IS NULL")?;
    let mut begin = transaction.prepare("INSERT INTO open_items (contract, invoice, since) VALUES (?1, ?2, ?3)")?;
    let mut last: BTreeMap<(&str, &str), i64> = BTreeMap::new();
    for (contract, invoice, item) in &memory.lettered {
        step.execute(params![
            &*contract.0,
            &*invoice.0,
            run,
            item.open_before,
            item.open_after,
            item.day.map(|d| d.to_string()),
            item.reference.as_deref()
        ])?;
        last.insert((&contract.0, &invoice.0), item.open_after);
    }
    for ((contract, invoice), open) in last {
        end.execute(params![contract, invoice, run])?;
        if open != 0 {
            begin.execute(params![contract, invoice, run])?;
        }
    }
    let mut back = transaction.prepare("UPDATE settled SET until = ?1 WHERE id = ?2 AND until IS NULL")?;
    for id in &memory.taken_back {
        back.execute(params![run, &*id.0])?;
    }
    let mut settled = transaction
        .prepare("INSERT INTO settled (id, since, amount, bank_reference, remittance, lines) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")?;
    for of in by_id(&memory.settled, |of| &of.remittance) {
        let line = &of.remittance.line;
        let (remittance, lines) = rows::settled_text(of).map_err(not_text)?;
        settled.execute(params![&*line.id.0, run, line.amount.minor(), &*line.bank_reference, remittance, lines])?;
    }
    Ok(())
}

/// In the order of the key of their table, which is then written from one end to the other: a night may
/// be larger than what SQLite keeps in memory.
fn by_id<T>(rows: &[T], remittance: impl Fn(&T) -> &Remittance) -> Vec<&T> {
    let mut rows: Vec<&T> = rows.iter().collect();
    rows.sort_by(|a, b| remittance(a).line.id.cmp(&remittance(b).line.id));
    rows
}

/// Ends what does not wait any more, or waits otherwise, and begins what does: only the changes are
/// written.
fn record_waiting(transaction: &Transaction<'_>, run: i64, now: &[Waiting]) -> rusqlite::Result<()> {
    let mut before: BTreeMap<String, (bool, String)> = BTreeMap::new();
    let mut query = transaction.prepare("SELECT id, suggested, remittance FROM waiting WHERE until IS NULL")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        before.insert(row.get(0)?, (row.get(1)?, row.get(2)?));
    }
    let mut end = transaction.prepare("UPDATE waiting SET until = ?1 WHERE id = ?2 AND until IS NULL")?;
    let mut begin = transaction.prepare("INSERT INTO waiting (id, since, suggested, remittance) VALUES (?1, ?2, ?3, ?4)")?;
    for waiting in by_id(now, |waiting| &waiting.remittance) {
        let id = &*waiting.remittance.line.id.0;
        let text = rows::remittance_text(&waiting.remittance).map_err(not_text)?;
        match before.remove(id) {
            Some((suggested, as_before)) if suggested == waiting.suggested && as_before == text => continue,
            Some(_) => {
                end.execute(params![run, id])?;
            }
            None => {}
        }
        begin.execute(params![id, run, waiting.suggested, text])?;
    }
    for id in before.keys() {
        end.execute(params![run, id])?;
    }
    Ok(())
}

/// Returns of which the payment is not found.
fn record_returns(transaction: &Transaction<'_>, run: i64, memory: &Memory) -> rusqlite::Result<()> {
    let mut before: BTreeSet<String> = BTreeSet::new();
    {
        let mut query = transaction.prepare("SELECT id FROM returns WHERE until IS NULL")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            before.insert(row.get(0)?);
        }
    }
    for line in &memory.returns {
        if !before.remove(&*line.id.0) {
            let text = rows::booking_text(line).map_err(not_text)?;
            transaction.execute("INSERT INTO returns (id, since, line) VALUES (?1, ?2, ?3)", params![&*line.id.0, run, text])?;
        }
    }
    for id in before {
        transaction.execute("UPDATE returns SET until = ?1 WHERE id = ?2 AND until IS NULL", params![run, id])?;
    }
    Ok(())
}

/// Items that are gone from the export are told once.
fn record_vanished(transaction: &Transaction<'_>, run: i64, memory: &Memory) -> rusqlite::Result<()> {
    let mut known = memory.vanished.clone();
    let mut ended = Vec::new();
    {
        let mut query = transaction.prepare("SELECT contract, invoice FROM vanished WHERE until IS NULL")?;
        let mut rows = query.query([])?;
        while let Some(row) = rows.next()? {
            let (contract, invoice): (String, String) = (row.get(0)?, row.get(1)?);
            let key = (crate::model::ContractId(contract.as_str().into()), crate::model::InvoiceId(invoice.as_str().into()));
            if !known.remove(&key) {
                ended.push((contract, invoice));
            }
        }
    }
    for (contract, invoice) in ended {
        transaction.execute(
            "UPDATE vanished SET until = ?3 WHERE contract = ?1 AND invoice = ?2 AND until IS NULL",
            params![contract, invoice, run],
        )?;
    }
    for (contract, invoice) in known {
        transaction.execute(
            "INSERT INTO vanished (contract, invoice, since) VALUES (?1, ?2, ?3)",
            params![&*contract.0, &*invoice.0, run],
        )?;
    }
    Ok(())
}

fn not_text(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(error.into())
}
