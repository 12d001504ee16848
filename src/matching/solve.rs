//! All remittances of a contract at once: an item is paid once.
//!
//! Remittances that can take one another's items are solved together, exactly, by branch and bound
//! under an operation bound; where items are claimed by many, prices on them (Lagrange's bound) tell
//! early what cannot be better. For each remittance the regret is recorded: how much worse the best
//! solution is that does not choose the same for it. A component that is not solved to the optimum
//! settles nothing.

use std::cell::OnceCell;
use std::cmp::Reverse;

use rayon::prelude::*;

use crate::groups::Groups;

/// Steps of one search. Eight remittances with four choices each, none of which can be ruled out,
/// take at most 4^0 + … + 4^8 = 87 381 steps; nine can take 349 525, and go to a person then. With prices,
/// the best is searched for once, and then the first that is as good.
const STEPS_MAX: u64 = 200_000;
/// Steps of a search before prices are made for it, and as many more for each remittance.
const STEPS_BEFORE_PRICES: u64 = 1_000;
const STEPS_EACH_BEFORE_PRICES: u64 = 4;
/// Prices are told in so many parts of a hundredth of a bit: equal solutions must not look like better ones.
const PRICE_UNITS: i64 = 256;
/// The first step by which prices are changed: two bits for each time that an item is claimed.
const FIRST_PRICE_STEP: i64 = 200 * PRICE_UNITS;
/// No price is higher: no explanation weighs as much.
const PRICE_MOST: i64 = 100_000 * PRICE_UNITS;

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
        let free = Bounds::new(&choices, &open, &vec![0; open.len()]);
        let priced = OnceCell::new();
        let few_steps = STEPS_BEFORE_PRICES + STEPS_EACH_BEFORE_PRICES * choices.len() as u64;
        let best = |forbidden, floor| {
            // Most are solved at once; items that many claim need prices.
            best(&choices, &open, forbidden, floor, &free, Order::Listed, few_steps.min(STEPS_MAX)).or_else(|BoundReached| {
                let priced = priced.get_or_init(|| Bounds::new(&choices, &open, &prices(&choices, &open)));
                let Some((score, _)) = best(&choices, &open, forbidden, floor, priced, Order::Net, STEPS_MAX)? else {
                    return Ok(None);
                };
                // Of the equally good ones, the first.
                best(&choices, &open, forbidden, score - 1, priced, Order::Listed, STEPS_MAX)
            })
        };
        let (score, chosen) = best(None, i64::MIN).ok()??;
        let mut regrets = vec![None; self.choices.len()];
        for (remittance, _) in asked.iter().enumerate().filter(|(_, asked)| **asked) {
            let other = best(Some((remittance, chosen[remittance])), score - REGRET_MAX).ok()?;
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

/// The most that choices can add up to.
///
/// With a price on each item, what remittances get is at most the sum of the prices, and of each the best
/// choice less the price of what it takes, whatever the prices are: Lagrange's bound. Without prices,
/// all remittances may have what they like best, though there is not enough for all.
struct Bounds {
    /// What each choice is worth less the price of what it takes, in [`PRICE_UNITS`].
    net: Vec<Vec<i64>>,
    /// The prices of all items together.
    items: i64,
}

/// In which order choices are tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    /// As they are listed: of equally good solutions, the first is found.
    Listed,
    /// By what they are worth less the prices: something good is found early.
    Net,
}

impl Bounds {
    fn new(choices: &[Vec<Choice>], open: &[i64], prices: &[i64]) -> Self {
        let net = |choice: &Choice| choice.score * PRICE_UNITS - price_of(choice, open, prices);
        Self { net: choices.iter().map(|own| own.iter().map(net).collect()).collect(), items: prices.iter().sum() }
    }

    /// The choices of each remittance, those worth most so first.
    fn by_net(&self) -> Vec<Vec<usize>> {
        let order = |own: &Vec<i64>| {
            let mut order: Vec<usize> = (0..own.len()).collect();
            order.sort_by_key(|choice| Reverse(own[*choice]));
            order
        };
        self.net.iter().map(order).collect()
    }
}

/// The price of what a choice takes, by the share of what is open; rounded down, so that all together
/// never pay more than the price of an item. What takes more than is open is never chosen.
fn price_of(choice: &Choice, open: &[i64], prices: &[i64]) -> i64 {
    let share = |(place, amount): &(u32, i64)| {
        let (price, open) = (i128::from(prices[*place as usize]), i128::from(open[*place as usize].abs()));
        i64::try_from(price * i128::from(amount.abs()) / open.max(1)).map_or(PRICE_MOST, |share| share.min(PRICE_MOST))
    };
    choice.takes.iter().map(share).sum()
}

/// Prices under which the bound is low: items of which more is claimed than is open become dearer, the
/// others cheaper, by smaller and smaller steps.
fn prices(choices: &[Vec<Choice>], open: &[i64]) -> Vec<i64> {
    let mut prices = vec![0_i64; open.len()];
    let (mut lowest, mut best) = (i64::MAX, prices.clone());
    let mut step = FIRST_PRICE_STEP;
    while step > 0 {
        let bounds = Bounds::new(choices, open, &prices);
        let mut claimed = vec![0_i64; open.len()];
        let mut bound = bounds.items;
        for (own, net) in choices.iter().zip(&bounds.net) {
            let Some((choice, most)) = own.iter().zip(net).rev().max_by_key(|(_, net)| **net) else { continue };
            bound += most;
            for (place, amount) in &choice.takes {
                let claimed = &mut claimed[*place as usize];
                *claimed = claimed.saturating_add(amount.abs());
            }
        }
        if bound < lowest {
            (lowest, best) = (bound, prices.clone());
        }
        for ((price, claimed), open) in prices.iter_mut().zip(claimed).zip(open) {
            // By how often too much is claimed: of twelve that want one item, eleven must want another.
            let open = i128::from(open.abs().max(1));
            let change = i128::from(step) * (i128::from(claimed) - open) / open;
            *price = (*price + i64::try_from(change).unwrap_or(0)).clamp(0, PRICE_MOST);
        }
        step -= (step / 16).max(1);
    }
    best
}

/// The best solution without one forbidden choice that is better than `floor`, if there is any; ties go
/// to the choices listed first.
fn best(
    choices: &[Vec<Choice>],
    open: &[i64],
    forbidden: Option<(usize, usize)>,
    floor: i64,
    bounds: &Bounds,
    order: Order,
    steps_max: u64,
) -> Result<Option<(i64, Vec<usize>)>, BoundReached> {
    let mut most = vec![bounds.items; choices.len() + 1];
    for (index, net) in bounds.net.iter().enumerate().rev() {
        let allowed = net.iter().enumerate().filter(|(choice, _)| forbidden != Some((index, *choice)));
        most[index] = most[index + 1] + allowed.map(|(_, net)| *net).max().unwrap_or(0);
    }
    let by_net = (order == Order::Net).then(|| bounds.by_net());
    let (left, path) = (open.to_vec(), Vec::new());
    let mut search = Search { choices, forbidden, bounds, by_net, most, left, path, best: None, floor, steps: 0, steps_max };
    search.run();
    if search.steps > steps_max { Err(BoundReached) } else { Ok(search.best) }
}

struct Search<'a> {
    choices: &'a [Vec<Choice>],
    forbidden: Option<(usize, usize)>,
    bounds: &'a Bounds,
    /// The order in which the choices of each remittance are tried; else as they are listed.
    by_net: Option<Vec<Vec<usize>>>,
    /// From each remittance on, at most that much can be added to what those of the path are worth so.
    most: Vec<i64>,
    /// What is left of each item of the component, by its place.
    left: Vec<i64>,
    path: Vec<usize>,
    best: Option<(i64, Vec<usize>)>,
    /// Nothing is looked for that is not better than this.
    floor: i64,
    steps: u64,
    steps_max: u64,
}

/// What the choices of a path are worth, and what they are worth less the prices.
type Worth = (i64, i64);

impl Search<'_> {
    /// Depth first, without recursion: a component may have as many remittances as there are.
    fn run(&mut self) {
        let choices = self.choices;
        let (mut score, mut net) = (0, 0);
        if !self.is_worth_entering((score, net)) {
            return;
        }
        // Of each remittance of the path and the one behind it, the choice to be tried next.
        let mut next = vec![0];
        while let Some(from) = next.last().copied() {
            let remittance = next.len() - 1;
            let own = &choices[remittance];
            let placed = |at: usize| self.by_net.as_ref().map_or(at, |by_net| by_net[remittance][at]);
            let is_allowed = |index: usize| self.forbidden != Some((remittance, index)) && self.is_possible(&own[index]);
            let Some(at) = (from..own.len()).find(|at| is_allowed(placed(*at))) else {
                next.pop();
                let before = self.step_back();
                (score, net) = (score - before.0, net - before.1);
                continue;
            };
            let index = placed(at);
            next[remittance] = at + 1;
            self.take(&own[index], 1);
            self.path.push(index);
            (score, net) = (score + own[index].score, net + self.bounds.net[remittance][index]);
            if self.is_worth_entering((score, net)) {
                next.push(0);
            } else if self.steps > self.steps_max {
                return;
            } else {
                let before = self.step_back();
                (score, net) = (score - before.0, net - before.1);
            }
        }
    }

    /// Counts a step; whether the path may lead to something better. A whole path that is better is kept.
    fn is_worth_entering(&mut self, (score, net): Worth) -> bool {
        self.steps += 1;
        let remittance = self.path.len();
        let most = (net + self.most[remittance]).div_euclid(PRICE_UNITS);
        if self.steps > self.steps_max || most <= self.floor {
            return false;
        }
        if remittance == self.choices.len() {
            if score > self.floor {
                self.floor = score;
                self.best = Some((score, self.path.clone()));
            }
            return false;
        }
        true
    }

    /// Undoes the last choice of the path: what it was worth.
    fn step_back(&mut self) -> Worth {
        let Some(index) = self.path.pop() else { return (0, 0) };
        let (choices, remittance) = (self.choices, self.path.len());
        let choice = &choices[remittance][index];
        self.take(choice, -1);
        (choice.score, self.bounds.net[remittance][index])
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
/// another, in booking order. Each claim is an item, and a remittance that may take of it, those of a
/// remittance after one another; what claims nothing is in no group.
pub(super) fn grouped(count: usize, mut claims: Vec<(u32, u32)>, order: impl Fn(u32) -> usize + Sync) -> Vec<Member> {
    let mut positions: Vec<u32> = claims.par_iter().map(|(_, position)| *position).collect();
    positions.dedup();
    claims.par_sort_unstable();
    let mut groups = Groups::alone(count);
    for same in claims.chunk_by(|a, b| a.0 == b.0) {
        for other in &same[1..] {
            groups.join(same[0].1 as usize, other.1 as usize);
        }
    }
    drop(claims);
    let member = |position: u32| Member { group: groups.of(position as usize), order: order(position), position };
    let mut members: Vec<Member> = positions.into_par_iter().map(member).collect();
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

    #[test]
    fn prices_solve_what_many_claim() {
        // Twelve remittances that like the same six items almost alike: millions of ways without prices.
        let choices: Vec<Vec<Choice>> = (0..12)
            .map(|remittance| {
                let likes = |item: u32| Choice {
                    score: 900 - (remittance * i64::from(item)) % 7,
                    takes: vec![(item, 500)],
                    closed_before: Vec::new(),
                };
                (0..6).map(likes).chain([Choice { score: 0, takes: Vec::new(), closed_before: Vec::new() }]).collect()
            })
            .collect();
        let open = vec![500; 6];
        let free = Bounds::new(&choices, &open, &[0; 6]);
        assert!(best(&choices, &open, None, i64::MIN, &free, Order::Listed, STEPS_MAX).is_err());
        let component = Component { choices, open: &|item| open[item as usize] };
        assert_eq!(component.solve(&[true; 12]).unwrap().score, 5_397);
    }

    proptest! {
        #[test]
        fn whatever_the_prices_the_solution_is_the_same(
            choices in prop::collection::vec(prop::collection::vec(choice(), 1..5), 1..6),
            open in prop::collection::vec(1_i64..5, 4),
            any_prices in prop::collection::vec(0_i64..60_000, 4),
        ) {
            let with = |prices: &[i64], order| {
                best(&choices, &open, None, i64::MIN, &Bounds::new(&choices, &open, prices), order, STEPS_MAX).unwrap()
            };
            let free = with(&[0; 4], Order::Listed);
            for prices in [any_prices, prices(&choices, &open)] {
                prop_assert_eq!(&with(&prices, Order::Listed), &free);
                prop_assert_eq!(with(&prices, Order::Net).map(|(score, _)| score), free.as_ref().map(|(score, _)| *score));
            }
        }
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
