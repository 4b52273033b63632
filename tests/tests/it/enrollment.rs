//! How far enrolment has come: reported where participants are counted, corrected with a reason, and only added up from there (I-15).
//! Whoever was not responsible for a site has no part in its numbers, nor in totals.

use serde_json::{Value as Json, json};
use tandem_tests::fingerprint::journal_length;
use tandem_tests::house::{BOTH, Backend, Ground, House, client, person};

const CRO: &str = "ravi@veltrona";
const SPONSOR: &str = "marisol@quillfen";
const RIVAL: &str = "henrik@osprelle";

const COUNTS: &str = "screened screenFailures randomised treated discontinued completed";

struct Scene {
    ground: Ground,
    house: House,
    study: String,
    /// Sites that the CRO is responsible for, each with its country.
    sites: Vec<(String, String)>,
}

impl Scene {
    async fn on(backend: Backend) -> Self {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let mut scene = Self { ground, house, study: String::new(), sites: Vec::new() };
        let query = "{ study(protocolNumber: \"QF-101\") { id sites(first: 50) { nodes { id countryCode responsibleEngagement { state vendor { name } } } } } }";
        let found = scene.ask(SPONSOR, query, json!({})).await;
        let text = |json: &Json| json.as_str().unwrap().to_owned();
        scene.study = text(&found["study"]["id"]);
        for site in found["study"]["sites"]["nodes"].as_array().unwrap() {
            let engagement = &site["responsibleEngagement"];
            let theirs = engagement["vendor"]["name"].as_str().is_some_and(|name| name.starts_with("Veltrona"));
            if theirs && engagement["state"] == "ACTIVE" {
                scene.sites.push((text(&site["id"]), text(&site["countryCode"])));
            }
        }
        assert!(scene.sites.len() > 1, "{found}");
        scene
    }

    async fn ask(&self, who: &str, query: &str, variables: Json) -> Json {
        let answer = self.house.ask_with(&person(who), query, variables, &[]).await;
        assert!(answer.at("/errors").is_null(), "{}", answer.text);
        answer.at("/data").clone()
    }

    /// The engagement that is responsible for a site.
    async fn engagement(&self, site: &str) -> Json {
        let query = "query($id: ID!) { studySite(id: $id) { responsibleEngagement { id } } }";
        self.ask(CRO, query, json!({ "id": site })).await["studySite"]["responsibleEngagement"]["id"].clone()
    }

    /// Tries a mutation; the payload.
    async fn tried(&self, who: &str, mutation: &str, input: Json) -> Json {
        let ty = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation($i: {ty}!) {{ {mutation}(input: $i) {{ enrollmentSnapshot {{ id version asOf {COUNTS} source }} userErrors {{ code field }} }} }}"
        );
        self.ask(who, &query, json!({ "i": input })).await[mutation].clone()
    }

    /// A report that is refused, and leaves nothing.
    async fn refused(&self, who: &str, mutation: &str, input: Json, code: &str) {
        // A first sign-in is written down.
        self.ask(who, "{ viewer { side } }", json!({})).await;
        let before = journal_length(&self.ground).await;
        let answer = self.tried(who, mutation, input.clone()).await;
        assert_eq!(answer["userErrors"][0]["code"], code, "{who} {input}: {answer}");
        assert!(answer["enrollmentSnapshot"].is_null(), "{answer}");
        assert_eq!(journal_length(&self.ground).await, before, "{who} {input}");
    }

    async fn totals(&self, who: &str, day: &str) -> Json {
        let counts = format!("sites {COUNTS}");
        let query = format!(
            "query($s: ID!, $d: Date) {{ enrollmentTotals(studyId: $s, asOf: $d) {{ asOf all {{ {counts} }} byCountry {{ countryCode counts {{ \
             {counts} }} }} }} }}"
        );
        self.ask(who, &query, json!({ "s": self.study, "d": day })).await["enrollmentTotals"].clone()
    }
}

fn report(site: &str, day: &str, counts: [i64; 6]) -> Json {
    let [screened, failures, randomised, treated, discontinued, completed] = counts;
    json!({ "studySiteId": site, "asOf": day, "screened": screened, "screenFailures": failures, "randomised": randomised, "treated": treated,
            "discontinued": discontinued, "completed": completed, "source": "EDC" })
}

#[tokio::test]
async fn who_is_responsible_reports_and_the_study_is_the_sum() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let ((first, country), (second, _)) = (&scene.sites[0], &scene.sites[1]);
        let before = scene.totals(SPONSOR, "2026-10-01").await;
        let one = scene.tried(CRO, "enrollmentSnapshotCreate", report(first, "2026-10-01", [500, 100, 400, 390, 20, 10])).await;
        assert_eq!(one["userErrors"], json!([]), "{one}");
        assert_eq!((&one["enrollmentSnapshot"]["asOf"], &one["enrollmentSnapshot"]["screened"]), (&json!("2026-10-01"), &json!(500)));
        let other = scene.tried(SPONSOR, "enrollmentSnapshotCreate", report(second, "2026-10-02", [300, 0, 300, 300, 0, 0])).await;
        assert_eq!(other["userErrors"], json!([]), "{other}");

        // The sum of the last of each site until the day, country by country and all together.
        for day in ["2026-10-01", "2026-10-02"] {
            let list = format!(
                "query($s: ID!) {{ enrollmentSnapshots(first: 100, filter: {{ studyId: {{ eq: $s }}, asOf: {{ lte: \"{day}\" }} }}, orderBy: [{{ \
                 field: AS_OF }}]) {{ nodes {{ countryCode {COUNTS} studySite {{ id }} }} }} }}"
            );
            let found = scene.ask(SPONSOR, &list, json!({ "s": scene.study })).await;
            let mut last = std::collections::BTreeMap::new();
            for node in found["enrollmentSnapshots"]["nodes"].as_array().unwrap() {
                last.insert(node["studySite"]["id"].as_str().unwrap().to_owned(), node.clone());
            }
            let totals = scene.totals(SPONSOR, day).await;
            assert_eq!((&totals["asOf"], &totals["all"]["sites"]), (&json!(day), &json!(last.len())), "{totals}");
            for counter in COUNTS.split(' ') {
                let sum = |of: &str| {
                    last.values()
                        .filter(|one| of.is_empty() || one["countryCode"] == of)
                        .map(|one| one[counter].as_i64().unwrap())
                        .sum::<i64>()
                };
                assert_eq!(totals["all"][counter], sum(""), "{counter} {totals}");
                for country in totals["byCountry"].as_array().unwrap() {
                    assert_eq!(country["counts"][counter], sum(country["countryCode"].as_str().unwrap()), "{counter} {totals}");
                }
            }
            assert_ne!(totals, before);
        }

        // A correction has a reason, stays in the history, and is in the sum.
        let id = &one["enrollmentSnapshot"]["id"];
        let corrected = json!({ "id": id, "expectedVersion": 1, "completed": 11 });
        scene.refused(CRO, "enrollmentSnapshotUpdate", corrected.clone(), "REASON_REQUIRED").await;
        let mut corrected = corrected;
        corrected["reason"] = json!("one was counted twice");
        let answer = scene.tried(CRO, "enrollmentSnapshotUpdate", corrected.clone()).await;
        assert_eq!(
            (&answer["enrollmentSnapshot"]["version"], &answer["enrollmentSnapshot"]["completed"]),
            (&json!(2), &json!(11)),
            "{answer}"
        );
        scene.refused(CRO, "enrollmentSnapshotUpdate", corrected, "CONFLICT").await;
        let history = "query($id: ID!) { enrollmentSnapshot(id: $id) { history { nodes { reason changes { field old new } } } } }";
        let history = scene.ask(SPONSOR, history, json!({ "id": id })).await["enrollmentSnapshot"]["history"]["nodes"].clone();
        assert_eq!(history[1]["reason"], "one was counted twice", "{history}");
        assert_eq!(history[1]["changes"], json!([{ "field": "completed", "old": 10, "new": 11 }]), "{history}");

        // What cannot be is refused, and so is a day that is reported or to come.
        for (counts, day, code) in [
            ([10, 3, 8, 0, 0, 0], "2026-10-03", "BAD_USER_INPUT"),
            ([10, 0, 8, 9, 0, 0], "2026-10-03", "BAD_USER_INPUT"),
            ([10, 0, 8, 8, 5, 4], "2026-10-03", "BAD_USER_INPUT"),
            ([-1, 0, 0, 0, 0, 0], "2026-10-03", "BAD_USER_INPUT"),
            ([100_001, 0, 0, 0, 0, 0], "2026-10-03", "BAD_USER_INPUT"),
            ([i64::MAX, 0, 0, 0, 0, 0], "2026-10-03", "BAD_USER_INPUT"),
            ([1, 0, 1, 0, 0, 0], "2099-10-03", "BAD_USER_INPUT"),
            ([1, 0, 1, 0, 0, 0], "2026-10-01", "CONFLICT"),
        ] {
            scene.refused(CRO, "enrollmentSnapshotCreate", report(first, day, counts), code).await;
        }
        // Whoever may not report does not, and whoever does not see the site is told what he would be told of none.
        scene.refused("petra@quillfen", "enrollmentSnapshotCreate", report(first, "2026-10-03", [1, 0, 1, 0, 0, 0]), "FORBIDDEN").await;
        scene
            .refused("leopold@brackenmoor", "enrollmentSnapshotCreate", report(first, "2026-10-03", [1, 0, 1, 0, 0, 0]), "NOT_FOUND")
            .await;

        // A rival has no part in it: not in lists, not in totals, not by its id; another sponsor not even in the study.
        let seen = "query($id: ID!) { enrollmentSnapshot(id: $id) { id } node(id: $id) { id } }";
        for who in [RIVAL, "leopold@brackenmoor"] {
            assert_eq!(scene.ask(who, seen, json!({ "id": id })).await, json!({ "enrollmentSnapshot": null, "node": null }), "{who}");
        }
        let of_rival = scene.totals(RIVAL, "2026-10-02").await;
        let countries = of_rival["byCountry"].as_array().unwrap();
        let his = "{ enrollmentSnapshots(first: 100) { nodes { countryCode studySite { id } study { protocolNumber } } } }";
        let his = scene.ask(RIVAL, his, json!({})).await["enrollmentSnapshots"]["nodes"].as_array().unwrap().clone();
        let theirs = his.iter().filter(|one| one["study"]["protocolNumber"] == "QF-101");
        assert!(countries.iter().all(|one| theirs.clone().any(|his| his["countryCode"] == one["countryCode"])), "{of_rival}");
        assert!(of_rival["all"]["screened"].as_i64().unwrap() < 500, "{of_rival}");
        assert_eq!(scene.totals("leopold@brackenmoor", "2026-10-02").await, Json::Null);
        // A CRA of one country has what lies there.
        if country == "DE" {
            assert_eq!(scene.ask("saoirse@veltrona", seen, json!({ "id": id })).await["enrollmentSnapshot"]["id"], *id);
        }
        scene.house.stop().await;
    }
}

#[tokio::test]
async fn a_machine_writes_what_its_scopes_name_and_nothing_else() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let reads = ["study:read", "site:read", "engagement:read"];
        let all = client("veltrona-ctms", &[&reads[..], &["milestone:write", "enrollment:write"]].concat());
        let reader = client("veltrona-ctms", &reads);
        let other = client("quillfen-portal", &["study:read", "milestone:write", "enrollment:write"]);
        // First uses are written down.
        for token in [&all, &reader, &other] {
            scene.house.ask(token, "{ viewer { side } }").await;
        }
        let site = scene.sites[0].0.as_str();
        let engagement = scene.engagement(site).await;
        let create = "mutation($i: EnrollmentSnapshotCreateInput!) { enrollmentSnapshotCreate(input: $i) { enrollmentSnapshot { id createdBy { \
                      __typename } } userErrors { code } } }";
        let input = json!({ "i": report(site, "2026-10-05", [5, 0, 5, 5, 0, 0]) });
        let length = journal_length(&scene.ground).await;
        // Not without the scope in its token, and not with one that the directory does not give it.
        for (token, code) in [(&reader, "FORBIDDEN"), (&other, "FORBIDDEN")] {
            let answer = scene.house.ask_with(token, create, input.clone(), &[]).await;
            assert_eq!(answer.at("/data/enrollmentSnapshotCreate/userErrors/0/code"), code, "{}", answer.text);
        }
        // Nor anything for which there is no scope.
        let deliverable =
            json!({ "i": { "engagementId": engagement, "deliverableType": "MONITORING_PLAN", "title": "x", "dueDate": "2031-01-01" } });
        let other_command = "mutation($i: DeliverableCreateInput!) { deliverableCreate(input: $i) { userErrors { code } } }";
        let answer = scene.house.ask_with(&all, other_command, deliverable, &[]).await;
        assert_eq!(answer.at("/data/deliverableCreate/userErrors/0/code"), "FORBIDDEN", "{}", answer.text);
        assert_eq!(journal_length(&scene.ground).await, length, "what was refused was written");

        let answer = scene.house.ask_with(&all, create, input, &[]).await;
        assert_eq!(answer.at("/data/enrollmentSnapshotCreate/userErrors"), &json!([]), "{}", answer.text);
        let id = answer.at("/data/enrollmentSnapshotCreate/enrollmentSnapshot/id").clone();
        let seen = "query($id: ID!) { enrollmentSnapshot(id: $id) { screened history { nodes { command } } } }";
        let seen = scene.ask(CRO, seen, json!({ "id": id })).await;
        assert_eq!(seen["enrollmentSnapshot"]["screened"], 5, "{seen}");

        // A milestone that its engagement has to reach: its days, and that a system reports them; not what is the sponsor's to say.
        let query = "query($e: ID!) { milestones(first: 50, filter: { engagementId: { eq: $e } }) { nodes { id version actualDate milestoneType \
                     systemPopulated predecessors { id } } } }";
        let found = scene.ask(CRO, query, json!({ "e": engagement })).await;
        let open = |one: &&Json| one["actualDate"].is_null() && one["predecessors"] == json!([]);
        let milestone = found["milestones"]["nodes"].as_array().unwrap().iter().find(open).unwrap_or_else(|| panic!("{found}")).clone();
        let update = "mutation($i: MilestoneUpdateInput!) { milestoneUpdate(input: $i) { milestone { plannedDate systemPopulated } userErrors { \
                      code } } }";
        let input = |more: Json| {
            let mut input = json!({ "id": milestone["id"], "expectedVersion": milestone["version"], "reason": "as the CTMS has it" });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            json!({ "i": input })
        };
        let length = journal_length(&scene.ground).await;
        for (token, more) in
            [(&reader, json!({ "plannedDate": "2031-02-03" })), (&all, json!({ "paymentTrigger": true, "baselineDate": "2031-02-03" }))]
        {
            let answer = scene.house.ask_with(token, update, input(more), &[]).await;
            assert_eq!(answer.at("/data/milestoneUpdate/userErrors/0/code"), "FORBIDDEN", "{}", answer.text);
        }
        assert_eq!(journal_length(&scene.ground).await, length, "what was refused was written");
        let answer = scene.house.ask_with(&all, update, input(json!({ "plannedDate": "2031-02-03" })), &[]).await;
        assert_eq!(
            answer.at("/data/milestoneUpdate"),
            &json!({ "milestone": { "plannedDate": "2031-02-03", "systemPopulated": true }, "userErrors": [] }),
            "{}",
            answer.text
        );
        scene.house.stop().await;
    }
}

const INGEST: &str = "mutation($i: EnrollmentIngestInput!) { enrollmentIngest(input: $i) { created updated unchanged rejected { index error { code \
                      field message } } userErrors { code } } }";

#[tokio::test]
async fn a_night_goes_in_row_by_row_and_its_repetition_changes_nothing() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let machine = client("veltrona-ctms", &["study:read", "site:read", "engagement:read", "enrollment:write"]);
        scene.house.ask(&machine, "{ viewer { side } }").await;
        let ingest = async |token: &str, input: Json| {
            let answer = scene.house.ask_with(token, INGEST, json!({ "i": input }), &[]).await;
            assert!(answer.at("/errors").is_null(), "{}", answer.text);
            answer.at("/data/enrollmentIngest").clone()
        };
        // Somebody else's site, for which the machine does not report: told of like one that never was.
        let query = "{ studySites(first: 100) { nodes { id } } }";
        let all = scene.ask(SPONSOR, query, json!({})).await["studySites"]["nodes"].as_array().unwrap().clone();
        let his = scene.house.ask(&machine, query).await.at("/data/studySites/nodes").as_array().unwrap().clone();
        let hidden = all.iter().find(|one| !his.contains(one)).unwrap_or_else(|| panic!("{his:?}"))["id"].clone();

        // A thousand days, twenty of them bad, each in a way of its own.
        let mut rows = Vec::new();
        let first = chrono::NaiveDate::from_ymd_opt(2023, 1, 1).unwrap();
        for number in 0..1_000_u32 {
            let site = &scene.sites[usize::try_from(number).unwrap() % 2].0;
            let day = first + chrono::Days::new(u64::from(number / 2));
            let count = i64::from(number);
            let mut row = report(site, &day.to_string(), [count, 0, count, count, 0, 0]);
            match number % 250 {
                10 => row["asOf"] = json!("yesterday"),
                20 => row["source"] = json!("GUESS"),
                30 => row["randomised"] = json!(count + 1),
                40 => row["studySiteId"] = hidden.clone(),
                50 => row["asOf"] = json!("2099-01-01"),
                _ => {}
            }
            rows.push(row);
        }
        let length = journal_length(&scene.ground).await;
        let tried = ingest(&machine, json!({ "rows": rows, "dryRun": true })).await;
        assert_eq!((&tried["created"], tried["rejected"].as_array().unwrap().len()), (&json!(980), 20), "{tried}");
        assert_eq!(journal_length(&scene.ground).await, length, "what was only tried was written");
        let begun = std::time::Instant::now();
        let taken = ingest(&machine, json!({ "rows": rows })).await;
        println!("{backend:?}: 1,000 rows with 20 bad ones in {:.1} s", begun.elapsed().as_secs_f32());
        assert_eq!((&taken["created"], &taken["updated"], &taken["unchanged"]), (&json!(980), &json!(0), &json!(0)), "{taken}");
        assert_eq!(taken["rejected"], tried["rejected"]);
        for (rejection, number) in
            taken["rejected"].as_array().unwrap().iter().zip((0..1_000).filter(|n| [10, 20, 30, 40, 50].contains(&(n % 250))))
        {
            let (code, field) = match number % 250 {
                10 => ("BAD_USER_INPUT", "asOf"),
                20 => ("BAD_USER_INPUT", "source"),
                30 => ("BAD_USER_INPUT", "randomised"),
                40 => ("NOT_FOUND", "studySiteId"),
                _ => ("BAD_USER_INPUT", "asOf"),
            };
            assert_eq!(rejection["index"], number, "{rejection}");
            assert_eq!(rejection["error"]["code"], code, "{rejection}");
            assert_eq!(rejection["error"]["field"], json!(["input", "rows", number.to_string(), field]), "{rejection}");
        }
        let after = journal_length(&scene.ground).await;
        assert_eq!(after, length + 980);
        // Again: nothing more, and the same is refused.
        let begun = std::time::Instant::now();
        let again = ingest(&machine, json!({ "rows": rows })).await;
        println!("{backend:?}: again in {:.1} s", begun.elapsed().as_secs_f32());
        assert_eq!((&again["created"], &again["updated"], &again["unchanged"]), (&json!(0), &json!(0), &json!(980)), "{again}");
        assert_eq!(again["rejected"], taken["rejected"]);
        assert_eq!(journal_length(&scene.ground).await, after);

        // A row that says otherwise corrects, with the reason; a day twice in one night is refused the second time where they differ.
        let site = &scene.sites[0].0;
        let other = report(site, "2023-01-02", [700, 0, 600, 600, 0, 0]);
        let bare = ingest(&machine, json!({ "rows": [other] })).await;
        assert_eq!(bare["rejected"][0]["error"]["code"], "REASON_REQUIRED", "{bare}");
        let corrected = ingest(&machine, json!({ "rows": [other, report(site, "2023-01-01", [0; 6])], "reason": "reconciled" })).await;
        assert_eq!(
            (&corrected["updated"], &corrected["unchanged"], &corrected["rejected"]),
            (&json!(1), &json!(1), &json!([])),
            "{corrected}"
        );
        assert_eq!(journal_length(&scene.ground).await, after + 1);

        // A hidden site and one that never was are one to him; so is who may not report at all refused row by row.
        let never = tandem_domain::id::encode(
            tandem_domain::record::Kind::StudySite,
            uuid::Uuid::from_u128(0x0123_4567_89ab_4def_8123_4567_89ab_cdef),
        );
        let row = |site: &str| json!({ "rows": [report(site, "2026-10-07", [1, 0, 1, 1, 0, 0])] });
        let hidden = hidden.as_str().unwrap();
        assert_eq!(ingest(&machine, row(hidden)).await, ingest(&machine, row(&never)).await);
        let reader = client("veltrona-ctms", &["study:read", "site:read", "engagement:read"]);
        for token in [&reader, &person("petra@quillfen")] {
            let refused = ingest(token, row(site)).await;
            assert_eq!((&refused["created"], &refused["rejected"][0]["error"]["code"]), (&json!(0), &json!("FORBIDDEN")), "{refused}");
        }
        // More than a thousand rows are refused whole.
        let many: Vec<Json> = (0..1_001).map(|_| report(site, "2026-10-08", [1, 0, 1, 1, 0, 0])).collect();
        let answer = scene.house.ask_with(&machine, INGEST, json!({ "i": { "rows": many } }), &[]).await;
        assert_eq!(answer.at("/errors/0/extensions/code"), "BAD_USER_INPUT", "{}", answer.text);
        scene.house.stop().await;
    }
}
