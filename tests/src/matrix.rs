//! The matrix of domain.md C.2 and C.3, transcribed by hand for every kind of record there is: who may read and do what.
//! Nothing here is made from the policy; the policy is compared with it, cell by cell, in `tests/access/matrix.rs`.

use tandem_domain::access::Role;
use tandem_domain::access::Role::{
    PClient, SAdmin, SDataLead, SExecutive, SFinance, SQa, SRegulatory, SSafety, SStudyManager, SVendorManager, VAdmin, VBiostatistician,
    VCra, VDataManager, VFinance, VProjectManager, VQa, VRegulatory, VSafety,
};
use tandem_domain::record::Kind;

pub mod fields;
pub mod samples;
pub mod stage;
mod work;

/// The row of one kind: a cell for each role. Roles with the same cell stand together.
#[derive(Debug)]
pub struct Row {
    /// The kind.
    pub kind: Kind,
    /// Each role once, with its cell: words for what is read, then verbs. An empty cell is a denial.
    pub cells: &'static [(&'static [Role], &'static str)],
}

/// The words of cells. What a word reads and reaches is shown on sample rows, in `tests/src/matrix/samples.rs`.
///
/// * `R` – what the viewer's organisation sponsors
/// * `own` – what belongs to the vendor's own engagements, and to subcontracts under them
/// * `self` – what is about the viewer
/// * `mine` – the viewer's organisation
/// * `org` – what the viewer's organisation owns: its people, memberships, clients
/// * `member` – people with a membership in the viewer's organisation
/// * `study` – what reaches into the sponsor's studies
/// * `vendor` – what reaches into the sponsor's engagements
/// * `staff` – people with any membership in the sponsor's organisation
/// * `named` – what a readable engagement names
/// * `known` – the organisations that the viewer's organisation deals with
/// * `roster` – the other vendors of a study whose roster is shared
/// * `directory` – vendors that use Tandem
///
/// Of the work between the sides, where `R` and `own` read only what is meant for the whole side:
///
/// * `drafts`, `own-drafts` – of findings that are not issued, the sponsor's and the vendor's
/// * `personal` – what the viewer wrote, or is to do
/// * `site`, `visits` – of the vendor's own what lies at a site, or tells of a visit there
/// * `data` – of the vendor's own what is about data
/// * `functions`, `finance` – what is meant for the vendor's regulatory and safety functions, for either side's finance
pub const READS: &[&str] = &[
    "R",
    "own",
    "self",
    "mine",
    "org",
    "member",
    "study",
    "vendor",
    "staff",
    "named",
    "known",
    "roster",
    "directory",
    "drafts",
    "own-drafts",
    "personal",
    "site",
    "visits",
    "data",
    "functions",
    "finance",
];

/// The verbs of cells: create, update, take some step of the lifecycle, confirm some step for another person, end.
pub const VERBS: &[&str] = &["C", "U", "T", "confirm", "E"];

/// The study content of a sponsor: everybody but the administrator.
const SPONSOR: &[Role] = &[SStudyManager, SVendorManager, SQa, SFinance, SRegulatory, SSafety, SDataLead, SExecutive];
/// The study content of a vendor: everybody but the administrator.
const VENDOR: &[Role] = &[VProjectManager, VCra, VDataManager, VBiostatistician, VQa, VRegulatory, VSafety, VFinance];
/// Vendor roles that a `sponsorInternal`, `sponsorFinance` or confirmation cell leaves out, and the client with them.
const OUTSIDERS: &[Role] = &[VProjectManager, VCra, VDataManager, VBiostatistician, VQa, VRegulatory, VSafety, VFinance, VAdmin, PClient];
/// Everybody but administrators, executives and machines.
const WORKERS: &[Role] = &[
    SStudyManager,
    SVendorManager,
    SQa,
    SFinance,
    SRegulatory,
    SSafety,
    SDataLead,
    VProjectManager,
    VCra,
    VDataManager,
    VBiostatistician,
    VQa,
    VRegulatory,
    VSafety,
    VFinance,
];
/// Who neither administers an organisation nor is its QA.
const NO_ACCESS_OVERSIGHT: &[Role] = &[
    SStudyManager,
    SVendorManager,
    SFinance,
    SRegulatory,
    SSafety,
    SDataLead,
    SExecutive,
    VProjectManager,
    VCra,
    VDataManager,
    VBiostatistician,
    VRegulatory,
    VSafety,
    VFinance,
    PClient,
];
/// Administrators see no study content.
const ADMINS: &[Role] = &[SAdmin, VAdmin];

/// What is the sponsor's to make: no vendor's people do, nor does its machine, whose role is the same on either side.
pub const MADE_BY_SPONSORS: &[Kind] = &[Kind::Milestone, Kind::StudySite];

/// The matrix: the rows of parties, studies and engagements here, those of the work between the sides in `matrix/work.rs`.
pub fn rows() -> impl Iterator<Item = &'static Row> {
    MATRIX.iter().chain(work::ROWS)
}

const MATRIX: &[Row] = &[
    Row {
        kind: Kind::Study,
        cells: &[
            (&[SStudyManager], "R C U T"),
            (&[SQa], "R confirm"), // B.11: TERMINATE and ARCHIVE are the study manager's, with QA
            (&[SVendorManager, SFinance, SRegulatory, SSafety, SDataLead, SExecutive], "R"),
            (VENDOR, "own"),
            (&[PClient], "R own"), // "scope": a sponsor's client like the sponsor, a vendor's like the vendor
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::StudyRegistry, // public knowledge of a study, for whoever has the study; only imports write it
        cells: &[(SPONSOR, "R"), (VENDOR, "own"), (&[PClient], "R own"), (ADMINS, "")],
    },
    Row {
        kind: Kind::StudyInternal, // C.2 sponsorInternal: sponsor roles with the study, not finance
        cells: &[
            (&[SStudyManager], "R C U"), // silent on who writes: who writes the study
            (&[SVendorManager, SQa, SRegulatory, SSafety, SDataLead, SExecutive], "R"),
            (&[SFinance, SAdmin], ""),
            (OUTSIDERS, ""),
        ],
    },
    Row {
        kind: Kind::StudyBenchmark, // C.2 sponsorFinance
        cells: &[
            (&[SFinance], "R C U"), // silent on who writes: finance
            (&[SVendorManager], "R"),
            (&[SExecutive], ""), // aggregates only, so no rows
            (&[SStudyManager, SQa, SRegulatory, SSafety, SDataLead, SAdmin], ""),
            (OUTSIDERS, ""),
        ],
    },
    Row {
        kind: Kind::StudyConfirmation, // silent: the sponsor's own; a vendor must not learn what is being prepared
        cells: &[(SPONSOR, "R"), (&[SAdmin], ""), (OUTSIDERS, "")],
    },
    Row {
        kind: Kind::StudyCountry,
        cells: &[
            (&[SStudyManager, SRegulatory], "R C U T"),
            (&[SVendorManager, SQa, SFinance, SSafety, SDataLead], "R"),
            (&[SExecutive], ""), // agg
            // "R T own" of project managers, CRAs, regulatory and safety: B.11 names only SM and SRA, so no step is theirs yet
            (&[VProjectManager, VCra, VDataManager, VBiostatistician, VQa, VRegulatory, VSafety], "own"),
            (&[VFinance], ""),
            (&[PClient], "R own"),
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::Site,
        cells: &[
            (&[SStudyManager, SRegulatory], "R C U"), // no lifecycle
            (&[SVendorManager, SQa, SFinance, SSafety, SDataLead], "R"),
            (&[SExecutive], ""), // agg
            (&[VProjectManager, VCra, VDataManager, VBiostatistician, VQa, VRegulatory, VSafety], "own"),
            (&[VFinance], ""),
            (&[PClient], "R own"),
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::StudySite,
        cells: &[
            (&[SStudyManager], "R C U T"),
            (&[SRegulatory], "R C U"), // C.3 has T, B.11 names SM, PM and CRA: no step is SRA's
            (&[SVendorManager, SQa, SFinance, SSafety, SDataLead], "R"),
            (&[SExecutive], ""),                   // agg
            (&[VProjectManager, VCra], "own U T"), // as the responsible engagement
            (&[VDataManager, VBiostatistician, VQa], "own"),
            (&[VRegulatory, VSafety], "own"), // C.3 has T, B.11 names no step of theirs
            (&[VFinance], ""),
            (&[PClient], "R own C U"), // with `site:write`; added by a sponsor's alone
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::StudySiteInternal, // C.2 sponsorInternal, of those who have study sites
        cells: &[
            (&[SStudyManager, SRegulatory], "R C U"), // silent on who writes: who writes the study site
            (&[SVendorManager, SQa, SSafety, SDataLead], "R"),
            (&[SFinance, SExecutive, SAdmin], ""),
            (OUTSIDERS, ""),
        ],
    },
    Row {
        kind: Kind::StudySiteContact, // C.2 contact: the people who have the study site
        cells: &[
            (&[SStudyManager, SRegulatory], "R C U"),
            (&[SVendorManager, SQa, SFinance, SSafety, SDataLead], "R"),
            (&[SExecutive], ""),
            (&[VProjectManager, VCra], "own C U"), // decided on the study site itself, which names its vendor
            (&[VDataManager, VBiostatistician, VQa, VRegulatory, VSafety], "own"),
            (&[VFinance], ""),
            (&[PClient], ""), // silent: a machine is no member, so no contacts
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::StudySiteRegistry, // public knowledge, for whoever has the study site; only imports write it
        cells: &[
            (&[SStudyManager, SRegulatory, SVendorManager, SQa, SFinance, SSafety, SDataLead], "R"),
            (&[SExecutive], ""),
            (&[VProjectManager, VCra, VDataManager, VBiostatistician, VQa, VRegulatory, VSafety], "own"),
            (&[VFinance], ""),
            (&[PClient], "R own"),
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::Engagement,
        cells: &[
            (&[SVendorManager], "R C U T"),
            (&[SStudyManager], "R T confirm"), // B.11: holds and winds down, confirms activation
            (&[SQa], "R confirm"),             // B.11: TERMINATE is VM with SQA; C.3's T of QA is this confirmation
            (&[SFinance, SRegulatory, SSafety, SDataLead, SExecutive], "R"),
            (VENDOR, "own"),
            (&[PClient], "R own"),
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::EngagementInternal, // C.2 sponsorInternal
        cells: &[
            (&[SVendorManager], "R C U"), // silent on who writes: who writes the engagement
            (&[SStudyManager, SQa, SRegulatory, SSafety, SDataLead, SExecutive], "R"),
            (&[SFinance, SAdmin], ""),
            (OUTSIDERS, ""),
        ],
    },
    Row {
        kind: Kind::EngagementConfirmation, // silent: as a study's
        cells: &[(SPONSOR, "R"), (&[SAdmin], ""), (OUTSIDERS, "")],
    },
    Row {
        kind: Kind::ServiceScope, // no lifecycle; ended by an update of its last day
        cells: &[
            (&[SVendorManager], "R C U"),
            (&[SStudyManager, SQa, SFinance, SRegulatory, SSafety, SDataLead, SExecutive], "R"),
            (VENDOR, "own"),
            (&[PClient], "R own"),
            (ADMINS, ""),
        ],
    },
    Row {
        kind: Kind::Organization, // nobody makes or edits one by command: imports and the command line do
        cells: &[
            (&[SStudyManager, SVendorManager, SQa], "mine named directory"),
            (&[SFinance, SRegulatory, SSafety, SDataLead, SExecutive], "mine named"),
            (VENDOR, "mine named roster"), // I-09: a roster is shared study by study; vendors never read the directory
            (&[PClient], "mine named"),    // silent: what its engagements name; no directory, no roster
            (ADMINS, "mine known"),        // "organisations by name"
        ],
    },
    Row {
        kind: Kind::Person,
        cells: &[
            (&[SStudyManager], "self named study"),
            (&[SVendorManager], "self named vendor"),
            (&[SQa], "self named study staff"), // reads all memberships, and so the people they name
            (&[SFinance, SRegulatory, SSafety, SDataLead, SExecutive], "self named"),
            (&[VProjectManager, VQa], "self named member"), // read the memberships of the own organisation
            (&[VCra, VDataManager, VBiostatistician, VRegulatory, VSafety, VFinance], "self named"),
            (&[PClient], "named"),
            (ADMINS, "self org member C"), // invites; silent on edits: there are none yet
        ],
    },
    Row {
        kind: Kind::PersonContact, // C.2 contact: whoever has the person, but no machine
        cells: &[
            (&[SStudyManager], "self named study"),
            (&[SVendorManager], "self named vendor"),
            (&[SQa], "self named study staff"),
            (&[SFinance, SRegulatory, SSafety, SDataLead, SExecutive], "self named"),
            (&[VProjectManager, VQa], "self named member"),
            (&[VCra, VDataManager, VBiostatistician, VRegulatory, VSafety, VFinance], "self named"),
            (&[PClient], ""),
            (ADMINS, "self org member C"),
        ],
    },
    Row {
        kind: Kind::Membership,
        cells: &[
            (&[SStudyManager], "self study"),
            (&[SVendorManager], "self vendor"),
            (&[SQa], "self org study E"), // "R all, T": a membership's only step is its end
            // C.3 has "–" for these; what somebody was granted himself is no secret from him, as for vendors' roles
            (&[SFinance, SRegulatory, SSafety, SDataLead, SExecutive], "self"),
            // C.3 has "self" for a vendor's QA; that it reviews who has access (E6(R3) 4.3.8) was asked for later, and comes first
            (&[VProjectManager, VQa], "self org"),
            (&[VCra, VDataManager, VBiostatistician, VRegulatory, VSafety, VFinance], "self"),
            (&[PClient], ""),
            (ADMINS, "self org C E"), // never edited: ended and granted anew
        ],
    },
    Row {
        kind: Kind::ApiClient,
        cells: &[
            (ADMINS, "org C U E"),
            (&[SVendorManager], "vendor"), // of an engagement that it reaches
            (&[PClient], "self"),          // silent: it may know its own entry
            (&[SStudyManager, SQa, SFinance, SRegulatory, SSafety, SDataLead, SExecutive], ""),
            (VENDOR, ""),
        ],
    },
    Row {
        kind: Kind::AccessEvent, // E6(R3) 4.2.2, 4.3.8: the organisation's administrator and QA; it writes itself
        cells: &[(ADMINS, "org"), (&[SQa, VQa], "org"), (NO_ACCESS_OVERSIGHT, "")],
    },
    Row {
        kind: Kind::ExternalReference, // api.md 6: read beneath what it names; set by all but executives
        cells: &[(WORKERS, "C"), (ADMINS, "C"), (&[PClient], "C"), (&[SExecutive], "")],
    },
    Row {
        kind: Kind::AccessReview,
        cells: &[(ADMINS, "org C U"), (&[SQa], "org C U"), (&[VQa], "org"), (NO_ACCESS_OVERSIGHT, "")], // whoever may end memberships
    },
    Row { kind: Kind::AccessReviewItem, cells: &[(ADMINS, "org C U"), (&[SQa], "org C U"), (&[VQa], "org"), (NO_ACCESS_OVERSIGHT, "")] },
];

/// Whether anybody reads rows of a kind as records.
#[must_use]
pub fn is_read(kind: Kind) -> bool {
    let words = |cells: &str| cells.split_whitespace().any(|word| READS.contains(&word));
    rows().any(|row| row.kind == kind && row.cells.iter().any(|(_, cell)| words(cell)))
}

/// C.3, AuditEvent: who is told the history of what he reads. `all` of it, or `self`: what he did himself.
pub const TRAIL: &[(&[Role], &str)] = &[
    (&[SStudyManager, SVendorManager], "all"),             // "R study"
    (&[SQa], "all"),                                       // "R all"
    (&[SFinance, SRegulatory, SSafety, SDataLead], "all"), // "R own area": what the role reads
    (&[SExecutive], ""),
    (&[VProjectManager], "all"), // "R own actions + own engagement nodes"
    (&[VQa], "all"),             // "R own"
    (&[VCra, VDataManager, VBiostatistician, VRegulatory, VSafety, VFinance, PClient], "self"),
    (ADMINS, "all"), // silent: of the people, memberships and clients that they administer
];

/// The words and verbs of a cell.
///
/// # Errors
/// What is wrong with the table: no row for the kind, no cell or two for the role, a word that nobody knows.
pub fn cell(kind: Kind, role: Role) -> Result<Vec<&'static str>, String> {
    let mut rows = rows().filter(|row| row.kind == kind);
    let (Some(row), None) = (rows.next(), rows.next()) else {
        return Err(format!("{kind:?} does not have exactly one row in the matrix"));
    };
    let mut cells = row.cells.iter().filter(|(roles, _)| roles.contains(&role));
    let (Some((_, words)), None) = (cells.next(), cells.next()) else {
        return Err(format!("{kind:?} does not have exactly one cell for {role}"));
    };
    let words: Vec<&str> = words.split_whitespace().collect();
    match words.iter().find(|word| !READS.contains(word) && !VERBS.contains(word)) {
        Some(word) => Err(format!("{kind:?} for {role}: nobody knows the word {word}")),
        None => Ok(words),
    }
}
