//! The tables of the state, and how older ones become them.

use super::{State, VERSION};
use crate::shell::RunError;

/// Version 1.
const TABLES: &str = "
CREATE TABLE runs (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, business_date TEXT NOT NULL, manifest TEXT NOT NULL, published INTEGER NOT NULL);
CREATE TABLE bookings (id TEXT PRIMARY KEY, run INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE statements (account TEXT NOT NULL, number TEXT NOT NULL, digest TEXT NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (account, number)) WITHOUT ROWID;
CREATE TABLE codes (contract TEXT NOT NULL, debtor TEXT NOT NULL, run INTEGER NOT NULL, next INTEGER NOT NULL, PRIMARY KEY (contract, debtor, run)) WITHOUT ROWID;
CREATE TABLE open_groups (contract TEXT NOT NULL, debtor TEXT NOT NULL, run INTEGER NOT NULL, invoice TEXT NOT NULL, ordinal INTEGER NOT NULL, PRIMARY KEY (contract, debtor, run, invoice)) WITHOUT ROWID;
CREATE TABLE lettered (id INTEGER PRIMARY KEY, contract TEXT NOT NULL, invoice TEXT NOT NULL, run INTEGER NOT NULL, open_before INTEGER NOT NULL, open_after INTEGER NOT NULL);
CREATE TABLE moves (id INTEGER PRIMARY KEY, file TEXT NOT NULL, folder TEXT NOT NULL, copy INTEGER NOT NULL, reason_text TEXT NOT NULL, reason_json TEXT NOT NULL);
";

/// Version 2: remittances that wait for a person, from the run that left them so to the one that
/// changed it; what people decide; the chain of statements.
const WAITING: &str = "
CREATE TABLE waiting (id TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER, suggested INTEGER NOT NULL, remittance TEXT NOT NULL, PRIMARY KEY (id, since)) WITHOUT ROWID;
CREATE TABLE decisions (id INTEGER PRIMARY KEY, remittance TEXT NOT NULL, resolution TEXT NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL, made TEXT NOT NULL, run INTEGER);
ALTER TABLE statements ADD COLUMN day TEXT;
ALTER TABLE statements ADD COLUMN sequence INTEGER;
ALTER TABLE statements ADD COLUMN opening INTEGER;
ALTER TABLE statements ADD COLUMN closing INTEGER;
CREATE INDEX waiting_now ON waiting (until) WHERE until IS NULL;
";

/// Version 3: what was lettered of each remittance, from the run that did to the one that took it
/// back; who pays for whom; what is gone from the export. Everything that a night asks for has an
/// index, so that a night does not take longer the more nights lie behind it.
const SETTLED: &str = "
CREATE TABLE settled (id TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER, amount INTEGER NOT NULL, bank_reference TEXT NOT NULL, remittance TEXT NOT NULL, lines TEXT NOT NULL, PRIMARY KEY (id, since)) WITHOUT ROWID;
CREATE INDEX settled_amount ON settled (amount);
CREATE INDEX settled_reference ON settled (bank_reference);
CREATE TABLE payers (id INTEGER PRIMARY KEY, contract TEXT NOT NULL, key TEXT NOT NULL, debtor TEXT NOT NULL, confirmed INTEGER NOT NULL, day TEXT NOT NULL, run INTEGER NOT NULL, forgotten INTEGER);
CREATE TABLE open_items (contract TEXT NOT NULL, invoice TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER, PRIMARY KEY (contract, invoice, since)) WITHOUT ROWID;
CREATE INDEX open_items_now ON open_items (until) WHERE until IS NULL;
CREATE TABLE returns (id TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER, line TEXT NOT NULL, PRIMARY KEY (id, since)) WITHOUT ROWID;
CREATE TABLE vanished (contract TEXT NOT NULL, invoice TEXT NOT NULL, since INTEGER NOT NULL, until INTEGER, PRIMARY KEY (contract, invoice, since)) WITHOUT ROWID;
CREATE INDEX lettered_items ON lettered (contract, invoice);
UPDATE moves SET folder = folder || '/' || file;
CREATE TABLE dunning (id INTEGER PRIMARY KEY, contract TEXT NOT NULL, invoice TEXT NOT NULL, debtor TEXT NOT NULL, level TEXT NOT NULL, day TEXT NOT NULL, run INTEGER NOT NULL);
CREATE INDEX dunning_items ON dunning (contract, invoice);
CREATE INDEX dunning_debtors ON dunning (contract, debtor, day);
CREATE TABLE sequences (contract TEXT NOT NULL, layout TEXT NOT NULL, number INTEGER NOT NULL, run INTEGER NOT NULL, PRIMARY KEY (contract, layout, run)) WITHOUT ROWID;
ALTER TABLE lettered ADD COLUMN day TEXT;
ALTER TABLE bookings ADD COLUMN day TEXT;
CREATE INDEX bookings_day ON bookings (day);
ALTER TABLE codes ADD COLUMN until INTEGER;
UPDATE codes SET until = (SELECT MIN(n.run) FROM codes n WHERE n.contract = codes.contract AND n.debtor = codes.debtor AND n.run > codes.run);
CREATE INDEX codes_now ON codes (until) WHERE until IS NULL;
INSERT INTO open_items (contract, invoice, since)
  SELECT contract, invoice, run FROM lettered l WHERE open_after <> 0
  AND id = (SELECT MAX(m.id) FROM lettered m WHERE m.contract = l.contract AND m.invoice = l.invoice);
";

/// Version 4: the funds on their way to the factor, its answers, and the balances of balance contracts. What
/// older runs sent is not in it: a sweep of theirs shows as one ahead of the lettrage.
const FUNDS: &str = "
CREATE TABLE funds (id INTEGER PRIMARY KEY, contract TEXT NOT NULL, kind TEXT NOT NULL, day TEXT NOT NULL, amount INTEGER NOT NULL, reference TEXT NOT NULL, run INTEGER NOT NULL);
CREATE TABLE answers (remittance TEXT NOT NULL, sent INTEGER NOT NULL, contract TEXT NOT NULL, amount INTEGER NOT NULL, accepted INTEGER NOT NULL, reason TEXT NOT NULL, who TEXT NOT NULL, made TEXT NOT NULL, after INTEGER NOT NULL, PRIMARY KEY (sent, remittance, after)) WITHOUT ROWID;
CREATE TABLE balances (contract TEXT NOT NULL, debtor TEXT NOT NULL, amount INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER, PRIMARY KEY (contract, debtor, since)) WITHOUT ROWID;
CREATE INDEX balances_now ON balances (until) WHERE until IS NULL;
";

/// Version 5: the invoices that were closed, and the money on account. Programs built between two releases
/// made these tables under version 4.
const CLOSED: &str = "
CREATE TABLE IF NOT EXISTS closed (contract TEXT NOT NULL, invoice TEXT NOT NULL, debtor TEXT NOT NULL, issued TEXT NOT NULL, late INTEGER NOT NULL, day TEXT NOT NULL, amount INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER, PRIMARY KEY (contract, invoice, since)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS closed_day ON closed (day);
CREATE TABLE IF NOT EXISTS on_account (remittance TEXT NOT NULL, contract TEXT NOT NULL, debtor TEXT NOT NULL, reference TEXT NOT NULL, day TEXT NOT NULL, amount INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER, PRIMARY KEY (remittance, debtor, since)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS on_account_now ON on_account (until) WHERE until IS NULL;
";

/// Version 6: the bank's reference of the money that was lettered, beside each item that it paid.
const REFERENCES: &str = "
ALTER TABLE lettered ADD COLUMN reference TEXT;
";

/// Memory that SQLite may use, in KiB, where a night changes that much: what does not fit is written and
/// read back.
const CACHE_KIB: i64 = 256 * 1024;

/// A row that holds a remittance has some seven hundred bytes: pages of four kilobytes hold few of them.
const PAGE_BYTES: i64 = 16 * 1024;

impl State {
    /// Makes the tables, or brings older ones up to this version, with a copy of them beside.
    pub(super) fn prepare(&self) -> rusqlite::Result<Result<(), RunError>> {
        // Of a state that is made; one that is there keeps its own.
        self.connection.pragma_update(None, "page_size", PAGE_BYTES)?;
        self.connection.pragma_update(None, "journal_mode", "WAL")?;
        self.connection.pragma_update(None, "synchronous", "FULL")?;
        self.connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        let version: i64 = self.connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
        if version > VERSION {
            return Ok(Err(RunError::Io(format!(
                "{}: expected a state of version {VERSION} or older, but found {version}: use the newer program that wrote it",
                self.path.display()
            ))));
        }
        if (1..VERSION).contains(&version) {
            self.back_up(version)?;
        }
        let steps = [TABLES, WAITING, SETTLED, FUNDS, CLOSED, REFERENCES];
        let missing = steps.get(usize::try_from(version).unwrap_or(steps.len())..).unwrap_or_default();
        if !missing.is_empty() {
            if let Err(error) = self.unseal() {
                return Ok(Err(error));
            }
            self.connection.execute_batch(&format!("BEGIN; {} PRAGMA user_version = {VERSION}; COMMIT;", missing.concat()))?;
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
}
