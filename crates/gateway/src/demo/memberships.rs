//! What the demo's people may do, and its machine clients.
//! Among them: two studies only, two organisations, one that has ended.

use tandem_domain::access::{ClientScope, Role};
use tandem_domain::party::{ApiClient, Membership, MembershipScope};

use super::calendar::moment;
use super::engagements;
use super::geography::country;
use super::ids::{Ids, List};
use super::key::ISSUER;
use super::organizations::{Org, Organizations};
use super::people::People;
use super::places::Places;
use super::studies;

/// How far a membership of the list reaches.
#[derive(Clone, Copy)]
enum Reach {
    All,
    Study(&'static str),
    Country(&'static str, &'static str),
    Site(&'static str, &'static str),
}

use Reach::{All, Country, Site, Study};

/// Who, in which organisation, as what, how far. Later ones are added at the end.
const MEMBERSHIPS: &[(&str, Org, Role, Reach)] = &[
    ("marisol", Org::Quillfen, Role::SStudyManager, All),
    ("idris", Org::Quillfen, Role::SVendorManager, All),
    ("petra", Org::Quillfen, Role::SQa, All),
    ("tomas", Org::Quillfen, Role::SFinance, All),
    ("greta", Org::Quillfen, Role::SExecutive, All),
    ("noor", Org::Quillfen, Role::SAdmin, All),
    ("yuna", Org::Quillfen, Role::SStudyManager, Study("QF-101")),
    ("yuna", Org::Quillfen, Role::SStudyManager, Study("QF-204")),
    ("leopold", Org::Brackenmoor, Role::SStudyManager, All),
    ("ines", Org::Brackenmoor, Role::SAdmin, All),
    ("ravi", Org::Veltrona, Role::VProjectManager, All),
    ("saoirse", Org::Veltrona, Role::VCra, Country("QF-101", "DE")),
    ("bastian", Org::Veltrona, Role::VCra, Site("QF-101", "Lyon")),
    ("odile", Org::Veltrona, Role::VQa, All),
    ("kofi", Org::Veltrona, Role::VAdmin, All),
    ("wanda", Org::Veltrona, Role::VDataManager, All),
    ("henrik", Org::Osprelle, Role::VProjectManager, All),
    ("aiko", Org::Osprelle, Role::VAdmin, All),
    ("zofia", Org::Tarnwick, Role::VDataManager, All),
    ("emre", Org::Pelluvia, Role::VProjectManager, All),
    ("lucia", Org::Corvendale, Role::VProjectManager, All),
    ("dagny", Org::Osprelle, Role::VQa, All),
    ("dagny", Org::Brackenmoor, Role::SQa, All),
    ("oskar", Org::Quillfen, Role::SQa, All),
    ("darya", Org::Quillfen, Role::SDataLead, All),
    ("ulla", Org::Brackenmoor, Role::SQa, All),
];

/// Whose membership has ended.
const LEFT: &str = "wanda";

/// The client id of the machine client that reaches one engagement only.
pub(super) const CTMS: &str = "veltrona-ctms";
/// The client id of the machine client of a whole sponsor.
pub(super) const PORTAL: &str = "quillfen-portal";

pub(super) fn make(organizations: &Organizations, people: &People, studies: &[studies::Made], places: &Places) -> Vec<Membership> {
    let ids = Ids::of(List::Memberships);
    let made = MEMBERSHIPS.iter().filter_map(|(local, org, role, reach)| {
        let study = |protocol: &str| studies.iter().find(|made| made.row.protocol == protocol);
        let (scope, study, country_code, study_site_id) = match *reach {
            All => (MembershipScope::AllOrg, None, None, None),
            Study(protocol) => (MembershipScope::Study, Some(study(protocol)?), None, None),
            Country(protocol, code) => (MembershipScope::Country, Some(study(protocol)?), Some(country(code)?), None),
            Site(protocol, city) => {
                let study = study(protocol)?;
                (MembershipScope::Site, Some(study), None, Some(places.study_site(study, city)?))
            }
        };
        Some(Membership {
            id: ids.next(),
            person_id: people.id(local)?,
            organization_id: organizations.id(*org),
            role: *role,
            scope,
            study_id: study.map(|made| made.study.id),
            engagement_id: None,
            country_code,
            study_site_id,
            sponsor_id: study.map(|made| made.study.sponsor_id),
            valid_from: moment(0),
            valid_to: (*local == LEFT).then(|| moment(150)),
            granted_by_id: None,
            reason: "part of the demo world".to_owned(),
        })
    });
    made.collect()
}

pub(super) fn clients(organizations: &Organizations, engagements: &[engagements::Made]) -> Vec<ApiClient> {
    let ids = Ids::of(List::ApiClients);
    let first = engagements.iter().filter(|made| made.row.protocol == "QF-101" && made.row.vendor == Org::Veltrona);
    let client = |org, name: &str, client_id: &str, scopes: &[ClientScope], engagement_ids| ApiClient {
        id: ids.next(),
        organization_id: organizations.id(org),
        name: name.to_owned(),
        issuer: ISSUER.to_owned(),
        client_id: client_id.to_owned(),
        scopes: scopes.to_vec(),
        engagement_ids,
        // A world to try things out in is not to fall silent after a year.
        expires_at: moment(36_500),
        ended_at: None,
    };
    vec![
        client(
            Org::Veltrona,
            "CTMS of Veltrona (invented)",
            CTMS,
            &[
                ClientScope::Studies,
                ClientScope::Sites,
                ClientScope::Engagements,
                ClientScope::MilestonesWrite,
                ClientScope::EnrollmentWrite,
                ClientScope::SitesWrite,
                ClientScope::ReferencesWrite,
            ],
            first.map(|made| made.engagement.id).collect(),
        ),
        client(Org::Quillfen, "Portal of Quillfen (invented)", PORTAL, &[ClientScope::Studies], Vec::new()),
    ]
}
