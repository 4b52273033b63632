//! Who names what, and for whom: all reasons for which a party sees a row that it does not own, gathered anew from a world's records.
//! Written from the row that is named, plainly and slowly, where the product goes by the row that names.

use chrono::NaiveDate;
use tandem_domain::engagement::{Engagement, EngagementState, ServiceScope};
use tandem_domain::id::{OrganizationId, PersonId, TypedId};
use tandem_domain::record::Kind;
use uuid::Uuid;

use super::World;
use super::content::lives;

/// One reason: a row of kind `via` names this row, for this organisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// The row that is named.
    pub named: (Kind, Uuid),
    /// Who sees it for that reason.
    pub organization: OrganizationId,
    /// The kind of row that names it.
    pub via: Kind,
    /// The row whose change changes the reason.
    pub kept_with: Uuid,
    /// The study in which it is named.
    pub study: Option<Uuid>,
    /// The engagement under which.
    pub engagement: Option<Uuid>,
    /// The engagement above that one.
    pub prime_engagement: Option<Uuid>,
    /// The country.
    pub country: Option<String>,
    /// The study site.
    pub study_site: Option<Uuid>,
    /// The first day on which the reason counts.
    pub from: Option<NaiveDate>,
    /// The last.
    pub to: Option<NaiveDate>,
    /// Whether the work under it goes on, so that it lets write too.
    pub working: bool,
}

impl Reason {
    fn under(named: (Kind, Uuid), organization: OrganizationId, engagement: &Engagement) -> Self {
        Self {
            named,
            organization,
            via: Kind::Engagement,
            kept_with: engagement.id.uuid(),
            study: Some(engagement.study_id.uuid()),
            engagement: Some(engagement.id.uuid()),
            prime_engagement: engagement.subcontract_of_id.map(TypedId::uuid),
            country: None,
            study_site: None,
            from: None,
            to: None,
            working: matches!(engagement.state, EngagementState::Active | EngagementState::Closing),
        }
    }

    fn apart(named: (Kind, Uuid), organization: OrganizationId, via: Kind, kept_with: Uuid) -> Self {
        Self {
            named,
            organization,
            via,
            kept_with,
            study: None,
            engagement: None,
            prime_engagement: None,
            country: None,
            study_site: None,
            from: None,
            to: None,
            working: false,
        }
    }
}

/// The days on which a scope counts, or all of them for what an engagement leads or answers for.
type Days = (Option<NaiveDate>, Option<NaiveDate>);

impl World {
    /// Every reason there is.
    #[must_use]
    pub fn reasons(&self) -> Vec<Reason> {
        let mut reasons = Vec::new();
        for engagement in &self.engagements {
            self.parties(engagement, &mut reasons);
        }
        for study in self.studies.iter().filter(|study| study.vendor_roster_shared) {
            let at_work: Vec<&Engagement> = self.engagements.iter().filter(|one| one.study_id == study.id && lives(one)).collect();
            for (mine, other) in at_work.iter().flat_map(|mine| at_work.iter().map(move |other| (mine, other))) {
                if mine.vendor_id != other.vendor_id {
                    let named = (Kind::Organization, other.vendor_id.uuid());
                    reasons.push(Reason { via: Kind::Study, kept_with: study.id.uuid(), ..Reason::under(named, mine.vendor_id, mine) });
                }
            }
        }
        self.protocols(&mut reasons);
        self.programs(&mut reasons);
        self.places(&mut reasons);
        self.granted(&mut reasons);
        reasons
    }

    /// An engagement names its parties for each other, whoever leads it for all of them, and as long as it lives the study for its
    /// vendor. A prime vendor is named to nobody, and has the parties of what is subcontracted from it.
    fn parties(&self, engagement: &Engagement, reasons: &mut Vec<Reason>) {
        let above = engagement.subcontract_of_id.and_then(|above| self.engagement(above)).map(|above| above.vendor_id);
        let (sponsor, vendor) = (engagement.sponsor_id, engagement.vendor_id);
        let everybody: Vec<OrganizationId> = [sponsor, vendor].into_iter().chain(above).collect();
        for party in [sponsor, vendor] {
            let named = (Kind::Organization, party.uuid());
            reasons.extend(everybody.iter().filter(|one| **one != party).map(|one| Reason::under(named, *one, engagement)));
        }
        let leads: Vec<PersonId> = engagement.lead_sponsor_id.into_iter().chain(engagement.lead_vendor_id).collect();
        for lead in leads {
            reasons.extend(everybody.iter().map(|one| Reason::under((Kind::Person, lead.uuid()), *one, engagement)));
        }
        if lives(engagement) {
            reasons.push(Reason::under((Kind::Study, engagement.study_id.uuid()), vendor, engagement));
        }
    }

    /// An engagement that lives names the protocol of its study for its vendor: each version and each amendment.
    fn protocols(&self, reasons: &mut Vec<Reason>) {
        let versions = self.protocol_versions.iter().map(|one| ((Kind::ProtocolVersion, one.id.uuid()), one.study_id));
        let amendments = self.amendments.iter().map(|one| ((Kind::Amendment, one.id.uuid()), one.study_id));
        for (named, study) in versions.chain(amendments) {
            let there = self.engagements.iter().filter(|one| one.study_id == study && lives(one));
            reasons.extend(there.map(|one| Reason::under(named, one.vendor_id, one)));
        }
    }

    /// A study names its programme for its sponsor; each engagement on it does for the sponsor, whose member may have just that, and for
    /// its vendor as long as it shows the study.
    fn programs(&self, reasons: &mut Vec<Reason>) {
        for program in &self.programs {
            let named = (Kind::Program, program.id.uuid());
            for study in self.studies.iter().filter(|study| study.program_id == Some(program.id)) {
                let by_study = Reason::apart(named, study.sponsor_id, Kind::Study, study.id.uuid());
                reasons.push(Reason { study: Some(study.id.uuid()), ..by_study });
                for engagement in self.engagements.iter().filter(|one| one.study_id == study.id) {
                    reasons.push(Reason::under(named, study.sponsor_id, engagement));
                    reasons.extend(lives(engagement).then(|| Reason::under(named, engagement.vendor_id, engagement)));
                }
            }
        }
    }

    /// Countries and sites for the vendors that work there, with the days on which they do; facilities with them, and for the sponsor.
    fn places(&self, reasons: &mut Vec<Reason>) {
        for country in &self.countries {
            for engagement in self.engagements.iter().filter(|one| one.study_id == country.study_id && lives(one)) {
                let leads = country.lead_engagement_id == Some(engagement.id);
                let covers = |scope: &&ServiceScope| scope.countries.as_ref().is_none_or(|codes| codes.contains(&country.country_code));
                for (from, to) in self.days(engagement, leads, covers) {
                    let plain = Reason::under((Kind::StudyCountry, country.id.uuid()), engagement.vendor_id, engagement);
                    reasons.push(Reason { country: Some(country.country_code.to_string()), from, to, ..plain });
                }
            }
        }
        for site in &self.study_sites {
            let facility = (Kind::Site, site.site_id.uuid());
            let (country, study_site) = (Some(site.country_code.to_string()), Some(site.id.uuid()));
            let own = Reason::apart(facility, site.sponsor_id, Kind::StudySite, site.id.uuid());
            reasons.push(Reason { study: Some(site.study_id.uuid()), country: country.clone(), study_site, ..own });
            for engagement in self.engagements.iter().filter(|one| one.study_id == site.study_id && lives(one)) {
                let answers = site.responsible_engagement_id == Some(engagement.id);
                let covers = |scope: &&ServiceScope| {
                    scope.countries.as_ref().is_none_or(|codes| codes.contains(&site.country_code))
                        && scope.study_site_ids.as_ref().is_none_or(|sites| sites.contains(&site.id))
                };
                for (from, to) in self.days(engagement, answers, covers) {
                    let whole = [
                        ((Kind::StudySite, site.id.uuid()), engagement.vendor_id, Kind::Engagement),
                        (facility, engagement.vendor_id, Kind::StudySite),
                        (facility, engagement.sponsor_id, Kind::StudySite),
                    ];
                    reasons.extend(whole.into_iter().map(|(named, organization, via)| Reason {
                        via,
                        country: country.clone(),
                        study_site,
                        from,
                        to,
                        ..Reason::under(named, organization, engagement)
                    }));
                }
            }
        }
    }

    /// The days of each thing that makes an engagement work at a place: once without days for what is its own, once for each scope.
    fn days<'a>(&'a self, engagement: &Engagement, own: bool, covers: impl Fn(&&'a ServiceScope) -> bool) -> Vec<Days> {
        let scopes = self.scopes.iter().filter(|one| one.engagement_id == engagement.id && one.in_scope).filter(covers);
        own.then_some((None, None)).into_iter().chain(scopes.map(|one| (Some(one.valid_from), one.valid_to))).collect()
    }

    /// A membership names its person for its organisation, and for another sponsor into whose study it reaches; a client shows itself
    /// to the sponsor of each engagement that it lists, or of all its vendor's.
    fn granted(&self, reasons: &mut Vec<Reason>) {
        for one in &self.memberships {
            let named = (Kind::Person, one.person_id.uuid());
            let into = one.study_id.and_then(|study| self.sponsor_of(study)).filter(|sponsor| *sponsor != one.organization_id);
            let whom = std::iter::once((one.organization_id, Kind::Membership)).chain(into.map(|sponsor| (sponsor, Kind::Study)));
            reasons.extend(whom.map(|(organization, via)| Reason {
                study: one.study_id.map(TypedId::uuid),
                engagement: one.engagement_id.map(TypedId::uuid),
                country: one.country_code.map(|code| code.to_string()),
                study_site: one.study_site_id.map(TypedId::uuid),
                ..Reason::apart(named, organization, via, one.id.uuid())
            }));
        }
        for client in &self.clients {
            let whole = client.engagement_ids.is_empty();
            let reaches = |one: &&Engagement| client.engagement_ids.contains(&one.id) || (whole && one.vendor_id == client.organization_id);
            for engagement in self.engagements.iter().filter(reaches) {
                let plain = Reason::under((Kind::ApiClient, client.id.uuid()), engagement.sponsor_id, engagement);
                reasons.push(Reason { kept_with: client.id.uuid(), ..plain });
            }
        }
    }
}
