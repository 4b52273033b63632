//! What oversight found in the demo, as a list: each finding with what became of it.

use tandem_domain::access::Side;
use tandem_domain::oversight::{FindingCategory as C, FindingSeverity as Severity, FindingSource as From};

use crate::demo::organizations::Org;

/// Something that happened to a finding: how many days after the demo's first, by whom.
pub(super) enum Past {
    /// A step of the lifecycle that takes nothing besides.
    Step(&'static str, i64, &'static str),
    Issue(i64, &'static str),
    /// With why.
    Dispute(i64, &'static str, &'static str),
    /// With the root cause, and what was corrected at once.
    Respond(i64, &'static str, &'static str, &'static str),
    AcceptResponse(i64, &'static str, &'static str),
    ReturnResponse(i64, &'static str, &'static str),
    Close(i64, &'static str, &'static str),
}

impl Past {
    /// The step of the lifecycle, its day, and who took it.
    pub(super) fn step(&self) -> (&'static str, i64, &'static str) {
        match self {
            Self::Step(action, at, by) => (action, *at, by),
            Self::Issue(at, by) => ("ISSUE", *at, by),
            Self::Dispute(at, by, _) => ("DISPUTE", *at, by),
            Self::Respond(at, by, ..) => ("RESPOND", *at, by),
            Self::AcceptResponse(at, by, _) => ("ACCEPT_RESPONSE", *at, by),
            Self::ReturnResponse(at, by, _) => ("RETURN_RESPONSE", *at, by),
            Self::Close(at, by, _) => ("CLOSE", *at, by),
        }
    }
}

use Past::{AcceptResponse, Close, Dispute, Issue, Respond, ReturnResponse, Step};

/// One finding of the list.
pub(super) struct Row {
    /// What the other lists call it.
    pub(super) key: &'static str,
    pub(super) protocol: &'static str,
    /// Whose engagement it is about; nothing: the sponsor's own work.
    pub(super) vendor: Option<Org>,
    /// The city of the study site that it is about.
    pub(super) site: Option<&'static str>,
    pub(super) source: From,
    pub(super) title: &'static str,
    pub(super) description: &'static str,
    pub(super) requirements: &'static [&'static str],
    pub(super) category: C,
    pub(super) severity: Severity,
    pub(super) systemic: bool,
    pub(super) author: (Side, &'static str),
    pub(super) owner: Option<&'static str>,
    /// What the sponsor thinks of it.
    pub(super) assessment: Option<&'static str>,
    pub(super) repeats: Option<&'static str>,
    pub(super) promoted_from: Option<&'static str>,
    pub(super) past: &'static [Past],
}

/// What the list's rows start from: a draft of the first sponsor's QA about the first CRO.
const BASE: Row = Row {
    key: "",
    protocol: "QF-101",
    vendor: Some(Org::Veltrona),
    site: None,
    source: From::SponsorAudit,
    title: "",
    description: "",
    requirements: &["ICH E6(R3) 3.6.8"],
    category: C::Other,
    severity: Severity::Minor,
    systemic: false,
    author: (Side::Sponsor, "petra"),
    owner: Some("ravi"),
    assessment: None,
    repeats: None,
    promoted_from: None,
    past: &[],
};

/// The findings, those of an engagement in the order in which they were issued; later ones are added at the end.
#[rustfmt::skip]
pub(super) const FINDINGS: &[Row] = &[
    Row { key: "late events", title: "Serious adverse events entered late", category: C::SafetyReporting, severity: Severity::Critical, systemic: true,
        description: "Eleven of forty serious adverse events reached the safety database after more than 24 hours; one after nine days.",
        requirements: &["ICH E6(R3) 3.13.2", "ICH E6(R3) 3.6.8"],
        assessment: Some("Second time within a year. Raise it with their management before the contract is renewed."),
        past: &[Step("SUBMIT_FOR_REVIEW", 150, "petra"), Issue(152, "oskar"), Step("ACKNOWLEDGE", 153, "ravi"),
            Respond(157, "ravi", "Sites report by mail to one person; nobody reads the mailbox at weekends.", "All forty events were entered and checked."),
            AcceptResponse(160, "petra", "The cause is understood."), Step("START_CAPA", 162, "oskar"), Step("AWAIT_VERIFICATION", 190, "ravi")], ..BASE },
    Row { key: "late reports", title: "Visit reports signed after the agreed ten days", category: C::Monitoring, site: Some("Leipzig"), source: From::OversightReview,
        description: "Four of nine reports.", author: (Side::Sponsor, "marisol"),
        past: &[Step("SUBMIT_FOR_REVIEW", 158, "marisol"), Issue(160, "idris"), Step("ACKNOWLEDGE", 162, "ravi"),
            Respond(165, "ravi", "Two monitors were on leave.", "All reports are signed."), ReturnResponse(168, "idris", "Say what keeps it from happening again."),
            Respond(170, "ravi", "Nobody stood in for two monitors on leave.", "All reports are signed; a deputy is named for each monitor."),
            AcceptResponse(173, "idris", "Good."), Close(175, "petra", "Nine of nine reports since were in time.")], ..BASE },
    Row { key: "filing", title: "Consent documents missing in the trial master file", category: C::Tmf, severity: Severity::Major, source: From::TmfQc,
        description: "Twelve of sixty signed pages could not be found.", requirements: &["ICH E6(R3) C.2"],
        past: &[Step("SUBMIT_FOR_REVIEW", 196, "petra"), Issue(200, "oskar"), Step("ACKNOWLEDGE", 201, "ravi"),
            Dispute(206, "odile", "The pages were in the sponsor's part of the file; see the transfer of 2 May.")], ..BASE },
    Row { key: "kits", title: "Samples from kits past their date", category: C::DataIntegrity, severity: Severity::Major, source: From::DataReview,
        description: "Results of fourteen samples come from kits that were past their date.", author: (Side::Sponsor, "darya"), promoted_from: Some("kits"),
        past: &[Step("SUBMIT_FOR_REVIEW", 209, "darya"), Issue(212, "petra"), Step("ACKNOWLEDGE", 214, "odile"),
            Respond(222, "odile", "Dates are on the box, and sites keep kits without it.", "The fourteen samples are flagged in the database.")], ..BASE },
    Row { key: "late reports again", title: "Visit reports signed late, again", category: C::Monitoring, site: Some("Hamburg"), source: From::OversightReview,
        description: "Three of five reports.", author: (Side::Sponsor, "marisol"), repeats: Some("late reports"),
        assessment: Some("Deputies exist on paper only."), past: &[Step("SUBMIT_FOR_REVIEW", 244, "marisol"), Issue(245, "idris")], ..BASE },
    Row { key: "consent", title: "Consent signed after screening", category: C::SubjectProtectionIcf, severity: Severity::Critical, site: Some("Lyon"),
        source: From::CoMonitoringVisit, description: "Two of eight participants were screened a day before they signed.", requirements: &["ICH E6(R3) 2.8.1"],
        assessment: Some("Not issued before the site is visited again."), ..BASE },
    Row { key: "statistics", title: "No version control of analysis programs", category: C::Statistics, severity: Severity::Major, source: From::DataReview,
        description: "Programs of the interim analysis carry no version.", author: (Side::Sponsor, "darya"), past: &[Step("SUBMIT_FOR_REVIEW", 258, "darya")], ..BASE },
    Row { key: "self reported", title: "Two monitors visited sites before their training was signed", category: C::Training, source: From::SelfReported,
        description: "Found in our own check of training records.", requirements: &[], author: (Side::Vendor, "odile"), ..BASE },
    Row { key: "rival training", vendor: Some(Org::Osprelle), title: "Monitors without training on the protocol", category: C::Training, severity: Severity::Major,
        description: "Three of seven monitors.", owner: Some("henrik"), assessment: Some("Their best people work for others."),
        past: &[Step("SUBMIT_FOR_REVIEW", 230, "petra"), Issue(233, "oskar"), Step("ACKNOWLEDGE", 235, "henrik")], ..BASE },
    Row { key: "rival audit", vendor: Some(Org::Osprelle), title: "Delegation logs kept after the fact", category: C::ContractsAndDelegation, source: From::VendorInternalAudit,
        description: "Seen at one site in an audit of our own.", author: (Side::Vendor, "dagny"), owner: Some("henrik"), past: &[Step("SUBMIT_FOR_REVIEW", 250, "dagny")], ..BASE },
    Row { key: "own oversight", vendor: None, title: "No minutes of two oversight meetings", category: C::SponsorOversight, description: "March and May.",
        source: From::OversightReview, owner: Some("marisol"), past: &[Step("SUBMIT_FOR_REVIEW", 208, "petra"), Issue(210, "idris")], ..BASE },
    Row { key: "storage", protocol: "QF-110", title: "Product stored above its temperature", category: C::IpManagement, severity: Severity::Major,
        description: "One refrigerator, six days.", past: &[Step("SUBMIT_FOR_REVIEW", 60, "petra"), Issue(62, "oskar"), Step("ACKNOWLEDGE", 63, "ravi"),
            Respond(70, "odile", "The alarm was silenced for maintenance and not set again.", "The product was put aside."), AcceptResponse(74, "oskar", "Clear."),
            Step("START_CAPA", 78, "oskar"), Step("AWAIT_VERIFICATION", 110, "ravi"), Close(185, "oskar", "No alarm was silent for three months.")], ..BASE },
    Row { key: "labels", protocol: "QF-110", vendor: Some(Org::Tarnwick), title: "Labels without a visit number", category: C::DataIntegrity, owner: Some("zofia"),
        description: "Thirty tubes.", past: &[Step("SUBMIT_FOR_REVIEW", 128, "petra"), Issue(130, "idris")], ..BASE },
    Row { key: "deputies", protocol: "BM-11", vendor: Some(Org::Osprelle), title: "CAPAs closed by those who carried them out", category: C::QmsCapa,
        severity: Severity::Major, description: "Five of eight.", author: (Side::Sponsor, "ulla"), owner: Some("dagny"),
        past: &[Step("SUBMIT_FOR_REVIEW", 204, "ulla"), Issue(205, "ulla"), Step("ACKNOWLEDGE", 207, "henrik"),
            Respond(214, "dagny", "The procedure names no second person.", "The five were checked again by another person.")], ..BASE },
];
