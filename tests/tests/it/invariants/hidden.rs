//! I-08 and I-09: what the other side drafts or says among its own, and all that is a competitor's, is known by no path: lists, counts,
//! filters, ids, histories, refusals, explanations. What is hidden answers as what was never issued does.

use serde_json::{Value as Json, json};
use tandem_domain::access::Side;
use tandem_domain::conversation::CommentVisibility;
use tandem_domain::delivery::{Deliverable, DeliverableType, Document, DocumentState};
use tandem_domain::id::encode;
use tandem_domain::oversight::{Finding, FindingInternal, FindingSeverity, FindingSource, FindingState};
use tandem_domain::record::{Entity, Kind, Record};
use tandem_tests::fingerprint::{fingerprint, journal_length};
use tandem_tests::house::BOTH;
use tandem_tests::lifecycles::Of;
use tandem_tests::records;
use uuid::Uuid;

use super::two;
use crate::steps::plays::Props;
use crate::steps::stage::{Player, Stage, id_of, pascal, player, set, shown};

/// Stands in every text that must not be read.
const CANARY: &str = "canary-of-what-is-hidden";

/// Something hidden, and the field in which its canary is, by which one could filter.
struct Hidden {
    record: Entity,
    field: Option<&'static str>,
}

impl Hidden {
    fn new<T: Record>(props: &mut Props, record: T, field: &'static str) -> Self {
        let record = record.into_entity();
        props.records.push(record.clone());
        Self { record, field: Some(field) }
    }
}

fn root(kind: Kind) -> String {
    let name = kind.name();
    format!("{}{}", name[..1].to_lowercase(), &name[1..])
}

/// Asks by every path, and holds that nothing of what is hidden is in the answers.
async fn learns_nothing(stage: &Stage, asker: &Player, hidden: &[Hidden]) {
    let me = stage.ask(asker, "{ viewer { person { id } } }", json!({})).await;
    let me = me.at("/data/viewer/person/id").as_str().map(str::to_owned);
    for one in hidden {
        let (kind, id) = (one.record.kind(), shown(&one.record));
        let never = encode(kind, Uuid::from_u128(9_999_999));
        let (name, list) = (root(kind), format!("{}s", root(kind)));
        let same = async |query: &str, variables: &dyn Fn(&str) -> Json| {
            let there = stage.ask(asker, query, variables(&id)).await;
            let nowhere = stage.ask(asker, query, variables(&never)).await;
            assert_eq!(there.text, nowhere.text.replace(&never, &id), "{} asks {query} of {:?}", asker.name, one.record);
            there
        };
        let by_id = |id: &str| json!({ "id": id });
        let found = same("query($id: ID!) { node(id: $id) { __typename id } nodes(ids: [$id]) { id } }", &by_id).await;
        assert_eq!(found.at("/data"), &json!({ "node": null, "nodes": [null] }), "{}", found.text);
        same(&format!("query($id: ID!) {{ {name}(id: $id) {{ id version history {{ totalCount }} }} }}"), &by_id).await;
        let filter = format!("{}Filter", pascal(&name));
        let count =
            format!("query($filter: {filter}) {{ {list}(filter: $filter) {{ totalCount nodes {{ id }} pageInfo {{ hasNextPage }} }} }}");
        let none = same(&count, &|id: &str| json!({ "filter": { "id": { "eq": id } } })).await;
        assert_eq!(none.at(&format!("/data/{list}/totalCount")), &json!(0), "{}", none.text);
        if let Some(field) = one.field {
            let contains = json!({ "filter": { field: { "contains": CANARY } } });
            let none = stage.ask(asker, &count, contains).await;
            assert_eq!(none.at(&format!("/data/{list}/totalCount")), &json!(0), "{} {}", asker.name, none.text);
        }
        if let Some(me) = &me {
            let explain = "query($who: ID!, $id: ID!) { explainAccess(principal: $who, node: $id) { allowed } }";
            same(explain, &|id: &str| json!({ "who": me, "id": id })).await;
        }
        // Whoever tries something on it, or says something of it, is told the same as of nothing.
        for command in tandem_domain::command::catalogue().iter().filter(|command| command.kind == kind) {
            let Some(input) = tried(command, kind) else { continue };
            let query = format!(
                "mutation($i: {}Input!) {{ {}(input: $i) {{ userErrors {{ code message field }} }} }}",
                pascal(&command.name),
                command.name
            );
            same(&query, &|id: &str| {
                let mut input = input.clone();
                input["id"] = json!(id);
                json!({ "i": input })
            })
            .await;
        }
        for (on, field) in [
            (Kind::Deliverable, "deliverableId"),
            (Kind::Finding, "findingId"),
            (Kind::Capa, "capaId"),
            (Kind::Issue, "issueId"),
            (Kind::Milestone, "milestoneId"),
        ] {
            if on == kind {
                let query = "mutation($i: CommentCreateInput!) { commentCreate(input: $i) { userErrors { code message field } } }";
                same(query, &|id: &str| json!({ "i": { field: id, "visibility": "SHARED", "body": "Is it there?" } })).await;
            }
        }
    }
    // Everything that he can read of the study, its engagements and what hangs on them, page by page and entry by entry.
    for query in EVERYTHING {
        let read = stage.ask(asker, query, json!({})).await;
        assert!(read.at("/errors").is_null(), "{} {query}: {}", asker.name, read.text);
        assert!(!read.text.contains(CANARY), "{} reads {query}: {}", asker.name, read.text);
        for one in hidden {
            assert!(!read.text.contains(&shown(&one.record)), "{} reads {query}: {:?} in {}", asker.name, one.record, read.text);
        }
        for (list, page) in read.at("/data").as_object().unwrap() {
            let nodes = page["nodes"].as_array().map_or(0, Vec::len);
            assert_eq!(page["totalCount"].as_u64(), u64::try_from(nodes).ok(), "{} counts {list}", asker.name);
        }
    }
}

const EVERYTHING: &[&str] = &[
    "{ findings(first: 100) { totalCount nodes { id version title internal { internalAssessment } comments { totalCount nodes { id body } } \
     capas { totalCount nodes { id plan } } responses { nodes { id correction } } history(first: 50) { totalCount nodes { version command reason \
     changes { field old new } } } } } }",
    "{ deliverables(first: 100) { totalCount nodes { id title comments { totalCount nodes { id body } } submissions { nodes { id note document { id \
     title } } } reviews { nodes { id comment } } history(first: 50) { nodes { reason changes { field old new } } } } } }",
    "{ capas(first: 100) { totalCount nodes { id plan comments { totalCount nodes { id body } } actions { nodes { id text } } extensions { nodes { \
     id rationale } } effectivenessChecks { nodes { id method } } history(first: 50) { nodes { reason changes { field old new } } } } } }",
    "{ issues(first: 100) { totalCount nodes { id title findings { totalCount nodes { id title } } comments { totalCount nodes { id body } } \
     history(first: 50) { nodes { reason changes { field old new } } } } } }",
    "{ comments(first: 100) { totalCount nodes { id body history(first: 50) { nodes { changes { field old new } } } } } }",
    "{ documents(first: 100) { totalCount nodes { id title history(first: 50) { nodes { changes { field old new } } } } } }",
    "{ milestones(first: 100) { totalCount nodes { id expectedDocuments comments { totalCount nodes { id body } } } } }",
    "{ studies(first: 10) { totalCount nodes { id history(first: 100) { nodes { command changes { field old new } } } } } }",
    "{ engagements(first: 50) { totalCount nodes { id history(first: 100) { nodes { command changes { field old new } } } } } }",
];

/// An input that would do for a command on one record, made from its own declaration; nothing for one that makes something new.
fn tried(command: &tandem_domain::command::CommandDef, kind: Kind) -> Option<Json> {
    use tandem_domain::command::Flavour;
    use tandem_domain::record::Scalar;
    if command.flavour == Flavour::Create {
        return None;
    }
    let mut input = json!({ "expectedVersion": 1, "reason": "tried" });
    for field in command.fields.iter().filter(|field| field.shape.required && field.name != "id") {
        let value = match field.shape.scalar {
            Scalar::Id(other) => json!(encode(other, Uuid::from_u128(9_999_998))),
            Scalar::String => json!("tried"),
            Scalar::Enum(terms) => json!(terms.terms[0].0),
            Scalar::Date => json!("2099-01-01"),
            other => panic!("{}: no value for {} of {other:?} on {kind:?}", command.name, field.name),
        };
        let mut words = field.name.split('_');
        let first = words.next().unwrap_or_default().to_owned();
        input[words.fold(first, |all, word| format!("{all}{}", pascal(word)))] = value;
    }
    Some(input)
}

fn canary(what: &str) -> String {
    format!("{CANARY} {what}")
}

fn comment(props: &mut Props, on: &Entity, visibility: CommentVisibility, by: (&str, Side)) -> Hidden {
    let made = records::comment(props.number(), on, visibility, (id_of(by.0), by.1));
    let made = tandem_domain::conversation::Comment { body: canary("comment"), ..made };
    Hidden::new(props, made, "body")
}

/// What one side has for itself: drafts, what it says among its own, what it thinks.
fn own(props: &mut Props, side: Side) -> Vec<Hidden> {
    let (author, visibility) = match side {
        Side::Sponsor => ("author@alder", CommentVisibility::SponsorInternal),
        _ => ("author@birchway", CommentVisibility::VendorInternal),
    };
    let active = props.set.active.clone();
    let mut hidden = Vec::new();
    for state in [FindingState::Draft, FindingState::UnderInternalReview] {
        let number = props.number();
        let source = if side == Side::Vendor { FindingSource::SelfReported } else { FindingSource::OversightReview };
        let title = canary("draft");
        let made = records::finding(number, &props.set.study, Some(&active), id_of(author));
        let draft = Finding { state, source, title, author_side: side, description: canary("described"), ..made };
        hidden.push(Hidden::new(props, draft.clone(), "title"));
        if side == Side::Sponsor {
            let assessment = Some(canary("assessment"));
            props.keep(&FindingInternal { internal_assessment: assessment, ..records::finding_internal(&draft) });
        }
        let draft = draft.into_entity();
        hidden.push(comment(props, &draft, visibility, (author, side)));
    }
    let document = Document {
        owner_side: side,
        state: DocumentState::Draft,
        title: canary("document"),
        ..records::document(props.number(), &props.set.study, Some(&active))
    };
    hidden.push(Hidden::new(props, document, "title"));
    // What is said among its own of what both see.
    let issued = props.finding(Of::Finding(Side::Sponsor, Side::Vendor, FindingSeverity::Major), "ACKNOWLEDGED", |_| {});
    if let (Entity::Finding(finding), Side::Sponsor) = (&issued, side) {
        props.keep(&FindingInternal { internal_assessment: Some(canary("assessment")), ..records::finding_internal(finding) });
    }
    let deliverable = props.deliverable(Of::Deliverable(Side::Vendor, DeliverableType::ProjectPlan), "IN_REVIEW", |_| {});
    let capa = props.capa(Of::Capa(Side::Vendor), "IMPLEMENTING", |_| {});
    let issue = props.play(Of::Issue(Side::Vendor), "OPEN");
    let milestone = records::milestone(props.number(), &props.set.study, Some(&active)).into_entity();
    props.records.push(milestone.clone());
    for on in [issued, deliverable, capa, issue, milestone] {
        hidden.push(comment(props, &on, visibility, (author, side)));
    }
    hidden
}

#[tokio::test]
async fn i_08_drafts_and_internal_words_never_reach_the_other_side() {
    for backend in BOTH {
        for side in [Side::Sponsor, Side::Vendor] {
            let mut props = Props::new(set());
            let hidden = own(&mut props, side);
            let stage = Stage::with(backend, props.records).await;
            let (before, length) = (fingerprint(&stage.ground).await, journal_length(&stage.ground).await);
            let askers: &[&str] = match side {
                Side::Sponsor => {
                    &["pm@birchway", "vqa@birchway", "author@birchway", "cra@birchway", "vra@birchway", "birchway-ctms", "vqa@cedarline"]
                }
                _ => &["sm@alder", "vm@alder", "sqa@alder", "author@alder", "sdl@alder", "alder-portal", "vqa@cedarline"],
            };
            for asker in askers {
                learns_nothing(&stage, &player(asker), &hidden).await;
            }
            // Who belongs to both sides knows, acting for one, nothing of the other.
            learns_nothing(&stage, &two(if side == Side::Sponsor { Side::Vendor } else { Side::Sponsor }), &hidden).await;
            assert_eq!(journal_length(&stage.ground).await, length);
            assert_eq!(fingerprint(&stage.ground).await, before, "asking wrote something");
            // Its own side has it all, so that there was something to hide.
            let qa = player(if side == Side::Sponsor { "sqa@alder" } else { "vqa@birchway" });
            for one in hidden.iter().filter(|one| one.record.kind() != Kind::Document) {
                let seen = stage.ask(&qa, "query($id: ID!) { node(id: $id) { id } }", json!({ "id": shown(&one.record) })).await;
                assert_eq!(seen.at("/data/node/id"), &json!(shown(&one.record)), "{:?}", one.record);
            }
            stage.house.stop().await;
        }
    }
}

/// Everything of the vendor's work that both of its sides see.
fn shared(props: &mut Props) -> Vec<Hidden> {
    let active = props.set.active.clone();
    let (study, pm) = (props.set.study.clone(), id_of("pm2@birchway"));
    let mut hidden = Vec::new();
    let document = Document { title: canary("document"), ..records::document(props.number(), &study, Some(&active)) };
    hidden.push(Hidden::new(props, document.clone(), "title"));
    let made = records::deliverable(props.number(), &active, DeliverableType::MonitoringVisitReport);
    let deliverable = Deliverable { title: canary("deliverable"), ..made };
    hidden.push(Hidden::new(props, deliverable.clone(), "title"));
    let mut submission = records::deliverable_submission(props.number(), &deliverable, &document, pm);
    submission.note = Some(canary("submission"));
    hidden.push(Hidden::new(props, submission.clone(), "note"));
    let mut review = records::deliverable_review(props.number(), &submission, id_of("sm@alder"));
    review.comment = Some(canary("review"));
    hidden.push(Hidden::new(props, review, "comment"));
    let mut finding = records::issued(records::finding(props.number(), &study, Some(&active), id_of("author@alder")));
    (finding.title, finding.study_site_id, finding.reference) = (canary("finding"), Some(props.set.place.2.id), Some("F-777".to_owned()));
    finding.category = tandem_domain::oversight::FindingCategory::DataIntegrity;
    hidden.push(Hidden::new(props, finding.clone(), "title"));
    let mut answer = records::finding_response(props.number(), &finding, pm);
    answer.correction = canary("answer");
    hidden.push(Hidden::new(props, answer, "correction"));
    let mut capa = records::capa(props.number(), &finding, pm);
    capa.plan = canary("capa");
    hidden.push(Hidden::new(props, capa.clone(), "plan"));
    let mut action = records::capa_action(props.number(), &capa, pm);
    action.text = canary("action");
    hidden.push(Hidden::new(props, action.clone(), "text"));
    let mut extension = records::due_date_extension(props.number(), &action, pm);
    extension.rationale = canary("extension");
    hidden.push(Hidden::new(props, extension, "rationale"));
    let mut check = records::effectiveness_check(props.number(), &capa);
    check.method = canary("check");
    hidden.push(Hidden::new(props, check, "method"));
    let mut issue = records::issue(props.number(), &active, pm);
    issue.title = canary("issue");
    hidden.push(Hidden::new(props, issue.clone(), "title"));
    let mut milestone = records::milestone(props.number(), &study, Some(&active));
    milestone.expected_documents = vec![canary("milestone")];
    props.keep(&milestone);
    hidden.push(Hidden { record: milestone.clone().into_entity(), field: None });
    for on in [deliverable.into_entity(), finding.into_entity(), capa.into_entity(), issue.into_entity(), milestone.into_entity()] {
        hidden.push(comment(props, &on, CommentVisibility::Shared, ("sm@alder", Side::Sponsor)));
    }
    hidden
}

#[tokio::test]
async fn i_09_a_competitor_on_the_same_study_learns_nothing() {
    for backend in BOTH {
        let mut props = Props::new(set());
        let hidden = shared(&mut props);
        // The competitor has work of its own, so that its lists are not empty.
        let theirs = records::deliverable(props.number(), &props.set.competitors, DeliverableType::ProjectPlan);
        props.keep(&theirs);
        let stage = Stage::with(backend, props.records).await;
        let (before, length) = (fingerprint(&stage.ground).await, journal_length(&stage.ground).await);
        for asker in ["pm@cedarline", "cra@cedarline", "vdm@cedarline", "vqa@cedarline", "vra@cedarline", "cedarline-ctms"] {
            learns_nothing(&stage, &player(asker), &hidden).await;
        }
        assert_eq!(journal_length(&stage.ground).await, length);
        assert_eq!(fingerprint(&stage.ground).await, before, "asking wrote something");
        let own = stage.ask(&player("pm@cedarline"), "{ deliverables { nodes { id } } }", json!({})).await;
        assert_eq!(own.at("/data/deliverables/nodes"), &json!([{ "id": shown(&theirs.into_entity()) }]), "{}", own.text);
        // Both sides of the engagement have each of them.
        for asker in ["sqa@alder", "pm@birchway"] {
            for one in &hidden {
                let seen = stage.ask(&player(asker), "query($id: ID!) { node(id: $id) { id } }", json!({ "id": shown(&one.record) })).await;
                assert_eq!(seen.at("/data/node/id"), &json!(shown(&one.record)), "{asker} {:?}", one.record);
            }
        }
        stage.house.stop().await;
    }
}
