//! How evidence is weighed that is not one number of the table, and the words that say something.
//!
//! The table itself is [`Weights`], which the configuration may change.

use crate::config::Weights;
use crate::model::Evidence;

/// How much a citation of an item weighs, by kind and by how many characters agree.
///
/// The measure is how rarely a number of that length is right by chance (3.32 bits a digit), less how
/// rarely payers write it that way.
pub(super) fn citation(weights: &Weights, kind: Evidence, digits: usize, letters: usize) -> i64 {
    let digits = i64::try_from(digits).unwrap_or(0);
    let letters = weights.letter * i64::try_from(letters.min(3)).unwrap_or(0);
    let between = |weight: i64, least: i64, most: i64| weight.max(least).min(most);
    match kind {
        Evidence::RefStructured | Evidence::CreditorRef => {
            between(weights.structured_digit * digits + letters, 300, weights.structured_most)
        }
        Evidence::RefExact => between(weights.exact_digit * digits + letters + weights.exact_cost, 200, weights.exact_most),
        Evidence::OrderRef => between(weights.exact_digit * digits + letters + weights.order_cost, 100, weights.order_most),
        Evidence::RefDigits => between(weights.exact_digit * digits + weights.digits_cost, 100, weights.digits_most),
        Evidence::RefSuffix => between(weights.suffix_digit * digits + weights.suffix_cost, 0, weights.suffix_most),
        _ => 0,
    }
}

/// Payer's name against debtor's name, by similarity in basis points.
pub(super) fn name(weights: &Weights, similarity_bp: u16, forms_agree: Option<bool>) -> i64 {
    let by_similarity = match similarity_bp {
        9_950.. => weights.name_same,
        9_500.. => weights.name_95,
        9_000.. => weights.name_90,
        8_500.. => weights.name_85,
        8_000.. => weights.name_80,
        7_500.. => weights.name_75,
        7_000.. => weights.name_70,
        6_500.. => weights.name_65,
        _ => weights.name_of_another,
    };
    let by_form = match forms_agree {
        _ if similarity_bp < 7_500 => 0,
        Some(true) => weights.form_same,
        Some(false) => weights.form_other,
        None => 0,
    };
    by_similarity + by_form
}

/// "Our reference", from the payer.
pub(super) const OWN_REFERENCE_WORDS: [&str; 6] =
    ["NOTRE REF", "NOS REF", "OUR REF", "NOTRE REFERENCE", "UNSERE REF", "NUESTRA REF"];
/// The text says that it is a part payment.
pub(super) const PARTIAL_WORDS: [&str; 9] =
    ["ACOMPTE", "ACPTE", "ACC", "PARTIEL", "PARTIELLE", "PARTIAL", "AVANCE", "ECHEANCIER", "VERSEMENT"];
/// The text says that it is a balance or a statement of account.
pub(super) const BALANCE_WORDS: [&str; 14] = [
    "SOLDE",
    "RELEVE",
    "COMPTE",
    "ECHEANCE",
    "ECHEANCES",
    "ECHU",
    "ECHUE",
    "ECHUS",
    "ECHUES",
    "STATEMENT",
    "BALANCE",
    "RELEVES",
    "SITUATION",
    "TOTALITE",
];
/// A month behind these is the one that is billed.
pub(super) const PERIOD_WORDS: [&str; 9] =
    ["ABONNEMENT", "ABONNEMENTS", "ABO", "MENSUALITE", "LOYER", "LOYERS", "FORFAIT", "REDEVANCE", "SUBSCRIPTION"];
/// The text says that a discount was taken.
pub(super) const DISCOUNT_WORDS: [&str; 7] = ["ESCOMPTE", "ESCPTE", "ESC", "DISCOUNT", "SKONTO", "REMISE", "ESCPT"];
/// The text says that a credit note was deducted.
pub(super) const CREDIT_NOTE_WORDS: [&str; 7] = ["AVOIR", "AVOIRS", "AV", "CREDIT", "MOINS", "DEDUCTION", "DEDUIT"];
/// The text says that a part is kept back as a guarantee ("retenue de garantie", loi n° 71-584), is in dispute, or missing.
pub(super) const RETENTION_WORDS: [&str; 14] = [
    "RETENUE",
    "RETENUES",
    "RETENTION",
    "LITIGE",
    "LITIGES",
    "DEDUCTION",
    "PENALITE",
    "PENALITES",
    "MANQUANT",
    "MANQUANTS",
    "CASSE",
    "AVARIE",
    "AVARIES",
    "FRANCHISE",
];
/// Of these, the guarantee.
pub(super) const GUARANTEE_WORDS: [&str; 4] = ["RETENUE", "RETENUES", "RETENTION", "GARANTIE"];
/// Short for it, where no number of a document follows: in German texts, it stands for an invoice ("Rechnung").
pub(super) const GUARANTEE_SIGN: &str = "RG";
/// What else may stand behind it.
pub(super) const BEHIND_GUARANTEE_WORDS: [&str; 9] =
    ["SIT", "SITUATION", "CHANTIER", "MARCHE", "LOT", "SUR", "DEDUITE", "DEDUIT", "POUR"];
/// Behind a number: it is not paid.
pub(super) const NOT_PAID_WORDS: [&str; 5] = ["NON", "CONTESTEE", "BLOQUEE", "IMPAYEE", "DEJA"];
/// Behind a number and "en": it is not paid.
pub(super) const IN_WORDS: [&str; 2] = ["ATTENTE", "LITIGE"];
/// The money goes back, came by mistake, or settles otherwise than by payment, whatever the text names.
pub(super) const NO_PAYMENT_WORDS: [&str; 17] = [
    "REMBOURSEMENT",
    "REMBT",
    "REMB",
    "RBT",
    "RESTITUTION",
    "EXTOURNE",
    "ANNULATION",
    "ANNULE",
    "ANNULER",
    "REJET",
    "PERCU",
    "ERREUR",
    "DOUBLE",
    "COMPENSATION",
    "DUPLICATA",
    "CAUTION",
    "RETOURNER",
];
/// The money is for something else than an item, where the text names none.
pub(super) const OTHER_PURPOSE_WORDS: [&str; 23] = [
    "AVOIR",
    "DEPOT",
    "RETOUR",
    "INDEMNITE",
    "INDEMNITES",
    "PENALITE",
    "PENALITES",
    "ARRHES",
    "DEVIS",
    "DIVIDENDE",
    "DIVIDENDES",
    "PRET",
    "SALAIRE",
    "SALAIRES",
    "PROFORMA",
    "ACOMPTE",
    "ACPTE",
    "AVANCE",
    "VALOIR",
    "PROVISION",
    "TVA",
    "INTERNE",
    "SINISTRE",
];
/// More items than are named: "10334 et suiv.", "à partir de 10334".
pub(super) const GOES_ON_WORDS: [&str; 8] = ["SUIV", "SUIVANT", "SUIVANTS", "SUIVANTE", "SUIVANTES", "ETC", "PARTIR", "AUTRES"];
/// A credit note that is not there yet.
pub(super) const AWAITED_WORDS: [&str; 6] = ["ATTENDU", "RECEVOIR", "VENIR", "ATTENTE", "DEMANDE", "ETABLIR"];
/// Behind these stands what is not paid.
pub(super) const BUT_WORDS: [&str; 4] = ["SAUF", "HORS", "EXCEPTE", "EXCEPT"];
