//! Hats: what a person or client is in an organisation, membership by membership, and how far that reaches.

use chrono::{DateTime, Utc};
use tandem_domain::access::{ClientScope, Role};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{ApiClientId, EngagementId, OrganizationId, PersonId, StudyId, StudySiteId};
use tandem_domain::party::{Membership, MembershipScope};
use tandem_domain::value::CountryCode;

use super::World;

/// How far a membership reaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Everything the organisation has.
    Everything,
    /// One study.
    Study(StudyId),
    /// One engagement and the subcontracts under it; the header of its study with it.
    Engagement(EngagementId),
    /// One engagement that a machine lists, and nothing beneath it; the header of its study with it.
    Listed(EngagementId),
    /// One country of one study; the headers of the study and its engagements with it.
    Country(StudyId, CountryCode),
    /// One study site; the headers of the study and its engagements with it.
    Site(StudySiteId),
}

/// One role with one reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Hat {
    pub(super) role: Role,
    pub(super) reach: Reach,
}

/// The hats of a person who is active, in an organisation that uses Tandem: one for each membership that counts now.
pub(super) fn of_person(world: &World, person: PersonId, organization: OrganizationId, at: DateTime<Utc>) -> Vec<Hat> {
    let active = world.people.iter().any(|one| one.id == person && one.active);
    let tenant = world.organizations.iter().any(|one| one.id == organization && one.is_tenant);
    if !active || !tenant {
        return Vec::new();
    }
    let mine = world.memberships.iter().filter(|one| one.person_id == person && one.organization_id == organization);
    let counting = mine.filter(|one| one.valid_from <= at && one.valid_to.is_none_or(|end| at < end));
    counting.filter_map(|one| Some(Hat { role: one.role, reach: reach(one)? })).collect()
}

fn reach(membership: &Membership) -> Option<Reach> {
    match membership.scope {
        MembershipScope::AllOrg => Some(Reach::Everything),
        MembershipScope::Study => membership.study_id.map(Reach::Study),
        MembershipScope::Engagement => membership.engagement_id.map(Reach::Engagement),
        MembershipScope::Country => Some(Reach::Country(membership.study_id?, membership.country_code?)),
        MembershipScope::Site => membership.study_site_id.map(Reach::Site),
    }
}

/// The hats of a client, one for each engagement that it lists, or one for the whole organisation where it lists none; and
/// the scopes that both its entry and its token name.
pub(super) fn of_client(
    world: &World,
    client: ApiClientId,
    organization: OrganizationId,
    token: &[ClientScope],
    at: DateTime<Utc>,
) -> (Vec<Hat>, Option<Vec<ClientScope>>) {
    let counting = |one: &&tandem_domain::party::ApiClient| {
        one.id == client && one.organization_id == organization && one.ended_at.is_none() && at < one.expires_at
    };
    let Some(entry) = world.clients.iter().find(counting) else { return (Vec::new(), Some(Vec::new())) };
    let role = Role::PClient;
    let hats = if entry.engagement_ids.is_empty() {
        vec![Hat { role, reach: Reach::Everything }]
    } else {
        entry.engagement_ids.iter().map(|id| Hat { role, reach: Reach::Listed(*id) }).collect()
    };
    (hats, Some(entry.scopes.iter().copied().filter(|scope| token.contains(scope)).collect()))
}

impl Hat {
    /// C.1: the sponsor's roles with study content; the administrator has none.
    pub(super) fn sponsors(&self) -> bool {
        use Role::{SDataLead, SExecutive, SFinance, SQa, SRegulatory, SSafety, SStudyManager, SVendorManager};
        [SStudyManager, SVendorManager, SQa, SFinance, SRegulatory, SSafety, SDataLead, SExecutive].contains(&self.role)
    }

    /// The same for a vendor's.
    pub(super) fn vendors(&self) -> bool {
        use Role::{VBiostatistician, VCra, VDataManager, VFinance, VProjectManager, VQa, VRegulatory, VSafety};
        [VProjectManager, VCra, VDataManager, VBiostatistician, VQa, VRegulatory, VSafety, VFinance].contains(&self.role)
    }

    /// A machine client's: like the side that it acts for.
    pub(super) fn machine(&self) -> bool {
        self.role == Role::PClient
    }

    /// C.3, StudyCountry/Site: executives get aggregates, a vendor's finance nothing.
    pub(super) fn sites(&self) -> bool {
        self.role != Role::SExecutive && self.role != Role::VFinance
    }

    /// C.2 sponsorInternal: the sponsor's roles, but not finance.
    pub(super) fn internal(&self) -> bool {
        self.sponsors() && self.role != Role::SFinance
    }

    /// C.2 sponsorFinance: finance and vendor managers; executives get aggregates.
    pub(super) fn benchmark(&self) -> bool {
        self.role == Role::SFinance || self.role == Role::SVendorManager
    }

    /// C.3, AuditEvent: "R study", "R all", "R own area", "own engagement nodes", "R own".
    pub(super) fn reads_histories(&self) -> bool {
        use Role::{SDataLead, SFinance, SQa, SRegulatory, SSafety, SStudyManager, SVendorManager, VProjectManager, VQa};
        let named = [SStudyManager, SVendorManager, SQa, SFinance, SRegulatory, SSafety, SDataLead, VProjectManager, VQa];
        named.contains(&self.role) || self.administers()
    }

    /// The same row: "R self".
    pub(super) fn reads_own_doings(&self) -> bool {
        self.machine() || (self.vendors() && !self.reads_histories())
    }

    /// S_ADMIN and V_ADMIN.
    pub(super) fn administers(&self) -> bool {
        self.role == Role::SAdmin || self.role == Role::VAdmin
    }

    /// Whether one engagement is all that it reaches, and this is not that one nor, for a person, one under it.
    pub(super) fn is_elsewhere(&self, engagement: &Engagement) -> bool {
        match self.reach {
            Reach::Engagement(own) => engagement.id != own && engagement.subcontract_of_id != Some(own),
            Reach::Listed(own) => engagement.id != own,
            Reach::Everything | Reach::Study(_) | Reach::Country(..) | Reach::Site(_) => false,
        }
    }

    /// Whether it reaches a row of this study that belongs to no country: the organisation's and the study's own members do.
    pub(super) fn has_study_row(&self, study: StudyId) -> bool {
        self.whole() || self.reach == Reach::Study(study)
    }

    /// Whether it reaches everything the organisation has.
    pub(super) fn whole(&self) -> bool {
        self.reach == Reach::Everything
    }
}
