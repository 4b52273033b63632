//! The links through which parties see rows that have no single owner, computed from the rows that name them.
//! The store keeps what these functions say, and rewrites it in the transaction that changes a naming row.

use chrono::NaiveDate;
use uuid::Uuid;

use crate::access::Link;
use crate::engagement::{Engagement, ServiceScope};
use crate::id::{StudyId, TypedId};
use crate::party::{ApiClient, Membership};
use crate::portfolio::{Study, StudyCountry, StudySite};
use crate::record::Kind;

/// A link and the row that it leads to.
pub type Target = (Kind, Uuid, Link);

fn link(organization: Uuid, via: Kind, via_id: Uuid) -> Link {
    Link {
        organization,
        via,
        via_id,
        study: None,
        engagement: None,
        prime_engagement: None,
        country: None,
        study_site: None,
        valid_from: None,
        valid_to: None,
        at_work: false,
    }
}

fn of_engagement(organization: Uuid, engagement: &Engagement) -> Link {
    Link {
        study: Some(engagement.study_id.uuid()),
        engagement: Some(engagement.id.uuid()),
        prime_engagement: engagement.subcontract_of_id.map(TypedId::uuid),
        at_work: engagement.at_work(),
        ..link(organization, Kind::Engagement, engagement.id.uuid())
    }
}

/// What an engagement itself names: the parties for one another, the people who lead it, and its study for the vendor as long as it
/// gives sight.
#[must_use]
pub fn engagement_links(engagement: &Engagement) -> Vec<Target> {
    let (sponsor, vendor) = (engagement.sponsor_id.uuid(), engagement.vendor_id.uuid());
    let prime = engagement.prime_vendor_id.map(TypedId::uuid);
    let mut links = vec![
        (Kind::Organization, sponsor, of_engagement(vendor, engagement)),
        (Kind::Organization, vendor, of_engagement(sponsor, engagement)),
    ];
    if let Some(prime) = prime {
        // The prime vendor's member may have just this subcontract: it names both its parties to him.
        links.push((Kind::Organization, vendor, of_engagement(prime, engagement)));
        links.push((Kind::Organization, sponsor, of_engagement(prime, engagement)));
    }
    if engagement.gives_sight() {
        links.push((Kind::Study, engagement.study_id.uuid(), of_engagement(vendor, engagement)));
    }
    for person in [engagement.lead_sponsor_id, engagement.lead_vendor_id].into_iter().flatten() {
        for organization in [Some(sponsor), Some(vendor), prime].into_iter().flatten() {
            links.push((Kind::Person, person.uuid(), of_engagement(organization, engagement)));
        }
    }
    links
}

/// What an engagement covers of these countries and sites of its study: what it leads, is responsible for,
/// and what its scopes name. Days of scopes stand on the links, so that none has to be rewritten at midnight.
#[must_use]
pub fn coverage_links(engagement: &Engagement, scopes: &[ServiceScope], countries: &[StudyCountry], sites: &[StudySite]) -> Vec<Target> {
    if !engagement.gives_sight() {
        return Vec::new();
    }
    let mut links = Vec::new();
    let in_scope: Vec<&ServiceScope> = scopes.iter().filter(|scope| scope.in_scope && scope.engagement_id == engagement.id).collect();
    for country in countries {
        let named = |days| Link {
            country: Some(country.country_code.to_string()),
            ..dated(of_engagement(engagement.vendor_id.uuid(), engagement), days)
        };
        if country.lead_engagement_id == Some(engagement.id) {
            links.push((Kind::StudyCountry, country.id.uuid(), named((None, None))));
        }
        for scope in &in_scope {
            if scope.names_country(country.country_code) {
                links.push((Kind::StudyCountry, country.id.uuid(), named(days(scope))));
            }
        }
    }
    for site in sites {
        if site.responsible_engagement_id == Some(engagement.id) {
            push_site(&mut links, engagement, site, (None, None));
        }
        for scope in &in_scope {
            if scope.names_site(site.id, site.country_code) {
                push_site(&mut links, engagement, site, days(scope));
            }
        }
    }
    links
}

type Days = (Option<NaiveDate>, Option<NaiveDate>);

fn days(scope: &ServiceScope) -> Days {
    (Some(scope.valid_from), scope.valid_to)
}

fn dated(link: Link, (valid_from, valid_to): Days) -> Link {
    Link { valid_from, valid_to, ..link }
}

/// A covered study site, and the facility that it names, for the vendor; the facility also for the sponsor's own narrow scopes.
fn push_site(links: &mut Vec<Target>, engagement: &Engagement, site: &StudySite, days: Days) {
    let place = |organization: Uuid, via: Kind| Link {
        via,
        country: Some(site.country_code.to_string()),
        study_site: Some(site.id.uuid()),
        ..dated(of_engagement(organization, engagement), days)
    };
    let (sponsor, vendor) = (engagement.sponsor_id.uuid(), engagement.vendor_id.uuid());
    links.push((Kind::StudySite, site.id.uuid(), place(vendor, Kind::Engagement)));
    links.push((Kind::Site, site.site_id.uuid(), place(vendor, Kind::StudySite)));
    links.push((Kind::Site, site.site_id.uuid(), place(sponsor, Kind::StudySite)));
}

/// What a study site names for its sponsor: the facility, for those who read the study site but not the whole organisation.
#[must_use]
pub fn study_site_links(site: &StudySite) -> Vec<Target> {
    let link = Link {
        study: Some(site.study_id.uuid()),
        country: Some(site.country_code.to_string()),
        study_site: Some(site.id.uuid()),
        ..link(site.sponsor_id.uuid(), Kind::StudySite, site.id.uuid())
    };
    vec![(Kind::Site, site.site_id.uuid(), link)]
}

/// The vendors of a study for one another, where the sponsor shares the roster (I-09).
#[must_use]
pub fn roster_links(study: Uuid, shared: bool, engagements: &[Engagement]) -> Vec<Target> {
    let mut links = Vec::new();
    if shared {
        let at_work: Vec<&Engagement> = engagements.iter().filter(|engagement| engagement.gives_sight()).collect();
        for mine in &at_work {
            for other in at_work.iter().filter(|other| other.vendor_id != mine.vendor_id) {
                let named = Link { via: Kind::Study, via_id: study, ..of_engagement(mine.vendor_id.uuid(), mine) };
                links.push((Kind::Organization, other.vendor_id.uuid(), named));
            }
        }
    }
    links
}

/// What a study names for those who have it: its programme, for its sponsor by the study itself, and for both sides of its engagements
/// by these.
#[must_use]
pub fn program_links(study: &Study, engagements: &[Engagement]) -> Vec<Target> {
    let Some(program) = study.program_id else { return Vec::new() };
    let (id, sponsor) = (study.id.uuid(), study.sponsor_id.uuid());
    let mut links = vec![(Kind::Program, program.uuid(), Link { study: Some(id), ..link(sponsor, Kind::Study, id) })];
    for engagement in engagements.iter().filter(|engagement| engagement.study_id == study.id) {
        links.push((Kind::Program, program.uuid(), of_engagement(sponsor, engagement)));
        if engagement.gives_sight() {
            links.push((Kind::Program, program.uuid(), of_engagement(engagement.vendor_id.uuid(), engagement)));
        }
    }
    links
}

/// What an engagement names besides its study, for its vendor, as long as it gives sight: a version of the study's protocol, or an
/// amendment of it.
#[must_use]
pub fn protocol_links(kind: Kind, id: Uuid, study: StudyId, engagements: &[Engagement]) -> Vec<Target> {
    engagements
        .iter()
        .filter(|engagement| engagement.study_id == study && engagement.gives_sight())
        .map(|engagement| (kind, id, of_engagement(engagement.vendor_id.uuid(), engagement)))
        .collect()
}

/// What a membership names: its person, for its own organisation and, by the study, for another sponsor into whose studies it
/// reaches. The two differ in what names the person: that sponsor's administrator has no business with another's people.
#[must_use]
pub fn membership_links(membership: &Membership) -> Vec<Target> {
    let own = membership.organization_id.uuid();
    let sponsor = membership.sponsor_id.map(TypedId::uuid).filter(|sponsor| *sponsor != own);
    let named = |organization, via| Link {
        study: membership.study_id.map(TypedId::uuid),
        engagement: membership.engagement_id.map(TypedId::uuid),
        country: membership.country_code.map(|country| country.to_string()),
        study_site: membership.study_site_id.map(TypedId::uuid),
        ..link(organization, via, membership.id.uuid())
    };
    let links = std::iter::once(named(own, Kind::Membership)).chain(sponsor.map(|sponsor| named(sponsor, Kind::Study)));
    links.map(|link| (Kind::Person, membership.person_id.uuid(), link)).collect()
}

/// What a machine client names: itself, for the sponsors of the engagements that it reaches: those that it lists, or, where it lists
/// none, all of its vendor's.
#[must_use]
pub fn client_links(client: &ApiClient, engagements: &[Engagement]) -> Vec<Target> {
    engagements
        .iter()
        .filter(|engagement| client.reaches(engagement))
        .map(|engagement| {
            let named = Link { via_id: client.id.uuid(), ..of_engagement(engagement.sponsor_id.uuid(), engagement) };
            (Kind::ApiClient, client.id.uuid(), named)
        })
        .collect()
}
