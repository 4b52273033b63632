//! That the demo's work holds together: nothing of the lists is lost, every state is there, and each record is as its lifecycle leaves it.

use std::collections::BTreeMap;

use tandem_domain::access::Side;
use tandem_domain::command::SignatureMeaning;
use tandem_domain::conversation::{Comment, CommentVisibility};
use tandem_domain::delivery::{Deliverable, DeliverableState, DeliverableSubmission, DeliverableType, Document, DocumentState};
use tandem_domain::engagement::{Engagement, EngagementState};
use tandem_domain::oversight::{Capa, CapaState, Finding, FindingSeverity, FindingState, Issue, IssueState};
use tandem_domain::portfolio::{Study, StudyState};
use tandem_domain::record::{Entity, Kind, Record};

use crate::demo::calendar::day;
use crate::demo::world;

fn all<T: Record>() -> Vec<T> {
    world().records.into_iter().filter_map(T::from_entity).collect()
}

#[test]
fn no_row_of_a_list_is_lost() {
    let mut counts: BTreeMap<Kind, usize> = BTreeMap::new();
    for record in world().records {
        *counts.entry(record.kind()).or_default() += 1;
    }
    let count = |kind| counts.get(&kind).copied().unwrap_or(0);
    assert_eq!((count(Kind::ProtocolVersion), count(Kind::Amendment)), (8, 4));
    assert_eq!((count(Kind::Program), count(Kind::ProgramInternal), count(Kind::Milestone)), (6, 6, 23));
    assert_eq!((count(Kind::Deliverable), count(Kind::Finding), count(Kind::FindingResponse)), (35, 14, 7));
    assert_eq!((count(Kind::Capa), count(Kind::CapaAction), count(Kind::DueDateExtension), count(Kind::EffectivenessCheck)), (5, 7, 2, 3));
    assert_eq!((count(Kind::Issue), count(Kind::Comment)), (7, 17));
}

#[test]
fn every_study_has_its_programme_and_nothing_is_named_before_it_is_there() {
    assert!(all::<Study>().iter().all(|study| study.program_id.is_some()));
    let records = world().records;
    let place = |id: uuid::Uuid| records.iter().position(|record| record.uuid() == id);
    for (at, record) in records.iter().enumerate() {
        if let Entity::Capa(Capa { successor_of_id: Some(before), .. }) = record {
            assert!(place(tandem_domain::id::TypedId::uuid(*before)).is_some_and(|before| before < at));
        }
    }
}

#[test]
fn deliverables_stand_in_every_state_and_are_late_on_both_sides() {
    let deliverables = all::<Deliverable>();
    for state in DeliverableState::ALL {
        assert!(deliverables.iter().any(|deliverable| deliverable.state == *state), "none is {state}");
    }
    let submissions = all::<DeliverableSubmission>();
    for deliverable in &deliverables {
        let mut of_it = submissions.iter().filter(|submission| submission.deliverable_id == deliverable.id);
        let numbers: Vec<i64> = of_it.clone().map(|submission| submission.number).collect();
        assert_eq!(numbers, (1..=deliverable.cycle_count).collect::<Vec<_>>(), "{}", deliverable.title);
        assert_eq!(of_it.next_back().map(|submission| submission.id), deliverable.current_submission_id, "{}", deliverable.title);
        assert_eq!(deliverable.ball_in_court.is_none(), deliverable.is_settled(), "{}", deliverable.title);
    }
    let late = |side, of| {
        let owes = |one: &&Deliverable| one.owed_by == side && one.deliverable_type == of && one.ball_in_court == Some(side);
        deliverables.iter().filter(owes).any(|one| one.due_date < day(300))
    };
    assert!(late(Side::Vendor, DeliverableType::DataManagementPlan) && late(Side::Vendor, DeliverableType::MonitoringPlan));
    assert!(late(Side::Sponsor, DeliverableType::Protocol) && late(Side::Sponsor, DeliverableType::InvestigatorBrochure));
    assert!(deliverables.iter().any(|one| one.missing_signatures == [SignatureMeaning::Review]));
}

#[test]
fn a_study_that_enrols_has_its_plans_where_somebody_is_engaged() {
    let (engagements, deliverables) = (all::<Engagement>(), all::<Deliverable>());
    for study in all::<Study>() {
        let begun = !matches!(study.lifecycle_state, StudyState::Planning | StudyState::StartUp);
        if !begun || engagements.iter().all(|engagement| engagement.study_id != study.id) {
            continue;
        }
        for plan in [DeliverableType::MonitoringPlan, DeliverableType::SafetyManagementPlan] {
            let accepted =
                |one: &Deliverable| one.study_id == study.id && one.deliverable_type == plan && one.state == DeliverableState::Accepted;
            assert!(deliverables.iter().any(accepted), "{} has no {plan}", study.protocol_number);
        }
    }
    for engagement in engagements.iter().filter(|one| matches!(one.state, EngagementState::Closed | EngagementState::Terminated)) {
        assert!(deliverables.iter().filter(|one| one.engagement_id == engagement.id).all(Deliverable::is_settled));
    }
}

#[test]
fn documents_are_drafts_of_each_side_and_one_took_anothers_place() {
    let documents = all::<Document>();
    for side in [Side::Sponsor, Side::Vendor] {
        assert!(documents.iter().any(|document| document.owner_side == side && document.state == DocumentState::Draft));
    }
    for old in documents.iter().filter(|document| document.state == DocumentState::Superseded) {
        let newer = documents.iter().find(|document| document.supersedes_id == Some(old.id));
        assert!(newer.is_some_and(|newer| newer.state == DocumentState::Effective), "{} {}", old.title, old.version_label);
    }
    assert_eq!(documents.iter().filter(|document| document.state == DocumentState::Superseded).count(), 2);
}

#[test]
fn findings_are_as_their_steps_left_them() {
    let (findings, capas) = (all::<Finding>(), all::<Capa>());
    for finding in &findings {
        assert_eq!(finding.reference.is_none(), finding.is_draft(), "{}", finding.title);
        assert_eq!(finding.issued_at.is_none(), finding.is_draft(), "{}", finding.title);
        let approved = |capa: &&Capa| {
            capa.finding_id == finding.id
                && capa.approved_at.is_some()
                && !matches!(capa.state, CapaState::Ineffective | CapaState::Cancelled)
        };
        assert_eq!(finding.has_approved_capa, capas.iter().any(|capa| approved(&capa)), "{}", finding.title);
    }
    let mut references: Vec<_> =
        findings.iter().filter_map(|one| Some((one.study_id, one.engagement_id, one.reference.clone()?))).collect();
    let issued = references.len();
    references.sort_unstable();
    references.dedup();
    assert_eq!(references.len(), issued, "no reference is given twice");
    let ineffective = capas.iter().find(|capa| capa.state == CapaState::Ineffective).expect("one did not help");
    let successor = capas.iter().find(|capa| capa.successor_of_id == Some(ineffective.id)).expect("another took its place");
    let finding = findings.iter().find(|finding| finding.id == successor.finding_id).expect("their finding");
    assert_eq!((successor.state, finding.severity), (CapaState::Implementing, FindingSeverity::Critical));
    for state in [FindingState::Draft, FindingState::UnderInternalReview, FindingState::Disputed, FindingState::Closed] {
        assert!(findings.iter().any(|finding| finding.state == state), "none is {state}");
    }
    for side in [Side::Sponsor, Side::Vendor] {
        assert!(findings.iter().any(|finding| finding.author_side == side && finding.state == FindingState::Draft), "{side}");
    }
    assert!(findings.iter().any(|finding| finding.recurrence_of_id.is_some() && finding.reference.as_deref() == Some("F-005")));
}

#[test]
fn issues_and_comments_are_of_both_sides() {
    let issues = all::<Issue>();
    assert!(issues.iter().any(|issue| issue.state == IssueState::Escalated && issue.escalation_level == 1));
    let promoted = all::<Finding>().into_iter().filter_map(|finding| finding.promoted_from_id).next().expect("a finding made of an issue");
    assert!(issues.iter().any(|issue| issue.id == promoted));
    let comments = all::<Comment>();
    let kinds_on = |one: &Comment| [one.deliverable_id.is_some(), one.finding_id.is_some(), one.capa_id.is_some(), one.issue_id.is_some()];
    for visibility in CommentVisibility::ALL {
        let of_it: Vec<_> = comments.iter().filter(|comment| comment.visibility == *visibility).map(kinds_on).collect();
        assert!((0..4).all(|kind| of_it.iter().any(|on| on[kind])), "{visibility}");
    }
    for comment in &comments {
        assert_eq!(comment.sponsor_id.is_none(), comment.visibility == CommentVisibility::VendorInternal);
        assert_eq!(comment.vendor_id.is_none(), comment.visibility == CommentVisibility::SponsorInternal);
        assert!(comment.audiences != 0, "{}", comment.body);
    }
}
