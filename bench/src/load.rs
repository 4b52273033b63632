//! Clients that ask one after the other, each over one connection, and take every answer whole.
//! An answer that is not right ends the run: nothing is measured that was not answered.

use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt as _, Full};
use hyper::Request;
use hyper::body::Bytes;
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde_json::{Value as Json, json};
use tokio::net::TcpStream;
use tokio::task::{JoinSet, LocalSet};

use crate::Fail;
use crate::chance::Chance;
use crate::questions::Question;

/// A study site to be changed.
pub(crate) struct Site {
    pub(crate) id: String,
    pub(crate) version: AtomicU64,
}

/// What a role's questions are put with.
pub(crate) struct Asker {
    pub(crate) address: String,
    pub(crate) token: String,
    /// The ids of the role's studies, in order.
    pub(crate) studies: Vec<String>,
    /// The study sites it may change.
    pub(crate) sites: Vec<Site>,
}

/// How the clients are to ask.
#[derive(Clone, Copy)]
pub(crate) struct Manner {
    pub(crate) question: Question,
    pub(crate) clients: u64,
    pub(crate) warm: Duration,
    pub(crate) measured: Duration,
}

/// What the clients saw, and what was read from the outside when the measured time began and ended.
pub(crate) struct Seen<T> {
    /// Microseconds of every request that ended within the measured time.
    pub(crate) times: Vec<u64>,
    pub(crate) seconds: f64,
    pub(crate) before: T,
    pub(crate) after: T,
}

/// One connection.
pub(crate) struct Line {
    sender: SendRequest<Full<Bytes>>,
    address: String,
    token: String,
}

impl Line {
    pub(crate) async fn open(address: &str, token: &str) -> Result<Self, Fail> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, address: address.to_owned(), token: token.to_owned() })
    }

    /// Asks and answers the body, taken whole.
    pub(crate) async fn ask(&mut self, document: &str, variables: &Json) -> Result<Bytes, Fail> {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header("Host", &self.address)
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Content-Type", "application/json")
            .header("Accept", "application/json")
            .body(Full::new(Bytes::from(body)))?;
        self.sender.ready().await?;
        let response = self.sender.send_request(request).await?;
        let status = response.status();
        let body = response.into_body().collect().await?.to_bytes();
        if status.as_u16() != 200 {
            return Err(format!("{status}: {}", String::from_utf8_lossy(&body)).into());
        }
        Ok(body)
    }

    /// Asks and answers the data; any error is one.
    pub(crate) async fn data(&mut self, document: &str, variables: &Json) -> Result<Json, Fail> {
        let body = self.ask(document, variables).await?;
        let mut answer: Json = serde_json::from_slice(&body)?;
        if answer.get("errors").is_some() {
            return Err(format!("{document} {variables}: {answer}").into());
        }
        Ok(answer.get_mut("data").map(Json::take).unwrap_or_default())
    }
}

/// Has so many clients ask for so long; `read` is called when the measured time begins and when it ends.
pub(crate) async fn drive<T>(asker: &Rc<Asker>, manner: Manner, read: impl Fn() -> Result<T, Fail>) -> Result<Seen<T>, Fail> {
    let local = LocalSet::new();
    let asker = Rc::clone(asker);
    local
        .run_until(async move {
            let mut lines = Vec::new();
            for _ in 0..manner.clients {
                lines.push(Line::open(&asker.address, &asker.token).await?);
            }
            let begin = Instant::now() + manner.warm;
            let end = begin + manner.measured;
            let mut clients = JoinSet::new();
            for (number, line) in (0..).zip(lines) {
                clients.spawn_local(client(Rc::clone(&asker), manner, number, line, (begin, end)));
            }
            tokio::time::sleep_until(begin.into()).await;
            let (since, before) = (Instant::now(), read()?);
            tokio::time::sleep_until(end.into()).await;
            let (seconds, after) = (since.elapsed().as_secs_f64(), read()?);
            let mut times = Vec::new();
            while let Some(ended) = clients.join_next().await {
                times.extend(ended??);
            }
            times.sort_unstable();
            Ok(Seen { times, seconds, before, after })
        })
        .await
}

async fn client(asker: Rc<Asker>, manner: Manner, number: u64, mut line: Line, (begin, end): (Instant, Instant)) -> Result<Vec<u64>, Fail> {
    let mut chance = Chance::new(number + 1);
    let mut times = Vec::new();
    let mut asked = 0_u64;
    loop {
        let alias = format!("a{}", chance.between(0, 15));
        let document = manner.question.document(&alias);
        let site = if manner.question == Question::Q5 { Some(own_site(&asker, manner, number, &mut chance)?) } else { None };
        let variables = match site {
            None => manner.question.variables(Question::arguments(&mut chance, asker.studies.len() as u64), &asker.studies),
            Some(site) => {
                let version = site.version.load(Ordering::Relaxed);
                json!({ "id": site.id, "version": version, "target": 1_000 + version })
            }
        };
        let since = Instant::now();
        let body = line.ask(&document, &variables).await?;
        let now = Instant::now();
        // What began before counts too: to leave it out would leave out the slowest.
        if now >= begin && now <= end {
            times.push(u64::try_from(now.duration_since(since).as_micros()).unwrap_or(u64::MAX));
        }
        asked += 1;
        // Every answer is looked at for errors; taking each apart would cost the server its processor.
        if site.is_some() || asked % 16 == 1 {
            check(manner.question, &alias, &body, site).map_err(|why| format!("{document} {variables}: {why}"))?;
        } else if body.windows(9).any(|some| some == b"\"errors\":") {
            return Err(format!("{document} {variables}: {}", String::from_utf8_lossy(&body)).into());
        }
        if now >= end {
            return Ok(times);
        }
    }
}

/// A site that no other client changes.
fn own_site<'a>(asker: &'a Asker, manner: Manner, number: u64, chance: &mut Chance) -> Result<&'a Site, Fail> {
    let sites = asker.sites.len() as u64;
    let turns = sites / manner.clients;
    if turns == 0 {
        return Err("there are fewer study sites than clients".into());
    }
    let place = chance.between(0, turns - 1) * manner.clients + number;
    Ok(&asker.sites[usize::try_from(place)?])
}

fn check(question: Question, alias: &str, body: &[u8], site: Option<&Site>) -> Result<(), String> {
    let answer: Json = serde_json::from_slice(body).map_err(|error| error.to_string())?;
    let root = &answer["data"][alias];
    let right = match (question.rows(), site) {
        (_, Some(site)) => {
            let version = root["studySite"]["version"].as_u64().unwrap_or(0);
            let went_on = version == site.version.load(Ordering::Relaxed) + 1;
            site.version.store(version, Ordering::Relaxed);
            went_on && root["userErrors"].as_array().is_some_and(Vec::is_empty)
        }
        (Some(rows), _) => root["nodes"].as_array().is_some_and(|nodes| nodes.len() == rows),
        (None, _) => root["protocolNumber"].is_string(),
    };
    if right && answer.get("errors").is_none() { Ok(()) } else { Err(answer.to_string()) }
}
