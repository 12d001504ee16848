//! An invented trade: debtors, open items, a week of bank statements, and the truth of who paid what.
//!
//! Every habit of payers and every damage of banks is a dial. The same seed gives the same world.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::bank::{cents, creditor_reference, day, iban, statement};
use super::damage::{around, damaged, rarely_around, rarely_damaged, rarely_listed};
pub use super::dials::{Dials, Habit};
use super::names;
use super::random::Random;

/// What a remittance pays in truth.
#[derive(Clone, Debug)]
pub struct Truth {
    pub bank_reference: String,
    pub habit: Habit,
    /// Whether somebody who sees the ledger and the statements only could know.
    pub knowable: bool,
    pub amount: i64,
    /// Items and what is settled of each, in cents.
    pub lines: Vec<(String, i64)>,
}

/// A whole world as files.
pub struct World {
    pub pipeline: String,
    pub invoices: String,
    pub debtors: String,
    /// Names and contents.
    pub statements: Vec<(String, String)>,
    pub truth: Vec<Truth>,
    /// The last day of the statements.
    pub business_date: String,
}

/// First day of the statements.
const FIRST_DAY: i64 = 20_607; // 2026-06-03
pub(super) const ACCOUNT: &str = "FR7630006000011234567890189";

struct Debtor {
    id: String,
    name: String,
    iban: Option<String>,
    country: &'static str,
    recurring: Option<i64>,
    items: Vec<usize>,
    touched: bool,
}

struct Item {
    number: String,
    debtor: usize,
    issue: i64,
    due: i64,
    amount: i64,
    order: Option<String>,
    rf: bool,
    discount: Option<(i64, i64)>,
    paid: bool,
}

pub(super) struct Credit {
    pub(super) amount: i64,
    pub(super) name: String,
    pub(super) iban: Option<String>,
    pub(super) text: String,
    pub(super) documents: Vec<String>,
    pub(super) rf: Option<String>,
    pub(super) cross_border: bool,
    pub(super) day: usize,
}

/// Makes a world.
pub fn world(dials: &Dials) -> World {
    let mut maker = Maker::new(dials.clone());
    maker.ledger();
    maker.payments();
    maker.files()
}

struct Maker {
    dials: Dials,
    random: Random,
    debtors: Vec<Debtor>,
    items: Vec<Item>,
    credits: Vec<(Credit, Truth)>,
    next_number: u64,
    style: u64,
}

impl Maker {
    fn new(dials: Dials) -> Self {
        let mut random = Random::new(dials.seed);
        let (style, next_number) = (random.below(4), 10_000 + random.below(60_000));
        Self { dials, random, debtors: Vec::new(), items: Vec::new(), credits: Vec::new(), next_number, style }
    }

    fn number(&mut self) -> String {
        self.next_number += 1 + self.random.below(3);
        let n = self.next_number;
        match self.style {
            0 => format!("FA2026-{n:06}"),
            1 => format!("{}", 90_000_000 + n),
            2 => format!("VTE26{n:06}"),
            _ => format!("INV-{n:07}"),
        }
    }

    fn ledger(&mut self) {
        for index in 0..self.dials.debtors {
            let (name, country) = names::company(&mut self.random);
            let iban = (self.random.percent(70)).then(|| iban(country, &mut self.random));
            let recurring = self.random.percent(self.dials.recurring).then(|| self.random.amount());
            self.debtors.push(Debtor {
                id: format!("C{:06}", 10_000 + index),
                name,
                iban,
                country,
                recurring,
                items: Vec::new(),
                touched: false,
            });
        }
        for _ in 0..self.dials.items {
            let debtor = self.random.skewed(self.debtors.len());
            let issue = FIRST_DAY - 90 + i64::try_from(self.random.below(80)).unwrap_or(0);
            let amount = match self.debtors[debtor].recurring {
                Some(amount) if self.random.percent(80) => amount,
                _ => self.random.amount(),
            };
            let order = self.random.percent(25).then(|| format!("BC{}", 1_000_000 + self.random.below(8_999_999)));
            let discount = self.random.percent(6).then(|| (1 + i64::try_from(self.random.below(2)).unwrap_or(0), FIRST_DAY + 30));
            let rf = self.random.percent(15);
            self.item(debtor, issue, amount, order, rf, discount);
        }
    }

    fn item(
        &mut self,
        debtor: usize,
        issue: i64,
        amount: i64,
        order: Option<String>,
        rf: bool,
        discount: Option<(i64, i64)>,
    ) -> usize {
        let number = if amount < 0 { format!("AV{}", self.number()) } else { self.number() };
        let due = issue + [30, 45, 60][self.random.index(3)];
        self.items.push(Item { number, debtor, issue, due, amount, order, rf, discount, paid: false });
        self.debtors[debtor].items.push(self.items.len() - 1);
        self.items.len() - 1
    }

    fn payments(&mut self) {
        let total: u64 = self.dials.habits.iter().map(|(_, w)| w).sum();
        let mut tries = 0;
        while self.credits.len() < self.dials.remittances && tries < self.dials.remittances * 20 {
            tries += 1;
            let mut at = self.random.below(total);
            let habit = self.dials.habits.iter().find(|(_, weight)| {
                let here = at < *weight;
                at = at.saturating_sub(*weight);
                here
            });
            if let Some((habit, _)) = habit {
                self.pay(*habit);
            }
        }
        // Statements of account are paid with what nothing else pays: their truth is known last.
        self.knowable();
    }

    /// Unpaid invoices of a debtor.
    fn open_of(&self, debtor: usize) -> Vec<usize> {
        self.debtors[debtor].items.iter().copied().filter(|i| !self.items[*i].paid && self.items[*i].amount > 0).collect()
    }

    fn some_debtor(&mut self, at_least: usize) -> Option<(usize, Vec<usize>)> {
        for _ in 0..40 {
            let debtor = self.random.skewed(self.debtors.len());
            // What is paid is never asked for again: large trades would walk it for ever.
            let mut items = std::mem::take(&mut self.debtors[debtor].items);
            items.retain(|i| !self.items[*i].paid);
            self.debtors[debtor].items = items;
            let open = self.open_of(debtor);
            if open.len() >= at_least {
                return Some((debtor, open));
            }
        }
        None
    }

    fn pick(&mut self, open: &[usize], count: usize) -> Vec<usize> {
        let mut rest = open.to_vec();
        let mut picked: Vec<usize> = (0..count.min(rest.len()))
            .map(|_| {
                let at = self.random.index(rest.len());
                rest.swap_remove(at)
            })
            .collect();
        picked.sort_unstable();
        picked
    }

    fn pay(&mut self, habit: Habit) {
        match habit {
            Habit::Stranger => self.stranger(),
            Habit::Closed => self.closed(),
            Habit::Several | Habit::SeveralDamaged => self.several(habit),
            Habit::Range => self.range(),
            Habit::Instalments => self.instalments(),
            Habit::CreditNote => self.credit_note(),
            Habit::StatementOfAccount => self.statement_of_account(),
            Habit::PaymentCentre => self.payment_centre(),
            _ => self.single(habit),
        }
    }

    fn single(&mut self, habit: Habit) {
        let Some((debtor, open)) = self.some_debtor(1) else { return };
        let mut item = self.pick(&open, 1)[0];
        if habit == Habit::Silent && self.dials.oldest_first > 0 && self.random.percent(self.dials.oldest_first) {
            let equal = open.iter().copied().filter(|i| self.items[*i].amount == self.items[item].amount);
            item = equal.min_by_key(|i| (self.items[*i].due, *i)).unwrap_or(item);
        }
        let (number, amount) = (self.items[item].number.clone(), self.items[item].amount);
        let mut credit = self.credit(debtor, amount);
        let mut settled = amount;
        match habit {
            Habit::Structured => credit.documents = vec![number.clone()],
            Habit::CreditorReference if self.items[item].rf => credit.rf = Some(creditor_reference(&number)),
            Habit::OrderNumber => match &self.items[item].order {
                Some(order) => credit.text = format!("CDE {order}"),
                None => return,
            },
            Habit::Damaged => {
                credit.text = self.damaged_among_words(&number);
            }
            Habit::Partial => {
                let share = [3, 5, 7, 4][self.random.index(4)];
                settled = amount * share / 10;
                if settled < 100 || amount - settled < 2_000 {
                    return;
                }
                credit.amount = settled;
                credit.text = format!("{} {number}", ["ACOMPTE", "ACPTE", "SOLDE PARTIEL", ""][self.random.index(4)]);
            }
            Habit::Discount => match self.items[item].discount {
                Some((rate, _)) => {
                    credit.amount = amount - (amount * rate + 50) / 100;
                    credit.text = format!("FACT {number}{}", ["", " ESCOMPTE", " ESCPTE"][self.random.index(3)]);
                }
                None => return,
            },
            Habit::Charges => {
                if self.debtors[debtor].country == "FR" || amount < 5_000 {
                    return;
                }
                credit.amount = amount - [500, 800, 1_000, 1_250, 1_500][self.random.index(5)];
                credit.cross_border = true;
                credit.text = format!("INVOICE {number}");
            }
            Habit::Rounding => {
                credit.amount = amount + [-5, -2, -1, 1, 2][self.random.index(5)];
                credit.text = format!("FACTURE {number}");
            }
            Habit::Excess => {
                credit.amount = amount + [1_000, 2_000, 5_000, amount / 10][self.random.index(4)];
                credit.text = format!("FACT {number}");
            }
            Habit::Silent => {
                credit.text = String::from(["VIREMENT", "REGLEMENT", "", "PAIEMENT", "LOYER"][self.random.index(5)]);
            }
            Habit::ForAnother => {
                let payer = self.random.index(self.debtors.len());
                credit = Credit { text: format!("FACTURE {number}"), ..self.credit(payer, amount) };
            }
            Habit::AlienNumber => {
                let other = self.random.index(self.items.len());
                credit.text = format!("NOTRE REF {}", self.items[other].number.trim_start_matches(|c: char| !c.is_ascii_digit()));
            }
            _ if self.is_rare() => credit.text = rarely_around(&number, &mut self.random),
            _ => credit.text = around(&number, &mut self.random),
        }
        let whole = settled == amount;
        self.items[item].paid = true;
        self.debtors[debtor].touched |= !whole;
        self.push(habit, credit, vec![(item, settled)]);
    }

    /// Whether this one is damaged in a way that is seldom seen. Where the dial says never, nothing is drawn.
    fn is_rare(&mut self) -> bool {
        self.dials.rare_damage > 0 && self.random.percent(self.dials.rare_damage)
    }

    /// A damaged number with the words around it.
    fn damaged_among_words(&mut self, number: &str) -> String {
        if self.is_rare() {
            let damaged = rarely_damaged(number, &mut self.random);
            return rarely_around(&damaged, &mut self.random);
        }
        let damaged = damaged(number, &mut self.random);
        around(&damaged, &mut self.random)
    }

    fn several(&mut self, habit: Habit) {
        let count = 2 + self.random.index(4);
        let Some((debtor, open)) = self.some_debtor(count) else { return };
        let items = self.pick(&open, count);
        let separator = [" ", ", ", "/", " + ", ";", " ET "][self.random.index(6)];
        let numbers: Vec<String> = items
            .iter()
            .map(|i| {
                let number = self.items[*i].number.clone();
                if habit == Habit::SeveralDamaged && self.random.percent(60) {
                    damaged(&number, &mut self.random)
                } else {
                    number
                }
            })
            .collect();
        let amount = items.iter().map(|i| self.items[*i].amount).sum();
        let mut credit = self.credit(debtor, amount);
        credit.text = if habit == Habit::SeveralDamaged && self.is_rare() {
            let numbers: Vec<&str> = items.iter().map(|i| self.items[*i].number.as_str()).collect();
            let list = rarely_listed(&numbers, &mut self.random);
            rarely_around(&list, &mut self.random)
        } else {
            around(&numbers.join(separator), &mut self.random)
        };
        self.settle(habit, credit, &items);
    }

    fn range(&mut self) {
        let Some((debtor, open)) = self.some_debtor(4) else { return };
        let from = self.random.index(open.len() - 3);
        let items = open[from..(from + 3 + self.random.index(open.len() - from - 2)).min(open.len())].to_vec();
        let amount = items.iter().map(|i| self.items[*i].amount).sum();
        let mut credit = self.credit(debtor, amount);
        let (first, last) = (self.items[items[0]].number.clone(), self.items[items[items.len() - 1]].number.clone());
        credit.text = format!("FACTURES {first} {} {last}", ["A", "AU", "->", "..."][self.random.index(4)]);
        self.settle(Habit::Range, credit, &items);
    }

    fn instalments(&mut self) {
        let Some((debtor, open)) = self.some_debtor(1) else { return };
        let item = self.pick(&open, 1)[0];
        let amount = self.items[item].amount;
        if amount < 10_000 || self.dials.days < 3 {
            return;
        }
        let number = self.items[item].number.clone();
        self.items[item].paid = true;
        self.debtors[debtor].touched = true;
        let part = amount / 3;
        for (index, settled) in [part, part, amount - 2 * part].into_iter().enumerate() {
            let mut credit = self.credit(debtor, settled);
            credit.day = index;
            credit.text = format!("FACT {number}");
            self.push(Habit::Instalments, credit, vec![(item, settled)]);
        }
    }

    fn credit_note(&mut self) {
        let Some((debtor, open)) = self.some_debtor(1) else { return };
        let count = 1 + self.random.index(2);
        let items = self.pick(&open, count);
        let sum: i64 = items.iter().map(|i| self.items[*i].amount).sum();
        let off = [5, 10, 12, 20][self.random.index(4)];
        let note = self.item(debtor, FIRST_DAY - 10, -(sum * off / 100).max(100), None, false, None);
        let mut credit = self.credit(debtor, sum + self.items[note].amount);
        let numbers: Vec<String> = items.iter().map(|i| self.items[*i].number.clone()).collect();
        credit.text = format!("FACTURE {}", numbers.join(" "));
        if self.random.percent(60) {
            let _ = write!(credit.text, " MOINS AVOIR {}", self.items[note].number);
        }
        let all: Vec<usize> = items.into_iter().chain([note]).collect();
        self.settle(Habit::CreditNote, credit, &all);
    }

    fn statement_of_account(&mut self) {
        let Some((debtor, mut open)) = self.some_debtor(3) else { return };
        if self.debtors[debtor].touched {
            return;
        }
        open.sort_by_key(|i| (self.items[*i].due, *i));
        let cut = 2 + self.random.index(open.len() - 1);
        let day = self.items[open[cut.min(open.len()) - 1]].due;
        let items: Vec<usize> = open.into_iter().filter(|i| self.items[*i].due <= day).collect();
        let amount = items.iter().map(|i| self.items[*i].amount).sum();
        let mut credit = self.credit(debtor, amount);
        credit.text = String::from(["SOLDE COMPTE", "VOTRE RELEVE", "RELEVE", ""][self.random.index(4)]);
        // Nothing else of this debtor is paid by number after this: it would not be his balance.
        for item in self.debtors[debtor].items.clone() {
            self.items[item].paid = true;
        }
        self.push(Habit::StatementOfAccount, credit, items.iter().map(|i| (*i, self.items[*i].amount)).collect());
    }

    fn payment_centre(&mut self) {
        let (Some((_, first)), Some((_, second))) = (self.some_debtor(1), self.some_debtor(1)) else { return };
        let (a, b) = (self.pick(&first, 1)[0], self.pick(&second, 1)[0]);
        if a == b {
            return;
        }
        let amount = self.items[a].amount + self.items[b].amount;
        let mut credit = self.credit(0, amount);
        credit.name = format!("{} CENTRALE DE PAIEMENT", names::surname(&mut self.random).to_uppercase());
        credit.iban = None;
        credit.text = format!("CENTRALE {} {}", self.items[a].number, self.items[b].number);
        self.settle(Habit::PaymentCentre, credit, &[a, b]);
    }

    /// A debtor pays an item that is not in the ledger any more.
    fn closed(&mut self) {
        let debtor = self.random.skewed(self.debtors.len());
        let number = self.number();
        let amount = self.debtors[debtor].recurring.unwrap_or_else(|| self.random.amount());
        let mut credit = self.credit(debtor, amount);
        credit.text = format!("FACTURE {number}");
        self.push(Habit::Closed, credit, Vec::new());
    }

    fn stranger(&mut self) {
        let amount = self.random.amount();
        let mut credit = self.credit(0, amount);
        credit.name = String::from(["URSSAF", "DGFIP IMPOTS", "ASSURANCES GENERALES", "M OU MME MARTIN"][self.random.index(4)]);
        credit.iban = None;
        credit.text =
            String::from(["REMBOURSEMENT", "INDEMNISATION SINISTRE 4481", "CAUTION", "REGUL 2025"][self.random.index(4)]);
        self.push(Habit::Stranger, credit, Vec::new());
    }

    fn settle(&mut self, habit: Habit, credit: Credit, items: &[usize]) {
        for item in items {
            self.items[*item].paid = true;
        }
        let lines = items.iter().map(|i| (*i, self.items[*i].amount)).collect();
        self.push(habit, credit, lines);
    }

    fn push(&mut self, habit: Habit, credit: Credit, lines: Vec<(usize, i64)>) {
        if credit.amount <= 0 {
            return;
        }
        let truth = Truth {
            bank_reference: format!("BKR{:010}", self.credits.len()),
            habit,
            knowable: true,
            amount: credit.amount,
            lines: lines.into_iter().map(|(i, amount)| (self.items[i].number.clone(), amount)).collect(),
        };
        self.credits.push((credit, truth));
    }

    /// A payment without a number among several items of its amount cannot be known.
    fn knowable(&mut self) {
        let numbers: BTreeMap<&str, usize> = self.items.iter().enumerate().map(|(i, item)| (item.number.as_str(), i)).collect();
        for (_, truth) in &mut self.credits {
            if !matches!(truth.habit, Habit::Silent | Habit::AlienNumber) {
                continue;
            }
            let Some(item) = truth.lines.first().and_then(|(number, _)| numbers.get(number.as_str())).map(|i| &self.items[*i])
            else {
                continue;
            };
            let same = self.debtors[item.debtor].items.iter().filter(|i| self.items[**i].amount == item.amount).count();
            truth.knowable = same == 1;
        }
    }

    fn credit(&mut self, debtor: usize, amount: i64) -> Credit {
        let name = self.debtors[debtor].name.clone();
        let iban = self.debtors[debtor].iban.clone().filter(|_| self.random.percent(self.dials.with_iban));
        let noise = self.dials.name_noise;
        let name = if self.is_rare() && self.random.percent(noise) {
            names::rarely_written(&name, &mut self.random)
        } else {
            names::as_banks_write(&name, noise, &mut self.random)
        };
        Credit {
            amount,
            name,
            iban,
            text: String::new(),
            documents: Vec::new(),
            rf: None,
            cross_border: self.debtors[debtor].country != "FR",
            day: self.random.index(self.dials.days.max(1)),
        }
    }

    fn files(self) -> World {
        let mut invoices = String::from(
            "invoice_id,debtor_id,issue_date,due_date,currency,amount,open_amount,assigned_on,order_ref,payment_ref,discount_rate,discount_until\n",
        );
        for item in &self.items {
            let optional = |text: Option<String>| text.unwrap_or_default();
            let _ = writeln!(
                invoices,
                "{},{},{},{},EUR,{},{},{},{},{},{},{}",
                item.number,
                self.debtors[item.debtor].id,
                day(item.issue),
                day(item.due),
                cents(item.amount),
                cents(item.amount),
                day(item.issue + 2),
                optional(item.order.clone()),
                optional(item.rf.then(|| creditor_reference(&item.number))),
                optional(item.discount.map(|(rate, _)| rate.to_string())),
                optional(item.discount.map(|(_, until)| day(until))),
            );
        }
        let mut debtors = String::from("debtor_id,name,ibans,country\n");
        for debtor in &self.debtors {
            let _ =
                writeln!(debtors, "{},{},{},{}", debtor.id, debtor.name, debtor.iban.clone().unwrap_or_default(), debtor.country);
        }
        let mut opening = 10_000_000;
        let mut statements = Vec::new();
        for index in 0..self.dials.days.max(1) {
            let own: Vec<&(Credit, Truth)> = self.credits.iter().filter(|(c, _)| c.day == index).collect();
            let date = day(FIRST_DAY + i64::try_from(index).unwrap_or(0));
            let closing = opening + own.iter().map(|(c, _)| c.amount).sum::<i64>();
            statements.push((format!("CT01-{date}.xml"), statement(index, &date, opening, closing, &own)));
            opening = closing;
        }
        World {
            pipeline: format!(
                "[inbox]\nsettle = \"0s\"\n\n[ledger]\ninvoices = \"ledger/invoices.csv\"\ndebtors = \"ledger/debtors.csv\"\n\n[[contracts]]\nid = \"CT01\"\nfactor = \"Factor SA\"\nkind = \"confidential\"\naccount = \"{ACCOUNT}\"\n"
            ),
            invoices,
            debtors,
            statements,
            truth: self.credits.into_iter().map(|(_, truth)| truth).collect(),
            business_date: day(FIRST_DAY + i64::try_from(self.dials.days.max(1)).unwrap_or(1) - 1),
        }
    }
}
