//! Starts a door on a free port and asks it.

use std::{net::SocketAddr, sync::Arc};

use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use tandem_gateway::{
    http::{Door, HttpSettings},
    server::{Draining, Server, ServerSettings},
    telemetry::install_metrics,
};
use tandem_graphql::limits::Limits;
use tokio::{sync::oneshot, task::JoinHandle};

use super::toy::{Memory, Toy};

pub(crate) struct House {
    pub(crate) address: SocketAddr,
    pub(crate) memory: Arc<Memory>,
    pub(crate) draining: Draining,
    pub(crate) stop: Option<oneshot::Sender<()>>,
    pub(crate) server: JoinHandle<()>,
    pub(crate) client: reqwest::Client,
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) text: String,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|_| panic!("JSON, not {:?}", self.text))
    }

    pub(crate) fn code(&self) -> String {
        let json = self.json();
        let code = json["errors"][0]["extensions"]["code"].as_str();
        code.unwrap_or_else(|| panic!("a code in {json}")).to_owned()
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap_or("?"))
    }
}

impl House {
    pub(crate) async fn open() -> Self {
        Self::with(HttpSettings::default(), ServerSettings::default(), true).await
    }

    pub(crate) async fn with(settings: HttpSettings, sockets: ServerSettings, ready: bool) -> Self {
        let toy = Arc::new(Toy::new());
        let memory = Arc::clone(&toy.memory);
        let draining = Draining::default();
        let router = Door {
            settings,
            limits: Limits::default(),
            doorkeeper: Arc::clone(&toy) as _,
            graph: Arc::clone(&toy) as _,
            exports: Arc::clone(&toy) as _,
            contents: toy,
            files: tandem_gateway::files::Files::at("tandem-toy-files"),
            readiness: Arc::new(move || Box::pin(async move { ready })),
            draining: draining.clone(),
            metrics: install_metrics().expect("the recorder is ours"),
        }
        .router()
        .expect("the toy schema can be read");
        let server = Server::bind("127.0.0.1:0", sockets).await.expect("a free port");
        let address = server.local_addr().expect("it is bound");
        let (stop, stopped) = oneshot::channel::<()>();
        let flag = draining.clone();
        let server = tokio::spawn(server.run(router, flag, async {
            let _ = stopped.await;
        }));
        Self { address, memory, draining, stop: Some(stop), server, client: reqwest::Client::new() }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, self.url(path))
    }

    /// A good POST to `/graphql`, to be bent by the test.
    pub(crate) fn post(&self, body: &Value) -> RequestBuilder {
        self.request(Method::POST, "/graphql")
            .bearer_auth("good")
            .header("accept", "application/graphql-response+json")
            .header("content-type", "application/json")
            .body(body.to_string())
    }

    pub(crate) async fn ask(&self, query: &str) -> Answer {
        send(self.post(&json!({ "query": query }))).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        send(self.request(Method::GET, path)).await
    }
}

pub(crate) async fn send(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    Answer { status: response.status(), headers: response.headers().clone(), text: response.text().await.expect("a whole answer") }
}
