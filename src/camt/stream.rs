//! A file larger than memory should hold, read as it comes.
//!
//! Nearly all of a large statement is entries. They are read out of one window of the file after the
//! other and cut out of its text; an empty element stands in for each run of them. What remains is
//! read like any other document, and takes the entries in where it meets their stand-in.
//!
//! That counts only where there is nothing to tell: the text is UTF-8 without comments, CDATA sections
//! and processing instructions behind the first entry, no fault is found anywhere, and each stand-in is
//! met where entries of a statement may stand. Otherwise the answer is none, and the file must be read
//! whole, so that what is told of it never depends on how it was read.

use std::io::{self, Read};
use std::sync::Arc;

use rayon::prelude::*;

use super::cursor::{Cursor, Surroundings};
use super::encoding;
use super::names as n;
use super::values::Faults;
use super::{Reading, entry, message, split};
use crate::model::Entry;

/// Elements that are assumed to be around an entry, for the limit of depth.
const DEPTH: usize = 8;

/// Byte order mark.
const MARK: char = '\u{FEFF}';

/// A document without its entries.
#[derive(Default)]
pub(super) struct Skeleton {
    text: String,
    runs: Vec<Run>,
}

/// Entries that were cut out of a document.
pub(super) struct Run {
    /// Where their stand-in begins in the skeleton.
    pub(super) at: usize,
    /// Line ends that were cut out with them.
    pub(super) lines: usize,
    /// They, as they came.
    pub(super) entries: Vec<Vec<Entry>>,
}

/// Reads a file in windows of so many bytes; `None` where it must be read whole.
///
/// # Errors
///
/// What reading the bytes says.
pub(super) fn read(file: &Arc<str>, source: &mut dyn Read, window: usize) -> io::Result<Option<Reading>> {
    let Some(Skeleton { text, mut runs }) = Skeleton::read(source, window)? else { return Ok(None) };
    let Ok(marks) = encoding::look_over(&text) else { return Ok(None) };
    let cut: usize = runs.iter().flat_map(|run| &run.entries).map(Vec::len).sum();
    let Ok(reading) = message::read(file, &text, marks, &mut runs) else { return Ok(None) };
    let is_clean = reading.findings.is_empty() && reading.statements.iter().all(|s| s.faults.is_empty());
    let met: usize = reading.statements.iter().map(|s| s.statement.entries.len()).sum();
    Ok((is_clean && met == cut).then_some(reading))
}

impl Skeleton {
    fn read(source: &mut dyn Read, window: usize) -> io::Result<Option<Self>> {
        let mut skeleton = Self::default();
        let mut held: Vec<u8> = Vec::new();
        let mut element: Vec<u8> = Vec::new();
        loop {
            let wanted = window.max(held.len().saturating_mul(2));
            let begins = element.is_empty();
            let read = source.take((wanted - held.len()) as u64).read_to_end(&mut held)?;
            let is_end = read == 0;
            if begins && (!encoding::may_be_utf8(&held) || is_end) {
                return Ok(None);
            }
            let Some(text) = whole_characters(&held, is_end) else { return Ok(None) };
            let Ok(marks) = encoding::look_over(text) else { return Ok(None) };
            let first =
                if begins { split::start_tag_with_any_prefix(text.as_bytes(), b"Ntry") } else { Some((0, element.len())) };
            let Some((first, length)) = first else { return Ok(None) };
            if begins {
                element = text.as_bytes()[first + 1..=first + length].to_vec();
                skeleton.text.push_str(text[..first].strip_prefix(MARK).unwrap_or(&text[..first]));
            }
            if marks.has_section_end || marks.last.is_some_and(|last| last >= first) {
                return Ok(None);
            }
            // The last entry of a window may go on behind it.
            let end = if is_end { text.len() } else { split::last_start_tag(text.as_bytes(), &element).unwrap_or(first) };
            if skeleton.take(&text[first..end], &element).is_none() || skeleton.text.len() > window.saturating_mul(4) {
                return Ok(None);
            }
            if is_end {
                return Ok(Some(skeleton));
            }
            held.drain(..end);
            // An entry that fills a window is no usual one.
            if held.len() > window {
                return Ok(None);
            }
        }
    }

    /// Takes what follows: entries into runs, all else into the text.
    fn take(&mut self, text: &str, element: &[u8]) -> Option<()> {
        let cuts = split::cut(text.as_bytes(), element);
        let parts: Option<Vec<Vec<Piece<'_>>>> =
            cuts.par_windows(2).map(|ends| pieces(text.get(ends[0]..ends[1])?, element)).collect();
        for piece in parts?.into_iter().flatten() {
            match piece {
                Piece::Other(text) => self.text.push_str(text),
                Piece::Entries { entries, lines } => {
                    let stand_in = format!("<{}/>", std::str::from_utf8(element).ok()?);
                    if let Some(run) = self.runs.last_mut().filter(|run| run.at + stand_in.len() == self.text.len()) {
                        run.entries.push(entries);
                        run.lines += lines;
                    } else {
                        self.runs.push(Run { at: self.text.len(), lines, entries: vec![entries] });
                        self.text.push_str(&stand_in);
                    }
                }
            }
        }
        Some(())
    }
}

/// What a part of a list consists of.
enum Piece<'a> {
    Entries { entries: Vec<Entry>, lines: usize },
    Other(&'a str),
}

/// A text that begins with an entry; `None` when there is something to tell of it.
fn pieces<'a>(text: &'a str, element: &[u8]) -> Option<Vec<Piece<'a>>> {
    let mut pieces = Vec::new();
    let mut scratch = entry::Scratch::default();
    let mut faults = Faults::new();
    let prefix = &element[..element.len() - b"Ntry".len()];
    let mut rest = text;
    while !rest.is_empty() {
        let mut cursor = Cursor::part(rest, 0, Surroundings::unknown(prefix, DEPTH));
        let mut entries = Vec::new();
        let read = loop {
            let (at, ahead) = cursor.rest();
            let tag = ahead.trim_start().as_bytes();
            if split::start_tag(&tag[..tag.len().min(element.len() + 2)], element, 0) != Some(0) {
                break at;
            }
            if cursor.own_child().ok()? != Some(n::Ntry) {
                return None;
            }
            entries.push(entry::read(&mut cursor, &mut scratch, &mut faults).ok()?);
        };
        if !faults.is_empty() {
            return None;
        }
        let lines = memchr::memchr_iter(b'\n', &rest.as_bytes()[..read]).count();
        pieces.push(Piece::Entries { entries, lines });
        let next = split::start_tag(rest.as_bytes(), element, read).unwrap_or(rest.len());
        if next > read {
            pieces.push(Piece::Other(&rest[read..next]));
        }
        rest = &rest[next..];
    }
    Some(pieces)
}

/// The text of bytes that may end in the middle of a character; `None` when they are not UTF-8.
fn whole_characters(bytes: &[u8], is_end: bool) -> Option<&str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(fault) if fault.error_len().is_none() && !is_end => std::str::from_utf8(&bytes[..fault.valid_up_to()]).ok(),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::camt;

    /// Three statements of forty entries each, with something else between some of them.
    fn document(between: &str, in_entry: &str) -> String {
        let entry = |number: usize| {
            format!(
                "<Ntry>\n<NtryRef>é-{number}</NtryRef><Amt Ccy=\"EUR\">{number}.10</Amt><CdtDbtInd>CRDT</CdtDbtInd>{in_entry}\
                 <NtryDtls><TxDtls><RmtInf><Ustrd>FACTURE {number} &amp; SUITE</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>\n"
            )
        };
        let statement = |number: usize| {
            let entries: String = (0..40).map(|n| entry(number * 100 + n + 1)).collect();
            let bal = "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">0.00</Amt></Bal>\n";
            let last = entry(number * 100 + 99);
            format!("<Stmt><Id>{number}</Id>\n{bal}{entries}<AddtlStmtInf>end</AddtlStmtInf>{between}{last}</Stmt>\n")
        };
        let statements: String = (1..=3).map(statement).collect();
        format!("<?xml version=\"1.0\"?>\n<Document><BkToCstmrStmt>{statements}</BkToCstmrStmt></Document>\n")
    }

    fn two_documents(first: &str, second: &str) -> String {
        let document = |prefix: &str| {
            let text = document("", "");
            let body = &text[text.find("<BkToCstmrStmt>").unwrap()..text.find("</Document>").unwrap()];
            body.replace("</", "</?").replace('<', &format!("<{prefix}")).replace(&format!("<{prefix}/?"), &format!("</{prefix}"))
        };
        format!("<All>{}{}</All>", document(first), document(second))
    }

    fn in_windows(text: &str, window: usize) -> Option<Reading> {
        read(&"file.xml".into(), &mut text.as_bytes(), window).unwrap()
    }

    #[test]
    fn a_file_says_the_same_in_windows_of_any_size() {
        let text = document("<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">1.00</Amt></Bal>", "");
        // Elements of another namespace that are called like entries are none.
        for text in [text, document("<x:Ntry>1</x:Ntry>", "<x:Ntry/>")] {
            let whole = format!("{:?}", camt::read(&"file.xml".into(), text.as_bytes()).unwrap());
            for window in [700, 1_000, 1_777, 5_000, 1 << 20] {
                let reading = in_windows(&text, window).map(|reading| format!("{reading:?}"));
                assert_eq!(reading.as_ref(), Some(&whole), "windows of {window} bytes");
            }
        }
    }

    #[test]
    fn entries_under_any_prefix_are_read_all() {
        for (first, second) in [("", "b:"), ("b:", ""), ("n_1:", ""), ("a:", "b:")] {
            let text = two_documents(first, second);
            let whole = camt::read(&"file.xml".into(), text.as_bytes()).unwrap();
            assert_eq!(whole.statements.iter().map(|s| s.statement.entries.len()).sum::<usize>(), 6 * 41, "{first} {second}");
            let bytes: Arc<[u8]> = text.as_bytes().into();
            let streamed = camt::read_stream(&"file.xml".into(), &bytes, 1_000).unwrap();
            assert_eq!(format!("{streamed:?}"), format!("{whole:?}"), "{first} {second}");
        }
    }

    #[test]
    fn what_is_not_plain_is_left_for_a_reading_of_the_whole() {
        let cases = [
            document("<!-- <Ntry> -->", ""),
            document("<?a b?>", ""),
            // Entries of something else are none of the statement.
            document("<SplmtryData><Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Ntry></SplmtryData>", ""),
            document("", "<BookgDt><Dt>2026-13-01</Dt></BookgDt>"),
            document("<x:Ntry>", ""),
            // Two documents in one envelope, each with a prefix of its own: in either order.
            two_documents("", "b:"),
            two_documents("n_1:", ""),
            document("</Stmt>", ""),
            document("", "").replace("</Document>", ""),
            document("", "").replace("<Ntry>", "<Ntry a='<Ntry>'>"),
        ];
        for text in cases {
            assert!(in_windows(&text, 1_000).is_none(), "{text}");
        }
    }
}
