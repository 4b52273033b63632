//! Settings as the bounds of each part: documents, HTTP, sockets.
//! One setting may bound several parts; which, is said here and nowhere else.

use std::time::Duration;

use tandem_graphql::limits::Limits;

use crate::config::Settings;
use crate::http::HttpSettings;
use crate::server::ServerSettings;

/// The bounds of documents.
pub(super) fn limits(settings: &Settings) -> Limits {
    Limits {
        characters: settings.max_document_chars.into(),
        tokens: settings.max_document_tokens.into(),
        depth: settings.max_depth.into(),
        introspection_depth: settings.max_introspection_depth.into(),
        aliases: settings.max_aliases.into(),
        directives: settings.max_directives.into(),
        root_fields: settings.max_root_fields.into(),
        cost: settings.max_cost.into(),
        array: settings.max_input_items.into(),
        bulk_array: settings.max_ingest_rows.into(),
        body_bytes: settings.max_body_bytes,
        request_milliseconds: milliseconds(settings.request_timeout),
        ..Limits::default()
    }
}

/// The bounds of requests.
pub(super) fn http(settings: &Settings) -> HttpSettings {
    HttpSettings {
        body_bytes: whole(settings.max_body_bytes),
        discard_bytes: whole(settings.max_drain_bytes),
        request_milliseconds: milliseconds(settings.request_timeout),
        rate_limit: settings.rate_limit,
        rate_burst: settings.rate_bucket,
        cors_origins: settings.cors_origins.clone(),
        ide: settings.development,
        file_bytes: settings.max_file_bytes,
        file_types: settings.file_types.clone(),
        file_milliseconds: milliseconds(settings.file_timeout),
        ..HttpSettings::default()
    }
}

/// The bounds of sockets.
pub(super) fn sockets(settings: &Settings) -> ServerSettings {
    ServerSettings {
        connections: whole(settings.max_connections.into()),
        head_bytes: whole(settings.max_head_bytes.into()),
        head_milliseconds: milliseconds(settings.head_timeout),
        write_milliseconds: milliseconds(settings.answer_timeout),
        notice_milliseconds: milliseconds(settings.shutdown_notice),
        drain_milliseconds: milliseconds(settings.shutdown_grace),
        ..ServerSettings::default()
    }
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn whole(bound: u64) -> usize {
    usize::try_from(bound).unwrap_or(usize::MAX)
}
