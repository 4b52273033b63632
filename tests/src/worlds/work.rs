//! Builds the work between the sides in a world: milestones, documents, deliverables, findings and what hangs on them, in all states,
//! by both sides, with and without engagement, country and site.

use tandem_domain::access::Side;
use tandem_domain::conversation::CommentVisibility;
use tandem_domain::delivery::{Blinding, DeliverableState, DeliverableType, Document, DocumentState};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{OrganizationId, PersonId, StudyCountryId, StudySiteId};
use tandem_domain::oversight::{CapaState, ExtensionState, Finding, FindingCategory, FindingSource, FindingState, IssueState};
use tandem_domain::portfolio::{AmendmentState, Milestone, MilestoneLevel, ProtocolStatus, Study};
use tandem_domain::record::{Entity, Record};
use tandem_domain::value::CountryCode;

use super::build::{Builder, pick};
use super::plan::{StudyPlan, WorkPlan};
use crate::records;

/// Where something lies in a study.
#[derive(Clone, Copy, Default)]
struct Place {
    country: Option<(StudyCountryId, CountryCode)>,
    site: Option<StudySiteId>,
}

impl Place {
    fn code(&self) -> Option<CountryCode> {
        self.country.map(|(_, code)| code)
    }
}

impl Builder {
    /// The programme of a study: none, its sponsor's last, or a new one.
    pub(super) fn program(&mut self, study: &mut Study, plan: &StudyPlan) {
        if plan.parts & 16 == 0 {
            return;
        }
        let there = self.world.programs.iter().rfind(|one| one.sponsor_id == study.sponsor_id).filter(|_| plan.parts & 32 != 0).cloned();
        let program = there.unwrap_or_else(|| {
            let program = records::program(self.number(), study.sponsor_id);
            if plan.parts & 64 != 0 {
                self.world.program_internals.push(records::program_internal(&program));
            }
            self.world.programs.push(program.clone());
            program
        });
        study.program_id = Some(program.id);
    }

    /// The protocol of a study: an original, and up to two amendments with the versions that they led to, in any state.
    pub(super) fn protocol(&mut self, study: &Study, plan: &StudyPlan) {
        if plan.protocol & 1 != 0 {
            let original = records::protocol_version(self.number(), study, None, plan.protocol & 2 != 0);
            self.world.protocol_versions.push(original);
        }
        for (there, state) in [(4, plan.protocol / 8), (8, plan.protocol / 16)] {
            if plan.protocol & there == 0 {
                continue;
            }
            let mut amendment = records::amendment(self.number(), study, false);
            amendment.state = pick(AmendmentState::ALL, state).copied().unwrap_or(amendment.state);
            amendment.planned_effective_date = (state % 3 != 0).then(|| records::day(state.into()));
            let mut version = records::protocol_version(self.number(), study, Some(&amendment), false);
            version.status = pick(ProtocolStatus::ALL, state).copied().unwrap_or(version.status);
            self.world.amendments.push(amendment);
            self.world.protocol_versions.push(version);
        }
    }

    /// One piece of work, and what hangs on it.
    pub(super) fn work(&mut self, plan: &WorkPlan) {
        let engagement = pick(&self.world.engagements, plan.on).filter(|_| !plan.alone).cloned();
        let own = |one: &Engagement| self.world.studies.iter().find(|study| study.id == one.study_id);
        let study = engagement.as_ref().map_or_else(|| pick(&self.world.studies, plan.on), own).cloned();
        let Some(study) = study else { return };
        let place = self.place(&study, plan.place);
        match (plan.kind % 6, engagement) {
            (0, engagement) => {
                self.enrollment(engagement.as_ref(), &place);
                self.milestone(plan, &study, engagement.as_ref(), place);
            }
            (1, engagement) => self.document(plan, &study, engagement.as_ref(), place),
            (2, Some(engagement)) => self.deliverable(plan, &study, &engagement, place),
            (3, Some(engagement)) => self.issue(plan, &engagement, place),
            (_, engagement) => self.finding(plan, &study, engagement.as_ref(), place),
        }
    }

    fn place(&self, study: &Study, number: u8) -> Place {
        let sites: Vec<_> = self.world.study_sites.iter().filter(|one| one.study_id == study.id).collect();
        let countries: Vec<_> = self.world.countries.iter().filter(|one| one.study_id == study.id).collect();
        match number % 4 {
            0 | 1 => pick(&sites, number / 4).map_or_else(Place::default, |site| Place {
                country: Some((site.study_country_id, site.country_code)),
                site: Some(site.id),
            }),
            2 => Place { country: pick(&countries, number / 4).map(|country| (country.id, country.country_code)), site: None },
            _ => Place::default(),
        }
    }

    /// Somebody who acts for the organisation, or is of it.
    fn member(&self, organization: OrganizationId, number: u8) -> PersonId {
        let members: Vec<PersonId> =
            self.world.memberships.iter().filter(|one| one.organization_id == organization).map(|one| one.person_id).collect();
        pick(&members, number).or(pick(&self.people_of(organization), number)).copied().unwrap_or_else(|| records::id(1))
    }

    fn milestone(&mut self, plan: &WorkPlan, study: &Study, engagement: Option<&Engagement>, place: Place) {
        let mut milestone = records::milestone(self.number(), study, engagement);
        milestone.level = match (place.site, place.country, plan.vendors) {
            (Some(_), ..) => MilestoneLevel::Site,
            (None, Some(_), _) => MilestoneLevel::Country,
            (None, None, true) if engagement.is_some() => MilestoneLevel::Engagement,
            (None, None, _) => MilestoneLevel::Study,
        };
        let milestone = Milestone {
            study_country_id: place.country.map(|(country, _)| country),
            country_code: place.code(),
            study_site_id: place.site,
            owner_id: (!plan.more.is_multiple_of(3)).then(|| self.member(study.sponsor_id, plan.people)),
            ..milestone
        };
        self.comments(plan, study, engagement, &milestone.clone().into_entity(), None);
        self.world.milestones.push(milestone);
    }

    /// What was reported of a site, where the place is one.
    fn enrollment(&mut self, engagement: Option<&Engagement>, place: &Place) {
        let site = self.world.study_sites.iter().find(|one| Some(one.id) == place.site).cloned();
        if let Some(site) = site {
            let snapshot = records::enrollment_snapshot(self.number(), &site, engagement);
            self.world.enrollment_snapshots.push(snapshot);
        }
    }

    fn document(&mut self, plan: &WorkPlan, study: &Study, engagement: Option<&Engagement>, place: Place) {
        let vendors = plan.vendors && engagement.is_some();
        let blinding = match (plan.more % 5, vendors) {
            (0, true) => Blinding::SponsorBlinded,
            (1, _) => Blinding::UnblindedRestricted,
            _ => Blinding::Open,
        };
        let document = Document {
            country_code: place.code(),
            study_site_id: place.site,
            owner_side: if vendors { Side::Vendor } else { Side::Sponsor },
            state: *pick(DocumentState::ALL, plan.state).unwrap_or(&DocumentState::Draft),
            blinding,
            ..records::document(self.number(), study, engagement)
        };
        self.world.documents.push(document);
    }

    fn deliverable(&mut self, plan: &WorkPlan, study: &Study, engagement: &Engagement, place: Place) {
        let of_visit = plan.more.is_multiple_of(2);
        let other = *pick(DeliverableType::ALL, plan.more).unwrap_or(&DeliverableType::Other);
        let deliverable_type = if of_visit { DeliverableType::MonitoringVisitReport } else { other };
        let mut deliverable = records::deliverable(self.number(), engagement, deliverable_type);
        deliverable.owed_by = if plan.vendors { Side::Vendor } else { Side::Sponsor };
        deliverable.state = *pick(DeliverableState::ALL, plan.state).unwrap_or(&DeliverableState::Planned);
        deliverable.study_country_id = place.country.map(|(country, _)| country);
        (deliverable.country_code, deliverable.study_site_id) = (place.code(), place.site);
        if plan.hangs & 1 != 0 {
            let by = self.member(if plan.vendors { engagement.vendor_id } else { study.sponsor_id }, plan.people);
            let document = records::document(self.number(), study, Some(engagement));
            let submission = records::deliverable_submission(self.number(), &deliverable, &document, by);
            deliverable.current_submission_id = Some(submission.id);
            if plan.hangs & 2 != 0 {
                let reviewer = self.member(if plan.vendors { study.sponsor_id } else { engagement.vendor_id }, plan.people);
                let review = records::deliverable_review(self.number(), &submission, reviewer);
                self.world.reviews.push(review);
            }
            self.world.documents.push(document);
            self.world.submissions.push(submission);
        }
        self.comments(plan, study, Some(engagement), &deliverable.clone().into_entity(), None);
        self.world.deliverables.push(deliverable);
    }

    fn issue(&mut self, plan: &WorkPlan, engagement: &Engagement, place: Place) {
        let raiser = if plan.vendors { engagement.vendor_id } else { engagement.sponsor_id };
        let mut issue = records::issue(self.number(), engagement, self.member(raiser, plan.people));
        (issue.raised_by_side, issue.owner_side) = if plan.vendors { (Side::Vendor, Side::Sponsor) } else { (Side::Sponsor, Side::Vendor) };
        issue.state = *pick(IssueState::ALL, plan.state).unwrap_or(&IssueState::Open);
        (issue.country_code, issue.study_site_id) = (place.code(), place.site);
        let study = self.world.studies.iter().find(|one| one.id == engagement.study_id).cloned();
        if let Some(study) = study {
            self.comments(plan, &study, Some(engagement), &issue.clone().into_entity(), None);
        }
        self.world.issues.push(issue);
    }

    fn finding(&mut self, plan: &WorkPlan, study: &Study, engagement: Option<&Engagement>, place: Place) {
        let writer = engagement.filter(|_| plan.vendors).map(|one| one.vendor_id);
        let author = self.member(writer.unwrap_or(study.sponsor_id), plan.people);
        let finding = records::finding(self.number(), study, engagement, author);
        let about_data = [FindingCategory::DataIntegrity, FindingCategory::Statistics];
        let among = if plan.more.is_multiple_of(2) { about_data.as_slice() } else { FindingCategory::ALL };
        let finding = Finding {
            study_country_id: place.country.map(|(country, _)| country),
            country_code: place.code(),
            study_site_id: place.site,
            category: *pick(among, plan.more / 2).unwrap_or(&FindingCategory::Other),
            source: if writer.is_some() { FindingSource::SelfReported } else { FindingSource::SponsorAudit },
            author_side: if writer.is_some() { Side::Vendor } else { Side::Sponsor },
            ..finding
        };
        // What a vendor reports itself is mostly a draft: few people read those, and fewer worlds would show one to anybody.
        let drafts = [FindingState::Draft, FindingState::UnderInternalReview];
        let states = if writer.is_some() && !plan.people.is_multiple_of(4) { drafts.as_slice() } else { FindingState::ALL };
        let state = *pick(states, plan.state).unwrap_or(&FindingState::Draft);
        let draft = drafts.contains(&state);
        let finding = if draft { Finding { state, ..finding } } else { Finding { state, ..records::issued(finding) } };
        if plan.hangs & 1 != 0 && (!draft || writer.is_none()) {
            self.world.finding_internals.push(records::finding_internal(&finding));
        }
        let answering = engagement.map_or(study.sponsor_id, |one| one.vendor_id);
        if !draft && plan.hangs & 2 != 0 {
            let response = records::finding_response(self.number(), &finding, self.member(answering, plan.people));
            self.world.responses.push(response);
        }
        if !draft && plan.hangs & 4 != 0 {
            self.capa(plan, study, engagement, &finding, answering);
        }
        let drafts_of = draft.then_some(finding.author_side);
        self.comments(plan, study, engagement, &finding.clone().into_entity(), drafts_of);
        self.world.findings.push(finding);
    }

    fn capa(&mut self, plan: &WorkPlan, study: &Study, engagement: Option<&Engagement>, finding: &Finding, owner: OrganizationId) {
        let mut capa = records::capa(self.number(), finding, self.member(owner, plan.people));
        capa.state = *pick(CapaState::ALL, plan.state).unwrap_or(&CapaState::Draft);
        for turn in 0..=plan.more % 3 {
            let doer = self.member(owner, plan.people.wrapping_add(turn));
            let action = records::capa_action(self.number(), &capa, doer);
            if plan.hangs & 8 != 0 {
                let asker = self.member(owner, plan.people.wrapping_add(turn).wrapping_add(plan.more % 2));
                let mut extension = records::due_date_extension(self.number(), &action, asker);
                extension.state = *pick(ExtensionState::ALL, plan.state).unwrap_or(&ExtensionState::Requested);
                self.world.extensions.push(extension);
            }
            self.world.capa_actions.push(action);
        }
        if plan.hangs & 16 != 0 {
            let check = records::effectiveness_check(self.number(), &capa);
            self.world.checks.push(check);
        }
        self.comments(plan, study, engagement, &capa.clone().into_entity(), None);
        self.world.capas.push(capa);
    }

    /// Comments of some visibilities, by people of the side whose they are. On a draft only its own side speaks, and only among itself;
    /// where there is no engagement, only the sponsor does.
    fn comments(&mut self, plan: &WorkPlan, study: &Study, engagement: Option<&Engagement>, on: &Entity, draft_of: Option<Side>) {
        for (bit, visibility) in CommentVisibility::ALL.iter().enumerate() {
            let (sponsors, vendors) = match visibility {
                CommentVisibility::Shared => (true, true),
                CommentVisibility::SponsorInternal => (true, false),
                CommentVisibility::VendorInternal => (false, true),
            };
            let hidden =
                (sponsors && draft_of == Some(Side::Vendor)) || (vendors && (draft_of == Some(Side::Sponsor) || engagement.is_none()));
            if hidden || plan.comments & (1 << bit) == 0 {
                continue;
            }
            let by_vendor = engagement.filter(|_| vendors && (plan.vendors || !sponsors));
            let author = self.member(by_vendor.map_or(study.sponsor_id, |one| one.vendor_id), plan.people);
            let side = if by_vendor.is_some() { Side::Vendor } else { Side::Sponsor };
            let comment = records::comment(self.number(), on, *visibility, (author, side));
            self.world.comments.push(comment);
        }
    }
}
