//! What single parts of Tandem cost, called in the process over the demo world: `cargo bench -p tandem-bench`.
//! Each part is made to answer once before it is measured, and a wrong answer ends the run: a refusal is fast too.

mod documents;
mod ground;
mod pages;
mod plans;
mod policy;
mod questions;
mod tokens;

use criterion::Criterion;
use tokio::runtime::Runtime;

use ground::Ground;

/// Why a run cannot go on.
type Fail = Box<dyn std::error::Error>;

fn main() -> Result<(), Fail> {
    let runtime = Runtime::new()?;
    let ground = runtime.block_on(Ground::new())?;
    let mut criterion = Criterion::default().configure_from_args();
    documents::measure(&mut criterion)?;
    plans::measure(&mut criterion)?;
    pages::measure(&mut criterion, &runtime, &ground)?;
    policy::measure(&mut criterion, &runtime, &ground)?;
    tokens::measure(&mut criterion, &runtime)?;
    criterion.final_summary();
    Ok(())
}
