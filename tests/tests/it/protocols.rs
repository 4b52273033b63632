//! Protocols by the command line: in, twice, changed, spoiled; and who reads them then.
//! The real files are read where `TANDEM_TEST_DATA` names their folder.

use std::path::{Path, PathBuf};

use serde_json::{Value as Json, json};
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{BOTH, Backend, Ground, person};
use tandem_tests::workspace;

use crate::imports::{Run, manager, tandem};

fn example() -> Json {
    serde_json::from_str(&std::fs::read_to_string(workspace::root().join("examples/protocol.json")).unwrap()).unwrap()
}

fn import(ground: &Ground, file: &Path) -> Run {
    tandem(Some(ground), &["import", "usdm", file.to_str().unwrap()])
}

fn written(folder: &tempfile::TempDir, file: &Json) -> PathBuf {
    let path = folder.path().join("protocol.json");
    std::fs::write(&path, file.to_string()).unwrap();
    path
}

const ALL: &str = "{ studies { nodes { protocolNumber nctId briefTitle studyType phases \
    amendments(orderBy: [{ field: NUMBER }]) { nodes { number class state primaryReason secondaryReasons impacts summary scope regionCodes \
    countryCodes plannedEffectiveDate } } \
    protocolVersions(orderBy: [{ field: VERSION_LABEL }]) { nodes { versionLabel status approvedOn version amendment { number } } } } } }";

#[tokio::test]
async fn a_protocol_goes_in_once_and_changes_with_its_file() {
    let folder = tempfile::tempdir().unwrap();
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        let file = written(&folder, &example());
        let first = import(&ground, &file);
        assert_eq!((first.code, first.last_line()), (Some(0), "created 7, updated 0, unchanged 0, refused 0"), "{}", first.err);
        let (before, length) = (fingerprint(&ground).await, journal_length(&ground).await);
        let second = import(&ground, &file);
        assert_eq!((second.code, second.last_line()), (Some(0), "created 0, updated 0, unchanged 7, refused 0"), "{}", second.err);
        assert_eq!(journal_length(&ground).await, length, "{kind:?}");
        if kind == Backend::Postgres {
            assert_eq!(fingerprint(&ground).await, before, "a second run wrote something");
        }

        let (house, token) = manager(&ground).await;
        let seen = house.ask(&token, ALL).await;
        let study = seen.at("/data/studies/nodes/0");
        assert_eq!((&study["protocolNumber"], &study["nctId"]), (&json!("QHT-204-301"), &json!("NCT99000001")), "{}", seen.text);
        assert_eq!((&study["studyType"], &study["phases"]), (&json!("INTERVENTIONAL"), &json!(["PHASE3"])));
        let amendments = &study["amendments"]["nodes"];
        assert_eq!(amendments.as_array().unwrap().len(), 3, "{}", seen.text);
        assert_eq!(
            amendments[1],
            json!({
                "number": "2", "class": "NON_SUBSTANTIAL", "state": "APPROVED", "primaryReason": "INCONSISTENCY_OR_ERROR_IN_PROTOCOL",
                "secondaryReasons": [], "impacts": ["DATA_RELIABILITY"],
                "summary": "The window of visit 4 is the same in the schedule and in the text.", "scope": "COUNTRY", "regionCodes": [],
                "countryCodes": ["CH", "GB"], "plannedEffectiveDate": "2025-09-01"
            })
        );
        assert_eq!((&amendments[0]["class"], &amendments[2]["state"]), (&json!("SUBSTANTIAL"), &json!("DRAFT")));
        let versions = study["protocolVersions"]["nodes"].as_array().unwrap();
        let rows: Vec<Json> = versions.iter().map(|one| json!([one["versionLabel"], one["status"], one["amendment"]["number"]])).collect();
        assert_eq!(
            rows,
            [json!(["1.0", "OBSOLETE", null]), json!(["2.0", "OBSOLETE", "1"]), json!(["2.1", "FINAL", "2"]), json!(["3.0", "DRAFT", "3"])]
        );

        // What the sponsor finishes is finished here, and the amendment with it.
        let mut done = example();
        done["study"]["documentedBy"][0]["versions"][3]["status"]["code"] = json!("C25508");
        let third = import(&ground, &written(&folder, &done));
        assert_eq!(third.last_line(), "created 0, updated 2, unchanged 5, refused 0", "{}", third.err);
        let seen = house.ask(&token, ALL).await;
        assert_eq!(seen.at("/data/studies/nodes/0/protocolVersions/nodes/3/status"), "FINAL", "{}", seen.text);
        assert_eq!(seen.at("/data/studies/nodes/0/protocolVersions/nodes/3/version"), 2);
        assert_eq!(seen.at("/data/studies/nodes/0/amendments/nodes/2/state"), "APPROVED");
        house.stop().await;
    }
}

#[tokio::test]
async fn a_study_that_is_there_is_found_by_either_number_and_left_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        let registry = tandem(Some(&ground), &["import", "ctgov", workspace::root().join("examples/registry.ndjson").to_str().unwrap()]);
        assert_eq!(registry.code, Some(0), "{}", registry.err);
        let run = import(&ground, &written(&folder, &example()));
        assert_eq!(run.last_line(), "created 7, updated 0, unchanged 0, refused 0", "{}", run.err);
        assert!(!run.err.contains("not there before"), "by the registry's number: {}", run.err);
        let mut unregistered = example();
        for version in unregistered["study"]["versions"].as_array_mut().unwrap() {
            version["studyIdentifiers"].as_array_mut().unwrap().truncate(1);
        }
        let run = import(&ground, &written(&folder, &unregistered));
        assert_eq!(run.last_line(), "created 0, updated 0, unchanged 7, refused 0", "by the sponsor's number: {}", run.err);

        // A number of the sponsor's that is another study's in the registry: nothing of the file is taken.
        let length = journal_length(&ground).await;
        let mut contrary = example();
        for version in contrary["study"]["versions"].as_array_mut().unwrap() {
            version["studyIdentifiers"][1]["text"] = json!("NCT99777777");
        }
        let run = import(&ground, &written(&folder, &contrary));
        assert_eq!((run.code, run.last_line()), (Some(1), "created 0, updated 0, unchanged 0, refused 7"), "{}", run.err);
        assert!(run.err.contains("the sponsor's study QHT-204-301 is NCT99000001, but the file says NCT99777777"), "{}", run.err);
        assert_eq!(journal_length(&ground).await, length, "{kind:?}");

        let (house, token) = manager(&ground).await;
        let seen = house.ask(&token, "{ study(protocolNumber: \"QHT-204-301\") { briefTitle } }").await;
        assert!(!seen.text.contains("A study that nobody runs"), "the study's own fields stay: {}", seen.text);
        house.stop().await;
    }
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_and_costs_no_other() {
    let folder = tempfile::tempdir().unwrap();
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        let empty = journal_length(&ground).await;
        let whole = |text: &str| {
            let path = folder.path().join("broken.json");
            std::fs::write(&path, text).unwrap();
            path
        };
        let deep = format!("{{\"usdmVersion\":\"4.0\",\"study\":{{\"documentedBy\":[{}", "[".repeat(50_000));
        for (text, reason) in [
            ("{\n \"study\": nothing", "invalid JSON: expected ident (line 2, character 12)"),
            ("", "invalid JSON: EOF while parsing a value"),
            ("{}", "usdmVersion: missing"),
            (deep.as_str(), "invalid JSON: recursion limit exceeded (line 1, character"),
        ] {
            let run = import(&ground, &whole(text));
            assert_eq!((run.code, run.last_line()), (Some(1), "created 0, updated 0, unchanged 0, refused 1"), "{}", run.err);
            assert!(run.err.contains(&format!("broken.json: {reason}")), "{}", run.err);
        }
        // A study that is not there, of which too little is said; and one of another sponsor.
        let mut untitled = example();
        for version in untitled["study"]["versions"].as_array_mut().unwrap() {
            version["titles"] = json!([]);
        }
        let run = import(&ground, &written(&folder, &untitled));
        assert_eq!((run.code, run.last_line()), (Some(1), "created 0, updated 0, unchanged 0, refused 7"), "{}", run.err);
        assert!(run.err.contains("gives no title to make it"), "{}", run.err);
        let file = written(&folder, &example());
        let narrowed = tandem(Some(&ground), &["import", "usdm", file.to_str().unwrap(), "--sponsor", "Brindlemoor"]);
        assert_eq!((narrowed.code, narrowed.last_line()), (Some(0), "created 0, updated 0, unchanged 0, refused 0"), "{}", narrowed.err);
        assert_eq!(journal_length(&ground).await, empty, "{kind:?}: nothing was written, no organisation either");

        // One amendment with a reason that is none, one version without a status; the others are in.
        let mut spoiled = example();
        spoiled["study"]["versions"][3]["amendments"][2]["primaryReason"]["code"]["code"] = json!("C207699");
        spoiled["study"]["documentedBy"][0]["versions"][0]["status"] = json!(null);
        let narrowed = written(&folder, &spoiled);
        let run = tandem(Some(&ground), &["import", "usdm", narrowed.to_str().unwrap(), "--sponsor", "QUILLHAVEN Therapeutics"]);
        assert_eq!((run.code, run.last_line()), (Some(1), "created 5, updated 0, unchanged 0, refused 2"), "{}", run.err);
        let place =
            "study.versions[3].amendments[2].primaryReason.code.code: \"C207699\" is no code of the reasons of amendments (C207415)";
        assert!(run.err.contains(place), "{}", run.err);
        let (house, token) = manager(&ground).await;
        let seen = house.ask(&token, ALL).await;
        assert!(!seen.text.contains("65 and older"), "{}", seen.text);
        assert_eq!(
            seen.at("/data/studies/nodes/0/protocolVersions/nodes/2/amendment"),
            &Json::Null,
            "its amendment was refused: {}",
            seen.text
        );
        house.stop().await;

        // Mended, the rest follows.
        let run = import(&ground, &written(&folder, &example()));
        assert_eq!((run.code, run.last_line()), (Some(0), "created 2, updated 1, unchanged 4, refused 0"), "{}", run.err);
    }
}

#[tokio::test]
async fn a_vendor_reads_what_is_approved_and_nothing_of_what_is_prepared() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let ask = "{ study(protocolNumber: \"QF-101\") { protocolVersions(orderBy: [{ field: VERSION_LABEL }]) { totalCount nodes { versionLabel \
                   amendment { number } } } amendments { totalCount } } }";
        let sponsor = house.ask(&person("marisol@quillfen"), ask).await;
        assert_eq!(sponsor.at("/data/study/protocolVersions/totalCount"), 4, "{}", sponsor.text);
        assert_eq!(sponsor.at("/data/study/amendments/totalCount"), 3, "{}", sponsor.text);
        let vendor = house.ask(&person("ravi@veltrona"), ask).await;
        let labels: Vec<Json> =
            vendor.at("/data/study/protocolVersions/nodes").as_array().unwrap().iter().map(|one| one["versionLabel"].clone()).collect();
        assert_eq!(labels, ["1.0", "2.0", "2.1"], "{}", vendor.text);
        assert_eq!(vendor.at("/data/study/amendments/totalCount"), 2, "{}", vendor.text);
        house.stop().await;
    }
}

#[tokio::test]
#[ignore = "needs TANDEM_TEST_DATA"]
async fn the_real_protocols_go_in_whole_and_once() {
    let folder = std::env::var_os("TANDEM_TEST_DATA").expect("TANDEM_TEST_DATA names a folder with registry data");
    let mut files: Vec<PathBuf> = std::fs::read_dir(PathBuf::from(folder).join("usdm_examples"))
        .expect("usdm_examples is there")
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "json"))
        .collect();
    files.sort();
    let arguments: Vec<&str> = ["import", "usdm"].into_iter().chain(files.iter().map(|file| file.to_str().unwrap())).collect();
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        let first = tandem(Some(&ground), &arguments);
        assert_eq!((first.code, first.last_line()), (Some(0), "created 9, updated 0, unchanged 0, refused 0"), "{kind:?}: {}", first.err);
        let length = journal_length(&ground).await;
        let second = tandem(Some(&ground), &arguments);
        assert_eq!(
            (second.code, second.last_line()),
            (Some(0), "created 0, updated 0, unchanged 9, refused 0"),
            "{kind:?}: {}",
            second.err
        );
        assert_eq!(journal_length(&ground).await, length, "{kind:?}");
    }
}
