//! What earlier nights left behind, in SQLite.

mod funds;
mod habits;
mod history;
mod record;
mod rows;
mod tables;

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDate;
use rusqlite::{Connection, OptionalExtension, params};

use super::{RunError, fault, files, io};

use crate::model::{Memory, RemittanceId, Resolution};
pub(super) use funds::Answer;

/// Version of the tables. A newer state is refused: an older program would misread it.
const VERSION: i64 = 6;

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
    /// Path it gets, relative to the configuration.
    pub target: String,
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

    /// Begins to change the state: until it is sealed again, nobody can say that a bit of it flipped.
    pub(super) fn unseal(&self) -> Result<(), RunError> {
        let seal = seal_of(&self.path);
        if seal.exists() {
            files::remove_file(&seal).map_err(|error| io("cannot remove", &seal, &error))?;
        }
        Ok(())
    }

    /// Whether nothing has changed the state since its seal.
    pub(super) fn is_sealed(&self) -> bool {
        seal_of(&self.path).exists()
    }

    /// Holds the state against its seal, if it has one: what was lettered must not be read from a state that somebody
    /// or a disk changed, and lettered again.
    ///
    /// # Errors
    ///
    /// A state that is not what the last run left.
    pub(super) fn check_seal(&self) -> Result<(), RunError> {
        let seal = seal_of(&self.path);
        let Ok(sealed) = fs::read_to_string(&seal) else { return Ok(()) };
        let found = files::checksum(&self.path).map_err(|error| io("cannot read", &self.path, &error))?;
        if sealed.trim() == found {
            return Ok(());
        }
        Err(RunError::Io(format!(
            "{}: expected the state as the last run left it ({}), but found {found}: something changed it since\n  \
             Restore it from a backup. If it was changed on purpose, remove {}",
            self.path.display(),
            sealed.trim(),
            seal.display()
        )))
    }

    /// Writes length and checksum of the whole state beside it, for `verify`.
    pub(super) fn seal(&self) -> Result<(), RunError> {
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).map_err(|error| self.fail(&error))?;
        let seal = seal_of(&self.path);
        let checksum = files::checksum(&self.path).map_err(|error| io("cannot read", &self.path, &error))?;
        // Whole or not there: half a seal would be taken for a state that was changed.
        let part = seal.with_extension("seal.part");
        files::write_durably(&part, format!("{checksum}\n").as_bytes()).map_err(|error| io("cannot write", &part, &error))?;
        files::rename(&part, &seal).map_err(|error| io("cannot rename", &part, &error))
    }

    fn fail(&self, error: &rusqlite::Error) -> RunError {
        wrong(&self.path, error)
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
        fault::point("commit").map_err(|error| io("cannot write", &path, &error))?;
        self.record(run, memory, moves).map_err(|error| wrong(&path, &error))
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
        let text = rows::resolution_text(resolution).map_err(|error| RunError::Io(error.to_string()))?;
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

    /// From the next run on, what was decided about that payer does not count.
    pub(super) fn forget(&self, payer: &str, debtor: Option<&str>) -> Result<usize, RunError> {
        self.connection
            .execute(
                "UPDATE payers SET forgotten = (SELECT COALESCE(MAX(id), 0) FROM runs)
                 WHERE key = ?1 AND (?2 IS NULL OR debtor = ?2) AND forgotten IS NULL",
                params![payer, debtor],
            )
            .map_err(|error| self.fail(&error))
    }

    /// Names of all runs, in the order in which they ran.
    pub(super) fn run_names(&self) -> Result<Vec<String>, RunError> {
        let names = || -> rusqlite::Result<Vec<String>> {
            let mut query = self.connection.prepare("SELECT name FROM runs ORDER BY id")?;
            query.query_map([], |row| row.get(0))?.collect()
        };
        names().map_err(|error| self.fail(&error))
    }

    /// Name of the last run, in the order in which they ran.
    pub(super) fn last_run(&self) -> Result<Option<String>, RunError> {
        self.connection
            .query_row("SELECT name FROM runs ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
            .optional()
            .map_err(|error| self.fail(&error))
    }

    /// Digest of the manifest of the last run.
    pub(super) fn last_manifest(&self) -> Result<Option<String>, RunError> {
        self.connection
            .query_row("SELECT manifest FROM runs ORDER BY id DESC LIMIT 1", [], |row| row.get(0))
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
        fault::point("published").map_err(|error| io("cannot write", &self.path, &error))?;
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
                    target: row.get(1)?,
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
        fault::point("moved").map_err(|error| io("cannot write", &self.path, &error))?;
        self.connection
            .execute("DELETE FROM moves WHERE file = ?1 AND folder = ?2", params![planned.file, planned.target])
            .map(|_| ())
            .map_err(|error| self.fail(&error))
    }
}

fn wrong(path: &Path, error: &rusqlite::Error) -> RunError {
    RunError::Io(format!("state {}: {error}", path.display()))
}

/// Where the checksum of a state is kept.
pub(super) fn seal_of(state: &Path) -> PathBuf {
    state.with_extension("seal")
}
