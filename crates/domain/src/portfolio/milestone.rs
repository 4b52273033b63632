//! A milestone: what is to be reached, by when it was planned at first, by when now, and when it was.

use chrono::NaiveDate;

use super::study::Study;
use super::study_country::StudyCountry;
use super::study_site::StudySite;
use crate::access::{Action, PrincipalKind, Readers, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::engagement::Engagement;
use crate::id::{EngagementId, MilestoneId, OrganizationId, PersonId, StudyCountryId, StudyId, StudySiteId, TypedId};
use crate::record::{Patch, Record, Term};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// Of what a milestone is.
    pub enum MilestoneLevel {
        /// The study.
        Study = "STUDY",
        /// A country of the study.
        Country = "COUNTRY",
        /// A site of the study.
        Site = "SITE",
        /// An engagement.
        Engagement = "ENGAGEMENT",
    }

    /// What is reached (Veeva's list, and more).
    pub enum MilestoneType {
        /// The study starts.
        StudyStart = "STUDY_START",
        /// A country is selected.
        CountrySelected = "COUNTRY_SELECTED",
        /// Feasibility is completed.
        FeasibilityCompleted = "FEASIBILITY_COMPLETED",
        /// The protocol is final.
        ProtocolFinal = "PROTOCOL_FINAL",
        /// The clinical trial application is submitted.
        CtaSubmitted = "CTA_SUBMITTED",
        /// It is approved.
        CtaApproved = "CTA_APPROVED",
        /// Part I is submitted (Regulation (EU) 536/2014).
        EuCtrPartISubmitted = "EU_CTR_PART_I_SUBMITTED",
        /// Part II is submitted.
        EuCtrPartIiSubmitted = "EU_CTR_PART_II_SUBMITTED",
        /// A member state approves.
        EuCtrCountryApproval = "EU_CTR_COUNTRY_APPROVAL",
        /// The ethics committee is asked.
        EcIrbSubmitted = "EC_IRB_SUBMITTED",
        /// It approves.
        EcIrbApproved = "EC_IRB_APPROVED",
        /// A country's package is ready.
        CountryPacketReady = "COUNTRY_PACKET_READY",
        /// A contract is executed.
        ContractExecuted = "CONTRACT_EXECUTED",
        /// A site is selected.
        SiteSelected = "SITE_SELECTED",
        /// A site is initiated.
        SiteInitiated = "SITE_INITIATED",
        /// A site is activated.
        SiteActivated = "SITE_ACTIVATED",
        /// The first participant is screened.
        FirstSubjectScreened = "FIRST_SUBJECT_SCREENED",
        /// The first participant is in.
        FirstSubjectIn = "FIRST_SUBJECT_IN",
        /// The first participant is treated.
        FirstSubjectTreated = "FIRST_SUBJECT_TREATED",
        /// The last participant is in.
        LastSubjectIn = "LAST_SUBJECT_IN",
        /// The last participant is treated.
        LastSubjectTreated = "LAST_SUBJECT_TREATED",
        /// The first participant is out.
        FirstSubjectOut = "FIRST_SUBJECT_OUT",
        /// The last participant is out.
        LastSubjectOut = "LAST_SUBJECT_OUT",
        /// An interim analysis.
        InterimAnalysis = "INTERIM_ANALYSIS",
        /// Electronic data capture is live.
        EdcLive = "EDC_LIVE",
        /// The database is locked softly.
        DatabaseSoftLock = "DATABASE_SOFT_LOCK",
        /// The database is locked.
        DatabaseLock = "DATABASE_LOCK",
        /// Unblinding.
        Unblinding = "UNBLINDING",
        /// First results.
        ToplineResults = "TOPLINE_RESULTS",
        /// The clinical study report is final.
        CsrFinal = "CSR_FINAL",
        /// A close-out visit.
        CloseOutVisit = "CLOSE_OUT_VISIT",
        /// A site is closed.
        SiteClosed = "SITE_CLOSED",
        /// The trial master file is transferred.
        TmfTransferred = "TMF_TRANSFERRED",
        /// The study is closed.
        StudyClose = "STUDY_CLOSE",
        /// Results are posted.
        ResultsPosted = "RESULTS_POSTED",
    }
}

record! {
    /// Something that is to be reached.
    pub struct Milestone: Milestone {
        /// Its id.
        id: MilestoneId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor who has to reach it.
        vendor_id: Option<OrganizationId>,
        /// The engagement that has to reach it.
        engagement_id: Option<EngagementId>,
        /// The vendor of the engagement that the engagement is subcontracted from.
        prime_vendor_id: Option<OrganizationId>,
        /// That engagement.
        prime_engagement_id: Option<EngagementId>,
        /// Of what it is.
        level: MilestoneLevel,
        /// The country of the study, of one of a country or a site.
        study_country_id: Option<StudyCountryId>,
        /// The country, ISO 3166-1 alpha-2.
        country_code: Option<CountryCode>,
        /// The study site, of one of a site.
        study_site_id: Option<StudySiteId>,
        /// What is reached.
        milestone_type: MilestoneType,
        /// By when it was planned at first. Set once; planned anew only with a reason.
        baseline_date: Option<NaiveDate>,
        /// By when it is planned now.
        planned_date: Option<NaiveDate>,
        /// When it was reached.
        actual_date: Option<NaiveDate>,
        /// Whether another system reports it.
        system_populated: bool,
        /// Who sees to it.
        owner_id: Option<PersonId>,
        /// What has to be reached before.
        predecessor_ids: Vec<MilestoneId>,
        /// Whether a payment follows from it.
        payment_trigger: bool,
        /// The documents that are expected with it, by their places in the trial master file.
        expected_documents: Vec<String>,
    }
}

impl Milestone {
    pub(crate) fn audience(&self) -> Readers {
        let both = Readers::SPONSOR.and(Readers::VENDOR).and(Readers::PRIME).and(Readers::CLIENT);
        // A CRA has those of sites (domain rules, C.3).
        if self.level == MilestoneLevel::Site { both.and(Readers::CRA) } else { both }
    }

    /// Whether the other is of the same: study, country, site or engagement.
    #[must_use]
    pub fn is_of_same(&self, other: &Self) -> bool {
        (self.level, self.study_id, self.study_country_id, self.study_site_id)
            == (other.level, other.study_id, other.study_country_id, other.study_site_id)
            && (self.level != MilestoneLevel::Engagement || self.engagement_id == other.engagement_id)
    }
}

input! {
    /// Plans a milestone of a study, of a country or a site of it, or of an engagement.
    pub struct MilestoneCreate {
        /// The study.
        study_id: StudyId,
        /// The country, for one of a country.
        study_country_id: Option<StudyCountryId>,
        /// The study site, for one of a site.
        study_site_id: Option<StudySiteId>,
        /// The engagement that has to reach it. With neither country nor site, and `ofEngagement`, it is of the engagement itself.
        engagement_id: Option<EngagementId>,
        /// Whether it is of the engagement itself; left out: no.
        of_engagement: Option<bool>,
        /// What is reached.
        milestone_type: Term<MilestoneType>,
        /// By when it was planned at first.
        baseline_date: Option<NaiveDate>,
        /// By when it is planned now; left out: the baseline.
        planned_date: Option<NaiveDate>,
        /// Who sees to it.
        owner_id: Option<PersonId>,
        /// What has to be reached before; of the same study.
        predecessor_ids: Option<Vec<MilestoneId>>,
        /// Whether a payment follows from it; left out: no.
        payment_trigger: Option<bool>,
        /// The documents that are expected with it.
        expected_documents: Option<Vec<String>>,
    }

    /// Changes a milestone. What is left out stays. The vendor that has to reach it sets `plannedDate` and `actualDate` alone.
    pub struct MilestoneUpdate {
        /// The milestone.
        id: MilestoneId,
        /// By when it was planned at first; another one needs a reason.
        baseline_date: Patch<Option<NaiveDate>>,
        /// By when it is planned now.
        planned_date: Patch<Option<NaiveDate>>,
        /// When it was reached; not later than today.
        actual_date: Patch<Option<NaiveDate>>,
        /// Who sees to it.
        owner_id: Patch<Option<PersonId>>,
        /// What has to be reached before.
        predecessor_ids: Patch<Vec<MilestoneId>>,
        /// Whether a payment follows from it.
        payment_trigger: Patch<bool>,
        /// The documents that are expected with it.
        expected_documents: Patch<Vec<String>>,
    }
}

/// What a new milestone stands in, as the viewer sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct MilestonePlace {
    /// The study.
    pub study: Study,
    /// The country.
    pub country: Option<StudyCountry>,
    /// The study site.
    pub site: Option<StudySite>,
    /// The engagement.
    pub engagement: Option<Engagement>,
}

/// Decides a new milestone. Its owner and its predecessors have been looked up.
///
/// # Errors
/// FORBIDDEN for who may not; NOT_FOUND for what is of another study; BAD_USER_INPUT for what cannot be.
pub fn milestone_create(deciding: &Deciding<'_>, place: MilestonePlace, input: MilestoneCreate) -> Result<Change, Refusal> {
    let MilestonePlace { study, country, site, engagement } = place;
    for (elsewhere, field) in [
        (country.as_ref().is_some_and(|country| country.study_id != study.id), "studyCountryId"),
        (site.as_ref().is_some_and(|site| site.study_id != study.id), "studySiteId"),
        (engagement.as_ref().is_some_and(|engagement| engagement.study_id != study.id), "engagementId"),
    ] {
        if elsewhere {
            return Err(Refusal::not_found(field));
        }
    }
    let of_engagement = input.of_engagement.unwrap_or(false);
    let level = match (&country, &site, &engagement) {
        (None, None, Some(_)) if of_engagement => MilestoneLevel::Engagement,
        (_, _, _) if of_engagement => {
            let words = "Give the engagement, and neither country nor site.";
            return Err(UserError::at(Code::BadUserInput, "ofEngagement", words).into());
        }
        (Some(_), Some(_), _) => {
            return Err(UserError::at(Code::BadUserInput, "studyCountryId", "Give the site alone; its country is known.").into());
        }
        (None, Some(_), _) => MilestoneLevel::Site,
        (Some(_), None, _) => MilestoneLevel::Country,
        (None, None, _) => MilestoneLevel::Study,
    };
    let milestone = Milestone {
        id: MilestoneId::from_uuid(deciding.ids.next()),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        vendor_id: engagement.as_ref().map(|engagement| engagement.vendor_id),
        engagement_id: engagement.as_ref().map(|engagement| engagement.id),
        prime_vendor_id: engagement.as_ref().and_then(|engagement| engagement.prime_vendor_id),
        prime_engagement_id: engagement.as_ref().and_then(|engagement| engagement.subcontract_of_id),
        level,
        study_country_id: country.as_ref().map(|country| country.id).or(site.as_ref().map(|site| site.study_country_id)),
        country_code: country.map(|country| country.country_code).or(site.as_ref().map(|site| site.country_code)),
        study_site_id: site.map(|site| site.id),
        milestone_type: input.milestone_type.0,
        baseline_date: input.baseline_date,
        planned_date: input.planned_date.or(input.baseline_date),
        actual_date: None,
        system_populated: false,
        owner_id: input.owner_id,
        predecessor_ids: input.predecessor_ids.unwrap_or_default(),
        payment_trigger: input.payment_trigger.unwrap_or(false),
        expected_documents: input.expected_documents.unwrap_or_default(),
    };
    deciding.permit_new(&milestone.clone().into_entity())?;
    if engagement.as_ref().is_some_and(|engagement| !engagement.gives_sight()) {
        return Err(UserError::at(Code::GuardFailed, "engagementId", "The engagement has ended; it stays as it stood then.").into());
    }
    Ok(Change::one(Op::Created, milestone.into_entity()))
}

/// Decides a change of a milestone. `others` are those of the study's other milestones that bear on it; `at_work` says whether the engagement of a vendor that asks
/// is at work.
///
/// # Errors
/// FORBIDDEN for who may not, or what is not the vendor's to set; GUARD_FAILED for what is not reached in order (I-14), or while the
/// engagement is not at work; REASON_REQUIRED for another baseline without one; BAD_USER_INPUT for days that cannot be.
pub fn milestone_update(
    deciding: &Deciding<'_>,
    mut milestone: Milestone,
    others: &[Milestone],
    at_work: bool,
    input: MilestoneUpdate,
) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &milestone.clone().into_entity())?;
    let before = milestone.clone();
    if let Patch::Set(baseline) = input.baseline_date {
        if before.baseline_date.is_some() && before.baseline_date != baseline {
            deciding.reason()?;
        }
        milestone.baseline_date = baseline;
    }
    input.owner_id.apply(&mut milestone.owner_id);
    input.predecessor_ids.apply(&mut milestone.predecessor_ids);
    input.payment_trigger.apply(&mut milestone.payment_trigger);
    input.expected_documents.apply(&mut milestone.expected_documents);
    if deciding.viewer.side == Side::Vendor {
        if milestone != before {
            return Err(UserError::new(Code::Forbidden, "A vendor sets plannedDate and actualDate alone. Leave out the rest.").into());
        }
        if !at_work {
            return Err(UserError::new(Code::GuardFailed, "The engagement is not at work.").into());
        }
    }
    input.planned_date.apply(&mut milestone.planned_date);
    input.actual_date.apply(&mut milestone.actual_date);
    if (milestone.planned_date, milestone.actual_date) != (before.planned_date, before.actual_date) {
        milestone.system_populated = deciding.viewer.kind == PrincipalKind::Client;
    }
    let waits_for_others = milestone.actual_date.is_some() && milestone.predecessor_ids != before.predecessor_ids;
    if milestone.actual_date != before.actual_date || waits_for_others {
        check_actual(&milestone, others, deciding.now.date_naive())?;
    }
    Ok(Change::one(Op::Updated, milestone.into_entity()))
}

/// The orders that hold between milestones of the same (I-14): the second is not reached before the first.
const ORDERS: &[(MilestoneType, MilestoneType)] =
    &[(MilestoneType::LastSubjectIn, MilestoneType::LastSubjectOut), (MilestoneType::LastSubjectOut, MilestoneType::DatabaseLock)];

impl MilestoneType {
    /// The types that are held in order with this one, of the same study, country, site or engagement (I-14).
    #[must_use]
    pub fn ordered_with(self) -> Vec<Self> {
        let other = |(first, second): &(Self, Self)| match self {
            one if one == *first => Some(*second),
            one if one == *second => Some(*first),
            _ => None,
        };
        ORDERS.iter().filter_map(other).collect()
    }
}

/// What of a study's milestones bears on a change of one.
#[derive(Clone, Debug, PartialEq)]
pub enum Bearing {
    /// All of them: something that follows may be reached already.
    All,
    /// These, and those of these types.
    Some {
        /// What has to be reached before.
        before: Vec<MilestoneId>,
        /// The types that are held in order with it.
        types: Vec<MilestoneType>,
    },
}

impl MilestoneUpdate {
    /// What of the study's other milestones bears on this change; nothing where none does.
    #[must_use]
    pub fn bearing(&self, milestone: &Milestone) -> Option<Bearing> {
        match self.actual_date {
            Patch::Keep if self.predecessor_ids == Patch::Keep => None,
            Patch::Set(None) => Some(Bearing::All),
            Patch::Keep | Patch::Set(Some(_)) => {
                let before = match &self.predecessor_ids {
                    Patch::Keep => milestone.predecessor_ids.clone(),
                    Patch::Set(before) => before.clone(),
                };
                let types = milestone.milestone_type.ordered_with();
                (!before.is_empty() || !types.is_empty()).then_some(Bearing::Some { before, types })
            }
        }
    }
}

fn check_actual(milestone: &Milestone, others: &[Milestone], today: NaiveDate) -> Result<(), Refusal> {
    let fault = |code: Code, words: &str| Err(UserError::at(code, "actualDate", words).into());
    let Some(actual) = milestone.actual_date else {
        let locks = |other: &Milestone| {
            other.milestone_type == MilestoneType::DatabaseLock
                && other.is_of_same(milestone)
                && ORDERS.contains(&(milestone.milestone_type, other.milestone_type))
        };
        let follows = |other: &Milestone| other.predecessor_ids.contains(&milestone.id) || locks(other);
        let needed = others.iter().any(|other| other.actual_date.is_some() && follows(other));
        return if needed { fault(Code::GuardFailed, "Something that follows it is reached already.") } else { Ok(()) };
    };
    if actual > today {
        return fault(Code::BadUserInput, "What is reached was reached today at the latest.");
    }
    let before = others.iter().filter(|other| milestone.predecessor_ids.contains(&other.id));
    if before.clone().any(|other| other.actual_date.is_none()) {
        return fault(Code::GuardFailed, "Something that has to be reached before is not reached yet.");
    }
    for other in others.iter().filter(|other| other.is_of_same(milestone)) {
        let is = |first, second| ORDERS.contains(&(first, second));
        let (mine, theirs) = (milestone.milestone_type, other.milestone_type);
        match other.actual_date {
            Some(reached) if is(theirs, mine) && actual < reached => {
                return fault(Code::GuardFailed, "This is not reached before what goes before it.");
            }
            None if is(theirs, mine) && mine == MilestoneType::DatabaseLock => {
                return fault(Code::GuardFailed, "The database is locked after the last participant is out.");
            }
            Some(reached) if is(mine, theirs) && actual > reached => {
                return fault(Code::GuardFailed, "What comes after this was reached earlier.");
            }
            _ => {}
        }
    }
    Ok(())
}
