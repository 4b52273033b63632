//! For each entity, state, action and role: what comes of trying is what the table of the requirements says, and what
//! `allowedTransitions` promised before. Tried first, then really done, on both databases.

use std::cell::RefCell;

use serde_json::{Map, Value as Json, json};
use tandem_domain::access::Side;
use tandem_domain::lifecycle::Guard;
use tandem_domain::record::Kind;
use tandem_tests::fingerprint::fingerprint;
use tandem_tests::house::Backend;
use tandem_tests::lifecycles::Of;

mod guards;
pub(crate) mod plays;
pub(crate) mod stage;

use plays::{Play, Props, cases, sees, states, unmet};
use stage::{Player, Stage, besides, errors, mutation_of, pascal, players, set, shown};

/// What comes of trying a step.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Hidden,
    Forbidden,
    NoSuchStep,
    Unmet(Vec<Guard>),
    Done,
}

impl Outcome {
    /// The errors' codes, and the words of guards.
    fn errors(&self) -> Vec<(&'static str, Option<&'static str>)> {
        match self {
            Self::Hidden => vec![("NOT_FOUND", None)],
            Self::Forbidden => vec![("FORBIDDEN", None)],
            Self::NoSuchStep => vec![("INVALID_TRANSITION", None)],
            Self::Unmet(guards) => guards.iter().map(|guard| ("GUARD_FAILED", Some(guard.words()))).collect(),
            Self::Done => Vec::new(),
        }
    }

    fn is(&self, found: &[(String, String)]) -> bool {
        let expected = self.errors();
        let same = |((code, words), error): (&(&str, Option<&str>), &(String, String))| {
            error.0 == *code && words.is_none_or(|words| error.1 == words)
        };
        expected.len() == found.len() && expected.iter().zip(found).all(same)
    }
}

/// What the table says of this step, by this player.
fn expected(play: &Play, action: &str, player: &Player) -> Outcome {
    if !sees(play.of, play.state, player) {
        return Outcome::Hidden;
    }
    let rows: Vec<_> = play.of.rows().into_iter().filter(|row| row.action == action).collect();
    let takes = |who: &[tandem_domain::access::Role]| who.contains(&player.role);
    if !rows.iter().any(|row| takes(&row.who)) {
        return Outcome::Forbidden;
    }
    let Some(row) = rows.into_iter().find(|row| row.from.contains(&play.state)) else { return Outcome::NoSuchStep };
    let unmet = unmet(play.of, action, play.state, player);
    match (takes(&row.who), unmet.is_empty()) {
        (false, _) => Outcome::Forbidden,
        (true, false) => Outcome::Unmet(unmet),
        (true, true) => Outcome::Done,
    }
}

/// The actions that somebody can take of records of a kind, whatever the case.
fn actions(kind: Kind) -> Vec<&'static str> {
    let rows = Of::all().into_iter().filter(|of| of.kind() == kind).flat_map(Of::rows);
    let mut actions: Vec<&'static str> = rows.filter(|row| !row.who.is_empty()).map(|row| row.action).collect();
    actions.sort_unstable();
    actions.dedup();
    actions
}

/// What a step's mutation takes: everything that it may ask for, but not what is left out.
fn input(stage: &Theatre, play: &Play, action: &str, leave: &str, dry: bool) -> Json {
    let mutation = mutation_of(play.of.kind(), action);
    let document = if play.of.kind() == Kind::Deliverable { stage.handed_over(play.of) } else { "" };
    let mut input: Map<String, Json> = besides(&mutation, document).into_iter().map(|(field, value)| (field.to_owned(), value)).collect();
    input.insert("id".to_owned(), json!(shown(&play.record)));
    input.insert("expectedVersion".to_owned(), json!(1));
    input.insert("dryRun".to_owned(), json!(dry));
    let signed =
        Of::all().iter().any(|of| of.kind() == play.of.kind() && of.rows().iter().any(|row| row.action == action && row.signature));
    if signed && leave != "signature" {
        input.insert("signature".to_owned(), json!({ "meaning": "APPROVAL" }));
    }
    if leave != "reason" {
        input.insert("reason".to_owned(), json!("to try it"));
    }
    Json::Object(input)
}

/// A step as `allowedTransitions` has it.
struct Promise {
    action: String,
    to: String,
    enabled: bool,
    blockers: Vec<(String, String)>,
    needs: (bool, bool),
}

struct Theatre {
    stage: Stage,
    /// What each side hands in.
    documents: (String, String),
    /// What was otherwise than it should be.
    wrong: RefCell<Vec<String>>,
}

impl Theatre {
    fn hold(&self, so: bool, words: impl FnOnce() -> String) {
        if !so {
            self.wrong.borrow_mut().push(words());
        }
    }

    fn handed_over(&self, of: Of) -> &str {
        if matches!(of, Of::Deliverable(Side::Sponsor, _)) { &self.documents.0 } else { &self.documents.1 }
    }

    /// What the player is promised of a record; nothing where he does not see it.
    async fn promises(&self, player: &Player, play: &Play) -> Option<Vec<Promise>> {
        let name = play.of.kind().name();
        let query = format!(
            "query($id: ID!) {{ node(id: $id) {{ ... on {name} {{ state allowedTransitions {{ action to enabled reasonRequired \
             signatureRequired blockers {{ code message }} }} }} }} }}"
        );
        let answer = self.stage.ask(player, &query, json!({ "id": shown(&play.record) })).await;
        assert!(answer.at("/errors").is_null(), "{}", answer.text);
        let node = answer.at("/data/node");
        if node.is_null() {
            return None;
        }
        assert_eq!(node["state"], play.state);
        let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
        let promise = |step: &Json| Promise {
            action: text(&step["action"]),
            to: text(&step["to"]),
            enabled: step["enabled"] == true,
            blockers: step["blockers"].as_array().unwrap().iter().map(|one| (text(&one["code"]), text(&one["message"]))).collect(),
            needs: (step["reasonRequired"] == true, step["signatureRequired"] == true),
        };
        Some(node["allowedTransitions"].as_array().unwrap().iter().map(promise).collect())
    }

    /// Tries mutations in one document, each with its input; the errors of each.
    async fn try_all(&self, player: &Player, tries: &[(String, Json)]) -> Vec<Vec<(String, String)>> {
        let mut variables = Map::new();
        let (mut head, mut body) = (Vec::new(), Vec::new());
        for (at, (mutation, input)) in tries.iter().enumerate() {
            head.push(format!("$i{at}: {}Input!", pascal(mutation)));
            body.push(format!("a{at}: {mutation}(input: $i{at}) {{ userErrors {{ code message }} }}"));
            variables.insert(format!("i{at}"), input.clone());
        }
        let query = format!("mutation({}) {{ {} }}", head.join(", "), body.join(" "));
        let answer = self.stage.ask(player, &query, Json::Object(variables)).await;
        (0..tries.len()).map(|at| errors(answer.at(&format!("/data/a{at}")), &answer)).collect()
    }
}

/// Tries every action of the record's kind as this player, and compares with table and promise; answers how many were tried.
async fn tried(theatre: &Theatre, play: &Play, player: &Player) -> usize {
    let promised = theatre.promises(player, play).await;
    let what = |action: &str| format!("{} {action} on {:?} in {}", player.name, play.of, play.state);
    theatre.hold(promised.is_some() == sees(play.of, play.state, player), || what("looks"));
    let mut all = actions(play.of.kind());
    if promised.is_none() {
        // Whoever does not see it is told the same whatever he tries: a few steps each, others for each.
        let (length, by) = (all.len(), player.name.len() + play.state.len());
        all.rotate_left(by % length);
        all.truncate(3);
    }
    let tries = |leave: &str, actions: &[&'static str]| -> Vec<(String, Json)> {
        actions.iter().map(|action| (mutation_of(play.of.kind(), action), input(theatre, play, action, leave, true))).collect()
    };
    let found = theatre.try_all(player, &tries("", &all)).await;
    for (action, errors) in all.iter().zip(&found) {
        let said = expected(play, action, player);
        theatre.hold(said.is(errors), || format!("{}: expected {said:?}, and got {errors:?}", what(action)));
        let Some(promised) = &promised else { continue };
        match promised.iter().find(|promise| promise.action == *action) {
            None => {
                let not_there = errors.len() == 1 && matches!(errors[0].0.as_str(), "INVALID_TRANSITION" | "FORBIDDEN");
                theatre.hold(not_there, || format!("{}: not promised, and {errors:?}", what(action)));
            }
            Some(promise) => {
                let kept = promise.enabled == errors.is_empty() && &promise.blockers == errors;
                theatre.hold(kept, || format!("{}: promised {:?}, and {errors:?}", what(action), promise.blockers));
            }
        }
    }
    let mut count = all.len();
    if let Some(promised) = &promised {
        let rows = play.of.rows_from(play.state);
        let listed: Vec<_> = promised.iter().map(|one| (one.action.as_str(), one.to.as_str(), one.needs)).collect();
        let mut sorted = listed.clone();
        sorted.sort_unstable();
        let mut by_hand: Vec<_> = rows.iter().map(|row| (row.action, row.to, (row.reason, row.signature))).collect();
        by_hand.sort_unstable();
        theatre.hold(sorted == by_hand, || format!("{}: {sorted:?} and not {by_hand:?}", what("is promised")));
        for (leave, code) in [("reason", "REASON_REQUIRED"), ("signature", "SIGNATURE_REQUIRED")] {
            let asks = |row: &&tandem_tests::lifecycles::Row| if leave == "reason" { row.reason } else { row.signature };
            let done = |row: &&tandem_tests::lifecycles::Row| expected(play, row.action, player) == Outcome::Done;
            let asking: Vec<&'static str> = rows.iter().filter(asks).filter(done).map(|row| row.action).collect();
            if asking.is_empty() {
                continue;
            }
            for (action, errors) in asking.iter().zip(theatre.try_all(player, &tries(leave, &asking)).await) {
                let codes: Vec<&str> = errors.iter().map(|error| error.0.as_str()).collect();
                theatre.hold(codes == [code], || format!("{} without {leave}: {errors:?}", what(action)));
                count += 1;
            }
        }
    }
    count
}

/// Where a step leads in the end: what is approved is carried out from that moment on.
fn ends_in(of: Of, action: &str, to: &'static str) -> &'static str {
    if matches!((of, action), (Of::Capa(_), "APPROVE")) { "IMPLEMENTING" } else { to }
}

async fn really(theatre: &Theatre, play: &Play, action: &'static str) {
    let row = play.of.rows_from(play.state).into_iter().find(|row| row.action == action).unwrap();
    let player = players().into_iter().find(|player| expected(play, action, player) == Outcome::Done);
    let player = player.unwrap_or_else(|| panic!("nobody can {action} {:?} in {}", play.of, play.state));
    let mutation = mutation_of(play.of.kind(), action);
    let kind = play.of.kind().name();
    let field = format!("{}{}", kind[..1].to_lowercase(), &kind[1..]);
    let input = input(theatre, play, action, "", false);
    let (payload, errors) = theatre.stage.try_one(&player, &mutation, &format!("{field} {{ state version }}"), input).await;
    let what = || format!("{} takes {action} on {:?} in {}: {errors:?} {payload}", player.name, play.of, play.state);
    let moved = payload[&field]["state"] == ends_in(play.of, action, row.to) && payload[&field]["version"].as_i64() > Some(1);
    theatre.hold(errors.is_empty() && moved, what);
}

/// Plays for each case and state: one that everybody tries everything on, and a fresh one for each step, to be really taken.
fn plays(props: &mut Props) -> Vec<Play> {
    let mut plays = Vec::new();
    for of in cases() {
        for state in states(of) {
            let taken = of.rows_from(state).into_iter().map(|row| Some(row.action));
            for taken in std::iter::once(None).chain(taken) {
                plays.push(Play { of, state, record: props.play(of, state), taken });
            }
        }
    }
    plays
}

async fn lifecycles(backend: Backend) {
    let mut props = Props::new(set());
    let documents = (props.handed_over(Side::Sponsor), props.handed_over(Side::Vendor));
    let plays = plays(&mut props);
    let theatre = Theatre { stage: Stage::with(backend, props.records).await, documents, wrong: RefCell::default() };
    let before = fingerprint(&theatre.stage.ground).await;
    let mut count = 0;
    for play in plays.iter().filter(|play| play.taken.is_none()) {
        for player in players() {
            count += tried(&theatre, play, &player).await;
        }
    }
    assert_eq!(fingerprint(&theatre.stage.ground).await, before, "what was only tried changed something");
    let mut steps = 0;
    for play in &plays {
        if let Some(action) = play.taken {
            really(&theatre, play, action).await;
            steps += 1;
        }
    }
    println!("steps on {backend:?}: {count} tried, {steps} taken, by {} players", players().len());
    let wrong = theatre.wrong.into_inner();
    assert!(wrong.is_empty(), "{} are wrong\n{}", wrong.len(), wrong[..wrong.len().min(40)].join("\n"));
    assert!(count > 20_000 && steps > 100, "{count} {steps}");
    theatre.stage.house.stop().await;
}

#[tokio::test]
async fn every_step_is_what_the_table_says_on_sqlite() {
    lifecycles(Backend::Sqlite).await;
}

#[tokio::test]
async fn every_step_is_what_the_table_says_on_postgres() {
    lifecycles(Backend::Postgres).await;
}
