//! The demo's findings: drafts of each side, one disputed, one that repeats another, one whose CAPA did not help, one that is closed;
//! with their answers, and what the sponsor thinks of them.

use tandem_domain::access::Side;
use tandem_domain::id::PersonId;
use tandem_domain::oversight::{
    Finding, FindingInternal, FindingResponse, FindingState, ResponseVerdict, RootCauseCategory, RootCauseMethod, response_due,
};
use tandem_domain::record::{Entity, Record};

use super::Stage;
use super::capas::{self, Capas};
use super::documents::Documents;
use super::found::{FINDINGS, Past, Row};
use super::issues::Issues;
use super::stage::step;
use crate::demo::calendar::moment;
use crate::demo::ids::{Ids, List};

/// All of them, with their answers and their CAPAs.
pub(super) struct Oversight {
    findings: Vec<(&'static str, Finding)>,
    internal: Vec<FindingInternal>,
    responses: Vec<FindingResponse>,
    pub(super) capas: Capas,
}

impl Oversight {
    /// The finding that the other lists call so.
    pub(super) fn named(&self, key: &str) -> Option<&Finding> {
        self.findings.iter().find(|(known, _)| *known == key).map(|(_, finding)| finding)
    }

    pub(super) fn into_entities(self) -> impl Iterator<Item = Entity> {
        let findings = self.findings.into_iter().map(|(_, finding)| finding.into_entity());
        let internal = self.internal.into_iter().map(Record::into_entity);
        let responses = self.responses.into_iter().map(Record::into_entity);
        findings.chain(internal).chain(responses).chain(self.capas.into_entities())
    }
}

pub(super) fn make(stage: &Stage<'_>, issues: &Issues, documents: &Documents) -> Oversight {
    let (ids, response_ids) = (Ids::of(List::Findings), Ids::of(List::Responses));
    let mut made = Oversight { findings: Vec::new(), internal: Vec::new(), responses: Vec::new(), capas: Capas::default() };
    for row in FINDINGS {
        let Some(mut finding) = draft(stage, row, &made, issues, &ids) else { continue };
        if take_all(stage, row, &mut finding, &mut made, &response_ids).is_none() {
            continue;
        }
        if let Some(assessment) = row.assessment {
            made.internal.push(internal(&finding, assessment));
        }
        made.findings.push((row.key, finding));
    }
    let capas = capas::make(stage, &made, documents);
    for (_, finding) in &mut made.findings {
        finding.has_approved_capa = capas.has_approved(finding.id);
    }
    Oversight { capas, ..made }
}

fn draft(stage: &Stage<'_>, row: &Row, made: &Oversight, issues: &Issues, ids: &Ids) -> Option<Finding> {
    let study = stage.study(row.protocol)?;
    let engagement = match row.vendor {
        None => None,
        Some(vendor) => Some(stage.engagement(row.protocol, vendor)?),
    };
    let site = match row.site {
        None => None,
        Some(city) => Some(stage.site(study, city)?),
    };
    let (author_side, author) = row.author;
    Some(Finding {
        id: ids.next(),
        sponsor_id: study.sponsor_id,
        study_id: study.id,
        vendor_id: engagement.map(|engagement| engagement.vendor_id),
        engagement_id: engagement.map(|engagement| engagement.id),
        study_country_id: site.map(|site| site.study_country_id),
        country_code: site.map(|site| site.country_code),
        study_site_id: site.map(|site| site.id),
        source: row.source,
        reference: None,
        title: format!("{} (invented)", row.title),
        description: row.description.to_owned(),
        requirement_refs: row.requirements.iter().map(|text| (*text).to_owned()).collect(),
        category: row.category,
        severity: row.severity,
        native_grade: None,
        state: FindingState::Draft,
        systemic: row.systemic,
        author_id: stage.person(author)?,
        author_side,
        answered_by: if engagement.is_some() { Side::Vendor } else { Side::Sponsor },
        owner_id: row.owner.and_then(|local| stage.person(local)),
        issued_at: None,
        response_due_at: None,
        responded_at: None,
        disputed: false,
        capa_required: row.severity.is_grave(),
        capa_waiver_rationale: None,
        has_approved_capa: false,
        closed_at: None,
        closed_by_id: None,
        closure_rationale: None,
        recurrence_of_id: row.repeats.and_then(|key| made.named(key)).map(|finding| finding.id),
        reopened: 0,
        reopened_at: None,
        promoted_from_id: row.promoted_from.and_then(|key| issues.named(key)).map(|issue| issue.id),
        ball_in_court: Some(author_side),
    })
}

/// Takes every step that a finding took; nothing where the lifecycle has none such.
fn take_all(stage: &Stage<'_>, row: &Row, finding: &mut Finding, made: &mut Oversight, ids: &Ids) -> Option<()> {
    for past in row.past {
        let (action, at, by) = past.step();
        let by = stage.person(by)?;
        *finding = step(finding, action, at, by)?;
        match past {
            Past::Step(..) => {}
            Past::Issue(..) => {
                finding.response_due_at = Some(response_due(finding.severity, moment(at)));
                finding.reference = Some(format!("F-{:03}", 1 + issued_beside(&made.findings, finding)));
            }
            Past::Dispute(.., why) => made.responses.push(FindingResponse { disputed: true, ..answer(finding, made, ids, (at, by), why) }),
            Past::Respond(.., root_cause, correction) => {
                let given = answer(finding, made, ids, (at, by), correction);
                made.responses.push(with_root_cause(given, finding, root_cause, capas::first_plan(row.key)));
            }
            Past::AcceptResponse(.., comment) => say(finding, made, (at, by), ResponseVerdict::Accepted, comment),
            Past::ReturnResponse(.., comment) => say(finding, made, (at, by), ResponseVerdict::Returned, comment),
            Past::Close(.., rationale) => finding.closure_rationale = Some((*rationale).to_owned()),
        }
    }
    Some(())
}

/// How many findings of the same engagement, or of the sponsor's own in the same study, were issued before.
fn issued_beside(findings: &[(&str, Finding)], finding: &Finding) -> usize {
    let beside = |other: &Finding| (other.study_id, other.engagement_id) == (finding.study_id, finding.engagement_id);
    findings.iter().filter(|(_, other)| other.reference.is_some() && beside(other)).count()
}

fn answer(finding: &Finding, made: &Oversight, ids: &Ids, (at, by): (i64, PersonId), correction: &str) -> FindingResponse {
    let before = made.responses.iter().filter(|response| response.finding_id == finding.id).count();
    FindingResponse {
        id: ids.next(),
        sponsor_id: finding.sponsor_id,
        study_id: finding.study_id,
        vendor_id: finding.vendor_id,
        engagement_id: finding.engagement_id,
        country_code: finding.country_code,
        study_site_id: finding.study_site_id,
        finding_id: finding.id,
        finding_category: finding.category,
        number: i64::try_from(before).unwrap_or(0) + 1,
        submitted_by_side: finding.answered_by,
        submitted_by_id: by,
        submitted_at: moment(at),
        root_cause_method: None,
        root_cause_category: None,
        root_cause: None,
        correction: correction.to_owned(),
        proposed_capa: None,
        disputed: false,
        verdict: None,
        verdict_by_id: None,
        verdict_at: None,
        verdict_comment: None,
    }
}

/// A CRITICAL or MAJOR one is answered with its root cause; its CAPA says what is to be done.
fn with_root_cause(given: FindingResponse, finding: &Finding, root_cause: &str, plan: Option<&str>) -> FindingResponse {
    let grave = finding.severity.is_grave();
    FindingResponse {
        root_cause_method: grave.then_some(RootCauseMethod::FiveWhys),
        root_cause_category: grave.then_some(RootCauseCategory::Process),
        root_cause: Some(root_cause.to_owned()),
        proposed_capa: plan.map(str::to_owned),
        ..given
    }
}

/// What is said of the newest answer that is no dispute.
fn say(finding: &Finding, made: &mut Oversight, (at, by): (i64, PersonId), verdict: ResponseVerdict, comment: &str) {
    let newest = made.responses.iter_mut().rev().find(|response| response.finding_id == finding.id && !response.disputed);
    if let Some(response) = newest {
        response.verdict = Some(verdict);
        response.verdict_by_id = Some(by);
        response.verdict_at = Some(moment(at));
        response.verdict_comment = Some(comment.to_owned());
    }
}

fn internal(finding: &Finding, assessment: &str) -> FindingInternal {
    FindingInternal {
        id: finding.id,
        sponsor_id: finding.sponsor_id,
        study_id: finding.study_id,
        country_code: finding.country_code,
        study_site_id: finding.study_site_id,
        draft: finding.is_draft(),
        internal_assessment: Some(assessment.to_owned()),
        proposed_severity: None,
        proposed_by_id: None,
    }
}
