//! What decisions make lies where it has to lie, and is meant for whom it has to be meant: comments of each visibility on everything that
//! can be commented on, and what hangs on deliverables, findings and CAPAs. The same rows, written by hand, are what the matrix is tried on.

use tandem_domain::access::{Facts, Role, Scope, Side};
use tandem_domain::clock::SeededIds;
use tandem_domain::command::{Change, Deciding, Manner, Op, Refusal};
use tandem_domain::conversation::{Comment, CommentCreate, CommentVisibility, Subject, comment_create};
use tandem_domain::delivery::{
    Deliverable, DeliverableSubmit, DeliverableType, HandedIn, ReviewVerdict, deliverable_review, deliverable_submit,
};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{PersonId, TypedId};
use tandem_domain::oversight::{
    CapaActionCreate, CapaCreate, CapaKind, CapaPlace, DueDateExtensionRequest, EffectivenessCheckPlan, Finding, FindingCategory,
    FindingIssue, FindingRespond, FindingSource, FindingState, capa_action_create, capa_create, due_date_extension_request,
    effectiveness_check_plan, finding_dispute, finding_issue, finding_respond,
};
use tandem_domain::record::{Entity, Record, Term};
use tandem_tests::matrix::stage::{Party, Stage, viewer_id};
use tandem_tests::records::{self, country, day, id, now};
use uuid::Uuid;

use super::matrix::viewer;

/// Lets somebody who has the whole organisation decide.
fn as_role<T>(stage: &Stage, role: Role, decide: impl FnOnce(&Deciding<'_>) -> T) -> T {
    let party = if role.side() == Some(Side::Vendor) { Party::Vendor } else { Party::Sponsor };
    let viewer = viewer(stage, party, role, Scope::Organization);
    let manner = Manner { reason: Some("For a test.".to_owned()), ..Manner::default() };
    let ids = SeededIds::new(1, now());
    decide(&Deciding { viewer: &viewer, now: now(), manner: &manner, ids: &ids, facts: None })
}

/// What the change makes, but for its first write where that is what it is made of.
fn made(change: &Change) -> Vec<&Entity> {
    change.writes.iter().filter(|write| write.op == Op::Created).map(|write| &write.record).collect()
}

/// The facts of a row, whatever its id.
fn facts(record: &Entity) -> Facts {
    Facts { id: Uuid::nil(), ..Facts::of(record) }
}

fn same(made: &[&Entity], by_hand: &[Entity]) {
    let (made, by_hand): (Vec<Facts>, Vec<Facts>) = (made.iter().map(|one| facts(one)).collect(), by_hand.iter().map(facts).collect());
    assert_eq!(made, by_hand);
}

fn oneself() -> PersonId {
    PersonId::from_uuid(viewer_id())
}

fn at_site(stage: &Stage, finding: Finding) -> Finding {
    let country_code = Some(country("DE"));
    Finding { study_country_id: Some(stage.germany.id), country_code, study_site_id: Some(stage.site.id), ..finding }
}

/// Issued findings of every kind of audience, on the vendor's engagement and on none.
fn issued(stage: &Stage) -> Vec<Finding> {
    let on = |engagement| records::issued(records::finding(126, &stage.study, engagement, id(79)));
    let ours = || on(Some(&stage.engagement));
    let about_data = |finding| Finding { category: FindingCategory::DataIntegrity, ..finding };
    vec![
        ours(),
        at_site(stage, ours()),
        about_data(ours()),
        about_data(at_site(stage, ours())),
        on(None),
        about_data(at_site(stage, on(None))),
    ]
}

/// Everything that can be commented on, and which sides read it.
fn subjects(stage: &Stage) -> Vec<(Entity, &'static [Side])> {
    const BOTH: &[Side] = &[Side::Sponsor, Side::Vendor];
    const SPONSOR: &[Side] = &[Side::Sponsor];
    let deliverable = |engagement, of| records::deliverable(123, engagement, of).into_entity();
    let draft = records::finding(126, &stage.study, Some(&stage.engagement), id(79));
    let reported = Finding { author_side: Side::Vendor, source: FindingSource::SelfReported, ..draft.clone() };
    let mut subjects = vec![
        (deliverable(&stage.engagement, DeliverableType::MonitoringPlan), BOTH),
        (deliverable(&stage.engagement, DeliverableType::MonitoringVisitReport), BOTH),
        (records::milestone(121, &stage.study, Some(&stage.engagement)).into_entity(), BOTH),
        (records::milestone(121, &stage.study, None).into_entity(), SPONSOR),
        (records::site_milestone(121, &stage.study, &stage.site, Some(&stage.engagement)).into_entity(), BOTH),
        (records::issue(130, &stage.engagement, id(79)).into_entity(), BOTH),
        (draft.into_entity(), SPONSOR),
        (reported.into_entity(), &[Side::Vendor]),
        (deliverable(&stage.competitor, DeliverableType::MonitoringPlan), SPONSOR),
        // The vendor above reads a subcontract's deliverable, and has no part in what is said of it.
        (deliverable(&stage.subcontract, DeliverableType::MonitoringPlan), SPONSOR),
    ];
    for finding in issued(stage) {
        let sides = if finding.engagement_id.is_some() { BOTH } else { SPONSOR };
        subjects.push((records::capa(128, &finding, id(79)).into_entity(), sides));
        subjects.push((finding.into_entity(), sides));
    }
    subjects
}

fn says(deciding: &Deciding<'_>, on: &Entity, visibility: CommentVisibility) -> Result<Change, Refusal> {
    let by_hand = records::comment(131, on, visibility, (oneself(), deciding.viewer.side));
    let Comment { deliverable_id, finding_id, capa_id, issue_id, milestone_id, body, .. } = by_hand;
    let visibility = Term(visibility);
    let input = CommentCreate { deliverable_id, finding_id, capa_id, issue_id, milestone_id, visibility, body, mention_ids: None };
    comment_create(deciding, &Subject { record: on.clone(), open: true }, input)
}

/// By whom a thing is said to whom: each side to itself, and to both where the other side reads it too; never as the other side.
#[test]
fn comments_are_meant_for_those_who_read_what_they_are_on() {
    let stage = Stage::set();
    let (mut said, mut refused) = (0, 0);
    for (on, sides) in subjects(&stage) {
        for (role, side) in [(Role::SStudyManager, Side::Sponsor), (Role::VQa, Side::Vendor)] {
            for visibility in CommentVisibility::ALL {
                let facts_of_subject = Facts::of(&on);
                let another_vendors = facts_of_subject.vendor != Some(stage.vendor.id.uuid()) && facts_of_subject.vendor.is_some();
                let to = match visibility {
                    CommentVisibility::Shared => sides.len() == 2 || (another_vendors && side == Side::Sponsor),
                    CommentVisibility::SponsorInternal => side == Side::Sponsor,
                    CommentVisibility::VendorInternal => side == Side::Vendor,
                };
                let outcome = as_role(&stage, role, |deciding| says(deciding, &on, *visibility));
                match outcome {
                    Ok(change) => {
                        assert!(to && sides.contains(&side), "{role} says as {visibility} of {on:?}");
                        same(&made(&change), &[records::comment(131, &on, *visibility, (oneself(), side)).into_entity()]);
                        said += 1;
                    }
                    Err(refusal) => {
                        assert!(!to || !sides.contains(&side), "{role} may not say as {visibility} of {on:?}: {refusal:?}");
                        refused += 1;
                    }
                }
            }
        }
    }
    assert!(said > 40 && refused > 50, "{said} said, {refused} refused");
}

#[test]
fn what_is_handed_in_and_said_of_it_lies_where_the_deliverable_does() {
    let stage = Stage::set();
    let place = |deliverable| Deliverable { country_code: Some(country("DE")), study_site_id: Some(stage.site.id), ..deliverable };
    let of = |engagement: &Engagement, of| records::deliverable(123, engagement, of);
    for deliverable in [
        of(&stage.engagement, DeliverableType::MonitoringPlan),
        place(of(&stage.engagement, DeliverableType::MonitoringVisitReport)),
        of(&stage.subcontract, DeliverableType::MonitoringVisitReport),
    ] {
        let document = records::document(122, &stage.study, stage_engagement(&stage, &deliverable));
        let input = DeliverableSubmit { id: deliverable.id, document_id: document.id, qc_evidence_id: None, note: None };
        let handed_in = HandedIn { document: document.clone(), qc_evidence: None };
        let change = as_role(&stage, Role::VProjectManager, |deciding| {
            deliverable_submit(deciding, "SUBMIT", deliverable.clone(), handed_in, input)
        });
        let by_hand = records::deliverable_submission(124, &deliverable, &document, oneself());
        same(&made(&change.unwrap()), &[by_hand.clone().into_entity()]);

        let returned = (ReviewVerdict::Return, Vec::new(), Some("Table 3 is missing.".to_owned()));
        let current = Deliverable { current_submission_id: Some(by_hand.id), ..deliverable };
        let change = as_role(&stage, Role::SStudyManager, |deciding| deliverable_review(deciding, "RETURN", current, None, returned));
        same(&made(&change.unwrap()), &[records::deliverable_review(125, &by_hand, oneself()).into_entity()]);
    }
}

fn stage_engagement<'a>(stage: &'a Stage, deliverable: &Deliverable) -> Option<&'a Engagement> {
    [&stage.engagement, &stage.subcontract].into_iter().find(|one| one.id == deliverable.engagement_id)
}

#[test]
fn what_hangs_on_a_finding_lies_where_the_finding_does() {
    let stage = Stage::set();
    for finding in issued(&stage) {
        let (owner, quality) = (if finding.engagement_id.is_some() { Role::VQa } else { Role::SStudyManager }, Role::SQa);
        let answer = FindingRespond {
            id: finding.id,
            root_cause_method: None,
            root_cause_category: None,
            root_cause: None,
            correction: "It was corrected.".to_owned(),
            capa_plan: Some("Train everybody anew.".to_owned()),
            capa_actions: Some(vec!["Hold the training.".to_owned()]),
            capa_due_date: Some(day(60)),
        };
        let response = records::finding_response(127, &finding, oneself()).into_entity();
        let capa = records::capa(128, &finding, oneself());
        let action = records::capa_action(129, &capa, oneself());
        let change = as_role(&stage, owner, |deciding| finding_respond(deciding, finding.clone(), 1, answer));
        let all = [response.clone(), capa.clone().into_entity(), action.clone().into_entity()];
        same(&made(&change.unwrap()), &all);
        let change = as_role(&stage, owner, |deciding| finding_dispute(deciding, finding.clone(), 1));
        same(&made(&change.unwrap()), &[response]);

        let input = CapaCreate {
            finding_id: finding.id,
            capa_kind: Term(CapaKind::Corrective),
            plan: "Train everybody anew.".to_owned(),
            due_date: day(60),
            owner_id: None,
        };
        let acknowledged = Finding { state: FindingState::Acknowledged, ..finding.clone() };
        let change = as_role(&stage, owner, |deciding| capa_create(deciding, &acknowledged, true, input));
        same(&made(&change.unwrap()), &all[1..2]);

        let place = CapaPlace { capa: capa.clone(), open: true };
        let input = CapaActionCreate { capa_id: capa.id, text: "Hold the training.".to_owned(), due_date: day(30), owner_id: None };
        let change = as_role(&stage, owner, |deciding| capa_action_create(deciding, &place, input));
        same(&made(&change.unwrap()), &all[2..]);

        let to_date = action.due_date + chrono::Duration::days(14);
        let input = DueDateExtensionRequest { capa_action_id: action.id, to_date, rationale: "The trainer is ill.".to_owned() };
        let change = as_role(&stage, owner, |deciding| due_date_extension_request(deciding, &place, &action, false, input));
        same(&made(&change.unwrap()), &[records::due_date_extension(142, &action, oneself()).into_entity()]);

        let (method, criteria) = ("Look at ten reports.".to_owned(), "None is late.".to_owned());
        let input = EffectivenessCheckPlan { capa_id: capa.id, method, criteria, planned_on: day(90) };
        let change = as_role(&stage, quality, |deciding| effectiveness_check_plan(deciding, &place, false, input));
        same(&made(&change.unwrap()), &[records::effectiveness_check(141, &capa).into_entity()]);
    }
}

/// What the sponsor thinks of a draft is for who prepares findings; once the finding is issued, for all of the sponsor's who read it.
#[test]
fn what_is_thought_of_a_draft_comes_out_of_it_with_the_finding() {
    let stage = Stage::set();
    let draft = records::finding(126, &stage.study, Some(&stage.engagement), id(79));
    let part = records::finding_internal(&draft);
    let out = records::issued(draft);
    let input = FindingIssue { id: out.id, response_due_date: None };
    let change = as_role(&stage, Role::SVendorManager, |deciding| finding_issue(deciding, out.clone(), Some(part.clone()), 1, &input));
    let change = change.unwrap();
    let written: Vec<Facts> = change.writes.iter().map(|write| facts(&write.record)).collect();
    let by_hand = [facts(&out.clone().into_entity()), facts(&records::finding_internal(&out).into_entity())];
    assert_eq!(written, by_hand);
    assert_ne!(by_hand[1].readers, Facts::of(&part.into_entity()).readers);
}
