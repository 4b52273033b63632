//! Registry records in: one record is one transaction, journalled as the system's own work.
//! The first time a record copies what it says into the study's own fields; later it writes only what the registry says.

use sea_orm::{ConnectionTrait, DatabaseTransaction};
use tandem_domain::access::Actor;
use tandem_domain::command::{Op, Write};
use tandem_domain::id::{OrganizationId, SiteId, StudyCountryId, StudyId, StudySiteId, TypedId};
use tandem_domain::party::{Organization, OrganizationType};
use tandem_domain::portfolio::{
    Site, Study, StudyCountry, StudyCountryState, StudyRegistry, StudySite, StudySiteRegistry, StudySiteState, StudyState, StudySubtype,
};
use tandem_domain::record::Record;
use tandem_domain::registry::{RegistryLocation, RegistryOrganization, RegistryRecord, SiteKey};
use tandem_domain::value::{CountryCode, DatePrecision, PartialDate};
use uuid::Uuid;

use super::apply::Author;
use crate::error::StoreError;
use crate::sql::Sql;
use crate::vault::Vault;

/// What came of a registry record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportOutcome {
    /// The study is new.
    Created,
    /// The registry says something else than last time.
    Updated,
    /// Nothing changed, and nothing was written.
    Unchanged,
}

const AUTHOR: Author<'static> = Author {
    actor: Actor::SYSTEM,
    organization: None,
    command: "importRegistry",
    reason: Some("imported from the registry"),
    request_id: None,
    signature: None,
    beside: None,
};

impl Vault {
    /// Takes one registry record in.
    ///
    /// # Errors
    /// [`StoreError`] when the database cannot answer, or the sponsor has another study under the record's protocol number.
    pub async fn import_registry(&self, record: &RegistryRecord) -> Result<ImportOutcome, StoreError> {
        let transaction = self.database.begin().await?;
        let import = Import { vault: self, transaction, author: &AUTHOR };
        let outcome = import.take(record).await?;
        if outcome == ImportOutcome::Unchanged {
            import.transaction.rollback().await?;
        } else {
            import.transaction.commit().await?;
        }
        Ok(outcome)
    }
}

/// What is taken in from elsewhere, in one transaction.
pub(super) struct Import<'a> {
    pub(super) vault: &'a Vault,
    pub(super) transaction: DatabaseTransaction,
    pub(super) author: &'static Author<'static>,
}

impl Import<'_> {
    async fn take(&self, record: &RegistryRecord) -> Result<ImportOutcome, StoreError> {
        let sponsor = self.organization(&record.lead_sponsor, true).await?;
        let mut wrote = sponsor.1;
        for collaborator in &record.collaborators {
            wrote |= self.organization(collaborator, false).await?.1;
        }
        let sponsor = sponsor.0;
        match self.known_study(sponsor, record).await? {
            None => {
                let study = self.create_study(sponsor, record).await?;
                self.write(Op::Created, registry_part(study.id, sponsor, record).into_entity()).await?;
                self.places(&study, record, true).await?;
                Ok(ImportOutcome::Created)
            }
            Some(study) => {
                wrote |= self.put_registry(registry_part(study.id, sponsor, record)).await?;
                wrote |= self.places(&study, record, false).await?;
                Ok(if wrote { ImportOutcome::Updated } else { ImportOutcome::Unchanged })
            }
        }
    }

    pub(super) async fn write(&self, op: Op, record: tandem_domain::record::Entity) -> Result<(), StoreError> {
        self.vault.write(&self.transaction, self.author, &Write { op, record }).await.map(|_| ())
    }

    /// The organisation of this name, made if it is not known; and whether it was.
    pub(super) async fn organization(&self, named: &RegistryOrganization, lead: bool) -> Result<(OrganizationId, bool), StoreError> {
        let key = named.key();
        if let Some(known) = self.vault.organization_by_key(&self.transaction, &key).await? {
            return Ok((known.id, false));
        }
        let organization = Organization {
            id: OrganizationId::from_uuid(self.vault.ids.next()),
            name: named.name.clone(),
            organization_type: if lead { OrganizationType::Sponsor } else { OrganizationType::Other },
            class: named.class,
            country_code: None,
            is_tenant: false,
        };
        let id = organization.id;
        self.write(Op::Created, organization.into_entity()).await?;
        self.vault.keep_organization_key(&self.transaction, &key, id.uuid()).await?;
        Ok((id, true))
    }

    /// The study that this record made, or that the sponsor entered under its number; locked, so that the links of what is made
    /// under it follow from what stands in it.
    async fn known_study(&self, sponsor: OrganizationId, record: &RegistryRecord) -> Result<Option<Study>, StoreError> {
        self.study_by(sponsor, "nct_id", record.nct_id.as_str()).await
    }

    /// The sponsor's study with this value in this column, locked.
    pub(super) async fn study_by(&self, sponsor: OrganizationId, column: &'static str, value: &str) -> Result<Option<Study>, StoreError> {
        let mut sql = Sql::new(self.vault.database.dialect, "SELECT id FROM study WHERE sponsor_id = ");
        sql.bind_uuid(sponsor.uuid()).push(" AND ").push(column).push(" = ").bind_text(value);
        sql.push(self.vault.database.dialect.for_update());
        let Some(row) = self.transaction.query_one_raw(sql.statement()).await? else { return Ok(None) };
        let id: Uuid = row.try_get_by_index(0)?;
        Ok(self.vault.system_read(&self.transaction, "id", &[id]).await?.into_iter().next())
    }

    async fn create_study(&self, sponsor_id: OrganizationId, record: &RegistryRecord) -> Result<Study, StoreError> {
        let study = Study {
            program_id: None,
            id: StudyId::from_uuid(self.vault.ids.next()),
            sponsor_id,
            protocol_number: self.free_protocol_number(sponsor_id, record).await?,
            nct_id: Some(record.nct_id.to_string()),
            eu_ct_number: record.eu_ct_number.clone(),
            eudra_ct_number: record.eudra_ct_number.clone(),
            ind_number: record.ind_number.clone(),
            acronym: record.acronym.clone(),
            brief_title: record.brief_title.clone(),
            official_title: record.official_title.clone(),
            study_type: record.study_type,
            subtype: StudySubtype::None,
            phases: record.phases.clone(),
            therapeutic_area: None,
            conditions: record.conditions.clone(),
            product_type: None,
            masking: record.masking,
            has_dmc: record.has_dmc,
            planned_enrollment: enrollment(record, "ESTIMATED"),
            actual_enrollment: enrollment(record, "ACTUAL"),
            lifecycle_state: StudyState::Planning,
            why_stopped: record.why_stopped.clone(),
            start_date: record.start_date,
            primary_completion_date: record.primary_completion_date,
            completion_date: record.completion_date,
            vendor_roster_shared: false,
            held_from: None,
        };
        self.write(Op::Created, study.clone().into_entity()).await?;
        Ok(study)
    }

    /// The registry's number of the sponsor's protocol; its own number where that is taken or missing.
    async fn free_protocol_number(&self, sponsor: OrganizationId, record: &RegistryRecord) -> Result<String, StoreError> {
        let nct = record.nct_id.to_string();
        let Some(number) = &record.protocol_number else { return Ok(nct) };
        let mut sql = Sql::new(self.vault.database.dialect, "SELECT 1 FROM study WHERE sponsor_id = ");
        sql.bind_uuid(sponsor.uuid()).push(" AND protocol_number = ").bind_text(number);
        let taken = self.transaction.query_one_raw(sql.statement()).await?.is_some();
        Ok(if taken { nct } else { number.clone() })
    }

    /// Writes what the registry says of a study, if that is news.
    async fn put_registry(&self, part: StudyRegistry) -> Result<bool, StoreError> {
        let known: Vec<StudyRegistry> = self.vault.system_read(&self.transaction, "id", &[part.id.uuid()]).await?;
        let op = match known.first() {
            Some(known) if *known == part => return Ok(false),
            Some(_) => Op::Updated,
            None => Op::Created,
        };
        self.write(op, part.into_entity()).await?;
        Ok(true)
    }

    /// Countries and sites: new ones are added, vanished ones are marked, none is deleted.
    async fn places(&self, study: &Study, record: &RegistryRecord, fresh: bool) -> Result<bool, StoreError> {
        let ids = [study.id.uuid()];
        let (mut countries, known): (Vec<StudyCountry>, Vec<StudySiteRegistry>) = if fresh {
            (Vec::new(), Vec::new())
        } else {
            (
                self.vault.system_read(&self.transaction, "study_id", &ids).await?,
                self.vault.system_read(&self.transaction, "study_id", &ids).await?,
            )
        };
        let mut wrote = false;
        let distinct = record.distinct_sites();
        for (key, location) in &distinct.sites {
            let key = key.to_string();
            wrote |= match known.iter().find(|part| part.registry_key == key) {
                Some(part) => self.put_site_registry(part, location).await?,
                None => {
                    let country = self.country(study, location.country, &mut countries).await?;
                    self.create_site(study, &country, &key, location).await?;
                    true
                }
            };
        }
        let listed: Vec<String> = distinct.sites.iter().map(|(key, _): &(SiteKey, &RegistryLocation)| key.to_string()).collect();
        for part in known.iter().filter(|part| part.vanished_on.is_none() && !listed.contains(&part.registry_key)) {
            let vanished_on = Some(record.last_update_posted.map_or_else(|| self.today(), whole_day));
            self.write(Op::Updated, StudySiteRegistry { vanished_on, ..part.clone() }.into_entity()).await?;
            wrote = true;
        }
        Ok(wrote)
    }

    fn today(&self) -> PartialDate {
        whole_day(self.vault.clock.now().date_naive())
    }

    async fn put_site_registry(&self, part: &StudySiteRegistry, location: &RegistryLocation) -> Result<bool, StoreError> {
        let status = location.status;
        let next = StudySiteRegistry { status, vanished_on: None, ..part.clone() };
        if next == *part {
            return Ok(false);
        }
        self.write(Op::Updated, next.into_entity()).await?;
        Ok(true)
    }

    async fn country(&self, study: &Study, code: CountryCode, known: &mut Vec<StudyCountry>) -> Result<StudyCountry, StoreError> {
        if let Some(country) = known.iter().find(|country| country.country_code == code) {
            return Ok(country.clone());
        }
        let country = StudyCountry {
            id: StudyCountryId::from_uuid(self.vault.ids.next()),
            sponsor_id: study.sponsor_id,
            study_id: study.id,
            country_code: code,
            state: StudyCountryState::Candidate,
            lead_engagement_id: None,
            vendor_id: None,
            planned_sites: None,
            ethics_model: None,
        };
        self.write(Op::Created, country.clone().into_entity()).await?;
        known.push(country.clone());
        Ok(country)
    }

    async fn create_site(&self, study: &Study, country: &StudyCountry, key: &str, location: &RegistryLocation) -> Result<(), StoreError> {
        let site = Site {
            id: SiteId::from_uuid(self.vault.ids.next()),
            sponsor_id: study.sponsor_id,
            name: location.facility.clone(),
            city: location.city.clone(),
            state_region: location.state.clone(),
            postal_code: location.postcode.clone(),
            country_code: location.country,
        };
        let study_site = StudySite {
            id: StudySiteId::from_uuid(self.vault.ids.next()),
            sponsor_id: study.sponsor_id,
            study_id: study.id,
            site_id: site.id,
            study_country_id: country.id,
            country_code: location.country,
            number: None,
            state: StudySiteState::Identified,
            responsible_engagement_id: None,
            vendor_id: None,
            selected_on: None,
            initiated_on: None,
            activated_on: None,
            closed_on: None,
            target_enrollment: None,
            screened: 0,
            enrolled: 0,
            discontinued: 0,
            completed: 0,
        };
        let part = StudySiteRegistry {
            id: study_site.id,
            sponsor_id: study.sponsor_id,
            study_id: study.id,
            country_code: location.country,
            registry_key: key.to_owned(),
            status: location.status,
            vanished_on: None,
        };
        for record in [site.into_entity(), study_site.into_entity(), part.into_entity()] {
            self.write(Op::Created, record).await?;
        }
        Ok(())
    }
}

fn whole_day(day: chrono::NaiveDate) -> PartialDate {
    PartialDate::new(day, DatePrecision::Day, None)
}

fn enrollment(record: &RegistryRecord, kind: &str) -> Option<i64> {
    let enrollment = record.enrollment.as_ref()?;
    // Where the registry does not say, the number is a plan.
    let actual = enrollment.kind.is_some_and(|kind| kind.term() == "ACTUAL");
    (actual == (kind == "ACTUAL")).then_some(i64::from(enrollment.count))
}

fn registry_part(id: StudyId, sponsor_id: OrganizationId, record: &RegistryRecord) -> StudyRegistry {
    StudyRegistry {
        id,
        sponsor_id,
        nct_id: record.nct_id.to_string(),
        status: Some(record.overall_status),
        why_stopped: record.why_stopped.clone(),
        brief_title: record.brief_title.clone(),
        official_title: record.official_title.clone(),
        phases: record.phases.clone(),
        enrollment: record.enrollment.as_ref().map(|enrollment| i64::from(enrollment.count)),
        enrollment_kind: record.enrollment.as_ref().and_then(|enrollment| enrollment.kind).map(|kind| kind.term().to_owned()),
        start_date: record.start_date,
        primary_completion_date: record.primary_completion_date,
        completion_date: record.completion_date,
        lead_sponsor: record.lead_sponsor.name.clone(),
        collaborators: record.collaborators.iter().map(|collaborator| collaborator.name.clone()).collect(),
        last_update_posted: record.last_update_posted.map(whole_day),
    }
}
