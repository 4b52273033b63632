//! The matrix of reading: for every kind of record and every role, the ways that lead there, as exhaustive matches.
//! What is not listed here nobody reads.

use crate::access::reach_work as work;
use crate::access::{Cover, Names, Owner, Readers, Role, Way};
use crate::record::Kind;

/// The ways in which a grant of `role` can lead to rows of `kind`. Empty: never.
#[must_use]
pub fn ways(kind: Kind, role: Role) -> &'static [Way] {
    match kind {
        Kind::Study | Kind::StudyRegistry | Kind::ProtocolVersion | Kind::Amendment => study(role),
        Kind::StudyInternal => study_internal(role),
        Kind::StudyConfirmation | Kind::EngagementConfirmation => confirmation(role),
        Kind::StudyBenchmark => study_benchmark(role),
        Kind::StudyCountry | Kind::StudySite | Kind::StudySiteRegistry => geography(role),
        Kind::StudySiteInternal => study_site_internal(role),
        Kind::StudySiteContact => study_site_contact(role),
        Kind::Site => site(role),
        Kind::Engagement => engagement(role),
        Kind::EngagementInternal => engagement_internal(role),
        Kind::ServiceScope => service_scope(role),
        Kind::Organization => organization(role),
        Kind::Person => person(role),
        Kind::PersonContact => person_contact(role),
        Kind::Membership => membership(role),
        Kind::ApiClient => api_client(role),
        Kind::AccessEvent | Kind::AccessReview | Kind::AccessReviewItem => oversight_of_access(role),
        Kind::Program => work::program(role),
        Kind::ProgramInternal => work::program_internal(role),
        Kind::Milestone | Kind::EnrollmentSnapshot => work::milestone(role),
        Kind::Document => work::document(role),
        Kind::Deliverable | Kind::DeliverableSubmission => work::deliverable(role),
        Kind::DeliverableReview => work::deliverable_review(role),
        Kind::Finding => work::finding(role),
        Kind::FindingInternal => work::finding_internal(role),
        Kind::FindingResponse => work::finding_response(role),
        Kind::Capa | Kind::EffectivenessCheck => work::capa(role),
        Kind::CapaAction | Kind::DueDateExtension => work::capa_action(role),
        Kind::Issue => work::issue(role),
        Kind::Comment => work::comment(role),
        // Known only beneath the record that it names.
        Kind::ExternalReference => &[],
    }
}

pub(super) const fn sponsors(cover: Cover) -> Way {
    Way::Owned { owner: Owner::Sponsor, audience: Readers::SPONSOR, cover }
}

pub(super) const fn linked(via: Kind, audience: Readers, cover: Cover) -> Way {
    Way::Linked { via, names: Names::Anything, audience, cover }
}

/// A membership of the viewer's own organisation names the person.
const fn named_by_membership(names: Names) -> Way {
    Way::Linked { via: Kind::Membership, names, audience: ALL_READERS, cover: Cover::Row }
}

/// Another organisation's membership that reaches into a study of the viewer's organisation names the person.
const fn named_by_reach(names: Names) -> Way {
    Way::Linked { via: Kind::Study, names, audience: ALL_READERS, cover: Cover::Row }
}

/// Study, its registry part, its protocol: everyone with the study; a vendor through its engagements.
fn study(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager
        | Role::SVendorManager
        | Role::SQa
        | Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive => const { &[sponsors(Cover::Header)] },
        Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => const { &[linked(Kind::Engagement, Readers::VENDOR, Cover::Header)] },
        Role::PClient => {
            const {
                &[
                    Way::Owned { owner: Owner::Sponsor, audience: Readers::CLIENT, cover: Cover::Header },
                    linked(Kind::Engagement, Readers::CLIENT, Cover::Header),
                ]
            }
        }
        Role::SAdmin | Role::VAdmin => &[],
    }
}

/// `sponsorInternal`: sponsor roles with the study, but not finance. No header: a country's, site's or engagement's member has none of
/// the study's restricted parts.
fn study_internal(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa | Role::SRegulatory | Role::SSafety | Role::SDataLead | Role::SExecutive => {
            const { &[sponsors(Cover::Row)] }
        }
        Role::SFinance
        | Role::SAdmin
        | Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance
        | Role::VAdmin
        | Role::PClient => &[],
    }
}

/// A confirmation of a step: the sponsor's own roles with the record itself, not just its header; a vendor must not learn what is
/// being prepared.
fn confirmation(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager
        | Role::SVendorManager
        | Role::SQa
        | Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive => const { &[sponsors(Cover::Row)] },
        Role::SAdmin
        | Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance
        | Role::VAdmin
        | Role::PClient => &[],
    }
}

/// `sponsorFinance`: finance and vendor managers; executives see aggregates only, so no rows.
fn study_benchmark(role: Role) -> &'static [Way] {
    match role {
        Role::SFinance | Role::SVendorManager => const { &[sponsors(Cover::Row)] },
        Role::SStudyManager
        | Role::SQa
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive
        | Role::SAdmin
        | Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance
        | Role::VAdmin
        | Role::PClient => &[],
    }
}

/// Countries and sites of a study. A vendor's own are those that its engagement leads, is responsible for, or covers.
fn geography(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa | Role::SFinance | Role::SRegulatory | Role::SSafety | Role::SDataLead => {
            const { &[sponsors(Cover::Row)] }
        }
        Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety => const { &[linked(Kind::Engagement, Readers::VENDOR, Cover::Row)] },
        Role::PClient => {
            const {
                &[
                    Way::Owned { owner: Owner::Sponsor, audience: Readers::CLIENT, cover: Cover::Row },
                    linked(Kind::Engagement, Readers::CLIENT, Cover::Row),
                ]
            }
        }
        Role::SExecutive | Role::SAdmin | Role::VFinance | Role::VAdmin => &[],
    }
}

/// `sponsorInternal` on a study site.
fn study_site_internal(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa | Role::SRegulatory | Role::SSafety | Role::SDataLead => {
            const { &[sponsors(Cover::Row)] }
        }
        Role::SFinance
        | Role::SExecutive
        | Role::SAdmin
        | Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance
        | Role::VAdmin
        | Role::PClient => &[],
    }
}

/// `contact` on a study site: the people who have the study site; no machine client.
fn study_site_contact(role: Role) -> &'static [Way] {
    match role {
        Role::PClient => &[],
        Role::SStudyManager
        | Role::SVendorManager
        | Role::SQa
        | Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive
        | Role::SAdmin
        | Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance
        | Role::VAdmin => geography(role),
    }
}

/// A facility: the sponsor's for whole-organisation roles, else through a study site that the viewer reads.
fn site(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa | Role::SFinance | Role::SRegulatory | Role::SSafety | Role::SDataLead => {
            const { &[sponsors(Cover::Whole), linked(Kind::StudySite, Readers::SPONSOR, Cover::Row)] }
        }
        Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety => const { &[linked(Kind::StudySite, Readers::VENDOR, Cover::Row)] },
        Role::PClient => {
            const {
                &[
                    Way::Owned { owner: Owner::Sponsor, audience: Readers::CLIENT, cover: Cover::Whole },
                    linked(Kind::StudySite, Readers::CLIENT, Cover::Row),
                ]
            }
        }
        Role::SExecutive | Role::SAdmin | Role::VFinance | Role::VAdmin => &[],
    }
}

/// An engagement: the sponsor's, its vendor's, and for a subcontract its prime vendor's.
fn engagement(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager
        | Role::SVendorManager
        | Role::SQa
        | Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive => const { &[sponsors(Cover::Header)] },
        Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => VENDOR_ENGAGEMENT,
        Role::PClient => CLIENT_ENGAGEMENT,
        Role::SAdmin | Role::VAdmin => &[],
    }
}

const VENDOR_ENGAGEMENT: &[Way] = &[
    Way::Owned { owner: Owner::Vendor, audience: Readers::VENDOR, cover: Cover::Header },
    Way::Owned { owner: Owner::PrimeVendor, audience: Readers::PRIME, cover: Cover::Header },
];

const CLIENT_ENGAGEMENT: &[Way] = &[
    Way::Owned { owner: Owner::Sponsor, audience: Readers::CLIENT, cover: Cover::Header },
    Way::Owned { owner: Owner::Vendor, audience: Readers::CLIENT, cover: Cover::Header },
    // A subcontract names its vendor and its leads for the prime vendor: whoever reads those reads the subcontract.
    Way::Owned { owner: Owner::PrimeVendor, audience: Readers::CLIENT, cover: Cover::Header },
];

/// `sponsorInternal` on an engagement; no header either.
fn engagement_internal(role: Role) -> &'static [Way] {
    study_internal(role)
}

/// A scope of an engagement, which no country or site member has: it belongs to no one country.
fn service_scope(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager
        | Role::SVendorManager
        | Role::SQa
        | Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive => const { &[sponsors(Cover::Row)] },
        Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => {
            const {
                &[
                    Way::Owned { owner: Owner::Vendor, audience: Readers::VENDOR, cover: Cover::Row },
                    Way::Owned { owner: Owner::PrimeVendor, audience: Readers::PRIME, cover: Cover::Row },
                ]
            }
        }
        Role::PClient => {
            const {
                &[
                    Way::Owned { owner: Owner::Sponsor, audience: Readers::CLIENT, cover: Cover::Row },
                    Way::Owned { owner: Owner::Vendor, audience: Readers::CLIENT, cover: Cover::Row },
                    Way::Owned { owner: Owner::PrimeVendor, audience: Readers::CLIENT, cover: Cover::Row },
                ]
            }
        }
        Role::SAdmin | Role::VAdmin => &[],
    }
}

const ALL_READERS: Readers = Readers::MEMBERS;

/// An organisation: one's own; those that something readable names; for some sponsor roles the directory of tenants;
/// for a vendor the other vendors of a study whose sponsor shares the roster (I-09).
fn organization(role: Role) -> &'static [Way] {
    const NAMED: Way = linked(Kind::Engagement, ALL_READERS, Cover::Header);
    const ROSTER: Way = linked(Kind::Study, ALL_READERS, Cover::Header);
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa => const { &[Way::MyOrganization, NAMED, Way::Directory] },
        Role::SFinance | Role::SRegulatory | Role::SSafety | Role::SDataLead | Role::SExecutive => const { &[Way::MyOrganization, NAMED] },
        Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => const { &[Way::MyOrganization, NAMED, ROSTER] },
        Role::PClient => const { &[Way::MyOrganization, NAMED] },
        // Administrators know by name the organisations that theirs deals with.
        Role::SAdmin | Role::VAdmin => const { &[Way::MyOrganization, linked(Kind::Engagement, ALL_READERS, Cover::Whole)] },
    }
}

/// A person: oneself; those that a readable engagement or membership names; an administrator's own people.
fn person(role: Role) -> &'static [Way] {
    const BY_ENGAGEMENT: Way = linked(Kind::Engagement, ALL_READERS, Cover::Header);
    match role {
        Role::SStudyManager => const { &[Way::Myself, BY_ENGAGEMENT, named_by_membership(Names::Study), named_by_reach(Names::Study)] },
        Role::SVendorManager => {
            const { &[Way::Myself, BY_ENGAGEMENT, named_by_membership(Names::Engagement), named_by_reach(Names::Engagement)] }
        }
        Role::SQa => const { &[Way::Myself, BY_ENGAGEMENT, named_by_membership(Names::Anything), named_by_reach(Names::Study)] },
        // A vendor's QA reviews who has access, and so knows by name who has a membership.
        Role::VProjectManager | Role::VQa => const { &[Way::Myself, BY_ENGAGEMENT, linked(Kind::Membership, ALL_READERS, Cover::Whole)] },
        Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => const { &[Way::Myself, BY_ENGAGEMENT] },
        Role::SAdmin | Role::VAdmin => {
            const {
                &[
                    Way::Myself,
                    Way::Owned { owner: Owner::Organization, audience: ALL_READERS, cover: Cover::Whole },
                    linked(Kind::Membership, ALL_READERS, Cover::Whole),
                ]
            }
        }
        Role::PClient => const { &[BY_ENGAGEMENT] },
    }
}

/// `contact` of a person: people who may see the person; no machine client.
fn person_contact(role: Role) -> &'static [Way] {
    match role {
        Role::PClient => &[],
        Role::SStudyManager
        | Role::SVendorManager
        | Role::SQa
        | Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive
        | Role::SAdmin
        | Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance
        | Role::VAdmin => person(role),
    }
}

/// A membership: one's own; an administrator's and QA's organisation's; those that reach into the sponsor's studies.
fn membership(role: Role) -> &'static [Way] {
    const OWN_ORGANIZATION: Way = Way::Owned { owner: Owner::Organization, audience: ALL_READERS, cover: Cover::Whole };
    match role {
        Role::SStudyManager => const { &[Way::Myself, Way::Reaching { names: Names::Study }] },
        Role::SVendorManager => const { &[Way::Myself, Way::Reaching { names: Names::Engagement }] },
        Role::SQa => const { &[Way::Myself, OWN_ORGANIZATION, Way::Reaching { names: Names::Study }] },
        Role::SAdmin | Role::VAdmin | Role::VProjectManager | Role::VQa => const { &[Way::Myself, OWN_ORGANIZATION] },
        Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => const { &[Way::Myself] },
        Role::PClient => &[],
    }
}

/// A machine client: itself; its organisation's administrator; the vendor manager of an engagement that it reaches.
fn api_client(role: Role) -> &'static [Way] {
    match role {
        Role::SAdmin | Role::VAdmin => const { &[Way::Owned { owner: Owner::Organization, audience: ALL_READERS, cover: Cover::Whole }] },
        Role::SVendorManager => const { &[linked(Kind::Engagement, ALL_READERS, Cover::Header)] },
        Role::PClient => const { &[Way::Myself] },
        Role::SStudyManager
        | Role::SQa
        | Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive
        | Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => &[],
    }
}

/// The access log and the reviews of access: the organisation's administrator and QA (ICH E6(R3) 4.2.2, 4.3.8).
fn oversight_of_access(role: Role) -> &'static [Way] {
    match role {
        Role::SAdmin | Role::SQa | Role::VAdmin | Role::VQa => {
            const { &[Way::Owned { owner: Owner::Organization, audience: ALL_READERS, cover: Cover::Whole }] }
        }
        Role::SStudyManager
        | Role::SVendorManager
        | Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive
        | Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance
        | Role::PClient => &[],
    }
}
