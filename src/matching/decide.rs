//! Rounds of explaining and solving.

mod gates;
mod verdicts;

use std::cell::LazyCell;
use std::collections::BTreeMap;
use std::hash::Hasher;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet, FxHasher};

use super::book::Book;
use super::explain::debts::Debts;
use super::explain::{Draft, Explained, Fit, STRONG_CB, explain};
use super::probability::of_regret;
use super::readings::Readings;
use super::short;
use super::solve::{Choice, Component, Member, grouped};
use super::ties;
use super::touched::Touched;
use crate::config::{MatchingSettings, Ties};
use crate::model::{Candidate, Confidence, Evidence, Match, Remittance, Verdict};
use gates::gate;
use verdicts::{SUGGESTIONS_MAX, matched, suggestion};

/// Rounds of explaining what the rounds before left; what is still open after the last goes to a
/// person.
const ROUNDS_MAX: usize = 12;
/// Explanations kept for that where a person refused some.
const LISTED_MAX: usize = 8;
/// An explanation this improbable claims nothing of other remittances.
const CLAIM_MIN: Confidence = Confidence(2_000);

/// The surest kinds of explanation come first, so that the others see what is left by them.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Turn {
    /// The text names every item by its whole number, and the amount fits.
    Named,
    /// The text names the item, and pays a part of it, or more.
    Parts,
    /// Everything else.
    Rest,
    /// Items that add up, and that nothing names: what all others leave may add up in a likelier way.
    Sets,
}

impl Turn {
    fn next(self) -> Option<Self> {
        match self {
            Self::Named => Some(Self::Parts),
            Self::Parts => Some(Self::Rest),
            Self::Rest => Some(Self::Sets),
            Self::Sets => None,
        }
    }

    /// The last turn whose explanations claim their items in this one.
    fn claims(self) -> Self {
        if self == Self::Named { self } else { Self::Sets }
    }

    /// The turn in which an explanation may be accepted.
    fn of(draft: &Draft) -> Self {
        match draft.fit {
            Fit::Partial | Fit::Excess => Self::Parts,
            _ if draft.lines.evidence.contains(Evidence::Subset) => Self::Sets,
            _ if draft.is_fully_named() => Self::Named,
            _ => Self::Rest,
        }
    }
}

/// What does not change from round to round.
struct Night<'a> {
    settings: &'a MatchingSettings,
    book: &'a Book<'a>,
    /// With their index in the night's list.
    remittances: &'a [(usize, &'a Remittance)],
    readings: Readings<'a>,
    /// The number of the one that a person asked about.
    told: Option<usize>,
}

/// What is known of one remittance: as little room as can be, since each round looks at a million of them.
#[derive(PartialEq)]
enum Judged {
    /// It was not looked at yet: the text names nothing by its whole number.
    Deferred,
    /// With probabilities; where it passes, the best draft is probable enough, and passed the gates.
    Explained { explained: Box<Explained>, passes: bool },
    /// Nothing else of it is kept.
    Lettered(Box<Match>),
}

impl Judged {
    fn explained(&self) -> Option<&Explained> {
        if let Self::Explained { explained, .. } = self { Some(explained) } else { None }
    }

    /// Its explanations, best first; none when it was put off, or is lettered.
    fn drafts(&self) -> &[Draft] {
        self.explained().map_or(&[], |explained| &explained.drafts)
    }

    /// The best of them, where that passes.
    fn passing(&self) -> Option<&Draft> {
        if let Self::Explained { explained, passes: true } = self { explained.drafts.first() } else { None }
    }

    /// Those of them that are probable enough to claim their items of other remittances.
    fn claims(&self) -> impl Iterator<Item = &Draft> {
        self.drafts().iter().filter(|draft| draft.confidence >= CLAIM_MIN)
    }
}

pub(super) fn decide(
    settings: &MatchingSettings,
    book: &Book<'_>,
    remittances: &[(usize, &Remittance)],
    confirmed: &BTreeMap<usize, Candidate>,
    told: Option<usize>,
) -> Unplaced {
    let mut open: Vec<i64> = book.opening.clone();
    let mut by_people: Vec<(usize, Verdict)> = Vec::new();
    let mut settled_by: Vec<u32> = vec![NOBODY; book.items.len()];
    let mut pending: Vec<usize> = (0..remittances.len()).collect();
    if !confirmed.is_empty() {
        pending.retain(|number| !confirmed.contains_key(&remittances[*number].0));
    }
    if pending.len() < remittances.len() {
        let items: FxHashMap<usize, usize> = book.items.iter().enumerate().map(|(id, item)| (item.invoice(), id)).collect();
        for (number, (index, _)) in remittances.iter().enumerate() {
            let Some(chosen) = confirmed.get(index) else { continue };
            for application in &chosen.applications {
                if let Some(id) = items.get(&application.invoice) {
                    open[*id] -= application.applied;
                    settled_by[*id] = short(number);
                }
            }
            let found = Match { remittance: *index, chosen: chosen.clone(), rivals: Vec::new() };
            by_people.push((number, Verdict::Match(found)));
        }
    }
    // Those of one payer after one another: they are held against the same items.
    pending.par_sort_by_cached_key(|number| (book.debtors.first_guess(*number), *number));
    let readings = Readings::new(book, remittances, &pending);
    let told = told.and_then(|told| remittances.iter().position(|(index, _)| *index == told));
    let night = Night { settings, book, remittances, readings, told };
    let debts = || Debts::new(book, &open);
    let first = |debts: &mut Debts<'_>, position| night.judge(position, debts, Turn::Named);
    let mut judged: Vec<Judged> = (0..pending.len()).into_par_iter().map_init(debts, first).collect();
    let mut turn = Turn::Named;
    // Of each remittance, the group with which it was solved since it was last explained.
    let mut solved: Vec<u64> = vec![0; remittances.len()];
    for _ in 0..ROUNDS_MAX {
        let accepted = accept(&night, turn, &pending, &judged, &open, &mut solved);
        if accepted.is_empty() {
            let Some(next) = turn.next() else { break };
            if next == Turn::Rest {
                night.judge_deferred(&mut judged, &open);
            }
            turn = next;
            // What claims items in the last turn did so in the one before: only what may be accepted now is
            // solved again.
            let waits = |judged: &Judged| turn != Turn::Sets || judged.passing().is_some_and(|best| Turn::of(best) == turn);
            let waiting = pending.iter().zip(&judged).filter(|(_, judged)| waits(judged));
            waiting.for_each(|(number, _)| solved[*number] = 0);
            continue;
        }
        let mut taken: Vec<u32> = Vec::new();
        let mut accepted_at: Vec<Option<Confidence>> = vec![None; pending.len()];
        for (position, confidence) in accepted {
            accepted_at[position] = Some(confidence);
            for used in &judged[position].drafts()[0].uses {
                open[used.item as usize] -= used.applied;
                settled_by[used.item as usize] = short(pending[position]);
                taken.push(used.item);
            }
        }
        // They stay where they are: a million explanations are not moved for each round.
        judged.par_iter_mut().zip(&pending).zip(&accepted_at).for_each(|((judged, number), accepted)| {
            if let (Some(confidence), Judged::Explained { explained, .. }) = (accepted, &mut *judged) {
                let drafts = std::mem::take(&mut explained.drafts);
                *judged = Judged::Lettered(Box::new(matched(book, remittances[*number].0, drafts, 0, *confidence)));
            }
        });
        let touched = Touched::new(book, &open, taken);
        let debts = || Debts::new(book, &open);
        let amount = |position: usize| night.readings.at(position).facts.amount;
        let changes = |debts: &mut Debts<'_>, (position, judged): (usize, &Judged)| {
            judged.explained().is_some_and(|explained| touched.changes(explained, debts, || amount(position)))
        };
        let again: Vec<bool> = judged.par_iter().enumerate().map_init(debts, changes).collect();
        debug_assert!(
            judged.par_iter().zip(&again).enumerate().all(|(position, (judged, again))| {
                *again
                    || !judged.explained().is_some_and(|explained| touched.concerns(explained))
                    || night.judge(position, &mut debts(), turn) == *judged
            }),
            "what is not explained again would be explained as before"
        );
        for (number, _) in pending.iter().zip(&again).filter(|(_, again)| **again) {
            solved[*number] = 0;
        }
        let changed = judged.par_iter_mut().zip(&again).enumerate().filter(|(_, (_, again))| **again);
        changed.for_each_init(debts, |debts, (position, (judged, _))| *judged = night.judge(position, debts, turn));
    }
    // The rounds may have run out before everything had its turn.
    night.judge_deferred(&mut judged, &open);
    if settings.ties == Ties::Oldest {
        let named = ties::named_by(
            pending.iter().zip(&judged).flat_map(|(number, judged)| judged.claims().map(|draft| (*number, draft))),
        );
        let mut touched = vec![false; book.ledger.debtors.len()];
        // In booking order: each takes the oldest that those before it left.
        let is_left = |at: &usize| judged[*at].explained().is_some();
        let mut left: Vec<(usize, usize)> = (0..pending.len()).filter(is_left).map(|at| (pending[at], at)).collect();
        left.sort_unstable();
        for (number, position) in left {
            let judged = &mut judged[position];
            if judged.explained().is_some_and(|explained| explained.debtors.iter().any(|d| touched[*d as usize])) {
                *judged = night.judge(position, &mut Debts::new(book, &open), Turn::Rest);
            }
            let by_another = |item: u32| named.get(&item).is_some_and(|by| by.iter().any(|n| *n != number));
            let facts = night.readings.at(position).facts;
            let Judged::Explained { explained, .. } = &mut *judged else { continue };
            let drafts = &explained.drafts;
            let imputed = ties::oldest(book, facts.remittance, drafts, explained.unpaid.silent, settings.auto, &by_another)
                .filter(|(chosen, _)| gate(book, facts, explained, &drafts[*chosen]).is_none());
            let Some((chosen, confidence)) = imputed else { continue };
            let draft = &mut explained.drafts[chosen];
            draft.lines.add(Some(Evidence::OldestDebt), 0, || IMPUTATION.to_owned());
            for used in &draft.uses {
                open[used.item as usize] -= used.applied;
                settled_by[used.item as usize] = short(number);
                touched[book.debtor(used.item)] = true;
            }
            let drafts = std::mem::take(&mut explained.drafts);
            *judged = Judged::Lettered(Box::new(matched(book, remittances[number].0, drafts, chosen, confidence)));
        }
    }
    let rivals = rivals(&judged, &pending);
    let left = |position: usize, explained: Explained| {
        Verdict::Unmatched(suggestion(&night, position, explained, (&settled_by, &rivals)))
    };
    let verdict = |(position, judged): (usize, Judged)| match judged {
        Judged::Lettered(found) => Verdict::Match(*found),
        Judged::Explained { explained, .. } => left(position, *explained),
        // All that were put off had their turn.
        Judged::Deferred => left(position, Explained::default()),
    };
    let mut verdicts: Vec<Verdict> = judged.into_par_iter().enumerate().map(verdict).collect();
    for (number, by_people) in by_people {
        pending.push(number);
        verdicts.push(by_people);
    }
    Unplaced { verdicts, numbers: pending }
}

/// Verdicts in the order in which they were made.
pub(super) struct Unplaced {
    verdicts: Vec<Verdict>,
    /// The number of the remittance of each.
    numbers: Vec<usize>,
}

impl Unplaced {
    /// Each goes to the place of its remittance, where they are.
    pub(super) fn in_place(self) -> Vec<Verdict> {
        let Self { mut verdicts, mut numbers } = self;
        for at in 0..verdicts.len() {
            while numbers[at] != at {
                let to = numbers[at];
                verdicts.swap(at, to);
                numbers.swap(at, to);
            }
        }
        verdicts
    }
}

/// By item, the remittances that claim it, in booking order: of the items of those that only others' claims
/// keep from being lettered.
fn rivals(judged: &[Judged], pending: &[usize]) -> FxHashMap<u32, Vec<usize>> {
    let contested = judged.iter().filter_map(Judged::passing).flat_map(|best| &best.uses);
    let contested: FxHashSet<u32> = contested.map(|used| used.item).collect();
    let claims = judged.par_iter().zip(pending).flat_map_iter(|(judged, number)| {
        let items = judged.claims().flat_map(|draft| &draft.uses).map(|used| used.item);
        items.filter(|item| contested.contains(item)).map(|item| (item, *number))
    });
    let mut claims: Vec<(u32, usize)> = claims.collect();
    claims.sort_unstable();
    claims.dedup();
    let of_item = claims.chunk_by(|a, b| a.0 == b.0);
    of_item.map(|claims| (claims[0].0, claims.iter().map(|(_, number)| *number).collect())).collect()
}

/// No remittance.
const NOBODY: u32 = u32::MAX;

/// Why the oldest of several equal explanations was chosen.
const IMPUTATION: &str =
    "several items fit alike and the debtor named none: due before not due, then the oldest (art. 1342-10 code civil)";

impl Night<'_> {
    /// Explains the remittance at that place with the `debts` of now; before the last turn, only one that
    /// names something by its whole number.
    fn judge(&self, position: usize, debts: &mut Debts<'_>, turn: Turn) -> Judged {
        let reading = self.readings.at(position);
        let is_told = self.told == Some(reading.facts.number);
        let Some(mut explained) = explain(debts, &reading, is_told, turn < Turn::Rest) else { return Judged::Deferred };
        // What is neither claimed nor listed is not kept: there are a million of them.
        let claimed = explained.drafts.iter().rposition(|d| d.confidence >= CLAIM_MIN).map_or(0, |last| last + 1);
        let listed = match self.settings.ties {
            // The law looks at all that tie, however improbable each is.
            Ties::Oldest => usize::MAX,
            Ties::Person if !reading.facts.has_rejected => SUGGESTIONS_MAX + 1,
            Ties::Person => LISTED_MAX,
        };
        let kept = explained.drafts.len().min(claimed.max(listed));
        explained.drafts.truncate(kept);
        explained.drafts.shrink_to_fit();
        let best = explained.drafts.first().filter(|best| best.confidence >= self.settings.auto);
        let passes = best.is_some_and(|best| gate(self.book, reading.facts, &explained, best).is_none());
        Judged::Explained { explained: Box::new(explained), passes }
    }

    /// Explains those that were put off.
    fn judge_deferred(&self, judged: &mut [Judged], open: &[i64]) {
        let deferred = judged.par_iter_mut().enumerate().filter(|(_, judged)| matches!(judged, Judged::Deferred));
        let debts = || Debts::new(self.book, open);
        deferred.for_each_init(debts, |debts, (position, judged)| *judged = self.judge(position, debts, Turn::Rest));
    }
}

/// The remittances that are lettered this round by their best draft: position among the pending, and
/// probability.
fn accept(
    night: &Night<'_>,
    turn: Turn,
    pending: &[usize],
    judged: &[Judged],
    open: &[i64],
    solved: &mut [u64],
) -> Vec<(usize, Confidence)> {
    let passes = |position: usize| judged[position].passing().is_some_and(|best| Turn::of(best) <= turn);
    let claims = judged.par_iter().enumerate().flat_map_iter(|(position, j)| {
        let claiming = j.claims().filter(move |d| Turn::of(d) <= turn.claims() && !d.is_by_amount_alone());
        claiming.flat_map(move |d| d.uses.iter().map(move |u| (u.item, short(position))))
    });
    // Those of a group in booking order.
    let members = grouped(judged.len(), claims.collect(), |position| pending[position as usize]);
    // A group of which nothing changed settles what it settled before: nothing.
    let changed: Vec<(&[Member], u64)> = members
        .par_chunk_by(|a, b| a.group == b.group)
        .map(|group| (group, named_group(group.iter().map(|m| m.order))))
        .filter(|(group, name)| group.iter().any(|m| solved[m.order] != *name))
        .collect();
    for (group, name) in &changed {
        group.iter().for_each(|member| solved[member.order] = *name);
    }
    changed
        .into_par_iter()
        .flat_map_iter(|(group, _)| {
            let group: Vec<usize> = group.iter().map(|member| member.position as usize).collect();
            match group[..] {
                [only] if passes(only) => vec![(only, judged[only].drafts()[0].confidence)],
                [_] => Vec::new(),
                _ => solve_group(night, turn, &group, judged, &passes, open),
            }
        })
        .collect()
}

/// What tells one group of remittances from another; never 0.
fn named_group(numbers: impl Iterator<Item = usize>) -> u64 {
    let mut hasher = FxHasher::default();
    numbers.for_each(|number| hasher.write_usize(number));
    hasher.finish() | 1
}

/// Solves remittances that claim the same items; those whose choice stands out are accepted.
fn solve_group(
    night: &Night<'_>,
    turn: Turn,
    group: &[usize],
    judged: &[Judged],
    passes: &dyn Fn(usize) -> bool,
    open: &[i64],
) -> Vec<(usize, Confidence)> {
    // Who claims what, by item: a group may have thousands of members, and each asks.
    let claims = LazyCell::new(|| {
        let claims = group.iter().flat_map(|p| judged[*p].claims().flat_map(|draft| &draft.uses).map(|used| (used.item, *p)));
        let mut claims: Vec<(u32, usize)> = claims.collect();
        claims.sort_unstable();
        claims
    });
    let is_claimed = |item: u32, position: usize| {
        let from = claims.partition_point(|(claimed, _)| *claimed < item);
        claims[from..].iter().take_while(|(claimed, _)| *claimed == item).any(|(_, by)| *by != position)
    };
    let is_undermined = |p: usize| is_undermined(night, open, &judged[p].drafts()[0], p, &|item| is_claimed(item, p));
    let asked: Vec<bool> = group.iter().map(|p| passes(*p) && !is_undermined(*p)).collect();
    if !asked.contains(&true) {
        return Vec::new();
    }
    let says = |position: usize| {
        let remittance = night.readings.at(position).facts.remittance;
        (&remittance.unstructured, &remittance.documents, &remittance.creditor_references)
    };
    // The same text for the same items: it was sent twice, and the earlier one pays.
    let mut sent: Vec<_> = group.iter().filter_map(|p| Some((&judged[*p].drafts().first()?.uses, says(*p)))).collect();
    sent.sort_unstable();
    let is_twice = |p: usize, draft: &Draft| {
        let own = (&draft.uses, says(p));
        sent.partition_point(|other| *other <= own) > 1 + sent.partition_point(|other| *other < own)
    };
    // Items that several name by their whole numbers, and pay to the cent, with what else they pay.
    let clear = group.iter().filter_map(|p| judged[*p].drafts().first()).filter(|d| d.fit.is_exact() && d.is_given_whole());
    let mut named: Vec<u32> = clear.flat_map(|draft| draft.uses.iter().map(|used| used.item)).collect();
    named.sort_unstable();
    let is_named_twice = |item: u32| named.partition_point(|n| *n <= item) > 1 + named.partition_point(|n| *n < item);
    let duplicate = night.settings.weights.duplicate;
    let of = |p: &usize| choices(turn, &judged[*p], duplicate, &|draft| is_twice(*p, draft), &is_named_twice);
    let choices: Vec<Vec<Choice>> = group.iter().map(of).collect();
    let component = Component { choices, open: &|item| open[item as usize] };
    let Some(solution) = component.solve(&asked) else { return Vec::new() };
    let mut accepted = Vec::new();
    for (member, position) in group.iter().enumerate() {
        let Some(regret) = solution.regrets[member] else { continue };
        // Only the explanation that is best on its own passed the gates.
        let confidence = of_regret(regret).min(judged[*position].drafts()[0].confidence);
        if solution.chosen[member] == 0 && confidence >= night.settings.auto {
            accepted.push((*position, confidence));
        }
    }
    put_off_last_parts(night.book, open, judged, &mut accepted);
    accepted
}

/// Puts off the last part of an item where all of them leave so little of it that it may be rounding or charges: that is
/// weighed against what is open once the others are taken off.
fn put_off_last_parts(book: &Book<'_>, open: &[i64], judged: &[Judged], accepted: &mut Vec<(usize, Confidence)>) {
    let little = book.rounding.max(book.charges);
    let uses = |position: usize| judged[position].drafts()[0].uses.iter();
    let is_part = |position: usize| judged[position].drafts()[0].fit == Fit::Partial;
    let leaves_little = |item: u32| {
        let taken = accepted.iter().flat_map(|(position, _)| uses(*position)).filter(|used| used.item == item);
        let (parts, sum) = taken.fold((0, 0), |(parts, sum), used| (parts + 1, sum + used.applied));
        parts > 1 && (1..=little).contains(&(open[item as usize] - sum))
    };
    let mut put_off: Vec<u32> = Vec::new();
    let mut later = vec![false; accepted.len()];
    for (at, (position, _)) in accepted.iter().enumerate().rev().filter(|(_, (position, _))| is_part(*position)) {
        let item = uses(*position).map(|used| used.item).find(|item| !put_off.contains(item) && leaves_little(*item));
        later[at] = item.is_some();
        put_off.extend(item);
    }
    let mut at = 0..;
    accepted.retain(|_| at.next().is_none_or(|at: usize| !later[at]));
}

/// A set of items that the text does not name is what a debtor would pay if nothing else had come
/// from it. Where another remittance may have paid one of them, and the debtor owes the same for another
/// item, the set may be another one of the same sum. Without such a twin, it would be so by mere chance.
fn is_undermined(night: &Night<'_>, open: &[i64], best: &Draft, position: usize, is_claimed: &dyn Fn(u32) -> bool) -> bool {
    if !best.has_unnamed || best.uses.len() < 2 || best.is_range && !best.leaves_out {
        return false;
    }
    let book = night.book;
    let citations = night.readings.at(position).citations;
    let is_named = |item: u32| citations.iter().any(|citation| citation.item == item && citation.weight >= STRONG_CB);
    // Explanations have their items in order.
    let is_own = |item: u32| best.uses.binary_search_by_key(&item, |own| own.item).is_ok();
    let own = best.uses.iter().map(|used| used.item).filter(|item| !is_named(*item) && is_claimed(*item));
    let mut contested: Vec<(usize, i64)> = own.map(|item| (book.debtor(item), open[item as usize])).collect();
    contested.sort_unstable();
    contested.dedup();
    contested.chunk_by(|a, b| a.0 == b.0).any(|amounts| {
        let debtor = amounts[0].0;
        book.of(debtor).any(|twin| amounts.binary_search(&(debtor, open[twin as usize])).is_ok() && !is_own(twin))
    })
}

/// The drafts worth a claim, then "nothing that is open", then "paid twice": all of it, or of a list one item that another
/// remittance names as clearly, for the earlier one pays.
fn choices(
    turn: Turn,
    judged: &Judged,
    duplicate: i64,
    is_twice: &dyn Fn(&Draft) -> bool,
    is_named_twice: &dyn Fn(u32) -> bool,
) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for draft in judged.claims() {
        if Turn::of(draft) <= turn.claims() {
            let takes = draft.uses.iter().map(|u| (u.item, u.applied)).collect();
            choices.push(Choice { score: draft.lines.score, takes, closed_before: Vec::new() });
        }
    }
    let unpaid = judged.explained().map_or(0, |explained| explained.unpaid.weight);
    choices.push(Choice { score: unpaid, takes: Vec::new(), closed_before: Vec::new() });
    let Some(best) = judged.drafts().first().filter(|best| best.fit.is_exact()) else { return choices };
    let all: Vec<u32> = best.uses.iter().map(|u| u.item).collect();
    let one = all.iter().filter(|item| all.len() > 1 && best.is_given_whole() && is_named_twice(**item));
    let mut twice: Vec<Vec<u32>> = one.map(|item| vec![*item]).collect();
    if best.is_fully_named() || best.is_named() && is_twice(best) {
        twice.push(all);
    }
    let score = best.lines.score + duplicate;
    choices.extend(twice.into_iter().map(|closed_before| Choice { score, takes: Vec::new(), closed_before }));
    choices
}
