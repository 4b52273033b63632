//! A PostgreSQL server that belongs to this test process: from the installed programs, in a temporary folder, ready in
//! about a second, and gone with the process however that ends. No container engine, no download, nothing to configure.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::workspace;

/// The owner of everything in the test server.
const SUPERUSER: &str = "postgres";

/// What makes a throw-away server fast, and a server that finds faults. Nothing here survives a crash: a test about
/// crashes needs a server of its own. Vacuum in the background is off because it makes plans depend on the moment.
const THROW_AWAY: &str = "
fsync = off
full_page_writes = off
synchronous_commit = off
autovacuum = off
max_connections = 300
";

/// What a server of production has in these matters. It is PostgreSQL's own default, spelled out.
const DURABLE: &str = "
fsync = on
full_page_writes = on
synchronous_commit = on
";

/// What every test server has.
const SETTINGS: &str = "
timezone = 'UTC'
log_timezone = 'UTC'
listen_addresses = '127.0.0.1'
";

/// Waits until the pipe on its standard input ends, which is when the test process does, by whatever cause; then stops
/// the server and removes its folder. The kernel closes the pipe even after SIGKILL, so no test run leaves a server.
/// It tries more than once, since the end may come while `initdb` or `pg_ctl start` is still at work.
const WATCHDOG: &str = r#"
trap '' HUP INT TERM
folder=$1 pg_ctl=$2
shift 2
cat >/dev/null
for attempt in 1 2 3 4 5; do
    "$@" "$pg_ctl" stop -D "$folder/data" -m immediate -t 10
    rm -rf "$folder"
    [ -e "$folder" ] || exit 0
    sleep 1
done
"#;

/// A running server of this process's own.
#[derive(Debug)]
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    /// The words before each command that put it under the server's user.
    runner: Vec<String>,
    port: u16,
    password: String,
    databases: AtomicU32,
    /// Holds the pipe whose end tells the watchdog that this process is over.
    _watchdog: Child,
}

/// The server of this test process, started on first use.
///
/// # Panics
/// When no PostgreSQL 15 or later is installed (the message says what to install) or the server does not start.
pub fn postgres() -> &'static Postgres {
    static SERVER: OnceLock<Result<Postgres, String>> = OnceLock::new();
    // The failure is kept as well as the server: a hundred tests should not each try again for a second.
    match SERVER.get_or_init(|| Postgres::start(THROW_AWAY)) {
        Ok(server) => server,
        #[expect(clippy::panic, reason = "a test that can't have its database must fail, saying why")]
        Err(why) => panic!("{why}"),
    }
}

impl Postgres {
    /// A server that keeps what it has acknowledged through a crash, for one test; gone with the value.
    ///
    /// # Errors
    /// When no PostgreSQL 15 or later is installed (the message says what to install) or the server does not start.
    pub fn durable() -> Result<Self, String> {
        Self::start(DURABLE)
    }

    /// Ends every process of the server at once, without a checkpoint and whatever they are doing, and starts it again on
    /// the same port: it recovers from its log, as after a crash.
    ///
    /// # Errors
    /// What `pg_ctl` says.
    pub fn crash(&self) -> Result<(), String> {
        let data = self.folder.join("data");
        run(as_user(&self.runner, &self.programs.join("pg_ctl")).args(["stop", "--mode=immediate", "--pgdata"]).arg(&data))?;
        start_on(self.port, &self.folder, &self.programs, &self.runner)
    }

    fn start(durability: &str) -> Result<Self, String> {
        let programs = programs()?;
        let (folder, runner) = prepare_folder()?;
        // From here on the watchdog answers for the folder, so that no failure below leaves anything behind.
        let watchdog = start_watchdog(&folder, &programs, &runner)?;
        let password = random_word()?;
        initialise(&folder, &programs, &runner, &password, durability)?;
        let port = start_server(&folder, &programs, &runner)?;
        Ok(Self { programs, folder, runner, port, password, databases: AtomicU32::new(0), _watchdog: watchdog })
    }

    /// A URL for the database of that name, as the server's owner.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{SUPERUSER}:{}@127.0.0.1:{}/{database}", self.password, self.port)
    }

    /// The URL for a role that a test or a migration has created with this password.
    pub fn url_as(&self, role: &str, password: &str, database: &str) -> String {
        format!("postgres://{role}:{password}@127.0.0.1:{}/{database}", self.port)
    }

    /// The temporary folder with the server's data, its socket and its `log`.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Creates an empty database and returns its name, which no other test of this process has.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn create_database(&self) -> String {
        self.create_database_from("template0")
    }

    /// Creates a database as a copy of `template` and returns its name, which no other test of this process has.
    /// Nobody may be connected to the template meanwhile: whoever fills one closes its pool before the first copy.
    ///
    /// # Panics
    /// When the server refuses: no such template, or somebody is connected to it.
    pub fn create_database_from(&self, template: &str) -> String {
        let name = format!("t_{}", self.databases.fetch_add(1, Ordering::Relaxed));
        self.must(self.client("createdb").args(["--template", template, &name]));
        name
    }

    /// Drops a database, ending whatever is still connected to it. Only for tests that make many or large ones: all go
    /// with the process.
    ///
    /// # Panics
    /// When the server refuses.
    pub fn drop_database(&self, name: &str) {
        self.must(self.client("dropdb").args(["--force", name]));
    }

    /// Runs SQL by `psql`, as the server's owner, and returns what it prints: a row a line, columns separated by `|`.
    /// For what no part of the product should be able to do; a test of the product goes through the product.
    ///
    /// # Errors
    /// What `psql` says, when a statement fails.
    pub fn psql(&self, database: &str, sql: &str) -> Result<String, String> {
        run(self.client("psql").args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align"]).args([
            "--set=ON_ERROR_STOP=1",
            "--dbname",
            database,
            "--command",
            sql,
        ]))
    }

    /// A client program, connected through the socket, which only this user and root can reach.
    fn client(&self, program: &str) -> Command {
        let mut command = Command::new(self.programs.join(program));
        // Whatever the caller's environment says about some other server must not lead there.
        for name in ["PGDATABASE", "PGSERVICE", "PGHOSTADDR", "PGOPTIONS", "PGSSLMODE"] {
            command.env_remove(name);
        }
        command.env("PGHOST", &self.folder).env("PGPORT", self.port.to_string()).env("PGUSER", SUPERUSER);
        command
    }

    fn must(&self, command: &mut Command) -> String {
        match run(command) {
            Ok(output) => output,
            #[expect(clippy::panic, reason = "a test that can't have its database must fail, saying why")]
            Err(why) => panic!("{why}"),
        }
    }
}

/// The folder of the server programs, from the same script that `./check` asks.
fn programs() -> Result<PathBuf, String> {
    run(Command::new("sh").arg(workspace::root().join("scripts/find-postgres"))).map(|path| PathBuf::from(path.trim()))
}

/// A new temporary folder, and the words before each command that puts it under the right user: none, or `setpriv …`
/// for root, as whom PostgreSQL refuses to run.
fn prepare_folder() -> Result<(PathBuf, Vec<String>), String> {
    let told = |error: std::io::Error| format!("no temporary folder for PostgreSQL: {error}");
    let folder = tempfile::Builder::new().prefix("tandem-pg-").tempdir().map_err(told)?;
    // Whose folder it is tells who runs this; the standard library has no other way to ask.
    let runner = if fs::metadata(folder.path()).map_err(told)?.uid() == 0 {
        let users = fs::read_to_string("/etc/passwd").map_err(told)?;
        let (uid, gid) = ordinary_user(&users).ok_or("run as root, and there is no user postgres or nobody to run PostgreSQL as")?;
        chown(folder.path(), Some(uid), Some(gid)).map_err(told)?;
        let words = ["setpriv", &format!("--reuid={uid}"), &format!("--regid={gid}"), "--clear-groups"];
        words.map(str::to_owned).to_vec()
    } else {
        Vec::new()
    };
    Ok((folder.keep(), runner))
}

/// The user and group to run the server as when the caller is root: `postgres` where there is one, otherwise `nobody`.
pub fn ordinary_user(passwd: &str) -> Option<(u32, u32)> {
    ["postgres", "nobody"].iter().find_map(|wanted| {
        passwd.lines().find_map(|line| {
            let mut columns = line.split(':');
            let (name, _, uid, gid) = (columns.next()?, columns.next()?, columns.next()?, columns.next()?);
            (name == *wanted).then_some((uid.parse().ok()?, gid.parse().ok()?))
        })
    })
}

fn start_watchdog(folder: &Path, programs: &Path, runner: &[String]) -> Result<Child, String> {
    Command::new("sh")
        .args(["-c", WATCHDOG, "watchdog"])
        .arg(folder)
        .arg(programs.join("pg_ctl"))
        .args(runner)
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // A process group of its own: Ctrl-C in the terminal ends the tests, and only then the watchdog has work to do.
        .process_group(0)
        .spawn()
        .map_err(|error| format!("the watchdog for PostgreSQL does not start: {error}"))
}

fn initialise(folder: &Path, programs: &Path, runner: &[String], password: &str, durability: &str) -> Result<(), String> {
    let told = |error: std::io::Error| format!("PostgreSQL's folder {}: {error}", folder.display());
    let password_file = folder.join("password");
    let owner = fs::metadata(folder).map_err(told)?;
    let mut file = fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(&password_file).map_err(told)?;
    file.write_all(password.as_bytes()).map_err(told)?;
    chown(&password_file, Some(owner.uid()), Some(owner.gid())).map_err(told)?;
    let data = folder.join("data");
    // A linguistic order on purpose: a query that forgot COLLATE "C" sorts differently here than on SQLite, and its
    // test fails. With the C locale it would pass by luck.
    run(as_user(runner, &programs.join("initdb"))
        .args(["--username", SUPERUSER, "--auth-local=trust", "--auth-host=password", "--no-sync", "--encoding=UTF8"])
        .args(["--locale=C", "--locale-provider=icu", "--icu-locale=en-US"])
        .arg(format!("--pwfile={}", password_file.display()))
        .arg("--pgdata")
        .arg(&data))?;
    let socket = folder.display().to_string().replace('\'', "''");
    let mut settings = fs::OpenOptions::new().append(true).open(data.join("postgresql.conf")).map_err(told)?;
    settings.write_all(format!("{durability}{SETTINGS}unix_socket_directories = '{socket}'\n").as_bytes()).map_err(told)
}

/// Starts the server on a free port and returns it. Between finding a port free and taking it somebody else may take
/// it, so a failure is tried again on another.
fn start_server(folder: &Path, programs: &Path, runner: &[String]) -> Result<u16, String> {
    let mut failure = String::new();
    for _ in 0..5 {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).map_err(|e| e.to_string())?.port();
        match start_on(port, folder, programs, runner) {
            Ok(()) => return Ok(port),
            Err(why) => failure = why,
        }
    }
    Err(failure)
}

fn start_on(port: u16, folder: &Path, programs: &Path, runner: &[String]) -> Result<(), String> {
    let started = run(as_user(runner, &programs.join("pg_ctl"))
        .args(["start", "--wait", "--timeout=60", "--options", &format!("-p {port}"), "--pgdata"])
        .arg(folder.join("data"))
        .arg("--log")
        .arg(folder.join("log")));
    let told = |why: String| format!("{why}\n{}", fs::read_to_string(folder.join("log")).unwrap_or_default());
    started.map(|_| ()).map_err(told)
}

/// A command under the server's user.
fn as_user(runner: &[String], program: &Path) -> Command {
    let mut command = match runner {
        [] => Command::new(program),
        [first, others @ ..] => {
            let mut command = Command::new(first);
            command.args(others).arg(program);
            command
        }
    };
    // That user may not be allowed into the folder this process stands in.
    command.current_dir("/");
    command
}

/// Runs a command to its end and returns its standard output; anything but success is an error in words.
fn run(command: &mut Command) -> Result<String, String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.stdin(Stdio::null()).output().map_err(|error| format!("{name} does not start: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let said = [output.stdout, output.stderr].concat();
    Err(format!("{name} failed ({}):\n{}", output.status, String::from_utf8_lossy(&said).trim()))
}

/// A password nobody can guess: the server listens on loopback, where other users of the machine can knock.
fn random_word() -> Result<String, String> {
    let mut bytes = [0_u8; 16];
    let read = fs::File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    read.map_err(|error| format!("no random bytes: {error}"))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
