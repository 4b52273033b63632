//! What one file says, and each way in which it can be wrong.
//! Every refusal names its path, and what is wrong with one record costs no other.

use proptest::prelude::*;
use serde_json::{Value, json};
use tandem_domain::portfolio::{
    AmendmentClass, AmendmentImpact, AmendmentReason, AmendmentScope, AmendmentState, Phase, ProtocolStatus, StudyType,
};

use super::*;

fn code(code: &str) -> Value {
    json!({"id": "Code_1", "code": code, "codeSystem": "http://www.cdisc.org", "decode": "words do not count", "instanceType": "Code"})
}

fn date(kind: &str, day: &str) -> Value {
    json!({"type": code(kind), "dateValue": day, "geographicScopes": [{"type": code("C68846"), "code": null}]})
}

/// A study with an original protocol, one amendment, and the version that it led to.
fn full() -> Value {
    json!({
        "study": {
            "name": "QUILL",
            "documentedBy": [
                {"type": code("C70817"), "versions": [
                    {"id": "DV_1", "version": "1.0", "status": code("C63553"), "dateValues": [date("C71476", "2024-01-02")]},
                    {"id": "DV_2", "version": "2.0", "status": code("C25508"), "dateValues": [
                        date("C71476", "2024-01-02"), date("C132352", "2024-05-06"), date("C215664", "no day, and nobody asks")
                    ]}
                ]},
                {"type": code("C99"), "versions": [{"version": 7}]}
            ],
            "versions": [
                {"versionIdentifier": "1", "documentVersionIds": ["DV_1"], "amendments": [], "organizations": orgs(), "roles": roles(),
                 "studyIdentifiers": ids(), "titles": [], "studyDesigns": []},
                {"versionIdentifier": "2", "documentVersionIds": ["DV_2"],
                 "amendments": [{
                    "id": "A_1", "number": "1", "summary": " Fewer visits. ", "previousId": null,
                    "primaryReason": {"code": code("C207611"), "otherReason": null},
                    "secondaryReasons": [{"code": code("C207601")}, {"code": code("C207601")}, {"code": code("C207611")}],
                    "impacts": [
                        {"type": code("C215665"), "isSubstantial": false, "text": "x"},
                        {"type": code("C215668"), "isSubstantial": true, "text": "x"}
                    ],
                    "geographicScopes": [
                        {"type": code("C25464"), "code": {"standardCode": code("DEU")}},
                        {"type": code("C41129"), "code": {"standardCode": code("150")}},
                        {"type": code("C25464"), "code": {"standardCode": code("CH")}}
                    ],
                    "dateValues": [date("C215663", "2024-07-01"), date("C215663", "2024-06-01")]
                 }],
                 "organizations": orgs(), "roles": roles(), "studyIdentifiers": ids(),
                 "titles": [{"type": code("C207615"), "text": "A study"}, {"type": code("C207616"), "text": "A study of something"},
                            {"type": code("C94108"), "text": "QUILL"}, {"type": code("C207617"), "text": "For all"}],
                 "studyDesigns": [{"studyType": code("C98388"), "studyPhase": {"standardCode": code("C15693")}}]}
            ]
        },
        "usdmVersion": "4.0.0", "systemName": "invented"
    })
}

fn orgs() -> Value {
    json!([
        {"id": "O_1", "name": "QUILL", "label": "Quillhaven Therapeutics, Inc.", "type": code("C70793")},
        {"id": "O_2", "name": "REGISTER", "label": null, "type": code("C93453")},
        {"id": "O_3", "name": "SITE", "label": "A clinic", "type": code("C70793")}
    ])
}

fn roles() -> Value {
    json!([{"code": code("C70793"), "organizationIds": ["O_1"]}, {"code": code("C37984"), "organizationIds": ["O_3"]}])
}

fn ids() -> Value {
    json!([{"text": "QHT-1", "scopeId": "O_1"}, {"text": "NCT99000001", "scopeId": "O_2"}, {"text": "other", "scopeId": "O_2"}])
}

const AMENDMENT: &str = "/study/versions/1/amendments/0";

/// The full file with the value at `pointer` replaced.
fn with(pointer: &str, value: Value) -> Value {
    let mut file = full();
    *file.pointer_mut(pointer).expect(pointer) = value;
    file
}

fn read(file: &Value) -> Result<Parsed, Refusal> {
    parse(file.to_string().as_bytes())
}

/// What is refused of a file that is not refused whole, as text.
fn refused(file: &Value) -> Vec<String> {
    read(file).expect("is taken in part").refused.iter().map(ToString::to_string).collect()
}

fn whole(file: &Value) -> String {
    read(file).expect_err("is refused whole").to_string()
}

#[test]
fn everything_that_is_taken_stands_in_the_record() {
    let Parsed { record, refused } = read(&full()).expect("reads");
    assert_eq!(refused, []);
    assert_eq!(record.sponsor.name, "Quillhaven Therapeutics, Inc.");
    let study = &record.study;
    assert_eq!(
        (study.nct_id.as_ref().map(ToString::to_string).as_deref(), study.protocol_number.as_deref()),
        (Some("NCT99000001"), Some("QHT-1"))
    );
    assert_eq!((study.brief_title.as_deref(), study.official_title.as_deref()), (Some("A study"), Some("A study of something")));
    assert_eq!((study.acronym.as_deref(), study.study_type), (Some("QUILL"), Some(StudyType::Interventional)));
    assert_eq!(study.phases, [Phase::Phase1, Phase::Phase2]);

    let [original, second] = record.versions.as_slice() else { panic!("{:?}", record.versions) };
    assert_eq!((original.label.as_str(), original.status, original.amendment_number.as_deref()), ("1.0", ProtocolStatus::Obsolete, None));
    assert_eq!((second.label.as_str(), second.status, second.amendment_number.as_deref()), ("2.0", ProtocolStatus::Final, Some("1")));
    assert_eq!(second.approved_on.map(|day| day.to_string()).as_deref(), Some("2024-05-06"), "the last approval");

    let [amendment] = record.amendments.as_slice() else { panic!("{:?}", record.amendments) };
    assert_eq!((amendment.number.as_str(), amendment.summary.as_str()), ("1", "Fewer visits."));
    assert_eq!((amendment.class, amendment.state), (Some(AmendmentClass::Substantial), AmendmentState::Approved));
    assert_eq!(amendment.primary_reason, AmendmentReason::RecruitmentDifficulty);
    assert_eq!(amendment.secondary_reasons, [AmendmentReason::ChangeInStrategy]);
    assert_eq!(amendment.impacts, [AmendmentImpact::SubjectSafety, AmendmentImpact::DataRobustness]);
    assert_eq!((amendment.scope, amendment.region_codes.as_slice()), (AmendmentScope::Region, ["150".to_owned()].as_slice()));
    assert_eq!(amendment.country_codes.iter().map(|code| code.as_str()).collect::<Vec<_>>(), ["DE", "CH"]);
    assert_eq!(amendment.planned_effective_date.map(|day| day.to_string()).as_deref(), Some("2024-06-01"));
}

#[test]
fn an_amendment_stands_where_its_protocol_or_its_own_approval_puts_it() {
    let state = |file: &Value| read(file).expect("reads").record.amendments[0].state;
    let status = "/study/documentedBy/0/versions/1/status";
    for (status_code, expected) in
        [("C85255", AmendmentState::Draft), ("C188862", AmendmentState::InternalReview), ("C25425", AmendmentState::Approved)]
    {
        assert_eq!(state(&with(status, code(status_code))), expected);
    }
    let mut approved = with(status, code("C85255"));
    approved.pointer_mut(AMENDMENT).expect("is there")["dateValues"] = json!([date("C71476", "2024-05-06")]);
    assert_eq!(state(&approved), AmendmentState::Approved);
    assert_eq!(state(&with("/study/versions/1/documentVersionIds", json!([]))), AmendmentState::Draft, "no document says anything");
    let unsaid = with(&format!("{AMENDMENT}/impacts"), json!([]));
    assert_eq!(read(&unsaid).expect("reads").record.amendments[0].class, None, "no impact says how grave it is");
}

#[test]
fn what_is_wrong_with_an_amendment_costs_that_amendment_alone() {
    let at = "study.versions[1].amendments[0]";
    for (field, value, expected) in [
        ("number", json!(null), format!("{at}.number: the amendment's number is missing")),
        ("number", json!(1), format!("{at}.number: invalid type: integer `1`, expected a string")),
        ("number", json!("9".repeat(300)), format!("{at}.number: longer than 255 characters; shorten it")),
        ("summary", json!("  "), format!("{at}.summary: the summary is missing")),
        ("summary", json!("a\0b"), format!("{at}.summary: the text holds a NUL character; take it out")),
        ("summary", json!("w".repeat(20_001)), format!("{at}.summary: longer than 20000 characters; shorten it")),
        ("primaryReason", json!(null), format!("{at}.primaryReason: the main reason is missing")),
        ("primaryReason", json!({}), format!("{at}.primaryReason.code.code: a code of the reasons of amendments (C207415) is missing")),
        (
            "primaryReason",
            json!({"code": {"code": "C1", "decode": "Recruitment Difficulty"}}),
            format!("{at}.primaryReason.code.code: \"C1\" is no code of the reasons of amendments (C207415)"),
        ),
        (
            "secondaryReasons",
            json!([{"code": code("C17649")}, {"code": code("C2\u{1b}[2J")}]),
            format!("{at}.secondaryReasons[1].code.code: \"C2\\u{{1b}}[2J\" is no code of the reasons of amendments (C207415)"),
        ),
        (
            "impacts",
            json!([{"type": code("C215665")}]),
            format!("{at}.impacts[0].isSubstantial: whether the impact is substantial is missing"),
        ),
        ("impacts", json!([[]]), format!("{at}.impacts[0]: invalid type: sequence, expected an object")),
        ("geographicScopes", json!([]), format!("{at}.geographicScopes: where the amendment counts is missing")),
        (
            "geographicScopes",
            json!([{"type": code("C25464"), "code": {"standardCode": code("ZZZ")}}]),
            format!("{at}.geographicScopes[0].code.standardCode.code: \"ZZZ\" is no code of a country (ISO 3166-1)"),
        ),
        (
            "geographicScopes",
            json!([{"type": code("C41129"), "code": null}]),
            format!("{at}.geographicScopes[0].code.standardCode.code: the region is missing"),
        ),
        (
            "dateValues",
            json!([date("C215663", "2024-02-30")]),
            format!("{at}.dateValues[0].dateValue: \"2024-02-30\" is no day; write YYYY-MM-DD"),
        ),
    ] {
        let file = with(&format!("{AMENDMENT}/{field}"), value);
        assert_eq!(refused(&file), [expected]);
        let record = read(&file).expect("is taken in part").record;
        assert_eq!((record.versions.len(), record.amendments.len()), (2, 0), "{field}");
    }
    assert_eq!(refused(&with(AMENDMENT, json!("nothing"))), [format!("{at}: invalid type: string \"nothing\", expected an object")]);
}

#[test]
fn what_is_wrong_with_a_version_costs_that_version_alone() {
    let version = "/study/documentedBy/0/versions/1";
    let at = "study.documentedBy[0].versions[1]";
    for (field, value, expected) in [
        ("status", json!(null), format!("{at}.status.code: a code of the status of a document (C188723) is missing")),
        ("status", code("C207611"), format!("{at}.status.code: \"C207611\" is no code of the status of a document (C188723)")),
        ("version", json!(true), format!("{at}.version: invalid type: boolean `true`, expected a string")),
        ("dateValues", json!([date("C71476", "soon")]), format!("{at}.dateValues[0].dateValue: \"soon\" is no day; write YYYY-MM-DD")),
    ] {
        let file = with(&format!("{version}/{field}"), value);
        assert_eq!(refused(&file), [expected]);
        let record = read(&file).expect("is taken in part").record;
        assert_eq!((record.versions.len(), record.amendments.len()), (1, 1), "{field}");
    }
    // Without a label of its own it has the study version's.
    let labelled = read(&with(&format!("{version}/version"), json!(""))).expect("reads").record;
    assert_eq!(labelled.versions[1].label, "2");
    let lost = with(&format!("{version}/version"), json!(""));
    let mut lost = lost;
    *lost.pointer_mut("/study/versions/1/documentVersionIds").expect("is there") = json!([]);
    assert_eq!(refused(&lost), [format!("{at}.version: the version's label is missing")]);
}

#[test]
fn what_is_said_twice_counts_once_and_what_is_contradicted_not_at_all() {
    let one = full().pointer(AMENDMENT).expect("is there").clone();
    let twice = |other: Value| with("/study/versions/1/amendments", json!([one, other]));
    assert_eq!(read(&twice(one.clone())).expect("reads").record.amendments.len(), 1);
    let mut other = one.clone();
    other["summary"] = json!("More visits.");
    let file = twice(other);
    let expected = |index| format!("study.versions[1].amendments[{index}]: the file says different things of amendment \"1\"; keep one");
    assert_eq!(refused(&file), [expected(0), expected(1)]);
    assert_eq!(read(&file).expect("reads").record.amendments, []);

    // The same protocol in two documents, and in two that differ.
    let document = full().pointer("/study/documentedBy/0").expect("is there").clone();
    assert_eq!(read(&with("/study/documentedBy/1", document.clone())).expect("reads").record.versions.len(), 2);
    let mut differs = document;
    differs["versions"][0]["status"] = code("C85255");
    let file = with("/study/documentedBy/1", differs);
    assert_eq!(refused(&file).len(), 2);
    assert_eq!(read(&file).expect("reads").record.versions.len(), 1);
}

#[test]
fn the_same_amendment_has_come_as_far_as_any_version_of_the_study_says() {
    let one = full().pointer(AMENDMENT).expect("is there").clone();
    let mut file = with("/study/documentedBy/0/versions/1/status", code("C85255"));
    *file.pointer_mut("/study/versions/0/amendments").expect("is there") = json!([one]);
    let record = read(&file).expect("reads").record;
    assert_eq!(record.amendments.iter().map(|one| one.state).collect::<Vec<_>>(), [AmendmentState::Approved]);
}

#[test]
fn a_version_names_the_last_of_its_chain_and_none_where_there_are_two() {
    let one = full().pointer(AMENDMENT).expect("is there").clone();
    let led = |previous: Value| {
        let mut second = one.clone();
        second["id"] = json!("A_2");
        second["number"] = json!("2");
        second["previousId"] = previous;
        let record = read(&with("/study/versions/1/amendments", json!([second, one]))).expect("reads").record;
        record.versions[1].amendment_number.clone()
    };
    assert_eq!(led(json!("A_1")).as_deref(), Some("2"));
    assert_eq!(led(json!(null)), None);
}

#[test]
fn whose_study_it_is_must_be_plain() {
    let path = "study.versions[0]";
    let organizations = "/study/versions/0/organizations";
    let no_roles = |organizations: Value| {
        let mut file = with("/study/versions/0/organizations", organizations);
        *file.pointer_mut("/study/versions/0/roles").expect("is there") = json!([]);
        file
    };
    // Without a role the organisation that numbers the study is it.
    assert_eq!(read(&no_roles(orgs())).expect("reads").record.sponsor.name, "Quillhaven Therapeutics, Inc.");
    assert_eq!(whole(&no_roles(json!([]))), format!("{path}.organizations: an organization of the type sponsor (C70793) is missing"));
    assert_eq!(
        whole(&no_roles(json!([
            {"id": "O_8", "name": "A", "type": code("C70793")}, {"id": "O_9", "name": "B", "type": code("C70793")}
        ]))),
        format!("{path}.organizations: several sponsors; name one by the role sponsor (C70793)")
    );
    assert_eq!(whole(&with(organizations, json!([]))), format!("{path}.roles: the sponsor \"O_1\" is no organization of the file"));
    let unnamed = json!([{"id": "O_1", "name": " ", "type": code("C70793")}]);
    assert_eq!(whole(&with(organizations, unnamed)), format!("{path}.organizations: the sponsor's name is missing"));
    let both = json!([{"code": code("C70793"), "organizationIds": ["O_1", "O_3"]}]);
    assert_eq!(
        whole(&with("/study/versions/0/roles", both)),
        format!("{path}.roles: several sponsors; name one by the role sponsor (C70793)")
    );
    let other = json!([{"id": "O_1", "name": "Brindlemoor", "type": code("C70793")}]);
    assert!(whole(&with("/study/versions/1/organizations", other)).contains("\"Brindlemoor\" here and \"Quillhaven"));
    let two = json!([{"text": "NCT99000002", "scopeId": "O_2"}]);
    assert!(whole(&with("/study/versions/1/studyIdentifiers", two)).contains("NCT99000002 and NCT99000001 are two studies"));
    let mut numberless = with("/study/versions/0/studyIdentifiers", json!([]));
    *numberless.pointer_mut("/study/versions/1/studyIdentifiers").expect("is there") = json!([{"text": "x", "scopeId": "O_2"}]);
    assert!(whole(&numberless).contains("neither an NCT id nor a number of the sponsor's"));
}

#[test]
fn what_is_no_file_is_refused_whole_with_its_place() {
    let said = |bytes: &[u8]| parse(bytes).expect_err("is refused").to_string();
    assert_eq!(said(b"{\"study\":\n  {,"), "invalid JSON: key must be a string (line 2, character 4)");
    assert_eq!(said(b""), "invalid JSON: EOF while parsing a value (line 1, character 0)");
    assert_eq!(said(b"\xff"), "not UTF-8 text (byte 1); save the file as UTF-8");
    assert_eq!(said(b"[]"), "invalid type: sequence, expected an object (line 1, character 0)");
    assert_eq!(said(b"{} {}"), "invalid JSON: trailing characters (line 1, character 4)");
    assert_eq!(said(b"{}"), "usdmVersion: missing, so this is no USDM file of version 4");
    assert_eq!(said(br#"{"usdmVersion": "3.6"}"#), "usdmVersion: \"3.6\" is not version 4");
    assert_eq!(said(br#"{"usdmVersion": "4.0"}"#), "study: missing, so there is nothing to be taken");
    assert_eq!(said(br#"{"usdmVersion": "4.0", "study": {}}"#), "study.versions: a version of the study is missing");
    assert!(
        said(br#"{"usdmVersion": "4.0", "study": {"versions": [{"titles": 3}]}}"#).starts_with("study.versions[0].titles: invalid type")
    );
    let deep = format!(r#"{{"study":{{"documentedBy":[{}"#, "[".repeat(100_000));
    assert!(said(deep.as_bytes()).starts_with("invalid JSON: recursion limit exceeded (line 1, character"), "{}", said(deep.as_bytes()));
    let passed_over = format!(r#"{{"other":{}"#, "[".repeat(100_000));
    assert!(said(passed_over.as_bytes()).starts_with("invalid JSON: EOF"));
    assert!(said(&vec![b' '; MAX_FILE_BYTES + 1]).contains("which no file may be"));
    let many = vec![json!({}); MAX_RECORDS + 1];
    assert!(whole(&with("/study/versions/1/amendments", json!(many))).contains("more than 1000 versions and amendments"));
    let nothing = with("/study/documentedBy", json!([]));
    let mut nothing = nothing;
    *nothing.pointer_mut("/study/versions/1/amendments").expect("is there") = json!([]);
    assert_eq!(refused(&nothing), ["study.documentedBy: no protocol (C70817) and no amendment: there is nothing to be taken"]);
    let marked = format!("\u{feff}{}", full());
    assert_eq!(parse(marked.as_bytes()).expect("reads").refused, []);
}

/// Every place in a value.
fn pointers(value: &Value, at: &str, all: &mut Vec<String>) {
    all.push(at.to_owned());
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, value)| pointers(value, &format!("{at}/{key}"), all)),
        Value::Array(items) => items.iter().enumerate().for_each(|(index, value)| pointers(value, &format!("{at}/{index}"), all)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn no_value_anywhere_and_no_cut_brings_it_down(place in any::<prop::sample::Index>(), which in 0..7_usize, cut in any::<prop::sample::Index>()) {
        let mut all = Vec::new();
        pointers(&full(), "", &mut all);
        let junk = [json!(null), json!(-1), json!(true), json!("\0"), json!([[[]]]), json!({"code": {"code": 1}}), json!("x".repeat(500))];
        let file = with(&all[place.index(all.len())], junk[which].clone()).to_string();
        let _ = parse(file.as_bytes());
        let whole = full().to_string();
        let cut = cut.index(whole.len() - 1);
        prop_assert!(parse(&whole.as_bytes()[..cut]).is_err());
    }
}
