//! The page for people: who may see and do what, as Markdown, from the policy, the lifecycles and the tables.
//! `docs/access.md` is what this prints; a test holds that.

use std::fmt::Write as _;

use tandem_domain::access::sentences::{WITHHELD, client_sentence, done_by, listed, narrowing, readers_by_way, roles_in_words};
use tandem_domain::access::{Action, ClientScope, Role, Side, Trail, client_scope, client_write_scope, may_ever, trail};
use tandem_domain::lifecycle::{Lifecycle, Takers, Transition};
use tandem_domain::record::{Kind, description};
use tandem_domain::vocabulary::Vocabulary;

use crate::declare::{What, tables};

/// The whole page.
pub(crate) fn access_page() -> String {
    let mut page = String::from(HEAD);
    roles(&mut page);
    page.push_str(SCOPES);
    glance(&mut page);
    details(&mut page);
    parts(&mut page);
    clients(&mut page);
    histories(&mut page);
    page.push_str(ABSENT);
    page
}

const HEAD: &str = "# Who may see and do what

This page is printed by Tandem from the rules that it decides by: `tandem schema --access > docs/access.md`. A test holds that it is
up to date. The same sentences stand in the schema's descriptions.

Access comes from **memberships** only. A membership gives a person one role in one organisation, within one scope, from when to
when; an administrator grants it, never to himself, and gives a reason. Whoever has no membership in force sees nothing. A request
acts for exactly one organisation. Nothing in a token or a request gives a role. What is not listed here nobody may do.

## Roles

";

const SCOPES: &str = "
## How scopes narrow

| scope of a membership | what it has |
|---|---|
| ALL_ORG | everything that the role reads in the organisation |
| STUDY | one study, and what belongs to it |
| ENGAGEMENT | one engagement and what is subcontracted from it, the countries and sites in which it works, and the study itself |
| COUNTRY | one country of one study, and what lies in it; the study itself and its engagements |
| SITE | one site of one study; the study itself and its engagements |

A narrower scope never has the restricted parts of what it sees only as the surroundings of its own: a site's member sees the study,
and not the sponsor's assessment of it. To *change* something, it has to lie in the scope itself. A vendor sees a study, its
countries and its sites only through its engagements: from the time an engagement begins to give sight until it is closed or
terminated, and of countries and sites those that the engagement leads, is responsible for, or covers by a service scope on that day.

";

const CLIENTS: &str =
    "A machine client reads, and changes what scopes of their own name; it signs nothing and takes no step. Its reach is the engagements listed in the directory, or the whole organisation
for an organisation's own client. It needs the scope of what it reads or changes, in the directory and in its token; a token that
names none gives none. Parties, that is organisations and people, and itself it reads without.

| scope | what it reads, or does |
|---|---|
";

const ABSENT: &str = "
## Hidden is absent

What a person may not see does not exist for that person: it stands in no list and no count, cannot be filtered or ordered by, and
its id answers exactly like an id that was never issued, when reading and when changing. What somebody can see but may not do is
refused with FORBIDDEN. A restricted part that a role never reads is null, and the answer's `extensions.redactions` names its path,
whether or not there is anything.

Why a person can or cannot see a record is answered by `explainAccess` on the graph, to those who may see both.
";

fn roles(page: &mut String) {
    page.push_str("| role | in | what for |\n|---|---|---|\n");
    for (role, (term, doc)) in Role::ALL.iter().zip(Role::TERMS.terms) {
        let place = match role.side() {
            Some(Side::Sponsor) => "a sponsor",
            Some(Side::Vendor) => "a vendor",
            Some(Side::Neither) | None => "either",
        };
        let doc = description(doc);
        let doc = doc.trim_start_matches("Sponsor: ").trim_start_matches("Vendor: ");
        let _ = writeln!(page, "| {term} | {place} | {doc} |");
    }
}

fn people(side: Side) -> Vec<Role> {
    Role::ALL.iter().copied().filter(|role| role.side() == Some(side)).collect()
}

/// `study manager` for S_STUDY_MANAGER.
fn called(role: Role) -> String {
    let term = role.to_string();
    let words: Vec<String> =
        term.split('_').skip(1).map(|word| if word.len() <= 3 { word.to_owned() } else { word.to_lowercase() }).collect();
    words.join(" ")
}

fn wholes() -> impl Iterator<Item = Kind> {
    Kind::ALL.iter().copied().filter(|kind| kind.def().part_of.is_none())
}

fn steps(kind: Kind) -> &'static [Transition] {
    kind.def().lifecycle.map(|lifecycle| lifecycle.transitions).unwrap_or_default()
}

fn glance(page: &mut String) {
    page.push_str("## At a glance\n\n");
    page.push_str("**r** reads, **c** creates, **u** changes, **s** takes a step of its lifecycle, **v** confirms a step, **e** ends; each within its scope.\n");
    for (side, title) in [(Side::Sponsor, "Roles of a sponsor"), (Side::Vendor, "Roles of a vendor")] {
        let roles = people(side);
        let names: Vec<String> = roles.iter().map(|role| called(*role)).collect();
        let _ = write!(page, "\n| {title} | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(roles.len()));
        for kind in wholes() {
            let cells: Vec<String> = roles.iter().map(|role| cell(kind, *role)).collect();
            let _ = writeln!(page, "| {} | {} |", kind.words(), cells.join(" | "));
        }
    }
}

fn cell(kind: Kind, role: Role) -> String {
    let confirms = steps(kind).iter().any(|step| step.confirmed_by.contains(&role));
    let marks = [
        ('r', may_ever(kind, Action::Read, role)),
        ('c', may_ever(kind, Action::Create, role)),
        ('u', may_ever(kind, Action::Update, role)),
        ('s', steps(kind).iter().any(|step| step.who.contains(&role))),
        ('v', confirms),
        ('e', may_ever(kind, Action::End, role)),
    ];
    let marks: String = marks.into_iter().filter(|(_, holds)| *holds).map(|(mark, _)| mark).collect();
    if marks.is_empty() { "–".to_owned() } else { marks }
}

fn details(page: &mut String) {
    page.push_str("\n## One by one\n");
    for kind in wholes() {
        let _ = write!(page, "\n### {}\n\n{}\n\n", capital(&kind.words()), description(kind.def().doc));
        readers(page, kind);
        for (verb, action) in [("Created", Action::Create), ("Changed", Action::Update), ("Ended", Action::End)] {
            if let Some(who) = done_by(kind, action) {
                let _ = writeln!(page, "- {verb}: {}", lower(&who));
            }
        }
        if let Some(lifecycle) = kind.def().lifecycle {
            lifecycle_table(page, lifecycle);
        }
    }
}

fn readers(page: &mut String, kind: Kind) {
    if kind == Kind::ExternalReference {
        page.push_str(
            "- Read by members and clients of the organisation whose system it is, beneath the record: by whoever of them reads that.\n",
        );
        return;
    }
    for (roles, words) in readers_by_way(kind) {
        let _ = writeln!(page, "- Read by {roles}: {words}.");
    }
    for sentence in [narrowing(kind), Some(client_sentence(kind))].into_iter().flatten() {
        let _ = writeln!(page, "- {sentence}");
    }
}

fn lifecycle_table(page: &mut String, lifecycle: &Lifecycle) {
    page.push_str("\n| step | from | to | may be done by | needs |\n|---|---|---|---|---|\n");
    for step in lifecycle.transitions {
        let from: Vec<String> = step.from.iter().map(|state| plain(state)).collect();
        let when: Vec<&str> = step.when.iter().map(|case| case.words()).collect();
        let when = if when.is_empty() { String::new() } else { format!(", where {}", when.join(" and ")) };
        let mut needs = Vec::new();
        if !step.confirmed_by.is_empty() {
            needs.push(format!("another person's confirmation ({})", roles_in_words(step.confirmed_by)));
        }
        if step.reason {
            needs.push("a reason".to_owned());
        }
        if step.signature {
            needs.push("a signature".to_owned());
        }
        let who = match step.takers {
            _ if step.is_systems() => "Tandem itself, when something else makes it so".to_owned(),
            Takers::All => roles_in_words(step.who),
            Takers::Function(_) => format!("{}, by what its type is about", roles_in_words(step.who)),
        };
        let (action, to) = (plain(step.action), plain(step.to));
        let _ = writeln!(page, "| {action} | {}{when} | {to} | {who} | {} |", from.join(", "), listed(&needs));
    }
}

fn parts(page: &mut String) {
    page.push_str("\n## Restricted parts\n\n");
    let _ = writeln!(page, "Some fields are kept apart from their record, so that they can be withheld. {WITHHELD}\n");
    page.push_str("| part | what it is | read by | changed by |\n|---|---|---|---|\n");
    for table in tables() {
        for field in &table.fields {
            let What::Part { kind } = field.what else { continue };
            let read = part_readers(kind);
            let changed = done_by(kind, Action::Update).map_or_else(|| written_by_itself(kind).to_owned(), |who| lower(&who));
            let (whole, name, doc) = (with_article(&table.kind.words()), &field.name, description(kind.def().doc));
            let _ = writeln!(page, "| `{name}` of {whole} | {doc} | {read} | {changed} |");
        }
    }
}

fn part_readers(part: Kind) -> String {
    let (own, whole) = (readers_by_way(part), readers_by_way(part.whole()));
    let people = if own == whole {
        format!("whoever reads the {}", part.whole().words())
    } else {
        own.into_iter().map(|(roles, words)| format!("{roles}: {words}")).collect::<Vec<_>>().join("; ")
    };
    let clauses = [Some(format!("{people}.")), narrowing(part), Some(client_sentence(part))];
    clauses.into_iter().flatten().collect::<Vec<_>>().join(" ")
}

/// How a part comes to be that nobody edits.
fn written_by_itself(kind: Kind) -> &'static str {
    match kind {
        Kind::StudyConfirmation | Kind::EngagementConfirmation => "whoever confirms a step",
        Kind::PersonContact => "nobody; it is given with the invitation",
        Kind::AccessEvent => "nobody; it writes itself",
        _ => "nobody; it comes with imports",
    }
}

fn clients(page: &mut String) {
    page.push_str("\n## Machine clients\n\n");
    page.push_str(CLIENTS);
    for scope in ClientScope::ALL {
        let reads = |kind: &&Kind| client_scope(**kind) == Some(*scope) && may_ever(**kind, Action::Read, Role::PClient);
        let writes = |kind: &&Kind| client_write_scope(**kind) == Some(*scope);
        let kinds: Vec<String> = Kind::ALL.iter().filter(reads).map(|kind| kind.words()).collect();
        let changed: Vec<String> = Kind::ALL.iter().filter(writes).map(|kind| client_writes(*kind)).collect();
        let _ = writeln!(page, "| {} | {} |", scope.claim(), listed(&[kinds, changed].concat()));
    }
    let free: Vec<String> = Kind::ALL
        .iter()
        .filter(|kind| client_scope(**kind).is_none() && may_ever(**kind, Action::Read, Role::PClient))
        .map(|kind| kind.words())
        .collect();
    let _ = writeln!(page, "| none | {}, as far as what it reads by its scopes names them; itself |", listed(&free));
}

/// What a machine client that may write rows of a kind does with them.
fn client_writes(kind: Kind) -> String {
    let rows = format!("{}s", kind.words());
    match kind {
        Kind::ExternalReference => "says what its organisation's systems call what it reads".to_owned(),
        Kind::EnrollmentSnapshot => format!("makes {rows}, and changes those that it reads"),
        _ if may_ever(kind, Action::Create, Role::PClient) => format!("makes {rows} (a sponsor's client), and changes those that it reads"),
        _ => format!("changes {rows} that it reads"),
    }
}

fn histories(page: &mut String) {
    let told = |so_much| {
        roles_in_words(&Role::ALL.iter().copied().filter(|role| trail(*role) == so_much && role.side().is_some()).collect::<Vec<_>>())
    };
    page.push_str("\n## Histories\n\n");
    let _ = writeln!(
        page,
        "The history of a record is for those who see the record, entry by entry, as far as it was theirs to see then, and as they may see\n\
         what it speaks of. {} are told all of it; {} what they did themselves, and so is a machine\nclient; {} nothing.",
        capital(&told(Trail::Whole)),
        told(Trail::Own),
        told(Trail::Nothing)
    );
}

fn with_article(words: &str) -> String {
    let article = if words.starts_with(['a', 'e', 'i', 'o']) { "an" } else { "a" };
    format!("{article} {words}")
}

/// A term in plain letters: `start up` for START_UP.
fn plain(term: &str) -> String {
    term.to_lowercase().replace('_', " ")
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// A sentence as what follows a colon.
fn lower(sentence: &str) -> String {
    sentence.strip_prefix("May be done by ").unwrap_or(sentence).to_owned()
}
