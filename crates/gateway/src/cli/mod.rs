//! The command line: one file a command, one kind of failure, three exit codes.
//! 0: done. 1: failed. 2: wrong usage, settings included.

mod admin;
mod demo;
mod doctor;
mod export;
mod failure;
mod import;
mod migrate;
mod open;
mod print;
mod schema;
mod seed;
mod serve;
mod token;

use std::process::ExitCode;

use clap::{CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

use crate::config::{LogFormat, Settings};
use crate::telemetry::{self, start_logs};

pub(crate) use failure::Failure;

/// GraphQL API gateway for sponsors and CROs that run clinical trials together.
#[derive(Debug, Parser)]
#[command(name = "tandem", version, about, propagate_version = true)]
struct Tandem {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Demo(demo::Demo),
    Serve(serve::Serve),
    Migrate(migrate::Migrate),
    #[command(subcommand)]
    Admin(admin::Admin),
    #[command(subcommand)]
    Import(import::Import),
    Export(export::Export),
    Seed(seed::Seed),
    Token(token::Token),
    Schema(schema::Schema),
    Doctor(doctor::Doctor),
}

/// Runs the command that this process was started with.
pub fn main() -> ExitCode {
    let tandem = match command().try_get_matches().and_then(|matches| Tandem::from_arg_matches(&matches)) {
        Ok(tandem) => tandem,
        // Prints help on standard output with code 0, and errors on standard error with code 2.
        Err(error) => error.exit(),
    };
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return Failure::failed(format!("the system gives no threads: {error}")).tell(),
    };
    match runtime.block_on(run(tandem.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => failure.tell(),
    }
}

/// The command line as clap has it. Only the two servers list all settings in their help; the others take them all the same.
fn command() -> clap::Command {
    const SHOWN: [&str; 2] = ["config", "database_url"];
    Tandem::command().mut_subcommands(|command| match command.get_name() {
        "serve" => command,
        "demo" => with_demo_database(command),
        "token" => with_demo_database(hide_settings(command, &SHOWN)),
        _ => hide_settings(command, &SHOWN),
    })
}

fn hide_settings(command: clap::Command, shown: &[&str]) -> clap::Command {
    let setting = |arg: &clap::Arg| arg.get_help_heading() == Some("Settings") && !shown.contains(&arg.get_id().as_str());
    command.mut_args(|arg| if setting(&arg) { arg.hide(true) } else { arg }).mut_subcommands(|command| hide_settings(command, shown))
}

/// The demo has a database of its own where none is set, and its help says so.
fn with_demo_database(command: clap::Command) -> clap::Command {
    let (usual, own) = (Settings::default().database_url.to_string(), Settings::of_demo().database_url.to_string());
    command.mut_arg("database_url", |arg| {
        let help = arg.get_help().map(|help| help.to_string().replace(&usual, &own));
        match help {
            Some(help) => arg.help(help),
            None => arg,
        }
    })
}

async fn run(command: Command) -> Result<(), Failure> {
    match command {
        Command::Demo(demo) => demo.run().await,
        Command::Serve(serve) => serve.run().await,
        Command::Migrate(migrate) => migrate.run().await,
        Command::Admin(admin) => admin.run().await,
        Command::Import(import) => import.run().await,
        Command::Export(export) => export.run().await,
        Command::Seed(seed) => seed.run().await,
        Command::Token(token) => token.run(),
        Command::Schema(schema) => schema.run(),
        Command::Doctor(doctor) => doctor.run().await,
    }
}

/// Starts the log of a server as its settings say.
fn start_log(settings: &Settings) -> Result<(), Failure> {
    let format = match settings.log_format {
        LogFormat::Text => telemetry::LogFormat::Plain,
        LogFormat::Json => telemetry::LogFormat::Json,
    };
    start_logs(&settings.log, format).map_err(|error| Failure::usage(format!("TANDEM_LOG: {error}")))
}

#[cfg(test)]
mod tests;
