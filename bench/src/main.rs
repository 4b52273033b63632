//! Measures a running Tandem over a seeded world, beside statements written by hand. `scripts/bench` starts it.
//! It prints a table while it goes, ratios at the end, and writes both to a file as JSON.

mod chance;
mod cluster;
mod load;
mod mutation;
mod proc;
mod questions;
mod report;
mod roles;
mod run;
mod server;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;

/// Why a run cannot go on.
pub(crate) type Fail = Box<dyn std::error::Error>;

/// Measure Tandem over a seeded world; scripts/bench prepares what this needs
#[derive(Debug, Parser)]
pub(crate) struct Arguments {
    /// The program `tandem`
    #[arg(long)]
    tandem: PathBuf,
    /// The folder of PostgreSQL's programs
    #[arg(long)]
    programs: PathBuf,
    /// The cluster's folder, with data, log and socket
    #[arg(long)]
    cluster: PathBuf,
    /// The cluster's port
    #[arg(long)]
    port: u16,
    /// Seconds measured for each line of the table
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// The questions
    #[arg(long, value_delimiter = ',', default_value = "Q1,Q2,Q3,Q4,Q5")]
    queries: Vec<String>,
    /// The roles: sponsor, cro, client
    #[arg(long, value_delimiter = ',', default_value = "sponsor,cro,client")]
    roles: Vec<String>,
    /// How many clients
    #[arg(long, value_delimiter = ',', default_value = "1,16,64")]
    clients: Vec<u64>,
    /// The questions that the resolvers are asked too; none where left empty
    #[arg(long, value_delimiter = ',', default_value = "Q3")]
    resolvers: Vec<String>,
    /// Where the figures go
    #[arg(long, default_value = "bench.json")]
    out: PathBuf,
    /// What else is to stand in the file: words about the run
    #[arg(long, default_value = "")]
    about: String,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let done = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(Fail::from)
        .and_then(|runtime| runtime.block_on(run::run(&arguments)));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            say(&format!("\nTHE RUN STOPPED, nothing of this line counts: {why}"));
            ExitCode::FAILURE
        }
    }
}

/// Prints a line at once.
pub(crate) fn say(text: &str) {
    use std::io::Write as _;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{text}").and_then(|()| out.flush());
}
