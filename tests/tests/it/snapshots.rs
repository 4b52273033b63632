//! No snapshot lies around that no test refers to; and the rule that finds them, on snapshots made up for it.
//! Run with the rest, it does what `cargo insta test --unreferenced=reject` would with a tool to install.

use tandem_tests::snapshots::unreferenced;
use tandem_tests::workspace::{SourceFile, files};

#[test]
fn every_snapshot_is_referred_to() {
    assert_eq!(unreferenced(&files().unwrap()), Vec::<String>::new());
}

fn snapshot(file: &str, source: &str) -> SourceFile {
    SourceFile::new(&format!("tests/tests/it/snapshots/{file}.snap"), &format!("---\nsource: {source}\nexpression: sdl\n---\ntype Query\n"))
}

fn complaints(file: &str) -> Vec<String> {
    let source = "tests/tests/it/graph.rs";
    let text = "fn prints_itself() { assert_snapshot!(sdl) }\nfn test_old_style() {}\nassert_snapshot!(\"by_name\", x);";
    unreferenced(&[SourceFile::new(source, text), snapshot(file, source)])
}

#[test]
fn a_snapshot_is_known_by_function_by_string_with_counter_and_suffix() {
    for known in ["prints_itself", "prints_itself-2", "old_style", "by_name", "by_name@sponsor"] {
        assert_eq!(complaints(&format!("it__graph__{known}")), Vec::<String>::new(), "{known}");
    }
}

#[test]
fn a_snapshot_of_a_renamed_test_is_found() {
    for unknown in ["prints", "prints_itself_again", "by_name_2", "prints_itself-x"] {
        let found = complaints(&format!("it__graph__{unknown}"));
        assert!(found.len() == 1 && found[0].contains("neither a test nor a string"), "{unknown}: {found:?}");
    }
}

#[test]
fn a_snapshot_of_a_moved_test_is_found() {
    let found = complaints("it__elsewhere__prints_itself");
    assert!(found.len() == 1 && found[0].contains("no module graph"), "{found:?}");
}

#[test]
fn a_snapshot_of_a_deleted_file_is_found() {
    let found = unreferenced(&[snapshot("it__gone__x", "tests/tests/it/gone.rs")]);
    assert!(found.len() == 1 && found[0].contains("is gone"), "{found:?}");
}

#[test]
fn a_snapshot_without_a_header_is_found() {
    let found = unreferenced(&[SourceFile::new("a/snapshots/it__graph__x.snap", "type Query\n")]);
    assert!(found.len() == 1 && found[0].contains("no source"), "{found:?}");
}
