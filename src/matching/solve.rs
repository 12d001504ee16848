//! All remittances of a contract at once: an item is paid once.
//!
//! Remittances that can take one another's items are solved together, exactly, by branch and bound
//! under an operation bound. For each remittance the regret is recorded: how much worse the best
//! solution is that does not choose the same for it. A component that is not solved to the optimum
//! settles nothing.

use rayon::prelude::*;

use crate::groups::Groups;

/// Steps of one search. Eight remittances with four choices each, none of which can be ruled out,
/// take at most 4^0 + … + 4^8 = 87 381 steps; nine can take 349 525, and go to a person then.
const STEPS_MAX: u64 = 200_000;

/// Regrets are not followed further than this: 2^-24 is less than the millionth in which
/// probabilities are told.
const REGRET_MAX: i64 = 2_400;

/// The search was cut short.
#[derive(Debug)]
struct BoundReached;

/// One way to explain one remittance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Choice {
    /// Weight, in hundredths of a bit.
    pub score: i64,
    /// What it takes of each item, in minor units and with the sign of the item.
    pub takes: Vec<(u32, i64)>,
    /// It takes nothing, but holds only when earlier remittances have closed all these items.
    pub closed_before: Vec<u32>,
}

/// The remittances of one component, in booking order, each with its choices.
pub(super) struct Component<'a> {
    pub choices: Vec<Vec<Choice>>,
    /// What is open of each item.
    pub open: &'a dyn Fn(u32) -> i64,
}

/// The best solution.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Solution {
    /// Index of the choice of each remittance.
    pub chosen: Vec<usize>,
    /// Sum of the scores.
    pub score: i64,
    /// For each remittance that was asked for, how much the best other solution is worse, up to
    /// [`REGRET_MAX`].
    pub regrets: Vec<Option<i64>>,
}

impl Component<'_> {
    /// The best choice for every remittance, and the regret of those asked for; `None` when a
    /// bound was reached.
    pub(super) fn solve(&self, asked: &[bool]) -> Option<Solution> {
        let (choices, open) = self.by_place();
        let (score, chosen) = best(&choices, open.clone(), None, i64::MIN).ok()??;
        let mut regrets = vec![None; self.choices.len()];
        for (remittance, _) in asked.iter().enumerate().filter(|(_, asked)| **asked) {
            let forbidden = Some((remittance, chosen[remittance]));
            let other = best(&choices, open.clone(), forbidden, score - REGRET_MAX).ok()?;
            regrets[remittance] = Some(other.map_or(REGRET_MAX, |(other, _)| score - other));
        }
        Some(Solution { chosen, score, regrets })
    }

    /// The choices with each item by its place among all of the component's, and what is open of each
    /// place.
    fn by_place(&self) -> (Vec<Vec<Choice>>, Vec<i64>) {
        let all = self.choices.iter().flatten();
        let mut items: Vec<u32> =
            all.flat_map(|c| c.takes.iter().map(|(item, _)| *item).chain(c.closed_before.iter().copied())).collect();
        items.sort_unstable();
        items.dedup();
        let place = |item: u32| items.binary_search(&item).map_or(0, |at| u32::try_from(at).unwrap_or(0));
        let choice = |choice: &Choice| Choice {
            score: choice.score,
            takes: choice.takes.iter().map(|(item, amount)| (place(*item), *amount)).collect(),
            closed_before: choice.closed_before.iter().map(|item| place(*item)).collect(),
        };
        let choices = self.choices.iter().map(|own| own.iter().map(choice).collect()).collect();
        (choices, items.iter().map(|item| (self.open)(*item)).collect())
    }
}

/// The best solution without one forbidden choice that is better than `floor`, if there is any; ties go
/// to the choices listed first.
fn best(
    choices: &[Vec<Choice>],
    open: Vec<i64>,
    forbidden: Option<(usize, usize)>,
    floor: i64,
) -> Result<Option<(i64, Vec<usize>)>, BoundReached> {
    let mut bounds = vec![0_i64; choices.len() + 1];
    for (index, choices) in choices.iter().enumerate().rev() {
        let allowed = choices.iter().enumerate().filter(|(choice, _)| forbidden != Some((index, *choice)));
        bounds[index] = bounds[index + 1] + allowed.map(|(_, c)| c.score).max().unwrap_or(0);
    }
    let mut search = Search { choices, forbidden, bounds, left: open, path: Vec::new(), best: None, floor, steps: 0 };
    search.run();
    if search.steps > STEPS_MAX { Err(BoundReached) } else { Ok(search.best) }
}

struct Search<'a> {
    choices: &'a [Vec<Choice>],
    forbidden: Option<(usize, usize)>,
    /// At most that much can still be added from each remittance on.
    bounds: Vec<i64>,
    /// What is left of each item of the component, by its place.
    left: Vec<i64>,
    path: Vec<usize>,
    best: Option<(i64, Vec<usize>)>,
    /// Nothing is looked for that is not better than this.
    floor: i64,
    steps: u64,
}

impl Search<'_> {
    /// Depth first, without recursion: a component may have as many remittances as there are.
    fn run(&mut self) {
        let choices = self.choices;
        let mut score = 0;
        if !self.is_worth_entering(score) {
            return;
        }
        // Of each remittance of the path and the one behind it, the choice to be tried next.
        let mut next = vec![0];
        while let Some(from) = next.last().copied() {
            let remittance = next.len() - 1;
            let own = &choices[remittance];
            let is_allowed = |index: &usize| self.forbidden != Some((remittance, *index)) && self.is_possible(&own[*index]);
            let Some(index) = (from..own.len()).find(is_allowed) else {
                next.pop();
                score -= self.step_back();
                continue;
            };
            next[remittance] = index + 1;
            self.take(&own[index], 1);
            self.path.push(index);
            score += own[index].score;
            if self.is_worth_entering(score) {
                next.push(0);
            } else if self.steps > STEPS_MAX {
                return;
            } else {
                score -= self.step_back();
            }
        }
    }

    /// Counts a step; whether the path may lead to something better. A whole path that is better is kept.
    fn is_worth_entering(&mut self, score: i64) -> bool {
        self.steps += 1;
        let remittance = self.path.len();
        if self.steps > STEPS_MAX || score + self.bounds[remittance] <= self.floor {
            return false;
        }
        if remittance == self.choices.len() {
            self.floor = score;
            self.best = Some((score, self.path.clone()));
            return false;
        }
        true
    }

    /// Undoes the last choice of the path; its score.
    fn step_back(&mut self) -> i64 {
        let Some(index) = self.path.pop() else { return 0 };
        let choices = self.choices;
        let choice = &choices[self.path.len()][index];
        self.take(choice, -1);
        choice.score
    }

    /// Takes from the items, or gives back with a sign of -1.
    fn take(&mut self, choice: &Choice, sign: i64) {
        for (place, amount) in &choice.takes {
            self.left[*place as usize] -= sign * amount;
        }
    }

    fn is_possible(&self, choice: &Choice) -> bool {
        let left = |place: u32| self.left[place as usize];
        choice.takes.iter().all(|(place, amount)| amount.abs() <= left(*place).abs() && amount.signum() == left(*place).signum())
            && choice.closed_before.iter().all(|place| left(*place) == 0)
    }
}

/// A remittance in its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Member {
    /// The first position in the group stands for it.
    pub group: usize,
    /// Its place in booking order.
    pub order: usize,
    pub position: u32,
}

/// Groups remittances that share an item, directly or through others: members of a group follow one
/// another, in booking order. Each claim is an item, and a remittance that may take of it; what claims
/// nothing is in no group.
pub(super) fn grouped(count: usize, mut claims: Vec<(u32, u32)>, order: impl Fn(u32) -> usize + Sync) -> Vec<Member> {
    claims.par_sort_unstable();
    let mut groups = Groups::alone(count);
    for same in claims.chunk_by(|a, b| a.0 == b.0) {
        for other in &same[1..] {
            groups.join(same[0].1 as usize, other.1 as usize);
        }
    }
    let mut positions: Vec<u32> = claims.into_iter().map(|(_, position)| position).collect();
    positions.par_sort_unstable();
    positions.dedup();
    let member = |position: u32| Member { group: groups.of(position as usize), order: order(position), position };
    let mut members: Vec<Member> = positions.into_iter().map(member).collect();
    members.par_sort_unstable();
    members
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Tries everything.
    fn oracle(choices: &[Vec<Choice>], open: &[i64], forbidden: Option<(usize, usize)>) -> Option<i64> {
        fn go(choices: &[Vec<Choice>], at: usize, left: &mut Vec<i64>, forbidden: Option<(usize, usize)>) -> Option<i64> {
            let Some(own) = choices.get(at) else { return Some(0) };
            let mut best = None;
            for (index, choice) in own.iter().enumerate() {
                if forbidden == Some((at, index)) || choice.closed_before.iter().any(|i| left[*i as usize] != 0) {
                    continue;
                }
                let before = left.clone();
                let fits = choice.takes.iter().all(|(i, a)| {
                    let ok = *a > 0 && *a <= left[*i as usize];
                    left[*i as usize] -= a;
                    ok
                });
                if fits && let Some(rest) = go(choices, at + 1, left, forbidden) {
                    best = best.max(Some(rest + choice.score));
                }
                *left = before;
            }
            best
        }
        go(choices, 0, &mut open.to_vec(), forbidden)
    }

    fn choice() -> impl Strategy<Value = Choice> {
        // Scores are coarse and few, so that ties are many.
        (-3_i64..4, prop::collection::btree_map(0_u32..4, 1_i64..4, 0..3), prop::collection::vec(0_u32..4, 0..2)).prop_map(
            |(score, takes, closed)| {
                let takes: Vec<(u32, i64)> = takes.into_iter().collect();
                let closed_before = if takes.is_empty() { closed } else { Vec::new() };
                Choice { score: score * 100, takes, closed_before }
            },
        )
    }

    #[test]
    fn a_component_may_be_as_long_as_a_night() {
        let instalment = || vec![Choice { score: 100, takes: vec![(7, 1)], closed_before: Vec::new() }];
        let component = Component { choices: (0..150_000).map(|_| instalment()).collect(), open: &|_| 150_000 };
        let solution = component.solve(&vec![false; 150_000]).unwrap();
        assert_eq!((solution.score, solution.chosen.len()), (15_000_000, 150_000));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(10_000))]

        #[test]
        fn the_solver_agrees_with_trying_everything(
            mut choices in prop::collection::vec(prop::collection::vec(choice(), 1..4), 1..5),
            open in prop::collection::vec(1_i64..5, 4),
        ) {
            for own in &mut choices {
                own.push(Choice { score: -500, takes: Vec::new(), closed_before: Vec::new() });
            }
            let component = Component { choices: choices.clone(), open: &|i| open[i as usize] };
            let solution = component.solve(&vec![true; choices.len()]).unwrap();
            prop_assert_eq!(Some(solution.score), oracle(&choices, &open, None));
            for (remittance, regret) in solution.regrets.iter().enumerate() {
                let other = oracle(&choices, &open, Some((remittance, solution.chosen[remittance])));
                prop_assert_eq!(*regret, Some(other.map_or(REGRET_MAX, |other| (solution.score - other).min(REGRET_MAX))));
            }
        }
    }
}
