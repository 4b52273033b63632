//! The database beside the server: asked by psql, loaded by pgbench, its processor time read from /proc.

use std::path::PathBuf;
use std::process::Command;

use serde_json::Value as Json;

use crate::{Fail, proc};

/// A running PostgreSQL server with the seeded world.
pub(crate) struct Cluster {
    /// Where psql and pgbench are.
    pub(crate) programs: PathBuf,
    /// The folder with `data`, `log` and the socket.
    pub(crate) folder: PathBuf,
    pub(crate) port: u16,
}

/// What pgbench measured.
pub(crate) struct Load {
    pub(crate) per_second: f64,
    /// Milliseconds of the database's processors for each transaction.
    pub(crate) cpu: f64,
}

impl Cluster {
    /// The address of the database as the product takes it.
    pub(crate) fn url(&self) -> String {
        format!("postgres://postgres@localhost:{}/tandem?host={}", self.port, self.folder.display().to_string().replace('/', "%2F"))
    }

    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        command.env("PGHOST", &self.folder).env("PGPORT", self.port.to_string()).env("PGUSER", "postgres").env("PGDATABASE", "tandem");
        command
    }

    /// Runs SQL and answers what psql prints.
    pub(crate) fn psql(&self, sql: &str, variables: &[(&str, u64)]) -> Result<String, Fail> {
        let file = self.file("question.sql", sql)?;
        let mut command = self.client("psql");
        command.args(["--no-psqlrc", "-qtA", "-v", "ON_ERROR_STOP=1"]);
        for (name, value) in variables {
            command.arg("-v").arg(format!("{name}={value}"));
        }
        run(command.arg("-f").arg(file))
    }

    pub(crate) fn json(&self, sql: &str, variables: &[(&str, u64)]) -> Result<Json, Fail> {
        Ok(serde_json::from_str(&self.psql(sql, variables)?)?)
    }

    fn file(&self, name: &str, text: &str) -> Result<PathBuf, Fail> {
        let path = std::env::temp_dir().join(format!("tandem-bench-{}-{name}", std::process::id()));
        std::fs::write(&path, text)?;
        Ok(path)
    }

    /// Seconds of processor time that the whole server has used.
    pub(crate) fn used(&self) -> Result<f64, Fail> {
        proc::used_by_family(proc::postmaster(&self.folder.join("data"))?)
    }

    /// Runs a script with so many clients for so long.
    pub(crate) fn pgbench(&self, script: &str, clients: u32, seconds: u64) -> Result<Load, Fail> {
        let file = self.file("script.sql", script)?;
        let mut command = self.client("pgbench");
        command.args(["-n", "-M", "prepared", "-j", "1", "-c", &clients.to_string(), "--random-seed=7"]).arg("-f").arg(file);
        // Connections and plans first, then the measured run of its own.
        let before = self.used()?;
        let said = run(command.args(["-T", &seconds.to_string()]))?;
        let used = self.used()? - before;
        let figure = |start: &str| {
            let line = said.lines().find_map(|line| line.strip_prefix(start));
            line.and_then(|rest| rest.split(['/', ' ']).find_map(|word| word.parse::<f64>().ok()))
                .ok_or(format!("pgbench says no '{start}':\n{said}"))
        };
        let (done, failed) =
            (figure("number of transactions actually processed: ")?, figure("number of failed transactions: ").unwrap_or(0.0));
        if done == 0.0 || failed > 0.0 {
            return Err(format!("pgbench did {done} and failed {failed} times:\n{said}").into());
        }
        Ok(Load { per_second: figure("tps = ")?, cpu: used * 1_000.0 / done })
    }
}

fn run(command: &mut Command) -> Result<String, Fail> {
    let output = command.output()?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned());
    }
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    Err(format!("{} failed: {said}", command.get_program().to_string_lossy()).into())
}
