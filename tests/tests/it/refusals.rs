//! Every mutation there is, by everyone who may not: the right code, and nothing written anywhere.
//! Who may, and who sees the target, is written down here by hand.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};
use tandem_domain::command::{CommandDef, Flavour, catalogue};
use tandem_domain::record::{Kind, Scalar};
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{Answer, BOTH, Ground, House, person};
use tandem_tests::tokens::{Asker, everybody, now};

/// The work between the sides, with its lists. Who may do what there is tried by every role in `sweep/roles`, against the matrix; here
/// these are aims for ids.
const WORK: &[(Kind, &str)] = &[
    (Kind::Program, "programs"),
    (Kind::Milestone, "milestones"),
    (Kind::EnrollmentSnapshot, "enrollmentSnapshots"),
    (Kind::Document, "documents"),
    (Kind::Deliverable, "deliverables"),
    (Kind::Finding, "findings"),
    (Kind::Capa, "capas"),
    (Kind::CapaAction, "capaActions"),
    (Kind::DueDateExtension, "dueDateExtensions"),
    (Kind::EffectivenessCheck, "effectivenessChecks"),
    (Kind::Issue, "issues"),
    (Kind::Comment, "comments"),
];

/// Whether a mutation is of the kinds whose tables stand here.
fn is_tabled(command: &CommandDef) -> bool {
    WORK.iter().all(|(kind, _)| *kind != command.kind)
}

/// The records that the mutations aim at: a study with two rivals, and what belongs to one of them in it.
pub(crate) struct Targets(pub(crate) BTreeMap<Kind, String>);

impl Targets {
    pub(crate) async fn find(house: &House) -> Self {
        let manager = "{ study(protocolNumber: \"QF-101\") { id countries(filter: { countryCode: { eq: \"DE\" } }) { nodes { id sites { nodes \
                       { id site { id } } } } } engagements(filter: { vendorVisibleStatus: { eq: GREEN } }) { nodes { id vendor { id name } \
                       scopes { nodes { id } } } } } }";
        let seen = house.ask(&person("marisol@quillfen"), manager).await;
        let text =
            |answer: &Answer, pointer: &str| answer.at(pointer).as_str().unwrap_or_else(|| panic!("{pointer}: {}", answer.text)).to_owned();
        let engagements = seen.at("/data/study/engagements/nodes").as_array().unwrap();
        let index = engagements.iter().position(|one| one["vendor"]["name"].as_str().unwrap().starts_with("Veltrona")).unwrap();
        let engagement = format!("/data/study/engagements/nodes/{index}");
        let admin = "{ apiClients { nodes { id } } accessReviews { nodes { id } } people(filter: { displayName: { contains: \"Odile\" } }) { nodes { id memberships { nodes { \
                     id } } } } }";
        let admins = house.ask(&person("kofi@veltrona"), admin).await;
        let mut targets = BTreeMap::from([
            (Kind::Study, text(&seen, "/data/study/id")),
            (Kind::StudyCountry, text(&seen, "/data/study/countries/nodes/0/id")),
            (Kind::StudySite, text(&seen, "/data/study/countries/nodes/0/sites/nodes/0/id")),
            (Kind::Site, text(&seen, "/data/study/countries/nodes/0/sites/nodes/0/site/id")),
            (Kind::Engagement, text(&seen, &format!("{engagement}/id"))),
            (Kind::ServiceScope, text(&seen, &format!("{engagement}/scopes/nodes/0/id"))),
            (Kind::Organization, text(&seen, &format!("{engagement}/vendor/id"))),
            (Kind::Person, text(&admins, "/data/people/nodes/0/id")),
            (Kind::Membership, text(&admins, "/data/people/nodes/0/memberships/nodes/0/id")),
            (Kind::ApiClient, text(&admins, "/data/apiClients/nodes/0/id")),
            (Kind::AccessReview, text(&admins, "/data/accessReviews/nodes/0/id")),
        ]);
        targets.extend(Self::work(house, &text(&seen, &format!("{engagement}/id"))).await);
        Self(targets)
    }

    /// Something of each kind of work under this engagement, or else under another.
    async fn work(house: &House, engagement: &str) -> Vec<(Kind, String)> {
        let mut found = Vec::new();
        for (kind, list) in WORK {
            let narrow = if *kind == Kind::Program { "" } else { "first: 1, filter: { engagementId: { eq: $e } }" };
            let narrow = if narrow.is_empty() { "first: 1" } else { narrow };
            let query = format!(
                "query($e: ID!) {{ near: {list}({narrow}) {{ nodes {{ id }} }} any: {list}(first: 1) {{ nodes {{ id }} }} e: node(id: $e) {{ id }} }}"
            );
            let seen = house.ask_with(&person("marisol@quillfen"), &query, json!({ "e": engagement }), &[]).await;
            let id = ["near", "any"].into_iter().find_map(|of| seen.at(&format!("/data/{of}/nodes/0/id")).as_str().map(str::to_owned));
            found.push((*kind, id.unwrap_or_else(|| panic!("the demo has no {kind:?}: {}", seen.text))));
        }
        found
    }

    fn id(&self, kind: Kind) -> &str {
        self.0.get(&kind).unwrap_or_else(|| panic!("no target of {kind:?}"))
    }
}

/// An input that would do, made from the mutation's own declaration.
pub(crate) fn input(command: &CommandDef, targets: &Targets) -> Json {
    let mut input = Map::new();
    for field in command.fields.iter().filter(|field| field.shape.required) {
        let later = || chrono::DateTime::from_timestamp(now() + 86_400, 0).unwrap().to_rfc3339();
        let value = match field.shape.scalar {
            Scalar::Id(kind) => json!(targets.id(kind)),
            Scalar::String if field.name == "email" => json!("new@veltrona.example.org"),
            Scalar::String if field.name == "action" => json!(if command.kind == Kind::Engagement { "TERMINATE" } else { "ARCHIVE" }),
            Scalar::String => json!("planted"),
            Scalar::Enum(terms) if field.name == "scope" => json!(terms.terms[0].0),
            Scalar::Enum(terms) => json!(terms.terms[0].0),
            Scalar::EnumList(terms) => json!([terms.terms[0].0]),
            Scalar::Boolean => json!(true),
            Scalar::Int | Scalar::BigInt => json!(1),
            Scalar::Float => json!(1.0),
            Scalar::DateTime => json!(later()),
            Scalar::Date => json!("2026-01-01"),
            Scalar::CountryCode => json!("CA"),
            other => panic!("{}: no value for {} of {other:?}", command.name, field.name),
        };
        input.insert(camel(field.name), value);
    }
    if command.flavour != Flavour::Create {
        input.insert("expectedVersion".to_owned(), json!(1));
    }
    if command.flavour == Flavour::Signed {
        input.insert("signature".to_owned(), json!({ "meaning": "APPROVAL" }));
    }
    input.insert("reason".to_owned(), json!("tried by who may not"));
    Json::Object(input)
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |all, word| format!("{all}{}{}", word[..1].to_uppercase(), &word[1..]))
}

/// Who of the demo world may do this to the targets, from the tables of the design.
fn may(command: &str) -> &'static [&'static str] {
    let whole = |names: &'static [&'static str]| names;
    match command {
        // Administrators, of the organisation that the target belongs to; who invites or creates does so in his own.
        "personInvite" | "apiClientCreate" => whole(&["noor@quillfen", "ines@brackenmoor", "kofi@veltrona", "aiko@osprelle"]),
        "membershipGrant" | "membershipEnd" | "apiClientEnd" | "apiClientNarrow" => whole(&["kofi@veltrona"]),
        // Of his own organisation, whoever may end memberships: its administrator, a sponsor's QA.
        "accessReviewOpen" => whole(&[
            "noor@quillfen",
            "ines@brackenmoor",
            "kofi@veltrona",
            "aiko@osprelle",
            "petra@quillfen",
            "oskar@quillfen",
            "ulla@brackenmoor",
            "dagny@osprelle for Brackenmoor",
        ]),
        "accessReviewDecide" | "accessReviewComplete" => whole(&["kofi@veltrona"]),
        "studyCreate" => whole(&["marisol@quillfen", "leopold@brackenmoor"]),
        "siteCreate" => whole(&["marisol@quillfen", "leopold@brackenmoor"]),
        "siteUpdate" => whole(&["marisol@quillfen"]),
        "studyBenchmarkUpdate" => whole(&["tomas@quillfen"]),
        "studySiteUpdate" | "studySiteContactUpdate" => whole(&["marisol@quillfen", "yuna@quillfen", "ravi@veltrona", "saoirse@veltrona"]),
        "studyConfirm" => whole(&["petra@quillfen", "oskar@quillfen"]),
        "engagementConfirm" => whole(&["petra@quillfen", "oskar@quillfen", "marisol@quillfen", "yuna@quillfen"]),
        "engagementHold" | "engagementWindDown" => whole(&["idris@quillfen", "marisol@quillfen", "yuna@quillfen"]),
        _ if command.starts_with("engagement") || command.starts_with("serviceScope") => whole(&["idris@quillfen"]),
        // The vendor's people bring a site as far as its initiation; from there on the sponsor moves it.
        "studySiteAssess" | "studySiteSelect" | "studySiteContract" | "studySiteInitiate" | "studySiteDeselect" => {
            whole(&["marisol@quillfen", "yuna@quillfen", "ravi@veltrona", "saoirse@veltrona"])
        }
        // Only regulatory affairs records a rejection, and the demo has nobody there.
        "studyCountryReject" => &[],
        _ => whole(&["marisol@quillfen", "yuna@quillfen"]),
    }
}

/// Who of the demo world sees the target of this kind, from the tables of the design. Of an auditor with two organisations the
/// one that he acts for is named.
fn sees(kind: Kind) -> &'static [&'static str] {
    match kind {
        // The sponsor's roles with study content; every vendor at work on the study; both machines.
        Kind::Study => &[
            "marisol@",
            "idris@",
            "petra@",
            "oskar@",
            "darya@",
            "tomas@",
            "greta@",
            "yuna@",
            "ravi@",
            "saoirse@",
            "bastian@",
            "odile@",
            "henrik@",
            "dagny@osprelle for Osprelle",
            "zofia@",
            "lucia@",
            "veltrona-ctms",
            "quillfen-portal",
        ],
        // Germany is led by Veltrona, and Tarnwick covers every country. The executive sees no sites, the associate of one French
        // site no country.
        Kind::StudyCountry | Kind::StudySite => &[
            "marisol@",
            "idris@",
            "petra@",
            "oskar@",
            "darya@",
            "tomas@",
            "yuna@",
            "ravi@",
            "saoirse@",
            "odile@",
            "zofia@",
            "veltrona-ctms",
        ],
        // The same hospital takes part in QF-204, where Osprelle leads Germany.
        Kind::Site => &[
            "marisol@",
            "idris@",
            "petra@",
            "oskar@",
            "darya@",
            "tomas@",
            "yuna@",
            "ravi@",
            "saoirse@",
            "odile@",
            "zofia@",
            "veltrona-ctms",
            "henrik@",
            "dagny@osprelle for Osprelle",
        ],
        // Its two sides; whoever has a country or a site of the study has the header. The subcontractor does not see its prime's.
        Kind::Engagement => &[
            "marisol@",
            "idris@",
            "petra@",
            "oskar@",
            "darya@",
            "tomas@",
            "greta@",
            "yuna@",
            "ravi@",
            "saoirse@",
            "bastian@",
            "odile@",
            "veltrona-ctms",
        ],
        // A scope belongs to no one country or site.
        Kind::ServiceScope => {
            &["marisol@", "idris@", "petra@", "oskar@", "darya@", "tomas@", "greta@", "yuna@", "ravi@", "odile@", "veltrona-ctms"]
        }
        // Odile of the CRO: herself, and who keeps or leads her organisation's people.
        Kind::Person | Kind::Membership => &["ravi@", "kofi@", "odile@"],
        // The CRO's machine: its administrator, the vendor manager of the engagement that it lists, itself.
        Kind::ApiClient => &["kofi@", "idris@", "veltrona-ctms"],
        // The CRO's administrator and its QA.
        Kind::AccessReview => &["kofi@", "odile@"],
        other => panic!("the table does not say who sees {other:?}"),
    }
}

fn is_one_of(asker: &Asker, names: &[&str]) -> bool {
    names.iter().any(|name| asker.name.starts_with(name))
}

/// Who has a role that may make such a thing somewhere, though perhaps not here: only they are told what they do not see. Whoever
/// may never make one is told that, and nothing of what he named.
fn makers(command: &str) -> &'static [&'static str] {
    match command {
        "personInvite" | "membershipGrant" | "apiClientCreate" => &["noor@", "kofi@"],
        "studyCreate" | "siteCreate" | "studyCountryCreate" | "studySiteCreate" => &["marisol@", "yuna@", "leopold@"],
        "engagementCreate" | "serviceScopeCreate" => &["idris@"],
        "accessReviewOpen" => &["noor@", "kofi@", "petra@"],
        other => panic!("the table does not say who makes anything by {other}"),
    }
}

/// The code that is right for somebody who may not do this to these targets.
fn expected(command: &CommandDef, asker: &Asker) -> &'static str {
    if command.flavour == Flavour::Create && !is_one_of(asker, makers(&command.name)) {
        return "FORBIDDEN";
    }
    let mut named = command.fields.iter().filter(|field| field.shape.required).filter_map(|field| match field.shape.scalar {
        Scalar::Id(kind) => Some(kind),
        _ => None,
    });
    if named.all(|kind| is_one_of(asker, sees(kind))) { "FORBIDDEN" } else { "NOT_FOUND" }
}

/// The table of sight is the graph's: everybody sees the targets that it gives him, and no others.
#[tokio::test]
async fn the_table_of_sight_is_what_is_seen() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let targets = Targets::find(&house).await;
        let tabled = |kind: &Kind| *kind != Kind::Organization && WORK.iter().all(|(work, _)| work != kind);
        let kinds: Vec<Kind> = targets.0.keys().copied().filter(tabled).collect();
        let ids: Vec<&str> = kinds.iter().map(|kind| targets.id(*kind)).collect();
        for asker in everybody() {
            let answer = asker.ask(&house, "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", json!({ "ids": ids })).await;
            for (place, kind) in kinds.iter().enumerate() {
                let seen = !answer.at(&format!("/data/nodes/{place}/id")).is_null();
                assert_eq!(seen, is_one_of(&asker, sees(*kind)), "{} and the {kind:?}: {}", asker.name, answer.text);
            }
        }
        for kind in kinds {
            for name in sees(kind) {
                assert!(everybody().iter().any(|asker| asker.name.starts_with(name)), "{name} is nobody");
            }
        }
        house.stop().await;
    }
}

pub(crate) fn pascal(name: &str) -> String {
    format!("{}{}", name[..1].to_uppercase(), &name[1..])
}

#[tokio::test]
async fn who_may_not_is_told_so_and_writes_nothing() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let settings = tandem_gateway::config::Settings { rate_limit: 0, ..ground.settings() };
        let house = ground.serve_with(settings).await.unwrap();
        let askers = everybody();
        for asker in &askers {
            let _ = asker.ask(&house, "{ viewer { side } }", json!({})).await;
        }
        let targets = Targets::find(&house).await;
        let (before, length) = (fingerprint(&ground).await, journal_length(&ground).await);
        let mut refused = BTreeMap::new();
        for command in catalogue().iter().filter(|command| is_tabled(command)) {
            let input = input(command, &targets);
            let query = format!(
                "mutation($input: {}Input!) {{ answer: {}(input: $input) {{ userErrors {{ code field }} }} }}",
                pascal(&command.name),
                command.name
            );
            for asker in askers.iter().filter(|asker| !may(&command.name).iter().any(|name| asker.name.starts_with(name))) {
                let answer = asker.ask(&house, &query, json!({ "input": input })).await;
                let errors = answer
                    .at("/data/answer/userErrors")
                    .as_array()
                    .unwrap_or_else(|| panic!("{} {}: {}", asker.name, command.name, answer.text));
                let expected = expected(command, asker);
                let codes: Vec<&str> = errors.iter().map(|error| error["code"].as_str().unwrap()).collect();
                assert_eq!(codes, [expected], "{} {}: {}", asker.name, command.name, answer.text);
                *refused.entry(expected).or_insert(0) += 1;
            }
        }
        assert!(refused["FORBIDDEN"] > 300 && refused["NOT_FOUND"] > 300, "{refused:?}");
        assert_eq!(journal_length(&ground).await, length);
        assert_eq!(fingerprint(&ground).await, before, "{kind:?}: a refused command wrote something");
        house.stop().await;
    }
}

/// The same inputs, tried by who may: the refusals above are of the persons and not of the inputs.
#[tokio::test]
async fn who_may_is_not_refused_for_who_he_is() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let settings = tandem_gateway::config::Settings { rate_limit: 0, ..ground.settings() };
        let house = ground.serve_with(settings).await.unwrap();
        let targets = Targets::find(&house).await;
        let askers = everybody();
        for command in catalogue().iter().filter(|command| is_tabled(command)) {
            let mut input = input(command, &targets);
            input["dryRun"] = json!(true);
            let query = format!(
                "mutation($input: {}Input!) {{ answer: {}(input: $input) {{ userErrors {{ code message field }} }} }}",
                pascal(&command.name),
                command.name
            );
            let Some(name) = may(&command.name).first() else { continue };
            let asker = askers.iter().find(|asker| asker.name.starts_with(name)).unwrap();
            let answer = asker.ask(&house, &query, json!({ "input": input })).await;
            let errors =
                answer.at("/data/answer/userErrors").as_array().unwrap_or_else(|| panic!("{name} {}: {}", command.name, answer.text));
            let wrong = errors.iter().any(|error| error["code"] == "FORBIDDEN" || error["code"] == "NOT_FOUND");
            assert!(!wrong, "{name} {}: {}", command.name, answer.text);
        }
        house.stop().await;
    }
}
