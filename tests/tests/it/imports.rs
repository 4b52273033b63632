//! The command line as a process: registry records in, twice, changed, vanished, spoiled; and its exit codes.
//! The real registry file is read where `TANDEM_TEST_DATA` names its folder.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::{Value as Json, json};
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::{BOTH, Ground, House, person};
use tandem_tests::workspace;

/// The program, built once a run beside the tests themselves.
fn program() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let tests = std::env::current_exe().unwrap();
        let profile = tests.parent().and_then(Path::parent).unwrap().to_path_buf();
        let mut build = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        // With the tests' own package, so that features are the same and nothing is compiled twice.
        build.current_dir(workspace::root()).args([
            "build",
            "--quiet",
            "--locked",
            "-p",
            "tandem-gateway",
            "-p",
            "tandem-tests",
            "--bin",
            "tandem",
        ]);
        build.env("CARGO_TARGET_DIR", profile.parent().unwrap());
        if profile.ends_with("release") {
            build.arg("--release");
        }
        let built = build.output().unwrap();
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        profile.join("tandem")
    })
}

/// What a run said.
pub(crate) struct Run {
    pub(crate) code: Option<i32>,
    out: String,
    pub(crate) err: String,
}

impl Run {
    pub(crate) fn last_line(&self) -> &str {
        self.out.lines().last().unwrap_or_default()
    }
}

pub(crate) fn tandem(ground: Option<&Ground>, arguments: &[&str]) -> Run {
    let empty = tempfile::tempdir().unwrap();
    let mut command = Command::new(program());
    command.args(arguments).current_dir(empty.path());
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("TANDEM_")) {
        command.env_remove(name);
    }
    if let Some(ground) = ground {
        command.env("TANDEM_DATABASE_URL", &ground.connect.url);
    }
    let Output { status, stdout, stderr } = command.output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Run { code: status.code(), out: text(&stdout), err: text(&stderr) }
}

fn import(ground: &Ground, file: &Path) -> Run {
    tandem(Some(ground), &["import", "ctgov", file.to_str().unwrap()])
}

fn examples() -> PathBuf {
    workspace::root().join("examples/registry.ndjson")
}

fn records() -> Vec<Json> {
    std::fs::read_to_string(examples()).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn write(folder: &Path, lines: &[String]) -> PathBuf {
    let file = folder.join("records.ndjson");
    std::fs::write(&file, lines.join("\n") + "\n").unwrap();
    file
}

fn lines(records: &[Json]) -> Vec<String> {
    records.iter().map(ToString::to_string).collect()
}

/// Makes the importing sponsor a tenant, and gives it a study manager who can look.
pub(crate) async fn manager(ground: &Ground) -> (House, String) {
    let name = "Quillhaven Therapeutics, Inc.";
    let made = tandem(Some(ground), &["admin", "organization", "--name", name, "--type", "SPONSOR"]);
    assert_eq!(made.code, Some(0), "{}", made.err);
    let grant = ["admin", "grant", "--email", "sm@quillhaven.example.org", "--organization", name, "--role", "S_STUDY_MANAGER"];
    let granted = tandem(Some(ground), &grant);
    assert_eq!(granted.code, Some(0), "{}", granted.err);
    (ground.serve().await, person("sm@quillhaven"))
}

#[tokio::test]
async fn the_examples_go_in_once() {
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        let count = records().len();
        let first = import(&ground, &examples());
        assert_eq!(
            (first.code, first.last_line()),
            (Some(0), format!("created {count}, updated 0, unchanged 0, refused 0").as_str()),
            "{}",
            first.err
        );
        let (before, length) = (fingerprint(&ground).await, journal_length(&ground).await);
        let second = import(&ground, &examples());
        assert_eq!(second.last_line(), format!("created 0, updated 0, unchanged {count}, refused 0"), "{}", second.err);
        assert_eq!(second.code, Some(0));
        assert_eq!(journal_length(&ground).await, length, "{kind:?}");
        if kind == tandem_tests::house::Backend::Postgres {
            assert_eq!(fingerprint(&ground).await, before, "a second run wrote something");
        }
        let (house, token) = manager(&ground).await;
        let query = "{ studies(first: 50, filter: { nctId: { eq: \"NCT99000001\" } }) { totalCount nodes { protocolNumber briefTitle acronym \
                     lifecycleState phases startDate { date precision kind } plannedEnrollment registry { status leadSponsor } sponsor { name } \
                     countries(orderBy: [{ field: COUNTRY_CODE }]) { nodes { countryCode state } } sites { totalCount nodes { state } } } } }";
        let seen = house.ask(&token, query).await;
        let study = seen.at("/data/studies/nodes/0");
        assert_eq!((&study["protocolNumber"], &study["lifecycleState"]), (&json!("QHT-204-301"), &json!("PLANNING")), "{}", seen.text);
        assert_eq!(study["startDate"], json!({ "date": "2025-03-11", "precision": "DAY", "kind": "ACTUAL" }));
        assert_eq!(study["registry"]["status"], "RECRUITING");
        let codes: Vec<&Json> = study["countries"]["nodes"].as_array().unwrap().iter().map(|country| &country["countryCode"]).collect();
        assert_eq!(codes, ["CH", "GB", "KR", "TR"], "registry spellings are known: {}", seen.text);
        assert!(study["countries"]["nodes"].as_array().unwrap().iter().all(|country| country["state"] == "CANDIDATE"));
        assert_eq!(study["sites"]["totalCount"], 4, "a place that is listed twice counts once");
        assert!(study["sites"]["nodes"].as_array().unwrap().iter().all(|site| site["state"] == "IDENTIFIED"));
        // All spellings of the sponsor are one organisation.
        let all = house.ask(&token, "{ studies { totalCount } }").await;
        assert_eq!(all.at("/data/studies/totalCount"), 6, "{}", all.text);
        house.stop().await;
    }
}

#[tokio::test]
async fn a_changed_record_changes_its_registry_part_and_a_vanished_site_is_marked() {
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        assert_eq!(import(&ground, &examples()).code, Some(0));
        let (house, token) = manager(&ground).await;
        let query = "{ study(nctId: \"NCT99000001\") { version briefTitle history { totalCount } registry { status enrollment briefTitle history { nodes \
                     { version operation changes { field old new } } } } sites(orderBy: [{ field: ID }]) { nodes { version state site { city } \
                     registry { status vanishedOn { date } history { totalCount } } } } } }";
        let before = house.ask(&token, query).await;
        let length = journal_length(&ground).await;
        let mut changed = records();
        let section = &mut changed[0]["protocolSection"];
        section["statusModule"]["overallStatus"] = json!("ACTIVE_NOT_RECRUITING");
        section["identificationModule"]["briefTitle"] = json!("A New Title at the Registry");
        let places = section["contactsLocationsModule"]["locations"].as_array_mut().unwrap();
        places.retain(|place| place["city"] != "Seoul");
        let folder = tempfile::tempdir().unwrap();
        let file = write(folder.path(), &lines(&changed));
        let run = import(&ground, &file);
        assert_eq!(run.last_line(), format!("created 0, updated 1, unchanged {}, refused 0", changed.len() - 1), "{}", run.err);
        assert_eq!(journal_length(&ground).await, length + 2, "{kind:?}: the study's part and the vanished site's");
        let after = house.ask(&token, query).await;
        let (old, new) = (before.at("/data/study"), after.at("/data/study"));
        assert_eq!((&new["version"], &new["briefTitle"], &new["history"]), (&old["version"], &old["briefTitle"], &old["history"]));
        let entries = new["registry"]["history"]["nodes"].as_array().unwrap();
        assert_eq!(entries.len(), old["registry"]["history"]["nodes"].as_array().unwrap().len() + 1, "{}", after.text);
        let mut fields: Vec<Json> = entries.last().unwrap()["changes"].as_array().unwrap().clone();
        fields.sort_by_key(|change| change["field"].to_string());
        let expected = json!([
            { "field": "briefTitle", "old": "Quilotamab in Adults With Severe Asthma", "new": "A New Title at the Registry" },
            { "field": "status", "old": "RECRUITING", "new": "ACTIVE_NOT_RECRUITING" },
        ]);
        assert_eq!(Json::from(fields), expected, "exactly what changed");
        let vanished: Vec<&Json> =
            new["sites"]["nodes"].as_array().unwrap().iter().filter(|site| !site["registry"]["vanishedOn"].is_null()).collect();
        assert_eq!(vanished.len(), 1, "{}", after.text);
        assert_eq!((&vanished[0]["site"]["city"], &vanished[0]["state"]), (&json!("Seoul"), &json!("IDENTIFIED")));
        assert_eq!(new["sites"]["nodes"].as_array().unwrap().len(), old["sites"]["nodes"].as_array().unwrap().len(), "none is deleted");
        // It comes back.
        assert_eq!(import(&ground, &examples()).last_line(), format!("created 0, updated 1, unchanged {}, refused 0", changed.len() - 1));
        let back = house.ask(&token, query).await;
        assert!(
            back.at("/data/study/sites/nodes").as_array().unwrap().iter().all(|site| site["registry"]["vanishedOn"].is_null()),
            "{}",
            back.text
        );
        house.stop().await;
    }
}

#[tokio::test]
async fn what_is_spoiled_is_named_by_its_line_and_the_rest_goes_in() {
    for kind in BOTH {
        let good = records();
        let spoil = |number: usize, change: fn(&mut Json)| {
            let mut all = lines(&good);
            let mut record = good[number].clone();
            change(&mut record);
            all[number] = record.to_string();
            all
        };
        let mut broken = lines(&good);
        broken[2] = "{ \"protocolSection\": nonsense".to_owned();
        let cases: [(&str, usize, Vec<String>, &str); 4] = [
            ("bad JSON", 3, broken, ""),
            (
                "no number",
                5,
                spoil(4, |record| {
                    record["protocolSection"]["identificationModule"].as_object_mut().unwrap().remove("nctId");
                }),
                "nctId",
            ),
            (
                "an unknown country",
                1,
                spoil(0, |record| record["protocolSection"]["contactsLocationsModule"]["locations"][1]["country"] = json!("Atlantis")),
                "Atlantis",
            ),
            (
                "an unknown status",
                6,
                spoil(5, |record| record["protocolSection"]["statusModule"]["overallStatus"] = json!("DANCING")),
                "DANCING",
            ),
        ];
        for (what, line, lines, named) in cases {
            let ground = Ground::new(kind).await;
            let folder = tempfile::tempdir().unwrap();
            let file = write(folder.path(), &lines);
            let run = import(&ground, &file);
            assert_eq!(run.code, Some(1), "{what}: {}", run.err);
            assert_eq!(run.last_line(), format!("created {}, updated 0, unchanged 0, refused 1", lines.len() - 1), "{what}: {}", run.err);
            let said = run.err.lines().find(|said| said.contains("refused")).unwrap_or_else(|| panic!("{what}: {}", run.err));
            assert!(said.contains(&format!("records.ndjson:{line}")) || said.contains(&format!("line {line}")), "{what}: {said}");
            assert!(said.contains(named), "{what}: {said}");
            // Nothing of the refused one is in: the whole of it goes in afterwards.
            if what != "no number" {
                let again = import(&ground, &examples());
                assert_eq!(
                    again.last_line(),
                    format!("created 1, updated 0, unchanged {}, refused 0", lines.len() - 1),
                    "{what}: {}",
                    again.err
                );
            }
        }
        // A file that breaks off.
        let ground = Ground::new(kind).await;
        let folder = tempfile::tempdir().unwrap();
        let whole = std::fs::read(examples()).unwrap();
        let file = folder.path().join("cut.ndjson");
        std::fs::write(&file, &whole[..whole.len() - 200]).unwrap();
        let run = import(&ground, &file);
        assert_eq!(
            (run.code, run.last_line()),
            (Some(1), format!("created {}, updated 0, unchanged 0, refused 1", good.len() - 1).as_str()),
            "{}",
            run.err
        );
        assert!(run.err.contains(&good.len().to_string()), "the line is named: {}", run.err);
    }
}

#[tokio::test]
#[ignore = "needs TANDEM_TEST_DATA"]
async fn the_real_registry_goes_in_whole_and_once() {
    let folder = std::env::var_os("TANDEM_TEST_DATA").expect("TANDEM_TEST_DATA names a folder with registry data");
    let file = PathBuf::from(folder).join("ctgov_studies_v2.ndjson");
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        let first = import(&ground, &file);
        assert_eq!(
            (first.code, first.last_line()),
            (Some(0), "created 1178, updated 0, unchanged 0, refused 0"),
            "{kind:?}: {}",
            first.err
        );
        let length = journal_length(&ground).await;
        let second = import(&ground, &file);
        assert_eq!(
            (second.code, second.last_line()),
            (Some(0), "created 0, updated 0, unchanged 1178, refused 0"),
            "{kind:?}: {}",
            second.err
        );
        assert_eq!(journal_length(&ground).await, length, "{kind:?}");
    }
}

#[tokio::test]
async fn a_fresh_database_is_migrated_first() {
    let folder = tempfile::tempdir().unwrap();
    let sqlite = format!("sqlite://{}", folder.path().join("fresh.sqlite").display());
    let server = tandem_tests::postgres::postgres();
    for url in [sqlite, server.url(&server.create_database())] {
        let with = |arguments: &[&str]| tandem(None, &[arguments, &["--database-url", &url]].concat());
        let early = with(&["import", "ctgov", examples().to_str().unwrap()]);
        assert_eq!(early.code, Some(1), "an empty database is refused: {}", early.err);
        assert!(early.err.contains("migrate"), "it says what to do: {}", early.err);
        assert_eq!(with(&["migrate", "--check"]).code, Some(1));
        for _ in 0..2 {
            let migrated = with(&["migrate"]);
            assert_eq!(migrated.code, Some(0), "{}", migrated.err);
        }
        assert_eq!(with(&["migrate", "--check"]).code, Some(0));
        assert_eq!(with(&["import", "ctgov", examples().to_str().unwrap()]).code, Some(0));
    }
}

#[test]
fn misuse_is_two_and_failure_is_one() {
    for arguments in [
        &[][..],
        &["explode"],
        &["import"],
        &["import", "ctgov"],
        &["import", "usdm"],
        &["import", "usenet", "x"],
        &["migrate", "--explode"],
        &["admin", "grant", "--email", "a@b.example.org", "--organization", "x", "--role", "S_KING"],
        &["token"],
        &["schema", "--chekc"],
    ] {
        let run = tandem(None, arguments);
        assert_eq!(run.code, Some(2), "{arguments:?}: {} {}", run.out, run.err);
        assert!(!run.err.is_empty(), "{arguments:?} says nothing");
    }
    for arguments in [&["--help"][..], &["--version"], &["import", "ctgov", "--help"], &["schema"]] {
        let run = tandem(None, arguments);
        assert_eq!(run.code, Some(0), "{arguments:?}: {}", run.err);
        assert!(!run.out.is_empty(), "{arguments:?} says nothing");
    }
    let run = tandem(None, &["serve"]);
    assert_eq!(run.code, Some(2), "{}", run.err);
    assert!(run.err.contains("TANDEM_JWT_ISSUER") || run.err.contains("jwt_issuer"), "it says which setting: {}", run.err);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_a_failure() {
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        let run = import(&ground, Path::new("nowhere.ndjson"));
        assert_eq!(run.code, Some(1), "{}", run.err);
        assert!(run.err.contains("nowhere.ndjson"), "{}", run.err);
        let run = tandem(Some(&ground), &["admin", "grant", "--email", "a@b.example.org", "--organization", "Nobody", "--role", "S_ADMIN"]);
        assert_eq!(run.code, Some(1), "an unknown organisation: {}", run.err);
    }
}
