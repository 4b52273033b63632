//! Bulk ingestion: rows that another system reports, each carried out as the command that it comes to. Good rows go in, others are
//! refused by themselves; a row that says what is known already changes nothing, so that a repetition has no effect.

use sea_orm::TransactionTrait;
use tandem_domain::access::Viewer;
use tandem_domain::command::{Command, Manner, Refusal};
use tandem_domain::portfolio::{EnrollmentSnapshot, EnrollmentSnapshotCreate, EnrollmentSnapshotUpdate, StudySite};
use tandem_domain::record::{Kind, Patch, Stored, Term};

use super::{ATTEMPTS, Circumstances, Work, as_refusal, may_be_tried_again};
use crate::error::{StoreError, WriteError};
use crate::vault::Vault;

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

impl Vault {
    /// Takes reports of enrolment in, in one transaction: a day of a site that is known is corrected, where the row says otherwise.
    ///
    /// # Errors
    /// [`WriteError`] where the database cannot answer or the caller's access has ended: then nothing is kept.
    pub async fn ingest_enrollment(
        &self,
        viewer: &Viewer,
        rows: &[EnrollmentSnapshotCreate],
        circumstances: &Circumstances,
    ) -> Result<Vec<Ingested>, WriteError> {
        let mut attempt = 1;
        loop {
            match self.attempt_rows(viewer, rows, circumstances).await {
                Err(WriteError::Store(StoreError::Failed(error))) if attempt < ATTEMPTS && may_be_tried_again(&error) => attempt += 1,
                other => return other,
            }
        }
    }

    async fn attempt_rows(
        &self,
        viewer: &Viewer,
        rows: &[EnrollmentSnapshotCreate],
        circumstances: &Circumstances,
    ) -> Result<Vec<Ingested>, WriteError> {
        let transaction = self.database.begin().await?;
        let viewer = self.viewer_again(&transaction, viewer).await?.ok_or(WriteError::AccessEnded)?;
        let now = self.clock.now();
        let work = Work { vault: self, transaction, viewer: Viewer { now, ..viewer }, circumstances, now };
        let mut outcomes = Vec::with_capacity(rows.len());
        for row in rows {
            outcomes.push(match work.enrollment_row(row).await {
                Err(WriteError::Refused(refusal)) => {
                    self.note_refused_command(&work.viewer, "enrollmentIngest", &refusal);
                    Ingested::Refused(refusal)
                }
                other => other?,
            });
        }
        if circumstances.manner.dry_run {
            work.transaction.rollback().await?;
        } else {
            work.transaction.commit().await?;
        }
        Ok(outcomes)
    }
}

impl Work<'_> {
    async fn enrollment_row(&self, row: &EnrollmentSnapshotCreate) -> Result<Ingested, WriteError> {
        match self.known(row).await? {
            None => {
                self.by_itself("enrollmentSnapshotCreate", &Command::EnrollmentSnapshotCreate(row.clone()), None, Ingested::Created).await
            }
            Some(known) if says_the_same(&known.record, row) => Ok(Ingested::Unchanged),
            Some(known) => {
                let command = Command::EnrollmentSnapshotUpdate(correction(&known.record, row));
                self.by_itself("enrollmentSnapshotUpdate", &command, Some(known.meta.version), Ingested::Updated).await
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

    /// Carries a command out within this transaction, so that nothing of it is kept where it is refused.
    async fn by_itself(&self, name: &str, command: &Command, version: Option<i64>, outcome: Ingested) -> Result<Ingested, WriteError> {
        let manner = Manner { expected_version: version, ..self.circumstances.manner.clone() };
        let circumstances = Circumstances { manner, request_id: self.circumstances.request_id.clone(), idempotency_key: None };
        let Work { vault, viewer, now, .. } = self;
        let transaction = self.transaction.begin().await?;
        let row = Work { vault, transaction, viewer: viewer.clone(), circumstances: &circumstances, now: *now };
        match row.carry_out(name, command).await {
            Ok(()) => {
                row.transaction.commit().await?;
                Ok(outcome)
            }
            Err(error) => {
                row.transaction.rollback().await?;
                Err(match error {
                    WriteError::Store(StoreError::Failed(error)) if !may_be_tried_again(&error) => as_refusal(error),
                    other => other,
                })
            }
        }
    }

    async fn carry_out(&self, name: &str, command: &Command) -> Result<(), WriteError> {
        let planned = self.plan(command).await?;
        self.apply(name, &planned).await?;
        Ok(())
    }
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
