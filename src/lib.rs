//! From the bank statement of the dedicated account to the factor's lettrage.
pub mod model;
pub mod camt;
pub mod cli;
