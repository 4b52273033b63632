//! What is tried on the stage: a record for each case and state, with surroundings in which everything holds that does not depend on who
//! asks; who sees it; and what hinders whom, all said by hand.

use tandem_domain::access::{Role, Side};
use tandem_domain::delivery::{Deliverable, DeliverableType, Document};
use tandem_domain::id::{DocumentId, TypedId};
use tandem_domain::lifecycle::Guard;
use tandem_domain::oversight::{Capa, CapaState, Finding, FindingSeverity, FindingState};
use tandem_domain::record::{Entity, Record};
use tandem_tests::lifecycles::{Of, in_state};
use tandem_tests::records;

use super::stage::{Player, Set, id_of};

/// A record that steps are tried on.
pub(crate) struct Play {
    pub(crate) of: Of,
    pub(crate) state: &'static str,
    pub(crate) record: Entity,
    /// The step that is really taken in the end; nothing where steps are only tried.
    pub(crate) taken: Option<&'static str>,
}

/// The cases that are played: each side, each severity, and of deliverables one whose types differ in who answers for them.
pub(crate) fn cases() -> Vec<Of> {
    use FindingSeverity::{Critical, Major, Minor, Recommendation};
    use Side::{Sponsor, Vendor};
    vec![
        Of::Deliverable(Vendor, DeliverableType::Tlf),
        Of::Deliverable(Vendor, DeliverableType::MonitoringVisitReport),
        Of::Deliverable(Sponsor, DeliverableType::Protocol),
        Of::Finding(Sponsor, Vendor, Critical),
        Of::Finding(Sponsor, Vendor, Recommendation),
        Of::Finding(Sponsor, Sponsor, Major),
        Of::Finding(Vendor, Vendor, Critical),
        Of::Finding(Vendor, Vendor, Minor),
        Of::Capa(Vendor),
        Of::Capa(Sponsor),
        Of::Extension(Vendor),
        Of::Extension(Sponsor),
        Of::Issue(Sponsor),
        Of::Issue(Vendor),
        Of::Document(Sponsor),
        Of::Document(Vendor),
    ]
}

/// The states of the case's lifecycle.
pub(crate) fn states(of: Of) -> Vec<&'static str> {
    let rows = of.rows();
    let mut states: Vec<&'static str> = rows.iter().flat_map(|row| row.from.iter().copied().chain([row.to])).collect();
    states.sort_unstable();
    states.dedup();
    states
}

/// Makes records, each under a number of its own.
pub(crate) struct Props {
    pub(crate) set: Set,
    next: u128,
    /// What was made, parents first.
    pub(crate) records: Vec<Entity>,
}

impl Props {
    pub(crate) fn new(set: Set) -> Self {
        Self { set, next: 10_000, records: Vec::new() }
    }

    pub(crate) fn number(&mut self) -> u128 {
        self.next += 1;
        self.next
    }

    pub(crate) fn keep<T: Record + Clone>(&mut self, record: &T) {
        self.records.push(record.clone().into_entity());
    }

    /// A document of the vendor's, or of the sponsor's, that the other side may read.
    pub(crate) fn document(&mut self, side: Side) -> Document {
        let number = self.number();
        let document = Document { owner_side: side, ..records::document(number, &self.set.study, Some(&self.set.active)) };
        self.keep(&document);
        document
    }

    /// A deliverable in this state; whoever handed it in is of the side that owes it.
    pub(crate) fn deliverable(&mut self, of: Of, state: &'static str, change: impl FnOnce(&mut Deliverable)) -> Entity {
        let number = self.number();
        let made = records::deliverable(number, &self.set.active, DeliverableType::Tlf).into_entity();
        let Entity::Deliverable(mut deliverable) = in_state(&of.dress(made), state) else { panic!("{of:?}") };
        change(&mut deliverable);
        let mut submissions = Vec::new();
        if !matches!(state, "PLANNED" | "IN_PREPARATION" | "CANCELLED") {
            let document = self.document(deliverable.owed_by);
            let by = if deliverable.owed_by == Side::Sponsor { "sm2@alder" } else { "pm2@birchway" };
            let submission = records::deliverable_submission(self.number(), &deliverable, &document, id_of(by));
            deliverable.current_submission_id = Some(submission.id);
            deliverable.cycle_count = 1;
            submissions.push(submission);
        }
        self.keep(&deliverable);
        submissions.iter().for_each(|submission| self.keep(submission));
        deliverable.into_entity()
    }

    /// A finding in this state, with the answer and the CAPA that it then has.
    pub(crate) fn finding(&mut self, of: Of, state: &'static str, change: impl FnOnce(&mut Finding)) -> Entity {
        let Of::Finding(by, to, severity) = of else { panic!("{of:?}") };
        let author = id_of(if by == Side::Sponsor { "author@alder" } else { "author@birchway" });
        let engagement = (to == Side::Vendor).then(|| self.set.active.clone());
        let number = self.number();
        let made = records::finding(number, &self.set.study, engagement.as_ref(), author).into_entity();
        let Entity::Finding(mut finding) = in_state(&of.dress(made), state) else { panic!("{of:?}") };
        let grave = matches!(severity, FindingSeverity::Critical | FindingSeverity::Major);
        finding.requirement_refs = vec!["ICH E6(R3) 3.6.4".to_owned()];
        finding.capa_required = grave;
        if by == Side::Vendor {
            finding.source = tandem_domain::oversight::FindingSource::SelfReported;
        }
        if !matches!(state, "DRAFT" | "UNDER_INTERNAL_REVIEW") {
            finding.issued_at = Some(records::now());
            finding.response_due_at = Some(records::in_days(30));
            finding.reference = Some(format!("F-{number}"));
        }
        if state == "CLOSED" {
            finding.closed_at = Some(records::now());
        }
        change(&mut finding);
        self.keep(&finding);
        if matches!(state, "RESPONSE_SUBMITTED" | "RESPONSE_ACCEPTED" | "CAPA_IN_PROGRESS" | "PENDING_VERIFICATION" | "CLOSED") {
            let answer = records::finding_response(self.number(), &finding, author);
            self.keep(&answer);
        }
        let capa = match state {
            // A MAJOR one may do without while its answer is accepted and nothing is planned yet.
            "RESPONSE_SUBMITTED" => Some(CapaState::Draft),
            "CAPA_IN_PROGRESS" => Some(CapaState::Implementing),
            "PENDING_VERIFICATION" | "CLOSED" => Some(CapaState::ClosedEffective),
            _ => None,
        };
        if let Some(state) = capa.filter(|_| grave) {
            let capa = Capa { state, ..records::capa(self.number(), &finding, author) };
            self.keep(&capa);
        }
        finding.into_entity()
    }

    /// A CAPA in this state, of a finding of its own, with an action that is done and a check that is due.
    pub(crate) fn capa(&mut self, of: Of, state: &'static str, change: impl FnOnce(&mut Capa)) -> Entity {
        let Of::Capa(side) = of else { panic!("{of:?}") };
        let finding = self.finding_of(side);
        let (owner, implementer) = self.owners(side);
        let made = records::capa(self.number(), &finding, owner).into_entity();
        let Entity::Capa(mut capa) = in_state(&made, state) else { panic!("{of:?}") };
        let done = matches!(state, "IMPLEMENTED" | "EFFECTIVENESS_CHECK" | "CLOSED_EFFECTIVE" | "INEFFECTIVE");
        capa.implemented_by_id = done.then_some(implementer);
        change(&mut capa);
        let mut action = records::capa_action(self.number(), &capa, owner);
        (action.completed_at, action.completed_by_id) = (Some(records::now()), Some(implementer));
        action.evidence_id = Some(self.document(Side::Vendor).id);
        let mut check = records::effectiveness_check(self.number(), &capa);
        check.planned_on = records::today();
        self.keep(&capa);
        self.keep(&action);
        self.keep(&check);
        capa.into_entity()
    }

    fn extension(&mut self, side: Side, state: &'static str) -> Entity {
        let finding = self.finding_of(side);
        let (owner, _) = self.owners(side);
        let capa = Capa { state: CapaState::Implementing, ..records::capa(self.number(), &finding, owner) };
        let action = records::capa_action(self.number(), &capa, owner);
        let made = records::due_date_extension(self.number(), &action, owner).into_entity();
        let made = in_state(&made, state);
        self.keep(&capa);
        self.keep(&action);
        self.records.push(made.clone());
        made
    }

    /// A finding that waits for its CAPAs.
    fn finding_of(&mut self, side: Side) -> Finding {
        let engagement = (side == Side::Vendor).then(|| self.set.active.clone());
        let number = self.number();
        let finding = Finding {
            severity: FindingSeverity::Major,
            state: FindingState::CapaInProgress,
            capa_required: true,
            reference: Some(format!("F-{number}")),
            ..records::issued(records::finding(number, &self.set.study, engagement.as_ref(), id_of("author@alder")))
        };
        self.keep(&finding);
        finding
    }

    fn owners(&self, side: Side) -> (tandem_domain::id::PersonId, tandem_domain::id::PersonId) {
        match side {
            Side::Sponsor => (id_of("author@alder"), id_of("sm2@alder")),
            _ => (id_of("author@birchway"), id_of("pm2@birchway")),
        }
    }

    /// A record of the case in this state.
    pub(crate) fn play(&mut self, of: Of, state: &'static str) -> Entity {
        match of {
            Of::Deliverable(..) => self.deliverable(of, state, |_| {}),
            Of::Finding(..) => self.finding(of, state, |_| {}),
            Of::Capa(_) => self.capa(of, state, |_| {}),
            Of::Extension(side) => self.extension(side, state),
            Of::Issue(side) => {
                let raiser = id_of(if side == Side::Sponsor { "sm2@alder" } else { "pm2@birchway" });
                let number = self.number();
                let made = in_state(&of.dress(records::issue(number, &self.set.active, raiser).into_entity()), state);
                self.records.push(made.clone());
                made
            }
            Of::Document(_) => {
                let number = self.number();
                let made = records::document(number, &self.set.study, Some(&self.set.active)).into_entity();
                let made = in_state(&of.dress(made), state);
                self.records.push(made.clone());
                made
            }
        }
    }

    /// Something to hand in, as the mutation takes it.
    pub(crate) fn handed_over(&mut self, side: Side) -> String {
        let number = self.number();
        let site = &self.set.place.2;
        // Of a site, so that whoever works there has it too.
        let (study_site_id, country_code) = (Some(site.id), Some(site.country_code));
        let document = Document {
            owner_side: side,
            study_site_id,
            country_code,
            ..records::document(number, &self.set.study, Some(&self.set.active))
        };
        self.keep(&document);
        let id: DocumentId = document.id;
        tandem_domain::id::encode(tandem_domain::record::Kind::Document, id.uuid())
    }
}

/// Whether this player sees a record of the case in this state (domain rules, C.3).
pub(crate) fn sees(of: Of, state: &str, player: &Player) -> bool {
    use Role::{
        PClient, SDataLead, SFinance, SQa, SRegulatory, SSafety, SStudyManager, SVendorManager, VAdmin, VBiostatistician, VCra,
        VDataManager, VFinance, VProjectManager, VQa, VRegulatory, VSafety,
    };
    if player.organization == 3 {
        return false;
    }
    let role = player.role;
    let content = matches!(role, SStudyManager | SVendorManager | SQa | SRegulatory | SSafety | SDataLead);
    let office = matches!(role, VProjectManager | VDataManager | VBiostatistician | VQa | VRegulatory | VSafety | VFinance);
    match of {
        Of::Deliverable(_, DeliverableType::MonitoringVisitReport) if role == VCra => true,
        Of::Deliverable(..) => content || role == SFinance || office || role == PClient,
        Of::Finding(Side::Vendor, ..) if matches!(state, "DRAFT" | "UNDER_INTERNAL_REVIEW") => role == VQa,
        Of::Finding(..) if matches!(state, "DRAFT" | "UNDER_INTERNAL_REVIEW") => matches!(role, SStudyManager | SVendorManager | SQa),
        Of::Finding(_, Side::Sponsor, _) => content,
        Of::Finding(..) => content || matches!(role, VProjectManager | VQa | VRegulatory | VSafety | PClient),
        Of::Capa(Side::Sponsor) | Of::Extension(Side::Sponsor) => content,
        Of::Capa(_) | Of::Extension(_) => content || matches!(role, VProjectManager | VQa),
        Of::Issue(_) => content || role == SFinance || office || (role == VCra && role != VAdmin),
        Of::Document(side) if state == "DRAFT" => (content && side == Side::Sponsor) || (office && side == Side::Vendor),
        Of::Document(_) => content || office,
    }
}

/// What of a step does not hold for this player, though everything else does: separation of persons and sides.
pub(crate) fn unmet(of: Of, action: &str, state: &str, player: &Player) -> Vec<Guard> {
    let is = |name: &str| player.name == name;
    let author = is("author@alder") || is("author@birchway");
    match (of, action) {
        (Of::Finding(by, ..), "SUBMIT_FOR_REVIEW") => {
            let wrote = is(if by == Side::Sponsor { "author@alder" } else { "author@birchway" });
            if wrote { Vec::new() } else { vec![Guard::AsAuthor] }
        }
        (Of::Finding(_, _, FindingSeverity::Critical), "ISSUE") if author => vec![Guard::CriticalNotByAuthor],
        (Of::Finding(Side::Sponsor, _, FindingSeverity::Critical | FindingSeverity::Major), "CLOSE") if is("author@alder") => {
            vec![Guard::GraveNotByAuthor]
        }
        (Of::Finding(Side::Sponsor, ..), "WAIVE_CAPA") if is("author@alder") => vec![Guard::NotAuthor],
        (Of::Capa(Side::Sponsor), "APPROVE" | "REJECT") if is("author@alder") => vec![Guard::NotOwner],
        (Of::Capa(Side::Sponsor), "CLOSE_EFFECTIVE" | "MARK_INEFFECTIVE" | "DEFER_CHECK") if is("author@alder") => {
            vec![Guard::VerifierIndependent]
        }
        (Of::Extension(Side::Sponsor), "APPROVE" | "REFUSE") if is("author@alder") => vec![Guard::NotRequester],
        // Nobody is named as its owner: its side resolves it, the one that did not raise it.
        (Of::Issue(raised), "RESOLVE") if player.side() == raised && matches!(state, "IN_PROGRESS" | "ESCALATED") => vec![Guard::AsOwner],
        _ => Vec::new(),
    }
}
