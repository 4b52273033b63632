//! Commands on studies, their countries and sites, and the parts that are kept by themselves.

use tandem_domain::access::Action;
use tandem_domain::command::{Command, Refusal};
use tandem_domain::engagement::Engagement;
use tandem_domain::id::{EngagementId, TypedId};
use tandem_domain::portfolio::{
    Program, Site, Study, StudyBenchmark, StudyCountry, StudyInternal, StudySite, StudySiteContact, StudySiteInternal, Surroundings,
    site_create, site_update, study_benchmark_update, study_country_create, study_country_update, study_create, study_internal_update,
    study_site_contact_update, study_site_create, study_site_internal_update, study_site_update, study_update,
};
use tandem_domain::record::{Kind, Patch, Record, Stored};

use super::{Planned, Work};
use crate::error::WriteError;

impl Work<'_> {
    pub(super) async fn plan_portfolio(&self, command: &Command) -> Result<Planned, WriteError> {
        match command {
            Command::StudyCreate(input) => {
                self.may_ever(Kind::Study, Action::Create)?;
                self.named_if::<Program, _>(input.program_id, "programId").await?;
                Planned::of(study_create(&self.deciding(), input.clone())?)
            }
            Command::StudyUpdate(input) => {
                let stored: Stored<Study> = self.subject(input.id, Action::Update).await?;
                if let Patch::Set(program) = input.program_id {
                    self.named_if::<Program, _>(program, "programId").await?;
                }
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(study_update(&deciding, stored.record, input.clone())?)
            }
            Command::StudyInternalUpdate(input) => {
                let study = self.whole::<Study>(input.id).await?;
                let part = self.part::<StudyInternal>(input.id.uuid()).await?;
                Planned::of(study_internal_update(&self.deciding(), &study, part, input.clone())?)
            }
            Command::StudyBenchmarkUpdate(input) => {
                let study = self.whole::<Study>(input.id).await?;
                let part = self.part::<StudyBenchmark>(input.id.uuid()).await?;
                Planned::of(study_benchmark_update(&self.deciding(), &study, part, input.clone())?)
            }
            Command::StudyCountryCreate(input) => {
                self.may_ever(Kind::StudyCountry, Action::Create)?;
                let study = self.study_locked(input.study_id, "studyId").await?;
                let lead = self.named_if(input.lead_engagement_id, "leadEngagementId").await?;
                Planned::of(study_country_create(&self.deciding(), &study, lead, input.clone())?)
            }
            Command::StudyCountryUpdate(input) => {
                let stored: Stored<StudyCountry> = self.subject(input.id, Action::Update).await?;
                let lead = self.engagement_of(&input.lead_engagement_id, "leadEngagementId").await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(study_country_update(&deciding, stored.record, lead, input.clone())?)
            }
            Command::SiteCreate(input) => Planned::of(site_create(&self.deciding(), input.clone())?),
            Command::SiteUpdate(input) => {
                let stored: Stored<Site> = self.subject(input.id, Action::Update).await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(site_update(&deciding, stored.record, input.clone())?)
            }
            Command::StudySiteCreate(input) => {
                self.may_ever(Kind::StudySite, Action::Create)?;
                let country = self.named::<StudyCountry>(input.study_country_id, "studyCountryId").await?.record;
                let study = self.study_locked(country.study_id, "studyCountryId").await?;
                let country = self.named::<StudyCountry>(input.study_country_id, "studyCountryId").await?.record;
                let site = self.named::<Site>(input.site_id, "siteId").await?.record;
                let engagement = self.named_if(input.responsible_engagement_id, "responsibleEngagementId").await?;
                let around = Surroundings { study, country, site, engagement };
                Planned::of(study_site_create(&self.deciding(), around, input.clone())?)
            }
            Command::StudySiteUpdate(input) => {
                let stored: Stored<StudySite> = self.subject(input.id, Action::Update).await?;
                let engagement = self.engagement_of(&input.responsible_engagement_id, "responsibleEngagementId").await?;
                let deciding = self.deciding_about(&stored).await?;
                Planned::of(study_site_update(&deciding, stored.record, engagement, input.clone())?)
            }
            Command::StudySiteInternalUpdate(input) => {
                let stored = self.locked(Kind::StudySite, input.id.uuid()).await?.typed::<StudySite>()?;
                let deciding = self.deciding_about(&stored).await?;
                let part = self.part::<StudySiteInternal>(input.id.uuid()).await?;
                Planned::of(study_site_internal_update(&deciding, &stored.record, part, input.clone())?)
            }
            Command::StudySiteContactUpdate(input) => {
                let stored = self.locked(Kind::StudySite, input.id.uuid()).await?.typed::<StudySite>()?;
                let deciding = self.deciding_about(&stored).await?;
                let part = self.part::<StudySiteContact>(input.id.uuid()).await?;
                Planned::of(study_site_contact_update(&deciding, &stored.record, part, input.clone())?)
            }
            _ => Err(Refusal::forbidden().into()),
        }
    }

    /// The record that a part belongs to, locked; the part has a version of its own.
    pub(super) async fn whole<T: Record>(&self, id: impl TypedId) -> Result<T, WriteError> {
        Ok(self.locked(T::KIND, id.uuid()).await?.typed::<T>()?.record)
    }

    /// The engagement that a patch names, as the viewer sees it.
    async fn engagement_of(&self, patch: &Patch<Option<EngagementId>>, field: &str) -> Result<Option<Engagement>, WriteError> {
        match patch {
            Patch::Keep => Ok(None),
            Patch::Set(id) => self.named_if(*id, field).await,
        }
    }
}
