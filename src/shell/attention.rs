//! `ATTENTION.txt` at the top of the outbox: a night failed, and a person must act.

use chrono::NaiveDate;

use super::{Project, RunError, files};
use crate::config::Language;
use crate::text::visible_lines;

const NAME: &str = "ATTENTION.txt";

/// Says what failed and what to do, for whoever looks into the outbox in the morning. What cannot be
/// written here is on standard error all the same.
pub(super) fn tell(project: &Project, as_of: NaiveDate, error: &RunError) {
    let outbox = project.path(&project.settings.outbox.path);
    if !outbox.is_dir() || matches!(error, RunError::Locked(_)) {
        return;
    }
    let french = project.settings.language == Language::French;
    let say = |fr: &'static str, en: &'static str| if french { fr } else { en };
    let (what, detail) = match error {
        RunError::Config(findings) => (
            say(
                "La configuration ou la balance ne peut pas être utilisée. Corriger ce qui suit, puis relancer la même date :",
                "The configuration or the ledger cannot be used. Correct what follows, then run the same date again:",
            ),
            findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n\n"),
        ),
        RunError::Audit(differences) => (
            say(
                "Les comptes de la nuit ne tombent pas juste : rien n'est publié. Garder la boîte de dépôt et la balance telles quelles et le signaler, c'est un défaut du programme :",
                "The night does not add up: nothing is published. Keep the inbox and the ledger as they are and report it, it is a fault of the program:",
            ),
            differences.iter().take(20).map(ToString::to_string).collect::<Vec<_>>().join("\n"),
        ),
        RunError::Io(detail) => (
            say(
                "Le disque, un droit d'accès ou l'état a fait défaut. Y remédier, puis relancer la même date :",
                "The disk, a permission or the state failed. Mend this, then run the same date again:",
            ),
            detail.clone(),
        ),
        RunError::Locked(_) => return,
    };
    let head = say(
        "Nuit du {} : rien n'est publié, aucun relevé n'est perdu.",
        "Night of {}: nothing is published, no statement is lost.",
    );
    let command = format!("lettrage run --date {as_of}");
    let text = format!("{}\n\n{what}\n\n{}\n\n{command}\n", head.replace("{}", &as_of.to_string()), visible_lines(&detail));
    let _ = files::write_durably(&outbox.join(NAME), text.as_bytes());
}

/// The night is made up: nobody has to act any more.
pub(super) fn clear(project: &Project) {
    files::remove_if_there(&project.path(&project.settings.outbox.path).join(NAME));
}
