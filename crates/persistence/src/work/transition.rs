//! Steps of lifecycles and their confirmations: one path for every kind that has a lifecycle.

use chrono::Duration;
use sea_orm::ConnectionTrait;
use serde_json::json;
use sha2::{Digest, Sha256};
use tandem_domain::access::{Action, Facts, PrincipalKind, Role, Side, writes};
use tandem_domain::command::{Change, Code, Op, Refusal, UserError};
use tandem_domain::engagement::EngagementConfirmation;
use tandem_domain::id::{PersonId, TypedId};
use tandem_domain::lifecycle::{Confirmation, Guard, GuardAnswer, Moment, Transition, advance, blockers, state_of};
use tandem_domain::party::Person;
use tandem_domain::portfolio::StudyConfirmation;
use tandem_domain::record::{CellError, Entity, Kind, Record, Stored};
use tandem_domain::vocabulary::Vocabulary;
use uuid::Uuid;

use super::{Planned, Work, guards};
use crate::error::{StoreError, WriteError};
use crate::journal::state_json;
use crate::sql::Sql;

/// A step that was taken: the record before and after it, and the signature where it is signed.
pub(super) struct Taken {
    pub(super) before: Entity,
    pub(super) record: Entity,
    signature: Option<serde_json::Value>,
}

impl Taken {
    /// The record after the step, typed.
    pub(super) fn record<T: Record>(&self) -> Result<T, WriteError> {
        Ok(T::from_entity(self.record.clone()).ok_or(CellError)?)
    }

    /// What the step comes to.
    pub(super) fn planned(self, change: Change) -> Result<Planned, WriteError> {
        let mut planned = Planned::of(change)?;
        planned.signature = self.signature;
        Ok(planned)
    }
}

impl Work<'_> {
    pub(super) async fn plan_transition(&self, kind: Kind, id: Uuid, action: &'static str) -> Result<Planned, WriteError> {
        let taken = self.take(kind, id, action).await?;
        let change = Change::one(Op::Transitioned(action), taken.record.clone());
        let change = self.consequences(&taken.before, &taken.record, change).await?;
        taken.planned(change)
    }

    /// Takes a step: checks all that hinders it, and gives the record as it is after it. What it takes besides is for the caller to decide.
    pub(super) async fn take(&self, kind: Kind, id: Uuid, action: &'static str) -> Result<Taken, WriteError> {
        let stored = self.locked(kind, id).await?;
        let lifecycle = kind.def().lifecycle.ok_or_else(|| StoreError::Unusable("this kind has no lifecycle".to_owned()))?;
        let facts = self.facts_of(&stored.record).await?;
        let state = state_of(&stored.record).unwrap_or_default();
        let step = lifecycle.step_of(&stored.record, action);
        // Who may never take the step learns nothing of state or version.
        let may = lifecycle.transitions.iter().any(|step| {
            let there = step.action == action && !step.is_systems() && step.is_for(&stored.record);
            there && writes(&self.viewer, Action::Transition(step.who_of(&stored.record)), &facts)
        });
        if !may {
            return Err(Refusal::forbidden().into());
        }
        self.check_version(stored.meta.version)?;
        let Some(step) = step else {
            return Err(no_step(kind, &state, action).into());
        };
        self.check_step(&stored, step, &facts).await?;
        let moment = Moment { now: self.now, by: PersonId::from_uuid(self.viewer.principal) };
        let record = advance(&stored.record, lifecycle, step, &moment)?;
        let signature = self.sign(step.signature, &record).await?;
        Ok(Taken { before: stored.record, record, signature })
    }

    /// The roles that may take this step of a record, in whatever state it is; one list for each row of the table.
    pub(super) fn takers(&self, record: &Entity, action: &str) -> Vec<&'static [Role]> {
        let steps = record.kind().def().lifecycle.map(|lifecycle| lifecycle.transitions).unwrap_or_default();
        steps.iter().filter(|step| step.action == action && step.is_for(record)).map(|step| step.who_of(record)).collect()
    }

    /// Whether a guard holds for a record.
    pub(super) async fn holds(&self, guard: Guard, kind: Kind, id: Uuid) -> Result<bool, WriteError> {
        Ok(self.answers(&[guard], kind, id).await?.iter().all(|answer| answer.met))
    }

    /// Nobody who belongs to the vendor that owes something changes for the sponsor what the vendor is measured by.
    pub(super) async fn not_for_own_vendor(&self, kind: Kind, id: Uuid) -> Result<(), WriteError> {
        let guard = Guard::OtherThanOwing;
        if self.viewer.side == Side::Sponsor && !self.holds(guard, kind, id).await? {
            return Err(Refusal::from(UserError::new(Code::GuardFailed, guard.words())).into());
        }
        Ok(())
    }

    /// A record that Tandem itself takes a step of, where it has it.
    pub(super) fn system_step(&self, record: Entity, action: &str) -> Result<Option<Entity>, WriteError> {
        let Some(lifecycle) = record.kind().def().lifecycle else { return Ok(None) };
        let Some(step) = lifecycle.systems_step(&record, action) else { return Ok(None) };
        let moment = Moment { now: self.now, by: PersonId::from_uuid(self.viewer.principal) };
        Ok(Some(advance(&record, lifecycle, step, &moment)?))
    }

    async fn check_step(&self, stored: &Stored<Entity>, step: &'static Transition, facts: &Facts) -> Result<(), WriteError> {
        let confirmation = self.confirmation(stored).await?;
        let answers = self.answers(step.guards, stored.record.kind(), facts.id).await?;
        let mut errors = blockers(&self.viewer, step, step.who_of(&stored.record), facts, confirmation.as_ref(), &answers);
        if step.reason && self.deciding().reason().is_err() {
            errors.push(UserError::at(Code::ReasonRequired, "reason", "Say why: this step needs a reason."));
        }
        if errors.is_empty() { Ok(()) } else { Err(Refusal(errors).into()) }
    }

    async fn answers(&self, of: &[Guard], kind: Kind, id: Uuid) -> Result<Vec<GuardAnswer>, WriteError> {
        let asker = guards::Asker::of(&self.viewer);
        let mut answers = Vec::new();
        for guard in of {
            let met = match guards::statement(self.vault.database.dialect, *guard, kind, &[id], asker) {
                None => true,
                Some(sql) => self.transaction.query_one_raw(sql.statement()).await?.is_some(),
            };
            answers.push(GuardAnswer { guard: *guard, met });
        }
        Ok(answers)
    }

    /// The confirmation that stands for the record as it is now. One by the same human under another record counts as his own.
    async fn confirmation(&self, stored: &Stored<Entity>) -> Result<Option<Confirmation>, WriteError> {
        let id = stored.record.uuid();
        let standing = match stored.record.kind() {
            Kind::Study => {
                let found: Vec<StudyConfirmation> = self.vault.system_read(&self.transaction, "id", &[id]).await?;
                found.into_iter().next().map(|part| (part.confirmed_version, part.action, part.confirmed_by_id))
            }
            Kind::Engagement => {
                let found: Vec<EngagementConfirmation> = self.vault.system_read(&self.transaction, "id", &[id]).await?;
                found.into_iter().next().map(|part| (part.confirmed_version, part.action, part.confirmed_by_id))
            }
            _ => None,
        };
        let Some((version, action, by)) = standing else { return Ok(None) };
        if version != stored.meta.version || !self.still_confirmed(stored.record.kind(), id).await? {
            return Ok(None);
        }
        let by = if self.same_human(by.uuid()).await? { self.viewer.principal } else { by.uuid() };
        Ok(Some(Confirmation { action, by }))
    }

    /// Whether nothing that was confirmed has changed besides the record itself.
    async fn still_confirmed(&self, kind: Kind, id: Uuid) -> Result<bool, WriteError> {
        let part = if kind == Kind::Study { Kind::StudyConfirmation } else { Kind::EngagementConfirmation };
        let mut sql = Sql::new(self.vault.database.dialect, "SELECT 1 FROM ");
        sql.push(part.def().table).push(" c WHERE c.id = ").bind_uuid(id).push(" AND ").push(guards::still_confirmed(kind));
        Ok(self.transaction.query_one_raw(sql.statement()).await?.is_some())
    }

    /// Whether another record of a person is of the human who asks.
    pub(super) async fn same_human(&self, other: Uuid) -> Result<bool, WriteError> {
        let mut sql = Sql::new(self.vault.database.dialect, "SELECT 1 FROM principal p WHERE p.id = ");
        sql.bind_uuid(other).push(" AND p.id IN ");
        guards::same_human(&mut sql, self.viewer.principal);
        Ok(self.transaction.query_one_raw(sql.statement()).await?.is_some())
    }

    /// The signature of a signed step: what 21 CFR 11.50 asks to be shown, bound to the content (11.70).
    pub(super) async fn sign(&self, asked_for: bool, record: &Entity) -> Result<Option<serde_json::Value>, WriteError> {
        if !asked_for {
            return Ok(None);
        }
        let Some(signature) = &self.circumstances.manner.signature else {
            let words = "Sign this step: give signature { meaning }.";
            return Err(Refusal::from(UserError::at(Code::SignatureRequired, "signature", words)).into());
        };
        let max_age = Duration::from_std(self.vault.signing_max_age).unwrap_or(Duration::MAX);
        let fresh = self.viewer.auth_time.filter(|proved| self.viewer.kind == PrincipalKind::Person && self.now - *proved <= max_age);
        let Some(auth_time) = fresh else {
            let words = format!(
                "Signing needs a proof of who you are that is at most {} seconds old. Sign in again and repeat.",
                max_age.num_seconds()
            );
            return Err(Refusal::from(UserError::at(Code::ReauthenticationRequired, "signature", words)).into());
        };
        let signer: Vec<Person> = self.vault.system_read(&self.transaction, "id", &[self.viewer.principal]).await?;
        let content = state_json(record).to_string();
        let hash: String = Sha256::digest(content.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Some(json!({
            "printedName": signer.first().map(|person| person.display_name.clone()),
            "meaning": signature.meaning.term(),
            "signedAt": self.now,
            "authTime": auth_time,
            "contentHash": hash,
        })))
    }

    pub(super) async fn plan_confirmation(&self, kind: Kind, id: Uuid, action: &str) -> Result<Planned, WriteError> {
        let stored = self.locked(kind, id).await?;
        let lifecycle = kind.def().lifecycle.ok_or_else(|| StoreError::Unusable("this kind has no lifecycle".to_owned()))?;
        let facts = self.facts_of(&stored.record).await?;
        let needs = |step: &&Transition| step.action == action && !step.confirmed_by.is_empty();
        let steps: Vec<&Transition> = lifecycle.transitions.iter().filter(needs).collect();
        if steps.is_empty() {
            return Err(Refusal::from(UserError::at(Code::BadUserInput, "action", "No step of this name needs a confirmation.")).into());
        }
        if !steps.iter().any(|step| writes(&self.viewer, Action::Transition(step.confirmed_by), &facts)) {
            return Err(Refusal::forbidden().into());
        }
        self.check_version(stored.meta.version)?;
        let state = state_of(&stored.record).unwrap_or_default();
        if lifecycle.step_of(&stored.record, action).is_none() {
            return Err(no_step(kind, &state, action).into());
        }
        let confirmed_by_id = PersonId::from_uuid(self.viewer.principal);
        let (action, confirmed_version) = (action.to_owned(), stored.meta.version);
        let op = Op::Confirmed(action.clone());
        let part = match stored.record {
            Entity::Study(study) => {
                StudyConfirmation { id: study.id, sponsor_id: study.sponsor_id, action, confirmed_by_id, confirmed_version }.into_entity()
            }
            Entity::Engagement(engagement) => EngagementConfirmation {
                id: engagement.id,
                sponsor_id: engagement.sponsor_id,
                study_id: engagement.study_id,
                action,
                confirmed_by_id,
                confirmed_version,
            }
            .into_entity(),
            _ => return Err(Refusal::forbidden().into()),
        };
        Planned::of(Change::one(op, part))
    }
}

fn no_step(kind: Kind, state: &str, action: &str) -> Refusal {
    let words = format!(
        "This {} is in {state}, from where there is no step {action}. `allowedTransitions` names those that there are.",
        kind.words()
    );
    UserError::new(Code::InvalidTransition, words).into()
}
