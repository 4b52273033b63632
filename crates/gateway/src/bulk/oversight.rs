//! What oversight found under an engagement, who answered and what was done; its issue, and what people say.
//! Of the two findings one may still be a draft, of either side, as such worlds have them.

use tandem_domain::access::Side;
use tandem_domain::conversation::{Comment, CommentVisibility};
use tandem_domain::delivery::Deliverable;
use tandem_domain::id::{CapaId, CommentId, EffectivenessCheckId, FindingId, FindingResponseId, IssueId};
use tandem_domain::oversight::{
    Capa, CapaAction, CapaKind, CapaState, EffectivenessCheck, Finding, FindingCategory, FindingInternal, FindingResponse, FindingSeverity,
    FindingSource, FindingState, Issue, IssueKind, IssueState, RootCauseCategory, RootCauseMethod,
};
use tandem_domain::record::{Entity, Record};

use super::draw::{List, What, count, day, draw, id, moment, one_of};
use super::names;
use super::places;
use super::work::Work;

const CATEGORIES: [FindingCategory; 6] = {
    use FindingCategory as C;
    [C::Monitoring, C::SubjectProtectionIcf, C::DataIntegrity, C::Tmf, C::Training, C::SafetyReporting]
};

/// How far the findings with a CAPA are.
const WITH_CAPA: [(FindingState, CapaState); 4] = [
    (FindingState::ResponseSubmitted, CapaState::Submitted),
    (FindingState::CapaInProgress, CapaState::Implementing),
    (FindingState::PendingVerification, CapaState::EffectivenessCheck),
    (FindingState::Closed, CapaState::ClosedEffective),
];

/// How far the others are.
const WITHOUT: [FindingState; 4] = [FindingState::Draft, FindingState::Issued, FindingState::Acknowledged, FindingState::Closed];

impl Work<'_> {
    pub(super) fn oversight(&self, deliverables: &[Deliverable]) -> Vec<Entity> {
        let step = one_of(What::State, self.number, &WITH_CAPA);
        let (first, second) = (self.finding(0, step.0), self.finding(1, one_of(What::Kind, self.number, &WITHOUT)));
        let capa = self.capa(&first, step.1);
        let issue = self.issue();
        let comments = self.comments(deliverables, &first, &issue);
        let mut records: Vec<Entity> = [&first, &second].into_iter().cloned().map(Record::into_entity).collect();
        records.extend([self.internal(&first).into_entity(), self.response(&first).into_entity(), capa.clone().into_entity()]);
        records.extend([self.action(&capa).into_entity(), self.check(&capa).into_entity(), issue.into_entity()]);
        records.extend(comments.into_iter().map(Record::into_entity));
        records
    }

    /// The first finding is the sponsor's and grave; every third of the others is the vendor's own.
    fn finding(&self, place: u64, state: FindingState) -> Finding {
        let (n, engagement) = (self.number * 2 + place, self.engagement);
        let author_side = if place == 1 && draw(What::Whether, n, 3) == 0 { Side::Vendor } else { Side::Sponsor };
        let draft = state == FindingState::Draft;
        let issued = -30 - count(What::Day, n, 200);
        let answered = matches!(
            state,
            FindingState::ResponseSubmitted | FindingState::CapaInProgress | FindingState::PendingVerification | FindingState::Closed
        );
        let closed = (state == FindingState::Closed).then(|| moment(-5));
        let of_site = (draw(What::Scope, n, 2) == 0).then(|| self.site());
        Finding {
            id: id::<FindingId>(List::Findings, n),
            sponsor_id: engagement.sponsor_id,
            study_id: engagement.study_id,
            vendor_id: Some(engagement.vendor_id),
            engagement_id: Some(engagement.id),
            study_country_id: of_site.map(|site| places::study_country_id(self.study, places::country_of_site(site))),
            country_code: of_site.and_then(|site| places::country(self.study, places::country_of_site(site))),
            study_site_id: of_site.map(|site| places::study_site_id(self.study, site)),
            source: if author_side == Side::Vendor { FindingSource::SelfReported } else { FindingSource::OversightReview },
            reference: (!draft).then(|| format!("F-{:03}", place + 1)),
            title: format!("What was seen at {} (invented)", names::word(n)),
            description: "Reports came late, and nobody asked why (invented).".to_owned(),
            requirement_refs: vec!["ICH E6(R3) 3.6.4".to_owned()],
            category: one_of(What::Size, n, &CATEGORIES),
            severity: if place == 0 { FindingSeverity::Major } else { FindingSeverity::Minor },
            native_grade: None,
            state,
            systemic: false,
            author_id: self.person(author_side, 2),
            author_side,
            answered_by: Side::Vendor,
            owner_id: None,
            issued_at: (!draft).then(|| moment(issued)),
            response_due_at: (!draft).then(|| moment(issued + 21)),
            responded_at: answered.then(|| moment(issued + 7 + count(What::Score, n, 20))),
            disputed: false,
            capa_required: place == 0,
            capa_waiver_rationale: None,
            has_approved_capa: matches!(state, FindingState::CapaInProgress | FindingState::PendingVerification)
                || (place == 0 && closed.is_some()),
            closed_at: closed,
            closed_by_id: closed.map(|_| self.person(Side::Sponsor, 3)),
            closure_rationale: closed.map(|_| "It has not come back.".to_owned()),
            recurrence_of_id: None,
            reopened: 0,
            reopened_at: None,
            promoted_from_id: None,
            ball_in_court: match state {
                FindingState::Closed => None,
                FindingState::Draft => Some(author_side),
                FindingState::ResponseSubmitted | FindingState::PendingVerification => Some(Side::Sponsor),
                _ => Some(Side::Vendor),
            },
        }
    }

    fn internal(&self, finding: &Finding) -> FindingInternal {
        FindingInternal {
            id: finding.id,
            sponsor_id: finding.sponsor_id,
            study_id: finding.study_id,
            country_code: finding.country_code,
            study_site_id: finding.study_site_id,
            draft: false,
            internal_assessment: Some(format!("Ask {} about it.", names::person(self.number))),
            proposed_severity: None,
            proposed_by_id: None,
        }
    }

    fn response(&self, to: &Finding) -> FindingResponse {
        FindingResponse {
            id: id::<FindingResponseId>(List::Responses, self.number),
            sponsor_id: to.sponsor_id,
            study_id: to.study_id,
            vendor_id: to.vendor_id,
            engagement_id: to.engagement_id,
            country_code: to.country_code,
            study_site_id: to.study_site_id,
            finding_id: to.id,
            finding_category: to.category,
            number: 1,
            submitted_by_side: Side::Vendor,
            submitted_by_id: self.person(Side::Vendor, 2),
            submitted_at: to.responded_at.unwrap_or_else(|| moment(-5)),
            root_cause_method: Some(RootCauseMethod::FiveWhys),
            root_cause_category: Some(RootCauseCategory::Process),
            root_cause: Some("Nobody was told to look.".to_owned()),
            correction: "The reports were written.".to_owned(),
            proposed_capa: Some("Look each week.".to_owned()),
            disputed: false,
            verdict: None,
            verdict_by_id: None,
            verdict_at: None,
            verdict_comment: None,
        }
    }

    fn capa(&self, finding: &Finding, state: CapaState) -> Capa {
        let approved = state != CapaState::Submitted;
        let implemented = matches!(state, CapaState::EffectivenessCheck | CapaState::ClosedEffective);
        Capa {
            id: id::<CapaId>(List::Capas, self.number),
            sponsor_id: finding.sponsor_id,
            study_id: finding.study_id,
            vendor_id: finding.vendor_id,
            engagement_id: finding.engagement_id,
            country_code: finding.country_code,
            study_site_id: finding.study_site_id,
            finding_id: finding.id,
            owner_side: Side::Vendor,
            owner_id: self.person(Side::Vendor, 0),
            capa_kind: CapaKind::Corrective,
            state,
            plan: "Train everybody anew, and look each week.".to_owned(),
            due_date: day(960 + draw(What::Day, self.number, 90)),
            approved_by_id: approved.then(|| self.person(Side::Sponsor, 2)),
            approved_at: approved.then(|| moment(-20)),
            implemented_by_id: implemented.then(|| self.person(Side::Vendor, 0)),
            implemented_at: implemented.then(|| moment(-10)),
            successor_of_id: None,
            inconclusive_checks: 0,
            settled_at: (state == CapaState::ClosedEffective).then(|| moment(-6)),
            ball_in_court: match state {
                CapaState::Submitted | CapaState::EffectivenessCheck => Some(Side::Sponsor),
                CapaState::Implementing => Some(Side::Vendor),
                _ => None,
            },
        }
    }

    fn action(&self, capa: &Capa) -> CapaAction {
        let due = day(950 + draw(What::Day, self.number, 90));
        CapaAction {
            id: id(List::CapaActions, self.number),
            sponsor_id: capa.sponsor_id,
            study_id: capa.study_id,
            vendor_id: capa.vendor_id,
            engagement_id: capa.engagement_id,
            country_code: capa.country_code,
            study_site_id: capa.study_site_id,
            capa_id: capa.id,
            owner_side: capa.owner_side,
            owner_id: self.person(capa.owner_side, 6),
            text: "Hold the training.".to_owned(),
            due_date: due,
            original_due_date: due,
            completed_at: capa.implemented_at,
            completed_by_id: capa.implemented_at.map(|_| self.person(capa.owner_side, 6)),
            evidence_id: None,
        }
    }

    fn check(&self, capa: &Capa) -> EffectivenessCheck {
        let done = capa.state == CapaState::ClosedEffective;
        EffectivenessCheck {
            id: id::<EffectivenessCheckId>(List::Checks, self.number),
            sponsor_id: capa.sponsor_id,
            study_id: capa.study_id,
            vendor_id: capa.vendor_id,
            engagement_id: capa.engagement_id,
            country_code: capa.country_code,
            study_site_id: capa.study_site_id,
            capa_id: capa.id,
            method: "Look at ten reports.".to_owned(),
            criteria: "None is late.".to_owned(),
            planned_on: day(990),
            performed_at: done.then(|| moment(-7)),
            performed_by_id: done.then(|| self.person(Side::Sponsor, 2)),
            outcome: done.then_some(tandem_domain::oversight::EffectivenessOutcome::Effective),
            note: None,
            evidence_id: None,
        }
    }

    fn issue(&self) -> Issue {
        let (n, engagement) = (self.number, self.engagement);
        let state = one_of(What::Score, n, &[IssueState::Open, IssueState::InProgress, IssueState::Escalated, IssueState::Resolved]);
        let settled = (state == IssueState::Resolved).then(|| moment(-3));
        let side = |vendor: bool| if vendor { Side::Vendor } else { Side::Sponsor };
        let raised_by_side = side(draw(What::Whether, n, 2) == 0);
        let owner_side = side(raised_by_side == Side::Sponsor);
        Issue {
            id: id::<IssueId>(List::Issues, n),
            sponsor_id: engagement.sponsor_id,
            study_id: engagement.study_id,
            vendor_id: engagement.vendor_id,
            engagement_id: engagement.id,
            country_code: None,
            study_site_id: None,
            title: format!("No answer about {} (invented)", names::word(n)),
            description: None,
            issue_kind: one_of(What::Kind, n, &[IssueKind::Operational, IssueKind::Quality, IssueKind::Resourcing]),
            raised_by_side,
            raised_by_id: self.person(raised_by_side, 0),
            severity: FindingSeverity::Minor,
            state,
            escalation_level: i64::from(state == IssueState::Escalated),
            owner_side,
            owner_id: Some(self.person(owner_side, 0)),
            due_date: Some(day(960 + draw(What::Day, n, 90))),
            resolution: settled.map(|_| "It was answered.".to_owned()),
            settled_at: settled,
            ball_in_court: Some(if settled.is_some() { raised_by_side } else { owner_side }),
        }
    }

    /// One to both sides on a deliverable, one of each side's own, one on the issue.
    fn comments(&self, deliverables: &[Deliverable], finding: &Finding, issue: &Issue) -> Vec<Comment> {
        use CommentVisibility::{Shared, SponsorInternal, VendorInternal};
        let (finding, issue) = (finding.clone().into_entity(), issue.clone().into_entity());
        let owed = deliverables.first().cloned().map(Record::into_entity);
        let said = [
            (owed.as_ref(), Shared, Side::Vendor, "The appendix follows next week."),
            (Some(&finding), SponsorInternal, Side::Sponsor, "This is the third time."),
            (Some(&finding), VendorInternal, Side::Vendor, "Who answers this?"),
            (Some(&issue), Shared, Side::Sponsor, "Please say who is in charge."),
        ];
        let made = (0..).zip(said).filter_map(|(place, (on, visibility, side, body))| self.comment(place, on?, visibility, side, body));
        made.collect()
    }

    fn comment(&self, place: u64, on: &Entity, visibility: CommentVisibility, author_side: Side, body: &str) -> Option<Comment> {
        let engagement = self.engagement;
        let comment = Comment {
            id: id::<CommentId>(List::Comments, self.number * 4 + place),
            sponsor_id: (visibility != CommentVisibility::VendorInternal).then_some(engagement.sponsor_id),
            study_id: engagement.study_id,
            vendor_id: (visibility != CommentVisibility::SponsorInternal).then_some(engagement.vendor_id),
            engagement_id: Some(engagement.id),
            country_code: None,
            study_site_id: None,
            audiences: Comment::audiences_on(on, visibility),
            deliverable_id: None,
            finding_id: None,
            capa_id: None,
            issue_id: None,
            milestone_id: None,
            visibility,
            author_id: self.person(author_side, 0),
            author_side,
            body: body.to_owned(),
            mention_ids: Vec::new(),
            edited_at: None,
        };
        match on {
            Entity::Deliverable(it) => {
                let (country_code, study_site_id) = (it.country_code, it.study_site_id);
                Some(Comment { deliverable_id: Some(it.id), country_code, study_site_id, ..comment })
            }
            Entity::Finding(it) => {
                let (country_code, study_site_id) = (it.country_code, it.study_site_id);
                Some(Comment { finding_id: Some(it.id), country_code, study_site_id, ..comment })
            }
            Entity::Issue(it) => Some(Comment { issue_id: Some(it.id), ..comment }),
            _ => None,
        }
    }
}
