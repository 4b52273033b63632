//! An identity provider on a free port that answers as badly as it is told to, and counts.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{
    Router,
    extract::State,
    http::{StatusCode, header::LOCATION},
    response::{IntoResponse as _, Response},
    routing::get,
};
use serde_json::{Value, json};

/// How the provider answers for its keys.
#[derive(Clone)]
pub(super) enum Manner {
    Keys(Vec<Value>),
    Text(String),
    Status(u16),
    Redirect,
    /// Never within the time allowed.
    Slow,
    /// A head at once, and then a byte now and again.
    Trickle,
    /// Good keys, a little late.
    Late(Vec<Value>),
}

struct Inner {
    manner: Mutex<Manner>,
    fetches: AtomicUsize,
    discovery: Mutex<Value>,
}

pub(super) struct Provider {
    inner: Arc<Inner>,
    pub(super) base: String,
    task: tokio::task::JoinHandle<()>,
}

impl Provider {
    pub(super) async fn start(manner: Manner) -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("port");
        let base = format!("http://{}", listener.local_addr().expect("address"));
        let inner = Arc::new(Inner {
            manner: Mutex::new(manner),
            fetches: AtomicUsize::new(0),
            discovery: Mutex::new(json!({ "issuer": base, "jwks_uri": format!("{base}/keys") })),
        });
        let app = Router::new()
            .route("/keys", get(keys))
            .route("/elsewhere", get(elsewhere))
            .route("/.well-known/openid-configuration", get(discovery))
            .with_state(Arc::clone(&inner));
        let task = tokio::spawn(async move {
            axum::serve(listener, app).await.expect("server");
        });
        Self { inner, base, task }
    }

    pub(super) fn answer(&self, manner: Manner) {
        *self.inner.manner.lock().expect("lock") = manner;
    }

    pub(super) fn answer_discovery(&self, document: Value) {
        *self.inner.discovery.lock().expect("lock") = document;
    }

    /// How often the keys were asked for.
    pub(super) fn fetches(&self) -> usize {
        self.inner.fetches.load(Ordering::SeqCst)
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn keys(State(inner): State<Arc<Inner>>) -> Response {
    inner.fetches.fetch_add(1, Ordering::SeqCst);
    let manner = inner.manner.lock().expect("lock").clone();
    match manner {
        Manner::Keys(keys) => json!({ "keys": keys }).to_string().into_response(),
        Manner::Text(text) => text.into_response(),
        Manner::Status(status) => StatusCode::from_u16(status).expect("status").into_response(),
        Manner::Redirect => (StatusCode::FOUND, [(LOCATION, "/elsewhere")]).into_response(),
        Manner::Slow => {
            tokio::time::sleep(Duration::from_secs(60)).await;
            StatusCode::OK.into_response()
        }
        Manner::Trickle => {
            let bytes = futures::stream::unfold((), |()| async {
                tokio::time::sleep(Duration::from_millis(200)).await;
                Some((Ok::<_, std::convert::Infallible>(" "), ()))
            });
            Response::new(axum::body::Body::from_stream(bytes))
        }
        Manner::Late(keys) => {
            tokio::time::sleep(Duration::from_millis(300)).await;
            json!({ "keys": keys }).to_string().into_response()
        }
    }
}

/// Where redirects lead; whoever comes here has followed one, and is counted.
async fn elsewhere(State(inner): State<Arc<Inner>>) -> Response {
    inner.fetches.fetch_add(1_000, Ordering::SeqCst);
    StatusCode::OK.into_response()
}

async fn discovery(State(inner): State<Arc<Inner>>) -> Response {
    inner.discovery.lock().expect("lock").to_string().into_response()
}
