//! The checkout under test: where it is and which files belong to it.
//! Rules over the source read it through here, so that all of them mean the same files.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A file of the project: its path from the checkout's top, with forward slashes, and its text.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// Path from the top of the checkout, such as `crates/domain/src/lib.rs`.
    pub path: String,
    /// The whole text.
    pub text: String,
}

impl SourceFile {
    /// A file made up on the spot, to try a rule on.
    pub fn new(path: &str, text: &str) -> Self {
        Self { path: path.to_owned(), text: text.to_owned() }
    }

    /// Whether this is Rust source.
    pub fn is_rust(&self) -> bool {
        self.path.ends_with(".rs")
    }
}

/// The top of the checkout.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// Every text file of the project: what git tracks or would track, without what it ignores. In an unpacked archive,
/// where there is no git, every file outside the folders that only builds write.
///
/// # Errors
/// When the checkout can't be read, or git is needed and fails.
pub fn files() -> io::Result<Vec<SourceFile>> {
    let root = root();
    let mut paths = if root.join(".git").exists() { listed_by_git(&root)? } else { walked(&root)? };
    paths.sort();
    let mut files = Vec::new();
    for path in paths {
        // A file deleted but not yet staged is still listed; a file that is no text has no lines to judge.
        let Ok(bytes) = fs::read(root.join(&path)) else {
            continue;
        };
        if let Ok(text) = String::from_utf8(bytes) {
            files.push(SourceFile { path, text });
        }
    }
    Ok(files)
}

fn listed_by_git(root: &Path) -> io::Result<Vec<String>> {
    // The owner of the checkout need not be who runs the tests (a container's root, say): git refuses that unless told.
    let output = Command::new("git")
        .args(["-c", "safe.directory=*", "-C"])
        .arg(root)
        .args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"])
        .output()?;
    if !output.status.success() {
        return Err(io::Error::other(format!("git ls-files: {}", String::from_utf8_lossy(&output.stderr))));
    }
    let listed = String::from_utf8_lossy(&output.stdout);
    Ok(listed.split('\0').filter(|path| !path.is_empty()).map(str::to_owned).collect())
}

fn walked(root: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_dir() {
                if !["target", "node_modules", ".git"].contains(&name.as_str()) {
                    folders.push(path);
                }
            } else if let Ok(inside) = path.strip_prefix(root) {
                found.push(inside.to_string_lossy().replace('\\', "/"));
            }
        }
    }
    Ok(found)
}
