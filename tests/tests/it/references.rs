//! What systems call records: known to their own organisation alone, beneath what its reader sees, and never a way to anything else.

mod upserts;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{BOTH, Backend, Ground, House, client, person};

const SYSTEM: &str = "CTMS";

/// People of every organisation of the demo, by organisation.
const PEOPLE: &[(&str, &[&str])] = &[
    ("quillfen", &["marisol", "idris", "petra", "tomas", "greta", "noor", "yuna", "oskar", "darya"]),
    ("brackenmoor", &["leopold", "ines", "ulla"]),
    ("veltrona", &["ravi", "saoirse", "bastian", "odile", "kofi"]),
    ("osprelle", &["henrik", "aiko"]),
    ("tarnwick", &["zofia"]),
    ("pelluvia", &["emre"]),
    ("corvendale", &["lucia"]),
];

/// Who says what his organisation's system calls what he sees.
const NAMERS: &[(&str, &[&str])] =
    &[("quillfen", &["marisol", "noor"]), ("brackenmoor", &["leopold"]), ("veltrona", &["ravi", "kofi"]), ("osprelle", &["henrik"])];

pub(super) struct Scene {
    pub(super) ground: Ground,
    pub(super) house: House,
}

impl Scene {
    pub(super) async fn on(backend: Backend) -> Self {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        Self { ground, house }
    }

    pub(super) async fn ask(&self, token: &str, query: &str, variables: Json) -> Json {
        let answer = self.house.ask_with(token, query, variables, &[]).await;
        assert!(answer.at("/errors").is_null(), "{}", answer.text);
        answer.at("/data").clone()
    }

    /// What came of a bulk mutation.
    pub(super) async fn ingest(&self, token: &str, mutation: &str, input: Json) -> Json {
        let ty = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation($i: {ty}!) {{ {mutation}(input: $i) {{ created updated unchanged rejected {{ index error {{ code field }} }} userErrors {{ \
             code field }} }} }}"
        );
        self.ask(token, &query, json!({ "i": input })).await[mutation].clone()
    }

    pub(super) async fn refer(&self, token: &str, rows: Json) -> Json {
        self.ingest(token, "externalRefsIngest", json!({ "system": SYSTEM, "rows": rows })).await
    }

    /// A row that is refused with this code at this field, and leaves nothing at all.
    async fn refused(&self, token: &str, row: Json, code: &str, field: Option<&str>) {
        self.ask(token, "{ viewer { side } }", json!({})).await;
        let before = fingerprint(&self.ground).await;
        let answer = self.refer(token, json!([row])).await;
        let error = &answer["rejected"][0]["error"];
        assert_eq!(error["code"], code, "{row}: {answer}");
        let path = field.map_or(Json::Null, |field| json!(["input", "rows", "0", field]));
        assert_eq!(error["field"], path, "{row}: {answer}");
        assert_eq!(fingerprint(&self.ground).await, before, "{row}");
    }

    /// Every record that he sees, by the feed.
    async fn everything(&self, token: &str) -> BTreeSet<String> {
        let query = "query($c: String) { changes(since: $c, first: 500) { cursor hasMore events { operation id } } }";
        let (mut cursor, mut ids) = (Json::Null, BTreeSet::new());
        loop {
            let page = self.ask(token, query, json!({ "c": cursor })).await["changes"].clone();
            for event in page["events"].as_array().unwrap() {
                if event["operation"] == "UPSERT" {
                    ids.insert(event["id"].as_str().unwrap().to_owned());
                }
            }
            if page["hasMore"] == false {
                return ids;
            }
            cursor = page["cursor"].clone();
        }
    }

    /// What he is told that systems call these records, each by `system external id`.
    async fn told(&self, token: &str, ids: &BTreeSet<String>) -> BTreeMap<String, BTreeSet<String>> {
        let kinds: BTreeSet<&str> = ids.iter().map(|id| id.rsplit_once('_').unwrap().0).collect();
        let mut refs = String::new();
        for kind in kinds {
            let kind = tandem_domain::record::Kind::from_prefix(kind).unwrap();
            refs.push_str(&format!(" ... on {} {{ externalRefs {{ system externalId }} }}", kind.name()));
        }
        let query = format!("query($ids: [ID!]!) {{ nodes(ids: $ids) {{ id{refs} }} }}");
        let mut told = BTreeMap::new();
        for ids in ids.iter().collect::<Vec<_>>().chunks(100) {
            for node in self.ask(token, &query, json!({ "ids": ids })).await["nodes"].as_array().unwrap() {
                let names = node["externalRefs"].as_array().unwrap_or_else(|| panic!("{node}"));
                let names = names.iter().map(|one| format!("{} {}", text(&one["system"]), text(&one["externalId"])));
                told.insert(text(&node["id"]), names.collect());
            }
        }
        told
    }

    /// What he finds by these names: the names, with what they lead to.
    async fn found(&self, token: &str, names: &[String]) -> BTreeSet<(String, String)> {
        let query = "query($s: String!, $n: [String!]!) { byExternalRef(system: $s, ids: $n) { externalId node { id } } }";
        let mut found = BTreeSet::new();
        for names in names.chunks(100) {
            for one in self.ask(token, query, json!({ "s": SYSTEM, "n": names })).await["byExternalRef"].as_array().unwrap() {
                assert!(found.insert((text(&one["externalId"]), text(&one["node"]["id"]))), "{one} twice");
            }
        }
        found
    }
}

pub(super) fn text(json: &Json) -> String {
    json.as_str().unwrap_or_else(|| panic!("{json}")).to_owned()
}

/// Everybody is told what the systems of his own organisation call what he sees: no more by any of three ways, and no less.
#[tokio::test]
async fn whoever_sees_a_record_is_told_what_his_own_systems_call_it_and_nothing_else() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let mut named: BTreeMap<&str, BTreeMap<String, String>> = BTreeMap::new();
        for (organization, people) in NAMERS {
            let names = named.entry(organization).or_default();
            for who in *people {
                let token = person(&format!("{who}@{organization}"));
                let new: Vec<String> = scene.everything(&token).await.into_iter().filter(|id| !names.contains_key(id)).collect();
                names.extend(new.iter().map(|id| (id.clone(), format!("{organization}:{id}"))));
                for rows in new.chunks(1_000) {
                    let rows: Json = rows.iter().map(|id| json!({ "id": id, "externalId": names[id] })).collect();
                    let taken = scene.refer(&token, rows.clone()).await;
                    let refused = taken["rejected"].as_array().unwrap();
                    assert_eq!(taken["created"], rows.as_array().unwrap().len() - refused.len(), "{taken}");
                    for one in refused {
                        // What machines write by its name is named by who may write it.
                        let id = text(&rows[one["index"].as_u64().unwrap() as usize]["id"]);
                        assert_eq!(one["error"]["code"], "FORBIDDEN", "{id}: {one}");
                        assert!(id.starts_with("milestone_") || id.starts_with("study_site_"), "{id}");
                        names.remove(&id);
                    }
                }
            }
        }
        let all: Vec<String> = named.values().flat_map(BTreeMap::values).cloned().collect();
        let (mut lookers, mut looked, mut hidden) = (0, 0, 0);
        for (organization, people) in PEOPLE {
            let own = named.get(organization).cloned().unwrap_or_default();
            for who in *people {
                let token = person(&format!("{who}@{organization}"));
                let seen = scene.everything(&token).await;
                let told = scene.told(&token, &seen).await;
                assert_eq!(told.len(), seen.len(), "{who}");
                for (id, names) in &told {
                    let expected: BTreeSet<String> = own.get(id).map(|name| format!("{SYSTEM} {name}")).into_iter().collect();
                    assert_eq!(names, &expected, "{who} of {id}");
                }
                let expected: BTreeSet<(String, String)> =
                    own.iter().filter(|(id, _)| seen.contains(*id)).map(|(id, name)| (name.clone(), id.clone())).collect();
                assert_eq!(scene.found(&token, &all).await, expected, "{who}");
                (lookers, looked, hidden) = (lookers + 1, looked + seen.len(), hidden + own.len() - expected.len());
            }
        }
        assert!(hidden > 100 && looked > 2_000, "{hidden} of {looked}");
        println!("{backend:?}: {lookers} people, {looked} records seen, {} names, {hidden} of their own hidden from them", all.len());
        scene.house.stop().await;
    }
}

#[tokio::test]
async fn names_are_set_changed_and_taken_back_by_who_may() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let (sponsor, cro) = (person("marisol@quillfen"), person("ravi@veltrona"));
        let found = scene.ask(&cro, "{ studies(first: 1) { nodes { id } } deliverables(first: 2) { nodes { id } } }", json!({})).await;
        let study = found["studies"]["nodes"][0]["id"].clone();
        let (one, two) = (&found["deliverables"]["nodes"][0]["id"], &found["deliverables"]["nodes"][1]["id"]);
        let row = |id: &Json, name: Json| json!({ "id": id, "externalId": name });

        let taken = scene.refer(&cro, json!([row(one, json!(" D-1 ")), row(two, json!("D-2")), row(&study, json!("D-1"))])).await;
        assert_eq!((&taken["created"], &taken["rejected"]), (&json!(3), &json!([])), "{taken}");
        let names = |ids: &[&str]| ids.iter().map(|id| (*id).to_owned()).collect::<Vec<_>>();
        // One name may be of several kinds, each found; the other side's systems have names of their own.
        let pairs = |pairs: &[(&str, &Json)]| pairs.iter().map(|(name, id)| ((*name).to_owned(), text(id))).collect::<BTreeSet<_>>();
        assert_eq!(scene.found(&cro, &names(&["D-2", "D-1", "D-3"])).await, pairs(&[("D-1", one), ("D-1", &study), ("D-2", two)]));
        assert_eq!(scene.found(&sponsor, &names(&["D-1", "D-2"])).await, BTreeSet::new());
        assert_eq!(scene.refer(&sponsor, json!([row(two, json!("D-1"))])).await["created"], 1);

        // Again: nothing is written. Another name takes the place of the one before, null takes it back, and both are free again.
        let length = journal_length(&scene.ground).await;
        let again = scene.refer(&cro, json!([row(one, json!("D-1")), { "id": two }])).await;
        assert_eq!((&again["unchanged"], journal_length(&scene.ground).await), (&json!(2), length), "{again}");
        let changed = scene.refer(&cro, json!([row(one, json!("D-9")), row(two, Json::Null), row(two, json!("D-1"))])).await;
        assert_eq!((&changed["updated"], &changed["created"], &changed["rejected"]), (&json!(2), &json!(1), &json!([])), "{changed}");
        assert_eq!(scene.found(&cro, &names(&["D-1", "D-2", "D-9"])).await, pairs(&[("D-1", two), ("D-1", &study), ("D-9", one)]));
        assert_eq!(journal_length(&scene.ground).await, length + 3);
        let tried =
            scene.ingest(&cro, "externalRefsIngest", json!({ "system": SYSTEM, "dryRun": true, "rows": [row(one, json!("D-10"))] })).await;
        assert_eq!((&tried["updated"], journal_length(&scene.ground).await), (&json!(1), length + 3), "{tried}");

        // What is taken, hidden, never was or is no name is refused, and what may not be set by him.
        scene.refused(&cro, row(two, json!("D-9")), "CONFLICT", Some("externalId")).await;
        let seen = scene.everything(&cro).await;
        let hidden =
            scene.everything(&person("leopold@brackenmoor")).await.into_iter().find(|id| id.starts_with("study_") && !seen.contains(id));
        let hidden = &json!(hidden.unwrap());
        let part = json!(text(&study).replace("study_", "study_internal_"));
        for id in [
            hidden,
            &part,
            &json!("study_01jgxa1f01e00bemvea2w0qqx1"),
            &json!("no id"),
            &json!("external_reference_01jgxa1f01e00bemvea2w0qqx1"),
        ] {
            scene.refused(&cro, row(id, json!("D-11")), "NOT_FOUND", Some("id")).await;
        }
        for name in [json!("  "), json!("x".repeat(256)), json!("D\u{0}")] {
            scene.refused(&cro, row(one, name), "BAD_USER_INPUT", Some("externalId")).await;
        }
        let machine = |scopes: &[&str]| client("veltrona-ctms", &[&["study:read", "site:read", "engagement:read"], scopes].concat());
        scene.refused(&machine(&["site:write"]), row(&study, json!("S-1")), "FORBIDDEN", None).await;
        scene.refused(&person("greta@quillfen"), row(&study, json!("S-1")), "FORBIDDEN", None).await;
        // Whoever moves the name of a milestone has a machine write another one: that is for who may write it.
        let found = scene.ask(&person("odile@veltrona"), "{ milestones(first: 1) { nodes { id } } }", json!({})).await;
        let milestone = &found["milestones"]["nodes"][0]["id"];
        for name in [json!("M-1"), Json::Null] {
            scene.refused(&person("odile@veltrona"), row(milestone, name), "FORBIDDEN", None).await;
        }
        let machines = scene.refer(&machine(&["reference:write"]), json!([row(&study, json!("S-1"))])).await;
        assert_eq!((&machines["updated"], &machines["rejected"]), (&json!(1), &json!([])), "{machines}");
        let bad = scene.ingest(&cro, "externalRefsIngest", json!({ "system": " ", "rows": [row(one, json!("D-1"))] })).await;
        assert_eq!(bad["userErrors"], json!([{ "code": "BAD_USER_INPUT", "field": ["input", "system"] }]), "{bad}");

        // Names that no database keeps find nothing, and more than a hundred are refused.
        assert_eq!(scene.found(&cro, &names(&["D\u{0}", ""])).await, BTreeSet::new());
        let many: Vec<String> = (0..101).map(|number| number.to_string()).collect();
        let query = "query($n: [String!]!) { byExternalRef(system: \"CTMS\", ids: $n) { externalId } }";
        let answer = scene.house.ask_with(&cro, query, json!({ "n": many }), &[]).await;
        assert_eq!(answer.at("/errors/0/extensions/code"), "BAD_USER_INPUT", "{}", answer.text);
        scene.house.stop().await;
    }
}

/// Whoever sends the same at the same time, or renames one record over and over, has it done once and is told so.
#[tokio::test]
async fn what_is_sent_by_many_at_once_is_done_once() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let cro = person("ravi@veltrona");
        let found = scene.ask(&cro, "{ deliverables(first: 5) { nodes { id } } }", json!({})).await;
        let ids: Vec<Json> = found["deliverables"]["nodes"].as_array().unwrap().iter().map(|one| one["id"].clone()).collect();
        let rows: Json = ids.iter().map(|id| json!({ "id": id, "externalId": format!("N-{}", text(id)) })).collect();
        let same = futures::future::join_all((0..8).map(|_| scene.refer(&cro, rows.clone()))).await;
        let sum = |of: &[Json], name: &str| of.iter().map(|one| one[name].as_u64().unwrap()).sum::<u64>();
        assert_eq!((sum(&same, "created"), sum(&same, "unchanged")), (5, 35), "{same:?}");
        let renamed = futures::future::join_all(
            (0..8).map(|number| scene.refer(&cro, json!([{ "id": ids[0], "externalId": format!("R-{number}") }]))),
        )
        .await;
        assert_eq!(sum(&renamed, "updated"), 8, "{renamed:?}");
        scene.house.stop().await;
    }
}
