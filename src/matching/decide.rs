//! Rounds of explaining and solving, and the gates that a lettrage must pass.

use std::collections::BTreeMap;

use rayon::prelude::*;
use rustc_hash::FxHashMap;

use super::book::Book;
use super::explain::{Draft, Explained, Fit, explain};
use super::probability::{of_regret, softmax};
use super::solve::{Choice, Component, components};
use super::ties;
use super::weights::prior;
use crate::config::{MatchingSettings, Ties};
use crate::model::{Application, Candidate, Confidence, Evidence, Match, Reason, Remittance, Suggestion, Verdict, Weighed};

/// Rounds of explaining what the rounds before left; what is still open after the last goes to a
/// person.
const ROUNDS_MAX: usize = 12;
/// Explanations listed for a person.
const SUGGESTIONS_MAX: usize = 3;
/// An explanation this improbable claims nothing of other remittances.
const CLAIM_MIN: Confidence = Confidence(2_000);
/// Identification that a part payment or an excess needs besides the number.
const IDENTITY_OF_PARTS_CB: i64 = 500;
/// Identification that stands for itself beside the amount.
const IDENTITY_ALONE_CB: i64 = 800;

/// The surest kinds of explanation come first, so that the others see what is left by them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// The text names every item by its whole number, and the amount fits.
    Named,
    /// The text names the item, and pays a part of it, or more.
    Parts,
    /// Everything else.
    Rest,
}

impl Turn {
    fn next(self) -> Option<Self> {
        match self {
            Self::Named => Some(Self::Parts),
            Self::Parts => Some(Self::Rest),
            Self::Rest => None,
        }
    }

    /// The turn in which an explanation may be accepted.
    fn of(draft: &Draft) -> Self {
        match draft.fit {
            Fit::Partial | Fit::Excess => Self::Parts,
            _ if draft.is_fully_named() => Self::Named,
            _ => Self::Rest,
        }
    }
}

/// What one remittance was explained by, with probabilities.
struct Judged {
    explained: Explained,
    /// Of each draft.
    confidences: Vec<Confidence>,
    /// That a debtor pays nothing that is open.
    nulls: Vec<(Option<usize>, Confidence)>,
}

pub(super) fn decide(
    settings: &MatchingSettings,
    book: &Book<'_>,
    remittances: &[(usize, &Remittance)],
    confirmed: &BTreeMap<usize, Candidate>,
    told: Option<usize>,
) -> Vec<Verdict> {
    let judge_one = |number: usize, open: &[i64], turn: Turn| {
        let (index, remittance) = remittances[number];
        judge(book, remittance, open, told == Some(index), turn == Turn::Named)
    };
    let mut open: Vec<i64> = book.items.iter().map(|i| i.open).collect();
    let mut verdicts: Vec<Option<Verdict>> = remittances.iter().map(|_| None).collect();
    let mut settled_by: FxHashMap<u32, usize> = FxHashMap::default();
    let pending = (0..remittances.len()).filter(|number| !confirmed.contains_key(&remittances[*number].0));
    let mut pending: Vec<usize> = pending.collect();
    if pending.len() < remittances.len() {
        let items: FxHashMap<usize, usize> = book.items.iter().enumerate().map(|(id, item)| (item.invoice, id)).collect();
        for (number, (index, _)) in remittances.iter().enumerate() {
            let Some(chosen) = confirmed.get(index) else { continue };
            for application in &chosen.applications {
                if let Some(id) = items.get(&application.invoice) {
                    open[*id] -= application.applied;
                    settled_by.insert(u32::try_from(*id).unwrap_or(u32::MAX), number);
                }
            }
            let found = Match { remittance: *index, chosen: chosen.clone(), rivals: Vec::new() };
            verdicts[number] = Some(Verdict::Match(found));
        }
    }
    let mut judged: Vec<Judged> = pending.par_iter().map(|n| judge_one(*n, &open, Turn::Named)).collect();
    let mut turn = Turn::Named;
    for _ in 0..ROUNDS_MAX {
        let accepted = accept(settings, book, turn, &pending, &judged, remittances, &open);
        if accepted.is_empty() {
            let Some(next) = turn.next() else { break };
            if turn == Turn::Named {
                let put_off = pending.par_iter().zip(&mut judged).filter(|(_, judged)| judged.explained.deferred);
                put_off.for_each(|(number, judged)| *judged = judge_one(*number, &open, next));
            }
            turn = next;
            continue;
        }
        let mut touched = vec![false; book.by_debtor.len()];
        for (position, index, confidence) in &accepted {
            let number = pending[*position];
            let chosen = &judged[*position].explained.drafts[*index];
            for used in &chosen.uses {
                open[used.item as usize] -= used.applied;
                settled_by.insert(used.item, number);
                touched[book.items[used.item as usize].debtor] = true;
            }
            verdicts[number] =
                Some(Verdict::Match(matched(book, remittances[number].0, &judged[*position], *index, *confidence)));
        }
        let mut gone = accepted.iter().map(|(position, ..)| *position).peekable();
        let left: Vec<(usize, Judged)> = pending
            .into_iter()
            .zip(judged)
            .enumerate()
            .filter(|(position, _)| gone.next_if_eq(position).is_none())
            .map(|(_, pair)| pair)
            .collect();
        // Only what was held against items of the debtors touched can be explained otherwise now.
        (pending, judged) = left
            .into_par_iter()
            .map(|(number, judged)| {
                let again = judged.explained.debtors.iter().any(|d| touched[*d]);
                (number, if again { judge_one(number, &open, turn) } else { judged })
            })
            .unzip();
    }
    // The rounds may have run out before everything had its turn.
    let put_off = pending.par_iter().zip(&mut judged).filter(|(_, judged)| judged.explained.deferred);
    put_off.for_each(|(number, judged)| *judged = judge_one(*number, &open, Turn::Rest));
    if settings.ties == Ties::Oldest {
        let named = ties::named_by(pending.iter().zip(&judged).flat_map(|(number, judged)| {
            let claims = judged.explained.drafts.iter().zip(&judged.confidences).filter(|(_, c)| **c >= CLAIM_MIN);
            claims.map(|(draft, _)| (*number, draft))
        }));
        let mut touched = vec![false; book.by_debtor.len()];
        let mut left = Vec::new();
        // In booking order: each takes the oldest that those before it left.
        for (number, judged) in pending.into_iter().zip(judged) {
            let again = judged.explained.debtors.iter().any(|d| touched[*d]);
            let mut judged = if again { judge_one(number, &open, Turn::Rest) } else { judged };
            let by_another = |item: u32| named.get(&item).is_some_and(|by| by.iter().any(|n| *n != number));
            let (index, remittance) = remittances[number];
            let drafts = &judged.explained.drafts;
            let imputed = ties::oldest(book, remittance, drafts, &judged.confidences, &judged.nulls, settings.auto, &by_another)
                .filter(|(chosen, _)| gate(book, remittance, &judged.explained, &drafts[*chosen]).is_none());
            let Some((chosen, confidence)) = imputed else {
                left.push((number, judged));
                continue;
            };
            let draft = &mut judged.explained.drafts[chosen];
            draft.weights.push(imputation(told == Some(index)));
            for used in &draft.uses {
                open[used.item as usize] -= used.applied;
                settled_by.insert(used.item, number);
                touched[book.items[used.item as usize].debtor] = true;
            }
            verdicts[number] = Some(Verdict::Match(matched(book, index, &judged, chosen, confidence)));
        }
        (pending, judged) = left.into_iter().unzip();
    }
    for (number, judged) in pending.iter().zip(&judged) {
        let suggestion = suggestion(settings, book, remittances, *number, judged, &settled_by);
        verdicts[*number] = Some(Verdict::Unmatched(suggestion));
    }
    verdicts.into_iter().flatten().collect()
}

/// The line that says why the oldest of several equal explanations was chosen.
fn imputation(notes: bool) -> Weighed {
    let note = "several items fit alike and the debtor named none: due before not due, then the oldest (art. 1342-10 code civil)";
    Weighed { evidence: Some(Evidence::OldestDebt), weight_cb: 0, note: if notes { note.to_owned() } else { String::new() } }
}

fn judge(book: &Book<'_>, remittance: &Remittance, open: &[i64], notes: bool, named_only: bool) -> Judged {
    let explained = explain(book, remittance, open, notes, named_only);
    let scores: Vec<i64> = explained.drafts.iter().map(|d| d.score).chain(explained.nulls.iter().map(|(_, w)| *w)).collect();
    let mut confidences = softmax(&scores);
    let of_nulls = confidences.split_off(explained.drafts.len());
    let nulls = explained.nulls.iter().map(|(debtor, _)| *debtor).zip(of_nulls).collect();
    Judged { explained, confidences, nulls }
}

/// The remittances that are lettered this round: position among the pending, draft, probability.
fn accept(
    settings: &MatchingSettings,
    book: &Book<'_>,
    turn: Turn,
    pending: &[usize],
    judged: &[Judged],
    remittances: &[(usize, &Remittance)],
    open: &[i64],
) -> Vec<(usize, usize, Confidence)> {
    let passes: Vec<bool> = judged
        .iter()
        .zip(pending)
        .map(|(j, n)| {
            let probable = j.confidences.first().is_some_and(|c| *c >= settings.auto);
            probable
                && Turn::of(&j.explained.drafts[0]) <= turn
                && gate(book, remittances[*n].1, &j.explained, &j.explained.drafts[0]).is_none()
        })
        .collect();
    let claims = |position: usize| -> Vec<u32> {
        let j = &judged[position];
        let claiming = j.explained.drafts.iter().zip(&j.confidences).filter(|(d, c)| **c >= CLAIM_MIN && Turn::of(d) <= turn);
        let mut items: Vec<u32> = claiming.flat_map(|(d, _)| d.uses.iter().map(|u| u.item)).collect();
        items.sort_unstable();
        items.dedup();
        items
    };
    let groups: Vec<Vec<usize>> = components(judged.len(), claims).into_iter().filter(|g| g.iter().any(|p| passes[*p])).collect();
    let open_of = |item: u32| open[item as usize];
    let mut accepted: Vec<(usize, usize, Confidence)> = groups
        .par_iter()
        .flat_map_iter(|group| {
            if let [only] = group[..] {
                return vec![(only, 0, judged[only].confidences[0])];
            }
            solve_group(settings, turn, group, judged, &passes, &open_of)
        })
        .collect();
    accepted.sort_unstable_by_key(|(position, ..)| *position);
    accepted
}

/// Solves remittances that claim the same items; those whose choice stands out are accepted.
fn solve_group(
    settings: &MatchingSettings,
    turn: Turn,
    group: &[usize],
    judged: &[Judged],
    passes: &[bool],
    open: &dyn Fn(u32) -> i64,
) -> Vec<(usize, usize, Confidence)> {
    let choices: Vec<Vec<Choice>> = group.iter().map(|p| choices(turn, &judged[*p])).collect();
    let component = Component { choices, open };
    let asked: Vec<bool> = group.iter().map(|p| passes[*p] && !is_undermined(group, *p, judged)).collect();
    let Some(solution) = component.solve(&asked) else { return Vec::new() };
    let mut accepted = Vec::new();
    for (member, position) in group.iter().enumerate() {
        let Some(regret) = solution.regrets[member] else { continue };
        // Only the explanation that is best on its own passed the gates.
        let confidence = of_regret(regret).min(judged[*position].confidences[0]);
        if solution.chosen[member] == 0 && passes[*position] && confidence >= settings.auto {
            accepted.push((*position, 0, confidence));
        }
    }
    accepted
}

/// A set of items that the text does not name is what a debtor would pay if nothing else had come
/// from it. Where another remittance may have paid one of them, the set may be another one: with
/// equal amounts, even one of the same sum.
fn is_undermined(group: &[usize], position: usize, judged: &[Judged]) -> bool {
    let best = &judged[position].explained.drafts[0];
    if !best.has_unnamed || best.uses.len() < 2 {
        return false;
    }
    let claims = |other: &Judged| {
        let drafts = other.explained.drafts.iter().zip(&other.confidences).filter(|(_, c)| **c >= CLAIM_MIN);
        drafts.flat_map(|(d, _)| &d.uses).any(|u| best.uses.iter().any(|own| own.item == u.item))
    };
    group.iter().any(|other| *other != position && claims(&judged[*other]))
}

/// The drafts worth a claim, then "nothing that is open", then "paid twice".
fn choices(turn: Turn, judged: &Judged) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for (draft, confidence) in judged.explained.drafts.iter().zip(&judged.confidences) {
        if *confidence >= CLAIM_MIN && Turn::of(draft) <= turn {
            let takes = draft.uses.iter().map(|u| (u.item, u.applied)).collect();
            choices.push(Choice { score: draft.score, takes, closed_before: Vec::new() });
        }
    }
    let null = judged.explained.nulls.iter().map(|(_, w)| *w).max().unwrap_or(0);
    choices.push(Choice { score: null, takes: Vec::new(), closed_before: Vec::new() });
    if let Some(draft) = judged.explained.drafts.first().filter(|d| d.is_fully_named() && d.fit.is_exact()) {
        let closed_before = draft.uses.iter().map(|u| u.item).collect();
        choices.push(Choice { score: draft.score + prior::DUPLICATE, takes: Vec::new(), closed_before });
    }
    choices
}

/// Why an explanation of a remittance may not be lettered, however probable it is.
fn gate(book: &Book<'_>, remittance: &Remittance, explained: &Explained, best: &Draft) -> Option<Reason> {
    if is_blind_batch(remittance) {
        return Some(Reason::BatchWithoutDetails);
    }
    if let Some(doubt) = remittance.doubt {
        return Some(doubt);
    }
    if explained.incomplete {
        return Some(Reason::SearchIncomplete);
    }
    let of_item = |item: u32| &book.ledger.invoices[book.items[item as usize].invoice];
    let currency = remittance.line.amount.currency();
    if best.uses.iter().any(|u| of_item(u.item).disagrees || of_item(u.item).open.currency() != currency) {
        return Some(Reason::Unsure);
    }
    if best.has_unnamed && !explained.strangers.is_empty() {
        return Some(Reason::NotOpen);
    }
    if is_doubtful_difference(book, best) || (explained.says_range && !best.is_range) {
        return Some(Reason::Unsure);
    }
    (!has_two_families(best)).then_some(Reason::OneFamily)
}

/// Several payments in one amount, and nothing said of any.
fn is_blind_batch(remittance: &Remittance) -> bool {
    remittance.bulk_count.is_some() && remittance.unstructured.is_empty() && remittance.documents.is_empty()
}

/// A part payment that misses so little may be charges or a deduction; an excess that is so large
/// may pay something else: a person must look.
fn is_doubtful_difference(book: &Book<'_>, draft: &Draft) -> bool {
    let paid: i64 = draft.uses.iter().map(|u| u.applied).sum();
    match draft.fit {
        Fit::Partial => draft.uses.iter().any(|u| book.items[u.item as usize].open - u.applied <= book.charges),
        Fit::Excess => draft.on_account > paid,
        _ => false,
    }
}

/// What names the items or the payer, and what the amount says, must both speak for it.
fn has_two_families(draft: &Draft) -> bool {
    match draft.fit {
        Fit::Exact | Fit::Discount => draft.is_named() || draft.identity >= IDENTITY_ALONE_CB,
        Fit::Rounding | Fit::Charges => draft.is_named(),
        // The amount says nothing: the number and the payer must.
        Fit::Partial | Fit::Excess => draft.is_fully_named() && draft.identity >= IDENTITY_OF_PARTS_CB,
    }
}

fn matched(book: &Book<'_>, remittance: usize, judged: &Judged, index: usize, confidence: Confidence) -> Match {
    let all = candidates(book, judged);
    let mut rivals = all;
    let mut chosen = rivals.remove(index);
    chosen.confidence = confidence;
    rivals.truncate(SUGGESTIONS_MAX);
    Match { remittance, chosen, rivals }
}

fn candidates(book: &Book<'_>, judged: &Judged) -> Vec<Candidate> {
    let drafts = judged.explained.drafts.iter().zip(&judged.confidences).take(SUGGESTIONS_MAX + 1);
    drafts.map(|(draft, confidence)| candidate(book, draft, *confidence)).collect()
}

fn candidate(book: &Book<'_>, draft: &Draft, confidence: Confidence) -> Candidate {
    let applications = draft
        .uses
        .iter()
        .map(|u| Application {
            invoice: book.items[u.item as usize].invoice,
            applied: u.applied,
            discount: u.discount,
            charges: u.charges,
            rounding: u.rounding,
        })
        .collect();
    Candidate { applications, on_account: draft.on_account, debtor: draft.debtor, confidence, weights: draft.weights.clone() }
}

/// Whether a person said that the remittance does not pay these items.
fn is_rejected(book: &Book<'_>, remittance: &Remittance, candidate: &Candidate) -> bool {
    if remittance.rejected.is_empty() {
        return false;
    }
    let mut items: Vec<_> = candidate.applications.iter().map(|a| &book.ledger.invoices[a.invoice].id).collect();
    items.sort();
    remittance.rejected.iter().any(|set| set.iter().collect::<Vec<_>>() == items)
}

/// Why a remittance is left, and what a person may choose from.
fn suggestion(
    settings: &MatchingSettings,
    book: &Book<'_>,
    remittances: &[(usize, &Remittance)],
    number: usize,
    judged: &Judged,
    settled_by: &FxHashMap<u32, usize>,
) -> Suggestion {
    let (index, remittance) = remittances[number];
    let explained = &judged.explained;
    let best = judged.confidences.first().copied().unwrap_or_default();
    let second = judged.confidences.get(1).copied().unwrap_or_default();
    let id = |item: u32| &book.ledger.invoices[book.items[item as usize].invoice].id;
    let (reason, note) = if is_blind_batch(remittance) {
        (Reason::BatchWithoutDetails, String::new())
    } else if let Some(item) = explained.settled.first().filter(|_| best < settings.auto) {
        let earlier = settled_by.get(item).map(|n| &remittances[*n].1.line);
        let by = earlier.map_or_else(String::new, |line| format!(" ← {}, {}", line.bank_reference, line.booking_date));
        (Reason::AlreadySettled, format!("{}{by}", id(*item)))
    } else if !explained.strangers.is_empty() && explained.drafts.first().is_none_or(|d| d.has_unnamed) {
        (Reason::NotOpen, explained.strangers.join(", "))
    } else if best >= settings.auto {
        (explained.drafts.first().and_then(|d| gate(book, remittance, explained, d)).unwrap_or(Reason::Contested), String::new())
    } else if explained.drafts.is_empty() || best < settings.suggest {
        (Reason::NoCandidate, String::new())
    } else if second.0 * 4 > best.0 {
        (Reason::Ambiguous, String::new())
    } else {
        (Reason::BelowThreshold, String::new())
    };
    let mut listed: Vec<Candidate> =
        judged.explained.drafts.iter().zip(&judged.confidences).map(|(d, c)| candidate(book, d, *c)).collect();
    listed.retain(|c| !is_rejected(book, remittance, c));
    listed.truncate(SUGGESTIONS_MAX);
    let best = listed.first().map(|c| c.confidence).unwrap_or_default();
    Suggestion {
        remittance: index,
        candidates: listed,
        reason,
        suggested: best >= settings.suggest,
        payer: explained.payer.map(|(debtor, _)| debtor),
        note,
    }
}
