//! A toy house behind the real door: three tokens, a schema of a few fields, each for one property of the handler.
//! It is shared by the tests and by the example that the audits run against.

use std::{
    any::Any,
    sync::{
        Arc, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use async_graphql::{EmptySubscription, Error, ErrorExtensions as _, ID, InputObject, Object, Schema, SimpleObject};
use axum::http::StatusCode;
use futures::future::BoxFuture;
use tandem_gateway::http::seam::{
    Content, ContentService, Doorkeeper, Executed, ExportService, GraphRequest, GraphService, Refusal, Refused, Session, Stage, Who,
};
use tandem_graphql::{Answer, ExportKind, ExportPage};

/// What the toy remembers, for tests to look at.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) changes: AtomicU64,
    pub(crate) pages: AtomicU64,
    pub(crate) dropped: AtomicBool,
    pub(crate) last: std::sync::Mutex<Option<(String, Option<String>, String)>>,
    pub(crate) refusals: std::sync::Mutex<Vec<Noted>>,
}

/// What the toy was told of a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Noted {
    pub(crate) code: &'static str,
    pub(crate) stage: Stage,
    pub(crate) who: Who,
    pub(crate) status: u16,
    pub(crate) request_id: String,
}

/// The principal of the token `good`, and the organisation it acts for.
pub(crate) const GOOD: Who = Who { principal: Some(uuid::Uuid::from_u128(7)), organization: Some(uuid::Uuid::from_u128(8)) };

/// The principal of the token `stranger`, who may do nothing.
pub(crate) const STRANGER: Who = Who { principal: Some(uuid::Uuid::from_u128(9)), organization: None };

pub(crate) struct Toy {
    schema: Schema<Query, Mutation, EmptySubscription>,
    sdl: String,
    pub(crate) memory: Arc<Memory>,
}

impl Toy {
    pub(crate) fn new() -> Self {
        let memory = Arc::new(Memory::default());
        let schema = Schema::build(Query, Mutation, EmptySubscription).data(Arc::clone(&memory)).finish();
        Self { sdl: schema.sdl(), schema, memory }
    }
}

impl Doorkeeper for Toy {
    fn admit<'a>(&'a self, bearer: &'a str, organization: Option<&'a str>) -> BoxFuture<'a, Result<Session, Refusal>> {
        Box::pin(async move {
            let refuse = |status, code: &'static str| Refusal {
                status,
                code,
                message: "The toy says no.".to_owned(),
                www_authenticate: None,
                who: Who::default(),
            };
            if organization == Some("elsewhere") {
                return Err(refuse(StatusCode::FORBIDDEN, "ORGANIZATION_REQUIRED"));
            }
            match bearer {
                "good" | "plain" => Ok(Session {
                    state: Arc::new(bearer.to_owned()) as Arc<dyn Any + Send + Sync>,
                    principal_key: bearer.to_owned(),
                    may_introspect: bearer == "good",
                    who: GOOD,
                }),
                // His access ends when two pages have been given out.
                "leaver" if self.memory.pages.load(Ordering::Relaxed) < 2 => Ok(Session {
                    state: Arc::new(bearer.to_owned()) as Arc<dyn Any + Send + Sync>,
                    principal_key: bearer.to_owned(),
                    may_introspect: false,
                    who: GOOD,
                }),
                "stranger" => Err(Refusal { who: STRANGER, ..refuse(StatusCode::FORBIDDEN, "FORBIDDEN") }),
                _ => Err(refuse(StatusCode::UNAUTHORIZED, "UNAUTHENTICATED")),
            }
        })
    }

    fn refused(&self, refused: &Refused<'_>) {
        self.note(refused);
    }
}

impl Toy {
    fn note(&self, refused: &Refused<'_>) {
        let Refused { code, stage, who, status, request_id } = *refused;
        let noted = Noted { code, stage, who, status, request_id: request_id.to_owned() };
        self.memory.refusals.lock().unwrap_or_else(PoisonError::into_inner).push(noted);
    }
}

/// The toy has no documents.
impl ContentService for Toy {
    fn find<'a>(&'a self, _: &'a Session, _: &'a str) -> BoxFuture<'a, Result<Content, Refusal>> {
        let message = "No document with this id exists, or you may not see it.".to_owned();
        let refusal = Refusal { status: StatusCode::NOT_FOUND, code: "NOT_FOUND", message, www_authenticate: None, who: Who::default() };
        Box::pin(async move { Err(refusal) })
    }

    fn keep<'a>(&'a self, session: &'a Session, _: &'a Content, _: &'a str, _: bool) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move { self.find(session, "").await.map(|_| ()) })
    }
}

/// Three pages of two records.
impl ExportService for Toy {
    fn page<'a>(
        &'a self,
        _: &'a Session,
        _: &'a ExportKind,
        study: Option<uuid::Uuid>,
        after: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ExportPage, Refusal>> {
        let place: u64 = after.map_or(0, |after| after.parse().unwrap_or(99));
        let rows = (0..2).map(|number| serde_json::json!({ "id": format!("{place}-{number}"), "version": 1 }));
        let rows = if study.is_some() { Vec::new() } else { rows.collect() };
        self.memory.pages.fetch_add(1, Ordering::Relaxed);
        Box::pin(async move { Ok(ExportPage { rows, after: (place < 2 && study.is_none()).then(|| (place + 1).to_string()) }) })
    }
}

impl GraphService for Toy {
    fn execute<'a>(&'a self, session: Session, request: GraphRequest) -> BoxFuture<'a, Executed> {
        Box::pin(async move {
            let who = session.state.downcast_ref::<String>().cloned();
            *self.memory.last.lock().unwrap_or_else(PoisonError::into_inner) =
                Some((who.unwrap_or_default(), request.idempotency_key.clone(), request.request_id.clone()));
            let request_is_refused = request.idempotency_key.as_deref() == Some("refused");
            let answer = Answer::Resolved(Box::new(self.schema.execute(request.into_request()).await));
            // Whoever asks by this key is told that the domain refused, twice.
            let refused = if request_is_refused { vec!["CONFLICT", "CONFLICT"] } else { Vec::new() };
            Executed { answer, refused }
        })
    }

    fn sdl(&self) -> &str {
        &self.sdl
    }
}

pub(crate) struct Query;

#[derive(SimpleObject)]
struct Thing {
    id: ID,
    name: String,
}

#[derive(SimpleObject)]
struct Things {
    nodes: Vec<Thing>,
}

#[derive(InputObject)]
struct Filter {
    r#in: Option<Vec<i32>>,
}

/// Tells the memory when it is dropped before its time.
struct Watch(Arc<Memory>, bool);

impl Drop for Watch {
    fn drop(&mut self) {
        if !self.1 {
            self.0.dropped.store(true, Ordering::SeqCst);
        }
    }
}

#[Object]
impl Query {
    async fn echo(&self, text: String) -> String {
        text
    }

    async fn things(&self, first: Option<i32>, filter: Option<Filter>) -> Things {
        let _ = filter.and_then(|filter| filter.r#in);
        let nodes = (0..first.unwrap_or(20).clamp(0, 100)).map(|i| Thing { id: ID(format!("thing_{i}")), name: "thing".to_owned() });
        Things { nodes: nodes.collect() }
    }

    async fn slow(&self, ctx: &async_graphql::Context<'_>, milliseconds: u64) -> bool {
        let mut watch = Watch(Arc::clone(ctx.data_unchecked::<Arc<Memory>>()), false);
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        watch.1 = true;
        true
    }

    async fn boom(&self) -> bool {
        // A condition that the compiler cannot see through, so that the macro's code after it is not dead.
        assert!(std::hint::black_box(false), "a resolver of the toy panics on purpose");
        true
    }

    async fn leak(&self) -> Option<Result<bool, Error>> {
        Some(Err(Error::new("SELECT secret FROM table")))
    }

    async fn denied(&self) -> Option<Result<bool, Error>> {
        Some(Err(Error::new("No.").extend_with(|_, it| {
            it.set("code", "FORBIDDEN");
            it.set("blockers", 1);
        })))
    }

    async fn odd(&self) -> Option<Result<bool, Error>> {
        Some(Err(Error::new("internal words").extend_with(|_, it| it.set("code", "SQLSTATE_42"))))
    }

    async fn fatal(&self) -> Result<bool, Error> {
        Err(Error::new("x".repeat(5_000)).extend_with(|_, it| it.set("code", "CONFLICT")))
    }

    async fn errors(&self) -> Vec<Option<Result<bool, Error>>> {
        (0..100).map(|_| Some(Err(Error::new("one of many")))).collect()
    }
}

pub(crate) struct Mutation;

#[Object]
impl Mutation {
    async fn change(&self, ctx: &async_graphql::Context<'_>) -> u64 {
        let memory = ctx.data_unchecked::<Arc<Memory>>();
        memory.changes.fetch_add(1, Ordering::SeqCst).saturating_add(1)
    }
}
