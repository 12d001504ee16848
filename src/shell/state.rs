//! What earlier nights left behind, in SQLite.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, params};

use super::{RunError, decisions, io, waiting};
use crate::model::{
    CodeCounter, ContractId, DebtorId, Decision, History, InvoiceId, KnownStatement, LetteredItem, RemittanceId, Resolution,
    StatementLink, Waiting,
};
use crate::pipeline::Memory;

/// Version of the tables. A newer state is refused: an older program would misread it.
const VERSION: i64 = 2;

const TABLES: &str = "
CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, business_date TEXT NOT NULL, manifest TEXT NOT NULL, published INTEGER NOT NULL);
CREATE TABLE bookings (id TEXT PRIMARY KEY, run INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE statements (account TEXT NOT NULL, number TEXT NOT NULL, digest TEXT NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (account, number)) WITHOUT ROWID;
CREATE TABLE codes (contract TEXT NOT NULL, debtor TEXT NOT NULL, run INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (contract, debtor, run)) WITHOUT ROWID;
CREATE TABLE open_groups (contract TEXT NOT NULL, debtor TEXT NOT NULL, run INTEGER NOT NULL, invoice TEXT NOT NULL, ordinal INTEGER NOT NULL, PRIMARY KEY (contract, debtor, run, invoice)) WITHOUT ROWID;
CREATE TABLE lettered (id INTEGER PRIMARY KEY, contract TEXT NOT NULL, invoice TEXT NOT NULL, run INTEGER NOT NULL, open_before INTEGER NOT NULL, open_after INTEGER NOT NULL);
CREATE TABLE moves (id INTEGER PRIMARY KEY, file TEXT NOT NULL, folder TEXT NOT NULL, copy INTEGER NOT NULL, reason_text TEXT NOT NULL, reason_json TEXT NOT NULL);
";

/// What version 2 added: remittances that wait for a person, from the run that left them so to the one
/// that changed it.
const WAITING: &str = "
CREATE TABLE waiting (id TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER, suggested INTEGER NOT NULL, remittance TEXT NOT NULL, PRIMARY KEY (id, since)) WITHOUT ROWID;
CREATE TABLE decisions (id INTEGER PRIMARY KEY, remittance TEXT NOT NULL, resolution TEXT NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL, made TEXT NOT NULL, run INTEGER);
ALTER TABLE statements ADD COLUMN day TEXT;
ALTER TABLE statements ADD COLUMN sequence INTEGER;
ALTER TABLE statements ADD COLUMN opening INTEGER;
ALTER TABLE statements ADD COLUMN closing INTEGER;
CREATE INDEX waiting_now ON waiting (until) WHERE until IS NULL;
";

/// An open state.
#[derive(Debug)]
pub struct State {
    connection: Connection,
    path: PathBuf,
}

/// A run to be committed.
pub(super) struct Run<'a> {
    pub name: &'a str,
    pub as_of: NaiveDate,
    pub manifest: &'a str,
}

/// A file of the inbox that has still to be moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Move {
    /// Path below the inbox.
    pub file: String,
    /// Folder it goes to, relative to the configuration.
    pub folder: String,
    /// A copy goes there, and the file itself elsewhere.
    pub copy: bool,
    pub reason_text: String,
    pub reason_json: String,
}

impl State {
    /// Opens the state, or makes an empty one.
    ///
    /// # Errors
    ///
    /// A folder or file that cannot be written, or a state of a newer program.
    pub fn open(path: &Path) -> Result<Self, RunError> {
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).map_err(|error| io("cannot create", folder, &error))?;
        }
        let connection = Connection::open(path).map_err(|error| wrong(path, &error))?;
        let state = Self { connection, path: path.to_path_buf() };
        state.prepare().map_err(|error| wrong(path, &error))??;
        Ok(state)
    }

    /// Opens a state that is there; `None` when it is not.
    ///
    /// # Errors
    ///
    /// As [`State::open`].
    pub fn open_existing(path: &Path) -> Result<Option<Self>, RunError> {
        if path.is_file() { Self::open(path).map(Some) } else { Ok(None) }
    }

    fn prepare(&self) -> rusqlite::Result<Result<(), RunError>> {
        self.connection.pragma_update(None, "journal_mode", "WAL")?;
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        let version: i64 = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version > VERSION {
            return Ok(Err(RunError::Io(format!(
                "{}: expected a state of version {VERSION} or older, but found {version}: use the newer program that wrote it",
                self.path.display()
            ))));
        }
        match version {
            0 => self.connection.execute_batch(&format!("BEGIN; {TABLES} {WAITING} PRAGMA user_version = {VERSION}; COMMIT;"))?,
            1 => {
                self.back_up(version)?;
                self.connection.execute_batch(&format!("BEGIN; {WAITING} PRAGMA user_version = {VERSION}; COMMIT;"))?;
            }
            _ => {}
        }
        Ok(Ok(()))
    }

    /// A copy of the state beside it, as it is before its tables change; one that is there already is
    /// of a change that was interrupted, and holds the same.
    fn back_up(&self, version: i64) -> rusqlite::Result<()> {
        let copy = self.path.with_extension(format!("v{version}.bak"));
        if copy.exists() {
            return Ok(());
        }
        self.connection.execute("VACUUM INTO ?1", [copy.to_string_lossy()]).map(|_| ())
    }

    fn fail(&self, error: &rusqlite::Error) -> RunError {
        wrong(&self.path, error)
    }

    /// What all runs left behind, or only those before the run of that name.
    ///
    /// # Errors
    ///
    /// A state that cannot be read.
    pub fn history(&self, before: Option<&str>) -> Result<History, RunError> {
        self.load(before).map_err(|error| self.fail(&error))
    }

    fn load(&self, before: Option<&str>) -> rusqlite::Result<History> {
        let limit: i64 = match before {
            Some(name) => self
                .connection
                .query_row("SELECT id FROM runs WHERE name = ?1", [name], |row| row.get(0))
                .optional()?
                .unwrap_or(i64::MAX),
            None => i64::MAX,
        };
        let mut history = History::default();
        self.rows("SELECT id FROM bookings WHERE run < ?1", limit, |row| {
            history.seen.insert(RemittanceId(row.get::<_, String>(0)?.into()));
            Ok(())
        })?;
        self.rows(
            "SELECT account, number, digest, day, sequence, opening, closing FROM statements WHERE run < ?1",
            limit,
            |row| {
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
            },
        )?;
        self.rows("SELECT contract, debtor, next, run FROM codes WHERE run < ?1 ORDER BY run", limit, |row| {
            let key = (ContractId(row.get::<_, String>(0)?.into()), DebtorId(row.get::<_, String>(1)?.into()));
            history.codes.insert(key, CodeCounter { next: row.get::<_, i64>(2)?.unsigned_abs(), open: BTreeMap::new() });
            Ok(())
        })?;
        self.rows(
            "SELECT g.contract, g.debtor, g.invoice, g.ordinal FROM open_groups g WHERE g.run < ?1 AND g.run =
             (SELECT MAX(c.run) FROM codes c WHERE c.contract = g.contract AND c.debtor = g.debtor AND c.run < ?1)",
            limit,
            |row| {
                let key = (ContractId(row.get::<_, String>(0)?.into()), DebtorId(row.get::<_, String>(1)?.into()));
                let counter = history.codes.entry(key).or_default();
                counter.open.insert(InvoiceId(row.get::<_, String>(2)?.into()), row.get::<_, i64>(3)?.unsigned_abs());
                Ok(())
            },
        )?;
        self.rows("SELECT contract, invoice, open_before, open_after FROM lettered WHERE run < ?1 ORDER BY id", limit, |row| {
            let key = (ContractId(row.get::<_, String>(0)?.into()), InvoiceId(row.get::<_, String>(1)?.into()));
            history.lettered.entry(key).or_default().push(LetteredItem { open_before: row.get(2)?, open_after: row.get(3)? });
            Ok(())
        })?;
        let mut unreadable = None;
        self.rows(
            "SELECT remittance, suggested, id FROM waiting WHERE since < ?1 AND (until IS NULL OR until >= ?1) ORDER BY since, id",
            limit,
            |row| {
                match waiting::from_json(&row.get::<_, String>(0)?) {
                    Some(remittance) => history.waiting.push(Waiting { remittance, suggested: row.get(1)? }),
                    None => unreadable = Some(row.get::<_, String>(2)?),
                }
                Ok(())
            },
        )?;
        // Decisions that a run has applied belong to that run; the others to the next one.
        self.rows(
            "SELECT id, remittance, resolution, reason, who, made FROM decisions
             WHERE CASE WHEN ?1 = 9223372036854775807 THEN run IS NULL ELSE run = ?1 END ORDER BY id",
            limit,
            |row| {
                let (number, remittance): (i64, String) = (row.get(0)?, row.get(1)?);
                let (reason, who, made): (String, String, String) = (row.get(3)?, row.get(4)?, row.get(5)?);
                match decisions::from_json(&row.get::<_, String>(2)?) {
                    Some(resolution) => {
                        let why = if reason.is_empty() { String::new() } else { format!(": {reason}") };
                        let by = format!("decided by {who} on {made}{why}");
                        history.decisions.push(Decision { number, remittance: RemittanceId(remittance.into()), resolution, by });
                    }
                    None => unreadable = Some(remittance),
                }
                Ok(())
            },
        )?;
        // Money that waits must not be lost in silence.
        if let Some(id) = unreadable {
            return Err(rusqlite::Error::InvalidColumnName(format!("waiting remittance {id} is unreadable")));
        }
        history.previous_manifest = self
            .connection
            .query_row("SELECT manifest FROM runs WHERE id < ?1 ORDER BY id DESC LIMIT 1", [limit], |row| row.get(0))
            .optional()?;
        Ok(history)
    }

    fn rows(
        &self,
        query: &str,
        limit: i64,
        mut each: impl FnMut(&rusqlite::Row<'_>) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<()> {
        let mut statement = self.connection.prepare(query)?;
        let mut rows = statement.query([limit])?;
        while let Some(row) = rows.next()? {
            each(row)?;
        }
        Ok(())
    }

    /// Number of runs of a business date so far.
    pub(super) fn runs_of(&self, as_of: NaiveDate) -> Result<u32, RunError> {
        self.connection
            .query_row("SELECT COUNT(*) FROM runs WHERE business_date = ?1", [as_of.to_string()], |row| row.get(0))
            .map_err(|error| self.fail(&error))
    }

    /// The commit point of a night: all of it or nothing.
    pub(super) fn commit(&mut self, run: &Run<'_>, memory: &Memory, moves: &[Move]) -> Result<(), RunError> {
        let path = self.path.clone();
        self.record(run, memory, moves).map_err(|error| wrong(&path, &error))
    }

    fn record(&mut self, run: &Run<'_>, memory: &Memory, moves: &[Move]) -> rusqlite::Result<()> {
        let transaction = self.connection.transaction()?;
        transaction.execute(
            "INSERT INTO runs (name, business_date, manifest, published) VALUES (?1, ?2, ?3, 0)",
            params![run.name, run.as_of.to_string(), run.manifest],
        )?;
        let id = transaction.last_insert_rowid();
        {
            let mut booking = transaction.prepare("INSERT OR IGNORE INTO bookings (id, run) VALUES (?1, ?2)")?;
            for seen in &memory.seen {
                booking.execute(params![&*seen.0, id])?;
            }
            let mut statement =
                transaction.prepare("INSERT OR IGNORE INTO statements (account, number, digest, run, day, sequence, opening, closing) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)")?;
            for (account, number, known) in &memory.statements {
                let link = known.link.as_ref();
                let sequence = link.and_then(|l| l.sequence).and_then(|s| i64::try_from(s).ok());
                let (opening, closing) = (link.map(|l| l.opening), link.map(|l| l.closing));
                let day = link.map(|l| l.day.to_string());
                statement.execute(params![account, number, known.digest, id, day, sequence, opening, closing])?;
            }
            let mut code = transaction.prepare("INSERT INTO codes (contract, debtor, run, next) VALUES (?1, ?2, ?3, ?4)")?;
            let mut group = transaction
                .prepare("INSERT INTO open_groups (contract, debtor, run, invoice, ordinal) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for ((contract, debtor), counter) in &memory.codes {
                code.execute(params![&*contract.0, &*debtor.0, id, i64::try_from(counter.next).unwrap_or(i64::MAX)])?;
                for (invoice, ordinal) in &counter.open {
                    group.execute(params![
                        &*contract.0,
                        &*debtor.0,
                        id,
                        &*invoice.0,
                        i64::try_from(*ordinal).unwrap_or(i64::MAX)
                    ])?;
                }
            }
            let mut lettered = transaction
                .prepare("INSERT INTO lettered (contract, invoice, run, open_before, open_after) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for (contract, invoice, item) in &memory.lettered {
                lettered.execute(params![&*contract.0, &*invoice.0, id, item.open_before, item.open_after])?;
            }
            record_waiting(&transaction, id, &memory.waiting)?;
            let mut applied = transaction.prepare("UPDATE decisions SET run = ?1 WHERE id = ?2 AND run IS NULL")?;
            for number in &memory.decided {
                applied.execute(params![id, number])?;
            }
            let mut planned = transaction
                .prepare("INSERT INTO moves (file, folder, copy, reason_text, reason_json) VALUES (?1, ?2, ?3, ?4, ?5)")?;
            for m in moves {
                planned.execute(params![m.file, m.folder, m.copy, m.reason_text, m.reason_json])?;
            }
        }
        transaction.commit()
    }

    /// Records what a person decided about a waiting remittance, instead of what was decided before.
    pub(super) fn record_decision(
        &mut self,
        remittance: &RemittanceId,
        resolution: &Resolution,
        reason: &str,
        who: &str,
        made: &str,
    ) -> Result<(), RunError> {
        let text = decisions::to_json(resolution).map_err(|error| RunError::Io(error.to_string()))?;
        let write = || -> rusqlite::Result<()> {
            let transaction = self.connection.unchecked_transaction()?;
            transaction.execute("DELETE FROM decisions WHERE remittance = ?1 AND run IS NULL", [&*remittance.0])?;
            transaction.execute(
                "INSERT INTO decisions (remittance, resolution, reason, who, made) VALUES (?1, ?2, ?3, ?4, ?5)",
                params![&*remittance.0, text, reason, who, made],
            )?;
            transaction.commit()
        };
        write().map_err(|error| self.fail(&error))
    }

    /// Name of the last run, in the order in which they ran.
    pub(super) fn last_run(&self) -> Result<Option<String>, RunError> {
        self.connection
            .query_row("SELECT name FROM runs ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
            .optional()
            .map_err(|error| self.fail(&error))
    }

    /// Whether a run of that name is recorded.
    pub(super) fn knows(&self, name: &str) -> Result<bool, RunError> {
        self.connection
            .query_row("SELECT COUNT(*) FROM runs WHERE name = ?1", [name], |row| row.get::<_, i64>(0))
            .map(|count| count > 0)
            .map_err(|error| self.fail(&error))
    }

    /// A run that is committed, but whose folder may not be in place yet.
    pub(super) fn unpublished(&self) -> Result<Option<String>, RunError> {
        self.connection
            .query_row("SELECT name FROM runs WHERE published = 0 ORDER BY id LIMIT 1", [], |row| row.get(0))
            .optional()
            .map_err(|error| self.fail(&error))
    }

    /// The folder of that run is in place.
    pub(super) fn published(&self, name: &str) -> Result<(), RunError> {
        self.connection
            .execute("UPDATE runs SET published = 1 WHERE name = ?1", [name])
            .map(|_| ())
            .map_err(|error| self.fail(&error))
    }

    /// Moves that are still to be carried out.
    pub(super) fn moves(&self) -> Result<Vec<Move>, RunError> {
        let read = || -> rusqlite::Result<Vec<Move>> {
            let mut statement =
                self.connection.prepare("SELECT file, folder, copy, reason_text, reason_json FROM moves ORDER BY id")?;
            let rows = statement.query_map([], |row| {
                Ok(Move {
                    file: row.get(0)?,
                    folder: row.get(1)?,
                    copy: row.get(2)?,
                    reason_text: row.get(3)?,
                    reason_json: row.get(4)?,
                })
            })?;
            rows.collect()
        };
        read().map_err(|error| self.fail(&error))
    }

    /// That move is done.
    pub(super) fn moved(&self, planned: &Move) -> Result<(), RunError> {
        self.connection
            .execute("DELETE FROM moves WHERE file = ?1 AND folder = ?2", params![planned.file, planned.folder])
            .map(|_| ())
            .map_err(|error| self.fail(&error))
    }
}

/// Ends what does not wait any more, or waits otherwise, and begins what does: only the changes are
/// written.
fn record_waiting(transaction: &rusqlite::Transaction<'_>, run: i64, now: &[Waiting]) -> rusqlite::Result<()> {
    let mut before: BTreeMap<String, bool> = BTreeMap::new();
    let mut query = transaction.prepare("SELECT id, suggested FROM waiting WHERE until IS NULL")?;
    let mut rows = query.query([])?;
    while let Some(row) = rows.next()? {
        before.insert(row.get(0)?, row.get(1)?);
    }
    let mut end = transaction.prepare("UPDATE waiting SET until = ?1 WHERE id = ?2 AND until IS NULL")?;
    let mut begin = transaction.prepare("INSERT INTO waiting (id, since, suggested, remittance) VALUES (?1, ?2, ?3, ?4)")?;
    for waiting in now {
        let id = &*waiting.remittance.line.id.0;
        match before.remove(id) {
            Some(suggested) if suggested == waiting.suggested => continue,
            Some(_) => {
                end.execute(params![run, id])?;
            }
            None => {}
        }
        let text = waiting::to_json(&waiting.remittance).map_err(|e| rusqlite::Error::ToSqlConversionFailure(e.into()))?;
        begin.execute(params![id, run, waiting.suggested, text])?;
    }
    for id in before.keys() {
        end.execute(params![run, id])?;
    }
    Ok(())
}

fn wrong(path: &Path, error: &rusqlite::Error) -> RunError {
    RunError::Io(format!("state {}: {error}", path.display()))
}
