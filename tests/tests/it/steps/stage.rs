//! The stage on which steps are tried: a sponsor, a vendor, its competitor on the same study, everybody of each role, machines of both
//! sides, people who wrote, handed in and own, and one who belongs to both sides.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};
use tandem_domain::access::{Role, Side};
use tandem_domain::engagement::{Engagement, EngagementState};
use tandem_domain::id::{OrganizationId, PersonId, TypedId, encode};
use tandem_domain::party::{ApiClient, OrganizationType, Person};
use tandem_domain::portfolio::{Site, Study, StudyCountry, StudySite};
use tandem_domain::record::{Entity, Kind, Record};
use tandem_gateway::config::Settings;
use tandem_gateway::demo;
use tandem_tests::house::{Answer, Backend, Ground, House, client, person};
use tandem_tests::records;

/// Everybody by a short name, with his organisation and role.
pub(crate) const PEOPLE: &[(&str, u128, Role)] = &[
    ("sm@alder", 1, Role::SStudyManager),
    ("vm@alder", 1, Role::SVendorManager),
    ("sqa@alder", 1, Role::SQa),
    ("fin@alder", 1, Role::SFinance),
    ("sra@alder", 1, Role::SRegulatory),
    ("spv@alder", 1, Role::SSafety),
    ("sdl@alder", 1, Role::SDataLead),
    ("exec@alder", 1, Role::SExecutive),
    ("admin@alder", 1, Role::SAdmin),
    // Who wrote the sponsor's findings, and owns the sponsor's CAPAs; his role could decide on both.
    ("author@alder", 1, Role::SQa),
    ("sm2@alder", 1, Role::SStudyManager),
    ("pm@birchway", 2, Role::VProjectManager),
    ("cra@birchway", 2, Role::VCra),
    ("vdm@birchway", 2, Role::VDataManager),
    ("vst@birchway", 2, Role::VBiostatistician),
    ("vqa@birchway", 2, Role::VQa),
    ("vra@birchway", 2, Role::VRegulatory),
    ("vpv@birchway", 2, Role::VSafety),
    ("vfn@birchway", 2, Role::VFinance),
    ("admin@birchway", 2, Role::VAdmin),
    // Who wrote the vendor's findings, owns its CAPAs and asked for later days.
    ("author@birchway", 2, Role::VQa),
    // Who handed in for the vendor.
    ("pm2@birchway", 2, Role::VProjectManager),
    ("pm@cedarline", 3, Role::VProjectManager),
    ("cra@cedarline", 3, Role::VCra),
    ("vdm@cedarline", 3, Role::VDataManager),
    ("vqa@cedarline", 3, Role::VQa),
    ("vra@cedarline", 3, Role::VRegulatory),
];

/// The machines: of the sponsor, of the vendor, of its competitor.
pub(crate) const MACHINES: &[(&str, u128)] = &[("alder-portal", 1), ("birchway-ctms", 2), ("cedarline-ctms", 3)];

const MACHINE_SCOPES: [&str; 5] = ["study:read", "site:read", "engagement:read", "deliverable:read", "finding:read"];

/// Somebody who asks.
#[derive(Debug, Clone)]
pub(crate) struct Player {
    pub(crate) name: String,
    pub(crate) role: Role,
    /// 1 the sponsor, 2 the vendor, 3 its competitor.
    pub(crate) organization: u128,
    /// Whether he has to name the organisation.
    picks: bool,
}

impl Player {
    pub(crate) fn side(&self) -> Side {
        if self.organization == 1 { Side::Sponsor } else { Side::Vendor }
    }

    pub(crate) fn is_machine(&self) -> bool {
        self.role == Role::PClient
    }

    fn token(&self) -> String {
        if self.is_machine() { client(&self.name, &MACHINE_SCOPES) } else { person(&self.name) }
    }
}

/// The players by name: `sqa@alder`, or a machine.
pub(crate) fn player(name: &str) -> Player {
    players().into_iter().find(|player| player.name == name).unwrap_or_else(|| panic!("{name} is nobody"))
}

/// The same human for another organisation: he has to name it.
pub(crate) fn dual(name: &str, organization: u128, role: Role) -> Player {
    Player { name: name.to_owned(), role, organization, picks: true }
}

/// Everybody and every machine.
pub(crate) fn players() -> Vec<Player> {
    let people = PEOPLE.iter().map(|(name, organization, role)| Player {
        name: (*name).to_owned(),
        role: *role,
        organization: *organization,
        picks: false,
    });
    let machines = MACHINES.iter().map(|(name, organization)| Player {
        name: (*name).to_owned(),
        role: Role::PClient,
        organization: *organization,
        picks: false,
    });
    people.chain(machines).collect()
}

/// The numbers of people's records begin here, in the order of [`PEOPLE`].
const FIRST_PERSON: u128 = 100;

/// The person's id.
pub(crate) fn id_of(name: &str) -> PersonId {
    let at = PEOPLE.iter().position(|(known, ..)| *known == name).unwrap_or_else(|| panic!("{name} is nobody"));
    records::id(FIRST_PERSON + at as u128)
}

/// The engagements of the vendor on the study, by how they stand.
pub(crate) struct Set {
    pub(crate) study: Study,
    pub(crate) active: Engagement,
    pub(crate) held: Engagement,
    pub(crate) closed: Engagement,
    pub(crate) competitors: Engagement,
    /// A site of the study for which the vendor is responsible, with its country and facility.
    pub(crate) place: (StudyCountry, Site, StudySite),
    /// One human as the sponsor's QA and study manager, and as the vendor's project manager and QA.
    pub(crate) two: (Person, Person),
}

pub(crate) fn set() -> Set {
    let study = records::study(10, records::id(1));
    let vendor: OrganizationId = records::id(2);
    let of_state = |number, state| Engagement { state, ..records::engagement(number, &study, vendor, None) };
    Set {
        active: of_state(20, EngagementState::Active),
        held: of_state(21, EngagementState::OnHold),
        closed: of_state(22, EngagementState::Closed),
        competitors: records::engagement(23, &study, records::id(3), None),
        place: place(&study, &of_state(20, EngagementState::Active)),
        two: (records::person(90, records::id(1)), records::person(91, vendor)),
        study,
    }
}

fn place(study: &Study, responsible: &Engagement) -> (StudyCountry, Site, StudySite) {
    let country = records::study_country(30, study, records::country("DE"), Some(responsible));
    let site = records::site(31, study.sponsor_id, records::country("DE"));
    let study_site = records::study_site(32, &country, &site, Some(responsible));
    (country, site, study_site)
}

/// The name of the human of two organisations.
pub(crate) const TWO: &str = "two@both";

fn parties(set: &Set) -> Vec<Entity> {
    let mut all: Vec<Entity> = [(1, OrganizationType::Sponsor), (2, OrganizationType::Cro), (3, OrganizationType::Cro)]
        .into_iter()
        .map(|(number, of)| records::organization(number, of).into_entity())
        .collect();
    let mut join = |person: Person, name: &str, organization: u128, roles: &[(u128, Role)]| {
        let contact = tandem_domain::party::PersonContact { email: format!("{name}.example.org"), ..records::contact(&person) };
        let id = person.id;
        all.extend([person.into_entity(), contact.into_entity()]);
        all.extend(roles.iter().map(|(number, role)| records::membership(*number, id, records::id(organization), *role).into_entity()));
    };
    for (number, (name, organization, role)) in (FIRST_PERSON..).zip(PEOPLE) {
        join(records::person(number, records::id(*organization)), name, *organization, &[(number + 100, *role)]);
    }
    join(set.two.0.clone(), TWO, 1, &[(300, Role::SQa), (301, Role::SStudyManager)]);
    join(set.two.1.clone(), TWO, 2, &[(302, Role::VQa), (303, Role::VProjectManager)]);
    all
}

/// A world with these records besides, being served.
pub(crate) struct Stage {
    pub(crate) ground: Ground,
    pub(crate) house: House,
}

impl Stage {
    pub(crate) async fn with(backend: Backend, records: Vec<Entity>) -> Self {
        let set = set();
        let mut all = parties(&set);
        all.push(set.study.clone().into_entity());
        for (number, engagement) in (400..).zip([&set.active, &set.held, &set.closed, &set.competitors]) {
            all.extend([engagement.clone().into_entity(), records::service_scope(number, engagement).into_entity()]);
        }
        let (country, site, study_site) = set.place;
        all.extend([country.into_entity(), site.into_entity(), study_site.into_entity()]);
        for (number, (name, organization)) in (500..).zip(MACHINES) {
            let machine = ApiClient {
                issuer: demo::ISSUER.to_owned(),
                client_id: (*name).to_owned(),
                expires_at: records::in_days(3_000),
                ..records::client(number, records::id(*organization))
            };
            all.push(machine.into_entity());
        }
        all.extend(records);
        let ground = Ground::new(backend).await;
        let vault = ground.vault().await;
        vault.seed("stage", all).await.unwrap();
        vault.close().await;
        let settings = Settings { rate_limit: 0, max_cost: 1_000_000, max_document_tokens: 10_000, ..ground.settings() };
        let house = ground.serve_with(settings).await.unwrap();
        let stage = Self { ground, house };
        // First sign-ins are written down: everybody has signed in before anything is tried.
        for player in players() {
            let seen = stage.ask(&player, "{ viewer { side } }", json!({})).await;
            assert!(!seen.at("/data/viewer").is_null(), "{}: {}", player.name, seen.text);
        }
        for organization in [1, 2] {
            let seen = stage.ask(&dual(TWO, organization, Role::SQa), "{ viewer { side } }", json!({})).await;
            assert!(!seen.at("/data/viewer").is_null(), "{}", seen.text);
        }
        stage
    }

    pub(crate) async fn ask(&self, player: &Player, query: &str, variables: Json) -> Answer {
        let organization = encode(Kind::Organization, records::id::<OrganizationId>(player.organization).uuid());
        let headers = [("Tandem-Organization", organization.as_str())];
        self.house.ask_with(&player.token(), query, variables, if player.picks { &headers } else { &[] }).await
    }

    /// Tries a mutation; the payload's own fields, and its errors as code and message.
    pub(crate) async fn try_one(&self, player: &Player, mutation: &str, payload: &str, input: Json) -> (Json, Vec<(String, String)>) {
        let query = format!(
            "mutation($input: {}Input!) {{ {mutation}(input: $input) {{ {payload} userErrors {{ code message }} }} }}",
            pascal(mutation)
        );
        let answer = self.ask(player, &query, json!({ "input": input })).await;
        let payload = answer.at(&format!("/data/{mutation}")).clone();
        (payload.clone(), errors(&payload, &answer))
    }
}

/// The errors of a payload.
pub(crate) fn errors(payload: &Json, answer: &Answer) -> Vec<(String, String)> {
    let all = payload["userErrors"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
    let text = |error: &Json, field: &str| error[field].as_str().unwrap_or_default().to_owned();
    all.iter().map(|error| (text(error, "code"), text(error, "message"))).collect()
}

pub(crate) fn pascal(name: &str) -> String {
    format!("{}{}", name[..1].to_uppercase(), &name[1..])
}

/// The mutation of a step: `deliverableBeginReview`.
pub(crate) fn mutation_of(kind: Kind, action: &str) -> String {
    let name = kind.name();
    let words: String = action.split('_').map(|word| format!("{}{}", &word[..1], word[1..].to_lowercase())).collect();
    format!("{}{}{words}", name[..1].to_lowercase(), &name[1..])
}

/// The id as the graph shows it.
pub(crate) fn shown(record: &Entity) -> String {
    encode(record.kind(), record.uuid())
}

/// What a step takes besides, where its mutation asks for it; `document` is what is handed in.
pub(crate) fn besides(mutation: &str, document: &str) -> BTreeMap<&'static str, Json> {
    let pairs: Vec<(&'static str, Json)> = match mutation {
        "deliverableSubmit" => vec![("documentId", json!(document))],
        "deliverableReturn" => vec![("comment", json!("Table 3 is missing."))],
        "deliverableAcceptWithComments" => vec![("comment", json!("Mind table 3."))],
        "findingRespond" => vec![
            ("rootCauseMethod", json!("FIVE_WHYS")),
            ("rootCauseCategory", json!("PROCESS")),
            ("rootCause", json!("Nobody looked.")),
            ("correction", json!("It was looked at.")),
        ],
        "findingWaiveCapa" => vec![("rationale", json!("It cannot happen again."))],
        "findingClose" => vec![("closureRationale", json!("It helped."))],
        "capaDeferCheck" => vec![("nextCheckOn", json!("2099-01-01"))],
        "issueResolve" => vec![("resolution", json!("It works again."))],
        _ => Vec::new(),
    };
    pairs.into_iter().collect()
}
