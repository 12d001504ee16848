//! What people's decisions say of a payer, as evidence that fades.

use chrono::NaiveDate;
use rustc_hash::FxHashMap;

use super::names::Name;
use super::words;
use crate::config::Weights;
use crate::model::{ContractId, Ledger, PayerMemory, Remittance};

/// Days after which a memory weighs half.
const HALF_LIFE_DAYS: i64 = 365;
/// Words that a text needs to be known again by its wording.
const WORDS_LEAST: usize = 2;

/// What a payer is known by: its account, its name, and the words of its text without the numbers.
#[must_use]
pub fn payer_keys(remittance: &Remittance) -> Vec<String> {
    let mut keys = Vec::new();
    if let Some(account) = &remittance.line.payer_account {
        keys.push(format!("account:{}", account.as_str()));
    }
    let names = [Some(&remittance.line.payer_name), remittance.ultimate_name.as_ref()];
    for name in names.into_iter().flatten() {
        let words = Name::new(name).words().collect::<Vec<_>>().join(" ");
        if !words.is_empty() {
            keys.push(format!("name:{words}"));
        }
    }
    let words = words::Words::new(remittance);
    let tokens = words.tokens();
    let spoken: Vec<&str> = tokens.iter().filter(|t| !t.has_digit() && t.text.len() > 2).map(|t| t.text).collect();
    if spoken.len() >= WORDS_LEAST && keys.is_empty() {
        keys.push(format!("words:{}", spoken.join(" ")));
    }
    keys.sort();
    keys.dedup();
    keys
}

/// The memories of a contract, by what the payer is known by.
#[derive(Debug, Default)]
pub(super) struct Payers {
    by_key: FxHashMap<String, Vec<(usize, i64)>>,
}

impl Payers {
    pub(super) fn new(
        weights: &Weights,
        contract: &ContractId,
        ledger: &Ledger,
        memories: &[PayerMemory],
        as_of: NaiveDate,
    ) -> Self {
        let mut by_key: FxHashMap<String, Vec<(usize, i64)>> = FxHashMap::default();
        if memories.is_empty() {
            return Self { by_key };
        }
        let index = ledger.debtor_index();
        for memory in memories.iter().filter(|m| m.contract == *contract) {
            let Some(debtor) = index.get(&memory.debtor) else { continue };
            let full = match memory.confirmed.cmp(&memory.rejected) {
                std::cmp::Ordering::Greater if memory.key.starts_with("account:") => weights.remembered_account,
                std::cmp::Ordering::Greater => weights.remembered_name,
                std::cmp::Ordering::Equal => continue,
                std::cmp::Ordering::Less => weights.remembered_against,
            };
            let age = (as_of - memory.day).num_days().max(0);
            by_key.entry(memory.key.clone()).or_default().push((*debtor, full * HALF_LIFE_DAYS / (HALF_LIFE_DAYS + age)));
        }
        Self { by_key }
    }

    /// The debtors that people named for this payer, or said it was not, each with its weight: the
    /// strongest of what the payer is known by.
    pub(super) fn of(&self, remittance: &Remittance) -> Vec<(usize, i64)> {
        if self.by_key.is_empty() {
            return Vec::new();
        }
        let mut found: Vec<(usize, i64)> = Vec::new();
        for (debtor, weight) in payer_keys(remittance).iter().filter_map(|key| self.by_key.get(key)).flatten() {
            match found.iter_mut().find(|(d, _)| d == debtor) {
                Some((_, known)) if weight.abs() > known.abs() => *known = *weight,
                Some(_) => {}
                None => found.push((*debtor, *weight)),
            }
        }
        found.sort_unstable();
        found
    }
}
