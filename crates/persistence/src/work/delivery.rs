//! Commands on documents and deliverables.

use tandem_domain::access::Action;
use tandem_domain::command::{Change, Code, Command, Op, Refusal, UserError};
use tandem_domain::delivery::{
    Deliverable, DeliverablePlace, DeliverableSign, DeliverableSubmit, Document, DocumentPlace, HandedIn, ReviewVerdict,
    deliverable_create, deliverable_review, deliverable_sign, deliverable_submit, deliverable_update, document_create, document_keep,
    document_update,
};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{DeliverableId, EngagementId, TypedId};
use tandem_domain::lifecycle::Guard;
use tandem_domain::record::{Entity, Kind, Record, Stored};

use super::{Planned, Work};
use crate::error::WriteError;

impl Work<'_> {
    pub(super) async fn plan_delivery(&self, command: &Command) -> Result<Planned, WriteError> {
        match command {
            Command::DocumentCreate(input) => {
                self.may_ever(Kind::Document, Action::Create)?;
                let study = self.study_locked(input.study_id, "studyId").await?;
                let place = DocumentPlace {
                    engagement: self.named_if(input.engagement_id, "engagementId").await?,
                    site: self.named_if(input.study_site_id, "studySiteId").await?,
                    supersedes: self.named_if(input.supersedes_id, "supersedesId").await?,
                    study,
                };
                Planned::of(document_create(&self.deciding(), place, input.clone())?)
            }
            Command::DocumentUpdate(input) => {
                let stored: Stored<Document> = self.subject(input.id, Action::Update).await?;
                let open = self.still_open(stored.record.engagement_id).await?;
                self.writable(open)?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(document_update(&deciding, stored.record, input.clone())?)
            }
            Command::DocumentKeep(input) => {
                // Whatever its version: what is sent is held against the hash that it declares.
                let stored: Stored<Document> = self.locked(Kind::Document, input.id.uuid()).await?.typed()?;
                self.may_ever(Kind::Document, Action::Update)?;
                let open = self.still_open(stored.record.engagement_id).await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(document_keep(&deciding, stored.record, open, input)?)
            }
            Command::DeliverableCreate(input) => {
                self.may_ever(Kind::Deliverable, Action::Create)?;
                let place = DeliverablePlace {
                    engagement: self.engagement_locked(input.engagement_id).await?,
                    country: self.named_if(input.study_country_id, "studyCountryId").await?,
                    site: self.named_if(input.study_site_id, "studySiteId").await?,
                    supersedes: self.named_if(input.supersedes_id, "supersedesId").await?,
                };
                if let Some(replaced) = &place.supersedes {
                    self.not_for_own_vendor(Kind::Deliverable, replaced.id.uuid()).await?;
                }
                Planned::of(deliverable_create(&self.deciding(), place, input.clone())?)
            }
            Command::DeliverableUpdate(input) => {
                let stored: Stored<Deliverable> = self.subject(input.id, Action::Update).await?;
                self.not_for_own_vendor(Kind::Deliverable, input.id.uuid()).await?;
                self.writable(self.still_open(Some(stored.record.engagement_id)).await?)?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(deliverable_update(&deciding, stored.record, input.clone())?)
            }
            Command::DeliverableSubmit(input) => self.submit(input).await,
            Command::DeliverableReturn(input) => {
                let unmet = input.unmet_criteria.clone().unwrap_or_default();
                self.review(input.id, "RETURN", (ReviewVerdict::Return, unmet, input.comment.clone())).await
            }
            Command::DeliverableAccept(input) => {
                self.review(input.id, "ACCEPT", (ReviewVerdict::Accept, Vec::new(), input.comment.clone())).await
            }
            Command::DeliverableAcceptWithComments(input) => {
                let unmet = input.unmet_criteria.clone().unwrap_or_default();
                let said = (ReviewVerdict::AcceptWithComments, unmet, Some(input.comment.clone()));
                self.review(input.id, "ACCEPT_WITH_COMMENTS", said).await
            }
            Command::DeliverableSign(input) => self.countersign(input).await,
            _ => Err(Refusal::forbidden().into()),
        }
    }

    async fn submit(&self, input: &DeliverableSubmit) -> Result<Planned, WriteError> {
        let taken = self.take(Kind::Deliverable, input.id.uuid(), "SUBMIT").await?;
        let handed_in = HandedIn {
            document: self.named::<Document>(input.document_id, "documentId").await?.record,
            qc_evidence: self.named_if(input.qc_evidence_id, "qcEvidenceId").await?,
        };
        let change = deliverable_submit(&self.deciding(), "SUBMIT", taken.record()?, handed_in, input.clone())?;
        taken.planned(change)
    }

    async fn review(
        &self,
        id: DeliverableId,
        step: &'static str,
        said: (ReviewVerdict, Vec<String>, Option<String>),
    ) -> Result<Planned, WriteError> {
        let taken = self.take(Kind::Deliverable, id.uuid(), step).await?;
        let deliverable: Deliverable = taken.record()?;
        let superseded = match deliverable.supersedes_id {
            Some(old) if said.0 != ReviewVerdict::Return => self.superseded::<Deliverable>(old).await?,
            _ => None,
        };
        let change = deliverable_review(&self.deciding(), step, deliverable, superseded, said)?;
        taken.planned(change)
    }

    /// A signature before the verdict: by whoever may accept, and of none that handed it in.
    async fn countersign(&self, input: &DeliverableSign) -> Result<Planned, WriteError> {
        let stored = self.locked(Kind::Deliverable, input.id.uuid()).await?;
        let facts = self.facts_of(&stored.record).await?;
        let who = self.takers(&stored.record, "ACCEPT");
        if !who.iter().any(|who| tandem_domain::access::writes(&self.viewer, Action::Transition(who), &facts)) {
            return Err(Refusal::forbidden().into());
        }
        self.check_version(stored.meta.version)?;
        for guard in [Guard::EngagementOpen, Guard::OtherThanSubmitter] {
            if !self.holds(guard, Kind::Deliverable, input.id.uuid()).await? {
                return Err(Refusal::from(UserError::new(Code::GuardFailed, guard.words())).into());
            }
        }
        let signature = self.sign(true, &stored.record).await?;
        let mut planned = Planned::of(deliverable_sign(&self.deciding(), stored.typed()?.record, input.clone())?)?;
        planned.signature = signature;
        Ok(planned)
    }

    /// What a newer record that is accepted, or in force, takes the place of: after its own step, where it has it.
    async fn superseded<T: Record>(&self, id: impl TypedId) -> Result<Option<T>, WriteError> {
        let found: Vec<T> = self.vault.system_read(&self.transaction, "id", &[id.uuid()]).await?;
        let Some(found) = found.into_iter().next() else { return Ok(None) };
        Ok(self.system_step(found.into_entity(), "SUPERSEDE")?.and_then(T::from_entity))
    }

    /// What follows from a document's step: one that is put in force takes the place of what it replaces.
    pub(super) async fn document_moved(&self, document: &Document, change: Change) -> Result<Change, WriteError> {
        let superseded = match document.supersedes_id {
            Some(old) if document.state == tandem_domain::delivery::DocumentState::Effective => self.superseded::<Document>(old).await?,
            _ => None,
        };
        Ok(match superseded {
            Some(old) => change.with(Op::Transitioned("SUPERSEDE"), Entity::Document(old)),
            None => change,
        })
    }

    /// An engagement that the input names, read after its study was locked.
    pub(super) async fn engagement_locked(&self, id: EngagementId) -> Result<Engagement, WriteError> {
        let engagement = self.named::<Engagement>(id, "engagementId").await?.record;
        self.lock(Kind::Study, engagement.study_id.uuid()).await?;
        Ok(self.named::<Engagement>(id, "engagementId").await?.record)
    }

    /// Whether an engagement, if any, has not ended.
    pub(super) async fn still_open(&self, id: Option<EngagementId>) -> Result<bool, WriteError> {
        let Some(id) = id else { return Ok(true) };
        let found: Vec<Engagement> = self.vault.system_read(&self.transaction, "id", &[id.uuid()]).await?;
        Ok(found.iter().all(Engagement::gives_sight))
    }

    /// What belongs to an ended engagement stays as it stood then.
    pub(super) fn writable(&self, open: bool) -> Result<(), WriteError> {
        if open {
            return Ok(());
        }
        Err(Refusal::from(UserError::new(Code::GuardFailed, Guard::EngagementOpen.words())).into())
    }
}
