//! A sponsor's facilities, and the countries and sites of a study: three countries, ten sites, and how far each site has come.

use chrono::NaiveDate;
use tandem_domain::id::{SiteId, StudyCountryId, StudySiteId};
use tandem_domain::portfolio::{
    EnrollmentSnapshot, EnrollmentSource, EthicsModel, Site, StudyCountry, StudyCountryState, StudySite, StudySiteContact,
    StudySiteInternal, StudySiteState,
};
use tandem_domain::record::{Entity, Record};
use tandem_domain::value::CountryCode;

use super::draw::{List, What, count, day, draw, id, one_of};
use super::engagements::engagement_id;
use super::names::{self, COUNTRIES};
use super::parties::Party;
use super::studies::{Made, score};

/// Facilities of a sponsor in a country.
const FACILITIES: u64 = 10;

/// Which of the ten countries, counted from the study's own beginning.
const STEPS: [u64; 3] = [0, 3, 7];

/// The study's country of each of its sites.
const SITES: [u64; 10] = [0, 0, 0, 0, 1, 1, 1, 2, 2, 2];

const STATES: [StudySiteState; 20] = {
    use StudySiteState as S;
    [
        S::Identified,
        S::Feasibility,
        S::Selected,
        S::Selected,
        S::Contracted,
        S::Initiated,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::Active,
        S::EnrollmentClosed,
        S::EnrollmentClosed,
        S::EnrollmentClosed,
        S::Closed,
        S::Closed,
        S::NotSelected,
        S::Suspended,
    ]
};

const COUNTRY_STATES: [StudyCountryState; 10] = {
    use StudyCountryState as S;
    [S::Selected, S::Submitted, S::Approved, S::Active, S::Active, S::Active, S::Active, S::EnrollmentClosed, S::Closed, S::Suspended]
};

/// Where a study's country stands in the list of countries.
fn country_index(study: &Made<'_>, place: u64) -> u64 {
    (study.number + STEPS[usize::try_from(place % 3).unwrap_or(0)]) % COUNTRIES.len() as u64
}

/// The study's country of this place, 0 to 2.
pub(super) fn country(study: &Made<'_>, place: u64) -> Option<CountryCode> {
    names::country(country_index(study, place))
}

/// The study's site of this place, 0 to 9.
pub(super) fn study_site_id(study: &Made<'_>, place: u64) -> StudySiteId {
    id(List::StudySites, study.number * SITES.len() as u64 + place)
}

/// The study's country that the site of this place lies in, by its place.
pub(super) fn country_of_site(place: u64) -> u64 {
    SITES.get(usize::try_from(place).unwrap_or(0)).copied().unwrap_or(0)
}

/// The id of the study's country of this place.
pub(super) fn study_country_id(study: &Made<'_>, place: u64) -> StudyCountryId {
    id(List::StudyCountries, study.number * 3 + place)
}

fn site_number(sponsor: &Party<'_>, country: u64, facility: u64) -> u64 {
    (sponsor.number() * COUNTRIES.len() as u64 + country) * FACILITIES + facility % FACILITIES
}

fn site_id(number: u64) -> SiteId {
    id(List::Sites, number)
}

/// The facilities of a sponsor.
pub(super) fn facilities(sponsor: &Party<'_>) -> Vec<Entity> {
    let every = (0..COUNTRIES.len() as u64).flat_map(|country| (0..FACILITIES).map(move |facility| (country, facility)));
    let made = every.filter_map(|(country, facility)| {
        let number = site_number(sponsor, country, facility);
        let city = names::word(number);
        let site = Site {
            id: site_id(number),
            sponsor_id: sponsor.id(),
            name: Some(format!("{city} Hospital (invented)")),
            city: Some(city),
            state_region: None,
            postal_code: Some(format!("{:05}", number % 100_000)),
            country_code: names::country(country)?,
        };
        Some(site.into_entity())
    });
    made.collect()
}

/// Countries and sites of a study, with their parts.
pub(super) fn of(study: &Made<'_>) -> Vec<Entity> {
    let countries: Vec<StudyCountry> = (0..3).filter_map(|place| study_country(study, place)).collect();
    let mut records = Vec::new();
    for (place, of_country) in (0..).zip(SITES) {
        if let Some(country) = countries.get(usize::try_from(of_country).unwrap_or(0)) {
            records.extend(study_site(study, place, of_country, country));
        }
    }
    countries.into_iter().map(Record::into_entity).chain(records).collect()
}

fn study_country(study: &Made<'_>, place: u64) -> Option<StudyCountry> {
    let n = study.number * 3 + place;
    // The first vendor leads two of the countries, the second the third.
    let seat = place / 2;
    Some(StudyCountry {
        id: study_country_id(study, place),
        sponsor_id: study.sponsor_id(),
        study_id: study.id(),
        country_code: country(study, place)?,
        state: one_of(What::State, n, &COUNTRY_STATES),
        lead_engagement_id: Some(engagement_id(study, seat)),
        vendor_id: study.vendors().get(usize::try_from(seat).unwrap_or(0)).map(Party::id),
        planned_sites: Some(2 + count(What::Size, n, 6)),
        ethics_model: Some(one_of(What::Whether, n, &[EthicsModel::Central, EthicsModel::Local])),
    })
}

fn study_site(study: &Made<'_>, place: u64, of_country: u64, country: &StudyCountry) -> Vec<Entity> {
    use StudySiteState as S;
    let n = study.number * SITES.len() as u64 + place;
    let state = one_of(What::State, n, &STATES);
    // For one site in five the sponsor itself is responsible.
    let led = draw(What::Whether, n, 5) > 0;
    let selected = draw(What::Day, n, 900);
    let (initiated, activated) = (selected + 40 + draw(What::Size, n, 60), selected + 110 + draw(What::Score, n, 60));
    let reached = |least: S| state >= least && state != S::NotSelected;
    let enrolled = if reached(S::Active) { count(What::Size, n, 40) } else { 0 };
    let (id, sponsor_id, study_id, country_code) = (study_site_id(study, place), study.sponsor_id(), study.id(), country.country_code);
    let site = StudySite {
        id,
        sponsor_id,
        study_id,
        site_id: site_id(site_number(&study.sponsor, country_index(study, of_country), study.number / 10 + place)),
        study_country_id: country.id,
        country_code,
        number: Some(format!("{}{place:02}", of_country + 1)),
        state,
        responsible_engagement_id: country.lead_engagement_id.filter(|_| led),
        vendor_id: country.vendor_id.filter(|_| led),
        selected_on: reached(S::Selected).then(|| day(selected)),
        initiated_on: reached(S::Initiated).then(|| day(initiated)),
        activated_on: reached(S::Active).then(|| day(activated)),
        closed_on: (state == S::Closed).then(|| day(activated + 250)),
        target_enrollment: Some(5 + count(What::Scope, n, 40)),
        screened: enrolled + enrolled / 3,
        enrolled,
        discontinued: enrolled / 8,
        completed: if state >= S::EnrollmentClosed { enrolled / 2 } else { 0 },
    };
    let mut records = vec![site.clone().into_entity()];
    if enrolled > 0 {
        records.push(enrollment(n, site, day(activated + 200)).into_entity());
    }
    if draw(What::Scope, n, 4) > 0 {
        records.push(StudySiteInternal { id, sponsor_id, study_id, country_code, risk_score: Some(score(n)) }.into_entity());
    }
    if reached(S::Contracted) {
        let principal_investigator_name = Some(format!("Dr {}", names::person(n)));
        records.push(StudySiteContact { id, sponsor_id, study_id, country_code, principal_investigator_name }.into_entity());
    }
    records
}

/// What was last reported of a site where somebody is enrolled.
fn enrollment(number: u64, site: StudySite, as_of: NaiveDate) -> EnrollmentSnapshot {
    EnrollmentSnapshot {
        id: id(List::EnrollmentSnapshots, number),
        sponsor_id: site.sponsor_id,
        study_id: site.study_id,
        vendor_id: site.vendor_id,
        engagement_id: site.responsible_engagement_id,
        prime_vendor_id: None,
        prime_engagement_id: None,
        study_country_id: site.study_country_id,
        country_code: site.country_code,
        study_site_id: site.id,
        as_of,
        screened: site.screened,
        screen_failures: site.screened - site.enrolled,
        randomised: site.enrolled,
        treated: site.enrolled,
        discontinued: site.discontinued,
        completed: site.completed,
        source: EnrollmentSource::Edc,
    }
}
