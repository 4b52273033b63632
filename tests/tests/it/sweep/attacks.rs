//! Ways round, tried by hand as a competitor: cursors, keys and addresses of others, traces of edits, unique keys.
//! Each question about something hidden is asked again about something that never was; the answers have to be the same.

use serde_json::{Value as Json, json};
use tandem_tests::house::{BOTH, Ground};
use tandem_tests::sweep::asker::{Asker, Raw};
use tandem_tests::sweep::people::address;

use super::Ward;

/// Asks the same about two things and holds the answers equal but for their names.
async fn same(asker: &Asker, document: &str, hidden: &str, never: &str) -> Raw {
    let first = asker.ask(&document.replace("$X", hidden), json!({})).await;
    let second = asker.ask(&document.replace("$X", never), json!({})).await;
    assert_eq!(first.everything().replace(hidden, "X"), second.everything().replace(never, "X"), "{document}");
    first
}

fn errors(answer: &Raw, command: &str) -> Json {
    answer.json()["data"][command]["userErrors"].clone()
}

#[tokio::test]
async fn a_cursor_of_another_viewer_is_refused_as_a_cursor_of_nothing() {
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        let (ward, house) = Ward::on(&ground).await;
        let (sponsor, rival) = (ward.asker("A.sm"), ward.asker("W.pm"));
        for list in ["engagements", "studySites", "studies", "people"] {
            let page = sponsor.ask(&format!("{{ {list}(first: 1) {{ pageInfo {{ endCursor }} }} }}"), json!({})).await;
            let cursor = page.json()["data"][list]["pageInfo"]["endCursor"].as_str().unwrap().to_owned();
            let document = format!("{{ {list}(first: 5, after: \"$X\") {{ totalCount nodes {{ id }} }} }}");
            let answer = same(&rival, &document, &cursor, "bm90aGluZyBhdCBhbGwgYnV0IGxvbmcgZW5vdWdo").await;
            assert_eq!(answer.json()["errors"][0]["extensions"]["code"], "BAD_USER_INPUT", "{}", answer.text);
        }
        house.stop().await;
    }
}

#[tokio::test]
async fn a_trace_of_a_rival_names_nobody_whom_one_cannot_see() {
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        let (ward, house) = Ward::on(&ground).await;
        let document = format!(
            "{{ studyCountry(id: \"{}\") {{ version history(first: 10) {{ totalCount nodes {{ operation actorId reason changes {{ field old new }} }} }} }} }}",
            ward.id("study_country:A1-DE")
        );
        let vendor = ward.asker("V.pm").ask(&document, json!({})).await;
        assert!(!vendor.text.contains(&ward.id("engagement:A1W")), "{}", vendor.text);
        assert!(!vendor.text.contains(&ward.id("person:A.sm")), "{}", vendor.text);
        let sponsor = ward.asker("A.sm").ask(&document, json!({})).await;
        assert!(sponsor.text.contains(&ward.id("engagement:A1W")), "{}", sponsor.text);
        assert!(sponsor.text.contains(&ward.id("person:A.sm")), "{}", sponsor.text);
        // A hidden edit of the assessment moved nothing that the vendor sees of the study.
        let document = format!("{{ study(id: \"{}\") {{ version createdAt updatedAt history {{ totalCount }} }} }}", ward.id("study:A1"));
        let study = ward.asker("V.pm").ask(&document, json!({})).await.json()["data"]["study"].clone();
        // What was done before the vendor was engaged is not its to read.
        assert_eq!((&study["version"], &study["history"]["totalCount"]), (&json!(1), &json!(0)));
        assert_eq!(study["createdAt"], study["updatedAt"]);
        house.stop().await;
    }
}

#[tokio::test]
async fn somebody_elses_idempotency_key_means_nothing() {
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        let (ward, house) = Ward::on(&ground).await;
        let key = [("Idempotency-Key", "the-same-key")];
        let invite = |name: &str| {
            format!(
                r#"mutation {{ personInvite(input: {{ email: "{name}@new.example.org", displayName: "{name}" }}) {{ person {{ id }} userErrors {{ code }} }} }}"#
            )
        };
        let first = ward.asker("V.admin").ask_with(&invite("one"), json!({}), &key).await;
        assert_eq!(errors(&first, "personInvite"), json!([]), "{}", first.text);
        let second = ward.asker("W.admin").ask_with(&invite("two"), json!({}), &key).await;
        assert_eq!(errors(&second, "personInvite"), json!([]), "{}", second.text);
        assert_ne!(first.json()["data"]["personInvite"]["person"]["id"], second.json()["data"]["personInvite"]["person"]["id"]);
        house.stop().await;
    }
}

#[tokio::test]
async fn an_invitation_does_not_tell_who_is_elsewhere() {
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        let (ward, house) = Ward::on(&ground).await;
        for dry in [true, false] {
            let document = format!(
                r#"mutation {{ personInvite(input: {{ email: "$X", displayName: "Somebody", dryRun: {dry} }}) {{ person {{ displayName }} userErrors {{ code message field }} }} }}"#
            );
            let answer = same(&ward.asker("W.admin"), &document, &address("V.pm"), &format!("nobody-{dry}@nowhere.example.org")).await;
            assert_eq!(errors(&answer, "personInvite"), json!([]), "{}", answer.text);
        }
        house.stop().await;
    }
}

#[tokio::test]
async fn a_machine_client_does_not_tell_who_has_its_name_elsewhere() {
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        let (ward, house) = Ward::on(&ground).await;
        let document = format!(
            r#"mutation {{ apiClientCreate(input: {{ name: "Ours", issuer: "{}", clientId: "$X", scopes: [STUDY_READ], expiresAt: "2040-01-01T00:00:00Z", dryRun: true }}) {{ apiClient {{ name }} userErrors {{ code message field }} }} }}"#,
            tandem_gateway::demo::ISSUER
        );
        let answer = same(&ward.asker("W.admin"), &document, "CANARY-client-V-eng-client_id", "never-there").await;
        assert_eq!(errors(&answer, "apiClientCreate"), json!([]), "{}", answer.text);
        house.stop().await;
    }
}

#[tokio::test]
async fn unique_numbers_do_not_tell_what_is_hidden() {
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        let (ward, house) = Ward::on(&ground).await;
        // Another sponsor's protocol number is free here.
        let document = r#"mutation { studyCreate(input: { protocolNumber: "$X", briefTitle: "Ours", studyType: INTERVENTIONAL, dryRun: true }) { study { briefTitle } userErrors { code message field } } }"#;
        let answer = same(&ward.asker("B.sm"), document, "CANARY-study-A1-protocol_number", "CANARY-study-never-protocol_number").await;
        assert_eq!(errors(&answer, "studyCreate"), json!([]), "{}", answer.text);
        // The number of a rival's site in the same study.
        let document = format!(
            r#"mutation {{ studySiteUpdate(input: {{ id: "{}", number: "$X", expectedVersion: 1, dryRun: true }}) {{ studySite {{ state }} userErrors {{ code message field }} }} }}"#,
            ward.id("study_site:A1-de1")
        );
        same(&ward.asker("V.cra"), &document, "CANARY-study_site-A1-us1-number", "CANARY-study_site-never-number").await;
        house.stop().await;
    }
}

#[tokio::test]
async fn pages_for_everybody_hold_nothing_of_anybody() {
    let ground = Ground::new(BOTH[0]).await;
    let (ward, house) = Ward::on(&ground).await;
    for path in ["/graphql", "/schema.graphql", "/", "/health", "/readyz"] {
        let one = ward.asker("W.pm").get(path).await;
        let other = ward.asker("A.sm").get(path).await;
        assert!(ward.canaries.found_in(&one.everything()).is_empty(), "{path}: {}", one.text);
        // The page's nonce is another one each time; nothing else is.
        let plain = |text: &str| {
            text.split("nonce=\"").map(|part| part.split_once('"').map_or(part, |(_, rest)| rest).to_owned()).collect::<String>()
        };
        assert_eq!((one.status, plain(&one.text)), (other.status, plain(&other.text)), "{path}");
    }
    house.stop().await;
}
