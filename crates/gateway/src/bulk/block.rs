//! The world piece by piece, parents before what names them: a piece fits into memory however big the world is.

use tandem_domain::record::Entity;

use super::parties::{self, Party};
use super::plan::Plan;
use super::studies::Made;
use super::{memberships, places, work};

/// Studies in a piece, with all they have.
const PIECE: usize = 125;

/// The world's records in pieces; each is written whole.
pub fn world(plan: &Plan) -> impl Iterator<Item = Vec<Entity>> {
    (0..plan.blocks).flat_map(move |block| {
        let sponsors = (0..plan.sponsors).flat_map(move |sponsor| of_sponsor(plan, block, sponsor));
        std::iter::once_with(move || parties::make(plan, block))
            .chain(sponsors)
            .chain(std::iter::once_with(move || memberships::make(plan, block)))
    })
}

fn of_sponsor(plan: &Plan, block: u64, sponsor: u64) -> impl Iterator<Item = Vec<Entity>> {
    let places = std::iter::once_with(move || {
        let party = Party::sponsor(plan, block, sponsor);
        let programs = work::programs(&party, plan.studies_of(block, sponsor));
        programs.into_iter().chain(places::facilities(&party)).collect()
    });
    let studies = (0..plan.studies_of(block, sponsor)).step_by(PIECE).map(move |first| {
        let last = (first + PIECE as u64).min(plan.studies_of(block, sponsor));
        (first..last).flat_map(|nth| Made::new(plan, block, sponsor, nth).records()).collect()
    });
    places.chain(studies)
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use tandem_domain::record::Kind;

    use super::*;

    fn counts(plan: &Plan) -> BTreeMap<Kind, usize> {
        let mut counts = BTreeMap::new();
        for record in world(plan).flatten() {
            *counts.entry(record.kind()).or_default() += 1;
        }
        counts
    }

    #[test]
    fn it_is_the_same_each_time() {
        let plan = Plan::tiny();
        assert!(world(&plan).eq(world(&plan)));
    }

    #[test]
    fn no_two_records_of_a_kind_share_an_id() {
        let mut ids = HashSet::new();
        assert!(world(&Plan::tiny()).flatten().all(|record| ids.insert((record.kind(), record.uuid()))));
    }

    #[test]
    fn a_block_has_what_was_promised() {
        let counts = counts(&Plan::full(1, 1));
        let of = |kind| counts[&kind];
        assert_eq!((of(Kind::Organization), of(Kind::Person), of(Kind::Study)), (100, 2_000, 5_000));
        assert_eq!((of(Kind::Engagement), of(Kind::StudyCountry), of(Kind::StudySite)), (15_000, 15_000, 50_000));
        assert_eq!((of(Kind::Site), of(Kind::ApiClient)), (4_000, 60));
        assert!((15_000..=30_000).contains(&of(Kind::ServiceScope)));
        assert_eq!((of(Kind::Deliverable), of(Kind::Finding), of(Kind::Capa)), (90_000, 30_000, 15_000));
        assert_eq!((of(Kind::ProtocolVersion), of(Kind::Amendment)), (10_000, 5_000));
        assert_eq!((of(Kind::Issue), of(Kind::Comment), of(Kind::Program)), (15_000, 60_000, 200));
    }

    #[test]
    fn more_blocks_leave_the_first_as_it_was() {
        let (one, two) = (Plan { blocks: 1, ..Plan::tiny() }, Plan::tiny());
        let first: Vec<Entity> = world(&one).flatten().collect();
        assert!(world(&two).flatten().take(first.len()).eq(first));
    }
}
