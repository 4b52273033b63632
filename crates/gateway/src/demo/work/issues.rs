//! The demo's issues: raised by either side, in every state, one taken to a higher level, one that a finding was made of.

use tandem_domain::access::Side;
use tandem_domain::oversight::{FindingSeverity, Issue, IssueKind as K, IssueState};
use tandem_domain::record::{Entity, Record};

use super::Stage;
use super::stage::step;
use crate::demo::calendar::day;
use crate::demo::ids::{Ids, List};
use crate::demo::organizations::Org;

/// One issue of the list.
struct Row {
    /// What the other lists call it.
    key: &'static str,
    protocol: &'static str,
    vendor: Org,
    title: &'static str,
    description: &'static str,
    kind: K,
    severity: FindingSeverity,
    raised_by: (Side, &'static str),
    owner: (Side, &'static str),
    due: u64,
    resolution: Option<&'static str>,
    /// The steps that it took: which, when, by whom.
    past: &'static [(&'static str, i64, &'static str)],
}

/// What the list's rows start from: the first CRO's, for the first sponsor to resolve.
const BASE: Row = Row {
    key: "",
    protocol: "QF-101",
    vendor: Org::Veltrona,
    title: "",
    description: "",
    kind: K::Operational,
    severity: FindingSeverity::Minor,
    raised_by: (Side::Vendor, "ravi"),
    owner: (Side::Sponsor, "marisol"),
    due: 260,
    resolution: None,
    past: &[],
};

/// The issues; later ones are added at the end.
#[rustfmt::skip]
const ISSUES: &[Row] = &[
    Row { key: "kits", title: "Laboratory kits past their date", description: "Two sites have used kits that were past their date by up to nine days.",
        kind: K::Data, severity: FindingSeverity::Major, raised_by: (Side::Sponsor, "darya"), owner: (Side::Vendor, "ravi"), due: 210,
        resolution: Some("All kits are exchanged; the depot checks dates each Monday."), past: &[("START", 195, "ravi"), ("RESOLVE", 207, "ravi")], ..BASE },
    Row { key: "amendment", title: "No amendment, no training of sites", description: "Sites cannot be trained for the new visit window before the amendment is there.",
        severity: FindingSeverity::Major, past: &[("START", 242, "marisol"), ("ESCALATE", 255, "ravi")], ..BASE },
    Row { key: "turnover", title: "Three monitors left within a quarter", description: "Visits in Germany are late since April.", kind: K::Resourcing,
        raised_by: (Side::Sponsor, "idris"), owner: (Side::Vendor, "ravi"), due: 240, past: &[("START", 222, "ravi")], ..BASE },
    Row { key: "depot", vendor: Org::Osprelle, title: "No contract with the depot in Japan", description: "The depot ships nothing before the sponsor signs.",
        kind: K::Contract, raised_by: (Side::Vendor, "henrik"), owner: (Side::Sponsor, "idris"), ..BASE },
    Row { key: "recruitment", vendor: Org::Osprelle, title: "Recruitment below plan in the United States", description: "Half of what was planned by June.",
        raised_by: (Side::Sponsor, "marisol"), owner: (Side::Vendor, "henrik"), due: 230, resolution: Some("Two more sites screen since July."),
        past: &[("START", 200, "henrik"), ("RESOLVE", 225, "henrik"), ("CLOSE", 228, "marisol")], ..BASE },
    Row { key: "access", vendor: Org::Tarnwick, title: "No access to the sample tracker", description: "The laboratory cannot see shipments of two countries.",
        kind: K::Data, raised_by: (Side::Vendor, "zofia"), owner: (Side::Sponsor, "darya"), due: 275, ..BASE },
    Row { key: "backup", protocol: "BM-11", vendor: Org::Osprelle, title: "No deputy for the project director", description: "Nobody decides while he is away.",
        kind: K::Resourcing, raised_by: (Side::Sponsor, "leopold"), owner: (Side::Vendor, "henrik"), due: 220, ..BASE },
];

/// All of them.
pub(super) struct Issues(Vec<(&'static str, Issue)>);

impl Issues {
    /// The issue that the other lists call so.
    pub(super) fn named(&self, key: &str) -> Option<&Issue> {
        self.0.iter().find(|(known, _)| *known == key).map(|(_, issue)| issue)
    }

    pub(super) fn into_entities(self) -> impl Iterator<Item = Entity> {
        self.0.into_iter().map(|(_, issue)| issue.into_entity())
    }
}

pub(super) fn make(stage: &Stage<'_>) -> Issues {
    let ids = Ids::of(List::Issues);
    Issues(ISSUES.iter().filter_map(|row| Some((row.key, one(stage, row, &ids)?))).collect())
}

fn one(stage: &Stage<'_>, row: &Row, ids: &Ids) -> Option<Issue> {
    let engagement = stage.engagement(row.protocol, row.vendor)?;
    let mut issue = Issue {
        id: ids.next(),
        sponsor_id: engagement.sponsor_id,
        study_id: engagement.study_id,
        vendor_id: engagement.vendor_id,
        engagement_id: engagement.id,
        country_code: None,
        study_site_id: None,
        title: format!("{} (invented)", row.title),
        description: Some(row.description.to_owned()),
        issue_kind: row.kind,
        raised_by_side: row.raised_by.0,
        raised_by_id: stage.person(row.raised_by.1)?,
        severity: row.severity,
        state: IssueState::Open,
        escalation_level: 0,
        owner_side: row.owner.0,
        owner_id: Some(stage.person(row.owner.1)?),
        due_date: Some(day(row.due)),
        resolution: None,
        settled_at: None,
        ball_in_court: Some(row.owner.0),
    };
    for (action, at, by) in row.past {
        issue = step(&issue, action, *at, stage.person(by)?)?;
    }
    issue.resolution = row.resolution.map(str::to_owned);
    Some(issue)
}
