//! A deep page on SQLite, by levels and by resolvers: from the kept document to the bytes of `data`, with everything between.
//! Both give the same bytes, which is looked at first.

use std::sync::Arc;

use criterion::Criterion;
use serde_json::json;
use tandem_domain::access::Viewer;
use tandem_graphql::limits::Limits;
use tandem_graphql::{Answer, Asked, Circumstance, Graph, GraphOptions, ReadPath, Reason};
use tokio::runtime::Runtime;

use crate::Fail;
use crate::ground::Ground;
use crate::questions::{DEEP, STUDIES};

pub(crate) fn measure(criterion: &mut Criterion, runtime: &Runtime, ground: &Ground) -> Result<(), Fail> {
    let asked = Asked::of(DEEP, json!({ "n": STUDIES }), &Limits::default())?;
    let graph = |read_path| Graph::new(ground.vault.clone(), GraphOptions { read_path, ..GraphOptions::default() });
    let levels = runtime.block_on(graph(ReadPath::Auto))?;
    let resolvers = runtime.block_on(graph(ReadPath::Resolvers))?;
    for name in ["marisol@quillfen", "ravi@veltrona"] {
        let viewer = runtime.block_on(ground.person(name))?;
        // The first answer proves the document; from then on it has a plan.
        runtime.block_on(page(&levels, &viewer, &asked))?;
        let planned = runtime.block_on(page(&levels, &viewer, &asked))?;
        let resolved = runtime.block_on(page(&resolvers, &viewer, &asked))?;
        if planned.fell.is_some() || resolved.fell != Some(Reason::Off) {
            return Err(format!("the page went {:?} and {:?}", planned.fell, resolved.fell).into());
        }
        if planned.data != resolved.data {
            return Err("levels and resolvers give different bytes".into());
        }
        let mut group = criterion.benchmark_group(format!("page of {} bytes for {name}", planned.data.len()));
        for (path, graph) in [("levels", &levels), ("resolvers", &resolvers)] {
            group.bench_function(path, |bencher| bencher.to_async(runtime).iter(|| page(graph, &viewer, &asked)));
        }
        group.finish();
    }
    Ok(())
}

struct Page {
    data: Vec<u8>,
    fell: Option<Reason>,
}

async fn page(graph: &Graph, viewer: &Arc<Viewer>, asked: &Asked) -> Result<Page, Fail> {
    let answered = graph.answer(Arc::clone(viewer), asked.clone(), Circumstance::default()).await;
    let data = match answered.answer {
        Answer::Written { data, .. } => data,
        Answer::Resolved(response) if response.errors.is_empty() => serde_json::to_vec(&response.data)?,
        Answer::Resolved(response) => return Err(format!("{:?}", response.errors).into()),
    };
    Ok(Page { data, fell: answered.fell })
}
