//! What the command line takes and refuses, before any command runs.

use super::*;

fn refusal(line: &str) -> String {
    let error = command().try_get_matches_from(line.split(' ')).expect_err(line);
    assert_eq!(error.exit_code(), 2, "{line}");
    error.to_string()
}

#[test]
fn the_definition_is_sound() {
    command().debug_assert();
}

#[test]
fn wrong_usage_is_refused_with_words() {
    for (line, words) in [
        ("tandem", "Usage"),
        ("tandem nothing", "nothing"),
        ("tandem demo --colour", "--colour"),
        ("tandem admin organization --name X", "--type"),
        ("tandem admin organization --name X --type BAKERY", "CENTRAL_LAB"),
        ("tandem admin organization --name X --type CRO --country XX", "ISO 3166-1"),
        ("tandem admin grant --email a@example.org --organization X --role KING", "V_ADMIN"),
        ("tandem admin grant --email a@example.org --organization X --role P_CLIENT", "P_CLIENT"),
        ("tandem import ctgov", "FILE"),
        ("tandem seed --scale 0", "1..=100"),
        ("tandem seed --scale 101", "1..=100"),
        ("tandem seed --portfolio 0", "1..=100"),
        ("tandem token", "--as"),
        ("tandem token --as a@example.org --client c", "cannot be used"),
        ("tandem token --as a@example.org --scope study:read", "--client"),
    ] {
        let said = refusal(line);
        assert!(said.contains(words), "{line}: {said}");
    }
}

#[test]
fn good_lines_are_taken() {
    for line in [
        "tandem demo --listen 127.0.0.1:0",
        "tandem serve --config tandem.toml",
        "tandem migrate --check",
        "tandem admin organization --name X --type cro --country DE",
        "tandem admin grant --email a@example.org --organization X --role V_ADMIN",
        "tandem import ctgov a.json b.json --sponsor X --database-url sqlite://x",
        "tandem token --client c --scope study:read --scope site:read",
        "tandem schema --check",
        "tandem schema --access --check",
        "tandem doctor",
    ] {
        let matches = command().try_get_matches_from(line.split(' ')).expect(line);
        Tandem::from_arg_matches(&matches).expect(line);
    }
}

#[test]
fn only_servers_list_all_settings() {
    let mut command = command();
    let mut help = |name: &str| command.find_subcommand_mut(name).expect(name).render_long_help().to_string();
    assert!(help("serve").contains("--max-depth") && help("demo").contains("--max-depth"));
    assert!(!help("token").contains("--max-depth") && help("token").contains("--database-url"));
    assert!(help("token").contains("tandem-demo.sqlite]") && help("demo").contains("tandem-demo.sqlite]"));
    assert!(help("migrate").contains("sqlite://tandem.sqlite]"));
}
