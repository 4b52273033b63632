//! Commands on CAPAs, their actions, extensions and checks; and what follows from their steps.

use sea_orm::ConnectionTrait;
use tandem_domain::access::{Action, Side};
use tandem_domain::command::{Change, Command, Op, Refusal};
use tandem_domain::delivery::Document;
use tandem_domain::id::{CapaId, DocumentId, OrganizationId, TypedId};
use tandem_domain::oversight::{
    Capa, CapaAction, CapaPlace, Checked, EffectivenessCheck, EffectivenessOutcome, Finding, capa_action_complete, capa_action_create,
    capa_action_update, capa_checked, capa_create, capa_moved, capa_update, due_date_extension_request, effectiveness_check_plan,
    extension_decided,
};
use tandem_domain::record::{Entity, Kind, Patch, Record, Stored};

use super::{Planned, Work};
use crate::error::WriteError;
use crate::sql::Sql;

impl Work<'_> {
    pub(super) async fn plan_capa(&self, command: &Command) -> Result<Planned, WriteError> {
        match command {
            Command::CapaCreate(input) => {
                self.may_ever(Kind::Capa, Action::Create)?;
                let finding: Finding = self.whole_named(input.finding_id, "findingId").await?;
                let open = self.still_open(finding.engagement_id).await?;
                let side = finding.answered_by;
                self.owner(of_side(side, finding.sponsor_id, finding.vendor_id), input.owner_id, "ownerId").await?;
                Planned::of(capa_create(&self.deciding(), &finding, open, input.clone())?)
            }
            Command::CapaUpdate(input) => {
                let stored: Stored<Capa> = self.subject(input.id, Action::Update).await?;
                let open = self.still_open(stored.record.engagement_id).await?;
                if let Patch::Set(owner) = input.owner_id {
                    let capa = &stored.record;
                    self.owner(of_side(capa.owner_side, capa.sponsor_id, capa.vendor_id), Some(owner), "ownerId").await?;
                }
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(capa_update(&deciding, stored.record, open, input.clone())?)
            }
            Command::CapaCloseEffective(input) => {
                let (outcome, note) = (EffectivenessOutcome::Effective, input.note.clone());
                let checked = Checked { outcome, note, evidence_id: input.evidence_id, next: None };
                self.checked(input.id, "CLOSE_EFFECTIVE", checked).await
            }
            Command::CapaMarkIneffective(input) => {
                let (outcome, note, next) = (EffectivenessOutcome::Ineffective, input.note.clone(), input.successor_due_date);
                self.checked(input.id, "MARK_INEFFECTIVE", Checked { outcome, note, evidence_id: input.evidence_id, next }).await
            }
            Command::CapaDeferCheck(input) => {
                let (outcome, note) = (EffectivenessOutcome::Inconclusive, input.note.clone());
                let checked = Checked { outcome, note, evidence_id: None, next: Some(input.next_check_on) };
                self.checked(input.id, "DEFER_CHECK", checked).await
            }
            Command::CapaActionCreate(input) => {
                self.may_ever(Kind::CapaAction, Action::Create)?;
                let capa: Capa = self.whole_named(input.capa_id, "capaId").await?;
                self.owner(of_side(capa.owner_side, capa.sponsor_id, capa.vendor_id), input.owner_id, "ownerId").await?;
                let place = self.place(capa).await?;
                Planned::of(capa_action_create(&self.deciding(), &place, input.clone())?)
            }
            Command::CapaActionUpdate(input) => {
                let stored: Stored<CapaAction> = self.subject(input.id, Action::Update).await?;
                if let Patch::Set(owner) = input.owner_id {
                    let action = &stored.record;
                    self.owner(of_side(action.owner_side, action.sponsor_id, action.vendor_id), Some(owner), "ownerId").await?;
                }
                let place = self.place_of(stored.record.capa_id).await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(capa_action_update(&deciding, &place, stored.record, input.clone())?)
            }
            Command::CapaActionComplete(input) => {
                let stored: Stored<CapaAction> = self.subject(input.id, Action::Update).await?;
                let evidence = self.named::<Document>(input.evidence_id, "evidenceId").await?.record;
                let place = self.place_of(stored.record.capa_id).await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(capa_action_complete(&deciding, &place, stored.record, &evidence, input)?)
            }
            Command::DueDateExtensionRequest(input) => {
                self.may_ever(Kind::DueDateExtension, Action::Create)?;
                let action: CapaAction = self.whole_named(input.capa_action_id, "capaActionId").await?;
                let place = self.place_of(action.capa_id).await?;
                let mut sql = Sql::new(self.vault.database.dialect, "SELECT 1 FROM due_date_extension WHERE state = 'REQUESTED' ");
                sql.push("AND capa_action_id = ").bind_uuid(action.id.uuid());
                let waiting = self.transaction.query_one_raw(sql.statement()).await?.is_some();
                Planned::of(due_date_extension_request(&self.deciding(), &place, &action, waiting, input.clone())?)
            }
            Command::EffectivenessCheckPlan(input) => {
                self.may_ever(Kind::EffectivenessCheck, Action::Create)?;
                let capa: Capa = self.whole_named(input.capa_id, "capaId").await?;
                self.not_for_own_vendor(Kind::Capa, capa.id.uuid()).await?;
                let planned = self.open_check(capa.id).await?.is_some();
                let place = self.place(capa).await?;
                Planned::of(effectiveness_check_plan(&self.deciding(), &place, planned, input.clone())?)
            }
            _ => Err(Refusal::forbidden().into()),
        }
    }

    /// What follows from a plain step.
    pub(super) async fn consequences(&self, before: &Entity, after: &Entity, change: Change) -> Result<Change, WriteError> {
        match after {
            Entity::Document(document) => self.document_moved(document, change).await,
            Entity::Capa(capa) => {
                // What is approved is carried out from that moment on.
                let (capa, change) = match self.system_step(Entity::Capa(capa.clone()), "IMPLEMENT")? {
                    Some(Entity::Capa(begun)) => (begun.clone(), change.with(Op::Transitioned("IMPLEMENT"), begun.into_entity())),
                    _ => (capa.clone(), change),
                };
                self.finding_follows(&capa, change).await
            }
            Entity::DueDateExtension(extension) => {
                let Some(action) = self.system_one::<CapaAction>(extension.capa_action_id.uuid()).await? else { return Ok(change) };
                let step = change.writes.first().map(|write| write.op.clone());
                match (step, before) {
                    (Some(Op::Transitioned(step)), Entity::DueDateExtension(_)) => Ok(extension_decided(step, extension.clone(), action)),
                    _ => Ok(change),
                }
            }
            _ => Ok(change),
        }
    }

    /// The finding of a CAPA that moved, moved with it where something follows for it.
    async fn finding_follows(&self, capa: &Capa, change: Change) -> Result<Change, WriteError> {
        let Some(finding) = self.system_one::<Finding>(capa.finding_id.uuid()).await? else { return Ok(change) };
        let mut capas: Vec<Capa> = self.vault.system_read(&self.transaction, "finding_id", &[capa.finding_id.uuid()]).await?;
        for known in &mut capas {
            if known.id == capa.id {
                known.clone_from(capa);
            }
        }
        // A successor that is drafted with this change is there too.
        let drafted = change.writes.iter().filter_map(|write| match (&write.op, &write.record) {
            (Op::Created, Entity::Capa(successor)) => Some(successor.clone()),
            _ => None,
        });
        capas.extend(drafted);
        Ok(capa_moved(&self.deciding(), change, finding, &capas))
    }

    /// What follows where an answer is accepted when a CAPA for the finding is approved already: the finding need not wait for another step
    /// of it. One that was settled before the finding was opened again is no CAPA for what it is open for now.
    pub(super) async fn capas_are_begun(&self, finding: Finding, change: Change) -> Result<Change, WriteError> {
        let capas: Vec<Capa> = self.vault.system_read(&self.transaction, "finding_id", &[finding.id.uuid()]).await?;
        let begun = |capa: &Capa| capa.approved_at.is_some() && capa.counts_for(&finding);
        if !capas.iter().any(begun) {
            return Ok(change);
        }
        Ok(capa_moved(&self.deciding(), change, finding, &capas))
    }

    async fn checked(&self, id: CapaId, step: &'static str, checked: Checked) -> Result<Planned, WriteError> {
        let taken = self.take(Kind::Capa, id.uuid(), step).await?;
        let check = self.open_check(id).await?;
        let capa: Capa = taken.record()?;
        self.evidence(&capa, checked.evidence_id).await?;
        let change = capa_checked(&self.deciding(), step, capa.clone(), check, checked)?;
        let change = self.finding_follows(&capa, change).await?;
        taken.planned(change)
    }

    /// The check of a CAPA that is planned and not done.
    async fn open_check(&self, capa: CapaId) -> Result<Option<EffectivenessCheck>, WriteError> {
        let checks: Vec<EffectivenessCheck> = self.vault.system_read(&self.transaction, "capa_id", &[capa.uuid()]).await?;
        Ok(checks.into_iter().find(|check| check.performed_at.is_none()))
    }

    /// What shows that a CAPA helped, or did not, is a document of its study.
    async fn evidence(&self, capa: &Capa, id: Option<DocumentId>) -> Result<(), WriteError> {
        let Some(id) = id else { return Ok(()) };
        let document = self.named::<Document>(id, "evidenceId").await?.record;
        if capa.study_id == document.study_id { Ok(()) } else { Err(Refusal::not_found("evidenceId").into()) }
    }

    async fn place(&self, capa: Capa) -> Result<CapaPlace, WriteError> {
        let open = self.still_open(capa.engagement_id).await?;
        Ok(CapaPlace { capa, open })
    }

    /// The CAPA of one of its parts, whoever sees it.
    async fn place_of(&self, id: CapaId) -> Result<CapaPlace, WriteError> {
        match self.system_one::<Capa>(id.uuid()).await? {
            Some(capa) => self.place(capa).await,
            None => Err(Refusal::not_found("id").into()),
        }
    }

    /// A record that the input names, read after its root was locked.
    async fn whole_named<T: Record>(&self, id: impl TypedId, field: &str) -> Result<T, WriteError> {
        self.named::<T>(id, field).await?;
        Ok(self.locked(T::KIND, id.uuid()).await?.typed::<T>()?.record)
    }
}

fn of_side(side: Side, sponsor: OrganizationId, vendor: Option<OrganizationId>) -> OrganizationId {
    match (side, vendor) {
        (Side::Vendor, Some(vendor)) => vendor,
        _ => sponsor,
    }
}
