//! Two ways of answering are each other's oracle: random operations, asked of both, give the same bytes.
//! `TANDEM_PATHS_SEED` draws others, `TANDEM_PATHS_OPERATIONS` draws more; a difference is made small and printed.

use std::sync::atomic::Ordering;
use std::time::Instant;

use serde_json::{Value as Json, json};
use tandem_gateway::config::{ReadPath, Settings};
use tandem_gateway::demo::{self, PersonaBearer};
use tandem_tests::house::{Backend, Ground, House, client, person};
use tandem_tests::operations::breaks::break_one;
use tandem_tests::operations::compare::{Told, difference};
use tandem_tests::operations::coverage::Coverage;
use tandem_tests::operations::draw::Draw;
use tandem_tests::operations::print::document;
use tandem_tests::operations::rng::Rng;
use tandem_tests::operations::shrink::smaller;
use tandem_tests::operations::stock::Stock;
use tandem_tests::operations::tree::Operation;
use tandem_tests::sweep::shape::{INTROSPECTION, Shape};

fn settings(ground: &Ground, read_path: ReadPath) -> Settings {
    Settings { rate_limit: 0, max_cost: 1_000_000, read_path, ..ground.settings() }
}

fn number_from(variable: &str, otherwise: usize) -> usize {
    std::env::var(variable).map_or(otherwise, |text| text.parse().unwrap_or_else(|_| panic!("{variable} is no number: {text}")))
}

struct Asker {
    label: String,
    token: String,
    organization: Option<String>,
}

/// Everybody of the demo who has not left.
fn askers() -> Vec<Asker> {
    let all = demo::personas().into_iter().map(|persona| Asker {
        label: format!("{}, {}", persona.name, persona.role),
        token: match &persona.bearer {
            PersonaBearer::Person(email) => person(email.trim_end_matches(".example.org")),
            PersonaBearer::Client(id, scopes) => client(id, &scopes.iter().map(String::as_str).collect::<Vec<_>>()),
        },
        organization: persona.pick.map(|id| id.to_string()),
    });
    all.filter(|asker| !asker.label.contains("has ended")).collect()
}

#[derive(Default)]
struct Tally {
    valid: usize,
    /// Valid ones that levels answered the second time.
    planned: usize,
    /// Ones that cost more than anybody may spend.
    costly: usize,
    /// Valid but for a cursor that is of another filter.
    strayed: usize,
    broken: usize,
    refused: usize,
    twisted: usize,
    bytes: usize,
    faults: Vec<String>,
    differences: Vec<String>,
}

struct Paths {
    reference: House,
    other: House,
    askers: Vec<Asker>,
    shape: Shape,
    stock: Stock,
    tally: Tally,
}

impl Paths {
    async fn on(ground: &Ground) -> Self {
        let reference = ground.serve_with(settings(ground, ReadPath::Resolvers)).await.unwrap();
        let other = ground.serve_with(settings(ground, ReadPath::Auto)).await.unwrap();
        let stock = Stock::of(&demo::world().records);
        let mut paths = Self { reference, other, askers: askers(), shape: Shape::default(), stock, tally: Tally::default() };
        let answer = paths.ask(false, 0, &json!({ "query": INTROSPECTION })).await;
        paths.shape = Shape::read(&answer.json());
        let all: Vec<String> = paths.stock.ids.values().flatten().cloned().collect();
        for persona in 0..paths.askers.len() {
            for some in all.chunks(100) {
                let body = json!({ "query": "query($ids: [ID!]!) { nodes(ids: $ids) { id } }", "variables": { "ids": some } });
                let answer = paths.ask(false, persona, &body).await;
                assert!(answer.is_well(), "{}: {}", paths.askers[persona].label, answer.text);
                for node in answer.json()["data"]["nodes"].as_array().unwrap() {
                    if let Some(id) = node["id"].as_str() {
                        paths.stock.see(persona, id);
                    }
                }
            }
        }
        paths
    }

    async fn ask(&self, other: bool, persona: usize, body: &Json) -> Told {
        let (house, asker) = (if other { &self.other } else { &self.reference }, &self.askers[persona]);
        let headers: Vec<(&str, &str)> = asker.organization.iter().map(|id| ("Tandem-Organization", id.as_str())).collect();
        let answer = house.post(&asker.token, body, &headers).await;
        Told { status: answer.status, text: answer.text }
    }

    /// Asks the one way once and the other twice: the first answer to a document and the next may come by different ways.
    async fn compare(&self, persona: usize, operation: &Operation) -> (Told, Option<String>) {
        let body = body(operation);
        let expected = self.ask(false, persona, &body).await;
        for time in ["first", "second"] {
            let answer = self.ask(true, persona, &body).await;
            if let Some(what) = difference(&expected, &answer) {
                let words = format!("{what}, the {time} time\n  reference: {}\n  other:     {}", expected.text, answer.text);
                return (expected, Some(words));
            }
        }
        (expected, None)
    }

    /// Reports a difference, as small as it can be made.
    async fn report(&mut self, seed: usize, persona: usize, mut operation: Operation, mut what: String) {
        let mut tries = 300;
        'smaller: while tries > 0 {
            for candidate in smaller(&operation) {
                tries -= 1;
                if let (_, Some(still)) = self.compare(persona, &candidate).await {
                    (operation, what) = (candidate, still);
                    continue 'smaller;
                }
                if tries <= 0 {
                    break;
                }
            }
            break;
        }
        self.tally.differences.push(format!(
            "seed {seed}, {}\n  {}\n  variables: {}\n  operationName: {:?}, broken: {:?}\n  {what}",
            self.askers[persona].label,
            document(&operation),
            operation.variables(),
            operation.operation_name,
            operation.broken,
        ));
    }

    async fn try_one(&mut self, seed: usize, persona: usize, operation: Operation, coverage: &mut Coverage, rng: &mut Rng) {
        let before = self.other.by_levels.load(Ordering::Relaxed);
        let (answer, what) = self.compare(persona, &operation).await;
        let planned = self.other.by_levels.load(Ordering::Relaxed) > before;
        self.tally.bytes += answer.text.len();
        if operation.broken.is_some() {
            self.tally.broken += 1;
            self.tally.refused += usize::from(!answer.is_well());
        } else if answer.is_well() {
            self.tally.valid += 1;
            self.tally.planned += usize::from(planned);
            self.stock.harvest(persona, &operation, &answer.json());
        } else if answer.text.contains("is no cursor of this list with this filter and order") {
            // Drawn from an answer to the same list, while its filter was drawn anew beneath it: refused as it has to be, on both ways.
            self.tally.strayed += 1;
        } else if answer.text.contains("\"COST_LIMIT_EXCEEDED\"") {
            self.tally.costly += 1;
        } else {
            self.tally.faults.push(format!("{}\n  {}\n  {}", document(&operation), operation.variables(), answer.text));
        }
        if let Some(what) = what {
            self.report(seed, persona, operation, what).await;
            return;
        }
        // The same document once more, by somebody else with other values: what is kept for a document must not keep these.
        if operation.broken.is_none() && rng.chance(35) {
            let whom = rng.below(self.askers.len());
            let mut draw = Draw::new(&self.shape, &self.stock, coverage, rng.branch(), whom);
            let mut twisted = operation.clone();
            twisted.query.variables = draw.redrawn(&operation.query.variables);
            self.tally.twisted += 1;
            if let (_, Some(what)) = self.compare(whom, &twisted).await {
                self.report(seed, whom, twisted, format!("after another had asked: {what}")).await;
            }
        }
    }
}

fn body(operation: &Operation) -> Json {
    let mut body = json!({ "query": document(operation) });
    if !operation.query.variables.is_empty() {
        body["variables"] = operation.variables();
    }
    if let Some(name) = &operation.operation_name {
        body["operationName"] = json!(name);
    }
    body
}

async fn compare(backend: Backend) {
    let (seed, operations) = (number_from("TANDEM_PATHS_SEED", 1), number_from("TANDEM_PATHS_OPERATIONS", 1000));
    let ground = Ground::with_demo(backend).await;
    let mut paths = Paths::on(&ground).await;
    let mut coverage = Coverage::of(&paths.shape);
    let begun = Instant::now();
    let mut rng = Rng::new(u64::try_from(seed).unwrap());
    for _ in 0..operations {
        if paths.tally.differences.len() >= 3 {
            break;
        }
        let persona = rng.below(paths.askers.len());
        let mut operation = Draw::new(&paths.shape, &paths.stock, &mut coverage, rng.branch(), persona).operation();
        if rng.chance(5) {
            break_one(&mut operation, persona, &paths.stock, &mut rng);
        }
        paths.try_one(seed, persona, operation, &mut coverage, &mut rng).await;
    }
    // What follows seeks out what has no plan too: only what chance drew counts for the share of the planned.
    let (drawn, planned) = (paths.tally.valid, paths.tally.planned);
    // What chance has left out is asked for by name.
    let left_out: Vec<String> = coverage.missing().into_iter().collect();
    for what in &left_out {
        let (ty, field) = what.split_once(['.', ' ']).unwrap();
        let list = list_with(&paths.shape, ty);
        let (ty, field) = list.as_deref().map_or((ty, field.split('(').next().unwrap()), |list| ("Query", list));
        // A list is asked for its cursors before one of them can be sent.
        for _ in 0..6 {
            if !coverage.waits(what) || paths.tally.differences.len() >= 3 {
                break;
            }
            let listed = paths.stock.who_listed(&format!("{ty}.{field}"));
            let persona = rng.pick(&listed).copied().unwrap_or_else(|| rng.below(paths.askers.len()));
            let operation = Draw::new(&paths.shape, &paths.stock, &mut coverage, rng.branch(), persona).operation_with(ty, field);
            let Some(operation) = operation else { break };
            paths.try_one(seed, persona, operation, &mut coverage, &mut rng).await;
        }
    }
    let levels = paths.other.by_levels.load(Ordering::Relaxed);
    let (missing_fields, missing_values): (Vec<String>, Vec<String>) =
        coverage.missing().into_iter().partition(|what| !is_of_input(what) && !what.contains(' '));
    let fields = coverage.all.iter().filter(|what| !is_of_input(what) && !what.contains(['(', ' '])).count();
    let tally = &paths.tally;
    if !missing_values.is_empty() {
        println!("never asked for: {missing_values:?}");
    }
    for line in paths.other.metrics().await.lines().filter(|line| line.starts_with("graphql_read_path_total")) {
        println!("{line}");
    }
    println!(
        "paths on {backend:?}, seed {seed}: {} valid operations ({} not answered well, {} too costly), {} broken ({} refused), {} asked anew by others, \
         {} KB, {} of {} things asked for ({} left to name, {} inputs never), {} of {fields} fields answered with something, {planned} of {drawn} drawn ones and {levels} answers in all by levels, {} differences, {:?}",
        tally.valid,
        tally.faults.len(),
        tally.costly,
        tally.broken,
        tally.refused,
        tally.twisted,
        tally.bytes / 1_024,
        coverage.count(),
        coverage.all.len(),
        left_out.len(),
        missing_values.len(),
        paths.stock.answered.len(),
        tally.differences.len(),
        begun.elapsed(),
    );
    assert!(tally.differences.is_empty(), "{}", tally.differences.join("\n\n"));
    assert!(
        tally.faults.is_empty(),
        "{} operations were meant to be valid\n{}",
        tally.faults.len(),
        tally.faults[..tally.faults.len().min(5)].join("\n\n")
    );
    assert!(tally.strayed * 100 <= tally.valid, "too many cursors were of another list: {}", tally.strayed);
    let asked = tally.valid + tally.costly + tally.broken;
    assert!(tally.valid * 100 >= asked * 93, "too many were broken or too costly: {} and {} of {asked}", tally.broken, tally.costly);
    // A cursor has to come out of an earlier answer to the same persona: of lists that few have anything in, chance may give none.
    let is_cursor = |what: &str| what.ends_with("(after)") || what.ends_with("(before)");
    let (no_cursor, missing_fields): (Vec<&String>, Vec<&String>) = missing_fields.iter().partition(|what| is_cursor(what));
    let cursors = coverage.all.iter().filter(|what| is_cursor(what)).count();
    assert!(missing_fields.is_empty(), "never asked for: {missing_fields:?}");
    assert!(no_cursor.len() * 4 <= cursors, "cursors never sent, of {cursors}: {no_cursor:?}");
    assert!(missing_values.len() * 20 <= coverage.all.len(), "filters and orders never asked for: {missing_values:?}");
    assert!(planned * 10 >= drawn * 9, "only {planned} of {drawn} valid operations were answered by levels");
    let Paths { reference, other, .. } = paths;
    reference.stop().await;
    other.stop().await;
}

/// The list of the root that takes this filter, or this order.
fn list_with(shape: &Shape, input: &str) -> Option<String> {
    let takes = |ty: &str| ty == input || shape.fields(ty).iter().any(|field| field.ty.name == input && field.name != "and");
    let list = shape.fields("Query").iter().find(|list| list.args.iter().any(|argument| takes(&argument.ty.name)))?;
    Some(list.name.clone())
}

fn is_of_input(what: &str) -> bool {
    let ty = what.split(['.', ' ']).next().unwrap_or_default();
    ["Filter", "Order", "OrderField", "Comparator"].iter().any(|ending| ty.ends_with(ending))
}

#[test]
fn a_difference_is_found() {
    let told = |text: &str| Told { status: 200, text: text.to_owned() };
    let one = told(r#"{"data":{"a":null},"errors":[{"message":"x"},{"message":"y"}],"extensions":{"cost":1}}"#);
    let same = told(r#"{"data":{"a":null},"errors":[{"message":"y"},{"message":"x"}],"extensions":{"cost":1}}"#);
    assert_eq!(difference(&one, &same), None, "errors are a set");
    for (other, what) in [
        (r#"{"data":{"a": null},"errors":[{"message":"x"},{"message":"y"}],"extensions":{"cost":1}}"#, "data"),
        (r#"{"data":{"a":null},"errors":[{"message":"x"},{"message":"x"}],"extensions":{"cost":1}}"#, "errors"),
        (r#"{"data":{"a":null},"errors":[{"message":"x"},{"message":"y"}],"extensions":{"cost":2}}"#, "extensions"),
        (r#"{"data":{"a":null}}"#, "errors"),
    ] {
        assert_eq!(difference(&one, &told(other)).as_deref(), Some(what), "{other}");
    }
    let (plain, spaced) = (told(r#"{"data":{"a":1,"b":2}}"#), told(r#"{"data":{"b":2,"a":1}}"#));
    assert_eq!(difference(&plain, &spaced).as_deref(), Some("bytes"), "the order of fields counts");
    assert_eq!(difference(&plain, &Told { status: 400, ..plain.clone() }).as_deref(), Some("status 200 and 400"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_answer_alike_on_sqlite() {
    compare(Backend::Sqlite).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn both_ways_answer_alike_on_postgres() {
    compare(Backend::Postgres).await;
}
