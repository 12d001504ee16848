//! CAMT bytes → [`Statement`].
//!
//! One reader for camt.053, camt.052 and camt.054 of every version in use. It knows where the paths
//! of the versions differ and reads both; it tolerates what banks do (envelopes, prefixes, empty
//! elements, balances without a sign) and is strict where money is concerned: an amount that is not
//! exact, an unknown entity or an unclosed element refuses what it stands in.
//!
//! The bytes are walked once with `quick-xml` events, without building a tree. Nothing outside the
//! bytes is ever opened: any `DOCTYPE` is refused.

mod cursor;
mod encoding;
mod entry;
mod message;
mod values;

use std::sync::Arc;

use rayon::prelude::*;

use crate::model::{BankFile, Finding, Origin, Statement};

/// What a file says, and what is wrong with it.
#[derive(Debug, Default)]
pub struct Reading {
    /// The statements, in document order.
    pub statements: Vec<ReadStatement>,
    /// What concerns the whole file but does not refuse it.
    pub findings: Vec<Finding>,
}

/// A statement with the faults found inside it. A run takes it only when there are none.
#[derive(Debug)]
pub struct ReadStatement {
    /// What could be read.
    pub statement: Statement,
    /// What could not.
    pub faults: Vec<Finding>,
}

/// Reads many files at once; the answers come in the order of the files.
#[must_use]
pub fn read_all(files: &[BankFile]) -> Vec<Result<Reading, Finding>> {
    files.par_iter().map(|(name, bytes)| read(name, bytes)).collect()
}

/// Reads one file that is already in memory and not compressed.
///
/// # Errors
///
/// A finding that says where and why the file as a whole cannot be read: not XML, a `DOCTYPE`, an
/// encoding fault, or not a message that this program knows.
pub fn read(file: &Arc<str>, bytes: &[u8]) -> Result<Reading, Finding> {
    let decoded = encoding::decode(bytes).map_err(|fault| fault.into_finding(file, bytes))?;
    let text = decoded.text.as_bytes();
    let mut reading = message::read(file, &decoded.text).map_err(|fault| fault.into_finding(file, text))?;
    if let Some(note) = decoded.note {
        reading.findings.push(
            Finding::warning(Origin::file(file), "encoding-guessed", note)
                .effect("The file was read with that encoding")
                .remedy("Check one accented name in the report; ask the bank to declare its encoding"),
        );
    }
    Ok(reading)
}

/// Why something could not be read, with the byte where it stands.
#[derive(Debug)]
struct Fault {
    offset: usize,
    rule: &'static str,
    what: String,
    remedy: &'static str,
}

impl Fault {
    fn new(offset: usize, rule: &'static str, what: impl Into<String>) -> Self {
        Self { offset, rule, what: what.into(), remedy: "Ask the bank to send the file again" }
    }

    fn remedy(mut self, remedy: &'static str) -> Self {
        self.remedy = remedy;
        self
    }

    /// As a finding about the whole file.
    fn into_finding(self, file: &Arc<str>, bytes: &[u8]) -> Finding {
        Finding::error(origin_of(file, bytes, self.offset), self.rule, self.what)
            .effect("The file is set aside: nothing of it is used")
            .remedy(self.remedy)
    }
}

/// Line and column of a byte, both from 1.
fn origin_of(file: &Arc<str>, bytes: &[u8], offset: usize) -> Origin {
    let before = &bytes[..offset.min(bytes.len())];
    let line = memchr::memchr_iter(b'\n', before).count() + 1;
    let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
    Origin { file: Arc::clone(file), line, column }
}
