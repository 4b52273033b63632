//! The work between the sides in the sweep's world: what is owed, handed in and returned, found, answered and done, and what is said of it,
//! by rivals on one study, under a subcontract, under a closed engagement, for a second sponsor. Drafts and own words of each side too.

use tandem_domain::access::Side;
use tandem_domain::command::SignatureMeaning;
use tandem_domain::conversation::{Comment, CommentVisibility};
use tandem_domain::delivery::{
    Blinding, Deliverable, DeliverableReview, DeliverableState, DeliverableSubmission, DeliverableType, Document, DocumentState,
};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{CapaId, DocumentId, PersonId};
use tandem_domain::oversight::{
    Capa, CapaAction, CapaState, DueDateExtension, EffectivenessCheck, EffectivenessOutcome, Finding, FindingCategory, FindingInternal,
    FindingResponse, FindingSource, FindingState, Issue, ResponseVerdict, RootCauseCategory, RootCauseMethod,
};
use tandem_domain::portfolio::{
    Amendment, AmendmentState, EnrollmentSnapshot, Milestone, Program, ProgramInternal, ProtocolStatus, ProtocolVersion, Study, StudySite,
};
use tandem_domain::record::{Cell, Entity, Record, Scalar};

use super::world::{Builder, text};
use crate::records;

/// A programme, and the studies of it. AP2's one study has no vendor.
pub(super) const PROGRAMS: &[(&str, &[&str])] = &[("AP1", &["A1", "A2"]), ("AP2", &["A3"]), ("BP1", &["B1"])];

/// Versions of protocols: name (study, rest), the amendment that led to it, how far it is. Drafts are the sponsor's people's: one follows an
/// amendment that all see, and one that all see follows an amendment that was withdrawn.
const PROTOCOLS: &[(&str, Option<&str>, ProtocolStatus)] = &[
    ("A1-p", Some("A1-gone"), ProtocolStatus::Obsolete),
    ("A1-p1", Some("A1-p1"), ProtocolStatus::Final),
    ("A1-draft", Some("A1-p1"), ProtocolStatus::Draft),
    ("A2-p", Some("A2-p"), ProtocolStatus::Approved),
    ("A3-p", None, ProtocolStatus::Final),
    ("A3-review", Some("A3-review"), ProtocolStatus::PendingReview),
    ("B1-p", Some("B1-p"), ProtocolStatus::Final),
    ("B1-draft", None, ProtocolStatus::Draft),
];

/// Amendments: name (study, rest), where it stands.
const AMENDMENTS: &[(&str, AmendmentState)] = &[
    ("A1-p1", AmendmentState::Implemented),
    ("A1-draft", AmendmentState::Draft),
    ("A1-gone", AmendmentState::Withdrawn),
    ("A2-p", AmendmentState::Approved),
    ("A3-review", AmendmentState::InternalReview),
    ("B1-p", AmendmentState::Submitted),
];

/// Name (engagement, rest), and the site that it is of. Those of a study alone begin with the study: they are the sponsor's.
const MILESTONES: &[(&str, Option<&str>)] = &[
    ("A1-m", None),
    ("A1V-m", None),
    ("A1V-m-de1", Some("A1-de1")),
    ("A1W-m", None),
    ("A1W-m-us1", Some("A1-us1")),
    ("A1S-m", None),
    ("A2V-m", None),
    ("A2W-m", None),
    ("B1V-m", None),
];

/// Snapshots of enrolment: name (engagement, rest), and the site.
const ENROLLMENT: &[(&str, &str)] = &[("A1V-e-de1", "A1-de1"), ("A1W-e-us1", "A1-us1")];

use Blinding::{Open, SponsorBlinded, UnblindedRestricted};
use DocumentState::{Draft, Effective};
use Side::{Sponsor, Vendor};

/// Name, whose it is, how far it is, for whose eyes, where.
const DOCUMENTS: &[(&str, Side, DocumentState, Blinding, Option<&str>)] = &[
    ("A1-doc", Sponsor, Effective, Open, None),
    ("A1-doc-draft", Sponsor, Draft, Open, None),
    ("A1V-doc", Vendor, Effective, Open, None),
    ("A1V-doc-of_a", Sponsor, Effective, Open, None),
    ("A1V-doc-de1", Vendor, Effective, Open, Some("A1-de1")),
    ("A1V-vdraft", Vendor, Draft, Open, None),
    ("A1V-sdraft", Sponsor, Draft, Open, None),
    ("A1V-blind", Vendor, Effective, SponsorBlinded, None),
    ("A1V-unblinded", Vendor, Effective, UnblindedRestricted, None),
    ("A1W-doc", Vendor, Effective, Open, None),
    ("A1W-vdraft", Vendor, Draft, Open, None),
    ("A1W-doc-us1", Vendor, Effective, Open, Some("A1-us1")),
    ("A1S-doc", Vendor, Effective, Open, None),
    ("A2V-doc", Vendor, Effective, Open, None),
    ("A2W-doc", Vendor, Effective, Open, None),
    ("B1V-doc", Vendor, Effective, Open, None),
];

/// Name, what it is, who owes it, where, and the document that was handed in.
const DELIVERABLES: &[(&str, DeliverableType, Side, Option<&str>, &str)] = &[
    ("A1V-plan", DeliverableType::ProjectPlan, Vendor, None, "A1V-doc"),
    ("A1V-visit", DeliverableType::MonitoringVisitReport, Vendor, Some("A1-de1"), "A1V-doc-de1"),
    ("A1V-protocol", DeliverableType::Protocol, Sponsor, None, "A1V-doc-of_a"),
    ("A1V-secret", DeliverableType::InterimAnalysis, Vendor, None, "A1V-blind"),
    ("A1W-plan", DeliverableType::ProjectPlan, Vendor, None, "A1W-doc"),
    ("A1W-visit", DeliverableType::MonitoringVisitReport, Vendor, Some("A1-us1"), "A1W-doc-us1"),
    ("A1S-plan", DeliverableType::ProjectPlan, Vendor, None, "A1S-doc"),
    ("A2V-plan", DeliverableType::ProjectPlan, Vendor, None, "A2V-doc"),
    ("A2W-plan", DeliverableType::ProjectPlan, Vendor, None, "A2W-doc"),
    ("B1V-plan", DeliverableType::ProjectPlan, Vendor, None, "B1V-doc"),
];

/// A finding: name, side and author, state, category, where.
type FindingRow = (&'static str, Side, &'static str, FindingState, FindingCategory, Option<&'static str>);

const FINDINGS: &[FindingRow] = &[
    ("A1-f", Sponsor, "A.vm", FindingState::Issued, FindingCategory::SponsorOversight, None),
    ("A1-fdraft", Sponsor, "A.vm", FindingState::Draft, FindingCategory::SponsorOversight, None),
    ("A1V-f", Sponsor, "A.vm", FindingState::ResponseSubmitted, FindingCategory::Monitoring, None),
    ("A1V-f-de1", Sponsor, "A.vm", FindingState::CapaInProgress, FindingCategory::DataIntegrity, Some("A1-de1")),
    ("A1V-fdraft", Sponsor, "A.vm", FindingState::Draft, FindingCategory::DataIntegrity, Some("A1-de1")),
    ("A1V-freview", Sponsor, "A.vm", FindingState::UnderInternalReview, FindingCategory::Monitoring, None),
    // Written by somebody who does not prepare findings: his own draft is his to read.
    ("A1V-fdata", Sponsor, "A.data", FindingState::Draft, FindingCategory::Monitoring, None),
    ("A1V-vdraft", Vendor, "V.qa", FindingState::Draft, FindingCategory::DataIntegrity, Some("A1-de1")),
    ("A1V-vreview", Vendor, "V.qa", FindingState::UnderInternalReview, FindingCategory::Monitoring, None),
    ("A1W-f", Sponsor, "A.vm", FindingState::ResponseSubmitted, FindingCategory::Monitoring, None),
    ("A1W-fdraft", Sponsor, "A.vm", FindingState::Draft, FindingCategory::Monitoring, None),
    ("A1W-vdraft", Vendor, "W.admin", FindingState::Draft, FindingCategory::Monitoring, None),
    ("A1S-f", Sponsor, "A.vm", FindingState::ResponseSubmitted, FindingCategory::Monitoring, None),
    ("A2V-f", Sponsor, "A.vm", FindingState::Issued, FindingCategory::Monitoring, None),
    ("A2W-f", Sponsor, "A.vm", FindingState::Issued, FindingCategory::Monitoring, None),
    ("B1V-f", Sponsor, "B.sm", FindingState::ResponseSubmitted, FindingCategory::Monitoring, None),
];

/// What was answered, with the CAPA: the finding, who answers. Each CAPA has two actions, of which the second is somebody's own.
const ANSWERED: &[(&str, &str, &str)] = &[
    ("A1-f", "A.vm", "A.sm"),
    ("A1V-f", "V.pm", "V.cra"),
    ("A1V-f-de1", "V.pm", "V.reg"),
    ("A1W-f", "W.pm", "W.cra"),
    ("A1S-f", "S.pm", "S.pm"),
    ("B1V-f", "V.qa", "V.qa"),
];

/// An issue: name, who raised it, where.
const ISSUES: &[(&str, &str, Option<&str>)] = &[
    ("A1V-i", "V.pm", None),
    ("A1V-i-de1", "V.pm", Some("A1-de1")),
    ("A1W-i", "W.pm", None),
    ("A1S-i", "S.pm", None),
    ("A2V-i", "V.pm", None),
    ("A2W-i", "W.pm", None),
    ("B1V-i", "V.qa", None),
];

/// What is talked about: kind and name. On each there is a comment to both sides where both see it, and one of each side where it can be.
const DISCUSSED: &[(&str, &str)] = &[
    ("milestone", "A1-m"),
    ("milestone", "A1V-m"),
    ("milestone", "A1V-m-de1"),
    ("milestone", "A1W-m"),
    ("deliverable", "A1V-plan"),
    ("deliverable", "A1V-visit"),
    ("deliverable", "A1W-plan"),
    ("deliverable", "A1S-plan"),
    ("deliverable", "A2V-plan"),
    ("deliverable", "B1V-plan"),
    ("finding", "A1-f"),
    ("finding", "A1V-f"),
    ("finding", "A1V-f-de1"),
    ("finding", "A1V-fdraft"),
    ("finding", "A1V-vdraft"),
    ("finding", "A1W-f"),
    ("capa", "A1V-f"),
    ("capa", "A1W-f"),
    ("issue", "A1V-i"),
    ("issue", "A1W-i"),
];

/// Plants all of it, after the engagements and sites that it lies in.
///
/// # Panics
/// Where a row names nothing: the world would be another one.
pub(super) fn plant(world: &mut Builder) {
    for (name, _) in PROGRAMS {
        let program = Program { id: world.id(name), ..records::program(1, world.id(&name[..1])) };
        let internal = ProgramInternal { id: program.id, ..records::program_internal(&program) };
        keep(world, name, program);
        keep(world, name, internal);
    }
    for (name, state) in AMENDMENTS {
        assert!(amendment(world, name, *state).is_some(), "{name}");
    }
    for (name, by, status) in PROTOCOLS {
        assert!(protocol(world, name, *by, *status).is_some(), "{name}");
    }
    for (name, site) in MILESTONES {
        assert!(milestone(world, name, *site).is_some(), "{name}");
    }
    for (name, site) in ENROLLMENT {
        assert!(enrollment(world, name, site).is_some(), "{name}");
    }
    for row in DOCUMENTS {
        assert!(document(world, *row).is_some(), "{}", row.0);
    }
    for row in DELIVERABLES {
        assert!(deliverable(world, *row).is_some(), "{}", row.0);
    }
    for row in FINDINGS {
        assert!(finding(world, *row).is_some(), "{}", row.0);
    }
    for row in ANSWERED {
        assert!(answer(world, *row).is_some(), "{}", row.0);
    }
    for row in ISSUES {
        assert!(issue(world, *row).is_some(), "{}", row.0);
    }
    for (kind, name) in DISCUSSED {
        assert!(discuss(world, kind, name).is_some(), "{kind}:{name}");
    }
}

/// Keeps a record with a canary in every text.
fn keep(world: &mut Builder, name: &str, record: impl Record) {
    let entity = record.into_entity();
    let kind = entity.kind();
    let cells = kind.def().columns.iter().zip(entity.cells()).map(|(column, cell)| match column.scalar {
        // What is edited has to be well formed.
        Scalar::String if ["sha256", "media_type"].contains(&column.name) => cell,
        Scalar::String => Cell::Text(text(kind.prefix(), name, column.name)),
        Scalar::StringList => Cell::List(vec![text(kind.prefix(), name, column.name)]),
        Scalar::Int if column.name == "size" => Cell::Int(world.int()),
        _ => cell,
    });
    let marked = kind.decode(cells.collect());
    assert!(marked.is_ok(), "{kind:?} {name} takes its canaries");
    world.plant(name, marked.unwrap_or(entity));
}

fn planted<'a>(world: &'a Builder, kind: &str, name: &str) -> Option<&'a Entity> {
    world.planted.iter().find(|one| one.key() == format!("{kind}:{name}")).map(|one| &one.entity)
}

fn study(world: &Builder, name: &str) -> Option<Study> {
    if let Some(Entity::Study(it)) = planted(world, "study", &name[..2]) { Some(it.clone()) } else { None }
}

/// The engagement that a name begins with; none for what is of a study alone.
fn engagement(world: &Builder, name: &str) -> Option<Engagement> {
    if let Some(Entity::Engagement(it)) = planted(world, "engagement", &name[..3]) { Some(it.clone()) } else { None }
}

fn site(world: &Builder, name: Option<&str>) -> Option<StudySite> {
    if let Some(Entity::StudySite(it)) = planted(world, "study_site", name?) { Some(it.clone()) } else { None }
}

fn amendment(world: &mut Builder, name: &str, state: AmendmentState) -> Option<()> {
    let made = Amendment { id: world.id(name), state, ..records::amendment(1, &study(world, name)?, false) };
    keep(world, name, made);
    Some(())
}

fn protocol(world: &mut Builder, name: &str, by: Option<&str>, status: ProtocolStatus) -> Option<()> {
    let version = records::protocol_version(1, &study(world, name)?, None, false);
    let made = ProtocolVersion { id: world.id(name), amendment_id: by.map(|by| world.id(by)), status, ..version };
    keep(world, name, made);
    Some(())
}

fn milestone(world: &mut Builder, name: &str, at: Option<&str>) -> Option<()> {
    let (study, engagement) = (study(world, name)?, engagement(world, name));
    let of = match site(world, at) {
        Some(site) => records::site_milestone(1, &study, &site, engagement.as_ref()),
        None => records::milestone(1, &study, engagement.as_ref()),
    };
    // What has to come before it is partly the sponsor's alone, or a rival's.
    let predecessor_ids = if name == "A1V-m-de1" { ["A1-m", "A1V-m", "A1W-m"].map(|one| world.id(one)).to_vec() } else { Vec::new() };
    let milestone = Milestone { id: world.id(name), owner_id: Some(world.id("A.sm")), predecessor_ids, ..of };
    keep(world, name, milestone);
    Some(())
}

fn enrollment(world: &mut Builder, name: &str, at: &str) -> Option<()> {
    let snapshot = records::enrollment_snapshot(1, &site(world, Some(at))?, engagement(world, name).as_ref());
    let made = EnrollmentSnapshot { id: world.id(name), ..snapshot };
    keep(world, name, made);
    Some(())
}

fn document(
    world: &mut Builder,
    (name, owner_side, state, blinding, at): (&str, Side, DocumentState, Blinding, Option<&str>),
) -> Option<()> {
    let (study, engagement, site) = (study(world, name)?, engagement(world, name), site(world, at));
    let document = Document {
        id: world.id(name),
        owner_side,
        state,
        blinding,
        country_code: site.as_ref().map(|site| site.country_code),
        study_site_id: site.map(|site| site.id),
        // One took the place of the sponsor's draft, which its reader does not see.
        supersedes_id: (name == "A1V-doc").then(|| world.id("A1V-sdraft")),
        ..records::document(1, &study, engagement.as_ref())
    };
    keep(world, name, document);
    Some(())
}

/// The deliverable, what was handed in, and that it was returned.
fn deliverable(
    world: &mut Builder,
    (name, deliverable_type, owed_by, at, document): (&str, DeliverableType, Side, Option<&str>, &str),
) -> Option<()> {
    let (engagement, site) = (engagement(world, name)?, site(world, at));
    let (vendor, sponsor) = (engagement.lead_vendor_id?, engagement.lead_sponsor_id?);
    let (ower, other) = if owed_by == Vendor { (vendor, sponsor) } else { (sponsor, vendor) };
    let deliverable = Deliverable {
        id: world.id(name),
        owed_by,
        state: DeliverableState::Returned,
        study_country_id: site.as_ref().map(|site| site.study_country_id),
        country_code: site.as_ref().map(|site| site.country_code),
        study_site_id: site.as_ref().map(|site| site.id),
        current_submission_id: Some(world.id(name)),
        supersedes_id: (name == "A1V-plan").then(|| world.id("A1V-secret")),
        accepted_by_id: Some(other),
        required_signatures: vec![SignatureMeaning::Authorship],
        cycle_count: 1,
        submitted_at: Some(records::now()),
        ball_in_court: Some(owed_by),
        ..records::deliverable(1, &engagement, deliverable_type)
    };
    let Entity::Document(document) = planted(world, "document", document)?.clone() else { return None };
    // The evidence of one is blinded to the sponsor.
    let qc_evidence_id = (name == "A1V-plan").then(|| world.id("A1V-blind"));
    let submission = records::deliverable_submission(1, &deliverable, &document, ower);
    let submission = DeliverableSubmission { id: world.id(name), qc_evidence_id, ..submission };
    let signature_meaning = Some(SignatureMeaning::Approval);
    let review = DeliverableReview { id: world.id(name), signature_meaning, ..records::deliverable_review(1, &submission, other) };
    keep(world, name, deliverable);
    keep(world, name, submission);
    keep(world, name, review);
    Some(())
}

/// A finding and, of the sponsor's, what the sponsor thinks of it.
fn finding(world: &mut Builder, (name, author_side, author, state, category, at): FindingRow) -> Option<()> {
    let (study, engagement, site) = (study(world, name)?, engagement(world, name), site(world, at));
    let author_id = world.id::<PersonId>(author);
    let plain = records::finding(1, &study, engagement.as_ref(), author_id);
    let draft = matches!(state, FindingState::Draft | FindingState::UnderInternalReview);
    let plain = if draft { plain } else { records::issued(plain) };
    let finding = Finding {
        id: world.id(name),
        state,
        category,
        author_side,
        source: if author_side == Vendor { FindingSource::SelfReported } else { FindingSource::OversightReview },
        study_country_id: site.as_ref().map(|site| site.study_country_id),
        country_code: site.as_ref().map(|site| site.country_code),
        study_site_id: site.map(|site| site.id),
        owner_id: engagement.and_then(|one| one.lead_vendor_id),
        closed_by_id: Some(world.id("A.qa")),
        // One repeats what was found at a rival, another what is still a draft; one was made of an issue at a rival.
        recurrence_of_id: match name {
            "A1V-f" => Some(world.id("A1W-f")),
            "A1V-f-de1" => Some(world.id("A1V-fdraft")),
            _ => None,
        },
        promoted_from_id: (name == "A1V-f").then(|| world.id("A1W-i")),
        ..plain
    };
    if author_side == Sponsor {
        let proposed_by_id = Some(world.id("A.qa"));
        let internal = FindingInternal { proposed_by_id, ..records::finding_internal(&finding) };
        keep(world, name, internal);
    }
    keep(world, name, finding);
    Some(())
}

/// The answer to a finding, its CAPA, two actions, a request for more time, and a check.
fn answer(world: &mut Builder, (name, who, other): (&str, &str, &str)) -> Option<()> {
    let Entity::Finding(finding) = planted(world, "finding", name)?.clone() else { return None };
    let (who, other) = (world.id::<PersonId>(who), world.id::<PersonId>(other));
    let judge = Some(world.id::<PersonId>("A.qa"));
    let response = FindingResponse {
        root_cause_method: Some(RootCauseMethod::FiveWhys),
        root_cause_category: Some(RootCauseCategory::Process),
        verdict: Some(ResponseVerdict::Returned),
        id: world.id(name),
        verdict_by_id: judge,
        ..records::finding_response(1, &finding, who)
    };
    let capa = Capa {
        id: world.id::<CapaId>(name),
        // One is being checked, so that what its check is said to have shown is looked up.
        state: if name == "A1V-f-de1" { CapaState::EffectivenessCheck } else { CapaState::Implementing },
        approved_by_id: Some(world.id("A.qa")),
        implemented_by_id: Some(other),
        successor_of_id: (name == "A1V-f-de1").then(|| world.id("A1W-f")),
        ..records::capa(1, &finding, who)
    };
    let evidence_id = Some(world.id::<DocumentId>(&format!("{}-doc", &name[..2 + usize::from(name.as_bytes().get(2) != Some(&b'-'))])));
    let action = CapaAction { id: world.id(name), evidence_id, ..records::capa_action(1, &capa, who) };
    let own_name = format!("{name}-own");
    let own = CapaAction { id: world.id(&own_name), ..records::capa_action(1, &capa, other) };
    let own = CapaAction { completed_by_id: Some(other), ..own };
    let extension = DueDateExtension { id: world.id(&own_name), decided_by_id: judge, ..records::due_date_extension(1, &own, other) };
    // What was looked at is the sponsor's draft.
    let check = EffectivenessCheck {
        id: world.id(name),
        performed_by_id: judge,
        outcome: Some(EffectivenessOutcome::Inconclusive),
        evidence_id: Some(world.id("A1V-sdraft")),
        ..records::effectiveness_check(1, &capa)
    };
    keep(world, name, response);
    keep(world, name, capa);
    keep(world, name, action);
    keep(world, &own_name, own);
    keep(world, &own_name, extension);
    keep(world, name, check);
    Some(())
}

fn issue(world: &mut Builder, (name, who, at): (&str, &str, Option<&str>)) -> Option<()> {
    let (engagement, site) = (engagement(world, name)?, site(world, at));
    let issue = Issue {
        id: world.id(name),
        country_code: site.as_ref().map(|site| site.country_code),
        study_site_id: site.map(|site| site.id),
        owner_id: engagement.lead_sponsor_id,
        ..records::issue(1, &engagement, world.id(who))
    };
    keep(world, name, issue);
    Some(())
}

/// Comments are called by what they are on and whom they are for: `A1V-plan-both`, `A1V-plan-sponsor`, `A1V-plan-vendor`; those on a CAPA
/// `A1V-f-capa-both`.
fn discuss(world: &mut Builder, kind: &str, name: &str) -> Option<()> {
    let on = planted(world, kind, name)?.clone();
    let draft_of = match &on {
        Entity::Finding(it) if matches!(it.state, FindingState::Draft | FindingState::UnderInternalReview) => Some(it.author_side),
        _ => None,
    };
    let engagement = engagement(world, name);
    let sponsor = if name.starts_with('A') { "A.vm" } else { "B.sm" };
    let sponsor = engagement.as_ref().and_then(|one| one.lead_sponsor_id).unwrap_or_else(|| world.id(sponsor));
    let vendor = engagement.as_ref().and_then(|one| one.lead_vendor_id);
    // Who is mentioned need not be seen by all who read it.
    let silent = world.id(if name.starts_with('A') { "A.silent" } else { "V.silent" });
    let infix = if kind == "capa" { "-capa" } else { "" };
    let mut say = |rest: &str, visibility: CommentVisibility, by: (PersonId, Side)| {
        let name = format!("{name}{infix}-{rest}");
        let comment = records::comment(1, &on, visibility, by);
        let comment = Comment { id: world.id(&name), mention_ids: vec![sponsor, silent], ..comment };
        keep(world, &name, comment);
    };
    if draft_of != Some(Vendor) {
        say("sponsor", CommentVisibility::SponsorInternal, (sponsor, Sponsor));
    }
    if let Some(vendor) = vendor {
        if draft_of.is_none() {
            say("both", CommentVisibility::Shared, (vendor, Vendor));
        }
        if draft_of != Some(Sponsor) {
            say("vendor", CommentVisibility::VendorInternal, (vendor, Vendor));
        }
    }
    Some(())
}
