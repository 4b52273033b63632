//! Levels with hundreds of parents: gathered whole, and read in one statement each, like levels of one.
//! The executor resumes a wide level in portions; a loader that waits a fixed number of turns reads it in several.

use std::sync::Arc;

use serde_json::{Value as Json, json};
use tandem_domain::access::{Role, Viewer};
use tandem_domain::party::OrganizationType;
use tandem_exchange::ctgov;
use tandem_graphql::{Circumstance, Graph, GraphOptions};
use tandem_persistence::{NewOrganization, Vault};
use tandem_tests::house::{BOTH, Ground, viewer};

const SPONSOR: &str = "Widewater Therapeutics";
const STUDIES: usize = 60;
const COUNTRIES: [&str; 5] = ["Poland", "France", "Japan", "Canada", "Kenya"];
const SITES_IN_A_COUNTRY: usize = 3;

/// An invented study with sites in five countries, as a registry shows it.
fn record(number: usize) -> String {
    let locations: Vec<Json> = COUNTRIES
        .iter()
        .flat_map(|country| (0..SITES_IN_A_COUNTRY).map(move |place| (country, place)))
        .map(|(country, place)| json!({ "facility": format!("Clinic {number}-{place}"), "city": format!("Town {place}"), "country": country }))
        .collect();
    json!({ "protocolSection": {
        "identificationModule": {
            "nctId": format!("NCT{:08}", 88_000_000 + number),
            "orgStudyIdInfo": { "id": format!("WIDE-{number:03}") },
            "briefTitle": format!("Invented wide study {number}"),
        },
        "statusModule": { "overallStatus": "RECRUITING" },
        "sponsorCollaboratorsModule": { "leadSponsor": { "name": SPONSOR, "class": "INDUSTRY" } },
        "designModule": { "studyType": "INTERVENTIONAL", "phases": ["PHASE2"] },
        "contactsLocationsModule": { "locations": locations },
    } })
    .to_string()
}

async fn world(vault: &Vault) -> Arc<Viewer> {
    let sponsor = NewOrganization { name: SPONSOR.to_owned(), organization_type: OrganizationType::Sponsor, country_code: None };
    let sponsor = vault.admin_organization(sponsor).await.unwrap();
    let email = "wide@widewater.example.org";
    vault.admin_grant(email, sponsor, Role::SStudyManager).await.unwrap();
    for number in 0..STUDIES {
        vault.import_registry(&ctgov::parse(&record(number)).unwrap()).await.unwrap();
    }
    viewer(vault, email).await
}

#[tokio::test]
async fn nine_hundred_parents_are_one_statement_a_level() {
    const DEEP: &str = "protocolNumber sponsor { name } internal { riskScore } countries { totalCount nodes { countryCode sites { nodes { number site \
                        { city } contact { principalInvestigatorName } registry { status } } } } }";
    const BROAD: &str = "sites(first: 15) { nodes { number site { name } studyCountry { countryCode } internal { riskScore } } }";
    for kind in BOTH {
        let ground = Ground::new(kind).await;
        let vault = ground.vault().await;
        let viewer = world(&vault).await;
        let graph = Graph::new(vault.clone(), GraphOptions::default()).await.unwrap();
        let asked = async |first: usize, fields: &str| {
            let query = format!("{{ studies(first: {first}) {{ nodes {{ {fields} }} }} }}");
            let (response, statements) = graph.execute_counted(Arc::clone(&viewer), query.as_str().into(), Circumstance::default()).await;
            assert!(response.errors.is_empty(), "{:?}", response.errors);
            (serde_json::to_value(&response.data).unwrap(), statements)
        };
        for (fields, levels) in [(DEEP, 9), (BROAD, 5)] {
            // Again and again: how a level is resumed is a matter of turns.
            for _ in 0..5 {
                let (answer, statements) = asked(STUDIES, fields).await;
                assert_eq!(answer.to_string().matches("\"number\"").count(), STUDIES * COUNTRIES.len() * SITES_IN_A_COUNTRY);
                assert_eq!(statements, levels, "{kind:?}: {fields}");
            }
            assert_eq!(asked(1, fields).await.1, levels, "{kind:?}: {fields}");
        }
        vault.close().await;
    }
}
