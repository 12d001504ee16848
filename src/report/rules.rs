//! What each rule means and what helps, in French: for the report and for the reason files of a French
//! company. The finding itself, with its figures, stands beside it as the program words it.

/// What a rule found, and what to do; `None` for a rule of the configuration, which the person at the
/// keyboard reads.
#[must_use]
pub fn in_french(rule: &str) -> Option<(&'static str, &'static str)> {
    let again = "Demander à la banque de renvoyer le fichier.";
    let export = "Corriger l'export du grand livre, puis relancer la même date.";
    Some(match rule {
        "xml-syntax" => ("Le fichier n'est pas un XML complet et bien formé.", again),
        "xml-character" => ("Le fichier contient un caractère que XML interdit.", again),
        "xml-limit" => ("Le fichier dépasse une limite de sécurité (profondeur, longueur).", again),
        "xml-doctype" => (
            "Le fichier contient un DOCTYPE : jamais lu, par sécurité.",
            "Demander à l'expéditeur ce qu'est ce fichier ; ne pas l'ouvrir ailleurs.",
        ),
        "encoding" => (
            "Des octets du fichier ne sont pas dans le codage annoncé.",
            "Demander à la banque de renvoyer le fichier dans le codage qu'il annonce.",
        ),
        "encoding-guessed" => {
            ("Le fichier n'annonce pas son codage ; il a été deviné.", "Vérifier un nom accentué dans le rapport.")
        }
        "message-unknown" => {
            ("Ce n'est pas un relevé bancaire camt.", "Ne déposer dans ce dossier que les relevés de la banque.")
        }
        "message-version" => (
            "Cette version de camt n'est pas connue.",
            "Demander à la banque une version que ce programme lit, ou installer une version plus récente du programme.",
        ),
        "statement-missing" => ("Le message ne contient aucun relevé.", again),
        "sweep-late" => (
            "Des fonds lettrés n'ont pas été remontés par le factor dans le délai du contrat.",
            "Demander au factor s'il a reçu le lettrage ; donner ses réponses à `lettrage answers`.",
        ),
        "handed-over-paid" => (
            "Une pièce confiée à un tiers a été réglée.",
            "Prévenir celui qui la recouvre, avant qu'il ne facture des frais dessus.",
        ),
        "fec-unapplied" => (
            "Des règlements non lettrés du FEC ne portent pas le numéro de ce qu'ils règlent.",
            "Les lettrer en comptabilité, puis exporter de nouveau le FEC.",
        ),
        "fec-amount" | "fec-customer" | "fec-piece" | "fec-fields" => {
            ("Une écriture du FEC ne se lit pas.", "La corriger en comptabilité, puis exporter de nouveau le FEC.")
        }
        "ledger-instalments" => ("L'échéancier d'une pièce ne se lit pas, ou dépasse son montant.", export),
        "statement-id" => ("Le relevé n'a pas de numéro.", again),
        "statement-date" => ("Ni les soldes ni les écritures ne donnent de date au relevé.", again),
        "statement-balance-missing" => ("Le solde d'ouverture ou de clôture manque ou ne se lit pas.", again),
        "statement-unbalanced" => (
            "Les soldes du relevé ne bouclent pas : ouverture plus écritures ne donnent pas la clôture.",
            "Demander à la banque un relevé corrigé ; la différence est dans le détail.",
        ),
        "statement-currency" => {
            ("Le relevé n'est pas dans la devise du contrat.", "Vérifier le compte et la devise du contrat dans pipeline.toml.")
        }
        "statement-page" => ("Il manque une page du relevé.", "Déposer les pages manquantes ; le relevé attend."),
        "statement-future" => {
            ("Le relevé est daté après la date de traitement.", "Relancer à une date ultérieure ; le relevé attend.")
        }
        "statement-number-again" => (
            "La banque a donné le même numéro à deux relevés de jours différents.",
            "Rien à faire ; le jour a été ajouté au numéro.",
        ),
        "statement-conflict" => {
            ("Un relevé de ce numéro, mais d'un autre contenu, a déjà été pris.", "Demander à la banque lequel des deux vaut.")
        }
        "statement-again" => ("Ce relevé a déjà été pris.", "Rien à faire."),
        "statement-gap" => ("Il manque un ou plusieurs relevés avant celui-ci.", "Demander à la banque les relevés manquants."),
        "statement-intraday" => (
            "Un extrait intrajournalier (camt.052) n'est pas définitif.",
            "Ne déposer que les relevés de fin de journée (camt.053).",
        ),
        "statement-notification" => {
            ("Un avis (camt.054) sans le relevé dont il détaille une écriture.", "Déposer aussi le relevé (camt.053) du jour.")
        }
        "notification-sum" => {
            ("Les détails de l'avis ne font pas le montant de l'écriture.", "Demander à la banque le bon détail.")
        }
        "notification-disagrees" => {
            ("L'avis (camt.054) et le relevé se contredisent.", "Demander à la banque lequel des deux vaut.")
        }
        "notification-ambiguous" => {
            ("L'avis (camt.054) peut détailler plusieurs écritures.", "Demander à la banque de quelle écriture il s'agit.")
        }
        "entry-details-sum" => ("Les détails d'une écriture ne font pas son montant.", "Demander à la banque le bon détail."),
        "account-missing" => ("Le relevé ne dit pas de quel compte il est.", again),
        "account-iban" => ("L'IBAN du relevé est faux.", "Vérifier le compte avec la banque."),
        "account-foreign" => (
            "Ce compte n'est celui d'aucun contrat.",
            "Vérifier l'IBAN du contrat dans pipeline.toml, ou retirer ce relevé du dossier.",
        ),
        "sign" => ("Le sens d'une écriture ne se lit pas (CRDT ou DBIT).", again),
        "indicator" => ("Un indicateur vrai ou faux ne se lit pas (RvslInd).", again),
        "amount-range" => ("Un montant est trop grand ou négatif.", again),
        "amount-decimals" => ("Un montant a plus de décimales que sa devise.", again),
        "amount" => ("Un montant ne se lit pas.", again),
        "date-range" => ("Une date est hors du possible.", again),
        "container-zip" => ("L'archive zip ne se lit pas.", again),
        "container-gzip" => ("L'archive gz ne se lit pas.", again),
        "container-size" => ("L'archive, décompressée, dépasse la taille permise.", again),
        "container-members" => ("L'archive contient trop de fichiers.", again),
        "container-member" => ("Un fichier de l'archive ne se lit pas.", again),
        "container-nested" => ("Une archive dans une archive n'est pas ouverte.", "Déposer les relevés sans double emballage."),
        "container-path" => (
            "Un nom dans l'archive sort du dossier : jamais suivi, par sécurité.",
            "Demander à l'expéditeur ce qu'est ce fichier.",
        ),
        "container-empty" => ("L'archive est vide.", again),
        "inbox-file" => ("Le fichier n'a pas pu être lu.", "Vérifier les droits du fichier, puis relancer la même date."),
        "inbox-not-a-file" => ("Ce n'est pas un fichier : dossier ou lien, laissé en place.", "Le retirer du dossier."),
        "inbox-missing" => (
            "Le dossier des relevés n'existe pas.",
            "Le créer, ou corriger [inbox] path dans pipeline.toml, puis relancer la même date.",
        ),
        "inbox-empty" => {
            ("Aucun relevé dans le dossier.", "Si la banque doit un relevé du jour, le réclamer, puis relancer la même date.")
        }
        "ledger-number-again" => (
            "Un numéro de pièce déjà soldée sert à une nouvelle pièce, datée après ce règlement.",
            "Rien à faire ; elle est traitée comme une autre pièce.",
        ),
        "contract-renamed" => (
            "Ce contrat a été traité sous un autre identifiant : codes, pièces soldées et relances repartent de zéro.",
            "Si c'est le même contrat, lui rendre son identifiant avant la prochaine nuit.",
        ),
        "waiting-contract" => {
            ("Un règlement en attente est d'un contrat qui n'est plus configuré.", "Remettre le contrat dans pipeline.toml.")
        }
        "debit-unexpected" => {
            ("Un débit qui n'est ni un transfert au factor ni des frais.", "Interroger la banque tout de suite.")
        }
        "account-overdrawn" => (
            "Le compte dédié est à découvert : il ne devrait jamais l'être.",
            "Interroger la banque tout de suite : ce qui a été pris est au factor.",
        ),
        "booking-date" => (
            "Une écriture est datée après le jour de son relevé : elle attend une personne.",
            "Demander la date à la banque : elle peut décider à qui est l'argent.",
        ),
        "return-unclear" => (
            "Un retour dont on ne sait pas quel règlement il reprend : rien n'a été annulé.",
            "Demander à la banque, puis `lettrage undo` si un lettrage est à reprendre.",
        ),
        "reversal-not-exported" => (
            "Un lettrage est annulé, et la pièce n'est plus dans l'export : elle n'est dans aucun encours, ni relancée.",
            "Passer l'annulation en comptabilité, pour que l'export la montre de nouveau.",
        ),
        "decision-stale" => {
            ("Une décision ne s'applique plus : les montants ouverts ont changé.", "Décider de nouveau avec `lettrage confirm`.")
        }
        "decision-unknown" | "decision-ambiguous" | "decision-amount" | "decision-item" | "decision-rank" | "decision-reason" => {
            ("Une décision ne s'applique pas.", "Décider de nouveau avec `lettrage confirm`.")
        }
        "ledger-not-assigned" => (
            "L'export ne dit pas quelles factures sont cédées : tout l'argent passe pour celui du client.",
            "Exporter la date de cession (assigned_on), ou nommer sa colonne dans [ledger.columns].",
        ),
        "ledger-disagrees" => (
            "Le montant ouvert d'une pièce ne correspond à aucune étape connue d'ici : pas lettrée d'office.",
            "Comparer l'export et les lettrages de cette pièce.",
        ),
        "ledger-item-gone" => ("Une pièce ouverte ici a quitté l'export.", "Vérifier qu'elle a été soldée, et par quoi."),
        "ledger-empty" => ("L'export ne contient aucune pièce ouverte.", export),
        "ledger-invoice-duplicate" => ("Un numéro de pièce deux fois.", export),
        "ledger-debtor-unknown" => ("Une pièce d'un débiteur inconnu.", "Ajouter le débiteur à son fichier."),
        "ledger-contract-unknown" => ("Une pièce d'un contrat inconnu.", export),
        "ledger-due-before-issue" => ("Une échéance avant la date de la facture.", export),
        "ledger-due-terms" => (
            "Des échéances ne sont pas celles des conditions de paiement ; celles de l'export comptent.",
            "Corriger due_date ou payment_terms.",
        ),
        "ledger-due-late" => (
            "Des échéances dépassent le plafond légal (60 jours, ou 45 jours fin de mois ; art. L441-10 I), ou celui du métier.",
            "Vérifier ces conditions de paiement.",
        ),
        "ledger-terms" => (
            "Des conditions de paiement ne se lisent pas ; l'échéance de la ligne compte.",
            "Écrire par exemple « 45 jours fin de mois ».",
        ),
        "debtor-duplicate" => ("Un débiteur deux fois.", export),
        "debtor-iban" => ("L'IBAN d'un débiteur est faux.", "Le corriger dans le fichier des débiteurs."),
        "debtor-yes-no" => ("Une colonne attend oui ou non.", export),
        "letter-confidential" => {
            ("Une lettre aurait révélé l'affacturage : arrêtée.", "Corriger le texte ou le nom qui le révèle.")
        }
        "letter-notice" => {
            ("Une lettre sans la mention de cession ou sans le compte : arrêtée.", "Compléter le contrat dans pipeline.toml.")
        }
        "contact-unknown" => ("Un contact d'une pièce que le grand livre n'a pas.", "Vérifier le numéro dans contacts.csv."),
        "contact-future" => ("Des contacts datés d'après cette nuit.", "Vérifier leur date dans contacts.csv."),
        "contact-level" => ("Des contacts d'un niveau de relance inconnu.", "Écrire le nom du niveau comme dans [dunning]."),
        "run-date" => (
            "La date demandée est avant celle d'une nuit déjà passée.",
            "Si ce jour n'était pas voulu, relancer à la date du jour : rien n'est lettré deux fois.",
        ),
        "interest-rate" => ("Il manque le taux d'un semestre.", "Compléter les taux dans pipeline.toml."),
        _ if rule.starts_with("ledger-") => ("Une ligne de l'export ne peut pas être utilisée.", export),
        _ if rule.starts_with("layout-") => {
            ("Le fichier du factor n'a pas pu porter une ligne.", "Vérifier le format avec `lettrage layout check`.")
        }
        _ => return None,
    })
}
