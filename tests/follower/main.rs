//! A system that keeps a copy by the feed, as a process of its own that tests kill: what it holds is in a file that is replaced as a
//! whole, with the cursor; what it did at which moment is in a log beside it, by which it is judged.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use serde_json::{Value as Json, json};

/// What it asks for, of every kind that it follows.
const QUERY: &str = "query($since: String, $kinds: [RecordKind!], $first: Int) { changes(since: $since, kinds: $kinds, first: $first) { \
    cursor hasMore events { operation id node { id ... on Study { version } ... on StudyCountry { version } ... on StudySite { version } \
    ... on Site { version } ... on Engagement { version } ... on Milestone { version } ... on Deliverable { version } ... on Finding { \
    version } ... on Organization { version } ... on Person { version } } } } }";

type Failure = Box<dyn std::error::Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let setting = |name: &str| std::env::var(name).map_err(|_| format!("{name} is not set"));
    let (address, token, folder) = (setting("FOLLOW_ADDRESS")?, setting("FOLLOW_TOKEN")?, setting("FOLLOW_FOLDER")?);
    let kinds: Json = setting("FOLLOW_KINDS")?.split(' ').collect();
    let first: u64 = setting("FOLLOW_FIRST")?.parse()?;
    let folder = Path::new(&folder);
    let (mut cursor, mut records) = read(folder)?;
    let mut log = fs::OpenOptions::new().create(true).append(true).open(folder.join("pages.ndjson"))?;
    writeln!(log, "{}", json!({ "began": moment()?, "held": records }))?;
    let client = reqwest::Client::new();
    loop {
        let asked = moment()?;
        let body = json!({ "query": QUERY, "variables": { "since": cursor, "kinds": kinds, "first": first } });
        let answer = client.post(format!("http://{address}/graphql")).bearer_auth(&token).json(&body).send().await?;
        let (status, body) = (answer.status(), answer.json::<Json>().await?);
        let page = &body["data"]["changes"];
        if !status.is_success() || !body["errors"].is_null() || page["cursor"].is_null() {
            return Err(format!("{status}: {body}").into());
        }
        for event in page["events"].as_array().ok_or("no events")? {
            apply(event, &mut records)?;
        }
        cursor = page["cursor"].as_str().map(str::to_owned);
        // First the log: what was held for a moment only was held.
        writeln!(log, "{}", json!({ "asked": asked, "answered": moment()?, "events": page["events"], "held": records }))?;
        let state = json!({ "cursor": cursor, "records": records });
        fs::write(folder.join("state.new"), state.to_string())?;
        fs::rename(folder.join("state.new"), folder.join("state.json"))?;
        if page["hasMore"] != true {
            writeln!(log, "{}", json!({ "idle": moment()? }))?;
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }
}

type Held = BTreeMap<String, Json>;

fn read(folder: &Path) -> Result<(Option<String>, Held), Failure> {
    let file = folder.join("state.json");
    if !file.exists() {
        return Ok((None, Held::new()));
    }
    let state: Json = serde_json::from_str(&fs::read_to_string(file)?)?;
    Ok((state["cursor"].as_str().map(str::to_owned), serde_json::from_value(state["records"].clone())?))
}

fn apply(event: &Json, records: &mut Held) -> Result<(), Failure> {
    let id = event["id"].as_str();
    match (event["operation"].as_str(), id) {
        (Some("RESYNC"), None) => records.clear(),
        (Some("UPSERT"), Some(id)) if event["node"]["id"] == id => {
            records.insert(id.to_owned(), event["node"]["version"].clone());
        }
        (Some("TOMBSTONE"), Some(id)) if event["node"].is_null() => {
            records.remove(id);
        }
        _ => return Err(format!("an event that means nothing: {event}").into()),
    }
    Ok(())
}

/// Now, in microseconds since 1970.
#[expect(clippy::disallowed_methods, reason = "the log is held against the log of another process on the same machine")]
fn moment() -> Result<u64, Failure> {
    Ok(u64::try_from(SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?.as_micros())?)
}
