//! The server as a process of its own: started from the program with settings in its environment, and killed without warning.
//! A watchdog kills it where the test process itself is killed, so that no run leaves a server.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use tandem_gateway::demo;
use tandem_tests::house::SECRET;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// How long a start may take before it counts as failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// A running server.
pub(crate) struct Server {
    /// Host and port.
    pub(crate) address: String,
    /// How long it took from its start to its first answer that it is ready.
    pub(crate) ready_after: Duration,
    watchdog: Child,
    process: Child,
    log: PathBuf,
}

impl Server {
    /// Starts it on this database. What it logs is added to a file in this folder.
    pub(crate) async fn start(database: &str, folder: &Path) -> Self {
        Self::run(program("serve", database, folder), folder).await
    }

    /// The same by a command that is ready to be run.
    pub(crate) async fn run(mut command: Command, folder: &Path) -> Self {
        let begun = Instant::now();
        let log = folder.join("server.log");
        let errors = fs::OpenOptions::new().append(true).create(true).open(&log).unwrap();
        let mut process = command.stdout(Stdio::piped()).stderr(errors).spawn().unwrap();
        let watchdog = watch(process.id().unwrap());
        let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
        let listening = async {
            while let Some(line) = lines.next_line().await.unwrap() {
                if let Some((_, address)) = line.split_once("ready: serving on http://") {
                    return Some(address.trim().to_owned());
                }
            }
            None
        };
        let address = timeout(PATIENCE, listening).await.ok().flatten();
        let mut server = Self { address: String::new(), ready_after: Duration::ZERO, watchdog, process, log };
        server.address = address.unwrap_or_else(|| panic!("the server does not start:\n{}", server.last_words()));
        server.become_ready().await;
        server.ready_after = begun.elapsed();
        server
    }

    /// Waits until it says that it can serve.
    pub(crate) async fn become_ready(&self) {
        let begun = Instant::now();
        let readiness = format!("http://{}/readyz", self.address);
        while reqwest::get(&readiness).await.map(|answer| answer.status().as_u16()).ok() != Some(200) {
            assert!(begun.elapsed() < PATIENCE, "the server is never ready:\n{}", self.last_words());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends the process by SIGKILL: it gets no chance to finish anything.
    pub(crate) async fn kill(mut self) {
        // First the watchdog, which knows the process by its number only, and numbers are given again.
        self.watchdog.kill().await.unwrap();
        assert!(self.process.try_wait().unwrap().is_none(), "the server has ended by itself:\n{}", self.last_words());
        self.process.kill().await.unwrap();
    }

    /// The end of what it logged.
    pub(crate) fn last_words(&self) -> String {
        let log = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = log.lines().collect();
        lines[lines.len().saturating_sub(30)..].join("\n")
    }
}

/// The program with this command, on this database.
pub(crate) fn program(word: &str, database: &str, folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tandem-to-kill"));
    // Settings of the test run are none of the program's.
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TANDEM_")) {
        command.env_remove(name);
    }
    command
        .arg(word)
        .env("TANDEM_DATABASE_URL", database)
        .env("TANDEM_LISTEN", "127.0.0.1:0")
        .env("TANDEM_DEVELOPMENT", "true")
        .env("TANDEM_JWT_ISSUER", demo::ISSUER)
        .env("TANDEM_JWT_AUDIENCE", demo::AUDIENCE)
        .env("TANDEM_JWT_SECRET", SECRET)
        .env("TANDEM_RATE_LIMIT", "0")
        // A busy machine is no fault of the server's.
        .env("TANDEM_REQUEST_TIMEOUT", "60s")
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .kill_on_drop(true);
    command
}

/// Starts the program, and kills it after so long where it has not ended by then.
pub(crate) async fn cut_short(mut command: Command, after: Duration) {
    let mut process = command.spawn().unwrap();
    if timeout(after, process.wait()).await.is_err() {
        process.kill().await.unwrap();
    }
}

/// Waits until the pipe on its standard input ends, which is when the test process does, by whatever cause.
fn watch(process: u32) -> Child {
    Command::new("sh")
        .args(["-c", "trap '' HUP INT TERM; cat >/dev/null; kill -9 \"$1\"", "watchdog", &process.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .kill_on_drop(true)
        .spawn()
        .unwrap()
}
