//! The borders of the house, kept by machine: between crates, and in every source file.
//! Each rule is tried twice: on the project, where it must find nothing, and on a small bad example it must object to.

use tandem_tests::arrows::{self, Crate};
use tandem_tests::sources;
use tandem_tests::workspace::{SourceFile, files};

fn nothing() -> Vec<String> {
    Vec::new()
}

fn made_up(name: &str, direct: &[&str], reached: &[&str]) -> Crate {
    let owned = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    Crate { name: name.to_owned(), direct: owned(direct), reached: owned(reached), ..Crate::default() }
}

fn file(path: &str, text: &str) -> Vec<SourceFile> {
    vec![SourceFile::new(path, text)]
}

#[test]
fn arrows_between_crates_point_one_way() {
    let crates = arrows::crates().unwrap();
    assert!(crates.len() >= 7, "cargo metadata shows only {crates:?}");
    assert_eq!(arrows::wrong_arrows(&crates), nothing());
}

#[test]
fn a_wrong_arrow_is_found() {
    let everybody = |from: &str, to: &str| {
        let names = ["domain", "migrations", "persistence", "graphql", "exchange", "gateway"];
        let crates: Vec<_> = names
            .iter()
            .map(|name| made_up(&format!("tandem-{name}"), if *name == from { std::slice::from_ref(&to) } else { &[] }, &[]))
            .collect();
        arrows::wrong_arrows(&crates)
    };
    for (from, to) in [
        ("domain", "tandem-persistence"),
        ("migrations", "tandem-domain"),
        ("persistence", "tandem-graphql"),
        ("graphql", "tandem-exchange"),
        ("graphql", "tandem-migrations"),
        ("exchange", "tandem-graphql"),
        ("gateway", "tandem-migrations"),
        ("graphql", "tandem-gateway"),
    ] {
        assert_eq!(everybody(from, to), [format!("tandem-{from} must not depend on {to}")]);
    }
    assert_eq!(everybody("graphql", "tandem-persistence"), nothing());
    let newcomer = arrows::wrong_arrows(&[made_up("tandem-shortcut", &[], &[])]);
    assert_eq!(newcomer, ["tandem-shortcut has no row in the table of arrows"]);
}

#[test]
fn an_arrow_for_benches_is_for_benches_only() {
    let found = |name: &str, used: &str, tried: bool| {
        let mut one = made_up(name, &[used], &[]);
        if tried {
            one.tried.clone_from(&one.direct);
        }
        arrows::wrong_arrows(&[one, made_up("tandem-graphql", &[], &[]), made_up("tandem-exchange", &[], &[])])
    };
    assert_eq!(found("tandem-bench", "tandem-graphql", true), nothing());
    assert_eq!(found("tandem-bench", "tandem-graphql", false), ["tandem-bench must not depend on tandem-graphql"]);
    assert_eq!(found("tandem-bench", "tandem-exchange", true), ["tandem-bench must not depend on tandem-exchange"]);
    assert_eq!(found("tandem-domain", "tandem-graphql", true), ["tandem-domain must not depend on tandem-graphql"]);
}

#[test]
fn libraries_stay_in_their_crates() {
    assert_eq!(arrows::libraries_out_of_place(&arrows::crates().unwrap()), nothing());
}

#[test]
fn a_library_out_of_place_is_found() {
    let found = |name: &str, used: &str| arrows::libraries_out_of_place(&[made_up(name, &[used], &[])]).len();
    for (name, used) in [
        ("tandem-graphql", "sea-orm"),
        ("tandem-gateway", "sqlx"),
        ("tandem-exchange", "sqlx-core"),
        ("tandem-gateway", "sea-orm-migration"),
        ("tandem-persistence", "async-graphql"),
        ("tandem-exchange", "async-graphql-parser"),
    ] {
        assert_eq!(found(name, used), 1, "{name} with {used}");
    }
    assert_eq!(found("tandem-persistence", "sea-orm") + found("tandem-gateway", "async-graphql"), 0);
    assert_eq!(found("tandem-graphql", "sqlxish"), 0);
}

#[test]
fn the_domain_is_pure() {
    let crates = arrows::crates().unwrap();
    let domain = crates.iter().find(|one| one.name == "tandem-domain").unwrap();
    assert!(domain.reached.contains("serde_core"), "what others bring along must be seen: {:?}", domain.reached);
    assert_eq!(arrows::impurities_of_the_domain(&crates), nothing());
}

#[test]
fn an_impure_domain_is_found() {
    let found = |direct: &[&str], reached: &[&str]| arrows::impurities_of_the_domain(&[made_up("tandem-domain", direct, reached)]);
    assert_eq!(found(&["serde"], &["serde", "tokio"]), ["tandem-domain must not reach tokio"]);
    assert_eq!(found(&["axum"], &[]), ["tandem-domain must not reach axum"]);
    assert_eq!(found(&[], &["sqlx-core"]), ["tandem-domain must not reach sqlx-core"]);
    assert_eq!(arrows::impurities_of_the_domain(&[]), ["there is no crate tandem-domain"]);
}

#[test]
fn every_module_opens_with_its_purpose() {
    assert_eq!(sources::modules_without_purpose(&files().unwrap()), nothing());
}

#[test]
fn a_module_without_purpose_is_found() {
    let found = |text: &str| sources::modules_without_purpose(&file("crates/domain/src/party/person.rs", text)).len();
    assert_eq!([found("use std::fmt;\n"), found("//!\n"), found(""), found("// not a doc\n")], [1, 1, 1, 1]);
    assert_eq!(found("//! People.\n"), 0);
}

#[test]
fn no_lint_is_silenced() {
    assert_eq!(sources::silenced_lints(&files().unwrap()), nothing());
}

#[test]
fn a_silenced_lint_is_found() {
    let found = |text: &str| sources::silenced_lints(&file("tests/src/lib.rs", text)).len();
    assert_eq!(found(concat!("#[", "allow(dead_code)]\n")), 1);
    assert_eq!(found(concat!("//! It.\n#![", "allow(missing_docs)]\n")), 1);
    assert_eq!(found(concat!("#[cfg_attr(", "test, ", "allow(dead_code))]\n")), 1);
    assert_eq!(found(concat!("// was #[", "allow(dead_code)]\n#[expect(dead_code, reason = \"later\")]\n")), 0);
}

#[test]
fn no_file_is_too_long_to_know() {
    assert_eq!(sources::overlong_files(&files().unwrap()), nothing());
}

#[test]
fn an_overlong_file_is_found() {
    let found = |path: &str, lines: usize| sources::overlong_files(&file(path, &"x\n".repeat(lines))).len();
    assert_eq!([found("a.rs", 600), found("a.rs", 601), found("b/audit.mjs", 601), found("check", 601)], [0, 1, 1, 1]);
    assert_eq!([found("schema.graphql", 9000), found("Cargo.lock", 9000), found("x/y.snap", 9000)], [0, 0, 0]);
}

#[test]
fn rows_are_looked_up_in_one_file() {
    assert_eq!(sources::finders_out_of_place(&files().unwrap()), nothing());
}

#[test]
fn a_finder_out_of_place_is_found() {
    let call = concat!("let rows = study::Entity", "::find_by_id(id);");
    let found = |path: &str| sources::finders_out_of_place(&file(path, call)).len();
    assert_eq!(found("crates/persistence/src/portfolio/study.rs"), 1);
    assert_eq!(found("crates/graphql/src/finder.rs"), 1);
    assert_eq!(found("crates/persistence/src/store.rs"), 0);
}

#[test]
fn no_file_names_a_path_of_one_machine() {
    assert_eq!(sources::machine_paths(&files().unwrap()), nothing());
}

#[test]
fn a_path_of_one_machine_is_found() {
    let found = |text: &str| sources::machine_paths(&file("README.md", text)).len();
    // Put together here, so that this file keeps the rule it tests.
    for folder in ["home", "Users", "root", "work"] {
        assert_eq!(found(&format!("cd /{folder}/somebody/tandem")), 1, "{folder}");
        assert_eq!(found(&format!("see `/{folder}/x`\n\"/{folder}/y\"")), 2, "{folder}");
        assert_eq!(found(&format!("docs/{folder}/a, https://example.org/{folder}/b, ~/{folder}/c, $X/{folder}/d")), 0);
    }
    assert_eq!(found(&format!("C:\\{}\\somebody", "Users")), 1);
}

#[test]
fn rooms_have_the_same_names_on_each_floor() {
    assert_eq!(sources::unknown_rooms(&files().unwrap()), nothing());
}

#[test]
fn an_unknown_room_is_found() {
    let found = |path: &str| sources::unknown_rooms(&file(path, "")).len();
    assert_eq!(found("crates/domain/src/studies/study.rs"), 1);
    assert_eq!(found("crates/graphql/src/utils/mod.rs"), 1);
    assert_eq!(found("crates/domain/src/portfolio/study.rs"), 0);
    assert_eq!(found("crates/domain/src/access/policy.rs"), 0);
    assert_eq!(found("crates/domain/src/clock.rs"), 0, "a file is no room");
    assert_eq!(found("crates/exchange/src/ctgov/record.rs"), 0, "no floor with rooms");
}
