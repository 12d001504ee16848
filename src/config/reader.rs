//! Sections of a TOML file, read key by key; what nobody asked for is an unknown key.

use std::cell::RefCell;
use std::ops::Range;
use std::str::FromStr;
use std::sync::Arc;

use rust_decimal::Decimal;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::model::{Confidence, Finding, Origin};

/// A parsed file and the problems found in it so far.
pub(super) struct Document<'a> {
    file: &'a Arc<str>,
    text: &'a str,
    table: Spanned<DeTable<'a>>,
    problems: RefCell<Vec<(usize, Finding)>>,
}

impl<'a> Document<'a> {
    pub(super) fn parse(file: &'a Arc<str>, text: &'a str) -> Result<Self, Vec<Finding>> {
        let (table, errors) = DeTable::parse_recoverable(text);
        let document = Self { file, text, table, problems: RefCell::default() };
        for error in errors {
            let at = error.span().unwrap_or(0..0);
            document.problem(at, "config-syntax", format!("expected TOML, but found: {}", error.message()), "");
        }
        let problems = document.problems();
        if problems.is_empty() { Ok(document) } else { Err(problems) }
    }

    pub(super) fn root(&self) -> Section<'_> {
        Section { document: self, name: String::new(), table: Some(self.table.get_ref()), span: 0..0, asked: Vec::new() }
    }

    /// All problems, in the order of the file.
    pub(super) fn problems(&self) -> Vec<Finding> {
        let mut problems = self.problems.borrow().clone();
        problems.sort();
        problems.into_iter().map(|(_, finding)| finding).collect()
    }

    fn problem(&self, at: Range<usize>, rule: &'static str, what: String, remedy: &str) {
        let before = self.text.get(..at.start).unwrap_or(self.text);
        let line = before.matches('\n').count() + 1;
        let column = before.rsplit('\n').next().unwrap_or("").chars().count() + 1;
        let finding = Finding::error(Origin { file: Arc::clone(self.file), line, column }, rule, what)
            .effect("Nothing was run")
            .remedy(remedy);
        self.problems.borrow_mut().push((at.start, finding));
    }
}

/// One table of the file. A table that is not there reads as all defaults.
pub(super) struct Section<'a> {
    document: &'a Document<'a>,
    name: String,
    table: Option<&'a DeTable<'a>>,
    span: Range<usize>,
    asked: Vec<&'static str>,
}

/// A whole number as TOML writes it.
fn whole_number(value: &DeValue<'_>) -> Option<i64> {
    value.as_integer().and_then(|i| i.as_str().replace('_', "").parse().ok())
}

impl<'a> Section<'a> {
    fn value(&mut self, key: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.asked.push(key);
        self.table?.iter().find(|(name, _)| name.get_ref() == key).map(|(_, value)| value)
    }

    fn named(&self, key: &str) -> String {
        if self.name.is_empty() { key.to_owned() } else { format!("{}.{key}", self.name) }
    }

    fn wrong_type(&self, key: &str, value: &Spanned<DeValue<'_>>, expected: &str) {
        let what = format!("expected {} to be {expected}, but found {}", self.named(key), shown(value.get_ref()));
        self.document.problem(value.span(), "config-type", what, "");
    }

    /// Tells a problem at a key, or at the section when the key is not there.
    pub(super) fn problem(&self, key: &str, rule: &'static str, what: String) {
        let at = self.table.and_then(|t| t.iter().find(|(name, _)| name.get_ref() == key)).map(|(name, _)| name.span());
        self.document.problem(at.unwrap_or_else(|| self.span.clone()), rule, what, "");
    }

    /// A sub-table; empty when it is not there.
    pub(super) fn section(&mut self, key: &'static str) -> Section<'a> {
        let name = self.named(key);
        let (table, span) = match self.value(key) {
            Some(value) => {
                if value.get_ref().as_table().is_none() {
                    self.wrong_type(key, value, "a section");
                }
                (value.get_ref().as_table(), value.span())
            }
            None => (None, 0..0),
        };
        Section { document: self.document, name, table, span, asked: Vec::new() }
    }

    /// A sub-table that must be there.
    pub(super) fn required_section(&mut self, key: &'static str, purpose: &str) -> Section<'a> {
        let section = self.section(key);
        if section.table.is_none() {
            let what = format!("expected a section [{key}] with {purpose}, but found none");
            self.document.problem(0..0, "config-missing", what, "`lettrage init` writes a file to start from.");
        }
        section
    }

    /// Whether the section has that key, whatever its value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.table.is_some_and(|table| table.keys().any(|k| k.get_ref() == key))
    }

    /// Whether the section stands in the file.
    pub(super) fn is_given(&self) -> bool {
        self.table.is_some()
    }

    /// An array of tables.
    pub(super) fn sections(&mut self, key: &'static str) -> Vec<Section<'a>> {
        let name = self.named(key);
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(array) = value.get_ref().as_array() else {
            self.wrong_type(key, value, &format!("one or more sections [[{key}]]"));
            return Vec::new();
        };
        let document = self.document;
        array
            .iter()
            .map(|item| Section {
                document,
                name: name.clone(),
                table: item.get_ref().as_table(),
                span: item.span(),
                asked: Vec::new(),
            })
            .collect()
    }

    pub(super) fn optional_text(&mut self, key: &'static str) -> Option<String> {
        let value = self.value(key)?;
        let text = value.get_ref().as_str().map(str::to_owned);
        if text.is_none() {
            self.wrong_type(key, value, "a text in quotes");
        }
        text
    }

    pub(super) fn text(&mut self, key: &'static str, default: &str) -> String {
        self.optional_text(key).unwrap_or_else(|| default.to_owned())
    }

    pub(super) fn required_text(&mut self, key: &'static str) -> String {
        if self.table.is_some() && self.table.is_some_and(|t| t.iter().all(|(name, _)| name.get_ref() != key)) {
            self.problem(key, "config-missing", format!("expected the key {}, but found none", self.named(key)));
        }
        self.text(key, "")
    }

    pub(super) fn optional_boolean(&mut self, key: &'static str) -> Option<bool> {
        let value = self.value(key)?;
        let read = value.get_ref().as_bool();
        if read.is_none() {
            self.wrong_type(key, value, "true or false");
        }
        read
    }

    pub(super) fn optional_choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)]) -> Option<T> {
        let value = self.value(key)?;
        let found = value.get_ref().as_str().and_then(|text| choices.iter().find(|(name, _)| *name == text));
        if found.is_none() {
            let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
            let hint = value.get_ref().as_str().and_then(|text| nearest(text, &names));
            let what =
                format!("expected {} to be one of {}, but found {}", self.named(key), names.join(", "), shown(value.get_ref()));
            let remedy = hint.map_or_else(String::new, |name| format!("Did you mean {name:?}?"));
            self.document.problem(value.span(), "config-choice", what, &remedy);
        }
        found.map(|(_, choice)| *choice)
    }

    pub(super) fn choice<T: Copy>(&mut self, key: &'static str, choices: &[(&str, T)], default: T) -> T {
        self.optional_choice(key, choices).unwrap_or(default)
    }

    /// A whole number of days, -3650 to 3650, that must be there.
    pub(super) fn signed_days(&mut self, key: &'static str) -> i64 {
        let Some(value) = self.value(key) else {
            self.problem(key, "config-missing", format!("expected the key {}, but found none", self.named(key)));
            return 0;
        };
        let read = whole_number(value.get_ref());
        if let Some(days) = read.filter(|days| (-3650..=3650).contains(days)) {
            return days;
        }
        self.wrong_type(key, value, "a number of days from -3650 to 3650");
        0
    }

    /// A date such as `"2026-11-20"`.
    pub(super) fn optional_date(&mut self, key: &'static str) -> Option<chrono::NaiveDate> {
        let text = self.optional_text(key)?;
        let date = text.parse().ok();
        if date.is_none() {
            self.problem(key, "config-date", format!("expected a date such as \"2026-11-20\", but found {text:?}"));
        }
        date
    }

    /// A whole number from 0 to 100,000.
    pub(super) fn count(&mut self, key: &'static str, default: usize) -> usize {
        let Some(value) = self.value(key) else { return default };
        let read = value.get_ref().as_integer().and_then(|i| i.as_str().replace('_', "").parse::<usize>().ok());
        if let Some(number) = read.filter(|n| *n <= 100_000) {
            return number;
        }
        self.wrong_type(key, value, "a whole number from 0 to 100000");
        default
    }

    /// A whole number between two others.
    pub(super) fn whole(&mut self, key: &'static str, default: i64, least: i64, most: i64) -> i64 {
        let Some(value) = self.value(key) else { return default };
        let read = whole_number(value.get_ref());
        if let Some(number) = read.filter(|number| (least..=most).contains(number)) {
            return number;
        }
        self.wrong_type(key, value, &format!("a whole number from {least} to {most}"));
        default
    }

    /// A whole number of days, 0 to 3650.
    pub(super) fn days(&mut self, key: &'static str, default: i64) -> i64 {
        let Some(value) = self.value(key) else { return default };
        let read = whole_number(value.get_ref()).filter(|days| (0..=3650).contains(days));
        if read.is_none() {
            self.wrong_type(key, value, "a number of days from 0 to 3650");
        }
        read.unwrap_or(default)
    }

    /// A duration such as `"5s"` or `"2m"`.
    pub(super) fn seconds(&mut self, key: &'static str, default: u64) -> u64 {
        let Some(value) = self.value(key) else { return default };
        let text = value.get_ref().as_str().unwrap_or_default();
        let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
        let factor = match unit {
            "s" => Some(1),
            "m" => Some(60),
            "h" => Some(3600),
            _ => None,
        };
        match (number.parse::<u64>(), factor) {
            (Ok(number), Some(factor)) if number <= 86_400 => number * factor,
            _ => {
                self.wrong_type(key, value, "a duration such as \"5s\" or \"2m\"");
                default
            }
        }
    }

    /// A probability between 0 and 1, in millionths.
    pub(super) fn probability(&mut self, key: &'static str, default: u32) -> Confidence {
        let Some(value) = self.value(key) else { return Confidence(default) };
        let text = match value.get_ref() {
            DeValue::Float(float) => float.as_str().to_owned(),
            DeValue::Integer(integer) => integer.as_str().to_owned(),
            _ => String::new(),
        };
        let millionths = Decimal::from_str(&text.replace('_', "")).ok().map(|d| d * Decimal::from(1_000_000));
        match millionths.and_then(|m| u32::try_from(m.trunc().mantissa()).ok()) {
            Some(millionths) if millionths <= Confidence::ONE.0 => Confidence(millionths),
            _ => {
                self.wrong_type(key, value, "a probability such as 0.995, between 0 and 1");
                Confidence(default)
            }
        }
    }

    /// An amount in quotes, not negative.
    pub(super) fn amount(&mut self, key: &'static str, default: &str) -> Decimal {
        let fallback = Decimal::from_str(default).unwrap_or_default();
        let Some(value) = self.value(key) else { return fallback };
        let read = value.get_ref().as_str().and_then(|text| Decimal::from_str_exact(text).ok());
        match read {
            Some(amount) if !amount.is_sign_negative() && amount < Decimal::from(1_000_000_000) => amount,
            _ => {
                self.wrong_type(
                    key,
                    value,
                    "an amount in quotes, zero or more, such as \"15.00\" (a bare number would be a binary fraction)",
                );
                fallback
            }
        }
    }

    /// One text or a list of texts.
    pub(super) fn texts(&mut self, key: &'static str) -> Option<Vec<String>> {
        let value = self.value(key)?;
        if let Some(text) = value.get_ref().as_str() {
            return Some(vec![text.to_owned()]);
        }
        let read = value
            .get_ref()
            .as_array()
            .and_then(|array| array.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect::<Option<Vec<_>>>());
        if read.is_none() {
            self.wrong_type(key, value, "a list of texts in quotes");
        }
        read
    }

    /// A table of texts with free keys.
    pub(super) fn pairs(&mut self, key: &'static str) -> Vec<(String, String)> {
        let Some(value) = self.value(key) else { return Vec::new() };
        let Some(table) = value.get_ref().as_table() else {
            self.wrong_type(key, value, "a section");
            return Vec::new();
        };
        let mut pairs = Vec::new();
        for (name, item) in table {
            match item.get_ref().as_str() {
                Some(text) => pairs.push((name.get_ref().to_string(), text.to_owned())),
                None => self.wrong_type(key, item, "a text in quotes"),
            }
        }
        pairs
    }

    /// Tells every key that nobody asked for.
    pub(super) fn finish(self) {
        for (key, _) in self.table.into_iter().flatten() {
            let name = key.get_ref().as_ref();
            if self.asked.contains(&name) {
                continue;
            }
            let remedy = match nearest(name, &self.asked) {
                Some(known) => format!("Did you mean {known:?}?"),
                None => format!("Known here: {}.", self.asked.join(", ")),
            };
            let what = format!("expected a known key, but found {}", self.named(name));
            self.document.problem(key.span(), "config-unknown-key", what, &remedy);
        }
    }
}

/// The known name that a misspelt one is nearest to: at most a third of its letters differ.
fn nearest<'n>(name: &str, known: &[&'n str]) -> Option<&'n str> {
    known
        .iter()
        .map(|k| (strsim::damerau_levenshtein(name, k), *k))
        .filter(|(distance, k)| *distance * 3 <= k.len().max(name.len()))
        .min()
        .map(|(_, k)| k)
}

fn shown(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) => format!("{text:?}"),
        DeValue::Integer(integer) => integer.as_str().to_owned(),
        DeValue::Float(float) => float.as_str().to_owned(),
        DeValue::Boolean(boolean) => boolean.to_string(),
        DeValue::Array(_) => "a list".to_owned(),
        DeValue::Table(_) => "a section".to_owned(),
        DeValue::Datetime(_) => "a date".to_owned(),
    }
}
