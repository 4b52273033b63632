//! The lifecycles of the work between the sides, transcribed by hand from the requirements (domain rules, B.11), and not from the code:
//! for each case of a record who takes which step out of which state, and whether it needs a reason (R) or a signature (S).

use tandem_domain::access::{Role, Side};
use tandem_domain::delivery::{Deliverable, DeliverableType, Document};
use tandem_domain::oversight::{Capa, DueDateExtension, Finding, FindingSeverity, Issue};
use tandem_domain::record::{Cell, Entity, Kind};

/// A record, as far as its lifecycle depends on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Of {
    /// A deliverable of this type that this side owes.
    Deliverable(Side, DeliverableType),
    /// A finding that one side wrote and one has to answer, of this severity.
    Finding(Side, Side, FindingSeverity),
    /// A CAPA that this side owns.
    Capa(Side),
    /// A request of this side for a later day.
    Extension(Side),
    /// An issue that this side raised, and the other one has to resolve.
    Issue(Side),
    /// A document that this side wrote.
    Document(Side),
}

/// A row of a table, for one case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The states it starts from.
    pub from: Vec<&'static str>,
    /// The step's name.
    pub action: &'static str,
    /// The state it leads to.
    pub to: &'static str,
    /// Who takes it; nobody where Tandem itself does.
    pub who: Vec<Role>,
    /// Whether it needs a reason.
    pub reason: bool,
    /// Whether it needs a signature.
    pub signature: bool,
}

/// What of a deliverable differs by what it is about: who hands in and who decides, of each side.
fn functions(of: DeliverableType, side: Side) -> &'static str {
    match (of, side) {
        (DeliverableType::MonitoringVisitReport, Side::Vendor) => "PM CRA",
        (
            DeliverableType::DataManagementPlan
            | DeliverableType::StatisticalAnalysisPlan
            | DeliverableType::CrfSpec
            | DeliverableType::EdcBuild
            | DeliverableType::EditCheckSpec
            | DeliverableType::DataTransfer
            | DeliverableType::DatabaseLockPackage
            | DeliverableType::SdtmDatasets
            | DeliverableType::AdamDatasets
            | DeliverableType::Tlf
            | DeliverableType::InterimAnalysis
            | DeliverableType::ValidationPackage,
            side,
        ) => of_side(side, "SM SDL", "PM VDM VST"),
        (
            DeliverableType::Protocol
            | DeliverableType::InvestigatorBrochure
            | DeliverableType::IcfTemplate
            | DeliverableType::SubmissionPackage
            | DeliverableType::Csr,
            side,
        ) => of_side(side, "SM SRA", "PM VRA"),
        (DeliverableType::SafetyManagementPlan | DeliverableType::SafetyNarrative | DeliverableType::Dsur, side) => {
            of_side(side, "SM SPV", "PM VPV")
        }
        (_, side) => of_side(side, "SM", "PM"),
    }
}

fn of_side(side: Side, sponsors: &'static str, vendors: &'static str) -> &'static str {
    if side == Side::Sponsor { sponsors } else { vendors }
}

/// The other side.
#[must_use]
pub fn across(side: Side) -> Side {
    if side == Side::Sponsor { Side::Vendor } else { Side::Sponsor }
}

const DELIVERABLE: &str = "
    PLANNED                          | PREPARE              | IN_PREPARATION         | @owing     |
    IN_PREPARATION RETURNED          | SUBMIT               | SUBMITTED              | @owing     |
    SUBMITTED                        | BEGIN_REVIEW         | IN_REVIEW              | @deciding  |
    IN_REVIEW                        | RETURN               | RETURNED               | @deciding  | R
    IN_REVIEW                        | ACCEPT               | ACCEPTED               | @deciding  | S
    IN_REVIEW                        | ACCEPT_WITH_COMMENTS | ACCEPTED_WITH_COMMENTS | @deciding  | S
    IN_REVIEW                        | WITHDRAW             | SUBMITTED              | @owing     | R
    PLANNED IN_PREPARATION RETURNED  | CANCEL               | CANCELLED              | VM SM      | R
    ACCEPTED ACCEPTED_WITH_COMMENTS  | SUPERSEDE            | SUPERSEDED             |            |
";

const FINDING: &str = "
    DRAFT                | SUBMIT_FOR_REVIEW  | UNDER_INTERNAL_REVIEW | @authors   |
    UNDER_INTERNAL_REVIEW | RETURN_TO_DRAFT   | DRAFT                 | @qa        | R
    UNDER_INTERNAL_REVIEW | ISSUE             | ISSUED                | @issuers   | S
    ISSUED               | ACKNOWLEDGE        | ACKNOWLEDGED          | @answering |
    ACKNOWLEDGED         | DISPUTE            | DISPUTED              | @answering | R
    DISPUTED             | UPHOLD             | ISSUED                | SQA        | R
    DISPUTED             | WITHDRAW           | WITHDRAWN             | SQA        | R S
    ACKNOWLEDGED         | RESPOND            | RESPONSE_SUBMITTED    | @answering |
    RESPONSE_SUBMITTED   | RETURN_RESPONSE    | ACKNOWLEDGED          | SQA VM SM  | R
    RESPONSE_SUBMITTED   | ACCEPT_RESPONSE    | RESPONSE_ACCEPTED     | @grading   |
    RESPONSE_ACCEPTED    | START_CAPA         | CAPA_IN_PROGRESS      |            |
    CAPA_IN_PROGRESS     | AWAIT_VERIFICATION | PENDING_VERIFICATION  |            |
    PENDING_VERIFICATION | CLOSE              | CLOSED                | SQA        | S
    CLOSED               | REOPEN             | ISSUED                | SQA        | R S
";
const OF_LIGHT_FINDINGS: &str = "
    RESPONSE_ACCEPTED    | CLOSE              | CLOSED                | VM SQA     | S
";
const OF_MAJOR_FINDINGS: &str = "
    RESPONSE_ACCEPTED    | WAIVE_CAPA         | PENDING_VERIFICATION  | SQA        | S
";

const CAPA: &str = "
    DRAFT REJECTED           | SUBMIT           | SUBMITTED           | @owning |
    SUBMITTED                | APPROVE          | APPROVED            | SQA     | S
    SUBMITTED                | REJECT           | REJECTED            | SQA     | R
    APPROVED                 | IMPLEMENT        | IMPLEMENTING        |         |
    IMPLEMENTING             | COMPLETE         | IMPLEMENTED         | @owning |
    IMPLEMENTED              | BEGIN_CHECK      | EFFECTIVENESS_CHECK | SQA     |
    EFFECTIVENESS_CHECK      | CLOSE_EFFECTIVE  | CLOSED_EFFECTIVE    | SQA     | S
    EFFECTIVENESS_CHECK      | MARK_INEFFECTIVE | INEFFECTIVE         | SQA     | R S
    EFFECTIVENESS_CHECK      | DEFER_CHECK      | EFFECTIVENESS_CHECK | SQA     |
    DRAFT SUBMITTED REJECTED | CANCEL           | CANCELLED           | SQA     | R
";

const EXTENSION: &str = "
    REQUESTED | APPROVE | APPROVED | SQA |
    REQUESTED | REFUSE  | REFUSED  | SQA | R
";

const ISSUE: &str = "
    OPEN                  | START    | IN_PROGRESS | SM VM SQA SRA SPV SDL PM CRA VDM VST VQA VRA VPV |
    IN_PROGRESS           | ESCALATE | ESCALATED   | SM VM SQA PM VQA                                 | R
    ESCALATED             | RESUME   | IN_PROGRESS | SM VM SQA PM VQA                                 |
    IN_PROGRESS ESCALATED | RESOLVE  | RESOLVED    | SM VM SQA SRA SPV SDL PM CRA VDM VST VQA VRA VPV |
    RESOLVED              | CLOSE    | CLOSED      | @raising                                         |
";

const DOCUMENT: &str = "
    DRAFT     | SUBMIT_FOR_REVIEW | IN_REVIEW  | @writing |
    IN_REVIEW | APPROVE           | APPROVED   | @writing | S
    APPROVED  | MAKE_EFFECTIVE    | EFFECTIVE  | @writing |
    EFFECTIVE | MAKE_OBSOLETE     | OBSOLETE   | @writing | R
    EFFECTIVE | SUPERSEDE         | SUPERSEDED |          |
";

impl Of {
    /// Every case that the tables tell apart.
    #[must_use]
    pub fn all() -> Vec<Self> {
        let sides = [Side::Sponsor, Side::Vendor];
        let deliverables = sides.iter().flat_map(|side| DeliverableType::ALL.iter().map(|of| Self::Deliverable(*side, *of)));
        // A vendor's own finding is of its engagement, and so its own to answer.
        let kinds = [(Side::Sponsor, Side::Vendor), (Side::Sponsor, Side::Sponsor), (Side::Vendor, Side::Vendor)];
        let severities = [FindingSeverity::Critical, FindingSeverity::Major, FindingSeverity::Minor, FindingSeverity::Recommendation];
        let findings = kinds.iter().flat_map(|(by, to)| severities.iter().map(|severity| Self::Finding(*by, *to, *severity)));
        let others = sides.iter().flat_map(|side| [Self::Capa(*side), Self::Extension(*side), Self::Issue(*side), Self::Document(*side)]);
        deliverables.chain(findings).chain(others).collect()
    }

    /// The kind of the record.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Deliverable(..) => Kind::Deliverable,
            Self::Finding(..) => Kind::Finding,
            Self::Capa(_) => Kind::Capa,
            Self::Extension(_) => Kind::DueDateExtension,
            Self::Issue(_) => Kind::Issue,
            Self::Document(_) => Kind::Document,
        }
    }

    /// Its table.
    ///
    /// # Panics
    /// Where a row cannot be read: it was written wrongly.
    #[must_use]
    pub fn rows(self) -> Vec<Row> {
        let grave = |severity| matches!(severity, FindingSeverity::Critical | FindingSeverity::Major);
        let text = match self {
            Self::Deliverable(..) => vec![DELIVERABLE],
            Self::Finding(_, _, FindingSeverity::Major) => vec![FINDING, OF_MAJOR_FINDINGS],
            Self::Finding(_, _, severity) if !grave(severity) => vec![FINDING, OF_LIGHT_FINDINGS],
            Self::Finding(..) => vec![FINDING],
            Self::Capa(_) => vec![CAPA],
            Self::Extension(_) => vec![EXTENSION],
            Self::Issue(_) => vec![ISSUE],
            Self::Document(_) => vec![DOCUMENT],
        };
        let lines = text.into_iter().flat_map(str::lines).map(str::trim).filter(|line| !line.is_empty());
        lines.map(|line| self.row(line)).collect()
    }

    /// The steps out of a state that somebody takes.
    #[must_use]
    pub fn rows_from(self, state: &str) -> Vec<Row> {
        self.rows().into_iter().filter(|row| row.from.contains(&state) && !row.who.is_empty()).collect()
    }

    #[expect(clippy::panic, reason = "a table that cannot be read judges nothing")]
    fn row(self, line: &'static str) -> Row {
        let [from, action, to, who, marks] = line.split('|').map(str::trim).collect::<Vec<_>>()[..] else { panic!("{line}") };
        Row {
            from: from.split_whitespace().collect(),
            action,
            to,
            who: self.named(who).split_whitespace().map(role).collect(),
            reason: marks.contains('R'),
            signature: marks.contains('S'),
        }
    }

    fn named(self, who: &'static str) -> &'static str {
        let grave = |severity| matches!(severity, FindingSeverity::Critical | FindingSeverity::Major);
        match (who, self) {
            ("@owing", Self::Deliverable(side, of)) => functions(of, side),
            ("@deciding", Self::Deliverable(side, of)) => functions(of, across(side)),
            ("@authors", Self::Finding(side, ..)) => of_side(side, "SQA SM VM SRA SPV SDL", "VQA"),
            ("@qa", Self::Finding(side, ..)) => of_side(side, "SQA", "VQA"),
            ("@issuers", Self::Finding(Side::Vendor, ..)) => "VQA",
            ("@issuers" | "@grading", Self::Finding(_, _, severity)) => {
                if grave(severity) {
                    "SQA"
                } else {
                    "VM"
                }
            }
            ("@answering", Self::Finding(_, side, _)) => of_side(side, "SM", "PM VQA"),
            ("@owning", Self::Capa(side)) => of_side(side, "SM", "PM VQA"),
            ("@raising", Self::Issue(side)) => of_side(side, "SM VM SQA SRA SPV SDL", "PM CRA VDM VST VQA VRA VPV"),
            ("@writing", Self::Document(side)) => of_side(side, "SM VM SQA SRA SPV SDL", "PM VRA VPV"),
            (who, _) => who,
        }
    }

    /// The record made one of this case, out of one of its kind with nothing special about it.
    #[must_use]
    pub fn dress(self, record: Entity) -> Entity {
        match (self, record) {
            (Self::Deliverable(owed_by, deliverable_type), Entity::Deliverable(one)) => {
                Entity::Deliverable(Deliverable { owed_by, deliverable_type, ball_in_court: Some(owed_by), ..one })
            }
            (Self::Finding(author_side, answered_by, severity), Entity::Finding(one)) => {
                Entity::Finding(Finding { author_side, answered_by, severity, ..one })
            }
            (Self::Capa(owner_side), Entity::Capa(one)) => Entity::Capa(Capa { owner_side, ..one }),
            (Self::Extension(_), Entity::DueDateExtension(one)) => Entity::DueDateExtension(DueDateExtension { ..one }),
            (Self::Issue(raised_by_side), Entity::Issue(one)) => {
                Entity::Issue(Issue { raised_by_side, owner_side: across(raised_by_side), ..one })
            }
            (Self::Document(owner_side), Entity::Document(one)) => Entity::Document(Document { owner_side, ..one }),
            (_, record) => record,
        }
    }
}

/// The record in another state.
///
/// # Panics
/// Where it has none of this name.
#[must_use]
#[expect(clippy::expect_used, reason = "a test that names no state cannot go on")]
pub fn in_state(record: &Entity, state: &str) -> Entity {
    let kind = record.kind();
    let mut cells = record.cells();
    let column = kind.def().lifecycle.map(|lifecycle| lifecycle.column).expect("a lifecycle");
    let position = kind.def().position(column).expect("its column");
    *cells.get_mut(position).expect("its cell") = Cell::Text(state.to_owned());
    kind.decode(cells).expect("a state of the lifecycle")
}

/// The role that the requirements abbreviate so.
#[expect(clippy::panic, reason = "a table that names nobody judges nothing")]
fn role(short: &str) -> Role {
    match short {
        "SM" => Role::SStudyManager,
        "VM" => Role::SVendorManager,
        "SQA" => Role::SQa,
        "SRA" => Role::SRegulatory,
        "SPV" => Role::SSafety,
        "SDL" => Role::SDataLead,
        "PM" => Role::VProjectManager,
        "CRA" => Role::VCra,
        "VDM" => Role::VDataManager,
        "VST" => Role::VBiostatistician,
        "VQA" => Role::VQa,
        "VRA" => Role::VRegulatory,
        "VPV" => Role::VSafety,
        other => panic!("{other} is no role"),
    }
}
