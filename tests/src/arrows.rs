//! Which crate may lean on which: the borders of ARCHITECTURE.md as tables, and the rules that read them.
//! A rule takes crates as plain data, so that it can be tried on a workspace that breaks it.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use cargo_metadata::{CargoOpt, DependencyKind, MetadataCommand};

use crate::workspace;

/// For each crate of the workspace, the crates of the workspace it may depend on.
/// A crate without a row is refused: who adds a crate decides here where it stands.
const ALLOWED: &[(&str, &[&str])] = &[
    // It measures from the outside, over HTTP; its benches see more, below.
    ("tandem-bench", &[]),
    ("tandem-domain", &[]),
    ("tandem-migrations", &[]),
    ("tandem-persistence", &["tandem-domain", "tandem-migrations"]),
    ("tandem-graphql", &["tandem-domain", "tandem-persistence"]),
    ("tandem-exchange", &["tandem-domain", "tandem-persistence"]),
    ("tandem-gateway", &["tandem-domain", "tandem-persistence", "tandem-graphql", "tandem-exchange"]),
    ("tandem-tests", &["tandem-domain", "tandem-migrations", "tandem-persistence", "tandem-graphql", "tandem-exchange", "tandem-gateway"]),
];

/// The crates of the workspace that a crate's tests and benches may depend on besides: dev-dependencies, which no program carries.
const TRIED: &[(&str, &[&str])] = &[
    // Single parts are measured by calling them; the measuring program itself goes on knowing only HTTP.
    ("tandem-bench", &["tandem-domain", "tandem-persistence", "tandem-graphql", "tandem-gateway"]),
];

/// Libraries that only some crates may name as a dependency. A library's companions (`sqlx-core`, `sea-query`,
/// `async-graphql-parser`) count as the library.
const CONFINED: &[(&[&str], &[&str])] = &[
    // The tests look into a database with a connection that knows nothing of Tandem, as an operator's tool does.
    (&["sea-orm", "sea-query", "sea-schema", "sqlx"], &["tandem-persistence", "tandem-migrations", "tandem-tests"]),
    (&["async-graphql"], &["tandem-graphql", "tandem-gateway"]),
];

/// What the domain must not reach, however far away: it is the law, and knows neither disk nor wire nor scheduler.
const IMPURE: &[&str] = &["tokio", "sea-orm", "sqlx", "async-graphql", "axum", "reqwest"];

/// A crate of the workspace and what it leans on.
#[derive(Debug, Clone, Default)]
pub struct Crate {
    /// The package's name.
    pub name: String,
    /// What its manifest names, for any purpose: build, use, tests.
    pub direct: BTreeSet<String>,
    /// Those of them that only its tests and benches use.
    pub tried: BTreeSet<String>,
    /// Everything compiled into it or to build it, direct or not, without what only its tests use.
    pub reached: BTreeSet<String>,
}

/// The crates of this workspace, from `cargo metadata`.
///
/// # Errors
/// When cargo can't tell, with what it says.
pub fn crates() -> Result<Vec<Crate>, String> {
    // For this machine's platform only: a newcomer's build has fetched just those packages.
    let options = ["--locked".to_owned(), "--filter-platform".to_owned(), host()?];
    let metadata = MetadataCommand::new()
        .manifest_path(workspace::root().join("Cargo.toml"))
        .features(CargoOpt::AllFeatures)
        .other_options(options)
        .exec()
        .map_err(|error| error.to_string())?;
    let graph = metadata.resolve.as_ref().ok_or("cargo metadata without a resolved graph")?;
    let names: BTreeMap<_, _> = metadata.packages.iter().map(|package| (&package.id, package.name.to_string())).collect();
    let edges: BTreeMap<_, Vec<_>> = graph
        .nodes
        .iter()
        .map(|node| {
            let used = node.deps.iter().filter(|dep| dep.dep_kinds.iter().any(|kind| kind.kind != DependencyKind::Development));
            (&node.id, used.map(|dep| &dep.pkg).collect())
        })
        .collect();
    let found = metadata.workspace_packages().into_iter().map(|package| {
        let mut seen = BTreeSet::new();
        let mut waiting = vec![&package.id];
        while let Some(id) = waiting.pop() {
            for &next in edges.get(id).into_iter().flatten() {
                if seen.insert(next) {
                    waiting.push(next);
                }
            }
        }
        let (tried, used): (Vec<_>, Vec<_>) = package.dependencies.iter().partition(|dep| dep.kind == DependencyKind::Development);
        let used: BTreeSet<String> = used.into_iter().map(|dep| dep.name.clone()).collect();
        let tried: BTreeSet<String> = tried.into_iter().map(|dep| dep.name.clone()).filter(|name| !used.contains(name)).collect();
        Crate {
            name: package.name.to_string(),
            direct: used.union(&tried).cloned().collect(),
            tried,
            reached: seen.into_iter().filter_map(|id| names.get(id).cloned()).collect(),
        }
    });
    Ok(found.collect())
}

fn host() -> Result<String, String> {
    let output = Command::new("rustc").arg("-vV").output().map_err(|error| format!("rustc: {error}"))?;
    let said = String::from_utf8_lossy(&output.stdout);
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).ok_or(format!("rustc -vV names no host: {said}"))
}

/// Arrows between crates of the workspace that point where none may.
pub fn wrong_arrows(crates: &[Crate]) -> Vec<String> {
    let ours: BTreeSet<&str> = crates.iter().map(|one| one.name.as_str()).collect();
    let mut complaints = Vec::new();
    for one in crates {
        let Some((_, allowed)) = ALLOWED.iter().find(|(name, _)| *name == one.name) else {
            complaints.push(format!("{} has no row in the table of arrows", one.name));
            continue;
        };
        let besides = TRIED.iter().find(|(name, _)| *name == one.name).map_or(&[][..], |(_, besides)| besides);
        for used in &one.direct {
            let may = allowed.contains(&used.as_str()) || (one.tried.contains(used) && besides.contains(&used.as_str()));
            if ours.contains(used.as_str()) && !may {
                complaints.push(format!("{} must not depend on {used}", one.name));
            }
        }
    }
    complaints
}

/// Crates that name a library that belongs elsewhere.
pub fn libraries_out_of_place(crates: &[Crate]) -> Vec<String> {
    let mut complaints = Vec::new();
    for (libraries, homes) in CONFINED {
        for one in crates.iter().filter(|one| !homes.contains(&one.name.as_str())) {
            for used in &one.direct {
                if libraries.iter().any(|library| is_or_belongs(used, library)) {
                    complaints.push(format!("{} must not depend on {used}: only {} may", one.name, homes.join(" and ")));
                }
            }
        }
    }
    complaints
}

/// What the domain reaches and must not, directly or through others. A workspace without the domain is a complaint
/// too: the rule must not fall silent when the crate is renamed.
pub fn impurities_of_the_domain(crates: &[Crate]) -> Vec<String> {
    let Some(domain) = crates.iter().find(|one| one.name == "tandem-domain") else {
        return vec!["there is no crate tandem-domain".to_owned()];
    };
    let all = domain.direct.union(&domain.reached);
    let impure = all.filter(|used| IMPURE.iter().any(|library| is_or_belongs(used, library)));
    impure.map(|used| format!("tandem-domain must not reach {used}")).collect()
}

fn is_or_belongs(name: &str, library: &str) -> bool {
    name.strip_prefix(library).is_some_and(|rest| rest.is_empty() || rest.starts_with('-'))
}
