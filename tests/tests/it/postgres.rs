//! The tests' own PostgreSQL server: that it serves, that its databases are separate, and that it goes when we go.
//! Everything else that needs PostgreSQL trusts what is proved here.

use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tandem_tests::postgres::{ordinary_user, postgres};
use tandem_tests::workspace;

#[test]
fn serves_sql_as_the_owner() {
    let server = postgres();
    assert_eq!(server.psql("postgres", "select current_user, 1 + 1").unwrap(), "postgres|2\n");
    let version: u32 = server.psql("postgres", "show server_version_num").unwrap().trim().parse().unwrap();
    assert!(version >= 150_000, "PostgreSQL 15 is the oldest we support, this is {version}");
}

#[test]
fn the_url_leads_to_the_database_it_names() {
    let server = postgres();
    let name = server.create_database();
    assert!(server.url(&name).starts_with("postgres://postgres:") && server.url(&name).ends_with(&format!("/{name}")));
    // `psql` takes a URL where it takes a database's name: through the port and the password, not the socket.
    assert_eq!(server.psql(&server.url(&name), "select current_database()").unwrap().trim(), name);
}

#[test]
fn loopback_asks_for_the_password() {
    let server = postgres();
    let refused = server.psql(&server.url_as("postgres", "wrong", "postgres"), "select 1").unwrap_err();
    assert!(refused.contains("password authentication failed"), "{refused}");
}

#[test]
fn a_database_is_a_copy_of_its_template_and_separate_from_other_copies() {
    let server = postgres();
    let template = server.create_database();
    server.psql(&template, "create table kept (word text); insert into kept values ('here')").unwrap();

    // At the same time, as tests ask: copying a template must not be exclusive.
    let copies: Vec<String> = std::thread::scope(|scope| {
        let asked: Vec<_> = (0..4).map(|_| scope.spawn(|| server.create_database_from(&template))).collect();
        asked.into_iter().map(|thread| thread.join().unwrap()).collect()
    });

    server.psql(&copies[0], "delete from kept").unwrap();
    assert_eq!(server.psql(&copies[0], "select count(*) from kept").unwrap(), "0\n");
    for other in &copies[1..] {
        assert_eq!(server.psql(other, "select word from kept").unwrap(), "here\n");
    }
    server.drop_database(&copies[0]);
    assert!(server.psql(&copies[0], "select 1").unwrap_err().contains("does not exist"));
}

#[test]
fn text_is_ordered_by_language_unless_a_query_says_otherwise() {
    let server = postgres();
    let sorted = |clause: &str| {
        let sql = format!("select string_agg(w, '' order by w {clause}) from (values ('a'), ('B'), ('c')) v(w)");
        server.psql("postgres", &sql).unwrap().trim().to_owned()
    };
    assert_eq!(sorted(""), "aBc");
    assert_eq!(sorted("collate \"C\""), "Bac");
}

#[test]
fn an_unknown_template_is_a_failure_that_names_it() {
    let caught = std::panic::catch_unwind(|| postgres().create_database_from("never_made")).unwrap_err();
    let message = caught.downcast_ref::<String>().unwrap();
    assert!(message.contains("never_made"), "{message}");
}

/// Says to the copy of this test binary that it is the process to be killed.
const VICTIM: &str = "TANDEM_TEST_POSTGRES_VICTIM";

#[test]
fn a_killed_process_leaves_no_server_and_no_folder() {
    if std::env::var_os(VICTIM).is_some() {
        let server = postgres();
        println!("\nserving {} {}", server.port(), server.folder().display());
        wait_until("being killed", || false);
    }

    // This test again, alone, in a process of its own that can be killed without a chance to clean up.
    let mut victim = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "postgres::a_killed_process_leaves_no_server_and_no_folder", "--nocapture"])
        .env(VICTIM, "1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(victim.stdout.take().unwrap()).lines().map_while(Result::ok);
    let line = lines.into_iter().find(|line| line.starts_with("serving ")).expect("the other process serves");
    let (port, folder) = line.trim_start_matches("serving ").split_once(' ').unwrap();
    let (port, folder): (u16, &Path) = (port.parse().unwrap(), Path::new(folder));
    assert!(TcpStream::connect(("127.0.0.1", port)).is_ok() && folder.exists());

    victim.kill().unwrap();
    victim.wait().unwrap();
    wait_until("the folder to go", || !folder.exists());
    wait_until("the port to close", || TcpStream::connect(("127.0.0.1", port)).is_err());
}

fn wait_until(what: &str, mut done: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !done() {
        assert!(begun.elapsed() < Duration::from_secs(30), "waited 30 seconds for {what}");
        #[expect(clippy::disallowed_methods, reason = "a test thread of its own, no executor to hold up")]
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn the_user_for_root_is_postgres_then_nobody() {
    let nobody = "root:x:0:0::/root:/bin/sh\nnobody:x:65534:65533::/:/bin/false\n";
    assert_eq!(ordinary_user(nobody), Some((65534, 65533)));
    assert_eq!(ordinary_user(&format!("{nobody}postgres:x:101:104::/:/bin/sh\n")), Some((101, 104)));
    assert_eq!(ordinary_user("root:x:0:0::/root:/bin/sh\n"), None);
}

/// Makes a folder of programs that claim to be this version of PostgreSQL, and returns what the search finds with it
/// first on PATH.
fn found_with(version: &str) -> String {
    let folder = tempfile::tempdir().unwrap();
    for program in ["postgres", "initdb", "pg_ctl", "createdb", "dropdb", "psql"] {
        let path = folder.path().join(program);
        std::fs::write(&path, format!("#!/bin/sh\necho 'postgres (PostgreSQL) {version}'\n")).unwrap();
        std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).unwrap();
    }
    let path = format!("{}:{}", folder.path().display(), std::env::var("PATH").unwrap());
    let script = workspace::root().join("scripts/find-postgres");
    let output = Command::new("sh").arg(script).env("PATH", path).output().unwrap();
    let found = String::from_utf8(output.stdout).unwrap();
    found.replace(folder.path().to_str().unwrap(), "the made-up folder")
}

#[test]
fn the_newest_installed_server_is_taken_and_an_old_one_is_not() {
    assert_eq!(found_with("99.1 (Made-up 99.1)").trim(), "the made-up folder");
    assert_eq!(found_with("99beta1").trim(), "the made-up folder");
    let found = found_with("14.9");
    assert!(!found.is_empty() && !found.contains("the made-up folder"), "{found}");
}
