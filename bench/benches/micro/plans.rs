//! What it takes to compile a document's plan: once a form of a document, then it is remembered.

use criterion::Criterion;
use serde_json::json;
use tandem_graphql::Asked;
use tandem_graphql::limits::Limits;

use crate::Fail;
use crate::questions::{DEEP, SHORT, STUDIES};

pub(crate) fn measure(criterion: &mut Criterion) -> Result<(), Fail> {
    for (name, text) in [("short", SHORT), ("deep", DEEP)] {
        let asked = Asked::of(text, json!({ "n": STUDIES }), &Limits::default())?;
        let compile = || asked.document.plan(None, &asked.variables);
        compile().map_err(|reason| format!("{name} has no plan: {reason:?}"))?;
        criterion.bench_function(&format!("plan/{name}"), |bencher| bencher.iter(compile));
    }
    Ok(())
}
