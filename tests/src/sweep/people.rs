//! The people and machines of the sweep: every role for a whole organisation, and scopes of every kind.
//! A person is called by organisation and role: `A.sm`; an address begins with `canary-`.

use tandem_domain::access::{ClientScope, Role};
use tandem_domain::id::{EngagementId, OrganizationId, PersonId, StudyId, StudySiteId, TypedId};
use tandem_domain::party::{
    AccessEvent, AccessEventType, AccessReview, AccessReviewItem, AccessReviewOutcome, ApiClient, Membership, MembershipScope, Person,
    PersonContact,
};
use tandem_domain::record::Record;
use tandem_gateway::demo::{ISSUER, epoch};

use super::world::{Builder, text};

/// How far a membership of the list reaches.
#[derive(Clone, Copy, Debug)]
pub enum Reach {
    /// The whole organisation.
    All,
    /// A study.
    Study(&'static str),
    /// An engagement, and its study.
    Engagement(&'static str, &'static str),
    /// A country of a study.
    Country(&'static str, &'static str),
    /// A site of a study.
    Site(&'static str, &'static str),
}

use Reach::{All, Country, Engagement, Site, Study};

/// Name (organisation, dot, rest), role and reach. One without a role has an entry in the directory only.
pub const PEOPLE: &[(&str, Option<Role>, Reach)] = &[
    ("A.sm", Some(Role::SStudyManager), All),
    ("A.vm", Some(Role::SVendorManager), All),
    ("A.qa", Some(Role::SQa), All),
    ("A.fin", Some(Role::SFinance), All),
    ("A.reg", Some(Role::SRegulatory), All),
    ("A.saf", Some(Role::SSafety), All),
    ("A.data", Some(Role::SDataLead), All),
    ("A.exec", Some(Role::SExecutive), All),
    ("A.admin", Some(Role::SAdmin), All),
    ("A.sm-study", Some(Role::SStudyManager), Study("A1")),
    ("A.vm-eng", Some(Role::SVendorManager), Engagement("A1V", "A1")),
    ("A.qa-country", Some(Role::SQa), Country("A1", "DE")),
    ("A.sm-site", Some(Role::SStudyManager), Site("A1", "A1-de1")),
    ("A.silent", None, All),
    ("B.sm", Some(Role::SStudyManager), All),
    ("B.admin", Some(Role::SAdmin), All),
    ("V.pm", Some(Role::VProjectManager), All),
    ("V.cra", Some(Role::VCra), All),
    ("V.dm", Some(Role::VDataManager), All),
    ("V.stat", Some(Role::VBiostatistician), All),
    ("V.qa", Some(Role::VQa), All),
    ("V.reg", Some(Role::VRegulatory), All),
    ("V.saf", Some(Role::VSafety), All),
    ("V.fin", Some(Role::VFinance), All),
    ("V.admin", Some(Role::VAdmin), All),
    ("V.pm-study", Some(Role::VProjectManager), Study("A1")),
    ("V.pm-eng", Some(Role::VProjectManager), Engagement("A1V", "A1")),
    ("V.pm-closed", Some(Role::VProjectManager), Engagement("A2V", "A2")),
    ("V.cra-country", Some(Role::VCra), Country("A1", "DE")),
    ("V.cra-site", Some(Role::VCra), Site("A1", "A1-fr1")),
    ("V.silent", None, All),
    ("W.pm", Some(Role::VProjectManager), All),
    ("W.cra", Some(Role::VCra), All),
    ("W.admin", Some(Role::VAdmin), All),
    ("S.pm", Some(Role::VProjectManager), All),
    ("S.admin", Some(Role::VAdmin), All),
];

/// A machine client: name, organisation, what the directory grants, the engagements that it is limited to.
pub const CLIENTS: &[(&str, &str, &[ClientScope], &[&str])] = &[
    ("A-whole", "A", ClientScope::ALL, &[]),
    ("A-study", "A", &[ClientScope::Studies], &[]),
    ("A-mute", "A", ClientScope::ALL, &[]),
    ("V-whole", "V", ClientScope::ALL, &[]),
    ("V-eng", "V", ClientScope::ALL, &["A1V"]),
    ("W-eng", "W", ClientScope::ALL, &["A1W"]),
];

/// The address that a person was invited by.
#[must_use]
pub fn address(name: &str) -> String {
    let organization = name.split('.').next().unwrap_or_default();
    format!("canary-{name}@{organization}.example.org").to_lowercase()
}

/// People, their contacts and memberships.
pub fn plant(world: &mut Builder) {
    for (name, role, reach) in PEOPLE {
        let organization = name.split('.').next().unwrap_or_default();
        let (id, organization_id) = (world.id::<PersonId>(name), world.id::<OrganizationId>(organization));
        let person = Person {
            id,
            organization_id,
            display_name: text("person", name, "display_name"),
            job_title: Some(text("person", name, "job_title")),
            active: true,
        };
        world.plant(name, person.into_entity());
        world.plant(name, PersonContact { id, organization_id, email: address(name) }.into_entity());
        if let Some(role) = role {
            let membership = membership(world, name, *role, *reach);
            world.plant(name, membership.into_entity());
        }
    }
}

/// The machine clients; after the engagements that they are limited to.
pub fn plant_clients(world: &mut Builder) {
    for (name, organization, scopes, engagements) in CLIENTS {
        let client = ApiClient {
            id: world.id(name),
            organization_id: world.id(organization),
            name: text("client", name, "name"),
            issuer: ISSUER.to_owned(),
            client_id: text("client", name, "client_id"),
            scopes: scopes.to_vec(),
            engagement_ids: engagements.iter().map(|engagement| world.id::<EngagementId>(engagement)).collect(),
            expires_at: epoch() + chrono::Duration::days(36_500),
            ended_at: None,
        };
        world.plant(name, client.into_entity());
    }
}

/// An event of the access log, a review and one of its items, for each organisation: of somebody there, about somebody there.
const OVERSEEN: &[(&str, &str, &str)] =
    &[("A", "A.qa", "A.silent"), ("B", "B.admin", "B.sm"), ("V", "V.admin", "V.cra"), ("W", "W.admin", "W.cra")];

/// Who used what, and what is reviewed.
pub fn plant_oversight(world: &mut Builder) {
    for (name, reviewer, reviewed) in OVERSEEN {
        let organization_id: OrganizationId = world.id(name);
        let refusal = AccessEvent {
            id: world.id(name),
            organization_id,
            event: AccessEventType::Refused,
            // One is of a machine.
            person_id: (*name != "V").then(|| world.id(reviewed)),
            api_client_id: (*name == "V").then(|| world.id("V-whole")),
            code: Some(text("access_event", name, "code")),
            attempt: Some(text("access_event", name, "attempt")),
            occurrences: world.int(),
            first_at: epoch(),
            last_at: epoch(),
        };
        let review = AccessReview {
            id: world.id(name),
            organization_id,
            period_from: epoch().date_naive(),
            period_to: epoch().date_naive(),
            reviewer_id: world.id(reviewer),
            reviewed: world.int(),
            confirmed: world.int(),
            revoked: world.int(),
            completed_at: None,
        };
        let item = AccessReviewItem {
            id: world.id(name),
            organization_id,
            access_review_id: review.id,
            membership_id: world.id(reviewer),
            person_id: world.id(reviewer),
            role: Role::SQa,
            scope: MembershipScope::AllOrg,
            in_force_since: epoch(),
            granted_by_id: Some(world.id(reviewed)),
            last_used_at: Some(epoch()),
            outcome: AccessReviewOutcome::Confirmed,
            decided_by_id: Some(world.id(reviewer)),
            decided_at: Some(epoch()),
        };
        world.plant(name, refusal.into_entity());
        world.plant(name, review.into_entity());
        world.plant(name, item.into_entity());
    }
}

fn membership(world: &Builder, name: &str, role: Role, reach: Reach) -> Membership {
    let study = match reach {
        All => None,
        Study(study) | Engagement(_, study) | Country(study, _) | Site(study, _) => Some(study),
    };
    let scope = match reach {
        All => MembershipScope::AllOrg,
        Study(_) => MembershipScope::Study,
        Engagement(..) => MembershipScope::Engagement,
        Country(..) => MembershipScope::Country,
        Site(..) => MembershipScope::Site,
    };
    Membership {
        id: world.id(name),
        person_id: world.id(name),
        organization_id: world.id(name.split('.').next().unwrap_or_default()),
        role,
        scope,
        study_id: study.map(|study| world.id::<StudyId>(study)),
        engagement_id: if let Engagement(engagement, _) = reach { Some(world.id::<EngagementId>(engagement)) } else { None },
        country_code: if let Country(_, code) = reach { code.parse().ok() } else { None },
        study_site_id: if let Site(_, site) = reach { Some(world.id::<StudySiteId>(site)) } else { None },
        sponsor_id: study.map(|study| world.id::<OrganizationId>(&study[..1])),
        valid_from: epoch(),
        valid_to: None,
        // Granted by somebody whom the person himself mostly cannot see.
        granted_by_id: Some(PersonId::from_uuid(world.id::<PersonId>(if name.starts_with('A') { "A.silent" } else { "V.silent" }).uuid())),
        reason: text("membership", name, "reason"),
    }
}
