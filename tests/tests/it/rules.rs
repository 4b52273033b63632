//! Rules that the domain keeps against those who may do something, but not this: days, ends, names that are taken, other people's
//! people. Each on both databases, over HTTP.

use std::time::Duration;

use serde_json::{Value as Json, json};
use tandem_domain::access::Role;
use tandem_domain::id::{OrganizationId, TypedId, decode};
use tandem_tests::fingerprint::fingerprint;
use tandem_tests::house::{Answer, BOTH, Backend, Ground, House, person};
use tandem_tests::postgres::postgres;
use tandem_tests::tokens::{forged, now};

use crate::commands::{call, codes};

/// The first thing that a question finds.
async fn find(house: &House, token: &str, query: &str, pointer: &str) -> Json {
    let answer = house.ask(token, query).await;
    let found = answer.at(pointer).clone();
    assert!(!found.is_null(), "{query}: {}", answer.text);
    found
}

/// The engagement of a vendor on a study of Quillfen's, as its vendor manager sees it.
async fn engagement(house: &House, protocol: &str, vendor: &str) -> Json {
    let query = format!(
        "{{ study(protocolNumber: \"{protocol}\") {{ id engagements(first: 50) {{ nodes {{ id version state vendor {{ id name }} scopes {{ nodes \
         {{ id version }} }} }} }} }} }}"
    );
    let nodes = find(house, &person("idris@quillfen"), &query, "/data/study/engagements/nodes").await;
    let of_vendor = |one: &&Json| one["vendor"]["name"].as_str().is_some_and(|name| name.starts_with(vendor));
    nodes.as_array().unwrap().iter().find(of_vendor).unwrap_or_else(|| panic!("{nodes}")).clone()
}

/// A site of QF-101 in this country, as the sponsor's study manager sees it.
async fn site(house: &House, country: &str) -> Json {
    let query = format!(
        "{{ study(protocolNumber: \"QF-101\") {{ sites(first: 1, filter: {{ countryCode: {{ eq: {country:?} }} }}) {{ nodes {{ id version \
         studyCountry {{ id }} }} }} }} }}"
    );
    find(house, &person("marisol@quillfen"), &query, "/data/study/sites/nodes/0").await
}

/// That a mutation is refused with just this code, at this field.
#[track_caller]
fn refused(answer: &Answer, mutation: &str, code: &str, field: &str) {
    assert_eq!(codes(answer, mutation), [code], "{}", answer.text);
    let at = if field.is_empty() { Json::Null } else { json!(["input", field]) };
    assert_eq!(answer.at(&format!("/data/{mutation}/userErrors/0/field")), &at, "{}", answer.text);
}

#[track_caller]
fn done(answer: &Answer, mutation: &str) -> Json {
    assert_eq!(codes(answer, mutation), [""; 0], "{}", answer.text);
    answer.at(&format!("/data/{mutation}")).clone()
}

fn day(days: i64) -> String {
    chrono::DateTime::from_timestamp(now() + days * 86_400, 0).unwrap().date_naive().to_string()
}

fn moment(days: i64) -> String {
    chrono::DateTime::from_timestamp(now() + days * 86_400, 0).unwrap().to_rfc3339()
}

async fn person_id(house: &House, admin: &str, name: &str) -> Json {
    let query = format!("{{ people(filter: {{ displayName: {{ contains: {name:?} }} }}) {{ nodes {{ id }} }} }}");
    find(house, admin, &query, "/data/people/nodes/0/id").await
}

/// Gives one of Quillfen's people another role.
async fn grant(house: &House, name: &str, input: Json) {
    let noor = person("noor@quillfen");
    let mut whole = json!({ "personId": person_id(house, &noor, name).await, "reason": "for a test" });
    whole.as_object_mut().unwrap().extend(input.as_object().unwrap().clone());
    done(&call(house, &noor, "membershipGrant", "membership { id }", whole).await, "membershipGrant");
}

#[tokio::test]
async fn a_scope_that_has_not_begun_ends_without_a_day_and_only_once() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let idris = person("idris@quillfen");
        let osprelle = engagement(&house, "QF-101", "Osprelle").await;
        let create = json!({ "engagementId": osprelle["id"], "serviceCategory": "TRAINING", "countries": ["DE"], "validFrom": day(5) });
        let made = done(&call(&house, &idris, "serviceScopeCreate", "serviceScope { id version }", create).await, "serviceScopeCreate");
        let scope = &made["serviceScope"];
        let end = |version: &Json| json!({ "id": scope["id"], "expectedVersion": version, "reason": "not needed" });
        let ended = call(&house, &idris, "serviceScopeEnd", "serviceScope { version validFrom validTo }", end(&scope["version"])).await;
        let ended = done(&ended, "serviceScopeEnd")["serviceScope"].clone();
        assert!(ended["validTo"].as_str() < ended["validFrom"].as_str(), "a day is left: {ended}");
        let again = call(&house, &idris, "serviceScopeEnd", "serviceScope { id }", end(&ended["version"])).await;
        refused(&again, "serviceScopeEnd", "GUARD_FAILED", "");

        // What has ended stays as it stood: its scopes, and what could be subcontracted from it.
        let closed = engagement(&house, "QF-302", "Veltrona").await;
        assert_eq!(closed["state"], "CLOSED");
        let of_closed = &closed["scopes"]["nodes"][0];
        let late = json!({ "id": of_closed["id"], "expectedVersion": of_closed["version"], "reason": "late" });
        refused(&call(&house, &idris, "serviceScopeEnd", "serviceScope { id }", late).await, "serviceScopeEnd", "GUARD_FAILED", "");
        let study = find(&house, &idris, "{ study(protocolNumber: \"QF-302\") { id } }", "/data/study/id").await;
        let corvendale = engagement(&house, "QF-101", "Corvendale").await["vendor"]["id"].clone();
        let under = json!({ "studyId": study, "vendorId": corvendale, "model": "PROJECT_BASED", "subcontractOfId": closed["id"] });
        let under = call(&house, &idris, "engagementCreate", "engagement { id }", under).await;
        refused(&under, "engagementCreate", "GUARD_FAILED", "subcontractOfId");
        house.stop().await;
    }
}

#[tokio::test]
async fn an_engagement_is_activated_on_the_scopes_that_were_confirmed() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (idris, marisol) = (person("idris@quillfen"), person("marisol@quillfen"));
        let study = find(&house, &idris, "{ study(protocolNumber: \"QF-402\") { id } }", "/data/study/id").await;
        let tarnwick = engagement(&house, "QF-101", "Tarnwick").await["vendor"]["id"].clone();
        let create = json!({ "studyId": study, "vendorId": tarnwick, "model": "PROJECT_BASED" });
        let made = call(&house, &idris, "engagementCreate", "engagement { id version }", create).await;
        let id = done(&made, "engagementCreate")["engagement"]["id"].clone();
        let contract = json!({ "id": id, "expectedVersion": 1 });
        done(&call(&house, &idris, "engagementContract", "engagement { id }", contract).await, "engagementContract");
        let confirm = json!({ "id": id, "action": "ACTIVATE", "expectedVersion": 2 });
        let activate = json!({ "id": id, "expectedVersion": 2 });
        let scope = |from: String| json!({ "engagementId": id, "serviceCategory": "TRAINING", "validFrom": from });

        // A scope that begins later is not in force.
        done(&call(&house, &idris, "serviceScopeCreate", "serviceScope { id }", scope(day(3))).await, "serviceScopeCreate");
        done(&call(&house, &marisol, "engagementConfirm", "engagement { id }", confirm.clone()).await, "engagementConfirm");
        let early = call(&house, &idris, "engagementActivate", "engagement { id }", activate.clone()).await;
        refused(&early, "engagementActivate", "GUARD_FAILED", "");
        assert!(early.text.contains("no service scope in force"), "{}", early.text);

        // What was confirmed is what was covered then.
        done(&call(&house, &idris, "serviceScopeCreate", "serviceScope { id }", scope(day(0))).await, "serviceScopeCreate");
        let voided = call(&house, &idris, "engagementActivate", "engagement { id }", activate.clone()).await;
        refused(&voided, "engagementActivate", "GUARD_FAILED", "");
        assert!(voided.text.contains("has to confirm"), "{}", voided.text);
        let promised = "query($id: ID!) { engagement(id: $id) { allowedTransitions { action enabled } } }";
        let promise = house.ask_with(&idris, promised, json!({ "id": id }), &[]).await;
        assert!(!promise.text.contains("\"enabled\":true"), "{}", promise.text);
        done(&call(&house, &marisol, "engagementConfirm", "engagement { id }", confirm).await, "engagementConfirm");
        let active = call(&house, &idris, "engagementActivate", "engagement { state }", activate).await;
        assert_eq!(done(&active, "engagementActivate")["engagement"]["state"], "ACTIVE");
        house.stop().await;
    }
}

#[tokio::test]
async fn a_client_lists_its_engagements_or_none_at_all() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let kofi = person("kofi@veltrona");
        let own = engagement(&house, "QF-101", "Veltrona").await["id"].clone();
        // His first sign-in is written down too.
        find(&house, &kofi, "{ viewer { side } }", "/data/viewer").await;
        let client = |engagements: Json, client_id: &str| {
            json!({ "name": "New", "issuer": "https://issuer.example.org", "clientId": client_id, "scopes": ["STUDY_READ"],
                "engagementIds": engagements, "expiresAt": moment(30), "reason": "for a test" })
        };
        let before = fingerprint(&ground).await;
        let empty = call(&house, &kofi, "apiClientCreate", "apiClient { id }", client(json!([]), "new")).await;
        refused(&empty, "apiClientCreate", "BAD_USER_INPUT", "engagementIds");
        let long = call(&house, &kofi, "apiClientCreate", "apiClient { id }", client(json!([own]), &"n".repeat(256))).await;
        refused(&long, "apiClientCreate", "BAD_USER_INPUT", "clientId");
        assert_eq!(fingerprint(&ground).await, before);
        let twice = call(&house, &kofi, "apiClientCreate", "apiClient { id version }", client(json!([own, own]), "new")).await;
        let made = done(&twice, "apiClientCreate")["apiClient"].clone();
        // The name is taken as long as the client is in force, and free again once it has ended.
        let same = call(&house, &kofi, "apiClientCreate", "apiClient { id }", client(json!([own]), "new")).await;
        refused(&same, "apiClientCreate", "CONFLICT", "clientId");
        let end = json!({ "id": made["id"], "expectedVersion": made["version"], "reason": "retired" });
        done(&call(&house, &kofi, "apiClientEnd", "apiClient { id }", end).await, "apiClientEnd");
        done(&call(&house, &kofi, "apiClientCreate", "apiClient { id }", client(json!([own]), "new")).await, "apiClientCreate");
        house.stop().await;
    }
}

#[tokio::test]
async fn memberships_are_given_to_ones_own_people_and_not_for_the_past() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let noor = person("noor@quillfen");
        let quillfen = find(&house, &noor, "{ viewer { organization { id } } }", "/data/viewer/organization/id").await;
        let quillfen = OrganizationId::from_uuid(decode(quillfen.as_str().unwrap()).unwrap().1);
        // An administrator who manages vendors too sees whom they lead their engagements with.
        let vault = ground.vault().await;
        vault.admin_grant("noor@quillfen.example.org", quillfen, Role::SVendorManager).await.unwrap();
        vault.close().await;
        let ravi = person_id(&house, &noor, "Ravi").await;
        let before = fingerprint(&ground).await;
        let give = |person: &Json, from: Json| json!({ "personId": person, "role": "S_QA", "scope": "ALL_ORG", "validFrom": from, "reason": "test" });
        let foreign = call(&house, &noor, "membershipGrant", "membership { id }", give(&ravi, Json::Null)).await;
        refused(&foreign, "membershipGrant", "NOT_FOUND", "personId");
        let petra = person_id(&house, &noor, "Petra").await;
        let past = call(&house, &noor, "membershipGrant", "membership { id }", give(&petra, json!(moment(-1)))).await;
        refused(&past, "membershipGrant", "BAD_USER_INPUT", "validFrom");
        assert_eq!(fingerprint(&ground).await, before);
        let given = call(&house, &noor, "membershipGrant", "membership { validFrom }", give(&petra, json!(moment(1)))).await;
        done(&given, "membershipGrant");
        house.stop().await;
    }
}

#[tokio::test]
async fn who_has_a_part_learns_nothing_from_taken_numbers() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (yuna, greta) = (person("yuna@quillfen"), person("greta@quillfen"));
        let of_yuna = "{ study(protocolNumber: \"QF-101\") { id version } }";
        let study = find(&house, &yuna, of_yuna, "/data/study").await;
        // Free or taken, the answer is the same.
        for (field, value) in [("protocolNumber", "QF-110"), ("protocolNumber", "FREE-1"), ("nctId", "NCT09999999")] {
            let edit = json!({ "id": study["id"], "expectedVersion": study["version"], field: value });
            refused(&call(&house, &yuna, "studyUpdate", "study { id }", edit).await, "studyUpdate", "FORBIDDEN", field);
        }
        let edit = json!({ "id": study["id"], "expectedVersion": study["version"], "acronym": "HERS" });
        done(&call(&house, &yuna, "studyUpdate", "study { id }", edit).await, "studyUpdate");

        let found = site(&house, "DE").await;
        grant(&house, "Greta", json!({ "role": "S_STUDY_MANAGER", "scope": "COUNTRY", "studyId": study["id"], "countryCode": "DE" })).await;
        let number = |text: &str| json!({ "id": found["id"], "expectedVersion": found["version"], "number": text });
        refused(
            &call(&house, &greta, "studySiteUpdate", "studySite { id }", number("free")).await,
            "studySiteUpdate",
            "FORBIDDEN",
            "number",
        );
        let enroll = json!({ "id": found["id"], "expectedVersion": found["version"], "targetEnrollment": 77, "dryRun": true });
        done(&call(&house, &greta, "studySiteUpdate", "studySite { id }", enroll).await, "studySiteUpdate");
        let long = call(&house, &yuna, "studySiteUpdate", "studySite { id }", number(&"n".repeat(256))).await;
        refused(&long, "studySiteUpdate", "BAD_USER_INPUT", "number");
        done(&call(&house, &yuna, "studySiteUpdate", "studySite { id }", number("free")).await, "studySiteUpdate");
        house.stop().await;
    }
}

#[tokio::test]
async fn an_engagements_study_manager_assesses_the_sites_where_it_works() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let greta = person("greta@quillfen");
        let veltrona = engagement(&house, "QF-101", "Veltrona").await;
        let study = find(&house, &greta, "{ study(protocolNumber: \"QF-101\") { id } }", "/data/study/id").await;
        let (own, others) = (site(&house, "DE").await, site(&house, "US").await);
        grant(&house, "Greta", json!({ "role": "S_STUDY_MANAGER", "scope": "ENGAGEMENT", "engagementId": veltrona["id"] })).await;
        let version = async |id: &Json| {
            let query = "query($id: ID!) { studySite(id: $id) { internal { version } } }";
            let seen = house.ask_with(&greta, query, json!({ "id": id }), &[]).await;
            seen.at("/data/studySite/internal/version").as_i64().unwrap_or(0)
        };
        let assess = async |id: &Json| {
            let input = json!({ "id": id, "expectedVersion": version(id).await, "riskScore": 9.5 });
            call(&house, &greta, "studySiteInternalUpdate", "studySite { internal { riskScore } }", input).await
        };
        let assessed = done(&assess(&own["id"]).await, "studySiteInternalUpdate");
        assert_eq!(assessed["studySite"]["internal"]["riskScore"], 9.5);
        refused(&assess(&others["id"]).await, "studySiteInternalUpdate", "NOT_FOUND", "id");
        // A country in which the engagement would lead may be there already, unseen: it is not his to try.
        let country = json!({ "studyId": study, "countryCode": "US", "leadEngagementId": veltrona["id"] });
        let tried = call(&house, &greta, "studyCountryCreate", "studyCountry { id }", country).await;
        refused(&tried, "studyCountryCreate", "FORBIDDEN", "");
        house.stop().await;
    }
}

#[tokio::test]
async fn a_suspended_site_goes_on_only_where_it_could_begin() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        let query =
            "{ studySites(first: 50, filter: { state: { eq: ACTIVE } }) { nodes { id version studyCountry { id version state } } } }";
        let sites = find(&house, &marisol, query, "/data/studySites/nodes").await;
        let active = |one: &&Json| one["studyCountry"]["state"] == "ACTIVE";
        let site = sites.as_array().unwrap().iter().find(active).unwrap_or_else(|| panic!("{sites}"));
        let country = &site["studyCountry"];
        let version = site["version"].as_i64().unwrap();
        let step = |id: &Json, version: i64| json!({ "id": id, "expectedVersion": version, "reason": "because" });
        done(&call(&house, &marisol, "studySiteSuspend", "studySite { id }", step(&site["id"], version)).await, "studySiteSuspend");
        let close = json!({ "id": country["id"], "expectedVersion": country["version"] });
        let closed = call(&house, &marisol, "studyCountryCloseEnrollment", "studyCountry { id }", close).await;
        done(&closed, "studyCountryCloseEnrollment");
        let resumed = call(&house, &marisol, "studySiteResume", "studySite { id }", step(&site["id"], version + 1)).await;
        refused(&resumed, "studySiteResume", "GUARD_FAILED", "");
        house.stop().await;
    }
}

#[tokio::test]
async fn reasons_and_days_are_what_a_database_keeps() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        let found = find(&house, &marisol, "{ study(protocolNumber: \"QF-101\") { id version } }", "/data/study").await;
        let own = engagement(&house, "QF-101", "Veltrona").await;
        let before = fingerprint(&ground).await;
        for reason in ["a\0b".to_owned(), "r".repeat(20_001)] {
            let hold = json!({ "id": found["id"], "expectedVersion": found["version"], "reason": reason });
            refused(&call(&house, &marisol, "studyHold", "study { id }", hold).await, "studyHold", "BAD_USER_INPUT", "reason");
        }
        let create = json!({ "protocolNumber": "p".repeat(256), "briefTitle": "Long", "studyType": "INTERVENTIONAL" });
        let long = call(&house, &marisol, "studyCreate", "study { id }", create).await;
        refused(&long, "studyCreate", "BAD_USER_INPUT", "protocolNumber");
        for day in ["+12026-01-01", "-2026-01-01", "0000-01-01", "2026-1-1"] {
            let edit = json!({ "id": own["id"], "expectedVersion": own["version"], "startDate": day });
            let wrong = call(&house, &person("idris@quillfen"), "engagementUpdate", "engagement { id }", edit).await;
            assert!(!wrong.at("/errors/0").is_null(), "{day}: {}", wrong.text);
        }
        assert_eq!(fingerprint(&ground).await, before);
        house.stop().await;
    }
}

/// A vendor's history of a site begins when it became responsible, and of a country when it was covered, whatever days are given.
#[tokio::test]
async fn history_begins_when_a_vendor_comes_to_it() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (marisol, idris) = (person("marisol@quillfen"), person("idris@quillfen"));
        let (ravi, henrik) = (person("ravi@veltrona"), person("henrik@osprelle"));
        let found = site(&house, "DE").await;
        let osprelle = engagement(&house, "QF-101", "Osprelle").await["id"].clone();
        let history = async |token: &str| {
            let query = "query($id: ID!) { studySite(id: $id) { history { totalCount nodes { operation reason } } } }";
            let seen = house.ask_with(token, query, json!({ "id": found["id"] }), &[]).await;
            (seen.at("/data/studySite/history/totalCount").as_i64(), seen.text)
        };
        let version = found["version"].as_i64().unwrap();
        let slow = json!({ "id": found["id"], "expectedVersion": version, "targetEnrollment": 61, "reason": "the vendor is slow" });
        done(&call(&house, &marisol, "studySiteUpdate", "studySite { id }", slow).await, "studySiteUpdate");
        assert_eq!(history(&henrik).await.0, None);

        let give =
            json!({ "id": found["id"], "expectedVersion": version + 1, "responsibleEngagementId": osprelle, "reason": "handed over" });
        done(&call(&house, &marisol, "studySiteUpdate", "studySite { id }", give).await, "studySiteUpdate");
        let (count, text) = history(&henrik).await;
        // From whom is hidden from him, so the reason is too.
        assert!(count == Some(1) && !text.contains("handed over") && !text.contains("slow"), "{text}");
        // The first vendor's scopes cover the site still: its links were written anew, and its history goes on as it was.
        // Why it was handed over is not his to read: to whom is hidden from him, and a reason may say it.
        let (count, text) = history(&ravi).await;
        assert!(count.is_some_and(|count| count >= 2) && text.contains("slow") && !text.contains("handed over"), "{text}");

        let scope = json!({ "engagementId": osprelle, "serviceCategory": "TRAINING", "countries": ["ES"], "validFrom": "2020-01-01" });
        done(&call(&house, &idris, "serviceScopeCreate", "serviceScope { id }", scope).await, "serviceScopeCreate");
        let country = "{ study(protocolNumber: \"QF-101\") { countries(filter: { countryCode: { eq: \"ES\" } }) { nodes { history { totalCount \
                       } } } } }";
        let seen = house.ask(&henrik, country).await;
        assert_eq!(seen.at("/data/study/countries/nodes/0/history/totalCount"), 0, "{}", seen.text);
        house.stop().await;
    }
}

#[tokio::test]
async fn history_tells_that_contact_data_changed_and_not_what_it_was() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        let found = site(&house, "DE").await;
        let query = "query($id: ID!) { studySite(id: $id) { contact { version principalInvestigatorName history(first: 50) { nodes { changes { \
                     field old new } } } } } }";
        let seen = house.ask_with(&marisol, query, json!({ "id": found["id"] }), &[]).await;
        let version = seen.at("/data/studySite/contact/version").as_i64().unwrap_or(0);
        let name = "Dr Imagined Person";
        let edit = json!({ "id": found["id"], "expectedVersion": version, "principalInvestigatorName": name });
        done(&call(&house, &marisol, "studySiteContactUpdate", "studySite { id }", edit).await, "studySiteContactUpdate");
        let seen = house.ask_with(&marisol, query, json!({ "id": found["id"] }), &[]).await;
        assert_eq!(seen.at("/data/studySite/contact/principalInvestigatorName"), name, "{}", seen.text);
        let entries = seen.at("/data/studySite/contact/history/nodes").as_array().unwrap().clone();
        let last = entries.last().unwrap();
        assert_eq!(last["changes"], json!([{ "field": "principalInvestigatorName", "old": null, "new": null }]), "{}", seen.text);
        if kind == Backend::Postgres {
            let kept = "select count(*) from journal where state::text like '%Imagined Person%' or state::text like '%marisol@%'";
            assert_eq!(postgres().psql(&ground.connect.url, kept).unwrap().trim(), "0");
        }
        house.stop().await;
    }
}

#[tokio::test]
async fn two_records_in_one_organisation_are_no_choice() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (aiko, ines) = (person("aiko@osprelle"), person("ines@brackenmoor"));
        let query = "{ people(filter: { displayName: { contains: \"Dagny\" } }) { nodes { memberships { nodes { id version } } } } }";
        let own = find(&house, &aiko, query, "/data/people/nodes/0/memberships/nodes/0").await;
        let end = json!({ "id": own["id"], "expectedVersion": own["version"], "reason": "left" });
        done(&call(&house, &aiko, "membershipEnd", "membership { id }", end).await, "membershipEnd");
        let invite = json!({ "email": "dagny@osprelle.example.org", "displayName": "The same", "reason": "hired" });
        let invited = call(&house, &ines, "personInvite", "person { id }", invite).await;
        let id = done(&invited, "personInvite")["person"]["id"].clone();
        let give = json!({ "personId": id, "role": "S_QA", "scope": "ALL_ORG", "reason": "hired" });
        done(&call(&house, &ines, "membershipGrant", "membership { id }", give).await, "membershipGrant");
        let entered = house.ask(&forged("dagny@osprelle", &json!({})), "{ viewer { side } }").await;
        assert_eq!((entered.status, entered.at("/data/viewer/side")), (200, &json!("SPONSOR")), "{}", entered.text);
        house.stop().await;
    }
}

#[tokio::test]
async fn a_study_on_hold_goes_on_where_it_was() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let marisol = person("marisol@quillfen");
        let query = "{ study(protocolNumber: \"QF-101\") { id version lifecycleState } }";
        let study = find(&house, &marisol, query, "/data/study").await;
        assert_eq!(study["lifecycleState"], "ENROLLING");
        let step = |version: i64| json!({ "id": study["id"], "expectedVersion": version, "reason": "because" });
        let version = study["version"].as_i64().unwrap();
        let held = call(&house, &marisol, "studyHold", "study { allowedTransitions { action } }", step(version)).await;
        let offered = done(&held, "studyHold")["study"]["allowedTransitions"].clone();
        assert_eq!(offered, json!([{ "action": "RESUME_ENROLLMENT" }, { "action": "TERMINATE" }]));
        let other = call(&house, &marisol, "studyResumeFollowUp", "study { id }", step(version + 1)).await;
        refused(&other, "studyResumeFollowUp", "INVALID_TRANSITION", "");
        let back = call(&house, &marisol, "studyResumeEnrollment", "study { lifecycleState }", step(version + 1)).await;
        assert_eq!(done(&back, "studyResumeEnrollment")["study"]["lifecycleState"], "ENROLLING");
        house.stop().await;
    }
}

/// What is made under a study waits for whoever changes the study, and then follows from what he left: otherwise an engagement that
/// ends while a site is given to it would see the site for ever.
#[tokio::test]
async fn what_is_made_under_a_study_waits_for_its_changes() {
    let ground = Ground::with_demo(Backend::Postgres).await;
    let house = ground.serve().await;
    let (marisol, idris, henrik) = (person("marisol@quillfen"), person("idris@quillfen"), person("henrik@osprelle"));
    let found = site(&house, "US").await;
    let osprelle = engagement(&house, "QF-101", "Osprelle").await;
    let query = "query($id: ID!) { studySite(id: $id) { site { id } study { id } } }";
    let around = house.ask_with(&marisol, query, json!({ "id": found["id"] }), &[]).await;
    let study = around.at("/data/studySite/study/id").clone();
    let uuid = |id: &Json| decode(id.as_str().unwrap()).unwrap().1;
    // Another transaction ends the engagement: it holds the study for a while, as every command does that changes what belongs to it.
    let sql = format!(
        "begin; select id from study where id = '{}' for update; select pg_sleep(3); \
         update engagement set state = 'CLOSED' where id = '{}'; commit",
        uuid(&study),
        uuid(&osprelle["id"])
    );
    let url = ground.connect.url.clone();
    let other = tokio::task::spawn_blocking(move || postgres().psql(&url, &sql));
    tokio::time::sleep(Duration::from_secs(1)).await;

    let new_site = json!({ "studyCountryId": found["studyCountry"]["id"], "siteId": around.at("/data/studySite/site/id"),
        "responsibleEngagementId": osprelle["id"] });
    let new_country = json!({ "studyId": study, "countryCode": "CA", "leadEngagementId": osprelle["id"] });
    let new_engagement = json!({ "studyId": study, "vendorId": osprelle["vendor"]["id"], "model": "PROJECT_BASED" });
    let (made, country, engaged) = tokio::join!(
        call(&house, &marisol, "studySiteCreate", "studySite { id }", new_site),
        call(&house, &marisol, "studyCountryCreate", "studyCountry { id }", new_country),
        async {
            let create = call(&house, &idris, "engagementCreate", "engagement { id }", new_engagement);
            let early = tokio::time::timeout(Duration::from_millis(700), create).await;
            assert!(early.is_err(), "it did not wait for the study");
            early.is_err()
        }
    );
    assert!(engaged);
    other.await.unwrap().unwrap();
    let (made, country) = (done(&made, "studySiteCreate"), done(&country, "studyCountryCreate"));
    let query = "query($site: ID!, $country: ID!) { studySite(id: $site) { id } studyCountry(id: $country) { id } }";
    let ids = json!({ "site": made["studySite"]["id"], "country": country["studyCountry"]["id"] });
    let seen = house.ask_with(&henrik, query, ids, &[]).await;
    assert_eq!(seen.at("/data"), &json!({ "studySite": null, "studyCountry": null }), "{}", seen.text);
    house.stop().await;
}

#[tokio::test]
async fn a_vendor_writes_only_while_its_engagement_is_at_work() {
    for kind in BOTH {
        let ground = Ground::with_demo(kind).await;
        let house = ground.serve().await;
        let (ravi, idris) = (person("ravi@veltrona"), person("idris@quillfen"));
        let held = engagement(&house, "QF-205", "Veltrona").await;
        assert_eq!(held["state"], "ON_HOLD");
        let query = "{ study(protocolNumber: \"QF-205\") { sites(first: 50) { nodes { id version responsibleEngagement { id } } } } }";
        let sites = find(&house, &ravi, query, "/data/study/sites/nodes").await;
        let own = |one: &&Json| one["responsibleEngagement"]["id"] == held["id"];
        let site = sites.as_array().unwrap().iter().find(own).unwrap_or_else(|| panic!("{sites}"));
        let edit = json!({ "id": site["id"], "expectedVersion": site["version"], "targetEnrollment": 31 });
        let while_held = call(&house, &ravi, "studySiteUpdate", "studySite { id }", edit.clone()).await;
        refused(&while_held, "studySiteUpdate", "FORBIDDEN", "");
        let resume = json!({ "id": held["id"], "expectedVersion": held["version"], "reason": "goes on" });
        done(&call(&house, &idris, "engagementResume", "engagement { id }", resume).await, "engagementResume");
        done(&call(&house, &ravi, "studySiteUpdate", "studySite { id }", edit).await, "studySiteUpdate");
        house.stop().await;
    }
}
