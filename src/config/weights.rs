//! What each kind of evidence weighs: the one table of the matching.
//!
//! All weights are hundredths of a bit of log-likelihood ratio: +100 makes an explanation twice as
//! likely. A positive number says how much more often the evidence is seen when the explanation is
//! true than by chance; the first group says how often a remittance is of that kind at all. They were
//! set from the habits of the trade (how often payers quote numbers, cut them, pay in parts) and
//! checked on generated ledgers. `[matching.weights]` in `pipeline.toml` replaces any of them, and
//! `lettrage fit` proposes such a section from nights whose truth is known.

use super::reader::Section;

/// Weights outside of this say nothing that one at its end would not.
const LARGEST: i64 = 10_000;

macro_rules! table {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        /// The weights, in hundredths of a bit.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub struct Weights {
            $($(#[$doc])* pub $name: i64,)*
        }

        impl Default for Weights {
            fn default() -> Self {
                Self { $($name: $value,)* }
            }
        }

        impl Weights {
            /// The names of all weights, as they stand in the configuration.
            pub const NAMES: &'static [&'static str] = &[$(stringify!($name),)*];

            /// A weight by its name; `None` for a name that is none.
            pub fn named(&mut self, name: &str) -> Option<&mut i64> {
                match name {
                    $(stringify!($name) => Some(&mut self.$name),)*
                    _ => None,
                }
            }
        }
    };
}

table! {
    /// How often: the items that it names, to the cent.
    exact = -70;
    /// It names nothing, and pays one item to the cent.
    silent = -360;
    /// A rounding difference.
    rounding = -500;
    /// A discount that the terms allow.
    discount = -200;
    /// Charges taken on the way, on a cross-border payment.
    charges = -350;
    /// A part of one item.
    partial = -450;
    /// More than the items.
    excess = -500;
    /// A credit note that the text does not name.
    credit_note = -250;
    /// An item that the text does not name, beside items that it does.
    completion = -600;
    /// An item left out of what is due, or of a range of numbers: paid in another way, or in dispute.
    left_out = -600;
    /// The whole balance.
    balance = -450;
    /// All due up to a date.
    due_up_to = -450;
    /// All due in one month, though older items are open.
    due_in_month = -800;
    /// A set of items that the text does not name.
    subset = -800;
    /// All items of a range of numbers.
    range = -300;
    /// Items of several debtors: a payment centre.
    several_debtors = -300;
    /// Nothing that is open, from somebody unknown.
    null_stranger = -430;
    /// Nothing that is open, from a debtor, naming a number that is not open.
    null_closed = -450;
    /// Nothing that is open, from a debtor, naming nothing.
    null_silent = -1_000;
    /// A second payment of what an earlier remittance of the night paid.
    duplicate = -650;

    /// A number of the creditor in a structured field: each digit, up to [`structured_most`](Self::structured_most).
    structured_digit = 320;
    /// A structured number, at most.
    structured_most = 2_200;
    /// A whole number in the text: each digit.
    exact_digit = 300;
    /// What writing it so costs.
    exact_cost = -200;
    /// A whole number in the text, at most.
    exact_most = 2_000;
    /// The customer's order number: what it costs against a document's.
    order_cost = -400;
    /// The customer's order number, at most.
    order_most = 1_700;
    /// The digits of a number without its letters: what writing it so costs.
    digits_cost = -400;
    /// The digits of a number without its letters, at most.
    digits_most = 1_800;
    /// The end of a number: each digit.
    suffix_digit = 332;
    /// What writing only the end costs.
    suffix_cost = -500;
    /// The end of a number, at most.
    suffix_most = 1_600;
    /// A letter of a number, up to three of them.
    letter = 100;
    /// A number one character off a number of the ledger, when no other document could have it.
    typo = 1_200;
    /// The same, when the number as written could be another document of the series: most such numbers
    /// are documents that are closed already.
    typo_plausible = 250;
    /// What a number cut off at the end of the text costs against a whole one.
    cut = -200;
    /// The same inside a text, where no bank cuts.
    cut_inside = -300;
    /// A number that could be one of ours stands in the text, and the explanation does not use it.
    number_unexplained = -660;
    /// The same behind words by which a payer calls a number its own.
    own_number_unexplained = -300;
    /// The same where the remittance pays nothing that is open: then it names something closed.
    number_of_closed = -100;
    /// The text gives a range, and the explanation is not that range.
    range_ignored = -1_200;

    /// The payer's name is the debtor's.
    name_same = 1_500;
    /// It is like it, from 95 % on; the next from 90 %, 85 %, 80 %, 75 %, 70 % and 65 %.
    name_95 = 1_300;
    /// From 90 % on.
    name_90 = 1_100;
    /// From 85 % on.
    name_85 = 800;
    /// From 80 % on.
    name_80 = 500;
    /// From 75 % on.
    name_75 = 250;
    /// From 70 % on.
    name_70 = 0;
    /// From 65 % on.
    name_65 = -200;
    /// The payer's name is not the debtor's: a third party pays.
    name_of_another = -500;
    /// Both names show the same legal form.
    form_same = 100;
    /// Both names show a legal form, and not the same.
    form_other = -400;
    /// The text names the debtor ("pour le compte de").
    name_in_text = 900;
    /// The payer belongs to the debtor's group.
    group = 600;
    /// The payer's account is known for the debtor.
    iban = 1_300;
    /// The payer's account is known, but for another debtor.
    iban_of_another = -150;
    /// Name and account together weigh no more than this: they are not independent.
    identity_most = 2_200;
    /// A person said before that this account pays for the debtor; it weighs half after a year.
    remembered_account = 1_000;
    /// The same of a payer's name, or of its wording.
    remembered_name = 700;
    /// A person said before that this payer did not pay for the debtor.
    remembered_against = -500;
    /// A debtor pays for another one.
    for_another = -550;
    /// A debtor that pays for another pays whole items, and this is a part.
    part_for_another = -500;

    /// A word of the text fits the explanation ("acompte", "solde", "avoir").
    wording = 300;
    /// The text names the month in which items that it does not name were issued or are due.
    month_named = 900;
    /// The day.
    day_named = 600;
    /// The day of the document, on which they were issued: "facture du …".
    day_of_document = 1_000;
    /// A word names the discount: it says more, since few payers take one.
    discount_wording = 500;
    /// The part is a half, a third or a quarter of the item: as against any amount.
    fraction = -350;
    /// It is a number of tenths.
    tenths = -700;
    /// It is a round amount.
    round_part = -700;
    /// It leaves less than a tenth of the item open: parts are seldom that large.
    nearly_whole = -500;
}

/// The table with what the configuration replaces.
pub(super) fn weights(matching: &mut Section<'_>) -> Weights {
    let mut section = matching.section("weights");
    let mut weights = Weights::default();
    for name in Weights::NAMES {
        if let Some(weight) = weights.named(name) {
            *weight = section.whole(name, *weight, -LARGEST, LARGEST);
        }
    }
    section.finish();
    weights
}

#[cfg(test)]
mod tests {
    use super::Weights;

    #[test]
    fn every_weight_has_its_name() {
        let mut weights = Weights::default();
        for name in Weights::NAMES {
            *weights.named(name).unwrap() += 1;
        }
        let mut plain = Weights::default();
        assert!(Weights::NAMES.iter().all(|name| *weights.named(name).unwrap() == *plain.named(name).unwrap() + 1));
        assert_eq!(plain.named("weight"), None);
    }
}
