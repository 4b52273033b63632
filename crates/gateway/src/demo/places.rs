//! Countries, facilities and study sites of the demo, derived from where each study stands.

use tandem_domain::id::{OrganizationId, StudySiteId};
use tandem_domain::portfolio::{
    EthicsModel, RegistryStatus, Site, StudyCountry, StudyCountryState, StudySite, StudySiteContact, StudySiteInternal, StudySiteRegistry,
    StudySiteState, StudyState,
};
use tandem_domain::record::{Entity, Record};
use tandem_domain::value::CountryCode;

use super::calendar::day;
use super::engagements;
use super::geography::{CITIES, country, hospital};
use super::ids::{Ids, List};
use super::organizations::{Org, Organizations};
use super::studies;

use StudyCountryState as Country;
use StudySiteState as Place;

/// The principal investigators, in turn.
const INVESTIGATORS: &[&str] =
    &["Dr Orla Penhallow", "Dr Casimir Brookvane", "Dr Thandi Elmsworth", "Dr Jun Hazelwick", "Dr Mirela Stoneferry"];

/// Everything of this module, parents first.
pub(super) struct Places {
    pub(super) countries: Vec<StudyCountry>,
    pub(super) sites: Vec<Site>,
    pub(super) study_sites: Vec<StudySite>,
    parts: Vec<Entity>,
}

impl Places {
    pub(super) fn make(organizations: &Organizations, studies: &[studies::Made], engagements: &[engagements::Made]) -> Self {
        let sites = sites(organizations);
        let (country_ids, study_site_ids) = (Ids::of(List::StudyCountries), Ids::of(List::StudySites));
        let mut places = Self { countries: Vec::new(), sites, study_sites: Vec::new(), parts: Vec::new() };
        for made in studies {
            for (rank, code) in made.row.countries.iter().enumerate() {
                let Some(country_code) = country(code) else { continue };
                let lead = engagements.iter().find(|other| other.row.protocol == made.row.protocol && other.row.leads.contains(code));
                let country = StudyCountry {
                    id: country_ids.next(),
                    sponsor_id: made.study.sponsor_id,
                    study_id: made.study.id,
                    country_code,
                    state: country_state(made.row.state, rank),
                    lead_engagement_id: lead.map(|lead| lead.engagement.id),
                    vendor_id: lead.map(|lead| lead.engagement.vendor_id),
                    planned_sites: Some(3),
                    ethics_model: Some(if rank % 2 == 0 { EthicsModel::Central } else { EthicsModel::Local }),
                };
                places.study_sites_of(&country, rank, &study_site_ids);
                places.countries.push(country);
            }
        }
        places
    }

    /// One study site for each facility that the sponsor has in the country.
    fn study_sites_of(&mut self, country: &StudyCountry, rank: usize, ids: &Ids) {
        let there = |site: &&Site| site.sponsor_id == country.sponsor_id && site.country_code == country.country_code;
        let sites: Vec<Site> = self.sites.iter().filter(there).cloned().collect();
        for (index, site) in sites.iter().enumerate() {
            let state = site_state(country.state, index);
            let enrolled = enrolled(state, index);
            let study_site = StudySite {
                id: ids.next(),
                sponsor_id: country.sponsor_id,
                study_id: country.study_id,
                site_id: site.id,
                study_country_id: country.id,
                country_code: country.country_code,
                number: Some(format!("{}{:02}", rank + 1, index + 1)),
                state,
                responsible_engagement_id: country.lead_engagement_id,
                vendor_id: country.vendor_id,
                selected_on: (state > Place::Feasibility && state != Place::NotSelected).then(|| day(60)),
                initiated_on: (state > Place::Contracted && state < Place::NotSelected).then(|| day(120)),
                activated_on: (state > Place::Initiated && state < Place::NotSelected).then(|| day(140)),
                closed_on: (state == Place::Closed).then(|| day(400)),
                target_enrollment: Some(20),
                screened: enrolled + enrolled / 3,
                enrolled,
                discontinued: enrolled / 8,
                completed: if state >= Place::EnrollmentClosed { enrolled / 2 } else { 0 },
            };
            self.parts_of(&study_site, site);
            self.study_sites.push(study_site);
        }
    }

    fn parts_of(&mut self, study_site: &StudySite, site: &Site) {
        let (id, sponsor_id, study_id, country_code) = (study_site.id, study_site.sponsor_id, study_site.study_id, study_site.country_code);
        let turn = self.study_sites.len();
        let risk_score = Some(f64::from(u8::try_from(turn % 10).unwrap_or(0)));
        self.parts.push(StudySiteInternal { id, sponsor_id, study_id, country_code, risk_score }.into_entity());
        let principal_investigator_name = Some(INVESTIGATORS[turn % INVESTIGATORS.len()].to_owned());
        self.parts.push(StudySiteContact { id, sponsor_id, study_id, country_code, principal_investigator_name }.into_entity());
        let status = match study_site.state {
            Place::Active => Some(RegistryStatus::Recruiting),
            Place::EnrollmentClosed => Some(RegistryStatus::ActiveNotRecruiting),
            _ => None,
        };
        let registry_key = format!("demo {}", site.id);
        self.parts
            .push(StudySiteRegistry { id, sponsor_id, study_id, country_code, registry_key, status, vanished_on: None }.into_entity());
    }

    /// The study site of a study in a city.
    pub(super) fn study_site(&self, study: &studies::Made, city: &str) -> Option<StudySiteId> {
        let site = self.sites.iter().find(|site| site.sponsor_id == study.study.sponsor_id && site.city.as_deref() == Some(city))?;
        self.study_sites.iter().find(|there| there.study_id == study.study.id && there.site_id == site.id).map(|there| there.id)
    }

    /// All of it, parents first.
    pub(super) fn into_entities(self) -> Vec<Entity> {
        let mut entities: Vec<Entity> = self.countries.into_iter().map(Record::into_entity).collect();
        entities.extend(self.sites.into_iter().map(Record::into_entity));
        entities.extend(self.study_sites.into_iter().map(Record::into_entity));
        entities.extend(self.parts);
        entities
    }
}

/// Each sponsor keeps its own record of every hospital.
fn sites(organizations: &Organizations) -> Vec<Site> {
    let ids = Ids::of(List::Sites);
    let mut sites = Vec::new();
    for sponsor in [Org::Quillfen, Org::Brackenmoor] {
        for (code, cities) in CITIES {
            let Some(country_code) = country(code) else { continue };
            sites.extend(cities.iter().map(|city| site(&ids, organizations.id(sponsor), country_code, city)));
        }
    }
    sites
}

fn site(ids: &Ids, sponsor_id: OrganizationId, country_code: CountryCode, city: &str) -> Site {
    Site {
        id: ids.next(),
        sponsor_id,
        name: Some(hospital(city)),
        city: Some(city.to_owned()),
        state_region: None,
        postal_code: None,
        country_code,
    }
}

/// Where the country of this rank stands in a study of this state.
fn country_state(study: StudyState, rank: usize) -> Country {
    let states: &[Country] = match study {
        StudyState::Planning => &[Country::Selected, Country::Candidate],
        StudyState::StartUp => &[Country::Approved, Country::Submitted, Country::Selected],
        StudyState::Enrolling => &[Country::Active, Country::Active, Country::Approved, Country::Active, Country::Submitted],
        StudyState::OnHold => &[Country::Suspended, Country::Approved],
        StudyState::FollowUp => &[Country::EnrollmentClosed],
        StudyState::CloseOut => &[Country::EnrollmentClosed, Country::Closed],
        StudyState::Closed | StudyState::Archived | StudyState::Terminated | StudyState::Withdrawn => {
            &[Country::Closed, Country::NotSelected]
        }
    };
    states.get(rank).or(states.last()).copied().unwrap_or(Country::Candidate)
}

/// Where the site of this place in the list stands in a country of this state.
fn site_state(country: Country, index: usize) -> Place {
    let states: &[Place] = match country {
        Country::Candidate => &[Place::Identified],
        Country::Selected => &[Place::Feasibility, Place::Identified],
        Country::Submitted => &[Place::Selected, Place::Feasibility, Place::NotSelected],
        Country::Approved => &[Place::Initiated, Place::Contracted, Place::Selected],
        Country::Active => &[Place::Active, Place::Active, Place::Initiated],
        Country::EnrollmentClosed => &[Place::EnrollmentClosed],
        Country::Closed => &[Place::Closed],
        Country::Suspended => &[Place::Suspended],
        Country::NotSelected | Country::Rejected => &[Place::NotSelected],
    };
    states.get(index).or(states.last()).copied().unwrap_or(Place::Identified)
}

fn enrolled(state: Place, index: usize) -> i64 {
    let some = 6 + 5 * i64::try_from(index).unwrap_or(0);
    match state {
        Place::Active | Place::Suspended => some,
        Place::EnrollmentClosed | Place::Closed => some + 9,
        Place::Identified | Place::Feasibility | Place::Selected | Place::Contracted | Place::Initiated | Place::NotSelected => 0,
    }
}
