//! A page for people, such as a letter: what stands on it, then as HTML and as PDF.
//!
//! Both are written from the same blocks, so that what was checked in one is true of the other.

mod html;
mod pdf;

use std::borrow::Cow;

pub use html::to_html;
pub use pdf::to_pdf;

/// A letter or statement. Its texts are plain: each writer escapes them as its format asks.
#[derive(Clone, Debug, Default)]
pub struct Document {
    /// ISO 639.
    pub language: String,
    /// Shown in the window's title, and in the metadata.
    pub title: String,
    /// Who writes.
    pub author: String,
    /// What stands on it, from top to bottom.
    pub blocks: Vec<Block>,
}

/// One part of a page.
#[derive(Clone, Debug)]
pub enum Block {
    /// Lines at the top left; the first is the name.
    Sender(Vec<String>),
    /// Lines where a window envelope shows them.
    Recipient(Vec<String>),
    /// A line at the right: the date.
    Date(String),
    /// What it is about.
    Heading(String),
    /// A paragraph.
    Paragraph(Vec<Run>),
    /// A paragraph that must be seen: it stands in a frame.
    Notice(String),
    /// A table.
    Table(Table),
    /// Lines that something is signed with.
    Signature(Vec<String>),
    /// Small print at the end.
    Footer(String),
}

/// Words of a paragraph in one type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The words.
    pub text: String,
    /// In bold type.
    pub bold: bool,
}

/// Rows under headings.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Heading of each column, and whether its cells stand at its right, as amounts do.
    pub columns: Vec<(String, bool)>,
    /// Cells of each row, as many as there are columns.
    pub rows: Vec<Vec<String>>,
    /// The last row, in bold type; empty: there is none.
    pub sum: Vec<String>,
}

impl Block {
    /// A paragraph in one type.
    #[must_use]
    pub fn text(text: impl Into<String>) -> Self {
        Self::Paragraph(vec![Run { text: text.into(), bold: false }])
    }

    /// A paragraph in bold type.
    #[must_use]
    pub fn bold(text: impl Into<String>) -> Self {
        Self::Paragraph(vec![Run { text: text.into(), bold: true }])
    }
}

impl Document {
    /// All texts of it, its metadata too, for those who look for words.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let of_blocks = self.blocks.iter().flat_map(|block| -> Vec<&str> {
            match block {
                Block::Sender(lines) | Block::Recipient(lines) | Block::Signature(lines) => {
                    lines.iter().map(String::as_str).collect()
                }
                Block::Date(text) | Block::Heading(text) | Block::Notice(text) | Block::Footer(text) => vec![text],
                Block::Paragraph(runs) => runs.iter().map(|run| run.text.as_str()).collect(),
                Block::Table(table) => {
                    let titles = table.columns.iter().map(|(title, _)| title);
                    titles.chain(table.rows.iter().flatten()).chain(&table.sum).map(String::as_str).collect()
                }
            }
        });
        [self.title.as_str(), self.author.as_str()].into_iter().chain(of_blocks)
    }
}

/// No line of a French text begins with a mark that French sets apart, and no amount is broken.
fn set<'t>(language: &str, text: &'t str) -> Cow<'t, str> {
    if language != "fr" || !text.contains([':', ';', '?', '!', '«', '»', '€', '%']) {
        return Cow::Borrowed(text);
    }
    let mut set = String::with_capacity(text.len() + 8);
    let (mut before, mut rest) = (' ', text.chars().peekable());
    while let Some(c) = rest.next() {
        let is_held = c == ' ' && (before == '«' || matches!(rest.peek(), Some(':' | ';' | '?' | '!' | '»' | '€' | '%')));
        set.push(if is_held { '\u{A0}' } else { c });
        before = c;
    }
    Cow::Owned(set)
}
