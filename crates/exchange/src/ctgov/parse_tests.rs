//! What one record says, and each way in which it can be wrong.
//! Every refusal names its path, so that a person finds the place.

use proptest::prelude::*;
use serde_json::{Value, json};
use tandem_domain::registry::{Masking, OrganizationClass, Phase, RegistryStatus, StudyType};
use tandem_domain::value::{DatePrecision, EstimateKind};

use super::*;

/// A record with everything that Tandem reads.
fn full() -> Value {
    json!({
        "protocolSection": {
            "identificationModule": {
                "nctId": "NCT99000001",
                "orgStudyIdInfo": {"id": " QHT-1 "},
                "secondaryIdInfos": [
                    {"id": "untyped"},
                    {"id": "2020-000001-11", "type": "EUDRACT_NUMBER"},
                    {"id": "2020-000002-22", "type": "EUDRACT_NUMBER"},
                    {"id": "U1111-9999-0001", "type": "REGISTRY"},
                    {"id": "2024-590001-11-00", "type": "REGISTRY"},
                    {"id": "123999", "type": "IND"},
                    {"id": "of a type unheard of", "type": "MOON"}
                ],
                "acronym": "QUILL",
                "briefTitle": "A study",
                "officialTitle": "A study of something",
                "somethingNew": [1, {"deep": null}]
            },
            "statusModule": {
                "overallStatus": "TERMINATED",
                "whyStopped": "Slow accrual",
                "startDateStruct": {"date": "2020-04"},
                "primaryCompletionDateStruct": {"date": "2021-05-06", "type": "ACTUAL"},
                "completionDateStruct": {"date": "2022", "type": "ESTIMATED"},
                "lastUpdatePostDateStruct": {"date": "2023-01-02", "type": "ESTIMATED"}
            },
            "sponsorCollaboratorsModule": {
                "leadSponsor": {"name": "Quillhaven Therapeutics, Inc.", "class": "INDUSTRY"},
                "collaborators": [{"name": "Nordwall Network"}]
            },
            "oversightModule": {"oversightHasDmc": true},
            "conditionsModule": {"conditions": ["Asthma", " ", "Asthma", "Gout"]},
            "designModule": {
                "studyType": "INTERVENTIONAL",
                "phases": ["PHASE1", "PHASE2", "PHASE1"],
                "designInfo": {"maskingInfo": {"masking": "DOUBLE"}},
                "enrollmentInfo": {"count": 40, "type": "ACTUAL"}
            },
            "contactsLocationsModule": {
                "locations": [
                    {
                        "facility": "Marrowdale Clinic", "status": "WITHDRAWN", "city": "Leeds", "state": "Yorkshire",
                        "zip": "LS1 3EX", "country": "United Kingdom", "geoPoint": {"lat": 53.8, "lon": -1.5}
                    },
                    {"city": "Seoul", "country": "Korea, Republic of", "geoPoint": {"lat": 37.5}}
                ]
            }
        }
    })
}

/// The full record with the value at `pointer` replaced; with nothing given, taken out.
fn with(pointer: &str, value: Option<Value>) -> String {
    let mut record = full();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    match record.pointer_mut(parent).expect(parent) {
        Value::Object(object) => match value {
            Some(value) => drop(object.insert(key.to_owned(), value)),
            None => drop(object.remove(key)),
        },
        Value::Array(array) => array[key.parse::<usize>().expect(key)] = value.expect("a value"),
        other => panic!("{pointer} leads into {other}"),
    }
    record.to_string()
}

fn refusal(line: &str) -> Refusal {
    parse(line).expect_err(line)
}

#[test]
fn a_full_record_is_read() {
    let record = parse(&full().to_string()).expect("reads");
    assert_eq!(record.nct_id.as_str(), "NCT99000001");
    assert_eq!(record.protocol_number.as_deref(), Some("QHT-1"));
    assert_eq!(record.eudra_ct_number.as_deref(), Some("2020-000001-11"));
    assert_eq!(record.eu_ct_number.as_deref(), Some("2024-590001-11-00"));
    assert_eq!(record.ind_number.as_deref(), Some("123999"));
    assert_eq!(record.study_type, StudyType::Interventional);
    assert_eq!(record.phases, [Phase::Phase1, Phase::Phase2]);
    assert_eq!(record.overall_status, RegistryStatus::Terminated);
    assert_eq!(record.why_stopped.as_deref(), Some("Slow accrual"));
    let start = record.start_date.expect("a start");
    assert_eq!((start.to_string().as_str(), start.precision(), start.kind()), ("2020-04", DatePrecision::Month, None));
    assert_eq!(record.primary_completion_date.and_then(|date| date.kind()), Some(EstimateKind::Actual));
    assert_eq!(record.completion_date.map(|date| date.precision()), Some(DatePrecision::Year));
    assert_eq!(record.last_update_posted.map(|day| day.to_string()).as_deref(), Some("2023-01-02"));
    assert_eq!(record.enrollment.map(|e| (e.count, e.kind)), Some((40, Some(EstimateKind::Actual))));
    assert_eq!(record.masking, Some(Masking::Double));
    assert_eq!(record.has_dmc, Some(true));
    assert_eq!(record.conditions, ["Asthma", "Gout"]);
    assert_eq!(record.lead_sponsor.class, Some(OrganizationClass::Industry));
    assert_eq!(record.lead_sponsor.key(), "quillhaven therapeutics");
    assert_eq!(record.collaborators[0].class, None);
    assert_eq!(record.locations[0].country.as_str(), "GB");
    assert_eq!(record.locations[0].status, Some(RegistryStatus::Withdrawn));
    assert!(record.locations[0].geo.is_some());
    assert_eq!(record.locations[1].country.as_str(), "KR");
    assert_eq!(record.locations[1].facility, None);
    assert_eq!(record.locations[1].geo, None, "half a position is none");
}

#[test]
fn a_record_survives_its_own_serialisation() {
    let record = parse(&full().to_string()).expect("reads");
    let json = serde_json::to_string(&record).expect("writes");
    assert_eq!(serde_json::from_str::<RegistryRecord>(&json).expect("reads"), record);
}

#[test]
fn snapshot_and_raw_record_are_the_same_record() {
    let mut snapshot = full();
    snapshot["nctId"] = json!("NCT99000001");
    snapshot["source"] = json!("somewhere");
    snapshot["versionHolder"] = json!("2026-02-04");
    snapshot["hasResults"] = json!(false);
    assert_eq!(parse(&snapshot.to_string()), parse(&full().to_string()));
    assert_eq!(parse(&format!("\u{feff}{snapshot}\r")), parse(&full().to_string()));
    snapshot["nctId"] = json!("NCT99000002");
    assert_eq!(refusal(&snapshot.to_string()).path, "nctId");
}

#[test]
fn what_a_registry_may_lack_may_be_missing() {
    for pointer in [
        "/protocolSection/identificationModule/orgStudyIdInfo",
        "/protocolSection/identificationModule/secondaryIdInfos",
        "/protocolSection/identificationModule/acronym",
        "/protocolSection/identificationModule/briefTitle",
        "/protocolSection/identificationModule/officialTitle",
        "/protocolSection/statusModule/whyStopped",
        "/protocolSection/statusModule/startDateStruct",
        "/protocolSection/statusModule/completionDateStruct",
        "/protocolSection/statusModule/lastUpdatePostDateStruct",
        "/protocolSection/sponsorCollaboratorsModule/collaborators",
        "/protocolSection/sponsorCollaboratorsModule/leadSponsor/class",
        "/protocolSection/oversightModule",
        "/protocolSection/conditionsModule",
        "/protocolSection/designModule/phases",
        "/protocolSection/designModule/designInfo",
        "/protocolSection/designModule/enrollmentInfo",
        "/protocolSection/designModule/enrollmentInfo/type",
        "/protocolSection/contactsLocationsModule",
        "/protocolSection/contactsLocationsModule/locations/0/city",
    ] {
        assert!(parse(&with(pointer, None)).is_ok(), "{pointer}");
        assert!(parse(&with(pointer, Some(Value::Null))).is_ok(), "{pointer} null");
    }
    let untitled = parse(&with("/protocolSection/identificationModule/briefTitle", None)).expect("reads");
    assert_eq!(untitled.brief_title, "A study of something");
    let phaseless = parse(&with("/protocolSection/designModule/phases", None)).expect("reads");
    assert!(phaseless.phases.is_empty());
    let not_applicable = parse(&with("/protocolSection/designModule/phases", Some(json!(["NA"])))).expect("reads");
    assert_eq!(not_applicable.phases, [Phase::Na]);
}

#[test]
fn what_must_be_there_is_missed_by_its_path() {
    for (pointer, path) in [
        ("/protocolSection", "protocolSection"),
        ("/protocolSection/identificationModule", "protocolSection.identificationModule.nctId"),
        ("/protocolSection/identificationModule/nctId", "protocolSection.identificationModule.nctId"),
        ("/protocolSection/statusModule", "protocolSection.statusModule.overallStatus"),
        ("/protocolSection/statusModule/overallStatus", "protocolSection.statusModule.overallStatus"),
        ("/protocolSection/sponsorCollaboratorsModule", "protocolSection.sponsorCollaboratorsModule.leadSponsor"),
        ("/protocolSection/sponsorCollaboratorsModule/leadSponsor/name", "protocolSection.sponsorCollaboratorsModule.leadSponsor.name"),
        ("/protocolSection/designModule", "protocolSection.designModule.studyType"),
        ("/protocolSection/designModule/studyType", "protocolSection.designModule.studyType"),
        ("/protocolSection/contactsLocationsModule/locations/1/country", "protocolSection.contactsLocationsModule.locations[1].country"),
    ] {
        let refusal = refusal(&with(pointer, None));
        assert_eq!(refusal.path, path);
        assert!(refusal.reason.contains("missing"), "{refusal}");
    }
}

#[test]
fn what_is_misspelled_is_named_with_its_path() {
    let place = "/protocolSection/contactsLocationsModule/locations/0";
    for (pointer, value, path, reason) in [
        ("/protocolSection/identificationModule/nctId", json!("NCT1"), "identificationModule.nctId", "NCT and eight digits"),
        (
            "/protocolSection/statusModule/overallStatus",
            json!("ASLEEP"),
            "statusModule.overallStatus",
            "\"ASLEEP\" is no term of RegistryStatus",
        ),
        ("/protocolSection/statusModule/startDateStruct/date", json!("June 2020"), "statusModule.startDateStruct.date", "YYYY-MM"),
        ("/protocolSection/statusModule/startDateStruct/date", json!("2020-13"), "statusModule.startDateStruct.date", "calendar"),
        ("/protocolSection/statusModule/startDateStruct/type", json!("GUESSED"), "statusModule.startDateStruct.type", "ACTUAL"),
        (
            "/protocolSection/statusModule/lastUpdatePostDateStruct/date",
            json!("2020-01"),
            "statusModule.lastUpdatePostDateStruct.date",
            "no day",
        ),
        ("/protocolSection/designModule/phases/1", json!("PHASE9"), "designModule.phases[1]", "PHASE4"),
        ("/protocolSection/designModule/enrollmentInfo/count", json!(-1), "designModule.enrollmentInfo.count", "between 0"),
        ("/protocolSection/designModule/enrollmentInfo/count", json!(3_000_000_000_u64), "designModule.enrollmentInfo.count", "between 0"),
        (
            "/protocolSection/sponsorCollaboratorsModule/collaborators/0",
            json!({"name": "N", "class": "GUILD"}),
            "sponsorCollaboratorsModule.collaborators[0].class",
            "GUILD",
        ),
        (&format!("{place}/country"), json!("Atlantis"), "contactsLocationsModule.locations[0].country", "Atlantis"),
        (&format!("{place}/country"), json!("Former Yugoslavia"), "contactsLocationsModule.locations[0].country", "former state"),
        (&format!("{place}/status"), json!("SHUT"), "contactsLocationsModule.locations[0].status", "SHUT"),
        (&format!("{place}/geoPoint/lat"), json!(91), "contactsLocationsModule.locations[0].geoPoint", "globe"),
        (&format!("{place}/facility"), json!("a\0b"), "contactsLocationsModule.locations[0].facility", "NUL"),
        (&format!("{place}/zip"), json!(41013), "contactsLocationsModule.locations[0].zip", "expected a string"),
        ("/protocolSection/designModule", json!([1]), "designModule", "expected an object"),
        (
            "/protocolSection/sponsorCollaboratorsModule/leadSponsor",
            json!(["Quillhaven", "INDUSTRY"]),
            "sponsorCollaboratorsModule.leadSponsor",
            "expected an object",
        ),
    ] {
        let refusal = refusal(&with(pointer, Some(value)));
        assert!(refusal.path.ends_with(path), "{refusal}");
        assert!(refusal.reason.contains(reason), "{refusal}");
        if !path.ends_with("nctId") {
            assert_eq!(refusal.nct_id.as_deref(), Some("NCT99000001"), "{refusal}");
        }
    }
}

#[test]
fn what_is_no_json_is_refused_with_its_place() {
    for line in ["", "{", "{}x", "{\"protocolSection\":", "not json", "{\"a\":1}{\"b\":2}"] {
        assert!(parse(line).is_err(), "{line}");
    }
    assert_eq!(refusal("{\"protocolSection\":oops}").to_string(), "invalid JSON: expected value (character 20 of the record)");
    assert_eq!(refusal("{\"protocolSection\":{}} tail").to_string(), "invalid JSON: trailing characters (character 24 of the record)");
    assert!(refusal("[1]").reason.contains("expected an object"));
    assert!(refusal("{\0}").reason.contains("NUL"));
    assert!(refusal(&format!("{{\"a\":{}", "[".repeat(100_000))).reason.contains("invalid JSON"));
    assert_eq!(refusal("{\"studies\":[]}").path, "protocolSection");
}

/// Any JSON, not too deep.
fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        "\\PC{0,12}".prop_map(Value::from),
        prop::sample::select(vec!["NCT99000001", "2020-04", "ACTUAL", "PHASE1", "France", "COMPLETED"]).prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-zA-Z]{1,8}", inner, 0..4).prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Every place of the full record, as JSON pointers.
fn pointers(value: &Value, at: &str, into: &mut Vec<String>) {
    let children: Vec<(String, &Value)> = match value {
        Value::Object(object) => object.iter().map(|(key, child)| (key.clone(), child)).collect(),
        Value::Array(array) => array.iter().enumerate().map(|(index, child)| (index.to_string(), child)).collect(),
        _ => return,
    };
    for (key, child) in children {
        let pointer = format!("{at}/{key}");
        pointers(child, &pointer, into);
        into.push(pointer);
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in "\\PC*") {
        prop_assert!(parse(&text).is_err());
    }

    #[test]
    fn any_json_is_read_or_refused(json in any_json()) {
        let _ = parse(&json.to_string());
    }

    #[test]
    fn any_json_anywhere_in_a_record_is_read_or_refused(json in any_json(), choice in any::<prop::sample::Index>()) {
        let mut all = Vec::new();
        pointers(&full(), "", &mut all);
        let pointer: &String = choice.get(&all);
        let _ = parse(&with(pointer, Some(json)));
    }

    #[test]
    fn a_cut_record_is_refused(length in any::<prop::sample::Index>()) {
        let line = full().to_string();
        let cut = &line[..line.floor_char_boundary(length.index(line.len()))];
        prop_assert!(parse(cut).is_err());
    }
}
