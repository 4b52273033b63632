//! Commands on reviews of access: what is in force is listed, what a decision names is loaded through the viewer.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use sea_orm::ConnectionTrait;
use tandem_domain::access::Action;
use tandem_domain::command::{Code, Command, Refusal, UserError};
use tandem_domain::id::{AccessReviewId, AccessReviewItemId, TypedId};
use tandem_domain::party::{
    AccessReview, AccessReviewItem, Decided, InForce, Membership, access_review_complete, access_review_decide, access_review_open,
};
use tandem_domain::record::{Kind, Record, Stored};
use uuid::Uuid;

use super::{Planned, Work};
use crate::error::{StoreError, WriteError};
use crate::sql::Sql;

impl Work<'_> {
    pub(super) async fn plan_review(&self, command: &Command) -> Result<Planned, WriteError> {
        match command {
            Command::AccessReviewOpen(input) => {
                self.may_ever(Kind::AccessReview, Action::Create)?;
                let change = access_review_open(&self.deciding(), input, self.in_force().await?)?;
                // Only who may open one is told that one is open: of the organisation's QA, some have no more than a study.
                self.none_open().await?;
                Planned::of(change)
            }
            Command::AccessReviewDecide(input) => {
                let stored: Stored<AccessReview> = self.subject(input.id, Action::Update).await?;
                let deciding = self.deciding_about(&stored).await?;
                deciding.permit(Action::Update, &stored.record.clone().into_entity())?;
                let confirm = self.items(input.id, input.confirm.as_deref().unwrap_or_default(), "confirm").await?;
                let revoke = self.items(input.id, input.revoke.as_deref().unwrap_or_default(), "revoke").await?;
                Planned::of(access_review_decide(&deciding, stored.record, confirm, revoke)?)
            }
            Command::AccessReviewComplete(input) => {
                let stored: Stored<AccessReview> = self.subject(input.id, Action::Update).await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(access_review_complete(&deciding, stored.record)?)
            }
            _ => Err(Refusal::forbidden().into()),
        }
    }

    /// A second review beside an open one would say the same twice. The unique index holds it where two begin at once.
    async fn none_open(&self) -> Result<(), WriteError> {
        let mut sql =
            Sql::new(self.vault.database.dialect, "SELECT 1 FROM access_review WHERE completed_at IS NULL AND organization_id = ");
        sql.bind_uuid(self.viewer.organization.uuid());
        match self.transaction.query_one_raw(sql.statement()).await? {
            None => Ok(()),
            Some(_) => Err(Refusal::from(UserError::new(Code::GuardFailed, "A review is open already. Complete it first.")).into()),
        }
    }

    /// The memberships in force in the viewer's organisation, each with its person's last use there.
    async fn in_force(&self) -> Result<Vec<InForce>, WriteError> {
        let organization = self.viewer.organization.uuid();
        let memberships: Vec<Membership> = self.vault.system_read(&self.transaction, "organization_id", &[organization]).await?;
        let last_uses = self.last_uses(organization).await?;
        let in_force = memberships.into_iter().filter(|membership| membership.in_force(self.now));
        let with_use = |membership: Membership| {
            let last_used_at = last_uses.get(&membership.person_id.uuid()).copied();
            InForce { membership, last_used_at }
        };
        Ok(in_force.map(with_use).collect())
    }

    async fn last_uses(&self, organization: Uuid) -> Result<HashMap<Uuid, DateTime<Utc>>, WriteError> {
        let dialect = self.vault.database.dialect;
        let mut sql = Sql::new(dialect, "SELECT person_id, MAX(last_at) FROM access_event WHERE organization_id = ");
        sql.bind_uuid(organization).push(" AND person_id IS NOT NULL AND event <> 'REFUSED' GROUP BY person_id");
        let rows = self.transaction.query_all_raw(sql.statement()).await?;
        let read = |row: &sea_orm::QueryResult| -> Result<_, StoreError> {
            dialect.read_time(row, 1)?.map(|last| Ok((row.try_get_by_index(0)?, last))).transpose()
        };
        let pairs: Vec<Option<(Uuid, DateTime<Utc>)>> = rows.iter().map(read).collect::<Result<_, _>>()?;
        Ok(pairs.into_iter().flatten().collect())
    }

    /// The items that a decision names, each once and all of this review, with their memberships; anything else answers like an id
    /// that was never issued.
    async fn items(&self, review: AccessReviewId, ids: &[AccessReviewItemId], field: &str) -> Result<Vec<Decided>, WriteError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let items: Vec<AccessReviewItem> = self.named_all(&ids, field).await?;
        if items.iter().any(|item| item.access_review_id != review) {
            return Err(Refusal::not_found(field).into());
        }
        let ids: Vec<Uuid> = items.iter().map(|item| item.membership_id.uuid()).collect();
        let memberships: Vec<Membership> = self.named_all(&ids, field).await?;
        let memberships: HashMap<Uuid, Membership> = memberships.into_iter().map(|one| (one.id.uuid(), one)).collect();
        let with_membership =
            |item: AccessReviewItem| memberships.get(&item.membership_id.uuid()).cloned().map(|membership| Decided { item, membership });
        Ok(items.into_iter().filter_map(with_membership).collect())
    }
}
