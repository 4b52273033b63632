//! An issue between the sides of an engagement: raised by one, resolved by its owner, closed by who raised it.
//! One that turns out to be a finding stays an issue; the finding names it.

use chrono::{DateTime, NaiveDate, Utc};

use super::finding::{Finding, FindingCreate, FindingPlace, finding_create};
use super::grades::{FindingCategory, FindingSeverity, FindingSource};
use crate::access::{Action, Readers, Role, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError, too_long};
use crate::engagement::Engagement;
use crate::id::{EngagementId, IssueId, OrganizationId, PersonId, StudyId, StudySiteId, TypedId};
use crate::lifecycle::{Case, Guard, Lifecycle, Moment, STEP, Transition};
use crate::portfolio::{Study, StudySite};
use crate::record::{Kind, Patch, Record, Term};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// What an issue is about.
    pub enum IssueKind {
        /// Operations.
        Operational = "OPERATIONAL",
        /// Quality.
        Quality = "QUALITY",
        /// Safety.
        Safety = "SAFETY",
        /// Data.
        Data = "DATA",
        /// Resources.
        Resourcing = "RESOURCING",
        /// A contract.
        Contract = "CONTRACT",
        /// An incident.
        Incident = "INCIDENT",
    }

    /// Where an issue stands.
    pub enum IssueState {
        /// Raised.
        Open = "OPEN",
        /// Being worked on.
        InProgress = "IN_PROGRESS",
        /// Taken to a higher level.
        Escalated = "ESCALATED",
        /// Resolved, says its owner.
        Resolved = "RESOLVED",
        /// Closed by the side that raised it.
        Closed = "CLOSED",
    }
}

record! {
    /// An issue between the sides of an engagement.
    pub struct Issue: Issue {
        /// Its id.
        id: IssueId,
        /// The sponsor.
        sponsor_id: OrganizationId,
        /// The study.
        study_id: StudyId,
        /// The vendor.
        vendor_id: OrganizationId,
        /// The engagement.
        engagement_id: EngagementId,
        /// The country, ISO 3166-1 alpha-2.
        country_code: Option<CountryCode>,
        /// The study site that it is about.
        study_site_id: Option<StudySiteId>,
        /// Its title.
        title: String,
        /// What it is.
        description: Option<String>,
        /// What it is about.
        issue_kind: IssueKind,
        /// The side that raised it.
        raised_by_side: Side,
        /// Who raised it.
        raised_by_id: PersonId,
        /// How grave it is.
        severity: FindingSeverity,
        /// Where it stands.
        state: IssueState,
        /// How often it was taken to a higher level.
        escalation_level: i64,
        /// The side that has to resolve it.
        owner_side: Side,
        /// Who has to resolve it.
        owner_id: Option<PersonId>,
        /// The day by which it is to be resolved.
        due_date: Option<NaiveDate>,
        /// How it was resolved.
        resolution: Option<String>,
        /// When it was resolved.
        settled_at: Option<DateTime<Utc>>,
        /// Whose turn it is; nobody's once it is closed.
        ball_in_court: Option<Side>,
    }
}

impl Issue {
    pub(crate) fn audience(&self) -> Readers {
        Readers::SPONSOR.and(Readers::VENDOR)
    }

    /// Notes a step that brought it to where it stands now.
    pub(crate) fn note_step(&mut self, moment: &Moment) {
        match self.state {
            IssueState::Open | IssueState::InProgress => self.ball_in_court = Some(self.owner_side),
            IssueState::Escalated => {
                self.escalation_level += 1;
                self.ball_in_court = Some(self.owner_side);
            }
            IssueState::Resolved => {
                self.settled_at = Some(moment.now);
                self.ball_in_court = Some(self.raised_by_side);
            }
            IssueState::Closed => self.ball_in_court = None,
        }
    }
}

const RAISERS_SPONSOR: &[Role] = &[Role::SStudyManager, Role::SVendorManager, Role::SQa, Role::SRegulatory, Role::SSafety, Role::SDataLead];
const RAISERS_VENDOR: &[Role] =
    &[Role::VProjectManager, Role::VCra, Role::VDataManager, Role::VBiostatistician, Role::VQa, Role::VRegulatory, Role::VSafety];
const ANYBODY: &[Role] = &[
    Role::SStudyManager,
    Role::SVendorManager,
    Role::SQa,
    Role::SRegulatory,
    Role::SSafety,
    Role::SDataLead,
    Role::VProjectManager,
    Role::VCra,
    Role::VDataManager,
    Role::VBiostatistician,
    Role::VQa,
    Role::VRegulatory,
    Role::VSafety,
];
const LEADS: &[Role] = &[Role::SStudyManager, Role::SVendorManager, Role::SQa, Role::VProjectManager, Role::VQa];

/// The lifecycle of an issue (domain.md B.11).
pub static ISSUE_LIFECYCLE: Lifecycle = Lifecycle {
    kind: Kind::Issue,
    column: "state",
    initial: "OPEN",
    transitions: &[
        Transition {
            from: &["OPEN"],
            action: "START",
            to: "IN_PROGRESS",
            who: ANYBODY,
            guards: &[Guard::EngagementOpen],
            doc: "Begin to work on it.",
            ..STEP
        },
        Transition {
            from: &["IN_PROGRESS"],
            action: "ESCALATE",
            to: "ESCALATED",
            who: LEADS,
            guards: &[Guard::EngagementOpen],
            reason: true,
            doc: "Take it to a higher level.",
            ..STEP
        },
        Transition {
            from: &["ESCALATED"],
            action: "RESUME",
            to: "IN_PROGRESS",
            who: LEADS,
            guards: &[Guard::EngagementOpen],
            doc: "Go on with it after it was taken to a higher level.",
            ..STEP
        },
        Transition {
            from: &["IN_PROGRESS", "ESCALATED"],
            action: "RESOLVE",
            to: "RESOLVED",
            who: ANYBODY,
            guards: &[Guard::EngagementOpen, Guard::AsOwner],
            doc: "Say that it is resolved.",
            ..STEP
        },
        Transition {
            from: &["RESOLVED"],
            action: "CLOSE",
            to: "CLOSED",
            when: &[Case::MadeBy(Side::Sponsor)],
            who: RAISERS_SPONSOR,
            guards: &[Guard::EngagementOpen, Guard::OtherThanOwing],
            doc: "Close it; only the side that raised it does.",
            ..STEP
        },
        Transition {
            from: &["RESOLVED"],
            action: "CLOSE",
            to: "CLOSED",
            when: &[Case::MadeBy(Side::Vendor)],
            who: RAISERS_VENDOR,
            guards: &[Guard::EngagementOpen],
            doc: "Close it; only the side that raised it does.",
            ..STEP
        },
    ],
};

input! {
    /// Raises an issue with the other side of an engagement.
    pub struct IssueCreate {
        /// The engagement.
        engagement_id: EngagementId,
        /// The study site that it is about.
        study_site_id: Option<StudySiteId>,
        /// Its title.
        title: String,
        /// What it is.
        description: Option<String>,
        /// What it is about.
        issue_kind: Term<IssueKind>,
        /// How grave it is.
        severity: Term<FindingSeverity>,
        /// The side that has to resolve it; left out: the other side.
        owner_side: Option<Term<Side>>,
        /// Who has to resolve it.
        owner_id: Option<PersonId>,
        /// The day by which it is to be resolved.
        due_date: Option<NaiveDate>,
    }

    /// Changes an issue that is not closed. Title, description, severity and day are for the side that raised it, the owning side is for the
    /// side that owns it to hand over; another day or side needs a reason. What is left out stays.
    pub struct IssueUpdate {
        /// The issue.
        id: IssueId,
        /// Its title.
        title: Patch<String>,
        /// What it is.
        description: Patch<Option<String>>,
        /// How grave it is.
        severity: Patch<Term<FindingSeverity>>,
        /// The side that has to resolve it; takes the person away with it where none is given.
        owner_side: Patch<Term<Side>>,
        /// Who has to resolve it.
        owner_id: Patch<Option<PersonId>>,
        /// The day by which it is to be resolved.
        due_date: Patch<Option<NaiveDate>>,
    }

    /// Says that an issue is resolved.
    pub struct IssueResolve {
        /// The issue.
        id: IssueId,
        /// How.
        resolution: String,
    }

    /// Drafts a finding of an issue. The issue stays; the finding names it, and nobody learns of it before it is issued.
    pub struct IssuePromote {
        /// The issue.
        id: IssueId,
        /// Where the finding comes from; a vendor's are SELF_REPORTED or VENDOR_INTERNAL_AUDIT.
        source: Term<FindingSource>,
        /// What it is about.
        category: Term<FindingCategory>,
        /// How grave it is.
        severity: Term<FindingSeverity>,
        /// What it is held against.
        requirement_refs: Option<Vec<String>>,
    }
}

/// What a new issue stands in, as the viewer sees it.
#[derive(Clone, Debug, PartialEq)]
pub struct IssuePlace {
    /// The engagement.
    pub engagement: Engagement,
    /// The study site.
    pub site: Option<StudySite>,
}

/// Decides a new issue. The person named as its owner has been looked up.
///
/// # Errors
/// FORBIDDEN for who may not; NOT_FOUND for a site of elsewhere; GUARD_FAILED where the engagement has ended; BAD_USER_INPUT for what
/// cannot be.
pub fn issue_create(deciding: &Deciding<'_>, place: IssuePlace, input: IssueCreate) -> Result<Change, Refusal> {
    let IssuePlace { engagement, site } = place;
    if site.as_ref().is_some_and(|site| site.study_id != engagement.study_id) {
        return Err(Refusal::not_found("studySiteId"));
    }
    let raised_by_side = deciding.viewer.side;
    let owner_side = input.owner_side.map_or_else(|| crate::delivery::other(raised_by_side), |term| term.0);
    let issue = Issue {
        id: IssueId::from_uuid(deciding.ids.next()),
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        vendor_id: engagement.vendor_id,
        engagement_id: engagement.id,
        country_code: site.as_ref().map(|site| site.country_code),
        study_site_id: site.map(|site| site.id),
        title: input.title,
        description: input.description,
        issue_kind: input.issue_kind.0,
        raised_by_side,
        raised_by_id: PersonId::from_uuid(deciding.viewer.principal),
        severity: input.severity.0,
        state: IssueState::Open,
        escalation_level: 0,
        owner_side,
        owner_id: input.owner_id,
        due_date: input.due_date,
        resolution: None,
        settled_at: None,
        ball_in_court: Some(owner_side),
    };
    deciding.permit_new(&issue.clone().into_entity())?;
    if !engagement.gives_sight() {
        return Err(UserError::at(Code::GuardFailed, "engagementId", "The engagement has ended; it stays as it stood then.").into());
    }
    check(&issue)?;
    Ok(Change::one(Op::Created, issue.into_entity()))
}

/// Decides a change of an issue. The person named as its owner has been looked up; `open` says whether the engagement still is.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED once it is closed or the engagement has ended, for what only the side that raised it changes,
/// or only the side that owns it hands over; REASON_REQUIRED for another day or side without one; BAD_USER_INPUT for what cannot be.
pub fn issue_update(deciding: &Deciding<'_>, mut issue: Issue, open: bool, input: IssueUpdate) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &issue.clone().into_entity())?;
    if !open || issue.state == IssueState::Closed {
        return Err(UserError::new(Code::GuardFailed, "The issue is closed, or its engagement has ended.").into());
    }
    let before = issue.clone();
    input.title.apply(&mut issue.title);
    input.description.apply(&mut issue.description);
    if let Patch::Set(severity) = input.severity {
        issue.severity = severity.0;
    }
    input.due_date.apply(&mut issue.due_date);
    if issue != before && before.raised_by_side != deciding.viewer.side {
        let words = "Only the side that raised it changes what it says, how grave it is and its day. Comment on it instead.";
        return Err(UserError::new(Code::GuardFailed, words).into());
    }
    if issue.due_date != before.due_date && before.due_date.is_some() {
        deciding.reason()?;
    }
    if matches!(input.owner_side, Patch::Set(side) if side.0 != before.owner_side) {
        if before.owner_side != deciding.viewer.side {
            let words = "Only the side that owns it hands it over. Ask there.";
            return Err(UserError::at(Code::GuardFailed, "ownerSide", words).into());
        }
        deciding.reason()?;
    }
    if let Patch::Set(side) = input.owner_side {
        if issue.owner_side != side.0 {
            issue.owner_id = None;
        }
        issue.owner_side = side.0;
        if issue.state != IssueState::Resolved {
            issue.ball_in_court = Some(side.0);
        }
    }
    input.owner_id.apply(&mut issue.owner_id);
    check(&issue)?;
    Ok(Change::one(Op::Updated, issue.into_entity()))
}

/// Decides that an issue is resolved. `issue` has taken the step already.
#[must_use]
pub fn issue_resolve(mut issue: Issue, input: IssueResolve) -> Change {
    issue.resolution = Some(input.resolution);
    Change::one(Op::Transitioned("RESOLVE"), issue.into_entity())
}

/// Decides a finding that is made of an issue: a draft, which names it.
///
/// # Errors
/// As [`finding_create`].
pub fn issue_promote(
    deciding: &Deciding<'_>,
    issue: &Issue,
    study: Study,
    engagement: Engagement,
    site: Option<StudySite>,
    input: IssuePromote,
) -> Result<Change, Refusal> {
    let place = FindingPlace {
        study,
        engagement: Some(engagement),
        country: None,
        site,
        recurrence_of: None::<Finding>,
        promoted_from: Some(issue.id),
    };
    let create = FindingCreate {
        study_id: issue.study_id,
        engagement_id: Some(issue.engagement_id),
        study_country_id: None,
        study_site_id: issue.study_site_id,
        source: input.source,
        title: issue.title.clone(),
        description: issue.description.clone().unwrap_or_else(|| issue.title.clone()),
        requirement_refs: input.requirement_refs,
        category: input.category,
        severity: input.severity,
        native_grade: None,
        systemic: None,
        owner_id: None,
        capa_required: None,
        recurrence_of_id: None,
    };
    finding_create(deciding, place, create)
}

fn check(issue: &Issue) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    errors.extend(too_long("title", &issue.title));
    if issue.owner_side == Side::Neither {
        errors.push(UserError::at(Code::BadUserInput, "ownerSide", "Say which side has to resolve it: SPONSOR or VENDOR."));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal(errors)) }
}
