//! Plain text that the stages write: CSV with one form, and bank texts made harmless.

use std::borrow::Cow;
use std::fmt::Write;

use encoding_rs::WINDOWS_1252;

/// A CSV file: UTF-8, comma, LF, a header line; a field is quoted only where it must be.
pub struct Csv(csv::Writer<Vec<u8>>);

impl Csv {
    /// Starts a file with its header.
    pub fn new<'a>(header: impl IntoIterator<Item = &'a &'a str>) -> Self {
        let mut csv = Self::without_header();
        csv.row(header.into_iter().map(|name| (*name).to_owned()));
        csv
    }

    /// Rows that go below others.
    pub fn without_header() -> Self {
        Self(csv::WriterBuilder::new().flexible(true).from_writer(Vec::new()))
    }

    /// Adds a row.
    pub fn row(&mut self, fields: impl IntoIterator<Item = String>) {
        // Writing to memory does not fail.
        let _ = self.0.write_record(fields);
    }

    /// The whole file.
    #[must_use]
    pub fn into_bytes(self) -> Vec<u8> {
        self.0.into_inner().unwrap_or_default()
    }
}

/// A text of a program that does not say its encoding: UTF-8, or else code page 1252, which every byte fits.
#[must_use]
pub fn utf8_or_1252(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// A bank's text as one line: line ends and control characters become blanks.
///
/// Nothing else is touched: a file for machines is not altered to please a spreadsheet.
#[must_use]
pub fn single_line(text: &str) -> String {
    if !text.contains(is_line_or_control) {
        return text.to_owned();
    }
    text.chars().map(|c| if is_line_or_control(c) { ' ' } else { c }).collect()
}

/// A bank's text on a terminal: control and bidirectional characters are shown as their code.
#[must_use]
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_line_or_control(c) || is_invisible(c) {
            let _ = write!(shown, "\\u{{{:04X}}}", u32::from(c));
        } else {
            shown.push(c);
        }
    }
    shown
}

/// The same for a text of several lines, whose line ends stay.
#[must_use]
pub fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

/// A text inside HTML, as an element's text or an attribute's value in double quotes.
#[must_use]
pub fn html(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            c if is_line_or_control(c) => escaped.push(' '),
            c if is_invisible(c) => {
                let _ = write!(escaped, "<code>U+{:04X}</code>", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

fn is_line_or_control(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')
}

/// Zero-width and bidirectional characters.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bank_text_is_data_everywhere() {
        assert_eq!(single_line("a\nb\u{2028}c"), "a b c");
        assert_eq!(visible("x\u{202E}y\u{9B}"), "x\\u{202E}y\\u{009B}");
        assert_eq!(html("<b a='x'>&\u{202E}"), "&lt;b a=&#39;x&#39;&gt;&amp;<code>U+202E</code>");
        let mut csv = Csv::new(&["a", "b"]);
        csv.row(["=1+1".to_owned(), "x,\"y\"".to_owned()]);
        assert_eq!(String::from_utf8(csv.into_bytes()).unwrap(), "a,b\n=1+1,\"x,\"\"y\"\"\"\n");
    }
}
