//! The policy's decision about one row: a study site of the demo world, with the links by which parties see it.
//! Asked by those who see it and by those from whom it is hidden, which costs as much.

use std::sync::Arc;

use criterion::Criterion;
use tandem_domain::access::links::coverage_links;
use tandem_domain::access::{Action, Decision, Facts, Scope, Viewer, decide};
use tandem_domain::id::{StudySiteId, TypedId as _};
use tandem_domain::record::Entity;
use tandem_gateway::demo;
use tokio::runtime::Runtime;

use crate::Fail;
use crate::ground::Ground;

/// Who asks, how far he reaches, whether he reads the site, whether he may change it.
const VIEWERS: &[(&str, &str, Decision, Decision)] = &[
    ("marisol@quillfen", "its sponsor's study manager", Decision::Allow, Decision::Allow),
    ("ravi@veltrona", "its CRO's project manager", Decision::Allow, Decision::Allow),
    (ASSOCIATE, "a research associate for the site", Decision::Allow, Decision::Allow),
    (MACHINE, "a machine client of its CRO", Decision::Allow, Decision::Forbid),
    ("henrik@osprelle", "a competitor on the study", Decision::Hide, Decision::Hide),
    ("leopold@brackenmoor", "another sponsor's study manager", Decision::Hide, Decision::Hide),
];

/// He has one site: the row is that.
const ASSOCIATE: &str = "bastian@veltrona";

const MACHINE: &str = "veltrona-ctms";

pub(crate) fn measure(criterion: &mut Criterion, runtime: &Runtime, ground: &Ground) -> Result<(), Fail> {
    let viewer = |name: &str| -> Result<Arc<Viewer>, Fail> {
        if name == MACHINE { runtime.block_on(ground.client(name)) } else { runtime.block_on(ground.person(name)) }
    };
    let associate = viewer(ASSOCIATE)?;
    let site = associate.grants.iter().find_map(|grant| match grant.scope {
        Scope::StudySite { study_site, .. } => Some(study_site),
        _ => None,
    });
    let facts = facts(site.ok_or("the associate has no site")?)?;
    let mut group = criterion.benchmark_group("policy");
    for (name, who, read, update) in VIEWERS {
        let viewer = viewer(name)?;
        for (verb, action, expected) in [("reads", Action::Read, read), ("changes", Action::Update, update)] {
            let decision = decide(&viewer, action, &facts);
            if decision != *expected {
                return Err(format!("{who} {verb}: {decision:?}, not {expected:?}").into());
            }
            group.bench_function(format!("{who} {verb}"), |bencher| {
                bencher.iter(|| decide(std::hint::black_box(&viewer), action, std::hint::black_box(&facts)));
            });
        }
    }
    group.finish();
    Ok(())
}

/// The facts of a study site of the demo world, its links computed as the store has them.
fn facts(id: StudySiteId) -> Result<Facts, Fail> {
    let (mut engagements, mut scopes, mut site) = (Vec::new(), Vec::new(), None);
    for record in demo::world().records {
        match record {
            Entity::Engagement(engagement) => engagements.push(engagement),
            Entity::ServiceScope(scope) => scopes.push(scope),
            Entity::StudySite(found) if found.id == id => site = Some(found),
            _ => {}
        }
    }
    let site = site.ok_or("the site is not in the world")?;
    let covering = engagements.iter().filter(|engagement| engagement.study_id == site.study_id);
    let links = covering.flat_map(|engagement| coverage_links(engagement, &scopes, &[], std::slice::from_ref(&site)));
    let links = links.filter(|(_, target, _)| *target == site.id.uuid()).map(|(_, _, link)| link).collect();
    Ok(Facts { links, ..Facts::of(&Entity::StudySite(site)) })
}
