//! Hostile documents as plain data: what cannot be read, what breaks a rule of the language, and what would cost without end.

use serde_json::{Value as Json, json};

use super::{Row, post};

const PARSE: &str = "GRAPHQL_PARSE_FAILED";
const INVALID: &str = "GRAPHQL_VALIDATION_FAILED";
const LIMIT: &str = "DOCUMENT_LIMIT_EXCEEDED";
const COST: &str = "COST_LIMIT_EXCEEDED";
const INPUT: &str = "BAD_USER_INPUT";
const BAD: &str = "BAD_REQUEST";

/// Arguments that are of the right type, and wrong: the field itself says so.
const BY_FIELDS: [&str; 9] = [
    "a page beyond measure",
    "a page of less than nothing",
    "a number for a list of orders",
    "a filter too deep",
    "a filter too wide",
    "a NUL in a filter",
    "a cursor of nothing",
    "a cursor of a megabyte",
    "both ends at once",
];

pub(super) fn rows(token: &str) -> Vec<Row> {
    let mut rows = Vec::new();
    let mut add = |name: &str, code: &'static str, body: Json| {
        // What a field says of its own arguments is an error of its answer, in a request that was well-formed.
        let status = if BY_FIELDS.contains(&name) { 200 } else { 400 };
        rows.push(Row::new(name, post(token, &[], body.to_string().as_bytes()), status, code));
    };
    for (name, text) in unreadable() {
        add(name, PARSE, json!({ "query": text }));
    }
    for (name, text) in invalid() {
        add(name, INVALID, json!({ "query": text }));
    }
    for (name, code, text) in bombs() {
        add(name, code, json!({ "query": text }));
    }
    for (name, code, body) in with_variables() {
        add(name, code, body);
    }
    rows
}

fn unreadable() -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    vec![
        ("an empty document", text("")),
        ("spaces only", text(" \t\n ,,, ")),
        ("a comment only", text("# nothing to see here, but words that nobody should repeat to anybody at all, ever")),
        ("a brace too few", text("{ viewer { side }")),
        ("a brace too many", text("{ viewer { side } } }")),
        ("a string that does not end", text("{ study(protocolNumber: \"never ending words that must not come back in an answer) { id } }")),
        ("a block string that does not end", text("{ study(protocolNumber: \"\"\"never) { id } }")),
        ("an escape that is none", text("{ study(protocolNumber: \"\\x41\") { id } }")),
        ("half an escape", text("{ study(protocolNumber: \"\\u00\") { id } }")),
        ("an empty selection", text("{ viewer { } }")),
        ("an empty list of arguments", text("{ viewer() { side } }")),
        ("an argument without a value", text("{ study(id:) { id } }")),
        ("a NUL", text("{ viewer { side } }\u{0}")),
        ("a control", text("{ view\u{7}er { side } }")),
        ("letters that are no name", text("{ vièwer { side } }")),
        ("a name that begins with a digit", text("{ 1viewer { side } }")),
        ("a number with a name at its end", text("{ studies(first: 1a) { totalCount } }")),
        ("a number with a zero before", text("{ studies(first: 01) { totalCount } }")),
        ("two dots", text("{ ..F }")),
        ("a variable in a default", text("query($a: Int = $b) { studies(first: $a) { totalCount } }")),
        ("a fragment called on", text("{ ...on } fragment on on Query { viewer { side } }")),
        ("SQL", text("SELECT * FROM study; DROP TABLE study; --")),
        ("a page", text("<script>alert(1)</script>")),
        ("JSON", text("{\"query\": \"{ viewer { side } }\"}")),
        ("an alias of an alias", text("{ a: b: viewer { side } }")),
        ("a fragment twice", text("{ ...F } fragment F on Query { viewer { side } } fragment F on Query { viewer { side } }")),
        ("an operation's name twice", text("query A { viewer { side } } query A { viewer { side } }")),
        ("a nameless operation among others", text("{ viewer { side } } query A { viewer { side } }")),
        ("definitions of types", text("type Query { a: Int } { viewer { side } }")),
        ("a number of ten thousand digits", format!("{{ studies(first: {}) {{ totalCount }} }}", "9".repeat(10_000))),
        ("a float beyond measure", text("{ studies(first: 1e400) { totalCount } }")),
    ]
}

fn invalid() -> Vec<(&'static str, String)> {
    let text = |text: &str| text.to_owned();
    vec![
        ("an unknown field", text("{ viewers { side } }")),
        ("an unknown field below", text("{ viewer { sides } }")),
        ("an unknown argument", text("{ viewer(id: 1) { side } }")),
        ("an argument left out", text("{ node { id } }")),
        ("an argument twice", text("{ studies(first: 1, first: 2) { totalCount } }")),
        ("a field of an input in a list twice", text("{ studies(filter: { or: [{ and: [] }, { not: {}, not: {} }] }) { totalCount } }")),
        ("a field of a default twice", text("query($f: StudyFilter = { and: [], and: [] }) { studies(filter: $f) { totalCount } }")),
        ("a field of an input twice", text("{ studies(filter: { and: [], and: [] }) { totalCount } }")),
        ("an unknown field of an input", text("{ studies(filter: { nothing: 1 }) { totalCount } }")),
        ("an unknown term", text("{ studies(orderBy: [{ field: NOTHING_AT_ALL }]) { totalCount } }")),
        ("a text for a number", text("{ studies(first: \"ten\") { totalCount } }")),
        ("a leaf with a selection", text("{ viewer { side { id } } }")),
        ("an object without one", text("{ viewer }")),
        ("an unknown fragment", text("{ ...Nowhere }")),
        ("an unused fragment", text("{ viewer { side } } fragment F on Query { viewer { side } }")),
        ("a fragment on nothing", text("{ ...F } fragment F on Nowhere { id }")),
        ("a fragment on a scalar", text("{ ...F } fragment F on String { id }")),
        ("a fragment on an input", text("{ ...F } fragment F on StudyFilter { id }")),
        ("a fragment that cannot be", text("{ ...F } fragment F on Study { id }")),
        ("an inline fragment that cannot be", text("{ viewer { ... on Study { id } } }")),
        ("an unknown directive", text("{ viewer @nothing { side } }")),
        ("a directive where it may not be", text("query @skip(if: true) { viewer { side } }")),
        ("a directive without its argument", text("{ viewer @skip { side } }")),
        ("a variable twice", text("query($a: Int, $a: Int) { studies(first: $a) { totalCount } }")),
        ("a variable of no type", text("query($a: Nothing) { studies(first: $a) { totalCount } }")),
        ("a variable of an object's type", text("query($a: Study) { studies(first: $a) { totalCount } }")),
        ("a variable that is not declared", text("{ studies(first: $a) { totalCount } }")),
        ("a variable that is not used", text("query($a: Int) { viewer { side } }")),
        ("two fields of one name", text("{ viewer { side side: __typename } }")),
        (
            "two fields of one name with other arguments",
            text("{ a: studies(first: 1) { totalCount } a: studies(first: 2) { totalCount } }"),
        ),
        (
            "one answer of a mutation twice",
            text("mutation { studyCreate(input: {}) { userErrors { code } } studyCreate(input: {}) { userErrors { code } } }"),
        ),
        ("__proto__", text("{ __proto__ { constructor } }")),
        ("introspection of nothing", text("{ __nothing { name } }")),
        ("a very long name", format!("{{ {} }}", "n".repeat(14_000))),
        ("a very long alias of nothing", format!("{{ {}: nothing }}", "n".repeat(14_000))),
        ("a type of nothing with a long name", format!("query($a: {}) {{ viewer {{ side }} }}", "N".repeat(14_000))),
    ]
}

/// Fragments that each spread the next twice: a kilobyte of text, and fields beyond counting.
fn doubling(levels: usize, inner: &str) -> String {
    let chain: String = (0..levels).map(|level| format!("fragment F{level} on Query{{...F{n} ...F{n}}}", n = level + 1)).collect();
    format!("{{...F0}}{chain}fragment F{levels} on Query{{{inner}}}")
}

fn bombs() -> Vec<(&'static str, &'static str, String)> {
    let times = |count: usize, each: &str| each.repeat(count);
    let numbered = |count: usize, each: &dyn Fn(usize) -> String| (0..count).map(each).collect::<String>();
    let deep = |levels: usize| {
        let open = times(levels, "engagements(first: 1) { nodes { study { ");
        format!("{{ studies(first: 1) {{ nodes {{ {open} id {} }} }} }}", times(levels, "} } }"))
    };
    vec![
        ("characters without end", LIMIT, format!("{{ viewer {{ side }} }} #{}", times(15_000, "x"))),
        ("tokens without end", LIMIT, format!("{{ viewer {{ {} }} }}", times(2_500, "side "))),
        ("braces without end", LIMIT, times(5_000, "{a")),
        ("brackets without end", LIMIT, format!("{{ studies(first: {}", times(10_000, "["))),
        ("objects without end", LIMIT, format!("{{ studies(filter: {}", times(1_500, "{not:"))),
        ("inline fragments without end", LIMIT, format!("{{{}viewer {{ side }}{}}}", times(63, "... {"), times(63, "}"))),
        ("fields deeper than fifteen", LIMIT, deep(6)),
        ("more than thirty aliases", LIMIT, format!("{{ viewer {{ {} }} }}", numbered(31, &|n| format!("a{n}: side ")))),
        ("more than fifty directives", LIMIT, format!("{{ viewer {{ {} }} }}", times(51, "side @include(if: true) "))),
        ("directives upon directives", LIMIT, format!("{{ viewer {{ side {} }} }}", times(51, "@skip(if: false) "))),
        ("more than twenty fields at the root", LIMIT, format!("{{ {} }}", numbered(21, &|n| format!("a{n}: viewer {{ side }} ")))),
        ("fragments that double", LIMIT, doubling(28, "viewer{side}")),
        ("fragments that double without effect", LIMIT, doubling(28, "__typename")),
        ("a fragment in itself", INVALID, "{ ...F } fragment F on Query { ...F }".to_owned()),
        ("fragments in a ring", INVALID, "{ ...A } fragment A on Query { ...B } fragment B on Query { ...C } fragment C on Query { ...A }".to_owned()),
        ("a fragment in itself by a field", INVALID, "{ viewer { ...F } } fragment F on Viewer { person { ...G } } fragment G on Person { organization { people(first: 1) { nodes { ...G } } } }".to_owned()),
        ("pages in pages", COST, "{ studies(first: 100) { nodes { engagements(first: 100) { nodes { scopes(first: 100) { nodes { id } } } } } } }".to_owned()),
        (
            "pages in pages by fragments",
            COST,
            "{ studies(first: 100) { nodes { ...E } } } fragment E on Study { engagements(first: 100) { nodes { ...S } } } fragment S on \
             Engagement { scopes(first: 100) { nodes { id } } }"
                .to_owned(),
        ),
        ("a page beyond measure", INPUT, "{ studies(first: 101) { totalCount } }".to_owned()),
        ("a number for a list of orders", INPUT, "{ studies(orderBy: 7) { totalCount } }".to_owned()),
        ("a page of less than nothing", INPUT, "{ studies(first: -1) { totalCount } }".to_owned()),
        ("a number beyond measure", INVALID, "{ studies(first: 99999999999999999999) { totalCount } }".to_owned()),
        ("nodes by the thousand", INPUT, format!("{{ nodes(ids: [{}]) {{ id }} }}", times(900, "\"x\""))),
        ("introspection in introspection", LIMIT, {
            let inner = (0..12).fold("name".to_owned(), |inner, _| format!("fields {{ type {{ {inner} }} }}"));
            format!("{{ __schema {{ types {{ {inner} }} }} }}")
        }),
        ("introspection by fragments", LIMIT, {
            let chain = numbered(12, &|n| format!("fragment T{n} on __Type {{ fields {{ type {{ ...T{} }} }} }} ", n + 1));
            format!("{{ __schema {{ types {{ ...T0 }} }} }} {chain} fragment T12 on __Type {{ name }}")
        }),
        ("introspection of everything thirty times", LIMIT, {
            let each = numbered(30, &|n| format!("a{n}: __schema {{ types {{ fields {{ type {{ fields {{ args {{ name }} }} }} }} }} }} "));
            format!("{{ {each} }}")
        }),
        ("operations by the hundred", BAD, numbered(200, &|n| format!("query Q{n} {{ viewer {{ side }} }} "))),
        ("a subscription", BAD, "subscription { changes }".to_owned()),
        ("two operations and no name", BAD, "query A { viewer { side } } query B { viewer { side } }".to_owned()),
        ("variables by the hundred", INVALID, format!("query({}) {{ viewer {{ side }} }}", numbered(400, &|n| format!("$v{n}: Int ")))),
        ("mistakes by the hundred", INVALID, format!("{{ viewer {{ {} }} }}", numbered(600, &|n| format!("wrong{n} ")))),
        ("conflicts by the hundred", LIMIT, format!("{{ viewer {{ {} }} }}", times(150, "side side: __typename "))),
    ]
}

fn with_variables() -> Vec<(&'static str, &'static str, Json)> {
    let list = "query($f: StudyFilter, $n: Int) { studies(first: $n, filter: $f) { totalCount } }";
    let one = "query($id: ID!) { node(id: $id) { id } }";
    let filtered = |filter: Json| json!({ "query": list, "variables": { "f": filter, "n": 1 } });
    let deep = (0..60).fold(json!({ "protocolNumber": { "eq": "1" } }), |inner, _| json!({ "not": inner }));
    let wide = json!({ "or": vec![json!({ "protocolNumber": { "contains": "1" } }); 200] });
    let lists = (0..120).fold(json!(1), |inner, _| json!([inner]));
    vec![
        ("a required variable left out", INPUT, json!({ "query": one })),
        ("a required variable of null", INPUT, json!({ "query": one, "variables": { "id": null } })),
        ("an id of an object", INVALID, json!({ "query": one, "variables": { "id": { "a": 1 } } })),
        (
            "a text for a number in a variable",
            INVALID,
            json!({ "query": list, "variables": { "n": "words that nobody should ever repeat to anybody, whoever he may be" } }),
        ),
        ("a number beyond measure in a variable", INVALID, json!({ "query": list, "variables": { "n": 1e18 } })),
        (
            "a text for a number in a variable of texts",
            INVALID,
            json!({ "query": "query($n: String) { studies(first: $n) { totalCount } }", "variables": { "n": "ten" } }),
        ),
        ("a list for a number in a variable", INVALID, json!({ "query": list, "variables": { "n": [1] } })),
        ("lists in lists in a variable", INVALID, json!({ "query": list, "variables": { "n": lists } })),
        ("an unknown field in a variable", INVALID, filtered(json!({ "nothing": 1 }))),
        ("an unknown comparison in a variable", INVALID, filtered(json!({ "protocolNumber": { "like": "%" } }))),
        ("a filter too deep", INPUT, filtered(deep)),
        ("a filter too wide", INPUT, filtered(wide)),
        ("a list too long in a filter", INPUT, filtered(json!({ "protocolNumber": { "in": vec!["1"; 20_000] } }))),
        ("a NUL in a filter", INPUT, filtered(json!({ "protocolNumber": { "eq": "a\u{0}b" } }))),
        (
            "ids by the thousand in a variable",
            INPUT,
            json!({ "query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": { "ids": vec!["x"; 50_000] } }),
        ),
        ("a cursor of nothing", INPUT, json!({ "query": "{ studies(after: \"AAAA\") { totalCount } }" })),
        (
            "a cursor of a megabyte",
            INPUT,
            json!({ "query": "query($c: String) { studies(after: $c) { nodes { id } } }", "variables": { "c": "A".repeat(900_000) } }),
        ),
        ("both ends at once", INPUT, json!({ "query": "{ studies(first: 1, last: 1) { totalCount } }" })),
        ("a name of no operation", BAD, json!({ "query": "query A { viewer { side } }", "operationName": "B" })),
        ("a name as long as a document", BAD, json!({ "query": "query A { viewer { side } }", "operationName": "B".repeat(100_000) })),
    ]
}
