//! Random histories against a small reference model: whatever is dropped, in whatever order, and
//! whatever people decide, and wherever a night is cut off, no remittance is lettered twice, no cent is
//! lost, and the end is the same.
//!
//! `LETTRAGE_HISTORIES=100000 cargo test --release histories` is the full count of the measurements.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::Path;

use lettrage::shell::{self, Asked, Project as Opened, RunError};

use crate::project::rows;

/// xorshift: the same histories on every machine.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit as u64).unwrap()
    }

    fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

/// A payment, a stranger's money, or a return.
#[derive(Clone, Debug)]
struct Booking {
    reference: String,
    day: usize,
    cents: i64,
    /// The item that its text names.
    item: Option<usize>,
    /// The booking that it takes back.
    returns: Option<usize>,
}

/// What comes to a company in a few days.
struct Trade {
    days: usize,
    bookings: Vec<Booking>,
    items: Vec<i64>,
}

fn trade(random: &mut Random) -> Trade {
    let days = 2 + random.below(3);
    let items: Vec<i64> = (0..3 + random.below(4)).map(|n| 10_037 + 1_711 * i64::try_from(n * n + n).unwrap()).collect();
    let mut bookings: Vec<Booking> = Vec::new();
    let mut unpaid: Vec<usize> = (0..items.len()).collect();
    for day in 0..days {
        for _ in 0..random.below(3) {
            let reference = format!("K{:03}", bookings.len());
            if random.one_in(4) || unpaid.is_empty() {
                let cents = 700_001 + i64::try_from(bookings.len()).unwrap() * 13;
                bookings.push(Booking { reference, day, cents, item: None, returns: None });
            } else {
                let item = unpaid.remove(random.below(unpaid.len()));
                bookings.push(Booking { reference, day, cents: items[item], item: Some(item), returns: None });
            }
        }
        let returnable: Vec<usize> =
            (0..bookings.len()).filter(|i| bookings[*i].cents > 0 && !bookings.iter().any(|b| b.returns == Some(*i))).collect();
        if !returnable.is_empty() && random.one_in(4) {
            let of = returnable[random.below(returnable.len())];
            let (reference, cents) = (format!("R{:03}", bookings.len()), -bookings[of].cents);
            bookings.push(Booking { reference, day, cents, item: None, returns: Some(of) });
        }
    }
    Trade { days, bookings, items }
}

fn amount(cents: i64) -> String {
    format!("{}.{:02}", cents.abs() / 100, cents.abs() % 100)
}

/// The statement of some days under a number.
fn statement(trade: &Trade, number: &str, days: std::ops::Range<usize>) -> String {
    let until = |day: usize| 1_000_000 + trade.bookings.iter().filter(|b| b.day < day).map(|b| b.cents).sum::<i64>();
    let balance = |code: &str, day: usize, cents: i64| {
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>{}</CdtDbtInd>\
             <Dt><Dt>2026-11-{:02}</Dt></Dt></Bal>",
            amount(cents),
            if cents < 0 { "DBIT" } else { "CRDT" },
            10 + day
        )
    };
    let mut text = balance("OPBD", days.start, until(days.start)) + &balance("CLBD", days.end - 1, until(days.end));
    for booking in trade.bookings.iter().filter(|b| days.contains(&b.day)) {
        let (sign, code) = if booking.cents < 0 { ("DBIT", "RRTN") } else { ("CRDT", "ESCT") };
        let of = booking.returns.map_or(booking, |i| &trade.bookings[i]);
        let (payer, words) = match of.item {
            Some(item) => (format!("CLIENT {} SARL", letter(item)), format!("FACTURE FA-{:04}", 4_100 + item * 7)),
            None => (format!("INCONNU {}", of.reference), "DIVERS".to_owned()),
        };
        let _ = write!(
            text,
            "<Ntry><Amt Ccy=\"EUR\">{}</Amt><CdtDbtInd>{sign}</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-11-{:02}</Dt></BookgDt>\
             <AcctSvcrRef>{}</AcctSvcrRef><BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>{code}</SubFmlyCd></Fmly></Domn></BkTxCd>\
             <NtryDtls><TxDtls><Refs><EndToEndId>E2E-{}</EndToEndId></Refs><RltdPties><Dbtr><Pty><Nm>{payer}</Nm></Pty></Dbtr></RltdPties>\
             <RmtInf><Ustrd>{words}</Ustrd></RmtInf></TxDtls></NtryDtls></Ntry>",
            amount(booking.cents),
            10 + booking.day,
            booking.reference,
            of.reference,
        );
    }
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr/><Stmt><Id>{number}</Id>\
         <Acct><Id><IBAN>FR7630006000011234567890189</IBAN></Id></Acct>{text}</Stmt></BkToCstmrStmt></Document>"
    )
}

fn letter(item: usize) -> &'static str {
    ["ARBALETE", "BOUSSOLE", "CHARPENTE", "DOMAINE", "ECLUSE", "FONDERIE", "GALERIE"][item]
}

/// The export with these open amounts; what is closed is left out, or not.
fn export(trade: &Trade, open: &[i64], with_closed: bool) -> String {
    let mut text = "invoice_id,debtor_id,issue_date,due_date,amount,open_amount,assigned_on\n".to_owned();
    for (item, open) in open.iter().enumerate().filter(|(_, open)| with_closed || **open != 0) {
        let (number, whole) = (4_100 + item * 7, amount(trade.items[item]));
        let _ = writeln!(text, "FA-{number:04},D{item},2026-09-01,2026-11-01,{whole},{},2026-09-02", amount(*open));
    }
    // One that nobody pays: an export is never empty.
    text + "FA-9999,D0,2026-09-01,2026-11-01,55555.55,55555.55,2026-09-02\n"
}

const SETTINGS: &str = "[inbox]\nsettle = \"0s\"\n[ledger]\ninvoices = \"invoices.csv\"\ndebtors = \"debtors.csv\"\n[[contracts]]\nid = \"CT01\"\nfactor = \"Factor SA\"\nkind = \"mandate\"\naccount = \"FR7630006000011234567890189\"\n";

/// A company's folder, and what its nights did.
struct Company {
    folder: tempfile::TempDir,
    trade: Trade,
    nights: usize,
    /// Runs that were published.
    runs: BTreeSet<std::path::PathBuf>,
    /// Open amounts after each run, as the lettrage files say.
    open: Vec<Vec<i64>>,
    /// What each file lettered or took back: reference, item, cents.
    lines: Vec<(String, String, i64)>,
}

impl Company {
    fn new(trade: Trade) -> Self {
        // In memory where there is such a place: the disk is not what is tried here.
        let place = if Path::new("/dev/shm").is_dir() { "/dev/shm".into() } else { std::env::temp_dir() };
        let folder = tempfile::tempdir_in(place).unwrap();
        let mut debtors = "debtor_id,name\n".to_owned();
        for item in 0..7 {
            let _ = writeln!(debtors, "D{item},Client {} SARL", letter(item));
        }
        std::fs::create_dir(folder.path().join("inbox")).unwrap();
        std::fs::write(folder.path().join("pipeline.toml"), SETTINGS).unwrap();
        std::fs::write(folder.path().join("debtors.csv"), debtors).unwrap();
        let company =
            Self { open: vec![trade.items.clone()], nights: 0, runs: BTreeSet::new(), lines: Vec::new(), folder, trade };
        company.export(0, true);
        company
    }

    fn export(&self, of_run: usize, with_closed: bool) {
        std::fs::write(self.folder.path().join("invoices.csv"), export(&self.trade, &self.open[of_run], with_closed)).unwrap();
    }

    fn drop(&self, name: &str, text: &str) {
        std::fs::write(self.folder.path().join("inbox").join(name), text).unwrap();
    }

    fn project(&self) -> Opened {
        Opened::open(&self.folder.path().join("pipeline.toml")).unwrap()
    }

    /// A night that ends, however often it is `cut_off` before: each time at that point.
    fn night(&mut self, cut_off: &[u64]) {
        let date = chrono::NaiveDate::from_ymd_opt(2026, 12, 1).unwrap() + chrono::Days::new(self.nights as u64);
        self.nights += 1;
        for point in cut_off.iter().copied().chain([0]) {
            let project = self.project();
            let run = || {
                unlocked(|| {
                    shell::cut_off_at(point);
                    shell::run(&project, date, false, &|_| {})
                })
            };
            let ended = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run));
            shell::cut_off_at(0);
            if let Err(cause) = ended {
                assert!(cause.is::<shell::CutOff>() && point > 0, "a night panicked");
            }
        }
        let mut folders: Vec<_> =
            std::fs::read_dir(self.folder.path().join("outbox")).unwrap().map(|e| e.unwrap().path()).collect();
        folders.retain(|folder| folder.is_dir() && !self.runs.contains(folder));
        folders.sort();
        for folder in folders {
            self.read(&folder);
            self.runs.insert(folder);
        }
    }

    /// Takes in what a run published.
    fn read(&mut self, folder: &Path) {
        let text = std::fs::read_to_string(folder.join("lettrage-CT01.csv")).unwrap();
        let mut open = self.open.last().unwrap().clone();
        for row in rows(&text) {
            let cents: i64 = row["applied_amount"].replace('.', "").parse().unwrap();
            if let Ok(number) = row["invoice_id"].trim_start_matches("FA-").parse::<usize>()
                && number < 9_999
            {
                open[(number - 4_100) / 7] -= cents;
            }
            self.lines.push((row["bank_reference"].clone(), row["invoice_id"].clone(), cents));
        }
        self.open.push(open);
    }

    /// What holds in the end: each booking's reference with the items that it pays.
    fn end(&self) -> BTreeSet<(String, String)> {
        let mut net: BTreeMap<(String, String), i64> = BTreeMap::new();
        for (reference, item, cents) in &self.lines {
            let of = self.trade.bookings.iter().find(|b| b.reference == *reference).unwrap();
            let of = of.returns.map_or(of, |i| &self.trade.bookings[i]);
            *net.entry((of.reference.clone(), item.clone())).or_default() += cents;
        }
        assert!(net.values().all(|cents| *cents >= 0), "taken back more than was lettered: {net:?}");
        net.into_iter().filter(|(_, cents)| *cents != 0).map(|(key, _)| key).collect()
    }
}

/// Other tests start processes meanwhile: between its fork and its exec, such a process holds all locks
/// of this one.
fn unlocked<T>(act: impl Fn() -> Result<T, RunError>) -> T {
    loop {
        match act() {
            Err(RunError::Locked(_)) => std::thread::sleep(std::time::Duration::from_millis(5)),
            done => return done.unwrap(),
        }
    }
}

/// What must hold in the end, by the rules of the trade alone.
fn wanted(trade: &Trade, undone: &BTreeSet<usize>, confirmed: &BTreeSet<usize>) -> BTreeSet<(String, String)> {
    let is_returned = |i: usize| trade.bookings.iter().any(|b| b.returns == Some(i));
    let pays = |(i, b): (usize, &Booking)| {
        let item = b.item.map(|item| 4_100 + item * 7).or_else(|| confirmed.contains(&i).then_some(9_999));
        let item = item.filter(|_| !is_returned(i) && !undone.contains(&i))?;
        Some((b.reference.clone(), format!("FA-{item:04}")))
    };
    trade.bookings.iter().enumerate().filter_map(pays).collect()
}

fn history(seed: u64) {
    let mut random = Random(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut company = Company::new(trade(&mut random));
    let days = company.trade.days;
    let mut left: Vec<usize> = (0..days).collect();
    let (mut undone, mut confirmed) = (BTreeSet::new(), BTreeSet::new());
    for dropped in 0..2 + random.below(5) {
        match random.below(8) {
            0 | 1 if !left.is_empty() => {
                // In any order, under any name.
                let day = left.remove(random.below(left.len()));
                company.drop(
                    &format!("{}-{dropped}.xml", random.below(100)),
                    &statement(&company.trade, &format!("ST-{day}"), day..day + 1),
                );
                if random.one_in(4) {
                    company.drop(&format!("copy-{dropped}.xml"), &statement(&company.trade, &format!("ST-{day}"), day..day + 1));
                }
            }
            2 => {
                let first = random.below(days);
                let last = first + 1 + random.below(days - first);
                company.drop(&format!("extract-{dropped}.xml"), &statement(&company.trade, &format!("X-{dropped}"), first..last));
            }
            3 => {
                let last = company.open.len() - 1;
                let of_run = last - random.below(last.min(2) + 1);
                company.export(of_run, random.one_in(2));
            }
            4 => {
                // A person says that a lettrage is wrong.
                let holds = company.end();
                let at = random.below(company.trade.bookings.len().max(1));
                if let Some(booking) = company.trade.bookings.get(at)
                    && holds.iter().any(|(reference, _)| *reference == booking.reference)
                {
                    let asked = Asked::Undo { reason: "a test".to_owned() };
                    unlocked(|| shell::decide(&company.project(), &booking.reference, &asked)).unwrap();
                    undone.insert(at);
                }
            }
            5 => {
                // A person says what a stranger's money pays: a part of what nobody else pays.
                let at = random.below(company.trade.bookings.len().max(1));
                let strange = |b: &&Booking| b.item.is_none() && b.returns.is_none() && !undone.contains(&at);
                if let Some(booking) = company.trade.bookings.get(at).filter(strange) {
                    let items = vec![("FA-9999".to_owned(), Some(amount(booking.cents)))];
                    // It may not have come yet, or be settled already: then nothing is recorded.
                    let asked = Asked::Items(items);
                    if unlocked(|| shell::decide(&company.project(), &booking.reference, &asked)).is_ok() {
                        confirmed.insert(at);
                    }
                }
            }
            _ => {
                let cuts = random.below(6).saturating_sub(3);
                let points: Vec<u64> = (0..cuts).map(|_| 1 + random.below(110) as u64).collect();
                company.night(&points);
            }
        }
    }
    for day in left {
        company.drop(&format!("last-{day}.xml"), &statement(&company.trade, &format!("ST-{day}"), day..day + 1));
    }
    company.night(&[]);
    // Nothing new: nothing may change.
    let before = company.lines.len();
    company.export(company.open.len() - 1, true);
    company.night(&[]);
    assert_eq!(company.lines.len(), before, "seed {seed}: a night without news lettered something");
    let (held, wanted) = (company.end(), wanted(&company.trade, &undone, &confirmed));
    assert_eq!(
        held, wanted,
        "seed {seed}: {:?} undone {undone:?} confirmed {confirmed:?} lines {:?}",
        company.trade.bookings, company.lines
    );
    let verified = shell::verify(&company.project()).unwrap();
    assert!(verified.broken.is_empty(), "seed {seed}: {:?}", verified.broken);
}

#[test]
fn whatever_comes_in_whatever_order_the_end_is_the_same() {
    let count: u64 = std::env::var("LETTRAGE_HISTORIES").map_or(60, |n| n.parse().unwrap());
    let first: u64 = std::env::var("LETTRAGE_HISTORIES_FROM").map_or(1, |n| n.parse().unwrap());
    for seed in first..first + count {
        history(seed);
    }
}
