//! `GET /exports/{kind}`: everything of a kind that the caller sees, as lines of JSON or as a table, streamed page by page. Who he is, and
//! what he sees, is decided anew for each page; a stream that cannot go on breaks off, so that nothing passes for whole that is not.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::{
    body::{Body, Bytes},
    extract::{Path, Query, Request, State, rejection::PathRejection},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode,
        header::{CONTENT_DISPOSITION, CONTENT_TYPE},
        request::Parts,
    },
    response::Response,
};
use futures::stream;
use tandem_domain::id::decode;
use tandem_domain::record::Kind;
use tandem_exchange::export::{Format, piece};
use tandem_graphql::ExportKind;
use tokio::time::{sleep, timeout};
use uuid::Uuid;

use super::{Shared, bearer, failure::Failure, rate::Charge, seam::Who};

/// What a page of a hundred records costs: as much as one that is asked for by a query.
const PAGE_POINTS: u64 = 101;

/// Serves `/exports/{kind}`.
pub(super) async fn serve(State(shared): State<Arc<Shared>>, kind: Result<Path<String>, PathRejection>, request: Request) -> Response {
    let kind = kind.map_or_else(|_| String::new(), |Path(kind)| kind);
    let (mut who, mut charge) = (Who::default(), Charge::Free);
    let (head, _) = request.into_parts();
    let result = give(&shared, &kind, &head, &mut who, &mut charge).await;
    let mut response = result.unwrap_or_else(|failure| failure.of(who).into_json());
    shared.throttle.headers(charge, response.headers_mut());
    response
}

/// What is asked for.
struct Asked {
    kind: ExportKind,
    format: Format,
    study: Option<Uuid>,
}

async fn give(shared: &Arc<Shared>, kind: &str, head: &Parts, who: &mut Who, charge: &mut Charge) -> Result<Response, Failure> {
    let session = bearer::admit(shared, &head.headers).await?;
    *who = session.who;
    *charge = shared.throttle.charge(&session.principal_key, PAGE_POINTS);
    if let Charge::Refused { retry_after } = *charge {
        return Err(Failure::rate_limited(retry_after));
    }
    let asked = Asked::read(kind, head)?;
    let (content_type, name) = match asked.format {
        Format::Ndjson => ("application/x-ndjson", "ndjson"),
        Format::Csv => ("text/csv; charset=utf-8; header=present", "csv"),
    };
    let disposition = format!("attachment; filename=\"{}.{name}\"", asked.kind.term.to_ascii_lowercase());
    let body = if head.method == Method::HEAD {
        Body::empty()
    } else {
        // The first page comes before the status: what hinders it is told as for any request.
        let mut walk = Walk { shared: Arc::clone(shared), headers: head.headers.clone(), asked, after: None, begun: false };
        let first = walk.page().await?;
        Body::from_stream(stream::try_unfold((walk, Some(first)), |(mut walk, waiting)| async move {
            let piece = match waiting {
                Some(first) => first,
                None if walk.after.is_none() => return Ok(None),
                None => walk.further().await?,
            };
            Ok::<_, io::Error>(Some((piece, (walk, None))))
        }))
    };
    let mut response = Response::new(body);
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    if let Ok(disposition) = HeaderValue::from_str(&disposition) {
        response.headers_mut().insert(CONTENT_DISPOSITION, disposition);
    }
    Ok(response)
}

impl Asked {
    fn read(kind: &str, head: &Parts) -> Result<Self, Failure> {
        let unknown =
            || Failure::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is no such kind of records: the terms of RecordKind are known.");
        let kind = ExportKind::all().into_iter().find(|known| known.term == kind).ok_or_else(unknown)?;
        let unread = |_| Failure::bad_request("The query string cannot be read.");
        let Query(given) = Query::<Vec<(String, String)>>::try_from_uri(&head.uri).map_err(unread)?;
        let mut asked = Self { kind, format: Format::Ndjson, study: None };
        for (name, value) in given {
            match (name.as_str(), value.as_str()) {
                ("format", "ndjson") => asked.format = Format::Ndjson,
                ("format", "csv") => asked.format = Format::Csv,
                ("format", _) => return Err(Failure::bad_request("`format` is ndjson or csv.")),
                // What is no study's id is one that nobody sees.
                ("studyId", id) => {
                    asked.study = Some(decode(id).filter(|(kind, _)| *kind == Kind::Study).map_or_else(Uuid::nil, |(_, id)| id));
                }
                _ => return Err(Failure::bad_request("The parameters `format` and `studyId` are known.")),
            }
        }
        Ok(asked)
    }
}

/// An export on its way.
struct Walk {
    shared: Arc<Shared>,
    headers: HeaderMap,
    asked: Asked,
    after: Option<String>,
    begun: bool,
}

impl Walk {
    /// The page after the first ones; it waits until the caller can pay for it.
    async fn further(&mut self) -> io::Result<Bytes> {
        let session = bearer::admit(&self.shared, &self.headers).await.map_err(|_| ended())?;
        while let Charge::Refused { retry_after } = self.shared.throttle.charge(&session.principal_key, PAGE_POINTS) {
            sleep(Duration::from_secs(retry_after)).await;
        }
        self.page().await.map_err(|_| ended())
    }

    /// The next page, in the sight of who asks as he is now.
    async fn page(&mut self) -> Result<Bytes, Failure> {
        let session = bearer::admit(&self.shared, &self.headers).await?;
        let patience = Duration::from_millis(self.shared.settings.request_milliseconds);
        let page = self.shared.exports.page(&session, &self.asked.kind, self.asked.study, self.after.as_deref());
        let page = timeout(patience, page).await.map_err(|_| Failure::timeout(StatusCode::GATEWAY_TIMEOUT))??;
        let first = !self.begun;
        let written = piece(self.asked.format, &self.asked.kind.columns, first, &page.rows).map_err(|error| {
            tracing::error!(%error, "a page of an export cannot be written");
            Failure::internal()
        })?;
        (self.after, self.begun) = (page.after, true);
        Ok(written.into())
    }
}

fn ended() -> io::Error {
    io::Error::other("the export cannot go on")
}
