//! A world as the input of a night, in memory.

use std::sync::Arc;

use chrono::NaiveDate;
use lettrage::config::{self, Settings};
use lettrage::ledger::{LedgerFile, LedgerFiles};
use lettrage::model::{BankFile, History};
use lettrage::pipeline::{self, NightInput};

use super::world::World;

/// The files of a world in memory.
pub struct NightFiles {
    pub settings: Settings,
    pub as_of: NaiveDate,
    pub statements: Vec<BankFile>,
    pub ledger: LedgerFiles,
}

impl NightFiles {
    /// Panics on a world that is none: the generator made it.
    #[expect(clippy::expect_used, reason = "the generator made it")]
    pub fn new(world: &World) -> Self {
        let file = |name: &str, text: &str| LedgerFile { name: name.into(), bytes: text.as_bytes().into() };
        Self {
            settings: config::read(&"pipeline.toml".into(), &world.pipeline).expect("a good configuration"),
            as_of: world.business_date.parse().expect("a date"),
            statements: world
                .statements
                .iter()
                .map(|(name, text)| (Arc::from(name.as_str()), text.clone().into_bytes().into()))
                .collect(),
            ledger: LedgerFiles {
                invoices: file("invoices.csv", &world.invoices),
                debtors: file("debtors.csv", &world.debtors),
                contacts: None,
            },
        }
    }
}

/// The input of the night, with nothing behind it. Panics on a ledger that is none: the generator
/// made it.
#[expect(clippy::expect_used, reason = "the generator made it")]
pub fn input(files: &NightFiles) -> NightInput<'_> {
    NightInput {
        as_of: files.as_of,
        settings: &files.settings,
        reading: pipeline::read(&files.settings, &files.statements, &files.ledger).expect("a good ledger"),
        findings: Vec::new(),
        history: History::default(),
    }
}
