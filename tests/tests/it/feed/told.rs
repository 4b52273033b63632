//! A random history, followed by everybody in pages of one and in pages of five hundred: both come to what there is, and each event is
//! about something that changed in its reader's own sight since he was last through.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tandem_gateway::config::Settings;
use tandem_persistence::Vault;
use tandem_tests::house::{BOTH, Backend, Ground, House, client, person};
use tandem_tests::operations::rng::Rng;

use super::copy::{Copy, Held, all};
use super::of;

/// How many things happen.
const STEPS: usize = 60;

/// Who reads: both sides whole, members of two studies, of a country and of a site, somebody of another vendor and another sponsor.
const READERS: [&str; 8] = [
    "marisol@quillfen",
    "yuna@quillfen",
    "ravi@veltrona",
    "saoirse@veltrona",
    "bastian@veltrona",
    "henrik@osprelle",
    "zofia@tarnwick",
    "leopold@brackenmoor",
];

/// What a reader sees of each kind: its list, and the versions of it and of its parts.
const SEEN: [(&str, &str); 10] = [
    ("studies", "id version internal { version }"),
    ("studyCountries", "id version"),
    ("studySites", "id version internal { version } contact { version }"),
    ("sites", "id version"),
    ("engagements", "id version internal { version }"),
    ("milestones", "id version"),
    ("deliverables", "id version"),
    ("findings", "id version internal { version }"),
    ("organizations", "id version"),
    ("people", "id version"),
];

/// What somebody sees at one moment: each record with all that is read of it.
type Sight = BTreeMap<String, Json>;

struct World {
    house: House,
    vault: Vault,
    _ground: Ground,
}

impl World {
    async fn on(backend: Backend) -> Self {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve_with(Settings { rate_limit: 0, ..ground.settings() }).await.unwrap();
        let vault = ground.vault().await;
        Self { house, vault, _ground: ground }
    }

    async fn settled(&self) {
        while self.vault.waiting_entries().await.unwrap() > 0 {
            if self.vault.order_journal().await.unwrap() == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
    }

    async fn ask(&self, who: &str, query: &str, variables: Json) -> Json {
        let answer = self.house.ask_with(&person(who), query, variables, &[]).await;
        assert!(answer.at("/data").is_object(), "{}", answer.text);
        answer.at("/data").clone()
    }

    /// A mutation that has to go through; the record's id.
    async fn done(&self, who: &str, mutation: &str, record: &str, input: Json) -> String {
        let ty = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!("mutation($i: {ty}!) {{ {mutation}(input: $i) {{ {record} {{ id }} userErrors {{ code message }} }} }}");
        let data = self.ask(who, &query, json!({ "i": input })).await;
        assert_eq!(data[mutation]["userErrors"], json!([]), "{mutation} {input}: {data}");
        data[mutation][record]["id"].as_str().unwrap().to_owned()
    }

    /// The same of a record as it is now; `within` is where its version stands: itself or a part of it.
    async fn change(&self, who: &str, mutation: &str, (record, ty): (&str, &str), id: &str, besides: Json) {
        let part = mutation.contains("Internal");
        let version = if part { "internal { version }" } else { "version" };
        let found =
            self.ask(who, &format!("query($id: ID!) {{ node(id: $id) {{ ... on {ty} {{ {version} }} }} }}"), json!({ "id": id })).await;
        let version =
            if part { found["node"]["internal"]["version"].as_i64().unwrap_or(0) } else { found["node"]["version"].as_i64().unwrap() };
        self.done(who, mutation, record, of(&json!({ "id": id, "version": version }), besides)).await;
    }

    async fn sight(&self, token: &str) -> Sight {
        let mut sight = Sight::new();
        for (list, fields) in SEEN {
            let mut after = Json::Null;
            loop {
                let query = format!(
                    "query($after: String) {{ {list}(first: 100, after: $after) {{ nodes {{ {fields} }} pageInfo {{ hasNextPage endCursor }} }} }}"
                );
                let answer = self.house.ask_with(token, &query, json!({ "after": after }), &[]).await;
                let page = answer.at(&format!("/data/{list}"));
                let nodes = page["nodes"].as_array().unwrap_or_else(|| panic!("{}", answer.text));
                sight.extend(nodes.iter().map(|node| (node["id"].as_str().unwrap().to_owned(), node.clone())));
                if page["pageInfo"]["hasNextPage"] != true {
                    break;
                }
                after = page["pageInfo"]["endCursor"].clone();
            }
        }
        sight
    }
}

/// What somebody saw change since he was last through.
#[derive(Default)]
struct Since {
    changed: BTreeSet<String>,
    /// The most that changed at once: more than a page has room for begins everything anew.
    at_once: usize,
    /// He has begun anew and is not through.
    anew: bool,
}

/// Somebody who follows.
struct Reader {
    copy: Copy,
    since: Since,
    told: usize,
    tombstones: usize,
}

impl Reader {
    /// Asks for a page, and holds it against what changed in his sight.
    async fn page(&mut self, world: &World, sight: &Sight) -> bool {
        let who = format!("{} by {}", self.copy.name, self.copy.first);
        let (events, more) = self.copy.more(&world.house).await;
        for event in &events {
            let Some((operation, id)) = event.split_once(' ') else {
                assert!(self.since.at_once > self.copy.first, "{who} begins anew, though at most {} changed at once", self.since.at_once);
                self.since.anew = true;
                continue;
            };
            let known = self.since.changed.contains(id) || (self.since.anew && sight.contains_key(id));
            assert!(known, "{who} is told {event}, and saw nothing of it change: {:?}", self.since.changed);
            self.told += 1;
            self.tombstones += usize::from(operation == "TOMBSTONE");
        }
        if !more {
            let there: Held = sight.iter().map(|(id, node)| (id.clone(), node["version"].as_i64().unwrap())).collect();
            assert_eq!(self.copy.held, there, "{who}");
            self.since = Since::default();
        }
        more
    }
}

/// Where it happens.
struct Stage {
    study: String,
    others: String,
    engagements: Vec<String>,
    sites: Vec<String>,
    places: Vec<String>,
    deliverables: Vec<String>,
    drafts: Vec<String>,
    milestones: Vec<String>,
    scopes: Vec<String>,
    /// An engagement in a study that nobody narrow has, and how far it has come: it begins and ends.
    elsewhere: Option<(String, &'static str)>,
    shared: bool,
}

const MANAGER: &str = "marisol@quillfen";
const VENDORS: &str = "idris@quillfen";

async fn stage(world: &World) -> (Stage, Vec<Json>) {
    let parties = "{ study(protocolNumber: \"QF-101\") { id vendorRosterShared engagements(first: 20, filter: { state: { eq: ACTIVE } }) { \
                   nodes { id vendor { id name } } } } organizations(first: 50, filter: { name: { contains: \"Tarnwick\" } }) { nodes { id } } }";
    let found = world.ask(VENDORS, parties, json!({})).await;
    let study = found["study"]["id"].as_str().unwrap().to_owned();
    let engagements: Vec<String> =
        found["study"]["engagements"]["nodes"].as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert!(engagements.len() > 1, "{found}");
    let new = json!({ "protocolNumber": "FT-1", "briefTitle": "Elsewhere", "studyType": "INTERVENTIONAL" });
    let others = world.done(MANAGER, "studyCreate", "study", new).await;
    let country = json!({ "studyId": study, "countryCode": "SE" });
    let country = world.done(MANAGER, "studyCountryCreate", "studyCountry", country).await;
    let (mut sites, mut places) = (Vec::new(), Vec::new());
    for number in 1..=2 {
        let place = json!({ "name": format!("Hospital {number}"), "countryCode": "SE", "city": "Umea" });
        places.push(world.done(MANAGER, "siteCreate", "site", place).await);
        let site = json!({ "studyCountryId": country, "siteId": places.last(), "number": format!("FT-{number}"),
                           "responsibleEngagementId": engagements[0] });
        sites.push(world.done(MANAGER, "studySiteCreate", "studySite", site).await);
    }
    let shared = found["study"]["vendorRosterShared"] == true;
    let stage = Stage {
        study,
        others,
        engagements,
        sites,
        places,
        deliverables: Vec::new(),
        drafts: Vec::new(),
        milestones: Vec::new(),
        scopes: Vec::new(),
        elsewhere: None,
        shared,
    };
    let named = found["study"]["engagements"]["nodes"].as_array().unwrap().iter().map(|one| one["vendor"]["id"].clone());
    (stage, named.chain([found["organizations"]["nodes"][0]["id"].clone()]).collect())
}

/// One thing happens.
async fn happen(world: &World, stage: &mut Stage, vendors: &[Json], rng: &mut Rng, number: usize) -> &'static str {
    let engagement = rng.pick(&stage.engagements).unwrap().clone();
    let site = rng.pick(&stage.sites).unwrap().clone();
    let what = rng.below(14);
    match what {
        0 | 1 => {
            let moved = json!({ "responsibleEngagementId": engagement });
            world.change(MANAGER, "studySiteUpdate", ("studySite", "StudySite"), &site, moved).await;
            "a site changes hands"
        }
        2 => {
            world.change(MANAGER, "studySiteUpdate", ("studySite", "StudySite"), &site, json!({ "targetEnrollment": number })).await;
            "a site is changed"
        }
        3 => {
            let internal = json!({ "riskScore": 1.0 + f64::from(u32::try_from(number).unwrap()) / 100.0 });
            world.change(MANAGER, "studyInternalUpdate", ("study", "Study"), &stage.study, internal.clone()).await;
            world.change(MANAGER, "studySiteInternalUpdate", ("studySite", "StudySite"), &site, internal).await;
            "what the sponsor thinks"
        }
        4 => {
            let draft = json!({ "studyId": stage.study, "engagementId": engagement, "source": "OVERSIGHT_REVIEW", "title": "Draft",
                "description": "Seen.", "category": "MONITORING", "severity": "MAJOR", "requirementRefs": ["ICH E6(R3) 3.11.4"] });
            stage.drafts.push(world.done(MANAGER, "findingCreate", "finding", draft).await);
            "a draft"
        }
        5 | 6 => match stage.drafts.pop() {
            Some(draft) if what == 5 => {
                let of_finding = ("finding", "Finding");
                world.change(MANAGER, "findingSubmitForReview", of_finding, &draft, json!({})).await;
                let signed = json!({ "signature": { "meaning": "APPROVAL" } });
                world.change("petra@quillfen", "findingIssue", of_finding, &draft, signed).await;
                "a finding is issued"
            }
            Some(draft) => {
                world.change(MANAGER, "findingUpdate", ("finding", "Finding"), &draft, json!({ "title": format!("Draft {number}") })).await;
                stage.drafts.push(draft);
                "a draft is changed"
            }
            None => "nothing",
        },
        7 => {
            let new = json!({ "engagementId": engagement, "deliverableType": "MONITORING_PLAN", "title": "New", "dueDate": "2031-01-01" });
            stage.deliverables.push(world.done(MANAGER, "deliverableCreate", "deliverable", new).await);
            "something is owed"
        }
        8 => match rng.pick(&stage.deliverables).cloned() {
            Some(id) => {
                let title = json!({ "title": format!("Changed {number}") });
                world.change(MANAGER, "deliverableUpdate", ("deliverable", "Deliverable"), &id, title).await;
                "what is owed is changed"
            }
            None => "nothing",
        },
        9 => {
            stage.shared = !stage.shared;
            let shared = json!({ "vendorRosterShared": stage.shared });
            world.change(MANAGER, "studyUpdate", ("study", "Study"), &stage.study, shared).await;
            "vendors are named to one another, or not"
        }
        10 => elsewhere(world, stage, vendors, rng).await,
        11 => {
            let city = json!({ "city": format!("Umea {number}") });
            world.change(MANAGER, "siteUpdate", ("site", "Site"), &rng.pick(&stage.places).unwrap().clone(), city).await;
            "a hospital is changed"
        }
        12 => match rng.pick(&stage.milestones).cloned() {
            Some(id) => {
                world
                    .change(MANAGER, "milestoneUpdate", ("milestone", "Milestone"), &id, json!({ "paymentTrigger": rng.chance(50) }))
                    .await;
                "a milestone is changed"
            }
            None => {
                let new =
                    json!({ "studyId": stage.study, "studySiteId": site, "milestoneType": "SITE_ACTIVATED", "plannedDate": "2031-01-01" });
                stage.milestones.push(world.done(MANAGER, "milestoneCreate", "milestone", new).await);
                "a milestone"
            }
        },
        _ => match stage.scopes.pop() {
            Some(id) => {
                world.change(VENDORS, "serviceScopeEnd", ("serviceScope", "ServiceScope"), &id, json!({})).await;
                "a scope ends"
            }
            None => {
                let new = json!({ "engagementId": engagement, "serviceCategory": "CLINICAL_MONITORING", "countries": ["SE"] });
                stage.scopes.push(world.done(VENDORS, "serviceScopeCreate", "serviceScope", new).await);
                "a scope"
            }
        },
    }
}

/// The life of an engagement in another study goes on: its vendor comes to see that study, and loses sight of it.
async fn elsewhere(world: &World, stage: &mut Stage, vendors: &[Json], rng: &mut Rng) -> &'static str {
    let engagement = ("engagement", "Engagement");
    let confirm = |action: &str| json!({ "action": action });
    match stage.elsewhere.take() {
        None => {
            let new = json!({ "studyId": stage.others, "vendorId": rng.pick(vendors).unwrap(), "model": "FULL_SERVICE" });
            let id = world.done(VENDORS, "engagementCreate", "engagement", new).await;
            let scope = json!({ "engagementId": id, "serviceCategory": "CLINICAL_MONITORING", "countries": ["SE"] });
            world.done(VENDORS, "serviceScopeCreate", "serviceScope", scope).await;
            stage.elsewhere = Some((id, "begun"));
            "somebody is engaged elsewhere"
        }
        Some((id, "begun")) => {
            world.change(VENDORS, "engagementContract", engagement, &id, json!({})).await;
            world.change(MANAGER, "engagementConfirm", engagement, &id, confirm("ACTIVATE")).await;
            world.change(VENDORS, "engagementActivate", engagement, &id, json!({})).await;
            stage.elsewhere = Some((id, "at work"));
            "somebody works elsewhere"
        }
        Some((id, _)) => {
            world.change("petra@quillfen", "engagementConfirm", engagement, &id, confirm("TERMINATE")).await;
            let signed = json!({ "signature": { "meaning": "APPROVAL" } });
            world.change(VENDORS, "engagementTerminate", engagement, &id, signed).await;
            "an engagement elsewhere ends"
        }
    }
}

async fn told(backend: Backend, seed: u64) {
    let world = World::on(backend).await;
    let mut rng = Rng::new(seed);
    let (mut stage, vendors) = stage(&world).await;
    let mut tokens: Vec<(&str, String)> = READERS.iter().map(|name| (*name, person(name))).collect();
    tokens.push(("veltrona-ctms", client("veltrona-ctms", &["study:read", "site:read", "engagement:read"])));
    let (mut readers, mut sights) = (Vec::new(), Vec::new());
    for (name, token) in &tokens {
        world.sight(token).await;
        for first in [1, 3, 500] {
            let mut copy = Copy::of(READERS[0], &all(), first);
            (copy.name, copy.token) = ((*name).to_owned(), token.clone());
            readers.push((sights.len(), Reader { copy, since: Since::default(), told: 0, tombstones: 0 }));
        }
        sights.push(Sight::new());
    }
    world.settled().await;
    for (of, reader) in &mut readers {
        let pages = std::mem::replace(&mut reader.copy.first, 500);
        reader.copy.follow(&world.house).await;
        reader.copy.first = pages;
        sights[*of] = world.sight(&tokens[*of].1).await;
    }
    let mut words = Vec::new();
    for number in 0..STEPS {
        words.push(happen(&world, &mut stage, &vendors, &mut rng, number).await);
        world.settled().await;
        for (index, (_, token)) in tokens.iter().enumerate() {
            let now = world.sight(token).await;
            let ids: BTreeSet<&String> = now.keys().chain(sights[index].keys()).collect();
            let changed: Vec<String> = ids.into_iter().filter(|id| now.get(*id) != sights[index].get(*id)).cloned().collect();
            for (_, reader) in readers.iter_mut().filter(|(of, _)| *of == index) {
                reader.since.at_once = reader.since.at_once.max(changed.len());
                reader.since.changed.extend(changed.iter().cloned());
            }
            sights[index] = now;
        }
        for (of, reader) in readers.iter_mut().filter(|_| rng.chance(40)) {
            reader.page(&world, &sights[*of]).await;
        }
    }
    for (of, reader) in &mut readers {
        let mut pages = 0;
        while reader.page(&world, &sights[*of]).await {
            pages += 1;
            assert!(pages < 2_000, "{} never comes to an end: {words:?}", reader.copy.name);
        }
    }
    let (told, tombstones) = readers.iter().fold((0, 0), |(told, gone), (_, reader)| (told + reader.told, gone + reader.tombstones));
    println!("{backend:?}, seed {seed}: {STEPS} steps, {} readers, {told} events, {tombstones} of them tombstones", readers.len());
    assert!(told > 100 && tombstones > 5, "too little happened: {told} {tombstones}");
    world.house.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_one_and_of_many_come_to_the_same_and_tell_what_changed_alone() {
    for backend in BOTH {
        told(backend, 11).await;
    }
}
