//! A walk over the elements of an XML document, with limits.

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use super::Fault;
use crate::model::Currency;

/// Elements inside one another. The deepest paths of camt.053 have about a dozen; envelopes add a few.
const DEPTH_MAX: usize = 64;
/// Bytes in the name of an element.
const NAME_BYTES_MAX: usize = 256;
/// Bytes in all attributes of an element; they are compared with one another.
const ATTRIBUTE_BYTES_MAX: usize = 4_096;
/// Bytes in the text of an element that is read. The longest in camt.053 has 500 characters.
const TEXT_BYTES_MAX: usize = 65_536;

/// A start tag.
pub(super) struct Tag<'a> {
    start: BytesStart<'a>,
    /// Bytes of the namespace prefix with its colon.
    prefix: usize,
}

impl Tag<'_> {
    /// The name without its prefix.
    pub(super) fn name(&self) -> &[u8] {
        &self.start.name().0[self.prefix..]
    }

    /// The prefix of the name, with its colon; empty when there is none.
    pub(super) fn prefix(&self) -> &[u8] {
        &self.start.name().0[..self.prefix]
    }

    /// The value of an attribute; entities in it are not resolved.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let found = self.start.attributes().with_checks(false).flatten().find(|a| a.key.as_ref() == name.as_bytes())?;
        Some(String::from_utf8_lossy(&found.value).into_owned())
    }

    /// All attributes as names and values.
    pub(super) fn attributes(&self) -> Vec<(String, String)> {
        let owned = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut attributes = self.start.attributes();
        attributes.with_checks(false).flatten().map(|a| (owned(a.key.as_ref()), owned(&a.value))).collect()
    }
}

/// Walks a document element by element.
pub(super) struct Cursor<'a> {
    reader: Reader<&'a [u8]>,
    /// Start of the last event.
    pub(super) offset: usize,
    depth: usize,
    roots: usize,
    prefix: Vec<u8>,
    /// Currency of the account whose statement is read, for amounts that name none.
    pub(super) account_currency: Option<Currency>,
}

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_reader(text.as_bytes());
        let config = reader.config_mut();
        config.expand_empty_elements = true;
        config.check_comments = true;
        Self { reader, offset: 0, depth: 0, roots: 0, prefix: Vec::new(), account_currency: None }
    }

    /// The next element inside the current one; `None` after its end tag.
    ///
    /// At the top of the document it is the next root element, and `None` at the end of the text:
    /// some banks put several documents into one file.
    pub(super) fn child(&mut self) -> Result<Option<Tag<'a>>, Fault> {
        loop {
            match self.event()? {
                Event::Start(start) => return self.opened(start).map(Some),
                Event::End(_) => {
                    self.depth = self.depth.saturating_sub(1);
                    return Ok(None);
                }
                Event::Eof => return self.ended().map(|()| None),
                Event::Text(text) if self.depth == 0 && !text.iter().all(u8::is_ascii_whitespace) => {
                    return Err(self.fault("xml-syntax", "expected one XML document, but found text outside its root element"));
                }
                Event::GeneralRef(reference) if self.depth == 0 => {
                    let name = String::from_utf8_lossy(&reference).into_owned();
                    return Err(self.fault("xml-syntax", format!("expected a root element, but found &{name};")));
                }
                Event::CData(_) if self.depth == 0 => {
                    return Err(self.fault("xml-syntax", "expected a root element, but found a CDATA section"));
                }
                Event::GeneralRef(reference) => {
                    self.resolve(&reference)?;
                }
                _ => {}
            }
        }
    }

    /// From here on, elements of the message carry this namespace prefix; others are foreign.
    pub(super) fn set_prefix(&mut self, prefix: &[u8]) {
        self.prefix = prefix.to_vec();
    }

    /// The next element of the message inside the current one; foreign elements are passed over.
    pub(super) fn own_child(&mut self) -> Result<Option<Tag<'a>>, Fault> {
        while let Some(tag) = self.child()? {
            if tag.prefix() == self.prefix {
                return Ok(Some(tag));
            }
            self.skip()?;
        }
        Ok(None)
    }

    /// The text of the current element up to its end tag, without that of elements inside it,
    /// white space around it dropped; `None` when nothing remains.
    pub(super) fn text(&mut self) -> Result<Option<Cow<'a, str>>, Fault> {
        let mut text: Cow<'a, str> = Cow::Borrowed("");
        loop {
            match self.event()? {
                Event::Text(part) => append(&mut text, utf8(part.into_inner())),
                Event::CData(part) => append(&mut text, utf8(part.into_inner())),
                Event::GeneralRef(reference) => {
                    let character = self.resolve(&reference)?;
                    text.to_mut().push(character);
                }
                Event::Start(start) => {
                    self.opened(start)?;
                    self.skip()?;
                }
                Event::End(_) => {
                    self.depth -= 1;
                    break;
                }
                Event::Eof => self.ended()?,
                _ => {}
            }
            if text.len() > TEXT_BYTES_MAX {
                return Err(self.fault(
                    "xml-limit",
                    format!("expected at most {TEXT_BYTES_MAX} bytes of text in an element, but found more"),
                ));
            }
        }
        Ok(trimmed(text))
    }

    /// For an element that holds a bare text in one version of the message and children in another:
    /// the text of the last child with one of these names, else its own text.
    pub(super) fn text_or_child(&mut self, names: &[&[u8]]) -> Result<Option<Cow<'a, str>>, Fault> {
        let (mut own, mut found): (Cow<'a, str>, _) = (Cow::Borrowed(""), None);
        loop {
            match self.event()? {
                Event::Text(part) => append(&mut own, utf8(part.into_inner())),
                Event::GeneralRef(reference) => {
                    let character = self.resolve(&reference)?;
                    own.to_mut().push(character);
                }
                Event::Start(start) => {
                    let tag = self.opened(start)?;
                    if tag.prefix() == self.prefix && names.contains(&tag.name()) {
                        found = self.text()?.or(found);
                    } else {
                        self.skip()?;
                    }
                }
                Event::End(_) => {
                    self.depth -= 1;
                    return Ok(found.or_else(|| trimmed(own)));
                }
                Event::Eof => self.ended()?,
                _ => {}
            }
        }
    }

    /// Passes over the current element and all inside it.
    pub(super) fn skip(&mut self) -> Result<(), Fault> {
        let outside = self.depth - 1;
        while self.depth > outside {
            match self.event()? {
                Event::Start(start) => {
                    self.opened(start)?;
                }
                Event::End(_) => self.depth -= 1,
                Event::GeneralRef(reference) => {
                    self.resolve(&reference)?;
                }
                Event::Eof => self.ended()?,
                _ => {}
            }
        }
        Ok(())
    }

    /// A fault at the last event.
    pub(super) fn fault(&self, rule: &'static str, what: impl Into<String>) -> Fault {
        Fault::new(self.offset, rule, what)
    }

    fn event(&mut self) -> Result<Event<'a>, Fault> {
        self.offset = position(self.reader.buffer_position());
        match self.reader.read_event() {
            Ok(Event::DocType(_)) => Err(self
                .fault("xml-doctype", "expected a bank message, but found a DOCTYPE, which no bank message has")
                .remedy("Ask the sender what this file is; do not open it elsewhere")),
            Ok(event) => Ok(event),
            Err(error) => {
                let at = position(self.reader.error_position());
                Err(Fault::new(at.max(self.offset), "xml-syntax", format!("expected well-formed XML, but found: {error}")))
            }
        }
    }

    fn opened(&mut self, start: BytesStart<'a>) -> Result<Tag<'a>, Fault> {
        self.depth += 1;
        if self.depth == 1 {
            self.roots += 1;
        }
        let name = start.name();
        if self.depth > DEPTH_MAX || name.0.len() > NAME_BYTES_MAX || start.attributes_raw().len() > ATTRIBUTE_BYTES_MAX {
            return Err(self.fault(
                "xml-limit",
                format!(
                    "expected at most {DEPTH_MAX} nested elements, names of {NAME_BYTES_MAX} bytes and {ATTRIBUTE_BYTES_MAX} bytes of attributes, but found more"
                ),
            ));
        }
        if !start.attributes_raw().is_empty()
            && let Some(error) = start.attributes().find_map(Result::err)
        {
            return Err(self.fault("xml-syntax", format!("expected well-formed attributes, but found: {error}")));
        }
        let prefix = memchr::memchr(b':', name.0).map_or(0, |colon| colon + 1);
        Ok(Tag { start, prefix })
    }

    fn ended(&self) -> Result<(), Fault> {
        if self.depth > 0 {
            return Err(self.fault("xml-syntax", "expected the end of every element, but the file ends before: it is cut off"));
        }
        if self.roots == 0 {
            return Err(self.fault("xml-syntax", "expected an XML document, but found none"));
        }
        Ok(())
    }

    /// The character that a reference stands for: one of the five of XML, or a number.
    fn resolve(&self, reference: &BytesRef<'_>) -> Result<char, Fault> {
        let character = match &**reference {
            b"amp" => Some('&'),
            b"lt" => Some('<'),
            b"gt" => Some('>'),
            b"quot" => Some('"'),
            b"apos" => Some('\''),
            _ => reference.resolve_char_ref().ok().flatten().filter(|c| is_xml_character(*c)),
        };
        character.ok_or_else(|| {
            let name = String::from_utf8_lossy(reference).into_owned();
            let rule = if name.starts_with('#') { "xml-character" } else { "xml-syntax" };
            self.fault(rule, format!("expected text, but found &{name};, which XML does not define"))
        })
    }
}

/// XML 1.0 production [2].
fn is_xml_character(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | '\u{20}'..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Without white space around it; `None` when nothing remains.
fn trimmed(text: Cow<'_, str>) -> Option<Cow<'_, str>> {
    let text = match text {
        Cow::Borrowed(borrowed) => Cow::Borrowed(borrowed.trim()),
        Cow::Owned(owned) => Cow::Owned(owned.trim().to_owned()),
    };
    (!text.is_empty()).then_some(text)
}

fn append<'a>(text: &mut Cow<'a, str>, part: Cow<'a, str>) {
    if text.is_empty() {
        *text = part;
    } else {
        text.to_mut().push_str(&part);
    }
}

/// The whole text was checked to be UTF-8, and markup never splits a character.
fn utf8(bytes: Cow<'_, [u8]>) -> Cow<'_, str> {
    match bytes {
        Cow::Borrowed(borrowed) => match std::str::from_utf8(borrowed) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(borrowed),
        },
        Cow::Owned(owned) => Cow::Owned(String::from_utf8_lossy(&owned).into_owned()),
    }
}

fn position(at: u64) -> usize {
    usize::try_from(at).unwrap_or(usize::MAX)
}
