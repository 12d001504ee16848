//! The report's words, in French and English.

use crate::config::Language;

/// What a reason code means and what to do, in one sentence; empty for a code that is none.
#[must_use]
pub fn reason_in_words(language: Language, code: &str) -> &'static str {
    Words(language).reason(code)
}

/// Chooses between the two languages.
#[derive(Clone, Copy)]
pub(super) struct Words(pub Language);

impl Words {
    /// Where lettered funds are.
    pub(super) fn funds(self, status: &str) -> &'static str {
        let (fr, en) = match status {
            "sent" => ("lettré, pas encore remonté", "lettered, not swept yet"),
            "partly_swept" => ("remonté en partie", "swept in part"),
            "late" => ("en retard : interroger le factor", "late: ask the factor"),
            "confirmed" => ("remonté et confirmé", "swept and confirmed"),
            "taken_back" => ("contre-passé", "taken back"),
            _ => ("remonté", "swept"),
        };
        self.say(fr, en)
    }

    /// The text in the report's language.
    pub(super) fn say(self, french: &'static str, english: &'static str) -> &'static str {
        match self.0 {
            Language::French => french,
            Language::English => english,
        }
    }

    /// What a reason code means and what to do, in one sentence.
    pub(super) fn reason(self, code: &str) -> &'static str {
        let (french, english) = match code {
            "no_candidate" => (
                "Rien d'ouvert ne correspond assez. Demander au payeur ce qu'il règle.",
                "Nothing open fits well enough. Ask the payer what it pays.",
            ),
            "below_threshold" => (
                "Probable, mais pas assez sûr. Confirmer la proposition.",
                "Probable, but not sure enough. Confirm the suggestion.",
            ),
            "ambiguous" => (
                "Plusieurs explications se valent. Demander le détail au payeur.",
                "Several explanations fit equally. Ask the payer for the detail.",
            ),
            "one_family" => (
                "Un seul indice : le montant ou le nom ; ou, pour un acompte, un numéro trop court ou un payeur trop peu sûr. Vérifier avant de lettrer.",
                "Only one clue: the amount or the name; or, for a part payment, a number too short or a payer too uncertain. Check before lettering.",
            ),
            "not_open" => (
                "Cite un numéro qui n'est pas ouvert : déjà réglé, ou pas encore dans l'export.",
                "Names a number that is not open: settled already, or not in the export yet.",
            ),
            "already_settled" => (
                "La pièce citée est réglée par un autre virement : payée deux fois ?",
                "The item it names is settled by another remittance: paid twice?",
            ),
            "twin_suspected" => (
                "Deux écritures portent la même référence et le même montant. Interroger la banque.",
                "Two entries have the same reference and amount. Ask the bank.",
            ),
            "return_suspected" => (
                "La banque a repris un règlement de ce montant, peut-être celui-ci. Interroger la banque.",
                "The bank took a payment of this amount back, perhaps this one. Ask the bank.",
            ),
            "contested" => (
                "Un autre virement peut régler les mêmes pièces. Trancher à la main.",
                "Another remittance may pay the same items. Decide by hand.",
            ),
            "search_incomplete" => (
                "Trop de combinaisons pour conclure. Vérifier la proposition.",
                "Too many combinations to conclude. Check the suggestion.",
            ),
            "batch_without_details" => {
                ("Remise groupée sans détail. Demander le bordereau.", "A batch without its details. Ask for the slip.")
            }
            "unsure" => (
                "L'écart ou la liste ne s'explique pas seul, ou le libellé dit autre chose. Vérifier.",
                "The difference or the list does not explain itself, or the text says otherwise. Check.",
            ),
            "unexpected_debit" => (
                "Débit anormal sur un compte dédié. Interroger la banque aujourd'hui.",
                "An unexpected debit on a dedicated account. Ask the bank today.",
            ),
            "bank_fee" => (
                "Frais bancaires : ils ne devraient pas être sur le compte dédié.",
                "Bank fees: they should not be on the dedicated account.",
            ),
            "sweep" => ("Remontée de fonds vers le factor.", "Sweep to the factor."),
            "from_factor" => ("Virement venant du factor.", "Transfer from the factor."),
            "credit_taken_back" => (
                "Règlement repris par la banque. Rouvrir ce qu'il avait soldé.",
                "A payment taken back by the bank. Reopen what it had settled.",
            ),
            "lettrage_taken_back" => (
                "Règlement repris par la banque : le lettrage d'une nuit antérieure est contre-passé.",
                "Taken back by the bank: the lettrage of an earlier night is reversed.",
            ),
            "rejected" => {
                ("La proposition a été refusée. Dire ce qu'il règle.", "The suggestion was rejected. Say what it pays.")
            }
            "undone" => (
                "Lettrage contre-passé, à la demande d'une personne ou du factor. Dire ce qu'il règle.",
                "Its lettrage was taken back, as a person or the factor asked. Say what it pays.",
            ),
            "returned_same_night" => {
                ("Règlement reçu puis repris par la banque : non lettré.", "Received, and taken back by the bank: not lettered.")
            }
            "debit_taken_back" => ("Débit annulé par la banque.", "A debit cancelled by the bank."),
            "set_aside" => ("Écarté par une personne.", "Set aside by a person."),
            "not_booked" => (
                "Écriture en attente : elle compte quand elle sera comptabilisée.",
                "Pending entry: it counts when it is booked.",
            ),
            "zero_amount" => ("Montant nul.", "Zero amount."),
            "already_booked" => (
                "Écriture déjà vue dans un autre relevé : prise une seule fois.",
                "Seen in another statement already: taken once.",
            ),
            _ => ("", ""),
        };
        self.say(french, english)
    }

    /// The name of a dunning stage.
    pub(super) fn stage(self, code: &str) -> &'static str {
        let (french, english) = match code {
            "before_due" => ("Avant échéance : bon à payer ?", "Before due: approved?"),
            "overdue" => ("Relance amiable", "Reminder"),
            "formal_notice" => ("Mise en demeure", "Formal notice"),
            _ => ("Contentieux", "Contentious"),
        };
        self.say(french, english)
    }

    /// Why an action is held back.
    pub(super) fn held(self, code: &str) -> &'static str {
        let (french, english) = match code {
            "dispute" => ("litige", "dispute"),
            "promise" => ("promesse", "promise"),
            "excluded" => ("à ne pas relancer", "not to be chased"),
            "insolvency" => ("procédure collective", "insolvency"),
            "not_received" => ("facture non reçue : la renvoyer", "not received: send it again"),
            "instalments" => ("échéancier respecté", "instalment plan kept"),
            "handed_over" => ("confié à un tiers", "with an agency or a lawyer"),
            "statements_stale" => ("relevés manquants", "statements missing"),
            "credits_open" => ("avoirs à imputer", "credit notes to set off"),
            "residual" => ("reliquat minime", "small remainder"),
            "mandate_missing" => ("mandat absent ou échu", "mandate missing or ended"),
            "notice_missing" => ("cession non notifiée", "not told of the assignment"),
            "proof_missing" => ("pièces justificatives absentes", "proof missing"),
            "letter_stopped" => ("courrier bloqué", "letter stopped"),
            "spacing" => ("contacté récemment", "contacted lately"),
            _ => ("règlement à identifier", "remittance to identify"),
        };
        self.say(french, english)
    }
}
