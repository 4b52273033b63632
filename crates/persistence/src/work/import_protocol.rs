//! Protocols in: one file is one transaction, journalled as the system's own work.
//! A study that is there is left as it is; only its versions and amendments are written.

use tandem_domain::access::Actor;
use tandem_domain::command::Op;
use tandem_domain::id::{AmendmentId, OrganizationId, ProtocolVersionId, StudyId, TypedId};
use tandem_domain::portfolio::{Amendment, ProtocolVersion, Study, StudyState, StudySubtype};
use tandem_domain::record::Record;
use tandem_domain::registry::{AmendmentRecord, ProtocolRecord, ProtocolStudy, ProtocolVersionRecord};

use super::apply::Author;
use super::import::Import;
use crate::error::StoreError;
use crate::vault::Vault;

/// What came of a protocol file, in versions and amendments.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ProtocolImport {
    /// Whether the study is new.
    pub study_created: bool,
    /// How many were not there before.
    pub created: u64,
    /// How many changed.
    pub updated: u64,
    /// How many did not.
    pub unchanged: u64,
}

const AUTHOR: Author<'static> = Author {
    actor: Actor::SYSTEM,
    organization: None,
    command: "importProtocol",
    reason: Some("imported from a USDM file"),
    request_id: None,
    signature: None,
    beside: None,
};

impl Vault {
    /// Takes the versions and amendments of one protocol file in, all or none.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer; [`StoreError::Unusable`] when the file and the study that it names contradict each
    /// other, or it names one that is not there and says too little to make it.
    pub async fn import_protocol(&self, record: &ProtocolRecord) -> Result<ProtocolImport, StoreError> {
        let transaction = self.database.begin().await?;
        let import = Import { vault: self, transaction, author: &AUTHOR };
        let taken = import.take_protocol(record).await?;
        if taken.study_created || taken.created + taken.updated > 0 {
            import.transaction.commit().await?;
        } else {
            import.transaction.rollback().await?;
        }
        Ok(taken)
    }
}

impl Import<'_> {
    async fn take_protocol(&self, record: &ProtocolRecord) -> Result<ProtocolImport, StoreError> {
        let (sponsor, _) = self.organization(&record.sponsor, true).await?;
        let mut taken = ProtocolImport::default();
        let study = match self.study_of(sponsor, &record.study).await? {
            Some(study) => study,
            None => {
                taken.study_created = true;
                self.make_study(sponsor, &record.study).await?
            }
        };
        let ids = [study.id.uuid()];
        let mut amendments: Vec<Amendment> = self.vault.system_read(&self.transaction, "study_id", &ids).await?;
        for one in &record.amendments {
            let known = amendments.iter().position(|known| known.number == one.number);
            let before = known.and_then(|place| amendments.get(place)).cloned();
            let id = before.as_ref().map_or_else(|| AmendmentId::from_uuid(self.vault.ids.random()), |before| before.id);
            let after = amendment(id, &study, one);
            self.put(&mut taken, before, after.clone()).await?;
            match known.and_then(|place| amendments.get_mut(place)) {
                Some(kept) => *kept = after,
                None => amendments.push(after),
            }
        }
        let versions: Vec<ProtocolVersion> = self.vault.system_read(&self.transaction, "study_id", &ids).await?;
        for one in &record.versions {
            let before = versions.iter().find(|known| known.version_label == one.label).cloned();
            let id = before.as_ref().map_or_else(|| ProtocolVersionId::from_uuid(self.vault.ids.random()), |before| before.id);
            let led = amendments.iter().find(|amendment| Some(&amendment.number) == one.amendment_number.as_ref());
            self.put(&mut taken, before, version(id, &study, led, one)).await?;
        }
        Ok(taken)
    }

    /// The study of the registry's number, else the one of the sponsor's own, which must not have another number of the registry's.
    async fn study_of(&self, sponsor: OrganizationId, named: &ProtocolStudy) -> Result<Option<Study>, StoreError> {
        if let Some(nct_id) = &named.nct_id
            && let Some(study) = self.study_by(sponsor, "nct_id", nct_id.as_str()).await?
        {
            return Ok(Some(study));
        }
        let Some(number) = &named.protocol_number else { return Ok(None) };
        let study = self.study_by(sponsor, "protocol_number", number).await?;
        match study.as_ref().and_then(|study| study.nct_id.as_deref()).zip(named.nct_id.as_ref()) {
            Some((known, nct_id)) if known != nct_id.as_str() => {
                Err(StoreError::Unusable(format!("the sponsor's study {number} is {known}, but the file says {nct_id}")))
            }
            _ => Ok(study),
        }
    }

    async fn make_study(&self, sponsor_id: OrganizationId, named: &ProtocolStudy) -> Result<Study, StoreError> {
        let lacking = |what: &str| StoreError::Unusable(format!("the study is not there yet, and the file gives no {what} to make it"));
        let nct_id = named.nct_id.as_ref().map(ToString::to_string);
        let study = Study {
            program_id: None,
            id: StudyId::from_uuid(self.vault.ids.next()),
            sponsor_id,
            protocol_number: named.protocol_number.clone().or_else(|| nct_id.clone()).ok_or_else(|| lacking("number"))?,
            nct_id,
            eu_ct_number: None,
            eudra_ct_number: None,
            ind_number: None,
            acronym: named.acronym.clone(),
            brief_title: named.brief_title.clone().or_else(|| named.official_title.clone()).ok_or_else(|| lacking("title"))?,
            official_title: named.official_title.clone(),
            study_type: named.study_type.ok_or_else(|| lacking("type of study"))?,
            subtype: StudySubtype::None,
            phases: named.phases.clone(),
            therapeutic_area: None,
            conditions: Vec::new(),
            product_type: None,
            masking: None,
            has_dmc: None,
            planned_enrollment: None,
            actual_enrollment: None,
            lifecycle_state: StudyState::Planning,
            why_stopped: None,
            start_date: None,
            primary_completion_date: None,
            completion_date: None,
            vendor_roster_shared: false,
            held_from: None,
        };
        self.write(Op::Created, study.clone().into_entity()).await?;
        Ok(study)
    }

    /// Writes a record if it is news.
    async fn put<T: Record + PartialEq>(&self, taken: &mut ProtocolImport, before: Option<T>, after: T) -> Result<(), StoreError> {
        let (op, count) = match before {
            Some(before) if before == after => {
                taken.unchanged += 1;
                return Ok(());
            }
            Some(_) => (Op::Updated, &mut taken.updated),
            None => (Op::Created, &mut taken.created),
        };
        *count += 1;
        self.write(op, after.into_entity()).await
    }
}

fn amendment(id: AmendmentId, study: &Study, one: &AmendmentRecord) -> Amendment {
    Amendment {
        id,
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        number: one.number.clone(),
        class: one.class,
        state: one.state,
        primary_reason: one.primary_reason,
        secondary_reasons: one.secondary_reasons.clone(),
        impacts: one.impacts.clone(),
        summary: one.summary.clone(),
        scope: one.scope,
        region_codes: one.region_codes.clone(),
        country_codes: one.country_codes.clone(),
        planned_effective_date: one.planned_effective_date,
    }
}

fn version(id: ProtocolVersionId, study: &Study, led: Option<&Amendment>, one: &ProtocolVersionRecord) -> ProtocolVersion {
    ProtocolVersion {
        id,
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        amendment_id: led.map(|amendment| amendment.id),
        version_label: one.label.clone(),
        status: one.status,
        approved_on: one.approved_on,
    }
}
