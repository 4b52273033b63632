//! The demo's CAPAs: one that did not help and its successor, one that did, some that wait; with their actions, later days and checks.

use tandem_domain::id::{FindingId, PersonId};
use tandem_domain::oversight::{
    Capa, CapaAction, CapaKind, CapaState, DueDateExtension, EffectivenessCheck, EffectivenessOutcome as Outcome, ExtensionState, Finding,
};
use tandem_domain::record::{Entity, Record};

use super::Stage;
use super::documents::Documents;
use super::findings::Oversight;
use super::stage::step;
use crate::demo::calendar::{day, moment};
use crate::demo::ids::{Ids, List};

/// One action of a CAPA.
struct Action {
    text: &'static str,
    owner: &'static str,
    due: u64,
    /// When it was done, and the document that shows it.
    done: Option<(i64, &'static str)>,
    /// Later days asked for: when, until when, why, and when it was granted.
    later: Option<(i64, u64, &'static str, Option<i64>)>,
}

/// One check whether a CAPA helped.
struct Check {
    planned: u64,
    method: &'static str,
    criteria: &'static str,
    done: Option<(i64, &'static str, Outcome, &'static str)>,
}

/// One CAPA of the list.
struct Row {
    /// What the other lists call it.
    key: &'static str,
    finding: &'static str,
    kind: CapaKind,
    plan: &'static str,
    due: u64,
    owner: &'static str,
    successor_of: Option<&'static str>,
    actions: &'static [Action],
    checks: &'static [Check],
    /// The steps that it took: which, when, by whom.
    past: &'static [(&'static str, i64, &'static str)],
}

/// The CAPAs; later ones are added at the end. A successor stands after what it takes the place of.
#[rustfmt::skip]
const CAPAS: &[Row] = &[
    Row { key: "mailbox", finding: "late events", kind: CapaKind::Corrective, plan: "Train all monitors to forward reports the same day.", due: 190, owner: "ravi", successor_of: None,
        actions: &[Action { text: "Hold the training.", owner: "ravi", due: 180, done: Some((178, "training")), later: None }],
        checks: &[Check { planned: 220, method: "Compare the day of 30 events with the day of their entry.", criteria: "At least 29 within 24 hours.",
            done: Some((222, "petra", Outcome::Ineffective, "Six of thirty were late; all of them at weekends.")) }],
        past: &[("SUBMIT", 157, "ravi"), ("APPROVE", 162, "oskar"), ("IMPLEMENT", 162, "oskar"), ("COMPLETE", 190, "ravi"), ("BEGIN_CHECK", 221, "petra"),
            ("MARK_INEFFECTIVE", 222, "petra")] },
    Row { key: "entry", finding: "late events", kind: CapaKind::Corrective, plan: "Let sites enter events themselves, with an alarm after 12 hours.", due: 270, owner: "ravi",
        successor_of: Some("mailbox"),
        actions: &[
            Action { text: "Reconcile all events of June.", owner: "odile", due: 240, done: Some((238, "reconciliation")), later: None },
            Action { text: "Build the alarm.", owner: "ravi", due: 250, done: None, later: Some((247, 275, "The supplier needs four more weeks.", Some(249))) },
            Action { text: "Train the sites in Germany.", owner: "saoirse", due: 255, done: None, later: Some((254, 290, "Two sites have no date before the autumn.", None)) },
        ],
        checks: &[Check { planned: 1_930, method: "Compare the day of 30 events with the day of their entry.", criteria: "All within 24 hours.", done: None }],
        past: &[("SUBMIT", 226, "ravi"), ("APPROVE", 230, "oskar"), ("IMPLEMENT", 230, "oskar")] },
    Row { key: "kit dates", finding: "kits", kind: CapaKind::Preventive, plan: "Print the date on each kit; have sites scan it before use.", due: 265, owner: "odile", successor_of: None,
        actions: &[Action { text: "Agree the label with the laboratory.", owner: "odile", due: 250, done: None, later: None }], checks: &[],
        past: &[("SUBMIT", 222, "odile")] },
    Row { key: "alarms", finding: "storage", kind: CapaKind::Corrective, plan: "Alarms that are silenced set themselves again after an hour.", due: 112, owner: "odile", successor_of: None,
        actions: &[Action { text: "Change the setting at every site.", owner: "odile", due: 108, done: Some((107, "training")), later: None }],
        checks: &[Check { planned: 180, method: "Look at the alarm logs of three months.", criteria: "No alarm silent for more than an hour.",
            done: Some((182, "oskar", Outcome::Effective, "None was.")) }],
        past: &[("SUBMIT", 70, "odile"), ("APPROVE", 78, "oskar"), ("IMPLEMENT", 78, "oskar"), ("COMPLETE", 110, "odile"), ("BEGIN_CHECK", 181, "oskar"),
            ("CLOSE_EFFECTIVE", 182, "oskar")] },
    Row { key: "second person", finding: "deputies", kind: CapaKind::Corrective, plan: "The system refuses a close by who carried the action out.", due: 260, owner: "dagny", successor_of: None,
        actions: &[Action { text: "Change the procedure and the system.", owner: "dagny", due: 255, done: None, later: None }], checks: &[],
        past: &[("SUBMIT", 214, "dagny")] },
];

/// All of them, with their parts.
#[derive(Default)]
pub(super) struct Capas {
    capas: Vec<(&'static str, Capa)>,
    actions: Vec<CapaAction>,
    extensions: Vec<DueDateExtension>,
    checks: Vec<EffectivenessCheck>,
}

impl Capas {
    /// The CAPA that the other lists call so.
    pub(super) fn named(&self, key: &str) -> Option<&Capa> {
        self.capas.iter().find(|(known, _)| *known == key).map(|(_, capa)| capa)
    }

    /// Whether one for this finding is approved and did not turn out ineffective.
    pub(super) fn has_approved(&self, finding: FindingId) -> bool {
        let of_it = self.capas.iter().map(|(_, capa)| capa).filter(|capa| capa.finding_id == finding && capa.approved_at.is_some());
        of_it.into_iter().any(|capa| !matches!(capa.state, CapaState::Ineffective | CapaState::Cancelled))
    }

    pub(super) fn into_entities(self) -> impl Iterator<Item = Entity> {
        let capas = self.capas.into_iter().map(|(_, capa)| capa.into_entity());
        let actions = self.actions.into_iter().map(Record::into_entity);
        let extensions = self.extensions.into_iter().map(Record::into_entity);
        capas.chain(actions).chain(extensions).chain(self.checks.into_iter().map(Record::into_entity))
    }
}

/// The plan of the CAPA that the answer to this finding proposed.
pub(super) fn first_plan(finding: &str) -> Option<&'static str> {
    CAPAS.iter().find(|row| row.finding == finding).map(|row| row.plan)
}

pub(super) fn make(stage: &Stage<'_>, oversight: &Oversight, documents: &Documents) -> Capas {
    let ids = [List::Capas, List::CapaActions, List::Extensions, List::Checks].map(Ids::of);
    let mut made = Capas::default();
    for row in CAPAS {
        let Some(finding) = oversight.named(row.finding) else { continue };
        let Some(capa) = one(stage, row, finding, &made, &ids[0]) else { continue };
        for action in row.actions {
            made.parts_of(stage, &capa, action, documents, &ids);
        }
        made.checks.extend(row.checks.iter().map(|row| check(stage, &capa, row, &ids[3])));
        made.capas.push((row.key, capa));
    }
    made
}

fn one(stage: &Stage<'_>, row: &Row, finding: &Finding, made: &Capas, ids: &Ids) -> Option<Capa> {
    let mut capa = Capa {
        id: ids.next(),
        sponsor_id: finding.sponsor_id,
        study_id: finding.study_id,
        vendor_id: finding.vendor_id,
        engagement_id: finding.engagement_id,
        country_code: finding.country_code,
        study_site_id: finding.study_site_id,
        finding_id: finding.id,
        owner_side: finding.answered_by,
        owner_id: stage.person(row.owner)?,
        capa_kind: row.kind,
        state: CapaState::Draft,
        plan: row.plan.to_owned(),
        due_date: day(row.due),
        approved_by_id: None,
        approved_at: None,
        implemented_by_id: None,
        implemented_at: None,
        successor_of_id: row.successor_of.and_then(|key| made.named(key)).map(|capa| capa.id),
        inconclusive_checks: 0,
        settled_at: None,
        ball_in_court: Some(finding.answered_by),
    };
    for (action, at, by) in row.past {
        capa = step(&capa, action, *at, stage.person(by)?)?;
    }
    Some(capa)
}

impl Capas {
    /// An action, and the request for a later day of it.
    fn parts_of(&mut self, stage: &Stage<'_>, capa: &Capa, row: &Action, documents: &Documents, ids: &[Ids; 4]) -> Option<()> {
        let owner_id = stage.person(row.owner)?;
        let mut action = CapaAction {
            id: ids[1].next(),
            sponsor_id: capa.sponsor_id,
            study_id: capa.study_id,
            vendor_id: capa.vendor_id,
            engagement_id: capa.engagement_id,
            country_code: capa.country_code,
            study_site_id: capa.study_site_id,
            capa_id: capa.id,
            owner_side: capa.owner_side,
            owner_id,
            text: row.text.to_owned(),
            due_date: day(row.due),
            original_due_date: day(row.due),
            completed_at: row.done.map(|(at, _)| moment(at)),
            completed_by_id: row.done.map(|_| owner_id),
            evidence_id: row.done.and_then(|(_, key)| documents.named(key)).map(|document| document.id),
        };
        if let Some((asked, to, rationale, granted)) = row.later {
            let decided_by = stage.person("oskar")?;
            let extension = extension(&action, (asked, to, rationale), granted, decided_by, ids[2].next())?;
            if extension.state == ExtensionState::Approved {
                action.due_date = extension.to_date;
            }
            self.extensions.push(extension);
        }
        self.actions.push(action);
        Some(())
    }
}

fn extension(
    action: &CapaAction,
    (asked, to, rationale): (i64, u64, &str),
    granted: Option<i64>,
    decided_by: PersonId,
    id: tandem_domain::id::DueDateExtensionId,
) -> Option<DueDateExtension> {
    let requested = DueDateExtension {
        id,
        sponsor_id: action.sponsor_id,
        study_id: action.study_id,
        vendor_id: action.vendor_id,
        engagement_id: action.engagement_id,
        country_code: action.country_code,
        study_site_id: action.study_site_id,
        capa_id: action.capa_id,
        capa_action_id: action.id,
        state: ExtensionState::Requested,
        requested_by_id: action.owner_id,
        requested_at: moment(asked),
        rationale: rationale.to_owned(),
        from_date: action.due_date,
        to_date: day(to),
        decided_by_id: None,
        decided_at: None,
    };
    match granted {
        None => Some(requested),
        Some(at) => step(&requested, "APPROVE", at, decided_by),
    }
}

fn check(stage: &Stage<'_>, capa: &Capa, row: &Check, ids: &Ids) -> EffectivenessCheck {
    EffectivenessCheck {
        id: ids.next(),
        sponsor_id: capa.sponsor_id,
        study_id: capa.study_id,
        vendor_id: capa.vendor_id,
        engagement_id: capa.engagement_id,
        country_code: capa.country_code,
        study_site_id: capa.study_site_id,
        capa_id: capa.id,
        method: row.method.to_owned(),
        criteria: row.criteria.to_owned(),
        planned_on: day(row.planned),
        performed_at: row.done.map(|(at, ..)| moment(at)),
        performed_by_id: row.done.and_then(|(_, by, ..)| stage.person(by)),
        outcome: row.done.map(|(.., outcome, _)| outcome),
        note: row.done.map(|(.., note)| note.to_owned()),
        evidence_id: None,
    }
}
