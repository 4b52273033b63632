//! The real door before a toy house, for the GraphQL-over-HTTP audits in `tests/graphql-http`.
//! `cargo run -p tandem-gateway --example toy_door -- 127.0.0.1:8089`, then token `good`.

#[path = "../tests/door/toy.rs"]
mod toy;

use std::sync::Arc;

use tandem_gateway::{
    http::{Door, HttpSettings},
    server::{Draining, Server, ServerSettings, termination},
    telemetry::install_metrics,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let address = std::env::args().nth(1);
    let address = address.unwrap_or_else(|| "127.0.0.1:8089".to_owned());
    let toy = Arc::new(toy::Toy::new());
    let draining = Draining::default();
    let router = Door {
        settings: HttpSettings { ide: true, ..HttpSettings::default() },
        limits: tandem_graphql::limits::Limits::default(),
        doorkeeper: Arc::clone(&toy) as _,
        graph: Arc::clone(&toy) as _,
        exports: Arc::clone(&toy) as _,
        contents: toy,
        files: tandem_gateway::files::Files::at("tandem-toy-files"),
        readiness: Arc::new(|| Box::pin(async { true })),
        draining: draining.clone(),
        metrics: install_metrics()?,
    }
    .router()?;
    let server = Server::bind(address, ServerSettings::default()).await?;
    let stop = async {
        let _ = termination().await;
    };
    server.run(router, draining, stop).await;
    Ok(())
}
