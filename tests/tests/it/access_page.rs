//! The page of who may see and do what is what the program prints, and the schema speaks in the same sentences.

use tandem_domain::access::sentences::{WITHHELD, read_by};
use tandem_domain::command::catalogue;
use tandem_domain::record::Kind;
use tandem_graphql::Graph;
use tandem_tests::matrix::is_read;
use tandem_tests::workspace::root;

#[test]
fn the_kept_page_is_what_the_program_prints() {
    let kept = std::fs::read_to_string(root().join("docs/access.md")).unwrap();
    let printed = Graph::access_page();
    assert!(kept.trim_end() == printed.trim_end(), "docs/access.md is old: `cargo run -- schema --access > docs/access.md` renews it");
}

#[test]
fn every_type_part_and_mutation_of_the_schema_says_who_may() {
    let sdl = Graph::sdl();
    for kind in Kind::ALL.iter().filter(|kind| is_read(**kind)) {
        let (words, ty) = (read_by(*kind), format!("\ntype {} ", kind.name()));
        let before = sdl.split(&ty).next().unwrap();
        let description = before.rsplit("\"\"\"").nth(1).unwrap();
        assert!(before.len() < sdl.len() && description.contains(&words), "{kind:?}: {description}");
        if kind.def().part_of.is_some() {
            assert!(sdl.contains(&format!("{words} {WITHHELD}")), "{kind:?}");
        }
    }
    for command in catalogue() {
        let words = command.description();
        assert!(words.contains("May be done by") && sdl.contains(words.lines().next().unwrap()), "{}: {words}", command.name);
    }
}
