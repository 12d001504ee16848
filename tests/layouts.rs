//! What the factor receives: its own layout, JSON Lines, remt.001.

use std::collections::BTreeMap;
use std::process::Command;

use lettrage::config::{self, Layout};
use lettrage::pipeline;

use crate::project::{Project, rows, stderr, stdout};
use crate::world::worlds::night::{NightFiles, input};
use crate::world::worlds::world::{Dials, world};

/// A sample with these outputs, and the night of it.
fn night(sample: &str, outputs: &str) -> Project {
    let project = Project::of_sample(sample);
    let text = project.read("pipeline.toml");
    project.write(
        "pipeline.toml",
        &format!(
            "{text}outputs = [{outputs}]\n[contracts.params]\nseller_code = \"123456\"\nseller_name = \"Lumière SAS\"\nseller_siret = \"00000000000000\"\nversion = \"000000\"\n"
        ),
    );
    let output = project.night();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
    project
}

fn lettered(project: &Project) -> Vec<BTreeMap<String, String>> {
    rows(&project.read("outbox/2026-11-20-001/lettrage-CT01.csv"))
}

fn cents(text: &str) -> i64 {
    text.replace(['.', ','], "").parse().unwrap()
}

/// Records of a fixed-width file: every one of them as long as the layout says.
fn records(project: &Project, name: &str) -> Vec<String> {
    let bytes = std::fs::read(project.path(&format!("outbox/2026-11-20-001/{name}"))).unwrap();
    let text: String = bytes.iter().map(|b| char::from(*b)).collect();
    assert!(text.ends_with("\r\n"));
    text.split_terminator("\r\n").map(str::to_owned).inspect(|r| assert_eq!(r.chars().count(), 360, "{r}")).collect()
}

#[test]
fn factor360_carries_every_cent_of_the_lettrage() {
    for sample in ["discount", "rounding-and-excess", "credit-note", "several-invoices", "part-payments"] {
        let project = night(sample, "\"factor360\"");
        let lines = lettered(&project);
        let records = records(&project, "F001_103_104_2026-11-20.txt");
        let (header, trailer) = (&records[0], records.last().unwrap());
        assert!(header.starts_with("100123456LUMIERE SAS ") && trailer.starts_with("199123456"));
        assert_eq!((&header[49..57], &header[135..138], &header[351..354]), ("20261120", "001", "EUR"));
        let mut money = 0;
        for (record, line) in records[1..records.len() - 1].iter().zip(&lines) {
            let own = matches!(line["line_kind"].as_str(), "discount" | "charges" | "rounding");
            assert_eq!(&record[..3], if own { "104" } else { "103" });
            let sign = if &record[280..281] == "-" { -1 } else { 1 };
            let amount = sign * record[281..296].parse::<i64>().unwrap();
            assert_eq!(record[262..277].trim_end(), line["invoice_id"].replace('-', ""));
            if own {
                assert_eq!(amount, cents(&line["applied_amount"]));
            } else {
                money += amount;
            }
        }
        // What the payments say is the money that came in.
        let mut came_in: BTreeMap<&str, i64> = BTreeMap::new();
        for line in &lines {
            came_in.insert(&line["remittance_id"], cents(&line["remittance_amount"]));
        }
        assert_eq!(money, came_in.values().sum::<i64>(), "{sample}");
        assert_eq!(records.len() - 2, lines.len());
        let payments = records.iter().filter(|r| r.starts_with("103")).count();
        assert_eq!((trailer[95..99].parse(), trailer[99..114].parse()), (Ok(payments), Ok(money)), "{sample}");
    }
}

#[test]
fn a_delimited_layout_reads_back_as_the_lines_it_was_written_from() {
    let project = night("several-invoices", "\"semicolon\"");
    let bytes = std::fs::read(project.path("outbox/2026-11-20-001/lettrage-CT01-2026-11-20-001.txt")).unwrap();
    let text = encoding_rs::WINDOWS_1252.decode(&bytes).0.into_owned();
    let mut records = text.split_terminator("\r\n").map(|r| r.split(';').collect::<Vec<_>>());
    let head = records.next().unwrap();
    let lines = lettered(&project);
    let mut count = 0;
    for (record, line) in records.zip(&lines) {
        for (name, value) in head.iter().zip(record) {
            let wanted = match *name {
                "booking_date" => line[*name].split('-').rev().collect::<Vec<_>>().join("/"),
                name if name.contains("amount") || name.starts_with("open_") => line[name].replace('.', ","),
                name => line[name].clone(),
            };
            assert_eq!(value, wanted, "{name}");
        }
        count += 1;
    }
    assert_eq!(count, lines.len());
}

#[test]
fn the_number_of_a_file_goes_on_from_night_to_night_and_not_in_vain() {
    let project = night("exact-reference", "\"factor360\"");
    assert!(project.path("outbox/2026-11-20-001/F001_103_104_2026-11-20.txt").exists());
    // A night without lines writes no file.
    assert!(matches!(project.run(&["run", "--date", "2026-11-21"]).status.code(), Some(0 | 1)));
    let names: Vec<_> =
        std::fs::read_dir(project.path("outbox/2026-11-21-001")).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert!(names.iter().all(|n| !n.to_string_lossy().starts_with('F')), "{names:?}");
    assert_eq!(project.run(&["undo", "B001", "--reason", "a test"]).status.code(), Some(0));
    assert!(matches!(project.run(&["run", "--date", "2026-11-22"]).status.code(), Some(0 | 1)));
    let second = project.read("outbox/2026-11-22-001/F002_103_104_2026-11-22.txt");
    assert_eq!(&second[362 + 280..362 + 296], "-000000000120000", "what is taken back has the opposite sign");
    let replayed = project.run(&["replay", "2026-11-22-001"]);
    assert_eq!(replayed.status.code(), Some(0), "{}", stdout(&replayed));
}

/// A layout of one field for the number, of that length.
fn short_layout(project: &Project, length: usize, more: &str) {
    project.write(
        "short.toml",
        &format!(
            "name = \"short\"\nfile = \"S{{sequence}}.txt\"\nwidth = 40\nmax_records = 8\nfold = \"upper_ascii\"\npunctuation = \"\"\n[[records]]\nwhen = [\"invoice\", \"credit_note\", \"discount\", \"charges\", \"rounding\", \"on_account\", \"reversal\"]\nfields = [ {{ length = {length}, source = \"invoice_id\"{more} }}, {{ length = 15, source = \"applied_amount\", format = \"cents\", pad = \"0\" }} ]\n"
        ),
    );
}

fn run_short(length: usize, more: &str) -> Project {
    let project = Project::of_sample("several-invoices");
    short_layout(&project, length, more);
    let text = project.read("pipeline.toml");
    project.write("pipeline.toml", &format!("{text}outputs = [\"short.toml\"]\n"));
    let _ = project.night();
    project
}

#[test]
fn a_value_that_does_not_fit_or_collides_is_held_and_never_cut() {
    let told = |project: &Project| project.read("outbox/2026-11-20-001/findings.csv");
    let project = run_short(5, "");
    assert!(told(&project).contains("layout-line") && told(&project).contains("longer than 5 characters"));
    assert!(!project.path("outbox/2026-11-20-001/S001.txt").exists());
    let project = run_short(4, ", shorten = \"first\"");
    assert!(told(&project).contains("cannot be told from"), "{}", told(&project));
    // A remittance that no file can hold is told.
    short_layout(&project, 20, "");
    project.edit("short.toml", "max_records = 8", "max_records = 2");
    let more = project.read("ledger/invoices.csv");
    let again = Project::of_sample("several-invoices");
    again.write("ledger/invoices.csv", &more);
    again.write("short.toml", &project.read("short.toml"));
    again.write("pipeline.toml", &project.read("pipeline.toml"));
    assert_eq!(again.night().status.code(), Some(1));
    assert!(told(&again).contains("more than a file may hold"), "{}", told(&again));
    // With room for them, they are written, so many in a file, no remittance in two.
    let project = run_short(20, "");
    let lines = lettered(&project).len();
    let files: Vec<String> = (1..=lines)
        .map_while(|n| std::fs::read_to_string(project.path(&format!("outbox/2026-11-20-001/S{n:03}.txt"))).ok())
        .collect();
    assert!(files.len() > 1 && files.iter().all(|f| f.lines().count() <= 8));
    assert_eq!(files.iter().map(|f| f.lines().count()).sum::<usize>(), lines);
}

#[test]
fn a_character_that_the_encoding_lacks_holds_its_remittance_back_and_no_other() {
    let project = Project::of_sample("several-invoices");
    let invoices = project.read("ledger/invoices.csv");
    let debtor = invoices.lines().nth(1).unwrap().split(',').nth(1).unwrap().to_owned();
    let debtors = project.read("ledger/debtors.csv");
    let name = debtors.lines().find(|l| l.starts_with(&format!("{debtor},"))).unwrap().split(',').nth(1).unwrap().to_owned();
    project.edit("ledger/debtors.csv", &name, &format!("{name} Œuvres"));
    project.write(
        "ascii.toml",
        "name = \"a\"\nfile = \"A{sequence}.txt\"\nencoding = \"latin-1\"\nseparator = \";\"\n[[records]]\nwhen = [\"invoice\", \"credit_note\", \"discount\", \"charges\", \"rounding\", \"on_account\", \"reversal\"]\nfields = [ { source = \"debtor_id\" }, { source = \"debtor_name\" }, { source = \"invoice_id\" } ]\n",
    );
    let text = project.read("pipeline.toml");
    project.write("pipeline.toml", &format!("{text}outputs = [\"ascii.toml\"]\n"));
    assert_eq!(project.night().status.code(), Some(1));
    let held = lettered(&project).iter().filter(|l| l["debtor_id"] == debtor).count();
    let file = std::fs::read(project.path("outbox/2026-11-20-001/A001.txt")).unwrap_or_default();
    let written = file.split(|b| *b == b'\n').count() - 1;
    assert!(held > 0 && written + held == lettered(&project).len(), "{held} held, {written} written");
    assert!(project.read("outbox/2026-11-20-001/findings.csv").contains("has no place in the encoding"));
}

#[test]
fn a_layout_is_checked_with_line_and_column_and_shown_under_a_ruler() {
    let project = Project::of_sample("several-invoices");
    short_layout(&project, 20, "");
    let good = project.run(&["layout", "check", "short.toml"]);
    assert_eq!(good.status.code(), Some(0), "{}", stderr(&good));
    let text =
        project.read("short.toml").replace("\"invoice_id\"", "\"invoice_idd\"").replace("length = 15, ", "at = 3, length = 15, ");
    project.write("bad.toml", &text);
    let bad = project.run(&["layout", "check", "bad.toml"]);
    assert_eq!(bad.status.code(), Some(2));
    let said = stderr(&bad);
    assert!(
        said.contains("bad.toml:9") && said.contains("did you mean \"invoice_id\"") && said.contains("layout-overlap"),
        "{said}"
    );
    for name in ["factor360", "semicolon"] {
        let shown = project.run(&["layout", "show", name]);
        project.write("own.toml", &stdout(&shown));
        assert_eq!(project.run(&["layout", "check", "own.toml"]).status.code(), Some(0), "{name}");
    }
    let rendered = run_short(20, "");
    let preview = stdout(&rendered.run(&["layout", "preview", "outbox/2026-11-20-001/S001.txt"]));
    assert!(preview.contains(".........1.........2"), "{preview}");
}

/// The worked example of the manual, as it stands there.
#[test]
fn the_worked_example_of_the_manual_gives_the_records_of_its_table() {
    let manual = std::fs::read_to_string(crate::project::root().join("docs/layouts.md")).unwrap();
    let example = manual.rsplit("```toml\n").next().unwrap().split("```").next().unwrap();
    let project = Project::of_sample("several-invoices");
    project.write("example.toml", example);
    let text = project.read("pipeline.toml");
    project
        .write("pipeline.toml", &format!("{text}outputs = [\"example.toml\"]\n[contracts.params]\nclient_number = \"4711\"\n[company]\nname = \"Lumière SAS\"\n"));
    assert!(matches!(project.night().status.code(), Some(0 | 1)));
    let file = project.read("outbox/2026-11-20-001/LET_CT01_001.dat");
    let records: Vec<&str> = file.split_terminator("\r\n").collect();
    let lines = lettered(&project);
    assert_eq!(records.len(), lines.len() + 2);
    assert!(records.iter().all(|r| r.len() == 120));
    assert!(records[0].starts_with("01000047112011202600001EURLUMIERE SAS"), "{}", records[0]);
    for (record, line) in records[1..].iter().zip(&lines) {
        assert_eq!(record[42..62].trim_end(), line["invoice_id"].replace('-', ""));
        assert_eq!(record[79..92].parse::<i64>().unwrap(), cents(&line["applied_amount"]).abs());
    }
    let sum: i64 = lines.iter().map(|l| cents(&l["applied_amount"])).sum();
    assert!(records.last().unwrap().starts_with(&format!("99{:06}{sum:015}EUR", lines.len())));
}

#[test]
fn json_lines_say_what_the_csv_says() {
    let project = night("several-invoices", "\"jsonl\"");
    let lines: Vec<BTreeMap<String, String>> = project
        .read("outbox/2026-11-20-001/lettrage-CT01.jsonl")
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(lines, lettered(&project));
}

#[test]
fn remt_001_is_valid_and_its_sums_are_those_of_the_payments() {
    for sample in [
        "discount",
        "rounding-and-excess",
        "credit-note",
        "several-invoices",
        "part-payments",
        "charges-abroad",
        "damaged-references",
    ] {
        let project = night(sample, "\"remt.001\"");
        let path = project.path("outbox/2026-11-20-001/lettrage-CT01.remt.001.xml");
        let text = std::fs::read_to_string(&path).unwrap();
        assert_valid(&path, sample);
        let amounts = |of: &str, tag: &str| -> i64 {
            let open = format!("<{tag} Ccy=\"EUR\">");
            of.split(&open).skip(1).map(|rest| cents(rest.split('<').next().unwrap())).sum()
        };
        let mut whole = 0;
        for advice in text.split("<RmtInf>").skip(1) {
            assert_eq!(
                amounts(advice, "RmtdAmt") - amounts(advice, "CdtNoteAmt"),
                amounts(advice, "InstdAmt"),
                "{sample}: {advice}"
            );
            whole += amounts(advice, "InstdAmt");
        }
        let mut came_in: BTreeMap<String, i64> = BTreeMap::new();
        for line in lettered(&project) {
            came_in.insert(line["remittance_id"].clone(), cents(&line["remittance_amount"]));
        }
        assert_eq!(whole, came_in.values().sum::<i64>(), "{sample}");
    }
}

#[test]
fn a_ledger_in_a_spreadsheet_gives_the_night_of_the_same_ledger_as_csv() {
    let plain = Project::of_sample("discount");
    assert_eq!(plain.night().status.code(), Some(0));
    let project = Project::of_sample("discount");
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet();
    let day = rust_xlsxwriter::Format::new().set_num_format("dd/mm/yyyy");
    let text = project.read("ledger/invoices.csv");
    for (row, line) in (0_u32..).zip(text.lines()) {
        for (column, value) in (0_u16..).zip(line.split(',')) {
            // As Excel keeps them: amounts as binary fractions, dates as numbers.
            if let Ok(date) = value.parse::<chrono::NaiveDate>() {
                use chrono::Datelike;
                let date = rust_xlsxwriter::ExcelDateTime::from_ymd(
                    u16::try_from(date.year()).unwrap(),
                    u8::try_from(date.month()).unwrap(),
                    u8::try_from(date.day()).unwrap(),
                );
                sheet.write_datetime_with_format(row, column, date.unwrap(), &day).unwrap();
            } else if let Ok(number) = value.parse::<f64>() {
                sheet.write_number(row, column, number).unwrap();
            } else if !value.is_empty() {
                sheet.write_string(row, column, value).unwrap();
            }
        }
    }
    std::fs::write(project.path("ledger/invoices.xlsx"), book.save_to_buffer().unwrap()).unwrap();
    project.edit("pipeline.toml", "ledger/invoices.csv", "ledger/invoices.xlsx");
    let output = project.night();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    for name in ["lettrage-CT01.csv", "release.csv", "dunning.csv", "suggestions.csv"] {
        let path = format!("outbox/2026-11-20-001/{name}");
        assert_eq!(project.read(&path), plain.read(&path), "{name}");
    }
}

#[test]
fn the_workbook_has_the_tables_typed_and_no_formula() {
    use calamine::{Data, Reader, Xlsx};
    let project = Project::of_sample("several-invoices");
    project.edit("pipeline.toml", "[ledger]", "[outbox]\nworkbook = true\n\n[ledger]");
    // A name that a spreadsheet would compute.
    let invoices = project.read("ledger/invoices.csv");
    project.write("ledger/debtors.csv", &(project.read("ledger/debtors.csv") + "DX,=1+1,,,\n"));
    let fields = invoices.lines().next().unwrap().split(',').count();
    let more = ["=2+2", "DX", "2026-10-10", "2026-11-10", "77777.77", "77777.77"];
    project.write("ledger/invoices.csv", &format!("{invoices}{}{}\n", more.join(","), ",".repeat(fields - more.len())));
    let output = project.night();
    assert!(matches!(output.status.code(), Some(0 | 1)), "{}", stderr(&output));
    let path = project.path("outbox/2026-11-20-001/lettrage.xlsx");
    let bytes = std::fs::read(&path).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    assert_eq!(book.sheet_names().len(), 7);
    let range = book.worksheet_range("Lettrage").unwrap();
    let lines = lettered(&project);
    assert_eq!(range.height(), lines.len() + 1);
    let column = |title: &str| (0..range.width()).find(|c| range[(0, *c)] == Data::String(title.to_owned())).unwrap();
    let (applied, booked) = (column("applied_amount"), column("booking_date"));
    for (row, line) in (1..).zip(&lines) {
        let Data::Float(number) = range[(row, applied)] else { panic!("{:?}", range[(row, applied)]) };
        assert_eq!(number.to_string().parse::<f64>(), line["applied_amount"].parse::<f64>());
        assert!(matches!(range[(row, booked)], Data::DateTime(_)));
    }
    for sheet in book.sheet_names() {
        assert!(book.worksheet_formula(&sheet).unwrap().is_empty(), "{sheet}");
    }
    let chased = book.worksheet_range("Dunning").unwrap();
    assert!(
        chased.cells().any(|(.., cell)| *cell == Data::String("=2+2".to_owned())),
        "text that starts like a formula stays text"
    );
    // The same night, the same bytes.
    assert_eq!(project.run(&["replay", "2026-11-20-001"]).status.code(), Some(0));
}

/// The night of an invented trade whose lettrage goes out in these ways, and what it wrote.
fn invented(dials: &Dials, output: &str, layout: Option<Layout>, last_sequence: u64) -> BTreeMap<String, Vec<u8>> {
    let mut made = world(dials);
    made.pipeline = made.pipeline.replace("kind ", &format!("outputs = [\"{output}\"]\nparams = {{ {PARAMS} }}\nkind "));
    assert!(made.pipeline.contains("outputs"), "{}", made.pipeline);
    let mut files = NightFiles::new(&made);
    if let Some(layout) = layout {
        files.settings.layouts.insert(output.to_owned(), layout);
    }
    let mut night = input(&files);
    night.history.sequences.insert((files.settings.contracts[0].id.clone(), output.to_owned()), last_sequence);
    pipeline::night(night, &|_| {}).unwrap().files
}

/// What the factor gave the client of an invented trade.
const PARAMS: &str = "seller_code = \"123456\", seller_name = \"LUMIERE\", seller_siret = \"1\", version = \"000000\"";

#[test]
fn factor360_of_invented_trades_reads_back_as_the_lines_it_was_written_from() {
    for seed in 31..34 {
        let files = invented(&Dials::hard(seed, 400, 1_100, 90), "factor360", None, 7);
        let table = rows(std::str::from_utf8(&files["lettrage-CT01.csv"]).unwrap());
        let told = String::from_utf8(files["findings.csv"].clone()).unwrap();
        let is_held = |line: &BTreeMap<String, String>| told.contains(&format!("lines of {} ", line["bank_reference"]));
        let carried: Vec<&BTreeMap<String, String>> = table.iter().filter(|line| !is_held(line)).collect();
        assert!(carried.len() * 10 > table.len() * 9 && carried.len() > 300, "seed {seed}: {} of {}", carried.len(), table.len());
        let bytes = &files["F008_103_104_2026-06-07.txt"];
        let text = encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned();
        let records: Vec<&str> = text.split_terminator("\r\n").collect();
        assert_eq!(records.len(), carried.len() + 2);
        let mut money = BTreeMap::new();
        for (record, line) in records[1..].iter().zip(&carried) {
            let field = |at: usize, length: usize| record.chars().skip(at - 1).take(length).collect::<String>().trim().to_owned();
            let folded: String = line["invoice_id"].to_uppercase().chars().filter(char::is_ascii_alphanumeric).collect();
            assert_eq!(field(263, 15), folded);
            assert_eq!(field(245, 10), line["debtor_id"].replace('-', ""));
            assert_eq!(field(255, 8), line["booking_date"].replace('-', ""));
            let amount = field(282, 15).parse::<i64>().unwrap() * if field(281, 1) == "-" { -1 } else { 1 };
            if record.starts_with("104") {
                assert_eq!(amount, cents(&line["applied_amount"]));
            } else {
                *money.entry(line["remittance_id"].clone()).or_insert(0) += amount;
            }
        }
        // The payments of a remittance are the money that it brought.
        for line in carried {
            assert_eq!(money[&line["remittance_id"]], cents(&line["remittance_amount"]), "seed {seed}: {line:?}");
        }
    }
}

#[test]
fn domestic_and_export_debtors_have_files_of_their_own() {
    let text = config::layout_text("semicolon").unwrap();
    let text = format!("apart = \"FR\"\nexport = \"X\"\n{}", text.replace("{date}", "{scope}-{date}"));
    let layout = config::read_layout(&"own.toml".into(), &text).unwrap();
    let dials = Dials::mixed(12, 600, 1_500, 90);
    let together = invented(&dials, "semicolon", None, 0);
    let files = invented(&dials, "own.toml", Some(layout), 0);
    let lines = |bytes: &[u8]| -> Vec<String> {
        let text = encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned();
        text.lines().skip(1).map(str::to_owned).collect()
    };
    let countries: BTreeMap<String, String> =
        rows(&world(&dials).debtors).into_iter().map(|r| (r["debtor_id"].clone(), r["country"].clone())).collect();
    let mut all = Vec::new();
    for (scope, number, is_domestic) in [("D", "001", true), ("X", "002", false)] {
        let own = lines(&files[&format!("lettrage-CT01-{scope}-2026-06-07-{number}.txt")]);
        for line in &own {
            assert_eq!(countries[line.split(';').nth(6).unwrap()] == "FR", is_domestic, "{line}");
        }
        all.extend(own);
    }
    // Who pays for both in one remittance is told, and in neither.
    let told = String::from_utf8(files["findings.csv"].clone()).unwrap();
    let mut expected = lines(&together["lettrage-CT01-2026-06-07-001.txt"]);
    let before = expected.len();
    expected.retain(|line| !told.contains(&format!("lines of {} ", line.split(';').nth(2).unwrap())));
    assert!(before - expected.len() < 20, "{before} {}", expected.len());
    all.sort();
    expected.sort();
    assert_eq!(all, expected);
}

/// The semicolon layout, with so many lines a file at most.
fn in_pieces(most: usize) -> Layout {
    let text = config::layout_text("semicolon").unwrap();
    config::read_layout(&"own.toml".into(), &format!("max_records = {most}\n{text}")).unwrap()
}

#[test]
fn twenty_thousand_lines_are_split_and_numbered_and_say_what_the_table_says() {
    let dials = Dials::mixed(11, 13_500, 48_000, 3_000);
    let files = invented(&dials, "own.toml", Some(in_pieces(5_000)), 41);
    let table = rows(std::str::from_utf8(&files["lettrage-CT01.csv"]).unwrap());
    assert!(table.len() > 20_000, "{}", table.len());
    let mut read: Vec<Vec<String>> = Vec::new();
    let mut of_file: BTreeMap<String, usize> = BTreeMap::new();
    let mut sequence = 41;
    for (name, bytes) in files.iter().filter(|(name, _)| name.starts_with("lettrage-CT01-2")) {
        sequence += 1;
        assert!(name.ends_with(&format!("-{sequence:03}.txt")), "{name}: {sequence}");
        let text = encoding_rs::WINDOWS_1252.decode(bytes).0.into_owned();
        let records: Vec<&str> = text.split_terminator("\r\n").collect();
        assert!(records.len() <= 5_001, "{name}: {}", records.len());
        for record in &records[1..] {
            let fields: Vec<String> = record.split(';').map(str::to_owned).collect();
            // A remittance is never in two files.
            let known = of_file.entry(fields[2].clone()).or_insert(sequence);
            assert_eq!(*known, sequence, "{}", fields[2]);
            read.push(fields);
        }
    }
    assert!(sequence - 41 >= table.len() / 5_000, "{sequence}");
    assert_eq!(read.len(), table.len());
    for (record, line) in read.iter().zip(&table) {
        let decimal = |name: &str| line[name].replace('.', ",");
        let day = line["booking_date"].split('-').rev().collect::<Vec<_>>().join("/");
        let wanted = [
            line["lettrage_code"].clone(),
            day,
            line["bank_reference"].clone(),
            line["payer_name"].clone(),
            decimal("remittance_amount"),
            line["currency"].clone(),
            line["debtor_id"].clone(),
            line["line_kind"].clone(),
            line["invoice_id"].clone(),
            decimal("applied_amount"),
            decimal("open_after"),
            line["destination"].clone(),
        ];
        assert_eq!(record[..], wanted);
    }
    let again = invented(&dials, "own.toml", Some(in_pieces(5_000)), 41);
    assert!(files == again, "the same night gives other bytes or numbers");
}

#[test]
fn every_rendering_of_invented_trades_adds_up_to_the_release() {
    for seed in 21..24 {
        let dials = Dials::hard(seed, 400, 1_100, 90);
        let files = invented(&dials, "jsonl", None, 0);
        let table = rows(std::str::from_utf8(&files["lettrage-CT01.csv"]).unwrap());
        let lines: Vec<BTreeMap<String, String>> = std::str::from_utf8(&files["lettrage-CT01.jsonl"])
            .unwrap()
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines, table, "seed {seed}");
        // What the payments of the lettrage brought is what the release hands on.
        let mut came_in: BTreeMap<&str, i64> = BTreeMap::new();
        for line in &table {
            came_in.insert(&line["remittance_id"], cents(&line["remittance_amount"]));
        }
        let release = rows(std::str::from_utf8(&files["release.csv"]).unwrap());
        let handed_on: i64 =
            release.iter().flat_map(|row| ["to_factor", "to_client", "on_hold"].map(|column| cents(&row[column]))).sum();
        assert_eq!(came_in.values().sum::<i64>(), handed_on, "seed {seed}");

        let files = invented(&dials, "remt.001", None, 0);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("remt.xml");
        std::fs::write(&path, &files["lettrage-CT01.remt.001.xml"]).unwrap();
        assert_valid(&path, &format!("seed {seed}"));
    }
}

/// Holds a remittance advice against its schema, where there is a tool for it.
pub fn assert_valid(path: &std::path::Path, of: &str) {
    if Command::new("xmllint").arg("--version").output().is_ok() {
        let schema = crate::project::root().join("tests/schemas/remt.001.001.05.xsd");
        let output = Command::new("xmllint").args(["--noout", "--schema"]).arg(schema).arg(path).output().unwrap();
        assert!(output.status.success(), "{of}: {}", stderr(&output));
    }
}
