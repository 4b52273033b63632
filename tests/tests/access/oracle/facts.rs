//! The facts of every record of a world as the oracle has them, in the product's words: what is compared is stored by the product,
//! what it is compared with is read off the records by code that shares nothing with it (`tests/src/oracle`).

use std::collections::HashMap;

use tandem_domain::access::links::{self, Target};
use tandem_domain::access::{self, Link, Readers};
use tandem_domain::id::TypedId;
use tandem_domain::record::{Entity, Kind};
use tandem_tests::oracle::{For, Owned, Reason, World};
use uuid::Uuid;

/// The facts of all records.
pub(crate) struct Facts(Vec<access::Facts>);

impl Facts {
    /// Gathers them. A part is seen through the links of what it is a part of.
    pub(crate) fn of_world(world: &World) -> Self {
        let mut by_target: HashMap<(Kind, Uuid), Vec<Link>> = HashMap::new();
        for reason in world.reasons() {
            by_target.entry(reason.named).or_default().push(link(reason));
        }
        let facts = world.records(false).into_iter().map(|record| {
            let on = if let Entity::Comment(comment) = &record { world.commented(comment) } else { None };
            let Owned {
                row: (kind, id),
                meant_for,
                sponsor,
                study,
                vendor,
                engagement,
                prime_vendor,
                prime_engagement,
                country,
                study_site,
                organization,
                person,
            } = Owned::of(&record, on.as_ref());
            let readers = meant_for.into_iter().map(audience).fold(Readers::NONE, Readers::and);
            let links = by_target.get(&(kind.whole(), id)).cloned().unwrap_or_default();
            access::Facts {
                kind,
                id,
                readers,
                sponsor,
                study,
                vendor,
                engagement,
                prime_vendor,
                prime_engagement,
                country,
                study_site,
                organization,
                person,
                links,
            }
        });
        Self(facts.collect())
    }

    /// Takes an audience away from all of them.
    #[cfg(feature = "vault")]
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

/// What the product's own pure functions say of the same world, where it differs: links by what names them, facts by the tables of
/// columns. The store is compared by itself.
pub(crate) fn differing(world: &World) -> Result<(), String> {
    let sorted = |mut texts: Vec<String>| {
        texts.sort();
        texts
    };
    let product = sorted(targets(world).iter().map(|target| format!("{target:?}")).collect());
    let oracle = world.reasons().into_iter().map(|reason| (reason.named.0, reason.named.1, link(reason)));
    let oracle = sorted(oracle.map(|target| format!("{target:?}")).collect());
    if product != oracle {
        let without = |some: &[String], others: &[String]| some.iter().filter(|one| !others.contains(one)).cloned().collect::<Vec<_>>();
        let (more, less) = (without(&product, &oracle), without(&oracle, &product));
        return Err(format!("{} links are computed, {} are right\ntoo many {more:#?}\nmissing {less:#?}", product.len(), oracle.len()));
    }
    for (record, right) in world.records(false).iter().zip(Facts::of_world(world).0) {
        let computed = access::Facts { links: right.links.clone(), ..access::Facts::of(record) };
        if computed != right {
            return Err(format!("the facts are computed as {computed:?}, {right:?} is right"));
        }
    }
    Ok(())
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
        targets.extend(links::program_links(study, &engagements));
    }
    for (kind, id, study) in world.protocol_versions.iter().map(|one| (Kind::ProtocolVersion, one.id.uuid(), one.study_id)) {
        targets.extend(links::protocol_links(kind, id, study, &world.engagements));
    }
    for (kind, id, study) in world.amendments.iter().map(|one| (Kind::Amendment, one.id.uuid(), one.study_id)) {
        targets.extend(links::protocol_links(kind, id, study, &world.engagements));
    }
    targets.extend(world.study_sites.iter().flat_map(links::study_site_links));
    targets.extend(world.memberships.iter().flat_map(links::membership_links));
    targets.extend(world.clients.iter().flat_map(|client| links::client_links(client, &world.engagements)));
    targets
}

fn audience(party: For) -> Readers {
    match party {
        For::Sponsor => Readers::SPONSOR,
        For::Vendor => Readers::VENDOR,
        For::Prime => Readers::PRIME,
        For::Machines => Readers::CLIENT,
        For::Members => Readers::MEMBERS,
        For::Directory => Readers::DIRECTORY,
        For::Cras => Readers::CRA,
        For::DataPeople => Readers::DATA,
        For::Functions => Readers::FUNCTIONS,
        For::Finance => Readers::FINANCE,
        For::SponsorsAuthors => Readers::SPONSOR_DRAFT,
        For::VendorsAuthors => Readers::VENDOR_DRAFT,
    }
}

fn link(reason: Reason) -> Link {
    Link {
        organization: reason.organization.uuid(),
        via: reason.via,
        via_id: reason.kept_with,
        study: reason.study,
        engagement: reason.engagement,
        prime_engagement: reason.prime_engagement,
        country: reason.country,
        study_site: reason.study_site,
        valid_from: reason.from,
        valid_to: reason.to,
        at_work: reason.working,
    }
}
