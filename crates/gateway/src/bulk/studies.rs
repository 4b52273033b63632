//! A study with its parts.

use tandem_domain::id::{OrganizationId, StudyId};
use tandem_domain::portfolio::{Masking, Phase, ProductType, Study, StudyBenchmark, StudyInternal, StudyState, StudySubtype, StudyType};
use tandem_domain::record::{Entity, Record};
use tandem_domain::value::{DatePrecision, EstimateKind, MinorUnits, PartialDate};

use super::draw::{List, What, count, day, draw, id, one_of};
use super::engagements;
use super::names;
use super::parties::Party;
use super::places;
use super::plan::Plan;
use super::protocols;
use super::work;

/// A study by its numbers, and those whom it concerns.
pub(super) struct Made<'a> {
    pub(super) plan: &'a Plan,
    pub(super) block: u64,
    pub(super) sponsor: Party<'a>,
    /// Its place among the sponsor's studies.
    pub(super) nth: u64,
    /// Its number in the world.
    pub(super) number: u64,
}

/// Most studies are under way.
const STATES: [StudyState; 20] = {
    use StudyState as S;
    [
        S::Planning,
        S::Planning,
        S::StartUp,
        S::StartUp,
        S::StartUp,
        S::Enrolling,
        S::Enrolling,
        S::Enrolling,
        S::Enrolling,
        S::Enrolling,
        S::Enrolling,
        S::FollowUp,
        S::FollowUp,
        S::FollowUp,
        S::CloseOut,
        S::CloseOut,
        S::Closed,
        S::OnHold,
        S::Terminated,
        S::Withdrawn,
    ]
};

const PHASES: [&[Phase]; 6] =
    [&[Phase::Phase1], &[Phase::Phase1, Phase::Phase2], &[Phase::Phase2], &[Phase::Phase3], &[Phase::Phase3], &[Phase::Phase4]];

const PRIORITIES: [&str; 4] = ["FLAGSHIP", "HIGH", "MEDIUM", "LOW"];

impl<'a> Made<'a> {
    pub(super) fn new(plan: &'a Plan, block: u64, sponsor: u64, nth: u64) -> Self {
        Self { plan, block, sponsor: Party::sponsor(plan, block, sponsor), nth, number: plan.study(block, sponsor, nth) }
    }

    pub(super) fn id(&self) -> StudyId {
        id(List::Studies, self.number)
    }

    pub(super) fn sponsor_id(&self) -> OrganizationId {
        self.sponsor.id()
    }

    /// Its vendors, in the order of its engagements.
    pub(super) fn vendors(&self) -> [Party<'a>; 3] {
        self.plan.vendors_of(self.sponsor.place, self.nth).map(|vendor| Party::vendor(self.plan, self.block, vendor))
    }

    /// The study with everything that belongs to it, parents first.
    pub(super) fn records(&self) -> Vec<Entity> {
        let study = self.study();
        let internal = StudyInternal {
            id: study.id,
            sponsor_id: study.sponsor_id,
            risk_score: Some(score(self.number)),
            strategic_priority: Some(one_of(What::Kind, self.number, &PRIORITIES).to_owned()),
        };
        let benchmark = StudyBenchmark {
            id: study.id,
            sponsor_id: study.sponsor_id,
            budget_minor_units: Some(MinorUnits(100_000_000 * (1 + count(What::Size, self.number, 150)))),
            budget_currency: Some(if draw(What::Whether, self.number, 2) == 0 { "EUR" } else { "USD" }.to_owned()),
        };
        let mut records = vec![study.into_entity(), internal.into_entity(), benchmark.into_entity()];
        records.extend(protocols::make(self));
        records.extend(engagements::of(self));
        records.extend(places::of(self));
        records.extend(work::milestones(self));
        records
    }

    fn study(&self) -> Study {
        let n = self.number;
        let state = one_of(What::State, n, &STATES);
        let begun = !matches!(state, StudyState::Planning | StudyState::StartUp | StudyState::Withdrawn);
        let start = draw(What::Day, n, 900);
        let planned = 40 + 10 * count(What::Size, n, 120);
        let (condition, area) = names::condition(n);
        let phases = one_of(What::Kind, n, &PHASES).to_vec();
        let title = format!("{} in {condition} (invented)", names::word(n));
        let over = matches!(state, StudyState::CloseOut | StudyState::Closed);
        let day_of = |days, kind| Some(PartialDate::new(day(days), DatePrecision::Day, Some(kind)));
        Study {
            program_id: Some(work::program_id(&self.sponsor, self.nth)),
            id: self.id(),
            sponsor_id: self.sponsor_id(),
            protocol_number: format!("{}-{:04}", self.sponsor.number() + 1, self.nth + 1),
            // Numbers that begin so the registry does not have.
            nct_id: Some(format!("NCT99{:06}", if n >> 32 == 0 { n } else { 900_000 + (n & 0xffff_ffff) } % 1_000_000)),
            eu_ct_number: None,
            eudra_ct_number: None,
            ind_number: None,
            acronym: Some(names::word(n + 7).to_ascii_uppercase()),
            official_title: Some(format!("{title}: a study that nobody runs")),
            brief_title: title,
            study_type: StudyType::Interventional,
            subtype: StudySubtype::None,
            masking: Some(if phases.contains(&Phase::Phase3) { Masking::Double } else { Masking::None }),
            has_dmc: Some(phases.contains(&Phase::Phase3)),
            phases,
            therapeutic_area: Some(area.to_owned()),
            conditions: vec![condition.to_owned()],
            product_type: Some(one_of(
                What::Whether,
                n,
                &[ProductType::Drug, ProductType::Drug, ProductType::Biologic, ProductType::Device],
            )),
            planned_enrollment: Some(planned),
            actual_enrollment: over.then_some(planned - 7),
            lifecycle_state: state,
            why_stopped: (state == StudyState::Terminated).then(|| "Futility at the interim analysis (invented).".to_owned()),
            start_date: day_of(start, if begun { EstimateKind::Actual } else { EstimateKind::Estimated }),
            primary_completion_date: day_of(start + 500 + draw(What::Size, n, 300), EstimateKind::Estimated),
            completion_date: day_of(start + 900 + draw(What::Size, n, 300), EstimateKind::Estimated),
            vendor_roster_shared: draw(What::Scope, n, 5) == 0,
            held_from: (state == StudyState::OnHold).then_some(StudyState::Enrolling),
        }
    }
}

/// 0 to 10, by halves.
pub(super) fn score(n: u64) -> f64 {
    f64::from(u8::try_from(draw(What::Score, n, 21)).unwrap_or(0)) / 2.0
}
