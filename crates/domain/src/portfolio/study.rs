//! The study as its sponsor governs it, and its lifecycle.
//! A vendor never sees a study as such: it sees the study of its engagement.

use crate::access::{Action, Readers, Role};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError, too_long};
use crate::id::{OrganizationId, ProgramId, StudyId, TypedId};
use crate::lifecycle::{Guard, Lifecycle, STEP, Transition};
use crate::record::{Kind, Patch, Record, Term, terms};
use crate::value::PartialDate;
use crate::{input, record, vocabulary};

vocabulary! {
    /// What kind of study it is (ClinicalTrials.gov).
    pub enum StudyType {
        /// Participants are assigned to interventions.
        Interventional = "INTERVENTIONAL",
        /// Participants are observed.
        Observational = "OBSERVATIONAL",
        /// A product is made available outside a trial.
        ExpandedAccess = "EXPANDED_ACCESS",
    }

    /// A closer kind of study.
    pub enum StudySubtype {
        /// Compares the bioavailability of products.
        Bioequivalence = "BIOEQUIVALENCE",
        /// A patient registry.
        Registry = "REGISTRY",
        /// Uses real-world data that were collected for something else.
        RweSecondaryData = "RWE_SECONDARY_DATA",
        /// Examines how a device performs.
        DevicePerformance = "DEVICE_PERFORMANCE",
        /// None of these.
        None = "NONE",
    }

    /// A phase of clinical development (ClinicalTrials.gov). A study of phase 1/2 has two.
    pub enum Phase {
        /// Exploratory, before phase 1.
        EarlyPhase1 = "EARLY_PHASE1",
        /// Phase 1.
        Phase1 = "PHASE1",
        /// Phase 2.
        Phase2 = "PHASE2",
        /// Phase 3.
        Phase3 = "PHASE3",
        /// Phase 4.
        Phase4 = "PHASE4",
        /// The study has no phase, such as one of a device.
        Na = "NA",
    }

    /// How many parties do not know the assignment (ClinicalTrials.gov).
    pub enum Masking {
        /// Nobody is blinded.
        None = "NONE",
        /// One party is.
        Single = "SINGLE",
        /// Two are.
        Double = "DOUBLE",
        /// Three are.
        Triple = "TRIPLE",
        /// Four are.
        Quadruple = "QUADRUPLE",
    }

    /// What kind of product is studied.
    pub enum ProductType {
        /// A medicine.
        Drug = "DRUG",
        /// A biological medicine.
        Biologic = "BIOLOGIC",
        /// A device.
        Device = "DEVICE",
        /// A combination product.
        Combination = "COMBINATION",
        /// A diagnostic.
        Diagnostic = "DIAGNOSTIC",
        /// A digital product.
        Digital = "DIGITAL",
        /// A procedure.
        Procedure = "PROCEDURE",
    }

    /// Where a study stands in the sponsor's own lifecycle; the registry's status is another thing.
    pub enum StudyState {
        /// Being planned.
        Planning = "PLANNING",
        /// Being set up.
        StartUp = "START_UP",
        /// Subjects are enrolled.
        Enrolling = "ENROLLING",
        /// Enrolment is over, subjects are followed.
        FollowUp = "FOLLOW_UP",
        /// Being closed out.
        CloseOut = "CLOSE_OUT",
        /// Closed.
        Closed = "CLOSED",
        /// Archived.
        Archived = "ARCHIVED",
        /// Interrupted; it goes on where it was.
        OnHold = "ON_HOLD",
        /// Ended early.
        Terminated = "TERMINATED",
        /// Given up before the first subject.
        Withdrawn = "WITHDRAWN",
    }
}

record! {
    /// A clinical study as its sponsor governs it.
    pub struct Study: Study {
        /// The study's id.
        id: StudyId,
        /// The sponsor that is responsible for the study.
        sponsor_id: OrganizationId,
        /// The programme that it belongs to.
        program_id: Option<ProgramId>,
        /// The sponsor's number of the protocol; unique within the sponsor.
        protocol_number: String,
        /// The number at ClinicalTrials.gov; unique within the sponsor.
        nct_id: Option<String>,
        /// The EU clinical trial number.
        eu_ct_number: Option<String>,
        /// The EudraCT number, for studies begun under the old directive.
        eudra_ct_number: Option<String>,
        /// The number of the US investigational new drug application.
        ind_number: Option<String>,
        /// The acronym the study is known by.
        acronym: Option<String>,
        /// A short title.
        brief_title: String,
        /// The title as in the protocol.
        official_title: Option<String>,
        /// What kind of study it is.
        study_type: StudyType,
        /// A closer kind.
        subtype: StudySubtype,
        /// Its phases; a study of phase 1/2 has two, one without phases none.
        phases: Vec<Phase>,
        /// The therapeutic area.
        therapeutic_area: Option<String>,
        /// The conditions studied.
        conditions: Vec<String>,
        /// What kind of product is studied.
        product_type: Option<ProductType>,
        /// How many parties are blinded.
        masking: Option<Masking>,
        /// Whether a data monitoring committee watches over it.
        has_dmc: Option<bool>,
        /// How many subjects are planned.
        planned_enrollment: Option<i64>,
        /// How many subjects were enrolled.
        actual_enrollment: Option<i64>,
        /// Where it stands in the sponsor's lifecycle.
        lifecycle_state: StudyState,
        /// Why it was stopped.
        why_stopped: Option<String>,
        /// When it starts.
        start_date: Option<PartialDate>,
        /// When the last subject is measured for the primary outcome.
        primary_completion_date: Option<PartialDate>,
        /// When the last subject is measured at all.
        completion_date: Option<PartialDate>,
        /// Whether the vendors of this study may know of one another.
        vendor_roster_shared: bool,
        /// Where it stood when it was interrupted; nothing where it is not.
        held_from: Option<StudyState>,
    }
}

impl Study {
    /// Notes a step on the study itself: what is interrupted goes on where it was.
    pub fn note_step(&mut self, before: StudyState) {
        self.held_from = (self.lifecycle_state == StudyState::OnHold).then_some(before);
    }

    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR).and(Readers::CLIENT)
    }
}

const SM: &[Role] = &[Role::SStudyManager];

/// The lifecycle of a study (domain.md B.11).
pub static STUDY_LIFECYCLE: Lifecycle = Lifecycle {
    kind: Kind::Study,
    column: "lifecycle_state",
    initial: "PLANNING",
    transitions: &[
        Transition { from: &["PLANNING"], action: "START_UP", to: "START_UP", who: SM, doc: "Begin to set the study up.", ..STEP },
        Transition {
            from: &["START_UP"],
            action: "ENROLL",
            to: "ENROLLING",
            who: SM,
            guards: &[Guard::StudyHasApprovedCountry, Guard::StudyHasActiveSite, Guard::ObligationsCovered, Guard::PlansAccepted],
            doc: "Begin to enrol subjects.",
            ..STEP
        },
        Transition {
            from: &["ENROLLING"],
            action: "FOLLOW_UP",
            to: "FOLLOW_UP",
            who: SM,
            doc: "End enrolment; subjects are followed.",
            ..STEP
        },
        Transition { from: &["FOLLOW_UP"], action: "CLOSE_OUT", to: "CLOSE_OUT", who: SM, doc: "Begin to close the study out.", ..STEP },
        Transition { from: &["CLOSE_OUT"], action: "CLOSE", to: "CLOSED", who: SM, doc: "Close the study.", ..STEP },
        Transition {
            from: &["CLOSED"],
            action: "ARCHIVE",
            to: "ARCHIVED",
            who: SM,
            confirmed_by: &[Role::SQa],
            doc: "Archive the study.",
            ..STEP
        },
        Transition {
            from: &["ENROLLING", "FOLLOW_UP"],
            action: "HOLD",
            to: "ON_HOLD",
            who: SM,
            reason: true,
            doc: "Interrupt the study.",
            ..STEP
        },
        Transition {
            from: &["ON_HOLD"],
            action: "RESUME_ENROLLMENT",
            to: "ENROLLING",
            who: SM,
            reason: true,
            doc: "Go on to enrol subjects.",
            ..STEP
        },
        Transition {
            from: &["ON_HOLD"],
            action: "RESUME_FOLLOW_UP",
            to: "FOLLOW_UP",
            who: SM,
            reason: true,
            doc: "Go on to follow subjects.",
            ..STEP
        },
        Transition {
            from: &["PLANNING", "START_UP", "ENROLLING", "FOLLOW_UP", "CLOSE_OUT", "ON_HOLD"],
            action: "TERMINATE",
            to: "TERMINATED",
            who: SM,
            confirmed_by: &[Role::SQa],
            reason: true,
            signature: true,
            doc: "End the study early.",
            ..STEP
        },
        Transition {
            from: &["PLANNING", "START_UP"],
            action: "WITHDRAW",
            to: "WITHDRAWN",
            who: SM,
            reason: true,
            doc: "Give the study up before the first subject.",
            ..STEP
        },
    ],
};

input! {
    /// Creates a study of your organisation, in PLANNING.
    pub struct StudyCreate {
        /// The programme that it belongs to; one that you see.
        program_id: Option<ProgramId>,
        /// The sponsor's number of the protocol; unique within the sponsor.
        protocol_number: String,
        /// A short title.
        brief_title: String,
        /// What kind of study it is.
        study_type: Term<StudyType>,
        /// A closer kind; left out: NONE.
        subtype: Option<Term<StudySubtype>>,
        /// The number at ClinicalTrials.gov: NCT and eight digits.
        nct_id: Option<String>,
        /// The EU clinical trial number.
        eu_ct_number: Option<String>,
        /// The EudraCT number.
        eudra_ct_number: Option<String>,
        /// The number of the US investigational new drug application.
        ind_number: Option<String>,
        /// The acronym.
        acronym: Option<String>,
        /// The title as in the protocol.
        official_title: Option<String>,
        /// Its phases.
        phases: Option<Vec<Term<Phase>>>,
        /// The therapeutic area.
        therapeutic_area: Option<String>,
        /// The conditions studied.
        conditions: Option<Vec<String>>,
        /// What kind of product is studied.
        product_type: Option<Term<ProductType>>,
        /// How many parties are blinded.
        masking: Option<Term<Masking>>,
        /// Whether a data monitoring committee watches over it.
        has_dmc: Option<bool>,
        /// How many subjects are planned.
        planned_enrollment: Option<i64>,
        /// When it starts.
        start_date: Option<PartialDate>,
        /// When the last subject is measured for the primary outcome.
        primary_completion_date: Option<PartialDate>,
        /// When the last subject is measured at all.
        completion_date: Option<PartialDate>,
        /// Whether the vendors of this study may know of one another; left out: no.
        vendor_roster_shared: Option<bool>,
    }

    /// Changes a study. What is left out stays.
    pub struct StudyUpdate {
        /// The study.
        id: StudyId,
        /// The programme that it belongs to; one that you see.
        program_id: Patch<Option<ProgramId>>,
        /// The sponsor's number of the protocol.
        protocol_number: Patch<String>,
        /// A short title.
        brief_title: Patch<String>,
        /// A closer kind.
        subtype: Patch<Term<StudySubtype>>,
        /// The number at ClinicalTrials.gov.
        nct_id: Patch<Option<String>>,
        /// The EU clinical trial number.
        eu_ct_number: Patch<Option<String>>,
        /// The EudraCT number.
        eudra_ct_number: Patch<Option<String>>,
        /// The number of the US investigational new drug application.
        ind_number: Patch<Option<String>>,
        /// The acronym.
        acronym: Patch<Option<String>>,
        /// The title as in the protocol.
        official_title: Patch<Option<String>>,
        /// Its phases.
        phases: Patch<Vec<Term<Phase>>>,
        /// The therapeutic area.
        therapeutic_area: Patch<Option<String>>,
        /// The conditions studied.
        conditions: Patch<Vec<String>>,
        /// What kind of product is studied.
        product_type: Patch<Option<Term<ProductType>>>,
        /// How many parties are blinded.
        masking: Patch<Option<Term<Masking>>>,
        /// Whether a data monitoring committee watches over it.
        has_dmc: Patch<Option<bool>>,
        /// How many subjects are planned.
        planned_enrollment: Patch<Option<i64>>,
        /// How many subjects were enrolled.
        actual_enrollment: Patch<Option<i64>>,
        /// When it starts.
        start_date: Patch<Option<PartialDate>>,
        /// When the last subject is measured for the primary outcome.
        primary_completion_date: Patch<Option<PartialDate>>,
        /// When the last subject is measured at all.
        completion_date: Patch<Option<PartialDate>>,
        /// Whether the vendors of this study may know of one another.
        vendor_roster_shared: Patch<bool>,
    }
}

/// Decides a new study of the viewer's organisation.
///
/// # Errors
/// FORBIDDEN for who may not; BAD_USER_INPUT for numbers that cannot be.
pub fn study_create(deciding: &Deciding<'_>, input: StudyCreate) -> Result<Change, Refusal> {
    let study = Study {
        id: StudyId::from_uuid(deciding.ids.next()),
        sponsor_id: deciding.viewer.organization,
        program_id: input.program_id,
        protocol_number: input.protocol_number,
        nct_id: input.nct_id,
        eu_ct_number: input.eu_ct_number,
        eudra_ct_number: input.eudra_ct_number,
        ind_number: input.ind_number,
        acronym: input.acronym,
        brief_title: input.brief_title,
        official_title: input.official_title,
        study_type: input.study_type.0,
        subtype: input.subtype.map_or(StudySubtype::None, |term| term.0),
        phases: terms(input.phases.unwrap_or_default()),
        therapeutic_area: input.therapeutic_area,
        conditions: input.conditions.unwrap_or_default(),
        product_type: input.product_type.map(|term| term.0),
        masking: input.masking.map(|term| term.0),
        has_dmc: input.has_dmc,
        planned_enrollment: input.planned_enrollment,
        actual_enrollment: None,
        lifecycle_state: StudyState::Planning,
        why_stopped: None,
        start_date: input.start_date,
        primary_completion_date: input.primary_completion_date,
        completion_date: input.completion_date,
        vendor_roster_shared: input.vendor_roster_shared.unwrap_or(false),
        held_from: None,
    };
    deciding.permit(Action::Create, &study.clone().into_entity())?;
    check(&study)?;
    Ok(Change::one(Op::Created, study.into_entity()))
}

/// Decides a change of a study.
///
/// # Errors
/// FORBIDDEN for who may not, and for the numbers by who has not the whole organisation; BAD_USER_INPUT for numbers that cannot be.
pub fn study_update(deciding: &Deciding<'_>, mut study: Study, input: StudyUpdate) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &study.clone().into_entity())?;
    for (field, given) in [("protocolNumber", input.protocol_number != Patch::Keep), ("nctId", input.nct_id != Patch::Keep)] {
        if given {
            deciding.unique(Action::Update, Kind::Study, None, field)?;
        }
    }
    input.program_id.apply(&mut study.program_id);
    input.protocol_number.apply(&mut study.protocol_number);
    input.brief_title.apply(&mut study.brief_title);
    map(input.subtype, |term| term.0).apply(&mut study.subtype);
    input.nct_id.apply(&mut study.nct_id);
    input.eu_ct_number.apply(&mut study.eu_ct_number);
    input.eudra_ct_number.apply(&mut study.eudra_ct_number);
    input.ind_number.apply(&mut study.ind_number);
    input.acronym.apply(&mut study.acronym);
    input.official_title.apply(&mut study.official_title);
    map(input.phases, terms).apply(&mut study.phases);
    input.therapeutic_area.apply(&mut study.therapeutic_area);
    input.conditions.apply(&mut study.conditions);
    map(input.product_type, |term| term.map(|term| term.0)).apply(&mut study.product_type);
    map(input.masking, |term| term.map(|term| term.0)).apply(&mut study.masking);
    input.has_dmc.apply(&mut study.has_dmc);
    input.planned_enrollment.apply(&mut study.planned_enrollment);
    input.actual_enrollment.apply(&mut study.actual_enrollment);
    input.start_date.apply(&mut study.start_date);
    input.primary_completion_date.apply(&mut study.primary_completion_date);
    input.completion_date.apply(&mut study.completion_date);
    input.vendor_roster_shared.apply(&mut study.vendor_roster_shared);
    check(&study)?;
    Ok(Change::one(Op::Updated, study.into_entity()))
}

fn map<A, B>(patch: Patch<A>, convert: impl FnOnce(A) -> B) -> Patch<B> {
    match patch {
        Patch::Keep => Patch::Keep,
        Patch::Set(value) => Patch::Set(convert(value)),
    }
}

fn check(study: &Study) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    let nct_is_sound =
        |nct: &str| nct.strip_prefix("NCT").is_some_and(|digits| digits.len() == 8 && digits.bytes().all(|byte| byte.is_ascii_digit()));
    if study.nct_id.as_deref().is_some_and(|nct| !nct_is_sound(nct)) {
        errors.push(UserError::at(Code::BadUserInput, "nctId", "Give NCT and eight digits, such as NCT01234567."));
    }
    errors.extend(too_long("protocolNumber", &study.protocol_number));
    for (field, number) in [("plannedEnrollment", study.planned_enrollment), ("actualEnrollment", study.actual_enrollment)] {
        if number.is_some_and(|number| number < 0) {
            errors.push(UserError::at(Code::BadUserInput, field, "A number of subjects cannot be negative."));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal(errors)) }
}
