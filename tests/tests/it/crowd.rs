//! A crowd: 32 clients of 8 roles at once, each answer held byte by byte against the same question asked alone before.
//! Beside them one grants and ends access of a bystander, so that whatever is remembered is let go. `TANDEM_CROWD_SECONDS` for longer.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value as Json, json};
use tandem_gateway::config::Settings;
use tandem_gateway::demo;
use tandem_tests::house::{Backend, Ground, House, person};
use tandem_tests::operations::rng::Rng;
use tandem_tests::operations::stock::Stock;
use tandem_tests::sweep::shape::{INTROSPECTION, Shape};
use tandem_tests::tokens::{Asker, everybody};

/// One person or machine of each of eight roles. None of them sees people of the organisation where access is given and ended.
const ROLES: [&str; 8] = [
    "marisol@quillfen", // S_STUDY_MANAGER
    "idris@quillfen",   // S_VENDOR_MANAGER
    "tomas@quillfen",   // S_FINANCE
    "greta@quillfen",   // S_EXECUTIVE
    "ravi@veltrona",    // V_PROJECT_MANAGER
    "saoirse@veltrona", // V_CRA
    "zofia@tarnwick",   // V_DATA_MANAGER
    "veltrona-ctms",    // P_CLIENT
];

const CLIENTS: usize = 32;

/// How many requests each client makes when nothing is said.
const REQUESTS: usize = 15;

/// A question: a document and its variables.
type Question = (String, Json);

/// Questions that everybody asks: every pair of the schema, all ids there are, lists in some order, filters, histories, errors.
fn questions(shape: &Shape, ids: &[String]) -> Vec<Question> {
    let mut questions: Vec<Question> = Vec::new();
    for (at, (document, _)) in shape.pairs("Query").into_iter().enumerate() {
        // The history of permissions and the feed tell, seconds later, of the first sign-ins of those who ask here.
        if at % 3 == 0 && !document.contains("permissionHistory") && !document.contains("changes") {
            let short =
                document.replace("(first: 40)", "(first: 4)").replace("(first: 8)", "(first: 3)").replace("(first: 6)", "(first: 2)");
            questions.push((short, json!({})));
        }
    }
    for some in ids.chunks(90) {
        questions.push(("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }".to_owned(), json!({ "ids": some })));
    }
    // One document, other variables: what is kept for a document must keep nothing of who asked it, or with what.
    for id in ids.iter().step_by(7) {
        questions.push((
            "query($id: ID!) { node(id: $id) { __typename id ... on Study { protocolNumber internal { riskScore } engagements { totalCount } } \
             ... on Engagement { vendor { name } internal { healthScore } } ... on StudySite { number contact { principalInvestigatorName } } } }"
                .to_owned(),
            json!({ "id": id }),
        ));
    }
    for list in ["studies", "engagements", "studySites", "people", "memberships"] {
        questions.push((format!("{{ {list}(first: 7, orderBy: [{{ field: UPDATED_AT }}, {{ field: ID, direction: DESC }}]) {{ totalCount edges {{ cursor }} nodes {{ id version }} }} }}"), json!({})));
        questions.push((format!("{{ {list}(first: 0) {{ totalCount }} }}"), json!({})));
    }
    questions.push(("{ viewer { side grants { role scope } person { id displayName } organization { name } } }".to_owned(), json!({})));
    questions.push(("{ nothing }".to_owned(), json!({})));
    questions
}

struct Crowd {
    house: House,
    askers: Vec<Asker>,
    questions: Vec<Question>,
    /// By asker and question: what it answered when nobody else asked.
    alone: BTreeMap<(usize, usize), (u16, String)>,
    asked: AtomicUsize,
    writes: AtomicUsize,
    over: AtomicBool,
}

impl Crowd {
    async fn ask(&self, asker: usize, question: usize) -> (u16, String) {
        let (document, variables) = &self.questions[question];
        let answer = self.askers[asker].ask(&self.house, document, variables.clone()).await;
        (answer.status, answer.text)
    }

    /// Gives a bystander access, lets him use it, takes it away, lets him try again; again and again.
    async fn give_and_take(&self) -> Result<(), String> {
        let admin = person("aiko@osprelle");
        let invite = "mutation { personInvite(input: { email: \"bystander@osprelle.example.org\", displayName: \"By Stander\" }) { person { id } userErrors { code } } }";
        let made = self.house.ask(&admin, invite).await;
        let id = made.at("/data/personInvite/person/id").as_str().ok_or_else(|| made.text.clone())?.to_owned();
        let bystander = person("bystander@osprelle");
        while !self.over.load(Ordering::Relaxed) {
            let grant = format!(
                "mutation {{ membershipGrant(input: {{ personId: \"{id}\", role: V_QA, scope: ALL_ORG, reason: \"for now\" }}) {{ membership {{ id }} userErrors {{ code message }} }} }}"
            );
            let granted = self.house.ask(&admin, &grant).await;
            let membership = granted.at("/data/membershipGrant/membership/id").as_str().ok_or_else(|| granted.text.clone())?.to_owned();
            let inside = self.house.ask(&bystander, "{ studies { totalCount } }").await;
            let end = format!(
                "mutation {{ membershipEnd(input: {{ id: \"{membership}\", expectedVersion: 1, reason: \"over\" }}) {{ userErrors {{ code message }} }} }}"
            );
            let ended = self.house.ask(&admin, &end).await;
            let outside = self.house.ask(&bystander, "{ studies { totalCount } }").await;
            if ended.at("/data/membershipEnd/userErrors") != &json!([]) || (inside.status, outside.status) != (200, 403) {
                return Err(format!("{} {} {} {}", ended.text, inside.text, outside.status, outside.text));
            }
            self.writes.fetch_add(2, Ordering::Relaxed);
        }
        Ok(())
    }
}

async fn crowd(backend: Backend) {
    let seconds = std::env::var("TANDEM_CROWD_SECONDS").ok().map(|text| text.parse::<u64>().unwrap());
    let ground = Ground::with_demo(backend).await;
    let settings = Settings { rate_limit: 0, max_cost: 1_000_000, request_timeout: Duration::from_secs(120), ..ground.settings() };
    let house = ground.serve_with(settings).await.unwrap();
    let all = everybody();
    let askers: Vec<Asker> = ROLES.iter().map(|name| all.iter().find(|asker| asker.name.starts_with(name)).unwrap().clone()).collect();
    let shape = Shape::read(&askers[0].ask(&house, INTROSPECTION, json!({})).await.body);
    let ids: Vec<String> = Stock::of(&demo::world().records).ids.into_values().flatten().collect();
    let mut crowd = Crowd {
        questions: questions(&shape, &ids),
        house,
        askers,
        alone: BTreeMap::new(),
        asked: AtomicUsize::new(0),
        writes: AtomicUsize::new(0),
        over: AtomicBool::new(false),
    };
    // A first sign-in stands in one's history: everybody has signed in before anybody is asked.
    for asker in &crowd.askers {
        asker.ask(&crowd.house, "{ viewer { side } }", json!({})).await;
    }
    // In the normal run not every question by everyone: another share for each, so that together they ask all.
    let share = if seconds.is_some() { 1 } else { 4 };
    for asker in 0..crowd.askers.len() {
        for question in (0..crowd.questions.len()).filter(|question| (question + asker) % share == 0) {
            let first = crowd.ask(asker, question).await;
            let second = crowd.ask(asker, question).await;
            assert_eq!(first, second, "asked alone it answers the same each time: {}", crowd.questions[question].0);
            crowd.alone.insert((asker, question), first);
        }
    }
    let answers: BTreeSet<&(u16, String)> = crowd.alone.values().collect();
    assert!(answers.len() * 3 > crowd.alone.len(), "the roles are told different things: {} of {}", answers.len(), crowd.alone.len());
    let crowd = Arc::new(crowd);
    let begun = Instant::now();
    let writer = tokio::spawn({
        let crowd = Arc::clone(&crowd);
        async move { crowd.give_and_take().await }
    });
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| {
            let crowd = Arc::clone(&crowd);
            tokio::spawn(async move {
                let mut rng = Rng::new(4_200 + u64::try_from(number).unwrap());
                let asker = number % crowd.askers.len();
                let own: Vec<usize> = crowd.alone.keys().filter(|(who, _)| *who == asker).map(|(_, question)| *question).collect();
                let mut different = Vec::new();
                for round in 0_usize.. {
                    let over = seconds.map_or(round >= REQUESTS, |seconds| begun.elapsed() >= Duration::from_secs(seconds));
                    if over {
                        break;
                    }
                    let question = *rng.pick(&own).unwrap();
                    let answer = crowd.ask(asker, question).await;
                    crowd.asked.fetch_add(1, Ordering::Relaxed);
                    if answer != crowd.alone[&(asker, question)] {
                        let words = format!(
                            "{} {}\n  alone: {:?}\n  here:  {answer:?}",
                            ROLES[asker],
                            crowd.questions[question].0,
                            crowd.alone[&(asker, question)]
                        );
                        different.push(words.chars().take(2_000).collect::<String>());
                    }
                }
                different
            })
        })
        .collect();
    let mut different = Vec::new();
    for client in clients {
        different.extend(client.await.unwrap());
    }
    crowd.over.store(true, Ordering::Relaxed);
    writer.await.unwrap().unwrap();
    let (asked, writes) = (crowd.asked.load(Ordering::Relaxed), crowd.writes.load(Ordering::Relaxed));
    println!(
        "a crowd on {backend:?}: {CLIENTS} clients of {} roles, {} questions asked alone, {asked} requests at once in {:?}, {writes} writes beside, {} differences, {} answers by levels",
        ROLES.len(),
        crowd.alone.len(),
        begun.elapsed(),
        different.len(),
        crowd.house.by_levels.load(Ordering::Relaxed)
    );
    assert!(writes >= 2, "access was given and ended meanwhile");
    assert!(different.is_empty(), "{} differences\n{}", different.len(), different[..different.len().min(3)].join("\n"));
    Arc::into_inner(crowd).unwrap().house.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_answered_as_each_alone_on_sqlite() {
    crowd(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_crowd_is_answered_as_each_alone_on_postgres() {
    crowd(Backend::Postgres).await;
}
