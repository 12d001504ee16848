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
mod names;
mod split;
mod values;
mod wellformed;

use std::sync::{Arc, Mutex, PoisonError};

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
    let mut reading = message::read(file, &decoded.text, decoded.marks).map_err(|fault| fault.into_finding(file, text))?;
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
///
/// Boxed, so that the answers of the reader stay small: nearly all of them are none.
#[derive(Debug)]
struct Fault(Box<FaultParts>);

#[derive(Debug)]
struct FaultParts {
    offset: usize,
    rule: &'static str,
    what: String,
    remedy: &'static str,
}

impl Fault {
    #[cold]
    fn new(offset: usize, rule: &'static str, what: impl Into<String>) -> Self {
        Self(Box::new(FaultParts { offset, rule, what: what.into(), remedy: "Ask the bank to send the file again" }))
    }

    fn remedy(mut self, remedy: &'static str) -> Self {
        self.0.remedy = remedy;
        self
    }

    /// As a finding about the whole file.
    fn into_finding(self, file: &Arc<str>, bytes: &[u8]) -> Finding {
        let lines = Lines::new(bytes);
        self.into_finding_with(&lines, file, "The file is set aside: nothing of it is used")
    }

    fn into_finding_with(self, lines: &Lines<'_>, file: &Arc<str>, effect: &'static str) -> Finding {
        let parts = *self.0;
        Finding::error(lines.origin(file, parts.offset), parts.rule, parts.what).effect(effect).remedy(parts.remedy)
    }
}

/// Bytes between two counts of line ends.
const LINES_STEP: usize = 1 << 16;

/// Byte → line and column, for the messages about a text.
struct Lines<'a> {
    text: &'a [u8],
    /// Line ends before each multiple of [`LINES_STEP`], as far as they were asked for.
    before: Mutex<Vec<usize>>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self { text, before: Mutex::new(vec![0]) }
    }

    /// The line of a byte, from 1.
    fn line(&self, offset: usize) -> usize {
        let offset = offset.min(self.text.len());
        let step = offset / LINES_STEP;
        let count = |chunk: &[u8]| memchr::memchr_iter(b'\n', chunk).count();
        let mut before = self.before.lock().unwrap_or_else(PoisonError::into_inner);
        while before.len() <= step {
            let from = (before.len() - 1) * LINES_STEP;
            let total = before.last().copied().unwrap_or(0) + count(&self.text[from..from + LINES_STEP]);
            before.push(total);
        }
        before[step] + count(&self.text[step * LINES_STEP..offset]) + 1
    }

    /// Line and column of a byte, both from 1.
    fn origin(&self, file: &Arc<str>, offset: usize) -> Origin {
        let before = &self.text[..offset.min(self.text.len())];
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        Origin { file: Arc::clone(file), line: self.line(offset), column }
    }
}
