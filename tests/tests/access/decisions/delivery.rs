//! Deliverables and documents: planning, handing in, verdicts, signatures.

use serde_json::{Value as Json, json};
use tandem_domain::access::{Role, Side};
use tandem_domain::command::{Change, Code, Command, Op, Refusal, SignatureMeaning};
use tandem_domain::delivery::{
    Blinding, Deliverable, DeliverablePlace, DeliverableReview, DeliverableState, DeliverableSubmission, DeliverableType, Document,
    DocumentPlace, DocumentState, HandedIn, ReviewVerdict, deliverable_create, deliverable_review, deliverable_sign, deliverable_submit,
    deliverable_update, document_create, document_update,
};
use tandem_domain::engagement::{Engagement, EngagementState};
use tandem_domain::record::Record;
use tandem_tests::matrix::stage::Stage;
use tandem_tests::records::{self, day, now};

use super::{at, by, input, no, only, ops, shown, signing, silently};

fn place(stage: &Stage) -> DeliverablePlace {
    DeliverablePlace { engagement: stage.engagement.clone(), country: None, site: None, supersedes: None }
}

fn create(place: DeliverablePlace, besides: Json) -> Result<Change, Refusal> {
    let mut json = json!({ "engagementId": shown(&place.engagement.clone().into_entity()), "deliverableType": "TLF", "title": "Tables", "dueDate": "2026-02-01" });
    json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
    let input = input("deliverableCreate", json, |command| match command {
        Command::DeliverableCreate(input) => Some(input),
        _ => None,
    });
    by(Role::SStudyManager, |deciding| deliverable_create(deciding, place, input))
}

#[test]
fn a_deliverable_is_planned_for_the_side_that_owes_it() {
    let stage = Stage::set();
    let plain: Deliverable = only(create(place(&stage), json!({})), &Op::Created);
    assert_eq!((plain.owed_by, plain.ball_in_court, plain.state), (Side::Vendor, Some(Side::Vendor), DeliverableState::Planned));
    assert_eq!((plain.review_sla_days, plain.cycle_count, plain.engagement_id), (5, 0, stage.engagement.id));
    let swapped: Deliverable = only(create(place(&stage), json!({ "owedBy": "SPONSOR" })), &Op::Created);
    assert_eq!((swapped.owed_by, swapped.ball_in_court), (Side::Sponsor, Some(Side::Sponsor)));
    // Each meaning once, and the approval is what accepting is.
    let signed = json!({ "requiredSignatures": ["REVIEW", "APPROVAL", "REVIEW", "AUTHORSHIP"] });
    let signed: Deliverable = only(create(place(&stage), signed), &Op::Created);
    assert_eq!(signed.required_signatures, [SignatureMeaning::Authorship, SignatureMeaning::Review]);
    assert!(signed.missing_signatures.is_empty());
    let at_site = DeliverablePlace { site: Some(stage.site.clone()), ..place(&stage) };
    let at_site: Deliverable = only(create(at_site, json!({})), &Op::Created);
    assert_eq!((at_site.study_site_id, at_site.study_country_id), (Some(stage.site.id), Some(stage.site.study_country_id)));

    no(create(DeliverablePlace { site: Some(stage.site_b.clone()), ..place(&stage) }, json!({})), Code::NotFound, "studySiteId");
    no(create(DeliverablePlace { country: Some(stage.germany_b.clone()), ..place(&stage) }, json!({})), Code::NotFound, "studyCountryId");
    let elsewhere = records::deliverable(1, &stage.competitor, DeliverableType::Tlf);
    no(create(DeliverablePlace { supersedes: Some(elsewhere), ..place(&stage) }, json!({})), Code::NotFound, "supersedesId");
    let ended = Engagement { state: EngagementState::Closed, ..stage.engagement.clone() };
    no(create(DeliverablePlace { engagement: ended, ..place(&stage) }, json!({})), Code::GuardFailed, "engagementId");
    no(create(place(&stage), json!({ "owedBy": "NEITHER" })), Code::BadUserInput, "owedBy");
    no(create(place(&stage), json!({ "reviewSlaDays": 366 })), Code::BadUserInput, "reviewSlaDays");
    no(create(place(&stage), json!({ "reviewSlaDays": -1 })), Code::BadUserInput, "reviewSlaDays");
    no(create(place(&stage), json!({ "acceptanceCriteria": ["Complete", "Complete"] })), Code::BadUserInput, "acceptanceCriteria");
}

#[test]
fn another_due_date_needs_a_reason_and_what_is_settled_stays() {
    let stage = Stage::set();
    let update = |besides: Json| {
        let mut json = json!({ "id": shown(&records::deliverable(1, &stage.engagement, DeliverableType::Tlf).into_entity()) });
        json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        input("deliverableUpdate", json, |command| match command {
            Command::DeliverableUpdate(input) => Some(input),
            _ => None,
        })
    };
    let planned = records::deliverable(1, &stage.engagement, DeliverableType::Tlf);
    let late = || update(json!({ "dueDate": "2027-01-01" }));
    let moved: Deliverable = only(by(Role::SStudyManager, |deciding| deliverable_update(deciding, planned.clone(), late())), &Op::Updated);
    assert_eq!(moved.due_date.to_string(), "2027-01-01");
    no(silently(Role::SStudyManager, |deciding| deliverable_update(deciding, planned.clone(), late())), Code::ReasonRequired, "reason");
    let same = update(json!({ "dueDate": planned.due_date.to_string(), "title": "Other" }));
    assert!(silently(Role::SStudyManager, |deciding| deliverable_update(deciding, planned.clone(), same)).is_ok());
    use DeliverableState::{Accepted, AcceptedWithComments, Cancelled, InPreparation, InReview, Planned, Returned, Submitted, Superseded};
    for (state, settled) in [
        (Planned, false),
        (InPreparation, false),
        (Submitted, false),
        (InReview, false),
        (Returned, false),
        (Accepted, true),
        (AcceptedWithComments, true),
        (Superseded, true),
        (Cancelled, true),
    ] {
        let deliverable = Deliverable { state, ..planned.clone() };
        let decided = by(Role::SVendorManager, |deciding| deliverable_update(deciding, deliverable, update(json!({ "title": "Other" }))));
        assert_eq!(decided.is_err(), settled, "{state}");
    }
    // The dates that a vendor is measured by are not the vendor's to move.
    no(by(Role::VProjectManager, |deciding| deliverable_update(deciding, planned, late())), Code::Forbidden, "");
}

struct Handing {
    deliverable: Deliverable,
    document: Document,
    evidence: Option<Document>,
}

fn hand_in(handing: Handing) -> Result<Change, Refusal> {
    let json =
        json!({ "id": shown(&handing.deliverable.clone().into_entity()), "documentId": shown(&handing.document.clone().into_entity()) });
    let input = input("deliverableSubmit", json, |command| match command {
        Command::DeliverableSubmit(input) => Some(input),
        _ => None,
    });
    let documents = HandedIn { document: handing.document, qc_evidence: handing.evidence };
    by(Role::VProjectManager, |deciding| deliverable_submit(deciding, "SUBMIT", handing.deliverable, documents, input))
}

#[test]
fn each_submission_has_the_next_number_and_takes_its_document_out_of_draft() {
    let stage = Stage::set();
    let prepared = Deliverable {
        cycle_count: 3,
        required_signatures: vec![SignatureMeaning::Review],
        ..records::deliverable(1, &stage.engagement, DeliverableType::MonitoringVisitReport)
    };
    let document = records::document(2, &stage.study, Some(&stage.engagement));
    let plain = Handing { deliverable: prepared.clone(), document: document.clone(), evidence: None };
    let change = hand_in(plain).unwrap();
    assert_eq!(ops(&change), [("SUBMIT".to_owned(), "Deliverable"), ("CREATED".to_owned(), "DeliverableSubmission")]);
    let (deliverable, submission): (Deliverable, DeliverableSubmission) = (at(&change, 0), at(&change, 1));
    assert_eq!((submission.number, deliverable.cycle_count, deliverable.current_submission_id), (4, 4, Some(submission.id)));
    assert_eq!((&submission.document_hash, submission.submitted_by_side, submission.of_visit), (&document.sha256, Side::Vendor, true));
    // Whatever was signed of an earlier one has to be signed again.
    assert_eq!((deliverable.missing_signatures, deliverable.submitted_at), (vec![SignatureMeaning::Review], Some(now())));

    let draft = |number| Document { state: DocumentState::Draft, ..records::document(number, &stage.study, Some(&stage.engagement)) };
    let drafts = Handing { deliverable: prepared.clone(), document: draft(2), evidence: Some(draft(3)) };
    let change = hand_in(drafts).unwrap();
    assert_eq!(ops(&change)[2..], [("SUBMIT_FOR_REVIEW".to_owned(), "Document"), ("SUBMIT_FOR_REVIEW".to_owned(), "Document")]);
    assert_eq!(at::<Document>(&change, 2).state, DocumentState::InReview);

    let bad = |document: Document| Handing { deliverable: prepared.clone(), document, evidence: None };
    no(hand_in(bad(records::document(2, &stage.study, None))), Code::NotFound, "documentId");
    no(hand_in(bad(records::document(2, &stage.study, Some(&stage.competitor)))), Code::NotFound, "documentId");
    for wrong in [
        Document { owner_side: Side::Sponsor, ..document.clone() },
        Document { blinding: Blinding::SponsorBlinded, ..document.clone() },
        Document { state: DocumentState::Superseded, ..document.clone() },
        Document { state: DocumentState::Obsolete, ..document.clone() },
    ] {
        no(hand_in(bad(wrong)), Code::GuardFailed, "documentId");
    }
    let asks = Deliverable { qc_evidence_required: true, ..prepared };
    no(hand_in(Handing { deliverable: asks.clone(), document: document.clone(), evidence: None }), Code::GuardFailed, "qcEvidenceId");
    let elsewhere = records::document(3, &stage.study, Some(&stage.competitor));
    no(hand_in(Handing { deliverable: asks, document, evidence: Some(elsewhere) }), Code::NotFound, "qcEvidenceId");
}

fn under_review(stage: &Stage) -> Deliverable {
    let made = records::deliverable(1, &stage.engagement, DeliverableType::Tlf);
    let submission =
        records::deliverable_submission(2, &made, &records::document(3, &stage.study, Some(&stage.engagement)), records::id(4));
    Deliverable {
        state: DeliverableState::InReview,
        current_submission_id: Some(submission.id),
        acceptance_criteria: vec!["Complete".to_owned(), "Signed".to_owned()],
        missing_signatures: vec![SignatureMeaning::Review],
        ..made
    }
}

#[test]
fn a_verdict_is_said_of_the_current_submission() {
    let stage = Stage::set();
    let reviewed = under_review(&stage);
    let said = |verdict, unmet: &[&str], comment: Option<&str>| {
        (verdict, unmet.iter().map(|one| (*one).to_owned()).collect(), comment.map(str::to_owned))
    };
    let returned = |said| by(Role::SStudyManager, |deciding| deliverable_review(deciding, "RETURN", reviewed.clone(), None, said));
    let change = returned(said(ReviewVerdict::Return, &["Complete"], None)).unwrap();
    let review: DeliverableReview = at(&change, 1);
    assert_eq!((review.verdict, review.submission_id), (Some(ReviewVerdict::Return), reviewed.current_submission_id.unwrap()));
    assert_eq!((review.unmet_criteria, review.signature_meaning), (vec!["Complete".to_owned()], None));
    assert!(returned(said(ReviewVerdict::Return, &[], Some("Table 3 is missing."))).is_ok());
    // Saying nothing is no return, and blanks say nothing.
    no(returned(said(ReviewVerdict::Return, &[], None)), Code::GuardFailed, "unmetCriteria");
    no(returned(said(ReviewVerdict::Return, &[], Some("  "))), Code::GuardFailed, "unmetCriteria");
    no(returned(said(ReviewVerdict::Return, &["Beautiful"], None)), Code::BadUserInput, "unmetCriteria");

    let old = records::deliverable(9, &stage.engagement, DeliverableType::Tlf);
    let accept = |meaning, superseded| {
        signing(Role::SStudyManager, meaning, |deciding| {
            deliverable_review(deciding, "ACCEPT", reviewed.clone(), superseded, said(ReviewVerdict::Accept, &[], None))
        })
    };
    let change = accept(SignatureMeaning::Approval, Some(old)).unwrap();
    let expected = [("ACCEPT", "Deliverable"), ("CREATED", "DeliverableReview"), ("SUPERSEDE", "Deliverable")];
    assert_eq!(ops(&change), expected.map(|(op, kind)| (op.to_owned(), kind)));
    assert_eq!(at::<DeliverableReview>(&change, 1).signature_meaning, Some(SignatureMeaning::Approval));
    no(accept(SignatureMeaning::Review, None), Code::BadUserInput, "signature");
    let nothing = Deliverable { current_submission_id: None, ..reviewed };
    let of_nothing = by(Role::SStudyManager, |deciding| {
        deliverable_review(deciding, "RETURN", nothing, None, said(ReviewVerdict::Return, &[], Some("Where is it?")))
    });
    no(of_nothing, Code::GuardFailed, "");
}

#[test]
fn what_is_asked_for_is_signed_once() {
    let stage = Stage::set();
    let sign = |meaning, deliverable: Deliverable| {
        let json = json!({ "id": shown(&deliverable.clone().into_entity()) });
        let input = input("deliverableSign", json, |command| match command {
            Command::DeliverableSign(input) => Some(input),
            _ => None,
        });
        signing(Role::SStudyManager, meaning, |deciding| deliverable_sign(deciding, deliverable, input))
    };
    let change = sign(SignatureMeaning::Review, under_review(&stage)).unwrap();
    let (signed, review): (Deliverable, DeliverableReview) = (at(&change, 0), at(&change, 1));
    assert!(signed.missing_signatures.is_empty());
    assert_eq!((review.verdict, review.signature_meaning), (None, Some(SignatureMeaning::Review)));
    no(sign(SignatureMeaning::Review, signed), Code::BadUserInput, "signature");
    no(sign(SignatureMeaning::Authorship, under_review(&stage)), Code::BadUserInput, "signature");
    let early = Deliverable { state: DeliverableState::Submitted, ..under_review(&stage) };
    no(sign(SignatureMeaning::Review, early), Code::InvalidTransition, "");
}

#[test]
fn a_document_begins_as_a_draft_of_its_own_side_and_changes_only_there() {
    let stage = Stage::set();
    let create = |role, engagement: Option<Engagement>, besides: Json| {
        let mut json = json!({ "studyId": shown(&stage.study.clone().into_entity()), "tmfArtifact": "01.01.02", "title": "Plan", "versionLabel": "1.0", "sha256": "AB".repeat(32), "size": 10, "mediaType": "Application/PDF" });
        json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        let input = input("documentCreate", json, |command| match command {
            Command::DocumentCreate(input) => Some(input),
            _ => None,
        });
        let place = DocumentPlace { study: stage.study.clone(), engagement, site: None, supersedes: None };
        by(role, |deciding| document_create(deciding, place, input))
    };
    let ours = || Some(stage.engagement.clone());
    let made: Document = only(create(Role::VProjectManager, ours(), json!({})), &Op::Created);
    assert_eq!((made.state, made.owner_side, made.blinding), (DocumentState::Draft, Side::Vendor, Blinding::Open));
    assert_eq!((made.sha256.as_str(), made.media_type.as_str()), ("ab".repeat(32).as_str(), "application/pdf"));
    no(create(Role::VProjectManager, None, json!({})), Code::Forbidden, "");
    no(create(Role::SStudyManager, None, json!({ "sha256": "abc" })), Code::BadUserInput, "sha256");
    no(create(Role::SStudyManager, None, json!({ "size": 0 })), Code::BadUserInput, "size");
    no(create(Role::SStudyManager, None, json!({ "mediaType": "pdf" })), Code::BadUserInput, "mediaType");
    let ended = Engagement { state: EngagementState::Terminated, ..stage.engagement.clone() };
    no(create(Role::VProjectManager, Some(ended), json!({})), Code::GuardFailed, "engagementId");
    // Nobody makes what he would not see.
    for (role, blinding) in [(Role::SStudyManager, "SPONSOR_BLINDED"), (Role::VProjectManager, "UNBLINDED_RESTRICTED")] {
        assert!(create(role, ours(), json!({ "blinding": blinding })).is_err(), "{blinding}");
    }

    let update = |role, document: &Document, besides: Json| {
        let mut json = json!({ "id": shown(&document.clone().into_entity()) });
        json.as_object_mut().unwrap().extend(besides.as_object().unwrap().clone());
        let input = input("documentUpdate", json, |command| match command {
            Command::DocumentUpdate(input) => Some(input),
            _ => None,
        });
        by(role, |deciding| document_update(deciding, document.clone(), input))
    };
    let title = || json!({ "title": "Another" });
    assert!(update(Role::VProjectManager, &made, title()).is_ok());
    let effective = Document { state: DocumentState::Effective, ..made };
    no(update(Role::VProjectManager, &effective, title()), Code::GuardFailed, "");
    let held: Document =
        only(update(Role::VProjectManager, &effective, json!({ "legalHold": true, "retentionUntil": day(900).to_string() })), &Op::Updated);
    assert!(held.legal_hold && held.retention_until == Some(day(900)));
    no(update(Role::SStudyManager, &effective, json!({ "legalHold": true })), Code::Forbidden, "");
}
