//! `[[banks]]`: what one bank does differently.

use super::reader::Section;
use crate::model::{Account, Bank};

pub(super) fn read(root: &mut Section<'_>) -> Vec<Bank> {
    let mut banks = Vec::new();
    for mut section in root.sections("banks") {
        banks.push(bank(&mut section));
        section.finish();
    }
    banks
}

fn bank(section: &mut Section<'_>) -> Bank {
    let mut numbers = section.texts("accounts").unwrap_or_default();
    numbers.extend(section.optional_text("account"));
    let bics: Vec<String> = section.texts("bic").unwrap_or_default();
    if numbers.is_empty() && bics.is_empty() {
        let what = "expected whose habits these are (bic, account or accounts), but found none".to_owned();
        section.problem("bic", "config-missing", what);
    }
    for bic in &bics {
        let is_bic = matches!(bic.len(), 8 | 11) && bic.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
        if !is_bic {
            section.problem("bic", "config-bic", format!("expected a BIC of 8 or 11 capitals and digits, but found {bic:?}"));
        }
    }
    Bank {
        accounts: numbers.iter().map(|number| Account::parse(number)).collect(),
        bics,
        reversal_flips_sign: section.optional_boolean("reversal_flips_sign").unwrap_or(false),
        sweep_codes: section.texts("sweep_codes").unwrap_or_default(),
        reversal_codes: section.texts("reversal_codes").unwrap_or_default(),
        fee_codes: section.texts("fee_codes").unwrap_or_default(),
    }
}
