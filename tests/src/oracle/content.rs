//! Study content: studies, countries, facilities, study sites, engagements and their scopes.
//! A sponsor has what it sponsors; a vendor what its live engagements lead it to; the membership's reach narrows both.

use tandem_domain::engagement::{Engagement, EngagementState, ServiceScope};
use tandem_domain::id::{EngagementId, OrganizationId, StudyId, StudySiteId};
use tandem_domain::portfolio::{Site, StudyCountry, StudySite};

use super::Asker;
use super::hat::{Hat, Reach};

/// A vendor goes on reading its own rows of an engagement that is closed or terminated, and loses the rest.
pub(super) fn lives(engagement: &Engagement) -> bool {
    engagement.state != EngagementState::Closed && engagement.state != EngagementState::Terminated
}

impl Asker<'_> {
    /// Whose subcontract it is, by the engagement above it.
    pub(super) fn prime_of(&self, engagement: &Engagement) -> Option<OrganizationId> {
        engagement.subcontract_of_id.and_then(|above| self.world.engagement(above)).map(|above| above.vendor_id)
    }

    /// The study of what a hat reaches; nothing for one that reaches everything.
    fn study_of(&self, hat: &Hat) -> Option<StudyId> {
        match &hat.reach {
            Reach::Everything => None,
            Reach::Study(study) | Reach::Country(study, _) => Some(*study),
            Reach::Engagement(engagement) | Reach::Listed(engagement) => self.world.engagement(*engagement).map(|one| one.study_id),
            Reach::Site(site) => self.world.study_site(*site).map(|one| one.study_id),
        }
    }

    /// "A COUNTRY or SITE member sees … the headers of Study and Engagement"; an engagement's member its own.
    fn reaches_engagement(&self, hat: &Hat, engagement: &Engagement) -> bool {
        match hat.reach {
            Reach::Everything => true,
            Reach::Engagement(_) | Reach::Listed(_) => !hat.is_elsewhere(engagement),
            Reach::Study(_) | Reach::Country(..) | Reach::Site(_) => self.study_of(hat) == Some(engagement.study_id),
        }
    }

    /// Both sides of an engagement read it, and the prime vendor those under its own.
    pub(super) fn engagement(&self, hat: &Hat, engagement: &Engagement) -> bool {
        let own = self.organization;
        let as_sponsor = engagement.sponsor_id == own && (hat.sponsors() || hat.machine());
        let is_vendor = engagement.vendor_id == own || self.prime_of(engagement) == Some(own);
        let as_vendor = is_vendor && (hat.vendors() || hat.machine());
        (as_sponsor || as_vendor) && self.reaches_engagement(hat, engagement)
    }

    /// A restricted part of an engagement is a row of its own and no header: who has the organisation, the study or just this
    /// engagement has it, who has the one above it or a country has not.
    pub(super) fn engagement_part(&self, hat: &Hat, id: EngagementId) -> bool {
        let Some(engagement) = self.world.engagement(id) else { return false };
        let has_row = hat.has_study_row(engagement.study_id) || hat.reach == Reach::Engagement(id) || hat.reach == Reach::Listed(id);
        has_row && self.engagement(hat, engagement)
    }

    /// A restricted part of a study, likewise: "rows without a country are not" a country's or a site's member's, and a study's
    /// assessment is not its engagement's.
    pub(super) fn study_part(&self, hat: &Hat, id: StudyId) -> bool {
        hat.has_study_row(id) && self.study(hat, id)
    }

    /// "Rows without a country are not" a country's or a site's member's: a scope belongs to no one country.
    pub(super) fn scope(&self, hat: &Hat, scope: &ServiceScope) -> bool {
        !matches!(hat.reach, Reach::Country(..) | Reach::Site(_))
            && self.world.engagement(scope.engagement_id).is_some_and(|engagement| self.engagement(hat, engagement))
    }

    /// The live engagements through which the viewer's organisation works as a vendor, as far as the hat reaches.
    pub(super) fn at_work<'a>(&'a self, hat: &'a Hat) -> impl Iterator<Item = &'a Engagement> {
        let may = hat.vendors() || hat.machine();
        self.world.engagements.iter().filter(move |one| may && one.vendor_id == self.organization && lives(one))
    }

    /// The sponsor's, within reach as a header; a vendor's through a live engagement that the hat reaches.
    pub(super) fn study(&self, hat: &Hat, id: StudyId) -> bool {
        let within = hat.whole() || self.study_of(hat) == Some(id);
        let as_sponsor = self.world.sponsor_of(id) == Some(self.organization) && (hat.sponsors() || hat.machine());
        (as_sponsor && within) || self.at_work(hat).any(|one| one.study_id == id && self.reaches_engagement(hat, one))
    }

    /// Whether a scope of this engagement counts today and is in scope.
    fn counts(&self, scope: &ServiceScope, engagement: &Engagement) -> bool {
        let today = self.at.date_naive();
        scope.engagement_id == engagement.id
            && scope.in_scope
            && scope.valid_from <= today
            && scope.valid_to.is_none_or(|last| today <= last)
    }

    /// "A country … is a vendor's own to read when it is leadVendor …, or when a live, in-scope ServiceScope covers it". A scope that
    /// names sites but no countries leaves its countries open, and so covers them all.
    fn works_in(&self, engagement: &Engagement, country: &StudyCountry) -> bool {
        let names = |scope: &ServiceScope| scope.countries.as_ref().is_none_or(|codes| codes.contains(&country.country_code));
        lives(engagement)
            && engagement.study_id == country.study_id
            && (country.lead_engagement_id == Some(engagement.id)
                || self.world.scopes.iter().any(|scope| self.counts(scope, engagement) && names(scope)))
    }

    fn works_at(&self, engagement: &Engagement, site: &StudySite) -> bool {
        let names = |scope: &ServiceScope| {
            scope.countries.as_ref().is_none_or(|codes| codes.contains(&site.country_code))
                && scope.study_site_ids.as_ref().is_none_or(|sites| sites.contains(&site.id))
        };
        lives(engagement)
            && engagement.study_id == site.study_id
            && (site.responsible_engagement_id == Some(engagement.id)
                || self.world.scopes.iter().any(|scope| self.counts(scope, engagement) && names(scope)))
    }

    /// A country of a study. An engagement's member has those in which it, or a subcontract under it, works today.
    pub(super) fn country(&self, hat: &Hat, country: &StudyCountry) -> bool {
        let within = match &hat.reach {
            Reach::Everything => true,
            Reach::Study(study) => country.study_id == *study,
            Reach::Country(study, code) => country.study_id == *study && country.country_code == *code,
            Reach::Engagement(_) | Reach::Listed(_) => {
                self.world.engagements.iter().any(|one| !hat.is_elsewhere(one) && self.works_in(one, country))
            }
            Reach::Site(_) => false,
        };
        let as_sponsor = country.sponsor_id == self.organization && (hat.sponsors() || hat.machine());
        hat.sites() && within && (as_sponsor || self.at_work(hat).any(|one| !hat.is_elsewhere(one) && self.works_in(one, country)))
    }

    /// A site of a study, likewise.
    pub(super) fn study_site(&self, hat: &Hat, id: StudySiteId) -> bool {
        let Some(site) = self.world.study_site(id) else { return false };
        let within = match &hat.reach {
            Reach::Everything => true,
            Reach::Study(study) => site.study_id == *study,
            Reach::Country(study, code) => site.study_id == *study && site.country_code == *code,
            Reach::Engagement(_) | Reach::Listed(_) => {
                self.world.engagements.iter().any(|one| !hat.is_elsewhere(one) && self.works_at(one, site))
            }
            Reach::Site(own) => site.id == *own,
        };
        let as_sponsor = site.sponsor_id == self.organization && (hat.sponsors() || hat.machine());
        hat.sites() && within && (as_sponsor || self.at_work(hat).any(|one| !hat.is_elsewhere(one) && self.works_at(one, site)))
    }

    /// A facility belongs to its sponsor as a whole; whoever reads a study site reads the facility that it names.
    pub(super) fn facility(&self, hat: &Hat, facility: &Site) -> bool {
        let as_sponsor = facility.sponsor_id == self.organization && (hat.sponsors() || hat.machine());
        let named = || self.world.study_sites.iter().any(|site| site.site_id == facility.id && self.study_site(hat, site.id));
        hat.sites() && ((as_sponsor && hat.whole()) || named())
    }

    /// The other vendors at work on a study whose sponsor shares the roster (I-09), for a vendor's people at work on it.
    pub(super) fn on_shared_roster(&self, hat: &Hat, vendor: OrganizationId) -> bool {
        let shared = |study: StudyId| self.world.studies.iter().any(|one| one.id == study && one.vendor_roster_shared);
        let works_on =
            |study: StudyId| self.world.engagements.iter().any(|one| one.vendor_id == vendor && lives(one) && one.study_id == study);
        let mut mine = self.at_work(hat).filter(|one| self.reaches_engagement(hat, one));
        !hat.machine() && mine.any(|one| shared(one.study_id) && works_on(one.study_id))
    }
}
