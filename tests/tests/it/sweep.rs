//! The canary sweep: every persona asks for everything the schema has, and nothing that is hidden from him comes out.
//! What he may see is written by hand; each canary has to be seen by somebody, so that the sweep cannot pass by asking nothing.

mod attacks;
mod explanations;
pub(crate) mod filters;
mod keys;
mod moves;
pub(crate) mod mutations;
mod roles;
mod two;
mod work;

use std::collections::{BTreeMap, BTreeSet};

use futures::StreamExt;
use serde_json::{Value as Json, json};
use tandem_domain::clock::{IdSource, SeededIds};
use tandem_domain::id::encode;
use tandem_domain::record::{Entity, Kind, camel_case};
use tandem_gateway::demo::epoch;
use tandem_tests::house::{Backend, Ground, House};
use tandem_tests::matrix::is_read;
use tandem_tests::sweep::asker::{Asker, Raw, settings};
use tandem_tests::sweep::canary::{Canaries, NEVER_SHOWN};
use tandem_tests::sweep::expected::Sight;
use tandem_tests::sweep::records::world;
use tandem_tests::sweep::shape::{INTROSPECTION, Shape};
use tandem_tests::sweep::sight::{PERSONAS, Persona};
use tandem_tests::sweep::world::Planted;

use mutations::Named;

/// What all personas walk through.
struct Ward {
    planted: Vec<Planted>,
    canaries: Canaries,
    shape: Shape,
    host: String,
}

impl Ward {
    async fn on(ground: &Ground) -> (Self, House) {
        let planted = world();
        let vault = ground.vault().await;
        // What is there before anybody is engaged, and then the rest: a vendor does not read what was done before.
        let early = |entity: &Entity| matches!(entity, Entity::Organization(_) | Entity::Study(_));
        let (first, then): (Vec<Entity>, Vec<Entity>) = planted.iter().map(|planted| planted.entity.clone()).partition(early);
        vault.seed("sweep", first).await.unwrap();
        vault.seed("sweep", then).await.unwrap();
        vault.close().await;
        let house = ground.serve_with(settings()).await.unwrap();
        let mut ward = Self { canaries: Canaries::of(&planted), planted, shape: Shape::default(), host: house.address.clone() };
        edit(&mut ward).await;
        let answer = ward.asker("A.sm").ask(INTROSPECTION, json!({})).await;
        ward.shape = Shape::read(&answer.json());
        assert!(ward.shape.types.len() > 50, "{}", answer.text);
        (ward, house)
    }

    fn asker(&self, name: &str) -> Asker {
        Asker::new(&self.host, PERSONAS.iter().find(|persona| persona.name == name).unwrap())
    }

    fn id(&self, key: &str) -> String {
        self.planted.iter().find(|planted| planted.key() == key).unwrap().shown_id()
    }

    /// Root fields that give a kind by id, or list it: type to field.
    fn roots(&self, list: bool) -> BTreeMap<String, String> {
        let ending = if list { "Connection" } else { "" };
        let fields = self.shape.fields("Query").iter().filter(|field| {
            let by_id = field.args.iter().any(|argument| argument.name == "id") && field.name != "node";
            if list { field.ty.name.ends_with(ending) } else { by_id }
        });
        let named = fields.map(|field| (field.ty.name.trim_end_matches("Connection").to_owned(), field.name.clone()));
        // A connection of something that is no record, such as the history of permissions, is walked with the pairs.
        named.filter(|(ty, _)| Kind::ALL.iter().any(|kind| kind.name() == ty)).collect()
    }
}

/// Edits whose traces are hidden from some: a lead that moved to a rival and back, assessments, reasons.
async fn edit(ward: &mut Ward) {
    let edits = [
        ("A.sm", "studyCountry:A1-DE", "studyCountryUpdate", r#"leadEngagementId: "$W""#, "study_country:A1-DE", "there"),
        ("A.sm", "studyCountry:A1-DE", "studyCountryUpdate", r#"leadEngagementId: "$V""#, "study_country:A1-DE", "back"),
        ("A.sm", "study:A1", "studyInternalUpdate", "riskScore: 5900001.25", "study_internal:A1", "assessed"),
        (
            "A.fin",
            "study:A1",
            "studyBenchmarkUpdate",
            r#"budgetMinorUnits: 7900000000003, budgetCurrency: "EUR""#,
            "study_benchmark:A1",
            "priced",
        ),
        ("A.vm", "engagement:A1V", "engagementInternalUpdate", "healthScore: 5900002.25", "engagement_internal:A1V", "judged"),
        ("A.sm", "site:A1-us1", "siteUpdate", r#"city: "CANARY-site-A1-us1-city-later""#, "site:A1-us1", "renamed"),
    ];
    let (v, w) = (ward.id("engagement:A1V"), ward.id("engagement:A1W"));
    for (number, (who, target, command, values, home, why)) in edits.into_iter().enumerate() {
        let id = ward.id(&target.replace("studyCountry", "study_country"));
        let reason = format!("CANARY-reason-{number}-{why}");
        let version = if number == 1 { 2 } else { 1 };
        let values = values.replace("$W", &w).replace("$V", &v);
        let document = format!(
            r#"mutation {{ {command}(input: {{ id: "{id}", {values}, expectedVersion: {version}, reason: "{reason}" }}) {{ userErrors {{ code message }} }} }}"#
        );
        let answer = ward.asker(who).ask(&document, json!({})).await;
        assert_eq!(answer.json()["data"][command]["userErrors"], json!([]), "{document}: {}", answer.text);
        ward.canaries.plant(reason, home, "reason");
    }
    for (canary, home) in [
        ("5900001.25", "study_internal:A1"),
        ("7900000000003", "study_benchmark:A1"),
        ("5900002.25", "engagement_internal:A1V"),
        ("CANARY-site-A1-us1-city-later", "site:A1-us1"),
    ] {
        ward.canaries.plant(canary.to_owned(), home, "edited");
    }
}

/// One persona's walk, and what it met.
struct Walker<'a> {
    ward: &'a Ward,
    persona: &'static Persona,
    asker: Asker,
    sight: Sight,
    never: SeededIds,
    findings: BTreeMap<String, String>,
    seen: BTreeSet<String>,
    pairs: BTreeSet<String>,
    compared: BTreeSet<String>,
    named: Named,
    requests: usize,
}

impl<'a> Walker<'a> {
    fn new(ward: &'a Ward, persona: &'static Persona) -> Self {
        Self {
            ward,
            persona,
            asker: Asker::new(&ward.host, persona),
            sight: persona.sight(&ward.planted),
            never: SeededIds::new(99_991 << 20, epoch()),
            findings: BTreeMap::new(),
            seen: BTreeSet::new(),
            pairs: BTreeSet::new(),
            compared: BTreeSet::new(),
            named: Named::default(),
            requests: 0,
        }
    }

    fn find(&mut self, what: String, how: &str) {
        self.findings.entry(what).or_insert_with(|| how.chars().take(600).collect());
    }

    /// Asks, and looks for canaries in every byte.
    async fn ask(&mut self, query: &str, variables: Json) -> Raw {
        let answer = self.asker.ask(query, variables).await;
        self.look(query, &answer);
        answer
    }

    fn look(&mut self, query: &str, answer: &Raw) {
        self.requests += 1;
        for (canary, home) in self.ward.canaries.found_in(&answer.everything()) {
            if self.sight.may.contains(&home.record) && !NEVER_SHOWN.contains(&home.column) {
                self.seen.insert(canary.to_owned());
            } else {
                self.find(format!("LEAK {} {}.{}", self.persona.name, home.record, home.column), query);
            }
        }
    }

    /// The same, for a document that has to go through.
    async fn ask_well(&mut self, query: &str, variables: Json) -> Json {
        let answer = self.ask(query, variables).await;
        let body = answer.json();
        if answer.status != 200 || !body["errors"].is_null() {
            let words: String = answer.text.chars().take(300).collect();
            self.find(format!("BROKEN {} {} {words}", self.persona.name, answer.status), query);
        }
        body
    }

    fn never(&self, kind: Kind) -> String {
        encode(kind, self.never.next())
    }

    /// The records of a kind that he has to see, and may see, by id.
    fn expected(&self, kind: Kind) -> (BTreeSet<String>, BTreeSet<String>) {
        let of = |names: &BTreeSet<String>| {
            let records = self.ward.planted.iter().filter(|planted| planted.entity.kind() == kind && names.contains(&planted.key()));
            records.map(Planted::shown_id).collect()
        };
        (of(&self.sight.must), of(&self.sight.may))
    }

    async fn walk_pairs(&mut self) {
        for (document, pairs) in self.ward.shape.pairs("Query") {
            self.ask_well(&document, json!({})).await;
            self.pairs.extend(pairs);
        }
    }

    /// Every record by its id: what is hidden answers as what never was.
    async fn walk_records(&mut self) {
        let ward = self.ward;
        let finders = ward.roots(false);
        for kind in Kind::ALL.iter().filter(|kind| kind.def().part_of.is_none() && is_read(**kind)) {
            let Some(finder) = finders.get(kind.name()) else { panic!("{kind:?} has no finder") };
            let history = if ward.shape.fields(kind.name()).iter().any(|field| field.name == "history") {
                format!("history(first: 30) {{ totalCount nodes {{ {} }} }}", ward.shape.flat("HistoryEntry"))
            } else {
                String::new()
            };
            let document = format!(
                "query($id: ID!) {{ {finder}(id: $id) {{ {} {history} }} node(id: $id) {{ __typename id }} nodes(ids: [$id]) {{ id }} }}",
                ward.shape.flat(kind.name()).replace("history(first: 3)", "later: history(first: 1)")
            );
            let never = self.never(*kind);
            let blank = self.ask(&document, json!({ "id": never })).await;
            let (must, may) = self.expected(*kind);
            for planted in ward.planted.iter().filter(|planted| planted.entity.kind() == *kind) {
                let id = planted.shown_id();
                let answer = self.ask(&document, json!({ "id": id })).await;
                let data = &answer.json()["data"];
                let seen = !data[finder].is_null();
                if seen == data["node"].is_null() || seen == data["nodes"][0].is_null() {
                    self.find(format!("DISAGREE {} {}", self.persona.name, planted.key()), &answer.text);
                }
                if seen && !may.contains(&id) {
                    self.find(format!("ROW {} {}", self.persona.name, planted.key()), &document);
                }
                if !seen && must.contains(&id) {
                    self.find(format!("MISSING {} {}", self.persona.name, planted.key()), &answer.text);
                }
                if !seen && answer.everything().replace(&id, "ID") != blank.everything().replace(&never, "ID") {
                    self.find(format!("TELLS {} {}", self.persona.name, planted.key()), &answer.everything());
                }
            }
        }
        let all: Vec<String> =
            ward.planted.iter().filter(|planted| planted.entity.kind().def().part_of.is_none()).map(Planted::shown_id).collect();
        for some in all.chunks(100) {
            self.ask_well("query($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }", json!({ "ids": some })).await;
        }
        for study in ward.planted.iter().filter(|planted| planted.entity.kind() == Kind::Study) {
            for key in ["protocol_number", "nct_id"] {
                let name = camel_case(key);
                let document = format!("query($key: String) {{ study({name}: $key) {{ id }} }}");
                let answer = self.ask(&document, json!({ "key": format!("CANARY-study-{}-{key}", study.name) })).await;
                let blank = self.ask(&document, json!({ "key": "nothing" })).await;
                if !self.sight.may.contains(&study.key()) && answer.everything() != blank.everything() {
                    self.find(format!("TELLS {} {} by {key}", self.persona.name, study.key()), &answer.text);
                }
            }
        }
    }

    /// A list from its end to its beginning in pages of two, put back in order.
    async fn page_back(&mut self, list: &str) -> Vec<String> {
        let (mut pages, mut before) = (Vec::new(), Json::Null);
        for _ in 0..80 {
            let document = format!(
                "query($before: String) {{ {list}(last: 2, before: $before) {{ nodes {{ id }} pageInfo {{ hasPreviousPage startCursor }} }} }}"
            );
            let body = self.ask_well(&document, json!({ "before": before })).await;
            let page = &body["data"][list];
            pages.push(ids_of(page));
            before = page["pageInfo"]["startCursor"].clone();
            if page["pageInfo"]["hasPreviousPage"] != true {
                break;
            }
        }
        pages.reverse();
        pages.concat()
    }

    /// Every list to its end in pages of three, back again, and in every order.
    async fn walk_lists(&mut self) {
        let ward = self.ward;
        for (ty, list) in ward.roots(true) {
            let kind = *Kind::ALL.iter().find(|kind| kind.name() == ty).unwrap();
            let (must, may) = self.expected(kind);
            let orders = ward.shape.types.get(&format!("{ty}OrderField")).map(|ty| ty.values.clone()).unwrap_or_default();
            let (mut ids, mut after, mut total) = (Vec::new(), Json::Null, Json::Null);
            for _ in 0..50 {
                let document = format!(
                    "query($after: String) {{ {list}(first: 3, after: $after) {{ totalCount edges {{ cursor }} nodes {{ id }} \
                     pageInfo {{ hasNextPage endCursor startCursor }} }} }}"
                );
                let body = self.ask_well(&document, json!({ "after": after })).await;
                let page = &body["data"][&list];
                ids.extend(ids_of(page));
                total = page["totalCount"].clone();
                after = page["pageInfo"]["endCursor"].clone();
                if page["pageInfo"]["hasNextPage"] != true {
                    break;
                }
            }
            let backwards = self.page_back(&list).await;
            if backwards != ids {
                self.find(format!("LIST {} {list}(before)", self.persona.name), &format!("{backwards:?}\n{ids:?}"));
            }
            let set: BTreeSet<String> = ids.iter().cloned().collect();
            if set.len() != ids.len() || total != json!(ids.len()) || !must.is_subset(&set) || !set.is_subset(&may) {
                let words = format!("total {total}, paged {}, distinct {}, expected {} to {}", ids.len(), set.len(), must.len(), may.len());
                self.find(format!("LIST {} {list}", self.persona.name), &words);
            }
            let orders: Vec<String> =
                orders.iter().flat_map(|order| ["ASC", "DESC"].map(|way| format!("{{ field: {order}, direction: {way} }}"))).collect();
            for some in orders.chunks(10) {
                let fields: Vec<String> = some
                    .iter()
                    .enumerate()
                    .map(|(index, order)| {
                        format!("o{index}: {list}(orderBy: [{order}], first: 60) {{ totalCount edges {{ cursor }} nodes {{ id }} }}")
                    })
                    .collect();
                let body = self.ask_well(&format!("{{ {} }}", fields.join(" ")), json!({})).await;
                for (index, order) in some.iter().enumerate() {
                    let page = &body["data"][format!("o{index}")];
                    let mut ordered = ids_of(page);
                    ordered.sort();
                    if !ordered.iter().eq(set.iter()) || page["totalCount"] != total {
                        self.find(format!("LIST {} {list}({order})", self.persona.name), &page.to_string());
                    }
                }
            }
            let body = self.ask_well(&format!("{{ {list}(last: 100) {{ totalCount nodes {{ id }} }} }}"), json!({})).await;
            let page = &body["data"][&list];
            if page["totalCount"] != json!(page["nodes"].as_array().map_or(0, Vec::len)) {
                self.find(format!("LIST {} {list}(last)", self.persona.name), &body.to_string());
            }
        }
    }
}

impl Ward {
    fn key(&self, kind: Kind, id: uuid::Uuid) -> Option<String> {
        self.planted.iter().find(|planted| planted.entity.kind() == kind && planted.entity.uuid() == id).map(Planted::key)
    }
}

fn ids_of(page: &Json) -> Vec<String> {
    page["nodes"]
        .as_array()
        .map(|nodes| nodes.iter().map(|node| node["id"].as_str().unwrap_or_default().to_owned()).collect())
        .unwrap_or_default()
}

/// Who walks: those named in `TANDEM_SWEEP_ONLY`, or everybody. What nobody saw is then no finding.
fn chosen(only: Option<&str>) -> Result<Vec<&'static Persona>, String> {
    let Some(only) = only.filter(|only| *only != EVERYBODY) else { return Ok(PERSONAS.iter().collect()) };
    let find = |name| PERSONAS.iter().find(|persona| persona.name == name);
    only.split(',').map(|name| find(name).ok_or(format!("TANDEM_SWEEP_ONLY names '{name}', who is no persona"))).collect()
}

/// What `TANDEM_SWEEP_ONLY` names for all of them, on both databases.
const EVERYBODY: &str = "everybody";

/// Who walks where nobody is named, on each database: both sides, a narrow member of each, the competitor, another sponsor, finance,
/// machines. All forty take a quarter of an hour a database; then it is also a finding what nobody saw or tried.
const USUAL: &str = "A.sm,A.qa,A.exec,A.sm-site,B.sm,V.pm,V.qa,V.cra-site,V.dm,V.fin,W.pm,S.pm,V-whole,V-eng";

#[test]
fn who_walks_is_known_by_name() {
    assert!(chosen(Some(USUAL)).unwrap().len() >= 10);
    assert_eq!(chosen(Some(EVERYBODY)).unwrap().len(), PERSONAS.len());
    assert_eq!(chosen(None).unwrap().len(), PERSONAS.len());
    assert_eq!(chosen(Some("V.pm,A-mute")).unwrap().iter().map(|persona| persona.name).collect::<Vec<_>>(), ["V.pm", "A-mute"]);
    for wrong in ["typo", "", "V.pm,", "V.pm, A.sm"] {
        assert!(chosen(Some(wrong)).is_err(), "{wrong:?}");
    }
}

async fn sweep(backend: Backend) {
    let ground = Ground::new(backend).await;
    let (ward, house) = Ward::on(&ground).await;
    let usual = Some(USUAL.to_owned());
    let only = std::env::var("TANDEM_SWEEP_ONLY").ok().or(usual).filter(|only| only != EVERYBODY);
    let chosen = chosen(only.as_deref()).unwrap_or_else(|why| panic!("{why}"));
    let expected = chosen.len();
    let walks = chosen.into_iter().map(|persona| {
        let mut walker = Walker::new(&ward, persona);
        async move {
            walker.walk_pairs().await;
            walker.walk_records().await;
            walker.walk_lists().await;
            walker.walk_filters().await;
            walker.walk_mutations().await;
            walker.walk_explanations().await;
            walker.walk_turns().await;
            walker.walk_feed().await;
            println!(
                "{backend:?} {}: {} requests, {} findings {:?}",
                persona.name,
                walker.requests,
                walker.findings.len(),
                walker.findings.keys()
            );
            walker
        }
    });
    let walkers: Vec<Walker<'_>> = futures::stream::iter(walks).buffer_unordered(4).collect().await;
    assert_eq!(walkers.len(), expected, "everybody chosen has walked");
    let seen: BTreeSet<&String> = walkers.iter().flat_map(|walker| &walker.seen).collect();
    let unseen: Vec<String> = ward
        .canaries
        .iter()
        .filter(|_| only.is_none())
        .filter(|(canary, home)| {
            !seen.contains(canary) && !NEVER_SHOWN.contains(&home.column) && !ward.is_out_of_reach(canary, &home.record)
        })
        .map(|(canary, home)| format!("UNSEEN {canary} of {}.{}", home.record, home.column))
        .collect();
    let untried = if only.is_none() {
        let mut named = Named::default();
        for walker in &walkers {
            named.add(&walker.named);
        }
        let compared = walkers.iter().flat_map(|walker| walker.compared.iter().cloned()).collect();
        let uncompared = ward.uncompared(&compared).into_iter().map(|name| format!("UNTRIED {name}"));
        named.missing(&ward).into_iter().chain(uncompared).collect()
    } else {
        Vec::new()
    };
    let findings: Vec<String> = walkers
        .iter()
        .flat_map(|walker| &walker.findings)
        .map(|(what, how)| format!("{what}\n      {how}"))
        .chain(unseen)
        .chain(untried)
        .collect();
    let leaked = findings.iter().filter(|finding| finding.starts_with("LEAK")).count();
    println!(
        "canary sweep on {backend:?}: {} personas, {} pairs, {} requests, {} canaries planted, {} seen, {leaked} leaked",
        walkers.len(),
        walkers.iter().flat_map(|walker| &walker.pairs).collect::<BTreeSet<_>>().len(),
        walkers.iter().map(|walker| walker.requests).sum::<usize>(),
        ward.canaries.len(),
        seen.len(),
    );
    drop(walkers);
    house.stop().await;
    assert!(findings.is_empty(), "{} findings\n{}", findings.len(), findings.join("\n"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_hidden_comes_out_on_sqlite() {
    sweep(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_hidden_comes_out_on_postgres() {
    sweep(Backend::Postgres).await;
}

impl Ward {
    /// What nobody of the personas may see by the rules: an organisation that nobody deals with, the benchmark of a sponsor that
    /// has neither finance nor a vendor manager, the draft of a vendor that has no QA, what needs a grant of sight on unblinded
    /// material, and raw ids, which are never shown.
    fn is_out_of_reach(&self, canary: &str, record: &str) -> bool {
        ["organization:N", "study_benchmark:B1", "finding:A1W-vdraft", "document:A1V-unblinded"].contains(&record)
            || uuid::Uuid::parse_str(canary).is_ok()
    }
}
