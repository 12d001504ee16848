//! Letters and dossiers: what they say, in which language, and what a confidential contract never tells.

use lettrage::config;
use lettrage::model::History;
use lettrage::pipeline::Night;

use crate::dunning::{Case, DEBTORS, HEAD, day, one, settings, table};

const COMPANY: &str = "[company]\nname = \"Lumiere SAS\"\naddress = [\"12 rue des Lilas\", \"69003 Lyon\"]\nmentions = \"SAS, RCS Lyon\"\nemail = \"compta@lumiere.example\"\nphone = \"+33 4\"\nsignature = \"La comptable\"\n";

/// Names of the letters of a night.
fn letters(night: &Night) -> Vec<&str> {
    night.files.keys().filter(|name| name.starts_with("letter-")).map(String::as_str).collect()
}

/// The dedicated account as people type it.
const PRINTED: &str = "FR76\u{A0}3000\u{A0}6000\u{A0}0112\u{A0}3456\u{A0}7890\u{A0}189";

#[test]
fn a_letter_names_what_is_owed_and_where_to_pay_and_nothing_is_sent() {
    let case = one("2026-11-02");
    let settings = settings("kind = \"confidential\"", COMPANY);
    let night = case.night(&settings, day("2026-11-20"), History::default());
    assert_eq!(letters(&night), ["letter-D1-reminder_1.eml", "letter-D1-reminder_1.html"]);
    let page = String::from_utf8(night.files["letter-D1-reminder_1.html"].clone()).unwrap();
    for part in ["SARL Dupont", "FA1", "02/11/2026", "100,00\u{A0}€", "18", PRINTED, "Lumiere SAS", "RCS Lyon"] {
        assert!(page.contains(part), "{part}: {page}");
    }
    assert!(!page.to_lowercase().contains("factor"));
    let mail = String::from_utf8(night.files["letter-D1-reminder_1.eml"].clone()).unwrap();
    assert!(mail.contains("To: <a@example.com>\r\n") && mail.contains("X-Unsent: 1\r\n"), "{mail}");
    // Without the name of the company nothing is drafted.
    let silent = case.night(&super::dunning::settings("kind = \"confidential\"", ""), day("2026-11-20"), History::default());
    assert!(letters(&silent).is_empty());
}

#[test]
fn a_notified_debtor_reads_the_notice_and_in_its_own_language() {
    let case = Case { debtors: "debtor_id,name,language\nD1,Dupont Ltd,en\n".to_owned(), ..one("2026-11-02") };
    let night = case.night(&settings("kind = \"mandate\"", COMPANY), day("2026-11-20"), History::default());
    let page = String::from_utf8(night.files["letter-D1-reminder_1.html"].clone()).unwrap();
    assert!(page.contains("These invoices have been assigned to Factor SA") && page.contains(PRINTED), "{page}");
}

#[test]
fn the_flat_indemnity_is_in_euros_whatever_the_contract_is_in() {
    let levels = format!(
        "{COMPANY}[[dunning.levels]]\nname = \"notice\"\nstage = \"formal_notice\"\ndays = 1\nchannels = [\"registered_letter\"]\n"
    );
    for (currency, in_table, open) in [("EUR", "40.00", "100,00\u{a0}\u{20ac}"), ("JPY", "", "100\u{a0}JPY")] {
        let settings = settings(&format!("kind = \"confidential\"\ncurrency = \"{currency}\""), &levels);
        let whole = |text: String| if currency == "JPY" { text.replace(".00", "") } else { text };
        let case = Case { invoices: whole(one("2026-11-02").invoices), ..one("2026-11-02") };
        let night = case.night(&settings, day("2026-11-20"), History::default());
        assert_eq!(table(&night, "dunning.csv")[0]["fixed_indemnity"], in_table);
        let page = String::from_utf8(night.files["letter-D1-notice.html"].clone()).unwrap();
        assert!(page.contains("40,00\u{a0}\u{20ac}") && page.contains(open), "{currency}: {page}");
    }
}

#[test]
fn a_letter_says_only_what_is_true_of_all_its_items() {
    let items = "FA1,D1,2026-01-02,2026-11-02,100.00,100.00,2026-01-03,\nFA2,D1,2026-01-02,2026-12-01,60.00,60.00,2026-01-03,\n\
                 FA3,D1,2026-01-02,2026-11-03,30.00,30.00,,\n";
    let case = Case::new(&format!("{HEAD}\n{items}"), "debtor_id,name,email\nD1,SARL Dupont,a@example.com\n");
    let night = case.night(&settings("kind = \"mandate\"", COMPANY), day("2026-11-20"), History::default());
    let pages = letters(&night).into_iter().filter(|name| !name.contains(".eml"));
    let page = |name: &str| String::from_utf8(night.files[name].clone()).unwrap();
    let said: Vec<(&str, Vec<&str>, bool)> = pages
        .map(|name| {
            let named = ["FA1", "FA2", "FA3"].into_iter().filter(|item| page(name).contains(item)).collect();
            (name, named, page(name).contains("Ces factures ont \u{e9}t\u{e9} c\u{e9}d\u{e9}es"))
        })
        .collect();
    let expected = [
        ("letter-D1-approval.html", vec!["FA2"], true),
        ("letter-D1-reminder_1-2.html", vec!["FA3"], false),
        ("letter-D1-reminder_1.html", vec!["FA1"], true),
    ];
    assert_eq!(said, expected);
    assert!(!page("letter-D1-approval.html").contains("\u{e9}chues"), "{}", page("letter-D1-approval.html"));
}

#[test]
fn a_formal_notice_threatens_only_where_the_claim_is_proven() {
    let levels = format!(
        "{COMPANY}[[dunning.levels]]\nname = \"notice\"\nstage = \"formal_notice\"\ndays = 1\nchannels = [\"registered_letter\"]\n"
    );
    let settings = settings("kind = \"confidential\"", &levels);
    for (proof, threatens) in [("", false), ("delivery", true)] {
        let case =
            Case::new(&format!("{HEAD},proof\nFA1,D1,2026-01-02,2026-09-01,1000.00,1000.00,2026-01-03,90.00,{proof}\n"), DEBTORS);
        let night = case.night(&settings, day("2026-10-31"), History::default());
        let page = String::from_utf8(night.files["letter-D1-notice.html"].clone()).unwrap();
        assert!(page.contains("Mise en demeure") && page.contains("20,38\u{A0}€") && page.contains("40,00\u{A0}€"), "{page}");
        assert_eq!(page.contains("juridiction"), threatens);
    }
}

#[test]
fn the_factors_name_planted_anywhere_stops_the_letter() {
    for channel in ["email", "letter"] {
        planted_everywhere(channel);
    }
}

/// In each of the fields that a letter shows, and in the wording; by e-mail or on paper.
fn planted_everywhere(channel: &str) {
    let good = |company: &str, debtors: &str, invoice: &str, level: &str| {
        let levels =
            format!("[[dunning.levels]]\nname = \"{level}\"\nstage = \"overdue\"\ndays = 1\nchannels = [\"{channel}\"]\n");
        let settings = settings("kind = \"confidential\"", &format!("{company}{levels}"));
        let case = Case::new(
            &format!(
                "{HEAD}\n{invoice},{},2026-01-02,2026-11-02,100.00,100.00,2026-01-03,90.00\n",
                debtors.split(',').next().unwrap()
            ),
            &format!("debtor_id,name,contact,email\n{debtors}\n"),
        );
        case.night(&settings, day("2026-11-20"), History::default())
    };
    let debtor = "D1,SARL Dupont,Mme Martin,a@example.com";
    assert_eq!(letters(&good(COMPANY, debtor, "FA1", "rappel")).len(), 2);
    let mut planted: Vec<(String, Night)> = Vec::new();
    for text in ["Lumiere SAS", "12 rue des Lilas", "SAS, RCS Lyon", "compta@lumiere.example", "+33 4", "La comptable"] {
        planted.push((text.to_owned(), good(&COMPANY.replace(text, "Factor SA"), debtor, "FA1", "rappel")));
    }
    for field in ["D1", "SARL Dupont", "Mme Martin", "a@example.com"] {
        planted.push((field.to_owned(), good(COMPANY, &debtor.replace(field, "factor-sa"), "FA1", "rappel")));
    }
    planted.push(("number".to_owned(), good(COMPANY, debtor, "FACTOR-SA-1", "rappel")));
    planted.push(("level".to_owned(), good(COMPANY, debtor, "FA1", "factor_sa")));
    if channel == "letter" {
        // Nobody writes to that address on paper.
        planted.retain(|(field, _)| field != "a@example.com");
    }
    for (place, _) in letter_texts() {
        let mut settings = settings("kind = \"confidential\"", &format!("{COMPANY}{}", level_by(channel)));
        let french = settings.wordings.iter_mut().find(|w| w.language == "fr").unwrap();
        *letter_texts().into_iter().find(|(name, _)| *name == place).unwrap().1(french) += " Affacturage";
        planted.push((place.to_owned(), one("2026-11-02").night(&settings, day("2026-11-20"), History::default())));
    }
    for (field, night) in planted {
        assert!(letters(&night).is_empty(), "{field}: {:?}", letters(&night));
        assert!(night.findings.iter().any(|f| f.rule == "letter-confidential"), "{field}");
        assert_eq!(table(&night, "dunning.csv")[0]["held_reason"], "letter_stopped", "{field}");
        assert!(night.memory.dunning.is_empty(), "{field}: what is not written is not done");
    }
}

#[test]
fn a_letter_speaks_the_language_of_its_debtor() {
    let manual = std::fs::read_to_string(crate::project::root().join("docs/wordings.md")).unwrap();
    let german = manual.split("```toml\n").nth(2).and_then(|block| block.split("```").next()).unwrap();
    let mut settings = settings("kind = \"mandate\"", &format!("{COMPANY}{}", level_by("letter")));
    settings.wordings.push(config::read_wording(&"de.toml".into(), german).unwrap_or_else(|problems| panic!("{problems:?}")));
    for (language, said) in [("de-AT", "Summe"), ("fr", "Reste dû"), ("it", "Days late"), ("", "Reste dû")] {
        let case = Case { debtors: format!("debtor_id,name,language\nD1,Huber GmbH,{language}\n"), ..one("2026-11-02") };
        let night = case.night(&settings, day("2026-11-20"), History::default());
        let page = String::from_utf8(night.files["letter-D1-rappel.html"].clone()).unwrap();
        assert!(page.contains(said), "{language}: {page}");
        if said == "Summe" {
            assert!(page.contains("02.11.2026") && page.contains("sind an Factor SA abgetreten"), "{page}");
            let (paper, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(&night.files["letter-D1-rappel.pdf"]);
            assert!(paper.starts_with("%PDF-") && paper.contains("02.11.2026") && paper.contains("Huber GmbH"), "{paper}");
        }
    }
}

/// One level that is called for at once.
fn level_by(channel: &str) -> String {
    format!("[[dunning.levels]]\nname = \"rappel\"\nstage = \"overdue\"\ndays = 1\nchannels = [\"{channel}\"]\n")
}

/// A text of a wording.
type Place = fn(&mut config::Wording) -> &mut String;

/// What a wording lets a first reminder say.
fn letter_texts() -> Vec<(&'static str, Place)> {
    fn level(wording: &mut config::Wording) -> &mut config::LevelWording {
        wording.levels.iter_mut().find(|level| level.name == "overdue").unwrap()
    }
    vec![
        ("greeting", |w| &mut w.greeting),
        ("closing", |w| &mut w.closing),
        ("questions", |w| &mut w.questions),
        ("account", |w| &mut w.account),
        ("total", |w| &mut w.total),
        ("column", |w| &mut w.columns[0]),
        ("subject", |w| &mut level(w).subject),
        ("opening", |w| &mut level(w).opening),
        ("request", |w| &mut level(w).request),
    ]
}

#[test]
fn what_is_ready_for_the_courts_gets_a_dossier_that_names_what_is_missing() {
    let levels = format!(
        "{COMPANY}[[dunning.levels]]\nname = \"hand_over\"\nstage = \"contentious\"\ndays = 60\nchannels = [\"letter\"]\n"
    );
    let settings = settings("kind = \"confidential\"", &levels);
    let with = |proof: &str, dispute: &str| {
        let invoices = format!(
            "{HEAD},proof,dispute\nFA1,D1,2026-01-02,2026-09-01,1000.00,1000.00,2026-01-03,90.00,{proof},{dispute}\nFA2,D1,2026-11-02,2026-12-01,50.00,50.00,2026-11-03,45.00,,\n"
        );
        Case::new(&invoices, DEBTORS).night(&settings, day("2026-11-20"), History::default())
    };
    for (proof, dispute) in [("", ""), ("order", "price")] {
        assert!(!with(proof, dispute).files.keys().any(|name| name.starts_with("dossier-")), "{proof} {dispute}");
    }
    let night = with("commande|facture", "");
    let files: Vec<&String> = night.files.keys().filter(|name| name.starts_with("dossier-")).collect();
    assert_eq!(files, ["dossier-CT01-D1.csv", "dossier-CT01-D1.html", "dossier-CT01-D1.pdf"]);
    let rows = table(&night, "dossier-CT01-D1.csv");
    let notes: Vec<&str> = rows.iter().filter(|r| r["section"] == "document").map(|r| r["note"].as_str()).collect();
    assert_eq!(notes, ["order at hand", "delivery missing", "invoice at hand", "notice missing"]);
    let noted = table(&with("oui", ""), "dossier-CT01-D1.csv");
    let notes: Vec<&str> = noted.iter().filter(|r| r["section"] == "document").map(|r| r["note"].as_str()).collect();
    assert_eq!(notes, ["order not named", "delivery not named", "invoice not named", "notice not named"]);
    let of_night = &table(&night, "dunning.csv")[0];
    let interest = rows.iter().find(|r| r["section"] == "interest").unwrap();
    assert_eq!(interest["amount"], of_night["penalty_interest"]);
    let page = String::from_utf8(night.files["dossier-CT01-D1.html"].clone()).unwrap();
    assert!(page.contains("(incomplet)") && page.contains("FA2") && page.contains("injonction de payer"), "{page}");
    assert!(!with("order|delivery|invoice|notice", "").files["dossier-CT01-D1.html"].is_empty());
}
