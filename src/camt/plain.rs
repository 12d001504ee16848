//! What is plain in a document, passed over without the XML library.
//!
//! Nine tenths of a bank message are `<Nm>`, a text without references, and `</Nm>`. These three are
//! told apart here, in a fraction of the time that three events take; whatever is not just so is left
//! to the library: attributes, white space in a tag, references, comments, empty elements, faults. A
//! test reads each real file in both ways.

use quick_xml::Reader;

use super::Fault;
use super::cursor::{Cursor, NAME_BYTES_MAX, TEXT_BYTES_MAX, Tag};

/// Elements that are passed over before the reader begins anew: it remembers the name of each.
const PASSED_MAX: usize = 1 << 12;

/// The reader of a text. What it leaves unchecked, the cursor checks: it passes over the ends of most
/// elements itself.
pub(super) fn reader(text: &[u8]) -> Reader<&[u8]> {
    let mut reader = Reader::from_reader(text);
    let config = reader.config_mut();
    config.expand_empty_elements = true;
    config.check_comments = true;
    config.check_end_names = false;
    config.allow_unmatched_ends = true;
    reader
}

impl<'a> Cursor<'a> {
    /// The text of the element whose start tag was just read, where it is nothing but text up to its
    /// end tag: most elements of a message are. The reader goes on behind it. `None`, and nothing is
    /// passed over, where anything else stands there.
    #[inline]
    pub(super) fn leaf(&mut self) -> Option<&'a str> {
        let length = memchr::memchr2(b'<', b'&', self.reader.get_ref())?;
        let start = self.position() - self.base;
        let text = self.text.get(start..start + length)?;
        let is_plain = length <= TEXT_BYTES_MAX && self.check_text(text.as_bytes()).is_ok();
        (is_plain && self.pass_end(length)).then_some(text)
    }

    /// Passes over so many bytes and the end tag of the innermost element, where that stands behind them.
    #[inline]
    pub(super) fn pass_end(&mut self, length: usize) -> bool {
        let rest: &'a [u8] = self.reader.get_ref();
        let Some(name) = self.open.last().filter(|_| !self.is_busy) else { return false };
        let end = length + b"</".len() + name.len();
        let Some(close) = rest.get(length..=end) else { return false };
        if !(close.starts_with(b"</") && close.ends_with(b">") && close[2..close.len() - 1] == **name) {
            return false;
        }
        self.pass(end + 1);
        self.open.pop();
        self.passed += 1;
        // A reader drops a byte order mark where it begins.
        let rest: &'a [u8] = self.reader.get_ref();
        if self.passed >= PASSED_MAX && !rest.starts_with(b"\xEF\xBB\xBF") {
            self.ahead = self.position();
            self.reader = reader(rest);
            self.passed = 0;
        }
        true
    }

    /// The name of the start tag that stands next, where it is a plain `<Nm>`, inside an element.
    #[inline]
    pub(super) fn plain_start(&self) -> Option<&'a [u8]> {
        let rest: &'a [u8] = self.reader.get_ref();
        if self.is_busy || self.depth() == 0 || rest.first() != Some(&b'<') || !rest.get(1)?.is_ascii_alphabetic() {
            return None;
        }
        let length = rest[1..].iter().take(NAME_BYTES_MAX).position(|b| !b.is_ascii_alphanumeric())?;
        (rest[1 + length] == b'>').then(|| &rest[1..=length])
    }

    /// Passes over the plain start tag that stands next.
    #[inline]
    pub(super) fn open_plain(&mut self, name: &'a [u8]) -> Result<(), Fault> {
        self.offset = self.position();
        self.check_depth()?;
        self.tag = Tag { full_name: name, attributes: b"" };
        self.open.push(name);
        self.pass(name.len() + b"<>".len());
        Ok(())
    }

    /// Passes over white space before the next tag inside an element.
    #[inline]
    pub(super) fn pass_white_space(&mut self) {
        let rest: &'a [u8] = self.reader.get_ref();
        if !rest.first().is_some_and(u8::is_ascii_whitespace) || self.depth() == 0 {
            return;
        }
        let mut length = 1;
        while rest[length..].starts_with(b"        ") {
            length += 8;
        }
        length += rest[length..].iter().position(|b| !matches!(b, b' ' | b'\n' | b'\r' | b'\t')).unwrap_or(0);
        if rest.get(length) == Some(&b'<') {
            self.pass(length);
        }
    }

    /// Lets the reader go on after so many bytes.
    #[inline]
    pub(super) fn pass(&mut self, bytes: usize) {
        let rest: &'a [u8] = self.reader.get_ref();
        *self.reader.get_mut() = &rest[bytes..];
        self.ahead += bytes;
    }
}
