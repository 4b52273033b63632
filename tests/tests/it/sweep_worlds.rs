//! The canary sweep over whole worlds: the demo's, and on demand (`--ignored sweep_worlds`) a generated one of hundreds of studies.
//! What each may see is the oracle's to say, exactly: nothing else comes out, and all of it does.

mod nested;
mod probes;
mod tries;
mod turns;
mod walk;

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::time::Instant;

use chrono::Utc;
use futures::StreamExt;
use serde_json::json;
use tandem_domain::access::{Role, Side};
use tandem_domain::id::encode;
use tandem_domain::party::side_of;
use tandem_domain::record::{Cell, Entity, Kind};
use tandem_gateway::config::Settings;
use tandem_tests::house::{Backend, Ground, House};
use tandem_tests::oracle;
use tandem_tests::sweep::asker::settings;
use tandem_tests::sweep::canary::{Canaries, NEVER_SHOWN};
use tandem_tests::sweep::dressed::{Dressed, Looker};
use tandem_tests::sweep::generated::{self, generated};
use tandem_tests::sweep::shape::{INTROSPECTION, Shape};
use tandem_tests::sweep::world::Planted;
use uuid::Uuid;

use walk::Walk;

/// A world that is served, and what is known of it.
struct Hall {
    dressed: Dressed,
    lookers: Vec<Looker>,
    canaries: Canaries,
    /// Values that later edits have replaced: they stand in histories only.
    replaced: BTreeSet<String>,
    /// The records of each kind: id, name, values.
    records: HashMap<Kind, Vec<(Uuid, String, Vec<Cell>)>>,
    /// Whose they are.
    owned: HashMap<Kind, Vec<oracle::Owned>>,
    shape: Shape,
    host: String,
    /// The whole of each record by its name, a part's too.
    wholes: HashMap<String, (Kind, Uuid)>,
    /// One of how many mutations each looker tries.
    thrift: usize,
    /// How many records of a kind each looker reads in full.
    share: usize,
}

impl Hall {
    async fn on(ground: &Ground, dressed: Dressed, lookers: Vec<Looker>, share: usize) -> (Self, House) {
        let vault = ground.vault().await;
        vault.seed("sweep", dressed.planted.iter().map(|planted| planted.entity.clone()).collect()).await.unwrap();
        vault.analyze().await.unwrap();
        vault.close().await;
        let roomy = Settings {
            max_document_chars: 200_000,
            max_document_tokens: 50_000,
            max_aliases: 200,
            max_root_fields: 60,
            max_cost: 10_000_000,
            request_timeout: std::time::Duration::from_secs(300),
            ..settings()
        };
        let house = ground.serve_with(roomy).await.unwrap();
        let (mut records, mut owned) = (HashMap::<Kind, Vec<_>>::new(), HashMap::<Kind, Vec<_>>::new());
        for planted in &dressed.planted {
            let values = (planted.entity.uuid(), planted.key(), planted.entity.cells());
            records.entry(planted.entity.kind()).or_default().push(values);
            let on = subject_of(&dressed.planted, &planted.entity);
            owned.entry(planted.entity.kind()).or_default().push(oracle::Owned::of(&planted.entity, on));
        }
        let canaries = Canaries::of(&dressed.planted);
        let wholes = dressed.planted.iter().map(|one| (one.key(), (one.entity.kind().whole(), one.entity.uuid()))).collect();
        let host = house.address.clone();
        let mut hall = Self {
            dressed,
            lookers,
            canaries,
            replaced: BTreeSet::new(),
            records,
            owned,
            shape: Shape::default(),
            host,
            wholes,
            thrift: 8,
            share,
        };
        hall.edit().await;
        let first = hall.admitted().next().unwrap();
        let answer = first.asker(&hall.host).ask(INTROSPECTION, json!({})).await;
        hall.shape = Shape::read(&answer.json());
        assert!(hall.shape.types.len() > 50, "{}", answer.text);
        (hall, house)
    }

    fn oracle<'a>(&'a self, looker: &Looker) -> oracle::Asker<'a> {
        oracle::Asker::new(&self.dressed.world, looker.principal.clone(), looker.organization, now())
    }

    fn admitted(&self) -> impl Iterator<Item = &Looker> {
        self.lookers.iter().filter(|looker| self.oracle(looker).may_act())
    }

    fn records(&self, kind: Kind) -> &[(Uuid, String, Vec<Cell>)] {
        self.records.get(&kind).map_or(&[], Vec::as_slice)
    }

    fn owned(&self, kind: Kind) -> &[oracle::Owned] {
        self.owned.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// Edits of what only some may see, with reasons: their traces are in histories, and must not be in anybody else's.
    async fn edit(&mut self) {
        let mut made = Vec::new();
        let edits = [
            (Role::SStudyManager, Kind::Study, Kind::StudyInternal, "studyInternalUpdate", "riskScore: 5990001.25", "risk_score"),
            (
                Role::SFinance,
                Kind::Study,
                Kind::StudyBenchmark,
                "studyBenchmarkUpdate",
                r#"budgetMinorUnits: 7990000000003, budgetCurrency: "EUR""#,
                "budget_minor_units",
            ),
            (
                Role::SVendorManager,
                Kind::Engagement,
                Kind::EngagementInternal,
                "engagementInternalUpdate",
                "healthScore: 5990002.25",
                "health_score",
            ),
            (Role::SStudyManager, Kind::Site, Kind::Site, "siteUpdate", r#"city: "CANARY-later-city""#, "city"),
        ];
        for (number, (role, whole, part, command, values, column)) in edits.into_iter().enumerate() {
            let editor = self.admitted().find(|looker| looker.roles == [role] && looker.name.contains("/ALL_ORG"));
            let editor = editor.unwrap_or_else(|| panic!("nobody is {role} of a whole organisation"));
            let seen = self.oracle(editor).sees(part);
            let (id, record, cells) = self.records(part).iter().find(|(id, ..)| seen.contains(id)).unwrap().clone();
            let reason = format!("CANARY-reason-{number}-given");
            let document = format!(
                "mutation {{ {command}(input: {{ id: \"{}\", {values}, expectedVersion: 1, reason: \"{reason}\" }}) {{ userErrors {{ code message }} }} }}",
                encode(whole, id)
            );
            let answer = editor.asker(&self.host).ask(&document, json!({})).await;
            assert_eq!(answer.json()["data"][command]["userErrors"], json!([]), "{document}: {}", answer.text);
            let later = values.split([' ', '"', ',']).find(|word| word.len() > 6 && !word.ends_with(':')).unwrap().to_owned();
            made.push((later, reason, record));
            for (place, cell) in part.def().columns.iter().zip(cells) {
                let named = place.name == column || part == Kind::StudyBenchmark && place.name == "budget_currency";
                match cell {
                    Cell::Text(text) if named => self.replaced.extend([text]),
                    Cell::Int(number) if named => self.replaced.extend([number.to_string()]),
                    Cell::Float(number) if named => self.replaced.extend([number.to_string()]),
                    _ => {}
                }
            }
        }
        for (later, reason, record) in made {
            self.canaries.plant(later.clone(), &record, "edited");
            self.canaries.plant(reason.clone(), &record, "reason");
            self.replaced.extend([later, reason]);
        }
    }

    fn whole_of(&self, record: &str) -> Option<(Kind, Uuid)> {
        self.wholes.get(record).copied()
    }

    /// Whether some field shows it in plain: raw ids stand in cursors only.
    fn is_owed(&self, canary: &str, column: &str) -> bool {
        !NEVER_SHOWN.contains(&column) && Uuid::parse_str(canary).is_err()
    }
}

/// What nobody has read in full yet, wholes and parts, is read by the first who sees it: then all that anybody may see has been
/// asked for.
async fn read_the_rest(walks: &mut [Walk<'_>]) {
    let mut done: HashSet<String> = walks.iter().flat_map(Walk::read).collect();
    for walk in walks.iter_mut().filter(|walk| walk.admitted) {
        let rest: HashSet<(Kind, Uuid)> =
            walk.may.iter().filter(|name| !done.contains(*name)).filter_map(|name| walk.hall.whole_of(name)).collect();
        for kind in Kind::ALL.iter().copied() {
            let some: Vec<Uuid> = rest.iter().filter(|(of, id)| *of == kind && walk.sees[&kind].contains(id)).map(|(_, id)| *id).collect();
            walk.read_in_full(kind, &some).await;
        }
        done.extend(walk.read());
    }
}

/// The machine's own time: the service goes by it, and so what has begun and ended is judged by it.
#[expect(clippy::disallowed_methods, reason = "the service under test lives in the machine's time")]
fn now() -> chrono::DateTime<Utc> {
    Utc::now()
}

async fn sweep(what: &str, backend: Backend, dressed: Dressed, lookers: Vec<Looker>, share: usize) {
    let begun = Instant::now();
    let ground = Ground::new(backend).await;
    let (hall, house) = Hall::on(&ground, dressed, lookers, share).await;
    let walks = hall.lookers.iter().enumerate().map(|(place, looker)| {
        let hall = &hall;
        async move {
            let mut walk = Walk::new(hall, looker, place);
            walk.go().await;
            if share < usize::MAX {
                println!("{backend:?} {}: {} requests, {} findings", looker.name, walk.requests, walk.findings.len());
            }
            walk
        }
    });
    let mut walks: Vec<Walk<'_>> = futures::stream::iter(walks).buffer_unordered(4).collect().await;
    read_the_rest(&mut walks).await;
    walks.iter_mut().for_each(Walk::owed);
    let mut findings: BTreeMap<String, String> = BTreeMap::new();
    for walk in &walks {
        findings.extend(walk.findings.iter().map(|(what, how)| (what.clone(), how.clone())));
    }
    let seen: BTreeSet<&str> = walks.iter().flat_map(|walk| walk.seen.iter().copied()).collect();
    let may: BTreeSet<&str> = walks.iter().flat_map(|walk| walk.may.iter().map(String::as_str)).collect();
    let owed = |canary: &str, record: &str, column: &str| may.contains(record) && hall.is_owed(canary, column);
    for (canary, home) in hall.canaries.iter().filter(|(canary, home)| owed(canary, &home.record, home.column)) {
        if !seen.contains(canary.as_str()) {
            findings.insert(format!("UNSEEN {canary} of {}.{}", home.record, home.column), String::new());
        }
    }
    let tried: BTreeSet<&String> = walks.iter().flat_map(|walk| &walk.tried).collect();
    let elsewhere = |argument: &str| ELSEWHERE.iter().any(|field| argument.starts_with(field));
    for argument in nested::arguments(&hall.shape).iter().filter(|argument| !tried.contains(argument) && !elsewhere(argument)) {
        findings.insert(format!("UNTRIED {argument}"), String::new());
    }
    let pairs: BTreeSet<&String> = walks.iter().flat_map(|walk| &walk.pairs).collect();
    let roles: BTreeSet<Role> = walks.iter().filter(|walk| walk.admitted).flat_map(|walk| walk.looker.roles.iter().copied()).collect();
    let leaked = findings.keys().filter(|finding| finding.starts_with("LEAK")).count();
    println!(
        "sweep of {what} on {backend:?}: {} studies, {} vendors, {} people, {} records; {} lookers ({} not admitted), {} roles, {} pairs, \
         {} requests, {} canaries planted, {} seen, {leaked} leaked, {} findings, {:?}",
        hall.records(Kind::Study).len(),
        hall.dressed.world.organizations.iter().filter(|one| one.is_tenant && side_of(one.organization_type) == Side::Vendor).count(),
        hall.records(Kind::Person).len(),
        hall.dressed.planted.len(),
        walks.len(),
        walks.iter().filter(|walk| !walk.admitted).count(),
        roles.len(),
        pairs.len(),
        walks.iter().map(|walk| walk.requests).sum::<usize>(),
        hall.canaries.len(),
        seen.len(),
        findings.len(),
        begun.elapsed(),
    );
    let words: Vec<String> = findings.iter().take(25).map(|(what, how)| format!("{what}\n      {how}")).collect();
    let number = findings.len();
    drop(walks);
    house.stop().await;
    assert_eq!(roles, Role::ALL.iter().copied().collect(), "every role has looked");
    assert!(number == 0, "{number} findings\n{}", words.join("\n"));
}

async fn demo(backend: Backend) {
    let dressed = Dressed::demo();
    let lookers = dressed.lookers();
    sweep("the demo", backend, dressed, lookers, usize::MAX).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_hides_what_the_oracle_hides_on_sqlite() {
    demo(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes"]
async fn the_demo_hides_what_the_oracle_hides_on_postgres() {
    demo(Backend::Postgres).await;
}

/// Fields whose arguments are tried elsewhere: `sweep::explanations` and `oversight` ask the first two; all who see the one review of the
/// demo see its items, so that there is nothing hidden to name below it, and the generated world has none (`oversight` tries the filter, `paths` the pages).
const ELSEWHERE: [&str; 4] = ["Query.explainAccess(", "Query.permissionHistory(", "AccessReview.", "AccessReviewItem."];

/// A generated world is as big as it is meant to be, and who looks has every role with every scope.
#[test]
fn the_generated_world_is_as_big_as_it_says() {
    let made = generated(1, now());
    let world = &made.dressed.world;
    assert!(world.studies.len() >= 300 && generated::STUDIES >= 300);
    assert!(world.people.len() >= 500 && generated::PEOPLE >= 500 && generated::VENDORS >= 20);
    let ways: BTreeSet<_> = world.memberships.iter().map(|one| (one.role, one.scope)).collect();
    assert_eq!(ways.len(), (Role::ALL.len() - 1) * 5);
    assert!(world.engagements.iter().filter(|one| one.subcontract_of_id.is_some()).count() > 50);
    assert!(world.memberships.iter().any(|one| one.valid_to.is_some_and(|end| end < now())));
    assert!(world.memberships.iter().any(|one| one.valid_from > now()));
}

async fn world(backend: Backend) {
    let made = generated(1, now());
    sweep("a generated world", backend, made.dressed, made.lookers, 60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes"]
async fn a_generated_world_hides_what_the_oracle_hides_on_sqlite() {
    world(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes"]
async fn a_generated_world_hides_what_the_oracle_hides_on_postgres() {
    world(Backend::Postgres).await;
}

/// What a comment is on; nothing for what is no comment.
fn subject_of<'a>(planted: &'a [Planted], record: &Entity) -> Option<&'a Entity> {
    let Entity::Comment(comment) = record else { return None };
    let is_it = |other: &&Planted| match &other.entity {
        Entity::Deliverable(one) => Some(one.id) == comment.deliverable_id,
        Entity::Finding(one) => Some(one.id) == comment.finding_id,
        Entity::Capa(one) => Some(one.id) == comment.capa_id,
        Entity::Issue(one) => Some(one.id) == comment.issue_id,
        Entity::Milestone(one) => Some(one.id) == comment.milestone_id,
        _ => false,
    };
    planted.iter().find(is_it).map(|one| &one.entity)
}
