//! Unique keys as probes: a number, address or name that a hidden row has answers like one that is free, for whoever lacks that row.
//! The list of keys is held to the migrations, so that a new one has to be tried here.

use serde_json::json;
use tandem_tests::house::{BOTH, Ground};

use tandem_tests::sweep::asker::{Asker, Raw};
use tandem_tests::workspace::files;

use super::Ward;

/// Every unique index, and why it tells nobody of hidden rows.
const KEYS: &[(&str, &str)] = &[
    ("access_review_open", "within an organisation, all of whose reviews are seen by who opens one; oversight::a_review_…"),
    ("amendment_number", "only imports write it, as the sponsor as a whole"),
    ("client_subject", "within an organisation, whose administrators see all of its clients; attacks::a_machine_client_…"),
    ("deliverable_submission_number", "within a deliverable, all of whose submissions are seen by who hands in; the server gives it"),
    (
        "enrollment_snapshot_day",
        "within a site and the engagement responsible for it, whose snapshots are seen by who reports; enrollment::who_…",
    ),
    ("external_reference_subject", "within a record, which is seen by who names it; names themselves are no key: references::…"),
    ("finding_reference", "within an engagement, and only issued findings have one; the server gives it: invariants, races"),
    ("finding_response_number", "within a finding, all of whose responses are seen by who answers; the server gives it"),
    ("journal_order_entry", "no command names it"),
    ("person_contact_email", "within an organisation, whose administrators see all of its people; attacks::an_invitation_…"),
    ("program_name", "within a sponsor: only who has the whole sponsor makes and renames programmes; tried below"),
    ("protocol_version_label", "only imports write it, as the sponsor as a whole"),
    ("study_country_code", "within a study: only who has the whole study makes countries; tried below"),
    ("study_nct", "within a sponsor: only who has the whole sponsor sets it; tried below"),
    ("study_protocol_number", "within a sponsor: only who has the whole sponsor sets it; tried below"),
    ("study_registry_nct", "only imports write it, as the sponsor as a whole"),
    ("study_site_number", "within a study: only who has the whole study sets it; tried below"),
    ("study_site_registry_key", "only imports write it, as the sponsor as a whole"),
];

#[test]
fn every_unique_key_is_decided() {
    let files = files().unwrap();
    let migrations = files.iter().filter(|file| file.path.starts_with("migrations/src/"));
    let mut found: Vec<String> = migrations
        .flat_map(|file| file.text.split("UNIQUE INDEX ").skip(1).map(|rest| rest.split(' ').next().unwrap_or_default().to_owned()))
        .collect();
    found.sort();
    assert_eq!(found, KEYS.iter().map(|(key, _)| *key).collect::<Vec<_>>(), "decide what a collision of this key tells, and try it");
}

/// Asks with the hidden value and with a free one; the answers are the same but for the value.
async fn alike(asker: &Asker, document: &str, hidden: &str, free: &str) -> Raw {
    let first = asker.ask(&document.replace("$X", hidden), json!({})).await;
    let second = asker.ask(&document.replace("$X", free), json!({})).await;
    assert_eq!(first.everything().replace(hidden, "X"), second.everything().replace(free, "X"), "{document}");
    first
}

#[tokio::test]
async fn a_key_of_a_hidden_row_is_like_a_free_one() {
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        let (ward, house) = Ward::on(&ground).await;
        let errors = "{ userErrors { code message field } }";
        let number = format!(
            "mutation {{ studyUpdate(input: {{ id: \"{}\", nctId: \"NCT01234567\", expectedVersion: 1, reason: \"a number\" }}) {errors} }}",
            ward.id("study:A3")
        );
        let answer = ward.asker("A.sm").ask(&number, json!({})).await;
        assert_eq!(answer.json()["data"]["studyUpdate"]["userErrors"], json!([]), "{}", answer.text);
        for dry in [true, false] {
            // Managers of one study, of one site, of another sponsor; and vendors. What they try is there, out of their sight.
            for (who, study) in [("A.sm-study", "A1"), ("A.sm-site", "A1"), ("V.pm", "A1"), ("W.pm", "A2"), ("B.sm", "B1")] {
                let asker = ward.asker(who);
                // What another sponsor's manager tries is free for him, and would be written.
                let dry = dry || study == "B1";
                let id = ward.id(&format!("study:{study}"));
                let update = |values: &str| {
                    format!(
                        "mutation {{ studyUpdate(input: {{ id: \"{id}\", {values}, expectedVersion: 1, reason: \"tried\", dryRun: {dry} }}) {errors} }}"
                    )
                };
                let other = if study == "B1" { "A1" } else { "A3" };
                let (there, free) = (format!("CANARY-study-{other}-protocol_number"), "CANARY-study-Q9-protocol_number");
                // The canary that stands for a registry number is none: what is written has to be well formed.
                let numbers = alike(&asker, &update("protocolNumber: \"$X\", nctId: null"), &there, free).await;
                if study != "B1" {
                    let code = numbers.json()["data"]["studyUpdate"]["userErrors"][0]["code"].clone();
                    assert!(code != "CONFLICT" && code != "BAD_USER_INPUT", "{who} is refused for what he is: {}", numbers.text);
                    alike(&asker, &update("nctId: \"$X\""), "NCT01234567", "NCT07654321").await;
                    let create = format!(
                        "mutation {{ studyCreate(input: {{ protocolNumber: \"$X\", briefTitle: \"Tried\", studyType: INTERVENTIONAL, dryRun: {dry} }}) {errors} }}"
                    );
                    alike(&asker, &create, &there, free).await;
                }
            }
            // A country of the study that the site's manager does not have, and one that nobody has.
            for who in ["A.sm-site", "A.qa-country", "V.cra-country", "V.pm", "W.pm"] {
                let create = format!(
                    "mutation {{ studyCountryCreate(input: {{ studyId: \"{}\", countryCode: $X, dryRun: {dry} }}) {errors} }}",
                    ward.id("study:A1")
                );
                alike(&ward.asker(who), &create, "JP", "PT").await;
            }
            // The number of a site that he does not see, on the one that he does.
            for (who, own, hidden) in [
                ("A.sm-site", "A1-de1", "A1-us1"),
                ("V.cra-site", "A1-fr1", "A1-us1"),
                ("V.cra-country", "A1-de1", "A1-us1"),
                ("V.pm", "A1-de1", "A1-us1"),
                ("W.pm", "A1-us1", "A1-de1"),
                ("S.pm", "A1-de1", "A1-us1"),
            ] {
                let update = format!(
                    "mutation {{ studySiteUpdate(input: {{ id: \"{}\", number: \"$X\", expectedVersion: 1, reason: \"tried\", dryRun: {dry} }}) {errors} }}",
                    ward.id(&format!("study_site:{own}"))
                );
                let (there, free) = (format!("CANARY-study_site-{hidden}-number"), "CANARY-study_site-Q9-number".to_owned());
                let answer = alike(&ward.asker(who), &update, &there, &free).await;
                let first = &answer.json()["data"]["studySiteUpdate"]["userErrors"][0]["code"];
                assert_eq!(*first, json!("FORBIDDEN"), "{who}: {}", answer.text);
            }
        }
        // The name of a programme that another sponsor has is free; who has one study is refused for what he is.
        let named = format!(
            "mutation {{ programCreate(input: {{ name: \"$X\", productType: DRUG, therapeuticArea: \"ONCOLOGY\", dryRun: true }}) {errors} }}"
        );
        for who in ["B.sm", "A.sm-study", "A.sm-site", "V.pm"] {
            alike(&ward.asker(who), &named, "CANARY-program-AP2-name", "CANARY-program-Q9-name").await;
        }
        let answer = ward.asker("A.sm").ask(&named.replace("$X", "CANARY-program-AP2-name"), json!({})).await;
        assert_eq!(answer.json()["data"]["programCreate"]["userErrors"][0]["code"], "CONFLICT", "{}", answer.text);
        // Who has the whole is told of the collision: the keys are real.
        let taken = format!(
            "mutation {{ studyUpdate(input: {{ id: \"{}\", $X, expectedVersion: 1, reason: \"tried\", dryRun: true }}) {errors} }}",
            ward.id("study:A1")
        );
        for values in ["protocolNumber: \"CANARY-study-A3-protocol_number\", nctId: null", "nctId: \"NCT01234567\""] {
            let answer = ward.asker("A.sm").ask(&taken.replace("$X", values), json!({})).await;
            assert_eq!(answer.json()["data"]["studyUpdate"]["userErrors"][0]["code"], "CONFLICT", "{}", answer.text);
        }
        house.stop().await;
    }
}
