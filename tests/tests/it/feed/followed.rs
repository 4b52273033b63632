//! Somebody in another process follows the feed while sixteen write and his memberships change; he is killed and resumed ten times. He
//! ends with exactly what a fresh reader sees, and his log shows that he never held what was not his to see at that time.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime};

use serde_json::{Value as Json, json};
use tandem_gateway::config::Settings;
use tandem_tests::house::{Backend, Ground, House, person};
use tandem_tests::operations::rng::Rng;
use tokio::process::{Child, Command};

use super::copy::{Held, all, fresh};

const WRITERS: usize = 16;
const KILLS: usize = 10;

/// Who follows: without a membership in force until he is given some.
const FOLLOWER: &str = "wanda@veltrona";

/// Times between which something held, in microseconds; nothing: it holds on.
type Span = (u64, Option<u64>);

/// When a record was the follower's to see.
#[derive(Clone, Debug, Default)]
struct Rule {
    /// While he had its study.
    study: String,
    /// Not before this.
    since: u64,
    /// And only within these, where there are any.
    spans: Option<Vec<Span>>,
    /// Never at all.
    never: bool,
}

#[derive(Default)]
struct Ledger {
    /// When he had which study.
    studies: HashMap<String, Vec<Span>>,
    rows: HashMap<String, Rule>,
}

impl Ledger {
    /// Whether a record was his to see at some moment between these.
    fn may_hold(&self, id: &str, from: u64, to: u64) -> Option<bool> {
        let rule = self.rows.get(id)?;
        let within = |spans: &[Span]| spans.iter().any(|(begun, ended)| *begun <= to && ended.is_none_or(|ended| from <= ended));
        let study = self.studies.get(&rule.study).is_some_and(|spans| within(spans));
        Some(!rule.never && study && rule.since <= to && rule.spans.as_ref().is_none_or(|spans| within(spans)))
    }
}

/// Where writing goes on: a study with an engagement of the follower's organisation, and one of another's.
#[derive(Clone)]
struct Place {
    study: String,
    country: String,
    own: String,
    others: String,
}

struct World {
    house: House,
    places: Vec<Place>,
    ledger: Mutex<Ledger>,
    over: AtomicBool,
    written: AtomicUsize,
}

/// Now, in microseconds since 1970, as the follower's log has it.
#[expect(clippy::disallowed_methods, reason = "held against the log of another process on the same machine")]
fn moment() -> u64 {
    u64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_micros()).unwrap()
}

impl World {
    async fn ask(&self, who: &str, query: &str, variables: Json) -> Json {
        let answer = self.house.ask_with(&person(who), query, variables, &[]).await;
        assert_eq!(answer.at("/errors"), &Json::Null, "{}", answer.text);
        answer.at("/data").clone()
    }

    /// A mutation that has to go through; the record.
    async fn done(&self, who: &str, mutation: &str, record: &str, input: Json) -> Json {
        let ty = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query =
            format!("mutation($i: {ty}!) {{ {mutation}(input: $i) {{ {record} {{ id version }} userErrors {{ code message }} }} }}");
        let data = self.ask(who, &query, json!({ "i": input })).await;
        assert_eq!(data[mutation]["userErrors"], json!([]), "{mutation} {input}: {data}");
        self.written.fetch_add(1, Ordering::Relaxed);
        data[mutation][record].clone()
    }

    fn note(&self, record: &Json, rule: Rule) {
        self.ledger.lock().unwrap().rows.insert(record["id"].as_str().unwrap().to_owned(), rule);
    }
}

fn of(record: &Json, besides: Json) -> Json {
    let mut input = json!({ "id": record["id"], "expectedVersion": record["version"], "reason": "while somebody follows" });
    input.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
    input
}

async fn writer(world: Arc<World>, number: usize) {
    let mut rng = Rng::new(u64::try_from(number).unwrap() + 77);
    let mut moving: Option<(Json, Place, bool)> = None;
    while !world.over.load(Ordering::Relaxed) {
        let place = rng.pick(&world.places).unwrap().clone();
        let own = rng.chance(60);
        let engagement = if own { &place.own } else { &place.others };
        let rule = Rule { study: place.study.clone(), never: !own, ..Rule::default() };
        match number % 4 {
            0 | 1 => {
                let new = json!({ "engagementId": engagement, "deliverableType": "MONITORING_PLAN", "title": "Written", "dueDate": "2031-01-01" });
                let made = world.done("marisol@quillfen", "deliverableCreate", "deliverable", new).await;
                world.note(&made, rule);
                world.done("marisol@quillfen", "deliverableUpdate", "deliverable", of(&made, json!({ "title": "Written twice" }))).await;
            }
            2 => {
                let new = json!({ "studyId": place.study, "engagementId": engagement, "source": "OVERSIGHT_REVIEW", "title": "Seen",
                    "description": "Late.", "category": "MONITORING", "severity": "MAJOR", "requirementRefs": ["ICH E6(R3) 3.11.4"] });
                let made = world.done("marisol@quillfen", "findingCreate", "finding", new).await;
                world.note(&made, Rule { since: u64::MAX, ..rule.clone() });
                let reviewed = world.done("marisol@quillfen", "findingSubmitForReview", "finding", of(&made, json!({}))).await;
                if rng.chance(60) {
                    let begun = moment();
                    world.note(&made, Rule { since: begun, ..rule });
                    world
                        .done("petra@quillfen", "findingIssue", "finding", of(&reviewed, json!({ "signature": { "meaning": "APPROVAL" } })))
                        .await;
                }
            }
            _ => moving = Some(move_a_site(&world, number, &mut rng, moving).await),
        }
    }
}

/// A site goes from one vendor's hands into the other's, and back.
async fn move_a_site(world: &World, number: usize, rng: &mut Rng, moving: Option<(Json, Place, bool)>) -> (Json, Place, bool) {
    let Some((site, place, own)) = moving else {
        let place = rng.pick(&world.places).unwrap().clone();
        let new = json!({ "name": "Hospital that moves", "countryCode": "SE", "city": "Umea" });
        let hospital = world.done("marisol@quillfen", "siteCreate", "site", new).await;
        let begun = moment();
        let new = json!({ "studyCountryId": place.country, "siteId": hospital["id"], "number": format!("M-{number}"),
                          "responsibleEngagementId": place.own });
        let site = world.done("marisol@quillfen", "studySiteCreate", "studySite", new).await;
        world.note(&site, Rule { study: place.study.clone(), spans: Some(vec![(begun, None)]), ..Rule::default() });
        return (site, place, true);
    };
    let to = if own { &place.others } else { &place.own };
    let begun = moment();
    let id = site["id"].as_str().unwrap().to_owned();
    if !own {
        world.ledger.lock().unwrap().rows.get_mut(&id).unwrap().spans.as_mut().unwrap().push((begun, None));
    }
    let site = world.done("marisol@quillfen", "studySiteUpdate", "studySite", of(&site, json!({ "responsibleEngagementId": to }))).await;
    if own {
        world.ledger.lock().unwrap().rows.get_mut(&id).unwrap().spans.as_mut().unwrap().last_mut().unwrap().1 = Some(moment());
    }
    (site, place, !own)
}

/// Gives the follower studies and takes them away again.
async fn toggler(world: Arc<World>, who: String) -> usize {
    let mut rng = Rng::new(5);
    let (mut given, mut changes): (BTreeMap<String, Json>, usize) = (BTreeMap::new(), 0);
    while !world.over.load(Ordering::Relaxed) {
        tokio::time::sleep(Duration::from_millis(u64::try_from(rng.within(60, 400)).unwrap())).await;
        let study = rng.pick(&world.places[1..]).unwrap().study.clone();
        match given.remove(&study) {
            Some(membership) => {
                world.done("kofi@veltrona", "membershipEnd", "membership", of(&membership, json!({}))).await;
                world.ledger.lock().unwrap().studies.get_mut(&study).unwrap().last_mut().unwrap().1 = Some(moment());
            }
            None => {
                world.ledger.lock().unwrap().studies.entry(study.clone()).or_default().push((moment(), None));
                given.insert(study.clone(), grant(&world, &who, &study).await);
            }
        }
        changes += 1;
    }
    changes
}

async fn grant(world: &World, who: &str, study: &str) -> Json {
    let input = json!({ "personId": who, "role": "V_PROJECT_MANAGER", "scope": "STUDY", "studyId": study, "reason": "helps out" });
    world.done("kofi@veltrona", "membershipGrant", "membership", input).await
}

fn follower(address: &str, folder: &Path, first: usize) -> Child {
    Command::new(env!("CARGO_BIN_EXE_tandem-follower"))
        .env("FOLLOW_ADDRESS", address)
        .env("FOLLOW_TOKEN", person(FOLLOWER))
        .env("FOLLOW_FOLDER", folder)
        .env("FOLLOW_KINDS", all().join(" "))
        .env("FOLLOW_FIRST", first.to_string())
        .stdin(Stdio::null())
        .stderr(std::fs::OpenOptions::new().create(true).append(true).open(folder.join("follower.log")).unwrap())
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}

/// Studies with an engagement of each of two competing vendors, and a country.
async fn places(world: &World) -> Vec<Place> {
    let query = "{ organizations(first: 100) { nodes { id name } } }";
    let found = world.ask("idris@quillfen", query, json!({})).await;
    let vendor = |name: &str| {
        let all = found["organizations"]["nodes"].as_array().unwrap();
        all.iter().find(|one| one["name"].as_str().unwrap().starts_with(name)).unwrap_or_else(|| panic!("{name}: {found}"))["id"].clone()
    };
    let mut places = Vec::new();
    for number in 1..=4 {
        let new = json!({ "protocolNumber": format!("FD-{number}"), "briefTitle": "Followed", "studyType": "INTERVENTIONAL" });
        let study = world.done("marisol@quillfen", "studyCreate", "study", new).await["id"].clone();
        let new = json!({ "studyId": study, "countryCode": "SE" });
        let country = world.done("marisol@quillfen", "studyCountryCreate", "studyCountry", new).await["id"].clone();
        let mut engagements = Vec::new();
        for name in ["Veltrona", "Osprelle"] {
            let new = json!({ "studyId": study, "vendorId": vendor(name), "model": "FULL_SERVICE" });
            engagements.push(world.done("idris@quillfen", "engagementCreate", "engagement", new).await["id"].clone());
        }
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        places.push(Place { study: text(&study), country: text(&country), own: text(&engagements[0]), others: text(&engagements[1]) });
    }
    places
}

async fn followed(backend: Backend) {
    let begun = Instant::now();
    let ground = Ground::with_demo(backend).await;
    let settings = Settings { rate_limit: 0, request_timeout: Duration::from_secs(60), ..ground.settings() };
    let house = ground.serve_with(settings).await.unwrap();
    let mut world =
        World { house, places: Vec::new(), ledger: Mutex::default(), over: AtomicBool::new(false), written: AtomicUsize::new(0) };
    world.places = places(&world).await;
    let who = "{ people(filter: { displayName: { contains: \"Wanda\" } }) { nodes { id } } }";
    let who = world.ask("kofi@veltrona", who, json!({})).await["people"]["nodes"][0]["id"].as_str().unwrap().to_owned();
    let home = world.places[0].study.clone();
    world.ledger.lock().unwrap().studies.insert(home.clone(), vec![(moment(), None)]);
    grant(&world, &who, &home).await;

    let world = Arc::new(world);
    let writers: Vec<_> = (0..WRITERS).map(|number| tokio::spawn(writer(Arc::clone(&world), number))).collect();
    let toggles = tokio::spawn(toggler(Arc::clone(&world), who));
    let folder = tempfile::tempdir().unwrap();
    let mut rng = Rng::new(9);
    for round in 0..KILLS {
        let mut process = follower(&world.house.address, folder.path(), [7, 40, 200][round % 3]);
        let patience = u64::try_from(rng.within(300, 1_500)).unwrap();
        let ended = tokio::time::timeout(Duration::from_millis(patience), process.wait()).await;
        let words = || std::fs::read_to_string(folder.path().join("follower.log")).unwrap();
        assert!(ended.is_err(), "the follower has ended by itself: {}", words());
        process.kill().await.unwrap();
    }
    world.over.store(true, Ordering::Relaxed);
    for writer in writers {
        writer.await.unwrap();
    }
    let changes = toggles.await.unwrap();

    // In peace: he catches up, and holds what a fresh reader finds.
    let vault = ground.vault().await;
    while vault.waiting_entries().await.unwrap() > 0 {
        vault.order_journal().await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let peace = moment();
    let mut process = follower(&world.house.address, folder.path(), 200);
    let waited = Instant::now();
    while !pages(folder.path()).iter().any(|line| line["idle"].as_u64().is_some_and(|idle| idle > peace)) {
        assert!(waited.elapsed() < Duration::from_secs(60), "he never catches up");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    process.kill().await.unwrap();
    let state: Json = serde_json::from_str(&std::fs::read_to_string(folder.path().join("state.json")).unwrap()).unwrap();
    let held: Held = serde_json::from_value(state["records"].clone()).unwrap();
    let there = fresh(&world.house, &person(FOLLOWER), &all()).await;
    let differing: Vec<_> = held.iter().filter(|(id, version)| there.get(*id) != Some(*version)).collect();
    let lacking: Vec<_> = there.keys().filter(|id| !held.contains_key(*id)).collect();
    assert!(differing.is_empty() && lacking.is_empty(), "holds and should not: {differing:?}; lacks: {lacking:?}");

    let told = judge(&world.ledger.lock().unwrap(), &pages(folder.path()));
    println!(
        "{backend:?}: {KILLS} kills in {:.0} s; {} writes by {WRITERS}, {changes} changes of memberships; {told}; {} records held at the end",
        begun.elapsed().as_secs_f32(),
        world.written.load(Ordering::Relaxed),
        held.len(),
    );
    let Ok(world) = Arc::try_unwrap(world) else { panic!("somebody still writes") };
    world.house.stop().await;
}

fn pages(folder: &Path) -> Vec<Json> {
    let text = std::fs::read_to_string(folder.join("pages.ndjson")).unwrap_or_default();
    // The last line of one that was killed may be cut off.
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// Holds the follower's log against what was his to see; words on what was in it.
fn judge(ledger: &Ledger, pages: &[Json]) -> String {
    let (mut events, mut tombstones, mut resyncs, mut judged) = (0, 0, 0, 0);
    let mut ever: BTreeSet<String> = BTreeSet::new();
    for page in pages.iter().filter(|page| page["asked"].is_u64()) {
        let (asked, answered) = (page["asked"].as_u64().unwrap(), page["answered"].as_u64().unwrap());
        for event in page["events"].as_array().unwrap() {
            events += 1;
            tombstones += usize::from(event["operation"] == "TOMBSTONE");
            resyncs += usize::from(event["operation"] == "RESYNC");
            // Not even a tombstone of what was never to be seen until now.
            if let Some(id) = event["id"].as_str() {
                let rule = ledger.rows.get(id);
                assert!(rule.is_none_or(|rule| !rule.never && rule.since <= answered), "was told of {id}: {rule:?}");
            }
        }
        for id in page["held"].as_object().unwrap().keys() {
            if let Some(may) = ledger.may_hold(id, asked, answered) {
                assert!(may, "held {id} at {asked} to {answered}: {:?}", ledger.rows[id]);
                judged += 1;
                ever.insert(id.clone());
            }
        }
    }
    assert!(judged > 500 && ever.len() > 20 && tombstones > 0 && resyncs > 2, "too little: {judged} {} {tombstones} {resyncs}", ever.len());
    let never = ledger.rows.values().filter(|rule| rule.never || rule.since == u64::MAX).count();
    format!(
        "{} pages with {events} events ({tombstones} tombstones, {resyncs} resyncs); {} of {} new records held at some time, {never} never to \
         be seen; {judged} times a record was held and might be",
        pages.len(),
        ever.len(),
        ledger.rows.len(),
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn on_sqlite_he_holds_what_he_may_and_ends_with_what_there_is() {
    followed(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn on_postgres_he_holds_what_he_may_and_ends_with_what_there_is() {
    followed(Backend::Postgres).await;
}

/// The judge notices what should not be.
#[test]
fn a_record_that_was_held_too_long_is_noticed() {
    let mut ledger = Ledger::default();
    ledger.studies.insert("s".to_owned(), vec![(10, Some(20)), (40, None)]);
    ledger.rows.insert("a".to_owned(), Rule { study: "s".to_owned(), ..Rule::default() });
    ledger.rows.insert("b".to_owned(), Rule { study: "s".to_owned(), since: 45, ..Rule::default() });
    ledger.rows.insert("c".to_owned(), Rule { study: "s".to_owned(), spans: Some(vec![(12, Some(14))]), ..Rule::default() });
    ledger.rows.insert("d".to_owned(), Rule { study: "s".to_owned(), never: true, ..Rule::default() });
    let may = |id, from, to| ledger.may_hold(id, from, to).unwrap();
    assert!(may("a", 5, 12) && may("a", 19, 30) && !may("a", 21, 39) && may("a", 41, 99));
    assert!(!may("b", 10, 44) && may("b", 44, 46));
    assert!(may("c", 13, 13) && !may("c", 15, 19));
    assert!(!may("d", 0, 99));
    assert_eq!(ledger.may_hold("e", 0, 99), None);
}
