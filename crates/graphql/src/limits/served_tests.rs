//! The checks on the schema that is served: the price of listed records, introspection, types and defaults of variables,
//! and the root of a mutation.

use async_graphql::{Value as ConstValue, Variables};
use serde_json::{Value, json};

use super::{Checked, CostModel, LimitCode, LimitError, Limits, check, parse};

fn run(source: &str, variables: Value) -> Result<Checked, LimitError> {
    let model = CostModel::from_sdl(&crate::Graph::sdl()).expect("the served schema parses");
    check(&parse(source, &Limits::default())?, None, Variables::from_json(variables), &Limits::default(), &model)
}

fn code(source: &str) -> Option<LimitCode> {
    run(source, json!({})).err().map(|error| error.code)
}

#[test]
fn records_that_a_record_lists_are_priced_as_many() {
    let cost = |source: &str| run(source, json!({})).map(|checked| (checked.cost, checked.nodes)).expect("affordable");
    // A list of ids has as many items as an array of input may have had: 250.
    assert_eq!(cost("{serviceScopes(first:2){nodes{studySites{id}}}}"), (1 + 2, 2 + 500));
    assert_eq!(cost("{apiClients(first:2){nodes{engagements{vendor{id}}}}}"), (1 + 2 + 500, 2 + 500 + 500));
    assert_eq!(code("{serviceScopes(first:100){nodes{studySites{history(first:100){nodes{at}}}}}}"), Some(LimitCode::CostLimitExceeded));
    // What is not a thing of its own stays one.
    assert_eq!(cost("{studies(first:2){nodes{allowedTransitions{action}}}}"), (1 + 2, 2 + 2));
}

/// Introspection as graphql-js asks for it, with types unfolded to this depth: 7 in its older versions, 9 in its newer ones.
fn standard(depth: usize) -> String {
    let kinds = "kind name ";
    let unfolded = format!("{kinds}{}{}", "ofType { kind name ".repeat(depth), "}".repeat(depth));
    let input = "name description type { ...TypeRef } defaultValue isDeprecated deprecationReason";
    format!(
        "query IntrospectionQuery {{ __schema {{ description queryType {{ name kind }} mutationType {{ name kind }} \
         subscriptionType {{ name kind }} types {{ ...FullType }} directives {{ name description isRepeatable locations \
         args(includeDeprecated: true) {{ ...InputValue }} }} }} }} \
         fragment FullType on __Type {{ kind name description specifiedByURL isOneOf fields(includeDeprecated: true) {{ name description \
         args(includeDeprecated: true) {{ ...InputValue }} type {{ ...TypeRef }} isDeprecated deprecationReason }} \
         inputFields(includeDeprecated: true) {{ ...InputValue }} interfaces {{ ...TypeRef }} \
         enumValues(includeDeprecated: true) {{ name description isDeprecated deprecationReason }} possibleTypes {{ ...TypeRef }} }} \
         fragment InputValue on __InputValue {{ {input} }} fragment TypeRef on __Type {{ {unfolded} }}"
    )
}

#[test]
fn tools_may_introspect_with_head_room() {
    let most = Limits::default().introspection_weight;
    for depth in [7, 9] {
        let cost = run(&standard(depth), json!({})).expect("the usual introspection").cost;
        // A point is a thousand fields.
        assert!(cost > 100 && cost * 1_000 < most / 10 * 8, "{depth} levels: {cost} points of {}", most / 1_000);
    }
}

#[test]
fn introspection_costs_what_it_weighs() {
    assert_eq!(run("{__schema{queryType{name}}}", json!({})).expect("small").cost, 1);
    let wide = |fields: usize| format!("{{__schema{{types{{fields{{{}}}}}}}}}", "name ".repeat(fields));
    let (one, ten) = (run(&wide(1), json!({})).expect("small").cost, run(&wide(10), json!({})).expect("small").cost);
    assert!(one >= 1 && ten > 4 * one, "{one} and {ten}");
    assert_eq!(code(&wide(1_750)), Some(LimitCode::DocumentLimitExceeded));
}

#[test]
fn variables_have_input_types() {
    for source in [
        "query($v: [Nope] = [1]) { __typename }",
        "query($v: [[Nope!]!]!) { __typename }",
        "query($v: Study) { __typename }",
        "query($v: [Node] = [1]) { __typename }",
    ] {
        assert_eq!(code(source), Some(LimitCode::GraphqlValidationFailed), "{source}");
    }
    let model = CostModel::from_sdl(&crate::Graph::sdl()).expect("the served schema parses");
    let two = "query A { __typename } query B($v: [Nope] = [1]) { __typename }";
    let refused = check(&parse(two, &Limits::default()).expect("a document"), Some("A"), Variables::default(), &Limits::default(), &model)
        .expect_err("the other one is walked too");
    assert_eq!(refused.code, LimitCode::GraphqlValidationFailed);
    let good = "query($a: [StudyFilter!]!, $b: ID = 1, $c: CountryCode, $d: [Int] = [1], $e: Boolean) { __typename }";
    assert!(run(good, json!({"a": []})).is_ok());
}

#[test]
fn defaults_are_what_is_priced_and_run() {
    let source = "query($a: Int = 3, $b: Int = 4, $c: Int = 5, $d: Int) { __typename }";
    let checked = run(source, json!({"b": 7, "c": null})).expect("small");
    let value = |name: &str| checked.variables.get(name).cloned();
    assert_eq!(value("a"), Some(ConstValue::from(3)));
    assert_eq!(value("b"), Some(ConstValue::from(7)));
    assert_eq!((value("c"), value("d")), (Some(ConstValue::Null), None));
}

#[test]
fn a_condition_is_yes_or_no() {
    for source in [
        "query($no: Boolean = true) { viewer @skip(if: $no) { side } }",
        "query($no: Boolean = true) { ... @include(if: $no) { viewer { side } } }",
        "query($no: Boolean = true) { ...F @include(if: $no) } fragment F on Query { viewer { side } }",
        "query($no: Boolean = true) { ...F } fragment F on Query { viewer { side @skip(if: $no) } }",
    ] {
        assert!(run(source, json!({})).is_ok() && run(source, json!({"no": false})).is_ok());
        assert_eq!(run(source, json!({"no": null})).map(|_| ()).map_err(|error| error.code), Err(LimitCode::BadUserInput), "{source}");
    }
}

#[test]
fn a_key_stands_once_at_the_root_of_a_mutation() {
    let step = "studyHold(input: {id: 1}) { study { id } }";
    let other = "studyClose(input: {id: 1}) { study { id } }";
    for source in [
        format!("mutation {{ {step} {step} }}"),
        format!("mutation {{ {step} studyHold: {other} }}"),
        format!("mutation {{ {step} ... {{ {step} }} }}"),
        format!("mutation {{ ...F ...F }} fragment F on Mutation {{ {step} }}"),
        format!("mutation {{ {step} ...F }} fragment F on Mutation {{ ...G }} fragment G on Mutation {{ {step} }}"),
        "mutation($a: Boolean = true) { studyHold(input: {id: 1}) @skip(if: $a) { study { id } } studyHold(input: {id: 1}) @include(if: $a) { \
         study { id } } }"
            .to_owned(),
    ] {
        assert_eq!(code(&source), Some(LimitCode::GraphqlValidationFailed), "{source}");
    }
    for source in [
        format!("mutation {{ {step} {other} __typename __typename }}"),
        format!("mutation {{ {step} again: {step} }}"),
        format!("mutation {{ {step} ...F }} fragment F on Mutation {{ {other} }}"),
        "{ viewer { side } viewer { side } }".to_owned(),
    ] {
        assert_eq!(code(&source), None, "{source}");
    }
}
