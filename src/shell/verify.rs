//! Walks an outbox and its state, and names what is broken.
//!
//! It shares no code with what writes them: it reads the files and the tables as an auditor would,
//! with its own sums.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::{Project, RunError, io};
use crate::model::{Finding, Origin};

/// What was looked at, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Verified {
    /// Runs walked.
    pub runs: usize,
    /// Files whose digests were computed.
    pub files: usize,
    /// Remittances lettered in all runs.
    pub lettered: usize,
    /// A run was cut short: the state has no checksum to be held against.
    pub unsealed: bool,
    /// Broken links, the first of the first run first.
    pub broken: Vec<Finding>,
}

#[derive(Deserialize)]
struct Manifest {
    previous_manifest_sha256: Option<String>,
    outputs: Vec<Output>,
}

#[derive(Deserialize)]
struct Output {
    name: String,
    size: u64,
    sha256: String,
}

/// Minor units of all currencies have at most four decimals: sums are kept in ten-thousandths.
type Amount = i128;

/// Findings that say why an item that was closed is open again: another document bears its number, or the export
/// has it open and a person confirmed what pays it.
const REOPENED: [&str; 2] = ["ledger-number-again", "ledger-disagrees"];

struct Walk {
    outbox: PathBuf,
    found: Verified,
    /// Run in which each remittance was lettered.
    lettered_in: BTreeMap<String, String>,
    /// Run in which each item was closed, by contract and number.
    closed_in: BTreeMap<(String, String), String>,
    /// By currency: what all release rows say went somewhere, what all lettrage lines say, and what
    /// all release rows leave for a person.
    sums: BTreeMap<String, [Amount; 3]>,
}

/// Verifies the outbox of a project against its state.
///
/// # Errors
///
/// An outbox or a state that cannot be read at all.
pub fn verify(project: &Project) -> Result<Verified, RunError> {
    let outbox = project.path(&project.settings.outbox.path);
    let state = project.path(&project.settings.state_path);
    let mut walk = Walk {
        outbox,
        found: Verified::default(),
        lettered_in: BTreeMap::new(),
        closed_in: BTreeMap::new(),
        sums: BTreeMap::new(),
    };
    if !state.is_file() {
        if !walk.folders()?.is_empty() {
            walk.broken(
                &state.display().to_string(),
                "verify-state",
                "expected the state of the runs in the outbox, but found none".to_owned(),
            );
        }
        return Ok(walk.found);
    }
    walk.seal(&state)?;
    let place = state.display().to_string();
    match walk.state(&state, &place) {
        Ok(done) => done?,
        Err(error) => walk.broken(&place, "verify-state", format!("expected a state that can be read, but found: {error}")),
    }
    Ok(walk.found)
}

fn texts(connection: &Connection, query: &str) -> rusqlite::Result<Vec<(String, String)>> {
    let mut statement = connection.prepare(query)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

impl Walk {
    fn broken(&mut self, place: &str, rule: &'static str, what: String) {
        self.found.broken.push(
            Finding::error(Origin::file(&place.into()), rule, what)
                .effect("Nothing was changed")
                .remedy("Compare with a backup of the outbox and of the state; do not send these files before that"),
        );
    }

    /// Walks all runs that the state knows, and holds them against one another.
    fn state(&mut self, state: &Path, place: &str) -> rusqlite::Result<Result<(), RunError>> {
        let connection = Connection::open_with_flags(state, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
        let health: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
        if health != "ok" {
            self.broken(place, "verify-state", format!("expected a sound database, but found: {health}"));
        }
        let runs = texts(&connection, "SELECT name, manifest FROM runs ORDER BY id")?;
        let in_place: BTreeSet<String> =
            texts(&connection, "SELECT name, name FROM runs WHERE published = 1")?.into_iter().map(|(name, _)| name).collect();
        let is_cut_short = |name: &String| !in_place.contains(name) && !self.outbox.join(name).is_dir();
        // The next run puts its folder in place: nothing of it can be walked before.
        let cut_short = runs.iter().any(|(name, _)| is_cut_short(name));
        let runs: Vec<(String, String)> = runs.into_iter().filter(|(name, _)| !is_cut_short(name)).collect();
        self.found.unsealed |= cut_short;
        let mut previous: Option<String> = None;
        for (name, manifest) in &runs {
            if let Err(error) = self.run(name, manifest, previous.as_deref()) {
                return Ok(Err(error));
            }
            previous = Some(manifest.clone());
        }
        let known: BTreeSet<&str> = runs.iter().map(|(name, _)| name.as_str()).collect();
        let folders = match self.folders() {
            Ok(folders) => folders,
            Err(error) => return Ok(Err(error)),
        };
        for folder in folders.iter().filter(|f| !known.contains(f.as_str())) {
            self.broken(
                folder,
                "verify-run",
                "expected a run that the state knows, but found a folder that it does not".to_owned(),
            );
        }
        if cut_short {
            return Ok(Ok(()));
        }
        let waiting = texts(&connection, "SELECT id, remittance FROM waiting WHERE until IS NULL")?;
        let bookings: BTreeSet<String> =
            texts(&connection, "SELECT id, id FROM bookings")?.into_iter().map(|(id, _)| id).collect();
        self.totals(&waiting, &bookings);
        Ok(Ok(()))
    }

    /// Holds the state against length and checksum that the last run left beside it. Without one, a run was cut
    /// short, and the next one seals the state again.
    fn seal(&mut self, state: &Path) -> Result<(), RunError> {
        let seal = state.with_extension("seal");
        let place = state.display().to_string();
        let Ok(sealed) = fs::read(&seal) else {
            self.found.unsealed = true;
            return Ok(());
        };
        let bytes = fs::read(state).map_err(|error| io("cannot read", state, &error))?;
        let found = format!("{} bytes, crc-32 {:08x}", bytes.len(), crc32fast::hash(&bytes));
        if sealed != format!("{found}\n").as_bytes() {
            let what = format!(
                "expected {:?}, as the last run left beside it, but found {found:?}",
                String::from_utf8_lossy(&sealed).trim()
            );
            self.broken(&place, "verify-state", what);
        }
        Ok(())
    }

    /// Names of the run folders, in order.
    fn folders(&self) -> Result<Vec<String>, RunError> {
        if !self.outbox.is_dir() {
            return Ok(Vec::new());
        }
        let listed = fs::read_dir(&self.outbox).map_err(|error| io("cannot list", &self.outbox, &error))?;
        let mut names: Vec<String> = listed
            .flatten()
            .filter(|entry| entry.path().is_dir())
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| !name.starts_with('.'))
            .collect();
        names.sort();
        Ok(names)
    }

    fn run(&mut self, name: &str, manifest: &str, previous: Option<&str>) -> Result<(), RunError> {
        self.found.runs += 1;
        let folder = self.outbox.join(name);
        let path = folder.join("manifest.json");
        let place = format!("{name}/manifest.json");
        let Ok(bytes) = fs::read(&path) else {
            self.broken(&place, "verify-missing", "expected the manifest of the run, but found none".to_owned());
            return Ok(());
        };
        let digest = hexadecimal(&bytes);
        if digest != manifest {
            self.broken(
                &place,
                "verify-manifest",
                format!("expected the digest {manifest} that the state keeps, but found {digest}"),
            );
        }
        let read: Manifest = match serde_json::from_slice(&bytes) {
            Ok(read) => read,
            Err(error) => {
                self.broken(&place, "verify-manifest", format!("expected a manifest, but found: {error}"));
                return Ok(());
            }
        };
        if read.previous_manifest_sha256.as_deref() != previous {
            let shown = |digest: Option<&str>| digest.unwrap_or("none").to_owned();
            let found = shown(read.previous_manifest_sha256.as_deref());
            self.broken(&place, "verify-chain", format!("expected the run before to be {}, but found {found}", shown(previous)));
        }
        let mut named: BTreeSet<&str> = BTreeSet::from(["manifest.json"]);
        for output in &read.outputs {
            named.insert(&output.name);
            self.output(name, &folder, output);
        }
        let listed = fs::read_dir(&folder).map_err(|error| io("cannot list", &folder, &error))?;
        for file in listed.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()) {
            if !named.contains(file.as_str()) {
                self.broken(
                    &format!("{name}/{file}"),
                    "verify-file",
                    "expected only files of the manifest, but found another".to_owned(),
                );
            }
        }
        self.amounts(name, &folder);
        Ok(())
    }

    fn output(&mut self, run: &str, folder: &Path, output: &Output) {
        let place = format!("{run}/{}", output.name);
        let Ok(bytes) = fs::read(folder.join(&output.name)) else {
            self.broken(&place, "verify-missing", "expected a file of the manifest, but found none".to_owned());
            return;
        };
        self.found.files += 1;
        let digest = hexadecimal(&bytes);
        if bytes.len() as u64 != output.size || digest != output.sha256 {
            let what = format!(
                "expected {} bytes with the digest {}, but found {} bytes with {digest}",
                output.size,
                output.sha256,
                bytes.len()
            );
            self.broken(&place, "verify-file", what);
        }
    }

    /// Adds up what the tables of a run say.
    fn amounts(&mut self, run: &str, folder: &Path) {
        let mut of_remittance: BTreeMap<(String, String), (Amount, Amount)> = BTreeMap::new();
        let rows = tables(folder, "lettrage-");
        self.items(run, folder, &rows);
        for row in rows {
            let sum = self.sums.entry(text(&row, "currency")).or_default();
            sum[1] += amount(&row, "applied_amount");
            let key = (text(&row, "remittance_id"), text(&row, "reverses"));
            let lines = of_remittance.entry(key).or_insert((amount(&row, "remittance_amount"), 0));
            lines.1 += amount(&row, "applied_amount");
        }
        for ((id, reverses), (whole, applied)) in of_remittance {
            if whole != applied {
                let what = format!(
                    "expected the lines of remittance {id} to add up to it, but found {} too much",
                    shown(applied - whole)
                );
                self.broken(&format!("{run}/lettrage"), "verify-sum", what);
            }
            if !reverses.is_empty() {
                if self.lettered_in.remove(&reverses).is_none() {
                    let what =
                        format!("expected {reverses} to be lettered before its lettrage is taken back, but found that it is not");
                    self.broken(&format!("{run}/lettrage"), "verify-reversal", what);
                }
                continue;
            }
            if let Some(earlier) = self.lettered_in.insert(id.clone(), run.to_owned()) {
                let what = format!("expected each remittance to be lettered once, but found {id} in {earlier} too");
                self.broken(&format!("{run}/lettrage"), "verify-twice", what);
            }
        }
        for row in tables(folder, "release.") {
            let of = |name: &str| amount(&row, name);
            let somewhere = of("to_factor") + of("to_client") + of("on_hold");
            let left = of("suggested") + of("unmatched");
            let sum = self.sums.entry(text(&row, "currency")).or_default();
            sum[0] += somewhere;
            sum[2] += left;
            let statement = text(&row, "statement_id");
            let credits = somewhere + left + of("excluded") + of("reversed");
            let closing = of("opening") + of("credits") - of("debits");
            if credits != of("credits") || closing != of("closing") {
                let what = format!("expected the row of statement {statement} to add up, but found that it does not");
                self.broken(&format!("{run}/release.csv"), "verify-sum", what);
            }
        }
    }

    /// Each item is closed once, unless its lettrage is taken back, or the run tells why it is open again.
    fn items(&mut self, run: &str, folder: &Path, rows: &[BTreeMap<String, String>]) {
        let item = |row: &BTreeMap<String, String>| (text(row, "contract_id"), text(row, "invoice_id"));
        for row in rows.iter().filter(|row| text(row, "line_kind") == "reversal") {
            self.closed_in.remove(&item(row));
        }
        let open = |row: &BTreeMap<String, String>, when: &str| {
            row.get(when).filter(|text| !text.is_empty()).map(|t| ten_thousandths(t))
        };
        let closes = |row: &&BTreeMap<String, String>| open(row, "open_after") == Some(0) && open(row, "open_before") != Some(0);
        let mut twice: Vec<((String, String), String)> = Vec::new();
        for row in rows.iter().filter(closes) {
            if let Some(earlier) = self.closed_in.insert(item(row), run.to_owned()) {
                twice.push((item(row), earlier));
            }
        }
        if twice.is_empty() {
            return;
        }
        let findings = tables(folder, "findings.");
        let may_be = |finding: &BTreeMap<String, String>| REOPENED.contains(&text(finding, "rule").as_str());
        let told: Vec<String> = findings.iter().filter(|finding| may_be(finding)).map(|f| text(f, "message")).collect();
        for ((contract, invoice), earlier) in twice {
            if !told.iter().any(|message| message.contains(&invoice)) {
                let what =
                    format!("expected each item to be closed once, but found {invoice} of {contract} closed in {earlier} too");
                self.broken(&format!("{run}/lettrage"), "verify-item", what);
            }
        }
    }

    /// Holds all runs against one another and against the state.
    fn totals(&mut self, waiting: &[(String, String)], bookings: &BTreeSet<String>) {
        self.found.lettered = self.lettered_in.len();
        let mut left: BTreeMap<String, Amount> = BTreeMap::new();
        for (id, json) in waiting {
            match serde_json::from_str::<serde_json::Value>(json) {
                Ok(row) => {
                    let field = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
                    *left.entry(field("currency")).or_default() += ten_thousandths(&field("amount"));
                }
                Err(error) => {
                    self.broken("state", "verify-state", format!("expected the waiting remittance {id}, but found: {error}"));
                }
            }
            if let Some(run) = self.lettered_in.get(id).cloned() {
                let what = format!("expected {id} to wait or to be lettered, but found it waiting and in {run}");
                self.broken("state", "verify-twice", what);
            }
        }
        for (currency, [released, lettered, desk]) in self.sums.clone() {
            if released != lettered {
                let what =
                    format!("expected {} {currency} of lettrage in all runs, but found {}", shown(released), shown(lettered));
                self.broken("outbox", "verify-sum", what);
            }
            let waits = left.get(&currency).copied().unwrap_or(0);
            if desk != waits {
                let what =
                    format!("expected {} {currency} to wait for a person, but the state has {}", shown(desk), shown(waits));
                self.broken("state", "verify-sum", what);
            }
        }
        let unknown: Vec<String> = self.lettered_in.keys().filter(|id| !bookings.contains(*id)).cloned().collect();
        for id in unknown {
            self.broken(
                "state",
                "verify-state",
                format!("expected the state to know the lettered remittance {id}, but found that it does not"),
            );
        }
    }
}

/// The rows of the CSV files of a folder whose names begin so.
fn tables(folder: &Path, begins: &str) -> Vec<BTreeMap<String, String>> {
    let Ok(listed) = fs::read_dir(folder) else { return Vec::new() };
    let is_meant = |path: &PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with(begins));
    let paths = listed.flatten().map(|entry| entry.path()).filter(is_meant);
    paths.filter_map(|path| csv::Reader::from_path(path).ok()).flat_map(|reader| reader.into_deserialize().flatten()).collect()
}

fn text(row: &BTreeMap<String, String>, name: &str) -> String {
    row.get(name).cloned().unwrap_or_default()
}

fn amount(row: &BTreeMap<String, String>, name: &str) -> Amount {
    row.get(name).map_or(0, |text| ten_thousandths(text))
}

/// `-12.50` as -125 000.
fn ten_thousandths(text: &str) -> Amount {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, ""));
    format!("{whole}{part:0<4}").parse::<Amount>().map_or(0, |n| sign * n)
}

fn shown(amount: Amount) -> String {
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{}.{:02}", amount.abs() / 10_000, amount.abs() % 10_000 / 100)
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes).iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
