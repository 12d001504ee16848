//! `lettrage fit`: weights under which what is known to be true is most probable.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::exit;
use crate::config::Weights;
use crate::matching::{self, Score, TrainingSet};
use crate::shell::{self, Project, RunError};

/// Remittances below which a fit says nothing.
const KNOWN_LEAST: usize = 200;

pub(super) fn run(config: &Path, folders: &[PathBuf]) -> Result<ExitCode, RunError> {
    let (mut sets, mut start): (Vec<TrainingSet>, Weights) = Default::default();
    if folders.is_empty() {
        let project = Project::open(config)?;
        start = project.settings.matching.weights;
        sets = shell::past_training_sets(&project)?;
    }
    for folder in folders {
        sets.extend(shell::training_sets_of(folder)?);
        start = sets.first().map_or(start, |set| set.settings.weights);
    }
    let known = sets.iter().flat_map(|set| &set.remittances).filter(|(_, truth)| truth.is_some()).count();
    if known < KNOWN_LEAST {
        eprintln!("fit: expected {KNOWN_LEAST} remittances or more whose truth is known, but found {known}");
        eprintln!("  Weights fitted to so few would only repeat them. Nothing was fitted.");
        eprintln!("  Let more nights pass, or name folders with a truth.jsonl.");
        return Ok(ExitCode::from(exit::CONFIG));
    }
    eprintln!("Fitting to {known} remittances; every second one only judges. This takes minutes.");
    let tell = |step: i64, score: Score| eprintln!("  steps of {step}: {} bits a remittance", bits(score));
    let fitted = matching::fit(&sets, start, &tell);
    let (before, after) = fitted.unseen;
    say!("# Fitted to {known} remittances. The truth costs, in bits a remittance (0 is certain):");
    say!("#   learned from: {} before, {} with these weights", bits(fitted.learned.0), bits(fitted.learned.1));
    say!("#   not seen:     {} before, {} with these weights", bits(before), bits(after));
    if after.cost_cb >= before.cost_cb {
        say!("# No better on what was not seen: keep the weights in force.");
        return Ok(ExitCode::SUCCESS);
    }
    say!("[matching.weights]");
    let (mut usual, mut weights) = (Weights::default(), fitted.weights);
    for name in Weights::NAMES {
        if let (Some(usual), Some(weight)) = (usual.named(name), weights.named(name))
            && usual != weight
        {
            say!("{name} = {weight} # {usual}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn bits(score: Score) -> String {
    let millibits = score.millibits();
    format!("{}.{:03}", millibits / 1_000, millibits % 1_000)
}
