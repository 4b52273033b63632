//! The policy: the matrix of roles and records as exhaustive matches, and the one decision made from it.
//! A new role, kind or action does not compile until it is decided here; what is not allowed here is denied.

use chrono::NaiveDate;

use crate::access::reach::ways;
use crate::access::way::{covers_link, covers_row, covers_write, lies_where_engagements_work};
use crate::access::{ClientScope, Cover, Facts, Grant, Link, Owner, PrincipalKind, Readers, Role, Scope, Side, Viewer, Way};
use crate::id::{StudyId, TypedId};
use crate::record::Kind;

/// What someone wants to do with a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// See it.
    Read,
    /// Make it; the facts are those it would have.
    Create,
    /// Change its values.
    Update,
    /// Move it in its lifecycle; these roles may.
    Transition(&'static [Role]),
    /// End it (a membership, a machine client).
    End,
}

/// The outcome of a decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Allow,
    /// The viewer can see the row but may not do this: FORBIDDEN.
    Forbid,
    /// For this viewer the row does not exist: null, or NOT_FOUND as for an id that was never issued.
    Hide,
}

/// Decides whether `viewer` may do `action` to the row with these `facts`.
#[must_use]
pub fn decide(viewer: &Viewer, action: Action, facts: &Facts) -> Decision {
    match action {
        Action::Read => {
            if reads(viewer, facts) {
                Decision::Allow
            } else {
                Decision::Hide
            }
        }
        Action::Create => {
            if writes(viewer, action, facts) {
                Decision::Allow
            } else {
                Decision::Forbid
            }
        }
        Action::Update | Action::Transition(_) | Action::End => {
            if !reads(viewer, facts) {
                Decision::Hide
            } else if writes(viewer, action, facts) {
                Decision::Allow
            } else {
                Decision::Forbid
            }
        }
    }
}

fn reads(viewer: &Viewer, facts: &Facts) -> bool {
    client_may_read(viewer, facts.kind)
        && viewer.grants.iter().any(|grant| ways(facts.kind, grant.role).iter().any(|way| leads(viewer, grant, *way, facts)))
}

/// Whether a client's scopes let it read this kind at all; a person needs none.
#[must_use]
pub fn client_may_read(viewer: &Viewer, kind: Kind) -> bool {
    match viewer.kind {
        PrincipalKind::Person => true,
        PrincipalKind::System => false,
        PrincipalKind::Client => client_scope(kind).is_none_or(|scope| viewer.client_scopes.contains(&scope)),
    }
}

/// Whether a client may be led to rows of `kind` by rows of `via` that name them. What needs a scope of its own needs no other;
/// a party, which needs none, is known only through what the client may read.
#[must_use]
pub fn client_may_follow(viewer: &Viewer, kind: Kind, via: Kind) -> bool {
    client_scope(kind).is_some() || client_may_read(viewer, via)
}

/// The scope that a machine client needs to read this kind, where it needs one.
#[must_use]
pub fn client_scope(kind: Kind) -> Option<ClientScope> {
    match kind {
        Kind::Study
        | Kind::StudyRegistry
        | Kind::StudyInternal
        | Kind::StudyBenchmark
        | Kind::StudyConfirmation
        | Kind::Program
        | Kind::ProgramInternal
        | Kind::ProtocolVersion
        | Kind::Amendment
        | Kind::Milestone => Some(ClientScope::Studies),
        Kind::StudyCountry
        | Kind::Site
        | Kind::StudySite
        | Kind::StudySiteInternal
        | Kind::StudySiteContact
        | Kind::StudySiteRegistry
        | Kind::EnrollmentSnapshot => Some(ClientScope::Sites),
        Kind::Engagement | Kind::EngagementInternal | Kind::EngagementConfirmation | Kind::ServiceScope => Some(ClientScope::Engagements),
        Kind::Document | Kind::Deliverable | Kind::DeliverableSubmission | Kind::DeliverableReview | Kind::Comment => {
            Some(ClientScope::Deliverables)
        }
        Kind::Finding
        | Kind::FindingInternal
        | Kind::FindingResponse
        | Kind::Capa
        | Kind::CapaAction
        | Kind::DueDateExtension
        | Kind::EffectivenessCheck
        | Kind::Issue => Some(ClientScope::Findings),
        Kind::Organization
        | Kind::Person
        | Kind::PersonContact
        | Kind::Membership
        | Kind::ApiClient
        | Kind::AccessEvent
        | Kind::AccessReview
        | Kind::AccessReviewItem
        | Kind::ExternalReference => None,
    }
}

/// The first condition that a way of a grant does not meet, the nearer to the row the greater.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Lack {
    /// The role never reads such rows.
    Never,
    /// The client has not the scope that such rows need.
    ClientScope(ClientScope),
    /// The row is another organisation's, or about somebody else.
    NotOwn,
    /// The row is not meant for that audience.
    Audience,
    /// No row that names this one leads here for the organisation.
    NotNamed,
    /// What names it counts only from this day on.
    NotYet(NaiveDate),
    /// What names it counted until this day.
    Over(NaiveDate),
    /// The client may not read what names it.
    Follow,
    /// The scope does not reach it.
    Scope,
}

/// Whether one way of one grant leads to the row. Whether a client may read the kind at all is for [`client_may_read`] to say.
#[must_use]
pub fn leads(viewer: &Viewer, grant: &Grant, way: Way, facts: &Facts) -> bool {
    lead(viewer, grant, way, facts).is_ok()
}

/// Follows one way of one grant to the row: by which link, where it is by one, or what is lacking. Every decision about reading goes
/// through here, and so does every explanation of one.
pub(super) fn lead<'a>(viewer: &Viewer, grant: &Grant, way: Way, facts: &'a Facts) -> Result<Option<&'a Link>, Lack> {
    let (organization, today) = (viewer.organization.uuid(), viewer.now.date_naive());
    let in_scope = |cover| if covers_row(&grant.scope, cover, facts, today) { Ok(None) } else { Err(Lack::Scope) };
    match way {
        Way::Owned { owner, .. } | Way::Personal { owner, .. } if owner_of(facts, owner) != Some(organization) => Err(Lack::NotOwn),
        Way::Personal { .. } if facts.person != Some(viewer.principal) => Err(Lack::NotOwn),
        Way::Owned { audience, .. } | Way::Personal { audience, .. } | Way::Linked { audience, .. } if !facts.readers.meets(audience) => {
            Err(Lack::Audience)
        }
        Way::Owned { cover, .. } | Way::Personal { cover, .. } => in_scope(cover),
        Way::Linked { via, names, cover, .. } => {
            let mut nearest = Lack::NotNamed;
            for link in &facts.links {
                let named = link.organization == organization && link.via == via && names.hold(link.study, link.engagement);
                let lack = match link.off_on(today) {
                    _ if !named => Lack::NotNamed,
                    Some(lack) => lack,
                    None if !client_may_follow(viewer, facts.kind, via) => Lack::Follow,
                    None if !covers_link(&grant.scope, cover, link) => Lack::Scope,
                    None => return Ok(Some(link)),
                };
                nearest = nearest.max(lack);
            }
            Err(nearest)
        }
        Way::Myself if facts.person == Some(viewer.principal) => Ok(None),
        Way::MyOrganization if facts.id == organization => Ok(None),
        Way::Myself | Way::MyOrganization => Err(Lack::NotOwn),
        Way::Directory if facts.readers.meets(Readers::DIRECTORY) => Ok(None),
        Way::Directory => Err(Lack::Audience),
        Way::Reaching { .. } if facts.sponsor != Some(organization) => Err(Lack::NotOwn),
        Way::Reaching { .. } if !facts.readers.meets(Readers::SPONSOR) => Err(Lack::Audience),
        Way::Reaching { names } if !names.hold(facts.study, facts.engagement) => Err(Lack::NotNamed),
        Way::Reaching { .. } => in_scope(Cover::Row),
    }
}

fn owner_of(facts: &Facts, owner: Owner) -> Option<uuid::Uuid> {
    match owner {
        Owner::Sponsor => facts.sponsor,
        Owner::Vendor => facts.vendor,
        Owner::PrimeVendor => facts.prime_vendor,
        Owner::Organization => facts.organization,
    }
}

/// Whether the viewer may do `action` to a row that it is known to be able to see (or that is only to be).
#[must_use]
pub fn writes(viewer: &Viewer, action: Action, facts: &Facts) -> bool {
    let organization = Some(viewer.organization.uuid());
    may_write(viewer, facts.kind)
        && viewer.grants.iter().any(|grant| {
            may_ever(facts.kind, action, grant.role)
                && !(action == Action::Create && is_sponsors_to_make(viewer, facts.kind))
                && writing_owner(viewer, facts.kind, grant.role).is_some_and(|owner| owner_of(facts, owner) == organization)
                && works_still(viewer, facts)
                && covers_write(&grant.scope, facts, viewer.now.date_naive())
        })
}

/// The scope by which a machine client changes rows of this kind, where one may at all. It signs nothing, and takes no step.
#[must_use]
pub fn client_write_scope(kind: Kind) -> Option<ClientScope> {
    const SCOPES: [(Kind, ClientScope); 4] = [
        (Kind::Milestone, ClientScope::MilestonesWrite),
        (Kind::StudySite, ClientScope::SitesWrite),
        (Kind::EnrollmentSnapshot, ClientScope::EnrollmentWrite),
        (Kind::ExternalReference, ClientScope::ReferencesWrite),
    ];
    SCOPES.iter().find(|(of, _)| *of == kind).map(|(_, scope)| *scope)
}

/// Whether the viewer may do this to some row of a kind that there is or could be, whatever his grants reach.
#[must_use]
pub fn may_somewhere(viewer: &Viewer, kind: Kind, action: Action) -> bool {
    may_write(viewer, kind)
        && !(action == Action::Create && is_sponsors_to_make(viewer, kind))
        && viewer.grants.iter().any(|grant| may_ever(kind, action, grant.role))
}

/// Whether the viewer may say what a system of his organisation calls a record that he sees. What he does not see he cannot name.
#[must_use]
pub fn may_refer(viewer: &Viewer) -> bool {
    may_somewhere(viewer, Kind::ExternalReference, Action::Create)
}

/// Whether he may say so of this record, which he sees. What machines write by its name is named by who may write it himself: else who
/// moves a name would have a machine write for him.
#[must_use]
pub fn may_refer_to(viewer: &Viewer, facts: &Facts) -> bool {
    let may = |action| decide(viewer, action, facts) == Decision::Allow;
    let written_by_name = matches!(facts.kind, Kind::Milestone | Kind::StudySite);
    may_refer(viewer) && (!written_by_name || may(Action::Update) || may(Action::Create))
}

/// Whether the viewer may change rows of this kind as far as a client's scopes go; a person needs none.
fn may_write(viewer: &Viewer, kind: Kind) -> bool {
    match viewer.kind {
        PrincipalKind::Person => true,
        PrincipalKind::System => false,
        PrincipalKind::Client => client_write_scope(kind).is_some_and(|scope| viewer.client_scopes.contains(&scope)),
    }
}

/// Whether a grant by which the viewer does this to rows of `kind` has all of the study, or all of the organisation where there is none.
#[must_use]
pub fn covers_all(viewer: &Viewer, action: Action, kind: Kind, study: Option<StudyId>) -> bool {
    viewer.grants.iter().filter(|grant| may_ever(kind, action, grant.role)).any(|grant| match grant.scope {
        Scope::Organization => true,
        Scope::Study(own) => study == Some(own),
        Scope::Engagement { .. } | Scope::Listed { .. } | Scope::Country { .. } | Scope::StudySite { .. } => false,
    })
}

/// Whether what lets a vendor write stands: the engagement that leads a country, or is responsible for a site, is at work there today.
/// Of one that is not yet, or is held, the vendor only reads; of an ended engagement the vendor keeps what it may read through another, and writes nothing.
fn works_still(viewer: &Viewer, facts: &Facts) -> bool {
    let (organization, today) = (viewer.organization.uuid(), viewer.now.date_naive());
    let by_engagement = |link: &crate::access::Link| {
        link.organization == organization && link.engagement == facts.engagement && link.at_work && link.counts_on(today)
    };
    facts.sponsor == Some(organization) || !lies_where_engagements_work(facts.kind) || facts.links.iter().any(by_engagement)
}

/// Whether what the viewer's client would make is the sponsor's to make: the role of a client is the same on either side.
fn is_sponsors_to_make(viewer: &Viewer, kind: Kind) -> bool {
    viewer.kind == PrincipalKind::Client && viewer.side != Side::Sponsor && matches!(kind, Kind::Milestone | Kind::StudySite)
}

/// Which column has to name a writer's own organisation.
fn writing_owner(viewer: &Viewer, kind: Kind, role: Role) -> Option<Owner> {
    if matches!(
        kind,
        Kind::Person
            | Kind::PersonContact
            | Kind::Membership
            | Kind::ApiClient
            | Kind::AccessReview
            | Kind::AccessReviewItem
            | Kind::ExternalReference
    ) {
        return Some(Owner::Organization);
    }
    // A client's role is the same on either side.
    match role.side().unwrap_or(viewer.side) {
        Side::Sponsor => Some(Owner::Sponsor),
        Side::Vendor => Some(Owner::Vendor),
        Side::Neither => None,
    }
}

/// Whether `role` may ever do `action` to rows of `kind`; which rows is for [`decide`] to say.
#[must_use]
pub fn may_ever(kind: Kind, action: Action, role: Role) -> bool {
    match action {
        Action::Read => !ways(kind, role).is_empty(),
        Action::Transition(who) => who.contains(&role),
        Action::Create => creators(kind).contains(&role),
        Action::Update => editors(kind).contains(&role),
        Action::End => enders(kind).contains(&role),
    }
}

/// Who writes findings on the sponsor's side (domain rules, B.11), and what a study's content is made by there.
const SPONSOR_WRITERS: [Role; 6] =
    [Role::SStudyManager, Role::SVendorManager, Role::SQa, Role::SRegulatory, Role::SSafety, Role::SDataLead];

fn creators(kind: Kind) -> &'static [Role] {
    match kind {
        Kind::Study | Kind::Program => &[Role::SStudyManager],
        Kind::StudyCountry | Kind::Site => &[Role::SStudyManager, Role::SRegulatory],
        Kind::StudySite => &[Role::SStudyManager, Role::SRegulatory, Role::PClient],
        Kind::Engagement | Kind::ServiceScope => &[Role::SVendorManager],
        Kind::Person | Kind::PersonContact | Kind::Membership | Kind::ApiClient => &[Role::SAdmin, Role::VAdmin],
        Kind::StudyInternal
        | Kind::StudyBenchmark
        | Kind::StudySiteInternal
        | Kind::StudySiteContact
        | Kind::EngagementInternal
        | Kind::ProgramInternal
        | Kind::FindingInternal => editors(kind),
        Kind::AccessReview | Kind::AccessReviewItem => editors(kind),
        Kind::Milestone => &[Role::SStudyManager, Role::SVendorManager, Role::SRegulatory, Role::SSafety, Role::SDataLead, Role::PClient],
        Kind::EnrollmentSnapshot => {
            &[Role::SStudyManager, Role::SDataLead, Role::VProjectManager, Role::VCra, Role::VDataManager, Role::PClient]
        }
        Kind::Document => &[
            Role::SStudyManager,
            Role::SVendorManager,
            Role::SRegulatory,
            Role::SSafety,
            Role::SDataLead,
            Role::VProjectManager,
            Role::VCra,
            Role::VDataManager,
            Role::VBiostatistician,
            Role::VRegulatory,
            Role::VSafety,
        ],
        Kind::Deliverable => &[
            Role::SStudyManager,
            Role::SVendorManager,
            Role::VProjectManager,
            Role::VCra,
            Role::VDataManager,
            Role::VBiostatistician,
            Role::VRegulatory,
            Role::VSafety,
        ],
        Kind::Finding => const { &with_vendor::<6, 1, 7>(SPONSOR_WRITERS, [Role::VQa]) },
        Kind::Capa | Kind::CapaAction => &[Role::VProjectManager, Role::VQa, Role::SStudyManager],
        Kind::DueDateExtension => editors(Kind::CapaAction),
        Kind::EffectivenessCheck => &[Role::SQa],
        Kind::Issue => const { &with_vendor::<6, 7, 13>(SPONSOR_WRITERS, VENDOR_WORKERS) },
        Kind::Comment => &COMMENTERS,
        // Whoever may set one may set another, and take it back.
        Kind::ExternalReference => const { &with_vendor::<15, 3, 18>(COMMENTERS, [Role::SAdmin, Role::VAdmin, Role::PClient]) },
        // The access log writes itself.
        Kind::AccessEvent => &[],
        // Organisations come from imports and the command line; registry parts and protocols only from imports.
        Kind::Organization | Kind::StudyRegistry | Kind::StudySiteRegistry | Kind::ProtocolVersion | Kind::Amendment => &[],
        // A confirmation is recorded by the roles that the step's row in the lifecycle names.
        Kind::StudyConfirmation | Kind::EngagementConfirmation => &[],
        // They come of steps: of a deliverable, of a finding.
        Kind::DeliverableSubmission | Kind::DeliverableReview | Kind::FindingResponse => &[],
    }
}

/// Who does the work of a vendor, and answers for it.
const VENDOR_WORKERS: [Role; 7] =
    [Role::VProjectManager, Role::VCra, Role::VDataManager, Role::VBiostatistician, Role::VQa, Role::VRegulatory, Role::VSafety];

/// Whoever reads something that can be commented on, but executives and machines.
const COMMENTERS: [Role; 15] = [
    Role::SStudyManager,
    Role::SVendorManager,
    Role::SQa,
    Role::SFinance,
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
    Role::VFinance,
];

const fn with_vendor<const S: usize, const V: usize, const ALL: usize>(sponsors: [Role; S], vendors: [Role; V]) -> [Role; ALL] {
    let mut all = [Role::PClient; ALL];
    let mut at = 0;
    while at < S {
        all[at] = sponsors[at];
        at += 1;
    }
    while at < S + V && at < ALL {
        all[at] = vendors[at - S];
        at += 1;
    }
    all
}

fn editors(kind: Kind) -> &'static [Role] {
    match kind {
        Kind::Study | Kind::StudyInternal | Kind::Program | Kind::ProgramInternal => &[Role::SStudyManager],
        Kind::StudyBenchmark => &[Role::SFinance],
        Kind::StudyCountry | Kind::Site | Kind::StudySiteInternal => &[Role::SStudyManager, Role::SRegulatory],
        Kind::StudySite => &[Role::SStudyManager, Role::SRegulatory, Role::VProjectManager, Role::VCra, Role::PClient],
        Kind::StudySiteContact => &[Role::SStudyManager, Role::SRegulatory, Role::VProjectManager, Role::VCra],
        Kind::Engagement | Kind::ServiceScope | Kind::EngagementInternal => &[Role::SVendorManager],
        Kind::ApiClient => &[Role::SAdmin, Role::VAdmin],
        // A review revokes: whoever carries it out may end memberships.
        Kind::AccessReview | Kind::AccessReviewItem => enders(Kind::Membership),
        Kind::Milestone => &[
            Role::SStudyManager,
            Role::SRegulatory,
            Role::SSafety,
            Role::SDataLead,
            Role::VProjectManager,
            Role::VCra,
            Role::VDataManager,
            Role::VBiostatistician,
            Role::VRegulatory,
            Role::VSafety,
            Role::PClient,
        ],
        Kind::EnrollmentSnapshot | Kind::Document => creators(kind),
        // The dates that a vendor is measured by are not the vendor's to move.
        Kind::Deliverable => &[Role::SStudyManager, Role::SVendorManager],
        Kind::Finding => creators(kind),
        Kind::FindingInternal => &[Role::SQa, Role::SStudyManager, Role::SVendorManager],
        Kind::Capa => creators(kind),
        Kind::CapaAction => &[
            Role::SStudyManager,
            Role::VProjectManager,
            Role::VQa,
            Role::VCra,
            Role::VDataManager,
            Role::VBiostatistician,
            Role::VRegulatory,
            Role::VSafety,
        ],
        Kind::Issue => creators(kind),
        Kind::Comment => &COMMENTERS,
        Kind::ExternalReference
        | Kind::Organization
        | Kind::Person
        | Kind::PersonContact
        | Kind::Membership
        | Kind::AccessEvent
        | Kind::StudyRegistry
        | Kind::StudySiteRegistry
        | Kind::ProtocolVersion
        | Kind::Amendment
        | Kind::StudyConfirmation
        | Kind::EngagementConfirmation
        | Kind::DeliverableSubmission
        | Kind::DeliverableReview
        | Kind::FindingResponse
        | Kind::DueDateExtension
        | Kind::EffectivenessCheck => &[],
    }
}

fn enders(kind: Kind) -> &'static [Role] {
    match kind {
        Kind::Membership => &[Role::SAdmin, Role::VAdmin, Role::SQa],
        Kind::ApiClient => &[Role::SAdmin, Role::VAdmin],
        Kind::ExternalReference
        | Kind::Organization
        | Kind::Person
        | Kind::PersonContact
        | Kind::AccessEvent
        | Kind::AccessReview
        | Kind::AccessReviewItem
        | Kind::Study
        | Kind::StudyInternal
        | Kind::StudyBenchmark
        | Kind::StudyConfirmation
        | Kind::StudyRegistry
        | Kind::StudyCountry
        | Kind::Site
        | Kind::StudySite
        | Kind::StudySiteInternal
        | Kind::StudySiteContact
        | Kind::StudySiteRegistry
        | Kind::Engagement
        | Kind::EngagementInternal
        | Kind::EngagementConfirmation
        | Kind::ServiceScope
        | Kind::Program
        | Kind::ProgramInternal
        | Kind::ProtocolVersion
        | Kind::Amendment
        | Kind::Milestone
        | Kind::EnrollmentSnapshot
        | Kind::Document
        | Kind::Deliverable
        | Kind::DeliverableSubmission
        | Kind::DeliverableReview
        | Kind::Finding
        | Kind::FindingInternal
        | Kind::FindingResponse
        | Kind::Capa
        | Kind::CapaAction
        | Kind::DueDateExtension
        | Kind::EffectivenessCheck
        | Kind::Issue
        | Kind::Comment => &[],
    }
}
