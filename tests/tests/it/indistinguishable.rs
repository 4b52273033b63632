//! A hidden record and an id that was never issued: the same body, code, status, statements and rows read, whoever asks and however.
//! By finder, `node`, `nodes`, filters and history on both read paths, and as the target and in the inputs of every mutation over HTTP.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tandem_domain::access::{Facts, Viewer};
use tandem_domain::command::catalogue;
use tandem_domain::id::{decode, encode};
use tandem_domain::record::{Kind, Scalar, camel_case};
use tandem_gateway::config::Settings;
use tandem_gateway::demo::{self, Persona, PersonaBearer};
use tandem_graphql::limits::Limits;
use tandem_graphql::{Answer, Asked, Circumstance, Graph, GraphOptions, ReadPath};
use tandem_persistence::{Admission, SignIn, Vault};
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{BOTH, Ground, House};
use tandem_tests::operations::stock::Stock;
use tandem_tests::tokens::{Asker, everybody};
use uuid::Uuid;

use super::refusals::{Targets, input, pascal};

/// Who asks: both sponsors, three vendors, administrators and a machine, each with something that is hidden from him.
const WHO: &[&str] = &[
    "marisol@quillfen",
    "tomas@quillfen",
    "noor@quillfen",
    "leopold@brackenmoor",
    "ravi@veltrona",
    "saoirse@veltrona",
    "kofi@veltrona",
    "henrik@osprelle",
    "quillfen-portal",
];

/// The kinds that have a finder, with it and their list.
const FOUND: &[(Kind, &str, &str)] = &[
    (Kind::Organization, "organization", "organizations"),
    (Kind::Person, "person", "people"),
    (Kind::Membership, "membership", "memberships"),
    (Kind::ApiClient, "apiClient", "apiClients"),
    (Kind::Study, "study", "studies"),
    (Kind::StudyCountry, "studyCountry", "studyCountries"),
    (Kind::Site, "site", "sites"),
    (Kind::StudySite, "studySite", "studySites"),
    (Kind::Engagement, "engagement", "engagements"),
    (Kind::ServiceScope, "serviceScope", "serviceScopes"),
    (Kind::Program, "program", "programs"),
    (Kind::ProtocolVersion, "protocolVersion", "protocolVersions"),
    (Kind::Amendment, "amendment", "amendments"),
    (Kind::Milestone, "milestone", "milestones"),
    (Kind::EnrollmentSnapshot, "enrollmentSnapshot", "enrollmentSnapshots"),
    (Kind::Document, "document", "documents"),
    (Kind::Deliverable, "deliverable", "deliverables"),
    (Kind::DeliverableSubmission, "deliverableSubmission", "deliverableSubmissions"),
    (Kind::DeliverableReview, "deliverableReview", "deliverableReviews"),
    (Kind::Finding, "finding", "findings"),
    (Kind::FindingResponse, "findingResponse", "findingResponses"),
    (Kind::Capa, "capa", "capas"),
    (Kind::CapaAction, "capaAction", "capaActions"),
    (Kind::DueDateExtension, "dueDateExtension", "dueDateExtensions"),
    (Kind::EffectivenessCheck, "effectivenessCheck", "effectivenessChecks"),
    (Kind::Issue, "issue", "issues"),
    (Kind::Comment, "comment", "comments"),
];

type Ids = BTreeMap<Kind, Vec<String>>;

/// An id of a kind that nobody has ever had, made like those that somebody has.
fn never_issued(kind: Kind, number: u128) -> String {
    encode(kind, Uuid::from_u128(0x0199_0000_0000_7000_8000_0000_dead_0000 + number))
}

/// All but what is seen.
fn hidden(all: &Ids, seen: &[String]) -> Ids {
    all.iter().map(|(kind, ids)| (*kind, ids.iter().filter(|id| !seen.contains(id)).cloned().collect())).collect()
}

/// Some of them: the first, the last, and some between.
fn some(ids: &[String], number: usize) -> impl Iterator<Item = &String> {
    ids.iter().step_by(ids.len().div_ceil(number).max(1))
}

/// Someone who asks in the process, and what he does not see.
struct Looker {
    name: String,
    viewer: Arc<Viewer>,
    hidden: Ids,
}

async fn admit(vault: &Vault, persona: &Persona) -> Arc<Viewer> {
    let issuer = demo::ISSUER.to_owned();
    let sign_in = match &persona.bearer {
        PersonaBearer::Person(email) => {
            SignIn { issuer, subject: email.to_string(), verified_email: Some(email.to_string()), ..SignIn::default() }
        }
        PersonaBearer::Client(id, scopes) => {
            let scopes = scopes.iter().map(ToString::to_string).collect();
            SignIn { issuer, subject: id.to_string(), client: true, scopes: Some(scopes), ..SignIn::default() }
        }
    };
    match vault.admit(&sign_in, persona.pick).await.unwrap() {
        Admission::Admitted(viewer) => Arc::new(viewer),
        other => panic!("{}: {other:?}", persona.name),
    }
}

const NODES: &str = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }";

fn ids_in(nodes: &Json) -> Vec<String> {
    nodes.as_array().unwrap().iter().filter_map(|node| node["id"].as_str()).map(str::to_owned).collect()
}

async fn lookers(vault: &Vault, graph: &Graph, all: &Ids) -> Vec<Looker> {
    let mut lookers = Vec::new();
    for persona in demo::personas() {
        let name = match &persona.bearer {
            PersonaBearer::Person(email) => email.to_string(),
            PersonaBearer::Client(id, _) => id.to_string(),
        };
        if !WHO.iter().any(|who| name.starts_with(who)) {
            continue;
        }
        let viewer = admit(vault, &persona).await;
        let mut seen = Vec::new();
        for ids in all.values().flat_map(|ids| ids.chunks(100)) {
            let asked = Asked::of(NODES, json!({ "ids": ids }), &Limits::default()).unwrap();
            let answered = graph.answer(Arc::clone(&viewer), asked, Circumstance::default()).await;
            let Answer::Resolved(response) = answered.answer else { panic!("an unproven document has no plan") };
            seen.extend(ids_in(&serde_json::to_value(&response).unwrap()["data"]["nodes"]));
        }
        lookers.push(Looker { name, viewer, hidden: hidden(all, &seen) });
    }
    lookers
}

/// What an answer tells and what it cost.
#[derive(Debug, PartialEq, Eq)]
struct Told {
    text: String,
    by_levels: bool,
    statements: usize,
    rows: usize,
}

/// One document, asked as often as wanted: the first answer proves it, so that levels can give the next.
struct Question {
    text: String,
    asked: Asked,
    /// The kind of id that it takes.
    takes: Kind,
}

impl Question {
    fn new(takes: Kind, text: String) -> Self {
        Self { asked: Asked::of(&text, json!({}), &Limits::default()).unwrap(), text, takes }
    }

    async fn ask(&self, graph: &Graph, looker: &Looker, id: &str) -> Told {
        let variables = Asked::of(&self.text, json!({ "id": id }), &Limits::default()).unwrap().variables;
        let answered = graph.answer(Arc::clone(&looker.viewer), Asked { variables, ..self.asked.clone() }, Circumstance::default()).await;
        let (text, by_levels) = match answered.answer {
            Answer::Resolved(response) => (serde_json::to_string(&response).unwrap(), false),
            Answer::Written { data, extensions } => (format!("{} {extensions:?}", String::from_utf8(data).unwrap()), true),
        };
        Told { text: text.replace(id, "ID"), by_levels, statements: answered.statements, rows: answered.rows }
    }
}

/// Every way to name an id in a query: by finder, `node` and `nodes`, and in every filter that compares ids.
fn questions() -> Vec<Question> {
    let sdl = Graph::sdl();
    let mut questions = Vec::new();
    for (kind, finder, list) in FOUND {
        let mut ask = |takes: Kind, text: String| questions.push(Question::new(takes, format!("query($id: ID!) {{ {text} }}")));
        // What begins hidden does not tell when it began.
        ask(*kind, format!("{finder}(id: $id) {{ id version updatedAt }}"));
        ask(*kind, format!("{finder}(id: $id) {{ id history(first: 2) {{ totalCount nodes {{ version }} }} }}"));
        ask(*kind, "node(id: $id) { id __typename }".to_owned());
        ask(*kind, "nodes(ids: [$id]) { id __typename }".to_owned());
        let (_, rest) = sdl.split_once(&format!("input {}Filter {{", kind.name())).unwrap();
        let (filter, _) = rest.split_once("\n}").unwrap();
        let compared = kind.def().columns.iter().filter_map(|column| match column.scalar {
            Scalar::Id(target) if column.name != "id" => Some((camel_case(column.name), target)),
            _ => None,
        });
        for (field, takes) in [("id".to_owned(), *kind)].into_iter().chain(compared) {
            if filter.contains(&format!("\t{field}: IDComparator")) {
                // A cursor is sealed to its list with the filter, and so to the id that was sent.
                let found = "totalCount nodes { id } pageInfo { hasNextPage }";
                ask(takes, format!("{list}(first: 2, filter: {{ {field}: {{ eq: $id }} }}) {{ {found} }}"));
                ask(takes, format!("{list}(first: 2, filter: {{ not: {{ {field}: {{ in: [$id] }} }} }}) {{ {found} }}"));
            }
        }
    }
    questions
}

#[tokio::test]
async fn hidden_and_never_issued_read_alike() {
    let all = Stock::of(&demo::world().records).ids;
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let vault = ground.vault().await;
        for read_path in [ReadPath::Auto, ReadPath::Resolvers] {
            let graph = Graph::new(vault.clone(), GraphOptions { read_path, ..GraphOptions::default() }).await.unwrap();
            let lookers = lookers(&vault, &graph, &all).await;
            assert!(lookers.len() >= 6, "too few ask");
            let (mut compared, mut by_levels) = (0, 0);
            for question in questions() {
                for looker in &lookers {
                    let never = never_issued(question.takes, 1);
                    question.ask(&graph, looker, &never).await;
                    let expected = question.ask(&graph, looker, &never).await;
                    assert!(!expected.text.contains("\"errors\""), "{}: {}", question.text, expected.text);
                    for id in some(&looker.hidden[&question.takes], 4) {
                        let told = question.ask(&graph, looker, id).await;
                        assert_eq!(told, expected, "{kind:?} {read_path:?}: {} asks {} for {id}", looker.name, question.text);
                        compared += 1;
                        by_levels += usize::from(told.by_levels);
                    }
                }
            }
            println!("{kind:?} {read_path:?}: {compared} hidden ids like one never issued, {by_levels} of them answered by levels");
            assert!(compared > 1_000, "only {compared} were compared");
            assert_eq!(by_levels > compared / 2, read_path == ReadPath::Auto, "{by_levels} of {compared}");
        }
        vault.close().await;
    }
}

/// The same of ids that are seen: whoever sees it is told something else, or nothing above would prove anything.
#[tokio::test]
async fn what_is_seen_reads_otherwise() {
    let all = Stock::of(&demo::world().records).ids;
    let ground = Ground::with_demo(BOTH[0]).await;
    let vault = ground.vault().await;
    let graph = Graph::new(vault.clone(), GraphOptions::default()).await.unwrap();
    let lookers = lookers(&vault, &graph, &all).await;
    for question in questions() {
        let mut differing = 0;
        for looker in &lookers {
            let never = question.ask(&graph, looker, &never_issued(question.takes, 1)).await;
            let seen: Vec<String> =
                all[&question.takes].iter().filter(|id| !looker.hidden[&question.takes].contains(id)).cloned().collect();
            for id in some(&seen, 8) {
                differing += usize::from(question.ask(&graph, looker, id).await.text != never.text);
            }
        }
        assert!(differing > 0, "{} tells nobody anything", question.text);
    }
    vault.close().await;
}

async fn house(ground: &Ground) -> House {
    ground.serve_with(Settings { rate_limit: 0, ..ground.settings() }).await.unwrap()
}

fn askers() -> Vec<Asker> {
    everybody().into_iter().filter(|asker| WHO.iter().any(|who| asker.name.starts_with(who))).collect()
}

async fn hidden_from(asker: &Asker, house: &House, all: &Ids) -> Ids {
    let mut seen = Vec::new();
    for ids in all.values().flat_map(|ids| ids.chunks(100)) {
        seen.extend(ids_in(asker.ask(house, NODES, json!({ "ids": ids })).await.at("/data/nodes")));
    }
    hidden(all, &seen)
}

/// Whether an administrator may name this record, which he does not see, when he grants: his organisation's own, and what lies in the
/// studies on which it is engaged.
fn may_be_named(record: &Facts, organization: Uuid, engaged: &BTreeSet<Uuid>) -> bool {
    let own = [record.sponsor, record.vendor, record.prime_vendor].contains(&Some(organization));
    own || (record.kind != Kind::Engagement && record.study.is_some_and(|study| engaged.contains(&study)))
}

/// What each of them does not see; of an administrator without what he may name all the same.
async fn unnamable(asker: &Asker, house: &House, all: &Ids) -> Ids {
    let mut hidden = hidden_from(asker, house, all).await;
    if !["noor@", "kofi@"].iter().any(|name| asker.name.starts_with(name)) {
        return hidden;
    }
    let answer = asker.ask(house, "{ viewer { organization { id } } }", json!({})).await;
    let (_, organization) = decode(answer.at("/data/viewer/organization/id").as_str().unwrap()).unwrap();
    let records: Vec<Facts> = demo::world().records.iter().map(Facts::of).collect();
    let at = records.iter().filter(|one| one.kind == Kind::Engagement && one.vendor == Some(organization));
    let engaged: BTreeSet<Uuid> = at.filter_map(|one| one.study).collect();
    let named = records.iter().filter(|one| may_be_named(one, organization, &engaged));
    let named: BTreeSet<String> = named.map(|one| encode(one.kind, one.id)).collect();
    for ids in hidden.values_mut() {
        ids.retain(|id| !named.contains(id));
    }
    hidden
}

/// The people of an asker's own organisation: who owes something may name any of them as its owner.
async fn colleagues(asker: &Asker, house: &House) -> BTreeSet<String> {
    let answer = asker.ask(house, "{ viewer { organization { id } } }", json!({})).await;
    let organization = decode(answer.at("/data/viewer/organization/id").as_str().unwrap()).map(|(_, id)| id);
    let records: Vec<Facts> = demo::world().records.iter().map(Facts::of).collect();
    let own = records.iter().filter(|one| one.kind == Kind::Person && one.organization == organization);
    own.map(|one| encode(one.kind, one.id)).collect()
}

/// Every id that a mutation takes, as the target, in the input, in a list: a hidden one is refused like one never issued, and
/// nothing is written.
#[tokio::test]
async fn hidden_and_never_issued_are_refused_alike() {
    let all = Stock::of(&demo::world().records).ids;
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = house(&ground).await;
        let targets = Targets::find(&house).await;
        let askers = askers();
        let mut hidden = Vec::new();
        for asker in &askers {
            hidden.push((unnamable(asker, &house, &all).await, colleagues(asker, &house).await));
        }
        let (before, length) = (fingerprint(&ground).await, journal_length(&ground).await);
        let mut codes: BTreeMap<String, usize> = BTreeMap::new();
        for command in catalogue() {
            let name = &command.name;
            let query = format!(
                "mutation($input: {}Input!) {{ answer: {name}(input: $input) {{ userErrors {{ code message field }} }} }}",
                pascal(name)
            );
            for field in &command.fields {
                let (Scalar::Id(takes) | Scalar::IdList(takes)) = field.shape.scalar else { continue };
                let listed = matches!(field.shape.scalar, Scalar::IdList(_));
                for (asker, (hidden, colleagues)) in askers.iter().zip(&hidden) {
                    let told = async |id: &str| {
                        let mut input = input(command, &targets);
                        input[camel_case(field.name)] = if listed { json!([id]) } else { json!(id) };
                        let answer = asker.ask(&house, &query, json!({ "input": input })).await;
                        (answer.status, answer.challenge.clone(), answer.text.replace(id, "ID"))
                    };
                    let expected = told(&never_issued(takes, 2)).await;
                    let body: Json = serde_json::from_str(&expected.2).unwrap();
                    let code = body.pointer("/data/answer/userErrors/0/code").or(body.pointer("/errors/0/extensions/code"));
                    *codes.entry(code.unwrap_or_else(|| panic!("{name}: {body}")).to_string()).or_default() += 1;
                    let unnamable = |id: &&String| field.name != "owner_id" || !colleagues.contains(*id);
                    let unnamable: Vec<String> = hidden[&takes].iter().filter(unnamable).cloned().collect();
                    for id in some(&unnamable, 2) {
                        assert_eq!(told(id).await, expected, "{kind:?}: {} sends {name} {} {id}", asker.name, field.name);
                    }
                }
            }
        }
        println!("{kind:?}: {codes:?}");
        assert!(codes["\"NOT_FOUND\""] > 50, "{codes:?}");
        assert_eq!(journal_length(&ground).await, length);
        assert_eq!(fingerprint(&ground).await, before, "{kind:?}: a refused command wrote something");
        house.stop().await;
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Not a test but a report: medians of times of 1,000 interleaved pairs, over HTTP.
/// `cargo test -p tandem-tests --test it -- --ignored --nocapture medians`
#[tokio::test]
#[ignore = "a report of times, for a quiet machine"]
async fn medians_of_a_thousand_interleaved_pairs() {
    let all = Stock::of(&demo::world().records).ids;
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = house(&ground).await;
        for asker in askers().iter().filter(|asker| ["leopold@", "henrik@"].iter().any(|name| asker.name.starts_with(name))) {
            let hidden = hidden_from(asker, &house, &all).await;
            for (of, finder, list) in FOUND.iter().filter(|(of, ..)| [Kind::Study, Kind::StudySite].contains(of)) {
                let (hidden, never) = (hidden[of].first().unwrap(), never_issued(*of, 3));
                let finding = format!("query($id: ID!) {{ {finder}(id: $id) {{ id version history {{ totalCount }} }} }}");
                let filtering = format!("query($id: ID!) {{ {list}(filter: {{ id: {{ eq: $id }} }}) {{ totalCount nodes {{ id }} }} }}");
                for query in [finding, filtering] {
                    let (mut of_hidden, mut of_never) = (Vec::new(), Vec::new());
                    for turn in 0..1_000 {
                        let mut pair = [(hidden, &mut of_hidden), (&never, &mut of_never)];
                        // Whoever comes second may find something warm: they take turns.
                        pair.rotate_left(turn % 2);
                        for (id, times) in pair {
                            let begun = Instant::now();
                            asker.ask(&house, &query, json!({ "id": id })).await;
                            times.push(begun.elapsed());
                        }
                    }
                    let (of_hidden, of_never) = (median(of_hidden), median(of_never));
                    println!("{kind:?} {} {query}: hidden {of_hidden:?}, never issued {of_never:?}", asker.name);
                }
            }
        }
        house.stop().await;
    }
}
