//! Commands on issues and comments.

use tandem_domain::access::{Action, Side};
use tandem_domain::command::{Code, Command, Refusal, UserError};
use tandem_domain::conversation::{Comment, CommentCreate, Subject, comment_create, comment_update};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{PersonId, TypedId};
use tandem_domain::oversight::{
    Issue, IssueCreate, IssuePlace, IssuePromote, IssueUpdate, issue_create, issue_promote, issue_resolve, issue_update,
};
use tandem_domain::party::Person;
use tandem_domain::portfolio::StudySite;
use tandem_domain::record::{Kind, Patch, Stored};
use uuid::Uuid;

use super::{Planned, Work};
use crate::error::WriteError;

impl Work<'_> {
    pub(super) async fn plan_conversation(&self, command: &Command) -> Result<Planned, WriteError> {
        match command {
            Command::IssueCreate(input) => self.raise(input).await,
            Command::IssueUpdate(input) => self.change_issue(input).await,
            Command::IssueResolve(input) => {
                let taken = self.take(Kind::Issue, input.id.uuid(), "RESOLVE").await?;
                let change = issue_resolve(taken.record()?, input.clone());
                taken.planned(change)
            }
            Command::IssuePromote(input) => self.promote(input).await,
            Command::CommentCreate(input) => self.comment(input).await,
            Command::CommentUpdate(input) => {
                let stored: Stored<Comment> = self.subject(input.id, Action::Update).await?;
                if let Patch::Set(mentioned) = &input.mention_ids {
                    self.mentioned(mentioned).await?;
                }
                let open = self.still_open(stored.record.engagement_id).await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(comment_update(&deciding, stored.record, open, input.clone())?)
            }
            _ => Err(Refusal::forbidden().into()),
        }
    }

    async fn raise(&self, input: &IssueCreate) -> Result<Planned, WriteError> {
        self.may_ever(Kind::Issue, Action::Create)?;
        let engagement = self.engagement_locked(input.engagement_id).await?;
        let own = self.viewer.side;
        let side = input.owner_side.map_or(if own == Side::Sponsor { Side::Vendor } else { Side::Sponsor }, |term| term.0);
        let organization = if side == Side::Sponsor { engagement.sponsor_id } else { engagement.vendor_id };
        self.owner(organization, input.owner_id, "ownerId").await?;
        let site = self.named_if::<StudySite, _>(input.study_site_id, "studySiteId").await?;
        Planned::of(issue_create(&self.deciding(), IssuePlace { engagement, site }, input.clone())?)
    }

    async fn change_issue(&self, input: &IssueUpdate) -> Result<Planned, WriteError> {
        let stored: Stored<Issue> = self.subject(input.id, Action::Update).await?;
        self.not_for_own_vendor(Kind::Issue, input.id.uuid()).await?;
        let issue = &stored.record;
        let side = match input.owner_side {
            Patch::Set(term) => term.0,
            Patch::Keep => issue.owner_side,
        };
        if let Patch::Set(owner) = input.owner_id {
            let organization = if side == Side::Sponsor { issue.sponsor_id } else { issue.vendor_id };
            self.owner(organization, owner, "ownerId").await?;
        }
        let open = self.still_open(Some(issue.engagement_id)).await?;
        let deciding = self.deciding_about(&stored).await?;
        Planned::of(issue_update(&deciding, stored.record, open, input.clone())?)
    }

    /// A finding that is made of an issue. The issue does not change, and so tells nobody of the draft.
    async fn promote(&self, input: &IssuePromote) -> Result<Planned, WriteError> {
        self.may_ever(Kind::Finding, Action::Create)?;
        let issue = self.locked(Kind::Issue, input.id.uuid()).await?.typed::<Issue>()?.record;
        let study = self.study_locked(issue.study_id, "id").await?;
        let engagement = self.named::<Engagement>(issue.engagement_id, "id").await?.record;
        let site = self.system_one_if::<StudySite>(issue.study_site_id.map(TypedId::uuid)).await?;
        Planned::of(issue_promote(&self.deciding(), &issue, study, engagement, site, input.clone())?)
    }

    async fn system_one_if<T: tandem_domain::record::Record>(&self, id: Option<Uuid>) -> Result<Option<T>, WriteError> {
        match id {
            Some(id) => self.system_one(id).await,
            None => Ok(None),
        }
    }

    async fn comment(&self, input: &CommentCreate) -> Result<Planned, WriteError> {
        self.may_ever(Kind::Comment, Action::Create)?;
        let named = [
            (Kind::Deliverable, input.deliverable_id.map(TypedId::uuid), "deliverableId"),
            (Kind::Finding, input.finding_id.map(TypedId::uuid), "findingId"),
            (Kind::Capa, input.capa_id.map(TypedId::uuid), "capaId"),
            (Kind::Issue, input.issue_id.map(TypedId::uuid), "issueId"),
            (Kind::Milestone, input.milestone_id.map(TypedId::uuid), "milestoneId"),
        ];
        let given: Vec<_> = named.into_iter().filter_map(|(kind, id, field)| id.map(|id| (kind, id, field))).collect();
        let [(kind, id, field)] = given.as_slice() else {
            let words = "Comment on exactly one thing: give one id.";
            return Err(Refusal::from(UserError::new(Code::BadUserInput, words)).into());
        };
        let Some(row) = self.visible(*kind, *id).await? else { return Err(Refusal::not_found(field).into()) };
        let record = row.entity()?.record;
        let engagement = tandem_domain::access::Facts::of(&record).engagement.map(tandem_domain::id::EngagementId::from_uuid);
        let open = self.still_open(engagement).await?;
        self.mentioned(input.mention_ids.as_deref().unwrap_or_default()).await?;
        Planned::of(comment_create(&self.deciding(), &Subject { record, open }, input.clone())?)
    }

    async fn mentioned(&self, people: &[PersonId]) -> Result<(), WriteError> {
        let ids: Vec<Uuid> = people.iter().map(|id| id.uuid()).collect();
        self.named_all::<Person>(&ids, "mentionIds").await.map(|_| ())
    }
}
