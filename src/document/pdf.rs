//! A page as PDF: A4, in the Helvetica that every reader has.
//!
//! Lengths are thousandths of a point. Characters that code page 1252 does not have are written in
//! Latin letters. Nothing in the file tells when it was written: the same page gives the same bytes.

use std::sync::LazyLock;

use encoding_rs::WINDOWS_1252;
use pdf_writer::{Content, Finish, Name, Pdf, Rect, Ref, Str, TextStr};

use super::{Block, Document, Run, Table, set};

const WIDTH: i32 = 595_276;
const HEIGHT: i32 = 841_890;
const MARGIN: i32 = 56_700;
/// Where the window of an envelope begins: 110 mm from the left, 45 mm from the top.
const WINDOW: (i32, i32) = (311_800, 127_600);
/// Type sizes.
const BODY: i32 = 10_000;
const TABLE: i32 = 8_500;
const SMALL: i32 = 7_500;
/// Room between the columns of a table.
const GUTTER: i32 = 8_000;
/// A column that holds words is not made narrower.
const COLUMN_MIN: i32 = 60_000;

/// Writes a page, or as many as it takes.
#[must_use]
pub fn to_pdf(document: &Document) -> Vec<u8> {
    let mut paper = Paper { pages: Vec::new(), y: 0, titles: Vec::new(), text: None };
    paper.turn();
    let say = |text: &str| encoded(&set(&document.language, text));
    for block in &document.blocks {
        match block {
            Block::Sender(lines) => {
                for (index, line) in lines.iter().enumerate() {
                    paper.lines(MARGIN, WIDTH - 2 * MARGIN, index == 0, &say(line));
                }
            }
            Block::Recipient(lines) => {
                paper.y = paper.y.min(HEIGHT - WINDOW.1);
                for line in lines {
                    paper.lines(WINDOW.0, WIDTH - MARGIN - WINDOW.0, false, &say(line));
                }
                paper.space(2 * BODY);
            }
            Block::Date(text) => {
                let text = say(text);
                paper.line(WIDTH - MARGIN - width(&text, BODY, false), BODY, false, &text);
                paper.space(BODY);
            }
            Block::Heading(text) => {
                paper.space(BODY / 2);
                paper.keep(4 * BODY);
                paper.paragraph(&[(say(text), true)], MARGIN, WIDTH - 2 * MARGIN, BODY + 2_000);
            }
            Block::Paragraph(runs) => {
                let runs: Vec<(Vec<u8>, bool)> = runs.iter().map(|Run { text, bold }| (say(text), *bold)).collect();
                paper.paragraph(&runs, MARGIN, WIDTH - 2 * MARGIN, BODY);
            }
            Block::Notice(text) => paper.notice(&say(text)),
            Block::Table(table) => paper.table(table, &say),
            Block::Signature(lines) => {
                paper.space(BODY);
                paper.keep(6 * BODY);
                for line in lines {
                    paper.line(MARGIN, BODY, false, &say(line));
                }
            }
            Block::Footer(text) => {
                paper.space(2 * BODY);
                paper.paragraph(&[(say(text), false)], MARGIN, WIDTH - 2 * MARGIN, SMALL);
            }
        }
    }
    paper.bind(document)
}

/// Words of a line, in plain and in bold type.
type Line = Vec<(Vec<u8>, bool)>;

/// Pages that fill from top to bottom.
struct Paper {
    pages: Vec<Content>,
    /// Where the next line hangs from.
    y: i32,
    /// Headings of the table that is written: they stand on each of its pages.
    titles: Vec<Vec<u8>>,
    /// The text object that is open.
    text: Option<TextObject>,
}

/// Where the last text of a text object stands, and in which size and type.
#[derive(Clone, Copy, Default)]
struct TextObject {
    at: (i32, i32),
    size: i32,
    bold: bool,
}

impl Paper {
    fn turn(&mut self) {
        self.end_text();
        self.pages.push(Content::new());
        self.y = HEIGHT - MARGIN;
    }

    fn space(&mut self, length: i32) {
        self.y -= length;
    }

    /// Turns the page where less than that is left of it.
    fn keep(&mut self, length: i32) {
        if self.y - length < MARGIN {
            self.turn();
        }
    }

    fn leading(size: i32) -> i32 {
        size * 14 / 10
    }

    /// A line that hangs from where the paper is filled to.
    fn line(&mut self, x: i32, size: i32, bold: bool, text: &[u8]) {
        self.keep(Self::leading(size));
        self.space(Self::leading(size));
        self.show(x, size, bold, text);
    }

    /// A text on as many lines as it takes.
    fn lines(&mut self, x: i32, room: i32, bold: bool, text: &[u8]) {
        for line in broken(&[(text.to_vec(), bold)], room, BODY) {
            let text: Vec<u8> = line.into_iter().flat_map(|(text, _)| text).collect();
            self.line(x, BODY, bold, &text);
        }
    }

    /// Shows a text on the current line. Texts that follow one another share a text object, and say where
    /// they stand from the one before: a table of amounts is half as large.
    fn show(&mut self, x: i32, size: i32, bold: bool, text: &[u8]) {
        if text.is_empty() {
            return;
        }
        let y = self.y + size * 3 / 10;
        let Some(page) = self.pages.last_mut() else { return };
        let last = self.text.unwrap_or_else(|| {
            page.begin_text();
            TextObject::default()
        });
        if (last.size, last.bold) != (size, bold) {
            page.set_font(Name(if bold { b"F2" } else { b"F1" }), points(size));
        }
        page.next_line(points(x - last.at.0), points(y - last.at.1));
        page.show(Str(text));
        self.text = Some(TextObject { at: (x, y), size, bold });
    }

    /// Ends the text object, before anything is drawn or the page is turned.
    fn end_text(&mut self) {
        if self.text.take().is_some()
            && let Some(page) = self.pages.last_mut()
        {
            page.end_text();
        }
    }

    fn rule(&mut self, y: i32) {
        self.end_text();
        if let Some(page) = self.pages.last_mut() {
            page.set_line_width(points(400));
            page.move_to(points(MARGIN), points(y));
            page.line_to(points(WIDTH - MARGIN), points(y));
            page.stroke();
        }
    }

    fn paragraph(&mut self, runs: &[(Vec<u8>, bool)], x: i32, room: i32, size: i32) {
        for line in broken(runs, room, size) {
            self.keep(Self::leading(size));
            self.space(Self::leading(size));
            let mut at = x;
            for (text, bold) in line {
                self.show(at, size, bold, &text);
                at += width(&text, size, bold);
            }
        }
        self.space(size * 6 / 10);
    }

    fn notice(&mut self, text: &[u8]) {
        let (inset, runs) = (6_000, [(text.to_vec(), false)]);
        let room = WIDTH - 2 * MARGIN - 2 * inset;
        let lines = i32::try_from(broken(&runs, room, BODY).len()).unwrap_or(0);
        let height = lines * Self::leading(BODY) + 2 * inset;
        self.keep(height);
        let top = self.y;
        self.space(inset);
        self.paragraph(&runs, MARGIN + inset, room, BODY);
        self.y = top - height;
        self.end_text();
        if let Some(page) = self.pages.last_mut() {
            page.set_line_width(points(600));
            page.rect(points(MARGIN), points(self.y), points(WIDTH - 2 * MARGIN), points(height));
            page.stroke();
        }
        self.space(BODY * 6 / 10);
    }

    fn table(&mut self, table: &Table, say: &dyn Fn(&str) -> Vec<u8>) {
        let titles: Vec<Vec<u8>> = table.columns.iter().map(|(title, _)| say(title)).collect();
        let rows: Vec<Vec<Vec<u8>>> = table.rows.iter().map(|row| row.iter().map(|cell| say(cell)).collect()).collect();
        let sum: Vec<Vec<u8>> = table.sum.iter().map(|cell| say(cell)).collect();
        let widths = column_widths(table, &titles, &rows, &sum);
        self.keep(4 * Self::leading(TABLE));
        self.row(table, &widths, &titles, true);
        self.titles = titles;
        for row in &rows {
            self.row(table, &widths, row, false);
        }
        if !sum.is_empty() {
            self.row(table, &widths, &sum, true);
        }
        self.space(BODY);
    }

    /// The lines of each cell of a row.
    fn cells(widths: &[i32], cells: &[Vec<u8>], bold: bool) -> Vec<Vec<Line>> {
        cells.iter().zip(widths).map(|(cell, room)| broken(&[(cell.clone(), bold)], *room, TABLE)).collect()
    }

    fn row(&mut self, table: &Table, widths: &[i32], cells: &[Vec<u8>], bold: bool) {
        let cells = Self::cells(widths, cells, bold);
        let lines = cells.iter().map(Vec::len).max().unwrap_or(1).max(1);
        let height = i32::try_from(lines).unwrap_or(1) * Self::leading(TABLE) + 3_000;
        if height > self.y - MARGIN && self.y < HEIGHT - MARGIN {
            self.turn();
            if !bold {
                let titles: Vec<Vec<u8>> = self.titles.clone();
                self.row(table, widths, &titles, true);
            }
        }
        let top = self.y;
        let mut x = MARGIN;
        for ((cell, room), (_, at_right)) in cells.iter().zip(widths).zip(&table.columns) {
            self.y = top - 1_500;
            for line in cell {
                self.space(Self::leading(TABLE));
                let length: i32 = line.iter().map(|(text, bold)| width(text, TABLE, *bold)).sum();
                let mut at = if *at_right { x + room - length } else { x };
                for (text, bold) in line {
                    self.show(at, TABLE, *bold, text);
                    at += width(text, TABLE, *bold);
                }
            }
            x += room + GUTTER;
        }
        self.y = top - height;
        self.rule(self.y);
    }

    /// The pages as a file.
    fn bind(mut self, document: &Document) -> Vec<u8> {
        self.end_text();
        let mut next = 0;
        let mut id = || {
            next += 1;
            Ref::new(next)
        };
        let (catalog, tree, plain, bold, info) = (id(), id(), id(), id(), id());
        let mut pdf = Pdf::new();
        pdf.catalog(catalog).pages(tree).lang(TextStr(&document.language));
        pdf.document_info(info).title(TextStr(&document.title)).author(TextStr(&document.author));
        for (font, name) in [(plain, Name(b"Helvetica")), (bold, Name(b"Helvetica-Bold"))] {
            pdf.type1_font(font).base_font(name).encoding_predefined(Name(b"WinAnsiEncoding"));
        }
        let count = self.pages.len();
        let pages: Vec<(Ref, Ref)> = self.pages.iter().map(|_| (id(), id())).collect();
        pdf.pages(tree).kids(pages.iter().map(|(page, _)| *page)).count(i32::try_from(count).unwrap_or(i32::MAX));
        for (number, (mut content, (page_id, content_id))) in self.pages.into_iter().zip(pages).enumerate() {
            if count > 1 {
                let text = encoded(&format!("{} / {count}", number + 1));
                content.begin_text();
                content.set_font(Name(b"F1"), points(SMALL));
                content.next_line(points((WIDTH - width(&text, SMALL, false)) / 2), points(MARGIN / 2));
                content.show(Str(&text));
                content.end_text();
            }
            let mut page = pdf.page(page_id);
            page.media_box(Rect::new(0.0, 0.0, points(WIDTH), points(HEIGHT)));
            page.parent(tree);
            page.contents(content_id);
            let mut resources = page.resources();
            resources.fonts().pair(Name(b"F1"), plain).pair(Name(b"F2"), bold);
            resources.finish();
            page.finish();
            pdf.stream(content_id, &content.finish());
        }
        pdf.finish()
    }
}

/// As wide as its widest cell; where that is too much, columns of words give way, the widest first.
fn column_widths(table: &Table, titles: &[Vec<u8>], rows: &[Vec<Vec<u8>>], sum: &[Vec<u8>]) -> Vec<i32> {
    let count = table.columns.len();
    let gutters = GUTTER * i32::try_from(count.saturating_sub(1)).unwrap_or(0);
    let room = WIDTH - 2 * MARGIN - gutters;
    let natural = |column: usize| {
        let of = |cells: &[Vec<u8>], bold: bool| cells.get(column).map_or(0, |cell| width(cell, TABLE, bold));
        rows.iter().map(|row| of(row, false)).chain([of(titles, true), of(sum, true)]).max().unwrap_or(0)
    };
    let mut widths: Vec<i32> = (0..count).map(natural).collect();
    let mut excess = widths.iter().sum::<i32>() - room;
    while excess > 0 {
        let gives = (0..count).filter(|c| !table.columns[*c].1 && widths[*c] > COLUMN_MIN).max_by_key(|c| (widths[*c], *c));
        let gives = gives.or_else(|| (0..count).max_by_key(|c| (widths[*c], *c)));
        let Some(column) = gives else { break };
        let taken = excess.min((widths[column] / 4).max(1_000));
        widths[column] -= taken;
        excess -= taken;
    }
    let share = i32::try_from(count).ok().and_then(|count| excess.checked_div(count)).unwrap_or(0);
    if share < 0 {
        for width in &mut widths {
            *width -= share;
        }
    }
    widths
}

/// The lines of a paragraph: broken at blanks, and a word that fits no line where the line ends.
fn broken(runs: &[(Vec<u8>, bool)], room: i32, size: i32) -> Vec<Line> {
    if let [(text, bold)] = runs
        && width(text, size, *bold) <= room
    {
        return vec![vec![(text.clone(), *bold)]];
    }
    let mut lines: Vec<Line> = vec![Vec::new()];
    let mut used = 0;
    for (text, bold) in runs {
        for word in text.split_inclusive(|b| *b == b' ') {
            let bare = word.strip_suffix(b" ").unwrap_or(word);
            if used > 0 && used + width(bare, size, *bold) > room {
                lines.push(Vec::new());
                used = 0;
            }
            let mut word = word;
            while width(word.strip_suffix(b" ").unwrap_or(word), size, *bold) > room && word.len() > 1 {
                let fits = (1..word.len()).take_while(|n| width(&word[..*n], size, *bold) <= room).last().unwrap_or(1);
                push(&mut lines, &word[..fits], *bold);
                lines.push(Vec::new());
                word = &word[fits..];
            }
            used += width(word, size, *bold);
            push(&mut lines, word, *bold);
        }
    }
    lines
}

fn push(lines: &mut [Line], word: &[u8], bold: bool) {
    let Some(line) = lines.last_mut() else { return };
    match line.last_mut() {
        Some((text, of)) if *of == bold => text.extend_from_slice(word),
        _ => line.push((word.to_vec(), bold)),
    }
}

/// In code page 1252; what it does not have, in Latin letters.
fn encoded(text: &str) -> Vec<u8> {
    let plain = |c: char| !c.is_control() && !matches!(c, '\u{202F}' | '\u{2009}');
    if text.chars().all(plain) {
        let (bytes, _, unmappable) = WINDOWS_1252.encode(text);
        if !unmappable {
            return bytes.into_owned();
        }
    }
    let one = |c: char| {
        let c = if plain(c) { c } else { '\u{A0}' };
        let text = c.to_string();
        let (bytes, _, unmappable) = WINDOWS_1252.encode(&text);
        if unmappable { any_ascii::any_ascii_char(c).as_bytes().to_vec() } else { bytes.into_owned() }
    };
    text.chars().filter(|c| !c.is_control()).flat_map(one).collect()
}

fn width(text: &[u8], size: i32, bold: bool) -> i32 {
    let widths = &GLYPH_WIDTHS[usize::from(bold)];
    let units: i64 = text.iter().map(|byte| i64::from(widths[usize::from(*byte)])).sum();
    i32::try_from(units * i64::from(size) / 1_000).unwrap_or(i32::MAX)
}

/// Of each byte, in plain and in bold type.
static GLYPH_WIDTHS: LazyLock<[[u16; 256]; 2]> =
    LazyLock::new(|| [false, true].map(|bold| std::array::from_fn(|byte| glyph_width(u8::try_from(byte).unwrap_or(b' '), bold))));

/// Of the characters from the blank to the tilde, in thousandths of the size, as Adobe's metrics of the
/// fourteen standard fonts give them.
const HELVETICA: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778,
    722, 667, 611, 722, 667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222,
    500, 222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];
const HELVETICA_BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556,
    556, 333, 333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778,
    722, 667, 611, 722, 667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278,
    556, 278, 889, 611, 611, 611, 611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];

/// Letters with an accent are as wide as without.
fn glyph_width(byte: u8, bold: bool) -> u16 {
    let table = if bold { &HELVETICA_BOLD } else { &HELVETICA };
    let plain = match byte {
        b' '..=b'~' => byte,
        0xA0 => b' ',
        0x91 | 0x92 => b'\'',
        0x80 | 0xAB | 0xBB => b'0',
        0x97 | 0x85 => b'@',
        _ => {
            let pair = [byte];
            let (text, _) = WINDOWS_1252.decode_without_bom_handling(&pair);
            any_ascii::any_ascii(&text).bytes().next().unwrap_or(b'0')
        }
    };
    table.get(usize::from(plain.saturating_sub(b' '))).copied().unwrap_or(556)
}

#[expect(clippy::float_arithmetic, clippy::cast_precision_loss, reason = "PDF counts in points, with a fraction")]
fn points(thousandths: i32) -> f32 {
    thousandths as f32 / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_fit_their_room_and_lose_no_word() {
        let text =
            encoded(&set("fr", "Sauf erreur de notre part : factures échues, 12 345,60 € et unmotquinevraimentpasdeplaceici"));
        let lines = broken(&[(text.clone(), false)], 60_000, BODY);
        for line in &lines {
            let length: i32 = line.iter().map(|(text, bold)| width(text.strip_suffix(b" ").unwrap_or(text), BODY, *bold)).sum();
            assert!(length <= 60_000, "{line:?}");
        }
        let joined: Vec<u8> = lines.into_iter().flatten().flat_map(|(text, _)| text).collect();
        assert_eq!(joined, text);
    }

    #[test]
    fn a_long_table_goes_on_under_its_headings() {
        let table = Table {
            columns: vec![("Facture".into(), false), ("Montant".into(), true)],
            rows: (0..200).map(|n| vec![format!("F-{n}"), format!("{n},00 €")]).collect(),
            sum: vec!["Total".into(), "0,00 €".into()],
        };
        let document = Document { blocks: vec![Block::Table(table)], ..Document::default() };
        let bytes = to_pdf(&document);
        let headings = memchr::memmem::find_iter(&bytes, b"(Facture)").count();
        assert!(headings >= 3, "{headings} pages");
        assert_eq!(memchr::memmem::find_iter(&bytes, b"/Type /Page\n").count(), headings);
        assert_eq!(bytes, to_pdf(&document));
    }
}
