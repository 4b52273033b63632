//! The engagement of a vendor by a sponsor on a study, and its lifecycle.
//! Subcontracts are engagements under another engagement, at most two deep (I-17).

use chrono::NaiveDate;

use crate::access::{Action, Readers, Role};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::id::{EngagementId, OrganizationId, PersonId, StudyId, TypedId};
use crate::lifecycle::{Guard, Lifecycle, STEP, Transition};
use crate::party::{Organization, side_of};
use crate::portfolio::Study;
use crate::record::{Kind, Patch, Record, Term};
use crate::{input, record, vocabulary};

vocabulary! {
    /// How the work is outsourced.
    pub enum EngagementModel {
        /// One vendor does everything.
        FullService = "FULL_SERVICE",
        /// A vendor provides a function.
        FunctionalServiceProvision = "FUNCTIONAL_SERVICE_PROVISION",
        /// A vendor does one project.
        ProjectBased = "PROJECT_BASED",
        /// A mixture.
        Hybrid = "HYBRID",
        /// A partnership over a programme.
        IntegratedProgramme = "INTEGRATED_PROGRAMME",
        /// A vendor provides staff.
        StaffAugmentation = "STAFF_AUGMENTATION",
    }

    /// Where an engagement stands.
    pub enum EngagementState {
        /// Proposed.
        Proposed = "PROPOSED",
        /// Being put under contract.
        Contracting = "CONTRACTING",
        /// At work.
        Active = "ACTIVE",
        /// Interrupted.
        OnHold = "ON_HOLD",
        /// Being closed.
        Closing = "CLOSING",
        /// Closed.
        Closed = "CLOSED",
        /// Ended early.
        Terminated = "TERMINATED",
    }

    /// How well an engagement goes, as both sides see it.
    pub enum VendorVisibleStatus {
        /// Well.
        Green = "GREEN",
        /// Needs attention.
        Amber = "AMBER",
        /// In trouble.
        Red = "RED",
    }

    /// How closely a vendor is watched; tier 1 most closely.
    pub enum RiskTier {
        /// Most closely.
        Tier1 = "TIER_1",
        /// Closely.
        Tier2 = "TIER_2",
        /// Least closely.
        Tier3 = "TIER_3",
    }
}

record! {
    /// The engagement of a vendor on a study.
    pub struct Engagement: Engagement {
        /// Its id.
        id: EngagementId,
        /// The sponsor who engages.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor who is engaged.
        vendor_id: OrganizationId,
        /// How the work is outsourced.
        model: EngagementModel,
        /// Where it stands.
        state: EngagementState,
        /// When it starts.
        start_date: Option<NaiveDate>,
        /// When it ends.
        end_date: Option<NaiveDate>,
        /// Who leads it on the sponsor's side.
        lead_sponsor_id: Option<PersonId>,
        /// Who leads it on the vendor's side.
        lead_vendor_id: Option<PersonId>,
        /// The engagement that it is subcontracted from.
        subcontract_of_id: Option<EngagementId>,
        /// The vendor of that engagement.
        prime_vendor_id: Option<OrganizationId>,
        /// Whether its team is blinded.
        blinded_team: bool,
        /// How well it goes, as both sides see it.
        vendor_visible_status: Option<VendorVisibleStatus>,
    }
}

record! {
    /// The sponsor's own assessment of an engagement. No vendor, partner or finance role sees it.
    pub struct EngagementInternal: EngagementInternal {
        /// The engagement's id.
        id: EngagementId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// How closely the vendor is watched.
        risk_tier: Option<RiskTier>,
        /// How healthy the sponsor holds the engagement to be.
        health_score: Option<f64>,
    }
}

record! {
    /// A second person's confirmation of a step of an engagement. It stands for one version: any edit voids it.
    pub struct EngagementConfirmation: EngagementConfirmation {
        /// The engagement's id.
        id: EngagementId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The step that was confirmed.
        action: String,
        /// Who confirmed it.
        confirmed_by_id: PersonId,
        /// The version of the engagement that was confirmed.
        confirmed_version: i64,
    }
}

impl Engagement {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR).and(Readers::PRIME).and(Readers::CLIENT)
    }

    /// Whether the engagement still lets its vendor see the study and what is covered of it.
    #[must_use]
    pub fn gives_sight(&self) -> bool {
        !matches!(self.state, EngagementState::Closed | EngagementState::Terminated)
    }

    /// Whether the vendor works: its agreements stand before it does anything (ICH E6(R3) 3.6.1), and a hold interrupts it.
    #[must_use]
    pub fn at_work(&self) -> bool {
        matches!(self.state, EngagementState::Active | EngagementState::Closing)
    }
}

impl EngagementInternal {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR
    }
}

impl EngagementConfirmation {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR
    }
}

const VM: &[Role] = &[Role::SVendorManager];
const VM_SM: &[Role] = &[Role::SVendorManager, Role::SStudyManager];

/// The lifecycle of an engagement (domain.md B.11).
pub static ENGAGEMENT_LIFECYCLE: Lifecycle = Lifecycle {
    kind: Kind::Engagement,
    column: "state",
    initial: "PROPOSED",
    transitions: &[
        Transition { from: &["PROPOSED"], action: "CONTRACT", to: "CONTRACTING", who: VM, doc: "Begin to put it under contract.", ..STEP },
        Transition {
            from: &["CONTRACTING"],
            action: "ACTIVATE",
            to: "ACTIVE",
            who: VM,
            confirmed_by: &[Role::SStudyManager],
            guards: &[Guard::EngagementHasScope, Guard::EngagementCovered],
            doc: "Let the vendor work (ICH E6(R3) 3.6.1: agreements before activities).",
            ..STEP
        },
        Transition { from: &["ACTIVE"], action: "HOLD", to: "ON_HOLD", who: VM_SM, reason: true, doc: "Interrupt the engagement.", ..STEP },
        Transition {
            from: &["ON_HOLD"],
            action: "RESUME",
            to: "ACTIVE",
            who: VM,
            guards: &[Guard::EngagementHasScope, Guard::EngagementCovered],
            reason: true,
            doc: "Let the vendor go on; the conditions of activation are checked again.",
            ..STEP
        },
        Transition { from: &["ACTIVE"], action: "WIND_DOWN", to: "CLOSING", who: VM_SM, doc: "Begin to close it.", ..STEP },
        Transition {
            from: &["CLOSING"],
            action: "CLOSE",
            to: "CLOSED",
            who: VM,
            guards: &[Guard::EngagementSettled, Guard::EngagementPaid],
            signature: true,
            doc: "Close it; the vendor loses sight of the study.",
            ..STEP
        },
        Transition {
            from: &["ACTIVE", "ON_HOLD"],
            action: "TERMINATE",
            to: "TERMINATED",
            who: VM,
            confirmed_by: &[Role::SQa],
            guards: &[Guard::ObligationsReassigned],
            reason: true,
            signature: true,
            doc: "End it early (ICH E6(R3) 3.12.3); the vendor loses sight of the study.",
            ..STEP
        },
    ],
};

input! {
    /// Engages a vendor on a study, as PROPOSED.
    pub struct EngagementCreate {
        /// The study.
        study_id: StudyId,
        /// The vendor, from the directory of tenant organisations.
        vendor_id: OrganizationId,
        /// How the work is outsourced.
        model: Term<EngagementModel>,
        /// When it starts.
        start_date: Option<NaiveDate>,
        /// When it ends.
        end_date: Option<NaiveDate>,
        /// Who leads it on the sponsor's side.
        lead_sponsor_id: Option<PersonId>,
        /// Who leads it on the vendor's side.
        lead_vendor_id: Option<PersonId>,
        /// The engagement that it is subcontracted from; one of the same study.
        subcontract_of_id: Option<EngagementId>,
        /// Whether its team is blinded; left out: yes.
        blinded_team: Option<bool>,
    }

    /// Changes an engagement. What is left out stays.
    pub struct EngagementUpdate {
        /// The engagement.
        id: EngagementId,
        /// How the work is outsourced.
        model: Patch<Term<EngagementModel>>,
        /// When it starts.
        start_date: Patch<Option<NaiveDate>>,
        /// When it ends.
        end_date: Patch<Option<NaiveDate>>,
        /// Who leads it on the sponsor's side.
        lead_sponsor_id: Patch<Option<PersonId>>,
        /// Who leads it on the vendor's side.
        lead_vendor_id: Patch<Option<PersonId>>,
        /// Whether its team is blinded.
        blinded_team: Patch<bool>,
        /// How well it goes, as both sides see it.
        vendor_visible_status: Patch<Option<Term<VendorVisibleStatus>>>,
    }

    /// Changes the sponsor's own assessment of an engagement. `expectedVersion` is the assessment's; 0 where there is none yet.
    pub struct EngagementInternalUpdate {
        /// The engagement.
        id: EngagementId,
        /// How closely the vendor is watched.
        risk_tier: Patch<Option<Term<RiskTier>>>,
        /// How healthy the sponsor holds the engagement to be.
        health_score: Patch<Option<f64>>,
    }
}

/// What a new engagement stands in, as the viewer sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct Parties {
    /// The study.
    pub study: Study,
    /// The vendor.
    pub vendor: Organization,
    /// The engagement that it is to be subcontracted from.
    pub prime: Option<Engagement>,
}

/// Decides a new engagement. People named as leads have been looked up for their side.
///
/// # Errors
/// FORBIDDEN for who may not; BAD_USER_INPUT for a vendor that is none, dates that cannot be, or a subcontract too deep (I-17);
/// GUARD_FAILED for a subcontract under an engagement that has ended.
pub fn engagement_create(deciding: &Deciding<'_>, parties: Parties, input: EngagementCreate) -> Result<Change, Refusal> {
    let Parties { study, vendor, prime } = parties;
    let engagement = Engagement {
        id: EngagementId::from_uuid(deciding.ids.next()),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        vendor_id: vendor.id,
        model: input.model.0,
        state: EngagementState::Proposed,
        start_date: input.start_date,
        end_date: input.end_date,
        lead_sponsor_id: input.lead_sponsor_id,
        lead_vendor_id: input.lead_vendor_id,
        subcontract_of_id: prime.as_ref().map(|prime| prime.id),
        prime_vendor_id: prime.as_ref().map(|prime| prime.vendor_id),
        blinded_team: input.blinded_team.unwrap_or(true),
        vendor_visible_status: None,
    };
    deciding.permit(Action::Create, &engagement.clone().into_entity())?;
    let mut errors = Vec::new();
    if side_of(vendor.organization_type) != crate::access::Side::Vendor || !vendor.is_tenant {
        errors.push(UserError::at(Code::BadUserInput, "vendorId", "Choose a vendor from the directory of tenant organisations."));
    }
    if let Some(prime) = &prime {
        if prime.study_id != study.id || prime.vendor_id == vendor.id {
            errors.push(UserError::at(Code::BadUserInput, "subcontractOfId", "Choose another vendor's engagement on the same study."));
        }
        if prime.subcontract_of_id.is_some() {
            errors.push(UserError::at(Code::BadUserInput, "subcontractOfId", "A subcontract cannot be subcontracted again."));
        }
        if !prime.gives_sight() {
            let words = "That engagement has ended: nothing can be subcontracted from it any more.";
            errors.push(UserError::at(Code::GuardFailed, "subcontractOfId", words));
        }
    }
    if !errors.is_empty() {
        return Err(Refusal(errors));
    }
    check_dates(&engagement)?;
    Ok(Change::one(Op::Created, engagement.into_entity()))
}

/// Decides a change of an engagement. People named as leads have been looked up for their side.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED where the engagement has ended; BAD_USER_INPUT for dates that cannot be.
pub fn engagement_update(deciding: &Deciding<'_>, mut engagement: Engagement, input: EngagementUpdate) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &engagement.clone().into_entity())?;
    if !engagement.gives_sight() {
        return Err(UserError::new(Code::GuardFailed, "The engagement has ended; it stays as it stood then.").into());
    }
    if let Patch::Set(model) = input.model {
        engagement.model = model.0;
    }
    input.start_date.apply(&mut engagement.start_date);
    input.end_date.apply(&mut engagement.end_date);
    input.lead_sponsor_id.apply(&mut engagement.lead_sponsor_id);
    input.lead_vendor_id.apply(&mut engagement.lead_vendor_id);
    input.blinded_team.apply(&mut engagement.blinded_team);
    if let Patch::Set(status) = input.vendor_visible_status {
        engagement.vendor_visible_status = status.map(|term| term.0);
    }
    check_dates(&engagement)?;
    Ok(Change::one(Op::Updated, engagement.into_entity()))
}

/// Decides a change of an engagement's assessment; `part` is what there is so far.
///
/// # Errors
/// FORBIDDEN for who may not.
pub fn engagement_internal_update(
    deciding: &Deciding<'_>,
    engagement: &Engagement,
    part: Option<EngagementInternal>,
    input: EngagementInternalUpdate,
) -> Result<Change, Refusal> {
    let op = if part.is_some() { Op::Updated } else { Op::Created };
    let mut part = part.unwrap_or(EngagementInternal {
        id: engagement.id,
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        risk_tier: None,
        health_score: None,
    });
    deciding.permit(Action::Update, &part.clone().into_entity())?;
    if let Patch::Set(tier) = input.risk_tier {
        part.risk_tier = tier.map(|term| term.0);
    }
    input.health_score.apply(&mut part.health_score);
    Ok(Change::one(op, part.into_entity()))
}

fn check_dates(engagement: &Engagement) -> Result<(), Refusal> {
    if let (Some(start), Some(end)) = (engagement.start_date, engagement.end_date)
        && end < start
    {
        return Err(UserError::at(Code::BadUserInput, "endDate", "The end cannot lie before the start.").into());
    }
    Ok(())
}
