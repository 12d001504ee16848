//! What letters say, by stage and language: firm and polite, the tone rising with the level.

use crate::config::Language;
use crate::model::Stage;

/// The sentences of a letter. They hold no name and no amount: those come from the data, escaped.
pub(super) struct Wording {
    pub subject: &'static str,
    pub greeting: &'static str,
    pub opening: &'static str,
    pub request: &'static str,
    pub closing: &'static str,
}

/// The wording of a level. Levels of one's own take that of their stage.
pub(super) fn wording(language: Language, stage: Stage, level: &str) -> Wording {
    let french = language == Language::French;
    let say = |fr: &'static str, en: &'static str| if french { fr } else { en };
    let (subject, opening, request) = match (stage, level) {
        (Stage::BeforeDue, _) => (
            say("Vos prochaines échéances", "Your next due dates"),
            say(
                "Les factures ci-dessous arrivent bientôt à échéance. Pourriez-vous nous confirmer qu'elles vous sont bien parvenues et que leur paiement est approuvé ?",
                "The invoices below fall due soon. Could you confirm that you have received them, and that their payment is approved?",
            ),
            say(
                "Si l'une d'elles appelle une remarque, dites-le-nous dès maintenant : nous y répondrons.",
                "If anything is amiss with one of them, tell us now and we will see to it.",
            ),
        ),
        (Stage::Overdue, "reminder_3") => (
            say("Dernier rappel avant mise en demeure", "Last reminder before formal notice"),
            say(
                "Malgré nos rappels, les factures ci-dessous restent impayées et nous n'avons pas reçu d'explication.",
                "In spite of our reminders the invoices below remain unpaid, and we have had no explanation.",
            ),
            say(
                "Nous vous demandons de les régler sous cinq jours. Sans nouvelles de votre part, nous vous adresserons une mise en demeure.",
                "We ask you to pay them within five days. Without news from you, a formal notice will follow.",
            ),
        ),
        (Stage::Overdue, "reminder_2") => (
            say("Deuxième rappel : factures échues", "Second reminder: invoices overdue"),
            say(
                "Sauf erreur de notre part, les factures ci-dessous, déjà rappelées, ne sont toujours pas réglées.",
                "Unless we are mistaken, the invoices below, of which we have reminded you, are still not paid.",
            ),
            say(
                "Merci de nous indiquer la date de votre règlement, ou ce qui s'y oppose.",
                "Please tell us when you will pay, or what stands against it.",
            ),
        ),
        (Stage::Overdue, _) => (
            say("Rappel : factures échues", "Reminder: invoices overdue"),
            say(
                "Sauf erreur de notre part, les factures ci-dessous sont échues et leur règlement ne nous est pas encore parvenu.",
                "Unless we are mistaken, the invoices below are due and your payment has not reached us yet.",
            ),
            say(
                "Si vous venez de les régler, ne tenez pas compte de ce message. Sinon, merci de procéder au virement.",
                "If you have just paid them, please disregard this message. Otherwise, please arrange the transfer.",
            ),
        ),
        (Stage::FormalNotice | Stage::Contentious, _) => (
            say("Mise en demeure de payer", "Formal notice to pay"),
            say(
                "Nos rappels étant restés sans effet, nous vous mettons en demeure de régler les factures ci-dessous.",
                "Our reminders having had no effect, we hereby give you formal notice to pay the invoices below.",
            ),
            say(
                "Ce règlement doit nous parvenir sous huit jours à compter de la réception de la présente.",
                "Payment must reach us within eight days of receipt of this letter.",
            ),
        ),
    };
    Wording {
        subject,
        greeting: say("Madame, Monsieur,", "Dear Sir or Madam,"),
        opening,
        request,
        closing: say("Nous vous prions d'agréer nos salutations distinguées.", "Yours faithfully,"),
    }
}
