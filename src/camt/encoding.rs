//! Bytes → UTF-8 text, by byte order mark and declaration.

use std::borrow::Cow;

use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use rayon::prelude::*;

use super::Fault;

/// A file's text, and what had to be guessed.
pub(super) struct Decoded<'a> {
    pub text: Cow<'a, str>,
    pub note: Option<String>,
    pub marks: Marks,
}

/// Where a document holds what is not plain elements and text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Marks {
    /// The last `<!` or `<?`.
    pub last: Option<usize>,
    /// Whether `]]>` occurs.
    pub has_section_end: bool,
}

/// Decodes a file. A byte order mark decides first, then the XML declaration, then UTF-8.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded<'_>, Fault> {
    let mut note = None;
    let text = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => decode_as(encoding, &bytes[mark..], mark)?,
        None if looks_utf16(bytes) == Some(UTF_16LE) => decode_as(UTF_16LE, bytes, 0)?,
        None if looks_utf16(bytes) == Some(UTF_16BE) => decode_as(UTF_16BE, bytes, 0)?,
        None => match declared(bytes)? {
            Some(encoding) => decode_as(encoding, bytes, 0)?,
            None => match std::str::from_utf8(bytes) {
                Ok(text) => Cow::Borrowed(text),
                Err(fault) => {
                    note = Some(format!(
                        "expected UTF-8 (no encoding is declared), but found the byte {:#04X} at position {}: read as windows-1252",
                        bytes[fault.valid_up_to()],
                        fault.valid_up_to()
                    ));
                    decode_as(WINDOWS_1252, bytes, 0)?
                }
            },
        },
    };
    if text.starts_with('\u{FEFF}') {
        return Err(Fault::new(0, "xml-syntax", "expected one byte order mark, but found two"));
    }
    let marks = look_over(&text)?;
    Ok(Decoded { text, note, marks })
}

fn decode_as<'a>(encoding: &'static Encoding, bytes: &'a [u8], skipped: usize) -> Result<Cow<'a, str>, Fault> {
    if encoding == UTF_8 {
        return std::str::from_utf8(bytes).map(Cow::Borrowed).map_err(|fault| {
            let at = fault.valid_up_to();
            Fault::new(
                at + skipped,
                "encoding",
                format!("expected UTF-8 as declared, but found the byte {:#04X} at position {}", bytes[at], at + skipped),
            )
            .remedy("Ask the bank to send the file again with the encoding that it declares; perhaps it is ISO-8859-1 in truth")
        });
    }
    encoding.decode_without_bom_handling_and_without_replacement(bytes).ok_or_else(|| {
        Fault::new(skipped, "encoding", format!("expected {} as declared, but found bytes that are none", encoding.name()))
    })
}

/// Whether the file that begins so is UTF-8, as far as its beginning tells.
pub(super) fn may_be_utf8(head: &[u8]) -> bool {
    let by_mark = Encoding::for_bom(head).map(|(encoding, _)| encoding);
    match by_mark.or_else(|| looks_utf16(head)) {
        Some(encoding) => encoding == UTF_8,
        None => declared(head).is_ok_and(|encoding| encoding.is_none_or(|e| e == UTF_8)),
    }
}

/// UTF-16 without a mark shows as `<` and a zero byte, in one order or the other.
fn looks_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [b'<', 0, ..] => Some(UTF_16LE),
        [0, b'<', ..] => Some(UTF_16BE),
        _ => None,
    }
}

/// Bytes in which a declaration ends.
const DECLARATION_MAX: usize = 1_024;

/// The encoding named in the XML declaration.
fn declared(bytes: &[u8]) -> Result<Option<&'static Encoding>, Fault> {
    let head = &bytes[..bytes.len().min(DECLARATION_MAX)];
    // White space before it is against the standard, but banks do it.
    let start = head.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let begins = head[start..].strip_prefix(b"<?xml").and_then(<[u8]>::first);
    if !begins.is_some_and(u8::is_ascii_whitespace) {
        return Ok(None);
    }
    let Some(length) = memchr::memmem::find(&head[start..], b"?>") else { return Ok(None) };
    let declaration = &head[start..start + length];
    let Some(at) = memchr::memmem::find(declaration, b"encoding") else { return Ok(None) };
    let mut quoted = declaration[at..].splitn(3, |b| matches!(b, b'"' | b'\''));
    let label = quoted.nth(1).unwrap_or_default();
    match Encoding::for_label(label) {
        Some(encoding) if encoding == UTF_16LE || encoding == UTF_16BE => Ok(Some(UTF_8)),
        Some(encoding) => Ok(Some(encoding)),
        None => Err(Fault::new(
            start + at,
            "encoding",
            format!("expected an encoding such as UTF-8 or ISO-8859-1, but found {:?}", String::from_utf8_lossy(label)),
        )),
    }
}

/// Bytes looked over by one task, several times while they are near the processor.
const BLOCK: usize = 1 << 16;

/// XML 1.0 production [2]: no control characters but tab and line ends, no U+FFFE and U+FFFF. And
/// where the marks are.
pub(super) fn look_over(text: &str) -> Result<Marks, Fault> {
    let bytes = text.as_bytes();
    let blocks = |number: usize| {
        let start = number * BLOCK;
        // Two bytes more, for what lies across the border.
        (start, &bytes[start..bytes.len().min(start + BLOCK + 2)])
    };
    let all = (0..bytes.len().div_ceil(BLOCK)).into_par_iter().map(blocks);
    all.map(|(start, block)| {
        if let Some((at, what)) = forbidden(block) {
            return Err(Fault::new(start + at, "xml-character", what));
        }
        Ok(marks(start, block))
    })
    // The first fault of the text, whichever task finds one first.
    .collect::<Vec<_>>()
    .into_iter()
    .try_fold(Marks::default(), |sofar, block| {
        let block = block?;
        Ok(Marks { last: block.last.or(sofar.last), has_section_end: sofar.has_section_end || block.has_section_end })
    })
}

fn forbidden(block: &[u8]) -> Option<(usize, String)> {
    let control = |b: u8| b < 0x20 && !matches!(b, b'\t' | b'\n' | b'\r');
    // A whole block without an early way out is looked at many bytes at a time.
    if block.iter().fold(false, |found, b| found | control(*b)) {
        let at = block.iter().position(|b| control(*b))?;
        let what = format!("expected text, but found the control character U+{:04X}, which XML forbids", block[at]);
        return Some((at, what));
    }
    if block.is_ascii() {
        return None;
    }
    ["\u{FFFE}", "\u{FFFF}"]
        .iter()
        .filter_map(|noncharacter| memchr::memmem::find(block, noncharacter.as_bytes()))
        .min()
        .map(|at| (at, "expected text, but found a noncharacter, which XML forbids".to_owned()))
}

fn marks(start: usize, block: &[u8]) -> Marks {
    let mut marks = Marks::default();
    for at in memchr::memchr3_iter(b'!', b'?', b']', block) {
        if block[at] == b']' {
            marks.has_section_end |= block[at..].starts_with(b"]]>");
        } else if at > 0 && block[at - 1] == b'<' {
            marks.last = Some(start + at - 1);
        }
    }
    marks
}
