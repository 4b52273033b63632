//! The whole service in one process: the demo world on a port of the system's choice, asked over HTTP.
//! Shows how tests start the real thing.

use std::sync::Arc;

use tandem_domain::clock::{Clock as _, SystemClock, SystemIds};
use tandem_gateway::app::App;
use tandem_gateway::config::{DatabaseUrl, Settings};
use tandem_gateway::demo;
use tandem_gateway::identity::{Bearer, DevelopmentSecret, Mint};
use tandem_persistence::{Connect, Vault};
use tokio::sync::oneshot;
use uuid::Uuid;

const SECRET: &str = "a-development-secret-of-more-than-32-bytes";

#[tokio::test]
async fn the_demo_world_is_served_until_told_to_stop() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("demo.sqlite");
    let settings = Settings { database_url: DatabaseUrl::sqlite(file.to_str().expect("text")), ..Settings::of_demo() };
    let settings = settings.for_demo(SECRET);
    let connect = Connect::to(settings.database_url.expose());
    let vault = Vault::open(&connect, Arc::new(SystemClock), Arc::new(SystemIds)).await.expect("opens");
    vault.migrate().await.expect("migrates");
    assert!(demo::seed(&connect).await.expect("seeds"));
    assert!(!demo::seed(&connect).await.expect("finds it again"));

    let bound = App::build(&settings, vault.clone()).await.expect("is put together").bind("127.0.0.1:0").await.expect("a free port");
    let address = bound.address();
    let (stop, stopped) = oneshot::channel::<()>();
    let server = tokio::spawn(bound.run(async {
        let _ = stopped.await;
    }));

    let client = reqwest::Client::new();
    let get = async |path: &str| client.get(format!("http://{address}{path}")).send().await.expect("an answer").status().as_u16();
    assert_eq!([get("/livez").await, get("/readyz").await, get("/").await], [200, 200, 200]);
    assert_eq!(get("/graphql").await, 401);

    let mint = Mint::new(&DevelopmentSecret::new(SECRET).expect("strong"), demo::ISSUER, demo::AUDIENCE);
    let bearer = Bearer::Person { email: "marisol@quillfen.example.org" };
    let token = mint.token(bearer, SystemClock.now(), Mint::SHORT, Uuid::nil()).expect("signs");
    let request = client.post(format!("http://{address}/graphql")).bearer_auth(token).header("content-type", "application/json");
    let answer = request.body(r#"{"query":"{ __typename }"}"#).send().await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 200);
    assert!(answer.text().await.expect("text").contains(r#""__typename":"Query""#));

    stop.send(()).expect("it still runs");
    server.await.expect("ends well");
    assert!(vault.ping().await.is_err(), "the database is closed last");
}
