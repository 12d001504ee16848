//! What speaks for and against one explanation.

use crate::model::{Evidence, EvidenceSet, Weighed};

/// The sum of the weights and the kinds of evidence; line by line only where somebody will read it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Lines {
    pub score: i64,
    pub evidence: EvidenceSet,
    #[expect(clippy::box_collection, reason = "somebody reads one of a million explanations: the others carry a word less")]
    told: Option<Box<Vec<Weighed>>>,
}

impl Lines {
    pub(super) fn new(notes: bool) -> Self {
        Self { score: 0, evidence: EvidenceSet::default(), told: notes.then(Box::default) }
    }

    /// Adds a line: `None` is what speaks against, or for no kind; the note is written only when
    /// somebody reads it.
    pub(crate) fn add(&mut self, evidence: Option<Evidence>, weight_cb: i64, note: impl FnOnce() -> String) {
        self.score += weight_cb;
        if let Some(kind) = evidence {
            self.evidence.insert(kind);
        }
        if let Some(told) = &mut self.told {
            told.push(Weighed { evidence, weight_cb, note: note() });
        }
    }

    /// The same with one more line.
    pub(super) fn with(mut self, evidence: Option<Evidence>, weight_cb: i64, note: impl FnOnce() -> String) -> Self {
        self.add(evidence, weight_cb, note);
        self
    }

    /// Adds what was weighed before, where nobody reads the lines.
    pub(super) fn add_sum(&mut self, evidence: EvidenceSet, weight_cb: i64) {
        self.score += weight_cb;
        self.evidence = self.evidence.union(evidence);
    }

    /// The lines for people; none when nobody asked.
    pub(crate) fn told(self) -> Vec<Weighed> {
        self.told.map(|told| *told).unwrap_or_default()
    }
}
