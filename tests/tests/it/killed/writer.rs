//! One of the clients that write: creates records, changes its own and such as others change too, until the server is gone.
//! What it does not know it asks again after the restart: by the same key, or by reading.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Value as Json, json};
use tandem_tests::house::person;
use tandem_tests::operations::rng::Rng;

use super::ledger::{Fate, MARK, Sent, Verb};

/// A record that only this writer changes.
#[derive(Debug)]
struct Own {
    id: String,
    change: Verb,
    /// Its version, as far as known.
    version: Option<i64>,
}

/// One client.
#[derive(Debug)]
pub(crate) struct Writer {
    name: usize,
    token: String,
    client: reqwest::Client,
    rng: Rng,
    own: Vec<Own>,
    /// Sites of studies that all writers of the sponsor change.
    shared: Vec<String>,
    /// Engagements under which it writes, each with its study.
    places: Vec<(String, String)>,
    /// Everything that it has sent, ever.
    pub(crate) sent: Vec<Sent>,
    /// Answers that were no answer to the question, with their status.
    pub(crate) strange: Vec<(u16, String)>,
    /// What must never be.
    pub(crate) wrong: Vec<String>,
    /// How many writes of unknown fate it has repeated.
    pub(crate) repeated: usize,
    /// How many acknowledged writes it has repeated, for the same answer.
    pub(crate) confirmed: usize,
}

/// The server is gone, or does not know.
struct Gone;

impl Writer {
    pub(crate) fn new(name: usize, seed: u64) -> Self {
        // Of two sponsors, so that one principal's rows are not the only ones that are locked.
        let token = person(if name.is_multiple_of(2) { "marisol@quillfen" } else { "leopold@brackenmoor" });
        let client = reqwest::Client::builder().timeout(Duration::from_secs(30)).build().unwrap();
        Self {
            name,
            token,
            client,
            rng: Rng::new(seed),
            own: Vec::new(),
            shared: Vec::new(),
            places: Vec::new(),
            sent: Vec::new(),
            strange: Vec::new(),
            wrong: Vec::new(),
            repeated: 0,
            confirmed: 0,
        }
    }

    /// Writes until the server is gone, and counts what is acknowledged.
    pub(crate) async fn work(&mut self, address: &str, acknowledged: &AtomicUsize) {
        if self.settle(address).await {
            while let Ok(done) = self.step(address).await {
                acknowledged.fetch_add(usize::from(done), Ordering::Relaxed);
            }
        }
    }

    /// Repeats every write with a key whose fate is unknown, and one that was acknowledged. Answers whether the server is still there.
    pub(crate) async fn settle(&mut self, address: &str) -> bool {
        let unknown = (0..self.sent.len()).filter(|at| self.sent[*at].keyed && self.sent[*at].fate == Fate::Unknown);
        for at in unknown.collect::<Vec<_>>() {
            if self.send(address, at).await.is_err() {
                return false;
            }
            self.repeated += 1;
        }
        let last = self.sent.iter().rposition(|sent| sent.keyed && matches!(sent.fate, Fate::Acknowledged { .. }));
        if let Some(at) = last {
            let before = self.sent[at].clone();
            let after = self.send(address, at).await;
            let told = std::mem::replace(&mut self.sent[at].fate, before.fate.clone());
            if after.is_err() {
                return false;
            }
            self.confirmed += 1;
            let same =
                matches!((&before.fate, &told), (Fate::Acknowledged { id, .. }, Fate::Acknowledged { id: again, .. }) if id == again);
            if !same {
                self.wrong.push(format!("repeated, an acknowledged write answers otherwise: {before:?}, then {told:?}"));
            }
        }
        true
    }

    /// One write; answers whether it was acknowledged.
    async fn step(&mut self, address: &str) -> Result<bool, Gone> {
        if let Some(at) = self.own.iter().position(|own| own.version.is_none()) {
            let id = self.own[at].id.clone();
            let version = self.version(address, &id).await?;
            self.own[at].version = Some(version);
        }
        let place = self.place(address).await?;
        let dice = self.rng.below(100);
        let (verb, subject, expected) = if dice < 35 || self.own.is_empty() {
            ([Verb::NewSite, Verb::NewStudy, Verb::NewDeliverable, Verb::NewFinding][self.rng.below(4)], None, 0)
        } else if dice < 80 {
            let own = &self.own[self.rng.below(self.own.len())];
            (own.change, Some(own.id.clone()), own.version.unwrap_or(0))
        } else {
            let id = self.shared_site(address).await?;
            let version = self.version(address, &id).await?;
            (Verb::ChangeStudySite, Some(id), version)
        };
        let marker = format!("{MARK}{}-{}", self.name, self.sent.len());
        let keyed = self.rng.chance(50);
        self.sent.push(Sent { marker, verb, place, subject, expected, keyed, attempts: 0, fate: Fate::Unknown });
        self.send(address, self.sent.len() - 1).await
    }

    /// Sends a write, for the first time or again, and enters what became of it.
    async fn send(&mut self, address: &str, at: usize) -> Result<bool, Gone> {
        self.sent[at].attempts += 1;
        let sent = &self.sent[at];
        let mut headers = vec![("X-Request-Id", sent.request_id(sent.attempts))];
        headers.extend(sent.key().map(|key| ("Idempotency-Key", key)));
        let answer = self.post(address, &sent.body(), &headers).await;
        let told = answer.as_ref().ok().and_then(|(status, body)| (*status == 200).then(|| self.sent[at].told(body)).flatten());
        self.sent[at].fate = told.clone().unwrap_or(Fate::Unknown);
        self.remember(at);
        match (told, answer) {
            (Some(Fate::Acknowledged { .. }), _) => Ok(true),
            (Some(Fate::Refused(code)), _) => {
                if code != "CONFLICT" || self.sent[at].verb.creates() {
                    self.wrong.push(format!("refused as {code}: {:?}", self.sent[at]));
                }
                Ok(false)
            }
            (_, Ok((status, body))) => {
                self.strange.push((status, body.to_string()));
                Err(Gone)
            }
            (_, Err(Gone)) => Err(Gone),
        }
    }

    /// Keeps in mind which version its own records have now.
    fn remember(&mut self, at: usize) {
        let sent = &self.sent[at];
        let Some(change) = sent.verb.then() else { return };
        let (id, version) = match &sent.fate {
            Fate::Acknowledged { id, version, .. } => (id.clone(), Some(*version)),
            Fate::Refused(_) | Fate::Unknown => match &sent.subject {
                Some(id) => (id.clone(), None),
                None => return,
            },
        };
        match self.own.iter_mut().find(|own| own.id == id) {
            Some(own) => own.version = version,
            None => self.own.push(Own { id, change, version }),
        }
    }

    async fn shared_site(&mut self, address: &str) -> Result<String, Gone> {
        if self.shared.is_empty() {
            let found = self.read(address, "{ studySites(first: 3, orderBy: [{ field: ID }]) { nodes { id } } }", json!({})).await?;
            let nodes = found.pointer("/data/studySites/nodes").and_then(Json::as_array).ok_or(Gone)?;
            self.shared = nodes.iter().filter_map(|node| node["id"].as_str().map(str::to_owned)).collect();
        }
        Ok(self.shared[self.rng.below(self.shared.len())].clone())
    }

    /// One of the sponsor's engagements that are under way, and its study.
    async fn place(&mut self, address: &str) -> Result<(String, String), Gone> {
        if self.places.is_empty() {
            let query =
                "{ engagements(filter: { state: { eq: ACTIVE } }, first: 3, orderBy: [{ field: ID }]) { nodes { id study { id } } } }";
            let found = self.read(address, query, json!({})).await?;
            let nodes = found.pointer("/data/engagements/nodes").and_then(Json::as_array).ok_or(Gone)?;
            let place = |node: &Json| Some((node["id"].as_str()?.to_owned(), node["study"]["id"].as_str()?.to_owned()));
            self.places = nodes.iter().filter_map(place).collect();
            assert!(!self.places.is_empty(), "no engagement is under way");
        }
        Ok(self.places[self.rng.below(self.places.len())].clone())
    }

    async fn version(&mut self, address: &str, id: &str) -> Result<i64, Gone> {
        let query = "query($id: ID!) { node(id: $id) { ... on Site { version } ... on Study { version } ... on StudySite { version } \
                     ... on Deliverable { version } ... on Finding { version } } }";
        let found = self.read(address, query, json!({ "id": id })).await?;
        found.pointer("/data/node/version").and_then(Json::as_i64).ok_or_else(|| {
            self.wrong.push(format!("{id} is not there any more: {found}"));
            Gone
        })
    }

    async fn read(&mut self, address: &str, query: &str, variables: Json) -> Result<Json, Gone> {
        let (status, body) = self.post(address, &json!({ "query": query, "variables": variables }), &[]).await?;
        if status != 200 || body.get("errors").is_some() {
            self.strange.push((status, body.to_string()));
            return Err(Gone);
        }
        Ok(body)
    }

    async fn post(&self, address: &str, body: &Json, headers: &[(&str, String)]) -> Result<(u16, Json), Gone> {
        let mut request = self.client.post(format!("http://{address}/graphql")).bearer_auth(&self.token).json(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = request.send().await.map_err(|_| Gone)?;
        let status = response.status().as_u16();
        let text = response.text().await.map_err(|_| Gone)?;
        Ok((status, serde_json::from_str(&text).unwrap_or(Json::String(text))))
    }
}
