//! The one binary, `tandem`.
//! All it does is hand the command line to the library.

use std::process::ExitCode;

/// Measured against the system's own with `scripts/bench`: see ARCHITECTURE.md, "Speed".
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tandem_gateway::cli::main()
}
