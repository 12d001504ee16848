//! From the bank statement of the dedicated account to the factor's lettrage.
//!
//! The modules stand in the order in which the data meets them.

pub mod model;
pub mod text;

pub mod camt;
pub mod ledger;
pub mod remittance;
pub mod matching;
pub mod lettrage;
pub mod dunning;
pub mod report;
pub mod audit;

pub mod config;
pub mod pipeline;
pub mod shell;
pub mod cli;
