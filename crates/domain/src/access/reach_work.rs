//! The matrix of reading, of the work between the sides: programmes, milestones, documents, deliverables, findings, CAPAs, issues,
//! comments (domain rules, C.3). What is not listed here nobody reads.

use crate::access::reach::{linked, sponsors};
use crate::access::{Cover, Owner, Readers, Role, Way};
use crate::record::Kind;

const fn owned(owner: Owner, audience: Readers) -> Way {
    Way::Owned { owner, audience, cover: Cover::Row }
}

const fn personal(owner: Owner, audience: Readers) -> Way {
    Way::Personal { owner, audience, cover: Cover::Row }
}

const SPONSOR: &[Way] = &[sponsors(Cover::Row)];
const VENDOR: &[Way] = &[owned(Owner::Vendor, Readers::VENDOR)];
const VENDOR_AND_PRIME: &[Way] = &[owned(Owner::Vendor, Readers::VENDOR), owned(Owner::PrimeVendor, Readers::PRIME)];
const CRA: &[Way] = &[owned(Owner::Vendor, Readers::CRA)];
const CLIENT: &[Way] = &[owned(Owner::Sponsor, Readers::CLIENT), owned(Owner::Vendor, Readers::CLIENT)];
const CLIENT_AND_PRIME: &[Way] =
    &[owned(Owner::Sponsor, Readers::CLIENT), owned(Owner::Vendor, Readers::CLIENT), owned(Owner::PrimeVendor, Readers::CLIENT)];

/// A programme: whoever has a study of it, by that study.
pub(super) fn program(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager
        | Role::SVendorManager
        | Role::SQa
        | Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive => {
            const {
                &[
                    sponsors(Cover::Whole),
                    linked(Kind::Study, Readers::SPONSOR, Cover::Header),
                    linked(Kind::Engagement, Readers::SPONSOR, Cover::Header),
                ]
            }
        }
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
                    Way::Owned { owner: Owner::Sponsor, audience: Readers::CLIENT, cover: Cover::Whole },
                    linked(Kind::Study, Readers::CLIENT, Cover::Header),
                    linked(Kind::Engagement, Readers::CLIENT, Cover::Header),
                ]
            }
        }
        Role::SAdmin | Role::VAdmin => &[],
    }
}

/// `sponsorInternal` on a programme: it lies in no study, and so only who has the whole organisation has it.
pub(super) fn program_internal(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa | Role::SRegulatory | Role::SSafety | Role::SDataLead | Role::SExecutive => {
            const { &[sponsors(Cover::Whole)] }
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

/// A milestone, and a snapshot of enrolment: the sponsor's; a vendor's that has to reach it, or was responsible; a CRA's of a site.
pub(super) fn milestone(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager
        | Role::SVendorManager
        | Role::SQa
        | Role::SFinance
        | Role::SRegulatory
        | Role::SSafety
        | Role::SDataLead
        | Role::SExecutive => SPONSOR,
        Role::VProjectManager
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => VENDOR_AND_PRIME,
        Role::VCra => CRA,
        Role::PClient => CLIENT_AND_PRIME,
        Role::SAdmin | Role::VAdmin => &[],
    }
}

/// A document: each side its own, and the other's once it is out of draft; a CRA those of sites. No finance document can be told from
/// others yet, so the sponsor's finance has none; executives and machines have none.
pub(super) fn document(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa | Role::SRegulatory | Role::SSafety | Role::SDataLead => SPONSOR,
        Role::VProjectManager
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => VENDOR,
        Role::VCra => CRA,
        Role::SFinance | Role::SExecutive | Role::SAdmin | Role::VAdmin | Role::PClient => &[],
    }
}

/// A deliverable and its submissions: both sides, and the vendor above a subcontract; a CRA reports of visits; executives counts only.
pub(super) fn deliverable(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa | Role::SFinance | Role::SRegulatory | Role::SSafety | Role::SDataLead => {
            SPONSOR
        }
        Role::VProjectManager
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => VENDOR_AND_PRIME,
        Role::VCra => CRA,
        Role::PClient => CLIENT_AND_PRIME,
        Role::SExecutive | Role::SAdmin | Role::VAdmin => &[],
    }
}

/// A review of a deliverable: both sides; what the sponsor says of a subcontractor is not the vendor's above it.
pub(super) fn deliverable_review(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa | Role::SFinance | Role::SRegulatory | Role::SSafety | Role::SDataLead => {
            SPONSOR
        }
        Role::VProjectManager
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => VENDOR,
        Role::VCra => CRA,
        Role::PClient => CLIENT,
        Role::SExecutive | Role::SAdmin | Role::VAdmin => &[],
    }
}

/// A finding: a draft is for who prepares it on its author's side, and its author; one that was issued for both sides. A CRA has those of
/// sites, who works with data those about data. Finance has none; executives counts only.
pub(super) fn finding(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa => {
            const { &[owned(Owner::Sponsor, Readers::SPONSOR.and(Readers::SPONSOR_DRAFT))] }
        }
        Role::SRegulatory | Role::SSafety | Role::SDataLead => {
            const { &[sponsors(Cover::Row), personal(Owner::Sponsor, Readers::SPONSOR_DRAFT)] }
        }
        Role::VProjectManager | Role::VRegulatory | Role::VSafety => VENDOR,
        Role::VQa => const { &[owned(Owner::Vendor, Readers::VENDOR.and(Readers::VENDOR_DRAFT))] },
        Role::VCra => CRA,
        Role::VDataManager | Role::VBiostatistician => const { &[owned(Owner::Vendor, Readers::DATA)] },
        Role::PClient => CLIENT,
        Role::SFinance | Role::SExecutive | Role::SAdmin | Role::VFinance | Role::VAdmin => &[],
    }
}

/// `sponsorInternal` on a finding.
pub(super) fn finding_internal(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa => {
            const { &[owned(Owner::Sponsor, Readers::SPONSOR.and(Readers::SPONSOR_DRAFT))] }
        }
        Role::SRegulatory | Role::SSafety | Role::SDataLead => SPONSOR,
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

/// An answer to a finding: whoever has the finding.
pub(super) fn finding_response(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa | Role::SRegulatory | Role::SSafety | Role::SDataLead => SPONSOR,
        Role::VProjectManager | Role::VQa | Role::VRegulatory | Role::VSafety => VENDOR,
        Role::VCra => CRA,
        Role::VDataManager | Role::VBiostatistician => const { &[owned(Owner::Vendor, Readers::DATA)] },
        Role::PClient => CLIENT,
        Role::SFinance | Role::SExecutive | Role::SAdmin | Role::VFinance | Role::VAdmin => &[],
    }
}

/// A CAPA and the checks of it: the sponsor, the vendor's project manager and QA; no machine (domain rules, C.3).
pub(super) fn capa(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa | Role::SRegulatory | Role::SSafety | Role::SDataLead => SPONSOR,
        Role::VProjectManager | Role::VQa => VENDOR,
        Role::SFinance
        | Role::SExecutive
        | Role::SAdmin
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance
        | Role::VAdmin
        | Role::PClient => &[],
    }
}

/// An action of a CAPA, a request for a later day: who has the CAPA, and whose own it is.
pub(super) fn capa_action(role: Role) -> &'static [Way] {
    match role {
        Role::VCra | Role::VDataManager | Role::VBiostatistician | Role::VRegulatory | Role::VSafety => {
            const { &[personal(Owner::Vendor, Readers::VENDOR)] }
        }
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
        | Role::VQa
        | Role::VFinance
        | Role::VAdmin
        | Role::PClient => capa(role),
    }
}

/// An issue: both sides of its engagement; no executive, no machine.
pub(super) fn issue(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa | Role::SFinance | Role::SRegulatory | Role::SSafety | Role::SDataLead => {
            SPONSOR
        }
        Role::VProjectManager
        | Role::VCra
        | Role::VDataManager
        | Role::VBiostatistician
        | Role::VQa
        | Role::VRegulatory
        | Role::VSafety
        | Role::VFinance => VENDOR,
        Role::SExecutive | Role::SAdmin | Role::VAdmin | Role::PClient => &[],
    }
}

/// A comment: by its visibility, who reads what it is on. The columns of the sponsor and the vendor say which sides it is for, the
/// audience which roles.
pub(super) fn comment(role: Role) -> &'static [Way] {
    match role {
        Role::SStudyManager | Role::SVendorManager | Role::SQa => {
            const { &[owned(Owner::Sponsor, Readers::SPONSOR.and(Readers::SPONSOR_DRAFT))] }
        }
        Role::SRegulatory | Role::SSafety | Role::SDataLead => SPONSOR,
        Role::SFinance => const { &[owned(Owner::Sponsor, Readers::FINANCE)] },
        Role::VProjectManager => VENDOR,
        Role::VQa => const { &[owned(Owner::Vendor, Readers::VENDOR.and(Readers::VENDOR_DRAFT))] },
        Role::VCra => CRA,
        Role::VDataManager | Role::VBiostatistician => const { &[owned(Owner::Vendor, Readers::DATA)] },
        Role::VRegulatory | Role::VSafety => const { &[owned(Owner::Vendor, Readers::FUNCTIONS)] },
        Role::VFinance => const { &[owned(Owner::Vendor, Readers::FINANCE)] },
        Role::PClient => CLIENT,
        Role::SExecutive | Role::SAdmin | Role::VAdmin => &[],
    }
}
