//! A comment on something, for both sides of an engagement or for its author's alone.
//! An internal one has no owner on the other side at all: no way leads there.

use chrono::{DateTime, Utc};

use crate::access::{Action, Readers, Side};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::id::{
    CapaId, CommentId, DeliverableId, EngagementId, FindingId, IssueId, MilestoneId, OrganizationId, PersonId, StudyId, StudySiteId,
    TypedId,
};
use crate::record::{Entity, Patch, Record, Term};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// Who a comment is for.
    pub enum CommentVisibility {
        /// Both sides, as far as they see what it is on.
        Shared = "SHARED",
        /// The sponsor's side.
        SponsorInternal = "SPONSOR_INTERNAL",
        /// The vendor's side.
        VendorInternal = "VENDOR_INTERNAL",
    }
}

record! {
    /// A comment.
    pub struct Comment: Comment {
        /// Its id.
        id: CommentId,
        /// The sponsor; nothing for what is the vendor's own.
        sponsor_id: Option<OrganizationId>,
        /// The study.
        study_id: StudyId,
        /// The vendor; nothing for what is the sponsor's own.
        vendor_id: Option<OrganizationId>,
        /// The engagement.
        engagement_id: Option<EngagementId>,
        /// The country, ISO 3166-1 alpha-2.
        country_code: Option<CountryCode>,
        /// The study site.
        study_site_id: Option<StudySiteId>,
        /// For which audiences what it is on is meant, and so the comment at most.
        audiences: i64,
        /// The deliverable that it is on.
        deliverable_id: Option<DeliverableId>,
        /// The finding that it is on.
        finding_id: Option<FindingId>,
        /// The CAPA that it is on.
        capa_id: Option<CapaId>,
        /// The issue that it is on.
        issue_id: Option<IssueId>,
        /// The milestone that it is on.
        milestone_id: Option<MilestoneId>,
        /// Who it is for.
        visibility: CommentVisibility,
        /// Who wrote it.
        author_id: PersonId,
        /// The side of who wrote it.
        author_side: Side,
        /// What it says.
        body: String,
        /// Who is mentioned in it.
        mention_ids: Vec<PersonId>,
        /// When it was last edited; what it said before is in its history.
        edited_at: Option<DateTime<Utc>>,
    }
}

impl Comment {
    /// For which audiences a comment on this is meant, as it keeps them: of those that the thing is meant for, who reads comments on it.
    #[must_use]
    pub fn audiences_on(subject: &Entity, visibility: CommentVisibility) -> i64 {
        i64::from(audience_of(subject, visibility).bits())
    }

    pub(crate) fn audience(&self) -> Readers {
        Readers::from_bits(i32::try_from(self.audiences).unwrap_or(0))
    }
}

/// What a comment is on: for whom it is meant, kind by kind. What is meant for a role that never reads the kind is left out, so that a
/// comment is read by nobody who does not read what it is on.
fn audience_of(subject: &Entity, visibility: CommentVisibility) -> Readers {
    let own = subject.readers();
    let only = |mask: Readers| Readers::from_bits(own.bits() & mask.bits());
    let core = only(Readers::SPONSOR.and(Readers::VENDOR).and(Readers::CRA).and(Readers::SPONSOR_DRAFT).and(Readers::VENDOR_DRAFT));
    let everybody = Readers::DATA.and(Readers::FUNCTIONS).and(Readers::FINANCE);
    match subject {
        // Machine clients read what is said to both sides of deliverables.
        Entity::Deliverable(_) if visibility == CommentVisibility::Shared => core.and(only(Readers::CLIENT)).and(everybody),
        Entity::Deliverable(_) | Entity::Milestone(_) => core.and(everybody),
        Entity::Issue(_) => core.and(everybody).and(Readers::CRA),
        Entity::Finding(finding) if !finding.is_draft() => core.and(only(Readers::DATA)).and(Readers::FUNCTIONS),
        Entity::Finding(_) => core,
        Entity::Capa(_) => only(Readers::SPONSOR.and(Readers::VENDOR)),
        _ => Readers::NONE,
    }
}

input! {
    /// Comments on exactly one of the things that can be commented on.
    pub struct CommentCreate {
        /// A deliverable.
        deliverable_id: Option<DeliverableId>,
        /// A finding.
        finding_id: Option<FindingId>,
        /// A CAPA.
        capa_id: Option<CapaId>,
        /// An issue.
        issue_id: Option<IssueId>,
        /// A milestone.
        milestone_id: Option<MilestoneId>,
        /// Who it is for.
        visibility: Term<CommentVisibility>,
        /// What it says.
        body: String,
        /// Who is mentioned in it; people that you see.
        mention_ids: Option<Vec<PersonId>>,
    }

    /// Edits one's own comment; what it said before stays in its history.
    pub struct CommentUpdate {
        /// The comment.
        id: CommentId,
        /// What it says.
        body: Patch<String>,
        /// Who is mentioned in it.
        mention_ids: Patch<Vec<PersonId>>,
    }
}

/// What a comment is on, as the viewer sees it, and whether its engagement, if any, is still open.
#[derive(Clone, Debug, PartialEq)]
pub struct Subject {
    /// The record.
    pub record: Entity,
    /// Whether its engagement has not ended.
    pub open: bool,
}

/// Decides a comment. Who is mentioned has been looked up.
///
/// # Errors
/// FORBIDDEN for who may not, or for the other side's own; GUARD_FAILED for a comment to both sides on what the other side does not see, or
/// under an ended engagement; BAD_USER_INPUT for what cannot be commented on.
pub fn comment_create(deciding: &Deciding<'_>, subject: &Subject, input: CommentCreate) -> Result<Change, Refusal> {
    let visibility = input.visibility.0;
    let facts = crate::access::Facts::of(&subject.record);
    let organization = |id: Option<uuid::Uuid>, hidden: bool| id.filter(|_| !hidden).map(OrganizationId::from_uuid);
    let Some(study_id) = facts.study.map(StudyId::from_uuid) else {
        return Err(UserError::new(Code::BadUserInput, "Nothing can be said of this.").into());
    };
    let comment = Comment {
        id: CommentId::from_uuid(deciding.ids.next()),
        sponsor_id: organization(facts.sponsor, visibility == CommentVisibility::VendorInternal),
        study_id,
        vendor_id: organization(facts.vendor, visibility == CommentVisibility::SponsorInternal),
        engagement_id: facts.engagement.map(EngagementId::from_uuid),
        country_code: facts.country.as_deref().and_then(|code| code.parse().ok()),
        study_site_id: facts.study_site.map(StudySiteId::from_uuid),
        audiences: Comment::audiences_on(&subject.record, visibility),
        deliverable_id: input.deliverable_id,
        finding_id: input.finding_id,
        capa_id: input.capa_id,
        issue_id: input.issue_id,
        milestone_id: input.milestone_id,
        visibility,
        author_id: PersonId::from_uuid(deciding.viewer.principal),
        author_side: deciding.viewer.side,
        body: input.body,
        mention_ids: input.mention_ids.unwrap_or_default(),
        edited_at: None,
    };
    deciding.permit_new(&comment.clone().into_entity())?;
    let hidden = matches!(&subject.record, Entity::Finding(finding) if finding.is_draft());
    if visibility == CommentVisibility::Shared && (hidden || facts.vendor.is_none()) {
        let words = "The other side does not see what this is on. Choose your own side's visibility.";
        return Err(UserError::at(Code::GuardFailed, "visibility", words).into());
    }
    if !subject.open {
        return Err(UserError::new(Code::GuardFailed, "The engagement has ended; it stays as it stood then.").into());
    }
    check(&comment)?;
    Ok(Change::one(Op::Created, comment.into_entity()))
}

/// Decides an edit of a comment. Who is mentioned has been looked up.
///
/// # Errors
/// FORBIDDEN for who is not its author.
pub fn comment_update(deciding: &Deciding<'_>, mut comment: Comment, open: bool, input: CommentUpdate) -> Result<Change, Refusal> {
    deciding.permit(Action::Update, &comment.clone().into_entity())?;
    if comment.author_id.uuid() != deciding.viewer.principal || comment.author_side != deciding.viewer.side {
        return Err(UserError::new(Code::Forbidden, "Only its author edits a comment. Write another.").into());
    }
    if !open {
        return Err(UserError::new(Code::GuardFailed, "The engagement has ended; it stays as it stood then.").into());
    }
    let before = comment.clone();
    input.body.apply(&mut comment.body);
    input.mention_ids.apply(&mut comment.mention_ids);
    if comment != before {
        comment.edited_at = Some(deciding.now);
    }
    check(&comment)?;
    Ok(Change::one(Op::Updated, comment.into_entity()))
}

fn check(comment: &Comment) -> Result<(), Refusal> {
    if comment.body.trim().is_empty() {
        return Err(UserError::at(Code::BadUserInput, "body", "Say something.").into());
    }
    Ok(())
}
