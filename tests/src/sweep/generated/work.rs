//! The work between the sides in a generated world: programmes, and under every third engagement what is owed, found, answered and said,
//! in all states, by both sides, at sites and elsewhere.

use tandem_domain::access::Side;
use tandem_domain::conversation::CommentVisibility;
use tandem_domain::delivery::{Blinding, Deliverable, DeliverableType, Document, DocumentState};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{OrganizationId, PersonId};
use tandem_domain::oversight::{Finding, FindingCategory, FindingSource, FindingState};
use tandem_domain::portfolio::{AmendmentState, ProtocolStatus, Study, StudySite};
use tandem_domain::record::{Entity, Record};

use super::Maker;
use crate::records;

impl Maker {
    /// Two programmes of each sponsor; most studies are of one of them.
    pub(super) fn programs(&mut self) {
        for sponsor in self.tenants(Side::Sponsor) {
            let programs = [records::program(self.number(), sponsor), records::program(self.number(), sponsor)];
            self.world.program_internals.extend(programs.iter().map(records::program_internal));
            let ids = programs.each_ref().map(|program| program.id);
            self.world.programs.extend(programs);
            for index in 0..self.world.studies.len() {
                let chosen = if self.rng.chance(70) { self.picked(&ids) } else { None };
                if let Some(study) = self.world.studies.get_mut(index).filter(|study| study.sponsor_id == sponsor) {
                    study.program_id = chosen;
                }
            }
        }
    }

    /// An original protocol, and in every second study an amendment with the version that it led to, in any state.
    pub(super) fn protocol(&mut self, study: &Study) {
        let original = records::protocol_version(self.number(), study, None, self.rng.chance(20));
        self.world.protocol_versions.push(original);
        if self.rng.chance(50) {
            let mut amendment = records::amendment(self.number(), study, false);
            amendment.state = self.picked(AmendmentState::ALL).unwrap_or(amendment.state);
            let mut version = records::protocol_version(self.number(), study, Some(&amendment), false);
            version.status = self.picked(ProtocolStatus::ALL).unwrap_or(version.status);
            self.world.amendments.push(amendment);
            self.world.protocol_versions.push(version);
        }
    }

    /// Everything that is done under engagements.
    pub(super) fn work(&mut self) {
        for engagement in self.world.engagements.clone() {
            let study = self.world.studies.iter().find(|study| study.id == engagement.study_id).cloned();
            let parties = (self.member(engagement.sponsor_id), self.member(engagement.vendor_id));
            let (Some(study), (Some(sponsor), Some(vendor)), true) = (study, parties, self.rng.chance(33)) else { continue };
            self.milestones(&study, &engagement, (sponsor, vendor));
            let document = self.document(&study, &engagement);
            self.deliverable(&engagement, &document, (sponsor, vendor));
            for _ in 0..self.rng.within(1, 2) {
                self.finding(&study, &engagement, (sponsor, vendor));
            }
            let issue = records::issue(self.number(), &engagement, vendor);
            self.discuss(&issue.clone().into_entity(), (sponsor, vendor), None);
            self.world.issues.push(issue);
        }
    }

    fn member(&mut self, organization: OrganizationId) -> Option<PersonId> {
        let members: Vec<PersonId> =
            self.world.memberships.iter().filter(|one| one.organization_id == organization).map(|one| one.person_id).collect();
        self.picked(&members)
    }

    fn somewhere(&mut self, engagement: &Engagement) -> Option<StudySite> {
        let sites: Vec<StudySite> = self.world.study_sites.iter().filter(|one| one.study_id == engagement.study_id).cloned().collect();
        if self.rng.chance(60) { self.picked(&sites) } else { None }
    }

    fn milestones(&mut self, study: &Study, engagement: &Engagement, people: (PersonId, PersonId)) {
        let of_study = records::milestone(self.number(), study, None);
        let of_engagement = records::milestone(self.number(), study, Some(engagement));
        if let Some(site) = self.somewhere(engagement) {
            let mut of_site = records::site_milestone(self.number(), study, &site, Some(engagement));
            of_site.predecessor_ids = vec![of_study.id, of_engagement.id];
            self.discuss(&of_site.clone().into_entity(), people, None);
            self.world.milestones.push(of_site);
            let snapshot = records::enrollment_snapshot(self.number(), &site, Some(engagement));
            self.world.enrollment_snapshots.push(snapshot);
        }
        self.world.milestones.extend([of_study, of_engagement]);
    }

    fn document(&mut self, study: &Study, engagement: &Engagement) -> Document {
        let site = self.somewhere(engagement);
        let document = Document {
            owner_side: if self.rng.chance(60) { Side::Vendor } else { Side::Sponsor },
            state: self.picked(DocumentState::ALL).unwrap_or(DocumentState::Draft),
            blinding: self.picked(Blinding::ALL).unwrap_or(Blinding::Open),
            country_code: site.as_ref().map(|site| site.country_code),
            study_site_id: site.map(|site| site.id),
            ..records::document(self.number(), study, Some(engagement))
        };
        self.world.documents.push(document.clone());
        document
    }

    fn deliverable(&mut self, engagement: &Engagement, document: &Document, people: (PersonId, PersonId)) {
        let kinds = [DeliverableType::MonitoringVisitReport, DeliverableType::ProjectPlan, DeliverableType::DataTransfer];
        let deliverable_type = self.picked(&kinds).unwrap_or(DeliverableType::ProjectPlan);
        let site = self.somewhere(engagement);
        let mut deliverable = Deliverable {
            study_country_id: site.as_ref().map(|site| site.study_country_id),
            country_code: site.as_ref().map(|site| site.country_code),
            study_site_id: site.map(|site| site.id),
            ..records::deliverable(self.number(), engagement, deliverable_type)
        };
        let submission = records::deliverable_submission(self.number(), &deliverable, document, people.1);
        deliverable.current_submission_id = Some(submission.id);
        let review = records::deliverable_review(self.number(), &submission, people.0);
        self.world.reviews.push(review);
        self.discuss(&deliverable.clone().into_entity(), people, None);
        self.world.submissions.push(submission);
        self.world.deliverables.push(deliverable);
    }

    fn finding(&mut self, study: &Study, engagement: &Engagement, people: (PersonId, PersonId)) {
        let vendors = self.rng.chance(30);
        let categories = [FindingCategory::DataIntegrity, FindingCategory::Monitoring];
        let state = self.picked(FindingState::ALL).unwrap_or(FindingState::Draft);
        let draft = matches!(state, FindingState::Draft | FindingState::UnderInternalReview);
        let site = self.somewhere(engagement);
        let plain = records::finding(self.number(), study, Some(engagement), if vendors { people.1 } else { people.0 });
        let finding = Finding {
            state,
            author_side: if vendors { Side::Vendor } else { Side::Sponsor },
            source: if vendors { FindingSource::SelfReported } else { FindingSource::OversightReview },
            category: self.picked(&categories).unwrap_or(FindingCategory::Monitoring),
            study_country_id: site.as_ref().map(|site| site.study_country_id),
            country_code: site.as_ref().map(|site| site.country_code),
            study_site_id: site.map(|site| site.id),
            ..if draft { plain } else { records::issued(plain) }
        };
        if !vendors && self.rng.chance(70) {
            self.world.finding_internals.push(records::finding_internal(&finding));
        }
        self.discuss(&finding.clone().into_entity(), people, draft.then_some(finding.author_side));
        if !draft && self.rng.chance(70) {
            self.answer(&finding, people);
        }
        self.world.findings.push(finding);
    }

    fn answer(&mut self, finding: &Finding, people: (PersonId, PersonId)) {
        let capa = records::capa(self.number(), finding, people.1);
        let action = records::capa_action(self.number(), &capa, people.1);
        let response = records::finding_response(self.number(), finding, people.1);
        self.world.responses.push(response);
        let extension = records::due_date_extension(self.number(), &action, people.1);
        self.world.extensions.push(extension);
        let check = records::effectiveness_check(self.number(), &capa);
        self.world.checks.push(check);
        self.discuss(&capa.clone().into_entity(), people, None);
        self.world.capa_actions.push(action);
        self.world.capas.push(capa);
    }

    /// What each side says to its own, and one to both where both see it.
    fn discuss(&mut self, on: &Entity, (sponsor, vendor): (PersonId, PersonId), draft_of: Option<Side>) {
        use CommentVisibility::{Shared, SponsorInternal, VendorInternal};
        let said = [(Shared, vendor, Side::Vendor), (SponsorInternal, sponsor, Side::Sponsor), (VendorInternal, vendor, Side::Vendor)];
        for (visibility, author, side) in said {
            let can_be = draft_of.is_none_or(|of| visibility != Shared && side == of);
            if can_be && self.rng.chance(60) {
                let comment = records::comment(self.number(), on, visibility, (author, side));
                self.world.comments.push(comment);
            }
        }
    }
}
