//! A world: all records there are, as plain data, and how to look one up.

use tandem_domain::conversation::Comment;
use tandem_domain::delivery::{Deliverable, DeliverableReview, DeliverableSubmission, Document};
use tandem_domain::engagement::{Engagement, EngagementConfirmation, EngagementInternal, ServiceScope};
use tandem_domain::id::{EngagementId, OrganizationId, StudyId, StudySiteId};
use tandem_domain::oversight::{Capa, CapaAction, DueDateExtension, EffectivenessCheck, Finding, FindingInternal, FindingResponse, Issue};
use tandem_domain::party::{AccessEvent, AccessReview, AccessReviewItem, ApiClient, Membership, Organization, Person, PersonContact};
use tandem_domain::portfolio::{
    Amendment, EnrollmentSnapshot, Milestone, Program, ProgramInternal, ProtocolVersion, Site, Study, StudyBenchmark, StudyConfirmation,
    StudyCountry, StudyInternal, StudyRegistry, StudySite, StudySiteContact, StudySiteInternal, StudySiteRegistry,
};
use tandem_domain::record::{Entity, Record};

/// All records there are.
#[derive(Clone, Debug, Default)]
pub struct World {
    /// Organisations.
    pub organizations: Vec<Organization>,
    /// People.
    pub people: Vec<Person>,
    /// How they are reached.
    pub contacts: Vec<PersonContact>,
    /// Memberships, also ended and future ones.
    pub memberships: Vec<Membership>,
    /// Machine clients.
    pub clients: Vec<ApiClient>,
    /// The access log.
    pub access_events: Vec<AccessEvent>,
    /// Reviews of access.
    pub access_reviews: Vec<AccessReview>,
    /// The memberships in them.
    pub access_review_items: Vec<AccessReviewItem>,
    /// Studies.
    pub studies: Vec<Study>,
    /// The sponsor's assessments of studies.
    pub study_internals: Vec<StudyInternal>,
    /// Benchmarks of studies.
    pub study_benchmarks: Vec<StudyBenchmark>,
    /// Confirmations of steps of studies.
    pub study_confirmations: Vec<StudyConfirmation>,
    /// What the registry says of studies.
    pub study_registries: Vec<StudyRegistry>,
    /// Countries of studies.
    pub countries: Vec<StudyCountry>,
    /// Facilities.
    pub sites: Vec<Site>,
    /// Sites of studies.
    pub study_sites: Vec<StudySite>,
    /// The sponsor's assessments of study sites.
    pub study_site_internals: Vec<StudySiteInternal>,
    /// Who is to be reached at study sites.
    pub study_site_contacts: Vec<StudySiteContact>,
    /// What the registry says of study sites.
    pub study_site_registries: Vec<StudySiteRegistry>,
    /// Engagements, prime ones before their subcontracts.
    pub engagements: Vec<Engagement>,
    /// The sponsor's assessments of engagements.
    pub engagement_internals: Vec<EngagementInternal>,
    /// Confirmations of steps of engagements.
    pub engagement_confirmations: Vec<EngagementConfirmation>,
    /// Scopes of engagements.
    pub scopes: Vec<ServiceScope>,
    /// Programmes.
    pub programs: Vec<Program>,
    /// The sponsor's summaries of programmes.
    pub program_internals: Vec<ProgramInternal>,
    /// Amendments of protocols.
    pub amendments: Vec<Amendment>,
    /// Versions of protocols.
    pub protocol_versions: Vec<ProtocolVersion>,
    /// Milestones.
    pub milestones: Vec<Milestone>,
    /// Snapshots of enrolment.
    pub enrollment_snapshots: Vec<EnrollmentSnapshot>,
    /// Documents.
    pub documents: Vec<Document>,
    /// Deliverables.
    pub deliverables: Vec<Deliverable>,
    /// What was handed in of them.
    pub submissions: Vec<DeliverableSubmission>,
    /// What was said of that.
    pub reviews: Vec<DeliverableReview>,
    /// Issues.
    pub issues: Vec<Issue>,
    /// Findings, drafts among them.
    pub findings: Vec<Finding>,
    /// What the sponsor thinks of findings.
    pub finding_internals: Vec<FindingInternal>,
    /// Answers to findings.
    pub responses: Vec<FindingResponse>,
    /// CAPAs.
    pub capas: Vec<Capa>,
    /// Actions of CAPAs.
    pub capa_actions: Vec<CapaAction>,
    /// Requests for later days of actions.
    pub extensions: Vec<DueDateExtension>,
    /// Checks of CAPAs.
    pub checks: Vec<EffectivenessCheck>,
    /// Comments.
    pub comments: Vec<Comment>,
}

fn entities<T: Record>(records: &[T]) -> impl Iterator<Item = Entity> {
    records.iter().cloned().map(Record::into_entity)
}

impl World {
    /// Every record, parents before what names them. With `scopes_first` the scopes of engagements come before the countries and
    /// sites that they cover, and protocols before the engagements that name them; both orders have to lead to the same sight.
    #[must_use]
    pub fn records(&self, scopes_first: bool) -> Vec<Entity> {
        let mut records: Vec<Entity> = Vec::new();
        records.extend(entities(&self.organizations).chain(entities(&self.people)).chain(entities(&self.contacts)));
        records.extend(entities(&self.programs).chain(entities(&self.program_internals)));
        records.extend(entities(&self.studies).chain(entities(&self.study_internals)).chain(entities(&self.study_benchmarks)));
        records.extend(entities(&self.study_confirmations).chain(entities(&self.study_registries)).chain(entities(&self.sites)));
        if scopes_first {
            records.extend(entities(&self.amendments).chain(entities(&self.protocol_versions)));
        }
        records.extend(entities(&self.engagements).chain(entities(&self.engagement_internals)));
        records.extend(entities(&self.engagement_confirmations));
        if scopes_first {
            records.extend(entities(&self.scopes));
        }
        records.extend(entities(&self.countries).chain(entities(&self.study_sites)).chain(entities(&self.study_site_internals)));
        records.extend(entities(&self.study_site_contacts).chain(entities(&self.study_site_registries)));
        if !scopes_first {
            records.extend(entities(&self.scopes));
            records.extend(entities(&self.amendments).chain(entities(&self.protocol_versions)));
        }
        records.extend(entities(&self.milestones).chain(entities(&self.documents)).chain(entities(&self.deliverables)));
        records.extend(entities(&self.enrollment_snapshots));
        records.extend(entities(&self.submissions).chain(entities(&self.reviews)).chain(entities(&self.issues)));
        records.extend(entities(&self.findings).chain(entities(&self.finding_internals)).chain(entities(&self.responses)));
        records.extend(entities(&self.capas).chain(entities(&self.capa_actions)).chain(entities(&self.extensions)));
        records.extend(entities(&self.checks).chain(entities(&self.comments)));
        records.extend(entities(&self.memberships).chain(entities(&self.clients)));
        records.extend(entities(&self.access_events).chain(entities(&self.access_reviews)).chain(entities(&self.access_review_items)));
        records
    }

    /// The engagement with this id.
    #[must_use]
    pub fn engagement(&self, id: EngagementId) -> Option<&Engagement> {
        self.engagements.iter().find(|one| one.id == id)
    }

    /// The study site with this id.
    #[must_use]
    pub fn study_site(&self, id: StudySiteId) -> Option<&StudySite> {
        self.study_sites.iter().find(|one| one.id == id)
    }

    /// Whose study this is.
    #[must_use]
    pub fn sponsor_of(&self, id: StudyId) -> Option<OrganizationId> {
        self.studies.iter().find(|one| one.id == id).map(|study| study.sponsor_id)
    }

    /// What a comment is on.
    #[must_use]
    pub fn commented(&self, comment: &Comment) -> Option<Entity> {
        let deliverable = self.deliverables.iter().find(|one| Some(one.id) == comment.deliverable_id).cloned().map(Record::into_entity);
        let finding = || self.findings.iter().find(|one| Some(one.id) == comment.finding_id).cloned().map(Record::into_entity);
        let capa = || self.capas.iter().find(|one| Some(one.id) == comment.capa_id).cloned().map(Record::into_entity);
        let issue = || self.issues.iter().find(|one| Some(one.id) == comment.issue_id).cloned().map(Record::into_entity);
        let milestone = || self.milestones.iter().find(|one| Some(one.id) == comment.milestone_id).cloned().map(Record::into_entity);
        deliverable.or_else(finding).or_else(capa).or_else(issue).or_else(milestone)
    }
}
