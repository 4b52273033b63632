//! Memberships: the only path to access. A membership is never edited; it is ended and another is granted.
//! What is granted, by whom and why stays on record (ICH E6(R3) 4.3.8(c)).

use chrono::{DateTime, TimeDelta, Utc};

use crate::access::{Action, Readers, Role, Scope};
use crate::command::{Change, Code, Deciding, Op, Refusal, UserError};
use crate::id::{EngagementId, MembershipId, OrganizationId, PersonId, StudyId, StudySiteId, TypedId};
use crate::record::{Patch, Record, Term};
use crate::value::CountryCode;
use crate::{input, record, vocabulary};

vocabulary! {
    /// How far a membership reaches within its organisation.
    pub enum MembershipScope {
        /// Everything the organisation has.
        AllOrg = "ALL_ORG",
        /// One study.
        Study = "STUDY",
        /// One engagement.
        Engagement = "ENGAGEMENT",
        /// One country of one study.
        Country = "COUNTRY",
        /// One study site.
        Site = "SITE",
    }
}

record! {
    /// A role that a person has in an organisation, within a scope, for a time.
    pub struct Membership: Membership {
        /// The membership's id.
        id: MembershipId,
        /// Who has it.
        person_id: PersonId,
        /// The organisation it is in.
        organization_id: OrganizationId,
        /// What it lets the person do.
        role: Role,
        /// How far it reaches.
        scope: MembershipScope,
        /// The study, where the scope names one or lies in one.
        study_id: Option<StudyId>,
        /// The engagement, where the scope is one.
        engagement_id: Option<EngagementId>,
        /// The country, where the scope is one.
        country_code: Option<CountryCode>,
        /// The study site, where the scope is one.
        study_site_id: Option<StudySiteId>,
        /// The sponsor of the scope's study.
        sponsor_id: Option<OrganizationId>,
        /// From when it counts.
        valid_from: DateTime<Utc>,
        /// Until when it counts; nothing: until it is ended.
        valid_to: Option<DateTime<Utc>>,
        /// Who granted it; nothing for the system.
        granted_by_id: Option<PersonId>,
        /// Why it was granted.
        reason: String,
    }
}

impl Membership {
    pub(crate) fn audience(&self) -> Readers {
        Readers::MEMBERS.and(Readers::SPONSOR)
    }

    /// Whether the membership counts at this moment.
    #[must_use]
    pub fn in_force(&self, now: DateTime<Utc>) -> bool {
        self.valid_from <= now && self.valid_to.is_none_or(|end| now < end)
    }
}

input! {
    /// Grants a person of your organisation a role, within a scope.
    pub struct MembershipGrant {
        /// Who gets it.
        person_id: PersonId,
        /// What it lets the person do.
        role: Term<Role>,
        /// How far it reaches.
        scope: Term<MembershipScope>,
        /// The study, for scope STUDY and COUNTRY.
        study_id: Option<StudyId>,
        /// The engagement, for scope ENGAGEMENT.
        engagement_id: Option<EngagementId>,
        /// The country, for scope COUNTRY.
        country_code: Option<CountryCode>,
        /// The study site, for scope SITE.
        study_site_id: Option<StudySiteId>,
        /// From when it counts; nothing: from now. Never before now.
        valid_from: Option<DateTime<Utc>>,
        /// Until when it counts; nothing: until it is ended.
        valid_to: Option<DateTime<Utc>>,
    }

    /// Ends a membership. The person's next request is refused what it gave, on every instance.
    pub struct MembershipEnd {
        /// The membership.
        id: MembershipId,
        /// When it ends; nothing: now. Never before now.
        valid_to: Patch<DateTime<Utc>>,
    }
}

/// What a scope reaches, as the store found it for the grantor's organisation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MembershipReach {
    /// The study of what the scope names.
    pub study_id: Option<StudyId>,
    /// That study's sponsor.
    pub sponsor_id: Option<OrganizationId>,
}

/// How far a caller's clock may be behind: what begins at most so long ago begins now.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::minutes(5);

/// Checks a grant by itself: role and side agree, the scope names what it needs and nothing else, and it does not begin in the past.
///
/// # Errors
/// BAD_USER_INPUT for each field at fault.
pub fn check_grant(deciding: &Deciding<'_>, input: &MembershipGrant) -> Result<(), Refusal> {
    let mut errors = Vec::new();
    if input.role.0.side() != Some(deciding.viewer.side) {
        errors.push(UserError::at(
            Code::BadUserInput,
            "role",
            "Your organisation cannot give this role. Sponsors give S_ roles, vendors V_ roles.",
        ));
    }
    let scope = input.scope.0;
    let wanted = [
        ("studyId", input.study_id.is_some(), matches!(scope, MembershipScope::Study | MembershipScope::Country)),
        ("engagementId", input.engagement_id.is_some(), scope == MembershipScope::Engagement),
        ("countryCode", input.country_code.is_some(), scope == MembershipScope::Country),
        ("studySiteId", input.study_site_id.is_some(), scope == MembershipScope::Site),
    ];
    for (field, given, needed) in wanted {
        if given != needed {
            let what = if needed { "needs this field" } else { "takes no such field" };
            errors.push(UserError::at(Code::BadUserInput, field, format!("A membership of scope {scope} {what}.")));
        }
    }
    if input.valid_from.is_some_and(|begin| begin < deciding.now - CLOCKS_DIFFER) {
        errors.push(UserError::at(
            Code::BadUserInput,
            "validFrom",
            "A membership cannot begin in the past: who had which role when stays as it was. Leave the field out for now.",
        ));
    }
    if let Some(end) = input.valid_to
        && end <= input.valid_from.map_or(deciding.now, |begin| begin.max(deciding.now))
    {
        errors.push(UserError::at(Code::BadUserInput, "validTo", "The end has to lie after the beginning."));
    }
    if errors.is_empty() { Ok(()) } else { Err(Refusal(errors)) }
}

/// Decides a grant whose scope the store has looked up.
///
/// # Errors
/// FORBIDDEN for who may not grant, or grants to himself; REASON_REQUIRED without a reason.
pub fn membership_grant(deciding: &Deciding<'_>, input: MembershipGrant, reach: MembershipReach) -> Result<Change, Refusal> {
    let granted_by_id = PersonId::from_uuid(deciding.viewer.principal);
    let membership = Membership {
        id: MembershipId::from_uuid(deciding.ids.next()),
        person_id: input.person_id,
        organization_id: deciding.viewer.organization,
        role: input.role.0,
        scope: input.scope.0,
        study_id: reach.study_id,
        engagement_id: input.engagement_id,
        country_code: input.country_code,
        study_site_id: input.study_site_id,
        sponsor_id: reach.sponsor_id,
        valid_from: input.valid_from.map_or(deciding.now, |begin| begin.max(deciding.now)),
        valid_to: input.valid_to,
        granted_by_id: Some(granted_by_id),
        reason: deciding.reason()?,
    };
    deciding.permit(Action::Create, &membership.clone().into_entity())?;
    if input.person_id == granted_by_id {
        return Err(UserError::at(Code::Forbidden, "personId", "Nobody grants himself a membership. Ask another administrator.").into());
    }
    Ok(Change::one(Op::Created, membership.into_entity()))
}

/// Decides the end of a membership.
///
/// # Errors
/// FORBIDDEN for who may not; GUARD_FAILED where it has ended already; BAD_USER_INPUT for an end in the past.
pub fn membership_end(deciding: &Deciding<'_>, mut membership: Membership, input: &MembershipEnd) -> Result<Change, Refusal> {
    deciding.permit(Action::End, &membership.clone().into_entity())?;
    deciding.reason()?;
    let end = match input.valid_to {
        Patch::Keep => deciding.now,
        Patch::Set(end) => end,
    };
    if end < deciding.now {
        return Err(UserError::at(Code::BadUserInput, "validTo", "A membership cannot end in the past.").into());
    }
    if membership.valid_to.is_some_and(|ended| ended <= end) {
        return Err(UserError::new(Code::GuardFailed, "The membership ends by then already.").into());
    }
    membership.valid_to = Some(end.max(membership.valid_from));
    Ok(Change::one(Op::Ended, membership.into_entity()))
}

/// The membership's scope as access reads it. `None` for a scope that lacks what it needs: it gives nothing.
#[must_use]
pub fn scope_of(membership: &Membership) -> Option<Scope> {
    match membership.scope {
        MembershipScope::AllOrg => Some(Scope::Organization),
        MembershipScope::Study => membership.study_id.map(Scope::Study),
        MembershipScope::Engagement => Some(Scope::Engagement { engagement: membership.engagement_id?, study: membership.study_id? }),
        MembershipScope::Country => Some(Scope::Country { study: membership.study_id?, country: membership.country_code? }),
        MembershipScope::Site => Some(Scope::StudySite { study_site: membership.study_site_id?, study: membership.study_id? }),
    }
}
