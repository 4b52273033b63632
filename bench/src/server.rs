//! The measured server: `tandem serve` as anybody runs it, with development tokens and without a rate limit.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::Fail;
use crate::roles::Role;

/// The secret of the tokens; the server is a throw-away one on this machine.
const SECRET: &str = "a secret for measuring only, 0123456789 abcdef";

/// A running server.
pub(crate) struct Server {
    child: Child,
    program: PathBuf,
    pub(crate) address: String,
}

fn settings(command: &mut Command, url: &str) {
    command
        .env("TANDEM_DATABASE_URL", url)
        .env("TANDEM_JWT_SECRET", SECRET)
        .env("TANDEM_JWT_ISSUER", "https://demo.tandem.example.org")
        .env("TANDEM_JWT_AUDIENCE", "tandem-demo");
}

impl Server {
    /// Starts it and waits until it is ready; with the resolvers where that is asked for.
    pub(crate) fn start(program: &Path, url: &str, resolvers: bool) -> Result<Self, Fail> {
        let mut command = Command::new(program);
        settings(&mut command, url);
        command.arg("serve").env("TANDEM_DEVELOPMENT", "true").env("TANDEM_LISTEN", "127.0.0.1:0").env("TANDEM_LOG", "warn");
        command.env("TANDEM_RATE_LIMIT", "0");
        if resolvers {
            command.env("TANDEM_READ_PATH", "resolvers");
        }
        let mut child = command.stdout(Stdio::piped()).spawn()?;
        let out = child.stdout.take().ok_or("no output")?;
        for line in BufReader::new(out).lines() {
            if let Some((_, address)) = line?.split_once("ready: serving on http://") {
                return Ok(Self { child, program: program.to_owned(), address: address.trim().to_owned() });
            }
        }
        Err(format!("the server did not start: {}", child.wait()?).into())
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// A token of this role, good for an hour.
    pub(crate) fn token(&self, role: Role, url: &str) -> Result<String, Fail> {
        let mut command = Command::new(&self.program);
        settings(&mut command, url);
        let output = command.arg("token").args(role.whom()).output()?;
        if !output.status.success() {
            return Err(format!("no token: {}", String::from_utf8_lossy(&output.stderr)).into());
        }
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
