//! Commands on people, memberships and machine clients.

use sea_orm::ConnectionTrait;
use tandem_domain::access::Action;
use tandem_domain::command::{Command, Refusal};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{EngagementId, OrganizationId, TypedId};
use tandem_domain::party::{
    ApiClient, Membership, MembershipGrant, MembershipReach, Person, api_client_create, api_client_end, api_client_narrow, check_grant,
    each_once, membership_end, membership_grant, person_invite,
};
use tandem_domain::portfolio::{Study, StudySite};
use tandem_domain::record::{Kind, Record, Stored};
use uuid::Uuid;

use super::{Planned, Work};
use crate::error::WriteError;
use crate::sql::Sql;

impl Work<'_> {
    pub(super) async fn plan_party(&self, command: &Command) -> Result<Planned, WriteError> {
        match command {
            Command::PersonInvite(input) => Planned::of(person_invite(&self.deciding(), input.clone())?),
            Command::MembershipGrant(input) => {
                self.may_ever(Kind::Membership, Action::Create)?;
                check_grant(&self.deciding(), input)?;
                self.own_person(input).await?;
                let reach = self.reach(input).await?;
                Planned::of(membership_grant(&self.deciding(), input.clone(), reach)?)
            }
            Command::MembershipEnd(input) => {
                let stored: Stored<Membership> = self.subject(input.id, Action::End).await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(membership_end(&deciding, stored.record, input)?)
            }
            Command::ApiClientCreate(input) => {
                self.may_ever(Kind::ApiClient, Action::Create)?;
                self.own_engagements(input.engagement_ids.as_deref().unwrap_or_default()).await?;
                Planned::of(api_client_create(&self.deciding(), input.clone())?)
            }
            Command::ApiClientNarrow(input) => {
                let stored: Stored<ApiClient> = self.subject(input.id, Action::Update).await?;
                let deciding = self.deciding_about(&stored).await?;
                deciding.permit(Action::Update, &stored.record.clone().into_entity())?;
                // Of a client's own list nothing is looked up: it may keep an engagement that has ended.
                if stored.record.engagement_ids.is_empty() {
                    self.own_engagements(input.engagement_ids.as_deref().unwrap_or_default()).await?;
                }
                Planned::of(api_client_narrow(&deciding, stored.record, input.clone())?)
            }
            Command::ApiClientEnd(input) => {
                let stored: Stored<ApiClient> = self.subject(input.id, Action::End).await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(api_client_end(&deciding, stored.record)?)
            }
            _ => Err(Refusal::forbidden().into()),
        }
    }

    /// The engagements that a client is to reach have to be the organisation's own; others answer like ids that were never issued.
    async fn own_engagements(&self, ids: &[EngagementId]) -> Result<(), WriteError> {
        let ids: Vec<Uuid> = each_once(ids).into_iter().map(TypedId::uuid).collect();
        let found: Vec<Engagement> = self.vault.system_read(&self.transaction, "id", &ids).await?;
        let own = found.iter().filter(|engagement| self.is_own(engagement.sponsor_id) || self.is_own(engagement.vendor_id)).count();
        if own == ids.len() { Ok(()) } else { Err(Refusal::not_found("engagementIds").into()) }
    }

    fn is_own(&self, organization: OrganizationId) -> bool {
        organization == self.viewer.organization
    }

    /// The person has to be one that the grantor sees, and his organisation's own: of it, or with a membership in it. Another's, whom
    /// some other role of the grantor shows him, answers like an id that was never issued: a membership there would make that
    /// organisation's administrator's people members of two, behind his back.
    async fn own_person(&self, input: &MembershipGrant) -> Result<(), WriteError> {
        let person = self.named::<Person>(input.person_id, "personId").await?.record;
        let memberships: Vec<Membership> = self.vault.system_read(&self.transaction, "person_id", &[person.id.uuid()]).await?;
        if self.is_own(person.organization_id) || memberships.iter().any(|membership| self.is_own(membership.organization_id)) {
            return Ok(());
        }
        Err(Refusal::not_found("personId").into())
    }

    /// What the scope of a grant reaches. An administrator sees no study content, so this is looked up for his organisation:
    /// what is not its own does not exist, in the same words as an id that was never issued.
    async fn reach(&self, input: &MembershipGrant) -> Result<MembershipReach, WriteError> {
        if let Some(engagement) = input.engagement_id {
            let found: Vec<Engagement> = self.vault.system_read(&self.transaction, "id", &[engagement.uuid()]).await?;
            return match found.first() {
                Some(found) if self.is_own(found.sponsor_id) || self.is_own(found.vendor_id) => {
                    Ok(MembershipReach { study_id: Some(found.study_id), sponsor_id: Some(found.sponsor_id) })
                }
                _ => Err(Refusal::not_found("engagementId").into()),
            };
        }
        if let Some(site) = input.study_site_id {
            let found: Vec<StudySite> = self.vault.system_read(&self.transaction, "id", &[site.uuid()]).await?;
            return match found.first() {
                Some(found) if self.is_own(found.sponsor_id) || self.works_at(Kind::StudySite, found.id.uuid()).await? => {
                    Ok(MembershipReach { study_id: Some(found.study_id), sponsor_id: Some(found.sponsor_id) })
                }
                _ => Err(Refusal::not_found("studySiteId").into()),
            };
        }
        if let Some(study) = input.study_id {
            let found: Vec<Study> = self.vault.system_read(&self.transaction, "id", &[study.uuid()]).await?;
            return match found.first() {
                Some(found) if self.is_own(found.sponsor_id) || self.works_at(Kind::Study, found.id.uuid()).await? => {
                    Ok(MembershipReach { study_id: Some(found.id), sponsor_id: Some(found.sponsor_id) })
                }
                _ => Err(Refusal::not_found("studyId").into()),
            };
        }
        Ok(MembershipReach::default())
    }

    /// Whether an engagement of the viewer's organisation leads to a study or a site of one.
    async fn works_at(&self, kind: Kind, id: Uuid) -> Result<bool, WriteError> {
        let mut sql = Sql::new(self.vault.database.dialect, "SELECT 1 FROM ");
        sql.push(&kind.link_table()).push(" WHERE target_id = ").bind_uuid(id);
        sql.push(" AND organization_id = ").bind_uuid(self.viewer.organization.uuid()).push(" LIMIT 1");
        Ok(self.transaction.query_one_raw(sql.statement()).await?.is_some())
    }
}
