//! Commands on findings: writing, issuing, answering, closing.

use tandem_domain::access::{Action, Side};
use tandem_domain::command::{Code, Command, Refusal, UserError};
use tandem_domain::id::{FindingId, OrganizationId, PersonId, TypedId};
use tandem_domain::lifecycle::Guard;
use tandem_domain::oversight::{
    FINDING_GRADERS, Finding, FindingInternal, FindingIssue, FindingPlace, FindingResponse, FindingSeverity, FindingSeverityChange,
    ResponseVerdict, finding_close, finding_create, finding_dispute, finding_internal_update, finding_issue, finding_respond,
    finding_severity_change, finding_update, finding_verdict, finding_waive_capa,
};
use tandem_domain::record::{Kind, Patch, Stored};
use uuid::Uuid;

use super::{Planned, Work};
use crate::error::WriteError;
use crate::sql::Sql;
use sea_orm::ConnectionTrait;

impl Work<'_> {
    pub(super) async fn plan_finding(&self, command: &Command) -> Result<Planned, WriteError> {
        match command {
            Command::FindingCreate(input) => {
                self.may_ever(Kind::Finding, Action::Create)?;
                let study = self.study_locked(input.study_id, "studyId").await?;
                let place = FindingPlace {
                    engagement: self.named_if(input.engagement_id, "engagementId").await?,
                    country: self.named_if(input.study_country_id, "studyCountryId").await?,
                    site: self.named_if(input.study_site_id, "studySiteId").await?,
                    recurrence_of: self.named_if(input.recurrence_of_id, "recurrenceOfId").await?,
                    promoted_from: None,
                    study,
                };
                let answering = place.engagement.as_ref().map_or(place.study.sponsor_id, |engagement| engagement.vendor_id);
                self.owner(answering, input.owner_id, "ownerId").await?;
                Planned::of(finding_create(&self.deciding(), place, input.clone())?)
            }
            Command::FindingUpdate(input) => {
                let stored: Stored<Finding> = self.subject(input.id, Action::Update).await?;
                self.not_for_own_vendor(Kind::Finding, input.id.uuid()).await?;
                self.writable(self.still_open(stored.record.engagement_id).await?)?;
                if let Patch::Set(owner) = input.owner_id {
                    self.owner(answering(&stored.record), owner, "ownerId").await?;
                }
                if let Patch::Set(Some(repeated)) = input.recurrence_of_id {
                    self.named::<Finding>(repeated, "recurrenceOfId").await?;
                }
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(finding_update(&deciding, stored.record, input.clone())?)
            }
            Command::FindingInternalUpdate(input) => {
                let finding = self.whole::<Finding>(input.id).await?;
                let part = self.part::<FindingInternal>(input.id.uuid()).await?;
                Planned::of(finding_internal_update(&self.deciding(), &finding, part, input.clone())?)
            }
            Command::FindingSeverityChange(input) => self.grade(input).await,
            Command::FindingIssue(input) => self.issue(input).await,
            Command::FindingDispute(input) => {
                let taken = self.take(Kind::Finding, input.id.uuid(), "DISPUTE").await?;
                let number = self.next_answer(input.id).await?;
                let change = finding_dispute(&self.deciding(), taken.record()?, number)?;
                taken.planned(change)
            }
            Command::FindingRespond(input) => {
                let taken = self.take(Kind::Finding, input.id.uuid(), "RESPOND").await?;
                let number = self.next_answer(input.id).await?;
                let change = finding_respond(&self.deciding(), taken.record()?, number, input.clone())?;
                taken.planned(change)
            }
            Command::FindingAcceptResponse(input) => {
                self.verdict(input.id, "ACCEPT_RESPONSE", ResponseVerdict::Accepted, input.comment.clone()).await
            }
            Command::FindingReturnResponse(input) => {
                let reason = self.circumstances.manner.reason.clone();
                self.verdict(input.id, "RETURN_RESPONSE", ResponseVerdict::Returned, reason).await
            }
            Command::FindingWaiveCapa(input) => {
                let taken = self.take(Kind::Finding, input.id.uuid(), "WAIVE_CAPA").await?;
                let change = finding_waive_capa(taken.record()?, input.clone());
                taken.planned(change)
            }
            Command::FindingClose(input) => {
                let taken = self.take(Kind::Finding, input.id.uuid(), "CLOSE").await?;
                let change = finding_close(taken.record()?, input.clone());
                taken.planned(change)
            }
            _ => Err(Refusal::forbidden().into()),
        }
    }

    async fn issue(&self, input: &FindingIssue) -> Result<Planned, WriteError> {
        let taken = self.take(Kind::Finding, input.id.uuid(), "ISSUE").await?;
        let finding: Finding = taken.record()?;
        let number = self.next_reference(&finding).await?;
        let part = self.system_one::<FindingInternal>(input.id.uuid()).await?;
        let change = finding_issue(&self.deciding(), finding, part, number, input)?;
        taken.planned(change)
    }

    /// Another severity of a finding that was issued: signed by QA, and by two of them where a CRITICAL one becomes less.
    async fn grade(&self, input: &FindingSeverityChange) -> Result<Planned, WriteError> {
        let stored = self.locked(Kind::Finding, input.id.uuid()).await?;
        let facts = self.facts_of(&stored.record).await?;
        if !tandem_domain::access::writes(&self.viewer, Action::Transition(FINDING_GRADERS), &facts) {
            return Err(Refusal::forbidden().into());
        }
        self.check_version(stored.meta.version)?;
        let finding: Finding = stored.clone().typed()?.record;
        // A CRITICAL one takes two of QA anyway.
        let alone = finding.severity != FindingSeverity::Critical;
        for guard in [Guard::OtherThanOwing, Guard::NotAuthor].into_iter().take(if alone { 2 } else { 1 }) {
            if !self.holds(guard, Kind::Finding, input.id.uuid()).await? {
                return Err(Refusal::from(UserError::new(Code::GuardFailed, guard.words())).into());
            }
        }
        let part = self.system_one::<FindingInternal>(input.id.uuid()).await?;
        let proposer = part.as_ref().and_then(|part| part.proposed_by_id);
        let second = match proposer {
            None => false,
            Some(proposer) => !self.same_human(proposer.uuid()).await?,
        };
        let signature = self.sign(true, &stored.record).await?;
        let mut planned = Planned::of(finding_severity_change(&self.deciding(), finding, part, second, input)?)?;
        planned.signature = signature;
        Ok(planned)
    }

    async fn verdict(
        &self,
        id: FindingId,
        step: &'static str,
        verdict: ResponseVerdict,
        comment: Option<String>,
    ) -> Result<Planned, WriteError> {
        let taken = self.take(Kind::Finding, id.uuid(), step).await?;
        let answers: Vec<FindingResponse> = self.vault.system_read(&self.transaction, "finding_id", &[id.uuid()]).await?;
        let newest = answers.into_iter().filter(|answer| !answer.disputed).max_by_key(|answer| answer.number);
        let finding: Finding = taken.record()?;
        let change = finding_verdict(&self.deciding(), step, finding.clone(), newest, verdict, comment);
        let change = if verdict == ResponseVerdict::Accepted { self.capas_are_begun(finding, change).await? } else { change };
        taken.planned(change)
    }

    /// The number of the next finding that is issued in an engagement, or of a sponsor's own in its study: counted among those that were.
    async fn next_reference(&self, finding: &Finding) -> Result<i64, WriteError> {
        let mut sql = Sql::new(self.vault.database.dialect, "SELECT COUNT(*) FROM finding WHERE reference IS NOT NULL AND ");
        match finding.engagement_id {
            Some(engagement) => sql.push("engagement_id = ").bind_uuid(engagement.uuid()),
            None => sql.push("engagement_id IS NULL AND study_id = ").bind_uuid(finding.study_id.uuid()),
        };
        self.count(sql).await.map(|count| count + 1)
    }

    async fn next_answer(&self, finding: FindingId) -> Result<i64, WriteError> {
        let mut sql = Sql::new(self.vault.database.dialect, "SELECT COUNT(*) FROM finding_response WHERE finding_id = ");
        sql.bind_uuid(finding.uuid());
        self.count(sql).await.map(|count| count + 1)
    }

    pub(super) async fn count(&self, sql: Sql) -> Result<i64, WriteError> {
        let row = self.transaction.query_one_raw(sql.statement()).await?;
        Ok(row.map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or(0))
    }

    /// A record by its id, whatever the viewer sees.
    pub(super) async fn system_one<T: tandem_domain::record::Record>(&self, id: Uuid) -> Result<Option<T>, WriteError> {
        let found: Vec<T> = self.vault.system_read(&self.transaction, "id", &[id]).await?;
        Ok(found.into_iter().next())
    }

    /// Somebody named as an owner belongs to the organisation whose turn it is; a colleague can be named by id.
    pub(super) async fn owner(&self, organization: OrganizationId, person: Option<PersonId>, field: &str) -> Result<(), WriteError> {
        self.leads(organization, person, field, organization == self.viewer.organization).await
    }
}

/// The organisation that has to answer a finding.
fn answering(finding: &Finding) -> OrganizationId {
    match (finding.answered_by, finding.vendor_id) {
        (Side::Vendor, Some(vendor)) => vendor,
        _ => finding.sponsor_id,
    }
}
