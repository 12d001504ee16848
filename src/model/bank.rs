//! Habits of a bank.

use super::{Account, Statement};

/// What one bank does differently from the others: `[[banks]]` in `pipeline.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bank {
    /// Accounts it is about.
    pub accounts: Vec<Account>,
    /// BICs it is about; one of eight letters stands for all branches.
    pub bics: Vec<String>,
    /// With `RvslInd`, it gives the sign of the original booking, not of the reversal.
    pub reversal_flips_sign: bool,
    /// Its own codes, or ISO codes, for sweeps to the factor.
    pub sweep_codes: Vec<String>,
    /// Its codes for returns and reversals.
    pub reversal_codes: Vec<String>,
    /// Its codes for fees.
    pub fee_codes: Vec<String>,
}

impl Bank {
    /// Whether a statement is this bank's: by the account, else by the BIC of the account's servicer.
    #[must_use]
    pub fn is_of(&self, statement: &Statement) -> bool {
        let by_account = statement.account.as_ref().is_some_and(|account| self.accounts.contains(account));
        let branch = |bic: &str| bic.trim_end_matches("XXX").to_owned();
        let by_bic = statement.servicer_bic.as_deref().is_some_and(|theirs| {
            self.bics.iter().any(|ours| branch(ours) == branch(theirs) || (ours.len() == 8 && theirs.starts_with(ours.as_str())))
        });
        by_account || by_bic
    }
}
