//! From the bank statement of the dedicated account to the factor's lettrage.
//!
//! The modules stand in the order in which the data meets them.

// Floor 0: the nouns, and what every stage may use.
pub mod model;
pub mod text;
pub mod document;
pub mod fec;
pub mod groups;

// Floor 1: the settings, one part a stage.
pub mod config;

// Floor 2: the stages; none knows another.
pub mod camt;
pub mod ledger;
pub mod remittance;
pub mod matching;
pub mod lettrage;
pub mod dunning;
pub mod report;
pub mod audit;

// Floor 3: the whole night on one screen.
pub mod pipeline;

// Floors 4 and 5: the world, and the people.
pub mod shell;
pub mod cli;
