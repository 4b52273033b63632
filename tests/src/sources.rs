//! Rules that the project's files keep and no compiler knows: how a module opens, how long a file may be, where rows
//! are looked up, what the rooms are called. Each takes files as plain data and returns what it objects to.

use crate::workspace::SourceFile;

/// The rooms of the house: the same subjects under the same names on each floor.
pub const ROOMS: &[&str] =
    &["party", "portfolio", "vendor", "contract", "engagement", "delivery", "oversight", "conversation", "regulatory", "data", "training"];

/// The floors that are divided into rooms.
const FLOORS: &[&str] = &["domain", "persistence", "graphql"];

/// Folders on a floor that are no subject but a mechanism that subjects use. A new one is one line here, to be noticed
/// in review: a subject must not hide among them.
const MECHANISMS: &[&str] = &[
    "access",
    "command",
    "declare",
    "dialect",
    "journal",
    "lifecycle",
    "levels",
    "limits",
    "partner",
    "read",
    "record",
    "registry",
    "run",
    "schema",
    "store",
    "value",
    "work",
];

/// The longest file that one can still know.
const MOST_LINES: usize = 600;

/// The only file that may look up rows without a scope: what it hands out has one.
const FINDER: &str = "crates/persistence/src/store.rs";

/// Where people keep checkouts and homes: a path below one of these is true on one machine only.
const MACHINE_FOLDERS: &[&str] = &["home", "Users", "root", "work", "workspace", "workspaces", "builds"];

/// Rust files of ours that don't say first what they are for.
pub fn modules_without_purpose(files: &[SourceFile]) -> Vec<String> {
    let silent = files.iter().filter(|file| file.is_rust() && !file.text.starts_with("//! "));
    silent.map(|file| format!("{} does not open with //! and its purpose", file.path)).collect()
}

/// Lints that are switched off. Where a rule must be broken, `#[expect(…, reason = "…")]` says why, and speaks up when
/// the reason is gone.
pub fn silenced_lints(files: &[SourceFile]) -> Vec<String> {
    lines_of_code(files)
        .filter(|(_, _, line)| {
            let line: String = line.split_whitespace().collect();
            line.contains(concat!("[", "allow(")) || (line.contains("cfg_attr(") && line.contains(concat!(",", "allow(")))
        })
        .map(|(path, number, _)| format!("{path}:{number} silences a lint: use expect with a reason"))
        .collect()
}

/// Written files that nobody can hold in their head any more.
pub fn overlong_files(files: &[SourceFile]) -> Vec<String> {
    let written = files.iter().filter(|file| {
        let endings = [".rs", ".sh", ".mjs", ".js", ".sql"];
        let script = file.path == "check" || file.path.starts_with("scripts/");
        script || endings.iter().any(|ending| file.path.ends_with(ending))
    });
    let long = written.map(|file| (file, file.text.lines().count()));
    long.filter(|(_, lines)| *lines > MOST_LINES)
        .map(|(file, lines)| format!("{} has {lines} lines, more than {MOST_LINES}", file.path))
        .collect()
}

/// Rows looked up anywhere but in the one file that scopes them.
pub fn finders_out_of_place(files: &[SourceFile]) -> Vec<String> {
    lines_of_code(files)
        .filter(|(path, _, line)| *path != FINDER && line.contains(concat!("Entity", "::find")))
        .map(|(path, number, _)| format!("{path}:{number} looks up rows: only {FINDER} does"))
        .collect()
}

/// Paths that exist on one machine only.
pub fn machine_paths(files: &[SourceFile]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        for (index, line) in file.text.lines().enumerate() {
            if names_machine_path(line) {
                complaints.push(format!("{}:{} names a path of one machine: {}", file.path, index + 1, line.trim()));
            }
        }
    }
    complaints
}

fn names_machine_path(line: &str) -> bool {
    MACHINE_FOLDERS.iter().any(|folder| {
        let unix = format!("/{folder}/");
        let windows = format!(":\\{folder}\\");
        let starts_a_path = |(at, _): (usize, &str)| {
            // Within a longer path or an address (`docs/work/`, `example.org/home/`) it is no absolute path.
            let before = line[..at].chars().next_back();
            !before.is_some_and(|c| c.is_alphanumeric() || "._-~*/}$".contains(c))
        };
        line.contains(&windows) || line.match_indices(&unix).any(starts_a_path)
    })
}

/// Folders on a floor that are neither a room nor a known mechanism.
pub fn unknown_rooms(files: &[SourceFile]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        let mut parts = file.path.split('/');
        let [Some("crates"), Some(floor), Some("src"), Some(room), Some(_)] = [(); 5].map(|()| parts.next()) else {
            continue;
        };
        let known = ROOMS.contains(&room) || MECHANISMS.contains(&room);
        if FLOORS.contains(&floor) && !known {
            complaints.push(format!(
                "crates/{floor}/src/{room} is neither a room ({}) nor a mechanism listed in tests/src/sources.rs",
                ROOMS.join(", ")
            ));
        }
    }
    complaints.dedup();
    complaints
}

/// Every line of Rust that is not a comment, with its file and its number.
fn lines_of_code(files: &[SourceFile]) -> impl Iterator<Item = (&str, usize, &str)> {
    files.iter().filter(|file| file.is_rust()).flat_map(|file| {
        let lines = file.text.lines().enumerate();
        let code = lines.filter(|(_, line)| !line.trim_start().starts_with("//"));
        code.map(|(index, line)| (file.path.as_str(), index + 1, line))
    })
}
