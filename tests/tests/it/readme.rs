//! README's story: its commands, word for word and in order, on a fresh demo that is a process of its own, on both databases; and the
//! answers that README prints beneath them are those that came.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tandem_tests::house::{BOTH, Backend, Ground};
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

/// A section's commands, each with the answers that are printed beneath.
struct Step {
    commands: String,
    answers: Option<String>,
}

/// The blocks of the section with this title, in order.
fn steps(title: &str) -> Vec<Step> {
    let readme = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md")).unwrap();
    let section = readme.split("\n## ").find(|section| section.starts_with(title)).unwrap_or_else(|| panic!("no section {title}"));
    let mut steps: Vec<Step> = Vec::new();
    for block in section.split("```").skip(1).step_by(2) {
        match block.split_once('\n').unwrap() {
            ("sh", commands) => steps.push(Step { commands: commands.to_owned(), answers: None }),
            ("text", answers) => steps.last_mut().unwrap().answers = Some(answers.to_owned()),
            (other, _) => panic!("a block of kind {other}"),
        }
    }
    steps
}

/// The program, without settings of the test run.
fn plain(program: &Path, folder: &Path, ground: &Ground) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("TANDEM_")) {
        command.env_remove(name);
    }
    // Where nothing is set, the demo keeps its world in a file in its folder, as README has it.
    if ground.backend == Backend::Postgres {
        command.env("TANDEM_DATABASE_URL", &ground.connect.url);
    }
    command.current_dir(folder).stdin(Stdio::null()).kill_on_drop(true);
    command
}

/// Starts the demo on a free port; where it can be reached.
async fn demo(program: &Path, folder: &Path, ground: &Ground) -> (Child, String) {
    let mut command = plain(program, folder, ground);
    command.arg("demo").env("TANDEM_LISTEN", "127.0.0.1:0").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut process = command.spawn().unwrap();
    let mut lines = BufReader::new(process.stdout.take().unwrap()).lines();
    let ready = async {
        while let Some(line) = lines.next_line().await.unwrap() {
            if let Some(address) = line.strip_prefix("ready: http://").and_then(|rest| rest.strip_suffix("/graphql")) {
                return Some(address.to_owned());
            }
        }
        None
    };
    let address = timeout(Duration::from_secs(120), ready).await.ok().flatten().expect("the demo starts");
    (process, address)
}

#[tokio::test]
async fn the_story_runs_word_for_word() {
    let steps = steps("The story in ten requests");
    assert_eq!(steps.iter().filter(|step| step.answers.is_some()).count(), 10);
    for backend in BOTH {
        let ground = Ground::new(backend).await;
        let folder = tempfile::tempdir().unwrap();
        let program = folder.path().join("target/release/tandem");
        std::fs::create_dir_all(program.parent().unwrap()).unwrap();
        std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_tandem-to-kill"), &program).unwrap();
        let (mut process, address) = demo(&program, folder.path(), &ground).await;

        let said: Vec<String> = steps.iter().map(|step| format!("{}\necho '=== end'\n", step.commands)).collect();
        let script = said.concat().replace("127.0.0.1:8080", &address);
        let mut shell = plain(Path::new("bash"), folder.path(), &ground);
        let ran = timeout(Duration::from_secs(240), shell.args(["-c", &script]).output()).await.unwrap().unwrap();
        let (output, errors) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
        assert!(errors.trim().is_empty(), "{backend:?}: {errors}");
        let came: Vec<&str> = output.split("=== end\n").collect();
        assert_eq!(came.len(), steps.len() + 1, "{output}");
        for (step, came) in steps.iter().zip(came) {
            assert_eq!(came, step.answers.as_deref().unwrap_or_default(), "{backend:?}: {}", step.commands);
        }
        process.kill().await.unwrap();
    }
}
