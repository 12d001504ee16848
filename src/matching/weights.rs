//! What each kind of evidence weighs: the one table of the matching.
//!
//! All weights are hundredths of a bit of log-likelihood ratio: +100 makes an explanation twice as
//! likely. A positive number says how much more often the evidence is seen when the explanation is
//! true than by chance; a prior says how often a remittance is of that kind at all. They were set
//! from the habits of the trade (how often payers quote numbers, cut them, pay in parts) and checked
//! on generated ledgers, whose failures were read while the rules were made; no figure was fitted by a program.

use crate::model::Evidence;

/// How much a citation of an item weighs, by kind and by how many characters agree.
///
/// The measure is how rarely a number of that length is right by chance (3.32 bits a digit), less how
/// rarely payers write it that way.
pub(super) fn citation(kind: Evidence, digits: usize, letters: usize) -> i64 {
    let digits = i64::try_from(digits).unwrap_or(0);
    let letters = i64::try_from(letters.min(3)).unwrap_or(0);
    match kind {
        Evidence::RefStructured | Evidence::CreditorRef => (320 * digits + 100 * letters).clamp(300, 2_200),
        Evidence::RefExact => (300 * digits + 100 * letters - 200).clamp(200, 2_000),
        Evidence::OrderRef => (300 * digits + 100 * letters - 400).clamp(100, 1_700),
        Evidence::RefDigits => (300 * digits - 400).clamp(100, 1_800),
        Evidence::RefSuffix => (332 * digits - 500).clamp(0, 1_600),
        Evidence::RefRange => 900,
        _ => 0,
    }
}

/// A number one character off a number of the ledger, when no other document could have it.
pub(super) const TYPO: i64 = 1_200;
/// The same, when the number as written could be another document of the series: most such numbers
/// are documents that are closed already.
pub(super) const TYPO_PLAUSIBLE: i64 = 250;
/// What a number cut off at the end of the text costs against a whole one.
pub(super) const CUT: i64 = -200;
/// Numbers after these words are not the creditor's document numbers; only whole numbers count there.
pub(super) const FOREIGN_NUMBER_WORDS: [&str; 16] = [
    "CLIENT",
    "CLI",
    "BORD",
    "BORDEREAU",
    "DU",
    "AU",
    "LE",
    "ECH",
    "ECHEANCE",
    "DATE",
    "TEL",
    "SIRET",
    "SIREN",
    "TVA",
    "MANDAT",
    "RUM",
];

/// A number that could be one of ours stands in the text, and the explanation does not use it.
pub(super) const NUMBER_UNEXPLAINED: i64 = -660;
/// The same behind words by which a payer calls a number its own.
pub(super) const OWN_NUMBER_UNEXPLAINED: i64 = -300;
/// "Our reference", from the payer.
pub(super) const OWN_REFERENCE_WORDS: [&str; 6] =
    ["NOTRE REF", "NOS REF", "OUR REF", "NOTRE REFERENCE", "UNSERE REF", "NUESTRA REF"];
/// The same where the remittance pays nothing that is open: then it names something closed.
pub(super) const NUMBER_OF_CLOSED: i64 = -100;

/// Payer's name against debtor's name, by similarity in basis points.
pub(super) fn name(similarity_bp: u16, forms_agree: Option<bool>) -> i64 {
    let by_similarity = match similarity_bp {
        9_950.. => 1_500,
        9_500.. => 1_300,
        9_000.. => 1_100,
        8_500.. => 800,
        8_000.. => 500,
        7_500.. => 250,
        7_000.. => 0,
        6_500.. => -200,
        _ => NAME_OF_ANOTHER,
    };
    let by_form = match forms_agree {
        _ if similarity_bp < 7_500 => 0,
        Some(true) => 100,
        Some(false) => -400,
        None => 0,
    };
    by_similarity + by_form
}

/// The payer's name is not the debtor's: a third party pays.
pub(super) const NAME_OF_ANOTHER: i64 = -500;
/// The text names the debtor ("pour le compte de").
pub(super) const NAME_IN_TEXT: i64 = 900;
/// The payer belongs to the debtor's group.
pub(super) const GROUP: i64 = 600;
/// The payer's account is known for the debtor.
pub(super) const IBAN: i64 = 1_300;
/// The payer's account is known, but for another debtor.
pub(super) const IBAN_OF_ANOTHER: i64 = -150;
/// Name and account together weigh no more than this: they are not independent.
pub(super) const IDENTITY_MAX: i64 = 2_200;

/// A person said before that this account pays for the debtor; it weighs half after a year.
pub(super) const REMEMBERED_ACCOUNT: i64 = 1_000;
/// The same of a payer's name, or of its wording.
pub(super) const REMEMBERED_NAME: i64 = 700;
/// A person said before that this payer did not pay for the debtor.
pub(super) const REMEMBERED_AGAINST: i64 = -500;

/// Priors: how often a remittance is of a kind.
pub(super) mod prior {
    /// The items that it names, to the cent.
    pub const EXACT: i64 = -70;
    /// It names nothing, and pays one item to the cent.
    pub const SILENT: i64 = -360;
    /// A rounding difference.
    pub const ROUNDING: i64 = -500;
    /// A discount that the terms allow.
    pub const DISCOUNT: i64 = -200;
    /// Charges taken on the way, on a cross-border payment.
    pub const CHARGES: i64 = -350;
    /// A part of one item.
    pub const PARTIAL: i64 = -450;
    /// More than the items.
    pub const EXCESS: i64 = -500;
    /// A credit note that the text does not name.
    pub const CREDIT_NOTE: i64 = -250;
    /// An item that the text does not name, beside items that it does.
    pub const COMPLETION: i64 = -600;
    /// The whole balance.
    pub const BALANCE: i64 = -450;
    /// All due up to a date.
    pub const DUE_UP_TO: i64 = -450;
    /// A set of items that the text does not name.
    pub const SUBSET: i64 = -800;
    /// All items of a range of numbers.
    pub const RANGE: i64 = -300;
    /// Items of several debtors: a payment centre.
    pub const SEVERAL_DEBTORS: i64 = -300;
    /// Nothing that is open, from somebody unknown.
    pub const NULL_STRANGER: i64 = -430;
    /// Nothing that is open, from a debtor, naming a number that is not open.
    pub const NULL_CLOSED: i64 = -450;
    /// Nothing that is open, from a debtor, naming nothing.
    pub const NULL_SILENT: i64 = -1_000;
    /// A second payment of what an earlier remittance of the night paid.
    pub const DUPLICATE: i64 = -650;
}

/// The text says that it is a part payment.
pub(super) const PARTIAL_WORDS: [&str; 9] =
    ["ACOMPTE", "ACPTE", "ACC", "PARTIEL", "PARTIELLE", "PARTIAL", "AVANCE", "ECHEANCIER", "VERSEMENT"];
/// The text says that it is a balance or a statement of account.
pub(super) const BALANCE_WORDS: [&str; 10] =
    ["SOLDE", "RELEVE", "COMPTE", "ECHEANCE", "ECHEANCES", "STATEMENT", "BALANCE", "RELEVES", "SITUATION", "TOTALITE"];
/// The text says that a discount was taken.
pub(super) const DISCOUNT_WORDS: [&str; 7] = ["ESCOMPTE", "ESCPTE", "ESC", "DISCOUNT", "SKONTO", "REMISE", "ESCPT"];
/// The text says that a credit note was deducted.
pub(super) const CREDIT_NOTE_WORDS: [&str; 7] = ["AVOIR", "AVOIRS", "AV", "CREDIT", "MOINS", "DEDUCTION", "DEDUIT"];
/// A word of these lists that fits the explanation.
pub(super) const WORDING: i64 = 300;

/// A word that names the discount: it says more, since few payers take one.
pub(super) const DISCOUNT_WORDING: i64 = 500;

/// The part is a half, a third or a quarter of the item: as against any amount.
pub(super) const FRACTION: i64 = -350;
/// It is a number of tenths.
pub(super) const TENTHS: i64 = -700;
/// It is a round amount.
pub(super) const ROUND_PART: i64 = -700;
/// It leaves less than a tenth of the item open: parts are seldom that large.
pub(super) const NEARLY_WHOLE: i64 = -500;
/// A debtor pays for another one.
pub(super) const FOR_ANOTHER: i64 = -550;
/// A debtor that pays for another pays whole items.
pub(super) const PART_FOR_ANOTHER: i64 = -500;
/// The text gives a range, and the explanation is not that range.
pub(super) const RANGE_IGNORED: i64 = -1_200;
