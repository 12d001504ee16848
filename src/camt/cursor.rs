//! A walk over the elements of an XML document, with limits.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesEnd, BytesRef, BytesStart, Event};

use super::encoding::Marks;
use super::names::Name;
use super::plain::reader;
use super::{Fault, wellformed};
use crate::model::Currency;

/// Elements inside one another. The deepest paths of camt.053 have about a dozen; envelopes add a few.
const DEPTH_MAX: usize = 64;
/// Bytes in the name of an element.
pub(super) const NAME_BYTES_MAX: usize = 256;
/// Bytes in all attributes of an element; they are compared with one another.
const ATTRIBUTE_BYTES_MAX: usize = 4_096;
/// Bytes in the text of an element that is read. The longest in camt.053 has 500 characters.
pub(super) const TEXT_BYTES_MAX: usize = 65_536;

/// A start tag.
#[derive(Clone, Copy)]
pub(super) struct Tag<'a> {
    /// Its name with its prefix.
    pub(super) full_name: &'a [u8],
    /// Its attributes, as written.
    pub(super) attributes: &'a [u8],
}

impl<'a> Tag<'a> {
    /// The name without its prefix.
    pub(super) fn name(&self) -> &'a [u8] {
        &self.full_name[self.prefix().len()..]
    }

    /// The prefix of the name, with its colon; empty when there is none.
    pub(super) fn prefix(&self) -> &'a [u8] {
        &self.full_name[..memchr::memchr(b':', self.full_name).map_or(0, |colon| colon + 1)]
    }

    /// The currency that an amount names: `Ok` with three capital letters, else what stands there.
    pub(super) fn currency(&self) -> Result<Currency, Option<String>> {
        if let Some(currency) = wellformed::only_currency(self.attributes) {
            return Ok(currency);
        }
        let code = self.attributes().into_iter().find(|(name, _)| name == "Ccy").map(|(_, value)| value);
        code.as_deref().and_then(|c| Currency::parse(c.trim())).ok_or(code)
    }

    /// All attributes as names and values; entities in values are not resolved.
    pub(super) fn attributes(&self) -> Vec<(String, String)> {
        wellformed::attributes(self.attributes).unwrap_or_default()
    }
}

/// What a cursor must know that reads one part of a document.
#[derive(Clone)]
pub(super) struct Surroundings {
    /// Namespace prefix of the message, with its colon.
    prefix: Vec<u8>,
    /// Elements around the part.
    depth: usize,
    /// Currency of the account.
    account_currency: Option<Currency>,
}

impl Surroundings {
    /// Of a part whose document is not read yet: no currency of the account.
    pub(super) fn unknown(prefix: &[u8], depth: usize) -> Self {
        Self { prefix: prefix.to_vec(), depth, account_currency: None }
    }
}

/// Walks a document element by element.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) reader: Reader<&'a [u8]>,
    /// Start of the last event, in the whole document.
    pub(super) offset: usize,
    /// What to add to the reader's own position for a position in the whole document.
    pub(super) ahead: usize,
    /// Where `text` begins in the whole document.
    pub(super) base: usize,
    /// Names of the open elements, innermost last. The reader does not see the end of every element
    /// (`leaf`), so that end tags are held against this list and not against its own.
    pub(super) open: Vec<&'a [u8]>,
    /// Elements around this cursor: above zero for a part of a document.
    floor: usize,
    /// The reader is in the middle of something: behind a text, or behind `<Nm/>`, whose end it tells
    /// next. Nothing may be passed over before it went on.
    pub(super) is_busy: bool,
    /// Elements whose end the reader has not seen since it began.
    pub(super) passed: usize,
    roots: usize,
    /// An XML declaration came since the last root element.
    declared: bool,
    prefix: Vec<u8>,
    /// The last start tag.
    pub(super) tag: Tag<'a>,
    /// The last text that was read had elements in it.
    pub(super) had_elements: bool,
    /// `]]>` occurs somewhere, so that every text must be looked at for it.
    has_section_end: bool,
    /// Currency of the account whose statement is read, for amounts that name none.
    pub(super) account_currency: Option<Currency>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str, marks: Marks) -> Self {
        let has_section_end = marks.has_section_end;
        let whole = Surroundings { prefix: Vec::new(), depth: 0, account_currency: None };
        Self { has_section_end, ..Self::part(text, 0, whole) }
    }

    /// A cursor over sibling elements out of the middle of a document, which begin at `base`. There
    /// is no `]]>` in them.
    pub(super) fn part(text: &'a str, base: usize, around: Surroundings) -> Self {
        Self {
            text,
            reader: reader(text.as_bytes()),
            offset: base,
            ahead: base,
            base,
            open: Vec::with_capacity(DEPTH_MAX),
            floor: around.depth,
            is_busy: false,
            passed: 0,
            roots: 0,
            declared: false,
            prefix: around.prefix,
            tag: Tag { full_name: b"", attributes: b"" },
            had_elements: false,
            has_section_end: false,
            account_currency: around.account_currency,
        }
    }

    /// For cursors over parts of the current element.
    pub(super) fn surroundings(&self) -> Surroundings {
        Surroundings { prefix: self.prefix.clone(), depth: self.depth(), account_currency: self.account_currency }
    }

    /// Elements around the next event.
    #[inline]
    pub(super) fn depth(&self) -> usize {
        self.floor + self.open.len()
    }

    /// Where the next event begins, and the text from there to the end.
    pub(super) fn rest(&self) -> (usize, &'a str) {
        let at = self.position();
        (at, self.text.get(at - self.base..).unwrap_or_default())
    }

    /// Goes on after the next `bytes` bytes, which hold whole elements that something else has read.
    pub(super) fn jump(&mut self, bytes: usize) {
        self.pass(bytes);
    }

    /// An end tag: of the innermost open element, or a fault.
    #[inline]
    fn closed(&mut self, end: &BytesEnd<'_>) -> Result<(), Fault> {
        let name = end.name().0;
        if self.open.last().is_some_and(|open| *open == name) {
            self.open.pop();
            return Ok(());
        }
        Err(self.mismatched(name))
    }

    #[cold]
    fn mismatched(&self, found: &[u8]) -> Fault {
        let shown = |name: &[u8]| String::from_utf8_lossy(name).chars().take(40).collect::<String>();
        let expected = self.open.last().map_or_else(|| "no end tag".to_owned(), |name| format!("</{}>", shown(name)));
        self.fault("xml-syntax", format!("expected {expected}, but found </{}>", shown(found)))
    }

    /// The next element inside the current one, of any name; `None` after its end tag.
    ///
    /// At the top of the document it is the next root element, and `None` at the end of the text:
    /// some banks put several documents into one file.
    #[inline]
    pub(super) fn child(&mut self) -> Result<bool, Fault> {
        self.pass_white_space();
        if self.pass_end(0) {
            return Ok(false);
        }
        if let Some(name) = self.plain_start() {
            self.open_plain(name)?;
            return Ok(true);
        }
        loop {
            match &self.next() {
                Ok(Event::Start(start)) => {
                    self.opened(start)?;
                    return Ok(true);
                }
                Ok(Event::End(end)) => {
                    self.closed(end)?;
                    return Ok(false);
                }
                Ok(Event::Text(text)) => {
                    if self.depth() == 0 && !text.iter().all(u8::is_ascii_whitespace) {
                        let what = "expected one XML document, but found text outside its root element";
                        return Err(self.fault("xml-syntax", what));
                    }
                    self.check_text(text)?;
                }
                Ok(Event::Eof) => return self.ended().map(|()| false),
                Ok(Event::GeneralRef(reference)) if self.depth() == 0 => {
                    let name = String::from_utf8_lossy(reference).into_owned();
                    return Err(self.fault("xml-syntax", format!("expected a root element, but found &{name};")));
                }
                Ok(Event::CData(_)) if self.depth() == 0 => {
                    return Err(self.fault("xml-syntax", "expected a root element, but found a CDATA section"));
                }
                Ok(Event::GeneralRef(reference)) => {
                    self.resolve(reference)?;
                }
                Ok(other) => self.aside(other)?,
                Err(error) => return Err(self.syntax(error)),
            }
        }
    }

    /// From here on, elements of the message carry this namespace prefix; others are foreign.
    pub(super) fn set_prefix(&mut self, prefix: &[u8]) {
        self.prefix = prefix.to_vec();
    }

    /// The next element of the message inside the current one; `None` after its end tag. Elements
    /// with another prefix have a name that nobody looks for.
    pub(super) fn own_child(&mut self) -> Result<Option<Name>, Fault> {
        while self.child()? {
            if let Some(name) = self.own_name() {
                return Ok(Some(name));
            }
            self.skip()?;
        }
        Ok(None)
    }

    /// The name of the last start tag, without the prefix of the message; `None` for a foreign one.
    #[inline]
    fn own_name(&self) -> Option<Name> {
        let length = self.prefix.len();
        if length > 0 && !self.tag.full_name.starts_with(&self.prefix) {
            return None;
        }
        let start = self.offset - self.base + 1 + length;
        Some(Name::at(self.text.as_bytes(), start, self.tag.full_name.len() - length))
    }

    /// The text of the current element up to its end tag, without that of elements inside it,
    /// white space around it dropped; `None` when nothing remains.
    pub(super) fn text(&mut self) -> Result<Option<Cow<'a, str>>, Fault> {
        self.had_elements = false;
        match self.leaf() {
            Some(text) => Ok(trimmed(Cow::Borrowed(text))),
            None => self.text_in_parts(),
        }
    }

    /// A text with references, comments, CDATA sections or elements in it.
    fn text_in_parts(&mut self) -> Result<Option<Cow<'a, str>>, Fault> {
        let mut text = Cow::Borrowed("");
        let mut had_elements = false;
        loop {
            match &self.next() {
                Ok(Event::Text(part)) => {
                    self.check_text(part)?;
                    append(&mut text, self.slice(part, 0));
                }
                Ok(Event::CData(part)) => append(&mut text, self.slice(part, CDATA_START.len())),
                Ok(Event::GeneralRef(reference)) => {
                    let character = self.resolve(reference)?;
                    text.to_mut().push(character);
                }
                Ok(Event::Start(start)) => {
                    had_elements = true;
                    self.opened(start)?;
                    self.skip()?;
                }
                Ok(Event::End(end)) => {
                    self.closed(end)?;
                    self.had_elements = had_elements;
                    return Ok(trimmed(text));
                }
                Ok(Event::Eof) => self.ended()?,
                Ok(other) => self.aside(other)?,
                Err(error) => return Err(self.syntax(error)),
            }
            if text.len() > TEXT_BYTES_MAX {
                return Err(self.fault(
                    "xml-limit",
                    format!("expected at most {TEXT_BYTES_MAX} bytes of text in an element, but found more"),
                ));
            }
        }
    }

    /// For an element that holds a bare text in one version of the message and children in another:
    /// the text of the last child with one of these names, else its own text.
    pub(super) fn text_or_child(&mut self, names: &[Name]) -> Result<Option<Cow<'a, str>>, Fault> {
        if let Some(text) = self.leaf() {
            return Ok(trimmed(Cow::Borrowed(text)));
        }
        let (mut own, mut found): (Cow<'a, str>, _) = (Cow::Borrowed(""), None);
        self.pass_white_space();
        loop {
            match &self.next() {
                Ok(Event::Text(part)) => {
                    self.check_text(part)?;
                    append(&mut own, self.slice(part, 0));
                }
                Ok(Event::CData(part)) => append(&mut own, self.slice(part, CDATA_START.len())),
                Ok(Event::GeneralRef(reference)) => {
                    let character = self.resolve(reference)?;
                    own.to_mut().push(character);
                }
                Ok(Event::Start(start)) => {
                    self.opened(start)?;
                    if self.own_name().is_some_and(|name| names.contains(&name)) {
                        found = self.text()?.or(found);
                    } else {
                        self.skip()?;
                    }
                }
                Ok(Event::End(end)) => {
                    self.closed(end)?;
                    return Ok(found.or_else(|| trimmed(own)));
                }
                Ok(Event::Eof) => self.ended()?,
                Ok(other) => self.aside(other)?,
                Err(error) => return Err(self.syntax(error)),
            }
        }
    }

    /// Passes over the current element and all inside it.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        let outside = self.open.len() - 1;
        // The names that are read are known to be names; the others are looked at.
        self.check_name()?;
        if self.leaf().is_some() {
            return Ok(());
        }
        while self.open.len() > outside {
            self.pass_white_space();
            if self.pass_end(0) {
                continue;
            }
            if let Some(name) = self.plain_start() {
                self.open_plain(name)?;
                self.leaf();
                continue;
            }
            match &self.next() {
                Ok(Event::Start(start)) => {
                    self.opened(start)?;
                    self.check_name()?;
                    self.leaf();
                }
                Ok(Event::End(end)) => self.closed(end)?,
                Ok(Event::Text(text)) => self.check_text(text)?,
                Ok(Event::GeneralRef(reference)) => {
                    self.resolve(reference)?;
                }
                Ok(Event::Eof) => self.ended()?,
                Ok(other) => self.aside(other)?,
                Err(error) => return Err(self.syntax(error)),
            }
        }
        Ok(())
    }

    /// Refuses the last start tag when its name is none.
    pub(super) fn check_name(&self) -> Result<(), Fault> {
        if wellformed::is_name(self.tag.full_name) {
            return Ok(());
        }
        let shown: String = String::from_utf8_lossy(self.tag.full_name).chars().take(40).collect();
        Err(self.fault("xml-syntax", format!("expected the name of an element, but found {shown:?}")))
    }

    /// A fault at the last event.
    pub(super) fn fault(&self, rule: &'static str, what: impl Into<String>) -> Fault {
        Fault::new(self.offset, rule, what)
    }

    pub(super) fn position(&self) -> usize {
        position(self.reader.buffer_position()) + self.ahead
    }

    /// The next event. It is looked at where it lies: moving it costs as much as reading it.
    #[inline(always)]
    #[expect(clippy::inline_always, reason = "measured: a call that returns an event copies it")]
    fn next(&mut self) -> quick_xml::Result<Event<'a>> {
        self.offset = self.position();
        let event = self.reader.read_event();
        self.is_busy = matches!(event, Ok(Event::Text(_)));
        event
    }

    #[cold]
    fn syntax(&self, error: &quick_xml::Error) -> Fault {
        let at = position(self.reader.error_position()) + self.ahead;
        Fault::new(at.max(self.offset), "xml-syntax", format!("expected well-formed XML, but found: {error}"))
    }

    /// Comments, processing instructions and declarations; a `DOCTYPE` is refused.
    #[cold]
    fn aside(&mut self, event: &Event<'_>) -> Result<(), Fault> {
        match event {
            Event::DocType(_) => Err(self
                .fault("xml-doctype", "expected a bank message, but found a DOCTYPE, which no bank message has")
                .remedy("Ask the sender what this file is; do not open it elsewhere")),
            Event::Decl(declaration) => {
                // White space before it is against the standard, but banks do it.
                let begins = !std::mem::replace(&mut self.declared, true);
                if self.depth() > 0 || !begins {
                    return Err(self.fault("xml-syntax", "expected the XML declaration at the start, but found it further on"));
                }
                if !wellformed::is_declaration(declaration) {
                    let found = String::from_utf8_lossy(declaration).into_owned();
                    return Err(self.fault("xml-syntax", format!("expected an XML declaration, but found <?{found}?>")));
                }
                Ok(())
            }
            Event::PI(instruction) if !wellformed::is_instruction(instruction) => {
                Err(self.fault("xml-syntax", "expected a processing instruction, but found one without a name of its own"))
            }
            _ => {
                // No declaration after a comment either; between two documents there may be one.
                self.declared |= self.roots == 0;
                Ok(())
            }
        }
    }

    #[inline]
    fn opened(&mut self, start: &BytesStart<'a>) -> Result<(), Fault> {
        let (name, attributes) = (start.name().0.len(), start.attributes_raw().len());
        self.check_depth()?;
        if name > NAME_BYTES_MAX || attributes > ATTRIBUTE_BYTES_MAX {
            return Err(self.too_large());
        }
        // The reader borrows from the text; this is the same place of it, for as long as the text lives.
        let at = self.offset - self.base + 1;
        let bytes = self.text.as_bytes();
        self.tag = Tag { full_name: &bytes[at..at + name], attributes: &bytes[at + name..at + name + attributes] };
        self.open.push(self.tag.full_name);
        self.is_busy = bytes[self.position() - self.base - 2] == b'/';
        if self.depth() == 1 {
            self.root()?;
        }
        if attributes > 0
            && wellformed::only_currency(self.tag.attributes).is_none()
            && let Err(what) = wellformed::attributes(self.tag.attributes)
        {
            return Err(self.fault("xml-syntax", format!("expected well-formed attributes, but found {what}")));
        }
        Ok(())
    }

    #[inline]
    pub(super) fn check_depth(&self) -> Result<(), Fault> {
        if self.depth() < DEPTH_MAX { Ok(()) } else { Err(self.too_large()) }
    }

    #[cold]
    fn too_large(&self) -> Fault {
        self.fault(
            "xml-limit",
            format!(
                "expected at most {DEPTH_MAX} nested elements, names of {NAME_BYTES_MAX} bytes and {ATTRIBUTE_BYTES_MAX} bytes of attributes, but found more"
            ),
        )
    }

    /// A second root element is a second document, and says so by its declaration.
    fn root(&mut self) -> Result<(), Fault> {
        self.roots += 1;
        if self.roots > 1 && !self.declared {
            let what = "expected one XML document, but found a second root element without an XML declaration before it";
            return Err(self.fault("xml-syntax", what));
        }
        self.declared = false;
        Ok(())
    }

    fn ended(&self) -> Result<(), Fault> {
        if !self.open.is_empty() {
            return Err(self.fault("xml-syntax", "expected the end of every element, but the file ends before: it is cut off"));
        }
        if self.floor == 0 && self.roots > 0 && self.declared {
            let what = "expected a document after its XML declaration, but the file ends before: it is cut off";
            return Err(self.fault("xml-syntax", what));
        }
        if self.roots == 0 && self.floor == 0 {
            return Err(self.fault("xml-syntax", "expected an XML document, but found none"));
        }
        Ok(())
    }

    #[inline]
    pub(super) fn check_text(&self, text: &[u8]) -> Result<(), Fault> {
        if self.has_section_end && memchr::memmem::find(text, b"]]>").is_some() {
            return Err(self.fault("xml-syntax", "expected text, but found ]]>, which ends a CDATA section that never began"));
        }
        Ok(())
    }

    /// The text of the last event, which begins so many bytes after the event. It is taken from the
    /// text that was found to be UTF-8 as a whole, so that it is not looked at again.
    #[inline]
    fn slice(&self, bytes: &[u8], markup: usize) -> &'a str {
        let start = self.offset - self.base + markup;
        self.text.get(start..start + bytes.len()).unwrap_or_default()
    }

    /// The character that a reference stands for: one of the five of XML, or a number.
    fn resolve(&self, reference: &BytesRef<'_>) -> Result<char, Fault> {
        let character = match &**reference {
            b"amp" => Some('&'),
            b"lt" => Some('<'),
            b"gt" => Some('>'),
            b"quot" => Some('"'),
            b"apos" => Some('\''),
            name => wellformed::numbered_character(name),
        };
        character.ok_or_else(|| {
            let name = String::from_utf8_lossy(reference).into_owned();
            let rule = if name.starts_with('#') { "xml-character" } else { "xml-syntax" };
            self.fault(rule, format!("expected text, but found &{name};, which XML does not define"))
        })
    }
}

const CDATA_START: &[u8] = b"<![CDATA[";

/// Without white space around it; `None` when nothing remains.
#[inline]
fn trimmed(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let solid = |byte: Option<&u8>| byte.is_some_and(|b| (0x21..0x7F).contains(b));
    let bytes = text.as_bytes();
    if solid(bytes.first()) && solid(bytes.last()) {
        return Some(text);
    }
    let text = match text {
        Cow::Borrowed(borrowed) => Cow::Borrowed(borrowed.trim()),
        Cow::Owned(owned) => Cow::Owned(owned.trim().to_owned()),
    };
    (!text.is_empty()).then_some(text)
}

fn append<'a>(text: &mut Cow<'a, str>, part: &'a str) {
    if text.is_empty() {
        *text = Cow::Borrowed(part);
    } else {
        text.to_mut().push_str(part);
    }
}

#[inline]
fn position(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
