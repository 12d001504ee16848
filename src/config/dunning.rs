//! `[dunning]`: levels, their rhythm, and what holds them back. One part for the stage `dunning`.

use rust_decimal::Decimal;

use super::reader::Section;
use crate::model::{Channel, Stage};

/// One level of dunning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Level {
    /// Its name in files, and the key of its wording.
    pub name: String,
    /// The stage it belongs to.
    pub stage: Stage,
    /// Days from the due date from which it is called for; negative before it.
    pub days: i64,
    /// How, the preferred channel first: the first that the debtor can be reached by is taken.
    pub channels: Vec<Channel>,
}

/// `[dunning]`.
#[derive(Clone, Debug)]
pub struct DunningSettings {
    /// The levels, in the order of their days.
    pub levels: Vec<Level>,
    /// Least number of days between two contacts with a debtor.
    pub spacing_days: i64,
    /// Days after which a dispute does not hold an item back any more; 0: it always does.
    pub dispute_days: i64,
    /// Days of grace after a promised date.
    pub promise_grace_days: i64,
    /// What is open up to this amount is not worth an action, in the contract's currency.
    pub residual: Decimal,
    /// Business days that the last statement may be old before nothing is chased; 0: any.
    pub statement_days: i64,
    /// Paths of wordings of one's own.
    pub wordings: Vec<String>,
}

const STAGES: [(&str, Stage); 4] = [
    ("before_due", Stage::BeforeDue),
    ("overdue", Stage::Overdue),
    ("formal_notice", Stage::FormalNotice),
    ("contentious", Stage::Contentious),
];

pub(super) fn read(root: &mut Section<'_>) -> DunningSettings {
    let mut section = root.section("dunning");
    let before_due = section.days("before_due_days", 21);
    let overdue = section.days("overdue_days", 1).max(1);
    let formal_notice = section.days("formal_notice_days", 30);
    let contentious = section.days("contentious_days", 60);
    if !(overdue <= formal_notice && formal_notice <= contentious) {
        section.problem(
            "formal_notice_days",
            "config-order",
            format!(
                "expected overdue_days ≤ formal_notice_days ≤ contentious_days, but found {overdue}, {formal_notice}, {contentious}"
            ),
        );
    }
    let mut levels: Vec<Level> = Vec::new();
    for own in section.sections("levels") {
        levels.extend(level(own, &levels));
    }
    if levels.is_empty() {
        levels = usual(before_due, overdue, formal_notice, contentious);
    }
    levels.sort_by_key(|l| l.days);
    let settings = DunningSettings {
        levels,
        spacing_days: section.days("spacing_days", 7),
        dispute_days: section.days("dispute_days", 90),
        promise_grace_days: section.days("promise_grace_days", 3),
        residual: section.amount("residual", "5.00"),
        statement_days: section.days("statement_days", 3),
        wordings: section.texts("wordings").unwrap_or_default(),
    };
    section.finish();
    settings
}

/// A sustained rhythm between the due date and the formal notice.
fn usual(before_due: i64, overdue: i64, formal_notice: i64, contentious: i64) -> Vec<Level> {
    use Channel::{Email, Letter, Phone, RegisteredLetter};
    let level =
        |name: &str, stage, days, channels: &[Channel]| Level { name: name.to_owned(), stage, days, channels: channels.to_vec() };
    let third = (formal_notice - overdue) / 3;
    vec![
        level("approval", Stage::BeforeDue, -before_due, &[Phone, Email, Letter]),
        level("reminder_1", Stage::Overdue, overdue, &[Email, Letter]),
        level("reminder_2", Stage::Overdue, overdue + third, &[Phone, Email, Letter]),
        level("reminder_3", Stage::Overdue, overdue + 2 * third, &[Letter]),
        level("formal_notice", Stage::FormalNotice, formal_notice, &[RegisteredLetter]),
        level("hand_over", Stage::Contentious, contentious, &[RegisteredLetter]),
    ]
}

fn level(mut section: Section<'_>, before: &[Level]) -> Option<Level> {
    let name = section.required_text("name");
    let given = section.has("stage");
    let stage = section.optional_choice("stage", &STAGES);
    if !given {
        section.problem(
            "stage",
            "config-missing",
            "expected the stage of the level: before_due, overdue, formal_notice or contentious".to_owned(),
        );
    }
    let days = section.signed_days("days");
    let names = section.texts("channels").unwrap_or_default();
    let channels: Vec<Channel> = names.iter().filter_map(|n| Channel::ALL.into_iter().find(|c| c.as_str() == n)).collect();
    if channels.len() != names.len() || channels.is_empty() {
        let known: Vec<&str> = Channel::ALL.iter().map(|c| c.as_str()).collect();
        section.problem(
            "channels",
            "config-choice",
            format!("expected channels among {}, but found {names:?}", known.join(", ")),
        );
    }
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')) {
        let what = format!("expected letters, digits, - and _ only, because letters are named after it, but found {name:?}");
        section.problem("name", "config-id", what);
    }
    if before.iter().any(|l| l.name == name) {
        section.problem("name", "config-duplicate", format!("expected each level once, but found {name:?} twice"));
    }
    let out_of_place = match stage {
        Some(Stage::BeforeDue) => days > 0,
        _ => days < 1,
    };
    if out_of_place {
        let what = format!(
            "expected a number of days at or before the due date (zero or less) for before_due, and of at least 1 for the other stages, but found {days}"
        );
        section.problem("days", "config-range", what);
    }
    section.finish();
    stage.map(|stage| Level { name, stage, days, channels })
}
