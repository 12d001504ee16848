//! From the bank statement of the dedicated account to the factor's lettrage.
//!
//! The modules stand in the order in which the data meets them.

pub mod groups;
pub mod model;
pub mod text;

pub mod audit;
pub mod camt;
pub mod dunning;
pub mod ledger;
pub mod lettrage;
pub mod matching;
pub mod remittance;
pub mod report;

pub mod cli;
pub mod config;
pub mod pipeline;
pub mod shell;
