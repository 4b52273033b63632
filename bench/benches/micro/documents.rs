//! What it takes to read a document and to check it against the limits, before anything of it runs.

use criterion::{BatchSize, Criterion};
use serde_json::json;
use tandem_graphql::limits::{CostModel, Limits, check, parse};
use tandem_graphql::{Asked, Graph};

use crate::Fail;
use crate::questions::{DEEP, SHORT, STUDIES};

pub(crate) fn measure(criterion: &mut Criterion) -> Result<(), Fail> {
    let (limits, model) = (Limits::default(), CostModel::from_sdl(&Graph::sdl())?);
    for (name, text) in [("short", SHORT), ("deep", DEEP)] {
        let asked = Asked::of(text, json!({ "n": STUDIES }), &limits)?;
        let checked = |variables| check(asked.document.parsed(), None, variables, &limits, &model);
        checked(asked.variables.clone())?;

        let mut group = criterion.benchmark_group("document");
        group.bench_function(format!("parse {name}"), |bencher| bencher.iter(|| parse(text, &limits)));
        // Checking takes the variables; their copy is not measured.
        group.bench_function(format!("check {name}"), |bencher| {
            bencher.iter_batched(|| asked.variables.clone(), checked, BatchSize::SmallInput);
        });
        group.finish();
    }
    Ok(())
}
