//! What letters to debtors say, one TOML file a language. One part for the stage `dunning`.

use std::sync::Arc;

use super::language::Numbers;
use super::reader::{Document, Section};
use crate::model::{Finding, Stage};

/// The wording of a language. Its sentences hold no name and no amount but where `{…}` stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wording {
    /// ISO 639, two letters.
    pub language: String,
    /// How amounts and dates are written.
    pub numbers: Numbers,
    /// First line.
    pub greeting: String,
    /// Last line.
    pub closing: String,
    /// Above a registered letter.
    pub registered: String,
    /// Before telephone number and address.
    pub questions: String,
    /// Where to pay: `{account}`, `{company}`.
    pub account: String,
    /// The notice of assignment: `{factor}`.
    pub notice: String,
    /// Interest and indemnity: `{interest}`, `{rate}`, `{indemnity}`.
    pub claims: String,
    /// What the rate is called where the terms of sale give none.
    pub reference_rate: String,
    /// What the courts may be asked.
    pub court: String,
    /// Number, date, due date, amount, paid, open, days late.
    pub columns: Vec<String>,
    /// Of the sum.
    pub total: String,
    /// By level or stage.
    pub levels: Vec<LevelWording>,
}

/// What a level says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LevelWording {
    /// Name of a level, or of a stage.
    pub name: String,
    /// What it is about.
    pub subject: String,
    /// First paragraph.
    pub opening: String,
    /// What is asked.
    pub request: String,
}

const BUILT_IN: [(&str, &str); 2] = [("fr.toml", include_str!("wording/fr.toml")), ("en.toml", include_str!("wording/en.toml"))];
/// Stages of which every wording must speak; contentious has no letter.
const STAGES: [Stage; 3] = [Stage::BeforeDue, Stage::Overdue, Stage::FormalNotice];
/// Columns of the table of items.
const COLUMNS: usize = 7;

/// French and English.
pub(super) fn built_in() -> Vec<Wording> {
    BUILT_IN.iter().filter_map(|(name, text)| read_wording(&(*name).into(), text).ok()).collect()
}

/// Reads a wording.
///
/// # Errors
///
/// All problems of the file, with line and column.
pub fn read_wording(file: &Arc<str>, text: &str) -> Result<Wording, Vec<Finding>> {
    let document = Document::parse(file, text)?;
    let mut root = document.root();
    let wording = Wording {
        language: root.required_text("language"),
        numbers: Numbers {
            date: root.text("date", "%Y-%m-%d"),
            decimal: root.text("decimal", "."),
            group: root.text("group", " "),
            currency_first: root.optional_boolean("currency_first").unwrap_or(false),
        },
        greeting: root.required_text("greeting"),
        closing: root.required_text("closing"),
        registered: root.required_text("registered"),
        questions: root.required_text("questions"),
        account: with(&mut root, "account", &["{account}", "{company}"]),
        notice: with(&mut root, "notice", &["{factor}"]),
        claims: with(&mut root, "claims", &["{interest}", "{rate}", "{indemnity}"]),
        reference_rate: root.required_text("reference_rate"),
        court: root.required_text("court"),
        columns: root.texts("columns").unwrap_or_default(),
        total: root.required_text("total"),
        levels: root.sections("levels").into_iter().map(level).collect(),
    };
    if wording.language.len() != 2 || !wording.language.bytes().all(|b| b.is_ascii_lowercase()) {
        let what = format!("expected a language of two small letters such as \"de\", but found {:?}", wording.language);
        root.problem("language", "wording-language", what);
    }
    if !super::is_date_pattern(&wording.numbers.date) {
        root.problem(
            "date",
            "config-date",
            format!("expected a pattern such as \"%d.%m.%Y\", but found {:?}", wording.numbers.date),
        );
    }
    let numbers = &wording.numbers;
    if numbers.decimal.chars().count() != 1 || numbers.decimal == numbers.group {
        let what = format!(
            "expected one character before the decimals, and another between groups, but found {:?} and {:?}",
            numbers.decimal, numbers.group
        );
        root.problem("decimal", "wording-numbers", what);
    }
    for (key, text, places) in wording.sentences() {
        let rest = places.iter().fold(text.to_owned(), |text, place| text.replace(place, ""));
        if rest.contains(['{', '}']) {
            let what = format!(
                "expected no braces but those of {}, but found {text:?}",
                if places.is_empty() { "none".to_owned() } else { places.join(", ") }
            );
            root.problem(key, "wording-place", what);
        }
    }
    if wording.columns.len() != COLUMNS {
        let found = wording.columns.len();
        let what =
            format!("expected {COLUMNS} headings (number, date, due date, amount, paid, open, days late), but found {found}");
        root.problem("columns", "wording-columns", what);
    }
    for stage in STAGES.iter().filter(|stage| wording.levels.iter().all(|level| level.name != stage.as_str())) {
        let what =
            format!("expected [[levels]] with the name {:?}, for the letters of that stage, but found none", stage.as_str());
        root.problem("levels", "wording-level", what);
    }
    root.finish();
    let problems = document.problems();
    if problems.is_empty() { Ok(wording) } else { Err(problems) }
}

/// A sentence that must say where the data goes.
fn with(root: &mut Section<'_>, key: &'static str, marks: &[&str]) -> String {
    let text = root.required_text(key);
    if let Some(missing) = marks.iter().find(|mark| !text.contains(**mark)) {
        root.problem(key, "wording-place", format!("expected {missing} in {key}, where the data goes, but found {text:?}"));
    }
    text
}

fn level(mut section: Section<'_>) -> LevelWording {
    let level = LevelWording {
        name: section.required_text("name"),
        subject: section.required_text("subject"),
        opening: section.required_text("opening"),
        request: section.required_text("request"),
    };
    section.finish();
    level
}

impl Wording {
    /// Every sentence with its key and what may be replaced in it.
    fn sentences(&self) -> Vec<(&'static str, &str, &'static [&'static str])> {
        let mut all: Vec<(&'static str, &str, &'static [&'static str])> = vec![
            ("greeting", &self.greeting, &[]),
            ("closing", &self.closing, &[]),
            ("registered", &self.registered, &[]),
            ("questions", &self.questions, &[]),
            ("account", &self.account, &["{account}", "{company}"]),
            ("notice", &self.notice, &["{factor}"]),
            ("claims", &self.claims, &["{interest}", "{rate}", "{indemnity}"]),
            ("court", &self.court, &[]),
        ];
        for level in &self.levels {
            all.extend([&level.subject, &level.opening, &level.request].map(|text| ("levels", text.as_str(), &[][..])));
        }
        all
    }

    /// What a level says: its own words, else those of its stage.
    #[must_use]
    pub fn level(&self, stage: Stage, level: &str) -> Option<&LevelWording> {
        let named = |name: &str| self.levels.iter().find(|l| l.name == name);
        let stage = if stage == Stage::Contentious { Stage::FormalNotice } else { stage };
        named(level).or_else(|| named(stage.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_wordings_that_come_with_the_program_are_whole() {
        assert_eq!(built_in().iter().map(|w| w.language.as_str()).collect::<Vec<_>>(), ["fr", "en"]);
    }

    #[test]
    fn a_wording_that_lacks_something_says_what() {
        let text = BUILT_IN[1].1.replace("{factor}", "somebody").replace("\"overdue\"", "\"overdeu\"").replace("total ", "totl ");
        let problems = read_wording(&"de.toml".into(), &text).unwrap_err();
        let told: Vec<String> = problems.iter().map(|f| format!("{} {}", f.rule, f.what)).collect();
        insta::assert_snapshot!(told.join("\n"), @r#"
config-missing expected the key total, but found none
wording-place expected {factor} in notice, where the data goes, but found "These invoices have been assigned to somebody: only a payment to this account discharges you."
config-unknown-key expected a known key, but found totl
wording-level expected [[levels]] with the name "overdue", for the letters of that stage, but found none
"#);
    }
}
