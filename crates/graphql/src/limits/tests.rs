//! Each limit one below, at and one above; the fragment bomb; and that no text at all makes a check panic.

use std::fmt::Write as _;
use std::time::{Duration, Instant};

use async_graphql::Variables;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Checked, CostModel, LimitCode, LimitError, Limits, OperationType, check, parse};

const SDL: &str = r#"
schema { query: Query mutation: Mutation }
interface Node { id: ID! }
type PageInfo { hasNextPage: Boolean! }
type Query {
  viewer: Person!
  node(id: ID!): Node
  nodes(ids: [ID!]!): [Node]!
  studies(first: Int, last: Int, tags: [String!], filter: StudyFilter): StudyConnection!
  repositories(first: Int): RepositoryConnection!
}
input StudyFilter { in: [ID!] }
type Mutation { metricsIngest(rows: [Int!]!): Payload! studyClose(id: ID!): Payload! }
type Payload { study: Study }
type Person implements Node { id: ID! name: String friend: Person }
type Study implements Node {
  id: ID! name: String sponsor: Person sites(first: Int = 10): SiteConnection!
  log(first: Int = 5): [Entry!]!
}
type Entry { at: String person: Person }
type StudyConnection { edges: [StudyEdge!]! nodes: [Study!]! pageInfo: PageInfo! totalCount: Int! }
type StudyEdge { cursor: String! node: Study! }
type Site implements Node { id: ID! study: Study }
type SiteConnection { nodes: [Site!]! pageInfo: PageInfo! }
type Repository { issues(first: Int): IssueConnection! }
type RepositoryConnection { edges: [RepositoryEdge!]! }
type RepositoryEdge { node: Repository! }
type Issue { labels(first: Int): LabelConnection! }
type IssueConnection { edges: [IssueEdge!]! }
type IssueEdge { node: Issue! }
type Label { id: ID! }
type LabelConnection { edges: [LabelEdge!]! }
type LabelEdge { node: Label! }
"#;

fn model() -> CostModel {
    CostModel::from_sdl(SDL).expect("the test schema parses")
}

fn run(source: &str, variables: Value, limits: &Limits) -> Result<Checked, LimitError> {
    check(&parse(source, limits)?, None, Variables::from_json(variables), limits, &model())
}

fn code(source: &str, limits: &Limits) -> Option<LimitCode> {
    run(source, json!({}), limits).err().map(|error| error.code)
}

/// Below and at the limit it passes, above it is refused with `wanted`.
fn edge(build: impl Fn(usize) -> String, limit: u64, wanted: LimitCode) {
    let limit = usize::try_from(limit).expect("a small limit");
    let limits = Limits::default();
    assert_eq!(code(&build(limit - 1), &limits), None, "one below");
    assert_eq!(code(&build(limit), &limits), None, "at");
    assert_eq!(code(&build(limit + 1), &limits), Some(wanted), "one above");
}

use LimitCode::DocumentLimitExceeded as TooMuch;

#[test]
fn characters() {
    let padded = |n: usize| format!("{{__typename}}#{}", "é".repeat(n - 13));
    assert_eq!(padded(100).chars().count(), 100);
    edge(padded, 15_000, TooMuch);
    assert_eq!(code(&"é".repeat(100_000), &Limits::default()), Some(TooMuch));
}

#[test]
fn tokens() {
    let fields = |n: usize| format!("{{{}}}", "viewer,# \"{\n".repeat(n - 2));
    let limits = Limits { root_fields: 5_000, characters: 100_000, ..Limits::default() };
    assert_eq!(code(&fields(1_999).replace("viewer", "id"), &limits), None);
    assert_eq!(code(&fields(2_000).replace("viewer", "id"), &limits), None);
    assert_eq!(code(&fields(2_001).replace("viewer", "id"), &limits), Some(TooMuch));
}

#[test]
fn a_string_is_one_token_whatever_it_holds() {
    let limits = Limits { tokens: 7, ..Limits::default() };
    let plain = r#"{node(id:"{{ \" # }}" )}"#;
    assert_eq!(code(plain, &Limits { tokens: 8, ..limits.clone() }), None);
    assert_eq!(code(plain, &limits), Some(TooMuch));
    let block = r#"{node(id:"""{{ " \""" {[( # """)}"#;
    assert_eq!(code(block, &Limits { tokens: 8, ..limits }), None);
}

#[test]
fn unfinished_strings_are_syntax_errors() {
    for source in ["{node(id:\"", "{node(id:\"\\", "{node(id:\"a\n\")}", "{node(id:\"\"\"", "{node(id:[\"\"\" \" [[[[[[[[[[[["] {
        assert_eq!(code(source, &Limits::default()), Some(LimitCode::GraphqlParseFailed), "{source}");
    }
}

#[test]
fn nesting_of_brackets() {
    // The braces and the parenthesis are the other two.
    let lists = |n: usize| format!("{{a(b:{}{})}}", "[".repeat(n - 2), "]".repeat(n - 2));
    edge(lists, 64, TooMuch);
    for open in ["[", "{a", "{a(b:", "("] {
        let deep = format!("{{a(b:{}", open.repeat(4_000));
        assert!(code(&deep, &Limits { tokens: 100_000, ..Limits::default() }).is_some());
    }
}

#[test]
fn depth() {
    let plain = |n: usize| format!("{}id{}", "{friend".repeat(n - 1) + "{", "}".repeat(n));
    edge(plain, 15, TooMuch);
    let inline = |n: usize| {
        let open = "{...on Person{friend".repeat(n - 1);
        format!("{open}{{id}}{}", "}}".repeat(n - 1))
    };
    edge(inline, 15, TooMuch);
    let spread = |n: usize| format!("{{friend{{...F}}}} fragment F on Person {}id{}", "{friend".repeat(n - 2) + "{", "}".repeat(n - 1));
    edge(spread, 15, TooMuch);
}

#[test]
fn introspection_is_bounded_by_itself() {
    let chain = |n: usize| format!("{{__schema{{queryType{}name{}}}}}", "{ofType".repeat(n - 3) + "{", "}".repeat(n - 2));
    edge(chain, 20, TooMuch);
    let standard = "{__schema{types{fields{args{type{ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{ofType{name}}}}}}}}}}}}}}}";
    let checked = run(standard, json!({}), &Limits::default()).expect("the usual introspection");
    assert!(checked.introspects);
    let wide = "a:fields{type{b:fields{name}c:fields{name}d:fields{name}e:fields{name}f:fields{name}g:fields{name}h:fields{type{fields{type{fields{name}}}}}}}";
    let bomb = format!("{{__schema{{types{{{wide}}}}}}}");
    assert_eq!(code(&bomb, &Limits::default()), None);
    let bomb = bomb.replace("fields{name}", "fields{type{fields{type{fields{name}}}}}");
    assert_eq!(code(&bomb, &Limits::default()), Some(TooMuch));
}

#[test]
fn aliases() {
    let many = |n: usize| {
        let mut text = String::from("{viewer{");
        for i in 0..n {
            let _ = write!(text, "a{i}:id ");
        }
        text + "}}"
    };
    edge(many, 30, TooMuch);
    let through = |n: usize| format!("{{viewer{{{}}}}} fragment F on Person{{a:id}}", "...F ".repeat(n));
    edge(through, 30, TooMuch);
}

#[test]
fn directives() {
    let many = |n: usize| format!("query($a:Int @d)@d{{viewer{{id{}}}}}", " @d".repeat(n - 2));
    edge(many, 50, TooMuch);
    let through = |n: usize| format!("{{viewer{{{}}}}} fragment F on Person @d{{id}}", "...F ".repeat(n));
    edge(through, 50, TooMuch);
    let unused = |n: usize| format!("{{viewer{{id}}}} fragment F on Person{}{{id}}", " @d".repeat(n));
    edge(unused, 50, TooMuch);
}

#[test]
fn root_fields() {
    let many = |n: usize| format!("{{...F {}}} fragment F on Query{{__typename}}", "viewer{id}".repeat(n - 1));
    edge(many, 20, TooMuch);
    let checked = run("{__typename ...F} fragment F on Query{viewer{id} node(id:1){id}}", json!({}), &Limits::default());
    assert_eq!(checked.expect("it is small").root_fields, 2);
}

#[test]
fn selections() {
    // Eleven doublings are 2,047 spreads with their fields, twelve are about twice as many.
    let bomb = |n: usize| {
        let mut text = String::from("{viewer{...F0}}");
        for i in 0..n {
            let next = i + 1;
            let _ = write!(text, "fragment F{i} on Person{{...F{next} ...F{next}}}");
        }
        let _ = write!(text, "fragment F{n} on Person{{id}}");
        text
    };
    assert_eq!(code(&bomb(8), &Limits::default()), None);
    assert_eq!(code(&bomb(14), &Limits::default()), Some(TooMuch));
    let small = bomb(28);
    assert!(small.len() < 1_200);
    let start = Instant::now();
    assert_eq!(code(&small, &Limits::default()), Some(TooMuch));
    assert_eq!(code(&bomb(60), &Limits { nesting: 100, ..Limits::default() }), Some(TooMuch));
    assert!(start.elapsed() < Duration::from_secs(2), "memory makes it linear");
    let exact = Limits { selections: 5, ..Limits::default() };
    assert_eq!(code("{viewer{id id id}}", &exact), None);
    assert_eq!(code("{viewer{id id id id}}", &exact), None);
    assert_eq!(code("{viewer{id id id id id}}", &exact), Some(TooMuch));
}

#[test]
fn cycles_are_refused_and_unknown_fragments_left_to_validation() {
    for source in [
        "{...F} fragment F on Query{...F}",
        "{...F} fragment F on Query{...G} fragment G on Query{viewer{...F}}",
        "{viewer{id}} fragment F on Query{...G} fragment G on Query{...F}",
    ] {
        assert_eq!(code(source, &Limits::default()), Some(LimitCode::GraphqlValidationFailed));
    }
    assert_eq!(code("{...Unknown}", &Limits::default()), None);
}

#[test]
fn long_chains_of_fragments_do_not_recurse_far() {
    let mut text = String::from("{...F0}");
    for i in 0..300 {
        let _ = write!(text, "fragment F{i} on Query{{...F{}}}", i + 1);
    }
    assert_eq!(code(&text, &Limits::default()), Some(TooMuch));
}

#[test]
fn which_operation() {
    let two = "query A{viewer{id}} mutation B{studyClose(id:1){study{id}}}";
    let limits = Limits::default();
    let ask = |source: &str, name: Option<&str>| check(&parse(source, &limits)?, name, Variables::default(), &limits, &model());
    let refused = |source, name| ask(source, name).expect_err("refused").code;
    assert_eq!(ask(two, Some("B")).expect("found").kind, OperationType::Mutation);
    assert_eq!(ask(two, Some("A")).expect("found").kind, OperationType::Query);
    assert_eq!(refused(two, None), LimitCode::BadRequest);
    assert_eq!(refused(two, Some("C")), LimitCode::BadRequest);
    assert_eq!(refused("{viewer{id}}", Some("A")), LimitCode::BadRequest);
    assert!(ask("query A{viewer{id}}", Some("")).is_ok());
}

#[test]
fn syntax_errors_say_where_and_echo_nothing() {
    let error = run("{ viewer( secret_word }", json!({}), &Limits::default()).expect_err("no document");
    assert_eq!(error.code, LimitCode::GraphqlParseFailed);
    assert!(error.position.is_some());
    assert!(!error.message.contains("secret_word") && error.message.len() < 100);
    for empty in ["", "   ", "#", "fragment F on Query{viewer{id}}"] {
        assert_eq!(code(empty, &Limits::default()), Some(LimitCode::GraphqlParseFailed));
    }
}

#[test]
fn arrays_in_literals_and_variables() {
    let literal = |n: usize| format!("{{studies(filter:{{in:[{}]}}){{totalCount}}}}", "1 ".repeat(n));
    edge(literal, 250, LimitCode::BadUserInput);
    let bulk = |n: usize| format!("mutation{{metricsIngest(rows:[{}]){{study{{id}}}}}}", "1 ".repeat(n));
    edge(bulk, 1_000, LimitCode::BadUserInput);
    let sent = |source: &str, n: usize| run(source, json!({"v": {"deep": vec![1; n]}}), &Limits::default()).err().map(|error| error.code);
    let plain = "query($v:StudyFilter){studies(filter:$v){totalCount}}";
    assert_eq!((sent(plain, 249), sent(plain, 250)), (None, None));
    assert_eq!(sent(plain, 251), Some(LimitCode::BadUserInput));
    let bulk = "mutation($v:[Int!]!){metricsIngest(rows:$v){study{id}}}";
    assert_eq!((sent(bulk, 999), sent(bulk, 1_000)), (None, None));
    assert_eq!(sent(bulk, 1_001), Some(LimitCode::BadUserInput));
}

#[test]
fn required_variables() {
    let source =
        "query($n:Int!,$d:Int!=1,$o:Int){studies(first:$n){totalCount} a:studies(first:$d){totalCount} b:studies(first:$o){totalCount}}";
    let refused = |variables| run(source, variables, &Limits::default()).err().map(|it| it.code);
    assert_eq!(refused(json!({"n": 1})), None);
    assert_eq!(refused(json!({})), Some(LimitCode::BadUserInput));
    assert_eq!(refused(json!({"n": null})), Some(LimitCode::BadUserInput));
    assert_eq!(refused(json!({"n": 1, "d": null})), Some(LimitCode::BadUserInput));
}

#[test]
fn values_in_arguments() {
    let source = "query($v:[Int!]){studies(filter:{in:$v}){totalCount}}";
    let small = |most| Limits { input_values: most, ..Limits::default() };
    let sent = json!({"v": [1, 2, 3]});
    // The object, the list in the variable, and its three items.
    assert!(run(source, sent.clone(), &small(5)).is_ok());
    assert!(run(source, sent.clone(), &small(6)).is_ok());
    assert_eq!(run(source, sent, &small(4)).err().map(|it| it.code), Some(TooMuch));
    // A large variable in many places, through fragments: the library would copy it for each.
    let many = format!("query($v:[Int!]){{{}}} fragment F on Query{{{}}}", "...F ".repeat(10), "studies(tags:$v){totalCount}".repeat(2));
    let rows = vec![vec![1; 100]; 100];
    assert_eq!(run(&many, json!({"v": rows}), &Limits::default()).err().map(|it| it.code), Some(TooMuch));
}

fn cost(source: &str, variables: Value) -> (u64, u64) {
    let checked = run(source, variables, &Limits::default()).expect("affordable");
    (checked.cost, checked.nodes)
}

#[test]
fn cost_follows_the_published_example() {
    // The worked example of GitHub's documentation: 100 repositories, 50 issues each, 60 labels each.
    let source = "{repositories(first:100){edges{node{issues(first:50){edges{node{labels(first:60){edges{node{id}}}}}}}}}}";
    assert_eq!(run(source, json!({}), &Limits { nodes: u64::MAX, ..Limits::default() }).expect("ok").cost, 1 + 100 + 5_000);
}

#[test]
fn cost_by_hand() {
    let none = || json!({});
    assert_eq!(cost("{__typename}", none()).0, 1);
    assert_eq!(cost("{viewer{id}}", none()), (1, 1));
    assert_eq!(cost("{studies{nodes{id}}}", none()), (1, 20));
    assert_eq!(cost("{studies(first:3){nodes{sponsor{id}}pageInfo{hasNextPage}totalCount}}", none()), (1 + 3, 3 + 3));
    assert_eq!(cost("{studies(first:3){edges{cursor node{sponsor{id}}}}}", none()), (4, 6));
    assert_eq!(cost("{studies(last:7){nodes{sites{nodes{id}}}}}", none()), (1 + 7, 7 + 70));
    assert_eq!(cost("{studies(first:2){nodes{log{person{id}}}}}", none()), (1 + 2 + 10, 2 + 10 + 10));
    assert_eq!(cost("{nodes(ids:[1,2,3]){...on Study{sponsor{id}}}}", none()), (1 + 3, 3 + 3));
    assert_eq!(cost("query($i:[ID!]!){nodes(ids:$i){...on Study{sponsor{id}}}}", json!({"i":[1, 2]})), (3, 4));
    assert_eq!(cost("query($n:Int){studies(first:$n){nodes{sponsor{id}}}}", json!({"n": 5})).0, 6);
    assert_eq!(cost("query($n:Int=4){studies(first:$n){nodes{sponsor{id}}}}", none()).0, 5);
    assert_eq!(cost("query($n:Int){studies(first:$n){nodes{sponsor{id}}}}", none()).0, 21);
    for odd in ["-1", "0", "null", "1.5", "\"x\"", "-99999999999999999999"] {
        assert!(run(&format!("{{studies(first:{odd}){{nodes{{sponsor{{id}}}}}}}}"), none(), &Limits::default()).is_ok());
    }
    assert_eq!(cost("{studies(first:99999999999){nodes{sponsor{id}}}}", none()).0, 101);
    let spread = "{studies(first:3){...C}} fragment C on StudyConnection{nodes{...S}} fragment S on Study{sponsor{...P}} fragment P on Person{friend{id}}";
    assert_eq!(cost(spread, none()).0, 1 + 3 + 3);
}

#[test]
fn cost_limit() {
    let one = "studies(first:99){nodes{sites(first:100){nodes{study{id}}}}}";
    assert_eq!(cost(&format!("{{{one}}}"), json!({})).0, 1 + 99 + 9_900);
    assert_eq!(code(&format!("{{{one} viewer{{id}}}}"), &Limits::default()), Some(LimitCode::CostLimitExceeded));
    assert_eq!(code(&format!("{{{one}}}"), &Limits { cost: 9_999, ..Limits::default() }), Some(LimitCode::CostLimitExceeded));
    let wide = "{studies(first:100){nodes{sites(first:100){nodes{study{sites(first:100){nodes{id}}}}}}}}";
    assert_eq!(code(wide, &Limits { cost: u64::MAX, ..Limits::default() }), Some(LimitCode::CostLimitExceeded));
}

#[test]
fn node_limit_and_introspection_weight() {
    let nodes = Limits { nodes: 3, ..Limits::default() };
    let page = |n: u64| format!("{{studies(first:{n}){{nodes{{id}}}}}}");
    assert_eq!((code(&page(2), &nodes), code(&page(3), &nodes)), (None, None));
    assert_eq!(code(&page(4), &nodes), Some(LimitCode::CostLimitExceeded));
    // `__schema`, `queryType` and `name` are three fields of the answer.
    let weight = |most| Limits { introspection_weight: most, ..Limits::default() };
    let source = "{__schema{queryType{name}}}";
    assert_eq!((code(source, &weight(4)), code(source, &weight(3))), (None, None));
    assert_eq!(code(source, &weight(2)), Some(TooMuch));
}

proptest! {
    #[test]
    fn no_text_panics(source in ".{0,400}") {
        let _ = run(&source, json!({}), &Limits::default());
    }

    #[test]
    fn no_heap_of_tokens_panics(words in prop::collection::vec(prop::sample::select(vec![
        "{", "}", "(", ")", "[", "]", "...", "on", "fragment", "F", "G", "query", "mutation", "$a", ":", "=", "!", "@d",
        "\"", "\"\"\"", "\\", "\n", "#", "1", "-1", "1e999", "first", "studies", "nodes", "__schema", "null", "true", "Int", "\u{feff}",
    ]), 0..120)) {
        let _ = run(&words.join(" "), json!({}), &Limits::default());
        let _ = run(&words.concat(), json!({}), &Limits::default());
    }

    #[test]
    fn variables_never_panic(number in any::<i64>(), real in any::<f64>(), text in ".{0,20}") {
        let source = "query($a:Int,$b:[ID!]!){studies(first:$a,last:$b){nodes{id}} nodes(ids:$b){id}}";
        for value in [json!(number), json!(real), json!(text), json!([number]), json!({"x": real})] {
            let _ = run(source, json!({"a": value, "b": value}), &Limits::default());
        }
    }
}

#[test]
fn an_object_of_values_names_each_field_once() {
    let limits = Limits::default();
    for twice in [
        "{ studies(filter: { in: [], in: [] }) { totalCount } }",
        "{ studies(filter: {in:[] , # between\n in : []}) { totalCount } }",
        "{ studies(filter: { a: [{ in: [] }, { in: [], b: { c: 1 }, in: [] }] }) { totalCount } }",
        "query($f: StudyFilter = { in: [], in: [] }) { studies(filter: $f) { totalCount } }",
        "query($f: [StudyFilter!]! = [{ in: [], in: [] }]) { studies(filter: $f) { totalCount } }",
        "{ viewer @include(if: { a: 1, a: 1 }) { id } }",
    ] {
        let error = parse(twice, &limits).expect_err(twice);
        assert_eq!((error.code, error.message.contains("twice")), (LimitCode::GraphqlValidationFailed, true), "{twice}");
    }
    for once in [
        "{ a: viewer { in: id } b: viewer { in: id } }",
        "{ studies(filter: { a: { in: [] }, b: { in: [] }, in: [] }) { totalCount } }",
        "{ studies(tags: [\"in: in:\", \"{ in: [], in: [] }\"], filter: { in: [\"\"\"in: in:\"\"\"] }) { totalCount } }",
        "{ studies(filter: { a: in, in: a, b: in }) { totalCount } }",
        "query($in: Int, $a: Int) { studies(first: $in, filter: { in: $a, a: $in }) { totalCount } }",
    ] {
        assert!(parse(once, &limits).is_ok(), "{once}");
    }
    assert_eq!(
        parse("{ ...on } fragment on on Query { viewer { id } }", &limits).map(drop).map_err(|error| error.code),
        Err(LimitCode::GraphqlParseFailed)
    );
}
