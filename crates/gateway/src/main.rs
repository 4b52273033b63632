//! The one binary, `tandem`.
//! All it does is hand the command line to the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    tandem_gateway::cli::main()
}
