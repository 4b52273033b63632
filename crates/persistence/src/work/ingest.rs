//! Bulk ingestion: rows that another system reports, each carried out as the commands that it comes to. Good rows go in, others are
//! refused by themselves; a row that says what is known already changes nothing, so that a repetition has no effect.

use std::time::Duration;

use sea_orm::TransactionTrait;
use tandem_domain::access::{Action, Viewer};
use tandem_domain::command::{Code, Command, Refusal, UserError};
use tandem_domain::id::TypedId;
use tandem_domain::partner::{ExternalReferenceRow, MilestoneRow, StudySiteRow};
use tandem_domain::portfolio::{EnrollmentSnapshot, EnrollmentSnapshotCreate, EnrollmentSnapshotUpdate, Milestone, StudySite};
use tandem_domain::record::{Kind, Patch, Record, Stored, Term};
use uuid::Uuid;

use super::{Circumstances, Work, as_refusal, may_be_tried_again};
use crate::error::{StoreError, WriteError};
use crate::vault::Vault;

/// What another system reports.
#[derive(Clone, Debug, PartialEq)]
pub enum IngestRow {
    /// How far enrolment at a site had come on a day.
    Enrollment(EnrollmentSnapshotCreate),
    /// A milestone, by the name that the system has for it.
    Milestone(MilestoneRow),
    /// A site of a study, by the name that the system has for it.
    StudySite(StudySiteRow),
    /// What the system calls a record.
    Reference(ExternalReferenceRow),
}

/// An ingestion as a whole.
#[derive(Clone, Copy, Debug)]
pub struct Ingestion<'a> {
    /// The mutation.
    pub name: &'a str,
    /// The system whose names the rows give; blank where they give none.
    pub system: &'a str,
    /// The rows.
    pub rows: &'a [IngestRow],
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ingested {
    /// It made a record.
    Created,
    /// It changed one.
    Updated,
    /// It says what is known already.
    Unchanged,
    /// It was refused, and nothing of it is kept.
    Refused(Refusal),
}

/// How many rows one transaction takes in: nobody waits long for what it holds.
const PORTION: usize = 50;

/// How often a portion is tried, each time after a longer pause.
const TRIES: u32 = 6;

/// The pause after the first try.
const PAUSE: Duration = Duration::from_millis(20);

impl Vault {
    /// Takes rows in, portion by portion: what is known already is changed, where a row says otherwise. A trial sees of the rows before
    /// only what stands in the same portion.
    ///
    /// # Errors
    /// [`WriteError`] where the database cannot answer or the caller's access has ended: then the portions before are kept, and the same
    /// again takes in the rest.
    pub async fn ingest(
        &self,
        viewer: &Viewer,
        ingestion: Ingestion<'_>,
        circumstances: &Circumstances,
    ) -> Result<Vec<Ingested>, WriteError> {
        let mut outcomes = Vec::with_capacity(ingestion.rows.len());
        for rows in ingestion.rows.chunks(PORTION) {
            outcomes.extend(self.portion(viewer, Ingestion { rows, ..ingestion }, circumstances).await?);
        }
        Ok(outcomes)
    }

    async fn portion(&self, viewer: &Viewer, ingestion: Ingestion<'_>, circumstances: &Circumstances) -> Result<Vec<Ingested>, WriteError> {
        let mut tries = 1;
        loop {
            let turn = self.ingesting.acquire().await.map_err(|_| StoreError::Unusable("nobody closes this".to_owned()))?;
            let outcome = self.attempt_rows(viewer, ingestion, circumstances).await;
            drop(turn);
            match outcome {
                Err(WriteError::Store(StoreError::Failed(error))) if may_be_tried_again(&error) => {
                    if tries == TRIES {
                        return Err(StoreError::Unavailable(error).into());
                    }
                    tokio::time::sleep(PAUSE.saturating_mul(tries)).await;
                    tries = tries.saturating_add(1);
                }
                other => return other,
            }
        }
    }

    async fn attempt_rows(
        &self,
        viewer: &Viewer,
        ingestion: Ingestion<'_>,
        circumstances: &Circumstances,
    ) -> Result<Vec<Ingested>, WriteError> {
        let transaction = self.database.begin().await?;
        let viewer = self.viewer_again(&transaction, viewer).await?.ok_or(WriteError::AccessEnded)?;
        let now = self.clock.now();
        let work = Work { vault: self, transaction, viewer: Viewer { now, ..viewer }, circumstances: circumstances.clone(), now };
        if !ingestion.system.is_empty() {
            // Names are looked up and set by one at a time.
            work.lock(Kind::Organization, work.viewer.organization.uuid()).await?;
        }
        let mut outcomes = Vec::with_capacity(ingestion.rows.len());
        for row in ingestion.rows {
            outcomes.push(match work.row_by_itself(ingestion, row).await {
                Err(WriteError::Refused(refusal)) => Ingested::Refused(refusal),
                other => other?,
            });
        }
        let Work { viewer, transaction, .. } = work;
        let kept = outcomes.iter().any(|outcome| matches!(outcome, Ingested::Created | Ingested::Updated));
        if circumstances.manner.dry_run || !kept {
            transaction.rollback().await?;
        } else {
            transaction.commit().await?;
        }
        for outcome in &outcomes {
            if let Ingested::Refused(refusal) = outcome {
                self.note_refused_command(&viewer, ingestion.name, refusal);
            }
        }
        Ok(outcomes)
    }
}

impl Work<'_> {
    /// Takes a row in within this transaction, so that nothing of it is kept where it is refused.
    async fn row_by_itself(&self, ingestion: Ingestion<'_>, row: &IngestRow) -> Result<Ingested, WriteError> {
        let Work { vault, viewer, circumstances, now, .. } = self;
        let transaction = self.transaction.begin().await?;
        let mut work = Work { vault, transaction, viewer: viewer.clone(), circumstances: circumstances.clone(), now: *now };
        let outcome = match row {
            IngestRow::Enrollment(row) => work.enrollment_row(row).await,
            IngestRow::Milestone(row) => work.milestone_row(ingestion, row).await,
            IngestRow::StudySite(row) => work.study_site_row(ingestion, row).await,
            IngestRow::Reference(row) => work.reference_row(ingestion, row).await,
        };
        match outcome {
            Ok(outcome) => {
                work.transaction.commit().await?;
                Ok(outcome)
            }
            Err(error) => {
                work.transaction.rollback().await?;
                Err(match error {
                    WriteError::Store(StoreError::Failed(error)) if !may_be_tried_again(&error) => as_refusal(error),
                    other => other,
                })
            }
        }
    }

    async fn enrollment_row(&mut self, row: &EnrollmentSnapshotCreate) -> Result<Ingested, WriteError> {
        self.may_write_some(Kind::EnrollmentSnapshot)?;
        let site = self.named::<StudySite>(row.study_site_id, "studySiteId").await?.record;
        // Whether the day is reported is asked where nobody else is reporting it.
        self.lock(Kind::Study, site.study_id.uuid()).await?;
        match self.known(row).await? {
            None => {
                let command = Command::EnrollmentSnapshotCreate(row.clone());
                self.carry_out("enrollmentSnapshotCreate", &command, None).await?;
                Ok(Ingested::Created)
            }
            Some(known) => {
                // Who may not correct it learns nothing by guessing what it says.
                self.deciding_about(&known).await?.permit(Action::Update, &known.record.clone().into_entity())?;
                if says_the_same(&known.record, row) {
                    return Ok(Ingested::Unchanged);
                }
                let command = Command::EnrollmentSnapshotUpdate(correction(&known.record, row));
                self.carry_out("enrollmentSnapshotUpdate", &command, Some(known.meta.version)).await?;
                Ok(Ingested::Updated)
            }
        }
    }

    /// What the viewer sees reported of that day from whoever is responsible for the site now.
    async fn known(&self, row: &EnrollmentSnapshotCreate) -> Result<Option<Stored<EnrollmentSnapshot>>, WriteError> {
        let site = self.named::<StudySite>(row.study_site_id, "studySiteId").await?.record;
        let Some(reported) = self.reported(site.id, site.responsible_engagement_id, row.as_of).await? else { return Ok(None) };
        match self.visible(Kind::EnrollmentSnapshot, reported).await? {
            Some(found) => Ok(Some(found.entity()?.typed()?)),
            None => Ok(None),
        }
    }

    async fn milestone_row(&mut self, ingestion: Ingestion<'_>, row: &MilestoneRow) -> Result<Ingested, WriteError> {
        self.may_write_some(Kind::Milestone)?;
        let known = self.called(Kind::Milestone, ingestion.system, &row.external_id, row.id.map(TypedId::uuid)).await?;
        let (id, version, outcome) = match known {
            Some(id) => (id, None, Ingested::Unchanged),
            None => {
                self.may_make(Kind::Milestone)?;
                let (id, version) = self.carry_out("milestoneCreate", &Command::MilestoneCreate(row.create()?), None).await?;
                (id, Some(version), Ingested::Created)
            }
        };
        let milestone: Stored<Milestone> = self.locked(Kind::Milestone, id).await?.typed()?;
        self.deciding_about(&milestone).await?.permit(Action::Update, &milestone.record.clone().into_entity())?;
        self.sees_place(row.study_id, "studyId").await?;
        self.sees_place(row.study_country_id, "studyCountryId").await?;
        self.sees_place(row.study_site_id, "studySiteId").await?;
        self.sees_place(row.engagement_id, "engagementId").await?;
        let update = row.update(&milestone.record)?;
        if let Some(update) = &update {
            let version = version.unwrap_or(milestone.meta.version);
            self.carry_out("milestoneUpdate", &Command::MilestoneUpdate(update.clone()), Some(version)).await?;
        }
        let named = self.refer(ingestion, (Kind::Milestone, id), Some(&row.external_id)).await?;
        Ok(together(outcome, update.is_some() || named != Ingested::Unchanged))
    }

    async fn study_site_row(&mut self, ingestion: Ingestion<'_>, row: &StudySiteRow) -> Result<Ingested, WriteError> {
        self.may_write_some(Kind::StudySite)?;
        let known = self.called(Kind::StudySite, ingestion.system, &row.external_id, row.id.map(TypedId::uuid)).await?;
        let (id, version, outcome) = match known {
            Some(id) => (id, None, Ingested::Unchanged),
            None => {
                self.may_make(Kind::StudySite)?;
                let (id, version) = self.carry_out("studySiteCreate", &Command::StudySiteCreate(row.create()?), None).await?;
                (id, Some(version), Ingested::Created)
            }
        };
        let site: Stored<StudySite> = self.locked(Kind::StudySite, id).await?.typed()?;
        self.deciding_about(&site).await?.permit(Action::Update, &site.record.clone().into_entity())?;
        self.sees_place(row.study_country_id, "studyCountryId").await?;
        self.sees_place(row.site_id, "siteId").await?;
        let update = row.update(&site.record, self.viewer.organization)?;
        if let Some(update) = &update {
            let version = version.unwrap_or(site.meta.version);
            self.carry_out("studySiteUpdate", &Command::StudySiteUpdate(update.clone()), Some(version)).await?;
        }
        let named = self.refer(ingestion, (Kind::StudySite, id), Some(&row.external_id)).await?;
        Ok(together(outcome, update.is_some() || named != Ingested::Unchanged))
    }

    /// Refuses who may neither make nor change any such record: he learns nothing of what there is by trying.
    fn may_write_some(&self, kind: Kind) -> Result<(), WriteError> {
        self.may_ever(kind, Action::Update).or_else(|_| self.may_ever(kind, Action::Create))
    }

    /// Tells who may only change such records that a name is unknown: making them is another's.
    fn may_make(&self, kind: Kind) -> Result<(), WriteError> {
        let words = "Your system calls nothing so that you see, and to make it is not yours. Give its `id` once, with this name.";
        let unknown = || Refusal::from(UserError::at(Code::NotFound, "externalId", words));
        self.may_ever(kind, Action::Create).map_err(|_| unknown().into())
    }

    /// What a row names as the place of something known is compared with that place only where the viewer sees it.
    async fn sees_place<I: TypedId>(&self, id: Option<I>, field: &str) -> Result<(), WriteError> {
        match id {
            Some(id) if self.visible(I::KIND, id.uuid()).await?.is_none() => Err(Refusal::not_found(field).into()),
            _ => Ok(()),
        }
    }

    /// Carries a command out, of a record at a version; answers the record and its version afterwards.
    async fn carry_out(&mut self, name: &str, command: &Command, version: Option<i64>) -> Result<(Uuid, i64), WriteError> {
        self.circumstances.manner.expected_version = version;
        let planned = self.plan(command).await?;
        let version = self.apply(name, &planned).await?;
        Ok((planned.id, version))
    }
}

/// What became of a row that did this, and changed something besides or did not.
fn together(outcome: Ingested, changed: bool) -> Ingested {
    if changed && outcome == Ingested::Unchanged { Ingested::Updated } else { outcome }
}

fn says_the_same(known: &EnrollmentSnapshot, row: &EnrollmentSnapshotCreate) -> bool {
    let known_counts = [known.screened, known.screen_failures, known.randomised, known.treated, known.discontinued, known.completed];
    let given_counts = [row.screened, row.screen_failures, row.randomised, row.treated, row.discontinued, row.completed];
    known_counts == given_counts && known.source == row.source.0
}

fn correction(known: &EnrollmentSnapshot, row: &EnrollmentSnapshotCreate) -> EnrollmentSnapshotUpdate {
    EnrollmentSnapshotUpdate {
        id: known.id,
        screened: Patch::Set(row.screened),
        screen_failures: Patch::Set(row.screen_failures),
        randomised: Patch::Set(row.randomised),
        treated: Patch::Set(row.treated),
        discontinued: Patch::Set(row.discontinued),
        completed: Patch::Set(row.completed),
        source: Patch::Set(Term(row.source.0)),
    }
}
