//! Plots as inline SVG: no script, no font and no network.

use std::fmt::Write;

use crate::text::html;

/// One part of a stacked bar.
pub(super) struct Part {
    pub label: String,
    /// The value as people read it.
    pub shown: String,
    pub value: i64,
    /// Class that colours it.
    pub class: &'static str,
}

/// A horizontal bar of parts that add up to the whole, 1000 units wide.
pub(super) fn stacked_bar(parts: &[Part], title: &str) -> String {
    let whole: i64 = parts.iter().map(|p| p.value.max(0)).sum();
    let mut svg = format!(
        "<svg class=\"bar\" viewBox=\"0 0 1000 34\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\"{}\"><title>{}</title>",
        html(title),
        html(title)
    );
    let mut from = 0;
    for part in parts.iter().filter(|p| p.value > 0 && whole > 0) {
        let width = scaled(part.value, whole, 1_000).max(3);
        let _ = write!(
            svg,
            "<rect class=\"{}\" x=\"{from}\" y=\"0\" width=\"{width}\" height=\"34\"><title>{}: {}</title></rect>",
            part.class,
            html(&part.label),
            html(&part.shown)
        );
        from += width;
    }
    svg.push_str("</svg>");
    svg
}

/// One column of a chart.
pub(super) struct Column {
    pub label: String,
    pub shown: String,
    pub value: i64,
    pub class: &'static str,
}

/// Vertical columns with their values above and labels below.
pub(super) fn columns(columns: &[Column], title: &str) -> String {
    let (step, height) = (120, 150);
    let highest = columns.iter().map(|c| c.value).max().unwrap_or(0).max(1);
    let width = step * i64::try_from(columns.len().max(1)).unwrap_or(1);
    let mut svg = format!(
        "<svg class=\"columns\" viewBox=\"0 0 {width} {}\" role=\"img\" aria-label=\"{}\"><title>{}</title>",
        height + 52,
        html(title),
        html(title)
    );
    let _ = write!(svg, "<line class=\"axis\" x1=\"0\" y1=\"{0}\" x2=\"{width}\" y2=\"{0}\"/>", height + 22);
    for (index, column) in (0_i64..).zip(columns) {
        let tall = scaled(column.value.max(0), highest, height).max(i64::from(column.value > 0) * 2);
        let left = index * step + 22;
        let top = height + 22 - tall;
        let middle = index * step + step / 2;
        let _ = write!(
            svg,
            "<rect class=\"{}\" x=\"{left}\" y=\"{top}\" width=\"{}\" height=\"{tall}\" rx=\"3\"/><text x=\"{middle}\" y=\"{}\" class=\"value\">{}</text><text x=\"{middle}\" y=\"{}\" class=\"label\">{}</text>",
            column.class,
            step - 44,
            top - 6,
            html(&column.shown),
            height + 42,
            html(&column.label)
        );
    }
    svg.push_str("</svg>");
    svg
}

/// `value` of `whole` on a scale of `length`.
fn scaled(value: i64, whole: i64, length: i64) -> i64 {
    i64::try_from(i128::from(value) * i128::from(length) / i128::from(whole.max(1))).unwrap_or(length)
}
