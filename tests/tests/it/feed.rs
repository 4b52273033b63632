//! The feed of changes: what a system that keeps a copy is told, in the sight of the moment, step by step on both databases.
//! What was never its to see gives no event, and what it follows it holds exactly.

mod copy;
mod followed;
mod told;

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde_json::{Value as Json, json};
use tandem_domain::access::Viewer;
use tandem_domain::record::Kind;
use tandem_graphql::{Circumstance, Graph, GraphOptions};
use tandem_persistence::{FeedPage, FeedPlace, Vault};
use tandem_tests::house::{BOTH, Backend, Ground, House, client, person, viewer};
use tandem_tests::records::today;
use uuid::Uuid;

use copy::{Copy, fresh};

/// A house in which somebody follows.
struct Scene {
    house: House,
    vault: Vault,
    _ground: Ground,
}

impl Scene {
    async fn on(backend: Backend) -> Self {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let vault = ground.vault().await;
        // First sign-ins are written down: they are no part of what happens here.
        for name in ["marisol@quillfen", "ravi@veltrona", "henrik@osprelle", "kofi@veltrona", "yuna@quillfen", "idris@quillfen"] {
            house.ask(&person(name), "{ viewer { side } }").await;
        }
        let scene = Self { house, vault, _ground: ground };
        // What has no place in the order yet would be told again.
        scene.settled().await;
        scene
    }

    /// Everything that was written has its place in the journal's order.
    async fn settled(&self) {
        // An instance orders too, and on PostgreSQL whatever runs anywhere on the server holds the order back.
        while self.vault.waiting_entries().await.unwrap() > 0 {
            if self.vault.order_journal().await.unwrap() == 0 {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        }
    }

    async fn ask(&self, who: &str, query: &str, variables: Json) -> Json {
        let answer = self.house.ask_with(&person(who), query, variables, &[]).await;
        assert_eq!(answer.at("/errors"), &Json::Null, "{}", answer.text);
        answer.at("/data").clone()
    }

    /// A mutation that has to go through; the record in its payload.
    async fn done(&self, who: &str, mutation: &str, record: &str, input: Json) -> Json {
        let ty = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query =
            format!("mutation($i: {ty}!) {{ {mutation}(input: $i) {{ {record} {{ id version }} userErrors {{ code message }} }} }}");
        let data = self.ask(who, &query, json!({ "i": input })).await;
        assert_eq!(data[mutation]["userErrors"], json!([]), "{data}");
        self.settled().await;
        data[mutation][record].clone()
    }

    async fn id(&self, who: &str, query: &str, pointer: &str) -> String {
        let found = self.ask(who, query, json!({})).await;
        found.pointer(pointer).and_then(Json::as_str).unwrap_or_else(|| panic!("{pointer}: {found}")).to_owned()
    }

    /// That what he holds is what he would find if he read everything.
    async fn holds_what_is_there(&self, copy: &Copy) {
        assert_eq!(copy.held, fresh(&self.house, &copy.token, &copy.kinds).await, "{}", copy.name);
    }
}

/// The id and version of a record.
fn of(record: &Json, besides: Json) -> Json {
    let mut input = json!({ "id": record["id"], "expectedVersion": record["version"], "reason": "to see who is told" });
    input.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
    input
}

#[tokio::test]
async fn a_copy_begins_whole_and_follows_what_its_keeper_sees() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let kinds = ["STUDY", "DELIVERABLE", "FINDING", "MILESTONE"];
        let mut copies = Vec::new();
        for name in ["marisol@quillfen", "ravi@veltrona", "henrik@osprelle"] {
            let mut copy = Copy::of(name, &kinds, 7);
            let events = copy.follow(&scene.house).await;
            assert_eq!(events[0], "RESYNC", "{name}");
            scene.holds_what_is_there(&copy).await;
            assert!(copy.held.len() > 3, "{name} sees something");
            assert_eq!(copy.follow(&scene.house).await, Vec::<String>::new(), "nothing happens twice");
            copies.push(copy);
        }
        let [sponsor, cro, rival] = copies.as_mut_slice() else { unreachable!() };

        // What both see, the third does not.
        let engagement = "{ engagements(filter: { state: { eq: ACTIVE } }, first: 1) { nodes { id study { id version } } } }";
        let found = scene.ask("ravi@veltrona", engagement, json!({})).await;
        let (engagement, study) = (&found["engagements"]["nodes"][0]["id"], &found["engagements"]["nodes"][0]["study"]);
        let new = json!({ "engagementId": engagement, "deliverableType": "MONITORING_PLAN", "title": "New", "dueDate": "2031-01-01" });
        let deliverable = scene.done("marisol@quillfen", "deliverableCreate", "deliverable", new).await;
        let told = format!("UPSERT {}", deliverable["id"].as_str().unwrap());
        assert_eq!(sponsor.follow(&scene.house).await, [told.as_str()]);
        assert_eq!(cro.follow(&scene.house).await, [told.as_str()]);
        assert_eq!(rival.follow(&scene.house).await, Vec::<String>::new());

        // Two changes of one record are one event, with its last state.
        let once = scene.done("marisol@quillfen", "deliverableUpdate", "deliverable", of(&deliverable, json!({ "title": "Newer" }))).await;
        scene.done("marisol@quillfen", "deliverableUpdate", "deliverable", of(&once, json!({ "title": "Newest" }))).await;
        assert_eq!(cro.follow(&scene.house).await, [told.as_str()]);
        scene.holds_what_is_there(cro).await;
        assert_eq!(sponsor.follow(&scene.house).await, [told.as_str()]);

        // An edit of the sponsor's own part is nobody else's business, and is the sponsor's.
        let study_id = study["id"].as_str().unwrap();
        let internal = json!({ "id": study_id, "expectedVersion": 0, "riskScore": 3 });
        let part = "query($id: ID!) { study(id: $id) { internal { version } } }";
        let version = scene.ask("marisol@quillfen", part, json!({ "id": study_id })).await["study"]["internal"]["version"].clone();
        let mut internal = internal;
        internal["expectedVersion"] = if version.is_null() { json!(0) } else { version };
        let changed = "mutation($i: StudyInternalUpdateInput!) { studyInternalUpdate(input: $i) { userErrors { code message } } }";
        let answer = scene.ask("marisol@quillfen", changed, json!({ "i": internal })).await;
        assert_eq!(answer["studyInternalUpdate"]["userErrors"], json!([]), "{answer}");
        scene.settled().await;
        assert_eq!(sponsor.follow(&scene.house).await, [format!("UPSERT {study_id}")]);
        assert_eq!(cro.follow(&scene.house).await, Vec::<String>::new());

        // A draft is its author's side's alone, in all its edits.
        let draft = json!({ "studyId": study_id, "engagementId": engagement, "source": "OVERSIGHT_REVIEW", "title": "Draft",
                            "description": "Seen.", "category": "MONITORING", "severity": "MAJOR", "requirementRefs": ["ICH E6(R3) 3.11.4"] });
        let draft = scene.done("marisol@quillfen", "findingCreate", "finding", draft).await;
        let draft = scene.done("marisol@quillfen", "findingUpdate", "finding", of(&draft, json!({ "title": "Still a draft" }))).await;
        assert_eq!(sponsor.follow(&scene.house).await, [format!("UPSERT {}", draft["id"].as_str().unwrap())]);
        assert_eq!(cro.follow(&scene.house).await, Vec::<String>::new());
        let reviewed = scene.done("marisol@quillfen", "findingSubmitForReview", "finding", of(&draft, json!({}))).await;
        assert_eq!(cro.follow(&scene.house).await, Vec::<String>::new());
        let signed = of(&reviewed, json!({ "signature": { "meaning": "APPROVAL" } }));
        scene.done("petra@quillfen", "findingIssue", "finding", signed).await;
        assert_eq!(cro.follow(&scene.house).await, [format!("UPSERT {}", draft["id"].as_str().unwrap())]);
        for copy in [&mut *sponsor, &mut *cro, &mut *rival] {
            copy.follow(&scene.house).await;
            scene.holds_what_is_there(copy).await;
        }
        scene.house.stop().await;
    }
}

#[tokio::test]
async fn what_goes_out_of_sight_leaves_a_tombstone_and_what_comes_in_appears() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let kinds = ["STUDY", "STUDY_SITE", "SITE", "STUDY_COUNTRY", "ENGAGEMENT", "ORGANIZATION"];
        let mut cro = Copy::of("ravi@veltrona", &kinds, 50);
        let mut rival = Copy::of("henrik@osprelle", &kinds, 50);
        // The sponsor's member of two studies sees facilities through links as well.
        let mut member = Copy::of("yuna@quillfen", &kinds, 50);
        for copy in [&mut cro, &mut rival, &mut member] {
            copy.follow(&scene.house).await;
        }
        // A site for which the CRO alone is responsible, and that no scope of the rival covers, changes hands.
        let parties = "{ study(protocolNumber: \"QF-101\") { id engagements(first: 20, filter: { state: { eq: ACTIVE } }) { nodes { id \
                       vendor { name } } } } }";
        let found = scene.ask("idris@quillfen", parties, json!({})).await;
        let of_vendor = |name: &str| {
            let engagements = found["study"]["engagements"]["nodes"].as_array().unwrap();
            let one = engagements.iter().find(|one| one["vendor"]["name"].as_str().unwrap().starts_with(name));
            one.unwrap_or_else(|| panic!("{name}: {found}"))["id"].clone()
        };
        let theirs = of_vendor("Osprelle");
        let new = json!({ "name": "Hospital that moves", "countryCode": "SE", "city": "Umea" });
        let place = scene.done("marisol@quillfen", "siteCreate", "site", new).await;
        let new = json!({ "studyId": found["study"]["id"], "countryCode": "SE" });
        let country = scene.done("marisol@quillfen", "studyCountryCreate", "studyCountry", new).await;
        let new = json!({ "studyCountryId": country["id"], "siteId": place["id"], "number": "MV-1",
                          "responsibleEngagementId": of_vendor("Veltrona") });
        let site = scene.done("marisol@quillfen", "studySiteCreate", "studySite", new).await;
        let (place, site_id) = (place["id"].as_str().unwrap(), site["id"].as_str().unwrap());
        let mut told = cro.follow(&scene.house).await;
        told.sort();
        assert_eq!(told, [format!("UPSERT {place}"), format!("UPSERT {site_id}")]);
        assert_eq!(rival.follow(&scene.house).await, Vec::<String>::new());
        let moved =
            scene.done("marisol@quillfen", "studySiteUpdate", "studySite", of(&site, json!({ "responsibleEngagementId": theirs }))).await;
        let mut told = cro.follow(&scene.house).await;
        told.sort();
        assert_eq!(told, [format!("TOMBSTONE {place}"), format!("TOMBSTONE {site_id}")]);
        let mut told = rival.follow(&scene.house).await;
        told.sort();
        assert_eq!(told, [format!("UPSERT {place}"), format!("UPSERT {site_id}")]);
        // Whoever lost it hears nothing of it any more, and whoever never had it nothing at all.
        scene.done("marisol@quillfen", "studySiteUpdate", "studySite", of(&moved, json!({ "targetEnrollment": 40 }))).await;
        assert_eq!(cro.follow(&scene.house).await, Vec::<String>::new());
        assert_eq!(rival.follow(&scene.house).await, [format!("UPSERT {site_id}")]);
        for copy in [&mut cro, &mut rival, &mut member] {
            copy.follow(&scene.house).await;
            scene.holds_what_is_there(copy).await;
        }
        scene.house.stop().await;
    }
}

#[tokio::test]
async fn what_is_granted_and_what_ends_begins_the_copy_anew() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let kinds = ["STUDY", "DELIVERABLE", "PERSON"];
        let who = "{ people(filter: { displayName: { contains: \"Saoirse\" } }) { nodes { id memberships { nodes { id version } } } } }";
        let person_id = scene.id("kofi@veltrona", who, "/people/nodes/0/id").await;
        let study = "{ study(protocolNumber: \"QF-204\") { id } }";
        let study = scene.id("ravi@veltrona", study, "/study/id").await;
        let mut copy = Copy::of("saoirse@veltrona", &kinds, 100);
        copy.follow(&scene.house).await;
        scene.settled().await;
        copy.follow(&scene.house).await;
        let before = copy.held.clone();
        let grant =
            json!({ "personId": person_id, "role": "V_PROJECT_MANAGER", "scope": "STUDY", "studyId": study, "reason": "helps out" });
        let granted = scene.done("kofi@veltrona", "membershipGrant", "membership", grant).await;
        assert_eq!(copy.follow(&scene.house).await[0], "RESYNC");
        scene.holds_what_is_there(&copy).await;
        assert!(copy.held.contains_key(&study) && !before.contains_key(&study));
        scene.done("kofi@veltrona", "membershipEnd", "membership", of(&granted, json!({}))).await;
        // The very first page is without what has ended, however short.
        copy.first = 1;
        assert_eq!(copy.page(&scene.house).await, ["RESYNC"]);
        assert!(copy.held.is_empty());
        copy.follow(&scene.house).await;
        scene.holds_what_is_there(&copy).await;
        assert!(!copy.held.contains_key(&study));
        scene.house.stop().await;
    }
}

#[tokio::test]
async fn a_cursor_serves_its_owner_and_its_kinds_alone_and_says_nothing() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let mut copy = Copy::of("ravi@veltrona", &["STUDY"], 100);
        copy.follow(&scene.house).await;
        let cursor = copy.cursor.clone().unwrap();
        let asked = "query($since: String, $kinds: [RecordKind!]) { changes(since: $since, kinds: $kinds) { cursor } }";
        let tries = [
            (person("ravi@veltrona"), json!({ "since": cursor, "kinds": ["STUDY", "SITE"] })),
            (person("ravi@veltrona"), json!({ "since": cursor })),
            (person("henrik@osprelle"), json!({ "since": cursor, "kinds": ["STUDY"] })),
            (client("veltrona-ctms", &["study:read"]), json!({ "since": cursor, "kinds": ["STUDY"] })),
            (person("ravi@veltrona"), json!({ "since": format!("x{cursor}"), "kinds": ["STUDY"] })),
            (person("ravi@veltrona"), json!({ "since": "", "kinds": ["STUDY"] })),
        ];
        for (token, variables) in tries {
            let answer = scene.house.ask_with(&token, asked, variables.clone(), &[]).await;
            assert_eq!(answer.at("/errors/0/extensions/code"), "BAD_USER_INPUT", "{variables}: {}", answer.text);
            assert_eq!(answer.at("/data"), &Json::Null, "{}", answer.text);
        }
        for first in [0, 501, -1] {
            let answer = scene.house.ask(&person("ravi@veltrona"), &format!("{{ changes(first: {first}) {{ cursor }} }}")).await;
            assert_eq!(answer.at("/errors/0/extensions/code"), "BAD_USER_INPUT", "{first}: {}", answer.text);
        }
        // Nor may it be read from a cursor whether others wrote, or how much: it is encrypted, all are of one length, and no two alike.
        let bytes = URL_SAFE_NO_PAD.decode(&cursor).unwrap();
        assert!(!bytes.windows(4).any(|some| some == b"{\"i\""), "a readable cursor");
        let mut cursors = vec![cursor];
        let mut short = Copy::of("ravi@veltrona", &["STUDY"], 1);
        for copy in [&mut copy, &mut short] {
            for _ in 0..2 {
                assert!(copy.more(&scene.house).await.0.len() < 2);
                cursors.push(copy.cursor.clone().unwrap());
            }
        }
        assert!(cursors.iter().all(|one| one.len() == cursors[0].len()), "{cursors:?}");
        let different: std::collections::BTreeSet<&String> = cursors.iter().collect();
        assert_eq!(different.len(), cursors.len());
        // Machines have their feed, of what their scopes let them read.
        let mut machine = Copy::of("ravi@veltrona", &["STUDY", "STUDY_SITE", "DELIVERABLE"], 100);
        machine.token = client("veltrona-ctms", &["study:read", "site:read"]);
        machine.follow(&scene.house).await;
        scene.holds_what_is_there(&machine).await;
        assert!(
            machine.held.keys().any(|id| id.starts_with("study_site_")) && machine.held.keys().all(|id| !id.starts_with("deliverable_"))
        );
        scene.house.stop().await;
    }
}

/// Asks in the process, as a viewer of another moment: what came of it, and how many statements it took.
async fn at(graph: &Graph, viewer: &Viewer, cursor: &Json) -> (Json, usize) {
    let query = format!(
        "{{ changes(since: {cursor}, kinds: [STUDY_COUNTRY, DELIVERABLE], first: 400) {{ cursor hasMore events {{ operation id node {{ id ... on \
         StudyCountry {{ version }} ... on Deliverable {{ version }} }} }} }} }}"
    );
    let viewer = Arc::new(viewer.clone());
    let (response, statements) = graph.execute_counted(viewer, query.as_str().into(), Circumstance::default()).await;
    assert!(response.errors.is_empty(), "{:?}", response.errors);
    (response.data.into_json().unwrap()["changes"].clone(), statements)
}

#[tokio::test]
async fn a_day_that_decides_begins_the_copy_anew_and_any_other_does_not() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let graph = Graph::new(scene.vault.clone(), GraphOptions::default()).await.unwrap();
        let today = viewer(&scene.vault, "ravi@veltrona.example.org").await;
        let in_days = |days| Viewer { now: today.now + TimeDelta::days(days), ..Viewer::clone(&today) };
        let study =
            "{ study(protocolNumber: \"QF-101\") { id engagements(filter: { state: { eq: ACTIVE } }) { nodes { id vendor { name } } } } }";
        let found = scene.ask("idris@quillfen", study, json!({})).await;
        let engagements = found["study"]["engagements"]["nodes"].as_array().unwrap();
        let own = engagements.iter().find(|one| one["vendor"]["name"].as_str().unwrap().starts_with("Veltrona")).unwrap();
        let new = json!({ "studyId": found["study"]["id"], "countryCode": "FI" });
        let country = scene.done("marisol@quillfen", "studyCountryCreate", "studyCountry", new).await;
        let day = |days| in_days(days).now.date_naive().to_string();
        let scope = json!({ "engagementId": own["id"], "serviceCategory": "CLINICAL_MONITORING", "countries": ["FI"], "validFrom": day(0), "validTo": day(2) });
        scene.done("idris@quillfen", "serviceScopeCreate", "serviceScope", scope).await;
        let held = |page: &Json| page["events"].as_array().unwrap().iter().any(|event| event["node"]["id"] == country["id"]);

        let (first, _) = at(&graph, &today, &Json::Null).await;
        assert!(held(&first) && first["hasMore"] == false, "{first}");
        for (days, resync, there) in [(1, false, false), (2, false, false), (3, true, false)] {
            let (page, _) = at(&graph, &in_days(days), &first["cursor"]).await;
            let begins = page["events"].as_array().unwrap().first().is_some_and(|event| event["operation"] == "RESYNC");
            assert_eq!((begins, held(&page)), (resync, there), "{days} days later: {page}");
        }
        // Whoever has asked since is not sent through everything again.
        let (third, _) = at(&graph, &in_days(3), &first["cursor"]).await;
        assert_eq!(at(&graph, &in_days(4), &third["cursor"]).await.0["events"], json!([]));
        scene.house.stop().await;
    }
}

#[tokio::test]
async fn a_database_that_was_brought_back_begins_every_copy_anew() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        scene.settled().await;
        let store = scene.vault.store(viewer(&scene.vault, "ravi@veltrona.example.org").await);
        let end = store.feed_end().await.unwrap();
        let from = async |position, entry| store.feed(&[Kind::Study], FeedPlace { position, entry }, today(), 10).await.unwrap();
        let nothing = FeedPage::Changes { changes: Vec::new(), place: end, more: false };
        assert_eq!(from(end.position, end.entry).await, nothing);
        // The journal is shorter than it was; or it has grown again, by other entries.
        assert_eq!(from(end.position + 1, end.entry).await, FeedPage::Anew);
        for position in [end.position, end.position - 1, 1] {
            assert_eq!(from(position, Uuid::from_u128(7)).await, FeedPage::Anew, "{position}");
        }
        scene.house.stop().await;
    }
}

#[tokio::test]
async fn a_page_takes_as_many_statements_for_many_changes_as_for_one() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let graph = Graph::new(scene.vault.clone(), GraphOptions::default()).await.unwrap();
        let manager = viewer(&scene.vault, "marisol@quillfen.example.org").await;
        let (first, _) = at(&graph, &manager, &Json::Null).await;
        let engagement = scene
            .id("marisol@quillfen", "{ engagements(filter: { state: { eq: ACTIVE } }) { nodes { id } } }", "/engagements/nodes/0/id")
            .await;
        let mut since = first["cursor"].clone();
        let mut taken = Vec::new();
        for many in [1, 40] {
            for _ in 0..many {
                let new =
                    json!({ "engagementId": engagement, "deliverableType": "MONITORING_PLAN", "title": "One", "dueDate": "2031-01-01" });
                scene.done("marisol@quillfen", "deliverableCreate", "deliverable", new).await;
            }
            let (page, statements) = at(&graph, &manager, &since).await;
            assert_eq!(page["events"].as_array().unwrap().len(), many);
            since = page["cursor"].clone();
            taken.push(statements);
        }
        assert_eq!(taken[0], taken[1]);
        assert!(taken[0] <= 6, "{taken:?}");
        // And when nothing happened, nothing but the order's end and what is new is looked for.
        assert_eq!(at(&graph, &manager, &since).await.1, 1);
        scene.house.stop().await;
    }
}

#[tokio::test]
async fn what_is_hidden_fills_no_page_and_promises_none() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let engagement = "{ engagements(filter: { state: { eq: ACTIVE } }, first: 1) { nodes { id study { id } } } }";
        let found = scene.ask("ravi@veltrona", engagement, json!({})).await;
        let (engagement, study) = (&found["engagements"]["nodes"][0]["id"], &found["engagements"]["nodes"][0]["study"]["id"]);
        let mut cro = Copy::of("ravi@veltrona", &["FINDING", "DELIVERABLE"], 50);
        cro.follow(&scene.house).await;
        cro.first = 1;
        let draft = || async {
            let draft = json!({ "studyId": study, "engagementId": engagement, "source": "OVERSIGHT_REVIEW", "title": "Draft",
                                "description": "Seen.", "category": "MONITORING", "severity": "MAJOR" });
            scene.done("marisol@quillfen", "findingCreate", "finding", draft).await
        };
        let deliverable = || async {
            let new = json!({ "engagementId": engagement, "deliverableType": "MONITORING_PLAN", "title": "New", "dueDate": "2031-01-01" });
            scene.done("marisol@quillfen", "deliverableCreate", "deliverable", new).await
        };
        // Drafts about him, and nothing that he sees: as if nothing had been written.
        for _ in 0..4 {
            draft().await;
        }
        assert_eq!(cro.more(&scene.house).await, (Vec::new(), false));
        // What he sees among them: a page for each, and after the last there is no more, whatever is written behind it.
        let mut expected = Vec::new();
        for _ in 0..2 {
            draft().await;
            expected.push(format!("UPSERT {}", deliverable().await["id"].as_str().unwrap()));
            draft().await;
        }
        assert_eq!(cro.more(&scene.house).await, (vec![expected[0].clone()], true));
        assert_eq!(cro.more(&scene.house).await, (vec![expected[1].clone()], false));
        assert_eq!(cro.more(&scene.house).await, (Vec::new(), false));
        scene.holds_what_is_there(&cro).await;
        scene.house.stop().await;
    }
}

#[tokio::test]
async fn a_first_sign_in_changes_nobody() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let mut copy = Copy::of("marisol@quillfen", &["PERSON"], 50);
        copy.follow(&scene.house).await;
        scene.ask("petra@quillfen", "{ viewer { side } }", json!({})).await;
        scene.settled().await;
        assert_eq!(copy.follow(&scene.house).await, Vec::<String>::new());
        scene.holds_what_is_there(&copy).await;
        scene.house.stop().await;
    }
}
