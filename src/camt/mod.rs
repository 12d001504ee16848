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
mod plain;
mod split;
mod stream;
mod values;
mod wellformed;

use std::io::{self, Read};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;

use crate::model::{BankFile, Content, Finding, Origin, Statement, Stream};

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
    let read_one = |(name, content): &BankFile| match content {
        Content::InMemory(bytes) => read(name, bytes),
        Content::Large(stream) => read_stream(name, &**stream, WINDOW),
    };
    files.par_iter().map(read_one).collect()
}

/// Bytes of a large file that are held at a time.
pub const WINDOW: usize = 16 << 20;

/// Reads one file as it comes, holding about a window of its bytes: what is kept is what it says. A
/// file of which there is something to tell is read again, whole.
///
/// # Errors
///
/// As [`read`], and a finding when the bytes cannot be had.
pub fn read_stream(file: &Arc<str>, source: &dyn Stream, window: usize) -> Result<Reading, Finding> {
    let whole = || -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        source.open()?.read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    let streamed = source.open().and_then(|mut bytes| stream::read(file, &mut bytes, window));
    let unreadable = |error: io::Error| {
        Finding::error(Origin::file(file), "file", format!("expected a file that can be read to its end, but found: {error}"))
            .effect("The file is set aside: nothing of it is used")
            .remedy("Drop it again once it is complete, under a name that ends in .part until then")
    };
    match streamed.map_err(unreadable)? {
        Some(reading) => Ok(reading),
        None => read(file, &whole().map_err(unreadable)?),
    }
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
    let mut reading =
        message::read(file, &decoded.text, decoded.marks, &mut []).map_err(|fault| fault.into_finding(file, text))?;
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
    /// Where line ends were cut out of the text, and how many up to there.
    gaps: Vec<(usize, usize)>,
}

impl<'a> Lines<'a> {
    fn new(text: &'a [u8]) -> Self {
        Self::of_skeleton(text, &[])
    }

    fn of_skeleton(text: &'a [u8], runs: &[stream::Run]) -> Self {
        let mut sum = 0;
        let with_those_before = |run: &stream::Run| {
            sum += run.lines;
            (run.at, sum)
        };
        Self { text, before: Mutex::new(vec![0]), gaps: runs.iter().map(with_those_before).collect() }
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
        let gaps = self.gaps.partition_point(|(at, _)| *at < offset);
        let cut = gaps.checked_sub(1).map_or(0, |last| self.gaps[last].1);
        before[step] + count(&self.text[step * LINES_STEP..offset]) + cut + 1
    }

    /// Line and column of a byte, both from 1.
    fn origin(&self, file: &Arc<str>, offset: usize) -> Origin {
        let before = &self.text[..offset.min(self.text.len())];
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let column = String::from_utf8_lossy(&before[start..]).chars().count() + 1;
        Origin { file: Arc::clone(file), line: self.line(offset), column }
    }
}
