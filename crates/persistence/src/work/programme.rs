//! Commands on programmes, milestones and how far enrolment has come.

use chrono::NaiveDate;
use sea_orm::ConnectionTrait;
use tandem_domain::access::{Action, Decision, Facts, decide};
use tandem_domain::command::{Command, Refusal};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{EngagementId, MilestoneId, StudyId, StudySiteId, TypedId};
use tandem_domain::portfolio::{
    Bearing, EnrollmentPlace, EnrollmentSnapshot, Milestone, MilestonePlace, Program, ProgramInternal, StudySite,
    enrollment_snapshot_create, enrollment_snapshot_update, milestone_create, milestone_update, program_create, program_internal_update,
    program_update,
};
use tandem_domain::record::{Kind, Patch, Record, Stored};
use tandem_domain::vocabulary::Vocabulary;
use uuid::Uuid;

use super::{Planned, Work};
use crate::error::WriteError;
use crate::row;
use crate::sql::Sql;

impl Work<'_> {
    pub(super) async fn plan_programme(&self, command: &Command) -> Result<Planned, WriteError> {
        match command {
            Command::ProgramCreate(input) => Planned::of(program_create(&self.deciding(), input.clone())?),
            Command::ProgramUpdate(input) => {
                let stored: Stored<Program> = self.subject(input.id, Action::Update).await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(program_update(&deciding, stored.record, input.clone())?)
            }
            Command::ProgramInternalUpdate(input) => {
                let program = self.whole::<Program>(input.id).await?;
                let part = self.part::<ProgramInternal>(input.id.uuid()).await?;
                Planned::of(program_internal_update(&self.deciding(), &program, part, input.clone())?)
            }
            Command::MilestoneCreate(input) => {
                self.may_ever(Kind::Milestone, Action::Create)?;
                let study = self.study_locked(input.study_id, "studyId").await?;
                let place = MilestonePlace {
                    country: self.named_if(input.study_country_id, "studyCountryId").await?,
                    site: self.named_if(input.study_site_id, "studySiteId").await?,
                    engagement: self.named_if(input.engagement_id, "engagementId").await?,
                    study,
                };
                let engaged = place.engagement.as_ref().map_or(place.study.sponsor_id, |engagement: &Engagement| engagement.vendor_id);
                self.owner(engaged, input.owner_id, "ownerId").await?;
                self.predecessors(place.study.id.uuid(), None, input.predecessor_ids.as_deref().unwrap_or_default()).await?;
                Planned::of(milestone_create(&self.deciding(), place, input.clone())?)
            }
            Command::MilestoneUpdate(input) => {
                let stored: Stored<Milestone> = self.subject(input.id, Action::Update).await?;
                self.not_for_own_vendor(Kind::Milestone, input.id.uuid()).await?;
                let milestone = &stored.record;
                if let Patch::Set(owner) = input.owner_id {
                    self.owner(milestone.vendor_id.unwrap_or(milestone.sponsor_id), owner, "ownerId").await?;
                }
                if let Patch::Set(before) = &input.predecessor_ids {
                    self.predecessors(milestone.study_id.uuid(), Some(milestone.id), before).await?;
                }
                // What he does not see does not stand in his way: else trying days would tell him its own.
                let mut others = match input.bearing(milestone) {
                    Some(bearing) => self.seen_of(milestone.study_id, &bearing).await?,
                    None => Vec::new(),
                };
                others.retain(|other| other.id != milestone.id);
                let engagement = self.engaged(milestone.engagement_id).await?;
                let at_work = engagement.is_some_and(|engagement| engagement.at_work());
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(milestone_update(&deciding, stored.record, &others, at_work, input.clone())?)
            }
            Command::EnrollmentSnapshotCreate(input) => {
                self.may_ever(Kind::EnrollmentSnapshot, Action::Create)?;
                let site = self.named::<StudySite>(input.study_site_id, "studySiteId").await?.record;
                self.lock(Kind::Study, site.study_id.uuid()).await?;
                // Who is responsible may have changed until the study was locked.
                let site = self.named::<StudySite>(input.study_site_id, "studySiteId").await?.record;
                let engagement = self.engaged(site.responsible_engagement_id).await?;
                let reported = self.reported(site.id, site.responsible_engagement_id, input.as_of).await?.is_some();
                let place = EnrollmentPlace { site, engagement, reported };
                Planned::of(enrollment_snapshot_create(&self.deciding(), place, input.clone())?)
            }
            Command::EnrollmentSnapshotUpdate(input) => {
                let stored: Stored<EnrollmentSnapshot> = self.subject(input.id, Action::Update).await?;
                let engagement = self.engaged(stored.record.engagement_id).await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(enrollment_snapshot_update(&deciding, stored.record, engagement.as_ref(), input.clone())?)
            }
            _ => Err(Refusal::forbidden().into()),
        }
    }

    async fn engaged(&self, id: Option<EngagementId>) -> Result<Option<Engagement>, WriteError> {
        match id {
            Some(id) => self.system_one(id.uuid()).await,
            None => Ok(None),
        }
    }

    /// The snapshot of that day from whoever is responsible now, where there is one.
    pub(super) async fn reported(
        &self,
        site: StudySiteId,
        engagement: Option<EngagementId>,
        day: NaiveDate,
    ) -> Result<Option<Uuid>, WriteError> {
        let mut sql = Sql::new(self.vault.database.dialect, "SELECT id FROM enrollment_snapshot WHERE study_site_id = ");
        sql.bind_uuid(site.uuid()).push(" AND as_of = ").bind_date(day).push(" AND engagement_id ");
        match engagement {
            Some(engagement) => sql.push("= ").bind_uuid(engagement.uuid()),
            None => sql.push("IS NULL"),
        };
        let found = self.transaction.query_one_raw(sql.statement()).await?;
        Ok(found.map(|row| row.try_get_by_index(0)).transpose()?)
    }

    /// Those of a study's milestones that bear on a change, as far as the viewer sees them.
    async fn seen_of(&self, study: StudyId, bearing: &Bearing) -> Result<Vec<Milestone>, WriteError> {
        let all: Vec<Milestone> = match bearing {
            Bearing::All => self.vault.system_read(&self.transaction, "study_id", &[study.uuid()]).await?,
            Bearing::Some { before, types } => {
                let dialect = self.vault.database.dialect;
                let before: Vec<Uuid> = before.iter().map(|id| id.uuid()).collect();
                let types: Vec<String> = types.iter().map(|one| one.term().to_owned()).collect();
                let mut sql = Sql::new(dialect, "SELECT ");
                sql.push(&row::select_list(Kind::Milestone, "a")).push(" FROM milestone a WHERE a.study_id = ").bind_uuid(study.uuid());
                sql.push(" AND (").any_uuid("a.id", &before).push(" OR ").any_text("a.milestone_type", &types).push(") ORDER BY a.id");
                let rows = self.transaction.query_all_raw(sql.statement()).await?;
                let read =
                    |found| Ok::<_, WriteError>(row::read(dialect, Kind::Milestone, found, 0)?.entity()?.typed::<Milestone>()?.record);
                rows.iter().map(read).collect::<Result<_, _>>()?
            }
        };
        let seen = |milestone: &Milestone| {
            let facts = Facts::of(&milestone.clone().into_entity());
            decide(&self.viewer, Action::Read, &facts) == Decision::Allow
        };
        Ok(all.into_iter().filter(seen).collect())
    }

    /// What has to be reached before is of the same study, and not the milestone itself.
    async fn predecessors(&self, study: Uuid, own: Option<MilestoneId>, ids: &[MilestoneId]) -> Result<(), WriteError> {
        let before: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let found: Vec<Milestone> = self.named_all(&before, "predecessorIds").await?;
        if found.iter().any(|other| other.study_id.uuid() != study || Some(other.id) == own) {
            return Err(Refusal::not_found("predecessorIds").into());
        }
        Ok(())
    }
}
