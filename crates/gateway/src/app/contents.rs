//! Documents and their contents for the door: found through the caller's own store, noted by a command like any other change.

use std::sync::Arc;

use axum::http::StatusCode;
use futures::future::BoxFuture;
use tandem_domain::access::Viewer;
use tandem_domain::command::{Code, Command, Manner};
use tandem_domain::delivery::{Document, DocumentKeep};
use tandem_domain::id::{self, DocumentId, TypedId};
use tandem_domain::record::Kind;
use tandem_domain::vocabulary::Vocabulary;
use tandem_persistence::{Circumstances, StoreError, Vault, WriteError};

use crate::http::seam::{Content, ContentService, Refusal, Session, Who};

/// The name under which the journal has it.
const COMMAND: &str = "documentContentPut";

/// The documents of the vault.
pub(super) struct VaultContents {
    vault: Vault,
}

impl VaultContents {
    pub(super) fn new(vault: Vault) -> Self {
        Self { vault }
    }

    async fn found(&self, viewer: &Arc<Viewer>, id: &str) -> Result<Content, Refusal> {
        let Some((Kind::Document, uuid)) = id::decode(id) else { return Err(not_found()) };
        let rows = self.vault.store(Arc::clone(viewer)).by_ids(Kind::Document, &[uuid]).await.map_err(|error| away(&error))?;
        let Some(row) = rows.get(&uuid) else { return Err(not_found()) };
        let document: Document = row.entity().and_then(|stored| stored.typed()).map_err(|error| away(&error.into()))?.record;
        Ok(Content {
            document: uuid,
            name: name(&document),
            sha256: document.sha256,
            size: u64::try_from(document.size).unwrap_or(0),
            media_type: document.media_type,
            kept: document.content_at.is_some(),
        })
    }
}

impl ContentService for VaultContents {
    fn find<'a>(&'a self, session: &'a Session, id: &'a str) -> BoxFuture<'a, Result<Content, Refusal>> {
        Box::pin(async move { self.found(&viewer(session)?, id).await })
    }

    fn keep<'a>(
        &'a self,
        session: &'a Session,
        content: &'a Content,
        request_id: &'a str,
        only_try: bool,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            let viewer = viewer(session)?;
            let input = DocumentKeep {
                id: DocumentId::from_uuid(content.document),
                sha256: content.sha256.clone(),
                size: i64::try_from(content.size).unwrap_or(i64::MAX),
                media_type: content.media_type.clone(),
            };
            let circumstances = Circumstances {
                manner: Manner { dry_run: only_try, ..Manner::default() },
                request_id: Some(request_id.to_owned()),
                idempotency_key: None,
            };
            let done = self.vault.execute(&viewer, COMMAND, &Command::DocumentKeep(input), &circumstances).await;
            done.map(|_| ()).map_err(|error| refusal(&error))
        })
    }
}

/// What the file is called where it is saved: title and version, without what file systems mind.
fn name(document: &Document) -> String {
    let ending = match document.media_type.as_str() {
        "application/pdf" => "pdf",
        "text/plain" => "txt",
        "text/csv" => "csv",
        "text/xml" | "application/xml" => "xml",
        "application/json" => "json",
        "application/zip" => "zip",
        "application/x-sas-xport" => "xpt",
        "image/png" => "png",
        "image/jpeg" => "jpg",
        "image/tiff" => "tiff",
        "message/rfc822" => "eml",
        "application/msword" => "doc",
        "application/vnd.ms-excel" => "xls",
        "application/vnd.ms-powerpoint" => "ppt",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document" => "docx",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" => "xlsx",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation" => "pptx",
        _ => "bin",
    };
    let words = format!("{} {}", document.title, document.version_label);
    let kept: String =
        words.chars().map(|letter| if letter.is_control() || "/\\:*?\"<>|".contains(letter) { '_' } else { letter }).collect();
    let kept: String = kept.trim_matches([' ', '.']).chars().take(120).collect();
    format!("{}.{ending}", if kept.is_empty() { "document" } else { &kept })
}

fn viewer(session: &Session) -> Result<Arc<Viewer>, Refusal> {
    Arc::clone(&session.state)
        .downcast::<Viewer>()
        .map_err(|_| told(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_SERVER_ERROR", "Something went wrong on our side."))
}

fn not_found() -> Refusal {
    told(StatusCode::NOT_FOUND, "NOT_FOUND", "No document with this id exists, or you may not see it.")
}

fn refusal(error: &WriteError) -> Refusal {
    match error {
        WriteError::Refused(refusal) => {
            let first = refusal.0.first();
            let (code, words) = first.map_or((Code::Forbidden, ""), |error| (error.code, error.message.as_str()));
            let status = match code {
                Code::Forbidden => StatusCode::FORBIDDEN,
                Code::NotFound => return not_found(),
                _ => StatusCode::CONFLICT,
            };
            told(status, code.term(), words)
        }
        // No key is given.
        WriteError::IdempotencyMismatch => told(StatusCode::CONFLICT, "IDEMPOTENCY_MISMATCH", "This key stands for another request."),
        WriteError::AccessEnded => told(StatusCode::FORBIDDEN, "FORBIDDEN", "Nothing is granted to you any more."),
        WriteError::Store(error) => away(error),
    }
}

fn away(error: &StoreError) -> Refusal {
    tracing::error!(error = error as &dyn std::error::Error, "a document could not be looked up");
    told(StatusCode::SERVICE_UNAVAILABLE, "UNAVAILABLE", "The database does not answer at the moment. Try again later.")
}

fn told(status: StatusCode, code: &'static str, message: &str) -> Refusal {
    Refusal { status, code, message: message.to_owned(), www_authenticate: None, who: Who::default() }
}
