//! The matrix of domain.md C.2 and C.3 for the work between the sides: programmes, milestones, documents, deliverables, findings,
//! CAPAs, issues, comments. Transcribed by hand, as the rest; where the words leave a choice, the choice stands beside the cell.

use tandem_domain::access::Role;
use tandem_domain::access::Role::{
    PClient, SAdmin, SDataLead, SExecutive, SFinance, SQa, SRegulatory, SSafety, SStudyManager, SVendorManager, VBiostatistician, VCra,
    VDataManager, VFinance, VProjectManager, VQa, VRegulatory, VSafety,
};
use tandem_domain::record::Kind;

use super::{ADMINS, OUTSIDERS, Row, VENDOR};

/// "S_REG/SAF/DATA": one column of C.3.
const FUNCTIONS: &[Role] = &[SRegulatory, SSafety, SDataLead];

/// As Study has it, to be read.
const PROTOCOL: &[(&[Role], &str)] = &[
    (&[SStudyManager, SVendorManager, SQa, SFinance, SRegulatory, SSafety, SDataLead, SExecutive], "R"),
    (VENDOR, "own"),
    (&[PClient], "R own"),
    (ADMINS, ""),
];

/// The rows.
pub(super) const ROWS: &[Row] = &[
    Row {
        kind: Kind::Program, // no row in C.3: "Program header … readable by whoever may read something that names" it, here a study
        cells: &[
            (&[SStudyManager], "R C U"), // silent on who writes: who writes studies
            (&[SVendorManager, SQa, SFinance, SRegulatory, SSafety, SDataLead, SExecutive], "R"),
            (VENDOR, "own"),
            (&[PClient], "R own"),
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::ProgramInternal, // B.3, C.2 sponsorInternal; a programme lies in no study, so only who has the organisation has it
        cells: &[
            (&[SStudyManager], "R C U"),
            (&[SVendorManager, SQa, SRegulatory, SSafety, SDataLead, SExecutive], "R"),
            (&[SFinance, SAdmin], ""),
            (OUTSIDERS, ""),
        ],
    },
    Row {
        // No row in C.3: whoever has the study's header works by its protocol. What is being prepared is the sponsor's people's alone.
        // Nobody writes it: it is taken in.
        kind: Kind::ProtocolVersion,
        cells: PROTOCOL,
    },
    Row { kind: Kind::Amendment, cells: PROTOCOL },
    Row {
        // No lifecycle: "T" is to set its days. A vendor's own are those that an engagement of its has to reach, and those of subcontracts
        // under it; one that names no engagement is the sponsor's alone.
        kind: Kind::Milestone,
        cells: &[
            (&[SStudyManager], "R C U"),
            (FUNCTIONS, "R C U"),
            (&[SVendorManager], "R C"),
            (&[SQa, SFinance, SExecutive], "R"),
            (&[VProjectManager, VDataManager, VBiostatistician, VRegulatory, VSafety], "own U"),
            (&[VCra], "site U"), // "own site-level": of level SITE
            (&[VQa, VFinance], "own"),
            (&[PClient], "R own C U"), // "W" with `milestone:write`: its days; planned by a sponsor's alone
            (ADMINS, ""),
        ],
    },
    Row {
        // No row in C.3: as a milestone of a site, of whoever was responsible for it; reported by who counts or answers for the data.
        kind: Kind::EnrollmentSnapshot,
        cells: &[
            (&[SStudyManager, SDataLead], "R C U"),
            (&[SRegulatory, SSafety, SVendorManager, SQa, SFinance, SExecutive], "R"),
            (&[VProjectManager, VDataManager], "own C U"),
            (&[VCra], "site C U"),
            (&[VBiostatistician, VRegulatory, VSafety, VQa, VFinance], "own"),
            (&[PClient], "R own C U"), // "W" with `enrollment:write`
            (ADMINS, ""),
        ],
    },
    Row {
        // A draft is its own side's; blinding (decision 11) comes on top. The vendor above a subcontract has none of its documents.
        kind: Kind::Document,
        cells: &[
            (&[SStudyManager, SVendorManager], "R C U T"), // silent on U: who makes them
            (FUNCTIONS, "R C U T"),
            (&[SQa], "R T"),
            (&[SFinance], ""),   // "R own type": no type of document is finance's yet
            (&[SExecutive], ""), // "–"
            (&[VProjectManager, VRegulatory, VSafety], "own C U T"),
            (&[VCra], "site C U"), // "own site"
            (&[VDataManager, VBiostatistician], "own C U"),
            (&[VQa, VFinance], "own"),
            (&[PClient], ""), // "W scope": it would hand in, and read none
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::Deliverable,
        cells: &[
            (&[SStudyManager, SVendorManager], "R C U T"), // the days and criteria that a vendor is measured by are the sponsor's to change
            (FUNCTIONS, "R T"),
            (&[SQa, SFinance], "R"),
            (&[SExecutive], ""), // agg
            (&[VProjectManager, VDataManager, VBiostatistician, VRegulatory, VSafety], "own C T"),
            (&[VCra], "visits C T"), // "own (MVR)"
            (&[VQa, VFinance], "own"),
            (&[PClient], "R own"), // by `deliverable:read`; "W" waits for `deliverable:submit`
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::DeliverableSubmission, // of a step of its deliverable, for whoever reads that; "vendor drafts" are none before it
        cells: &[
            (&[SStudyManager, SVendorManager, SQa, SFinance, SRegulatory, SSafety, SDataLead], "R"),
            (&[SExecutive], ""),
            (&[VProjectManager, VDataManager, VBiostatistician, VQa, VRegulatory, VSafety, VFinance], "own"),
            (&[VCra], "visits"),
            (&[PClient], "R own"),
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::DeliverableReview, // likewise; but what is said of a subcontractor's work is not the prime vendor's
        cells: &[
            (&[SStudyManager, SVendorManager, SQa, SFinance, SRegulatory, SSafety, SDataLead], "R"),
            (&[SExecutive], ""),
            (&[VProjectManager, VDataManager, VBiostatistician, VQa, VRegulatory, VSafety, VFinance], "own"),
            (&[VCra], "visits"),
            (&[PClient], "R own"),
            (ADMINS, ""),
        ],
    },
    Row {
        // C.2 draftFinding: until it is issued only its author, and who prepares findings on his side. "Own iss": once issued, the vendor's
        // whose engagement it is on; not the prime vendor's.
        kind: Kind::Finding,
        cells: &[
            (&[SStudyManager, SVendorManager, SQa], "R drafts C U T"), // VM: "T (minor)", by the steps of B.11
            (FUNCTIONS, "R personal C U T"), // C.3 has "R C"; B.11: an author has his draft reviewed. U: of one's own draft
            (&[SFinance, SExecutive], ""),   // "–", agg
            (&[VProjectManager], "own T"),
            (&[VQa], "own own-drafts C U T"), // "C (self)"; the vendor's only author, so that his drafts are QA's
            (&[VCra], "site"),                // "own sites"
            (&[VDataManager, VBiostatistician], "data"), // "category data"
            (&[VRegulatory, VSafety], "own"),
            (&[VFinance], ""),
            (&[PClient], "R own"), // "respond scope": reads with `finding:read`
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::FindingInternal, // B.8, C.2 sponsorInternal, of those who have the finding; of a draft only who prepares findings
        cells: &[
            (&[SStudyManager, SVendorManager, SQa], "R drafts C U"),
            (FUNCTIONS, "R"),
            (&[SFinance, SExecutive, SAdmin], ""),
            (OUTSIDERS, ""),
        ],
    },
    Row {
        kind: Kind::FindingResponse, // of a step of its finding, for whoever reads that
        cells: &[
            (&[SStudyManager, SVendorManager, SQa], "R"),
            (FUNCTIONS, "R"),
            (&[SFinance, SExecutive], ""),
            (&[VProjectManager, VQa, VRegulatory, VSafety], "own"),
            (&[VCra], "site"),
            (&[VDataManager, VBiostatistician], "data"),
            (&[VFinance], ""),
            (&[PClient], "R own"),
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::Capa,
        cells: &[
            (&[SStudyManager], "R C U T"), // B.8: the sponsor owns some; C.3 leaves open who, and the study manager answers there
            (&[SVendorManager], "R"),
            (&[SQa], "R T"),
            (FUNCTIONS, "R"),
            (&[SFinance, SExecutive], ""), // "–", agg
            (&[VProjectManager, VQa], "own C U T"),
            (&[VCra, VDataManager, VBiostatistician, VRegulatory, VSafety, VFinance], ""), // its actions, where they are one's own
            (&[PClient], ""),                                                              // "–"
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::CapaAction, // "R own actions T": those that one is to carry out; no lifecycle, so "T" is to say that it is done
        cells: &[
            (&[SStudyManager], "R C U"),
            (&[SVendorManager, SQa, SRegulatory, SSafety, SDataLead], "R"),
            (&[SFinance, SExecutive], ""),
            (&[VProjectManager, VQa], "own C U"),
            (&[VCra, VDataManager, VBiostatistician, VRegulatory, VSafety], "personal U"),
            (&[VFinance], ""),
            (&[PClient], ""),
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::DueDateExtension, // B.11: asked for by the action's owner, decided by the sponsor's QA
        cells: &[
            (&[SStudyManager], "R C"),
            (&[SQa], "R T"),
            (&[SVendorManager, SRegulatory, SSafety, SDataLead], "R"),
            (&[SFinance, SExecutive], ""),
            (&[VProjectManager, VQa], "own C"),
            (&[VCra, VDataManager, VBiostatistician, VRegulatory, VSafety], "personal C"), // those that one asked for
            (&[VFinance], ""),
            (&[PClient], ""),
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::EffectivenessCheck, // planned by the sponsor's QA, performed by steps of the CAPA
        cells: &[
            (&[SQa], "R C"),
            (&[SStudyManager, SVendorManager, SRegulatory, SSafety, SDataLead], "R"),
            (&[SFinance, SExecutive], ""),
            (&[VProjectManager, VQa], "own"),
            (&[VCra, VDataManager, VBiostatistician, VRegulatory, VSafety, VFinance], ""),
            (&[PClient], ""),
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::Issue, // "both sides of its engagement"; finance reads, executives have counts, and no scope of a machine names issues
        cells: &[
            (&[SStudyManager, SVendorManager, SQa, SRegulatory, SSafety, SDataLead], "R C U T"),
            (&[SFinance], "R"),
            (&[SExecutive], ""),
            (&[VProjectManager, VCra, VDataManager, VBiostatistician, VQa, VRegulatory, VSafety], "own C U T"),
            (&[VFinance], "own"),
            (&[PClient], ""),
            (ADMINS, ""),
        ],
    },
    Row {
        // "By visibility", of those who read what it is on; one side's own has no owner on the other side. What was said of a draft stays
        // with who prepares findings, and an executive has no part in it.
        kind: Kind::Comment,
        cells: &[
            (&[SStudyManager, SVendorManager, SQa], "R drafts C U"),
            (FUNCTIONS, "R C U"),
            (&[SFinance], "finance C U"), // finance reads deliverables, milestones and issues
            (&[SExecutive], ""),
            (&[VProjectManager], "own C U"),
            (&[VQa], "own own-drafts C U"),
            (&[VCra], "site C U"), // site-level milestones and findings, reports of visits, issues
            (&[VDataManager, VBiostatistician], "data C U"), // all but findings about something else, and CAPAs
            (&[VRegulatory, VSafety], "functions C U"), // all but CAPAs
            (&[VFinance], "finance C U"),
            (&[PClient], "R own"), // "SHARED only": on deliverables, by `deliverable:read`
            (ADMINS, ""),
        ],
    },
];
