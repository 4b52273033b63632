//! Finds snapshot files (`*.snap`) that no test refers to: left behind by a renamed or deleted test, they look like
//! promises and are checked by nobody. A test does this, so that there is no tool to install.
//!
//! A snapshot is referred to when the source file named in its header still has a test function or a string of its
//! name. So a name is written out in the test; what varies (a role, a database) goes into insta's `snapshot_suffix`.

use crate::workspace::SourceFile;

/// The snapshots among `files` that none of the sources among `files` refers to, each with the reason.
pub fn unreferenced(files: &[SourceFile]) -> Vec<String> {
    let snapshots = files.iter().filter(|file| file.path.ends_with(".snap"));
    snapshots
        .filter_map(|snapshot| {
            let why = orphaned(snapshot, files)?;
            Some(format!("{}: {why}", snapshot.path))
        })
        .collect()
}

/// Why nothing refers to this snapshot; nothing where something does.
fn orphaned(snapshot: &SourceFile, files: &[SourceFile]) -> Option<String> {
    let header = snapshot.text.lines().skip(1).take_while(|line| *line != "---");
    let source = header.into_iter().find_map(|line| line.strip_prefix("source: "));
    let Some(source) = source.map(|path| path.trim_matches('"')) else {
        return Some("its header names no source".to_owned());
    };
    let Some(test) = files.iter().find(|file| file.path == source) else {
        return Some(format!("its source {source} is gone"));
    };
    let file = snapshot.path.rsplit('/').next().unwrap_or_default();
    let stem = file.trim_end_matches(".snap");
    let unsuffixed = stem.split_once('@').map_or(stem, |(front, _)| front);
    let mut modules: Vec<&str> = unsuffixed.split("__").collect();
    let name = modules.pop().unwrap_or_default();

    // A file that moved takes its new module's name; the header of the old snapshot may still name a file that exists.
    let module = source.rsplit('/').next().unwrap_or_default().trim_end_matches(".rs");
    if !["lib", "main", "mod"].contains(&module) && !modules.contains(&module) {
        return Some(format!("its name has no module {module}, where {source} would write it"));
    }
    if names(name).iter().any(|name| refers(&test.text, name)) {
        return None;
    }
    Some(format!("{source} has neither a test nor a string of that name"))
}

/// The names a test may have that wrote this one: insta counts the second and later snapshots of a function (`-2`).
fn names(name: &str) -> Vec<&str> {
    let mut names = vec![name];
    if let Some((front, counter)) = name.rsplit_once('-')
        && counter.parse::<u32>().is_ok()
    {
        names.push(front);
    }
    names
}

fn refers(text: &str, name: &str) -> bool {
    let functions = [format!("fn {name}("), format!("fn test_{name}("), format!("fn {name}<")];
    text.contains(&format!("\"{name}\"")) || functions.iter().any(|function| text.contains(function.as_str()))
}
