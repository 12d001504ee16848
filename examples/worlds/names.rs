//! Company names as they are given, and as banks and payers write them.

use super::random::Random;

const TRADES: [&str; 40] = [
    "Menuiserie",
    "Garage",
    "Imprimerie",
    "Boulangerie",
    "Transports",
    "Maçonnerie",
    "Électricité",
    "Plomberie",
    "Conserverie",
    "Librairie",
    "Pharmacie",
    "Clinique",
    "Hôtel",
    "Restaurant",
    "Brasserie",
    "Pépinières",
    "Scierie",
    "Fonderie",
    "Textiles",
    "Cartonnages",
    "Verrerie",
    "Nettoyage",
    "Sécurité",
    "Informatique",
    "Laboratoires",
    "Ateliers",
    "Chaudronnerie",
    "Carrosserie",
    "Logistique",
    "Emballages",
    "Énergies",
    "Distribution",
    "Travaux",
    "Couverture",
    "Peintures",
    "Serrurerie",
    "Minoterie",
    "Vignobles",
    "Fromagerie",
    "Cuirs",
];
const SURNAMES: [&str; 48] = [
    "Martin",
    "Bernard",
    "Thomas",
    "Petit",
    "Robert",
    "Richard",
    "Durand",
    "Dubois",
    "Moreau",
    "Laurent",
    "Simon",
    "Michel",
    "Lefèvre",
    "Leroy",
    "Roux",
    "David",
    "Bertrand",
    "Morel",
    "Fournier",
    "Girard",
    "Bonnet",
    "Dupont",
    "Lambert",
    "Fontaine",
    "Rousseau",
    "Vincent",
    "Muller",
    "Faure",
    "André",
    "Mercier",
    "Blanc",
    "Guérin",
    "Boyer",
    "Garnier",
    "Chevalier",
    "François",
    "Legrand",
    "Gauthier",
    "Perrin",
    "Robin",
    "Clément",
    "Morin",
    "Nicolas",
    "Henry",
    "Roussel",
    "Mathieu",
    "Gautier",
    "Masson",
];
const TOWNS: [&str; 20] = [
    "Lille", "Nantes", "Reims", "Dijon", "Brest", "Tours", "Nîmes", "Metz", "Angers", "Rouen", "Annecy", "Vannes", "Albi", "Pau",
    "Belfort", "Chartres", "Vichy", "Agen", "Nevers", "Quimper",
];
const FORMS: [&str; 7] = ["SARL", "SAS", "SA", "EURL", "SNC", "SASU", "SCOP"];
const ABROAD: [(&str, &str); 4] = [("GmbH", "DE"), ("B.V.", "NL"), ("S.r.l.", "IT"), ("NV", "BE")];

/// A company name and its country.
pub fn company(random: &mut Random) -> (String, &'static str) {
    let trade = TRADES[random.index(TRADES.len())];
    let surname = SURNAMES[random.index(SURNAMES.len())];
    let core = match random.below(4) {
        0 => format!("{trade} {surname}"),
        1 => format!("{trade} de {}", TOWNS[random.index(TOWNS.len())]),
        2 => format!("{surname} {} {trade}", SURNAMES[random.index(SURNAMES.len())]),
        _ => format!("{}{}{} {trade}", letter(random), letter(random), letter(random)),
    };
    let core = if random.percent(15) { format!("{core} {}", TOWNS[random.index(TOWNS.len())]) } else { core };
    if random.percent(8) {
        let (form, country) = ABROAD[random.index(ABROAD.len())];
        return (format!("{core} {form}"), country);
    }
    let form = FORMS[random.index(FORMS.len())];
    (if random.percent(40) { format!("{form} {core}") } else { format!("{core} {form}") }, "FR")
}

fn letter(random: &mut Random) -> char {
    char::from(b'A' + u8::try_from(random.below(26)).unwrap_or(0))
}

/// A surname.
pub fn surname(random: &mut Random) -> &'static str {
    SURNAMES[random.index(SURNAMES.len())]
}

/// A name as it arrives: mostly in capitals without accents; sometimes cut, mistyped, in another
/// order or without its legal form.
pub fn as_banks_write(name: &str, noise: u64, random: &mut Random) -> String {
    let mut written = if random.percent(80) { any_ascii::any_ascii(name).to_uppercase() } else { name.to_owned() };
    if random.percent(15) {
        let forms: Vec<String> = FORMS.iter().map(|f| (*f).to_owned()).collect();
        written = written.split(' ').filter(|word| !forms.iter().any(|f| f == word)).collect::<Vec<_>>().join(" ");
    }
    if !random.percent(noise) {
        return written;
    }
    let letters: Vec<char> = written.chars().collect();
    match random.below(3) {
        0 if letters.len() > 16 => {
            letters[..letters.len() - 1 - random.index(4)].iter().collect::<String>().trim_end().to_owned()
        }
        1 if letters.len() > 6 => {
            let at = 3 + random.index(letters.len() - 4);
            letters.iter().enumerate().map(|(i, c)| if i == at { letter(random) } else { *c }).collect()
        }
        _ => {
            let mut words: Vec<&str> = written.split(' ').collect();
            let at = random.index(words.len());
            words.swap(0, at);
            words.join(" ")
        }
    }
}

/// A name as it seldom arrives.
pub fn rarely_written(name: &str, random: &mut Random) -> String {
    let ascii = any_ascii::any_ascii(name).to_uppercase();
    let words: Vec<&str> = ascii.split(' ').collect();
    match random.below(8) {
        0 => {
            let before = ["STE ", "ETS ", "SOCIETE ", "M OU MME "][random.index(4)];
            format!("{before}{ascii}").chars().take(27).collect()
        }
        1 => name.chars().map(|c| if c.is_ascii() { c } else { '?' }).collect(),
        2 => {
            // Two letters wrong.
            let mut letters: Vec<char> = ascii.chars().collect();
            for _ in 0..2 {
                let at = random.index(letters.len());
                if letters[at] != ' ' {
                    letters[at] = letter(random);
                }
            }
            letters.into_iter().collect()
        }
        3 => words
            .iter()
            .map(|word| if word.len() > 6 { format!("{}.", &word[..4]) } else { (*word).to_owned() })
            .collect::<Vec<_>>()
            .join(" "),
        4 => words.concat(),
        5 => format!(
            "{ascii}{}",
            [" AGENCE DE LILLE", " - SERVICE COMPTABILITE", "/FOURNISSEURS", " CPTE COURANT"][random.index(4)]
        ),
        6 => format!("{} P/C {ascii}", ["COMPTABILITE CENTRALE", "CABINET FIDUCIAIRE", "HOLDING GESTION"][random.index(3)]),
        _ => words.into_iter().rev().collect::<Vec<_>>().join(" "),
    }
}
