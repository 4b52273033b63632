//! The facts of every record of a world, recomputed from nothing: columns from the record, links from all that could name it.

use std::collections::HashMap;

use tandem_domain::access::links::{self, Target};
use tandem_domain::access::{self, Link, Readers};
use tandem_domain::id::TypedId;
use tandem_domain::record::Kind;
use tandem_tests::oracle::World;
use uuid::Uuid;

/// The facts of all records.
pub(crate) struct Facts(Vec<access::Facts>);

impl Facts {
    /// Computes them. A part is seen through the links of what it is a part of.
    pub(crate) fn of_world(world: &World) -> Self {
        let mut by_target: HashMap<(Kind, Uuid), Vec<Link>> = HashMap::new();
        for (kind, id, link) in targets(world) {
            by_target.entry((kind, id)).or_default().push(link);
        }
        let facts = world.records(false).into_iter().map(|record| {
            let mut facts = access::Facts::of(&record);
            facts.links = by_target.get(&(facts.kind.whole(), facts.id)).cloned().unwrap_or_default();
            facts
        });
        Self(facts.collect())
    }

    /// Takes an audience away from all of them.
    pub(crate) fn take_away(&mut self, audience: Readers) {
        for facts in &mut self.0 {
            facts.readers = Readers::from_bits(facts.readers.bits() & !audience.bits());
        }
    }

    /// Those of one kind.
    pub(crate) fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &access::Facts> {
        self.0.iter().filter(move |facts| facts.kind == kind)
    }
}

fn targets(world: &World) -> Vec<Target> {
    let mut targets = Vec::new();
    for engagement in &world.engagements {
        let countries: Vec<_> = world.countries.iter().filter(|one| one.study_id == engagement.study_id).cloned().collect();
        let sites: Vec<_> = world.study_sites.iter().filter(|one| one.study_id == engagement.study_id).cloned().collect();
        targets.extend(links::engagement_links(engagement));
        targets.extend(links::coverage_links(engagement, &world.scopes, &countries, &sites));
    }
    for study in &world.studies {
        let engagements: Vec<_> = world.engagements.iter().filter(|one| one.study_id == study.id).cloned().collect();
        targets.extend(links::roster_links(study.id.uuid(), study.vendor_roster_shared, &engagements));
    }
    targets.extend(world.study_sites.iter().flat_map(links::study_site_links));
    targets.extend(world.memberships.iter().flat_map(links::membership_links));
    targets.extend(world.clients.iter().flat_map(|client| links::client_links(client, &world.engagements)));
    targets
}
