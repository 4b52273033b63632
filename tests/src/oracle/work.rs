//! The work between the sides: programmes, milestones, documents, deliverables, findings, CAPAs, issues, comments.
//! A row is a side's by its engagement; state, kind and who wrote it say the rest. What hangs on something is looked up there.

use tandem_domain::access::{Role, Side};
use tandem_domain::conversation::{Comment, CommentVisibility};
use tandem_domain::delivery::{Blinding, Deliverable, DeliverableReview, DeliverableSubmission, DeliverableType, Document, DocumentState};
use tandem_domain::id::{EngagementId, FindingId, OrganizationId, PersonId, ProgramId, StudyId, StudySiteId};
use tandem_domain::oversight::{
    Capa, CapaAction, DueDateExtension, EffectivenessCheck, Finding, FindingCategory, FindingInternal, FindingResponse, FindingState, Issue,
};
use tandem_domain::portfolio::{Amendment, AmendmentState, EnrollmentSnapshot, Milestone, MilestoneLevel, ProtocolStatus, ProtocolVersion};
use tandem_domain::value::CountryCode;

use super::hat::{Hat, Reach};
use super::{Asker, Principal};

/// Where a row of the work lies.
struct Place {
    study: StudyId,
    engagement: Option<EngagementId>,
    country: Option<CountryCode>,
    site: Option<StudySiteId>,
}

macro_rules! place {
    ($row:expr) => {
        Place {
            study: $row.study_id,
            engagement: $row.engagement_id.into(),
            country: $row.country_code.into(),
            site: $row.study_site_id.into(),
        }
    };
}

/// As what the viewer's organisation has a row, if it has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum As {
    Sponsor,
    Vendor,
    /// The vendor above a subcontract.
    Prime,
}

/// C.2 draftFinding: whether only the author's side has it.
pub(super) fn is_draft(finding: &Finding) -> bool {
    finding.state == FindingState::Draft || finding.state == FindingState::UnderInternalReview
}

/// C.3, Finding: "category data".
pub(super) fn is_about_data(category: FindingCategory) -> bool {
    [FindingCategory::DataIntegrity, FindingCategory::Statistics].contains(&category)
}

/// C.3, Deliverable: "MVR".
pub(super) fn is_visit(deliverable: &Deliverable) -> bool {
    deliverable.deliverable_type == DeliverableType::MonitoringVisitReport
}

/// A version that is not approved yet.
pub(super) fn in_the_making(version: &ProtocolVersion) -> bool {
    [ProtocolStatus::Draft, ProtocolStatus::PendingReview].contains(&version.status)
}

/// An amendment that the sponsor has not let out, or took back.
pub(super) fn kept_in_house(amendment: &Amendment) -> bool {
    [AmendmentState::Draft, AmendmentState::InternalReview, AmendmentState::Withdrawn].contains(&amendment.state)
}

impl Hat {
    fn is(&self, roles: &[Role]) -> bool {
        roles.contains(&self.role)
    }

    /// The sponsor's roles that read findings, CAPAs and documents: not finance, not executives.
    fn oversees(&self) -> bool {
        self.prepares_findings() || self.is(&[Role::SRegulatory, Role::SSafety, Role::SDataLead])
    }

    /// C.2 draftFinding, the sponsor's side: "QA, study manager and vendor manager of the study".
    fn prepares_findings(&self) -> bool {
        self.is(&[Role::SStudyManager, Role::SVendorManager, Role::SQa])
    }

    fn works_with_data(&self) -> bool {
        self.is(&[Role::VDataManager, Role::VBiostatistician])
    }
}

impl Asker<'_> {
    /// As what the viewer's organisation has a row of this engagement of the study, or of the study alone.
    fn has(&self, study: StudyId, engagement: Option<EngagementId>) -> Option<As> {
        let engagement = engagement.and_then(|id| self.world.engagement(id));
        if self.world.sponsor_of(study) == Some(self.organization) {
            Some(As::Sponsor)
        } else if engagement.is_some_and(|one| one.vendor_id == self.organization) {
            Some(As::Vendor)
        } else if engagement.is_some_and(|one| self.prime_of(one) == Some(self.organization)) {
            Some(As::Prime)
        } else {
            None
        }
    }

    /// Whether the hat reaches a row there: "A COUNTRY or SITE member sees rows of that country or site"; an engagement's member those of
    /// the engagement, and of what is under it those that come with it.
    fn reaches(&self, hat: &Hat, place: &Place, comes_with_the_one_above: bool) -> bool {
        let engagement = place.engagement.and_then(|id| self.world.engagement(id));
        match &hat.reach {
            Reach::Everything => true,
            Reach::Study(study) => place.study == *study,
            Reach::Engagement(_) if comes_with_the_one_above => engagement.is_some_and(|one| !hat.is_elsewhere(one)),
            Reach::Engagement(own) | Reach::Listed(own) => place.engagement == Some(*own),
            Reach::Country(study, code) => place.study == *study && place.country == Some(*code),
            Reach::Site(site) => place.site == Some(*site),
        }
    }

    fn is_me(&self, person: PersonId) -> bool {
        self.who == Principal::Person(person)
    }

    /// "Program header: readable by whoever may read something that names" it, which is a study; the sponsor's as a whole besides.
    pub(super) fn program(&self, hat: &Hat, id: ProgramId, sponsor: OrganizationId) -> bool {
        let as_sponsor = sponsor == self.organization && hat.whole() && (hat.sponsors() || hat.machine());
        as_sponsor || self.world.studies.iter().any(|study| study.program_id == Some(id) && self.study(hat, study.id))
    }

    /// C.2 sponsorInternal. A programme lies in no study: only who has the whole organisation has its summary.
    pub(super) fn program_part(&self, hat: &Hat, sponsor: OrganizationId) -> bool {
        hat.internal() && hat.whole() && sponsor == self.organization
    }

    /// Whoever has the study's header has its protocol; what is `out` for all, what is not for the sponsor's people.
    pub(super) fn protocol(&self, hat: &Hat, study: StudyId, out: bool) -> bool {
        self.study(hat, study) && (out || hat.sponsors())
    }

    /// The sponsor's, executives with it; the vendor's that has to reach it, and of the vendor above; a CRA's of level SITE.
    pub(super) fn milestone(&self, hat: &Hat, milestone: &Milestone) -> bool {
        let role = match self.has(milestone.study_id, milestone.engagement_id) {
            Some(As::Sponsor) => hat.sponsors() || hat.machine(),
            Some(As::Vendor) if hat.role == Role::VCra => milestone.level == MilestoneLevel::Site,
            Some(As::Vendor) => hat.vendors() || hat.machine(),
            Some(As::Prime) => (hat.vendors() && hat.role != Role::VCra) || hat.machine(),
            None => false,
        };
        role && self.reaches(hat, &place!(milestone), true)
    }

    /// As a milestone of a site, of whoever was responsible for it.
    pub(super) fn enrollment(&self, hat: &Hat, snapshot: &EnrollmentSnapshot) -> bool {
        let role = match self.has(snapshot.study_id, snapshot.engagement_id) {
            Some(As::Sponsor) => hat.sponsors() || hat.machine(),
            Some(As::Vendor) => hat.vendors() || hat.machine(),
            Some(As::Prime) => (hat.vendors() && hat.role != Role::VCra) || hat.machine(),
            None => false,
        };
        role && self.reaches(hat, &place!(snapshot), true)
    }

    /// Drafts are their side's; SPONSOR_BLINDED is not the sponsor's; UNBLINDED_RESTRICTED is for named people, of whom there are none.
    /// Finance of the sponsor has no type of its own, an executive has none, a machine would only hand in.
    pub(super) fn document(&self, hat: &Hat, document: &Document) -> bool {
        let other_sides_draft = |side| document.state == DocumentState::Draft && document.owner_side != side;
        let role = match self.has(document.study_id, document.engagement_id) {
            Some(As::Sponsor) => hat.oversees() && document.blinding == Blinding::Open && !other_sides_draft(Side::Sponsor),
            Some(As::Vendor) => {
                let own_sites = hat.role != Role::VCra || document.study_site_id.is_some();
                hat.vendors() && own_sites && document.blinding != Blinding::UnblindedRestricted && !other_sides_draft(Side::Vendor)
            }
            Some(As::Prime) | None => false,
        };
        role && self.reaches(hat, &place!(document), false)
    }

    fn delivery(&self, hat: &Hat, deliverable: &Deliverable, comes_with_the_one_above: bool) -> bool {
        let role = match self.has(deliverable.study_id, Some(deliverable.engagement_id)) {
            Some(As::Sponsor) => (hat.sponsors() && hat.role != Role::SExecutive) || hat.machine(),
            Some(As::Vendor) if hat.role == Role::VCra => is_visit(deliverable),
            Some(As::Vendor) => hat.vendors() || hat.machine(),
            Some(As::Prime) => comes_with_the_one_above && ((hat.vendors() && hat.role != Role::VCra) || hat.machine()),
            None => false,
        };
        role && self.reaches(hat, &place!(deliverable), comes_with_the_one_above)
    }

    /// Both sides but executives, who have counts, and the vendor above; a CRA the reports of visits.
    pub(super) fn deliverable(&self, hat: &Hat, deliverable: &Deliverable) -> bool {
        self.delivery(hat, deliverable, true)
    }

    /// What was handed in, for whoever reads what it was handed in for.
    pub(super) fn submission(&self, hat: &Hat, submission: &DeliverableSubmission) -> bool {
        let of = self.world.deliverables.iter().find(|one| one.id == submission.deliverable_id);
        of.is_some_and(|one| self.delivery(hat, one, true))
    }

    /// What was said of it: not for the vendor above a subcontract.
    pub(super) fn review(&self, hat: &Hat, review: &DeliverableReview) -> bool {
        let of = self.world.deliverables.iter().find(|one| one.id == review.deliverable_id);
        of.is_some_and(|one| self.delivery(hat, one, false))
    }

    /// C.3 and C.2 draftFinding. Of the vendor's drafts the author is QA, so that they are QA's alone.
    pub(super) fn finding(&self, hat: &Hat, finding: &Finding) -> bool {
        if is_draft(finding) {
            return self.draft(hat, finding);
        }
        let role = match self.has(finding.study_id, finding.engagement_id) {
            Some(As::Sponsor) => hat.oversees() || hat.machine(),
            Some(As::Vendor) => {
                hat.machine()
                    || hat.is(&[Role::VProjectManager, Role::VQa, Role::VRegulatory, Role::VSafety])
                    || (hat.role == Role::VCra && finding.study_site_id.is_some())
                    || (hat.works_with_data() && is_about_data(finding.category))
            }
            Some(As::Prime) | None => false,
        };
        // A machine reads what both sides have: the sponsor's own affairs are not for one.
        let shared = !hat.machine() || finding.engagement_id.is_some();
        role && shared && self.reaches(hat, &place!(finding), false)
    }

    fn draft(&self, hat: &Hat, finding: &Finding) -> bool {
        let role = match (self.has(finding.study_id, finding.engagement_id), finding.author_side) {
            (Some(As::Sponsor), Side::Sponsor) => hat.prepares_findings() || (hat.oversees() && self.is_me(finding.author_id)),
            (Some(As::Vendor), Side::Vendor) => hat.role == Role::VQa,
            _ => false,
        };
        role && self.reaches(hat, &place!(finding), false)
    }

    fn finding_with(&self, id: FindingId) -> Option<&Finding> {
        self.world.findings.iter().find(|one| one.id == id)
    }

    /// C.2 sponsorInternal, of those who have such findings: of a draft who prepares findings, whoever its author is. It names no
    /// engagement, and so an engagement's member has none.
    pub(super) fn finding_part(&self, hat: &Hat, part: &FindingInternal) -> bool {
        let Some(finding) = self.finding_with(part.id) else { return false };
        let role = if is_draft(finding) { hat.prepares_findings() } else { hat.oversees() };
        let sponsors = self.world.sponsor_of(finding.study_id) == Some(self.organization);
        role && sponsors && !matches!(hat.reach, Reach::Engagement(_) | Reach::Listed(_)) && self.finding(hat, finding)
    }

    /// An answer to a finding is with it.
    pub(super) fn response(&self, hat: &Hat, response: &FindingResponse) -> bool {
        self.finding_with(response.finding_id).is_some_and(|one| self.finding(hat, one))
    }

    /// The sponsor's without finance and executives; of the vendor whose engagement it is, project manager and QA. No machine.
    fn remedy(&self, hat: &Hat, place: &Place) -> bool {
        let role = match self.has(place.study, place.engagement) {
            Some(As::Sponsor) => hat.oversees(),
            Some(As::Vendor) => hat.is(&[Role::VProjectManager, Role::VQa]),
            Some(As::Prime) | None => false,
        };
        role && self.reaches(hat, place, false)
    }

    /// "R own actions" of the vendor's other roles.
    fn own_doing(&self, hat: &Hat, place: &Place, whose: PersonId) -> bool {
        let role = hat.works_with_data() || hat.is(&[Role::VCra, Role::VRegulatory, Role::VSafety]);
        let of_vendor = self.has(place.study, place.engagement) == Some(As::Vendor);
        role && of_vendor && self.is_me(whose) && self.reaches(hat, place, false)
    }

    pub(super) fn capa(&self, hat: &Hat, capa: &Capa) -> bool {
        self.remedy(hat, &place!(capa))
    }

    pub(super) fn check(&self, hat: &Hat, check: &EffectivenessCheck) -> bool {
        self.remedy(hat, &place!(check))
    }

    pub(super) fn action(&self, hat: &Hat, action: &CapaAction) -> bool {
        self.remedy(hat, &place!(action)) || self.own_doing(hat, &place!(action), action.owner_id)
    }

    pub(super) fn extension(&self, hat: &Hat, extension: &DueDateExtension) -> bool {
        self.remedy(hat, &place!(extension)) || self.own_doing(hat, &place!(extension), extension.requested_by_id)
    }

    /// "Both sides of its engagement", with executives as elsewhere: counts only.
    pub(super) fn issue(&self, hat: &Hat, issue: &Issue) -> bool {
        let role = match self.has(issue.study_id, Some(issue.engagement_id)) {
            Some(As::Sponsor) => hat.sponsors() && hat.role != Role::SExecutive,
            Some(As::Vendor) => hat.vendors(),
            Some(As::Prime) | None => false,
        };
        role && self.reaches(hat, &place!(issue), false)
    }

    /// "By visibility", of those who read what it is on; executives have none, and the vendor above a subcontract neither. A machine reads
    /// what is SHARED on deliverables. What is said of a draft is for who prepares findings, not for its author as such.
    pub(super) fn comment(&self, hat: &Hat, comment: &Comment) -> bool {
        let side = self.has(comment.study_id, comment.engagement_id);
        let for_side = match comment.visibility {
            CommentVisibility::Shared => side == Some(As::Sponsor) || side == Some(As::Vendor),
            CommentVisibility::SponsorInternal => side == Some(As::Sponsor),
            CommentVisibility::VendorInternal => side == Some(As::Vendor),
        };
        let machine = comment.visibility == CommentVisibility::Shared && comment.deliverable_id.is_some();
        for_side
            && hat.role != Role::SExecutive
            && (!hat.machine() || machine)
            && self.reaches(hat, &place!(comment), false)
            && self.reads_subject(hat, comment)
    }

    fn reads_subject(&self, hat: &Hat, comment: &Comment) -> bool {
        let world = self.world;
        let deliverable = world.deliverables.iter().find(|one| Some(one.id) == comment.deliverable_id);
        let milestone = world.milestones.iter().find(|one| Some(one.id) == comment.milestone_id);
        let finding = comment.finding_id.and_then(|id| self.finding_with(id));
        let capa = world.capas.iter().find(|one| Some(one.id) == comment.capa_id);
        let issue = world.issues.iter().find(|one| Some(one.id) == comment.issue_id);
        let prepared = |one: &Finding| !is_draft(one) || hat.prepares_findings() || hat.role == Role::VQa;
        deliverable.is_some_and(|one| self.deliverable(hat, one))
            || milestone.is_some_and(|one| self.milestone(hat, one))
            || finding.is_some_and(|one| self.finding(hat, one) && prepared(one))
            || capa.is_some_and(|one| self.capa(hat, one))
            || issue.is_some_and(|one| self.issue(hat, one))
    }
}
