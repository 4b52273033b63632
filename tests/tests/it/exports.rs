//! `tandem export`: what somebody may read comes out whole, and nothing else; the manifest, the files and the graph say the same.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};
use tandem_tests::fingerprint::fingerprint;
use tandem_tests::house::{BOTH, Ground, House, client, person};

use crate::killed::server::program;

/// Runs `tandem export` with these words in a folder; its exit code and what it says.
async fn export(ground: &Ground, folder: &Path, words: &[&str]) -> (i32, String) {
    let output = program("export", &ground.connect.url, folder)
        .args(words)
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .output()
        .await
        .unwrap();
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8(bytes).unwrap()).concat();
    (output.status.code().unwrap(), said)
}

fn read(folder: &Path, name: &str) -> String {
    std::fs::read_to_string(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files of a manifest by kind.
fn files(folder: &Path) -> BTreeMap<String, Json> {
    let manifest: Json = serde_json::from_str(&read(folder, "manifest.json")).unwrap();
    let files = manifest["files"].as_array().unwrap().clone();
    files.into_iter().map(|file| (file["kind"].as_str().unwrap().to_owned(), file)).collect()
}

/// Counts and hashes as the graph computes them.
async fn of_graph(house: &House, token: &str, study: Option<&str>) -> BTreeMap<String, (u64, String)> {
    let query = "query($study: ID) { exportManifest(studyId: $study) { kind recordCount sha256 } }";
    let answer = house.ask_with(token, query, json!({ "study": study }), &[]).await;
    let entries = answer.at("/data/exportManifest").as_array().unwrap_or_else(|| panic!("{}", answer.text)).clone();
    let entry = |entry: Json| {
        (entry["kind"].as_str().unwrap().to_owned(), (entry["recordCount"].as_u64().unwrap(), entry["sha256"].as_str().unwrap().to_owned()))
    };
    entries.into_iter().map(entry).collect()
}

#[tokio::test]
async fn what_somebody_may_read_comes_out_and_the_graph_says_the_same() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let settings = tandem_gateway::config::Settings { rate_limit: 0, ..ground.settings() };
        let house = ground.serve_with(settings).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let scopes = ["study:read", "site:read", "engagement:read"];
        let whom = [
            (person("marisol@quillfen"), vec!["--as", "marisol@quillfen.example.org"], "sponsor"),
            (person("ravi@veltrona"), vec!["--as", "ravi@veltrona.example.org"], "cro"),
            (person("henrik@osprelle"), vec!["--as", "henrik@osprelle.example.org"], "rival"),
            (client("veltrona-ctms", &scopes), vec!["--client", "veltrona-ctms"], "machine"),
        ];
        for (token, words, name) in &whom {
            // A first sign-in is written down: the file is to be held against what is there afterwards.
            house.ask(token, "{ viewer { side } }").await;
            let before = fingerprint(&ground).await;
            let (code, said) = export(&ground, folder.path(), &[words.as_slice(), &["--out", name]].concat()).await;
            assert_eq!(code, 0, "{said}");
            assert_eq!(fingerprint(&ground).await, before, "an export writes nothing");
            let into = folder.path().join(name);
            let (files, graph) = (files(&into), of_graph(&house, token, None).await);
            assert_eq!(files.keys().collect::<Vec<_>>(), graph.keys().collect::<Vec<_>>());
            for (kind, file) in &files {
                let text = read(&into, file["file"].as_str().unwrap());
                assert_eq!(file["fileSha256"], sha256(text.as_bytes()).as_str(), "{kind}");
                let records: Vec<Json> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                let lines: String =
                    records.iter().map(|record| format!("{} {}\n", record["id"].as_str().unwrap(), record["version"])).collect();
                let told = (u64::try_from(records.len()).unwrap(), sha256(lines.as_bytes()));
                assert_eq!((&file["recordCount"], &file["sha256"]), (&json!(told.0), &json!(told.1)), "{kind}");
                assert_eq!(graph[kind], told, "{name} {kind}");
                assert_eq!(house.get(token, &format!("/exports/{kind}")).await, text, "{name} {kind} over HTTP");
            }
            assert!(said.contains(&format!("records of {} kinds", files.len())), "{said}");
        }
        // Each has what is his, with the parts that he may read, and not a word of what is not.
        let all = |name: &str| -> String {
            let into = folder.path().join(name);
            files(&into).values().map(|file| read(&into, file["file"].as_str().unwrap())).collect()
        };
        let (sponsor, cro, rival, machine) = (all("sponsor"), all("cro"), all("rival"), all("machine"));
        assert!(sponsor.contains("FLAGSHIP") && sponsor.contains("Osprelle") && !sponsor.contains("Brackenmoor"));
        for hidden in ["FLAGSHIP", "TIER_", "Osprelle"] {
            assert!(!cro.contains(hidden) && !machine.contains(hidden), "{hidden}");
        }
        assert!(cro.contains("Veltrona") && !rival.contains("Veltrona") && rival.contains("Osprelle"));
        assert!(!machine.contains("\"deliverableType\""), "a machine without the scope has no deliverables");

        let ravi = person("ravi@veltrona");
        // One study: its own records and no others', and nothing of what belongs to none.
        let found = house.ask(&person("ravi@veltrona"), "{ study(protocolNumber: \"QF-101\") { id } }").await;
        let study = found.at("/data/study/id").as_str().unwrap();
        let words = ["--as", "ravi@veltrona.example.org", "--study", study, "--out", "study"];
        assert_eq!(export(&ground, folder.path(), &words).await.0, 0);
        let (files, graph) = (files(&folder.path().join("study")), of_graph(&house, &person("ravi@veltrona"), Some(study)).await);
        assert!(files.contains_key("DELIVERABLE") && !files.contains_key("ORGANIZATION"));
        for (kind, file) in &files {
            assert_eq!((&json!(graph[kind].0), &json!(graph[kind].1)), (&file["recordCount"], &file["sha256"]), "{kind}");
            let path = format!("/exports/{kind}?studyId={study}");
            assert_eq!(house.get(&ravi, &path).await, read(&folder.path().join("study"), file["file"].as_str().unwrap()), "{path}");
        }
        assert_eq!(files["STUDY"]["recordCount"], 1);
        // Of a study that is hidden there is what there is of one that never was.
        let hidden = house.ask(&person("marisol@quillfen"), "{ study(protocolNumber: \"QF-303\") { id } }").await;
        let hidden = hidden.at("/data/study/id").as_str().unwrap();
        let never = "study_01jgxa1f05e009ny9jhsh1kwzz";
        let (of_hidden, of_none) = (of_graph(&house, &ravi, Some(hidden)).await, of_graph(&house, &ravi, Some(never)).await);
        assert_eq!(of_hidden, of_none);
        assert!(of_none.values().all(|(count, _)| *count == 0));
        house.stop().await;
    }
}

#[tokio::test]
async fn a_table_opens_in_a_spreadsheet_and_runs_nothing() {
    for backend in BOTH {
        let ground = Ground::with_demo(backend).await;
        let house = ground.serve().await;
        let folder = tempfile::tempdir().unwrap();
        let engagement = house.ask(&person("ravi@veltrona"), "{ engagements(filter: { state: { eq: ACTIVE } }) { nodes { id } } }").await;
        let title = "=HYPERLINK(\"http://example.org\",\"two\nlines\"); é";
        let input = json!({ "engagementId": engagement.at("/data/engagements/nodes/0/id"), "deliverableType": "MONITORING_PLAN",
                            "title": title, "dueDate": "2031-01-01" });
        let create = "mutation($i: DeliverableCreateInput!) { deliverableCreate(input: $i) { deliverable { id } userErrors { code } } }";
        let made = house.ask_with(&person("marisol@quillfen"), create, json!({ "i": input }), &[]).await;
        let id = made.at("/data/deliverableCreate/deliverable/id").as_str().unwrap_or_else(|| panic!("{}", made.text)).to_owned();
        let words = ["--as", "ravi@veltrona.example.org", "--format", "csv", "--kind", "DELIVERABLE,STUDY", "--out", "tables"];
        let (code, said) = export(&ground, folder.path(), &words).await;
        assert_eq!(code, 0, "{said}");
        let into = folder.path().join("tables");
        let files = files(&into);
        for (kind, file) in &files {
            let path = format!("/exports/{kind}?format=csv");
            assert_eq!(house.get(&person("ravi@veltrona"), &path).await, read(&into, file["file"].as_str().unwrap()), "{path}");
        }
        assert_eq!(files.keys().collect::<Vec<_>>(), ["DELIVERABLE", "STUDY"]);
        let text = read(&into, "deliverable.csv");
        assert!(
            text.starts_with("id,version,")
                && text.contains(&id)
                && text.contains("\"'=HYPERLINK(\"\"http://example.org\"\",\"\"two\nlines\"\"); é\"")
        );
        let graph = of_graph(&house, &person("ravi@veltrona"), None).await;
        assert_eq!(files["DELIVERABLE"]["sha256"], graph["DELIVERABLE"].1.as_str());
        house.stop().await;
    }
}

#[tokio::test]
async fn what_cannot_be_exported_is_said_and_leaves_nothing() {
    let ground = Ground::with_demo(tandem_tests::house::Backend::Sqlite).await;
    let folder = tempfile::tempdir().unwrap();
    let tries: [(&[&str], i32, &str); 7] = [
        (&["--as", "nobody@quillfen.example.org"], 1, "nobody of this name"),
        (&["--client", "nothing-of-the-kind"], 1, "nobody of this name"),
        // His membership has ended.
        (&["--as", "wanda@veltrona.example.org"], 1, "nobody of this name"),
        (&["--as", "ravi@veltrona.example.org", "--kind", "NOTHING"], 2, "there is no NOTHING"),
        (&["--as", "ravi@veltrona.example.org", "--study", "QF-101"], 2, "study_"),
        (&["--as", "ravi@veltrona.example.org", "--organization", "Quillfen Therapeutics (invented)"], 1, "nobody of this name"),
        (&[], 2, "required"),
    ];
    for (words, code, said) in tries {
        let (was, told) = export(&ground, folder.path(), &[words, &["--out", "never"]].concat()).await;
        assert_eq!(was, code, "{words:?}: {told}");
        assert!(told.contains(said), "{words:?}: {told}");
        assert!(!folder.path().join("never").exists(), "{words:?}");
    }
    // What is there is never written over.
    std::fs::create_dir(folder.path().join("there")).unwrap();
    let (code, told) = export(&ground, folder.path(), &["--as", "ravi@veltrona.example.org", "--out", "there"]).await;
    assert_eq!(code, 1, "{told}");
    assert_eq!(std::fs::read_dir(folder.path().join("there")).unwrap().count(), 0);
}
