//! A page as HTML: one file, no network.

use std::fmt::Write;

use super::{Block, Document, Run, Table, set};
use crate::text::html;

/// Writes a page.
#[must_use]
pub fn to_html(document: &Document) -> String {
    let say = |text: &str| html(&set(&document.language, text));
    let lines = |lines: &[String]| lines.iter().map(|line| say(line)).collect::<Vec<_>>().join("<br>");
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\"><head><meta charset=\"utf-8\"><title>{}</title><style>{STYLE}</style></head>\n<body>\n",
        html(&document.language),
        say(&document.title)
    );
    for block in &document.blocks {
        let _ = match block {
            Block::Sender(sender) => {
                let mut all: Vec<String> = sender.iter().map(|line| say(line)).collect();
                if let Some(name) = all.first_mut() {
                    *name = format!("<strong>{name}</strong>");
                }
                writeln!(out, "<p class=\"from\">{}</p>", all.join("<br>"))
            }
            Block::Recipient(recipient) => writeln!(out, "<p class=\"to\">{}</p>", lines(recipient)),
            Block::Date(date) => writeln!(out, "<p class=\"date\">{}</p>", say(date)),
            Block::Heading(text) => writeln!(out, "<h1>{}</h1>", say(text)),
            Block::Paragraph(runs) => {
                let run = |run: &Run| if run.bold { format!("<strong>{}</strong>", say(&run.text)) } else { say(&run.text) };
                writeln!(out, "<p>{}</p>", runs.iter().map(run).collect::<String>())
            }
            Block::Notice(text) => writeln!(out, "<p class=\"notice\">{}</p>", say(text)),
            Block::Table(rows) => {
                table(&mut out, rows, &say);
                Ok(())
            }
            Block::Signature(signed) => writeln!(out, "<p class=\"signature\">{}</p>", lines(signed)),
            Block::Footer(text) => writeln!(out, "<footer>{}</footer>", say(text)),
        };
    }
    out.push_str("</body></html>\n");
    out
}

fn table(out: &mut String, table: &Table, say: &dyn Fn(&str) -> String) {
    let class = |index: usize| if table.columns[index].1 { " class=\"n\"" } else { "" };
    let row = |cells: &[String], tag: &str| -> String {
        let cell = |(index, text): (usize, &String)| format!("<{tag}{}>{}</{tag}>", class(index), say(text));
        cells.iter().take(table.columns.len()).enumerate().map(cell).collect()
    };
    let titles: Vec<String> = table.columns.iter().map(|(title, _)| title.clone()).collect();
    let _ = writeln!(out, "<table><thead><tr>{}</tr></thead><tbody>", row(&titles, "th"));
    for cells in &table.rows {
        let _ = writeln!(out, "<tr>{}</tr>", row(cells, "td"));
    }
    if !table.sum.is_empty() {
        let _ = writeln!(out, "<tr class=\"sum\">{}</tr>", row(&table.sum, "td"));
    }
    out.push_str("</tbody></table>\n");
}

const STYLE: &str = "body{font:15px/1.5 Georgia,serif;max-width:46em;margin:3em auto;padding:0 2em;color:#1a1a1a}.to{margin:2em 0 2em 55%}.date{text-align:right}h1{font-size:1.2em}table{border-collapse:collapse;width:100%;font-size:.9em}th,td{text-align:left;vertical-align:top;padding:.35em .5em;border-bottom:1px solid #ccc}.n{text-align:right;white-space:nowrap}.sum td{font-weight:bold}.notice{border:1px solid #444;padding:.6em}.signature{margin-top:2em}footer{margin-top:3em;font-size:.75em;color:#555}";
