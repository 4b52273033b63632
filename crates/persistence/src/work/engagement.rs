//! Commands on engagements and their service scopes.

use tandem_domain::access::Action;
use tandem_domain::command::{Command, Refusal};
use tandem_domain::engagement::{
    Engagement, EngagementInternal, Parties, ServiceScope, engagement_create, engagement_internal_update, engagement_update,
    service_scope_create, service_scope_end, service_scope_update,
};
use tandem_domain::id::{EngagementId, OrganizationId, PersonId, StudyId, StudySiteId, TypedId};
use tandem_domain::party::{Membership, Organization, Person};
use tandem_domain::portfolio::StudySite;
use tandem_domain::record::{Kind, Patch, Stored};
use uuid::Uuid;

use super::{Planned, Work};
use crate::error::WriteError;

impl Work<'_> {
    pub(super) async fn plan_engagement(&self, command: &Command) -> Result<Planned, WriteError> {
        match command {
            Command::EngagementCreate(input) => {
                self.may_ever(Kind::Engagement, Action::Create)?;
                let study = self.study_locked(input.study_id, "studyId").await?;
                let vendor = self.named::<Organization>(input.vendor_id, "vendorId").await?.record;
                let prime = self.named_if::<Engagement, EngagementId>(input.subcontract_of_id, "subcontractOfId").await?;
                self.leads(study.sponsor_id, input.lead_sponsor_id, "leadSponsorId", true).await?;
                self.leads(vendor.id, input.lead_vendor_id, "leadVendorId", false).await?;
                Planned::of(engagement_create(&self.deciding(), Parties { study, vendor, prime }, input.clone())?)
            }
            Command::EngagementUpdate(input) => {
                let stored: Stored<Engagement> = self.subject(input.id, Action::Update).await?;
                self.leads_if(stored.record.sponsor_id, &input.lead_sponsor_id, "leadSponsorId", true).await?;
                self.leads_if(stored.record.vendor_id, &input.lead_vendor_id, "leadVendorId", false).await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(engagement_update(&deciding, stored.record, input.clone())?)
            }
            Command::EngagementInternalUpdate(input) => {
                let engagement = self.whole::<Engagement>(input.id).await?;
                let part = self.part::<EngagementInternal>(input.id.uuid()).await?;
                Planned::of(engagement_internal_update(&self.deciding(), &engagement, part, input.clone())?)
            }
            Command::ServiceScopeCreate(input) => {
                self.may_ever(Kind::ServiceScope, Action::Create)?;
                let engagement = self.named::<Engagement>(input.engagement_id, "engagementId").await?.record;
                self.lock(Kind::Study, engagement.study_id.uuid()).await?;
                let engagement = self.named::<Engagement>(input.engagement_id, "engagementId").await?.record;
                self.sites_of(engagement.study_id, input.study_site_ids.as_deref()).await?;
                Planned::of(service_scope_create(&self.deciding(), &engagement, input.clone())?)
            }
            Command::ServiceScopeUpdate(input) => {
                let stored: Stored<ServiceScope> = self.subject(input.id, Action::Update).await?;
                if let Patch::Set(sites) = &input.study_site_ids {
                    self.sites_of(stored.record.study_id, sites.as_deref()).await?;
                }
                let engagement = self.named::<Engagement>(stored.record.engagement_id, "id").await?.record;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(service_scope_update(&deciding, &engagement, stored.record, input.clone())?)
            }
            Command::ServiceScopeEnd(input) => {
                let stored: Stored<ServiceScope> = self.subject(input.id, Action::Update).await?;
                let engagement = self.named::<Engagement>(stored.record.engagement_id, "id").await?.record;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(service_scope_end(&deciding, &engagement, stored.record)?)
            }
            _ => Err(Refusal::forbidden().into()),
        }
    }

    /// A lead belongs to the side that he leads: the organisation employs him or has given him a membership.
    /// A `colleague` can be named by id, whether or not one may read of him; people of another organisation only
    /// where one sees them. Who does not belong is not told apart from who does not exist.
    pub(super) async fn leads(
        &self,
        organization: OrganizationId,
        person: Option<PersonId>,
        field: &str,
        colleague: bool,
    ) -> Result<(), WriteError> {
        let Some(person) = person else { return Ok(()) };
        let people: Vec<Person> = self.vault.system_read(&self.transaction, "id", &[person.uuid()]).await?;
        let memberships: Vec<Membership> = self.vault.system_read(&self.transaction, "person_id", &[person.uuid()]).await?;
        let belongs = people.iter().any(|found| found.active && found.organization_id == organization)
            || memberships.iter().any(|membership| membership.organization_id == organization && membership.in_force(self.now));
        let nameable = colleague || self.visible(Kind::Person, person.uuid()).await?.is_some();
        if belongs && nameable { Ok(()) } else { Err(Refusal::not_found(field).into()) }
    }

    async fn leads_if(
        &self,
        organization: OrganizationId,
        person: &Patch<Option<PersonId>>,
        field: &str,
        colleague: bool,
    ) -> Result<(), WriteError> {
        match person {
            Patch::Keep => Ok(()),
            Patch::Set(person) => self.leads(organization, *person, field, colleague).await,
        }
    }

    /// The sites that a scope names have to be the study's.
    async fn sites_of(&self, study: StudyId, sites: Option<&[StudySiteId]>) -> Result<(), WriteError> {
        let Some(sites) = sites else { return Ok(()) };
        let ids: Vec<Uuid> = sites.iter().map(|id| id.uuid()).collect();
        for id in ids {
            match self.visible(Kind::StudySite, id).await? {
                Some(row) if row.entity()?.typed::<StudySite>()?.record.study_id == study => {}
                _ => return Err(Refusal::not_found("studySiteIds").into()),
            }
        }
        Ok(())
    }
}
