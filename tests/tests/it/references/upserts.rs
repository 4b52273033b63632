//! Milestones and sites of studies, reported by another system under its own names: by a sponsor's machine and a vendor's, a night of
//! rows and its repetition.

use serde_json::{Value as Json, json};
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{BOTH, client, person};

use super::{SYSTEM, Scene, text};

const SPONSOR: &str = "marisol@quillfen";
const SPONSORS_CTMS: &str = "quillfen-ctms";
const READS: [&str; 3] = ["study:read", "site:read", "engagement:read"];
const WRITES: [&str; 3] = ["milestone:write", "site:write", "reference:write"];

/// A machine of the sponsor that may do everything that machines may do here.
async fn sponsors_machine(scene: &Scene) -> String {
    let issuer = tandem_gateway::demo::ISSUER;
    let terms = ["STUDY_READ", "SITE_READ", "ENGAGEMENT_READ", "MILESTONE_WRITE", "SITE_WRITE", "REFERENCE_WRITE"];
    let input = json!({ "name": "CTMS", "issuer": issuer, "clientId": SPONSORS_CTMS, "scopes": terms, "expiresAt": "2099-01-01T00:00:00Z",
                        "reason": "it reports by night" });
    let query = "mutation($i: ApiClientCreateInput!) { apiClientCreate(input: $i) { apiClient { id } userErrors { code field message } } }";
    let made = scene.ask(&person("noor@quillfen"), query, json!({ "i": input })).await;
    assert_eq!(made["apiClientCreate"]["userErrors"], json!([]), "{made}");
    client(SPONSORS_CTMS, &[READS, WRITES].concat())
}

/// A bulk mutation of the present system.
async fn ingest(scene: &Scene, token: &str, mutation: &str, rows: Json) -> Json {
    scene.ingest(token, mutation, json!({ "system": SYSTEM, "rows": rows, "reason": "as the CTMS has it" })).await
}

/// That rows are refused so, and leave nothing at all.
async fn refused(scene: &Scene, token: &str, mutation: &str, row: Json, code: &str, field: Option<&str>) {
    scene.ask(token, "{ viewer { side } }", json!({})).await;
    let before = fingerprint(&scene.ground).await;
    let answer = ingest(scene, token, mutation, json!([row])).await;
    let error = &answer["rejected"][0]["error"];
    let path = field.map_or(Json::Null, |field| json!(["input", "rows", "0", field]));
    assert_eq!((&error["code"], &error["field"]), (&json!(code), &path), "{row}: {answer}");
    assert_eq!(fingerprint(&scene.ground).await, before, "{row}");
}

/// How many of a night's rows did what, and which were refused.
fn counts(answer: &Json) -> (i64, i64, i64, Vec<i64>) {
    let count = |name: &str| answer[name].as_i64().unwrap_or_else(|| panic!("{answer}"));
    let refused = answer["rejected"].as_array().unwrap().iter().map(|one| one["index"].as_i64().unwrap()).collect();
    (count("created"), count("updated"), count("unchanged"), refused)
}

#[tokio::test]
async fn a_night_of_milestones_goes_in_by_the_systems_own_names() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let machine = sponsors_machine(&scene).await;
        let query = "{ study(protocolNumber: \"QF-101\") { id engagements(first: 20) { nodes { id state vendor { name } } } } }";
        let found = scene.ask(&person(SPONSOR), query, json!({})).await["study"].clone();
        let (study, engagements) = (&found["id"], found["engagements"]["nodes"].as_array().unwrap());
        let theirs = |one: &&Json| one["state"] == "ACTIVE" && text(&one["vendor"]["name"]).starts_with("Veltrona");
        let engagement = &engagements.iter().find(theirs).unwrap_or_else(|| panic!("{found}"))["id"];

        let row = |number: i64| {
            let day = chrono::NaiveDate::from_ymd_opt(2031, 1, 1).unwrap() + chrono::Days::new(u64::try_from(number).unwrap());
            let mut row = json!({ "externalId": format!("M-{number}"), "studyId": study, "engagementId": engagement, "ofEngagement": true,
                                  "milestoneType": "INTERIM_ANALYSIS", "baselineDate": day.to_string() });
            match number % 250 {
                10 => row["plannedDate"] = json!("soon"),
                20 => row["milestoneType"] = json!("PARTY"),
                30 => row["actualDate"] = json!("2099-01-01"),
                40 => row["studyId"] = Json::Null,
                50 => row["externalId"] = json!(""),
                rest if rest % 3 == 0 => row["actualDate"] = json!("2026-02-01"),
                _ => {}
            }
            row
        };
        let rows: Vec<Json> = (0..1_000).map(row).collect();
        let bad: Vec<i64> = (0..1_000).filter(|number| [10, 20, 30, 40, 50].contains(&(number % 250))).collect();
        let begun = std::time::Instant::now();
        let taken = ingest(&scene, &machine, "milestonesIngest", json!(rows)).await;
        assert_eq!(counts(&taken), (980, 0, 0, bad.clone()), "{taken}");
        println!("{backend:?}: 1,000 milestones with 20 bad ones in {:.1} s", begun.elapsed().as_secs_f32());
        let length = journal_length(&scene.ground).await;
        let begun = std::time::Instant::now();
        let again = ingest(&scene, &machine, "milestonesIngest", json!(rows)).await;
        assert_eq!(counts(&again), (0, 0, 980, bad), "{again}");
        println!("{backend:?}: again in {:.1} s", begun.elapsed().as_secs_f32());
        assert_eq!(journal_length(&scene.ground).await, length);

        // What it says otherwise is changed, and nothing besides; what it leaves out stays.
        let found = scene.found(&machine, &["M-60".to_owned()]).await;
        let id = &found.iter().next().unwrap().1;
        let changed = json!([{ "externalId": "M-60", "plannedDate": "2031-09-09" }, { "externalId": "M-1", "baselineDate": "2031-01-02" }]);
        assert_eq!(counts(&ingest(&scene, &machine, "milestonesIngest", changed).await), (0, 1, 1, vec![]));
        let query =
            "query($id: ID!) { milestone(id: $id) { plannedDate actualDate baselineDate systemPopulated externalRefs { externalId } } }";
        let milestone = scene.ask(&machine, query, json!({ "id": id })).await["milestone"].clone();
        assert_eq!(
            milestone,
            json!({ "plannedDate": "2031-09-09", "actualDate": "2026-02-01", "baselineDate": "2031-03-02", "systemPopulated": true,
                    "externalRefs": [{ "externalId": "M-60" }] })
        );

        // The vendor's machine has names of its own. It says when what is its vendor's to reach is reached, and plans nothing.
        let vendors = client("veltrona-ctms", &[READS, WRITES].concat());
        assert!(scene.found(&vendors, &["M-60".to_owned()]).await.is_empty());
        refused(&scene, &vendors, "milestonesIngest", row(2_000), "NOT_FOUND", Some("externalId")).await;
        let adopted = json!([{ "externalId": "V-60", "id": id, "actualDate": "2026-02-02" }]);
        assert_eq!(counts(&ingest(&scene, &vendors, "milestonesIngest", adopted.clone()).await), (0, 1, 0, vec![]));
        assert_eq!(counts(&ingest(&scene, &vendors, "milestonesIngest", adopted).await), (0, 0, 1, vec![]));
        refused(&scene, &vendors, "milestonesIngest", json!({ "externalId": "V-60", "baselineDate": "2031-01-05" }), "FORBIDDEN", None)
            .await;
        // What another record is called, what the row does not mean, and what is hidden.
        let other = scene.found(&machine, &["M-61".to_owned()]).await.into_iter().next().unwrap().1;
        refused(&scene, &vendors, "milestonesIngest", json!({ "externalId": "V-60", "id": other }), "CONFLICT", Some("externalId")).await;
        refused(
            &scene,
            &machine,
            "milestonesIngest",
            json!({ "externalId": "M-60", "milestoneType": "CSR_FINAL" }),
            "CONFLICT",
            Some("milestoneType"),
        )
        .await;
        let rivals = person("henrik@osprelle");
        refused(
            &scene,
            &rivals,
            "milestonesIngest",
            json!({ "externalId": "O-1", "id": id, "actualDate": "2026-02-03" }),
            "NOT_FOUND",
            Some("id"),
        )
        .await;
        let mut rivals_row = row(1);
        rivals_row["externalId"] = json!("O-1");
        refused(&scene, &rivals, "milestonesIngest", rivals_row, "NOT_FOUND", Some("externalId")).await;
        // Whoever may not write one at all is told so, whether he guesses right or wrong what is known of it.
        let reader = client(SPONSORS_CTMS, &READS);
        for token in [&reader, &person("greta@quillfen"), &person("noor@quillfen")] {
            for guess in ["2026-02-01", "2026-02-02"] {
                refused(&scene, token, "milestonesIngest", json!({ "externalId": "M-60", "actualDate": guess }), "FORBIDDEN", None).await;
            }
            refused(&scene, token, "milestonesIngest", json!({ "externalId": "M-none" }), "FORBIDDEN", None).await;
        }
        // Without the scope for names, a new one is refused with what it would have been; a known one needs none.
        let nameless = client(SPONSORS_CTMS, &[&READS[..], &["milestone:write"]].concat());
        refused(&scene, &nameless, "milestonesIngest", row(2_001), "FORBIDDEN", None).await;
        assert_eq!(counts(&ingest(&scene, &nameless, "milestonesIngest", json!([row(1)])).await), (0, 0, 1, vec![]));
        scene.house.stop().await;
    }
}

#[tokio::test]
async fn a_night_of_sites_goes_in_by_the_systems_own_names() {
    for backend in BOTH {
        let scene = Scene::on(backend).await;
        let machine = sponsors_machine(&scene).await;
        let query = "{ study(protocolNumber: \"QF-101\") { id sites(first: 50) { nodes { id countryCode screened enrolled studyCountry { id } site { id } \
                     responsibleEngagement { id state vendor { name } } } } } }";
        let found = scene.ask(&person(SPONSOR), query, json!({})).await["study"].clone();
        let sites = found["sites"]["nodes"].as_array().unwrap();
        let theirs = |one: &&Json| {
            let engagement = &one["responsibleEngagement"];
            engagement["state"] == "ACTIVE" && text(&engagement["vendor"]["name"]).starts_with("Veltrona")
        };
        let known = sites.iter().find(theirs).unwrap_or_else(|| panic!("{found}"));
        let (country, facility, engagement) = (&known["studyCountry"]["id"], &known["site"]["id"], &known["responsibleEngagement"]["id"]);

        // Seven new ones, one of them bad, and one that is known here, which the system calls so from now on.
        let row = |number: i64| {
            let number_in_study = format!("9{number:02}");
            json!({ "externalId": format!("S-{number}"), "studyCountryId": country, "siteId": facility, "number": number_in_study,
                    "responsibleEngagementId": engagement, "targetEnrollment": 10 + number, "screened": number, "enrolled": 0 })
        };
        let mut rows: Vec<Json> = (0..7).map(row).collect();
        rows[3]["enrolled"] = json!(4);
        rows.push(json!({ "externalId": "S-known", "id": known["id"], "targetEnrollment": 77 }));
        let taken = ingest(&scene, &machine, "studySitesIngest", json!(rows)).await;
        assert_eq!(counts(&taken), (6, 1, 0, vec![3]), "{taken}");
        assert_eq!(taken["rejected"][0]["error"], json!({ "code": "BAD_USER_INPUT", "field": ["input", "rows", "3", "enrolled"] }));
        let length = journal_length(&scene.ground).await;
        let again = ingest(&scene, &machine, "studySitesIngest", json!(rows)).await;
        assert_eq!((counts(&again), journal_length(&scene.ground).await), ((0, 0, 7, vec![3]), length), "{again}");

        // The vendor's machine counts participants where its vendor works; numbers and who is responsible are the sponsor's.
        let vendors = client("veltrona-ctms", &[READS, WRITES].concat());
        let id = &scene.found(&machine, &["S-6".to_owned()]).await.into_iter().next().unwrap().1;
        let counted = json!([{ "externalId": "V-6", "id": id, "screened": 20, "enrolled": 12 }]);
        assert_eq!(counts(&ingest(&scene, &vendors, "studySitesIngest", counted).await), (0, 1, 0, vec![]));
        let seen = scene.ask(
            &machine,
            "query($id: ID!) { studySite(id: $id) { screened enrolled targetEnrollment number } }",
            json!({ "id": id }),
        );
        assert_eq!(seen.await["studySite"], json!({ "screened": 20, "enrolled": 12, "targetEnrollment": 16, "number": "906" }));
        for number in ["777", "906"] {
            refused(&scene, &vendors, "studySitesIngest", json!({ "externalId": "V-6", "number": number }), "FORBIDDEN", Some("number"))
                .await;
        }
        // Who is responsible for a site that he sees is not told to another vendor, however he guesses.
        let lab = person("zofia@tarnwick");
        let seen = scene.ask(&lab, "{ studySites(first: 1) { nodes { id } } }", json!({})).await["studySites"]["nodes"][0]["id"].clone();
        for guess in [Json::Null, engagement.clone()] {
            let row = json!({ "externalId": "Z", "id": seen, "responsibleEngagementId": guess });
            refused(&scene, &lab, "studySitesIngest", row, "FORBIDDEN", None).await;
        }
        refused(&scene, &vendors, "studySitesIngest", row(50), "NOT_FOUND", Some("externalId")).await;
        // A name that is taken out of his sight is free for him; who sees both is told both, and writes neither by it.
        let of = |code: &str| {
            let found = sites.iter().find(|one| theirs(one) && one["countryCode"] == code);
            found.unwrap_or_else(|| panic!("{code}: {found:?}"))["id"].clone()
        };
        let (german, french) = (of("DE"), of("FR"));
        let name = |id: &Json| json!([{ "id": id, "externalId": "N-7" }]);
        for (who, id) in [("ravi@veltrona", &french), ("saoirse@veltrona", &german)] {
            let taken = scene.refer(&person(who), name(id)).await;
            assert_eq!((&taken["created"], &taken["rejected"]), (&json!(1), &json!([])), "{who}: {taken}");
        }
        let both = scene.found(&person("ravi@veltrona"), &["N-7".to_owned()]).await;
        assert_eq!(both.iter().map(|(_, id)| json!(id)).collect::<Vec<_>>().len(), 2, "{both:?}");
        refused(&scene, &person("ravi@veltrona"), "studySitesIngest", json!({ "externalId": "N-7" }), "CONFLICT", Some("externalId")).await;
        // A number that is taken, a system's name that means another place, and no name at all.
        let mut taken = row(60);
        taken["number"] = json!("906");
        refused(&scene, &machine, "studySitesIngest", taken, "CONFLICT", Some("number")).await;
        refused(&scene, &machine, "studySitesIngest", json!({ "externalId": "S-new" }), "BAD_USER_INPUT", Some("studyCountryId")).await;
        let elsewhere = sites.iter().find(|one| one["site"]["id"] != *facility).unwrap_or_else(|| panic!("{found}"));
        refused(
            &scene,
            &machine,
            "studySitesIngest",
            json!({ "externalId": "S-6", "siteId": elsewhere["site"]["id"] }),
            "CONFLICT",
            Some("siteId"),
        )
        .await;
        refused(&scene, &machine, "studySitesIngest", json!({ "externalId": "S-6", "screened": -1 }), "BAD_USER_INPUT", Some("screened"))
            .await;
        scene.house.stop().await;
    }
}
